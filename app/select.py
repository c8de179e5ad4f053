"""Ranks the sentences of the passages found: which of them, quoted, answer the question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from app.models import current
from app.question import Question, counted
from app.scorer import ASKS_NAMED, QUOTED_HEAD, Scorer, gloss
from app.signs import MATCHES, Asked, Place, Spot, signs
from app.wants import OFFERS, WANTED
from index.search import Index, scored_text
from index.text import bare_syllables, bare_text, codes, dates, fold, key, syllables, terms
from index.types import Document, Hit, Passage
from ingest.sentences import quote_spans

# Weights of a quote's first look, fitted by listwise logistic regression, so that scores are log-odds: the
# likelier of two quotes, e^(difference) times. Of which questions, and what else was tried: evals/LOG.md, 2026-11-23.
_MATCH = 2.2  # BM25 of the sentence
_COVERAGE = 4.5
_DENSE = 8.3  # cosine of question and sentence
_HIT = 0.24  # how far behind the best passage this one was found, in z-scores
_RANK = 1.6  # divided by the place of the passage, counted from 1
_CUE = 1.8  # form: see form_cue
_FRESH = 1.4  # a number or name that the question asks for and does not itself hold
_DEFINES = 1.7
_DEFINES_ASKED = 4.0  # more, where the question asks for the thing by its name: the slogan that lists it is no answer
_PHRASE = 2.0  # words in quotation marks
_LACKS_CODE = 1.5  # neither the sentence nor its headings name the document asked for
_OTHER_CODE = 2.5  # each document code that is not asked for beside one that is: a sentence telling two apart


_REMARK = 2.0  # a remark on sources where the question doubts nothing
_CAPTION = 2.0  # the caption of a picture where the question asks of none


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that may be quoted, `document.text[start:end]`, and why.

    Coverage is the share of the question's content, weighted by inverse document frequency, that the words hold: 0..1.
    """

    document: Document
    passage: Passage
    start: int
    end: int
    score: float  # higher is better; comparable within one question only
    chance: float  # that this one answers when just one of those ranked with it does, 0..1
    coverage: float  # by the sentence
    context: float  # by the sentence and its passage, headings and title
    pairs: float  # of the question's pairs of neighbouring content words ("dân số"), by passage, headings and title
    share: float  # BM25 of the passage, headings and title for the question, of the best there could be, 0..1
    ahead: float  # fused score of the passage, for the size of the index: see ahead()
    dense: float  # cosine of question and sentence
    form: float  # 1 when it has the form the question asks for (a date for "when"), 0.5 when none is asked for
    offers: float = 0.0  # log-odds for what it offers, given what is wanted
    signs: tuple[float, ...] = (0.0,) * len(MATCHES)  # see app.signs

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]


