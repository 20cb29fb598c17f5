"""Graphs of old opsets give the numbers of ONNX Runtime, whichever way they write what newer opsets write as inputs."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import parser

from pt2k_gui.convert import convert
from pt2k_gui.convert.ir.onnx_reader import read_graph

OLD = {
    "Clip": (6, "Clip<min = -0.5, max = 0.25>(x)"),
    "Clip from below": (6, "Clip<min = -0.5>(x)"),
    "Concat": (9, "Concat<axis = 1>(x, x)"),
    "Dropout": (7, "Dropout<ratio = 0.3>(x)"),
    "Pad": (2, "Pad<pads = [0, 1, 0, 2, 0, 0], value = 1.5>(x)"),
    "Reflected pad": (9, 'Pad<pads = [0, 1, 1, 0, 0, 2], mode = "reflect">(x)'),
    "ReduceSum": (9, "ReduceSum<axes = [1], keepdims = 0>(x)"),
    "ReduceMean": (11, "ReduceMean<axes = [-1]>(x)"),
    "ReduceMax": (11, "ReduceMax(x)"),
    "ReduceL2": (13, "ReduceL2<axes = [1, 2]>(x)"),
    "Selu": (6, "Selu(x)"),
    "Slice": (9, "Slice<starts = [1, 0], ends = [5, -1], axes = [1, 2]>(x)"),
    "Slice of the first axes": (9, "Slice<starts = [0, 1], ends = [3, 5]>(x)"),
    "Squeeze": (11, "Squeeze<axes = [1]>(one)"),
    "Unsqueeze": (11, "Unsqueeze<axes = [0, 2]>(x)"),
    "Upsample": (7, 'Upsample<mode = "nearest", scales = [1.0, 1.0, 2.0, 2.0]>(image)'),
}


def _model(opset: int, text: str) -> onnx.ModelProto:
    return parser.parse_model(
        f'<ir_version: 7, opset_import: ["" : {opset}]>\n'
        "g (float[3, 6, 8] x, float[3, 1, 8] one, float[1, 2, 4, 4] image) => (float y) { y = %s }" % text
    )


@pytest.mark.parametrize("name", OLD)
def test_an_operator_of_an_old_opset_gives_the_same_numbers(name: str) -> None:
    opset, text = OLD[name]
    model = _model(opset, text)
    model.graph.output[0].type.tensor_type.ClearField("shape")
    rng = np.random.default_rng(1)
    feeds = {
        port.name: rng.standard_normal([d.dim_value for d in port.type.tensor_type.shape.dim]).astype("f")
        for port in model.graph.input
    }
    (want,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, feeds)
    got = convert(model, axis_order="onnx").model(list(feeds.values()))
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("text", ["Split<axis = 2, split = [3, 5]>(x)", "TopK<axis = 1, k = 2>(x)"])
def test_an_operator_with_several_outputs_of_an_old_opset_gives_the_same_numbers(text: str) -> None:
    model = _model(9, text)
    model.graph.node[0].output.append("z")
    x = np.random.default_rng(2).standard_normal((3, 6, 8)).astype("f")
    model.graph.output[0].type.tensor_type.ClearField("shape")
    last = model.graph.output.add()
    last.CopyFrom(model.graph.output[0])
    last.name = "z"
    if "TopK" in text:
        last.type.tensor_type.elem_type = onnx.TensorProto.INT64
    del model.graph.input[1:]
    want = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
    got = convert(model, axis_order="onnx").model(x)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(np.asarray(a), b, rtol=1e-6)


def test_what_was_an_attribute_is_a_constant_of_the_graph() -> None:
    graph = read_graph(_model(11, "Unsqueeze<axes = [0, 2]>(x)"), "")
    (node,) = graph.nodes
    assert node.version == 13 and "axes" not in node.attributes
    assert graph.constants[node.inputs[1]].array.tolist() == [0, 2]
    assert not graph.constants[node.inputs[1]].is_parameter
