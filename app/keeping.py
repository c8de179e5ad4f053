"""The commands that keep a library safe: doctor, rollback, backup, restore, export."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.opening import bar, command, named, opened, refreshed
from index.errors import StoreError, UsageError
from index.text import clean

if TYPE_CHECKING:
    from ingest.backup import About
    from ingest.doctor import Finding, Place
    from ingest.library import Library


def add_commands(commands: Any) -> None:
    """Put the commands of this module into the parser of `hoidap`."""
    doctor = command(commands, "doctor", _doctor, "look the library over; exit status 0: sound, 1: problems were found")
    doctor.add_argument(
        "--repair", action="store_true", help="mend what can be mended from the corpus and the kept files"
    )
    command(commands, "rollback", _rollback, "undo the last change; again: redo it")

    backup = command(commands, "backup", _backup, "write the library into one file, while others go on using it")
    backup.add_argument("file", type=Path, metavar="FILE", help="NAME.tar.gz or NAME.zip; replaced if it is there")
    backup.add_argument("--no-corpus", action="store_true", help="leave out the files of the corpus folder")

    restore = command(commands, "restore", _restore, "make the library what a backup holds")
    restore.add_argument("file", type=Path, metavar="FILE", help="what `hoidap backup` wrote")
    restore.add_argument("--into", type=Path, metavar="DIR", help="a new corpus folder, for the files of the old one")

    export = command(commands, "export", _export, "write documents into a folder, and a list of them")
    export.add_argument("ids", nargs="*", metavar="ID", help="only these; else all that are not in the trash")
    export.add_argument("folder", type=Path, metavar="FOLDER", help="where to; made if it is not there")
    export.add_argument("--original", action="store_true", help="the files as they came, not their text as .md")
    export.add_argument("--overwrite", action="store_true", help="replace files that are there")


def _place(args: argparse.Namespace) -> Place:
    from index.encoder import load_encoder
    from index.settings import load
    from ingest.doctor import Place

    settings = load()
    return Place(args.corpus or settings.corpus, settings.data, load_encoder(settings.model))


def _doctor(args: argparse.Namespace) -> int:
    from ingest.doctor import examine
    from ingest.repair import repair

    place = _place(args)
    problems = _say(examine(place))
    if problems and args.repair:
        with bar("repair") as progress:
            done = repair(place, progress)
        for line in done:
            print(f"repaired  {clean(line)}")
        problems = _say([finding for finding in examine(place) if finding.state == "problem"])
    what = "sound" if not problems else "1 problem" if problems == 1 else f"{problems} problems"
    advice = "; `hoidap doctor --repair` mends what can be mended" if problems and not args.repair else ""
    print(f"hoidap: {what}{advice}", file=sys.stderr)
    return int(problems > 0)


def _say(findings: list[Finding]) -> int:
    """Print them, a line each; how many are problems."""
    for finding in findings:
        print(f"{finding.state:9} {finding.name}: {clean(finding.text).replace(chr(10), ' ')}")
    return sum(finding.state == "problem" for finding in findings)


def _rollback(args: argparse.Namespace) -> int:
    with opened(args) as (library, _):
        refreshed(library)
        before = _states(library)
        with bar("rollback") as progress:
            changes = library.rollback(progress)
        after = _states(library)
        for id in sorted(before.keys() | after.keys()):
            if before.get(id) != after.get(id):
                print(f"{after.get(id, 'gone'):9} {id}  (was {before.get(id, 'not there')})")
        for id in changes.updated:
            print(f"earlier   {id}  (its text as it was)")
        print("hoidap: `hoidap rollback` again undoes this, until the next change", file=sys.stderr)
    return 0


def _states(library: Library) -> dict[str, str]:
    return {row.id: row.state for row in library.rows()}


def _backup(args: argparse.Namespace) -> int:
    from app.progress import Progress
    from ingest import backup

    with opened(args) as (library, _):
        backup.check_place(library, args.file)
        refreshed(library)
        replaced = args.file.exists()
        with Progress("backup", "files") as shown:
            done = backup.write(library, args.file, corpus=not args.no_corpus, on_file=shown.show)
    for name, reason in done.skipped:
        print(f"skipped   {named(name, reason)}", file=sys.stderr)
    print(f"{'replaced' if replaced else 'written':9} {args.file}  {done.bytes / 1e6:.1f} MB: {_content(done.about)}")
    return 1 if done.skipped else 0


def _content(about: About) -> str:
    corpus = f"{about.count('corpus')} files of the corpus folder {about.corpus}"
    return f"{about.count('files')} added documents, {corpus}, and the index by {about.model}"


def _restore(args: argparse.Namespace) -> int:
    into: Path | None = args.into
    if into is None:
        return _take_over(args, None)
    _check_into(into)
    made = not into.exists()
    into.mkdir(exist_ok=True)
    args.corpus = into
    try:
        return _take_over(args, into)
    except BaseException:
        if made and not any(into.iterdir()):
            into.rmdir()
        raise


def _take_over(args: argparse.Namespace, into: Path | None) -> int:
    from ingest import backup

    with opened(args) as (library, _), library.unpacking() as folder:
        about = backup.unpack(args.file, folder)
        print(f"hoidap: {args.file} of {about.made[:10]} is whole: {_content(about)}", file=sys.stderr)
        if into is not None:
            backup.put_corpus(folder, into)
        with bar("restore") as progress:
            changes = library.take_over(folder, progress)
        for kind in ("added", "updated", "removed"):
            for id in getattr(changes, kind):
                print(f"{kind:9} {id}")
        for name, reason in changes.failed:
            print(f"hoidap: skipped {named(name, reason)}", file=sys.stderr)
        documents = len(library.index().documents)
        print(f"hoidap: {documents} documents are searched, in the library of {library.corpus}", file=sys.stderr)
        _advise(about, library, folder, into)
    return 0


def _check_into(into: Path) -> None:
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise UsageError(f"--into {into}: it is there and not empty; name a folder that is not there yet")
    if not into.parent.is_dir():
        raise UsageError(f"--into {into}: there is no folder {into.parent}; make it first")


def _advise(about: About, library: Library, folder: Path, into: Path | None) -> None:
    from ingest import backup

    if into is not None:
        print(f"hoidap: use it with --corpus {into}, or set HOIDAP_CORPUS to that", file=sys.stderr)
        return
    if away := backup.missing(about, library.corpus):
        told = f"{len(away)} of the corpus files in the backup are not in {library.corpus}, or differ there"
        print(f"hoidap: {told}; `hoidap restore FILE --into DIR` unpacks them into a new folder", file=sys.stderr)
    print("hoidap: `hoidap rollback` undoes this, until the next change", file=sys.stderr)


def _export(args: argparse.Namespace) -> int:
    from ingest.export import LIST, export

    if args.folder.exists() and not args.folder.is_dir():
        raise UsageError(f"{args.folder} is no folder; give the folder to write to last: hoidap export [ID …] FOLDER")
    with opened(args) as (library, _):
        refreshed(library)
        if args.folder.resolve().is_relative_to(library.corpus):
            raise UsageError(f"{args.folder} lies in the corpus folder {library.corpus}; write it elsewhere")
        rows = {row.id: row for row in library.rows()}
        for id in args.ids:
            if id not in rows:
                raise StoreError(f"no document {id!r}; `hoidap list` shows the ids")
        wanted = [rows[id] for id in args.ids] or [row for row in rows.values() if row.state != "removed"]
        failed = count = 0
        for done in export(library, wanted, args.folder, original=args.original, overwrite=args.overwrite):
            failed += done.state == "failed"
            count += done.state != "failed" and done.file != LIST
            if done.state == "failed":
                print(f"failed    {named(done.file, done.reason)}", file=sys.stderr)
            else:
                print(f"{done.state:9} {done.file}")
    print(f"hoidap: {count} documents are in {args.folder}, {failed} failed", file=sys.stderr)
    return int(failed > 0)
