"""Lists: things told one by one are quoted together, and what is asked by its name is defined before it is listed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.answer import ask
from evals.answers import searchable
from index.encoder import load_encoder
from index.search import Index

REPORT = "\n\n".join(
    [
        "---\ntitle: Báo cáo của tỉnh\npublished: 2023-11-09\n---",
        "Tỉnh ủy đánh giá ba nhiệm vụ đột phá chiến lược đề ra đầu nhiệm kỳ đạt nhiều kết quả tích cực.",
        "Với đột phá nâng cao chất lượng nguồn nhân lực, nhất là nhân lực lãnh đạo chủ chốt các cấp, tạo bước"
        " chuyển biến mạnh mẽ, toàn diện, cơ bản về công tác cán bộ gắn với cơ chế tuyển dụng, sử dụng, đãi "
        "ngộ nhân tài trong hệ thống chính trị tỉnh.",
        "Về đột phá hoàn thiện hệ thống cơ chế, chính sách; tập trung ưu tiên xây dựng các cơ chế tạo lập môi"
        " trường kinh doanh.",
        "Với đột phá xây dựng chiến lược phát triển và quy hoạch tỉnh. Định hướng xuyên suốt trong quy hoạch "
        "tỉnh là “Một tâm, hai tuyến, ba thành, bốn trụ, năm trọng tâm”, được các đại biểu Hậu Giang đánh giá"
        " cao về tư duy đột phá và tầm nhìn.",
        "“Hai tuyến” là hai trục cao tốc đi qua địa bàn.",
    ]
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("lists")
    (folder / "report.md").write_text(REPORT, encoding="utf-8")
    with searchable(folder, load_encoder()) as (found, _):
        yield found


@pytest.mark.parametrize(
    "question",
    [
        "Ba nhiệm vụ đột phá chiến lược của tỉnh là gì?",
        "Liệt kê ba đột phá của tỉnh.",
        "ba nhiem vu dot pha chien luoc gom nhung gi",
        "What are the three strategic breakthroughs of the province?",
    ],
)
def test_things_told_one_by_one_are_all_quoted(index: Index, question: str) -> None:
    answer = ask(question, index)
    assert answer.outcome == "answer"
    assert [c.quote.split()[:3] for c in answer.citations] == [
        ["Với", "đột", "phá"],
        ["Về", "đột", "phá"],
        ["Với", "đột", "phá"],
    ]
    assert len(answer.text) <= 600
    for quote, words in zip(
        (c.quote for c in answer.citations), ("nguồn nhân lực", "cơ chế, chính sách", "quy hoạch tỉnh"), strict=True
    ):
        assert words in quote


@pytest.mark.parametrize("question", ["Hai đột phá của tỉnh là gì?", "Bốn nhiệm vụ đột phá của tỉnh là gì?"])
def test_another_number_is_not_listed(index: Index, question: str) -> None:
    assert len(ask(question, index).citations) < 3


@pytest.mark.parametrize(
    "question",
    [
        "“Hai tuyến” nghĩa là gì trong định hướng quy hoạch tỉnh Hậu Giang?",
        "Giải thích giúp tôi khái niệm “hai tuyến” trong định hướng quy hoạch tỉnh.",
        "hai tuyen trong quy hoach tinh nghia la gi",
    ],
)
def test_the_definition_stands_before_the_slogan_that_names_it(index: Index, question: str) -> None:
    answer = ask(question, index)
    assert answer.outcome == "answer"
    assert answer.citations[0].quote == "“Hai tuyến” là hai trục cao tốc đi qua địa bàn."


def test_a_list_behind_a_colon_is_answered_whole(tmp_path: Path) -> None:
    (tmp_path / "to.md").write_text(
        "# Tổ kiểm tra\n\nTổ kiểm tra của huyện có ba nhiệm vụ sau đây:\n- kiểm tra hồ sơ đất đai;\n"
        "- khảo sát thực địa;\n- báo cáo kết quả cho huyện.\n\nTổ họp mỗi tháng một lần.\n",
        encoding="utf-8",
    )
    with searchable(tmp_path, load_encoder()) as (found, _):
        answer = ask("Tổ kiểm tra của huyện có những nhiệm vụ nào?", found)
        assert all(item in answer.citations[0].quote for item in ("hồ sơ đất đai", "thực địa", "cho huyện"))
