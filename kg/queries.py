"""Questions asked of a graph, answered with plain records."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from kg.errors import AmbiguousNameError, InputError, KgError, MissingGraphError, UnknownNameError
from kg.names import normal_form, slug
from kg.profiles import cosine, papers_of, profile, rarity
from kg.schema import ENTITY_KINDS, KINDS, RELATIONS, VARIANT_OF, label_of

if TYPE_CHECKING:
    import networkx as nx

__all__ = [
    "COLUMNS",
    "cooccurrence",
    "graph_file",
    "neighbors",
    "open_index",
    "papers",
    "path",
    "resolve",
    "search",
    "show",
    "similar",
    "stats",
]

Record = dict[str, Any]

_LEAST_LIKENESS = 60  # of 100

COLUMNS: dict[str, tuple[str, ...]] = {
    "neighbors": ("id", "kind", "label", "hops", "relation", "shared", "via", "date", "evidence"),
    "papers": ("id", "label", "date", "url", "via"),
    "similar": ("id", "kind", "label", "score", "shared"),
    "path": ("id", "kind", "label", "relation", "evidence"),
    "cooccurrence": ("source", "target", "source_label", "target_label", "papers"),
    "search": ("id", "kind", "label", "match", "degree"),
    "duplicates": (
        *("id", "other", "score", "name_score", "context", "shared", "n_papers", "other_papers", "evidence"),
        *("label", "other_label"),
    ),
}
"""Fields of the records of each question, in order; ``papers`` adds one for each thing asked for."""


def open_index(path: str | Path) -> nx.DiGraph[str]:
    """Open a graph for queries, in the fastest way there is.

    Parameters
    ----------
    path : str or Path
        A folder written by ``kg build``, or a GraphML file. In a folder the tables are read where they belong
        to its GraphML, else the GraphML; the tables have no positions, sizes and colours.

    Returns
    -------
    networkx.DiGraph

    Raises
    ------
    MissingGraphError
        There is no graph at ``path``.
    InputError
        What is there is not a graph of kg.
    """
    path = Path(path)
    if path.is_dir():
        from kg.export.tables import read_index, tables_fit

        if tables_fit(path):
            return read_index(path)
    from kg.export.graphml import read_graphml

    return read_graphml(graph_file(path))


def graph_file(path: Path) -> Path:
    """Return the GraphML file meant by a folder or by the file itself.

    Raises
    ------
    MissingGraphError
        There is none.
    """
    file = path / "graph.graphml" if path.is_dir() else path
    if not file.is_file():
        folder = path.parent if path.suffix == ".graphml" else path
        raise MissingGraphError(f"there is no graph at {path}; build one with `kg build -o {folder}`.")
    return file


def resolve(graph: nx.DiGraph[str], name: str, kinds: Collection[str] = KINDS) -> str:
    """Return the id of the node that ``name`` names.

    A name is an id, a label (of a paper: its title), a former id or an alias, in this order; where none of
    these is exactly so, the normalised form counts, in which case, hyphens, spaces and plurals make no
    difference. Similar names are offered, never used.

    Parameters
    ----------
    graph : networkx.DiGraph
    name : str
    kinds : collection of str
        The kinds of node looked at.

    Returns
    -------
    str

    Raises
    ------
    UnknownNameError
        There is no such node; it has the nearest names.
    AmbiguousNameError
        There are several; it has their ids.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("method:adam", kind="method", label="Adam", aliases="ADAM optimizer")
    >>> resolve(graph, "ADAM optimizer"), resolve(graph, "adam")
    ('method:adam', 'method:adam')
    """
    if graph.has_node(name) and graph.nodes[name]["kind"] in kinds:
        return name
    prefix, _, rest = name.partition(":")
    as_id = f"{prefix}:{slug(rest)}"
    if rest and prefix in kinds and graph.has_node(as_id):
        return as_id
    nodes = [(node, attributes) for node, attributes in graph.nodes(data=True) if attributes["kind"] in kinds]
    forms = {kind: _form(name, kind) for kind in kinds}

    def same(known: str, kind: str) -> bool:
        return bool(forms[kind]) and forms[kind] == _form(known, kind)

    # A node that is called so comes before those that are also called so.
    steps: tuple[Callable[[str, Mapping[str, Any]], bool], ...] = (
        lambda _, at: name == at["label"],
        lambda node, at: name in _exact_names(node, at),
        lambda _, at: same(at["label"], at["kind"]),
        lambda _, at: any(same(known, at["kind"]) for known in _names(at)),
    )
    found: list[str] = []
    for step in steps:
        found = [node for node, attributes in nodes if step(node, attributes)]
        if found:
            break
    if not found:
        raise UnknownNameError(name, _nearest(name, nodes))
    if len(found) > 1:
        raise AmbiguousNameError(name, sorted(found))
    return found[0]


def neighbors(
    graph: nx.DiGraph[str],
    name: str,
    *,
    kind: str | None = None,
    relation: str | None = None,
    hops: int | None = None,
    exact: bool = False,
    limit: int | None = None,
) -> list[Record]:
    """Find what is tied to a node.

    Edges between papers and entities are followed both ways; ``variant_of`` is no hop, but an entity's
    variants (and theirs) count as the entity itself.

    Parameters
    ----------
    graph : networkx.DiGraph
    name : str
        Resolved by :func:`resolve`.
    kind : str, optional
        Kind of the neighbours; all kinds by default.
    relation : str, optional
        Follow edges of this relation only.
    hops : int, optional
        Greatest distance. By default the least at which neighbours of that kind can be: 1, or 2 from
        entity to entity (sharing a paper) and from paper to paper (sharing an entity).
    exact : bool
        Leave variants out.
    limit : int, optional
        Greatest number of records.

    Returns
    -------
    list of dict
        One record per neighbour, with ``id``, ``kind``, ``label``; ``hops``, its distance; ``relation`` and
        ``evidence`` of the best last edge on the way to it; ``shared``, the number of nodes at the distance
        before that lead to it; ``via``, the label of the variant whose paper it is, empty where a paper of
        the entity itself leads to it; ``date`` of a paper or the first of an entity. Nearest first; papers
        by relation and newest first, others by ``shared``.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        See :func:`resolve`.
    InputError
        There is no such kind or relation, or ``hops`` or ``limit`` is below 1.
    """
    _check_choice("kind", kind, KINDS)
    _check_choice("relation", relation, RELATIONS)
    _check_positive("hops", hops)
    _check_positive("limit", limit)
    start = resolve(graph, name)
    start_kind = graph.nodes[start]["kind"]
    if hops is None:
        hops = 2 if kind is not None and (kind == "paper") == (start_kind == "paper") else 1
    reached = _walk(graph, [start] if exact else [start, *_variants(graph, start)], relation, hops)
    records = [
        {
            **_head(graph, node),
            "hops": step["hops"],
            "relation": step["edge"]["relation"],
            "shared": step["shared"],
            "via": graph.nodes[step["via"]]["label"] if step["via"] != start else "",
            "date": graph.nodes[node].get("date") or graph.nodes[node].get("first_date"),
            "evidence": step["edge"].get("evidence", ""),
        }
        for node, step in reached.items()
        if kind in (None, graph.nodes[node]["kind"])
    ]
    return sorted(_newest_first(records), key=_neighbor_order)[:limit]


def papers(
    graph: nx.DiGraph[str],
    criteria: Mapping[str, str],
    *,
    exact: bool = False,
    since: int | None = None,
    until: int | None = None,
    limit: int | None = None,
) -> list[Record]:
    """Find the papers that meet every criterion.

    Parameters
    ----------
    graph : networkx.DiGraph
    criteria : mapping of str to str
        From a relation (``uses``) or an entity kind (``language``) to the name of an entity: the paper has
        the entity in that relation, or has that entity of that kind in any relation.
    exact : bool
        Leave variants of the entities out.
    since, until : int, optional
        First and last year; either leaves undated papers out.
    limit : int, optional
        Greatest number of records.

    Returns
    -------
    list of dict
        One record per paper, newest first, with ``id``, ``label``, ``date``, ``url``; ``via``, the labels of
        the variants that stand in for what was asked for, ``|``-separated; and under the name of each
        criterion the evidence.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        See :func:`resolve`.
    InputError
        A criterion is neither a relation nor an entity kind.
    """
    _check_positive("limit", limit)
    found: dict[str, Record] = {
        node: {**{name: attributes.get(name) for name in COLUMNS["papers"]}, "id": node, "via": ""}
        for node, attributes in graph.nodes(data=True)
        if attributes["kind"] == "paper" and _in_years(attributes.get("year"), since, until)
    }
    for criterion, name in criteria.items():
        _check_choice("criterion", criterion, (*RELATIONS, *ENTITY_KINDS))
        relation = criterion if criterion in RELATIONS else None
        start = resolve(graph, name, ENTITY_KINDS if relation else (criterion,))
        met = _walk(graph, [start] if exact else [start, *_variants(graph, start)], relation, 1)
        found = {node: record for node, record in found.items() if node in met}
        for node, record in found.items():
            record[criterion] = met[node]["edge"]["evidence"]
            if (via := met[node]["via"]) != start:
                record["via"] = "|".join(filter(None, [record["via"], graph.nodes[via]["label"]]))
    ordered = sorted(found.values(), key=lambda record: (record["label"], record["id"]))
    return _newest_first(ordered)[:limit]


def similar(graph: nx.DiGraph[str], name: str, *, limit: int | None = 10) -> list[Record]:
    """Find nodes of the same kind with similar neighbours.

    A paper is the set of its entities, an entity the sum of the papers it stands in; each entity counts the
    more the fewer papers it has, and two nodes are compared by the cosine of the angle between them.

    Parameters
    ----------
    graph : networkx.DiGraph
    name : str
        Resolved by :func:`resolve`.
    limit : int, optional
        Greatest number of records.

    Returns
    -------
    list of dict
        ``id``, ``kind``, ``label``; ``score``, in (0, 1], greatest first; ``shared``, labels of the up to
        three entities that make most of it, ``|``-separated.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        See :func:`resolve`.

    References
    ----------
    G. Salton and C. Buckley (1988), "Term-weighting approaches in automatic text retrieval",
    Information Processing & Management 24(5).
    """
    _check_positive("limit", limit)
    start = resolve(graph, name)
    kind = graph.nodes[start]["kind"]
    weights = rarity(graph)
    mine = profile(graph, start, weights)
    papers_near = {paper for entity in mine for paper in papers_of(graph, entity)}
    candidates = (
        papers_near
        if kind == "paper"
        else {
            entity
            for paper in papers_near
            for entity in graph.successors(paper)
            if graph.nodes[entity]["kind"] == kind
        }
    )
    records = []
    for node in sorted(candidates - {start}):
        other = profile(graph, node, weights)
        score = cosine(mine, other)
        if score > 0:
            products = {entity: weight * other[entity] for entity, weight in mine.items() if entity in other}
            best = sorted(products, key=lambda entity: (-products[entity], entity))[:3]
            shared = "|".join(graph.nodes[entity]["label"] for entity in best)
            records.append({**_head(graph, node), "score": score, "shared": shared})
    return sorted(records, key=lambda record: (-record["score"], record["label"], record["id"]))[:limit]


def path(graph: nx.DiGraph[str], start: str, end: str) -> list[Record]:
    """Find a shortest path between two nodes, over edges of every relation, either way.

    Among equally short paths the one with the stronger relations is taken.

    Parameters
    ----------
    graph : networkx.DiGraph
    start, end : str
        Resolved by :func:`resolve`.

    Returns
    -------
    list of dict
        The nodes on the way, both ends included: ``id``, ``kind``, ``label``, with ``relation`` and
        ``evidence`` of the edge by which each is reached, empty for the first.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        See :func:`resolve`.
    KgError
        There is no path.
    """
    import networkx as nx

    first, last = resolve(graph, start), resolve(graph, end)
    # A penalty so small that no path of another length wins by it.
    penalty = {relation: 1 + rank * 1e-6 for rank, relation in enumerate((*RELATIONS, VARIANT_OF))}
    # NetworkX's undirected view walks sets, whose order changes from run to run: among equal paths it would
    # choose by chance.
    both_ways: nx.Graph[str] = nx.Graph()
    both_ways.add_edges_from(sorted(graph.edges(data=True), key=lambda edge: edge[:2]))
    both_ways.add_nodes_from((first, last))
    try:
        _, nodes = nx.bidirectional_dijkstra(
            both_ways, first, last, weight=lambda _u, _v, edge: penalty.get(edge["relation"], 1.0)
        )
    except nx.NetworkXNoPath:
        labels = [graph.nodes[node]["label"] for node in (first, last)]
        raise KgError(f"there is no path between {labels[0]!r} and {labels[1]!r}.") from None
    records = [{**_head(graph, first), "relation": "", "evidence": ""}]
    for before, node in pairwise(nodes):
        edge = both_ways.edges[before, node]
        records.append(
            {**_head(graph, node), "relation": edge["relation"], "evidence": edge.get("evidence", "")}
        )
    return records


def cooccurrence(graph: nx.DiGraph[str], kind: str, *, limit: int | None = None) -> list[Record]:
    """Count the papers that two entities of a kind share.

    Parameters
    ----------
    graph : networkx.DiGraph
    kind : str
        An entity kind.
    limit : int, optional
        Greatest number of records.

    Returns
    -------
    list of dict
        One record per pair that shares a paper: ``source`` and ``target`` (ids, the smaller first),
        ``source_label``, ``target_label``, ``papers``; most papers first.

    Raises
    ------
    InputError
        There is no such kind.
    """
    _check_choice("kind", kind, ENTITY_KINDS)
    _check_positive("limit", limit)
    pairs: Counter[tuple[str, str]] = Counter()
    for paper in _of_kind(graph, "paper"):
        pairs.update(combinations(sorted(e for e in graph.succ[paper] if graph.nodes[e]["kind"] == kind), 2))
    ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))[:limit]
    return [
        {
            "source": source,
            "target": target,
            "source_label": graph.nodes[source]["label"],
            "target_label": graph.nodes[target]["label"],
            "papers": count,
        }
        for (source, target), count in ordered
    ]


def search(graph: nx.DiGraph[str], text: str, *, limit: int | None = 20) -> list[Record]:
    """Find nodes by a part of their name.

    Labels, titles and aliases are looked through, without regard to case, hyphens and punctuation. Every
    word of ``text`` has to be the beginning of a word of the name.

    Parameters
    ----------
    graph : networkx.DiGraph
    text : str
    limit : int, optional
        Greatest number of records.

    Returns
    -------
    list of dict
        ``id``, ``kind``, ``label``; ``match``, the name that was found; ``degree``, the number of edges.
        Whole names first, then names that begin with ``text``, then by ``degree``.

    Raises
    ------
    InputError
        ``text`` has no letter or digit.
    """
    _check_positive("limit", limit)
    wanted = _words(text)
    if not wanted:
        raise InputError(f"nothing to search for in {text!r}; give a word or the beginning of one.")
    records = []
    for node, attributes in graph.nodes(data=True):
        ranked = [(rank, name) for name in _names(attributes) if (rank := _match(wanted, name)) is not None]
        if ranked:
            rank, match = min(ranked, key=lambda item: item[0])
            degree = graph.degree[node]
            records.append((rank, -degree, {**_head(graph, node), "match": match, "degree": degree}))
    records.sort(key=lambda item: (item[0], item[1], item[2]["label"], item[2]["id"]))
    return [record for _, _, record in records[:limit]]


def show(graph: nx.DiGraph[str], name: str, *, exact: bool = False) -> Record:
    """Tell everything about one node.

    Parameters
    ----------
    graph : networkx.DiGraph
    name : str
        Resolved by :func:`resolve`.
    exact : bool
        Leave out the papers of an entity's variants.

    Returns
    -------
    dict
        Of an entity: ``id``, ``kind``, ``label``, ``aliases``, ``code``, ``former_ids``, ``n_papers``,
        ``n_mentions``, ``first_date``, ``family`` and ``variants`` (records with ``evidence``), and
        ``papers``, by relation, each with ``evidence`` and ``via``. Of a paper: what is known of it, and
        ``entities``, each with ``relation`` and ``evidence``.

    Raises
    ------
    UnknownNameError, AmbiguousNameError
        See :func:`resolve`.
    """
    node = resolve(graph, name)
    if graph.nodes[node]["kind"] == "paper":
        return _paper_record(graph, node)
    return _entity_record(graph, node, exact)


def stats(graph: nx.DiGraph[str]) -> Record:
    """Count what is in the graph.

    Returns
    -------
    dict
        ``papers``, ``papers_without_entities``, ``undated_papers``, ``first_year``, ``last_year``,
        ``mentions``; ``entities`` by kind and ``edges`` by relation.
    """
    kinds = Counter(attributes["kind"] for _, attributes in graph.nodes(data=True))
    relations = Counter(edge["relation"] for _, _, edge in graph.edges(data=True))
    years = [attributes["year"] for _, attributes in graph.nodes(data=True) if "year" in attributes]
    return {
        "papers": kinds["paper"],
        "papers_without_entities": sum(graph.out_degree(paper) == 0 for paper in _of_kind(graph, "paper")),
        "undated_papers": kinds["paper"] - len(years),
        "first_year": min(years, default=None),
        "last_year": max(years, default=None),
        "mentions": sum(attributes.get("n_mentions", 0) for _, attributes in graph.nodes(data=True)),
        "entities": {kind: kinds[kind] for kind in ENTITY_KINDS},
        "edges": {relation: relations[relation] for relation in (*RELATIONS, VARIANT_OF)},
    }


# --- names ----------------------------------------------------------------------------------------------


def _names(attributes: Mapping[str, Any]) -> list[str]:
    aliases = attributes.get("aliases")
    return [attributes["label"], *(aliases.split("|") if aliases else ())]


def _exact_names(node: str, attributes: Mapping[str, Any]) -> list[str]:
    former = attributes.get("former_ids")
    bare = [node.removeprefix("paper:")] if attributes["kind"] == "paper" else []
    return [*_names(attributes), *bare, *(former.split("|") if former else ())]


def _form(name: str, kind: str) -> str:
    if kind == "paper":
        return re.sub(r"\W", "", name.casefold())
    return normal_form(name, label_of(kind))


def _nearest(name: str, nodes: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The names most like ``name``, one of a node, five at most; ties go to the node of more papers."""
    is_id = name.partition(":")[0] in KINDS
    ranked = []
    for node, attributes in nodes:
        scored = [(_likeness(name, known), known) for known in ([node] if is_id else _names(attributes))]
        likeness, known = min(scored, key=lambda item: (-item[0], item[1]))
        if likeness >= _LEAST_LIKENESS:
            ranked.append((-likeness, -attributes.get("n_papers", 0), known))
    return list(dict.fromkeys(known for *_, known in sorted(ranked)))[:5]


