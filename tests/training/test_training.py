"""`kg train` at toy size: a run that was interrupted ends in the bytes of one that was not."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

from kg.extraction import extract_mentions, load_pipeline
from kg.extraction.split import is_dev
from kg.extraction.training.batches import batch_of
from kg.extraction.training.data import part
from kg.extraction.training.network import Encoder, Sizes, Tagger
from kg.extraction.training.pretrain import PretrainSettings
from kg.extraction.training.steps import RECIPE, open_workshop, run_steps, tagging
from kg.sources import read

SIZES = Sizes(width=32, hidden=48, layers=(1, 0), heads=2, word_width=8, char_width=8, char_filters=16)
TOY = replace(
    RECIPE,
    pretrain=PretrainSettings(sizes=SIZES, passes=1, tokens=4000, frequent=500, others=200, every=10),
    chosen_epochs=1,
    fast_chosen_epochs=1,
    teach=replace(RECIPE.teach, epochs=2),
    folds=2,
    fold_epochs=1,
    fast_fold_epochs=1,
    unlabelled=60,
    fast_sizes=replace(SIZES, width=16, layers=(1,)),
    fast_vectors=16,
    fast_learn=replace(RECIPE.fast_learn, epochs=1),
    fast_polish=replace(RECIPE.fast_polish, epochs=1),
)


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """Write a corpus and a seeds folder: some seed papers stand for the corpus, under other ids."""
    folder = tmp_path_factory.mktemp("material")
    (folder / "gold").mkdir()
    (folder / "pages").symlink_to(Path("seeds/pages").resolve())
    papers = {paper.id: paper for paper in read("seeds/pages").papers}
    lines = Path("seeds/gold/seeds.jsonl").read_text(encoding="utf-8").splitlines()
    gold = [json.loads(line) for line in lines][:180]
    texts = []
    for name, records in (("seeds", gold[:60]), ("corpus", gold[60:120]), ("chosen", gold[120:])):
        if name != "seeds":
            for record in records:
                paper = papers[record["id"]]
                record["id"] = f"toy:{paper.id}"
                texts.append({"id": record["id"], "title": paper.title, "abstract": paper.abstract})
        (folder / "gold" / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    (folder / "corpus.jsonl").write_text("".join(json.dumps(t) + "\n" for t in texts))
    return folder


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    torch.set_num_threads(1)
    with threadpool_limits(1):
        yield


def options(material, output, say=lambda line: None):
    paths = {"corpus": material / "corpus.jsonl", "seeds": material, "work": output / "work"}
    return {**paths, "say": say, "recipe": TOY}


def train(material, output, *say):
    run_steps(output=output / "models", **options(material, output, *say))


def files(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def whole(material, tmp_path_factory):
    output = tmp_path_factory.mktemp("whole")
    lines = []
    train(material, output, lines.append)
    return output, lines


def test_both_pipelines_extract(whole):
    papers = read("seeds/pages").papers[:20]
    for name in ("default", "fast"):
        nlp = load_pipeline(str(whole[0] / "models" / name))
        mentions = [mention for found in extract_mentions(papers, nlp) for mention in found]
        assert all(0 < mention.score <= 1 for mention in mentions)
        # Two epochs on 150 papers recognise some of the commonest names.
        assert mentions


STOPS = (
    "vectors:",
    "pretrain: step 20",
    "written: .*encoder",
    "teacher0: epoch 1",
    "folds: epoch 1",
    "fold1: epoch 1",
    "candidates: in",
    "readings: in",
    "written: .*default",
    "soft tags:",
    "fast-polished: epoch 1",
)


def test_an_interrupted_run_goes_on_and_ends_the_same(whole, material, tmp_path):
    stops, told = list(STOPS), []

    def say(line):
        told.append(line)
        if stops and re.match(stops[0], line):
            stops.pop(0)
            raise KeyboardInterrupt

    while stops:
        with pytest.raises(KeyboardInterrupt):
            train(material, tmp_path, say)
    train(material, tmp_path, say)
    assert files(tmp_path / "models") == files(whole[0] / "models")
    # A finished epoch is not gone through again.
    epochs = [line for line in told if "epoch" in line]
    assert len(epochs) == len(set(epochs)) == len([line for line in whole[1] if "epoch" in line])


def test_annotations_of_the_dev_split_change_nothing(whole, material, tmp_path):
    shutil.copytree(material, tmp_path / "seeds", symlinks=True)
    emptied = 0
    for path in (tmp_path / "seeds" / "gold").iterdir():
        records = [json.loads(line) for line in path.read_text().splitlines()]
        for record in records:
            if is_dev(record["id"]):
                emptied += len(record["entities"])
                record["entities"] = []
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
    assert emptied
    train(tmp_path / "seeds", tmp_path)
    assert files(tmp_path / "models") == files(whole[0] / "models")


def test_the_network_that_runs_gives_what_was_trained(whole, material):
    shop = open_workshop(**options(material, whole[0]))
    torch.manual_seed(3)
    sizes = replace(SIZES, layers=(1, 0, 2))
    model = Tagger(Encoder(shop.documents.words.vectors.shape[1], sizes)).requires_grad_(False)
    # What ships is of half precision. In the batch the documents have different lengths: the shorter ones are padded.
    tags, relations = model(batch_of(part(shop.documents, range(7)), range(7)))
    nlp = tagging(shop.nlp, model)
    docs = [nlp.make_doc(paper.text) for paper in shop.papers[:7]]
    for n, (found, held) in enumerate(nlp.get_pipe("kg_tagger").scores(docs)):
        np.testing.assert_allclose(found, tags[n, : len(docs[n])], atol=2e-3)
        np.testing.assert_allclose(held, relations[n, : len(docs[n])], atol=2e-3)
