"""Terms that say the same: what the shipped table says, and that training finds what shares its translations."""

from __future__ import annotations

import pytest

from index.paraphrase import paraphrases
from index.train_pivot import learn
from index.train_translate import Sentence


@pytest.mark.parametrize(("term", "other"), [("thiệt_mạng", "chết"), ("nghiêm_trọng", "nặng"), ("ca_ngợi", "khen")])
def test_shipped_in_both_directions(term: str, other: str) -> None:
    assert 0 < paraphrases(term)[other] == paraphrases(other)[term] <= 1


def test_unknown_terms_have_none() -> None:
    assert paraphrases("zzzz") == {}


def test_learned_from_shared_translations() -> None:
    said = {"house": ("nhà", "căn"), "river": ("sông",), "big": ("lớn", "to"), "red": ("đỏ",)}
    sentences = []
    for n in range(60):
        words = [list(said)[i] for i in {n % 4, (n // 4) % 4}]
        sentences.append(Sentence(tuple(words), tuple(said[w][n % len(said[w])] for w in words)))
    table = learn(sentences)
    assert max(table["nhà"], key=table["nhà"].__getitem__) == "căn"
    assert table["nhà"]["căn"] == table["căn"]["nhà"]
    assert "sông" not in table.get("nhà", {}) or table["nhà"]["sông"] < table["nhà"]["căn"]
