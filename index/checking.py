"""Whether one generation of an index is sound: its files as they were built, its passages found by both halves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.encoder import Encoder
from index.errors import StoreError
from index.search import Index, open_index, scored_text
from index.text import terms
from index.types import Document, Passage

SAMPLE = 100  # passages that have to find themselves: at 10,000 passages they take half a second
_SUMS = "sums.json"
_CHANGING = ("/dense/chroma/", f"/{_SUMS}", "/state.json")  # Chroma writes when it reads; the last is kept up to date
_BLOCK = 10_000  # vectors looked at together
_CLOSE = 1e-3  # of lengths and cosines; float32 has 1e-7, and an encoder's batches differ by less than 1e-5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what was found, in words for the person at the keyboard."""

    name: str
    text: str
    sound: bool = True


def seal(folder: Path) -> None:
    """Note the checksum of every file of the generation in `folder`, which is not changed any more."""
    sums = {path.relative_to(folder).as_posix(): checksum(path) for path in _fixed(folder)}
    (folder / _SUMS).write_text(json.dumps(sums, indent=1), encoding="utf-8")


def _fixed(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part in f"/{path.relative_to(folder).as_posix()}" for part in _CHANGING):
            yield path


def checksum(path: Path) -> str:
    """The sha256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check(folder: Path, encoder: Encoder) -> list[Check]:
    """What is found of the generation in `folder`. What a damaged file makes impossible to look at is left out."""
    found = [_sums(folder)]
    try:
        index = open_index(folder, encoder)
    except StoreError as error:
        return [*found, Check("index", str(error).partition("; `")[0], False)]
    try:
        return [*found, *_content(index), *_halves(index)]
    except Exception as error:  # damaged arrays make NumPy and Chroma raise a dozen kinds
        return [*found, Check("index", f"it cannot be searched ({type(error).__name__}: {error})", False)]
    finally:
        index.close()


def is_sound(folder: Path, encoder: Encoder) -> bool:
    """True when nothing is found amiss in the generation in `folder`."""
    return all(found.sound for found in check(folder, encoder))


def _sums(folder: Path) -> Check:
    try:
        sums = json.loads((folder / _SUMS).read_text(encoding="utf-8"))
        changed = [name for name, wanted in sums.items() if not _holds(folder / name, wanted)]
    except FileNotFoundError:
        return Check("checksums", "none were noted when this index was built; the next change notes them")
    except (OSError, ValueError, AttributeError) as error:
        return Check("checksums", f"{folder / _SUMS} cannot be read ({error})", False)
    if changed:
        return Check("checksums", f"not what was written: {_some(changed)} in {folder}", False)
    return Check("checksums", f"{len(sums)} files are as they were written")


def _holds(path: Path, wanted: str) -> bool:
    try:
        return checksum(path) == wanted
    except OSError:
        return False


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _content(index: Index) -> Iterator[Check]:
    wrong = [p.id for p in index.passages if not _is_slice(p, index.documents[p.document])]
    if wrong:
        yield Check("passages", f"{len(wrong)} of {len(index.passages)} do not stand in their documents", False)
    elif len({p.id for p in index.passages}) < len(index.passages):
        yield Check("passages", "two have one id", False)
    else:
        count = f"{len(index.passages):,} passages of {len(index.documents):,} documents"
        yield Check("passages", f"{count}, each a slice of its document")


def _is_slice(passage: Passage, document: Document) -> bool:
    try:
        return Passage.of(document, passage.start, passage.end).id == passage.id
    except ValueError:
        return False


def _halves(index: Index) -> Iterator[Check]:
    dense, size = index._dense, len(index.passages)
    if dense is None:
        return
    vectors = dense.vectors
    if vectors.shape != (size, index.encoder.dim):
        yield Check("vectors", f"{vectors.shape} numbers for {size} passages of {index.encoder.dim} each", False)
        return
    bad = 0
    for start in range(0, size, _BLOCK):
        lengths = np.linalg.norm(vectors[start : start + _BLOCK], axis=1)
        bad += int((~(np.abs(lengths - 1) < _CLOSE) & (lengths != 0)).sum())  # nan is near to nothing
    if bad:
        yield Check("vectors", f"{bad} of {size} are not of length 1", False)
        return
    rows = np.unique(np.linspace(0, size - 1, min(size, SAMPLE)).astype(int)).tolist()
    texts = [scored_text(index.documents[index.passages[row].document], index.passages[row]) for row in rows]
    same = np.einsum("ij,ij->i", index.encoder.encode(texts), np.asarray(vectors[rows]))
    blank = [not vectors[row].any() for row in rows]  # a text without any term the model knows is a row of zeros
    other = int(((same < 1 - _CLOSE) & ~np.array(blank)).sum())
    if other:
        yield Check("vectors", f"{other} of {len(rows)} looked at are not those of their passages", False)
    else:
        yield Check("vectors", f"{size:,}, all of length 1; {len(rows)} embedded again are the same")
    kept = dense._collection.get(ids=[str(row) for row in rows], include=["embeddings"])
    if sorted(map(int, kept["ids"])) != rows or not all(
        np.allclose(vector, vectors[int(id)], atol=_CLOSE)
        for id, vector in zip(kept["ids"], kept["embeddings"], strict=True)
    ):
        yield Check("dense search", "Chroma does not hold the vectors it should", False)
        return
    lost = [row for row, none in zip(rows, blank, strict=True) if not none and not _is_near(index, row)]
    # among thousands of passages that are nearly the same Chroma's graph does not reach some: 1 of 7 in a test
    yield _found("dense search", len(lost), len(rows), len(rows) // 2)
    lost = [row for row, text in zip(rows, texts, strict=True) if not _has_terms(index, row, text)]
    yield _found("lexical search", len(lost), len(rows), 0)


def _is_near(index: Index, row: int) -> bool:
    """True when the nearest to a passage is it, or one with the same vector."""
    assert index._dense is not None
    vector = np.asarray(index._dense.vectors[row])
    nearest = np.asarray(index._dense.nearest(vector, 10), dtype=np.intp)
    return bool((index._dense.cosines(vector, nearest) > 1 - _CLOSE).any())


def _has_terms(index: Index, row: int, text: str) -> bool:
    weights = dict.fromkeys(terms(text), 1.0)
    return index.lexical.parts(row, weights).keys() == weights.keys()


def _found(name: str, lost: int, looked_at: int, most: int) -> Check:
    return Check(name, f"{looked_at - lost} of {looked_at} passages find themselves", lost <= most)


def texts_of(folder: Path) -> dict[str, Document]:
    """The documents of the generation in `folder` whose text is proved by the ids of its passages, by id; {} when it
    cannot be read. For when the file that a document was read from is lost."""
    try:
        lines = (folder / "documents.jsonl").read_text(encoding="utf-8").split("\n")
        rows = (folder / "passages.jsonl").read_text(encoding="utf-8").split("\n")
        documents = {d.id: d for d in (Document(**json.loads(line)) for line in lines if line)}
        proved: dict[str, bool] = {}
        for id, document, start, end, _ in (json.loads(row) for row in rows if row):
            whole = Passage.of(documents[document], start, end).id == id
            proved[document] = proved.get(document, True) and whole
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return {id: document for id, document in documents.items() if proved.get(id)}
