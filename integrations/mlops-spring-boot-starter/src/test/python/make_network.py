"""Makes network.onnx: a small network over the 7 floats of an encoded flight, which only ONNX Runtime can run.

    pip install numpy==2.4.6 onnx==1.23.2
    python make_network.py ../resources
"""

import pathlib
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

rng = np.random.default_rng(20261127)
weights = {
    "w1": rng.normal(size=(7, 4), scale=0.01), "b1": rng.normal(size=4),
    "w2": rng.normal(size=(4, 2)), "b2": rng.normal(size=2),
}
nodes = [
    helper.make_node("Gemm", ["input", "w1", "b1"], ["hidden"]),
    helper.make_node("Relu", ["hidden"], ["bent"]),
    helper.make_node("Gemm", ["bent", "w2", "b2"], ["scores"]),
    helper.make_node("Softmax", ["scores"], ["probabilities"], axis=-1),
]
graph = helper.make_graph(
    nodes, "network",
    [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 7])],
    [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 2])],
    [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
model.ir_version = 8
checker.check_model(model)
(pathlib.Path(sys.argv[1]) / "network.onnx").write_bytes(model.SerializeToString())
