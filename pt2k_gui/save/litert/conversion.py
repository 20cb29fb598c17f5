"""From a Keras model to the bytes of a LiteRT file in float32."""

from __future__ import annotations

import gc
from typing import Any

from pt2k_gui.files import scratch_folder
from pt2k_gui.save.litert.problems import in_words
from pt2k_gui.save.litert.tracing import export


def float32_file(model: Any) -> bytes:
    """The model in LiteRT's built-in operators.

    Raises:
        Problem: an operation of it has no form there.
    """
    import tensorflow as tf

    with scratch_folder() as folder:
        export(model, str(folder))
        converter = tf.lite.TFLiteConverter.from_saved_model(str(folder))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        gc.freeze()  # the converter searches for unreachable objects, among the millions that the frameworks keep
        try:
            content: bytes = converter.convert()
        except Exception as error:  # the converter's own has no base class that tells it from others
            raise in_words(error, [layer.name for layer in model.layers]) from error
        finally:
            gc.unfreeze()
        return content
