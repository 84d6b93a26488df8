"""Measures linking, and the search for duplicates, at the size of a corpus.

    python benchmarks/linking.py CORPUS [--mentions FILE] [--slice N]

CORPUS holds the abstracts. FILE is what `kg extract` found in them, or in a part of them; without it every
nth paper is extracted first, N in all, which takes 20 ms a paper. Printed are seconds and the greatest memory
of the process, papers and mentions included.

Where FILE covers a part of the papers only, it is multiplied to the number that the corpus has, so that
there is more to do than in the corpus itself. In each copy the names of things that one paper of the part
names get other letters, the same throughout the copy, a phrase in its first word only: they are new things,
though in a corpus part of the names of further papers are known ones (the things of the abstracts grow with
the 0.8th power of the papers, those of the copies in proportion). Names of more papers stay, as do capital
abbreviations, which then stand for as many things as there are copies.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import networkx as nx

from kg.duplicates import duplicates
from kg.linking import Linked, link
from kg.schema import VARIANT_OF, Mention, Paper
from kg.sources import read

VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--mentions", type=Path, metavar="FILE", help="from kg extract")
    parser.add_argument("--slice", type=int, default=5000, metavar="N", help="papers to extract")
    given = parser.parse_args()
    corpus = {paper.id: paper for paper in read(given.corpus).papers}
    mentions = (
        read_mentions(given.mentions) if given.mentions else extract(list(corpus.values()), given.slice)
    )
    if unknown := mentions.keys() - corpus.keys():
        parser.error(f"{given.mentions}: paper {min(unknown)!r} is not in {given.corpus}; extract from that.")
    papers = [corpus[paper_id] for paper_id in mentions]
    found = [mention for some in mentions.values() for mention in some]
    wanted = len(corpus)
    print(f"extracted {len(papers)} of {wanted} papers, {len(found)} mentions")
    del corpus, mentions
    if len(papers) < wanted:
        papers, found = multiplied(papers, found, wanted)
    print(f"{'':<12}{'papers':>9}{'mentions':>10}{'entities':>10}{'seconds':>9}{'CPU':>8}{'GiB':>7}")
    started = time.perf_counter(), time.process_time()
    linked = link(papers, found)
    report("linking", started, f"{len(papers):>9}{len(found):>10}{len(linked.entities):>10}")
    graph = bare_graph(papers, linked)
    started = time.perf_counter(), time.process_time()
    pairs = duplicates(graph)
    report("duplicates", started, f"{len(pairs):>23} pairs")


def report(stage: str, started: tuple[float, float], what: str) -> None:
    """Print a row of the table."""
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{stage:<12}{what:<29}{wall:>9.1f}{cpu:>8.1f}{peak:>7.2f}", flush=True)


def extract(papers: Sequence[Paper], number: int) -> dict[str, list[Mention]]:
    """Extract every nth paper, in a process of its own so that its memory does not count."""
    with tempfile.TemporaryDirectory() as folder:
        part, found = Path(folder) / "part.jsonl", Path(folder) / "mentions.jsonl"
        with part.open("w", encoding="utf-8") as stream:
            for paper in papers[:: max(len(papers) // number, 1)]:
                record = {"id": paper.id, "title": paper.title, "abstract": paper.abstract}
                stream.write(json.dumps(record) + "\n")
        subprocess.run([sys.executable, "-m", "kg", "extract", part, "-o", found], check=True)
        return read_mentions(found)


def read_mentions(path: Path) -> dict[str, list[Mention]]:
    """Return the mentions of each paper that `kg extract` wrote."""
    with path.open(encoding="utf-8") as stream:
        records = [json.loads(line) for line in stream]
    return {r["id"]: [Mention(paper=r["id"], **mention) for mention in r["mentions"]] for r in records}


def multiplied(
    papers: Sequence[Paper], mentions: Sequence[Mention], number: int
) -> tuple[list[Paper], list[Mention]]:
    """Return copies of papers with their mentions, that many papers in all; the first copy is as it was."""
    linked = link(papers, mentions)
    rare = {entity.id for entity in linked.entities if entity.n_papers == 1}
    by_paper: dict[str, list[tuple[Mention, bool]]] = {paper.id: [] for paper in papers}
    for mention, known in zip(mentions, linked.mentions, strict=True):
        by_paper[mention.paper].append((mention, known.entity in rare))
    all_papers: list[Paper] = []
    all_mentions: list[Mention] = []
    for copy in range(-(-number // len(papers))):
        for paper in papers[: number - len(all_papers)]:
            text, paper_id = paper.text, f"{copy}-{paper.id}"
            for mention, is_rare in by_paper[paper.id]:
                if is_rare and copy:
                    text = text[: mention.start] + other_name(mention.text, copy) + text[mention.end :]
            all_papers.append(
                replace(
                    paper,
                    id=paper_id,
                    title=text[: len(paper.title)],
                    abstract=text[len(paper.title) + 1 :],
                )
            )
            all_mentions.extend(
                replace(mention, paper=paper_id, text=text[mention.start : mention.end])
                for mention, _ in by_paper[paper.id]
            )
    return all_papers, all_mentions


def other_name(name: str, shift: int) -> str:
    """Return a name of the same length and looks, other letters in its first word.

    >>> other_name("LoRA-XS", 1), other_name("graph prompt tuning", 2), other_name("GPT", 1)
    ('MuSE-YT', 'jtirk prompt tuning', 'GPT')
    """
    if name.isupper() or not name.isascii():
        return name
    first, blank, rest = name.partition(" ")
    return "".join(_shifted(letter, shift) for letter in first) + blank + rest


def _shifted(letter: str, shift: int) -> str:
    for alphabet in (VOWELS, CONSONANTS):
        at = alphabet.find(letter.lower())
        if at >= 0:
            moved = alphabet[(at + shift) % len(alphabet)]
            return moved.upper() if letter.isupper() else moved
    return letter


def bare_graph(papers: Iterable[Paper], linked: Linked) -> nx.DiGraph[str]:
    """Return the graph without layout, which `benchmarks/layout.py` measures."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from((f"paper:{paper.id}", {"kind": "paper", "label": paper.title}) for paper in papers)
    for entity in linked.entities:
        names = {"label": entity.label, "aliases": "|".join(entity.aliases)}
        graph.add_node(entity.id, kind=entity.kind, n_papers=entity.n_papers, **names)
    for mention in linked.mentions:
        graph.add_edge(f"paper:{mention.paper}", mention.entity, relation=mention.relation)
    for variant in linked.variants:
        graph.add_edge(variant.source, variant.target, relation=VARIANT_OF)
    return graph


if __name__ == "__main__":
    main()
