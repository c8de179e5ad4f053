"""`hoidap doctor`: every damage is named in one line, mended or called lost, and a second look finds nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.cli import main
from index.errors import StoreError
from index.search import open_index
from index.settings import SETTINGS
from ingest.doctor import Finding, Place, examine
from ingest.library import Library
from ingest.read import Source
from ingest.repair import repair
from tests.toy import ToyEncoder

DAM = "Đập thủy lợi\n\nĐập Sông Xanh cao 42 mét và khánh thành ngày 03/4/2019.\n"
CAU = "Cầu mới\n\nCầu Bình Minh dài 900 mét, nối hai bờ sông Hậu.\n"
CHO = "Chợ\n\nChợ họp sáng chủ nhật.\n"
DO = "Tuyến đò\n\nBến đò chở khách mỗi sớm.\n"


class Damaged:
    """A library with a corpus file, two added documents, one disabled and one in the trash; closed, to be damaged."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.data = folder / "kho", folder / "data"
        self.corpus.mkdir()
        (self.corpus / "dap.txt").write_text(DAM, encoding="utf-8")
        self.given = folder / "cau.txt"
        self.given.write_text(CAU, encoding="utf-8")
        library = self.library()
        library.refresh()
        (self.cau,) = library.add([self.given]).added
        texts = {"cho.txt": CHO, "do.txt": DO, "an.txt": "Bài ẩn\n\nNội dung bị ẩn.\n"}
        sources = [Source(name, f"upload:{name}", text.encode()) for name, text in texts.items()]
        library.add_sources(sources)
        self.cho, self.do, self.an = (source.document_id for source in sources)
        library.disable(self.an)
        library.remove(self.do)
        library.close()
        (self.home,) = self.data.glob("kho-*")
        (self.root,) = self.home.glob("index-*")

    def library(self) -> Library:
        return Library(self.corpus, self.data, ToyEncoder())

    @property
    def place(self) -> Place:
        return Place(self.corpus, self.data, ToyEncoder())

    @property
    def current(self) -> Path:
        return self.root / json.loads((self.root / "CURRENT").read_text(encoding="utf-8"))["generation"]

    def kept(self, id: str) -> Path:
        state = json.loads((self.home / "library.json").read_text(encoding="utf-8"))
        return self.home / "files" / (state["added"] | state["removed"])[id]["sha256"]

    def states(self) -> dict[str, str]:
        library = self.library()
        library.refresh()
        found = {row.id: row.state for row in library.rows()}
        library.close()
        return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Damaged, Path]:
    """The library, and a copy of all its files: making it anew takes five builds."""
    folder = tmp_path_factory.mktemp("doctor")
    (folder / "x").mkdir()
    library = Damaged(folder / "x")
    shutil.copytree(folder / "x", folder / "copy")
    return library, folder


@pytest.fixture
def damaged(made: tuple[Damaged, Path]) -> Damaged:
    library, folder = made
    shutil.rmtree(folder / "x")
    shutil.copytree(folder / "copy", folder / "x")
    return library


def problems(place: Place) -> list[Finding]:
    return [finding for finding in examine(place) if finding.state == "problem"]


def flip(path: Path, at: float = 0.5) -> None:
    """Turn one bit of a byte in the middle."""
    data = bytearray(path.read_bytes())
    data[int(at * len(data))] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_a_sound_library_is_left_alone(damaged: Damaged) -> None:
    def files() -> dict[str, bytes]:
        """All but what is only remembered of the corpus folder, and Chroma's, which writes when it reads."""
        places = [damaged.home / "library.json", damaged.root / "CURRENT", *damaged.home.glob("files/*")]
        places += [p for p in damaged.root.glob("g*/**/*") if p.is_file() and "chroma" not in p.parts]
        return {str(p): p.read_bytes() for p in places}

    before = files()
    found = examine(damaged.place)
    assert [f for f in found if f.state == "problem"] == []
    assert {f.name for f in found} >= {"corpus", "library.json", "pointer", "checksums", "passages", "vectors", "disk"}
    (trash,) = (f.text for f in found if f.name == "library.json")
    assert "1 in the trash" in trash and "hoidap purge" in trash
    assert all("\n" not in f.text and f.text for f in found)
    assert files() == before
    assert repair(damaged.place) == []
    assert files() == before


