"""Ranks the sentences of the passages found: which of them, quoted, answer the question."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.question import Kind, Question, counted
from index.search import Index, scored_text
from index.text import bare_syllables, bare_text, codes, dates, fold, key, marks, syllables, terms
from index.translate import expand, translations
from index.types import Document, Hit, Passage
from ingest.sentences import quote_spans

_K1, _B, _MEAN_LENGTH = 1.2, 0.4, 30.0  # BM25 within a sentence; 30 syllables is a usual sentence of a report

# Weights of the parts of a quote's score, fitted by listwise logistic regression, so that scores are log-odds: the
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

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]


class Scorer:
    """Scores text against one question over one index."""

    def __init__(self, question: Question, index: Index) -> None:
        self.question = question
        weights = _term_weights(question, index)
        # A term no passage holds cannot tell sentences apart.
        self._weights = {term: w for term, w in weights.items() if index.lexical.frequency(term)}
        self._words = word_weights(question, index)
        self._words_mass = sum(self._words.values()) or 1.0
        self._mass = sum(self._weights.values()) or 1.0
        if question.language == "en":
            # What is known ("Hau Giang") must not count for a whole question whose words have no translation here.
            self._mass += sum(w for word, w in self._words.items() if not known_word(word, question, index))
        self._translations = {w: _known(w, index) for w in question.words} if question.language == "en" else {}
        self._pairs = _pairs(question, index)

    def match(self, bag: Counter[str]) -> float:
        """BM25 of the text with terms `bag` for the question's terms, as a share of the best there could be, 0..1."""
        length = (bag.total() + 2) / 4  # in syllables: n of them make 4n - 2 terms, codes and dates aside
        norm = _K1 * (1 - _B + _B * length / _MEAN_LENGTH)
        found = ((weight, bag[term]) for term, weight in self._weights.items() if term in bag)
        return sum(weight * tf * (_K1 + 1) / (tf + norm) for weight, tf in found) / self._mass

    def coverage(self, bag: Counter[str]) -> float:
        """Share of the question's content words, by idf, that the text holds, 0..1; half for a word whose diacritics
        differ from those typed."""
        total = 0.0
        for word, weight in self._words.items():
            if word in bag:
                total += weight
            elif said := self._translations.get(word):
                # one of two synonyms says it all; "ban" is no sign of "bản"
                total += weight * min(1.0, 2 * sum(p for term, p in said.items() if term in bag))
            elif "~" + fold(word) in bag:
                total += weight * (0.5 if fold(word) != word else 1.0)
        return total / self._words_mass

    def defines(self, text: str) -> bool:
        """True when `text` defines in quotation marks what an English question asks for: all its words are translations
        of the question's."""
        named = _QUOTED_HEAD.match(text)
        if not (named and self._translations and self.question.kind in _ASKS_NAMED):
            return False
        said = {fold(s) for found in self._translations.values() for term in found for s in term.split("_")}
        defined = [fold(w) for w in syllables(named.group(1))]
        return len(defined) > 1 and said.issuperset(defined)

    def pairs(self, bag: Counter[str]) -> float:
        """Share of the question's neighbouring content words, by idf, that stand side by side in the text (diacritics
        aside), 0..1. Most Vietnamese words have two syllables: "dân" and "số" apart are not "dân số". Of an English
        word, any translation of two syllables will do. A question without such words ("SIPAS là gì") is taken by its
        single ones."""
        mass = sum(self._pairs.values())
        found = sum(w for terms_of, w in self._pairs.items() if any(term in bag for term in terms_of))
        return found / mass if mass else self.coverage(bag)


