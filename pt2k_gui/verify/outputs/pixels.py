"""Arrays as colours: images, classes, maps, waves and spectra as (height, width, 3) uint8."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.palette import Colours

_RAMP = ((68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37))  # dark to bright, even in lightness
_WAVE_WIDTH, _WAVE_HEIGHT = 600, 160
_WINDOW = 256  # samples of sound in one column of a spectrum
_FLOOR_DB = -80.0


def rgb(text: str) -> tuple[int, int, int]:
    """``#RRGGBB`` as three numbers."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def span(arrays: list[np.ndarray]) -> tuple[float, float]:
    """The lowest and the highest finite value of several arrays, so that they are drawn on one scale."""
    import numpy as np

    finite = [array[np.isfinite(array)] for array in arrays]
    found = [array for array in finite if array.size]
    if not found:
        return 0.0, 1.0
    low, high = min(float(a.min()) for a in found), max(float(a.max()) for a in found)
    return low, high if high > low else low + 1.0


def image_range(low: float, high: float) -> tuple[float, float]:
    """The range that an image's values are from, by where they lie: 0 to 1, -1 to 1, 0 to 255, or their own."""
    slack = 0.1
    if low >= -slack and high <= 1 + slack:
        return 0.0, 1.0
    if low >= -1 - slack and high <= 1 + slack:
        return -1.0, 1.0
    if low >= -slack * 255 and 8 < high <= 255 * (1 + slack):
        return 0.0, 255.0
    return low, high


def as_image(planes: np.ndarray, low: float, high: float) -> np.ndarray:
    """(channels, height, width), (height, width, channels) or (height, width), from ``low`` as black to ``high``."""
    import numpy as np

    if planes.ndim == 2:
        planes = planes[None]
    if planes.shape[0] not in (1, 3) and planes.shape[-1] in (1, 3):
        planes = np.moveaxis(planes, -1, 0)
    scaled = np.clip(np.nan_to_num((planes[:3] - low) / (high - low)), 0, 1) * 255
    grey = scaled if scaled.shape[0] == 3 else scaled[:1].repeat(3, 0)
    return np.ascontiguousarray(np.moveaxis(grey, 0, -1)).round().astype(np.uint8)


def as_map(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """(height, width) on a ramp of colours from dark to bright."""
    import numpy as np

    share = np.clip(np.nan_to_num((values - low) / (high - low)), 0, 1) * (len(_RAMP) - 1)
    ramp, first = np.array(_RAMP, np.float64), np.minimum(share.astype(int), len(_RAMP) - 2)
    part = (share - first)[..., None]
    return (ramp[first] * (1 - part) + ramp[first + 1] * part).round().astype(np.uint8)


def class_colour(number: int) -> tuple[int, int, int]:
    """A colour for a class; neighbours in number are far apart on the circle of colours. The first class, mostly the
    background, is grey."""
    if number == 0:
        return 90, 96, 104
    shade = colorsys.hsv_to_rgb((number * 0.6180339887) % 1.0, 0.62, 0.92 - 0.22 * (number % 2))
    return tuple(round(255 * part) for part in shade)  # type: ignore[return-value]


def as_classes(numbers: np.ndarray) -> np.ndarray:
    """(height, width) of classes in their colours."""
    import numpy as np

    table = np.array([class_colour(number) for number in range(int(numbers.max()) + 1)], np.uint8)
    return table[numbers]


def blended(over: np.ndarray, under: np.ndarray | None, share: float = 0.6) -> np.ndarray:
    """A picture over another one, which is brought to its size; alone where there is none."""
    import numpy as np

    if under is None:
        return over
    rows = np.linspace(0, under.shape[0] - 1, over.shape[0]).round().astype(int)
    columns = np.linspace(0, under.shape[1] - 1, over.shape[1]).round().astype(int)
    below = under[rows][:, columns].astype(np.float64)
    return (over * share + below * (1 - share)).round().astype(np.uint8)


def as_wave(sound: np.ndarray, colour: str, colours: Colours, most: float) -> np.ndarray:
    """Sound as the range of its values in each column, on a scale that ends at ``most``."""
    import numpy as np

    made = np.empty((_WAVE_HEIGHT, _WAVE_WIDTH, 3), np.uint8)
    made[:] = rgb(colours.surface)
    edges = np.linspace(0, len(sound), _WAVE_WIDTH + 1).astype(int)
    rows = np.arange(_WAVE_HEIGHT)
    for column in range(_WAVE_WIDTH):
        part = sound[edges[column] : max(edges[column + 1], edges[column] + 1)]
        if not part.size:
            continue
        top, bottom = ((0.5 - 0.48 * value / most) * _WAVE_HEIGHT for value in (part.max(), part.min()))
        made[(rows >= np.floor(top)) & (rows <= np.ceil(bottom)), column] = rgb(colour)
    return made


def as_spectrum(sound: np.ndarray) -> np.ndarray:
    """Sound as its short-time spectrum in decibels, low frequencies at the bottom."""
    import numpy as np

    padded = np.pad(sound, (0, max(0, _WINDOW - len(sound))))
    step = max(_WINDOW // 2, (len(padded) - _WINDOW) // _WAVE_WIDTH + 1)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::step] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(frames, axis=1)).T[::-1]
    decibels = 20 * np.log10(power / max(float(power.max()), 1e-12) + 1e-12)
    return as_map(decibels, _FLOOR_DB, 0.0)