def test_before_the_first_index_nothing_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "kho").mkdir()
    found = examine(Place(tmp_path / "kho", tmp_path / "data", ToyEncoder()))
    assert {f.state for f in found} <= {"ok", "note"}
    assert "hoidap index" in found[-1].text
    assert not (tmp_path / "data").exists()


INDEX = (
    ("vectors cut short", lambda d: cut(d.current / "dense/vectors.npy"), "vectors"),
    ("a number in a vector", lambda d: flip(d.current / "dense/vectors.npy", 0.99), "vectors.npy"),
    ("the moments gone", lambda d: (d.current / "dense/moments.npz").unlink(), "moments"),
    ("a score", lambda d: flip(d.current / "lexical/scores.npy", 0.9), "scores.npy"),
    ("postings cut short", lambda d: cut(d.current / "lexical/rows.npy"), "rows.npy"),
    ("a letter of a document", lambda d: flip(d.current / "documents.jsonl"), "documents.jsonl"),
    ("passages gone", lambda d: (d.current / "passages.jsonl").write_bytes(b""), "passages"),
    ("the manifest", lambda d: (d.current / "manifest.json").write_bytes(b"{"), "manifest"),
    ("the checksums", lambda d: (d.current / "sums.json").write_bytes(b"[1]"), "sums.json"),
    ("Chroma gone", lambda d: shutil.rmtree(d.current / "dense/chroma"), "collection"),
    ("the generation gone", lambda d: shutil.rmtree(d.current), "not there"),
    ("the pointer cut", lambda d: cut(d.root / "CURRENT"), "CURRENT"),
    ("a pointer to nowhere", lambda d: (d.root / "CURRENT").write_text('{"generation": "g000099"}'), "g000099"),
)


@pytest.mark.parametrize(("damage", "words"), [row[1:] for row in INDEX], ids=[row[0] for row in INDEX])
def test_a_damaged_index_is_named_and_built_anew(
    damaged: Damaged, damage: Callable[[Damaged], object], words: str
) -> None:
    states = damaged.states()
    damage(damaged)
    found = problems(damaged.place)
    assert any(words in f"{f.name} {f.text}" for f in found), found
    assert all("--repair" in f.text for f in found)
    assert any("built anew" in line for line in repair(damaged.place))
    assert problems(damaged.place) == []
    assert damaged.states() == states


def test_segments_of_chroma(damaged: Damaged) -> None:
    """count() is right with them gone; only a search notices."""
    for folder in (damaged.current / "dense/chroma").iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    (damaged.current / "dense/chroma/chroma.sqlite3").write_bytes(b"")
    assert problems(damaged.place)
    repair(damaged.place)
    assert problems(damaged.place) == []


def test_vectors_that_are_no_numbers_or_another_texts(damaged: Damaged) -> None:
    """Without checksums, as in an index built before there were any."""
    path = damaged.current / "dense/vectors.npy"
    (damaged.current / "sums.json").unlink()
    vectors = np.load(path)
    for wrong in (np.full_like(vectors, np.nan), vectors * 2, np.roll(vectors, 1, axis=0), vectors[:-1]):
        np.save(path, wrong)
        assert any("vector" in f"{found.name} {found.text}" for found in problems(damaged.place))


def test_a_passage_that_is_no_slice(damaged: Damaged) -> None:
    path = damaged.current / "passages.jsonl"
    (damaged.current / "sums.json").unlink()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows[0][3] -= 1
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert any("do not stand in their documents" in f.text for f in problems(damaged.place))


# ---- what was added --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [Path.unlink, flip, cut], ids=["gone", "flipped", "cut"])
def test_a_kept_file_comes_from_where_it_came(damaged: Damaged, damage: Callable[[Path], object]) -> None:
    damage(damaged.kept(damaged.cau))
    (found,) = problems(damaged.place)
    assert found.name == "kept files"
    assert "cau.txt" in found.text
    done = repair(damaged.place)
    assert any(str(damaged.given) in line for line in done)
    assert damaged.kept(damaged.cau).read_text(encoding="utf-8") == CAU
    assert problems(damaged.place) == []


