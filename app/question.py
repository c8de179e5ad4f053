"""What a question asks, by rules one can read: its kind, its content words, the codes, numbers and sides it names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.types import Language
from index.query import is_english, untelex
from index.text import clean, codes, dates, fold, key, short_codes, syllables

MAX_CHARS = 1000
"""A question is cut at this many characters; a longer one is a document."""

Kind = Literal[
    "who", "when", "where", "how_many", "which_document", "which", "definition", "list", "compare", "why", "yes_no",
    "other",
]  # fmt: skip

# Words that only frame a question, in key form (see index.text.key). They are left out of matching: "nào" in a sentence
# is no sign that it answers. A plain word of an accented question is looked up as typed, so "ba" (three) stays content.
_FRAME = frozenset(
    key(
        "là gì nào đâu ai sao mấy bao giờ khi thế vậy nhỉ ạ à ơi hả hở hông không hong hổng ko hok bây mình nhiêu "
        "tôi em anh chị bạn cho xin hãy nêu kể giúp với giùm dùm rõ có được bị do bởi của và các những một cái về "
        "trong theo tại từ đến tới ở ra vào thì mà nó này đó đây kia ấy như còn rồi chưa đã đang sẽ cũng lại vì phải "
        "hay hoặc gồm lận nha nghen vô nhé hén dợ ha tụi coi giùm chừng cỡ dạ "
        "á ổng bả mần dzậy dậy dzị zậy lận hen heng nhe nghe"
    ).split()
)
# Longer frames go first, as phrases: "số mấy" is frame, "dân số" is not.
_FRAME_PHRASES = (
    "số mấy", "số hiệu", "bao nhiêu", "ban hành", "nội dung", "vấn đề", "khác nhau", "so sánh", "kể tên", "liệt kê",
    "cụ thể", "chi tiết", "đầy đủ", "giải thích", "cho hỏi", "xin hỏi", "cho biết", "nghĩa là", "tên là", "nói về",
    "việc gì", "nghe đồn", "tên gì", "gọi là", "đúng không",
    "mấy anh", "mấy chị", "mấy chú", "mấy cha", "mấy bạn", "anh hai", "anh ba", "vậy ta", "nghe đâu", "nghe nói",
    "khái niệm", "thuật ngữ", "cụm từ",
    "cái vụ", "bao lâu", "một bận", "mấy bận", "mấy ổng", "mấy bả", "mần ăn", "lo chuyện", "lo cho", "mỗi thứ",
)  # fmt: skip
_FRAME_ENGLISH = frozenset(
    "a an the of is are was were be been what which who whom whose when where why how does do did has have had and or "
    "for from with by on in at to about it its this that these those many much long there their me tell please say s "
    "says said according article document documents will would can could should as into any some".split()
)
_FRAME_BARE = frozenset(map(fold, _FRAME)) - {"nam", "ba", "tam", "thanh", "tru"}


def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(key, phrases)) + r")\b")


_FRAME_PHRASE = _phrases(_FRAME_PHRASES)
_FRAME_PHRASE_BARE = _phrases(tuple(map(fold, _FRAME_PHRASES)))

_ASKS: tuple[tuple[Kind, str], ...] = (
    (
        "compare",
        r"\b(?:khac nhau|so sanh|so voi|giong nhau|khac gi|hon kem|chenh lech|differ|compare[ds]?|difference|versus"
        r"|vs)\b",
    ),
    ("why", r"\b(?:vi sao|tai sao|ly do|li do|why)\b"),
    (
        "when",
        r"\b(?:(?:ngay|thang|nam|luc|hom|thoi diem|thoi gian|giai doan|khoang thoi gian) (?:nao|may|gi)|khi nao|bao gio"
        r"|hoi nao|tu khi nao|ngay thang|when|what (?:date|year|day|period))\b",
    ),
    (
        "which_document",
        r"\b(?:so hieu|(?:van ban|nghi quyet|quyet dinh|de an|chuong trinh|ke hoach|thong tu|nghi dinh|luat)(?: so)?"
        r" (?:nao|may|gi)|which (?:resolution|decision|document|scheme|programme|program|plan))\b",
    ),
    ("how_many", r"\b(?:bao nhieu|may|nhieu|nhiu|bao lau|how (?:many|much|often|long|big|large|far))\b"),
    ("who", r"\b(?:ai|nguoi nao|ong nao|ba nao|ten la gi|ten gi|who|whom|whose)\b"),
    (
        "list",
        r"\b(?:liet ke|ke ten|ke ra|neu (?:day du|cac|ten|ra)|gom nhung|bao gom|gom co|gom|la nhung"
        r"|nhung \w+(?: \w+)? nao|cac \w+(?: \w+)? nao|cu the la|list|name the|what are|which are)\b",
    ),
    ("where", r"\b(?:(?:o|tai|ve|den|toi|voi|ra) dau|where)\b"),
    (
        "yes_no",
        r"\b(?:co phai|co dung|dung|phai|co) .*\b(?:khong|ko|hong|hok|chua)\b|\b(?:phai|dung) (?:khong|ko|hong|hok)\b"
        r"|^(?:is|are|was|were|did|does|do|has|have|can|will)\b",
    ),
    ("which", r"\b\w+ nao\b|\bwhich \w+"),
    (
        "definition",
        r"\b(?:la gi|(?:noi|ban|viet|quy dinh|de cap)(?: ve)?(?: viec| chuyen| van de)? gi"
        r"|nghia la|la sao|nghia gi|dinh nghia|khai niem|giai thich|the nao la|what is|what does .* mean|what's)\b",
    ),
)

_QUOTED = re.compile(r"[“\"«‘']([^“”\"«»‘’']{2,80})[”\"»’']")
_NUMERALS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
    "mười": 10,
}  # fmt: skip
# "nam" is left out: without diacritics it is a year, the south, and half of "Việt Nam"
_BARE_NUMERALS = {fold(w): n for w, n in _NUMERALS.items() if w != "năm"} | {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A question taken apart. `text` is cleaned, with Telex and VNI keystrokes undone."""

    text: str
    language: Language
    kind: Kind
    words: tuple[str, ...]  # content syllables in key form, in order
    codes: tuple[str, ...]  # canonical document codes
    numbers: tuple[str, ...]  # years and numbers of three digits or more, as digits
    phrases: tuple[str, ...]  # what stands in quotation marks
    names: tuple[str, ...]  # runs of two capitalised words or more, with the number behind: "Sông Hậu 2"
    unit: tuple[str, ...]  # what is counted: the folded syllables after "bao nhiêu", "mấy"
    focus: str  # what is asked for: the folded syllable before "nào" ("trường đại học nào" -> "hoc"); "" when unknown

    @property
    def accented(self) -> bool:
        """True when diacritics were typed, so that their absence in a match means something."""
        return any(fold(w) != w for w in syllables(self.text))


