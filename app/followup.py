"""A follow-up question made whole from the conversation, without an LLM."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.question import MAX_CHARS, content_words, understand
from app.types import MARKER, Turn
from index.text import clean, fold, key

# Words that point back into the conversation: as written, and for a question typed without diacritics. Only the
# accented form tells "này" (this) from "nay" (today).
_POINTS_BACK = re.compile(r"\b(?:đó|này|nó|ấy|kia|trên|vậy|còn|cái thứ|cụ thể|it|that|this|they|them|those|these)\b")
_POINTS_BACK_BARE = re.compile(r"\b(?:do|no|ay|kia|tren|vay|con|cai thu|cu the|it|that|this|they|them|those|these)\b")
_THEN = re.compile(r"\bthi sao\W*$|^(?:what|how) about\b")  # "thế xét riêng trong vùng thì sao?" only narrows
_AND_WHAT_OF = re.compile(
    r"^(?:thế\s+|vậy\s+|the\s+|vay\s+)?(?:còn|con|what about|and|how about)\s+(.+?)[\s?.!]*$", re.IGNORECASE
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
    - a short question, or one that points back ("đó", "này"), is put behind the question before it. Appending the
      previous question's words was the best automatic run at TREC CAsT 2019.
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
    answer = next((clean(t.content) for t in reversed(history) if t.role == "assistant"), "")
    nth = _NTH.search(question)
    if nth:
        item = _item(answer, _ORDINALS.get(fold(nth.group(1).lower()), len(answer)))
        if item:
            return f"{question[: nth.start()]}{item}{question[nth.end() :]}".strip()
    if _leans_back(question):
        return f"{before.rstrip(' ?.!')}: {question}"
    return question


_TIME = r"(?:năm|nam|tháng|thang|quý|quy|giai đoạn)\s+\d[\d\s/-]*\d|(?:quý|quy|tháng|thang)\s+\w+"


def _same_of(before: str, thing: str) -> str:
    """The question before, asked of `thing`: "Một tâm là gì?" + "hai tuyến" -> "hai tuyến là gì?"."""
    if re.fullmatch(_TIME, thing, re.IGNORECASE):  # "còn năm 2022?": only the time is new
        if re.search(_TIME, before, re.IGNORECASE):
            return re.sub(_TIME, thing, before, count=1, flags=re.IGNORECASE)
        return f"{before.rstrip(' ?.!')} {thing}?"
    if understand(thing).kind != "other":  # "còn nghị quyết 05 thì bàn về gì?" asks for itself
        return f"{thing}?"
    frame = re.search(
        r"(?:\blà\s+(?:gì|sao|ai)|\bgồm\b.*|\bthế nào|\bbao nhiêu.*|\bla gi|\bnghĩa là gì)[\s?.!]*$", before, re.I
    )
    return f"{thing} {frame.group().strip()}" if frame else f"{before.rstrip(' ?.!')}: {thing}?"


def _item(answer: str, n: int) -> str:
    """The `n`-th (from 0) item of the list in `answer`, split at semicolons, else at commas; "" when there is none."""
    text = MARKER.sub("", answer).split(":")[-1] if ":" in answer else MARKER.sub("", answer)
    items = [i.strip(" .\n") for i in (text.split(";") if ";" in text else re.split(r",| và ", text))]
    return re.sub(r"^(?:gồm|là|thứ \w+,?)\s+", "", items[n], flags=re.IGNORECASE) if n < len(items) else ""


def own_words(question: str) -> tuple[str, ...]:
    """Content syllables of `question` that say what it is about; none in "Ban hành ngày nào vậy?"."""
    return tuple(w for w in content_words(question, understand(question).language) if w not in _GENERIC)


def _leans_back(question: str) -> bool:
    if understand(question).codes or understand(question).phrases:
        return False
    if _THEN.search(fold(key(question))):
        return True
    low = key(question)
    points = (_POINTS_BACK_BARE if low == fold(low) else _POINTS_BACK).search(low)
    # a name (a capital inside the sentence) or an acronym brings its own subject
    named = any(w[0].isupper() for w in question.split()[1:]) or bool(re.search(r"\b[A-ZĐ]{2,}\b", question))
    own = own_words(question)
    return not named and (len(own) < _SHORT or bool(points and len(own) <= 2 * _SHORT))
