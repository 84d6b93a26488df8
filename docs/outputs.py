"""Runs the commands in the console blocks of the pages and writes their real output below them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
OTHER_PIPELINES = README.parent / "docs" / "other-pipelines.md"
_BLOCK = re.compile(r"```console\n\$ (.*?)\n(?:.*?\n)??```", re.DOTALL)


_SCRIPT = re.compile(r"```python\n(.*?)```", re.DOTALL)


def refreshed(text: str, folder: Path = README.parent) -> str:
    """Return the text with the output that each command has in a folder now."""
    return _BLOCK.sub(lambda block: f"```console\n$ {block[1]}\n{_output(block[1], folder)}```", text)


def run_scripts(text: str, folder: Path) -> None:
    """Run the Python blocks of a page in a folder, for the commands after them."""
    for script in _SCRIPT.findall(text):
        subprocess.run([sys.executable, "-c", script], cwd=folder, check=True)


def _output(command: str, folder: Path) -> str:
    name, *arguments = shlex.split(command)
    assert name == "kg", command
    done = subprocess.run(
        [sys.executable, "-m", "kg", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        page = OTHER_PIPELINES.read_text(encoding="utf-8")
        run_scripts(page, Path(folder))
        OTHER_PIPELINES.write_text(refreshed(page, Path(folder)), encoding="utf-8")
