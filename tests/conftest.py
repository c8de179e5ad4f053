"""Fixtures shared by the tests of the chat: a library to talk to, and the real server on a free port."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import settings

# a timing is no property: the first example pays for an import, and the machine is shared
settings.register_profile("hoidap", deadline=None)
settings.load_profile("hoidap")

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.chat import Ask
    from ingest.library import Library

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))

# Everything a browser, Markdown, LaTeX, Handlebars or Gradio's own templates could take for more than text.
POISON = (
    "Mã kiểm thử của xã Phú Độc là <img src=x onerror=window.pwned=1> **đậm** _nghiêng_ "
    "![ảnh](http://127.0.0.1:1/x.png) [bấm](javascript:alert(1)) $x^2$ $$y$$ `mã` ${alert(1)} ${window.pwned=1} "
    "{{value}} <script>window.pwned=1</script> https://127.0.0.1:1/tu-dong [9] &lt;b&gt; \\\\ hết mã."
)


class Served(NamedTuple):
    """A running server and what it answers from."""

    url: str
    library: Library


def make_library(folder: Path) -> Library:
    """The corpus that comes with the program and one poisoned document, in `folder`."""
    from index.encoder import load_encoder
    from ingest.library import Library

    corpus = folder / "corpus"
    shutil.copytree(Path(__file__).parent.parent / "corpus", corpus)
    front = '---\ntitle: "Phú Độc <b>đậm</b> ${1+1} {{value}}"\nurl: "javascript:alert(1)"\n---\n'
    (corpus / "phu-doc.md").write_text(f"{front}# Xã Phú Độc\n\n{POISON}\n", encoding="utf-8")
    library = Library(corpus, folder / "data", load_encoder())
    library.refresh()
    return library


def make_app(library: Library, ask: Ask | None = None) -> FastAPI:
    """The application, made while an event loop runs. Without one Gradio 6.31 opens a loop for each of its locks and
    never closes it, and a warning about that is an error here."""
    from app.chat import create_app

    async def make() -> FastAPI:
        return create_app(library, ask)

    with ThreadPoolExecutor(1) as other:  # in this thread Playwright's loop may be running
        return other.submit(asyncio.run, make()).result()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    library = make_library(tmp_path_factory.mktemp("served"))
    stop, url = _run(make_app(library))
    yield Served(url, library)
    stop()
    library.close()


def _run(app: FastAPI) -> tuple[Callable[[], None], str]:
    """Serve `app` from a thread; the socket is bound here, so the port is free and known before the server is."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(10)
        listening.close()

    return stop, f"http://127.0.0.1:{listening.getsockname()[1]}"
