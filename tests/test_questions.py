"""The evaluation questions are sound: every key is in its evidence, every evidence is in the corpus."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TypedDict

import pytest

ROOT = Path(__file__).parent.parent
FILES = {name: ROOT / "evals" / f"questions_{name}.jsonl" for name in ("dev", "test", "dev2", "multi_dev")}
ID_PREFIX = {"dev": "hd", "test": "ht", "dev2": "hd2", "multi_dev": "mu"}
BALANCED = ("dev", "test")  # the files with every kind in the same numbers; dev2 has more of the hard kinds
KINDS = {
    "factoid",
    "list",
    "number/date",
    "document-code",
    "definition",
    "comparison/multi-passage",
    "paraphrase",
    "no-diacritics",
    "typo/telex-mistyped",
    "english",
    "follow-up",
    "colloquial/southern",
}
# What multi_dev asks, in either language: several things at once, of several documents, of what changed or is disputed.
MULTI_KINDS = {"temporal-update", "bridge", "source-conflict", "compare", "multi-part"}
UNANSWERABLE_TYPES = {"near-topic", "false-premise", "off-topic"}
REQUIRED = {"id", "question", "language", "kind", "answer", "must_include", "evidence", "answerable"}
OPTIONAL = {"history", "evidence_alt", "unanswerable_type"}
LONGEST_QUOTE = 320


class Evidence(TypedDict):
    document: str
    quote: str


class Turn(TypedDict):
    role: str
    content: str


class _Required(TypedDict):
    id: str
    question: str
    language: str
    kind: str
    answer: str
    must_include: list[str | list[str]]  # a list holds alternatives of which one is enough
    evidence: list[Evidence]
    answerable: bool


class Row(_Required, total=False):
    history: list[Turn]
    evidence_alt: list[list[Evidence]]  # each group serves as well as `evidence`
    unanswerable_type: str


def load(name: str) -> list[Row]:
    lines = FILES[name].read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


ROWS = {name: load(name) for name in FILES}
ALL = [row for rows in ROWS.values() for row in rows]
each_row = pytest.mark.parametrize("row", ALL, ids=lambda row: row["id"])
each_balanced_file = pytest.mark.parametrize("name", BALANCED)


@cache
def told(document: str) -> str:
    """What an article tells: without its front matter and without its list of sources."""
    text = (ROOT / "corpus" / document).read_text(encoding="utf-8")
    head, opened, rest = text.partition("---\n")
    _, closed, body = rest.partition("\n---\n")
    assert not head and opened and closed, f"{document}: no front matter"
    return body.partition("\n## Nguồn")[0]


def plain(text: str) -> str:
    """Fold what a reader would not call a difference: case, dashes, quotes, kinds of space."""
    text = unicodedata.normalize("NFC", text).casefold().replace("\u00a0", " ")
    text = re.sub(r"[\"'\u2018\u2019\u201c\u201d]", "", text)
    text = re.sub(r"\s*[-\u2010-\u2015\u2212]\s*", "-", text)
    return re.sub(r"\s+", " ", text).strip()


def occurs(key: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(plain(key))}(?!\w)", plain(text)) is not None


def satisfied(item: str | list[str], text: str) -> bool:
    return any(occurs(key, text) for key in ([item] if isinstance(item, str) else item))


def groups(row: Row) -> list[list[Evidence]]:
    return [row["evidence"], *row.get("evidence_alt", [])]


def bare(text: str) -> str:
    """A question without case, accents and punctuation, to tell whether two are the same."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in letters if not unicodedata.combining(c))))


@pytest.mark.parametrize(
    ("key", "text", "found"),
    [
        ("3", "năm 2023", False),
        ("ba", "bao nhiêu", False),
        ("2021 - 2025", "giai đoạn 2021–2025", True),
        ("Bốn trụ", "“bốn trụ” là", True),
        ("hạng 12", "xếp hạng\u00a012 cả nước", True),
        ("Hậu Giang", unicodedata.normalize("NFD", "tỉnh Hậu Giang"), True),
        ("12,27%", "tăng 12,27%, dẫn đầu", True),
        ("Sông Hậu 2", "Sông Hậu 20", False),
    ],
)
def test_matcher(key: str, text: str, found: bool) -> None:
    assert occurs(key, text) is found


def test_ids_are_unique() -> None:
    assert [i for i, n in Counter(row["id"] for row in ALL).items() if n > 1] == []
    for name, prefix in ID_PREFIX.items():
        assert all(re.fullmatch(rf"{prefix}-\d{{3}}", row["id"]) for row in ROWS[name])


def test_there_are_enough_questions() -> None:
    assert len(ALL) >= 120


