"""Tests of evals.forms: what people type, and that the search undoes it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.forms import FORMS, telex_some
from index.query import is_english, untelex
from index.text import clean, fold, key

QUESTIONS = (
    "Nghị quyết 05-NQ/TU được ban hành ngày nào, thưa quý ông?",
    "Hậu Giang có mấy nhiệm vụ đột phá, hoà bình và thuỷ lợi ra sao?",
    "Quyết định 1588/QĐ-TTg của Thủ tướng, ở ĐBSCL, nói về điều gì?",
)

VIETNAMESE = st.text(
    st.sampled_from("aăâeêioôơuưybcdđghklmnpqrstvx áàảãạếềểễệốồớờợứừựíìỉĩịýỳỷỹỵóòỏõọúùủũụé?,/-0123"), max_size=60
)


@pytest.mark.parametrize(
    ("form", "question", "typed"),
    [
        ("nfd", "ế", "e\u0302\u0301"),
        ("tone", "hòa thủy quý khỏe tiếng", "hoà thuỷ quý khoẻ tie\u0301\u0302ng"),
        ("tone", "hoà thuỷ", "hòa thủy"),
        ("nodiac", "Đột phá", "Dot pha"),
        ("telex", "Nghị quyết được hòa ở Đông", "Nghij quyeets dduwowcj hoaf owr Ddoong"),
        ("telex", "QĐ-TTg, QH15, 2023", "QDD-TTg, QH15, 2023"),
        ("telex", "café, garçon", "cafes, garçon"),
        ("vni", "nghị quyết được, lớp 5", "nghi5 quye6t1 d9u7o7c5, lo7p1 5"),
        ("upper", "đột phá", "ĐỘT PHÁ"),
    ],
)
def test_known_examples(form: str, question: str, typed: str) -> None:
    written = FORMS[form](question)
    assert unicodedata.normalize("NFC", written) == unicodedata.normalize("NFC", typed)
    if form in ("nfd", "telex", "vni"):
        assert written == typed


@given(VIETNAMESE)
def test_nfd_and_tone_ask_the_same(text: str) -> None:
    asked = key(clean(text))
    assert key(clean(FORMS["nfd"](text))) == asked
    assert key(clean(FORMS["tone"](text))) == asked


def test_tone_writes_marks_in_the_wrong_order() -> None:
    written = FORMS["tone"]("tiếng")
    assert "e\u0301\u0302" in written
    assert unicodedata.normalize("NFC", written) != "tiếng"


@given(st.text(st.characters(max_codepoint=127), max_size=60))
def test_unaccented_text_has_no_keystrokes(text: str) -> None:
    assert all(FORMS[form](text) == text for form in ("nfd", "tone", "nodiac", "telex", "telex-some", "vni"))


@given(VIETNAMESE)
def test_some_are_always_the_same(text: str) -> None:
    assert telex_some(text) == telex_some(text)  # the one that draws lots


def test_some_is_about_a_third() -> None:
    questions = [f"{n} {q}" for n in range(50) for q in QUESTIONS]
    kept = [a == b for q in questions for a, b in zip(q.split(), telex_some(q).split(), strict=True) if not a.isascii()]
    assert 0.6 < sum(kept) / len(kept) < 0.73


@pytest.mark.parametrize("form", ["nfd", "tone", "telex", "telex-some", "vni"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_search_hears_the_same_question(form: str, question: str) -> None:
    assert key(untelex(clean(FORMS[form](question)))) == key(question)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_form_makes_a_question_english(form: str, question: str) -> None:
    assert not is_english(clean(FORMS[form](question)))
    assert not is_english(untelex(clean(FORMS[form](question))))


def test_nodiac_is_the_folded_question() -> None:
    assert FORMS["nodiac"](FORMS["nfd"](QUESTIONS[0])) == fold(QUESTIONS[0])
