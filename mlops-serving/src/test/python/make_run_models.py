"""Makes the ONNX files of src/test/resources/models that behave oddly when they are run.

    pip install numpy==2.4.6 onnx==1.23.2
    python make_run_models.py ../resources/models

No oracle: the answers are X itself, or an entry of a table.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = pathlib.Path(sys.argv[1])
F, I, B = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def save(name, nodes, inputs, outputs, weights):
    initializers = [numpy_helper.from_array(w, k) for k, w in weights.items()]
    model = helper.make_model(
        helper.make_graph(nodes, name, inputs, outputs, initializers),
        opset_imports=[helper.make_opsetid("", 17)],
    )
    model.ir_version = 8
    onnx.checker.check_model(model)
    (OUT / f"{name}.onnx").write_bytes(model.SerializeToString())


# Takes as many rounds of a loop as its largest row says, some microseconds each: a row of 1e7 runs
# for half a minute, rows of zero are free. Answers X.
body = helper.make_graph(
    [
        helper.make_node("Identity", ["going"], ["goes_on"]),
        helper.make_node("MatMul", ["state", "w"], ["next"]),
    ],
    "round",
    [value("i", I, []), value("going", B, []), value("state", F, [1, 64])],
    [value("goes_on", B, []), value("next", F, [1, 64])],
)
save(
    "looping",
    [
        helper.make_node("ReduceMax", ["X"], ["most"], keepdims=0),
        helper.make_node("Cast", ["most"], ["rounds"], to=I),
        helper.make_node("Loop", ["rounds", "yes", "begin"], ["end"], body=body),
        helper.make_node("ReduceSum", ["end"], ["sum"], keepdims=0),
        helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
        helper.make_node("Add", ["X", "nothing"], ["Y"]),
    ],
    [value("X", F, ["n", 1])],
    [value("Y", F, ["n", 1])],
    {
        "w": (np.eye(64) * 0.5).astype(np.float32),
        "begin": np.ones((1, 64), dtype=np.float32),
        "yes": np.array(True),
        "zero": np.array(0, dtype=np.float32),
    },
)

# A table of ten numbers, ten times their place: a row outside fails the whole run.
save(
    "table",
    [
        helper.make_node("Cast", ["X"], ["place"], to=I),
        helper.make_node("Gather", ["tens", "place"], ["Y"]),
    ],
    [value("X", F, ["n", 1])],
    [value("Y", F, ["n", 1])],
    {"tens": (np.arange(10) * 10).astype(np.float32)},
)

# Answers differ in their last bits with the place of a row: the place is added, tiny.
save(
    "placed",
    [
        helper.make_node("Shape", ["X"], ["shape"], start=0, end=1),
        helper.make_node("Squeeze", ["shape"], ["n"]),
        helper.make_node("Range", ["first", "n", "step"], ["places"]),
        helper.make_node("Cast", ["places"], ["numbers"], to=F),
        helper.make_node("Mul", ["numbers", "tiny"], ["offsets"]),
        helper.make_node("Unsqueeze", ["offsets", "last"], ["column"]),
        helper.make_node("Add", ["X", "column"], ["Y"]),
    ],
    [value("X", F, ["n", 1])],
    [value("Y", F, ["n", 1])],
    {
        "first": np.array(0, dtype=np.int64),
        "step": np.array(1, dtype=np.int64),
        "last": np.array([1], dtype=np.int64),
        "tiny": np.array(1e-4, dtype=np.float32),
    },
)
