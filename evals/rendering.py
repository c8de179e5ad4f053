"""Writes an article as files of every kind that can be read, so that what reading them loses is known exactly."""

from __future__ import annotations

import ctypes
import io
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from evals.encodings import written_in


@dataclass(frozen=True, slots=True)
class Article:
    """What is written: paragraphs `(heading level or 0, text)`, of which the title is the first, with level 1."""

    paragraphs: tuple[tuple[int, str], ...]
    meta: dict[str, str] = field(default_factory=dict)  # author, publisher, published

    @property
    def title(self) -> str:
        return self.paragraphs[0][1]

    @property
    def text(self) -> str:
        return "\n\n".join(text for _, text in self.paragraphs)


FURNITURE = ("Trang chủ", "Bản quyền thuộc về cổng", "CỔNG THÔNG TIN ĐIỆN TỬ", "Những tin cũ hơn")
"""Phrases put around the article where its kind of file has such; none may be left in what is searched."""


def article(markdown: str, meta: dict[str, str]) -> Article:
    """The article of a Markdown text without front matter: headings and paragraphs, no list of sources."""
    paragraphs = []
    for block in markdown.partition("\n## Nguồn")[0].split("\n\n"):
        for line in block.strip().split("\n"):
            level = len(line) - len(line.lstrip("#"))
            if line.strip():
                paragraphs.append((level, " ".join(line[level:].split())))
    return Article(tuple(paragraphs), meta)


def txt(a: Article) -> bytes:
    return a.text.encode()


def md(a: Article) -> bytes:
    return "\n\n".join(f"{'#' * level} {text}" if level else text for level, text in a.paragraphs).encode()


def in_encoding(encoding: str) -> Callable[[Article], bytes]:
    return lambda a: written_in(a.text, encoding)[0]


def _html_body(a: Article) -> str:
    return "".join(
        f"<h{level}>{escape(text)}</h{level}>" if level else f"<p>{escape(text)}</p>" for level, text in a.paragraphs
    )


def html(a: Article) -> bytes:
    head = "".join(
        f'<meta {kind}="{name}" content="{escape(a.meta.get(key, ""))}">'
        for kind, name, key in (
            ("name", "author", "author"),
            ("property", "article:published_time", "published"),
            ("property", "og:site_name", "publisher"),
        )
    )
    return (
        f'<html><head><meta charset="utf-8"><title>{escape(a.title)}</title>{head}</head><body>'
        f'<nav><a href="/">{FURNITURE[0]}</a></nav><article>{_html_body(a)}</article>'
        f"<footer>{FURNITURE[1]}</footer></body></html>"
    ).encode()


def eml(a: Article) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = a.title, f"{a.meta.get('author', 'Ai')} <a@b.vn>"
    mail["Date"] = "Thu, 09 Nov 2023 08:00:00 +0700"
    mail.set_content("\n\n".join(text for _, text in a.paragraphs[1:]))
    mail.add_alternative(f"<html><body>{_html_body(a)}</body></html>", subtype="html")
    return mail.as_bytes()


