"""What mlops-delivery says about paired scores: Kendall's tau-b and PSI over cells, and evidence about shares.

The cells are written anew from the definition: an eighth of a power of two. tau-b of the cells is scipy's; that of
the scores themselves stands beside it, to show what the cells cost.
"""

import math

import numpy as np
from common import emit
from scipy.special import betaln
from scipy.stats import kendalltau

SEED = 20261126


def eighths(value: float, lowest: int) -> int:
    fraction, exponent = math.frexp(value)  # fraction in [0.5, 1)
    return (exponent - 1 - lowest) * 8 + int((fraction * 2 - 1) * 8)


def number(x: float) -> int:
    size = abs(x)
    if size < 2.0**-16:
        return 384
    place = eighths(min(size, math.nextafter(2.0**32, 0)), -16)
    return 385 + place if x > 0 else 383 - place


def probability(p: float) -> int:
    rest = min(p, 1 - p)
    if rest == 0.5:
        return 105
    place = 1 + eighths(rest, -14) if rest >= 2.0**-14 else 0
    return place if p < 0.5 else 210 - place


def psi(live: list[int], candidate: list[int]) -> float:
    """Ten groups of about equal live shares, made of whole cells; 0.5 added to each."""
    n = len(live)
    ordered = sorted(live)
    ends = []  # the last cell of each group but the last
    for cell in sorted(set(live)):
        below = sum(c <= cell for c in ordered)
        if below < n and below * 10 >= n * (1 + (sum(c <= ends[-1] for c in ordered) * 10 // n if ends else 0)):
            ends.append(cell)
    groups = len(ends) + 1

    def share(cells: list[int]) -> np.ndarray:
        counts = np.bincount(np.searchsorted(ends, cells), minlength=groups)
        return (counts + 0.5) / (n + 0.5 * groups)

    p, q = share(live), share(candidate)
    return float(np.sum((q - p) * np.log(q / p)))


def case(name: str, cells, live: np.ndarray, candidate: np.ndarray) -> dict:
    a, b = [cells(x) for x in live], [cells(x) for x in candidate]
    return {
        "name": name,
        "live": [float(x) for x in live],
        "candidate": [float(x) for x in candidate],
        "liveCells": a,
        "candidateCells": b,
        "tau": float(kendalltau(a, b).statistic),
        "tauOfScores": float(kendalltau(live, candidate).statistic),
        "psi": psi(a, b),
    }


def main() -> None:
    rng = np.random.default_rng(SEED)

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    z = rng.normal(-1, 1.5, 400)
    x = rng.lognormal(3, 1, 300) * np.where(rng.random(300) < 0.3, -1, 1)
    few = rng.choice([0.1, 0.5, 0.9], 200)
    cases = [
        case("alike", probability, sigmoid(z), sigmoid(z + rng.normal(0, 0.1, 400))),
        case("shifted", probability, sigmoid(z), sigmoid(z + 0.8 + rng.normal(0, 0.3, 400))),
        case("reversed", probability, sigmoid(z), sigmoid(-z)),
        case("unrelated", probability, sigmoid(z), sigmoid(rng.permutation(z))),
        case("tied", probability, few, np.where(rng.random(200) < 0.8, few, 0.5)),
        case("rare", probability, sigmoid(z - 7), sigmoid(z - 7 + rng.normal(0, 0.5, 400))),
        case("numbers", number, x, x * rng.lognormal(0, 0.2, 300)),
        case("edges", number, np.array([0, 1e-9, -1e-9, 1e12, -1e12, 1, 2]), np.array([1, 0, 0, 1e300, -5, 1, 2])),
    ]
    shares = [
        {
            "hits": k,
            "rows": n,
            "limit": p,
            "logEvidence": float(betaln(0.5 + k, 0.5 + n - k) - betaln(0.5, 0.5) - k * math.log(p) - (n - k) * math.log1p(-p)),
        }
        for k, n, p in [(0, 1, 0.5), (0, 1000, 0.01), (10, 1000, 0.01), (40, 1000, 0.01), (5, 5, 0.2), (120_000, 1_000_000, 0.1)]
    ]
    emit(__file__, {"cases": cases, "shares": shares})


main()
