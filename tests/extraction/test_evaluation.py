"""The figures of `kg evaluate`, counted by hand on a small case."""

import pytest

from kg.extraction.evaluation import error_table, evaluate
from kg.extraction.gold import GoldEntity, GoldPaper
from kg.schema import Mention, Paper

PAPER = Paper("1", "LoRA", "LoRA tunes GPT-3 on GLUE. GPT-3 and RoBERTa win.")
GOLD = GoldPaper(
    "1",
    (
        GoldEntity("LoRA", "METHOD", "introduces", ("LoRA",)),
        GoldEntity("GPT-3", "MODEL", "uses", ("GPT-3",)),
        GoldEntity("GLUE", "DATASET", "uses", ("GLUE",)),
        GoldEntity("RoBERTa", "MODEL", "compares", ("RoBERTa",)),
    ),
)


def found(form, label, entity, relation, occurrence=0):
    start = -1
    for _ in range(occurrence + 1):
        start = PAPER.text.index(form, start + 1)
    return Mention("1", start, start + len(form), form, label, entity, relation)


MENTIONS = [
    found("LoRA", "METHOD", "method:lora", "introduces"),
    found("LoRA", "METHOD", "method:lora", "introduces", 1),
    found("GPT-3", "MODEL", "model:gpt-3", "compares"),
    found("GPT-3", "MODEL", "model:other", "uses", 1),
    found("GLUE", "METRIC", "metric:glue", "uses"),
    found("win", "TASK", "task:win", "uses"),
]


@pytest.fixture
def report():
    return evaluate([GOLD], {"1": PAPER}, {"1": MENTIONS})


def test_spans(report):
    total = report.spans["ALL"]
    assert (total.hits, total.predicted, total.gold) == (4, 6, 6)
    core = report.spans["CORE4"]
    assert (core.hits, core.predicted, core.gold) == (4, 4, 6)
    assert (total.precision, total.recall) == (
        pytest.approx(66.667, abs=0.01),
        pytest.approx(66.667, abs=0.01),
    )


def test_entities_relations_and_links(report):
    assert (report.entities.hits, report.entities.predicted, report.entities.gold) == (2, 5, 4)
    assert report.edges.hits == 1
    assert (report.relations_right, report.relations) == (3, 4)
    assert (report.links.hits, report.links.predicted, report.links.gold) == (1, 1, 2)
    assert (report.introduced_found, report.introduced_as_such, report.introduced) == (1, 1, 1)


def test_errors_by_kind(report):
    assert error_table(report) == {"wrong type": 1, "missed": 1, "spurious": 1}


def test_a_paper_without_prediction_is_missing():
    report = evaluate([GOLD], {"1": PAPER}, {})
    assert (report.missing, report.spans["ALL"].gold, report.spans["ALL"].f1) == (1, 6, 0)
