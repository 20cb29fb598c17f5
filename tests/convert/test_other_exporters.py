"""Patterns of files that other exporters and older PyTorch versions wrote, each in a graph as small as shows it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from pt2k_gui.convert import UnsupportedOperators, convert
from pt2k_gui.problem import Problem


def floats(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def graph_of(
    nodes: Sequence[onnx.NodeProto],
    shape: Sequence[str | int],
    weights: dict[str, np.ndarray],
    outputs: Sequence[str] = ("y",),
    opset: int = 15,
) -> onnx.ModelProto:
    """A model of one float input ``x``."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def agrees(model: onnx.ModelProto, *samples: np.ndarray) -> None:
    """The twin with ONNX's axes gives what ONNX Runtime gives, to float32's rounding of a few sums."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    twin = convert(model, axis_order="onnx").model
    for x in samples:
        got = twin(x)
        for mine, theirs in zip(got if isinstance(got, list) else [got], session.run(None, {"x": x}), strict=True):
            np.testing.assert_allclose(np.asarray(mine), theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [0, 2, 0, 1], [1, 0, 2, 0]], ids=["no padding", "columns", "rows"])
def test_a_signal_of_one_channel_as_an_image_of_one_row_keeps_its_axes_apart(pads: list[int]) -> None:
    """Channel and row both have length 1: only the order that was asked for says which is which."""
    nodes = [
        helper.make_node("Unsqueeze", ["x", "one"], ["signal"]),
        helper.make_node("Reshape", ["signal", "image"], ["shaped"]),
        helper.make_node(
            "Conv", ["shaped", "kernel", "bias"], ["bands"], strides=[1, 4], kernel_shape=[1, 8], pads=pads
        ),
        helper.make_node("Neg", ["bands"], ["turned"]),
        helper.make_node("Transpose", ["turned"], ["y"], perm=[0, 2, 3, 1]),
    ]
    weights = {
        "one": np.array([1], np.int64),
        "image": np.array([-1, 1, 1, 40], np.int64),
        "kernel": floats(6, 1, 1, 8, seed=1),
        "bias": floats(6, seed=2),
    }
    agrees(graph_of(nodes, ["batch", 40], weights), floats(3, 40), floats(1, 40))


def test_pooling_and_joining_of_one_channel_in_one_row_keep_their_axes_apart() -> None:
    nodes = [
        helper.make_node("MaxPool", ["x"], ["m"], kernel_shape=[1, 3], strides=[1, 2], pads=[0, 1, 0, 1]),
        helper.make_node("AveragePool", ["x"], ["a"], kernel_shape=[1, 3], strides=[1, 2], pads=[0, 1, 0, 1]),
        helper.make_node("Concat", ["m", "a"], ["channels"], axis=1),
        helper.make_node("Conv", ["channels", "kernel"], ["c"], kernel_shape=[1, 1]),
        helper.make_node("Concat", ["m", "a"], ["rows"], axis=2),
        helper.make_node("Pad", ["m", "around"], ["p"]),
        helper.make_node("Conv", ["p", "tall"], ["y"], kernel_shape=[3, 1]),
    ]
    weights = {
        "kernel": floats(2, 2, 1, 1, seed=1),
        "around": np.array([0, 0, 1, 0, 0, 0, 2, 0], np.int64),
        "tall": floats(4, 1, 3, 1, seed=2),
    }
    agrees(graph_of(nodes, ["batch", 1, 1, 20], weights, ["c", "rows", "y"]), floats(2, 1, 1, 20))


@pytest.mark.parametrize(
    ("kernel", "stride", "pads", "include"),
    [(2, 2, 0, 0), (2, 2, 0, 1), (3, 2, 0, 0), (3, 2, 1, 0), (3, 2, 1, 1), (3, 1, 1, 0), (5, 3, 2, 1)],
)
def test_pooling_rounded_up_over_lengths_that_only_the_data_know(
    kernel: int, stride: int, pads: int, include: int
) -> None:
    """Odd lengths have a window more than rounding down gives; its average counts what is there."""
    window = {"kernel_shape": [kernel, kernel], "strides": [stride, stride], "pads": [pads] * 4, "ceil_mode": 1}
    nodes = [
        helper.make_node("MaxPool", ["x"], ["m"], **window),
        helper.make_node("Relu", ["x"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["rm"], **window),
        helper.make_node("AveragePool", ["x"], ["a"], count_include_pad=include, **window),
    ]
    model = graph_of(nodes, ["batch", 3, "height", "width"], {}, ["m", "rm", "a"], opset=19)
    agrees(model, floats(2, 3, 7, 8), floats(1, 3, 9, 6), floats(1, 3, 8, 8))


def test_a_rounded_up_window_that_may_begin_beyond_the_data_is_refused_where_the_length_is_unknown() -> None:
    nodes = [helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[1], strides=[2], ceil_mode=1)]
    with pytest.raises(Problem, match="whether its last window counts depends on a length that is not known"):
        convert(graph_of(nodes, ["batch", 3, "length"], {}))
    agrees(graph_of(nodes, ["batch", 3, 6], {}), floats(2, 3, 6))


def anchors() -> onnx.ModelProto:
    """The grid of a detector's cells, counted in floats to lengths that Shape gives, and half a cell added."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Gather", ["shape", "two"], ["height"]),
        helper.make_node("Gather", ["shape", "three"], ["width"]),
        helper.make_node("Cast", ["height"], ["rows"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["width"], ["columns"], to=TensorProto.FLOAT),
        helper.make_node("Range", ["zero", "rows", "step"], ["r"]),
        helper.make_node("Range", ["zero", "columns", "step"], ["c"]),
        helper.make_node("Add", ["r", "half"], ["r_half"]),
        helper.make_node("Add", ["c", "half"], ["c_half"]),
        helper.make_node("Unsqueeze", ["r_half", "one"], ["r_tall"]),
        helper.make_node("Mul", ["r_tall", "c_half"], ["grid"]),
        helper.make_node("Add", ["x", "grid"], ["y"]),
        helper.make_node("Mul", ["rows", "half"], ["halved"]),
        helper.make_node("Mul", ["x", "halved"], ["z"]),
    ]
    weights: dict[str, np.ndarray] = {
        "one": np.array([1], np.int64),
        "two": np.array(2, np.int64),
        "three": np.array(3, np.int64),
        "zero": np.array(0, np.float32),
        "step": np.array(1, np.float32),
        "half": np.array(0.5, np.float32),
    }
    return graph_of(nodes, ["batch", 2, "height", "width"], weights, ["y", "z"])


