"""Fits what stands on the tagger: the choice among its candidates, and the relation of an entity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from spacy.language import Language
from torch import Tensor, nn
from torch.nn import functional

from kg.extraction.evidence import evidence
from kg.extraction.frequency import WordFrequency
from kg.extraction.gazetteer import Gazetteer
from kg.extraction.gold import gold_spans
from kg.extraction.linear import LinearClassifier
from kg.extraction.relations import READINGS, Reading, RelationClassifier, group_by_entity, group_features
from kg.extraction.training.data import Pairs, docs_of
from kg.schema import RELATIONS

__all__ = [
    "RERANKER",
    "Examples",
    "Readings",
    "examples",
    "fit_layers",
    "fit_relations",
    "fit_reranker",
    "readings",
    "relations_of",
]

Floats = npt.NDArray[np.float32]
Examples = tuple[Floats, Floats]
"""Rows of `kg.extraction.evidence`, and for each whether it is gold, and gold that is introduced: 1 or 0."""

Readings = tuple[Floats, npt.NDArray[np.int64]]
"""Rows of `RelationClassifier.readings`, and for each the number of its gold relation."""

Loss = Callable[[Tensor, Tensor], Tensor]

RELATION_L2 = 3e-5
"""Weight of the penalty on the weights of the relation classifier."""


@dataclass(frozen=True)
class Settings:
    """How a small network is fitted: widths of its hidden layers, epochs, batch, learning rate, decay."""

    hidden: tuple[int, ...]
    epochs: int
    batch: int
    rate: float
    decay: float


RERANKER = Settings(hidden=(128, 128), epochs=12, batch=512, rate=2e-3, decay=0.02)
LAYERS = Settings(hidden=(32,), epochs=8, batch=256, rate=3e-3, decay=0.01)

_DROPOUT = 0.1
_SEED = 7


def fit_relations(nlp: Language, train: Pairs, frequency: WordFrequency) -> LinearClassifier:
    """Learn relations from the gold spans, grouped as the gold groups them."""
    examples, labels = [], []
    sentences = nlp.get_pipe("kg_sentences")
    for doc, (paper, gold) in zip(docs_of(nlp, train), train, strict=True):
        sentences(doc)
        groups: dict[int, list[Any]] = {}
        for span in gold_spans(paper.text, gold.entities):
            found = doc.char_span(span.start, span.end, label=span.label)
            if found is not None:
                groups.setdefault(span.entity, []).append(found)
        reading = Reading(doc)
        for index, spans in groups.items():
            examples.append(group_features(reading, spans, frequency))
            labels.append(gold.entities[index].relation)
    classifier = LinearClassifier(RELATIONS, bits=RelationClassifier().classifier.bits)
    classifier.fit(examples, labels, l2=RELATION_L2)
    return classifier


def examples(nlp: Language, pairs: Pairs, gazetteer: Gazetteer) -> Examples:
    """Return the candidates of a pipeline's ``kg_tagger`` in annotated papers."""
    tables, rights = [], []
    tagger = nlp.get_pipe("kg_tagger")
    for paper, gold in pairs:
        roles = [entity.relation == "introduces" for entity in gold.entities]
        wanted = {(s.start, s.end, s.label): roles[s.entity] for s in gold_spans(paper.text, gold.entities)}
        spans, table = evidence(tagger(nlp.make_doc(paper.text)), gazetteer)
        tables.append(table)
        keys = [(s.start_char, s.end_char, s.label_) for s in spans]
        rights += [(key in wanted, wanted.get(key, False)) for key in keys]
    return np.concatenate(tables), np.array(rights, dtype=np.float32)


def readings(nlp: Language, pairs: Pairs) -> Readings:
    """Return what each part of a pipeline reads of the entities that it finds in annotated papers.

    An entity that is not gold is left out: it has no relation.
    """
    relations = relations_of(nlp)
    tables, told = [np.zeros((0, len(READINGS)), dtype=np.float32)], []
    with nlp.select_pipes(disable="kg_relations"):
        for paper, gold in pairs:
            doc = nlp(paper.text)
            groups = group_by_entity(doc)
            if not groups:
                continue
            names = {(e.label, form): RELATIONS.index(e.relation) for e in gold.entities for form in e.forms}
            found = [[names.get((span.label_, span.text), -1) for span in spans] for spans in groups.values()]
            known = [max(those) for those in found]
            tables.append(relations.readings(doc, groups)[[n >= 0 for n in known]])
            told += [n for n in known if n >= 0]
    return np.concatenate(tables), np.array(told, dtype=np.int64)


def relations_of(nlp: Language) -> RelationClassifier:
    """Return the component ``kg_relations``."""
    relations = nlp.get_pipe("kg_relations")
    assert isinstance(relations, RelationClassifier)
    return relations


def fit_reranker(tables: Floats, rights: Floats) -> list[Floats]:
    """Return the weights of the reranker's network."""
    loss = functional.binary_cross_entropy_with_logits
    return _fit(torch.from_numpy(tables), torch.from_numpy(rights), rights.shape[1], loss, RERANKER)


def fit_layers(tables: Floats, told: npt.NDArray[np.int64]) -> list[Floats]:
    """Return the weights of the network that decides on relations."""
    loss = functional.cross_entropy
    return _fit(torch.from_numpy(tables), torch.from_numpy(told), len(RELATIONS), loss, LAYERS)


def _fit(x: Tensor, y: Tensor, outputs: int, loss: Loss, settings: Settings) -> list[Floats]:
    """Return the layers of a network fitted to the rows of ``x``, as `kg.extraction.layers` takes them."""
    torch.manual_seed(_SEED)
    widths = (x.shape[1], *settings.hidden, outputs)
    network = nn.Sequential()
    for wide, narrow in pairwise(widths):
        network.extend([nn.Linear(wide, narrow), nn.ReLU(), nn.Dropout(_DROPOUT)])
    network = network[:-2]
    steps = settings.epochs * (len(x) // settings.batch + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=settings.decay)
    slope = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.rate, total_steps=steps)
    for _ in range(settings.epochs):
        for rows in torch.randperm(len(x)).split(settings.batch):
            value = loss(network(x[rows]), y[rows])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            slope.step()
    layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    return [
        torch.cat([layer.weight.T, layer.bias[None]]).detach().numpy().astype(np.float32) for layer in layers
    ]
