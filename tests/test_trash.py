"""Documents taken out: searched no longer at once, back as they were when wanted, and after a purge nowhere on disk."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.encoder import load_encoder
from index.errors import StoreError
from index.postings import hashes_of
from index.search import scored_text
from index.text import fold, terms
from ingest.library import Library
from ingest.read import Source
from tests.toy import ToyEncoder

DAM = "Đập thủy lợi\n\nĐập Sông Xanh cao 42 mét và khánh thành ngày 03/4/2019.\n"
SECRET = "Tuyến đò Quỷnh Lưỡng\n\nBến Quỷnh Lưỡng chở kiệu Đoạng Thỏm mỗi sớm.\n"
DISTINCT = ("Quỷnh", "Lưỡng", "Đoạng", "Thỏm")


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


def add(library: Library, text: str = SECRET, name: str = "do.txt") -> str:
    source = Source(name, f"upload:{name}", text.encode())
    library.add_sources([source])
    return source.document_id


def searched(library: Library) -> set[str]:
    return {hit.document.id for hit in library.index().search("bến đò đập sông xanh", 100)}


def states(library: Library) -> dict[str, str]:
    return {row.id: row.state for row in library.rows()}


def test_removed_is_not_found_and_comes_back_as_it_was(library: Library) -> None:
    id = add(library)
    (before,) = (row for row in library.rows() if row.id == id)
    assert library.remove(id).removed == [id]
    assert id not in searched(library)
    (row,) = library.trash()
    assert (row.id, row.state, row.title, row.passages) == (id, "removed", "Tuyến đò Quỷnh Lưỡng", before.passages)
    assert row.added == before.added
    assert library.undelete(id).added == [id]
    assert id in searched(library)
    assert before in library.rows()
    assert library.trash() == []


def test_disabled_is_listed_and_not_found(library: Library) -> None:
    id = add(library)
    library.disable(id)
    assert id not in searched(library)
    (row,) = (row for row in library.rows() if row.id == id)
    assert (row.state, row.title) == ("disabled", "Tuyến đò Quỷnh Lưỡng")
    assert library.document(id)[0].text == SECRET
    library.enable(id)
    assert id in searched(library)


def test_disabled_stays_so_when_given_again_or_changed(library: Library) -> None:
    id = add(library)
    library.disable(id)
    source = Source("do.txt", "upload:do.txt", SECRET.encode())
    assert library.add_sources([source]).unchanged == [id]
    add(library, SECRET.replace("sớm", "chiều"))
    assert states(library)[id] == "disabled"
    assert id not in searched(library)
    library.enable(id)
    assert any("chiều" in p.text for p in library.index().passages)


def test_disabled_and_removed_comes_back_disabled(library: Library) -> None:
    id = add(library)
    library.disable(id)
    assert library.remove(id).removed == [id]
    assert states(library)[id] == "removed"
    library.undelete(id)
    assert states(library)[id] == "disabled"


def test_corpus_files_are_hidden_never_deleted(library: Library, corpus: Path) -> None:
    (document,) = library.documents()
    library.remove(document.id)
    (row,) = library.trash()
    assert (row.title, row.bytes) == ("Đập thủy lợi", len(DAM.encode()))
    assert "stays in the corpus folder" in row.reason
    assert library.purge() == [document.id]
    assert (corpus / "dap.txt").exists()
    library.refresh()
    assert searched(library) == set()
    assert [row.title for row in library.trash()] == ["dap.txt"], "nothing else is known of it any more"
    library.undelete(document.id)
    assert searched(library) == {document.id}


def test_corpus_file_can_be_disabled(library: Library) -> None:
    (document,) = library.documents()
    library.disable(document.id)
    library.refresh()
    assert searched(library) == set()
    assert library.index().documents == {}
    library.enable(document.id)
    assert searched(library) == {document.id}


def test_rows_tell_what_failed(library: Library, corpus: Path) -> None:
    (corpus / "hong.txt").write_bytes(b"\x00\x01")
    (corpus / "anh.xyz").write_bytes(b"x")
    library.refresh()
    failed = {row.name: row for row in library.rows() if row.state == "failed"}
    assert set(failed) == {"hong.txt", "anh.xyz"}
    assert all(row.reason and row.bytes and row.added for row in failed.values())
    library.remove(failed["hong.txt"].id)
    assert [name for name, _ in library.refresh().failed] == ["anh.xyz"]


def test_wrong_ids_change_nothing(library: Library, corpus: Path) -> None:
    id = add(library)
    (state,) = corpus.parent.glob("data/*/library.json")
    before = state.read_bytes()
    for change, ids in (
        (library.remove, (id, "khong-co")),
        (library.disable, (id, "khong-co")),
        (library.undelete, (id,)),
        (library.enable, (id,)),
        (library.purge, (id,)),
    ):
        with pytest.raises(StoreError, match=r"hoidap (list|remove)"):
            change(*ids)
    assert state.read_bytes() == before
    library.remove(id)
    with pytest.raises(StoreError, match="hoidap list"):
        library.remove(id)


def test_given_again_after_removal_it_is_searched(library: Library) -> None:
    id = add(library)
    library.remove(id)
    assert add(library) == id
    assert id in searched(library)
    assert library.trash() == []


def test_not_brought_back_beside_its_copy(library: Library) -> None:
    id = add(library)
    library.remove(id)
    other = add(library, name="ban-sao.txt")
    with pytest.raises(StoreError, match=other):
        library.undelete(id)
    library.purge()
    assert library.document(other)[0].text == SECRET, "the copy has the same bytes and keeps them"
    library.remove(other)
    library.undelete(other)
    assert other in searched(library)


def test_states_of_before_the_trash_still_load(library: Library, corpus: Path, tmp_path: Path) -> None:
    """library.json as it was written until 23 November 2026."""
    id = add(library)
    (dam,) = (d.id for d in library.documents() if d.id != id)
    (path,) = (tmp_path / "data").glob("*/library.json")
    row = json.loads(path.read_text(encoding="utf-8"))["added"][id]
    del row["added"]
    path.write_text(json.dumps({"added": {id: row}, "hidden": {dam: "x"}}), encoding="utf-8")
    for kept in (tmp_path / "data").glob("*/index-*/g*/state.json"):
        kept.unlink()
    library.refresh()
    assert states(library) == {id: "searched", dam: "removed"}
    assert next(row.added for row in library.rows() if row.id == id), "else when its bytes were written"


MARKET = "Chợ\n\nChợ họp sáng chủ nhật.\n"


def traces(folder: Path, text: str, vectors: np.ndarray) -> list[tuple[str, str]]:
    """Where in `folder` any distinctive word, in any spelling and encoding, any term, or any vector is stored."""
    words = {form for word in DISTINCT for form in (word, word.lower(), fold(word), fold(word).lower())}
    needles = [(w, w.encode(code)) for w in words for code in ("utf-8", "utf-16-le", "utf-16-be")]
    needles += [(w, json.dumps(w)[1:-1].encode()) for w in words if not w.isascii()]
    own = set(terms(text)) - set(terms(DAM)) - set(terms(MARKET))
    needles += [(f"term {t}", hashes_of([t]).tobytes()) for t in own]
    needles += [("vector", row.tobytes()) for row in vectors]
    needles += [("part of a vector", row[:8].tobytes()) for row in vectors]
    needles.append(("bytes", text.encode()[-40:-5]))
    found = []
    for path in (p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        found += [(name, str(path)) for name, needle in needles if needle in data]
        found += [(name, path.name) for name, needle in needles if needle in path.name.encode()]
    return found


def test_nothing_is_left_after_a_purge(corpus: Path, tmp_path: Path) -> None:
    """With the shipped model, for its vectors are like no other text's; and beside an index by another encoder."""
    data = tmp_path / "data"
    library = Library(corpus, data, load_encoder())
    other = Library(corpus, data, ToyEncoder())
    library.refresh()
    id = add(library)
    other.refresh()
    index = library.index()
    (text,) = {scored_text(index.documents[id], p) for p in index.passages if p.document == id}
    vectors = library.encoder.encode([text])
    add(library, MARKET, "cho.txt")  # another generation
    there = {name for name, _ in traces(data, text, vectors)}
    assert {"Quỷnh", "quỷnh", "quynh", "vector", "bytes"} <= there, "else the search proves nothing"
    assert any(name.startswith("term") for name in there)
    library.remove(id)
    (home,) = data.glob("kho-*")
    (home / ".library.json.abcd1234").write_text(SECRET, encoding="utf-8")  # a killed write
    (library._store.root / "g000099").mkdir()  # a killed build
    (library._store.root / "g000099" / "documents.jsonl").write_text(SECRET, encoding="utf-8")
    assert library.purge() == [id]
    assert traces(data, text, vectors) == []
    assert library.trash() == []
    assert len(library.documents()) == 2
    library.close()
    other.close()


