"""What ONNX Runtime's optimiser and quantizer write, with ONNX Runtime as the truth."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import parser

from pt2k_gui.convert import convert

HEADER = """<ir_version: 8, opset_import: ["" : 14, "com.microsoft" : 1]>
g (float[batch, 4, 6] x) => (float[{out}] y)
<float[6] a = {{1, -2, 3, 0.5, 1, 2}}, float[6] b = {{0.1, 0.2, 0.3, 0.4, 0.5, 0.6}}, float s = {{0.05}}, float r = {{0.1}},
 uint8 z = {{120}}, uint8 w = {{100}}, int64[4] image = {{-1, 4, 2, 3}}, int64[3] back = {{0, 4, -1}}, int64[2] flat = {{-1, 6}},
 float[2, 4, 1, 1] kernel = {{1, -1, 0.5, 2, 0.3, 0.1, -0.2, 0.4}}, float[6, 3] matrix =
 {{1, 0, 1, 2, 1, 0, 0.5, 1, 1, 0.1, 0.2, 0.3, 1, 1, 1, -1, -2, 0}}, int32[3] whole = {{40, -20, 7}}>
{{ {body} }}"""
QUANTIZED = "q = QuantizeLinear (x, s, z) "
BODIES = {
    "inverse": "g = com.microsoft.FusedMatMul <transB = 1> (x, x) y = com.microsoft.Inverse (g)",
    "cdist": "f = Reshape (x, flat) t = Transpose (matrix) y = com.microsoft.CDist (f, t)",
    "cdist_euclidean": """f = Reshape (x, flat) t = Transpose (matrix)
        y = com.microsoft.CDist <metric = "euclidean"> (f, t)""",
    "gelu": "y = com.microsoft.Gelu (x)",
    "bias_gelu": "y = com.microsoft.BiasGelu (x, b)",
    "fast_gelu": "y = com.microsoft.FastGelu (x, b)",
    "quick_gelu": "y = com.microsoft.QuickGelu <alpha = 1.702> (x)",
    "fused_matmul": "y = com.microsoft.FusedMatMul <alpha = 0.5, transB = 1> (x, x)",
    "fused_matmul_of_a_constant": "y = com.microsoft.FusedMatMul <alpha = 0.5> (x, matrix)",
    "fused_gemm": """f = Reshape (x, flat) y = com.microsoft.FusedGemm <activation = "Relu"> (f, matrix)""",
    "fused_conv": """i = Reshape (x, image)
        y = com.microsoft.FusedConv <activation = "LeakyRelu", activation_params = [0.2]> (i, kernel)""",
    "fused_conv_and_sum": """i = Reshape (x, image) c = Conv (i, kernel)
        y = com.microsoft.FusedConv <activation = "Relu"> (i, kernel, , c)""",
    "skip_layer_normalization": "y = com.microsoft.SkipLayerNormalization <epsilon = 0.001> (x, x, a, b, b)",
    "skip_layer_normalization_and_sum": """n, , , t = com.microsoft.SkipLayerNormalization (x, x, a, b)
        y = Add (n, t)""",
    "skip_simplified": "y = com.microsoft.SkipSimplifiedLayerNormalization (x, x, a)",
    "layer_normalization": "y = LayerNormalization (x, a, b)",
    "simplified": "y = SimplifiedLayerNormalization (x, a)",
    "qlinear_add": QUANTIZED + "t = com.microsoft.QLinearAdd (q, s, z, q, s, z, r, w) y = DequantizeLinear (t, r, w)",
    "qlinear_mul": QUANTIZED + "t = com.microsoft.QLinearMul (q, s, z, q, s, z, r, w) y = DequantizeLinear (t, r, w)",
    "qlinear_sigmoid": QUANTIZED + "t = com.microsoft.QLinearSigmoid (q, s, z, s, w) y = DequantizeLinear (t, s, w)",
    "qlinear_leaky_relu": QUANTIZED
    + "t = com.microsoft.QLinearLeakyRelu <alpha = 0.1> (q, s, z, r, w) y = DequantizeLinear (t, r, w)",
    "qlinear_concat": QUANTIZED
    + "t = com.microsoft.QLinearConcat <axis = 1> (r, w, q, s, z, q, s, z) y = DequantizeLinear (t, r, w)",
    "qlinear_average_pool": QUANTIZED
    + """i = Reshape (q, image) t = com.microsoft.QLinearAveragePool <kernel_shape = [2, 2]> (i, s, z, r, w)
        y = DequantizeLinear (t, r, w)""",
    "qlinear_softmax": QUANTIZED
    + "t = com.microsoft.QLinearSoftmax <axis = -1, opset = 13> (q, s, z, s, w) y = DequantizeLinear (t, s, w)",
    "qgemm": QUANTIZED
    + """f = Reshape (q, flat) p = QuantizeLinear (matrix, r, w)
        t = com.microsoft.QGemm (f, s, z, p, r, w, whole, r, z) y = DequantizeLinear (t, r, z)""",
    "qgemm_to_real_numbers": QUANTIZED
    + """f = Reshape (q, flat) p = QuantizeLinear (matrix, r, w) y = com.microsoft.QGemm (f, s, z, p, r, w, whole)""",
    "qlinear_global_average_pool": QUANTIZED
    + """i = Reshape (q, image) t = com.microsoft.QLinearGlobalAveragePool (i, s, z, r, w)
        y = DequantizeLinear (t, r, w)""",
}
SHAPES = {
    "inverse": "batch, 4, 4",
    "cdist": "n, 3", "cdist_euclidean": "n, 3",
    "fused_matmul": "batch, 4, 4", "fused_matmul_of_a_constant": "batch, 4, 3", "fused_gemm": "n, 3",
    "qlinear_average_pool": "batch, 4, 1, 2", "qgemm": "n, 3", "qgemm_to_real_numbers": "n, 3",
    "fused_conv": "batch, 2, 2, 3", "fused_conv_and_sum": "batch, 2, 2, 3", "qlinear_concat": "batch, 8, 6",
    "qlinear_global_average_pool": "batch, 4, 1, 1",
}  # fmt: skip


def compared(model: onnx.ModelProto, x: np.ndarray, step: float) -> None:
    (expected,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
    got = np.asarray(convert(model, axis_order="onnx").model(x))
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5 + step)


@pytest.mark.parametrize("name", BODIES)
def test_an_operator_of_onnx_runtime_gives_its_numbers(name: str) -> None:
    model = parser.parse_model(HEADER.format(out=SHAPES.get(name, "batch, 4, 6"), body=BODIES[name]))
    x = np.random.default_rng(1).standard_normal((3, 4, 6)).astype(np.float32)
    # ONNX Runtime rounds a quantised operator's own integers: half a step to the other side is one step.
    compared(model, x, 0.1 if name.startswith("qlinear") or name == "qgemm" else 0.0)


def test_nodes_in_another_order_than_they_are_computed_in_are_put_in_order() -> None:
    model = parser.parse_model(HEADER.format(out="batch, 4, 6", body="t = Relu (x) u = Exp (t) y = Add (u, t)"))
    x = np.random.default_rng(1).standard_normal((3, 4, 6)).astype(np.float32)
    (expected,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes[::-1])
    np.testing.assert_allclose(np.asarray(convert(model, axis_order="onnx").model(x)), expected, rtol=1e-5)