def packed(parts: dict[str, str | bytes]) -> bytes:
    """A zip of `parts`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(a: Article) -> bytes:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="S{level}"><w:name w:val="{name}"/></w:style>'
        for level, name in ((1, "Title"), (2, "heading 1"), (3, "heading 2"))
    )
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="S{level}"/></w:pPr><w:r><w:t>{escape(text)}</w:t></w:r></w:p>'
        for level, text in a.paragraphs
    )
    return packed(
        {
            "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        }
    )


def docx_in_tcvn3(a: Article) -> bytes:
    """Runs in .VnTime; capitals that TCVN3 lacks are small letters in .VnTimeH, as typists had to write them."""
    paragraphs = []
    for _, text in a.paragraphs:
        runs: list[tuple[str, str]] = []
        for char in text:
            lacks = written_in(char, "TCVN3")[1] != char and char.isupper()
            font = ".VnTimeH" if lacks else ".VnTime"
            written = written_in(char, "TCVN3")[0].decode("latin-1")
            if runs and runs[-1][0] == font:
                runs[-1] = (font, runs[-1][1] + written)
            else:
                runs.append((font, written))
        xml = "".join(
            f'<w:r><w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>'
            + "<w:softHyphen/>".join(f'<w:t xml:space="preserve">{escape(t)}</w:t>' for t in written.split("\xad"))
            + "</w:r>"
            for font, written in runs
        )
        paragraphs.append(f"<w:p>{xml}</w:p>")
    return packed({"word/document.xml": f"<w:document {W}><w:body>{''.join(paragraphs)}</w:body></w:document>"})


def odt(a: Article) -> bytes:
    spaces = _open_spaces(office="office", text="text", table="table")
    body = f"<office:body><office:text>{_open_body(a)}</office:text></office:body>"
    content = f"<office:document-content {spaces}>{body}</office:document-content>"
    return packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def _open_spaces(**names: str) -> str:
    return " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for n, long in names.items())


def _open_body(a: Article) -> str:
    return "".join(
        f'<text:p text:style-name="Title">{escape(text)}</text:p>'
        if level == 1
        else f'<text:h text:outline-level="{level - 1}">{escape(text)}</text:h>'
        if level
        else f"<text:p>{escape(text)}</text:p>"
        for level, text in a.paragraphs
    )


# ---- old Office files, written by LibreOffice itself -----------------------------------------------------------------


def soffice() -> str:
    """LibreOffice, "" when it is not installed."""
    return shutil.which("soffice") or ""


def by_libreoffice(suffix: str) -> Callable[[Article], bytes]:
    """The article as a .doc, .rtf, .xls or .ppt: OpenDocument in one file of XML, or .xlsx, that LibreOffice turns into
    it. It wants more of a .docx than `docx` writes."""
    return lambda a: converted(*_source(suffix, a), suffix)


def _source(suffix: str, a: Article) -> tuple[str, bytes]:
    if suffix == ".xls":
        return ".xlsx", xlsx(a)
    if suffix == ".ppt":
        pages = "".join(f"<draw:page>{_frame(1, [title])}{_frame(5, texts)}</draw:page>" for title, texts in _slides(a))
        return ".fodp", flat("presentation", pages)
    return ".fodt", flat("text", _open_body(a))


def _frame(top: int, texts: list[str]) -> str:
    said = "".join(f"<text:p>{escape(text)}</text:p>" for text in texts)
    box = f'svg:x="1cm" svg:y="{top}cm" svg:width="25cm" svg:height="3cm"'
    return f"<draw:frame {box}><draw:text-box>{said}</draw:text-box></draw:frame>"


def flat(kind: str, body: str, styles: str = "") -> bytes:
    """OpenDocument in one file, a "text" or a "presentation"; `styles` are automatic ones."""
    spaces = _open_spaces(office="office", text="text", style="style", draw="drawing", svg="svg-compatible")
    mime = f'office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.{kind}"'
    content = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
    content = f"<office:automatic-styles>{styles}</office:automatic-styles>{content}"
    return f'<?xml version="1.0"?><office:document {spaces} {mime}>{content}</office:document>'.encode()


def converted(from_suffix: str, data: bytes, suffix: str) -> bytes:
    """The file `data` as a file of another kind, by LibreOffice."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"a{from_suffix}").write_bytes(data)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [soffice(), "--headless", profile, "--convert-to", suffix[1:], "--outdir", name]
        subprocess.run([*command, str(folder / f"a{from_suffix}")], capture_output=True, check=True, timeout=120)
        return (folder / f"a{suffix}").read_bytes()


