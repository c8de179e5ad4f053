"""Scores whole answers: right facts, in few words, proved by the right place, and no answer where there is none."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from app.types import MARKER, Answer, Turn
from evals import Rate, Row, check_new, digest, seconds_row
from evals.matching import Group, Place, Span, contains, missing, touches_all, touches_any
from index.encoder import Encoder
from index.errors import UsageError
from index.search import Index
from index.text import clean
from index.types import Document
from ingest.library import Library
from ingest.read import decode, load

MAX_LENGTH = 600  # characters of an answer; a longer one is a page to read, not an answer

# What a question without an answer must get, by the reason why there is none.
UNANSWERABLE = {
    "off-topic": "refused",
    "near-topic": "not answered",
    "false-premise": "corrected or refused",
}
_ANSWERABLE = ("answered", "facts given", "short enough", "evidence cited", "all evidence cited")
_NOT_REQUIRED = "all evidence cited"
_NOTHING_FORBIDDEN = "nothing forbidden"

Ask = Callable[[str, Index, Sequence[Turn]], Answer]
"""(question, index, history) -> Answer: `app.answer.ask`."""


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a questions file, its evidence found in the documents."""

    id: str
    kind: str
    question: str
    history: tuple[Turn, ...]
    unanswerable: str  # key of UNANSWERABLE; "" for a question that has an answer
    must_include: tuple[tuple[str, ...], ...]  # of each item one wording has to be in the answer
    must_not_include: tuple[str, ...]
    evidence: tuple[Group, ...]  # any one group proves the answer

    @property
    def label(self) -> str:
        """The line of the table the question counts in."""
        return f"unanswerable, {self.unanswerable}" if self.unanswerable else self.kind

    @property
    def checks(self) -> tuple[str, ...]:
        """Names of the checks owed to this question, also when the program fails on it."""
        owed = (UNANSWERABLE[self.unanswerable],) if self.unanswerable else _ANSWERABLE
        return (*owed, _NOTHING_FORBIDDEN) if self.must_not_include else owed


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one question."""

    question: Question
    answer: Answer | None  # None when the program failed
    checks: Mapping[str, str]  # name of the check -> why it failed, "" when it passed
    violations: tuple[str, ...]  # broken promises about citations
    error: str  # "" unless the program failed
    seconds: float

    @property
    def why(self) -> tuple[str, ...]:
        """Reasons why the row is wrong; none for a correct one."""
        if self.error:
            return (self.error,)
        failed = (why for name, why in self.checks.items() if why and name != _NOT_REQUIRED)
        return (*failed, *self.violations)

    @property
    def correct(self) -> bool:
        return not self.why

    def as_row(self) -> dict[str, Any]:
        answer = self.answer.as_row() if self.answer else {"question": self.question.question, "outcome": "error"}
        return {
            "id": self.question.id,
            "kind": self.question.label,
            "correct": self.correct,
            "why": list(self.why),
            "checks": {name: not why for name, why in self.checks.items()},
            **answer,
            "seconds": self.seconds,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run; every number is a fold over them."""

    results: tuple[Result, ...]
    questions: str  # digest of the rows asked
    documents: str  # digest of the documents

    @property
    def errors(self) -> int:
        return sum(bool(r.error) for r in self.results)

    @property
    def violations(self) -> int:
        return sum(len(r.violations) for r in self.results)

    @property
    def citations(self) -> int:
        return sum(len(r.answer.citations) for r in self.results if r.answer)

    @property
    def kinds(self) -> dict[str, Rate]:
        """Correct by kind of question, unanswerable ones last."""
        labels = {(bool(r.question.unanswerable), r.question.label) for r in self.results}
        return {
            label: Rate.count(r.correct for r in self.results if r.question.label == label)
            for _, label in sorted(labels)
        }

    @property
    def rates(self) -> dict[str, Rate]:
        """Every count by name: correct, then each check over the questions it is owed to."""
        answerable = [r for r in self.results if not r.question.unanswerable]
        rates = {
            "correct": Rate.count(r.correct for r in self.results),
            "answerable: correct": Rate.count(r.correct for r in answerable),
            "answerable: not answered": Rate.count(bool(r.answer and r.checks["answered"]) for r in answerable),
        }
        rates |= {f"answerable: {name}": self._rate(name) for name in _ANSWERABLE}
        rates |= {f"{kind}: {name}": self._rate(name) for kind, name in UNANSWERABLE.items()}
        return rates | {_NOTHING_FORBIDDEN: self._rate(_NOTHING_FORBIDDEN)}

    def _rate(self, check: str) -> Rate:
        return Rate.count(not r.checks[check] for r in self.results if check in r.checks)

    def as_row(self) -> dict[str, Any]:
        return {
            "questions": self.questions,
            "documents": self.documents,
            "results": [r.as_row() for r in self.results],
            "kinds": {label: rate.as_row() for label, rate in self.kinds.items()},
            "summary": {name: rate.as_row() for name, rate in self.rates.items()},
            "citations": self.citations,
            "citation_violations": self.violations,
            "errors": self.errors,
            "seconds": seconds_row([r.seconds for r in self.results]),
        }

    def __str__(self) -> str:
        seconds = seconds_row([r.seconds for r in self.results])
        lines = [f"{'kind':32}{'n':>5}{'correct':>9}"]
        lines += [f"{label:32}{rate.of:5}{rate.hits:9}" for label, rate in self.kinds.items()]
        lines += ["", *(f"{name:44}{rate}" for name, rate in self.rates.items() if rate.of)]
        lines += [
            f"{'citations that break their promise':44}{self.violations} of {self.citations}",
            f"{'questions the program failed on':44}{self.errors}",
            f"{'seconds per question':44}p50 {seconds['p50']:.3f}, p95 {seconds['p95']:.3f}",
        ]
        wrong = [f"{r.question.id}: {'; '.join(r.why)}" for r in self.results if not r.correct]
        return "\n".join([*lines, "", "wrong:", *wrong] if wrong else lines)


