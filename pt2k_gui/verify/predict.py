"""One digit through the three backends; the opened models are kept for the next one, so that a stroke is answered at once."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import Source, TensorSpec
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import Prediction

if TYPE_CHECKING:
    from pt2k_gui.verify.runners import Runner

_SIDE = 28
_SUM_TOLERANCE = 1e-3  # a sum of some thousand probabilities in half precision


@dataclass(frozen=True)
class _Opened:
    """The runners of one conversion, open; ``key`` says of which."""

    key: tuple[object, ...]
    runners: list[Runner]
    spec: TensorSpec
    normalisation: tuple[float, float]
    closing: contextlib.ExitStack


_kept: _Opened | None = None


def predict(source: Source, onnx: str, keras: str, image: bytes, context: Context) -> Prediction:
    """Each backend's probabilities for one image.

    Args:
        image: 28 x 28 grey values row by row, 0 (background) to 255.

    Raises:
        Problem: the model does not take digits, or the image has another size.
    """
    import numpy as np

    from pt2k_gui.digits.samples import fit_to_shape, images_in_batch, normalised

    if len(image) != _SIDE * _SIDE:
        raise Problem(messages.NOT_A_DIGIT(count=len(image)), hint=messages.DRAW_DIGIT())
    models = _models(source, onnx, keras, context)
    spec = models.spec
    pixels = normalised(np.frombuffer(image, np.uint8).reshape(1, _SIDE, _SIDE), *models.normalisation)
    count = images_in_batch(spec.shape) or 1
    batch = fit_to_shape(np.repeat(pixels, count, axis=0), spec.shape).astype(spec.dtype)
    return Prediction(
        tuple(
            (runner.backend, probabilities(runner.run([batch])[0].reshape(count, -1)[0])) for runner in models.runners
        )
    )


def probabilities(scores: object) -> tuple[float, ...]:
    """Probabilities of one vector of scores: softmax, unless the model gives probabilities already."""
    import numpy as np

    values = np.asarray(scores, np.float64)
    if not np.isfinite(values).all():
        return tuple(float(value) for value in np.nan_to_num(values == values.max()).astype(float))
    if values.min() >= 0 and abs(values.sum() - 1) < _SUM_TOLERANCE:
        return tuple(float(value) for value in values)
    exponentials = np.exp(values - values.max())
    return tuple(float(value) for value in exponentials / exponentials.sum())


def _models(source: Source, onnx: str, keras: str, context: Context) -> _Opened:
    global _kept
    from pt2k_gui.sources.loading import load
    from pt2k_gui.verify.converted import open_converted
    from pt2k_gui.verify.onnx_signature import onnx_inputs
    from pt2k_gui.verify.runners import opened, originals
    from pt2k_gui.verify.samples.gather import normalisation, takes_digits

    key = (source, *((path, Path(path).stat().st_mtime_ns) for path in (onnx, keras)))
    if _kept is not None:
        if _kept.key == key:
            return _kept
        _kept.closing.close()
        _kept = None
    loaded = load(source, context)
    inputs = onnx_inputs(onnx, loaded)
    if not takes_digits(loaded.card, inputs):
        raise Problem(messages.NO_DIGITS(), hint=messages.CHOOSE_OTHER_SAMPLES())
    runners = [*originals(loaded, onnx), open_converted(keras, onnx)]
    with contextlib.ExitStack() as closing:
        closing.enter_context(opened(runners))
        _kept = _Opened(key, runners, inputs[0], normalisation(loaded.card), closing.pop_all())
    return _kept
