"""Rules of form: what speaks against calling a quote an answer, however well its words match."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from app.forms import (
    asks_where,
    asks_who,
    lower,
    tells_document,
    tells_number,
    tells_time,
    tells_unit,
    tells_where,
    tells_who,
)
from app.question import Question, counted
from app.select import YEAR, Quote
from index.query import is_syllable
from index.search import Index, scored_text
from index.text import bare_syllables, bare_text, codes, fold, short_codes, syllables


def names_known_code(question: Question, index: Index) -> bool:
    """True when the question names a document by its code and all such codes are known: that is never off topic."""
    return bool(question.codes) and not unknown_codes(question, index)


# What a question asks for -> how plainly a quote tells it, see app.forms.
_FORMS: dict[str, Callable[[Question, str], float]] = {
    "when": tells_time,
    "which_document": tells_document,
    "how_many": tells_number,
}


def barred(question: Question, quotes: Sequence[Quote], index: Index) -> bool:
    """True when nothing may be called an answer, however well it matches: the question names a document that is not
    there, a year that nothing quoted speaks of (no right answer of 984 did not), or asks who holds an office that no
    passage quoted names."""
    return bool(unknown_codes(question, index)) or lacks_year(question, quotes) or lacks_office(question, quotes)


def warnings(question: Question, quotes: Sequence[Quote], index: Index) -> dict[str, bool]:
    """What speaks against calling `quotes` (best first, at least one) an answer, by name; the models weigh it."""
    return {
        "lacks items": lacks_items(question, quotes),
        "lacks what is asked": lacks_asked(question, quotes),
        "counts differently": contradicts(question, quotes[0]),
        "first lacks the year": lacks_year(question, quotes[:1]),
        "lacks the name": lacks_name(question, quotes, index),
        "unknown name": bool(unknown_names(question, index)),
    }


def told(question: Question, quotes: Sequence[Quote]) -> float:
    """How plainly what is asked for stands in the quotes, 0..1, by the form alone: "bằng quyết định số mấy?" is not
    answered by a sentence without a document code, nor "bao nhiêu hợp tác xã?" by one that counts none."""
    needed = [_FORMS[question.kind]] if question.kind in _FORMS else []
    needed += [tells_unit] if question.kind == "how_many" else []
    needed += [tells_who] if asks_who(question) else []
    needed += [tells_where] if asks_where(question) else []
    return min((max(tells(question, q.text) for q in quotes) for tells in needed), default=1.0)


_LISTS = re.compile(r"\b(?:cu the|liet ke|ke ten|ke ra|neu|gom|la nhung|list|name)\b")


def lacks_items(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when so many things are to be listed and no quote enumerates as many: that a conference had five highlights
    does not tell which."""
    if question.kind not in ("list", "definition", "which", "other") or not _LISTS.search(bare_text(question.text)):
        return False
    wanted = max((n for ns in counted(question.text).values() for n in ns if n <= 10), default=0)
    return all(_items(q.text) < wanted for q in quotes)


def _items(text: str) -> int:
    """How many things `text` may enumerate: its commas or semicolons, and one behind the last "và"."""
    return max(text.count(";") + 1, text.count(",") + 1 + (" và " in text))


# ---------------------------------------------------------------- what is asked for by name

