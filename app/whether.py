"""Questions whether something is so ("N phải không?"), asked openly as well: what became of N stands before N."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.parts import Rank
from app.question import Question, understand
from app.select import Quote
from app.support import outcome
from app.timeline import Told, arranged, disagrees, values
from index.search import Index
from index.text import CAPITALS, codes, dates, fold, months

# What is asked to be confirmed, at the end of a question and at its beginning.
_TAIL = re.compile(
    r"[\s,]*\b(?:(?:có\s+)?(?:phải|đúng|chính xác)(?:\s+(?:vậy|thế|là))?\s+(?:không|hông|hong|ko|chứ|hả|à|ha)"
    r"|(?:co\s+)?(?:phai|dung)(?:\s+(?:vay|the))?\s+(?:khong|hong|ko|chu|ha|a)|right|correct"
    r"|is (?:that|it) (?:true|right|so))"
    r"(?:\s+(?:vậy|ạ|nhỉ|vay|nhi))?[\s?.!]*$",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"^(?:có\s+(?:phải|đúng)(?:\s+là)?|co\s+(?:phai|dung)(?:\s+la)?|phải chăng|is it (?:true|right|correct) that)\s+",
    re.IGNORECASE,
)
_HEAD_TAIL = re.compile(r"\s+(?:không|hông|khong|hong|ko|vậy|vay|à|hả)*[\s?.!]*$", re.IGNORECASE)
_ENGLISH = re.compile(r"^(?:is|are|was|were|did|does|do|has|have)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a question wants confirmed: `value` as written, and the `question` that asks for it openly."""

    value: str
    question: Question

    def holds(self, text: str) -> bool:
        """True when `text` gives the value."""
        given = set(_given(text))
        return bool(given) and set(_given(self.value)) <= given

    def gives(self, text: str) -> bool:
        """True when `text` gives a value of this sort: a number of the same unit, or a time."""
        units = values(self.value)
        return any(unit in values(text) for unit in units) if units else any(_given(text))

    def instead(self, new: str, old: str) -> tuple[str, str]:
        """The number that the text `new` gives of what `old` gives the claimed one of, and that one; "" for both when
        it cannot be told."""
        asked = {n for found in values(self.value).values() for n in found}
        said = values(new)
        for unit, numbers in values(old).items():
            if numbers == asked and len(said.get(unit, ())) == 1:
                return next(iter(said[unit])), next(iter(asked))
        return "", ""


def claimed(question: Question) -> Claim | None:
    """What `question` wants confirmed, when it is one number, day, month or year; None for any other question."""
    text = _plainly(question.text)
    if not text:
        return None
    found = list(_values(text))
    if len(found) != 1:
        return None
    start, end, number = found[0]
    ways = ("how many", "when") if question.language == "en" else ("bao nhiêu", "khi nào")
    asking = ways[not number] if question.accented or question.language == "en" else fold(ways[not number])
    opened = f"{text[:start]} {asking} {text[end:]}"
    value = text[start : end + len(_UNIT.match(text[end:]).group())] if number else text[start:end]  # type: ignore[union-attr]
    return Claim(value.strip(), understand(" ".join(opened.split()).rstrip(" ?.!") + "?"))


def _plainly(text: str) -> str:
    """`text` as a statement; "" when it does not ask for confirmation."""
    if tail := _TAIL.search(text):
        return _HEAD.sub("", text[: tail.start()])
    if head := _HEAD.match(text):
        return _HEAD_TAIL.sub("", text[head.end() :])
    return text.rstrip(" ?.!") if _ENGLISH.match(text) else ""


def settled(claim: Claim, quotes: Sequence[Quote], index: Index, rank: Rank) -> Told | None:
    """What became of the claimed value, told by `quotes` that answer the open question, the newest first; None when the
    documents tell of no change and no dispute."""
    giving = sorted(quotes, key=lambda q: not claim.gives(q.text))
    if not giving or outcome(claim.question, giving, index) != "answer":
        return None
    told = arranged(claim.question, giving, index, rank)
    if not (told.older or told.disagree) or not any(claim.holds(q.text) for q in told.quotes):
        return None
    if told.disagree and claim.holds(told.quotes[0].text):  # both values before the one that is asked about
        first = sorted(told.quotes, key=lambda q: not disagrees(q.text))
        return Told(tuple(first[:2]), disagree=True)
    return told


_UNIT = re.compile(r"(?:\s?(?:%|km2|km²|km|ha|m2)|\s+[^\W\d_]+(?:\s+(?:đồng|người|dân))?)?")
_NUMBER = re.compile(r"(?<![\w.,/-])(?:\d[\d.,]*\d|\d)(?![\w/-]|[.,]\d)")
_YEAR = re.compile(
    r"(?:\b(?:vào|từ|in)\s+)?(?:\b(?:đầu|giữa|cuối|early|mid|late|end of)\s+)?(?:\b(?:năm|nam)\s+)?"
    r"(?<![\d/.-])(?:19|20)\d\d(?![\d/-])",
    re.IGNORECASE,
)
_BEFORE_DAY = re.compile(r"(?:\b(?:vào|từ|on|in|since)\s+)?(?:\b(?:ngày|tháng|ngay|thang)\s+)?$", re.IGNORECASE)


def _values(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where `text` gives a number (True), or a day, month or year (False); numbers of names and documents are none."""
    taken = [(a, b) for a, b, _ in codes(text)]
    for found in (dates, months):
        for a, b, _ in found(text):
            if not any(x < b and a < y for x, y in taken):
                before = _BEFORE_DAY.search(text[:a])
                taken.append((a, b))
                yield (before.start() if before else a), b, False
    for match in _YEAR.finditer(text):
        if not any(a < match.end() and match.start() < b for a, b in taken):
            taken.append(match.span())
            yield match.start(), match.end(), False
    for match in _NUMBER.finditer(text):
        named = re.search(rf"[{CAPITALS}][^\W\d_]*\s+$", text[: match.start()])  # "Sông Hậu 2"
        if not named and not any(a < match.end() and match.start() < b for a, b in taken):
            yield match.start(), match.end(), True


def _given(text: str) -> Iterator[str]:
    """Numbers, days, months and years in `text`."""
    yield from (iso for found in (dates, months) for _, _, iso in found(text))
    yield from (n for found in values(text).values() for n in found)
    yield from re.findall(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/])", text)
