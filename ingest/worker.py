"""Parses files in a child process with limits on memory and time: a hostile file ends that process, not this one."""

from __future__ import annotations

import atexit
import base64
import json
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import ReadError
from ingest.blocks import Block, Extract

MEMORY = 2 << 30  # bytes of address space
CPU_SECONDS = 60  # for one file; what tesseract and LibreOffice use is not counted here
CPU_SECONDS_A_PAGE = 0.5  # more for every page done; a page of a PDF takes 0.02
SILENCE = 120.0  # seconds until the next page is done
_FOLDER = Path(__file__).parent.parent

_lock = threading.Lock()
_running: subprocess.Popen[bytes] | None = None


def extract(name: str, data: bytes, *, silence: float = SILENCE) -> Extract:
    """What `ingest.formats` finds in the file, parsed in the one child process, which is started when it is not there.

    Raises ReadError when the file cannot be read, or its parser needs more memory or time than a file may, or dies.
    """
    answer = _answer(name, data, "text", silence)
    blocks = [Block(*row) for row in answer.pop("blocks")]
    return Extract(blocks, **answer)


def files_in(name: str, data: bytes) -> list[tuple[str, bytes]]:
    """(name, bytes) of the files attached to the mail `data`. Raises ReadError as `extract` does."""
    answer = _answer(name, data, "files", SILENCE)
    return [(file, base64.b64decode(content)) for file, content in answer["files"]]


def _answer(name: str, data: bytes, want: str, silence: float) -> dict[str, Any]:
    with _lock:
        fresh = _running is None or _running.poll() is not None
        try:
            return _ask(name, data, want, silence)
        except _WornOut:
            if fresh:
                raise
            return _ask(name, data, want, silence)  # earlier files may have filled its memory


class _WornOut(ReadError):
    """The process ran out of memory and ended."""


def close() -> None:
    """End the child process, if there is one."""
    global _running
    process, _running = _running, None
    if process is not None:
        process.kill()
        process.communicate()


def _process() -> subprocess.Popen[bytes]:
    global _running
    if _running is None or _running.poll() is not None:
        close()
        if not _registered:
            atexit.register(close)
            _registered.append(True)
        _running = subprocess.Popen(
            [sys.executable, "-c", "from ingest.worker import serve; serve()"],
            cwd=_FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt at the keyboard is for us, who then end it
        )
    return _running


_registered: list[bool] = []


def _ask(name: str, data: bytes, want: str, silence: float) -> dict[str, Any]:
    process = _process()
    assert process.stdin is not None and process.stdout is not None
    late = threading.Event()

    def stop() -> None:
        late.set()
        _kill(process)

    answer: dict[str, Any] | None = {"page": 0}
    try:
        # while it waits for us the timer runs too: a process that hangs reads nothing
        timer = _started(silence, stop)
        try:
            request = {"name": name, "size": len(data), "want": want}
            process.stdin.write(json.dumps(request).encode() + b"\n" + data)
            process.stdin.flush()
        except OSError:
            pass  # it died; reading says so
        while answer is not None and "page" in answer:
            line = process.stdout.readline()
            timer.cancel()
            answer = json.loads(line) if line.endswith(b"\n") else None
            if answer is not None and "page" in answer:
                timer = _started(silence, stop)
        timer.cancel()
    except BaseException:
        _kill(process)
        close()
        raise
    if answer is None:
        code = process.wait()
        close()
        raise ReadError(f"{name}: {_cause(code, late.is_set(), silence)}; nothing was stored")
    if "error" in answer:
        if answer.get("memory"):
            process.wait()
            close()
            raise _WornOut(f"{name}: reading it needs more than {MEMORY >> 30} GB of memory; split it")
        raise ReadError(f"{name}: {answer['error']}")
    return answer


def _started(seconds: float, do: Any) -> threading.Timer:
    timer = threading.Timer(seconds, do)
    timer.daemon = True
    timer.start()
    return timer


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and the programs it started."""
    import os
    import signal

    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):  # gone, or a system without process groups
        process.kill()


def _cause(code: int, late: bool, silence: float) -> str:
    if late:
        return f"reading it took longer than {silence:.0f} seconds"
    import signal

    if code == -getattr(signal, "SIGXCPU", 0):
        return f"reading it took more than {CPU_SECONDS} seconds of computing"
    return f"its parser broke down (exit {code}), so the file is damaged or made to do that"


# ---- the child -------------------------------------------------------------------------------------------------------


def serve() -> None:
    """Answer requests on standard input until it ends: a line of JSON and the bytes of a file, then a line of JSON."""
    import os

    os.environ["OMP_THREAD_LIMIT"] = "1"  # with its threads tesseract takes four times as long on two cores
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    requests = sys.stdin.buffer
    _limit_memory()

    def say(answer: dict[str, Any]) -> None:
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()

    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        used = _limit_time(CPU_SECONDS)

        def on_page(page: int, used: float = used) -> None:
            _limit_time(CPU_SECONDS + CPU_SECONDS_A_PAGE * page, used)
            say({"page": page})

        try:
            from ingest import formats

            if request["want"] == "files":
                from ingest.mail import attached

                say({"files": [(name, base64.b64encode(content).decode()) for name, content in attached(data)]})
                continue
            found = formats.extract(request["name"], data, on_page)
            row = asdict(found)
            row["blocks"] = [(b.text, b.level, b.page, b.row) for b in found.blocks]
            say(row)
        except ReadError as error:
            say({"error": str(error)})
        except MemoryError:
            say({"error": "memory", "memory": True})
            return
        except RecursionError:
            say({"error": "it is nested deeper than any document"})
        except Exception as error:
            say({"error": f"reading it failed ({type(error).__name__}: {str(error)[:200]}); save its text as .txt"})
        del data


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows: the limits on sizes and time hold
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float, since: float | None = None) -> float:
    """Allow `seconds` of computing from `since` on (default: now), which is returned: seconds the process has used."""
    try:
        import resource
    except ImportError:
        return 0.0
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime if since is None else since
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + seconds) + 1, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return used
