"""Names as strings: how one is spelled, which spellings are one, and what one document says about its own."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from kg.schema import LABELS, kind_of

__all__ = [
    "SMALL_WORDS",
    "Abbreviation",
    "abbreviations",
    "class_name",
    "clean",
    "definitions",
    "display_name",
    "document_entities",
    "expand",
    "group",
    "is_abbreviation",
    "is_class",
    "is_initials",
    "is_phrase",
    "normal_form",
    "proper_name",
    "singular",
    "slug",
]

Span = tuple[int, int, str]
"""Start, end and label of a mention."""

SMALL_WORDS = frozenset("a an and as at by for from in into of on or over per the to under via with".split())
"""Words that abbreviations leave out."""


class Abbreviation(NamedTuple):
    """A short form and the long form it stands for, as (start, end) offsets into the text."""

    short: tuple[int, int]
    long: tuple[int, int]


def slug(name: str) -> str:
    """Return the part of an id that a name gives.

    NFKC, case-folded; letters and digits of every script and ``+ # . * @ /`` are kept, other runs become
    one hyphen. Never empty, and a fixed point of itself.

    >>> slug("LLaMA-2 7B"), slug("C++"), slug("C#"), slug("中文"), slug("NTU_60")
    ('llama-2-7b', 'c++', 'c#', '中文', 'ntu-60')
    """
    folded = _fold(name)
    kept = re.sub(r"[^\w+#.*@/]+|_+", "-", folded)
    return re.sub(r"-{2,}", "-", kept).strip("-") or "-".join(f"u{ord(c):x}" for c in folded) or "unnamed"


@lru_cache(maxsize=1 << 16)
def clean(surface: str) -> str:
    r"""Return a surface form in NFKC without LaTeX residue and possessive, with plain quotes and hyphens.

    A bracket that is opened and not closed is cut off with what follows.

    >>> clean(r"\textbf{BERT}"), clean(r"$\pi_0$"), clean("Vision\u00a0 Transformer"), clean("GPT-4's")
    ('BERT', 'π_0', 'Vision Transformer', 'GPT-4')
    """
    text = surface
    if "\\" in text or "$" in text or "{" in text:
        text = _GREEK_COMMAND.sub(lambda m: _GREEK[m.group(1)], text)
        text = re.sub(r"\\[a-zA-Z]+\s*\{([^{}]*)\}", r"\1", text)
        text = re.sub(r"\\[a-zA-Z]+|[{}$\\]", "", text)
    text = unicodedata.normalize("NFKC", text.translate(_NO_MARKS))
    text = re.sub(r"(?<=[a-z])-\s+(?=[a-z])", "-", text.translate(_PLAIN))
    text = re.sub(r"(?<=\w)(?:'s|s')?'?$", lambda m: "s" if m.group().startswith("s'") else "", text.strip())
    if text.count("(") > text.count(")"):
        text = re.sub(r"(?<=\w)(?:\s*\([^()]*)+$", "", text)
    return " ".join(text.split()).strip(" -_,;:\"'") or " ".join(surface.split())


@lru_cache(maxsize=1 << 16)
def singular(name: str) -> str:
    """Return a name without the plural of its head; only a lower-case ``s`` is a plural.

    The head is the word before ``of``, or else the last word.

    >>> [singular(n) for n in ("LLMs", "ViT-S", "policies", "mixtures of experts", "speed-ups", "ROS")]
    ['LLM', 'ViT-S', 'policy', 'mixture of experts', 'speed-up', 'ROS']
    """
    of = re.search(r"[\s\-]of[\s\-]", name)
    end = of.start() if of else len(name)
    return _WORD_AT_END.sub(lambda m: _singular_word(m.group()), name[:end]) + name[end:]


@lru_cache(maxsize=1 << 16)
def normal_form(surface: str, label: str) -> str:
    """Return the key under which the spellings of one name are one.

    Case, hyphens, blanks, plural, ``&``, accents, British spelling, Unicode form and LaTeX residue make no
    difference, nor does a generic tail after a proper name (``GPT-4 model``); digits, a hyphen between two
    digits and the symbols of names (``C++``, ``A*``) do. Never empty.

    >>> normal_form("Large-Language Models", "MODEL"), normal_form("pre-training", "METHOD")
    ('largelanguagemodel', 'pretraining')
    >>> normal_form("ImageNet-1K", "DATASET"), normal_form("Llama 2 70B", "MODEL")
    ('imagenet1k', 'llama2-70b')
    """
    return _key(_without_tail(_without_gloss(clean(surface)), label), label) or slug(clean(surface))


def abbreviations(text: str) -> list[Abbreviation]:
    """Find the abbreviations that a text defines, in text order.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of Abbreviation
        Of ``long form (SHORT)`` and ``SHORT (long form)``; offsets in code points.

    References
    ----------
    A. S. Schwartz, M. A. Hearst: A simple algorithm for identifying abbreviation definitions in biomedical
    text. Pacific Symposium on Biocomputing, 2003.

    Examples
    --------
    >>> text = "Vision Transformers (ViTs) and LoRA (low-rank adaptation)"
    >>> [(text[slice(*short)], text[slice(*long)]) for short, long in abbreviations(text)]
    [('ViTs', 'Vision Transformers'), ('LoRA', 'low-rank adaptation')]
    """
    found = []
    for match in re.finditer(r"[(\[]([^()\[\]\n]{2,120})[)\]]", text):
        inner = re.split(r"[;,]|\b(?:e\.g|i\.e)\.|(?<=\w):\s", match.group(1))[0]
        inside = _trim(text, match.start(1), match.start(1) + len(inner))
        content = text[slice(*inside)]
        before = text[: match.start()].rstrip()
        if _is_short(content):
            start = _long_start(before, content)
            if start is not None:
                found.append(Abbreviation(inside, (start, len(before))))
                continue
        word = re.search(r"[^\s(\[]+$", before)
        if word and _is_short(word.group()) and len(content.split()) > 1:
            begin, end = _trim(text, *word.span())
            if _long_start(content, text[begin:end]) == 0:
                found.append(Abbreviation((begin, end), inside))
    return found


def definitions(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Return pairs (short, long) of indices into ``spans`` where the text makes one the other's short form.

    Parameters
    ----------
    text : str
    spans : sequence of (start, end, label)
        Mentions, in any order.

    Returns
    -------
    list of (int, int)
        One pair for each short form, best evidence first: a definition in brackets, after a colon or in
        apposition, then equal initials anywhere in the text.

    Examples
    --------
    >>> text = "SELF: Self-Evolution with Language Feedback"
    >>> definitions(text, [(0, 4, "METHOD"), (6, 43, "METHOD")])
    [(0, 1)]
    """
    order = sorted(range(len(spans)), key=lambda i: spans[i])
    ordered = [spans[i] for i in order]
    return [(order[short], order[long]) for short, long in _definitions(text, ordered)]


