"""What changed and what is disputed: the newer statement before the older one, and both sides of a disagreement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.parts import MAX_QUOTES, Rank, asks_agreement, entities, parts, same_words, without_agreement
from app.question import Question, understand
from app.select import YEAR, Quote, cautions, has_person
from app.types import Language
from index.search import Index, scored_text
from index.text import bare_text, codes, dates, fold, key, months, syllables
from index.translate import translations

_POOL = 15  # sentences, best first, among which the other side is looked for
_AS_GOOD = 0.5  # of the best score: the other side is about the same thing, though it may be said in other words
_SAME = 0.75  # share of the question's words in one statement, by idf, that the other holds as well

# What has not happened yet, and what says that something has (folded).
_PENDING = re.compile(r"\b(?:dang trinh|con trinh|du kien|de xuat|phuong an|du thao|lo hen|theo ke hoach|du tinh)\b")
_DONE = re.compile(
    r"\b(?:(?:duoc|da) (?:\w+ ){0,4}?(?:phe duyet|thong qua|ban hanh|hoan thanh|thong xe|thanh lap|sap nhap|hop nhat)"
    r"|phe duyet bang|thay the|sua doi|bo sung|dieu chinh|bai bo|chinh thuc|khong con|thong xe|khoi cong|hoan thanh"
    r"|sap nhap|hop nhat|ket qua|sap xep|gom)\b"
)
_DISAGREE = re.compile(
    r"\b(?:khong thong nhat|chua thong nhat|khong khop|chua khop|mau thuan|trai nguoc|trai nhau|lech nhau|khac nhau"
    r"|(?:ghi|noi|dem) khac)\b"
)
_SOURCES = re.compile(r"\b(?:nguon|so lieu|con so|tai lieu)\b")
# Kinds of question whose answer time or another source may change: what a thing is called does not.
_CHANGES = frozenset(("when", "how_many", "which_document", "other"))
_STATUS = re.compile(
    r"\b(?:da (?:\w+ )+chua|con (?:\w+ )+khong|con (?:\w+ )+hay da|chua|hien (?:nay|dang|gio|tai)|bay gio|yet|now|still"
    r"|currently|already|buoc nao)\b"
)
_THEN = re.compile(r"\b(?:du kien|phuong an|du thao|ke hoach|de xuat|luc do|khi do|truoc do|ban dau)\b")


@dataclass(frozen=True, slots=True)
class Told:
    """The quotes to show, in order, and what they are to each other."""

    quotes: tuple[Quote, ...]
    disagree: bool = False  # sources give different values
    older: tuple[int, ...] = ()  # indexes of quotes that a quote before them overtook


def asks_status(question: Question) -> bool:
    """True for "đã được phê duyệt chưa?", "còn là một tỉnh riêng không?", "hiện …": how things stand."""
    return bool(_STATUS.search(bare_text(question.text)))


def pending(text: str) -> bool:
    """True when `text` tells of a plan, a draft, something submitted and not decided."""
    return bool(_PENDING.search(bare_text(text))) and not overtaken(text)


def overtaken(text: str) -> bool:
    """True when `text` itself tells both the plan and what became of it."""
    bare = bare_text(text)
    return bool(re.search(r"\b(?:chinh thuc|thuc te la|nen tinh trang)\b", bare))


def disagrees(text: str) -> bool:
    """True when `text` itself says that sources disagree."""
    bare = bare_text(text)
    return bool(_DISAGREE.search(bare) and _SOURCES.search(bare))


def spoken_at(quote: Quote) -> str:
    """ISO date, possibly partial, of what `quote` tells: the latest it names, else its document's."""
    named = [iso for found in (dates, months) for _, _, iso in found(quote.text) if iso[:4].isdigit()]
    return max(named, default=quote.document.published)


# What is still to come when it is written, or a term that is set: its day is no date of what is told (folded).
_AHEAD = re.compile(
    r"\b(?:du kien|muc tieu|ke hoach|se|phan dau|hieu luc|ap dung|thi hanh|cham nhat|truoc ngay|thoi han|han cuoi"
    r"|den (?:het )?ngay|du thao|de xuat)\b"
)


def told_day(text: str, published: str) -> str:
    """The latest day (ISO) that `text` tells of as passed, if that is after `published`, the ISO date of its document,
    possibly partial; else "". A document put together from several may bear the date of an early one."""
    days = [iso for _, _, iso in dates(text) if len(iso) == 10 and iso[:4].isdigit()]
    latest = max(days, default="")
    late = bool(published) and latest[: len(published)] > published
    return latest if late and not _AHEAD.search(bare_text(text)) else ""


