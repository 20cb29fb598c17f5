"""Inputs that hold boxes get boxes that lie on the images, not random numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from pt2k_gui.sources.box_inputs import holds_boxes, place_boxes
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.inputs import propose, random_tensors

IMAGES = TensorSpec("x", "float32", ("batch", 3, 40, 60))


@pytest.mark.parametrize(
    ("name", "shape", "dtype", "holds"),
    [
        ("boxes", (7, 5), "float32", True),
        ("rois", ("batch", 4), "float32", True),
        ("gt_bboxes", ("batch", 9, 4), "float32", True),
        ("boxes", (7, 6), "float32", False),
        ("boxes", (7, 4), "int64", False),
        ("heroism", (7, 4), "float32", False),
    ],
)
def test_they_are_known_by_name_and_columns(name: str, shape: tuple[int | str, ...], dtype: str, holds: bool) -> None:
    assert holds_boxes(TensorSpec(name, dtype, shape)) is holds


@pytest.mark.parametrize("columns", [4, 5])
def test_a_box_lies_within_an_image_that_there_is(columns: int) -> None:
    boxes = TensorSpec("rois", "float32", (200, columns))
    image, found = random_tensors((IMAGES, boxes), 3)
    assert image.shape == (3, 3, 40, 60)
    x1, y1, x2, y2 = found[:, -4:].T
    assert (x1 >= 0).all() and (y1 >= 0).all() and (x2 <= 60).all() and (y2 <= 40).all()
    assert (x2 - x1 >= 5.9).all() and (y2 - y1 >= 3.9).all()
    if columns == 5:
        assert found[:, 0].unique().tolist() == [0, 1, 2]


def test_arrays_of_another_scale_are_boxes_too_and_other_inputs_stay() -> None:
    values = [np.ones((2, 3, 8, 8), "f"), 1e3 * np.random.default_rng(0).standard_normal((50, 5)).astype("f")]
    kept, boxes = place_boxes((IMAGES, TensorSpec("boxes", "float32", (50, 5))), values)
    assert kept is values[0]
    assert set(boxes[:, 0]) == {0.0, 1.0}
    assert boxes[:, 1:].min() >= 0 and boxes[:, 1:].max() <= 8


class Cropped(nn.Module):
    """The part of each box's image below its corner, summed, as an operator that looks into an image by its number does."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 2, 1)

    def forward(self, x: torch.Tensor, boxes: torch.Tensor) -> torch.Tensor:
        assert boxes.shape[1] == 5
        number = boxes[:, 0].long()
        assert number.min() >= 0 and (boxes[:, 1] < boxes[:, 3]).all()
        return self.first(x)[number].sum((2, 3)) * (boxes[:, 3:] - boxes[:, 1:3])


def test_boxes_are_proposed_for_an_argument_of_that_name() -> None:
    proposed = propose(Cropped(), {})
    assert [spec.name for spec in proposed.inputs] == ["x", "boxes"]
    assert proposed.inputs[1].shape == (8, 5)
