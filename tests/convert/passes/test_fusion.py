"""What exporters spell out becomes the one operation that it is, with the same numbers."""

from __future__ import annotations

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import parser

from pt2k_gui.convert import Conversion, convert

HEADER = """<ir_version: 8, opset_import: ["" : 17]>
g (float[batch, 6, 8] x) => (float[batch, 6, 8] y)
<float[8] scale = {1, 2, 3, 4, 5, 6, 7, 8}, float[8] shift = {8, 7, 6, 5, 4, 3, 2, 1}, float eps = {0.00001},
 float two = {2}, float three = {3}, float one = {1}, float half = {0.5}, float root = {1.4142135}, float c = {0.044715},
 float q = {0.7978846}, float quick = {1.702}>
"""

SPELLED = {
    "layer_normalization": (
        """m = ReduceMean <axes = [-1], keepdims = 1> (x)
           d = Sub (x, m) p = Pow (d, two)
           v = ReduceMean <axes = [-1], keepdims = 1> (p)
           w = Add (v, eps) s = Sqrt (w) n = Div (d, s) t = Mul (n, scale) y = Add (t, shift)""",
        "LayerNormalization",
    ),
    "rms_normalization": (
        """p = Mul (x, x) v = ReduceMean <axes = [-1], keepdims = 1> (p)
           w = Add (v, eps) s = Sqrt (w) r = Reciprocal (s) n = Mul (x, r) y = Mul (scale, n)""",
        "RMSNormalization",
    ),
    "gelu": (
        "a = Div (x, root) e = Erf (a) f = Add (e, one) h = Mul (x, f) y = Mul (h, half)",
        "Gelu",
    ),
    "gelu_of_a_half": (
        "a = Div (x, root) e = Erf (a) f = Add (e, one) h = Mul (half, x) y = Mul (h, f)",
        "Gelu",
    ),
    "gelu_by_tanh": (
        """p = Pow (x, three) k = Mul (p, c) i = Add (x, k) s = Mul (i, q) t = Tanh (s) f = Add (t, one)
           h = Mul (x, half) y = Mul (h, f)""",
        "Gelu",
    ),
    "gelu_by_tanh_with_products": (
        """a = Mul (x, c) b = Mul (a, x) k = Mul (b, x) i = Add (x, k) s = Mul (i, q) t = Tanh (s) f = Add (one, t)
           h = Mul (x, f) y = Mul (h, half)""",
        "Gelu",
    ),
    "silu": ("s = Sigmoid (x) y = Mul (x, s)", "Silu"),
    "hard_swish": ("s = HardSigmoid <alpha = 0.16666667, beta = 0.5> (x) y = Mul (s, x)", "HardSilu"),
    "attention": (
        """t = Transpose <perm = [0, 2, 1]> (x) l = MatMul (x, t) z = Mul (l, half) s = Softmax <axis = -1> (z)
           y = MatMul (s, x)""",
        "Softmax",
    ),
}


def converted(text: str) -> tuple[onnx.ModelProto, Conversion]:
    model = parser.parse_model(text)
    return model, convert(model, axis_order="onnx")


def agrees(model: onnx.ModelProto, conversion: Conversion, **inputs: np.ndarray) -> None:
    (expected,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, inputs)
    given = [inputs[spec.name] for spec in conversion.report.signature.inputs]
    got = conversion.model(given if len(given) > 1 else given[0])
    np.testing.assert_allclose(np.asarray(got), expected, rtol=1e-4, atol=1e-5 * float(np.abs(expected).max()))


def operations(conversion: Conversion) -> list[str]:
    return [type(operation).__name__ for operation in conversion.model.operations]


