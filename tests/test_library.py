"""The library: what is added is found, what is removed is gone; what fails or is killed changes nothing."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import StoreError
from index.search import build, open_index
from index.types import Document, Passage
from ingest.library import Library
from ingest.read import Source
from tests.toy import ToyEncoder

DAM = "Đập thủy lợi\n\nĐập Sông Xanh cao 42 mét và khánh thành ngày 03/4/2019.\n"
CAU = "Cầu mới\n\nCầu Bình Minh dài 900 mét, nối hai bờ sông Hậu.\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "kho"
    folder.mkdir()
    (folder / "dap.txt").write_text(DAM, encoding="utf-8")
    return folder


@pytest.fixture
def library(corpus: Path, tmp_path: Path) -> Iterator[Library]:
    library = Library(corpus, tmp_path / "data", ToyEncoder())
    library.refresh()
    yield library
    library.close()


def found(library: Library, query: str) -> list[str]:
    return [hit.document.title for hit in library.index().search(query)]


def stored_bytes(folder: Path, words: str) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and words.encode() in p.read_bytes()]


def test_corpus_is_searchable_and_second_refresh_builds_nothing(library: Library) -> None:
    assert found(library, "đập sông xanh cao mấy mét")[0] == "Đập thủy lợi"
    folder = library._store.current()
    changes = library.refresh()
    assert library._store.current() == folder
    assert not changes.added
    assert not changes.updated


def test_add_is_idempotent_by_content(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "cau.txt"
    path.write_text(CAU, encoding="utf-8")
    (id,) = library.add([path]).added
    assert found(library, "cầu bình minh")[0] == "Cầu mới"
    copy = tmp_path / "ban-sao.txt"
    copy.write_text(CAU, encoding="utf-8")
    assert library.add([path, copy]).unchanged == [id, id]
    assert len(library.documents()) == 2


def test_neither_bytes_nor_copies_of_words_are_held_while_an_index_is_built(library: Library) -> None:
    data = [f"Bài {i}\n\nNội dung bài {i}.\n".encode() for i in range(2)]
    free = [sys.getrefcount(data[i]) for i in range(2)]
    held: list[list[int]] = []
    sources = (Source(f"{i}.txt", f"upload:{i}.txt", data[i]) for i in range(2))
    library.add_sources(sources, lambda *_: held.append([sys.getrefcount(data[i]) for i in range(2)]))
    assert held[-1] == free
    index = library.index()
    assert all(passage.whole is index.documents[passage.document].text for passage in index.passages)


def test_changed_file_replaces_its_passages_whole(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "cau.txt"
    path.write_text(CAU, encoding="utf-8")
    (id,) = library.add([path]).added
    path.write_text(CAU.replace("900 mét", "1200 mét"), encoding="utf-8")
    assert library.add([path]).updated == [id]
    texts = [p.text for p in library.index().passages if p.document == id]
    assert any("1200" in t for t in texts)
    assert not any("900" in t for t in texts)


def test_changed_and_new_corpus_files_are_seen(library: Library, corpus: Path) -> None:
    (corpus / "dap.txt").write_text(DAM.replace("42", "45"), encoding="utf-8")
    (corpus / "cau.txt").write_text(CAU, encoding="utf-8")
    changes = library.refresh()
    assert len(changes.added) == len(changes.updated) == 1
    (corpus / "cau.txt").unlink()
    assert len(library.refresh().removed) == 1


def test_failing_file_changes_nothing_and_is_named(library: Library, tmp_path: Path) -> None:
    bad = tmp_path / "hong.txt"
    bad.write_bytes(b"\x00\x01")
    before = library._store.current()
    changes = library.add([bad, tmp_path / "khong-co.md"])
    assert len(changes.failed) == 2
    assert any("hong.txt" in reason for _, reason in changes.failed)
    assert library._store.current() == before


def test_unreadable_corpus_file_is_reported_and_skipped(library: Library, corpus: Path) -> None:
    (corpus / "hong.txt").write_bytes(b"\x00\x01")
    (corpus / "scan.pdf").write_bytes(b"%PDF")
    assert len(library.refresh().failed) == 2
    folder = library._store.current()
    assert len(library.refresh().failed) == 2, "said again, but nothing is built for it"
    assert library._store.current() == folder
    assert found(library, "đập")


def test_purged_document_is_gone_from_disk(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "cau.txt"
    path.write_text(CAU, encoding="utf-8")
    (id,) = library.add([path]).added
    assert stored_bytes(tmp_path / "data", "Bình Minh")
    library.remove(id)
    library.purge()
    assert stored_bytes(tmp_path / "data", "Bình Minh") == []
    assert found(library, "cầu bình minh") == ["Đập thủy lợi"]
    assert path.exists()


def test_removed_corpus_document_stays_away_until_added_again(library: Library, corpus: Path) -> None:
    (document,) = library.documents()
    library.remove(document.id)
    library.refresh()
    assert library.documents() == []
    assert library.index().search("đập") == []
    assert (corpus / "dap.txt").exists()
    library.add([corpus / "dap.txt"])
    assert [d.id for d in library.documents()] == [document.id]


def test_unknown_id_is_an_error(library: Library) -> None:
    with pytest.raises(StoreError, match="hoidap list"):
        library.remove("khong-co")


def test_another_process_sees_the_change_on_its_next_question(library: Library, corpus: Path, tmp_path: Path) -> None:
    reader = Library(corpus, tmp_path / "data", ToyEncoder())
    assert "Cầu mới" not in found(reader, "cầu")
    library.add_sources([Source("cau.txt", "upload:cau.txt", CAU.encode())])
    assert found(reader, "cầu bình minh")[0] == "Cầu mới"
    reader.close()


def test_failed_build_leaves_everything_as_it_was(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    before = library._store.current()
    monkeypatch.setattr("ingest.building.build", full)
    with pytest.raises(OSError, match="No space"):
        library.add_sources([Source("cau.txt", "upload:cau.txt", CAU.encode())])
    monkeypatch.undo()
    assert library._store.current() == before
    assert library.refresh().added == []
    assert found(library, "cầu") == ["Đập thủy lợi"]


def test_damaged_index_is_rebuilt(library: Library, corpus: Path, tmp_path: Path) -> None:
    library.close()
    folder = library._store.current()
    assert folder
    (folder / "passages.jsonl").write_text("", encoding="utf-8")
    again = Library(corpus, tmp_path / "data", ToyEncoder())
    again.refresh()
    assert found(again, "đập")
    again.close()


WHOLE_INDEX = "manifest.json documents.jsonl passages.jsonl dense/vectors.npy dense/moments.npz".split() + [
    f"lexical/{name}" for name in ("terms.npy", "starts.npy", "rows.npy", "scores.npy", "spellings.json")
]


FOR_THE_NEXT = ("dense/keys.npy", "lexical/counts.npy", "lexical/lengths.npy", "lexical/words.json")


@pytest.mark.parametrize("name", FOR_THE_NEXT)
@pytest.mark.parametrize("damage", [b"", b"{}", b"x", None])
def test_what_only_the_next_index_needs_may_be_damaged(library: Library, name: str, damage: bytes | None) -> None:
    folder = library._store.current()
    assert folder
    if damage is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(damage)
    library.add_sources([Source("cau.txt", "upload:cau.txt", CAU.encode())])
    assert found(library, "cầu bình minh")[0] == "Cầu mới"
    assert found(library, "dap song xanh")[0] == "Đập thủy lợi"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "g"
    document = Document("d", "Một câu có dấu.", "t", "s", "h")
    build(folder, [document], [Passage.of(document, 0, 15)], ToyEncoder())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert {name for name in files if "/chroma/" not in name} == {*WHOLE_INDEX, *FOR_THE_NEXT}
    return folder


@given(
    st.sampled_from(WHOLE_INDEX),
    st.sampled_from([b"", b"[]", b"{}", b"null", b"{", b"[" * 100_000]) | st.binary(max_size=300) | st.floats(0, 0.9),
)
@settings(max_examples=150)
def test_a_damaged_file_is_an_error_with_advice(whole: Path, name: str, damage: bytes | float) -> None:
    """A float: cut off after so much of it."""
    if (name, damage) == ("lexical/spellings.json", b"{}"):
        return  # the index of a text without diacritics
    path = whole / name
    kept = path.read_bytes()
    path.write_bytes(damage if isinstance(damage, bytes) else kept[: int(damage * len(kept))])
    try:
        with pytest.raises(StoreError, match="`hoidap index` rebuilds it"):
            open_index(whole, ToyEncoder())
    finally:
        path.write_bytes(kept)


@pytest.mark.parametrize("content", ["[]", "null", "", '{"library": []}', '{"library": {"documents": [1]}}', "{}"])
@pytest.mark.parametrize("name", ["manifest.json", "documents.jsonl", "lexical/spellings.json"])
def test_any_damage_is_mended_by_a_refresh(library: Library, corpus: Path, name: str, content: str) -> None:
    library.close()
    folder = library._store.current()
    assert folder
    (folder / name).write_text(content, encoding="utf-8")
    library.refresh()
    assert found(library, "đập")


@pytest.mark.parametrize("content", ["[]", "null", "", '{"added": []}', '{"hidden": 1}'])
def test_a_damaged_state_is_named(library: Library, tmp_path: Path, content: str) -> None:
    library.add_sources([Source("cau.txt", "upload:cau.txt", CAU.encode())])
    (state,) = (tmp_path / "data").glob("*/library.json")
    state.write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="restore it"):
        library.refresh()


class OtherEncoder(ToyEncoder):
    fingerprint = "toy-2"


def test_index_of_another_model_is_refused(tmp_path: Path) -> None:
    document = Document("d", "Một câu.", "t", "s", "h")
    build(tmp_path / "g", [document], [Passage.of(document, 0, 8)], ToyEncoder())
    open_index(tmp_path / "g", ToyEncoder()).close()
    with pytest.raises(StoreError, match="toy-2"):
        open_index(tmp_path / "g", OtherEncoder())


def test_lost_vectors_are_noticed(tmp_path: Path) -> None:
    import shutil

    document = Document("d", "Một câu.", "t", "s", "h")
    build(tmp_path / "g", [document], [Passage.of(document, 0, 8)], ToyEncoder())
    shutil.rmtree(tmp_path / "g" / "dense" / "chroma")
    with pytest.raises(StoreError):
        open_index(tmp_path / "g", ToyEncoder())


ADDER = """
import sys
from pathlib import Path
from ingest.library import Library
from ingest.read import Source
from tests.toy import ToyEncoder
library = Library(Path(sys.argv[1]), Path(sys.argv[2]), ToyEncoder())
for i in range(int(sys.argv[3]), 10_000):
    name = f"bai-{i}.txt"
    library.add_sources([Source(name, "upload:" + name, f"Bài số {i}\\n\\nNội dung riêng của bài {i}.\\n".encode())])
    print(i, flush=True)
