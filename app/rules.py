"""Rules of form: what forbids to call a quote an answer, however well its words match."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from app.question import Question, counted
from app.select import YEAR, Quote, has_person
from index.search import Index, scored_text
from index.text import bare_syllables, bare_text, codes, dates, fold, key, short_codes, syllables
from index.translate import translations


def names_known_code(question: Question, index: Index) -> bool:
    """True when the question names a document by its code and all such codes are known: that is never off topic."""
    return bool(question.codes) and not unknown_codes(question, index)


def barred(question: Question, quotes: Sequence[Quote], index: Index) -> bool:
    """True when a rule forbids to call `quotes` (best first, at least one) an answer, however well they match."""
    return (
        lacks_form(question, quotes)
        or lacks_day(question, quotes)
        or lacks_unit(question, quotes)
        or lacks_items(question, quotes)
        or lacks_maker(question, quotes)
        or lacks_place(question, quotes)
        or lacks_asked(question, quotes)
        or contradicts(question, quotes[0])
        or lacks_year(question, quotes)
        or lacks_name(question, quotes, index)
        or bool(unknown_codes(question, index))
        or bool(unknown_names(question, index))
    )


def lacks_form(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when the question asks for a date, a document or a number and no quote has one: "bằng quyết định số mấy?"
    is not answered by a sentence without a document code."""
    return question.kind in ("when", "which_document", "how_many") and all(q.form == 0 for q in quotes)


_DAY = re.compile(r"\bngay (?:nao|may)\b|\bwhat (?:date|day)\b|\bwhich day\b")


