"""The lexical half: the scores of bm25s, the best of them as sorting would give them, and what is on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import Lexical, best
from index.postings import Postings
from index.text import terms

WORDS = ["hậu", "giang", "Vị", "thanh", "05-NQ/TU", "1/6/2022", "…", "a", "hau"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), min_size=1, max_size=8)


def written(folder: Path, texts: list[str]) -> None:
    Lexical.write(folder, [(Postings.of(texts), np.arange(len(texts), dtype=np.int32))])


def reference(texts: list[str], query: Mapping[str, float]) -> list[float]:
    """What bm25s says, a term at a time."""
    import bm25s

    bm25 = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    bm25.index([terms(text) or ["#"] for text in texts], show_progress=False)
    known = {term: weight for term, weight in query.items() if term in bm25.vocab_dict}
    return sum((w * bm25.get_scores([t]).astype(float) for t, w in known.items()), np.zeros(len(texts))).tolist()


@given(TEXTS, st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join))
def test_scores_are_those_of_bm25s(texts: list[str], query: str) -> None:
    asked = terms(query)
    expected = reference(texts, {term: asked.count(term) for term in asked})
    assert Lexical.build(texts).scores(asked).tolist() == pytest.approx(expected, abs=1e-5)


@given(TEXTS, st.dictionaries(st.sampled_from(terms(" ".join(WORDS))), st.floats(0.125, 8, width=32)))
def test_a_weight_counts_as_often(texts: list[str], query: dict[str, float]) -> None:
    assert Lexical.build(texts).scores(query).tolist() == pytest.approx(reference(texts, query), rel=1e-5, abs=1e-5)


@given(TEXTS)
def test_frequencies_are_numbers_of_texts(texts: list[str]) -> None:
    lexical = Lexical.build(texts)
    for term in {*terms(" ".join(texts)), "~hau", "lạ"}:
        assert lexical.frequency(term) == sum(term in terms(text) for text in texts)
    assert lexical.idf("lạ") == pytest.approx(np.log(1 + (len(texts) + 0.5) / 0.5))


@given(st.lists(st.sampled_from([0, 0.5, 1, 1.5, 2]), max_size=30), st.integers(1, 10))
def test_the_best_are_the_highest_with_all_that_equal_the_last(values: list[float], k: int) -> None:
    scores = np.array(values, dtype=np.float32)
    limit = sorted(values, reverse=True)[:k][-1:]
    assert best(scores, k).tolist() == [row for row, value in enumerate(values) if value > 0 and [value] >= limit]


@given(texts=TEXTS)
def test_what_is_saved_is_loaded(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    built = Lexical.build(texts)
    folder = tmp_path_factory.mktemp("lexical") / "l"
    written(folder, texts)
    loaded = Lexical.load(folder, len(texts))
    for term in terms(" ".join(WORDS)):
        assert loaded.frequency(term) == built.frequency(term)
        assert loaded.scores([term]).tolist() == built.scores([term]).tolist()


def test_the_same_texts_give_the_same_files(tmp_path: Path) -> None:
    for name in "ab":
        written(tmp_path / name, ["mèo đen", "chó nâu"])
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


@pytest.mark.parametrize("file", ["terms", "starts", "rows", "scores"])
def test_files_that_do_not_fit_are_refused(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "l"
    written(folder, ["mèo đen", "chó nâu"])
    values = np.load(folder / f"{file}.npy")
    np.save(folder / f"{file}.npy", values[:-1])
    with pytest.raises(ValueError, match="do not fit"):
        Lexical.load(folder, 2)
    (folder / f"{file}.npy").write_bytes(b"")
    with pytest.raises((OSError, EOFError, ValueError)):
        Lexical.load(folder, 2)


def test_the_index_of_no_text_knows_nothing() -> None:
    empty = Lexical.empty()
    assert empty.scores(["mèo"]).tolist() == []
    assert empty.frequency("mèo") == 0
