"""The recipe of the shipped pipelines: vectors, encoder, tagger, soft tags, fast tagger, heads, packages.

Each step keeps its result in the work folder under a name that holds a digest of what it was made from. A run
that was interrupted goes on after the last finished step, pretraining after its last hundreds of steps, a fit
after its last finished epoch.
"""

from __future__ import annotations

import copy
import hashlib
import json
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import spacy
import torch
from spacy.language import Language
from spacy.strings import StringStore
from spacy.tokenizer import Tokenizer
from torch import nn

import kg.extraction.pipeline  # noqa: F401
from kg.extraction.evidence import COLUMNS
from kg.extraction.features import words_of
from kg.extraction.frequency import WordFrequency
from kg.extraction.gazetteer import Gazetteer
from kg.extraction.gold import read_gold
from kg.extraction.relations import READINGS
from kg.extraction.reranker import SpanReranker
from kg.extraction.split import folds, is_dev
from kg.extraction.tagger import EntityTagger
from kg.extraction.training.data import Pairs, gold_of, pair, part, tokenise
from kg.extraction.training.heads import (
    RERANKER,
    Examples,
    Readings,
    examples,
    fit_layers,
    fit_relations,
    fit_reranker,
    readings,
    relations_of,
)
from kg.extraction.training.network import Encoder, Sizes, Tagger
from kg.extraction.training.pretrain import PretrainSettings, pretrain
from kg.extraction.training.tagger import FitSettings, Gold, Soft, fit, soft_tags
from kg.extraction.training.vectors import VECTORS, copy_vectors, load_vectors, narrow_vectors, train_vectors
from kg.files import atomic_stream
from kg.schema import Paper
from kg.sources import read

__all__ = ["RECIPE", "Recipe", "Workshop", "run_steps"]

Say = Callable[[str], None]
Model = TypeVar("Model", bound=nn.Module)
Part = TypeVar("Part")
Array = npt.NDArray[Any]
Layer = npt.NDArray[np.float32]
Folded = Sequence[tuple[Tagger, Pairs]]
"""Networks, each with the papers that it was not fitted to."""


@dataclass(frozen=True)
class Recipe:
    """What the pipelines are made by.

    Attributes
    ----------
    pretrain : PretrainSettings
        The encoder, on all abstracts.
    teach : FitSettings
        The encoder fitted to the gold: the network of the default pipeline, and the teacher of the fast one.
    teachers : int
        How many, by different seeds; the first ships, their average labels abstracts.
    folds : int
        The drawn gold is dealt out into so many. Each is read by a network that was fitted to the others: the
        reranker learns from papers that are as new to the network as a user's are.
    chosen_epochs, fast_chosen_epochs : int
        How long a network learns the chosen papers, which are in no fold: those of the folds go on from it.
    fold_epochs, fast_fold_epochs : int
        How long each of them then learns the drawn papers of the other folds.
    introduced, fast_introduced : float
        How much the rerankers prefer what a paper introduces. The weaker the tagger, the more that costs.
    unlabelled : int
        How many abstracts, drawn by chance from those without gold, the teachers label.
    fast_sizes : Sizes
        The network of the fast pipeline.
    fast_vectors : int
        Width of its word vectors: so many principal components of the large ones.
    fast_learn, fast_polish : FitSettings
        Its fit to the soft tags, then to the gold.
    """

    pretrain: PretrainSettings = field(default_factory=PretrainSettings)
    teach: FitSettings = field(default_factory=FitSettings)
    teachers: int = 1
    folds: int = 5
    chosen_epochs: int = 3
    fast_chosen_epochs: int = 2
    fold_epochs: int = 2
    fast_fold_epochs: int = 2
    introduced: float = 4.0
    fast_introduced: float = 2.0
    unlabelled: int = 40000
    fast_sizes: Sizes = field(
        default_factory=lambda: Sizes(
            width=176,
            hidden=352,
            layers=(1, 2, 0, 4, 1),
            heads=4,
            word_width=32,
            char_width=16,
            char_filters=48,
        )
    )
    fast_vectors: int = 64
    fast_learn: FitSettings = field(
        default_factory=lambda: FitSettings(
            epochs=2, tokens=4000, learn_rate=3e-3, dropout=0.0, hidden=0.0, average=0.998
        )
    )
    fast_polish: FitSettings = field(
        default_factory=lambda: FitSettings(epochs=4, learn_rate=1e-3, dropout=0.1, hidden=0.05)
    )


RECIPE = Recipe()