def _likeness(name: str, known: str) -> float:
    name, known = name.casefold(), known.casefold()
    # Parts count a little less than the whole, and only parts of the longer name: `AD` is not like `adapter`.
    part = fuzz.partial_ratio(name, known) if len(known) > len(name) > 2 else 0
    return max(fuzz.ratio(name, known), 0.9 * fuzz.token_set_ratio(name, known), 0.8 * part)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())


def _match(wanted: list[str], name: str) -> int | None:
    words = _words(name)
    if words == wanted:
        return 0
    if "".join(words).startswith("".join(wanted)):
        return 1
    if all(any(word.startswith(part) for word in words) for part in wanted):
        return 2
    return None


# --- walking --------------------------------------------------------------------------------------------


def _variants(graph: nx.DiGraph[str], node: str) -> list[str]:
    """The variants of an entity, their variants, and so on."""
    found: dict[str, None] = {}
    waiting = [node]
    while waiting:
        for other in sorted(_variants_of(graph, waiting.pop(0))):
            if other != node and other not in found:
                found[other] = None
                waiting.append(other)
    return list(found)


def _variants_of(graph: nx.DiGraph[str], node: str) -> Iterator[str]:
    return (other for other, edge in graph.pred[node].items() if edge["relation"] == VARIANT_OF)


