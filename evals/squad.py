"""Questions in SQuAD's form: read, and each context made one document of one passage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals import Row, check_new, digest, read_rows
from index.text import clean
from index.types import Document


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, the context it was written for, and the words that answer it there."""

    id: str
    question: str
    context: str  # Document.id
    article: str
    answers: tuple[str, ...]  # any one of them will do; none: the context does not say


@dataclass(frozen=True, slots=True)
class Questions:
    """A file of questions: its contexts, each one passage of one corpus, and what is asked of them."""

    path: Path
    contexts: tuple[Document, ...]  # `source` is the article
    asked: tuple[Asked, ...]
    digest: str


def is_squad(path: Path) -> bool:
    """True when the first row of `path` brings its own context."""
    return any("context" in row.values for row in read_rows(path)[:1])


def read(path: Path) -> Questions:
    """The rows of a JSON Lines file in SQuAD's form: "id", "context", "question", and "answers" (texts, or SQuAD's own
    {"text": […]}); "article" or "title" names what the context is a part of. A row without "question" adds its context
    only. Raises UsageError naming the line that cannot be used.
    """
    contexts: dict[str, Document] = {}
    asked: dict[str, Asked] = {}
    for row in read_rows(path):
        text = clean(row.text("context"))
        article = row.text("article", "title") if {"article", "title"} & row.values.keys() else ""
        id = digest([text])
        contexts.setdefault(id, Document(id=id, text=text, title="", source=article, sha256=""))
        if "question" not in row.values:
            continue
        question = Asked(row.text("id"), row.text("question"), id, article, _answers(row, text))
        check_new(row, question.id, asked)
        asked[question.id] = question
    return Questions(path, tuple(contexts.values()), tuple(asked.values()), digest([path.read_text(encoding="utf-8")]))


def _answers(row: Row, context: str) -> tuple[str, ...]:
    found = row.values.get("answers")
    if isinstance(found, Mapping):
        found = found.get("text")
    if not isinstance(found, list) or not all(isinstance(a, str) for a in found):
        raise row.error('give the row its "answers" as a list of texts, empty when the context does not say')
    answers = tuple(dict.fromkeys(a for a in map(clean, found) if a.strip()))
    for answer in answers:
        if answer not in context:
            raise row.error(f"the context does not say {answer!r}; copy the answer as it stands there")
    return answers
