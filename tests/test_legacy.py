"""Encodings from before Unicode: what was written in them is read back letter for letter, the rest is left alone."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.encodings import written_in
from index.errors import ReadError
from index.text import clean
from ingest.legacy import DECODERS, Repaired, detect, repair, surface
from ingest.read import Source, read
from tests.test_corpus import ARTICLES, CORPUS

TEXT = (CORPUS / "bao-cao-giua-nhiem-ky-2023.md").read_text(encoding="utf-8").partition("\n---\n")[2]
LINE = "Nghị quyết của Tỉnh ủy Hậu Giang về phát triển nguồn nhân lực được ban hành, nước ta đổi mới."


@pytest.mark.parametrize("encoding", DECODERS)
def test_an_article_comes_back_letter_for_letter(encoding: str) -> None:
    data, kept = written_in(TEXT, encoding)
    assert len(kept) > 0.98 * len(TEXT)
    repaired = repair(surface(data))
    assert repaired.text == kept
    assert (repaired.encodings, repaired.lost) == ((encoding,), 0)


@pytest.mark.parametrize("encoding", DECODERS)
def test_saved_as_utf8_by_a_program_that_knew_no_better(encoding: str) -> None:
    data, kept = written_in(LINE, encoding)
    for shown in (surface(data), data.decode("cp1252", "ignore") if encoding == "TCVN3" else surface(data)):
        document, _ = read(Source("a.txt", "a.txt", f"Tieu de\n\n{shown}\n".encode()))
        assert kept in document.text
        assert document.note == f"converted to Unicode from {encoding}"


@pytest.mark.parametrize(
    ("encoding", "written", "read_as"),
    [
        ("TCVN3", "n\u00adíc", "nước"),  # the soft hyphen is a letter
        ("TCVN3", "NghÞ quyÕt sè 05", "Nghị quyết số 05"),
        ("TCVN3", "“§¶ng bé” – tØnh", "“Đảng bộ” – tỉnh"),
        ("TCVN3", "\x93§¶ng\x94", "“Đảng”"),
        ("VNI", "Nghò quyeát soá", "Nghị quyết số"),
        ("VNI", "ÑAÛNG BOÄ, ñöôïc, aúc, nöôùc", "ĐẢNG BỘ, được, ẳc, nước"),
        ("VISCII", "Ngh\xb8 quy\xaat", "Nghị quyết"),
        ("Windows-1258", "Nghi\xf2 quy\xea\xect", "Nghị quyết"),
    ],
)
def test_as_real_files_have_it(encoding: str, written: str, read_as: str) -> None:
    assert DECODERS[encoding](written) == read_as


def test_a_file_in_two_encodings_and_unicode() -> None:
    one, two = (surface(written_in(LINE, encoding)[0]) for encoding in ("TCVN3", "VNI"))
    repaired = repair("\n".join((one, one, LINE, two, "Đề án", "NghÞ quyÕt", "2021 - 2025")))
    assert repaired.text.split("\n") == [LINE, LINE, LINE, LINE, "Đề án", "Nghị quyết", "2021 - 2025"]
    assert repaired.encodings == ("TCVN3", "VNI")


def test_what_cannot_be_converted_is_counted() -> None:
    repaired = repair(surface(written_in(LINE, "TCVN3")[0]) + " \u0416\u0416 \u00b0C")
    assert repaired.text == f"{LINE} \u0416\u0416 \u00b0C"
    assert repaired.lost == 2
    assert repaired.note.endswith("; 2 characters have no counterpart and stay as they are")


@pytest.mark.parametrize("encoding", ["TCVN3", "VNI"])
@pytest.mark.parametrize("entities", [False, True])
def test_a_web_page(encoding: str, entities: bool) -> None:
    data, _ = written_in(LINE, encoding)
    if entities:
        data = re.sub(rb"[\xc0-\xff]", lambda m: f"&#{m.group()[0]};".encode(), data)
    page = b'<html><head><title>Tin</title></head><body><article><p><font face=".VnTime">%s</font></p></article></body>'
    document, _ = read(Source("a.html", "a.html", page % b"</font></p><p><font>".join([data] * 5)))
    assert document.text.count(LINE) >= 1
    assert document.note == f"converted to Unicode from {encoding}"


@pytest.mark.parametrize("name", ARTICLES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_unicode_is_never_taken_for_anything_else(name: str, form: str) -> None:
    text = unicodedata.normalize(form, (CORPUS / name).read_text(encoding="utf-8"))  # type: ignore[arg-type]
    assert repair(text) == Repaired(text)


@pytest.mark.parametrize(
    "text",
    [
        "Où est passé l’été ? Le garçon naïf a mangé des gâteaux à la crème brûlée, déjà très âgé.",
        "Größe, Äpfel, Übermut, schön, Füße, Mädchen, für, über, Straße, möglich, König",
        "El niño comió piñas; la acción, el corazón, también, así, mañana, España, señor",
        "Năm 2023, Hậu Giang đạt 12,27%.",
        "°C ± 5 § 3 × 4 ÷ 2 © ® ™ € ½",
        "",
    ],
)
def test_other_languages_stay(text: str) -> None:
    assert detect(text) is None
    assert repair(text).text == text


@given(st.text(alphabet=st.characters(max_codepoint=0x17F), max_size=200))
def test_any_text_is_repaired_or_left(text: str) -> None:
    repaired = repair(text)
    assert repaired.encodings or repaired.text == text
    assert repaired.text.count("\n") == text.count("\n")
    clean(repaired.text)


def test_bytes_in_no_known_encoding_are_refused() -> None:
    with pytest.raises(ReadError, match="in none of TCVN3, VNI, VISCII and Windows-1258"):
        read(Source("a.txt", "a.txt", "Größe, Äpfel, Übermut, schön".encode("latin-1")))
