"""The `add` command: files, folders, patterns, web addresses and standard input; what became of each."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.opening import bar, command, named, opened, refreshed
from index.errors import ReadError, UsageError
from index.text import clean

if TYPE_CHECKING:  # imported when documents are added: --help takes no time
    from collections.abc import Iterable, Iterator

    from index.settings import Settings
    from ingest.building import Parsed
    from ingest.library import Changes, Library
    from ingest.read import Source
    from ingest.sources import Failures, Given

_KINDS = ("added", "updated", "unchanged", "removed", "failed")
_EXIT = "Exit status: 0 all is in, 1 something failed (the rest is in), 2 wrong usage, 130 interrupted (nothing is in)."


def add_command(commands: Any) -> None:
    """Put `add` into the parser of `hoidap`."""
    add = command(commands, "add", _add, "add documents: files, folders, patterns, web addresses, standard input")
    add.epilog = _EXIT
    add.add_argument(
        "paths", nargs="+", metavar="WHAT", help='a file, a folder, "a/**/*.pdf", https://…, or - for standard input'
    )
    add.add_argument("--name", metavar="NAME.ext", help="what - is called; its ending says how to read it")
    add.add_argument("--dry-run", action="store_true", help="read everything, say what would happen, change nothing")
    add.add_argument("--watch", action="store_true", help="go on adding what comes or changes in these folders")
    add.add_argument("--json", action="store_true", help="print what became of each as one JSON object")


@dataclass(slots=True)
class Added:
    """A document that was added or updated, as it is reported."""

    id: str
    title: str
    source: str  # where it came from
    pages: int  # 0 where there are none
    characters: int
    passages: int
    note: str  # what reading it changed or lost


@dataclass(slots=True)
class Result:
    """What `hoidap add` did, or would do."""

    added: list[Added] = field(default_factory=list)
    updated: list[Added] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)  # ids
    removed: list[str] = field(default_factory=list)  # ids of files that went from the corpus folder meanwhile
    failed: list[dict[str, str]] = field(default_factory=list)  # name, reason
    dry_run: bool = False
    seconds: float = 0.0

    def count(self) -> int:
        return sum(len(getattr(self, kind)) for kind in _KINDS)

    def counts(self) -> str:
        some = ", ".join(f"{len(getattr(self, kind)):,} {kind}" for kind in _KINDS if getattr(self, kind))
        return f"{'would be: ' if self.dry_run else ''}{some or 'nothing to add'} in {self.seconds:.1f} s"


def _add(args: argparse.Namespace) -> int:
    from index.settings import load

    started = time.monotonic()
    _check(args, load())
    with opened(args) as (library, _):
        if args.watch:
            from app.watching import watch

            return watch(library, [Path(path) for path in args.paths])
        failed: Failures = []
        given = _given(args, failed)
        result = _previewed(library, given, failed) if args.dry_run else _added(library, given, failed)
    result.seconds = round(time.monotonic() - started, 2)
    _print_json(result) if args.json else _print(result)
    return 1 if result.failed else 0


def _check(args: argparse.Namespace, settings: Settings) -> None:
    """Raises UsageError before any work."""
    from ingest.fetch import is_url

    piped = args.paths.count("-")
    if args.name is not None and piped != 1:
        raise UsageError("--name goes with - (standard input): hoidap add - --name bao-cao.pdf < FILE")
    if piped > 1:
        raise UsageError("- was given twice; standard input is read once")
    if args.watch and (args.dry_run or args.json):
        raise UsageError("--watch goes on until it is stopped, so it has no --dry-run and no --json")
    urls = [path for path in args.paths if is_url(path)]
    if urls and not settings.fetch:
        raise UsageError(
            f"{clean(urls[0])} is a web address, and nothing is fetched from the network unless you allow it: "
            f"HOIDAP_FETCH=1 hoidap add …"
        )
    for path in args.paths if args.watch else ():
        if not Path(path).is_dir():
            raise UsageError(f"--watch takes folders, and {clean(path)} is none")


def _given(args: argparse.Namespace, failed: Failures) -> list[Given]:
    """What was named, in that order; nothing is read yet."""
    from ingest.fetch import fetch, is_url
    from ingest.sources import Given, given_paths

    given: list[Given] = []
    paths: list[Path] = []
    for what in args.paths:
        if what == "-":
            given.append(Given(args.name or "-", partial(_piped, args.name)))
        elif is_url(what):
            given.append(Given(what, partial(fetch, what)))
        else:
            paths.append(Path(what))
    return given_paths(paths, failed) + given


def _piped(name: str | None) -> Source:
    """What stands on standard input. Without a name the bytes say what it is, and the same bytes are the same
    document."""
    from ingest.read import MAX_PACKED
    from ingest.sniff import suffix_of
    from ingest.sources import piped

    if sys.stdin.isatty():
        print("hoidap: reading what you type; end with Ctrl+D on a line of its own", file=sys.stderr)
    data = sys.stdin.buffer.read(MAX_PACKED + 1)
    return piped(data, name or f"stdin{suffix_of(data) or '.txt'}", known_by_name=name is not None)


def _added(library: Library, given: list[Given], failed: Failures) -> Result:
    refreshed(library)
    with bar("indexing") as progress:
        changes = library.add_sources(_shown(given, failed), progress)
    index = library.index()
    passages = Counter(passage.document for passage in index.passages)
    new = {*changes.added, *changes.updated}
    pages = _pages((passage.document, passage.headings) for passage in index.passages if passage.document in new)
    rows = {}
    for id in new:
        d = index.documents[id]
        rows[id] = Added(id, d.title, d.source, pages[id], len(d.text), passages[id], d.note)
    return _result(changes, rows, failed)


def _previewed(library: Library, given: list[Given], failed: Failures) -> Result:
    changes, read = library.preview(_shown(given, failed))
    rows = {id: _as_read(id, read.get(id)) for id in (*changes.added, *changes.updated)}
    result = _result(changes, rows, failed)
    result.dry_run = True
    return result


def _as_read(id: str, parsed: Parsed | None) -> Added:
    from ingest.cut import cut

    if parsed is None:  # a file of the corpus that was removed, and would come back
        return Added(id, "", "", 0, 0, 0, "")
    d, sections = parsed
    pages = _pages((id, section.headings) for section in sections)
    return Added(id, d.title, d.source, pages[id], len(d.text), len(cut(d, sections)), d.note)


def _pages(headings: Iterable[tuple[str, tuple[str, ...]]]) -> Counter[str]:
    """Document id -> its last page with text: the last heading of what stands on a page is "trang 7"."""
    pages: Counter[str] = Counter()
    for id, path in headings:
        word, _, number = path[-1].partition(" ") if path else ("", "", "")
        if word == "trang" and number.isdecimal():
            pages[id] = max(pages[id], int(number))
    return pages


def _result(changes: Changes, rows: dict[str, Added], failed: Failures) -> Result:
    return Result(
        [rows[id] for id in changes.added],
        [rows[id] for id in changes.updated],
        changes.unchanged,
        changes.removed,
        [{"name": clean(name), "reason": named(name, reason)} for name, reason in (*failed, *changes.failed)],
    )


def _shown(given: list[Given], failed: Failures) -> Iterator[Source]:
    """What was given, loaded one by one, with a bar that says which is being read."""
    from app.progress import Progress

    with Progress("reading", "files", len(given)) as shown:
        for done, one in enumerate(given):
            shown.show(done, one.name)
            try:
                yield one.load()
            except ReadError as error:
                failed.append((one.name, str(error)))
        shown.show(len(given))


def _print(result: Result) -> None:
    """A line for each document on standard output; failures, notes and the sum on standard error."""
    for kind in ("added", "updated"):
        for row in getattr(result, kind):
            print(f"{kind:9} {row.id}{_details(row) if result.dry_run else ''}")
    for kind in ("unchanged", "removed"):
        for id in getattr(result, kind):
            print(f"{kind:9} {id}")
    for row in (*result.added, *result.updated):
        if row.note:
            print(f"note      {row.id}: {row.note}", file=sys.stderr)
    for failure in result.failed:
        print(f"failed    {failure['reason']}", file=sys.stderr)
    if result.dry_run or result.count() != 1:  # one line says it all
        print(f"hoidap: {result.counts()}", file=sys.stderr)


def _details(row: Added) -> str:
    pages = f"{row.pages:,} pages, " if row.pages else ""
    return f"  {pages}{row.characters:,} characters, {row.passages:,} passages  {row.title}"


def _print_json(result: Result) -> None:
    print(json.dumps(asdict(result), ensure_ascii=False, indent=2))
