"""Links across papers judged by labelled pairs: the figures, the pairs that are wrong, the errors."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg
from kg.errors import InputError, MissingGraphError
from kg.graph import KnowledgeGraph
from kg.link_report import judge_gold, judge_graph, links_text
from kg.linking import link
from kg.linking.pairs import Pair, judge, read_pairs
from kg.schema import Mention, Paper, Variant

FORMS = ["LLM", "LLMs", "GPT-3", "GPT-4", "ViT", "vision transformer", "WMT14", "WMT19"]


def pair(one: str, other: str, label: str, why: str = "") -> dict[str, str]:
    """Return a pair of forms of the paper of their own number."""
    numbers = {form: str(n) for n, form in enumerate(FORMS)}
    return {
        "a": one,
        "paper_a": numbers.get(one, "x"),
        "b": other,
        "paper_b": numbers.get(other, "x"),
        "label": label,
        "why": why,
    }


PAIRS = [
    pair("LLM", "LLMs", "same", "plural"),
    pair("GPT-3", "GPT-4", "variant", "two of a family"),
    pair("ViT", "vision transformer", "different", "what a reader may get wrong"),
    pair("WMT14", "LLM", "same", "nobody would say so"),
    pair("WMT14", "WMT19", "variant"),
    pair("GPT-3", "ViT", "different"),
    pair("GPT-3", "nowhere named", "same"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A graph of one paper per form, and the pairs beside it."""
    labels = {"WMT14": "DATASET", "WMT19": "DATASET"}
    papers = [Paper(str(n), f"On {form}", f"It is {form}.") for n, form in enumerate(FORMS)]
    mentions = [
        Mention(str(n), 3, 3 + len(form), form, labels.get(form, "MODEL")) for n, form in enumerate(FORMS)
    ]
    KnowledgeGraph.from_records(papers, link(papers, mentions)).save(tmp_path / "exports")
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in PAIRS))
    return tmp_path


def run(*args: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", *map(str, args)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_command_prints_figures_and_what_is_wrong(folder: Path) -> None:
    done = run("evaluate", "--linking", "pairs.jsonl", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "pairs seen     6 of 7",
        "same           P 50.0  R 50.0  of 2",
        "variants tied  2 of 2",
        "",
        "false merges (1)",
        "  ViT (4)  vision transformer (5)  different  what a reader may get wrong",
        "",
        "missed (1)",
        "  WMT14 (6)  LLM (0)  same  nobody would say so",
    ]


def test_a_graph_without_tables_and_pairs_of_other_papers_are_errors(folder: Path) -> None:
    pairs = folder / "pairs.jsonl"
    with pytest.raises(MissingGraphError, match="there is no graph at nowhere"):
        judge_graph(pairs, "nowhere")
    with pytest.raises(InputError, match=r"graph\.graphml has no table of mentions; name a folder"):
        judge_graph(pairs, folder / "exports" / "graph.graphml")
    pairs.write_text(json.dumps(PAIRS[-1]))
    with pytest.raises(InputError, match="none of its 1 pairs is of mentions in"):
        judge_graph(pairs, folder / "exports")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not a JSON object; expected"),
        ("[]", "line 2: not a labelled pair"),
        ('{"a": "x"}', "line 2: not a labelled pair"),
        (json.dumps(PAIRS[0] | {"label": "alike"}), "line 2: label 'alike' is none of same, variant, diff"),
        (json.dumps(PAIRS[0] | {"paper_a": 7}), "line 2: not a labelled pair"),
    ],
)
def test_a_bad_line_of_pairs_is_an_error_that_names_it(folder: Path, line: str, message: str) -> None:
    (folder / "pairs.jsonl").write_text(f"{json.dumps(PAIRS[0])}\n{line}\n")
    with pytest.raises(InputError, match="line 2"):
        read_pairs(folder / "pairs.jsonl")
    done = run("evaluate", "--linking", "pairs.jsonl", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"pairs.jsonl, {message}" in done.stderr


def test_bad_usage_is_exit_2(folder: Path) -> None:
    done = run("evaluate", cwd=folder)
    assert done.returncode == 2
    assert "evaluate needs GOLD, a file of annotations, or --linking PAIRS" in done.stderr
    done = run("evaluate", "--linking", "none.jsonl", cwd=folder)
    assert (done.returncode, done.stderr) == (2, "kg: none.jsonl: no such file of pairs.\n")


def test_the_annotated_mentions_are_linked_where_gold_is_named(tmp_path: Path) -> None:
    entity = {"type": "MODEL", "role": "uses"}
    gold = [
        {"id": "1", "entities": [{"name": "LLM", "mentions": ["LLMs"], **entity}]},
        {"id": "2", "entities": [{"name": "LLM", "mentions": ["Large language models"], **entity}]},
    ]
    papers = [
        {"id": "1", "title": "LLMs", "abstract": ""},
        {"id": "2", "title": "Large language models", "abstract": ""},
    ]
    wanted = [{"a": "LLMs", "paper_a": "1", "b": "Large language models", "paper_b": "2", "label": "same"}]
    for name, records in {"gold": gold, "papers": papers, "pairs": wanted}.items():
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    files = ("--linking", "pairs.jsonl", "--papers", "papers.jsonl")
    done = run("evaluate", "gold.jsonl", *files, "--quiet", cwd=tmp_path)
    assert done.stdout.splitlines()[:2] == ["pairs seen     1 of 1", "same           P 100.0  R 100.0  of 1"]
    (tmp_path / "papers.jsonl").write_text(json.dumps(papers[0]) + "\n")
    with pytest.raises(InputError, match="1 of 2 papers have no text in the input, the first is '2'"):
        judge_gold(tmp_path / "pairs.jsonl", tmp_path / "gold.jsonl", [tmp_path / "papers.jsonl"])


NODES = st.sampled_from(["a", "b", "c", "d"])


@given(
    st.lists(NODES, min_size=4, max_size=4),
    st.lists(st.tuples(NODES, NODES).filter(lambda tie: tie[0] != tie[1]), max_size=3),
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["same", "variant", "different"])),
        max_size=8,
    ),
)
def test_every_pair_counts_once(
    nodes: list[str], tied: list[tuple[str, str]], wanted: list[tuple[int, int, str]]
) -> None:
    mentions = [Mention(str(n), 0, 1, "X", "MODEL", node) for n, node in enumerate(nodes)]
    pairs = [Pair((str(one), "X"), (str(other), "X"), label) for one, other, label in wanted]
    report = judge(pairs, mentions, [Variant(*tie, "") for tie in tied])
    seen = [pair for pair in pairs if "4" not in (pair.one[0], pair.other[0])]
    assert (report.pairs, report.seen) == (len(pairs), len(seen))
    assert report.right + len(report.missed) == sum(pair.label == "same" for pair in seen)
    assert report.tied + len(report.untied) == sum(pair.label == "variant" for pair in seen)
    assert 0 <= report.precision <= 100
    assert 0 <= report.recall <= 100
    assert links_text(report).startswith(f"pairs seen     {len(seen)} of {len(pairs)}")


def test_linking_is_in_the_help() -> None:
    done = run("evaluate", "--help", cwd=Path(kg.__file__).parent)
    assert "--linking PAIRS" in " ".join(done.stdout.split())
