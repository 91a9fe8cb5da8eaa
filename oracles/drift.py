"""Expected numbers for the drift statistics, from scipy and numpy.

    python drift.py [output file]
"""

import warnings

import numpy as np
from scipy.special import gammaln
from scipy.stats import chi2, ks_2samp, kstwobign

from common import emit

JEFFREYS = 0.5


def ks(name: str, x, y) -> dict:
    x, y = np.asarray(x, float), np.asarray(y, float)
    exact = ks_2samp(x, y, method="exact")
    asymptotic = ks_2samp(x, y, method="asymp")
    effective = len(x) * len(y) / (len(x) + len(y))
    return {
        "name": name, "x": x.tolist(), "y": y.tolist(),
        "statistic": float(exact.statistic),
        "pExact": float(exact.pvalue),
        # scipy's "asymp" is kstwo.sf(D, round(nm/(n+m))), a finite-sample law, not Kolmogorov's limit.
        "pAsymp": float(asymptotic.pvalue),
        # Kolmogorov's limit law, sqrt(nm/(n+m)) D, without a correction.
        "pLimit": float(kstwobign.sf(np.sqrt(effective) * exact.statistic)),
    }


def psi(name: str, reference: list[int], current: list[int]) -> dict:
    p, q = (np.array(c, float) + JEFFREYS for c in (reference, current))
    p, q = p / p.sum(), q / q.sum()
    return {"name": name, "reference": reference, "current": current,
            "psi": float(np.sum((p - q) * np.log(p / q)))}


def psi_critical(n: int, m: int, bins: int, alpha: float) -> dict:
    """Under no drift PSI is about (1/n + 1/m) times a chi-square with B-1 degrees of freedom."""
    quantile = float(chi2.ppf(1 - alpha, bins - 1))
    return {"n": n, "m": m, "bins": bins, "alpha": alpha,
            "chi2": quantile, "critical": (1 / n + 1 / m) * quantile}


def log_marginal(c: np.ndarray, a: float) -> float:
    b = len(c)
    return float(gammaln(b * a) - gammaln(c.sum() + b * a) + np.sum(gammaln(c + a) - gammaln(a)))


def bayes_factor(name: str, first: list[int], second: list[int], a: float = 0.5) -> dict:
    """ln m(c1) + ln m(c2) - ln m(c1 + c2): positive speaks for two distributions, negative for one."""
    c1, c2 = np.array(first, float), np.array(second, float)
    parts = [log_marginal(c, a) for c in (c1, c2, c1 + c2)]
    return {"name": name, "first": first, "second": second, "a": a,
            "logMarginals": parts, "logBayesFactor": parts[0] + parts[1] - parts[2]}


def quantile_edges(name: str, x: np.ndarray, bins: int) -> dict:
    """Inner edges, B-1 of them, by numpy's method "linear" (Hyndman-Fan 7): position (n-1)p from 0."""
    probabilities = [i / bins for i in range(1, bins)]
    return {"name": name, "sample": name, "bins": bins, "method": "linear",
            "probabilities": probabilities,
            "edges": np.quantile(x, probabilities, method="linear").tolist()}


def main() -> None:
    warnings.simplefilter("error")  # scipy warns where it gives up on an exact p-value
    rng = np.random.default_rng(20012)
    normal = np.round(rng.normal(0, 1, 1000), 4)
    tied = np.round(rng.exponential(2, 60), 0)
    ks_cases = [
        ks("textbook, no ties", [1.2, 2.3, 3.1, 4.8, 5.5, 6.1, 7.7], [0.4, 2.9, 3.3, 3.9, 8.2]),
        ks("same distribution, 40 and 50", np.round(rng.normal(0, 1, 40), 6), np.round(rng.normal(0, 1, 50), 6)),
        ks("shifted by 0.8, 60 and 45", np.round(rng.normal(0, 1, 60), 6), np.round(rng.normal(0.8, 1, 45), 6)),
        ks("wider, 100 and 100", np.round(rng.normal(0, 1, 100), 6), np.round(rng.normal(0, 2, 100), 6)),
        ks("ties within and across", tied[:35], tied[35:] + 1),
        ks("identical samples", [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]),
        ks("disjoint samples", [1, 2, 3, 4, 5, 6], [11, 12, 13, 14, 15, 16, 17, 18]),
        ks("one against many", [0.5], [0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9, 1.0]),
        ks("small shift, 300 and 200", np.round(rng.normal(0, 1, 300), 4), np.round(rng.normal(0.2, 1, 200), 4)),
    ]
    tenth = [100] * 10
    drawn = rng.multinomial(500, np.full(10, 0.1)).tolist()
    counts = [
        ("equal counts", tenth, tenth),
        ("same shape, other size", tenth, [30] * 10),
        ("no drift, drawn", tenth, drawn),
        ("drift to the right", tenth, [40, 50, 60, 70, 80, 120, 130, 140, 150, 160]),
        ("empty cells", [50, 30, 20, 0, 0], [10, 20, 30, 40, 0]),
        ("two cells", [900, 100], [80, 20]),
        ("single cell", [10], [25]),
        ("nothing seen yet", [10, 20, 30], [0, 0, 0]),
        ("large counts", [1_000_000, 2_000_000, 3_000_000], [10_100, 19_900, 30_000]),
    ]
    xs = [0.0, 0.04, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.17, 1.18, 1.19, 1.2, 1.2238, 1.3581, 1.5,
          1.6276, 2.0, 2.5, 3.0, 4.0, 5.0, 8.0]
    emit(__file__, {
        "ks": ks_cases,
        "kolmogorovSf": [{"x": x, "sf": float(kstwobign.sf(x))} for x in xs],
        "psi": [psi(*c) for c in counts],
        "psiCritical": [psi_critical(n, m, b, a) for n, m in [(1000, 200), (1000, 1000), (50_000, 500)]
                        for b in [2, 10, 20] for a in [0.05, 0.01, 0.001]],
        "dirichletMultinomial": [bayes_factor(*c) for c in counts],
        "samples": {"normal": normal.tolist()},
        "quantileEdges": [quantile_edges("normal", normal, b) for b in [10, 20]],
    })


if __name__ == "__main__":
    main()
