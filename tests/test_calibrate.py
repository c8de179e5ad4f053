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

from app import models as app_models
from app.answer import choose
from app.models import Models, current, load
from app.question import understand
from app.signs import MATCHES
from app.support import Support, outcome, probability, support
from evals import Row, read_rows, squad
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
    cases,
    examples,
    fit,
    left_out,
    span_cases,
    threshold,
)
from evals.matching import Group, Span, touches_any
from evals.retrieval import Collection, indexed
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
    assert x.T @ residual + 3 * np.array([0.0, b[1], b[2]]) == pytest.approx(0, abs=1e-6)


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
NOTHING = Support(
    **{
        **dict.fromkeys((field.name for field in dataclasses.fields(Support)), 0.0),
        "warnings": {},
        "signs": (0.0,) * len(MATCHES),
    }
)
BARRED = dataclasses.replace(NOTHING, barred=True)
NONE: dict[str, float] = dict.fromkeys(NOTHING.values(), 0.0)


def example(id: str, label: str, **values: Any) -> Example:
    return Example(**{"id": id, "question": id, "label": label, "weight": 1.0, "found": NOTHING, "named": False,
                      **values})  # fmt: skip


# --- the report ---


def reported(*scored: tuple[Example, float, float]) -> Calibration:
    """A calibration of examples with (score on topic, score of answers); both thresholds are 0.5."""
    part = Examples(tuple(e for e, _, _ in scored), (), "q", "d")
    topics = Fitted(NONE, tuple(on for _, on, _ in scored), 0.5)
    answers = Fitted(dict.fromkeys(NONE, -0.0001), tuple(a for _, _, a in scored), 0.5)
    present = Fitted(NONE, (1.0,) * len(scored), 0.5)
    return Calibration((part,), {}, topics, present, answers)


def test_outcomes_follow_thresholds_and_rules() -> None:
    report = reported(
        (example("a", "answers"), 0.5, 0.5),  # thresholds are reached, not passed
        (example("b", "answers"), 0.5, 0.4),
        (example("c", "answers"), 0.4, 0.4),
        (example("h", "answers"), 0.4, 0.9),  # an answer is on topic whatever the other model says
        (example("d", "answers", named=True), 0.4, 0.9),
        (example("e", "answers", found=BARRED), 0.9, 0.9),
        (example("i", "answers", named=True), 0.1, 0.4),
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
        "related",
        "refuse",
        "refuse",
    )
    assert {o: str(r).split()[0] for o, r in report.shares["answers"].items()} == {
        "refuse": "1/7",
        "related": "3/7",
        "answer": "3/7",
    }
    assert report.shares["off-topic set"]["refuse"].of == 1
    assert example("h", "off-topic", found=None).score({"": 9.0}) == 0


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
            "PRESENT, absent": 0.5,
            "ANSWERS, wrong": 2 / 3,
            "ANSWERS, near-topic": 1,
            "ANSWERS, absent": 1 / 3,
            "ANSWERS, off-topic": 2 / 3,
        }
    )
    assert "-0.0" not in str(report.models.answers)


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


def asked_all(rows: Sequence[Row], off_topic: Sequence[Row], index: Index) -> Examples:
    (found,), _ = examples([cases(rows, off_topic, index, None)])
    return found


def test_labels(animals: Index, rows: list[Row]) -> None:
    off_topic = [Row(Path("off"), 1, {"id": "o1", "question": "Thời tiết hôm nay?"})]
    found = asked_all(rows, off_topic, animals)
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


def test_labels_of_questions_in_squads_form(tmp_path: Path) -> None:
    given = [
        {"id": f"q{n}", "article": f"a{n // 2}", "context": f"{who} {what}.", "question": f"{who} làm gì?",
         "answers": [what] if n else []}
        for n, (who, what) in enumerate(FACTS.items())
    ]  # fmt: skip
    questions = squad.read(write(tmp_path / "spans.jsonl", given))
    with indexed(Collection(questions.path, questions.contexts, {}, {}, ""), ToyEncoder()) as index:
        part = span_cases(questions, index)
        labels = Counter(case.label for case in part.cases)
        n = len(FACTS) - 1
        assert labels == {"near-topic": 1, "answers": n, "absent": n, "article absent": n}
        for case in part.cases:
            found = [p.document for p in case.index.passages if case.index.search(p.text, 1)]
            assert found or case.label == "article absent"
        sizes = {label: {c.index.size for c in part.cases if c.label == label} for label in labels}
        assert sizes == {
            "near-topic": {n + 1}, "answers": {n + 1}, "absent": {n}, "article absent": {n - 1},
        }  # fmt: skip
        (given_examples,), ranking = examples([part])
    assert Counter(e.label for e in given_examples.examples)["answers"] >= 8
    assert "" in ranking


