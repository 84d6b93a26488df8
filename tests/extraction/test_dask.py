"""A Dask cluster extracts what one process does."""

import pytest
import spacy
from distributed import LocalCluster

import kg
from kg.errors import InputError, KgError
from kg.extraction.workers import extract_chunk
from kg.schema import Paper

PAPERS = [Paper(str(n), f"BERT {n}", f"BERT-{n} on ImageNet.") for n in range(100)]


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    lines = (f'{{"id": "{p.id}", "title": "{p.title}", "abstract": "{p.abstract}"}}\n' for p in PAPERS)
    (folder / "papers.jsonl").write_text("".join(lines))
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "MODEL", "pattern": "BERT"}])
    nlp.to_disk(folder / "model")
    return folder


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=False, protocol="tcp", dashboard_address=":0"
    ) as cluster:
        yield cluster


def test_a_cluster_gives_what_one_process_gives(work, cluster, tmp_path):
    stages = set()

    def extract(cache, **settings):
        return list(
            kg.extract(
                work / "papers.jsonl",
                model=work / "model",
                cache=tmp_path / cache,
                on_progress=lambda *report: stages.add(report[0]),
                **settings,
            )
        )

    found = extract("cluster", dask=cluster.scheduler_address)
    assert sum(len(mentions) for _, mentions in found) >= len(PAPERS)
    assert stages == {"extraction"}
    assert found == extract("here")
    # What the cluster has found, a run without it knows.
    assert found == extract("cluster")
    assert stages == {"extraction", "extraction (100 of 100 papers known)"}


def test_a_worker_with_another_pipeline_is_refused(work):
    with pytest.raises(KgError, match=r"a worker's model .* install the same versions of kg"):
        extract_chunk(PAPERS[:1], str(work / "model"), "another")


def test_a_cluster_without_workers(work, tmp_path):
    with (
        LocalCluster(n_workers=0, processes=False, protocol="tcp", dashboard_address=":0") as empty,
        pytest.raises(InputError, match="has no workers; start some with `dask worker`"),
    ):
        list(
            kg.extract(
                work / "papers.jsonl", model=work / "model", cache=tmp_path, dask=empty.scheduler_address
            )
        )
