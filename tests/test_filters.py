"""Filters: what each condition admits, and that a filtered search is the whole one less what is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from index.filters import Filter, check, iso_date
from index.search import Index, build, open_index
from index.types import Document, Passage
from tests.toy import ToyEncoder

PUBLISHERS = ("Báo Hậu Giang", "Hỏi Đáp biên soạn theo Báo Hậu Giang và VnExpress", "dangcongsan.vn", "")
KINDS = ("nghị quyết", "quyết định", "bài viết", "")
DATES = ("2022", "2023", "2023-06", "2023-11-09", "2024-02", "", "hôm qua")
WORDS = "đột phá chiến lược nhân lực hạ tầng du lịch nông nghiệp đô thị dot pha".split()


def document(id: str, publisher: str = "", kind: str = "", published: str = "", text: str = "Một câu.") -> Document:
    return Document(id, text, f"Tài liệu {id}", id, "h", publisher=publisher, kind=kind, published=published)


def some_documents(count: int) -> list[Document]:
    """`count` documents of six short passages each, no two with the same facts in a row."""
    return [
        document(
            f"d{n}",
            PUBLISHERS[n % 4],
            KINDS[n // 2 % 4],
            DATES[n % 7],
            "\n".join(" ".join(WORDS[(n * i + j * j) % len(WORDS)] for j in range(2 + (n + i) % 5)) for i in range(6)),
        )
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """180 passages: more than the candidates of either half."""
    documents = some_documents(30)
    passages = []
    for found in documents:
        start = 0
        for line in found.text.split("\n"):
            passages.append(Passage.of(found, start, start + len(line)))
            start += len(line) + 1
    folder = tmp_path_factory.mktemp("filters") / "g"
    build(folder, documents, passages, ToyEncoder())
    index = open_index(folder, ToyEncoder())
    yield index
    index.close()


FILTERS = st.builds(
    Filter,
    documents=st.lists(st.sampled_from([f"d{n}" for n in range(30)]), max_size=6).map(tuple),
    publishers=st.lists(st.sampled_from(["bao hau giang", "VNEXPRESS", "Đảng", "dangcongsan.vn"]), max_size=2).map(
        tuple
    ),
    kinds=st.lists(st.sampled_from(["Nghi quyet", "quyết định", "BÀI VIẾT"]), max_size=2).map(tuple),
    since=st.sampled_from(["", "2022", "2023-02", "2023-06-15"]),
    until=st.sampled_from(["", "2024", "2023-11", "2023-06-20"]),
)
QUERIES = st.lists(st.sampled_from([*WORDS, "What is the breakthrough", "zzz"]), max_size=5).map(" ".join)


@given(FILTERS, QUERIES, st.integers(0, 12))
def test_a_filtered_search_is_the_whole_one_less_what_is_left_out(
    index: Index, where: Filter, query: str, k: int
) -> None:
    """Bit for bit, scores too; and of any number of results, all those there are to give."""
    everything = index.search(query, len(index.passages))
    assert len(everything) in (0, len(index.passages))  # none when no word of the query is known
    admitted = [hit for hit in everything if where.admits(hit.document)]
    assert index.search(query, len(index.passages), where) == admitted
    if where:
        assert index.search(query, k, where) == admitted[:k]


@given(FILTERS, FILTERS, QUERIES)
def test_filters_compose(index: Index, one: Filter, other: Filter, query: str) -> None:
    both = one & other
    for found in index.documents.values():
        assert both.admits(found) == (one.admits(found) and other.admits(found))
    assert bool(both) == (bool(one) or bool(other))
    n = len(index.passages)
    assert index.search(query, n, both) == index.within(one).search(query, n, other)


@pytest.mark.parametrize("query", ["ngày ký ban hành", "ký", "bca"])  # the last one matches no term, only letters
def test_equal_passages_come_by_id(tmp_path: Path, query: str) -> None:
    """More passages are alike than there are candidates: which come first is no chance."""
    documents = [document(f"d{n}", text="Có hiệu lực kể từ ngày ký ban hành.") for n in range(250)]
    passages = [Passage.of(found, 0, len(found.text)) for found in documents]
    build(tmp_path / "g", [replace(d, title="") for d in documents], passages, ToyEncoder())
    index = open_index(tmp_path / "g", ToyEncoder())
    try:
        ids = sorted(p.id for p in passages)
        assert [hit.passage.id for hit in index.search(query, 7)] == ids[:7]
        assert [hit.passage.id for hit in index.search(query, 7, Filter(since="2000") & Filter())] == []
        assert index.search(query, 7, Filter(documents=tuple(d.id for d in documents))) == index.search(query, 7)
    finally:
        index.close()


@pytest.mark.parametrize("query", ["", "?!", "...", "\U0001f600"])
def test_nothing_known_finds_nothing(index: Index, query: str) -> None:
    assert index.search(query) == []


def test_the_empty_filter_admits_everything_and_changes_nothing(index: Index) -> None:
    assert not Filter()
    assert all(map(Filter().admits, index.documents.values()))
    assert index.within(Filter()) is index.within(None) is index


def test_a_view_knows_only_its_terms_and_scores_alike(index: Index) -> None:
    where = Filter(documents=("d1", "d2"))
    view = index.within(where)
    held = [p.text.split() for p in index.passages if p.document in where.documents]
    for word in WORDS:
        assert view.lexical.frequency(word) == sum(word in text for text in held)
        assert view.lexical.idf(word) == index.lexical.idf(word)


@pytest.mark.parametrize(
    ("published", "since", "until", "admitted"),
    [
        ("2023-11-09", "2023", "", True),
        ("2023-11-09", "2023-11-10", "", False),
        ("2023-11-09", "", "2023-11", True),
        ("2023-11-09", "2023-11-09", "2023-11-09", True),
        ("2023-11-30", "", "2023-11", True),
        ("2023-12-01", "", "2023-11", False),
        ("2023", "2023-06", "", True),  # it may be of July
        ("2023", "", "2023-06", True),
        ("2023", "2024", "", False),
        ("2023", "", "2022-12-31", False),
        ("2023-02", "2023-02-28", "2023-03-01", True),
        ("", "1900", "", False),
        ("", "", "2100", False),
        ("hôm qua", "1900", "", False),
        ("2023-13", "1900", "", False),
        ("", "", "", True),
    ],
)
def test_date_ranges(published: str, since: str, until: str, admitted: bool) -> None:
    assert Filter(since=since, until=until).admits(document("d", published=published)) is admitted


@pytest.mark.parametrize(
    ("publisher", "asked", "admitted"),
    [
        ("Hỏi Đáp biên soạn theo Báo Hậu Giang và VnExpress", "bao hau giang", True),
        ("Báo Hậu Giang", "BÁO HẬU  GIANG", True),
        ("Báo Hậu Giang", "giang bao", False),
        ("Báo Hậu Giang", "gian", False),  # whole words
        ("dangcongsan.vn", "dangcongsan", True),
        ("", "bao", False),
        ("Báo Hậu Giang", "…", False),
    ],
)
def test_publishers_are_compared_folded(publisher: str, asked: str, admitted: bool) -> None:
    assert Filter(publishers=(asked,)).admits(document("d", publisher)) is admitted


def test_kinds_are_whole() -> None:
    law = document("d", kind="luật")
    assert Filter(kinds=("Luat",)).admits(law)
    assert not Filter(kinds=("luật sửa đổi",)).admits(law)
    assert not Filter(kinds=("luật",)).admits(document("d"))
    for nothing in ("…", " "):
        assert not Filter(kinds=(nothing,)).admits(document("d")), "no words are no type, not the type of what has none"
        assert not Filter(publishers=(nothing,)).admits(document("d"))


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("", ""),
        (" ", ""),
        (" 2023 ", "2023"),
        ("năm 2023", "2023"),
        ("11/2023", "2023-11"),
        ("2024-5", "2024-05"),
        ("tháng 5/2024", "2024-05"),
        ("Thang 5 nam 2024", "2024-05"),
        ("9/11/2023", "2023-11-09"),
        ("9 - 11 - 2023", "2023-11-09"),
        ("2023-11-09", "2023-11-09"),
        ("2024-5-1", "2024-05-01"),
        ("2024/05/01", "2024-05-01"),
        ("ngày 9 tháng 11 năm 2023", "2023-11-09"),
        ("ngày 9/11/2023", "2023-11-09"),
    ],
)
def test_dates_as_people_type_them(typed: str, iso: str) -> None:
    assert iso_date(typed) == iso


@pytest.mark.parametrize(
    "typed",
    [
        "hôm qua",
        "2023-13",
        "31/02/2023",
        "23",
        "13/2023",
        "2023-11-09 và 2024",
        "ngày",
        "1/2/3/2024",
        "2024-001",
        "/",
        "5-",
    ],
)
def test_what_is_no_date_is_named(typed: str) -> None:
    with pytest.raises(UsageError, match="no date") as caught:
        iso_date(typed)
    assert repr(typed) in str(caught.value)
    for form in re.findall(r"\d[\d/-]+|tháng \d+ năm \d+", str(caught.value).partition("write")[2]):
        assert iso_date(form).startswith("2023")


def test_a_range_ends_after_it_begins() -> None:
    with pytest.raises(UsageError, match="2024 to 2023"):
        Filter(since="2024", until="2023")
    assert Filter(since="2023-06", until="2023")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (Filter(publishers=("Báo Mới",)), ("Báo Mới", "dangcongsan.vn", "Báo Hậu Giang")),
        (Filter(kinds=("luật",)), ("luật", "nghị quyết", "bài viết")),
        (Filter(since="2030"), ("2030", "2022 to 2024-02")),
        (Filter(documents=("d1", "d99")), ("'d99'", "d12", "10 more")),
        (Filter(kinds=("bài viết",)) & Filter(kinds=("luật",)), ("luật", "quyết định")),
    ],
)
def test_a_value_no_document_has_is_an_error_that_lists_what_there_is(where: Filter, words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as caught:
        check(where, some_documents(40))
    for word in words:
        assert word in str(caught.value)


def test_values_that_are_there_pass() -> None:
    check(Filter(("d1",), ("bao hau giang",), ("nghi quyet",), "2022", "2023"), some_documents(8))
    with pytest.raises(UsageError, match="none is known"):
        check(Filter(kinds=("luật",)), [document("d")])
