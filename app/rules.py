"""Rules of form: what forbids to call a quote an answer, however well its words match."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.question import Question, counted
from app.select import Quote
from index.search import Index, scored_text
from index.text import codes, fold, syllables


def names_known_code(question: Question, index: Index) -> bool:
    """True when the question names a document by its code and all such codes are known: that is never off topic."""
    return bool(question.codes) and not unknown_codes(question, index)


def barred(question: Question, quotes: Sequence[Quote], index: Index) -> bool:
    """True when a rule forbids to call `quotes` (best first, at least one) an answer, however well they match."""
    return (
        lacks_form(question, quotes)
        or contradicts(question, quotes[0])
        or lacks_year(question, quotes)
        or bool(unknown_codes(question, index))
        or bool(unknown_names(question, index))
    )


def lacks_form(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when the question asks for a date, a document or a number and no quote has one: "bằng quyết định số mấy?"
    is not answered by a sentence without a document code."""
    return question.kind in ("when", "which_document", "how_many") and all(q.form == 0 for q in quotes)


def lacks_year(question: Question, quotes: Sequence[Quote]) -> bool:
    """True when the question names a year that no quoted passage, heading or title has: what a province's rank was in
    2021 does not answer what it was in 2024."""
    years = [n for n in question.numbers if len(n) == 4 and n[:2] in ("19", "20")]
    said = {w for q in quotes for w in syllables(scored_text(q.document, q.passage))}
    return bool(years) and not any(year in said for year in years)


def contradicts(question: Question, quote: Quote) -> bool:
    """True when question and quote count the same thing differently: "sáu trụ cột" against "bốn trụ"."""
    asked, said = counted(question.text), counted(quote.text)
    return any(thing in said and not numbers & said[thing] for thing, numbers in asked.items())


def unknown_codes(question: Question, index: Index) -> tuple[str, ...]:
    """Document codes the question names, as typed, that stand nowhere in the index."""
    return tuple(question.text[a:b] for a, b, code in codes(question.text) if not index.lexical.frequency("#" + code))


def unknown_names(question: Question, index: Index) -> tuple[str, ...]:
    """Names in a Vietnamese question, two capitalised syllables or more, that stand nowhere in the index: what is said
    of Hậu Giang does not answer "Bắc Ninh có bao nhiêu khu công nghiệp?"."""
    if question.language != "vi":
        return ()
    return tuple(
        name
        for name in _names(question.text)
        if not any(index.lexical.frequency(f"~{a}_{b}") for a, b in pairwise([fold(s) for s in syllables(name)]))
    )


_PUNCTUATION = "“”\"'’(),.:;?!"


def _names(text: str) -> list[str]:
    """Runs of two capitalised words or more in `text`; acronyms are none."""
    runs: list[list[int]] = [[]]
    words = text.split()
    for i, word in enumerate(words):
        bare = word.strip(_PUNCTUATION)
        if not bare.istitle() or not bare.isalpha():
            runs.append([])
            continue
        runs[-1].append(i)
        if word[-1] in _PUNCTUATION:
            runs.append([])
    # "Khi Hậu Giang …", "Ông Trần Hồng Hà …": the first word of a question is capitalised anyway
    runs = [run[1:] if run[:1] == [0] and len(run) > 2 else run for run in runs]
    return [" ".join(words[i].strip(_PUNCTUATION) for i in run) for run in runs if len(run) > 1]
