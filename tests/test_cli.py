"""The commands as a user types them: output, exit codes, messages."""

import csv
import io
import json
import subprocess
import sys

import pytest

PAPERS = [
    {
        "id": "a",
        "title": "LoRA: adapters for everyone",
        "abstract": "We introduce LoRA. We train GPT-3 on ImageNet.",
        "year": 2021,
    },
    {
        "id": "b",
        "title": "A study of BERT",
        "abstract": "We train BERT on ImageNet and GLUE.",
        "date": "2023-05-01",
    },
    {"id": "c", "title": "Nothing known", "abstract": ""},
]


def kg(*args, cwd=None, stdin=None):
    command = [sys.executable, "-m", "kg", *map(str, args)]
    return subprocess.run(command, cwd=cwd, input=stdin, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    lines = "".join(json.dumps(paper) + "\n" for paper in PAPERS)
    (folder / "papers.jsonl").write_text(lines)
    done = kg("build", "papers.jsonl", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "papers    3 (from 3 listings)" in done.stderr
    return folder


def test_build_writes_all_files(folder):
    names = sorted(p.name for p in (folder / "exports").iterdir())
    assert names == [
        "edges.parquet",
        "entities.parquet",
        "graph.graphml",
        "graph.html",
        "mentions.parquet",
        "papers.parquet",
    ]


def test_building_twice_gives_the_same_bytes(folder):
    before = {p.name: p.read_bytes() for p in (folder / "exports").iterdir()}
    assert kg("build", "papers.jsonl", "--quiet", "-o", "again", cwd=folder).returncode == 0
    assert {p.name: p.read_bytes() for p in (folder / "again").iterdir()} == before


def test_neighbors_in_every_format(folder):
    table = kg("neighbors", "imagenet", "--kind", "paper", cwd=folder)
    assert "LoRA: adapters for everyone" in table.stdout
    rows = json.loads(kg("neighbors", "ImageNet", "--kind", "paper", "--format", "json", cwd=folder).stdout)
    assert {row["id"] for row in rows} == {"paper:a", "paper:b"}
    assert all("ImageNet" in row["evidence"] for row in rows)
    text = kg("neighbors", "ImageNet", "--kind", "paper", "--format", "csv", cwd=folder).stdout
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == [row["id"] for row in rows]


def test_show_path_search_stats(folder):
    assert "introduces" in kg("show", "LoRA", cwd=folder).stdout
    way = json.loads(kg("path", "LoRA", "GLUE", "--format", "json", cwd=folder).stdout)
    assert [way[0]["label"], way[-1]["label"]] == ["LoRA", "GLUE"]
    assert "ImageNet" in kg("search", "image", cwd=folder).stdout
    assert json.loads(kg("stats", "--format", "json", cwd=folder).stdout)["papers"] == 3


def test_an_unknown_name_offers_the_nearest(folder):
    done = kg("show", "ImgeNet", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "no node is named 'ImgeNet'. Nearest: ImageNet" in done.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["show", "LoRA", "--graph", "nowhere"],
            "there is no graph at nowhere; build one with `kg build -o nowhere`",
        ),
        (["build", "nothing.txt"], "nothing.txt: no such file or folder"),
        (["build", "--kinds", "model,car", "papers.jsonl"], "--kinds: 'car' is none of model"),
        (["build", "--min-score", "7", "papers.jsonl"], "--min-score 7.0 is not between 0 and 1"),
        (["build", "--model", "none-such", "papers.jsonl"], "model 'none-such' cannot be loaded"),
        (["build"], "no INPUT is given and there is no seeds/pages here"),
        (["build", "--aliases", "none.tsv", "papers.jsonl"], "none.tsv: no such alias file"),
        (["evaluate", "missing.jsonl"], "missing.jsonl: no such gold file"),
        (["neighbors", "LoRA", "--kind", "car"], "car"),
    ],
)
def test_bad_usage_is_exit_2_and_one_sentence(folder, args, message):
    done = kg(*args, cwd=folder)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_extract_writes_a_line_for_every_paper(folder):
    done = kg("extract", "-", "-o", "-", "--quiet", stdin=(folder / "papers.jsonl").read_text())
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["id"] for r in records] == ["a", "b", "c"]
    assert records[2]["mentions"] == []
    mention = next(m for m in records[0]["mentions"] if m["text"] == "ImageNet")
    text = PAPERS[0]["title"] + "\n" + PAPERS[0]["abstract"]
    assert text[mention["start"] : mention["end"]] == "ImageNet"
    assert set(mention) == {"start", "end", "text", "label", "entity", "relation", "score", "sentence"}
    assert mention["entity"] == "dataset:imagenet"


