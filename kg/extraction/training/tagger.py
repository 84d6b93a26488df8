"""Fits the tagger: to gold tags, and to the soft tags that other taggers give to unlabelled abstracts.

A small network learns from the probabilities that large ones give to text without gold (Hinton et al. 2015,
"Distilling the Knowledge in a Neural Network").
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from kg.extraction.tags import best_paths, spans_of
from kg.extraction.training.batches import Batch, Documents, batch_of, batches
from kg.extraction.training.network import Tagger
from kg.extraction.training.runs import Optimizer, device, restore, save

__all__ = ["FitSettings", "Gold", "Soft", "accuracy", "fit", "soft_tags"]

KEPT = 4
"""How many tags of a token keep a probability in `Soft`; the rest hold 0.2 % of it on average."""

RELATION_WEIGHT = 0.2
"""Weight of a token's relation beside the tags of its document."""

Report = Callable[[dict[str, Any]], None]


class Gold(NamedTuple):
    """Documents with the gold tag and relation of each token, shape (tokens,); -1 is no relation."""

    documents: Documents
    tags: npt.NDArray[np.int8]
    relations: npt.NDArray[np.int8]


class Soft(NamedTuple):
    """Documents with the likeliest tags of each token and their probabilities, shape (tokens, KEPT)."""

    documents: Documents
    tags: npt.NDArray[np.uint8]
    chances: npt.NDArray[np.float16]


@dataclass(frozen=True)
class FitSettings:
    """Schedule of a fit.

    Attributes
    ----------
    epochs : int
    tokens : int
        Tokens of a batch.
    learn_rate, weight_decay : float
    dropout : float
        Share of the features dropped at each layer.
    hidden : float
        Share of the tokens whose word the network may not see.
    average : float
        Decay of the running average of the weights, which is what a fit returns.
    seed : int
    """

    epochs: int = 6
    tokens: int = 2000
    learn_rate: float = 1.2e-3
    weight_decay: float = 0.01
    dropout: float = 0.25
    hidden: float = 0.1
    average: float = 0.998
    seed: int = 7


def fit(
    model: Tagger,
    data: Gold | Soft,
    settings: FitSettings,
    checkpoint: Path,
    report: Report,
    dev: Gold | None = None,
) -> Tagger:
    """Fit ``model`` to the data and return the running average of its weights.

    After each epoch the whole state goes to ``checkpoint``, from which an interrupted run goes on.

    Parameters
    ----------
    model : Tagger
    data : Gold or Soft
    settings : FitSettings
    checkpoint : Path
    report : callable
        Called after each epoch with ``epoch``, ``loss`` and, where there is ``dev``, ``p``, ``r`` and ``f``.
    dev : Gold, optional
        Held-out documents to report on; nothing is chosen by them.
    """
    torch.manual_seed(settings.seed)
    where = device()
    model = model.to(where).requires_grad_(True)
    average = copy.deepcopy(model).requires_grad_(False)
    everything = range(len(data.documents.titles))
    plan = [
        list(batches(data.documents, everything, settings.tokens, random.Random(settings.seed + epoch)))
        for epoch in range(settings.epochs)
    ]
    optimizer = Optimizer(model, settings.learn_rate, settings.weight_decay, sum(map(len, plan)), thirds=True)
    saved = restore(checkpoint, model, optimizer)
    step = saved.get("step", 0)
    if saved:
        average.load_state_dict(saved["average"])
    for epoch in range(saved.get("epoch", 0), settings.epochs):
        total = 0.0
        for chosen in plan[epoch]:
            batch = batch_of(data.documents, chosen).to(where)
            hide = (torch.rand(batch.live.shape, device=where) < settings.hidden) & batch.live
            with torch.autocast(where, torch.bfloat16):
                scores = model(batch, hide, settings.dropout)
            loss = _loss(model, data, chosen, batch, *scores)
            optimizer.step(loss, step)
            step += 1
            total += float(loss.detach())
            decay = min(settings.average, (1 + step) / (10 + step))
            with torch.no_grad():
                torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
        told: dict[str, Any] = {"epoch": epoch + 1, "loss": total / len(plan[epoch])}
        if dev is not None:
            told |= accuracy(average, dev)
        save(checkpoint, step, model, optimizer, average=average.state_dict(), epoch=epoch + 1)
        report(told)
    fitted: Tagger = average.to("cpu")
    return fitted


