"""The page in a real browser: what a reader finds, follows and takes away."""

from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import networkx as nx
import pytest
from playwright.sync_api import Page, expect

from kg.export.graphml import read_graphml, write_graphml
from kg.export.page import render, write_page
from kg.extraction.gold import gold_spans, read_gold
from kg.graph import KnowledgeGraph
from kg.linking import Linked, link
from kg.schema import COLORS, Entity, Mention, Paper, Variant
from kg.sources import read

OpenPage = Callable[..., Page]
SEEDS = Path(__file__).parents[2] / "seeds"

PAPERS = [
    Paper(
        "p1",
        "LoRA: low-rank adaptation of BERT",
        "We introduce LoRA 🚀 for BERT. It is tested on GLUE. Code: https://github.com/x/lora.",
        date="2021-06-17",
        authors=("Ada Lovelace", "Alan Turing"),
        organization="Analytical Engines",
        url="https://example.org/p1",
        source="pages/a.txt:3",
    ),
    Paper("p2", "Adapters for BERT", "Adapters are compared with LoRA on GLUE.", date="2023"),
    Paper("p3", "Swahili tagging", "A tagger for Swahili, without BERT.", date="2024-02"),
    Paper("p4", "An undated survey", "We survey Swahili corpora."),
    Paper("p5", "A title alone"),
]
NAMES = {
    "LoRA": ("METHOD", "method:lora", {"p1": "introduces", "p2": "compares"}),
    "BERT": ("MODEL", "model:bert", {"p1": "uses", "p2": "uses", "p3": "mentions"}),
    "GLUE": ("DATASET", "dataset:glue", {"p1": "uses", "p2": "uses"}),
    "Adapters": ("METHOD", "method:adapter", {"p2": "introduces"}),
    "Swahili": ("LANGUAGE", "language:swahili", {"p3": "uses", "p4": "uses"}),
    "tagging": ("TASK", "task:tagging", {"p3": "uses"}),
}
ALIASES = {"method:lora": ("low-rank adaptation",), "language:swahili": ("Kiswahili",)}


def small_graph(papers: list[Paper] = PAPERS) -> KnowledgeGraph:
    mentions = [
        Mention(paper.id, at.start(), at.end(), name, label, entity, relations[paper.id], 0.9, sentence)
        for paper in papers
        for name, (label, entity, relations) in NAMES.items()
        if paper.id in relations
        for at in re.finditer(re.escape(name), paper.text)
        for sentence in [next(s for s in re.findall(r"[^.\n]+\.?", paper.text) if name in s).strip()]
    ]
    entities = [
        Entity(
            id=entity,
            kind=label.lower(),
            label=name,
            aliases=ALIASES.get(entity, ()),
            code="swh" if name == "Swahili" else None,
            n_papers=len(relations),
            n_mentions=sum(mention.entity == entity for mention in mentions),
        )
        for name, (label, entity, relations) in NAMES.items()
    ]
    variants = [Variant("method:lora", "method:adapter", "alias file, line 1")]
    return KnowledgeGraph.from_records(papers, Linked(entities, mentions, variants))


def written(graph: KnowledgeGraph, path: Path, title: str = "Example graph") -> Path:
    return write_page(path, graph.nx, graph.paper_records, graph.mentions, title)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(small_graph(), tmp_path_factory.mktemp("small") / "graph.html")


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    papers = read(SEEDS / "pages").papers
    gold = {paper.id: paper.entities for paper in read_gold(SEEDS / "gold" / "seeds.jsonl")}
    mentions = []
    for paper in papers:
        entities = gold.get(paper.id, ())
        for span in gold_spans(paper.text, entities):
            surface, relation = paper.text[span.start : span.end], entities[span.entity].relation
            mentions.append(
                Mention(paper.id, span.start, span.end, surface, span.label, "", relation, 1.0, surface)
            )
    graph = KnowledgeGraph.from_records(papers, link(papers, mentions))
    return written(graph, tmp_path_factory.mktemp("seeds") / "graph.html", "Seeds")


def click_node(page: Page, node: str, **options: object) -> None:
    place = page.evaluate("id => kg.position(id)", node)
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    page.locator("#canvas").click(
        position={"x": place["x"] - box["x"], "y": place["y"] - box["y"]}, **options
    )


