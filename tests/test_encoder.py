"""The shipped model against sentence-transformers itself, and what its vectors must do."""

from __future__ import annotations

import functools
import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import cli
from index.encoder import DEFAULT, MODEL, Encoder, TransformerEncoder, _Rows, load_encoder, repeats, spelled_out
from index.errors import EncoderError
from index.text import VERSION, clean, fold, terms

# Vietnamese, and what an English speaker would ask to find it.
TABLE = [
    ("Thủ tướng Chính phủ phê duyệt quy hoạch phát triển tỉnh.", "The Prime Minister approved the development plan."),
    ("Học sinh nghỉ học vì mưa lớn và lũ lụt.", "Students stay home from school because of heavy rain and floods."),
    ("Bệnh viện tiếp nhận nhiều bệnh nhân bị sốt cao.", "The hospital received many patients with high fever."),
    ("Công an bắt giữ một nghi phạm trong vụ cướp ngân hàng.", "Police arrested a suspect in the bank robbery."),
    ("Đội tuyển bóng đá giành chiến thắng trong trận chung kết.", "The football team won the final match."),
    ("Giá gạo xuất khẩu của Việt Nam tăng mạnh.", "The price of exported rice from Vietnam rose sharply."),
    ("Người dân trồng cây ăn quả để tăng thu nhập.", "Farmers grow fruit trees to increase their income."),
    ("Các nhà khoa học phát hiện một hành tinh mới.", "Scientists discovered a new planet."),
]
VIETNAMESE = [vi for vi, _ in TABLE]
ODD = ["", "   ", "😀 🎉", "Ω ж 中文", "zzqxv wwkpt", "Nghị quyết 05-NQ/TU ngày 01/6/2022", "What?"]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def cosines(encoder: Encoder, questions: list[str], passages: list[str]) -> npt.NDArray[np.float32]:
    return encoder.encode(questions, query=True) @ encoder.encode(passages).T


@pytest.mark.filterwarnings("default")  # what sentence_transformers and its imports warn of is not ours to fix
def test_equals_sentence_transformers(encoder: Encoder) -> None:
    from sentence_transformers import SentenceTransformer

    texts = [text for pair in TABLE for text in pair] + [" ".join(VIETNAMESE * 3)] + ODD
    joined = [spelled_out(text) for text in texts]
    model = SentenceTransformer(str(MODEL), device="cpu", local_files_only=True)
    half = np.asarray(model.encode(joined[:-7]), np.float32)
    full = model.float().encode(joined)
    ours = encoder.encode(texts)
    assert full.dtype == np.float32
    assert np.abs(ours - full).max() < 1e-6
    assert np.abs(ours[:-7] - half).max() < 1e-3


def test_rows_are_unit_or_zero(encoder: Encoder) -> None:
    found = encoder.encode([*VIETNAMESE, *ODD])
    assert found.shape == (len(TABLE) + len(ODD), encoder.dim)
    assert found.dtype == np.float32
    known = [any(term in vocabulary() for term in terms(text)) for text in [*VIETNAMESE, *ODD]]
    assert np.allclose(np.linalg.norm(found, axis=1), np.array(known, float), atol=1e-6)
    assert not known[len(TABLE)], "an empty text has no known term"
    assert encoder.encode([]).shape == (0, encoder.dim)


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*"kinh tế hoà hòa TỈNH 1.200 2 018 ２.０１８ 05-NQ/TU".split(), "ố"])).map(" ".join)
)
def test_the_rows_of_a_text_are_those_of_its_terms(text: str) -> None:
    """The short way to the rows finds what making every term and looking it up finds."""
    known = vocabulary()
    texts = ["kinh tế", clean(text), "", clean(text)[::-1]]
    rows, counts, starts = _Rows(known).of(texts)
    for i, one in enumerate(texts):
        own = slice(starts[i], starts[i + 1])
        wanted = Counter(known[term] for term in terms(one) if term in known)
        assert dict(zip(rows[own].tolist(), counts[own].tolist(), strict=True)) == wanted


def test_threads_do_not_mix_up_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.encoder._KNOWN", 300)  # so that what is remembered is dropped meanwhile, too
    words = sorted({term for term in vocabulary() if term.isalpha()})
    texts = [" ".join(words[i : i + 40]) for i in range(0, len(words), 40)]
    expected = [load_encoder().encode([text]) for text in texts[:40]]
    shared = load_encoder()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            found = list(pool.map(lambda text: shared.encode([text]), texts[:40]))
            assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))


