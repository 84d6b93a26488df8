"""The relation of a paper to each of its entities, from where and how it names them.

The component ``kg_relations`` groups the entities of a document (``kg.names.group``), gives every mention
of a group the same relation, and stores it as ``span._.relation``; the entity's id in this document goes to
``span._.entity``. Three readings are multiplied: that of a `LinearClassifier` over the words around the
mentions, their positions and the title; that of the recogniser's network (``doc._.relation_scores``) and
that of the reranker (``span._.introduced``), where there are any. ``kg train`` fits all to the gold roles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span

import kg.extraction.extensions  # noqa: F401
from kg.extraction.frequency import WordFrequency
from kg.extraction.linear import LinearClassifier
from kg.names import document_entities
from kg.schema import LABELS, RELATIONS

__all__ = ["Reading", "RelationClassifier", "create_relations", "group_features"]

_BEFORE, _AFTER = 8, 5
_BITS = 17
_PREFERENCE = np.array([2.4, 0.0, 0.0, 0.0])
"""Added to the logarithms: a missed ``introduces`` costs a reader more than one too many."""


class Reading:
    """A document as the features need it: its words in lower case and its sentences.

    Attributes
    ----------
    words : list of str
    sentences : list of (start, end)
        Token positions.
    """

    def __init__(self, doc: Doc) -> None:
        self.words = [token.lower_ for token in doc]
        starts = [sentence.start for sentence in doc.sents]
        self.sentences = list(zip(starts, [*starts[1:], len(doc)], strict=True))
        self._starts = starts

    def sentence_of(self, span: Span) -> int:
        """Return the number of the sentence in which a span starts."""
        return bisect_right(self._starts, span.start) - 1


def group_features(reading: Reading, spans: Sequence[Span], frequency: WordFrequency) -> list[str]:
    """Return the features of one entity of a document, given all its mentions in text order.

    They are names such as ``before:propose`` and ``title:head``; the document needs sentence starts.
    ``frequency`` tells how common the rarest of the entity's words is.
    """
    label = spans[0].label_
    total = len(reading.sentences)
    where = [reading.sentence_of(span) for span in spans]
    features = {"bias", f"label:{label}", f"mentions:{min(len(spans), 5)}"}
    features |= {f"first:{_bucket(where[0], total)}", f"last:{_bucket(where[-1], total)}"}
    features.add(f"spread:{min(len(set(where)), 4)}")
    words = {token.text for span in spans for token in span if not token.is_punct}
    rarest = f"rarest:{min(map(frequency.order, words), default=5)}"
    features |= {rarest, f"{rarest}|{_bucket(where[0], total)}"}
    if where[0] == 0:
        features |= set(_title(reading, spans[0]))
    for span, sentence in zip(spans, where, strict=True):
        features |= set(_context(reading, span, sentence))
        features.add(f"sentence:{_bucket(sentence, total)}")
    start = ("first", "near", "title", "mentions", "rarest")
    return sorted(features | {f"{label}|{f}" for f in features if f.startswith(start)})


class RelationClassifier:
    """The component ``kg_relations``."""

    def __init__(self, classifier: LinearClassifier | None = None) -> None:
        self.classifier = classifier or LinearClassifier(RELATIONS, bits=_BITS)
        self.frequency = WordFrequency()

    def __call__(self, doc: Doc) -> Doc:
        """Set ``_.entity`` and ``_.relation`` on every entity span and return the document."""
        groups = group_by_entity(doc)
        if groups:
            reading = Reading(doc)
            features = [group_features(reading, spans, self.frequency) for spans in groups.values()]
            table = np.log(self.classifier.probabilities(features)) + _PREFERENCE
            if doc._.relation_scores is not None:
                table += [_read_by_network(doc, spans) for spans in groups.values()]
            table += [_read_by_reranker(spans) for spans in groups.values()]
            for (entity, spans), row in zip(groups.items(), table, strict=True):
                for span in spans:
                    span._.entity = entity
                    span._.relation = RELATIONS[int(row.argmax())]
        doc._.relation_scores = None
        return doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write the weights into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights.bin").write_bytes(self.classifier.to_bytes())
        (folder / "frequency.bin").write_bytes(self.frequency.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> RelationClassifier:  # noqa: ARG002
        """Read the weights from the folder ``path`` and return the component."""
        self.classifier.from_bytes((Path(path) / "weights.bin").read_bytes())
        self.frequency.from_bytes((Path(path) / "frequency.bin").read_bytes())
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Return the weights as bytes."""
        state = {"weights": self.classifier.to_bytes(), "frequency": self.frequency.to_bytes()}
        data: bytes = srsly.msgpack_dumps(state)
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> RelationClassifier:  # noqa: ARG002
        """Set the weights from bytes and return the component."""
        state = srsly.msgpack_loads(data)
        self.classifier.from_bytes(state["weights"])
        self.frequency.from_bytes(state["frequency"])
        return self


