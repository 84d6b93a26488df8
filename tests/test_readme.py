"""The README shows what the commands really print."""

import sys
from pathlib import Path

sys.path.insert(0, "docs")

from outputs import refreshed


def test_outputs_are_real():
    text = Path("README.md").read_text(encoding="utf-8")
    assert text.count("```console") >= 5
    assert refreshed(text) == text
