"""Files dropped into the chat: a state for each, bad ones harm nobody, and a change of the library gets its turn."""

from __future__ import annotations

import threading
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from app import uploads as module
from app.uploads import Job, Uploads
from ingest.library import Changes, Library
from ingest.read import Source
from tests.toy import ToyEncoder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    (tmp_path / "kho").mkdir()
    (tmp_path / "kho" / "có sẵn.md").write_text("# Có sẵn\n\nĐiều đã biết từ trước.\n", encoding="utf-8")
    library = Library(tmp_path / "kho", tmp_path / "data", ToyEncoder())
    library.refresh()
    yield library
    library.close()


def files(folder: Path, **contents: str | bytes) -> list[Path]:
    """Files in `folder`, "_" in a name standing for "."."""
    folder.mkdir(exist_ok=True)
    paths = []
    for name, content in contents.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    return paths


def finished(uploads: Uploads) -> Job:
    end = time.monotonic() + 30
    while uploads.running:
        assert time.monotonic() < end, uploads.job()
        time.sleep(0.01)
    return uploads.job()


def states(job: Job) -> dict[str, str]:
    return {u.origin.removeprefix("upload:"): u.state for u in job.uploads}


def test_every_file_has_its_own_end_and_its_copy_is_deleted(library: Library, tmp_path: Path) -> None:
    uploads = Uploads(library)
    given = files(tmp_path / "drop", a_md="# A\n\nTin A.", b_md="# B\n\nTin B.", hỏng_pdf=b"%PDF-no", x_exe=b"MZ")
    same = files(tmp_path / "drop", sẵn_md="# Có sẵn\n\nĐiều đã biết từ trước.\n")
    uploads.put(given + same)
    job = finished(uploads)
    assert states(job) == {
        "a.md": "added",
        "b.md": "added",
        "hỏng.pdf": "failed",
        "x.exe": "failed",
        "sẵn.md": "unchanged",
    }
    known = library.index().documents
    assert {known[u.document].title for u in job.uploads if u.document} == {"A", "B", "Có sẵn"}
    assert all(u.reason for u in job.uploads if u.state == "failed")
    assert not any(p.exists() for p in given + same) and not any(u.path.exists() for u in job.uploads)
    uploads.put(files(tmp_path / "drop", a_md="# A\n\nTin A, sửa."))
    assert states(finished(uploads)) == {"a.md": "updated"}  # the last job is forgotten
    uploads.forget()
    assert uploads.job().uploads == []


def test_a_zip_is_the_files_in_it(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "kho.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("một/a.md", "# A\n\nTin một.")
        packed.writestr("hai/a.md", "# A\n\nTin hai.")
        packed.writestr("c.pdf", b"no")
    uploads = Uploads(library)
    uploads.put([path, *files(tmp_path / "drop", hỏng_zip=b"PK", b_md="# B\n\nTin B.")])
    assert states(finished(uploads)) == {
        "kho.zip!một/a.md": "added",
        "kho.zip!hai/a.md": "added",
        "kho.zip!c.pdf": "failed",
        "hỏng.zip": "failed",
        "b.md": "added",
    }


def test_states_go_forward_one_by_one(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, list[str]] = {}
    original = Uploads._set

    def listening(self: Uploads, upload: module.Upload, state: str, *more: str, **named: str) -> None:
        told.setdefault(upload.name, ["waiting"]).append(state)
        original(self, upload, state, *more, **named)

    monkeypatch.setattr(Uploads, "_set", listening)
    uploads = Uploads(library)
    uploads.put(files(tmp_path / "drop", a_md="# A\n\nTin A.", x_exe=b"MZ"))
    finished(uploads)
    assert told == {"a.md": ["waiting", "reading", "indexing", "added"], "x.exe": ["waiting", "reading", "failed"]}


def test_a_failing_library_fails_the_files_and_nothing_else(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> Changes:
        raise RuntimeError("disk full")

    uploads = Uploads(library)
    with monkeypatch.context() as patched:
        patched.setattr(library, "add_sources", failing)
        uploads.put(files(tmp_path / "drop", a_md="# A\n\nTin A."))
        assert states(finished(uploads)) == {"a.md": "failed"}
    assert caplog.records[0].exc_info
    uploads.put(files(tmp_path / "drop", a_md="# A\n\nTin A."))
    assert states(finished(uploads)) == {"a.md": "added"}


class Slow:
    """Stands in for a library: every publication waits until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)

    def add_sources(self, sources: Iterable[Source], *_: object) -> Changes:
        self.batches.append([s.name for s in sources])
        self.begun.release()
        assert self.go.acquire(timeout=10)
        return Changes()

    def index(self) -> object:
        return type("Index", (), {"documents": {}})


def names(count: int) -> Sequence[str]:
    return [f"f{i:02}_md" for i in range(count)]


def test_a_change_waits_for_one_publication_and_not_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FILES", 2)
    slow = Slow()
    uploads = Uploads(slow)  # type: ignore[arg-type]
    uploads.put(files(tmp_path / "drop", **dict.fromkeys(names(5), "# A\n\nTin.")))
    assert slow.begun.acquire(timeout=10)
    inside = threading.Event()

    def change() -> None:
        with uploads.paused():
            inside.set()
            time.sleep(0.2)
            assert len(slow.batches) == 1  # nothing is added meanwhile

    changing = threading.Thread(target=change)
    changing.start()
    assert not inside.wait(0.1)
    slow.go.release()
    assert inside.wait(5) and len(slow.batches) == 1
    changing.join(5)
    slow.go.release(10)
    finished(uploads)
    assert slow.batches == [["f00.md", "f01.md"], ["f02.md", "f03.md"], ["f04.md"]]


def test_files_dropped_meanwhile_join_the_job(tmp_path: Path) -> None:
    slow = Slow()
    uploads = Uploads(slow)  # type: ignore[arg-type]
    uploads.put(files(tmp_path / "drop", a_md="# A\n\nTin."))
    assert slow.begun.acquire(timeout=10)
    version = uploads.version
    uploads.forget()  # not while it runs
    uploads.put(files(tmp_path / "drop", a_md="# A\n\nTin mới."))  # the same name, moved to a place of its own
    assert uploads.version > version
    assert [u.name for u in uploads.job().uploads] == ["a.md", "a.md"]
    slow.go.release(10)
    assert finished(uploads).done == 2
    assert slow.batches == [["a.md"], ["a.md"]]
