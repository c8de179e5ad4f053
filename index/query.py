"""What the question's letters say before any search: its language, and Telex typing undone."""

from __future__ import annotations

import re
import unicodedata

from index.text import fold, key, syllables

_ONSETS = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x"
_RIMES = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|ăc|ăm|ăn|ăng|ăp|ăt|âc|âm|ân|âng|âp|ât|âu|ây|e|ec|em|en|eng|eo|ep|et|"
    "ê|êch|êm|ên|ênh|êp|êt|êu|i|ia|ich|iêc|iêm|iên|iêng|iêp|iêt|iêu|im|in|inh|ip|it|iu|o|oa|oac|oach|oai|oam|oan|oang|"
    "oanh|oao|oap|oat|oay|oăc|oăm|oăn|oăng|oăt|oc|oe|oen|oeo|oet|oi|om|on|ong|ooc|oong|op|ot|ô|ôc|ôi|ôm|ôn|ông|ôp|ôt|"
    "ơ|ơi|ơm|ơn|ơp|ơt|u|ua|uân|uâng|uât|uây|uc|uê|uêch|uênh|ui|um|un|ung|uôc|uôi|uôm|uôn|uông|uôt|uơ|up|ut|uy|uya|uych|"
    "uyên|uyêt|uynh|uyt|uyu|ư|ưa|ưc|ưi|ưm|ưn|ưng|ươc|ươi|ươm|ươn|ương|ươp|ươt|ươu|ưt|ưu|y|yê|yêm|yên|yêng|yêt|yêu|ynh"
)
_SYLLABLE = re.compile(rf"(?:{_ONSETS})?(?:{_RIMES})\Z")
_BARE_SYLLABLE = re.compile(rf"(?:{fold(_ONSETS)})?(?:{fold(_RIMES)})\Z")
_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


def is_syllable(word: str) -> bool:
    """True when `word` is spelled like a Vietnamese syllable: onset, rime, at most one tone; a stop (c, ch, p, t)
    takes only sắc or nặng."""
    letters = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in letters if c in _TONES]
    base = unicodedata.normalize("NFC", "".join(c for c in letters if c not in _TONES))
    if len(tones) > 1 or not _SYLLABLE.match(base):
        return False
    return not (base.endswith(("c", "ch", "p", "t")) and tones and tones[0] not in ("\u0301", "\u0323"))


# English function words that are not also unaccented Vietnamese syllables ("an", "to", "in", "do", "me" are both).
_ENGLISH = frozenset(
    "the of is are was were what which who whom whose when where why how does did has have had and or for from with "
    "many much long been being that this these those there by it its their his her can could will would should "
    "as".split()
)


def is_english(query: str) -> bool:
    """True when English function words, and words that cannot be Vietnamese syllables, make up a good part of the
    query and Vietnamese letters do not outnumber them ("What are Hậu Giang's pillars?" is English). Acronyms (SIPAS)
    say nothing either way."""
    words = [w for typed in query.split() if not typed.isupper() for w in syllables(typed) if w.isalpha()]
    function = sum(w in _ENGLISH for w in words)
    foreign = sum(w not in _ENGLISH and not _BARE_SYLLABLE.match(fold(w)) and _decode_telex(w) == w for w in words)
    accented = sum(fold(w) != w and is_syllable(w) for w in words)
    return bool(words) and function + foreign / 2 >= max(0.25 * len(words), accented)


_TELEX_TONES = {"f": "\u0300", "s": "\u0301", "x": "\u0303", "r": "\u0309", "j": "\u0323"}
_TELEX_PAIRS = (
    ("uow", "ươ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("aw", "ă"),
    ("ow", "ơ"),
    ("uw", "ư"),
    ("dd", "đ"),
)
_VOWELS = "aăâeêioôơuưy"


def untelex(query: str) -> str:
    """`query` with words that are plainly Telex keystrokes turned into letters: "cos maays nhieemj vuj" -> "có mấy
    nhiệm vụ". A word changes only if it is no syllable as typed and its decoding is one; an English query stays as it
    is ("meets" would decode to a syllable)."""
    if is_english(query):
        return query
    return re.sub(r"[^\W\d_]+", lambda m: _decode_telex(m.group()) if m.group().isascii() else m.group(), query)


def _decode_telex(word: str) -> str:
    low = word.lower()
    if low in _ENGLISH or _BARE_SYLLABLE.match(low):
        return word
    tones = [c for c in low[1:] if c in _TELEX_TONES and c not in "sxr"] or [c for c in low[-1:] if c in _TELEX_TONES]
    letters, tone = low, ""
    if tones:
        at = low.rindex(tones[-1])
        letters, tone = low[:at] + low[at + 1 :], _TELEX_TONES[tones[-1]]
    for typed, letter in _TELEX_PAIRS:
        letters = letters.replace(typed, letter)
    # the shape key may come after the whole rime: "luwowcj" is handled above, "dduocw" -> ư.ơ here
    letters = letters.replace("ưo", "ươ").replace("uơ", "ươ") if "w" in low else letters
    if letters == low and not tone:
        return word
    spelled = _put_tone(letters, tone)
    if not is_syllable(spelled):
        return word
    return spelled.capitalize() if word[:1].isupper() else spelled


def _put_tone(letters: str, tone: str) -> str:
    """`letters` with the tone mark on its main vowel: the shaped one, else the last before a consonant or glide."""
    if not tone:
        return letters
    start = 2 if letters.startswith(("qu", "gi")) and len(letters) > 2 and letters[2] in _VOWELS else 0
    vowels = [i for i, c in enumerate(letters) if c in _VOWELS and i >= start]
    if not vowels:
        return letters
    shaped = [i for i in vowels if letters[i] in "ăâêôơư"]
    closed = letters[-1] not in _VOWELS
    at = shaped[-1] if shaped else vowels[-1] if closed or len(vowels) == 1 else vowels[-2]
    return key(unicodedata.normalize("NFC", letters[: at + 1] + tone + letters[at + 1 :]))
