"""Every kind of file: the words come back, with headings and pages; hostile files end in one line, and harm nothing."""

from __future__ import annotations

import io
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evals import rendering
from evals.encodings import written_in
from evals.rendering import Article, W, packed
from index.errors import ReadError
from index.types import Document
from ingest import worker
from ingest.layout import Section
from ingest.read import Source, read
from tests.test_corpus import CORPUS, MAIN

needs_font = pytest.mark.skipif(
    not rendering.font(), reason="no font with Vietnamese letters: apt install fonts-noto-core"
)
needs_ocr = pytest.mark.skipif(
    not shutil.which("tesseract") or not rendering.font(), reason="apt install tesseract-ocr-vie fonts-noto-core"
)
needs_office = pytest.mark.skipif(
    not shutil.which("soffice"), reason="apt install libreoffice-writer-nogui (108 MB): old Office files are not tested"
)

SMALL = Article(
    (
        (1, "Kế hoạch cải cách hành chính năm 2024"),
        (0, "Ủy ban nhân dân tỉnh Hậu Giang ban hành kế hoạch cải cách hành chính với năm mục tiêu chung."),
        (2, "Mục tiêu cụ thể"),
        (0, "Cắt giảm 20% thời gian giải quyết thủ tục cho người dân và doanh nghiệp trong toàn tỉnh."),
        (2, "Tổ chức thực hiện"),
        (0, "Sở Nội vụ theo dõi, đôn đốc và báo cáo kết quả trước ngày 15/12/2024."),
    ),
    {"author": "Lê Vân", "publisher": "Báo Hậu Giang", "published": "2024-01-05"},
)


def of(name: str, data: bytes) -> tuple[Document, list[Section]]:
    return read(Source(name, name, data))


def folded(text: str) -> str:
    return " ".join(text.replace("#", " ").split())


def word(body: str, **parts: str) -> bytes:
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return packed({"word/document.xml": document, **{f"word/{name}.xml": content for name, content in parts.items()}})


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.txt", rendering.txt),
        ("a.md", rendering.md),
        ("a.docx", rendering.docx),
        ("a.odt", rendering.odt),
        ("a.pptx", rendering.pptx),
        ("a.epub", rendering.epub),
    ],
)
def test_the_words_come_back_under_their_headings(name: str, write: Callable[[Article], bytes]) -> None:
    document, sections = of(name, write(SMALL))
    assert folded(document.text) == folded(SMALL.text)
    if name != "a.pptx":  # every slide has a title, the first no more than the others
        assert document.title == SMALL.title
    (goal,) = (s for s in sections if "Cắt giảm 20%" in document.text[s.start : s.end])
    if name != "a.txt":
        assert goal.headings[0] == "Mục tiêu cụ thể"
    assert goal.headings[1:] == (("trang 2",) if name == "a.pptx" else ())


def test_facts_of_a_book_and_a_mail() -> None:
    book, _ = of("a.epub", rendering.epub(SMALL))
    assert (book.author, book.publisher, book.published) == ("Lê Vân", "Báo Hậu Giang", "2024-01-05")
    mail, _ = of("a.eml", rendering.eml(SMALL))
    assert (mail.title, mail.author, mail.published) == (SMALL.title, "Lê Vân", "2023-11-09")


@pytest.mark.parametrize(("name", "write"), [("a.xlsx", rendering.xlsx), ("a.csv", rendering.csv)])
def test_a_row_is_a_passage(name: str, write: Callable[[Article], bytes]) -> None:
    document, sections = of(name, write(SMALL))
    assert document.text == rendering.table_text(SMALL)
    assert [document.text[s.start : s.end] for s in sections] == document.text.split("\n")


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("Tên,Số\nA,1\n", ["Tên: A; Số: 1"]),
        ("Tên\tSố\nA\t1\n", ["Tên: A; Số: 1"]),
        ('Hỏi;Đáp\n"Ở đâu; khi nào?";Hậu Giang\n', ["Hỏi: Ở đâu; khi nào?; Đáp: Hậu Giang"]),
        ("1,2\n3,4\n", ["1; 2", "3; 4"]),  # no header
        ("Bảng 1\nTên,Số\nA,\nB,2,x\n", ["Bảng 1", "A", "Tên: B; Số: 2; x"]),
    ],
)
def test_tables_as_people_write_them(table: str, rows: list[str]) -> None:
    assert of("a.csv", table.encode())[0].text.split("\n") == rows


