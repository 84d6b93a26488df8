"""The errors that kg raises on purpose, each with the exit code the shell sees."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "AmbiguousNameError",
    "InputError",
    "KgError",
    "MissingGraphError",
    "UnknownNameError",
]


class KgError(Exception):
    """Base of every error raised by kg; its message is one sentence for the user (exit code 1)."""

    exit_code = 1


class InputError(KgError):
    """The input or the usage is wrong: the message names the input, the place and the mend (exit code 2)."""

    exit_code = 2


class MissingGraphError(InputError):
    """There is no graph where one was to be read."""


class UnknownNameError(InputError):
    """No node has that name.

    Attributes
    ----------
    name : str
        The name as it was asked for.
    nearest : list of str
        The most similar names that do exist, best first; offered, never used.
    """

    def __init__(self, name: str, nearest: Sequence[str] = ()) -> None:
        self.name = name
        self.nearest = list(nearest)
        hint = f" Nearest: {', '.join(self.nearest)}." if self.nearest else ""
        super().__init__(f"no node is named {name!r}.{hint}")


class AmbiguousNameError(InputError):
    """Several nodes share that name.

    Attributes
    ----------
    name : str
        The name as it was asked for.
    ids : list of str
        The node ids, any of which picks one.
    """

    def __init__(self, name: str, ids: Sequence[str]) -> None:
        self.name = name
        self.ids = list(ids)
        super().__init__(f"{name!r} names several nodes: {', '.join(self.ids)}. Use one of these ids.")