def _pairs(question: Question, index: Index) -> dict[tuple[str, ...], float]:
    """Inverse document frequency of the pairs of content words that stand side by side in the question as typed, by
    their term without diacritics. In an English question two such words are a pair only when they are a name; its other
    pairs are words with translations of two syllables, any of which will do."""
    content = set(question.words)
    typed = syllables(question.text)
    pairs = [f"~{fold(a)}_{fold(b)}" for a, b in itertools.pairwise(typed) if a in content and b in content]
    idf, frequency = index.lexical.idf, index.lexical.frequency
    if question.language == "vi":
        return {(pair,): idf(pair) for pair in pairs}
    found: dict[tuple[str, ...], float] = {(pair,): idf(pair) for pair in pairs if frequency(pair)}
    for word in question.words:
        if said := tuple(term for term in translations(word) if "_" in term):
            found[said] = idf(next((term for term in said if frequency(term)), said[0]))
    return found


def known_word(word: str, question: Question, index: Index) -> bool:
    """True when some passage holds `word` of the question, diacritics aside, or a translation of it."""
    return bool(index.lexical.frequency("~" + fold(word)) or (question.language == "en" and _known(word, index)))


def _known(word: str, index: Index) -> dict[str, float]:
    """The translations of an English word that some passage holds, with their shares."""
    return {term: p for term, p in translations(word).items() if index.lexical.frequency(term)}


def _term_weights(question: Question, index: Index) -> dict[str, float]:
    if question.language == "en":
        weights = {term: weight * index.lexical.idf(term) for term, weight in expand(question.text).items()}
    else:
        weights = {term: index.lexical.idf(term) for term in _vietnamese_terms(question)}
    for code in question.codes:
        weights["#" + code] = 2 * index.lexical.idf("#" + code)
    for mark in marks(question.text):
        weights.setdefault(mark, index.lexical.idf(mark))
    return weights


def _vietnamese_terms(question: Question) -> list[str]:
    bare = [fold(w) for w in question.words]
    found = [*question.words, *("~" + w for w in bare)]
    # bigrams only of words that stand side by side in the question as typed
    for a, b in itertools.pairwise(syllables(question.text)):
        if a in question.words and b in question.words:
            found += (f"{a}_{b}", f"~{fold(a)}_{fold(b)}")
    return found


def word_weights(question: Question, index: Index) -> dict[str, float]:
    """Inverse document frequency of each content word of the question (of its bare spelling if only that is known), of
    an English word that of its translations."""
    weights = {w: index.lexical.idf(w if index.lexical.frequency(w) else "~" + fold(w)) for w in question.words}
    if question.language == "en":
        for word in weights:
            if said := _known(word, index):
                weights[word] = sum(p * index.lexical.idf(t) for t, p in said.items()) / sum(said.values())
    return weights


def rank_quotes(question: Question, index: Index, hits: Sequence[Hit]) -> list[Quote]:
    """Sentences of the best `hits`, best first; ties in document order."""
    scorer = Scorer(question, index)
    spots = [(hit, a, b) for hit in hits for a, b in _spans(hit.passage)]
    if not spots:
        return []
    texts = [hit.document.text[a:b] for hit, a, b in spots]
    plain, cosines = _cosines(question, texts, index)
    around = {h.passage.id: Counter(terms(scored_text(h.document, h.passage))) for h in hits}
    context = {id: scorer.coverage(bag) for id, bag in around.items()}
    pairs = {id: scorer.pairs(bag) for id, bag in around.items()}
    share = {id: scorer.match(bag) for id, bag in around.items()}
    place = {h.passage.id: n for n, h in enumerate(hits, 1)}
    bags = [Counter(terms(text)) for text in texts]
    cues = [form_cue(question, text) for text in texts]
    doubts, pictured = bool(_DOUBTS.search(question.text)), bool(_PICTURE.search(question.text))
    scores = [
        _MATCH * scorer.match(bag)
        + _COVERAGE * scorer.coverage(bag)
        + _DENSE * float(cosine)
        + _HIT * (hit.score - hits[0].score)
        + _RANK / place[hit.passage.id]
        + _CUE * cue
        + _FRESH * _fresh(question, text)
        + _DEFINES * _defines(question, text)
        + _DEFINES_ASKED * (_defines_asked(question, text) or scorer.defines(text))
        + _PHRASE * _phrase_share(question, text)
        - _OTHER_CODE * _other_codes(question, text)
        - _LACKS_CODE * _lacks_code(question, hit, text)
        - _REMARK * (cautions(text) and not doubts)
        - _CAPTION * (bool(_CREDIT.search(text)) and not pictured)
        for (hit, _, _), text, bag, cosine, cue in zip(spots, texts, bags, cosines, cues, strict=True)
    ]
    chances = np.exp(np.array(scores) - max(scores))
    chances /= chances.sum()
    quotes = []
    for i, (hit, start, end) in enumerate(spots):
        coverage = scorer.coverage(bags[i])
        quotes.append(
            Quote(
                document=hit.document,
                passage=hit.passage,
                start=start,
                end=end,
                score=scores[i],
                chance=float(chances[i]),
                coverage=coverage,
                context=max(coverage, context[hit.passage.id]),
                pairs=pairs[hit.passage.id],
                share=share[hit.passage.id],
                ahead=ahead(hit.score, len(index.passages)),
                dense=float(max(plain[i], cosines[i])),
                form=cues[i],
            )
        )
    return sorted(quotes, key=lambda q: (-q.score, q.document.id, q.start))


