"""PDF: text in lines, lines in paragraphs, headings by size; running heads dropped; pages without text read by OCR."""

from __future__ import annotations

import ctypes
import itertools
import re
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from index.errors import ReadError
from ingest.blocks import Block, Extract
from ingest.ocr import DPI, Word, pages, recognised

if TYPE_CHECKING:
    import pypdfium2

MAX_PAGES = 2000
MAX_SCANNED = 200  # pages read by OCR, one to two seconds each
MAX_PIXELS = 25_000_000  # of a page drawn for OCR: A3 at 300 dpi has 17 million


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page. Lengths are in points."""

    text: str
    page: int
    left: float
    right: float
    size: float  # of the letters
    first_word: float  # length of the first word
    gap: bool = False  # a paragraph begins here, by its distance from the line above


def read_pdf(data: bytes, on_page: Callable[[int], None]) -> Extract:
    """Paragraphs of a PDF, each on the page it begins on. Raises ReadError when it is encrypted, damaged, or too
    long, or when it has pages to be read by OCR and there is no tesseract."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError("it is protected by a password; save it without one") from error
        raise ReadError(f"the PDF is damaged or cut short ({error})") from error
    if len(document) > MAX_PAGES:
        raise ReadError(f"it has {len(document):,} pages, more than {MAX_PAGES:,}; split it")
    pages: list[list[Line]] = []
    scanned = 0
    for number in range(1, len(document) + 1):
        try:
            page = document[number - 1]
            lines = _page_lines(page, number)
            if sum(sum(map(str.isalpha, line.text)) for line in lines) < 20 and _has_picture(page):
                scanned += 1
                if scanned > MAX_SCANNED:
                    raise ReadError(f"more than {MAX_SCANNED} of its pages are scanned; split it")
                lines = _scanned_lines(page, number)
            page.close()
            on_page(number)
        except pypdfium2.PdfiumError as error:
            raise ReadError(f"page {number} of the PDF is damaged ({error})") from error
        pages.append(lines)
    note = f"{scanned} of {len(pages)} pages were read by OCR: check figures and names" if scanned else ""
    return Extract(paragraphs([line for lines in without_furniture(pages) for line in lines]), note=note)


def read_images(data: bytes, on_page: Callable[[int], None]) -> Extract:
    """Paragraphs of a picture of a page, or of the pages of a .tif."""
    read: list[list[Line]] = []
    for number, picture in enumerate(pages(data, MAX_SCANNED, MAX_PIXELS), start=1):
        read.append(_set_lines(recognised(picture), number))
        on_page(number)
    lines = [line for lines in without_furniture(read) for line in lines]
    if len(read) == 1:
        lines = [replace(line, page=0) for line in lines]
    return Extract(paragraphs(lines), note="read by OCR: check figures and names")


# ---- from a page to lines --------------------------------------------------------------------------------------------


def _page_lines(page: pypdfium2.PdfPage, number: int) -> list[Line]:
    text_page = page.get_textpage()
    chars = [_Char.of(text_page, at) for at in range(text_page.count_chars())]
    lines = _in_stream(chars)
    words = [word for line in lines for word in "".join(c.char for c in line).split()]
    # A font without Vietnamese letters has them drawn from another one after the line: "Ngh quy t ị ế". Whoever reads
    # by position is right then, but not where there are columns. Of words 0.004 at most have one letter in plain text
    # and 0.10 in the worst of 96 transcripts; 0.6 in such a page.
    if words and sum(len(w) == 1 and w.isalpha() for w in words) > 0.25 * len(words):
        lines = _by_position(chars)
    found: list[Line] = []
    for line in lines:
        made = _line(line, number)
        if made:
            found.append(made)
    text_page.close()
    return found


@dataclass(frozen=True, slots=True)
class _Char:
    """A character with its box, in points from the lower left corner."""

    char: str
    left: float
    right: float
    bottom: float
    top: float
    size: float

    @staticmethod
    def of(text_page: pypdfium2.PdfTextPage, at: int) -> _Char:
        import pypdfium2.raw as raw

        code = raw.FPDFText_GetUnicode(text_page, at)
        char = chr(code) if 0 < code < 0x110000 else ""
        if char in "\r\n" or not char:
            return _Char(char, 0, 0, 0, 0, 0)
        left, right, bottom, top = (ctypes.c_double() for _ in range(4))
        raw.FPDFText_GetCharBox(text_page, at, left, right, bottom, top)
        return _Char(char, left.value, right.value, bottom.value, top.value, raw.FPDFText_GetFontSize(text_page, at))


