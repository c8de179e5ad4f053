"""The commands `python -m evals answers`, `spans`, `retrieval`, `calibrate`, `fusion`, `latency`, `ingest`, `busy` …"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evals import check_output, write_json
from evals.forms import FORMS
from index.console import never_fail
from index.errors import HoidapError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0: measured, 1: the program failed on a question or broke a promise, 2: could not measure."""
    never_fail()
    arguments = _parser().parse_args(argv)
    try:
        check_output(arguments.json)
        code: int = arguments.run(arguments)
        return code
    except HoidapError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Measure the answers, or the search alone.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    answers = commands.add_parser("answers", help="ask every question of a file and check the answers")
    answers.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    answers.add_argument("--corpus", type=Path, help="folder of documents, or one document; default: the corpus in use")
    answers.set_defaults(run=_answers)

    spans = commands.add_parser(
        "spans", help="ask questions in SQuAD's form: is the answer shown, its absence noticed?"
    )
    spans.add_argument("questions", type=Path, metavar="FILE.jsonl", help="id, context, question, answers[, article]")
    spans.set_defaults(run=_spans)

    retrieval = commands.add_parser("retrieval", help="score the search on folders in BEIR's layout, or questions")
    retrieval.add_argument("folders", type=Path, nargs="+", metavar="DIR|QUESTIONS.jsonl")
    retrieval.add_argument("--model", help="embedding model; default: the model in use")
    retrieval.add_argument("--half", choices=("fused", "lexical", "dense"), default="fused", help="default: fused")
    retrieval.add_argument("--form", choices=FORMS, help="retype the questions: Telex keystrokes …; default: as typed")
    retrieval.set_defaults(run=_retrieval)

    calibrate = commands.add_parser("calibrate", help="fit the models that rank sentences and decide on the outcome")
    calibrate.add_argument(
        "questions",
        type=_with_corpus,
        nargs="+",
        metavar="QUESTIONS.jsonl[=CORPUS]",
        help="questions and the folder or document they are about (default: the corpus in use), or in SQuAD's form",
    )
    calibrate.add_argument(
        "--save",
        nargs="?",
        const="own",
        choices=("own", "shipped"),
        help="write the models that the program loads: into the data folder, or (shipped) as everybody's default",
    )
    calibrate.set_defaults(run=_calibrate)

    fusion = commands.add_parser("fusion", help="fit how much the dense half of the search counts")
    fusion.add_argument("folders", type=Path, nargs="+", metavar="DIR|QUESTIONS.jsonl")
    fusion.set_defaults(run=_fusion)

    latency = commands.add_parser("latency", help="time the search on one core")
    latency.add_argument(
        "--passages", type=_count, nargs="+", default=[10_000, 100_000], metavar="N", help="default: 10000 100000"
    )
    latency.add_argument("--queries", type=_count, default=300, metavar="N", help="questions asked; default: 300")
    latency.add_argument(
        "--texts", type=Path, metavar="FILE.jsonl", help='passages, each line {"text"}; default: made up'
    )
    latency.add_argument("--baseline", action="store_true", help="time plain Chroma with all-MiniLM-L6-v2 beside it")
    latency.set_defaults(run=_latency)

    extraction = commands.add_parser("extraction", help="read an article in every format and encoding")
    extraction.set_defaults(run=_extraction)

    ingest = commands.add_parser("ingest", help="time how fast documents go in, beside plain LangChain and Chroma")
    ingest.add_argument(
        "--documents", type=_count, nargs="+", default=[250, 1000], metavar="N", help="default: 250 1000"
    )
    ingest.add_argument("--passages", type=_count, default=20, metavar="N", help="of each document; default: 20")
    ingest.set_defaults(run=_ingest)

    busy = commands.add_parser("busy", help="time questions while documents go in")
    busy.add_argument("--documents", type=_count, default=200, metavar="N", help="that go in; default: 200")
    busy.set_defaults(run=_busy)

    for command in (answers, spans, retrieval, calibrate, fusion, latency, extraction, ingest, busy):
        command.add_argument("--json", type=Path, metavar="OUT", help="write every single result there too")
    return parser


def _with_corpus(argument: str) -> tuple[Path, Path | None]:
    """Both halves of `QUESTIONS.jsonl=CORPUS`."""
    questions, _, corpus = argument.partition("=")
    return Path(questions), Path(corpus) if corpus else None


def _count(argument: str) -> int:
    number = int(argument)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{argument}: give a number from 1")
    return number


# The imports stand in the functions because `--help` should not load Chroma and a model's libraries.


