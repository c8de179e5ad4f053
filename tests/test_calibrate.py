"""Calibration: scores worked out on paper, fits of known data, views without the evidence, a run from end to end."""

from __future__ import annotations

import dataclasses
import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import support as app_support
from app.answer import choose
from app.question import understand
from app.support import Support, outcome, probability, support
from evals import Row, read_rows
from evals.__main__ import main
from evals.answers import searchable
from evals.calibrate import (
    FOLDS,
    OFF_TOPIC_SET,
    Calibration,
    Example,
    Examples,
    Fitted,
    auroc,
    calibrate,
    examples,
    fit,
    folds,
    left_out,
    threshold,
)
from evals.matching import Group, Span, touches_any
from index.errors import UsageError
from index.search import Index
from index.text import fold, syllables
from tests.toy import ToyEncoder

ROOT = Path(__file__).parent.parent

# --- statistics ---


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [
        ([3, 4], [1, 2], 1.0),
        ([1, 2], [3, 4], 0.0),
        ([1, 1], [1], 0.5),  # ties count half
        ([0.9, 0.4], [0.5, 0.1], 0.75),  # 3 of 4 pairs in order
        ([2, 1], [1, 0], 0.875),  # 3 pairs in order, one tie: 3.5 / 4
        ([], [1], None),
        ([1], [], None),
    ],
)
def test_auroc(positives: list[float], negatives: list[float], expected: float | None) -> None:
    assert auroc(positives, negatives) == expected


@pytest.mark.parametrize(
    ("scores", "percent", "expected"),
    [
        ([0.1, 0.2, 0.3, 0.4], 100, 0.1),
        ([0.1, 0.2, 0.3, 0.4], 75, 0.2),
        ([0.1, 0.2, 0.3, 0.4], 74, 0.2),  # 3 of 4 reach it; 2 of 4 would be too few
        ([0.1, 0.2, 0.3, 0.4], 50, 0.3),
        ([0.12345], 97, 0.123),  # rounded down: the score itself still reaches it
        ([i / 100 for i in range(100)], 97, 0.03),  # exactly 97 of 100
    ],
)
def test_threshold(scores: list[float], percent: int, expected: float) -> None:
    assert threshold(scores, percent) == pytest.approx(expected, abs=1e-12)
    assert sum(s >= threshold(scores, percent) for s in scores) * 100 >= percent * len(scores)


def test_fit_gives_the_rate_where_no_feature_tells_anything() -> None:
    x = np.array([[1.0, 5.0]] * 4)  # the second feature is constant
    weights = fit(x, np.array([True, True, True, False]), np.ones(4))
    assert weights == pytest.approx((math.log(3), 0.0))  # odds 3 to 1
    weights = fit(x, np.array([True, True, True, False]), np.array([1.0, 1.0, 1.0, 3.0]))
    assert weights == pytest.approx((0.0, 0.0))  # weighted, 3 against 3


def test_fit_recovers_the_model_that_drew_the_data() -> None:
    generator = np.random.default_rng(1)
    x = np.column_stack([np.ones(20_000), generator.normal(3, 2, 20_000), generator.uniform(0, 0.1, 20_000)])
    true = np.array([-1.0, 0.8, -20.0])
    positive = generator.random(20_000) < 1 / (1 + np.exp(-(x @ true)))
    assert fit(x, positive, np.ones(20_000)) == pytest.approx(true, rel=0.1)


def test_fit_separates_what_can_be_separated_with_finite_weights() -> None:
    x = np.array([[1.0, v] for v in (1, 2, 3, 11, 12, 13)])
    positive = np.array([False] * 3 + [True] * 3)
    weights = np.array(fit(x, positive, np.ones(6)))
    assert np.isfinite(weights).all()
    assert ((x @ weights > 0) == positive).all()
    assert weights[0] + 7 * weights[1] == pytest.approx(0)  # by symmetry, at the middle


