"""Reads the training data: pairs of a question side and the passage it should find, some held out, none from a test."""

from __future__ import annotations

import hashlib
import json
import lzma
import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from index.errors import UsageError
from index.text import clean, fold, syllables

RUN = 12
"""A training row that shares this many syllables in a row (diacritics ignored) with an excluded text is dropped."""

LEAST = 5
"""An excluded text of fewer syllables than RUN, but at least these, is looked for as a whole question side; a shorter
one says nothing of its own ("quyết định số 5") and is only counted."""

QUESTION_SIDES = ("anchor", "title", "en", "vi")
"""Fields of a row that may become the question side of a pair."""

LICENCES = {
    "envi_alt": "CC BY 4.0 (Asian Language Treebank)",
    "envi_basic": "CC BY 2.0 FR (Tatoeba)",
    "envi_docs": "free-software documentation; the row names its project and licence",
    "envi_evb": "none stated",
    "envi_news": "none stated",
    "law_articles": "statutes, not subject to copyright in Vietnam",
    "law_pairs": "statutes, not subject to copyright in Vietnam",
    "vietnews_gov": "none stated",
    "vietnews_title_abstract": "none stated",
    "vietnews_title_passage": "none stated",
}

Kind = Literal["title", "abstract", "statute", "sentence", "question", "neighbour", "english", "english window"]
"""What the question side is: the title of an article; an abstract or its title; a statute's heading; a sentence of the
passage; a question made of such a sentence; a sentence beside the passage; English for it, or for a sentence of it."""


class Pair(NamedTuple):
    """A question side and the passage it should find."""

    question: str
    passage: str