def understand(text: str) -> Question:
    """Take `text` (any spelling) apart."""
    text = _apart(untelex(clean(text)[:MAX_CHARS].strip()))
    language: Language = "en" if is_english(text) else "vi"
    bare = bare_asking(text)
    asking = _kind(bare_asking(text.rpartition(": ")[2]))  # "PCI xếp thứ mấy: Do ai công bố?": a follow-up made whole
    spoken_for = [(a, b) for a, b, _ in codes(text)] + [(a, b) for a, b, _ in dates(text)]
    return Question(
        text=text,
        language=language,
        kind=asking if asking != "other" else _kind(bare),
        words=content_words(text, language),
        codes=tuple(dict.fromkeys(code for _, _, code in codes(text))),
        numbers=tuple(
            m.group()
            for m in re.finditer(r"(?<![\w.,/-])\d{3,}(?![\w/-])", text)
            if not any(a <= m.start() < b for a, b in spoken_for)
        ),
        phrases=tuple(p for p in _QUOTED.findall(text) if len(syllables(p)) >= 2),
        names=tuple(_names(text)),
        unit=_unit(bare),
        focus=_focus(bare),
    )


def _kind(bare: str) -> Kind:
    return next((kind for kind, pattern in _ASKS if re.search(pattern, bare)), "other")


def _apart(text: str) -> str:
    """`text` with "NQ05" as "NQ 05": one word of both stands in no document."""
    for start, _, _ in reversed(short_codes(text)):
        if text[start - 1 : start].isalpha():
            text = f"{text[:start]} {text[start:]}"
    return text


# Question words as they are spelled with diacritics. Folded they are other words too: "máy", "nhiều", "ái", "não".
_SPELLED = {"may": "mấy", "nhieu": "nhiêu", "ai": "ai", "nao": "nào", "gi": "gì", "nhiu": "nhiu"}


def bare_asking(text: str) -> str:
    """Folded syllables of `text`; one whose diacritics make it another word than a question word keeps them."""
    return " ".join(
        w if fold(w) in _SPELLED and w not in (fold(w), _SPELLED[fold(w)]) else fold(w) for w in syllables(text)
    )


def content_words(text: str, language: Language) -> tuple[str, ...]:
    """Syllables of `text` that are not question frame; all of them when nothing else is left."""
    words = syllables(text)
    accented = any(fold(w) != w for w in words)
    if language == "en":
        return tuple(w for w in words if w not in _FRAME_ENGLISH) or tuple(words)
    phrase, frame = (_FRAME_PHRASE, _FRAME) if accented else (_FRAME_PHRASE_BARE, _FRAME_BARE)
    rest = syllables(phrase.sub(" ", key(text)))
    return tuple(w for w in rest if w not in frame) or tuple(words)


