"""What a question takes for granted: wrong premises are corrected with proof, right ones never."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer import ask
from app.papers import nearest, written_out
from app.question import understand
from app.types import Turn
from evals.answers import searchable
from index.encoder import load_encoder
from index.search import Index
from index.text import syllables
from ingest.sentences import quote_spans

ROOT = Path(__file__).parent.parent
ROWS = [json.loads(line) for line in (ROOT / "evals" / "premises_dev.jsonl").read_text(encoding="utf-8").splitlines()]
FALSE = [row for row in ROWS if not row["answerable"]]
CONTROLS = [row for row in ROWS if row["answerable"]]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with searchable(ROOT / "corpus", load_encoder()) as (found, _):
        yield found


@pytest.mark.parametrize("row", CONTROLS, ids=lambda row: row["id"])
def test_a_right_premise_is_never_corrected(index: Index, row: dict[str, str]) -> None:
    assert ask(row["question"], index).outcome != "correction"


# Not found yet: a count that two sentences give differently, "trong năm" (in the year; of the five), the side of a
# border, and a sentence that says both "higher" and "lower".
MISSED = {"pr-06", "pr-07", "pr-09", "pr-36", "pr-56"}


@pytest.mark.parametrize("row", [r for r in FALSE if r["id"] not in MISSED], ids=lambda row: row["id"])
def test_a_wrong_premise_is_corrected_by_the_sentence_that_says_otherwise(index: Index, row: dict[str, str]) -> None:
    answer = ask(row["question"], index)
    assert answer.outcome == "correction"
    (citation,) = answer.citations
    assert index.documents[citation.document].text[citation.start : citation.end] == citation.quote


def test_each_false_question_has_its_control() -> None:
    assert [f"{row['id']}-control" for row in FALSE] == [row["id"] for row in CONTROLS]
    assert len(FALSE) >= 60


def test_what_the_documents_say_is_never_corrected(index: Index) -> None:
    """Every third sentence of the corpus, put as a question that takes it for granted."""
    spots = [(p, a, b) for p in index.passages for a, b in quote_spans(p.text) if b - a >= 30]
    for passage, start, end in spots[::3]:
        question = f"Vì sao {passage.text[start:end].rstrip('.')}?"
        assert ask(question, index).outcome != "correction", question


def test_the_line_before_a_correction_says_both_values(index: Index) -> None:
    answer = ask("Kể tên sáu trụ cột phát triển của Hậu Giang.", index)
    assert answer.text.startswith("Tài liệu nêu khác với câu hỏi: bốn trụ cột")
    assert "không phải sáu." in answer.text.split("\n")[0]
    answer = ask("Name the six pillars of Hau Giang's development.", index)
    assert answer.text.startswith("The documents say otherwise than the question: 4, not 6.")


@pytest.mark.parametrize(
    ("question", "missing", "near"),
    [
        ("Nghị quyết 07-NQ/TU nói về gì?", "07-NQ/TU", "05-NQ/TU"),
        ("Nghị quyết 40-NQ/TU ban hành khi nào?", "40-NQ/TU", "04-NQ/TU"),
        ("Quyết định 1589/QĐ-TTg do ai ký?", "1589/QĐ-TTg", "1588/QĐ-TTg"),
        ("nghị quyết 99 nói gì", "nghị quyết 99", "05-NQ/TU"),
        ("theo NQ 99 thì sao", "NQ 99", "05-NQ/TU"),
        ("What is Scheme 07-DA/TU about?", "07-DA/TU", "06-ĐA/TU"),
    ],
)
def test_an_unknown_document_and_the_nearest(index: Index, question: str, missing: str, near: str) -> None:
    found = nearest(understand(question), index)
    assert found is not None
    assert found[:2] == (missing, near)
    answer = ask(question, index)
    assert answer.outcome == "correction"
    assert missing in answer.text.split("\n")[0]
    assert near in answer.citations[0].quote


@pytest.mark.parametrize(
    "question",
    [
        "Nghị quyết 05-NQ/TU nói về gì?",
        "Nghị định 100/2019/NĐ-CP phạt nồng độ cồn bao nhiêu?",
        "Thông tư 78 quy định gì về hóa đơn?",
        "Nghị quyết 1701 của Hội đồng Bảo an nói gì?",
        "How much is component project 3 expected to cost?",
        "",
    ],
)
def test_no_document_is_near(index: Index, question: str) -> None:
    assert nearest(understand(question), index) is None


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("nq 05 noi gi", "nghi quyet 05-NQ/TU noi gi"),
        ("Nghị quyết 05 nói gì?", "Nghị quyết 05-NQ/TU nói gì?"),
        ("Quyết định 1588 do ai ký?", "Quyết định 1588-QD/TTG do ai ký?"),
        ("Nghị quyết 99 nói gì?", "Nghị quyết 99 nói gì?"),
        ("Nghị quyết 05-NQ/TU nói gì?", "Nghị quyết 05-NQ/TU nói gì?"),
        ("Nghị quyết 04 khác nghị quyết 05 ở đâu?", "Nghị quyết 04 khác nghị quyết 05 ở đâu?"),
    ],
)
def test_a_document_named_short_is_written_out(index: Index, question: str, written: str) -> None:
    assert written_out(understand(question), index).text == written


def test_a_document_named_short_is_told_from_others(index: Index) -> None:
    assert ask("nq 05 noi gi", index).citations[0].quote.startswith("“Nghị quyết số 05-NQ/TU” là")


QUESTIONS = st.lists(
    st.sampled_from([word for row in ROWS for word in row["question"].split()] + ["[1]", "[9]", "?", "năm", "\u0301"]),
    max_size=14,
).map(" ".join)


@given(QUESTIONS)
def test_a_correction_always_cites(index: Index, question: str) -> None:
    answer = ask(question, index)  # Answer itself guards its markers
    assert (answer.outcome == "correction") <= (len(answer.citations) == 1)


@given(st.text(max_size=120) | QUESTIONS)
def test_any_text_is_understood(text: str) -> None:
    question = understand(text)
    assert bool(question.words) == bool(syllables(question.text))
    assert all(len(name.split()) > 1 and name.split()[0].istitle() for name in question.names)


def test_a_follow_up_is_corrected_too(index: Index) -> None:
    history = [Turn("user", "Nghị quyết 05-NQ/TU nói về gì?"), Turn("assistant", "Về nguồn nhân lực.")]
    answer = ask("Nghị quyết này ban hành ngày 15/8/2021 phải không?", index, history)
    assert answer.outcome == "correction"
    assert "15/8/2021" in answer.text.split("\n")[0]


def test_a_word_that_begins_like_a_unit_is_none(index: Index) -> None:
    """ "63 tỉnh" is no "63 tỉ"."""
    assert "tỉ," not in ask("Sau sáp nhập cả nước còn 63 tỉnh thành đúng không?", index).text
