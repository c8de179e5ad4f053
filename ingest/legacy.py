"""Vietnamese in the 8-bit encodings from before Unicode (TCVN3, VNI, VISCII, Windows-1258): noticed and converted."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.errors import ReadError

# From the byte in front on. TCVN3 is what the fonts .VnTime and ABC show: the upper half of TCVN 5712 (VN1), here as
# glibc's iconv has it. Its 0x80-0x9F are left out: files have Windows' curly quotes there. VISCII is RFC 1456.
_TCVN3 = dict(
    zip(
        (*range(0xA1, 0xB0), *range(0xB5, 0x100)),
        "ĂÂÊÔƠƯĐăâêôơưđẰàảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ",
        strict=True,
    )
)
_VISCII = dict(
    zip(
        (0x02, 0x05, 0x06, 0x14, 0x19, 0x1E, *range(0x80, 0x100)),
        "ẲẴẪỶỸỴẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
        strict=True,
    )
)
# VNI writes a toned letter as two characters: the base letter, then one that stands for the marks over it.
_VNI_MARKS = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI_MARKS |= dict(zip("âáàåãä", ("\u0302" + tone for tone in ("", *_VNI_MARKS.values())), strict=True))
_VNI_MARKS |= dict(zip("êéèúüë", ("\u0306" + tone for tone in ("", *list(_VNI_MARKS.values())[:5])), strict=True))
_VNI_LETTERS = {"ñ": "đ", "ö": "ư", "ô": "ơ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "í": "í", "ì": "ì"}
_VNI_MARKS |= {char.upper(): marks for char, marks in _VNI_MARKS.items()}
_VNI_LETTERS |= {char.upper(): letter.upper() for char, letter in _VNI_LETTERS.items()}
_VNI = re.compile(f"([aeouyôöAEOUYÔÖ])([{''.join(_VNI_MARKS)}])|([{''.join(_VNI_LETTERS)}])")

# Bytes as a reader of Latin-1 or Windows-1252 shows them; five of 0x80-0x9F are nothing in Windows-1252.
_WINDOWS = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0xA0)}
_BYTES = {char: byte for byte, char in _WINDOWS.items()} | {chr(byte): byte for byte in range(256)}


def _from_table(table: dict[int, str], text: str) -> str:
    # control characters stand for letters in VISCII only, and never those that divide lines
    shown: dict[str, str | int | None] = {char: table[byte] for char, byte in _BYTES.items() if byte in table}
    return text.translate(str.maketrans(shown)).translate(_WINDOWS)


def _from_vni(text: str) -> str:
    return _VNI.sub(_vni_letter, text).translate(_WINDOWS)


def _vni_letter(match: re.Match[str]) -> str:
    base, mark, letter = match.groups()
    if letter:
        return _VNI_LETTERS[letter]
    base = _VNI_LETTERS.get(base, base)
    marked = unicodedata.normalize("NFC", base + _VNI_MARKS[mark])
    return marked if len(marked) == 1 else base + mark


def _from_1258(text: str) -> str:
    found = [_BYTES.get(char) for char in text]
    if None in found:
        return text
    return unicodedata.normalize("NFC", bytes(b for b in found if b is not None).decode("cp1258", "replace"))


DECODERS: dict[str, Callable[[str], str]] = {
    "TCVN3": lambda text: _from_table(_TCVN3, text),
    "VNI": _from_vni,
    "VISCII": lambda text: _from_table(_VISCII, text),
    "Windows-1258": _from_1258,
}
"""Encoding -> text in Unicode of bytes shown as Latin-1 or Windows-1252, as programs that know none of these do."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """Text in Unicode, and what it took."""

    text: str
    encodings: tuple[str, ...] = ()  # those converted from, the commonest first
    lost: int = 0  # characters that stand for no letter of Vietnamese after converting

    @property
    def note(self) -> str:
        """One sentence for people; "" when nothing was converted."""
        if not self.encodings:
            return ""
        left = f"; {self.lost} characters have no counterpart and stay as they are" if self.lost else ""
        return f"converted to Unicode from {' and '.join(self.encodings)}{left}"


def decoded(data: bytes) -> Repaired:
    """Text of the bytes: by BOM, else strict UTF-8, else one of the Vietnamese encodings from before Unicode, which are
    noticed in text that is UTF-8 too. Raises ReadError rather than guess: what is in none of them would be garbage that
    nobody finds again."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
        if b"\0" in data[:4096]:
            raise ReadError("this is a binary file, not text")
    try:
        return repair(data.decode(encoding))
    except UnicodeDecodeError as error:
        found = repair(_by_line(data)) if encoding == "utf-8-sig" else Repaired("")
        if found.encodings:
            return found
        raise ReadError(
            f"byte {error.start} is not {encoding.removesuffix('-sig').upper()}, and it is in none of TCVN3, VNI, "
            "VISCII and Windows-1258; save it as UTF-8 and add it again"
        ) from error


