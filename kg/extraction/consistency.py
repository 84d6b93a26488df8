"""A name is a name everywhere in its paper.

The component ``kg_consistency`` lets the mentions that the recogniser found vote: a form that it found with
one label stands for that label at each of its occurrences in the document, as in the gold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc

import kg.extraction.extensions  # noqa: F401
from kg.extraction.occurrences import occurrences

__all__ = ["ConsistencyVoter", "agree", "create_consistency"]


def agree(text: str, spans: Sequence[tuple[int, int, str]], share: float) -> list[tuple[int, int, str]]:
    """Return the spans after the vote, in text order.

    Parameters
    ----------
    text : str
    spans : sequence of (start, end, label)
        As found, without overlap.
    share : float
        A form is kept where it was found in at least this share of its occurrences.

    Examples
    --------
    >>> agree("LoRA helps. We like LoRA.", [(0, 4, "METHOD")], share=0.3)
    [(0, 4, 'METHOD'), (20, 24, 'METHOD')]
    """
    votes: dict[str, Counter[str]] = {}
    for start, end, label in spans:
        votes.setdefault(text[start:end], Counter())[label] += 1
    places = occurrences(text, [(form, form) for form in votes])
    seen = Counter(form for _, _, form in places)
    result = []
    for start, end, form in places:
        count = votes[form].total()
        if count >= share * seen[form]:
            result.append((start, end, min(votes[form], key=lambda label: (-votes[form][label], label))))
    return result


class ConsistencyVoter:
    """The component ``kg_consistency``."""

    def __init__(self, share: float) -> None:
        self.share = share

    def __call__(self, doc: Doc) -> Doc:
        """Replace ``doc.ents`` by the outcome of the vote and return the document."""
        found = [(span.start_char, span.end_char, span.label_) for span in doc.ents]
        best: dict[str, float] = {}
        for span in doc.ents:
            best[span.text] = max(best.get(span.text, 0.0), span._.score)
        places = (doc.char_span(s, e, label=label) for s, e, label in agree(doc.text, found, self.share))
        spans = [span for span in places if span is not None]
        for span in spans:
            span._.score = best[span.text]
        doc.set_ents(spans)
        return doc


@Language.factory(
    "kg_consistency", default_config={"share": 0.6}, requires=["doc.ents"], assigns=["doc.ents"]
)
def create_consistency(nlp: Language, name: str, share: float) -> ConsistencyVoter:  # noqa: ARG001
    """Make the component."""
    return ConsistencyVoter(share)
