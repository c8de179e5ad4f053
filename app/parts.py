"""Questions that ask several things at once: the parts asked, and the few quotes that answer them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.question import Question, content_words, sides, understand
from app.select import Quote, form_cue
from index.search import Index
from index.text import codes, dates, fold, key, syllables

Rank = Callable[[Question], list[Quote]]
"""Sentences for a question, best first: what `app.answer` ranks the whole question with."""

MAX_QUOTES = 3
_POOL = 8  # best sentences of each part that are looked at
# A further quote must add this share of what the first one gave. Lower adds neighbours, higher loses third parts.
_GAIN = 0.12
_MAX_PARTS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked: as a question that stands alone, and the words that are its own."""

    question: Question
    words: tuple[str, ...]


_BREAK = re.compile(r"[,;:?!.](?=\s|$)|\s(?=(?:và|va|and)\s)", re.IGNORECASE)
_PAIRED = re.compile(r"“[^”]*”|\"[^\"]*\"|\([^)]*\)")
_JOIN = re.compile(r"\A\s*(?:và|va|and)\s+", re.IGNORECASE)
# What asks beside the kinds of `understand`: a place, an office, a choice, whether.
_ASKS = re.compile(
    r"\b(?:o dau|noi nao|\w+ gi|the nao|ra sao|where|which|whether|(?:cao|lon|nhieu|som) hay (?:thap|nho|it|muon)"
    r"|(?:co|con|da) (?:\w+ )+(?:khong|chua)$)\b"
)
_CUE = re.compile(
    r"(?:\S+\s+)?\b(?:nào|nao|gì|gi)\b|\b(?:bao nhiêu|bao nhieu|mấy|bao giờ|ai)\b|\bở đâu\b|\bdo ai\b", re.IGNORECASE
)
_PLACE = re.compile(r"\b(?:o dau|noi nao|tai dau|where)\b")
_PLACE_SAID = re.compile(r"\b(?:tại|ở|thành phố|TP\.?|huyện|thị xã|tỉnh|xã|phường)\s+(?:\w+\s+){0,2}?[A-ZĐÂĂÊÔƠƯ]\w")
_ORDINAL = re.compile(r"\b(?:thu|hang|xep) may\b")
_ORDINAL_SAID = re.compile(r"\b(?:thứ|hạng|vị trí)\s+\d", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?!\s*[-–]\s*(?:19|20)\d\d)(?![\d/])")
_EACH = re.compile(r"\b(?:moi|tung|each|both|ca hai)\b")  # one sentence a side says it all
_OVER_TIME = re.compile(r"\b(?:so voi|chenh|thay doi|tang giam|bien dong|khac|hon kem|compared?|changed?)\b")


def parts(question: Question) -> tuple[Part, ...]:
    """The things `question` asks, in order; fewer than two when it asks one thing only."""
    text = question.text
    if sides(question) or _EACH.search(fold(key(text))):
        return ()
    years = list(dict.fromkeys(m.group() for m in _YEAR.finditer(text)))
    if len(years) == 2 and _OVER_TIME.search(fold(key(text))):
        return tuple(_part(_without(text, other), (year,)) for year, other in zip(years, reversed(years), strict=True))
    return tuple(_of_segments(question, list(_segments(text))))[:_MAX_PARTS]


def _without(text: str, year: str) -> str:
    return re.sub(rf"(?:năm|nam)?\s*{year}", "", text)


def _segments(text: str) -> Iterator[str]:
    """`text` cut at punctuation and "và", but not within quotation marks and brackets."""
    closed = [m.span() for m in _PAIRED.finditer(text)]
    at = 0
    for match in _BREAK.finditer(text):
        if any(a <= match.start() < b for a, b in closed):
            continue
        yield text[at : match.end()]
        at = match.end()
    yield text[at:]


def asks(text: str) -> bool:
    """True when `text`, a piece of a question, asks something itself."""
    return understand(text).kind != "other" or bool(_ASKS.search(" ".join(map(fold, syllables(text)))))


_AGREE = re.compile(
    r"\b(?:thong nhat|khop|mau thuan|trung nhau|co trung|giong nhau khong|lech nhau|noi (?:ghi|noi) khac|ghi khac|khac nhau khong"
    r"|co noi (?:ghi|noi)|sources? (?:agree|disagree|differ)|consistent|conflict)\b"
)
_SOURCES = re.compile(r"\b(?:nguon|bao|tai lieu|noi|so lieu|sources?|documents?|figures)\b")


def asks_agreement(text: str) -> bool:
    """True when `text` asks whether sources say the same: "các nguồn có khớp nhau không?"."""
    bare = " ".join(map(fold, syllables(text)))
    return bool(_AGREE.search(bare) and _SOURCES.search(bare))


def without_agreement(question: Question) -> Question:
    """What is asked besides whether the sources agree; `question` itself when that is all."""
    kept = [s for s in _segments(question.text) if not asks_agreement(s)]
    if len(kept) == len(list(_segments(question.text))) or not any(map(syllables, kept)):
        return question
    return understand("".join(kept).strip())