# Attributes people ask for, as asked -> as a document says them (folded). A sentence that has none of these words is
# not about that attribute, whatever else it shares with the question.
_ATTRIBUTES = (
    (r"\b(?:dien thoai|hotline|sdt|phone|telephone)\b", "dien thoai|hotline|sdt"),
    (r"\b(?:email|website)\b", "email|website|http"),
    (r"\b(?:luong thang|luong khoi diem|tien luong|muc luong|huong luong|thu nhap|salary|salaries|wages?)\b",
     "luong|thu nhap"),
    (r"\b(?:gia (?:thue|dat|ban|ve|nuoc|dien)|don gia|rent|price|prices|fares?|tolls?)\b", "gia|phi"),
    (r"\bdan so\b.* bao nhieu|\bbao nhieu dan\b", "dan|nguoi|nhan khau"),
    (r"\bnhiet do\b", "nhiet do|do c|°|do am|do f"),
    (r"\b(?:kinh phi|chi phi|budget)\b", "kinh phi|chi phi|dong|von|tri gia|usd|euro|do la|bang anh"),
    (r"\b(?:que|que quan|hometown|birthplace|born in)\b", "que|sinh"),
    (r"\b(?:how old|bao nhieu tuoi|may tuoi|aged?)\b", "tuoi|sinh"),
    (r"\b(?:thoi|nghi|roi|mien nhiem|cach chuc|resigned?|dismissed) (?:lam |chuc )?(?:bi thu|chu tich|giam doc|chuc)\b",
     "thoi|nghi|mien nhiem|dieu|chuyen|khong con|cach chuc"),
    (r"\bspeed limit\b|\btoc do (?:toi da|cho phep)\b", "toc do"),
    (r"\b(?:du khach|khach du lich|tourists?|visitors?)\b", "khach"),
    (r"\b(?:ti le ngheo|ho ngheo|poverty)\b", "ngheo"),
    (r"\b(?:that nghiep|unemployment)\b", "that nghiep"),
    (r"\b(?:xuat khau|exports?)\b", "xuat khau"),
    (r"\b(?:nhap khau|imports?)\b", "nhap khau"),
    (r"\b(?:muc phat|bi phat|fine[sd]?|penalty)\b", "phat"),
    (r"\b(?:loi nhuan|doanh thu|profits?|revenues?)\b", "loi nhuan|doanh thu|thu ngan sach"),
    (r"\b(?:hoc phi|tuition)\b", "hoc phi"),
    (r"\b(?:thi cong|construct(?:s|ed|or)|contractors?)\b", "thi cong|nha thau|xay dung|cong ti"),
    (r"\b(?:nut giao|interchanges?)\b", "nut giao"),
    (r"\b(?:chu tri|chaired|presided)\b", "chu tri|chi dao|chu toa"),
    (r"\b(?:tu van|consultants?)\b", "tu van|phoi hop|lien danh"),
    (r"\bpho (?:chu tich|bi thu|giam doc|truong|thu tuong)\b|\b(?:deputy|vice)\b",
     "pho (?:chu tich|bi thu|giam doc|truong|thu tuong)"),
    (r"\bassociation\b", "hiep hoi|hoi lien"),
)  # fmt: skip


