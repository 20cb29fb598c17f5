"""RoiAlign against ONNX Runtime and DeformConv against ONNX's reference evaluator, of known and of free sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnx.reference
import pytest
from onnx import helper
from test_selection import compare, model_of

from pt2k_gui.convert import convert
from pt2k_gui.problem import Problem


def regions(count: int, batch: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Boxes that reach over the image's edges, one of them upside down, and the image of each."""
    rng = np.random.default_rng(seed)
    low = rng.uniform(-6, 40, (count, 2))
    boxes = np.concatenate([low, low + rng.uniform(-1, 30, (count, 2))], axis=1).astype(np.float32)
    return boxes, rng.integers(0, batch, count)


@pytest.mark.parametrize("shift", ["half_pixel", "output_half_pixel"])
@pytest.mark.parametrize(("mode", "ratio"), [("avg", 2), ("avg", 0), ("max", 3)])
def test_boxes_are_sampled_as_onnx_runtime_does(shift: str, mode: str, ratio: int) -> None:
    node = helper.make_node(
        "RoiAlign",
        ["x", "boxes", "images"],
        ["y"],
        coordinate_transformation_mode=shift,
        mode=mode,
        sampling_ratio=ratio,
        output_height=3,
        output_width=4,
        spatial_scale=0.5,
    )
    inputs: dict[str, tuple[int, list[Any]]] = {
        "x": (1, ["b", 5, "h", "w"]),
        "boxes": (1, ["r", 4]),
        "images": (7, ["r"]),
    }
    model = model_of([node], inputs, ["y"])
    x = np.random.default_rng(0).standard_normal((2, 5, 17, 23)).astype(np.float32)
    compare(model, [x, *regions(6, 2, 1)], [x[:1, :, :9], *regions(1, 1, 2)], tolerance=2e-5)


def test_a_maximum_over_as_many_samples_as_a_box_has_pixels_is_refused() -> None:
    node = helper.make_node("RoiAlign", ["x", "boxes", "images"], ["y"], mode="max")
    inputs: dict[str, tuple[int, list[Any]]] = {"x": (1, [1, 2, 8, 8]), "boxes": (1, [3, 4]), "images": (7, [3])}
    with pytest.raises(Problem, match="set a sampling ratio"):
        convert(model_of([node], inputs, ["y"]))


@pytest.mark.parametrize(
    ("group", "offset_group", "pads", "stride", "dilation", "masked"),
    [(1, 1, 0, 1, 1, False), (2, 1, 1, 2, 1, True), (1, 2, 1, 1, 2, True), (4, 4, 2, 2, 1, False)],
)
@pytest.mark.parametrize("free", [False, True])
def test_a_convolution_with_displaced_taps_is_the_specifications(
    group: int, offset_group: int, pads: int, stride: int, dilation: int, masked: bool, free: bool
) -> None:
    rng = np.random.default_rng(6)
    x = rng.standard_normal((2, 4, 8, 9)).astype(np.float32)
    kernel = rng.standard_normal((8, 4 // group, 3, 2)).astype(np.float32)
    height, width = ((length + 2 * pads - (size - 1) * dilation - 1) // stride + 1 for length, size in ((8, 3), (9, 2)))
    offset = rng.uniform(-3, 3, (2, offset_group * 12, height, width)).astype(np.float32)
    mask = rng.uniform(0, 1, (2, offset_group * 6, height, width)).astype(np.float32)
    node = helper.make_node(
        "DeformConv",
        ["x", "w", "offset", "bias", *(["mask"] if masked else [])],
        ["y"],
        group=group,
        offset_group=offset_group,
        pads=[pads] * 4,
        strides=[stride] * 2,
        dilations=[dilation] * 2,
        kernel_shape=[3, 2],
    )
    size: list[Any] = ["h", "w"] if free else [height, width]
    inputs: dict[str, tuple[int, list[Any]]] = {
        "x": (1, ["b", 4, *(["hx", "wx"] if free else [8, 9])]),
        "offset": (1, ["b", offset_group * 12, *size]),
    }
    inputs |= {"mask": (1, ["b", offset_group * 6, *size])} if masked else {}
    model = model_of([node], inputs, ["y"], {"w": kernel, "bias": rng.standard_normal(8).astype(np.float32)})
    feeds = {"x": x, "offset": offset} | ({"mask": mask} if masked else {})
    (expected,) = onnx.reference.ReferenceEvaluator(model).run(None, feeds)
    twin = convert(model, axis_order="onnx", trainable=True).model
    np.testing.assert_allclose(np.asarray(twin(list(feeds.values()))), expected, rtol=1e-4, atol=1e-4)
    assert sum(int(np.prod(variable.shape)) for variable in twin.trainable_variables) == kernel.size + 8
