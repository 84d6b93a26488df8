"""Word vectors from the corpus: floret, which is fastText with hashed subwords in a small table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import floret
import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.vectors import Mode, Vectors

from kg.files import atomic_stream

__all__ = ["VECTORS", "copy_vectors", "load_vectors", "narrow_vectors", "train_vectors"]

VECTORS = {
    "model": "cbow",
    "mode": "floret",
    "hashCount": 2,
    "bucket": 50000,
    "minn": 3,
    "maxn": 5,
    "minCount": 5,
    "dim": 128,
    "epoch": 10,
    "lr": 0.05,
}
"""Settings of the word vectors, in floret's names."""

_HEADER = ("minn", "maxn", "hash_count", "hash_seed", "bow", "eow")


def train_vectors(nlp: Language, texts: Iterable[str], path: Path) -> None:
    """Fit vectors on the tokens of the texts and write them to ``path`` (NPZ)."""
    tokens = path.with_suffix(".txt")
    with tokens.open("w", encoding="utf-8") as stream:
        for text in texts:
            words = " ".join(token.text for token in nlp.make_doc(text) if not token.is_space)
            stream.write(words.encode("utf-8", "replace").decode("utf-8") + "\n")
    # One thread: with more, floret's result depends on their timing.
    model = floret.train_unsupervised(str(tokens), thread=1, **VECTORS)
    plain = path.with_suffix(".floret")
    model.save_floret_vectors(str(plain))
    with plain.open(encoding="utf-8") as stream:
        bucket, dim, minn, maxn, count, seed, bow, eow = stream.readline().rstrip("\n").split(" ")
        table = np.array([line.rstrip().split(" ")[1:] for line in stream], dtype=np.float32)
    assert table.shape == (int(bucket), int(dim))
    # Unit variance, so that networks read numbers of ordinary size; half precision, as what ships.
    table = (table / table.std()).astype(np.float16)
    numbers = {"minn": int(minn), "maxn": int(maxn), "hash_count": int(count), "hash_seed": int(seed)}
    with atomic_stream(path) as stream:
        np.savez(stream, header=json.dumps({**numbers, "bow": bow, "eow": eow}), table=table)
    plain.unlink()
    tokens.unlink()


def load_vectors(nlp: Language, path: Path) -> None:
    """Give a pipeline the vectors that `train_vectors` wrote."""
    with np.load(path, allow_pickle=False) as archive:
        _set_vectors(nlp, archive["table"], json.loads(str(archive["header"])))


def copy_vectors(nlp: Language, vectors: Vectors) -> None:
    """Give a pipeline vectors of its own that equal others.

    One object for two pipelines will not do: spaCy ties it to the strings of the one it was given to last.
    """
    _set_vectors(nlp, vectors.data, _header(vectors))


def narrow_vectors(nlp: Language, large: Vectors, width: int) -> None:
    """Give a pipeline the first principal components of other vectors, so many as ``width`` says."""
    table = large.data.astype(np.float64)
    spread = table.T @ table / len(table)
    _, axes = np.linalg.eigh(spread)
    # The sign of an axis is arbitrary: fix it, so that the same vectors come out everywhere.
    axes = axes[:, ::-1][:, :width]
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    _set_vectors(nlp, table @ axes, _header(large))


def _header(vectors: Vectors) -> dict[str, Any]:
    return {name: getattr(vectors, name) for name in _HEADER}


def _set_vectors(nlp: Language, table: npt.NDArray[Any], header: Mapping[str, Any]) -> None:
    # What ships is rounded to half precision, so training reads the same numbers.
    rounded = table.astype(np.float16).astype(np.float32)
    settings = {name: header[name] for name in _HEADER}
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=rounded, mode=Mode.floret, **settings)