def lacks_day(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when a day is asked for ("ký ngày nào?") and the quotes have months and years at most."""
    asked = question.kind == "when" and _DAY.search(bare_text(question.text))
    return bool(asked) and not any(dates(q.text) or _SHORT_DAY.search(q.text) for q in quotes)


_SHORT_DAY = re.compile(r"\b\d{1,2}[/-]\d{1,2}\b")

# ---------------------------------------------------------------- the unit of a number

_NUMERAL = (
    r"(?:\d[\d.,/]*|mot|hai|ba|bon|tu|nam|sau|bay|tam|chin|muoi|tram|nghin|ngan|trieu|ty|ti|chuc|cac|nhieu|vai|mot so)"
)
_PEOPLE = "nguoi|dan|nhan khau|cong nhan|lao dong|dai bieu|dang vien|can bo"
_MONEY = "dong|ti|ty|trieu|usd"
_AREA = "ha|hec ta|hecta|km2|m2|km²|m²|cay so vuong"
# What is asked for (folded; first that matches the words after "bao nhiêu") -> what may stand behind the number.
_UNITS = (
    (r"cay so vuong|km2|met vuong|m2|hec|ha\b|hecta|dat\b", _AREA),
    (r"km\b|cay so|kilomet", "km|cay so|kilomet"),
    (r"phan tram", "%|phan tram"),
    (r"tien\b|dong\b|ti\b|ty\b|trieu\b|kinh phi|von\b", _MONEY),
    (r"(?:nguoi|dan|nhan khau|tay tho|tho|cong nhan|lao dong)\b", _PEOPLE),
    (r"tuoi", "tuoi|sinh nam|sinh ngay"),
)
# Words after "mấy", "bao nhiêu" that are no unit, and those that only go before one ("bao nhiêu tấm bản đồ").
_NO_UNIT = frozenset(
    "la thi va vao o cua trong cho de so ve khi den tu tren theo duoc vay the roi lan a ha nhi hen ta luc voi nua toan "
    "ca nay do xuong sap dzay hả bay ban cha chu anh chi em ong ba mot hai hong khong moi nhat tren tong diem thang "
    "trong truoc sau ngay nam gio xep cao muc hang".split()
)
_BEFORE_UNIT = frozenset("cai chiec cay tam doi con vi thu chuc ngan nghin tram luot".split())
_ENGLISH_UNITS = (
    (r"\bhow old\b", "tuoi|sinh nam|sinh ngay"),
    (r"\bhow much\b.*\b(?:cost|money|spent|spend|paid|pay|budget|invest\w*|worth)\b|\bhow much money\b", _MONEY),
    (r"\bhow many (?:people|inhabitants|residents|workers)\b", _PEOPLE),
    (r"\bhow (?:many|much) (?:hectares?|area)\b", _AREA),
    (r"\bhow (?:many )?(?:kilomet\w+|km)\b|\bhow far\b", "km"),
    (r"\b(?:what|how many) percent\w*\b", "%|phan tram"),
)


def lacks_unit(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when a number of something is asked for and no quote has a number of it: "bao nhiêu hợp tác xã?" is not
    answered by a sentence about them that counts none."""
    wanted = _units_asked(question)
    texts = [_lower(q.text) for q in quotes]
    return bool(wanted) and not any(
        re.search(rf"(?<![a-z]){_NUMERAL}\W+(?:\w+\W+){{0,3}}?(?:{unit})(?![a-z0-9])|\d\s?(?:{unit})(?![a-z0-9])", text)
        for unit in wanted
        for text in texts
    )


def _units_asked(question: Question) -> list[str]:
    """What may stand behind the number asked for, as alternatives of a regular expression; none when unknown."""
    if question.kind != "how_many":
        return []
    bare = bare_text(question.text)
    if question.language == "en":
        known = [unit for pattern, unit in _ENGLISH_UNITS if re.search(pattern, bare)]
        return known or _english_things(bare)
    found = []
    for m in re.finditer(r"(\w+ )?\b(?:bao nhieu|bao nhiu|nhieu|nhiu|may) (\w+(?: \w+){0,3})", bare):
        before, words = (m.group(1) or "").strip(), m.group(2).split()
        if before in ("thu", "hang", "loai", "so", "khoa", "ky", "ki", "cap", "dot", "hat"):
            continue
        while words[1:] and words[0] in _BEFORE_UNIT and words[1] not in _NO_UNIT:
            words = words[1:]
        said = " ".join(words)
        unit = next((unit for pattern, unit in _UNITS if re.match(pattern, said)), "")
        if unit or words[0] not in _NO_UNIT:
            found.append(unit or re.escape(words[0]))
    return found


def _english_things(bare: str) -> list[str]:
    """What the things after "how many" are called in Vietnamese: "how many pillars" -> "tru cot", "tru"."""
    counted_things = re.search(r"\bhow many (\w+(?: \w+){0,2})", bare)
    said = [t for w in counted_things.group(1).split() for t in translations(w)] if counted_things else []
    return ["|".join(fold(t).replace("_", " ") for t in said)] if said else []


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


# ---------------------------------------------------------------- who and where

_OFFICES = re.compile(
    r"\b(?:tinh uy|thanh uy|huyen uy|ubnd|uy ban|hdnd|hoi dong|quoc hoi|chinh phu|ban chap hanh|dang bo|bo chinh tri"
    r"|hiep hoi|cong ti|tap doan|van phong|ban quan li|dai hoc|lien danh|ngan hang|co quan)\b"
)
# Folded, "Sở" and "số", "Bộ" and "bờ" are one.
_OFFICES_SPELLED = re.compile(r"\b[Ss]ở\s[A-ZĐ]|\bBộ\s[A-ZĐ]|^Tỉnh\b|\bdo tỉnh\b")
_FIRMS = re.compile(r"\b(?:cong ti|tap doan|tong cong ti|lien danh|ngan hang|xi nghiep|nha thau|chu dau tu)\b")
_SIGNS = re.compile(r"\b(?:ký|kí)\b", re.IGNORECASE)  # with its mark: "nhiệm kỳ" is a term
_A_PERSON = re.compile(
    r"\b(?:ten (?:la )?gi|ong nao|ba nao|nguoi nao|chuyen gia nao|(?:bi thu|chu tich|giam doc|bo truong) nao|sinh nam"
    r"|giu chuc|chu tich|bi thu|giam doc|chairman|director|secretary|minister|president)\b"
)
_ASKS_WHO = re.compile(r"\b(?:ai|who|whom|whose|nguoi|ong|ba|bi thu|chu tich|giam doc|thu tuong|bo truong|tac gia)\b")
_BY_NAME = re.compile(r"\b(?:[Dd]o|[Bb]ởi|:)\s(?:[A-ZĐÀ-Ỹ][^\W\d_]+\s?){2,4}")
_A_FIRM = re.compile(
    r"\b(?:nha thau|cong ti|tap doan|doanh nghiep|ngan hang|hang) nao\b|\bwhich (?:company|firm|bank)\b"
)


def lacks_maker(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when a person, an office or a firm is asked for and no quote has one: who signed a programme is not told by
    what it is about."""
    bare = bare_text(question.text)
    said = [_lower(q.text) for q in quotes]
    if _A_FIRM.search(bare):
        return not any(map(_FIRMS.search, said))
    if question.kind != "who" and not re.search(r"\b(?:ong|ba|nguoi|chuyen gia|thu tuong|bi thu|chu tich) nao\b", bare):
        return False
    if question.kind == "who" and not _ASKS_WHO.search(bare):  # "Bốn trụ cột, nếu đọc cho đủ tên, là gì?"
        return False
    persons = [has_person(q.text) or bool(_BY_NAME.search(q.text)) for q in quotes]
    if re.search(r"\bai (?:ky|ki)\b|\bwho signed\b", bare):
        return not any(p and _SIGNS.search(q.text) for p, q in zip(persons, quotes, strict=True))
    if _A_PERSON.search(bare):
        return not any(persons)
    return (
        not any(persons)
        and not any(map(_OFFICES.search, said))
        and not any(_OFFICES_SPELLED.search(q.text) for q in quotes)
        and not any(_names_somebody(question, q.text) for q in quotes)
    )


_PEOPLE_SAID = re.compile(r"\b(?:các nhà|nhà khoa học|những người|nhân viên|vua|hoàng đế)\b", re.I)
_BEFORE_PLACE = frozenset("tỉnh huyện phố xã trấn phường quận vùng sông tuyến ở tại".split())


def _names_somebody(question: Question, text: str) -> bool:
    """True when `text` has a name that the question does not, no place by the word before it, or speaks of people."""
    known = set(map(fold, syllables(question.text)))
    words = re.findall(r"[^\W_]+", text)
    pairs = zip(["", *words], words, strict=False)
    new = [
        bool(before) and word[0].isupper() and before.lower() not in _BEFORE_PLACE and fold(key(word)) not in known
        for before, word in pairs
    ]
    return any(a and b for a, b in pairwise(new)) or bool(_PEOPLE_SAID.search(text))


_A_PLACE = re.compile(
    r"\b(?:o|tai|ve|den|toi) dau\b|\b(?:noi|dia phuong|tinh|huyen|xa|phuong|thanh pho|vung|cho) nao\b"
    r"|\bwhere\b|\bwhich (?:province|district|city|town|commune|place)\b"
)
_PLACES = re.compile(
    r"(?:\b(?:tỉnh|huyện|thành phố|thị xã|thị trấn|xã|phường|quận|vùng|khu|ấp|khóm|sông|đảo|cảng|tại|ở|giáp|tỉnh ủy"
    r"|thành ủy|nối|với|và|sau)\s+|[,;:(-]\s*)((?:[A-ZĐÀ-Ỹ][^\W\d_]*\s?){1,4})"
)


def lacks_place(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when a place is asked for and no quote names one that the question does not: "Khu … Hậu Giang đặt ở địa
    phương nào?" is not answered by "Hậu Giang"."""
    if question.kind not in ("where", "which", "list", "other", "yes_no") or not _A_PLACE.search(
        bare_text(question.text)
    ):
        return False
    known = set(map(fold, syllables(question.text)))
    return not any(
        any(fold(s) not in known for s in syllables(name)) for q in quotes for name in _PLACES.findall(q.text)
    )


# ---------------------------------------------------------------- what is asked for by name

# Attributes people ask for, as asked -> as a document says them (folded). A sentence that has none of these words is
# not about that attribute, whatever else it shares with the question.
_ATTRIBUTES = (
    (r"\b(?:dien thoai|hotline|sdt|phone|telephone)\b", "dien thoai|hotline|sdt"),
    (r"\b(?:email|website)\b", "email|website|http"),
    (r"\b(?:luong thang|luong khoi diem|tien luong|muc luong|huong luong|thu nhap|salary|salaries|wages?)\b",
     "luong|thu nhap"),
    (r"\b(?:gia (?:thue|dat|ban|ve|nuoc|dien)|don gia|rent|price|prices|fares?|tolls?)\b", "gia|phi"),
    (r"\b(?:kinh phi|chi phi|budget)\b", "kinh phi|chi phi|dong|von"),
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
    said = _lower(" ".join(f"{q.text} {' '.join(q.passage.headings)} {q.document.title}" for q in quotes))
    return any(re.search(asked, bare) and not re.search(rf"\b(?:{words})\b", said) for asked, words in _ATTRIBUTES)


def lacks_name(question: Question, quotes: Sequence[Quote], index: Index) -> bool:
    """True when the question names something ("Đông Phú 2") that the documents know but no passage quoted, heading or
    title; a name they do not know may be mistyped."""
    said = {pair for q in quotes for pair in _folded_pairs(scored_text(q.document, q.passage))}
    if question.language != "vi":
        return False
    pairs = (pair for name in question.names for pair in _folded_pairs(name))
    return any(pair not in said and index.lexical.frequency("~" + "_".join(pair)) for pair in pairs)


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


def _lower(text: str) -> str:
    return fold(key(text))
