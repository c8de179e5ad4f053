"""Training end to end on made-up pairs, and the check that keeps test questions out of the training text."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.encoder import load_encoder
from index.text import fold, terms
from index.train import (
    Numbering,
    Pair,
    Settings,
    choose_vocabulary,
    ndcg10,
    number_pairs,
    read_corpus,
    read_excluded,
    train,
)

WORDS = {"mèo": "cat", "chó": "dog", "cá": "fish", "chim": "bird", "bò": "cow", "gà": "hen", "lợn": "pig"}
PLACES = {"nhà": "house", "vườn": "garden", "sông": "river", "núi": "mountain", "chợ": "market", "trường": "school"}
LONG = "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai mười ba"


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    both = [(a, b, c, d) for a, b in WORDS.items() for c, d in PLACES.items()]
    write(folder, "envi", [{"en": f"the {b} is in the {d}", "vi": f"con {a} ở trong {c}"} for a, b, c, d in both] * 4)
    write(folder, "news", [{"anchor": f"{a} {c}", "positive": f"có một con {a} đang ở {c}"} for a, _, c, _ in both] * 4)
    return folder


SETTINGS = Settings(rows=300, dim=16, batch=24, steps=150, rate=0.03)


def test_trains_finds_and_repeats(data: Path, tmp_path: Path) -> None:
    manifest = train(data, tmp_path / "one", SETTINGS)
    train(data, tmp_path / "two", SETTINGS)
    for name in ("model.safetensors", "tokenizer.json", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert manifest["settings"]["steps"] == 150
    assert manifest["files"]["envi.jsonl.xz"]["rows"] == 4 * len(WORDS) * len(PLACES)

    encoder = load_encoder(str(tmp_path / "one"))
    vietnamese = [f"con {a} ở trong vườn" for a in WORDS]
    for asked in ([f"the {b} is in the garden" for b in WORDS.values()], [fold(text) for text in vietnamese]):
        scores = encoder.encode(asked, query=True) @ encoder.encode(vietnamese).T
        assert (scores.argmax(axis=1) == np.arange(len(WORDS))).mean() >= 0.75

    train(data, tmp_path / "three", Settings(rows=300, dim=16, batch=24, steps=150, rate=0.03, seed=1))
    assert (tmp_path / "three/model.safetensors").read_bytes() != (tmp_path / "one/model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("planted", "dropped"),
    [
        (f"Đếm: {LONG}.", 1),
        (fold(LONG).upper(), 1),  # neither case nor diacritics hide it
        (" ".join(LONG.split()[:12]), 1),  # exactly twelve syllables
        (" ".join(LONG.split()[:11]), 0),
        ("một hai ba", 0),
    ],
)
def test_overlap_check_drops_a_planted_row(data: Path, tmp_path: Path, planted: str, dropped: int) -> None:
    write(data, "planted", [{"anchor": "đếm số", "positive": f"trước {planted} sau"}])
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"id": "1", "data": [{"text": f"{LONG} là gì?"}]}), encoding="utf-8")
    corpus = read_corpus(data, read_excluded([queries]))
    assert corpus.dropped == dropped
    assert corpus.files["planted.jsonl.xz"]["dropped"] == dropped
    assert any(planted in pair.passage for pair in corpus.pairs) == (not dropped)


def test_held_out_articles_appear_nowhere(tmp_path: Path) -> None:
    body = "Đây là câu thứ nhất của bài viết này. Đây là câu thứ hai của bài viết này. Đây là câu thứ ba của bài này."
    articles = [{"id": f"a{i}", "title": f"tin{i}", "abstract": "", "body": f"{body} Số {i}."} for i in range(80)]
    write(tmp_path / "d", "z_gov", articles)
    write(tmp_path / "d", "a_titles", [{"id": f"a{i}", "anchor": f"tin{i}", "positive": "x"} for i in range(80)])
    corpus = read_corpus(tmp_path / "d")
    held = {pair.question for pair in corpus.dev["vi"]}
    assert 3 <= len(held) <= 20
    assert held.isdisjoint(pair.question for pair in corpus.pairs)


def test_reading_names_the_trouble(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no"):
        read_corpus(tmp_path)
    write(tmp_path / "d", "odd", [{"question": "?"}])
    with pytest.raises(ValueError, match=r"odd\.jsonl\.xz.*'question'"):
        read_corpus(tmp_path / "d")


def test_vocabulary_keeps_one_form_of_a_word() -> None:
    numbering = Numbering()
    ragged = numbering.ragged(["panthers chó cho"] * 30)
    counts = np.bincount(ragged.flat).astype(float)
    kept = choose_vocabulary(numbering.numbers, counts, counts, 100)
    assert set(kept) == {"~panthers", "~cho", "chó", "cho", "~panthers_cho", "~cho_cho"}


def test_folded_terms_are_the_terms_of_the_folded_text() -> None:
    text = "Hoà bình, thuỷ lợi, kỹ thuật, quý II, đồng bằng sông Cửu Long, Lý Thường Kiệt 2022"
    assert terms(fold(text)) == [fold(term) for term in terms(text)]
    data = number_pairs([Pair(text, text)] * 3, 200)
    place = data.vocabulary.index
    assert data.folded[place("đồng")] == -1, "plain `dong` is nowhere in the text, `~dong` is"
    assert data.folded[place("~dong")] == place("~dong")


def test_ndcg_of_ties_and_ranks() -> None:
    table = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    vocabulary = ["~a", "~b", "~c"]
    assert ndcg10(table, vocabulary, [Pair("a", "a"), Pair("b", "b")]) == 1
    # c is nearer to b (0.8) than to a (0.6): its own passage comes second; a's own passage first.
    assert ndcg10(table, vocabulary, [Pair("c", "a"), Pair("b", "b")]) == pytest.approx((1 / np.log2(3) + 1) / 2)
    assert ndcg10(table, vocabulary, [Pair("?", "a")] * 20) == 0, "nothing known, nothing found"
