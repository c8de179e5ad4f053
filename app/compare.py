"""Comparisons: what is compared and in what, a quote for each side, and the side that the documents do not know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.parts import Rank, form, same_words
from app.question import Question, content_words, understand
from app.rules import unknown_names
from app.select import Quote
from app.timeline import values
from index.search import Index
from index.text import bare_syllables, bare_text, codes, dates, fold

_ME = r"(?:\s+(?:giúp|giùm|cho|giup)(?:\s+(?:tôi|mình|em|toi|minh))?)?"
_HEAD = re.compile(
    r"^(?:(?:hãy|xin|giúp|cho|tôi|mình|em|hay|giup|toi|minh)\s+)*"
    rf"(?:(?:so sánh|đối chiếu|phân biệt|so sanh|phan biet|compare){_ME}"
    r"|(?:what (?:is|are) )?(?:the )?differences? between|(?:sự\s+)?(?:khác nhau|khác biệt)\s+(?:của|giữa)|giữa|between"
    r"|how (?:does|do|is|are))\s+",
    re.IGNORECASE,
)
_HOW = (
    r"(?:như thế nào|thế nào|ra sao|sao|(?:ở )?(?:chỗ|điểm) nào|những gì|gì|ở đâu|không|nhu the nao|the nao"
    r"|(?:o )?cho nao|gi|khong)"
)
_WHICH = (
    r"(?:(?:cái|bên|khu|nơi|tỉnh|tuyến|đoạn|huyện|xã|đề án|nghị quyết|văn bản|con số|chỉ số|địa phương|thành phố|ngành"
    r"|khu công nghiệp|cao tốc|cai|ben|noi|tinh|doan|huyen|xa|de an|nghi quyet|van ban|thanh pho)\s+(?:nào|nao)|ai|đâu)"
)
_MEASURED = {
    "dài": "dài bao nhiêu", "ngắn": "dài bao nhiêu", "rộng": "rộng bao nhiêu", "lớn": "bao nhiêu", "nhỏ": "bao nhiêu",
    "nhiều": "bao nhiêu", "ít": "bao nhiêu", "cao": "bao nhiêu", "thấp": "bao nhiêu", "đông": "bao nhiêu người",
    "sớm": "ngày nào", "muộn": "ngày nào", "trước": "ngày nào", "sau": "ngày nào",
}  # fmt: skip
_WAY = "|".join({**_MEASURED, **{fold(way): "" for way in _MEASURED}})
# What a comparison ends with: "… khác nhau thế nào về X", "…, tỉnh nào nuôi tôm nhiều hơn".
_TAIL = re.compile(
    rf"[\s,:]*\b(?:thì\s+|thi\s+)?(?:"
    rf"(?:có\s+)?(?:khác|giống|chênh|hơn kém|khac|giong|chenh|hon kem)(?:\s+(?:nhau|biệt|lệch|lech|gì nhau|gi nhau))*"
    rf"(?:\s+{_HOW}|\s+vậy|\s+vay)*(?:\s+(?:về|ve)\s+(?P<about>.+?))?"
    rf"|{_WHICH}\s+(?:có\s+)?(?P<what>(?:\S+\s+){{0,3}}?)(?P<way>{_WAY})(?:\s+hơn|\s+hon)"
    rf"|(?:differ|compare)(?:\s+in\s+(?P<in>.+?))?)[\s?.!]*$",
    re.IGNORECASE,
)
# "A khác B ở chỗ nào", but not "A có khác B không"
_UNLIKE = re.compile(
    r"^(?P<one>.+?)(?<!\scó)(?<!\sco)\s+(?:khác|khac)\s+(?:gì\s+|gi\s+)?(?:so với\s+|với\s+|so voi\s+|voi\s+)?"
    rf"(?!nhau\b)(?P<other>.+?)(?:\s+{_HOW})+$",
    re.IGNORECASE,
)
_AND = re.compile(r"\s+(?:so với|so voi|và|va|với|voi|hay|hoặc|and|with|versus|vs\.?|from)\s+", re.IGNORECASE)
# What both do, said behind the second: "A và B hướng tới những ai".
_VERB = re.compile(
    r"\s(?:thì|thi|hướng tới|hướng đến|nhắm|dành cho|nhằm|đạt|rộng|dài|bàn|nói|ban hành|ra đời|huong toi|danh cho|rong"
    r"|dai)\s.*$",
    re.IGNORECASE,
)
_TIME = re.compile(r"\b(?:19|20)\d\d\b|\b(?:quý|tháng|quy|thang)\s+\d+", re.IGNORECASE)
_COMPARES = re.compile(r"\b(?:khác|khac|chênh|chenh|so với|so voi)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things compared: how each is called, and what is asked of each as a question of its own."""

    names: tuple[str, str]
    questions: tuple[Question, Question]
    measured: bool  # a figure or a date of each is asked for


def compared(question: Question) -> Comparison | None:
    """What `question` compares; None for any other question, for times of one thing, and where the sides cannot be
    told."""
    text = _HEAD.sub("", question.text.rstrip(" ?.!"))
    way = about = ""
    if unlike := _UNLIKE.match(text):
        sides = unlike["one"], unlike["other"]
    else:
        tail = _TAIL.search(text)
        if not tail and question.kind != "compare":
            return None
        if tail:
            text = text[: tail.start()]
            way = _asked_of_each(tail["way"] or "")
            about = tail["about"] or tail["in"] or tail["what"] or ""
        if verb := _VERB.search(text):
            text, about = text[: verb.start()], f"{verb.group().strip()} {about}"
        sides = _split(text)
    if not sides or not all(content_words(s, question.language) for s in sides):
        return None
    if _TIME.findall(sides[0]) != _TIME.findall(sides[1]) or any(_COMPARES.search(s) for s in sides):
        return None
    asked = [" ".join(f"{s} {about} {way if question.accented else fold(way)}".split()) for s in sides]
    return Comparison(sides, (understand(asked[0]), understand(asked[1])), bool(way))