def expand(name: str, longs: Mapping[str, str]) -> str:
    """Return a name with the short forms among its words spelled out, and without those in brackets.

    Parameters
    ----------
    name : str
    longs : mapping of str to str
        Long form by short form, the short form singular.

    Examples
    --------
    >>> expand("whole-body MPC", {"MPC": "model predictive control"})
    'whole-body model predictive control'
    >>> expand("chain-of-thought (CoT) prompting", {"CoT": "chain-of-thought"})
    'chain-of-thought prompting'
    """
    bare = re.sub(
        r"\s*\(([^()]*)\)\s*", lambda m: " " if is_abbreviation(m[1], name[: m.start()]) else m[0], name
    )
    words = re.split(r"([\s\-/]+)", bare.strip())
    if len(words) > 1:
        words = [longs.get(word, longs.get(singular(word), word)) for word in words]
    return "".join(words)


def group(text: str, spans: Sequence[Span], pairs: Sequence[tuple[int, int]] | None = None) -> list[int]:
    """Return the cluster of each mention: mentions of one cluster are one entity of this document.

    Parameters
    ----------
    text : str
    spans : sequence of (start, end, label)
        Mentions; any order, overlap allowed.
    pairs : sequence of (int, int), optional
        What `definitions` gives for these spans, where the caller has it already.

    Returns
    -------
    list of int
        Parallel to ``spans``; numbered in the order of the first mention of each.

    Notes
    -----
    Mentions are one where the normal form is equal, where the text defines one as the short form of the
    other, where they are equal once short forms are spelled out, and, with the same label, where one is the
    other with words left out or turned round (``detection of LLM-generated texts``).

    Examples
    --------
    >>> text = "Vision Transformers (ViT); a ViT is a vision transformer"
    >>> group(text, [(0, 19, "MODEL"), (21, 24, "MODEL"), (29, 32, "MODEL"), (38, 56, "MODEL")])
    [0, 0, 0, 0]
    """
    sets = _Sets(len(spans))
    surfaces = [clean(text[start:end]) for start, end, _ in spans]
    pairs = definitions(text, spans) if pairs is None else pairs
    longs = {singular(surfaces[short]): surfaces[long] for short, long in pairs}
    first: dict[tuple[str, ...], int] = {}
    for i, (surface, (_, _, label)) in enumerate(zip(surfaces, spans, strict=True)):
        whole = expand(surface, longs)
        sets.join(i, first.setdefault(("surface", singular(surface)), i))
        sets.join(i, first.setdefault((label, normal_form(surface, label)), i))
        sets.join(i, first.setdefault((label, normal_form(whole, label)), i))
        if label in {"TASK", "METHOD"} and is_phrase(whole):
            sets.join(i, first.setdefault((label, "stems", *_stems(whole)), i))
    for short, long in pairs:
        sets.join(short, long)
    abbreviated = {sets.root(long) for _, long in pairs}
    for i, j in _ellipses(surfaces, spans):
        # Two names with an abbreviation each are two things (`graph [pointer] neural network`).
        if not {sets.root(i), sets.root(j)} <= abbreviated:
            sets.join(i, j)
    number: dict[int, int] = {}
    return [number.setdefault(sets.root(i), len(number)) for i in range(len(spans))]


