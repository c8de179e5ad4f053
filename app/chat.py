"""The chat page: a question box, and answers whose citations open the passage they quote.

Three layers, top to bottom: text to HTML (pure functions), what a reader can do (`Chat`, no Gradio in it), and the
page that wires it to Gradio. Documents are never trusted: everything shown is escaped here, on the server.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.documents import Documents, laid_out, sent, wire
from app.downloads import serve_downloads
from app.inspector import MAX_RESULTS, form_html, results_html
from app.markup import NOTHING, Html, Link, tag
from app.panel import panel, source_html
from app.question import MAX_CHARS
from app.types import MARKER, Turn
from app.words import BUILT_IN, EXAMPLES, NAME, date_text, number_text, say
from index.errors import HoidapError, UsageError
from index.explain import explain
from index.filters import Filter, iso_date

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.types import Answer, Language
    from app.uploads import Uploads
    from index.search import Index
    from ingest.library import Library

    Ask = Callable[[str, Index, Sequence[Turn]], Answer]
    Meanwhile = Callable[[str, Index, Sequence[Turn]], Answer | None]

_log = logging.getLogger(__name__)

_HERE = Path(__file__).parent
_HISTORY = 20  # turns handed to ask(); a follow-up leans on the last one or two

# 'unsafe-eval' because gr.HTML evaluates its template with Function(); the rest holds a page that is its own master:
# nothing is loaded from, sent to, or framed by another address.
_CSP = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "style-src 'self' 'unsafe-inline'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'self'",
        "object-src 'none'",
    )
)


# ---- text to HTML ----------------------------------------------------------------------------------------------------


def answer_html(answer: Answer, note: str = "") -> Html:
    """`answer`: what was understood, the lead-in, a blockquote per quote with its link, and the sources."""
    notes = [note] if note else []
    if answer.writer:
        notes.append(say("llm_written", answer.language, model=answer.writer))
    if answer.resolved.strip() != answer.question.strip():
        notes.append(say("understood", answer.language, question=answer.resolved))
    return tag(
        "div",
        *([tag("p", answer.notice, class_="hd-notice", role="status")] if answer.notice else []),
        *(tag("p", text, class_="hd-note") for text in notes),
        *(_written(answer) if answer.writer else _body(answer)),
        *_sources(answer),
        class_=f"hd-answer hd-is-{answer.outcome}",
    )


def _written(answer: Answer) -> Iterator[Html]:
    """The sentences of a written answer with their links, then the quotes that prove them."""
    for line in answer.text.split("\n"):
        spoken = {"lang": "vi"} if MARKER.search(line) else {}
        yield tag("p", *_linked(line, answer), **spoken)
    for n, citation in enumerate(answer.citations, start=1):
        quote = (tag("span", citation.quote, lang="vi"), "\N{NO-BREAK SPACE}", *_linked(f"[{n}]", answer))
        yield tag("blockquote", *quote, class_="hd-quote")


def _body(answer: Answer) -> Iterator[Html]:
    """The paragraphs of an answer's text. A quote is found by its words, never by its marker: it may contain "[1]"."""
    quotes = sorted({c.quote for c in answer.citations}, key=len, reverse=True)
    parts = re.split(f"({'|'.join(re.escape(q) for q in quotes)})", answer.text) if quotes else [answer.text]
    for i, part in enumerate(parts):
        if i % 2:
            markers = "".join(_MARKERS.findall(parts[i + 1])[:1])
            # no line end between a quote and its number
            links = _linked(re.sub(r"\s+", "\N{NO-BREAK SPACE}", markers), answer)
            yield tag("blockquote", tag("span", part, lang="vi"), *links, class_="hd-quote")
        else:
            rest = _MARKERS.sub("", part, count=1) if i else part
            yield from (tag("p", *_linked(line, answer)) for line in rest.split("\n") if line.strip())


_MARKERS = re.compile(r"^(?:\s*\[\d+\])*")


def _linked(text: str, answer: Answer) -> Iterator[str]:
    """`text` with a link for every marker [n]."""
    for i, piece in enumerate(MARKER.split(text)):
        if i % 2:
            link, label = (
                Link.to(int(piece), answer.citations[int(piece) - 1]),
                say("open_source", answer.language, n=piece),
            )
            yield tag("a", f"[{piece}]", class_="hd-cite", href=link, aria_label=label)
        else:
            yield piece


