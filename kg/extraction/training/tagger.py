"""Trains the tagger network: dilated convolutions with a CRF over BIOES tags.

The convolutions follow Strubell et al. 2017, "Fast and Accurate Entity Recognition with Iterated Dilated
Convolutions"; characters are read by a convolution of their own (Ma & Hovy 2016, "End-to-end Sequence
Labeling via Bi-directional LSTM-CNNs-CRF"); the CRF is that of Lample et al. 2016, "Neural Architectures
for Named Entity Recognition".
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from kg.extraction.features import CHARACTERS, SHAPES, WORD_ROWS, Arrays
from kg.extraction.tags import TAGS, allowed, spans_of, tags_of

__all__ = ["Example", "Settings", "Tagger", "train_tagger"]


@dataclass(frozen=True)
class Settings:
    """Sizes and schedule of a training run."""

    width: int = 384
    dilations: tuple[int, ...] = (1, 1, 2, 4, 8, 1)
    word_width: int = 64
    char_width: int = 32
    char_filters: int = 96
    shape_width: int = 8
    dropout: float = 0.3
    word_dropout: float = 0.15
    batch: int = 16
    learn_rate: float = 1.5e-3
    weight_decay: float = 1e-2
    epochs: int = 18
    average: float = 0.998
    seed: int = 7


@dataclass(frozen=True)
class Example:
    """A document with its gold spans as token offsets."""

    arrays: Arrays
    spans: tuple[tuple[int, int, str], ...]


class Tagger(nn.Module):
    """Word vectors, hashed words, characters and shapes → convolutions → a score per tag."""

    def __init__(self, vector_width: int, settings: Settings) -> None:
        super().__init__()
        s = settings
        self.norm = nn.LayerNorm(vector_width)
        self.words = nn.Embedding(WORD_ROWS, s.word_width)
        self.chars = nn.Embedding(CHARACTERS, s.char_width, padding_idx=0)
        self.convolution = nn.Conv1d(s.char_width, s.char_filters, 3, padding=1)
        self.shapes = nn.Embedding(SHAPES, s.shape_width)
        nn.init.normal_(self.words.weight, std=0.1)
        total = vector_width + s.word_width + s.char_filters + s.shape_width
        self.drop = nn.Dropout(s.dropout)
        self.word_dropout = s.word_dropout
        self.enter = nn.Linear(total, s.width)
        self.norms = nn.ModuleList(nn.LayerNorm(s.width) for _ in s.dilations)
        self.blocks = nn.ModuleList(
            nn.Conv1d(s.width, s.width, 3, padding=d, dilation=d) for d in s.dilations
        )
        self.last = nn.LayerNorm(s.width)
        self.out = nn.Linear(s.width, len(TAGS))
        self.transitions = nn.Parameter(torch.zeros(len(TAGS), len(TAGS)))
        start, end, pairs = allowed()
        self.register_buffer("start_mask", torch.tensor(start))
        self.register_buffer("end_mask", torch.tensor(end))
        self.register_buffer("pair_mask", torch.tensor(pairs))

    def forward(
        self, vectors: Tensor, words: Tensor, chars: Tensor, shapes: Tensor, lengths: Tensor
    ) -> Tensor:
        """Return the tag scores, shape (documents, tokens, tags)."""
        if self.training:
            keep = torch.rand_like(words, dtype=torch.float32) >= self.word_dropout
            words = words * keep
        b, n, c = chars.shape
        letters = self.chars(chars.reshape(b * n, c)).transpose(1, 2)
        spelled = torch.relu(self.convolution(letters)).amax(dim=2).reshape(b, n, -1)
        state = torch.cat([self.norm(vectors), self.words(words), spelled, self.shapes(shapes)], dim=2)
        state = self.enter(self.drop(state))
        live = (torch.arange(n) < lengths.unsqueeze(1)).unsqueeze(2)
        for norm, block in zip(self.norms, self.blocks, strict=True):
            window = (norm(state) * live).transpose(1, 2)
            state = state + self.drop(torch.relu(block(window)).transpose(1, 2))
        state = self.drop(self.last(state))
        scores: Tensor = self.out(state)
        return scores

    def loss(self, scores: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """Return the mean negative log-likelihood per document of the gold tags."""
        transitions = self.transitions + self.pair_mask
        steps = scores.shape[1]
        alpha = scores[:, 0] + self.start_mask
        gold = scores[:, 0].gather(1, tags[:, :1]).squeeze(1)
        for t in range(1, steps):
            live = (t < lengths).unsqueeze(1)
            nxt = torch.logsumexp(alpha.unsqueeze(2) + transitions, dim=1) + scores[:, t]
            alpha = torch.where(live, nxt, alpha)
            step = (
                scores[:, t].gather(1, tags[:, t : t + 1]).squeeze(1)
                + self.transitions[tags[:, t - 1], tags[:, t]]
            )
            gold = gold + step * live.squeeze(1)
        return (torch.logsumexp(alpha + self.end_mask, dim=1) - gold).mean()


def train_tagger(
    train: Sequence[Example],
    dev: Sequence[Example],
    settings: Settings,
    checkpoint: Path,
    report: Callable[[dict[str, Any]], None],
) -> Tagger:
    """Train and return the averaged network of the best epoch on ``dev``.

    After each epoch the whole state goes to ``checkpoint``, from which an interrupted run goes on.

    Parameters
    ----------
    train, dev : sequence of Example
    settings : Settings
    checkpoint : Path
        Where the state is kept; deleted by nobody.
    report : callable
        Called after each epoch with ``epoch``, ``loss`` and the dev scores ``p``, ``r``, ``f``.
    """
    torch.manual_seed(settings.seed)
    rng = random.Random(settings.seed)
    width = train[0].arrays.vectors.shape[1]
    model = Tagger(width, settings)
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=settings.learn_rate, weight_decay=settings.weight_decay
    )
    steps = settings.epochs * -(-len(train) // settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, settings.learn_rate, total_steps=steps, pct_start=0.1, cycle_momentum=False
    )
    best: dict[str, Any] = {"f": -1.0, "state": average.state_dict()}
    first = step = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(saved["model"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        rng.setstate(saved["rng"])
        torch.set_rng_state(saved["torch_rng"])
        best, first, step = saved["best"], saved["epoch"], saved["step"]
    for epoch in range(first, settings.epochs):
        model.train()
        total = 0.0
        batches = list(_batches(train, settings.batch, rng))
        for batch in batches:
            arrays, tags, lengths = batch
            loss = model.loss(model(*arrays, lengths), tags, lengths)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            step += 1
            total += float(loss.detach())
            decay = min(settings.average, (1 + step) / (10 + step))
            with torch.no_grad():
                for kept, new in zip(average.parameters(), model.parameters(), strict=True):
                    kept.lerp_(new, 1 - decay)
        p, r, f = _evaluate(average, dev)
        report({"epoch": epoch + 1, "loss": total / len(batches), "p": p, "r": r, "f": f})
        if f > best["f"]:
            best = {"f": f, "state": copy.deepcopy(average.state_dict())}
        torch.save(
            {
                "model": model.state_dict(),
                "average": average.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "rng": rng.getstate(),
                "torch_rng": torch.get_rng_state(),
                "best": best,
                "epoch": epoch + 1,
                "step": step,
            },
            checkpoint,
        )
    average.load_state_dict(best["state"])
    average.eval()
    return average


def _batches(
    examples: Sequence[Example], size: int, rng: random.Random
) -> Iterator[tuple[list[Tensor], Tensor, Tensor]]:
    """Yield padded batches of documents of similar length, in random order."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].arrays.words) + rng.uniform(-30, 30))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for group in groups:
        yield _pad([examples[i] for i in group])


