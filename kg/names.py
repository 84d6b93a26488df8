"""Names as strings: slugs, normal forms, abbreviations, and which mentions of one paper are one thing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kg.schema import kind_of

__all__ = [
    "Abbreviation",
    "abbreviations",
    "clean",
    "display_name",
    "document_entities",
    "group",
    "is_class_name",
    "normal_form",
    "singular",
    "slug",
]

Span = tuple[int, int, str]


class Abbreviation(NamedTuple):
    """A short form and the long form it stands for, as offsets into the text."""

    short: tuple[int, int]
    long: tuple[int, int]


def slug(name: str) -> str:
    """Return the part of an id that a name gives.

    NFKC, case-folded; letters and digits of every script and ``+ # . * @ /`` are kept, other runs become
    one hyphen. Never empty for a name that is not.

    >>> slug("LLaMA-2 7B"), slug("C++"), slug("中文"), slug("π₀.₅")
    ('llama-2-7b', 'c++', '中文', 'π0.5')
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = re.sub(r"(?:[^\w+#.*@/]|_)+", "-", folded).strip("-")
    return kept or "-".join(f"u{ord(c):x}" for c in name) or "unnamed"


def clean(surface: str) -> str:
    r"""Return a surface form without LaTeX residue, in NFKC, with plain quotes, hyphens and single blanks.

    >>> clean(r"\textbf{BERT}"), clean(r"$\pi_0$"), clean("Vision\u00a0Transformer")
    ('BERT', 'π_0', 'Vision Transformer')
    """
    text = _GREEK_RE.sub(lambda m: _GREEK[m.group(1)], surface)
    text = re.sub(r"\\(?:text|math)?[a-z]{2,10}\s*\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\[a-zA-Z]+\b|[{}$~]|\\", "", text)
    text = unicodedata.normalize("NFKC", text)
    text = re.sub("[\u2010-\u2015\u2212\u00ad]", "-", text)
    text = re.sub("[\u2018\u2019\u02bc`´]", "'", text)
    text = " ".join(text.split())
    return text or " ".join(surface.split())


def singular(name: str) -> str:
    """Return a name without the plural ``s`` of its last word; a lower-case ``s`` alone is a plural.

    >>> singular("LLMs"), singular("ViT-S"), singular("analysis"), singular("ResNets"), singular("policies")
    ('LLM', 'ViT-S', 'analysis', 'ResNet', 'policy')
    """
    if name in _NO_PLURAL or name.lower().rsplit(" ", 1)[-1].rsplit("-", 1)[-1] in _NO_PLURAL:
        return name
    match = re.search(r"(\w+)$", name)
    word = match.group(1) if match else ""
    if len(word) < 3 or not word.endswith("s"):
        return name
    stem = name[: len(name) - len(word)]
    if word.isascii() and word.islower():
        if re.search(r"(?:ss|us|is|ics|ous|sis)$", word) or len(word) < 4:
            return name
        if word.endswith("ies") and len(word) > 4:
            return stem + word[:-3] + "y"
        if re.search(r"(?:ch|sh|x|ss|zz)es$", word):
            return stem + word[:-2]
    elif word.endswith("ss") or re.search(r"(?:us|is)$", word):
        return name
    return name[:-1]


def normal_form(surface: str, label: str) -> str:
    """Return the key under which the spellings of one name are one.

    Case, hyphens, blanks, plural, Unicode form and LaTeX residue make no difference; a hyphen between two
    digits, symbols of names (``C++``, ``A*``) and digits do. Never empty.

    >>> normal_form("Large-Language Models", "MODEL") == normal_form("large language model", "MODEL")
    True
    >>> normal_form("ImageNet-1K", "DATASET"), normal_form("ImageNet1k", "DATASET")
    ('imagenet1k', 'imagenet1k')
    >>> normal_form("GPT-3", "MODEL"), normal_form("CIFAR-10-100", "DATASET")
    ('gpt3', 'cifar10-100')
    """
    text = re.sub(r"(?:'s|')$", "", clean(surface))
    text = _without_tail(text, label)
    plain = singular(text)
    if label == "LANGUAGE":
        plain = text
    folded = unicodedata.normalize("NFKC", plain.casefold())
    folded = re.sub(r"(?<=\d)[\s\-_]+(?=\d)", "\0", folded)
    folded = re.sub(r"[\s\-_'\"“”()\[\],;:]+", "", folded).replace("\0", "-")
    for british, american in _SPELLINGS:
        folded = folded.replace(british, american)
    return folded or slug(surface)


