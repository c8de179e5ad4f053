"""As of: every source's date, the newer before the older, both sides of a disagreement, and notices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import ask
from app.question import understand
from app.timeline import asks_status, disagrees, pending, values
from app.types import MARKER, Answer, Turn
from app.words import WORDS, date_text
from index.errors import ReadError
from index.search import Index
from ingest.library import Library
from ingest.read import Source, read
from tests.toy import ToyEncoder

NOTICE = "Từ ngày 1/7/2025, tỉnh An Bình là một phần của thành phố Tân Phong."
FILES = {
    "cu.md": """---
title: Quy hoạch tỉnh An Bình
published: 2023-11-09
---
# Quy hoạch tỉnh An Bình

Tính đến ngày 09/11/2023, Quy hoạch tỉnh An Bình đang trình Thủ tướng phê duyệt.

Hồ Ngọc Sơn ở tỉnh An Bình rộng 120 ha.
""",
    "moi.md": """---
title: Quyết định về quy hoạch
published: 2023-12-08
---
# Quyết định về quy hoạch

Quy hoạch tỉnh An Bình được Thủ tướng phê duyệt bằng Quyết định số 77/QĐ-TTg ngày 08/12/2023.

Hồ Ngọc Sơn ở tỉnh An Bình rộng 135 ha.
""",
    "khong-ngay.md": """# Chợ Cây Dừa

Chợ Cây Dừa họp lúc 5 giờ sáng, do bà Lê Thị Hoa lập năm 1950.
""",
    "sap-nhap.md": f"""---
title: Sáp nhập
published: 2025-09-27
notice: "{NOTICE}"
notice_about: An Bình
---
# Sáp nhập

{NOTICE}
""",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    corpus = tmp_path_factory.mktemp("kho")
    for name, text in FILES.items():
        (corpus / name).write_text(text, encoding="utf-8")
    library = Library(corpus, tmp_path_factory.mktemp("data"), ToyEncoder())
    assert not library.refresh().failed
    yield library.index()
    library.close()


def notes(answer: Answer) -> list[str]:
    """The lines of the answer that are no quotes."""
    return [line for line in answer.text.split("\n") if not any(line.startswith(c.quote) for c in answer.citations)]


QUESTIONS = (
    "Quy hoạch tỉnh An Bình đã được Thủ tướng phê duyệt chưa?",
    "Quy hoạch tỉnh An Bình được phê duyệt ngày nào?",
    "Hồ Ngọc Sơn ở tỉnh An Bình rộng bao nhiêu ha?",
    "Chợ Cây Dừa họp lúc mấy giờ?",
    "Chợ Cây Dừa họp lúc nào và do ai lập?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_source_has_its_date_and_no_note_is_a_quote(index: Index, question: str) -> None:
    answer = ask(question, index)
    assert answer.outcome == "answer"
    said = "\n".join(notes(answer))
    assert not MARKER.search(said)
    for citation in answer.citations:
        document = index.documents[citation.document]
        assert document.text[citation.start : citation.end] == citation.quote
        assert (date_text(citation.published, "vi") or "không ghi ngày") in said


@pytest.mark.parametrize("question", QUESTIONS[:2])
def test_what_was_decided_stands_before_what_was_submitted(index: Index, question: str) -> None:
    answer = ask(question, index)
    new, old = answer.text.find("77/QĐ-TTg"), answer.text.find("đang trình Thủ tướng")
    assert 0 <= new < old
    assert answer.text.index("Trước đó, tài liệu ngày 09/11/2023 nêu:") < old


def test_other_figures_of_the_same_thing_are_both_told(index: Index) -> None:
    answer = ask(QUESTIONS[2], index)
    assert answer.text.startswith("Các nguồn không thống nhất.")
    assert "120 ha" in answer.text
    assert "135 ha" in answer.text


def test_one_source_is_no_disagreement(index: Index) -> None:
    assert "không thống nhất" not in ask(QUESTIONS[3], index).text


def test_a_notice_is_shown_once_to_a_question_about_now(index: Index) -> None:
    question = "Hồ Ngọc Sơn ở tỉnh An Bình rộng bao nhiêu?"
    answer = ask(question, index)
    assert answer.citations[-1].quote == NOTICE
    assert "Lưu ý, tài liệu ngày 27/09/2025:" in answer.text
    assert NOTICE not in ask(question, index, [Turn("user", "x"), Turn("assistant", answer.text)]).text
    assert NOTICE not in ask("Hồ Ngọc Sơn ở tỉnh An Bình năm 2023 rộng bao nhiêu?", index).text
    assert NOTICE not in ask(QUESTIONS[3], index).text


@pytest.mark.parametrize(
    ("front", "reason"),
    [
        (f'notice: "{NOTICE}"', "give both or neither"),
        ("notice_about: An Bình", "give both or neither"),
        ('notice: "Câu này không có."\nnotice_about: An Bình', "copy a sentence"),
    ],
)
def test_a_notice_is_a_sentence_of_its_document(front: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read(Source("a.md", "a.md", f"---\n{front}\n---\n# Sáp nhập\n\n{NOTICE}\n".encode()))


def test_the_bundled_notice_is_read() -> None:
    file = Path(__file__).parent.parent / "corpus" / "sap-nhap-can-tho-2025.md"
    document, _ = read(Source(file.name, file.name, file.read_bytes()))
    assert document.notice_about == "Hậu Giang"
    assert document.text.count(document.notice) == 2  # in the front matter, and where it is quoted


@pytest.mark.parametrize(
    ("text", "is_pending", "is_disagreement"),
    [
        ("Quy hoạch đang trình Thủ tướng.", True, False),
        ("Dự kiến khởi công cuối năm 2022.", True, False),
        ("Con số 99 là phương án, còn 103 là kết quả chính thức.", False, False),
        ("Các nguồn không thống nhất về diện tích: báo A ghi 1 ha, báo B ghi 2 ha.", False, True),
        ("Hai huyện khác nhau về diện tích.", False, False),
    ],
)
def test_cues(text: str, is_pending: bool, is_disagreement: bool) -> None:
    assert (pending(text), disagrees(text)) == (is_pending, is_disagreement)


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("Đã thông xe chưa?", True),
        ("Bây giờ còn là một tỉnh không?", True),
        ("Has it been approved yet?", True),
        ("Khởi công ngày nào?", False),
    ],
)
def test_questions_of_how_things_stand(question: str, status: bool) -> None:
    assert asks_status(understand(question)) is status


def test_values_are_no_dates_codes_or_years() -> None:
    text = "Ngày 01/6/2022, Quyết định 15/QĐ-UBND nêu năm 2025 rộng 291 ha, 12,5% và 3 khu."
    assert values(text) == {"ha": {"291"}, "%": {"12,5"}, "khu": {"3"}}


def test_every_note_names_a_date_or_says_there_is_none() -> None:
    for name in ("said_by", "older", "notice"):
        assert all(
            "{date}" in WORDS[f"{name}_{unit}"][language]
            for unit in ("day", "month", "year")
            for language in ("vi", "en")
        )
