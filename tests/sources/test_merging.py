"""Duplicates merge, whatever their order."""

from hypothesis import given
from hypothesis import strategies as st

from kg.schema import Paper
from kg.sources.merging import merge

LISTINGS = st.lists(
    st.builds(
        Paper,
        id=st.sampled_from(["", "", "", "x", "y"]),
        title=st.sampled_from(["A title", "A Title!", "Another", "🎉", "✨"]),
        abstract=st.sampled_from(["", "Short.", "Longer text."]),
        date=st.sampled_from([None, "2024", "2024-03"]),
    ),
    max_size=8,
)


@given(LISTINGS, st.randoms(use_true_random=False))
def test_order_makes_no_difference(listings, random):
    shuffled = list(listings)
    random.shuffle(shuffled)
    assert sorted(merge(listings), key=repr) == sorted(merge(shuffled), key=repr)


@given(LISTINGS)
def test_ids_are_distinct_and_merging_twice_changes_nothing(listings):
    merged = merge(listings)
    assert len({paper.id for paper in merged}) == len(merged)
    assert merge(merged) == merged


def test_what_one_lacks_the_other_supplies():
    (paper,) = merge([Paper("", "T: one", "Abstract."), Paper("", "t one", "", date="2024")])
    assert (paper.title, paper.abstract, paper.date) == ("T: one", "Abstract.", "2024")


def test_papers_with_ids_of_their_own_stay_apart():
    assert [p.id for p in merge([Paper("a", "T"), Paper("b", "T")])] == ["a", "b"]


def test_titles_of_symbols_alone_stay_apart():
    assert len(merge([Paper("", "🎉"), Paper("", "✨")])) == 2


def test_id_is_the_hash_of_the_title():
    assert (
        merge([Paper("", "Tokens-to-Token ViT: Training Vision Transformers from Scratch on ImageNet")])[0].id
        == "c40c646c"
    )