"""


def test_killed_while_adding_loses_nothing_acknowledged(corpus: Path, tmp_path: Path) -> None:
    """Six SIGKILLs at different moments of an endless `add`, a reader looking after each."""
    data, acknowledged = tmp_path / "data", -1
    Library(corpus, data, ToyEncoder()).refresh()
    for n in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", ADDER, str(corpus), str(data), str(acknowledged + 1)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout
        acknowledged = int(process.stdout.readline())
        time.sleep(0.07 * n)
        process.send_signal(signal.SIGKILL)
        acknowledged = max([acknowledged, *(int(line) for line in process.stdout.read().split())])
        process.stdout.close()
        process.wait()
        reader = Library(corpus, data, ToyEncoder())
        reader.refresh()
        titles = {d.title for d in reader.documents()}
        assert {f"Bài số {i}" for i in range(acknowledged + 1)} <= titles
        index = reader.index()
        assert all(index.documents[p.document].text[p.start : p.end] == p.text for p in index.passages)
        assert found(reader, f"nội dung riêng của bài {acknowledged}")
        reader.close()


def test_state_file_is_readable_json(library: Library, tmp_path: Path) -> None:
    library.add_sources([Source("cau.txt", "upload:cau.txt", CAU.encode())])
    (state,) = (tmp_path / "data").glob("*/library.json")
    assert [row["name"] for row in json.loads(state.read_text(encoding="utf-8"))["added"].values()] == ["cau.txt"]


def test_a_reader_is_never_disturbed_by_a_writer(library: Library) -> None:
    errors: list[Exception] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                assert found(library, "đập sông xanh")
            except Exception as error:
                errors.append(error)
                return

    reader = threading.Thread(target=ask)
    reader.start()
    for i in range(5):
        name = f"bai-{i}.txt"
        library.add_sources([Source(name, "upload:" + name, f"Bài {i}\n\nNội dung bài {i}.\n".encode())])
    stop.set()
    reader.join()
    assert errors == []
    assert len(library.documents()) == 6


def test_two_encoders_share_one_writer_and_lose_nothing(corpus: Path, tmp_path: Path) -> None:
    one, other = (Library(corpus, tmp_path / "data", e) for e in (ToyEncoder(), OtherEncoder()))
    one.refresh()
    other.refresh()
    jobs = [
        threading.Thread(target=lib.add_sources, args=([Source(name, "upload:" + name, f"{name}\n\nBài.\n".encode())],))
        for lib, name in ((one, "a.txt"), (other, "b.txt"), (one, "c.txt"), (other, "d.txt"))
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    for library in (one, other):
        library.refresh()
        assert {"a.txt", "b.txt", "c.txt", "d.txt"} <= {d.title for d in library.documents()}
        library.close()


def test_copy_of_the_old_text_beside_the_edited_file(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "gui"
    folder.mkdir()
    (folder / "ke-hoach.txt").write_text(CAU, encoding="utf-8")
    library.add([folder])
    (folder / "ke-hoach.txt").rename(folder / "ke-hoach-cu.txt")
    (folder / "ke-hoach.txt").write_text(CAU.replace("900", "1200"), encoding="utf-8")
    library.add([folder])
    texts = " ".join(p.text for p in library.index().passages)
    assert "900 mét" in texts
    assert "1200 mét" in texts


def test_removed_document_whose_file_is_gone_can_be_added_from_elsewhere(library: Library, corpus: Path) -> None:
    (document,) = library.documents()
    library.remove(document.id)
    (corpus / "dap.txt").unlink()
    changes = library.add_sources([Source("dap.txt", "upload:dap.txt", DAM.encode())])
    assert len(changes.added) == 1
    assert found(library, "đập sông xanh")


@pytest.mark.parametrize(
    "text",
    [
        "---\npublished: 2023-02-30\n---\nBài.\n",
        "---\na: " + "[" * 5000 + "\n---\nBài.\n",
        "---\ntitle: [a]\n---\nBài.\n",
    ],
)
def test_strange_front_matter_is_one_failed_file(library: Library, corpus: Path, text: str) -> None:
    (corpus / "la.md").write_text(text, encoding="utf-8")
    changes = library.refresh()
    assert [name for name, _ in changes.failed] == ["la.md"]
    assert found(library, "đập")


def test_parser_that_breaks_is_one_failed_file(
    library: Library, corpus: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(source: Source, extracted: object) -> None:
        raise ZeroDivisionError("parser")

    (corpus / "moi.txt").write_text(CAU, encoding="utf-8")
    monkeypatch.setattr("ingest.building.read", broken)
    changes = library.refresh()
    ((name, reason),) = changes.failed
    assert name == "moi.txt"
    assert "ZeroDivisionError" in reason
    assert "moi.txt" in caplog.text
    assert found(library, "đập")


def test_odd_names_and_links(library: Library, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "ngoai.txt").write_text("Ngoài\n\nVăn bản ở ngoài thư mục.\n", encoding="utf-8")
    (corpus / "lien-ket.txt").symlink_to(tmp_path / "ngoai.txt")
    bad = os.fsencode(corpus) + b"/t\xff\x1b[31m.txt"
    Path(os.fsdecode(bad)).write_text(CAU, encoding="utf-8")
    library.refresh()
    titles = {d.title for d in library.documents()}
    assert titles == {"Đập thủy lợi", "Cầu mới"}
    assert not any("\x1b" in d.source for d in library.documents())


def test_refresh_without_changes_needs_no_lock(library: Library) -> None:
    with library._store.writing():
        library.refresh()


class BlankEncoder(ToyEncoder):
    """Knows no text at all: every row is zero, as the static model's is for a text without a known term."""

    fingerprint = "blank"

    def encode(self, texts: Sequence[str], *, query: bool = False) -> npt.NDArray[np.float32]:
        return np.zeros((len(texts), self.dim), dtype=np.float32)


def test_texts_unknown_to_the_model_are_found_by_their_words(corpus: Path, tmp_path: Path) -> None:
    library = Library(corpus, tmp_path / "data", BlankEncoder())
    library.refresh()
    assert found(library, "đập sông xanh") == ["Đập thủy lợi"]
    library.close()
