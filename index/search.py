"""One generation of the index: documents, passages, both halves of the search, and their fusion."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import accents, fusion
from index.asking import without_asking
from index.closeness import closeness, idf_of_words
from index.dense import KEY, Add, Dense, Keys, Known, Vectors, saved, writing
from index.encoder import Encoder
from index.errors import StoreError
from index.filters import Filter
from index.lexical import Lexical, best, weighted
from index.postings import NewRows, Postings
from index.query import is_english, untelex
from index.text import VERSION, clean, key, syllables
from index.translate import expand
from index.types import Document, Hit, Passage

SCHEMA = 4  # raise it when the files below change; an index of another one, older or newer, is built again

_CANDIDATES = 100  # taken from each half before fusion, or as many as are asked for
_NEAR = 30  # of the candidates are looked at for how close together the query's words stand: 2 ms
_CHUNK = 256  # passages encoded between two calls of `progress`
_BATCH = 1000  # passages embedded, counted and given to Chroma at once

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
        folder: Path | None = None,  # where it lies on disk
    ) -> None:
        self.documents = documents
        self.passages = passages
        self.lexical = lexical  # of a view: knows the terms of the passages it finds
        self.encoder = encoder
        self.folder = folder
        self._statistics = lexical  # what scores are worked out with, in a view too
        self._dense = dense
        self._spellings = spellings or {}
        self._admitted: npt.NDArray[np.bool_] | None = None  # of a view: which passages it finds

    def search(self, query: str, k: int = 10, where: Filter | None = None) -> list[Hit]:
        """The `k` best passages for `query` (any spelling: NFD, no diacritics, Telex left-overs), best first; with
        `where` only of documents it admits.

        With `where`, the result is exactly, scores too, what it admits of a search for all passages, cut at `k`.
        Without, candidates are the 100 best of each half, or the `k` best if that is more; a passage that neither half
        has among them is missed.

        Fused score = (1 - w) z(BM25) + w z(cosine) + c closeness: both z-scores over all passages of the index, w and c
        as `index.fusion` says, closeness for the thirty best without it. Ranks are not fused: reciprocal rank fusion
        lost 7 points of nDCG@10 on the same data. Ties are broken by passage id.
        """
        found = self.within(where).score(query, k)
        return [found.hit(i) for i in range(len(found.rows))]

    @property
    def size(self) -> int:
        """Number of passages a search may find."""
        return len(self.passages) if self._admitted is None else int(self._admitted.sum())

    def within(self, where: Filter | None) -> Index:
        """A view of this index that finds only passages of documents `where` admits, and knows only their terms; word
        statistics and means stay those of the whole, so a score does not depend on what else was asked for."""
        if not where:
            return self
        admits = {id: where.admits(document) for id, document in self.documents.items()}
        return self.only(np.fromiter((admits[p.document] for p in self.passages), bool, len(self.passages)))

    def only(self, admitted: npt.NDArray[np.bool_]) -> Index:
        """A view like `within`'s, of the passages at the rows `admitted`, shape (passages,)."""
        if self._admitted is not None:
            admitted = admitted & self._admitted
        view = copy(self)
        view._admitted = admitted
        view.lexical = self.lexical.within(admitted)
        return view

    def score(self, query: str, k: int) -> Scored:
        """The `k` best passages with all that was worked out to order them; every search goes through here."""
        laps = _Laps()
        whole = self._statistics
        query = untelex(clean(query), lambda word: whole.frequency(key(word)) > 0)
        english = is_english(query)
        asked = weighted(
            expand(query) if english else without_asking(query, accents.weigh(query, self._spellings, whole))
        )
        laps.end("understand")
        vector = self.encoder.encode([query], query=True)[0]
        laps.end("encode")
        lexical = whole.scores(asked)
        laps.end("lexical")
        ordinary = self._candidates(lexical, vector, _CANDIDATES) if asked else np.zeros(0, dtype=np.intp)
        rows = self._rows(ordinary, lexical, vector, k)
        laps.end("dense")
        features = fusion.features(english, asked, whole, lexical)
        halves = _Halves(lexical, vector, self._dense, fusion.dense_weight(features))
        scores = halves.of(ordinary)
        near = self._near(ordinary, scores[-1], {} if english else idf_of_words(asked, whole))
        lexical_z, cosines, dense_z, fused = scores if rows is ordinary else halves.of(rows)
        close = np.array([near.get(row, 0.0) for row in rows.tolist()])
        fused = fused + fusion.CLOSENESS * close
        order = self._best(rows, fused, k)
        laps.end("fusion")
        return Scored(
            index=self,
            query=query,
            english=english,
            terms=asked,
            vector=vector,
            rows=rows[order],
            fused=fused[order],
            bm25=lexical,
            lexical=lexical[rows][order],
            lexical_z=lexical_z[order],
            dense=cosines[order],
            dense_z=dense_z[order],
            closeness=close[order],
            features=features,
            dense_weight=halves.weight,
            seconds=laps.seconds,
        )

    def _candidates(self, lexical: Vectors, vector: Vectors, depth: int) -> npt.NDArray[np.intp]:
        """Rows of the whole index worth scoring: the `depth` best of each half, none when nothing of the query is
        known; all when no term matches, for which of several equal vectors Chroma returns is chance."""
        matches = bool(lexical.any())
        if self._dense is None or not (matches or vector.any()):
            return np.zeros(0, dtype=np.intp)
        if depth >= len(self.passages) or not matches:
            return np.arange(len(self.passages))
        nearest = np.asarray(self._dense.nearest(vector, depth), dtype=np.intp)
        return np.union1d(best(lexical, depth), nearest)

    def _rows(self, ordinary: npt.NDArray[np.intp], lexical: Vectors, vector: Vectors, k: int) -> npt.NDArray[np.intp]:
        """Rows to score, given those every search starts from. Of a part of the index all are, since Chroma's own
        filter takes 60 to 70 ms in 100,000 passages and exact cosines of all of them take 60."""
        if not len(ordinary):
            return ordinary
        if self._admitted is not None:
            return np.flatnonzero(self._admitted)
        return ordinary if k <= _CANDIDATES else self._candidates(lexical, vector, k)

    def _near(
        self, ordinary: npt.NDArray[np.intp], fused: npt.NDArray[np.float64], weights: Mapping[str, float]
    ) -> Mapping[int, float]:
        """Closeness of the best `ordinary` rows, given the fused scores of all. They are the same whatever is admitted
        and however many are asked for, so that a filter changes no score."""
        if not (len(ordinary) and weights):
            return {}
        rows = ordinary[self._best(ordinary, fused, _NEAR)]
        return {row: closeness(self.passages[row].text, weights) for row in rows.tolist()}

    def _best(self, rows: npt.NDArray[np.intp], fused: npt.NDArray[np.float64], k: int) -> list[int]:
        """Places of the `k` highest scores, best first, equal ones by passage id."""
        places = np.arange(len(rows))
        if k < len(rows):  # sorting 100,000 by a key takes 0.1 s
            places = np.flatnonzero(fused >= np.partition(fused, -k)[-k]) if k > 0 else places[:0]
        return sorted(places.tolist(), key=lambda i: (-fused[i], self.passages[int(rows[i])].id))[:k]

    def close(self) -> None:
        if self._dense is not None:
            self._dense.close()


