"""Grouped convolutions: as few dense ones, with the numbers of the reference evaluator, however the groups divide."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from pt2k_gui.convert import convert
from pt2k_gui.convert.ops.convolution import _groups_together


def _model(groups: int, each: int, own: int, bias: bool) -> onnx.ModelProto:
    rng = np.random.default_rng(0)
    kernel = rng.standard_normal((groups * own, each, 3, 3)).astype(np.float32)
    weights = [numpy_helper.from_array(kernel, "weight")]
    if bias:
        weights.append(numpy_helper.from_array(rng.standard_normal(groups * own).astype(np.float32), "bias"))
    node = helper.make_node(
        "Conv", ["x", *(w.name for w in weights)], ["y"], group=groups, pads=[1, 1, 1, 1], strides=[2, 2]
    )
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", groups * each, 7, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])


@pytest.mark.parametrize(
    ("groups", "each", "own", "bias"),
    [(2, 3, 5, True), (3, 16, 16, False), (7, 4, 4, True), (32, 4, 4, False), (19, 8, 8, True), (5, 6, 12, True)],
)
def test_a_grouped_convolution_gives_the_references_numbers(groups: int, each: int, own: int, bias: bool) -> None:
    model = _model(groups, each, own, bias)
    x = np.random.default_rng(1).standard_normal((2, groups * each, 7, 6)).astype(np.float32)
    (expected,) = ReferenceEvaluator(model).run(None, {"x": x})
    got = np.asarray(convert(model, axis_order="onnx").model(x))
    # Sums of at most 200 products in another order.
    np.testing.assert_allclose(got, expected, atol=1e-5 * float(np.abs(expected).max()))


@pytest.mark.parametrize("groups", [2, 6, 19, 32, 55, 64])
@pytest.mark.parametrize("width", [1, 4, 8, 16, 32, 48, 128])
def test_blocks_are_neither_narrow_nor_many_nor_wide(groups: int, width: int) -> None:
    together = _groups_together(groups, width)
    assert 1 <= together <= groups
    assert together == groups or together * width >= 16
    assert together * width <= max(width, 64)
    assert -(-groups // together) <= 16 or together * width * 2 > 64