def test_only_some_of_the_trash_is_purged(library: Library) -> None:
    one, other = add(library), add(library, "Chợ\n\nChợ họp sáng.\n", "cho.txt")
    library.remove(one, other)
    assert library.purge(one) == [one]
    assert [row.id for row in library.trash()] == [other]
    library.undelete(other)
    assert other in searched(library)


def test_a_purge_that_cannot_delete_says_so(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    id = add(library)
    library.remove(id)
    monkeypatch.setattr("index.store.shutil.rmtree", lambda *args, **kwargs: None)
    with pytest.raises(StoreError, match="could not be deleted"):
        library.purge()
    monkeypatch.undo()
    assert [row.id for row in library.trash()] == [id], "it is still there to be purged"
    assert library.purge() == [id]


NAMES = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove", "undelete", "disable", "enable", "purge"]), NAMES))


@given(STEPS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_any_order_of_changes_leaves_each_document_in_one_state(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    """Against a model of one line a rule: what is searched is what was added, less what is removed or disabled."""
    home = tmp_path_factory.mktemp("any")
    (home / "kho").mkdir()
    library = Library(home / "kho", home / "data", ToyEncoder())
    library.refresh()
    sources = {n: Source(f"{n}.txt", f"upload:{n}", f"Bài {n}\n\nNội dung {n * 9}.\n".encode()) for n in "abc"}
    place: dict[str, str] = {}  # name -> "in" or "trash"
    disabled: set[str] = set()
    for step, name in steps:
        id = sources[name].document_id
        allowed = {
            "add": True,
            "remove": place.get(name) == "in",
            "undelete": place.get(name) == "trash",
            "disable": place.get(name) == "in",
            "enable": name in disabled and name in place,
            "purge": place.get(name) == "trash",
        }[step]
        if not allowed:
            with pytest.raises(StoreError):
                getattr(library, step)(id)
            continue
        library.add_sources([sources[name]]) if step == "add" else getattr(library, step)(id)
        if step in ("add", "undelete"):
            place[name] = "in"
        elif step == "remove":
            place[name] = "trash"
        elif step == "purge":
            del place[name]
        if step == "disable":
            disabled.add(name)
        elif step in ("enable", "purge"):
            disabled.discard(name)
    wanted = {
        sources[n].document_id: "removed" if p == "trash" else "disabled" if n in disabled else "searched"
        for n, p in place.items()
    }
    assert states(library) == wanted
    assert set(library.index().documents) == {id for id, state in wanted.items() if state == "searched"}
    kept = {path.name for path in home.glob("data/*/files/*")}
    assert kept >= {sources[n].sha256 for n in place}
    library.close()


def test_a_question_meanwhile_finds_it_or_not_but_never_fails(library: Library) -> None:
    id = add(library)
    errors: list[Exception] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                assert searched(library)
            except Exception as error:
                errors.append(error)
                return

    reader = threading.Thread(target=ask)
    reader.start()
    for _ in range(3):
        library.remove(id)
        assert id not in searched(library)
        library.undelete(id)
        assert id in searched(library)
    stop.set()
    reader.join()
    assert errors == []
