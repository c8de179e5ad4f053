"""Times how fast documents go in, beside a plain LangChain and Chroma script with the same model, and what it takes.

Each step runs in a process of its own, with all libraries imported before the clock starts. The baseline reads the
files, cuts them with RecursiveCharacterTextSplitter at our length, encodes with our encoder and adds texts, vectors and
sources to a Chroma collection in batches, which is what `Chroma.from_documents` of the tutorials does; langchain-chroma
itself is not needed for that. It keeps no words to search by, no offsets and no copy of the file, and cannot tell that
a file is already there.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from evals import digest
from evals.latency import BASELINE_BATCH, apart, made_up_passages, peak_memory
from index.encoder import load_encoder
from ingest.cut import MAX_CHARS

OURS, BASELINE = "hoidap", "LangChain + Chroma"
_TITLE = 50  # characters
_LOOKED_AT = 0.02  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True)
class Timing:
    """One system on one number of documents. `processor` counts all threads and child processes; memory in bytes is
    the most that the process and its children held at one time."""

    system: str
    documents: int
    size: int  # bytes of the files
    passages: int
    seconds: float
    processor: float
    memory: int
    disk: int  # bytes
    one_more: float  # seconds to add another document to these
    unchanged: float | None  # seconds to add the same folder again; None where it would be added twice

    @property
    def cells(self) -> tuple[str, ...]:
        again = "" if self.unchanged is None else f"{self.unchanged:.2f}"
        share = "" if self.unchanged is None else f"{100 * self.unchanged / self.seconds:.1f}"
        return (
            *(f"{self.documents:,}", self.system, f"{self.size / 1e6:.1f}", f"{self.passages:,}"),
            *(f"{self.seconds:.1f}", f"{self.processor:.1f}", f"{self.passages / self.seconds:,.0f}"),
            *(f"{self.size / 1e6 / self.seconds:.2f}", f"{self.memory / 1e6:.0f}", f"{self.disk / 1e6:.0f}"),
            *(f"{self.one_more:.2f}", again, share),
        )

    def as_row(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


_HEAD = (
    *("documents", "system", "MB", "passages", "s", "cpu s", "passages/s", "MB/s", "peak MB", "disk MB"),
    *("one more s", "again s", "% of first"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """The timings of one run."""

    per_document: int  # made-up passages
    timings: tuple[Timing, ...]

    def ratios(self) -> dict[int, float]:
        """MB a second of ours by those of the baseline, by number of documents."""
        rate = {(t.system, t.documents): t.size / t.seconds for t in self.timings}
        return {n: rate[OURS, n] / rate[BASELINE, n] for system, n in rate if system == BASELINE}

    def growth(self, system: str) -> float | None:
        """Bytes of peak memory for each more byte of files, from the smallest number of documents to the largest."""
        own = sorted((t for t in self.timings if t.system == system), key=lambda t: t.size)
        if len(own) < 2 or own[0].size == own[-1].size:
            return None
        return (own[-1].memory - own[0].memory) / (own[-1].size - own[0].size)

    def as_row(self) -> dict[str, Any]:
        return {
            "passages_per_document": self.per_document,
            "timings": [timing.as_row() for timing in self.timings],
            "ratios": {str(n): ratio for n, ratio in self.ratios().items()},
            "digest": digest([str(self.per_document), *(str(t.documents) for t in self.timings)]),
        }

    def __str__(self) -> str:
        table = [_HEAD, *(timing.cells for timing in self.timings)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [f"text files of {self.per_document} made-up passages; files in the system's cache"]
        lines += ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in table]
        lines += [f"{n:,} documents: {ratio:.2f} times the baseline's MB/s" for n, ratio in self.ratios().items()]
        for system in (OURS, BASELINE):
            if (more := self.growth(system)) is not None:
                lines.append(f"{system}: {more:.1f} more bytes of memory at the peak for a byte of files")
        return "\n".join(lines)


def measure(sizes: Sequence[int], per_document: int, *, baseline: bool = True, seed: int = 0) -> Report:
    """Add folders of each of `sizes` documents to an empty library, and to an empty collection."""
    timings = []
    for documents in sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            home = Path(name)
            write_documents(home / "in", documents, per_document, seed)
            (home / "corpus").mkdir()
            write_documents(home / "more", 1, per_document, seed + 1)
            for system in (OURS, BASELINE) if baseline else (OURS,):
                print(f"{documents:,} documents: {system}", file=sys.stderr, flush=True)
                timings.append(_time(system, home, documents))
    return Report(per_document, tuple(timings))


def _time(system: str, home: Path, documents: int) -> Timing:
    add: Callable[..., Any] = _ours if system == OURS else _baseline
    first = apart(add, home, home / "in")
    disk = sum(file.stat().st_size for file in (home / system).rglob("*") if file.is_file())
    unchanged = apart(add, home, home / "in")["seconds"] if system == OURS else None
    return Timing(
        system=system,
        documents=documents,
        size=sum(file.stat().st_size for file in (home / "in").iterdir()),
        disk=disk,
        unchanged=unchanged,
        one_more=apart(add, home, home / "more")["seconds"],
        **first,
    )


def write_documents(folder: Path, documents: int, per_document: int, seed: int) -> None:
    """That many text files of `per_document` made-up passages each, under a title."""
    folder.mkdir()
    passages = made_up_passages(documents * (per_document + 1), seed)
    for number in range(documents):
        title, *body = passages[number * (per_document + 1) : (number + 1) * (per_document + 1)]
        text = "\n\n".join((title[:_TITLE].rstrip(" ."), *body)) + "\n"
        (folder / f"van-ban-{number:06}.txt").write_text(text, encoding="utf-8")


def _ours(home: Path, folder: Path) -> dict[str, Any]:
    import chromadb  # noqa: F401
    import langchain_text_splitters  # noqa: F401

    from ingest.library import Library

    library = Library(home / "corpus", home / OURS, load_encoder())
    with _clock() as took, _memory() as held:
        changes = library.add([folder])
        passages = len(library.index().passages)
    library.close()
    assert not changes.failed, changes.failed[:3]
    return {"passages": passages, **took, **held}


def _baseline(home: Path, folder: Path) -> dict[str, Any]:
    import chromadb
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    encoder = load_encoder()
    splitter = RecursiveCharacterTextSplitter(chunk_size=MAX_CHARS, chunk_overlap=0)
    with _clock() as took, _memory() as held:
        client: Any = chromadb.PersistentClient(str(home / BASELINE))
        collection = client.get_or_create_collection("langchain", embedding_function=None)
        texts, sources = [], []
        for path in sorted(folder.iterdir()):
            chunks = splitter.split_text(path.read_text(encoding="utf-8"))
            texts += chunks
            sources += [{"source": str(path)}] * len(chunks)
        for start in range(0, len(texts), BASELINE_BATCH):
            batch = texts[start : start + BASELINE_BATCH]
            ids = [str(uuid4()) for _ in batch]
            metadatas: Any = sources[start : start + BASELINE_BATCH]
            collection.add(ids=ids, documents=batch, embeddings=encoder.encode(batch), metadatas=metadatas)
        passages = collection.count()
        client.close()
    return {"passages": passages, **took, **held}


@contextmanager
def _clock() -> Iterator[dict[str, float]]:
    """Seconds that passed within, and seconds of processors, those of ended child processes too."""
    took: dict[str, float] = {}
    started, used = time.perf_counter(), sum(os.times()[:4])
    yield took
    took["seconds"] = time.perf_counter() - started
    took["processor"] = sum(os.times()[:4]) - used


@contextmanager
def _memory() -> Iterator[dict[str, int]]:
    """Bytes that this process and its children held at most at one time; 0 where there is no /proc. What the system
    says of ended children counts this process too, as it was when it started them."""
    most, done = 0, threading.Event()

    def look() -> None:
        nonlocal most
        while not done.wait(_LOOKED_AT):
            most = max(most, sum(map(_held_by, ("self", *_children()))))

    held: dict[str, int] = {}
    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    yield held
    done.set()
    watcher.join()
    held["memory"] = max(most, peak_memory())


def _children() -> list[str]:
    """Process ids."""
    return [pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()]


def _held_by(pid: str) -> int:
    process, own = Path("/proc", pid), Path("/proc/self")
    try:
        # until it has begun its program a child shows the memory of this process
        if pid != "self" and (process / "cmdline").read_bytes() == (own / "cmdline").read_bytes():
            return 0
        found = re.search(r"VmRSS:\s+(\d+) kB", (process / "status").read_text(encoding="utf-8"))
    except OSError:  # it has ended
        return 0
    return int(found[1]) * 1024 if found else 0
