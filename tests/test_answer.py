"""Answers: every sentence is a slice of a document, every marker has its citation, silence is a refusal."""

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.answer import MAX_CHARS, ask
from app.question import understand
from app.rules import unknown_names
from app.scorer import Scorer
from app.types import MARKER, Answer, Citation, Turn
from app.words import say
from index.filters import Filter
from index.search import Index
from index.text import terms
from index.types import Document
from ingest.library import Library
from tests.toy import ToyEncoder

REPORT = """---
title: Báo cáo thủy lợi
published: 2024-05-01
publisher: Sở Nông nghiệp
url: https://vi.du/bao-cao
---
# Báo cáo thủy lợi

## Công trình

Đập Sông Xanh cao 42 mét, khánh thành ngày 03/4/2019 theo Quyết định số 15/QĐ-UBND. “Ba kênh” là kênh Bắc, kênh Nam và
kênh Đông. Tỉnh xây bốn trạm bơm gồm trạm An Hòa, trạm Bình Phú, trạm Cái Sâu và trạm Đông Thạnh.

## Ghi chú

Xem thêm nguồn [7] và ghi chú [9] của đoàn khảo sát Đập Sông Xanh năm 2018.
"""
NEWS = """Họp báo về thủy lợi

Thứ tư - 08/5/2024 09:00

Sáng 08/5/2024, Giám đốc Sở Lê Văn Bình cho biết kênh Đông dài 12 km.

Tác giả bài viết: Thu Hà

Nguồn tin: baotinh.vn
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    corpus = tmp_path_factory.mktemp("kho")
    (corpus / "bao-cao.md").write_text(REPORT, encoding="utf-8")
    (corpus / "hop-bao.txt").write_text(NEWS, encoding="utf-8")
    library = Library(corpus, tmp_path_factory.mktemp("data"), ToyEncoder())
    library.refresh()
    yield library.index()
    library.close()


def check(answer: Answer, index: Index) -> None:
    """The promises every answer keeps."""
    for citation in answer.citations:
        document = index.documents[citation.document]
        assert document.text[citation.start : citation.end] == citation.quote
        assert any(
            p.document == citation.document and p.start <= citation.start and citation.end <= p.end
            for p in index.passages
        )
        assert citation.quote in answer.text
    assert (answer.outcome == "refuse") == (not answer.citations)
    assert len(answer.text) <= MAX_CHARS or len(answer.citations) == 1


WORDS = st.lists(
    st.sampled_from(
        [
            *REPORT.split(),
            *NEWS.split(),
            "gì",
            "bao",
            "nhiêu",
            "ngày",
            "nào",
            "?",
            "khác",
            "[1]",
            "\u0301",
            "thời",
            "tiết",
        ]
    ),
    max_size=12,
).map(" ".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WORDS, st.lists(WORDS, max_size=2))
def test_promises_hold_for_any_question(index: Index, question: str, before: list[str]) -> None:
    history = [Turn("user", text) for text in before]
    check(ask(question, index, history), index)


@given(WORDS, st.sampled_from([Filter(kinds=("bài viết",)), Filter(publishers=("nong nghiep",)), Filter(since="2030")]))
def test_only_what_the_filter_admits_is_cited(index: Index, question: str, where: Filter) -> None:
    answer = ask(question, index, where=where)
    check(answer, index)
    assert all(where.admits(index.documents[c.document]) for c in answer.citations)


def test_documents_left_out_might_as_well_not_be_there(index: Index) -> None:
    question = "Quyết định 15/QĐ-UBND nói về công trình nào?"
    assert ask(question, index, where=Filter(publishers=("Sở Nông nghiệp",))).outcome == "answer"
    # the article does not name the decision, so without the report nobody knows of it
    assert ask(question, index, where=Filter(kinds=("bài viết",))).outcome != "answer"
    answer = ask(question, index, where=Filter(since="2030"))
    assert (answer.outcome, answer.text) == ("refuse", say("no_answer_there", "vi"))
    assert ask("Bài họp báo này ai viết?", index, where=Filter(kinds=("bài viết",))).outcome == "answer"


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("Đập Sông Xanh cao bao nhiêu mét?", "cao 42 mét"),
        ("dap song xanh cao bao nhieu met", "cao 42 mét"),
        ("ĐẬP SÔNG XANH khánh thành ngày nào", "03/4/2019"),
        ("“Ba kênh” là gì?", "kênh Bắc, kênh Nam"),
        ("Kể tên bốn trạm bơm", "trạm An Hòa"),
        ("Quyết định 15/QĐ-UBND nói về công trình nào?", "15/QĐ-UBND"),
        ("Bài họp báo này ai viết?", "Tác giả bài viết: Thu Hà"),
    ],
)
def test_answers(index: Index, question: str, quoted: str) -> None:
    answer = ask(question, index)
    check(answer, index)
    assert answer.outcome == "answer"
    assert quoted in answer.text


def test_spelling_forms_get_the_same_answer(index: Index) -> None:
    import unicodedata

    question = "Đập Sông Xanh khánh thành ngày nào?"
    one, other = ask(question, index), ask(unicodedata.normalize("NFD", question), index)
    assert one.text == other.text
    assert one.citations == other.citations


def test_unknown_document_code_is_never_answered(index: Index) -> None:
    answer = ask("Quyết định 51/QĐ-UBND khánh thành đập ngày nào?", index)
    assert answer.outcome != "answer"


def test_other_number_of_things_is_never_confirmed(index: Index) -> None:
    assert ask("Kể tên sáu trạm bơm của tỉnh", index).outcome != "answer"


@pytest.mark.parametrize("question", ["", "   ", "?", "\u200b", "x" * 5000])
def test_empty_and_endless_questions_are_refused_calmly(index: Index, question: str) -> None:
    answer = ask(question, index)
    check(answer, index)
    assert answer.outcome == "refuse"


def test_a_quote_may_be_a_bare_number() -> None:
    document = Document("d", "1", "t", "s", "h")
    assert Answer("q", "q", "vi", "answer", "Theo tài liệu:\n1 [1]", (Citation.of(document, 0, 1, ()),)).citations


def test_brackets_in_a_document_are_not_markers(index: Index) -> None:
    answer = ask("ghi chú [9] của đoàn khảo sát Đập Sông Xanh năm 2018", index)
    check(answer, index)
    assert any("[7]" in c.quote for c in answer.citations)


DOCUMENT = Document("d", "Một câu. Hai câu.", "t", "s", "h")
CITATION = Citation.of(DOCUMENT, 0, 8, ())


@pytest.mark.parametrize(
    ("outcome", "text", "citations"),
    [
        ("answer", "Một câu. [1] [2]", (CITATION,)),
        ("answer", "Một câu.", (CITATION,)),
        ("answer", "Không có gì", ()),
        ("refuse", "Một câu. [1]", (CITATION,)),
        ("refuse", "Không [1]", ()),
    ],
)
def test_an_answer_that_breaks_its_promise_cannot_be_made(
    outcome: str, text: str, citations: tuple[Citation, ...]
) -> None:
    with pytest.raises(ValueError, match=r"citations"):
        Answer("q", "q", "vi", outcome, text, citations)  # type: ignore[arg-type]


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (5, 4), (0, 99)])
def test_no_citation_outside_the_text(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no quote"):
        Citation.of(DOCUMENT, start, end, ())


def test_markers_count_from_one() -> None:
    answer = Answer("q", "q", "vi", "answer", "Theo tài liệu:\nMột câu. [1]", (CITATION,))
    assert [int(n) for n in MARKER.findall(answer.text)] == [1]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Bắc Ninh có bao nhiêu khu công nghiệp?", ("Bắc Ninh",)),
        ("Khi Hậu Giang lập Đập Sông Xanh thì sao?", ("Hậu Giang",)),
        ("Đập Sông Xanh cao mấy mét?", ()),
        ("Ông Lê Văn Bình nói gì?", ()),
        ("SIPAS PCI là gì", ()),
        ("What is Bac Ninh?", ()),
    ],
)
def test_names_the_index_does_not_know(index: Index, question: str, names: tuple[str, ...]) -> None:
    assert unknown_names(understand(question), index) == names


def test_another_year_is_not_an_answer(index: Index) -> None:
    assert ask("Đập Sông Xanh khánh thành ngày nào của năm 2031?", index).outcome != "answer"
    assert ask("Đập Sông Xanh khánh thành ngày nào của năm 2019?", index).outcome == "answer"


@pytest.mark.parametrize(
    ("question", "follows"), [("Giá xăng hôm nay?", False), ("Lạm phát là gì?", False), ("cao mấy mét?", True)]
)
def test_a_new_subject_is_no_follow_up(index: Index, question: str, follows: bool) -> None:
    history = [Turn("user", "Đập Sông Xanh khánh thành ngày nào?"), Turn("assistant", "03/4/2019")]
    assert (ask(question, index, history).resolved != question) is follows


@pytest.mark.parametrize("question", ["Xanh là gì?", "xanh la gi"])
def test_a_question_of_one_word_is_taken_by_that_word(index: Index, question: str) -> None:
    """It has no pair of words that could stand side by side, which is no sign against an answer."""
    scorer = Scorer(understand(question), index)
    assert scorer.pairs(Counter(terms("Đập Sông Xanh"))) == scorer.coverage(Counter(terms("Đập Sông Xanh"))) > 0
    assert scorer.pairs(Counter(terms("kênh Bắc"))) == 0
