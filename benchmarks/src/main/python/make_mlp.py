"""Makes mlp.onnx, the small model of the benchmarks: 30-64-64-2, ReLU, softmax, random weights.

    pip install numpy==2.4.6 onnx==1.23.2
    python make_mlp.py ../resources/mlp.onnx

What the model says means nothing; what it costs is the point. The first dimension is free, the output is
one float tensor `probabilities` of shape [n, 2].
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZES = [30, 64, 64, 2]
rng = np.random.default_rng(20261123)
weights, nodes, last = [], [], "x"

for i, (rows, columns) in enumerate(zip(SIZES, SIZES[1:])):
    w = (rng.normal(size=(rows, columns)) / np.sqrt(rows)).astype(np.float32)
    b = (rng.normal(size=columns) * 0.1).astype(np.float32)
    weights += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
    nodes.append(helper.make_node("Gemm", [last, f"w{i}", f"b{i}"], [f"z{i}"]))
    last = f"z{i}"
    if i < len(SIZES) - 2:
        nodes.append(helper.make_node("Relu", [last], [f"a{i}"]))
        last = f"a{i}"
nodes.append(helper.make_node("Softmax", [last], ["probabilities"], axis=1))

graph = helper.make_graph(
    nodes,
    "mlp",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", SIZES[0]])],
    [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", SIZES[-1]])],
    weights,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="")
model.ir_version = 8
onnx.checker.check_model(model)
pathlib.Path(sys.argv[1]).write_bytes(model.SerializeToString())
