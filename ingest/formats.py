"""Which reader takes which kind of file; called in the process that `ingest.worker` keeps for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from index.errors import ReadError
from ingest.blocks import Extract, repaired
from ingest.legacy import decoded
from ingest.sniff import OLE, is_encrypted, old_office, suffix_of

OnPage = Callable[[int], None]
"""Called with the number of every page when it is done: there is a limit of time for each."""

WITH_MACROS = {".docm": ".docx", ".xlsm": ".xlsx", ".pptm": ".pptx"}
"""The same formats with macros in them, which nobody looks at."""
IMAGES = frozenset((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"))
OLD_OFFICE = frozenset((".doc", ".rtf", ".ppt", ".xls"))
HTML = frozenset((".html", ".htm", ".xhtml"))
SUFFIXES = frozenset(
    (
        ".pdf",
        ".docx",
        ".xlsx",
        ".csv",
        ".tsv",
        ".pptx",
        ".odt",
        ".epub",
        ".eml",
        *HTML,
        *IMAGES,
        *OLD_OFFICE,
        *WITH_MACROS,
    )
)
PACKED = SUFFIXES - HTML - {".csv", ".tsv"}
MAX_CHARS = 5_000_000  # of one document: 1,500 pages


def extract(name: str, data: bytes, on_page: OnPage = lambda page: None) -> Extract:
    """What is in the file, in Unicode. Raises ReadError; its message does not name the file."""
    suffix = PurePath(name).suffix.lower()
    suffix = WITH_MACROS.get(suffix, suffix)
    kind = _kind(suffix, data)
    found = _whole_page(data) if kind in HTML and suffix not in HTML else _read(kind, data, on_page)
    if kind != suffix:
        found.note = "; ".join(filter(None, (f"it is a {kind} file, whatever its name says", found.note)))
    if sum(len(block.text) for block in found.blocks) + len(found.markdown) > MAX_CHARS:
        raise ReadError(f"it holds more than {MAX_CHARS:,} characters; split it")
    blocks, note = repaired(found.blocks)
    return Extract(blocks, found.markdown, found.meta, "; ".join(dict.fromkeys(filter(None, (note, found.note)))))


def _kind(suffix: str, data: bytes) -> str:
    """What the bytes are, if they say so: portals call pages .doc and .xls, people rename. LibreOffice would read
    anything, a program as Chinese, and would fetch what a page refers to; so it gets only what is its own."""
    if suffix not in PACKED or suffix == ".eml":
        return suffix
    if is_encrypted(data):
        raise ReadError("it is protected by a password; save it without one")
    old = old_office(data)
    said = suffix if suffix in old else suffix_of(data)
    if said in SUFFIXES and not IMAGES.issuperset((said, suffix)):
        return said
    if suffix in OLD_OFFICE and not data.startswith(OLE):
        raise ReadError("the file is damaged or is not what its name says")
    return suffix


def _whole_page(data: bytes) -> Extract:
    """A page that goes by the name of a document, none of which is furniture."""
    from ingest.page import page_blocks

    text = decoded(data)
    return Extract(page_blocks(text.text), note=text.note)


def _read(suffix: str, data: bytes, on_page: OnPage) -> Extract:
    from ingest import mail, packages, sheets, word

    if suffix in (".csv", ".tsv"):
        text = decoded(data)
        return Extract(sheets.read_csv(text.text).blocks, note=text.note)
    if suffix in HTML:
        from ingest.web import read_html

        return read_html(data)
    if suffix in OLD_OFFICE:
        from ingest import office

        return _read(f".{office.BECOMES[suffix]}", office.converted(data, suffix), on_page)
    if suffix == ".pdf":
        from ingest.pdf import read_pdf

        return read_pdf(data, on_page)
    if suffix in IMAGES:
        from ingest.pdf import read_images

        return read_images(data, on_page)
    readers = {
        ".docx": word.read_docx,
        ".xlsx": sheets.read_xlsx,
        ".pptx": packages.read_pptx,
        ".odt": packages.read_odt,
        ".epub": packages.read_epub,
        ".eml": mail.read_eml,
    }
    return readers[suffix](data)
