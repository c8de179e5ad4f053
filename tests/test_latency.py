"""Latency: made-up passages like real ones, both systems built, opened and asked, and a report one can work out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from evals import latency
from evals.__main__ import main
from evals.latency import Report, Timing, made_up_passages, one_core, read_texts, sample_questions
from index.errors import UsageError
from index.search import open_index
from index.text import fold, terms
from tests.toy import ToyEncoder


def test_made_up_passages_are_long_and_no_two_alike() -> None:
    passages = made_up_passages(300, 0)
    assert all(500 < len(text) <= latency.LENGTH for text in passages)
    assert len(set(passages)) == 300
    assert made_up_passages(20, 0) == passages[:20]
    assert made_up_passages(20, 1) != passages[:20]


def test_made_up_terms_are_as_common_and_as_rare_as_real_ones() -> None:
    held = [set(terms(text)) for text in made_up_passages(400, 0)]
    vocabulary = [len(set().union(*held[:n])) for n in (100, 400)]
    assert 2 < vocabulary[1] / vocabulary[0] < 4  # grows, and ever more slowly; 1,000 passages of news hold 119,821
    frequencies = sorted((sum(term in terms for terms in held) for term in set().union(*held)), reverse=True)
    assert frequencies[0] > 0.6 * 400
    assert sum(f == 1 for f in frequencies) > len(frequencies) / 2


def test_questions_come_with_and_without_diacritics() -> None:
    questions = sample_questions(200, 0)
    assert len(set(questions)) == 200
    assert 60 < sum(fold(question) == question for question in questions) < 180
    assert sample_questions(200, 0) == questions != sample_questions(200, 1)
    assert len(sample_questions(1000, 0)) == 1000


def test_texts_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text("\n".join(json.dumps({"text": text}) for text in ("một", " ", "hai")), encoding="utf-8")
    assert read_texts(file, 2) == ["một", "hai"]
    with pytest.raises(UsageError, match="holds 2 texts, fewer than the 3 passages"):
        read_texts(file, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process on one core")
def test_one_core_is_one_core_and_given_back() -> None:
    before = os.sched_getaffinity(0)
    with one_core() as core:
        assert os.sched_getaffinity(0) == {core}
    assert os.sched_getaffinity(0) == before


def timing(system: str, milliseconds: Sequence[float]) -> Timing:
    seconds = tuple(ms / 1000 for ms in milliseconds)
    return Timing(system, 1000, 7654.3, 12.4, 300_000_000, 5_000_000, 1.5, 0.05, seconds, seconds, 200_000_000)


def test_report_worked_out_on_paper() -> None:
    ours, theirs = timing("hoidap", range(1, 101)), timing("Chroma + MiniLM", [190] * 100)
    report = Report("texts", ("q1", "q2"), 1, (ours, theirs))
    assert report.ratios() == {1000: 0.5}
    lines = str(report).splitlines()
    assert lines[0] == "texts; 2 questions, each asked once; core 1 alone"
    assert lines[2].split() == "1,000 hoidap 50.0 95.0 99.0 95.0 50 1.5 200 7,654 12 300 5".split()
    assert lines[4] == "p95 at 1,000 passages: 0.50 of the baseline's"
    assert str(Report("texts", ("q1", "q1"), 1, (ours,))).startswith("texts; 2 questions, 1 different ones; core 1")
    alone = Report("texts", ("q1",), None, (ours,))
    assert alone.ratios() == {}
    assert "baseline" not in str(alone)


def toy_encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    return ToyEncoder().encode(texts)


def test_the_index_it_times_finds_its_passages(tmp_path: Path) -> None:
    passages = made_up_passages(45, 0)
    latency.build_ours(tmp_path / "index", passages, ToyEncoder())
    index = open_index(tmp_path / "index", ToyEncoder())
    try:
        assert len(index.passages) == 45
        assert len(index.documents) == 3  # of twenty passages
        assert index.search(passages[41])[0].passage.text == passages[41]
    finally:
        index.close()


def test_the_baseline_finds_its_passages(tmp_path: Path) -> None:
    passages = made_up_passages(300, 0)
    latency.build_baseline(tmp_path / "chroma", passages, toy_encode, 0)
    search, close = latency.open_baseline(tmp_path / "chroma", toy_encode)
    found = search(passages[7])
    close()
    assert found["documents"][0][0] == passages[7]
    assert len(found["ids"][0]) == 10


def test_no_timed_question_was_asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def here(step: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
        if step is latency._build:
            return {"encoded": 1.0, "build_seconds": 1.0, "build_memory": 0}
        asked.extend(question for questions in arguments[2:] for question in questions)
        return {"open_seconds": 1.0, "first_seconds": 1.0, "seconds": (1.0,), "processor_seconds": (1.0,), "memory": 0}

    monkeypatch.setattr(latency, "apart", here)
    report = latency.measure([30], 50)
    assert len(asked) == len(set(asked)) == 50 + latency._WARM_UP
    assert tuple(asked[latency._WARM_UP :]) == report.questions


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.json"
    assert main(["latency", "--passages", "30", "50", "--queries", "5", "--json", str(out)]) == 0
    captured = capsys.readouterr()
    assert [line.split()[:2] for line in captured.out.splitlines()[2:]] == [["30", "hoidap"], ["50", "hoidap"]]
    saved = json.loads(out.read_text(encoding="utf-8"))
    assert saved["questions"] == 5
    for row in saved["timings"]:
        assert len(row["seconds"]) == 5
        assert all(0 < seconds < 60 for seconds in (*row["seconds"], row["open_seconds"], row["build_seconds"]))
        assert row["disk"] > 10_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--baseline"], "pip install no-such-package"),
        (["--texts", "missing.jsonl"], "missing.jsonl"),
    ],
)
def test_what_is_missing_is_named_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    monkeypatch.setattr(latency, "BASELINE_PACKAGE", "no-such-package")
    assert main(["latency", *arguments]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert message in captured.err


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_count_is_a_number_from_1(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["latency", "--passages", count])
    assert caught.value.code == 2
    assert count in capsys.readouterr().err
