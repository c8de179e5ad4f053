"""The shipped models: they name what the program knows, and no weight is out of all proportion."""

from __future__ import annotations

import math

from app.models import SHIPPED, load
from app.select import SIGNS
from app.signs import MATCHES
from app.support import Support

MODELS = load(SHIPPED)


def test_every_weight_is_of_a_sign_that_there_is() -> None:
    found = Support(
        **dict.fromkeys(Support.__slots__, 0.0) | {"warnings": {}, "signs": (0.0,) * len(MATCHES)}  # type: ignore[arg-type]
    )
    known = found.values().keys() | {"lacks items", "lacks what is asked", "counts differently", "lacks the year"}
    known |= {"first lacks the year", "lacks the name", "unknown name"}
    assert MODELS.ranking.keys() <= set(SIGNS)
    for model in (MODELS.on_topic, MODELS.present, MODELS.answers):
        assert model.keys() <= known
        assert "" in model


def test_weights_and_thresholds_are_numbers_of_a_usual_size() -> None:
    for model in (MODELS.ranking, MODELS.on_topic, MODELS.present, MODELS.answers):
        assert all(math.isfinite(w) and abs(w) < 50 for w in model.values())
    assert all(0 < at < 1 for at in (MODELS.on_topic_at, MODELS.present_at, MODELS.answers_at))
