"""A multinomial logistic regression over hashed features, small enough to ship inside a pipeline.

Used for the relation of an entity and for the score of a mention. Prediction needs NumPy alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["LinearClassifier"]

Features = Iterable[str]


class LinearClassifier:
    """Maps a set of named features to a probability per class.

    Parameters
    ----------
    classes : sequence of str
        Class names, in the order of the probabilities.
    bits : int
        The features share ``2 ** bits`` weights per class (the hashing trick: Weinberger et al. 2009,
        "Feature Hashing for Large Scale Multitask Learning").

    Examples
    --------
    >>> model = LinearClassifier(("no", "yes"), bits=8)
    >>> model.fit([["a"], ["b"], ["a", "c"]], ["no", "yes", "no"], l2=0.01)
    >>> bool(model.probabilities([["b"]])[0, 1] > 0.5)
    True
    """

    def __init__(self, classes: Sequence[str], bits: int = 16) -> None:
        self.classes = tuple(classes)
        self.bits = bits
        self.weights: npt.NDArray[np.float32] = np.zeros((1 << bits, len(self.classes)), dtype=np.float32)

    def fit(self, examples: Sequence[Features], labels: Sequence[str], l2: float) -> None:
        """Fit the weights by L-BFGS on the mean log loss plus ``l2 / 2 * |weights|²``.

        Nothing in it is random; the last bits of the weights depend on the number of BLAS threads.
        """
        from scipy.optimize import minimize
        from scipy.sparse import csr_matrix

        rows = [self._slots(example) for example in examples]
        indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
        indices = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
        matrix = csr_matrix(
            (np.ones(len(indices)), indices, indptr), shape=(len(rows), 1 << self.bits), dtype=np.float64
        )
        target = np.zeros((len(rows), len(self.classes)))
        target[np.arange(len(rows)), [self.classes.index(label) for label in labels]] = 1.0

        def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
            weights = flat.reshape(-1, len(self.classes))
            log_p = _log_softmax(matrix @ weights)
            value = -float((target * log_p).sum()) / len(rows) + 0.5 * l2 * float(flat @ flat)
            gradient = matrix.T @ (np.exp(log_p) - target) / len(rows) + l2 * weights
            return value, gradient.ravel()

        start = np.zeros(self.weights.size)
        best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300})
        self.weights = best.x.reshape(self.weights.shape).astype(np.float32)

    def probabilities(self, examples: Sequence[Features]) -> npt.NDArray[np.float64]:
        """Return an array of shape ``(len(examples), len(classes))`` whose rows sum to 1."""
        scores = np.zeros((len(examples), len(self.classes)))
        for n, example in enumerate(examples):
            scores[n] = self.weights[self._slots(example)].sum(axis=0, dtype=np.float64)
        return np.exp(_log_softmax(scores))

    def to_bytes(self) -> bytes:
        """Return the weights as little-endian half-precision numbers, row by row."""
        return self.weights.astype("<f2").tobytes()

    def from_bytes(self, data: bytes) -> LinearClassifier:
        """Set the weights from what `to_bytes` gave and return the classifier."""
        self.weights = np.frombuffer(data, dtype="<f2").reshape(self.weights.shape).astype(np.float32)
        return self

    def _slots(self, example: Features) -> npt.NDArray[np.int64]:
        mask = (1 << self.bits) - 1
        return np.array(sorted({zlib.crc32(name.encode()) & mask for name in example}), dtype=np.int64)


def _log_softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: npt.NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
