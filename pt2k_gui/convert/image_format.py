"""Keeps Keras's default axis order of images where it was: a person's keras.json and onnx2keras may set another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def image_data_format(data_format: str) -> Iterator[None]:
    """Within the block, new layers take ``"channels_last"`` or ``"channels_first"``; afterwards the old default is back."""
    before = keras.config.image_data_format()
    keras.config.set_image_data_format(data_format)
    try:
        yield
    finally:
        keras.config.set_image_data_format(before)
