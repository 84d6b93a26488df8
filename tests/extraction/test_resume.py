"""No paper is extracted twice: after an end, an interrupt or a kill, by one process or several."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import spacy

import kg
from kg.extraction import load_pipeline
from kg.extraction.fingerprint import code_files, fingerprint
from kg.extraction.store import MentionStore
from kg.files import atomic_stream
from kg.schema import Paper

N = 400
PAPERS = [
    Paper(str(n), f"BERT number {n}", f"We train BERT and GPT-{n} on ImageNet, {n} times." + " Words." * 40)
    for n in range(N)
]


def write_papers(path, papers=PAPERS):
    lines = [json.dumps({"id": p.id, "title": p.title, "abstract": p.abstract}) + "\n" for p in papers]
    path.write_text("".join(lines))
    return path


def save_pipeline(folder, *, dataset="ImageNet"):
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns(
        [{"label": "MODEL", "pattern": "BERT"}, {"label": "DATASET", "pattern": dataset}]
    )
    nlp.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    write_papers(folder / "papers.jsonl")
    save_pipeline(folder / "model")
    start(folder, "papers.jsonl", cache="whole").communicate()
    return folder


@pytest.fixture(scope="module")
def expected(work):
    """What a run that nothing interrupts writes."""
    return start(work, "papers.jsonl", cache="whole").communicate()[0]


def start(folder, *inputs, cache, output="-", model="model", extra=()):
    command = ["extract", *inputs, "-o", output, "--model", model, "--cache", cache, *extra]
    return subprocess.Popen(
        [sys.executable, "-m", "kg", *command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell starts its background jobs deaf to Ctrl-C, which the tests would hand down.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def summary(process):
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    return output, errors.decode().splitlines()[0]


def kept(folder):
    return sum(pq.read_table(part).num_rows for part in folder.rglob("*.parquet"))


@pytest.mark.parametrize("extra", [(), ("--processes", "2")], ids=["one process", "two processes"])
def test_an_interrupted_run_goes_on_where_it_was(work, expected, extra, tmp_path):
    # Nobody reads on, so the pipe fills and the run cannot come to its end.
    process = start(work, "papers.jsonl", cache=tmp_path, extra=extra)
    first = process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    rest, errors = process.communicate(timeout=600)
    assert process.returncode == 130
    assert errors.decode() == "kg: interrupted; files already written are whole, extracted papers are kept.\n"
    delivered = (first + rest).count(b"\n")
    assert 0 < delivered < N
    assert delivered <= kept(tmp_path) < N
    output, line = summary(start(work, "papers.jsonl", cache=tmp_path, extra=extra))
    assert line == f"extraction ({kept_before(line)} of {N} papers known): {N}"
    assert kept_before(line) >= delivered
    assert output == expected


def kept_before(line):
    return int(line.split("(")[1].split()[0])


@pytest.mark.parametrize("extra", [(), ("--processes", "2")], ids=["one process", "two processes"])
def test_a_killed_run_leaves_whole_files_and_no_process(work, expected, extra, tmp_path):
    process = start(work, "papers.jsonl", cache=tmp_path, extra=extra)
    while not kept(tmp_path):
        process.stdout.readline()
        time.sleep(0.05)
    process.kill()
    # The workers hold the other end of the pipe: it closes when the last of them has gone.
    process.communicate(timeout=600)
    found = kept(tmp_path)
    assert 0 < found < N
    output, line = summary(start(work, "papers.jsonl", cache=tmp_path, extra=extra))
    assert line == f"extraction ({found} of {N} papers known): {N}"
    assert output == expected


def test_an_interrupt_leaves_the_old_file(tmp_path):
    (tmp_path / "out.jsonl").write_text("old\n")

    def interrupted():
        with atomic_stream(tmp_path / "out.jsonl") as stream:
            stream.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("out.jsonl", "old\n")]


def test_one_more_paper_costs_one_paper(work, expected):
    more = Paper("more", "ImageNet again", "We train BERT.")
    write_papers(work / "more.jsonl", [more, *PAPERS])
    output, line = summary(start(work, "more.jsonl", cache="whole"))
    assert line == f"extraction ({N} of {N + 1} papers known): {N + 1}"
    assert output.split(b"\n", 1)[1] == expected


def extract(papers, model, cache):
    """Return the lines of progress and what was found, by the public function."""
    stages = set()
    path = write_papers(cache.parent / "some.jsonl", papers)
    found = kg.extract(path, model=model, cache=cache, on_progress=lambda *report: stages.add(report[0]))
    return list(found), stages


def test_a_known_paper_is_told_by_its_text(work, tmp_path):
    cache = tmp_path / "cache"
    extract(PAPERS[:3], work / "model", cache)
    renamed = [replace(PAPERS[1], id="other"), replace(PAPERS[2], abstract="We use ImageNet.")]
    found, stages = extract(renamed, work / "model", cache)
    assert stages == {"extraction (1 of 2 papers known)"}
    assert {m.paper for m in found[0][1]} == {"other"}
    assert found == extract(renamed, work / "model", tmp_path / "fresh")[0]


def test_another_pipeline_starts_afresh(work, tmp_path):
    cache = tmp_path / "cache"
    extract(PAPERS[:2], work / "model", cache)
    other = save_pipeline(tmp_path / "other", dataset="BERT")
    assert extract(PAPERS[:2], other, cache)[1] == {"extraction"}
    # The same files in another place are the same pipeline.
    (tmp_path / "other").rename(tmp_path / "moved")
    assert extract(PAPERS[:2], tmp_path / "moved", cache)[1] == {"extraction (2 of 2 papers known)"}
    save_pipeline(tmp_path / "moved")
    assert extract(PAPERS[:2], tmp_path / "moved", cache)[1] == {"extraction (2 of 2 papers known)"}


def test_another_version_of_the_code_starts_afresh(work, tmp_path):
    package = Path(kg.__file__).parent
    shutil.copytree(package, tmp_path / "kg", ignore=shutil.ignore_patterns("__pycache__", "page"))
    (tmp_path / "models").symlink_to(package.parent / "models")
    write_papers(tmp_path / "papers.jsonl", PAPERS[:2])

    def first_line():
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        command = [sys.executable, "-m", "kg", "extract", "papers.jsonl", "--model", str(work / "model")]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
        return done.stderr.decode().splitlines()[0]

    assert first_line() == "extraction: 2"
    with (tmp_path / "kg" / "cli.py").open("a") as stream:
        stream.write("# Nothing that extraction depends on.\n")
    assert first_line() == "extraction (2 of 2 papers known): 2"
    with (tmp_path / "kg" / "names.py").open("a") as stream:
        stream.write("# A new rule.\n")
    assert first_line() == "extraction: 2"


def test_the_fingerprint_knows_all_modules_of_extraction():
    files = code_files()
    assert {"kg.schema", "kg.names", "kg.extraction.relations", "kg.extraction.store"} <= files.keys()
    assert not {"kg.cli", "kg.graph", "kg.extraction.evaluation"} & files.keys()
    script = (
        "import sys, kg.extraction.run; from kg.extraction.fingerprint import code_files;"
        "print(sorted({m for m in sys.modules if m.startswith('kg.')} - code_files().keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_pipeline_made_in_python_has_a_fingerprint(work):
    loaded = load_pipeline(work / "model")
    before = fingerprint(loaded)
    list(loaded.pipe(["Words that it has not met: flibbertigibbet."]))
    assert fingerprint(loaded) == before
    loaded.get_pipe("entity_ruler").add_patterns([{"label": "TASK", "pattern": "parsing"}])
    loaded._path = None
    assert fingerprint(loaded) != before


def test_small_parts_become_large_ones(work, tmp_path):
    found = [paper_found for _, paper_found in extract(PAPERS[:40], work / "model", tmp_path / "cache")[0]]
    store = MentionStore(tmp_path / "parts")
    reader = MentionStore(tmp_path / "parts")
    for n, (paper, mentions) in enumerate(zip(PAPERS, found, strict=False)):
        store.add(paper, mentions)
        store.flush()
        if n == 20:
            reader = MentionStore(tmp_path / "parts")
    assert len(list((tmp_path / "parts").iterdir())) < 10
    assert kept(tmp_path / "parts") == 40
    # The one that was there first reads on, though its files have gone.
    assert reader.get(PAPERS[:20]) == found[:20]
    assert MentionStore(tmp_path / "parts").get(PAPERS[:41]) == [*found, None]


def test_a_damaged_part_is_extracted_again(work, tmp_path):
    cache = tmp_path / "cache"
    whole, _ = extract(PAPERS[:3], work / "model", cache)
    (part,) = cache.rglob("*.parquet")
    part.write_bytes(part.read_bytes()[:-20])
    assert extract(PAPERS[:3], work / "model", cache) == (whole, {"extraction"})
    assert extract(PAPERS[:3], work / "model", cache) == (whole, {"extraction (3 of 3 papers known)"})


def test_a_cache_that_cannot_be_written_is_said_once(work, tmp_path):
    cache = tmp_path / "cache"
    cache.write_text("a file where a folder should be")
    with pytest.warns(RuntimeWarning, match=r"cannot be written .* name another folder with --cache") as said:
        found, _ = extract(PAPERS[:3], work / "model", cache)
    assert len(found) == 3
    assert len(said) == 1


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--processes", "0"], "kg: --processes 0 is less than 1."),
        (["--processes", "2", "--dask", "tcp://127.0.0.1:9"], "--processes and --dask exclude each other"),
    ],
)
def test_wrong_settings(work, tmp_path, extra, message):
    process = start(work, "papers.jsonl", cache=tmp_path, extra=extra)
    _, errors = process.communicate()
    assert process.returncode == 2
    assert message in " ".join(errors.decode().split())
