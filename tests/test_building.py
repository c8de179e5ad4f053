"""An index built from the one before is the one built anew, scores and all; and nothing is done twice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import dense
from index.arrays import Filed, flat_file
from index.dense import Known
from index.errors import StoreError
from index.postings import Postings, hashes_of, merged
from index.search import Index, build, open_index
from index.text import terms
from index.types import Document, Passage
from ingest import worker
from ingest.library import Library
from ingest.read import Source
from tests.toy import ToyEncoder

WORDS = ["hậu", "giang", "05-NQ/TU", "1/6/2022", "…", "a", "hau", "1.200.000", "1200000"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join), min_size=1, max_size=6)


def document(number: int, text: str) -> Document:
    return Document(f"d{number}", text, f"Bài {number}", "d.txt", f"{number}{text}")


def made(folder: Path, documents: Sequence[Document], before: Index | None = None, known: Known | None = None) -> Index:
    """An index of two passages a document."""
    passages = []
    for d in documents:
        middle = max(len(d.text) // 2, 1)
        passages += [Passage.of(d, a, b) for a, b in ((0, middle), (middle, len(d.text))) if a < b]
    build(folder, documents, passages, ToyEncoder(), before=before, known=known)
    return open_index(folder, ToyEncoder())


def answers(index: Index) -> list[list[tuple[str, float, float, float]]]:
    return [
        sorted(
            (hit.passage.id, round(hit.score, 3), round(hit.lexical, 4), round(hit.dense, 4))
            for hit in index.search(question, 99)
        )
        for question in ("hậu giang", "hau giang", "nghị quyết 05-NQ/TU", "1.200.000")
    ]


@given(texts=TEXTS, more=TEXTS, gone=st.sets(st.integers(0, 5)))
@settings(max_examples=15)
def test_built_on_the_one_before_it_answers_as_built_anew(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], more: list[str], gone: set[int]
) -> None:
    home = tmp_path_factory.mktemp("built")
    old = [document(n, text) for n, text in enumerate(texts)]
    new = [d for n, d in enumerate(old) if n not in gone] + [document(100 + n, text) for n, text in enumerate(more)]
    before = made(home / "a", old)
    after = made(home / "b", new, before)
    anew = made(home / "c", new)
    assert answers(after) == answers(anew)
    assert after._spellings == anew._spellings
    for name in ("terms", "starts", "rows", "counts", "lengths", "scores"):
        one, other = (np.load(home / folder / "lexical" / f"{name}.npy") for folder in "bc")
        assert np.array_equal(one, other), name
    for index in (before, after, anew):
        index.close()


@given(TEXTS)
def test_postings_are_the_terms_counted(texts: list[str]) -> None:
    postings = Postings.of(texts)
    found = {}
    for at, hash in enumerate(postings.hashes.tolist()):
        column = slice(postings.starts[at], postings.starts[at + 1])
        rows = postings.rows[column].tolist()
        assert rows == sorted(set(rows))
        found |= dict(zip([(hash, row) for row in rows], postings.counts[column].tolist(), strict=True))
    expected: dict[tuple[int, int], int] = {}
    for row, text in enumerate(texts):
        for hash in hashes_of(terms(text) or ["#"]).tolist():
            expected[hash, row] = expected.get((hash, row), 0) + 1
    assert found == expected
    assert postings.lengths.tolist() == [len(terms(text)) or 1 for text in texts]


def test_terms_of_different_texts_have_different_hashes() -> None:
    some = sorted(
        {f"{sign}{a}{b}" for sign in ("", "~") for a in "abcdeghik" for b in ("", "_a", "_b", "_c_d")} - {"~"}
    )
    some = [term for term in some if term.count("_") < 2]
    assert len(set(hashes_of(some).tolist())) == len(some)


def test_merged_a_few_columns_at_a_time_it_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["mèo đen và chó nâu", "chó nâu", "mèo trắng " * 40, "…"]
    parts = [(Postings.of(texts[:2]), np.array([0, 1], np.int32)), (Postings.of(texts[2:]), np.array([2, 3], np.int32))]
    whole = list(merged(parts))
    monkeypatch.setattr("index.postings._MERGED", 6)
    pieces = list(merged(parts))
    assert len(whole) == 1 < len(pieces)
    for name in ("hashes", "rows", "counts"):
        joined = np.concatenate([getattr(piece, name) for piece in pieces])
        assert np.array_equal(joined, getattr(whole[0], name))


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sets(st.integers(0, 9)), st.integers(1, 20))
@settings(max_examples=25)
def test_postings_in_files_are_merged_as_those_in_memory(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]], gone: set[int], most: int
) -> None:
    home, parts, filed, row = tmp_path_factory.mktemp("filed"), [], [], 0
    for number, texts in enumerate(batches):
        rows = np.arange(row, row + len(texts), dtype=np.int32)
        rows[[row in gone for row in range(len(texts))] if number == 0 else []] = -1
        row += len(texts)
        postings = Postings.of(texts)
        parts.append((postings, rows))
        filed.append((postings.filed(home / str(number)), rows))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("index.postings._MERGED", most)
        for one, other in zip(merged(parts), merged(filed), strict=True):
            for name in ("hashes", "starts", "rows", "counts"):
                assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_a_build_leaves_nothing_but_the_index(tmp_path: Path) -> None:
    made(tmp_path / "a", [document(0, "hậu giang"), document(1, "vị thanh")]).close()
    names = {path.name for path in (tmp_path / "a").iterdir()}
    assert names == {"dense", "documents.jsonl", "lexical", "manifest.json", "passages.jsonl"}


@given(st.lists(st.lists(st.integers(0, 2**40), max_size=5), max_size=5), st.integers(0, 9), st.integers(0, 9))
def test_flat_files_are_read_a_slice_at_a_time(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[list[int]], start: int, stop: int
) -> None:
    path = tmp_path_factory.mktemp("flat") / "numbers.npy"
    with flat_file(path, np.int64) as file:
        for piece in pieces:
            file.write(np.array(piece, np.int64).tobytes())
    every = [number for piece in pieces for number in piece]
    assert np.load(path).tolist() == every
    assert len(Filed(path)) == len(every)
    assert Filed(path)[start:stop].tolist() == every[start:stop]


@pytest.mark.parametrize("damage", [np.zeros(()), np.zeros((2, 2)), None])
def test_what_is_no_flat_array_is_told(tmp_path: Path, damage: npt.NDArray[np.float64] | None) -> None:
    path = tmp_path / "numbers.npy"
    if damage is None:
        np.save(path, np.arange(9))
        path.write_bytes(path.read_bytes()[:-1])
    else:
        np.save(path, damage)
    with pytest.raises(ValueError, match=r"flat array|mmap length"):
        Filed(path)


def test_chroma_in_a_process_of_its_own_stores_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    keys = np.zeros((300, dense.KEY), np.uint8)
    for name, many in (("here", 2000), ("there", 10)):
        monkeypatch.setattr(dense, "_MANY", many)
        for folder, rows, before in ((f"{name}1", 200, None), (f"{name}2", 300, tmp_path / f"{name}1")):
            with dense.writing(tmp_path / folder, rows, 8, before) as add:
                start = 200 if before else 0
                for at in range(start, rows, 50):
                    add(vectors[at : at + 50], keys[at : at + 50])
    one, other = (dense.Dense.open(tmp_path / name) for name in ("here2", "there2"))
    for vector in vectors[::17]:
        assert set(one.nearest(vector, 10)) == set(other.nearest(vector, 10))
        assert one.spread(vector) == pytest.approx((float((vectors @ vector).mean()), float((vectors @ vector).std())))
    one.close()
    other.close()


@pytest.mark.parametrize("program", ["sys.stdin.read(); sys.exit('disk full')", "sys.exit('disk full')"])
def test_a_chroma_process_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Also when it ends before it is told all: a broken pipe would read as `hoidap list | head`."""
    monkeypatch.setattr(dense, "_MANY", 1)
    monkeypatch.setattr(dense, "_SERVE", f"import sys; {program}")
    with (
        pytest.raises(StoreError, match="disk full"),
        dense.writing(tmp_path / "d", 50, 8) as add,
    ):
        for _ in range(50):
            add(np.ones((1, 8), np.float32), np.zeros((1, dense.KEY), np.uint8))
            time.sleep(0.01)


