"""Rewrites a question into the forms people type: other Unicode, no diacritics, Telex or VNI keystrokes, capitals."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping

from index.query import is_syllable
from index.text import fold

_TONES = {"\u0300": "f2", "\u0301": "s1", "\u0303": "x4", "\u0309": "r3", "\u0323": "j5"}  # mark -> Telex, VNI key
_WORD = re.compile(r"[^\W\d_]+")
_CLUSTER = re.compile("[^\u0300-\u036f][\u0300-\u036f]{2}")
# Open syllables whose tone may stand on either vowel; after "q" it may stand on the u in old type ("qúy").
_EITHER = re.compile(r"(?<![^\W\d_])(?:[^\W\d_]*[^\W\d_aeiouyq])?(oa|oe|uy)\Z")


def nfd(question: str) -> str:
    """Decomposed, as macOS hands over file names: a letter, then its marks."""
    return unicodedata.normalize("NFD", question)


def tone(question: str) -> str:
    """The other tone placement (hòa <-> hoà), and the marks of a letter that has two in the wrong order."""
    moved = _WORD.sub(lambda m: _move_tone(m.group()), unicodedata.normalize("NFC", question))
    return _CLUSTER.sub(lambda m: m.group()[0] + m.group()[:0:-1], unicodedata.normalize("NFD", moved))


def _move_tone(word: str) -> str:
    bare = unicodedata.normalize("NFD", word)
    marks = [c for c in bare if c in _TONES]
    plain = unicodedata.normalize("NFC", "".join(c for c in bare if c not in _TONES))
    if len(marks) != 1 or not _EITHER.match(plain.lower()) or not is_syllable(plain):
        return word
    other = [plain[:-1] + marks[0] + plain[-1:], plain + marks[0]]
    return next(s for s in (unicodedata.normalize("NFC", o) for o in other) if s != word)


def nodiac(question: str) -> str:
    """Without diacritics, đ as d."""
    return fold(unicodedata.normalize("NFC", question))


def telex(question: str) -> str:
    """Telex keystrokes, as when the input method is off: shape keys after their letter, the tone key after the word."""
    return _WORD.sub(lambda m: _keys(m.group(), 0), unicodedata.normalize("NFC", question))


def telex_some(question: str) -> str:
    """Telex keystrokes for about a third of the accented words, always the same ones of a question."""
    chance = random.Random(question)
    return _WORD.sub(
        lambda m: _keys(m.group(), 0) if not m.group().isascii() and chance.random() < 1 / 3 else m.group(),
        unicodedata.normalize("NFC", question),
    )


def vni(question: str) -> str:
    """VNI keystrokes: shape digits after their letter, the tone digit after the word."""
    return _WORD.sub(lambda m: _keys(m.group(), 1), unicodedata.normalize("NFC", question))


def _keys(word: str, method: int) -> str:
    """Keystrokes of `word` in Telex (0) or VNI (1)."""
    typed, last = "", ""
    for letter in word:
        base, *marks = list(unicodedata.normalize("NFD", letter))
        shapes = {"\u0302": base.lower() + "6", "\u031b": "w7", "\u0306": "w8"}
        if letter in "đĐ":
            typed += fold(letter) + "d9"[method]
        elif any(mark not in shapes and mark not in _TONES for mark in marks):
            typed += letter  # no Vietnamese one: ç
        else:
            typed += base + "".join(shapes[mark][method] for mark in marks if mark in shapes)
            last += "".join(_TONES[mark][method] for mark in marks if mark in _TONES)
    typed += last
    return typed.upper() if word.isupper() and len(word) > 1 else typed


def upper(question: str) -> str:
    """Capitals throughout."""
    return question.upper()


FORMS: Mapping[str, Callable[[str], str]] = {
    "nfd": nfd,
    "tone": tone,
    "nodiac": nodiac,
    "telex": telex,
    "telex-some": telex_some,
    "vni": vni,
    "upper": upper,
}
"""Rewriters by name; the same question is always rewritten alike."""