@dataclass
class Corpus:
    """Training pairs by kind, in reading order (neighbours come from one article); held-out pairs by name of the set;
    what was read and dropped, by file name."""

    pairs: dict[Kind, list[Pair]] = field(default_factory=lambda: defaultdict(list))
    dev: dict[str, list[Pair]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    dropped: int = 0


# ---------------------------------------------------------------- what must not be trained on


def strings(value: object) -> Iterator[str]:
    """Every string inside a decoded JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def _bare(text: str) -> list[str]:
    return syllables(fold(clean(text)))


def runs(text: str) -> Iterator[str]:
    """Every run of `RUN` consecutive syllables of `text`, without diacritics."""
    bare = _bare(text)
    return (" ".join(bare[i : i + RUN]) for i in range(len(bare) - RUN + 1))


@dataclass(frozen=True)
class Excluded:
    """What no training row may hold."""

    runs: frozenset[str] = frozenset()  # of RUN syllables, see `runs`
    whole: frozenset[str] = frozenset()  # texts of LEAST to RUN - 1 syllables, as the whole of a question side
    unchecked: int = 0  # texts of fewer syllables

    def overlaps(self, row: Mapping[str, Any]) -> bool:
        """True when `row` must not be trained on."""
        if self.runs and any(run in self.runs for text in strings(row) for run in runs(text)):
            return True
        sides = (row.get(name) for name in QUESTION_SIDES) if self.whole else ()
        return any(isinstance(side, str) and " ".join(_bare(side)) in self.whole for side in sides)


def read_excluded(paths: Iterable[Path]) -> Excluded:
    """Every string in the JSON Lines files `paths`. Raises UsageError when one cannot be read, naming the line."""
    parts: set[str] = set()
    whole: set[str] = set()
    unchecked: set[str] = set()
    for path in paths:
        for value in _read_json(path, path.open):
            for text in strings(value):
                bare = _bare(text)
                if len(bare) >= RUN:
                    parts.update(runs(text))
                else:
                    (whole if len(bare) >= LEAST else unchecked).add(" ".join(bare))
    return Excluded(frozenset(parts), frozenset(whole), len(unchecked))


# ---------------------------------------------------------------- reading


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Decoded rows of a `.jsonl.xz` file. Raises UsageError when it cannot be read, naming the line."""
    return _read_json(path, partial(lzma.open, path))


def _read_json(path: Path, open: Callable[..., Any]) -> Iterator[Any]:
    number = 0
    try:
        with open(mode="rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                yield json.loads(line)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}, line {number}: this is not JSON ({error}); write one object a line") from error
    except (OSError, EOFError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read after line {number} ({error}); give a file that can") from error


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_held_out(name: str, one_in: int) -> bool:
    """True for one in `one_in` names, always the same ones."""
    return zlib.crc32(name.encode()) % one_in == 0


def is_held_out_translation(row: dict[str, Any]) -> bool:
    """True for the sentences of one in sixteen parallel documents: no model and no word table is trained on them."""
    return isinstance(row.get("doc"), str) and is_held_out(row["doc"], 16)


def read_corpus(folder: Path, excluded: Excluded | None = None, seed: int = 0) -> Corpus:
    """All pairs in `folder/*.jsonl.xz`; what a row means follows from its field names.

    Held out are whole documents: one in eight articles that have a body, one in sixty-four of the other articles, one
    in eight statutes and one in sixteen parallel documents.
    :raises UsageError: no such file in `folder`, or one that cannot be read, or a row of an unknown shape.
    """
    paths = sorted(folder.glob("*.jsonl.xz"))
    if not paths:
        raise UsageError(f"{folder} holds no *.jsonl.xz file; give the folder of the training data")
    reader = _Reader(np.random.default_rng(seed))
    # Articles with a body come first: their titles stand again, with the same id, in the title files.
    paths.sort(key=lambda path: "body" not in next(read_rows(path), {}))
    for path in paths:
        kept, rows = [], 0
        for row in read_rows(path):
            rows += 1
            if not isinstance(row, dict):
                raise UsageError(f"{path}, line {rows}: this is not a JSON object; write one object a line")
            if not (excluded and excluded.overlaps(row)):
                kept.append({k: clean(v) if isinstance(v, str) else v for k, v in row.items()})
        reader.read(path.name, kept)
        licence = LICENCES.get(path.name.removesuffix(".jsonl.xz"), "unknown")
        counts = {"rows": rows, "dropped": rows - len(kept)}
        reader.corpus.files[path.name] = {"sha256": sha256(path), **counts, "licence": licence}
        reader.corpus.dropped += rows - len(kept)
    return reader.corpus


class _Reader:
    """Turns rows into pairs; `corpus` is what came of them so far."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.corpus = Corpus()
        self._rng = rng
        self._articles: set[str] = set()  # ids of articles read with their body
        self._abstracts: dict[str, str] = {}

    def read(self, name: str, rows: list[dict[str, Any]]) -> None:
        for i, row in enumerate(rows):
            if {"en", "vi"} <= row.keys():
                self._parallel(row, _window(rows, i, self._rng))
            elif {"anchor", "positive", "id"} <= row.keys():
                self._titled(row, abstract="abstract" in name)
            elif {"anchor", "positive"} <= row.keys():
                self._statute(row["anchor"], row["positive"])
            elif {"title", "body"} <= row.keys():
                self._article(row)
            elif {"law", "title", "text"} <= row.keys():
                self._law(row)
            else:
                raise UsageError(f"{name}: a row with the fields {sorted(row)} is of no known kind; see read_corpus")

    def _put(self, kind: Kind, question: str, passage: str) -> None:
        self.corpus.pairs[kind].append(Pair(question, passage))

    def _parallel(self, row: dict[str, Any], window: str) -> None:
        english, vietnamese = row["en"], row["vi"]
        if is_held_out_translation(row):
            if window != vietnamese:
                self.corpus.dev["en"].append(Pair(english, window))
            return
        self._put("english", english, vietnamese)
        if window != vietnamese:
            self._put("english window", _framed(english, self._rng), window)
            self._put("neighbour", vietnamese, window.replace(vietnamese, " "))

    def _titled(self, row: dict[str, Any], abstract: bool) -> None:
        id, title, text = row["id"], row["anchor"], row["positive"]
        if id in self._articles and is_held_out(id, 8):
            return
        if is_held_out(id, 64):
            if not abstract:
                self.corpus.dev["news"].append(Pair(title, text))
            return
        if abstract:
            self._abstracts[id] = text
            self._put("abstract", title, text)
            return
        self._put("title", title, text)
        if id in self._abstracts:
            self._put("abstract", self._abstracts[id], text)
        self._inside(text)

    def _article(self, row: dict[str, Any]) -> None:
        self._articles.add(row["id"])
        passages = _passages(row["body"])
        if is_held_out(row["id"], 8):
            for passage in passages[:1]:
                self.corpus.dev["gov"].append(Pair(row["title"], passage))
            self._held_questions("gov questions", passages)
            return
        for passage in passages:
            self._put("title", row["title"], passage)
            self._inside(passage)

    def _law(self, row: dict[str, Any]) -> None:
        passages = _passages(row["text"])[:4]
        if is_held_out(row["law"].strip().lower(), 8):
            self._held_questions("law questions", passages)
            return
        for passage in passages:
            self._put("statute", f"{row['title']} {row['law']}", passage)
            self._put("statute", row["title"], passage)
            self._inside(passage)

    def _statute(self, heading: str, text: str) -> None:
        title, _, law = heading.rpartition("–")
        if is_held_out(law.strip().lower(), 8):
            self.corpus.dev["law"].append(Pair(title, text))
        else:
            self._put("statute", heading, text)

    def _inside(self, passage: str) -> None:
        """A sentence of `passage`, mostly taken out of it, and two questions about it."""
        sentences = _sentences(passage)
        if len(sentences) > 2:
            pick = sentences[int(self._rng.integers(len(sentences)))]
            self._put("sentence", pick, passage.replace(pick, " ") if self._rng.random() < 0.7 else passage)
        asked = [q for sentence in sentences for q in questions(sentence, self._rng)]
        for i in self._rng.permutation(len(asked))[:2]:
            self._put("question", asked[i], passage)

    def _held_questions(self, name: str, passages: list[str]) -> None:
        for passage in passages:
            asked = [q for sentence in _sentences(passage) for q in questions(sentence, self._rng)]
            if asked:
                self.corpus.dev[name].append(Pair(asked[int(self._rng.integers(len(asked)))], passage))


def _window(rows: list[dict[str, Any]], i: int, rng: np.random.Generator) -> str:
    """The Vietnamese of row `i` with up to three neighbours on each side from the same document; "" for another row.

    A question in English is asked of a paragraph, not of a sentence. The treebank rows name no document but stand in
    reading order; some windows there straddle two articles, which a model of this kind can bear.
    """
    before, after = (int(n) for n in rng.integers(0, 4, size=2))
    doc, src = rows[i].get("doc"), rows[i].get("src")
    if doc is None and src != "wiki-alt":
        return str(rows[i]["vi"])
    near = rows[max(0, i - before) : i + after + 1]
    return " ".join(row["vi"] for row in near if row.get("doc") == doc and row.get("src") == src)


_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text) if len(sentence) > 30]


def _passages(body: str, size: int = 700) -> list[str]:
    """Whole sentences of `body` packed into passages of about `size` characters."""
    out = [""]
    for sentence in _SENTENCE.split(body):
        if len(out[-1]) >= size:
            out.append("")
        out[-1] += " " + sentence
    return [passage.strip() for passage in out if len(passage) > 80]


# ---------------------------------------------------------------- questions made by rule

_NUMBER = re.compile(r"(?<![\w/.,-])\d[\d.,]*(?=\s+[^\W\d])")
_TIME = re.compile(r"(ngày|tháng|năm|lúc)\s+\d[\d/h.:-]*(?:\s+(?:tháng|năm)\s+\d+)*")
_PLACE = re.compile(r"\b(?:ở|tại)\s+(?:[A-ZĐÀ-Ỹ][^\W\d]*\s?){1,5}")
_NAME = re.compile(r"^(?:Ông |Bà |Anh |Chị )?(?:[A-ZĐÀ-Ỹ][^\W\d]*\s){2,5}(?=[a-zđà-ỹ])")
_IS = re.compile(r"^(.{8,60}?)\s+là\s+")
_BECAUSE = re.compile(r"^(.{20,120}?),?\s+(?:vì|do|bởi|nhằm|để)\s+")
_ENGLISH_FRAMES = (
    "What is", "What was", "What type of", "Which", "Who", "Who was", "How many", "How much", "When did",
    "In what year", "Where", "Why did",
)  # fmt: skip


def questions(sentence: str, rng: np.random.Generator) -> list[str]:
    """Questions that `sentence` answers: a number, a time, a place or a name in it is asked for, or what something is,
    or why; a few words on each side of it stay. They teach the model what a question's own words are worth."""
    found = [_ask(sentence, number, "bao nhiêu", rng) for number in _NUMBER.finditer(sentence)]
    for time in _TIME.finditer(sentence):
        which = "năm nào" if time.group(1) == "năm" else "ngày nào"
        found.append(_ask(sentence, time, str(rng.choice(["khi nào", "vào thời gian nào", which])), rng))
    for place in _PLACE.finditer(sentence):
        found.append(_ask(sentence, place, str(rng.choice(["ở đâu", "nơi nào", "ở tỉnh nào"])), rng))
    if name := _NAME.match(sentence):
        who = rng.choice(["Ai", "Ai là người", "Đơn vị nào", "Tên của người"])
        found.append(_ask(sentence, name, str(who), rng))
    if being := _IS.match(sentence):
        found.append(being.group(1) + str(rng.choice([" là gì?", " là ai?", " được gọi là gì?", " nghĩa là gì?"])))
    if because := _BECAUSE.match(sentence):
        found.append(str(rng.choice(["Tại sao ", "Vì sao ", "Vì lý do gì "])) + because.group(1) + "?")
    return [question for question in found if len(question.split()) >= 5]


def _ask(sentence: str, match: re.Match[str], word: str, rng: np.random.Generator) -> str:
    """`word` in place of the match, with two to nine words on each side of it but none from another clause."""
    left: list[str] = []
    for near in reversed(sentence[: match.start()].split()[-int(rng.integers(2, 10)) :]):
        if near[-1] in ",;:.":
            break
        left.insert(0, near)
    right: list[str] = []
    for near in sentence[match.end() :].split()[: int(rng.integers(2, 10))]:
        right.append(near)
        if near[-1] in ",;:.":
            break
    return " ".join([*left, word, *right]).rstrip(" .,;:") + "?"


def _framed(english: str, rng: np.random.Generator) -> str:
    """`english`, or four times in ten a part of it behind the first words of a question."""
    words = english.split()
    if len(words) <= 6 or rng.random() >= 0.4:
        return english
    size = int(rng.integers(5, 12))
    start = int(rng.integers(0, max(1, len(words) - size)))
    return f"{rng.choice(_ENGLISH_FRAMES)} {' '.join(words[start : start + size])}?"