def _in_stream(chars: list[_Char]) -> list[list[_Char]]:
    """Lines as the file has them."""
    lines: list[list[_Char]] = [[]]
    for char in chars:
        if char.char in "\r\n":
            lines.append([])
        elif char.char:
            lines[-1].append(char)
    return lines


def _by_position(chars: list[_Char]) -> list[list[_Char]]:
    """Lines by where their characters stand, whatever their order in the file."""
    drawn = sorted((c for c in chars if c.char.strip() and c.top > c.bottom), key=lambda c: -(c.bottom + c.top))
    height = statistics.median(c.top - c.bottom for c in drawn) if drawn else 0
    rows: list[list[_Char]] = []
    for char in drawn:
        middle = (char.bottom + char.top) / 2
        if rows and abs(statistics.fmean((c.bottom + c.top) / 2 for c in rows[-1]) - middle) < 0.8 * height:
            rows[-1].append(char)
        else:
            rows.append([char])
    lines = []
    for row in rows:
        row.sort(key=lambda c: c.left)
        line: list[_Char] = []
        for char in row:
            if line and char.left - line[-1].right > 0.15 * max(char.size, line[-1].size, 1):
                line.append(_Char(" ", line[-1].right, char.left, char.bottom, char.top, char.size))
            line.append(char)
        lines.append(line)
    return lines


def _line(chars: list[_Char], page: int) -> Line | None:
    while chars and chars[0].char.isspace():
        chars = chars[1:]
    while chars and chars[-1].char.isspace():
        chars = chars[:-1]
    if not chars:
        return None
    end = next((n for n, c in enumerate(chars) if c.char.isspace()), len(chars))
    text = "".join(c.char for c in chars)
    drawn = [c for c in chars if c.right > c.left] or chars
    size = Counter(round(c.size, 1) for c in chars).most_common(1)[0][0]
    return Line(text, page, drawn[0].left, drawn[-1].right, size, chars[end - 1].right - chars[0].left)


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    import pypdfium2.raw as raw

    return any(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _scanned_lines(page: pypdfium2.PdfPage, number: int) -> list[Line]:
    width, height = page.get_size()
    scale = DPI / 72
    if width * height * scale * scale > MAX_PIXELS:
        scale = (MAX_PIXELS / (width * height)) ** 0.5
    bitmap: Any = page.render(scale=scale, grayscale=True)
    picture = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height)
    rows = bytes(bitmap.buffer)
    picture += b"".join(rows[y * bitmap.stride : y * bitmap.stride + bitmap.width] for y in range(bitmap.height))
    return _set_lines(recognised(picture), number)


def _set_lines(words: list[Word], page: int) -> list[Line]:
    """Lines of a page read by OCR, in points. A box is as high as the letters in it, so a paragraph of three words or
    more counts as set larger only when its boxes are a fifth higher than those of most lines, in steps of a quarter."""
    rows = [list(row) for _, row in itertools.groupby(words, key=lambda word: word.line)]
    usual = statistics.median(statistics.fmean(w.height for w in row) for row in rows) if rows else 1
    point = 72 / DPI
    heights: dict[tuple[int, ...], list[int]] = {}
    for word in words:
        heights.setdefault(word.line[:2], []).append(word.height)
    lines: list[Line] = []
    for before, row in zip([None, *rows], rows, strict=False):
        near = heights[row[0].line[:2]]
        ratio = statistics.fmean(near) / usual
        size = usual * point * (round(ratio * 4) / 4 if ratio >= 1.2 and len(near) > 2 else 1)
        gap = before is not None and before[0].line[:2] != row[0].line[:2]
        text = " ".join(w.text for w in row)
        left, right, first = row[0].left * point, row[-1].right * point, (row[0].right - row[0].left) * point
        lines.append(Line(text, page, left, right, size, first, gap))
    return lines


# ---- from lines to paragraphs ----------------------------------------------------------------------------------------

_PAGE_NUMBER = re.compile(
    r"(?:(?:trang|page|tr\.)\s*)?[-–—|]?\s*\d{1,4}\s*(?:[-–—|]|(?:/|trên|of)\s*\d{1,4})?", re.IGNORECASE
)