@dataclass(frozen=True, slots=True)
class _Halves:
    """What both halves say of one query."""

    lexical: Vectors  # BM25 of every passage
    vector: Vectors
    dense: Dense | None
    weight: float  # of the dense half

    def of(self, rows: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.float64], Vectors, npt.NDArray[np.float64], Any]:
        """(z-score of BM25, cosine, its z-score, fused score) of `rows`, each of shape (len(rows),)."""
        if self.dense is None or not len(rows):
            return np.zeros(0), np.zeros(0, np.float32), np.zeros(0), np.zeros(0)
        cosines = self.dense.cosines(self.vector, rows)
        lexical_z = _z(self.lexical[rows], float(self.lexical.mean()), float(self.lexical.std()))
        dense_z = _z(cosines, *self.dense.spread(self.vector))
        return lexical_z, cosines, dense_z, (1 - self.weight) * lexical_z + self.weight * dense_z


@dataclass(frozen=True, slots=True)
class Scored:
    """What one search worked out. The arrays have a place for every passage found, best first."""

    index: Index
    query: str  # as understood: cleaned, Telex undone
    english: bool
    terms: Mapping[str, float]  # searched by the lexical half, with how often each counts
    vector: Vectors  # of the query, shape (dim,)
    bm25: Vectors  # of every passage of the index
    rows: npt.NDArray[np.intp]  # positions in `index.passages`
    fused: npt.NDArray[np.float64]
    lexical: Vectors  # BM25 of those at `rows`, 0 when no term matched
    lexical_z: npt.NDArray[np.float64]
    dense: Vectors  # cosine, -1..1
    dense_z: npt.NDArray[np.float64]
    closeness: npt.NDArray[np.float64]  # see `index.closeness`, 0 for all but the best thirty
    features: npt.NDArray[np.float64]  # what `index.fusion` worked the next out from
    dense_weight: float  # fused = (1 - dense_weight) * lexical_z + dense_weight * dense_z + CLOSENESS * closeness
    seconds: Mapping[str, float]  # of each step, in order

    def ranks(self) -> tuple[list[int], list[int]]:
        """Places, from 1, of the passages found when one half alone orders all that could be: by BM25, and by cosine.
        Equal scores share the first of their places."""
        dense, admitted = self.index._dense, self.index._admitted
        if dense is None:
            return [], []
        there = np.arange(len(self.bm25)) if admitted is None else np.flatnonzero(admitted)
        return _places(self.bm25[there], self.lexical), _places(dense.cosines(self.vector, there), self.dense)

    def hit(self, i: int) -> Hit:
        """The passage in place `i`, counted from 0, as a search returns it."""
        passage = self.index.passages[int(self.rows[i])]
        document = self.index.documents[passage.document]
        return Hit(passage, document, float(self.fused[i]), float(self.lexical[i]), float(self.dense[i]))


