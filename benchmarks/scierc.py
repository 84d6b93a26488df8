"""Trains the recipe of the default pipeline on SciERC and tests it there: exact span and type, micro F1.

    python benchmarks/scierc.py SCIERC --corpus FILE [--work .train] [--seeds 3]

SCIERC is the folder of the split as CoNLL columns (train.txt, test.txt; Luan et al. 2018, "Multi-Task
Identification of Entities, Relations, and Coreference for Scientific Knowledge Graph Construction", as
distributed with SciBERT, Beltagy et al. 2019). The encoder is that of `kg train`, pretrained on the corpus
without any annotation; what was learned from kg's own gold is not used.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.features import words_of
from kg.extraction.tags import tags_of
from kg.extraction.training.batches import Documents
from kg.extraction.training.network import Tagger
from kg.extraction.training.steps import Workshop, open_workshop
from kg.extraction.training.tagger import FitSettings, Gold, accuracy, fit
from kg.schema import LABELS

TYPES = dict(
    zip(("Method", "Material", "OtherScientificTerm", "Generic", "Task", "Metric"), LABELS, strict=True)
)
"""SciERC's six types stand in for kg's six labels, which name the outputs of the network."""

SETTINGS = FitSettings(epochs=40, tokens=1500, learn_rate=1.2e-3, dropout=0.3, hidden=0.15, average=0.995)
SciBERT = 67.6


def main() -> None:
    """Print precision, recall and F1 per seed and their mean."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scierc", type=Path)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path(".train"))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    shop = open_workshop(corpus=options.corpus, seeds=Path("seeds"), work=options.work, say=print)
    train, test = (gold_of(shop.nlp, options.scierc / f"{name}.txt") for name in ("train", "test"))
    print(f"train {len(train.documents.titles)} documents, test {len(test.documents.titles)}")
    found = []
    for seed in range(options.seeds):
        scores = run(shop, train, test, replace(SETTINGS, seed=seed))
        print(
            f"seed {seed}: " + " ".join(f"{name} {value:.1f}" for name, value in scores.items()), flush=True
        )
        found.append(scores["f"])
    print(f"mean F1 {statistics.mean(found):.1f} (SciBERT, as published: {SciBERT})")


def run(shop: Workshop, train: Gold, test: Gold, settings: FitSettings) -> dict[str, float]:
    """Return the scores on ``test`` after the last epoch; nothing is chosen by them."""
    torch.manual_seed(settings.seed)
    checkpoint = shop.work / f"scierc-{settings.seed}.checkpoint"
    checkpoint.unlink(missing_ok=True)
    model = fit(Tagger(shop.encoder()), train, settings, checkpoint, lambda _: None)
    checkpoint.unlink()
    return accuracy(model, test)


def gold_of(nlp: Language, path: Path) -> Gold:
    """Return a file of the split as token arrays over its own vocabulary."""
    docs = list(documents(nlp, path))
    known: dict[str, int] = {}
    ids = [known.setdefault(token.text, len(known)) for doc in docs for token in doc]
    tags = [tag for doc in docs for tag in tags_of(len(doc), [(s.start, s.end, s.label_) for s in doc.ents])]
    offsets = np.cumsum([0, *map(len, docs)])
    words = words_of(nlp.vocab, list(known))
    titles = np.zeros(len(docs), dtype=np.int32)
    arrays = Documents(words, np.array(ids, dtype=np.int32), offsets.astype(np.int64), titles)
    return Gold(arrays, np.array(tags, dtype=np.int8), np.full(len(ids), -1, dtype=np.int8))


def documents(nlp: Language, path: Path) -> Iterator[Doc]:
    """Yield a document per abstract, its words joined by blanks, with its entities."""
    for block in path.read_text(encoding="utf-8").split("-DOCSTART-")[1:]:
        rows = [line.split() for line in block.splitlines()[1:]]
        text = " ".join(row[0] for row in rows if row)
        spans: list[tuple[int, int, str]] = []
        position, before = 0, "O"
        for row in rows:
            if not row:
                before = "O"
                continue
            tag, end = row[-1], position + len(row[0])
            if tag != "O":
                if tag.startswith("I-") and before[1:] == tag[1:]:
                    spans[-1] = (spans[-1][0], end, spans[-1][2])
                else:
                    spans.append((position, end, TYPES[tag[2:]]))
            position, before = end + 1, tag
        doc = nlp.make_doc(text)
        entities = [doc.char_span(start, end, label=label) for start, end, label in spans]
        doc.set_ents([entity for entity in entities if entity is not None])
        assert len(doc.ents) == len(spans), "a span off the token boundaries"
        yield doc


if __name__ == "__main__":
    main()
