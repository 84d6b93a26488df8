"""The commands of the shell: the public functions of kg, with progress and printed answers."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from enum import Enum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from kg import __version__
from kg.errors import InputError, KgError
from kg.schema import ENTITY_KINDS, KINDS, RELATIONS

if TYPE_CHECKING:
    from kg.graph import KnowledgeGraph
    from kg.schema import Paper
    from kg.sources import Corpus

__all__ = ["app", "main"]

app = typer.Typer(
    name="kg",
    help="Turn paper abstracts into a knowledge graph, and ask it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


class Format(StrEnum):
    """How answers are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class PairFormat(StrEnum):
    """How pairs of entities are printed: as answers are, or as lines of an alias file."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    ALIASES = "aliases"


Kind = Enum("Kind", {kind: kind for kind in KINDS}, type=str)  # type: ignore[misc]
Relation = Enum("Relation", {relation: relation for relation in RELATIONS}, type=str)  # type: ignore[misc]

GraphOption = Annotated[
    Path, typer.Option("--graph", metavar="PATH", help="Folder or GraphML file of the graph.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print the answer.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="At most N rows.")]
ExactOption = Annotated[bool, typer.Option("--exact", help="Leave out what belongs to variants.")]
VersionOption = Annotated[
    bool,
    typer.Option(
        "--version", is_eager=True, callback=lambda wanted: _print_version(wanted), help="Show the version."
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")]
ModelOption = Annotated[
    str, typer.Option("--model", help="Shipped pipeline, or any spaCy pipeline by name or path.")
]
ScoreOption = Annotated[
    float, typer.Option("--min-score", metavar="P", help="Leave out mentions scored lower.")
]
KindsOption = Annotated[str, typer.Option("--kinds", help="Comma-separated kinds of entities to keep.")]
SinceOption = Annotated[
    int | None, typer.Option("--since", metavar="YEAR", help="First year; leaves out undated papers.")
]
UntilOption = Annotated[
    int | None, typer.Option("--until", metavar="YEAR", help="Last year; leaves out undated papers.")
]
CacheOption = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="FOLDER",
        help="Keeps what is extracted for the next run (default: $KG_CACHE, or the user's cache folder).",
    ),
]
ProcessesOption = Annotated[int, typer.Option("--processes", metavar="N", help="Processes that extract.")]
DaskOption = Annotated[
    str | None, typer.Option("--dask", metavar="ADDRESS", help="Dask scheduler whose workers extract.")
]

_WIDEST = {
    "label": 44,
    "source_label": 30,
    "target_label": 30,
    "match": 30,
    "shared": 40,
    "via": 24,
    "other": 40,
}
"""Widest a column of a table gets; ``evidence`` takes what the others leave."""

_ALL_KINDS = ",".join(ENTITY_KINDS)
_INTERRUPTED = 130
"""Exit code that Typer turns an interrupt into."""
_EXPORTS = Path("exports")
_SEEDS = Path("seeds/pages")


def main() -> None:
    """Run the command line; the exit code is 0, 1 for a failure, 2 for bad usage or input."""
    # A batch system asks politely before it kills: what is extracted by then is kept, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    warnings.showwarning = lambda message, *_: _note(f"kg: {message}")
    try:
        app()
    except KgError as error:
        _fail(str(error), error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe has seen enough. Python would complain again while it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except SystemExit as end:
        if end.code != _INTERRUPTED:
            raise
        _fail("interrupted; files already written are whole, extracted papers are kept.", _INTERRUPTED)
    except OSError as error:
        _fail(f"{error.filename or 'system'}: {error.strerror or error}.", 1)


@app.callback()
def _root(version: VersionOption = False) -> None:
    pass


@app.command()
def build(
    inputs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[INPUT]...", help="Files and folders of papers; ./seeds/pages where none is given."
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where the graph goes.")
    ] = _EXPORTS,
    add: Annotated[
        bool, typer.Option("--add", help="Keep the papers that the folder's graph has already.")
    ] = False,
    model: ModelOption = "default",
    min_score: ScoreOption = 0.0,
    kinds: KindsOption = _ALL_KINDS,
    since: SinceOption = None,
    until: UntilOption = None,
    cache: CacheOption = None,
    processes: ProcessesOption = 1,
    dask: DaskOption = None,
    aliases: Annotated[
        Path | None,
        typer.Option("--aliases", metavar="FILE", help="Your own lines to merge, split, rename or drop."),
    ] = None,
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """Build the graph of papers: GraphML, page and tables."""
    from kg.building import build_from_corpus
    from kg.export.tables import read_tables, tables_fit
    from kg.graph import read_entities
    from kg.linking import read_aliases

    started = time.monotonic()
    if aliases is not None:
        read_aliases(aliases)  # a bad line is told before the work
    corpus = _read(inputs)
    keep: Iterable[Paper] = ()
    if add:
        if not tables_fit(output):
            raise InputError(f"--add: {output} has no tables of an earlier build; build without --add first.")
        keep = read_tables(output)[0].values()
    former = read_entities(output) if (output / "graph.graphml").is_file() else ()
    with _progress(quiet) as report:
        graph = build_from_corpus(
            corpus,
            model=model,
            min_score=min_score,
            kinds=kinds.split(","),
            since=since,
            until=until,
            aliases=aliases,
            keep=keep,
            cache=cache,
            processes=processes,
            dask=dask,
            former=former,
            on_progress=report,
        )
        report("writing", 0, 1)
        files = graph.save(output)
        report("writing", 1, 1)
    if not quiet:
        _summarise_build(corpus, graph, files, time.monotonic() - started)


@app.command()
def extract(
    inputs: Annotated[
        list[Path],
        typer.Argument(metavar="INPUT...", help="Files and folders of papers; - for standard input."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="JSON lines; - for standard output.")
    ] = Path("-"),
    model: ModelOption = "default",
    min_score: ScoreOption = 0.0,
    kinds: KindsOption = _ALL_KINDS,
    since: SinceOption = None,
    until: UntilOption = None,
    cache: CacheOption = None,
    processes: ProcessesOption = 1,
    dask: DaskOption = None,
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """Write the mentions of each paper as one JSON object per line."""
    from kg.building import extract as run
    from kg.export.mentions import mention_line
    from kg.files import atomic_stream

    counts: Counter[str] = Counter()
    started = time.monotonic()
    target = nullcontext(sys.stdout.buffer) if str(output) == "-" else atomic_stream(output)
    with ExitStack() as stack:
        stream = stack.enter_context(target)
        report = stack.enter_context(_progress(quiet))
        found = run(
            *inputs,
            model=model,
            min_score=min_score,
            kinds=kinds.split(","),
            since=since,
            until=until,
            cache=cache,
            processes=processes,
            dask=dask,
            on_progress=report,
        )
        stack.callback(found.close)
        for paper, mentions in found:
            counts["papers"] += 1
            counts["mentions"] += len(mentions)
            stream.write(mention_line(paper, mentions).encode("utf-8"))
    if not quiet:
        _note(f"{counts['papers']} papers, {counts['mentions']} mentions, {time.monotonic() - started:.1f} s")


@app.command()
def neighbors(
    name: Annotated[str, typer.Argument(help="Id, label, alias or former id.")],
    kind: Annotated[Kind | None, typer.Option("--kind", help="Kind of the neighbours.")] = None,
    relation: Annotated[
        Relation | None, typer.Option("--relation", help="Follow this relation only.")
    ] = None,
    hops: Annotated[int | None, typer.Option("--hops", min=1, metavar="N", help="Greatest distance.")] = None,
    exact: ExactOption = False,
    limit: LimitOption = None,
    graph: GraphOption = _EXPORTS,
    format: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """List what is tied to a node."""
    from kg import queries

    records = queries.neighbors(
        queries.open_index(graph),
        name,
        kind=_value(kind),
        relation=_value(relation),
        hops=hops,
        exact=exact,
        limit=limit,
    )
    _print(records, "neighbors", format)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="Words, or the beginnings of words.")],
    limit: LimitOption = 20,
    graph: GraphOption = _EXPORTS,
    format: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """Find nodes by a part of their name."""
    from kg import queries

    _print(queries.search(queries.open_index(graph), text, limit=limit), "search", format)


@app.command()
def similar(
    name: Annotated[str, typer.Argument(help="Id, label, alias or former id.")],
    limit: LimitOption = 10,
    graph: GraphOption = _EXPORTS,
    format: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """List nodes of the same kind with similar neighbours."""
    from kg import queries

    _print(queries.similar(queries.open_index(graph), name, limit=limit), "similar", format)


@app.command()
def path(
    start: Annotated[str, typer.Argument(metavar="A", help="Id, label, alias or former id.")],
    end: Annotated[str, typer.Argument(metavar="B", help="Id, label, alias or former id.")],
    graph: GraphOption = _EXPORTS,
    format: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """Show a shortest path between two nodes."""
    from kg import queries

    _print(queries.path(queries.open_index(graph), start, end), "path", format)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Id, label, alias or former id.")],
    exact: ExactOption = False,
    graph: GraphOption = _EXPORTS,
    format: FormatOption = Format.TABLE,
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """Tell everything about one node."""
    from kg import queries

    record = queries.show(queries.open_index(graph), name, exact=exact)
    if format is Format.TABLE:
        _print_record(record)
    elif format is Format.JSON:
        print(json.dumps(record, ensure_ascii=False, indent=2))
    else:
        raise InputError("show has no --format csv, its answer is nested; use json.")


@app.command()
def stats(graph: GraphOption = _EXPORTS, format: FormatOption = Format.TABLE) -> None:
    """Count what is in the graph."""
    from kg import queries

    record = queries.stats(queries.open_index(graph))
    if format is Format.JSON:
        print(json.dumps(record, ensure_ascii=False, indent=2))
        return
    flat: list[dict[str, Any]] = []
    for name, value in record.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        flat += [
            {"count": f"{name} {part}".strip().replace("_", " "), "value": number} for part, number in parts
        ]
    _print_rows(flat, ("count", "value"), format)


@app.command()
def duplicates(
    kind: Annotated[Kind | None, typer.Option("--kind", help="Kind of the entities.")] = None,
    limit: LimitOption = 20,
    graph: GraphOption = _EXPORTS,
    format: Annotated[
        PairFormat,
        typer.Option("--format", help="How to print the answer; aliases: as lines for build --aliases."),
    ] = PairFormat.TABLE,
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """List pairs of entities that may be one thing, likeliest first."""
    from kg import queries
    from kg.duplicates import alias_lines
    from kg.duplicates import duplicates as find

    index = queries.open_index(graph)
    with _progress(quiet) as report:
        records = find(index, kind=_value(kind), limit=limit, on_progress=report)
    if format is PairFormat.ALIASES:
        print(alias_lines(records), end="")
    elif format is PairFormat.TABLE:
        _print_rows(records, ("id", "other", "score", "context", "shared", "evidence"), Format.TABLE)
    else:
        _print(records, "duplicates", Format(format.value))


@app.command("open")
def open_page(
    graph: GraphOption = _EXPORTS, quiet: QuietOption = False, version: VersionOption = False
) -> None:
    """Open the page of the graph in the browser."""
    import webbrowser

    from kg.graph import load
    from kg.queries import graph_file

    page = (graph if graph.is_dir() else graph.parent) / "graph.html"
    graph_file(graph)
    if graph.is_dir() and page.is_file():
        _note(str(page))
        webbrowser.open(page.resolve().as_uri())
    else:
        _note(str(load(graph).open()))


@app.command()
def evaluate(
    gold: Annotated[
        Path | None, typer.Argument(metavar="GOLD", help="Gold annotations, JSON lines.", show_default=False)
    ] = None,
    papers: Annotated[
        list[Path] | None,
        typer.Option(
            "--papers",
            metavar="INPUT",
            help="Files and folders that hold the texts; ./seeds/pages where none is given.",
        ),
    ] = None,
    linking: Annotated[
        Path | None,
        typer.Option(
            "--linking",
            metavar="PAIRS",
            help="Measure links across papers by labelled pairs, JSON lines: those of --graph, or, "
            "with GOLD, of its annotated mentions linked.",
        ),
    ] = None,
    graph: GraphOption = _EXPORTS,
    split: Annotated[
        str, typer.Option("--split", help="Which gold papers: dev (never trained on), train or all.")
    ] = "all",
    errors: Annotated[
        int, typer.Option("--errors", min=0, metavar="N", help="Show N examples of each kind of error.")
    ] = 0,
    model: ModelOption = "default",
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """Measure extraction against gold, or links across papers against labelled pairs."""
    if linking is not None:
        from kg.link_report import judge_gold, judge_graph, links_text

        with _progress(quiet) as report:
            if gold is None:
                judged = judge_graph(linking, graph)
            else:
                judged = judge_gold(linking, gold, papers or [_SEEDS], on_progress=report)
        print(links_text(judged))
        return
    if gold is None:
        raise InputError("evaluate needs GOLD, a file of annotations, or --linking PAIRS.")
    from kg.extraction.report import evaluate_model, report_text

    with _progress(quiet) as report:
        result = evaluate_model(gold, papers or [_SEEDS], model=model, split=split, on_progress=report)
    print(report_text(result, examples=errors))


@app.command()
def train(
    corpus: Annotated[
        Path,
        typer.Option("--corpus", metavar="FILE", help="Abstracts for word vectors and for the corpus gold."),
    ],
    seeds: Annotated[
        Path, typer.Option("--seeds", metavar="FOLDER", help="Folder with pages/ and gold/.")
    ] = Path("seeds"),
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Where default/ and fast/ go.")
    ] = Path("models"),
    work: Annotated[
        Path, typer.Option("--work", metavar="FOLDER", help="Where finished steps are kept, to go on from.")
    ] = Path(".train"),
    quiet: QuietOption = False,
    version: VersionOption = False,
) -> None:
    """Train the shipped pipelines again, from the gold and the corpus (needs the extra `train`)."""
    try:
        from kg.extraction.training.steps import run_steps
    except ModuleNotFoundError as error:
        if error.name not in {"torch", "floret"}:
            raise
        raise KgError("training needs the extra: pip install 'kg[train]'.") from None

    run_steps(corpus=corpus, seeds=seeds, output=output, work=work, say=_note)


def _read(inputs: list[Path] | None) -> Corpus:
    from kg.sources import read

    if not inputs and not _SEEDS.is_dir():
        raise InputError(f"no INPUT is given and there is no {_SEEDS} here; name files or folders of papers.")
    corpus = read(*(inputs or [_SEEDS]))
    for skipped in corpus.skipped:
        _note(f"skipped {skipped.path}: {skipped.reason}")
    return corpus


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that reports progress; a bar on a terminal, a line per stage elsewhere."""
    if quiet:
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda stage, done, total: _note(f"{stage}: {total}") if done == total > 1 else None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done, total=total)

        yield report


