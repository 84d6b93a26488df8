"""Measures extraction against gold: spans, entities, relations, links and introduced systems."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from kg.extraction.gold import GoldEntity, GoldPaper, gold_spans
from kg.schema import CORE_LABELS, LABELS, RELATIONS, Mention, Paper

__all__ = ["Error", "Report", "Score", "evaluate"]

_SYSTEMS = ("MODEL", "DATASET", "METHOD")


@dataclass
class Score:
    """Counts of hits, predictions and gold items, with precision, recall and F1 in percent."""

    hits: int = 0
    predicted: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """Share of the predictions that are right."""
        return 100 * self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Share of the gold items that are predicted."""
        return 100 * self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.predicted + self.gold
        return 200 * self.hits / total if total else 0.0

    def __add__(self, other: Score) -> Score:
        return Score(self.hits + other.hits, self.predicted + other.predicted, self.gold + other.gold)


@dataclass(frozen=True)
class Error:
    """One difference between prediction and gold.

    Attributes
    ----------
    kind : str
        ``missed``, ``spurious``, ``wrong type`` or ``wrong boundary``.
    paper : str
    gold, predicted : str
        ``surface (LABEL)``, empty where there is none.
    """

    kind: str
    paper: str
    gold: str
    predicted: str


@dataclass
class Report:
    """What `evaluate` measured.

    Attributes
    ----------
    spans : dict of str to Score
        Exact span and label, per label, then ``ALL`` and ``CORE4``.
    entities, edges, links : Score
        Entities per paper; (paper, entity, relation); pairs of matched mentions of a paper with one entity.
    relations_right, relations : int
        Matched mentions with the right relation, and all matched mentions.
    introduced_found, introduced_as_such, introduced : int
        Models, datasets and methods that the papers introduce: found, found with that relation, all.
    papers, missing : int
        Gold papers, and those without a prediction.
    errors : list of Error
    """

    spans: dict[str, Score] = field(default_factory=dict)
    entities: Score = field(default_factory=Score)
    edges: Score = field(default_factory=Score)
    links: Score = field(default_factory=Score)
    relations_right: int = 0
    relations: int = 0
    introduced_found: int = 0
    introduced_as_such: int = 0
    introduced: int = 0
    papers: int = 0
    missing: int = 0
    errors: list[Error] = field(default_factory=list)

    @property
    def relation_accuracy(self) -> float:
        """Share of the matched mentions whose relation is right, in percent."""
        return 100 * self.relations_right / max(self.relations, 1)


def evaluate(
    gold: Sequence[GoldPaper], papers: Mapping[str, Paper], predicted: Mapping[str, Sequence[Mention]]
) -> Report:
    """Compare predicted mentions with gold.

    Parameters
    ----------
    gold : sequence of GoldPaper
    papers : mapping of id to Paper
        The texts of the gold papers.
    predicted : mapping of id to mentions
        A paper that is not in it counts as missing, its entities as missed.

    Returns
    -------
    Report
    """
    report = Report(spans={label: Score() for label in LABELS})
    for annotation in gold:
        report.papers += 1
        report.missing += annotation.id not in predicted
        _compare(papers[annotation.id].text, annotation, list(predicted.get(annotation.id, ())), report)
    report.spans["ALL"] = sum((report.spans[label] for label in LABELS), Score())
    report.spans["CORE4"] = sum((report.spans[label] for label in CORE_LABELS), Score())
    return report


def _compare(text: str, annotation: GoldPaper, mentions: list[Mention], report: Report) -> None:
    gold_at = {(s.start, s.end, s.label): s.entity for s in gold_spans(text, annotation.entities)}
    found_at = {(m.start, m.end, m.label): m for m in mentions}
    shared = sorted(gold_at.keys() & found_at.keys())
    for label in LABELS:
        report.spans[label] += Score(
            sum(key[2] == label for key in shared),
            sum(key[2] == label for key in found_at),
            sum(key[2] == label for key in gold_at),
        )
    report.relations += len(shared)
    report.relations_right += sum(
        found_at[key].relation == annotation.entities[gold_at[key]].relation for key in shared
    )
    for one, other in combinations(shared, 2):
        same_gold = gold_at[one] == gold_at[other]
        same_found = found_at[one].entity == found_at[other].entity
        report.links += Score(same_gold and same_found, same_found, same_gold)
    present = [annotation.entities[index] for index in sorted(set(gold_at.values()))]
    _compare_entities(text, present, mentions, report)
    report.errors.extend(_errors(text, annotation.id, set(gold_at), set(found_at)))


def _compare_entities(text: str, gold: list[GoldEntity], mentions: list[Mention], report: Report) -> None:
    forms: dict[tuple[str, str], set[str]] = defaultdict(set)
    relations: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mention in mentions:
        forms[mention.entity, mention.label].add(_form(text[mention.start : mention.end]))
        relations[mention.entity, mention.label].append(mention.relation)
    relation = {key: min(found, key=RELATIONS.index) for key, found in relations.items()}
    report.entities += Score(0, len(forms), len(gold))
    report.edges += Score(0, len(forms), len(gold))
    taken: set[tuple[str, str]] = set()
    for entity in gold:
        wanted = {_form(form) for form in entity.forms}
        matches = [key for key, found in forms.items() if key[1] == entity.label and found & wanted]
        free = next((key for key in matches if key not in taken), None)
        if free is not None:
            taken.add(free)
            report.entities.hits += 1
            report.edges.hits += relation[free] == entity.relation
        if entity.relation == "introduces" and entity.label in _SYSTEMS:
            anywhere = [key for key, found in forms.items() if found & wanted]
            report.introduced += 1
            report.introduced_found += bool(anywhere)
            report.introduced_as_such += any(relation[key] == "introduces" for key in anywhere)


def _form(surface: str) -> str:
    folded = re.sub(r"[\s\-_]+", " ", surface.casefold()).strip()
    return re.sub(r"(?<=[a-z]{3})s$", "", folded)


def _errors(
    text: str, paper: str, gold: set[tuple[int, int, str]], found: set[tuple[int, int, str]]
) -> list[Error]:
    def name(span: tuple[int, int, str]) -> str:
        return f"{text[span[0] : span[1]]} ({span[2]})"

    errors = []
    spurious = sorted(found - gold)
    for missed in sorted(gold - found):
        rival = next((s for s in spurious if s[0] < missed[1] and missed[0] < s[1]), None)
        if rival is None:
            errors.append(Error("missed", paper, name(missed), ""))
            continue
        spurious.remove(rival)
        kind = "wrong type" if rival[:2] == missed[:2] else "wrong boundary"
        errors.append(Error(kind, paper, name(missed), name(rival)))
    return errors + [Error("spurious", paper, "", name(s)) for s in spurious]


def error_table(report: Report) -> Counter[str]:
    """Return how many errors there are of each kind."""
    return Counter(error.kind for error in report.errors)