def _places(every: Vectors, scores: Vectors) -> list[int]:
    below = np.searchsorted(np.sort(every), scores, side="right")
    return [1 + len(every) - int(n) for n in below]


class _Laps:
    """Seconds between one `end` and the next."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._started = time.perf_counter()

    def end(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = now - self._started
        self._started = now


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
    before: Index | None = None,
    known: Known | None = None,
    progress: Progress | None = None,
    manifest: Mapping[str, Any] | None = None,
) -> None:
    """Write an index of `passages` into `folder`, which must not exist.

    `before` is the index this one follows, on disk, by the same encoder, text folding and schema. Where `passages`
    begins with some of its passages in its order, these are neither embedded nor taken apart again; where it begins
    with all of them, its files are copied and only added to. What stands in `known` is not embedded either.

    `manifest` adds the caller's own entries to manifest.json, which is written last: a folder without one is an
    interrupted build.
    """
    folder.mkdir(parents=True)
    kept = _Kept.of(before, documents, passages)
    whole = kept.folder if kept and kept.whole else None
    _write_rows(folder / "documents.jsonl", map(_document_row, documents), whole, kept.documents if kept else 0)
    _write_rows(folder / "passages.jsonl", map(_passage_row, passages), whole, kept.rows if kept else 0)
    if passages:
        lexical = folder / "lexical"
        parts = [(kept.postings, kept.new_rows)] if kept else []
        words = set(kept.words) if kept else set()
        titles = {d.id: d for d in documents}
        with tempfile.TemporaryDirectory(dir=folder) as counted:
            with writing(folder / "dense", len(passages), encoder.dim, whole and whole / "dense") as add:
                if kept and not whole:
                    kept.add_vectors(add)
                for start in range(kept.rows if kept else 0, len(passages), _BATCH):
                    texts = [scored_text(titles[p.document], p) for p in passages[start : start + _BATCH]]
                    # in memory all of them took 8 bytes for each byte of the files
                    postings = Postings.of(texts).filed(Path(counted, str(start)))
                    parts.append((postings, np.arange(start, start + len(texts), dtype=np.int32)))
                    words.update(syllable for text in texts for syllable in syllables(text))
                    keys = _keys(texts)
                    add(_embed(texts, keys, encoder, known, progress, start, len(passages)), keys)
            if progress:
                progress(len(passages), len(passages))
            Lexical.write(lexical, parts)
        accents.save(*accents.collect(words, Lexical.load(lexical, len(passages))), lexical)
    entries = {**identity(encoder), "model": encoder.name, "passages": len(passages), **(manifest or {})}
    (folder / "manifest.json").write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")


def identity(encoder: Encoder) -> dict[str, Any]:
    """What an index must have been built with to be opened with `encoder` by this program."""
    return {"schema": SCHEMA, "text": VERSION, "encoder": encoder.fingerprint, "dim": encoder.dim}


@dataclass(frozen=True, slots=True)
class _Kept:
    """What of the index before stays: the first rows of the new one."""

    folder: Path  # of the index before
    documents: int  # how many it has
    new_rows: NewRows  # of its passages
    whole: bool  # all of it stays
    postings: Postings
    words: Sequence[str]
    vectors: Vectors
    keys: Keys

    @staticmethod
    def of(before: Index | None, documents: Sequence[Document], passages: Sequence[Passage]) -> _Kept | None:
        """None when nothing stays, or when what is there is damaged: then all is made anew."""
        if before is None or before.folder is None or not before.passages:
            return None
        stays = {d.id for d in documents if before.documents.get(d.id) == d}
        kept = np.fromiter((p.document in stays for p in before.passages), bool, len(before.passages))
        rows = np.flatnonzero(kept).tolist()
        if not rows or [before.passages[row] for row in rows] != list(passages[: len(rows)]):
            return None
        new_rows = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
        whole = bool(kept.all()) and list(before.documents.values()) == list(documents[: len(before.documents)])
        try:
            postings, words = Lexical.postings(before.folder / "lexical"), accents.words(before.folder / "lexical")
            vectors, keys = saved(before.folder / "dense")
        except (OSError, EOFError, ValueError):
            return None
        if not len(postings.lengths) == len(vectors) == len(kept):
            return None
        return _Kept(before.folder, len(before.documents), new_rows, whole, postings, words, vectors, keys)

    @property
    def rows(self) -> int:
        """How many passages stay."""
        return int(np.count_nonzero(self.new_rows >= 0))

    def add_vectors(self, add: Add) -> None:
        """Those that stay."""
        rows = np.flatnonzero(self.new_rows >= 0)
        for start in range(0, len(rows), _BATCH):
            some = rows[start : start + _BATCH]
            add(self.vectors[some], self.keys[some])


def _keys(texts: Sequence[str]) -> Keys:
    return np.frombuffer(b"".join(sha256(text.encode()).digest()[:KEY] for text in texts), np.uint8).reshape(-1, KEY)


def _embed(
    texts: Sequence[str],
    keys: Keys,
    encoder: Encoder,
    known: Known | None,
    progress: Progress | None,
    start: int,
    all: int,
) -> Vectors:
    """The vectors of `texts`, those of the passages from row `start` on of `all`."""
    vectors = np.zeros((len(texts), encoder.dim), dtype=np.float32)
    missing = []
    for i in range(len(texts)):
        vector = known.get(keys[i]) if known else None
        if vector is None:
            missing.append(i)
        else:
            vectors[i] = vector
    done = start + len(texts) - len(missing)
    for at in range(0, len(missing), _CHUNK):
        if progress:
            progress(done + at, all)
        rows = missing[at : at + _CHUNK]
        vectors[rows] = encoder.encode([texts[i] for i in rows])
    return vectors


_OF_DOCUMENT = tuple(field.name for field in fields(Document))


def _document_row(document: Document) -> Any:
    return {name: getattr(document, name) for name in _OF_DOCUMENT}  # `asdict` copies: five times as long


def _passage_row(passage: Passage) -> Any:
    return passage.id, passage.document, passage.start, passage.end, passage.headings


def _write_rows(path: Path, rows: Iterable[Any], whole: Path | None, count: int) -> None:
    """A line for each of `rows`; the first `count` are copied from the index in `whole`, which has no others."""
    if whole:
        shutil.copyfile(whole / path.name, path)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        for row in islice(rows, count if whole else 0, None):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rows(path: Path) -> Iterator[Any]:
    # newline: U+2028 and its like are legal inside a JSON string, and end no line here
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from map(json.loads, file)


def _passage(
    documents: Mapping[str, Document], id: str, document: str, start: int, end: int, headings: Sequence[str]
) -> Passage:
    return Passage(id, document, start, end, documents[document].text, tuple(headings))


def open_index(folder: Path, encoder: Encoder, rebuild: str = "hoidap index") -> Index:
    """Open what `build` wrote.

    Raises StoreError, with the command `rebuild` as what to do, when the folder is incomplete or damaged, or was built
    with another encoder, text folding or schema than this program runs with: an index is never searched with the wrong
    model.
    """
    try:
        return _open(folder, encoder)
    except Exception as error:
        raise _unreadable(folder, error, rebuild) from error


def _open(folder: Path, encoder: Encoder) -> Index:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if not isinstance(manifest, dict):
        raise StoreError(f"{folder / 'manifest.json'} is damaged")
    for name, expected in identity(encoder).items():  # before the rows: another schema has other ones
        if manifest.get(name) != expected:
            raise StoreError(
                f"the index in {folder} was built with {name} {manifest.get(name)!r}, this program has {expected!r}"
            )
    documents = {d["id"]: Document(**d) for d in _rows(folder / "documents.jsonl")}
    passages = [_passage(documents, *row) for row in _rows(folder / "passages.jsonl")]
    if len(passages) != manifest.get("passages"):
        raise StoreError(f"the index in {folder} holds {len(passages)} of {manifest.get('passages')} passages")
    return _with_halves(folder, documents, passages, encoder)


def open_built(
    folder: Path, documents: Sequence[Document], passages: Sequence[Passage], encoder: Encoder, rebuild: str
) -> Index:
    """As `open_index`, right after `build` wrote these into `folder`: their texts are not read again, only counted."""
    try:
        for name, rows in (("documents", documents), ("passages", passages)):
            with (folder / f"{name}.jsonl").open("rb") as file:
                if (lines := sum(1 for _ in file)) != len(rows):
                    raise StoreError(f"the index in {folder} holds {lines} of {len(rows)} {name}")
        return _with_halves(folder, {d.id: d for d in documents}, passages, encoder)
    except Exception as error:
        raise _unreadable(folder, error, rebuild) from error


def _with_halves(
    folder: Path, documents: Mapping[str, Document], passages: Sequence[Passage], encoder: Encoder
) -> Index:
    if not passages:
        return Index(documents, passages, Lexical.empty(), None, encoder, folder=folder)
    lexical = Lexical.load(folder / "lexical", len(passages))
    spellings = accents.load(folder / "lexical")
    if not isinstance(spellings, dict):
        raise StoreError(f"the spellings in {folder / 'lexical'} are damaged")
    return Index(documents, passages, lexical, Dense.open(folder / "dense"), encoder, spellings, folder)


def _unreadable(folder: Path, error: Exception, rebuild: str) -> StoreError:
    """A damaged file makes NumPy, zipfile and json raise a dozen kinds."""
    damaged = f"the index in {folder} is incomplete or damaged ({type(error).__name__}: {error})"
    return StoreError(f"{error if isinstance(error, StoreError) else damaged}; `{rebuild}` rebuilds it")
