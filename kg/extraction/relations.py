"""The relation of a paper to each of its entities, from where and how it names them.

The component ``kg_relations`` groups the entities of a document (``kg.names.group``), gives every mention
of a group the same relation, and stores it as ``span._.relation``; the entity's id in this document goes to
``span._.entity``. Three have read the paper: a `LinearClassifier` over the words around the mentions, their
positions and the title; the recogniser's network (``doc._.relation_scores``); and the reranker
(``span._.introduced``). A small network weighs their readings (stacking: Wolpert 1992, "Stacked
Generalization"). Where only the first has read, its reading decides. ``kg train`` fits all to the gold.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span

import kg.extraction.extensions  # noqa: F401
from kg.extraction.frequency import WordFrequency
from kg.extraction.layers import forward, pack, unpack
from kg.extraction.linear import LinearClassifier
from kg.names import document_entities
from kg.schema import LABELS, RELATIONS

__all__ = [
    "READINGS",
    "Reading",
    "RelationClassifier",
    "create_relations",
    "group_by_entity",
    "group_features",
]

READINGS = (
    *(f"words {relation}" for relation in RELATIONS),
    *(f"network {relation}" for relation in RELATIONS),
    *("introduced", "introduced at best", "mentions", "score", "best score", "where", "in title", "capital"),
    *(f"label {label}" for label in LABELS),
)
"""What `RelationClassifier.readings` holds of an entity; the first ten are logarithms or log odds over 3."""

_BEFORE, _AFTER = 8, 5
_BITS = 17
_PREFERENCE = 1.4
_PREFERENCE_ALONE = 2.4
"""Added to the logarithm of ``introduces``: to miss it costs a reader more than one too many. The second is
for the words' reading alone."""


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
        self.layers: list[npt.NDArray[np.float32]] = []

    def __call__(self, doc: Doc) -> Doc:
        """Set ``_.entity`` and ``_.relation`` on every entity span and return the document."""
        groups = group_by_entity(doc)
        if groups:
            if self.layers and _is_read(doc, groups):
                table = forward(self.layers, self.readings(doc, groups)).astype(np.float64)
                table[:, RELATIONS.index("introduces")] += _PREFERENCE
            else:
                table = self._read_words(doc, groups)
                table[:, RELATIONS.index("introduces")] += _PREFERENCE_ALONE
            for (entity, spans), row in zip(groups.items(), table, strict=True):
                for span in spans:
                    span._.entity = entity
                    span._.relation = RELATIONS[int(row.argmax())]
        doc._.relation_scores = None
        return doc

    def readings(self, doc: Doc, groups: Mapping[str, Sequence[Span]]) -> npt.NDArray[np.float32]:
        """Return a row for each entity of a document that tagger and reranker have read.

        Shape (entities, `READINGS`).
        """
        text = doc.text
        title = text.find("\n")
        rows = []
        for words, spans in zip(self._read_words(doc, groups), groups.values(), strict=True):
            odds = [_odds(span._.introduced) for span in spans]
            scores = [span._.score for span in spans]
            rows.append(
                [
                    *words / 3,
                    *_read_by_network(doc, spans) / 3,
                    *(sum(odds) / len(odds) / 3, max(odds) / 3, np.log(len(spans))),
                    *(sum(scores) / len(scores), max(scores)),
                    *(spans[0].start_char / len(text), any(span.end_char <= title for span in spans)),
                    any(character.isupper() for character in spans[0].text[1:]),
                    *(spans[0].label_ == label for label in LABELS),
                ]
            )
        return np.array(rows, dtype=np.float32)

    def _read_words(self, doc: Doc, groups: Mapping[str, Sequence[Span]]) -> npt.NDArray[np.float64]:
        reading = Reading(doc)
        features = [group_features(reading, spans, self.frequency) for spans in groups.values()]
        table: npt.NDArray[np.float64] = np.log(self.classifier.probabilities(features))
        return table

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write the weights into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights.bin").write_bytes(self.classifier.to_bytes())
        (folder / "frequency.bin").write_bytes(self.frequency.to_bytes())
        (folder / "layers.npz").write_bytes(pack(self.layers))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> RelationClassifier:  # noqa: ARG002
        """Read the weights from the folder ``path`` and return the component."""
        self.classifier.from_bytes((Path(path) / "weights.bin").read_bytes())
        self.frequency.from_bytes((Path(path) / "frequency.bin").read_bytes())
        self.layers = unpack((Path(path) / "layers.npz").read_bytes())
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Return the weights as bytes."""
        state = {
            "weights": self.classifier.to_bytes(),
            "frequency": self.frequency.to_bytes(),
            "layers": pack(self.layers),
        }
        data: bytes = srsly.msgpack_dumps(state)
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> RelationClassifier:  # noqa: ARG002
        """Set the weights from bytes and return the component."""
        state = srsly.msgpack_loads(data)
        self.classifier.from_bytes(state["weights"])
        self.frequency.from_bytes(state["frequency"])
        self.layers = unpack(state["layers"])
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


def _is_read(doc: Doc, groups: Mapping[str, Sequence[Span]]) -> bool:
    """Tell whether tagger and reranker have read the document, and nothing else added to its entities."""
    told = (span._.introduced is not None for spans in groups.values() for span in spans)
    return doc._.relation_scores is not None and all(told)


def _read_by_network(doc: Doc, spans: Sequence[Span]) -> npt.NDArray[np.float64]:
    """Return the mean log-probability of each relation over the tokens of the mentions."""
    rows = np.concatenate([doc._.relation_scores[span.start : span.end] for span in spans]).astype(np.float64)
    logs: npt.NDArray[np.float64] = rows - np.log(np.exp(rows).sum(axis=1, keepdims=True))
    mean: npt.NDArray[np.float64] = logs.mean(axis=0)
    return mean


def _odds(chance: float) -> float:
    chance = min(max(chance, 0.01), 0.99)
    return float(np.log(chance / (1 - chance)))


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
