"""Exact intervals, the binormal model's AUC and accuracy, and quantiles of delays: for the simulations of mlops-junit."""

import numpy as np
from scipy.stats import beta, binomtest, chi2, lognorm, norm

from common import emit


def share(k: int, n: int, level: float) -> dict:
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(beta.ppf(tail, k, n - k + 1))
    high = 1.0 if k == n else float(beta.isf(tail, k + 1, n - k))
    check = binomtest(k, n).proportion_ci(level, method="exact")
    assert abs(check.low - low) < 1e-9 and abs(check.high - high) < 1e-9
    return {"successes": k, "runs": n, "level": level, "low": low, "high": high}


def rate(k: int, exposure: float, level: float) -> dict:
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else float(chi2.ppf(tail, 2 * k) / 2)
    high = float(chi2.isf(tail, 2 * k + 2) / 2)
    return {"events": k, "exposure": exposure, "level": level, "low": low / exposure, "high": high / exposure}


def binormal(auc: float, positives: float) -> dict:
    """Accuracy at 0.5 of the posterior: the signal's threshold is where the odds are even."""
    distance = float(np.sqrt(2) * norm.ppf(auc))
    threshold = -np.log(positives / (1 - positives)) / distance
    right = positives * norm.sf(threshold - distance / 2) + (1 - positives) * norm.cdf(threshold + distance / 2)
    return {"auc": auc, "positives": positives, "distance": distance, "accuracy": float(right)}


def main() -> None:
    emit(__file__, {
        "shares": [share(k, n, level) for k, n, level in
                   [(0, 1, 0.95), (0, 29, 0.9), (29, 29, 0.9), (28, 29, 0.9), (1, 100, 0.95), (50, 100, 0.95),
                    (7, 1000, 0.95), (1000, 1000, 0.95), (999, 1000, 0.99), (3, 100_000, 0.95)]],
        "rates": [rate(k, t, level) for k, t, level in
                  [(0, 1.0, 0.95), (0, 3.0, 0.9), (1, 2.5, 0.9), (5, 0.25, 0.95), (120, 8.2, 0.95), (10_000, 27.4, 0.99)]],
        "binormal": [binormal(a, p) for a, p in [(0.75, 0.2), (0.85, 0.3), (0.6, 0.5), (0.95, 0.05)]],
        "lognormal": {"median": 2.0, "p90": 9.0,
                      "quantiles": [[q, float(lognorm.ppf(q, np.log(4.5) / norm.ppf(0.9), scale=2.0))]
                                    for q in [0.1, 0.25, 0.5, 0.75, 0.9]]},
    })


if __name__ == "__main__":
    main()
