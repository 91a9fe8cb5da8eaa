"""Writes what the Java tests of mlops-core compare themselves with, from the functions of export_mlops4j.py.

    python python/make_vectors.py

vectors.json: fingerprints, digests, hashes and baselines that Java must compute alike. export-1/: an export of
format 1, kept and read for ever. Both are checked in, below mlops-core/src/test/resources/python-export.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "python"))
import export_mlops4j as script  # noqa: E402

OUT = ROOT / "mlops-core/src/test/resources/python-export"
MANY = 250_000  # more than the baseline's sample holds


def spread(n: int) -> np.ndarray:
    """Numbers that look random and are exact in any language: i * 2654435761 mod 2^32, over 2^32."""
    return (np.arange(n, dtype=np.uint64) * np.uint64(2_654_435_761) % np.uint64(1 << 32)).astype(float) / float(1 << 32)


def rows() -> pd.DataFrame:
    u, v = spread(400), spread(800)[400:]
    amount = np.round(np.exp(6 * u - 2), 3)
    amount[::17], amount[5], amount[6], amount[7] = np.nan, np.inf, -np.inf, -0.0
    words = np.array(["ash", "birch", "größe", "𝔘lme", "zelkova", "中"], dtype=object)
    tree = words[(6 * v * v).astype(int)]
    tree[::23] = None
    tree[11] = "x" * 300
    return pd.DataFrame({"amount": amount, "hour": (24 * v).astype(int), "tree": tree,
                         "age": np.where(u < 0.3, 40.0, np.round(20 + 60 * u)), "tribe": words[(5.99 * u).astype(int)],
                         "𝔘nit|1:x": u > 0.5})


def vectors() -> dict:
    frame = rows()
    features = script.features_of(frame, {}, ["age", "tribe"])
    many = pd.DataFrame({"a": spread(MANY), "b": np.floor(spread(MANY) * 1_000) / 8})
    scores = 1 / (1 + np.exp(4 * spread(400) - 2))
    labels = (frame["hour"] > 11).astype(float).tolist()
    return {
        "rows": [[script.plain(v) if np.isscalar(v) and not (isinstance(v, float) and np.isinf(v)) else
                  (None if v is None else str(v)) for v in row] for row in frame.itertuples(index=False, name=None)],
        "labels": labels,
        "scores": scores.tolist(),
        "fingerprint": script.fingerprint(features),
        "digest": script.data_digest(features, frame),
        "labeledDigest": script.data_digest(features, frame, labels),
        "baseline": script.baseline(features, frame, scores),
        "many": script.baseline(script.features_of(many, {}, []), many, spread(MANY)),
    }


def small_model():
    """Every kind of column of format 2: groups, a missing category, codes with a missing value, a flag."""
    random = np.random.default_rng(7)
    n = 600
    frame = pd.DataFrame({
        "colour": random.choice(["red", "green", "blue", "mauve", "teal"], n, p=[0.4, 0.3, 0.2, 0.06, 0.04]),
        "size": random.choice(["S", "M", "L"], n),
        "weight": random.gamma(2.0, 3.0, n).astype(np.float32).astype(float),
        "age": random.integers(18, 80, n).astype(float)})
    frame.loc[::19, "colour"] = None
    frame.loc[::29, "size"] = np.nan
    frame.loc[::13, "weight"] = np.nan
    y = (frame["weight"].fillna(6) + 4 * (frame["colour"] == "red") + 2 * (frame["size"] == "L")
         + random.normal(0, 3, n) > 9).to_numpy(int)
    columns = ColumnTransformer([
        ("colour", OneHotEncoder(min_frequency=60, handle_unknown="infrequent_if_exist"), ["colour"]),
        ("size", OrdinalEncoder(categories=[["S", "M", "L", np.nan]], handle_unknown="use_encoded_value",
                                unknown_value=7, encoded_missing_value=-2), ["size"]),
        ("weight", SimpleImputer(add_indicator=True), ["weight"]),
        ("age", StandardScaler(), ["age"])])
    return make_pipeline(columns, StandardScaler(), LogisticRegression()).fit(frame, y), frame, y


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "vectors.json").write_text(json.dumps(vectors(), ensure_ascii=False) + "\n", encoding="utf-8")
    model, frame, y = small_model()
    script.export(model, frame, OUT / "export-1", y_train=y, name="small", sensitive=["age"], data_name="made up")


if __name__ == "__main__":
    main()