def without_furniture(pages: list[list[Line]]) -> list[list[Line]]:
    """`pages` without page numbers, and without what stands among the first or last two lines of more than half of
    them, figures aside."""
    seen = Counter(mask for lines in pages for mask in {_mask(line) for line in _edge(lines)})
    often = {mask for mask, count in seen.items() if len(pages) > 1 and count > len(pages) / 2}
    kept = []
    for lines in pages:
        edge = [line for line in _edge(lines) if _mask(line) in often or _PAGE_NUMBER.fullmatch(line.text.strip())]
        kept.append([line for line in lines if not any(line is drop for drop in edge)])
    return kept


def _edge(lines: list[Line]) -> list[Line]:
    return lines if len(lines) < 4 else lines[:2] + lines[-2:]


def _mask(line: Line) -> str:
    return re.sub(r"\d+", "0", line.text.strip())


_OPENS = re.compile(
    r"(?:Điều|Chương|Mục|Phần|Phụ lục|Khoản)\s+[\dIVXLC]+\b|(?:Căn cứ|Xét đề nghị|Theo đề nghị|Nơi nhận)\b"
    r"|(?:\d{1,3}(?:\.\d{1,3}){0,3}[.)]|[a-zđ][.)]|[IVXLC]{1,6}[.)]|[-–—•*+])\s"
)
_MUCH_LARGER = 1.12


def paragraphs(lines: list[Line]) -> list[Block]:
    """`lines` joined to paragraphs. A line ends one when the first word of the next had still had room in it, when
    the size of the letters changes, or when the next opens an item; a heading is set larger than most of the text."""
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0
    larger = sorted((s for s in sizes if body and s > _MUCH_LARGER * body), reverse=True)[:5]
    margins = _margins(lines)
    blocks: list[Block] = []
    before: Line | None = None
    for line in lines:
        level = larger.index(line.size) + 1 if line.size in larger else 0
        text = line.text.strip()
        if before is not None and blocks and _goes_on(before, line, margins, bool(level)):
            last = blocks[-1]
            blocks[-1] = Block(_joined(last.text, text), last.level, last.page)
        else:
            blocks.append(Block(text, level, line.page))
        before = line
    return [Block(b.text, b.level if len(b.text) <= 200 else 0, b.page) for b in blocks]


def _column(line: Line) -> tuple[int, int]:
    return line.page, round(line.left / 120)  # a paragraph's first line is indented less than that, a column more


def _margins(lines: list[Line]) -> dict[tuple[int, int], float]:
    """Right edge of every column of every page."""
    edges: dict[tuple[int, int], float] = {}
    for line in lines:
        edges[_column(line)] = max(edges.get(_column(line), 0), line.right)
    return edges


def _goes_on(before: Line, line: Line, margins: dict[tuple[int, int], float], heading: bool) -> bool:
    if abs(before.size - line.size) > 0.3:
        return False
    if heading:
        return before.page == line.page and not line.gap
    if line.gap or _OPENS.match(line.text):
        return False
    if before.text.isupper() != line.text.isupper() and (_is_caps(before.text) or _is_caps(line.text)):
        return False
    if before.page != line.page and not line.text[:1].islower():
        return False
    if before.text.endswith("\ufffe") or before.text.endswith("\xad"):
        return True
    room = margins[_column(before)] - before.right
    if room > line.first_word + 0.6 * before.size:  # a space, and as much for boxes that are not exact
        return False
    # an indented line opens a paragraph, but not behind an item, whose later lines are indented
    indented = before.page == line.page and line.left - before.left > 1.2 * before.size
    return not (indented and not _OPENS.match(before.text) and before.text[-1:] in '.;:!?”"')


def _is_caps(text: str) -> bool:
    return text.isupper() and len(text.split()) > 2  # a line of a sentence may end up as "UBND"


def _joined(start: str, rest: str) -> str:
    """A soft hyphen (U+FFFE by pdfium) joins the halves of a word; a hard one stays: "kinh tế -\\nxã hội"."""
    if start.endswith(("\ufffe", "\xad")):
        return start[:-1] + rest
    if re.search(r"\w[-/]$", start) and re.match(r"\w", rest):  # "05-\nNQ/TU"
        return start + rest
    return f"{start} {rest}"
