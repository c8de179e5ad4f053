"""Does a passage say what a sentence says? Read off word by word: words may be left out, none added or changed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from index.text import clean, codes, dates, fold, key, months
from ingest.sentences import sentence_spans

MAX_CHARS = 1500
"""Longer sentences are not checked, and so not accepted: none of the corpus has 900 characters."""

_FEWEST = 3  # words, those that only join aside: fewer say nothing, and stand in many places

Reason = Literal["", "empty", "long", "words", "instruction", "order"]


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the sentence stands: `texts[n][start:end]` for each (n, start, end). Nowhere, with the reason, when not
    proved: `words` of it are in no passage, or in none in this `order` with these numbers, names and negations."""

    places: tuple[tuple[int, int, int], ...] = ()
    reason: Reason = ""

    def __bool__(self) -> bool:
        return bool(self.places)


def is_quote(quote: str, text: str) -> bool:
    """True when `quote` stands in `text`, letter for letter; only Unicode form and white space may differ."""
    wanted = " ".join(clean(quote).split())
    return bool(wanted) and wanted in " ".join(clean(text).split())


def verify(sentence: str, texts: Sequence[str]) -> Proof:
    """The places in `texts`, the passages that `sentence` (without its markers) cites, that prove it, if they do.

    It is proved when it can be read off one sentence of a passage, or two neighbours, or one of each of two passages,
    - in order, leaving words out but no number, name, date, negation or condition from the middle of a clause;
    - clauses may change places, but not where a sentence has two figures or two dates, which could change partners;
    - every word is there, except those that only join (`_FREE`), every number with the unit behind it.
    Diacritics count unless the sentence has none at all.
    """
    if len(sentence) > MAX_CHARS:
        return Proof(reason="long")
    sentence = _FRAME.sub("", clean(sentence).strip())
    bare = fold(sentence) == sentence
    said = _tokens(sentence, bare)
    if len(said) < _FEWEST:
        return Proof(reason="empty")
    sources = [_Source(n, text, bare) for n, text in enumerate(texts)]
    reason: Reason = "words"
    for window in _windows({t.key for t in said}, sources):
        there = Counter(t.key for s in window for t in s.tokens)
        used = Counter(t.key for t in said)
        if any(token.key not in there for token in said):
            continue
        reason = "order" if reason == "words" else reason
        if any(used[t.key] > there[t.key] for t in said if t.kind != "word"):
            continue
        if any(s.text.rstrip('”"»’) ').endswith("?") for s in window):
            continue  # who asks says nothing
        if any(_INSTRUCTION.search(s.text) for s in window):
            reason = "instruction"
        elif _conditions(window) <= _conditions([said]) and _readable(said, window):
            return Proof(tuple((s.number, s.start, s.end) for s in window))
    return Proof(reason=reason)


# ---- words -----------------------------------------------------------------------------------------------------------

# Words that only join, left out on both sides. What turns a meaning (từ and đến, trên and dưới) is not among them.
_FREE = frozenset(
    key(
        "là của và các những cho với để thì mà tại ở về theo này đó đây ấy cũng như vào ra rằng việc sự cùng hoặc hay "
        "do bởi đã được có một cách lại nên rồi nay đối"
    ).split()
)
_FRAME = re.compile(
    r"^(?:theo|trong|căn cứ)\s+(?:các\s+)?(?:tài liệu|nguồn|văn bản|thông tin|đoạn)(?:\s+(?:trên|này|được cung cấp))?"
    r"(?:\s*[,:]|\s+(?=thì))\s*",
    re.IGNORECASE,
)


def _phrases(text: str) -> dict[tuple[str, ...], int]:
    return {tuple(key(phrase).split()): len(phrase.split()) for phrase in re.split(r"[,\n]\s*", text.strip())}


