"""The steps that make the shipped pipeline: vectors, tagger, heads, package.

Each step keeps its result in the work folder under a name that holds a digest of what it was made from; a
run that was interrupted goes on after the last finished step, the tagger after its last finished epoch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vectors import Mode, Vectors

import kg.extraction.pipeline  # noqa: F401
from kg.errors import KgError
from kg.extraction.confidence import ConfidenceModel, span_features
from kg.extraction.features import arrays_of
from kg.extraction.gold import GoldPaper, gold_spans, read_gold
from kg.extraction.linear import LinearClassifier
from kg.extraction.relations import RelationClassifier, group_features
from kg.extraction.split import is_dev
from kg.extraction.tagger import EntityTagger
from kg.extraction.training.data import docs_of, pair
from kg.schema import RELATIONS, Paper
from kg.sources import read

__all__ = ["run_steps"]

Say = Callable[[str], None]
Pairs = Sequence[tuple[Paper, GoldPaper]]

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
"""Settings of the word vectors (floret: fastText with hashed subwords)."""

RELATION_L2 = 3e-5


def run_steps(*, corpus: Path, seeds: Path, output: Path, work: Path, say: Say) -> None:
    """Train the pipeline and write it to ``output``.

    Parameters
    ----------
    corpus : Path
        The unlabelled abstracts, which also hold the texts of ``seeds/gold/corpus.jsonl``.
    seeds : Path
        Folder with ``pages/`` and ``gold/``.
    output : Path
        Folder of the pipeline.
    work : Path
        Folder of intermediate results.
    say : callable
        Called with a line for the user now and then.

    Raises
    ------
    InputError
        A file is missing or a gold paper has no text.
    KgError
        The extra ``train`` is not installed.
    """
    work.mkdir(parents=True, exist_ok=True)
    abstracts = read(corpus).papers
    papers = {paper.id: paper for paper in [*abstracts, *read(seeds / "pages").papers]}
    gold = [g for name in ("seeds", "corpus") for g in read_gold(seeds / "gold" / f"{name}.jsonl")]
    pairs = pair(gold, papers)
    train = [p for p in pairs if not is_dev(p[0].id)]
    dev = [p for p in pairs if is_dev(p[0].id)]
    say(f"gold: {len(train)} papers to train on, {len(dev)} held out (dev)")
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "kg.NameTokenizer.v1"}}})
    _add_vectors(nlp, abstracts, work, say)
    tagger = _train_tagger(nlp, train, dev, work, say)
    nlp.add_pipe("kg_tagger").from_bytes(tagger.to_bytes())  # type: ignore[attr-defined]
    nlp.add_pipe("kg_sentences")
    nlp.add_pipe("kg_consistency")
    relations = nlp.add_pipe("kg_relations")
    assert isinstance(relations, RelationClassifier)
    relations.classifier = _fit_relations(nlp, train)
    confidence = nlp.add_pipe("kg_confidence")
    assert isinstance(confidence, ConfidenceModel)
    _fit_confidence(nlp, confidence, dev)
    nlp.meta["name"] = output.name
    nlp.meta["description"] = "Entities of machine-learning abstracts; made by `kg train`."
    nlp.to_disk(output)
    say(f"written: {output}")


def _add_vectors(nlp: Language, abstracts: Sequence[Paper], work: Path, say: Say) -> None:
    path = work / f"vectors-{_digest(VECTORS, [p.id for p in abstracts])}.npz"
    if not path.exists():
        say(f"vectors: reading {len(abstracts)} abstracts")
        tokens = work / "tokens.txt"
        with tokens.open("w", encoding="utf-8") as stream:
            for paper in abstracts:
                doc = nlp.make_doc(paper.text)
                words = " ".join(token.text for token in doc if not token.is_space)
                stream.write(words.encode("utf-8", "replace").decode("utf-8") + "\n")
        _run_floret(tokens, path)
    with np.load(path, allow_pickle=False) as archive:
        header, table = json.loads(str(archive["header"])), archive["table"]
    nlp.vocab.vectors = Vectors(
        strings=nlp.vocab.strings,
        data=table,
        mode=Mode.floret,
        minn=header["minn"],
        maxn=header["maxn"],
        hash_count=header["hash_count"],
        hash_seed=header["hash_seed"],
        bow=header["bow"],
        eow=header["eow"],
    )
    say(f"vectors: {table.shape[0]} rows of {table.shape[1]}")


def _run_floret(tokens: Path, path: Path) -> None:
    try:
        import floret
    except ImportError:
        raise KgError("training needs the extra: pip install 'kg[train]'.") from None
    # One thread: with more, floret's result depends on their timing.
    model = floret.train_unsupervised(str(tokens), thread=1, **VECTORS)
    text = path.with_suffix(".floret")
    model.save_floret_vectors(str(text))
    with text.open(encoding="utf-8") as stream:
        bucket, dim, minn, maxn, count, seed, bow, eow = stream.readline().rstrip("\n").split(" ")
        table = np.array([line.rstrip().split(" ")[1:] for line in stream], dtype=np.float32)
    assert table.shape == (int(bucket), int(dim))
    # Unit variance, so that networks read numbers of ordinary size.
    table /= table.std()
    numbers = {"minn": int(minn), "maxn": int(maxn), "hash_count": int(count), "hash_seed": int(seed)}
    np.savez(path, header=json.dumps({**numbers, "bow": bow, "eow": eow}), table=table)
    text.unlink()


def _train_tagger(nlp: Language, train: Pairs, dev: Pairs, work: Path, say: Say) -> EntityTagger:
    try:
        from kg.extraction.training.tagger import Example, Settings, train_tagger
    except ImportError:
        raise KgError("training needs the extra: pip install 'kg[train]'.") from None
    settings = Settings()
    key = _digest(asdict(settings), [g.id for _, g in train], float(np.abs(nlp.vocab.vectors.data).sum()))
    path = work / f"tagger-{key}.npz"
    tagger = EntityTagger()
    if path.exists():
        return tagger.from_bytes(path.read_bytes())

    def examples(pairs: Pairs) -> list[Example]:
        docs = docs_of(nlp, pairs)
        return [Example(arrays_of(d), tuple((s.start, s.end, s.label_) for s in d.ents)) for d in docs]

    def report(epoch: dict[str, Any]) -> None:
        say("tagger: " + " ".join(f"{name} {value:.4g}" for name, value in epoch.items()))

    model = train_tagger(examples(train), examples(dev), settings, work / f"tagger-{key}.checkpoint", report)
    state = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    state["transitions"] = state["transitions"] + state.pop("pair_mask")
    del state["start_mask"], state["end_mask"]
    tagger.weights = state
    tagger.dilations = settings.dilations
    path.write_bytes(tagger.to_bytes())
    return tagger.from_bytes(path.read_bytes())


def _fit_relations(nlp: Language, train: Pairs) -> LinearClassifier:
    """Learn relations from the gold spans, grouped as the gold groups them."""
    examples, labels = [], []
    sentences = nlp.get_pipe("kg_sentences")
    for doc, (paper, gold) in zip(docs_of(nlp, train), train, strict=True):
        sentences(doc)
        groups: dict[int, list[Any]] = {}
        for span in gold_spans(paper.text, gold.entities):
            found = doc.char_span(span.start, span.end, label=span.label)
            if found is not None:
                groups.setdefault(span.entity, []).append(found)
        for index, spans in groups.items():
            examples.append(group_features(doc, spans))
            labels.append(gold.entities[index].relation)
    classifier = LinearClassifier(RELATIONS, bits=RelationClassifier().classifier.bits)
    classifier.fit(examples, labels, l2=RELATION_L2)
    return classifier


def _fit_confidence(nlp: Language, confidence: ConfidenceModel, dev: Pairs) -> None:
    """Calibrate on the held-out papers: the tagger is too sure of those that it was trained on."""
    examples: list[list[str]] = []
    right: list[bool] = []
    for doc, (paper, gold) in zip(_found(nlp, [paper for paper, _ in dev]), dev, strict=True):
        wanted = {(s.start, s.end, s.label) for s in gold_spans(paper.text, gold.entities)}
        examples += span_features(doc)
        right += [(s.start_char, s.end_char, s.label_) in wanted for s in doc.ents]
    if examples:
        confidence.fit(examples, right)


def _found(nlp: Language, papers: Sequence[Paper]) -> list[Doc]:
    return list(nlp.pipe([paper.text for paper in papers], batch_size=16))


def _digest(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