def document_entities(text: str, spans: Sequence[Span]) -> list[str]:
    """Return ``<kind>:<slug>`` for each mention, from this document alone.

    The kind is that of most mentions of the entity, the slug that of its `display_name`.

    >>> document_entities("LLMs and one LLM", [(0, 4, "MODEL"), (13, 16, "MODEL")])
    ['model:llm', 'model:llm']
    """
    clusters = group(text, spans)
    labels: dict[int, Counter[str]] = defaultdict(Counter)
    surfaces: dict[int, Counter[str]] = defaultdict(Counter)
    title_end = text.find("\n")
    for cluster, (start, end, label) in zip(clusters, spans, strict=True):
        labels[cluster][label] += 1
        # A title is capitalised throughout: what stands in running text tells more about the spelling.
        surfaces[cluster][text[start:end]] += 1 if end <= title_end else 8
    ids: dict[int, str] = {}
    taken: set[str] = set()
    for cluster in sorted(surfaces):
        label = min(labels[cluster], key=lambda x: (-labels[cluster][x], LABELS.index(x)))
        name = f"{kind_of(label)}:{slug(display_name(surfaces[cluster], label))}"
        unique, n = name, 2
        while unique in taken:
            unique, n = f"{name}-{n}", n + 1
        taken.add(unique)
        ids[cluster] = unique
    return [ids[cluster] for cluster in clusters]


def display_name(surfaces: Mapping[str, int], label: str) -> str:
    """Return the best name among surface forms with their counts.

    Parameters
    ----------
    surfaces : mapping of str to int
    label : str

    Returns
    -------
    str
        The `class_name` where ordinary words spell the name in lower case; else the `proper_name` of the
        forms that are no phrase, if there are any.

    Examples
    --------
    >>> display_name({"LLMs": 9, "Large Language Models": 2, "large language models": 1}, "MODEL")
    'large language model'
    >>> display_name({"ImageNet": 2, "imagenet": 1}, "DATASET")
    'ImageNet'
    """
    phrases = {surface: n for surface, n in surfaces.items() if is_phrase(clean(surface))}
    names = {surface: n for surface, n in surfaces.items() if surface not in phrases}
    if label != "DATASET" and is_class(phrases):
        return class_name(phrases)
    return proper_name(names or phrases, label)


def is_class(phrases: Mapping[str, int]) -> bool:
    """Tell whether phrases with their counts name a class: one in three is in lower case.

    >>> is_class({"Vision Transformer": 2, "vision transformers": 1}), is_class({"Stable Diffusion": 2})
    (True, False)
    """
    lower = sum(count for surface, count in phrases.items() if _is_lower(clean(surface)))
    return 3 * lower >= sum(phrases.values()) > 0


def class_name(phrases: Mapping[str, int]) -> str:
    """Return the most frequent phrase, lower-case and singular, spelled out; ties by code point.

    >>> class_name({"Markov Decision Processes": 1})
    'Markov decision process'
    >>> class_name({"safe RL": 2, "safe reinforcement learning": 1})
    'safe reinforcement learning'
    """
    lowered: Counter[str] = Counter()
    for surface, count in phrases.items():
        lowered[singular(_lower(_without_gloss(clean(surface))))] += count
    return min(lowered, key=lambda name: (re.search("[A-Z]{2}", name) is not None, -lowered[name], name))


