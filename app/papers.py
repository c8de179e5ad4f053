"""Documents a question names: one named short written out, one that is not there and the nearest that is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.question import Question, understand
from app.rules import unknown_codes
from app.select import Quote, headword, rank_quotes
from index.search import Index
from index.text import codes, fold, short_codes

_HITS = 6
_FEW = 100  # numbers below are near each other
_FAR = 60  # how far the number of the nearest code may be; a decree of another decade is no slip of the pen


def nearest(question: Question, index: Index) -> tuple[str, str, Quote] | None:
    """The first unknown code of the question as typed, the nearest known one as the documents write it, and the
    sentence that introduces that one; None when all codes are known or none is near.

    Near is a code of the same kind and issuer, the one whose number looks or is most alike, or else the same number
    and issuer under another kind.
    """
    missing = unknown_codes(question, index)
    for canonical in _alike(missing[0], index) if missing else ():
        if found := introducing(_written(missing[0], canonical), canonical, index):
            name, quote = found
            return missing[0], _written(missing[0], canonical) if name.isdigit() else name, quote
    return None


def introducing(typed: str, canonical: str, index: Index) -> tuple[str, Quote] | None:
    """The document `canonical`, written about as `typed`: its name, and the sentence that says what it is."""
    asked = understand(f"{typed} là gì?")
    ranked = rank_quotes(asked, index, index.search(asked.text, _HITS))
    found = [(name, q) for q in ranked if (name := _name_in(q.text, canonical))]
    # the sentence that begins with it and names no other says what it is
    return min(
        found,
        key=lambda f: (not _name_in(headword(f[1].text), canonical), len(codes(f[1].text)), -f[1].score),
        default=None,
    )


_ISSUERS = ("tu", "ttg", "ubnd", "hdnd", "cp")


def written_out(question: Question, index: Index) -> Question:
    """`question` with "nghị quyết 05" as "nghị quyết 05-NQ/TU" when that is the only 05 of the kind in the index: who
    names a document short means it by its code all the same."""
    short = short_codes(question.text)
    if question.codes or len({code for _, _, code in short}) != 1:
        return question
    start, end, code = short[0]
    kind, number = re.fullmatch(r"([a-z]+)(\d+)", code).groups()  # type: ignore[union-attr]
    known = [issuer for issuer in _ISSUERS if index.lexical.frequency(f"#{number}{kind}{issuer}")]
    if len(known) != 1:
        return question
    full = f"{number.zfill(2)}-{kind.upper()}/{known[0].upper()}"
    before = question.text[:start]
    if kind in _NAMES and (abbreviated := re.search(rf"\b{kind}\s+$", fold(before), re.IGNORECASE)):  # "nq 05"
        before = f"{before[: abbreviated.start()]}{_NAMES[kind] if question.accented else fold(_NAMES[kind])} "
    return understand(f"{before}{full}{question.text[end:]}")


_NAMES = {"nq": "nghị quyết", "qd": "quyết định", "da": "đề án", "kh": "kế hoạch", "ct": "chỉ thị", "kl": "kết luận"}


def _alike(typed: str, index: Index) -> Iterator[str]:
    """Canonical codes the index knows that resemble `typed`, the most alike first."""
    full = codes(typed)
    canonical = full[0][2] if full else next((code for _, _, code in short_codes(typed)), "")
    number, letters, kind_first = _parts(canonical, bool(full))
    if not number:
        return
    far = number if number <= _FEW else _FAR if full else 0
    others = sorted(range(1, number + far + 1), key=lambda n: (not _slip(n, number), abs(n - number)))
    for n in others:
        code = f"{letters}{n}" if kind_first else f"{n}{letters}"
        if (abs(n - number) <= far or _slip(n, number)) and index.lexical.frequency("#" + code):
            yield code
    issuer = next((i for i in _ISSUERS if letters.endswith(i)), "")
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
