"""How far a long command is, on standard error: a bar in a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from index.text import clean

if TYPE_CHECKING:
    from tqdm import tqdm

_QUIET = 10.0  # seconds between two lines of a log
_NAME = 40  # characters of the current file's name


class Progress:
    """`with Progress("reading", "files", 340) as shown: shown.show(12, "bao-cao.pdf")`. Nothing shows before the first
    call, nor in a log before _QUIET seconds."""

    def __init__(self, label: str, unit: str, total: int = 0) -> None:
        self._label, self._unit, self._total = label, unit, total
        self._bar: tqdm[Any] | None = None
        self._last = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, name: str = "", total: int | None = None) -> None:
        """`done` of `total` are done; `name` is what it is at."""
        self._total = self._total if total is None else total
        name = clean(name).replace("\n", " ")
        name = name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"
        if sys.stderr.isatty():
            self._draw(done, name)
        elif time.monotonic() - self._last >= _QUIET:
            self._last = time.monotonic()
            print(f"{self._label} {done:,} of {self._total:,} {self._unit} {name}".rstrip(), file=sys.stderr)

    def _draw(self, done: int, name: str) -> None:
        from tqdm import tqdm

        if self._bar is None:
            self._bar = tqdm(total=self._total, desc=self._label, unit=f" {self._unit}", file=sys.stderr)
        self._bar.total = self._total
        self._bar.set_postfix_str(name, refresh=False)
        self._bar.update(done - self._bar.n)
        self._bar.refresh()