def _asked_of_each(way: str) -> str:
    """What "… hơn" asks of each side: "dài bao nhiêu"; "" for nothing."""
    return next((asked for said, asked in _MEASURED.items() if way and fold(said) == fold(way.lower())), "")


def _split(body: str) -> tuple[str, str]:
    """The two sides of "A và B", each with what they share: "GRDP của A và B" -> GRDP của A, GRDP của B; () when there
    are not two."""
    cuts = [m for m in _AND.finditer(body) if body[: m.start()].strip(" ,") and body[m.end() :].strip(" ,")]
    if len(cuts) != 1:
        return ("", "")
    one, other = body[: cuts[0].start()].strip(" ,:"), body[cuts[0].end() :].strip(" ,:")
    if "," in one:
        return ("", "")  # three sides
    other = re.sub(r"^(?:của|cua|of)\s+", "", other)
    of = _OF.search(one)
    if of and not _OF.search(other):
        other = f"{one[: of.end()]}{other}"
    elif (names := understand(one).names) and _only_name(other) and not _only_name(one):
        other = one.replace(names[-1], other, 1)
    return (one, other)


_OF = re.compile(r"\s(?:của|cua|of)\s", re.IGNORECASE)


def _only_name(text: str) -> bool:
    asked = understand(text)
    return len(asked.names) == 1 and bare_text(asked.names[0]) == bare_text(text)


@dataclass(frozen=True, slots=True)
class Sides:
    """The quotes that tell of both sides, or of one and the name of the `missing` other."""

    quotes: tuple[Quote, ...]
    missing: str = ""


_CONTRAST = re.compile(r"\bcòn\b|\bkhác\b|\btrong khi\b|\bso với\b|\bhơn\b|;")
_OWN, _POOL = 0.7, 12


def told_of_both(question: Question, comparison: Comparison, index: Index, rank: Rank) -> Sides | None:
    """The one or two quotes that tell what is compared: a sentence that sets one side against the other, else one for
    each; None when neither can be found."""
    own = _distinct(comparison)
    if not all(own):
        return None
    ranked = [rank(q) for q in comparison.questions]
    for n, name in enumerate(comparison.names):
        if unknown := unknown_names(understand(f"Về {name}"), index):
            rest = [q for q in ranked[1 - n] if _holds(q, own[1 - n], index)]
            return Sides(tuple(rest[:1]), unknown[0]) if rest else None
    both = [q for q in rank(question)[:_POOL] if all(_holds(q, words, index) for words in own)]
    if not comparison.measured:
        against = [q for q in both if _CONTRAST.search(q.text)]
        if against:
            kept: list[Quote] = []
            for quote in against:
                if quote.score >= against[0].score - _NEAR and not any(same_words(quote.text, k.text) for k in kept):
                    kept.append(quote)
            return Sides(tuple(kept[:2]))
    best = [
        _best(r, q, own[n], own[1 - n], index)
        for n, (r, q) in enumerate(zip(ranked, comparison.questions, strict=True))
    ]
    if any(b is None for b in best):
        return None
    one, other = (b for b in best if b is not None)
    return Sides((one,) if (one.document.id, one.start) == (other.document.id, other.start) else (one, other))


_NEAR = 3.0  # log-odds: a second sentence that sets them apart, in another respect


def _best(
    ranked: Sequence[Quote], asked: Question, own: frozenset[str], other: frozenset[str], index: Index
) -> Quote | None:
    """The best of `ranked` that names the side, in the form asked for; one about this side alone, and not its parts,
    before others."""
    named = [q for q in ranked[:_POOL] if _holds(q, own, index)]

    def worth(quote: Quote) -> tuple[bool, float]:
        several = asked.kind == "how_many" and any(len(n) > 1 for n in values(quote.text).values())
        return form(asked, quote.text) >= 0.5, quote.score - _MIXED * (_holds(quote, other, index) + several)

    return max(named, key=worth, default=None)


_MIXED = 1.5  # log-odds: of both sides, or several figures of one unit


def _distinct(comparison: Comparison) -> list[frozenset[str]]:
    """Of each side the words that the other has not, folded; the number of a document by its code."""
    said = [frozenset(_words(name)) for name in comparison.names]
    return [said[0] - said[1], said[1] - said[0]]


def _words(text: str) -> list[str]:
    found = [code for _, _, code in codes(text)] + [iso for _, _, iso in dates(text)]
    return found or [fold(w) for w in content_words(text, understand(text).language)]


def _holds(quote: Quote, words: frozenset[str], index: Index) -> bool:
    """True when `quote` says the words of a side, by idf, or names its document."""
    said = {*bare_syllables(quote.text), *(code for _, _, code in codes(quote.text))}
    said |= {iso for _, _, iso in dates(quote.text)}
    weights = {w: index.lexical.idf("~" + w) for w in words}
    return sum(v for w, v in weights.items() if w in said) >= _OWN * (sum(weights.values()) or 1.0)
