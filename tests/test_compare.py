"""Comparisons: the sides found, a quote for each, and the one the documents do not know named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import ask
from app.compare import compared
from app.question import understand
from evals.answers import searchable
from index.encoder import load_encoder
from index.search import Index

SIDES = [
    ("So sánh Nghị quyết 04-NQ/TU và Nghị quyết 05-NQ/TU", "Nghị quyết 04-NQ/TU", "Nghị quyết 05-NQ/TU"),
    ("Đề án 05-ĐA/TU khác Đề án 06-ĐA/TU ở chỗ nào?", "Đề án 05-ĐA/TU", "Đề án 06-ĐA/TU"),
    ("Thu của Vị Thanh và của Ngã Bảy, bên nào lớn hơn?", "Thu của Vị Thanh bao nhiêu", "Thu của Ngã Bảy bao nhiêu"),
    ("So sánh dân số Hậu Giang với Đồng Tháp", "dân số Hậu Giang", "dân số Đồng Tháp"),
    ("tuyen An Phu voi tuyen Ba Chuc cai nao dai hon", "tuyen An Phu dai bao nhieu", "tuyen Ba Chuc dai bao nhieu"),
    ("Vị Thanh và Ngã Bảy khác nhau thế nào về diện tích?", "Vị Thanh diện tích", "Ngã Bảy diện tích"),
    ("Hội nghị và cà phê hướng tới những ai?", "", ""),  # no comparison
    ("PCI năm 2021 và PCI năm 2022 khác nhau thế nào?", "", ""),  # of two years: see app.parts
    ("Bản này có khác bản kia không?", "", ""),
    ("Cần Thơ, Sóc Trăng và Hậu Giang chênh lệch ra sao?", "", ""),  # three sides
]  # fmt: skip


@pytest.mark.parametrize(("question", "one", "other"), SIDES)
def test_sides(question: str, one: str, other: str) -> None:
    found = compared(understand(question))
    assert (found and [q.text for q in found.questions]) == ([one, other] if one else None)


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with searchable(Path(__file__).parent.parent / "corpus", load_encoder()) as (found, _):
        yield found


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Đề án 05-ĐA/TU khác Đề án 06-ĐA/TU ở chỗ nào?", ("chủ chốt", "tinh giản biên chế")),
        ("Cà phê doanh nhân với Hội nghị xúc tiến đầu tư khác nhau sao vậy?", ("đang hoạt động", "nhà đầu tư")),
        ("Sông Hậu 2 và Đông Phú 2, khu nào rộng hơn?", ("380 ha", "234 ha")),
        ("GRDP năm 2023 của Cần Thơ và của Hậu Giang, bên nào lớn hơn?", ("119.377", "59.809")),
    ],
)
def test_both_sides_are_told(index: Index, question: str, told: tuple[str, str]) -> None:
    answer = ask(question, index)
    assert answer.outcome == "answer"
    assert all(words in answer.text for words in told)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("So sánh dân số Hậu Giang với dân số Đồng Tháp", "Đồng Tháp"),
        ("So sánh tăng trưởng GRDP năm 2023 của Hậu Giang và Long An", "Long An"),
        ("Bình Dương và Hậu Giang, tỉnh nào rộng hơn?", "Bình Dương"),
    ],
)
def test_a_side_that_is_not_there_is_named(index: Index, question: str, missing: str) -> None:
    answer = ask(question, index)
    assert answer.outcome == "related"
    assert answer.text.startswith(f"Tài liệu trong kho không nói về {missing} nên chưa so sánh được.")
    assert "Hậu Giang" in answer.citations[0].quote
