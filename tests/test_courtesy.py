"""Small talk gets a reply that says what can be asked, and politeness is no part of a question."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.courtesy import Kind, SmallTalk, small_talk, without_courtesy
from app.words import WORDS
from index.text import fold

SAID = {
    "hello": ("Xin chào", "chào bạn nhé", "alo", "xin chaof", "Chào anh chị ạ"),
    "thanks": ("cảm ơn nhiều", "cám ơn bạn", "ok cảm ơn", "cam on ban"),
    "bye": ("tạm biệt", "hẹn gặp lại bạn nhé"),
    "fine": ("vâng", "được rồi", "hay quá"),
    "who": ("bạn là ai?", "Bạn tên gì vậy", "ban la robot a", "bạn là người hay máy"),
    "how": (
        "Bạn làm được gì?",
        "ban co the giup gi cho toi",
        "tôi có thể hỏi gì",
        "hướng dẫn sử dụng",
        "giúp mình với",
    ),
    "holdings": ("trong kho có những tài liệu nào?", "bạn có những tài liệu gì"),
    "summary": ("tóm tắt bài này", "tóm tắt giúp mình nội dung tài liệu với", "dịch bài này sang tiếng Anh"),
    "unclear": ("", "???", "…!"),
}
SAID_IN_ENGLISH = {
    "hello": ("Hello", "hi there", "good morning"),
    "thanks": ("thank you!", "thanks a lot"),
    "who": ("who are you?", "are you a robot?"),
    "how": ("What can you do?", "help", "how does this work?"),
    "holdings": ("what documents do you have?",),
    "summary": ("Summarize the document", "please summarise this article for me"),
}
QUESTIONS = (
    "là gì", "ai?", "Tốt nghiệp là gì?", "chào đón nhà đầu tư bằng câu gì", "chao don nha dau tu la gi", "PCI",
    "Có bao nhiêu văn bản về cán bộ?", "Tóm tắt Nghị quyết 05-NQ/TU", "Hậu Giang có gì hay?", "da phe duyet chua",
    "Cái này là gì?", "How many documents were issued on personnel?", "What is this resolution about?", "2023",
)  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_small_talk(kind: Kind, text: str) -> None:
    assert small_talk(text) == SmallTalk(kind, "vi")


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID_IN_ENGLISH.items() for text in texts])
def test_small_talk_in_english(kind: Kind, text: str) -> None:
    assert small_talk(text) == SmallTalk(kind, "en")


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_none(text: str) -> None:
    assert small_talk(text) is None
    assert without_courtesy(text) == text


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Chào bạn, cho hỏi SIPAS là gì?", "SIPAS là gì?"),
        ("Cảm ơn. Vậy PCI là gì?", "Vậy PCI là gì?"),
        ("dạ cho em hỏi bí thư là ai ạ", "bí thư là ai ạ"),
        ("chao ban, cho minh hoi dan so la bao nhieu", "dan so la bao nhieu"),
        ("PCI là gì, cảm ơn bạn", "PCI là gì"),
        ("Thưa bác, xã nào rộng nhất?", "xã nào rộng nhất?"),
        ("Hi, could you please tell me who signed it?", "who signed it?"),
        ("Who signed it, please", "Who signed it"),
        ("cho hỏi", "cho hỏi"),
    ],
)
def test_politeness_around_a_question_is_taken_off(text: str, question: str) -> None:
    assert without_courtesy(text) == question


def test_every_kind_has_its_reply() -> None:
    assert {f"talk_{kind}" for kind in get_args(Kind)} == {key for key in WORDS if key.startswith("talk_")}


@given(st.lists(st.sampled_from("chào bạn cảm ơn cho hỏi , . PCI là gì hello 05-NQ/TU “ai” ? İ".split())).map(" ".join))
def test_what_is_left_is_a_slice_and_nothing_breaks(text: str) -> None:
    assert without_courtesy(text) in text
    assert small_talk(text) is None or without_courtesy(text) or not text
    small_talk(fold(text))
