"""Tables (.csv, .xlsx): a row is a passage, "header: value; header: value"."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from index.errors import ReadError
from ingest.blocks import Block, Extract
from ingest.package import Package

MAX_ROWS = 100_000


def read_csv(text: str) -> Extract:
    """Rows of a .csv or .tsv. The separator is the one that stands most often in the first line: csv.Sniffer fails on
    three rows of questions and answers, and Excel in Vietnam writes `;`."""
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    try:
        return Extract(list(_rows(csv.reader(io.StringIO(text, newline=""), delimiter=separator))))
    except csv.Error as error:
        raise ReadError(f"the table is damaged ({error})") from error


def read_xlsx(data: bytes) -> Extract:
    """Rows of all sheets of an .xlsx; the sheet's name is a heading where there are several."""
    from openpyxl import load_workbook

    package = Package(data)
    for name in package.names:
        if name.endswith((".xml", ".rels")):
            package.xml(name)  # within limits and without a DOCTYPE, or openpyxl does not see it
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_vba=False)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReadError(f"the file is damaged or is not what its name says ({error})") from error
    blocks: list[Block] = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what it says of its size is often wrong, and would cut
        rows = list(_rows(sheet.iter_rows(values_only=True)))
        blocks += [Block(sheet.title, 2)] if rows and len(book.worksheets) > 1 else []
        blocks += rows
    return Extract(blocks)


def _rows(rows: Iterable[Sequence[Any]]) -> Iterator[Block]:
    """A block for every row. The first with two cells of words is the header; lines before it stay as they are."""
    header: list[str] = []
    for number, row in enumerate(rows):
        if number >= MAX_ROWS:
            raise ReadError(f"the table has more than {MAX_ROWS:,} rows; split it")
        cells = [_shown(value) for value in row]
        filled = [cell for cell in cells if cell]
        if not filled:
            continue
        if not header and len(filled) > 1 and not any(_is_number(cell) for cell in filled):
            header = cells
        elif header and len(filled) > 1:
            names = [*header, *([""] * len(cells))]
            said = (f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=False) if cell)
            yield Block("; ".join(said), row=True)
        else:
            yield Block("; ".join(filled), row=True)
    if header and number == 0:
        yield Block("; ".join(cell for cell in header if cell), row=True)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and (value.hour or value.minute):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y")
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", ",")  # as Vietnamese writes it; 0.1 + 0.2 is 0,3
    return " ".join(str(value).split())


def _is_number(cell: str) -> bool:
    return cell.replace(".", "").replace(",", "").replace("%", "").isdigit()
