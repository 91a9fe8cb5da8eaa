"""Statistics that data validation decides on: pandas, numpy and scipy over explicit values."""

import math
import statistics

import numpy as np
import pandas as pd
import scipy.stats as stats

from common import emit

rng = np.random.default_rng(20261126)


def columns():
    """Values with what makes statistics go wrong: ties, a large mean, few rows, missing values."""
    tied = rng.integers(0, 6, 41).astype(float)
    shifted = 1e9 + rng.normal(0, 1e-3, 60)
    gaps = rng.normal(10, 3, 50)
    gaps[[0, 7, 8, 49]] = np.nan
    return {
        "tied": tied,
        "shifted": shifted,
        "gaps": gaps,
        "one": np.array([3.25]),
        "two": np.array([-1.5, 4.0]),
        "heavy": rng.pareto(1.5, 200) * 100,
    }


def moments(values):
    """Exact sums by the standard library: pandas' own are off by 2e-9 beside a mean of 1e9."""
    series = pd.Series(values)
    present = [float(v) for v in series.dropna()]
    deviation = None if len(present) < 2 else statistics.stdev(present)
    assert deviation is None or abs(deviation / series.std() - 1) < 1e-8
    return {
        "count": int(series.count()),
        "mean": statistics.fmean(present),
        "standardDeviation": deviation,
        "sum": math.fsum(present),
        "minimum": float(series.min()),
        "maximum": float(series.max()),
        "distinct": int(series.nunique()),
        "repeats": int(series.dropna().duplicated().sum()),
        "quantiles": [[p, float(series.quantile(p))] for p in (0, 0.01, 0.25, 0.5, 0.9, 0.999, 1)],
    }


def psi(reference, live):
    p = (reference + 0.5) / (reference.sum() + 0.5 * len(reference))
    q = (live + 0.5) / (live.sum() + 0.5 * len(live))
    return float(((q - p) * np.log(q / p)).sum())


def shifts():
    result = []
    for n, m, shift in ((500, 400, 0.0), (500, 400, 0.5), (60, 30, 0.0), (1000, 1000, 2.0)):
        first, second = rng.normal(0, 1, n), rng.normal(shift, 1, m)
        edges = np.quantile(first, np.arange(1, 10) / 10)
        # Cells are closed on the right, as the baseline has them.
        reference = np.bincount(np.searchsorted(edges, first, side="left"), minlength=10)
        live = np.bincount(np.searchsorted(edges, second, side="left"), minlength=10)
        used = int(((reference + live) > 0).sum())
        result.append(
            {
                "reference": reference.tolist(),
                "live": live.tolist(),
                "psi": psi(reference, live),
                "psiByChance": float((1 / n + 1 / m) * stats.chi2.isf(0.001, used - 1)),
                "ks": float(stats.ks_2samp(first, second).statistic),
            }
        )
    return result


emit(
    __file__,
    {
        "columns": [
            {"name": name, "values": [None if np.isnan(v) else float(v) for v in values], **moments(values)}
            for name, values in columns().items()
        ],
        "shifts": shifts(),
    },
    "pandas",
)
