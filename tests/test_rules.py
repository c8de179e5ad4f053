"""Rules of form, over the bundled corpus: questions in pairs, one the documents answer and one near it they do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import ask
from app.forms import (
    asks_where,
    asks_who,
    tells_document,
    tells_number,
    tells_time,
    tells_unit,
    tells_where,
    tells_who,
)
from app.question import understand
from app.rules import unknown_codes
from evals.answers import searchable
from index.encoder import load_encoder
from index.search import Index


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with searchable(Path(__file__).parent.parent / "corpus", load_encoder()) as (found, _):
        yield found


# what the rule looks for -> (the documents say it, they do not)
PAIRS = {
    "a number of the thing": (
        "Cao tốc Cần Thơ - Cà Mau có bao nhiêu làn xe?",
        "Cao tốc Cần Thơ - Cà Mau có mấy cây cầu?",
    ),
    "a number of the thing, in English": (
        "How many workers will Song Hau 2 need?",
        "How many factories will Song Hau 2 have?",
    ),
    "a number with the unit": (
        "Khu công nghiệp Sông Hậu 2 rộng bao nhiêu ha?",
        "Khu công nghiệp Sông Hậu 2 có vốn bao nhiêu tỷ đồng?",
    ),
    "an area for land": (
        "Thị xã Long Mỹ rộng bao nhiêu cây số vuông?",
        "Thị xã Long Mỹ có bao nhiêu hộ dân?",
    ),
    "the year of the sentence": (
        "Hậu Giang xếp hạng PCI năm 2022 thứ mấy?",
        "Hậu Giang xếp hạng PCI năm 2019 thứ mấy?",
    ),
    "a day": ("Quyết định 1588/QĐ-TTg ban hành ngày nào?", "Quyết định 1748/QĐ-UBND ban hành ngày nào?"),
    "a year": ("PCI năm 2022 của Hậu Giang bao nhiêu điểm?", "PCI năm 2019 của Hậu Giang bao nhiêu điểm?"),
    "who signed": ("Ai ký Quyết định 1320/QĐ-UBND?", "Ai ký Nghị quyết 05-NQ/TU?"),
    "a person": ("Ai được bầu lại làm Bí thư Tỉnh ủy tại Đại hội XIV?", "Ai làm Giám đốc Sở Y tế Hậu Giang?"),
    "an office for who": ("Ai tổ chức Cà phê doanh nhân ở Hậu Giang?", "Ai thiết kế ứng dụng Hậu Giang?"),
    "a firm": (
        "Doanh nghiệp ở khu công nghiệp Hậu Giang phải đạt những tiêu chí ở quyết định nào của UBND tỉnh?",
        "Khu công nghiệp Đông Phú 2 do công ty nào đầu tư?",
    ),
    "a place": (
        "Hội nghị xúc tiến đầu tư tỉnh Hậu Giang năm 2022 tổ chức ở đâu?",
        "Khu Công nghệ số Hậu Giang đặt ở đâu?",
    ),
    "the attribute": ("Khu công nghiệp Tân Phú Thạnh rộng bao nhiêu?", "Giá thuê đất ở khu công nghiệp Tân Phú Thạnh?"),
    "the named thing": (
        "Quyết định nào phê duyệt quy hoạch phân khu Khu công nghiệp Sông Hậu 2?",
        "Quyết định nào phê duyệt quy hoạch phân khu Khu công nghiệp Đông Phú 2?",
    ),
    "as many items": (
        "Kể tên tám đơn vị cấp huyện của Hậu Giang",
        "Kể tên năm điểm nhấn của Hội nghị xúc tiến đầu tư Hậu Giang",
    ),
    "the deputy": (
        "Phó Thủ tướng nào ký Quyết định 1588/QĐ-TTg?",
        "Ai giữ chức Phó Chủ tịch Hội đồng nhân dân thành phố Cần Thơ mới?",
    ),
    "a name, mistyped": ("Hậu Giagn có bao nhiêu đơn vị cấp huyện?", "Hà Giang có bao nhiêu đơn vị cấp huyện?"),
    "a known document": ("nghi quyet 05 noi gi", "nghi quyet 98 noi gi"),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_what_is_asked_for_must_be_in_a_quote(index: Index, pair: str) -> None:
    said, unsaid = PAIRS[pair]
    assert ask(said, index).outcome == "answer"
    assert ask(unsaid, index).outcome != "answer"


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Nghị quyết 99 và nghị quyết số 05 nói gì?", ("Nghị quyết 99",)),
        ("QĐ số 77 là gì?", ("QĐ số 77",)),
        ("Chương trình 50 là gì?", ()),
        ("51/QĐ-UBND là gì?", ("51/QĐ-UBND",)),
        ("How much is component project 3?", ()),
        ("Kế hoạch 5 năm là gì?", ()),
    ],
)
def test_unknown_codes(index: Index, question: str, unknown: tuple[str, ...]) -> None:
    assert unknown_codes(understand(question), index) == unknown


@pytest.mark.parametrize(
    ("question", "quote", "plainly"),
    [
        ("Việc di dời diễn ra lúc mấy giờ?", "Công nhân được đưa đi vào 09:20 UTC sáng nay.", 1),
        ("Lâu đài được xây năm nào?", "Lâu đài được xây vào thế kỷ thứ mười hai.", 1),
        ("Lâu đài được xây năm nào?", "Lâu đài được xây trên một ngọn đồi.", 0),
        ("Lễ hội bắt đầu ngày nào?", "Lễ hội diễn ra từ ngày 1 đến 4 tháng chín.", 1),
        ("Lễ hội bắt đầu ngày nào?", "Lễ hội diễn ra vào tháng chín năm 2012.", 0),
        ("Khi nào nước sôi?", "Nước sôi khi đun đủ nóng.", 0.5),
        ("Ông bị giam theo luật nào?", "Ông bị giam theo Luật chống khủng bố.", 1),
        ("Ông bị giam theo nghị quyết số mấy?", "Ông bị giam theo Nghị quyết Đại hội.", 0),
        ("Có bao nhiêu người thiệt mạng?", "Tổng cộng có 230 phóng viên đã bị giết.", 1),
        ("Có bao nhiêu cây cầu?", "Ngày 3 tháng 5 năm 2022 tuyến đường có cầu mới.", 0),
        ("Tâm chấn sâu bao nhiêu?", "Trận động đất có độ sâu khoảng 54km.", 1),
        ("Tâm chấn sâu bao nhiêu?", "Trận động đất làm 12 người chết.", 0),
        ("Giá vé là bao nhiêu?", "Mỗi vé được bán với £1.5.", 1),
        ("Chính phủ họp bao lâu một lần?", "Chính phủ họp mỗi tháng một phiên.", 1),
        ("Ai giành huy chương?", "Huy chương thuộc về Stephen Lawler.", 1),
        ("Ai được từ chối?", "Người được hưởng lợi có quyền từ chối.", 0.5),
        ("Ai được từ chối?", "Việc này có thể từ chối.", 0),
        ("Thành phố nào hoãn việc chuyển đổi?", "Thành phố Munich đã hoãn việc chuyển đổi.", 1),
        ("Thuyền viên bị trục xuất về đâu?", "Thuyền viên bị trục xuất về Indonesia.", 1),
        ("Thuyền viên bị trục xuất về đâu?", "Thuyền viên bị trục xuất ngay.", 0),
    ],
)
def test_forms_are_told_in_every_usual_way(question: str, quote: str, plainly: float) -> None:
    asked = understand(question)
    forms = []
    forms += [tells_time] if asked.kind == "when" else []
    forms += [tells_document] if asked.kind == "which_document" else []
    forms += [tells_number, tells_unit] if asked.kind == "how_many" else []
    forms += [tells_who] if asks_who(asked) else []
    forms += [tells_where] if asks_where(asked) else []
    assert forms and min(tells(asked, quote) for tells in forms) == plainly


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Ở Ý, ông bị kết án bao nhiêu năm?", ()),
        ("Đội Mỹ xếp thứ mấy?", ()),
        ("Theo Văn phòng, chi phí là bao nhiêu?", ()),
        ("Hậu Giang có bao nhiêu xã?", ("Hậu Giang",)),
    ],
)
def test_a_word_that_only_begins_a_question_is_no_part_of_a_name(question: str, names: tuple[str, ...]) -> None:
    assert understand(question).names == names
