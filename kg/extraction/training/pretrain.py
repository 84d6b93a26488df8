"""Pretrains the encoder on unlabelled abstracts: it guesses hidden words from the rest of the paper.

The objective is the cloze of Devlin et al. 2019, "BERT", with the loss taken over the hidden words of the
batch and a sample of others (Jean et al. 2015, "On Using Very Large Target Vocabulary for Neural Machine
Translation"); runs of up to three words are hidden together, as in Joshi et al. 2020, "SpanBERT".
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.extraction.training.batches import Batch, Documents, batch_of, batches
from kg.extraction.training.network import Encoder, Sizes
from kg.extraction.training.runs import Optimizer, device, restore, save

__all__ = ["PretrainSettings", "pretrain"]


@dataclass(frozen=True)
class PretrainSettings:
    """Sizes and schedule of pretraining."""

    sizes: Sizes = field(default_factory=Sizes)
    passes: int = 4
    tokens: int = 12000
    learn_rate: float = 2e-3
    weight_decay: float = 0.01
    hidden: float = 0.25
    target_width: int = 192
    frequent: int = 30000
    others: int = 3000
    every: int = 100
    seed: int = 7


class _Cloze(nn.Module):
    def __init__(self, encoder: Encoder, documents: Documents, settings: PretrainSettings) -> None:
        super().__init__()
        self.encoder = encoder
        width = settings.target_width
        counts = np.bincount(documents.ids, minlength=len(documents.words.rows))
        rank = np.empty(len(counts), dtype=np.int64)
        rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        self.register_buffer("rows", torch.from_numpy(np.minimum(rank, settings.frequent)), persistent=False)
        self.query = nn.Linear(encoder.sizes.width, width)
        self.own = nn.Embedding(settings.frequent + 1, width)
        nn.init.normal_(self.own.weight, std=0.02)
        self.spelled = nn.Linear(documents.words.vectors.shape[1], width)
        self.bias = nn.Embedding(settings.frequent + 1, 1)
        nn.init.zeros_(self.bias.weight)

    def loss(
        self, batch: Batch, hide: Tensor, candidates: Tensor, vectors: Tensor, targets: Tensor
    ) -> Tensor:
        """Return the mean loss over the hidden tokens; ``targets`` are rows of ``candidates``."""
        rows = self.rows[candidates]  # type: ignore[index]
        table = self.own(rows) + self.spelled(vectors)
        query = self.query(self.encoder(batch, hide)[hide])
        scores = (query @ table.T).float() + self.bias(rows).squeeze(1)
        return functional.cross_entropy(scores, targets)


def pretrain(
    documents: Documents,
    settings: PretrainSettings,
    checkpoint: Path,
    report: Callable[[dict[str, Any]], None],
) -> Encoder:
    """Return the pretrained encoder.

    The state goes to ``checkpoint`` every few minutes; an interrupted run goes on from it.

    Parameters
    ----------
    documents : Documents
    settings : PretrainSettings
    checkpoint : Path
    report : callable
        Called every ``settings.every`` steps with ``pass``, ``step``, ``steps`` and the mean ``loss``.
    """
    torch.manual_seed(settings.seed)
    encoder = Encoder(documents.words.vectors.shape[1], settings.sizes)
    model = _Cloze(encoder, documents, settings).to(device())
    groups = [
        group
        for n in range(settings.passes)
        for group in batches(
            documents, range(len(documents.titles)), settings.tokens, random.Random(settings.seed + n)
        )
    ]
    optimizer = Optimizer(model, settings.learn_rate, settings.weight_decay, len(groups))
    first = int(restore(checkpoint, model, optimizer).get("step", 0))
    counts = np.bincount(documents.ids, minlength=len(documents.words.rows)).astype(np.float64)
    drawn = np.cumsum(counts**0.75) / np.sum(counts**0.75)
    total = 0.0
    for step in range(first, len(groups)):
        rng = np.random.default_rng((settings.seed, step))
        batch = batch_of(documents, groups[step])
        hide = _hidden(batch, settings.hidden, rng)
        words = batch.known[batch.places[hide]].numpy()
        others = np.searchsorted(drawn, rng.random(settings.others))
        candidates = np.unique(np.concatenate([words, others]))
        vectors = documents.words.vectors[candidates].astype(np.float32)
        where = device()
        with torch.autocast(where, torch.bfloat16):
            loss = model.loss(
                batch.to(where),
                hide.to(where),
                torch.from_numpy(candidates).to(where),
                torch.from_numpy(vectors).to(where),
                torch.from_numpy(np.searchsorted(candidates, words)).to(where),
            )
        optimizer.step(loss, step)
        total += float(loss.detach())
        done = step + 1
        if done % settings.every == 0 or done == len(groups):
            report(
                {
                    "step": done,
                    "steps": len(groups),
                    "loss": total / ((done - first - 1) % settings.every + 1),
                }
            )
            total, first = 0.0, done
        if done % (5 * settings.every) == 0 or done == len(groups):
            save(checkpoint, done, model, optimizer)
    trained: Encoder = encoder.to("cpu")
    return trained


def _hidden(batch: Batch, share: float, rng: np.random.Generator) -> Tensor:
    """Choose runs of one to three tokens to hide."""
    shape = tuple(batch.live.shape)
    starts = rng.random(shape) < share / 2
    runs = rng.integers(1, 4, shape)
    hide = starts.copy()
    for n in (1, 2):
        hide[:, n:] |= starts[:, :-n] & (runs[:, :-n] > n)
    return torch.from_numpy(hide) & batch.live
