"""The measures: matcher and overlap on examples, scores worked out on paper, silence and failures counted as wrong."""

import json
import math
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import app.answer
from app.types import Answer, Citation, Outcome, Turn
from evals import Rate, Row, percentile, read_rows
from evals.__main__ import main
from evals.answers import Ask, Report, measure, searchable
from evals.matching import Span, contains, missing, touches_all, touches_any
from evals.retrieval import measure as measure_retrieval
from evals.retrieval import read_collection, score
from index.errors import UsageError
from index.search import Index
from tests.toy import ToyEncoder

# --- words and spans ---


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("năm 2023", "3", False),  # whole words only
        ("có 3 đột phá", "3", True),
        ("Thông tin báo chí", "ba", False),
        ("số báo", "bá", False),
        ("BA ĐỘT PHÁ", "ba đột phá", True),
        ("(Fulbright).", "Fulbright", True),
        ("Cần Thơ – Cà Mau", "Cần Thơ - Cà Mau", True),
        ("Cần Thơ-Cà Mau", "Cần Thơ — Cà Mau", True),
        ("2021 \u2212 2025", "2021-2025", True),
        ("Hậu\u00a0Giang", "Hậu Giang", True),
        ("Hậu \n  Giang", "Hậu Giang", True),
        (unicodedata.normalize("NFD", "Hậu Giang"), "Hậu Giang", True),
        ("Hậu Giang", unicodedata.normalize("NFD", "Hậu Giang"), True),
        ("“một tâm”", "'một tâm'", True),
        ("một “tâm”", "một tâm", True),
        ("Nghị quyết 05-NQ/TU,", "05-NQ/TU", True),
        ("105-NQ/TU", "05-NQ/TU", False),
        ("1.500 ha", "1x500", False),  # no pattern language
        ("Hau Giang", "Hậu Giang", False),  # an answer is written with its diacritics
    ],
)
def test_contains(text: str, words: str, found: bool) -> None:
    assert contains(text, words) is found


def test_missing_names_the_first_wording_of_each_item() -> None:
    wanted = [("bốn", "4"), ("du lịch", "tourism"), ("đô thị",)]
    assert missing("Có 4 trụ cột.", wanted) == ["du lịch", "đô thị"]


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        (Span("a", 19, 30), True),  # one character: 19
        (Span("a", 20, 30), False),  # begins where the other ends
        (Span("a", 0, 10), False),
        (Span("a", 0, 11), True),
        (Span("a", 12, 13), True),
        (Span("b", 10, 20), False),
    ],
)
def test_overlap(other: Span, overlap: bool) -> None:
    span = Span("a", 10, 20)
    assert span.overlaps(other) is overlap
    assert other.overlaps(span) is overlap


def test_touches() -> None:
    first, second, repeated, alternative = (Span("a", n, n + 5) for n in (0, 10, 50, 90))
    groups = [((first, repeated), (second,)), ((alternative,),)]
    assert not touches_any(groups, [])
    assert touches_any(groups, [Span("a", 52, 60)])  # the same words at another spot
    assert not touches_all(groups, [Span("a", 52, 60)])  # the second piece is not cited
    assert touches_all(groups, [Span("a", 52, 60), Span("a", 14, 15)])
    assert touches_all(groups, [Span("a", 80, 91)])  # the other group needs one piece only
    assert not touches_any([], [first])
    assert not touches_all([], [first])


def test_rate() -> None:
    # Wilson for 8/10 and z = 1.96: centre (0.8 + 0.19208) / 1.38416 = 0.7167,
    # half 1.96 sqrt(0.016 + 0.009604) / 1.38416 = 0.2266
    assert str(Rate.count([True] * 8 + [False] * 2)) == "8/10 = 0.80 [0.49, 0.94]"
    assert Rate(8, 10).interval == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert Rate(0, 10).interval == pytest.approx((0, 3.8416 / 13.8416))
    assert str(Rate(0, 0)) == "0/0"
    assert Rate(0, 0).value is None


def test_percentile_is_one_of_the_values() -> None:
    assert percentile([4, 1, 3, 2], 50) == 2
    assert percentile([4, 1, 3, 2], 95) == 4
    assert percentile([7], 50) == 7


