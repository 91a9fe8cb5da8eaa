"""Bounds of proportions and ranks of quantiles that hold at all times, by scipy: betaln and brentq."""

import math

from common import emit
from scipy.optimize import brentq
from scipy.special import betaln
from scipy.stats import norm, t


def evidence(k, n, p, a, b):
    return betaln(a + k, b + n - k) - betaln(a, b) - k * math.log(p) - (n - k) * math.log1p(-p)


def bounds(k, n, alpha):
    f = lambda p: evidence(k, n, p, 0.5, 0.5) + math.log(alpha)
    centre = k / n
    low = 0.0 if k == 0 else brentq(f, 1e-300, centre if centre < 1 else 1 - 1e-16, xtol=1e-15)
    high = 1.0 if k == n else brentq(f, max(centre, 1e-300), 1 - 1e-16, xtol=1e-15)
    return low, high


def ranks(q, n, alpha):
    weight = 1 / min(q, 1 - q)
    inside = [k for k in range(n + 1) if evidence(k, n, q, weight * q, weight * (1 - q)) < -math.log(alpha)]
    return [min(inside), max(inside) + 1]


proportions = []
for k, n in [(0, 1), (0, 60), (1, 60), (30, 60), (60, 60), (3, 1408), (57, 26292), (2.5, 713.25), (500, 100000)]:
    for alpha in [0.05, 1e-3, 1e-5]:
        low, high = bounds(k, n, alpha)
        proportions.append({"k": k, "n": n, "alpha": alpha, "low": low, "high": high})

quantiles = []
for q, n in [(0.5, 100), (0.9, 50), (0.99, 100), (0.99, 500), (0.99, 5000), (0.999, 20000)]:
    for alpha in [0.05, 1e-3]:
        quantiles.append({"q": q, "n": n, "alpha": alpha, "ranks": ranks(q, n, alpha)})

deviates = [{"t": x, "z": float(norm.isf(t.sf(x, 63)))} for x in [0.0, 0.5, 1.96, 3.0, 5.0, 8.0, 12.0]]

emit(__file__, {"proportions": proportions, "quantiles": quantiles, "deviates": deviates})
