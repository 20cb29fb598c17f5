"""Operators whose number of results the data decides, against ONNX Runtime: boxes, distinct elements, computed lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from pt2k_gui.convert import convert
from pt2k_gui.problem import Problem


def model_of(
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, tuple[int, Sequence[Any]]],
    outputs: Sequence[str],
    constants: Mapping[str, Any] | None = None,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def compare(model: onnx.ModelProto, *feeds: Sequence[np.ndarray], tolerance: float = 1e-6) -> None:
    """The twin gives what ONNX Runtime gives, in type, shape and numbers, for each of the feeds."""
    session = onnxruntime.InferenceSession(model.SerializeToString())
    twin = convert(model, axis_order="onnx").model
    names = [value.name for value in session.get_inputs()]
    for arrays in feeds:
        expected = session.run(None, dict(zip(names, arrays, strict=True)))
        got = twin(list(arrays) if len(arrays) > 1 else arrays[0])
        for mine, theirs in zip(got if isinstance(got, (list, tuple)) else [got], expected, strict=True):
            assert np.asarray(mine).dtype == theirs.dtype
            assert np.asarray(mine).shape == theirs.shape
            np.testing.assert_allclose(np.asarray(mine), theirs, rtol=tolerance, atol=tolerance)


def boxes_and_scores(batch: int, count: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 20, (batch, count, 2, 2)).astype(np.float32)
    return corners.reshape(batch, count, 4), rng.uniform(0, 1, (batch, classes, count)).astype(np.float32)


@pytest.mark.parametrize("centred", [0, 1])
@pytest.mark.parametrize(("most", "least"), [(3, None), (100, 0.4), (1, 0.99)])
def test_the_boxes_that_are_left_are_onnx_runtimes(centred: int, most: int, least: float | None) -> None:
    settings = {"most": np.array([most], np.int64), "overlap": np.array([0.3], np.float32)}
    settings |= {} if least is None else {"least": np.array([least], np.float32)}
    node = helper.make_node("NonMaxSuppression", ["boxes", "scores", *settings], ["kept"], center_point_box=centred)
    model = model_of([node], {"boxes": (1, ["b", "n", 4]), "scores": (1, ["b", 3, "n"])}, ["kept"], settings)
    compare(model, boxes_and_scores(2, 17, 3, 0), boxes_and_scores(1, 40, 3, 1), boxes_and_scores(3, 1, 3, 2))


def test_more_boxes_than_can_be_laid_out_are_refused_with_their_number() -> None:
    node = helper.make_node("NonMaxSuppression", ["boxes", "scores", "most"], ["kept"])
    inputs = {"boxes": (1, [1, "n", 4]), "scores": (1, [1, 1, "n"])}
    with pytest.raises(Problem, match="up to 100,000 boxes of a class, and more than 512"):
        convert(model_of([node], inputs, ["kept"], {"most": np.array([100_000], np.int64)}))


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_distinct_elements_are_onnx_runtimes(axis: int | None, order: int) -> None:
    place = {} if axis is None else {"axis": axis}
    node = helper.make_node("Unique", ["x"], ["y", "first", "which", "count"], sorted=order, **place)
    model = model_of([node], {"x": (1, ["n", 4, 3])}, ["y", "first", "which", "count"])
    rng = np.random.default_rng(3)
    compare(model, *([rng.integers(0, 2, (length, 4, 3)).astype(np.float32)] for length in (9, 1, 30)))


def test_only_the_outputs_that_the_node_has_are_computed() -> None:
    node = helper.make_node("Unique", ["x"], ["y", "", "", "count"])
    compare(model_of([node], {"x": (7, ["n"])}, ["y", "count"]), [np.array([4, 4, -1, 7, 4])], [np.array([2])])


@pytest.mark.parametrize("shape", [["n"], ["n", 5], ["n", "m", 2]])
def test_places_that_are_not_zero(shape: list[Any]) -> None:
    model = model_of([helper.make_node("NonZero", ["x"], ["y"])], {"x": (1, shape)}, ["y"])
    rng = np.random.default_rng(4)
    sizes = (
        [3 if isinstance(length, str) else length for length in shape],
        [1 if s == "n" else 6 if s == "m" else s for s in shape],
    )
    compare(model, *([rng.integers(-1, 2, size).astype(np.float32)] for size in sizes))
    assert any("JAX" in note for note in convert(model).report.notes)


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_a_condition_that_the_model_computes_picks_elements(axis: int | None) -> None:
    place = {} if axis is None else {"axis": axis}
    nodes = [
        helper.make_node("ReduceSum", ["x", "other"], ["sums"], keepdims=0),
        helper.make_node("Greater", ["sums", "zero"], ["wanted"]),
        helper.make_node("Compress", ["x", "wanted"], ["y"], **place),
    ]
    constants = {"zero": np.array(0, np.float32), "other": np.array([0 if axis == 1 else 1], np.int64)}
    model = model_of(nodes, {"x": (1, ["n", 4])}, ["y"], constants)
    compare(model, [np.random.default_rng(5).standard_normal((4, 4)).astype(np.float32)])


@pytest.mark.parametrize("kind", [np.int64, np.float32])
@pytest.mark.parametrize("bounds", [(0, 7, 1), (3, 20, 4), (5, -6, -2), (4, 4, 1), (4, 1, 1), (-0.5, 2.25, 0.5)])
def test_a_range_whose_bounds_the_model_computes(kind: type, bounds: tuple[float, ...]) -> None:
    names = ("start", "limit", "delta")
    number = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    model = model_of([helper.make_node("Range", names, ["y"])], {name: (number, []) for name in names}, ["y"])
    if kind is np.int64 and bounds[0] != int(bounds[0]):
        bounds = (-7, 100, 9)
    compare(model, [np.array(bound, kind) for bound in bounds])


def test_a_constant_of_a_computed_shape_and_windows_of_computed_lengths() -> None:
    node = helper.make_node("ConstantOfShape", ["x"], ["y"], value=numpy_helper.from_array(np.array([1.5], np.float32)))
    model = model_of([node], {"x": (7, [3])}, ["y"])
    compare(model, [np.array([2, 3, 4])], [np.array([1, 0, 2])])
    for name in ("HannWindow", "HammingWindow", "BlackmanWindow"):
        for periodic in (0, 1):
            window = model_of([helper.make_node(name, ["n"], ["y"], periodic=periodic)], {"n": (6, [])}, ["y"])
            compare(window, [np.array(10, np.int32)], [np.array(37, np.int32)], tolerance=2e-6)


@pytest.mark.parametrize(("group", "pads", "stride", "more"), [(1, 0, 1, 0), (2, 1, 2, 1), (1, 2, 3, 2)])
def test_a_transposed_convolution_with_a_kernel_that_the_model_computes(
    group: int, pads: int, stride: int, more: int
) -> None:
    rng = np.random.default_rng(6)
    node = helper.make_node(
        "ConvTranspose",
        ["x", "w", "b"],
        ["y"],
        group=group,
        pads=[pads] * 4,
        strides=[stride] * 2,
        output_padding=[more] * 2,
    )
    inputs: dict[str, tuple[int, list[Any]]] = {
        "x": (1, ["n", 4, 5, 6]),
        "w": (1, [4, 3, 3, 4]),
        "b": (1, [3 * group]),
    }
    feed = [rng.standard_normal(shape).astype(np.float32) for shape in ((2, 4, 5, 6), (4, 3, 3, 4), (3 * group,))]
    compare(model_of([node], inputs, ["y"]), feed, tolerance=2e-5)
