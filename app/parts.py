"""Questions that ask several things at once: the parts asked, and the few quotes that answer them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.question import Question, content_words, sides, understand
from app.select import Quote, form_cue
from index.search import Index
from index.text import bare_text, codes, dates, fold, key, months, syllables

Rank = Callable[[Question], list[Quote]]
"""Sentences for a question, best first: what `app.answer` ranks the whole question with."""

MAX_QUOTES = 3
_POOL = 8  # best sentences of each part that are looked at
# A further quote must add this share of what the first one gave. Lower adds neighbours, higher loses third parts.
_GAIN = 0.12
_MAX_PARTS = 4
_OWN_SUBJECT = 4  # a part with as many words of its own needs only the names from the part before


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked: as a question that stands alone, and the words that are its own."""

    question: Question
    words: tuple[str, ...]
    named: bool = False  # it names its own subject


_BREAK = re.compile(r"[,;:?!.](?=\s|$)|\s(?=(?:và|va|and)\s)", re.IGNORECASE)
_PAIRED = re.compile(r"“[^”]*”|\"[^\"]*\"|\([^)]*\)")
_JOIN = re.compile(r"\A\s*(?:và|va|and)\s+", re.IGNORECASE)
# What asks beside the kinds of `understand`: a place, an office, a choice, whether.
_ASKS = re.compile(
    r"\b(?:o dau|noi nao|\w+ gi|the nao|ra sao|where|which|whether|(?:cao|lon|nhieu|som) hay (?:thap|nho|it|muon)"
    r"|(?:co|con|da) (?:\w+ )+(?:khong|chua)$)\b"
)
_CUE = re.compile(
    r"(?:(?:những|các|nhung|cac)\s+(?:\w+\s+){1,3}?|\w+\s+)?\b(?:nào|nao|gì|gi)\b"
    r"|\b(?:bao nhiêu|bao nhieu|số mấy|mấy|bao giờ|ai|ở đâu|do ai|when|where|who)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:o dau|noi nao|tai dau|where)\b")
_PLACE_SAID = re.compile(
    r"\b(?:tại|ở)\s+(?:(?:thành phố|TP\.?|huyện|thị xã|tỉnh|xã|phường|trung tâm|hội trường)\s+)?"
    r"(?!Hội\b|Đại\b|Quyết\b|Nghị\b)[A-ZĐÂĂÊÔƠƯ]\w+\s+[A-ZĐÂĂÊÔƠƯ]\w*|\b(?:thành phố|thị xã|huyện)\s+[A-ZĐÂĂÊÔƠƯ]"
)
_ORDINAL = re.compile(r"\b(?:thu|hang|xep) may\b")
_ORDINAL_SAID = re.compile(r"\b(?:thứ|hạng|vị trí)\s+\d", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?!\s*[-–]\s*(?:19|20)\d\d)(?![\d/])")
_BRACKETS = re.compile(r"\s\([^()]*\)")
_EACH = re.compile(r"\b(?:moi|tung|each|both|ca hai)\b")  # one sentence a side says it all
_ANY_YEAR = re.compile(r"(?<![\d/.-])(?:19|20)\d\d(?![\d/])")
_MORE = re.compile(r"\b(?:nao|dau|which)\b.*\b(?:hon|more|larger|higher|longer)\b")
_OVER_TIME = re.compile(r"\b(?:so voi|chenh|thay doi|tang giam|bien dong|khac|hon kem|compared?|changed?)\b")


def parts(question: Question) -> tuple[Part, ...]:
    """The things `question` asks, in order; fewer than two when it asks one thing only."""
    text = _BRACKETS.sub(" ", question.text)
    if _EACH.search(fold(key(text))):
        return ()
    years = list(dict.fromkeys(m.group() for m in _YEAR.finditer(text)))
    if len(years) == 2 and _OVER_TIME.search(fold(key(text))):
        return tuple(_part(_without(text, other), (year,)) for year, other in zip(years, reversed(years), strict=True))
    if sides(question):
        return ()
    return tuple(_of_segments(question, list(_segments(text))))[:_MAX_PARTS]