# Words that turn a meaning round: none may be added, changed or left out from the middle.
_TURNS = _phrases(
    """không, chưa, chẳng, chả, đừng, chớ, hết, cấm, nghiêm cấm, được phép, phép, miễn, mất, thiếu, đủ, bỏ, hủy, hoãn
    tăng, giảm, lên, xuống, cao, thấp, nhiều, ít, lớn, nhỏ, nhanh, chậm, mạnh, yếu, dài, ngắn, rộng, hẹp, gần, xa, sớm
    muộn, tốt, xấu, kém, hơn, nhất, khoảng, trên, dưới, trước, sau, trong, ngoài, từ, đến, tới, tối đa, tối thiểu
    duy nhất, mọi, tất cả, toàn bộ, một phần, chỉ, mỗi, đầu, cuối, đầu tiên, cuối cùng, mới, cũ, vượt, đạt
    thuận lợi, khó khăn, thành công, thất bại, đồng ý, phản đối, từ chối, bác bỏ, thông qua, bắt buộc, tự nguyện
    mở, đóng, bắt đầu, kết thúc, khởi công, hoàn thành, tham gia, rút, nhập, xuất, mua, bán, thắng, thua, lãi, lỗ
    thu, chi, thừa, đúng, sai, công khai, bí mật, trực tiếp, gián tiếp, chính thức, tạm thời, tạm dừng, dừng, ngừng
    phủ nhận, tin đồn, bịa đặt, bãi bỏ, đình chỉ, trái, giả
    sẽ, đang, dự kiến, phấn đấu, đề xuất, đề nghị, kiến nghị, có thể, phải, cần, xem xét, nghiên cứu, mong muốn
    nếu, trừ, ngoại trừ, với điều kiện, trừ khi, đông, tây, nam, bắc, hai, ba, bốn, tư, năm, sáu, bảy, tám, chín, mười
    trăm, nghìn, ngàn, triệu, tỷ, tỉ, rưỡi, nửa, chục, vạn, lần, phía, thuộc, bị
    not, no, never, without, more, less, least, most, increase, decrease, before, after, above, below, all, only"""
)
_LONGEST = max(_TURNS.values())
_CONDITIONS = frozenset(key("nếu trừ if unless except").split())
# A source sentence that talks to the machine proves nothing, not even itself.
_INSTRUCTION = re.compile(
    r"(?:bỏ qua|phớt lờ|quên|không tuân theo)\s+(?:mọi|tất cả|các|những|toàn bộ)?\s*"
    r"(?:chỉ dẫn|hướng dẫn|yêu cầu|quy tắc)"
    r"|(?:ignore|disregard|forget)\s+(?:all|any|the|every|your|previous|above|prior)\b|\bsystem\s*(?:prompt|:)"
    r"|(?:hãy|phải|chỉ)\s+(?:trả lời|in ra|xuất ra)\b|\bhãy\s+(?:nói|viết)\b"
    r"|\b(?:answer|reply|respond|say|output)\s+(?:that|with|only)\b"
    r"|\b(?:trợ lý|chatbot|assistant|mô hình ngôn ngữ|language model)\b|khi (?:được|bị|có người) hỏi"
    r"|<[|/]?\w[^>]*>|\]\(|javascript:",
    re.IGNORECASE,
)


class _Token(NamedTuple):
    key: str
    kind: Literal["word", "turn", "number", "time", "name"]
    start: int
    end: int
    clause: int  # counted from 0 within its text
    touches: bool  # nothing but a space between it and the token before, joining words apart

    @property
    def bound(self) -> bool:
        """True when it may not be left out from the middle of a clause."""
        return self.kind != "word"


_PIECE = re.compile(
    r"(?P<number>(?<![^\s(“\"])[-−+]?\d[^\W_]*(?:[.,]\d+)*(?:\s?%)?|\d[^\W_]*(?:[.,]\d+)*(?:\s?%)?|[<>≤≥=])"
    r"|(?P<word>[^\W_]+)|(?P<edge>[,;:()\[\]“”\"«».!?…\n]|\s[-–—]\s)"
)
_GROUPED = re.compile(r"[-−+]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")


