"""The attributes that the components of kg set on spans (``span._.entity``, ...) and documents."""

from __future__ import annotations

from spacy.tokens import Doc, Span

DEFAULTS = {"entity": "", "relation": "mentions", "score": 1.0, "introduced": None}
"""Attribute names and what they are on a span that no component has seen."""

for _name, _default in DEFAULTS.items():
    if not Span.has_extension(_name):
        Span.set_extension(_name, default=_default)

if not Doc.has_extension("relation_scores"):
    Doc.set_extension("relation_scores", default=None)
