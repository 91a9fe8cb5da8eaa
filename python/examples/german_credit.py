"""Trains a scikit-learn pipeline on the German credit data and exports it.

    python python/examples/german_credit.py

Writes examples/from-python/exports/german-credit and data/german-credit-*.csv: the rows trained on, and 250 held
out with the truth and Python's answers. Source and licence of the data: examples/from-python/data/README.md.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
from export_mlops4j import export  # noqa: E402

EXAMPLE = ROOT / "examples/from-python"
GROUPS = {"checkingAccount": "CheckingAccountStatus", "creditHistory": "CreditHistory", "purpose": "Purpose",
          "savings": "SavingsAccountBonds", "employment": "EmploymentDuration", "personal": "Personal",
          "guarantors": "OtherDebtorsGuarantors", "property": "Property", "otherPlans": "OtherInstallmentPlans",
          "housing": "Housing", "job": "Job"}
NUMBERS = {"duration": "Duration", "amount": "Amount", "installmentRate": "InstallmentRatePercentage",
           "residence": "ResidenceDuration", "age": "Age", "existingCredits": "NumberExistingCredits",
           "dependants": "NumberPeopleMaintenance"}


def read() -> tuple[pd.DataFrame, np.ndarray]:
    """The 11 categories as they were before somebody one-hot encoded them, and 7 numbers; 1 is a bad credit.

    Some amounts and savings are taken away, so that the example has missing values."""
    raw = pd.read_csv(EXAMPLE / "data" / "german-credit.csv.gz")
    rows = {}
    for feature, prefix in GROUPS.items():
        columns = [c for c in raw.columns if c.startswith(prefix + ".")]
        hot = raw[columns].to_numpy()
        assert (hot.sum(axis=1) <= 1).all(), feature
        words = np.array([c.removeprefix(prefix + ".") for c in columns], dtype=object)
        rows[feature] = np.where(hot.any(axis=1), words[hot.argmax(axis=1)], None)
    for feature, column in NUMBERS.items():
        rows[feature] = raw[column].astype(float)
    frame = pd.DataFrame(rows)
    frame.loc[frame.index % 37 == 0, "amount"] = np.nan
    frame.loc[frame.index % 41 == 7, "savings"] = None
    return frame, (raw["Class"] == "Bad").to_numpy(int)


def main() -> None:
    applicants, y = read()
    held = np.arange(len(applicants)) % 4 == 3
    preparation = ColumnTransformer([
        ("categories", OneHotEncoder(drop="if_binary", handle_unknown="infrequent_if_exist", max_categories=8),
         make_column_selector(dtype_exclude="number")),
        ("amount", SimpleImputer(strategy="median", add_indicator=True), ["amount"]),
        ("scaled", make_pipeline(SimpleImputer(strategy="mean"), RobustScaler()), ["duration", "age"]),
    ], remainder=SimpleImputer(strategy="most_frequent"))
    model = make_pipeline(preparation, RandomForestClassifier(n_estimators=40, max_leaf_nodes=24, random_state=0))
    model.fit(applicants[~held], y[~held])
    p = model.predict_proba(applicants[held])[:, 1]
    print(f"german-credit: held-out AUC {roc_auc_score(y[held], p):.4f}")
    export(model, applicants[~held], EXAMPLE / "exports" / "german-credit", y_train=y[~held], golden=applicants[held],
           name="german-credit", sensitive=["age", "personal"], data_name="German credit, 750 of 1,000 rows",
           metrics={"heldout_auc": roc_auc_score(y[held], p)})
    applicants[~held].assign(bad=y[~held]).to_csv(EXAMPLE / "data" / "german-credit-train.csv", index=False)
    applicants[held].assign(bad=y[held], probability=p).to_csv(EXAMPLE / "data" / "german-credit-heldout.csv", index=False)


if __name__ == "__main__":
    main()