def _walk(graph: nx.DiGraph[str], starts: list[str], relation: str | None, hops: int) -> dict[str, Record]:
    """Breadth first from ``starts``, the first of which is the one asked for and the others its variants.

    Gives for each node reached its distance, the start that led to it (the first one, if it did), the best
    edge by which it was reached, and the number of nodes at the distance before that lead to it.
    """
    reached: dict[str, Record] = {}
    seen = set(starts)
    front: dict[str, str] = {start: start for start in starts}
    for distance in range(1, hops + 1):
        steps: defaultdict[str, list[tuple[str, Record]]] = defaultdict(list)
        for node, via in front.items():
            for other, edge in _paper_edges(graph, node, relation):
                if other not in seen:
                    steps[other].append((via, edge))
        seen.update(steps)
        for node, ways in steps.items():
            via, edge = min(ways, key=lambda way: _way_order(way, starts[0]))
            reached[node] = {"hops": distance, "via": via, "edge": edge, "shared": len(ways)}
        front = {node: reached[node]["via"] for node in steps}
    return reached


def _paper_edges(graph: nx.DiGraph[str], node: str, relation: str | None) -> Iterator[tuple[str, Record]]:
    for adjacent in (graph.succ[node], graph.pred[node]):
        for other, edge in adjacent.items():
            if edge["relation"] == relation or (relation is None and edge["relation"] != VARIANT_OF):
                yield other, edge