@functools.cache
def vocabulary() -> dict[str, int]:
    found: dict[str, int] = json.loads((MODEL / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (VIETNAMESE[0], unicodedata.normalize("NFD", VIETNAMESE[0])),
        ("hoà bình, thuỷ lợi, sức khoẻ", "hòa bình, thủy lợi, sức khỏe"),
        ("Kỹ thuật và quý báu", "Kĩ thuật và qúy báu"),
        ("ĐỒNG BẰNG SÔNG CỬU LONG", "đồng bằng sông cửu long"),
    ],
)
def test_same_words_same_vector(encoder: Encoder, one: str, other: str) -> None:
    # Cleaning (marks in order, NFC) comes before folding, at the door; an encoder is given cleaned text.
    assert np.array_equal(encoder.encode([clean(one)]), encoder.encode([clean(other)]))


def test_a_word_said_again_says_less() -> None:
    for pair in (False, True):
        counts = [repeats(n, pair) for n in range(1, 200)]
        assert counts == sorted(counts)
        assert all(abs(count / counts[0] - n**0.5) < 0.17 for n, count in enumerate(counts, 1))
    assert repeats(1, pair=True) < repeats(1)
    assert spelled_out("mèo mèo mèo mèo").split().count("mèo") == 2 * spelled_out("mèo").split().count("mèo")


def test_unaccented_finds_accented(encoder: Encoder) -> None:
    scores = cosines(encoder, [fold(vi) for vi in VIETNAMESE], VIETNAMESE)
    assert (scores.argmax(axis=1) == np.arange(len(TABLE))).all()
    assert np.diag(scores).min() > 0.6


def test_english_finds_its_translation(encoder: Encoder) -> None:
    scores = cosines(encoder, [en for _, en in TABLE], VIETNAMESE)
    assert (scores.argmax(axis=1) == np.arange(len(TABLE))).all()


def test_folder_is_small_and_complete() -> None:
    files = {path.name: path for path in MODEL.iterdir()}
    assert all(path.is_file() for path in files.values()), "package data takes model/*, not folders below it"
    expected = {"model.safetensors", "tokenizer.json", "modules.json", "config_sentence_transformers.json"}
    assert files.keys() == expected | {"README.md", "manifest.json"}
    assert sum(path.stat().st_size for path in files.values()) <= 30_000_000


