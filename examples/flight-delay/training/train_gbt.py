"""Trains the flight-delay challenger: gradient-boosted trees, exported to ONNX.

    python train_gbt.py [flights.csv.gz] [output directory]

The model learns from January and February 2001 and is measured on March. Settings are chosen on
January (fit) and February (validation) only, so March plays no part in any choice. April, May and
June are reported as well: they show how the model ages.

Read the scores with care. The data set calls its time column "scheduled_departure", but its values are
actual departure times: scripts/flights.py in vega-datasets, which makes the source file, writes the
actual departure as "date". A late flight therefore carries a later hour, and a model which learns the
timetable of each route can see part of the delay in its inputs. Both models are given that hour, the
trees can use it better; how much of their lead is this leak cannot be measured here, as the scheduled
times are not in the data. The scores are fine for showing how models are compared and promoted; they
are no claim about how well delays can be predicted before departure.
"""

import argparse
import itertools
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "python"))
from export_mlops4j import NONE, Hot, Mapped, Number, encode, encoding_json, features_of  # noqa: E402

FROM, VALIDATE, TO = "2001-01-01", "2001-02-01", "2001-03-01"
LATE_MINUTES = 15
FEATURES = ["origin", "destination", "distance", "hour", "dayOfWeek"]
MIN_FLIGHTS = 50  # rarer destinations are left out: they teach the model what "unseen" means
FIXED = {"max_iter": 400, "max_leaf_nodes": 31, "l2_regularization": 1.0, "max_bins": 255,
         "early_stopping": False, "random_state": 0}
GRID = {"learning_rate": [0.05, 0.1, 0.15], "min_samples_leaf": [20, 100]}
TOLERANCE = 1e-5
OPSET = {"": 17, "ai.onnx.ml": 3}
MAX_IR_VERSION = 8


