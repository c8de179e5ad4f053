"""The chat without a browser: its words, its HTML, its links, and what a reader is told when something fails."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import chat, compose, documents, downloads, generate, inspector, notices, panel, reasons, shelf, words
from app.chat import Chat, Exchange, answer_html
from app.courtesy import Kind
from app.markup import Html, Link, tag
from app.panel import CONTEXT, context, source_html
from app.types import Answer, Citation, Turn
from app.uploads import State
from index.errors import HoidapError, StoreError
from index.search import Index
from index.types import Document
from ingest.library import Library
from ingest.read import Source
from tests.conftest import POISON, make_app
from tests.toy import ToyEncoder

TEXT = f"""---
title: "Chợ nổi"
published: "2024-05"
publisher: "Sở <Du lịch>"
number: "12/QĐ"
url: "https://example.org/cho?a=1&b=2"
---
# Chợ nổi

Chợ nổi Ngã Bảy họp lúc 5 giờ sáng.

## Mã số

{POISON}

## Phần cuối

{"Câu đệm cho dài thêm. " * 60}
Hết văn bản.
"""


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    corpus = tmp_path / "kho"
    corpus.mkdir()
    (corpus / "cho-noi.md").write_text(TEXT, encoding="utf-8")
    library = Library(corpus, tmp_path / "data", ToyEncoder())
    library.refresh()
    yield library
    library.close()


def market(library: Library) -> Document:
    return library.index().documents[next(iter(library.index().documents))]


def cited(document: Document, *quotes: str) -> tuple[Citation, ...]:
    return tuple(
        Citation.of(document, document.text.index(q), document.text.index(q) + len(q), ("Chợ nổi",)) for q in quotes
    )


def answer(document: Document, *quotes: str, question: str = "?", resolved: str = "?") -> Answer:
    text = "\n".join(["Theo tài liệu:", *(f"{q} [{n}]" for n, q in enumerate(quotes, start=1))])
    return Answer(question, resolved, "vi", "answer", text, cited(document, *quotes))


def quoting(question: str, index: Index, history: Sequence[Turn]) -> Answer:
    """An ask() that always quotes the same sentence."""
    return answer(next(iter(index.documents.values())), "Chợ nổi Ngã Bảy họp lúc 5 giờ sáng.", question=question)


class Reader(HTMLParser):
    """What a browser would make of some HTML: its elements, and its text by class of the element it stands in."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.inside: list[tuple[str, str]] = []
        self.by_class: dict[str, list[str]] = {}
        self.feed(html)
        self.close()
        assert not self.inside, f"not closed: {self.inside}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        names = dict(attrs).get("class") or tag
        self.inside.append((tag, names))
        self.by_class.setdefault(names, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.inside.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for _, names in self.inside:
            self.by_class[names][-1] += data

    def links(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a"]


# ---- words


def test_every_word_is_there_in_both_languages_with_the_same_blanks() -> None:
    for key, both in words.WORDS.items():
        assert list(both) == ["vi", "en"], key
        assert all(text.strip() for text in both.values()), key
        blanks = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in both.values()]
        assert blanks[0] == blanks[1], key


def test_every_word_is_used_and_every_used_word_exists() -> None:
    modules = (chat, compose, documents, downloads, generate, inspector, notices, panel, reasons, shelf, words)
    source = "".join(Path(module.__file__ or "").read_text(encoding="utf-8") for module in modules)
    said = set(re.findall(r'say\(\s*"(\w+)"', source)) | set(words.BUILT_IN.values())
    assert said <= set(words.WORDS)
    quoted = set(re.findall(r'"(\w+)"', source.replace('": {', "", len(words.WORDS))))
    dated = ("answer_lead", "said_by", "older", "notice")
    leads = {f"{key}_{unit}" for key in dated for unit in ("day", "month", "year")} | {"told_lead", "told_note"}
    leads |= {f"talk_{kind}" for kind in get_args(Kind)}
    steps = {f"step_{step}" for step in ("understand", "encode", "lexical", "dense", "fusion")}
    changes = {f"done_{do}" for do in ("disable", "enable", "remove", "undelete", "purge")}
    labels = {f"{do}_label" for do in ("disable", "enable", "remove", "undelete")}
    lists = {f"show_{name}" for name in shelf.SHOWS} | {f"sort_{name}" for name in shelf.SORTS}
    columns = {f"column_{name}" for name in shelf._COLUMNS} | {"state_disabled", "state_failed"}
    files = set(get_args(State))
    assert set(words.WORDS) - quoted - leads - steps - changes - labels - lists - columns - files == set()


@pytest.mark.parametrize(
    ("iso", "vi", "en"),
    [
        ("2023-11-09", "09/11/2023", "9 November 2023"),
        ("2023-11", "11/2023", "November 2023"),
        ("2023", "2023", "2023"),
        ("", "", ""),
        ("2023-13-01", "", ""),
        ("2023-02-30", "", ""),
        ("hôm qua [1]", "", ""),
    ],
)
def test_dates_say_what_is_known(iso: str, vi: str, en: str) -> None:
    assert (words.date_text(iso, "vi"), words.date_text(iso, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("published", "vi", "en"),
    [
        ("2023-11-09", "Theo tài liệu ngày 09/11/2023:", "The document of 9 November 2023 says, in Vietnamese:"),
        ("2023-11", "Theo tài liệu tháng 11/2023:", "The document of November 2023 says, in Vietnamese:"),
        ("2023", "Theo tài liệu năm 2023:", "The document of 2023 says, in Vietnamese:"),
        ("", "Theo tài liệu không ghi ngày:", "A document without a date says, in Vietnamese:"),
    ],
)
def test_the_lead_in_names_the_date(published: str, vi: str, en: str) -> None:
    assert (words.dated("answer_lead", "vi", published), words.dated("answer_lead", "en", published)) == (vi, en)


# ---- HTML


@given(st.text())
def test_text_in_a_tag_shows_as_it_is(text: str) -> None:
    text = text.replace("\r", "").replace("\0", "")  # no HTML can hold these two
    reader = Reader(tag("p", text, title=text))
    assert reader.text == text
    assert reader.tags == [("p", {"title": text})]


def test_only_html_is_taken_for_html() -> None:
    assert tag("p", "<b>", Html("<i></i>")) == "<p>&lt;b&gt;<i></i></p>"
    assert tag("p", "".join([Html("<i></i>")])) == "<p>&lt;i&gt;&lt;/i&gt;</p>"


@pytest.mark.parametrize(
    "quotes", [[POISON], ["Chợ nổi Ngã Bảy họp lúc 5 giờ sáng.", POISON], ["họp", "họp lúc 5 giờ"]]
)
def test_an_answer_shows_its_quotes_exactly_and_links_each(library: Library, quotes: list[str]) -> None:
    given = answer(market(library), *quotes)
    reader = Reader(answer_html(given))
    assert reader.by_class["span"][: len(quotes)] == quotes
    assert reader.links() == [str(Link.to(n, c)) for n, c in enumerate(given.citations, start=1)]
    labels = [attrs.get("aria-label") for tag, attrs in reader.tags if tag == "a"]
    assert labels == [f"Mở nguồn {n}" for n in range(1, len(quotes) + 1)]
    assert {tag for tag, _ in reader.tags} == {"div", "p", "blockquote", "span", "a"}


def test_an_answer_names_each_source_once(library: Library) -> None:
    reader = Reader(answer_html(answer(market(library), "họp", "5 giờ")))
    assert reader.by_class["hd-sources"] == ["[1][2] Chợ nổi · 05/2024"]


def test_what_there_is_meanwhile_is_shown_before_a_slow_answer(library: Library) -> None:
    def slow(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        return answer(market(library), "5 giờ", question=question)

    def quotes(question: str, index: Index, history: Sequence[Turn]) -> Answer | None:
        return answer(market(library), "họp", question=question) if question == "chậm?" else None

    page = Chat(library, slow, "vi", meanwhile=quotes)
    assert ["họp" in shown.text for shown in page.replies("chậm?", [])] == [True, False]
    assert len(list(page.replies("nhanh?", []))) == 1
    assert len(list(Chat(library, slow, "vi").replies("chậm?", []))) == 1


def test_a_failure_meanwhile_is_told_once(library: Library) -> None:
    def failing(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        raise StoreError("không có kho")

    (shown,) = Chat(library, failing, "vi", meanwhile=failing).replies("gì?", [])
    assert (shown.text, "không có kho" in shown.shown) == ("", True)


def test_a_resolved_question_is_shown(library: Library) -> None:
    shown = Reader(answer_html(answer(market(library), "họp", question="còn nó?", resolved="còn <chợ>?")))
    assert shown.by_class["hd-note"] == ["Hiểu là: còn <chợ>?"]
    assert "hd-note" not in Reader(answer_html(answer(market(library), "họp"))).by_class


def test_a_refusal_has_no_link() -> None:
    reader = Reader(answer_html(Answer("?", "?", "vi", "refuse", words.say("no_answer", "vi"))))
    assert (reader.text, reader.links()) == (words.say("no_answer", "vi"), [])


# ---- the panel


@pytest.mark.parametrize("quote", ["Chợ nổi Ngã Bảy họp lúc 5 giờ sáng.", POISON, "Hết văn bản."])
def test_the_panel_is_a_slice_of_the_document_around_the_quote(library: Library, quote: str) -> None:
    document = market(library)
    link = Link.to(3, cited(document, quote)[0])
    reader = Reader(source_html(link, library.index(), "vi"))
    assert reader.by_class["mark"] == [quote]
    shown = reader.by_class["hd-text"][0].removeprefix("… ").removesuffix(" …")
    assert shown in document.text
    before, _, after = shown.partition(quote)
    assert len(before) <= CONTEXT and len(after) <= CONTEXT
    assert "published:" not in shown  # the front matter is in no passage
    assert reader.by_class["h2"] == ["Chợ nổi"]
    assert {"12/QĐ", "Sở <Du lịch>", "05/2024"} <= set(reader.by_class["dd"])


def test_the_panel_links_to_the_web_and_to_nothing_else(library: Library) -> None:
    document = market(library)
    for url, links in [
        ("https://example.org/cho?a=1&b=2", ["https://example.org/cho?a=1&b=2"]),
        ('http://e.org/"onclick="x', ['http://e.org/"onclick="x']),
        ("javascript:alert(1)", []),
        (" JavaScript:alert(1)//http://e.org", []),
        ("data:text/html,x", []),
        ("file:///etc/passwd", []),
        ("//e.org", []),
        ("", []),
    ]:
        changed = Document(document.id, document.text, document.title, document.source, document.sha256, url)
        index = Index({document.id: changed}, [], library.index().lexical, None, ToyEncoder())
        reader = Reader(source_html(Link.to(1, cited(document, "họp")[0]), index, "vi"))
        assert reader.links() == links
        for name, attributes in reader.tags:
            assert name != "a" or (attributes["rel"], attributes["target"]) == ("noopener noreferrer", "_blank")


@given(st.text(alphabet="ab \n", max_size=3000), st.data())
def test_context_is_cut_at_edges(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    low, high = data.draw(st.integers(0, start)), data.draw(st.integers(end, len(text)))
    first, last = context(text, start, end, low, high)
    assert low <= first <= start and end <= last <= high
    assert start - first <= CONTEXT and last - end <= CONTEXT
    if low < first and re.search(r"\s", text[max(low, start - CONTEXT) : start]):
        assert text[first - 1].isspace()
    if last < high and re.search(r"\s", text[end : min(high, end + CONTEXT)]):
        assert text[last].isspace()


def test_a_link_comes_back_as_it_went(library: Library) -> None:
    link = Link.to(2, cited(market(library), POISON)[0])
    assert Link.parse(str(link)) == link


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "#cite-",
        "#cite-1-2-3-00000000-",
        "#cite-1-2-3-00000000-../../etc/passwd",
        "#cite-1--2-3-00000000-a",
        "#cite-1-2-3-00000000-a<img src=x>",
        "#cite-1-99999999999-3-00000000-a",
        "#cite-１-2-3-00000000-a",
        "javascript:alert(1)",
        "None",
    ],
)
def test_what_is_no_link_opens_nothing(library: Library, sent: str) -> None:
    assert Chat(library, quoting, "vi").source_html(sent) == ""


def test_a_citation_that_is_no_longer_true_says_so(library: Library) -> None:
    page = Chat(library, quoting, "vi")
    link = Link.to(1, cited(market(library), "họp lúc")[0])
    assert words.say("changed", "vi") in page.source_html(str(link._replace(start=link.start + 1)))
    assert words.say("changed", "vi") in page.source_html(str(link._replace(start=link.end)))
    assert words.say("changed", "vi") in page.source_html(str(link._replace(end=10**8, start=10**7)))
    library.remove(link.document)
    assert words.say("gone", "vi") in page.source_html(str(link))


# ---- what a reader can do


def test_a_long_question_is_cut_and_the_reader_told(library: Library) -> None:
    exchange = Chat(library, quoting, "vi").reply("x" * 1001, [])
    assert len(exchange.question) == chat.MAX_CHARS
    assert words.say("cut", "vi", limit="1.000") in exchange.shown
    assert words.say("cut", "vi", limit="1.000") not in Chat(library, quoting, "vi").reply("x" * 1000, []).shown


def test_ask_is_given_the_conversation_without_what_failed(library: Library) -> None:
    seen: list[Sequence[Turn]] = []

    def listening(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        seen.append(history)
        return quoting(question, index, history)

    before = [Exchange("một", Html("<p>1</p>"), "trả lời"), Exchange("hỏng", Html("<p>lỗi</p>"))]
    Chat(library, listening, "vi").reply("hai", before)
    assert seen == [[Turn("user", "một"), Turn("assistant", "trả lời")]]


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (StoreError("the <index> is locked"), "Không thực hiện được: the <index> is locked"),
        (RuntimeError("secret detail"), words.say("sorry", "vi")),
    ],
)
def test_a_failure_is_one_line_and_the_chat_goes_on(
    library: Library, caplog: pytest.LogCaptureFixture, error: Exception, shown: str
) -> None:
    def failing(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        raise error

    exchange = Chat(library, failing, "vi").reply("?", [])
    assert Reader(exchange.shown).text == shown
    assert exchange.text == ""
    assert bool(caplog.records) is not isinstance(error, HoidapError)  # the unexpected is logged, with its traceback
    assert all(record.exc_info for record in caplog.records)


def test_the_head_counts_and_dates_the_documents(library: Library) -> None:
    assert Reader(Chat(library, quoting, "vi").head_html()).by_class["hd-holdings"] == ["1 tài liệu · mới nhất 05/2024"]
    library.remove(market(library).id)
    assert Reader(Chat(library, quoting, "en").head_html()).by_class["hd-holdings"] == ["No documents yet"]


# ---- the application


def test_the_application_answers_with_its_guards_up(library: Library) -> None:
    from starlette.testclient import TestClient

    with TestClient(make_app(library, quoting), base_url="http://127.0.0.1:7860") as client:
        # a page elsewhere that points its own name at this machine gets nothing (DNS rebinding)
        assert client.get("/config", headers={"host": "evil.example:7860"}).status_code == 400
        for path in ("/healthz", "/", "/en/", "/gradio_api/info"):
            response = client.get(path)
            assert response.status_code == 200, path
            policy = response.headers["content-security-policy"]
            assert "img-src 'self' data: blob:" in policy and "connect-src 'self'" in policy
            assert response.headers["x-content-type-options"] == "nosniff"
        info = client.get("/gradio_api/info").json()
        assert info["named_endpoints"] == {} and info["unnamed_endpoints"] == {}
        config = client.get("/config").json()
        assert config["run_history"] is False and config["footer_links"] == []
        assert client.get("/gradio_api/file=/etc/passwd").status_code == 403
        assert client.get("/docs").status_code == 404


def test_a_document_is_saved_never_shown(library: Library) -> None:
    from starlette.testclient import TestClient

    page = "<script>window.pwned=1</script>\n\n# Tờ trình\n\nMột câu đủ dài để đọc được.\n".encode()
    source = Source('..\\tờ "trình".md', "upload:a.md", page)
    library.add_sources([source])
    with TestClient(make_app(library, quoting), base_url="http://127.0.0.1:7860") as client:
        for kind in ("original", "text"):
            response = client.get(f"/documents/{source.document_id}/{kind}")
            assert response.status_code == 200
            assert response.headers["content-type"] == "application/octet-stream"
            assert response.headers["x-content-type-options"] == "nosniff"
            said = "attachment; filename*=UTF-8''t%E1%BB%9D%20%22tr%C3%ACnh%22.md"
            assert response.headers["content-disposition"] == said
            assert (response.content == page) == (kind == "original")
            assert "Một câu đủ dài".encode() in response.content
        for path in ("khong-co/original", f"{source.document_id}/khac", "..%2f..%2fetc/original"):
            assert client.get(f"/documents/{path}").status_code == 404, path
        assert client.get(f"/documents/{source.document_id}/text", headers={"host": "evil.example"}).status_code == 400
