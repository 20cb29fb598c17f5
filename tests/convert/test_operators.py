"""Each family of operators against ONNX's reference evaluator, over shapes, axes and attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnx.reference
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from pt2k_gui.convert import convert

# Each example builds a model, so that few of them take seconds already.
FEW = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
LENGTHS = st.integers(1, 5)


def agrees(
    operator: str,
    inputs: Sequence[np.ndarray | None],
    *,
    outputs: int = 1,
    opset: int = 22,
    dynamic: bool = True,
    tolerance: float = 1e-5,
    axis_order: str = "onnx",
    **attributes: Any,
) -> None:
    """The first input is the model's, of dynamic batch; the others are constants, as weights and shapes are."""
    names = [f"i{number}" if value is not None else "" for number, value in enumerate(inputs)]
    results = [f"o{number}" for number in range(outputs)]
    node = helper.make_node(operator, names, results, **attributes)
    first = inputs[0]
    assert first is not None
    shape: list[Any] = list(first.shape)
    if dynamic and shape:
        shape[0] = "batch"
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("i0", helper.np_dtype_to_tensor_dtype(first.dtype), shape)],
        [onnx.ValueInfoProto(name=name) for name in results],
        [numpy_helper.from_array(value, f"i{n}") for n, value in enumerate(inputs) if n and value is not None],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    expected = onnx.reference.ReferenceEvaluator(model).run(None, {"i0": first})
    twin = convert(model, axis_order=axis_order).model
    got = twin(first)
    for mine, theirs in zip(got if isinstance(got, (list, tuple)) else [got], expected, strict=True):
        assert np.asarray(mine).dtype == theirs.dtype
        np.testing.assert_allclose(np.asarray(mine), theirs, atol=tolerance, rtol=1e-4)


