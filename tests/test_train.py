"""Training end to end on made-up pairs, and the check that keeps test questions out of the training text."""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import train_translate
from index.encoder import load_encoder
from index.errors import UsageError
from index.text import fold, terms
from index.train import Pool, Settings, Texts, choose_vocabulary, first_table, main, ndcg10, number_pairs, pick, train
from index.train import with_orders as ordered
from index.train_data import Corpus, Pair, questions, read_corpus, read_excluded

ROOT = Path(__file__).parent.parent
WORDS = {"mèo": "cat", "chó": "dog", "cá": "fish", "chim": "bird", "bò": "cow", "gà": "hen", "lợn": "pig"}
PLACES = {"nhà": "house", "vườn": "garden", "sông": "river", "núi": "mountain", "chợ": "market", "trường": "school"}
LONG = "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai mười ba"
BODY = "Đây là câu thứ nhất của bài viết này. Đây là câu thứ hai của bài viết này. Đây là câu thứ ba của bài này."


def write(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    folder.mkdir(exist_ok=True)
    with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    both = [(a, b, c, d) for a, b in WORDS.items() for c, d in PLACES.items()]
    write(folder, "envi", [{"en": f"the {b} is in the {d}", "vi": f"con {a} ở trong {c}"} for a, b, c, d in both] * 4)
    news = [{"anchor": f"{a} {c}", "positive": f"có một con {a} đang ở {c}"} for a, _, c, _ in both] * 4
    write(folder, "news", [{"id": f"n{i}", **row} for i, row in enumerate(news)])
    return folder


SETTINGS = Settings(rows=300, dim=16, batch=24, block=4, steps=150, rate=0.03)


def test_trains_finds_and_repeats(data: Path, tmp_path: Path) -> None:
    manifest = train(data, tmp_path / "one", SETTINGS)
    train(data, tmp_path / "two", SETTINGS)
    for name in ("model.safetensors", "tokenizer.json", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert manifest["settings"]["steps"] == 150
    assert manifest["files"]["envi.jsonl.xz"]["rows"] == 4 * len(WORDS) * len(PLACES)

    # and in a process of its own, with as many threads as there are cores
    code = "import sys; from tests.test_train import *; train(Path(sys.argv[1]), Path(sys.argv[2]), SETTINGS)"
    unset = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    subprocess.run(
        [sys.executable, "-c", code, data, tmp_path / "fresh"], check=True, cwd=ROOT, env=unset, capture_output=True
    )
    for name in ("model.safetensors", "tokenizer.json", "manifest.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes(), name

    encoder = load_encoder(str(tmp_path / "one"))
    vietnamese = [f"con {a} ở trong vườn" for a in WORDS]
    for asked in ([f"the {b} is in the garden" for b in WORDS.values()], [fold(text) for text in vietnamese]):
        scores = encoder.encode(asked, query=True) @ encoder.encode(vietnamese).T
        assert (scores.argmax(axis=1) == np.arange(len(WORDS))).mean() >= 0.75

    train(data, tmp_path / "three", Settings(rows=300, dim=16, batch=24, block=4, steps=150, rate=0.03, seed=1))
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
    write(data, "planted", [{"id": "p", "anchor": "đếm số", "positive": f"trước {planted} sau"}])
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"id": "1", "data": [{"text": f"{LONG} là gì?"}]}), encoding="utf-8")
    corpus = read_corpus(data, read_excluded([queries]))
    assert corpus.dropped == dropped
    assert corpus.files["planted.jsonl.xz"]["dropped"] == dropped
    assert any(planted in pair.passage for pair in every(corpus)) == (not dropped)


QUESTION = "Ai xây con đập này?"  # five syllables


@pytest.mark.parametrize(
    ("row", "dropped"),
    [
        ({"id": "p", "anchor": "ai xay CON đập này", "positive": "x"}, 1),  # neither case nor diacritics hide it
        ({"en": "x", "vi": QUESTION}, 1),
        ({"id": "p", "anchor": f"Hỏi: {QUESTION}", "positive": "x"}, 0),  # a part of a title
        ({"id": "p", "anchor": "x", "positive": QUESTION}, 0),  # a passage
        ({"id": "p", "anchor": "Ai xây đập này?", "positive": "x"}, 0),  # four syllables
    ],
)
def test_short_excluded_texts_are_whole_questions(
    data: Path, tmp_path: Path, row: dict[str, str], dropped: int
) -> None:
    write(data, "planted", [row])
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"id": "1", "text": QUESTION, "more": "Ai xây đập này?"}), encoding="utf-8")
    excluded = read_excluded([queries])
    assert read_corpus(data, excluded).dropped == dropped
    assert excluded.unchecked == 2  # the id, and four syllables


