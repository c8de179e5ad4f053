"""Times questions while documents go in: by a thread of the same process, as the Documents tab does, and by another."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.answer import ask
from app.uploads import Uploads
from evals import percentile
from evals.ingest import write_documents
from evals.latency import sample_questions
from index.encoder import load_encoder
from index.settings import bundled_corpus
from ingest.library import Library

_IDLE_SECONDS = 15.0
_PAUSE = 0.02  # seconds between two questions: a person asks less often

_ADD = """
import sys
from pathlib import Path
from index.encoder import load_encoder
from ingest.library import Library
library = Library(Path(sys.argv[1]), Path(sys.argv[2]), load_encoder())
library.add([Path(sys.argv[3])])
"""


@dataclass(frozen=True, slots=True)
class Report:
    """Seconds that each question took, by what went on meanwhile, and how long that went on."""

    documents: int
    seconds: Mapping[str, Sequence[float]]
    lasted: Mapping[str, float]

    def as_row(self) -> dict[str, Any]:
        return {"documents": self.documents, "seconds": dict(self.seconds), "lasted": dict(self.lasted)}

    def __str__(self) -> str:
        lines = [
            f"questions while {self.documents} documents of 20 passages go in",
            f"{'':20}       n  p50 ms  p95 ms  max ms       s",
        ]
        for name, seconds in self.seconds.items():
            values = (percentile(seconds, 50), percentile(seconds, 95), max(seconds))
            shown = "".join(f"{1000 * value:8.0f}" for value in values)
            lines.append(f"{name:20}{len(seconds):8,}{shown}{self.lasted[name]:8.1f}")
        return "\n".join(lines)


def measure(documents: int, seed: int = 0) -> Report:
    """Ask the bundled corpus, with `documents` made-up ones beside it, while as many more are added twice."""
    seconds: dict[str, list[float]] = {}
    lasted: dict[str, float] = {}
    questions = sample_questions(200, seed)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name)
        for n, folder in enumerate(("there", "thread", "process")):
            write_documents(home / folder, documents, 20, seed + n)
        library = Library(bundled_corpus(), home / "data", load_encoder())
        library.add([home / "there"])

        def added_here() -> None:
            uploads = Uploads(library)
            uploads.put(sorted((home / "thread").iterdir()))
            while uploads.running:
                time.sleep(0.1)
            assert uploads.job().count("added") == documents

        def added_elsewhere() -> None:
            line = [sys.executable, "-c", _ADD, str(bundled_corpus()), str(home / "data"), str(home / "process")]
            subprocess.run(line, check=True)

        work: dict[str, Callable[[], None]] = {
            "nothing": lambda: time.sleep(_IDLE_SECONDS),
            "added by a thread": added_here,
            "added by a process": added_elsewhere,
        }
        for label, do in work.items():
            print(label, file=sys.stderr, flush=True)
            started = time.monotonic()
            with _asking(library, questions) as took:
                do()
            seconds[label], lasted[label] = took, time.monotonic() - started
        library.close()
    return Report(documents, seconds, lasted)


@contextmanager
def _asking(library: Library, questions: Sequence[str]) -> Iterator[list[float]]:
    """Ask from another thread; yields the seconds each question took."""
    took: list[float] = []
    stop = threading.Event()
    failed: list[Exception] = []

    def work() -> None:
        n = 0
        while not stop.wait(_PAUSE):
            started = time.perf_counter()
            try:
                ask(questions[n % len(questions)], library.index())
            except Exception as error:
                failed.append(error)
                return
            took.append(time.perf_counter() - started)
            n += 1

    for question in questions[:20]:
        ask(question, library.index())
    asker = threading.Thread(target=work)
    asker.start()
    try:
        yield took
    finally:
        stop.set()
        asker.join()
    if failed:
        raise failed[0]