def test_fit_is_where_the_penalised_gradient_vanishes() -> None:
    generator = np.random.default_rng(2)
    z = generator.normal(size=(30, 2))
    z = (z - z.mean(axis=0)) / z.std(axis=0)  # standardised already: raw and inner weights are the same
    x, positive, weights = np.column_stack([np.ones(30), z]), generator.random(30) < 0.4, generator.uniform(0.1, 1, 30)
    b = np.array(fit(x, positive, weights))
    residual = weights * (1 / (1 + np.exp(-(x @ b))) - positive)
    assert x.T @ residual + np.array([0.0, b[1], b[2]]) == pytest.approx(0, abs=1e-6)


def test_fit_does_not_depend_on_units() -> None:
    generator = np.random.default_rng(3)
    x = np.column_stack([np.ones(40), generator.normal(size=(40, 2))])
    positive = x[:, 1] + generator.normal(size=40) > 0
    one = np.array(fit(x, positive, np.ones(40)))
    other = np.array(fit(x * [1, 1000, 0.01] + [0, 7, 0], positive, np.ones(40)))
    assert other[1:] * [1000, 0.01] == pytest.approx(one[1:])
    assert other[0] + 7 * other[1] == pytest.approx(one[0])


@pytest.mark.parametrize("positive", [[True, True], [False, False], []])
def test_fit_needs_both(positive: list[bool]) -> None:
    with pytest.raises(UsageError, match="give more"):
        fit(np.ones((len(positive), 2)), np.array(positive, dtype=bool), np.ones(len(positive)))


# Whatever the features are, none of them is here.
NOTHING = Support(**{**dict.fromkeys((field.name for field in dataclasses.fields(Support)), 0.0), "told": 1.0})
BARRED = dataclasses.replace(NOTHING, barred=True)
HALF_TOLD = dataclasses.replace(NOTHING, told=0.5)
FEATURES = len(NOTHING.values())


def example(id: str, label: str, **values: Any) -> Example:
    return Example(**{"id": id, "question": id, "label": label, "weight": 1.0, "found": NOTHING, "named": False,
                      **values})  # fmt: skip


def test_folds_keep_a_question_together_and_spread_every_sort() -> None:
    asked = [example(f"q{n}", label) for n in range(20) for label in ("answers", "absent")]
    asked += [example(f"n{n}", "near-topic") for n in range(10)] + [example(f"o{n}", "off-topic") for n in range(40)]
    of = dict(zip(((e.question, e.label) for e in asked), folds(asked), strict=True))
    assert all(of[f"q{n}", "answers"] == of[f"q{n}", "absent"] for n in range(20))
    assert Counter(f for (_, label), f in of.items() if label == "answers") == dict.fromkeys(range(FOLDS), 2)
    assert Counter(f for (_, label), f in of.items() if label == "near-topic") == dict.fromkeys(range(FOLDS), 1)
    assert Counter(f for (_, label), f in of.items() if label == "off-topic") == dict.fromkeys(range(FOLDS), 4)
    shuffled = random.Random(4).sample(asked, len(asked))
    assert [of[e.question, e.label] for e in shuffled] == folds(shuffled)


# --- the report ---


def reported(*scored: tuple[Example, float, float]) -> Calibration:
    """A calibration of examples with (score on topic, score of answers); both thresholds are 0.5."""
    part = Examples(tuple(e for e, _, _ in scored), (), "q", "d")
    topics = Fitted((0.0,) * FEATURES, tuple(on for _, on, _ in scored), 0.5)
    return Calibration((part,), topics, Fitted((-0.001,) * FEATURES, tuple(a for _, _, a in scored), 0.5))


def test_outcomes_follow_thresholds_and_rules() -> None:
    report = reported(
        (example("a", "answers"), 0.5, 0.5),  # thresholds are reached, not passed
        (example("b", "answers"), 0.5, 0.4),
        (example("c", "answers"), 0.4, 0.4),
        (example("h", "answers"), 0.4, 0.9),  # sure of the answer: on topic whatever the other model says
        (example("d", "answers", named=True), 0.4, 0.9),
        (example("e", "answers", found=BARRED), 0.9, 0.9),
        (example("i", "answers", found=HALF_TOLD), 0.9, 0.5),  # loosely told will do when the model is sure
        (example("f", "off-topic", found=None, named=True), 0.9, 0.9),
        (example("g", "off-topic", from_set=True), 0.1, 0.4),
    )
    assert report.outcomes == (
        "answer",
        "related",
        "refuse",
        "answer",
        "answer",
        "related",
        "answer",
        "refuse",
        "refuse",
    )
    assert {o: str(r).split()[0] for o, r in report.shares["answers"].items()} == {
        "refuse": "1/7",
        "related": "2/7",
        "answer": "4/7",
    }
    assert report.shares["off-topic set"]["refuse"].of == 1
    assert example("h", "off-topic", found=None).score((9.0,) * FEATURES) == 0