def _way_order(way: tuple[str, Record], start: str) -> tuple[Any, ...]:
    via, edge = way
    return (via != start, _rank(edge["relation"]), -edge.get("score", 0), via, edge.get("evidence", ""))


def _rank(relation: str) -> int:
    return RELATIONS.index(relation) if relation in RELATIONS else len(RELATIONS)


def _neighbor_order(record: Record) -> tuple[Any, ...]:
    if record["hops"] == 1:
        return (1, record["via"] != "", _rank(record["relation"]))
    return (record["hops"], -record["shared"], record["via"] != "", record["label"], record["id"])


def _newest_first(records: list[Record]) -> list[Record]:
    by_name = sorted(records, key=lambda record: (record["label"], record["id"]))
    return sorted(by_name, key=lambda record: record["date"] or "", reverse=True)


def _of_kind(graph: nx.DiGraph[str], kind: str) -> list[str]:
    return [node for node, attributes in graph.nodes(data=True) if attributes["kind"] == kind]


def _in_years(year: int | None, since: int | None, until: int | None) -> bool:
    if since is None and until is None:
        return True
    return year is not None and (since is None or year >= since) and (until is None or year <= until)


# --- records --------------------------------------------------------------------------------------------


def _head(graph: nx.DiGraph[str], node: str) -> Record:
    return {"id": node, "kind": graph.nodes[node]["kind"], "label": graph.nodes[node]["label"]}


