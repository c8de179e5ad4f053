"""HTML that cannot be broken by what is put into it, and the links that open a document at a passage."""

from __future__ import annotations

import hashlib
import html
import re
from typing import TYPE_CHECKING, NamedTuple

from index.types import Passage

if TYPE_CHECKING:
    from app.types import Citation


class Html(str):
    """Text that is HTML already. Everything else that goes into a tag is escaped, so forgetting is safe."""

    __slots__ = ()


NOTHING = Html()
_VOID = {"input"}  # elements without content, which have no end tag


def tag(name: str, /, *children: str, **attributes: object) -> Html:
    """An element; "_" in an attribute's name stands for "-", and a trailing one is dropped ("class_")."""
    named = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"' for key, value in attributes.items()
    )
    if name in _VOID:
        return Html(f"<{name}{named} />")
    return Html(f"<{name}{named}>{joined(*children)}</{name}>")


def joined(*parts: str) -> Html:
    """The parts one after the other, escaped unless they are Html."""
    return Html("".join(part if isinstance(part, Html) else html.escape(part) for part in parts))


class Link(NamedTuple):
    """What a citation's link says: enough to find the quote again, and to notice that it is no longer there.

    It comes back from the browser, so every part is checked against the index before anything is shown.
    """

    n: int
    start: int
    end: int
    digest: str
    document: str

    @staticmethod
    def to(n: int, place: Citation | Passage) -> Link:
        quote = place.text if isinstance(place, Passage) else place.quote
        return Link(n, place.start, place.end, digest(quote), place.document)

    def __str__(self) -> str:
        return f"#cite-{self.n}-{self.start}-{self.end}-{self.digest}-{self.document}"

    @staticmethod
    def parse(text: str) -> Link | None:
        match = re.fullmatch(r"#cite-(\d{1,4})-(\d{1,9})-(\d{1,9})-([0-9a-f]{8})-([\w-]{1,100})", text, re.ASCII)
        return Link(int(match[1]), int(match[2]), int(match[3]), match[4], match[5]) if match else None


def digest(quote: str) -> str:
    """What a link carries of the words it opens at."""
    return hashlib.sha256(quote.encode()).hexdigest()[:8]
