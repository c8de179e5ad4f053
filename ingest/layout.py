"""Which parts of a text are content, under which headings; what is furniture stays in the text but is not content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.text import dates, key, syllables


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of content `[start, end)` under one path of headings."""

    start: int
    end: int
    headings: tuple[str, ...] = ()


@dataclass(slots=True)
class Layout:
    """What a text is made of: its title and facts about its publication, and its sections in order."""

    title: str = ""
    published: str = ""
    author: str = ""
    publisher: str = ""
    sections: list[Section] = field(default_factory=list)


def _lines(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Non-empty lines from `start` on, without white space at their ends."""
    for match in re.compile(r"[^\n]+").finditer(text, start):
        raw = match.group()
        left = len(raw) - len(raw.lstrip())
        if raw.strip():
            yield match.start() + left, match.start() + len(raw.rstrip())


def _grow(sections: list[Section], start: int, end: int, headings: tuple[str, ...]) -> None:
    """Add `[start, end)`, to the last section if that stands under the same headings."""
    if sections and sections[-1].headings == headings:
        sections[-1] = Section(sections[-1].start, end, headings)
    else:
        sections.append(Section(start, end, headings))


_ATX = re.compile(r"(#{1,6})\s+(.*)")
_FENCE = re.compile(r"(```|~~~)")
_RULE = re.compile(r"(?:[-*_]\s*){3,}$|[|:\-\s]+$")


# A list of references names documents and says nothing of its own: quoted as an answer it would mislead.
_REFERENCES = frozenset(map(key, ("Nguồn", "Nguồn tham khảo", "Tài liệu tham khảo", "References", "Sources")))


def markdown_layout(text: str, start: int = 0) -> Layout:
    """Sections of Markdown from `start` on, by ATX headings (`#`); the first level-1 heading is the title. The
    lines of fences and rules are no content (what stands in a fence is), nor is a list of references."""
    layout = Layout()
    path: list[tuple[int, str]] = []
    fenced = False
    for a, b in _lines(text, start):
        line = text[a:b]
        if _FENCE.match(line):
            fenced = not fenced
            continue
        heading = None if fenced else _ATX.match(line)
        if heading:
            level, name = len(heading.group(1)), heading.group(2).rstrip("#").rstrip()[:MAX_TITLE]
            if level == 1 and not layout.title:
                layout.title, path = name, []
                continue
            path = [(at, above) for at, above in path if at < level] + [(level, name)]
        elif not _RULE.match(line) and not (path and key(path[-1][1]) in _REFERENCES):
            _grow_adjacent(layout.sections, text, a, b, tuple(name for _, name in path))
    return layout


# Lines a content system puts around an article; compared in key form at the start of a line. Collected from a NukeViet
# page (the first document) and its siblings.
_FURNITURE = tuple(
    key(line)
    for line in (
        "Tổng số điểm của bài viết",
        "Xếp hạng:",
        "Click để đánh giá",
        "Những tin mới hơn",
        "Những tin cũ hơn",
        "Bạn đã không sử dụng Site",
        "Ý kiến bạn đọc",
        "Chia sẻ bài viết",
        "In bài viết",
        "Gửi bài viết qua email",
        "Lưu bài viết",
    )
)
_MOST_FURNITURE = 60  # characters looked at; the longest has half as many
_DATELINE = re.compile(r"(?:thứ \w+|chủ nhật)\s*[-,]\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", re.IGNORECASE)
_BYLINE = re.compile(r"(tác giả(?: bài viết)?|nguồn(?: tin)?)\s*:\s*(\S.*)", re.IGNORECASE)
_CAPTION = re.compile(r".*\(\s*(?:ảnh|nguồn ảnh|photo)\s*:[^)]*\)\s*\.?$", re.IGNORECASE)

ABOUT = "Thông tin bài viết"
"""Heading given to the dateline and bylines of an article, so that they are found when asked for."""
DATE_LABEL, AUTHOR_LABEL, SOURCE_LABEL = "Ngày đăng, thời gian đăng", "Tác giả, người viết", "Nguồn tin, trang đăng"
CAPTION = "Chú thích ảnh"
MAX_TITLE = 200  # characters: every passage is indexed with its title and headings
_MAX_HEADING = 90


def text_layout(text: str) -> Layout:
    """Sections of plain text, as pasted from a news page.

    The first line is the title if it is short; a short line without a final stop, alone between blank lines, is a
    heading. Furniture, and lines that repeat an earlier one (title, captions), are left out. Dateline and bylines give
    the date, author and source, and are content too: people ask for them.
    """
    layout = Layout()
    lines = list(_lines(text))
    if lines and lines[0][1] - lines[0][0] <= MAX_TITLE and len(lines) > 1:
        layout.title = text[slice(*lines[0])]
    seen = _Seen()
    heading: tuple[str, ...] = ()
    for i, (a, b) in enumerate(lines):
        line = text[a:b]
        if key(line[:_MOST_FURNITURE]).startswith(_FURNITURE) or seen.before(line):
            continue
        about = _publication(layout, line)
        if about:
            layout.sections.append(Section(a, b, (ABOUT, about)))
        elif _CAPTION.match(line):
            layout.sections.append(Section(a, b, (CAPTION,)))
        elif 0 < i < len(lines) - 1 and _is_heading(text, lines[i - 1][1], (a, b), lines[i + 1][0]):
            heading = (line,)
        else:
            _grow_adjacent(layout.sections, text, a, b, heading)
    return layout


class _Seen:
    """The lines met. They are the same in key form, which takes seven times as long as their syllables, and is only
    made for lines with the same syllables."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], str] = {}  # of those with the same syllables
        self._keys: dict[tuple[str, ...], set[str]] = {}

    def before(self, line: str) -> bool:
        """True when a line of more than twenty characters was here before."""
        if len(line) <= 20:
            return False
        said = tuple(syllables(line))
        if said not in self._first:
            self._first[said] = line
            return False
        keys = self._keys.setdefault(said, {key(self._first[said])})
        found = key(line) in keys
        keys.add(key(line))
        return found


def _grow_adjacent(sections: list[Section], text: str, start: int, end: int, headings: tuple[str, ...]) -> None:
    # only over white space: furniture or a repeated line between two paragraphs must not slip back in
    if sections and not text[sections[-1].end : start].isspace():
        sections.append(Section(start, end, headings))
    else:
        _grow(sections, start, end, headings)


def _publication(layout: Layout, line: str) -> str:
    """Take the date, author or source a line gives; returns its label, '' when the line is no such line."""
    if _DATELINE.match(line):
        layout.published = layout.published or next((iso for _, _, iso in dates(line)), "")
        return DATE_LABEL
    byline = _BYLINE.match(line)
    if not byline:
        return ""
    if key(byline.group(1)).startswith(key("tác giả")):
        layout.author = layout.author or byline.group(2)
        return AUTHOR_LABEL
    layout.publisher = layout.publisher or byline.group(2)
    return SOURCE_LABEL


def _is_heading(text: str, before: int, line: tuple[int, int], after: int) -> bool:
    """True for a short line without a final stop between two blank lines; `before` and `after` are where its
    neighbours end and start."""
    start, end = line
    words = text[start:end]
    if (
        len(words) > _MAX_HEADING
        or words[-1] in '.,;:!?…)"”'
        or not words[0].isalnum()
        or not any(map(str.isalpha, words))
    ):
        return False
    return text.count("\n", before, start) > 1 and text.count("\n", end, after) > 1
