"""The cost of float32 itself to a model: a float64 run to measure it with, or disturbed runs to estimate it from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify.monte_carlo import TRIALS, DisturbedRunner
from pt2k_gui.verify.runners import OnnxRuntimeRunner, PyTorchRunner, ReferenceRunner, Runner
from pt2k_gui.verify.samples.base import Samples

if TYPE_CHECKING:
    import numpy as np

_CONDITION_SAMPLES = 16  # whose inputs are moved to see how far one rounding of them carries
_REFERENCE_ELEMENTS = 20_000  # beyond it the reference evaluator, which is written in numpy, takes minutes


def find_truth(loaded: LoadedModel, onnx: str, samples: Samples) -> Runner | None:
    """A float64 runner that works on the first batch and agrees with itself in float32; None where there is none."""
    import numpy as np

    batch = _few(samples)
    candidates: list[tuple[Runner, Runner]] = [(OnnxRuntimeRunner(onnx, double=True), OnnxRuntimeRunner(onnx))]
    if samples.elements <= _REFERENCE_ELEMENTS:
        candidates.append((ReferenceRunner(onnx), OnnxRuntimeRunner(onnx)))
    if loaded.in_pytorch:
        candidates.insert(0, (PyTorchRunner(loaded, double=True), PyTorchRunner(loaded)))
    for truth, plain in candidates:
        try:
            truth.open()
            plain.open()
            exact, rounded = truth.run(batch), plain.run(batch)
        except Exception:  # a model that insists on float32 somewhere has no such run: whatever its operators raise
            truth.close()
            continue
        finally:
            plain.close()
        fits = all(
            a.shape == b.shape
            and (a.dtype == np.float64 or a.dtype.kind != "f")
            and np.allclose(a.astype(np.float64), b.astype(np.float64), rtol=0.05, atol=0.05, equal_nan=True)
            for a, b in zip(exact, rounded, strict=True)
        )
        if fits:
            return truth
        truth.close()
    return None


def disturbed_trials(onnx: str, samples: Samples) -> list[Runner]:
    """Disturbed runs that give what the plain one gives but for rounding; none where there are no such runs."""
    import numpy as np

    plain = OnnxRuntimeRunner(onnx)
    trials: list[Runner] = [DisturbedRunner(onnx, seed) for seed in range(TRIALS)]
    batch = _few(samples)
    try:
        plain.open()
        rounded = plain.run(batch)
        for trial in trials:
            trial.open()
            if not all(
                a.shape == b.shape and (b.dtype.kind != "f" or np.allclose(a, b, rtol=0.05, atol=0.05, equal_nan=True))
                for a, b in zip(trial.run(batch), rounded, strict=True)
            ):
                raise ArithmeticError("a disturbed run gives other answers")
    except Exception:  # whatever reading and running such a copy raises: there is no estimate then
        for trial in trials:
            trial.close()
        return []
    finally:
        plain.close()
    return trials


def input_rounding(runner: Runner, samples: Samples, axes: Sequence[int]) -> list[float]:
    """For each output how far it moves, at most, when the input's numbers move to a float32 beside them.

    Args:
        runner: the reference, open.
        axes: of each output, the axis that counts the samples.
    """
    import numpy as np

    from pt2k_gui.difference import largest_difference
    from pt2k_gui.verify.monte_carlo import moved

    batch = samples.cut(next(samples.batches()), 0, _CONDITION_SAMPLES) if samples.free_batch else _few(samples)
    plain = runner.run(batch)
    found = [0.0] * len(axes)
    for seed in range(TRIALS):
        generator = np.random.default_rng((seed, 3))
        for place, array in enumerate(runner.run([moved(given, generator) for given in batch])):
            if array.shape == plain[place].shape:
                apart = largest_difference(array, plain[place])
                found[place] = max(found[place], apart if np.isfinite(apart) else 0.0)
    return found


def _few(samples: Samples) -> tuple[np.ndarray, ...]:
    """The first sample where a batch may be cut, else the first batch."""
    batch = next(samples.batches())
    return samples.cut(batch, 0, 1) if samples.free_batch else batch
