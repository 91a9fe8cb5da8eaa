"""Expected numbers for intervals, paired comparisons, fairness and the metrics of other tasks.

    python intervals.py [output file]

scikit-learn, fairlearn, statsmodels and SciPy; DeLong's intervals and test by R's pROC, so Rscript with
that package must be on the path.
"""

import itertools
import subprocess

import numpy as np
from fairlearn import metrics as fair
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from common import emit

LEVEL = 0.95

PROC = """
suppressMessages(library(pROC))
d <- read.csv(file("stdin"))
a <- roc(d$y, d$a, levels=c(0, 1), direction="<", quiet=TRUE)
b <- roc(d$y, d$b, levels=c(0, 1), direction="<", quiet=TRUE)
t <- roc.test(a, b, method="delong", paired=TRUE)
ci <- ci.auc(a, method="delong")
cat(sprintf("%.15g", c(ci[1], ci[3], auc(a) - auc(b), t$p.value, t$conf.int[1], t$conf.int[2])))
"""


def proc(y, a, b) -> dict:
    rows = "y,a,b\n" + "\n".join(f"{i},{float(j)!r},{float(k)!r}" for i, j, k in zip(y, a, b)) + "\n"
    done = subprocess.run(["Rscript", "-e", PROC], input=rows, capture_output=True, text=True, check=True)
    low, high, difference, p, d_low, d_high = (float(v) for v in done.stdout.split())
    return {"low": low, "high": high, "difference": difference, "pValue": p, "differenceLow": d_low,
            "differenceHigh": d_high}


def wilson(k: int, n: int) -> list[float]:
    return [float(v) for v in proportion_confint(k, n, alpha=1 - LEVEL, method="wilson")]


def mean_t(values) -> list[float]:
    values = np.asarray(values, float)
    return [float(v) for v in stats.t.interval(LEVEL, len(values) - 1, values.mean(), stats.sem(values))]


def drawn(statistic, *data) -> list[float]:
    result = stats.bootstrap(data, statistic, paired=True, vectorized=False, n_resamples=9999, method="percentile",
                             confidence_level=LEVEL, rng=np.random.default_rng(7))
    return [float(result.confidence_interval.low), float(result.confidence_interval.high)]


def binary(rng: np.random.Generator) -> dict:
    p = rng.beta(2, 3, 300)
    y = (rng.random(300) < p).astype(int)
    a = np.round(np.clip(p + rng.normal(0, 0.1, 300), 0.01, 0.99), 2)
    b = np.round(np.clip(p + rng.normal(0, 0.25, 300), 0.01, 0.99), 2)
    hit = (a >= 0.5) == y
    rival = (b >= 0.5) == y
    won, lost = int((hit & ~rival).sum()), int((~hit & rival).sum())
    n, d = len(y) + 2, (won - lost) / (len(y) + 2)
    half = stats.norm.isf((1 - LEVEL) / 2) * np.sqrt(((won + lost + 1) / n - d * d) / n)
    selected, tp = int((a >= 0.5).sum()), int(((a >= 0.5) & (y == 1)).sum())
    # scikit-learn's bins are closed on the right, ours on the left: the mirror image is the same.
    uniform = [1 - v[::-1] for v in calibration_curve(1 - y, np.round(1 - a, 2), n_bins=10, strategy="uniform")]
    quantile = calibration_curve(y, a, n_bins=7, strategy="quantile")
    return {
        "labels": y.tolist(), "candidate": a.tolist(), "champion": b.tolist(), "proc": proc(y, a, b),
        "wilson": {"accuracy@0.5": wilson(int(hit.sum()), len(y)), "precision@0.5": wilson(tp, selected),
                   "recall@0.5": wilson(tp, int(y.sum()))},
        "means": {"log-loss": mean_t(-np.log(np.where(y == 1, a, 1 - a))), "brier": mean_t((y - a) ** 2)},
        "bootstrap": {"average-precision": drawn(metrics.average_precision_score, y, a),
                      "f1@0.5": drawn(lambda t, s: metrics.f1_score(t, s >= 0.5), y, a)},
        "pairedBootstrap": {
            "average-precision": drawn(lambda t, s, r: metrics.average_precision_score(t, s)
                                       - metrics.average_precision_score(t, r), y, a, b),
            "brier": drawn(lambda t, s, r: ((t - s) ** 2 - (t - r) ** 2).mean(), y, a, b)},
        "mcnemar": {"won": won, "lost": lost,
                    "pValue": float(mcnemar([[0, won], [lost, 0]], exact=True).pvalue),
                    "low": float(d - half), "high": float(d + half)},
        "churn": [int(((a >= 0.5) & (b < 0.5)).sum()), int(((a < 0.5) & (b >= 0.5)).sum())],
        "uniform": [v.tolist() for v in uniform], "quantile": [v.tolist() for v in quantile],
    }


def multiclass(rng: np.random.Generator) -> dict:
    p = rng.dirichlet([1.5, 1, 0.7], 150)
    y = np.array([rng.choice(3, p=row) for row in p])
    q = p * 0.8 + 0.2 / 3
    predicted = q.argmax(1)
    result = {"probabilities": q.tolist(), "truth": y.tolist(),
              "multiclass-accuracy": float(metrics.accuracy_score(y, predicted)),
              "multiclass-log-loss": float(metrics.log_loss(y, q)), "wilson": wilson(int((y == predicted).sum()), 150)}
    for name, score in [("precision", metrics.precision_score), ("recall", metrics.recall_score),
                        ("f1", metrics.f1_score)]:
        for average in ["macro", "micro", "weighted"]:
            result[f"multiclass-{name}-{average}"] = float(score(y, predicted, average=average))
    return result


