"""Two models that look airports up in a table: one knows all, one fails on LaGuardia only. For FailedSegmentTest.

    pip install -r ../../../../mlops-serving/src/test/python/requirements.txt && python make_airport_models.py
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

OUT = Path(__file__).resolve().parent.parent / "resources" / "models"
OUTSIDE = 99  # no place of the table: Gather fails


def main() -> None:
    for name, laguardia in (("airports", 2), ("airports_gap", OUTSIDE)):
        graph = helper.make_graph(
            [
                helper.make_node(
                    "LabelEncoder",
                    ["origin"],
                    ["place"],
                    domain="ai.onnx.ml",
                    keys_strings=["ATL", "JFK", "LGA"],
                    values_int64s=[0, 1, laguardia],
                    default_int64=0,
                ),
                helper.make_node("Gather", ["risks", "place"], ["risk"]),
            ],
            name,
            [helper.make_tensor_value_info("origin", TensorProto.STRING, ["n", 1])],
            [helper.make_tensor_value_info("risk", TensorProto.FLOAT, ["n", 1])],
            [numpy_helper.from_array(np.array([0.1, 0.5, 0.9], dtype=np.float32), "risks")],
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
        model = helper.make_model(graph, opset_imports=opsets)
        model.ir_version = 8
        checker.check_model(model)
        (OUT / f"{name}.onnx").write_bytes(model.SerializeToString())


main()
