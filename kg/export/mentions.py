"""The line of ``kg extract``: one paper and its mentions as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from kg.schema import Mention, Paper

__all__ = ["mention_line"]


def mention_line(paper: Paper, mentions: Sequence[Mention]) -> str:
    """Return the JSON object of a paper, with a line end.

    >>> print(mention_line(Paper("1", "T"), []), end="")
    {"id": "1", "title": "T", "mentions": []}
    """
    rows = [{k: v for k, v in asdict(mention).items() if k != "paper"} for mention in mentions]
    record = {"id": paper.id, "title": paper.title, "mentions": rows}
    # A lone surrogate, which UTF-8 cannot hold, is written as its escape.
    text = json.dumps(record, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"
