"""JSONL, CSV, TSV and Parquet: texts come back as they are, broken records are named."""

import csv
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.sources import read

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TITLE = TEXT.filter(lambda t: t.strip())


def as_jsonl(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def as_delimited(rows, delimiter):
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, ["id", "title", "abstract"], delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def as_parquet(rows):
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream)
    return stream.getvalue()


WRITERS = {
    "jsonl": as_jsonl,
    "csv": lambda rows: as_delimited(rows, ","),
    "tsv": lambda rows: as_delimited(rows, "\t"),
    "parquet": as_parquet,
}


@pytest.mark.parametrize("name", WRITERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(texts=st.lists(st.tuples(TITLE, TEXT), min_size=1, max_size=4))
def test_texts_come_back_character_for_character(name, tmp_path, texts):
    if name == "csv" or name == "tsv":
        texts = [
            (t.replace("\0", " "), a.replace("\0", " ")) for t, a in texts if t.replace("\0", "").strip()
        ]
    rows = [{"id": f"p{n}", "title": t, "abstract": a} for n, (t, a) in enumerate(texts)]
    if not rows:
        return
    file = tmp_path / "papers.dat"
    file.write_bytes(WRITERS[name](rows))
    assert [(p.id, p.title, p.abstract) for p in read(file).papers] == [tuple(r.values()) for r in rows]


def test_content_decides_and_gzip_is_read(tmp_path):
    file = tmp_path / "anything.txt"
    file.write_bytes(gzip.compress(as_jsonl([{"title": "T", "abstract": "A", "year": 2021, "id": 7}])))
    (paper,) = read(file).papers
    assert (paper.id, paper.date, paper.source) == ("7", "2021", "anything.txt:1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"title": "T"}\n{"title": \n', r"f, line 2: not JSON"),
        (b'{"title": "T"}\n[1]\n', r"f, line 2: not a JSON object"),
        (b'{"abstract": "A"}\n', r"f, line 1: no title"),
        (b'{"title": "\xff"}\n', r"f, line 1: not UTF-8 at byte 11"),
        (b'{"title": "T", "date": "12/03/24"}\n', r"f, line 1: `date` is '12/03/24'"),
        (b'{"title": "T", "authors": 3}\n', r"f, line 1: `authors` is neither"),
        (b"title,abstract\nT,A,extra\n", r"f, row 2: 3 fields, the header has 2"),
        (b"PAR1 damaged", r"f: a damaged Parquet file"),
    ],
)
def test_a_broken_record_is_named(tmp_path, content, message):
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read(tmp_path / "f")


def test_a_json_array_is_read(tmp_path):
    (tmp_path / "f").write_text(' [\n {"id": "1", "title": "T", "abstract": "A"},\n {"title": "U"} ]')
    assert [(p.title, p.abstract, p.source) for p in read(tmp_path / "f").papers] == [
        ("T", "A", "f:1"),
        ("U", "", "f:2"),
    ]


def test_a_missing_path_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        read(tmp_path / "nothing")


def test_an_empty_file_is_an_empty_corpus(tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    assert read(tmp_path / "empty").papers == []


def test_absent_fields_stay_absent(tmp_path):
    stream = io.BytesIO()
    pq.write_table(pa.table({"title": ["T"], "abstract": [None], "year": [float("nan")]}), stream)
    (tmp_path / "f").write_bytes(stream.getvalue())
    (paper,) = read(tmp_path / "f").papers
    assert (paper.abstract, paper.date, paper.authors, paper.url) == ("", None, (), None)