def _summarise_build(corpus: Corpus, graph: KnowledgeGraph, files: Sequence[Path], seconds: float) -> None:
    from kg.queries import stats as count

    numbers = count(graph.nx)
    entities = ", ".join(f"{n} {kind}" for kind, n in numbers["entities"].items())
    edges = ", ".join(f"{n} {relation}" for relation, n in numbers["edges"].items())
    _note(f"papers    {numbers['papers']} (from {corpus.n_listings} listings)")
    _note(f"entities  {sum(numbers['entities'].values())}: {entities}")
    _note(f"edges     {sum(numbers['edges'].values())}: {edges}")
    _note(f"files     {', '.join(str(file) for file in files)}")
    _note(f"time      {seconds:.1f} s")


def _print(records: list[dict[str, Any]], question: str, how: Format) -> None:
    from kg.queries import COLUMNS

    columns = COLUMNS[question]
    if how is Format.TABLE:
        # What is the same for all says nothing in a table: the kind that was asked for, one hop.
        columns = tuple(c for c in columns if c not in {"kind", "hops"} or len({r[c] for r in records}) > 1)
    _print_rows(records, columns, how)


def _print_rows(records: list[dict[str, Any]], columns: Sequence[str], how: Format) -> None:
    if how is Format.JSON:
        print(json.dumps(records, ensure_ascii=False, indent=2))
    elif how is Format.CSV:
        writer = csv.DictWriter(sys.stdout, fieldnames=columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
    elif not records:
        if not click.get_current_context().params.get("quiet"):
            _note("nothing found.")
    else:
        _print_table(records, [c for c in columns if any(r.get(c) not in (None, "") for r in records)])


def _print_table(records: list[dict[str, Any]], columns: Sequence[str]) -> None:
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal:
        console.width = 140
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    widths = {
        column: min(
            max(len(column), *(cell_len(str(record.get(column) or "")) for record in records)),
            _WIDEST.get(column, console.width),
        )
        for column in columns
    }
    if "evidence" in widths:
        others = sum(widths.values()) - widths["evidence"] + 3 * len(widths)
        widths["evidence"] = max(20, console.width - others)
    for column, width in widths.items():
        table.add_column(column.replace("_", " "), overflow="ellipsis", no_wrap=True, width=width)
    for record in records:
        table.add_row(*(Text("" if record.get(c) is None else str(record[c])) for c in columns))
    console.print(table)


def _print_record(record: dict[str, Any]) -> None:
    nested = {}
    for key, value in record.items():
        if isinstance(value, list | dict):
            nested[key] = value
        elif value not in (None, ""):
            print(f"{key.replace('_', ' '):<13}{value}")
    for key, value in nested.items():
        groups = value.items() if isinstance(value, dict) else [("", value)]
        for part, items in groups:
            if not items:
                continue
            title = f"{key}: {part}" if part else key.replace("_", " ")
            if isinstance(items, list) and items and isinstance(items[0], dict):
                print(f"\n{title} ({len(items)})")
                _print_table(
                    items,
                    [c for c in items[0] if c != "url" and any(i.get(c) not in (None, "") for i in items)],
                )
            else:
                joined = ", ".join(map(str, items)) if isinstance(items, list) else items
                print(f"{title:<13}{joined}")


def _value(choice: Enum | None) -> str | None:
    return None if choice is None else str(choice.value)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"kg {__version__}")
        raise typer.Exit


def _note(text: str) -> None:
    print(text, file=sys.stderr)


def _fail(message: str, code: int) -> None:
    _note(f"kg: {message}")
    sys.exit(code)
