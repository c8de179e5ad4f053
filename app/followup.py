"""A follow-up question made whole from the conversation, without an LLM."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.courtesy import small_talk, without_courtesy
from app.question import MAX_CHARS, content_words, understand
from app.types import MARKER, Language, Turn
from index.text import CAPITALS, bare_syllables, bare_text, clean, codes, fold, key, short_codes, syllables

# Words that point back into the conversation: as written, and for a question typed without diacritics. Only the
# accented form tells "này" (this) from "nay" (today).
_POINTS_BACK = re.compile(r"\b(?:đó|này|nó|ấy|kia|trên|vậy|còn|cái thứ|cụ thể|it|that|this|they|them|those|these)\b")
_POINTS_BACK_BARE = re.compile(r"\b(?:do|no|ay|kia|tren|vay|con|cai thu|cu the|it|that|this|they|them|those|these)\b")
_THEN = re.compile(r"\bthi sao\W*$|^(?:what|how) about\b")  # "thế xét riêng trong vùng thì sao?" only narrows
_AND_WHAT_OF = re.compile(
    r"^(?:thế\s+|vậy\s+|the\s+|vay\s+)?(?:còn|con|what about|and|how about)\s+(.+?)[\s?.!]*$", re.IGNORECASE
)
_THEN_WHAT_OF = re.compile(r"^(?:thế|vậy|the|vay)\s+(\S+(?:\s+\S+){0,3}?)\s*\?$", re.IGNORECASE)  # "Thế bốn trụ?"
_AS_FOR = re.compile(  # "Ba thành thì sao?", but not "xét riêng trong vùng thì sao?", which only narrows
    r"^(?!(?:thế|vậy|the|vay|xét|xet|nếu|neu|riêng|rieng|trong|ở|o)\b)(\S+(?:\s+\S+){0,3}?)\s+(?:thì|thi)\s+sao\W*$",
    re.IGNORECASE,
)
_SHORT = 3  # a question with fewer content syllables of its own leaves something out
# Syllables any question about any document may hold: they name no subject.
_GENERIC = frozenset(
    key(
        "ngày tháng năm văn bản tài liệu nghị quyết quyết định đề án chương trình ban hành căn cứ vào người tỉnh nơi "
        "trước sau nữa tiếp kế tới ngoái quý"
    ).split()
)


def resolve(question: str, history: Sequence[Turn]) -> str:
    """`question` with what it leaves out taken from `history`; unchanged when it stands alone.

    - "thế còn hai tuyến?" asks of the new thing what was asked of the old one.
    - "cái thứ ba" becomes the third item the last answer listed, "ông ấy" the person it names.
    - "in English please" asks the question before again.
    - a short question, or one that points back ("đó", "này"), is put behind what the question before was about: its
      document, its subject, or all of it; never more than that, however long the conversation. Appending the previous
      question's words was the best automatic run at TREC CAsT 2019.
    """
    return _understood(clean(question).strip(), _asking(history)).whole


class _Asked(NamedTuple):
    """A question, and the subject put before it when it left it out ("" when it did not)."""

    question: str
    subject: str = ""

    @property
    def whole(self) -> str:
        return f"{self.subject}: {self.question}" if self.subject else self.question


def _asking(history: Sequence[Turn]) -> list[Turn]:
    """The turns of `history` without greetings, thanks and replies to them, its questions without their courtesy."""
    kept: list[Turn] = []
    talking = False
    for turn in history:
        if turn.role == "user":
            talking = small_talk(turn.content) is not None
        if not talking:
            kept.append(Turn("user", without_courtesy(turn.content)) if turn.role == "user" else turn)
    return kept


def language_wanted(question: str) -> Language | None:
    """The language that `question` asks to be answered in, when that is all it asks: "in English please"."""
    wanted = _IN_LANGUAGE.fullmatch(" ".join(bare_syllables(question)))
    return None if wanted is None else "en" if wanted.group(1) in ("english", "tieng anh") else "vi"


_IN_LANGUAGE = re.compile(
    r"(?:(?:please|can|could|you|answer|say|tell|me|it|that|again|tra|loi|noi|lai|hay|xin|cho|toi|minh|giup|ban"
    r"|viet) )*"
    r"(?:(?:in|to|into|bang|sang) )?(english|vietnamese|tieng anh|tieng viet)"
    r"(?: (?:please|version|di|nhe|nha|a|duoc|khong|giup|toi|minh|voi|ban|xem))*"
)


def _understood(question: str, history: Sequence[Turn]) -> _Asked:
    asked = [i for i, turn in enumerate(history) if turn.role == "user"]
    if not asked:
        return _Asked(question)
    # the question before may itself have left something out: "… là gì?", "ban hành khi nào?", "ai ký?"
    past = _understood(clean(history[asked[-1]].content).strip(), history[: asked[-1]])
    before = past.whole[-(MAX_CHARS - len(question)) :]
    if language_wanted(question):
        return past
    answer = next((clean(t.content) for t in reversed(history) if t.role == "assistant"), "")
    item = _nth(question, before, answer)
    question = item or question
    other = _AND_WHAT_OF.match(question)
    if other:
        return _same_of(past, before, other.group(1))
    if time := _only_time(question):
        return _same_of(past, before, time)
    thing = _THEN_WHAT_OF.match(question) or _AS_FOR.match(question)
    if thing and understand(thing.group(1)).kind == "other":
        return _same_of(past, before, thing.group(1))
    if item:
        return _Asked(item)
    named = understand(question)
    if named.codes or named.phrases:
        return _Asked(question)
    if person := _person(question, before, answer):
        return _Asked(person)
    told = _told(before, answer)
    pointed = _point(question, [*told, *_documents(before)])
    if pointed != question:
        return _Asked(pointed)
    if _leans_back(question):
        of_document = bool(told) and (_ABOUT_A_DOCUMENT.search(fold(key(question))) or _only_asks(question, told))
        return _Asked(question, told[0] if of_document else _subject(past, before, question))
    return _Asked(question)


# A document and what it is called, "Nghị quyết số 05-NQ/TU" or "Resolution 05-NQ/TU"
_KIND_BEFORE = re.compile(r"((?:[^\W\d_]+\s+)?[^\W\d_]+)(?:\s+(?:số|so|no\.?))?\s*$", re.IGNORECASE)
_DOCUMENT_KINDS = (
    "nghi quyet", "quyet dinh", "de an", "chuong trinh", "ke hoach", "van ban", "thong tu", "nghi dinh", "ket luan",
    "chi thi", "resolution", "decision", "scheme", "programme", "program", "plan", "document", "directive",
)  # fmt: skip
_KIND = "|".join(_DOCUMENT_KINDS)
# What is asked of a document rather than of what was just said of it.
_ABOUT_A_DOCUMENT = re.compile(r"\b(?:ky|ki|ban hanh|hieu luc|sign(?:s|ed)?|issued|in force|ra doi)\b")


def _documents(text: str) -> list[str]:
    """The documents `text` names by code, in order, each once, with the word for its kind before it."""
    found: dict[str, str] = {}
    for start, end, code in codes(text):
        kind = _KIND_BEFORE.search(text, max(0, start - 24), start)
        words = kind.group(1).split() if kind else []
        kept = next((w for w in (words, words[-1:]) if fold(key(" ".join(w))) in _DOCUMENT_KINDS), [])
        found.setdefault(code, " ".join([*kept, text[start:end]]))
    return list(found.values())


def _told(before: str, answer: str) -> list[str]:
    """The documents spoken of last: that of the question before, or those the answer names when it asked for one."""
    own = _documents(before)
    if own:
        return own if len(own) == 1 else []
    told = _documents(MARKER.sub("", answer))
    return told if len(told) == 1 or understand(before).kind == "which_document" else []


_THIS = re.compile(rf"\b({_KIND})\s+(?:nay|do|ay|kia|tren)\b|\b(?:this|that|the)\s+({_KIND})\b(?!\s+\d)")
_IT = re.compile(r"\b(?:no|it)\b")
_IT_ACCENTED = re.compile(r"\b(?:nó|it)\b")


def _point(question: str, documents: Sequence[str]) -> str:
    """`question` with "nghị quyết này" or "nó" as the last document of that kind; unchanged when there is none."""
    low = key(question)
    this = _THIS.search(fold(low))
    if this:
        kind = this.group(1) or this.group(2)
        generic = kind in ("van ban", "document")
        fits = [d for d in documents if generic or fold(key(d)).startswith(kind)]
        return f"{question[: this.start()]}{fits[0]}{question[this.end() :]}" if fits else question
    it = (_IT if low == fold(low) else _IT_ACCENTED).search(low)
    if it and documents:
        return f"{question[: it.start()]}{documents[0]}{question[it.end() :]}"
    return question


_TIME = r"(?:năm|nam|tháng|thang|quý|quy|giai đoạn)\s+\d[\d\s/-]*\d|(?:quý|quy|tháng|thang)\s+\w+"
_YEAR = r"(?<!\d)(?:19|20)\d\d(?!\d)"


def _same_of(past: _Asked, before: str, thing: str) -> _Asked:
    """The question before, `past`, asked of `thing`: "Một tâm là gì?" + "hai tuyến" -> "hai tuyến là gì?"."""
    thing = _next_year(before, thing)
    if re.fullmatch(_TIME, thing, re.IGNORECASE):  # "còn năm 2022?": only the time is new
        if re.search(_TIME, before, re.IGNORECASE):
            return _Asked(re.sub(_TIME, thing, before, count=1, flags=re.IGNORECASE))
        return _Asked(f"{before.rstrip(' ?.!')} {thing}?")
    year = re.fullmatch(rf"(?:in |for |of )?({_YEAR})", thing)
    if year:  # "what about 2022?"
        if re.search(_YEAR, before):
            return _Asked(re.sub(_YEAR, year.group(1), before, count=1))
        return _Asked(f"{before.rstrip(' ?.!')} {thing if ' ' in thing else 'in ' + thing}?")
    if understand(thing).kind not in ("other", "where"):  # "còn nghị quyết 05 thì bàn về gì?" asks for itself
        asks_itself = understand(thing)
        leans = past.subject and not (asks_itself.codes or asks_itself.names or asks_itself.phrases)
        return _Asked(f"{thing}?", past.subject) if leans and len(own_words(thing)) < _SHORT else _Asked(f"{thing}?")
    if swapped := _swap(before, thing):
        return _Asked(swapped)
    if past.subject:  # "Cao tốc A: khởi công khi nào?" + "cao tốc B", or + "vốn"
        new = _named(thing) or set(bare_syllables(past.subject)[:2]) & set(bare_syllables(thing))
        return _Asked(past.question, thing) if new else _Asked(f"{thing}?", past.subject)
    frame = re.search(
        r"(?:\blà\s+(?:gì|sao|ai)|\bgồm\b.*|\bthế nào|(?:\blà )?\bbao nhiêu.*|\bla gi|\bnghĩa là gì)[\s?.!]*$",
        before,
        re.I,
    )
    if not frame:
        return _Asked(f"{before.rstrip(' ?.!')}: {thing}?")
    # "Dân số tỉnh Hậu Giang là bao nhiêu?" + "diện tích": another thing of the same place
    of = "" if _named(thing) or understand(thing).phrases else " ".join(understand(before).names)
    return _Asked(" ".join(f"{thing} {of} {frame.group().strip()}".split()))


def _named(text: str) -> bool:
    """True when `text` brings a name, a code or an acronym of its own."""
    asked = understand(text)
    return bool(asked.codes or asked.names or short_codes(text) or re.search(r"\b[A-ZĐ]{2,}\b", text))


_ONLY_TIME = re.compile(
    r"^((?:năm|nam|tháng|thang|quý|quy)\s+(?:\d[\d/-]*|trước|sau|ngoái|kế|tới|truoc|ngoai|ke|toi)(?:\s+(?:đó|do|nữa|nua|tiếp|tiep"
    r"|theo))*)(?:\s+(?:thì|thi|sao|mấy|may|thế nào|the nao|bao nhiêu|bao nhieu|là|la|vậy|vay))+[\s?.!]*$",
    re.IGNORECASE,
)


def _only_time(question: str) -> str:
    """The time that is all a question says: "năm trước đó nữa thì mấy?" -> "năm trước đó"; "" when it says more."""
    found = _ONLY_TIME.match(question)
    return re.sub(r"\s+(?:nữa|nua)$", "", found.group(1), flags=re.IGNORECASE) if found else ""


_NEXT_YEAR = {"truoc": -1, "ngoai": -1, "sau": 1, "tiep": 1, "toi": 1, "ke": 1}


def _next_year(before: str, thing: str) -> str:
    """`thing` with "năm trước", "năm sau" as the year before or after the one that the question before names."""
    asked = re.fullmatch(
        r"nam (truoc|ngoai|sau|tiep|toi|ke)(?: (?:do|theo|tiep|nua))?", " ".join(bare_syllables(thing))
    )
    year = re.search(_YEAR, before)
    return f"năm {int(year.group()) + _NEXT_YEAR[asked.group(1)]}" if asked and year else thing


def _swap(before: str, thing: str) -> str:
    """`before` with its document, quoted phrase or name as `thing`, when that is of the same sort; else ""."""
    new = understand(thing)
    for old in _documents(before):
        if new.codes or short_codes(thing):
            return before.replace(old, thing, 1)
    if short_codes(thing) and (old_short := re.search(rf"(?:{_KIND})\s+(?:so\s+)?\d+", fold(key(before)))):
        return f"{before[: old_short.start()]}{thing}{before[old_short.end() :]}"
    names = understand(before).names
    if len(names) == 1 and new.names and content_words(thing, new.language) == tuple(syllables(new.names[0])):
        # "Thành phố Vị Thanh" + "Long Mỹ": which sort of place that is, nobody said
        return re.sub(rf"(?:{_PLACE}\s+)?{re.escape(names[0])}", new.names[0], before, count=1, flags=re.IGNORECASE)
    return ""


_PLACE = r"(?:thành phố|thị xã|thị trấn|huyện|xã|phường|quận|tỉnh|thanh pho|thi xa|thi tran|huyen|xa|phuong|quan|tinh)"


# "cái thứ hai", "người đầu tiên", "the second one"
_NTH = re.compile(
    r"\b(?:(?P<noun>[^\W\d_]+)\s+)?(?:(?:thứ|thu)\s+(?P<n>nhất|hai|ba|tư|bốn|năm|nhat|tu|bon|nam|[1-5])"
    r"|(?P<end>đầu tiên|dau tien|cuối cùng|cuoi cung))\b"
    r"|\bthe (?P<english>first|second|third|fourth|fifth|last)(?:\s+(?P<one>[^\W\d_]+))?\b",
    re.IGNORECASE,
)
_ORDINALS = {
    "nhat": 0, "hai": 1, "ba": 2, "tu": 3, "bon": 3, "nam": 4, "dau tien": 0, "cuoi cung": -1,
    "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1,
    "1": 0, "2": 1, "3": 2, "4": 3, "5": 4,
}  # fmt: skip
_ANY_NOUN = frozenset("cai dieu viec nguoi y muc phan so one".split())


def _nth(question: str, before: str, answer: str) -> str:
    """`question` with "cái thứ hai" as the second item that the last answer lists; "" when there is none, or when it
    says of itself what it counts: "Đột phá thứ hai của tỉnh là gì?"."""
    nth = _NTH.search(question)
    if not nth:
        return ""
    noun = fold(key(nth.group("noun") or nth.group("one") or "cai"))
    rest = own_words(question[: nth.start()] + " " + question[nth.end() :])
    points = nth.group("noun") and noun in _ANY_NOUN  # "cái thứ ba" leans on a list, however much is asked of it
    if not points and (len(rest) >= _SHORT - 1 or noun not in {*_ANY_NOUN, *bare_syllables(f"{before} {answer}")}):
        return ""
    n = _ORDINALS[fold(key(nth.group("n") or nth.group("end") or nth.group("english")))]
    item = next((items[n] for items in _lists(answer) if -len(items) <= n < len(items)), "")
    return f"{question[: nth.start()]}{item}{question[nth.end() :]}".strip() if item else ""


_ITEM_HEAD = re.compile(r"^(?:(?:gồm|là|và|gọi là|thứ \w+|trong đó)(?:,\s*|\s+))+", re.IGNORECASE)


def _lists(answer: str) -> Iterator[list[str]]:
    """The lists that the quotes of `answer` hold, each as its items: parts behind a colon, "gồm" or "là", cut at
    semicolons, else at commas and "và"."""
    quotes = [MARKER.sub("", line) for line in answer.split("\n") if MARKER.search(line)] or [MARKER.sub("", answer)]
    for quote in quotes:
        opened = re.search(r":|\bgồm\b|\blà\b", quote, re.IGNORECASE)
        if not opened:
            continue
        text = quote[opened.end() :]
        items = text.split(";") if ";" in text else re.split(r", | và ", text)
        items = [_ITEM_HEAD.sub("", i.strip(" .\n")) for i in items]
        if len(items) > 1:
            yield [i for i in items if i]


_BACK_TO_PERSON = re.compile(
    r"\b(?:ông|bà|anh|chị|đồng chí|vị|người)\s+(?:ấy|đó|này|ta|kia)\b|\b(?:he|she|him|his|her)\b", re.IGNORECASE
)
_BACK_TO_PERSON_BARE = re.compile(
    r"\b(?:ong|ba|anh|chi|dong chi|vi|nguoi)\s+(?:ay|do|nay|ta|kia)\b|\b(?:he|she|him|his|her)\b", re.IGNORECASE
)
_PERSON = re.compile(
    r"\b(?:[Ôô]ng|[Bb]à|[Đđ]ồng chí|[Tt]hủ tướng|[Bb]í thư|[Cc]hủ tịch|[Bb]ộ trưởng|[Gg]iám đốc|[Tt]ác giả)"
    rf"(?: [^\W\d_]+){{0,6}}? ((?:[{CAPITALS}][^\W\d_]+ ){{1,3}}[{CAPITALS}][^\W\d_]+)"
)


def _person(question: str, before: str, answer: str) -> str:
    """`question` with "ông ấy" as the person the question before or the last answer names; "" without one."""
    back = (_BACK_TO_PERSON_BARE if key(question) == fold(key(question)) else _BACK_TO_PERSON).search(question)
    named = _PERSON.search(before) or _PERSON.search(answer) if back else None
    if not (back and named):
        return ""
    own = "'s" if back.group().lower() == "his" or re.match(r"her \w", question[back.start() :], re.I) else ""
    return (
        f"{question[: back.start()]}ông {named.group(1)}{question[back.end() :]}"
        if not own
        else (f"{question[: back.start()]}{named.group(1)}{own}{question[back.end() :]}")
    )


_DOES = (
    "dài|rộng|cao|có|là|được|đạt|khởi công|hoàn thành|thông xe|thành lập|ra đời|diễn ra|tổ chức|khai mạc|bắt đầu"
    "|kết thúc"
)
_HOW_MUCH = "bao nhiêu|bao giờ|khi nào|ngày nào|ở đâu"
_MEASURE = re.compile(rf"\s*\b(?:{_DOES}|{fold(_DOES)})?\s*\b(?:{_HOW_MUCH}|{fold(_HOW_MUCH)})\b", re.IGNORECASE)


def _subject(past: _Asked, before: str, question: str) -> str:
    """What the question before is about, for a short one that asks another thing of it: "Cao tốc A dài bao nhiêu km?"
    is about "Cao tốc A" to "Vốn bao nhiêu?"; all of it where that cannot be told, or to "cụ thể là những gì?". A
    question that was itself put behind a subject leaves that subject, and what it counted."""
    asks_more = not own_words(question) and understand(question).kind in ("list", "definition", "why", "which", "other")
    if past.subject:
        counted = _phrase(past.question) if asks_more else ""
        return f"{past.subject} {counted}".strip()
    asking = None if asks_more else _MEASURE.search(before)
    about = before[: asking.start()].strip(" :,") if asking and understand(question).kind != "other" else ""
    whole = before.rstrip(" ?.!")
    return about if len(syllables(about)) >= _SHORT else _DEFINED.sub("", whole) if _asks_in_what(question) else whole


_DEFINED = re.compile(
    r"\s+(?:(?:nghĩa )?là gì|là sao|là ai|(?:nghia )?la gi|la sao|la ai)(?:\s+(?:vậy|thế|ạ|vay|the))?$", re.IGNORECASE
)
_ASKING = re.compile(
    r"\b(?:là )?(?:những |bao |cái |việc |điều )?(?:gì|nhiêu|nào|ai|đâu|sao|mấy)\b|\b(?:khi|ngày|lúc|như thế|thế|vì|tại"
    r"|do|vậy|ạ|có|ở|how many|what|which|who|when|where|is|are|was|were|did|does|do|the)\b",
    re.IGNORECASE,
)


def _phrase(question: str) -> str:
    """The words of `question` that do not ask, if there are two or more of its own."""
    said = " ".join(_ASKING.sub(" ", question.rstrip(" ?.!")).split())
    return said if len(own_words(question)) >= 2 else ""


_WHAT_OF = re.compile(
    r"(?:thi |duoc |da |nam \d{4} )*(?:xep|dung|dat|tang|giam|dung o|xep o)? ?(?:thu|hang|vi tri|duoc|bac|diem)? ?"
    r"(?:may|bao nhieu|thu may|hang may)(?: (?:diem|bac|phan tram|ca nuoc|vung))?(?: (?:vay|the|a|roi))?"
)


def _asks_in_what(question: str) -> bool:
    """True when a question gives a name and a measure of nothing: "Hậu Giang xếp thứ mấy?"."""
    names = understand(question).names
    said = bare_text(question)
    for name in names:
        said = said.replace(bare_text(name), " ")
    return bool(names) and bool(_WHAT_OF.fullmatch(" ".join(said.split())))


def _only_asks(question: str, told: Sequence[str]) -> bool:
    """True when `question` says nothing of its own after a question about the one document `told`: "Về việc gì?"."""
    return len(told) == 1 and not own_words(question) and not _MORE_OF.search(fold(key(question)))


_MORE_OF = re.compile(r"\b(?:cu the|nhung gi|vi sao|tai sao|the nao|ra sao|vay|do la|why|which ones)\b")


def own_words(question: str) -> tuple[str, ...]:
    """Content syllables of `question` that say what it is about; none in "Ban hành ngày nào vậy?"."""
    # with a word more, for of a question that only asks ("Về việc gì?") all words are its content
    words = content_words(f"{question} {_ANY_WORD}", understand(question).language)
    return tuple(w for w in words if w not in _GENERIC and w != _ANY_WORD)


_ANY_WORD = "xyz"


def _leans_back(question: str) -> bool:
    asked = understand(question)
    if _THEN.search(fold(key(question))):
        return True
    low = key(question)
    points = (_POINTS_BACK_BARE if low == fold(low) else _POINTS_BACK).search(low)
    # a name (a capital inside the sentence) or an acronym brings its own subject
    named = any(w[0].isupper() for w in question.split()[1:]) or bool(re.search(r"\b[A-ZĐ]{2,}\b", question))
    own = own_words(question)
    if asked.kind in ("why", "definition") and not points and len(own) >= 2:
        return False  # "vì sao phải sáp nhập?", "lạm phát là gì?" say what they ask about
    if named and _asks_in_what(question):
        return True
    return not named and (len(own) < _SHORT or bool(points and len(own) <= 2 * _SHORT))