def soft_tags(models: Sequence[Tagger], documents: Documents, tokens: int, report: Report) -> Soft:
    """Return the tags that the models, on average, give to the documents.

    ``report`` is called every hundred batches with ``done`` and ``documents``.
    """
    tags = np.zeros((len(documents.ids), KEPT), dtype=np.uint8)
    chances = np.zeros((len(documents.ids), KEPT), dtype=np.float16)
    done = 0
    groups = list(batches(documents, range(len(documents.titles)), tokens, random.Random(0)))
    for n, chosen in enumerate(groups, start=1):
        batch = batch_of(documents, chosen).to(device())
        mean = torch.stack([_chances(model, batch) for model in models]).mean(0)
        likely, which = (part.cpu().numpy() for part in mean.topk(KEPT, dim=2))
        for row, document in enumerate(chosen):
            start, end = documents.offsets[document], documents.offsets[document + 1]
            tags[start:end] = which[row, : end - start]
            chances[start:end] = likely[row, : end - start]
        done += len(chosen)
        if n % 100 == 0 or n == len(groups):
            report({"done": done, "documents": len(documents.titles)})
    return Soft(documents, tags, chances)


def accuracy(model: Tagger, dev: Gold) -> dict[str, float]:
    """Return precision, recall and F1 of exact spans with labels, in percent."""
    hits = found = wanted = 0
    documents = dev.documents
    transitions = (model.transitions + model.pair_mask).detach().cpu().numpy()
    for chosen in batches(documents, range(len(documents.titles)), 8000, random.Random(0)):
        batch = batch_of(documents, chosen).to(device())
        with torch.no_grad(), torch.autocast(device(), torch.bfloat16):
            scores = model(batch)[0].cpu().numpy()
        starts, ends = documents.offsets[chosen], documents.offsets[[n + 1 for n in chosen]]
        rows = [row[: end - start] for row, start, end in zip(scores, starts, ends, strict=True)]
        for path, start, end in zip(best_paths(rows, transitions), starts, ends, strict=True):
            spans = set(spans_of(path))
            gold = set(spans_of(dev.tags[start:end].tolist()))
            hits, found, wanted = hits + len(spans & gold), found + len(spans), wanted + len(gold)
    p, r = hits / max(found, 1), hits / max(wanted, 1)
    return {"p": 100 * p, "r": 100 * r, "f": 200 * p * r / max(p + r, 1e-9)}


def _chances(model: Tagger, batch: Batch) -> Tensor:
    with torch.no_grad(), torch.autocast(device(), torch.bfloat16):
        scores, _ = model(batch)
    return model.marginals(scores, batch.lengths).detach()


def _loss(
    model: Tagger, data: Gold | Soft, chosen: Sequence[int], batch: Batch, scores: Tensor, relations: Tensor
) -> Tensor:
    offsets = data.documents.offsets
    rows = np.concatenate([np.arange(offsets[n], offsets[n + 1]) for n in chosen])
    where = scores.device
    if isinstance(data, Gold):
        tags = torch.zeros(batch.live.shape, dtype=torch.int64, device=where)
        tags[batch.live] = torch.from_numpy(data.tags[rows].astype(np.int64)).to(where)
        wanted = torch.from_numpy(data.relations[rows].astype(np.int64)).to(where)
        wrong = functional.cross_entropy(relations[batch.live], wanted, ignore_index=-1, reduction="sum")
        return model.loss(scores, tags, batch.lengths) + RELATION_WEIGHT * wrong / len(chosen)
    likely = torch.log_softmax(scores[batch.live], dim=1)
    which = torch.from_numpy(data.tags[rows].astype(np.int64)).to(where)
    chances = torch.from_numpy(data.chances[rows].astype(np.float32)).to(where)
    # Per document, as the CRF's loss is, so that one learning rate fits both.
    return -(likely.gather(1, which) * chances).sum() / len(chosen)