def test_manifest_names_this_folding_and_every_file() -> None:
    manifest = json.loads((MODEL / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["text_version"] == VERSION
    assert manifest["rows"] == len(vocabulary())
    for name, file in manifest["files"].items():
        assert file["licence"] != "unknown", name
        assert len(file["sha256"]) == 64, name
        assert not any(word in name.lower() for word in ("squad", "viquad"))


def test_fingerprint_follows_the_weights(encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / DEFAULT
    shutil.copytree(MODEL, copy)
    assert load_encoder(str(copy)).fingerprint == encoder.fingerprint
    assert re.fullmatch(DEFAULT + "-[0-9a-f]{12}", encoder.fingerprint)
    monkeypatch.setattr("index.encoder._REPEATS", np.sqrt(np.arange(2 * 20).reshape(2, 20)))
    assert load_encoder(str(copy)).fingerprint != encoder.fingerprint, "so does how often a term counts"
    monkeypatch.undo()
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    assert load_encoder(str(copy)).fingerprint != encoder.fingerprint


def test_model_of_another_folding_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "old")
    (tmp_path / "old" / "manifest.json").write_text('{"text_version": "0"}', encoding="utf-8")
    with pytest.raises(EncoderError, match=r"version 0.*python -m index\.train"):
        load_encoder(str(tmp_path / "old"))


def test_damaged_model_says_what_to_do(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "bad")
    (tmp_path / "bad" / "model.safetensors").write_bytes(b"half a file")
    with pytest.raises(EncoderError, match=r"bad.*Restore the folder"):
        load_encoder(str(tmp_path / "bad"))


@pytest.mark.filterwarnings("default")
def test_unknown_model_names_itself_and_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(
        EncoderError, match=rf'"no-such/model" could not be loaded: .+[^.]\. Check .+"{DEFAULT}" is built in'
    ):
        load_encoder("no-such/model")


@pytest.mark.filterwarnings("default")
def test_any_sentence_transformers_folder_loads(tmp_path: Path, encoder: Encoder) -> None:
    folder = tmp_path / "plain"  # the shipped weights, as somebody else's model: no manifest, so no terms
    shutil.copytree(MODEL, folder, ignore=shutil.ignore_patterns("manifest.json"))
    config = {"model_type": "SentenceTransformer", "prompts": {"query": "~kinh ", "document": ""}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(config), encoding="utf-8")
    other = load_encoder(str(folder))
    assert other.dim == encoder.dim
    assert other.encode([]).shape == (0, encoder.dim)
    assert other.fingerprint.startswith("plain-")
    query, passage = other.encode(["~te"], query=True)[0], other.encode(["~te"])[0]
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-3)
    assert np.allclose(query, other.encode(["~kinh ~te"])[0], atol=1e-3), "a query gets the model's own prompt"
    assert not np.allclose(query, passage, atol=1e-2)
    e5 = tmp_path / "multilingual-e5-small"
    shutil.copytree(folder, e5)
    (e5 / "config_sentence_transformers.json").write_text('{"model_type": "SentenceTransformer"}', encoding="utf-8")
    named = load_encoder(str(e5))
    assert np.allclose(named.encode(["~te"]), load_encoder(str(folder)).encode(["passage: ~te"]), atol=1e-3)
    assert np.allclose(named.encode(["~te"], query=True), other.encode(["query: ~te"]), atol=1e-3)
    assert named.fingerprint.split("-")[-1] != other.fingerprint.split("-")[-1], "other prompts, other vectors"
    again = shutil.copytree(e5, tmp_path / "again" / e5.name)
    assert load_encoder(str(again)).fingerprint == named.fingerprint
    (again / "tokenizer.json").write_text(
        (again / "tokenizer.json").read_text("utf-8").replace("~kinh", "~k1nh"), "utf-8"
    )
    assert load_encoder(str(again)).fingerprint != named.fingerprint


@pytest.mark.filterwarnings("default")
def test_e5_is_known_by_any_of_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def is_e5(folder: str, **files: str) -> bool:
        path = shutil.copytree(MODEL, tmp_path / folder, ignore=shutil.ignore_patterns("manifest.json", "README.md"))
        for name, content in files.items():
            (path / name.replace("_", ".")).write_text(content, encoding="utf-8")
        encoder = load_encoder(str(path))
        assert isinstance(encoder, TransformerEncoder)
        assert encoder.prompts in {("query: ", "passage: "), ("", "")}
        return any(encoder.prompts)

    assert is_e5("hub/models--intfloat--multilingual-e5-small/snapshots/0f3c")
    (tmp_path / "link").symlink_to(tmp_path / "hub/models--intfloat--multilingual-e5-small/snapshots/0f3c")
    linked = load_encoder(str(tmp_path / "link"))
    assert isinstance(linked, TransformerEncoder)
    assert linked.prompts[0] == "query: "
    assert is_e5("one", config_json='{"_name_or_path": "intfloat/e5-base-v2"}')
    assert is_e5("two", README_md="---\nbase_model: intfloat/multilingual-e5-base\n---\n")
    assert is_e5("three", README_md="---\nbase_model:\n- intfloat/multilingual-e5-base\n---\n")
    assert is_e5("my-e5", README_md="---\nmodel-index:\n- name: multilingual-e5-small\n---\n# Multilingual-E5-small")
    assert not is_e5("four", README_md="---\nbase_model: BAAI/bge-m3\n---\nbetter than intfloat/e5-base\n")
    assert not is_e5("five", README_md="---\n- a\n---\n", config_json="{}")
    assert not is_e5("multilingual-e5-large-instruct")
    assert not is_e5("e5-small/other")

    corpus = tmp_path / "kho"
    corpus.mkdir()
    (corpus / "dap.txt").write_text("Đập cao 42 mét.", encoding="utf-8")
    monkeypatch.setenv("HOIDAP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HOIDAP_MODEL", str(tmp_path / "my-e5"))
    assert cli.main(["index", "--corpus", str(corpus)]) == 0
    assert "before a question 'query: ', before a passage 'passage: '" in capsys.readouterr().out


def test_import_is_light() -> None:
    root = MODEL.parents[1]
    code = "import sys, index.encoder as e; e.load_encoder().encode(['kinh tế']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert not {"torch", "sentence_transformers", "transformers"} & set(done.stdout.split())
