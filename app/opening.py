"""What commands share: the library their options name, brought up to date, and what became of each document."""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.text import clean

if TYPE_CHECKING:  # imported by the command that needs them: --help takes no time
    from collections.abc import Iterator

    from index.search import Progress
    from index.settings import Settings
    from ingest.library import Changes, Library

_SHOWN = 5  # unreadable corpus files named on every command; the rest are counted


def command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    """The parser of the command `name`, which `run(args)` carries out, with the option every command has."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="folder of documents (default: HOIDAP_CORPUS)")
    parser.set_defaults(run=run)
    return parser


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[tuple[Library, Settings]]:
    """The library that `args` and the settings name."""
    from index.encoder import load_encoder
    from index.settings import load
    from ingest.library import Library

    settings = load()
    library = Library(args.corpus or settings.corpus, settings.data, load_encoder(settings.model))
    try:
        yield library, settings
    finally:
        library.close()


def refreshed(library: Library) -> None:
    """Make the library current, with a bar while it builds and a line for each file that cannot be read."""
    with bar("index") as progress:
        changes = library.refresh(progress)
    for name, reason in changes.failed[:_SHOWN]:
        print(f"hoidap: skipped {named(name, reason)}", file=sys.stderr)
    if len(changes.failed) > _SHOWN:
        print(f"hoidap: skipped {len(changes.failed) - _SHOWN} more files that cannot be read", file=sys.stderr)
    if not library.index().documents:
        print(f"hoidap: there is no readable document in {library.corpus} yet", file=sys.stderr)


@contextmanager
def bar(label: str) -> Iterator[Progress]:
    """How many passages are indexed, shown while they are."""
    from app.progress import Progress as Shown

    with Shown(label, "passages") as shown:
        yield lambda done, total: shown.show(done, total=total)


def report(changes: Changes) -> None:
    """A line for each document, on standard output; for each failure, on standard error."""
    for name in ("added", "updated", "unchanged", "removed"):
        for id in getattr(changes, name):
            print(f"{name:9} {id}")
    for name, reason in changes.failed:
        print(f"failed    {named(name, reason)}", file=sys.stderr)


def named(name: str, reason: str) -> str:
    """`reason` with the file's name in it, and without what a name could do to a terminal."""
    return clean(reason if name in reason else f"{name}: {reason}").replace("\n", " ")