def test_years_and_kinds_are_filters(folder):
    lines = kg("extract", "papers.jsonl", "--since", "2022", "--kinds", "model", "--quiet", cwd=folder).stdout
    (record,) = [json.loads(line) for line in lines.splitlines()]
    assert (record["id"], {m["label"] for m in record["mentions"]}) == ("b", {"MODEL"})


def test_papers_added_later_give_the_graph_of_all_at_once(folder):
    (folder / "more.jsonl").write_text(
        json.dumps({"id": "d", "title": "BERT again", "abstract": "We use BERT."}) + "\n"
    )
    assert kg("build", "papers.jsonl", "-o", "grown", "--quiet", cwd=folder).returncode == 0
    assert kg("build", "more.jsonl", "-o", "grown", "--add", "--quiet", cwd=folder).returncode == 0
    assert kg("build", "papers.jsonl", "more.jsonl", "-o", "whole", "--quiet", cwd=folder).returncode == 0
    assert json.loads(kg("stats", "--graph", "grown", "--format", "json", cwd=folder).stdout)["papers"] == 4
    whole = {p.name: p.read_bytes() for p in (folder / "whole").iterdir()}
    assert {p.name: p.read_bytes() for p in (folder / "grown").iterdir()} == whole


def test_an_alias_file_changes_the_graph_and_the_old_id_still_resolves(folder):
    lines = "merge\tdataset\tImageNet\tGLUE\nrename\tmodel\tBERT\tBert the model\n"
    (folder / "mine.tsv").write_text(lines)
    assert kg("build", "papers.jsonl", "-o", "mine", "--quiet", cwd=folder).returncode == 0
    command = ("build", "papers.jsonl", "-o", "mine", "--quiet", "--aliases", "mine.tsv")
    assert kg(*command, cwd=folder).returncode == 0
    record = json.loads(kg("show", "dataset:glue", "--graph", "mine", "--format", "json", cwd=folder).stdout)
    assert (record["id"], record["former_ids"]) == ("dataset:imagenet", ["dataset:glue"])
    assert "Bert the model" in kg("show", "model:bert", "--graph", "mine", cwd=folder).stdout
    before = {p.name: p.read_bytes() for p in (folder / "mine").iterdir()}
    assert kg(*command, cwd=folder).returncode == 0
    assert {p.name: p.read_bytes() for p in (folder / "mine").iterdir()} == before


def test_a_line_that_names_nothing_leaves_the_graph_as_it_was(folder):
    before = {p.name: p.read_bytes() for p in (folder / "exports").iterdir()}
    (folder / "wrong.tsv").write_text("# mine\ndrop\tdataset\tImgeNet\n")
    done = kg("build", "papers.jsonl", "--quiet", "--aliases", "wrong.tsv", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "kg: wrong.tsv, line 2: no dataset of these papers is named 'ImgeNet'; "
        "mend the name or take the line out. Nearest: ImageNet.\n"
    )
    assert {p.name: p.read_bytes() for p in (folder / "exports").iterdir()} == before


def test_empty_input_makes_an_empty_graph(folder):
    (folder / "empty.jsonl").write_text("")
    done = kg("build", "empty.jsonl", "-o", "void", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(kg("stats", "--graph", "void", "--format", "json", cwd=folder).stdout)["papers"] == 0


def test_a_closed_pipe_is_no_error(folder):
    command = f"{sys.executable} -m kg search a --limit 500 --format csv | head -1"
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("id,kind,label,match,degree", "")


def test_version():
    assert kg("--version").stdout.startswith("kg 0.")
