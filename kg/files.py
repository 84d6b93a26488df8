"""Writing files so that a reader never meets a half-written one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["atomic_stream", "atomic_write"]


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


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
