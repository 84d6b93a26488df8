"""The score of a mention: a calibrated probability that its span and label are right.

The component ``kg_confidence`` replaces the recogniser's own score by one learned on papers that the
recogniser was not trained on: a logistic regression over that score, the label and how often and where the
document says the same (Platt 1999, "Probabilistic Outputs for Support Vector Machines", for the idea).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import srsly
from spacy.language import Language
from spacy.tokens import Doc, Span

import kg.extraction.extensions  # noqa: F401
from kg.extraction.linear import LinearClassifier

__all__ = ["ConfidenceModel", "create_confidence", "span_features"]

_CLASSES = ("wrong", "right")
_BITS = 12


def span_features(doc: Doc) -> list[list[str]]:
    """Return the features of each entity span of a document, in the order of ``doc.ents``."""
    seen = Counter(span.text for span in doc.ents)
    return [_features(span, seen[span.text]) for span in doc.ents]


class ConfidenceModel:
    """The component ``kg_confidence``."""

    def __init__(self) -> None:
        self.classifier = LinearClassifier(_CLASSES, bits=_BITS)
        self.trained = False

    def __call__(self, doc: Doc) -> Doc:
        """Replace ``_.score`` on every entity span and return the document; untrained, leave it."""
        spans = list(doc.ents)
        if self.trained and spans:
            table = self.classifier.probabilities(span_features(doc))
            for span, row in zip(spans, table, strict=True):
                span._.score = float(row[1])
        return doc

    def fit(self, examples: list[list[str]], right: list[bool]) -> None:
        """Fit on the features of held-out mentions and whether each was right."""
        self.classifier.fit(examples, [_CLASSES[r] for r in right], l2=3e-3)
        self.trained = True

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Write the weights into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "weights.bin").write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> ConfidenceModel:  # noqa: ARG002
        """Read the weights from the folder ``path`` and return the component."""
        return self.from_bytes((Path(path) / "weights.bin").read_bytes())

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """Return the state as bytes."""
        data: bytes = srsly.msgpack_dumps({"trained": self.trained, "weights": self.classifier.to_bytes()})
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> ConfidenceModel:  # noqa: ARG002
        """Set the state from bytes and return the component."""
        state = srsly.msgpack_loads(data)
        self.trained = state["trained"]
        self.classifier.from_bytes(state["weights"])
        return self


@Language.factory("kg_confidence", requires=["doc.ents"])
def create_confidence(nlp: Language, name: str) -> ConfidenceModel:  # noqa: ARG001
    """Make the component; it leaves the scores alone until it is trained."""
    return ConfidenceModel()


def _features(span: Span, times: int) -> list[str]:
    odds = math.log((span._.score + 1e-4) / (1 - span._.score + 1e-4))
    features = ["bias", f"label:{span.label_}"]
    # A sum of step functions of the log odds: a monotone curve that the regression can bend.
    features += [f"odds>{step}" for step in range(-3, 9) if odds > step]
    features.append(f"times:{min(times, 4)}")
    features.append(f"words:{min(len(span), 5)}|{span.label_}")
    features.append(f"case:{_case(span.text)}|{span.label_}")
    return features


def _case(text: str) -> str:
    if text.islower():
        return "lower"
    if any(c.isdigit() for c in text):
        return "digit"
    return "title" if text.istitle() else "mixed"
