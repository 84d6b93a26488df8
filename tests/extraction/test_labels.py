"""Pipelines with another label scheme, or with sentences of their own, through ``--model``."""

import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example

from kg.errors import InputError
from kg.extraction import extract_mentions, load_pipeline
from kg.schema import Paper

PAPER = Paper("1", "Acme", "We train BERT on SQuAD v1 in English. SQuAD is a data set.")


def found(nlp, folder):
    nlp.to_disk(folder)
    (mentions,) = extract_mentions([PAPER], load_pipeline(folder))
    return [(m.text, m.label, m.score) for m in mentions]


def test_labels_are_renamed_and_the_rest_is_left(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(
        [
            {"label": "PRODUCT", "pattern": "BERT"},
            {"label": "LANGUAGE", "pattern": "English"},
            {"label": "ORG", "pattern": "Acme"},
        ]
    )
    nlp.add_pipe("kg_labels", config={"labels": {"PRODUCT": "MODEL"}})
    assert found(nlp, tmp_path) == [("BERT", "MODEL", 1.0), ("English", "LANGUAGE", 1.0)]


@spacy.Language.component("spans_with_scores")
def spans_with_scores(doc: Doc) -> Doc:
    """Set overlapping spans as a span categoriser does."""
    starts = [token.i for token in doc if token.text == "SQuAD"]
    doc.spans["sc"] = [Span(doc, s, s + n, label="Material") for s in starts for n in (1, 2)]
    doc.spans["sc"].attrs["scores"] = [0.5, 0.75, 0.25, 0.125]
    return doc


def test_spans_of_a_categoriser_become_entities_with_their_scores(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("spans_with_scores")
    nlp.add_pipe("kg_labels", config={"labels": {"Material": "DATASET"}, "spans_key": "sc"})
    assert found(nlp, tmp_path) == [("SQuAD v1", "DATASET", 0.75), ("SQuAD is", "DATASET", 0.125)]


def test_a_pipeline_with_a_parser_keeps_its_parser(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("parser", config={"min_action_freq": 1})
    tree = {"heads": [1, 1, 1], "deps": ["nsubj", "ROOT", "obj"]}
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc("We train BERT"), tree)])
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "MODEL", "pattern": "BERT"}])
    assert found(nlp, tmp_path) == [("BERT", "MODEL", 1.0)]


def test_a_pipeline_that_speaks_another_scheme_is_told_what_to_do(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "ORG", "pattern": "Acme"}])
    with pytest.raises(InputError, match=r"finds ORG, and none of MODEL, .* with the component kg_labels"):
        found(nlp, tmp_path)


def test_a_label_that_kg_does_not_have_cannot_be_mapped_to():
    with pytest.raises(InputError, match="kg_labels: 'ORG' is mapped to 'FIRM', none of MODEL"):
        spacy.blank("en").add_pipe("kg_labels", config={"labels": {"ORG": "FIRM"}})