def _pad(examples: Sequence[Example]) -> tuple[list[Tensor], Tensor, Tensor]:
    lengths = torch.tensor([len(e.arrays.words) for e in examples])
    longest = int(lengths.max())
    tensors = []
    for field in range(4):
        parts = [e.arrays[field] for e in examples]
        padded = np.zeros((len(parts), longest, *parts[0].shape[1:]), dtype=parts[0].dtype)
        for row, part in zip(padded, parts, strict=True):
            row[: len(part)] = part
        tensors.append(torch.from_numpy(padded))
    tags = torch.zeros((len(examples), longest), dtype=torch.int64)
    for row, example in zip(tags, examples, strict=True):
        row[: len(example.arrays.words)] = torch.tensor(tags_of(len(example.arrays.words), example.spans))
    return tensors, tags, lengths


def _evaluate(model: Tagger, dev: Sequence[Example]) -> tuple[float, float, float]:
    """Return precision, recall and F1 of exact spans with labels, in percent."""
    from kg.extraction.tags import viterbi

    model.eval()
    hits = found = wanted = 0
    transitions = (model.transitions + model.pair_mask).detach().numpy()
    order = sorted(range(len(dev)), key=lambda i: len(dev[i].arrays.words))
    with torch.no_grad():
        for i in range(0, len(order), 16):
            group = [dev[j] for j in order[i : i + 16]]
            arrays, _, lengths = _pad(group)
            scores = model(*arrays, lengths).numpy()
            for example, row in zip(group, scores, strict=True):
                path = viterbi(row[: len(example.arrays.words)], transitions)
                spans, gold = set(spans_of(path)), set(example.spans)
                hits, found, wanted = hits + len(spans & gold), found + len(spans), wanted + len(gold)
    p, r = hits / max(found, 1), hits / max(wanted, 1)
    return 100 * p, 100 * r, 200 * p * r / max(p + r, 1e-9)