def test_no_question_is_asked_twice() -> None:
    asked = Counter((bare(row["question"]), *(bare(turn["content"]) for turn in row.get("history", []))) for row in ALL)
    assert [question for question, times in asked.items() if times > 1] == []
    # Between the files not even the same words after another conversation.
    for one, other in combinations(ROWS.values(), 2):
        assert not {bare(row["question"]) for row in one} & {bare(row["question"]) for row in other}


@each_balanced_file
def test_every_kind_is_there(name: str) -> None:
    kinds = Counter(row["kind"] for row in ROWS[name])
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 6


def test_the_files_are_alike() -> None:
    mixes = [
        Counter((row["kind"], row.get("unanswerable_type", "answerable")) for row in ROWS[name]) for name in BALANCED
    ]
    assert mixes[0] == mixes[1]


@each_balanced_file
def test_about_a_quarter_cannot_be_answered(name: str) -> None:
    rows = [row for row in ROWS[name] if not row["answerable"]]
    assert 0.22 <= len(rows) / len(ROWS[name]) <= 0.30
    assert {row.get("unanswerable_type") for row in rows} == UNANSWERABLE_TYPES


@each_balanced_file
def test_some_questions_are_decomposed(name: str) -> None:
    decomposed = [
        row
        for row in ROWS[name]
        if unicodedata.is_normalized("NFD", row["question"]) and not unicodedata.is_normalized("NFC", row["question"])
    ]
    assert len(decomposed) >= 4
    for row in ROWS[name]:
        assert row in decomposed or unicodedata.is_normalized("NFC", row["question"]), f"{row['id']}: a mix of forms"


def test_the_other_questions_are_composed() -> None:
    rows = [row for name in FILES.keys() - set(BALANCED) for row in ROWS[name]]
    assert [row["id"] for row in rows if not unicodedata.is_normalized("NFC", row["question"])] == []


@each_row
def test_fields(row: Row) -> None:
    assert set(row) >= REQUIRED
    assert not set(row) - REQUIRED - OPTIONAL
    assert row["kind"] in KINDS | MULTI_KINDS
    assert row["kind"] in MULTI_KINDS or row["language"] == ("en" if row["kind"] == "english" else "vi")
    for text in (row["question"], row["answer"]):
        assert text and text == text.strip()


@each_row
def test_history(row: Row) -> None:
    assert ("history" in row) is (row["kind"] == "follow-up")
    history = row.get("history", [])
    assert [turn["role"] for turn in history] == ["user", "assistant"] * (len(history) // 2)
    assert all(turn["content"].strip() for turn in history)
    assert history or row["kind"] != "follow-up"


@each_row
def test_questions_without_diacritics_are_ascii(row: Row) -> None:
    if row["kind"] == "english" and row["id"].startswith("hd2-"):
        # An English question may spell a name the Vietnamese way, and nothing else.
        words = re.findall(r"\w+", row["question"])
        assert all(word.isascii() or word[0].isupper() for word in words)
        return
    assert row["question"].isascii() or row["kind"] not in {"no-diacritics", "english"}


@each_row
def test_what_an_unanswerable_row_holds(row: Row) -> None:
    if row["answerable"]:
        assert row["must_include"] and row["evidence"]
        assert "unanswerable_type" not in row
        return
    assert row["must_include"] == []
    assert row.get("unanswerable_type") in UNANSWERABLE_TYPES
    # Only a false premise is corrected, by a sentence of the corpus.
    assert bool(row["evidence"]) is (row.get("unanswerable_type") == "false-premise")
    assert row["evidence"] or "evidence_alt" not in row


@each_row
def test_evidence_is_literal(row: Row) -> None:
    seen: list[list[Evidence]] = []
    for group in groups(row):
        assert group or not row["evidence"], "an empty group of evidence"
        assert group not in seen or not group, "the same evidence twice"
        seen.append(group)
        for evidence in group:
            quote = evidence["quote"]
            assert quote == quote.strip() and 0 < len(quote) <= LONGEST_QUOTE and "\n" not in quote
            assert told(evidence["document"]).count(quote) == 1, f"not once in {evidence['document']}: {quote}"


@each_row
def test_keys_are_in_the_evidence(row: Row) -> None:
    if not row["answerable"]:
        return
    for group in groups(row):
        quotes = " ".join(evidence["quote"] for evidence in group)
        assert [item for item in row["must_include"] if not satisfied(item, quotes)] == [], quotes


@each_row
def test_the_gold_answer_passes_its_own_key(row: Row) -> None:
    assert [item for item in row["must_include"] if not satisfied(item, row["answer"])] == []


@each_row
def test_keys_are_short(row: Row) -> None:
    for item in row["must_include"]:
        keys = [item] if isinstance(item, str) else item
        assert keys and len(keys) == len(set(keys))
        assert all(0 < len(plain(key)) <= 60 for key in keys)
