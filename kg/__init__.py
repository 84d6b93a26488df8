"""Turns paper abstracts into a knowledge graph: for the browser, for Gephi, for Python.

>>> import kg
>>> graph = kg.load("exports")                                        # doctest: +SKIP
>>> graph.neighbors("ImageNet", kind="model")                         # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.building import build, extract
    from kg.errors import AmbiguousNameError, InputError, KgError, MissingGraphError, UnknownNameError
    from kg.graph import KnowledgeGraph, load
    from kg.schema import Entity, Mention, Paper
    from kg.sources import read

__all__ = [
    "AmbiguousNameError",
    "Entity",
    "InputError",
    "KgError",
    "KnowledgeGraph",
    "Mention",
    "MissingGraphError",
    "Paper",
    "UnknownNameError",
    "build",
    "extract",
    "load",
    "read",
]

__version__ = "0.1.0"

_HOMES = {
    "kg.building": ("build", "extract"),
    "kg.errors": ("AmbiguousNameError", "InputError", "KgError", "MissingGraphError", "UnknownNameError"),
    "kg.graph": ("KnowledgeGraph", "load"),
    "kg.schema": ("Entity", "Mention", "Paper"),
    "kg.sources": ("read",),
}


def __getattr__(name: str) -> Any:
    # Imported on first use: a query from the shell must not pay for spaCy and pandas.
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(module), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'kg' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