def _tokens(text: str, bare: bool) -> list[_Token]:
    """What `text` says, without joining words; dates and document codes are one token each."""
    marked = [(a, b, "@" + v) for a, b, v in (*dates(text), *months(text))] + [
        (a, b, "#" + v) for a, b, v in codes(text)
    ]
    found: list[_Token] = []
    clause, opens, touches = 0, True, False
    at = 0
    words: list[tuple[str, str, int, int, int, bool, bool]] = []  # key, kind, start, end, clause, touches, opens
    for start, end, value in [*sorted(marked), (len(text), len(text), "")]:
        for m in _PIECE.finditer(text, at, max(at, start)):
            if m["edge"]:
                clause += bool(words) and words[-1][4] == clause
                opens, touches = m["edge"] in '.!?…\n:“"', False
                continue
            kind = "number" if m["number"] else "word"
            value_of = _number(m.group()) if m["number"] else key(m.group())
            words.append((value_of, kind, m.start(), m.end(), clause, touches, opens))
            opens, touches = False, True
        if value and start >= at:
            words.append((value, "time" if value[0] == "@" else "number", start, end, clause, touches, opens))
            opens, touches = False, True
        at = max(at, end)
    turns = _turning([w[0] for w in words])
    for i, (word, kind, start, end, clause, touches, opens) in enumerate(words):
        if kind == "number" and re.fullmatch(r"(?:19|20)\d\d", word):
            kind = "time"
        elif kind == "word" and i in turns:
            kind = "turn"
        elif kind == "word" and text[start].isupper() and not opens:
            kind = "name"
        if word in _FREE and (kind == "word" or (kind == "name" and not touches)):  # "…, Ở Hậu Giang": a clause moved
            continue
        joined = touches and (i == 0 or words[i - 1][0] not in _FREE or words[i - 1][1] != "word")
        found.append(_Token(fold(word) if bare else word, kind, start, end, clause, joined))  # type: ignore[arg-type]
    return found


def _number(text: str) -> str:
    """A figure in one spelling: 1.200 and 1,200 are 1200; 6,5% is 6.5%."""
    text = text.replace(" ", "").replace("\u00a0", "").replace("−", "-").lower()
    digits = text.rstrip("%")
    plain = re.sub("[.,]", "", digits) if _GROUPED.fullmatch(digits) else digits.replace(",", ".")
    return (plain.lstrip("0") or "0") + text[len(digits) :]


def _turning(words: Sequence[str]) -> set[int]:
    """Places of the words of `_TURNS`."""
    return {
        at
        for i in range(len(words))
        for n in range(1, _LONGEST + 1)
        if tuple(words[i : i + n]) in _TURNS
        for at in range(i, min(i + n, len(words)))
    }


# ---- sources ---------------------------------------------------------------------------------------------------------


class _Sentence:
    """One sentence of passage `number`, `text` standing at `[start:end]` of it."""

    def __init__(self, number: int, text: str, start: int, end: int, bare: bool) -> None:
        self.number, self.start, self.end = number, start, end
        self.text = text[start:end]
        self.tokens = _tokens(self.text, bare)

    def __iter__(self) -> Iterator[_Token]:
        return iter(self.tokens)


class _Source:
    """A passage as its sentences, those without words left out."""

    def __init__(self, number: int, text: str, bare: bool) -> None:
        found = (_Sentence(number, text, a, b, bare) for a, b in sentence_spans(text))
        self.sentences = [s for s in found if s.tokens]


def _windows(wanted: set[str], sources: Sequence[_Source]) -> Iterator[list[_Sentence]]:
    """What a sentence may be read off: one sentence, two neighbours, or the best of each of two passages."""

    def share(window: Sequence[_Sentence]) -> int:
        return len(wanted & {t.key for s in window for t in s.tokens})

    single = [[s] for source in sources for s in source.sentences]
    yield from sorted(single, key=share, reverse=True)[:8]
    pairs = [[a, b] for source in sources for a, b in pairwise(source.sentences)]
    yield from sorted(pairs, key=share, reverse=True)[:4]
    best = [max(([s] for s in source.sentences), key=share) for source in sources if source.sentences]
    yield from ([*a, *b] for i, a in enumerate(best) for b in best[i + 1 :])


def _conditions(parts: Sequence[Sequence[_Token] | _Sentence]) -> Counter[str]:
    return Counter(t.key for part in parts for t in part if t.key in _CONDITIONS)


# ---- reading one off the other ---------------------------------------------------------------------------------------

# Without a limit a sentence of 740 words, two of them over and over, took 23 s.
_MOST_STEPS = 1_000_000
_SKIP = 6  # words that may be left out at one place within a clause


