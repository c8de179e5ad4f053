"""The Documents tab: what the library holds, files dropped into it, and taking documents out and back in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from app.markup import NOTHING, Html, joined, tag
from app.panel import document_html, panel
from app.shelf import View, form_html, job_html, job_text, list_html, toast_html, trash_html
from app.words import say
from index.errors import HoidapError, StoreError

if TYPE_CHECKING:
    import gradio as gr

    from app.types import Language
    from app.uploads import Uploads
    from index.types import Document
    from ingest.library import Library
    from ingest.rows import Row

_log = logging.getLogger(__name__)

_TICK = 0.3  # seconds between two looks at how far the files are


@dataclass(frozen=True, slots=True)
class Documents:
    """What the tab can do, in one language, over one library. It keeps nothing between two calls."""

    library: Library
    language: Language

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def held(self) -> list[Document]:
        """What can be searched; nothing while no index is published."""
        try:
            return self.library.documents()
        except HoidapError as error:  # a page without documents is still a page
            _log.warning("%s", error)
            return []

    def list_html(self, view: View) -> Html:
        """The list as `view` has it, without what is in the trash."""
        try:
            numbers = {d.id: d.number for d in self.held() if d.number}
            return list_html(self._rows(), numbers, view, self.language)
        except HoidapError as error:
            return tag("p", self.say("known_error", error=error), class_="hd-problem", role="alert")

    def trash_html(self) -> Html:
        try:
            return trash_html(self.library.trash(), self.language)
        except HoidapError as error:
            _log.warning("%s", error)  # the list says it
            return NOTHING

    def document_html(self, id: str, start: str) -> Html:
        """The panel with a document whole, from the character `start` on; empty for an id that is none."""
        try:
            document, passages = self.library.document(id)
            at = int(start) if start.isdecimal() and len(start) < 10 else 0
            return document_html(document, passages, self.language, at)
        except StoreError:
            return panel(self.say("document"), self.language, "", tag("p", self.say("gone"), class_="hd-gone"))
        except HoidapError as error:
            text = self.say("known_error", error=error)
            return panel(self.say("document"), self.language, "", tag("p", text, class_="hd-gone"))

    def change(self, do: str, id: str) -> Html:
        """Disable, enable, remove, undelete or purge a document, and say so; a removal can be undone from there."""
        changes: dict[str, Callable[[str], object]] = {
            "disable": self.library.disable,
            "enable": self.library.enable,
            "remove": self.library.remove,
            "undelete": self.library.undelete,
            "purge": self.library.purge,
        }
        if do not in changes:
            return NOTHING
        try:
            title = next((row.title for row in [*self._rows(), *self.library.trash()] if row.id == id), id)
            changes[do](id)
        except HoidapError as error:
            return toast_html(self.say("known_error", error=error), self.language, failed=True)
        except Exception:
            _log.exception("%s %r failed", do, id)
            return toast_html(self.say("sorry_documents"), self.language, failed=True)
        return toast_html(self.say(f"done_{do}", title=title), self.language, undo=id if do == "remove" else "")

    def _rows(self) -> Sequence[Row]:
        return [row for row in self.library.rows() if row.state != "removed"]


# ---- the tab ---------------------------------------------------------------------------------------------------------


class Tab(NamedTuple):
    """The components of the tab."""

    files: gr.File
    job: gr.HTML
    told: gr.HTML  # for who listens: that files are being added, and what became of them
    list: gr.HTML
    trash: gr.HTML
    toast: gr.HTML
    view: gr.State


def laid_out(documents: Documents) -> Tab:
    """The tab's components, to be called where they are to stand."""
    import gradio as gr

    plain: dict[str, Any] = {"apply_default_css": False}
    with gr.Column(elem_id="hd-library"):
        gr.HTML(joined(tag("h2", documents.say("add")), tag("p", documents.say("add_more"))), **plain)
        files = gr.File(
            label=documents.say("add"), show_label=False, file_count="multiple", height=120, elem_id="hd-drop"
        )
        job = gr.HTML(elem_id="hd-job", **plain)
        told = gr.HTML(_told(""), **plain)
        gr.HTML(form_html(documents.language), **plain)
        shelf = gr.HTML(elem_id="hd-shelf", **plain)
        trash = gr.HTML(elem_id="hd-trash", **plain)
        toast = gr.HTML(_status(NOTHING), elem_id="hd-toast", **plain)
    return Tab(files, job, told, shelf, trash, toast, gr.State(View()))


