"""Sentences with the mentions marked, as a linguist would write them: ``We use [BERT|MODEL].``"""

from __future__ import annotations

import re

__all__ = ["unmark"]


def unmark(marked: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the text without marks, and the marked surfaces with their labels, in order."""
    found = re.findall(r"\[([^|\]]+)\|([A-Z]+)\]", marked)
    return re.sub(r"\[([^|\]]+)\|[A-Z]+\]", r"\1", marked), found