def proper_name(surfaces: Mapping[str, int], label: str) -> str:
    """Return the most frequent form that is not a plural, as it is written; ties by code point.

    >>> proper_name({"ResNets": 5, "ResNet": 2}, "MODEL"), proper_name({"GANs": 1}, "MODEL")
    ('ResNet', 'GAN')
    >>> proper_name({"Natural Questions": 1}, "DATASET")
    'Natural Questions'
    """
    tidy: Counter[str] = Counter()
    for surface, count in surfaces.items():
        tidy[_without_gloss(clean(surface))] += count
    unmarked = {name: n for name, n in tidy.items() if singular(name) == name or name in _UNITS}
    best = min(unmarked or tidy, key=lambda name: (-tidy[name], name))
    # `Natural Questions` is a name: no singular is made up for it.
    return best if label in {"DATASET", "LANGUAGE"} or best in _UNITS else singular(best)


@lru_cache(maxsize=1 << 16)
def is_phrase(name: str) -> bool:
    """Tell whether a name is two or more ordinary words, as a class, a technique or an expansion is.

    >>> [is_phrase(name) for name in ("Vision Transformer", "self-attention", "LoRA", "Llama 2", "GPT model")]
    [True, True, False, False, False]
    """
    words = re.findall(r"[^\W_]+", _without_gloss(name))
    if any(any(c.isupper() for c in word[1:]) for word in words) and not _is_mixed_phrase(words):
        return False
    plain = [word for word in words if word.isalpha() and not any(c.isupper() for c in word[1:])]
    return sum(len(word) > 1 for word in plain) > 1 and sum(map(len, plain)) > 6


def is_abbreviation(short: str, long: str) -> bool:
    """Tell whether the letters of ``short`` stand in ``long`` in their order, the first at its beginning.

    >>> is_abbreviation("LoRA", "low-rank adaptation"), is_abbreviation("NeRF", "GF-NeRF")
    (True, False)
    """
    text = re.sub(r"^(?:the|an?)\s+", "", clean(long).lower())
    if len(text) <= len(short):
        return False
    return any(_stand_in_order(letters, text) for letters in _letters(short))


def is_initials(short: str, long: str) -> bool:
    """Tell whether ``short`` is made of the first letters of the words of ``long``; small words may miss.

    >>> is_initials("RLHF", "reinforcement learning from human feedback")
    True
    >>> is_initials("S2ST", "speech-to-speech translation"), is_initials("GAN", "graph neural network")
    (True, False)
    """
    text = clean(long).lower()
    return any(
        len(words) > 1 and _match_initials(letters, words)
        for words in (re.findall(r"[^\W_]+", text), re.findall(r"[^\W_][\w\-]*", text))
        for letters in _letters(short)
    )


# --- spelling -----------------------------------------------------------------------------------------


def _fold(text: str) -> str:
    """Compatibility case folding, repeated until it is stable."""
    folded = unicodedata.normalize("NFKC", text)
    for _ in range(4):
        again = unicodedata.normalize("NFKC", folded.casefold())
        if again == folded:
            break
        folded = again
    return folded


def _key(text: str, label: str) -> str:
    plain = (
        text if label == "LANGUAGE" else _WORD_AT_END.sub(lambda m: _singular_word(m.group()), singular(text))
    )
    folded = _without_accents(_fold(plain))
    folded = re.sub("[α-ω]", lambda m: _GREEK_NAME.get(m.group(), m.group()), folded)
    folded = re.sub(r"\s*&\s*", " and ", folded)
    for british, american in _BRITISH:
        folded = british.sub(american, folded)
    folded = re.sub(r"(?<=\d)[\s\-_(]+(?=\d)", "\0", folded)
    return re.sub(r"[^\w+#.*@/%\0]+|_+|\.$", "", folded).replace("\0", "-")


def _without_accents(text: str) -> str:
    """Drop the accents of Latin letters: in other scripts a mark may be a vowel."""
    if text.isascii():
        return text
    marked = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", re.sub("(?<=[a-z])[\u0300-\u036f]+", "", marked))


def _without_gloss(text: str) -> str:
    """Drop an abbreviation between the words that it is for (`out-of-distribution (OOD) detection`)."""
    if "(" not in text:
        return text
    return re.sub(r"(?<=[a-z])\s*\([^()\s]*[A-Z][^()]{0,8}\)[\s\-]+(?=\w)", " ", text)


