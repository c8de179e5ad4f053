"""Questions taken apart, and follow-ups made whole."""

import pytest

from app.followup import resolve
from app.question import counted, sides, understand
from app.types import Turn


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Nghị quyết 05-NQ/TU ban hành ngày nào?", "when"),
        ("nghi quyet 05 ban hanh khi nao", "when"),
        ("Dân số tỉnh là bao nhiêu người?", "how_many"),
        ("Tỉnh có mấy trụ cột?", "how_many"),
        ("Ai ký quyết định này?", "who"),
        ("“Hai tuyến” nghĩa là gì?", "definition"),
        ("SIPAS là gì", "definition"),
        ("“Ba thành” gồm những đô thị nào?", "list"),
        ("Kể tên bốn trụ cột", "list"),
        ("Thủ tướng phê duyệt bằng quyết định số mấy?", "which_document"),
        ("Hai nghị quyết khác nhau thế nào?", "compare"),
        ("Vì sao tỉnh chọn Châu Thành?", "why"),
        ("When was it issued?", "when"),
        ("How many pillars are there?", "how_many"),
        ("Who signed it?", "who"),
        ("Tỉnh phối hợp với trường đại học nào?", "which"),
        ("Tình hình thu ngân sách", "other"),
        ("Ông Trần Văn Lâu quê ở đâu?", "where"),
        ("Where was it held?", "where"),
        ("Có phải PCI tăng 26 bậc không?", "yes_no"),
        ("Nghị quyết 04 ra năm 2021 đúng không?", "yes_no"),
        ("nghi quyet 04 ra nam 2020 phai ko", "yes_no"),
        ("Is Long Mỹ a city?", "yes_no"),
        ("PCI xếp thứ mấy: Do ai công bố?", "who"),
        ("Hai khu này hơn kém nhau ra sao?", "compare"),
    ],
)
def test_kind(question: str, kind: str) -> None:
    assert understand(question).kind == kind


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Dân số tỉnh Hậu Giang là bao nhiêu người?", "dân số tỉnh hậu giang người"),
        ("dan so tinh hau giang la bao nhieu nguoi", "dan so tinh hau giang nguoi"),
        ("Cho mình hỏi “ba thành” gồm những gì vậy?", "hỏi ba thành"),
        ("Who signed the decision?", "signed decision"),
        ("là gì?", "là gì"),
    ],
)
def test_content_words(question: str, words: str) -> None:
    assert " ".join(understand(question).words) == words


def test_codes_numbers_phrases_and_unit() -> None:
    question = understand("Theo 04-NQ/TU, năm 2022 “ba thành” tăng bao nhiêu bậc, tổng 19000 tỷ?")
    assert question.codes == ("4nqtu",)
    assert question.numbers == ("2022", "19000")
    assert question.phrases == ("ba thành",)
    assert question.unit[0] == "bac"


def test_names() -> None:
    question = understand("Khi nào Khu công nghiệp Sông Hậu 2 của Hậu Giang, do ông Nguyễn Văn Hòa ký, được duyệt?")
    assert question.names == ("Sông Hậu 2", "Hậu Giang", "Nguyễn Văn Hòa")


def test_what_is_counted() -> None:
    assert counted("bốn trụ cột và 05 điểm nhấn") == {"tru": {4}, "diem": {5}}
    assert counted("bon tru") == {"tru": {4}}
    assert counted("Việt Nam đạt kết quả; trong năm thành phố phát triển; m² đất; ① khu công nghiệp") == {}
    assert counted("năm trọng tâm") == {"trong": {5}}


@pytest.mark.parametrize(
    ("question", "two"),
    [
        ("04-NQ/TU và 05-NQ/TU khác nhau thế nào?", ("04-NQ/TU", "05-NQ/TU")),
        ("“một tâm” khác gì “hai tuyến”?", ("một tâm", "hai tuyến")),
        ("So sánh Hội nghị xúc tiến với Càfe doanh nhân", ("So sánh Hội nghị xúc tiến", "Càfe doanh nhân")),
        ("Vị Thanh và Ngã Bảy ở đâu?", ()),
        (
            "Ngã Bảy và Long Mỹ khác nhau thế nào về diện tích?",
            ("Ngã Bảy về diện tích", "Long Mỹ khác nhau thế nào về diện tích?"),
        ),
    ],
)
def test_sides_of_a_comparison(question: str, two: tuple[str, ...]) -> None:
    assert sides(understand(question)) == two


def turns(asked: str, answered: str) -> list[Turn]:
    return [Turn("user", asked), Turn("assistant", answered)]


@pytest.mark.parametrize(
    ("history", "question", "resolved"),
    [
        (turns("Một tâm là gì?", "Là Châu Thành."), "Thế còn hai tuyến?", "hai tuyến là gì?"),
        (turns("Ba đột phá là gì?", "Là ba."), "còn nghị quyết 05 thì bàn về gì?", "nghị quyết 05 thì bàn về gì?"),
        (
            turns("PCI xếp thứ mấy?", "Thứ 12."),
            "Thế riêng Đồng bằng thì sao?",
            "PCI xếp thứ mấy: Thế riêng Đồng bằng thì sao?",
        ),
        (turns("GRDP năm 2021 tăng bao nhiêu?", "Tăng 3%."), "còn năm 2022?", "GRDP năm 2022 tăng bao nhiêu?"),
        (
            turns("Nghị quyết 05-NQ/TU nói về gì?", "Về nhân lực."),
            "Ban hành ngày nào vậy?",
            "Nghị quyết 05-NQ/TU: Ban hành ngày nào vậy?",
        ),
        (
            turns("Bốn trụ là gì?", "Là bốn trụ cột."),
            "Căn cứ vào văn bản nào?",
            "Bốn trụ là gì: Căn cứ vào văn bản nào?",
        ),
        (
            turns("Ba đột phá gồm những gì?", "Gồm nâng cao nhân lực; hoàn thiện chính sách; xây dựng chiến lược [1]."),
            "Với cái thứ ba thì tỉnh làm chung với trường nào?",
            "Với xây dựng chiến lược thì tỉnh làm chung với trường nào?",
        ),
        (
            turns("Ba thành là gì?", "Là ba đô thị."),
            "Cao tốc Cần Thơ - Cà Mau dài bao nhiêu km?",
            "Cao tốc Cần Thơ - Cà Mau dài bao nhiêu km?",
        ),
        ([], "Thế còn hai tuyến?", "Thế còn hai tuyến?"),
    ],
)
def test_follow_ups(history: list[Turn], question: str, resolved: str) -> None:
    assert resolve(question, history) == resolved


def test_a_chain_of_follow_ups_keeps_its_subject() -> None:
    history = [*turns("Nghị quyết 05-NQ/TU là gì?", "…"), *turns("ban hành khi nào?", "…")]
    assert "05-NQ/TU" in resolve("ai ký?", history)


def test_a_long_question_before_does_not_push_the_new_one_out() -> None:
    assert resolve("Ban hành ngày nào?", turns("dài " * 400, "…")).endswith("Ban hành ngày nào?")


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Nhà máy ở đâu nhiều nhất?", "where"),
        ("nha may o dau nhieu nhat", "how_many"),  # without diacritics nobody can tell
        ("Đất rộng nhiêu cây số vuông?", "how_many"),
    ],
)
def test_question_words_are_told_from_their_look_alikes(question: str, kind: str) -> None:
    assert understand(question).kind == kind
