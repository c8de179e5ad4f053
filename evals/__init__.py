"""Measures the program on questions whose answers are known; here is what its measures share: rows, rates, times."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import UsageError


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a JSON Lines file, with its place for the person who has to mend it."""

    path: Path
    line: int  # counted from 1
    values: Mapping[str, Any]

    def error(self, problem: str) -> UsageError:
        """`problem` (what is wrong, and what to do) with the file and the line before it."""
        return line_error(self.path, self.line, problem)

    def text(self, *names: str) -> str:
        """Value of the first of `names` the row has; ids are often written as numbers, so a number is text too."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
                return str(value)
        raise self.error(f'give the row a text in "{names[0]}"')


def line_error(path: Path, line: int, problem: str) -> UsageError:
    return UsageError(f"{path}, line {line}: {problem}")


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """(line number from 1, line) of each line that is not blank. Raises UsageError when `path` is not UTF-8 text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}; give an existing file") from error
    # not splitlines(): U+2028 and its like are legal inside a JSON string
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            text = line.decode("utf-8").strip()
        except UnicodeDecodeError as error:
            raise line_error(path, number, "this is not UTF-8; save the file as UTF-8") from error
        if text:
            yield number, text


def read_rows(path: Path) -> list[Row]:
    """The objects of a JSON Lines file. Raises UsageError when a line is none, naming it, or when there are none."""
    rows = []
    for number, line in read_lines(path):
        try:
            values = json.loads(line)
        except ValueError as error:
            raise line_error(path, number, f"this is not JSON ({error}); write one object a line") from error
        if not isinstance(values, dict):
            raise line_error(path, number, "this is not a JSON object; write one object a line")
        rows.append(Row(path, number, values))
    if not rows:
        raise UsageError(f"{path}: the file is empty; write one JSON object a line")
    return rows


def check_new(row: Row, id: str, seen: Iterable[str]) -> None:
    """Raises UsageError when `id` is in `seen`: counted twice, a question weighs twice."""
    if id in seen:
        raise row.error(f"the id {id!r} was used above; give every row its own")


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` out of `of`."""

    hits: int
    of: int

    @staticmethod
    def count(outcomes: Iterable[bool]) -> Rate:
        listed = list(outcomes)
        return Rate(sum(listed), len(listed))

    @property
    def value(self) -> float | None:
        """None when there was nothing to count, which is not the same as zero."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval; unlike p ± 1.96 s it stays within 0..1 and is not a point at 0/n and n/n."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.hits / self.of
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, centre - half), min(1.0, centre + half)

    def __str__(self) -> str:
        if self.value is None:
            return "0/0"
        low, high = self.interval
        return f"{self.hits}/{self.of} = {self.value:.2f} [{low:.2f}, {high:.2f}]"

    def as_row(self) -> dict[str, Any]:
        low, high = self.interval
        return {"hits": self.hits, "of": self.of, "rate": self.value, "low": low, "high": high}


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest of `values` (at least one) that `percent` per cent of them do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(percent * len(values) / 100) - 1)]


def seconds_row(seconds: Sequence[float]) -> dict[str, float]:
    return {"p50": percentile(seconds, 50), "p95": percentile(seconds, 95)}


def digest(parts: Iterable[str]) -> str:
    """Says which data a score is of: scores of different digests are not compared."""
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()[:16]


def check_output(path: Path | None) -> None:
    """Raises UsageError before the work, not after it, when `path` cannot become a file."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        raise UsageError(f"--json {path}: cannot write there; give a file name in an existing folder")


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    try:
        path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--json {path}: {error.strerror or error}") from error
