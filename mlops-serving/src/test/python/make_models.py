"""Makes the ONNX files of src/test/resources/models and the answers Python gives.

    pip install numpy==2.4.6 scikit-learn==1.9.1 onnx==1.23.2 skl2onnx==1.20.0 onnxruntime==1.32.0
    python make_models.py ../resources/models

Answers come from scikit-learn itself, or from numpy for graphs written by hand; never from ONNX Runtime,
which is what the Java tests run. `golden.json` maps a model to input rows and expected answers.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LinearRegression, LogisticRegression

OUT = pathlib.Path(sys.argv[1])
OPSET = 17
rng = np.random.default_rng(20261123)
golden = {}


def save(name, model):
    model.ir_version = 8
    model.doc_string = ""
    onnx.checker.check_model(model)
    (OUT / f"{name}.onnx").write_bytes(model.SerializeToString())


def answers(name, rows, expected):
    golden[name] = {
        "rows": [[float(np.float32(v)) for v in row] for row in rows],
        "expected": np.asarray(expected, dtype=np.float64).tolist(),
    }


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def graph(name, nodes, inputs, outputs, weights=None):
    initializers = [numpy_helper.from_array(w, k) for k, w in (weights or {}).items()]
    return helper.make_model(
        helper.make_graph(nodes, name, inputs, outputs, initializers),
        opset_imports=[helper.make_opsetid("", OPSET)],
    )


F = TensorProto.FLOAT
X4 = rng.normal(size=(400, 4)).astype(np.float32)
W4 = np.array([1.2, -0.7, 0.4, 2.0])


def export(model, width, **options):
    return convert_sklearn(
        model,
        initial_types=[("X", FloatTensorType([None, width]))],
        target_opset={"": OPSET, "ai.onnx.ml": 3},
        options={id(model): options} if options else None,
    )


# Binary, as scikit-learn exports it: label int64 [n] and probabilities float [n, 2].
binary = LogisticRegression().fit(X4, (X4 @ W4 + rng.logistic(size=400) > 0).astype(int))
save("logreg", export(binary, 4, zipmap=False))
answers("logreg", X4[:8], binary.predict_proba(X4[:8])[:, 1])

# The same with the default ZipMap: a sequence of maps, refused.
save("zipmap", export(binary, 4))

# Three classes.
three = LogisticRegression().fit(X4, np.digitize(X4 @ W4, [-1.0, 1.0]))
save("multiclass", export(three, 4, zipmap=False))
answers("multiclass", X4[:8], three.predict_proba(X4[:8]))

# Regression: float [n, 1].
line = LinearRegression().fit(X4, X4 @ W4 + 3.0)
save("regression", export(line, 4))
answers("regression", X4[:8], line.predict(X4[:8]))

# One column after a sigmoid, [n, 1]; and the same flattened to [n].
w = rng.normal(size=(4, 1)).astype(np.float32)
gemm = helper.make_node("MatMul", ["X", "w"], ["z"])
save(
    "sigmoid",
    graph("sigmoid", [gemm, helper.make_node("Sigmoid", ["z"], ["score"])],
          [value("X", F, ["n", 4])], [value("score", F, ["n", 1])], {"w": w}),
)
expected = 1 / (1 + np.exp(-(X4[:8].astype(np.float64) @ w.astype(np.float64))))
answers("sigmoid", X4[:8], expected[:, 0])
save(
    "sigmoid_flat",
    graph("sigmoid_flat",
          [gemm, helper.make_node("Sigmoid", ["z"], ["s"]),
           helper.make_node("Reshape", ["s", "flat"], ["score"])],
          [value("X", F, ["n", 4])], [value("score", F, ["n"])],
          {"w": w, "flat": np.array([-1], dtype=np.int64)}),
)
answers("sigmoid_flat", X4[:8], expected[:, 0])

# 30-64-64-2, ReLU, softmax.
sizes = [30, 64, 64, 2]
X30 = rng.normal(size=(64, 30)).astype(np.float32)
weights, nodes, last, h = {}, [], "X", X30[:8].astype(np.float64)
for i in range(3):
    W = (rng.normal(size=(sizes[i], sizes[i + 1])) / np.sqrt(sizes[i])).astype(np.float32)
    b = rng.normal(size=sizes[i + 1]).astype(np.float32) * np.float32(0.1)
    weights[f"W{i}"], weights[f"b{i}"] = W, b
    nodes.append(helper.make_node("Gemm", [last, f"W{i}", f"b{i}"], [f"g{i}"]))
    h = h @ W.astype(np.float64) + b.astype(np.float64)
    last = f"g{i}"
    if i < 2:
        nodes.append(helper.make_node("Relu", [last], [f"r{i}"]))
        h = np.maximum(h, 0)
        last = f"r{i}"
nodes.append(helper.make_node("Softmax", [last], ["probabilities"], axis=1))
e = np.exp(h - h.max(axis=1, keepdims=True))
save("mlp", graph("mlp", nodes, [value("X", F, ["n", 30])],
                  [value("probabilities", F, ["n", 2])], weights))
answers("mlp", X30[:8], (e / e.sum(axis=1, keepdims=True))[:, 1])

# The answer is the input: distinguishable answers, NaN in and out.
save("identity", graph("identity", [helper.make_node("Identity", ["X"], ["Y"])],
                       [value("X", F, ["n", 1])], [value("Y", F, ["n", 1])]))

# Y = X + c: two versions whose answers tell which one gave them.
for c in (1, 2):
    save(f"plus{c}", graph(f"plus{c}", [helper.make_node("Add", ["X", "c"], ["Y"])],
                           [value("X", F, ["n", 1])], [value("Y", F, ["n", 1])],
                           {"c": np.array([[float(c)]], dtype=np.float32)}))

# Always exactly one row.
save("one_row", graph("one_row", [helper.make_node("Identity", ["X"], ["Y"])],
                      [value("X", F, [1, 1])], [value("Y", F, [1, 1])]))

# Not a probability: a raw score.
save("raw_score", graph("raw_score", [helper.make_node("Add", ["X", "c"], ["score"])],
                        [value("X", F, ["n", 1])], [value("score", F, ["n", 1])],
                        {"c": np.array([[7.0]], dtype=np.float32)}))

# Two outputs that could both be meant.
save("two_outputs", graph("two_outputs",
                          [helper.make_node("Identity", ["X"], ["first"]),
                           helper.make_node("Neg", ["X"], ["second"])],
                          [value("X", F, ["n", 1])],
                          [value("first", F, ["n", 1]), value("second", F, ["n", 1])]))

# Things this loader refuses: a string input, two inputs, a free width, a fixed batch, doubles.
S = TensorProto.STRING
save("string_input", graph("string_input", [helper.make_node("Identity", ["X"], ["Y"])],
                           [value("X", S, ["n", 1])], [value("Y", S, ["n", 1])]))
save("two_inputs", graph("two_inputs", [helper.make_node("Add", ["A", "B"], ["Y"])],
                         [value("A", F, ["n", 1]), value("B", F, ["n", 1])],
                         [value("Y", F, ["n", 1])]))
save("free_width", graph("free_width", [helper.make_node("ReduceSum", ["X"], ["Y"])],
                         [value("X", F, ["n", "d"])], [value("Y", F, ["n", 1])]))
save("fixed_batch", graph("fixed_batch", [helper.make_node("Identity", ["X"], ["Y"])],
                          [value("X", F, [16, 1])], [value("Y", F, [16, 1])]))
D = TensorProto.DOUBLE
save("double_output", graph("double_output",
                            [helper.make_node("Cast", ["X"], ["Y"], to=D)],
                            [value("X", F, ["n", 1])], [value("Y", D, ["n", 1])]))

# Weights outside the file: what is verified would not be what is loaded.
external = graph("external", [helper.make_node("MatMul", ["X", "w"], ["Y"])],
                 [value("X", F, ["n", 4])], [value("Y", F, ["n", 1])], {"w": w})
external.ir_version = 8
tensor = external.graph.initializer[0]
tensor.ClearField("raw_data")
tensor.data_location = TensorProto.EXTERNAL
entry = tensor.external_data.add()
entry.key, entry.value = "location", "weights.bin"
(OUT / "external.onnx").write_bytes(external.SerializeToString())

# An operator nobody registered.
custom = graph("custom_op", [helper.make_node("Mystery", ["X"], ["Y"], domain="com.example")],
               [value("X", F, ["n", 1])], [value("Y", F, ["n", 1])])
custom.ir_version = 8
custom.opset_import.append(helper.make_opsetid("com.example", 1))
(OUT / "custom_op.onnx").write_bytes(custom.SerializeToString())

(OUT / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
