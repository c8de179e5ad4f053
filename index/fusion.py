"""How much the dense half counts for one question: a small model of its language and of what its words found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from index.lexical import Lexical

Floats = npt.NDArray[np.float64]

FEATURES = ("constant", "English", "lexical coverage", "lexical height")
"""What the weight depends on, in order; `features` tells how each is worked out."""

# Fitted by `python -m evals fusion`; the data and what it gained: evals/LOG.md.
WEIGHTS = (-1.57, -0.89, 0.80, 1.00)
CLOSENESS = 10.7
"""What a closeness of 1 adds to the fused score, in standard deviations."""


def features(english: bool, terms: Mapping[str, float], lexical: Lexical, scores: npt.NDArray[np.float32]) -> Floats:
    """One row of FEATURES for a query whose weighted search `terms` score `scores`, shape (n,), in the whole `lexical`.

    Coverage, 0 to 1: the best score, as a share of what a passage with all terms could have at most. Height: the
    logarithm of 1 and how many standard deviations the best is above the mean.
    """
    most = sum(weight * lexical.idf(term) for term, weight in terms.items())
    best, deviation = float(scores.max(initial=0.0)), float(scores.std()) if len(scores) else 0.0
    height = math.log1p((best - float(scores.mean())) / deviation) if deviation > 0 else 0.0
    return np.array([1.0, float(english), best / most if most else 0.0, height])


def dense_weight(found: Floats, weights: Sequence[float] | Floats = WEIGHTS) -> float:
    """The share of the dense half in the fused score, 0 to 1, for a row of `features`."""
    return 1 / (1 + math.exp(-float(found @ np.asarray(weights))))
