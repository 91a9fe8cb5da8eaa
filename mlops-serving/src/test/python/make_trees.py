"""Makes tree ensembles on one float tensor, and trees.json: rows, and what scikit-learn answers.

    pip install numpy==2.4.6 scikit-learn==1.9.1 onnx==1.23.2 skl2onnx==1.20.0
    python make_trees.py ../resources/models

Rows have missing values where the model takes them, and values that are thresholds exactly.
"""

import json
import pathlib
import sys

import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

folder = pathlib.Path(sys.argv[1])
rng = np.random.default_rng(20261127)
x = np.round(rng.normal(size=(600, 5)), 1).astype(np.float32)
score = x[:, 0] - x[:, 1] * x[:, 2] + np.abs(x[:, 3]) + rng.normal(scale=0.3, size=600)
two = (score > 0.5).astype(int)
three = np.digitize(score, [-0.2, 1.2])
missing = x.copy()
missing[rng.random(x.shape) < 0.15] = np.nan

models = {
    "forest2": (RandomForestClassifier(8, max_depth=5, random_state=1).fit(x, two), x),
    "forest3": (RandomForestClassifier(6, max_depth=5, random_state=2).fit(x, three), x),
    "forest_mean": (RandomForestRegressor(7, max_depth=5, random_state=3).fit(x, score), x),
    "hist2": (HistGradientBoostingClassifier(max_iter=12, max_leaf_nodes=9, random_state=4).fit(missing, two), missing),
    "hist3": (HistGradientBoostingClassifier(max_iter=6, max_leaf_nodes=7, random_state=5).fit(missing, three), missing),
    "scaled3": (make_pipeline(StandardScaler(), GradientBoostingClassifier(n_estimators=5, max_depth=3, random_state=6))
                .fit(x, three), x),
}
golden = {}
for name, (model, rows) in models.items():
    options = {} if name == "forest_mean" else {"zipmap": False}
    graph = to_onnx(model, x[:1], options=options, target_opset={"": 17, "ai.onnx.ml": 3})
    graph.producer_version = ""
    (folder / f"{name}.onnx").write_bytes(graph.SerializeToString())
    some = rows[:40]
    answers = model.predict(some)[:, None] if name == "forest_mean" else model.predict_proba(some)
    golden[name] = {
        "rows": [[None if np.isnan(v) else float(v) for v in row] for row in some],
        "answers": np.asarray(answers, dtype=float).tolist(),
    }
(folder / "trees.json").write_text(json.dumps(golden) + "\n")
