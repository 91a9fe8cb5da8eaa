"""Makes logistic.onnx and trees.onnx: a logistic regression and 500 boosted trees of depth 4, on 30 columns.

    pip install numpy==2.4.6 scikit-learn==1.9.1 onnx==1.23.2 skl2onnx==1.20.0
    python make_models.py ../resources

Both are fitted to the same made-up rows, so the trees split where trees split. Like mlp.onnx they take one
float tensor `x` of shape [n, 30] and answer one, `probabilities`, of shape [n, 2].
"""

import pathlib
import sys

import numpy as np
import onnx
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

WIDTH, ROWS = 30, 4000
rng = np.random.default_rng(20261126)
x = rng.normal(size=(ROWS, WIDTH)).astype(np.float32)
signal = x[:, 0] - x[:, 1] * x[:, 2] + np.abs(x[:, 3]) - 0.5 * x[:, 4:12].sum(axis=1)
y = (signal + rng.normal(size=ROWS) > 0).astype(int)

models = {
    "logistic": LogisticRegression(),
    "trees": GradientBoostingClassifier(n_estimators=500, max_depth=4, random_state=20261126),
}
for name, model in models.items():
    model.fit(x, y)
    graph = to_onnx(model, x[:1], options={"zipmap": False}, target_opset=15)
    graph.graph.input[0].name, old = "x", graph.graph.input[0].name
    for node in graph.graph.node:
        node.input[:] = ["x" if i == old else i for i in node.input]
    # One output, as every peer can read it.
    kept = [o for o in graph.graph.output if o.name == "probabilities"]
    del graph.graph.output[:]
    graph.graph.output.extend(kept)
    graph.producer_name = ""
    graph.producer_version = ""
    onnx.checker.check_model(graph)
    path = pathlib.Path(sys.argv[1]) / f"{name}.onnx"
    path.write_bytes(graph.SerializeToString())
    print(path, path.stat().st_size)