def _sources(answer: Answer) -> Iterator[Html]:
    """One line per cited document: its numbers, title and date."""
    numbers: dict[str, list[int]] = {}
    for n, citation in enumerate(answer.citations, start=1):
        numbers.setdefault(citation.document, []).append(n)
    for found in numbers.values():
        citation = answer.citations[found[0] - 1]
        facts = (citation.title, date_text(citation.published, answer.language))
        marks = tag("span", "".join(f"[{n}]" for n in found), aria_hidden="true")
        yield tag("p", marks, " ", " · ".join(f for f in facts if f), class_="hd-sources")


# ---- what a reader can do --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what was shown for it; `shown` is empty while the answer is being looked for.

    `text` is what later questions may refer to; it is empty after a failure.
    """

    question: str
    shown: Html = NOTHING
    text: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """What the page can do, in one language, over one library. It keeps nothing between two calls."""

    library: Library
    ask: Ask
    language: Language
    examples: Sequence[str] = ()
    meanwhile: Meanwhile | None = None  # what to show until a slow `ask` answers

    @property
    def documents(self) -> Documents:
        return Documents(self.library, self.language)

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def replies(self, question: str, before: Sequence[Exchange]) -> Iterator[Exchange]:
        """What is shown for `question` after `before`, one in place of the other: what there is meanwhile where the
        answer may take long, then the answer."""
        if self.meanwhile:
            shown, failed = self._reply(self.meanwhile, question, before)
            if shown:
                yield shown
            if failed:
                return
        yield self.reply(question, before)

    def reply(self, question: str, before: Sequence[Exchange]) -> Exchange:
        """Answer `question` after `before`; a failure is shown, logged if unexpected, and never raised."""
        shown, _ = self._reply(self.ask, question, before)
        return shown or Exchange(question)

    def _reply(self, ask: Meanwhile, question: str, before: Sequence[Exchange]) -> tuple[Exchange | None, bool]:
        """What `ask` says, or its failure, and whether it failed; None when it says nothing."""
        limit = number_text(MAX_CHARS, self.language)
        note = self.say("cut", limit=limit) if len(question) > MAX_CHARS else ""
        question = question[:MAX_CHARS]
        turns = [t for e in before if e.text for t in (Turn("user", e.question), Turn("assistant", e.text))]
        try:
            answer = ask(question, self.library.index(), turns[-_HISTORY:])
        except HoidapError as error:
            return Exchange(question, _failure(self.say("known_error", error=error))), True
        except Exception:
            _log.exception("no answer to a question of %d characters", len(question))
            return Exchange(question, _failure(self.say("sorry"))), True
        return (Exchange(question, answer_html(answer, note), answer.text) if answer else None), False

    def talk_html(self, talk: Sequence[Exchange]) -> Html:
        """The conversation so far; before the first question, a welcome and the examples."""
        content = [self._exchange(e) for e in talk] or [self._welcome()]
        return tag("div", *content, class_="hd-talk", role="log", aria_label=self.say("conversation"))

    def _exchange(self, exchange: Exchange) -> Html:
        waiting = tag("p", self.say("searching"), class_="hd-waiting")
        return tag(
            "section",
            tag("p", exchange.question, class_="hd-question"),
            exchange.shown or waiting,
            class_="hd-exchange",
        )

    def _welcome(self) -> Html:
        chips = (tag("button", text, type="button", class_="hd-example", data_ask=text) for text in self.examples)
        words = (tag("h2", self.say("welcome")), tag("p", self.say("welcome_more")))
        return tag("div", *words, tag("div", *chips, class_="hd-examples"), class_="hd-welcome")

    def source_html(self, address: str) -> Html:
        """The panel for a citation's link; empty for anything that is not one."""
        link = Link.parse(address)
        if link is None:
            return NOTHING
        try:
            return source_html(link, self.library.index(), self.language)
        except HoidapError as error:
            text = self.say("known_error", error=error)
            return panel(self.say("source", n=link.n), self.language, "", tag("p", text, class_="hd-gone"))

    def form_html(self) -> Html:
        """The form of the inspector, which offers the publishers and types there are."""
        return form_html(self.documents.held(), self.language)

    def look(self, sent: Callable[[str], str]) -> Html:
        """What the search finds for the fields of that form (`sent` gives each by its name), and why."""
        question = sent("question").strip()[:MAX_CHARS]
        if not question:
            return NOTHING
        try:
            where = Filter(
                publishers=tuple(filter(None, [sent("publisher").strip()[:MAX_CHARS]])),
                kinds=tuple(filter(None, [sent("kind").strip()[:MAX_CHARS]])),
                since=iso_date(sent("since")[:MAX_CHARS]),
                until=iso_date(sent("until")[:MAX_CHARS]),
            )
            return results_html(explain(self.library.index(), question, MAX_RESULTS, where), self.language)
        except UsageError:  # only the dates can be wrong
            return tag("p", self.say("bad_dates"), class_="hd-problem", role="alert")
        except HoidapError as error:
            return tag("p", self.say("known_error", error=error), class_="hd-problem", role="alert")

    def head_html(self) -> Html:
        """The name, what this is, and how much and how recent the documents are."""
        found = self.documents.held()
        dates = [d.published for d in found if date_text(d.published, self.language)]
        key = {0: "holdings_none", 1: "holdings_one"}.get(len(found), "holdings")
        holdings = [self.say(key, count=len(found))]
        if dates:
            holdings.append(self.say("newest", date=date_text(max(dates), self.language)))
        other, address = ("en", "./en/") if self.language == "vi" else ("vi", "../")
        return tag(
            "header",
            tag("div", tag("h1", NAME), tag("p", self.say("purpose"))),
            tag("p", " · ".join(holdings), class_="hd-holdings"),
            tag("a", self.say("other_language"), href=address, lang=other),
            class_="hd-head",
        )


