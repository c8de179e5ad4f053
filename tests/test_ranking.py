"""Ranking: without weights the first look decides, scores are sums of what is weighed, and a fit finds what tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.question import understand
from app.select import SIGNS, Found, first_look, gather, ranked, table
from evals.answers import searchable
from evals.ranking import Choice, fit_ranking
from index.search import Index
from tests.toy import ToyEncoder

TEXT = """# Chợ nổi

Chợ nổi họp trên sông từ sáng sớm. Chợ nổi do ông Nguyễn Văn Nam mở năm 1950. Chợ nổi có 300 ghe bán trái cây.
Chợ nổi đóng cửa vì nước lớn. Người ta đến chợ nổi để mua trái cây.
"""


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder: Path = tmp_path_factory.mktemp("market")
    (folder / "cho-noi.md").write_text(TEXT, encoding="utf-8")
    with searchable(folder, ToyEncoder()) as (index, _):
        yield index


def found_for(question: str, index: Index) -> Found:
    asked = understand(question)
    found = gather(asked, index, index.search(asked.text, 5))
    assert found is not None
    return found


def test_scores_are_the_first_look_and_what_is_weighed(market: Index) -> None:
    found = found_for("Chợ nổi có bao nhiêu ghe?", market)
    signs = table(found)
    assert signs.shape == (len(found.spots), len(SIGNS))
    assert len(set(SIGNS)) == len(SIGNS)  # no name stands twice
    by_start = {start: score for (_, start, _), score in zip(found.spots, first_look(found), strict=True)}
    assert {q.start: q.score for q in ranked(found, market, {})} == pytest.approx(by_start)
    weighed = ranked(found, market, {"number / number": 2.0, "": 1.0})
    at = SIGNS.index("number / number")
    more = {start: 2.0 * row[at] + 1.0 for (_, start, _), row in zip(found.spots, signs, strict=True)}
    assert {q.start: q.score - by_start[q.start] for q in weighed} == pytest.approx(more)
    assert sum(q.chance for q in weighed) == pytest.approx(1)
    assert [q.score for q in weighed] == sorted((q.score for q in weighed), reverse=True)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Ai mở chợ nổi?", "Nguyễn Văn Nam"),
        ("Chợ nổi mở năm nào?", "1950"),
        ("Chợ nổi có bao nhiêu ghe?", "300"),
        ("Vì sao chợ nổi đóng cửa?", "nước lớn"),
    ],
)
def test_the_shipped_models_prefer_what_is_wanted(market: Index, question: str, answer: str) -> None:
    asked = understand(question)
    from app.select import rank_quotes

    assert answer in rank_quotes(asked, market, market.search(asked.text, 5))[0].text


def test_a_fit_finds_what_tells(market: Index) -> None:
    """Questions of one kind, answered each time by the sentence with a cause, which matches worst."""
    choices = []
    for _ in range(40):
        found = found_for("Vì sao chợ nổi họp trên sông?", market)
        right = np.array(["vì nước lớn" in hit.document.text[a:b] for hit, a, b in found.spots], dtype=bool)
        choices.append(Choice(found, right))
    weights = fit_ranking(choices)
    assert "vì nước lớn" in ranked(choices[0].found, market, weights)[0].text
    assert weights["why / cause"] > 0
    best = max(q.score for q in ranked(choices[0].found, market, weights))
    assert best == pytest.approx(max(first_look(choices[0].found)), abs=0.1)  # scores stay where they were
    assert fit_ranking(choices) == weights


def test_without_choices_nothing_is_weighed() -> None:
    assert fit_ranking([]) == {}
