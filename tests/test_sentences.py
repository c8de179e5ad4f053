"""Sentences: exact slices, and the abbreviations and markers of official text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sentences import quote_spans, sentence_spans

PIECES = st.lists(
    st.sampled_from(
        [
            "Hậu Giang",
            " ",
            ". ",
            "\n",
            "TP. ",
            "Điều 5. ",
            "”",
            "“",
            "; ",
            "Đề án",
            "v.v. ",
            "1. ",
            "a",
            "?",
            "! ",
            "2021",
        ]
    ),
    max_size=40,
).map("".join)


@given(PIECES)
def test_spans_cover_every_visible_character_in_order(text: str) -> None:
    for spans in (sentence_spans(text), quote_spans(text)):
        assert spans == sorted(spans)
        assert all(a < b and text[a:b] == text[a:b].strip() for a, b in spans)
    kept = "".join(text[a:b] for a, b in sentence_spans(text))
    assert "".join(kept.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Một. Hai.", ["Một.", "Hai."]),
        ("Họp tại TP. Vị Thanh. Có PGS.TS. Lê Văn A dự.", ["Họp tại TP. Vị Thanh.", "Có PGS.TS. Lê Văn A dự."]),
        ("Điều 5. Phạm vi điều chỉnh. Luật này quy định.", ["Điều 5. Phạm vi điều chỉnh.", "Luật này quy định."]),
        ("2.1. Mục tiêu chung. Tăng 8,7%.", ["2.1. Mục tiêu chung.", "Tăng 8,7%."]),
        ("Tăng 8.5 lần. Giảm 1.200 tỷ.", ["Tăng 8.5 lần.", "Giảm 1.200 tỷ."]),
        ("Ông hỏi: “Bao giờ xong?” Chưa rõ.", ["Ông hỏi: “Bao giờ xong?”", "Chưa rõ."]),
        ("lập quy hoạch.Ngoài ra, tỉnh làm đường.", ["lập quy hoạch.", "Ngoài ra, tỉnh làm đường."]),
        ("đang trình phê duyệt./.", ["đang trình phê duyệt./."]),
        ("Xem http://haugiang.gov.vn/tin.html nhé.", ["Xem http://haugiang.gov.vn/tin.html nhé."]),
        ("gồm gạo, cá, v.v. và trái cây.", ["gồm gạo, cá, v.v. và trái cây."]),
        ("Dòng một\nDòng hai", ["Dòng một", "Dòng hai"]),
        ("Ký bởi Nguyễn Văn A. Hôm sau họp.", ["Ký bởi Nguyễn Văn A.", "Hôm sau họp."]),
        ("Sách của J. K. Rowling bán chạy.", ["Sách của J. K. Rowling bán chạy."]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert [text[a:b] for a, b in sentence_spans(text)] == sentences


def test_long_list_of_documents_is_quoted_part_by_part() -> None:
    text = (
        "Đó là Nghị quyết số 05-NQ/TU, ngày 01/6/2022 về phát triển nguồn nhân lực tỉnh Hậu Giang giai đoạn "
        "2021 - 2025; Đề án số 05-ĐA/TU, ngày 01/6/2022 về việc nâng cao chất lượng đội ngũ cán bộ; Đề án số 06-ĐA/TU, "
        "ngày 01/5/2023 về việc thí điểm đổi mới tinh giản biên chế."
    )
    assert [text[a:b][:12] for a, b in quote_spans(text)] == ["Đó là Nghị q", "Đề án số 05-", "Đề án số 06-"]


def test_list_that_goes_on_in_lower_case_stays_whole() -> None:
    text = (
        "“Năm trọng tâm” là " + "; ".join(["hoàn thiện thể chế, chính sách và môi trường đầu tư kinh doanh"] * 6) + "."
    )
    assert quote_spans(text) == [(0, len(text))]
