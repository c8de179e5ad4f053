"""Word documents (.docx) in reading order, with the numbers that Word writes by itself ("Điều 5.", "a)")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from ingest.blocks import Block, Extract
from ingest.legacy import DECODERS
from ingest.package import Package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = _W + "val"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# what was deleted or moved away, and what is not text; Fallback repeats a text box for older programs
_SKIPPED = {_W + name for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "sectPr", "tblPr")} | {_FALLBACK}
# The soft hyphen is the letter ư in TCVN3; other readers drop it ("nước" becomes "nớc").
_CHARS = {
    _W + "tab": "\t",
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "softHyphen": "\u00ad",
    _W + "noBreakHyphen": "-",
}


def read_docx(data: bytes) -> Extract:
    """Blocks of a .docx: tracked insertions but not deletions, text boxes, tables row by row, footnotes last."""
    package = Package(data)
    styles = package.xml("word/styles.xml")
    document = _Document(_Numbering.of(package.xml("word/numbering.xml"), styles), _levels(styles))
    body = package.need("word/document.xml").find(_W + "body")
    document.block(body if body is not None else Element("body"))
    notes = package.xml("word/footnotes.xml")
    for footnote in notes if notes is not None else ():
        if footnote.get(_W + "type") is None:  # the others are separating lines
            document.block(footnote)
    note = f"converted to Unicode from {' and '.join(sorted(document.encodings))}" if document.encodings else ""
    return Extract(document.blocks, note=note)


def _value(element: Element | None, path: str, default: str = "") -> str:
    found = element.find(path) if element is not None else None
    return found.get(_VAL, default) if found is not None else default


def _number(text: str, default: int = 0) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text) else default


def _levels(styles: Element | None) -> dict[str, int]:
    """Style id -> heading level; a Title is level 1, Heading 1 is level 2."""
    levels = {}
    for style in styles.iterfind(_W + "style") if styles is not None else ():
        id, name = style.get(_W + "styleId", ""), _value(style, _W + "name").lower()
        outline = _value(style, f"{_W}pPr/{_W}outlineLvl")
        if name == "title":
            levels[id] = 1
        elif heading := re.match(r"heading (\d)", name):
            levels[id] = int(heading[1]) + 1
        elif outline and _number(outline, 9) < 9:
            levels[id] = int(outline) + 2
    return levels


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: how it counts, how a number is shown ("Điều %1."), and its first number."""

    form: str
    shown: str
    first: int


@dataclass(slots=True)
class _Numbering:
    """Word keeps automatic numbers out of the text; this counts them again."""

    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)
    counters: dict[str, str] = field(default_factory=dict)  # list -> what it counts with; several lists may share it
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)  # style -> list, level
    reached: dict[tuple[str, int], int] = field(default_factory=dict)

    @staticmethod
    def of(numbering: Element | None, styles: Element | None) -> _Numbering:
        found = _Numbering()
        if numbering is None:
            return found
        kinds = {}
        for kind in numbering.iterfind(_W + "abstractNum"):
            kinds[kind.get(_W + "abstractNumId", "")] = {
                _number(level.get(_W + "ilvl", "0")): _Level(
                    _value(level, _W + "numFmt", "decimal"),
                    _value(level, _W + "lvlText"),
                    _number(_value(level, _W + "start", "1"), 1),
                )
                for level in kind.iterfind(_W + "lvl")
            }
        for num in numbering.iterfind(_W + "num"):
            id, kind_id = num.get(_W + "numId", ""), _value(num, _W + "abstractNumId")
            found.lists[id] = kinds.get(kind_id, {})
            restarts = num.find(f"{_W}lvlOverride/{_W}startOverride") is not None
            found.counters[id] = f"{kind_id}#{id}" if restarts else kind_id
        for style in styles.iterfind(_W + "style") if styles is not None else ():
            properties = style.find(f"{_W}pPr/{_W}numPr")
            if properties is not None:
                level = _number(_value(properties, _W + "ilvl", "0"))
                found.styles[style.get(_W + "styleId", "")] = (_value(properties, _W + "numId"), level)
        return found

    def label(self, paragraph: Element) -> str:
        """The number in front of `paragraph`, with a space behind; "" when it has none."""
        id, level = self.styles.get(_value(paragraph, f"{_W}pPr/{_W}pStyle"), ("", 0))
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        id = _value(properties, _W + "numId", id)
        level = _number(_value(properties, _W + "ilvl", str(level)))
        levels = self.lists.get(id, {})
        if id in ("", "0") or level not in levels:
            return ""
        counter = self.counters[id]
        self.reached[counter, level] = self.reached.get((counter, level), levels[level].first - 1) + 1
        for key in [key for key in self.reached if key[0] == counter and key[1] > level]:
            del self.reached[key]
        if levels[level].form == "bullet":
            return "- "

        def shown(match: re.Match[str]) -> str:
            at = levels.get(int(match[1]) - 1, _Level("decimal", "", 1))
            return _counted(self.reached.get((counter, int(match[1]) - 1), at.first), at.form)

        text = re.sub(r"%(\d)", shown, levels[level].shown)
        return text + " " if text else ""


