"""Writers of a graph: GraphML, tables, page."""
