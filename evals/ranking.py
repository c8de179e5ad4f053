"""Fits the ranking of sentences: weights by which those that answer are the likeliest of all that were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.select import BASE, SIGNS, Found, first_look, table
from app.signs import MATCHES
from app.wants import OFFERS

Floats = npt.NDArray[np.float64]

_L2 = 20.0  # penalty on the standardised weights of words and offers
_L2_MET = 25.0  # on those of an offer where it is wanted, which are many and seldom meet
_STEPS = 80
_FIXED, _HOLD = ("remark", "caption"), 1e6
"""Left as the first look has them: a remark on sources answers many questions on texts put together from sources, so it
would be learned to be a statement like others."""
_PLAIN = len(BASE) + len(MATCHES) + len(OFFERS)  # the first of SIGNS; behind them those of two things that meet


@dataclass(frozen=True, slots=True)
class Choice:
    """The sentences found for a question, and which of them answer it: one at least."""

    found: Found
    right: npt.NDArray[np.bool_]
    weight: float = 1.0


def fit_ranking(choices: Sequence[Choice]) -> dict[str, float]:
    """Weights by name of SIGNS, beside the first look: listwise logistic regression, so that differences of scores are
    log-odds. Without choices there are none, and the first look decides."""
    import torch

    if not choices:
        return {}
    signs = np.concatenate([table(c.found)[:, :-1] for c in choices])
    first = np.concatenate([first_look(c.found) for c in choices])
    of = np.repeat(np.arange(len(choices)), [len(c.right) for c in choices])
    mean, deviation = signs.mean(axis=0), signs.std(axis=0)
    mean[_PLAIN:], deviation[_PLAIN:] = 0.0, 1.0
    deviation[deviation < 1e-6] = 1.0
    x = torch.tensor((signs - mean) / deviation, dtype=torch.float32)
    base = torch.tensor(first, dtype=torch.float32)
    right = torch.tensor(np.concatenate([c.right for c in choices]))
    group = torch.tensor(of)
    weight = torch.tensor([c.weight for c in choices], dtype=torch.float32)
    penalty = torch.full((x.shape[1],), _L2_MET)
    penalty[:_PLAIN] = _L2
    penalty[[SIGNS.index(name) for name in _FIXED]] = _HOLD
    w = torch.zeros(x.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([w], max_iter=_STEPS, history_size=10, line_search_fn="strong_wolfe")

    def mass(scores: torch.Tensor) -> torch.Tensor:
        """Log of the sum of e^score, by question."""
        top = torch.full((len(choices),), -1e9).scatter_reduce(0, group, scores.detach(), "amax")
        return top + torch.zeros(len(choices)).scatter_add(0, group, torch.exp(scores - top[group])).log()

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = x @ w + base
        hidden = torch.where(right, scores, torch.tensor(-1e4))
        value = (weight * (mass(scores) - mass(hidden))).sum() + (penalty * w**2).sum() / 2
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    weights = w.detach().numpy().astype(float) / deviation
    scores = first + signs @ weights
    best = [(first[of == i].max(), scores[of == i].max()) for i in range(len(choices))]
    offset = float(np.mean([a - b for a, b in best]))
    found = {name: round(float(value), 3) for name, value in zip(SIGNS, weights, strict=False) if abs(value) >= 0.001}
    return {**found, "": round(offset, 3)}
