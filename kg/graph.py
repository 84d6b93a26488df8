"""The knowledge graph: a NetworkX graph and the questions asked of it."""

from __future__ import annotations

import math
import re
import tempfile
import warnings
import webbrowser
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from kg import queries
from kg.errors import InputError
from kg.export.graphml import read_graphml, write_graphml, xml_text
from kg.files import atomic_write
from kg.schema import COLORS, VARIANT_OF, Entity, Mention, Paper

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from kg.linking import Linked

__all__ = ["KnowledgeGraph", "load", "read_entities"]

_SURROGATE = re.compile("[\ud800-\udfff]")


class KnowledgeGraph:
    """Papers and the entities they are about.

    Every edge from a paper to an entity holds the sentence that it was found in. Wherever a method takes a
    name, it takes an id, a label, an alias or a former id, in any case, with or without hyphens; a name that
    nothing has is an :class:`~kg.errors.UnknownNameError` with the nearest names, a name of several nodes an
    :class:`~kg.errors.AmbiguousNameError` with their ids. The questions that give a DataFrame have twins
    in :mod:`kg.queries` that give plain records.

    Parameters
    ----------
    graph : networkx.DiGraph
        Nodes and edges with the attributes that :meth:`from_records` gives them.
    papers : mapping of str to Paper, optional
        By id, without the ``paper:`` of the nodes. They hold the abstracts, which the nodes do not.
    mentions : sequence of Mention, optional

    Attributes
    ----------
    nx : networkx.DiGraph
    paper_records : dict of str to Paper
    mentions : list of Mention

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("paper:1", kind="paper", label="LoRA on GLUE", title="LoRA on GLUE", year=2024)
    >>> graph.add_node("method:lora", kind="method", label="LoRA", aliases="low-rank adaptation")
    >>> graph.add_node("dataset:glue", kind="dataset", label="GLUE")
    >>> graph.add_edge("paper:1", "method:lora", relation="introduces", evidence="We introduce LoRA.")
    >>> graph.add_edge("paper:1", "dataset:glue", relation="uses", evidence="We test it on GLUE.")
    >>> kg = KnowledgeGraph(graph)
    >>> kg
    <KnowledgeGraph: 1 paper, 2 entities, 2 edges>
    >>> kg.neighbors("low-rank adaptation", kind="dataset")[["label", "relation", "evidence"]]
      label relation             evidence
    0  GLUE     uses  We test it on GLUE.
    """

    def __init__(
        self,
        graph: nx.DiGraph[str],
        papers: Mapping[str, Paper] | None = None,
        mentions: Sequence[Mention] = (),
    ) -> None:
        self.nx = graph
        self.paper_records = dict(papers or {})
        self.mentions = list(mentions)
        self._page: Path | None = None

    @classmethod
    def from_records(cls, papers: Iterable[Paper], linked: Linked) -> KnowledgeGraph:
        """Assemble a graph.

        Text that a file could not hold is shown instead: in the graph as :func:`kg.export.graphml.xml_text`
        does it, in papers and mentions lone surrogates as U+FFFD.

        Parameters
        ----------
        papers : iterable of Paper
            The order does not matter.
        linked : kg.linking.Linked
            The entities, the mentions with the ids of their entities, and the variants.

        Returns
        -------
        KnowledgeGraph

        Raises
        ------
        InputError
            Two papers have the same id, or a mention is of a paper or an entity that there is not.
        """
        records = _by_id(papers)
        mentions = sorted(
            (replace(_encodable(mention), paper=xml_text(mention.paper)) for mention in linked.mentions),
            key=lambda mention: (mention.paper, mention.start, mention.end, mention.label),
        )
        graph = _assemble(records, linked.entities, mentions)
        for variant in sorted(linked.variants, key=lambda variant: (variant.source, variant.target)):
            graph.add_edge(
                variant.source,
                variant.target,
                relation=VARIANT_OF,
                label=VARIANT_OF,
                weight=1,
                evidence=xml_text(variant.evidence),
            )
        _add_looks(graph)
        return cls(graph, records, mentions)

    def neighbors(
        self,
        name: str,
        kind: str | None = None,
        relation: str | None = None,
        hops: int | None = None,
        exact: bool = False,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Find what is tied to a node; see :func:`kg.queries.neighbors`.

        Parameters
        ----------
        name : str
        kind : str, optional
            Kind of the neighbours: ``paper``, ``model``, ``dataset``, …
        relation : str, optional
            Follow edges of this relation only.
        hops : int, optional
            Greatest distance; by default 1 between paper and entity, 2 between two entities (sharing a
            paper).
        exact : bool
            Leave out the papers of variants; otherwise the column ``via`` names the variant.
        limit : int, optional
            Greatest number of rows.

        Returns
        -------
        pandas.DataFrame
            One row per neighbour; columns ``id``, ``kind``, ``label``, ``hops``, ``relation``, ``shared``,
            ``via``, ``date``, ``evidence``.
        """
        records = queries.neighbors(
            self.nx, name, kind=kind, relation=relation, hops=hops, exact=exact, limit=limit
        )
        return _frame(records, queries.COLUMNS["neighbors"])

    def papers(
        self,
        *,
        introduces: str | None = None,
        uses: str | None = None,
        compares: str | None = None,
        mentions: str | None = None,
        model: str | None = None,
        dataset: str | None = None,
        method: str | None = None,
        language: str | None = None,
        task: str | None = None,
        metric: str | None = None,
        since: int | None = None,
        until: int | None = None,
        exact: bool = False,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Find the papers that meet all of the criteria.

        Parameters
        ----------
        introduces, uses, compares, mentions : str, optional
            An entity that the paper has in this very relation.
        model, dataset, method, language, task, metric : str, optional
            An entity of this kind that the paper has in any relation.
        since, until : int, optional
            First and last year; either leaves undated papers out.
        exact : bool
            Leave out the papers of variants; otherwise the column ``via`` names the variants.
        limit : int, optional
            Greatest number of rows.

        Returns
        -------
        pandas.DataFrame
            One row per paper, newest first; columns ``id``, ``label``, ``date``, ``url``, ``via`` and one for
            each criterion, with its evidence.
        """
        given = {
            "introduces": introduces,
            "uses": uses,
            "compares": compares,
            "mentions": mentions,
            "model": model,
            "dataset": dataset,
            "method": method,
            "language": language,
            "task": task,
            "metric": metric,
        }
        criteria = {criterion: name for criterion, name in given.items() if name is not None}
        records = queries.papers(self.nx, criteria, exact=exact, since=since, until=until, limit=limit)
        return _frame(records, (*queries.COLUMNS["papers"], *criteria))

    def similar(self, name: str, limit: int | None = 10) -> pd.DataFrame:
        """Find nodes of the same kind that stand with the same entities; see :func:`kg.queries.similar`.

        Returns
        -------
        pandas.DataFrame
            Columns ``id``, ``kind``, ``label``, ``score`` (in (0, 1], greatest first) and ``shared`` (up to
            three of the entities they share).
        """
        return _frame(queries.similar(self.nx, name, limit=limit), queries.COLUMNS["similar"])

    def path(self, start: str, end: str) -> pd.DataFrame:
        """Find a shortest path between two nodes.

        Returns
        -------
        pandas.DataFrame
            One row per node on the way, both ends included; columns ``id``, ``kind``, ``label``, and
            ``relation`` and ``evidence`` of the edge by which it is reached.

        Raises
        ------
        KgError
            There is no path.
        """
        return _frame(queries.path(self.nx, start, end), queries.COLUMNS["path"])

    def cooccurrence(self, kind: str, limit: int | None = None) -> pd.DataFrame:
        """Count the papers that two entities of a kind share.

        Returns
        -------
        pandas.DataFrame
            One row per pair, most papers first; columns ``source``, ``target``, ``source_label``,
            ``target_label``, ``papers``.
        """
        return _frame(queries.cooccurrence(self.nx, kind, limit=limit), queries.COLUMNS["cooccurrence"])

    def search(self, text: str, limit: int | None = 20) -> pd.DataFrame:
        """Find nodes by words of their label, title or aliases, or the beginnings of such words.

        Returns
        -------
        pandas.DataFrame
            Best first; columns ``id``, ``kind``, ``label``, ``match``, ``degree``.
        """
        return _frame(queries.search(self.nx, text, limit=limit), queries.COLUMNS["search"])

    def duplicates(self, kind: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """Find pairs of entities that may be one thing; see :func:`kg.duplicates.duplicates`.

        Returns
        -------
        pandas.DataFrame
            Likeliest first; columns ``id``, ``other``, ``score``, ``name_score``, ``context``, ``shared``,
            ``n_papers``, ``other_papers``, ``evidence``, ``label``, ``other_label``.
        """
        from kg.duplicates import duplicates

        return _frame(duplicates(self.nx, kind=kind, limit=limit), queries.COLUMNS["duplicates"])

    def show(self, name: str, exact: bool = False) -> dict[str, Any]:
        """Tell everything about one node; see :func:`kg.queries.show`."""
        return queries.show(self.nx, name, exact=exact)

    def stats(self) -> dict[str, Any]:
        """Count papers, entities by kind, edges by relation; see :func:`kg.queries.stats`."""
        return queries.stats(self.nx)

    def open(self) -> Path:
        """Open the page in the browser: the one beside the graph, else one in a temporary folder.

        Returns
        -------
        Path
            The page.
        """
        if self._page is None or not self._page.is_file():
            self._page = self.to_html(Path(tempfile.mkdtemp(prefix="kg-")) / "graph.html")
        webbrowser.open(self._page.resolve().as_uri())
        return self._page

    def save(self, folder: str | Path) -> list[Path]:
        """Write ``graph.graphml``, ``graph.html`` and the four tables into a folder.

        Returns
        -------
        list of Path
            The files written.
        """
        from kg.export.tables import write_tables

        graphml = self.to_graphml(Path(folder) / "graph.graphml")
        self._page = self.to_html(Path(folder) / "graph.html")
        return [graphml, self._page, *write_tables(self, folder)]

    def to_graphml(self, path: str | Path) -> Path:
        """Write the graph for Gephi; see :func:`kg.export.graphml.write_graphml`."""
        return write_graphml(self.nx, path)

    def to_html(self, path: str | Path) -> Path:
        """Write the page: one file that needs no network."""
        return atomic_write(path, self._render())

    def _repr_html_(self) -> str:
        from kg.export.page import frame

        return frame(self._render(), repr(self))

    def __repr__(self) -> str:
        papers = sum(attributes["kind"] == "paper" for _, attributes in self.nx.nodes(data=True))
        counts = [
            (papers, "paper", "papers"),
            (len(self.nx) - papers, "entity", "entities"),
            (self.nx.number_of_edges(), "edge", "edges"),
        ]
        shown = ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts)
        return f"<KnowledgeGraph: {shown}>"

    def _render(self) -> str:
        from kg.export.page import render

        return render(self.nx, self.paper_records, self.mentions)


def load(path: str | Path) -> KnowledgeGraph:
    """Load a graph that was saved.

    Parameters
    ----------
    path : str or Path
        A folder, or a GraphML file. The abstracts and the mentions come from the folder's tables; without
        them, or from a GraphML file alone, the graph is the same and has no abstracts.

    Returns
    -------
    KnowledgeGraph

    Raises
    ------
    MissingGraphError
        There is no graph at ``path``.
    InputError
        What is there is not a graph of kg.

    Warns
    -----
    UserWarning
        The folder's tables are not of the same build as its GraphML, and are left out.
    """
    path = Path(path)
    file = queries.graph_file(path)
    papers: dict[str, Paper] = {}
    mentions: list[Mention] = []
    if path.is_dir() and (path / "papers.parquet").is_file():
        from kg.export.tables import read_tables, tables_fit

        if tables_fit(path):
            papers, mentions = read_tables(path)
        else:
            warnings.warn(
                f"the tables in {path} are not of the same build as {file.name}: abstracts are left out.",
                stacklevel=2,
            )
    graph = KnowledgeGraph(read_graphml(file), papers, mentions)
    graph._page = path / "graph.html" if path.is_dir() else None
    return graph


def read_entities(path: str | Path) -> list[Entity]:
    """Read the entities of a graph that was saved.

    Parameters
    ----------
    path : str or Path
        A folder, or a GraphML file.

    Returns
    -------
    list of Entity
        Sorted by id.

    Raises
    ------
    MissingGraphError
        There is no graph at ``path``.
    InputError
        What is there is not a graph of kg.
    """
    graph = queries.open_index(path)
    return [
        _entity(node, graph.nodes[node]) for node in sorted(graph) if graph.nodes[node]["kind"] != "paper"
    ]


def _entity(node: str, attributes: Mapping[str, Any]) -> Entity:
    return Entity(
        id=node,
        kind=attributes["kind"],
        label=attributes["label"],
        aliases=_separate(attributes.get("aliases")),
        code=attributes.get("code"),
        former_ids=_separate(attributes.get("former_ids")),
        n_papers=attributes.get("n_papers", 0),
        n_mentions=attributes.get("n_mentions", 0),
        first_date=attributes.get("first_date"),
    )


def _separate(names: str | None) -> tuple[str, ...]:
    return tuple(names.split("|")) if names else ()


def _by_id(papers: Iterable[Paper]) -> dict[str, Paper]:
    cleaned = [replace(_encodable(paper), id=xml_text(paper.id)) for paper in papers]
    records = {paper.id: paper for paper in sorted(cleaned, key=lambda paper: paper.id)}
    if len(records) < len(cleaned):
        twice = next(paper.id for paper in cleaned if records[paper.id] is not paper)
        raise InputError(f"two papers have the id {twice!r}; give each its own.")
    return records


_Record = TypeVar("_Record", Paper, Mention)


def _encodable(record: _Record) -> _Record:
    """Replace lone surrogates, which no file can hold."""
    changed: dict[str, Any] = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, str) and (clean := _without_surrogates(value)) != value:
            changed[field.name] = clean
        elif isinstance(value, tuple):
            changed[field.name] = tuple(map(_without_surrogates, value))
    return replace(record, **changed) if changed else record


