"""Hostile and broken files: each is read for what it is or is one clear line, in time, and the next file is read."""

from __future__ import annotations

import http.server
import io
import shutil
import threading
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals import rendering
from evals.encodings import written_in
from evals.rendering import W, by_libreoffice, packed
from index.errors import ReadError
from ingest.archives import opened
from ingest.library import Library
from ingest.read import Source, read
from ingest.sniff import old_office
from tests.test_formats import SMALL, needs_office
from tests.toy import ToyEncoder

TEXT = "Ủy ban nhân dân tỉnh ban hành kế hoạch năm 2024 với các mục tiêu cụ thể. "
PARAGRAPH = f"<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>"
XXE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)) + "]>"
)
SECONDS = 150.0  # the longest a file may take: two minutes of silence end the process that parses


def word(body: str, **parts: str | bytes) -> bytes:
    document = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    return packed({"word/document.xml": document, **{f"word/{name}": part for name, part in parts.items()}})


def odt(content: str) -> bytes:
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def epub(chapter: str = "<p>x</p>", *, before: str = "", path: str = "a.opf", book: str = "") -> bytes:
    container = (
        f'{before}<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        f'full-path="{path}"/></rootfiles></container>'
    )
    book += (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="c.xhtml"/></manifest><spine>'
        '<itemref idref="a"/></spine></package>'
    )
    return packed({"META-INF/container.xml": container, "a.opf": book, "c.xhtml": chapter})


def page(body: str, before: str = "") -> bytes:
    return f"{before}<html><body><article><p>{TEXT * 9}</p>{body}</article></body></html>".encode()


def nested(depth: int) -> bytes:
    inner = packed({"a.txt": TEXT})
    for _ in range(depth):
        inner = packed({"a.zip": inner})
    return inner


