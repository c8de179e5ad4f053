"""What is said to the program and asks nothing of the documents, and politeness around a question, no part of it."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from app.types import Language
from index.query import is_english, is_syllable, untelex
from index.search import Index
from index.text import clean, codes, fold, key
from index.translate import is_known

Kind = Literal["hello", "thanks", "bye", "fine", "who", "how", "holdings", "summary", "unclear"]
"""What was said; each has its reply in app.words under "talk_" and this name."""


class SmallTalk(NamedTuple):
    """Something said that is no question about documents, and the language to reply in."""

    kind: Kind
    language: Language


# Written with diacritics; a text without any is compared with the same phrases folded.
_NAMES = (
    "(?:bạn|bot|ad|admin|mọi người|anh|chị|em|cô|chú|bác|các bạn|anh chị|mình|hỏi đáp|nhé|nha|ạ|nhiều|lắm|rất nhiều"
    "|there)"
)
_WHOM = f"(?: {_NAMES})*"
_HELLO = (  # "chào" alone may be the first half of "chào bán", "chào đón"
    f"(?:xin chào|chào(?= {_NAMES}|$)|alo|hello|hi|hey|good (?:morning|afternoon|evening)){_WHOM}"
)
_THANKS = (
    f"(?:(?:xin )?(?:cảm|cám) ơn{_WHOM}|thanks(?: a lot| so much)?|thank you(?: very much| so much)?|many thanks"
    "|tks|thks)"
)
_CALL = "(?:bạn|ad|admin|bot|anh|chị|em|hỏi đáp|mọi người|anh chị) ơi"
_LEAVE = (  # "cho tôi hỏi", "could you tell me"
    "(?:(?:làm ơn |vui lòng )?(?:cho|xin)(?: phép)?(?: tôi| mình| em| anh| chị| tui| cháu)?(?: được)? hỏi"
    "(?: chút| tí| xíu| thêm| với| là| một chút| một câu)*"
    "|(?:tôi|mình|em|tui|cháu) (?:muốn|cần|xin)(?: được)? (?:hỏi|biết)(?: là| rằng)?"
    "|(?:can|could|would) you (?:please )?(?:tell|inform) (?:me|us)|please(?: tell me)?|excuse me"
    "|i (?:would|d) like to (?:know|ask)|i want to (?:know|ask))"
)
_OPENING = f"(?:{_HELLO}|{_THANKS}|{_CALL}|{_LEAVE}|ok|okay)"
# Without diacritics these are words of a question too: da is đã, thua is thua.
_ACCENTED_OPENING = (
    "(?:dạ(?: thưa)?(?: (?:anh|chị|cô|chú|bác|ad))?|thưa (?:anh|chị|ông|bà|cô|chú|bác|bạn)|vâng|ừ|được rồi|hiểu rồi)"
)
_ENDING = f"(?:{_THANKS}|please)"
_FINE = (
    "(?:ok|okay|oke|okie|ừ|ừm|vâng|dạ vâng|dạ|được rồi|rồi|tốt|tốt lắm|hay quá|hay lắm|tuyệt|tuyệt vời|hiểu rồi"
    "|đúng rồi|thế à|vậy à|vậy hả|thế hả|ra vậy|ra thế|à ra thế"
    "|great|good|nice|cool|fine|i see|got it|perfect|haha|hihi)(?: nhé| nha| ạ| rồi)?"
)
_BYE = f"(?:tạm biệt|hẹn gặp lại|bye(?: bye)?|goodbye|see you){_WHOM}"
_YOU = "(?:bạn|mày|bot|app|trợ lý|trợ lý ảo|chatbot|(?:ứng dụng|phần mềm|hệ thống|trang|công cụ)(?: này)?)"
_ME = "(?:tôi|mình|em|tui)"
_WHO = (
    f"{_YOU} (?:là |tên (?:là )?)(?:ai|gì|cái gì|con gì)(?: vậy| thế| đấy| đó| ạ)?"
    f"|{_YOU} (?:có phải )?(?:là )?(?:người|người thật|robot|máy|ai)(?: thật)?(?: hay (?:là )?(?:máy|robot|người))?"
    "(?: không| à| hả)?(?: vậy)?"
    "|ai (?:đang )?trả lời(?: tôi| mình)?(?: vậy| đấy)?|ai (?:làm|tạo|viết) ra (?:bạn|app này|phần mềm này)"
    "|who (?:are|made|built|created) you|what are you|what is this(?: app| tool| site| page)"
    "|what(?: is| s) your name|are you (?:an? )?(?:human|bot|robot|ai|person|real|real person|chatbot|chatgpt)"
)
_WHAT = "(?:gì|những gì|việc gì|cái gì|câu gì|những câu gì)"
_HOW = (
    f"{_YOU} (?:có thể )?(?:làm|giúp|hỗ trợ|trả lời)(?: được)?(?: cho)?(?: {_ME})?(?: được)? {_WHAT}"
    f"(?: cho {_ME})?(?: vậy| thế)?"
    f"|{_YOU} biết {_WHAT}(?: vậy)?|{_YOU} (?:giúp|hỗ trợ) (?:được )?{_ME}(?: được)?(?: không| với)?"
    f"|(?:{_ME} )?(?:có thể |nên |được )?hỏi (?:{_YOU} )?(?:được )?{_WHAT}(?: ở đây)?(?: được)?(?: vậy)?"
    f"|hướng dẫn(?: sử dụng)?|cách (?:sử )?dùng(?: trang này| app)?"
    f"|{_ME} (?:phải )?làm (?:sao|gì) (?:để hỏi|đây|bây giờ)"
    f"|dùng (?:thế nào|sao|làm sao|như thế nào)|trợ giúp|giúp(?: {_ME})?(?: với)?"
    "|what can (?:you|i) (?:do|ask|help)(?: me)?(?: with)?(?: you)?(?: here)?|how (?:can|could) you help(?: me)?"
    "|how do i use (?:this|it)|how does (?:this|it) work|help(?: me)?|can you help(?: me)?"
)
_DOCUMENTS = "(?:tài liệu|văn bản)"
_HOLDINGS = (
    f"(?:(?:trong )?kho(?: này)?|ở đây|{_YOU})(?: đang)? có (?:những |bao nhiêu |các |mấy )?{_DOCUMENTS}(?: nào| gì)?"
    f"(?: vậy)?|có (?:những |bao nhiêu |mấy ){_DOCUMENTS}(?: nào| gì)?(?: trong kho| ở đây)?"
    "|(?:what|which|how many) documents (?:are there|do you have|are in the collection|can i ask about)"
)
_SUMMARY = (
    "(?:hãy |xin |nhờ |bạn )*(?:tóm tắt|tóm lược|tổng hợp|dịch|viết lại|phân tích)"
    "(?: (?:giúp|giùm|cho|tôi|mình|em|với|lại|toàn bộ|nội dung|chính|các|những|bài|báo|viết|này|đó|trên|văn|bản|tài"
    "|liệu|nhé|ạ|đi|hết|sang|tiếng|anh|ngắn|gọn|không|được))*"
    "|(?:please |can you |could you )?(?:summari[sz]e|translate|rewrite|analy[sz]e)"
    "(?: (?:this|the|it|all|these|that|articles?|documents?|text|page|for|me|into|english|report))*"
    "|(?:give me )?a summary(?: (?:of|the|this|article|document))*|tldr"
)
_WHOLE: tuple[tuple[Kind, str], ...] = (
    ("bye", _BYE),
    ("fine", _FINE),
    ("who", _WHO),
    ("how", _HOW),
    ("holdings", _HOLDINGS),
    ("summary", _SUMMARY),
)
_GREETS: tuple[tuple[Kind, str], ...] = (("thanks", _THANKS), ("hello", _HELLO))
_HELLOS = re.compile(r"(?:hello|hi|hey|ok|okay|thanks?|tks|bye)\b")
_WORD = re.compile(r"[^\W_]+")


@cache
def _compiled(pattern: str, accented: bool) -> re.Pattern[str]:
    return re.compile(pattern if accented else fold(pattern))


def _spoken(text: str) -> str:
    """The words of `text` in key form."""
    return key(" ".join(m.group() for m in _WORD.finditer(text)))


def _around(said: str) -> tuple[int, int]:
    """How many of the words of `said` are courtesy at its beginning, and how many at its end."""
    accented = said != fold(said)
    opens = f"(?:{_OPENING}|{_ACCENTED_OPENING})" if accented else _OPENING
    opening = _compiled(rf"(?:{opens}(?: |$))+", accented).match(said)
    ending = _compiled(rf"(?:(?:^| ){_ENDING})+$", accented).search(said)
    return (len(opening.group().split()) if opening else 0, len(ending.group().split()) if ending else 0)


def without_courtesy(text: str) -> str:
    """`text` without the greeting, thanks or request for leave it begins or ends with; as it is when nothing else is
    said: "Chào bạn, cho hỏi SIPAS là gì?" -> "SIPAS là gì?"."""
    words = list(_WORD.finditer(text))
    said = _spoken(text)
    if len(said.split()) != len(words):  # a letter that key() takes apart
        return text
    first, after = _around(said)
    if not (first or after) or first + after >= len(words):
        return text
    end = words[-after].start() if after else len(text)
    return text[words[first].start() : end].rstrip(" ,;:-–\n") if first else text[:end].rstrip(" ,;:-–\n")


def small_talk(text: str) -> SmallTalk | None:
    """What `text` says when it asks nothing of documents; None for a question, and for what only a library can tell
    to be none (see `meaningless`)."""
    text = untelex(clean(text))
    said = _spoken(text)
    if not said:
        return SmallTalk("unclear", "vi")
    accented = said != fold(said)
    english = not (accented or said.startswith("alo")) and (is_english(text) or _HELLOS.match(said))
    language: Language = "en" if english else "vi"
    words = said.split()
    first, after = _around(said)
    if first + after >= len(words):
        kind: Kind = next((kind for kind, form in _GREETS if _compiled(form, accented).search(said)), "fine")
        return SmallTalk(kind, language)
    rest = " ".join(words[first : len(words) - after])
    kinds = (kind for kind, form in _WHOLE for part in (rest, said) if _compiled(form, accented).fullmatch(part))
    found = next(kinds, None)
    return SmallTalk(found, language) if found else None


def meaningless(text: str, index: Index) -> bool:
    """True when no word of `text` is one: no Vietnamese syllable, no English word, no number, code or name in capitals,
    and none that a passage of `index` holds: "asdfgh"."""
    words = _WORD.findall(text)
    return bool(words) and not codes(text) and not any(_means(word, index) for word in words)


def _means(word: str, index: Index) -> bool:
    low = key(word)
    known = is_syllable(low) or is_known(low) or index.lexical.frequency("~" + fold(low))
    return bool(known) or any(c.isdigit() for c in word) or (word.isupper() and len(word) > 1)