def _without_surrogates(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)


def _assemble(
    papers: Mapping[str, Paper], entities: Iterable[Entity], mentions: Iterable[Mention]
) -> nx.DiGraph[str]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    for paper in papers.values():
        graph.add_node(f"paper:{paper.id}", **_paper_attributes(paper))
    for entity in sorted(entities, key=lambda entity: entity.id):
        graph.add_node(entity.id, **_entity_attributes(entity))
    edges: defaultdict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        node = f"paper:{mention.paper}"
        for end in (node, mention.entity):
            if end not in graph:
                raise InputError(
                    f"the mention {mention.text!r} at {node}:{mention.start} needs the node {end!r}."
                )
        edges[node, mention.entity].append(mention)
    for (paper_node, entity_node), group in sorted(edges.items()):
        graph.add_edge(paper_node, entity_node, **_edge_attributes(group))
    return graph


def _paper_attributes(paper: Paper) -> dict[str, Any]:
    return {"label": xml_text(paper.title) or paper.id, "kind": "paper"} | _known(
        title=paper.title,
        date=paper.date,
        year=paper.year,
        url=paper.url,
        organization=paper.organization,
        venue=paper.venue,
        authors=_joined(paper.authors),
        n_authors=len(paper.authors) or paper.n_authors,
        source=paper.source,
    )


