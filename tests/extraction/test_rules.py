"""The rules around the network: tokens, sentences, occurrences, tags, the choice of spans."""

from collections import Counter
from itertools import pairwise, product

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

import kg.extraction.pipeline  # noqa: F401  (registers the factories)
from kg.errors import InputError
from kg.extraction.gold import read_gold
from kg.extraction.occurrences import occurrences
from kg.extraction.reranker import most_worth
from kg.extraction.sentences import sentence_at, sentence_starts
from kg.extraction.tags import TAGS, allowed, best_paths, likely_spans, spans_of, tags_of
from kg.schema import LABELS


@pytest.fixture(scope="module")
def blank():
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "kg.NameTokenizer.v1"}}})
    nlp.add_pipe("kg_sentences")
    return nlp


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a CLIP-based method", "CLIP"),
        ("on CIFAR-10/100 and", "CIFAR-10"),
        (r"with \textbf{BERT} we", "BERT"),
        ("English→German", "German"),
        ("see code/CTIP.git", "CTIP"),
        ("Moore's law", "Moore"),
        ("the A*-based planner", "A*"),
    ],
)
def test_names_fall_on_token_boundaries(blank, text, name):
    start = text.index(name)
    assert blank.make_doc(text).char_span(start, start + len(name)) is not None


def test_names_split_at_their_joints_and_words_stay_whole(blank):
    text = 'Multi-Turn CIFAR-10/100, state-of-the-art T2T-ViT_L ("pre-trained").'
    assert [token.text for token in blank.make_doc(text)] == [
        *(
            "Multi",
            "-",
            "Turn",
            "CIFAR",
            "-",
            "10",
            "/",
            "100",
            ",",
            "state",
            "-",
            "of",
            "-",
            "the",
            "-",
            "art",
        ),
        *("T2T", "-", "ViT", "_", "L", "(", '"', "pre", "-", "trained", '"', ")", "."),
    ]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "A title\nIt works, e.g. BERT. It is 3.5 times faster.",
            ["A title", "It works, e.g. BERT.", "It is 3.5 times faster."],
        ),
        (
            "T\nBy Smith et al. Models win! (They do.) End",
            ["T", "By Smith et al. Models win!", "(They do.)", "End"],
        ),
        ("", []),
        ("Only a title\n", ["Only a title"]),
    ],
)
def test_sentences(blank, text, sentences):
    starts = sentence_starts(text)
    assert [sentence_at(text, starts, s, s + 1) for s in starts] == sentences
    assert [s.text.strip() for s in blank(text).sents if s.text.strip()] == sentences


@given(st.text(alphabet="aB .!?\n(1", max_size=60), st.data())
def test_a_sentence_contains_its_span(text, data):
    if not text.strip():
        return
    start = data.draw(st.integers(sentence_starts(text)[0], len(text.rstrip()) - 1))
    end = data.draw(st.integers(start + 1, len(text.rstrip())))
    assert text[start:end] in sentence_at(text, sentence_starts(text), start, end)


def test_longer_forms_come_first_and_words_stay_whole():
    found = occurrences("ViT-L, ViT and ViTs", [("ViT", 1), ("ViT-L", 2)])
    assert found == [(0, 5, 2), (7, 10, 1)]


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(1, 4), st.sampled_from([-0.25, 0.0, 0.125, 0.25, 0.5])),
        max_size=7,
    )
)
def test_no_other_choice_of_spans_is_worth_more(parts):
    spans = [(start, start + length) for start, length, _ in parts]
    worth = [value for *_, value in parts]

    def fits(chosen):
        ordered = sorted(spans[n] for n in chosen)
        return all(a[1] <= b[0] for a, b in pairwise(ordered))

    chosen = most_worth(spans, worth)
    assert fits(chosen)
    assert [spans[n] for n in chosen] == sorted(spans[n] for n in chosen)
    subsets = ([n for n in range(len(spans)) if mask >> n & 1] for mask in range(1 << len(spans)))
    best = max(sum(worth[n] for n in some) for some in subsets if fits(some))
    assert sum(worth[n] for n in chosen) == best
    assert all(worth[n] > 0 for n in chosen)


SPANS = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 2), st.sampled_from(LABELS)), max_size=6)


@given(SPANS)
def test_tags_give_back_their_spans(parts):
    spans, position = [], 0
    for length, gap, label in parts:
        spans.append((position + gap, position + gap + length, label))
        position += gap + length
    assert spans_of(tags_of(position, spans)) == spans


@given(st.lists(st.integers(0, 7), min_size=1, max_size=4), st.integers(0, 10_000))
def test_best_paths_are_allowed_and_chances_sum_to_at_most_one(lengths, seed):
    rng = np.random.default_rng(seed)
    documents = [rng.normal(size=(length, len(TAGS))).astype(np.float32) * 3 for length in lengths]
    start, end, pairs = allowed()
    for length, path in zip(lengths, best_paths(documents, pairs), strict=True):
        assert len(path) == length
        assert all(pairs[a, b] == 0 for a, b in pairwise(path))
        if path:
            assert start[path[0]] == 0
            assert end[path[-1]] == 0
    for length, spans in zip(lengths, likely_spans(documents, pairs, 0.01), strict=True):
        covered = np.zeros(length)
        for begin, stop, label, chance in spans:
            assert label in LABELS
            covered[begin:stop] += chance
        assert (covered < 1 + 1e-6).all()


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_paths_and_chances_are_those_of_all_sequences(seed):
    rng = np.random.default_rng(seed)
    start, end, pairs = allowed()
    transitions = pairs + rng.normal(size=pairs.shape).astype(np.float32)
    documents = [rng.normal(size=(length, len(TAGS))).astype(np.float32) * 2 for length in (2, 1)]
    paths, found = best_paths(documents, transitions), likely_spans(documents, transitions, 0.001)
    for scores, path, spans in zip(documents, paths, found, strict=True):
        weight = {
            tags: start[tags[0]]
            + end[tags[-1]]
            + sum(scores[n, tag] for n, tag in enumerate(tags))
            + sum(transitions[a, b] for a, b in pairwise(tags))
            for tags in product(range(len(TAGS)), repeat=len(scores))
        }
        assert tuple(path) == max(weight, key=lambda tags: weight[tags])
        total = sum(np.exp(float(value)) for value in weight.values())
        shares: Counter[tuple[int, int, str]] = Counter()
        for tags, value in weight.items():
            if value > -1000:
                for span in spans_of(tags):
                    shares[span] += np.exp(float(value)) / total
        likely = {span: share for span, share in shares.items() if share >= 0.001}
        assert {(s, e, label): chance for s, e, label, chance in spans} == pytest.approx(likely, abs=1e-5)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1: not a gold annotation"),
        (
            '{"id": "1", "entities": [{"name": "a", "type": "X", "role": "uses", "mentions": ["a"]}]}',
            "type 'X' is none of",
        ),
    ],
)
def test_bad_gold_is_named(tmp_path, line, message):
    file = tmp_path / "gold.jsonl"
    file.write_text(line)
    with pytest.raises(InputError, match=message):
        read_gold(file)