def floats(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("name", SPELLED)
def test_it_is_one_operation(name: str) -> None:
    text, expected = SPELLED[name]
    model, conversion = converted(HEADER + "{" + text + "}")
    agrees(model, conversion, x=floats(3, 6, 8))
    made = operations(conversion)
    assert expected in made
    if name != "attention":  # of three axes: it is what its matrix products say
        assert len(made) == 2, made


@pytest.mark.parametrize(
    "text",
    [
        "s = Sigmoid (x) t = Mul (x, s) y = Add (t, s)",  # the gate is read by another too
        "s = HardSigmoid <alpha = 0.2, beta = 0.5> (x) y = Mul (s, x)",
        "a = Div (x, half) e = Erf (a) f = Add (e, one) h = Mul (x, f) y = Mul (h, half)",
        """m = ReduceMean <axes = [1], keepdims = 1> (x) d = Sub (x, m) p = Pow (d, two)
           v = ReduceMean <axes = [-1], keepdims = 1> (p)
           w = Add (v, eps) s = Sqrt (w) n = Div (d, s) t = Mul (n, scale) y = Add (t, shift)""",
        """p = Pow (x, two) k = Mul (p, c) i = Add (x, k) s = Mul (i, q) t = Tanh (s) f = Add (t, one)
           h = Mul (x, half) y = Mul (h, f)""",
    ],
)
def test_what_only_looks_like_it_keeps_its_numbers(text: str) -> None:
    model, conversion = converted(HEADER + "{" + text + "}")
    agrees(model, conversion, x=floats(3, 6, 8))


ATTENTION = """<ir_version: 8, opset_import: ["" : 17]>
g (float[batch, length, 24] x, float[{mask}] m) => (float[batch, length, {width}] y)
<int64[4] heads = {{0, 0, 3, {size}}}, int64[4] value_heads = {{0, 0, 3, {value}}}, int64[3] back = {{0, 0, -1}},
 float s = {{0.35}}, float r = {{2.0}}, int64[2] parts = {{24, 24}}>
{{
  a = Reshape (x, heads) q = Transpose <perm = [0, 2, 1, 3]> (a) k = Transpose <perm = [0, 2, 3, 1]> (a)
  b = Reshape (x, value_heads) v = Transpose <perm = [0, 2, 1, 3]> (b)
  p = Mul (q, s) l = MatMul (p, k) d = Div (l, r) w = Add ({sum}) o = Softmax <axis = -1> (w) z = MatMul (o, v)
  e = Transpose <perm = [0, 2, 1, 3]> (z) y = Reshape (e, back)
}}"""


@pytest.mark.parametrize("mask", ["batch, 1, length, length", "1, 1, 1, length", "length, length", "batch, 3, 1, 1"])
@pytest.mark.parametrize("sum", ["d, m", "m, d"])
def test_attention_over_heads_moves_no_axis(mask: str, sum: str) -> None:
    model, conversion = converted(ATTENTION.format(mask=mask, sum=sum, size=8, value=8, width=24))
    lengths = {"batch": 2, "length": 5}
    shape = [lengths.get(part, 0) or int(part) for part in mask.split(", ")]
    agrees(model, conversion, x=floats(2, 5, 24), m=floats(*shape, seed=1))
    assert "DotProductAttention" in operations(conversion)
    assert conversion.report.transposes == 0


def test_attention_whose_values_are_wider_than_its_keys_is_spelled_out() -> None:
    text = ATTENTION.format(mask="length, length", sum="d, m", size=8, value=8, width=24)
    text = text.replace("b = Reshape", "u = Concat <axis = -1> (x, x) b = Reshape").replace(
        "(x, value_heads)", "(u, value_heads)"
    )
    text = text.replace("int64[4] value_heads = {0, 0, 3, 8}", "int64[4] value_heads = {0, 0, 3, 16}")
    text = text.replace("float[batch, length, 24] y", "float[batch, length, 48] y")
    model, conversion = converted(text)
    agrees(model, conversion, x=floats(2, 5, 24), m=floats(5, 5, seed=1))
    assert "DotProductAttention" not in operations(conversion)


def test_a_learned_scale_of_attention_stays_a_weight_of_a_twin_that_is_trained() -> None:
    text = ATTENTION.format(mask="length, length", sum="d, m", size=8, value=8, width=24)
    conversion = convert(parser.parse_model(text), axis_order="onnx", trainable=True)
    assert conversion.report.trainable_parameters == 2  # s and r, which the file holds as learned numbers


def test_rows_of_attention_that_see_no_key_give_zeros() -> None:
    text = ATTENTION.format(mask="batch, 1, length, length", sum="d, m", size=8, value=8, width=24)
    text = text.replace("z = MatMul (o, v)", "n = IsNaN (o) f = Where (n, nothing, o) z = MatMul (f, v)")
    text = text.replace("int64[2] parts = {24, 24}", "float nothing = {0.0}")
    mask = np.where(np.random.default_rng(2).random((2, 1, 5, 5)) < 0.4, -np.inf, 0).astype(np.float32)
    mask[0, 0, 3] = -np.inf
    model, conversion = converted(text)
    agrees(model, conversion, x=floats(2, 5, 24), m=mask)
    assert "DotProductAttention" in operations(conversion)


@pytest.mark.parametrize("size", [1, 5])
@pytest.mark.parametrize("axis", [-1, 2])
def test_layer_normalization_is_over_the_last_axes_that_keras_holds(size: int, axis: int) -> None:
    """Under PyTorch, Keras normalizes the last axes whatever it is asked for: a file with others would fail there."""
    shape = (6,) if axis == -1 else (size, 6)
    text = f"""<ir_version: 8, opset_import: ["" : 17]>
    g (float[batch, 6, {size}, {size}] x) => (float[batch, {size}, {size}, 6] y)
    <float[6, 6, 1, 1] w, float{list(shape)} scale, float{list(shape)} shift>
    {{ c = Conv (x, w) t = Transpose <perm = [0, 2, 3, 1]> (c)
       y = LayerNormalization <axis = {axis}, epsilon = 0.001> (t, scale, shift) }}"""
    model = parser.parse_model(text)
    rng = np.random.default_rng(0)
    model.graph.initializer.extend(
        onnx.numpy_helper.from_array(rng.standard_normal(s).astype(np.float32), name)
        for name, s in (("w", (6, 6, 1, 1)), ("scale", shape), ("shift", shape))
    )
    for axis_order in ("onnx", "keras"):
        conversion = convert(model, axis_order=axis_order)
        (spec,) = conversion.report.signature.inputs
        x = rng.standard_normal((3, 6, size, size)).astype(np.float32)
        (expected,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
        got = np.asarray(conversion.model(x.transpose(spec.permutation)))
        (out,) = conversion.report.signature.outputs
        np.testing.assert_allclose(got, expected.transpose(out.permutation), rtol=1e-4, atol=1e-5)
        for layer in conversion.model.layers:
            if isinstance(layer, keras.layers.LayerNormalization):
                rank = len(layer.input.shape)
                assert [a % rank for a in layer.axis] == list(range(rank - len(shape), rank))


LAYERED = """<ir_version: 8, opset_import: ["" : 20]>
g (float[batch, 8] x) => (float[batch, 8] y)
<float zero = {{0}}, float six = {{6}}>
{{ {body} }}"""


def layered(body: str) -> tuple[onnx.ModelProto, Conversion]:
    model = parser.parse_model(LAYERED.format(body=body))
    model.graph.initializer.append(onnx.numpy_helper.from_array(floats(8, 8, seed=1) * 2, "w"))
    model.graph.initializer.append(onnx.numpy_helper.from_array(floats(8, seed=2), "b"))
    return model, convert(model, axis_order="onnx")


@pytest.mark.parametrize(
    ("node", "name"),
    [
        ("Relu (l)", "relu"),
        ("Clip (l, zero, six)", "relu6"),
        ("Sigmoid (l)", "sigmoid"),
        ("Tanh (l)", "tanh"),
        ("Elu (l)", "elu"),
        ("Selu (l)", "selu"),
        ("Gelu (l)", "gelu"),
        ("Mul (l, s)", "silu"),
    ],
)
@pytest.mark.parametrize("product", ["m = MatMul (x, w) l = Add (m, b)", "l = Gemm (x, w, b)", "l = MatMul (x, w)"])
def test_an_activation_behind_a_layer_is_the_layers_own(node: str, name: str, product: str) -> None:
    model, conversion = layered(f"{product} {'s = Sigmoid (l)' if name == 'silu' else ''} y = {node}")
    agrees(model, conversion, x=floats(3, 8))
    assert operations(conversion) == ["InputLayer", "Dense"]
    assert conversion.model.layers[1].activation.__name__ == name
    # The report names the layer for each of the nodes, and compares it with what the activation gives.
    assert {row.layers for row in conversion.report.nodes} == {(conversion.model.layers[1].name,)}
    assert [(row.name, row.layer) for row in conversion.report.values] == [("y", conversion.model.layers[1].name)]


@pytest.mark.parametrize(
    "body",
    [
        "l = MatMul (x, w) r = Relu (l) y = Sub (r, l)",  # the product is read by another too
        "l = MatMul (x, w) r = Relu (l) y = MatMul (r, w)",  # the matrix is used again, without an activation
        "l = MatMul (x, w) y = Elu <alpha = 0.5> (l)",
        'l = MatMul (x, w) y = Gelu <approximate = "tanh"> (l)',
        "l = MatMul (x, w) y = Clip (l, zero)",
    ],
)
def test_an_activation_that_is_not_a_layers_own_stays_apart(body: str) -> None:
    model, conversion = layered(body)
    agrees(model, conversion, x=floats(3, 8))
    dense = [layer for layer in conversion.model.layers if isinstance(layer, keras.layers.Dense)]
    assert [layer.activation.__name__ for layer in dense] == ["linear"]


@pytest.mark.parametrize(
    ("channels", "group", "expected"),
    [(4, 1, ["Conv2D"]), (4, 4, ["DepthwiseConv2D"]), (4, 2, ["Conv2D"])],
)
def test_a_convolution_takes_its_activation_in(channels: int, group: int, expected: list[str]) -> None:
    kernel = onnx.numpy_helper.from_array(floats(channels, channels // group, 3, 3), "w")
    graph = parser.parse_graph(
        f"g (float[batch, {channels}, 6, 7] x) => (float[batch, {channels}, 6, 7] y)"
        f"{{ c = Conv <group = {group}, pads = [1, 1, 1, 1]> (x, w) y = Relu (c) }}"
    )
    graph.initializer.append(kernel)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    conversion = convert(model, axis_order="keras")
    assert operations(conversion) == ["InputLayer", *expected]
    x = floats(2, channels, 6, 7)
    (want,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
    np.testing.assert_allclose(np.moveaxis(np.asarray(conversion.model(np.moveaxis(x, 1, -1))), -1, 1), want, atol=1e-5)


def test_a_convolution_that_became_several_has_its_activation_behind_them() -> None:
    graph = parser.parse_graph(
        "g (float[batch, 256, 3, 3] x) => (float[batch, 256, 3, 3] y) { c = Conv <group = 8> (x, w) y = Relu (c) }"
    )
    graph.initializer.append(onnx.numpy_helper.from_array(floats(256, 32, 1, 1) * 0.2, "w"))
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 18)], ir_version=8)
    conversion = convert(model, axis_order="onnx")
    agrees(model, conversion, x=floats(2, 256, 3, 3))
    assert operations(conversion).count("Activation") == 1
