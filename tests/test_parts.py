"""Questions that ask several things: the parts found in them, and quotes that cover the parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lists import LONGEST, complete
from app.parts import asks_agreement, entities, parts, same_words, without_agreement
from app.question import understand
from app.select import Quote
from index.types import Document, Passage


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Quy hoạch được phê duyệt bằng văn bản nào, ngày nào, ai ký?", ["which_document", "when", "who"]),
        ("Hội nghị diễn ra ngày nào, ở đâu?", ["when", "where"]),
        ("Cao tốc dài bao nhiêu và thông xe ngày nào?", ["how_many", "when"]),
        ("Cao tốc (một trong hai tuyến) dài bao nhiêu và thông xe ngày nào?", ["how_many", "when"]),
        ("Thu nhập bình quân và thu ngân sách của tỉnh là bao nhiêu?", ["how_many", "how_many"]),
        ("When and where was the conference held?", ["when", "where"]),
        ("Hồ Ngọc Sơn và Hồ Cây Dừa, hồ nào sâu hơn?", ["how_many", "how_many"]),
        ("Thu ngân sách năm 2022 so với năm 2023 thế nào?", ["which", "which"]),
        # one thing asked, or two sides of a comparison, which is answered side by side
        ("Nghị quyết do ai ký?", []),
        ("Nghị quyết 04-NQ/TU và Nghị quyết 05-NQ/TU khác nhau thế nào?", []),
        ("Sông Hậu 2 và Đông Phú 2: mỗi khu cần bao nhiêu công nhân?", []),
        ("“Ba kênh” là kênh nào?", []),
    ],
)
def test_parts(question: str, kinds: list[str]) -> None:
    found = [part.question.kind for part in parts(understand(question))]
    assert (found if len(found) > 1 else []) == kinds


def test_a_later_part_bears_what_the_question_is_about() -> None:
    first, second = parts(understand("Đập Sông Xanh cao bao nhiêu mét và khánh thành ngày nào?"))
    assert "Sông Xanh" in first.question.text
    assert "Sông Xanh" in second.question.text
    assert second.words == ("khánh", "thành")


def test_two_years_compared_are_two_parts() -> None:
    one, other = parts(understand("Điểm PCI năm 2021 với năm 2022 chênh nhau thế nào?"))
    assert ("2022" in one.question.text, "2021" in other.question.text) == (False, False)


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from("ngày nào , và ai ? bao nhiêu ( “ Hậu Giang 2021".split())).map(" ".join)
)
def test_any_text_has_a_few_parts(text: str) -> None:
    assert len(parts(understand(text))) <= 4


@pytest.mark.parametrize(
    ("question", "asks", "rest"),
    [
        ("Diện tích tỉnh là bao nhiêu, các nguồn có khớp nhau không?", True, "Diện tích tỉnh là bao nhiêu,"),
        ("Dân số bao nhiêu? Nếu nguồn không khớp thì nêu rõ.", True, "Dân số bao nhiêu?"),
        ("Do the sources agree on the area?", True, "Do the sources agree on the area?"),
        ("Nguồn vốn lấy từ đâu?", False, "Nguồn vốn lấy từ đâu?"),
    ],
)
def test_whether_sources_agree(question: str, asks: bool, rest: str) -> None:
    assert asks_agreement(question) is asks
    assert without_agreement(understand(question)).text == rest


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Theo Báo Nhân Dân, cao tốc Cần Thơ - Cà Mau đã thông", ["Báo Nhân Dân", "Cần Thơ - Cà Mau"]),
        ("“Hai tuyến” theo Quyết định 1588/QĐ-TTg", ["“Hai tuyến”", "1588/QĐ-TTg"]),
        ("chỉ số PCI năm 2022", ["PCI", "2022"]),
        ("không có tên nào", []),
    ],
)
def test_entities(text: str, names: list[str]) -> None:
    assert entities(text) == names


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Đập cao 42 mét, theo báo", "Đập cao 42 mét", True),
        ("Điểm năm 2021 là 63,8 điểm, hạng 38", "Điểm năm 2022 là 68,1 điểm, hạng 12", False),
        ("Đập cao 42 mét", "Kênh dài", False),
    ],
)
def test_same_words_with_other_figures_are_not_the_same(one: str, other: str, same: bool) -> None:
    assert same_words(one, other) is same


def quote(text: str, sentence: str) -> Quote:
    document = Document("d", text, "t", "s", "h")
    start = text.index(sentence)
    return Quote(document, Passage.of(document, 0, len(text)), start, start + len(sentence), *(1,) * 9)


LIST = "Tỉnh có ba việc:\n- việc một;\n- việc hai;\n- việc ba.\nCâu sau không thuộc danh sách."
PARTS = (
    "Tỉnh ra ba văn bản sau đây để làm việc này trong cả nhiệm kỳ và các năm tiếp theo, là Nghị quyết số 05 về người "
    "làm việc; Đề án số 05 về cán bộ của tỉnh và của các huyện; Đề án số 06 về tinh giản biên chế và tuyển người trẻ."
)


def test_a_list_behind_a_colon_is_whole() -> None:
    whole = complete(understand("Tỉnh có việc gì?"), quote(LIST, "Tỉnh có ba việc:"))
    assert whole.text == LIST.partition("\nCâu")[0]


def test_a_list_cut_at_semicolons_is_whole_when_it_is_asked_for() -> None:
    part = quote(PARTS, "Đề án số 05 về cán bộ của tỉnh và của các huyện")
    assert complete(understand("Liệt kê các văn bản"), part).text == PARTS
    assert complete(understand("Đề án 05 ban hành ngày nào?"), part) == part


@given(st.integers(0, 60))
def test_a_list_that_is_too_long_ends_with_an_item(items: int) -> None:
    text = "Các việc:" + "".join(f"\n- việc số {n} của tỉnh" for n in range(items)) + "\nHết."
    told = complete(understand("Liệt kê"), quote(text, "Các việc:")).text
    assert text.startswith(told)
    assert len(told) <= LONGEST
    assert told.endswith(":" if not items else "của tỉnh")