@pytest.mark.parametrize("damage", [Path.unlink, flip], ids=["gone", "flipped"])
def test_else_its_text_stands_for_it(damaged: Damaged, damage: Callable[[Path], object]) -> None:
    damage(damaged.kept(damaged.cho))
    assert any("cho.txt" in line and "its text stands for it" in line for line in repair(damaged.place))
    assert problems(damaged.place) == []
    library = damaged.library()
    library.refresh()
    document, passages = library.document(damaged.cho)
    assert document.title == "Chợ"
    assert "Chợ họp sáng chủ nhật." in passages[0].text
    hurt = [row for row in library.trash() if row.name == "hong-cho.txt"]
    assert len(hurt) == (damage is flip), "damaged bytes can be looked at"
    library.close()


def test_what_no_index_has_is_called_lost(damaged: Damaged) -> None:
    """Of a document in the trash for two changes no text is left."""
    library = damaged.library()
    library.add_sources([Source("x.txt", "upload:x.txt", b"X\n\nMot hai ba bon.\n")])
    library.close()
    damaged.kept(damaged.do).unlink()
    (line,) = (line for line in repair(damaged.place) if "LOST" in line)
    assert damaged.do in line and "do.txt" in line
    assert problems(damaged.place) == []
    assert damaged.do not in damaged.states()


def test_a_damaged_copy_beside_a_damaged_index(damaged: Damaged) -> None:
    damaged.kept(damaged.cho).unlink()
    cut(damaged.current / "dense/vectors.npy")
    repair(damaged.place)
    assert problems(damaged.place) == []
    assert damaged.states()[damaged.cho] == "searched"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"added": 1}', None])
def test_a_damaged_state_is_taken_from_the_index(damaged: Damaged, content: bytes | None) -> None:
    states, path = damaged.states(), damaged.home / "library.json"
    before = path.read_bytes()
    path.unlink() if content is None else path.write_bytes(content)
    assert any(f.name == "library.json" for f in problems(damaged.place))
    assert any("taken from the index" in line for line in repair(damaged.place))
    assert path.read_bytes() == before
    assert problems(damaged.place) == []
    assert damaged.states() == states


def test_without_any_state_the_texts_tell_what_was_added(damaged: Damaged) -> None:
    (damaged.home / "library.json").write_bytes(b"{")
    for path in damaged.root.glob("g*/state.json"):
        path.unlink()
    (line,) = (line for line in repair(damaged.place) if "LOST" in line)
    assert "what was disabled" in line
    assert problems(damaged.place) == []
    states = damaged.states()
    assert states[damaged.cau] == states[damaged.cho] == "searched"
    library = damaged.library()
    lost = {library.document(row.id)[0].title for row in library.trash()}
    library.close()
    assert lost == {"Tuyến đò", "Bài ẩn"}
    assert states[damaged.do] == "removed", "it has its name again, from the index before"
    assert len(list((damaged.home / "files").iterdir())) == 4, "no byte that was added is deleted"


# ---- leftovers, locks, rights ----------------------------------------------------------------------------------------


def test_leftovers_of_killed_commands(damaged: Damaged) -> None:
    (damaged.home / ".library.json.abcd1234").write_bytes(b"x")
    (damaged.root / "g000099").mkdir()
    (damaged.root / "g000099" / "documents.jsonl").write_bytes(b"x" * 1000)
    (damaged.home / "files" / ("0" * 64)).write_bytes(b"x")
    (damaged.home / ".backup-abcd1234").mkdir()
    (found,) = problems(damaged.place)
    assert found.name == "leftovers"
    assert "2 more" not in found.text and "1 more" in found.text
    states = damaged.states()
    assert "4 leftovers" in repair(damaged.place)[-1]
    assert problems(damaged.place) == []
    assert damaged.states() == states


def test_a_lock_file_nobody_holds_is_nothing_and_one_that_is_held_is_said(
    damaged: Damaged, monkeypatch: pytest.MonkeyPatch
) -> None:
    (damaged.home / "writer.lock").write_bytes(b"")
    assert problems(damaged.place) == []
    monkeypatch.setattr("index.store._LOCK_SECONDS", 0.2)
    with damaged.place.store.writing(), pytest.raises(StoreError, match="another hoidap process is changing"):
        examine(damaged.place)


