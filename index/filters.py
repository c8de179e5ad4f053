"""Which documents a search may look at: a Filter by id, publisher, type and date."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Protocol

from index.errors import UsageError
from index.text import bare_text, clean, fold


class Described(Protocol):
    """What a filter looks at: a Document, or what a list says of one."""

    @property
    def id(self) -> str: ...
    @property
    def publisher(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def published(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Filter:
    """Admits a document that meets every condition given; without any, all documents. False when it has none.

    Several values of one condition are alternatives. Publishers and kinds are compared in folded text ("bao hau giang"
    is "Báo Hậu Giang"): a kind has to be the whole one, a publisher may be any whole words of it. Raises UsageError for
    a date that is none, and for a range that ends before it begins.
    """

    documents: tuple[str, ...] = ()  # Document.id
    publishers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    since: str = ""  # ISO date, possibly partial: "2023" is from its first day on
    until: str = ""  # the same: "2023" is up to its last day
    also: Filter | None = None  # a further filter, which has to admit too

    def __post_init__(self) -> None:
        for day in (self.since, self.until):
            if day and _span(day) is None:
                raise _no_date(day)
        if self.since and self.until and _first(self.since) > _last(self.until):
            raise UsageError(f"no day is from {self.since} to {self.until}; the earlier date comes first")

    def __bool__(self) -> bool:
        return any((self.documents, self.publishers, self.kinds, self.since, self.until, self.also))

    def __and__(self, other: Filter) -> Filter:
        """Admits what both admit."""
        if not self or not other:
            return self or other
        return replace(self, also=self.also & other if self.also else other)

    def admits(self, document: Described) -> bool:
        """A date range admits a document that may be of a day in it: one of "2023" is in a range from 2023-06 on, for
        it may be of July. A document without a date is in no range."""
        return (
            (not self.documents or document.id in self.documents)
            and (not self.publishers or any(_holds(document.publisher, p) for p in self.publishers))
            and (not self.kinds or any(_bare(document.kind) == kind for kind in map(_bare, self.kinds) if kind))
            and (not (self.since or self.until) or self._dated(document.published))
            and (self.also is None or self.also.admits(document))
        )

    def _dated(self, published: str) -> bool:
        span = _span(published)
        if span is None:
            return False
        first, last = span
        return (not self.since or last >= _first(self.since)) and (not self.until or first <= _last(self.until))


def _span(iso: str) -> tuple[str, str] | None:
    """First and last day of an ISO date, possibly partial, as strings in the order of time; None for anything else. The
    last day of a month is written 31, that of a year 12-31: nothing but their order matters."""
    if not re.fullmatch(r"\d{4}(?:-\d\d){0,2}", iso, re.ASCII):
        return None
    try:
        date.fromisoformat((iso + "-01-01")[:10])
    except ValueError:
        return None
    return (iso + "-01-01")[:10], iso + "-12-31"[len(iso) - 4 :]


def _first(iso: str) -> str:
    return (_span(iso) or ("", ""))[0]


def _last(iso: str) -> str:
    return (_span(iso) or ("", ""))[1]


@lru_cache(maxsize=4096)  # a library has few publishers, and folding one takes 20 µs
def _bare(text: str) -> str:
    """What is compared of a name: its syllables in lower case without diacritics, a space between them."""
    return bare_text(clean(text))


def _holds(text: str, words: str) -> bool:
    wanted = _bare(words)
    return bool(wanted) and f" {wanted} " in f" {_bare(text)} "


def iso_date(text: str) -> str:
    """An ISO date, possibly partial, from one as people type it, the year first or last: 2023, 11/2023, 2023.11.9,
    ngày 9 tháng 11 năm 2023; "" for nothing.

    Raises UsageError for anything else.
    """
    typed = fold(clean(text)).lower()
    parts = re.split(r"\s*[/.-]\s*", re.sub(r"\s*\b(?:ngay|thang|nam)\b\s*", "/", typed).strip("/ \n\t"))
    iso = "-".join(part.zfill(2) for part in (parts if len(parts[0]) == 4 else reversed(parts)) if typed.strip())
    if iso and _span(iso) is None:
        raise _no_date(text)
    return iso


def _no_date(text: str) -> UsageError:
    return UsageError(f"{text!r} is no date; write 2023, 11/2023, 9/11/2023, 2023-11, 2023-11-09 or tháng 11 năm 2023")


def check(where: Filter, documents: Iterable[Described]) -> None:
    """Raise UsageError when a value of `where` fits none of `documents`, with the values there are: a mistyped name
    must not look like silence."""
    there = list(documents)
    for value in where.documents:
        _fits(Filter(documents=(value,)), there, f"no document has the id {value!r}", [d.id for d in there])
    for value in where.publishers:
        found = [d.publisher for d in there]
        _fits(Filter(publishers=(value,)), there, f"no document has a publisher {value!r}", found)
    for value in where.kinds:
        _fits(Filter(kinds=(value,)), there, f"no document is of the type {value!r}", [d.kind for d in there])
    if where.since or where.until:
        days = sorted(d.published for d in there if _span(d.published))
        text = " ".join(f"{word} {day}" for word, day in (("from", where.since), ("to", where.until)) if day)
        ends = [f"{days[0]} to {days[-1]}"] if days else []
        _fits(Filter(since=where.since, until=where.until), there, f"no document is dated {text}", ends)
    if where.also:
        check(where.also, there)


def add_options(parser: ArgumentParser) -> None:
    """The options of a command that searches; `from_options` reads them."""
    group = parser.add_argument_group("only in documents (an option given twice: either value)")
    group.add_argument("--publisher", action="append", default=[], metavar="WORDS", help="whose publisher has WORDS")
    group.add_argument("--type", action="append", default=[], metavar="TYPE", help="of a type, e.g. 'nghị quyết'")
    group.add_argument("--from", dest="since", default="", metavar="DATE", help="dated DATE or later: 2023, 2023-11 …")
    group.add_argument("--to", dest="until", default="", metavar="DATE", help="dated DATE or earlier")
    group.add_argument("--document", action="append", default=[], metavar="ID", help="with this id (`hoidap list`)")


def from_options(options: Namespace, documents: Iterable[Described]) -> Filter:
    """The filter `options` ask for. Raises UsageError for a value that fits none of `documents`."""
    where = Filter(
        documents=tuple(options.document),
        publishers=tuple(options.publisher),
        kinds=tuple(options.type),
        since=iso_date(options.since),
        until=iso_date(options.until),
    )
    check(where, documents)
    return where


_LISTED = 30  # values named in an error; a larger library has too many to read


def _fits(where: Filter, documents: Sequence[Described], problem: str, values: Iterable[str]) -> None:
    if any(map(where.admits, documents)):
        return
    there = sorted({v for v in values if v}, key=_bare)
    more = f"\n  … and {len(there) - _LISTED} more" if len(there) > _LISTED else ""
    listed = "".join(f"\n  {clean(value)}" for value in there[:_LISTED]) + more
    raise UsageError(f"{problem}; there is:{listed}" if there else f"{problem}, and none is known")