def _paper_record(graph: nx.DiGraph[str], node: str) -> Record:
    attributes = graph.nodes[node]
    known = ("date", "year", "url", "organization", "venue", "authors", "n_authors", "source")
    entities = [
        {**_head(graph, entity), **{name: edge[name] for name in ("relation", "weight", "score", "evidence")}}
        for entity, edge in graph.succ[node].items()
    ]
    entities.sort(
        key=lambda entity: (_rank(entity["relation"]), entity["kind"], entity["label"], entity["id"])
    )
    return {
        **_head(graph, node),
        **{name: attributes[name] for name in known if name in attributes},
        "entities": entities,
    }


def _entity_record(graph: nx.DiGraph[str], node: str, exact: bool) -> Record:
    attributes = graph.nodes[node]
    tied: Record = {
        "family": [
            {**_head(graph, other), "evidence": edge.get("evidence", "")}
            for other, edge in sorted(graph.succ[node].items())
        ],
        "variants": [
            {
                **_head(graph, other),
                "n_papers": graph.nodes[other].get("n_papers", 0),
                "evidence": graph.edges[other, node].get("evidence", ""),
            }
            for other in sorted(_variants_of(graph, node))
        ],
    }
    rows = neighbors(graph, node, kind="paper", exact=exact)
    fields = ("id", "label", "date", "via", "evidence")
    return {
        **_head(graph, node),
        "aliases": _names(attributes)[1:],
        "code": attributes.get("code"),
        "former_ids": attributes["former_ids"].split("|") if "former_ids" in attributes else [],
        **{name: attributes.get(name) for name in ("n_papers", "n_mentions", "first_date")},
        **tied,
        "papers": {
            relation: [{name: row[name] for name in fields} for row in rows if row["relation"] == relation]
            for relation in RELATIONS
        },
    }


# --- arguments ------------------------------------------------------------------------------------------


def _check_choice(what: str, value: str | None, choices: Collection[str]) -> None:
    if value is not None and value not in choices:
        raise InputError(f"there is no {what} {value!r}; choose from {', '.join(choices)}.")


def _check_positive(what: str, value: int | None) -> None:
    if value is not None and value < 1:
        raise InputError(f"{what} is {value}; it must be at least 1.")
