"""Lets a pipeline with another label scheme speak kg's.

The component ``kg_labels`` goes behind the recogniser of any spaCy pipeline. It renames the labels that its
setting ``labels`` lists and leaves the others as they are (kg passes over those that are not its own). With
``spans_key`` it takes the spans of ``doc.spans[spans_key]``, as a span categoriser sets them, scores
included, and makes entities of them; of two that overlap the longer one stays.

>>> import spacy
>>> nlp = spacy.blank("en")
>>> ruler = nlp.add_pipe("entity_ruler")
>>> ruler.add_patterns([{"label": "Material", "pattern": "ImageNet"}])
>>> mapper = nlp.add_pipe("kg_labels", config={"labels": {"Material": "DATASET"}})
>>> [(e.text, e.label_) for e in nlp("trained on ImageNet").ents]
[('ImageNet', 'DATASET')]
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

import kg.extraction.extensions  # noqa: F401
from kg.errors import InputError
from kg.schema import LABELS

__all__ = ["LabelMapper", "create_labels"]


class LabelMapper:
    """The component ``kg_labels``."""

    def __init__(self, mapping: dict[str, str], spans_key: str | None = None) -> None:
        for source, target in mapping.items():
            if target not in LABELS:
                raise InputError(
                    f"kg_labels: {source!r} is mapped to {target!r}, none of {', '.join(LABELS)}."
                )
        self.mapping = mapping
        self.spans_key = spans_key

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of kg that come out, sorted."""
        return tuple(sorted(set(self.mapping.values())))

    def __call__(self, doc: Doc) -> Doc:
        """Replace ``doc.ents`` and return the document."""
        spans = []
        for span, score in self._found(doc):
            renamed = Span(doc, span.start, span.end, label=self.mapping.get(span.label_, span.label_))
            renamed._.score = score
            spans.append(renamed)
        doc.set_ents(filter_spans(spans))
        return doc

    def _found(self, doc: Doc) -> Iterator[tuple[Span, float]]:
        if self.spans_key is None:
            yield from ((span, span._.score) for span in doc.ents)
        elif self.spans_key in doc.spans:
            group = doc.spans[self.spans_key]
            scores = group.attrs.get("scores", [1.0] * len(group))
            yield from ((span, float(score)) for span, score in zip(group, scores, strict=True))


@Language.factory(
    "kg_labels", default_config={"labels": {}, "spans_key": None}, requires=["doc.ents"], assigns=["doc.ents"]
)
def create_labels(
    nlp: Language,  # noqa: ARG001
    name: str,  # noqa: ARG001
    labels: dict[str, str],
    spans_key: str | None,
) -> LabelMapper:
    """Make the component.

    Raises
    ------
    InputError
        A label is mapped to something that is none of ``kg.schema.LABELS``.
    """
    return LabelMapper(labels, spans_key)
