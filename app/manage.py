"""The commands that manage documents: list, show, remove, undelete, purge, disable, enable."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.opening import bar, command, opened, refreshed, report
from index.errors import StoreError
from index.filters import add_options, from_options
from index.text import clean

if TYPE_CHECKING:
    from index.types import Document, Passage
    from ingest.library import Library
    from ingest.rows import Row

_STATES = ("searched", "disabled", "removed", "failed")


def add_commands(commands: Any) -> None:
    """Put the commands of this module into the parser of `hoidap`."""
    listed = command(commands, "list", _list, "list the documents; those removed only with --state removed")
    listed.add_argument("--state", choices=_STATES, help="only those in this state")
    listed.add_argument("--json", action="store_true", help="print a JSON array")
    add_options(listed)

    show = command(commands, "show", _show, "say all that is known of one document")
    show.add_argument("id", help="as `hoidap list` shows it")
    what = show.add_mutually_exclusive_group()
    what.add_argument("--text", action="store_true", help="print its text as it was read")
    what.add_argument("--passages", action="store_true", help="print the passages it is searched by")
    show.add_argument("--json", action="store_true", help="print a JSON object")

    remove = _on_ids(
        commands, "remove", _remove, "move documents to the trash; files of the corpus folder are only hidden"
    )
    remove.add_argument("--purge", action="store_true", help="delete for good instead, with every older index")
    _on_ids(commands, "undelete", _undelete, "bring documents back from the trash")
    purge = command(commands, "purge", _purge, "delete for good what is in the trash, with every older index")
    purge.add_argument("ids", nargs="*", metavar="ID", help="only these of it")
    _on_ids(commands, "disable", _disable, "keep documents, but answer nothing from them")
    _on_ids(commands, "enable", _enable, "answer from disabled documents again")


def _on_ids(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser = command(commands, name, run, text)
    parser.add_argument("ids", nargs="+", metavar="ID", help="as `hoidap list` shows it")
    return parser


def _list(args: argparse.Namespace) -> int:
    with opened(args) as (library, _):
        refreshed(library)
        rows = library.rows()
        where = from_options(args, rows)
        shown = [row for row in rows if (row.state == args.state if args.state else row.state != "removed")]
        shown = [row for row in shown if where.admits(row)]
        if args.json:
            print(json.dumps([asdict(row) for row in shown], ensure_ascii=False, indent=2))
            return 0
        for row in shown:
            print(_line(row))
        trash = sum(row.state == "removed" for row in rows)
        if trash and not args.state:
            print(f"{trash} more in the trash: hoidap list --state removed", file=sys.stderr)
    return 0


def _line(row: Row) -> str:
    state = "" if row.state == "searched" else f"  [{row.state}{f': {row.reason}' if row.reason else ''}]"
    facts = f"{row.id}  {row.published or '-':10}  {row.added[:10]}  {_size(row.bytes):>7}  {row.title}{state}"
    return clean(facts).replace("\n", " ")


def _size(count: int) -> str:
    for unit in ("B", "kB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count = round(count / 1000)
    return f"{count} MB"


def _show(args: argparse.Namespace) -> int:
    with opened(args) as (library, _):
        refreshed(library)
        row = next((row for row in library.rows() if row.id == args.id), None)
        if row is None:
            raise StoreError(f"no document {args.id!r}; `hoidap list` shows the ids")
        if not (args.text or args.passages):
            print(json.dumps(asdict(row), ensure_ascii=False, indent=2) if args.json else _facts(row))
            return 0
        document, passages = library.document(args.id)
        print(_as_json(row, document, passages, args) if args.json else _content(document, passages, args))
    return 0


def _facts(row: Row) -> str:
    values = {name: value for name, value in asdict(row).items() if value != ""}
    return "\n".join(f"{name:9}  {clean(str(value)).replace(chr(10), ' ')}" for name, value in values.items())


def _content(document: Document, passages: list[Passage], args: argparse.Namespace) -> str:
    if args.text:
        return document.text
    heads = (f"[{p.start}-{p.end}] {' > '.join(p.headings)}".rstrip() for p in passages)
    return "\n\n".join(f"{head}\n{p.text}" for head, p in zip(heads, passages, strict=True))


def _as_json(row: Row, document: Document, passages: list[Passage], args: argparse.Namespace) -> str:
    cut = [{"start": p.start, "end": p.end, "headings": p.headings, "text": p.text} for p in passages]
    content = {"text": document.text} if args.text else {"cut": cut}
    return json.dumps(asdict(row) | content, ensure_ascii=False, indent=2)


def _remove(args: argparse.Namespace) -> int:
    with opened(args) as (library, _):
        refreshed(library)
        with bar("remove") as progress:
            report(library.remove(*args.ids, progress=progress))
        if args.purge:
            library.purge(*args.ids)
        _say_what_stays(library, args.ids, args.purge)
    return 0


def _say_what_stays(library: Library, ids: list[str], purged: bool) -> None:
    """A file of the corpus folder is not ours to delete: say so."""
    for row in library.trash():
        if row.id in ids and row.reason:
            print(f"{row.id}: {row.reason} {library.corpus}; `hoidap undelete` brings it back", file=sys.stderr)
        elif row.id in ids and not purged:
            print(f"{row.id}: kept in the trash; `hoidap purge {row.id}` deletes it for good", file=sys.stderr)


def _undelete(args: argparse.Namespace) -> int:
    with opened(args) as (library, _):
        refreshed(library)
        with bar("undelete") as progress:
            library.undelete(*args.ids, progress=progress)
        return _say_states(library, args.ids)


def _say_states(library: Library, ids: list[str]) -> int:
    """What became of `ids`; the exit status."""
    rows = [row for row in library.rows() if row.id in ids]
    for row in rows:
        reason = clean(f": {row.reason}").replace("\n", " ") if row.reason else ""
        print(f"{row.state:9} {row.id}{reason}", file=sys.stderr if row.state == "failed" else sys.stdout)
    return int(any(row.state == "failed" for row in rows))


def _purge(args: argparse.Namespace) -> int:
    with opened(args) as (library, _):
        refreshed(library)
        gone = library.purge(*args.ids)
        for id in gone:
            print(f"purged    {id}")
        _say_what_stays(library, gone, True)
    return 0


def _disable(args: argparse.Namespace) -> int:
    with opened(args) as (library, _):
        refreshed(library)
        with bar("disable") as progress:
            library.disable(*args.ids, progress=progress)
        return _say_states(library, args.ids)


def _enable(args: argparse.Namespace) -> int:
    with opened(args) as (library, _):
        refreshed(library)
        with bar("enable") as progress:
            library.enable(*args.ids, progress=progress)
        return _say_states(library, args.ids)
