"""Questions in everyday words, and English ones in the words of administration."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.answer import ask
from app.question import understand
from app.select import cautions, rank_quotes
from app.wording import _TABLE, plain, reworded, spelled
from index.glossary import glossary
from index.search import Index, build, open_index
from index.text import syllables
from index.translate import translations
from index.types import Document, Passage
from tests.toy import ToyEncoder

TEXT = (
    "Tỉnh phối hợp với Đại học Fulbright xây dựng chiến lược phát triển dài hạn. "
    "Lãnh đạo tỉnh gặp gỡ, đối thoại với doanh nghiệp hàng quý. "
    "Lãnh đạo tỉnh trao chứng nhận đầu tư tại hội nghị. (Ảnh: Đức Minh)\n"
    "Các nguồn dùng cho tài liệu này không nêu ngày hội nghị."
)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    document = Document("tinh", TEXT, "Tin của tỉnh", "tinh.md", "0" * 64, published="2023-11-09")
    build(tmp_path / "index", [document], [Passage("tinh-0", "tinh", 0, len(TEXT), TEXT, ())], ToyEncoder())
    return open_index(tmp_path / "index", ToyEncoder())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Ông ấy sanh năm nhiêu vậy?", "Ông ấy sinh năm bao nhiêu vậy?"),
        ("Xã rộng bao nhiêu cây số vuông?", "Xã rộng bao nhiêu km2?"),
        ("khong biet nhiu", "khong biet nhiu"),  # without diacritics "nhiu" may be any word
    ],
)
def test_southern_words_are_read_as_plain_ones(asked: str, said: str) -> None:
    assert plain(asked) == said


def test_everyday_words_become_those_of_the_documents(index: Index) -> None:
    asked = understand("Giới chủ được ngồi trò chuyện với sếp tỉnh mấy tháng một lần?")
    assert reworded(asked, index).text == "doanh nghiệp được gặp gỡ, đối thoại với lãnh đạo tỉnh hàng quý?"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("3 thành là gì", "ba thành là gì"),
        ("3 thanh la gi", "ba thanh la gi"),
        ("Kể 3 thành", "Kể ba thành"),
        ("Khu Nam 3 thành gì?", "Khu Nam 3 thành gì?"),
        ("Có 3 chợ?", "Có 3 chợ?"),  # the documents do not count markets
        ("Quý 3 thành lập gì?", "Quý 3 thành lập gì?"),
        ("Năm 2023 thành gì?", "Năm 2023 thành gì?"),
    ],
)
def test_a_figure_is_read_as_the_word_the_documents_write(tmp_path: Path, asked: str, said: str) -> None:
    text = "“Ba thành” là ba đô thị của tỉnh."
    document = Document("d", text, "Đô thị", "d.md", "0" * 64)
    build(tmp_path / "index", [document], [Passage("d-0", "d", 0, len(text), text, ())], ToyEncoder())
    assert spelled(understand(asked), open_index(tmp_path / "index", ToyEncoder())).text == said


def test_a_phrase_stands_once_and_is_short() -> None:
    """What is long is one question's own phrase: it helps no other."""
    phrases = [phrase for line in _TABLE.strip().splitlines() for phrase in line.split(" = ")[0].split(", ")]
    assert len(phrases) == len(set(phrases))
    assert max(len(syllables(phrase)) for phrase in phrases) <= 6


def test_a_word_the_documents_do_not_know_is_not_put_in(index: Index) -> None:
    asked = understand("Nhà thương nào gần nhất?")  # neither "bệnh viện" nor "y tế" stands there
    assert reworded(asked, index) == asked


def test_a_year_that_stands_for_other_words_need_not_be_in_the_answer(index: Index) -> None:
    asked = understand("Trường nào giúp vạch lộ trình dài hơi?")
    assert reworded(asked, index).numbers == asked.numbers


def test_words_of_administration_are_translated() -> None:
    assert "đề_án" in translations("schemes")
    assert sum(translations("corridors").values()) == pytest.approx(1.0)
    assert all(sum(said.values()) == pytest.approx(1.0) for said in glossary().values())


def test_a_caption_is_quoted_with_its_credit(index: Index) -> None:
    asked = understand("Ảnh trao chứng nhận đầu tư do ai chụp?")
    texts = [q.text for q in rank_quotes(asked, index, index.search(asked.text, 1))]
    assert "Lãnh đạo tỉnh trao chứng nhận đầu tư tại hội nghị. (Ảnh: Đức Minh)" in texts


def test_a_remark_on_sources_ranks_behind_a_statement(index: Index) -> None:
    asked = understand("Hội nghị trao chứng nhận gì?")
    ranked = rank_quotes(asked, index, index.search(asked.text, 1))
    assert cautions("Các nguồn dùng cho tài liệu này không nêu ngày hội nghị.")
    assert not cautions("Tỉnh nêu bốn tiêu chí.")
    assert not cautions(ranked[0].text)


def test_an_answer_keeps_the_question_as_asked(index: Index) -> None:
    question = "Giới chủ được ngồi trò chuyện với sếp tỉnh mấy tháng một lần?"
    assert ask(question, index).resolved == question