def abbreviations(text: str) -> list[Abbreviation]:
    """Find the pairs of long and short form that a text defines, in text order.

    The algorithm of Schwartz & Hearst (2003), "A Simple Algorithm for Identifying Abbreviation Definitions
    in Biomedical Text", for ``long form (SHORT)`` and ``SHORT (long form)``.

    >>> t = "Vision Transformers (ViTs) and LoRA (low-rank adaptation)"
    >>> [(t[a:b], t[c:d]) for (a, b), (c, d) in abbreviations(t)]
    [('ViTs', 'Vision Transformers'), ('LoRA', 'low-rank adaptation')]
    """
    found = []
    for match in re.finditer(r"[(\[]([^()\[\]]{2,80})[)\]]", text):
        inner = re.split(r"[;,]|\be\.g\.|\bi\.e\.", match.group(1))[0]
        start = match.start(1) + len(inner) - len(inner.lstrip())
        inner = inner.strip()
        before = text[: match.start()].rstrip()
        if _is_short(inner):
            long = _long_form(before, inner)
            if long is not None:
                found.append(Abbreviation((start, start + len(inner)), long))
                continue
        word = re.search(r"[^\s(\[]+$", before)
        if word and _is_short(word.group()) and len(inner.split()) >= 2:
            inside = _long_form(inner, word.group())
            if inside is not None and inside[0] == 0:
                long = (start, start + inside[1])
                found.append(Abbreviation((word.start(), word.end()), long))
    return found


def group(text: str, spans: Sequence[Span]) -> list[int]:
    """Return the cluster of each mention: mentions of one cluster are one entity of this document.

    Mentions are one where label and normal form are equal, or where the text defines one as the
    abbreviation of the other. Clusters are numbered in the order of their first mention.

    >>> t = "Vision Transformers (ViT); a ViT is a vision transformer"
    >>> group(t, [(0, 19, "MODEL"), (21, 24, "MODEL"), (29, 32, "MODEL"), (38, 56, "MODEL")])
    [0, 0, 0, 0]
    """
    keys = [(label, normal_form(text[start:end], label)) for start, end, label in spans]
    parent = {key: key for key in keys}

    def find(key: tuple[str, str]) -> tuple[str, str]:
        while parent[key] != key:
            key = parent[key]
        return key

    by_label: dict[str, set[str]] = defaultdict(set)
    for label, form in keys:
        by_label[label].add(form)
    for short, long in abbreviations(text):
        for label, forms in by_label.items():
            one = normal_form(text[slice(*short)], label)
            for other in _long_candidates(text, long, label):
                if one in forms and other in forms and one != other:
                    parent[find((label, one))] = find((label, other))
                    break
    number: dict[tuple[str, str], int] = {}
    return [number.setdefault(find(key), len(number)) for key in keys]


def document_entities(text: str, spans: Sequence[Span]) -> list[str]:
    """Return ``<kind>:<slug>`` for each mention, from this document alone.

    >>> document_entities("LLMs and one LLM", [(0, 4, "MODEL"), (13, 16, "MODEL")])
    ['model:llm', 'model:llm']
    """
    clusters = group(text, spans)
    surfaces: dict[int, Counter[str]] = defaultdict(Counter)
    labels: dict[int, str] = {}
    for cluster, (start, end, label) in zip(clusters, spans, strict=True):
        surfaces[cluster][text[start:end]] += 1
        labels.setdefault(cluster, label)
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for cluster in sorted(surfaces):
        name = f"{kind_of(labels[cluster])}:{slug(display_name(surfaces[cluster], labels[cluster]))}"
        unique, n = name, 2
        while unique in taken:
            unique, n = f"{name}-{n}", n + 1
        taken.add(unique)
        ids[cluster] = unique
    return [ids[cluster] for cluster in clusters]


def is_class_name(name: str) -> bool:
    """Tell whether a name is spelled out in ordinary words, as the name of a class or a technique is.

    >>> is_class_name("Large Language Models"), is_class_name("LoRA"), is_class_name("Vision Transformer")
    (True, False, True)
    """
    words = re.findall(r"[^\W\d_]+", name)
    return len(words) > 1 and all(w.islower() or w.istitle() for w in words) and not re.search(r"\d", name)


def display_name(surfaces: Counter[str], label: str) -> str:
    """Return the best name among surface forms with their counts.

    For a class or a technique the spelled-out lower-case singular, for a named thing its most frequent form
    that is not plural, ties by code point.

    >>> display_name(Counter({"LLMs": 9, "Large Language Models": 2, "large language models": 1}), "MODEL")
    'large language model'
    >>> display_name(Counter({"ImageNet": 2, "imagenet": 1}), "DATASET")
    'ImageNet'
    """
    tidy: Counter[str] = Counter()
    for surface, count in surfaces.items():
        tidy[re.sub(r"(?:'s|')$", "", clean(surface))] += count
    if label in {"MODEL", "METHOD", "TASK", "METRIC"}:
        lowered: Counter[str] = Counter()
        for name, count in tidy.items():
            if is_class_name(name) and _is_common(name, tidy):
                lowered[singular(_lower(name))] += count
        if lowered:
            return min(lowered, key=lambda n: (-lowered[n], n))
    singulars = {n: c for n, c in tidy.items() if label == "LANGUAGE" or singular(n) == n}
    if singulars:
        return min(singulars, key=lambda n: (-singulars[n], n))
    plural = min(tidy, key=lambda n: (-tidy[n], n))
    return singular(plural)


