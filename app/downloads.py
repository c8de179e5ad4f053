"""Documents as files to save from the browser: the original, or the text that was read of it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from app.markup import Html, tag
from app.words import say
from index.errors import HoidapError, StoreError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.types import Language
    from ingest.library import Library


def downloads_html(id: str, language: Language) -> Html:
    """Links to both files of a document; the page in Vietnamese stands at ./, the English one at ./en/."""
    base = f"{'..' if language == 'en' else '.'}/documents/{id}"
    words = {"original": say("download_original", language), "text": say("download_text", language)}
    links = (tag("a", label, href=f"{base}/{kind}", download="") for kind, label in words.items())
    return tag("p", *links, class_="hd-downloads")


def serve_downloads(app: FastAPI, library: Library) -> None:
    """Let `app` answer those links. What is sent is never shown as a page, whatever it is."""
    from fastapi.responses import PlainTextResponse, Response

    @app.get("/documents/{id}/{kind}")
    def download(id: str, kind: str) -> Any:  # FastAPI looks for a type it is given among this module's names
        try:
            name, data = _file(library, id, kind)
        except StoreError as error:
            return PlainTextResponse(str(error), 404)
        except HoidapError as error:  # its file is damaged or cannot be read
            return PlainTextResponse(str(error), 409)
        return Response(data, media_type="application/octet-stream", headers={"content-disposition": _saved_as(name)})


def _file(library: Library, id: str, kind: str) -> tuple[str, bytes]:
    from ingest.export import as_markdown

    if kind == "original":
        source = library.original(id)
        return source.name, source.data
    if kind == "text":
        document, _ = library.document(id)
        return f"{PurePath(library.files()[id].name).stem}.md", as_markdown(document).encode()
    raise StoreError(f"no {kind!r} of a document; there are original and text")


def _saved_as(name: str) -> str:
    """The header that makes a browser save a file under `name`; browsers themselves take away what leads elsewhere."""
    return f"attachment; filename*=UTF-8''{quote(PurePath(name.replace(chr(92), '/')).name or 'document', safe='')}"
