"""How far the scores of mentions can be trusted: reliability and expected calibration error on the dev split.

    python benchmarks/calibration.py --corpus FILE [--model default] [--svg FILE]

A mention is right where the gold has its span and label. Mentions are binned by score, ten bins of equal
width; the expected calibration error is the mean distance between a bin's share of right mentions and its
mean score, weighted by its mentions (Guo et al. 2017, "On Calibration of Modern Neural Networks"). With
--svg the reliability diagram is written as well.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kg.extraction import extract_mentions, load_pipeline
from kg.extraction.gold import gold_spans, read_gold
from kg.extraction.split import is_dev
from kg.files import atomic_write
from kg.sources import read

BINS = 10
SIDE, LEFT, TOP = 280, 46, 16
Floats = npt.NDArray[np.float64]


def main() -> None:
    """Print the bins and the error."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--model", default="default")
    parser.add_argument("--svg", type=Path)
    options = parser.parse_args()
    scores, right = judged(options.corpus, options.model)
    counts, means, shares = binned(scores, right)
    print(f"{'score':<12}{'mentions':>10}{'mean score':>12}{'right':>8}")
    for n in np.nonzero(counts)[0]:
        name = f"{n / BINS:.1f}–{(n + 1) / BINS:.1f}"
        print(f"{name:<12}{counts[n]:>10.0f}{means[n]:>12.3f}{shares[n]:>8.3f}")
    error = float((counts * np.abs(means - shares)).sum() / counts.sum())
    print(f"expected calibration error {error:.3f} over {len(scores)} mentions")
    if options.svg:
        atomic_write(options.svg, diagram(counts, means, shares))


def judged(corpus: Path, model: str) -> tuple[Floats, Floats]:
    """Return the score of each mention in the dev papers, and 1 where it is right, 0 where not."""
    papers = {paper.id: paper for source in (corpus, Path("seeds/pages")) for paper in read(source).papers}
    gold = [g for name in ("seeds", "corpus") for g in read_gold(f"seeds/gold/{name}.jsonl") if is_dev(g.id)]
    found = extract_mentions((papers[g.id] for g in gold), load_pipeline(model))
    rows = []
    for annotated, mentions in zip(gold, found, strict=True):
        spans = gold_spans(papers[annotated.id].text, annotated.entities)
        wanted = {(s.start, s.end, s.label) for s in spans}
        rows += [(m.score, (m.start, m.end, m.label) in wanted) for m in mentions]
    scores, right = np.array(rows, dtype=np.float64).T
    return scores, right


def binned(scores: Floats, right: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mentions, their mean score and the share that is right, per bin; empty ones have 0."""
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS).astype(np.float64)
    full = np.maximum(counts, 1)
    return (
        counts,
        np.bincount(bins, scores, BINS) / full,
        np.bincount(bins, right, BINS) / full,
    )


def diagram(counts: Floats, means: Floats, shares: Floats) -> str:
    """Return the reliability diagram: a dot per bin, its area the bin's mentions, beside the diagonal."""

    def x(value: float) -> str:
        return f"{LEFT + SIDE * value:.1f}"

    def y(value: float) -> str:
        return f"{TOP + SIDE * (1 - value):.1f}"

    ticks = [n / 5 for n in range(6)]
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + SIDE + 20} {TOP + SIDE + 44}" '
        f'width="{LEFT + SIDE + 20}" font-family="sans-serif" font-size="11" fill="#444">',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for tick in ticks:
        lines += [
            f'<path d="M{x(tick)} {y(0)}V{y(1)}M{x(0)} {y(tick)}H{x(1)}" stroke="#e4e4e4"/>',
            f'<text x="{x(tick)}" y="{TOP + SIDE + 15}" text-anchor="middle">{tick:.1f}</text>',
            f'<text x="{LEFT - 6}" y="{float(y(tick)) + 4:.1f}" text-anchor="end">{tick:.1f}</text>',
        ]
    lines += [
        f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#999" stroke-dasharray="4 3"/>',
        f'<text x="{x(0.5)}" y="{TOP + SIDE + 34}" text-anchor="middle">score</text>',
        f'<text transform="translate(12 {y(0.5)}) rotate(-90)" text-anchor="middle">share right</text>',
    ]
    for n in np.nonzero(counts)[0]:
        radius = 3 + 9 * (counts[n] / counts.max()) ** 0.5
        lines.append(
            f'<circle cx="{x(means[n])}" cy="{y(shares[n])}" r="{radius:.1f}" fill="#2a6fbb" opacity="0.8">'
            f"<title>{counts[n]:.0f} mentions, score {means[n]:.2f}, right {shares[n]:.2f}</title></circle>"
        )
    return "\n".join([*lines, "</svg>", ""])


if __name__ == "__main__":
    main()
