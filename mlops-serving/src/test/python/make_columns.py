"""Makes ONNX files with one input per column, maps as outputs, and models of other libraries.

    pip install -r requirements.txt
    python make_columns.py ../resources/models

Answers come from scikit-learn, LightGBM, XGBoost or numpy, never from ONNX Runtime, which is what the Java
tests run. `columns.json` maps a model to input rows (null is missing) and expected answers.
"""

import json
import pathlib
import sys

import lightgbm
import numpy as np
import onnx
import onnxmltools
import pandas as pd
import xgboost
from onnx import TensorProto, helper, numpy_helper
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import (DoubleTensorType, FloatTensorType, Int64TensorType,
                                        StringTensorType)
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

OUT = pathlib.Path(sys.argv[1])
rng = np.random.default_rng(20261126)
golden = {}


def save(name, model, check=True):
    model.doc_string = ""
    if check:
        onnx.checker.check_model(model)
    data = model.SerializeToString()
    assert len(data) < 50_000, (name, len(data))
    (OUT / f"{name}.onnx").write_bytes(data)


def plain(value):
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def answers(name, rows, expected):
    golden[name] = {
        "rows": [{k: plain(v) for k, v in row.items()} for row in rows],
        "expected": np.asarray(expected, dtype=np.float64).tolist(),
    }


# One input per column: float with missing values, int64, string with missing values and letters of two
# bytes and three. Missing strings are the empty string, which is what skl2onnx can express.
n = 600
trips = pd.DataFrame({
    "distance": rng.normal(1000, 300, n).astype(np.float32),
    "hour": rng.integers(0, 24, n).astype(np.int64),
    "origin": rng.choice(["JFK", "ATL", "ÅLB", "東京", ""], n),
})
trips.loc[::7, "distance"] = np.nan
late = ((trips.hour > 14) ^ (trips.origin == "JFK")).astype(int)


def preparation(unknown="ignore", fill=False):
    category = OneHotEncoder(handle_unknown=unknown)
    if fill:
        category = Pipeline([
            ("fill", SimpleImputer(strategy="most_frequent", missing_values="")),
            ("hot", category),
        ])
    return ColumnTransformer([
        ("distance", Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())]), ["distance"]),
        ("hour", OneHotEncoder(handle_unknown="ignore"), ["hour"]),
        ("origin", category, ["origin"]),
    ])


TRIP = [("distance", FloatTensorType([None, 1])), ("hour", Int64TensorType([None, 1])),
        ("origin", StringTensorType([None, 1]))]
asked = pd.DataFrame({
    "distance": np.array([900.5, np.nan, 1500, 10, 1000, 700], dtype=np.float32),
    "hour": np.array([3, 20, 15, 14, 77, 23], dtype=np.int64),
    "origin": ["JFK", "ATL", "ÅLB", "東京", "JFK", ""],
})


def rows(frame):
    return [{k: (None if k == "origin" and v == "" else v) for k, v in r.items()}
            for r in frame.to_dict("records")]


pipeline = Pipeline([("prepare", preparation(fill=True)), ("model", LogisticRegression(max_iter=500))])
pipeline.fit(trips, late)
save("columns", convert_sklearn(pipeline, initial_types=TRIP,
                                target_opset={"": 21, "ai.onnx.ml": 3}))
answers("columns", rows(asked), pipeline.predict_proba(asked)[:, 1])

# Three classes with names, an old opset, a forest, and the default ZipMap.
names = np.array(["late", "on time", "very late"])[np.where(late == 0, 1, np.where(trips.hour > 18, 2, 0))]
forest = Pipeline([("prepare", preparation()),
                   ("model", RandomForestClassifier(6, max_depth=4, random_state=3))])
forest.fit(trips, names)
save("columns_forest", convert_sklearn(forest, initial_types=TRIP,
                                       target_opset={"": 11, "ai.onnx.ml": 1}))