def read(csv: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """The five features (plus the departure, for splitting) and the label."""
    raw = pd.read_csv(csv)
    departure = pd.to_datetime(raw["scheduled_departure"])
    flights = pd.DataFrame({
        "departure": departure,
        "origin": raw["origin"],
        "destination": raw["destination"],
        "distance": raw["distance_miles"].astype(float),
        "hour": departure.dt.hour,
        "dayOfWeek": departure.dt.day_of_week + 1,  # ISO: 1 = Monday
    })
    return flights, (raw["delay_minutes"] > LATE_MINUTES).to_numpy(int)


def make_columns(train: pd.DataFrame) -> list:
    features = {f.name: f for f in features_of(train[FEATURES], rename={}, sensitive=[])}
    flights = train["destination"].value_counts()
    origins, destinations = sorted(train["origin"].unique()), sorted(flights[flights >= MIN_FLIGHTS].index)
    return [Hot(features["origin"], groups=[[o] for o in origins], zeros=[], unseen=NONE, missing=NONE),
            Mapped(features["destination"], destinations, list(range(len(destinations))), unseen=-1, missing=-1),
            *(Number(features[name]) for name in FEATURES[2:])]


def fit_trees(x: np.ndarray, y: np.ndarray, settings: dict) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(loss="log_loss", **settings).fit(x, y)


def choose_settings(flights: pd.DataFrame, y: np.ndarray) -> dict:
    """Fits January, scores February; the lowest log loss wins."""
    fit = (flights["departure"] < VALIDATE).to_numpy()
    held = ((flights["departure"] >= VALIDATE) & (flights["departure"] < TO)).to_numpy()
    columns = make_columns(flights[fit])
    x, x_held = encode(columns, flights[fit]), encode(columns, flights[held])
    best, best_loss = {}, np.inf
    for values in itertools.product(*GRID.values()):
        settings = FIXED | dict(zip(GRID, values))
        p = fit_trees(x, y[fit], settings).predict_proba(x_held)[:, 1]
        loss, auc = log_loss(y[held], p), roc_auc_score(y[held], p)
        print(f"search  {dict(zip(GRID, values))}  February log loss {loss:.4f}  AUC {auc:.4f}")
        if loss < best_loss:
            best, best_loss = settings, loss
    return best


def fit_linear(flights: pd.DataFrame, y: np.ndarray):
    """The champion's kind of model, with every category free to have its own weight."""
    one_hot = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer([
        ("category", one_hot, ["origin", "destination", "hour", "dayOfWeek"]),
        ("number", StandardScaler(), ["distance"])])
    return make_pipeline(columns, LogisticRegression(max_iter=2000)).fit(flights, y)


def calibration_error(y: np.ndarray, p: np.ndarray, bins: int = 10) -> float:
    b = np.minimum((p * bins).astype(int), bins - 1)
    return float(sum(abs(p[b == i].mean() - y[b == i].mean()) * (b == i).mean()
                     for i in range(bins) if (b == i).any()))


def export(model: HistGradientBoostingClassifier, encoding: dict, width: int) -> onnx.ModelProto:
    graph = to_onnx(model, initial_types=[("input", FloatTensorType([None, width]))],
                    options={id(model): {"zipmap": False}}, target_opset=OPSET)
    opsets = {o.domain.removeprefix("ai.onnx") and o.domain: o.version for o in graph.opset_import}
    del graph.opset_import[:]  # skl2onnx names the default domain twice, as "" and as "ai.onnx"
    graph.opset_import.extend(onnx.helper.make_opsetid(*o) for o in sorted(opsets.items()))
    graph.ir_version = min(graph.ir_version, MAX_IR_VERSION)
    graph.doc_string = (f"P(a flight arrives more than {LATE_MINUTES} minutes late), gradient-boosted trees, "
                        f"trained on flights departing from {FROM} until before {TO}.")
    onnx.helper.set_model_props(graph, {"features": ",".join(FEATURES), "encoding": json.dumps(encoding)})
    onnx.checker.check_model(graph)
    return graph


def golden_inputs(flights: pd.DataFrame) -> pd.DataFrame:
    """37 flights of March, spread evenly, then a rare, an unseen and an entirely unknown route."""
    march = flights[(flights["departure"] >= TO) & (flights["departure"] < "2001-04-01")]
    rows = march.iloc[np.linspace(0, len(march) - 1, 37).astype(int)][FEATURES]
    rare = march.groupby("destination").size().idxmin()
    odd = pd.concat([march[march["destination"] == rare].iloc[[0]][FEATURES],
                     pd.DataFrame([["ORD", "ZZZ", 733.0, 17, 5], ["LAX", "ZZZ", 2475.0, 6, 1],
                                   ["ZZZ", "ZZZ", 0.0, 0, 7]], columns=FEATURES)])
    return pd.concat([rows, odd], ignore_index=True)


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    resources = Path(__file__).resolve().parent.parent / "src" / "main" / "resources"
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("csv", nargs="?", type=Path, default=resources / "flights.csv.gz")
    arguments.add_argument("out", nargs="?", type=Path, default=resources / "flight-delay-gbt")
    options = arguments.parse_args()

    flights, y = read(options.csv)
    train = (flights["departure"] < TO).to_numpy()
    month = flights["departure"].dt.month.to_numpy()

    settings = choose_settings(flights, y)
    columns = make_columns(flights[train])
    encoding = encoding_json(columns)
    x = encode(columns, flights)  # float32, as the ONNX graph sees it: every tree takes the same branch in both
    trees = fit_trees(x[train], y[train], settings)
    linear = fit_linear(flights[train], y[train])
    print(f"chosen  {settings}")

    scores = {}
    for number, name in [(3, "March"), (4, "April"), (5, "May"), (6, "June")]:
        at = month == number
        for kind, p in [("linear", linear.predict_proba(flights[at])[:, 1]),
                        ("trees", trees.predict_proba(x[at])[:, 1])]:
            s = {"auc": roc_auc_score(y[at], p), "logloss": log_loss(y[at], p),
                 "ece": calibration_error(y[at], p), "mean": p.mean()}
            scores[name, kind] = s
            print(f"{name:5} {kind:6}  AUC {s['auc']:.4f}  log loss {s['logloss']:.4f}  "
                  f"ECE {s['ece']:.4f}  mean {s['mean']:.4f}  observed {y[at].mean():.4f}")
    lead = scores["March", "trees"]["auc"] - scores["March", "linear"]["auc"]
    print(f"March: trees lead the linear model by {lead:.4f} AUC (the hour leaks, see the top of this script)")
    assert lead > 0.02, "the trees should clearly beat the linear model"

    graph = export(trees, encoding, x.shape[1])
    model = graph.SerializeToString(deterministic=True)
    assert len(model) < 1_000_000, len(model)
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])

    def disagreement(rows: np.ndarray) -> float:
        (onnx_p,) = session.run(["probabilities"], {"input": rows})
        return float(np.abs(onnx_p[:, 1] - trees.predict_proba(rows)[:, 1]).max())

    golden = golden_inputs(flights)
    x_golden = encode(columns, golden)
    march = x[month == 3]
    missing = march[:1000].copy()
    missing[:, -3:] = np.where(np.random.default_rng(0).random((1000, 3)) < 0.5, np.nan, missing[:, -3:])
    for name, rows in [("March", march), ("golden rows", x_golden), ("missing numbers", missing)]:
        worst = disagreement(rows)
        print(f"ONNX Runtime against scikit-learn, {name}: at most {worst:.1e} apart on {len(rows)} rows")
        assert worst <= TOLERANCE
    for kind, nodes in [("input", session.get_inputs()), ("output", session.get_outputs())]:
        for node in nodes:
            print(f"{kind}  {node.name}  {node.type}  {node.shape}")
    print(f"model.onnx  {len(model)} bytes, IR version {graph.ir_version}, "
          f"opsets {[(o.domain or 'ai.onnx', o.version) for o in graph.opset_import]}")

    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "model.onnx").write_bytes(model)
    write_json(options.out / "encoding.json", encoding)
    probabilities = trees.predict_proba(x_golden)[:, 1]
    write_json(options.out / "golden.json", {"tolerance": TOLERANCE, "rows": [
        {"input": row, "probability": float(p)}
        for row, p in zip(golden.to_dict("records"), probabilities)]})
    write_json(options.out / "training.json", {
        "rows": int(train.sum()), "from": FROM, "to": TO, "positives": int(y[train].sum()),
        "hyperparameters": settings,
        "libraries": {name: version(name) for name in
                      ["scikit-learn", "skl2onnx", "onnx", "onnxruntime", "numpy", "pandas"]},
        "metrics": {"march_auc": float(scores["March", "trees"]["auc"]),
                    "march_logloss": float(scores["March", "trees"]["logloss"]),
                    "march_rows": int((month == 3).sum())}})


if __name__ == "__main__":
    main()