def _by_line(data: bytes) -> str:
    """Lines in UTF-8, and those that are none as `surface` has them: a text may be put together of several files."""
    return "\n".join(_line(line) for line in data.split(b"\n"))


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return surface(line)


def surface(data: bytes) -> str:
    """`data` with a character for every byte, as `repair` takes it."""
    return data.decode("latin-1")


# Letters that only Unicode has: a stretch with one of them is Unicode already. Legacy bytes cannot show as these.
_UNICODE = re.compile("[\u1ea0-\u1ef9\u0300-\u0323]")
_LINES = re.compile("\n")
_VIETNAMESE = frozenset("".join((*_TCVN3.values(), *_VISCII.values())))


def repair(text: str, between: re.Pattern[str] = _LINES) -> Repaired:
    """`text` in Unicode. Every stretch without a match of `between` (a line, or the text between two tags) is judged
    by itself where it has words enough, else by what the whole is; what reads as Vietnamese already stays.

    To be called before anything else cleans the text: the soft hyphen U+00AD is the letter ư of TCVN3.
    """
    if text.isascii():
        return Repaired(text)
    pieces = [text[start:end] for start, end in _between(text, between)]
    suspects = {n: piece for n, piece in enumerate(pieces) if not (piece.isascii() or _UNICODE.search(piece))}
    found = {n: detect(piece) for n, piece in suspects.items()}
    judged = Counter(encoding for encoding in found.values() if encoding)
    whole = detect("\n".join(suspects.values()), least=8) or next((name for name, _ in judged.most_common()), None)
    used, lost = Counter[str](), 0
    for n, piece in suspects.items():
        encoding = found[n] or _as_whole(piece, whole)
        if encoding:
            pieces[n] = DECODERS[encoding](piece)
            used[encoding] += 1
            lost += sum(_is_lost(char) for char in pieces[n])
    return Repaired("".join(pieces), tuple(name for name, _ in used.most_common()), lost)


def _between(text: str, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """All of `text`, cut at both ends of every separator."""
    edges = [0, *(edge for match in separator.finditer(text) for edge in match.span()), len(text)]
    return itertools.pairwise(edges)


def _is_lost(char: str) -> bool:
    return char > "\x7f" and char not in _VIETNAMESE and unicodedata.category(char)[0] in "LCM"


def _as_whole(piece: str, whole: str | None) -> str | None:
    """`whole` for a piece too short to judge, where that reads better than what stands there."""
    if whole is None:
        return None
    before, words = _share(piece)
    return whole if words and _share(DECODERS[whole](piece))[0] > before else None


_SAMPLE = 20_000  # characters judged


def detect(text: str, least: int = 4) -> str | None:
    """The encoding that makes Vietnamese of `text`, or None when it is Vietnamese as it stands, or not at all.

    Of the words with letters beyond ASCII, `least` or more, four fifths must be well-formed syllables afterwards, and
    that 0.3 more than before. Of 48 ministry files of 1998-2009 all were told right; 20,708 paragraphs in Unicode gave
    no false alarm.
    """
    text = text[:_SAMPLE]
    before, words = _share(unicodedata.normalize("NFC", text))
    if words < least or before > 0.8:
        return None
    shares = {name: _share(decode(text)) for name, decode in DECODERS.items()}
    best = max(shares, key=lambda name: shares[name])
    share, words = shares[best]
    return best if share > 0.8 and share > before + 0.3 and words >= least else None


_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~“”‘’–—…]+")


def _share(text: str) -> tuple[float, int]:
    """The share of words with letters beyond ASCII that are well-formed Vietnamese syllables, and their number."""
    from index.query import is_syllable

    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return (sum(map(is_syllable, words)) / len(words) if words else 1.0), len(words)