def _without(text: str, year: str) -> str:
    return re.sub(rf"(?:năm|nam)?\s*{year}|\s(?:so với|so voi|compared (?:to|with))(?=\s)", "", text)


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
    return understand(text).kind != "other" or bool(_ASKS.search(bare_text(text)))


_AGREE = re.compile(
    r"\b(?:thong nhat|khop|mau thuan|trung nhau|co trung|giong nhau khong|lech nhau|noi (?:ghi|noi) khac|ghi khac"
    r"|khac nhau khong|co noi (?:ghi|noi)|sources? (?:agree|disagree|differ)|consistent|conflict)\b"
)
_SOURCES = re.compile(r"\b(?:nguon|bao|tai lieu|noi|so lieu|sources?|documents?|figures)\b")


def asks_agreement(text: str) -> bool:
    """True when `text` asks whether sources say the same: "các nguồn có khớp nhau không?"."""
    bare = bare_text(text)
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
        if first and len(waiting) == 2 and _JOIN.match(waiting[1]) and _MORE.search(fold(key(own))):
            asked = _CUE.sub(" ", own).replace("hơn", " ")
            for side in waiting:
                named = _JOIN.sub("", side).strip(" ,:")
                yield _part(f"{named} {asked.rstrip(' ?.!')} bao nhiêu", _own(f"{named} {asked}", question))
            return
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
        words = _own(own, question)
        names = [name for name in entities(shared) if name[0] != "“"]
        if not first and len(words) >= _OWN_SUBJECT and names:
            yield _part(f"{' '.join(names)} {own}", words, named=bool(entities(own)))
        else:
            yield _part(f"{shared} {own}", words, named=bool(entities(own)))
        if first:
            cue = _CUE.search(own)
            stem = own[: cue.start()] if cue else ""
            if not _own(stem, question):
                stem = " ".join(entities(question.text))
            shared = f"{shared} {stem}"
        waiting, first = [], False


def _own(text: str, question: Question) -> tuple[str, ...]:
    """Content syllables of `text`; none when all it says is the asking."""
    rest = _CUE.sub(" ", text)
    words = content_words(rest, question.language) if syllables(rest) else ()
    return () if words == tuple(syllables(rest)) and asks(rest) else words


def _part(text: str, words: tuple[str, ...], *, named: bool = False) -> Part:
    return Part(understand(" ".join(text.split())), words, named)


_UP = "A-ZĐÂĂÊÔƠƯÁÀẢÃẠẮẰẤẦÉÍÓÚÝỐỒỔỘỚỜỨỪỶỲ"
_WORD = rf"[{_UP}]\w*"
_NAME = re.compile(rf"{_WORD}(?:\s+(?:-\s+)?{_WORD})+(?:\s+\d{{1,2}}(?![\w/.,]))?|\b[{_UP}]{{3,}}\b")
_OPENER = re.compile(
    r"(?:Theo|Tại|Trong|Từ|Với|Khi|Năm|Tháng|Ông|Bà|Về|Trang|Báo|Của|Các|Những|Cũng|Như|Đoạn|Tuyến)\s+(?=\S)"
)
_QUOTED = re.compile(r"“[^”]{2,60}”")


