"""Graphs of any size for benchmarks, with abstracts and mentions, in shape like those of real papers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import accumulate

from kg.graph import KnowledgeGraph
from kg.linking import Linked
from kg.schema import ENTITY_KINDS, RELATIONS, Entity, Mention, Paper

PAPER_SHARE = 0.2
CROSS_TOPIC = 0.15
KIND_WEIGHTS = (20, 11, 39, 2, 24, 4)
"""How many of a hundred entities are of each kind, in the seeds."""
SENTENCES = 9
WORDS_A_SENTENCE = 20


def planted(n_nodes: int, n_edges: int) -> KnowledgeGraph:
    """Return a graph of about so many nodes and edges, laid out; the same on every run.

    A fifth of the nodes are papers. Entities belong to topics, a paper mostly names those of its own, and
    within a topic popularity falls off. Each mention stands in a sentence of its paper's abstract.
    """
    rng = random.Random(0)
    n_papers = max(1, round(PAPER_SHARE * n_nodes))
    entities = _entities(rng, n_nodes - n_papers)
    n_topics = max(1, n_nodes // 250)
    topics = [entities[topic::n_topics] for topic in range(n_topics)]
    weights = [list(accumulate(1 / (rank + 1) ** 0.9 for rank in range(len(topic)))) for topic in topics]
    words, word_weights = _vocabulary(rng)
    papers: list[Paper] = []
    mentions: list[Mention] = []
    named: set[str] = set()
    unnamed = iter(entities)
    for number in range(n_papers):
        home = rng.randrange(n_topics)
        # Every entity has some paper; the rest of the edges go by popularity.
        chosen = {entity.id: entity for entity in _first(unnamed, named, (n_nodes - n_papers) // n_papers)}
        while len(chosen) < n_edges // n_papers:
            topic = rng.randrange(n_topics) if rng.random() < CROSS_TOPIC else home
            entity = rng.choices(topics[topic], cum_weights=weights[topic])[0]
            chosen[entity.id] = entity
        named.update(chosen)
        paper, found = _paper(rng, number, list(chosen.values()), words, word_weights)
        papers.append(paper)
        mentions += found
    used = [entity for entity in entities if entity.id in named]
    return KnowledgeGraph.from_records(papers, Linked(used, mentions, []))


def _entities(rng: random.Random, count: int) -> list[Entity]:
    kinds = rng.choices(ENTITY_KINDS, KIND_WEIGHTS, k=count)
    return [
        Entity(id=f"{kind}:{_word(rng)}-{number}", kind=kind, label=f"{_word(rng).title()}-{number}")
        for number, kind in enumerate(kinds)
    ]


def _first(unnamed: Iterator[Entity], named: set[str], count: int) -> list[Entity]:
    found: list[Entity] = []
    for entity in unnamed:
        if entity.id not in named:
            found.append(entity)
        if len(found) >= count:
            break
    return found


def _paper(
    rng: random.Random, number: int, chosen: list[Entity], words: list[str], weights: list[float]
) -> tuple[Paper, list[Mention]]:
    def run(count: int) -> str:
        return " ".join(rng.choices(words, cum_weights=weights, k=count))

    title = f"{run(8).capitalize()} {number}"
    sentences = []
    for at in range(max(SENTENCES, len(chosen))):
        name = chosen[at].label if at < len(chosen) else run(1)
        sentences.append(f"{run(WORDS_A_SENTENCE // 2).capitalize()} {name} {run(WORDS_A_SENTENCE // 2)}.")
    paper = Paper(f"{number:06d}", title, " ".join(sentences), date=str(rng.randint(2015, 2025)))
    mentions, start = [], len(title) + 1
    for entity, sentence in zip(chosen, sentences, strict=False):
        at = start + sentence.index(entity.label)
        mentions.append(
            Mention(
                paper.id,
                at,
                at + len(entity.label),
                entity.label,
                entity.kind.upper(),
                entity.id,
                rng.choice(RELATIONS),
                0.9,
                sentence,
            )
        )
        start += len(sentence) + 1
    return paper, mentions


def _vocabulary(rng: random.Random) -> tuple[list[str], list[float]]:
    words = sorted({_word(rng) for _ in range(20_000)})
    rng.shuffle(words)
    return words, list(accumulate(1 / (rank + 1) for rank in range(len(words))))


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("bdfgklmnprst") + rng.choice("aeiou") for _ in range(rng.randint(1, 4)))
