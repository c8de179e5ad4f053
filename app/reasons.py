"""Why a file was not read, and what reading it changed, in the reader's language; the library says both in English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.words import say

if TYPE_CHECKING:
    from app.types import Language

# What the library says -> our key; the named groups fill its blanks. The first that is found counts.
_REASONS = (
    (r"its file stays in the corpus folder", "why_stays"),
    (r"cannot read (?P<kind>\.\w+)", "why_kind"),
    (r"cannot read a file without suffix", "why_no_kind"),
    (r"bytes is more than|larger than the .* bytes", "why_size"),
    (r"(?:holds more than|has more than|pages, more than|documents, more than|of its pages are scanned)", "why_long"),
    (r"protected by a password", "why_password"),
    (r"no text to answer from|no article was found|no document in it that could be read", "why_empty"),
    (r"reading (?P<kind>\.\w+) needs LibreOffice", "why_office"),
    (r"unpacks to more than", "why_bomb"),
    (r"lies too deep", "why_deep"),
    (r"`hoidap doctor`", "why_doctor"),
    (r"is a binary file|is in none of TCVN3", "why_encoding"),
    (r"is not in .* any more", "why_changed"),
    (r"front matter|`notice`", "why_front_matter"),
    (r"needed more than|took more than|too (?:long|much time)|of memory|seconds", "why_time"),
    (
        r"damaged|not what its name says|not valid XML|declares a DOCTYPE|no headers of a mail|could not read",
        "why_damaged",
    ),
)

_NOTES = (
    (r"(?P<some>\d+) of (?P<all>\d+) pages were read by OCR: check figures and names", "note_pages"),
    (r"read by OCR: check figures and names", "note_ocr"),
    (r"converted to Unicode from (?P<encodings>[^;]+)", "note_converted"),
    (r"(?P<lost>\d+) characters have no counterpart and stay as they are", "note_lost"),
    (r"it is a (?P<kind>\.\w+) file, whatever its name says", "note_kind"),
    (r"(?P<count>\d+) attachments are of no kind that is read", "note_attachments"),
)


def reason_text(reason: str, language: Language) -> str:
    """`reason` of a failure as a reader of `language` understands it; the library's own words where we have none."""
    if not reason:
        return say("why_unknown", language)
    if language == "en":
        return reason
    for pattern, key in _REASONS:
        if match := re.search(pattern, reason):
            return say(key, language, **match.groupdict())
    return reason


def note_text(note: str, language: Language) -> str:
    """`Document.note` in `language`; what is not known stays as the library said it."""
    if language == "en":
        return note
    for pattern, key in _NOTES:
        if match := re.search(pattern, note):
            values = {name: value.replace(" and ", " và ") for name, value in match.groupdict().items()}
            note = note.replace(match[0], say(key, language, **values))
    return note