def test_rows_beyond_the_declared_size_and_dates_are_read() -> None:
    from datetime import date

    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    for row in [("Việc", "Ngày", "Tỷ lệ"), ("Một", date(2024, 2, 1), 0.5), ("Hai", None, 3)]:
        book.active.append(row)
    out, cut = io.BytesIO(), io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as whole, zipfile.ZipFile(cut, "w") as changed:
        for item in whole.namelist():
            changed.writestr(item, whole.read(item).replace(b'ref="A1:C3"', b'ref="A1:A2"'))
    document, _ = of("a.xlsx", cut.getvalue())
    assert document.text == "Việc: Một; Ngày: 01/02/2024; Tỷ lệ: 0,5\nViệc: Hai; Tỷ lệ: 3"


NUMBERING = f"""<w:numbering {W}><w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Điều %1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%2)"/></w:lvl>
<w:lvl w:ilvl="2"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>"""


def item(level: int, text: str) -> str:
    properties = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="3"/></w:numPr></w:pPr>'
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_numbers_that_word_writes_by_itself() -> None:
    body = item(0, "Phạm vi") + item(1, "Một") + item(1, "Hai") + item(0, "Hiệu lực") + item(1, "Ba") + item(2, "Bốn")
    document, _ = of("a.docx", word(body, numbering=NUMBERING))
    assert document.text.split("\n\n") == ["Điều 1. Phạm vi", "a) Một", "b) Hai", "Điều 2. Hiệu lực", "a) Ba", "- Bốn"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<w:p><w:ins><w:r><w:t>thêm</w:t></w:r></w:ins><w:del><w:r><w:t>bỏ</w:t></w:r></w:del></w:p>", "thêm"),
        ("<w:sdt><w:sdtContent><w:p><w:r><w:t>ô nhập</w:t></w:r></w:p></w:sdtContent></w:sdt>", "ô nhập"),
        (
            "<w:p><w:r><w:t>ngoài</w:t><w:txbxContent><w:p><w:r><w:t>trong</w:t></w:r></w:p></w:txbxContent></w:r></w:p>",
            "ngoài\n\ntrong",
        ),
        (
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:tbl><w:tr><w:tc><w:p><w:r><w:t>b"
            "</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>",
            "a | b",
        ),
        (
            '<w:p><w:r><w:rPr><w:rFonts w:ascii=".VnTimeH"/></w:rPr><w:t>NghÞ quyÕt n</w:t><w:softHyphen/>'
            "<w:t>íc</w:t></w:r></w:p>",
            "NGHỊ QUYẾT NƯỚC",
        ),
        ("<w:p><w:r><w:t>kinh</w:t><w:tab/><w:t>tế</w:t><w:br/><w:t>xã hội</w:t></w:r></w:p>", "kinh\ttế\nxã hội"),
    ],
)
def test_what_other_readers_of_word_lose(body: str, text: str) -> None:
    assert of("a.docx", word(body))[0].text == text


def test_footnotes_come_last() -> None:
    kept = "<w:footnote><w:p><w:r><w:t>chú</w:t></w:r></w:p></w:footnote>"
    notes = f'<w:footnotes {W}><w:footnote w:type="separator"/>{kept}</w:footnotes>'
    assert of("a.docx", word("<w:p><w:r><w:t>văn</w:t></w:r></w:p>", footnotes=notes))[0].text == "văn\n\nchú"


# ---- PDF and pictures ------------------------------------------------------------------------------------------------


LONG = rendering.article((CORPUS / MAIN).read_text(encoding="utf-8").partition("\n---\n")[2], {})


