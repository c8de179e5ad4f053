"""Questions whether something is so: what is claimed, and what became of it told first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import ask
from app.question import understand
from app.whether import claimed
from evals.answers import searchable
from index.encoder import load_encoder
from index.search import Index
from ingest.library import Library
from tests.toy import ToyEncoder

OPENED = [
    ("Thành phố mới có 99 xã phường phải không?", "99 xã", "Thành phố mới có bao nhiêu xã phường?"),
    ("thanh pho moi co 99 xa phai khong", "99 xa", "thanh pho moi co bao nhieu xa?"),
    ("Có phải đường dài 12,5 km không?", "12,5 km", "đường dài bao nhiêu km?"),
    ("Đề án 06-ĐA/TU ra ngày 01/5/2023 đúng không?", "ngày 01/5/2023", "Đề án 06-ĐA/TU ra khi nào?"),
    ("Cao tốc khởi công vào cuối năm 2022 phải không", "vào cuối năm 2022", "Cao tốc khởi công khi nào?"),
    ("Khu Sông Hậu 2 rộng 380 ha đúng không?", "380 ha", "Khu Sông Hậu 2 rộng bao nhiêu ha?"),
    ("Is it true that the city has 99 communes?", "99 communes", "the city has how many communes?"),
    ("Did it open on 1 July 2025?", "on 1 July 2025", "Did it open when?"),
]


@pytest.mark.parametrize(("question", "value", "opened"), OPENED)
def test_what_is_claimed_is_asked_openly(question: str, value: str, opened: str) -> None:
    claim = claimed(understand(question))
    assert claim
    assert (claim.value, claim.question.text) == (value, opened)


@pytest.mark.parametrize(
    "question",
    [
        "Thành phố có bao nhiêu xã?",
        "Hậu Giang có phải là một tỉnh không?",
        "Từ 2021 đến 2025 có 5 đề án phải không?",  # two years and a number: which one is asked?
        "Nghị quyết 05-NQ/TU về nhân lực phải không?",
        "Năm 2022 tăng bao nhiêu?",
    ],
)
def test_no_one_value_no_claim(question: str) -> None:
    assert claimed(understand(question)) is None


def test_a_value_is_held_by_what_gives_it() -> None:
    claim = claimed(understand("Thành phố mới có 99 xã phải không?"))
    assert claim
    assert claim.holds("Phương án tính 99 đơn vị.")
    assert not claim.holds("Có 103 đơn vị, gồm 31 phường.")
    assert claim.instead("Có 103 đơn vị, gồm 31 phường.", "Tính 99 đơn vị, gồm 30 phường.") == ("103", "99")
    assert claim.instead("Có 103 đơn vị.", "Có 99 làng.") == ("", "")


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with searchable(Path(__file__).parent.parent / "corpus", load_encoder()) as (found, _):
        yield found


def test_an_overtaken_value_is_corrected_with_both_quotes(index: Index) -> None:
    for question in ("Thành phố Cần Thơ mới có 99 xã phường phải không?", "can tho moi co 99 xa phuong phai khong"):
        answer = ask(question, index)
        assert answer.outcome == "correction"
        assert answer.text.startswith("Tài liệu nêu khác với câu hỏi: 103, không phải 99.")
        assert ["103" in c.quote for c in answer.citations] == [True, False]


def test_the_value_that_stands_is_confirmed_before_the_older_one(index: Index) -> None:
    answer = ask("Thành phố Cần Thơ mới có 103 xã phường phải không?", index)
    assert answer.outcome == "answer"
    assert "103" in answer.citations[0].quote


def test_a_disputed_value_is_told_with_the_other(index: Index) -> None:
    answer = ask("Đại hội XIV của Đảng bộ Hậu Giang có 339 đại biểu phải không?", index)
    assert answer.text.startswith("Các nguồn không thống nhất.")
    assert "349" in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Bí thư Tỉnh ủy Hậu Giang hiện nay là ai?", "Đồng Văn Thanh"),
        ("Bí thư Thành ủy Cần Thơ hiện nay là ai?", "Lê Quang Tùng"),
        ("Is Hau Giang still a province?", "không còn là một tỉnh riêng"),
        ("Hậu Giang còn là một tỉnh không?", "không còn là một tỉnh riêng"),
    ],
)
def test_how_things_are_now(index: Index, question: str, first: str) -> None:
    answer = ask(question, index)
    assert answer.outcome == "answer"
    assert first in answer.citations[0].quote


def test_a_road_is_nothing_that_remains(index: Index) -> None:
    for question in ("con duong cao toc can tho ca mau dai 110 km dung khong", "Con đường này dài 110 km đúng không?"):
        assert not any("không còn" in c.quote for c in ask(question, index).citations)


LATER = """---
title: Các phường
published: 2022-06-23
---
# Các phường

Từ ngày 1/7/2025, phường An Bình thuộc thành phố Tân Phong. Dự kiến ngày 1/9/2026, cầu Cây Dừa hoàn thành.
"""


def test_the_date_of_a_source_is_no_older_than_what_is_told(tmp_path: Path) -> None:
    (tmp_path / "kho").mkdir()
    (tmp_path / "kho" / "phuong.md").write_text(LATER, encoding="utf-8")
    library = Library(tmp_path / "kho", tmp_path / "data", ToyEncoder())
    library.refresh()
    told = ask("Phường An Bình thuộc thành phố nào?", library.index())
    planned = ask("Cầu Cây Dừa hoàn thành khi nào?", library.index())
    library.close()
    assert told.text.startswith("Theo tài liệu nêu việc ngày 01/07/2025:")
    assert planned.text.startswith("Theo tài liệu ngày 23/06/2022:")
