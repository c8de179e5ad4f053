"""The command: the three uses, and one clear line for each way it can go wrong."""

import json
import socket
from pathlib import Path

import pytest

from app.cli import main
from index.errors import UsageError
from index.settings import SETTINGS, load

DAM = "Đập thủy lợi\n\nĐập Sông Xanh cao 42 mét và khánh thành ngày 03/4/2019.\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    corpus = tmp_path / "kho"
    corpus.mkdir()
    (corpus / "dap.txt").write_text(DAM, encoding="utf-8")
    monkeypatch.setenv("HOIDAP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOIDAP_CORPUS", str(corpus))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = main(argv)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_ask(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "ask", "Đập Sông Xanh cao bao nhiêu mét?")
    assert status == 0
    assert "cao 42 mét và khánh thành ngày 03/4/2019. [1]" in out
    assert "[1] Đập thủy lợi" in out


def test_ask_json(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "ask", "dap song xanh cao bao nhieu met", "--json")
    row = json.loads(out)
    assert status == 0
    assert row["outcome"] == "answer"
    (citation,) = row["citations"]
    assert DAM[citation["start"] : citation["end"]] == citation["quote"]


def test_ask_batch(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    questions = [
        {"id": 1, "question": "Đập Sông Xanh cao bao nhiêu?"},
        {
            "id": "b",
            "question": "Khánh thành ngày nào?",
            "history": [{"role": "user", "content": "Đập Sông Xanh ở đâu?"}],
        },
        {"id": "c", "question": "What is the weather in Paris like today?"},
    ]
    batch, out = home / "q.jsonl", home / "a.jsonl"
    batch.write_text("".join(json.dumps(q) + "\n" for q in questions), encoding="utf-8")
    status, _, _ = run(capsys, "ask", "--batch", str(batch), "--json", str(out))
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert status == 0
    assert [r["id"] for r in rows] == [1, "b", "c"]
    assert [r["outcome"] for r in rows] == ["answer", "answer", "refuse"]
    assert set(rows[0]) >= {"id", "outcome", "answer", "citations", "seconds"}
    assert set(rows[0]["citations"][0]) >= {"document", "title", "start", "end", "quote"}


def test_ask_only_in_some_documents(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    front = '---\npublisher: "Báo Hậu Giang"\npublished: 2023-11\nnumber: 12-KH/TU\n---\n'
    text = "# Đập Sông Xanh\n\nĐập Sông Xanh dài 900 mét, không nói cao bao nhiêu.\n"
    (home / "kho" / "ke-hoach.md").write_text(front + text, encoding="utf-8")
    question = "Đập Sông Xanh cao bao nhiêu mét?"

    def cited(*options: str) -> set[str]:
        status, out, _ = run(capsys, "ask", question, *options, "--json")
        assert status == 0
        return {c["title"] for c in json.loads(out)["citations"]}

    assert "Đập thủy lợi" in cited()
    for options in (["--publisher", "bao hau giang"], ["--from", "11/2023", "--to", "2023"], ["--type", "ke hoach"]):
        assert cited(*options) <= {"Đập Sông Xanh"}
    dam = next(line.split()[0] for line in run(capsys, "list")[1].splitlines() if "Đập thủy lợi" in line)
    assert cited("--document", dam) == {"Đập thủy lợi"}
    for options, there in (
        (["--publisher", "VnExpress"], "Báo Hậu Giang"),
        (["--type", "luật"], "kế hoạch"),
        (["--from", "2024"], "2023-11"),
        (["--document", "khong-co"], dam),
        (["--from", "hôm qua"], "2023-11-09"),
    ):
        status, out, err = run(capsys, "ask", question, *options)
        assert (status, out) == (2, "")
        assert options[1] in err
        assert there in err


def test_add_list_remove(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    path = home / "cau.md"
    path.write_text("# Cầu Bình Minh\n\nCầu Bình Minh dài 900 mét.\n", encoding="utf-8")
    status, out, _ = run(capsys, "add", str(path))
    assert status == 0
    kind, id = out.split()
    assert kind == "added"
    assert run(capsys, "add", str(path))[1].split() == ["unchanged", id]
    _, out, _ = run(capsys, "list")
    assert id in out
    assert "Cầu Bình Minh" in out
    assert "900 mét" in run(capsys, "ask", "Cầu Bình Minh dài bao nhiêu mét?")[1]
    assert run(capsys, "remove", id)[1].split() == ["removed", id]
    assert id not in run(capsys, "list")[1]
    assert path.exists()


def test_removing_a_corpus_file_keeps_the_file(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    id = run(capsys, "list")[1].split()[0]
    _, _, err = run(capsys, "remove", id)
    assert "its file stays" in err
    assert (home / "kho" / "dap.txt").exists()


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (["ask"], 2, "give a question"),
        (["ask", "--json", "Đập cao mấy mét?"], 2, "give a question"),
        (["ask", "x", "--json", "out.jsonl"], 2, "--batch"),
        (["ask", "--batch", "none.jsonl"], 2, "--json"),
        (["ask", "--batch", "none.jsonl", "--json", "o"], 2, "none.jsonl"),
        (["serve", "--port", "0"], 2, "HOIDAP_PORT"),
        (["ask", "x", "--corpus", "no-such-folder"], 1, "no-such-folder"),
        (["add", "no-such-file.txt"], 1, "no-such-file.txt"),
        (["remove", "no-such-id"], 1, "hoidap list"),
    ],
)
def test_mistakes_get_one_clear_line(
    capsys: pytest.CaptureFixture[str], argv: list[str], status: int, words: str
) -> None:
    got, out, err = run(capsys, *argv)
    assert got == status
    (line,) = [line for line in err.split("\n") if line and "passages" not in line]  # but for the progress bar
    assert words in line
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"id": 1}',
        "[]",
        '{"id": 1, "question": "x", "history": [{"role": "user"}]}',
        '{"id": 1, "question": null}',
        '{"id": 1, "question": "x", "history": [{"role": "bot", "content": "y"}]}',
    ],
)
def test_malformed_batch_names_the_line(capsys: pytest.CaptureFixture[str], home: Path, line: str) -> None:
    batch = home / "q.jsonl"
    batch.write_text('{"id": 0, "question": "x"}\n' + line + "\n", encoding="utf-8")
    status, _, err = run(capsys, "ask", "--batch", str(batch), "--json", str(home / "o.jsonl"))
    assert status == 2
    assert "line 2" in err
    assert not (home / "o.jsonl").exists()


def test_busy_port(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, err = run(capsys, "serve", "--port", str(port))
    assert status == 2
    assert str(port) in err
    assert "HOIDAP_PORT" in err


def test_unreadable_corpus_file_is_named_and_skipped(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "kho" / "scan.pdf").write_bytes(b"%PDF")
    status, out, err = run(capsys, "list")
    assert status == 0
    assert "scan.pdf" in err
    assert "Đập" in out


def test_settings() -> None:
    settings = load({"HOIDAP_PORT": "8000", "HOIDAP_CORPUS": "~/x", "HOIDAP_DATA": "/d"})
    assert (settings.port, settings.corpus, settings.data) == (8000, Path.home() / "x", Path("/d"))
    assert load({}).corpus.name == "corpus"


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1", "8_0"])
def test_bad_port_setting_is_named(port: str) -> None:
    with pytest.raises(UsageError, match="HOIDAP_PORT"):
        _ = load({"HOIDAP_PORT": port}).port


def test_a_bad_port_harms_only_what_listens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOIDAP_PORT", "x")
    assert run(capsys, "list")[0] == 0
    status, _, err = run(capsys, "serve")
    assert status == 2
    assert "HOIDAP_PORT is 'x'" in err