# --- answers ---

ANIMALS = "# Thú nuôi\n\nCon mèo đen ngủ trên mái nhà. Con chó trắng giữ sân trước.\n\nCon mèo đen ngủ trên mái nhà.\n"
FISH = "# Cá\n\nCá vàng bơi trong hồ.\n"
CAT, DOG = "Con mèo đen ngủ trên mái nhà.", "Con chó trắng giữ sân trước."


def corpus_in(folder: Path) -> Path:
    folder.mkdir()
    (folder / "animals.md").write_text(ANIMALS, encoding="utf-8")
    (folder / "fish.md").write_text(FISH, encoding="utf-8")
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return corpus_in(tmp_path / "corpus")


@pytest.fixture(scope="module")
def animals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """One index of the same corpus for all tests that only ask."""
    with searchable(corpus_in(tmp_path_factory.mktemp("animals") / "corpus"), ToyEncoder()) as (index, _):
        yield index


def rows_of(path: Path, *rows: dict[str, Any]) -> list[Row]:
    write(path, *(json.dumps(row, ensure_ascii=False) for row in rows))
    return read_rows(path)


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def row(**values: Any) -> dict[str, Any]:
    """A correct question about the cat, but for `values`."""
    return {
        "id": "q1",
        "question": "Mèo ngủ ở đâu?",
        "kind": "factoid",
        "answerable": True,
        "must_include": [["mái nhà", "roof"]],
        "evidence": [{"document": "animals.md", "quote": CAT}],
        **values,
    }


def unanswerable(kind: str, **values: Any) -> dict[str, Any]:
    return row(answerable=False, unanswerable_type=kind, must_include=[], **{"evidence": [], **values})


