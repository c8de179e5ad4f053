"""The English-Vietnamese word table: what the shipped one says, what `expand` makes of it, and that training learns."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from index.text import terms
from index.train_data import read_excluded
from index.train_translate import (
    FUNCTION_SYLLABLES,
    Sentence,
    Settings,
    english_words,
    is_held_out_translation,
    learn,
    main,
    read_sentences,
    vietnamese_terms,
)
from index.translate import FUNCTION_WORDS, TABLE, Table, base_forms, expand, read_table, translations, write_table

SHIPPED = read_table()
HEADER = lzma.decompress(TABLE.read_bytes()).decode().split("\n")[:8]

# ---------------------------------------------------------------- the shipped table


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("agriculture", "nông_nghiệp"),
        ("author", "tác_giả"),
        ("budget", "ngân_sách"),
        ("chairman", "chủ_tịch"),
        ("committee", "ủy_ban"),
        ("conference", "hội_nghị"),
        ("corridors", "hành_lang"),  # a plural
        ("decision", "quyết_định"),
        ("district", "huyện"),
        ("expressway", "cao_tốc"),
        ("growth", "tăng_trưởng"),
        ("highway", "cao_tốc"),
        ("hospital", "bệnh_viện"),
        ("industrial", "công_nghiệp"),
        ("investment", "đầu_tư"),
        ("issued", "ban_hành"),
        ("plan", "kế_hoạch"),
        ("policies", "chính_sách"),
        ("population", "dân_số"),
        ("poverty", "nghèo"),
        ("prime", "thủ_tướng"),
        ("province", "tỉnh"),
        ("resolution", "nghị_quyết"),
        ("river", "sông"),
        ("tourism", "du_lịch"),
        ("university", "đại_học"),
    ],
)
def test_a_plain_word_is_known(word: str, said: str) -> None:
    assert said in translations(word)


def test_the_table_is_small_and_names_its_sources() -> None:
    assert TABLE.stat().st_size <= 1_000_000
    assert len(SHIPPED) > 5_000
    for source in ("envi_alt", "envi_basic", "envi_docs", "envi_evb", "envi_news", "CC BY 4.0", "CC BY 2.0 FR"):
        assert any(source in line for line in HEADER), source
    assert all(line.startswith("# ") for line in HEADER)


def test_every_term_is_a_search_term() -> None:
    for word, found in SHIPPED.items():
        assert terms(word)[0] == word
        for term in found:
            assert term in terms(term.replace("_", " ")), (word, term)


def test_every_line_is_pruned_and_in_order() -> None:
    settings = Settings()
    for word, found in SHIPPED.items():
        assert 1 <= len(found) <= settings.most, word
        assert list(found.values()) == sorted(found.values(), reverse=True), word
        assert all(settings.forward - 0.005 <= p <= 1 for p in found.values()), word
        assert not any("_" in term and FUNCTION_SYLLABLES & set(term.split("_")) for term in found), word


def test_no_function_word_and_no_name_has_a_line() -> None:
    assert not FUNCTION_WORDS & SHIPPED.keys()
    assert not {"giang", "hau", "internet", "gdp"} & SHIPPED.keys()


def test_shares_add_up_to_one() -> None:
    for word in SHIPPED:
        assert sum(translations(word).values()) == pytest.approx(1)
    assert translations("xyzzy") == {} == translations("the")


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("corridors", "corridor"),
        ("issued", "issue"),
        ("signed", "sign"),
        ("planned", "plan"),
        ("policies", "policy"),
        ("classes", "class"),
        ("planning", "plan"),
        ("making", "make"),
        ("studied", "study"),
    ],
)
def test_base_forms(word: str, base: str) -> None:
    assert base in list(base_forms(word))


@given(st.text(alphabet=st.characters(categories=["Ll"]), max_size=12))
def test_base_forms_are_shorter_or_end_in_y_or_e(word: str) -> None:
    assert all(form and form != word and len(form) <= len(word) for form in base_forms(word))


# ---------------------------------------------------------------- expand


def test_translations_share_their_weight() -> None:
    assert sum(w for term, w in expand("province").items() if term != "province") == pytest.approx(2)
    assert expand("the of which") == {}
    assert expand("") == {}


def test_names_numbers_and_codes_are_searched_as_they_are() -> None:
    found = expand("What did Hau Giang's Resolution 04-NQ/TU of 01/6/2022 say about the university?")
    for term in ("hau", "~hau_giang", "hau_giang", "#4nqtu", "@2022-06-01", "2022"):
        assert found[term] == 1, term
    assert found["đại_học"] > 0.5 and found["nghị_quyết"] > 0.5
    assert not {"what", "did", "the", "about", "say", "s"} & found.keys()
    assert found.get("tú") is None  # no word is made of a code


def test_a_function_word_may_be_part_of_a_name() -> None:
    assert expand("How large is Can Tho?")["~can_tho"] == 1


def test_capitals_that_make_no_name() -> None:
    plain = expand("what is the population of the province?")
    assert expand("WHAT IS THE POPULATION OF THE PROVINCE?") == plain
    assert expand("Hau Giang grew. Which province?") == expand("Hau Giang grew. which province?")
    assert "~the" not in expand("the plan of The province")
    assert expand("HAU GIANG")["~hau_giang"] == 1
    assert expand("which US companies")["~us"] == 1
    assert expand("plan of The Gioi")["~the_gioi"] == 1


def test_a_translated_word_counts_little_as_it_is() -> None:
    assert expand("which province")["province"] == pytest.approx(0.3)
    assert "~province" not in expand("which province")


def test_neighbours_make_a_compound() -> None:
    # "khu công nghiệp" reads the other way round than "industrial zone"
    assert any(term.startswith("nghiệp_") or term.endswith("_công") for term in expand("industrial province"))
    assert "tỉnh_công" in expand("industrial province")
    assert "tỉnh_công" not in expand("industrial. Of xyzzy province")


@given(st.text(max_size=80))
def test_any_text_gives_terms_of_positive_weight(text: str) -> None:
    for term, weight in expand(text).items():
        assert weight > 0
        assert term and not any(c.isspace() for c in term)


def test_expanding_is_fast() -> None:
    code = "import time; from index.translate import expand; t = time.perf_counter(); expand('a plan'); "
    spent = subprocess.run(
        [sys.executable, "-c", code + "print(time.perf_counter() - t)"], capture_output=True, text=True, check=True
    ).stdout
    assert float(spent) < 0.5  # 0.03 s on an idle machine, most of it unpacking the table
    start = time.perf_counter()
    for _ in range(100):
        expand("Which university worked with Hau Giang on its development strategy in 2022?")
    assert time.perf_counter() - start < 1  # 0.02 s


# ---------------------------------------------------------------- training

WORDS = {"cat": "mèo", "dog": "chó", "fish": "cá", "bird": "chim", "cow": "bò", "hen": "gà", "pig": "lợn"}
PLACES = {"house": "nhà", "garden": "vườn", "school": "trường học", "market": "chợ", "mountain": "núi"}
TOY = [
    (f"the {animal[0]} is at the {place[0]}", f"con {animal[1]} của tôi ở {place[1]}")
    for animal, place in product(WORDS.items(), PLACES.items())
]
SMALL = Settings(english=2, syllable=2, bigram=2, inflected=2)


def sentences(pairs: list[tuple[str, str]]) -> list[Sentence]:
    return [Sentence(english_words(en), vietnamese_terms(vi)) for en, vi in pairs]


def test_model_1_recovers_the_dictionary() -> None:
    table = learn(sentences(TOY), SMALL)
    for word, said in (WORDS | PLACES).items():
        assert said.replace(" ", "_") in table[word], word
        assert all(set(said.split()) & set(term.split("_")) for term in table[word]), word
    assert "trường_học" in table["school"]
    assert "the" not in table


def test_a_name_and_a_rare_plural_get_no_line() -> None:
    named = [(f"the {a} of Giang", f"con {b} của Giàng") for a, b in WORDS.items()]
    table = learn(sentences([*TOY, *named, ("two cats", "hai con mèo"), ("cats", "mèo")]), Settings(2, 1, 20, 2, 2))
    assert "giang" not in table
    assert "cat" in table and "cats" not in table


def write(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def test_the_command_repeats_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "envi_toy", [{"en": en, "vi": vi} for en, vi in TOY * 3])
    for name in ("one", "two"):
        main([str(tmp_path), "--out", str(tmp_path / name)])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert json.loads(capsys.readouterr().out.split("\n")[0])["words"] == len(read_table(tmp_path / "one"))
    assert "mèo" in read_table(tmp_path / "one")["cat"]


def test_overlap_with_an_excluded_text_and_held_out_documents_are_left_out(tmp_path: Path) -> None:
    long = "một hai ba bốn năm sáu bảy tám chín mười mười một mười hai mười ba"
    held = next(f"N{n}" for n in range(1000) if is_held_out_translation({"doc": f"N{n}"}))
    write(
        tmp_path, "envi_toy", [{"en": "x", "vi": long}, {"en": "y", "vi": "chim", "doc": held}, {"en": "z", "vi": "cá"}]
    )
    (tmp_path / "queries.jsonl").write_text(json.dumps({"text": long}), encoding="utf-8")
    found, files = read_sentences(tmp_path, read_excluded([tmp_path / "queries.jsonl"]))
    assert [s.english for s in found] == [("z",)]
    assert files == ["envi_toy: 3 rows, 1 dropped; licence unknown"]


def test_a_folder_without_parallel_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"envi_\*\.jsonl\.xz"):
        read_sentences(tmp_path)


_SYLLABLE = st.sampled_from("mèo chó cá chim của tỉnh 7".split())
_TERM = _SYLLABLE | st.builds("{}_{}".format, _SYLLABLE, _SYLLABLE)
_FOUND = st.dictionaries(_TERM, st.integers(1, 100).map(lambda n: n / 100), min_size=1, max_size=6)


@given(st.dictionaries(st.from_regex(r"[a-z]{2,8}", fullmatch=True), _FOUND, max_size=5))
def test_a_table_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, table: Table) -> None:
    path = tmp_path_factory.mktemp("table") / "table.xz"
    write_table(path, table, "two\nlines")
    assert read_table(path) == table
