"""How accurate the recipe is on papers it was not trained on, and how that grows with the gold.

    python benchmarks/accuracy.py folds --corpus FILE [--work .train]
    python benchmarks/accuracy.py curve --corpus FILE [--work .train]
    python benchmarks/accuracy.py sizes --corpus FILE [--work .train]

`folds` is a cross-validation over the training papers that were drawn by chance: each is judged by a default
pipeline whose recogniser, reranker and relations have not seen it, but the other four folds and, as in
`kg train`, `gold/chosen.jsonl`; the figures stand for the seeds and for the corpus apart. `curve` fits the
recogniser to growing parts of the drawn papers, without the chosen ones, and measures on the dev split,
without a reranker. `sizes` teaches recognisers of several sizes as `kg train` teaches the fast one, and gives
their speed beside that of the default one, again without a reranker. Finished fits are kept in the work
folder.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from kg.extraction import extract_mentions
from kg.extraction.evaluation import Report, evaluate
from kg.extraction.report import report_text
from kg.extraction.split import shuffled
from kg.extraction.training.data import Pairs
from kg.extraction.training.heads import fit_layers, relations_of
from kg.extraction.training.network import Sizes
from kg.extraction.training.steps import Workshop, joined, open_workshop, others, package, tagging
from kg.extraction.training.tagger import accuracy
from kg.schema import Mention

SIZES = (500, 1000, 2000)
STUDENTS = {
    "small": Sizes(width=96, hidden=192, layers=(1, 2), word_width=32, char_width=16, char_filters=48),
    "fast": None,
}
"""Sizes of taught recognisers; None are those of the fast pipeline."""

STEPS = 8000
"""Papers seen in a fit of the smaller sizes: they get more epochs, 20 at most."""


def main() -> None:
    """Print the reports."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["folds", "curve", "sizes"])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path(".train"))
    options = parser.parse_args()
    shop = open_workshop(corpus=options.corpus, seeds=Path("seeds"), work=options.work, say=print)
    {"folds": cross_validate, "curve": curve, "sizes": compare_sizes}[options.what](shop)


def cross_validate(shop: Workshop) -> None:
    """Print a report over the seed papers and one over the corpus papers."""
    folded, introduced = shop.default_folds(), shop.recipe.introduced
    candidates = shop.candidates(shop.nlp, folded)
    told = shop.readings(shop.nlp, folded, candidates, introduced)
    found: dict[str, list[Mention]] = {}
    for n, (_, held) in enumerate(folded):
        nlp = shop.without_fold(n, shop.nlp, folded, candidates, introduced)
        relations_of(nlp).layers = fit_layers(*joined(others(told, n)))
        package(nlp, shop.work / f"fold{n}")
        papers = [paper for paper, _ in held]
        found |= zip((paper.id for paper in papers), extract_mentions(papers, nlp), strict=True)
        print(f"fold {n}: F1 {report(held, found).spans['ALL'].f1:.1f}", flush=True)
    for name in ("seeds", "corpus"):
        pairs = [p for p in shop.drawn if (":" in p[0].id) == (name == "corpus")]
        print(f"\n{name}\n{report_text(report(pairs, found))}", flush=True)


def curve(shop: Workshop) -> None:
    """Print the F1 on dev by the number of training papers."""
    by_id = {p[0].id: p for p in shop.drawn}
    order = [by_id[paper_id] for paper_id in shuffled(by_id)]
    dev = shop.gold(shop.held)
    teach = shop.recipe.teach
    for size in SIZES:
        epochs = max(teach.epochs, min(20, STEPS // size))
        started = time.perf_counter()
        model = shop.fitted(
            f"curve{size}", shop.tagger(teach.seed), shop.gold(order[:size]), replace(teach, epochs=epochs)
        )
        minutes = (time.perf_counter() - started) / 60
        f1 = accuracy(model, dev)["f"]
        print(f"{size} papers, {epochs} epochs: F1 {f1:.1f} ({minutes:.0f} min)", flush=True)


def compare_sizes(shop: Workshop) -> None:
    """Print the F1 on dev and the abstracts per second of recognisers of several sizes."""
    train, held = shop.train, shop.held
    teachers = shop.teachers(shop.gold(train))
    soft, narrow = shop.soft(teachers), shop.narrow()
    networks = [("default", teachers[0], shop.nlp)]
    for name, sizes in STUDENTS.items():
        learned = shop.student(name, sizes or shop.recipe.fast_sizes, narrow, soft)
        polish = shop.recipe.fast_polish
        fitted = shop.fitted(f"{name}-polished", learned, shop.gold(train, narrow), polish)
        networks.append((name, fitted, narrow))
    for name, model, nlp in networks:
        f1 = accuracy(model, shop.gold(held, nlp))["f"]
        pipeline = tagging(nlp, model)
        started = time.perf_counter()
        with threadpool_limits(1):
            for paper, _ in held:
                pipeline(paper.text)
        speed = len(held) / (time.perf_counter() - started)
        weights = sum(p.numel() for p in model.parameters()) / 1e6
        print(f"{name}: {weights:.2f} million weights, F1 {f1:.1f}, {speed:.0f} abstracts/s", flush=True)


def report(pairs: Pairs, found: dict[str, list[Mention]]) -> Report:
    """Compare what was found with the gold of the papers."""
    return evaluate([gold for _, gold in pairs], {paper.id: paper for paper, _ in pairs}, found)


if __name__ == "__main__":
    main()