class CountingEncoder(ToyEncoder):
    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        self.encoded += texts
        return super().encode(texts, query=query)


def test_no_text_is_embedded_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kho").mkdir()
    encoder = CountingEncoder()
    library = Library(tmp_path / "kho", tmp_path / "data", encoder)
    library.refresh()
    for name in "ab":
        library.add_sources([Source(f"{name}.txt", f"upload:{name}", f"Bài {name}\n\nNội dung {name}.\n".encode())])
    assert len(encoder.encoded) == len(library.index().passages)
    id = library.documents()[0].id
    library.disable(id)
    library.enable(id)  # its vector is in the generation before
    monkeypatch.setattr("index.search.SCHEMA", 99)
    library.close()
    library = Library(tmp_path / "kho", tmp_path / "data", encoder)
    library.refresh()  # another schema: everything is built anew
    assert len(library.documents()) == 2
    assert len(encoder.encoded) == len(library.index().passages)
    library.close()


SHEET = "Câu hỏi,Trả lời\nBến Quỷnh Lưỡng ở đâu,Ở xã Đoạng Thỏm\n"


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files a parser was asked to read."""
    names: list[str] = []
    real = worker.extract

    def extract(name: str, data: bytes) -> object:
        names.append(name)
        return real(name, data)

    monkeypatch.setattr("ingest.worker.extract", extract)
    return names


def test_no_file_is_parsed_twice(tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kho").mkdir()
    (tmp_path / "kho" / "bang.csv").write_text(SHEET.replace("Quỷnh", "Xanh"), encoding="utf-8")
    library = Library(tmp_path / "kho", tmp_path / "data", ToyEncoder())
    library.refresh()
    library.preview([Source("xem.csv", "upload:xem.csv", SHEET.replace("Quỷnh", "Lam").encode())])
    library.add_sources([Source("hoi.csv", "upload:hoi.csv", SHEET.encode())])
    assert parsed == ["bang.csv", "xem.csv", "hoi.csv"]
    assert not [p for p in (tmp_path / "data").rglob("*") if p.is_file() and b"Lam" in p.read_bytes()]
    monkeypatch.setattr("index.search.SCHEMA", 99)
    library.close()
    library = Library(tmp_path / "kho", tmp_path / "data", ToyEncoder())
    library.refresh()
    assert len(library.documents()) == 2
    assert parsed == ["bang.csv", "xem.csv", "hoi.csv"]
    ids = {d.source: d.id for d in library.documents()}
    library.remove(*ids.values())
    library.purge()
    assert list((tmp_path / "data").glob("*/extracts/*")) == []
    library.close()


def test_a_corpus_file_is_read_again_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest import contents, state

    monkeypatch.setattr(contents, "_SETTLED", 0.0)
    read: list[str] = []
    real = state.load

    def load(path: Path, origin: str) -> Source:
        read.append(origin)
        return real(path, origin)

    monkeypatch.setattr(state, "load", load)
    folder = tmp_path / "kho"
    folder.mkdir()
    (folder / "a.txt").write_text("Bài a\n\nNội dung 1.\n", encoding="utf-8")
    (folder / "b.txt").write_text("Bài b\n\nNội dung.\n", encoding="utf-8")
    library = Library(folder, tmp_path / "data", ToyEncoder())
    library.refresh()
    read.clear()
    library.rows()
    assert library.refresh() == type(library.refresh())()
    assert read == []
    again = Library(folder, tmp_path / "data", ToyEncoder())  # another process
    again.refresh()
    assert read == []
    (folder / "a.txt").write_text("Bài a\n\nNội dung 2.\n", encoding="utf-8")  # of the same size
    assert len(again.refresh().updated) == 1
    assert set(read) == {"a.txt"}
    for one in (library, again):
        one.close()


def test_a_file_written_a_moment_ago_is_not_trusted(tmp_path: Path) -> None:
    from ingest.contents import stamp_of

    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    assert stamp_of(tmp_path / "a.txt") is None
    assert stamp_of(tmp_path / "b.txt") is None