@contextmanager
def searchable(corpus: Path, encoder: Encoder) -> Iterator[tuple[Index, str | None]]:
    """An index of nothing but `corpus`, in a folder that goes away: what somebody added or removed plays no part.

    With it, for a corpus of one file, the text of that file as it is on disk, into which offsets point.
    """
    if not corpus.exists():
        raise UsageError(f"{corpus}: no such file or folder; give --corpus a folder of documents or one document")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        temporary, folder, raw = Path(name), corpus, None
        if corpus.is_file():
            raw = decode(load(corpus, corpus.name))
            folder = temporary / "corpus"
            folder.mkdir()
            shutil.copy(corpus, folder)
        library = Library(folder, temporary / "data", encoder)
        try:
            for document, reason in library.refresh().failed:
                print(f"left out: {document}: {reason}", file=sys.stderr)
            if not library.index().documents:
                raise UsageError(f"{corpus}: there is no document in it; give --corpus .md, .txt or .html files")
            yield library.index(), raw
        finally:
            library.close()


def measure(rows: Sequence[Row], index: Index, raw: str | None, ask: Ask) -> Report:
    """Ask every one of `rows`, those of a questions file; `index` and `raw` are as `searchable` gives them.

    Raises UsageError for a row that lacks something or whose evidence is not in the documents; a question the program
    fails on is a wrong row.
    """
    questions: dict[str, Question] = {}
    for row in rows:
        question = read_question(row, index.documents, raw)
        check_new(row, question.id, questions)
        questions[question.id] = question
    results = tuple(_result(q, index, ask) for q in tqdm(questions.values(), "questions", disable=None, leave=False))
    return Report(
        results,
        questions=digest(json.dumps(row.values, sort_keys=True) for row in rows),
        documents=digest(sorted(d.sha256 for d in index.documents.values())),
    )


def read_question(row: Row, documents: Mapping[str, Document], raw: str | None) -> Question:
    """The question in `row`, its evidence found in `documents`; `raw` is the text of a single-file corpus as given.

    :raises UsageError: a field is missing or wrong, or evidence is not in the documents; names file and line.
    """
    answerable = row.values.get("answerable")
    if not isinstance(answerable, bool):
        raise row.error('give the row "answerable": true or false')
    unanswerable = "" if answerable else row.text("unanswerable_type")
    if not answerable and unanswerable not in UNANSWERABLE:
        raise row.error(f'"unanswerable_type" is {unanswerable!r}; give one of {", ".join(UNANSWERABLE)}')
    question = Question(
        id=row.text("id"),
        kind=row.text("kind"),
        question=row.text("question"),
        history=_history(row),
        unanswerable=unanswerable,
        must_include=tuple(_wordings(row, item) for item in _list(row, "must_include")),
        must_not_include=tuple(w for item in _list(row, "must_not_include") for w in _wordings(row, item)),
        evidence=_evidence(row, documents, raw),
    )
    if answerable and not (question.evidence and question.must_include):
        raise row.error('a question that has an answer needs "must_include" and "evidence" that are not empty')
    return question


def _list(row: Row, name: str) -> list[Any]:
    value = row.values.get(name, [])
    if not isinstance(value, list):
        raise row.error(f'"{name}" is {value!r}; write a list')
    return value


def _wordings(row: Row, item: Any) -> tuple[str, ...]:
    wordings = tuple(item) if isinstance(item, list) else (item,)
    if not wordings or not all(isinstance(w, str) and w.strip() for w in wordings):
        raise row.error(f"{item!r} is neither a text nor a list of texts; write the words to look for")
    return wordings


def _history(row: Row) -> tuple[Turn, ...]:
    turns = []
    for turn in _list(row, "history"):
        match turn:
            case {"role": "user" | "assistant" as role, "content": str(content)}:
                turns.append(Turn(role, content))
            case _:
                raise row.error(f'{turn!r} is no turn; write {{"role": "user" or "assistant", "content": "..."}}')
    return tuple(turns)


