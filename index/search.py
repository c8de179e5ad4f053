"""One generation of the index: documents, passages, both halves of the search, and their fusion."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import accents
from index.dense import Dense, Vectors
from index.encoder import Encoder
from index.errors import StoreError
from index.lexical import Lexical
from index.query import is_english, untelex
from index.text import VERSION, clean, key
from index.translate import expand
from index.types import Document, Hit, Passage

SCHEMA = 2  # raise it when the files below change; an older index is rebuilt, a newer one refused

# Weight of the dense half in the fused score. Vietnamese: measured on XQuAD by the study behind this project (BM25 + a
# static embedding, z-scored, n=1182), best at 0.3 (nDCG@10 0.969; 0.962 at 0.5). English: chosen on held-out parallel
# documents (evals/LOG.md), flat from 0.4 to 0.7 now that the lexical half is searched in translation.
DENSE_WEIGHT = 0.3
DENSE_WEIGHT_ENGLISH = 0.5

_CANDIDATES = 100  # taken from each half before fusion
_CHUNK = 256  # passages encoded between two calls of `progress`

Progress = Callable[[int, int], None]
"""Called with (passages done, passages in all)."""


class Index:
    """A read-only search index over one set of passages."""

    def __init__(
        self,
        documents: Mapping[str, Document],
        passages: Sequence[Passage],
        lexical: Lexical,
        dense: Dense | None,  # None when there are no passages: Chroma holds nothing then
        encoder: Encoder,
        spellings: accents.Spellings | None = None,  # of `index.accents`; without, unaccented words are only folded
    ) -> None:
        self.documents = documents
        self.passages = passages
        self.lexical = lexical
        self.encoder = encoder
        self._dense = dense
        self._spellings = spellings or {}

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The `k` best passages for `query` (any spelling: NFD, no diacritics, Telex left-overs), best first.

        Fused score = (1 - w) z(BM25) + w z(cosine), both z-scores over all passages of the index. Ranks are not fused:
        reciprocal rank fusion lost 7 points of nDCG@10 on the same data. Ties are broken by passage id.
        """
        dense = self._dense
        if dense is None:
            return []
        query = untelex(clean(query), lambda word: self.lexical.frequency(key(word)) > 0)
        english = is_english(query)
        words = expand(query) if english else accents.weigh(query, self._spellings, self.lexical)
        lexical = self.lexical.scores(words)
        vector = self.encoder.encode([query], query=True)[0]
        rows = _candidates(lexical, vector, dense)
        cosines = dense.cosines(vector, rows)
        weight = DENSE_WEIGHT_ENGLISH if english else DENSE_WEIGHT
        fused = (1 - weight) * _z(lexical[rows], float(lexical.mean()), float(lexical.std()))
        fused += weight * _z(cosines, *dense.spread(vector))
        ids = [self.passages[r].id for r in rows]
        order = sorted(range(len(rows)), key=lambda i: (-fused[i], ids[i]))[:k]
        return [self._hit(int(rows[i]), fused[i], lexical[rows[i]], cosines[i]) for i in order]

    def _hit(self, row: int, score: float, lexical: float, dense: float) -> Hit:
        passage = self.passages[row]
        return Hit(passage, self.documents[passage.document], float(score), float(lexical), float(dense))

    def vectors(self) -> dict[str, Vectors]:
        """Vector of every passage by the digest of what was embedded, for the next build to take over."""
        if self._dense is None:
            return {}
        texts = (scored_text(self.documents[p.document], p) for p in self.passages)
        return {_digest(text): self._dense.vectors[i] for i, text in enumerate(texts)}

    def close(self) -> None:
        if self._dense is not None:
            self._dense.close()


def _candidates(lexical: Vectors, vector: Vectors, dense: Dense) -> npt.NDArray[np.intp]:
    best = np.argsort(-lexical, kind="stable")[:_CANDIDATES]
    best = best[lexical[best] > 0]
    return np.union1d(best, np.asarray(dense.nearest(vector, _CANDIDATES), dtype=np.intp)).astype(np.intp)


def _z(scores: Vectors, mean: float, deviation: float) -> npt.NDArray[np.float64]:
    # one passage, or no term known: the half says nothing, so it says the same of everything
    if deviation < 1e-9:
        return np.zeros(len(scores))
    return (scores.astype(np.float64) - mean) / deviation