def _without_tail(text: str, label: str) -> str:
    """Drop a generic head after a proper name; a name in ordinary words needs it (`diffusion model`)."""
    tail = _TAILS.get(label)
    if tail is None or " " not in text:
        return text
    shorter = tail.sub("", text)
    sign = r"\w[A-Z]|\d" if "optimi" not in text.lower() else r"^[A-Z]"
    proper = " " not in shorter and re.search(sign, shorter)
    return shorter if shorter and proper else text


@lru_cache(maxsize=1 << 16)
def _singular_word(word: str) -> str:
    if len(word) > 6 and word.isupper() and re.search(r"(?<![SUI])S$", word):
        # Words set in capitals, not a name that ends in S.
        return word[:-1]
    if len(word) < 3 or word[-1] != "s" or word.lower() in _NOT_PLURAL or word in _NOT_PLURAL:
        return _IRREGULAR.get(word, word)
    if not word[1:].islower():
        return word[:-1]
    if word.lower() in _IRREGULAR:
        return word[0] + _IRREGULAR[word.lower()][1:]
    if word in _PARTICLES:
        return word[:-1]
    if len(word) < 4 or re.search(r"(?:ss|us|is|ics|ous)$", word):
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return word[:-2] if re.search(r"(?:ch|sh|x|ss|zz)es$", word) else word[:-1]


# --- abbreviations ------------------------------------------------------------------------------------


def _is_short(form: str) -> bool:
    """Tell whether a form can be an abbreviation: at most two words, two to ten characters, a capital."""
    return (
        len(form.split()) <= 2
        and 2 <= len(form) <= 10
        and form[0].isalnum()
        and any(c.isupper() for c in form)
        and form.lower() not in _NOT_SHORT
    )


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out blanks and quotes at both ends."""
    while start < end and text[start] in " \t\"'“‘`*":
        start += 1
    while end > start and text[end - 1] in " \t\"'”’*":
        end -= 1
    return start, end


def _long_start(before: str, short: str) -> int | None:
    """Return where the long form at the end of ``before`` starts; the scan goes from right to left."""
    for letters in _letters(short):
        limit = min(len(letters) + 5, 2 * len(letters))
        words = [m.start() for m in re.finditer(r"\S+", before)]
        lowest = words[-limit] if len(words) > limit else 0
        start = _scan(before, letters, lowest)
        if start is None:
            continue
        long = before[start:]
        words_of_long = re.findall(r"\w+", long.lower())
        if len(long) <= len(short) or short.lower() in words_of_long or re.search(r"[.!?;:]\s", long):
            continue
        return start
    return None


def _scan(before: str, letters: str, lowest: int) -> int | None:
    position = len(before)
    text = before.lower()
    if len(text) != len(before):  # a letter whose lower case is two: offsets would slip
        return None
    for n in range(len(letters) - 1, -1, -1):
        position -= 1
        while position >= lowest and (
            text[position] != letters[n] or (n == 0 and position > 0 and text[position - 1].isalnum())
        ):
            position -= 1
        if position < lowest:
            return None
    return position


def _letters(short: str) -> tuple[str, ...]:
    """The letters and digits that the long form must have: with and without a plural s, digits as words."""
    text = clean(short)
    letters = "".join(c for c in text if c.isalnum())
    forms = [letters.lower()] if letters else []
    if len(letters) > 2 and letters.endswith("s") and any(c.isupper() for c in letters[:-1]):
        forms.insert(0, letters[:-1].lower())
    for form in list(forms):
        if re.search(r"[2-9]", form):
            forms.append(form.translate(_NUMBER_INITIALS))
            forms.append(re.sub(r"[a-z]?([2-9])", _repeat, form))
    return tuple(dict.fromkeys(form for form in forms if len(form) > 1))


def _repeat(match: re.Match[str]) -> str:
    """Write `F2` as `FF`."""
    letter = match.group()[0]
    return letter * int(match[1]) if letter.isalpha() and int(match[1]) < 6 else match.group()


def _stand_in_order(letters: str, text: str) -> bool:
    if not text or text[0] != letters[0]:
        return False
    position = 0
    for letter in letters:
        position = text.find(letter, position) + 1
        if not position:
            return False
    return True


def _match_initials(letters: str, words: Sequence[str]) -> bool:
    if not words:
        return not letters
    if letters and words[0][0] == letters[0] and _match_initials(letters[1:], words[1:]):
        return True
    return words[0] in SMALL_WORDS and bool(letters) and _match_initials(letters, words[1:])


def _short_key(text: str, span: Span) -> tuple[str, str]:
    return span[2], singular(clean(text[span[0] : span[1]]))


def _definitions(text: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    pairs = [*_defined_side_by_side(text, spans), *_defined_in_text(text, spans)]
    known: dict[tuple[str, str], int] = {}
    chosen = []
    for short, long in pairs:
        key = _short_key(text, spans[short])
        if key not in known:
            known[key] = long
            chosen.append((short, long))
    chosen.extend(_same_initials(text, spans, known))
    return chosen


def _defined_side_by_side(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield definitions between neighbouring mentions of one label."""
    for i in range(len(spans) - 1):
        (_, end, label), (start, last, other) = spans[i], spans[i + 1]
        if label != other or not 0 < start - end < 32:
            continue
        gap = _GENERIC_HEAD.sub("", text[end:start])
        left, right = text[spans[i][0] : end], text[start:last]
        short, long = (i + 1, i) if len(right) < len(left) else (i, i + 1)
        one, two = (right, left) if short > long else (left, right)
        closed = text[last : last + 1] in (")", "]")
        if re.fullmatch(r"[\"'’”*]*\s*[(\[]\s*[\"'‘“`*]*", gap):
            sure = closed or is_initials(one, two) or len(two.split()) > 2
            if (sure and is_abbreviation(one, two)) or (closed and _is_loose_abbreviation(one, two)):
                yield short, long
        elif _APPOSITION.fullmatch(gap) and len(two.split()) > 1 and not one.islower():
            named = short < long or not gap.startswith(":")
            enough = len(two.split()) > 2 or is_initials(one, two) or _has_initials(one, two)
            if named and enough and is_abbreviation(one, two) and not _contains(two, one):
                yield short, long
        elif gap == ", " and is_initials(one, two) and _is_short(one):
            yield short, long