@dataclass
class Workshop:
    """The material of a training run and the folder of its finished steps.

    Attributes
    ----------
    work : Path
    say : callable
        Called with a line for the user now and then.
    recipe : Recipe
    papers : list of Paper
        All abstracts, each id once.
    pairs : list of (Paper, GoldPaper)
    chosen : set of str
        Ids of gold papers that were annotated because they are hard. They train, but are in no fold: no
        figure and no calibration rests on them.
    """

    work: Path
    say: Say
    recipe: Recipe
    papers: list[Paper]
    pairs: Pairs
    chosen: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.work.mkdir(parents=True, exist_ok=True)
        self.nlp = blank()
        self.places = {paper.id: n for n, paper in enumerate(self.papers)}
        assert isinstance(self.nlp.tokenizer, Tokenizer)
        rules = hashlib.sha256(self.nlp.tokenizer.to_bytes(exclude=["vocab"])).hexdigest()
        # What every step reads: other papers or other tokens make all of it anew.
        self.text = digest([paper.id for paper in self.papers], rules)
        made_from = digest(asdict(self.recipe.pretrain), VECTORS, self.text)
        self.vectors_path = self.work / f"vectors-{digest(VECTORS, self.text)}.npz"
        self.encoder_path = self.work / f"encoder-{made_from}.npz"
        if not self.vectors_path.exists():
            self.say(f"vectors: reading {len(self.papers)} abstracts")
            train_vectors(self.nlp, (paper.text for paper in self.papers), self.vectors_path)
        load_vectors(self.nlp, self.vectors_path)
        tokens = self.work / f"tokens-{self.text}.npz"
        self.documents, self.words = tokenise(self.nlp, self.papers, tokens, self.say)

    @cached_property
    def train(self) -> Pairs:
        """The gold papers outside the dev split."""
        return [pair for pair in self.pairs if not is_dev(pair[0].id)]

    @cached_property
    def drawn(self) -> Pairs:
        """Those of them that were drawn by chance: they are dealt out into folds."""
        return [pair for pair in self.train if pair[0].id not in self.chosen]

    @cached_property
    def annotation(self) -> str:
        """A digest of the annotation of the training papers."""
        return digest([(gold.id, gold.entities) for _, gold in self.train])

    @cached_property
    def held(self) -> Pairs:
        """The gold papers of the dev split."""
        return [pair for pair in self.pairs if is_dev(pair[0].id)]

    def gold(self, pairs: Pairs, nlp: Language | None = None) -> Gold:
        """Return annotated papers as token arrays, with the word vectors of ``nlp``, else the large ones."""
        gold = gold_of(self.nlp, self.documents, self.places, pairs)
        if nlp is None or nlp is self.nlp:
            return gold
        return gold._replace(documents=gold.documents._replace(words=words_of(nlp.vocab, self.words)))

    def encoder(self) -> Encoder:
        """Return the pretrained encoder, its weights rounded to half precision, in which they are kept."""
        settings, path = self.recipe.pretrain, self.encoder_path
        checkpoint = path.with_suffix(".checkpoint")
        if not path.exists():
            made = pretrain(self.documents, settings, checkpoint, self._reporter("pretrain")).state_dict()
            with atomic_stream(path) as stream:
                np.savez(stream, **{name: part.numpy().astype(np.float16) for name, part in made.items()})
            checkpoint.unlink(missing_ok=True)
        encoder = Encoder(self.documents.words.vectors.shape[1], settings.sizes)
        with np.load(path, allow_pickle=False) as archive:
            encoder.load_state_dict({name: torch.from_numpy(archive[name]) for name in archive.files})
        return encoder

    def fitted(
        self, name: str, model: Tagger, data: Gold | Soft, settings: FitSettings, dev: Gold | None = None
    ) -> Tagger:
        """Return ``model`` fitted to the data; the same start, data and settings are fitted once."""
        learned = contents(data.documents.ids, data.documents.offsets, *data[1:])
        path = self.work / f"{name}-{digest(asdict(settings), weights_of(model), learned)}.pt"

        def make() -> Tagger:
            return fit(model, data, settings, path.with_suffix(".checkpoint"), self._reporter(name), dev)

        return _kept(path, make, model)

    def tagger(self, seed: int) -> Tagger:
        """Return the pretrained encoder under a tagger that has yet to be fitted."""
        self.encoder()
        # It is read again: a run that makes it draws other random numbers than one that finds it made.
        torch.manual_seed(seed)
        return Tagger(self.encoder())

    def teachers(self, gold: Gold, dev: Gold | None = None) -> list[Tagger]:
        """Return the encoder fitted to the gold, by different seeds."""
        found = []
        for n in range(self.recipe.teachers):
            settings = replace(self.recipe.teach, seed=self.recipe.teach.seed + n)
            found.append(self.fitted(f"teacher{n}", self.tagger(settings.seed), gold, settings, dev))
        return found

    def folded(
        self, name: str, start: Tagger, settings: FitSettings, chosen_epochs: int, epochs: int, nlp: Language
    ) -> Folded:
        """Return the folds of the drawn papers, each with a network that was fitted to the others.

        One network, ``start`` fitted to the chosen papers for ``chosen_epochs``, goes on to each for
        ``epochs``: what is most of the gold is learned once.
        """
        first, last = replace(settings, epochs=chosen_epochs), replace(settings, epochs=epochs)
        chosen = self.gold(_without(self.train, self.drawn), nlp)
        begun = self.fitted(f"{name}s", copy.deepcopy(start), chosen, first)
        sources = [
            [paper.id for paper, _ in self.drawn if (":" in paper.id) == corpus] for corpus in (False, True)
        ]
        dealt = [folds(ids, self.recipe.folds) for ids in sources]
        found = []
        for n in range(self.recipe.folds):
            away = {paper_id for parts in dealt for paper_id in parts[n]}
            held = [pair for pair in self.drawn if pair[0].id in away]
            rest = self.gold(_without(self.drawn, held), nlp)
            found.append((self.fitted(f"{name}{n}", copy.deepcopy(begun), rest, last), held))
        return found

    def default_folds(self) -> Folded:
        """Return the folds with networks of the default pipeline."""
        settings, recipe = self.recipe.teach, self.recipe
        start = self.tagger(settings.seed)
        return self.folded("fold", start, settings, recipe.chosen_epochs, recipe.fold_epochs, self.nlp)

    def fast_folds(self, learned: Tagger, nlp: Language) -> Folded:
        """Return the folds with networks of the fast pipeline; ``learned`` is fitted to soft tags alone."""
        settings, recipe = self.recipe.fast_polish, self.recipe
        epochs = recipe.fast_chosen_epochs, recipe.fast_fold_epochs
        return self.folded("fast-fold", learned, settings, *epochs, nlp)

    def candidates(self, nlp: Language, folded: Folded) -> list[Examples]:
        """Return what each network finds in the papers that it was not fitted to, for the reranker.

        The gazetteer then comes from the other training papers.
        """

        def find(model: Tagger, held: Pairs) -> Examples:
            self.say(f"candidates: in {len(held)} papers")
            return examples(tagging(nlp, model), held, Gazetteer().fit(_without(self.train, held)))

        parts = []
        for model, held in folded:
            name = f"candidates-{digest(weights_of(model), COLUMNS, self.annotation, self.text)}.npz"
            parts.append(_kept_arrays(self.work / name, partial(find, model, held)))
        return parts

    def readings(
        self, nlp: Language, folded: Folded, candidates: Sequence[Examples], introduced: float
    ) -> list[Readings]:
        """Return for each fold what a pipeline that has not seen it reads of its entities' relations."""

        def find(n: int) -> Readings:
            _, held = folded[n]
            self.say(f"readings: in {len(held)} papers")
            return readings(self.without_fold(n, nlp, folded, candidates, introduced), held)

        parts = []
        for n, (model, _) in enumerate(folded):
            rest = contents(*joined(others(candidates, n)))
            fitted_to = (weights_of(model), rest, asdict(RERANKER), introduced, READINGS)
            name = f"readings-{digest(*fitted_to, self.annotation, self.text)}.npz"
            parts.append(_kept_arrays(self.work / name, partial(find, n)))
        return parts

    def without_fold(
        self, n: int, nlp: Language, folded: Folded, candidates: Sequence[Examples], introduced: float
    ) -> Language:
        """Return a pipeline of which no part has seen fold ``n``; relations are as the words tell them."""
        model, held = folded[n]
        weights = fit_reranker(*joined(others(candidates, n)))
        rest = _without(self.train, held)
        return assemble(tagging(nlp, model), weights, self.frequency, rest, introduced)

    def pipeline(self, nlp: Language, model: Tagger, folded: Folded, introduced: float) -> Language:
        """Return the tagger with all that stands on it, fitted to the training papers and to the folds."""
        candidates = self.candidates(nlp, folded)
        told = self.readings(nlp, folded, candidates, introduced)
        weights = fit_reranker(*joined(candidates))
        built = assemble(tagging(nlp, model), weights, self.frequency, self.train, introduced)
        relations_of(built).layers = fit_layers(*joined(told))
        return built

    def soft(self, teachers: Sequence[Tagger]) -> Soft:
        """Return the unlabelled abstracts with the teachers' tags."""
        annotated = {paper.id for paper, _ in self.pairs}
        free = [n for n, paper in enumerate(self.papers) if paper.id not in annotated]
        chosen = sorted(
            random.Random(self.recipe.teach.seed).sample(free, min(self.recipe.unlabelled, len(free)))
        )
        documents = part(self.documents, chosen)
        path = self.work / f"soft-{digest([*map(weights_of, teachers)], chosen, self.text)}.npz"

        def make() -> tuple[Array, Array]:
            soft = soft_tags(teachers, documents, 12000, self._reporter("soft tags"))
            return soft.tags, soft.chances

        return Soft(documents, *_kept_arrays(path, make))

    def student(self, name: str, sizes: Sizes, nlp: Language, soft: Soft, dev: Gold | None = None) -> Tagger:
        """Return a network of its own sizes, over the vectors of ``nlp``, fitted to soft tags alone."""
        recipe = self.recipe
        soft = soft._replace(documents=soft.documents._replace(words=words_of(nlp.vocab, self.words)))
        torch.manual_seed(recipe.fast_learn.seed)
        start = Tagger(Encoder(recipe.fast_vectors, sizes))
        return self.fitted(name, start, soft, recipe.fast_learn, dev)

    @cached_property
    def frequency(self) -> WordFrequency:
        """How many papers use each word."""
        ids, offsets = self.documents.ids, self.documents.offsets
        total = len(self.documents.words.rows)
        paper = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
        used = np.unique(paper * total + ids) % total
        frequency = WordFrequency()
        frequency.fit(zip(self.words, np.bincount(used, minlength=total).tolist(), strict=True))
        return frequency

    def narrow(self) -> Language:
        """Return a blank pipeline whose vectors are the first principal components of the large ones."""
        nlp = blank()
        narrow_vectors(nlp, self.nlp.vocab.vectors, self.recipe.fast_vectors)
        return nlp

    def _reporter(self, name: str) -> Callable[[dict[str, Any]], None]:
        def report(told: dict[str, Any]) -> None:
            self.say(f"{name}: " + " ".join(f"{key} {value:.4g}" for key, value in told.items()))

        return report


