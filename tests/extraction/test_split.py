"""The dev split never moves, and folds hold every paper once."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extraction.gold import read_gold
from kg.extraction.split import DEV_PERCENT, folds, is_dev, shuffled

DEV = ["b0deeca3", "197d1e4f", "9e7165b1", "b8a3f491"]
IDS = st.sets(st.text(min_size=1, max_size=8), min_size=5, max_size=60)


def test_the_dev_split_is_what_it_was():
    gold = [g.id for name in ("seeds", "corpus") for g in read_gold(f"seeds/gold/{name}.jsonl")]
    dev = [i for i in gold if is_dev(i)]
    assert dev[:4] == DEV
    assert abs(100 * len(dev) / len(gold) - DEV_PERCENT) < 1


def test_papers_chosen_for_being_hard_judge_nothing():
    drawn = {g.id for name in ("seeds", "corpus") for g in read_gold(f"seeds/gold/{name}.jsonl")}
    chosen = [g.id for g in read_gold("seeds/gold/chosen.jsonl")]
    assert len(set(chosen)) == len(chosen) > 0
    assert not drawn & set(chosen)
    assert not any(map(is_dev, chosen))


@given(IDS, st.integers(2, 5), st.integers(0, 3), st.randoms())
def test_folds_hold_every_paper_once_whatever_the_order(ids, number, seed, random):
    dealt = folds(ids, number, seed)
    assert Counter(i for fold in dealt for i in fold) == Counter(ids)
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1
    mixed = [*ids, *list(ids)[:3]]
    random.shuffle(mixed)
    assert folds(mixed, number, seed) == dealt


@given(IDS, st.integers(1, 5))
def test_a_larger_sample_contains_the_smaller(ids, more):
    order = shuffled(ids)
    assert set(order[:more]) <= set(order[: more + 1])
    assert sorted(order) == sorted(ids)


def test_another_seed_deals_otherwise():
    ids = [str(n) for n in range(100)]
    assert folds(ids, seed=0) != folds(ids, seed=1)


@pytest.mark.parametrize("number", [0, 1, 4])
def test_folds_that_cannot_be(number):
    with pytest.raises(ValueError, match=f"3 papers cannot be dealt out into {number} folds"):
        folds("abc", number)
