"""Three models of one problem, for ShadowTest: a live one, one retrained on other rows, and one trained on shuffled labels.

    pip install -r ../../../../mlops-serving/src/test/python/requirements.txt && python make_shadow_models.py
"""

from pathlib import Path

import numpy as np
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

OUT = Path(__file__).resolve().parent.parent / "resources" / "models"


def main() -> None:
    rng = np.random.default_rng(20261126)
    rows = rng.normal(size=(8_000, 4)).astype(np.float32)
    logit = 1.5 * rows[:, 0] - rows[:, 1] + 0.5 * rows[:, 2] - 0.5
    labels = (rng.random(8_000) < 1 / (1 + np.exp(-logit))).astype(int)
    models = {
        "live": LogisticRegression().fit(rows[:4_000], labels[:4_000]),
        "retrained": LogisticRegression().fit(rows[4_000:], labels[4_000:]),
        "shuffled": GradientBoostingClassifier(n_estimators=20, random_state=7).fit(
            rows[4_000:], rng.permutation(labels[4_000:])
        ),
    }
    for name, model in models.items():
        onnx = convert_sklearn(
            model,
            name,
            [("X", FloatTensorType([None, 4]))],
            options={id(model): {"zipmap": False}},
            target_opset={"": 17, "ai.onnx.ml": 3},
        )
        (OUT / f"{name}.onnx").write_bytes(onnx.SerializeToString())


main()