def test_a_state_the_index_does_not_know(damaged: Damaged) -> None:
    (damaged.current / "state.json").unlink()
    (found,) = problems(damaged.place)
    assert found.name == "state"
    repair(damaged.place)
    assert problems(damaged.place) == []


def test_files_changed_since_are_a_note(damaged: Damaged) -> None:
    (damaged.corpus / "moi.txt").write_text(DO.replace("sớm", "chiều"), encoding="utf-8")
    (damaged.corpus / "hong.txt").write_bytes(b"\0")
    notes = [f for f in examine(damaged.place) if f.state == "note"]
    assert any("changed since" in f.text for f in notes)
    assert problems(damaged.place) == []


def test_what_may_not_be_read_or_written_is_named(damaged: Damaged) -> None:
    """In a process of somebody who is not root, whom no permission stops."""
    program = (
        "import os, sys\nfrom pathlib import Path\n"
        "from ingest.doctor import Place, examine\nfrom tests.toy import ToyEncoder\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "place = Place(Path(sys.argv[1]), Path(sys.argv[2]), ToyEncoder())\n"
        "print(*(f'{f.name}: {f.text}' for f in examine(place) if f.state == 'problem'), sep='\\n')\n"
    )
    for folder in (damaged.corpus, *damaged.corpus.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    (damaged.corpus / "dap.txt").chmod(0)
    done = subprocess.run(
        [sys.executable, "-c", program, str(damaged.corpus), str(damaged.data)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    (damaged.corpus / "dap.txt").chmod(0o644)
    assert done.returncode == 0, done.stderr
    corpus, rights = (line for line in done.stdout.splitlines() if line.split(":")[0] in ("corpus", "permissions"))
    assert "dap.txt: Permission denied" in corpus
    assert str(damaged.home) in rights and "HOIDAP_DATA" in rights


def test_a_full_disk_is_said(damaged: Damaged, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(damaged.home)
    monkeypatch.setattr("ingest.doctor.shutil.disk_usage", lambda path: usage._replace(free=1_000_000))
    (found,) = problems(damaged.place)
    assert "make room" in found.text


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv("HOIDAP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOIDAP_CORPUS", str(tmp_path / "kho"))
    (tmp_path / "kho").mkdir()
    (tmp_path / "kho" / "dap.txt").write_text(DAM, encoding="utf-8")
    assert main(["index"]) == 0
    capsys.readouterr()
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == "hoidap: sound\n"
    assert all(line[:9].strip() in ("ok", "note") for line in out.splitlines())
    (vectors,) = (tmp_path / "data").rglob("vectors.npy")
    cut(vectors)
    assert main(["doctor"]) == 1
    out, err = capsys.readouterr()
    assert "problem   index: the vectors in" in out
    assert "hoidap doctor --repair" in err
    assert main(["doctor", "--repair"]) == 0
    out, err = capsys.readouterr()
    assert "repaired  the index was built anew: 1 documents" in out
    assert err.endswith("hoidap: sound\n")
    assert main(["ask", "Đập Sông Xanh cao bao nhiêu mét?"]) == 0
    assert "42 mét" in capsys.readouterr().out
    monkeypatch.setenv("HOIDAP_CORPUS", str(tmp_path / "khong-co"))
    assert main(["doctor"]) == 1


def test_damage_that_opens(damaged: Damaged) -> None:
    """Each of these files may be changed in one bit and still open; the checksums see it."""
    names = [p.relative_to(damaged.current) for p in damaged.current.rglob("*.npy")]
    assert len(names) >= 5
    opened = 0
    for name in names:
        path = damaged.current / name
        kept = path.read_bytes()
        flip(path, 0.95)
        try:
            open_index(damaged.current, ToyEncoder()).close()
            opened += 1
        except StoreError:
            pass
        assert any(f.name == "checksums" for f in problems(damaged.place)), name
        path.write_bytes(kept)
    assert opened > 2