def says(outcome: Outcome, *quotes: str, lead: str = "", last: bool = False) -> Ask:
    """A program that gives the same answer to everything, citing `quotes` where they first (or last) stand."""

    def ask(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        citations = []
        for quote in quotes:
            (document,) = (d for d in index.documents.values() if quote in d.text)
            start = (document.text.rfind if last else document.text.find)(quote)
            citations.append(Citation.of(document, start, start + len(quote), ()))
        lines = [lead, *(f"{quote} [{n}]" for n, quote in enumerate(quotes, 1))]
        return Answer(question, question, "vi", outcome, "\n".join(lines), tuple(citations))

    return ask


def asked(tmp_path: Path, corpus: Path | Index, ask: Ask, *rows: dict[str, Any]) -> Report:
    questions = rows_of(tmp_path / "questions.jsonl", *rows)
    if isinstance(corpus, Index):
        return measure(questions, corpus, None, ask)
    with searchable(corpus, ToyEncoder()) as (index, raw):
        return measure(questions, index, raw, ask)


@pytest.mark.parametrize(
    ("values", "ask", "why"),
    [
        ({}, says("answer", CAT), ()),
        ({}, says("answer", CAT, last=True), ()),  # the same words stand twice: either proves it
        ({"must_include": ["1"]}, says("answer", CAT), ("does not say '1'",)),  # the marker [1] is no number
        ({}, says("answer", DOG, lead="Trên mái nhà."), ("cites no evidence",)),
        ({}, says("answer", "mái nhà. Con chó trắng"), ()),  # overlap is enough
        ({}, says("related", CAT), ("outcome related",)),
        ({}, says("answer", CAT, lead="a" * 566), ()),  # 566 + "\n" + 29 + " [1]" = 600 characters
        ({}, says("answer", CAT, lead="a" * 567), ("601 characters",)),
        (
            {},
            says("refuse", lead="Không có."),
            ("outcome refuse", "does not say 'mái nhà'", "cites no evidence"),
        ),
        ({"must_not_include": ["đen"]}, says("answer", CAT), ("says 'đen'",)),
        ({"must_not_include": ["vàng"]}, says("answer", CAT), ()),
        ({"evidence_alt": [{"document": "animals.md", "quote": DOG}]}, says("answer", DOG, lead="Mái nhà."), ()),
        ({"evidence_alt": [[{"document": "animals.md", "quote": DOG}]]}, says("answer", DOG, lead="Mái nhà."), ()),
    ],
)
def test_answerable(tmp_path: Path, animals: Index, values: dict[str, Any], ask: Ask, why: tuple[str, ...]) -> None:
    (result,) = asked(tmp_path, animals, ask, row(**values)).results
    assert result.why == why
    assert result.correct is (why == ())


CORRECTION = [{"document": "animals.md", "quote": CAT}]


@pytest.mark.parametrize(
    ("question", "ask", "correct"),
    [
        (unanswerable("off-topic"), says("refuse"), True),
        (unanswerable("off-topic"), says("related", CAT), False),
        (unanswerable("off-topic"), says("answer", CAT), False),
        (unanswerable("near-topic"), says("refuse"), True),
        (unanswerable("near-topic"), says("related", CAT), True),
        (unanswerable("near-topic"), says("answer", CAT), False),
        (unanswerable("near-topic", must_not_include=["mái nhà"]), says("related", CAT), False),
        (unanswerable("false-premise", evidence=CORRECTION), says("refuse"), True),
        (unanswerable("false-premise", evidence=CORRECTION), says("related", CAT), True),
        (unanswerable("false-premise", evidence=CORRECTION), says("answer", CAT), True),
        (unanswerable("false-premise", evidence=CORRECTION), says("answer", DOG), False),
        (unanswerable("false-premise"), says("related", CAT), False),  # nothing could correct it
    ],
)
def test_unanswerable(tmp_path: Path, animals: Index, question: dict[str, Any], ask: Ask, correct: bool) -> None:
    (result,) = asked(tmp_path, animals, ask, question).results
    assert result.correct is correct


def test_evidence_not_all_cited_is_reported_but_not_required(tmp_path: Path, animals: Index) -> None:
    both = row(evidence=[{"document": "animals.md", "quote": CAT}, {"document": "animals.md", "quote": DOG}])
    one = asked(tmp_path, animals, says("answer", CAT), both)
    assert one.results[0].correct
    assert one.rates["answerable: all evidence cited"] == Rate(0, 1)
    two = asked(tmp_path, animals, says("answer", CAT, DOG), both)
    assert two.rates["answerable: all evidence cited"] == Rate(1, 1)


def test_offsets_point_into_the_file_as_it_is_on_disk(tmp_path: Path) -> None:
    # Decomposed letters and CRLF: the stored text is shorter than the file, offsets move.
    text = unicodedata.normalize("NFD", f"{FISH}\n{DOG}\n\n{CAT}\n").replace("\n", "\r\n")
    file = tmp_path / "pasted.md"
    file.write_bytes(text.encode())
    cat, dog = (unicodedata.normalize("NFD", quote) for quote in (CAT, DOG))
    start, end = text.index(cat), text.index(cat) + len(cat)
    assert end > len(unicodedata.normalize("NFC", text))  # taken as they are, they would point beyond the text
    question = row(evidence=[[start, end]])
    assert asked(tmp_path, file, says("answer", CAT), question).results[0].correct
    assert not asked(tmp_path, file, says("answer", DOG, lead="mái nhà"), question).results[0].correct
    flat = row(evidence=[[start, end]], evidence_alt=[[text.index(dog), text.index(dog) + 5]])
    assert asked(tmp_path, file, says("answer", DOG, lead="mái nhà"), flat).results[0].correct


def test_a_failing_row_is_wrong_and_the_run_goes_on(tmp_path: Path, animals: Index) -> None:
    def ask(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        if not history:
            raise RuntimeError("no history")
        return says("answer", CAT)(question, index, history)

    turns = [{"role": "user", "content": "Mèo?"}, {"role": "assistant", "content": "Mèo đen."}]
    rows = (row(), row(id="q2", kind="follow-up", history=turns), {**unanswerable("off-topic"), "id": "q3"})
    report = asked(tmp_path, animals, ask, *rows)
    assert [r.why for r in report.results] == [("RuntimeError: no history",), (), ("RuntimeError: no history",)]
    assert report.errors == 2
    assert report.kinds == {"factoid": Rate(0, 1), "follow-up": Rate(1, 1), "unanswerable, off-topic": Rate(0, 1)}
    rates = report.rates
    assert rates["correct"] == Rate(1, 3)
    assert rates["answerable: answered"] == Rate(1, 2)
    assert rates["answerable: not answered"] == Rate(0, 2)  # it failed; it did not refuse
    assert rates["off-topic: refused"] == Rate(0, 1)  # nor is this a refusal
    assert "q1: RuntimeError: no history" in str(report)


def test_a_citation_that_is_not_literal_is_a_violation(tmp_path: Path, animals: Index) -> None:
    def ask(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        answer = says("answer", CAT)(question, index, history)
        object.__setattr__(answer.citations[0], "quote", CAT.replace("đen", "mun"))
        return answer

    report = asked(tmp_path, animals, ask, row())
    assert (report.violations, report.citations, report.rates["correct"]) == (1, 1, Rate(0, 1))


@pytest.mark.parametrize("text", ["Mái nhà.", "Mái nhà [1] [2]"])
def test_markers_and_citations_that_do_not_fit_are_a_violation(tmp_path: Path, animals: Index, text: str) -> None:
    def ask(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        answer = says("answer", CAT)(question, index, history)
        object.__setattr__(answer, "text", text)
        return answer

    assert asked(tmp_path, animals, ask, row()).violations == 1


def test_the_program_itself_keeps_its_promises(tmp_path: Path, animals: Index) -> None:
    rows = (row(), row(id="q2", question="meo den ngu o dau"), {**unanswerable("off-topic", question="?"), "id": "q3"})
    report = asked(tmp_path, animals, app.answer.ask, *rows)
    assert (report.errors, report.violations) == (0, 0)


def test_what_was_added_or_removed_elsewhere_plays_no_part(tmp_path: Path, corpus: Path) -> None:
    before = sorted(p.name for p in corpus.rglob("*"))
    one = asked(tmp_path, corpus, says("refuse"), row())
    two = asked(tmp_path, corpus, says("refuse"), row())
    assert (one.questions, one.documents) == (two.questions, two.documents)
    assert sorted(p.name for p in corpus.rglob("*")) == before
    (corpus / "fish.md").write_text(FISH + "\nCá đỏ.\n", encoding="utf-8")
    assert asked(tmp_path, corpus, says("refuse"), row()).documents != one.documents


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"question": "?"}, '"answerable": true or false'),
        (row(id=None), 'a text in "id"'),
        (row(kind=None), 'a text in "kind"'),
        (row(must_include=[]), '"must_include" and "evidence"'),
        (row(evidence=[]), '"must_include" and "evidence"'),
        (row(must_include="mái nhà"), "write a list"),
        (row(must_include=[[]]), "neither a text nor a list of texts"),
        (row(history=[{"role": "system", "content": ""}]), "is no turn"),
        (row(evidence=[{"document": "birds.md", "quote": CAT}]), "no document 'birds.md'"),
        (row(evidence=[{"document": "fish.md", "quote": CAT}]), "fish.md does not say"),
        (row(evidence=[[0, 5]]), "a corpus of one file"),
        (row(evidence=["animals.md"]), "is no evidence"),
        (unanswerable("hard"), "off-topic, near-topic, false-premise"),
        (row(), "'q1' was used above"),
    ],
)
def test_a_row_that_lacks_something_is_named(
    tmp_path: Path, animals: Index, question: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        asked(tmp_path, animals, says("refuse"), row(), question)
    assert str(caught.value).startswith(f"{tmp_path / 'questions.jsonl'}, line 2: ")
    assert message in str(caught.value)


def test_offsets_beyond_the_file_are_named(tmp_path: Path, corpus: Path) -> None:
    with pytest.raises(UsageError, match=r"line 1: \[0, 500\] is not within the \d+ characters of animals.md"):
        asked(tmp_path, corpus / "animals.md", says("refuse"), row(evidence=[[0, 500]]))


# --- retrieval ---


def beir(folder: Path, corpus: Sequence[dict[str, str]], queries: dict[str, str], qrels: Sequence[str]) -> Path:
    write(folder / "corpus.jsonl", *(json.dumps(row, ensure_ascii=False) for row in corpus))
    write(folder / "queries.jsonl", *(json.dumps({"_id": id, "text": text}) for id, text in queries.items()))
    write(folder / "qrels" / "test.tsv", *qrels)
    return folder


PETS = (
    {"_id": "cat", "title": "", "text": "mèo đen ngủ"},
    {"_id": "dog", "title": "", "text": "chó trắng chạy"},
    {"_id": "brown", "title": "", "text": "chó nâu sủa"},
    {"_id": "fish", "title": "cá", "text": ""},
)
QUERIES = {"q1": "mèo đen", "q2": "chó trắng", "q3": "cá", "unjudged": "chim"}
QRELS = ("query-id\tcorpus-id\tscore", "q1\tcat\t1", "q2\tbrown\t1", "q3\tfish\t1", "q3\tlost\t1")

SECOND = 1 / math.log2(3)  # what nDCG counts for a document in second place; the first counts 1


@pytest.mark.parametrize("half", ["fused", "lexical"])
def test_scores_worked_out_on_paper(tmp_path: Path, half: Any, capsys: pytest.CaptureFixture[str]) -> None:
    collection = read_collection(beir(tmp_path / "pets", PETS, QUERIES, QRELS))
    report = measure_retrieval(collection, ToyEncoder(), half)
    first, second, third = report.results
    assert first.scores == pytest.approx({"nDCG@10": 1, "R@1": 1, "R@5": 1, "RR@10": 1})
    # "dog" has both words, "brown" one: the relevant one comes second
    assert second.scores == pytest.approx({"nDCG@10": SECOND, "R@1": 0, "R@5": 1, "RR@10": 0.5})
    # one of two relevant documents is not in the corpus at all: 1 of the 1 + SECOND there was to gain
    assert third.scores == pytest.approx({"nDCG@10": 1 / (1 + SECOND), "R@1": 0.5, "R@5": 0.5, "RR@10": 1})
    assert report.means["nDCG@10"] == pytest.approx((1 + SECOND + 1 / (1 + SECOND)) / 3)
    assert report.means["RR@10"] == pytest.approx(2.5 / 3)
    assert str(report).startswith("pets: 4 documents, 3 queries  nDCG@10 0.7480  R@1 0.5000  R@5 0.8333  RR@10 0.8333")
    assert "1 documents not in corpus.jsonl count as not found" in capsys.readouterr().err


def test_questions_are_retyped(tmp_path: Path) -> None:
    collection = read_collection(beir(tmp_path / "pets", PETS, {"q": "chó trắng"}, ("q\tdog\t1",)))
    report = measure_retrieval(collection, ToyEncoder(), form="nodiac")
    assert str(report).startswith("pets typed as nodiac: 4 documents, 1 queries  nDCG@10 1.0000")
    assert report.as_row()["form"] == "nodiac"


def test_the_dense_half_is_ordered_by_cosine_alone(tmp_path: Path) -> None:
    # The toy encoder counts letters: "aab" is a text of the same letters as "aba", of which BM25 knows nothing.
    corpus = ({"_id": "letters", "text": "aab"}, {"_id": "other", "text": "ccc"})
    folder = beir(tmp_path / "letters", corpus, {"q": "aba"}, ("q\tletters\t1",))
    collection = read_collection(folder)
    assert measure_retrieval(collection, ToyEncoder(), "dense").means["RR@10"] == 1
    assert measure_retrieval(collection, ToyEncoder(), "lexical").means["RR@10"] == 0  # found nothing


def test_silence_counts_as_zero() -> None:
    scores = score({"q1": {"d": 1}, "q2": {"d": 1}}, {"q1": ["d"], "q2": []})
    assert scores["q1"]["nDCG@10"] == 1
    assert scores["q2"] == {"nDCG@10": 0, "R@1": 0, "R@5": 0, "RR@10": 0}
    assert set(score({"q1": {"d": 1}}, {})["q1"].values()) == {0}


def test_a_corpus_without_words_scores_zero(tmp_path: Path) -> None:
    folder = beir(tmp_path / "blank", ({"_id": "d", "text": ""},), {"q": "mèo"}, ("q\td\t1",))
    assert set(measure_retrieval(read_collection(folder), ToyEncoder()).means.values()) == {0}


def test_rank_decides_where_scores_are_equal() -> None:
    # trec_eval alone would put "z" before "a"
    assert score({"q": {"a": 1}}, {"q": ["a", "z"]})["q"]["R@1"] == 1


def test_qrels_beside_the_corpus_without_a_header(tmp_path: Path) -> None:
    folder = beir(tmp_path / "pets", PETS, QUERIES, QRELS)
    (folder / "qrels" / "test.tsv").unlink()
    write(folder / "qrels.tsv", "q1\tcat\t2", "q2\tdog\t0")
    assert read_collection(folder).relevance == {"q1": {"cat": 2}, "q2": {"dog": 0}}


@pytest.mark.parametrize(
    ("file", "lines", "message"),
    [
        ("corpus.jsonl", ['{"_id": "a", "text": "b"}', "{"], "line 2: this is not JSON"),
        ("corpus.jsonl", ["[]"], "line 1: this is not a JSON object"),
        ("corpus.jsonl", [], "the file is empty"),
        ("corpus.jsonl", ['{"text": "b"}'], 'line 1: give the row a text in "_id"'),
        ("corpus.jsonl", ['{"_id": "a"}'], 'line 1: give the row a text in "text"'),
        ("corpus.jsonl", ['{"_id": "a", "text": "b"}'] * 2, "line 2: the id 'a' was used above"),
        ("queries.jsonl", ["", '{"id": "a"}'], 'line 2: give the row a text in "text"'),
        ("qrels/test.tsv", ["q1 cat 1"], "line 1: write query id, document id and score with tabs"),
        ("qrels/test.tsv", ["q1\tcat\tyes"], "line 1: the score is 'yes'"),
        ("qrels/test.tsv", [*QRELS[:2], "q9\tcat\t1"], "line 3: queries.jsonl has no query 'q9'"),
        ("qrels/test.tsv", [QRELS[0]], "no query is judged"),
    ],
)
def test_a_malformed_folder_is_named(tmp_path: Path, file: str, lines: list[str], message: str) -> None:
    folder = beir(tmp_path / "pets", PETS, QUERIES, QRELS)
    write(folder / file, *lines)
    with pytest.raises(UsageError) as caught:
        read_collection(folder)
    assert str(caught.value).startswith(str(folder / file))
    assert message in str(caught.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b'{"id": "a"}\n{"id": "\xe9"}\n')
    with pytest.raises(UsageError, match="line 2: this is not UTF-8"):
        read_rows(file)


# --- the commands ---


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, corpus: Path) -> Callable[[Ask], None]:
    """Sets what the commands take for the program; the toy encoder stands for every model."""
    monkeypatch.setenv("HOIDAP_CORPUS", str(corpus))
    monkeypatch.setattr("index.encoder.load_encoder", lambda name: ToyEncoder())
    return lambda ask: monkeypatch.setattr("app.answer.ask", ask)


