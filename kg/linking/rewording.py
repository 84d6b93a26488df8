"""Other ways to write a name that say the same: words turned round, editions, makers."""

from __future__ import annotations

import re

from kg.names import SMALL_WORDS, clean, is_phrase, singular

__all__ = ["other_wordings", "without_order"]


def other_wordings(name: str, label: str) -> list[str]:
    """Return other names that say the same if they name anything at all.

    Parameters
    ----------
    name : str
    label : str
        One of ``LABELS``.

    Returns
    -------
    list of str
        Of data sets the year of an edition in two digits; of data sets and models a version without ``.0``
        or ``v``; of models the name without its maker; of phrases those without ``of``, with the gerund at
        their end, without ``and`` between two modifiers, with ``to`` for ``2`` and ``network`` for ``net``.

    Examples
    --------
    >>> other_wordings("AIME2024", "DATASET"), other_wordings("AlpacaEval 2.0", "DATASET")
    (['AIME24'], ['AlpacaEval 2'])
    >>> other_wordings("OpenAI-o1", "MODEL"), other_wordings("SQuAD v1.1", "DATASET")
    (['o1'], ['SQuAD 1.1'])
    >>> other_wordings("merging models", "METHOD"), other_wordings("detection of objects", "TASK")
    (['model merging'], ['object detection'])
    """
    text = clean(name)
    found: list[str] = []
    if label == "DATASET":
        found.append(re.sub(r"(?<=[A-Za-z])([\s\-_']?)20([012]\d)(?=$|[\s\-_])", r"\g<1>\2", text))
    if label in {"DATASET", "MODEL"}:
        found.append(re.sub(r"(?<=\d)\.0$", "", text))
        found.append(re.sub(r"(?<=[\s\-_])[vV]\.?(?=\d+(?:\.\d+)?$)|(?<=[A-Za-z]{2})[vV](?=\d$)", "", text))
    if label == "MODEL":
        named = _MAKER.sub("", text)
        found.append(text if is_phrase(named) else named)
    if is_phrase(text) and label not in {"DATASET", "LANGUAGE"}:
        text = re.sub(r"(?<=\w)\s*\([^()]*\)\s*(?=\w)", " ", text)
        found.append(re.sub(r"(?<=[a-z])2(?=[A-Za-z])", "-to-", text))
        found.append(re.sub(r"(?<=[a-z]\s)[nN]ets?$", "network", text))
        found.append(re.sub(r"(?<=[a-z])(?:[\s\-]and[\s\-]|\s?&\s?)(?=[A-Za-z]+[\s\-]+[A-Za-z])", "-", text))
        if label in {"TASK", "METHOD", "METRIC"}:
            found.extend(_turned(text))
    return [other for other in dict.fromkeys(found) if other and other != clean(name)]


def without_order(name: str) -> tuple[str, ...] | None:
    """Return the words of a phrase with those before its head sorted, or None where their order may matter.

    >>> without_order("machine learning") is None
    True
    >>> without_order("incremental class learning") == without_order("class-incremental learning")
    True
    """
    words = re.findall(r"[^\W_]+", singular(clean(name)).lower())
    if len(words) < 3 or len(set(words)) < len(words) or not SMALL_WORDS.isdisjoint(words):
        return None
    return words[-1], *sorted(words[:-1])


def _turned(text: str) -> list[str]:
    of = re.fullmatch(r"([^\W\d_][\w\-]+(?: [\w\-]+)?) (?:of|over) (?:the )?([\w\-]+(?: [\w\-]+)?)", text)
    if of:
        return [f"{singular(of[2])} {of[1]}"]
    gerund = re.fullmatch(r"([A-Za-z]{2,}ing) ([\w\- ]+[^\Ws]s)", text)
    if gerund and singular(gerund[2]) != gerund[2]:
        return [f"{singular(gerund[2])} {gerund[1]}"]
    return []


_MAKER = re.compile(
    r"^(?:OpenAI[\s\-]|(?:Alibaba|Amazon|Anthropic|Apple|DeepMind|Facebook|Google|IBM|Meta|Microsoft|NVIDIA|xAI)"
    r"(?:'s)?\s)(?=\S)"
)
