"""Scores the search alone on folders in BEIR's layout (corpus.jsonl, queries.jsonl, qrels.tsv), or questions files."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from tqdm import tqdm

from evals import check_new, digest, line_error, read_lines, read_rows, seconds_row, squad
from evals.forms import FORMS
from evals.matching import Span, touches_any
from index.encoder import Encoder
from index.errors import UsageError
from index.search import Index, build, open_index
from index.text import clean
from index.types import Document, Hit, Passage

MEASURES = ("nDCG@10", "R@1", "R@5", "RR@10")

Half = Literal["fused", "lexical", "dense"]
"""Which scores order the passages: both, as the program does, or one half alone."""

AS_TYPED = "as typed"

_DEPTH = 100  # results kept for a query

_ORDER: Mapping[Half, Callable[[Hit], float]] = {
    "fused": lambda hit: hit.score,
    "lexical": lambda hit: hit.lexical,
    "dense": lambda hit: hit.dense,
}


@dataclass(frozen=True, slots=True)
class Collection:
    """What a search is scored on, read and checked; only queries somebody judged are in it."""

    folder: Path  # or the questions file
    documents: tuple[Document, ...]
    queries: Mapping[str, str]
    relevance: Mapping[str, Mapping[str, int]]  # query id -> document id -> how relevant
    digest: str  # of its files


@dataclass(frozen=True, slots=True)
class Result:
    """The scores of one query, 0 to 1, by name of the measure."""

    query: str
    scores: Mapping[str, float]
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """The results on one folder; every number is a fold over them."""

    collection: Collection
    half: Half
    form: str  # how the questions were typed: a name of evals.forms.FORMS, or AS_TYPED
    results: tuple[Result, ...]

    @property
    def means(self) -> dict[str, float]:
        return {name: fmean(r.scores[name] for r in self.results) for name in MEASURES}

    def as_row(self) -> dict[str, Any]:
        return {
            "folder": str(self.collection.folder),
            "digest": self.collection.digest,
            "half": self.half,
            "form": self.form,
            "documents": len(self.collection.documents),
            "queries": len(self.results),
            "results": [{"id": r.query, **r.scores, "seconds": r.seconds} for r in self.results],
            "summary": self.means,
            "seconds": seconds_row([r.seconds for r in self.results]),
        }

    def __str__(self) -> str:
        seconds = seconds_row([r.seconds for r in self.results])
        scores = "  ".join(f"{name} {mean:.4f}" for name, mean in self.means.items())
        name = self.collection.folder.name + ("" if self.form == AS_TYPED else f" typed as {self.form}")
        return (
            f"{name}: {len(self.collection.documents)} documents, {len(self.results)} queries  "
            f"{scores}  seconds p50 {seconds['p50']:.4f} p95 {seconds['p95']:.4f}"
        )


@contextmanager
def indexed(collection: Collection, encoder: Encoder) -> Iterator[Index]:
    """An index of one passage per document of `collection`, in a folder that goes away."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name) / "index"
        # a document without words has no passage: it stays in the collection and cannot be found
        passages = [Passage.of(d, 0, len(d.text)) for d in collection.documents if d.text]
        build(folder, collection.documents, passages, encoder)
        index = open_index(folder, encoder)
        try:
            yield index
        finally:
            index.close()


def measure(collection: Collection, encoder: Encoder, half: Half = "fused", form: str = AS_TYPED) -> Report:
    """Search every query of `collection`, rewritten into `form`, in an index of one passage per document, built in a
    folder that goes away.

    A half alone is ordered from a fused search for all passages, so its times are not its own.
    """
    found: dict[str, list[str]] = {}
    seconds: dict[str, float] = {}
    with indexed(collection, encoder) as index:
        for id, text in tqdm(collection.queries.items(), collection.folder.name, disable=None, leave=False):
            typed = FORMS[form](text) if form != AS_TYPED else text
            started = time.perf_counter()
            found[id] = _search(index, typed, half)
            seconds[id] = time.perf_counter() - started
    scores = score(collection.relevance, found)
    return Report(collection, half, form, tuple(Result(id, scores[id], seconds[id]) for id in collection.queries))


def _search(index: Index, query: str, half: Half) -> list[str]:
    """Ids of the documents found, best first."""
    if half == "fused":
        return [hit.document.id for hit in index.search(query, k=_DEPTH)]
    hits = index.search(query, k=len(index.passages))  # all of them, so that nothing one half finds is left out
    if half == "lexical":
        hits = [hit for hit in hits if hit.lexical > 0]  # the others are there for the dense half
    hits.sort(key=lambda hit: (-_ORDER[half](hit), hit.passage.id))
    return [hit.document.id for hit in hits[:_DEPTH]]


