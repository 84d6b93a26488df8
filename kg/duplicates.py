"""Finds pairs of entities of a graph that may be one thing, for a reader to judge."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from rapidfuzz import fuzz

from kg.errors import InputError
from kg.linking.uniting import wording
from kg.names import SMALL_WORDS, clean, is_initials, is_phrase, normal_form, singular
from kg.profiles import cosine, papers_of, profile, rarity
from kg.schema import ENTITY_KINDS, VARIANT_OF, label_of

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["alias_lines", "duplicates"]

_LEFT_OUT = 70  # of 100, for a name with an inner word more: most often a narrower kind
_LEAST_NAME = 84  # of 100
_LEAST_WORD = 72  # of 100
_PREFIXES = "un|non|semi|self|multi|mono|uni|bi|cross|inter|intra|sub|super|anti|de|dis|re|pre|post|in|im|a"
_WINDOW = 8
_MOST_NAMES = 12


class _Name(NamedTuple):
    """One name of an entity, as the search compares it."""

    node: str
    text: str
    plain: str
    is_label: bool


def duplicates(
    graph: nx.DiGraph[str],
    *,
    kind: str | None = None,
    limit: int | None = None,
    on_progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None,
) -> list[dict[str, Any]]:
    """Find pairs of entities that may be one thing.

    Parameters
    ----------
    graph : networkx.DiGraph
    kind : str, optional
        Look only at pairs with an entity of this kind.
    limit : int, optional
        Greatest number of records.
    on_progress : callable, optional
        Called with the name of the stage, how much of it is done and how much there is.

    Returns
    -------
    list of dict
        Likeliest first. ``id`` and ``label`` of the entity of more papers, ``other`` and ``other_label`` of
        that of fewer; ``score`` in (0, 1], by which they are ordered; ``name_score`` in (0, 100], how alike
        the names are; ``context`` in [0, 1], how alike what they stand with in papers that name only one of
        them; ``shared``, in how many papers both stand: a paper that names both seldom means one thing;
        ``n_papers`` and ``other_papers``; ``evidence``, what makes the two names alike, and the names.

    Raises
    ------
    InputError
        There is no such kind, or ``limit`` is below 1.

    Notes
    -----
    Names that have something rare in common (their words without endings, all letters but one, a long
    beginning or end, the initials) are sorted together, and each is compared with the next few only, so that
    the work grows with the number of names and not with its square. Names whose numbers differ, and an
    entity and its family, are never a pair.

    References
    ----------
    M. A. Hernández, S. J. Stolfo: The merge/purge problem for large databases. SIGMOD, 1995.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.DiGraph()
    >>> graph.add_node("method:pseudo-labelling", kind="method", label="pseudo-labelling")
    >>> graph.add_node("method:pseudolabeling", kind="method", label="pseudolabeling")
    >>> [(pair["id"], pair["other"]) for pair in duplicates(graph)]
    [('method:pseudo-labelling', 'method:pseudolabeling')]
    """
    if kind is not None and kind not in ENTITY_KINDS:
        raise InputError(f"there is no kind of entity {kind!r}; choose from {', '.join(ENTITY_KINDS)}.")
    if limit is not None and limit < 1:
        raise InputError(f"limit is {limit}; it must be at least 1.")
    best: dict[tuple[str, str], tuple[float, str]] = {}
    for one, other in _alike(graph, on_progress):
        pair = _ordered(graph, one.node, other.node)
        found = _compare(graph, one, other)
        if found and found > best.get(pair, (0.0, "")):
            best[pair] = found
    weights = rarity(graph)
    records = [
        _record(graph, pair, likeness, weights)
        for pair, likeness in best.items()
        if kind is None or kind in {graph.nodes[node]["kind"] for node in pair}
    ]
    records.sort(key=lambda r: (-r["score"], -r["other_papers"], -r["n_papers"], r["id"], r["other"]))
    return records[:limit]


def alias_lines(records: Iterable[Mapping[str, Any]]) -> str:
    r"""Return pairs as lines of a user's alias file (`kg.linking.read_aliases`), each a merge.

    >>> pair = {"id": "model:vit", "label": "ViT", "other": "model:vits", "other_label": "VITs",
    ...         "name_score": 86, "context": 0.5, "shared": 0}
    >>> alias_lines([pair]).split("\t")
    ['merge', 'model', 'ViT', 'VITs', 'name 86, context 0.50, 0 papers in common\n']
    """
    lines = []
    for record in records:
        kind = record["id"].partition(":")[0]
        name = _cell(record["label"], record["id"])
        same_kind = record["other"].startswith(f"{kind}:")
        other = _cell(record["other_label"], record["other"]) if same_kind else record["other"]
        note = (
            f"name {record['name_score']:.0f}, context {record['context']:.2f}, "
            f"{record['shared']} papers in common"
        )
        lines.append("\t".join(("merge", kind, name, other, note)))
    return "".join(f"{line}\n" for line in lines)


def _cell(label: str, node: str) -> str:
    """Return the label, or the id where the label has what separates names or cells."""
    return node if re.search(r"[|\t]|^-$", label) else label


# --- which names are compared ---------------------------------------------------------------------------


def _alike(
    graph: nx.DiGraph[str], on_progress: Callable[[str, int, int], None]
) -> Iterator[tuple[_Name, _Name]]:
    """Yield names of two entities that stand close to each other in a block."""
    blocks: defaultdict[tuple[str, ...], set[_Name]] = defaultdict(set)
    for node in sorted(graph):
        attributes = graph.nodes[node]
        if attributes["kind"] == "paper":
            continue
        aliases = attributes.get("aliases")
        listed = [attributes["label"], *(aliases.split("|") if aliases else ())][:_MOST_NAMES]
        for text in dict.fromkeys(singular(clean(name)) for name in listed):
            is_label = text == singular(clean(attributes["label"]))
            name = _Name(node, text, normal_form(text, label_of(attributes["kind"])), is_label)
            for key in _block_keys(name):
                blocks[key].add(name)
    seen: set[tuple[_Name, _Name]] = set()
    for done, (_, block) in enumerate(sorted(blocks.items()), start=1):
        if done % 1000 == 0 or done == len(blocks):
            on_progress("comparing names", done, len(blocks))
        names = sorted(block, key=lambda name: (name.plain, name))
        for n, one in enumerate(names):
            for other in names[n + 1 : n + _WINDOW]:
                pair = (one, other) if one < other else (other, one)
                if one.node != other.node and pair not in seen:
                    seen.add(pair)
                    yield pair


def _block_keys(name: _Name) -> Iterator[tuple[str, ...]]:
    yield "spelling", name.plain
    words = wording(name.text)
    if len(words) > 1:
        yield "words", *sorted(words)
    if len(words) > 2:
        for n in range(len(words)):
            yield "words", *sorted(words[:n] + words[n + 1 :])
    if 4 < len(name.plain) < 12:
        yield "letters", name.plain
        for n in range(len(name.plain)):
            yield "letters", name.plain[:n] + name.plain[n + 1 :]
    if len(name.plain) > 11:
        yield "beginning", name.plain[: len(name.plain) * 2 // 3]
        yield "end", name.plain[len(name.plain) // 3 :]
    if is_phrase(name.text):
        initials = "".join(word[0] for word in re.findall(r"[^\W_]+", name.text) if word not in SMALL_WORDS)
        yield "initials", initials.lower()
    elif 1 < len(name.text) < 8 and " " not in name.text:
        yield "initials", name.text.lower()


# --- how alike they are ---------------------------------------------------------------------------------


def _compare(graph: nx.DiGraph[str], one: _Name, other: _Name) -> tuple[float, str] | None:
    """Return how alike two names are, of 100, and why; nothing where they cannot be one thing."""
    if re.findall(r"\d+", one.text) != re.findall(r"\d+", other.text) or not (one.is_label or other.is_label):
        # Two things that are both known by one abbreviation and called otherwise are two.
        return None
    same_kind = graph.nodes[one.node]["kind"] == graph.nodes[other.node]["kind"]
    names = f"{one.text} | {other.text}"
    if one.plain == other.plain:
        return (100, f"one name: {names}" if same_kind else f"one name, two kinds: {names}")
    if not same_kind or _is_family(graph, one.node, other.node) or _is_family(graph, other.node, one.node):
        return None
    if sorted(wording(one.text)) == sorted(wording(other.text)):
        return (95, f"the same words: {names}")
    short, long = sorted((one, other), key=lambda name: len(name.text))
    if short.is_label and is_initials(short.text, long.text):
        return (90, f"initials: {names}") if is_phrase(long.text) and not is_phrase(short.text) else None
    return _compare_words(one.text, other.text, names)


def _compare_words(one: str, other: str, names: str) -> tuple[float, str] | None:
    mine, others = (re.findall(r"[^\W_]+", text.lower()) for text in (one, other))
    if len(mine) == len(others):
        likeness = min(map(_word_likeness, mine, others))
        if likeness >= _LEAST_WORD:
            return round(fuzz.ratio("".join(mine), "".join(others)), 1), f"spelling: {names}"
    elif is_phrase(one) and is_phrase(other):
        short, long = sorted((mine, others), key=len)
        rest = iter(long)
        if len(short) > 1 and short[0] == long[0] and short[-1] == long[-1] and all(w in rest for w in short):
            return _LEFT_OUT, f"a word left out: {names}"
    elif "".join(mine) != "".join(others):
        likeness = fuzz.ratio("".join(mine), "".join(others))
        if likeness >= _LEAST_NAME:
            return round(likeness, 1), f"spelling: {names}"
    return None


def _word_likeness(one: str, other: str) -> float:
    """Return how alike two words are, of 100; words of which one denies or divides the other are not."""
    short, long = sorted((one, other), key=len)
    if one != other and re.fullmatch(rf"(?:{_PREFIXES}){short}", long):
        return 0
    return 100 if one == other else fuzz.ratio(one, other)


def _is_family(graph: nx.DiGraph[str], node: str, family: str) -> bool:
    """Whether a way of ``variant_of`` edges leads from a node to a family."""
    waiting = [node]
    seen = {node}
    while waiting:
        for other, edge in graph.succ[waiting.pop()].items():
            if edge["relation"] == VARIANT_OF and other not in seen:
                if other == family:
                    return True
                seen.add(other)
                waiting.append(other)
    return False


def _ordered(graph: nx.DiGraph[str], one: str, other: str) -> tuple[str, str]:
    first, second = sorted((one, other), key=lambda node: (-graph.nodes[node].get("n_papers", 0), node))
    return first, second


def _record(
    graph: nx.DiGraph[str],
    pair: tuple[str, str],
    likeness: tuple[float, str],
    weights: Mapping[str, float],
) -> dict[str, Any]:
    node, other = pair
    name_score, evidence = likeness
    shared = set(papers_of(graph, node)) & set(papers_of(graph, other))
    context = cosine(profile(graph, node, weights, shared), profile(graph, other, weights, shared))
    return {
        "id": node,
        "other": other,
        "label": graph.nodes[node]["label"],
        "other_label": graph.nodes[other]["label"],
        "score": round(name_score / 100 * (0.5 + 0.5 * context) / (1 + len(shared)), 3),
        "name_score": name_score,
        "context": round(context, 2),
        "shared": len(shared),
        "n_papers": graph.nodes[node].get("n_papers", 0),
        "other_papers": graph.nodes[other].get("n_papers", 0),
        "evidence": evidence,
    }
