"""The questions asked of a graph, on one small enough to answer by hand."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import queries
from kg.errors import AmbiguousNameError, InputError, KgError, MissingGraphError, UnknownNameError

PAPERS = {
    "p1": ("Adapting LLaMA", "2023-05-01"),
    "p2": ("LLaMA-2 in German", "2024-03-24"),
    "p3": ("Seven billion weights", None),
    "p4": ("LoRA everywhere", "2024"),
    "p5": ("An island", "2020-01-02"),
}
ENTITIES = {
    "model:llama": ("LLaMA", "", ""),
    "model:llama-2": ("LLaMA-2", "Llama 2", "model:llama2"),
    "model:llama-2-7b": ("LLaMA-2-7B", "", ""),
    "method:lora": ("LoRA", "low-rank adaptation|LoRAs", ""),
    "method:adam": ("Adam", "", ""),
    "dataset:adam": ("Adam", "", ""),
    "dataset:glue": ("GLUE", "", ""),
    "dataset:squad": ("SQuAD", "", ""),
    "language:german": ("German", "", ""),
    "task:exploring": ("exploring", "", ""),
}
EDGES = [
    ("p1", "model:llama", "introduces", 3, 0.9),
    ("p1", "dataset:glue", "uses", 1, 0.8),
    ("p1", "method:lora", "compares", 1, 0.7),
    ("p2", "model:llama-2", "uses", 2, 0.9),
    ("p2", "dataset:glue", "uses", 1, 0.6),
    ("p2", "language:german", "uses", 2, 0.9),
    ("p3", "model:llama-2-7b", "uses", 1, 0.5),
    ("p3", "dataset:squad", "uses", 1, 0.9),
    ("p4", "method:lora", "uses", 4, 0.9),
    ("p4", "dataset:squad", "mentions", 1, 0.9),
    ("p4", "dataset:glue", "uses", 1, 0.9),
    ("p4", "language:german", "mentions", 1, 0.9),
    ("p4", "method:adam", "uses", 1, 0.9),
    ("p5", "task:exploring", "uses", 1, 0.9),
]
VARIANTS = [("model:llama-2", "model:llama"), ("model:llama-2-7b", "model:llama-2")]


@pytest.fixture(scope="module")
def graph() -> nx.DiGraph:
    graph = nx.DiGraph()
    for bare, (title, date) in PAPERS.items():
        known = {"date": date, "year": int(date[:4])} if date else {}
        graph.add_node(f"paper:{bare}", kind="paper", label=title, title=title, **known)
    for node, (label, aliases, former_ids) in ENTITIES.items():
        known = {"aliases": aliases, "former_ids": former_ids}
        graph.add_node(
            node, kind=node.partition(":")[0], label=label, **{k: v for k, v in known.items() if v}
        )
    for bare, entity, relation, weight, score in EDGES:
        evidence = f"{bare} {relation} {ENTITIES[entity][0]}."
        graph.add_edge(
            f"paper:{bare}", entity, relation=relation, weight=weight, score=score, evidence=evidence
        )
    for variant, family in VARIANTS:
        graph.add_edge(variant, family, relation="variant_of", evidence="version suffix")
    return graph


def columns(records: list[dict], *names: str) -> list[tuple]:
    return [tuple(record[name] for name in names) for record in records]


class TestNames:
    @pytest.mark.parametrize(
        ("name", "node"),
        [
            ("method:lora", "method:lora"),
            ("LoRA", "method:lora"),
            ("low-rank adaptation", "method:lora"),
            ("model:llama2", "model:llama-2"),
            ("lora", "method:lora"),
            ("Low Rank Adaptations", "method:lora"),
            ("llama-2-7b", "model:llama-2-7b"),
            ("LoRA everywhere", "paper:p4"),
            ("lora  everywhere", "paper:p4"),
            ("p4", "paper:p4"),
            ("method:adam", "method:adam"),
        ],
    )
    def test_id_label_alias_former_id_and_normal_form_resolve(self, graph, name, node):
        assert queries.resolve(graph, name) == node

    def test_an_unknown_name_offers_the_nearest_and_uses_none(self, graph):
        with pytest.raises(UnknownNameError) as error:
            queries.resolve(graph, "Lorra")
        assert error.value.nearest[0] == "LoRA"
        assert "LoRA" in str(error.value)
        assert error.value.exit_code == 2

    def test_nearest_to_a_longer_name_is_the_name_within_it(self, graph):
        with pytest.raises(UnknownNameError) as error:
            queries.resolve(graph, "LoRA modules")
        assert error.value.nearest[0] == "LoRA"

    def test_an_unknown_id_offers_ids(self, graph):
        with pytest.raises(UnknownNameError) as error:
            queries.resolve(graph, "method:adm")
        assert error.value.nearest[0] == "method:adam"

    def test_a_name_unlike_all_others_offers_nothing(self, graph):
        with pytest.raises(UnknownNameError) as error:
            queries.resolve(graph, "zzqx")
        assert error.value.nearest == []

    @pytest.mark.parametrize("name", ["Adam", "ADAM"])
    def test_a_name_of_two_nodes_lists_their_ids(self, graph, name):
        with pytest.raises(AmbiguousNameError) as error:
            queries.resolve(graph, name)
        assert error.value.ids == ["dataset:adam", "method:adam"]

    def test_the_kind_decides_where_it_is_given(self, graph):
        assert queries.resolve(graph, "Adam", ["dataset"]) == "dataset:adam"
        with pytest.raises(UnknownNameError):
            queries.resolve(graph, "LoRA", ["dataset"])

    @given(st.text())
    def test_any_text_resolves_or_is_an_error_of_ours(self, graph, name):
        with contextlib.suppress(UnknownNameError, AmbiguousNameError):
            assert queries.resolve(graph, name) in graph


class TestNeighbors:
    def test_papers_of_an_entity_by_relation_then_newest(self, graph):
        records = queries.neighbors(graph, "LoRA", kind="paper")
        assert columns(records, "label", "hops", "relation", "via", "date", "evidence") == [
            ("LoRA everywhere", 1, "uses", "", "2024", "p4 uses LoRA."),
            ("Adapting LLaMA", 1, "compares", "", "2023-05-01", "p1 compares LoRA."),
        ]

    def test_variants_and_theirs_count_and_via_names_them(self, graph):
        records = queries.neighbors(graph, "LLaMA", kind="paper")
        assert columns(records, "id", "relation", "via", "evidence") == [
            ("paper:p1", "introduces", "", "p1 introduces LLaMA."),
            ("paper:p2", "uses", "LLaMA-2", "p2 uses LLaMA-2."),
            ("paper:p3", "uses", "LLaMA-2-7B", "p3 uses LLaMA-2-7B."),
        ]

    def test_exact_leaves_variants_out(self, graph):
        assert columns(queries.neighbors(graph, "LLaMA", kind="paper", exact=True), "id") == [("paper:p1",)]

    def test_a_variant_does_not_have_the_papers_of_its_family(self, graph):
        assert columns(queries.neighbors(graph, "LLaMA-2-7B", kind="paper"), "id") == [("paper:p3",)]

    def test_entities_share_a_paper_and_come_by_the_number_of_papers_shared(self, graph):
        records = queries.neighbors(graph, "LLaMA", kind="dataset")
        assert columns(records, "label", "hops", "shared", "via", "evidence") == [
            ("GLUE", 2, 2, "", "p1 uses GLUE."),
            ("SQuAD", 2, 1, "LLaMA-2-7B", "p3 uses SQuAD."),
        ]

    def test_an_entity_is_no_neighbour_of_itself_nor_are_its_variants(self, graph):
        assert queries.neighbors(graph, "LLaMA", kind="model") == []

    def test_without_kind_or_hops_what_is_one_edge_away(self, graph):
        assert {record["hops"] for record in queries.neighbors(graph, "GLUE")} == {1}
        assert columns(queries.neighbors(graph, "Adapting LLaMA"), "label") == [
            ("LLaMA",),
            ("GLUE",),
            ("LoRA",),
        ]

    def test_papers_of_a_paper_share_an_entity(self, graph):
        records = queries.neighbors(graph, "Seven billion weights", kind="paper")
        assert columns(records, "id", "hops", "shared") == [("paper:p4", 2, 1)]

    def test_hops_is_the_greatest_distance(self, graph):
        records = queries.neighbors(graph, "Seven billion weights", hops=3)
        assert columns(records, "label", "hops") == [
            ("LLaMA-2-7B", 1),
            ("SQuAD", 1),
            ("LoRA everywhere", 2),
            ("Adam", 3),
            ("GLUE", 3),
            ("German", 3),
            ("LoRA", 3),
        ]

    def test_only_edges_of_the_relation_are_followed(self, graph):
        assert columns(queries.neighbors(graph, "LoRA", kind="paper", relation="uses"), "id") == [
            ("paper:p4",)
        ]
        records = queries.neighbors(graph, "LoRA", kind="dataset", relation="uses")
        assert columns(records, "label") == [("GLUE",)]

    def test_limit_keeps_the_first(self, graph):
        every = queries.neighbors(graph, "GLUE", kind="paper")
        assert queries.neighbors(graph, "GLUE", kind="paper", limit=2) == every[:2]
        assert len(every) == 3

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [({"kind": "planet"}, "dataset"), ({"relation": "cites"}, "introduces"), ({"hops": 0}, "hops")],
    )
    def test_a_wrong_argument_is_named(self, graph, arguments, word):
        with pytest.raises(InputError, match=word):
            queries.neighbors(graph, "LoRA", **arguments)


class TestPapers:
    def test_every_criterion_has_to_be_met_and_shows_its_evidence(self, graph):
        records = queries.papers(graph, {"uses": "LoRA", "language": "German"})
        assert records == [
            {
                "id": "paper:p4",
                "label": "LoRA everywhere",
                "date": "2024",
                "url": None,
                "via": "",
                "uses": "p4 uses LoRA.",
                "language": "p4 mentions German.",
            }
        ]

    def test_a_relation_is_that_relation_and_no_other(self, graph):
        assert queries.papers(graph, {"introduces": "LoRA"}) == []
        assert columns(queries.papers(graph, {"compares": "LoRA"}), "id") == [("paper:p1",)]

    def test_a_kind_settles_which_node_is_meant(self, graph):
        assert columns(queries.papers(graph, {"method": "Adam"}), "id") == [("paper:p4",)]
        assert queries.papers(graph, {"dataset": "Adam"}) == []

    def test_newest_first_with_variants_named(self, graph):
        records = queries.papers(graph, {"model": "LLaMA"})
        assert columns(records, "id", "via") == [
            ("paper:p2", "LLaMA-2"),
            ("paper:p1", ""),
            ("paper:p3", "LLaMA-2-7B"),
        ]
        assert columns(queries.papers(graph, {"model": "LLaMA"}, exact=True), "id") == [("paper:p1",)]

    def test_years_leave_undated_papers_out(self, graph):
        assert columns(queries.papers(graph, {}, since=2024), "id") == [("paper:p2",), ("paper:p4",)]
        assert columns(queries.papers(graph, {}, until=2020), "id") == [("paper:p5",)]
        assert len(queries.papers(graph, {})) == 5

    def test_a_criterion_that_there_is_not(self, graph):
        with pytest.raises(InputError, match="language"):
            queries.papers(graph, {"author": "Ada"})


class TestSimilar:
    def test_same_kind_by_shared_neighbours(self, graph):
        records = queries.similar(graph, "GLUE")
        assert columns(records, "id", "shared") == [("dataset:squad", "German|LoRA")]
        assert 0 < records[0]["score"] < 1

    def test_papers_by_shared_entities(self, graph):
        records = queries.similar(graph, "LLaMA-2 in German")
        assert columns(records, "id", "shared") == [
            ("paper:p4", "German|GLUE"),
            ("paper:p1", "GLUE"),
        ]

    def test_what_shares_nothing_has_none(self, graph):
        assert queries.similar(graph, "exploring") == []


class TestPath:
    def test_each_step_has_relation_and_evidence(self, graph):
        records = queries.path(graph, "LLaMA-2-7B", "GLUE")
        assert columns(records, "label", "relation", "evidence") == [
            ("LLaMA-2-7B", "", ""),
            ("LLaMA-2", "variant_of", "version suffix"),
            ("LLaMA-2 in German", "uses", "p2 uses LLaMA-2."),
            ("GLUE", "uses", "p2 uses GLUE."),
        ]

    def test_the_stronger_relation_wins_among_equals(self, graph):
        assert columns(queries.path(graph, "LoRA", "GLUE"), "id", "relation") == [
            ("method:lora", ""),
            ("paper:p4", "uses"),
            ("dataset:glue", "uses"),
        ]

    def test_it_is_as_short_as_networkx_finds(self, graph):
        both_ways = graph.to_undirected()
        for start in graph:
            for end in nx.node_connected_component(both_ways, start):
                assert len(queries.path(graph, start, end)) == 1 + nx.shortest_path_length(
                    both_ways, start, end
                )

    def test_no_path_says_so(self, graph):
        with pytest.raises(KgError, match="no path between 'LoRA' and 'exploring'") as error:
            queries.path(graph, "LoRA", "exploring")
        assert error.value.exit_code == 1


def test_cooccurrence_counts_shared_papers(graph):
    assert queries.cooccurrence(graph, "dataset") == [
        {
            "source": "dataset:glue",
            "target": "dataset:squad",
            "source_label": "GLUE",
            "target_label": "SQuAD",
            "papers": 1,
        }
    ]
    with pytest.raises(InputError, match="dataset"):
        queries.cooccurrence(graph, "paper")


class TestSearch:
    def test_beginnings_of_words_in_labels_titles_and_aliases(self, graph):
        assert columns(queries.search(graph, "lora"), "id") == [("method:lora",), ("paper:p4",)]
        assert columns(queries.search(graph, "adaptation LOW"), "id", "match") == [
            ("method:lora", "low-rank adaptation")
        ]

    def test_hyphens_make_no_difference(self, graph):
        assert columns(queries.search(graph, "llama2"), "id") == [
            ("model:llama-2",),
            ("paper:p2",),
            ("model:llama-2-7b",),
        ]

    def test_whole_names_come_first(self, graph):
        assert columns(queries.search(graph, "LLaMA"), "id")[0] == ("model:llama",)

    def test_nothing_found_is_no_error_and_nothing_asked_is(self, graph):
        assert queries.search(graph, "zebra") == []
        with pytest.raises(InputError, match="nothing to search for"):
            queries.search(graph, " - ")


class TestShow:
    def test_an_entity_with_family_variants_and_papers(self, graph):
        record = queries.show(graph, "LLaMA-2")
        assert record["aliases"] == ["Llama 2"]
        assert record["former_ids"] == ["model:llama2"]
        assert columns(record["family"], "id", "evidence") == [("model:llama", "version suffix")]
        assert columns(record["variants"], "id", "evidence") == [("model:llama-2-7b", "version suffix")]
        assert columns(record["papers"]["uses"], "id", "via", "evidence") == [
            ("paper:p2", "", "p2 uses LLaMA-2."),
            ("paper:p3", "LLaMA-2-7B", "p3 uses LLaMA-2-7B."),
        ]
        assert record["papers"]["introduces"] == []
        assert columns(queries.show(graph, "LLaMA-2", exact=True)["papers"]["uses"], "id") == [("paper:p2",)]

    def test_a_paper_with_its_entities(self, graph):
        record = queries.show(graph, "Adapting LLaMA")
        assert (record["kind"], record["date"], record["year"]) == ("paper", "2023-05-01", 2023)
        assert columns(record["entities"], "label", "relation", "weight", "evidence") == [
            ("LLaMA", "introduces", 3, "p1 introduces LLaMA."),
            ("GLUE", "uses", 1, "p1 uses GLUE."),
            ("LoRA", "compares", 1, "p1 compares LoRA."),
        ]


def test_stats(graph):
    stats = queries.stats(graph)
    assert (stats["papers"], stats["undated_papers"], stats["papers_without_entities"]) == (5, 1, 0)
    assert (stats["first_year"], stats["last_year"]) == (2020, 2024)
    assert stats["entities"]["model"] == 3
    assert stats["edges"] == {"introduces": 1, "uses": 10, "compares": 1, "mentions": 2, "variant_of": 2}
    assert queries.stats(nx.DiGraph())["papers"] == 0


def test_a_missing_graph_says_how_to_build_one(tmp_path):
    for path in (tmp_path, tmp_path / "exports", tmp_path / "graph.graphml"):
        with pytest.raises(MissingGraphError, match="kg build") as error:
            queries.open_index(path)
        assert str(path) in str(error.value)


def test_equal_paths_are_chosen_the_same_way_under_every_hash_seed(tmp_path) -> None:
    from kg.export.graphml import write_graphml

    graph: nx.DiGraph[str] = nx.DiGraph()
    for end in ("model:a", "model:b"):
        graph.add_node(end, kind="model", label=end[-1].upper())
    for n in range(12):
        graph.add_node(f"paper:{n}", kind="paper", label=f"Paper {n}")
        for end in ("model:a", "model:b"):
            graph.add_edge(f"paper:{n}", end, relation="uses", evidence="A and B.", weight=1)
    write_graphml(graph, tmp_path / "graph.graphml")
    ask = [sys.executable, "-m", "kg", "path", "A", "B", "--graph", str(tmp_path), "--format", "csv"]
    answers = {
        subprocess.run(
            ask, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1


def test_an_id_in_another_spelling_is_that_id() -> None:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node("dataset:cifar-10", kind="dataset", label="CIFAR-10")
    assert queries.resolve(graph, "dataset:CIFAR 10") == "dataset:cifar-10"