def _has_initials(short: str, long: str) -> bool:
    """Tell whether the initial of every word stands in the short form."""
    return all(
        word[0] in short.lower() for word in re.findall(r"[^\W_]+", long.lower()) if word not in SMALL_WORDS
    )


def _is_loose_abbreviation(short: str, long: str) -> bool:
    """Tell whether most letters of a bracketed form stand in order anywhere in the form before it.

    Not so where it abbreviates only the end: in `multi-agent reinforcement learning (RL)` it is the general
    term that is abbreviated.
    """
    words = re.findall(r"[^\W_]+", long)
    if len(words) < 2 or not any(c.isupper() for c in short) or len(short) > 16 or _contains(long, short):
        return False
    if any(is_initials(short, " ".join(words[n:])) for n in range(1, len(words) - 1)):
        return False
    text = long.lower()
    return any(
        _in_order(letters, text) > 0.65 * len(letters)
        and _in_order(letters, text) > _in_order(letters[:-1], text)
        for letters in _letters(short)
    )


def _contains(long: str, short: str) -> bool:
    return _key(clean(short), "") in _key(clean(long), "")


def _in_order(letters: str, text: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(text) + 1)
    for letter in letters:
        diagonal = 0
        for j, other in enumerate(text, 1):
            above = row[j]
            row[j] = diagonal + 1 if letter == other else max(above, row[j - 1])
            diagonal = above
    return row[-1]