def before_judging(question: Question, quotes: Sequence[Quote], index: Index, rank: Rank) -> list[Quote]:
    """`quotes`, or for a question that asks whether the sources agree, or how things stand, those that say it."""
    if asks_agreement(question.text):
        return _sides(question, quotes, index, rank)
    if asks_status(question) and question.kind == "who":
        return _holder(question, quotes, rank)
    if _asks_still(question) and question.kind not in ("who", "how_many", "when"):
        quotes = _no_longer(question, quotes, rank(question))
        if quotes and _CEASED.search(bare_text(quotes[0].text)):
            return quotes
    if asks_status(question) and question.kind in (*_CHANGES, "which"):
        return _standing(question, quotes, index, rank)
    return list(quotes)


def _sides(question: Question, quotes: Sequence[Quote], index: Index, rank: Rank) -> list[Quote]:
    """The sentence that tells the disagreement, if there is one, and the best about what is disputed."""
    subject = without_agreement(question)
    pool = rank(subject)
    if not pool:
        return list(quotes)
    names = " ".join([n for n in entities(pool[0].text) if codes(n)][:1])
    pool = [
        *pool[:_POOL],
        *rank(understand(f"{subject.text.rstrip(' ?.!')} {names} các nguồn không thống nhất"))[:_POOL],
    ]
    telling = [q for q in pool if disagrees(q.text) and _share(subject, q, index, with_title=True) >= _SAME]
    if not telling:
        return list(quotes)
    first = max(telling, key=lambda q: (_figures(q) >= 2, _share(subject, q, index, with_title=False), q.score))
    one_side = [q for q in quotes if not same_words(q.text, first.text) and _given(q) & _given(first)]
    return [first, *one_side[:1]]


def _given(quote: Quote) -> set[str]:
    """Figures and dates that `quote` tells."""
    told = {iso for _, _, iso in dates(quote.text)}
    return told | {n for found in values(quote.text).values() for n in found}


def _figures(quote: Quote) -> int:
    """How many things one could disagree on `quote` tells: figures, dates, or words beside each other's source."""
    return max(len(_given(quote)), len(re.findall(r"\bghi\b|\bgọi\b|\bnêu\b", quote.text)))


_PERSON = re.compile(r"\b[Ôô]ng |\b[Bb]à |\b[Đđ]ồng chí ")
_FORMER = re.compile(
    r"\b(?:từng|cựu|nguyên (?:bí thư|chủ tịch|giám đốc|phó)|trước khi|lúc mới|khi mới|thôi giữ|thay cho)\b"
)


def _holder(question: Question, quotes: Sequence[Quote], rank: Rank) -> list[Quote]:
    """Who holds an office now: of the sentences that name somebody in it, the one told last, then the best of the
    others."""
    pool = [
        q for q in rank(question)[:_POOL] if has_person(q.text) and not cautions(q.text) and _names_all(question, q)
    ]
    most = max((q.coverage for q in pool), default=0.0)
    held = [q for q in pool if q.coverage >= _SAME * most and not _FORMER.search(key(q.text))]
    if not held:
        return list(quotes)
    last = max(held, key=lambda q: (spoken_at(q), len(_PERSON.findall(q.text)) == 1, q.score))
    return [last, *(q for q in quotes if has_person(q.text) and not same_words(q.text, last.text))][:2]


def _names_all(question: Question, quote: Quote) -> bool:
    said = f" {bare_text(quote.text)} "
    return all(f" {bare_text(name)} " in said for name in question.names)


# That it is so no longer is said in few of the words that ask: share of the best coverage, or log-odds behind the best.
_ABOUT, _BEHIND = 0.4, 3.0
_STILL = re.compile(r"\b(?:còn (?:\w+ ){1,6}(?:không|hay)|vẫn còn|still|no longer)\b")
_STILL_BARE = re.compile(  # "con" is also a child, and the first half of road, figure and man
    r"\b(?:con (?!duong|so|nguoi|em|gai|trai|kenh|song)(?:\w+ ){1,6}(?:khong|hay)|van con|still|no longer)\b"
)
_CEASED = re.compile(r"\b(?:khong con|da giai the|da bai bo|het hieu luc|van con)\b")


def _asks_still(question: Question) -> bool:
    return bool((_STILL if question.accented else _STILL_BARE).search(" ".join(syllables(question.text))))


