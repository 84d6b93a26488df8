"""Judges the links of a graph, or of linking alone, by labelled pairs, and prints what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from kg.errors import InputError
from kg.linking import link
from kg.linking.pairs import LinkReport, Pair, judge, read_pairs
from kg.schema import VARIANT_OF, Variant

__all__ = ["judge_gold", "judge_graph", "links_text"]


def judge_graph(pairs_file: str | Path, graph: str | Path) -> LinkReport:
    """Judge the links of a graph that was built.

    Parameters
    ----------
    pairs_file : str or Path
        As `read_pairs` takes it.
    graph : str or Path
        Folder of the graph, with its tables: the mentions are not in the GraphML.

    Raises
    ------
    MissingGraphError
        There is no graph.
    InputError
        The pairs cannot be read, the folder has no tables of the same build, or no pair is of its papers.
    """
    from kg.export.tables import read_index, read_tables, tables_fit
    from kg.queries import graph_file

    pairs = read_pairs(pairs_file)
    graph_file(Path(graph))
    if not Path(graph).is_dir() or not tables_fit(graph):
        raise InputError(f"{graph} has no table of mentions; name a folder that `kg build` wrote.")
    edges = read_index(graph).edges(data=True)
    variants = [
        Variant(source, target, edge.get("evidence", ""))
        for source, target, edge in edges
        if edge["relation"] == VARIANT_OF
    ]
    return _seen(judge(pairs, read_tables(graph)[1], variants), pairs_file, graph)


def judge_gold(
    pairs_file: str | Path,
    gold: str | Path,
    inputs: Iterable[str | Path],
    *,
    on_progress: Callable[[str, int, int], None] = lambda _stage, _done, _total: None,
) -> LinkReport:
    """Judge linking alone: link the annotated mentions, instead of those that a pipeline finds.

    Parameters
    ----------
    pairs_file : str or Path
        As `read_pairs` takes it.
    gold : str or Path
        Gold annotations.
    inputs : iterable of str or Path
        Files and folders that hold the texts of the gold papers.
    on_progress : callable, optional

    Raises
    ------
    InputError
        Pairs, gold or texts cannot be read, a gold paper has no text, or no pair is of gold papers.
    """
    from kg.extraction.gold import gold_mentions, gold_texts, read_gold

    pairs = read_pairs(pairs_file)
    annotated = read_gold(gold)
    on_progress("reading", 0, 1)
    papers = gold_texts(annotated, inputs, gold)
    on_progress("reading", 1, 1)
    on_progress("linking", 0, len(papers))
    linked = link(papers, gold_mentions(annotated, papers))
    on_progress("linking", len(papers), len(papers))
    return _seen(judge(pairs, linked.mentions, linked.variants), pairs_file, gold)


def links_text(report: LinkReport) -> str:
    """Return a report as text: the figures, then each pair that is wrong with what the reader says of it."""
    right, variants = report.right, report.tied + len(report.untied)
    lines = [
        f"pairs seen     {report.seen} of {report.pairs}",
        f"same           P {report.precision:.1f}  R {report.recall:.1f}  of {right + len(report.missed)}",
        f"variants tied  {report.tied} of {variants}",
    ]
    wrong = {
        "false merges": report.false_merges,
        "missed": report.missed,
        "variants not tied": report.untied,
    }
    for title, pairs in wrong.items():
        if pairs:
            lines += ["", f"{title} ({len(pairs)})", *_table(pairs)]
    return "\n".join(lines)


def _table(pairs: Iterable[Pair]) -> list[str]:
    rows = [(*map(_form, (pair.one, pair.other)), pair.label, pair.why) for pair in pairs]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _form(form: tuple[str, str]) -> str:
    return f"{form[1]} ({form[0]})"


def _seen(report: LinkReport, pairs: str | Path, where: str | Path) -> LinkReport:
    if not report.seen:
        raise InputError(
            f"{pairs}: none of its {report.pairs} pairs is of mentions in {where}; "
            "name what holds the papers of the pairs."
        )
    return report