def _unit(bare: str) -> tuple[str, ...]:
    counted = re.search(r"\b(?:bao nhieu|nhieu|may) ([a-z]+)(?: ([a-z]+))?", bare)
    if not counted:
        return ()
    said = tuple(w for w in counted.groups() if w)
    return said + tuple(_UNITS[w] for w in said if w in _UNITS)


# Units as people say them (folded first syllable) and as documents write them.
_UNITS = {"hec": "ha", "hecta": "ha", "cay": "km", "kilomet": "km", "ki": "km"}


_PUNCTUATION = "“”\"'’(),.:;?!"


def _names(text: str) -> list[str]:
    """Runs of two capitalised words or more in `text`; acronyms are none."""
    runs: list[list[int]] = [[]]
    words = text.split()
    for i, word in enumerate(words):
        bare = word.strip(_PUNCTUATION)
        numbered = bare.isdecimal() and len(bare) < 3 and len(runs[-1]) > 1 and not word.startswith("(")
        if not numbered and (not bare.istitle() or not bare.isalpha()):
            runs.append([])
            continue
        runs[-1].append(i)
        if numbered or word[-1] in _PUNCTUATION:
            runs.append([])
    # "Khi Hậu Giang …", "Ông Trần Hồng Hà …", "Ở Ý": the first word of a question is capitalised anyway
    runs = [run[1:] if run[:1] == [0] and (len(run) > 2 or key(words[0]) in _NOT_NAMES) else run for run in runs]
    # "Đội Mỹ", "Hội Chữ thập đỏ": a thing with its name is called by that name alone as well
    runs = [run[1:] if run and key(words[run[0]]) in _THINGS else run for run in runs]
    return [" ".join(words[i].strip(_PUNCTUATION) for i in run) for run in runs if len(run) > 1]


_NOT_NAMES = _FRAME | frozenset(map(key, "khi nếu sau trước trên dưới hai ba bốn năm ngoài giữa mỗi cả tất".split()))
_THINGS = frozenset(
    map(key, "đội nước người vua hội đảng đạo tàu phim hãng nhóm đảo vịnh núi hồ viện báo đài bang thánh tộc".split())
)


def _focus(bare: str) -> str:
    found = re.search(r"\b([a-z]+) nao\b", bare)
    return found.group(1) if found and found.group(1) not in ("the", "khi", "luc", "hoi") else ""


def counted(text: str) -> dict[str, set[int]]:
    """Numbers said of things in `text`, by the folded first syllable of the thing: "bốn trụ cột" -> {"tru": {4}}."""
    found: dict[str, set[int]] = {}
    words = syllables(text)
    for i, thing in enumerate(words[1:]):
        number = numeral(words, i)
        if number is not None and thing.isalpha():
            found.setdefault(fold(thing), set()).add(number)
    return found


def numeral(words: Sequence[str], i: int) -> int | None:
    """The number, below 1000, that `words[i]` says among the `words` of a text; None when it says none."""
    word, before = words[i], words[i - 1] if i else ""
    if word.isdecimal() and len(word) < 4:  # isdecimal, not isdigit: "²" and "①" are digits that int() refuses
        return int(word)
    if word == "năm" and before in _BEFORE_YEAR:
        return None
    accented = any(fold(w) != w for w in words)
    return (_NUMERALS if accented else _BARE_NUMERALS).get(word)


# After these "năm" is a year, not five: "trong năm thành phố …".
_BEFORE_YEAR = frozenset(
    "trong đầu cuối mỗi hàng hằng các những từ đến vào của giữa tới theo qua suốt một hai ba mấy nhiều cả sau "
    "trước".split()
)


def sides(question: Question) -> tuple[str, ...]:
    """The two things a comparison names: two codes, two quoted phrases, or what stands on both sides of "và"."""
    if len(question.codes) >= 2:
        spans = codes(question.text)
        return tuple(question.text[a:b] for a, b, _ in spans[:2])
    if len(question.phrases) >= 2:
        return question.phrases[:2]
    if question.kind != "compare":
        return ()
    pattern = r"\s+(?:và|va|với|voi|hay|and|with|versus|vs\.?)\s+"
    parts = re.split(pattern, question.text, maxsplit=1, flags=re.IGNORECASE)
    if len(parts) != 2 or not all(content_words(p, question.language) for p in parts):
        return ()
    one, other = parts
    shared = _SHARED.search(other)
    return (f"{one} {shared.group(1).strip(' ?.')}" if shared else one), other


# What is asked of both sides stands behind the second: "A và B hướng tới những ai, khác nhau ra sao?", "A và B khác
# nhau thế nào về ngày?". It begins at a verb.
_SHARED = re.compile(
    r"\s((?:hướng tới|hướng đến|nhắm(?: tới)?|dành cho|nhằm|thì|đạt|rộng|dài|bàn|nói"
    r"|ban hành|về|ở|hơn kém|huong toi|danh cho|in terms of)\s.*)$",
    re.IGNORECASE,
)
