"""ONNX graphs of any size, made here: for the tests and the benchmark of how a conversion grows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CHANNELS = 8


def residual_chain(blocks: int) -> onnx.ModelProto:
    """Five nodes a block: convolution, normalisation, a gate of two nodes, and the sum with the block's input."""
    rng = np.random.default_rng(0)
    nodes, weights, value = [], [], "input"
    for block in range(blocks):
        kernel = rng.standard_normal((CHANNELS, CHANNELS, 3, 3)).astype(np.float32) * 0.01
        weights.append(numpy_helper.from_array(kernel, f"{block}.conv.weight"))
        statistics = [f"{block}.norm.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
        weights += [numpy_helper.from_array(rng.uniform(0.5, 1.5, CHANNELS).astype(np.float32), n) for n in statistics]
        inner = [f"{block}.{part}" for part in ("conv", "norm", "sigmoid", "gate", "sum")]
        nodes += [
            helper.make_node("Conv", [value, f"{block}.conv.weight"], inner[:1], pads=[1, 1, 1, 1]),
            helper.make_node("BatchNormalization", [inner[0], *statistics], inner[1:2]),
            helper.make_node("Sigmoid", inner[1:2], inner[2:3]),
            helper.make_node("Mul", inner[1:3], inner[3:4]),
            helper.make_node("Add", [value, inner[3]], inner[4:5]),
        ]
        value = inner[4]
    shape = ["batch", CHANNELS, 8, 8]
    graph = helper.make_graph(
        nodes,
        "chain",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, shape)],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])


def write_large_perceptron(path: Path, width: int, layers: int) -> int:
    """Linear layers (width, width) whose weights lie in an external file beside ``path``; gives the weights' bytes.

    The weights are written one after the other, so that the caller's memory never holds two of them.
    """
    data = path.with_suffix(".data")
    rng = np.random.default_rng(0)
    nodes, weights, value, written = [], [], "input", 0
    with data.open("wb") as stream:
        for layer in range(layers):
            array = rng.standard_normal((width, width), dtype=np.float32)
            array *= width**-0.5
            stream.write(array.tobytes())
            tensor = onnx.TensorProto(name=f"{layer}.weight", data_type=TensorProto.FLOAT, dims=array.shape)
            tensor.data_location = TensorProto.EXTERNAL
            for key, entry in (("location", data.name), ("offset", str(written)), ("length", str(array.nbytes))):
                tensor.external_data.add(key=key, value=entry)
            weights.append(tensor)
            written += array.nbytes
            nodes.append(helper.make_node("Gemm", [value, tensor.name], [f"{layer}"], transB=1))
            value = f"{layer}"
    graph = helper.make_graph(
        nodes,
        "perceptron",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", width])],
        [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["batch", width])],
        weights,
    )
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)]).SerializeToString())
    return written
