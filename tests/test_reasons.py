"""What the library says of a file, in the reader's language: the real messages, from the real readers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import reasons
from app.reasons import note_text, reason_text
from app.words import say
from index.errors import ReadError
from ingest import pdf
from ingest.archives import opened
from ingest.legacy import decoded
from ingest.read import MAX_BYTES, Source, read


def why(name: str, data: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read(Source(name, f"upload:{name}", data))
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("x.exe", b"MZ", "why_kind"),
        ("LICENSE", b"text", "why_no_kind"),
        ("x.txt", b"a" * (MAX_BYTES + 1), "why_size"),
        ("x.md", b"", "why_empty"),
        ("x.txt", b"\0\0\0", "why_encoding"),
        ("x.md", b"---\nnotice: a\n---\n# A\n\nB.\n", "why_front_matter"),
        ("x.pdf", b"%PDF-1.4 no", "why_damaged"),
        ("x.docx", b"PK no", "why_damaged"),
        ("x.xlsx", b"PK no", "why_damaged"),
        ("x.png", b"\x89PNG", "why_damaged"),
        ("x.eml", b"no mail at all", "why_damaged"),
    ],
)
def test_a_failure_is_told_in_vietnamese(name: str, data: bytes, key: str) -> None:
    reason = why(name, data)
    kind = re.search(r"\.\w+$", name)
    assert reason_text(reason, "vi") == say(key, "vi", kind=kind[0] if kind else "")
    assert reason_text(reason, "en") == reason


def test_what_a_zip_fails_with_is_told_too() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.md", b"0" * 40_000_000)
    for data, key in ((packed.getvalue(), "why_bomb"), (b"PK", "why_damaged")):
        with pytest.raises(ReadError) as caught:
            list(opened(Source("x.zip", "upload:x.zip", data)))
        assert reason_text(str(caught.value), "vi") == say(key, "vi")


def _readers() -> Iterator[Path]:
    """The modules of ingest but the one for web addresses, which only the command line takes."""
    return (p for p in Path(pdf.__file__).parent.glob("*.py") if p.name != "fetch.py")


def test_every_reason_of_a_reader_is_known() -> None:
    """The literal messages of ReadError in ingest, as they stand in the source."""
    source = "".join(p.read_text(encoding="utf-8") for p in _readers())
    raised = re.findall(r"raise (?:ReadError|_WornOut)\(\s*((?:f?\"[^\n]*\"\s*)+)", source)
    messages = ["".join(re.findall(r'f?"([^\n]*)"', text)).replace("{suffix}", ".doc") for text in raised]
    assert len(messages) > 20
    passed_on = [m for m in messages if re.fullmatch(r"(\{[^}]*\}[:,;] )+\{[^}]*\}(; nothing was stored)?", m)]
    unknown = [m for m in messages if m not in passed_on and reason_text(m, "vi") == m]
    # of an operating system, or for whoever writes the program
    assert [m for m in unknown if not any(x in m for x in ("strerror", "type(error)", "a pipe"))] == []


def test_what_nobody_foresaw_is_one_sentence_and_the_unknown_stays() -> None:
    assert reason_text("", "vi") == say("why_unknown", "vi")
    assert reason_text("the moon is full", "vi") == "the moon is full"


def test_a_note_is_told_in_vietnamese() -> None:
    repaired = decoded("Céng hßa x· héi chñ nghÜa ViÖt Nam, §éc lËp - Tù do - H¹nh phóc".encode())
    assert repaired.note.startswith("converted")
    assert note_text(repaired.note, "vi") == "đã chuyển từ bảng mã TCVN3 sang Unicode"
    both = "converted to Unicode from TCVN3 and VNI; 3 characters have no counterpart and stay as they are"
    assert "TCVN3 và VNI sang Unicode; 3 ký tự" in note_text(both, "vi")
    assert "2/9 trang" in note_text("2 of 9 pages were read by OCR: check figures and names", "vi")
    assert note_text(both, "en") == both and note_text("", "vi") == ""


def test_every_note_of_a_reader_is_known() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in _readers())
    notes = re.findall(r'(?:note = f?|note=|return f)"([^"\n]*(?:OCR|Unicode|named, not read)[^"\n]*)"', source)
    assert len(notes) >= 4
    for note in notes:
        filled = re.sub(r"\{left\}", "", re.sub(r"\{(?:' and '|len|scanned)[^}]*\}", "7", note))
        assert note_text(filled, "vi") != filled, note
    assert len(reasons._NOTES) >= 5
