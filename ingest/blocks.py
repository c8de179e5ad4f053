"""What a parser makes of a file: blocks of text with heading level and page, put together as text and sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from index.text import clean
from ingest.layout import MAX_TITLE, Layout, Section
from ingest.legacy import repair

_BETWEEN = re.compile("[\n\f]")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading or a row of a table."""

    text: str
    level: int = 0  # 1 is the highest heading; 0 is no heading
    page: int = 0  # counted from 1; 0 where there are no pages
    row: bool = False  # a row stands on a line of its own and is a passage of its own


@dataclass(slots=True)
class Extract:
    """All that was found in one file."""

    blocks: list[Block] = field(default_factory=list)
    markdown: str = ""  # instead of blocks, where the parser gives that
    meta: dict[str, str] = field(default_factory=dict)  # title, publisher, author, published, url, number, type
    note: str = ""  # one sentence for people, e.g. "read by OCR"


def repaired(blocks: list[Block]) -> tuple[list[Block], str]:
    """`blocks` in Unicode, and the note on what was converted."""
    fixed = repair("\f".join(b.text.replace("\f", "\n") for b in blocks), _BETWEEN)
    if not fixed.encodings:
        return blocks, ""
    texts = fixed.text.split("\f")
    return [Block(t, b.level, b.page, b.row) for t, b in zip(texts, blocks, strict=True)], fixed.note


def put_together(blocks: list[Block]) -> tuple[str, Layout]:
    """The cleaned text of `blocks`, and its sections under their headings; a page is the last of these.

    Blocks stand an empty line apart, rows on lines of their own. The first heading of level 1 is the title. Headings
    stay in the text and are no content.
    """
    layout = Layout()
    parts: list[str] = []
    path: list[tuple[int, str]] = []
    before: Block | None = None
    at = 0
    for block in blocks:
        text = "\n".join(line.strip() for line in clean(block.text).split("\n") if line.strip())
        if not text:
            continue
        if before:
            parts.append("\n" if block.row and before.row else "\n\n")
            at += len(parts[-1])
        if block.level == 1 and not layout.title:
            layout.title, path = " ".join(text.split())[:MAX_TITLE], []
        elif block.level:
            name = " ".join(text.split())[:MAX_TITLE]
            path = [(level, above) for level, above in path if level < block.level] + [(block.level, name)]
        else:
            headings = (*(name for _, name in path), *([f"trang {block.page}"] if block.page else []))
            last = layout.sections[-1] if layout.sections else None
            if last and last.headings == headings and before and not (before.level or before.row or block.row):
                layout.sections[-1] = Section(last.start, at + len(text), headings)
            else:
                layout.sections.append(Section(at, at + len(text), headings))
        parts.append(text)
        at += len(text)
        before = block
    if not layout.title and layout.sections:
        first = "".join(parts)[:MAX_TITLE].partition("\n")[0]
        layout.title = first if len(first) < MAX_TITLE else ""
    return "".join(parts), layout