def pptx(a: Article) -> bytes:
    """A slide for every heading, its paragraphs below."""
    spaces = (
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    )

    def shape(kind: str, texts: list[str]) -> str:
        said = "".join(f"<a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p>" for text in texts)
        place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
        return f"<p:sp>{place}<p:txBody>{said}</p:txBody></p:sp>"

    slides = _slides(a)
    parts: dict[str, str | bytes] = {
        f"ppt/slides/slide{n}.xml": f"<p:sld {spaces}><p:cSld><p:spTree>{shape('title', [title])}{shape('body', texts)}"
        f"{shape('ftr', [FURNITURE[2]])}{shape('sldNum', [str(n)])}</p:spTree></p:cSld></p:sld>"
        for n, (title, texts) in enumerate(slides, start=1)
    }
    ids = "".join(f'<p:sldId r:id="r{n}"/>' for n in range(1, len(slides) + 1))
    links = "".join(f'<Relationship Id="r{n}" Target="slides/slide{n}.xml"/>' for n in range(1, len(slides) + 1))
    parts["ppt/presentation.xml"] = f"<p:presentation {spaces}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
    parts["ppt/_rels/presentation.xml.rels"] = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )
    return packed(parts)


def _slides(a: Article) -> list[tuple[str, list[str]]]:
    """(title, paragraphs) of each."""
    slides: list[tuple[str, list[str]]] = []
    for level, text in a.paragraphs:
        if level:
            slides.append((text, []))
        else:
            slides[-1][1].append(text)
    return slides


def epub(a: Article) -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    facts = {"title": a.title, "creator": a.meta.get("author", ""), "publisher": a.meta.get("publisher", "")}
    facts["date"] = a.meta.get("published", "")
    meta = "".join(f"<dc:{name}>{escape(value)}</dc:{name}>" for name, value in facts.items() if value)
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<metadata>{meta}</metadata><manifest><item id="a" href="a%20b.xhtml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    chapter = (
        f"<?xml version='1.0'?><!DOCTYPE html><html><head><title>x</title></head><body>{_html_body(a)}</body></html>"
    )
    return packed({"META-INF/container.xml": container, "OEBPS/book.opf": book, "OEBPS/a b.xhtml": chapter})


