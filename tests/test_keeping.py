"""Going back, backups and exports: what was there is there again, whole or not at all, and nothing else is touched."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cli import main
from index.errors import StoreError, UsageError
from index.settings import SETTINGS
from index.types import Document
from ingest import backup
from ingest.doctor import Place, examine
from ingest.export import as_markdown
from ingest.library import Library
from ingest.read import Source, read
from ingest.repair import repair
from tests.toy import ToyEncoder

DAM = "Đập thủy lợi\n\nĐập Sông Xanh cao 42 mét và khánh thành ngày 03/4/2019.\n"
CAU = "Cầu mới\n\nCầu Bình Minh dài 900 mét, nối hai bờ sông Hậu.\n"
CHO = "Chợ\n\nChợ họp sáng chủ nhật.\n"


class OtherEncoder(ToyEncoder):
    name = "other"
    fingerprint = "toy-2"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "kho"
    (folder / "sâu").mkdir(parents=True)
    (folder / "sâu" / "dap.txt").write_text(DAM, encoding="utf-8")
    return folder


@pytest.fixture
def library(corpus: Path, tmp_path: Path) -> Iterator[Library]:
    library = Library(corpus, tmp_path / "data", ToyEncoder())
    library.refresh()
    yield library
    library.close()


def add(library: Library, text: str = CAU, name: str = "cau.txt") -> str:
    source = Source(name, f"upload:{name}", text.encode())
    library.add_sources([source])
    return source.document_id


def states(library: Library) -> dict[str, str]:
    return {row.id: row.state for row in library.rows()}


def texts(library: Library) -> set[str]:
    return {p.text for p in library.index().passages}


def sound(library: Library, data: Path) -> bool:
    place = Place(library.corpus, data, library.encoder)
    return all(finding.state != "problem" for finding in examine(place))


# ---- rollback --------------------------------------------------------------------------------------------------------

CHANGES: tuple[tuple[str, Callable[[Library, str], object]], ...] = (
    ("add", lambda library, id: add(library, CHO, "cho.txt")),
    ("update", lambda library, id: add(library, CAU.replace("900", "1200"))),
    ("remove", lambda library, id: library.remove(id)),
    ("disable", lambda library, id: library.disable(id)),
    ("a corpus file", lambda library, id: library.remove(*(d.id for d in library.documents() if d.id != id))),
)


@pytest.mark.parametrize("change", [row[1] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_back_and_forth(library: Library, tmp_path: Path, change: Callable[[Library, str], object]) -> None:
    id = add(library)
    before, words = states(library), texts(library)
    change(library, id)
    after, new_words = states(library), texts(library)
    for _ in range(2):
        library.rollback()
        assert (states(library), texts(library)) == (before, words)
        assert sound(library, tmp_path / "data")
        library.refresh()
        assert (states(library), texts(library)) == (before, words)
        library.rollback()
        assert (states(library), texts(library)) == (after, new_words)
    assert sound(library, tmp_path / "data")


def test_rollback_says_what_changed(library: Library) -> None:
    id = add(library)
    add(library, CAU.replace("900", "1200"))
    assert library.rollback().updated == [id]
    library.rollback()
    library.remove(id)
    assert library.rollback().added == [id]
    assert library.rollback().removed == [id]


def test_after_a_purge_there_is_nothing_to_go_back_to(library: Library) -> None:
    id = add(library)
    library.remove(id)
    library.purge()
    with pytest.raises(StoreError, match=r"nothing to go back to.*purge"):
        library.rollback()
    assert id not in states(library)
    add(library, CHO, "cho.txt")
    library.rollback()
    assert id not in states(library)


def test_before_any_change_too(library: Library) -> None:
    with pytest.raises(StoreError, match="nothing to go back to"):
        library.rollback()


def test_files_of_the_corpus_folder_stay_what_they_are(library: Library, corpus: Path) -> None:
    id = add(library)
    (corpus / "moi.txt").write_text(CHO, encoding="utf-8")
    library.refresh()
    with pytest.raises(StoreError, match="change them back"):
        library.rollback()
    library.remove(id)
    (corpus / "moi.txt").write_text(CHO.replace("sáng", "chiều"), encoding="utf-8")
    library.rollback()
    assert any("chiều" in text for text in texts(library))
    assert states(library)[id] == "searched"
    assert library.refresh().updated == []
    library.rollback()
    assert states(library)[id] == "removed"


def test_a_damaged_earlier_index_is_built_again(library: Library, tmp_path: Path) -> None:
    id = add(library)
    library.remove(id)
    earlier = library._store.previous()
    assert earlier
    library.close()
    (earlier / "dense" / "vectors.npy").write_bytes(b"")
    library.rollback()
    assert states(library)[id] == "searched"
    assert sound(library, tmp_path / "data")
    library.rollback()
    assert states(library)[id] == "removed"


def test_an_index_by_another_model_forgets_too(library: Library, corpus: Path, tmp_path: Path) -> None:
    id = add(library)
    other = Library(corpus, tmp_path / "data", OtherEncoder())
    other.refresh()
    assert id in other.index().documents
    library.rollback()
    with pytest.raises(StoreError):
        other.index()
    other.refresh()
    assert id not in other.index().documents
    other.close()


# ---- backup and restore ----------------------------------------------------------------------------------------------


@pytest.fixture
def full(library: Library) -> Library:
    """With one document added, one disabled, one in the trash, and one of the corpus folder removed."""
    add(library)
    disabled, removed = add(library, CHO, "cho.txt"), add(library, CHO.replace("sáng", "tối"), "toi.txt")
    library.disable(disabled)
    library.remove(removed, *(d.id for d in library.documents() if d.title == "Đập thủy lợi"))
    return library


def taken(library: Library, path: Path) -> backup.About:
    with library.unpacking() as folder:
        about = backup.unpack(path, folder)
        library.take_over(folder)
        return about


@pytest.mark.parametrize("name", ["b.tar.gz", "b.TGZ", "b.zip"])
def test_what_is_restored_is_what_was_there(full: Library, tmp_path: Path, name: str) -> None:
    before, words = states(full), texts(full)
    trash = full.trash()
    done = backup.write(full, tmp_path / name, corpus=True)
    assert (done.about.count("files"), done.about.count("corpus"), done.skipped) == (3, 1, [])
    assert done.bytes == (tmp_path / name).stat().st_size
    full.undelete(*(row.id for row in trash))
    full.purge()
    add(full, CAU.replace("900", "1200"))
    taken(full, tmp_path / name)
    assert (states(full), texts(full), full.trash()) == (before, words, trash)
    assert sound(full, tmp_path / "data")
    full.rollback()
    assert any("1200" in text for text in texts(full)), "a restore can be undone"
    assert not list((tmp_path / "data").glob("*/.backup-*"))


def test_on_another_machine(full: Library, tmp_path: Path) -> None:
    """Another data folder, another place for the corpus, and nothing built where the model is the same."""
    before, words = states(full), texts(full)
    backup.write(full, tmp_path / "b.zip", corpus=True)
    for encoder in (ToyEncoder(), OtherEncoder()):
        into = tmp_path / f"nơi khác {encoder.name}"
        into.mkdir()
        other = Library(into, tmp_path / "data2", encoder)
        with other.unpacking() as folder:
            backup.unpack(tmp_path / "b.zip", folder)
            backup.put_corpus(folder, into)
            seconds = []
            other.take_over(folder, lambda done, total: seconds.append(total))  # noqa: B023
        assert bool(seconds) == (encoder.name == "other"), "an index of another model is built, never guessed"
        assert (states(other), texts(other)) == (before, words)
        assert (into / "sâu" / "dap.txt").read_text(encoding="utf-8") == DAM
        assert sound(other, tmp_path / "data2")
        assert other.refresh().added == []
        other.close()


def test_an_index_of_another_schema_is_built_anew(full: Library, tmp_path: Path) -> None:
    words = texts(full)
    backup.write(full, tmp_path / "b.zip", corpus=False)
    with full.unpacking() as folder:
        backup.unpack(tmp_path / "b.zip", folder)
        manifest = folder / "index" / "manifest.json"
        manifest.write_text(manifest.read_text(encoding="utf-8").replace('"schema": ', '"schema": 9'), encoding="utf-8")
        built: list[int] = []
        add(full, CHO.replace("sáng", "trưa"), "trua.txt")
        full.take_over(folder, lambda done, total: built.append(total))
    assert built
    assert texts(full) == words


def test_a_backup_waits_for_nobody_and_nobody_for_it(full: Library, tmp_path: Path) -> None:
    """It is written from a snapshot: changes go on meanwhile, and are not in it."""
    before = states(full)
    began, go_on = threading.Event(), threading.Event()

    def on_file(done: int, name: str) -> None:
        began.set()
        assert go_on.wait(30)

    writer = threading.Thread(target=lambda: backup.write(full, tmp_path / "b.zip", corpus=True, on_file=on_file))
    writer.start()
    assert began.wait(30)
    for n in range(3):
        add(full, CHO.replace("sáng", f"lúc {n} giờ"), f"{n}.txt")
    assert full.index().search("chợ")
    assert sound(full, tmp_path / "data"), "a backup being written is no leftover"
    full.tidy()
    go_on.set()
    writer.join()
    taken(full, tmp_path / "b.zip")
    assert states(full) == before


def test_a_purge_ends_a_backup_that_would_keep_what_it_deletes(full: Library, tmp_path: Path) -> None:
    def on_file(done: int, name: str) -> None:
        if done == 0:
            full.purge()

    with pytest.raises(StoreError, match="by a purge; nothing was written"):
        backup.write(full, tmp_path / "b.zip", corpus=True, on_file=on_file)
    assert {p.name for p in tmp_path.iterdir()} == {"kho", "data"}


def test_written_whole_or_not_at_all(full: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "b.tar.gz"
    path.write_bytes(b"the backup of yesterday")

    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ingest.backup.tarfile.TarFile.addfile", full_disk)
    with pytest.raises(OSError, match="No space"):
        backup.write(full, path, corpus=True)
    assert path.read_bytes() == b"the backup of yesterday"
    assert {p.name for p in tmp_path.iterdir()} == {"kho", "data", "b.tar.gz"}


def test_a_damaged_kept_file_is_not_backed_up(full: Library, tmp_path: Path) -> None:
    kept = next((tmp_path / "data").glob("*/files/*"))
    kept.write_bytes(kept.read_bytes() + b"x")
    with pytest.raises(StoreError, match="doctor --repair"):
        backup.write(full, tmp_path / "b.zip", corpus=True)
    assert not (tmp_path / "b.zip").exists()
    kept.unlink()
    with pytest.raises(StoreError, match=r"is missing; .hoidap doctor --repair"):
        backup.write(full, tmp_path / "b.zip", corpus=True)


@pytest.mark.parametrize(
    ("name", "words"), [("b.rar", "NAME.tar.gz"), ("kho/b.zip", "corpus folder"), ("x/b.zip", "no folder")]
)
def test_where_a_backup_may_not_be(full: Library, tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        backup.write(full, tmp_path / name, corpus=True)


def test_a_corpus_file_that_cannot_be_read_is_named(full: Library, corpus: Path, tmp_path: Path) -> None:
    (corpus / "qua-lon.txt").write_bytes(b"a" * 20_000_001)
    (corpus / "phim.mp4").write_bytes(b"no document")
    done = backup.write(full, tmp_path / "b.zip", corpus=True)
    assert [Path(name).name for name, _ in done.skipped] == ["qua-lon.txt"]
    assert done.about.count("corpus") == 1


KEEPER = """
import sys
from pathlib import Path
from ingest import backup
from ingest.library import Library
from tests.toy import ToyEncoder
home = Path(sys.argv[1])
library = Library(home / "kho", home / "data", ToyEncoder())
added = [d.id for d in library.documents() if d.source.startswith("upload:")]
for n in range(10_000):
    print(n, flush=True)
    library.remove(added[n % 2])
    library.rollback()
    library.rollback()
    with library.unpacking() as folder:
        backup.unpack(home / "b.zip", folder)
        library.take_over(folder)