def _no_longer(question: Question, quotes: Sequence[Quote], ranked: Sequence[Quote]) -> list[Quote]:
    """`quotes`, behind the best sentence that says whether it is still so, if one near the best does."""
    pool = ranked[:_POOL]
    covered = _ABOUT * max((q.coverage for q in pool), default=0.0)
    likely = max((q.score for q in pool), default=0.0) - _BEHIND
    telling = [q for q in pool if _CEASED.search(bare_text(q.text)) and (q.coverage >= covered or q.score >= likely)]
    telling = [q for q in telling if _names_all(question, q)]
    return [*telling[:1], *(q for q in quotes if not any(same_words(q.text, t.text) for t in telling[:1]))][:_SHOWN]


_SHOWN = 2


_BY_WHAT = {"vi": "bằng văn bản nào, ngày nào", "en": "by which decision, on what date"}


def _standing(question: Question, quotes: Sequence[Quote], index: Index, rank: Rank) -> list[Quote]:
    """How things stand, newest first, with the document that made it so, if one is named."""
    basis = rank(understand(f"{question.text.rstrip(' ?.!')} {_BY_WHAT[question.language]}"))[:_POOL]
    if not basis or not quotes:
        return list(quotes)
    least = _AS_GOOD * max(q.coverage for q in quotes)
    named = [
        q
        for q in basis
        if codes(q.text) and not pending(q.text) and (q.coverage >= least or q.passage.id == quotes[0].passage.id)
    ]
    best = max(named, key=lambda q: (_made(q), q.score), default=None)
    if best is None:
        return list(quotes)
    newest = [q for q in quotes[:1] if q.document.published >= best.document.published and not _before(q.text)]
    kept: list[Quote] = []
    for quote in [*newest, best, *(q for q in quotes if pending(q.text))]:
        if not any(same_words(quote.text, other.text) for other in kept):
            kept.append(quote)
    return kept


def _before(text: str) -> bool:
    return pending(text) or bare_text(text).startswith("truoc khi ")


def _made(quote: Quote) -> float:
    return bool(_DONE.search(bare_text(quote.text))) + 0.5 * bool(dates(quote.text))


def _share(question: Question, quote: Quote, index: Index, *, with_title: bool) -> float:
    """Share of the content of `question` that `quote` holds, by idf, 0..1; an English word by its translations."""
    text = f"{scored_text(quote.document, quote.passage)}" if with_title else quote.text
    said = {fold(w) for w in syllables(text)}
    ways = {fold(w): _ways(w, question.language) for w in question.words}
    weights = {w: max(index.lexical.idf("~" + way[0]) for way in found) for w, found in ways.items()}
    mass = sum(weights.values())
    held = (weight for w, weight in weights.items() if any(said.issuperset(way) for way in ways[w]))
    return sum(held) / mass if mass else 0.0


def _ways(word: str, language: Language) -> list[list[str]]:
    """How a text may say a word of a question: its folded syllables, one list for each way."""
    said = translations(word) if language == "en" else {}
    return [[fold(word)], *([fold(s) for s in term.split("_")] for term, share in said.items() if share >= _LIKELY)]


_LIKELY = 0.2  # a translation that is one of five or more says little


def arranged(question: Question, quotes: Sequence[Quote], index: Index, rank: Rank) -> Told:
    """`quotes`, that answer `question`, with the other side beside them: a newer or older statement of the same thing,
    or a source that says otherwise."""
    telling = next((q for q in quotes if disagrees(q.text)), None)
    if telling and asks_agreement(question.text):
        return Told((telling, *(q for q in quotes if q is not telling)), disagree=True)
    if telling and question.kind in _CHANGES and _on_it(question, quotes[0], telling, index):
        return Told(tuple(quotes), disagree=True)
    if question.kind not in (*_CHANGES, "yes_no") or not quotes:
        return Told(tuple(quotes))
    ranked = rank(question)[:_POOL]
    other = _other(question, quotes[0], ranked, index)
    if other:
        return _in_time(question, quotes, other)
    disputed = _disputed(question, quotes[0], ranked, index)
    if disputed:
        return Told(tuple([quotes[0], disputed, *(q for q in quotes[1:] if q != disputed)][:3]), disagree=True)
    return Told(tuple(quotes))


def _same_thing(question: Question, one: Quote, other: Quote, index: Index) -> bool:
    """True when both hold nearly the same of what is asked, and most of it."""
    held = [_share(question, q, index, with_title=False) for q in (one, other)]
    return min(held) >= _SAME * max(held) and max(held) >= _AS_GOOD


