"""Listing pages: both layouts, their oddities, and the seeds."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.sources import read
from kg.sources.pages import parse, recognise

SEEDS = Path("seeds")
BARE_HEADER = (
    "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"
)
HEADER = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\n"
    "byAK and the research community\n\nNov 11\n\n"
)


def listings(text: str):
    assert recognise(text.encode())
    return list(parse(text.encode(), "page.txt"))


def test_seeds_have_653_listings_of_640_papers():
    corpus = read(SEEDS / "pages")
    assert (corpus.n_listings, len(corpus.papers), len({p.id for p in corpus.papers})) == (653, 640, 640)
    assert corpus.skipped == []


def test_every_gold_form_stands_in_its_paper():
    texts = {paper.id: paper.text for paper in read(SEEDS / "pages").papers}
    for line in (SEEDS / "gold" / "seeds.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        for entity in record["entities"]:
            assert all(form in texts[record["id"]] for form in entity["mentions"])


def test_header_glued_to_the_first_title():
    first, second = listings(f"{BARE_HEADER}First: A Title\nIts abstract.\nSecond\nAnother abstract.")
    assert (first.title, first.abstract) == ("First: A Title", "Its abstract.")
    assert (second.title, second.source) == ("Second", "page.txt:5")


@pytest.mark.parametrize(
    ("when", "date"),
    [
        ("Mar 24, 2023", "2023-03-24"),
        ("Nov 1, 2022 1", "2022-11-01"),
        ("Sep 9", "2024-09-09"),
        ("Jul 10 14", "2024-07-10"),
    ],
)
def test_dates(when, date):
    old = "Old\n\nText.\n\n  • 1 authors\n·\nMay 2, 2023\n\n"
    page = f"{HEADER}{old}Title\n\nText.\n\n  • 7 authors\n·\n{when}\n"
    paper = listings(page)[1]
    assert (paper.title, paper.date, paper.n_authors) == ("Title", date, 7)


def test_a_page_that_spells_out_no_year_dates_nothing():
    assert listings(f"{HEADER}Title\n\nText.\n\n  • 2 authors\n·\nSep 9\n")[0].date is None


def test_organisation_line_and_papers_without_details():
    page = (
        f"{HEADER}One\n\nAbstract one.\n\nTwo\n\nAbstract two.\n\nSome-Lab The Lab\n·\nOct 12, 2024 2\n\n"
        "Three\n\nAbstract three.\n"
    )
    one, two, three = listings(page)
    assert (one.title, one.date, one.organization) == ("One", None, None)
    assert (two.title, two.date, two.organization, two.n_authors) == (
        "Two",
        "2024-10-12",
        "Some-Lab The Lab",
        None,
    )
    assert (three.title, three.abstract) == ("Three", "Abstract three.")


def test_windows_line_ends_are_stripped_and_blanks_are_kept():
    paper = listings(f"{HEADER}Title \n\nText. \n".replace("\n", "\r\n"))[0]
    assert (paper.title, paper.abstract) == ("Title ", "Text. ")


def test_a_title_without_abstract_names_the_line():
    with pytest.raises(InputError, match=r"page.txt, line 13: a title without an abstract"):
        listings(f"{HEADER}Alone\n")


@pytest.mark.parametrize(
    "text", ["# Readme\n\nText.\n", "import os\nprint(1)\n", "Mar 1 10:00 host kernel: up\n"]
)
def test_other_text_is_not_a_page(text, tmp_path):
    (tmp_path / "other.txt").write_text(text)
    with pytest.raises(InputError, match=r"other.txt: of no known format; accepted are"):
        read(tmp_path / "other.txt")
    assert [s.path for s in read(tmp_path).skipped] == ["other.txt"]


LINE = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=3, max_size=40).filter(
    lambda t: len(t.strip()) > 2 and t != "new" and not t.startswith(("Get ", "Subscribe", "Daily", "by"))
)


@given(st.lists(st.tuples(LINE, LINE), min_size=1, max_size=6), st.booleans())
def test_pages_give_back_what_was_written(pairs, bare):
    pairs = [(f"T{title}", f"A{abstract}") for title, abstract in pairs]
    if bare:
        page = BARE_HEADER + "\n".join(line for pair in pairs for line in pair)
    else:
        page = HEADER + "".join(f"{t}\n\n{a}\n\n  • 3 authors\n·\nMay 2, 2023\n\n" for t, a in pairs)
    assert [(p.title, p.abstract) for p in listings(page)] == pairs
