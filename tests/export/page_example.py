"""Graphs to make pages of, and what a reader does on a page, for the tests."""

from __future__ import annotations

import re
from pathlib import Path

import networkx as nx
from playwright.sync_api import Page

from kg.export.page import write_page
from kg.extraction.gold import gold_spans, read_gold
from kg.graph import KnowledgeGraph
from kg.linking import Linked, link
from kg.schema import Entity, Mention, Paper, Variant
from kg.sources import read

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


def seeds_graph() -> KnowledgeGraph:
    """The seeds as their gold annotations have them: no pipeline is run."""
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
    return KnowledgeGraph.from_records(papers, link(papers, mentions))


HOSTILE_TITLE = (
    "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \"'&amp; 🧨 \x01\x7f\u2028"
)


def hostile_page(path: Path) -> Path:
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
    return write_page(path, graph, {paper.id: paper}, mentions, "<script>alert(10)</script>\x00&")


def wide_graph(n_papers: int, n_entities: int) -> KnowledgeGraph:
    """More nodes than are drawn at once: each paper has two entities of its own and one of a hundred others."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for number in range(n_entities):
        x, y = 100.0 * (number % 150), 100.0 * (number // 150)
        graph.add_node(
            f"method:m{number}", kind="method", label=f"Method {number}", aliases=f"M-{number}", x=x, y=y
        )
    for number in range(n_papers):
        paper, x, y = f"paper:{number}", 300.0 * (number % 50) + 50, 300.0 * (number // 50) + 50
        graph.add_node(
            paper, kind="paper", label=f"Paper {number}", title=f"Paper {number}", year=2000, x=x, y=y
        )
        for entity in {2 * number, 2 * number + 1, number % 100}:
            graph.add_edge(
                paper, f"method:m{entity % n_entities}", relation="uses", evidence=f"Paper {number}"
            )
    return KnowledgeGraph(graph)


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


def hrefs(page: Page) -> list[str]:
    return [link.get_attribute("href") or "" for link in page.locator("a").all()]
