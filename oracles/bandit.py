"""Expected numbers for the bandit: P(arm k is best) for independent Beta arms, by quadrature.

    python bandit.py [output file]

P(best = k) is the integral over (0, 1) of pdf_k(x) times the product of cdf_i(x), i != k. It is computed
twice: adaptively (scipy quad, split where the mass is) and by a fixed Gauss-Legendre rule on pieces. The
two have to agree to 1e-9, and the K values have to sum to 1.
"""

import numpy as np
from scipy.integrate import quad
from scipy.special import betainc
from scipy.stats import beta

from common import emit

AGREE = 1e-9


def split_points(arms: np.ndarray) -> np.ndarray:
    """Quantiles of every arm: between two neighbours no density changes abruptly."""
    levels = [1e-12, 1e-8, 1e-4, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1 - 1e-4, 1 - 1e-8]
    inner = np.concatenate([np.concatenate([beta.ppf(levels, a, b), beta.isf([1e-12], a, b)]) for a, b in arms])
    return np.unique(np.concatenate([[0.0], inner, [1.0]]))


def integrand(x, k: int, arms: np.ndarray):
    value = beta.pdf(x, *arms[k])
    for i, (a, b) in enumerate(arms):
        if i != k:
            value = value * betainc(a, b, x)
    return value


def by_quad(k: int, arms: np.ndarray, points: np.ndarray) -> float:
    pieces = zip(points[:-1], points[1:])
    return sum(quad(integrand, lo, hi, args=(k, arms), epsabs=1e-14, epsrel=1e-10)[0] for lo, hi in pieces)


def by_gauss(k: int, arms: np.ndarray, points: np.ndarray) -> float:
    node, weight = np.polynomial.legendre.leggauss(40)
    lo, hi = points[:-1, None], points[1:, None]
    x = (lo + hi) / 2 + (hi - lo) / 2 * node
    return float(np.sum((hi - lo) / 2 * weight * integrand(x, k, arms)))


def best(name: str, arms: list[tuple[int, int]]) -> dict:
    a = np.array(arms, float)
    points = split_points(a)
    gauss = [by_gauss(k, a, points) for k in range(len(a))]
    check = [by_quad(k, a, points) for k in range(len(a))]
    assert np.allclose(gauss, check, rtol=0, atol=AGREE), name
    assert abs(sum(gauss) - 1) < AGREE, (name, sum(gauss))
    return {"name": name, "arms": [list(arm) for arm in arms], "pBest": gauss}


def floored(floor: float, weights: list[float]) -> dict:
    """p = f + (1 - K f) w: every arm keeps at least the floor, and the shares still sum to 1."""
    w = np.array(weights)
    p = floor + (1 - len(w) * floor) * w
    assert abs(p.sum() - 1) < 1e-12
    return {"floor": floor, "weights": weights, "shares": p.tolist()}


def main() -> None:
    rng = np.random.default_rng(20013)
    trials = rng.integers(50, 400, 20)
    won = rng.binomial(trials, rng.uniform(0.15, 0.35, 20))
    twenty = [(int(s) + 1, int(n - s) + 1) for s, n in zip(won, trials)]
    cases = [
        best("two arms, some evidence", [(31, 71), (21, 81)]),
        best("two arms, ten times the evidence", [(121, 881), (101, 901)]),
        best("two arms, no evidence", [(1, 1), (1, 1)]),
        best("three arms", [(5, 20), (8, 20), (6, 30)]),
        best("five arms, big counts", [(400, 1600), (460, 1640), (520, 1880), (600, 2400), (430, 1570)]),
        best("unknown against almost certain", [(1, 1), (1000, 1)]),
        best("twenty arms", twenty),
        best("twenty arms, no evidence", [(1, 1)] * 20),
    ]
    shares = [floored(0.05, case["pBest"]) for case in cases[:5]]
    shares += [floored(0.01, cases[6]["pBest"]), floored(0.0, [0.2, 0.8]), floored(0.5, [0.0, 1.0]),
               floored(0.1, [1.0, 0.0, 0.0]), floored(0.2, [0.1, 0.2, 0.3, 0.4])]
    emit(__file__, {"pBest": cases, "floors": shares})


if __name__ == "__main__":
    main()
