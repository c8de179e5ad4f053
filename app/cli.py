"""The `hoidap` command: ask, serve and index; the others come from app.adding, app.manage and app.keeping."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.adding import add_command
from app.keeping import add_commands as add_keeping
from app.manage import add_commands as add_manage
from app.opening import command, opened, refreshed
from index.console import never_fail
from index.errors import HoidapError, UsageError
from index.filters import add_options, from_options

if TYPE_CHECKING:  # numpy, chromadb and the rest are imported by the command that needs them: --help takes no time
    from app.llm import Llm
    from app.types import Answer, Turn
    from index.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status: 0 done, 1 something failed, 2 wrong usage, 130 interrupted."""
    never_fail()
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except UsageError as error:
        print(f"hoidap: {error}", file=sys.stderr)
        return 2
    except HoidapError as error:
        print(f"hoidap: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `hoidap list | head`
        sys.stderr.close()
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        where = f" ({error.filename})" if error.filename else ""
        print(f"hoidap: {error.strerror}{where}. Make room, or set HOIDAP_DATA to another folder", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hoidap: interrupted; nothing was changed", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hoidap", description="Ask Vietnamese documents; every answer quotes them.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    ask = command(commands, "ask", _ask, "answer a question, or a file of questions")
    ask.add_argument("question", nargs="?", help="the question, in quotes")
    ask.add_argument("--batch", type=Path, metavar="FILE", help="JSON lines {id, question, history?}; needs --json OUT")
    ask.add_argument(
        "--json", nargs="?", const="-", metavar="OUT", help="print the answer as JSON; with --batch: write rows to OUT"
    )

    add_options(ask)

    serve = command(commands, "serve", _serve, "open the chat on this machine")
    serve.add_argument("--port", help="port to listen on (default: HOIDAP_PORT or 7860)")

    add_command(commands)

    add_manage(commands)

    add_keeping(commands)

    command(commands, "index", _index, "bring the index up to date with the documents")
    return parser


def _ask(args: argparse.Namespace) -> int:
    from app.generate import answer as ask

    if (args.question is None) == (args.batch is None):
        raise UsageError(
            'give a question (before --json): hoidap ask "Ba thành gồm những đô thị nào?", or --batch FILE'
        )
    if args.batch and args.json in (None, "-"):
        raise UsageError("--batch needs a file to write to: --json OUT.jsonl")
    if args.question is not None and args.json not in (None, "-"):
        raise UsageError(f"--json {args.json} names a file, which goes with --batch; write the question before --json")
    rows = _batch_rows(args.batch) if args.batch else []  # before the index is built: a typing error costs no time
    if args.batch and not Path(args.json).parent.is_dir():
        raise UsageError(f"--json {args.json}: there is no folder {Path(args.json).parent}; make it first")
    with opened(args) as (library, settings):
        llm = _llm(settings)
        refreshed(library)
        index = library.index()
        where = from_options(args, index.documents.values())
        if args.batch is None:
            answer = ask(args.question, index, where=where, llm=llm)
            print(json.dumps(answer.as_row(), ensure_ascii=False, indent=2) if args.json else _as_text(answer))
            return 0
        results = []
        for id, question, history in rows:
            started = time.perf_counter()
            answer = ask(question, index, history, where, llm)
            seconds = round(time.perf_counter() - started, 4)
            results.append({"id": id, **answer.as_row(), "seconds": seconds})
    _write_lines(Path(args.json), results)
    print(f"{len(results)} answers in {args.json}", file=sys.stderr)
    return 0


def _llm(settings: Settings) -> Llm | None:
    """The LLM that writes answers, None when LLM_BASE_URL is not set."""
    from app.llm import Llm

    chosen = settings.llm
    return Llm(chosen) if chosen else None


def _as_text(answer: Answer) -> str:
    from app.words import say

    lines = [answer.notice, answer.text] if answer.notice else [answer.text]
    if answer.writer:
        lines.insert(0, say("llm_written", answer.language, model=answer.writer))
    if answer.resolved != answer.question:
        lines.insert(0, f"({answer.resolved})")
    for n, c in enumerate(answer.citations, start=1):
        facts = (c.title, c.publisher, c.published, " > ".join(c.headings), c.url, f"{c.document}:{c.start}-{c.end}")
        lines.append(f"[{n}] " + " · ".join(f for f in facts if f))
        if answer.writer:  # its text does not hold the quotes
            lines.append(f"    {c.quote}")
    return "\n".join(lines)


def _batch_rows(path: Path) -> list[tuple[Any, str, list[Turn]]]:
    from app.types import Turn

    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error}); give a file of JSON lines in UTF-8") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            history = [Turn(_one_of(t["role"]), _text(t["content"])) for t in row.get("history") or []]
            rows.append((row["id"], _text(row["question"]), history))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f'{path}, line {number}: not a row {{"id": …, "question": …, "history"?: [{{"role", "content"}}]}} '
                f"({type(error).__name__}: {error})"
            ) from error
    return rows


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _one_of(role: Any) -> Literal["user", "assistant"]:
    if role not in ("user", "assistant"):
        raise ValueError(f"role {role!r} is neither user nor assistant")
    return "user" if role == "user" else "assistant"


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    from index.store import write_whole

    write_whole(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())


def _index(args: argparse.Namespace) -> int:
    from index.encoder import TransformerEncoder

    with opened(args) as (library, _):
        refreshed(library)
        index = library.index()
        print(f"{len(index.documents)} documents, {len(index.passages)} passages")
        if isinstance(library.encoder, TransformerEncoder):
            question, passage = library.encoder.prompts
            print(f"model {library.encoder.name}; before a question {question!r}, before a passage {passage!r}")
    return 0


def _serve(args: argparse.Namespace) -> int:
    from index.settings import load

    settings = load({**os.environ, "HOIDAP_PORT": args.port} if args.port is not None else None)
    port, llm = settings.port, _llm(settings)
    _check_port(settings.host, port)  # before any work: a busy port is known in a millisecond
    with opened(args) as (library, _):
        refreshed(library)
        import uvicorn

        from app.chat import create_app
        from app.generate import answer, meanwhile

        app = create_app(library, partial(answer, llm=llm), meanwhile=meanwhile if llm else None, host=settings.host)
        if settings.host not in ("127.0.0.1", "localhost", "::1"):
            print(
                "hoidap: whoever can open this page can add and remove documents; there is no log-in", file=sys.stderr
            )
        print(f"Hỏi Đáp: http://{settings.host}:{port}  (Ctrl+C: dừng / stop)", flush=True)
        uvicorn.run(app, host=settings.host, port=port, log_level="warning")
    return 0


def _check_port(host: str, port: int) -> None:
    import socket

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as uvicorn will: a port in TIME_WAIT is free
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"cannot listen on {host}:{port} ({error}); stop what runs there or take another: hoidap serve --port "
                f"{port % 65535 + 1} (make chat: HOIDAP_PORT={port % 65535 + 1} make chat)"
            ) from error


if __name__ == "__main__":
    sys.exit(main())
