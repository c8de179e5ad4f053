"""The measures of adding: both systems hold the same files, and a report one can work out."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evals import ingest
from evals.__main__ import main
from evals.busy import Report as Busy
from evals.ingest import BASELINE, OURS, Report, Timing


def timing(system: str, documents: int, seconds: float, memory: int) -> Timing:
    unchanged = seconds / 50 if system == OURS else None
    return Timing(
        system, documents, documents * 10_000, documents * 20, seconds, seconds, memory, 5_000_000, 0.5, unchanged
    )


def test_report_worked_out_on_paper() -> None:
    report = Report(
        20,
        (
            timing(OURS, 100, 10, 200_000_000),
            timing(BASELINE, 100, 20, 100_000_000),
            timing(OURS, 200, 20, 205_000_000),
            timing(BASELINE, 200, 30, 102_000_000),
        ),
    )
    assert report.ratios() == {100: 2.0, 200: 1.5}
    assert (report.growth(OURS), report.growth(BASELINE)) == (5.0, 2.0)
    lines = str(report).splitlines()
    assert lines[2].split() == "100 hoidap 1.0 2,000 10.0 10.0 200 0.10 200 5 0.50 0.20 2.0".split()
    assert lines[6] == "100 documents: 2.00 times the baseline's MB/s"
    assert Report(20, report.timings[:1]).growth(OURS) is None


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="/proc says what a process holds")
def test_memory_is_that_of_the_process_and_the_children_it_has_at_the_time() -> None:
    hold = "import sys; held = b'x' * 300_000_000; print('held', flush=True); sys.stdin.read()"
    with ingest._memory() as alone:
        time.sleep(0.1)
    with ingest._memory() as both:
        command = [sys.executable, "-c", hold]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
            assert child.stdout
            assert child.stdout.readline() == b"held\n"
            time.sleep(0.3)
    now = sum(map(ingest._held_by, ("self", *ingest._children())))
    assert now + 200_000_000 < both["memory"]
    assert both["memory"] < alone["memory"] + 400_000_000
    assert ingest._held_by("0") == 0


def test_documents_are_as_many_and_as_long_as_said(tmp_path: Path) -> None:
    ingest.write_documents(tmp_path / "in", 3, 4, 0)
    files = sorted((tmp_path / "in").iterdir())
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert len(set(texts)) == 3
    assert all(len(text.split("\n\n")) == 5 for text in texts)


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.json"
    assert main(["ingest", "--documents", "3", "--passages", "2", "--json", str(out)]) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()[2:4]] == [
        ["3", "hoidap"],
        ["3", "LangChain"],
    ]
    ours, theirs = json.loads(out.read_text(encoding="utf-8"))["timings"]
    assert ours["passages"] >= 6
    assert theirs["passages"] >= 6
    assert ours["unchanged"] < ours["seconds"] + 60
    assert theirs["unchanged"] is None


def test_questions_meanwhile_worked_out_on_paper() -> None:
    report = Busy(5, {"nothing": [0.01] * 19 + [0.1]}, {"nothing": 2.0})
    assert str(report).splitlines()[2].split() == ["nothing", "20", "10", "10", "100", "2.0"]