def search(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def saved(page: Page, button: str) -> bytes:
    page.locator("#save summary").click()
    with page.expect_download() as download:
        page.locator(button).click()
    return Path(download.value.path()).read_bytes()


class TestFile:
    def test_renders_the_same_bytes_twice(self) -> None:
        one, two = small_graph(), small_graph(PAPERS[::-1])

        assert render(one.nx, one.paper_records, one.mentions) == render(
            two.nx, two.paper_records, two.mentions
        )

    def test_leaves_the_graph_as_it_was(self) -> None:
        graph = small_graph()
        before = nx.to_dict_of_dicts(graph.nx), dict(graph.nx.nodes(data=True))
        before = json.dumps(before, sort_keys=True)

        render(graph.nx, graph.paper_records, graph.mentions)

        after = nx.to_dict_of_dicts(graph.nx), dict(graph.nx.nodes(data=True))
        assert json.dumps(after, sort_keys=True) == before

    def test_is_a_document_with_a_title_a_language_and_a_strict_policy(self, small: Path) -> None:
        text = small.read_text(encoding="utf-8")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)

        assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
        assert "<title>Example graph</title>" in text
        assert policy is not None
        assert policy[1].startswith("default-src 'none'")
        assert "unsafe" not in policy[1]
        assert "frame-ancestors" not in policy[1]

    def test_holds_each_abstract_once(self, small: Path) -> None:
        block = re.search(r'id="kg-data">([^<]*)<', small.read_text(encoding="utf-8"))

        assert block is not None
        assert zlib.decompress(base64.b64decode(block[1])).count(b"It is tested on GLUE.") == 1

    def test_repeats_no_colour_of_the_schema(self) -> None:
        page = Path(__file__).parents[2] / "kg" / "export" / "page"
        own = [*page.glob("js/*.js"), *page.glob("css/*.css"), page / "page.html.jinja"]

        assert own
        for file in own:
            content = file.read_text(encoding="utf-8").lower()
            assert not [color for color in COLORS.values() if color in content], file


