"""The pages of docs/ show what their commands really print."""

import sys
from pathlib import Path

sys.path.insert(0, "docs")

from outputs import OTHER_PIPELINES, refreshed, run_scripts


def test_the_example_of_another_label_scheme_is_real(tmp_path: Path):
    page = OTHER_PIPELINES.read_text(encoding="utf-8")
    run_scripts(page, tmp_path)
    assert refreshed(page, tmp_path) == page
    assert '"label": "DATASET"' in page
    assert "finds Generic, Material, Method, Task, and none of MODEL" in page