def _defined_in_text(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the definitions that `abbreviations` finds between any two mentions."""
    at_end = {(end, label): i for i, (_, end, label) in enumerate(spans)}
    by_short: dict[tuple[str, str], int] = {}
    for i, span in enumerate(spans):
        by_short.setdefault(_short_key(text, span), i)
    for (start, end), (long_start, long_end) in abbreviations(text):
        name = singular(clean(text[start:end]))
        for label in LABELS:
            short, long = by_short.get((label, name)), at_end.get((long_end, label))
            if short is None or long is None or short == long:
                continue
            between = text[min(long_start, spans[long][0]) : max(long_start, spans[long][0])]
            if all(word.lower() in SMALL_WORDS for word in re.findall(r"\w+", between)):
                yield short, long


def _same_initials(
    text: str, spans: Sequence[Span], known: Mapping[tuple[str, str], int]
) -> Iterator[tuple[int, int]]:
    """Yield short forms with no definition whose letters are the initials of one phrase of the text."""
    phrases: dict[tuple[str, str], int] = {}
    shorts: dict[tuple[str, str], int] = {}
    for i, (start, end, label) in enumerate(spans):
        surface = text[start:end]
        if is_phrase(surface):
            phrases.setdefault((label, normal_form(surface, label)), i)
        elif _is_short(surface) and _short_key(text, spans[i]) not in known:
            shorts.setdefault(_short_key(text, spans[i]), i)
    taken = {normal_form(text[slice(*spans[long][:2])], label) for (label, _), long in known.items()}
    for (label, name), short in shorts.items():
        fit = [
            i
            for (other, form), i in phrases.items()
            if other == label and form not in taken and is_initials(name, text[spans[i][0] : spans[i][1]])
        ]
        if len(fit) == 1:
            yield short, fit[0]


# --- one thing in one document ------------------------------------------------------------------------


class _Sets:
    """Disjoint sets of indices; the root is the smallest of a set."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, i: int) -> int:
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        one, two = self.root(i), self.root(j)
        self._parent[max(one, two)] = min(one, two)


def _stems(name: str) -> tuple[str, ...]:
    """The words without endings, in any order, small words left out: `tracking people`, `people tracking`."""
    words = re.findall(r"[^\W_]+", name.lower())
    return tuple(sorted(_stem(word) for word in words if word not in SMALL_WORDS))


def _stem(word: str) -> str:
    word = _singular_word(word)
    return re.sub(r"(?<=\w{4})(?:ing|ed|er|e)$", "", word) if len(word) > 5 else word


def _ellipses(surfaces: Sequence[str], spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield mentions of which one is the other with inner words, or the last words, left out.

    Counted in annotated abstracts: with the same first and last word they are one thing in 3 of 4 cases for
    tasks and for names of three words and more, with the same first three words in 4 of 5. A name that only
    lacks its first words is the more general one.
    """
    by_label: dict[str, dict[tuple[str, ...], int]] = defaultdict(dict)
    for i, (surface, (_, _, label)) in enumerate(zip(surfaces, spans, strict=True)):
        if label in {"TASK", "METHOD", "MODEL", "DATASET"} and (" " in surface or "-" in surface):
            words = tuple(re.findall(r"[^\W_][\w\-]*", singular(surface).lower()))
            if label == "TASK":
                words = tuple(part for word in words for part in word.split("-"))
            if len(words) > 1:
                by_label[label].setdefault(words, i)
    for label, forms in by_label.items():
        for words, i in forms.items():
            fit = [
                j
                for other, j in forms.items()
                if len(other) > len(words) and _leaves_out(words, other, 2 if label == "TASK" else 3)
            ]
            if len(fit) == 1:
                yield i, fit[0]


def _leaves_out(words: tuple[str, ...], other: tuple[str, ...], least: int) -> bool:
    if len(words) < least or words[0] != other[0]:
        return False
    if words[-1] != other[-1]:
        return len(words) > 2 and other[: len(words)] == words
    rest: Iterable[str] = iter(other)
    return all(word in rest for word in words)


# --- display ------------------------------------------------------------------------------------------


def _is_mixed_phrase(words: Sequence[str]) -> bool:
    """Tell a phrase with a capitalised word in it (`RNN language model`) from a proper name."""
    plain = [word for word in words if word.isalpha() and word.islower() and len(word) > 2]
    return len(plain) > 1


def _is_lower(name: str) -> bool:
    """Tell whether a phrase is in lower case, but for a capital at its beginning and eponyms."""
    first, *rest = re.findall(r"[^\W\d_]+", name)
    return first.islower() or any(word.islower() for word in rest if word not in SMALL_WORDS)


def _lower(name: str) -> str:
    return re.sub(
        r"[^\W\d_]+",
        lambda m: m.group() if m.group() in _EPONYMS or not m.group()[1:].islower() else m.group().lower(),
        name,
    )


# --- vocabulary ---------------------------------------------------------------------------------------

_GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi "
        "psi omega".split(),
        "αβγδεζηθικλμνξπρστφχψω",
        strict=True,
    )
)
_GREEK_COMMAND = re.compile(r"\\(?:var)?(" + "|".join(_GREEK) + r")(?![a-zA-Z])")
_GREEK_NAME = {letter: name for name, letter in _GREEK.items()} | {"ς": "sigma"}
_NO_MARKS = dict.fromkeys(map(ord, "™®©\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_PLAIN = {
    **dict.fromkeys(range(0x2010, 0x2016), "-"),
    **dict.fromkeys(map(ord, "\u2212\u2043"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc`´"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d"), '"'),
    ord("~"): " ",
    **{c: None for c in range(32) if chr(c) not in "\t\n\r\f\v"},
}
_BRITISH = tuple(
    (re.compile(british), american)
    for british, american in (
        (r"(?<=[a-z]{3})is(?=(?:ation|ing|ed|er)s?\b)", "iz"),
        (r"(?<=[a-z]{3})(?<!w)ise\b", "ize"),
        (r"\bbehaviour", "behavior"),
        (r"\bcolour", "color"),
        (r"\b(mod|lab|trav)ell(?=ing|ed|er)", r"\1el"),
        (r"\bcentre", "center"),
        (r"\bneighbour", "neighbor"),
        (r"\bdata[\s\-]sets?\b", "dataset"),
        (r"\bdialogue\b", "dialog"),
    )
)
_WORD_AT_END = re.compile(r"[^\W\d_]+$")
_TAILS = {
    label: re.compile(rf"\s+(?:{words})s?$", re.IGNORECASE)
    for label, words in {
        "DATASET": "data ?set|benchmark|corpus|corpora|challenge|suite|environment|simulator",
        "MODEL": "model|architecture|network",
        "METHOD": "algorithm|method|framework|approach|optimi[sz]er|loss|technique|library",
        "METRIC": "score|metric|measure",
    }.items()
}
_PARTICLES = frozenset(("ins", "offs", "ons", "outs", "ups"))
"""Last parts of plurals such as ``speed-ups``, shorter than other words that are made singular."""
_NOT_PLURAL = frozenset(
    "adams alexis alias always apis atlas basis bayes bias canvas chaos class cosmos debias dos edges euros "
    "faiss fps gas gps gibbs hans iris keras lens levins los means mos nas news numpys ops pandas paris plus "
    "pros reuters ros rus sas series species squares sans tens texas thus versus ws yes".split()
)
_IRREGULAR = {
    "analyses": "analysis",
    "biases": "bias",
    "caches": "cache",
    "characteristics": "characteristic",
    "corpora": "corpus",
    "criteria": "criterion",
    "critics": "critic",
    "heuristics": "heuristic",
    "hypotheses": "hypothesis",
    "indices": "index",
    "lenses": "lens",
    "matrices": "matrix",
    "metrics": "metric",
    "movies": "movie",
    "topics": "topic",
    "vertices": "vertex",
}
_UNITS = frozenset("FLOPs GFLOPs TFLOPs MFLOPs MACs GMACs BLEUs OPs".split())
_NOT_SHORT = frozenset("i.e. e.g. etc. figure table section code new our the".split())
_GENERIC_HEAD = re.compile(
    r"^ (?:algorithm|approach|architecture|benchmark|corpus|data ?set|framework|loss|method|metric|mechanism|"
    r"model|module|network|problem|strategy|system|task|technique)s?(?= \()"
)
_APPOSITION = re.compile(
    r":\s+|,? an? (?:\w+[ \-]){0,2}|,? (?:or|called|dubbed|named|namely|termed|short for|i\.e\.),? (?:the )?"
)
_NUMBER_INITIALS = str.maketrans("23456789", "ttffssen")
_EPONYMS = frozenset(
    "Bayes Bayesian Bellman Bernoulli Bessel Boltzmann Bregman Brownian Carlo Cauchy Chebyshev Chernoff "
    "Cholesky Cohen Dijkstra Dirichlet Dyna Elo Euler Euclidean Fenchel Fisher Fourier Frank Franz Frechet "
    "Fréchet Frobenius Gabor Galerkin Gauss Gaussian Gibbs Gram Granger Green Gumbel Hadamard Hamilton "
    "Hamiltonian Hamming Hausdorff Hawkes Hebbian Hessian Hilbert Hopfield Huber Jacobi Jacobian Jensen "
    "Kalman Kendall Kolmogorov Koopman Krylov Kullback Lagrangian Langevin Laplace Laplacian Leibler Lie "
    "Lipschitz Lyapunov Mahalanobis Manhattan Markov Markovian Metropolis Monte Nash Nesterov Newton Nyström "
    "Pareto Parzen Pearson Poincaré Poisson Polyak Rademacher Riemannian Rényi Schrödinger Shannon Shapley "
    "Sinkhorn Sobolev Spearman Stackelberg Stein Taylor Thompson Tikhonov Turing Wasserstein Weibull Wiener "
    "Wolfe Arabic Bengali Chinese Dutch English French German Greek Hebrew Hindi Indic Indonesian Italian "
    "Japanese Korean Persian Polish Portuguese Russian Spanish Swahili Tamil Turkish Ukrainian Urdu "
    "Vietnamese".split()
)
