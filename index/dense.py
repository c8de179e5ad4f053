"""The dense half: passage vectors in a persistent Chroma collection, opened read-only after it is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from index.errors import StoreError

_NAME = "passages"
_BATCH = 1000  # one fsync'd SQLite transaction a call: batches of 1 write 32 rows/s, of 1000 1,900 rows/s

# Width of the search through Chroma's graph. Of the exact 100 nearest it finds 0.89 at 10,000 passages and 0.82 at
# 100,000 with Chroma's own 100, and 0.996 and 0.972 with 600, which takes 1 ms longer (210 questions, news).
_EF = 600

Vectors = npt.NDArray[np.float32]


class Dense:
    """Nearest passages by cosine, exact moments of all cosines, and the cosine of any passage.

    Chroma answers "which are nearest"; `vectors.npy` beside it (memory-mapped) gives the cosine of a passage that only
    the lexical half found, and lets the next build reuse vectors instead of embedding again.
    """

    def __init__(self, client: Any, collection: Any, vectors: Vectors, moments: tuple[Vectors, Vectors]) -> None:
        self._client = client
        self._collection = collection
        self.vectors = vectors
        self._mean, self._covariance = moments

    @staticmethod
    def build(folder: Path, vectors: Vectors) -> None:
        """Write the unit `vectors` (n, dim) of the passages into a new folder and close it."""
        folder.mkdir(parents=True)
        np.save(folder / "vectors.npy", vectors)
        np.savez(folder / "moments.npz", mean=vectors.mean(axis=0), covariance=np.cov(vectors.T, bias=True))
        client = _client(folder)
        try:
            # The embedding function is None and embeddings are passed by us: otherwise Chroma would download an English
            # model, and a stored function is how its open CVE-2026-45829 gets in.
            collection = client.create_collection(
                _NAME, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": _EF}}
            )
            for i in range(0, len(vectors), _BATCH):
                batch = vectors[i : i + _BATCH]
                # the id is the row: any other would have to be looked up (1.5 to 3 ms for 100 results' metadata)
                collection.add(ids=[str(i + j) for j in range(len(batch))], embeddings=batch)
        finally:
            client.close()

    @staticmethod
    def open(folder: Path) -> Dense:
        """Open what `build` wrote. Raises StoreError when files are missing or do not fit together."""
        try:
            vectors = np.load(folder / "vectors.npy", mmap_mode="r")
            # opened here: given a path, NumPy leaves a damaged file open
            with (folder / "moments.npz").open("rb") as file, np.load(file) as moments:
                mean, covariance = moments["mean"], np.atleast_2d(moments["covariance"])
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise StoreError(f"the vectors in {folder} cannot be read ({error})") from error
        client = _client(folder)
        try:
            collection = client.get_collection(_NAME, embedding_function=None)
            if collection.count() != len(vectors):
                raise StoreError(f"the collection in {folder} holds {collection.count()} of {len(vectors)} vectors")
            # count() proves little: with the segment files lost, it is right and queries are wrong. Ask for one vector;
            # a zero row (a text without any known term) is at distance 1 from everything, itself too.
            known = next((row for row in vectors if row.any()), None)
            if known is not None:
                found = collection.query(query_embeddings=[known], n_results=1, include=["distances"])
                if not found["distances"][0] or found["distances"][0][0] > 1e-3:
                    raise StoreError(f"the collection in {folder} does not find its own first vector")
        except StoreError:
            client.close()
            raise
        except Exception as error:  # chromadb raises its own tree of errors, and bare ones from Rust
            client.close()
            raise StoreError(f"the collection in {folder} cannot be opened ({error})") from error
        return Dense(client, collection, vectors, (mean, covariance))

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


def _client(folder: Path) -> Any:
    import chromadb  # 0.5-0.9 s
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder / "chroma"), settings=Settings(anonymized_telemetry=False))
