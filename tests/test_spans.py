"""Questions in SQuAD's form: what is read, what counts as shown, what is left out when they are asked again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals import spans, squad
from evals.__main__ import main
from index.errors import UsageError
from tests.toy import ToyEncoder

ANIMALS = {
    "Con mèo đen": "ngủ trên mái nhà",
    "Con chó trắng": "giữ cổng sân trước",
    "Cá vàng": "bơi trong hồ sen",
    "Chim sẻ": "làm tổ dưới hiên",
    "Con trâu": "cày thửa ruộng sâu",
    "Đàn vịt": "lội dưới kênh xáng",
}


def rows() -> list[dict[str, Any]]:
    """Two animals an article; an answer stands in the second sentence of its context."""
    return [
        {"id": f"q{n}", "article": f"a{n // 2}", "context": f"Trời đã sáng rồi. {who} {what}.",
         "question": f"{who} làm gì?", "answers": [what]}
        for n, (who, what) in enumerate(ANIMALS.items())
    ]  # fmt: skip


def write(path: Path, values: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(v, ensure_ascii=False) + "\n" for v in values), encoding="utf-8")
    return path


def test_what_is_read(tmp_path: Path) -> None:
    given = rows()
    given[1] |= {"context": given[0]["context"], "answers": {"text": ["mái nhà", "mái nhà", " "], "answer_start": [0]}}
    given[2]["answers"] = []
    given.append({"context": "Chỉ để đó.", "title": "a9"})
    questions = squad.read(write(tmp_path / "q.jsonl", given))
    assert len(questions.contexts) == len(given) - 1  # one stands twice
    assert [a.answers for a in questions.asked][:3] == [("ngủ trên mái nhà",), ("mái nhà",), ()]
    assert questions.asked[0].context == questions.asked[1].context
    assert questions.contexts[-1].source == "a9"
    assert all(d.title == "" for d in questions.contexts)  # the name of the article must not help


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"answers": ["bay lượn"]}, "does not say 'bay lượn'"),
        ({"answers": "ngủ"}, "list of texts"),
        ({"answers": [1]}, "list of texts"),
        ({"context": None}, '"context"'),
        ({"id": "q0"}, "used above"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    given = rows()
    given[1] |= change
    with pytest.raises(UsageError, match=rf"line 2.*{problem}"):
        squad.read(write(tmp_path / "q.jsonl", given))


def test_every_number_is_a_fold_over_the_results(tmp_path: Path) -> None:
    given = rows()
    given.append({**given[0], "id": "unsaid", "question": "Con mèo đen nặng bao nhiêu cân?", "answers": []})
    report = spans.measure(squad.read(write(tmp_path / "q.jsonl", given)), ToyEncoder())
    by_id = {r.asked.id: r for r in report.results}
    assert by_id["unsaid"].absent == {}
    for result in report.results:
        assert set(result.absent) == (set(spans.ABSENT) if result.asked.answers else set())
        said = any(answer in quote for quote in result.quotes for answer in result.asked.answers)
        assert result.shown == (said and result.outcome == "answer")
    # the one sentence that holds the question's words answers it; without its context no score is higher
    assert report.rates["in the first of them"].hits == len(ANIMALS)
    assert all(r.score >= max(r.absent.values()) for r in report.results if r.absent)
    assert (report.aurocs["fact absent"] or 0) > 0.9
    assert sum(report.sentences.values()) == sum(r.outcome == "answer" for r in report.results)
    assert report.rates["not said, not answered"].of == 1


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("index.encoder.load_encoder", lambda name: ToyEncoder())
    path, out = write(tmp_path / "q.jsonl", rows()), tmp_path / "out.json"
    assert main(["spans", str(path), "--json", str(out)]) == 0
    printed, saved = capsys.readouterr().out, json.loads(out.read_text(encoding="utf-8"))
    assert "6 contexts, 6 questions" in printed
    assert "AUROC, topic absent" in printed
    assert [r["id"] for r in saved["results"]] == [f"q{n}" for n in range(6)]
    assert main(["spans", str(tmp_path / "missing")]) == 2
