"""How far a converted model's own outputs move by rounding: what the difference of a file from it is held against, where the
file is not as near as files usually are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pt2k_gui.difference import largest_difference

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.verify.runners import KerasRunner

_TRIALS = 3


def own_rounding(
    runner: KerasRunner, batches: Sequence[Sequence[np.ndarray]], outputs: Sequence[Sequence[np.ndarray]]
) -> list[float]:
    """The largest distance of each output from itself with inputs and weights moved by half a rounding each.

    Args:
        runner: open; its weights are as before when this returns.
        batches: of samples, in the axes of ONNX; outputs: what the model gives for them.
    """
    import numpy as np

    from pt2k_gui.verify.monte_carlo import moved

    variables = runner.model.variables
    kept = [np.array(variable.numpy()) for variable in variables]
    largest = [0.0] * len(outputs[0])
    try:
        for seed in range(_TRIALS):
            generator = np.random.default_rng(seed)
            for variable, value in zip(variables, kept, strict=True):
                variable.assign(moved(value, generator))
            for batch, before in zip(batches, outputs, strict=True):
                after = runner.run([moved(array, generator) for array in batch])
                for number, (mine, theirs) in enumerate(zip(after, before, strict=True)):
                    largest[number] = max(largest[number], largest_difference(mine, theirs))
    finally:
        for variable, value in zip(variables, kept, strict=True):
            variable.assign(value)
    return largest
