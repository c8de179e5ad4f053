"""Statutes by their own parts: chapter, article (Điều), clause (khoản), point (điểm), as headings of what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.cut import MAX_CHARS
from ingest.layout import Section
from ingest.official import is_motto

_PART = re.compile(
    r"(?:phần|chương|mục|tiểu mục)\s+(?:thứ\s+)?(?:[ivxlc]+|\d+|[a-zđ]|nhất|hai|ba|tư|năm)\b", re.IGNORECASE
)
_ARTICLE = re.compile(r"[“\"]?điều\s+(\d+[a-zđ]?)\s*(?:[.:]|$)", re.IGNORECASE)
_CLAUSE = re.compile(r"(?:khoản\s+)?(\d{1,3}[a-zđ]?)\.\s+\S", re.IGNORECASE)
_POINT = re.compile(r"([a-zđ])\)\s+\S")
_CONTENTS = re.compile(r"\.{4,}\s*\d+$")  # a line of a table of contents
_ORDER = ("phần", "chương", "mục", "tiểu")
_MAX_PART, _MAX_ARTICLE = 160, 120  # characters of a heading


@dataclass(frozen=True, slots=True)
class _Unit:
    """A line of content, and where in the statute it stands."""

    start: int
    end: int
    path: tuple[str, ...]
    point: str = ""


def is_statute(text: str) -> bool:
    """True when lines open with one Điều and the next."""
    numbers = {int(n) for line in text.split("\n") if (m := _ARTICLE.match(line.strip())) and (n := m[1]).isdigit()}
    return any(number + 1 in numbers for number in numbers)


def structured(text: str, sections: Iterable[Section]) -> list[Section]:
    """`sections` of a statute cut where an article, a clause, or, of a clause longer than a passage, a point begins,
    each under its headings: ("Chương I. Quy định chung", "Điều 5. Nguyên tắc", "khoản 2", "điểm a").

    Titles of parts are headings and no content; the line of an article is both; the motto of the State is neither.
    Pages stay the last heading.
    """
    walk = _Walk(text)
    found: list[Section] = []
    for section in sections:
        units = list(walk.units(section))
        if units:
            page = tuple(h for h in section.headings[-1:] if h.startswith("trang "))
            own = section.headings[: len(section.headings) - len(page)]
            for a, b, path in _grouped(text, units):
                above = tuple(h for h in own if not any(h in heading for heading in path))
                found.append(Section(a, b, above + path + page))
    return found


class _Walk:
    """Goes through a statute line by line and knows where it is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: dict[str, str] = {}
        self.article = self.number = self.clause = ""
        self.at = 0
        self.quoted = 0  # “ without their ”: what a law puts into another law has articles that are not its own
        self.untitled = ""  # the part whose title stands on the next line

    def units(self, section: Section) -> Iterator[_Unit]:
        for line in self.text[self.at : section.start].split("\n"):  # headings are no content, and in no section
            if line.strip():
                self._enter(line.strip().lstrip("# "))
        self.at = section.end
        titled = -1
        for match in re.compile(r"[^\n]+").finditer(self.text, section.start, section.end):
            line = match.group().strip()
            start = match.start() + match.group().index(line) if line else match.start()
            if not line or is_motto(line):
                continue
            content = self._enter(line)
            if content == "title":
                titled = start
            elif content:
                yield _Unit(titled if titled >= 0 else start, start + len(line), self.path, self._point(line))
                titled = -1
        if titled >= 0:
            yield _Unit(titled, section.end, self.path)

    @property
    def path(self) -> tuple[str, ...]:
        return (*self.parts.values(), *filter(None, (self.article, self.clause)))

    def _point(self, line: str) -> str:
        point = _POINT.match(line) if self.article else None
        return f"điểm {point[1]}" if point and self.quoted <= 0 else ""

    def _enter(self, line: str) -> str:
        """Take note of `line`: "" when it is a heading only, "title" when it is the title of an article, else
        "content"."""
        article = _ARTICLE.match(line)
        expected = (
            article and self.number.isdigit() and article[1].isdigit() and int(article[1]) == int(self.number) + 1
        )
        if expected:
            self.quoted = 0  # a “ never closed must not swallow the rest
        outside = self.quoted <= 0
        self.quoted = max(0, self.quoted + line.count("“") - line.count("”"))
        untitled, self.untitled = self.untitled, ""
        if not outside or _CONTENTS.search(line):
            return "content"
        if article:
            return "title" if self._enter_article(line) else "content"
        if _PART.match(line) and len(line) <= _MAX_PART and not line.endswith((".", ";", ",")):
            name = line.split()[0].lower()
            keep = _ORDER.index(name) if name in _ORDER else 0
            self.parts = {part: title for part, title in self.parts.items() if _ORDER.index(part) < keep}
            self.parts[name] = line
            self.article = self.clause = ""
            self.untitled = name if len(line) < 14 else ""
            return ""
        if untitled and len(line) < _MAX_PART and not (_CLAUSE.match(line) or _POINT.match(line)):
            self.parts[untitled] += f". {line}"
            return ""
        clause = _CLAUSE.match(line) if self.article else None
        if clause:
            self.clause = f"khoản {clause[1]}"
        return "content"

    def _enter_article(self, line: str) -> bool:
        """True when `line` is no more than the article's title."""
        match = _ARTICLE.match(line)
        assert match
        short = len(line) <= _MAX_ARTICLE and not line.endswith((".", ";", ",", ":")) and len(line) > match.end()
        self.article, self.number, self.clause = line if short else f"Điều {match[1]}", match[1], ""
        return short


def _grouped(text: str, units: list[_Unit]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Lines of one clause together; by points when that is longer than a passage, what leads to them with the first."""
    groups: list[list[_Unit]] = []
    for unit in units:
        last = groups[-1][-1] if groups else None
        if last and last.path == unit.path and not text[last.end : unit.start].strip():
            groups[-1].append(unit)
        else:
            groups.append([unit])
    for group in groups:
        if group[-1].end - group[0].start <= MAX_CHARS or not any(u.point for u in group):
            yield group[0].start, group[-1].end, group[0].path
            continue
        pieces: list[list[_Unit]] = [[]]
        for unit in group:
            if unit.point and any(u.point for u in pieces[-1]):
                pieces.append([])
            pieces[-1].append(unit)
        for piece in pieces:
            point = next((u.point for u in piece if u.point), "")
            yield piece[0].start, piece[-1].end, (*piece[0].path, *filter(None, [point]))
