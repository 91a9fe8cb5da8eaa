"""Trains the two versions of the unit-testing example and writes what its tests read.

    python train.py [flights.csv.gz] [output directory]

january: 15 small trees, fitted to January 2001. february: 80 larger ones, fitted to January and
February. Both are exported to ONNX. departures.csv is a sample of March with every destination the
models know, training.csv one of January and February; raw-golden.json holds raw departures as they stand in the file, with the answers of
february after this script's own preprocessing. Needs ../../flight-delay/training/requirements.txt.
../../flight-delay/src/main/resources/DATA.md says where the flights come from, and what to beware of.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

MIN_FLIGHTS = 100
SAMPLE = 2_000
OPSET = {"": 17, "ai.onnx.ml": 3}


def preprocess(raw: pd.DataFrame) -> pd.DataFrame:
    departure = pd.to_datetime(raw["scheduled_departure"])
    return pd.DataFrame({
        "origin": raw["origin"],
        "destination": raw["destination"],
        "distance": raw["distance_miles"].astype(float),
        "hour": departure.dt.hour,
        "dayOfWeek": departure.dt.day_of_week + 1,  # ISO: 1 = Monday
    })


def make_encoding(flights: pd.DataFrame) -> dict:
    counts = flights["destination"].value_counts()
    return {"format": 1, "columns": [
        {"feature": "origin", "as": "one-hot",
         "vocabulary": sorted(flights["origin"].unique()), "unseen": "zeros"},
        {"feature": "destination", "as": "ordinal",
         "vocabulary": sorted(counts[counts >= MIN_FLIGHTS].index), "unseen": "zeros"},
        {"feature": "distance", "as": "numeric"},
        {"feature": "hour", "as": "numeric"},
        {"feature": "dayOfWeek", "as": "one-hot",
         "vocabulary": list(range(1, 8)), "unseen": "reject"},
    ]}


def encode(encoding: dict, flights: pd.DataFrame) -> np.ndarray:
    blocks = []
    for column in encoding["columns"]:
        values = flights[column["feature"]]
        if column["as"] == "one-hot":
            blocks += [values == word for word in column["vocabulary"]]
        elif column["as"] == "ordinal":
            index = {word: i for i, word in enumerate(column["vocabulary"])}
            blocks.append(values.map(index).fillna(-1))
        else:
            blocks.append(values)
    return np.column_stack(blocks).astype(np.float32)


def sampled(raw: pd.DataFrame) -> pd.DataFrame:
    """Evenly spread rows, and one to each destination at least."""
    some = raw.iloc[np.linspace(0, len(raw) - 1, SAMPLE).astype(int)]
    return pd.concat([some, raw.groupby("destination").head(1)]).drop_duplicates().sort_index()


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    here = Path(__file__).resolve().parent.parent
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("csv", nargs="?", type=Path,
                           default=here.parent / "flight-delay/src/main/resources/flights.csv.gz")
    arguments.add_argument("out", nargs="?", type=Path, default=here / "src/test/resources")
    options = arguments.parse_args()

    raw = pd.read_csv(options.csv)
    flights = preprocess(raw)
    late = (raw["delay_minutes"] > 15).to_numpy(int)
    month = pd.to_datetime(raw["scheduled_departure"]).dt.month.to_numpy()
    encoding = make_encoding(flights[month <= 2])
    x = encode(encoding, flights)

    known = raw[raw["destination"].isin(encoding["columns"][1]["vocabulary"])]
    sample = sampled(known[(month == 3)[known.index]])
    sample.to_csv(options.out / "departures.csv", index=False, lineterminator="\n")
    sampled(known[(month <= 2)[known.index]]).to_csv(
        options.out / "training.csv", index=False, lineterminator="\n")

    for name, last, trees, leaves in [("january", 1, 15, 8), ("february", 2, 80, 31)]:
        train = month <= last
        model = HistGradientBoostingClassifier(max_iter=trees, max_leaf_nodes=leaves, learning_rate=0.15,
                                               early_stopping=False, random_state=0)
        model.fit(x[train], late[train])
        graph = to_onnx(model, initial_types=[("input", FloatTensorType([None, x.shape[1]]))],
                        options={id(model): {"zipmap": False}}, target_opset=OPSET)
        graph.ir_version = min(graph.ir_version, 8)
        out = options.out / name
        out.mkdir(parents=True, exist_ok=True)
        (out / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
        write_json(out / "encoding.json", encoding)
        rows = encode(encoding, preprocess(sample))
        auc = roc_auc_score(sample["delay_minutes"] > 15, model.predict_proba(rows)[:, 1])
        print(f"{name}: AUC {auc:.4f} on {len(sample)} flights of March, "
              f"{(out / 'model.onnx').stat().st_size} bytes")

    golden = sample.iloc[np.linspace(0, len(sample) - 1, 25).astype(int)].drop(columns="delay_minutes")
    answers = model.predict_proba(encode(encoding, preprocess(golden)))[:, 1]
    write_json(options.out / "raw-golden.json", {"tolerance": 1e-5, "rows": [
        {"input": row, "expected": float(p)} for row, p in zip(golden.to_dict("records"), answers)]})


if __name__ == "__main__":
    main()