def _failure(text: str) -> Html:
    return tag("div", tag("p", text), class_="hd-answer hd-is-failure")


# ---- the page --------------------------------------------------------------------------------------------------------


_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def create_app(
    library: Library, ask: Ask | None = None, *, meanwhile: Meanwhile | None = None, host: str = "127.0.0.1"
) -> FastAPI:
    """The web application: the page in Vietnamese at /, in English at /en, and /healthz.

    `ask` is app.answer.ask unless given; `meanwhile` tells what to show until a slow one answers. `host` is the address
    served: on a loopback address, requests must name it, or a page elsewhere could reach the documents by pointing its
    own name at this machine (DNS rebinding).
    """
    _prepare_gradio()
    import gradio as gr
    from fastapi import FastAPI

    from app.uploads import Uploads
    from index.settings import bundled_corpus

    if ask is None:
        from app.answer import ask as answer

        ask = answer
    app = FastAPI(title=NAME, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(_Headers)
    if host in _LOOPBACK:
        from starlette.middleware.trustedhost import TrustedHostMiddleware

        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_LOOPBACK, "[::1]"])

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    serve_downloads(app, library)
    uploads = Uploads(library)
    examples = EXAMPLES if library.corpus == bundled_corpus() else ()
    languages: tuple[tuple[Language, str], ...] = (("en", "/en"), ("vi", "/"))  # "/" last: it takes every path
    for language, path in languages:
        gr.mount_gradio_app(
            app,
            _blocks(Chat(library, ask, language, examples, meanwhile), uploads),
            path=path,
            # as head, not css: Gradio rewrites the selectors of css, and those above its own container match nothing
            head=f"<style>{(_HERE / 'chat.css').read_text(encoding='utf-8')}</style>",
            theme=_theme(),
            footer_links=[],
            run_history=False,
            show_error=False,
            enable_monitoring=False,
            ssr_mode=False,
            max_file_size="100mb",
        )
    return app