def _entity_attributes(entity: Entity) -> dict[str, Any]:
    return {"label": xml_text(entity.label), "kind": entity.kind} | _known(
        n_papers=entity.n_papers,
        n_mentions=entity.n_mentions,
        first_date=entity.first_date,
        aliases=_joined(entity.aliases),
        code=entity.code,
        former_ids=_joined(entity.former_ids),
    )


def _edge_attributes(mentions: Sequence[Mention]) -> dict[str, Any]:
    best = min(mentions, key=lambda mention: (-mention.score, mention.start, mention.end))
    return {
        "label": best.relation,
        "relation": best.relation,
        "weight": len(mentions),
        "score": round(float(best.score), 4),
        "evidence": xml_text(best.sentence if best.text in best.sentence else best.text),
    }


def _known(**attributes: str | int | None) -> dict[str, Any]:
    return {
        name: xml_text(value) if isinstance(value, str) else value
        for name, value in attributes.items()
        if value is not None and value != ""
    }


def _joined(names: Sequence[str]) -> str:
    return "|".join(name.replace("|", "¦") for name in names)


def _add_looks(graph: nx.DiGraph[str]) -> None:
    from kg.layout import layout

    positions = layout(graph)
    for node, attributes in graph.nodes(data=True):
        attributes["degree"] = graph.degree[node]
        attributes["x"], attributes["y"] = (round(float(value), 1) + 0.0 for value in positions[node])
        attributes["size"] = round(min(4 + 2 * math.sqrt(attributes["degree"]), 30), 1)
        color = COLORS[attributes["kind"]]
        attributes["r"], attributes["g"], attributes["b"] = (int(color[i : i + 2], 16) for i in (1, 3, 5))


def _frame(records: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(records, columns=list(columns))
