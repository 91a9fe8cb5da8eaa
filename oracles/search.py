"""Folds of scikit-learn, quantiles and Latin hypercubes of SciPy, for io.mlops4j.pipeline.search.

    python oracles/search.py

Writes oracles/search.json.
"""

import numpy as np
from scipy.stats import loguniform, qmc, randint, uniform
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

from common import emit


def tests(splitter, n, *more):
    return [test.tolist() for _, test in splitter.split(np.zeros(n), *more)]


def k_fold():
    return [{"rows": n, "k": k, "tests": tests(KFold(k), n)} for n, k in [(10, 5), (11, 4), (7, 7), (23, 3)]]


def stratified():
    random = np.random.default_rng(11)
    cases = []
    for n, weights, k in [(30, [0.5, 0.3, 0.2], 5), (23, [0.8, 0.2], 4), (40, [0.25] * 4, 3)]:
        labels = random.choice(len(weights), n, p=weights)
        cases.append({"labels": labels.tolist(), "k": k, "tests": tests(StratifiedKFold(k), n, labels)})
    return cases


def grouped():
    # Sizes are all different: how scikit-learn orders groups of one size is nobody's contract.
    random = np.random.default_rng(12)
    cases = []
    for sizes, k in [([9, 7, 6, 4, 3, 1], 3), ([12, 5, 4, 3, 2], 2), ([8, 7, 6, 5, 4, 3, 2, 1], 4)]:
        groups = np.repeat([f"g{i}" for i in range(len(sizes))], sizes)
        random.shuffle(groups)
        n = len(groups)
        cases.append({"groups": groups.tolist(), "k": k, "tests": tests(GroupKFold(k), n, None, groups)})
    return cases


def time_ordered():
    cases = []
    for n, k, gap, size, most in [(12, 3, 0, 0, 0), (13, 4, 0, 0, 0), (30, 5, 2, 0, 0), (30, 4, 1, 3, 0), (25, 3, 3, 4, 6)]:
        splitter = TimeSeriesSplit(k, gap=gap, test_size=size or None, max_train_size=most or None)
        splits = [{"train": a.tolist(), "test": b.tolist()} for a, b in splitter.split(np.zeros(n))]
        cases.append({"rows": n, "k": k, "gap": gap, "testRows": size, "maxTrainRows": most, "splits": splits})
    return cases


QUANTILES = [0.001, 0.0317, 0.123, 0.251, 0.4999, 0.637, 0.7501, 0.918, 0.9993]

lhs = [qmc.discrepancy(qmc.LatinHypercube(3, rng=seed).random(40)) for seed in range(400)]
iid = [qmc.discrepancy(np.random.default_rng(seed).random((40, 3))) for seed in range(400)]

emit(
    __file__,
    {
        "kFold": k_fold(),
        "stratified": stratified(),
        "grouped": grouped(),
        "timeOrdered": time_ordered(),
        "quantiles": {
            "at": QUANTILES,
            "whole": {"low": -3, "high": 11, "values": [int(v) for v in randint(-3, 12).ppf(QUANTILES)]},
            "uniform": {"low": -2.5, "high": 4.0, "values": uniform(-2.5, 6.5).ppf(QUANTILES).tolist()},
            "logUniform": {"low": 1e-5, "high": 30.0, "values": loguniform(1e-5, 30.0).ppf(QUANTILES).tolist()},
        },
        "discrepancy": {
            "points": 40,
            "dimensions": 3,
            "runs": 400,
            "latinHypercube": {"mean": float(np.mean(lhs)), "sd": float(np.std(lhs, ddof=1))},
            "random": {"mean": float(np.mean(iid)), "sd": float(np.std(iid, ddof=1))},
        },
    },
)