def _answers(arguments: argparse.Namespace) -> int:
    from app.answer import ask
    from evals import answers, read_rows
    from index import settings
    from index.encoder import load_encoder

    rows = read_rows(arguments.questions)
    in_use = settings.load()
    corpus = arguments.corpus or in_use.corpus
    with answers.searchable(corpus, load_encoder(in_use.model)) as (index, raw):
        report = answers.measure(rows, index, raw, ask)
    print(report)
    if arguments.json:
        write_json(arguments.json, {"model": in_use.model, **report.as_row()})
    return 1 if report.errors or report.violations else 0


def _spans(arguments: argparse.Namespace) -> int:
    from evals import spans, squad
    from evals.calibrate import Remembering
    from index import settings
    from index.encoder import load_encoder

    model = settings.load().model
    report = spans.measure(squad.read(arguments.questions), Remembering(load_encoder(model)))
    print(report)
    if arguments.json:
        write_json(arguments.json, {"model": model, **report.as_row()})
    return 0


def _retrieval(arguments: argparse.Namespace) -> int:
    from evals import retrieval
    from index import settings
    from index.encoder import load_encoder

    in_use = settings.load()
    model = arguments.model or in_use.model
    encoder = load_encoder(model)
    collections = [retrieval.read(path, in_use.corpus, encoder) for path in arguments.folders]
    reports = []
    for collection in collections:
        reports.append(retrieval.measure(collection, encoder, arguments.half, arguments.form or retrieval.AS_TYPED))
        print(reports[-1], flush=True)
    if arguments.json:
        write_json(arguments.json, {"model": model, "folders": [report.as_row() for report in reports]})
    return 0


def _fusion(arguments: argparse.Namespace) -> int:
    from evals import fusion, retrieval
    from index import settings
    from index.encoder import load_encoder

    in_use = settings.load()
    encoder = load_encoder(in_use.model)
    report = fusion.measure([retrieval.read(path, in_use.corpus, encoder) for path in arguments.folders], encoder)
    print(report)
    if arguments.json:
        write_json(arguments.json, {"model": in_use.model, **report.as_row()})
    return 0


def _calibrate(arguments: argparse.Namespace) -> int:
    from contextlib import ExitStack

    from app import models
    from evals import Row, answers, calibrate, read_rows, squad
    from evals.retrieval import Collection, indexed
    from index import settings
    from index.encoder import load_encoder

    in_use = settings.load()
    rows: dict[Path, list[Row]] = {}
    spans = []
    for questions, corpus in arguments.questions:
        if corpus is None and squad.is_squad(questions):
            spans.append(squad.read(questions))
        else:
            rows.setdefault(corpus or in_use.corpus, []).extend(read_rows(questions))
    off_topic = read_rows(calibrate.OFF_TOPIC_SET)
    encoder = calibrate.Remembering(load_encoder(in_use.model))
    with ExitStack() as opened:
        parts = []
        for corpus, asked in rows.items():
            index, raw = opened.enter_context(answers.searchable(corpus, encoder))
            parts.append(calibrate.cases(asked, off_topic, index, raw))
        for found in spans:
            collection = Collection(found.path, found.contexts, {}, {}, found.digest)
            parts.append(calibrate.span_cases(found, opened.enter_context(indexed(collection, encoder))))
        report = calibrate.calibrate(*calibrate.examples(parts))
    print(report)
    if arguments.json:
        write_json(arguments.json, {"model": in_use.model, **report.as_row()})
    if arguments.save:
        path = models.SHIPPED if arguments.save == "shipped" else in_use.data / models.NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        models.save(report.models, path)
        print(f"saved: {path}")
    return 0


def _latency(arguments: argparse.Namespace) -> int:
    from evals import latency

    report = latency.measure(arguments.passages, arguments.queries, baseline=arguments.baseline, texts=arguments.texts)
    print(report)
    if arguments.json:
        write_json(arguments.json, report.as_row())
    return 0


def _extraction(arguments: argparse.Namespace) -> int:
    from evals import extraction

    report = extraction.measure(extraction.cases())
    print(report)
    if arguments.json:
        write_json(arguments.json, report.as_row())
    return 1 if report.failed else 0


def _ingest(arguments: argparse.Namespace) -> int:
    from evals import ingest

    report = ingest.measure(arguments.documents, arguments.passages)
    print(report)
    if arguments.json:
        write_json(arguments.json, report.as_row())
    return 0


def _busy(arguments: argparse.Namespace) -> int:
    from evals import busy

    report = busy.measure(arguments.documents)
    print(report)
    if arguments.json:
        write_json(arguments.json, report.as_row())
    return 0


if __name__ == "__main__":
    sys.exit(main())
