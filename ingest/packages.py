"""Slides (.pptx), OpenDocument text (.odt) and e-books (.epub): zips of XML, read in their own order."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from ingest.blocks import Block, Extract
from ingest.package import Package
from ingest.page import page_blocks

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def read_pptx(data: bytes) -> Extract:
    """Slides in the order of the show: the title is a heading, then text, tables and notes; a slide is a page."""
    package = Package(data)
    targets = _relations(package, "ppt/presentation.xml")
    order = package.need("ppt/presentation.xml").iterfind(f"{_P}sldIdLst/{_P}sldId")
    blocks: list[Block] = []
    for number, name in enumerate((targets.get(slide.get(_R + "id", ""), "") for slide in order), start=1):
        slide = package.xml(name) if name else None
        if slide is None:
            continue
        blocks += _slide(slide, number)
        for target in _relations(package, name).values():
            notes = package.xml(target) if "/notesSlides/" in target else None
            if notes is not None:
                blocks += (b for b in _slide(notes, number) if not b.text.isdigit())
    return Extract(blocks)


def _relations(package: Package, name: str) -> dict[str, str]:
    """Relation id -> name of the part it leads to, for the part `name`."""
    folder, base = posixpath.split(name)
    root = package.xml(f"{folder}/_rels/{base}.rels")
    return {
        link.get("Id", ""): posixpath.normpath(posixpath.join(folder, link.get("Target", ""))).lstrip("/")
        for link in (root if root is not None else ())
        if link.get("TargetMode") != "External"
    }


def _slide(slide: Element, page: int) -> Iterator[Block]:
    for shape in slide.iter():
        if shape.tag == _P + "sp":
            place = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
            kind = place.get("type", "") if place is not None else ""
            if kind in ("sldNum", "dt", "ftr", "sldImg"):
                continue
            for text in _paragraphs(shape):
                yield Block(text, 2 if kind in ("title", "ctrTitle") else 0, page)
        elif shape.tag == _A + "tr":
            cells = (" ".join(_paragraphs(cell)) for cell in shape.iterfind(_A + "tc"))
            yield Block(" | ".join(cells), page=page, row=True)


def _paragraphs(shape: Element) -> Iterator[str]:
    for paragraph in shape.iter(_A + "p"):
        parts = (
            "\n" if e.tag == _A + "br" else e.text or "" for e in paragraph.iter() if e.tag in (_A + "t", _A + "br")
        )
        text = "".join(parts).strip()
        if text:
            yield text


_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def read_odt(data: bytes) -> Extract:
    """Headings, paragraphs and tables of an .odt, without what was deleted with changes tracked."""
    body = Package(data).need("content.xml").find(f"{_OFFICE}body/{_OFFICE}text")
    return Extract(list(_open_blocks(body)) if body is not None else [])


def _open_blocks(element: Element) -> Iterator[Block]:
    for child in element:
        if child.tag in (_TEXT + "h", _TEXT + "p"):
            level = int(child.get(_TEXT + "outline-level", "1")) + 1 if child.tag == _TEXT + "h" else 0
            title = child.get(_TEXT + "style-name", "") == "Title"
            yield Block("".join(_open_text(child)), 1 if title else level)
        elif child.tag == _TABLE + "table":
            for row in child.iter(_TABLE + "table-row"):
                cells = (" ".join(b.text.strip() for b in _open_blocks(cell)) for cell in row)
                yield Block(" | ".join(cell for cell in cells if cell), row=True)
        elif child.tag != _TEXT + "tracked-changes":
            yield from _open_blocks(child)


def _open_text(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == _TEXT + "s":
            yield " " * min(100, int(child.get(_TEXT + "c", "1")))
        elif child.tag in (_TEXT + "tab", _TEXT + "line-break"):
            yield "\t" if child.tag == _TEXT + "tab" else "\n"
        elif child.tag != _OFFICE + "annotation":
            yield from _open_text(child)
        yield child.tail or ""


_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def read_epub(data: bytes) -> Extract:
    """Chapters of an .epub in reading order, with its title, author, publisher and date."""
    package = Package(data)
    first = package.need("META-INF/container.xml").find(f"{_CONTAINER}rootfiles/{_CONTAINER}rootfile")
    name = first.get("full-path", "") if first is not None else ""
    book = package.need(name)
    items = {item.get("id", ""): item.get("href", "") for item in book.iterfind(f"{_OPF}manifest/{_OPF}item")}
    blocks: list[Block] = []
    for chapter in book.iterfind(f"{_OPF}spine/{_OPF}itemref"):
        href = unquote(items.get(chapter.get("idref", ""), ""))
        page = package.read(posixpath.normpath(posixpath.join(posixpath.dirname(name), href))) if href else b""
        blocks += page_blocks(page.decode("utf-8-sig", "replace"))
    meta = {
        key: " ".join(text.split())
        for key, tag in (("title", "title"), ("author", "creator"), ("publisher", "publisher"), ("published", "date"))
        if (text := book.findtext(f"{_OPF}metadata/{_DC}{tag}"))
    }
    if "published" in meta and not (day := re.match(r"\d{4}(?:-\d\d){0,2}", meta["published"])):
        del meta["published"]
    elif "published" in meta and day:
        meta["published"] = day.group()
    return Extract(blocks, meta=meta)
