"""Outputs of a layer for one sample, as images of its channels on both sides with their difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pt2k_gui.verify import messages
from pt2k_gui.verify.outputs import pixels
from pt2k_gui.verify.outputs.shown import Panel, Shown

if TYPE_CHECKING:
    import numpy as np

MOST_CHANNELS = 64
_LEAST_SIDE = 12  # pixels; smaller images are enlarged, so that they can be told apart
_BLOCK = 4  # pixels of one number of a vector


def view_activation(expected: np.ndarray, actual: np.ndarray, *, gain: float = 1.0) -> Shown:
    """The channels of both sides on one scale, and their difference.

    Args:
        expected, actual: the ONNX graph's value and the Keras layer's, of one sample, in ONNX's axes.
        gain: how many times the difference is amplified.
    """
    import numpy as np

    if expected.shape != actual.shape:
        return Shown(messages.SHAPES_DIFFER(one=str(expected.shape), other=str(actual.shape)))
    one, other = expected.astype(np.float64), actual.astype(np.float64)
    low, high = pixels.span([one, other])
    difference = np.abs(one - other)
    panels = (
        Panel("ONNX Runtime", pixels.as_map(mosaic(one), low, high), backend="ONNX Runtime"),
        Panel("Keras", pixels.as_map(mosaic(other), low, high), backend="Keras"),
        Panel(messages.DIFFERENCE_TIMES(gain=gain), pixels.as_map(mosaic(difference * gain, 0.0), 0.0, high - low)),
    )
    largest = float(difference.max(initial=0.0))
    shape = " × ".join(map(str, expected.shape)) or "1"
    return Shown(messages.ACTIVATIONS_DIFFER(shape=shape, largest=largest, low=low, high=high), panels)


def mosaic(values: np.ndarray, empty: float | None = None) -> np.ndarray:
    """Any array as one picture: the channels of (channels, height, width) beside and below each other, the first
    ``MOST_CHANNELS`` of them; a table as it is; a vector as squares in rows.

    Args:
        empty: the value of what lies between; the least one where it is None.
    """
    import numpy as np

    values = values.reshape(values.shape or (1,))
    while values.ndim > 3:
        values = values.reshape(-1, *values.shape[-2:])
    background = float(np.nanmin(values)) if empty is None and values.size else (empty or 0.0)
    if values.ndim == 1:
        across = int(np.ceil(np.sqrt(len(values))))
        padded = np.full(across * -(-len(values) // across), background)
        padded[: len(values)] = values
        return padded.reshape(-1, across).repeat(_BLOCK, 0).repeat(_BLOCK, 1)
    if values.ndim == 2:
        return _enlarged(values)
    planes = [_enlarged(plane) for plane in values[:MOST_CHANNELS]]
    across = int(np.ceil(np.sqrt(len(planes))))
    height, width = planes[0].shape
    rows = -(-len(planes) // across)
    made = np.full((rows * (height + 1) - 1, across * (width + 1) - 1), background)
    for number, plane in enumerate(planes):
        top, left = (number // across) * (height + 1), (number % across) * (width + 1)
        made[top : top + height, left : left + width] = plane
    return made


def _enlarged(plane: np.ndarray) -> np.ndarray:
    times = max(1, -(-_LEAST_SIDE // max(min(plane.shape), 1)))
    return plane.repeat(times, 0).repeat(times, 1)