def test_answers_command(tmp_path: Path, program: Callable[[Ask], None], capsys: pytest.CaptureFixture[str]) -> None:
    program(says("answer", CAT))
    rows = (row(), {**unanswerable("off-topic"), "id": "q2"})
    questions = write(tmp_path / "questions.jsonl", *map(json.dumps, rows))
    out = tmp_path / "out.json"
    assert main(["answers", str(questions), "--json", str(out)]) == 0  # wrong answers are no failure of the measure
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "correct                                     1/2 = 0.50 [0.09, 0.91]" in captured.out
    assert captured.out.endswith("wrong:\nq2: outcome answer, not refused\n")
    saved = json.loads(out.read_text(encoding="utf-8"))
    assert [r["id"] for r in saved["results"] if r["correct"]] == ["q1"]
    assert saved["summary"]["correct"]["rate"] == 0.5
    assert saved["results"][0]["citations"][0]["quote"] == CAT


def test_a_failing_program_ends_with_1(tmp_path: Path, program: Callable[[Ask], None]) -> None:
    def ask(question: str, index: Index, history: Sequence[Turn]) -> Answer:
        raise KeyError("words")

    program(ask)
    questions = write(tmp_path / "questions.jsonl", json.dumps(row()))
    out = tmp_path / "out.json"
    assert main(["answers", str(questions), "--json", str(out)]) == 1
    (saved,) = json.loads(out.read_text(encoding="utf-8"))["results"]
    assert (saved["outcome"], saved["why"]) == ("error", ["KeyError: 'words'"])


