"""Expected numbers for the drift statistics, from scipy and numpy.

    python drift.py [output file]
"""

import warnings

import numpy as np
from scipy.special import gammaln
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2, chi2_contingency, cramervonmises_2samp, ks_2samp, kstwobign, wasserstein_distance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

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


def distances(name: str, reference: list[int], current: list[int]) -> dict:
    """Of unsmoothed shares, over the cells that either side used."""
    c = np.array([reference, current], float)
    used = c[:, c.sum(axis=0) > 0]
    p, q = used / used.sum(axis=1, keepdims=True)
    test = {k: chi2_contingency(used, correction=False, lambda_=k) for k in ["pearson", "log-likelihood"]} \
        if used.shape[1] > 1 else None
    return {"name": name, "reference": reference, "current": current,
            "chiSquare": float(test["pearson"].statistic) if test else 0.0,
            "chiSquareP": float(test["pearson"].pvalue) if test else 1.0,
            "g": float(test["log-likelihood"].statistic) if test else 0.0,
            "gP": float(test["log-likelihood"].pvalue) if test else 1.0,
            "jensenShannon": float(jensenshannon(p, q, base=2)),
            "hellinger": float(np.sqrt(np.sum((np.sqrt(p) - np.sqrt(q)) ** 2) / 2)),
            "totalVariation": float(np.abs(p - q).sum() / 2), "lInfinity": float(np.abs(p - q).max())}


def transport(name: str, x, y, bins: int) -> dict:
    """Of values clamped to the range of the inner edges: quantiles of x, and its extremes around them."""
    inner = np.quantile(x, [i / bins for i in range(1, bins)])
    edges = np.array([np.nextafter(x.min(), -np.inf), *inner, x.max()])
    low, high = edges[1], edges[-2]
    return {"name": name, "edges": edges.tolist(), "x": x.tolist(), "y": y.tolist(),
            "distance": float(wasserstein_distance(np.clip(x, low, high), np.clip(y, low, high))),
            "deviation": float(np.clip(x, low, high).std())}


def cramer_von_mises(name: str, x, y) -> dict:
    result = cramervonmises_2samp(x, y, method="asymptotic")
    return {"name": name, "x": list(map(float, x)), "y": list(map(float, y)),
            "statistic": float(result.statistic), "pLimit": float(result.pvalue)}


def logistic(rng) -> dict:
    x = np.round(rng.normal(0, 1, (120, 2)), 4)
    y = (rng.random(120) < 1 / (1 + np.exp(-(x[:, 0] - 0.5 * x[:, 1] + .2)))).astype(int)
    model = LogisticRegression(C=0.5, tol=1e-12, max_iter=10_000).fit(x, y)
    return {"x": x.tolist(), "y": y.tolist(), "penalty": 2.0, "intercept": float(model.intercept_[0]),
            "weights": model.coef_[0].tolist(), "auc": float(roc_auc_score(y, model.decision_function(x)))}


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
        "distances": [distances(*c) for c in counts if sum(c[2]) > 0] + [
            # SciPy's documentation, through Evidently's tests; both sides are samples here.
            distances("Evidently's chi-square", [16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]),
            distances("disjoint", [5, 5, 0, 0], [0, 0, 3, 4])],
        "transport": [
            transport("shift", np.round(rng.normal(0, 1, 400), 4), np.round(rng.normal(0.5, 1, 300), 4), 20),
            transport("scale", np.round(rng.normal(0, 1, 400), 4), np.round(rng.normal(0, 3, 300), 4), 20),
            transport("skewed", np.round(rng.lognormal(0, 1, 400), 4), np.round(rng.lognormal(0.3, 1, 300), 4), 10)],
        "cramerVonMises": [
            cramer_von_mises("Conover's", [38.7, 41.5, 43.8, 44.5, 45.5, 46.0, 47.7, 58.0],
                             [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8]),
            cramer_von_mises("same", np.round(rng.normal(0, 1, 60), 6), np.round(rng.normal(0, 1, 50), 6)),
            cramer_von_mises("shifted", np.round(rng.normal(0, 1, 80), 6), np.round(rng.normal(0.6, 1, 90), 6))],
        "logistic": logistic(rng),
        "samples": {"normal": normal.tolist()},
        "quantileEdges": [quantile_edges("normal", normal, b) for b in [10, 20]],
    })


if __name__ == "__main__":
    main()