class _Line:
    """The tokens of a window one after the other, and where one may leave them and come in again."""

    def __init__(self, window: Sequence[_Sentence]) -> None:
        self.tokens = [t for s in window for t in s.tokens]
        edges = [sum(len(s.tokens) for s in window[: i + 1]) for i in range(len(window))]
        self.sentence = [bisect_right(edges, i) for i in range(len(self.tokens))]
        self._clauses = [(s, t.clause) for s, t in zip(self.sentence, self.tokens, strict=True)]
        sizes = Counter(self._clauses)
        # "Năm 2021, A đạt 5%, năm 2022, A đạt 7%": where figures could change partners, a short clause belongs to the
        # long one beside it and does not move
        self._tied = {
            s
            for s in range(len(window))
            if any(len({t.key for t in window[s].tokens if t.kind == kind}) > 1 for kind in ("number", "time"))
        }
        self._short = {clause: size <= 4 for clause, size in sizes.items()}

    def __len__(self) -> int:
        return len(self.tokens)

    def ends(self, i: int) -> bool:
        """True when token `i` is the last of its clause."""
        return i + 1 == len(self) or self._clauses[i] != self._clauses[i + 1]

    def begins(self, i: int) -> bool:
        return i == 0 or self.ends(i - 1)

    def _free_edge(self, i: int) -> bool:
        """True when the edge before token `i` (one past the last too) is one that clauses may be moved along."""
        if i in (0, len(self)) or self.sentence[i - 1] != self.sentence[i]:
            return True
        one, other = self._clauses[i - 1], self._clauses[i]
        return one != other and not (self.sentence[i] in self._tied and self._short[one] != self._short[other])

    def _next_clause(self, i: int, j: int) -> bool:
        """True when token `j` begins the clause after that of `i`, of the same sentence, and with no name or figure."""
        return (
            self._clauses[i][0] == self._clauses[j][0]
            and self.begins(j)
            and self._clauses[j - 1] == self._clauses[i]
            and self.tokens[j].kind in ("word", "turn")
        )

    def in_run(self, i: int) -> bool:
        """True when token `i` goes on a name or a figure begun by the one before: "Châu Thành A", "12 triệu"."""
        if not 0 < i < len(self) or not self.tokens[i].touches or self._clauses[i] != self._clauses[i - 1]:
            return False
        kinds = self.tokens[i - 1].kind, self.tokens[i].kind
        return kinds == ("name", "name") or kinds == ("name", "number")

    def may_start(self, i: int) -> bool:
        """True when a sentence may begin at token `i`."""
        first = i
        while not self.begins(first):
            first -= 1
        return not self.in_run(i) and not any(t.kind == "turn" for t in self.tokens[first:i])

    def may_stop(self, i: int) -> bool:
        """True when a clause of a sentence may end at token `i`; what turns it round may stand behind: "… là sai"."""
        if self.ends(i):
            return True
        last = i
        while not self.ends(last):
            last += 1
        turned = any(t.kind == "turn" for t in self.tokens[i + 1 : last + 1])
        return not turned and self.tokens[i].kind not in ("number", "turn") and not self.in_run(i + 1)

    def may_step(self, i: int, j: int, edge: bool) -> bool:
        """True when token `j` may follow token `i`; `edge` when the sentence has the edge of a clause there."""
        if j == i + 1:
            return self.sentence[i] == self.sentence[j] or edge
        if edge and self._free_edge(i + 1) and self._free_edge(j):
            # into another sentence only at its beginning: its first clause names what the rest is about
            return self.sentence[i] == self.sentence[j] or j == 0 or self.sentence[j - 1] != self.sentence[j]
        skipped = self.tokens[i + 1 : j]
        if i < j and self._next_clause(i, j) and self.tokens[i].kind in ("name", "word") and not self.in_run(i + 1):
            return True  # "Đập cao 42 mét, khánh thành năm 2019": "Đập khánh thành năm 2019"
        return (
            i < j
            and self._clauses[i] == self._clauses[j]
            and len(skipped) <= _SKIP
            and not any(t.bound for t in skipped)
            and self.tokens[i].kind not in ("turn", "number")
        )


def _readable(said: Sequence[_Token], window: Sequence[_Sentence]) -> bool:
    """True when `said` can be read off `window` from its first token to its last."""
    line = _Line(window)
    at = {i for i, t in enumerate(line.tokens) if _same(said[0], t) and line.may_start(i)}
    steps = 0
    for before, token in pairwise(said):
        steps += len(at) * len(line)
        if steps > _MOST_STEPS:
            return False
        edge = before.clause != token.clause
        at = {
            j
            for j, t in enumerate(line.tokens)
            if _same(token, t) and any(line.may_step(i, j, edge) and (not edge or line.may_stop(i)) for i in at)
        }
    return any(line.may_stop(i) for i in at)


def _same(said: _Token, there: _Token) -> bool:
    """The same word; a name is no common word, but a common word opening a sentence may be a name."""
    return said.key == there.key and (said.kind != "name" or there.kind in ("name", "turn") or there.clause == 0)