def _cosines(question: Question, texts: Sequence[str], index: Index) -> npt.NDArray[np.float32]:
    """Cosine of the question with each text, and the one to rank by, shape (2, len(texts)): of an English question the
    mean of it and of its words in Vietnamese, for a name alone draws its vector to every sentence with that name."""
    asked = [question.text, *([_gloss(question, index)] if question.language == "en" else [])]
    vectors = index.encoder.encode(asked, query=True)
    cosines = index.encoder.encode(texts) @ vectors.T
    return np.stack([cosines[:, 0], cosines.mean(axis=1)])


def _gloss(question: Question, index: Index) -> str:
    """The content words of an English question, each by its likeliest translation that some passage holds."""
    said = ((w, _known(w, index)) for w in question.words)
    return " ".join(max(known, key=known.__getitem__).replace("_", " ") if known else w for w, known in said)


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
    asked = {fold(w) for w in syllables(question.text)}
    for i, word in enumerate(text.split()):
        bare = word.strip(_PUNCTUATION)
        if {fold(w) for w in syllables(bare)} <= asked:
            continue
        if question.kind in ("how_many", "when"):
            if _NUMBER.search(bare):
                return True
        elif i and bare[:1].isupper() and not _NUMBER.search(bare):
            return True
    return False


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
    # "Nghị quyết số 05-NQ/TU" and "Nghị quyết 05-NQ/TU" are one name
    defined, asked = ([fold(w) for w in syllables(t) if w != "số"] for t in (headword(text), question.text))
    if defined and any(asked[i : i + len(defined)] == defined for i in range(len(asked))):
        return True
    return any(f"({a})" in text for a in re.findall(r"\b[A-Z]{3,}\b", question.text))


def _defines_asked(question: Question, text: str) -> bool:
    """True when `text` defines in quotation marks what the question puts in them or asks the meaning of."""
    named = _QUOTED_HEAD.match(text)
    if not named:
        return False
    defined = list(map(fold, syllables(named.group(1))))
    if any(defined == list(map(fold, syllables(p))) for p in question.phrases):
        return True
    # "Ba nhiệm vụ đột phá là gì?" asks for “Ba nhiệm vụ đột phá chiến lược”
    begun = " ".join(defined[: max(2, len(defined) - 2)])
    asked = f" {' '.join(bare_syllables(question.text))} "
    return question.kind in _ASKS_NAMED and f" {begun} " in asked


_ASKS_NAMED: tuple[Kind, ...] = ("definition", "list", "which")


_QUOTED_HEAD = re.compile(r"[“\"]([^”\"]{2,60})[”\"](?:\s[^”,.;:]{1,40}?)?\s+(?:là|nghĩa là|gồm|có nghĩa)\b")


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
