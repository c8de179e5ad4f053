"""`hoidap add`: whatever is named goes in or is named with the reason, and a watched folder is followed."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import main
from evals import rendering
from index.errors import ReadError
from index.settings import SETTINGS
from ingest.archives import MAX_DEPTH

DAM = "Đập thủy lợi\n\nĐập Sông Xanh cao 42 mét và khánh thành ngày 03/4/2019.\n"
CAU = "Cầu mới\n\nCầu Bình Minh dài 900 mét, nối hai bờ sông Hậu.\n"
SMALL = rendering.article("# Báo cáo quý III\n\nThu ngân sách đạt 5.200 tỷ đồng trong quý III năm 2024.\n", {})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    (tmp_path / "kho").mkdir()
    (tmp_path / "kho" / "dap.txt").write_text(DAM, encoding="utf-8")
    monkeypatch.setenv("HOIDAP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOIDAP_CORPUS", str(tmp_path / "kho"))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = main(argv)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def numbered(n: int) -> str:
    return f"Bài số {n}\n\nNội dung riêng của bài {n}.\n"


def state_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(p.relative_to(folder)): (p.read_bytes(), p.stat().st_mtime_ns) for p in folder.rglob("*") if p.is_file()
    }


# --- what can be named ------------------------------------------------------------------------------------------------


def test_patterns_folders_and_files_each_once(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    for n, name in enumerate(("a.txt", "sau/b.txt", "sau/hơn nữa/c.txt", "d.md", ".an/e.txt", "~$f.txt")):
        write(home / "vb" / name, numbered(n))
    status, out, err = run(capsys, "add", str(home / "vb/**/*.txt"), str(home / "vb/a.txt"))
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["added"] * 3
    assert "3 added in" in err
    status, out, _ = run(capsys, "add", str(home / "vb"))
    assert sorted(line.split()[0] for line in out.splitlines()) == ["added", "unchanged", "unchanged", "unchanged"]


def test_a_pattern_without_a_match_fails_alone(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    write(home / "vb" / "a[1].txt", CAU)  # a name with the signs of a pattern
    status, out, err = run(capsys, "add", str(home / "vb/*.pdf"), str(home / "vb/a[1].txt"))
    assert status == 1
    assert out.startswith("added     a-1-")
    assert "*.pdf: no file matches this pattern" in err


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def piped(data: bytes, *options: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        status, out, _ = run(capsys, "add", "-", *options)
        assert status == 0
        return out

    kind, id = piped(CAU.encode()).split()
    assert kind == "added"
    assert piped(CAU.encode()).split() == ["unchanged", id]
    assert piped(DAM.replace("42", "45").encode()).split()[0] == "added"  # other bytes, another document
    kind, id = piped(rendering.docx(SMALL), "--name", "../quy 3.docx").split()
    assert id.startswith("quy-3-")
    other = rendering.article("# Báo cáo quý III\n\nThu ngân sách đạt 6.100 tỷ đồng.\n", {})
    assert piped(rendering.docx(other), "--name", "quy 3.docx").split() == ["updated", id]
    assert piped(rendering.pdf(SMALL)).split()[0] == "added"  # the bytes say what they are
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"MZ\0\1"), encoding="utf-8"))
    status, _, err = run(capsys, "add", "-")
    assert status == 1
    assert "stdin.txt" in err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["a.txt", "--name", "b.txt"], "--name goes with -"),
        (["-", "-"], "read once"),
        (["https://example.org/a.html"], "HOIDAP_FETCH=1"),
        (["HTTP://example.org/a.html"], "HOIDAP_FETCH=1"),
        (["a.txt", "--watch"], "--watch takes folders"),
        (["-", "--watch"], "--watch takes folders"),
        ([".", "--watch", "--json"], "--json"),
    ],
)
def test_wrong_use_is_said_before_any_work(
    capsys: pytest.CaptureFixture[str], home: Path, argv: list[str], words: str
) -> None:
    status, out, err = run(capsys, "add", *argv)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert not (home / "data").exists()


def test_an_address_is_refused_by_the_name_it_leads_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOIDAP_FETCH", "1")
    status, _, err = run(capsys, "add", "http://localhost:9/a.html")
    assert status == 1
    assert "http://localhost:9/a.html: 127.0.0.1 is an address of this machine" in err or "::1 is an address" in err
    monkeypatch.setenv("HOIDAP_FETCH", "yes")
    assert run(capsys, "add", "http://localhost:9/a.html")[0] == 2


# --- what is said -----------------------------------------------------------------------------------------------------


def test_json_says_all(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "a.pdf").write_bytes(rendering.pdf(SMALL))
    (home / "cu.txt").write_bytes(rendering.in_encoding("TCVN3")(rendering.article("# Cầu mới\n\n" + CAU * 5, {})))
    write(home / "hong.txt", "\0\1")
    argv = ("add", *(str(home / name) for name in ("a.pdf", "cu.txt", "hong.txt", "khong-co.txt")), "--json")
    status, out, _ = run(capsys, *argv)
    row = json.loads(out)
    assert status == 1
    pdf, old = sorted(row["added"], key=lambda d: d["source"])
    assert (pdf["title"], pdf["pages"]) == ("Báo cáo quý III", 1)
    assert pdf["passages"] > 0
    assert "TCVN3" in old["note"]
    assert old["characters"] > 100
    assert {f["name"].split("/")[-1] for f in row["failed"]} == {"hong.txt", "khong-co.txt"}
    assert all(f["reason"] for f in row["failed"])
    assert 0 < row["seconds"] < 600
    row = json.loads(run(capsys, *argv)[1])
    assert sorted(row["unchanged"]) == sorted([pdf["id"], old["id"]])


def test_a_dry_run_reads_all_and_writes_nothing(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    write(home / "vb/cau.txt", CAU)
    run(capsys, "add", str(home / "vb/cau.txt"))
    write(home / "vb/cau.txt", CAU.replace("900", "1200"))
    write(home / "vb/dap.txt", DAM)  # as in the corpus
    (home / "vb/a.pdf").write_bytes(rendering.pdf(SMALL))
    (home / "vb/t.zip").write_bytes(rendering.packed({"x.txt": numbered(1), "y.txt": "\0"}))
    write(home / "vb/hong.txt", "\0")
    before = state_of(home)
    status, out, err = run(capsys, "add", "--dry-run", str(home / "vb"))
    assert state_of(home) == before
    assert status == 1
    said = sorted((line.split()[0], line.split()[1].rpartition("-")[0]) for line in out.splitlines())
    assert said == [("added", "a"), ("added", "x"), ("unchanged", "dap"), ("updated", "cau")]
    assert "1 pages" in out
    assert "Báo cáo quý III" in out
    assert "would be: 2 added, 1 updated, 1 unchanged, 2 failed" in err
    row = json.loads(run(capsys, "add", "--dry-run", "--json", str(home / "vb"))[1])
    assert row["dry_run"]
    assert state_of(home) == before
    run(capsys, "add", str(home / "vb"))
    done = json.loads(run(capsys, "add", "--json", str(home / "vb"))[1])
    assert not done["added"] + done["updated"]


def test_a_dry_run_of_the_first_files_makes_no_data_folder(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert run(capsys, "add", "--dry-run", str(write(home / "cau.txt", CAU)))[0] == 0
    assert not (home / "data").exists()


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    for n in range(300):
        write(home / "vb" / f"{n}.txt", numbered(n))
    status, out, err = run(capsys, "add", str(home / "vb"))
    assert status == 0
    assert out.count("added") == 300
    assert len(err.splitlines()) < 30
    assert "\r" not in err


def test_a_file_of_the_corpus_that_cannot_be_read_fails_no_add(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    write(home / "kho" / "hong.txt", "\0")
    status, _, err = run(capsys, "add", str(write(home / "cau.txt", CAU)))
    assert status == 0
    assert "skipped" in err


def test_interrupted_it_leaves_all_as_it_was(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    run(capsys, "index")
    before = kept(home / "data")
    for n in range(20):
        write(home / "vb" / f"{n:02}.txt", numbered(n))
    # standard input that does not end: the interrupt finds it reading, after the files of the folder
    process = started("add", str(home / "vb"), "-", stdin=subprocess.PIPE)
    time.sleep(4)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing was changed" in err
    assert kept(home / "data") == before


def test_interrupted_while_it_builds_it_leaves_all_as_it_was(
    capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    run(capsys, "index")
    before = kept(home / "data")
    monkeypatch.setattr("ingest.building.build", interrupted)
    status, out, err = run(capsys, "add", str(write(home / "cau.txt", CAU)))
    assert (status, out) == (130, "")
    assert "nothing was changed" in err
    assert kept(home / "data") == before


def kept(data: Path) -> dict[str, bytes]:
    """Every file but those of Chroma, which it writes to when it reads, of locks, and of what is remembered."""
    skipped = ("/chroma/", "lock", "hashes.json", "/extracts/")
    return {name: content for name, (content, _) in state_of(data).items() if not any(part in name for part in skipped)}


# --- archives ---------------------------------------------------------------------------------------------------------


def mail(subject: str, *attached: tuple[str | None, bytes | object], body: str = "Xin gửi kèm báo cáo.") -> bytes:
    return made_mail(subject, *attached, body=body).as_bytes()


def made_mail(subject: str, *attached: tuple[str | None, bytes | object], body: str):  # type: ignore[no-untyped-def]
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"], message["From"] = subject, "Lê Vân <van@tinh.vn>"
    message.set_content(body)
    for name, content in attached:
        if isinstance(content, bytes):
            message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        else:
            message.add_attachment(content)
    return message


def test_attachments_are_documents_of_their_own(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    inner = made_mail("Chuyển tiếp", ("sâu.txt", CAU.encode()), body="Thư ở trong nói về cây cầu.")
    data = mail(
        "Báo cáo tháng",
        ("báo cáo.docx", rendering.docx(SMALL)),
        ("../../a.txt", numbered(1).encode()),
        ("a.txt", numbered(2).encode()),
        ("a.txt", numbered(3).encode()),
        ("t.zip", rendering.packed({"trong/z.txt": numbered(4)})),
        ("phim.mp4", b"\0\1"),
        (None, inner),
    )
    (home / "thu.eml").write_bytes(data)
    status, out, err = run(capsys, "add", "--json", str(home / "thu.eml"))
    row = json.loads(out)
    assert status == 0, err
    place = str((home / "thu.eml").resolve())
    assert sorted(d["source"].removeprefix(place) for d in row["added"]) == sorted(
        [
            "",
            "!báo cáo.docx",
            "!../../a.txt",
            "!a.txt",
            "!a (2).txt",
            "!t.zip!trong/z.txt",
            "!Chuyển tiếp.eml",
            "!Chuyển tiếp.eml!sâu.txt",
        ]
    )
    (note,) = (d["note"] for d in row["added"] if d["note"])
    assert "phim.mp4" in note
    assert "báo cáo" not in note
    assert len(json.loads(run(capsys, "add", "--json", str(home / "thu.eml"))[1])["unchanged"]) == 8


def test_mails_in_mails_end(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    inner = made_mail("Thư 0", body="Nội dung của thư số 0.")
    for n in range(1, 8):
        inner = made_mail(f"Thư {n}", (None, inner), body=f"Nội dung của thư số {n}.")
    (home / "thu.eml").write_bytes(inner.as_bytes())
    status, out, _ = run(capsys, "add", "--json", str(home / "thu.eml"))
    assert status == 0
    assert len(json.loads(out)["added"]) == 1 + MAX_DEPTH


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.eml", b"\0\1", "no headers of a mail"),
        ("a.eml", mail("Nhiều", *((f"{n}.txt", b"x") for n in range(1001))), "more than 1,000 documents"),
        ("a.zip", rendering.packed({f"{n}.txt": "x" for n in range(1001)}), "more than 1,000"),
        ("a.zip", rendering.packed({"a.exe": "x"}), "no document in it"),
        ("a.zip", b"PK\3\4", "damaged"),
    ],
)
def test_an_archive_that_fails_is_one_line(
    capsys: pytest.CaptureFixture[str], home: Path, name: str, data: bytes, words: str
) -> None:
    (home / name).write_bytes(data)
    status, out, err = run(capsys, "add", str(home / name))
    assert (status, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1
    assert err.count(name) == 1


def test_a_mail_nested_without_end_ends() -> None:
    from ingest.archives import opened
    from ingest.read import Source

    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))
    try:
        opened(Source("a.eml", "a.eml", f"Subject: x\n{head}".encode()))
    except ReadError as error:
        assert "a.eml" in str(error)
    assert len(opened(Source("b.eml", "b.eml", mail("Họp", ("a.txt", b"x"))))) == 2, "the process goes on"


def test_archives_in_the_corpus_folder_are_opened(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "kho" / "thu.eml").write_bytes(mail("Họp", ("cầu.txt", CAU.encode())))
    (home / "kho" / "t.zip").write_bytes(rendering.packed({"a.txt": numbered(1), "b.txt": numbered(2)}))
    (home / "kho" / "hong.zip").write_bytes(b"PK")
    status, out, err = run(capsys, "list")
    assert status == 0
    assert len([line for line in out.splitlines() if "hong.zip" not in line]) == 5
    assert "hong.zip" in err
    assert "900 mét" in run(capsys, "ask", "Cầu Bình Minh dài bao nhiêu mét?")[1]
    generation = sorted((home / "data").rglob("g0*"))
    assert run(capsys, "list")[1] == out
    assert sorted((home / "data").rglob("g0*")) == generation, "nothing is built when nothing changed"
    (id,) = (line.split()[0] for line in out.splitlines() if "Bài số 2" in line)
    run(capsys, "remove", id)
    assert "Bài số 2" not in run(capsys, "list")[1]
    (home / "kho" / "t.zip").write_bytes(rendering.packed({"a.txt": numbered(7)}))
    out = run(capsys, "list")[1]
    assert "Bài số 7" in out
    assert "Bài số 1" not in out


# --- names and things in folders --------------------------------------------------------------------------------------


def test_hostile_names(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """Names in a zip may be anything; each is a document under its own id, and none is a place on the disk."""
    names = [
        "../thoat.txt",
        "/etc/thoat.txt",
        "C:\\thoat.txt",
        "a\u202etxt.exe.txt",
        "d" * 300 + ".txt",
        "e\u0301 nfd.txt",
        "HOA.txt",
        "hoa.txt",
        "con.txt",
        "dấu cách .txt",
        "<b>đậm</b>.txt",
        "-rf.txt",
        "b\u200b.txt",
        "xuong\ndong.txt",
    ]
    (home / "t.zip").write_bytes(rendering.packed({name: numbered(n) for n, name in enumerate(names)}))
    files = {p.relative_to(home) for p in home.rglob("*")}
    status, out, err = run(capsys, "add", "--json", str(home / "t.zip"))
    row = json.loads(out)
    assert status == 0, err
    assert len(row["added"]) == len(names)
    assert len({d["id"] for d in row["added"]}) == len(names)
    assert all(set(d["id"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for d in row["added"])
    assert not any(c in d["source"] for d in row["added"] for c in "\u202e\u200b\0")
    new = {p.relative_to(home) for p in home.rglob("*")} - files
    assert all(p.parts[0] == "data" for p in new)
    assert not list(home.rglob("*thoat*"))


def test_names_that_are_one_name_are_told_apart_or_refused(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    import unicodedata

    write(home / "vb" / "Đề án.txt", numbered(1))
    write(home / "vb" / unicodedata.normalize("NFD", "Đề án.txt"), numbered(2))  # looks the same, is another file
    write(home / "vb" / "HOA.txt", numbered(3))
    write(home / "vb" / "hoa.txt", numbered(4))
    status, out, err = run(capsys, "add", str(home / "vb"))
    assert status == 1
    assert out.count("added") == 3
    assert "rename one of the two" in err


def test_what_is_no_file_does_not_stop_it(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    folder = home / "vb"
    write(folder / "a.txt", CAU)
    os.mkfifo(folder / "ong.txt")
    (folder / "vong").symlink_to(folder)
    (folder / "toi.txt").symlink_to(folder / "toi.txt")
    (folder / "khong.txt").symlink_to("/dev/zero")
    (folder / "thu-muc.txt").mkdir()
    with socket.socket(socket.AF_UNIX) as bound:
        here = os.getcwd()
        os.chdir(folder)  # the path of a socket is short
        try:
            bound.bind("s.txt")
        finally:
            os.chdir(here)
    status, out, _ = in_time(capsys, "add", str(folder))
    assert status == 0
    assert out.split()[0] == "added"
    for name, words in (
        ("ong.txt", "pipe"),
        ("khong.txt", "device"),
        ("s.txt", "pipe"),
        ("toi.txt", "no such file"),
        ("x" * 300 + ".txt", "too long"),
        ("a\0.txt", "no such file"),
    ):
        status, _, err = in_time(capsys, "add", str(folder / name))
        assert status == 1
        assert words in err, err


def in_time(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    """`run`, which must not wait for a pipe nobody writes to."""
    result: list[tuple[int, str, str]] = []
    thread = threading.Thread(target=lambda: result.append(run(capsys, *argv)), daemon=True)
    thread.start()
    thread.join(60)
    assert result, f"{argv} hangs"
    return result[0]


def test_what_may_not_be_read_is_named(home: Path) -> None:
    """In a process of somebody who is not root, whom no permission stops."""
    write(home / "vb" / "a.txt", CAU)
    write(home / "vb" / "kin.txt", numbered(1)).chmod(0)
    write(home / "vb" / "kin" / "b.txt", numbered(2))
    (home / "vb" / "kin").chmod(0)
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom ingest.sources import *\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "failed = []\nfound = list(loaded(given_paths([Path(sys.argv[1])], failed), failed))\n"
        "print([s.name for s in found], sorted(reason for _, reason in failed))\n"
    )
    for folder in (home, *home.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run(
        [sys.executable, "-c", program, str(home / "vb")],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    (home / "vb" / "kin").chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("['a.txt']")
    assert done.stdout.count("Permission denied") == 2


def test_ten_thousand_files_are_found_at_once(tmp_path: Path) -> None:
    from ingest.sources import Failures, given_paths

    for n in range(10_000):
        (tmp_path / "vb" / f"{n // 100:03}").mkdir(parents=True, exist_ok=True)
        (tmp_path / "vb" / f"{n // 100:03}" / f"{n}.txt").write_text(numbered(n), encoding="utf-8")
    failed: Failures = []
    started = time.monotonic()
    assert len(given_paths([tmp_path / "vb"], failed)) == 10_000
    assert time.monotonic() - started < 10
    assert failed == []


# --- a watched folder -------------------------------------------------------------------------------------------------


def started(*argv: str, stdin: int = subprocess.DEVNULL, stderr: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    program = f"import sys; from app.cli import main; sys.exit(main({list(argv)!r}))"
    return subprocess.Popen(
        [sys.executable, "-u", "-c", program],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        cwd=Path(__file__).parent.parent,
    )


def test_a_terminal_gets_a_bar(home: Path) -> None:
    import fcntl
    import pty
    import struct
    import termios

    for n in range(20):
        write(home / "vb" / f"{n}.txt", numbered(n))
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = started("add", str(home / "vb"), stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"reading: 100%" in shown
    assert b"20/20" in shown
    assert b"files/s" in shown
    assert b"indexing: 100%" in shown


class Watcher:
    """`hoidap add --watch` in a process of its own, and the lines it has said."""

    def __init__(self, *folders: Path) -> None:
        self.process = started("add", "--watch", *map(str, folders))
        self.lines: list[str] = []
        self.threads = [
            threading.Thread(target=self._listen, args=(stream,))
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for thread in self.threads:
            thread.start()

    def _listen(self, stream: io.TextIOBase) -> None:
        for line in stream:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, words: str, times: int = 1, seconds: float = 60) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [line for line in self.lines if words in line]
            if len(found) >= times:
                return found[times - 1]
            time.sleep(0.05)
        raise AssertionError(f"{words!r} was not said: {self.lines}")

    def stop(self, signal_: signal.Signals) -> int:
        self.process.send_signal(signal_)
        return self.ended()

    def ended(self) -> int:
        status = self.process.wait(30)
        for thread in self.threads:
            thread.join()
        return status

    def close(self) -> None:
        self.process.kill()
        self.ended()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream
            stream.close()


@pytest.fixture
def watcher(home: Path) -> Iterator[Watcher]:
    write(home / "vb" / "truoc.txt", numbered(0))
    watcher = Watcher(home / "vb")
    yield watcher
    watcher.close()


def test_a_watched_folder_is_followed(capsys: pytest.CaptureFixture[str], home: Path, watcher: Watcher) -> None:
    watcher.wait_for("added     truoc-")
    write(home / "vb" / "sau" / "cau.txt", CAU)
    line = watcher.wait_for("added     cau-")
    (home / "vb" / "hong.txt").write_bytes(b"\0")
    watcher.wait_for("failed    ")
    write(home / "vb" / "sau" / "cau.txt", CAU.replace("900", "1200"))
    watcher.wait_for("updated   cau-")
    # while it waits others may write, and see what it has added
    assert run(capsys, "add", str(write(home / "khac.txt", numbered(5))))[0] == 0
    assert "1200 mét" in run(capsys, "ask", "Cầu Bình Minh dài bao nhiêu mét?")[1]
    # a folder moved in is one event
    write(home / "cho" / "moi" / "x.txt", numbered(6))
    (home / "cho" / "moi").rename(home / "vb" / "moi")
    watcher.wait_for("added     x-")
    (home / "vb" / "sau" / "cau.txt").unlink()
    gone = watcher.wait_for("gone      cau-")
    assert f"hoidap remove {line.split()[1]}" in gone
    assert "Cầu mới" in run(capsys, "list")[1]
    assert watcher.stop(signal.SIGTERM) == 0
    assert not any("Traceback" in line for line in watcher.lines)


def test_a_file_being_written_is_waited_for(home: Path, watcher: Watcher) -> None:
    watcher.wait_for("added     truoc-")
    with open(home / "vb" / "dai.txt", "w", encoding="utf-8") as file:
        for n in range(12):
            file.write(f"Đoạn {n} của một văn bản dài đang được chép vào thư mục.\n\n")
            file.flush()
            time.sleep(0.4)
            assert not any("dai-" in line for line in watcher.lines), "half of it was added"
    watcher.wait_for("added     dai-")
    assert watcher.stop(signal.SIGINT) == 0
    assert not any("updated" in line for line in watcher.lines)


def test_a_watched_folder_that_goes_away_is_an_error(home: Path, watcher: Watcher) -> None:
    import shutil

    watcher.wait_for("added     truoc-")
    shutil.rmtree(home / "vb")
    watcher.wait_for("is gone")
    assert watcher.ended() == 1


def test_a_full_disk_is_waited_for(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from app import watching
    from ingest.library import Library
    from tests.toy import ToyEncoder

    write(home / "vb" / "a.txt", CAU)
    library = Library(home / "kho", home / "data", ToyEncoder())
    library.refresh()
    watched = watching._Watching(library, [home / "vb"])
    assert watched._look(), "seen for the first time"

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(library, "add_sources", full)
    assert watched._look()
    assert watched._not_before > time.monotonic()
    assert "No space left on device" in capsys.readouterr().err
    monkeypatch.undo()
    assert not watched._look()
    assert capsys.readouterr().out.startswith("added     a-")
    assert not watched._look()
    assert capsys.readouterr().out == ""
    library.close()
