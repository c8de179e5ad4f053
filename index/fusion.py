"""How much the dense half counts for one question: a small model of its language and of what its words found."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from index.lexical import Lexical

Floats = npt.NDArray[np.float64]

FEATURES = ("constant", "English", "lexical coverage")
"""What the weight depends on, in order; `features` tells how each is worked out."""

# 0.4 for Vietnamese is where the questions written by people are best served (`python -m evals fusion`, the column of
# constants), 0.6 for English where held-out sentences are; the data and what it gained: evals/LOG.md. Features that
# grow with the collection (how far the best score is above the mean) gained on collections like those they were fitted
# on, and lost on others.
WEIGHTS = (-0.3, 0.91, -0.25)
CLOSENESS = 4.0
"""What a closeness of 1 adds to the fused score, in standard deviations: development questions written by people are
best served by 4 and hardly worse by 2 or 6; those made by rule copy their sentence, and want more."""


def features(english: bool, terms: Mapping[str, float], lexical: Lexical, scores: npt.NDArray[np.float32]) -> Floats:
    """One row of FEATURES for a query whose weighted search `terms` score `scores`, shape (n,), in the whole `lexical`.

    Coverage, 0 to 1: the best score, as a share of what a passage with all terms could have at most.
    """
    most = sum(weight * lexical.idf(term) for term, weight in terms.items())
    return np.array([1.0, float(english), float(scores.max(initial=0.0)) / most if most else 0.0])


def dense_weight(found: Floats, weights: Sequence[float] | Floats = WEIGHTS) -> float:
    """The share of the dense half in the fused score, 0 to 1, for a row of `features`."""
    return 1 / (1 + math.exp(-float(found @ np.asarray(weights))))
