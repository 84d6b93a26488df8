"""Fits what stands on the tagger: the choice among its candidates, and the relation of an entity."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from spacy.language import Language
from torch import nn
from torch.nn import functional

from kg.extraction.evidence import evidence
from kg.extraction.frequency import WordFrequency
from kg.extraction.gazetteer import Gazetteer
from kg.extraction.gold import gold_spans
from kg.extraction.linear import LinearClassifier
from kg.extraction.relations import Reading, RelationClassifier, group_features
from kg.extraction.training.data import Pairs, docs_of
from kg.schema import RELATIONS

__all__ = ["Examples", "examples", "fit_relations", "fit_reranker"]

Floats = npt.NDArray[np.float32]
Examples = tuple[Floats, Floats]
"""Rows of `kg.extraction.evidence`, and for each whether it is gold, and gold that is introduced: 1 or 0."""

RELATION_L2 = 3e-5
"""Weight of the penalty on the weights of the relation classifier."""

_HIDDEN = 64
_EPOCHS = 12
_BATCH = 512
_RATE = 2e-3
_DECAY = 0.02
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


def fit_reranker(tables: Floats, rights: Floats, seed: int = _SEED) -> list[Floats]:
    """Return the weights of the reranker's network, each layer with its bias as the last row."""
    torch.manual_seed(seed)
    width = tables.shape[1]
    network = nn.Sequential(
        nn.Linear(width, _HIDDEN),
        nn.ReLU(),
        nn.Dropout(_DROPOUT),
        nn.Linear(_HIDDEN, _HIDDEN),
        nn.ReLU(),
        nn.Dropout(_DROPOUT),
        nn.Linear(_HIDDEN, 2),
    )
    x, y = torch.from_numpy(tables), torch.from_numpy(rights)
    steps = _EPOCHS * (len(x) // _BATCH + 1)
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    slope = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    for _ in range(_EPOCHS):
        for rows in torch.randperm(len(x)).split(_BATCH):
            loss = functional.binary_cross_entropy_with_logits(network(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            slope.step()
    layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    return [
        torch.cat([layer.weight.T, layer.bias[None]]).detach().numpy().astype(np.float32) for layer in layers
    ]