@needs_font
@pytest.mark.parametrize("write", [rendering.pdf, rendering.pdf_with_two_fonts])
def test_a_pdf_loses_its_running_heads_and_no_word(write: Callable[[Article], bytes]) -> None:
    document, sections = of("a.pdf", write(LONG))
    assert folded(document.text).replace(" ", "") == folded(LONG.text).replace(" ", "")
    pages = [s.headings[-1] for s in sections]
    assert pages == sorted(pages)
    assert {"trang 1", "trang 2"} <= set(pages)


@needs_ocr
@pytest.mark.parametrize(("name", "write"), [("a.pdf", rendering.scanned_pdf), ("a.tif", rendering.tiff)])
def test_a_scan_is_read(name: str, write: Callable[[Article], bytes]) -> None:
    document, sections = of(name, write(SMALL))
    assert "Cắt giảm 20% thời gian giải quyết thủ tục cho người dân" in document.text
    assert "OCR" in document.note
    assert sections[0].headings == () if name == "a.tif" else ("trang 1",)


def test_without_tesseract_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest import ocr

    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(ReadError, match="apt install tesseract-ocr tesseract-ocr-vie"):
        ocr.recognised(b"P5 1 1 255\n\xff")


def test_without_libreoffice_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest import office

    monkeypatch.setattr(office.shutil, "which", lambda name: None)
    with pytest.raises(ReadError, match=r"apt install libreoffice-writer-nogui.* or save it as \.docx"):
        office.converted(b"", ".doc")


SOFFICE = """#!/bin/sh
# Stands in for LibreOffice: takes its options, and makes of the file the one beside it.
for last; do :; done
case "$*" in *"--headless -env:UserInstallation=file:///"*"--convert-to docx --outdir "*) ;; *) exit 9 ;; esac
case "$(cat "$last")" in *broken) exit 0 ;; *slow) sleep 30 ;; esac
[ "$(ulimit -v)" = 4194304 ] || exit 8
cp "$(dirname "$0")/made.docx" "${last%.*}.docx"
"""


def test_libreoffice_is_called_with_a_profile_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ingest import formats, office

    (tmp_path / "soffice").write_text(SOFFICE, encoding="utf-8")
    (tmp_path / "soffice").chmod(0o755)
    (tmp_path / "made.docx").write_bytes(rendering.docx(SMALL))
    monkeypatch.setattr(office.shutil, "which", lambda name: str(tmp_path / "soffice"))
    monkeypatch.setattr(office, "_SECONDS", 2)
    assert formats.extract("a.doc", b"{\\rtf old").blocks[0].text == SMALL.title
    with pytest.raises(ReadError, match="could not read it"):
        formats.extract("a.doc", b"{\\rtf broken")
    with pytest.raises(ReadError, match="more than 2 seconds"):
        formats.extract("a.rtf", b"{\\rtf slow")


@needs_office
@pytest.mark.parametrize("suffix", [".doc", ".rtf"])
def test_old_word_files_come_back_under_their_headings(suffix: str) -> None:
    document, sections = of(f"a{suffix}", rendering.by_libreoffice(suffix)(SMALL))
    assert folded(document.text) == folded(SMALL.text)
    assert document.title == SMALL.title
    (goal,) = (s for s in sections if "Cắt giảm 20%" in document.text[s.start : s.end])
    assert goal.headings == ("Mục tiêu cụ thể",)


@needs_office
def test_old_tables_and_slides() -> None:
    assert of("a.xls", rendering.by_libreoffice(".xls")(SMALL))[0].text == rendering.table_text(SMALL)
    document, sections = of("a.ppt", rendering.by_libreoffice(".ppt")(SMALL))
    assert folded(document.text) == folded(SMALL.text)
    assert [s.headings[-1] for s in sections] == ["trang 1", "trang 2", "trang 3"]


