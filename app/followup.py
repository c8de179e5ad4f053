"""A follow-up question made whole from the conversation, without an LLM."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.question import MAX_CHARS, content_words, understand
from app.types import MARKER, Turn
from index.text import clean, codes, fold, key, short_codes, syllables

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
_NTH = re.compile(
    r"(?:cái|điều|việc|nhiệm vụ|đột phá|ý|mục|cai|dieu|y|muc)?\s*(?:thứ|thu)\s+(nhất|hai|ba|tư|năm|nhat|tu|nam)\b",
    re.IGNORECASE,
)
_ORDINALS = {"nhat": 0, "hai": 1, "ba": 2, "tu": 3, "nam": 4}
_SHORT = 3  # a question with fewer content syllables of its own leaves something out
# Syllables any question about any document may hold: they name no subject.
_GENERIC = frozenset(
    key(
        "ngày tháng năm văn bản tài liệu nghị quyết quyết định đề án chương trình ban hành căn cứ vào người tỉnh nơi"
    ).split()
)


def resolve(question: str, history: Sequence[Turn]) -> str:
    """`question` with what it leaves out taken from `history`; unchanged when it stands alone.

    - "thế còn hai tuyến?" asks of the new thing what was asked of the old one.
    - "cái thứ ba" becomes the third item the last answer listed.
    - "nghị quyết này", "nó", "it" become the document named last, by the answer or by the question before it.
    - a short question, or one that points back ("đó", "này"), is put behind what the question before was about: its
      document, or all of it. Appending the previous question's words was the best automatic run at TREC CAsT 2019.
    """
    question = clean(question).strip()
    asked = [i for i, turn in enumerate(history) if turn.role == "user"]
    if not asked:
        return question
    # the question before may itself have left something out: "… là gì?", "ban hành khi nào?", "ai ký?"
    before = resolve(history[asked[-1]].content, history[: asked[-1]])[-(MAX_CHARS - len(question)) :]
    other = _AND_WHAT_OF.match(question)
    if other:
        return _same_of(before, other.group(1))
    thing = _THEN_WHAT_OF.match(question) or _AS_FOR.match(question)
    if thing and understand(thing.group(1)).kind == "other":
        return _same_of(before, thing.group(1))
    answer = next((clean(t.content) for t in reversed(history) if t.role == "assistant"), "")
    nth = _NTH.search(question)
    if nth:
        item = _item(answer, _ORDINALS.get(fold(nth.group(1).lower()), len(answer)))
        if item:
            return f"{question[: nth.start()]}{item}{question[nth.end() :]}".strip()
    named = understand(question)
    if named.codes or named.phrases:
        return question
    told = _told(before, answer)
    pointed = _point(question, [*told, *_documents(before)])
    if pointed != question:
        return pointed
    if _leans_back(question):
        subject = told[0] if told and _ABOUT_A_DOCUMENT.search(fold(key(question))) else _subject(before, question)
        return f"{subject}: {question}"
    return question


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


def _same_of(before: str, thing: str) -> str:
    """The question before, asked of `thing`: "Một tâm là gì?" + "hai tuyến" -> "hai tuyến là gì?"."""
    if re.fullmatch(_TIME, thing, re.IGNORECASE):  # "còn năm 2022?": only the time is new
        if re.search(_TIME, before, re.IGNORECASE):
            return re.sub(_TIME, thing, before, count=1, flags=re.IGNORECASE)
        return f"{before.rstrip(' ?.!')} {thing}?"
    year = re.fullmatch(rf"(?:in |for |of )?({_YEAR})", thing)
    if year:  # "what about 2022?"
        if re.search(_YEAR, before):
            return re.sub(_YEAR, year.group(1), before, count=1)
        return f"{before.rstrip(' ?.!')} {thing if ' ' in thing else 'in ' + thing}?"
    if understand(thing).kind not in ("other", "where"):  # "còn nghị quyết 05 thì bàn về gì?" asks for itself
        return f"{thing}?"
    if swapped := _swap(before, thing):
        return swapped
    frame = re.search(
        r"(?:\blà\s+(?:gì|sao|ai)|\bgồm\b.*|\bthế nào|\bbao nhiêu.*|\bla gi|\bnghĩa là gì)[\s?.!]*$", before, re.I
    )
    return f"{thing} {frame.group().strip()}" if frame else f"{before.rstrip(' ?.!')}: {thing}?"


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
        return before.replace(names[0], new.names[0], 1)
    return ""


def _item(answer: str, n: int) -> str:
    """The `n`-th (from 0) item of the list in `answer`, split at semicolons, else at commas; "" when there is none."""
    text = MARKER.sub("", answer).split(":")[-1] if ":" in answer else MARKER.sub("", answer)
    items = [i.strip(" .\n") for i in (text.split(";") if ";" in text else re.split(r",| và ", text))]
    return re.sub(r"^(?:gồm|là|thứ \w+,?)\s+", "", items[n], flags=re.IGNORECASE) if n < len(items) else ""


_MEASURE = re.compile(
    r"\s*\b(?:dài|rộng|cao|dai|rong|có|co|là|la|được|duoc)?\s*\b(?:bao nhiêu|bao nhieu|bao giờ|bao gio|khi nào|khi nao"
    r"|ngày nào|ngay nao|ở đâu|o dau)\b",
    re.IGNORECASE,
)


def _subject(before: str, question: str) -> str:
    """What the question `before` is about, for a short one that asks another thing of it: "Cao tốc A dài bao nhiêu km?"
    is about "Cao tốc A" to "Vốn bao nhiêu?"; all of it where that cannot be told."""
    asking = _MEASURE.search(before)
    about = before[: asking.start()].strip(" :,") if asking and understand(question).kind != "other" else ""
    return about if len(syllables(about)) >= _SHORT else before.rstrip(" ?.!")


def own_words(question: str) -> tuple[str, ...]:
    """Content syllables of `question` that say what it is about; none in "Ban hành ngày nào vậy?"."""
    asked = understand(question)
    words = content_words(question, asked.language)
    if words == tuple(syllables(question)) and asked.kind != "other":  # "Về việc gì?", "How long is it?": it only asks
        return ()
    return tuple(w for w in words if w not in _GENERIC)


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
    return not named and (len(own) < _SHORT or bool(points and len(own) <= 2 * _SHORT))
