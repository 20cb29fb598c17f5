"""Element types: ONNX's numbers, numpy's types and Keras's names for the same thing."""

from __future__ import annotations

import numpy as np


def numpy_dtype(name: str) -> np.dtype:
    """Keras's name (``"bfloat16"`` included) as a numpy dtype."""
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def keras_dtype(dtype: np.dtype) -> str:
    """A numpy dtype as Keras spells it."""
    return str(np.dtype(dtype))


def onnx_to_numpy(elem_type: int) -> np.dtype:
    """ONNX's ``TensorProto`` element type as a numpy dtype."""
    import onnx

    return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(elem_type))


def is_float(dtype: np.dtype) -> bool:
    """Whether it is a floating-point type, bfloat16 included."""
    return np.dtype(dtype).kind == "f" or str(dtype) == "bfloat16"
