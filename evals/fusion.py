"""Fits how much the dense half counts, to questions whose passages are known, and says what that gains."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.retrieval import Collection, indexed
from index import fusion
from index.encoder import Encoder

Floats = npt.NDArray[np.float64]

FOLDS = 5
CONSTANTS = tuple(round(0.1 * n, 1) for n in range(11))
_DEPTH = 30  # passages a question: those whose closeness is looked at
_PENALTY = 1e-3  # times the square of the weights, against a mean loss of about 1


@dataclass(frozen=True, slots=True)
class Case:
    """One question: what its weight may depend on, the candidates' scores, which are relevant, and how many are."""

    features: Floats  # shape (len(fusion.FEATURES),)
    lexical: Floats  # z-scores, shape (n,)
    dense: Floats
    closeness: Floats  # 0..1
    relevant: npt.NDArray[np.bool_]
    wanted: int

    def ndcg10(self, weight: float) -> float:
        """nDCG@10 of the candidates in the order of the fused score, given the weight of the dense half."""
        fused = (1 - weight) * self.lexical + weight * self.dense + fusion.CLOSENESS * self.closeness
        order = np.argsort(-fused, kind="stable")[:10]
        gains = 1 / np.log2(np.arange(2, 12))
        return float(gains[: len(order)] @ self.relevant[order] / gains[: self.wanted].sum())


@dataclass(frozen=True, slots=True)
class Report:
    """The weights fitted to everything, and mean nDCG@10 of each collection: for constant weights of the dense half,
    and cross-validated, each fold scored with what was fitted to the others."""

    weights: tuple[float, ...]
    cases: Mapping[str, int]  # by collection
    constant: Mapping[str, Mapping[float, float]]
    fitted: Mapping[str, float]

    def as_row(self) -> dict[str, Any]:
        return {
            "weights": dict(zip(fusion.FEATURES, self.weights, strict=True)),
            "questions": dict(self.cases),
            "constant": {name: {str(w): score for w, score in row.items()} for name, row in self.constant.items()},
            "fitted": dict(self.fitted),
        }

    def __str__(self) -> str:
        width = max(len(name) for name in (*self.cases, "mean"))
        head = " ".join([f"{'':{width}}    n", *(f"{w:6}" for w in CONSTANTS), "fitted"])
        lines = [
            " ".join(
                [
                    f"{name:{width}} {n:4}",
                    *(f"{self.constant[name][w]:.4f}" for w in CONSTANTS),
                    f"{self.fitted[name]:.4f}",
                ]
            )
            for name, n in self.cases.items()
        ]
        means = [fmean(row[w] for row in self.constant.values()) for w in CONSTANTS] + [fmean(self.fitted.values())]
        lines.append(" ".join([f"{'mean':{width}} {sum(self.cases.values()):4}", *(f"{mean:.4f}" for mean in means)]))
        weights = ", ".join(f"{weight:.2f}" for weight in self.weights)
        return "\n".join([head, *lines, "", "for index/fusion.py:", f"WEIGHTS = ({weights})"])


def measure(collections: Sequence[Collection], encoder: Encoder) -> Report:
    """Search every collection, fit the weights to all of them together, each collection counting alike."""
    cases = {collection.folder.name: read_cases(collection, encoder) for collection in collections}
    constant = {
        name: {weight: fmean(case.ndcg10(weight) for case in some) for weight in CONSTANTS}
        for name, some in cases.items()
    }
    scores: dict[str, list[float]] = {name: [] for name in cases}
    for fold in range(FOLDS):
        weights = fit([[c for i, c in enumerate(some) if i % FOLDS != fold] for some in cases.values()])
        for name, some in cases.items():
            held = some[fold::FOLDS]
            scores[name] += [case.ndcg10(fusion.dense_weight(case.features, weights)) for case in held]
    fitted = {name: fmean(some) for name, some in scores.items()}
    counts = {name: len(some) for name, some in cases.items()}
    weights = fit(list(cases.values()))
    return Report(tuple(weights.tolist()), counts, constant, fitted)


def read_cases(collection: Collection, encoder: Encoder) -> list[Case]:
    """Every query of `collection`, searched in its index."""
    print(f"searching {collection.folder.name}", file=sys.stderr)
    cases = []
    with indexed(collection, encoder) as index:
        for id, query in collection.queries.items():
            found = index.score(query, _DEPTH)
            wanted = collection.relevance[id]
            relevant = np.array([index.passages[int(row)].document in wanted for row in found.rows], bool)
            cases.append(Case(found.features, found.lexical_z, found.dense_z, found.closeness, relevant, len(wanted)))
    return cases


def fit(groups: Sequence[Sequence[Case]]) -> Floats:
    """The weights, one per feature, that make the relevant candidates likeliest: softmax over the fused scores of a
    question times a scale that is fitted too. Questions whose relevant passages are not among the
    candidates say nothing."""
    import torch

    useful = [[case for case in group if case.relevant.any()] for group in groups]
    cases = [case for group in useful for case in group]
    shares = torch.tensor([1 / len(group) / len(useful) for group in useful for _ in group], dtype=torch.float64)
    features = torch.tensor(np.array([case.features for case in cases]))
    most = max(len(case.lexical) for case in cases)

    def padded(rows: Sequence[npt.NDArray[Any]]) -> torch.Tensor:
        full = np.zeros((len(rows), most))
        for i, row in enumerate(rows):
            full[i, : len(row)] = row
        return torch.tensor(full)

    lexical = padded([case.lexical for case in cases])
    dense = padded([case.dense for case in cases])
    close = padded([case.closeness for case in cases])
    relevant = padded([case.relevant for case in cases]) > 0
    there = padded([np.ones(len(case.relevant)) for case in cases]) > 0
    weights = torch.zeros(features.shape[1], dtype=torch.float64, requires_grad=True)
    scale = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, scale], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        weight = torch.sigmoid(features @ weights)[:, None]
        fused = (1 - weight) * lexical + weight * dense + fusion.CLOSENESS * close
        likely = torch.log_softmax((torch.exp(scale) * fused).masked_fill(~there, -1e9), dim=1)
        found = torch.logsumexp(likely.masked_fill(~relevant, -1e9), dim=1)
        total = -(shares * found).sum() + _PENALTY * weights.pow(2).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return np.asarray(weights.detach().numpy(), np.float64)