def entities(text: str) -> list[str]:
    """Names, codes, years and quoted phrases in `text`, as written, in order."""
    spans = [m.span() for pattern in (_QUOTED, _NAME, _YEAR) for m in pattern.finditer(text)]
    spans += [(a, b) for found in (codes, dates) for a, b, _ in found(text)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if opener := _OPENER.match(text, start, end):
            start = opener.end()
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
        return _both_sides(question, chosen, rank) if sides(question) and len(chosen) == 1 else list(chosen)
    table = _Table(question, asked, index)
    for n, part in enumerate(asked):
        names = table.brought() if n and not part.named else ()
        table.add(n, rank(_with_names(part, names)), names)
        if table.wanting(n) and (again := table.brought()) not in ((), names):
            table.add(n, rank(_with_names(part, again)), again)
    kept = table.greedy()
    for quote in chosen:
        if len(kept) < MAX_QUOTES and not any(same_words(quote.text, other.text) for other in kept):
            kept.append(quote)
    return kept


_SIDE = 0.7  # of the best score: what a comparison adds to the one sentence that names both sides


def _both_sides(question: Question, chosen: Sequence[Quote], rank: Rank) -> list[Quote]:
    kept = list(chosen)
    ranked = rank(question)
    for quote in ranked:
        if len(kept) == MAX_QUOTES or quote.score < _SIDE * ranked[0].score:
            break
        if not any(same_words(quote.text, other.text) for other in kept):
            kept.append(quote)
    return kept


def _pairs(name: str) -> list[tuple[str, str]]:
    return list(pairwise([fold(w) for w in syllables(name)]))


def _with_names(part: Part, names: Sequence[str]) -> Question:
    return understand(f"{part.question.text.rstrip(' ?.!,')} {' '.join(names)}") if names else part.question


def same_words(one: str, other: str) -> bool:
    """True when two quotes say nearly the same words and figures: a second source adds length, not an answer."""
    a, b = set(syllables(one)), set(syllables(other))
    figures, others = ({w for w in words if w[0].isdigit()} for words in (a, b))
    return len(a & b) >= 0.8 * min(len(a), len(b)) and (figures <= others or others <= figures)


_OFTEN = 0.3  # a name in more of the passages is no news
_NAMELESS = 0.8  # a sentence without any of the names brought
# A figure or a date of something else: each name that the question does not know, or only half of it.
_STRANGER, _SIBLING = 0.85, 0.6
# "Con số 339 đại biểu cần kiểm tra lại" warns of a figure, it does not give it.
_DOUBT = re.compile(r"\bcần kiểm tra lại\b|\bkhông nên (?:dùng|gộp)\b|\bchưa có nguồn nào xác nhận\b", re.IGNORECASE)
_LEAST = 0.35  # a part whose best is worth less is not answered
_SAID_BY = re.compile(r",?\s+theo\s[^.;]*$", re.IGNORECASE)
_BRIDGES = 2  # names taken from one answer into the next question
Place = tuple[str, int]


class _Table:
    """How well each sentence found answers each part."""

    def __init__(self, question: Question, asked: Sequence[Part], index: Index) -> None:
        self._question, self._parts, self._index = question, asked, index
        self._known = bare_text(question.text)
        self._values: dict[Place, list[float]] = {}
        self._pool: dict[Place, Quote] = {}

    def add(self, n: int, ranked: Sequence[Quote], names: Sequence[str]) -> None:
        """Enter the sentences found for part `n` asked with `names`, best first."""
        for i, quote in enumerate(ranked):
            place = (quote.document.id, quote.start)
            row = self._values.setdefault(place, [0.0] * len(self._parts))
            value = self._value(self._parts[n], quote, ranked[0].score)
            if names and not any(name in quote.text for name in names):
                value *= _NAMELESS
            row[n] = max(row[n], value)
            if i < _POOL:
                self._pool.setdefault(place, quote)

    def _value(self, part: Part, quote: Quote, best: float) -> float:
        """0..1: the rank of `quote`, whether it has the form asked for, and the part's own words."""
        relevance = max(0.0, quote.score / best) if best > 0 else 0.0
        share = _share(part.words, quote.text, self._index) if self._question.language == "vi" else 0.5
        if _DOUBT.search(quote.text):
            relevance *= _STRANGER
        if part.question.kind in ("when", "how_many"):
            for name in entities(_SAID_BY.sub("", quote.text)):
                if self._tells(name, self._known):
                    relevance *= _SIBLING if self._sibling(name) else _STRANGER
        return relevance * (0.3 + 0.7 * form(part.question, quote.text)) * (0.25 + 0.75 * share)

    def _best(self, n: int) -> Quote | None:
        place = max(self._pool, key=lambda place: self._values[place][n], default=None)
        return self._pool[place] if place else None

    def wanting(self, n: int) -> bool:
        """True when the best for part `n` lacks the form asked for."""
        best = self._best(n)
        return best is not None and form(self._parts[n].question, best.text) < 0.5

    def brought(self) -> tuple[str, ...]:
        """Names that what was found so far brings: "Chỉ số nào tăng 26 bậc và đứng thứ mấy?" asks of PCI, which only
        the first answer names. None for an English question, which was worse for it."""
        best = max(self._pool, key=lambda place: sum(self._values[place]), default=None)
        if best is None or self._question.language == "en":
            return ()
        new = [
            name
            for name in entities(self._pool[best].text)
            if self._tells(name, self._known) and not self._sibling(name)
        ]
        return tuple(sorted(new, key=lambda name: not codes(name))[:_BRIDGES])

    def _tells(self, name: str, known: str) -> bool:
        """True for a name that is new and not one of the whole collection's: "Hậu Giang" says nothing there."""
        seen = [self._index.lexical.frequency(f"~{a}_{b}") for a, b in _pairs(name)]
        often = bool(seen) and min(seen) > _OFTEN * len(self._index.passages)
        return not dates(name) and not often and bare_text(name) not in known

    def _sibling(self, name: str) -> bool:
        """True for "Cần Thơ - Hậu Giang" in a question about "Cần Thơ - Cà Mau": another thing, not more about it."""
        return any(f"{a} {b}" in self._known for a, b in _pairs(name))

    def _fits(self, place: Place, kept: Sequence[Place]) -> float:
        """Half for a sentence about another document than the ones spoken of so far."""
        own = {code for _, _, code in codes(self._pool[place].text)}
        spoken = {code for k in kept for _, _, code in codes(self._pool[k].text)} | set(self._question.codes)
        return 0.5 if own and spoken and not own & spoken else 1.0

    def greedy(self) -> list[Quote]:
        """The quotes kept, in the order in which the question asks."""
        count = len(self._parts)
        got, kept, first = [0.0] * count, list[Place](), 0.0
        best_of = [max(_LEAST, *(row[n] for row in self._values.values()), 0.0) for n in range(count)]
        worth = {place: [row[n] / best_of[n] for n in range(count)] for place, row in self._values.items()}
        while len(kept) < MAX_QUOTES:
            gains = {
                place: self._fits(place, kept)
                * sum(max(0.0, v * v - g * g) for v, g in zip(worth[place], got, strict=True))
                for place, quote in self._pool.items()
                if not any(same_words(quote.text, self._pool[k].text) for k in kept)
            }
            best = max(gains, key=lambda place: (gains[place], sum(worth[place])), default=None)
            if best is None or gains[best] <= _GAIN * first:
                break
            first = first or gains[best]
            kept.append(best)
            got = [max(v, g) for v, g in zip(worth[best], got, strict=True)]
        # a sort that keeps the order of equals: what was found first stays first
        kept.sort(key=lambda place: max(range(count), key=lambda n: (worth[place][n], -n)))
        return [self._pool[place] for place in kept]


# Dates that say when something was written are no answer to "ngày nào": "theo VnExpress ngày 31/12/2025".
_SAID_ON = re.compile(
    r"(?:theo|bài|báo|trang|đăng|bản tin|nêu|ghi|vnexpress|znews|\w+\.(?:vn|com))(?:\s[^\s,;:]+){0,5}?\s+"
    r"(?:vào\s+)?(?:ngày|tháng|năm)\s+[\d/.-]*\d",
    re.IGNORECASE,
)

# What is measured, and the units it is measured in.


def _measure(asked: str, said: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    return re.compile(rf"\b(?:{asked})\b"), re.compile(rf"\b(?:{fold(asked)})\b"), re.compile(said)


# As asked with diacritics, without ("dài" is no "đại"), and the units it is measured in.
_MEASURES = (
    _measure("dài|how long", r"\d\s?(?:km|m|cây số|trang|mét)\b"),
    _measure("rộng|diện tích|how large", r"\d\s?(?:ha|km2|km²|m2|m²|hecta|héc-ta)\b"),
    _measure("phần trăm|tỷ lệ|tỉ lệ|percent|per cent", r"\d\s?%"),
    _measure("vốn|số tiền|kinh phí|tỷ đồng|thu ngân sách|quy mô kinh tế", r"\b(?:đồng|tỷ|tỉ|triệu)\b"),
    _measure("dân|dân số", r"\d\s(?:triệu |nghìn )?(?:người|dân)\b"),
)
_WHO = re.compile(r"\b(?:lanh dao|thu tuong|nguoi|ong|ba|dong chi|bo truong|chu tich|bi thu)\b(?: \w+){0,3} nao\b")
_NAMED = re.compile(r"\bten (?:la )?gi\b|\bgoi la gi\b")
_AREA = re.compile(rf"\b(?:tỉnh|thành phố|huyện|thị xã|xã|phường)(?:\s+{_WORD})+")
_CREDIT = re.compile(r"\bdo\s[^,.;]{3,40}\schụp\b")
_OFFICE = re.compile(r"\b(?:chuc|chuc vu|giu chuc)\b")
_OFFICE_SAID = re.compile(
    r"(?:làm|giữ chức|là)\s+(?:Phó\s+)?(?:Chủ tịch|Bí thư|Giám đốc|Bộ trưởng|Thứ trưởng|Thủ tướng)", re.I
)


def form(question: Question, text: str) -> float:
    """0..1: how far `text` has the form `question` asks for: a date, a place, a number in that unit, a person …"""
    bare = bare_text(question.text)
    if _PLACE.search(bare):
        return float(bool(_PLACE_SAID.search(text)))
    if _ORDINAL.search(bare):
        return float(bool(_ORDINAL_SAID.search(text)))
    if _OFFICE.search(bare):
        return float(bool(_OFFICE_SAID.search(text)))
    if question.kind == "which" and _WHO.search(bare):
        question = replace(question, kind="who")
    if question.kind == "who" and _NAMED.search(bare):
        return float(bool(entities(text)))
    if question.kind == "who":
        return form_cue(question, _AREA.sub(" ", _CREDIT.sub(" ", text)))
    if question.kind == "how_many":
        return _measured(question, bare, text)
    if question.kind == "when":
        return _dated(bare, _SAID_ON.sub(" ", text))
    if question.kind == "list":
        return max(form_cue(question, text), float(len(entities(text)) >= 3))
    return form_cue(question, text)


def _dated(bare: str, text: str) -> float:
    if dates(text):
        return 1.0
    year = re.search(r"\b(?:nam nao|nam may|what year)\b", bare)
    return (1.0 if year else 0.8) if months(text) else (1.0 if year else 0.4) if _YEAR.search(text) else 0.0


def _measured(question: Question, bare: str, text: str) -> float:
    for asked, asked_bare, said in _MEASURES:
        if asked.search(question.text.lower()) if question.accented else asked_bare.search(bare):
            return float(bool(said.search(text)))
    spoken_for = [(a, b) for found in (codes, dates) for a, b, _ in found(text)]
    spoken_for += [m.span() for m in _ANY_YEAR.finditer(text)]
    for start, end in sorted(spoken_for, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return form_cue(question, text)


def _share(words: Sequence[str], text: str, index: Index) -> float:
    said = {fold(w) for w in syllables(text)}
    weights = {fold(w): index.lexical.idf("~" + fold(w)) for w in words}
    mass = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in said) / mass if mass else 1.0
