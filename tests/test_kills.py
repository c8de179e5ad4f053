"""Real commands killed at random moments beside a reader, and three adding at once: nothing torn, nothing lost.

`python -m tests.test_kills [ROUNDS]` does 200 rounds and prints what it found.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from index.encoder import load_encoder
from index.errors import HoidapError
from ingest.library import Library

ROOT = Path(__file__).parent.parent
BASE = "Đập thủy lợi\n\nĐập Sông Xanh cao 42 mét và khánh thành ngày 03/4/2019.\n"
MOST = 6  # documents beside that one
_PAUSE = 0.05  # seconds between two questions of the reader


def text(number: int, version: int) -> str:
    """A document of some ten passages, of which every one has a word of its own."""
    lines = [f"Xã Thanh Long {number} lần {version}"]
    for line in range(10):
        own = f"quyet{number}v{version}dong{line}"
        lines.append(
            f"Ấp {line} của xã Thanh Long {number} ghi nhận {own} trong đợt {version}. " + "Dân cư ổn định. " * 30
        )
    return "\n\n".join(lines) + "\n"


@dataclass
class Found:
    """What a run found; `wrong` names each inconsistency."""

    rounds: Counter[str] = field(default_factory=Counter)  # by command
    killed: int = 0  # while it ran; the others had ended
    applied: int = 0  # of the killed, those whose change is in
    asked: int = 0  # questions of the reader meanwhile
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        commands = ", ".join(f"{name} {count}" for name, count in sorted(self.rounds.items()))
        return (
            f"{sum(self.rounds.values())} rounds ({commands}): {self.killed} killed while running, {self.applied} of "
            f"them after their change; {self.asked:,} questions of a reader meanwhile; {len(self.wrong)} wrong"
        )


@dataclass
class Place:
    """A library on disk, used by commands of other processes."""

    folder: Path

    def __post_init__(self) -> None:
        for name in ("kho", "vao"):
            (self.folder / name).mkdir()
        (self.folder / "kho" / "dap.txt").write_text(BASE, encoding="utf-8")

    @property
    def environment(self) -> dict[str, str]:
        paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        return {**os.environ, "HOIDAP_DATA": str(self.folder / "data"), "PYTHONPATH": paths}

    def command(self, *arguments: str) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", "app.cli", arguments[0], "--corpus", str(self.folder / "kho"), *arguments[1:]]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(line, cwd=ROOT, env=self.environment, stdout=quiet, stderr=quiet)

    def write(self, number: int, version: int) -> str:
        path = self.folder / "vao" / f"xa-{number}.txt"
        path.write_text(text(number, version), encoding="utf-8")
        return str(path)

    @contextmanager
    def library(self) -> Iterator[Library]:
        library = Library(self.folder / "kho", self.folder / "data", load_encoder())
        try:
            yield library
        finally:
            library.close()


# ---- a reader in a process of its own --------------------------------------------------------------------------------


def read(folder: str) -> None:
    """Ask until standard input ends; then print how often, and what was wrong."""
    asked, wrong = 0, []
    library = Library(Path(folder, "kho"), Path(folder, "data"), load_encoder())
    os.set_blocking(0, False)
    while sys.stdin.buffer.read(1) != b"":
        asked += 1
        time.sleep(_PAUSE)
        number = asked % (MOST + 1)
        question = f"xã Thanh Long {number} có gì" if number else "đập Sông Xanh cao bao nhiêu mét"
        try:
            hits = library.index().search(question, 20)
            wrong += [
                f"question {asked}: {problem}" for hit in hits if (problem := problem_of(hit.passage, hit.document))
            ]
            if not number and (not hits or hits[0].document.text != BASE):
                wrong.append(f"question {asked}: the first document was not found")
        except Exception as error:
            wrong.append(f"question {asked}: {type(error).__name__}: {error}")
    library.close()
    print(json.dumps({"asked": asked, "wrong": wrong}))


def problem_of(passage: object, document: object) -> str:
    """What is wrong with one passage, "" when it is a slice of a document that is one of its versions, whole."""
    from index.types import Document, Passage

    assert isinstance(passage, Passage) and isinstance(document, Document)
    if passage.text != document.text[passage.start : passage.end] or passage.document != document.id:
        return f"{passage.id} is no slice of {document.id}"
    if document.text == BASE:
        return ""
    words = document.title.split()
    whole = document.text == text(int(words[3]), int(words[5]))
    return "" if whole else f"{document.id} is no version of it, whole"


@contextmanager
def reading(place: Place, found: Found) -> Iterator[None]:
    line = [sys.executable, "-c", "import sys; from tests.test_kills import read; read(sys.argv[1])", str(place.folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(line, cwd=ROOT, env=place.environment, stdin=pipe, stdout=pipe) as process:
        yield
        output, _ = process.communicate()
    said = json.loads(output)
    found.asked += said["asked"]
    found.wrong += said["wrong"]


# ---- commands that are killed ----------------------------------------------------------------------------------------

Versions = dict[int, int]
"""Number of a document -> its version."""


@dataclass
class State:
    """What the library holds, as the script has it."""

    searched: Versions = field(default_factory=dict)
    disabled: Versions = field(default_factory=dict)
    trash: Versions = field(default_factory=dict)

    def copy(self) -> State:
        return State(dict(self.searched), dict(self.disabled), dict(self.trash))


def step(place: Place, state: State, chance: random.Random, ids: dict[int, str]) -> tuple[list[str], State]:
    """A command that may be given now, and what it makes of `state`."""
    after = state.copy()
    possible = ["add", "update"] + [n for n, some in (("remove", state.searched), ("disable", state.searched)) if some]
    possible += [
        n for n, some in (("enable", state.disabled), ("undelete", state.trash), ("purge", state.trash)) if some
    ]
    name = "purge" if state.trash and chance.random() < 0.25 else chance.choice(possible)
    free = [n for n in range(1, MOST + 1) if n not in {**state.searched, **state.disabled, **state.trash}]
    if name == "add" and free:
        number, version = free[0], chance.randrange(1000)
        after.searched[number] = version
        return ["add", place.write(number, version)], after
    if name in ("add", "update"):
        if not state.searched:
            return step(place, state, chance, ids)
        number = chance.choice(sorted(state.searched))
        version = after.searched[number] = state.searched[number] + 1
        return ["add", place.write(number, version)], after
    source, target = {
        "remove": (after.searched, after.trash),
        "disable": (after.searched, after.disabled),
        "enable": (after.disabled, after.searched),
        "undelete": (after.trash, after.searched),
        "purge": (after.trash, {}),
    }[name]
    number = chance.choice(sorted(source))
    target[number] = source.pop(number)
    return [name, ids[number]], after


def kill_rounds(rounds: int, seed: int) -> Found:
    """So many commands, each killed at a random moment of the time such a command takes."""
    found, chance, state = Found(), random.Random(seed), State()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        place = Place(Path(name))
        seconds: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=4))
        ids: dict[int, str] = {}
        for command in (["index"], ["add", place.write(1, 0)]):
            started = time.monotonic()
            assert place.command(*command).wait() == 0
            seconds["index"].append(time.monotonic() - started)
        state.searched[1] = 0
        check(place, [state], ids, found, "at first")
        with reading(place, found):
            for _ in range(rounds):
                command, after = step(place, state, chance, ids)
                started = time.monotonic()
                process = place.command(*command)
                latest = max(seconds[command[0]] or seconds["index"])
                try:  # half of them in the second half, for it begins with imports
                    process.wait(latest * chance.uniform(chance.choice((0, 0.5)), 1.1))
                    seconds[command[0]].append(time.monotonic() - started)
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                found.rounds[command[0]] += 1
                killed = process.returncode == -signal.SIGKILL
                found.killed += killed
                if process.returncode and not killed:
                    found.wrong.append(f"{command} ended with {process.returncode}")
                state = check(place, [state, after] if killed else [after], ids, found, " ".join(command[:1]))
                found.applied += killed and state == after
    return found


def check(place: Place, possible: Sequence[State], ids: dict[int, str], found: Found, told: str) -> State:
    """Which of the `possible` states the library is in, before and after the next command brings it up to date; and no
    word of what was purged is on disk."""
    with place.library() as library:
        try:
            index = library.index()
            found.wrong += [
                p for passage in index.passages if (p := problem_of(passage, index.documents[passage.document]))
            ]
            searched = versions(d.title for d in index.documents.values() if d.text != BASE)
            if searched not in [s.searched for s in possible]:
                found.wrong.append(f"{told}: searched are {searched}, none of {[s.searched for s in possible]}")
            library.refresh()
            searched = versions(d.title for d in library.index().documents.values() if d.text != BASE)
            rows = [row for row in library.rows() if row.name != "dap.txt"]
        except HoidapError as error:
            found.wrong.append(f"{told}: {error}")
            return possible[-1]
    ids.update({int(row.name[3:-4]): row.id for row in rows})
    disabled, trash = ({int(row.name[3:-4]) for row in rows if row.state == name} for name in ("disabled", "removed"))
    for state in possible:
        if (searched, disabled, trash) == (state.searched, set(state.disabled), set(state.trash)):
            gone = set(range(1, MOST + 1)) - {*searched, *disabled, *trash}
            if told == "purge":
                found.wrong += [f"words of {n} are left in {path}" for n in gone for path in holding(place, n)]
            return state
    numbers = (searched, disabled, trash)
    found.wrong.append(f"{told}: {numbers} is none of {possible}")
    return possible[-1]


def holding(place: Place, number: int) -> list[Path]:
    """Files of the library with words of a document."""
    words = f"quyet{number}v".encode()
    return [p for p in (place.folder / "data").rglob("*") if p.is_file() and words in p.read_bytes()]


def versions(titles: Iterator[str]) -> Versions:
    return {int(words[3]): int(words[5]) for words in (title.split() for title in titles)}


# ---- three at once ---------------------------------------------------------------------------------------------------


def add_at_once(each: int) -> Found:
    """Three processes that add documents, one a command, at the same time; a reader beside them."""
    found = Found()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        place = Place(Path(name))
        assert place.command("index").wait() == 0
        with reading(place, found):
            for turn in range(each):
                numbers = [3 * turn + i for i in (1, 2, 3)]
                processes = [place.command("add", place.write(number, 0)) for number in numbers]
                found.wrong += [f"an add ended with {code}" for process in processes if (code := process.wait())]
                found.rounds["add"] += 3
        with place.library() as library:
            wanted = dict.fromkeys(range(1, 3 * each + 1), 0)
            got = versions(d.title for d in library.index().documents.values() if d.text != BASE)
            if got != wanted:
                found.wrong.append(f"{sorted(set(wanted) - set(got))} are lost")
    return found


def test_commands_killed_at_random_leave_the_state_before_or_after() -> None:
    found = kill_rounds(2, seed=1)
    assert found.wrong == []
    assert found.asked


def test_three_that_add_at_once_lose_nothing() -> None:
    found = add_at_once(1)
    assert found.wrong == []
    assert found.asked


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    results = [kill_rounds(count, seed=0), add_at_once(5)]
    for result in results:
        print(result, *result.wrong, sep="\n", flush=True)
    sys.exit(any(result.wrong for result in results))