def _other(question: Question, first: Quote, ranked: Sequence[Quote], index: Index) -> Quote | None:
    """What `first` overtook, if it is done, or what overtook it, if it is pending."""
    if not ranked:
        return None
    waits = pending(first.text)
    # "vẫn đang trình …?": what overtook it says nothing of waiting
    asked = understand(_WAITING.sub(" ", question.text)) if pending(question.text) else question
    for quote in ranked:
        if quote.score < _AS_GOOD * ranked[0].score:
            break
        if same_words(quote.text, first.text) or pending(quote.text) == waits or overtaken(quote.text):
            continue
        old, new = (first, quote) if waits else (quote, first)
        if (
            _DONE.search(bare_text(new.text))
            and spoken_at(old) < spoken_at(new)
            and _same_thing(asked, old, new, index)
        ):
            return quote
    return None


_WAITING = re.compile(r"\b(?:vẫn|đang|chờ|trình|van|dang|trinh)\b", re.IGNORECASE)


def _in_time(question: Question, quotes: Sequence[Quote], other: Quote) -> Told:
    """Newer before older, unless the question asks of the time of the older one."""
    old, new = (quotes[0], other) if pending(quotes[0].text) else (other, quotes[0])
    rest = [q for q in quotes if q not in (old, new) and not same_words(q.text, old.text)]
    if _THEN.search(bare_text(question.text)) and pending(quotes[0].text):
        return Told((old, new, *rest)[:3])
    return Told((new, old, *rest)[: MAX_QUOTES if len(parts(question)) > 1 else 2], older=(1,))


_VALUE = re.compile(r"(?<![\w/.,-])(\d[\d.,]*\d|\d)\s?(km2|km²|km|ha|m2|%|[^\W\d_]+(?:\s(?:đồng|người|dân))?)")


def values(text: str) -> dict[str, set[str]]:
    """Figures by unit in `text`: "rộng 291 ha" -> {"ha": {"291"}}; dates, codes and years are none."""
    taken = [(a, b) for found in (codes, dates, months) for a, b, _ in found(text)]
    found: dict[str, set[str]] = {}
    for match in _VALUE.finditer(text):
        number, unit = match.groups()
        if not any(a <= match.start() < b for a, b in taken) and not re.fullmatch(r"(?:19|20)\d\d", number):
            found.setdefault(fold(key(unit)), set()).add(number)
    return found


def _disputed(question: Question, first: Quote, ranked: Sequence[Quote], index: Index) -> Quote | None:
    """A sentence that says that sources disagree on what is asked, or another source's other value of it."""
    if question.kind != "how_many" or not ranked:
        return None
    for quote in ranked:
        if quote.score < _AS_GOOD * ranked[0].score:
            break
        if disagrees(quote.text) and _on_it(question, first, quote, index):
            return quote
    given = values(first.text)
    for quote in ranked[:_POOL]:
        if quote.score < _CLOSE * ranked[0].score:
            break
        held = [_share(question, q, index, with_title=False) for q in (first, quote)]
        other = quote.document.id != first.document.id and held[1] >= held[0]
        if other and _differ(given, values(quote.text), first, quote):
            return quote
    return None


_CLOSE = 0.8  # of the best score: two values of one slot are told in nearly the same words


def _differ(one: dict[str, set[str]], other: dict[str, set[str]], first: Quote, second: Quote) -> bool:
    """True when both give one figure of the same unit, not the same one, and no other year."""
    years = [set(YEAR.findall(q.text)) for q in (first, second)]
    if years[0] != years[1]:
        return False
    shared = [unit for unit in one if unit in other]
    return any(len(one[u]) == len(other[u]) == 1 and one[u] != other[u] for u in shared) and not any(
        one[u] == other[u] for u in shared
    )


_ON = re.compile(r"\b(?:về|trong việc)\s+([^:;,]{3,80})[:;,]")


def _on_it(question: Question, first: Quote, quote: Quote, index: Index) -> bool:
    """True when what `quote` calls disputed ("không thống nhất về diện tích Hậu Giang: …") is what is asked, and
    `first` is one of the sides."""
    on = _ON.search(quote.text)
    if not on:
        return False
    told, asked = bare_text(quote.text), set(bare_text(question.text).split())
    if not all(bare_text(name) in told for name in entities(question.text)):
        return False  # what is disputed of Hậu Giang is not so of Sóc Trăng
    weights = {w: index.lexical.idf("~" + w) for w in bare_text(on.group(1)).split()}
    share = sum(weight for word, weight in weights.items() if word in asked) / (sum(weights.values()) or 1.0)
    return share >= _SAME and bool(_given(first) & _given(quote))
