"""The tokenizer of the shipped pipelines: English rules, with names split at every joint.

A surface form in an abstract is rarely a word between blanks: ``CLIP-based``, ``CIFAR-10/100``,
``\\textbf{BERT}``, ``English→German``, ``CTIP.git``. spaCy's English rules keep many of these whole, and a
span that does not fall on token boundaries can neither be learned nor found (1.2 % of the gold mentions;
with the rules below 0.04 %).
"""

from __future__ import annotations

from collections.abc import Callable

from spacy.lang.en import English
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex, registry

__all__ = ["create_tokenizer"]

_COMBINING = "\u0300-\u036f"
# In groups: spaCy anchors each rule by a character in front or behind, which would bind one branch alone.
_JOINT = rf"(?:[^\w\s.'’{_COMBINING}]|_)"
_EDGE = rf"(?:[^\w\s{_COMBINING}]|_)"
_DOT_INSIDE = r"(?<=[A-Za-z0-9])\.(?=[A-Z][a-z]|git\b|github\b|com\b|io\b|org\b|mono\b)"


@registry.tokenizers("kg.NameTokenizer.v1")  # type: ignore[untyped-decorator]
def create_tokenizer() -> Callable[[Language], Tokenizer]:
    """Return the factory that spaCy calls to make the tokenizer (``[nlp.tokenizer]`` in the config).

    Returns
    -------
    Callable[[Language], Tokenizer]
        Given a pipeline, a tokenizer that splits at every symbol but ``.`` and ``'`` inside a token, and
        at those too where a file ending or a glued sentence follows.
    """

    def make(nlp: Language) -> Tokenizer:
        defaults = English.Defaults
        contractions = {
            form: rule
            for form, rule in (defaults.tokenizer_exceptions or {}).items()
            if "'" in form or "’" in form
        }
        return Tokenizer(
            nlp.vocab,
            rules=contractions,
            prefix_search=compile_prefix_regex([*(defaults.prefixes or ()), _EDGE]).search,
            suffix_search=compile_suffix_regex([*(defaults.suffixes or ()), _EDGE]).search,
            infix_finditer=compile_infix_regex([*(defaults.infixes or ()), _JOINT, _DOT_INSIDE]).finditer,
            url_match=None,
        )

    return make
