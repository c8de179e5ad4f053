"""The inspector: it shows what the search does, no more and no less, and the command says so in 100 columns."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import cli
from index.__main__ import main
from index.encoder import MODEL
from index.explain import explain, matched, strongest, words
from index.filters import Filter
from index.search import Index
from index.settings import SETTINGS
from index.text import terms
from ingest.library import Library
from tests.toy import ToyEncoder

ROOT = Path(__file__).parent.parent
QUESTION = "Đập Sông Xanh cao bao nhiêu mét?"


def fill(corpus: Path) -> None:
    front = "---\npublisher: Báo Hậu Giang\npublished: 2023-11\nnumber: 12-KH/TU\n---\n"
    corpus.mkdir()
    dam = "Đập Sông Xanh cao 42 mét, khánh thành ngày 03/4/2019 theo Quyết định 15/QĐ-UBND."
    (corpus / "dap.txt").write_text(f"Đập thủy lợi\n\n{dam}\n", encoding="utf-8")
    (corpus / "ke-hoach.md").write_text(
        front + "# Kế hoạch\n\n## Cầu\n\nCầu Bình Minh dài 900 mét.\n", encoding="utf-8"
    )
    (corpus / "so-lieu.md").write_text("# Số liệu\n\n" + "Thu ngân sách đạt 5.200 tỷ đồng.\n\n" * 3, encoding="utf-8")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    home = tmp_path_factory.mktemp("explain")
    fill(home / "kho")
    library = Library(home / "kho", home / "data", ToyEncoder())
    library.refresh()
    yield library.index()
    library.close()


QUERIES = st.lists(
    st.sampled_from(
        [*QUESTION.split(), "dap", "ddaapj", "Cầu", "15/QĐ-UBND", "03/4/2019", "What is the dam", "zzz", "mét"]
    ),
    max_size=6,
).map(" ".join)
FILTERS = st.sampled_from([None, Filter(kinds=("kế hoạch",)), Filter(since="2023"), Filter(since="2030")])


@given(QUERIES, st.integers(1, 5), FILTERS)
def test_what_is_explained_is_what_the_search_does(index: Index, query: str, k: int, where: Filter | None) -> None:
    explanation = explain(index, query, k, where)
    hits = index.search(query, k, where)
    assert [found.hit for found in explanation.found] == hits
    admitted = explain(index, query, len(index.passages), where).found
    weight = explanation.dense_weight
    for found in explanation.found:
        hit = found.hit
        halves = (1 - weight) * found.lexical_z + weight * found.dense_z
        assert hit.score == pytest.approx(halves + explanation.closeness_weight * found.closeness, abs=1e-9)
        assert sum(found.terms.values()) == pytest.approx(hit.lexical, abs=1e-4)
        assert list(found.terms.values()) == sorted(found.terms.values(), reverse=True)
        assert found.dense_rank == 1 + sum(other.hit.dense > hit.dense for other in admitted)
        above = sum(other.hit.lexical > hit.lexical for other in admitted)
        assert found.lexical_rank == (1 + above if hit.lexical > 0 else None)
    assert list(explanation.seconds) == ["understand", "encode", "lexical", "dense", "fusion"]
    assert len(admitted) in (0, explanation.passages)


def test_the_question_as_it_was_understood(index: Index) -> None:
    telex = explain(index, "ddaapj Soong Xanh cao bao nhieeu")
    assert (telex.understood, telex.english) == ("đập Sông Xanh cao bao nhiêu", False)
    assert {"đập", "~dap", "xanh_cao", "sông"} <= set(telex.terms)
    english = explain(index, "How high is the dam of 15/QĐ-UBND?")
    assert english.english
    assert any(weight not in (0, 1) for weight in english.terms.values())
    assert english.terms["#15qdubnd"] == 1
    assert explain(index, "xyz").unknown == len(set(terms("xyz")))


@pytest.mark.parametrize(
    ("text", "wanted", "marked"),
    [
        ("Đột phá về du lịch", ["đột_phá"], ["Đột phá"]),
        ("Đột phá về du lịch", ["~dot", "lịch"], ["Đột", "lịch"]),
        ("đột, phá", ["đột_phá"], ["đột", "phá"]),  # a comma is not marked
        ("hoà bình", ["hòa"], ["hoà"]),  # one word in two spellings
        ("số 05 và 5", ["5"], ["05", "5"]),
        ("đột phá", ["dot", "#5nqtu"], []),
        ("", ["đột"], []),
    ],
)
def test_terms_are_marked_where_they_stand(text: str, wanted: list[str], marked: list[str]) -> None:
    assert [text[start:end] for start, end in matched(text, wanted)] == marked


def test_words_and_the_strongest_of_them() -> None:
    found = {"đột_phá": 3.0, "~dot_pha": 2.0, "~dot": 1.0, "đột": 0.5, "#5nqtu": 0.25}
    assert words(found) == {"đột phá": 5.0, "đột": 1.5, "5nqtu": 0.25}
    assert strongest(found) == ["đột_phá", "~dot_pha", "~dot"]
    assert strongest({}) == []


# ---- the command


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    fill(tmp_path / "kho")
    monkeypatch.setenv("HOIDAP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def build(home: Path) -> None:
    from index.encoder import load_encoder

    library = Library(home / "kho", home / "data", load_encoder())
    library.refresh()
    library.close()


def test_the_command_shows_the_results_in_100_columns(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(home)
    assert main([QUESTION, "--corpus", str(home / "kho"), "-k", "2"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 100
    for words_shown in ("Đập thủy lợi", "cao 42 mét", "sông_xanh", "encode", "  1 ", "  2 "):
        assert words_shown in out
    assert main([QUESTION, "--corpus", str(home / "kho"), "--json", "--type", "ke hoach"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert [result["title"] for result in row["results"]] == ["Kế hoạch"]
    assert row["passages"] == 1


def test_what_is_no_folder_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([QUESTION, "--corpus", "khong-co"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "khong-co" in captured.err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "hoidap index --corpus {kho}"),
        (["--data", "o day"], "HOIDAP_DATA='o day' hoidap index --corpus {kho}"),
        (["--model", "ban sao"], "HOIDAP_MODEL='ban sao' hoidap index --corpus {kho}"),
        (["--data", "d", "--model", "ban sao"], "HOIDAP_DATA=d HOIDAP_MODEL='ban sao' hoidap index --corpus {kho}"),
    ],
)
@pytest.mark.parametrize("outdated", [False, True])
def test_the_command_said_builds_what_was_missing(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    argv: list[str],
    said: str,
    outdated: bool,
) -> None:
    monkeypatch.chdir(home)
    shutil.copytree(MODEL, "ban sao")
    build(home)
    if not argv:
        shutil.rmtree(home / "data")
    asked = [QUESTION, "--corpus", "kho", *argv]
    told = f"`{said.format(kho=home / 'kho')}`"

    def refused() -> str:
        assert main(asked) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert told in captured.err
        return captured.err

    def obey() -> None:
        words = shlex.split(told.strip("`"))
        command = words.index("hoidap")
        with pytest.MonkeyPatch.context() as environment:
            for word in words[:command]:
                environment.setenv(*word.split("=", 1))
            assert cli.main(words[command + 1 :]) == 0
        capsys.readouterr()

    assert ("has an index by hoidap-static, none by ban sao" in refused()) == (argv[:1] == ["--model"])
    obey()
    if outdated:  # built by an older program
        for manifest in home.rglob("index-*/*/manifest.json"):
            manifest.write_text(json.dumps({**json.loads(manifest.read_text("utf-8")), "schema": 1}), "utf-8")
        assert "was built with schema 1" in refused()
        obey()
    assert main(asked) == 0


def test_a_filter_that_fits_nothing_is_an_error(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(home)
    assert main([QUESTION, "--corpus", str(home / "kho"), "--publisher", "VnExpress"]) == 2
    assert "Báo Hậu Giang" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_output_encoding_will_do(home: Path, encoding: str) -> None:
    build(home)

    def said(*argv: str) -> str:
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        done = subprocess.run([sys.executable, "-m", *argv], cwd=ROOT, check=True, capture_output=True, env=environment)
        return done.stdout.decode(encoding)

    kho = ("--corpus", str(home / "kho"))
    assert "BM25" in said("index", QUESTION, *kho)
    assert json.loads(said("index", QUESTION, *kho, "--json"))["results"][0]["title"] == "Đập thủy lợi"
    assert "42" in said("app.cli", "ask", QUESTION, *kho)


def test_help_is_immediate() -> None:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "index", "--help"], cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.5, times
