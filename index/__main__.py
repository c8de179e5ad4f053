"""The command `python -m index "câu hỏi"`: what the search finds for a question, and why."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.console import never_fail
from index.errors import HoidapError, UsageError
from index.filters import add_options, from_options
from index.text import clean, fold

if TYPE_CHECKING:  # imported by the command itself: --help takes no time
    from index.explain import Explanation, Found

_TERMS = 12  # terms named of a question or a passage; the others are counted
_LINES = 3  # lines of a passage's text shown
_JOINT = "\N{NO-BREAK SPACE}"
_LEGEND = (
    "= what each term adds to the BM25, + the same term without diacritics; a_b: two syllables side by side, "
    "~: without diacritics only, #: document number, @: date. Title and headings are searched too."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 0 done, 1 something failed, 2 wrong usage."""
    never_fail()
    args = _parser().parse_args(argv)
    try:
        explanation = _explain(args)
    except HoidapError as error:
        print(f"index: {error}", file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    try:
        if args.json:
            print(json.dumps(explanation.as_row(), ensure_ascii=False, indent=2))
        else:
            width = min(shutil.get_terminal_size((100, 24)).columns, 100)
            print("\n".join(as_lines(explanation, width)), flush=True)
    except BrokenPipeError:  # `python -m index … | head`
        sys.stderr.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m index",
        description="Search the index that hoidap built, and show how each result came about. It is read as it is: "
        "`hoidap index` brings it up to date with the documents.",
    )
    parser.add_argument("question", help="what to search for, in quotes")
    parser.add_argument("-k", type=_count, default=5, metavar="N", help="number of results (default: 5)")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="folder of documents (default: HOIDAP_CORPUS)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of indexes (default: HOIDAP_DATA)")
    parser.add_argument("--model", metavar="NAME", help="embedding model (default: HOIDAP_MODEL)")
    add_options(parser)
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of results; give 1 or more")
    return int(text)


def _explain(args: argparse.Namespace) -> Explanation:
    from index import settings
    from index.encoder import load_encoder
    from index.explain import explain
    from index.search import open_index
    from index.store import Home

    in_use = settings.load()
    home = Home.of(args.corpus or in_use.corpus, args.data or in_use.data)
    encoder = load_encoder(args.model or in_use.model)
    index = open_index(home.published(encoder), encoder, home.command(encoder))
    try:
        where = from_options(args, index.documents.values())
        index.search(args.question, args.k, where)  # the first search loads what the next ones find loaded
        return explain(index, args.question, args.k, where)
    finally:
        index.close()


def as_lines(explanation: Explanation, width: int) -> Iterator[str]:
    """`explanation` for a terminal `width` columns wide."""
    lexical, dense = 1 - explanation.dense_weight, explanation.dense_weight
    language = "English, searched in translation" if explanation.english else "Vietnamese"
    if explanation.understood != explanation.query:
        yield from _wrapped(f"typed      {_one_line(clean(explanation.query))}", width, 11)
    yield from _wrapped(f"question   {_one_line(explanation.understood)}", width, 11)
    yield f"language   {language}"
    yield from _wrapped(f"terms      {_asked(explanation.terms, explanation.unknown)}", width, 11)
    close = f"{explanation.closeness_weight:.0f} closeness"
    yield f"score      {lexical:.2f} z(BM25) + {dense:.2f} z(cosine) + {close}, best of {explanation.passages} passages"
    yield f"ms         {_times(explanation.seconds)}"
    if not explanation.found:
        yield ""
        yield "nothing found: " + ("no passage is admitted" if not explanation.passages else "no word to search with")
        return
    yield ""
    yield "  #   score     BM25      z   rank   cosine      z   rank   close   passage"
    for n, found in enumerate(explanation.found, start=1):
        yield from _found(n, found, width)
    yield ""
    yield from _wrapped(_LEGEND, width, 0)


def _found(n: int, found: Found, width: int) -> Iterator[str]:
    hit = found.hit
    rank = f"{found.lexical_rank}" if hit.lexical > 0 else "-"
    yield (
        f"{n:3} {hit.score:7.3f}  {hit.lexical:7.2f} {found.lexical_z:6.2f} {rank:>6}"
        f"  {hit.dense:7.3f} {found.dense_z:6.2f} {found.dense_rank:6}   {found.closeness:5.2f}   {hit.passage.id}"
    )
    path = " › ".join((hit.document.title, *hit.passage.headings))
    yield from _wrapped(f"    {path}", width, 4)
    yield from _wrapped(f"    {hit.document.id}:{hit.passage.start}-{hit.passage.end}", width, 4)
    yield from _wrapped(f"    “{_one_line(hit.passage.text)}”", width, 4, _LINES)
    yield from _wrapped(f"    = {_terms(found.terms)}", width, 6)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _terms(terms: Mapping[str, float]) -> str:
    """The strongest `terms`, each with its form without diacritics if that is one too: "đột_phá 0.94+0.94"."""
    pairs = {term: (terms.get(term, 0.0), terms.get("~" + fold(term), 0.0)) for term in terms if term[0] != "~"}
    pairs |= {term: (0.0, terms[term]) for term in terms if term[0] == "~" and term[1:] not in map(fold, pairs)}
    ranked = sorted(pairs, key=lambda term: -sum(pairs[term]))
    shown = [f"{term}{_JOINT}{'+'.join(f'{part:.2f}' for part in pairs[term] if part)}" for term in ranked[:_TERMS]]
    rest = ranked[_TERMS:]
    if rest:
        shown.append(f"and {len(rest)} more {sum(sum(pairs[term]) for term in rest):.2f}")
    return "   ".join(shown) or "no term of the question"


def _asked(terms: Mapping[str, float], unknown: int) -> str:
    """The terms searched, with their weight where it is not 1; forms without diacritics go without saying."""
    there = set(map(fold, terms))
    said = [term for term in terms if term[0] != "~" or term[1:] not in there]
    shown = [term if terms[term] == 1 else f"{term}{_JOINT}{terms[term]:.2f}" for term in said]
    if unknown:
        shown.append(f"({unknown} more that no passage holds)")
    return "  ".join(shown)


def _times(seconds: Mapping[str, float]) -> str:
    steps = "  ".join(f"{name} {1000 * value:.1f}" for name, value in seconds.items())
    return f"{steps}  in all {1000 * sum(seconds.values()):.1f}"


def _wrapped(text: str, width: int, indent: int, lines: int | None = None) -> list[str]:
    """`text` in lines of at most `width` columns, all but the first indented; no line ends at a joint."""
    further = " " * indent
    found = textwrap.wrap(
        text, width, subsequent_indent=further, max_lines=lines, placeholder=" …", break_on_hyphens=False
    )
    return [line.replace(_JOINT, " ") for line in found]


if __name__ == "__main__":
    sys.exit(main())