def by_all_orders(scores, relevance, k, measure) -> float:
    """The mean over every order of items that their scores allow: what sharing ranks must give."""
    orders = [o for o in itertools.permutations(range(len(scores)))
              if all(scores[o[i]] >= scores[o[i + 1]] for i in range(len(o) - 1))]
    return float(np.mean([measure([relevance[i] for i in o[:k]]) for o in orders]))


def ranking(rng: np.random.Generator) -> dict:
    queries = [{"scores": np.round(rng.random(6), 1).tolist(), "relevance": rng.integers(0, 4, 6).tolist()}
               for _ in range(8)]
    queries.append({"scores": [0.5] * 5, "relevance": [0, 3, 0, 1, 0]})
    result = {"queries": queries}
    for k in [1, 3, 10]:
        result[f"ndcg@{k}"] = float(np.mean([metrics.ndcg_score([q["relevance"]], [q["scores"]], k=k)
                                             for q in queries]))
        hits = [by_all_orders(q["scores"], q["relevance"], k, lambda r: sum(v > 0 for v in r)) for q in queries]
        relevant = [sum(v > 0 for v in q["relevance"]) for q in queries]
        result[f"rank-precision@{k}"] = float(np.mean([h / k for h in hits]))
        result[f"rank-recall@{k}"] = float(np.mean([h / r for h, r in zip(hits, relevant)]))
    result["ndcg@3 interval"] = mean_t([metrics.ndcg_score([q["relevance"]], [q["scores"]], k=3) for q in queries])
    return result


def regression(rng: np.random.Generator) -> dict:
    rate = rng.gamma(2, 2, 120)
    y = rng.poisson(rate).astype(float)
    p = np.round(rate * rng.uniform(0.7, 1.4, 120), 3) + 0.01
    return {"truth": y.tolist(), "predicted": p.tolist(),
            "pinball@0.9": float(metrics.mean_pinball_loss(y, p, alpha=0.9)),
            "pinball@0.1": float(metrics.mean_pinball_loss(y, p, alpha=0.1)),
            "poisson-deviance": float(metrics.mean_poisson_deviance(y, p)),
            "mae interval": mean_t(np.abs(y - p)),
            "rmse bootstrap": drawn(metrics.root_mean_squared_error, y, p),
            "r2 bootstrap": drawn(metrics.r2_score, y, p)}


def pairs(k, n, compare: str, method: str, alpha: float) -> list[list[float]]:
    return [[float(v) for v in confint_proportions_2indep(k[i], n[i], k[j], n[j], compare=compare, method=method,
                                                          alpha=alpha)]
            for i, j in itertools.permutations(range(len(k)), 2)]


def widest(k, n, alpha: float) -> list[float]:
    each = alpha / (len(k) * (len(k) - 1) / 2)
    found = pairs(k, n, "diff", "newcomb", each)
    return [max(0.0, *[low for low, _ in found]), max(high for _, high in found)]


def fairness(rng: np.random.Generator, names: list[str]) -> dict:
    size = 90 * len(names)
    group = rng.choice(names, size)
    p = rng.beta(2, 2, size)
    y = (rng.random(size) < p).astype(int)
    s = np.round(np.clip(p + 0.12 * (group == names[0]), 0, 1), 3)
    d = (s >= 0.5).astype(int)
    frame = fair.MetricFrame(metrics={"rate": fair.selection_rate, "tpr": fair.true_positive_rate,
                                      "fpr": fair.false_positive_rate}, y_true=y, y_pred=d, sensitive_features=group)
    count = lambda mask: [int(mask[group == g].sum()) for g in names]
    k, n = count(d), count(np.ones(size, int))
    tp, pos, fp, neg = count(d * y), count(y), count(d * (1 - y)), count(1 - y)
    gaps = [(y - s)[group == g] for g in names]
    ratios = pairs(k, n, "ratio", "log-adjusted", 0.05 / (len(names) * (len(names) - 1) / 2))
    odds = [widest(tp, pos, 0.025), widest(fp, neg, 0.025)]
    out = {"group": group.tolist(), "scores": s.tolist(), "labels": y.tolist(), "names": names,
           "rates": [float(frame.by_group["rate"][g]) for g in names],
           "demographic-parity-difference": fair.demographic_parity_difference(y, d, sensitive_features=group),
           "demographic-parity-ratio": fair.demographic_parity_ratio(y, d, sensitive_features=group),
           "equal-opportunity-difference": fair.equal_opportunity_difference(y, d, sensitive_features=group),
           "equalized-odds-difference": fair.equalized_odds_difference(y, d, sensitive_features=group),
           "calibration-difference": max(g.mean() for g in gaps) - min(g.mean() for g in gaps),
           "intervals": {"demographic-parity-difference": widest(k, n, 0.05),
                         "equal-opportunity-difference": widest(tp, pos, 0.05),
                         "equalized-odds-difference": [max(odds[0][0], odds[1][0]), max(odds[0][1], odds[1][1])],
                         "demographic-parity-ratio": [min(low for low, _ in ratios),
                                                      min(1.0, *[high for _, high in ratios])]}}
    return {key: float(v) if isinstance(v, np.floating) else v for key, v in out.items()}


def main() -> None:
    rng = np.random.default_rng(19470601)
    emit(__file__, {"binary": binary(rng), "multiclass": multiclass(rng), "ranking": ranking(rng),
                    "regression": regression(rng), "fairness": [fairness(rng, ["f", "m"]),
                                                                fairness(rng, ["x", "y", "z"])]})


if __name__ == "__main__":
    main()