def test_risk_and_auroc_worked_out_on_paper() -> None:
    labels = ["answers", "answers", "wrong", "answers", "near-topic"]
    scored = [(example(str(n), label), 0.9, 1 - n / 10) for n, label in enumerate(labels)]
    scored += [(example("x", "absent"), 0.9, 0.95), (example("y", "off-topic", from_set=True), 0.1, 0.85)]
    report = reported(*scored)
    answerable, everything = report.risks.values()
    # best first: right, right, wrong, right
    assert {c: (r.hits, r.of) for c, r in answerable.items()} == {
        50: (0, 2), 60: (1, 3), 70: (1, 3), 80: (1, 4), 90: (1, 4), 100: (1, 4)
    }  # fmt: skip
    assert (everything[100].hits, everything[100].of) == (2, 5)  # neither the view nor the set is a question of a file
    # answers 1.0, 0.9, 0.7; wrong 0.8, near-topic 0.6, absent 0.95, off-topic 0.85
    assert report.aurocs == pytest.approx(
        {
            "ON_TOPIC, off-topic": 1,
            "ANSWERS, wrong": 2 / 3,
            "ANSWERS, near-topic": 1,
            "ANSWERS, absent": 1 / 3,
            "ANSWERS, off-topic": 2 / 3,
        }
    )
    assert "-0.0" not in report.constants


# --- asking ---

# Twelve subjects, a sentence each: a letter-counting encoder and BM25 tell them apart.
FACTS = {
    "Con mèo đen": "ngủ trên mái nhà",
    "Con chó trắng": "giữ cổng sân trước",
    "Cá vàng": "bơi trong hồ sen",
    "Chim sẻ": "làm tổ dưới hiên",
    "Con trâu": "cày thửa ruộng sâu",
    "Đàn vịt": "lội dưới kênh xáng",
    "Ong mật": "hút nhụy hoa nhãn",
    "Con ngựa": "kéo xe chở lúa",
    "Bầy dê": "gặm cỏ bờ đê",
    "Con khỉ": "hái chuối trên cây",
    "Gà trống": "gáy báo trời sáng",
    "Con rùa": "phơi nắng cạnh ao",
}
ABSENT = ["Con mèo đen nặng bao nhiêu?", "Con trâu mua năm nào?", "Cá vàng giá bao nhiêu?", "Ai nuôi đàn vịt?"]


def corpus_in(folder: Path) -> Path:
    folder.mkdir()
    for n, (who, what) in enumerate(FACTS.items()):
        (folder / f"{n}.md").write_text(f"# {who}\n\n{who} {what}.\n", encoding="utf-8")
    return folder


def question_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for n, (who, what) in enumerate(FACTS.items()):
        proof = [{"document": f"{n}.md", "quote": f"{who} {what}."}]
        rows.append({"id": f"q{n}", "kind": "factoid", "question": f"{who} làm gì?", "answerable": True,
                     "must_include": [what], "evidence": proof})  # fmt: skip
    rows += [
        {"id": f"n{n}", "kind": "factoid", "question": text, "answerable": False, "unanswerable_type": "near-topic"}
        for n, text in enumerate(ABSENT)
    ]
    about = {"id": "about", "kind": "factoid", "question": "Bài báo này do ai viết?", "answerable": False}
    return [*rows, {**about, "unanswerable_type": "near-topic"}]


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def animals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with searchable(corpus_in(tmp_path_factory.mktemp("animals") / "corpus"), ToyEncoder()) as (index, _):
        yield index


