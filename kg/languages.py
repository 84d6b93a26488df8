"""ISO 639-3 codes of natural languages, from the `python-iso639` library; programming languages have none."""

from __future__ import annotations

import unicodedata
from functools import cache

__all__ = ["code_of"]

_EXTRA = {
    "mandarin": "cmn",
    "classical chinese": "lzh",
    "simplified chinese": "zho",
    "traditional chinese": "zho",
    "modern standard arabic": "arb",
    "farsi": "fas",
    "flemish": "nld",
    "greek": "ell",
    "malay": "msa",
    "nepali": "nep",
    "norwegian bokmal": "nob",
    "norwegian nynorsk": "nno",
    "odia": "ori",
    "punjabi": "pan",
    "swahili": "swa",
    "te reo maori": "mri",
}
"""Names in use that the library lists under another form, and macrolanguages that go by their plain name."""

_PROGRAMMING = frozenset(
    "ada assembly awk bash basic c c# c++ c/c++ clojure cobol coq cuda dart elixir erlang f# fortran go "
    "haskell html java javascript json julia kotlin latex lean lisp lua markdown matlab ml ocaml pascal "
    "pddl perl php prolog python r racket regex ruby rust scala scheme sparql sql swift ts typescript "
    "verilog vhdl xml yaml".split()
)
"""Programming, query and markup languages, some of which share their name with a natural one (Ada, Lua)."""


def code_of(name: str) -> str | None:
    """Return the ISO 639-3 code of a natural language.

    >>> code_of("German"), code_of("Yorùbá"), code_of("De"), code_of("Java"), code_of("Elvish poetry")
    ('deu', 'yor', 'deu', None, None)
    """
    folded = _fold(name)
    if folded in _PROGRAMMING:
        return None
    return _codes().get(folded) or (_two_letters().get(folded) if len(name) == 2 else None)


@cache
def _codes() -> dict[str, str]:
    from iso639 import ALL_LANGUAGES

    codes: dict[str, str] = {}
    # Individual languages in wide use come first, so that `Malay` is not a dialect of the same name.
    languages = sorted(ALL_LANGUAGES, key=lambda lang: (lang.part1 is None, lang.type != "L", lang.part3))
    for language in languages:
        if language.status == "A":
            codes.setdefault(_fold(language.name.split(" (")[0]), language.part3)
    for language in languages:
        if language.status == "A":
            for other in language.other_names or ():
                codes.setdefault(_fold(other.print.split(" (")[0]), language.part3)
    return codes | _EXTRA


@cache
def _two_letters() -> dict[str, str]:
    """The codes of ISO 639-1, which papers write for the languages of a translation (`De`, `ZH`)."""
    from iso639 import ALL_LANGUAGES

    return {language.part1: language.part3 for language in ALL_LANGUAGES if language.part1}


def _fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
