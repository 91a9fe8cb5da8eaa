"""Expected numbers for comparisons of whole rows: maximum mean discrepancy and principal components.

    python rows.py [output file]
"""

import itertools

import numpy as np
from scipy.spatial.distance import cdist, pdist
from scipy.stats import permutation_test
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.preprocessing import StandardScaler

from common import emit


def unbiased(kernel: np.ndarray, group: list[int]) -> float:
    """Gretton and others (2012), equation 3, between the rows of a group and all others."""
    others = [i for i in range(len(kernel)) if i not in group]
    xx, yy = kernel[np.ix_(group, group)], kernel[np.ix_(others, others)]
    n, m = len(group), len(others)
    return float((xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1))
                 - 2 * kernel[np.ix_(group, others)].mean())


def biased(kernel: np.ndarray, group: list[int]) -> float:
    """The estimator with the rows compared with themselves, which ours must not be."""
    others = [i for i in range(len(kernel)) if i not in group]
    return float(kernel[np.ix_(group, group)].mean() + kernel[np.ix_(others, others)].mean()
                 - 2 * kernel[np.ix_(group, others)].mean())


def discrepancy(name: str, learned: np.ndarray, x: np.ndarray, y: np.ndarray, rng) -> dict:
    """The bandwidth is the median distance of two rows that are not compared."""
    distances = pdist(learned)
    bandwidth = float(np.median(distances)) or float(np.median(distances[distances > 0]))
    both = np.vstack([x, y])
    kernel = rbf_kernel(both, gamma=1 / (2 * bandwidth ** 2))
    assert np.allclose(kernel, np.exp(-cdist(both, both) ** 2 / (2 * bandwidth ** 2)))
    group = list(range(len(x)))
    splits = [sorted(rng.choice(len(both), len(x), replace=False).tolist()) for _ in range(60)]
    return {"name": name, "learned": learned.tolist(), "x": x.tolist(), "y": y.tolist(), "bandwidth": bandwidth,
            "unbiased": unbiased(kernel, group), "biased": biased(kernel, group),
            "splits": splits, "ofSplits": [unbiased(kernel, s) for s in splits]}


def exhaustive(x: np.ndarray, y: np.ndarray, bandwidth: float) -> dict:
    """p over all splits, by SciPy's own permutation test over row numbers."""
    both = np.vstack([x, y])
    kernel = rbf_kernel(both, gamma=1 / (2 * bandwidth ** 2))
    n = len(x)

    def statistic(a, b):
        return unbiased(kernel, [int(i) for i in a])

    result = permutation_test((np.arange(n), np.arange(n, len(both))), statistic, permutation_type="independent",
                              alternative="greater", n_resamples=np.inf, vectorized=False)
    count = sum(unbiased(kernel, list(c)) >= result.statistic - 1e-12
                for c in itertools.combinations(range(len(both)), n))
    assert np.isclose(result.pvalue, count / len(result.null_distribution))
    return {"x": x.tolist(), "y": y.tolist(), "bandwidth": bandwidth, "statistic": float(result.statistic),
            "splits": len(result.null_distribution), "p": float(result.pvalue)}


def components(name: str, rows: np.ndarray, others: np.ndarray, share: float) -> dict:
    scaler = StandardScaler().fit(rows)
    assert scaler.scale_.min() > 0.1
    z = scaler.transform(rows)
    pca = PCA(n_components=share, svd_solver="full").fit(z)
    w = scaler.transform(others)
    rest = w - pca.inverse_transform(pca.transform(w))
    return {"name": name, "rows": rows.tolist(), "others": others.tolist(), "share": share,
            "components": int(pca.n_components_), "residuals": rest.tolist(),
            "errors": np.linalg.norm(rest, axis=1).tolist()}


def eigen(name: str, a: np.ndarray) -> dict:
    return {"name": name, "matrix": a.tolist(), "values": np.linalg.eigvalsh(a)[::-1].tolist()}


def correlated(rng, n: int, loadings: np.ndarray, noise: float) -> np.ndarray:
    return np.round(rng.normal(0, 1, (n, loadings.shape[0])) @ loadings
                    + noise * rng.normal(0, 1, (n, loadings.shape[1])), 4)


def normal_shift(d: int, delta: float, bandwidth: float) -> float:
    """The squared discrepancy of N(0, I) and N(delta, I) in d dimensions, in closed form."""
    s = bandwidth ** 2
    return 2 * (s / (s + 2)) ** (d / 2) * (1 - np.exp(-d * delta ** 2 / (2 * (s + 2))))


def main() -> None:
    rng = np.random.default_rng(20071)
    normal = lambda n, d, mean=0.0: np.round(rng.normal(mean, 1, (n, d)), 4)
    few = np.zeros((8, 1))
    few[0] = 3  # most distances are 0
    loadings = rng.normal(0, 1, (2, 6))
    symmetric = rng.normal(0, 1, (9, 9))
    low = rng.normal(0, 1, (3, 7))
    shifts = []
    for d in [1, 3, 10, 30]:
        sample = rng.normal(0, 1, (2000, d))
        bandwidth = float(np.median(pdist(sample)))
        shifts.append({"d": d, "bandwidth": bandwidth, "fifth": float(normal_shift(d, 0.2, bandwidth))})
    emit(__file__, {
        "discrepancies": [
            discrepancy("same", normal(9, 3), normal(12, 3), normal(14, 3), rng),
            discrepancy("shifted", normal(10, 2), normal(13, 2), normal(11, 2, 1.0), rng),
            discrepancy("an even and an odd number of distances", normal(4, 1), normal(5, 1), normal(5, 1), rng),
            discrepancy("most distances are zero", few, few[:4] + [[1.0]], few[4:] + [[0.5]], rng)],
        "exhaustive": [exhaustive(normal(5, 2), normal(5, 2, 1.0), 1.5), exhaustive(normal(4, 2), normal(6, 2), 1.5)],
        "normalShifts": shifts,
        "components": [
            components("two factors", correlated(rng, 60, loadings, .4), correlated(rng, 12, loadings, .4), .65),
            components("two factors, most of the variance", correlated(rng, 60, loadings, .4),
                       normal(12, 6), .95),
            components("fewer rows than columns", normal(5, 8), normal(6, 8), .65),
            components("unrelated columns", normal(40, 8), normal(5, 8), .65)],
        "eigen": [eigen("random", (symmetric + symmetric.T) / 2), eigen("rank three", low.T @ low),
                  eigen("diagonal", np.diag([3.0, -1.0, 2.0])), eigen("all equal", np.ones((4, 4)))],
    })


if __name__ == "__main__":
    main()