BASE = (
    "match", "coverage", "cosine", "hit", "rank", "cue", "fresh", "defines", "defines asked", "phrase", "other codes",
    "lacks code", "remark", "caption",
)  # fmt: skip
_BASE = np.array([
    _MATCH, _COVERAGE, _DENSE, _HIT, _RANK, _CUE, _FRESH, _DEFINES, _DEFINES_ASKED, _PHRASE, -_OTHER_CODE, -_LACKS_CODE,
    -_REMARK, -_CAPTION,
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """The sentences of some passages, and what is known of each for a question."""

    spots: list[tuple[Hit, int, int]]
    base: npt.NDArray[np.float64]  # (spots, BASE)
    matches: npt.NDArray[np.float64]  # (spots, MATCHES)
    offered: npt.NDArray[np.float64]  # (spots, OFFERS)
    wanted: npt.NDArray[np.float64]  # (WANTED,)
    plain: npt.NDArray[np.float32]  # cosine of question and sentence
    context: dict[str, float]  # by id of the passage, see Quote
    pairs: dict[str, float]
    share: dict[str, float]


def gather(question: Question, index: Index, hits: Sequence[Hit]) -> Found | None:
    """What is known of the sentences of `hits`; None when there are none."""
    scorer = Scorer(question, index)
    spots = [(hit, a, b) for hit in hits for a, b in _spans(hit.passage)]
    if not spots:
        return None
    texts = [hit.document.text[a:b] for hit, a, b in spots]
    plain, cosines = _cosines(question, texts, index)
    around = {h.passage.id: _bag(scored_text(h.document, h.passage)) for h in hits}
    place = {h.passage.id: n for n, h in enumerate(hits, 1)}
    bags = [_bag(text) for text in texts]
    doubts, pictured = bool(_DOUBTS.search(question.text)), bool(_PICTURE.search(question.text))
    base = np.array(
        [
            (
                scorer.match(bag),
                scorer.coverage(bag),
                float(cosine),
                hit.score - hits[0].score,
                1 / place[hit.passage.id],
                form_cue(question, text),
                _fresh(question, text),
                _defines(question, text),
                _defines_asked(question, text) or scorer.defines(text),
                _phrase_share(question, text),
                _other_codes(question, text),
                _lacks_code(question, hit, text),
                cautions(text) and not doubts,
                bool(_CREDIT.search(text)) and not pictured,
            )
            for (hit, _, _), text, bag, cosine in zip(spots, texts, bags, cosines, strict=True)
        ],
        dtype=np.float64,
    )
    kept = np.sort(np.argsort(-(base @ _BASE), kind="stable")[:_LOOKED_AT])
    asked = Asked(question, scorer)
    those = [
        Spot(text, bag, place[hit.passage.id] - 1) for (hit, _, _), text, bag in zip(spots, texts, bags, strict=True)
    ]
    places = [Place(around[h.passage.id], _bag(" ".join((h.document.title, *h.passage.headings)))) for h in hits]
    matches, offered = signs(asked, those, places, base[:, 1], cosines, kept.tolist())
    return Found(
        spots=[spots[i] for i in kept],
        base=base[kept],
        matches=matches,
        offered=offered,
        wanted=np.array(asked.wanted, dtype=np.float64),
        plain=plain[kept],
        context={id: scorer.coverage(bag) for id, bag in around.items()},
        pairs={id: scorer.pairs(bag) for id, bag in around.items()},
        share={id: scorer.match(bag) for id, bag in around.items()},
    )


_LOOKED_AT = 32  # sentences looked at more closely, the best by their words


@lru_cache(4_000)  # of some 500 passages, 20 MB
def _bag(text: str) -> Counter[str]:
    return Counter(terms(text))


SIGNS = (*BASE, *MATCHES, *OFFERS, *(f"{want} / {offer}" for want in WANTED for offer in OFFERS), "")
"""The signs that the ranking weighs: of the words, of what is offered, of what is offered where it is wanted; the last
is the same for all sentences and keeps scores where those of the first look are."""


def table(found: Found) -> npt.NDArray[np.float64]:
    """The signs of each sentence of `found`, shape (sentences, SIGNS)."""
    n = len(found.spots)
    met = (found.wanted[None, :, None] * found.offered[:, None, :]).reshape(n, -1)
    return np.concatenate([found.base, found.matches, found.offered, met, np.ones((n, 1))], axis=1)


def first_look(found: Found) -> npt.NDArray[np.float64]:
    """Log-odds by the words alone, shape (sentences,)."""
    scores: npt.NDArray[np.float64] = found.base @ _BASE
    return scores


@lru_cache(8)
def _weights(ranking: tuple[tuple[str, float], ...]) -> npt.NDArray[np.float64]:
    named = dict(ranking)
    return np.array([named.get(name, 0.0) for name in SIGNS])


def rank_quotes(question: Question, index: Index, hits: Sequence[Hit]) -> list[Quote]:
    """Sentences of the best `hits`, best first; ties in document order."""
    found = gather(question, index, hits)
    return ranked(found, index, current().ranking) if found else []


def ranked(found: Found, index: Index, ranking: Mapping[str, float]) -> list[Quote]:
    """The sentences of `found`, best first by the weights `ranking`, by name of SIGNS."""
    weights = _weights(tuple(ranking.items()))
    first = len(BASE) + len(MATCHES)
    signs_of = table(found)
    offers = signs_of[:, first:] @ weights[first:]
    scores = (first_look(found) + signs_of[:, :first] @ weights[:first] + offers).tolist()
    chances = np.exp(np.array(scores) - max(scores))
    chances /= chances.sum()
    quotes = []
    for i, (hit, start, end) in enumerate(found.spots):
        id, coverage = hit.passage.id, float(found.base[i, 1])
        quotes.append(
            Quote(
                document=hit.document,
                passage=hit.passage,
                start=start,
                end=end,
                score=scores[i],
                chance=float(chances[i]),
                coverage=coverage,
                context=max(coverage, found.context[id]),
                pairs=found.pairs[id],
                share=found.share[id],
                ahead=ahead(hit.score, len(index.passages)),
                dense=float(max(found.plain[i], found.base[i, 2])),
                form=float(found.base[i, 5]),
                offers=float(offers[i]),
                signs=tuple(found.matches[i].tolist()),
            )
        )
    return sorted(quotes, key=lambda q: (-q.score, q.document.id, q.start))


def _cosines(question: Question, texts: Sequence[str], index: Index) -> npt.NDArray[np.float32]:
    """Cosine of the question with each text, and the one to rank by, shape (2, len(texts)): of an English question the
    mean of it and of its words in Vietnamese, for a name alone draws its vector to every sentence with that name."""
    asked = [question.text, *([gloss(question, index)] if question.language == "en" else [])]
    vectors = index.encoder.encode(asked, query=True)
    cosines = index.encoder.encode(texts) @ vectors.T
    return np.stack([cosines[:, 0], cosines.mean(axis=1)])


def ahead(score: float, size: int) -> float:
    """How far a passage's fused `score` is above the mean, told the same of 20 passages and of 6,500: z-scores of the
    best grow with the `size` of the index, here by about its cube root."""
    return score / math.cbrt(max(size, 1))


def _spans(passage: Passage) -> Iterable[tuple[int, int]]:
    """Where the quotes of `passage` are: sentences and parts of long ones, a caption with its credit."""
    spans: list[tuple[int, int]] = []
    for start, end in quote_spans(passage.text):
        text = passage.text[start:end]
        if spans and _CREDIT.fullmatch(text) and "\n" not in passage.text[spans[-1][1] : start]:
            start = spans.pop()[0]
        spans.append((start, end))
    return ((passage.start + a, passage.start + b) for a, b in spans)


_CREDIT = re.compile(r"\((?:Ảnh|Nguồn ảnh|Photo)\s*:[^()]*\)\.?\Z|(?<=\. )Ảnh\s*:[^.]{2,40}\.?\Z")
_PICTURE = re.compile(r"\b(?:ảnh|anh|chụp|chup|photo\w*|pictures?)\b", re.IGNORECASE)

# What a text says of its sources instead of the thing: that they do not tell, or are to be doubted or told apart.
_CAUTION = re.compile(
    r"\bcần (?:được )?(?:kiểm tra lại|phân biệt|xác minh|đối chiếu|kèm theo nguồn)\b"
    r"|\bkhông nên (?:dùng|gộp|nhầm|hiểu)\b|\bnhiều khả năng là viết nhầm\b|\bchưa có nguồn nào\b"
    r"|\bcác nguồn (?:đều )?thống nhất\b|\bkhông nói (?:rõ )?[^.;:]{0,30}\b(?:bao nhiêu|thế nào|khi nào|gì|nào)\b"
    r"|\bđây là phép tính\b|\bhai \S+ \S+ khác nhau\b"
    r"|\b(?:nguồn|bài|trang|báo|tài liệu)\b[^.;:]{0,80}\b(?:không|chưa) (?:nêu|ghi|cho biết|đề cập|nói rõ)\b",
    re.IGNORECASE,
)
_DOUBTS = re.compile(
    r"\b(?:khác|phân biệt|nhầm|khớp|đúng|thống nhất|mâu thuẫn|nguồn|khac|phan biet|nham|khop|dung|nguon|differ\w*|same"
    r"|agree|sources?)\b",
    re.IGNORECASE,
)


def cautions(text: str) -> bool:
    """True when `text` remarks on sources: that they do not say something, or that a figure is to be checked."""
    return bool(_CAUTION.search(text))


_NUMBER = re.compile(r"\d")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Times that are no dates: "đầu tháng 8", "ngày 23/5", "16h15", "thế kỷ 12", "ngay tuần sau", "quý III".
_TIME = re.compile(
    r"\b(?:ngày|tháng|năm|lúc|thế k[ỷỉ]|quý|khóa)\s+(?:\d|[IVX]+\b)|\b\d+(?:h\b|h\d|\s?(?:giờ|ngày|tháng|năm)\b)"
    r"|\b(?:tuần|tháng|năm|ngày)\s+(?:sau|trước|tới|nay|qua|này|đó)\b|\bhôm (?:qua|nay)\b|\bmùa (?:xuân|hè|thu|đông)\b",
    re.IGNORECASE,
)
# Documents named by number alone: "quyết định số 458", "Nghị quyết 39".
_NUMBERED = re.compile(
    r"\b(?:nghị quyết|quyết định|đề án|chương trình|kế hoạch|thông tư|nghị định|chỉ thị|luật)\s+(?:số\s+)?\d",
    re.IGNORECASE,
)


def form_cue(question: Question, text: str) -> float:
    """1 when `text` has the form the question asks for, 0 when it lacks it, 0.5 when the question asks for no form."""
    match question.kind:
        case "when":
            return 1.0 if dates(text) else 0.7 if YEAR.search(text) else 0.5 if _TIME.search(text) else 0.0
        case "how_many":
            return _counted_cue(question, text)
        case "which_document":
            return 1.0 if codes(text) else 0.7 if _NUMBERED.search(text) else 0.0
        case "who":
            return 1.0 if has_person(text) else 0.0
        case "which":
            return _named_cue(question.focus, text)
        case "definition":
            return 1.0 if _defines(question, text) else 0.0
        case "list":
            return 1.0 if text.count(",") + 2 * text.count(";") >= 2 else 0.3
        case _:
            return 0.5


def _fresh(question: Question, text: str) -> bool:
    """True when `text` has a number for "how many" or "when", or a name for "who" or "which", that is not a word of the
    question: the year asked about is not the year asked for."""
    if question.kind not in ("how_many", "when", "who", "which"):
        return False
    numbers = question.kind in ("how_many", "when")
    for i, word in enumerate(text.split()):
        bare = word.strip(_PUNCTUATION)
        told = _NUMBER.search(bare) if numbers else i and bare[:1].isupper() and not _NUMBER.search(bare)
        if told and not {fold(w) for w in syllables(bare)} <= _words_of(question.text):
            return True
    return False


@lru_cache(16)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(fold(w) for w in syllables(text))


_PUNCTUATION = "“”\"'’(),.:;[]"

# Titles before a name; of those of two syllables the last: thủ tướng, bí thư, chủ tịch, bộ trưởng, giám đốc, đồng chí.
_TITLES = frozenset("ông bà tướng thư tịch trưởng đốc chí giả người ảnh".split())


def has_person(text: str) -> bool:
    """True when a title ("ông", "Bí thư", "Thủ tướng") is followed, at once or after an office, by a two-word name."""
    words = [w.strip("“”\"'’(),.:;") for w in text.split()]
    for i, word in enumerate(words[:-2]):
        if word.lower() in _TITLES and any(
            _capital(words[j : j + 2]) for j in range(i + 1, min(i + 8, len(words) - 1))
        ):
            return True
    return False


def _capital(words: list[str]) -> bool:
    return len(words) == 2 and all(w[:1].isupper() for w in words)


# What answers "trường nào" is called "đại học", what answers "nơi nào" a district or a town (last syllables, folded).
_KINDS_OF = {
    "truong": ("hoc",),
    "noi": ("huyen", "tinh", "pho", "xa", "phuong"),
    "dau": ("huyen", "tinh", "pho", "xa", "phuong"),
    "phuong": ("huyen", "tinh", "pho", "xa"),
}


def _named_cue(focus: str, text: str) -> float:
    """1 when the thing asked for stands with a name or number ("huyện Châu Thành" for "huyện nào"), half without."""
    if not focus:
        return 0.5
    words = [w.strip("“”\"'’(),.:;") for w in text.split()]
    wanted = {focus, *_KINDS_OF.get(focus, ())}
    best = 0.0
    for word, after in zip(words, [*words[1:], ""], strict=False):
        if fold(key(word)) in wanted:
            best = max(best, 1.0 if after[:1].isupper() or after[:1].isdigit() else 0.5)
    return best


_VAGUE = re.compile(r"\b(?:nửa|vài|hàng (?:chục|trăm|nghìn|ngàn|triệu|tỷ)|(?:một|hai|ba|bốn) phần|gấp đôi)\b", re.I)


def _counted_cue(question: Question, text: str) -> float:
    """1 when a number stands with the unit asked for, 0.6 for any number (0.4 for a wrong unit was no better)."""
    things = counted(text)
    if question.unit and any(fold(u) in things for u in question.unit):
        return 1.0
    if not things and not _NUMBER.search(text):
        return 0.3 if _VAGUE.search(text) else 0.0
    return 0.6


_HEADWORD = re.compile(
    r"[“\"]([^”\"]{2,60})[”\"](?:\s[^”,.;:]{1,40}?)?\s+(?:là|nghĩa là|gồm|có nghĩa)\b|([^,.;:]{2,60}?)\s+là[\s:]"
)


def headword(text: str) -> str:
    """What `text` defines, when it begins like a definition: "“Hai tuyến” là …", "SIPAS là …"; else ""."""
    found = _HEADWORD.match(text)
    return (found.group(1) or found.group(2) or "") if found else ""


def _defines(question: Question, text: str) -> bool:
    """True when `text` defines what the question names, or spells out an acronym it names: "… (SIPAS)"."""
    # "Nghị quyết số 05-NQ/TU" and "Nghị quyết 05-NQ/TU" are one name; "đột phá thứ hai của tỉnh" is asked for without
    # its last words too
    head = re.sub(r"\s(?:của|ở|tại)\s.*", "", headword(text))
    defined, asked = ([fold(w) for w in syllables(t) if w != "số"] for t in (head, question.text))
    if defined and any(asked[i : i + len(defined)] == defined for i in range(len(asked))):
        return True
    return any(f"({a})" in text for a in re.findall(r"\b[A-Z]{3,}\b", question.text))


def _defines_asked(question: Question, text: str) -> bool:
    """True when `text` defines in quotation marks what the question puts in them or asks the meaning of."""
    named = QUOTED_HEAD.match(text)
    if not named:
        return False
    defined = list(map(fold, syllables(named.group(1))))
    if any(defined == list(map(fold, syllables(p))) for p in question.phrases):
        return True
    # "Ba nhiệm vụ đột phá là gì?" asks for “Ba nhiệm vụ đột phá chiến lược”, and so does "Ba đột phá chiến lược là gì?"
    begun = " ".join(defined[: max(2, len(defined) - 2)])
    asked = bare_syllables(question.text)
    return question.kind in ASKS_NAMED and (f" {begun} " in f" {' '.join(asked)} " or _shortened(defined, asked))


def _shortened(name: Sequence[str], said: Sequence[str]) -> bool:
    """True when `said` has the first and the last word of `name`, and side by side with them most of those between."""
    kept = [_in_order(name, said[start:]) for start, word in enumerate(said) if word == name[0]]
    return any(n >= 3 and n >= 0.6 * len(name) and last == name[-1] for n, last in kept)


def _in_order(name: Sequence[str], said: Sequence[str]) -> tuple[int, str]:
    """How many of the first words of `said` stand in `name` in the same order, and the last of them."""
    rest = iter(name)
    kept = list(takewhile(lambda word: word in rest, said))
    return len(kept), kept[-1]


def _other_codes(question: Question, text: str) -> int:
    """How many document codes in `text` are not among those the question names; 0 when it names none."""
    return len({code for _, _, code in codes(text)} - set(question.codes)) if question.codes else 0


def _lacks_code(question: Question, hit: Hit, text: str) -> bool:
    """True when the question names documents by code and neither `text` nor its headings and title name one of them."""
    if not question.codes:
        return False
    said = f"{text} {' '.join(hit.passage.headings)} {hit.document.title} {hit.document.number}"
    return not {code for _, _, code in codes(said)} & set(question.codes)


def _phrase_share(question: Question, text: str) -> float:
    """Share of the phrases in quotation marks in the question that `text` holds, 0..1; diacritics may be missing."""
    if not question.phrases:
        return 0.0
    said = bare_text(text)
    return sum(bare_text(p) in said for p in question.phrases) / len(question.phrases)