def run_steps(
    *, corpus: Path, seeds: Path, output: Path, work: Path, say: Say, recipe: Recipe = RECIPE
) -> None:
    """Train the pipelines and write them to ``output/default`` and ``output/fast``.

    Word vectors and encoder go to ``output/encoder`` under the names of their files in the work folder: a run
    that finds them in its own, and has the same abstracts and settings, does not make them again.

    Parameters
    ----------
    corpus : Path
        The unlabelled abstracts, which also hold the texts of ``corpus.jsonl`` and ``chosen.jsonl``.
    seeds : Path
        Folder with ``pages/`` and, in ``gold/``, ``seeds.jsonl``, ``corpus.jsonl`` and ``chosen.jsonl``.
    output : Path
        Folder of the pipelines.
    work : Path
        Folder of intermediate results.
    say : callable
        Called with a line for the user now and then.
    recipe : Recipe

    Raises
    ------
    InputError
        A file is missing or a gold paper has no text.
    """
    shop = open_workshop(corpus=corpus, seeds=seeds, work=work, say=say, recipe=recipe)
    train, held = shop.train, shop.held
    say(f"gold: {len(train)} papers to train on, {len(shop.drawn)} of them drawn; {len(held)} held out (dev)")
    shop.encoder()
    keep(output / "encoder", shop.vectors_path, shop.encoder_path)
    say(f"written: {output / 'encoder'}")
    teachers = shop.teachers(shop.gold(train), shop.gold(held))
    built = shop.pipeline(shop.nlp, teachers[0], shop.default_folds(), shop.recipe.introduced)
    package(built, output / "default")
    say(f"written: {output / 'default'}")
    nlp, polish = shop.narrow(), shop.recipe.fast_polish
    dev = shop.gold(held, nlp)
    learned = shop.student("fast", shop.recipe.fast_sizes, nlp, shop.soft(teachers), dev)
    fast = shop.fitted("fast-polished", copy.deepcopy(learned), shop.gold(train, nlp), polish, dev)
    folded = shop.fast_folds(learned, nlp)
    package(shop.pipeline(nlp, fast, folded, shop.recipe.fast_introduced), output / "fast")
    say(f"written: {output / 'fast'}")


