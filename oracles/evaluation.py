"""Expected numbers for the evaluation metrics, from scikit-learn.

    python evaluation.py [output file]

Where a metric is undefined (no positive prediction, no positive label, one class only), it is null.
A row is predicted positive if score >= threshold.
"""

import numpy as np
from sklearn import metrics

from common import emit

THRESHOLDS = [0.3, 0.5]
RECALLS = [0.5, 0.8]
BINS = 10


def calibration_error(y: np.ndarray, s: np.ndarray) -> float:
    """Ten equal-width bins [0,0.1), ..., [0.9,1.0]; a score belongs to a bin by the decimal it prints as."""
    b = np.searchsorted([i / BINS for i in range(1, BINS)], s, side="right")
    return float(sum(abs(s[b == i].mean() - y[b == i].mean()) * (b == i).sum() / len(s)
                     for i in range(BINS) if (b == i).any()))


def at_threshold(y: np.ndarray, s: np.ndarray, threshold: float) -> dict:
    predicted = (s >= threshold).astype(int)
    tn, fp, fn, tp = (int(v) for v in metrics.confusion_matrix(y, predicted, labels=[0, 1]).ravel())

    def defined(value: float, *, when: bool) -> float | None:
        return float(value) if when else None

    return {
        "threshold": threshold, "tp": tp, "fp": fp, "tn": tn, "fn": fn,
        "accuracy": float(metrics.accuracy_score(y, predicted)),
        "precision": defined(metrics.precision_score(y, predicted, zero_division=0), when=tp + fp > 0),
        "recall": defined(metrics.recall_score(y, predicted, zero_division=0), when=tp + fn > 0),
        "f1": defined(metrics.f1_score(y, predicted, zero_division=0), when=2 * tp + fp + fn > 0),
    }


def precision_at_recall(y: np.ndarray, s: np.ndarray, least: float) -> float | None:
    if not y.any():
        return None
    precision, recall, thresholds = metrics.precision_recall_curve(y, s)
    reached = recall[:len(thresholds)] >= least  # the curve's last point has no threshold
    return float(precision[:len(thresholds)][reached].max())


def classification(name: str, scores, labels) -> dict:
    s, y = np.asarray(scores, float), np.asarray(labels, int)
    both = 0 < y.sum() < len(y)
    return {
        "name": name, "scores": s.tolist(), "labels": y.tolist(),
        "rocAuc": float(metrics.roc_auc_score(y, s)) if both else None,
        "averagePrecision": float(metrics.average_precision_score(y, s)) if y.any() else None,
        "logLoss": float(metrics.log_loss(y, s, labels=[0, 1])),
        "brier": float(metrics.brier_score_loss(y, s, labels=[0, 1])),
        "ece": calibration_error(y, s),
        "thresholds": [at_threshold(y, s, t) for t in THRESHOLDS],
        "precisionAtRecall": [{"recall": r, "precision": precision_at_recall(y, s, r)} for r in RECALLS],
    }


def regression(name: str, y, predicted) -> dict:
    y, p = np.asarray(y, float), np.asarray(predicted, float)
    varies = len(y) > 1 and np.ptp(y) > 0
    return {
        "name": name, "y": y.tolist(), "predicted": p.tolist(),
        "rmse": float(metrics.root_mean_squared_error(y, p)),
        "mae": float(metrics.mean_absolute_error(y, p)),
        "r2": float(metrics.r2_score(y, p)) if varies else None,
    }


def medium(rng: np.random.Generator, n: int, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Ties, honest but noisy scores strictly inside (0, 1)."""
    p = rng.beta(2, 4, n)
    y = (rng.random(n) < p).astype(int)
    s = np.clip(np.round(p + rng.normal(0, 0.15, n), digits), 10.0 ** -digits, 1 - 10.0 ** -digits)
    return np.round(s, digits), y


def main() -> None:
    rng = np.random.default_rng(20011)
    ladder = [0.05, 0.1, 0.2, 0.3, 0.4, 0.45, 0.55, 0.6, 0.7, 0.8, 0.9, 0.95]
    half = [0] * 6 + [1] * 6
    y = np.round(rng.normal(10, 5, 40), 2)
    cases = [
        classification("small with ties", [0.1, 0.4, 0.4, 0.35, 0.8, 0.5, 0.5, 0.7, 0.3, 0.9, 0.3, 0.1],
                       [0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0]),
        classification("medium with many ties", *medium(rng, 200, 1)),
        classification("medium with some ties", *medium(rng, 200, 2)),
        classification("perfect", ladder, half),
        classification("reversed", ladder, half[::-1]),
        classification("all scores equal", [0.4] * 12, [0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]),
        classification("nothing reaches a threshold", [0.05, 0.1, 0.1, 0.2, 0.25], [0, 1, 0, 0, 1]),
        classification("certain and right", [0.0, 1.0, 1.0, 0.0, 1.0], [0, 1, 1, 0, 1]),
        classification("no positive label", [0.1, 0.2, 0.6, 0.4], [0, 0, 0, 0]),
        classification("no positive label or prediction", [0.1, 0.2, 0.15, 0.05], [0, 0, 0, 0]),
        classification("no negative label", [0.1, 0.2, 0.6, 0.4], [1, 1, 1, 1]),
    ]
    regressions = [
        regression("noisy", y, np.round(y + rng.normal(0, 2, 40), 2)),
        regression("exact", [1, 2, 3.5, -4], [1, 2, 3.5, -4]),
        regression("worse than the mean", [1, 2, 3, 4], [4, 3, 2, 1]),
        regression("constant truth", [2, 2, 2], [1, 2, 4]),
    ]
    emit(__file__, {"bins": BINS, "classification": cases, "regression": regressions})


if __name__ == "__main__":
    main()
