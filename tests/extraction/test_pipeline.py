"""The shipped pipeline: what it finds, that it keeps every offset, and that it is a pure function."""

import numpy as np
import pytest
from marked import unmark

from kg.errors import InputError
from kg.extraction import extract_mentions, load_pipeline
from kg.schema import RELATIONS, Paper

MARKED = [
    "We fine-tune [BERT|MODEL] on [SQuAD|DATASET] and report [F1|METRIC].",
    "[LoRA|METHOD] is applied to [LLaMA|MODEL] for [machine translation|TASK] from [English|LANGUAGE].",
    "[Vision Transformers|MODEL] trained on [ImageNet|DATASET] reach a high [accuracy|METRIC].",
]


@pytest.fixture(scope="module", params=["default", "fast"])
def nlp(request):
    return load_pipeline(request.param)


@pytest.mark.parametrize("marked", MARKED)
def test_marked_sentences(nlp, marked):
    text, expected = unmark(marked)
    (mentions,) = extract_mentions([Paper("1", "A paper", text)], nlp)
    assert [(m.text, m.label) for m in mentions] == expected


def test_a_new_system_is_introduced(nlp):
    title = "T2T-ViT: Training Vision Transformers from Scratch on ImageNet"
    paper = Paper(
        "1",
        title,
        "We propose T2T-ViT, a new model. It is trained on ImageNet. T2T-ViT outperforms ResNet-50.",
    )
    (mentions,) = extract_mentions([paper], nlp)
    relations = {m.text: m.relation for m in mentions}
    assert relations["T2T-ViT"] == "introduces"
    assert relations["ImageNet"] == "uses"


ODD = [
    Paper("1", "", ""),
    Paper("2", "Only a title about BERT"),
    Paper("3", "<script>alert(1)</script>", "We use \U0001f600 BERT\u0000\u0007 on ImageNet\ud800."),
    Paper("4", "🎉", "\n\n \t"),
    Paper("5", "BERT " * 400, "GPT-4 " * 400),
]


@pytest.mark.parametrize("batch_size", [1, 3])
def test_odd_papers_keep_their_offsets(nlp, batch_size):
    for paper, mentions in zip(ODD, extract_mentions(ODD, nlp, batch_size), strict=True):
        for m in mentions:
            assert m.text == paper.text[m.start : m.end]
            assert m.text in m.sentence
            assert m.relation in RELATIONS
            assert 0 <= m.score <= 1


def test_batching_makes_no_difference(nlp):
    papers = [Paper(str(n), f"A study of BERT {n}", "We compare GPT-3 with T5 on GLUE.") for n in range(7)]
    one = list(extract_mentions(papers, nlp, 1))
    assert one == list(extract_mentions(papers, nlp, 5))


def test_memory_does_not_grow_with_the_papers(nlp):
    drawn = 0

    def papers():
        nonlocal drawn
        for drawn in range(1, 101):
            yield Paper(str(drawn), f"Word{drawn}", " ".join(f"unheard{drawn}of{n}" for n in range(50)))

    found = extract_mentions(papers(), nlp)
    next(found)
    assert drawn <= 16
    words = len(nlp.vocab.strings)
    assert sum(1 for _ in found) == 99
    assert len(nlp.vocab.strings) == words


def test_the_pipeline_survives_the_disk(nlp, tmp_path):
    nlp.to_disk(tmp_path / "copy")
    paper = Paper("1", "BERT on GLUE", "We train BERT on GLUE.")
    assert list(extract_mentions([paper], load_pipeline(tmp_path / "copy"))) == list(
        extract_mentions([paper], nlp)
    )


def test_an_unknown_model_names_the_shipped_ones():
    with pytest.raises(InputError, match=r"'nothing-here' cannot be loaded .* shipped with kg: .*default"):
        load_pipeline("nothing-here")


def test_any_spacy_pipeline_works(tmp_path):
    import spacy

    other = spacy.blank("en")
    other.add_pipe("entity_ruler").add_patterns(
        [{"label": "MODEL", "pattern": "BERT"}, {"label": "ORG", "pattern": "Acme"}]
    )
    other.to_disk(tmp_path / "other")
    (mentions,) = extract_mentions([Paper("1", "Acme", "We use BERT.")], load_pipeline(tmp_path / "other"))
    assert [(m.text, m.entity) for m in mentions] == [("BERT", "model:bert")]


def test_a_list_of_names_may_stand_between_the_components(tmp_path):
    nlp = load_pipeline("fast")
    # What the pipeline itself makes of the name is no matter: the list has the last word.
    ruler = nlp.add_pipe("entity_ruler", before="kg_relations", config={"overwrite_ents": True})
    ruler.add_patterns([{"label": "MODEL", "pattern": "Zorb"}])
    nlp.to_disk(tmp_path / "more")
    paper = Paper("1", "Zorb on GLUE", "We propose Zorb and train it on GLUE.")
    (mentions,) = extract_mentions([paper], load_pipeline(tmp_path / "more"))
    assert [m.entity for m in mentions] == ["model:zorb", "dataset:glue"] * 2
    assert {m.entity: m.relation for m in mentions} == {"model:zorb": "introduces", "dataset:glue": "uses"}


def test_the_network_gives_each_document_its_own_scores(nlp):
    tagger = nlp.get_pipe("kg_tagger")
    docs = [nlp.make_doc(t) for t in ("We use BERT.", "", "GPT-4 beats T5 on GLUE by far.")]
    together = tagger.scores(docs)
    for doc, scores in zip(docs, together, strict=True):
        for both, alone in zip(scores, tagger.scores([doc])[0], strict=True):
            assert len(both) == len(doc)
            assert np.allclose(both, alone, atol=1e-3)