answers("columns_forest", rows(asked), forest.predict_proba(asked))
golden["columns_forest"]["labels"] = list(forest.classes_)
golden["columns_forest"]["predicted"] = list(forest.predict(asked))

# An encoder that rejects what it has not seen: not even empty texts can be run to try the graph.
strict = Pipeline([("prepare", preparation("error")), ("model", LogisticRegression(max_iter=500))])
seen = trips[trips.origin != ""]
strict.fit(seen, late[seen.index])
save("columns_strict", convert_sklearn(strict, initial_types=TRIP,
                                       target_opset={"": 17, "ai.onnx.ml": 3}))
known = asked[asked.origin != ""]
answers("columns_strict", rows(known), strict.predict_proba(known)[:, 1])

# Doubles in and out. (With a ZipMap the converter writes a graph that ONNX does not allow.)
doubles = Pipeline([("scale", StandardScaler()), ("model", LogisticRegression())])
X2 = rng.normal(size=(300, 2))
doubles.fit(X2, (X2[:, 0] > X2[:, 1]).astype(int))
save("columns_double", convert_sklearn(
    doubles, initial_types=[("a", DoubleTensorType([None, 1])), ("b", DoubleTensorType([None, 1]))],
    target_opset={"": 17, "ai.onnx.ml": 3}, options={id(doubles): {"zipmap": False}}))
answers("columns_double", [{"a": float(a), "b": float(b)} for a, b in X2[:6]],
        doubles.predict_proba(X2[:6])[:, 1])

# Free text. (Lower-casing needs a locale that containers often lack.)
texts = ["good fast parcel", "bad slow parcel", "good", "bad bad", "fast and good", "slow", "slow bad day",
         "good day"]
words = Pipeline([("count", CountVectorizer(lowercase=False)), ("model", LogisticRegression())])
words.fit(texts, [1, 0, 1, 0, 1, 0, 0, 1])
save("text", convert_sklearn(words, initial_types=[("text", StringTensorType([None]))],
                             target_opset={"": 17, "ai.onnx.ml": 3}))
spoken = ["a good and fast day", "slow, bad", "", "unknown words"]
answers("text", [{"text": t or None} for t in spoken], words.predict_proba(spoken)[:, 1])

# LightGBM and XGBoost, each by its own converter, with the newest opset that has tree ensembles of ml 1.
X4 = rng.normal(size=(500, 4)).astype(np.float32)
y2 = (X4 @ np.array([1.2, -0.7, 0.4, 2.0]) + X4[:, 0] * X4[:, 1] > 0).astype(int)
y3 = np.digitize(X4 @ np.array([1.2, -0.7, 0.4, 2.0]), [-1.0, 1.0])
ask4 = X4[:8].copy()
ask4[1, 2] = np.nan  # Both libraries take missing values.


def four(matrix):
    return [{k: float(v) for k, v in zip("abcd", row)} for row in matrix]


light = lightgbm.LGBMClassifier(n_estimators=8, num_leaves=7, verbose=-1, random_state=1).fit(X4, y2)
save("lightgbm", onnxmltools.convert_lightgbm(
    light, initial_types=[("input", ToolsFloat([None, 4]))], target_opset=15))
answers("lightgbm", four(ask4), light.predict_proba(ask4)[:, 1])
light3 = lightgbm.LGBMClassifier(n_estimators=4, num_leaves=5, verbose=-1, random_state=1).fit(X4, y3)
save("lightgbm3", onnxmltools.convert_lightgbm(
    light3, initial_types=[("input", ToolsFloat([None, 4]))], target_opset=9))
answers("lightgbm3", four(ask4), light3.predict_proba(ask4))
boosted = xgboost.XGBClassifier(n_estimators=8, max_depth=3, random_state=1).fit(X4, y2)
save("xgboost", onnxmltools.convert_xgboost(
    boosted, initial_types=[("input", ToolsFloat([None, 4]))], target_opset=15))
