"""A user's alias file: what each rule does, how lines work together, and what a wrong line is told."""

from __future__ import annotations

import random
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marked_papers import corpus, node, ties

from kg.duplicates import alias_lines, duplicates
from kg.errors import InputError
from kg.graph import KnowledgeGraph
from kg.linking import Linked, link, read_aliases
from kg.names import normal_form


@pytest.fixture
def corrected(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Return a function that links texts with the lines of an alias file, `/` for a tab."""

    def run(lines: str, *texts: str, dates: tuple[str, ...] = ()) -> Linked:
        file = tmp_path / "mine.tsv"
        file.write_text(lines.replace("/", "\t"), encoding="utf-8")
        return link(*corpus(*texts, dates=dates), aliases=read_aliases(file))

    return run


# --- what each rule does --------------------------------------------------------------------------------


def test_merge_makes_one_entity_that_keeps_id_and_label_of_the_first(corrected) -> None:
    texts = ("[CPT|METHOD]", "[continued learning|METHOD]", "[CPT|METHOD] and [continued learning|METHOD]")
    result = corrected("merge/method/continued learning/CPT", *texts, dates=("2020-01-02", "2022", "2023-05"))
    (found,) = result.entities
    assert (found.id, found.label) == ("method:continued-learning", "continued learning")
    assert found.aliases == ("CPT",)
    assert (found.n_papers, found.n_mentions, found.first_date) == (3, 4, "2020-01-02")
    assert {m.entity for m in result.mentions} == {found.id}


def test_merge_across_kinds_names_the_other_by_its_id(corrected) -> None:
    texts = ("[core|DATASET uses] and [CORE|METHOD introduces]", "[core|DATASET]", "[CORE|METHOD]")
    assert len(corrected("", *texts).entities) == 2
    result = corrected("merge/dataset/core/method:core", *texts)
    assert [e.id for e in result.entities] == ["dataset:core"]
    assert {m.label for m in result.mentions} == {"DATASET"}
    assert [m.relation for m in result.mentions] == ["introduces", "introduces", "uses", "uses"]


def test_a_merged_entity_takes_over_variants_and_family(corrected) -> None:
    texts = ("[WMT14|DATASET]", "[WMT19|DATASET]", "[Workshop on Translation|DATASET]")
    assert ties(corrected("", *texts)) == {("WMT14", "WMT"), ("WMT19", "WMT")}
    result = corrected("merge/dataset/Workshop on Translation/WMT", *texts)
    assert ties(result) == {("WMT14", "Workshop on Translation"), ("WMT19", "Workshop on Translation")}


def test_split_takes_forms_out_as_papers_write_them(corrected) -> None:
    texts = ("[Adam|METHOD]", "[Adam|METHOD]", "[ADAM|METHOD introduces]")
    assert len(corrected("", *texts).entities) == 1
    result = corrected("split/method/Adam/ADAM", *texts)
    assert [(e.id, e.label, e.n_papers) for e in result.entities] == [
        ("method:adam", "Adam", 2),
        ("method:adam-other", "ADAM (other)", 1),
    ]
    assert node(result, 3, "ADAM") == "method:adam-other"
    assert not result.variants


def test_split_by_paper_and_what_follows_from_it(corrected) -> None:
    texts = ("[CL|METHOD]", "[CL|METHOD]", "[contrastive learning|METHOD]")
    lines = (
        "split/method/CL/paper:2\n"
        "merge/method/contrastive learning/method:cl-other\n"
        "rename/method/CL/curriculum learning\n"
    )
    result = corrected(lines, *texts)
    assert [(e.id, e.label, e.aliases) for e in result.entities] == [
        ("method:cl", "curriculum learning", ("CL",)),
        ("method:contrastive-learning", "contrastive learning", ("CL", "CL (other)")),
    ]
    assert node(result, 2, "CL") == "method:contrastive-learning"


def test_the_label_that_leaves_takes_the_id_with_it(corrected) -> None:
    texts = ("[SQuAD|DATASET]", "[SQuAD|DATASET], [Stanford Question Answering Dataset|DATASET]")
    assert [e.id for e in corrected("", *texts).entities] == ["dataset:squad"]
    result = corrected("split/dataset/SQuAD/SQuAD", *texts)
    assert [(e.id, e.label) for e in result.entities] == [
        ("dataset:squad", "SQuAD"),
        ("dataset:stanford-question-answering-dataset", "Stanford Question Answering Dataset"),
    ]
    assert node(result, 2, "SQuAD") == "dataset:squad"


def test_rename_changes_the_label_and_not_the_id(corrected) -> None:
    result = corrected("rename/task/QZA/quiz answering", "[QZA|TASK]")
    (found,) = result.entities
    assert (found.id, found.label, found.aliases) == ("task:qza", "quiz answering", ("QZA",))


def test_drop_leaves_an_entity_and_its_mentions_out(corrected) -> None:
    texts = ("[BERT-base-uncased|MODEL], [BERT-base|MODEL] and [BERT|MODEL]",)
    result = corrected("drop/model/BERT-base", *texts)
    assert [e.id for e in result.entities] == ["model:bert", "model:bert-base-uncased"]
    assert [m.text for m in result.mentions] == ["BERT-base-uncased", "BERT"]
    assert ties(result) == {("BERT-base-uncased", "BERT")}
    result = corrected("drop/model/BERT/-/everybody uses it", *texts)
    assert ties(result) == {("BERT-base-uncased", "BERT-base")}
    assert corrected("drop/model/BERT/", "[BERT|MODEL]") == Linked([], [], [])


def test_variant_ties_an_entity_to_a_family_or_to_none(corrected) -> None:
    texts = ("[BERT-base|MODEL] and [BERT|MODEL]", "[Vicuna|MODEL] and [LLaMA|MODEL]")
    assert ties(corrected("", *texts)) == {("BERT-base", "BERT")}
    result = corrected("variant/model/Vicuna/LLaMA/fine-tuned from it\nvariant/model/BERT-base/-", *texts)
    assert ties(result) == {("Vicuna", "LLaMA")}
    assert result.variants[0].evidence == "alias file: Vicuna is a variant of LLaMA"


def test_what_the_linker_knows_can_be_added(corrected) -> None:
    texts = ("[SFT|METHOD]", "[instruction tuning|METHOD]", "[robot arm|TASK]", "[mechanical arms|TASK]")
    lines = "same/method/SFT/instruction tuning\nword/-/robot/mechanical"
    assert len(corrected("", *texts).entities) == 4
    result = corrected(lines, *texts)
    assert [e.n_papers for e in result.entities] == [2, 2]


def test_names_are_labels_aliases_ids_or_other_spellings_of_these(corrected) -> None:
    texts = ("[GPT-3|MODEL]", "[GPT3|MODEL]", "[ChatGPT|MODEL]")
    for name in ("GPT-3", "GPT3", "model:gpt-3", "gpt 3"):
        result = corrected(f"merge/model/ChatGPT/{name}", *texts)
        assert [e.id for e in result.entities] == ["model:chatgpt"]


def test_the_order_of_lines_of_different_rules_makes_no_difference(corrected) -> None:
    texts = (
        "[Adam|METHOD] on [MNIST|DATASET]",
        "[ADAM|METHOD] and [QA|TASK]",
        "[answering|TASK] [GLUE|DATASET]",
    )
    lines = [
        "split/method/Adam/ADAM",
        "merge/task/QA/answering",
        "rename/task/QA/question answering",
        "drop/dataset/GLUE",
        "variant/method/method:adam-other/Adam",
    ]
    straight = corrected("\n".join(lines), *texts)
    assert corrected("\n".join(reversed(lines)), *texts) == straight


def test_a_merged_id_still_says_what_it_said(corrected) -> None:
    texts = ("[alpha net|MODEL]", "[beta net|MODEL]", "[gamma net|MODEL]")
    lines = "merge/model/beta net/model:alpha-net\nmerge/model/gamma net/model:alpha-net"
    assert [e.id for e in corrected(lines, *texts).entities] == ["model:gamma-net"]


# --- with the rest of kg --------------------------------------------------------------------------------


def test_what_duplicates_prints_can_be_pasted(corrected) -> None:
    texts = (
        "[MultiFusion|MODEL]",
        "[MutliFusion|MODEL]",
        "[core|DATASET]",
        "[core|DATASET]",
        "[CORE|METHOD]",
        "[CORE|METHOD]",
    )
    graph = KnowledgeGraph.from_records(corpus(*texts)[0], corrected("", *texts))
    pairs = duplicates(graph.nx)
    assert len(pairs) == 2
    result = corrected(alias_lines(pairs).replace("\t", "/"), *texts)
    assert len(result.entities) == 2


def test_a_merged_id_is_a_former_id_of_the_next_build(tmp_path: Path) -> None:
    texts = ("[CPT|METHOD]", "[continued learning|METHOD]")
    before = link(*corpus(*texts))
    file = tmp_path / "mine.tsv"
    file.write_text("merge\tmethod\tcontinued learning\tCPT\n")
    (found,) = link(*corpus(*texts), before.entities, read_aliases(file)).entities
    assert found.former_ids == ("method:cpt",)
    assert (
        KnowledgeGraph.from_records(corpus(*texts)[0], Linked([found], [], [])).show("method:cpt")["id"]
        == found.id
    )


# --- wrong lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("merge model ViT", "line 3: 1 cell; a line has rule, kind, name, other names"),
        ("merge/model/a/b/c/d", "line 3: 6 cells; a line has"),
        (
            "mrge/model/a/b",
            "line 3: there is no rule 'mrge'; choose from split, merge, variant, rename, drop",
        ),
        ("merge/car/a/b", "line 3: there is no kind 'car'; choose from model, dataset"),
        ("merge/model//b", "line 3: the third cell, the name, is empty"),
        ("merge/model/a", "line 3: merge needs other names in the fourth cell"),
        ("split/model/a/ | ", "line 3: split needs other names in the fourth cell"),
        ("rename/model/a/b | c", "line 3: rename takes one name in the fourth cell, not 2"),
        ("variant/model/a/b | c", "line 3: variant takes one name in the fourth cell, not 2"),
        ("drop/model/a/b", "line 3: drop takes no other names"),
    ],
)
def test_a_line_that_is_no_rule_is_an_error_with_its_number(corrected, line: str, message: str) -> None:
    with pytest.raises(InputError, match="mine.tsv, " + message):
        corrected(f"# mine\n\n{line}\n", "[ViT|MODEL]")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "merge/model/BERTs base/GPT-3",
            r"line 1: no model of these papers is named 'BERTs base'; mend the name or take the line out\. "
            r"Nearest: BERT-base",
        ),
        ("drop/dataset/BERT", "line 1: no dataset of these papers is named 'BERT'"),
        (
            "rename/model/BERT/gpt 3",
            "line 1: 'gpt 3' is the name of model:gpt-3 already; merge the two instead",
        ),
        ("split/model/BERT/Bert", r"line 1: no mention of 'BERT' is 'Bert'; its forms are: BERT, BERTs\."),
        ("split/model/BERT/BERT | BERTs", "line 1: nothing would be left of 'BERT'; use rename"),
        (
            "variant/model/BERT/BERT-base",
            "line 1: 'BERT-base' is 'BERT' or a variant of it; turn the line round",
        ),
        (
            "drop/method/CL",
            "line 1: 'CL' names several: method:continual-l.*, method:contrastive-l.*; use one",
        ),
    ],
)
def test_a_line_that_does_not_fit_is_an_error_with_the_mend(corrected, line: str, message: str) -> None:
    texts = (
        "[BERT|MODEL], [BERTs|MODEL], [BERT-base|MODEL] and [GPT-3|MODEL]",
        "[continual learning|METHOD] ([CL|METHOD])",
        "[contrastive learning|METHOD] ([CL|METHOD])",
    )
    with pytest.raises(InputError, match="mine.tsv, " + message):
        corrected(line, *texts)


def test_all_lines_that_do_not_fit_are_told_at_once(corrected) -> None:
    with pytest.raises(InputError) as caught:
        corrected("drop/model/one\nrename/model/ViT/Vit-2\ndrop/model/two", "[ViT|MODEL]")
    first, second = str(caught.value).splitlines()
    assert "line 1: no model of these papers is named 'one'" in first
    assert "line 3: no model of these papers is named 'two'" in second


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.tsv: no such alias file"):
        read_aliases(tmp_path / "none.tsv")
    (tmp_path / "latin.tsv").write_bytes(b"drop\tmodel\tcaf\xe9\n")
    with pytest.raises(InputError, match=r"latin\.tsv: cannot be read as UTF-8"):
        read_aliases(tmp_path / "latin.tsv")


def test_line_ends_and_a_byte_order_mark_say_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mine.tsv"
    file.write_bytes(b"\xef\xbb\xbfdrop\tmodel\tViT\r\n\r\n# note\r\n")
    assert link(*corpus("[ViT|MODEL]"), aliases=read_aliases(file)).entities == []


# --- whatever the lines ---------------------------------------------------------------------------------

TEXTS = (
    "[BERT-base|MODEL], [BERT|MODEL] and [BERTs|MODEL introduces]",
    "[BERT|MODEL] [Adam|METHOD] [ADAM|METHOD] [GPT-3|MODEL]",
    "[CL|METHOD] [contrastive learning|METHOD] [Adam|METHOD]",
    "[WMT14|DATASET] [WMT19|DATASET] [GPT3|MODEL]",
)
NAMES = [
    "BERT",
    "BERT-base",
    "Adam",
    "ADAM",
    "GPT-3",
    "GPT3",
    "CL",
    "contrastive learning",
    "WMT14",
    "WMT",
    "method:cl",
]
LINES = st.lists(
    st.tuples(
        st.sampled_from(["merge", "split", "rename", "drop", "variant"]),
        st.sampled_from(["model", "method", "dataset"]),
        st.sampled_from(NAMES),
        st.sampled_from([*NAMES, "paper:2", "new name", "BERTs"]),
    ).map(lambda cells: "\t".join(cells[:3] if cells[0] == "drop" else cells)),
    max_size=5,
)


@given(LINES, st.randoms())
def test_any_lines_give_a_whole_graph_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], rng: random.Random
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.tsv"
    file.write_text("\n".join(lines), encoding="utf-8")
    papers, mentions = corpus(*TEXTS)
    rules = read_aliases(file)
    try:
        result = link(papers, mentions, aliases=rules)
    except InputError:
        return
    ids = {e.id for e in result.entities}
    assert {m.entity for m in result.mentions} <= ids
    labels = [(e.kind, normal_form(e.label, e.kind.upper())) for e in result.entities]
    assert len(set(labels)) == len(labels) == len(ids)
    for found in result.entities:
        own = [m for m in result.mentions if m.entity == found.id]
        assert (found.n_papers, found.n_mentions) == (len({m.paper for m in own}), len(own))
        assert found.label not in found.aliases
        assert {m.label for m in own} <= {found.kind.upper()}
    tree = nx.DiGraph((v.source, v.target) for v in result.variants)
    assert set(tree) <= ids
    assert nx.is_directed_acyclic_graph(tree)
    rng.shuffle(papers)
    rng.shuffle(mentions)
    again = link(papers, mentions, aliases=rules)
    assert (again.entities, again.variants) == (result.entities, result.variants)
