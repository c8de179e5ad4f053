"""Web pages saved as files: the article in them, and what the page says about it."""

from __future__ import annotations

import html
import re

from index.errors import ReadError
from ingest.blocks import Extract
from ingest.legacy import repair, surface

MAX_BYTES = 4_000_000  # 27 MB took the parser 18 s and 1.3 GB
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_HEAD = 4096  # bytes in which a browser looks for it too
# the only encoding besides UTF-8 that holds Vietnamese and has a name pages can say; "iso-8859-1" was said of any other
_VIETNAMESE = (b"windows-1258", b"cp1258", b"x-cp1258")
_TAGS = re.compile("<[^>]*>|\n")
_LETTERS = re.compile(r"&(?:#(?:1[6-9]\d|2\d\d)|#x[a-f\d]{2}|[a-z]{2,6});", re.IGNORECASE)


def read_html(data: bytes) -> Extract:
    """The article as Markdown. Raises ReadError when there is none."""
    import trafilatura  # 1 s

    if len(data) > MAX_BYTES:
        raise ReadError(f"{len(data):,} bytes is more than the {MAX_BYTES:,} a page may have; save its text as .txt")
    # bytes where we know no better: the page says its own encoding. No URL is given, so nothing can be fetched.
    page, note = _page(data)
    text = trafilatura.extract(page, output_format="markdown", include_comments=False)
    if not text:
        raise ReadError("no article was found in the page; save its text as .txt and add that")
    values = trafilatura.extract_metadata(page).as_dict()
    meta = {
        "title": values.get("title"),
        "publisher": values.get("sitename") or values.get("hostname"),
        "author": values.get("author"),
        "published": values.get("date"),
        "url": values.get("url"),
    }
    return Extract(markdown=text, meta={key: str(value) for key, value in meta.items() if value}, note=note)


def _page(data: bytes) -> tuple[str | bytes, str]:
    """A page for the parser, and the note on it: in Unicode if it was in an encoding from before, else as it came."""
    said = _CHARSET.search(data[:_HEAD])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = surface(data)
        if said and said[1].lower() in _VIETNAMESE:
            return data.decode("cp1258", "replace"), ""
    repaired = repair(_LETTERS.sub(_letter, text), _TAGS)
    return (repaired.text, repaired.note) if repaired.encodings else (data, "")


def _letter(match: re.Match[str]) -> str:
    char = html.unescape(match.group())
    return char if "\xa1" <= char <= "\xff" else match.group()  # "&lt;" stays: it is no letter
