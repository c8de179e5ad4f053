"""What the question's letters say before any search: its language, and Telex and VNI typing undone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.text import codes, fold
from index.translate import is_known as is_english_word

Known = Callable[[str], bool]
"""True for a word, in lower case and NFC, that stands in the texts being searched."""

_ONSETS = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x"
_RIMES = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|ăc|ăk|ăm|ăn|ăng|ăp|ăt|âc|âm|ân|âng|âp|ât|âu|ây|e|ec|em|en|eng|eo|ep|et|"
    "ê|êch|êm|ên|ênh|êp|êt|êu|i|ia|ich|iêc|iêm|iên|iêng|iêp|iêt|iêu|im|in|inh|ip|it|iu|o|oa|oac|oach|oai|oam|oan|oang|"
    "oanh|oao|oap|oat|oay|oăc|oăm|oăn|oăng|oăt|oc|oe|oen|oeo|oet|oi|om|on|ong|ooc|oong|op|ot|ô|ôc|ôi|ôm|ôn|ông|ôp|ôt|"
    "ơ|ơi|ơm|ơn|ơp|ơt|u|ua|uân|uâng|uât|uây|uc|uê|uêch|uênh|ui|um|un|ung|uôc|uôi|uôm|uôn|uông|uôt|uơ|up|ut|uy|uya|uych|"
    "uyên|uyêt|uynh|uyt|uyu|ư|ưa|ưc|ưi|ưm|ưn|ưng|ươc|ươi|ươm|ươn|ương|ươp|ươt|ươu|ưt|ưu|y|yê|yêm|yên|yêng|yêt|yêu|ynh"
)
_SYLLABLE = re.compile(rf"(?:{_ONSETS})?(?:{_RIMES})\Z")
_BARE_SYLLABLE = re.compile(rf"(?:{fold(_ONSETS)})?(?:{fold(_RIMES)})\Z")
_MISSPELT = re.compile("c[eêiy]|g[eêy]|ng[eêiy]|(?:gh|ngh)[^eêi]|k[aâoơuư]")  # "kô" and "kă" are in Hồng Kông, Đắk
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """True when `word` is spelled like a Vietnamese syllable: onset, rime, at most one tone; a stop (c, ch, p, t)
    takes only sắc or nặng."""
    letters = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in letters if c in _TONES]
    base = unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES))
    if len(tones) > 1 or not _SYLLABLE.match(base) or _MISSPELT.match(base):
        return False
    return not (base.endswith(("c", "ch", "p", "t")) and tones and tones[0] not in ("\u0301", "\u0323"))


# ---------------------------------------------------------------- keystrokes


@dataclass(frozen=True)
class _Method:
    tones: Mapping[str, str]  # key -> tone mark; the empty one removes
    shapes: Mapping[str, Mapping[str, str]]  # key -> letter -> the letter it makes of it


_TELEX = _Method(
    {"f": "\u0300", "s": "\u0301", "x": "\u0303", "r": "\u0309", "j": "\u0323", "z": ""},
    {"a": {"a": "â"}, "e": {"e": "ê"}, "o": {"o": "ô"}, "w": {"u": "ư", "o": "ơ", "a": "ă"}, "d": {"d": "đ"}},
)
_VNI = _Method(
    {"2": "\u0300", "1": "\u0301", "4": "\u0303", "3": "\u0309", "5": "\u0323", "0": ""},
    {"6": {"a": "â", "e": "ê", "o": "ô"}, "7": {"u": "ư", "o": "ơ"}, "8": {"a": "ă"}, "9": {"d": "đ"}},
)
_VOWELS = "aăâeêioôơuưy"
_LONGEST = 13  # keystrokes of a syllable: "nghieengx" has 9, "nguwowngjz" 10; each may double the readings


@lru_cache(maxsize=8192)
def _readings(word: str) -> tuple[str, ...]:
    """The syllables that the keystrokes `word` (lower case) make, the likeliest first; none when it uses no key."""
    method = _VNI if any(c.isdigit() for c in word) else _TELEX
    if len(word) > _LONGEST:
        return ()
    states = [("", "")]  # letters so far, tone mark so far
    for char in word:
        states = [after for letters, tone in states for after in _press(method, letters, tone, char)]
    found = (_put_tone(letters.replace("ưo", "ươ"), tone) for letters, tone in states)
    return tuple(dict.fromkeys(s for s in found if s != word and is_syllable(s)))


def _press(method: _Method, letters: str, tone: str, char: str) -> Iterator[tuple[str, str]]:
    """What one key makes of the word so far; a key may come any time after the letter it changes."""
    base = unicodedata.normalize("NFD", char)
    if len(base) > 1 and base[-1] in _TONES:
        if not tone:
            yield letters + unicodedata.normalize("NFC", base[:-1]), base[-1]
    elif char in method.tones and any(c in _VOWELS for c in letters):
        if bool(tone) != bool(method.tones[char]):  # a second tone makes a name ("Paris"), and only a tone is removed
            yield letters, method.tones[char]
    else:
        yield from ((changed, tone) for changed in _shaped(letters, method.shapes.get(char, {})))
        if char == "w" and not any(c in _VOWELS for c in letters):
            yield letters + "ư", tone
        elif not char.isdigit():
            yield letters + char, tone


def _shaped(letters: str, shapes: Mapping[str, str]) -> Iterator[str]:
    if "ư" in shapes.values() and "uo" in letters:
        yield letters.replace("uo", "ươ")
    for at, letter in enumerate(letters):
        if letter in shapes and (letter != "d" or at == 0):
            yield letters[:at] + shapes[letter] + letters[at + 1 :]


def _put_tone(letters: str, tone: str) -> str:
    """`letters` with the tone mark on its main vowel: the shaped one, else the last before a consonant or glide."""
    start = 2 if letters.startswith(("qu", "gi")) and len(letters) > 2 and letters[2] in _VOWELS else 0
    vowels = [i for i, c in enumerate(letters) if c in _VOWELS and i >= start]
    if not tone or not vowels:
        return letters
    shaped = [i for i in vowels if letters[i] in "ăâêôơư"]
    closed = letters[-1] not in _VOWELS
    at = shaped[-1] if shaped else vowels[-1] if closed or len(vowels) == 1 else vowels[-2]
    return unicodedata.normalize("NFC", letters[: at + 1] + tone + letters[at + 1 :])


# ---------------------------------------------------------------- words and languages

# English function words that are not also unaccented Vietnamese syllables ("an", "to", "in", "do", "me" are both).
_ENGLISH = frozenset(
    "the of is are was were what which who whom whose when where why how does did has have had and or for from with "
    "many much long been being that this these those there by it its their his her can could will would should "
    "as".split()
)
# Words that Vietnamese text borrows as they are more often than it holds what their keys make ("bus", bú); picked
# by hand from counts in 200,000 news rows, with some too rare there to count (sofa, max, dow).
_BORROWED = frozenset(
    "air bar best bus dax down dow gas gis is mar max of or pos photo post room rose se1 sofa soon sos test town taxi "
    "us usa visa vox war won".split()
)
# What a name or a loan has more often than a typist: a tone key between vowels ("taxi"), a vowel twice around others
# ("Masan"); but no name holds j, w or dd after that.
_NAME_LIKE = re.compile(r"(?!.*(?:[jw]|dd)).*(?:[aeiouy][sfrxj][aeiouy]|([aeo])(?!\1)[a-z]+\1)")
_DOUBLE_O = re.compile("oo(?:c|ng)")  # the one rime that is keystrokes too: khoong; these are words: xoong
_REAL_DOUBLE_O = frozenset("xoong boong soong goong loong toong".split())
_MARKS = re.compile("[đ\u0300-\u036f]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_IN_CODE = re.compile(r"[/-]\d")
_ABBREVIATIONS = frozenset(("ttg", "ctr", "ttr"))  # of codes, and not in capitals
_CODE_KEYS = re.compile(r"(?<=\d[/-])(?:[QNHC]D[D9]|D[D9]A)(?![^\W_])", re.IGNORECASE)  # 1588/QDD-TTg
_CAPITALS = re.compile(r"(?<![^\W_])[A-Z9]{3,}(?![^\W_])")  # QDD-TTg, HDDND, D9BSCL
_SPELT_OUT = re.compile(r"\d.*[^\W_]")  # digits that no numbered word has: na8m, o73; "quy1" may be quý 1

Kind = Literal["accented", "bare", "keys", "either", "english", "foreign", "silent"]


@lru_cache(maxsize=8192)
def _kind(word: str) -> Kind:
    """What `word` is: an accented or bare syllable, the keystrokes of one, an English word, of some other language,
    keystrokes or one of the last two ("moon" is môn too); numbers and codes are silent."""
    low = word.lower()
    readings = _readings(low)
    if low.isalpha() and _BARE_SYLLABLE.match(fold(low)):
        if not low.isascii():
            return "accented" if is_syllable(low) else "foreign"
        if not (readings and _DOUBLE_O.search(low)):
            return "bare"
        return "either" if low in _REAL_DOUBLE_O or word != low else "keys"
    named = word != low
    if not readings or (named and _NAME_LIKE.match(low)):
        if not low.isalpha():
            return "foreign" if "'" in low or "’" in low else "silent"
        return "english" if is_english_word(low) else "foreign"
    # "Luis" and "Lee" have one mark; Haauj has two
    marks = _MARKS.findall(unicodedata.normalize("NFD", readings[0]))
    if (named and len(marks) < 2 and "đ" not in marks) or sum(c.isalpha() for c in low) < 2:
        return "either"
    return "either" if low in _BORROWED or is_english_word(low) or _NAME_LIKE.match(low) else "keys"


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    kind: Kind
    digits: bool


def _words(query: str) -> list[_Word]:
    """The words of `query`. Acronyms are silent unless three words or more are all in capitals."""
    low = query.lower()
    if query.isupper() and len(query.split()) > 2 and len(low) == len(query):  # İ becomes two characters
        query = low
    coded = {at for start, end, _ in codes(query) for at in range(start, end)}
    found = []
    for m in _WORD.finditer(query):
        word = m.group()
        acronym = (word.isupper() and sum(c.isalpha() for c in word) > 1) or word.lower() in _ABBREVIATIONS
        silent = acronym or m.start() in coded or word[0].isdigit() or _IN_CODE.match(query, m.end())
        found.append(_Word(word, m.start(), "silent" if silent else _kind(word), any(c.isdigit() for c in word)))
    return found


def is_english(query: str) -> bool:
    """True when English words, and words that cannot be Vietnamese syllables or keystrokes, make up a good part of the
    query and outweigh the Vietnamese ones ("What are Hậu Giang's pillars?" is English). Acronyms (SIPAS) and codes say
    nothing either way, nor do accented names ("population of Cần Thơ") beside words in lower case."""
    return _speaks_english(_words(query))


def _speaks_english(words: list[_Word]) -> bool:
    words = [word for word in words if word.kind != "silent"]
    if any(word.text.islower() for word in words):
        opening = 1 if words[1:] and words[1].text.islower() else 0  # the capital of a sentence makes no name
        words = [word for n, word in enumerate(words) if word.kind != "accented" or word.text.islower() or n < opening]
    weights = [_WEIGHTS[word.kind](word.text.lower()) for word in words]
    english = sum(w for w in weights if w > 0)
    return english >= 0.25 * len(weights) and english > -sum(w for w in weights if w < 0)


# How much a word speaks for English (above 0) or Vietnamese. Set on news sentences and short ones (evals/LOG.md).
_WEIGHTS: Mapping[Kind, Callable[[str], float]] = {
    "accented": lambda _: -1,
    "keys": lambda _: -1,
    "bare": lambda word: 0.5 if word in _ENGLISH else 0 if is_english_word(word) else -0.5,
    "either": lambda word: 1 if word in _ENGLISH else 0.5 if is_english_word(word) else 0,
    "english": lambda _: 1,
    "foreign": lambda _: 0.5,
}


def untelex(query: str, known: Known | None = None) -> str:
    """`query` with words that are plainly Telex or VNI keystrokes turned into letters: "cos maays nhieemj vuj" -> "có
    mấy nhiệm vụ", "nghi5 quye6t1" -> "nghị quyết".

    A word changes only if it is no syllable as typed and its keystrokes make one; an English query stays as it is.
    Words that may be keystrokes or not ("too", "A1") follow the others. `known` settles what letters leave open.
    """
    query = _CODE_KEYS.sub(lambda m: re.sub("[Dd][Dd9]", "Đ", m.group()), query)
    words = _words(query)
    clear = [word for word in words if word.kind == "keys" or (known and _only_as_keys(word, known))]
    if not clear or _speaks_english(words):
        return query
    telex = any(not word.digits for word in clear)
    numbered = [word for word in clear if word.digits]
    vni = len(numbered) > 1 or any(_SPELT_OUT.search(word.text) or len(words) < 3 for word in numbered)
    parts, end = [], 0
    for word in words:
        if word.kind in ("keys", "either") and (vni if word.digits else telex):
            typed = query[word.start : word.start + len(word.text)]
            parts += [query[end : word.start], _read(typed, known)]
            end = word.start + len(word.text)
    text = "".join(parts) + query[end:]
    return _CAPITALS.sub(lambda m: re.sub("D[D9]", "Đ", m.group()), text)


def _only_as_keys(word: _Word, known: Known) -> bool:
    """True for a doubtful word ("Hoangf", alone among accented ones) that the texts hold only as what its keys make."""
    low = word.text.lower()
    if word.kind != "either" or word.digits or low in _BORROWED or is_english_word(low):
        return False
    return not known(low) and any(map(known, _readings(low)))


def _read(word: str, known: Known | None) -> str:
    """The letters that the keystrokes `word` make, in its case."""
    low = word.lower()
    readings = _readings(low)
    if low in _BORROWED or (known and known(low) and not any(map(known, readings))):
        return word
    reading = next(filter(known, readings), readings[0]) if known else readings[0]
    if word.isupper() and len(reading) > 1:
        return reading.upper()
    return reading.capitalize() if word[0].isupper() else reading
