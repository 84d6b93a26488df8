"""Fits what stands on the tagger: the relation of an entity and the score of a mention."""

from __future__ import annotations

from typing import Any

from spacy.language import Language

from kg.extraction.confidence import ConfidenceModel, span_features
from kg.extraction.frequency import WordFrequency
from kg.extraction.gold import gold_spans
from kg.extraction.linear import LinearClassifier
from kg.extraction.relations import Reading, RelationClassifier, group_features
from kg.extraction.training.data import Pairs, docs_of
from kg.schema import RELATIONS

__all__ = ["fit_confidence", "fit_relations"]

RELATION_L2 = 3e-5


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


def fit_confidence(nlp: Language, confidence: ConfidenceModel, held_out: Pairs) -> None:
    """Calibrate on held-out papers: the tagger is too sure of those that it was trained on."""
    examples: list[list[str]] = []
    right: list[bool] = []
    docs = nlp.pipe([paper.text for paper, _ in held_out], batch_size=16)
    for doc, (paper, gold) in zip(docs, held_out, strict=True):
        wanted = {(s.start, s.end, s.label) for s in gold_spans(paper.text, gold.entities)}
        examples += span_features(doc)
        right += [(s.start_char, s.end_char, s.label_) in wanted for s in doc.ents]
    if examples:
        confidence.fit(examples, right)
