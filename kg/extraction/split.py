"""Which gold papers train and which judge: the fixed dev split, and folds for cross-validation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

__all__ = ["DEV_PERCENT", "folds", "is_dev", "shuffled"]

DEV_PERCENT = 6
"""Share of the gold papers in the dev split."""


def is_dev(paper_id: str) -> bool:
    """Tell whether a gold paper belongs to the dev split; decided by its id alone, so the split never moves.

    >>> [is_dev(i) for i in ("b77e5cc3", "37bc7f55")]
    [False, False]
    """
    return _number("", paper_id) % 100 < DEV_PERCENT


def shuffled(paper_ids: Iterable[str], seed: int = 0) -> list[str]:
    """Return the ids, each once, in an order that the seed alone decides, whatever order they come in.

    The first n are a sample of n; a larger sample contains the smaller ones, as a learning curve wants it.

    >>> shuffled("abc") == shuffled("cab"), shuffled("abcdef") == shuffled("abcdef", seed=1)
    (True, False)
    """
    return sorted(set(paper_ids), key=lambda paper_id: (_number(f"{seed}:", paper_id), paper_id))


def folds(paper_ids: Iterable[str], number: int = 5, seed: int = 0) -> list[list[str]]:
    """Deal papers out into folds whose sizes differ by one at most.

    Parameters
    ----------
    paper_ids : iterable of str
        Of one source: deal seeds and corpus out apart, and fold k of both together is held out in round k,
        so that every round trains on both and judges each.
    number : int
        At least 2.
    seed : int

    Returns
    -------
    list of list of str
        Every paper in exactly one fold.

    Raises
    ------
    ValueError
        There are fewer papers than folds, or fewer than two folds.

    Examples
    --------
    >>> [len(fold) for fold in folds("abcdefg", 3)]
    [3, 2, 2]
    """
    order = shuffled(paper_ids, seed)
    if not 2 <= number <= len(order):
        raise ValueError(f"{len(order)} papers cannot be dealt out into {number} folds.")
    return [order[start::number] for start in range(number)]


def _number(salt: str, paper_id: str) -> int:
    return int(hashlib.sha1(f"{salt}{paper_id}".encode()).hexdigest()[:8], 16)