def open_workshop(*, corpus: Path, seeds: Path, work: Path, say: Say, recipe: Recipe = RECIPE) -> Workshop:
    """Read the material of a training run; parameters and errors as in `run_steps`."""
    papers = {paper.id: paper for paper in [*read(corpus).papers, *read(seeds / "pages").papers]}
    seed, other, chosen = (
        read_gold(seeds / "gold" / f"{name}.jsonl") for name in ("seeds", "corpus", "chosen")
    )
    return Workshop(
        work,
        say,
        recipe,
        list(papers.values()),
        pair([*seed, *other, *chosen], papers),
        frozenset(gold.id for gold in chosen),
    )


def assemble(
    nlp: Language, weights: list[Layer], frequency: WordFrequency, train: Pairs, introduced: float
) -> Language:
    """Put sentences, a reranker and relations, as the words tell them, on a tagger; return the pipeline."""
    nlp.add_pipe("kg_sentences")
    reranker = nlp.add_pipe("kg_reranker", config={"introduced": introduced})
    assert isinstance(reranker, SpanReranker)
    reranker.weights = weights
    reranker.gazetteer.fit(train)
    nlp.add_pipe("kg_relations")
    relations = relations_of(nlp)
    relations.frequency = frequency
    relations.classifier = fit_relations(nlp, train, frequency)
    return nlp


