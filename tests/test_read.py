"""Reading: offsets point into the stored text, furniture is not content, failures say why."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReadError
from index.text import clean
from index.types import Document
from ingest.cut import MAX_CHARS, cut
from ingest.layout import Section
from ingest.read import Source, load, read

NEWS = """Họp báo quý III của tỉnh

Thứ tư - 02/10/2024 15:30
Họp báo quý III của tỉnh
Quang cảnh buổi họp báo. (Ảnh: Lê Vân)
Quang cảnh buổi họp báo. (Ảnh: Lê Vân)
Sáng 02/10/2024, UBND tỉnh họp báo về tình hình kinh tế - xã hội.

Thu ngân sách

Thu ngân sách 9 tháng đạt\u00a05.200 tỷ đồng. Chi đầu tư đạt 60% kế hoạch./.

Tác giả bài viết: Lê Vân

Nguồn tin: baotinh.vn

Tổng số điểm của bài viết là: 0 trong 0 đánh giá
Xếp hạng: 0 - 0 phiếu bầu
Những tin cũ hơn
Bạn đã không sử dụng Site, Bấm vào đây để duy trì trạng thái đăng nhập. Thời gian chờ: 60 giây"""


def source(name: str, text: str) -> Source:
    return Source(name, name, text.encode())


def test_pasted_news_article() -> None:
    document, sections = read(source("hop-bao.txt", NEWS))
    assert document.text == NEWS
    assert (document.title, document.published) == ("Họp báo quý III của tỉnh", "2024-10-02")
    assert (document.author, document.publisher) == ("Lê Vân", "baotinh.vn")
    assert document.kind == "bài viết"  # it has a byline
    content = [document.text[s.start : s.end] for s in sections]
    assert [c for c in content if c.startswith("Sáng 02/10")]
    assert any(s.headings == ("Thu ngân sách",) and "5.200" in document.text[s.start : s.end] for s in sections)
    whole = "\n".join(content)
    for furniture in ("Tổng số điểm", "Xếp hạng", "Những tin", "60 giây"):
        assert furniture not in whole
    assert whole.count("Quang cảnh buổi họp báo") == 1
    assert whole.count("Họp báo quý III của tỉnh") == 1
    assert "Tác giả bài viết: Lê Vân" in content
    assert "Thứ tư - 02/10/2024 15:30" in content


def test_markdown_with_front_matter_keeps_file_offsets() -> None:
    text = (
        "---\ntitle: Kế hoạch năm\npublished: 2024-05-01\nurl: https://a.vn/x\n---\n"
        "# Khác\nMở đầu.\n\n## Mục một\n\nNội dung một.\n### Nhỏ\n- ý một;\n- ý hai.\n## Nguồn\n- Báo A\n"
    )
    document, sections = read(source("ke-hoach.md", text))
    assert document.text == text
    assert (document.title, document.published, document.url) == ("Kế hoạch năm", "2024-05-01", "https://a.vn/x")
    got = [(s.headings, text[s.start : s.end]) for s in sections]
    assert got == [
        ((), "Mở đầu."),
        (("Mục một",), "Nội dung một."),
        (("Mục một", "Nhỏ"), "- ý một;\n- ý hai."),
    ]


@pytest.mark.parametrize(
    ("front", "kind"),
    [
        ("type: Nghị quyết", "nghị quyết"),
        ("loại: Báo  cáo", "báo cáo"),
        ("lo\u0061\u0323i: luật", "luật"),  # decomposed
        ("number: 1588/QĐ-TTg", "quyết định"),
        ("number: 05-NQ/TU", "nghị quyết"),
        ("number: 37/2022/NQ-HĐND", "nghị quyết"),
        ("number: Số 30/2020/NĐ-CP", "nghị định"),
        ("number: 12-ctr/tu", "chương trình"),
        ("number: 1588/QD-TTg", "quyết định"),
        ("number: 59/2020/QH14", ""),  # a law, or a resolution of the Assembly
        ("number: 12", ""),
        ("number: 1588/QĐ-TTg\ntype: bài viết", "bài viết"),
        ("title: x", ""),
    ],
)
def test_the_type_of_a_document(front: str, kind: str) -> None:
    document, _ = read(source("a.md", f"---\n{front}\n---\n# Tên\n\nNội dung.\n"))
    assert document.kind == kind


def test_rules_fences_and_references_stay_outside_sections() -> None:
    text = "## A\nMột.\n\n---\n\n```\nmã\n```\n\n## Nguồn\n- Báo\n\n## A\nHai.\n"
    _, sections = read(source("a.md", text))
    assert [text[s.start : s.end] for s in sections] == ["Một.", "mã", "Hai."]


HTML = """<html><head><title>Họp báo - Cổng TTĐT</title><meta charset="utf-8"><meta name="author" content="Lê Vân">
<meta property="article:published_time" content="2024-10-02"></head><body><nav><a href="/">Trang chủ</a></nav><article>
<h1>Họp báo quý III năm 2024</h1><p>Ngày 02/10/2024, Ủy ban nhân dân tỉnh tổ chức họp báo quý III với sự tham dự
của 45 cơ quan báo chí trong và ngoài tỉnh.</p><h2>Thu ngân sách</h2><p>Thu ngân sách 9 tháng đạt 5.200 tỷ đồng, bằng
82% dự toán năm, tăng 12% so với cùng kỳ năm trước theo báo cáo của Sở Tài chính.</p></article>
<footer>Bản quyền thuộc về cổng</footer></body></html>"""


def test_html_page() -> None:
    document, sections = read(source("hop-bao.html", HTML))
    assert document.title == "Họp báo quý III năm 2024"
    assert (document.author, document.published) == ("Lê Vân", "2024-10-02")
    assert any(s.headings == ("Thu ngân sách",) for s in sections)
    assert "Trang chủ" not in document.text


def test_nfd_and_windows_line_ends_are_cleaned() -> None:
    import unicodedata

    document, _ = read(source("a.txt", unicodedata.normalize("NFD", "Tiêu đề\r\n\r\nNghị quyết của Đảng bộ.\r\n")))
    assert document.text == "Tiêu đề\n\nNghị quyết của Đảng bộ.\n"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"\x00\x01\x02binary", "binary"),
        ("a.txt", "NghÞ quyÕt sè 05".encode("latin-1"), "byte"),
        ("a.txt", b"  \n \n", "no text"),
        ("a.md", b"---\ntitle: [a\n---\ntext", "front matter"),
        ("a.md", b"---\n- a\n- b\n---\ntext", "key: value"),
        ("a.html", b"<html></html>", "no article"),
        ("a.pdf", b"%PDF-1.7", ".pdf"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(Source(name, name, data))
    assert name in str(caught.value)
    assert reason in str(caught.value)


def test_missing_file_and_wrong_kind(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path / "a.pdf"):
        with pytest.raises(ReadError, match=path.name):
            load(path, path.name)


PARTS = st.lists(
    st.sampled_from(
        [
            "Hậu Giang phát triển. ",
            "\n\n",
            "Mục tiêu\n\n",
            "chunk ",
            "chunk chunk",
            "x" * 700,
            "a, " * 300,
            "Một; Hai; ",
            "# H\n",
            "\n",
        ]
    ),
    min_size=1,
    max_size=25,
).map("".join)


@given(PARTS)
def test_every_passage_is_its_slice(raw: str) -> None:
    text = clean(raw)
    document = Document("d", text, "t", "s", "h")
    if not text.strip():
        return
    passages = cut(document, [Section(0, len(text), ("Mục",))])
    assert all(document.text[p.start : p.end] == p.text and 0 < len(p.text) <= MAX_CHARS for p in passages)
    assert all(a.end <= b.start for a, b in itertools.pairwise(passages))
    assert "".join("".join(p.text.split()) for p in passages) == "".join(text.split())


def test_identity_of_a_source() -> None:
    one, two = Source("Báo cáo.txt", "/a/Báo cáo.txt", b"x"), Source("Báo cáo.txt", "/b/Báo cáo.txt", b"x")
    assert one.document_id.startswith("bao-cao-")
    assert one.document_id != two.document_id
    assert one.document_id == Source("Báo cáo.txt", "/a/Báo cáo.txt", b"y").document_id