def test_a_group_is_in_one_fold_and_ranked_by_models_that_did_not_see_it(animals: Index, rows: list[Row]) -> None:
    found = asked_all(rows, [], animals).examples
    assert len({(e.question, e.fold) for e in found}) == len({e.question for e in found})
    assert {e.fold for e in found} <= set(range(FOLDS))


def test_an_id_used_twice_is_named(animals: Index, rows: list[Row]) -> None:
    with pytest.raises(UsageError, match="'q0' was used above"):
        cases([*rows, rows[0]], [], animals, None)
    off_topic = Row(Path("off"), 1, {"id": "o1", "question": "?"})
    with pytest.raises(UsageError, match="'o1' was used above"):
        cases(rows, [off_topic, off_topic], animals, None)


def test_an_example_decides_as_the_program_does(animals: Index) -> None:
    """`Example.outcome` repeats what `app.support.outcome` does; should this change, this fails."""
    texts = [f"{who} làm gì?" for who in FACTS] + ABSENT
    texts += ["Nghị quyết 99-NQ/TU nói gì về con mèo đen?", "Con mèo đen ngủ ngày nào?", "Ba con mèo đen ngủ ở đâu?"]
    models = current()
    for text in texts:
        asked = understand(text)
        quotes = choose(asked, animals)
        found = support(asked, quotes, animals)
        e = example(text, "off-topic", found=found)
        chances = [probability(weights, found) for weights in (models.on_topic, models.present, models.answers)]
        assert e.outcome(models, *chances) == outcome(asked, quotes, animals), text
        assert found.barred == ("99-NQ/TU" in text)


def test_calibration_of_a_tiny_corpus(animals: Index, rows: list[Row]) -> None:
    off_topic = read_rows(OFF_TOPIC_SET)[::4]

    def fitted() -> Calibration:
        return calibrate(*examples([cases(rows, off_topic, animals, None)]))

    report = fitted()
    assert len(report.on_topic.scores) == len(report.answers.scores) == len(report.examples)
    assert report.aurocs["ON_TOPIC, off-topic"] > 0.8
    assert report.aurocs["ANSWERS, off-topic"] > 0.8
    right = report.shares["answers"]
    assert right["refuse"].hits <= 1 and right["answer"].of >= 10
    again = fitted()
    assert str(again) == str(report)
    assert again.as_row() == report.as_row()


def test_without_anything_to_tell_apart(animals: Index, rows: list[Row]) -> None:
    with pytest.raises(UsageError, match="too few questions"):
        calibrate(*examples([cases(rows[-3:], [], animals, None)]))


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
    data = tmp_path / "data"
    monkeypatch.setenv("HOIDAP_DATA", str(data))
    before = app_models.SHIPPED.read_bytes()
    command = ["calibrate", str(questions), f"{other}={corpus / '0.md'}", "--json", str(out)]
    assert main(command) == 0
    assert not (data / app_models.NAME).exists()
    captured = capsys.readouterr()
    saved = json.loads(out.read_text(encoding="utf-8"))
    assert len(saved["questions"]) == len(saved["documents"]) == 2
    assert [r["label"] for r in saved["results"] if r["id"] == "one"][1:] == ["absent"]
    assert Counter(r["weight"] for r in saved["results"])[0.15] == 2 * len(read_rows(OFF_TOPIC_SET))
    assert "cross-validated" in captured.out and "coverage" in captured.out
    shipped = current()
    assert main([*command, "--save"]) == 0
    own = load(data / app_models.NAME)
    assert own.as_row() == saved["models"]
    assert current() == own != shipped
    assert own.fitted["data"][0]["questions"] == saved["questions"][0]
    assert app_models.SHIPPED.read_bytes() == before


def test_models_that_are_none_are_named(tmp_path: Path) -> None:
    path = tmp_path / app_models.NAME
    for text in ("{", "[]", '{"ranking": {}}'):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError, match=r"no models .* calibrate"):
            load(path)


def test_saved_models_are_read_as_they_were(tmp_path: Path) -> None:
    models = Models(
        {"match": 0.5, "year / year": -1.25}, {"": 1.0}, {}, {"": -2.0, "told": 0.125}, 0.25, 0.5, 0.5, {"by": "x"}
    )
    app_models.save(models, tmp_path / "m.json")
    assert load(tmp_path / "m.json") == models


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