def test_retrieval_command(tmp_path: Path, program: Callable[[Ask], None], capsys: pytest.CaptureFixture[str]) -> None:
    pets = beir(tmp_path / "pets", PETS, QUERIES, QRELS[:4])
    out = tmp_path / "out.json"
    assert main(["retrieval", str(pets), str(pets), "--json", str(out)]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["pets", "pets"]
    saved = json.loads(out.read_text(encoding="utf-8"))["folders"][0]
    assert saved["form"] == "as typed"
    assert [r["id"] for r in saved["results"]] == ["q1", "q2", "q3"]
    assert saved["summary"]["nDCG@10"] == pytest.approx((2 + SECOND) / 3)
    assert main(["retrieval", str(pets), "--form", "telex", "--json", str(out)]) == 0
    assert capsys.readouterr().out.startswith("pets typed as telex: ")
    assert json.loads(out.read_text(encoding="utf-8"))["folders"][0]["summary"] == saved["summary"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["answers", "missing.jsonl"],
        ["answers", "questions.jsonl", "--corpus", "missing"],
        ["answers", "questions.jsonl", "--json", "missing/out.json"],
        ["answers", "questions.jsonl", "--corpus", "questions.jsonl"],  # no kind of document
        ["answers", "questions.jsonl", "--corpus", "empty"],
        ["retrieval", "missing"],
        ["retrieval", "empty"],
    ],
)
def test_bad_input_is_one_line_and_2(
    tmp_path: Path,
    program: Callable[[Ask], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "questions.jsonl", json.dumps(row()))
    (tmp_path / "empty").mkdir()
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert any(word in captured.err for word in ("missing", "empty", "questions.jsonl"))


def test_help_loads_nothing_heavy() -> None:
    check = (
        "import sys; from evals.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print({'numpy', 'chromadb', 'torch', 'ir_measures'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.endswith("set()\n")


def test_retrieval_of_questions(
    tmp_path: Path, program: Callable[[Ask], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """A questions file: relevant are the passages its evidence stands in."""
    questions = write(
        tmp_path / "questions.jsonl", *map(json.dumps, (row(), {**unanswerable("off-topic"), "id": "q2"}))
    )
    out = tmp_path / "out.json"
    assert main(["retrieval", str(questions), "--json", str(out)]) == 0
    saved = json.loads(out.read_text(encoding="utf-8"))["folders"][0]
    assert saved["queries"] == 1
    assert saved["summary"]["R@5"] == 1
    assert capsys.readouterr().out.startswith("questions.jsonl: ")


def test_retrieval_of_questions_in_squads_form(
    tmp_path: Path, program: Callable[[Ask], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Relevant is the context a question was written for, also where it does not say the answer."""
    rows = [
        {"id": "q1", "context": "Mèo bắt chuột ở trong bếp.", "question": "Mèo bắt gì?", "answers": ["chuột"]},
        {"id": "q2", "context": "Cá bơi dưới sông Hậu.", "question": "Cá nặng bao nhiêu?", "answers": []},
        {"context": "Chim hót trên cành cây."},
    ]
    questions = write(tmp_path / "spans.jsonl", *map(json.dumps, rows))
    out = tmp_path / "out.json"
    assert main(["retrieval", str(questions), "--json", str(out)]) == 0
    saved = json.loads(out.read_text(encoding="utf-8"))["folders"][0]
    assert (saved["documents"], saved["queries"]) == (3, 2)
    assert saved["summary"]["R@1"] == 1
    assert capsys.readouterr().out.startswith("spans.jsonl: 3 documents, 2 queries")
