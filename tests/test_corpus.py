"""The corpus keeps its promises: every fact is told, and every article can be cited."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import yaml

CORPUS = Path(__file__).parent.parent / "corpus"
FACTS = Path(__file__).parent / "data" / "corpus_facts.jsonl"
MAIN = "bao-cao-giua-nhiem-ky-2023.md"
ARTICLES = sorted(path.name for path in CORPUS.glob("*.md"))


class Fact(NamedTuple):
    """One fact, the article that tells it, and the words that must be in that article."""

    id: str
    document: str
    key_tokens: Sequence[str | list[str]]  # a list holds spellings of which one is enough


class Article(NamedTuple):
    """An article of the corpus: its front matter and the Markdown below it."""

    meta: dict[str, object]
    body: str


def load_facts() -> list[Fact]:
    lines = FACTS.read_text(encoding="utf-8").splitlines()
    return [Fact(**json.loads(line)) for line in lines if line.strip()]


@cache
def load_article(name: str) -> Article:
    head, opened, rest = (CORPUS / name).read_text(encoding="utf-8").partition("---\n")
    front, closed, body = rest.partition("\n---\n")
    assert not head and opened and closed, f"{name}: no front matter between two lines of ---"
    return Article(yaml.safe_load(front), body)


def told(article: Article) -> str:
    """The article without its list of sources: a token found only there tells nothing."""
    return plain(article.body.partition("\n## Nguồn")[0])


def plain(text: str) -> str:
    """Fold what a reader would not call a difference: case, dashes, quotes, kinds of space."""
    text = unicodedata.normalize("NFC", text).casefold()
    text = re.sub(r"[\"'‘’“”]", "", text)
    text = re.sub(r"\s*[-‐‑‒–—―−]\s*", "-", text)
    return " ".join(text.split())  # also turns a no-break space into a plain one


def says(text: str, words: str) -> bool:
    """Whether plain text holds the words whole: “3” is not in “2023”, nor “ba” in “bao”."""
    return re.search(rf"(?<!\w){re.escape(plain(words))}(?!\w)", text) is not None


def is_web_address(value: object) -> bool:
    parts = urlsplit(str(value))
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


@pytest.mark.parametrize("fact", load_facts(), ids=lambda fact: fact.id)
def test_the_article_tells_the_fact(fact: Fact) -> None:
    text = told(load_article(fact.document))
    wanted = [[token] if isinstance(token, str) else token for token in fact.key_tokens]
    missing = [words for words in wanted if not any(says(text, word) for word in words)]
    assert wanted and not missing, f"{fact.document} lacks {missing}"


def test_no_fact_is_forgotten_or_told_twice() -> None:
    expected = [f"E{n:03}" for n in range(1, 135)] + [f"F{n:03}" for n in range(1, 104)]
    assert sorted(fact.id for fact in load_facts()) == expected


def test_the_corpus_is_more_than_its_main_article() -> None:
    assert MAIN in ARTICLES
    assert len(ARTICLES) > 10


@pytest.mark.parametrize("name", ARTICLES)
def test_the_front_matter_is_complete(name: str) -> None:
    meta = load_article(name).meta
    for key in ("title", "publisher"):
        value = meta[key]
        assert isinstance(value, str) and value.strip(), key
    published = str(meta["published"])
    assert date.fromisoformat(published).isoformat() == published
    assert is_web_address(meta["url"])
    assert meta["type"] == "bài viết"  # ours are about documents: a resolution's number does not make them one


@pytest.mark.parametrize("name", ARTICLES)
def test_every_source_has_a_title_and_an_address(name: str) -> None:
    sources = load_article(name).meta["sources"]
    assert isinstance(sources, list) and sources
    for source in sources:
        assert str(source["title"]).strip(), source
        assert is_web_address(source["url"]), source


@pytest.mark.parametrize("name", ARTICLES)
def test_the_text_is_nfc_with_unix_line_ends(name: str) -> None:
    raw = (CORPUS / name).read_bytes()
    text = raw.decode("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert b"\r" not in raw and not text.startswith("\ufeff")


@pytest.mark.parametrize("name", ARTICLES)
def test_the_only_h1_is_the_title(name: str) -> None:
    article = load_article(name)
    assert re.findall(r"^# (.+)$", article.body, flags=re.MULTILINE) == [article.meta["title"]]


@pytest.mark.parametrize("name", ARTICLES)
def test_the_file_name_is_ascii_kebab_case(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.md", name)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Nhiệm kỳ 2020 - 2025", "2020–2025", True),
        ("“Năm trọng tâm” là", '"năm trọng tâm"', True),
        ("lấp đầy\u00a0100%.", "100%", True),
        ("năm 2023", "3", False),
        ("bao nhiêu", "ba", False),
        ("du li\u0323ch", "du lịch", True),  # decomposed, as some keyboards type it
    ],
)
def test_the_matcher_itself(text: str, words: str, expected: bool) -> None:
    assert says(plain(text), words) is expected
