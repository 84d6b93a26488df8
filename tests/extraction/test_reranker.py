"""The second reading: what the whole paper says about a candidate, and the choice among candidates."""

import numpy as np
import pytest
import spacy
from spacy.tokens import Span, SpanGroup

import kg.extraction.pipeline  # noqa: F401  (registers the factories)
from kg.errors import InputError
from kg.extraction import extract_mentions, load_pipeline
from kg.extraction.evidence import COLUMNS, evidence
from kg.extraction.gazetteer import FACTS, Gazetteer
from kg.extraction.gold import GoldEntity, GoldPaper
from kg.schema import Paper


def read_again(text, *candidates):
    """Return the rows of `evidence` by surface, start and label; candidates are (surface, label, chance)."""
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "kg.NameTokenizer.v1"}}})
    doc = nlp(text)
    spans = []
    for surface, label, _ in candidates:
        place = doc.char_span(text.index(surface), text.index(surface) + len(surface))
        spans.append(Span(doc, place.start, place.end, label=label))
    scores = np.array([chance for *_, chance in candidates])
    doc.spans["candidates"] = SpanGroup(doc, spans=spans, attrs={"scores": scores})
    doc._.relation_scores = np.zeros((len(doc), 4), dtype=np.float32)
    found, table = evidence(doc, Gazetteer())
    assert table.shape == (len(found), len(COLUMNS))
    assert np.isfinite(table).all()
    return {
        (span.text, span.start_char, span.label_): dict(zip(COLUMNS, row, strict=True))
        for span, row in zip(found, table, strict=True)
    }


def odds(chance):
    return pytest.approx(np.log((chance + 1e-4) / (1 - chance + 1e-4)) / 3, abs=1e-5)


def test_a_candidate_stands_at_every_place_of_its_words():
    rows = read_again("LoRA helps\nWe like LoRA and LoRAs.", ("LoRA", "METHOD", 0.75))
    assert list(rows) == [("LoRA", 0, "METHOD"), ("LoRA", 19, "METHOD")]
    title, later = rows.values()
    assert (title["own"], later["own"]) == (odds(0.75), odds(0))
    assert later["best"] == later["rest"] == odds(0.75)
    assert later["mean"] == odds(0.375)
    assert (title["in title"], later["in title"], later["form in title"]) == (1, 0, 1)


def test_rivals_are_longer_shorter_crossing_or_of_another_label():
    rows = read_again(
        "T\nA graph attention network learns.",
        ("graph attention", "METHOD", 0.25),
        ("graph attention network", "MODEL", 0.5),
        ("attention network", "MODEL", 0.125),
        ("graph attention network", "METHOD", 0.0625),
    )
    short = rows["graph attention", 4, "METHOD"]
    assert (short["longer"], short["crossing"], short["shorter"]) == (odds(0.5), odds(0.125), odds(0))
    long = rows["graph attention network", 4, "MODEL"]
    assert (long["longer"], long["shorter"], long["rival"]) == (odds(0), odds(0.25), odds(0.0625))


def test_an_abbreviation_in_brackets_speaks_for_its_long_form():
    rows = read_again(
        "T\nUsing a graph neural network (GNN).",
        ("graph neural network", "MODEL", 0.25),
        ("GNN", "MODEL", 0.875),
    )
    assert rows["graph neural network", 10, "MODEL"]["partner"] == odds(0.875)
    assert rows["GNN", 32, "MODEL"]["partner"] == odds(0.25)


def test_the_gazetteer_knows_how_annotators_took_a_name():
    papers = [
        (Paper("1", "LoRA", "A low-rank adapter."), [("LoRA", "METHOD"), ("low-rank adapter", "METHOD")]),
        (Paper("2", "Low rank adapters", "We use LoRA."), [("LoRA", "MODEL")]),
        (Paper("3", "Signals", "A LoRA radio."), []),
    ]
    pairs = [
        (paper, GoldPaper(paper.id, tuple(GoldEntity(n, label, "uses", (n,)) for n, label in entities)))
        for paper, entities in papers
    ]
    gazetteer = Gazetteer().fit(pairs)
    assert gazetteer.counts("lora") == [3, 1, 0, 1, 0, 0, 0]
    assert gazetteer.counts("Low-Rank Adapters") == [2, 0, 0, 1, 0, 0, 0]
    assert gazetteer.counts("adapter") == [0] * 7
    assert Gazetteer().from_bytes(gazetteer.to_bytes()).table == gazetteer.table
    named = dict(zip(FACTS, gazetteer.facts(["LoRA"], ["METHOD"])[:, 0], strict=True))
    assert named["share so"] == pytest.approx(1.5 / 5)
    assert named["share annotated"] == pytest.approx(2.5 / 5)
    assert named["unknown"] == 0


def test_a_paper_without_candidates_has_no_rows():
    assert read_again("Nothing here") == {}


def test_a_name_found_once_is_found_everywhere_in_its_paper():
    text = "We propose ZorbNet, a new model. ZorbNet beats BERT. ZorbNet is small. We train ZorbNet on SQuAD."
    (mentions,) = extract_mentions([Paper("1", "ZorbNet for question answering", text)], load_pipeline())
    assert [m.label for m in mentions if m.text == "ZorbNet"] == ["MODEL"] * 5


def test_an_untrained_reranker_says_so():
    nlp = spacy.blank("en")
    reranker = nlp.add_pipe("kg_reranker")
    with pytest.raises(InputError, match="kg_reranker has no weights"):
        reranker.chances(np.zeros((1, len(COLUMNS)), dtype=np.float32))