def _is_common(name: str, tidy: Counter[str]) -> bool:
    """Tell a class from a title-case expansion of a coined name: somebody writes it in lower case."""
    return any(other.islower() and " " in other.replace("-", " ") for other in tidy) or _head(name) in _HEADS


def _head(name: str) -> str:
    return singular(re.split(r"[\s\-]", name)[-1].lower())


def _lower(name: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda m: m.group().lower(), name)


def _without_tail(text: str, label: str) -> str:
    tail = _TAILS.get(label)
    shorter = re.sub(rf"\s+(?:{tail})s?$", "", text, flags=re.IGNORECASE) if tail else text
    # A name in ordinary words needs its head (`diffusion model`); a proper name does not (`GPT-4 model`).
    return shorter if re.search(r"[a-z][A-Z]|[A-Z]{2}|\d", shorter) and " " not in shorter else text


def _is_short(form: str) -> bool:
    words = form.split()
    return (
        1 <= len(words) <= 2
        and 2 <= len(form) <= 12
        and form[0].isalnum()
        and any(c.isalpha() for c in form)
        and (any(c.isupper() for c in form) or any(c.isdigit() for c in form))
    )


def _long_form(before: str, short: str) -> tuple[int, int] | None:
    """Return the offsets of the long form at the end of ``before`` (Schwartz & Hearst's right-to-left scan)."""
    bare = short[:-1] if short.endswith("s") and any(c.isupper() for c in short[:-1]) else short
    letters = [c.lower() for c in bare if c.isalnum()]
    if not letters:
        return None
    window = min(len(letters) + 5, 2 * len(letters))
    words = [m.start() for m in re.finditer(r"\S+", before)]
    lowest = words[-window] if len(words) >= window else 0
    position = len(before)
    for n, letter in enumerate(reversed(letters)):
        first = n == len(letters) - 1
        position -= 1
        while position >= lowest and (
            before[position].lower() != letter or (first and position > 0 and before[position - 1].isalnum())
        ):
            position -= 1
        if position < lowest:
            return None
    while position > 0 and before[position - 1] in "\"'“":
        position -= 1
    long = before[position:]
    if (
        len(long) < len(bare)
        or bare.lower() in re.split(r"\W+", long.lower())
        or re.search(r"[.!?;:]\s", long)
    ):
        return None
    return position, len(before)


def _long_candidates(text: str, long: tuple[int, int], label: str) -> Iterable[str]:
    """Yield normal forms for the long form: whole, then without leading words (`the`, `a novel`)."""
    words = [m.start() + long[0] for m in re.finditer(r"\S+", text[slice(*long)])]
    for start in words:
        yield normal_form(text[start : long[1]], label)


_GREEK = {
    name: char
    for name, char in zip(
        ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"],
        "αβγδεζηθλμνξπρστφχψω",
        strict=True,
    )
}
_GREEK_RE = re.compile(r"\\(" + "|".join(_GREEK) + r")(?![a-zA-Z])")
_NO_PLURAL = frozenset(
    ["adams", "ros", "sas", "aws", "dos", "gps", "cs", "ms", "mps", "bias", "atlas", "canvas", "chess", "class", "keras", "pandas", "series", "species", "texas", "lens", "gas", "plus", "rus", "abs", "ens", "des", "les", "us", "iris", "always", "means"]
) | {"RLS", "SOS"}
_SPELLINGS = (
    ("isation", "ization"),
    ("ising", "izing"),
    ("behaviour", "behavior"),
    ("colour", "color"),
    ("modelling", "modeling"),
    ("labelling", "labeling"),
    ("optimiser", "optimizer"),
    ("tokeniser", "tokenizer"),
)
_TAILS = {
    "DATASET": "data ?set|benchmark|corpus|corpora|challenge|suite",
    "MODEL": "model|architecture|network",
    "METHOD": "algorithm|method|framework|approach|optimi[sz]er|loss|technique",
    "METRIC": "score|metric",
}
_HEADS = frozenset(
    ["model", "transformer", "network", "learning", "training", "tuning", "distillation", "generation", "translation", "classification", "segmentation", "detection", "recognition", "prediction", "adaptation", "attention", "optimization", "augmentation", "search", "estimation", "retrieval", "answering", "reasoning", "editing", "synthesis", "reconstruction", "modeling", "analysis", "inference", "decoding", "prompting", "pruning", "quantization", "sampling", "regression", "policy", "autoencoder", "machine", "forest", "tree", "process", "accuracy", "precision", "recall", "error", "rate", "score", "loss", "latency", "throughput", "similarity", "summarization", "parsing", "tagging", "completion", "planning", "control", "navigation", "manipulation", "tracking", "matching", "clustering", "regularization", "normalization", "alignment", "extraction", "understanding", "captioning", "grounding", "verification", "resolution", "compression", "pretraining", "pre-training", "finetuning", "fine-tuning", "merging", "unlearning", "descent", "gradient"]
)
