"""The inspector's part of the page: a form to search with, and what was found with the reasons, as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from app.markup import NOTHING, Html, Link, joined, tag
from app.question import MAX_CHARS
from app.words import date_text, decimal_text, say
from index.explain import matched, strongest, words

if TYPE_CHECKING:
    from app.types import Language
    from index.explain import Explanation, Found
    from index.types import Document

MAX_RESULTS = 10
_WORDS = 8  # matched words named for a passage; the others are counted


def form_html(documents: Sequence[Document], language: Language) -> Html:
    """The question and the conditions; the page sends its fields as `look`."""
    box = tag(
        "div",
        _input("question", language, label="question", hint="placeholder", required="", enterkeyhint="search"),
        tag("button", say("find", language), type="submit"),
        class_="hd-find-box",
    )
    publishers = sorted({d.publisher for d in documents if d.publisher})
    kinds = sorted({d.kind for d in documents if d.kind})
    options = (tag("option", say("any", language), value=""), *(tag("option", kind) for kind in kinds))
    conditions = tag(
        "fieldset",
        tag("legend", say("only_in", language)),
        _field("publisher", language, _input("publisher", language, hint="publisher_hint", list_="hd-publishers")),
        _field("kind", language, tag("select", *options, name="kind", id="hd-kind")),
        _field("since", language, _input("since", language, hint="date_hint")),
        _field("until", language, _input("until", language, hint="date_hint")),
        tag("datalist", *(tag("option", NOTHING, value=p) for p in publishers), id="hd-publishers"),
    )
    head = (tag("h2", say("inspect", language)), tag("p", say("inspect_more", language)))
    return joined(*head, tag("form", box, conditions, class_="hd-find", role="search", autocomplete="off"))


def _field(name: str, language: Language, control: Html) -> Html:
    return tag("div", tag("label", say(name, language), for_=f"hd-{name}"), control)


def _input(name: str, language: Language, *, hint: str, label: str = "", **more: object) -> Html:
    if label:
        more["aria_label"] = say(label, language)
    return tag("input", name=name, id=f"hd-{name}", maxlength=MAX_CHARS, placeholder=say(hint, language), **more)


def results_html(explanation: Explanation, language: Language) -> Html:
    """The passages found, best first, each with its scores and the words that matched; above them what was searched."""
    if not explanation.found:
        why = "no_words" if explanation.passages else "none_admitted"
        return tag("p", say(why, language), class_="hd-problem")
    top = max(1.0, *(z for found in explanation.found for z in (found.lexical_z, found.dense_z)))
    items = (_result(n, found, top, language) for n, found in enumerate(explanation.found, start=1))
    return joined(*_summary(explanation, language), tag("ol", *items, class_="hd-results"))


def _summary(explanation: Explanation, language: Language) -> Iterator[Html]:
    yield tag(
        "p", tag("b", say("found", language, count=len(explanation.found), all=explanation.passages)), class_="hd-count"
    )
    notes = []
    if explanation.understood != explanation.query:
        notes.append(say("understood", language, question=explanation.understood))
    if explanation.english:
        notes.append(say("translated", language, terms=_listed(explanation.terms, 2, language)))
    weights = {
        "lexical": decimal_text(1 - explanation.dense_weight, 2, language),
        "dense": decimal_text(explanation.dense_weight, 2, language),
        "close": decimal_text(explanation.closeness_weight, 0, language),
    }
    notes.append(say("formula", language, **weights))
    notes.append(_times(explanation.seconds, language))
    yield from (tag("p", note, class_="hd-note") for note in notes)


def _times(seconds: Mapping[str, float], language: Language) -> str:
    steps = [f"{say(f'step_{name}', language)} {_ms(value, language)}" for name, value in seconds.items()]
    return " · ".join([*steps, say("step_all", language, ms=_ms(sum(seconds.values()), language))])


def _ms(seconds: float, language: Language) -> str:
    return decimal_text(1000 * seconds, 1, language)


def _result(n: int, found: Found, top: float, language: Language) -> Html:
    hit = found.hit
    link = tag(
        "a",
        hit.document.title,
        href=Link.to(n, hit.passage),
        aria_label=say("open_passage", language, n=n, title=hit.document.title),
    )
    facts = (hit.document.kind, date_text(hit.document.published, language), hit.document.publisher)
    path = " › ".join(h for h in hit.passage.headings if h != hit.document.title)
    lexical = f"BM25 {decimal_text(hit.lexical, 1, language)}" if found.lexical_rank else say("no_word", language)
    cosine = f"cosin {decimal_text(hit.dense, 2, language)}" if language == "vi" else f"cosine {hit.dense:.2f}"
    halves = (
        _half("lexical_half", lexical, found.lexical_z, found.lexical_rank, top, language),
        _half("dense_half", cosine, found.dense_z, found.dense_rank, top, language),
    )
    return tag(
        "li",
        tag("h3", link),
        tag("p", " · ".join(f for f in facts if f), class_="hd-facts"),
        tag("p", path, class_="hd-facts", lang="vi") if path else NOTHING,
        tag("p", *_marked(hit.passage.text, strongest(found.terms)), class_="hd-found-text", lang="vi"),
        tag(
            "div",
            *halves,
            tag(
                "span",
                say("closeness", language, close=decimal_text(found.closeness, 2, language)) + " · ",
                tag("b", say("score", language, score=decimal_text(hit.score, 2, language))),
            ),
            class_="hd-halves",
        ),
        _matched(found.terms, language),
    )


def _half(name: str, score: str, z: float, rank: int | None, top: float, language: Language) -> Html:
    figures = [score, f"z {decimal_text(z, 2, language)}", *([say("place", language, n=rank)] if rank else [])]
    # the figures beside it say the same
    bar = tag("meter", min=0, max=f"{top:.3f}", value=f"{max(z, 0.0):.3f}", aria_hidden="true")
    return tag("p", tag("span", say(name, language)), bar, tag("span", " · ".join(figures)))


def _marked(text: str, terms: Sequence[str]) -> Iterator[str]:
    """`text` with the places of `terms` marked; no character is left out."""
    done = 0
    for start, end in matched(text, terms):
        yield text[done:start]
        yield tag("mark", text[start:end])
        done = end
    yield text[done:]


def _matched(terms: Mapping[str, float], language: Language) -> Html:
    if not terms:
        return NOTHING
    return tag(
        "p", f"{say('matched', language)}: ", tag("span", _listed(terms, 1, language), lang="vi"), class_="hd-facts"
    )


def _listed(terms: Mapping[str, float], digits: int, language: Language) -> str:
    found = words(terms)
    # figure and word stay on one line
    shown = [
        f"{word} {decimal_text(score, digits, language)}".replace(" ", "\N{NO-BREAK SPACE}")
        for word, score in list(found.items())[:_WORDS]
    ]
    if len(found) > _WORDS:
        shown.append(say("more_words", language, n=len(found) - _WORDS))
    return " · ".join(shown)