def floats(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@FEW
@given(st.sampled_from(["Add", "Sub", "Mul", "Div", "Max", "Min"]), LENGTHS, LENGTHS, LENGTHS, st.integers(0, 7))
def test_arithmetic_broadcasts_as_numpy(operator: str, a: int, b: int, c: int, ones: int) -> None:
    other = [1 if ones >> place & 1 else length for place, length in enumerate((a, b, c))]
    agrees(operator, [floats(a, b, c), np.abs(floats(*other, seed=1)) + 0.5], dynamic=False)


@pytest.mark.parametrize("shape", [(1, 1, 4), (1, 3, 1), (1, 1, 1, 1)])
def test_axes_of_length_one_that_only_a_constant_has_are_kept(shape: tuple[int, ...]) -> None:
    agrees("Sub", [floats(3, 4), floats(*shape, seed=1)], dynamic=False)


@pytest.mark.parametrize("operator", ["Relu", "Sigmoid", "Erf", "Softplus", "HardSwish", "Mish", "Elu", "Celu", "Sign"])
def test_activations_are_the_specifications(operator: str) -> None:
    agrees(operator, [floats(3, 4)])


@FEW
@given(
    st.sampled_from(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceL2", "ReduceLogSumExp"]),
    st.sets(st.integers(-3, -1), min_size=1),
    st.integers(0, 1),
)
def test_reductions_take_any_axes(operator: str, axes: set[int], keepdims: int) -> None:
    agrees(operator, [floats(2, 3, 4), np.array(sorted(axes), np.int64)], keepdims=keepdims)


@FEW
@given(st.permutations(range(4)), st.sampled_from([(6, -1), (-1, 4), (3, 8, -1), (0, -1)]))
def test_a_transpose_then_a_reshape_is_numpys(permutation: list[int], target: tuple[int, ...]) -> None:
    x = floats(2, 3, 4, 2)
    graph = helper.make_graph(
        [helper.make_node("Transpose", ["x"], ["t"], perm=permutation), helper.make_node("Reshape", ["t", "s"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", 1, list(x.shape))],
        [onnx.ValueInfoProto(name="y")],
        [numpy_helper.from_array(np.array(target, np.int64), "s")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    (expected,) = onnx.reference.ReferenceEvaluator(model).run(None, {"x": x})
    np.testing.assert_array_equal(np.asarray(convert(model, axis_order="onnx").model(x)), expected)


@FEW
@given(
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(1, 2),
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from([1, 2, 4]),
)
def test_convolution_in_two_dimensions(
    kernel: int, stride: int, dilation: int, before: int, after: int, group: int
) -> None:
    agrees(
        "Conv",
        [floats(2, 4, 8, 9), floats(8, 4 // group, kernel, kernel, seed=1), floats(8, seed=2)],
        strides=[stride, stride],
        dilations=[dilation, dilation],
        pads=[before, before, after, after],
        group=group,
        tolerance=1e-4,
    )


@pytest.mark.parametrize("space", [(9,), (5, 6, 7)])
def test_convolution_in_one_and_three_dimensions(space: tuple[int, ...]) -> None:
    kernel = (3,) * len(space)
    agrees("Conv", [floats(2, 3, *space), floats(4, 3, *kernel, seed=1)], pads=[1] * 2 * len(space), tolerance=1e-4)


@FEW
@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 1), st.integers(0, 1))
def test_transposed_convolution(kernel: int, stride: int, pad: int, extra: int) -> None:
    pad, extra = min(pad, (kernel - 1) // 2), min(extra, stride - 1)
    agrees(
        "ConvTranspose",
        [floats(2, 3, 4, 5), floats(3, 2, kernel, kernel, seed=1), floats(2, seed=2)],
        strides=[stride, stride],
        pads=[pad] * 4,
        output_padding=[extra, extra],
        tolerance=1e-4,
    )


@FEW
@given(st.sampled_from(["MaxPool", "AveragePool"]), st.integers(2, 3), st.integers(1, 3), st.integers(0, 1))
def test_pooling(operator: str, kernel: int, stride: int, pad: int) -> None:
    agrees(operator, [floats(2, 3, 7, 8)], kernel_shape=[kernel, kernel], strides=[stride, stride], pads=[pad] * 4)


@pytest.mark.parametrize("activation", ["Relu", "Sigmoid", "Tanh"])
def test_max_pooling_is_padded_with_zeros_behind_an_activation_without_negative_numbers(activation: str) -> None:
    nodes = [
        helper.make_node(activation, ["x"], ["a"]),
        helper.make_node("MaxPool", ["a"], ["y"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
    ]
    ends = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in "xy"]
    ends[0] = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, ["batch", 3, 8, 8])
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    twin = convert(model, axis_order="onnx").model
    x = -np.abs(floats(2, 3, 8, 8))  # a wrong zero would win
    (expected,) = onnx.reference.ReferenceEvaluator(model).run(None, {"x": x})
    np.testing.assert_allclose(np.asarray(twin(x)), expected, atol=1e-6)
    kinds = {type(operation).__name__ for operation in twin.operations}
    assert ("ZeroPadding2D" in kinds) is (activation != "Tanh")


@FEW
@given(st.integers(-3, 2), st.sampled_from([np.array(1), np.array([0, -1]), np.array([[1, 0], [0, 1]]), np.arange(2)]))
def test_gather_takes_any_axis_and_indices_of_any_rank(axis: int, indices: np.ndarray) -> None:
    agrees("Gather", [floats(3, 2, 4), indices.astype(np.int64)], axis=axis, dynamic=axis not in (0, -3))


@FEW
@given(st.integers(-2, 1), st.integers(1, 3), st.sampled_from(["none", "add", "mul", "max", "min"]))
def test_scatter_elements_with_every_reduction(axis: int, count: int, reduction: str) -> None:
    data = floats(4, 5)
    shape = [count, 5] if axis % 2 == 0 else [4, count]
    rows = np.stack([np.random.default_rng(n).permutation(4)[:count] for n in range(5)], axis=1)
    indices = rows if axis % 2 == 0 else rows.T[:4]
    agrees(
        "ScatterElements",
        [data, indices.reshape(shape).astype(np.int64), floats(*shape, seed=1)],
        axis=axis,
        reduction=reduction,
        dynamic=False,
    )


@pytest.mark.parametrize("batch_dims", [0, 1])
def test_gather_nd(batch_dims: int) -> None:
    indices = np.array([[[0, 1]], [[1, -1]]], np.int64) if batch_dims else np.array([[0, 1], [1, -2]], np.int64)
    agrees("GatherND", [floats(2, 3, 4), indices], batch_dims=batch_dims, dynamic=False)


@FEW
@given(st.integers(-2, 1), st.integers(0, 1), st.integers(1, 3))
def test_top_k_of_any_axis(axis: int, largest: int, count: int) -> None:
    x = np.random.default_rng(count).permutation(12).reshape(3, 4).astype(np.float32)
    agrees("TopK", [x, np.array([count], np.int64)], axis=axis, largest=largest, outputs=2, dynamic=False)


@FEW
@given(
    st.sampled_from(["nearest", "linear", "cubic"]),
    st.sampled_from(["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"]),
    st.sampled_from([(1.0, 1.0, 2.0, 2.0), (1.0, 1.0, 0.6, 1.7), (1.0, 1.0, 3.0, 0.5)]),
    st.sampled_from(["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]),
)
def test_resize_in_every_mode(mode: str, transformation: str, scales: tuple[float, ...], nearest: str) -> None:
    agrees(
        "Resize",
        [floats(2, 3, 5, 6), None, np.array(scales, np.float32)],
        mode=mode,
        coordinate_transformation_mode=transformation,
        nearest_mode=nearest,
        tolerance=1e-4,
    )


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
@pytest.mark.parametrize("axis_order", ["onnx"])
def test_depth_to_space(mode: str, axis_order: str) -> None:
    agrees("DepthToSpace", [floats(2, 8, 3, 4)], mode=mode, blocksize=2, axis_order=axis_order)


@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("states", [False, True])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_recurrent_layers_in_every_direction(kind: str, direction: str, states: bool) -> None:
    """ONNX Runtime is the truth here: the reference evaluator knows one direction only."""
    import onnxruntime

    gates, count = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind], 2 if direction == "bidirectional" else 1
    time, batch, size, hidden = 5, 3, 4, 6
    values = {
        "W": floats(count, gates * hidden, size, seed=1) * 0.5,
        "R": floats(count, gates * hidden, hidden, seed=2) * 0.5,
        "B": floats(count, 2 * gates * hidden, seed=3) * 0.5,
    }
    names = ["X", "W", "R", "B"]
    if states:
        values["h"], names = floats(count, batch, hidden, seed=4), [*names, "", "h"]
        if kind == "LSTM":
            values["c"], names = floats(count, batch, hidden, seed=5), [*names, "c"]
    attributes: dict[str, Any] = {"hidden_size": hidden, "direction": direction}
    if kind == "GRU":
        attributes["linear_before_reset"] = int(states)
    results = ["Y", "Y_h", "Y_c"] if kind == "LSTM" else ["Y", "Y_h"]
    graph = helper.make_graph(
        [helper.make_node(kind, names, results, **attributes)],
        "g",
        [helper.make_tensor_value_info("X", 1, [time, batch if states else "batch", size])],
        [helper.make_tensor_value_info(name, 1, None) for name in results],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    x = floats(time, batch, size)
    expected = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"X": x})
    twin = convert(model, axis_order="onnx").model
    for mine, theirs in zip(twin(x), expected, strict=True):
        np.testing.assert_allclose(np.asarray(mine), theirs, atol=1e-5)


@pytest.mark.parametrize("axis", [None, 1])
def test_quantising_and_back(axis: int | None) -> None:
    count = 3 if axis else 1
    scale = (np.linspace(0.1, 0.3, count)).astype(np.float32)
    zero = np.arange(count).astype(np.uint8) + 100
    if axis is None:
        agrees("QuantizeLinear", [floats(2, 3, 4) * 9, scale.reshape(()), zero.reshape(())])
    else:
        agrees("QuantizeLinear", [floats(2, 3, 4) * 9, scale, zero], axis=1)
        levels = np.random.default_rng(0).integers(0, 255, (2, 3, 4)).astype(np.uint8)
        agrees("DequantizeLinear", [levels, scale, zero], axis=1)


@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
@pytest.mark.parametrize("padding", ["zeros", "border", "reflection"])
def test_grid_sampling(mode: str, padding: str) -> None:
    import onnxruntime

    grid = np.random.default_rng(1).uniform(-1.2, 1.2, (2, 4, 3, 2)).astype(np.float32)
    x = floats(2, 3, 5, 6)
    node = helper.make_node("GridSample", ["x", "grid"], ["y"], mode=mode, padding_mode=padding, align_corners=0)
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", 1, list(x.shape))],
        [helper.make_tensor_value_info("y", 1, None)],
        [numpy_helper.from_array(grid, "grid")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    (expected,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
    np.testing.assert_allclose(np.asarray(convert(model, axis_order="onnx").model(x)), expected, atol=1e-4)


@FEW
@given(st.integers(0, 1), st.integers(0, 1), st.sampled_from([None, 4, 8]))
def test_fourier_transforms_of_any_length(inverse: int, onesided: int, length: int | None) -> None:
    parts = 2 if inverse else 1
    size = None if length is None else np.array(length, np.int64)
    agrees(
        "DFT", [floats(2, 6, parts), size, np.array(1, np.int64)], inverse=inverse, onesided=onesided, tolerance=1e-4
    )


@pytest.mark.parametrize(
    ("permutation", "target"),
    [
        ((0, 1, 2, 3), (-1, 0, 8)),  # a batch and a sequence, heads joined
        ((0, 2, 1, 3), (0, 2, -1)),
        ((2, 1, 0, 3), (0, -1)),
        ((1, 0, 2, 3), (-1, 4)),
        ((3, 2, 1, 0), (4, -1)),
    ],
)
def test_reshapes_between_several_unknown_lengths(permutation: tuple[int, ...], target: tuple[int, ...]) -> None:
    """The first result is laid out anew, the second goes back to the unknown lengths that Shape tells."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=permutation),
        helper.make_node("Reshape", ["t", "target"], ["flat"]),
        helper.make_node("Shape", ["t"], ["shape"]),
        helper.make_node("Reshape", ["flat", "shape"], ["back"]),
        helper.make_node("Exp", ["back"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", 1, ["batch", "length", 2, 4])],
        [onnx.ValueInfoProto(name="flat"), onnx.ValueInfoProto(name="y")],
        [numpy_helper.from_array(np.array(target, np.int64), "target")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    twin = convert(model, axis_order="onnx").model
    for batch, length in ((3, 5), (5, 3), (2, 2), (1, 4)):
        x = floats(batch, length, 2, 4)
        for mine, theirs in zip(twin(x), onnx.reference.ReferenceEvaluator(model).run(None, {"x": x}), strict=True):
            np.testing.assert_allclose(np.asarray(mine), theirs, rtol=1e-6)


def test_features_of_joined_rows_go_back_to_batch_and_sequence() -> None:
    """(batch * length, 3) to (batch, length, 3), as a transformer that flattens its tokens for a linear layer needs."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Reshape", ["x", "rows"], ["flat"]),
        helper.make_node("MatMul", ["flat", "w"], ["product"]),
        helper.make_node("Slice", ["shape", "zero", "two"], ["front"]),
        helper.make_node("Concat", ["front", "last"], ["target"], axis=0),
        helper.make_node("Reshape", ["product", "target"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", 1, ["batch", "length", 4])],
        [onnx.ValueInfoProto(name="y")],
        [
            numpy_helper.from_array(np.array(value, np.int64), name)
            for name, value in (("rows", [-1, 4]), ("zero", [0]), ("two", [2]), ("last", [3]))
        ]
        + [numpy_helper.from_array(floats(4, 3, seed=1), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    twin = convert(model, axis_order="onnx").model
    for batch, length in ((3, 5), (5, 1), (1, 7)):
        x = floats(batch, length, 4)
        (expected,) = onnx.reference.ReferenceEvaluator(model).run(None, {"x": x})
        np.testing.assert_allclose(np.asarray(twin(x)), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("start", [0, 2])
def test_a_table_is_cut_to_a_length_that_only_the_data_know(start: int) -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["length"], start=1, end=2),
        helper.make_node("Slice", ["table", "start", "length", "one"], ["part"]),
        helper.make_node("ReduceSum", ["part"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", 1, ["batch", "length"])],
        [onnx.ValueInfoProto(name="y"), onnx.ValueInfoProto(name="part")],
        [numpy_helper.from_array(np.array([value], np.int64), name) for name, value in (("start", start), ("one", 1))]
        + [numpy_helper.from_array(floats(1, 12, 2, seed=1), "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    twin = convert(model, axis_order="onnx").model
    for length in (3, 7):
        x = floats(2, length)
        for mine, theirs in zip(twin(x), onnx.reference.ReferenceEvaluator(model).run(None, {"x": x}), strict=True):
            np.testing.assert_allclose(np.asarray(mine), theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("operator", "attributes", "opset"),
    [
        ("Unsqueeze", {"axes": [0]}, 11),
        ("Squeeze", {"axes": [0]}, 11),
        ("Clip", {"min": -0.5, "max": 0.25}, 10),
        ("Clip", {"max": 0.25}, 7),
        ("Pad", {"pads": [0, 0, 0, 1, 0, 2], "value": 3.0}, 10),
        ("TopK", {"k": 2, "axis": 1}, 9),
        ("ReduceSum", {"axes": [1]}, 11),
        ("Slice", {"starts": [1], "ends": [3], "axes": [1]}, 9),
        ("Split", {"axis": 1, "split": [1, 2]}, 11),
    ],
)
def test_older_opsets_attributes_count_in_what_is_evaluated_at_conversion(
    operator: str, attributes: dict[str, Any], opset: int
) -> None:
    """ONNX Runtime is the truth: the reference evaluator knows only the later form of some."""
    import onnxruntime

    results = ["a", "b"] if operator in ("Split", "TopK") else ["a"]
    graph = helper.make_graph(
        [
            helper.make_node(operator, ["table"], results, **attributes),
            *(helper.make_node("Cast", [name], [f"{name}_float"], to=1) for name in results),
            *(helper.make_node("Add", ["x", f"{name}_float"], [f"{name}_sum"]) for name in results),
        ],
        "g",
        [helper.make_tensor_value_info("x", 1, [1])],
        [helper.make_tensor_value_info(f"{name}_sum", 1, None) for name in results],
        [numpy_helper.from_array(floats(1, 3, 4, seed=1), "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=6)
    x = floats(1)
    expected = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
    got = convert(model, axis_order="onnx").model(x)
    for mine, theirs in zip(got if isinstance(got, list) else [got], expected, strict=True):
        np.testing.assert_allclose(np.asarray(mine), theirs, rtol=1e-6)


def test_arithmetic_on_lengths_bounds_slices_ranges_and_repetitions() -> None:
    """A table's last entries, relative positions from -length to length, and as many copies as there are entries."""
    nodes = [
        helper.make_node("Shape", ["x"], ["length"], start=1, end=2),
        helper.make_node("Squeeze", ["length"], ["scalar"]),
        helper.make_node("Sub", ["twelve", "length"], ["first"]),
        helper.make_node("Slice", ["table", "first", "far", "one"], ["last"]),
        helper.make_node("Add", ["x", "last"], ["a"]),
        helper.make_node("Neg", ["scalar"], ["from"]),
        helper.make_node("Range", ["from", "scalar", "step"], ["positions"]),
        helper.make_node("Cast", ["positions"], ["b"], to=1),
        helper.make_node("Concat", ["length", "one"], ["counts"], axis=0),
        helper.make_node("Tile", ["x", "counts"], ["c"]),
        helper.make_node("Neg", ["length"], ["back"]),
        helper.make_node("Slice", ["x", "back", "far", "one"], ["d"]),
    ]
    constants = {"twelve": [12], "far": [2**62], "one": [1], "step": 1}
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", 1, ["batch", "length"])],
        [onnx.ValueInfoProto(name=name) for name in "abcd"],
        [numpy_helper.from_array(np.array(value, np.int64), name) for name, value in constants.items()]
        + [numpy_helper.from_array(floats(1, 12, seed=1), "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)])
    twin = convert(model, axis_order="onnx").model
    for batch, length in ((2, 3), (1, 7)):
        x = floats(batch, length)
        for mine, theirs in zip(twin(x), onnx.reference.ReferenceEvaluator(model).run(None, {"x": x}), strict=True):
            np.testing.assert_allclose(np.asarray(mine), theirs, rtol=1e-6)


@pytest.mark.parametrize("opset", [2, 11])
def test_an_older_split_has_its_sizes_in_an_attribute(opset: int) -> None:
    agrees("Split", [floats(2, 5)], outputs=2, opset=opset, axis=1, split=[1, 4])
