"""A document the collection does not have, and the one it has whose code is nearest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.question import Question, understand
from app.rules import unknown_codes
from app.select import Quote, headword, rank_quotes
from index.search import Index
from index.text import codes, short_codes

_HITS = 6
_FAR = 60  # how far the number of the nearest code may be; a decree of another decade is no slip of the pen


def nearest(question: Question, index: Index) -> tuple[str, str, Quote] | None:
    """The first unknown code of the question as typed, the nearest known one as the documents write it, and the
    sentence that introduces that one; None when all codes are known or none is near.

    Near is a code of the same kind and issuer, the one whose number looks or is most alike, or else the same number
    and issuer under another kind.
    """
    missing = unknown_codes(question, index)
    for canonical in _alike(missing[0], index) if missing else ():
        asked = understand(f"{_written(missing[0], canonical)} là gì?")
        ranked = rank_quotes(asked, index, index.search(asked.text, _HITS))
        found = [(q, name) for q in ranked if (name := _name_in(q.text, canonical))]
        if found:  # the sentence that begins with it says what it is
            quote, name = min(found, key=lambda f: (not _name_in(headword(f[0].text), canonical), -f[0].score))
            return missing[0], name, quote
    return None


def _alike(typed: str, index: Index) -> Iterator[str]:
    """Canonical codes the index knows that resemble `typed`, the most alike first."""
    full = codes(typed)
    canonical = full[0][2] if full else next((code for _, _, code in short_codes(typed)), "")
    number, letters, kind_first = _parts(canonical, bool(full))
    if not number:
        return
    others = sorted(range(1, number + _FAR), key=lambda n: (not _slip(n, number), abs(n - number)))
    for n in others:
        code = f"{letters}{n}" if kind_first else f"{n}{letters}"
        if abs(n - number) <= _FAR or _slip(n, number):
            if index.lexical.frequency("#" + code):
                yield code
    issuer = next((i for i in ("tu", "ttg", "ubnd", "hdnd", "cp") if letters.endswith(i)), "")
    if full and issuer:
        for kind in ("nq", "qd", "da", "ctr", "kh", "ct", "kl"):
            if index.lexical.frequency(f"#{number}{kind}{issuer}"):
                yield f"{number}{kind}{issuer}"


def _parts(canonical: str, full: bool) -> tuple[int, str, bool]:
    """Number, letters, and whether the letters go first ("nq5"); a code with a year in it has no near one."""
    found = re.fullmatch(r"(\d{1,5})([a-z]+)" if full else r"([a-z]+)(\d{1,5})", canonical)
    if not found:
        return 0, "", False
    one, other = found.groups()
    return (int(one), other, False) if full else (int(other), one, True)


def _slip(n: int, number: int) -> bool:
    """True when the two numbers have the same figures (04 and 40), or differ in one of three or more."""
    a, b = f"{n:02}", f"{number:02}"
    return sorted(a) == sorted(b) or (len(a) == len(b) > 2 and sum(x != y for x, y in zip(a, b, strict=True)) == 1)


def _written(typed: str, canonical: str) -> str:
    """`typed` with the number of `canonical` in place of its own."""
    number = "".join(filter(str.isdigit, canonical))
    return re.sub(r"\d+", number.zfill(2), typed, count=1)


def _name_in(text: str, canonical: str) -> str:
    """How `text` writes the document `canonical`; "" when it does not."""
    return next((text[a:b] for a, b, code in (*codes(text), *short_codes(text)) if code == canonical), "")