@pytest.mark.parametrize("command", [main, train_translate.main])
@pytest.mark.parametrize(
    ("broken", "said"),
    [("envi_x.jsonl.xz", "envi_x.jsonl.xz, line 2"), ("queries.jsonl", "queries.jsonl, line 2"), ("", "no-such.jsonl")],
)
def test_what_cannot_be_read_is_one_line(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: Any, broken: str, said: str
) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text("{}\n" + "{" * (broken == queries.name), encoding="utf-8")
    rows = '{"en": "a", "vi": "b"}\n' + "{" * broken.startswith("envi")
    (data / "envi_x.jsonl.xz").write_bytes(lzma.compress(rows.encode()))
    given = queries if broken else tmp_path / "no-such.jsonl"
    assert command([str(data), "--exclude", str(given), "--out", str(tmp_path / "out")]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert said in captured.err
    assert command([str(tmp_path / "nowhere")]) == 2


def every(corpus: Corpus) -> list[Pair]:
    return [pair for pairs in corpus.pairs.values() for pair in pairs]


def test_held_out_documents_appear_nowhere(tmp_path: Path) -> None:
    folder, ids = tmp_path / "d", range(320)
    articles = [{"id": f"a{i}", "title": f"tin {i}", "abstract": "", "body": f"{BODY} Số {i}."} for i in ids]
    write(folder, "z_gov", articles)
    write(
        folder, "a_abstract", [{"id": f"{k}{i}", "anchor": f"tin {k} {i}", "positive": "x"} for i in ids for k in "ab"]
    )
    write(folder, "a_passage", [{"id": f"b{i}", "anchor": f"tin b {i}", "positive": f"{BODY} b {i}"} for i in ids])
    write(folder, "law_pairs", [{"anchor": f"điều {i} – luật {i}", "positive": f"điều {i}"} for i in ids])
    write(
        folder,
        "law",
        [
            {"law": f"luật {i}", "title": f"điều {i}", "text": f"{BODY} Luật này gồm có tất cả {i} điều khác nhau."}
            for i in ids
        ],
    )
    write(folder, "envi", [{"en": f"fact {i // 4}", "vi": f"sự {i}", "doc": f"d{i // 4}"} for i in ids])
    corpus = read_corpus(folder)
    for name, least, most in (
        ("gov", 20, 60),
        ("news", 1, 15),
        ("law", 20, 60),
        ("en", 1, 50),
        ("law questions", 20, 60),
    ):
        assert least <= len(corpus.dev[name]) <= most, name
    trained = {text for pair in every(corpus) for text in pair}
    for name in ("gov", "news", "en"):
        assert trained.isdisjoint(pair.question for pair in corpus.dev[name]), name
    for name in ("gov", "news", "law", "law questions"):
        assert trained.isdisjoint(pair.passage for pair in corpus.dev[name]), name


def test_reading_names_the_trouble(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no"):
        read_corpus(tmp_path)
    write(tmp_path / "d", "odd", [{"question": "?"}])
    with pytest.raises(UsageError, match=r"odd\.jsonl\.xz.*'question'"):
        read_corpus(tmp_path / "d")


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("Tỉnh có 8 khu công nghiệp.", "Tỉnh có bao nhiêu khu công nghiệp?"),
        ("Tòa nhà xong vào năm 2021, sau hai năm.", "Tòa nhà xong vào (khi|vào thời gian|năm) (nào|nào)?"),
        ("Lễ khai mạc diễn ra tại Vị Thanh rất đông.", "Lễ khai mạc diễn ra (ở đâu|nơi nào|ở tỉnh nào) rất đông?"),
        ("Ông Trần Hồng Hà ký quyết định này.", "(Ai|Ai là người|Đơn vị nào|Tên của người) ký quyết định này?"),
    ],
)
def test_questions_ask_for_what_a_sentence_says(sentence: str, asked: str) -> None:
    import re

    pattern = re.compile(asked.rstrip("?") + r"\?\Z")
    found = [q for seed in range(40) for q in questions(sentence, np.random.default_rng(seed))]
    assert any(pattern.match(q) for q in found), set(found)