"""


def test_killed_while_it_goes_back_or_restores_it_loses_nothing(library: Library, tmp_path: Path) -> None:
    """At any moment each document is searched or in the trash, and `doctor --repair` leaves nothing amiss."""
    ids = {add(library), add(library, CHO, "cho.txt")} | {d.id for d in library.documents()}
    backup.write(library, tmp_path / "b.zip", corpus=True)
    library.close()
    for n in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert process.stdout
        process.stdout.readline()
        time.sleep(0.15 * n)
        process.kill()
        process.communicate()
        place = Place(library.corpus, tmp_path / "data", ToyEncoder())
        assert {f.name for f in examine(place) if f.state == "problem"} <= {"leftovers", "state"}
        library.refresh()
        assert set(states(library)) == ids
        library.undelete(*(row.id for row in library.trash()))
        library.close()
        repair(place)
        assert sound(library, tmp_path / "data")
        assert set(library.index().documents) == ids


# what is done to a sound backup's members, as {name: bytes}
def _packed(path: Path, members: list[tuple[str, bytes]]) -> None:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as packed:
            for name, data in members:
                packed.writestr(name, data)
        return
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


EVIL = (
    "../thoat.txt",
    "/tmp/thoat.txt",
    "files/../../thoat.txt",
    "files//x",
    "files\\..\\x",
    "C:/thoat",
    "thoat.txt",
    "files/./x",
    "corpus/..",
    "files/",
)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_names_that_lead_elsewhere_are_refused(full: Library, tmp_path: Path, kind: str) -> None:
    before = states(full)
    for name in EVIL:
        _packed(tmp_path / f"b.{kind}", [("library.json", b"{}"), (name, b"x")])
        with pytest.raises(StoreError, match="nothing was changed"):
            taken(full, tmp_path / f"b.{kind}")
        assert states(full) == before
        assert not list(tmp_path.rglob("*thoat*"))
        assert {p.name for p in tmp_path.iterdir()} == {"kho", "data", f"b.{kind}"}
        assert not list((tmp_path / "data").glob("*/.backup-*"))


def test_links_and_devices_are_refused(library: Library, tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
        with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
            info = tarfile.TarInfo("files/x")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        with pytest.raises(StoreError, match="no file"):
            taken(library, tmp_path / "b.tar.gz")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as packed:
        link = zipfile.ZipInfo("files/x")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(StoreError, match="no file"):
        taken(library, tmp_path / "b.zip")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_what_is_not_what_was_written_is_refused(full: Library, tmp_path: Path, kind: str) -> None:
    path, good = tmp_path / f"b.{kind}", tmp_path / f"good.{kind}"
    backup.write(full, good, corpus=True)
    members: list[tuple[str, bytes]] = []
    if kind == "zip":
        with zipfile.ZipFile(good) as packed:
            members = [(name, packed.read(name)) for name in packed.namelist()]
    else:
        with tarfile.open(good) as archive:
            for info in archive:
                content = archive.extractfile(info)
                assert content
                members.append((info.name, content.read()))
    assert members[-1][0] == "backup.json"
    _packed(path, members)
    taken(full, path)  # packed again it is sound
    about = json.loads(members[-1][1])
    before = states(full)
    newer = json.dumps(about | {"format": 2}).encode()
    for wrong, words in (
        (members[:-1], "no backup of hoidap"),
        (members[1:], "not what was written"),
        ([(members[0][0], members[0][1] + b" "), *members[1:]], "not what was written"),
        ([*members[:-1], ("files/" + "0" * 64, b"x"), members[-1]], "not what was written"),
        ([members[0], *members], "twice"),
        ([*members[:-1], ("backup.json", newer)], "newer hoidap"),
        ([*members[:-1], ("backup.json", b"[]")], "no backup of hoidap"),
        ([*members[:-1], ("backup.json", b"{")], "damaged or no backup"),
    ):
        with pytest.warns(UserWarning) if words == "twice" and kind == "zip" else _nothing():
            _packed(path, wrong)
        with pytest.raises(StoreError, match=words):
            taken(full, path)
        assert states(full) == before


class _nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *args: object) -> None: ...


@given(st.data())
@settings(max_examples=40)
def test_a_damaged_backup_changes_nothing(packed: tuple[Library, Path], data: st.DataObject) -> None:
    """Cut off anywhere, or with any byte changed: refused, or, where the byte says nothing (a date), whole."""
    library, path = packed
    good = path.read_bytes()
    at = data.draw(st.integers(0, len(good) - 1))
    bad = path.with_name(f"bad-{path.name}")
    if data.draw(st.booleans()):
        bad.write_bytes(good[:at])
    else:
        bad.write_bytes(good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :])
    with library.unpacking() as folder:
        try:
            about = backup.unpack(bad, folder)
        except StoreError as error:
            assert "nothing was changed" in str(error) or "newer" in str(error) or "no room" in str(error)
        else:
            found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {"held.lock"}
            assert found == set(about.files)


@pytest.fixture(scope="module", params=["zip", "tar.gz"])
def packed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, Path]]:
    home = tmp_path_factory.mktemp("packed")
    (home / "kho").mkdir()
    (home / "kho" / "dap.txt").write_text(DAM, encoding="utf-8")
    library = Library(home / "kho", home / "data", ToyEncoder())
    library.refresh()
    add(library)
    backup.write(library, home / f"b.{request.param}", corpus=True)
    yield library, home / f"b.{request.param}"
    library.close()


def test_no_room_is_said_before_it_is_gone(full: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup.write(full, tmp_path / "b.zip", corpus=True)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("ingest.backup.shutil.disk_usage", lambda path: usage._replace(free=backup.SPARE))
    with pytest.raises(StoreError, match="make room"):
        taken(full, tmp_path / "b.zip")


# ---- export ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", DAM),
        (
            "a.md",
            "---\ntitle: 'Đập: \"số 1\" # không'\npublisher: Báo Hậu Giang\nauthor: Lê Vân\npublished: 2023-11\n"
            "url: https://example.org/a\nnumber: 12-KH/TU\ntype: kế hoạch\nnotice: Đập cao 42 mét.\nnotice_about: Đập\n"
            "---\n# Đập\n\nĐập cao 42 mét.\n\n## Hồ\n\nHồ rộng 3 ha.\n",
        ),
        ("a.md", "# Không có gì ở đầu\n\nMột câu.\n"),
        ("a.txt", "---\nKẻ ngang mở đầu.\n---\n\nMột câu.\n"),
    ],
)
def test_exported_text_read_again_is_the_same_document(name: str, text: str) -> None:
    document, sections = read(Source(name, name, text.encode()))
    again, new = read(Source("a.md", name, as_markdown(document).encode()))
    kept = ("title", "publisher", "author", "published", "url", "number", "kind", "notice", "notice_about", "id")
    assert {k: getattr(again, k) for k in kept} == {k: getattr(document, k) for k in kept}
    content = [document.text[s.start : s.end].strip() for s in sections]
    if name == "a.md":
        assert [again.text[s.start : s.end].strip() for s in new] == content
    else:
        words = [word for s in new for word in again.text[s.start : s.end].split()]
        assert [word for part in content for word in part.split() if word != "---"] == words, "a rule is no content"


@given(st.text(max_size=60), st.text(max_size=30))
def test_facts_of_any_letters_stay_one_block(title: str, publisher: str) -> None:
    document = Document("a-1", "Một câu.\n", title, "a.txt", "0", publisher=publisher)
    text = as_markdown(document)
    again, _ = read(Source("a.md", "a.txt", text.encode("utf-8", "replace")))
    assert again.text.endswith("Một câu.\n")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    (tmp_path / "kho").mkdir(exist_ok=True)
    (tmp_path / "kho" / "dap.txt").write_text(DAM, encoding="utf-8")
    monkeypatch.setenv("HOIDAP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOIDAP_CORPUS", str(tmp_path / "kho"))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = main(argv)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_export(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "=cmd.txt").write_text("=1+1\n\nBảng tính này là công thức.\n", encoding="utf-8")
    (home / "hai.zip").write_bytes(_zip({"a/vb.txt": CHO, "../vb.txt": CAU}))
    (home / "kho" / "hong.txt").write_bytes(b"\0\1")
    status, out, _ = run(capsys, "add", str(home / "=cmd.txt"), str(home / "hai.zip"))
    assert status == 0
    ids = [line.split()[1] for line in out.splitlines()]
    run(capsys, "remove", ids[2])
    status, out, err = run(capsys, "export", str(home / "ra"))
    assert status == 1, "the damaged file has no text"
    assert "hong.txt" in err and "3 documents are in" in err
    with (home / "ra" / "documents.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["id"] for row in rows} >= set(ids[:2])
    assert {p.name for p in (home / "ra").iterdir()} == {row["file"] for row in rows} | {"documents.csv"}
    assert next(row["title"] for row in rows if row["name"] == "'=cmd.txt").startswith("'=1+1")
    assert all(".." not in p.name for p in home.rglob("*"))
    # again: nothing changes; then a file in the way
    status, out, _ = run(capsys, "export", ids[0], ids[1], str(home / "ra"))
    assert [line.split()[0] for line in out.splitlines()] == ["unchanged", "unchanged"]
    path = home / "ra" / f"{ids[0]}.md"
    path.write_text("của tôi", encoding="utf-8")
    status, out, err = run(capsys, "export", ids[0], str(home / "ra"))
    assert status == 1
    assert "--overwrite" in err
    assert path.read_text(encoding="utf-8") == "của tôi"
    status, out, _ = run(capsys, "export", ids[0], str(home / "ra"), "--overwrite")
    assert out.startswith("replaced ")
    assert "công thức" in path.read_text(encoding="utf-8")


def test_export_of_the_original_bytes(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "hai.zip").write_bytes(_zip({"a/vb.txt": CHO}))
    (home / "kho" / "hong.txt").write_bytes(b"\0\1")
    (id,) = (line.split()[1] for line in run(capsys, "add", str(home / "hai.zip"))[1].splitlines())
    run(capsys, "disable", id)
    status, _, err = run(capsys, "export", "--original", str(home / "ra"))
    assert status == 0, err
    found = {p.name: p.read_bytes() for p in (home / "ra").iterdir()}
    assert found.pop(f"{id}.txt") == CHO.encode()
    assert sorted(found.values(), key=len)[:2] == [b"\0\1", DAM.encode()]
    (kept,) = (home / "data").glob("*/files/*")
    kept.write_bytes(b"khac")
    status, _, err = run(capsys, "export", "--original", id, str(home / "ra2"))
    assert status == 1
    assert "hoidap doctor" in err


def _zip(members: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("argv", "words", "code"),
    [
        (("export", "khong-co", "ra"), "hoidap list", 1),
        (("export", "kho/ra"), "corpus folder", 2),
        (("export", "kho/dap.txt"), "no folder", 2),
        (("backup", "b.rar"), "NAME.tar.gz", 2),
        (("restore", "khong-co.zip"), "no such file", 1),
        (("restore", "kho/dap.txt"), "damaged or no backup", 1),
        (("restore", "b.zip", "--into", "kho"), "not empty", 2),
        (("restore", "b.zip", "--into", "x/y"), "no folder", 2),
        (("rollback",), "nothing to go back to", 1),
    ],
)
def test_wrong_use_is_one_line(
    capsys: pytest.CaptureFixture[str], home: Path, argv: tuple[str, ...], words: str, code: int
) -> None:
    here = os.getcwd()
    os.chdir(home)
    try:
        status, _, err = run(capsys, *argv)
    finally:
        os.chdir(here)
    assert status == code
    assert words in err
    assert len([line for line in err.splitlines() if line.startswith("hoidap:")]) == 1


def test_the_commands(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "cau.txt").write_text(CAU, encoding="utf-8")
    (id,) = (line.split()[1] for line in run(capsys, "add", str(home / "cau.txt"))[1].splitlines())
    status, out, _ = run(capsys, "rollback")
    assert (status, out.split()[:2]) == (0, ["gone", id])
    status, out, err = run(capsys, "rollback")
    assert (status, out.split()[:2]) == (0, ["searched", id])
    assert "again undoes this" in err
    status, out, _ = run(capsys, "backup", str(home / "b.zip"))
    assert status == 0
    assert out.startswith("written ") and "1 added documents, 1 files of the corpus folder" in out
    assert run(capsys, "backup", str(home / "b.zip"), "--no-corpus")[1].startswith("replaced ")
    run(capsys, "backup", str(home / "b.tar.gz"))
    run(capsys, "remove", id, "--purge")
    (home / "kho" / "dap.txt").write_text(DAM.replace("42", "45"), encoding="utf-8")
    status, out, err = run(capsys, "restore", str(home / "b.tar.gz"))
    assert status == 0, err
    assert "is whole" in err and "1 of the corpus files in the backup are not in" in err and "--into" in err
    assert "900 mét" in run(capsys, "ask", "Cầu Bình Minh dài bao nhiêu mét?")[1]
    assert "45 mét" in run(capsys, "ask", "Đập Sông Xanh cao bao nhiêu mét?")[1], "the corpus folder is not written to"
    status, _, err = run(capsys, "restore", str(home / "b.tar.gz"), "--into", str(home / "moi"))
    assert status == 0
    assert f"--corpus {home / 'moi'}" in err
    (home / "hong.zip").write_bytes((home / "b.zip").read_bytes()[:-90])
    assert run(capsys, "restore", str(home / "hong.zip"), "--into", str(home / "nua"))[0] == 1
    assert not (home / "nua").exists()
    asked = ("ask", "Đập Sông Xanh cao bao nhiêu mét?", "--corpus", str(home / "moi"))
    assert "42 mét" in run(capsys, *asked)[1]
    assert run(capsys, "doctor", "--corpus", str(home / "moi"))[0] == 0
    assert run(capsys, "doctor")[0] == 0