def lacks_asked(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when the attribute asked for by name (a salary, a price, a telephone number) is in no quote or heading."""
    bare = bare_text(question.text)
    said = lower(" ".join(f"{q.text} {' '.join(q.passage.headings)} {q.document.title}" for q in quotes))
    return any(re.search(asked, bare) and not re.search(rf"\b(?:{words})\b", said) for asked, words in _ATTRIBUTES)


_OFFICE = re.compile(
    r"\b(?:(?:tong|pho)\s+)?(?:giam doc|chu tich|bi thu|thu tuong|hieu truong|chanh an|vien truong|tong bien tap)\b"
    r"|\b(?:bo|thu|truong) (?:truong|ban|phong)\b"
)


def lacks_office(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when an office is asked after ("Ai làm Giám đốc …?") that no passage quoted names: who holds another one is
    no answer."""
    if question.language != "vi" or not asks_who(question):
        return False
    asked = {m.group() for m in _OFFICE.finditer(bare_text(question.text))}
    said = " ".join(bare_text(scored_text(q.document, q.passage)) for q in quotes)
    return any(not re.search(rf"\b{office}\b", said) for office in asked)


def lacks_name(question: Question, quotes: Sequence[Quote], index: Index) -> bool:
    """True when the question names something ("Đông Phú 2") that the documents know but no passage quoted, heading or
    title; a name they do not know may be mistyped. A foreign name may be told by one of its words: "Lamy" for Pascal
    Lamy."""
    if question.language != "vi":
        return False
    bags = [bare_syllables(scored_text(q.document, q.passage)) for q in quotes]
    said = {pair for bag in bags for pair in pairwise(bag)}
    words = {word for bag in bags for word in bag}
    return any(
        pair not in said and index.lexical.frequency("~" + "_".join(pair))
        for name in question.names
        if not any(fold(s) in words and not is_syllable(s) and not s.isdecimal() for s in syllables(name))
        for pair in _folded_pairs(name)
    )


def _folded_pairs(text: str) -> list[tuple[str, str]]:
    return list(pairwise(bare_syllables(text)))


def lacks_year(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when the question names a year that no quote, heading or title has: what a province's rank was in
    2021 does not answer what it was in 2024."""
    years = [n for n in question.numbers if len(n) == 4 and n[:2] in ("19", "20")]
    return bool(years) and not any(year in _years_of(q) for q in quotes for year in years)


def _years_of(quote: Quote) -> set[str]:
    """The years a quote, its headings and title speak of; those of its passage only when it names none itself."""
    own = set(YEAR.findall(quote.text))
    if not own:
        return set(YEAR.findall(scored_text(quote.document, quote.passage)))
    return own | set(YEAR.findall(f"{' '.join(quote.passage.headings)} {quote.document.title}"))


def contradicts(question: Question, quote: Quote) -> bool:
    """True when question and quote count the same thing differently: "sáu trụ cột" against "bốn trụ"."""
    asked, said = counted(question.text), counted(quote.text)
    return any(thing in said and not numbers & said[thing] for thing, numbers in asked.items())


def unknown_codes(question: Question, index: Index) -> tuple[str, ...]:
    """Documents the question names by a code or by kind and number ("nghị quyết 99"), as typed, that stand nowhere in
    the index."""
    full = codes(question.text)
    found = [(a, b) for a, b, code in full if not index.lexical.frequency("#" + code)]
    short = [(a, b, c) for a, b, c in short_codes(question.text) if not any(a < y and x < b for x, y, _ in full)]
    if question.language == "en":  # "component project 3" and "plan 5" are no documents
        short = [
            (a, b, c)
            for a, b, c in short
            if not re.search(r"(?:project|plan|program(?:me)?)\W*$", question.text[:a], re.I)
        ]
    # "05-QĐ" may be a quy định or a quyết định: all readings of one place have to be unknown
    for a, b in dict.fromkeys((a, b) for a, b, _ in short):
        if not any(index.lexical.frequency("#" + c) for x, y, c in short if (x, y) == (a, b)):
            named = _KIND_NAME.search(question.text, max(0, a - 24), a)
            found.append((named.start() if named else a, b))
    return tuple(question.text[a:b] for a, b in found)


# "nghị quyết số ", "NQ ", "Luật " before a number
_KIND_NAME = re.compile(
    r"(?:\b(?:(?:NQ|Q[ĐD]|N[ĐD]|CTr?|KH|TT|TB|KL|Luật|luat)|(?!(?:theo|hỏi|của|về|và|trong|in|of|the)\s)[^\W\d_]+\s+[^\W\d_]+)\s+(?:(?:số|so|no\.?)\s+)?)?$",
    re.I,
)


def unknown_names(question: Question, index: Index) -> tuple[str, ...]:
    """Names in a Vietnamese question, two capitalised syllables or more, that stand nowhere in the index: what is said
    of Hậu Giang does not answer "Bắc Ninh có bao nhiêu khu công nghiệp?"."""
    if question.language != "vi":
        return ()
    return tuple(
        name
        for name in question.names
        if not any(index.lexical.frequency(f"~{a}_{b}") for a, b in pairwise([fold(s) for s in syllables(name)]))
        and not _mistyped(name, index)
    )


_LETTERS = "abcdeghiklmnopqrstuvxyăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


def _mistyped(name: str, index: Index) -> bool:
    """True when one slip of the finger makes the unknown `name` of two syllables a known one: "Hậu Giagn". Diacritics
    count, so that Hà Giang stays another province than Hậu Giang."""
    both = syllables(name)
    if len(both) != 2:
        return False
    one, other = both
    known = index.lexical.frequency
    return any(known(f"{form}_{other}") for form in _slips(one)) or any(
        known(f"{one}_{form}") for form in _slips(other)
    )


def _slips(word: str) -> set[str]:
    """`word` with one letter left out, put in, exchanged or changed place with the next."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    return (
        {a + b[1:] for a, b in cuts if b}
        | {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
        | {a + c + b[1:] for a, b in cuts if b for c in _LETTERS}
        | {a + c + b for a, b in cuts for c in _LETTERS}
    )
