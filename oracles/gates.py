"""How often a gate on DeLong's test passes: equal models, and one that is better by a point of AUC.

Two models see the same signal with noise of their own: score = mu * label + z + sigma * e, z shared by both.
Then AUC = Phi(mu / sqrt(2 * (1 + sigma^2))), so that a true difference can be set. DeLong's variance is computed
here from mid-ranks (Sun and Xu, 2014), in another way than in Java.
"""

import numpy as np
from common import emit
from scipy.stats import norm, rankdata

SEED = 20261126
SHARE = 0.2
MU = norm.ppf(0.75) * np.sqrt(2 * 1.25)


def sigma(auc: float) -> float:
    """The noise with which a model has this AUC."""
    return float(np.sqrt((MU / norm.ppf(auc)) ** 2 / 2 - 1))


def components(scores: np.ndarray, positives: int) -> tuple[np.ndarray, np.ndarray]:
    """Placement values of positives (first) and negatives."""
    one, zero = scores[:positives], scores[positives:]
    every = rankdata(scores)
    return (
        (every[:positives] - rankdata(one)) / len(zero),
        1 - (every[positives:] - rankdata(zero)) / len(one),
    )


def delong(first: np.ndarray, second: np.ndarray, positives: int) -> tuple[float, float]:
    """Difference in AUC and its standard error."""
    a, b = components(first, positives), components(second, positives)
    variance = sum(np.var(x - y, ddof=1) / len(x) for x, y in zip(a, b, strict=True))
    return float(a[0].mean() - b[0].mean()), float(np.sqrt(variance))


def passes(rng: np.random.Generator, n: int, auc: float, runs: int, alpha: float) -> float:
    positives = round(SHARE * n)
    signal = np.where(np.arange(n) < positives, MU, 0.0)
    count = 0
    for _ in range(runs):
        z = signal + rng.standard_normal(n)
        candidate = z + sigma(auc) * rng.standard_normal(n)
        champion = z + 0.5 * rng.standard_normal(n)
        difference, error = delong(candidate, champion, positives)
        count += difference > 0 and 2 * norm.sf(difference / error) <= alpha
    return count / runs


def main() -> None:
    rng = np.random.default_rng(SEED)
    rows = [
        {"n": n, "auc": auc, "runs": runs, "passes": passes(rng, n, auc, runs, 0.05)}
        for n, auc, runs in [
            (500, 0.75, 10_000),
            (1_000, 0.76, 10_000),
            (4_000, 0.76, 5_000),
            (16_000, 0.76, 2_000),
        ]
    ]
    emit(
        __file__,
        {"share": SHARE, "mu": float(MU), "champion": 0.75, "alpha": 0.05, "sigma": sigma(0.76), "rows": rows},
    )


main()
