"""Official documents: their head and foot as facts, their articles and clauses as headings of what stands in them."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import rendering
from evals.rendering import OFFICIAL
from ingest.cut import MAX_CHARS, cut
from ingest.layout import Section
from ingest.legal import is_statute, structured
from ingest.official import facts, is_motto
from ingest.read import Source, read
from tests.test_formats import needs_font

EXPECTED = {
    "number": "15/2024/QĐ-UBND",
    "publisher": "ỦY BAN NHÂN DÂN TỈNH HẬU GIANG",
    "published": "2024-03-05",
    "type": "quyết định",
    "author": "Đồng Văn Thanh",
    "title": "Quyết định 15/2024/QĐ-UBND: Ban hành Quy định về quản lý cây xanh đô thị trên địa bàn tỉnh Hậu Giang",
}


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.txt", rendering.txt),
        ("a.docx", rendering.docx),
        ("a.odt", rendering.odt),
        pytest.param("a.pdf", rendering.pdf, marks=needs_font),
    ],
)
def test_a_decision_in_every_format(name: str, write: Callable[[rendering.Article], bytes]) -> None:
    document, sections = read(Source(name, name, write(OFFICIAL)))
    assert (document.number, document.published, document.kind) == ("15/2024/QĐ-UBND", "2024-03-05", "quyết định")
    assert (document.publisher, document.author) == (EXPECTED["publisher"], EXPECTED["author"])
    assert document.title == EXPECTED["title"]
    page = ("trang 1",) if name == "a.pdf" else ()
    path = ("Chương I. QUY ĐỊNH CHUNG", "Điều 2. Nguyên tắc quản lý", "khoản 2")
    (clause,) = (s for s in sections if "đúng quy hoạch" in document.text[s.start : s.end])
    assert clause.headings == path + page
    assert not any(is_motto(line) for s in sections for line in document.text[s.start : s.end].split("\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "BỘ NỘI VỤ | CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nSố: 12/BNV-TCCB | Hà Nội, "
            "ngày 3 tháng 02 năm 2023\nV/v tuyển dụng công chức\nKính gửi: các tỉnh\nNội dung.\nNơi nhận: - A | KT. "
            "BỘ TRƯỞNG THỨ TRƯỞNG Trần Anh Tuấn",
            {
                "number": "12/BNV-TCCB",
                "publisher": "BỘ NỘI VỤ",
                "published": "2023-02-03",
                "title": "Công văn 12/BNV-TCCB: tuyển dụng công chức",
                "author": "Trần Anh Tuấn",
            },
        ),
        (
            "TỈNH ỦY HẬU GIANG\t\tĐẢNG CỘNG SẢN VIỆT NAM\n*\nSố 05-NQ/TU\tVị Thanh, ngày 01 tháng 6 năm 2022\n"
            "NGHỊ QUYẾT\nvề phát triển nguồn nhân lực\n-----\nĐại hội nêu rõ.\nT/M TỈNH ỦY\nBÍ THƯ\nNghiêm Xuân Thành",
            {
                "number": "05-NQ/TU",
                "publisher": "TỈNH ỦY HẬU GIANG",
                "published": "2022-06-01",
                "type": "nghị quyết",
                "title": "Nghị quyết 05-NQ/TU: về phát triển nguồn nhân lực",
                "author": "Nghiêm Xuân Thành",
            },
        ),
        ("Nghị quyết 05-NQ/TU bàn về việc gì?\nSố 05-NQ/TU là của Tỉnh ủy.\nSáng 02/10/2024 họp báo.", {}),
        ("Tin trong tỉnh\n\nHậu Giang, ngày 3 tháng 2 năm 2023, họp báo.", {}),
        (
            "Số 05-NQ/TU là nghị quyết của Tỉnh ủy.\nTại Hậu Giang, ngày 1 tháng 6 năm 2022, Tỉnh ủy họp.\nNước Cộng "
            "hòa xã hội chủ nghĩa Việt Nam đổi mới.",
            {},
        ),
        (
            "ỦY BAN NHÂN DÂN CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nTỈNH HẬU GIANG Độc lập - Tự do - Hạnh phúc\nSố: "
            "7/TB-UBND Hậu Giang, ngày 1 tháng 6 năm 2022\nTHÔNG BÁO\nVề việc nghỉ lễ",  # a PDF whose columns are lost
            {
                "number": "7/TB-UBND",
                "publisher": "ỦY BAN NHÂN DÂN TỈNH HẬU GIANG",
                "published": "2022-06-01",
                "type": "thông báo",
                "title": "Thông báo 7/TB-UBND: Về việc nghỉ lễ",
            },
        ),
        ("", {}),
    ],
)
def test_heads_and_feet(text: str, expected: dict[str, str]) -> None:
    assert facts(text) == expected


LAW = """QUY ĐỊNH
Chương I
QUY ĐỊNH CHUNG
Điều 1. Phạm vi điều chỉnh
Quy định này về cây xanh.
Điều 2. Hiệu lực thi hành từ ngày ký.
Chương II. TỔ CHỨC
Điều 3. Sở, ngành:
1. Sở Xây dựng:
a) Lập kế hoạch;
b) Kiểm tra.
2. Sửa Điều 9 như sau: “Điều 9. Tên khác
1. Khoản khác.”
3. Hết.
"""


def test_the_parts_of_a_statute() -> None:
    got = {LAW[s.start : s.end]: s.headings for s in structured(LAW, [Section(0, len(LAW))])}
    one, two = "Chương I. QUY ĐỊNH CHUNG", "Chương II. TỔ CHỨC"
    assert got == {
        "QUY ĐỊNH": (),
        "Điều 1. Phạm vi điều chỉnh\nQuy định này về cây xanh.": (one, "Điều 1. Phạm vi điều chỉnh"),
        "Điều 2. Hiệu lực thi hành từ ngày ký.": (one, "Điều 2"),
        "Điều 3. Sở, ngành:": (two, "Điều 3"),
        "1. Sở Xây dựng:\na) Lập kế hoạch;\nb) Kiểm tra.": (two, "Điều 3", "khoản 1"),
        "2. Sửa Điều 9 như sau: “Điều 9. Tên khác\n1. Khoản khác.”": (two, "Điều 3", "khoản 2"),
        "3. Hết.": (two, "Điều 3", "khoản 3"),
    }


def test_a_clause_longer_than_a_passage_is_cut_at_its_points() -> None:
    text = f"Điều 1. A\n1. Gồm:\na) {'x ' * 200}\nb) {'y ' * 200}\nđ) z\nĐiều 2. B\n1. Hết."
    headings = [s.headings for s in structured(text, [Section(0, len(text))])]
    assert [h[1:] for h in headings[:3]] == [("khoản 1", f"điểm {p}") for p in "abđ"]


def test_other_texts_are_no_statutes() -> None:
    assert not is_statute("Theo Điều 5. Và Điều 6. của luật\nĐiều 5 nói rằng.\nĐiều 9. Một mình.")


LINES = ("Điều 1. A", "Điều 2. B.", "1. c", "a) d", "Chương I", "E", "“", "”", "", "Cộng hòa xã hội chủ nghĩa Việt Nam")


@given(st.lists(st.sampled_from(LINES), max_size=30).map(lambda lines: "\n".join([*lines, ""])))
def test_sections_of_any_statute_follow_one_another_and_lose_no_clause(text: str) -> None:
    from index.types import Document

    sections = structured(text, [Section(0, len(text))])
    assert all(a.end <= b.start for a, b in itertools.pairwise(sections))
    assert all(s.start < s.end <= len(text) for s in sections)
    kept = "".join(text[s.start : s.end] for s in sections)
    assert all(kept.count(mark) == text.count(mark) for mark in ("1. c", "a) d", "Điều 2. B."))
    assert all(0 < len(p.text) <= MAX_CHARS for p in cut(Document("d", text, "t", "s", "h"), sections))