def _of_segments(question: Question, segments: Sequence[str]) -> Iterator[Part]:
    """A segment that asks nothing belongs to the next one that does: before the first it is what all parts share,
    unless "và" joins them ("A và B là bao nhiêu?"), which asks the same of both."""
    waiting: list[str] = []
    bare = ""  # "When" of "When and where was it held?"
    shared = ""
    first = True
    for segment in segments:
        if not syllables(segment):
            continue
        if asks_agreement(segment):
            continue
        if not asks(segment):
            waiting.append(segment)
            continue
        own = _JOIN.sub("", segment)
        if first and not waiting and not _own(own, question):
            bare = own
            continue
        if first and waiting and _JOIN.match(segment):
            cue = _CUE.search(own)
            *before, noun = waiting
            shared = " ".join([*before, *entities(noun)])
            yield _part(f"{' '.join(before)} {noun.strip()} {own[cue.start() :] if cue else own}", _own(noun, question))
        elif first:
            shared = " ".join(waiting)
        else:
            own = " ".join([*waiting, own])
        if bare:
            yield _part(f"{bare} {shared} {own}", ())
            bare = ""
        yield _part(f"{shared} {own}", _own(own, question))
        if first:
            cue = _CUE.search(own)
            stem = own[: cue.start()] if cue else ""
            if not _own(stem, question):
                stem = " ".join(entities(question.text))
            shared = f"{shared} {stem}"
        waiting, first = [], False


def _own(text: str, question: Question) -> tuple[str, ...]:
    """Content syllables of `text`; none when all it says is the asking."""
    words = content_words(text, question.language) if syllables(text) else ()
    return () if words == tuple(syllables(text)) and asks(text) else words


def _part(text: str, words: tuple[str, ...]) -> Part:
    return Part(understand(" ".join(text.split())), words)


_NAME = re.compile(r"[A-ZĐÂĂÊÔƠƯ][\wÀ-ỹ]*(?:\s+[A-ZĐÂĂÊÔƠƯ][\wÀ-ỹ]*)+|\b[A-ZĐ]{3,}\b")
_QUOTED = re.compile(r"“[^”]{2,60}”")


