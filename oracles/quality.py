"""Expected numbers for model quality: scikit-learn, and NannyML's CBPE for estimates without labels.

    python quality.py [output file]
"""

import logging
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import nannyml
import numpy as np
import pandas as pd
from common import emit
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import (
    accuracy_score,
    confusion_matrix,
    mean_absolute_error,
    mean_squared_error,
    precision_recall_curve,
)

BINS = 100


def draw(rng, n, skill):
    """Scores in the middle of 100 bins, so that binning them loses nothing."""
    scores = (rng.integers(0, BINS, n) + 0.5) / BINS
    return scores, (rng.random(n) < 0.5 + skill * (scores - 0.5)).astype(int)


def frame(scores, labels):
    return pd.DataFrame({
        "at": pd.date_range("2026-01-01", periods=len(scores), freq="min"),
        "score": scores,
        "said": (scores >= 0.5).astype(int),
        "label": labels,
    })


def cbpe(reference, live):
    estimator = nannyml.CBPE(
        y_pred_proba="score", y_pred="said", y_true="label", timestamp_column_name="at",
        problem_type="classification_binary", metrics=["roc_auc", "accuracy"], chunk_size=len(live))
    estimator.fit(reference)
    result = estimator.estimate(live).filter(period="analysis").to_df()
    return {
        "calibrated": bool(estimator.needs_calibration),
        "rocAuc": float(result[("roc_auc", "value")].iloc[0]),
        "accuracy": float(result[("accuracy", "value")].iloc[0]),
    }


def estimates():
    cases = []
    for name, skill, seed in [("scores mean what they say", 1.0, 1), ("overconfident scores", 0.4, 2)]:
        rng = np.random.default_rng(seed)
        scores, labels = draw(rng, 6000, skill)
        live = (np.minimum(99, rng.poisson(30, 1500)) + 0.5) / BINS
        isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, labels)
        grid = (np.arange(BINS) + 0.5) / BINS
        cases.append({
            "name": name,
            "referencePositives": [int(((scores == g) & (labels == 1)).sum()) for g in grid],
            "referenceNegatives": [int(((scores == g) & (labels == 0)).sum()) for g in grid],
            "liveScores": [int((live == g).sum()) for g in grid],
            "isotonic": [float(p) for p in isotonic.predict(grid)],
            "nannyml": cbpe(frame(scores, labels), frame(live, np.zeros(len(live), int))),
        })
    return cases


def thresholds():
    rng = np.random.default_rng(3)
    scores, labels = draw(rng, 400, 1.0)
    precision, recall, _ = precision_recall_curve(labels, scores)
    # At the highest threshold that reaches the recall: the last entry from the left that does.
    at = {r: float(precision[np.nonzero(recall >= r)[0][-1]]) for r in (0.1, 0.5, 0.8, 1.0)}
    return {
        "scores": scores.tolist(),
        "labels": labels.tolist(),
        "accuracy": {str(t): float(accuracy_score(labels, scores >= t)) for t in (0.0, 0.25, 0.5, 0.75)},
        "precisionAtRecall": {str(r): p for r, p in at.items()},
    }


def regression():
    rng = np.random.default_rng(4)
    truth = rng.lognormal(3, 1, 300)
    said = truth * rng.lognormal(0, 0.2, 300)
    error = np.abs(said - truth)
    return {
        "outputs": said.tolist(),
        "labels": truth.tolist(),
        "mae": float(mean_absolute_error(truth, said)),
        "rmse": float(np.sqrt(mean_squared_error(truth, said))),
        "bias": float(np.mean(said - truth)),
        "maeStandardError": float(error.std(ddof=1) / np.sqrt(len(error))),
        "quantiles": {str(q): float(np.quantile(error, q, method="inverted_cdf")) for q in (0.5, 0.95)},
    }


def classes():
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 4, 200)
    said = np.where(rng.random(200) < 0.7, truth, rng.integers(0, 4, 200))
    return {
        "outputs": said.tolist(),
        "labels": truth.tolist(),
        "accuracy": float(accuracy_score(truth, said)),
        "confusion": confusion_matrix(truth, said).tolist(),
    }


emit(__file__, {
    "bins": BINS,
    "estimates": estimates(),
    "thresholds": thresholds(),
    "regression": regression(),
    "classes": classes(),
}, "nannyml")
