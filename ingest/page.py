"""HTML that is a document as a whole (a chapter of a book, the body of a mail) in blocks; none of it is furniture."""

from __future__ import annotations

from html.parser import HTMLParser

from ingest.blocks import Block

_PARAGRAPHS = frozenset(
    "p div section article li blockquote pre dt dd figcaption td th br body html ul ol table".split()
)
_SILENT = frozenset(("script", "style", "head", "template", "svg", "math"))


def page_blocks(page: str) -> list[Block]:
    """Headings, paragraphs and rows of `page`. Depth costs nothing: tags are not put into a tree."""
    parser = _Parser(convert_charrefs=True)
    parser.feed(page)
    parser.close()
    parser.end()
    return parser.blocks


class _Parser(HTMLParser):
    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.blocks: list[Block] = []
        self._text: list[str] = []
        self._level = 0
        self._silent = ""  # the tag whose content is passed over
        self._cells: list[str] | None = None  # of the row being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            return
        if tag in _SILENT:
            self._silent = tag
        elif tag == "tr":
            self.end()
            self._cells = []
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.finish()
            self._level = int(tag[1])
        elif tag in _PARAGRAPHS:
            self.finish()

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent = "" if tag == self._silent else self._silent
        elif tag in ("tr", "table"):  # the end of a row may be left out
            self.end()
        elif (len(tag) == 2 and tag[0] == "h") or tag in _PARAGRAPHS:
            self.finish()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._text.append(data)

    def end(self) -> None:
        """End the row or paragraph being read."""
        self.finish()
        cells, self._cells = self._cells, None
        if cells:
            self.blocks.append(Block(" | ".join(cells), row=True))

    def finish(self) -> None:
        """End the paragraph being read."""
        text = " ".join("".join(self._text).split())
        level, self._text, self._level = self._level, [], 0
        if text and self._cells is not None:
            self._cells.append(text)
        elif text:
            self.blocks.append(Block(text, level))
