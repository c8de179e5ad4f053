"""The Documents tab as HTML: the files being added, the list of documents, those taken out, and what was just done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from app.markup import NOTHING, Html, joined, tag
from app.panel import preview_button
from app.reasons import note_text, reason_text
from app.uploads import DONE
from app.words import date_text, decimal_text, number_text, say
from index.text import fold

if TYPE_CHECKING:
    from app.types import Language
    from app.uploads import Job, Upload
    from ingest.rows import Row

PAGE = 50  # documents shown at first, and more each time: 500 rows would be drawn anew with every letter typed
SHOWS = ("all", "searched", "disabled", "failed", "noted")
SORTS = ("recent", "title", "date")


@dataclass(frozen=True, slots=True)
class View:
    """What a reader wants to see of the list."""

    words: str = ""  # all of which a document's title, number, publisher, type or file name has to hold
    show: str = "all"  # of SHOWS
    sort: str = "recent"  # of SORTS
    most: int = PAGE

    @staticmethod
    def of(words: str, show: str, sort: str) -> View:
        """The view a browser asked for; what it may not ask for is left as it is at first."""
        first = View()
        return View(words, show if show in SHOWS else first.show, sort if sort in SORTS else first.sort)

    def more(self) -> View:
        return replace(self, most=self.most + 2 * PAGE)


# ---- the files being added -------------------------------------------------------------------------------------------


def job_html(job: Job, language: Language) -> Html:
    """How far the dropped files are: a bar, and a line for each."""
    if not job.uploads:
        return NOTHING
    order = list(job.uploads)
    if not job.running:
        order.sort(key=lambda u: u.state != "failed")  # what somebody has to see to, first
    lines = (_upload(upload, language) for upload in order)
    files = tag("ul", *lines, class_="hd-files", tabindex="0", role="list", aria_label=say("file_states", language))
    return tag("section", _job_head(job, language), files, class_="hd-job", aria_label=say("adding", language))


def _job_head(job: Job, language: Language) -> Html:
    if not job.running:
        hide = tag("button", say("hide", language), type="button", class_="hd-plain", data_do="hide", data_id="")
        return tag("div", tag("b", job_text(job, language)), hide, class_="hd-job-head")
    done, all = job.passages
    steps = say("job_passages", language, done=number_text(done, language), all=number_text(all, language))
    key = {"done": job.done, "all": len(job.uploads)}
    return tag(
        "div",
        tag("b", say("job_running", language, **key)),
        tag("small", steps if all else say("job_reading", language)),
        tag("progress", value=job.done, max=len(job.uploads), aria_label=say("adding", language)),
        class_="hd-job-head",
    )


def job_text(job: Job, language: Language) -> str:
    """What became of the files, in one line: "Xong 12 tệp: 10 đã thêm, 2 lỗi"."""
    counts = ((state, job.count(state)) for state in ("added", "updated", "unchanged", "failed"))
    told = [f"{n} {say(state, language).lower()}" for state, n in counts if n]
    return say("job_done", language, count=len(job.uploads), told=", ".join(told))


def _upload(upload: Upload, language: Language) -> Html:
    name = upload.origin.removeprefix("upload:").replace("!", " › ")
    parts = [tag("b", say(upload.state, language)), tag("span", name)]
    if upload.state == "failed":
        parts.append(tag("small", reason_text(upload.reason, language)))
    if upload.document:
        label = say("preview_label", language, title=name)
        parts.append(preview_button(upload.document, say("preview", language), aria_label=label))
    return tag("li", *parts, class_=f"hd-is-{upload.state}" + (" hd-settled" if upload.state in DONE else ""))


# ---- the list --------------------------------------------------------------------------------------------------------


def form_html(language: Language) -> Html:
    """The fields a list is narrowed and ordered with; the page sends them as `view` when one changes."""
    search = tag(
        "input",
        type="search",
        name="words",
        id="hd-words",
        maxlength=200,
        placeholder=say("filter_hint", language),
        aria_label=say("filter", language),
    )
    show = _select("show", {name: say(f"show_{name}", language) for name in SHOWS}, language)
    sort = _select("sort", {name: say(f"sort_{name}", language) for name in SORTS}, language)
    head = tag("h2", say("in_store", language))
    return joined(head, tag("form", search, show, sort, class_="hd-view", role="search", autocomplete="off"))


def _select(name: str, options: dict[str, str], language: Language) -> Html:
    choices = (tag("option", words, value=value) for value, words in options.items())
    return tag("select", *choices, name=name, id=f"hd-{name}", aria_label=say(name, language))


def list_html(rows: Sequence[Row], numbers: dict[str, str], view: View, language: Language) -> Html:
    """The documents of `rows` that `view` asks for, at most `view.most`, as a table; `numbers` are their official
    ones by id."""
    if not rows:
        return tag("p", say("holdings_none", language), class_="hd-empty")
    found = seen(rows, numbers, view)
    if not found:
        return tag("p", say("none_found", language), class_="hd-empty")
    count = say("shown_of", language, shown=min(len(found), view.most), all=number_text(len(found), language))
    body = tag("tbody", *(_row(row, numbers.get(row.id, ""), language) for row in found[: view.most]))
    heads = (tag("th", say(f"column_{name}", language), scope="col") for name in _COLUMNS)
    actions = tag("th", tag("span", say("column_actions", language), class_="hd-unseen"), scope="col")
    table = tag("table", tag("thead", tag("tr", *heads, actions)), body, class_="hd-documents")
    return joined(tag("p", count, class_="hd-count"), table, _rest(len(found) - view.most, language))


_COLUMNS = ("document", "date", "passages", "size", "added")


def _rest(left: int, language: Language) -> Html:
    if left <= 0:
        return NOTHING
    more = tag("button", say("show_more", language), type="button", class_="hd-plain", data_more="more")
    return tag("p", say("documents_left", language, count=number_text(left, language)), " ", more, class_="hd-left")


def seen(rows: Sequence[Row], numbers: dict[str, str], view: View) -> list[Row]:
    """The `rows` that hold all words of `view`, diacritics and case aside, in its order."""
    words = _folded(view.words).split()
    found = [r for r in rows if _shown(r, view.show) and all(w in _words_of(r, numbers.get(r.id, "")) for w in words)]
    found.sort(key=lambda r: (_folded(r.title), r.id))
    if view.sort == "recent":
        found.sort(key=lambda r: (r.added, r.published), reverse=True)
    elif view.sort == "date":
        found.sort(key=lambda r: r.published, reverse=True)
    return found


def _shown(row: Row, show: str) -> bool:
    return show == "all" or (bool(row.note) if show == "noted" else row.state == show)


def _words_of(row: Row, number: str) -> str:
    return _folded(f"{row.title} {number} {row.publisher} {row.kind} {row.name}")


@lru_cache(maxsize=20_000)  # 500 documents are folded in 20 ms, and with every letter typed again
def _folded(text: str) -> str:
    return fold(text).lower()


def _row(row: Row, number: str, language: Language) -> Html:
    cells = {
        "date": date_text(row.published, language),
        "passages": number_text(row.passages, language) if row.passages else "",
        "size": size_text(row.bytes, language),
        "added": date_text(_here(row.added), language),
    }
    # on a phone the columns are one line, and each cell says what it is
    shown = (tag("td", value, data_label=say(f"column_{key}", language)) for key, value in cells.items())
    return tag(
        "tr", tag("td", *_what(row, number, language)), *shown, _actions(row, language), class_=f"hd-{row.state}"
    )


def _what(row: Row, number: str, language: Language) -> Iterator[Html]:
    """The title, which opens the document if it can be opened, and beneath it what it is."""
    opens = row.state in ("searched", "disabled")
    yield preview_button(row.id, row.title) if opens else tag("b", row.title)
    if row.state != "searched":
        yield tag("span", say(f"state_{row.state}", language), class_="hd-badge")
    if row.note:
        yield tag("span", say("state_noted", language), class_="hd-badge", title=note_text(row.note, language))
    facts = " · ".join(fact for fact in (number, row.kind, row.publisher) if fact)
    yield tag("small", facts or row.name)
    if row.reason:
        yield tag("small", reason_text(row.reason, language), class_="hd-why")


def _actions(row: Row, language: Language) -> Html:
    toggle = {"searched": "disable", "disabled": "enable"}.get(row.state)
    names = [name for name in (toggle, "remove") if name]
    return tag("td", *(_button(name, row, language) for name in names), class_="hd-actions")


def _button(do: str, row: Row, language: Language) -> Html:
    label = say(f"{do}_label", language, title=row.title)
    return tag(
        "button", say(do, language), type="button", class_="hd-plain", data_do=do, data_id=row.id, aria_label=label
    )


def _here(added: str) -> str:
    """The day of a time in UTC where the server stands: 7 in the morning in Vietnam is the day before in UTC."""
    return datetime.fromisoformat(added).astimezone().date().isoformat() if added else ""


def size_text(bytes: int, language: Language) -> str:
    """2048 is 2 KB; "" for a size that is not known."""
    if not bytes:
        return ""
    if bytes < 1_000_000:
        return f"{max(1, round(bytes / 1000))} KB"
    return f"{decimal_text(bytes / 1_000_000, 1, language)} MB"


# ---- what was taken out, and what was just done ----------------------------------------------------------------------


def trash_html(rows: Sequence[Row], language: Language) -> Html:
    """The documents taken out: each can be put back, or deleted for good after a second click."""
    if not rows:
        return NOTHING
    items = (_trashed(row, language) for row in rows[:PAGE])
    left = len(rows) - PAGE
    rest = tag("p", say("documents_left", language, count=left), class_="hd-left") if left > 0 else NOTHING
    head = tag("h2", say("trash", language, count=len(rows)), id="hd-trash-head")
    more = tag("p", say("trash_more", language))
    return tag("section", head, more, tag("ul", *items, class_="hd-trash"), rest, aria_labelledby="hd-trash-head")


def _trashed(row: Row, language: Language) -> Html:
    parts = [tag("span", row.title), _button("undelete", row, language)]
    if row.reason:  # of the corpus folder, where nothing is ever deleted
        parts.append(tag("small", reason_text(row.reason, language)))
    else:
        label = say("purge_label", language, title=row.title)
        yes = tag("button", say("purge_yes", language), type="button", data_do="purge", data_id=row.id)
        sure = tag("div", tag("p", say("purge_sure", language)), yes)
        parts.append(tag("details", tag("summary", say("purge", language), aria_label=label), sure, class_="hd-sure"))
    return tag("li", *parts)


def toast_html(text: str, language: Language, undo: str = "", failed: bool = False) -> Html:
    """What was just done, at the lower edge of the window; with `undo`, the id of a document to put back."""
    if not text:
        return NOTHING
    back = (
        tag("button", say("undelete", language), type="button", class_="hd-plain", data_do="undelete", data_id=undo)
        if undo
        else NOTHING
    )
    away = tag(
        "button",
        "✕",
        type="button",
        class_="hd-plain",
        data_do="dismiss",
        data_id="",
        aria_label=say("close", language),
    )
    kind = "hd-toast hd-is-failure" if failed else "hd-toast"
    return tag("div", tag("span", text, tabindex="-1"), back, away, class_=kind)
