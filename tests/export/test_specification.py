"""What people type about a model's inputs: shapes, presets, types and ranges; and what is said of nonsense."""

from __future__ import annotations

import pytest

from pt2k_gui.export.specification import SHAPES, parse_inputs, presets_for
from pt2k_gui.problem import Problem
from pt2k_gui.sources.card import ModelInfo, TensorSpec


def _card(*inputs: TensorSpec) -> ModelInfo:
    return ModelInfo("m.pt", "m", "checkpoint", "", 0, "", 0, 0, inputs)


_PICTURE = TensorSpec("image", "float32", ("batch", 3, 32, 32))
_IDS = TensorSpec("ids", "int64", ("batch", 128), 0, 100)


@pytest.mark.parametrize("name", SHAPES)
def test_a_presets_name_does_for_a_shape(name: str) -> None:
    (spec,) = parse_inputs([name], _card(_PICTURE))
    assert spec.shape == SHAPES[name]


def test_a_sequence_of_vectors_keeps_their_size() -> None:
    (spec,) = parse_inputs(["sequence"], _card(TensorSpec("x", "float32", ("batch", 16, 7))))
    assert spec.shape == ("batch", 128, 7)


def test_sizes_that_were_proposed_are_examples_where_the_new_shape_leaves_them_open() -> None:
    (spec,) = parse_inputs(["N,3,H,W"], _card(_PICTURE))
    assert spec.shape == ("batch", 3, "H", "W") and spec.free_axes() == (2, 3)
    assert spec.sizes(5) == (5, 3, 32, 32) and spec.sizes(5, 2) == (5, 3, 64, 64)
    (spec,) = parse_inputs(["N,3,H,W,D"], _card(_PICTURE))
    assert spec.sizes(5)[2] > 1


def test_types_and_ranges_are_given_by_name_where_there_are_several_inputs() -> None:
    image, ids = parse_inputs(["image=1,3,8,8"], _card(_PICTURE, _IDS), ["image=uint8"], ["ids=5..29", "image=0..255"])
    assert (image.dtype, image.low, image.high, image.shape) == ("uint8", 0, 256, (1, 3, 8, 8))
    assert (ids.dtype, ids.low, ids.high) == ("int64", 5, 30)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"shapes": ["3,3"]}, "must name one"),
        ({"types": ["text=int64"]}, "no input text"),
        ({"types": ["ids=string"]}, "not an input type"),
        ({"ranges": ["ids=9..3"]}, "not a range of whole numbers"),
        ({"ranges": ["ids=all"]}, "not a range of whole numbers"),
        ({"ranges": ["image=0..3"]}, "takes float32"),
    ],
)
def test_nonsense_is_refused_with_what_would_do(given: dict[str, list[str]], words: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_inputs(given.pop("shapes", []), _card(_PICTURE, _IDS), **given)
    assert words in caught.value.sentence and caught.value.hint


@pytest.mark.parametrize(
    ("dtype", "shape", "names"),
    [
        ("float32", ("batch", 1, 28, 28), ("1x28x28",)),
        ("float32", ("batch", 3, "height", "width"), ("3x224x224",)),
        ("float32", ("batch", 784), ("1x784", "1x1x256x784")),
        ("int64", ("batch", 128), ("sequence",)),
        ("float32", ("batch", "time", 80), ("sequence",)),
        ("float32", ("batch", 7), ()),
        ("bool", ("batch", 1, 28, 28), ()),
        ("float32", (), ()),
    ],
)
def test_only_presets_that_an_input_may_take_are_offered(
    dtype: str, shape: tuple[int | str, ...], names: tuple[str, ...]
) -> None:
    assert presets_for(TensorSpec("x", dtype, shape)) == names
