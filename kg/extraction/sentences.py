"""Sentence boundaries of a title and an abstract.

The component ``kg_sentences`` sets ``Token.is_sent_start``. It is a rule, not a network: an abstract's
sentences end in ``.``, ``!`` or ``?`` before a blank and an upper-case letter, digit or opening bracket,
unless an abbreviation (``e.g.``, ``et al.``) or a lone initial stands before the dot; the title is a
sentence of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_right

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

__all__ = ["SentenceMarker", "create_sentences", "sentence_at", "sentence_starts"]

_END = re.compile(r"[.!?][\"'”’)\]}]*(?=\s+[\"'“‘(\[{$\\]*[^\W_a-z])|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|et al|etc|vs|cf|resp|approx|w\.r\.t"
    r"|Figs?|Eqs?|Sec|Tab|Refs?|No|Dr|Prof|St|Mr|Ms)"
    r"|(?<![\w.-])[A-Z])\.$"
)


def sentence_starts(text: str) -> list[int]:
    """Return the offset of the first character of each sentence, blanks skipped.

    >>> sentence_starts("Title here\\nWe use it, e.g. BERT. It works.")
    [0, 11, 33]
    """
    starts = [len(text) - len(text.lstrip())] if text.strip() else []
    for match in _END.finditer(text):
        if text[match.start()] == "." and _ABBREVIATION.search(text[: match.start() + 1][-12:]):
            continue
        start = match.end()
        while start < len(text) and text[start].isspace():
            start += 1
        if start < len(text) and (not starts or start > starts[-1]):
            starts.append(start)
    return starts


def sentence_at(text: str, starts: list[int], start: int, end: int) -> str:
    """Return the sentence around a span, or the sentences where the span crosses a boundary.

    >>> sentence_at("A b. C d.", [0, 5], 5, 6)
    'C d.'
    """
    first = max(bisect_right(starts, start) - 1, 0)
    last = bisect_right(starts, end - 1)
    stop = starts[last] if last < len(starts) else len(text)
    begin = min(starts[first], start)
    return text[begin : max(begin + len(text[begin:stop].rstrip()), end)]


class SentenceMarker:
    """The component ``kg_sentences``: marks where the sentences of a document start."""

    def __call__(self, doc: Doc) -> Doc:
        """Set ``is_sent_start`` on every token and return the document."""
        starts = sentence_starts(doc.text)
        if len(doc):
            # The sentence of a token is the last that starts at or before it; one array is set at once
            # because a loop over tokens takes longer than all the rest of the component.
            sentence = np.searchsorted(starts, doc.to_array("IDX").astype(np.int64), side="right")
            first = np.diff(sentence, prepend=-1) > 0
            column = np.where(first, 1, -1).astype(np.int64).view(np.uint64)[:, None]
            doc.from_array(["SENT_START"], column)  # type: ignore[arg-type]
        return doc


@Language.factory("kg_sentences", assigns=["token.is_sent_start"])
def create_sentences(nlp: Language, name: str) -> SentenceMarker:  # noqa: ARG001
    """Make the component; it has no settings."""
    return SentenceMarker()