def package(nlp: Language, output: Path) -> None:
    """Write a pipeline into the folder ``output``, under its name."""
    nlp.meta["name"] = output.name
    nlp.meta["description"] = "Entities of machine-learning abstracts; made by `kg train`."
    output.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(output)
    # The words that its vocabulary met while it was made: no part of it, and not the same in a resumed run.
    StringStore().to_disk(output / "vocab" / "strings.json")


def keep(folder: Path, *paths: Path) -> None:
    """Copy finished steps into a folder and take those of their kind from it that were there before."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        with path.open("rb") as source, atomic_stream(folder / path.name) as stream:
            shutil.copyfileobj(source, stream)
        for old in folder.glob(f"{path.name.split('-')[0]}-*"):
            if old.name != path.name:
                old.unlink()


def others(parts: Sequence[Part], n: int) -> list[Part]:
    """Return what stands for the folds other than fold ``n``."""
    return [*parts[:n], *parts[n + 1 :]]


def joined(parts: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Return the rows of several folds as those of one."""
    return np.concatenate([part for part, _ in parts]), np.concatenate([part for _, part in parts])


def tagging(like: Language, model: Tagger) -> Language:
    """Return a pipeline of the tagger alone, with the word vectors of another pipeline."""
    nlp = blank(like)
    tagger = nlp.add_pipe("kg_tagger")
    assert isinstance(tagger, EntityTagger)
    tagger.from_bytes(model.export().to_bytes())
    return nlp


def blank(like: Language | None = None) -> Language:
    """Return a pipeline with the tokenizer alone, with the vectors of another one."""
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "kg.NameTokenizer.v1"}}})
    if like is not None:
        copy_vectors(nlp, like.vocab.vectors)
    return nlp


def digest(*parts: Any) -> str:
    """Return a short name for what a step is made from."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def contents(*arrays: Array) -> str:
    """Return a short name for what arrays hold."""
    whole = hashlib.sha256()
    for array in arrays:
        whole.update(np.ascontiguousarray(array).data)
    return whole.hexdigest()[:12]


def weights_of(model: nn.Module) -> str:
    """Return a short name for the weights of a model."""
    return contents(*(parameter.detach().cpu().numpy() for parameter in model.parameters()))


def _without(pairs: Pairs, held: Pairs) -> Pairs:
    away = {paper.id for paper, _ in held}
    return [pair for pair in pairs if pair[0].id not in away]


def _kept_arrays(path: Path, make: Callable[[], tuple[Array, Array]]) -> tuple[Array, Array]:
    if not path.exists():
        arrays = make()
        with atomic_stream(path) as stream:
            np.savez(stream, *arrays)
    with np.load(path, allow_pickle=False) as archive:
        # By place: files of earlier versions gave them other names.
        first, second = (archive[name] for name in archive.files)
        return first, second


def _kept(path: Path, make: Callable[[], Model], empty: Model) -> Model:
    if path.exists():
        empty.load_state_dict(torch.load(path, weights_only=True))
        return empty
    model = make()
    part = path.with_suffix(".part")
    torch.save(model.state_dict(), part)
    part.replace(path)
    path.with_suffix(".checkpoint").unlink(missing_ok=True)
    return model
