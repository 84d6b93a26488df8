"""What a pipeline's answers depend on, as one short name: its files, its components and the code of kg."""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from spacy.language import Language

import kg

__all__ = ["code_files", "fingerprint"]

_LIBRARIES = ("numpy", "spacy", "thinc")
"""Libraries whose version may change a score in its last digit."""

_ENTRY = "kg.extraction.run"
_DIGITS = 16


def fingerprint(nlp: Language) -> str:
    """Return a name for everything but the paper that mentions depend on.

    Parameters
    ----------
    nlp : spacy.language.Language
        From `load_pipeline`.

    Returns
    -------
    str
        16 hex digits of a SHA-256 over the pipeline's configuration and files, the modules its components
        are defined in, the modules of kg that extraction runs, and the versions of spaCy, Thinc and NumPy.
        Where the pipeline was not loaded from a folder, its bytes stand in for its files.
    """
    digest = hashlib.sha256()

    def add(name: str, content: bytes) -> None:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)

    for library in _LIBRARIES:
        add(library, version(library).encode())
    for name, path in [*code_files().items(), *_component_files(nlp).items()]:
        add(name, path.read_bytes())
    add("config", nlp.config.to_str(interpolate=False).encode())
    # A pipeline from elsewhere borrows its relations from the shipped one: they are not in its folder.
    add("kg_relations", nlp.get_pipe("kg_relations").to_bytes())  # type: ignore[attr-defined]
    if nlp.path is None:
        add("pipeline", nlp.to_bytes())
    else:
        folder = Path(nlp.path)
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            add(path.relative_to(folder).as_posix(), path.read_bytes())
    return digest.hexdigest()[:_DIGITS]


def code_files() -> dict[str, Path]:
    """Return the modules of kg that extraction imports, directly or not, by name and in its order."""
    root = Path(kg.__file__).parent
    found: dict[str, Path] = {}
    queue = [_ENTRY]
    while queue:
        name = queue.pop()
        path = _module_file(root, name)
        if path is None or name in found:
            continue
        found[name] = path
        queue += _imports(path)
    return dict(sorted(found.items()))


def _module_file(root: Path, name: str) -> Path | None:
    place = root.joinpath(*name.split(".")[1:])
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file() and name != "kg":
            return path
    return None


def _imports(path: Path) -> Iterator[str]:
    """Yield every dotted name under kg that a file may import; some are not modules but what is in one."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "kg":
                yield from (".".join(parts[:length]) for length in range(2, len(parts) + 1))


def _component_files(nlp: Language) -> dict[str, Path]:
    """Return the source files of the components of other packages than spaCy and kg."""
    files = {}
    for _, component in nlp.pipeline:
        module = getattr(component, "__module__", None) or type(component).__module__
        source = getattr(sys.modules.get(module), "__file__", None)
        if module.split(".")[0] not in {"spacy", "kg"} and source:
            files[module] = Path(source)
    return dict(sorted(files.items()))
