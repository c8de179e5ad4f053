"""Tests of index.accents: unaccented questions are searched in the spellings of the corpus."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import accents
from index.encoder import load_encoder
from index.errors import StoreError
from index.lexical import Lexical
from index.search import Index, build, open_index
from index.text import syllables, terms
from index.types import Document, Passage
from tests.toy import ToyEncoder

TEXTS = (
    "tỉnh Hậu Giang phát triển nông nghiệp",
    "tỉnh Hậu Giang và hậu quả của hạn hán",
    "bà Hầu mua giảng đường",
    "chợ nổi Ngã Bảy",
    "ông Hầu bán chó",
)


@pytest.fixture
def indexed(tmp_path: Path) -> Iterator[Callable[..., Index]]:
    opened = []

    def make(*texts: str) -> Index:
        folder = tmp_path / f"index{len(opened)}"
        documents = [Document(f"d{n}", text, "", "d.md", "") for n, text in enumerate(texts)]
        build(folder, documents, [Passage.of(d, 0, len(d.text)) for d in documents], ToyEncoder())
        opened.append(open_index(folder, ToyEncoder()))
        return opened[-1]

    yield make
    for index in opened:
        index.close()


LEXICAL = Lexical.build(TEXTS)
SPELLINGS, WORDS = accents.collect({word for text in TEXTS for word in syllables(text)}, LEXICAL)


def test_spellings_of_the_corpus() -> None:
    assert SPELLINGS["hau"] == ["hầu", "hậu"]
    assert SPELLINGS["giang"] == ["giang", "giảng"]  # the bare one is a spelling too
    assert "mua" not in SPELLINGS  # nothing to choose
    assert not any(mark in spelling for written in SPELLINGS.values() for spelling in written for mark in "~_#@")


def test_neighbours_choose_the_spelling() -> None:
    found = dict(accents.posteriors([SPELLINGS["hau"], SPELLINGS["giang"]], LEXICAL))
    # "hậu giang" stands in two passages, no other pair in any
    assert found["hậu"] > 0.99
    assert found["giang"] > 0.99
    assert found["hậu_giang"] > 0.99


def test_alone_a_spelling_weighs_its_share() -> None:
    weights = accents.weigh("hau", SPELLINGS, LEXICAL)
    assert weights == {"~hau": 1, "hầu": pytest.approx(0.5), "hậu": pytest.approx(0.5)}


@pytest.mark.parametrize("query", ["Hậu Giang", "hậu giang", "mua", "2023", "", "what is this"])
def test_other_questions_keep_their_terms(query: str) -> None:
    assert accents.weigh(query, SPELLINGS, LEXICAL) == terms(query)


def test_one_bare_word_among_accented_ones_is_spelled_by_its_neighbours() -> None:
    weights = accents.weigh("hạn han", SPELLINGS, LEXICAL)
    expected = {"~han": 2, "~han_han": 1, "hạn": 1, "hán": 1, "hạn_hán": 0.5}
    assert weights == pytest.approx(expected, rel=1e-3)


@given(st.lists(st.sampled_from([*SPELLINGS, "mua", "05", "xyz"]), min_size=1, max_size=12))
def test_probabilities_add_up(words: list[str]) -> None:
    places = [SPELLINGS.get(word, (word,)) for word in words]
    found = list(accents.posteriors(places, LEXICAL))
    sizes = [len(p) for p in places] + [len(a) * len(b) for a, b in itertools.pairwise(places)]
    assert len(found) == sum(sizes)
    for size in sizes:
        share, found = found[:size], found[size:]
        assert sum(p for _, p in share) == pytest.approx(1)


def test_folded_terms_keep_their_weight() -> None:
    weights = accents.weigh("hau giang hau", SPELLINGS, LEXICAL)
    assert isinstance(weights, dict)
    folded = [t for t in terms("hau giang hau") if t[0] == "~"]
    assert {t: weights[t] for t in folded} == {t: folded.count(t) for t in folded}


def test_context_finds_what_folding_cannot(indexed: Callable[..., Index]) -> None:
    # folded, both say "hau giang": only how the others write the pair tells them apart
    index = indexed("hầu giảng cho", "hậu giang cho", *TEXTS)
    assert index.search("hau giang cho", k=1)[0].passage.text == "hậu giang cho"


@pytest.mark.parametrize("asked", ["chợ nổi ở đâu", "cho nói ở đâu", "chó nổi"])
def test_an_accented_match_comes_before_a_folded_one(indexed: Callable[..., Index], asked: str) -> None:
    index = indexed("chợ nổi", "cho nói", "chó nổi", "một hai ba")
    found = [hit.passage.text for hit in index.search(asked)]
    assert asked.startswith(found[0])
    assert found[-1] == "một hai ba"


def test_an_accented_match_comes_before_a_folded_one_by_the_shipped_model(tmp_path: Path) -> None:
    long = "cho nói về cho nói, ai cũng cho nói và cho nói nữa: " * 3  # holds the folded words more often
    documents = [Document(f"d{n}", t, "", "d.md", "") for n, t in enumerate(("chợ nổi", long, "chó nổi", "một hai ba"))]
    encoder = load_encoder()
    build(tmp_path / "index", documents, [Passage.of(d, 0, len(d.text)) for d in documents], encoder)
    index = open_index(tmp_path / "index", encoder)
    try:
        assert index.search("chợ nổi ở đâu")[0].passage.text == "chợ nổi"
    finally:
        index.close()


def test_spellings_are_read_back(tmp_path: Path) -> None:
    accents.save(SPELLINGS, WORDS, tmp_path)
    assert accents.load(tmp_path) == SPELLINGS


def test_a_damaged_file_is_named(indexed: Callable[..., Index], tmp_path: Path) -> None:
    indexed(*TEXTS)
    (tmp_path / "index0" / "lexical" / "spellings.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="rebuilds it"):
        open_index(tmp_path / "index0", ToyEncoder())