def ole(stream: str) -> bytes:
    """The head of an old Office file with a stream of that name in its directory."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\7" * 504 + f"{stream}\0".encode("utf-16-le") + bytes(2000)


READ, FAILS = True, False
TABLE: dict[str, tuple[str, bytes, bool, str]] = {
    # what it is: name, bytes, whether it is read, words of the text or of the reason
    "100,000 divs": ("a.html", b"<div>" * 100_000 + TEXT.encode() * 9, FAILS, "no article"),
    "100,000 divs around": ("a.html", page("<div>" * 100_000 + "x" + "</div>" * 100_000), READ, "Ủy ban"),
    "lists in lists": ("a.html", ("<ul><li>" * 50_000 + TEXT * 9).encode(), FAILS, "no article"),
    "tables in tables": ("a.html", ("<table><tr><td>" * 50_000 + TEXT * 9).encode(), FAILS, "no article"),
    "100,000 divs in a book": ("a.epub", epub("<div>" * 100_000 + TEXT), READ, "Ủy ban"),
    "an entity in a page": ("a.html", page("<svg>&e;</svg><p>&e;</p>", XXE), FAILS, "no article"),
    "an entity in xhtml": ("a.xhtml", page("<p>&e;</p>", f'<?xml version="1.0"?>{XXE}'), FAILS, "no article"),
    "laughs in xhtml": ("a.xhtml", page("<p>&a9;</p>", f'<?xml version="1.0"?>{LAUGHS}'), FAILS, "no article"),
    "an entity in odt": ("a.odt", odt(f"{XXE}<x>&e;</x>"), FAILS, "DOCTYPE"),
    "laughs in odt": ("a.odt", odt(f"{LAUGHS}<x>&a9;</x>"), FAILS, "DOCTYPE"),
    "laughs in docx": ("a.docx", packed({"word/document.xml": f"{LAUGHS}<x>&a9;</x>"}), FAILS, "DOCTYPE"),
    "laughs in styles": ("a.docx", word(PARAGRAPH, **{"styles.xml": f"{LAUGHS}<x>&a9;</x>"}), FAILS, "DOCTYPE"),
    "laughs in xlsx": (
        "a.xlsx",
        packed({"xl/workbook.xml": "<x/>", "xl/sharedStrings.xml": f"{LAUGHS}<x>&a9;</x>"}),
        FAILS,
        "DOCTYPE",
    ),
    "an entity in pptx": ("a.pptx", packed({"ppt/presentation.xml": f"{XXE}<x>&e;</x>"}), FAILS, "DOCTYPE"),
    "an entity in a book": ("a.epub", epub(before=XXE), FAILS, "DOCTYPE"),
    "laughs in a book": ("a.epub", epub(book=LAUGHS), FAILS, "DOCTYPE"),
    "an entity in a chapter": ("a.epub", epub(f"{XXE}<p>&e; {TEXT}</p>"), READ, "Ủy ban"),
    "a book that leads out": ("a.epub", epub(path="../../../etc/passwd"), FAILS, "not what its name says"),
    "an entity in UTF-16": (
        "a.docx",
        packed({"word/document.xml": f"{XXE}<x>&e;</x>".encode("utf-16-be")}),
        FAILS,
        "DOCTYPE",
    ),
    "an entity in EBCDIC": (
        "a.docx",
        packed({"word/document.xml": f'<?xml version="1.0" encoding="cp037"?>{XXE}<x>&e;</x>'.encode("cp037")}),
        FAILS,
        "not valid XML",
    ),
    "a bomb in odt": ("a.odt", odt("a" * 50_000_000), FAILS, "unpacks to more than"),
    "a bomb in a book": ("a.epub", epub("a" * 50_000_000), FAILS, "unpacks to more than"),
    "3,000,000 paragraphs": ("a.docx", word("<w:p/>" * 3_000_000), FAILS, "unpacks to more than"),
    "tables in tables of Word": (
        "a.docx",
        word("<w:tbl><w:tr><w:tc>" * 20_000 + "</w:tc></w:tr></w:tbl>" * 20_000),
        FAILS,
        "nested",
    ),
    "macros in Word": ("a.docm", word(PARAGRAPH, **{"vbaProject.bin": b"Shell calc"}), READ, "Ủy ban"),
    "macros in Excel": ("a.xlsm", rendering.xlsx(SMALL), READ, "Câu hỏi"),
    "macros in PowerPoint": ("a.pptm", rendering.pptx(SMALL), READ, "Mục tiêu cụ thể"),
    "Word by another name": ("a.pdf", word(PARAGRAPH), READ, "Ủy ban"),
    "slides by another name": ("a.docx", rendering.pptx(SMALL), READ, "Mục tiêu cụ thể"),
    "a page that says it is .doc": ("a.doc", page("<p>hết</p>"), READ, "hết"),
    "a table that says it is .xls": ("a.xls", b"<html><table><tr><td>A<td>B<tr><td>C</table>", READ, "A | B\nC"),
    "a program that says it is .doc": ("a.doc", b"MZ" + bytes(range(256)) * 20, FAILS, "not what its name says"),
    "text that says it is .xls": ("a.xls", TEXT.encode(), FAILS, "not what its name says"),
    "Word behind a password": ("a.docx", ole("EncryptedPackage"), FAILS, "password"),
    "Excel behind a password": ("a.xlsx", ole("EncryptedPackage"), FAILS, "password"),
    "a PDF that is none": ("a.docx", b"%PDF-1.4\n", FAILS, "damaged or cut short"),
    "Word that is text": ("a.txt", word(PARAGRAPH), FAILS, "binary"),
    "a picture that is text": ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(99), FAILS, "binary"),
    "UTF-16": ("a.txt", TEXT.encode("utf-16"), READ, "Ủy ban"),
    "UTF-16, the other way round": ("a.txt", b"\xfe\xff" + TEXT.encode("utf-16-be"), READ, "Ủy ban"),
    "a table in UTF-16": ("a.csv", "Tên\tSố\nLan\t5\n".encode("utf-16"), READ, "Tên: Lan; Số: 5"),
    "UTF-8 and then TCVN3": (
        "a.txt",
        f"{TEXT}\n\n".encode() + written_in(TEXT.replace("2024", "2025").lower(), "TCVN3")[0],
        READ,
        f"{TEXT}\n\n{TEXT.replace('2024', '2025').lower().strip()}",
    ),
    "UTF-8 with one wrong byte": (
        "a.txt",
        TEXT.encode() * 5 + b"\xff\n" + TEXT.encode(),
        FAILS,
        "byte 475 is not UTF-8",
    ),
    "UTF-8 cut in a letter": ("a.txt", TEXT.encode() + "ạ".encode()[:2], FAILS, "is not UTF-8"),
    "a zero in the text": ("a.txt", TEXT.encode() + b"\0", FAILS, "binary"),
    "what a terminal would obey": ("a.txt", f"{TEXT}\x1b[31m\u202e\u200b{TEXT}".encode(), READ, "Ủy ban"),
    "a word of 5,000,000 letters": ("a.txt", b"a" * 5_000_000, READ, "aaaa"),
    "a cell of 19 MB": ("a.csv", b"a;b\n" + b"x" * 19_000_000, FAILS, "table is damaged"),
    "a quote that never ends": ("a.csv", b'a,b\n"x' + b"y,z\n" * 500_000, FAILS, "table is damaged"),
    "200,000 rows": ("a.csv", b"a,b\n" + b"x,y\n" * 200_000, FAILS, "more than 100,000 rows"),
    "a YAML bomb": (
        "a.md",
        (
            "---\na0: &a0 [x,x]\n"
            + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
            + "title: *a9\n---\nx"
        ).encode(),
        FAILS,
        "must be one line",
    ),
    **{
        f"an empty {suffix}": (f"a{suffix}", b"", FAILS, f"a{suffix}: ")
        for suffix in ".txt .md .html .csv .docx .docm .xlsx .pptx .odt .epub .eml .pdf .png .rtf .doc .xls".split()
    },
}


@pytest.mark.parametrize(("name", "data", "is_read", "words"), TABLE.values(), ids=TABLE.keys())
def test_a_file_is_read_or_one_line(name: str, data: bytes, is_read: bool, words: str) -> None:
    started = time.monotonic()
    try:
        text, reason = read(Source(name, name, data))[0].text, ""
    except ReadError as error:
        text, reason = "", str(error)
    assert bool(text) == is_read, reason or text[:200]
    assert words in (text or reason)
    assert "root:" not in text, "a file of this machine was read"
    assert not any(char in text for char in "\x1b\0\u202e\u200b")
    assert "\n" not in reason and len(reason) < 500
    assert time.monotonic() - started < SECONDS
    assert read(Source("b.csv", "b.csv", "Tên,Số\nA,1\n".encode()))[0].text == "Tên: A; Số: 1"


def test_old_office_files_are_known_by_their_streams() -> None:
    found = [old_office(ole(stream)) for stream in ("WordDocument", "Workbook", "Book", "PowerPoint Document", "x")]
    assert found == [[".doc"], [".xls"], [".xls"], [".ppt"], []]
    assert old_office(ole("PowerPoint Document") + ole("WordDocument")) == [".doc", ".ppt"], "slides that hold a letter"
    assert old_office(b"WordDocument") == []


def test_what_it_is_is_said_when_its_name_is_wrong() -> None:
    assert read(Source("a.pdf", "a.pdf", word(PARAGRAPH)))[0].note == "it is a .docx file, whatever its name says"
    assert read(Source("a.docm", "a.docm", word(PARAGRAPH)))[0].note == ""


# ---- archives --------------------------------------------------------------------------------------------------------


def _two_names() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("a.txt", "a.txt", "a\0b.txt", "con.txt", "d" * 300 + ".txt", "../a.txt", "/a.txt"):
            packed.writestr(name, TEXT)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "found", "words"),
    [
        (nested(2), ["a.txt"], ""),
        (nested(20), ["a.zip"], "lies too deep in other archives"),
        (packed({"a.zip": b"PK\3\4", "b.txt": TEXT}), ["a.zip", "b.txt"], "damaged"),
        (packed({"a.zip": packed({"x.txt": "a " * 5_000_000}), "b.txt": TEXT}), ["a.zip", "b.txt"], "unpacks to more"),
        (packed({"a.zip": packed({"x.exe": "MZ"})}), [], "no document in it"),
        (packed({f"{n}.txt": "x" for n in range(10_000)}), [], "more than the 5,000 parts"),
        (packed({f"{n}.exe": "x" for n in range(4_000)} | {"a.txt": TEXT}), ["a.txt"], ""),
        (b"Rar!\x1a\x07\0" + bytes(99), [], "not what its name says"),
        (b"", [], "not what its name says"),
    ],
)
def test_archives_in_archives(data: bytes, found: list[str], words: str) -> None:
    try:
        sources = opened(Source("t.zip", "t.zip", data))
    except ReadError as error:
        assert (found, words in str(error)) == ([], True), error
        return
    assert [source.name for source in sources] == found
    reasons = []
    for source in sources:
        try:
            read(source)
        except ReadError as error:
            reasons.append(str(error))
    assert len(reasons) == bool(words)
    assert all(words in reason for reason in reasons), reasons


def test_names_in_an_archive_are_no_places() -> None:
    names = [source.name for source in opened(Source("t.zip", "t.zip", _two_names()))]
    assert len(names) == 6, "a name ends at its zero, as in C, and so has no suffix"
    assert all("/" not in name and "\0" not in name and len(name) <= 210 for name in names)


# ---- on the disk -----------------------------------------------------------------------------------------------------


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "kho").mkdir()
    (tmp_path / "kho" / "a.txt").write_text(TEXT, encoding="utf-8")
    library = Library(tmp_path / "kho", tmp_path / "data", ToyEncoder())
    library.refresh()
    yield library
    library.close()


@pytest.mark.parametrize("name", ["b.txt", "b.md", "b.csv", "b.html", "b.docx", "b.zip"])
def test_a_line_of_a_gigabyte_on_the_disk(library: Library, tmp_path: Path, name: str) -> None:
    """It takes no room there, and is not read to its end."""
    with (tmp_path / name).open("wb") as file:
        file.truncate(1 << 30)
    started = time.monotonic()
    ((_, reason),) = library.add([tmp_path / name]).failed
    assert "1,073,741,824 bytes is more than" in reason
    assert time.monotonic() - started < 20
    shutil.move(tmp_path / name, tmp_path / "kho" / name)
    assert [name for name, _ in library.refresh().failed] == [name]
    assert library.index().search("kế hoạch")


def test_a_file_that_changes_while_it_is_read(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its hash was taken: what is indexed is what was read, and the next refresh sees that it is another."""
    path = tmp_path / "kho" / "b.txt"
    path.write_text("Cầu dài 900 mét.\n", encoding="utf-8")
    real = library._records._in_corpus

    def then_changed() -> Iterator[object]:
        yield from list(real())
        path.write_text("Cầu dài 1200 mét.\n", encoding="utf-8")

    monkeypatch.setattr(library._records, "_in_corpus", then_changed)
    library.refresh()
    monkeypatch.undo()
    library.refresh()
    (text,) = (p.text for p in library.index().passages if "Cầu" in p.text)
    assert "1200" in text
    assert library.refresh().updated == []


