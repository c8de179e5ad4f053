"""The weight of the dense half: what it depends on, and that fitting finds which half to trust."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.__main__ import main
from evals.fusion import Case, Report, fit
from index import fusion
from index.asking import without_asking
from index.lexical import Lexical
from index.text import terms

TEXTS = [
    "tỉnh có tám khu công nghiệp",
    "ai ký quyết định quy hoạch",
    "chợ nổi họp từ sáng sớm",
    "khu công nghiệp sông hậu",
]
LEXICAL = Lexical.build(TEXTS)
QUERIES = st.lists(st.sampled_from([*"tỉnh khu công nghiệp chợ nổi zzz".split()]), max_size=6).map(" ".join)


def features(query: str, english: bool = False) -> fusion.Floats:
    asked = without_asking(query, terms(query))
    return fusion.features(english, asked, LEXICAL, LEXICAL.scores(asked))


@given(QUERIES, st.booleans())
def test_features_are_small_numbers(query: str, english: bool) -> None:
    found = features(query, english)
    assert found.shape == (len(fusion.FEATURES),) == (len(fusion.WEIGHTS),)
    assert found[:2].tolist() == [1, english]
    assert 0 <= found[2] <= 1
    assert 0 < fusion.dense_weight(found) < 1


def test_coverage_worked_out() -> None:
    assert features("zzz").tolist() == [1, 0, 0]
    whole, part = features("chợ nổi họp từ sáng sớm"), features("chợ nổi zzz")
    assert whole[2] > part[2] > 0
    assert fusion.dense_weight(np.array([1.0, 0, 0]), (0, 9, 9)) == 0.5


def case(english: bool, dense_is_right: bool, rng: np.random.Generator) -> Case:
    relevant = np.arange(30) == int(rng.integers(30))
    right, noise = rng.normal(size=30) + 3 * relevant, rng.normal(size=30)
    lexical, dense = (noise, right) if dense_is_right else (right, noise)
    return Case(np.array([1.0, english, 0.5]), lexical, dense, np.zeros(30), relevant, 1)


def test_fitting_finds_the_half_to_trust() -> None:
    rng = np.random.default_rng(0)
    vietnamese = [case(False, False, rng) for _ in range(150)]
    english = [case(True, True, rng) for _ in range(50)]
    weights = fit([vietnamese, english])
    assert fusion.dense_weight(np.array([1.0, 0, 0.5]), weights) < 0.2
    assert fusion.dense_weight(np.array([1.0, 1, 0.5]), weights) > 0.8


def test_gain_worked_out_on_paper() -> None:
    scores = np.array([2.0, 1, 0]), np.array([0.0, 1, 3])
    relevant = np.array([False, True, True])
    apart = Case(np.ones(3), *scores, np.zeros(3), relevant, 2)
    assert apart.ndcg10(0) == pytest.approx((1 / np.log2(3) + 1 / 2) / (1 + 1 / np.log2(3)))
    assert apart.ndcg10(1) == 1
    together = Case(np.ones(3), *scores, np.array([0, 1.2, 0]) / fusion.CLOSENESS, relevant, 2)
    assert together.ndcg10(0) == pytest.approx((1 + 1 / 2) / (1 + 1 / np.log2(3)))
    report = Report((1.0, 0, -0.5), {"a": 2}, {"a": dict.fromkeys((0.0,), 0.5)}, {"a": 0.75})
    assert report.as_row()["weights"]["lexical coverage"] == -0.5


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": f"d{i}", "text": text} for i, text in enumerate(TEXTS)]
    queries = [{"id": f"q{i}", "text": " ".join(text.split()[1:4])} for i, text in enumerate(TEXTS)] * 1
    folder = tmp_path / "beir"
    folder.mkdir()
    for name, some in (("corpus", rows), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in some), encoding="utf-8")
    (folder / "qrels.tsv").write_text("".join(f"q{i}\td{i}\t1\n" for i in range(len(TEXTS))), encoding="utf-8")
    out = tmp_path / "out.json"
    assert main(["fusion", str(folder), "--json", str(out)]) == 0
    assert "for index/fusion.py:\nWEIGHTS = (" in capsys.readouterr().out
    saved = json.loads(out.read_text(encoding="utf-8"))
    assert list(saved["weights"]) == list(fusion.FEATURES)
    assert saved["constant"]["beir"]["0.0"] == 1
