"""The inspector's HTML: every passage whole, its terms marked, its scores said, and what is told when there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat import Chat
from app.inspector import MAX_RESULTS, form_html, results_html
from app.markup import Link
from app.words import say
from index.explain import explain, matched, strongest
from ingest.library import Library
from tests.conftest import POISON
from tests.test_chat import TEXT, Reader, quoting
from tests.toy import ToyEncoder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    home = tmp_path_factory.mktemp("inspector")
    corpus = home / "kho"
    corpus.mkdir()
    (corpus / "cho-noi.md").write_text(TEXT, encoding="utf-8")
    (corpus / "tin.md").write_text("---\ntype: <b>tin\n---\n# Tin\n\nChợ nổi đông khách.\n", encoding="utf-8")
    library = Library(corpus, home / "data", ToyEncoder())
    library.refresh()
    yield library
    library.close()


QUERIES = st.lists(
    st.sampled_from(
        ["chợ nổi", "cho noi", "mã kiểm thử", "<img src=x>", "${alert(1)}", "What is the code", "zzz", "5"]
    ),
    max_size=4,
).map(" ".join)


@given(QUERIES, st.sampled_from(["vi", "en"]))
def test_every_passage_is_whole_and_its_strongest_terms_are_marked(library: Library, query: str, language: str) -> None:
    index = library.index()
    explanation = explain(index, query, MAX_RESULTS)
    reader = Reader(results_html(explanation, language))  # type: ignore[arg-type]
    assert reader.by_class.get("hd-found-text", []) == [found.hit.passage.text for found in explanation.found]
    marked = [
        found.hit.passage.text[start:end]
        for found in explanation.found
        for start, end in matched(found.hit.passage.text, strongest(found.terms))
    ]
    assert reader.by_class.get("mark", []) == marked
    assert {name for name, _ in reader.tags} <= {"p", "b", "ol", "li", "h3", "a", "div", "span", "mark", "meter"}
    for link, found in zip(reader.links(), explanation.found, strict=True):
        address = Link.parse(link)
        assert address is not None
        passage = found.hit.passage
        assert (address.document, address.start, address.end) == (passage.document, passage.start, passage.end)
        opened = Reader(Chat(library, quoting, "vi").source_html(link))
        assert opened.by_class["mark"] == [passage.text]


def test_the_figures_are_those_of_the_search(library: Library) -> None:
    explanation = explain(library.index(), "chợ nổi họp lúc mấy giờ", 1)
    (found,) = explanation.found
    shown = Reader(results_html(explanation, "vi")).text
    for figure in (f"BM25 {found.hit.lexical:.1f}", f"cosin {found.hit.dense:.2f}", f"Điểm {found.hit.score:.2f}"):
        assert figure.replace(".", ",") in shown
    assert f"BM25 {found.hit.lexical:.1f}" in Reader(results_html(explanation, "en")).text
    no_word = Reader(results_html(explain(library.index(), "zzz", 1), "vi")).text
    assert say("no_word", "vi") in no_word and say("matched", "vi") not in no_word


def test_the_form_offers_what_there_is(library: Library) -> None:
    reader = Reader(form_html(library.documents(), "vi"))
    assert reader.by_class["option"][:3] == [say("any", "vi"), "<b>tin", "quyết định"]
    assert ("option", {"value": "Sở <Du lịch>"}) in reader.tags
    ids = {attributes["id"] for _, attributes in reader.tags if "id" in attributes}
    assert {attributes["for"] for name, attributes in reader.tags if name == "label"} <= ids


@pytest.mark.parametrize(
    ("fields", "titles", "said"),
    [
        ({"question": "chợ nổi"}, {"Chợ nổi", "Tin"}, ""),
        ({"question": "chợ nổi", "publisher": "so du lich"}, {"Chợ nổi"}, ""),
        ({"question": "chợ nổi", "kind": "<b>tin"}, {"Tin"}, ""),
        ({"question": "chợ nổi", "since": "5/2024", "until": "2024-05-31"}, {"Chợ nổi"}, ""),
        ({"question": "chợ nổi", "since": "6/2024"}, set(), say("none_admitted", "vi")),
        ({"question": "chợ nổi", "publisher": "VnExpress"}, set(), say("none_admitted", "vi")),
        ({"question": "?!"}, set(), say("no_words", "vi")),
        ({"question": "chợ nổi", "since": "hôm qua"}, set(), say("bad_dates", "vi")),
        ({"question": "chợ nổi", "since": "2025", "until": "2024"}, set(), say("bad_dates", "vi")),
        ({"question": "  "}, set(), ""),
        ({}, set(), ""),
    ],
)
def test_the_fields_of_the_form_narrow_the_search(
    library: Library, fields: dict[str, str], titles: set[str], said: str
) -> None:
    shown = Chat(library, quoting, "vi").look(lambda name: fields.get(name, ""))
    reader = Reader(shown)
    assert set(reader.by_class.get("a", [])) == titles
    assert said in reader.text
    if not titles and not said:
        assert shown == ""


def test_a_long_question_is_cut(library: Library) -> None:
    shown = Chat(library, quoting, "vi").look(lambda name: "chợ " * 20_000 if name == "question" else "")
    assert POISON[:10] in Reader(shown).text
