"""What a question takes for granted and the documents say otherwise: a count, a date, a person, a polarity.

A wrong correction is worse than none. Each rule below wants a sentence that says the same of the same thing with
another value, and gives up when any sentence found, or for a count any passage at all, bears the question out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.papers import introducing
from app.question import Question, content_words, numeral
from app.select import Quote, has_person, headword
from index.search import Index
from index.text import CAPITALS, bare_syllables, bare_text, codes, dates, fold, key, short_codes, syllables
from index.translate import translations


@dataclass(frozen=True, slots=True)
class Correction:
    """The sentence that says otherwise; `said` and `asked` are the two values in words, "" when they are no values."""

    quote: Quote
    said: str = ""
    asked: str = ""


def correct(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """The correction of what `question` takes for granted by one of `ranked`, sentences best first; None without."""
    rules: tuple[Callable[[Question, Sequence[Quote], Index], Correction | None], ...] = (
        _date, _person, _agency, _subject, _count, _rank, _amount, _ordinal, _defined, _place, _polarity,
    )  # fmt: skip
    return next((found for rule in rules if (found := rule(question, ranked, index))), None)


# ---------------------------------------------------------------- what is said of one document


def _of_code(question: Question, ranked: Sequence[Quote]) -> list[Quote]:
    """The sentences about the one document the question names by its code; those that name no other first."""
    if len(question.codes) != 1:
        return []
    about = [(q, {code for _, _, code in codes(q.text)}) for q in ranked]
    own = [(q, named) for q, named in about if question.codes[0] in named]
    return [q for q, _ in sorted(own, key=lambda found: len(found[1]))]


# "theo TTXVN ngày …", "đăng ngày …" date the source, not what it tells
_SOURCE_DATE = re.compile(
    r"(?:\btheo\b[^,;.]*|\bbài(?: gốc| viết| báo)?(?: đề)?|\bđăng(?: ngày)?|\bbáo\b[^,;.]*|\.vn[^,;.]*)\s*$",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"\b(?:ra đời|ban hành|ra|ký|có từ|thông qua|duyệt|ra doi|ban hanh|issued|adopted|signed|approved)"
    r"(?: vào| từ| vao| tu)? (?:năm|nam|in) ((?:19|20)\d\d)\b",
    re.IGNORECASE,
)


def _own_dates(text: str) -> list[tuple[str, str]]:
    """Dates in `text` as (as written, ISO), without those of the source it follows."""
    return [(text[a:b], iso) for a, b, iso in dates(text) if not _SOURCE_DATE.search(text[:a])]


def _date(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """The day or year of a document or an event: "05-NQ/TU ngày 15/8/2021"."""
    asked = _own_dates(question.text)
    year = _YEAR.search(question.text)
    if year and not asked:
        asked = [(year.group(1), year.group(1))]
    if len(asked) != 1:
        return None
    written, iso = asked[0]
    of_code = _of_code(question, ranked)
    candidates = of_code or [q for q in ranked if _share(question, q, index, without=written) >= _SAME_EVENT]
    near = candidates if of_code else [q for q in ranked if _share(question, q, index, without=written) >= _LOOSE]
    if any(iso in _said_dates(q.passage.text) for q in near):
        return None
    for quote in candidates:
        own = _own_dates(quote.text)
        alone = len({code for _, _, code in codes(quote.text)}) <= 1
        if len({i for _, i in own}) == 1 and alone and (len(iso) == 10 or own[0][1][:4] != iso):
            return Correction(quote, own[0][0], written)
    return None


def _said_dates(text: str) -> set[str]:
    """Days and years `text` speaks of."""
    return {iso for _, _, iso in dates(text)} | set(re.findall(r"(?:19|20)\d\d", text))


_SIGNED = re.compile(r"\b(?:ký|kí|ky|ki|sign|signs|signed)\b", re.IGNORECASE)


def _person(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """Who signed a document: "Trần Hồng Hà ký Quyết định 952/QĐ-TTg"."""
    # "Deputy Prime Minister Trần Lưu Quang": the name is the end of the run
    people = [" ".join(n.split()[-3 if len(n.split()) > 4 else 0 :]) for n in question.names if len(n.split()) > 2]
    if question.kind == "who" or not _SIGNED.search(question.text) or not people:
        return None
    about = _of_code(question, ranked)
    if any(_has(q.text, n) for q in about for n in people):
        return None
    return next(
        (Correction(q) for q in about if _SIGNED.search(q.text) and has_person(q.text) and len(codes(q.text)) == 1),
        None,
    )


# Offices by the issuer in a code (folded); "Ban Chấp hành Đảng bộ" is the Tỉnh ủy.
_OFFICES = {
    "tu": r"tinh uy|thanh uy|huyen uy|ban chap hanh|dang bo|provincial party",
    "ttg": r"thu tuong|prime minister",
    "cp": r"chinh phu|government",
    "ubnd": r"ubnd|uy ban nhan dan|people s committee",
    "hdnd": r"hdnd|hoi dong nhan dan|people s council",
    "qh": r"quoc hoi|uy ban thuong vu|national assembly",
}


def _agency(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """Whose document it is: "05-NQ/TU do UBND tỉnh ban hành"; the code itself says whose."""
    spans = codes(question.text)
    if len(spans) != 1:
        return None
    _, end, code = spans[0]
    issuer = next((i for i in _OFFICES if re.search(rf"{i}\d*$", code)), "")
    behind = " ".join(bare_syllables(question.text[end:])[:9])
    given = re.match(r"(?:\w+ ){0,4}?(?:do|cua|by|of) (?:the )?(\w+(?: \w+){0,3})", behind)
    if not issuer or not given:
        return None
    named = next((i for i, office in _OFFICES.items() if re.match(office, given.group(1))), "")
    if not named or named == issuer or {named, issuer} == {"ttg", "cp"}:
        return None
    about = _of_code(question, ranked)
    told = [(q, bare_text(_without_codes(q.text))) for q in about]
    if any(re.search(rf"\b(?:do|cua) (?:{_OFFICES[named]})", text) for _, text in told):
        return None
    return next((Correction(q) for q, text in told if re.search(rf"\b(?:{_OFFICES[issuer]})", text)), None)


def _without_codes(text: str) -> str:
    for start, end, _ in reversed(codes(text)):
        text = text[:start] + text[end:]
    return text


_ENDS_SUBJECT = re.compile(
    r"\b(?:ban hanh|ra|co|do|la|noi|gom|dat|ngay|duoc|thi|cua|phai|dung|khong|vay|bao nhieu|nham|theo|nam|ki|ky)\b"
)


_ASKING = frozenset("gi nao ai dau sao may".split())


def _subject(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """What a document is about: "Nghị quyết 05-NQ/TU về du lịch"."""
    spans = codes(question.text)
    if len(spans) != 1 or question.language != "vi":
        return None
    behind = bare_text(question.text[spans[0][1] :])
    given = re.match(r"(?:co phai |la |noi |ban |phai ){0,3}ve (?:viec |phat trien |linh vuc )?(.*)", behind)
    words = _ENDS_SUBJECT.split(given.group(1))[0].split() if given else []
    if _ASKING & set(words):  # "Đề án 06-ĐA/TU về việc gì" takes nothing for granted
        return None
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    if not pairs or not all(index.lexical.frequency("~" + p.replace(" ", "_")) for p in pairs):
        return None
    about = [q for q in _of_code(question, ranked) if len({code for _, _, code in codes(q.text)}) == 1]
    code = question.codes[0]
    found = introducing(question.text[: spans[0][1]], code, index)
    own = [*about, *([found[1]] if found else [])]
    if not own or any(p in bare_text(q.text) for q in own for p in pairs):
        return None
    tells = [q for q in reversed(own) if re.search(r"\b(?:về|nhằm|nằm trong)\b", q.text)]
    return Correction(tells[0]) if tells else None


# ---------------------------------------------------------------- numbers

# What is counted too loosely to be told apart, and what is measured: see _amount.
_NOT_COUNTED = frozenset(
    "năm tháng ngày giờ phút lần người cái việc điều con nơi thứ ông bà anh chị em tỉ tỷ triệu nghìn ngàn trăm mươi "
    "đồng km ha m cả hai ba trong của là và bên bậc điểm độ phần lượt".split()
)


_ENDS_THING = frozenset("ở tại theo về của và là trong cho mà do được có".split())


def _numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """Numbers of 2 to 30 said of things in `text`, each with the six syllables behind it; not those of documents and
    dates."""
    for start, end in sorted(
        {(a, b) for found in (codes, short_codes, dates) for a, b, _ in found(text)}, reverse=True
    ):
        text = f"{text[:start]}; {text[end:]}"
    words = syllables(text)
    for i in range(len(words) - 1):
        number = numeral(words, i)
        if number and 1 < number <= 30 and words[i + 1].isalpha() and words[i + 1] not in _NOT_COUNTED:
            yield number, words[i + 1 : i + 7]


def _count(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """How many there are: "sáu trụ cột" where the documents have four, and nowhere six."""
    if question.language == "en":
        return _english_count(question, ranked)
    for asked, things in _numbered(question.text):
        if _known(asked, things[0], index, bare=all(fold(w) == w for w in things)):
            continue
        about = _of_code(question, ranked) or ranked
        agreed: dict[int, tuple[int, Quote, str]] = {}  # what is said -> how much of the thing agrees, where, how
        for quote in about:
            for said, others in _numbered(quote.text):
                length = _agree(things, others)
                known = agreed.get(said)
                # of two that say so, the one that tells what they are: "“Năm trọng tâm” là …"
                if length and (
                    known is None or (length, bool(headword(quote.text))) > (known[0], bool(headword(known[1].text)))
                ):
                    agreed[said] = (length, quote, " ".join(others[:length]))
        best = max((length for length, _, _ in agreed.values()), default=0)
        sure = [(said, *found[1:]) for said, found in agreed.items() if found[0] == best]
        if len(sure) != 1 or sure[0][0] == asked or asked in agreed:
            continue
        said, quote, thing = sure[0]
        if asked < said and (len(question.codes) > 1 or len(question.names) > 1 or question.kind == "compare"):
            continue  # "hai đề án 05-ĐA/TU và 06-ĐA/TU" are two of five
        if (
            best >= 2
            or re.search(rf"[“\"]\w+ {re.escape(thing)}[”\"]", key(quote.text))
            or _single(things, thing, quote)
        ):
            return Correction(quote, f"{_in_words(said)} {thing}", _in_words(asked))
    return None


def _single(things: list[str], thing: str, quote: Quote) -> bool:
    """True when the thing has one syllable in a question without diacritics: "nam thanh cua hau giang"."""
    return fold(things[0]) == things[0] and bool(re.search(rf"[“\"]\w+ {re.escape(thing)}[”\"]", bare_text(quote.text)))


def _agree(things: Sequence[str], others: Sequence[str]) -> int:
    """How many syllables two things share from their first on, diacritics as typed."""
    bare = all(fold(w) == w for w in things)
    length = 0
    for a, b in zip(things, others, strict=False):
        if (a != b and not (bare and a == fold(b))) or b in _ENDS_THING:
            break
        length += 1
    return length


def _known(number: int, thing: str, index: Index, bare: bool) -> bool:
    """True when some passage has so many of the thing; `bare` when it was typed without diacritics."""
    said = (str(number), _in_words(number))
    return any(index.lexical.frequency(f"~{fold(n)}_{thing}" if bare else f"{n}_{thing}") for n in said)


_SPELLED = {2: "hai", 3: "ba", 4: "bốn", 5: "năm", 6: "sáu", 7: "bảy", 8: "tám", 9: "chín", 10: "mười"}


def _in_words(number: int) -> str:
    return _SPELLED.get(number, str(number))


def _english_count(question: Question, ranked: Sequence[Quote]) -> Correction | None:
    """ "four strategic breakthrough tasks": each word behind the number must have its translation behind another, the
    last one, which is the thing, at once in one of them: "ba nhiệm vụ đột phá chiến lược"."""
    for asked, things in _numbered(question.text):
        if not re.search(rf"\b(?:{asked}|{_ENGLISH.get(asked, asked)})\b", question.text, re.IGNORECASE):
            continue  # "tu" is four without diacritics
        names = []
        for word in things[:3]:
            if word in ("of", "in", "for", "that", "and", "are", "does", "did"):
                break
            names.append([fold(t) for t in translations(word)])
        names = [n for n in names if n]
        said = [
            (number, q, any(_begins(t, others) for t in names[-1]))
            for q in ranked
            for number, others in _numbered(q.text)
            if names and all(any(_within(t, others) for t in terms) for terms in names)
        ]
        if {n for n, _, _ in said} != {asked} and len({n for n, _, _ in said}) == 1 and any(at for _, _, at in said):
            number, quote, _ = next(found for found in said if found[2])
            return Correction(quote, str(number), str(asked))
    return None


_ENGLISH = dict(enumerate("two three four five six seven eight nine ten".split(), 2))


def _begins(term: str, words: Sequence[str]) -> bool:
    return " ".join(map(fold, words)).startswith(term.replace("_", " "))


def _within(term: str, words: Sequence[str]) -> bool:
    return f" {term.replace('_', ' ')} " in f" {' '.join(map(fold, words))} "


_RANK = re.compile(
    r"\b(?:hạng|thứ|hang|thu|ranked|rank)\s+(\d{1,3})\b(?!\s*/)(?:\s+(cả nước|toàn quốc|ca nuoc|toan quoc))?", re.I
)


def _rank(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """Which place: "xếp hạng 5 cả nước" where it is 12."""
    asked = _RANK.search(question.text)
    if not asked:
        return None
    about = [
        q for q in ranked if _share(question, q, index, without=asked.group()) >= _SAME and _same_time(question, q)
    ]
    if any(asked.group(1) == m.group(1) for q in ranked for m in _RANK.finditer(q.text)):
        return None
    for quote in about:
        said = [m for m in _RANK.finditer(quote.text) if bool(m.group(2)) or not asked.group(2)]
        if len(said) == 1:
            return Correction(quote, said[0].group(), asked.group())
    return None


_MEASURED = re.compile(
    r"(?<![\d.,/-])(\d[\d.,]*\d|\d)\s?"
    r"(%|ha\b|km2\b|km\b|m2\b|(?:nghìn |ngàn )?(?:tỷ|tỉ|triệu)\b(?: đồng)?|lượt|bậc|điểm)",
    re.I,
)


def _amount(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """How much: "rộng 520 ha" where it is 380."""
    asked = _MEASURED.findall(question.text)
    if len(asked) != 1:
        return None
    number, unit = asked[0]
    if any((number, _unit(unit)) in _amounts(q.passage.text) for q in ranked):
        return None
    whole = next(m.group() for m in _MEASURED.finditer(question.text))
    for quote in ranked:
        same = [m for m in _MEASURED.finditer(quote.text) if _unit(m.group(2)) == _unit(unit)]
        if len(same) == 1 and _same_time(question, quote) and _share(question, quote, index, without=whole) >= _SAME:
            return Correction(quote, same[0].group(), whole)
    return None


def _amounts(text: str) -> set[tuple[str, str]]:
    return {(number, _unit(unit)) for number, unit in _MEASURED.findall(text)}


def _unit(unit: str) -> str:
    return fold(unit.lower()).replace("ty", "ti").removesuffix(" dong")


# ---------------------------------------------------------------- what is what

_CLAIM = re.compile(
    r"(?:có phải(?: là)?|\blà) (?:làm |về |phát triển )?(.+?)(?: phải không| đúng không| không)?\s*\?*$"
)
_NTH = re.compile(r"\b(\w+(?: \w+)?) thứ (nhất|hai|ba|tư|năm|sáu|\d)\b", re.IGNORECASE)


def _ordinal(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """Which one is the second: "Trọng tâm thứ hai là hạ tầng"."""
    nth = _NTH.search(question.text)
    claim = _CLAIM.search(question.text, nth.end()) if nth else None
    if not nth or not claim:
        return None
    pairs = _pairs_of(claim.group(1), question, index)
    name = bare_text(nth.group())
    about = [q for q in ranked if bare_text(q.text).startswith(name) and " là " in q.text]
    if not pairs or any(p in bare_text(q.text) for q in about for p in pairs):
        return None
    return Correction(about[0]) if about else None


def _pairs_of(text: str, question: Question, index: Index) -> list[str]:
    """Pairs of neighbouring content words in `text`; none when one is unknown to the index or the words only ask."""
    words = content_words(text, question.language)
    if re.search(r"\b(?:gì|nào|sao|ai|đâu|bao nhiêu|mấy)\b", text):
        return []
    pairs = [f"{fold(a)} {fold(b)}" for a, b in pairwise(words)]
    return pairs if all(index.lexical.frequency("~" + p.replace(" ", "_")) for p in pairs) else []


_NAME = rf"((?:[{CAPITALS}][^\W\d_]+ ?){{2,4}}(?:A\b)?)"
_KIND_OF_PLACE = r"(?:huyện |thành phố |thị xã |tỉnh |xã |phường )?"
_IS = re.compile(rf"(?:\blà|\bchọn|\blấy) {_KIND_OF_PLACE}{_NAME}")


def _defined(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """What a term stands for: "“Một tâm” là huyện Long Mỹ"."""
    is_ = _IS.search(question.text)
    if not is_ or not question.phrases:
        return None
    term, name = bare_text(question.phrases[0]), is_.group(1)
    about = [q for q in ranked if term in bare_text(q.text)]
    if any(_has(q.passage.text, name) and term in bare_text(q.text) and _has(q.text, name) for q in about):
        return None
    defining = [q for q in about if bare_text(headword(q.text)) == term and _names_after(q.text)]
    return Correction(defining[0]) if defining else None


def _names_after(text: str) -> bool:
    return bool(re.search(rf"\blà\b.*?{_KIND_OF_PLACE}{_NAME}", text))


_AT = re.compile(rf"\b(?:tại|ở) {_KIND_OF_PLACE}{_NAME}")


def _place(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """Where something took place: "diễn ra tại thành phố Ngã Bảy"."""
    asked = _AT.search(question.text)
    if not asked:
        return None
    name = asked.group(1)
    if any(_has(q.text, name) and _share(question, q, index) >= _SAME for q in ranked):
        return None
    for quote in ranked:
        share = _share(question, quote, index, without=asked.group())
        if share >= _LOOSE and _has(quote.text, name):
            return None
        said = _AT.search(quote.text)
        if said and share >= _SAME_EVENT and not _has(quote.text, name) and _same_time(question, quote):
            return Correction(quote, said.group(), asked.group())
    return None


_SAME_EVENT = 0.62

# Words that say the opposite of each other, as spelled in Vietnamese.
_POLES = (
    (("giảm", "rớt", "tụt", "sụt", "rơi"), ("tăng", "lên")),
    (("tăng", "lên"), ("giảm", "tụt", "sụt")),
    (("cao hơn",), ("thấp hơn",)), (("thấp hơn",), ("cao hơn",)),
    (("lớn hơn",), ("nhỏ hơn",)), (("nhỏ hơn",), ("lớn hơn",)),
    (("nhiều hơn",), ("ít hơn",)), (("ít hơn",), ("nhiều hơn",)),
    (("sớm hơn",), ("muộn hơn",)), (("muộn hơn",), ("sớm hơn",)),
)  # fmt: skip


def _polarity(question: Question, ranked: Sequence[Quote], index: Index) -> Correction | None:
    """Which way: "giảm 26 bậc" where it rose by 26; "cao hơn mức chung" where it is lower."""
    text = key(question.text)
    if re.search(r"\bhay\b|\bhoặc\b", text):
        return None
    for poles, others in _POLES:
        asked = re.search(rf"\b(?:{'|'.join(poles)})(?: tới| đến| tận)? (\d[\d.,]*\d|\d|\w+ \w+)", text)
        if not asked:
            continue
        behind = rf"(?: tới| đến)? {re.escape(asked.group(1))}(?!\w)"
        same, other = (re.compile(rf"\b(?:{'|'.join(p)}){behind}") for p in (poles, others))
        number = asked.group(1)[0].isdigit()
        said = [q for q in ranked if _same_time(question, q) and _share(question, q, index) >= _LOOSE]
        if any(same.search(key(q.text)) for q in ranked):
            return None
        found = [q for q in said if other.search(key(q.text)) or (number and _turned(q.text, others, asked.group(1)))]
        found = [q for q in found if not any(re.search(rf"\b{p}\b", key(q.text)) for p in poles)]
        if found:
            return Correction(found[0])
    return None


def _turned(text: str, others: Sequence[str], number: str) -> bool:
    """True when one of `others` stands a word or two before `number`: "tăng đúng 26 bậc"."""
    return bool(re.search(rf"\b(?:{'|'.join(others)})(?: \w+){{1,2}} {re.escape(number)}(?![\w.,]*\d)", key(text)))


# ---------------------------------------------------------------- of the same thing

_SAME, _LOOSE = 0.6, 0.4  # shares of the question's words that make a sentence one about the same thing


def _share(question: Question, quote: Quote, index: Index, without: str = "") -> float:
    """Share by idf of the question's content words, those of `without` aside, that the sentence holds, 0..1."""
    left_out = {*bare_syllables(without), *question.unit}
    words = {fold(w) for w in question.words} - left_out - {""}
    said = set(bare_syllables(quote.text))
    weights = {w: index.lexical.idf("~" + w) for w in words if index.lexical.frequency("~" + w)}
    return sum(v for w, v in weights.items() if w in said) / (sum(weights.values()) or 1.0)


def _same_time(question: Question, quote: Quote) -> bool:
    """True when every year of the question stands in the sentence, and every name of two words in its passage."""
    years = [n for n in question.numbers if len(n) == 4 and n[:2] in ("19", "20")]
    names = question.names if question.language == "vi" else ()
    text = f"{quote.document.title} {' '.join(quote.passage.headings)} {quote.text}"
    return all(y in quote.text for y in years) and sum(_has(text, n) for n in names) >= len(names) - 1


def _has(text: str, name: str) -> bool:
    return f" {bare_text(name)} " in f" {bare_text(text)} "
