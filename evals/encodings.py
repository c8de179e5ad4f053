"""Text written in the Vietnamese encodings from before Unicode, as the programs of that time wrote it."""

from __future__ import annotations

import unicodedata
from functools import cache

from ingest.legacy import DECODERS

_SINGLE = [chr(byte) for byte in (*range(0x20), *range(0x80, 0x100))]
_LETTERS = "ăâêôơưđ" + "".join(c for c in map(chr, (*range(0xC0, 0x1B1), *range(0x1EA0, 0x1EFA))) if c.isalpha())


@cache
def _tables() -> dict[str, dict[str, str]]:
    """Encoding -> letter -> how it is written, found by decoding all that can be written."""
    tables: dict[str, dict[str, str]] = {}
    for name, decode in DECODERS.items():
        marks = _SINGLE if name in ("VNI", "Windows-1258") else []
        pairs = [base + mark for base in "aeiouyöôăâêơưAEIOUYÖÔĂÂÊƠƯ" for mark in marks]
        table: dict[str, str] = {}
        for written in [*_SINGLE, *pairs]:
            letter = unicodedata.normalize("NFC", decode(written))
            if name != "VNI" or letter != written:  # VNI shows "à" alone as it is, but after "o" it is ồ
                table.setdefault(letter, written)
        tables[name] = {letter: table[letter] for letter in set(_LETTERS + _LETTERS.upper()) if letter in table}
    return tables


def written_in(text: str, encoding: str) -> tuple[bytes, str]:
    """`text` in `encoding`, one of `ingest.legacy.DECODERS`, and `text` as far as that has letters for it.

    A capital that the encoding lacks (TCVN3 has few; its fonts ending in H show small letters as capitals) is written
    small; any other character it lacks is left out.
    """
    if encoding == "Windows-1258":
        return _in_1258(text)
    table = _tables()[encoding]
    written, kept = [], []
    for char in text:
        for said in (char, char.lower()):
            if said.isascii() or said in table:
                written.append(table.get(said, said))
                kept.append(said)
                break
            if said in "“”‘’–…" and encoding != "VISCII":
                written.append(said.encode("cp1252").decode("latin-1"))
                kept.append(said)
                break
    return "".join(written).encode("latin-1"), "".join(kept)


def _in_1258(text: str) -> tuple[bytes, str]:
    """As Windows' keyboard wrote it: letters with their shape are one byte, a tone is one more."""
    data, kept = b"", []
    for char in text:
        letters = unicodedata.normalize("NFD", char)
        tones = "".join(c for c in letters if c in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(c for c in letters if c not in tones))
        try:
            data += (base + tones).encode("cp1258")
        except UnicodeEncodeError:
            continue
        kept.append(char)
    return data, "".join(kept)
