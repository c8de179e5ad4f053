"""Which reader takes which kind of file; called in the process that `ingest.worker` keeps for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from index.errors import ReadError
from ingest.blocks import Extract, repaired
from ingest.legacy import decoded

OnPage = Callable[[int], None]
"""Called with the number of every page when it is done: there is a limit of time for each."""

IMAGES = frozenset((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"))
OLD_OFFICE = frozenset((".doc", ".rtf", ".ppt", ".xls"))
HTML = frozenset((".html", ".htm", ".xhtml"))
SUFFIXES = frozenset(
    (".pdf", ".docx", ".xlsx", ".csv", ".tsv", ".pptx", ".odt", ".epub", ".eml", *HTML, *IMAGES, *OLD_OFFICE)
)
PACKED = frozenset((".pdf", ".docx", ".xlsx", ".pptx", ".odt", ".epub", ".eml", *IMAGES, *OLD_OFFICE))
MAX_CHARS = 5_000_000  # of one document: 1,500 pages


def extract(name: str, data: bytes, on_page: OnPage = lambda page: None) -> Extract:
    """What is in the file, in Unicode. Raises ReadError; its message does not name the file."""
    found = _read(PurePath(name).suffix.lower(), data, on_page)
    if sum(len(block.text) for block in found.blocks) + len(found.markdown) > MAX_CHARS:
        raise ReadError(f"it holds more than {MAX_CHARS:,} characters; split it")
    blocks, note = repaired(found.blocks)
    return Extract(blocks, found.markdown, found.meta, "; ".join(filter(None, (note, found.note))))


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
