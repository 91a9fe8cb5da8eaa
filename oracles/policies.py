"""Expected numbers for bandit policies: posteriors, P(best), upper bounds, linear models.

    python policies.py [output file]

P(best) of Student t and normal posteriors: adaptive quadrature of pdf_k times the other cdfs. KL-UCB: Brent's method on
n kl(m, q) = ln t. Linear bounds: numpy.linalg.solve on the full matrix, where the library updates a Cholesky factor.
"""

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm, t

from common import emit


def p_best(frozen: list) -> list[float]:
    points = np.unique(np.concatenate([f.ppf([1e-11, 1e-7, 1e-4, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-4, 1 - 1e-7, 1 - 1e-11])
                                       for f in frozen]))

    def one(k: int) -> float:
        def integrand(x: float) -> float:
            value = frozen[k].pdf(x)
            for j, other in enumerate(frozen):
                value *= 1 if j == k else other.cdf(x)
            return value

        return sum(quad(integrand, lo, hi, epsabs=1e-13, epsrel=1e-10)[0] for lo, hi in zip(points[:-1], points[1:]))

    result = [one(k) for k in range(len(frozen))]
    assert abs(sum(result) - 1) < 1e-7, result
    return result


def nig(rewards: list[float], m0: float, k0: float, a0: float, b0: float) -> tuple:
    x = np.array(rewards, float)
    n = len(x)
    if n == 0:
        return m0, k0, a0, b0
    mean = x.mean()
    k = k0 + n
    return ((k0 * m0 + x.sum()) / k, k, a0 + n / 2,
            b0 + ((x - mean) ** 2).sum() / 2 + k0 * n * (mean - m0) ** 2 / (2 * k))


def normal_case(name: str, prior: tuple, arms: list[list[float]]) -> dict:
    posteriors = [nig(rewards, *prior) for rewards in arms]
    frozen = [t(2 * a, loc=m, scale=np.sqrt(b / (a * k))) for m, k, a, b in posteriors]
    return {"name": name, "prior": list(prior), "rewards": arms, "posteriors": [list(map(float, p)) for p in posteriors],
            "pBest": p_best(frozen)}


def kl(p: float, q: float) -> float:
    part = lambda a, b: 0.0 if a == 0 else a * np.log(a / b)
    return part(p, q) + part(1 - p, 1 - q)


def bounds(mean: float, n: int, total: int) -> dict:
    log = np.log(total)
    variance = mean * (1 - mean)  # of zeros and ones
    high = 1 - 1e-15
    level = log / n
    q = 1.0 if mean == 1 or kl(mean, high) <= level else brentq(lambda x: kl(mean, x) - level, mean, high, xtol=1e-14)
    return {"mean": mean, "n": n, "t": total, "ucb1": float(mean + np.sqrt(2 * log / n)),
            "tuned": float(mean + np.sqrt(log / n * min(0.25, variance + np.sqrt(2 * log / n)))), "kl": float(q)}


def linear_case(ridge: float, alpha: float, rng) -> dict:
    d = 4
    rows = [{"arm": int(rng.integers(3)), "x": rng.normal(size=d).round(3).tolist(), "y": float(np.round(rng.normal(), 3))}
            for _ in range(40)]
    rows = [row for row in rows if row["arm"] != 2]  # the third arm stays untrained
    context = rng.normal(size=d).round(3)
    means, deviations = [], []
    for arm in range(3):
        x = np.array([row["x"] for row in rows if row["arm"] == arm]).reshape(-1, d)
        y = np.array([row["y"] for row in rows if row["arm"] == arm])
        a = ridge * np.eye(d) + x.T @ x
        means.append(float(context @ np.linalg.solve(a, x.T @ y)))
        deviations.append(float(alpha * np.sqrt(context @ np.linalg.solve(a, context))))
    return {"ridge": ridge, "exploration": alpha, "rows": rows, "context": context.tolist(),
            "bounds": [m + s for m, s in zip(means, deviations)],
            "pBest": p_best([norm(m, s) for m, s in zip(means, deviations)])}


def main() -> None:
    rng = np.random.default_rng(2026)
    normal = [
        normal_case("published update", (0, 1, 1, 1), [[1.2, 0.8, 1.5, 0.9, 1.1], []]),
        normal_case("three arms", (0, 1, 1, 1), [rng.normal(m, 1, 30).round(3).tolist() for m in (0.0, 0.3, 0.5)]),
        normal_case("narrow against wide", (5, 0.1, 2, 3), [rng.normal(10, 0.01, 200).round(5).tolist(), [9.0, 12.0]]),
        normal_case("no rewards", (0, 1, 1, 1), [[], [], [], []]),
    ]
    upper = [bounds(0.3, 100, 1000), bounds(0.0, 10, 50), bounds(1.0, 10, 50), bounds(0.5, 1, 2), bounds(0.9, 4000, 5000)]
    assert abs(upper[0]["kl"] - 0.4827564) < 1e-6
    emit(__file__, {"normal": normal, "bounds": upper,
                    "linear": [linear_case(2.0, 0.5, rng), linear_case(1.0, 1.5, rng)]})


if __name__ == "__main__":
    main()
