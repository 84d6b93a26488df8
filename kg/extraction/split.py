"""Which gold papers are never trained on."""

from __future__ import annotations

import hashlib

__all__ = ["CALIBRATION_PERCENT", "DEV_PERCENT", "is_dev", "is_for_calibration"]

DEV_PERCENT = 6
"""Share of the gold papers in the dev split."""
CALIBRATION_PERCENT = 2
"""Share of the gold papers that calibrate scores, a third of the dev split."""


def is_dev(paper_id: str) -> bool:
    """Tell whether a gold paper belongs to the dev split; decided by its id alone, so the split never moves.

    >>> [is_dev(i) for i in ("b77e5cc3", "37bc7f55")]
    [False, False]
    """
    return int(hashlib.sha1(paper_id.encode()).hexdigest()[:8], 16) % 100 < DEV_PERCENT


def is_for_calibration(paper_id: str) -> bool:
    """Tell whether a paper of the dev split fits the scores of mentions; the rest judges them."""
    return int(hashlib.sha1(paper_id.encode()).hexdigest()[:8], 16) % 100 < CALIBRATION_PERCENT