# ---- LibreOffice -----------------------------------------------------------------------------------------------------


@needs_office
def test_a_page_that_says_it_is_doc_fetches_nothing() -> None:
    """LibreOffice, given one, asked the server for its pictures and styles; what portals export as Word are such."""
    asked: list[str] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_OPTIONS = do_GET

        def log_message(self, *args: object) -> None: ...

    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        body = f'<p>{TEXT}</p><img src="{base}/a.png"><link rel="stylesheet" href="{base}/b.css">'
        for name in ("a.doc", "a.xls", "a.rtf", "a.ppt"):
            assert "Ủy ban" in read(Source(name, name, page(body)))[0].text
        linked = f'{{\\rtf1 x {{\\field{{\\*\\fldinst INCLUDEPICTURE "{base}/c.png" }}{{\\fldrslt }}}}\\par}}'
        assert read(Source("a.rtf", "a.rtf", linked.encode()))[0].text
        server.shutdown()
    assert asked == []


@needs_office
@pytest.mark.parametrize("suffix", [".doc", ".xls", ".ppt", ".rtf"])
def test_a_real_old_office_file_cut_short_or_renamed(suffix: str) -> None:
    data = by_libreoffice(suffix)(SMALL)
    try:
        read(Source(f"a{suffix}", "a", data[: len(data) // 3]))
    except ReadError as error:
        assert "\n" not in str(error)
    document, _ = read(Source("a.docx", "a", data))
    assert document.note == f"it is a {suffix} file, whatever its name says"
    assert "Cắt giảm 20% thời gian" in document.text