def test_a_range_in_floats_up_to_a_length_that_only_the_data_know() -> None:
    agrees(anchors(), floats(2, 2, 3, 5), floats(1, 2, 7, 4))


def test_a_squeeze_of_a_length_that_may_not_be_one_is_refused_with_the_way_out() -> None:
    nodes = [helper.make_node("Squeeze", ["x", "axes"], ["y"])]
    model = graph_of(nodes, ["batch", 4, "time"], {"axes": np.array([2], np.int64)})
    with pytest.raises(Problem, match=r"removes axis 2, whose length \(time\) is not known to be 1") as caught:
        convert(model)
    assert "--input-shape" in caught.value.hint


@pytest.mark.parametrize("inside", [False, True], ids=["in the graph", "in a branch"])
def test_a_constant_in_external_data_is_read_and_told_where_it_is_missing(inside: bool, tmp_path: Path) -> None:
    table = floats(4, 3, seed=3)
    tensor = TensorProto(data_type=TensorProto.FLOAT, dims=table.shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="table.bin")
    nodes = [helper.make_node("Constant", [], ["table"], name="the_table")]
    nodes[0].attribute.append(onnx.AttributeProto(name="value", type=onnx.AttributeProto.TENSOR, t=tensor))
    nodes.append(helper.make_node("MatMul", ["x", "table"], ["y"]))
    if inside:
        branches = []
        for name, operator in (("then", "MatMul"), ("else", "Sub")):
            nodes[1].output[0] = name
            body = [nodes[0], nodes[1]]
            if operator == "Sub":
                body = [
                    nodes[0],
                    helper.make_node("MatMul", ["x", "table"], ["m"]),
                    helper.make_node("Neg", ["m"], [name]),
                ]
            branches.append(
                helper.make_graph(body, name, [], [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)])
            )
        nodes = [
            helper.make_node("ReduceSum", ["x"], ["total"], keepdims=0),
            helper.make_node("Greater", ["total", "zero"], ["positive"]),
            helper.make_node("If", ["positive"], ["y"], then_branch=branches[0], else_branch=branches[1]),
        ]
    model = graph_of(nodes, ["batch", 4], {"zero": np.array(0, np.float32)})
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(Problem, match=r"The weight in the_table can't be read from the ONNX model"):
        convert(str(path))
    (tmp_path / "table.bin").write_bytes(table.tobytes())
    x = np.abs(floats(2, 4))
    for sign in (1, -1) if inside else (1,):
        expected = sign * (sign * x @ table)
        np.testing.assert_allclose(np.asarray(convert(str(path)).model(sign * x)), expected, rtol=1e-5, atol=1e-6)


def test_unsupported_operators_are_told_all_at_once_with_their_places_before_anything_is_built() -> None:
    nodes = [
        helper.make_node("RandomNormalLike", ["x"], ["places"], name="/head/noise/RandomNormalLike"),
        helper.make_node("Cast", ["places"], ["found"], to=TensorProto.FLOAT),
        helper.make_node("Unknown", ["x"], ["u"], name="/body/a/Unknown", domain="my.domain"),
        helper.make_node("Unknown", ["u"], ["y"], name="/body/b/Unknown", domain="my.domain"),
        helper.make_node("TfIdfVectorizer", ["y"], ["z"], name="/tail/TfIdfVectorizer"),
    ]
    model = graph_of(nodes, ["batch", 4], {}, ["y", "found", "z"])
    model.opset_import.append(helper.make_opsetid("my.domain", 1))
    stages: list[str] = []
    with pytest.raises(UnsupportedOperators) as caught:
        convert(model, progress=lambda _, text: stages.append(text))
    rows = {row.operator: row for row in caught.value.rows}
    assert {name: row.count for name, row in rows.items()} == {
        "RandomNormalLike": 1,
        "my.domain.Unknown": 2,
        "TfIdfVectorizer": 1,
    }
    assert rows["my.domain.Unknown"].modules == ("body.a", "body.b")
    assert "draws random numbers" in rows["RandomNormalLike"].advice
    assert str(caught.value).startswith("3 operators of the model can't be converted: ")
    assert "my.domain.Unknown (2 times, in body.a, body.b)" in str(caught.value)
    assert "Building the layers" not in stages