@pytest.fixture
def rows(tmp_path: Path) -> list[Row]:
    return read_rows(write(tmp_path / "questions.jsonl", question_rows()))


def test_a_view_never_finds_the_evidence(animals: Index) -> None:
    passages = list(animals.passages)
    generator = random.Random(5)
    for who in FACTS:
        left = generator.sample(passages, generator.randint(1, len(passages) - 1))
        # one place that stands at several spots, or several places in groups: all of them are left out
        spans = [Span(p.document, p.end - 1, p.end + 5) for p in left]
        evidence: tuple[Group, ...] = generator.choice([((tuple(spans),),), tuple(((s,),) for s in spans)])
        view = left_out(animals, evidence)
        found = view.search(who, 5)
        assert not any(touches_any(evidence, [Span(h.passage.document, h.passage.start, h.passage.end)]) for h in found)
        gone = {p.id for p in left}
        rest = [h.passage.id for h in animals.search(who, len(passages)) if h.passage.id not in gone]
        assert [h.passage.id for h in found] == rest[:5]  # and what is left keeps its order
        for quote in choose(understand(f"{who} làm gì?"), view):
            assert quote.passage.id not in gone
    assert left_out(animals, ()).search("mèo", 3) == animals.search("mèo", 3)


def test_labels(animals: Index, rows: list[Row]) -> None:
    off_topic = [Row(Path("off"), 1, {"id": "o1", "question": "Thời tiết hôm nay?"})]
    found = examples(rows, off_topic, animals, None)
    assert found.skipped == ("about",)
    labels = Counter(e.label for e in found.examples)
    assert labels["answers"] + labels["wrong"] == labels["absent"] == len(FACTS)
    assert labels["answers"] >= 10
    assert (labels["near-topic"], labels["off-topic"]) == (len(ABSENT), 1)
    cat = {e.label: e for e in found.examples if e.id == "q0"}
    assert cat["answers"].found and cat["absent"].found
    assert cat["absent"].found.coverage < cat["answers"].found.coverage
    assert [(e.weight, e.from_set) for e in found.examples if e.id == "o1"] == [(0.15, True)]
    # left out of everything, nothing is found: such a question is refused, whatever the models say
    everything = [((Span(p.document, p.start, p.end),),) for p in animals.passages]
    assert choose(understand("Con mèo đen"), left_out(animals, everything)) == []


def test_an_id_used_twice_is_named(animals: Index, rows: list[Row]) -> None:
    with pytest.raises(UsageError, match="'q0' was used above"):
        examples([*rows, rows[0]], [], animals, None)
    off_topic = Row(Path("off"), 1, {"id": "o1", "question": "?"})
    with pytest.raises(UsageError, match="'o1' was used above"):
        examples(rows, [off_topic, off_topic], animals, None)


def test_an_example_decides_as_the_program_does(animals: Index) -> None:
    """`Example.outcome` repeats the rules of `app.support.outcome`; should these change, this fails."""
    texts = [f"{who} làm gì?" for who in FACTS] + ABSENT
    texts += ["Nghị quyết 99-NQ/TU nói gì về con mèo đen?", "Con mèo đen ngủ ngày nào?", "Ba con mèo đen ngủ ở đâu?"]
    seen = set()
    off_topic = [Row(Path("off"), 1, {"id": text, "question": text}) for text in texts]
    for e in examples([], off_topic, animals, None).examples:
        asked = understand(e.question)
        quotes = choose(asked, animals)
        assert quotes and e.found == support(asked, quotes, animals)
        chance = probability(app_support.ANSWERS, e.found)
        speaks = probability(app_support.ON_TOPIC, e.found) >= app_support.ON_TOPIC_AT
        answers = chance >= app_support.ANSWERS_AT
        assert e.outcome(speaks, answers, chance >= app_support.SURE_AT) == outcome(asked, quotes, animals), e.question
        seen.add((e.found.barred, e.found.told))
    assert seen >= {(False, 1.0), (True, 1.0), (False, 0.0)}


