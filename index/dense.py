"""The dense half: passage vectors in a persistent Chroma collection, opened read-only after it is built."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from index.arrays import array_file
from index.errors import StoreError

_NAME = "passages"
_BLOCK = 4096  # vectors copied at once
_MANY = 500  # new rows for which Chroma has a process of its own
_AT_ONCE = 200  # rows in one call of `add` here: a transaction on disk, and 0.06 s in which no question is answered
_HERE = Path(__file__).parent.parent
_SERVE = "from index.dense import serve; serve()"

# Width of the search through Chroma's graph. Of the exact 100 nearest it finds 0.89 at 10,000 passages and 0.82 at
# 100,000 with Chroma's own 100, and 0.996 and 0.972 with 600, which takes 1 ms longer (210 questions, news).
_EF = 600
# Rows after which Chroma writes its graph out, looked at once a call of `add`. With its own 1000 up to 999 rows stay in
# its log and are put into the graph at every opening: 0.6 s instead of 0.1 (12,700 passages; building takes the same).
_SYNC = 2

_VECTORS, _KEYS, _MOMENTS = "vectors.npy", "keys.npy", "moments.npz"
KEY = 16  # bytes of the digest of an embedded text

Vectors = npt.NDArray[np.float32]
Keys = npt.NDArray[np.uint8]
"""Digests of what was embedded, shape (n, KEY)."""

Moments = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
"""Mean of vectors, shape (dim,), and their covariance, shape (dim, dim)."""


class Dense:
    """Nearest passages by cosine, exact moments of all cosines, and the cosine of any passage.

    Chroma answers "which are nearest"; `vectors.npy` beside it (memory-mapped) gives the cosine of a passage that only
    the lexical half found, and lets the next build reuse vectors instead of embedding again.
    """

    def __init__(self, client: Any, collection: Any, vectors: Vectors, moments: Moments) -> None:
        self._client = client
        self._collection = collection
        self.vectors = vectors
        self._mean, self._covariance = moments

    @staticmethod
    def open(folder: Path) -> Dense:
        """Open what `writing` wrote. Raises StoreError when files are missing or do not fit together."""
        try:
            vectors = np.load(folder / _VECTORS, mmap_mode="r")
            moments = _moments(folder)
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise StoreError(f"the vectors in {folder} cannot be read ({error})") from error
        client = _client(folder)
        try:
            collection = client.get_collection(_NAME, embedding_function=None)
            if collection.count() != len(vectors):
                raise StoreError(f"the collection in {folder} holds {collection.count()} of {len(vectors)} vectors")
            # count() proves little: with the segment files lost, it is right and queries are wrong; getting a vector
            # back fails then. Searching for it proves nothing either: among thousands that are nearly the same ("Văn
            # bản 17") Chroma's graph does not reach 1 of 7.
            rows = sorted({0, len(vectors) // 2, len(vectors) - 1})
            kept = collection.get(ids=[str(row) for row in rows], include=["embeddings"])
            for id, vector in zip(kept["ids"], kept["embeddings"], strict=True):
                if not np.allclose(vector, vectors[int(id)], atol=1e-5):
                    raise StoreError(f"the collection in {folder} holds another vector {id}")
            if len(kept["ids"]) != len(rows):
                raise StoreError(
                    f"the collection in {folder} holds {len(kept['ids'])} of {len(rows)} vectors looked up"
                )
        except StoreError:
            client.close()
            raise
        except Exception as error:  # chromadb raises its own tree of errors, and bare ones from Rust
            client.close()
            raise StoreError(f"the collection in {folder} cannot be opened ({error})") from error
        return Dense(client, collection, vectors, moments)

    def nearest(self, vector: Vectors, k: int) -> list[int]:
        """Rows of the `k` passages nearest to the unit `vector`, nearest first."""
        k = min(k, len(self.vectors))
        if k == 0:
            return []
        found = self._collection.query(query_embeddings=[vector], n_results=k, include=[])
        return [int(id) for id in found["ids"][0]]

    def cosines(self, vector: Vectors, rows: npt.NDArray[np.intp]) -> Vectors:
        """Cosine similarity of the unit `vector` with the passages at `rows`; of one passage always the same, bit for
        bit, whatever the other rows are, which BLAS does not promise of a matrix product."""
        return np.asarray(np.einsum("ij,j->i", self.vectors[rows], vector), dtype=np.float32)

    def spread(self, vector: Vectors) -> tuple[float, float]:
        """(mean, standard deviation) of the cosine of `vector` with *all* passages, exactly, without visiting them:
        the mean is q.m and the variance q.C.q for mean vector m and covariance C of the stored vectors."""
        variance = float(vector @ self._covariance @ vector)
        return float(vector @ self._mean), max(variance, 0.0) ** 0.5

    def close(self) -> None:
        self._client.close()


Add = Callable[[Vectors, Keys], None]
"""Takes the unit vectors of the next passages, shape (n, dim), and the digests of what was embedded."""


@contextmanager
def writing(folder: Path, size: int, dim: int, before: Path | None = None) -> Iterator[Add]:
    """Write the dense half of `size` passages into the new `folder`, a batch at a time.

    `before` is the folder of another whose passages come first, all of them, in the same order: it is copied, and only
    what is new goes through Chroma's graph. Nothing is ever taken out of a copy, for Chroma leaves what it deletes on
    the disk.
    """
    folder.mkdir(parents=True)
    with (
        array_file(folder / _VECTORS, np.float32, (size, dim)) as vectors,
        array_file(folder / _KEYS, np.uint8, (size, KEY)) as keys,
    ):
        rows = _Rows(vectors, keys, dim)
        if before:
            rows.copy(before)
            _copy_chroma(before, folder)
        with _chroma(folder, size - rows.count, made=before is not None) as put:

            def add(batch: Vectors, digests: Keys) -> None:
                start = rows.count
                rows.write(batch, digests)
                vectors.flush()
                put(start, rows.count)

            yield add
    rows.save_moments(folder)


class _Rows:
    """Writes vectors and their digests one after the other, and sums them up."""

    def __init__(self, vectors: BinaryIO, keys: BinaryIO, dim: int) -> None:
        self._vectors, self._keys = vectors, keys
        self.count = 0
        self._sum, self._products = np.zeros(dim), np.zeros((dim, dim))

    def write(self, vectors: Vectors, keys: Keys) -> None:
        self._store(vectors, keys)
        wide = vectors.astype(np.float64)
        self._sum += wide.sum(axis=0)
        self._products += wide.T @ wide

    def copy(self, before: Path) -> None:
        vectors, keys = saved(before)
        for start in range(0, len(vectors), _BLOCK):
            self._store(vectors[start : start + _BLOCK], keys[start : start + _BLOCK])
        mean, covariance = _moments(before)
        self._sum = len(vectors) * mean
        self._products = len(vectors) * (covariance + np.outer(mean, mean))

    def save_moments(self, folder: Path) -> None:
        mean = self._sum / self.count
        covariance = self._products / self.count - np.outer(mean, mean)
        np.savez(folder / _MOMENTS, mean=mean, covariance=covariance)

    def _store(self, vectors: Vectors, keys: Keys) -> None:
        self._vectors.write(np.ascontiguousarray(vectors, np.float32).tobytes())
        self._keys.write(np.ascontiguousarray(keys, np.uint8).tobytes())
        self.count += len(vectors)


@contextmanager
def _chroma(folder: Path, size: int, *, made: bool) -> Iterator[Callable[[int, int], None]]:
    """Put rows [start, end) of the vectors in `folder` into its collection, which is `made` already or not.

    While Chroma adds rows no other thread of its process gets on, and no question is answered: 0.3 s for a thousand. So
    many are added by another process, which takes half a second to start and works while this one embeds the next.
    """
    if size < _MANY:
        with closing(_client(folder)) as client:
            collection = _collection(client, made=made)
            yield lambda start, end: _put(folder, collection, start, end, _AT_ONCE)
        return
    command = [sys.executable, "-c", _SERVE, str(folder), str(int(made))]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=_HERE, text=True, start_new_session=True, **pipes) as process:

        def put(start: int, end: int) -> None:
            with suppress(BrokenPipeError):  # it has ended; why is said below
                print(start, end, file=process.stdin, flush=True)

        try:
            yield put
            _, errors = process.communicate()
        finally:
            process.kill()
    if process.returncode:
        raise StoreError(f"Chroma could not store vectors in {folder} ({errors.strip()[-200:] or process.returncode})")


def serve() -> None:
    """Add the rows that standard input names, until it ends: it does so too when the process that writes there is
    killed."""
    folder = Path(sys.argv[1])
    with closing(_client(folder)) as client:
        collection = _collection(client, made=sys.argv[2] == "1")
        for line in sys.stdin:
            start, end = map(int, line.split())
            _put(folder, collection, start, end, end - start)


def _put(folder: Path, collection: Any, start: int, end: int, most: int) -> None:
    vectors = np.load(folder / _VECTORS, mmap_mode="r")
    for at in range(start, end, most):
        rows = range(at, min(at + most, end))
        # the id is the row: any other would have to be looked up (1.5 to 3 ms for 100 results' metadata)
        collection.add(ids=list(map(str, rows)), embeddings=np.array(vectors[rows.start : rows.stop]))


def _collection(client: Any, *, made: bool) -> Any:
    if made:
        return client.get_collection(_NAME, embedding_function=None)
    # The embedding function is None and embeddings are passed by us: otherwise Chroma would download an English model,
    # and a stored function is how its open CVE-2026-45829 gets in.
    hnsw = {"space": "cosine", "ef_search": _EF, "sync_threshold": _SYNC}
    return client.create_collection(_NAME, embedding_function=None, configuration={"hnsw": hnsw})


def _moments(folder: Path) -> Moments:
    # opened here: given a path, NumPy leaves a damaged file open
    with (folder / _MOMENTS).open("rb") as file, np.load(file) as moments:
        return moments["mean"], np.atleast_2d(moments["covariance"])


class Known:
    """Vectors of earlier indexes by what was embedded."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """`folders` hold dense halves written with the encoder they are to be used with, or nothing that can be
        read."""
        self._saved: list[tuple[Vectors, Keys, npt.NDArray[np.uint64], npt.NDArray[np.intp]]] = []
        for folder in folders:
            with suppress(OSError, EOFError, ValueError):  # damaged: what it had is embedded again
                vectors, keys = saved(folder)
                heads = np.ascontiguousarray(keys[:, :8]).view(np.uint64)[:, 0]
                order = np.argsort(heads)
                self._saved.append((vectors, keys, heads[order], order))

    def get(self, key: npt.NDArray[np.uint8]) -> Vectors | None:
        """The vector of the text with this digest, None when there is none."""
        head = key[:8].view(np.uint64)[0]
        for vectors, keys, heads, order in self._saved:
            at = int(np.searchsorted(heads, head))
            if at < len(heads) and np.array_equal(keys[order[at]], key):
                return np.asarray(vectors[order[at]])
        return None


def saved(folder: Path) -> tuple[Vectors, Keys]:
    """The vectors in `folder` and the digest of what each was made from, both mapped.

    :raises OSError, EOFError, ValueError: a file is missing or damaged.
    """
    vectors, keys = (np.load(folder / name, mmap_mode="r") for name in (_VECTORS, _KEYS))
    if keys.shape != (len(vectors), KEY):
        raise ValueError(f"{folder} holds {len(vectors)} vectors and {len(keys)} digests")
    return vectors, keys


def _copy_chroma(before: Path, folder: Path) -> None:
    """Copy Chroma's files. A reader that opens them meanwhile writes into its database, into nothing else."""
    shutil.copytree(before / "chroma", folder / "chroma", ignore=shutil.ignore_patterns("chroma.sqlite3*"))
    name = Path("chroma") / "chroma.sqlite3"
    with closing(sqlite3.connect(before / name)) as old, closing(sqlite3.connect(folder / name)) as new:
        old.backup(new)


def _client(folder: Path) -> Any:
    import chromadb  # 0.5-0.9 s
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder / "chroma"), settings=Settings(anonymized_telemetry=False))
