"""Choosing quotes: the forms a sentence can have, chances that add up, a second quote only beside an unsure one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer import choose
from app.question import understand
from app.select import _shortened, ahead, form_cue, rank_quotes
from evals.answers import searchable
from index.search import Index
from tests.toy import ToyEncoder


@pytest.mark.parametrize(
    ("question", "text", "has"),
    [
        ("Hội nghị diễn ra khi nào?", "Hội nghị diễn ra ngày 5/7/2022.", True),
        ("Hội nghị diễn ra khi nào?", "Hội nghị diễn ra năm 1998.", True),
        ("Hội nghị diễn ra khi nào?", "Hội nghị diễn ra hồi đầu tháng 8.", True),
        ("Cuộc họp diễn ra vào ngày nào?", "Cuộc họp diễn ra ngay tuần sau.", True),
        ("Học sinh tan học lúc mấy giờ, khi nào?", "Học sinh tan học lúc 16h15.", True),
        ("Hội nghị diễn ra khi nào?", "Hội nghị diễn ra tại Vị Thanh.", False),
        ("Ký ngày nào?", "Quyết định 952/QĐ-TTg được ký.", False),  # its number is no time
        ("Quy hoạch được duyệt bằng quyết định số mấy?", "Quyết định số 458 duyệt quy hoạch.", True),
        ("Quy hoạch được duyệt bằng quyết định số mấy?", "Quyết định 1588/QĐ-TTg duyệt quy hoạch.", True),
        ("Quy hoạch được duyệt bằng quyết định số mấy?", "Thủ tướng duyệt quy hoạch có 458 trang.", False),
        ("Có bao nhiêu người ủng hộ?", "Hàng trăm người ủng hộ.", True),
        ("Có bao nhiêu người ủng hộ?", "Người dân ủng hộ.", False),
    ],
)
def test_a_sentence_has_the_form_asked_for(question: str, text: str, has: bool) -> None:
    assert (form_cue(understand(question), text) > 0) == has


@given(st.floats(0.1, 100), st.integers(0, 10**6))
def test_ahead_counts_less_in_a_larger_index(score: float, size: int) -> None:
    assert ahead(score, 8 * max(size, 1)) == pytest.approx(ahead(score, size) / 2)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("select") / "corpus"
    folder.mkdir()
    texts = [
        "Cầu Vàm Cống dài 2.970 mét.",
        "Cầu Cần Thơ dài 2.750 mét.",
        "Chợ nổi họp lúc 5 giờ sáng.",
        "Lúa chín vàng.",
    ]
    for n, text in enumerate(texts):
        Path(folder / f"{n}.md").write_text(f"# Bài {n}\n\n{text}\n", encoding="utf-8")
    with searchable(folder, ToyEncoder()) as (opened, _):
        yield opened


@given(
    question=st.sampled_from(["Cầu Cần Thơ dài bao nhiêu mét?", "Chợ nổi họp khi nào?", "Cầu dài bao nhiêu?", "vàng"])
)
def test_chances(index: Index, question: str) -> None:
    asked = understand(question)
    ranked = rank_quotes(asked, index, index.search(asked.text, 12))
    assert sum(q.chance for q in ranked) == pytest.approx(1)
    assert all(a.chance >= b.chance for a, b in pairwise(ranked))
    chosen = choose(asked, index)
    assert chosen[0] == ranked[0]
    assert len(chosen) == 1 if ranked[0].chance >= 0.9 else len(chosen) <= 2


def test_the_number_asked_about_is_not_the_number_asked_for(index: Index) -> None:
    asked = understand("Chợ nổi họp khi nào?")
    assert "5 giờ" in choose(asked, index)[0].text


@pytest.mark.parametrize(
    ("said", "is_it"),
    [
        ("ba dot pha chien luoc cua tinh", True),
        ("ba nhiem vu dot pha chien luoc", True),
        ("ba dot pha cua tinh", False),  # the last word is missing
        ("nam dot pha chien luoc", False),
        ("ba chien luoc", False),  # too little of it
    ],
)
def test_a_name_said_shortened(said: str, is_it: bool) -> None:
    assert _shortened("ba nhiem vu dot pha chien luoc".split(), said.split()) == is_it
