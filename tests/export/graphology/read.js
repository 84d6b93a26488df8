// Prints as JSON what graphology-graphml, the parser of Gephi Lite, makes of a GraphML file.
import { readFileSync } from "node:fs";
import graphology from "graphology";
import { parse } from "graphology-graphml";

const text = readFileSync(process.argv[2], "utf8");
const { MultiDirectedGraph } = graphology;
// The option is the one Gephi Lite passes.
const graph = parse(MultiDirectedGraph, text, { addMissingNodes: true });

const nodes = Object.fromEntries(graph.mapNodes((node, attributes) => [node, attributes]));
const edges = graph.mapEdges((_, attributes, source, target) => ({ source, target, attributes }));
console.log(JSON.stringify({ type: graph.type, nodes, edges }));