def scored_text(document: Document, passage: Passage) -> str:
    """What both halves index for a passage: its title and headings too, for a passage seldom repeats its subject."""
    return "\n".join((document.title, *passage.headings, passage.text))


def build(
    folder: Path,
    documents: Sequence[Document],
    passages: Sequence[Passage],
    encoder: Encoder,
    *,
    reuse: Mapping[str, Vectors] | None = None,
    progress: Progress | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> None:
    """Write an index of `passages` into `folder`, which must not exist; `reuse` is `Index.vectors()` of
    an index built with the same encoder: what stands there is not embedded again.

    `manifest` adds the caller's own entries to manifest.json, which is written last: a folder without one is an
    interrupted build.
    """
    folder.mkdir(parents=True)
    titles = {d.id: d for d in documents}
    texts = [scored_text(titles[p.document], p) for p in passages]
    vectors = _embed(texts, encoder, reuse or {}, progress)
    _write_rows(folder / "documents.jsonl", documents)
    _write_rows(folder / "passages.jsonl", passages)
    if passages:
        lexical = Lexical.build(texts)
        lexical.save(folder / "lexical")
        accents.save(accents.collect(lexical), folder / "lexical")
        Dense.build(folder / "dense", [p.id for p in passages], vectors)
    entries = {**identity(encoder), "passages": len(passages), **(manifest or {})}
    (folder / "manifest.json").write_text(json.dumps(entries, ensure_ascii=False, indent=1), encoding="utf-8")


def identity(encoder: Encoder) -> dict[str, Any]:
    """What an index must have been built with to be opened with `encoder` by this program."""
    return {"schema": SCHEMA, "text": VERSION, "encoder": encoder.fingerprint, "dim": encoder.dim}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _embed(texts: Sequence[str], encoder: Encoder, reuse: Mapping[str, Vectors], progress: Progress | None) -> Vectors:
    vectors = np.zeros((len(texts), encoder.dim), dtype=np.float32)
    missing = []
    for i, text in enumerate(texts):
        known = reuse.get(_digest(text))
        if known is None:
            missing.append(i)
        else:
            vectors[i] = known
    done = len(texts) - len(missing)
    if progress:
        progress(done, len(texts))
    for start in range(0, len(missing), _CHUNK):
        rows = missing[start : start + _CHUNK]
        vectors[rows] = encoder.encode([texts[i] for i in rows])
        if progress:
            progress(done + start + len(rows), len(texts))
    return vectors


def _write_rows(path: Path, rows: Sequence[Document] | Sequence[Passage]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")


def _rows(path: Path) -> list[dict[str, Any]]:
    # not splitlines(): U+2028 and its like are legal inside a JSON string
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def open_index(folder: Path, encoder: Encoder) -> Index:
    """Open what `build` wrote.

    Raises StoreError when the folder is incomplete or damaged, or was built with another encoder, text folding or
    schema than this program runs with: an index is never searched with the wrong model.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        documents = {d["id"]: Document(**d) for d in _rows(folder / "documents.jsonl")}
        passages = [Passage(**{**p, "headings": tuple(p["headings"])}) for p in _rows(folder / "passages.jsonl")]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(f"the index in {folder} is incomplete or damaged ({error}); it has to be rebuilt") from error
    for name, expected in identity(encoder).items():
        if manifest.get(name) != expected:
            raise StoreError(
                f"the index in {folder} was built with {name} {manifest.get(name)!r}, this program has {expected!r}; "
                "it has to be rebuilt"
            )
    if len(passages) != manifest.get("passages"):
        raise StoreError(
            f"the index in {folder} holds {len(passages)} of {manifest.get('passages')} passages; rebuild it"
        )
    if not passages:
        return Index(documents, passages, Lexical.empty(), None, encoder)
    try:
        lexical = Lexical.load(folder / "lexical", len(passages))
        spellings = accents.load(folder / "lexical")
    except (OSError, ValueError, KeyError) as error:
        raise StoreError(f"the lexical index in {folder} cannot be read ({error}); it has to be rebuilt") from error
    return Index(documents, passages, lexical, Dense.open(folder / "dense"), encoder, spellings)
