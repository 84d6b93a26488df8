"""The networks that training fits: an encoder of whole papers and the tagger on top of it.

The encoder reads each token through a window of itself and two neighbours (the dilated convolutions of
Strubell et al. 2017, "Fast and Accurate Entity Recognition with Iterated Dilated Convolutions", here with a
hidden layer) and, in some layers, through attention over the whole paper (Vaswani et al. 2017, "Attention Is
All You Need"), so that a name defined in one place is known in all. Characters are read by a convolution of
their own (Ma & Hovy 2016, "End-to-end Sequence Labeling via Bi-directional LSTM-CNNs-CRF"); the CRF is that
of Lample et al. 2016, "Neural Architectures for Named Entity Recognition".

`kg.extraction.network` runs the same arithmetic in NumPy.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.extraction.features import CHARACTERS, SHAPES, WORD_ROWS
from kg.extraction.network import Network
from kg.extraction.tags import TAGS, allowed
from kg.extraction.training.batches import Batch
from kg.schema import RELATIONS

__all__ = ["Encoder", "Sizes", "Tagger"]


@dataclass(frozen=True)
class Sizes:
    """Sizes of a network.

    Attributes
    ----------
    width : int
        Width of a token's state.
    hidden : int
        Width inside a window layer.
    layers : tuple of int
        From bottom to top: a positive number is a window layer of that dilation, 0 an attention layer.
    heads : int
        Heads of an attention layer.
    word_width, char_width, char_filters, shape_width : int
        Widths of the embeddings and the number of character filters.
    """

    width: int = 320
    hidden: int = 640
    layers: tuple[int, ...] = (1, 1, 2, 0, 1, 4, 0, 1)
    heads: int = 5
    word_width: int = 64
    char_width: int = 32
    char_filters: int = 96
    shape_width: int = 8


class _Window(nn.Module):
    def __init__(self, sizes: Sizes, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(sizes.width)
        self.read = nn.Linear(3 * sizes.width, sizes.hidden)
        self.write = nn.Linear(sizes.hidden, sizes.width)

    def forward(self, state: Tensor, live: Tensor) -> Tensor:
        length, d = state.shape[1], self.dilation
        padded = functional.pad(self.norm(state) * live, (0, 0, d, d))
        window = torch.cat([padded[:, i * d : i * d + length] for i in range(3)], dim=2)
        update: Tensor = self.write(functional.relu(self.read(window)))
        return update


class _Attention(nn.Module):
    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.norm = nn.LayerNorm(sizes.width)
        self.read = nn.Linear(sizes.width, 3 * sizes.width)
        self.write = nn.Linear(sizes.width, sizes.width)

    def forward(self, state: Tensor, live: Tensor) -> Tensor:
        b, n, width = state.shape
        parts = self.read(self.norm(state)).view(b, n, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).reshape(3, b * self.heads, n, -1)
        masked = torch.zeros_like(live).masked_fill(live == 0, -torch.inf).view(b, 1, 1, n)
        masked = masked.expand(b, self.heads, n, n).reshape(b * self.heads, n, n)
        # torch's scaled_dot_product_attention takes four times as long on a CPU.
        scores = torch.baddbmm(masked, query, key.transpose(1, 2), alpha=query.shape[2] ** -0.5)
        seen = torch.bmm(scores.softmax(2), value).view(b, self.heads, n, -1)
        update: Tensor = self.write(seen.transpose(1, 2).reshape(b, n, width))
        return update


class Encoder(nn.Module):
    """Word vectors, hashed words, characters and shapes → a state per token."""

    def __init__(self, vector_width: int, sizes: Sizes) -> None:
        super().__init__()
        s = self.sizes = sizes
        self.norm = nn.LayerNorm(vector_width)
        self.words = nn.Embedding(WORD_ROWS, s.word_width)
        self.chars = nn.Embedding(CHARACTERS, s.char_width, padding_idx=0)
        self.convolution = nn.Linear(3 * s.char_width, s.char_filters)
        self.shapes = nn.Embedding(SHAPES, s.shape_width)
        nn.init.normal_(self.words.weight, std=0.1)
        self.enter = nn.Linear(vector_width + s.word_width + s.char_filters, s.width)
        self.place = nn.Linear(s.shape_width, s.width, bias=False)
        self.hidden = nn.Parameter(torch.zeros(s.width))
        self.layers = nn.ModuleList(_Window(s, d) if d else _Attention(s) for d in s.layers)
        self.last = nn.LayerNorm(s.width)
        for layer in self.layers:
            nn.init.normal_(layer.write.weight, std=0.5 * (s.width * len(s.layers)) ** -0.5)
            nn.init.zeros_(layer.write.bias)

    def forward(self, batch: Batch, hide: Tensor | None = None, dropout: float = 0.0) -> Tensor:
        """Return the states, shape (documents, tokens, width).

        Parameters
        ----------
        batch : Batch
        hide : bool tensor, shape (documents, tokens), optional
            Tokens whose word the network may not see.
        dropout : float
            Share of a state's features dropped, the same ones at every token of a document.
        """
        letters = self.chars(batch.chars)
        padded = functional.pad(letters, (0, 0, 1, 1))
        size = letters.shape[1]
        window = torch.cat([padded[:, i : i + size] for i in range(3)], dim=2)
        spelled = functional.relu(self.convolution(window)).amax(dim=1)
        read = torch.cat([self.norm(batch.vectors), self.words(batch.rows), spelled], dim=1)
        state = self.enter(_drop(read.unsqueeze(0), dropout).squeeze(0))[batch.places]
        if hide is not None:
            state = torch.where(hide.unsqueeze(2), self.hidden.to(state.dtype), state)
        state = state + self.place(self.shapes.weight)[batch.shapes]
        live = batch.live.unsqueeze(2).to(state.dtype)
        for layer in self.layers:
            state = state + _drop(layer(state, live), dropout)
        states: Tensor = _drop(self.last(state), dropout)
        return states


class Tagger(nn.Module):
    """An encoder with a score per tag, a CRF over the tags, and a score per relation."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder
        self.out = nn.Linear(encoder.sizes.width, len(TAGS) + len(RELATIONS))
        self.transitions = nn.Parameter(torch.zeros(len(TAGS), len(TAGS)))
        start, end, pairs = allowed()
        self.register_buffer("start_mask", torch.tensor(start))
        self.register_buffer("end_mask", torch.tensor(end))
        self.register_buffer("pair_mask", torch.tensor(pairs))

    def forward(
        self, batch: Batch, hide: Tensor | None = None, dropout: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """Return the scores of tags and of relations, each of shape (documents, tokens, classes)."""
        tags, relations = (
            self.out(self.encoder(batch, hide, dropout)).float().split([len(TAGS), len(RELATIONS)], dim=2)
        )
        return tags, relations

    def partition(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """Return the logarithm of the summed weight of all allowed tag sequences, shape (documents,)."""
        transitions = self.transitions + self.pair_mask
        alpha = scores[:, 0] + self.start_mask
        alphas = [alpha]
        for t in range(1, scores.shape[1]):
            alpha = torch.logsumexp(alpha.unsqueeze(2) + transitions, dim=1) + scores[:, t]
            alphas.append(alpha)
        rows = torch.arange(len(lengths), device=scores.device)
        return torch.logsumexp(torch.stack(alphas)[lengths - 1, rows] + self.end_mask, dim=1)

    def marginals(self, scores: Tensor, lengths: Tensor) -> Tensor:
        """Return the probability of each tag at each token, shape (documents, tokens, tags).

        It is the gradient of `partition` with respect to the scores.
        """
        scores = scores.detach().requires_grad_()
        with torch.enable_grad():
            (chances,) = torch.autograd.grad(self.partition(scores, lengths).sum(), scores)
        return chances

    def loss(self, scores: Tensor, tags: Tensor, lengths: Tensor) -> Tensor:
        """Return the mean negative log-likelihood per document of the tags."""
        live = torch.arange(scores.shape[1], device=scores.device) < lengths.unsqueeze(1)
        emitted = (scores.gather(2, tags.unsqueeze(2)).squeeze(2) * live).sum(1)
        moved = (self.transitions[tags[:, :-1], tags[:, 1:]] * live[:, 1:]).sum(1)
        return (self.partition(scores, lengths) - emitted - moved).mean()

    def export(self) -> Network:
        """Return the network as `kg.extraction.network` runs it."""
        state = {name: value.detach().cpu().numpy() for name, value in self.state_dict().items()}
        state["transitions"] = state["transitions"] + state.pop("pair_mask")
        for name in ("start_mask", "end_mask", "encoder.hidden"):
            del state[name]
        return Network(state, self.encoder.sizes.layers, self.encoder.sizes.heads)


def _drop(state: Tensor, share: float) -> Tensor:
    """Drop the same features at every token of a document (Gal & Ghahramani 2016)."""
    if not share:
        return state
    shape = (state.shape[0], 1, state.shape[2])
    keep = torch.rand(shape, device=state.device) >= share
    return state * (keep / (1 - share)).to(state.dtype)
