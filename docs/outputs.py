"""Runs the commands in the README's console blocks and writes their real output below them."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"
_BLOCK = re.compile(r"```console\n\$ (.*?)\n(?:.*?\n)??```", re.DOTALL)


def refreshed(text: str) -> str:
    """Return the text with the output of each command as it is now."""
    return _BLOCK.sub(lambda block: f"```console\n$ {block[1]}\n{_output(block[1])}```", text)


def _output(command: str) -> str:
    name, *arguments = shlex.split(command)
    assert name == "kg", command
    done = subprocess.run(
        [sys.executable, "-m", "kg", *arguments],
        cwd=README.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = (done.stdout + done.stderr).splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    README.write_text(refreshed(README.read_text(encoding="utf-8")), encoding="utf-8")
