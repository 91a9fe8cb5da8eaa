"""Trains three small models on real flights and exports each: scikit-learn, LightGBM, XGBoost.

    python python/examples/flights.py

Writes examples/from-python/exports/flights-* and data/flights-heldout.csv, which holds 1,000 flights of March with
the truth and what each model answers in Python. The models learn from January and February 2001. What the data
holds, and why its scores are no claim about predicting delays: examples/flight-delay/src/main/resources/DATA.md.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder
from xgboost import XGBClassifier

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
from export_mlops4j import export  # noqa: E402

CSV = ROOT / "examples/flight-delay/src/main/resources/flights.csv.gz"
EXAMPLE = ROOT / "examples/from-python"
LATE_MINUTES = 15
ROUTE, CALENDAR = ["origin", "destination"], ["hour", "dayOfWeek"]


def read() -> tuple[pd.DataFrame, np.ndarray, pd.Series]:
    """The features in the order of Java's record Flight, the truth, and the departure."""
    raw = pd.read_csv(CSV)
    departure = pd.to_datetime(raw["scheduled_departure"])
    flights = pd.DataFrame({
        "origin": raw["origin"],
        "destination": raw["destination"],
        "distance": raw["distance_miles"].astype(float),
        "hour": departure.dt.hour.astype("int64"),
        "dayOfWeek": (departure.dt.day_of_week + 1).astype("int64"),  # ISO: 1 = Monday
    })
    return flights, (raw["delay_minutes"] > LATE_MINUTES).to_numpy(int), departure


def models() -> dict:
    linear = ColumnTransformer([
        ("route", OneHotEncoder(min_frequency=200, handle_unknown="infrequent_if_exist"), ROUTE),
        ("calendar", OneHotEncoder(handle_unknown="ignore"), CALENDAR),
        ("number", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["distance"])])
    ordinal = ColumnTransformer([
        ("route", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1),
         ROUTE)], remainder="passthrough")
    target = ColumnTransformer([
        ("route", TargetEncoder(cv=KFold(5, shuffle=True, random_state=0)), ROUTE)], remainder="passthrough")
    return {
        "flights-linear": make_pipeline(linear, LogisticRegression(max_iter=2_000)),
        "flights-lightgbm": make_pipeline(ordinal, LGBMClassifier(n_estimators=60, num_leaves=15, random_state=0,
                                                                  deterministic=True, n_jobs=1, verbose=-1)),
        "flights-xgboost": make_pipeline(target, XGBClassifier(n_estimators=60, max_depth=4, learning_rate=0.2,
                                                               random_state=0, n_jobs=1)),
    }


def main() -> None:
    flights, y, departure = read()
    train = (departure < "2001-03-01").to_numpy()
    march = np.flatnonzero((departure >= "2001-03-01") & (departure < "2001-04-01"))
    at = march[np.linspace(0, len(march) - 1, 1_000).astype(int)]
    held = flights.iloc[at].reset_index(drop=True)
    result = held.assign(late=y[at])
    for name, model in models().items():
        model.fit(flights[train], y[train])
        p = model.predict_proba(flights.iloc[march])[:, 1]
        metrics = {"march_auc": roc_auc_score(y[march], p), "march_logloss": log_loss(y[march], p)}
        print(f"{name}: March AUC {metrics['march_auc']:.4f}")
        export(model, flights[train], EXAMPLE / "exports" / name, y_train=y[train], golden=held, name=name,
               metrics=metrics, data_name="January-February 2001")
        result[name.removeprefix("flights-")] = model.predict_proba(held)[:, 1].astype(float)
    result.to_csv(EXAMPLE / "data" / "flights-heldout.csv", index=False)


if __name__ == "__main__":
    main()