_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _counted(number: int, form: str) -> str:
    if form == "none":
        return ""
    if form in ("lowerLetter", "upperLetter") and number > 0:
        text = _LETTERS[(number - 1) % 26] * min(9, (number - 1) // 26 + 1)
    elif form in ("lowerRoman", "upperRoman") and number < 4000:
        text = ""
        for value, sign in _ROMAN:
            text += sign * (number // value)
            number %= value
    else:
        return f"{number:02}" if form == "decimalZero" else str(number)
    return text.upper() if form.startswith("upper") else text


@dataclass(slots=True)
class _Document:
    numbering: _Numbering
    levels: dict[str, int]
    blocks: list[Block] = field(default_factory=list)
    encodings: set[str] = field(default_factory=set)  # those of the fonts of runs that were converted

    def block(self, element: Element) -> None:
        """Paragraphs and tables directly in `element`, and in what only wraps them (content controls, insertions)."""
        for child in element:
            if child.tag in _SKIPPED:
                continue
            if child.tag == _W + "p":
                self._paragraph(child)
            elif child.tag == _W + "tbl":
                self._table(child)
            else:
                self.block(child)

    def _paragraph(self, paragraph: Element) -> None:
        pieces: list[str] = []
        boxes: list[Element] = []
        self._runs(paragraph, pieces, boxes, "")
        text = "".join(pieces)
        outline = _value(paragraph, f"{_W}pPr/{_W}outlineLvl")
        level = self.levels.get(_value(paragraph, f"{_W}pPr/{_W}pStyle"), 0)
        if outline and _number(outline, 9) < 9:
            level = int(outline) + 2
        if text.strip():
            self.blocks.append(Block(self.numbering.label(paragraph) + text, level))
        for box in boxes:
            self.block(box)

    def _runs(self, element: Element, pieces: list[str], boxes: list[Element], font: str) -> None:
        for child in element:
            if child.tag in _SKIPPED:
                continue
            if child.tag == _W + "t":
                pieces.append(self._in_unicode(child.text or "", font))
            elif child.tag in _CHARS:
                pieces.append(self._in_unicode(_CHARS[child.tag], font))
            elif child.tag == _W + "txbxContent":
                boxes.append(child)
            else:
                fonts = child.find(f"{_W}rPr/{_W}rFonts") if child.tag == _W + "r" else None
                named = fonts.get(_W + "ascii", "") if fonts is not None else ""
                self._runs(child, pieces, boxes, named or font)

    def _table(self, table: Element) -> None:
        for row in _within(table, _W + "tr"):
            cells = [self._cell(cell) for cell in _within(row, _W + "tc")]
            if any(cells):
                self.blocks.append(Block(" | ".join(cells), row=True))

    def _cell(self, cell: Element) -> str:
        inner = _Document(self.numbering, self.levels, encodings=self.encodings)
        inner.block(cell)
        return " ".join(b.text.strip() for b in inner.blocks if b.text.strip())

    def _in_unicode(self, text: str, font: str) -> str:
        """A run in a font of an old encoding, in Unicode. Where the font is not said, the paragraph is judged later.
        Fonts .Vn…H show small letters as capitals. A document once converted may still name the font: Unicode stays."""
        encoding = "TCVN3" if font.startswith(".Vn") else "VNI" if font.upper().startswith("VNI-") else ""
        if not encoding or _UNICODE.search(text):
            return text
        if not text.isascii():
            self.encodings.add(encoding)
        text = DECODERS[encoding](text)
        return text.upper() if encoding == "TCVN3" and font.endswith("H") else text


_UNICODE = re.compile("[\u0100-\u01b0\u1ea0-\u1ef9\u0300-\u0323]")


def _within(element: Element, tag: str) -> Iterator[Element]:
    """The elements `tag` of this table or row, and of no table inside it."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in _SKIPPED and child.tag not in (_W + "tbl", _W + "tc"):
            yield from _within(child, tag)