answers("xgboost", four(ask4), boosted.predict_proba(ask4)[:, 1])
line = xgboost.XGBRegressor(n_estimators=8, max_depth=3, random_state=1).fit(X4, X4 @ np.arange(4.0))
save("xgboost_regression", onnxmltools.convert_xgboost(
    line, initial_types=[("input", ToolsFloat([None, 4]))], target_opset=15))
answers("xgboost_regression", four(ask4), line.predict(ask4))

# The oldest opset that skl2onnx writes for boosted trees.
old = GradientBoostingRegressor(n_estimators=10, max_depth=2, random_state=1).fit(X4, X4 @ np.arange(4.0))
save("boosting_opset9", convert_sklearn(old, initial_types=[("X", FloatTensorType([None, 4]))],
                                        target_opset={"": 9, "ai.onnx.ml": 1}))
answers("boosting_opset9", four(X4[:8]), old.predict(X4[:8]))


# Graphs written by hand.
def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def graph(name, opset, nodes, inputs, outputs, weights=None, ir=10):
    initializers = [numpy_helper.from_array(w, k) for k, w in (weights or {}).items()]
    model = helper.make_model(helper.make_graph(nodes, name, inputs, outputs, initializers),
                              opset_imports=[helper.make_opsetid("", opset),
                                             helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = ir
    return model


T = TensorProto
# Every element type that is fed, in both shapes, and every one that is read.
save("types", graph(
    "types", 17,
    [helper.make_node("Cast", ["d"], ["d1"], to=T.FLOAT),
     helper.make_node("Cast", ["i"], ["i1"], to=T.FLOAT),
     helper.make_node("Cast", ["j"], ["j1"], to=T.FLOAT),
     helper.make_node("Cast", ["b"], ["b1"], to=T.FLOAT),
     helper.make_node("Unsqueeze", ["d1", "one"], ["d2"]),
     helper.make_node("Unsqueeze", ["j1", "one"], ["j2"]),
     helper.make_node("Sum", ["f", "d2", "i1", "j2", "b1"], ["sum"]),
     helper.make_node("Concat", ["f", "d2", "i1"], ["three"], axis=1),
     helper.make_node("Identity", ["s"], ["label"]),
     helper.make_node("Identity", ["i"], ["whole"]),
     helper.make_node("Identity", ["j"], ["small"]),
     helper.make_node("Identity", ["b"], ["flag"]),
     helper.make_node("Identity", ["d"], ["exact"])],
    [value("f", T.FLOAT, ["n", 1]), value("d", T.DOUBLE, ["n"]), value("i", T.INT64, ["n", 1]),
     value("j", T.INT32, ["n"]), value("b", T.BOOL, ["n", 1]), value("s", T.STRING, ["n"])],
    [value("sum", T.FLOAT, ["n", 1]), value("three", T.FLOAT, ["n", 3]), value("label", T.STRING, ["n"]),
     value("whole", T.INT64, ["n", 1]), value("small", T.INT32, ["n"]), value("flag", T.BOOL, ["n", 1]),
     value("exact", T.DOUBLE, ["n"])],
    {"one": np.array([1], dtype=np.int64)}))

# A vector, a category, and a block of floats that an encoding writes.
save("mixed", graph(
    "mixed", 17,
    [helper.make_node("LabelEncoder", ["origin"], ["code"], domain="ai.onnx.ml",
                      keys_strings=["ATL", "JFK"], values_floats=[10.0, 20.0], default_float=0.0),
     helper.make_node("ReduceSum", ["embedding", "one"], ["e"]),
     helper.make_node("ReduceSum", ["dense", "one"], ["x"]),
     helper.make_node("Sum", ["code", "e", "x"], ["Y"])],
    [value("embedding", T.FLOAT, ["n", 3]), value("origin", T.STRING, ["n", 1]),
     value("dense", T.FLOAT, ["n", 2])],
    [value("Y", T.FLOAT, ["n", 1])], {"one": np.array([1], dtype=np.int64)}))

# What a string becomes on its way to native code.
save("letters", graph(
    "letters", 17,
    [helper.make_node("LabelEncoder", ["s"], ["Y"], domain="ai.onnx.ml", keys_strings=["ß", "東京", "😀"],
                      values_floats=[1.0, 2.0, 3.0], default_float=0.0)],
    [value("s", T.STRING, ["n", 1])], [value("Y", T.FLOAT, ["n", 1])]))

# Weights outside the file: one from the start, one further on.
w = np.arange(8, dtype=np.float32).reshape(4, 2)
b = np.array([0.5, -0.5], dtype=np.float32)
external = graph("external_pair", 17, [helper.make_node("Gemm", ["X", "w", "b"], ["scores"])],
                 [value("X", T.FLOAT, ["n", 4])], [value("scores", T.FLOAT, ["n", 2])],
                 {"w": w, "b": b})
weights = bytearray()
for tensor in external.graph.initializer:
    raw = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, text in (("location", "weights.bin"), ("offset", str(len(weights))), ("length", str(len(raw)))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, text
    weights += raw + b"\0" * 16
save("external_pair", external, check=False)
(OUT / "weights.bin").write_bytes(bytes(weights))
X = np.array([[1, 2, 3, 4], [0, 0, 0, 1]], dtype=np.float32)
answers("external_pair", four(X), X @ w + b)

# A transformer in miniature: a token's vector depends on all tokens that are no padding, on its place, and
# (wrongly, if padding is not masked) on nothing else. Answers are of unpadded texts, one by one.
TABLE = rng.normal(size=(50, 6)).astype(np.float32)
PLACES = rng.normal(size=(64, 6)).astype(np.float32)
HEAD = rng.normal(size=(6, 2)).astype(np.float32)


def tiny(kind, outputs):
    ids = [value(k, kind, ["n", "length"]) for k in ("input_ids", "attention_mask", "position_ids")]
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["t"]),
        helper.make_node("Gather", ["places", "position_ids"], ["p"]),
        helper.make_node("Add", ["t", "p"], ["h"]),
        helper.make_node("Cast", ["attention_mask"], ["m0"], to=T.FLOAT),
        helper.make_node("Unsqueeze", ["m0", "two"], ["m"]),
        helper.make_node("Mul", ["h", "m"], ["hm"]),
        helper.make_node("ReduceSum", ["hm", "one"], ["sum"], keepdims=1),
        helper.make_node("ReduceSum", ["m", "one"], ["count"], keepdims=1),
        helper.make_node("Div", ["sum", "count"], ["context"]),
        helper.make_node("Mul", ["h", "context"], ["last_hidden_state"]),
        helper.make_node("Squeeze", ["context", "one"], ["sentence_embedding"]),
        helper.make_node("MatMul", ["sentence_embedding", "head"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=-1),
    ]
    return graph("tiny", 17, nodes, ids, outputs,
                 {"table": TABLE, "places": PLACES, "head": HEAD,
                  "one": np.array([1], dtype=np.int64), "two": np.array([2], dtype=np.int64)})


LAST = value("last_hidden_state", T.FLOAT, ["n", "length", 6])
save("tokens", tiny(T.INT64, [LAST]))
save("tokens_pooled", tiny(T.INT32, [value("sentence_embedding", T.FLOAT, ["n", 6])]))
save("tokens_class", tiny(T.INT64, [value("probabilities", T.FLOAT, ["n", 2])]))
texts = [rng.integers(1, 50, size).tolist() for size in (3, 1, 16, 17, 5, 40, 2)]
expected = {"rows": texts, "mean": [], "first": [], "pooled": [], "class": []}
for text in texts:
    h = TABLE[text].astype(np.float64) + PLACES[:len(text)]
    context = h.mean(axis=0)
    scores = np.exp(context @ HEAD.astype(np.float64))
    expected["mean"].append((h * context).mean(axis=0).tolist())
    expected["first"].append((h * context)[0].tolist())
    expected["pooled"].append(context.tolist())
    expected["class"].append(float(scores[1] / scores.sum()))
golden["tokens"] = expected

(OUT / "columns.json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
