"""The extraction table: its measure worked out on paper, and every format within its limit."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.extraction import Case, cases, error_rate, measure
from evals.rendering import Article, font


@pytest.mark.parametrize(
    ("expected", "given_", "distance"),
    [("kitten", "sitting", 3), ("a", "", 1), ("abc", "abc", 0), ("abc", "xabcy", 2), ("đường", "dường", 1)],
)
def test_error_rate(expected: str, given_: str, distance: int) -> None:
    assert error_rate(expected, given_) == pytest.approx(distance / len(expected))


def plain_distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


@given(st.text("abcă", min_size=1, max_size=90), st.text("abcă", max_size=90))
def test_error_rate_is_the_textbook_distance(a: str, b: str) -> None:
    assert error_rate(a, b) == pytest.approx(plain_distance(a, b) / len(a))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.kind)
def test_every_format_is_within_its_limit(case: Case) -> None:
    if case.kind in ("pdf, scanned", "tif") and not shutil.which("tesseract"):
        pytest.skip("apt install tesseract-ocr-vie")
    report = measure([case])
    assert not report.failed, report


def test_pdf_is_measured_where_it_can_be() -> None:
    assert ("pdf" in [case.kind for case in cases()]) == bool(font())


def test_what_is_lost_fails() -> None:
    a = Article(((1, "Tiêu đề"), (0, "Một câu văn đủ dài để đo.")))
    (row,) = measure([Case("x", "a.txt", lambda article: "Khác\n\nhẳn Trang chủ.".encode(), a)]).failed
    assert row.cer > 0.5
    assert (row.found, row.wanted, row.furniture) == (0, 1, 1)
    (row,) = measure([Case("x", "a.docx", lambda article: b"", a)]).failed
    assert (row.cer, row.found) == (1.0, 0)
    assert "a.docx" in row.error
