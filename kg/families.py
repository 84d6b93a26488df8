"""Which name a version, a size, a checkpoint or a narrower kind is named after."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.names import SMALL_WORDS, clean, is_phrase

__all__ = ["broader_kinds", "derived_from", "family_names", "head_kinds"]


def family_names(name: str, kind: str) -> list[str]:
    """Return the names of the families of a named thing, nearest first.

    Parameters
    ----------
    name : str
        As it is displayed.
    kind : str
        One of ``ENTITY_KINDS``.

    Returns
    -------
    list of str
        Each is ``name`` with less at its end: a checkpoint, a size, a version, an edition, a cut-off
        (``pass@1``); for a data set also at its beginning (``Split CIFAR-100``). Empty for a name that has
        none of these: a stem alone makes no family.

    Examples
    --------
    >>> family_names("LLaMA-2-7B-Chat", "model")
    ['LLaMA-2-7B', 'LLaMA-2', 'LLaMA']
    >>> family_names("ViT-L/16", "model"), family_names("ImageNet-1K", "dataset")
    (['ViT-L', 'ViT'], ['ImageNet'])
    >>> family_names("GPT", "model"), family_names("SELF-GUIDE", "method"), family_names("T5", "model")
    ([], [], [])
    """
    if kind in {"language", "task"}:
        return []
    found: list[str] = []
    rest = clean(name)
    while rest:
        shorter = _without_last(rest, kind)
        if shorter is None:
            break
        found.append(shorter)
        rest = shorter
    prefixed = _without_first(clean(name), kind)
    if prefixed:
        found.append(prefixed)
        found.extend(other for other in family_names(prefixed, kind) if other not in found)
    return found


def broader_kinds(name: str) -> list[str]:
    """Return the names that a class name narrows: itself with words less at its beginning, nearest first.

    A compound keeps its parts (``self-supervised learning`` is no ``supervised learning``), and what follows
    a small word is no head (``learning from feedback``).

    Examples
    --------
    >>> broader_kinds("offline deep reinforcement learning")
    ['deep reinforcement learning', 'reinforcement learning', 'learning']
    >>> broader_kinds("self-supervised learning"), broader_kinds("multilingual BERT")
    (['learning'], ['BERT'])
    """
    words = name.split()
    return [
        " ".join(words[n:])
        for n in range(1, len(words))
        if words[n - 1].lower() not in SMALL_WORDS
        and words[n].lower() not in SMALL_WORDS
        and all(_is_modifier(word) for word in words[:n])
    ]


def head_kinds(name: str) -> list[str]:
    """Return the name that a phrase narrows by what follows a small word.

    >>> head_kinds("reinforcement learning from human feedback"), head_kinds("mixture of experts")
    (['reinforcement learning'], [])
    """
    match = re.match(r"([^\W\d_][\w\-]*(?: [\w\-]+)+?) (?:by|for|from|in|of|on|over|under|via|with) ", name)
    return [match[1]] if match and SMALL_WORDS.isdisjoint(match[1].lower().split()) else []


def derived_from(name: str) -> list[str]:
    """Return what a name may be derived from by a letter or two before or after it.

    A name alone does not say so: `CLIN-X` has nothing to do with `CLIN`.

    >>> derived_from("M-CLIP"), derived_from("sFID"), derived_from("ResNet50-D"), derived_from("GPT")
    (['CLIP'], ['FID'], ['ResNet50'], [])
    """
    text = clean(name)
    found = [
        match[1]
        for pattern in (
            r"[A-Za-z]-([A-Z][A-Za-z]{2,}\S*)",
            r"[a-z]([A-Z][A-Za-z]*[A-Z\d]\S*)",
            r"([A-Z]\S*[A-Za-z\d+])-[A-Z][a-z]?",
            r"[A-Z]([A-Z][A-Za-z]{3,})",
        )
        if (match := re.fullmatch(pattern, text))
    ]
    return [base for base in found if len(re.findall(r"[^\W_]", base)) > 2]


def _is_modifier(word: str) -> bool:
    return (
        word[0].islower()
        or word[0].isdigit()
        or bool(re.search(r"[a-z]-[a-z]", word))
        or word in _PROPER_MODIFIERS
        or bool(re.fullmatch(r"[A-Z]{2,}", word))
    )


def _without_last(name: str, kind: str) -> str | None:
    """Drop the last part, where it is one that a family's members differ in."""
    match = re.fullmatch(r"(.*?\w)@(\d+|k|K)", name)
    if match:
        return f"{match[1]}@k" if match[2].isdigit() else None
    match = re.fullmatch(r"(.*[^\s\-_/:+(])\s?\(([^()]+)\)", name)
    if match and _is_part(match[2].strip(), kind, match[1]):
        return match[1]
    match = re.fullmatch(r"(.*\w)\+{1,2}", name) or re.fullmatch(r"(.*\w{3})\*", name)
    if match:
        return match[1]
    match = re.fullmatch(r"(.*[^\s\-_/:'])[\s\-_/:']+([^\s\-_/:']+)", name)
    if match:
        return match[1] if _is_stem(match[1], 2) and _is_part(match[2], kind, match[1]) else None
    match = re.fullmatch(r"(.*[A-Za-z)])(v?\d+(?:\.\d+)*(?:[kKoOmMbB]|[kK]\+)?)", name, flags=re.IGNORECASE)
    if match and not re.search(r"\dv$", match[1]):
        stem = re.sub(r"(?<=[A-Za-z]{2})[vV]$", "", match[1]) if match[1][-1:] in "vV" else match[1]
        return stem if _is_stem(stem, 3) else None
    return None


