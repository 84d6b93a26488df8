"""What annotators made of a name before: the gazetteer that ``kg_reranker`` consults.

For each form that the gold annotates it holds in how many annotated papers the form stands, and in how many
it was annotated with each label. Forms that differ in case, in hyphens or in a plural s are one.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from kg.extraction.gold import GoldPaper
from kg.schema import LABELS, Paper

__all__ = ["FACTS", "Gazetteer"]

_WORD = re.compile(r"\w+|[^\w\s-]")
_LONGEST = 8

FACTS = ("annotated so", "papers", "share so", "share annotated", "unknown")
"""What each column of `Gazetteer.facts` tells."""


class Gazetteer:
    """Maps a form to annotated papers: in how many it stands, and is annotated with each label.

    Examples
    --------
    >>> gazetteer = Gazetteer()
    >>> gazetteer.counts("BERTs")
    [0, 0, 0, 0, 0, 0, 0]
    """

    def __init__(self) -> None:
        self.table: dict[str, list[int]] = {}

    def fit(self, pairs: Iterable[tuple[Paper, GoldPaper]]) -> Gazetteer:
        """Fill the table from annotated papers and return the object."""
        pairs = list(pairs)
        annotated: Counter[tuple[str, str]] = Counter()
        for _, gold in pairs:
            annotated.update({(_key(form), e.label) for e in gold.entities for form in e.forms})
        forms = {form for form, _ in annotated}
        papers: Counter[str] = Counter()
        for paper, _ in pairs:
            papers.update(forms & _phrases(_words(paper.text)))
        self.table = {
            form: [papers[form], *(annotated[form, label] for label in LABELS)]
            for form in sorted(forms)
            if papers[form]
        }
        return self

    def counts(self, form: str) -> list[int]:
        """Return the number of annotated papers with the form, then of those that annotate it, per label."""
        return self.table.get(_key(form)) or [0] * (1 + len(LABELS))

    def facts(self, forms: Sequence[str], labels: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return what is known of each form with its label, shape (`FACTS`, forms)."""
        table = np.array([self.counts(form) for form in forms], dtype=np.float64)
        papers = table[:, 0]
        own = table[np.arange(len(forms)), [1 + LABELS.index(label) for label in labels]]
        both = table[:, 1:].sum(axis=1)
        shares = [(count + 0.5) / (papers + 2) for count in (own, both)]
        return np.stack([np.log1p(own), np.log1p(papers), *shares, papers == 0])

    def to_bytes(self) -> bytes:
        """Return the table as bytes: JSON, deflated."""
        text = json.dumps(self.table, ensure_ascii=False, separators=(",", ":"))
        return zlib.compress(text.encode(), 9)

    def from_bytes(self, data: bytes) -> Gazetteer:
        """Set the table from what `to_bytes` gave and return the object."""
        self.table = json.loads(zlib.decompress(data))
        return self


def _key(form: str) -> str:
    return " ".join(_words(form))


def _words(text: str) -> list[str]:
    return [_singular(word) for word in _WORD.findall(text.casefold())]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _phrases(words: Sequence[str]) -> set[str]:
    sizes = range(1, _LONGEST + 1)
    return {" ".join(words[n : n + size]) for size in sizes for n in range(len(words) - size + 1)}