@Language.factory("kg_relations", requires=["doc.ents", "token.is_sent_start"], assigns=["doc.ents"])
def create_relations(nlp: Language, name: str) -> RelationClassifier:  # noqa: ARG001
    """Make the component; untrained, every relation is the first one."""
    return RelationClassifier()


def group_by_entity(doc: Doc) -> dict[str, list[Span]]:
    """Return the mentions of each entity of a document by its ``<kind>:<slug>``, in text order."""
    spans = [span for span in doc.ents if span.label_ in LABELS]
    ids = document_entities(doc.text, [(s.start_char, s.end_char, s.label_) for s in spans])
    groups: dict[str, list[Span]] = {}
    for entity, span in zip(ids, spans, strict=True):
        groups.setdefault(entity, []).append(span)
    return groups


def _read_by_network(doc: Doc, spans: Sequence[Span]) -> npt.NDArray[np.float64]:
    """Return the mean log-probability of each relation over the tokens of the mentions."""
    rows = np.concatenate([doc._.relation_scores[span.start : span.end] for span in spans]).astype(np.float64)
    logs: npt.NDArray[np.float64] = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    mean: npt.NDArray[np.float64] = logs.mean(axis=0)
    return mean


def _read_by_reranker(spans: Sequence[Span]) -> npt.NDArray[np.float64]:
    """Return what the reranker holds of the relations: it tells ``introduces`` from the three others."""
    told = [span._.introduced for span in spans if span._.introduced is not None]
    if not told:
        return np.zeros(len(RELATIONS))
    share = min(max(sum(told) / len(told), 0.01), 0.99)
    return np.log([share if name == "introduces" else 1 - share for name in RELATIONS])


def _bucket(sentence: int, total: int) -> str:
    if sentence == 0:
        return "title"
    if sentence == total - 1:
        return "end"
    return str(min(5 * (sentence - 1) // max(total - 2, 1), 4))


def _title(reading: Reading, span: Span) -> Iterable[str]:
    start, end = reading.sentences[0]
    words = reading.words
    yield "title:in"
    if span.start == start:
        yield "title:head"
        if span.end < end and words[span.end] in {":", "-", "–", "—"}:
            yield "title:name"
    elif ":" in words[start : span.start]:
        yield "title:after colon"
    if span.start > start:
        yield f"title:before:{words[span.start - 1]}"


def _context(reading: Reading, span: Span, sentence: int) -> Iterable[str]:
    start, end = reading.sentences[sentence]
    left, right = reading.words[start : span.start], reading.words[span.end : end]
    before, after = left[-_BEFORE:], right[:_AFTER]
    for distance, word in enumerate(reversed(before)):
        yield f"before:{word}"
        if distance < 2:
            yield f"near{distance}<{word}"
    for distance, word in enumerate(after):
        yield f"after:{word}"
        if distance < 2:
            yield f"near{distance}>{word}"
    if len(before) > 1:
        yield f"near<{before[-2]} {before[-1]}"
    if len(after) > 1:
        yield f"near>{after[0]} {after[1]}"
    yield f"edges:{before[-1] if before else '^'}|{after[0] if after else '$'}"
    for word in left:
        yield f"left:{word}"
    for word in right:
        yield f"right:{word}"
