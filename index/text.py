"""Vietnamese text: cleaned at the door, and folded into search terms alike for what is stored and what is asked."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

VERSION = "2"
"""Version of the folding below; an index records it, and one built by another version is rebuilt."""

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}  # huyền, sắc, ngã, hỏi, nặng
_SHAPES = {"\u0302", "\u0306", "\u031b"}  # circumflex, breve, horn

# Letters that look right but are not the Vietnamese ones (Icelandic eth, African D), the two deprecated tone marks, and
# characters nobody can see: zero-width, bidirectional controls (they can reverse what a quote seems to say), the
# soft hyphen. Non-breaking spaces stay in the stored text, so that offsets into the source hold, and fold to a space.
_INVISIBLE = (
    "\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_DOOR = {
    **{ord(c): None for c in _INVISIBLE},
    **{c: None for c in range(32) if chr(c) not in "\t\n\r\f"},
    **dict.fromkeys(range(127, 160)),
    **dict.fromkeys(range(0xD800, 0xE000)),  # lone surrogates are no text, and no encoding takes them
    0x00D0: "Đ",
    0x0189: "Đ",
    0x0340: "\u0300",
    0x0341: "\u0301",
}
_CLUSTER = re.compile("[^\u0300-\u036f][\u0300-\u036f]{2,}")
# What of ASCII, of Latin letters with one mark and of Vietnamese ones stays as it is, whatever stands beside it.
_SETTLED = re.compile(
    r"[\n\t -~\xa0-\xac\xae-\xcf\xd1-\u012f\u0134-\u013e\u0141-\u0148\u014a-\u017e"
    r"\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u2010-\u2027\u2030-\u203a]*"
)
_NEWLINE = re.compile(r"\r\n?|[\x0b\f\x1c-\x1e\x85\u2028\u2029]")  # \x0b is a soft break of Word's


def clean(text: str) -> str:
    """The stored form of `text`: NFC with marks in order, `\\n` line ends, no invisible or control characters.

    Plain NFC leaves `e + acute + circumflex` (marks typed in the wrong order) as two characters; marks are sorted
    first. Idempotent. Every offset in this program counts characters (not bytes) of a cleaned text.
    """
    if _SETTLED.fullmatch(text):  # 0.1 ms for 12,000 characters, where what follows takes 1.4
        return text
    text = _NEWLINE.sub("\n", text).translate(_DOOR)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _CLUSTER.sub(_sort_marks, unicodedata.normalize("NFD", text)))


def _sort_marks(match: re.Match[str]) -> str:
    cluster = match.group()
    return cluster[0] + "".join(sorted(cluster[1:], key=lambda c: (c not in _SHAPES, c not in _TONES)))


def _untoned(char: str) -> tuple[str, str]:
    """(letter without its tone mark, the tone mark or '')."""
    parts = unicodedata.normalize("NFD", char)
    tone = "".join(c for c in parts if c in _TONES)
    return unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES)), tone


# The tone of oa, oe, uy stands on the first letter when nothing follows (hoà = hòa, thuỷ = thủy), else on the second
# (tòan = toàn). After q and g the u or i belongs to the onset: qúy = quý, gía = giá. The seed article itself mixes
# styles ("hoá" once, "hóa" twice).
_GLIDE = re.compile(
    r"(?<![^\W\d_])(ngh?|nh|gh?|gi|kh?|ph?|th?|tr|ch?|[bdđhlmnqrstvx])?"
    r"([oòóỏõọuùúủũụiìíỉĩị])([aàáảãạâấầẩẫậeèéẻẽẹêếềểễệyỳýỷỹỵiìíỉĩịoòóỏõọôốồổỗộơớờởỡợ])"
    r"(ch?|ng?|nh|[mptiyou])?(?![^\W\d_])"
)
_FINAL_Y = re.compile(r"(?<![^\W\d_])(h|k|l|m|s|t|v|qu)([yỳýỷỹỵ])(?![^\W\d_])")
_Y_TO_I = dict(zip("yỳýỷỹỵ", "iìíỉĩị", strict=True))
_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f\u2007\u2009\u3000"), " ")
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # ０５－ＮＱ is 05-NQ
_PLAIN = _SPACES | _WIDE


def _place_tone(match: re.Match[str]) -> str:
    onset, first, second, coda = (part or "" for part in match.groups())
    (a, tone_a), (b, tone_b) = _untoned(first), _untoned(second)
    if bool(tone_a) == bool(tone_b):
        return match.group()
    if onset + a in ("qu", "gi") or (coda and a + b in ("oa", "oe", "uy")):
        b += tone_a or tone_b
    elif a + b in ("oa", "oe", "uy"):
        a += tone_a or tone_b
    else:
        return match.group()
    return onset + unicodedata.normalize("NFC", a) + unicodedata.normalize("NFC", b) + coda


def key(text: str) -> str:
    """`text` (cleaned) in lower case, with one tone placement and `i` for a final `y`; same length, offsets hold.

    Every word is folded by itself: the key of a text is the keys of its words. For searching only, never for showing. A
    few real pairs merge (tý, tí); that is fine for a key.
    """
    low = _GLIDE.sub(_place_tone, _lower(text).translate(_PLAIN))
    return _FINAL_Y.sub(lambda m: m.group(1) + _Y_TO_I[m.group(2)], low)


def _lower(text: str) -> str:
    # "İ" has two letters in lower case; "Σ" has a form of its own at the end of a word, the only letter to look around
    low = text.lower() if "İ" not in text else "".join(c if c == "İ" else c.lower() for c in text)
    return low.replace("ς", "σ")


def _base_letter(char: str) -> str:
    return {"đ": "d", "Đ": "D"}.get(char) or unicodedata.normalize("NFD", char)[0]


_FOLD = {ord(c): _base_letter(c) for c in map(chr, [*range(0xC0, 0x250), *range(0x1E00, 0x1F00)]) if c.isalpha()}


CAPITALS = "A-Z" + "".join(c for c in map(chr, [*range(0xC0, 0x1C0), *range(0x1E00, 0x1F00)]) if c.isupper())
"""Capital letters of Latin alphabets, Vietnamese among them, for a character class; "À-Ỹ" would hold small ones too."""


def fold(text: str) -> str:
    """`text` without diacritics, `đ` as `d` (NFD does not decompose it); one character in, one character out."""
    return text.translate(_FOLD)


_WORD = re.compile(r"[^\W_]+")


class _Words(dict[str, tuple[str, str]]):
    """A word as it stands in a text -> its key without leading zeros, and that without diacritics, remembered.

    There are some 7,000 Vietnamese syllables, so after a few pages nearly every word is known. A word too long for any
    language is not kept, and the whole is emptied at a size that only hostile text reaches.
    """

    def __missing__(self, word: str) -> tuple[str, str]:
        plain = key(word).lstrip("0") or "0"
        found = plain, fold(plain)
        if len(word) <= 40:
            if len(self) >= 100_000:
                self.clear()
            self[word] = found
        return found


_WORDS = _Words()


def written(text: str) -> list[str]:
    """The words and numbers of `text` as they stand there."""
    return _WORD.findall(text)


def forms(word: str) -> tuple[str, str]:
    """One of `written` in key form, and that without diacritics."""
    return _WORDS[word]


def syllables(text: str) -> list[str]:
    """The syllables and numbers of `text` in key form; leading zeros go ("05 đề án" asks the same as "5 đề án")."""
    words = _WORDS
    return [words[word][0] for word in _WORD.findall(text)]


def bare_syllables(text: str) -> list[str]:
    """`syllables(text)` without diacritics."""
    words = _WORDS
    return [words[word][1] for word in _WORD.findall(text)]


def bare_text(text: str) -> str:
    """`bare_syllables(text)` with a space between them: what rules of words without diacritics are matched against."""
    return " ".join(bare_syllables(text))


# ---------------------------------------------------------------- what is written with figures


class Mark(NamedTuple):
    """Something written with figures that has several spellings, at `[start:end]` of the text, in one spelling; "" for
    a date there is not."""

    sort: Literal["code", "short code", "date", "month", "day", "number"]
    start: int
    end: int
    value: str


def codes(text: str) -> list[tuple[int, int, str]]:
    """Full document codes in `text` as (start, end, canonical form): "05-NQ/TU" and "05 nqtu" both give "5nqtu"."""
    return _found("code", text)


def short_codes(text: str) -> list[tuple[int, int, str]]:
    """Documents named by kind and number as (start, end, kind + number): "nghị quyết số 05", "NQ05", "Resolution 5",
    and the full code 05-NQ/TU, give "nq5". The number alone does not tell whose document it is."""
    return _found("short code", text)


def dates(text: str) -> list[tuple[int, int, str]]:
    """Full dates in `text` as (start, end, ISO date): 01/6/2022, ngày 1 tháng 6 năm 2022, June 1, 2022."""
    return _found("date", text)


def months(text: str) -> list[tuple[int, int, str]]:
    """Months without a day in `text` as (start, end, ISO month): tháng 6 năm 2022, 6/2022, June 2022."""
    return _found("month", text)


def _found(sort: str, text: str) -> list[tuple[int, int, str]]:
    return [(mark.start, mark.end, mark.value) for mark in _marks(text) if mark.sort == sort]


def _marks(text: str) -> Iterator[Mark]:
    """All marks of `text` in order; a code or a date is not looked into for smaller ones.

    Every pattern is tried where figures begin and looks no further than a few words, so no text takes long.
    """
    if _IS_WIDE.search(text):
        text = text.translate(_WIDE)
    done = 0
    for run in _DIGITS.finditer(text):
        start, end = run.span()
        if start >= done:
            for mark in _marks_at(text, start, end):
                done = mark.end
                if mark.value:
                    yield mark


_IS_WIDE = re.compile("[\uff01-\uff5e]")
_DIGITS = re.compile("[0-9][0-9]*")  # sre finds a lone first one faster than [0-9]+


def _marks_at(text: str, start: int, end: int) -> Iterable[Mark]:
    """The marks whose figures begin with those at `[start:end]`."""
    previous = text[start - 1] if start else " "
    if previous == "/":
        return ()
    in_word = previous.isalnum() or previous == "_"
    before = _words_before(text, start)
    if not in_word and (found := _code_at(text, start, before)):
        return found
    one = _date_at(text, start, before)
    if not one and (named := _named_at(text, start, end, before)):
        return named
    if not one and not in_word and previous not in ".,":
        one = _month_at(text, start, before) or _number_at(text, start)
    if not one and in_word and before[-1:] == ["t"]:  # T6/2022
        one = _month_at(text, start, ["tháng"])
    return (one,) if one else ()


_TOKEN = re.compile(r"[^\W_]+|[^\w\s]|_")


def _words_before(text: str, start: int) -> list[str]:
    """Keys of the words and marks just before `start` on its line; 24 characters hold "chương trình  số:  "."""
    line = text[max(0, start - 24) : start].rpartition("\n")[2]
    return [_WORDS[token][0] for token in _TOKEN.findall(line)[-6:]]


# A document code: number, optional year, then letter groups, e.g. 05-NQ/TU, 1588/QĐ-TTg, 202/2025/QH15. People also
# type 05-NQTU, 05 NQ/TU, 05nqtu, 1588 QĐ TTg and 05-DA/TU; the canonical form keeps letters and digits only and has no
# diacritics. TƯ is TW. Without a dash or slash after the number it takes kind and issuer ("10 CTCP" are companies);
# with a space between them, kinds and issuers that are no words.
_DASH = "-‐‑–—−"
_ISSUER = "TU|T[WƯ]|TTg|CP|UBND|H[ĐD]ND"
_SPACED = r"\s(?:TTg|UBND|(?-i:TU|TW|CP|HĐND))(?![^\W_])"
_CODE = re.compile(
    rf"0*(\d{{1,5}})(?:/(\d{{4}}))?(?:\s?[{_DASH}/]\s?|[\s._]?(?!CTCP|TTCP)(?="
    rf"[A-ZĐ]{{2,3}}(?:\s?[{_DASH}/]\s?)?(?:{_ISSUER})(?![^\W_])|(?:NQ|Q[ĐD]|N[ĐD]|CTr|TTr|KL){_SPACED}))"
    r"((NQ|Q[ĐD]|[ĐD]A|CTr|CT|KH|TTLT|TT|TB|BC|CV|H[ĐD]|H[ĐD]ND|UBND|UBTVQH\d*|QH\d*|N[ĐD]|KL|QC|PL|SL|C[ĐD]|TTr|VBHN)"
    rf"((?:{_ISSUER}|NS|{_SPACED})?(?:\s?[{_DASH}/.]\s?(?:[A-ZĐƯ]{{2,8}}|QH\d+))*))(?![^\W_])",
    re.IGNORECASE,
)


def _code_at(text: str, start: int, before: list[str]) -> list[Mark]:
    m = _CODE.match(text, start)
    if not m:
        return []
    number, year, letters, kind, body = m.groups()
    kind = fold(kind).lower().rstrip("0123456789")
    if not (year or body or kind not in _VAGUE or letters.isupper()):
        return []  # "5-đa phương"
    kinds = {kind, _KINDS.get(_name_in(before)[0], kind)}
    found = [Mark("short code", start, m.end(), kind + number) for kind in sorted(kinds)]
    if year or body:  # "05-NQ" does not say whose resolution it is
        found.insert(0, Mark("code", start, m.end(), number + (year or "") + _code_letters(letters)))
    return found


def _code_letters(letters: str) -> str:
    return "".join(_WORD.findall(fold(letters.upper().replace("TƯ", "TW")).lower()))


# Kinds of documents and their abbreviations: Decree 30/2020/NĐ-CP, annex III, and what numbers of the Party and the
# National Assembly have in their place (a law is 25/2018/QH14). A name is known by its last two syllables.
_NAMES = {
    "nghị quyết": "nq", "quyết định": "qd", "quy định": "qd", "đề án": "da", "kế hoạch": "kh", "chỉ thị": "ct",
    "chương trình": "ctr", "hành động": "ctr", "thông tư": "tt", "liên tịch": "ttlt", "nghị định": "nd",
    "công văn": "cv", "báo cáo": "bc", "kết luận": "kl", "thông báo": "tb", "tờ trình": "ttr", "quy chế": "qc",
    "hướng dẫn": "hd", "công điện": "cd", "sắc lệnh": "sl", "hợp nhất": "vbhn", "pháp lệnh": "ubtvqh", "luật": "qh",
    "resolution": "nq", "decision": "qd", "scheme": "da", "project": "da", "plan": "kh", "directive": "ct",
    "programme": "ctr", "program": "ctr", "circular": "tt", "decree": "nd", "conclusion": "kl", "law": "qh",
}  # fmt: skip
_ABBREVIATIONS = "nq qđ qd nđ nd ct ctr ttr kh cv đa da tt ttlt tb bc kl qc hd cd sl pl".split()
# These are also words, or too vague: they need a zero, a year or "số". "da 5 năm", "TB 5" and "pháp luật 5" are none.
_VAGUE = frozenset("luật luat law đa da tt ttlt tb bc kl qc hd cd sl pl".split())
_KINDS = {form: short for name, short in _NAMES.items() for form in (key(name), fold(key(name)))} | {
    form: fold(form) for form in _ABBREVIATIONS
}
_NUMBER_WORDS = frozenset(("số", "so", "no", "number"))
# What "báo cáo 6 …" counts. Only words that seldom follow a document's number in a question, with or without diacritics
# ("nội" is also "nói"): a wrong code is one rare term more, a missed one loses the document.
_UNITS = (
    "năm", "tháng", "ngày", "tuần", "giờ", "phút", "giây", "lần", "điểm", "người", "tỷ", "tỉ", "triệu", "nghìn", "ngàn",
    "trăm", "đồng", "km", "trang", "chương", "bước", "nhóm", "loại", "khâu", "xã", "huyện", "nước", "cán bộ", "vấn đề",
    "nhiệm vụ", "mục tiêu", "chỉ tiêu", "giải pháp", "dự án", "đề án", "công trình", "đơn vị", "trụ cột",
    "years?", "months?", "weeks?", "days?", "hours?", "percent", "people", "points?",
)  # fmt: skip
# "nghị quyết 5 năm 2021" and "… năm nào" name a year, "kế hoạch 5 năm 2016-2020" does not.
_UNIT = re.compile(
    r"\s?%|\s{1,3}(?!n[ăa]m\s\d{4}(?!\s?[-–])|ng[àa]y\s\d|\w+\s(?:n[àa]o|m[ấa]y|g[ìi])(?![^\W_]))(?:"
    + "|".join(sorted({form for unit in _UNITS for form in (unit, fold(unit))}))
    + r")(?![^\W_])",
    re.IGNORECASE,
)
_NUMBER_END = re.compile(r"(?:/((?:19|20)\d\d))?(?![^\W_]|[.,]\d|/\d|\s?[-–]\s?\d)")  # no decimal, fraction or range


_OPENED = {'"': '"', "“": "”", "‘": "’", "'": "'", "«": "»", "(": ")", "#": ""}
_ISSUERS = frozenset(("tu", "tw", "tư", "ttg", "cp", "ubnd", "hđnd", "hdnd"))
_ISSUED = re.compile(rf"\s?[{_DASH}/]\s?({_ISSUER})(?![^\W_]|[{_DASH}/][^\W_])", re.IGNORECASE)


def _name_in(before: list[str]) -> tuple[str, str, bool]:
    """(the name in `_KINDS` that stands before a number, or ""; the issuer after it: "ttg" of "QĐ-TTg 1588", or "";
    whether "số" stands between)."""
    words = before[:-1] if before and before[-1] in _OPENED else before[:]
    if words[1:] and words[-1] in ".:" and words[-2] in _NUMBER_WORDS:
        words.pop()
    numbered = bool(words) and words[-1] in _NUMBER_WORDS
    if numbered or (words[1:] and words[-1] in _DASH):
        words.pop()
    issuer = ""
    if words[2:] and words[-1] in _ISSUERS and words[-2] in _DASH + "/" and words[-3] in _ABBREVIATIONS:
        ahead = words[-4] if words[3:] else ""
        if not ahead.isdigit() and ahead not in ("/", ".", "_", *_DASH):  # "05-NQ/TU 12 …" is 05-NQ/TU
            issuer = words[-1]
            words = words[:-2]
    if not words:
        return "", "", False
    name = " ".join(words[-2:]) if len(words) > 1 else ""
    return next((n for n in (name, words[-1]) if n in _KINDS), ""), issuer, numbered


def _named_at(text: str, start: int, end: int, before: list[str]) -> list[Mark]:
    """The document named by what stands before its number: nghị quyết 05, NQ05/TU, QĐ-TTg 1588."""
    name, issuer, numbered = _name_in(before)
    if not name:
        return []
    number = text[start:end].lstrip("0")
    tail = _NUMBER_END.match(text, end)
    if not number or len(number) > 5 or not tail:
        return []
    sure = numbered or text[start] == "0" or bool(tail.group(1))
    closing = _OPENED.get(before[-1], "")
    if not text.startswith(closing, tail.end()) or (closing == ")" and not sure):
        return []  # "nghị quyết (5)" has a footnote
    if not sure:
        counts = _UNIT.match(text, end) or (len(number) == 4 and number[:2] in ("19", "20"))
        if counts or name in _VAGUE:
            return []
    short = Mark("short code", start, tail.end(), _KINDS[name] + number)
    issued = _ISSUED.match(text, tail.end()) if name in _ABBREVIATIONS and not issuer else None
    issuer = issued.group(1) if issued else issuer
    if not issuer or name == "cv":  # a letter's code has no kind in it
        return [short]
    left = max(0, start - 24)
    begin = left + key(text[left:start]).rfind(name)
    value = number + (tail.group(1) or "") + _KINDS[name] + _code_letters(issuer)
    return [Mark("code", begin, (issued or tail).end(), value), short]


_DATE = re.compile(
    r"0?(\d{1,2})(?:\s?[/.-]\s?|,?\s{1,3}th[áa]ng\s{1,3})0?(\d{1,2})"
    r"(?:\s?[/.-]\s?|\s?,?\s?n[ăa]m\s{1,3}|\s?,\s?)(\d{4})(?!\d)",  # bounded: "1/1" and 600 spaces took 0.4 s
    re.IGNORECASE,
)
_SHORT_DATE = re.compile(r"0?(\d{1,2})([/.-])0?(\d{1,2})\2(\d\d)(?![^\W_]|[/.,-]\d)")  # 1/6/22
_ISO_DATE = re.compile(r"(\d{4})([-/])(\d\d)\2(\d\d)(?!\d)")
_ENGLISH_MONTHS = {
    form: n
    for n, month in enumerate(
        "january february march april may june july august september october november december".split(), 1
    )
    for form in (month, month[:3])
} | {"sept": 9}
_DAY_FIRST = re.compile(
    rf"0?(\d{{1,2}})(?:st|nd|rd|th)?\s{{1,3}}(?:of\s{{1,3}})?({'|'.join(sorted(_ENGLISH_MONTHS, reverse=True))})"
    r"(?![^\W_])\.?(?:,?\s{1,3}(\d{4})(?!\d))?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(r"0?(\d{1,2})(?:st|nd|rd|th)?(?![^\W_]|[.,/:]\d|%)(?:,?\s{1,3}(\d{4})(?!\d))?")
_DAY = re.compile(
    r"0?(\d{1,2})(?:\s?[/.-]\s?|,?\s{1,3}th[áa]ng\s{1,3})0?(\d{1,2})(?![^\W_]|[/.,-]\d|\s?%)", re.IGNORECASE
)
_DAY_WORDS = frozenset(form for w in "ngày mùng mồng sáng trưa chiều tối đêm hôm".split() for form in (w, fold(w)))
_DAY_WORD = re.compile(r"ng[àa]y\s{1,3}\Z", re.IGNORECASE)


def _date_at(text: str, start: int, before: list[str]) -> Mark | None:
    """The date whose first figures stand at `start`: with a year, or with a word that makes 1/6 a day."""
    last = before[-1] if before else ""
    if last not in ("tháng", "thang") and (m := _DATE.match(text, start)):  # not "tháng 5-6/2022"
        day, month, year = m.groups()
        word = _DAY_WORD.search(text, max(0, start - 7), start)
        return _date(word.start() if word else start, m.end(), year, int(month), day)
    if m := _ISO_DATE.match(text, start):
        return _date(start, m.end(), m.group(1), int(m.group(3)), m.group(4))
    if last in ("ngày", "ngay") and (m := _SHORT_DATE.match(text, start)):
        day, _, month, year = m.groups()
        return _date(start, m.end(), ("20" if year < "50" else "19") + year, int(month), day)
    if last in _DAY_WORDS and (m := _DAY.match(text, start)):
        return _date(start, m.end(), None, int(m.group(2)), m.group(1))
    if m := _DAY_FIRST.match(text, start):
        day, name, year = m.groups()
        return (
            _date(start, m.end(), year, _ENGLISH_MONTHS[name.lower()], day) if year or name.lower() != "may" else None
        )
    name = before[-2] if last == "." and before[1:] else last
    if name in _ENGLISH_MONTHS and (m := _MONTH_FIRST.match(text, start)):
        day, year = m.groups()
        return _date(start, m.end(), year, _ENGLISH_MONTHS[name], day) if year or name != "may" else None
    return None


def _date(start: int, end: int, year: str | None, month: int, day: str) -> Mark:
    try:
        found = datetime.date(int(year or 2000), month, int(day))  # 2000: 29 February is a day of some year
    except ValueError:
        return Mark("date", start, end, "")
    return Mark("date", start, end, f"{found}") if year else Mark("day", start, end, f"{found:%m-%d}")


_MONTH_YEAR = re.compile(
    r"0?(\d{1,2})(?:\s?[/.-]\s?|\s?,?\s?n[ăa]m\s{1,3}|\s)((?:19|20)\d\d)(?![^\W_]|/)", re.IGNORECASE
)
_SLASH_YEAR = re.compile(r"0?(\d{1,2})/((?:19|20)\d\d)(?![^\W_]|/|-[^\W\d_])")
_YEAR = re.compile(r"(?:19|20)\d\d(?![^\W_])")
_MONTH_NAMES = {
    form: number
    for name, number in (("giêng", 1), ("một", 1), ("hai", 2), ("ba", 3), ("tư", 4), ("năm", 5), ("sáu", 6),
                          ("bảy", 7), ("tám", 8), ("chín", 9), ("mười", 10), ("mười một", 11), ("mười hai", 12),
                          ("chạp", 12))
    for form in (f"tháng {name}", f"thang {fold(name)}")
}  # fmt: skip
# "quý 2/2022" is a quarter, "số 6/2022" a magazine
_NO_MONTHS = frozenset(form for w in "quý tuần đợt kỳ số khóa điều lần".split() for form in (key(w), fold(key(w))))


def _month_at(text: str, start: int, before: list[str]) -> Mark | None:
    last = before[-1] if before else ""
    if last in ("tháng", "thang"):
        m = _MONTH_YEAR.match(text, start)
    else:
        m = None if last in _NO_MONTHS else _SLASH_YEAR.match(text, start)
    if m:
        month, year = int(m.group(1)), m.group(2)
        return Mark("month", start, m.end(), f"{year}-{month:02}") if 1 <= month <= 12 else None
    if last in ("năm", "nam", ",") and (m := _YEAR.match(text, start)):  # "tháng sáu năm 2022"
        spelled = (_MONTH_NAMES.get(" ".join(before[n:-1])) for n in (-4, -3))
        if month := next(filter(None, spelled), 0):
            return Mark("month", start, m.end(), f"{m.group()}-{month:02}")
    name = before[-2] if last in (",", ".", "of") and before[1:] else last
    if name in _ENGLISH_MONTHS and (m := _YEAR.match(text, start)):
        return Mark("month", start, m.end(), f"{m.group()}-{_ENGLISH_MONTHS[name]:02}")
    return None


# 1.200.000, 1,200,000, 1 200 000 and 1.200: three figures after one separator are thousands, as Vietnamese writes them
_GROUPED = re.compile(
    r"([1-9]\d{0,2}(?:([.,\u00a0\u202f\u2009])\d{3}(?:\2\d{3})*|(?: \d{3}){2,}))(?:[.,](\d+))?(?![^\W_]|[.,]?\d)"
)
_DECIMAL = re.compile(r"(\d+)[.,](\d+)(?![^\W_]|[.,]?\d)")


def _number_at(text: str, start: int) -> Mark | None:
    """A number with a separator as a program writes it: 1200000, 1.5."""
    m = _GROUPED.match(text, start)
    whole, decimals = ("".join(_DIGITS.findall(m.group(1))), m.group(3)) if m else ("", "")
    if not m:
        m = _DECIMAL.match(text, start)
        if not m:
            return None
        whole, decimals = m.group(1).lstrip("0") or "0", m.group(2)
    decimals = (decimals or "").rstrip("0")
    return Mark("number", start, m.end(), f"{whole}.{decimals}" if decimals else whole)


def marks(text: str) -> list[str]:
    """Search terms of what `text` writes with figures: document codes (`#5nqtu`, `#nq5`), dates (`@2022-06-01`, its
    month `@2022-06`, its day `@06-01`) and numbers with a separator (`~1200000` as for 1200000, `~1.5`)."""
    return list(_marks_of(text))


@lru_cache(2048)  # a passage is asked for its marks when its terms are counted, and again when it is embedded
def _marks_of(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for mark in _marks(text):
        if mark.sort == "date":
            found += ["@" + mark.value, "@" + mark.value[:7], "@" + mark.value[5:]]
        else:
            found.append(_SIGNS[mark.sort] + mark.value)
    return tuple(found)


_SIGNS = {"code": "#", "short code": "#", "month": "@", "day": "@", "number": "~"}


def terms(text: str) -> list[str]:
    """Search terms of `text`: syllables and syllable bigrams, each as written and (marked `~`) without diacritics,
    then `marks`. No term holds white space.

    Measured (XQuAD-vi, n=1182 questions, BM25 nDCG@10): syllables as written 0.959, and 0.498 when the question is
    typed without diacritics; these terms 0.964 and 0.962.
    """
    words = _WORDS
    known = [words[word] for word in written(text)]
    plain = [p for p, _ in known]
    bare = [b for _, b in known]
    found = plain + [f"{a}_{b}" for a, b in pairwise(plain)]
    found += [f"~{b}" for b in bare]
    found += [f"~{a}_{b}" for a, b in pairwise(bare)]
    found += marks(text)
    return found