def xlsx(a: Article) -> bytes:
    """Question and answer: every heading beside what stands under it."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in _table(a):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv(a: Article) -> bytes:
    """As Excel in Vietnam writes it: semicolons, and a byte order mark."""
    import csv as writer

    out = io.StringIO()
    writer.writer(out, delimiter=";").writerows(_table(a))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _table(a: Article) -> list[tuple[str, str]]:
    rows, asked = [("Câu hỏi", "Trả lời")], a.title
    for level, text in a.paragraphs:
        if level:
            asked = text
        else:
            rows.append((asked, text))
    return rows


def table_text(a: Article) -> str:
    """The text that should be read from `xlsx` and `csv`."""
    return "\n".join(f"Câu hỏi: {asked}; Trả lời: {said}" for asked, said in _table(a)[1:])


# ---- PDF, drawn by the library that also reads them ------------------------------------------------------------------

_FONTS = ("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
_WIDTH, _HEIGHT, _MARGIN, _BODY = 595, 842, 71, 12  # an A4 page, in points
SCAN_DPI = 200


def font() -> str:
    """A font that has Vietnamese letters, "" when none is installed where Debian puts them."""
    return next((path for path in _FONTS if Path(path).exists()), "")


def pdf(a: Article, *, order: Callable[[str], list[str]] = lambda line: [line]) -> bytes:
    """Pages with a running head and a page number. `order` says in which pieces a line is drawn, each piece as long as
    the line with spaces where others are: a printer driver draws letters from a second font after the rest."""
    import pypdfium2
    import pypdfium2.raw as raw
    from PIL import ImageFont

    document = pypdfium2.PdfDocument.new()
    data = Path(font()).read_bytes()
    buffer = (ctypes.c_uint8 * len(data)).from_buffer_copy(data)
    drawn_with = raw.FPDFText_LoadFont(document, buffer, len(data), raw.FPDF_FONT_TRUETYPE, True)
    measure = ImageFont.truetype(font(), 1000)

    def width(text: str, size: float) -> float:
        return measure.getlength(text) * size / 1000

    def draw(page: pypdfium2.PdfPage, text: str, x: float, y: float, size: float) -> None:
        shown = raw.FPDFPageObj_CreateTextObj(document, drawn_with, size)
        written = (text + "\0").encode("utf-16-le")
        raw.FPDFText_SetText(shown, (ctypes.c_ushort * (len(written) // 2)).from_buffer_copy(written))
        raw.FPDFPageObj_Transform(shown, 1, 0, 0, 1, x, y)
        raw.FPDFPage_InsertObject(page, shown)

    page, y = None, 0.0
    for level, text in a.paragraphs:
        size = (_BODY, 20, 15, 13.5)[min(level, 3)]
        for line in _wrapped(text, lambda said, size=size: width(said, size) <= _WIDTH - 2 * _MARGIN):  # type: ignore[misc]
            if page is None or y < _MARGIN + size:
                if page is not None:
                    page.gen_content()
                page, y = document.new_page(_WIDTH, _HEIGHT), _HEIGHT - _MARGIN - 24
                draw(page, FURNITURE[2], _MARGIN, _HEIGHT - 50, 9)
                draw(page, f"Trang {len(document)}", _WIDTH / 2, 40, 9)
            for piece in order(line):
                lead = len(piece) - len(piece.lstrip(" "))
                if piece.strip():
                    draw(page, piece.strip(" "), _MARGIN + width(line[:lead], size), y, size)
            y -= 1.4 * size
        y -= 0.6 * size
    if page is not None:
        page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _wrapped(text: str, fits: Callable[[str], bool]) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if fits(longer) or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def pdf_with_two_fonts(a: Article) -> bytes:
    """Letters beyond Latin-1 are drawn after each line, one by one."""

    def order(line: str) -> list[str]:
        first = "".join(char if char < "\u0100" else "\0" for char in line)
        pieces, at = [], 0
        for piece in first.split("\0"):
            pieces.append(" " * at + piece)
            at += len(piece) + 1
        return pieces + [" " * n + char for n, char in enumerate(line) if char >= "\u0100"]

    return pdf(a, order=order)


def drawn(data: bytes) -> list[Any]:
    """The pages of a PDF as grey pictures, as a good scanner has them."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    return [page.render(scale=SCAN_DPI / 72, grayscale=True).to_pil() for page in document]


def scanned_pdf(a: Article) -> bytes:
    pages = drawn(pdf(a))
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=SCAN_DPI)
    return out.getvalue()


def tiff(a: Article) -> bytes:
    pages = drawn(pdf(a))
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_deflate")
    return out.getvalue()


# ---- an official document --------------------------------------------------------------------------------------------

_DECISION = """ỦY BAN NHÂN DÂN
TỈNH HẬU GIANG
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: 15/2024/QĐ-UBND
Hậu Giang, ngày 05 tháng 3 năm 2024
QUYẾT ĐỊNH
Ban hành Quy định về quản lý cây xanh đô thị trên địa bàn tỉnh Hậu Giang
ỦY BAN NHÂN DÂN TỈNH HẬU GIANG
Căn cứ Luật Tổ chức chính quyền địa phương;
Chương I
QUY ĐỊNH CHUNG
Điều 1. Phạm vi điều chỉnh
Quy định này áp dụng cho cây xanh ở đô thị trên địa bàn tỉnh.
Điều 2. Nguyên tắc quản lý
1. Mọi người dân đều có trách nhiệm chăm sóc cây trước nhà mình.
2. Việc trồng cây phải đúng quy hoạch đã được phê duyệt.
Chương II
TỔ CHỨC THỰC HIỆN
Điều 3. Quyết định này có hiệu lực kể từ ngày 20 tháng 3 năm 2024.
Nơi nhận: như Điều 3.
TM. ỦY BAN NHÂN DÂN
CHỦ TỊCH
Đồng Văn Thanh"""
OFFICIAL = Article(tuple((0, line) for line in _DECISION.split("\n")))
"""A made-up decision of a province, with the head and foot that Decree 30/2020/NĐ-CP prescribes."""
