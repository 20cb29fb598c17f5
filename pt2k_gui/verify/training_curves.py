"""Twenty steps of two optimizers on one batch, in PyTorch and in the twin: whether the loss goes down the same curve."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.training_step import OPTIMIZERS, Optimizer, take_steps
from pt2k_gui.verify import messages
from pt2k_gui.verify.comparison import EPSILON, FACTOR
from pt2k_gui.verify.result import TrainingCurve
from pt2k_gui.verify.runners import KerasRunner

if TYPE_CHECKING:
    import numpy as np

STEPS = 20
SAMPLES = 8  # of the batch of one step: a curve costs as much as twenty of them
_FEWEST = 5  # steps that are taken however long they last
_TRIALS = 3
_LOSS = 64 * EPSILON
"""Relative, for each step: the rounding of a mean over some thousand logarithms, and of what the steps before left."""


def compare_curves(
    loaded: LoadedModel,
    runner: KerasRunner,
    mode: str,
    batch: Sequence[np.ndarray],
    targets: Mapping[int, np.ndarray],
    seconds: float = 120.0,
) -> tuple[TrainingCurve, ...]:
    """The loss before each step, for Adam and for SGD with momentum and weight decay, on both sides.

    Both sides start from the same weights, take the same batch in each step, and have no dropout. Keras passes while its
    loss is at most ten times as far from PyTorch's in float64 as PyTorch's own in float32 is, also where its weights are
    disturbed by one rounding at the start; some roundings a step are always allowed.

    Args:
        runner: open, with the twin; its variables are as before when this returns.
        mode: PyTorch's (``training_step.TRAINING`` or ``EVALUATION``).
        batch: one array an input; targets: as for ``training_step.take_step``.
        seconds: what the curves may take, about; they have fewer steps in a network that needs more.
    """
    twin = KerasTraining(runner, mode, batch, targets)
    twin.losses(OPTIMIZERS[0], 1)  # traced once
    side = _PyTorch(loaded, mode, batch, targets)
    began = time.perf_counter()
    for optimizer in OPTIMIZERS:
        twin.losses(optimizer, 1)
        side.losses(optimizer, 1, double=True)
        for seed in range(1 + _TRIALS):
            side.losses(optimizer, 1, seed=seed)
    steps = int(min(STEPS, max(_FEWEST, seconds / max(time.perf_counter() - began, 1e-3))))
    curves = []
    for optimizer in OPTIMIZERS:
        truth = side.losses(optimizer, steps, double=True)
        ours = [side.losses(optimizer, steps, seed=seed) for seed in range(1 + _TRIALS)]
        theirs = twin.losses(optimizer, steps)
        curves.append(TrainingCurve(optimizer.name, tuple(ours[0]), tuple(theirs), departure(ours, truth, theirs)))
    return tuple(curves)


def departure(ours: Sequence[Sequence[float]], truth: Sequence[float], theirs: Sequence[float]) -> int | None:
    """The first step, from 0 on, at which Keras's loss is not PyTorch's any more; None where there is none.

    What rounding has done to some curve of PyTorch's (``ours``) up to a step, it may do to Keras's; from where the float64
    curve is no number, nothing can be said.
    """
    noise = largest = 0.0
    for step, (exact, other, *own) in enumerate(zip(truth, theirs, *ours, strict=True)):
        if not all(map(math.isfinite, (exact, *own))):
            return None
        noise, largest = max(noise, *(abs(loss - exact) for loss in own)), max(largest, abs(exact))
        allowed = max(FACTOR * noise, (step + 1) * _LOSS * largest)
        if not abs(other - exact) <= allowed:
            return step
    return None


def sentence(curves: Sequence[TrainingCurve]) -> str:
    """The curves in words; empty without any."""
    for curve in curves:
        if curve.departs is not None:
            return messages.CURVE_DEPARTS(
                optimizer=curve.optimizer,
                step=curve.departs + 1,
                keras=curve.keras[curve.departs],
                pytorch=curve.pytorch[curve.departs],
            )
    if not curves:
        return ""
    return messages.CURVES_SAME(steps=len(curves[0].pytorch), optimizers=[curve.optimizer for curve in curves])


class _PyTorch:
    """PyTorch's steps on one batch, here or in the user's interpreter."""

    def __init__(
        self, loaded: LoadedModel, mode: str, batch: Sequence[np.ndarray], targets: Mapping[int, np.ndarray]
    ) -> None:
        import numpy as np
        import torch

        self._loaded, self._mode = loaded, mode
        self._tensors = [torch.from_numpy(np.array(array)) for array in batch]
        self._targets = {number: torch.from_numpy(np.array(target)) for number, target in targets.items()}

    def losses(self, optimizer: Optimizer, steps: int, *, double: bool = False, seed: int = 0) -> list[float]:
        """The losses before each step; a ``seed`` other than 0 disturbs the weights by one rounding each."""
        chosen: dict[str, Any] = {"optimizer": optimizer.name, "steps": steps, "double": double, "seed": seed}
        if self._loaded.guest is not None:
            return self._loaded.guest.training_steps(self._mode, self._tensors, self._targets, **chosen)
        return take_steps(self._loaded, self._mode, self._tensors, self._targets, **chosen)


class KerasTraining:
    """The twin's steps on one batch: loss and gradients, traced once for all optimizers."""

    def __init__(
        self, runner: KerasRunner, mode: str, batch: Sequence[np.ndarray], targets: Mapping[int, np.ndarray]
    ) -> None:
        import tensorflow as tf

        model = runner.model
        given = tensors_of(runner.arrange(batch))
        self._variables = model.trainable_variables
        self._others = model.non_trainable_variables

        def gradients() -> Any:
            with tf.GradientTape() as tape:
                loss = loss_of(model(given, training=mode == "training"), targets, runner)
            return loss, tape.gradient(loss, [variable.value for variable in self._variables])

        self._step = tf.function(gradients)

    def losses(self, optimizer: Optimizer, steps: int) -> list[float]:
        """The losses before each step; the variables are put back."""
        import numpy as np
        import tensorflow as tf

        kept = [np.array(variable.numpy()) for variable in (*self._variables, *self._others)]
        made = _keras_optimizer(optimizer)
        losses = []
        for step in range(steps):
            if optimizer.epsilon:
                # Keras adds epsilon before it corrects the bias of the second moment, PyTorch after it (Kingma and Ba, 2015,
                # have both): so that the two take the same step, as it is with PyTorch.
                made.epsilon = optimizer.epsilon * math.sqrt(1 - made.beta_2 ** (step + 1))
            loss, found = self._step()
            losses.append(float(loss))
            pairs = [(g, variable) for g, variable in zip(found, self._variables, strict=True) if g is not None]
            gradients = [tf.convert_to_tensor(gradient) for gradient, _ in pairs]
            if optimizer.weight_decay:  # as PyTorch's SGD has it: a part of the gradient
                gradients = [g + optimizer.weight_decay * v.value for g, (_, v) in zip(gradients, pairs, strict=True)]
            made.apply(gradients, [variable for _, variable in pairs])
        for variable, value in zip((*self._variables, *self._others), kept, strict=True):
            variable.assign(value)
        return losses


def _keras_optimizer(optimizer: Optimizer) -> Any:
    import keras

    if optimizer.name == "Adam":
        return keras.optimizers.Adam(optimizer.rate, epsilon=optimizer.epsilon)
    return keras.optimizers.SGD(optimizer.rate, momentum=optimizer.momentum)


def tensors_of(arrays: Sequence[np.ndarray]) -> Any:
    """The arguments that a Keras model is called with: a list where it has several inputs."""
    import tensorflow as tf

    tensors = [tf.convert_to_tensor(array) for array in arrays]
    return tensors if len(tensors) > 1 else tensors[0]


def loss_of(outputs: Any, targets: Mapping[int, np.ndarray], runner: KerasRunner) -> Any:
    """The loss of ``training_step.take_step`` on Keras's outputs, as a tensor of TensorFlow."""
    import numpy as np
    import tensorflow as tf

    outputs = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    loss: Any = 0.0
    for number, target in targets.items():
        if target.dtype == np.int64:
            loss += tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(target, outputs[number]))
        else:
            loss += tf.reduce_mean(tf.square(outputs[number] - runner.arrange_output(number, target)))
    return loss
