"""How the weights of a node are spread, read from the files of both sides."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_BINS = 40


@dataclass(frozen=True)
class WeightSpread:
    """The weights of a node on one side.

    Attributes:
        side: whose they are; name, shape: of the array in the file.
        counts: how many values fall into each of equal intervals from ``low`` to ``high``.
        mean, deviation: of all values.
    """

    side: str
    name: str
    shape: tuple[int, ...]
    counts: tuple[int, ...]
    low: float
    high: float
    mean: float
    deviation: float


def read_spreads(
    files: tuple[str, str], left: Sequence[str], right: Sequence[str], sides: tuple[str, str] = ("PyTorch", "Keras")
) -> tuple[WeightSpread, ...]:
    """The weights of these names, over the same intervals on both sides.

    Args:
        files: the left and the right one; either may be empty.
        left, right: names of weights in them, as ``Node.weights`` has them.
    """
    arrays = [(sides[0], name, array) for name, array in read_arrays(files[0], left).items()]
    arrays += [(sides[1], name, array) for name, array in read_arrays(files[1], right).items()]
    arrays = [(side, name, array) for side, name, array in arrays if array.size and array.dtype.kind == "f"]
    found = []
    for side, name, array in arrays:
        alike = [other for _, _, other in arrays if other.size == array.size]
        low, high = min(float(a.min()) for a in alike), max(float(a.max()) for a in alike)
        found.append(_spread(side, name, array, low, high))
    return tuple(found)


def _spread(side: str, name: str, array: np.ndarray, low: float, high: float) -> WeightSpread:
    import numpy as np

    counts, _ = np.histogram(array, bins=_BINS, range=(low, high if high > low else low + 1.0))
    return WeightSpread(
        side, name, array.shape, tuple(counts.tolist()), low, high, float(array.mean()), float(array.std())
    )


def read_arrays(path: str, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Weights of an ONNX or a Keras file by their names; none of a file of another kind."""
    if not path or not names:
        return {}
    return {".onnx": _onnx_arrays, ".keras": _keras_arrays}.get(Path(path).suffix.lower(), _no_arrays)(path, names)


def _no_arrays(_path: str, _names: Sequence[str]) -> dict[str, np.ndarray]:
    return {}


def _onnx_arrays(path: str, names: Sequence[str]) -> dict[str, np.ndarray]:
    import onnx
    import onnx.numpy_helper

    proto, wanted = onnx.load_model(path, load_external_data=False), set(names)
    found = {
        tensor.name: onnx.numpy_helper.to_array(tensor, str(Path(path).parent))
        for tensor in proto.graph.initializer
        if tensor.name in wanted
    }
    return {name: found[name] for name in names if name in found}


def _keras_arrays(path: str, names: Sequence[str]) -> dict[str, np.ndarray]:
    import h5py

    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as file:
        return {name: file[name][()] for name in names if name in file}
