"""The network in NumPy: documents do not see each other, and its bytes give it back."""

import numpy as np
import pytest
import spacy

import kg.extraction.pipeline  # noqa: F401  (registers the tokenizer)
from kg.extraction.features import CHARACTERS, SHAPES, WORD_ROWS, WordCache, arrays_of, words_of
from kg.extraction.network import Network
from kg.extraction.tags import TAGS
from kg.schema import RELATIONS

LAYERS = (1, 0, 2)
TEXTS = ["A title\nWe use BERT on GLUE.", "", "GPT-4 beats T5 on GLUE by far, and BERT too."]


@pytest.fixture(scope="module")
def network():
    rng = np.random.default_rng(0)
    width, hidden, vectors = 12, 16, 8
    shapes = {
        "encoder.norm": (vectors,),
        "encoder.words.weight": (WORD_ROWS, 4),
        "encoder.chars.weight": (CHARACTERS, 4),
        "encoder.shapes.weight": (SHAPES, 4),
        "encoder.place.weight": (width, 4),
        "encoder.convolution": (6, 12),
        "encoder.enter": (width, vectors + 4 + 6),
        "encoder.last": (width,),
        "out": (len(TAGS) + len(RELATIONS), width),
    }
    for n, kind in enumerate(LAYERS):
        name = f"encoder.layers.{n}"
        shapes[f"{name}.norm"] = (width,)
        shapes[f"{name}.read"] = (hidden if kind else 3 * width, 3 * width if kind else width)
        shapes[f"{name}.write"] = (width, hidden if kind else width)
    weights = {}
    for name, shape in shapes.items():
        whole = name if name.endswith("weight") else f"{name}.weight"
        weights[whole] = rng.normal(size=shape) * 0.3
        if whole != name:
            weights[f"{name}.bias"] = rng.normal(size=shape[:1])
    return Network(weights, LAYERS, heads=3)


def blank(seed):
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "kg.NameTokenizer.v1"}}})
    vectors = np.random.default_rng(seed).normal(size=(50, 8)).astype(np.float32)
    nlp.vocab.vectors = spacy.vectors.Vectors(
        strings=nlp.vocab.strings, data=vectors, mode="floret", hash_count=2, minn=3, maxn=5
    )
    return nlp


@pytest.fixture(scope="module")
def docs():
    nlp = blank(1)
    return [nlp.make_doc(text) for text in TEXTS]


def run(network, docs):
    return network.scores(arrays_of(docs, WordCache()), [len(doc) for doc in docs])


def test_documents_do_not_see_each_other(network, docs):
    for doc, (tags, relations) in zip(docs, run(network, docs), strict=True):
        assert tags.shape == (len(doc), len(TAGS))
        assert relations.shape == (len(doc), len(RELATIONS))
        if len(doc):
            for both, alone in zip((tags, relations), run(network, [doc])[0], strict=True):
                assert np.allclose(both, alone, atol=1e-4)


def test_a_token_sees_its_whole_paper(network, docs):
    nlp_doc = docs[2]
    first = run(network, [nlp_doc])[0][0][0]
    shorter = run(network, [nlp_doc[:6].as_doc()])[0][0][0]
    assert not np.allclose(first, shorter, atol=1e-6)


def test_the_bytes_give_the_network_back(network, docs):
    copy = Network.from_bytes(network.to_bytes())
    assert copy.to_bytes() == network.to_bytes()
    for old, new in zip(run(network, docs), run(copy, docs), strict=True):
        assert np.allclose(old[0], new[0], atol=0.05)


@pytest.mark.parametrize("most", [1, 4, 1000])
def test_a_word_looked_up_before_reads_the_same(most):
    cache = WordCache(most)
    for seed in (1, 2):
        vocab = blank(seed).vocab
        for texts in (
            ["BERT", "uses"],
            ["uses", "GLUE", "BERT"],
            [],
            ["a"],
            ["BERT", "GLUE", "uses", "a", "b"],
        ):
            for known, fresh in zip(cache.words_of(vocab, texts), words_of(vocab, texts), strict=True):
                assert known.dtype == fresh.dtype
                assert np.array_equal(known, fresh)