def _prepare_gradio() -> None:
    """Settings Gradio reads from the environment, most of them when it is imported."""
    import atexit
    import os
    import shutil
    import tempfile

    # without it every start looks up api.gradio.app and huggingface.co
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # every event copies this list (default 10,000): throughput halved within 4,000 questions
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "200")
    if "GRADIO_TEMP_DIR" not in os.environ:
        # the default /tmp/gradio is shared by all users of a machine, and not writable for the second one
        folder = tempfile.mkdtemp(prefix="hoidap-")
        os.environ["GRADIO_TEMP_DIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _theme() -> Any:
    import gradio as gr

    # system fonts: several of Gradio's own lack Vietnamese letters, and these need no download
    sans = ["Segoe UI", "Noto Sans", "system-ui", "Roboto", "Arial", "sans-serif"]
    return gr.themes.Base(font=sans, font_mono=["Consolas", "Noto Sans Mono", "monospace"])


def _blocks(chat: Chat, uploads: Uploads) -> gr.Blocks:
    import gradio as gr

    def send(question: str, talk: list[Exchange]) -> Iterator[tuple[Any, ...]]:
        question = question.strip()
        if not question:
            yield gr.skip(), gr.skip(), gr.skip()
            return
        yield chat.talk_html([*talk, Exchange(question[:MAX_CHARS])]), "", gr.skip()
        for exchange in chat.replies(question, talk):
            yield chat.talk_html([*talk, exchange]), gr.skip(), [*talk, exchange]

    def ask(talk: list[Exchange], event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from send(sent(event, "text"), talk)

    def cite(event: gr.EventData) -> str:
        return chat.source_html(sent(event, "link"))

    def look(event: gr.EventData) -> str:
        return _status(chat.look(partial(sent, event)))

    for handler in (ask, cite, look):
        # Gradio passes an event to whoever names its type; here the type is only a word, as gradio is imported late
        handler.__annotations__["event"] = gr.EventData

    plain: dict[str, Any] = {"apply_default_css": False}  # chat.css styles what we write
    page = gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600))
    with page:
        talk = gr.State([])
        head = gr.HTML(chat.head_html(), **plain)
        with gr.Tabs(elem_id="hd-tabs"):
            with gr.Tab(chat.say("tab_chat")):
                shown = gr.HTML(chat.talk_html([]), elem_id="hd-talk", **plain)
                with gr.Row(elem_id="hd-ask"):
                    box = gr.Textbox(
                        label=chat.say("question"),
                        placeholder=chat.say("placeholder"),
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=5,
                        submit_btn=chat.say("send"),
                        elem_id="hd-box",
                    )
                    anew = gr.Button(chat.say("anew"), elem_id="hd-anew", size="sm", min_width=1, scale=0)
            with gr.Tab(chat.say("tab_documents")):
                tab = laid_out(chat.documents)
            with gr.Tab(chat.say("tab_inspect")), gr.Column(elem_id="hd-inspect"):
                form = gr.HTML(elem_id="hd-form", **plain)
                found = gr.HTML(_status(""), elem_id="hd-found", **plain)
        # All HTML comes whole from the server. Handlebars' {{value}} would escape it too, but Gradio 6.31 evaluates
        # what Handlebars made as a JavaScript template: "${alert(1)}" in a document would run. The default template,
        # used everywhere here, takes the value as an argument of that function instead.
        panel = gr.HTML(
            elem_id="hd-panel",
            js_on_load=(_HERE / "chat.js").read_text(encoding="utf-8"),
            lang=chat.language,
            built_in={text: chat.say(key) for text, key in BUILT_IN.items()},
            **plain,
        )

        def on(event: Any, do: Callable[..., Any], takes: list[Any], gives: list[Any], **more: Any) -> Any:
            return event(do, takes, gives, api_visibility="private", show_progress="hidden", **more)

        on(box.submit, send, [box, talk], [shown, box, talk], concurrency_id="ask", concurrency_limit=4)
        on(panel.ask, ask, [talk], [shown, box, talk], concurrency_id="ask", concurrency_limit=4)
        on(anew.click, lambda: (chat.talk_html([]), [], ""), [], [shown, talk, panel], queue=False)
        on(panel.cite, cite, [], [panel], queue=False)
        on(panel.look, look, [], [found], concurrency_id="ask", concurrency_limit=4)
        wire(chat.documents, uploads, tab, page, panel, {head: chat.head_html, form: chat.form_html}, on)
    page.queue(max_size=32, api_open=False)
    # sessions kept in memory; with the default of 10,000, 8,000 questions grew the process from 198 to 480 MB
    page.state_session_capacity = 200
    return page


def _status(content: str) -> Html:
    return tag("div", content, role="status")


class _Headers:
    """Puts the security headers on every response; plain ASGI, because a BaseHTTPMiddleware would copy every stream."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", _CSP.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self.app(scope, receive, with_headers)
