"""The operators that have no test of their own elsewhere, over shapes, axes and attributes; and that none is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import helper
from test_operators import agrees, floats

from pt2k_gui.convert import convert
from pt2k_gui.convert.registry import operators

FEW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=4)
AXES = st.integers(-3, 2)

INNER = ["Acos", "Asin", "Atanh"]  # between -1 and 1
POSITIVE = ["Log", "Sqrt", "Reciprocal", "Acosh"]  # from 1 on
UNARY = [
    "Abs", "Asinh", "Atan", "Ceil", "Cos", "Cosh", "Exp", "Floor", "Identity", "Neg", "Round", "Selu", "Shrink", "Sin", "Sinh",
    "Softsign", "Tan", "ThresholdedRelu", "HardSigmoid", "Tanh", "LeakyRelu",
]  # fmt: skip


def alone(operator: str, x: np.ndarray, **attributes: Any) -> np.ndarray:
    """What the twin of one operator gives, for those that the reference evaluator gets wrong or does not have."""
    graph = helper.make_graph(
        [helper.make_node(operator, ["x"], ["y"], **attributes)],
        "g",
        [helper.make_tensor_value_info("x", 1, ["batch", *x.shape[1:]])],
        [onnx.ValueInfoProto(name="y")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    return np.asarray(convert(model, axis_order="onnx").model(x))


@FEW
@given(st.sampled_from(UNARY + INNER + POSITIVE), SHAPES)
def test_functions_of_one_number(operator: str, shape: list[int]) -> None:
    x = floats(*shape)
    x = np.tanh(x) * 0.9 if operator in INNER else np.abs(x) + 1 if operator in POSITIVE else x
    agrees(operator, [x], tolerance=2e-5)


@pytest.mark.parametrize("operator", UNARY + INNER + POSITIVE)
def test_each_function_of_one_number(operator: str) -> None:
    x: np.ndarray = np.linspace(-2.4, 2.6, 24, dtype=np.float32).reshape(2, 3, 4)
    x = np.tanh(x) * 0.9 if operator in INNER else np.abs(x) + 1 if operator in POSITIVE else x
    agrees(operator, [x.astype(np.float32)], tolerance=2e-5)


@pytest.mark.parametrize("operator", ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"])
@pytest.mark.parametrize("kind", [np.float32, np.int64])
def test_comparisons_broadcast(operator: str, kind: type) -> None:
    values = np.random.default_rng(3).integers(-2, 3, (2, 3, 4))
    agrees(operator, [values.astype(kind), values[0, :1].astype(kind)], dynamic=False)


@pytest.mark.parametrize("operator", ["And", "Or", "Xor"])
def test_logic_broadcasts(operator: str) -> None:
    values: np.ndarray = np.random.default_rng(3).random((2, 3, 4)) < 0.5
    agrees(operator, [values, values[1, :1]], dynamic=False)
    agrees("Not", [values])


@pytest.mark.parametrize("operator", ["BitwiseAnd", "BitwiseOr", "BitwiseXor"])
@pytest.mark.parametrize("kind", [np.int32, np.uint8])
def test_bits(operator: str, kind: type) -> None:
    values: np.ndarray = np.random.default_rng(3).integers(0, 100, (2, 3, 4)).astype(kind)
    agrees(operator, [values, values[0]], dynamic=False)
    agrees(operator, [values, np.array(13, kind)])
    agrees("BitwiseNot", [values])


@pytest.mark.parametrize("operator", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("axis", [0, 3, -1])
def test_shares_of_more_axes_than_tensorflow_takes(operator: str, axis: int) -> None:
    agrees(operator, [floats(2, 3, 1, 4, 2, 3, 2)], axis=axis)


@pytest.mark.parametrize("operator", ["CumSum", "CumProd"])
def test_an_axis_may_stand_in_a_vector_of_one(operator: str) -> None:
    constants = "<float[3] c = {1, 2, 4}, int64[1] axis = {0}>"
    text = f"g (float[3] x) => (float[3] y) {constants} {{ s = {operator} (c, axis) y = Add (x, s) }}"
    model = helper.make_model(onnx.parser.parse_graph(text), opset_imports=[helper.make_opsetid("", 26)])
    total = np.cumsum if operator == "CumSum" else np.cumprod
    np.testing.assert_array_equal(np.asarray(convert(model).model(np.ones(3, np.float32))), 1 + total([1.0, 2.0, 4.0]))


@pytest.mark.parametrize("direction", ["LEFT", "RIGHT"])
def test_shifts(direction: str) -> None:
    values = np.random.default_rng(3).integers(0, 200, (2, 3)).astype(np.uint32)
    agrees("BitShift", [values, np.array([0, 3, 7], np.uint32)], direction=direction)


@pytest.mark.parametrize(("fmod", "kind"), [(0, np.int32), (1, np.int32), (1, np.float32)])
def test_remainders_have_the_sign_that_the_specification_says(fmod: int, kind: type) -> None:
    agrees("Mod", [np.array([-7, 7, -5, 5], kind), np.array([3, -3, 2, -2], kind)], fmod=fmod)


@FEW
@given(st.sampled_from(["ArgMax", "ArgMin"]), AXES, st.integers(0, 1), st.integers(0, 1))
def test_places_of_the_largest_and_smallest(operator: str, axis: int, keepdims: int, last: int) -> None:
    x = np.random.default_rng(axis + 5).integers(0, 3, (2, 3, 4)).astype(np.float32)  # with ties
    agrees(operator, [x], axis=axis, keepdims=keepdims, select_last_index=last, dynamic=axis not in (0, -3))


@FEW
@given(AXES, st.integers(0, 1), st.integers(0, 1))
def test_running_sums_and_products(axis: int, exclusive: int, reverse: int) -> None:
    agrees("CumSum", [floats(2, 3, 4), np.array(axis, np.int64)], exclusive=exclusive, reverse=reverse, dynamic=False)


@FEW
@given(
    st.sampled_from(["ReduceL1", "ReduceLogSum", "ReduceMin", "ReduceProd", "ReduceSumSquare"]),
    st.sets(AXES.filter(lambda axis: axis < 0), min_size=1),
    st.integers(0, 1),
)
def test_further_reductions(operator: str, axes: set[int], keepdims: int) -> None:
    agrees(
        operator, [np.abs(floats(2, 3, 4)) + 0.5, np.array(sorted(axes), np.int64)], keepdims=keepdims, tolerance=1e-4
    )


@FEW
@given(st.sampled_from(["Softmax", "LogSoftmax", "Hardmax"]), AXES)
def test_normalised_over_an_axis(operator: str, axis: int) -> None:
    agrees(operator, [floats(2, 3, 4)], axis=axis, dynamic=axis not in (0, -3))


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("axis", [-1, 1])
def test_vectors_of_length_one(p: int, axis: int) -> None:
    x = floats(2, 3, 4)
    want = x / np.linalg.norm(x, p, axis, keepdims=True)
    np.testing.assert_allclose(alone("LpNormalization", x, p=p, axis=axis), want, rtol=1e-5)


@pytest.mark.parametrize("operator", ["Sum", "Mean", "Max", "Min"])
def test_any_number_of_operands(operator: str) -> None:
    agrees(operator, [floats(2, 3, 4), floats(3, 1, seed=1), floats(4, seed=2)], dynamic=False)


@pytest.mark.parametrize(("transA", "transB"), [(0, 0), (0, 1), (1, 0), (1, 1)])
@pytest.mark.parametrize("bias", [(), (5,), (3, 5), (3, 1)])
def test_gemm_turned_scaled_and_biased(transA: int, transB: int, bias: tuple[int, ...]) -> None:
    a, b = floats(*((4, 3) if transA else (3, 4))), floats(*((5, 4) if transB else (4, 5)), seed=1)
    agrees("Gemm", [a, b, floats(*bias, seed=2)], transA=transA, transB=transB, alpha=0.5, beta=2.0, dynamic=False)


@pytest.mark.parametrize("equation", ["bij,jk->bik", "bij->bji", "bij,bij->b", "...ij,jk->...ik", "bii->bi"])
def test_einsum(equation: str) -> None:
    inputs: list[Any] = [floats(2, 3, 3) if "ii" in equation else floats(2, 3, 4)]
    if "," in equation:
        inputs.append(floats(2, 3, 4, seed=1) if equation.count("bij") == 2 else floats(4, 5, seed=1))
    agrees("Einsum", inputs, equation=equation, dynamic=False)


@pytest.mark.parametrize("upper", [0, 1])
@pytest.mark.parametrize("k", [-1, 0, 2])
def test_triangles(upper: int, k: int) -> None:
    agrees("Trilu", [floats(2, 3, 4), np.array(k, np.int64)], upper=upper)


@pytest.mark.parametrize("axis", [-1, 0, 1])
def test_one_hot_vectors_of_negative_indices_too(axis: int) -> None:
    values = np.array([0.5, 2.0], np.float32)
    agrees("OneHot", [np.array([[0, 2], [-1, 1]], np.int64), np.array(3, np.int64), values], axis=axis, dynamic=False)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_elements_by_index(axis: int) -> None:
    indices = np.random.default_rng(0).integers(-2, 2, (2, 3, 4))
    agrees("GatherElements", [floats(2, 3, 4), indices], axis=axis, dynamic=False)


@pytest.mark.parametrize("reduction", ["none", "add", "mul", "max", "min"])
def test_scattered_rows(reduction: str) -> None:
    agrees(
        "ScatterND",
        [floats(4, 3), np.array([[1], [-1]], np.int64), floats(2, 3, seed=1)],
        reduction=reduction,
        dynamic=False,
    )


@FEW
@given(st.sampled_from([(2, 3, 4), (3, 1), (1, 1, 4), (5, 2, 3, 4)]))
def test_expand_broadcasts_both_ways(target: tuple[int, ...]) -> None:
    agrees("Expand", [floats(3, 4)[:, : target[-1]], np.array(target, np.int64)], dynamic=False)


@pytest.mark.parametrize("space", [(5,), (4, 5), (2, 3, 4)])
def test_pooling_of_all_space(space: tuple[int, ...]) -> None:
    x = floats(2, 3, *space)
    axes = tuple(range(2, x.ndim))
    for operator, want in {
        "GlobalAveragePool": x.mean(axes, keepdims=True),
        "GlobalMaxPool": x.max(axes, keepdims=True),
        "GlobalLpPool": np.sqrt((x**2).sum(axes, keepdims=True)),
    }.items():
        np.testing.assert_allclose(alone(operator, x), want, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_pooling_by_a_norm(p: int) -> None:
    agrees("LpPool", [floats(2, 3, 6, 7)], kernel_shape=[2, 3], strides=[2, 2], p=p, tolerance=1e-4)


def test_rectangles_of_pixels_to_channels() -> None:
    agrees("SpaceToDepth", [floats(2, 3, 4, 6)], blocksize=2)


@pytest.mark.parametrize("slope", [(3, 1, 1), (1,), (3, 4, 5)])
def test_a_learned_slope(slope: tuple[int, ...]) -> None:
    agrees("PRelu", [floats(2, 3, 4, 5), floats(*slope, seed=1)])


@pytest.mark.parametrize("space", [(6,), (4, 5), (2, 3, 4)])
def test_instances_and_groups_are_normalised(space: tuple[int, ...]) -> None:
    x, scale, shift = floats(2, 4, *space), floats(4, seed=1), floats(4, seed=2)
    agrees("InstanceNormalization", [x, scale, shift], tolerance=1e-4)
    agrees("GroupNormalization", [x, scale, shift], num_groups=2, tolerance=1e-4)


def test_dropout_passes_everything_while_nothing_is_trained() -> None:
    agrees("Dropout", [floats(2, 3)])


@pytest.mark.parametrize("axis", [0, 1, 3, -2])
def test_flatten_at_any_axis(axis: int) -> None:
    agrees("Flatten", [floats(2, 3, 4, 5)], axis=axis)


def test_no_operator_is_without_a_test() -> None:
    """Each is named in a test of this folder, or is the subject of one of ONNX's node tests that are run here."""
    from conformance import case_names
    from onnx.backend.test.case.node import collect_testcases

    here = Path(__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in here.glob("test_*.py"))
    run = set(case_names())
    tested = {node.op_type for case in collect_testcases(None) if case.name in run for node in case.model.graph.node}
    missing = [
        name
        for domain, name in operators()
        if domain != "pt2k"
        and name not in tested
        and not re.search(rf"\b{name}\b", text)  # recognised ones are of no file
    ]
    assert not missing