@needs_office
@pytest.mark.parametrize("suffix", [".doc", ".rtf"])
def test_old_word_files_in_tcvn3_and_with_numbers_that_word_writes(suffix: str) -> None:
    text = "Quyết định của Ủy ban nhân dân tỉnh về việc thành lập trường trung học phổ thông"
    typed = written_in(text, "TCVN3")[0].decode("latin-1")
    old = Article(((0, "Số 1"), (0, typed)))
    document, _ = of(f"a{suffix}", rendering.by_libreoffice(suffix)(old))
    assert text[:20].lower() in document.text.lower()
    assert "TCVN3" in document.note
    level = '<text:list-level-style-number text:level="1" style:num-prefix="Điều " style:num-suffix="." '
    style = f'<text:list-style style:name="L">{level}style:num-format="1"/></text:list-style>'
    items = "".join(f"<text:list-item><text:p>{said}</text:p></text:list-item>" for said in ("Phạm vi", "Hiệu lực"))
    listed = rendering.flat("text", f'<text:list text:style-name="L">{items}</text:list>', style)
    made = rendering.converted(".fodt", listed, suffix)
    made = made.replace(rb"\'3fi\'3fu", rb"\u272?i\u7873?u")  # LibreOffice writes "?i?u" into .rtf, Word this
    document, _ = of(f"a{suffix}", made)
    assert document.text == "Điều 1. Phạm vi\n\nĐiều 2. Hiệu lực"


@needs_office
def test_an_old_letter_by_rule() -> None:
    said = "".join(f"\\u{ord(c)}?" if ord(c) > 127 else c for c in "Nghị quyết của Tỉnh ủy")
    assert of("a.rtf", f"{{\\rtf1 {said}\\par}}".encode())[0].text == "Nghị quyết của Tỉnh ủy"
    assert of("a.doc", f"{{\\rtf1 {said}\\par}}".encode())[0].note == "it is a .rtf file, whatever its name says"


# ---- hostile files ---------------------------------------------------------------------------------------------------


def bomb(name: str, size: int) -> bytes:
    return packed({name: b"a" * size})


XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.docx", b"PK\x03\x04 cut", "damaged"),
        ("a.docx", packed({"x": "y"}), "no word/document.xml"),
        ("a.docx", packed({"word/document.xml": f"{XXE}<x>&e;</x>"}), "DOCTYPE"),
        ("a.docx", packed({"word/document.xml": f"{XXE}<x>&e;</x>".encode("utf-16")}), "DOCTYPE"),
        ("a.docx", packed({"word/document.xml": "<x>"}), "not valid XML"),
        ("a.docx", bomb("word/document.xml", 50_000_000), "unpacks to more than"),
        ("a.docx", word("<w:sdt>" * 100_000 + "</w:sdt>" * 100_000), ""),
        ("a.xlsx", packed({"xl/workbook.xml": f"{XXE}<x>&e;</x>"}), "DOCTYPE"),
        ("a.xlsx", bomb("xl/workbook.xml", 50_000_000), "unpacks to more than"),
        ("a.pptx", packed({"x": "y"}), "no ppt/presentation.xml"),
        ("a.odt", b"", "damaged"),
        ("a.epub", packed({"x": "y"}), "no META-INF/container.xml"),
        ("a.eml", b"xin ch\xc3\xa0o", "no headers of a mail"),
        ("a.pdf", b"%PDF-1.7\n1 0 obj", "damaged or cut short"),
        ("a.pdf", b"", "damaged or cut short"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "picture is damaged"),
        ("a.csv", b"a;b\n\0", "binary"),
        ("a.html", b"<div>" * 200_000, ""),
        ("a.html", b"<p>" + b"a" * 5_000_000, "4,000,000"),
        ("a.exe", b"MZ", "cannot read .exe"),
    ],
)
def test_a_hostile_file_gives_one_line(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        of(name, data)
    assert name in str(caught.value)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500
    assert of("b.csv", b"T\xc3\xaan,S\xe1\xbb\x91\nA,1\n")[0].text == "Tên: A; Số: 1"  # the next file is read


def test_a_line_of_a_gigabyte_is_not_read() -> None:
    class Large(bytes):
        def __len__(self) -> int:
            return 1 << 30

    for name in ("a.txt", "a.md", "a.html", "a.csv", "a.docx"):
        with pytest.raises(ReadError, match="1,073,741,824 bytes is more than"):
            of(name, Large(b"a"))


@needs_font
def test_a_pdf_with_a_password_and_one_cut_short() -> None:
    data = rendering.pdf(SMALL)
    # the standard handler with a key nobody has: pdfium asks for the password
    locked = data.replace(b"trailer\r\n<<", b"trailer\r\n<</Encrypt <</Filter/Standard/V 1/R 2/O <" + b"00" * 32
                          + b">/U <" + b"00" * 32 + b">/P -4>>/ID [<00><00>]")  # fmt: skip
    assert locked != data
    with pytest.raises(ReadError, match="password"):
        of("a.pdf", locked)
    with pytest.raises(ReadError, match=r"damaged or cut short|no text"):
        of("a.pdf", data[: len(data) // 50])


def test_a_parser_that_hangs_grows_or_dies_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    # the worker's own word for each: a file that says so cannot be made, for the limits are what stops it
    def behave(code: str) -> None:
        worker.close()
        program = f"from ingest import formats, worker\nimport os, time\ndef f(name, data, on_page):\n    {code}\n"
        program += "formats.extract = f\nworker.CPU_SECONDS = 1\nworker.CPU_SECONDS_A_PAGE = 0.1\nworker.serve()"
        real = worker.subprocess.Popen
        monkeypatch.setattr(worker.subprocess, "Popen", lambda args, **kw: real([args[0], "-c", program], **kw))

    try:
        for code, reason in (
            ("time.sleep(60)", "longer than 1 seconds"),
            ("os.abort()", "parser broke down"),
            ("bytearray(4 << 30)", "more than 2 GB of memory"),
            ("while True: pass", "seconds of computing"),
            ("on_page(2)\n    while True: pass", "seconds of computing"),
            ("raise ValueError('x')", "reading it failed"),
        ):
            behave(code)
            start = time.monotonic()
            with pytest.raises(ReadError, match=reason):
                worker.extract("a.docx", b"x", silence=1.0 if "sleep" in code else 30.0)
            assert time.monotonic() - start < 20
            monkeypatch.undo()
    finally:
        worker.close()
    assert worker.extract("b.csv", b"a,b\nc,d\n").blocks[0].text == "a: c; b: d"


def test_the_worker_is_one_process_for_many_files() -> None:
    worker.extract("b.csv", b"a,b\nc,d\n")
    first = worker._process().pid
    with pytest.raises(ReadError):
        worker.extract("a.docx", b"")
    assert worker.extract("b.csv", b"a,b\nc,d\n").blocks
    assert worker._process().pid == first


def test_a_zip_is_its_documents(tmp_path: Path) -> None:
    from ingest.library import Library
    from tests.toy import ToyEncoder

    (tmp_path / "kho").mkdir()
    path = tmp_path / "tai-lieu.zip"
    path.write_bytes(
        packed(
            {
                "../../thoat.txt": "Cầu Bình Minh\n\nCầu Bình Minh dài 900 mét.",
                "b/c.docx": rendering.docx(SMALL),
                "anh.exe": "MZ",
                ".an.txt": "ẩn",
                "hong.docx": "x",
            }
        )
    )
    library = Library(tmp_path / "kho", tmp_path / "data", ToyEncoder())
    changes = library.add([path])
    assert len(changes.added) == 2
    assert [name for name, _ in changes.failed] == ["hong.docx"]
    assert {d.title for d in library.documents()} == {"Cầu Bình Minh", SMALL.title}
    assert {p.name for p in tmp_path.iterdir()} == {"kho", "data", "tai-lieu.zip"}
    assert not list(tmp_path.rglob("thoat*"))
    path.write_bytes(packed({"x.exe": "MZ"}))
    assert "no document in it" in library.add([path]).failed[0][1]
    library.close()