def test_calibration_of_a_tiny_corpus(animals: Index, rows: list[Row]) -> None:
    off_topic = read_rows(OFF_TOPIC_SET)[::4]
    report = calibrate([examples(rows, off_topic, animals, None)])
    assert len(report.on_topic.scores) == len(report.answers.scores) == len(report.examples)
    assert report.aurocs["ON_TOPIC, off-topic"] > 0.8
    assert report.aurocs["ANSWERS, off-topic"] > 0.8
    right = report.shares["answers"]
    assert right["refuse"].hits <= 1 and right["answer"].of >= 10
    again = calibrate([examples(rows, off_topic, animals, None)])
    assert str(again) == str(report)
    assert again.as_row() == report.as_row()


def test_without_anything_to_tell_apart(animals: Index, rows: list[Row]) -> None:
    with pytest.raises(UsageError, match="too few questions"):
        calibrate([examples(rows[-3:], [], animals, None)])


# --- the command ---


def test_calibrate_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = corpus_in(tmp_path / "corpus")
    monkeypatch.setenv("HOIDAP_CORPUS", str(corpus))
    monkeypatch.setattr("index.encoder.load_encoder", lambda name: ToyEncoder())
    questions = write(tmp_path / "questions.jsonl", question_rows())
    one = {"id": "one", "kind": "factoid", "question": "Con mèo đen ngủ ở đâu?", "answerable": True,
           "must_include": ["mái nhà"], "evidence": [[15, 30]]}  # fmt: skip
    other = write(tmp_path / "other.jsonl", [one])
    out = tmp_path / "out.json"
    before = (ROOT / "app" / "support.py").read_bytes()
    assert main(["calibrate", str(questions), f"{other}={corpus / '0.md'}", "--json", str(out)]) == 0
    assert (ROOT / "app" / "support.py").read_bytes() == before
    captured = capsys.readouterr()
    saved = json.loads(out.read_text(encoding="utf-8"))
    assert len(saved["questions"]) == len(saved["documents"]) == 2
    assert [r["label"] for r in saved["results"] if r["id"] == "one"][1:] == ["absent"]
    assert Counter(r["weight"] for r in saved["results"])[0.15] == 2 * len(read_rows(OFF_TOPIC_SET))
    pasted: dict[str, Any] = {}
    exec(captured.out.partition("for app/support.py:\n")[2], pasted)
    assert len(pasted["ON_TOPIC"]) == len(pasted["ANSWERS"]) == FEATURES
    assert pasted["ON_TOPIC"] == pytest.approx(saved["on_topic"]["weights"], abs=0.00501)
    assert (pasted["ON_TOPIC_AT"], pasted["ANSWERS_AT"]) == (saved["on_topic"]["at"], saved["answers"]["at"])


@pytest.mark.parametrize("questions", ["missing.jsonl", "questions.jsonl=missing", "=corpus"])
def test_bad_input_is_one_line_and_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], questions: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("index.encoder.load_encoder", lambda name: ToyEncoder())
    write(tmp_path / "questions.jsonl", question_rows())
    assert main(["calibrate", questions]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1


# --- the off-topic questions ---


def plain(text: str) -> str:
    return " ".join(map(fold, syllables(text)))


def test_off_topic_rows() -> None:
    rows = [row.values for row in read_rows(OFF_TOPIC_SET)]
    assert all(set(row) == {"id", "language", "question"} for row in rows)
    assert [row["id"] for row in rows] == [f"off-{n:03}" for n in range(1, 161)]
    assert Counter(row["language"] for row in rows) == {"vi": 110, "en": 50}
    bare = [row for row in rows if row["language"] == "vi" and row["question"].isascii()]
    assert len(bare) >= 20
    for row in rows:
        assert re.fullmatch(r"\S.{2,198}\S", row["question"]), row
        assert not re.search(r"h[aậ]u giang", row["question"], re.IGNORECASE), row
    assert len({plain(row["question"]) for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ["questions_dev.jsonl", "questions_test.jsonl"])
def test_off_topic_rows_are_in_no_question_file(name: str) -> None:
    taken = {plain(row.text("question")) for row in read_rows(ROOT / "evals" / name)}
    assert not taken & {plain(row.text("question")) for row in read_rows(OFF_TOPIC_SET)}