def _without_first(name: str, kind: str) -> str | None:
    """Drop what makes a derived data set of another, or the `m` of a multilingual model."""
    if kind == "dataset":
        match = re.fullmatch(rf"(?:{_DATASET_PREFIX})(?:[\s\-_]+|(?=[A-Z]))(\S.*)", name)
        return match[1] if match and _is_stem(match[1], 3) else None
    if kind == "model":
        match = re.fullmatch(r"m([A-Z][A-Za-z]{2,}\d?\S*)|(?:Flan|FLAN)[\s\-](.+)", name)
        return (match[1] or match[2]) if match else None
    return None


def _is_stem(stem: str, letters: int) -> bool:
    if re.fullmatch(r"[A-Za-z]\d", stem):
        return letters < 3
    return len(re.findall(r"[^\W\d_]", stem)) >= letters and (
        not is_phrase(stem) or stem[0].isupper() or bool(re.search(r"\d", stem))
    )


def _is_part(part: str, kind: str, stem: str) -> bool:
    """Tell whether a part at the end of a name says which member of a family it is."""
    if _NUMBER.fullmatch(part) or part.lower() in _PARTS["any"] or part.lower() in _PARTS.get(kind, ()):
        return True
    if kind in {"model", "method"} and re.fullmatch(r"[A-Z]|[SBLHGMT]\d{2}|XL|XS|XXL|xxs|xs|xl", part):
        return part in _SIZE_LETTERS or (kind == "model" and bool(_VERSIONED.search(stem)))
    if kind == "dataset" and re.fullmatch(r"[A-Z]|LT|OOD|HQ|HR|FB|C100|DG", part):
        return True
    if kind == "metric" and re.fullmatch(r"[A-Z]\d?|Lsum|sum", part):
        return True
    # Whatever follows a version or a size is a descendant: `Llama-3-Physician`, `Light-R1-32B-DS`.
    return kind == "model" and bool(_VERSIONED.search(stem))


def _parts() -> Iterator[tuple[str, frozenset[str]]]:
    yield (
        "any",
        frozenset("base large small tiny mini medium nano micro full lite light plus pro xl xxl".split()),
    )
    yield (
        "model",
        frozenset(
            "huge giant chat instruct instruction instructed it turbo preview ultra flash max sft dpo rlhf "
            "uncased cased base-uncased multilingual en zh hf distill thinking reasoner vision audio vl "
            "coder code math sonnet opus haiku next latest inpainting xlarge xsmall big".split()
        ),
    )
    yield (
        "dataset",
        frozenset(
            "c10 val test train dev hard easy extra verified diamond sketch real clean other mini subset "
            "multilingual dynamic c p r a challenge passage passages document documents".split()
        ),
    )
    yield "metric", frozenset("macro micro average avg mean max min recall precision f1".split())


_PARTS = dict(_parts())
_SIZE_LETTERS = frozenset(
    "S B L H G M T XL XS XXL xxs xs xl S14 S16 S32 B16 B32 L14 L16 L32 H14 G14 T16".split()
)
_NUMBER = re.compile(
    r"[vVrR]?\d+(?:\.\d+)*(?:\.x)?(?:[xX]\d+(?:\.\d+)?)?(?:[bBmMkKtTwWhH]|[oO]|[kK]\+|px|hr?|bit|step)?(?:-?A\d+B)?"
)
_VERSIONED = re.compile(
    r"(?:[\s\-_][vR]?\d+(?:\.\d+)*[bB]?|[a-z]\d(?:\.\d)?|[A-Za-z]{2}\d+(?:\.\d)?)(?=$|[\s\-_])"
)
_DATASET_PREFIX = (
    "[Tt]iny|[Mm]ini|[Ss]plit|[Pp]ermuted|[Rr]otated|[Ss]equential|[Ss]eq|[Ll]ong-tailed|[Ss]tylized"
)
_PROPER_MODIFIERS = frozenset(
    "Bayesian Gaussian Markov Riemannian Wasserstein Euclidean Lagrangian Hamiltonian Arabic Chinese English "
    "German Japanese Korean Fourier 2D 3D 4D 6D RGB RGB-D".split()
)