def _evidence(row: Row, documents: Mapping[str, Document], raw: str | None) -> tuple[Group, ...]:
    """The groups of evidence: `evidence` is one; each item of `evidence_alt` is another, or one place that is."""
    groups = [_list(row, "evidence")]
    for item in _list(row, "evidence_alt"):
        is_group = isinstance(item, list) and not all(isinstance(n, int) for n in item)
        groups.append(item if is_group else [item])
    return tuple(tuple(_place(row, item, documents, raw) for item in group) for group in groups if group)


def _place(row: Row, item: Any, documents: Mapping[str, Document], raw: str | None) -> Place:
    match item:
        case {"document": str(source), "quote": str(quote)} if quote.strip():
            return _quoted(row, source, clean(quote), documents)
        case [int(start), int(end)]:
            return (_offsets(row, start, end, documents, raw),)
    raise row.error(f'{item!r} is no evidence; write [start, end] or {{"document": "file.md", "quote": "..."}}')


def _quoted(row: Row, source: str, quote: str, documents: Mapping[str, Document]) -> Place:
    document = next((d for d in documents.values() if d.source == source), None)
    if document is None:
        raise row.error(f"the corpus has no document {source!r}; name a file of the --corpus folder")
    starts = []
    at = document.text.find(quote)
    while at >= 0:
        starts.append(at)
        at = document.text.find(quote, at + 1)
    if not starts:
        raise row.error(f"{source} does not say {quote!r}; copy the words as they stand there")
    return tuple(Span(document.id, start, start + len(quote)) for start in starts)


def _offsets(row: Row, start: int, end: int, documents: Mapping[str, Document], raw: str | None) -> Span:
    if len(documents) != 1:
        raise row.error("[start, end] needs a corpus of one file: give --corpus that file, or quote the evidence")
    (document,) = documents.values()
    # A page of HTML is stored as its article alone: there is no way back, so offsets are of the stored text.
    cleaned = raw is not None and clean(raw) == document.text
    text = raw if raw is not None and cleaned else document.text
    if not 0 <= start < end <= len(text):
        raise row.error(f"[{start}, {end}] is not within the {len(text)} characters of {document.source}")
    if cleaned:  # a character that cleaning drops moves all that follow
        start, end = len(clean(text[:start])), len(clean(text[:end]))
    return Span(document.id, start, end)


def _result(question: Question, index: Index, ask: Ask) -> Result:
    started = time.perf_counter()
    try:
        answer = ask(question.question, index, question.history)
    except Exception as error:  # whatever it is, the other questions are still worth asking
        reason = f"{type(error).__name__}: {error}"
        return Result(question, None, dict.fromkeys(question.checks, reason), (), reason, time.perf_counter() - started)
    seconds = time.perf_counter() - started
    return Result(question, answer, _checks(question, answer), _violations(answer, index.documents), "", seconds)


def _checks(question: Question, answer: Answer) -> dict[str, str]:
    """For each check owed to `question`, why `answer` fails it, or ""."""
    said = MARKER.sub(" ", answer.text)  # "[3]" must not pass for the number 3
    cited = [Span(c.document, c.start, c.end) for c in answer.citations]
    proved = touches_any(question.evidence, cited)
    outcome, absent = answer.outcome, missing(said, question.must_include)
    forbidden = [words for words in question.must_not_include if contains(said, words)]
    failed = {
        "answered": outcome != "answer" and f"outcome {outcome}",
        "facts given": absent and f"does not say {', '.join(map(repr, absent))}",
        "short enough": len(answer.text) > MAX_LENGTH and f"{len(answer.text)} characters",
        "evidence cited": not proved and "cites no evidence",
        "all evidence cited": not touches_all(question.evidence, cited) and "does not cite all evidence",
        "refused": outcome != "refuse" and f"outcome {outcome}, not refused",
        "not answered": outcome == "answer" and "answered",
        "corrected or refused": outcome != "refuse" and not proved and f"outcome {outcome} without the correction",
        _NOTHING_FORBIDDEN: forbidden and f"says {', '.join(map(repr, forbidden))}",
    }
    return {name: failed[name] or "" for name in question.checks}


def _violations(answer: Answer, documents: Mapping[str, Document]) -> tuple[str, ...]:
    """Promises about citations that `answer` breaks: a quote is what stands there, and each has its [n]."""
    broken = []
    for n, c in enumerate(answer.citations, 1):
        document = documents.get(c.document)
        if document is None or document.text[c.start : c.end] != c.quote:
            broken.append(f"citation {n} is not what stands in {c.document} at [{c.start}, {c.end})")
        if f"[{n}]" not in answer.text:
            broken.append(f"no [{n}] in the answer for citation {n}")
    for marker in sorted({m.group() for m in MARKER.finditer(answer.text)}):
        quoted = any(marker in c.quote for c in answer.citations)  # a document may itself contain "[3]"
        if not quoted and not 1 <= int(marker[1:-1]) <= len(answer.citations):
            broken.append(f"no citation for {marker}")
    return tuple(broken)
