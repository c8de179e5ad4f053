"""What a question wants and what a sentence offers: tables of examples, and spots that stay within the sentence."""

from __future__ import annotations

import pytest

from app.question import understand
from app.wants import OFFERS, WANTED, offers, wanted


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Bão vào đất liền ngày nào?", {"day"}),
        ("Ai ký quyết định này?", {"who"}),
        ("Dự án tốn bao nhiêu tiền?", {"money", "number"}),
        ("Vì sao chợ đóng cửa?", {"why"}),
        ("Cầu dài bao nhiêu mét?", {"measure", "number"}),
        ("Hội nghị họp ở đâu?", {"place"}),
        ("Công trình kéo dài bao lâu?", {"duration"}),
        ("Cơ quan nào chủ trì?", {"body"}),
        ("who signed the decision?", {"who"}),
        ("ngay nao bao vao dat lien", {"day"}),
        ("Máy nào hỏng?", {"which"}),  # "máy" is not "mấy"
    ],
)
def test_wanted(question: str, names: set[str]) -> None:
    found = {name for name, on in zip(WANTED, wanted(understand(question)), strict=True) if on}
    assert names <= found
    assert not found & ({"day", "who", "money", "why", "measure", "duration", "number"} - names)


@pytest.mark.parametrize(
    ("sentence", "offer", "words"),
    [
        ("Bão đổ bộ ngày 5 tháng 6 vào Huế.", "day", "ngày 5"),
        ("Dự án tốn 12,5 tỷ đồng trong năm.", "money", "12 5 tỉ đồng"),
        ("Khoảng 40 phần trăm số hộ có nước.", "share", "40 phần trăm"),
        ("Ông Nguyễn Văn Nam ký văn bản.", "person", "ông nguyễn"),
        ("Chợ đóng cửa vì mưa lớn.", "cause", "vì"),
        ("Đội gồm 15 người và 3 xe.", "people", "15 người"),
        ("Cầu dài 350 m.", "measure", "350 m"),
        ("Theo Quyết định 1588/QĐ-TTg, tỉnh làm.", "code", "1588 qđ ttg"),
    ],
)
def test_offers(sentence: str, offer: str, words: str) -> None:
    found = offers(sentence)
    said = [" ".join(found.words[a:b]) for a, b in found.spots[OFFERS.index(offer)]]
    assert words in said


@pytest.mark.parametrize("text", ["", "…", "?!", "một", "À", "1", "ABC 12", "a" * 3000, "1/2 " * 500, "“" * 50])
def test_spots_are_within_the_sentence(text: str) -> None:
    found = offers(text)
    assert len(found.spots) == len(OFFERS)
    for spots in found.spots:
        for start, end in spots:
            assert 0 <= start < end <= max(1, len(found.words))
