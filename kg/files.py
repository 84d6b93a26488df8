"""Writing files so that a reader never meets a half-written one, and reading lines that name their place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kg.errors import InputError

__all__ = ["atomic_stream", "atomic_write", "read_lines"]


def atomic_write(path: str | Path, data: str | bytes) -> Path:
    """Replace the file at ``path`` with ``data`` in one step.

    The data goes to a temporary sibling first, so a failure leaves the old file as it was.

    Parameters
    ----------
    path : str or Path
        Its parent folders are made where they are missing.
    data : str or bytes
        Text is written as UTF-8 with the line ends it has.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    OSError
        The folder cannot be written or the disk is full.
    """
    with atomic_stream(path) as stream:
        stream.write(data.encode("utf-8") if isinstance(data, str) else data)
    return Path(path)


@contextmanager
def atomic_stream(path: str | Path) -> Iterator[BinaryIO]:
    """Give a stream whose content replaces the file at ``path`` when the block ends without an error."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read_lines(path: str | Path, what: str) -> list[tuple[str, str]]:
    """Return the lines of a text file that are not blank, each with its place for messages.

    Parameters
    ----------
    path : str or Path
    what : str
        What the file is, for the message that there is none (``gold file``).

    Raises
    ------
    InputError
        The file is missing, or it is not UTF-8 text.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: no such {what}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text ({error}).") from None
    return [(line, f"{path}, line {n}") for n, line in enumerate(lines, start=1) if line.strip()]


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