def entities(text: str) -> list[str]:
    """Names, codes, years and quoted phrases in `text`, as written, in order."""
    spans = [m.span() for pattern in (_QUOTED, _NAME, _YEAR) for m in pattern.finditer(text)]
    spans += [(a, b) for found in (codes, dates) for a, b, _ in found(text)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return [text[a:b] for a, b in kept]


def cover(question: Question, chosen: Sequence[Quote], index: Index, rank: Rank) -> list[Quote]:
    """The quotes that together answer the parts of `question`, in the order of the parts, then those of `chosen` for
    which there is room; `chosen` when it asks one thing only.

    Greedy: each quote is the one that adds most to what the parts have, until little is added.
    """
    asked = parts(question)
    if len(asked) < 2:
        return list(chosen)
    table = _Table(question, asked, index)
    for n, part in enumerate(asked):
        bridged = table.bridged(n) if n else part.question
        table.add(n, rank(bridged))
        if table.wanting(n) and (again := table.bridged(n)) not in (part.question, bridged):
            table.add(n, rank(again))
    kept = table.greedy()
    for quote in chosen:
        if len(kept) < MAX_QUOTES and not any(same_words(quote.text, other.text) for other in kept):
            kept.append(quote)
    return kept


def same_words(one: str, other: str) -> bool:
    """True when two quotes say nearly the same words: a second source adds length, not an answer."""
    a, b = set(syllables(one)), set(syllables(other))
    return len(a & b) >= 0.8 * min(len(a), len(b))


_BRIDGES = 2  # names taken from one answer into the next question
Place = tuple[str, int]


class _Table:
    """How well each sentence found answers each part."""

    def __init__(self, question: Question, asked: Sequence[Part], index: Index) -> None:
        self._question, self._parts, self._index = question, asked, index
        self._values: dict[Place, list[float]] = {}
        self._pool: dict[Place, Quote] = {}

    def add(self, n: int, ranked: Sequence[Quote]) -> None:
        """Enter the sentences found for part `n`, best first."""
        for i, quote in enumerate(ranked):
            place = (quote.document.id, quote.start)
            row = self._values.setdefault(place, [0.0] * len(self._parts))
            row[n] = max(row[n], self._value(self._parts[n], quote, ranked[0].score))
            if i < _POOL:
                self._pool.setdefault(place, quote)

    def _value(self, part: Part, quote: Quote, best: float) -> float:
        """0..1: the rank of `quote`, whether it has the form asked for, and the part's own words."""
        relevance = max(0.0, quote.score / best) if best > 0 else 0.0
        share = _share(part.words, quote.text, self._index) if self._question.language == "vi" else 0.5
        return relevance * (0.3 + 0.7 * form(part.question, quote.text)) * (0.25 + 0.75 * share)

    def _best(self, n: int) -> Quote | None:
        place = max(self._pool, key=lambda place: self._values[place][n], default=None)
        return self._pool[place] if place else None

    def wanting(self, n: int) -> bool:
        """True when the best for part `n` lacks the form asked for."""
        best = self._best(n)
        return best is not None and form(self._parts[n].question, best.text) < 0.5

    def bridged(self, n: int) -> Question:
        """Part `n` with the names that what was found before brings: "Chỉ số nào tăng 26 bậc và đứng thứ mấy?" asks of
        PCI, which only the first answer names."""
        part = self._parts[n].question
        best = max(self._pool, key=lambda place: sum(self._values[place]), default=None)
        if best is None:
            return part
        known = fold(key(self._question.text))
        new = [name for name in entities(self._pool[best].text) if fold(key(name)).strip("“”") not in known]
        new.sort(key=lambda name: not codes(name))
        return understand(f"{part.text.rstrip(' ?.!,')} {' '.join(new[:_BRIDGES])}") if new else part

    def greedy(self) -> list[Quote]:
        """The quotes kept, in the order in which the question asks."""
        count = len(self._parts)
        got, kept, first = [0.0] * count, list[Place](), 0.0
        while len(kept) < MAX_QUOTES:
            gains = {
                place: sum(max(0.0, v - g) for v, g in zip(self._values[place], got, strict=True))
                for place, quote in self._pool.items()
                if not any(same_words(quote.text, self._pool[k].text) for k in kept)
            }
            best = max(gains, key=lambda place: (gains[place], sum(self._values[place])), default=None)
            if best is None or gains[best] <= _GAIN * first:
                break
            first = first or gains[best]
            kept.append(best)
            got = [max(v, g) for v, g in zip(self._values[best], got, strict=True)]
        # a sort that keeps the order of equals: what was found first stays first
        kept.sort(key=lambda place: max(range(count), key=lambda n: (self._values[place][n], -n)))
        return [self._pool[place] for place in kept]


# Dates that say when something was written are no answer to "ngày nào": "theo VnExpress ngày 31/12/2025".
_SAID_ON = re.compile(
    r"(?:theo|bài|báo|trang|đăng|bản tin|nêu|ghi|vnexpress|znews|\w+\.(?:vn|com))(?:\s[^\s,;:]+){0,5}?\s+"
    r"(?:vào\s+)?(?:ngày|tháng|năm)\s+[\d/.-]*\d",
    re.IGNORECASE,
)
# What is measured, and the units it is measured in.
_MEASURES = (
    (re.compile(r"\b(?:dai|how long)\b"), re.compile(r"\d\s?(?:km|m|cây số|trang|mét)\b")),
    (re.compile(r"\b(?:rong|dien tich|how large)\b"), re.compile(r"\d\s?(?:ha|km2|km²|m2|m²|hecta|héc-ta)\b")),
    (re.compile(r"\b(?:phan tram|ty le|ti le|per ?cent)\b"), re.compile(r"\d\s?%")),
    (
        re.compile(r"\b(?:von|tien|kinh phi|dong|thu ngan sach|quy mo kinh te)\b"),
        re.compile(r"\b(?:đồng|tỷ|tỉ|triệu)\b"),
    ),
    (re.compile(r"\bdan(?: so)?\b"), re.compile(r"\d\s(?:triệu |nghìn )?(?:người|dân)\b")),
)
_OFFICE = re.compile(r"\b(?:chuc|chuc vu|giu chuc)\b")
_OFFICE_SAID = re.compile(
    r"(?:làm|giữ chức|là)\s+(?:Phó\s+)?(?:Chủ tịch|Bí thư|Giám đốc|Bộ trưởng|Thứ trưởng|Thủ tướng)", re.I
)


def form(question: Question, text: str) -> float:
    """0..1: how far `text` has the form `question` asks for: a date, a place, a number in that unit, a person …"""
    bare = " ".join(map(fold, syllables(question.text)))
    if _PLACE.search(bare):
        return float(bool(_PLACE_SAID.search(text)))
    if _ORDINAL.search(bare):
        return float(bool(_ORDINAL_SAID.search(text)))
    if _OFFICE.search(bare):
        return float(bool(_OFFICE_SAID.search(text)))
    if question.kind == "how_many":
        return _measured(question, bare, text)
    if question.kind == "when":
        return form_cue(question, _SAID_ON.sub(" ", text))
    if question.kind == "list":
        return max(form_cue(question, text), float(len(entities(text)) >= 3))
    return form_cue(question, text)


def _measured(question: Question, bare: str, text: str) -> float:
    for asked, said in _MEASURES:
        if asked.search(bare):
            return float(bool(said.search(text)))
    spoken_for = [(a, b) for found in (codes, dates) for a, b, _ in found(text)]
    spoken_for += [m.span() for m in _YEAR.finditer(text)]
    for start, end in reversed(sorted(spoken_for)):
        text = f"{text[:start]} {text[end:]}"
    return form_cue(question, text)


def _share(words: Sequence[str], text: str, index: Index) -> float:
    said = {fold(w) for w in syllables(text)}
    weights = {fold(w): index.lexical.idf("~" + fold(w)) for w in words}
    mass = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in said) / mass if mass else 1.0
