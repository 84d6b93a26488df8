"""How accurate the recipe is on papers it was not trained on, and how that grows with the gold.

    python benchmarks/accuracy.py folds --corpus FILE [--folds 5] [--work .train]
    python benchmarks/accuracy.py curve --corpus FILE [--work .train]

`folds` is a cross-validation over all the gold: each paper is judged by a pipeline that did not see its
annotation, and the figures stand for the seeds and for the corpus apart. `curve` trains on growing parts of
the training split and measures on the dev split. Both fit the pretrained encoder of `kg train` to the gold
(its teacher, without the student's soft tags, which would carry gold of the judged papers) and put the rules
and heads of the default pipeline on top. Finished fits are kept in the work folder.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import torch

from kg.extraction import extract_mentions
from kg.extraction.evaluation import Report, evaluate
from kg.extraction.report import report_text
from kg.extraction.split import folds, is_dev, shuffled
from kg.extraction.training.data import Pairs
from kg.extraction.training.network import Tagger
from kg.extraction.training.steps import RECIPE, Workshop, open_workshop, package
from kg.schema import Mention

EPOCHS = 5
SIZES = (250, 500, 1000, 2000, 4000)


def main() -> None:
    """Print the reports."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["folds", "curve"])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path(".train"))
    parser.add_argument("--folds", type=int, default=5)
    options = parser.parse_args()
    shop = open_workshop(corpus=options.corpus, seeds=Path("seeds"), work=options.work, say=print)
    if options.what == "folds":
        cross_validate(shop, options.folds)
    else:
        curve(shop)


def cross_validate(shop: Workshop, number: int) -> None:
    """Print a report over the seed papers and one over the corpus papers."""
    sources = [[p for p in shop.pairs if (":" in p[0].id) == corpus] for corpus in (False, True)]
    dealt = [folds([paper.id for paper, _ in pairs], number) for pairs in sources]
    found: dict[str, list[Mention]] = {}
    for n in range(number):
        held = {paper_id for parts in dealt for paper_id in parts[n]}
        train = [p for p in shop.pairs if p[0].id not in held]
        test = [p for p in shop.pairs if p[0].id in held]
        found |= predict(shop, f"fold{n}", train, test, EPOCHS)
        print(f"fold {n}: F1 {report(test, found).spans['ALL'].f1:.1f}", flush=True)
    for name, pairs in zip(("seeds", "corpus"), sources, strict=True):
        print(f"\n{name}\n{report_text(report(pairs, found))}", flush=True)


def curve(shop: Workshop) -> None:
    """Print the F1 on dev by the number of training papers."""
    by_id = {p[0].id: p for p in shop.pairs}
    train = [by_id[paper_id] for paper_id in shuffled(i for i in by_id if not is_dev(i))]
    dev = [p for p in shop.pairs if is_dev(p[0].id)]
    for size in SIZES:
        # Small parts get more epochs: about as many steps as half of the gold gets.
        epochs = max(EPOCHS, min(20, 10000 // size))
        started = time.perf_counter()
        scores = report(dev, predict(shop, f"curve{size}", train[:size], dev, epochs)).spans
        minutes = (time.perf_counter() - started) / 60
        print(
            f"{min(size, len(train))} papers, {epochs} epochs: F1 {scores['ALL'].f1:.1f}, "
            f"core four {scores['CORE4'].f1:.1f} ({minutes:.0f} min)",
            flush=True,
        )


def predict(shop: Workshop, name: str, train: Pairs, test: Pairs, epochs: int) -> dict[str, list[Mention]]:
    """Return the mentions that a pipeline trained on ``train`` finds in the papers of ``test``."""
    torch.manual_seed(RECIPE.teach.seed)
    settings = replace(RECIPE.teach, epochs=epochs)
    model = shop.fitted(name, Tagger(shop.encoder()), shop.gold(train), settings)
    # Nothing is calibrated: the score of a mention plays no part in these figures.
    nlp = package(shop.nlp, model, shop.frequency, train, [], shop.work / name)
    papers = [paper for paper, _ in test]
    return dict(zip((paper.id for paper in papers), extract_mentions(papers, nlp), strict=True))


def report(pairs: Pairs, found: dict[str, list[Mention]]) -> Report:
    """Compare what was found with the gold of the papers."""
    return evaluate([gold for _, gold in pairs], {paper.id: paper for paper, _ in pairs}, found)


if __name__ == "__main__":
    main()
