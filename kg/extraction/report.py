"""Evaluates a pipeline on a split of the gold, and prints what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from kg.errors import InputError
from kg.extraction.evaluation import Report, Score, error_table, evaluate
from kg.extraction.gold import gold_texts, read_gold
from kg.extraction.pipeline import extract_mentions, load_pipeline
from kg.extraction.split import is_dev

__all__ = ["SPLITS", "evaluate_model", "report_text"]

SPLITS = ("dev", "train", "all")


def evaluate_model(
    gold: str | Path,
    inputs: Iterable[str | Path],
    *,
    model: str | Path = "default",
    split: str = "dev",
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Run a pipeline over the gold papers of a split and compare.

    Parameters
    ----------
    gold : str or Path
        Gold annotations.
    inputs : iterable of str or Path
        Files and folders that hold the texts of the gold papers.
    model : str or Path
        As `kg.extraction.load_pipeline` takes it.
    split : {"dev", "train", "all"}
        ``dev`` are the papers that the shipped pipelines were not trained on.
    on_progress : callable, optional

    Raises
    ------
    InputError
        Gold or texts cannot be read, a gold paper has no text, or the split is empty.
    """
    if split not in SPLITS:
        raise InputError(f"--split {split!r} is none of {', '.join(SPLITS)}.")
    chosen = [g for g in read_gold(gold) if split == "all" or is_dev(g.id) == (split == "dev")]
    if not chosen:
        raise InputError(f"{gold}: no papers in the split {split!r}; choose --split all.")
    texts = gold_texts(chosen, inputs, gold)
    predicted = {}
    for done, (paper, mentions) in enumerate(
        zip(texts, extract_mentions(texts, load_pipeline(model)), strict=True), start=1
    ):
        predicted[paper.id] = mentions
        if on_progress:
            on_progress("extraction", done, len(texts))
    return evaluate(chosen, {paper.id: paper for paper in texts}, predicted)


def report_text(report: Report, examples: int = 0) -> str:
    """Return a report as text, with ``examples`` of each kind of error."""
    lines = [f"{'':16}{'P':>6}{'R':>6}{'F1':>6}{'gold':>7}"]
    lines += [_row(name, score) for name, score in report.spans.items()]
    lines += [
        _row("entity per paper", report.entities),
        _row("edge end to end", report.edges),
        _row("linking pairs", report.links),
        f"relation accuracy on matched mentions {report.relation_accuracy:.1f} % of {report.relations}",
        f"introduced systems found {_percent(report.introduced_found, report.introduced)}, "
        f"as introduced {_percent(report.introduced_as_such, report.introduced)} of {report.introduced}",
        f"papers {report.papers}, without prediction {report.missing}",
        "errors " + ", ".join(f"{n} {kind}" for kind, n in sorted(error_table(report).items())),
    ]
    for kind in sorted(error_table(report)) if examples else ():
        some = [error for error in report.errors if error.kind == kind][:examples]
        lines += ["", kind, *(f"  {e.paper}  {e.gold or '-'}  {e.predicted or '-'}" for e in some)]
    return "\n".join(lines)


def _row(name: str, score: Score) -> str:
    return f"{name:16}{score.precision:6.1f}{score.recall:6.1f}{score.f1:6.1f}{score.gold:7d}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} %"
