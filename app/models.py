"""The fitted models: how much each sign counts for an answer. Shipped ones, or the user's own from the data folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.errors import UsageError

SHIPPED = Path(__file__).with_name("models.json")
NAME = "models.json"
"""Name of a user's own models in the data folder; `python -m evals calibrate … --save` writes it."""


@dataclass(frozen=True, slots=True)
class Models:
    """Weights by the names of the signs. A sign that a model does not name counts nothing."""

    ranking: Mapping[str, float]  # log-odds a sentence has to be the one, beside its first look; see app.select
    on_topic: Mapping[str, float]  # logistic: what the documents speak of, see app.support; "" is the intercept
    present: Mapping[str, float]  # logistic: the documents hold the answer somewhere
    answers: Mapping[str, float]  # logistic: the quotes answer
    on_topic_at: float  # thresholds on these, 0..1
    present_at: float
    answers_at: float
    fitted: Mapping[str, Any] = field(default_factory=dict)  # on which data, by which command

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def load(path: Path) -> Models:
    """What `save` wrote. Raises UsageError when it is none of ours."""
    try:
        return Models(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{path}: no models ({error}); write them anew: python -m evals calibrate") from error


def save(models: Models, path: Path) -> None:
    """Write `models` as JSON, one weight a line."""
    path.write_text(json.dumps(models.as_row(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


@lru_cache(4)
def _read(path: Path, changed: int) -> Models:
    return load(path)


def current() -> Models:
    """The user's own models when the data folder holds some, else the shipped ones."""
    from index import settings  # here: what only ranks need not know the environment

    own = settings.load().data / NAME
    try:
        return _read(own, own.stat().st_mtime_ns)
    except OSError:
        return _read(SHIPPED, 0)