@given(st.text(alphabet="aăâêôơưđ ,.;:0123456789NămTạingày\n", max_size=200), st.integers(0, 5))
def test_a_question_never_fails(sentence: str, seed: int) -> None:
    for question in questions(sentence, np.random.default_rng(seed)):
        assert question.endswith("?")


def rows_of(text: str, known: list[str]) -> list[str]:
    return sorted(term for term in terms(text) if term in known)


def test_vocabulary_keeps_one_form_of_a_word() -> None:
    texts = Texts()
    texts.add("panthers chó cho " * 30)
    vocabulary = choose_vocabulary(texts.words, texts.ragged(), np.zeros(0, np.int64), 100)
    assert set(vocabulary.terms) == {"~panthers", "~cho", "chó", "cho", "~panthers_cho", "~cho_cho", "~cho_panthers"}


@given(st.lists(st.lists(st.sampled_from("hoà hòa bình thuỷ quý kỹ 2022 panthers".split()), max_size=9), max_size=9))
def test_rows_are_the_terms_that_have_one(lines: list[list[str]]) -> None:
    """Training and the encoder must see the same rows of a text."""
    texts = Texts()
    asked = dict.fromkeys(" ".join(line) for line in lines)
    for text in asked:
        texts.add(text)
    vocabulary = choose_vocabulary(texts.words, texts.ragged(), np.zeros(0, np.int64), 12)
    rows = vocabulary.rows(texts.ragged())
    for i, text in enumerate(asked):
        found = rows.flat[rows.starts[i] : rows.starts[i + 1]]
        assert sorted(vocabulary.terms[row] for row in found) == rows_of(text, vocabulary.terms)


def test_folded_terms_are_the_terms_of_the_folded_text() -> None:
    text = "Hoà bình, thuỷ lợi, kỹ thuật, quý II, đồng bằng sông Cửu Long, Lý Thường Kiệt 2022"
    assert terms(fold(text)) == [fold(term) for term in terms(text)]
    data = number_pairs({"title": [Pair(text, text + " đồng bằng")] * 3}, 200)
    place = data.vocabulary.terms.index
    assert data.folded[place("đồng")] == -1, "plain `dong` is nowhere in the text, `~dong` is"
    assert data.folded[place("~dong")] == place("~dong")


def test_hard_negatives_share_words() -> None:
    pairs = [Pair(f"hỏi {i}", f"{'mèo chó cá' if i % 2 else 'luật điều khoản'} số {i}") for i in range(640)]
    data = number_pairs({"title": pairs}, 2000)
    table = first_table(data.counts, 64, np.random.default_rng(0))
    pool = ordered(data.pools[0], data, table, np.random.default_rng(0))
    settings = Settings(batch=64, block=16, hard=1.0)
    assert [sorted(order) for order in pool.orders] == [list(range(640))] * 2
    by_words = Pool(pool.kind, pool.questions, pool.passages, pool.orders[1:])
    neighbours = np.diff(pool.orders[1] % 2) == 0
    assert neighbours.mean() > 0.9, "passages with the same words stand together"
    chosen = pick(by_words, settings, np.random.default_rng(1))
    assert 16 <= len(chosen) <= 64
    assert len(set(chosen)) == len(chosen)


def test_ndcg_of_ties_and_ranks() -> None:
    table = np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32)
    vocabulary = ["~a", "~b", "~c"]
    assert ndcg10(table, vocabulary, [Pair("a", "a"), Pair("b", "b")]) == 1
    # c is nearer to b (0.8) than to a (0.6): its own passage comes second; a's own passage first.
    assert ndcg10(table, vocabulary, [Pair("c", "a"), Pair("b", "b")]) == pytest.approx((1 / np.log2(3) + 1) / 2)
    assert ndcg10(table, vocabulary, [Pair("?", "a")] * 20) == 0, "nothing known, nothing found"