class TestFinding:
    def test_opens_on_papers_and_the_entities_that_tie_them(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        assert page.title() == "Example graph"
        assert page.evaluate("kg.isVisible('model:bert')")
        assert page.evaluate("kg.isVisible('paper:p5')")
        assert not page.evaluate("kg.isVisible('task:tagging')")
        expect(page.locator("#status")).to_have_text("9 of 11 nodes · 9 links")
        page.get_by_role("button", name="Show all").click()
        assert page.evaluate("kg.isVisible('task:tagging')")
        expect(page.locator("#status")).to_have_text("All 11 nodes · 12 links")

    def test_finds_by_name_with_the_keyboard_alone(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        search(page, "ada")
        expect(page.get_by_role("option").first).to_contain_text("Adapters")
        expect(page.locator("#finder")).to_have_attribute("aria-activedescendant", "suggestion-0")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")

        expect(page.locator("#panel h2")).to_have_text("Adapters")
        assert page.evaluate("kg.isVisible('method:adapter')")
        expect(page.locator("#panel")).to_be_focused()

    @pytest.mark.parametrize(
        ("typed", "node"),
        [
            ("low rank adaptation", "method:lora"),
            ("kiswahili", "language:swahili"),
            ("swahli", "language:swahili"),
            ("LORA", "method:lora"),
            ("tagging swahili", "paper:p3"),
        ],
    )
    def test_finds_aliases_and_forgives_small_errors(
        self, open_page: OpenPage, small: Path, typed: str, node: str
    ) -> None:
        page = open_page(small)

        assert page.evaluate("text => kg.search(text)[0]", typed) == node

    def test_says_so_when_there_is_nothing(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        search(page, "zzzzzz")

        expect(page.locator("#suggestions")).to_have_text("Nothing has a name like that.")

    def test_the_legend_is_the_filter(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        models = page.locator("[data-kind=model]")
        expect(models).to_contain_text("1 / 1")

        models.click()

        expect(models).to_have_attribute("aria-pressed", "false")
        expect(models).to_contain_text("0 / 1")
        assert not page.evaluate("kg.isVisible('model:bert')")
        expect(page.locator("#status")).to_have_text("8 of 11 nodes · 6 links")
        page.get_by_role("button", name="Reset all filters").click()
        assert page.evaluate("kg.isVisible('model:bert')")

    def test_one_switch_hides_tasks_and_metrics(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#min=1")
        assert page.evaluate("kg.isVisible('task:tagging')")

        page.get_by_role("button", name="Hide tasks and metrics").click()

        assert not page.evaluate("kg.isVisible('task:tagging')")
        assert page.evaluate("kg.isVisible('method:lora')")

    def test_filters_by_relation(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        page.locator("[data-relation=uses]").click()
        page.locator("[data-relation=mentions]").click()

        # LoRA stays, introduced by one paper and compared by another; GLUE is only used.
        assert page.evaluate("kg.isVisible('method:lora')")
        assert not page.evaluate("kg.isVisible('dataset:glue')")

    def test_filters_by_year_with_the_undated_apart(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        page.locator("#year-from").focus()
        page.keyboard.press("End")

        expect(page.locator("#years-value")).to_have_text("2024")
        assert page.evaluate("['p1', 'p2', 'p3', 'p4', 'p5'].map(kg.isVisible)") == [
            False,
            False,
            True,
            True,
            True,
        ]
        page.locator("#undated").uncheck()
        assert not page.evaluate("kg.isVisible('paper:p4')")

    def test_lists_what_is_shown_for_the_keyboard(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        page.get_by_role("tab", name="List").click()
        expect(page.locator("#rows li")).to_have_count(9)
        page.locator("#sorting").select_option("label")
        rows = page.locator("#rows button .name").all_inner_texts()
        page.locator("#rows button").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

        assert rows == sorted(rows, key=str.casefold)
        expect(page.locator("#panel h2")).to_have_text(rows[1])


class TestFollowing:
    def test_a_click_shows_an_entity(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        click_node(page, "method:lora")

        panel = page.locator("#panel")
        expect(panel.locator("h2")).to_have_text("LoRA")
        expect(panel.locator(".kind-line")).to_have_text("method")
        expect(panel).to_contain_text("Also low-rank adaptation")
        expect(panel).to_contain_text("2 papers")
        expect(panel).to_contain_text("Variant of Adapters")
        expect(panel.locator("h4")).to_have_text(["2023", "2021"])
        expect(panel.locator(".relation")).to_have_text(["compares", "introduces"])
        expect(panel.locator("q")).to_have_text(
            ["Adapters are compared with LoRA on GLUE.", "LoRA: low-rank adaptation of BERT"]
        )
        expect(panel.locator("q mark")).to_have_text(["LoRA", "LoRA"])
        expect(panel.get_by_role("link", name="source")).to_have_attribute("href", "https://example.org/p1")
        expect(panel).to_contain_text("Often together with")
        assert page.evaluate("kg.emphasised()") == [
            "method:adapter",
            "method:lora",
            "paper:p1",
            "paper:p2",
        ]

    def test_a_click_shows_a_paper_with_its_mentions_marked(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        click_node(page, "paper:p1")

        panel = page.locator("#panel")
        expect(panel.locator("h2")).to_have_text(PAPERS[0].title)
        expect(panel.locator(".abstract")).to_have_text(PAPERS[0].abstract)
        expect(panel.locator(".abstract mark")).to_have_text(["LoRA", "BERT", "GLUE"])
        expect(panel).to_contain_text("2021-06-17 · Analytical Engines · Ada Lovelace, Alan Turing")
        links = {
            link.inner_text(): (link.get_attribute("href"), link.get_attribute("rel"))
            for link in panel.locator(".links a").all()
        }
        assert links["Paper"] == ("https://example.org/p1", "noopener noreferrer")
        assert links["github.com/x/lora"] == ("https://github.com/x/lora", "noopener noreferrer")
        assert links["Search arXiv"][0] is not None
        assert "query=LoRA%3A%20low-rank" in links["Search arXiv"][0]
        expect(panel).to_contain_text("pages/a.txt:3")

    def test_marks_have_the_colours_of_the_legend(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1")

        shadow = page.locator(".abstract mark").first.evaluate("mark => getComputedStyle(mark).boxShadow")
        dot = page.locator("[data-kind=method] .dot").evaluate("dot => getComputedStyle(dot).backgroundColor")

        assert dot in shadow
        assert dot == "rgb(0, 158, 115)"

    def test_a_mark_leads_on_and_back_comes_back(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1")

        page.locator(".abstract mark", has_text="GLUE").click()
        expect(page.locator("#panel h2")).to_have_text("GLUE")
        page.get_by_role("button", name="Back").click()
        expect(page.locator("#panel h2")).to_have_text(PAPERS[0].title)
        page.get_by_role("button", name="Forward").click()
        expect(page.locator("#panel h2")).to_have_text("GLUE")
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()

    def test_a_paper_without_abstract_says_so(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p5")

        expect(page.locator("#panel")).to_contain_text("This paper came without an abstract.")

    def test_expands_and_collapses(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p3")
        page.get_by_role("button", name="Expand").click()
        page.get_by_role("button", name="Close").click()
        assert page.evaluate("kg.isVisible('task:tagging')")

        click_node(page, "paper:p3")
        page.get_by_role("button", name="Collapse").click()
        page.get_by_role("button", name="Close").click()

        assert not page.evaluate("kg.isVisible('task:tagging')")

    def test_coming_close_to_a_paper_shows_what_only_it_has(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        place = page.evaluate("kg.position('paper:p3')")
        page.mouse.move(place["x"], place["y"])

        for _ in range(15):
            page.mouse.wheel(0, -240)
        expect(page.locator("[data-kind=task]")).to_contain_text("1 / 1")
        assert page.evaluate("kg.isVisible('task:tagging')")
        page.get_by_role("button", name="Show the whole graph").click()

        expect(page.locator("[data-kind=task]")).to_contain_text("0 / 1")

    def test_the_papers_of_variants_come_in_when_asked_for(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=method:adapter")
        expect(page.locator(".paper-item h5")).to_have_text(["Adapters for BERT"])

        page.get_by_role("button", name="Include 1 paper of its variants").click()

        expect(page.locator(".paper-item h5")).to_have_text(["Adapters for BERT", PAPERS[0].title])
        expect(page.locator(".paper-item").last).to_contain_text("via LoRA")

    def test_keeps_its_place_and_the_focus_while_it_changes(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1", height=420)
        page.get_by_role("button", name="Expand").focus()
        page.locator("#panel").evaluate("panel => (panel.scrollTop = 60)")

        page.keyboard.press("Enter")

        expect(page.get_by_role("button", name="Collapse")).to_be_focused()
        assert page.locator("#panel").evaluate("panel => panel.scrollTop") == 60

    def test_draws_what_is_within_a_few_steps(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=language:swahili")

        page.get_by_role("button", name="Only what is within 1 step").click()

        assert page.evaluate("kg.counts()") == {
            "paper": 2,
            "model": 0,
            "dataset": 0,
            "method": 0,
            "language": 1,
            "task": 0,
            "metric": 0,
        }

    def test_several_picked_show_the_papers_they_share(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        click_node(page, "model:bert", modifiers=["Shift"])
        click_node(page, "dataset:glue", modifiers=["Shift"])
        page.get_by_role("button", name="Shared 2").click()

        expect(page.locator("#panel h2")).to_have_text("2 papers")
        expect(page.locator("#panel h5")).to_have_text(["Adapters for BERT 2023", f"{PAPERS[0].title} 2021"])

    def test_finds_a_shortest_path(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#pick=dataset:glue&pick=language:swahili")

        page.get_by_role("button", name="Path").click()

        expect(page.locator("#panel h2")).to_have_text("4 steps")
        expect(page.locator(".path .step")).to_have_text(
            [
                "GLUE",
                re.compile("LoRA: low-rank adaptation of BERT|Adapters for BERT"),
                "BERT",
                "Swahili tagging",
                "Swahili",
            ]
        )

    def test_copies_evidence_with_its_citation(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=dataset:glue")

        page.get_by_role("button", name="Copy the sentence with its citation").last.click()
        expect(page.locator("#notice")).to_have_text("Copied.")

        assert page.evaluate("navigator.clipboard.readText()") == (
            "“It is tested on GLUE.” — Ada Lovelace, Alan Turing. LoRA: low-rank adaptation of BERT "
            "(2021-06-17). https://example.org/p1"
        )

    def test_a_link_restores_selection_and_filters(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        page.locator("[data-kind=dataset]").click()
        page.locator("#undated").uncheck()
        search(page, "BERT")
        page.keyboard.press("Enter")
        page.wait_for_timeout(600)
        fragment = page.evaluate("location.hash")

        again = open_page(small, fragment)

        assert "node=model:bert" in fragment
        expect(again.locator("#panel h2")).to_have_text("BERT")
        expect(again.locator("[data-kind=dataset]")).to_have_attribute("aria-pressed", "false")
        expect(again.locator("#undated")).not_to_be_checked()
        assert again.evaluate("kg.counts()") == page.evaluate("kg.counts()")
        assert again.evaluate("kg.scale()") == pytest.approx(page.evaluate("kg.scale()"), rel=0.01)

    def test_understands_a_link_written_by_hand(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=dataset:glue&kind=paper,dataset&year=2022-2023&undated=0")

        expect(page.locator("#panel h2")).to_have_text("GLUE")
        expect(page.locator("#years-value")).to_have_text("2022 – 2023")
        assert page.evaluate("kg.counts().paper") == 1
        assert page.evaluate("kg.counts().model") == 0

    def test_a_link_to_what_is_not_there_is_no_error(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=model:gone&year=x-&kind=&at=1,b&%=%E0%A4%A")

        expect(page.locator("#notice")).to_contain_text("model:gone")


class TestTakingAway:
    def test_the_selection_as_csv(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=dataset:glue")

        rows = list(csv.DictReader(io.StringIO(saved(page, "#save-csv").decode("utf-8-sig"))))

        assert [(row["source"], row["relation"], row["target"]) for row in rows] == [
            ("paper:p1", "uses", "dataset:glue"),
            ("paper:p2", "uses", "dataset:glue"),
        ]
        assert rows[0]["evidence"] == "It is tested on GLUE."

    def test_the_view_as_png_and_svg(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)

        assert saved(page, "#save-png").startswith(b"\x89PNG")
        svg = ET.fromstring(saved(page, "#save-svg"))
        texts = {text.text for text in svg.iter("{http://www.w3.org/2000/svg}text")}
        assert {"BERT", "GLUE", "LoRA"} <= texts

    def test_the_selection_as_bibtex(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1")

        assert saved(page, "#save-bibtex").decode("utf-8") == (
            "@misc{p1,\n  title = {{LoRA: low-rank adaptation of BERT}},\n"
            "  author = {Ada Lovelace and Alan Turing},\n  year = {2021},\n  url = {https://example.org/p1}\n}\n"
        )

    def test_the_selection_as_graphml(self, open_page: OpenPage, small: Path, tmp_path: Path) -> None:
        page = open_page(small, "#node=dataset:glue")
        (tmp_path / "part.graphml").write_bytes(saved(page, "#save-graphml"))

        part = nx.read_graphml(tmp_path / "part.graphml")

        assert sorted(part) == ["dataset:glue", "paper:p1", "paper:p2"]
        assert part.nodes["dataset:glue"]["label"] == "GLUE"
        assert part.edges["paper:p1", "dataset:glue"]["relation"] == "uses"


class TestEverybody:
    def test_dark_follows_the_system_and_the_switch(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, color_scheme="dark")
        background = "getComputedStyle(document.body).backgroundColor"
        dark = page.evaluate(background)

        page.get_by_role("button", name="Dark or light").click()
        light = page.evaluate(background)

        assert dark == "rgb(20, 22, 26)"
        assert light == "rgb(250, 250, 248)"

    def test_a_narrow_screen_keeps_everything_in_reach(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, width=360, height=640)

        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.get_by_role("button", name="Filters and list").click()
        page.locator("[data-kind=model]").click()
        assert not page.evaluate("kg.isVisible('model:bert')")
        page.get_by_role("button", name="Filters and list").click()
        search(page, "GLUE")
        page.keyboard.press("Enter")
        expect(page.locator("#panel h2")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") == 360

    def test_every_control_has_a_name(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small, "#node=paper:p1&pick=model:bert&pick=dataset:glue")

        nameless = page.evaluate(
            """() => [...document.querySelectorAll("button, input, select, summary, a, [role=tab]")]
                .filter(each => !(each.ariaLabel || each.textContent.trim() || each.labels?.length
                    || each.getAttribute("aria-labelledby")))
                .map(each => each.outerHTML)"""
        )

        assert nameless == []

    def test_the_canvas_moves_with_the_keyboard(self, open_page: OpenPage, small: Path) -> None:
        page = open_page(small)
        before = page.evaluate("kg.position('model:bert')")

        page.locator("#canvas").focus()
        page.keyboard.press("ArrowRight")
        moved = page.evaluate("kg.position('model:bert')")
        scale = page.evaluate("kg.scale()")
        page.keyboard.press("+")

        assert moved["x"] == pytest.approx(before["x"] - 80, abs=1)
        assert page.evaluate("kg.scale()") == pytest.approx(1.3 * scale, rel=0.01)


HOSTILE_TITLE = (
    "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \"'&amp; 🧨 \x01\x7f\u2028"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without the graph's own cleaning: the page has to stand on its own."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    paper = Paper(
        "x<y>'\"&#",
        HOSTILE_TITLE,
        "<b>bold</b> {{ 7 * 7 }} ${alert(3)} javascript:alert(4) https://evil.example/\"onmouseover='alert(5)",
        date="2024",
        organization="<svg onload=alert(6)>",
        url="javascript:alert(7)",
        source="=cmd|'/c calc'!A1",
    )
    entity = "model:<img src=x onerror=alert(8)>"
    graph.add_node(
        f"paper:{paper.id}", kind="paper", label=HOSTILE_TITLE, title=HOSTILE_TITLE, x=0, y=0, year=2024
    )
    graph.add_node(entity, kind="model", label="=1+1<script>", aliases="<i>a</i>|\ud800|b", x=90.0, y=40.0)
    graph.add_edge(f"paper:{paper.id}", entity, relation="uses", evidence="</q><script>alert(9)</script>")
    mentions = [Mention(paper.id, 0, 9, "</script>", "MODEL", entity)]
    path = tmp_path_factory.mktemp("hostile") / "graph.html"
    return write_page(path, graph, {paper.id: paper}, mentions, "<script>alert(10)</script>\x00&")


class TestHostile:
    def test_everything_is_text_and_nothing_runs(self, open_page: OpenPage, hostile: Path) -> None:
        page = open_page(hostile, "#min=1")

        expect(page.locator("h1")).to_have_text("<script>alert(10)</script>\ufffd&")
        search(page, "alert")
        page.keyboard.press("Enter")
        panel = page.locator("#panel")
        shown = panel.locator("h2").evaluate("title => title.textContent")
        assert shown == HOSTILE_TITLE
        expect(panel.locator("h2 mark")).to_have_text("</script>")
        expect(panel).to_contain_text("<b>bold</b> {{ 7 * 7 }} ${alert(3)}")
        expect(panel).to_contain_text("<svg onload=alert(6)>")
        assert [link for link in hrefs(page) if not re.match("https?://|#node=", link)] == []
        click_node(page, "model:<img src=x onerror=alert(8)>")
        expect(panel.locator("h2")).to_have_text("=1+1<script>")
        expect(panel.locator("q")).to_have_text("</q><script>alert(9)</script>")
        assert page.locator("img, iframe, object, embed, body b > b").count() == 0

    def test_a_cell_of_the_table_is_no_formula(self, open_page: OpenPage, hostile: Path) -> None:
        page = open_page(hostile, "#min=1")

        rows = list(csv.DictReader(io.StringIO(saved(page, "#save-csv").decode("utf-8-sig"))))

        assert rows[0]["target_label"] == "'=1+1<script>"

    def test_the_picture_is_well_formed(self, open_page: OpenPage, hostile: Path) -> None:
        page = open_page(hostile, "#min=1")

        ET.fromstring(saved(page, "#save-svg"))
        ET.fromstring(saved(page, "#save-graphml"))


def hrefs(page: Page) -> list[str]:
    return [link.get_attribute("href") or "" for link in page.locator("a").all()]


class TestInside:
    def test_works_inside_a_notebook(self, open_page: OpenPage, small: Path, tmp_path: Path) -> None:
        source = html.escape(small.read_text(encoding="utf-8"))
        (tmp_path / "notebook.html").write_text(
            f'<!DOCTYPE html><iframe srcdoc="{source}" width="900" height="600"></iframe>',
            encoding="utf-8",
        )
        page = open_page(tmp_path / "notebook.html")
        frame = page.frame_locator("iframe")

        frame.locator("#finder").fill("glue")
        frame.locator("#finder").press("Enter")
        expect(frame.locator("#panel h2")).to_have_text("GLUE")
        frame.locator("#panel h5 a").first.click()

        expect(frame.locator("#panel h2")).to_have_text("Adapters for BERT")
        expect(frame.get_by_role("button", name="Back")).to_be_hidden()


class TestLarge:
    def test_goes_without_abstracts_where_they_are_too_many(
        self, open_page: OpenPage, tmp_path: Path
    ) -> None:
        graph = small_graph()
        most = sum(len(paper.abstract.encode()) for paper in PAPERS)
        whole, without = (
            render(graph.nx, graph.paper_records, graph.mentions, most_text=limit)
            for limit in (most, most - 1)
        )
        (tmp_path / "graph.html").write_text(without, encoding="utf-8")

        page = open_page(tmp_path / "graph.html", "#node=paper:p1")

        assert len(without) < len(whole)
        expect(page.locator("#panel")).to_contain_text(
            "the abstracts of so many papers would make it too large"
        )
        expect(page.locator("#panel h2 mark")).to_have_text(["LoRA", "BERT"])
        click_node(page, "dataset:glue")
        expect(page.locator("q").last).to_have_text("It is tested on GLUE.")


class TestLittle:
    @pytest.mark.parametrize("papers", [[], PAPERS[:1], PAPERS[4:]], ids=["none", "one", "no abstract"])
    def test_few_papers_or_none(self, open_page: OpenPage, tmp_path: Path, papers: list[Paper]) -> None:
        graph = KnowledgeGraph.from_records(papers, Linked([], [], []))

        page = open_page(written(graph, tmp_path / "graph.html"))

        assert page.evaluate("kg.counts().paper") == len(papers)

    def test_from_graphml_alone_the_page_says_that_abstracts_are_missing(
        self, open_page: OpenPage, tmp_path: Path
    ) -> None:
        write_graphml(small_graph().nx, tmp_path / "graph.graphml")

        path = write_page(tmp_path / "graph.html", read_graphml(tmp_path / "graph.graphml"), {}, [])
        page = open_page(path, "#node=paper:p1")

        expect(page.locator("#panel h2")).to_have_text(PAPERS[0].title)
        expect(page.locator("#panel")).to_contain_text("it was made from the graph alone")
        click_node(page, "dataset:glue")
        expect(page.locator("q").last).to_have_text("It is tested on GLUE.")

    def test_an_astral_character_shifts_no_mark(self, open_page: OpenPage, tmp_path: Path) -> None:
        papers = [replace(PAPERS[0], title="🚀🚀 LoRA"), *PAPERS[1:]]

        page = open_page(written(small_graph(papers), tmp_path / "graph.html"), "#node=paper:p1")

        expect(page.locator("#panel h2 mark")).to_have_text("LoRA")
        expect(page.locator(".abstract mark")).to_have_text(["LoRA", "BERT", "GLUE"])


class TestSeeds:
    def test_is_ready_at_once_and_moves(self, open_page: OpenPage, seeds: Path) -> None:
        page = open_page(seeds, width=1400, height=900)

        assert page.evaluate("document.elementFromPoint(700, 450).tagName") == "CANVAS"
        counts = page.evaluate("kg.counts()")
        assert counts["paper"] == 640
        before = page.evaluate("kg.position('dataset:imagenet')")
        page.mouse.move(700, 450)
        page.mouse.down()
        page.mouse.move(760, 490, steps=4)
        page.mouse.up()
        after = page.evaluate("kg.position('dataset:imagenet')")
        assert after["x"] - before["x"] == pytest.approx(60, abs=6)
        assert after["y"] - before["y"] == pytest.approx(40, abs=6)

    def test_a_hub_opens_with_its_papers(self, open_page: OpenPage, seeds: Path) -> None:
        page = open_page(seeds, width=1400, height=900)

        search(page, "imagnet")
        page.keyboard.press("Enter")

        panel = page.locator("#panel")
        expect(panel.locator("h2")).to_have_text("ImageNet")
        assert panel.locator(".paper-item").count() >= 10
        assert len(page.evaluate("kg.emphasised()")) >= 20

    def test_shows_all_on_demand(self, open_page: OpenPage, seeds: Path) -> None:
        page = open_page(seeds)
        few = sum(page.evaluate("kg.counts()").values())

        page.get_by_role("button", name="Show all").click()

        assert sum(page.evaluate("kg.counts()").values()) > 2 * few