def score(
    relevance: Mapping[str, Mapping[str, int]], found: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """MEASURES of `found` (query id -> document ids, best first) for every query of `relevance`.

    A query for which nothing was found scores zero: ir_measures owes a value for every judged query, so silence cannot
    raise a mean.
    """
    import ir_measures  # 0.3 s, and it adds a log handler on import

    measures = [ir_measures.parse_measure(name) for name in MEASURES]
    judged = [ir_measures.Qrel(q, d, grade) for q, row in relevance.items() for d, grade in row.items()]
    # the rank as score: where two scores are equal, trec_eval would order by document id instead of ours
    run = [ir_measures.ScoredDoc(q, d, -float(rank)) for q, ids in found.items() for rank, d in enumerate(ids)]
    scores: dict[str, dict[str, float]] = {id: {} for id in relevance}
    for metric in ir_measures.iter_calc(measures, judged, run):
        scores[metric.query_id][str(metric.measure)] = float(metric.value)
    return scores


def read(path: Path, corpus: Path, encoder: Encoder) -> Collection:
    """The folder, or the questions file: one in SQuAD's form, or one whose evidence is in `corpus`."""
    if not path.is_file():
        return read_collection(path)
    return read_contexts(path) if squad.is_squad(path) else read_questions(path, corpus, encoder)


def read_collection(folder: Path) -> Collection:
    """Read the folder. Raises UsageError naming the file, and the line, that is missing or cannot be used."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder; give one that holds corpus.jsonl, queries.jsonl and qrels.tsv")
    judgements = folder / "qrels.tsv"
    if not judgements.exists() and (folder / "qrels" / "test.tsv").exists():
        judgements = folder / "qrels" / "test.tsv"
    files = (folder / "corpus.jsonl", folder / "queries.jsonl", judgements)
    documents = _documents(files[0])
    queries = _queries(files[1])
    relevance = _relevance(judgements, queries)
    unknown = {d for row in relevance.values() for d in row} - {d.id for d in documents}
    if unknown:
        print(f"{judgements}: {len(unknown)} documents not in corpus.jsonl count as not found", file=sys.stderr)
    judged = {id: text for id, text in queries.items() if id in relevance}
    return Collection(folder, documents, judged, relevance, digest(f.read_text(encoding="utf-8") for f in files))


def read_questions(path: Path, corpus: Path, encoder: Encoder) -> Collection:
    """The questions of `path` that have an answer and need no conversation, over the passages of `corpus`; relevant is
    a passage that overlaps evidence. Raises UsageError for a row that lacks something or whose evidence is not there.
    """
    from evals.answers import read_question, searchable

    with searchable(corpus, encoder) as (index, raw):
        rows = read_rows(path)
        questions = [read_question(row, index.documents, raw) for row in rows]
        documents = tuple(_as_document(index, passage) for passage in index.passages)
        spans = [(p.id, Span(p.document, p.start, p.end)) for p in index.passages]
    asked = {q.id: q for q in questions if q.evidence and not q.history}
    relevance = {
        id: {passage: 1 for passage, span in spans if touches_any(question.evidence, (span,))}
        for id, question in asked.items()
    }
    queries = {id: question.question for id, question in asked.items()}
    return Collection(path, documents, queries, relevance, digest([path.read_text(encoding="utf-8")]))


def read_contexts(path: Path) -> Collection:
    """The questions of a file in SQuAD's form over all its contexts (see `evals.squad.read`); relevant is the one a
    question was written for, though it may not answer it."""
    questions = squad.read(path)
    queries = {asked.id: asked.question for asked in questions.asked}
    relevance = {asked.id: {asked.context: 1} for asked in questions.asked}
    return Collection(path, questions.contexts, queries, relevance, questions.digest)


def _as_document(index: Index, passage: Passage) -> Document:
    """A document that is scored as `passage` is in its own: under its title and headings."""
    title = "\n".join((index.documents[passage.document].title, *passage.headings))
    return Document(id=passage.id, text=passage.text, title=title, source="", sha256="")


def _documents(path: Path) -> tuple[Document, ...]:
    documents: dict[str, Document] = {}
    for row in read_rows(path):
        id, title = row.text("_id", "id"), clean(str(row.values.get("title") or ""))
        check_new(row, id, documents)
        text = clean(row.text("text")) or title
        documents[id] = Document(id=id, text=text, title=title, source=path.name, sha256="")
    return tuple(documents.values())


def _queries(path: Path) -> dict[str, str]:
    queries: dict[str, str] = {}
    for row in read_rows(path):
        id = row.text("_id", "id")
        check_new(row, id, queries)
        queries[id] = row.text("text")
    return queries


def _relevance(path: Path, queries: Mapping[str, str]) -> dict[str, dict[str, int]]:
    relevance: dict[str, dict[str, int]] = {}
    for position, (number, line) in enumerate(read_lines(path)):
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != 3:
            raise line_error(path, number, "write query id, document id and score with tabs between them")
        query, document, grade = fields
        if query not in queries:
            if position == 0 and not _is_integer(grade):
                continue  # the header
            raise line_error(path, number, f"queries.jsonl has no query {query!r}; add it or delete this line")
        if not _is_integer(grade):
            raise line_error(path, number, f"the score is {grade!r}; write a whole number, 0 for not relevant")
        relevance.setdefault(query, {})[document] = int(grade)
    if not relevance:
        raise UsageError(f"{path}: no query is judged in it; write query id, document id and score, one line each")
    return relevance


def _is_integer(text: str) -> bool:
    return text.removeprefix("-").isdecimal()
