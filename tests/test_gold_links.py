"""The linking gold: each pair well-formed, of gold mentions, and no pair at odds with the others."""

import json
from pathlib import Path

import networkx as nx
import pytest

from kg.extraction.gold import GoldPaper, gold_spans, read_gold
from kg.sources import read

GOLD = Path(__file__).parent.parent / "seeds" / "gold"
FILES = {"links.jsonl": "seeds.jsonl", "links-corpus.jsonl": "corpus.jsonl"}
Pair = dict[str, str]
Form = tuple[str, str]


@pytest.fixture(scope="module", params=FILES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pairs(name: str) -> list[Pair]:
    return _pairs(name)


@pytest.fixture(scope="module")
def papers(name: str) -> list[GoldPaper]:
    return read_gold(GOLD / FILES[name])


def test_a_pair_holds_two_forms_their_papers_a_label_and_a_reason(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert list(pair) == ["a", "paper_a", "b", "paper_b", "label", "why"]
        assert pair["label"] in {"same", "variant", "different"}, pair
        assert pair["why"].strip(), pair


def test_no_pair_stands_twice(pairs: list[Pair]) -> None:
    keys = [frozenset(_forms(pair)) for pair in pairs]
    assert all(len(key) == 2 for key in keys)
    assert len(set(keys)) == len(keys)


def test_each_form_is_a_gold_mention_of_its_paper(pairs: list[Pair], papers: list[GoldPaper]) -> None:
    mentions = {(paper.id, form) for paper in papers for e in paper.entities for form in e.forms}
    for pair in pairs:
        assert set(_forms(pair)) <= mentions, pair


def test_each_form_of_a_seed_paper_has_a_span_of_its_own() -> None:
    texts = {paper.id: paper.text for paper in read(GOLD.parent / "pages").papers}
    standing = {
        (gold.id, texts[gold.id][start:end])
        for gold in read_gold(GOLD / "seeds.jsonl")
        for start, end, _, _ in gold_spans(texts[gold.id], gold.entities)
    }
    for pair in _pairs("links.jsonl"):
        assert set(_forms(pair)) <= standing, pair


def test_no_two_forms_are_one_by_other_pairs_and_apart_by_their_own(
    pairs: list[Pair], papers: list[GoldPaper]
) -> None:
    one = nx.Graph(_forms(pair) for pair in pairs if pair["label"] == "same")
    for paper in papers:
        for entity in paper.entities:
            nx.add_path(one, [(paper.id, form) for form in entity.forms])
    for pair in pairs:
        if pair["label"] != "same":
            assert not nx.has_path(one, *_forms(pair)), pair


def test_the_gold_has_at_least_400_pairs_and_every_label_often() -> None:
    labels = [pair["label"] for name in FILES for pair in _pairs(name)]
    assert len(labels) >= 400
    assert min(map(labels.count, ("same", "variant", "different"))) >= 100


def test_the_description_counts_the_pairs_right() -> None:
    text = (GOLD.parent / "README.md").read_text(encoding="utf-8")
    for label in ("same", "variant", "different"):
        row = next(line for line in text.splitlines() if line.startswith(f"| `{label}` |"))
        counts = [sum(pair["label"] == label for pair in _pairs(name)) for name in FILES]
        assert row.endswith("| {} | {} |".format(*counts))


def _pairs(name: str) -> list[Pair]:
    return [json.loads(line) for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]


def _forms(pair: Pair) -> tuple[Form, Form]:
    return (pair["paper_a"], pair["a"]), (pair["paper_b"], pair["b"])