def wire(
    documents: Documents,
    uploads: Uploads,
    tab: Tab,
    page: gr.Blocks,
    panel: gr.HTML,
    others: dict[gr.HTML, Callable[[], Html]],
    on: Callable[..., Any],
) -> None:
    """Let the tab do what it can. `others` are what else shows the documents, and how it is made; `on` wires an
    event."""
    import gradio as gr

    language = documents.language

    def held(view: View) -> tuple[str, ...]:
        return documents.list_html(view), documents.trash_html(), *(make() for make in others.values())

    def drop(files: list[str] | None) -> tuple[Any, ...]:
        uploads.put([Path(f) for f in files or []])
        started = documents.say("job_started", count=len(files or []))
        return None, job_html(uploads.job(), language), _told(started)

    async def watch(view: View) -> AsyncIterator[tuple[Any, ...]]:
        """What becomes of the files, until all are done; the work itself does not depend on anybody watching."""
        nothing = (gr.skip(),) * (3 + len(others))
        seen = -1
        watched = False
        while (job := uploads.job()).running:
            watched = True
            if uploads.version != seen:
                seen = uploads.version
                yield job_html(job, language), *nothing
            await asyncio.sleep(_TICK)
        told = _told(job_text(job, language)) if watched else gr.skip()
        yield job_html(job, language), told, *(await asyncio.to_thread(held, view))

    def alter(view: View, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        do, nothing = sent(event, "do"), (gr.skip(),) * (2 + len(others))
        if do == "hide":
            uploads.forget()
        if do in ("hide", "dismiss"):
            yield _status(NOTHING), job_html(uploads.job(), language), *nothing
            return
        if uploads.running:
            yield _status(toast_html(documents.say("waits"), language)), gr.skip(), *nothing
        with uploads.paused():
            told = documents.change(do, sent(event, "id"))
        yield _status(told), gr.skip(), *held(view)

    def narrow(view: View, event: gr.EventData) -> tuple[Any, ...]:
        view = (
            view.more() if sent(event, "more") else View.of(*(sent(event, n)[:200] for n in ("words", "show", "sort")))
        )
        return documents.list_html(view), view

    def preview(event: gr.EventData) -> str:
        return documents.document_html(sent(event, "id"), sent(event, "start"))

    for handler in (alter, narrow, preview):
        handler.__annotations__["event"] = gr.EventData

    made = [tab.list, tab.trash, *others]
    on(page.load, held, [tab.view], made, queue=False)
    # a page opened while files are being added shows them too
    watching = {"concurrency_id": "watch", "concurrency_limit": None, "trigger_mode": "always_last"}
    on(page.load, watch, [tab.view], [tab.job, tab.told, *made], **watching)
    dropped = on(tab.files.upload, drop, [tab.files], [tab.files, tab.job, tab.told], trigger_mode="multiple")
    on(dropped.then, watch, [tab.view], [tab.job, tab.told, *made], **watching)
    on(panel.alter, alter, [tab.view], [tab.toast, tab.job, *made], concurrency_limit=8)
    on(panel.narrow, narrow, [tab.view], [tab.list, tab.view], queue=False, trigger_mode="always_last")
    on(panel.preview, preview, [], [panel], queue=False)


def sent(event: gr.EventData, name: str) -> str:
    """What the page sent along with an event, as text whatever it is: it comes from the browser."""
    data = event._data
    return str(data.get(name, "")) if isinstance(data, dict) else ""


def _status(content: str) -> Html:
    return tag("div", content, role="status")


def _told(text: str) -> Html:
    return _status(tag("span", text, class_="hd-unseen"))
