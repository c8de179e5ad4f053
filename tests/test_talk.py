"""Conversations over the bundled corpus: small talk, follow-ups, yes or no, comparisons, ordinals, English, dates."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.answer import ask
from app.types import Answer, Turn
from app.words import WORDS
from evals.answers import MAX_LENGTH, searchable
from index.encoder import load_encoder
from index.search import Index

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("talk.jsonl").read_text(encoding="utf-8").splitlines()
]
# What is still answered wrongly: a case that is mended must be taken out.
WRONG = frozenset("c09 c10 c12 e10 e14 e15 f03 f07 f12 o10 o13 y15".split())


def talk(turns: list[str], index: Index) -> Answer:
    """The answer to the last of `turns`, each asked after the answers to those before it."""
    history: list[Turn] = []
    for question in turns[:-1]:
        history += [Turn("user", question), Turn("assistant", ask(question, index, history).text)]
    return ask(turns[-1], index, history)


def faults(case: dict[str, Any], answer: Answer) -> list[str]:
    """What is wrong with `answer`; nothing when it is as the case wants it.

    `include` and `opens` hold alternatives; what opens an answer is its first line and its first quote.
    """
    text, first = answer.text, answer.text.split("\n")[0]
    opening = f"{first} {answer.citations[0].quote}" if answer.citations else first
    found = [f"outcome {answer.outcome}"] if answer.outcome not in case.get("outcome", ()) else []
    found += [f"lacks {ways[0]!r}" for ways in case.get("include", ()) if not any(w in text for w in ways)]
    found += [f"says {words!r}" for words in case.get("exclude", ()) if words in text]
    if case.get("opens") and not any(w in opening for w in case["opens"]):
        found.append(f"opens without {case['opens'][0]!r}")
    if len(answer.resolved) > case.get("resolved_max", 10**6):
        found.append(f"understood as {answer.resolved!r}")
    if case.get("language", answer.language) != answer.language:
        found.append(f"in {answer.language}")
    if case.get("kindly") and text == WORDS["no_answer"][answer.language]:
        found.append("says only that there is nothing")
    if len(text) > MAX_LENGTH:
        found.append(f"{len(text)} characters")
    return found


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with searchable(Path(__file__).parent.parent / "corpus", load_encoder()) as (found, _):
        yield found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_conversations(case: dict[str, Any], index: Index) -> None:
    found = faults(case, talk(case["turns"], index))
    assert bool(found) == (case["id"] in WRONG), found


def main(unread: bool) -> None:
    """Print right answers by kind, and what is wrong with the others; of the unread third only when asked for."""
    right, of = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    with searchable(Path(__file__).parent.parent / "corpus", load_encoder()) as (index, _):
        for case in CASES:
            answer = talk(case["turns"], index)
            found = faults(case, answer)
            group = (case["kind"], bool(case.get("unread")))
            of[group] += 1
            right[group] += not found
            if found and (unread or not group[1]):
                print(case["id"], " / ".join(case["turns"]), "->", "; ".join(found))
                print(f"    [{answer.outcome}] ({answer.resolved})", answer.text.replace("\n", "\n    "))
    for group in sorted(of):
        if unread or not group[1]:
            print(f"{group[0]:16}{'unread' if group[1] else '':8}{right[group]:4}/{of[group]}")


if __name__ == "__main__":
    main("--unread" in sys.argv)
