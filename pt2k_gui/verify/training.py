"""One step of training on both sides: loss, gradients, new weights and running statistics of a twin that can be trained."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pt2k_gui.difference import largest_difference, magnitude
from pt2k_gui.message import sentences
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.sources.training_step import mode_of, outputs_of, take_step
from pt2k_gui.verify import messages
from pt2k_gui.verify.comparison import EPSILON, FACTOR, LEAST
from pt2k_gui.verify.result import StepComparison, StepRow
from pt2k_gui.verify.runners import KerasRunner, opened
from pt2k_gui.verify.samples.base import Samples
from pt2k_gui.verify.samples.gather import random_array
from pt2k_gui.verify.training_curves import SAMPLES as CURVE_SAMPLES
from pt2k_gui.verify.training_curves import compare_curves, loss_of, sentence, tensors_of
from pt2k_gui.verify.weight_matching import Match, match

if TYPE_CHECKING:
    import numpy as np

RATE = 0.1
SAMPLES = 16
_LOOKED_AT = 3  # batches of the samples, and as many of random values where rounding makes those unfit
_TRIES = 3
_QUIET = 1e-5
"""Relative. A value that rounding puts on either side of a ReLU's corner turns its gradient on or off, over whole areas of one
colour at once. So the batch is taken on which PyTorch's own float32 gradients are closest to the float64 ones: there a wrong
gradient shows best, and a good twin that departs on one batch is tried on the next."""
_LOUD = 1e-3
_GRADIENT_FACTOR = 3 * FACTOR  # a gradient has been through every layer twice, forwards and backwards
_LOSS = 64 * EPSILON  # relative: a mean over some thousand logarithms


@dataclass(frozen=True, eq=False)
class _Step:
    """One side's step: arrays by name."""

    loss: float
    before: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    after: dict[str, np.ndarray]
    statistics_before: dict[str, np.ndarray]
    statistics: dict[str, np.ndarray]
    normalised: dict[str, tuple[int, float]]  # BatchNorm's path: values behind each statistic, and its momentum

    @property
    def finite(self) -> bool:
        """Whether the loss, every gradient and every statistic is a finite number."""
        import numpy as np

        arrays = (*self.gradients.values(), *self.statistics.values())
        return math.isfinite(self.loss) and all(bool(np.isfinite(array).all()) for array in arrays)


@dataclass(frozen=True, eq=False)
class _Trial:
    """One batch through PyTorch in float32 and float64, and how far apart their gradients are, relatively."""

    batch: Sequence[np.ndarray]
    targets: dict[int, np.ndarray]
    loss: str
    ours: _Step
    truth: _Step
    noise: float


def compare_training(
    loaded: LoadedModel, keras: str, samples: Samples, inputs: Sequence[TensorSpec]
) -> tuple[StepComparison | None, str]:
    """Compare one step of plain gradient descent; None and the reason where there is nothing to compare.

    Args:
        loaded: the PyTorch model.
        keras: the ``.keras`` file of the twin.
        samples: its first ones make the batches; cross-entropy where they have labels and the model gives a score for
            each class, else the mean squared error from seeded random targets.
        inputs: as they stand in the ONNX file, for batches of random values.
    """
    import keras as keras_library

    if not loaded.in_pytorch:
        return None, messages.ONNX_NOT_TRAINED()
    if keras_library.backend.backend() != "tensorflow":
        return None, messages.TENSORFLOW_ONLY()
    mode, dropouts = _mode_of(loaded)
    trials: list[_Trial] = []
    for number, (batch, labels) in enumerate(_batches(samples, inputs)):
        trial = _trial(loaded, mode, batch, labels, number)
        if trial is None:
            return None, messages.NOTHING_TO_TRAIN()
        if not (trial.ours.finite and trial.truth.finite):
            continue  # nothing can be held against what is no number
        trials.append(trial)
        if trial.noise <= _QUIET:
            break
    if not trials:
        return None, messages.NO_NUMBERS_IN_STEP()
    trials.sort(key=lambda trial: trial.noise)
    notes = []
    if mode == "evaluation":
        notes.append(messages.FROZEN())
    if dropouts:
        notes.append(messages.DROPOUT_OFF())
    found: StepComparison | None = None
    runner = KerasRunner(keras)
    with opened([runner]):
        for trial in trials[:_TRIES]:
            step = _compare(trial, runner, mode, notes)
            if found is None or step.same or _worst(step.rows) < _worst(found.rows):
                found = step
            if step.same:
                found = _with_curves(step, loaded, runner, mode, trial, samples.free_batch)
                break
    return found, ""


def _with_curves(
    step: StepComparison, loaded: LoadedModel, runner: KerasRunner, mode: str, trial: _Trial, free: bool
) -> StepComparison:
    """A step that is the same on both sides, with the curves of the steps that follow it."""
    cut = CURVE_SAMPLES if free and all(len(array) > CURVE_SAMPLES for array in trial.batch) else len(trial.batch[0])
    batch = [array[:cut] for array in trial.batch]
    targets = {number: target[:cut] for number, target in trial.targets.items()}
    curves = compare_curves(loaded, runner, mode, batch, targets)
    same = all(curve.departs is None for curve in curves)
    said = sentences(step.sentence, sentence(curves)) if same else sentence(curves)
    return replace(step, same=same, sentence=said, curves=curves)


def _worst(rows: Sequence[StepRow]) -> float:
    return max((row.share for row in rows), default=math.inf)


def _batches(
    samples: Samples, inputs: Sequence[TensorSpec]
) -> Iterator[tuple[tuple[np.ndarray, ...], np.ndarray | None]]:
    import numpy as np

    done = given = 0
    for batch in samples.batches():
        count = min(samples.per_batch, samples.count - done)
        labels = samples.labels[done : done + count] if samples.labels is not None else None
        done += count
        size = SAMPLES if samples.free_batch else max(count, 1)
        for start in range(0, count, size):
            if size == count:
                yield batch, labels
            elif min(start + size, count) - start > 1:
                end = start + size
                yield samples.cut(batch, start, end), None if labels is None else labels[start:end]
            given += 1
            if given == _LOOKED_AT:
                break
        if given == _LOOKED_AT:
            break
    for number in range(_LOOKED_AT):
        generator = np.random.default_rng((number, 2))
        yield tuple(random_array(spec, SAMPLES, generator) for spec in inputs), None


def _trial(
    loaded: LoadedModel, mode: str, batch: Sequence[np.ndarray], labels: np.ndarray | None, seed: int
) -> _Trial | None:

    targets, loss = _targets(*_outputs(loaded, mode, batch), labels, seed)
    if not targets:
        return None
    ours = _torch_step(loaded, mode, batch, targets, double=False)
    truth = _torch_step(loaded, mode, batch, targets, double=True)
    largest = max((magnitude(gradient) for gradient in truth.gradients.values()), default=0.0)
    noise = 0.0
    for name, exact in truth.gradients.items():
        scale = magnitude(exact)
        if scale > EPSILON * largest:
            noise = max(noise, largest_difference(ours.gradients[name], exact) / scale)
    return _Trial(batch, targets, loss, ours, truth, noise)


def _compare(trial: _Trial, runner: KerasRunner, mode: str, notes: Sequence[str]) -> StepComparison:
    ours, truth = trial.ours, trial.truth
    twin = _keras_step(runner.model, runner, mode, trial.batch, trial.targets)
    matches = match(
        {name: array for name, array in ours.before.items() if name in ours.gradients},
        [(path, before) for path, before, _, _ in twin.weights],
    )
    rows = [*_weight_rows(ours, truth, twin, matches), *_statistic_rows(ours, truth, twin)]
    rows.sort(key=lambda row: -row.share)
    apart = abs(twin.loss - ours.loss)
    allowed = max(FACTOR * abs(ours.loss - truth.loss), _LOSS * abs(truth.loss))
    lost = _lost(ours, matches, twin)
    same = apart <= allowed and all(row.share <= 1 for row in rows) and not lost
    weights = sum(row.kind == "weight" for row in rows)
    statistics = len(rows) - weights
    said: str = messages.WEIGHTS(weights=weights)
    if statistics:
        said = messages.WEIGHTS_AND_STATISTICS(weights=weights, statistics=statistics)
    sentence: str
    if same:
        largest = max((row.gradient_rel or 0.0 for row in rows if row.values), default=0.0)
        sentence = messages.STEP_SAME(said=said, loss=ours.loss, gradient=largest)
    elif not apart <= allowed:  # also a loss that is no number
        sentence = messages.LOSS_DIFFERS(keras=twin.loss, pytorch=ours.loss)
    elif rows and rows[0].share > 1:
        sentence = messages.STEP_DIFFERS(name=rows[0].name, difference=rows[0].new)
    else:
        sentence = lost
    told = list(notes)
    if trial.noise > _LOUD:
        told.append(messages.NOISY_STEP(noise=trial.noise))
    return StepComparison(
        same, sentence, mode, trial.loss, len(trial.batch[0]), RATE, ours.loss, twin.loss, tuple(rows), tuple(told)
    )


# PyTorch's side


def _mode_of(loaded: LoadedModel) -> tuple[str, int]:
    return loaded.guest.training_mode() if loaded.guest is not None else mode_of(loaded)


def _outputs(loaded: LoadedModel, mode: str, batch: Sequence[np.ndarray]) -> tuple[list[Any], tuple[bool, ...]]:
    if loaded.guest is not None:
        return loaded.guest.training_outputs(mode, _tensors(batch))
    return outputs_of(loaded, mode, _tensors(batch))


def _tensors(batch: Sequence[np.ndarray]) -> list[Any]:
    import numpy as np
    import torch

    # Copies: what comes from a file or a broadcast may not be written to, which PyTorch warns of.
    return [torch.from_numpy(np.array(array)) for array in batch]


def _targets(
    outputs: Sequence[Any], trains: Sequence[bool], labels: np.ndarray | None, seed: int
) -> tuple[dict[int, np.ndarray], str]:
    """Targets for each floating-point output, by its number, and the loss's name."""
    import numpy as np

    first = outputs[0]
    if (
        labels is not None
        and len(outputs) == 1
        and first.ndim == 2
        and len(first) == len(labels)
        and labels.min() >= 0
        and labels.max() < first.shape[1]
    ):
        return {0: labels.astype(np.int64)}, messages.CROSS_ENTROPY()
    generator = np.random.default_rng((seed, 1))
    targets = {
        number: generator.standard_normal(tuple(output.shape)).astype(np.float32)
        for number, output in enumerate(outputs)
        if trains[number]
    }
    return targets, messages.SQUARED_ERROR()


def _torch_step(
    loaded: LoadedModel, mode: str, batch: Sequence[np.ndarray], targets: dict[int, np.ndarray], *, double: bool
) -> _Step:
    import numpy as np
    import torch

    wanted = {number: torch.from_numpy(target) for number, target in targets.items()}
    if loaded.guest is not None:
        step = loaded.guest.training_step(mode, _tensors(batch), wanted, double=double)
    else:
        step = take_step(loaded, mode, _tensors(batch), wanted, double=double)
    before, gradients = _arrays(step.before), _arrays(step.gradients)
    after = {name: before[name] - np.asarray(RATE, before[name].dtype) * gradients[name] for name in gradients}
    statistics_before, statistics = _arrays(step.statistics_before), _arrays(step.statistics)
    return _Step(step.loss, before, gradients, after, statistics_before, statistics, dict(step.normalised))


def _arrays(tensors: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in tensors.items()}


# Keras's side


@dataclass(frozen=True, eq=False)
class _Twin:
    loss: float
    weights: list[tuple[str, np.ndarray, np.ndarray, np.ndarray]]  # path, before, gradient, after
    others: list[tuple[str, np.ndarray, np.ndarray]]  # path, before, after: what no gradient changes


def _keras_step(
    model: Any, runner: KerasRunner, mode: str, batch: Sequence[np.ndarray], targets: dict[int, np.ndarray]
) -> _Twin:
    import keras
    import numpy as np
    import tensorflow as tf

    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout | keras.layers.SpatialDropout1D | keras.layers.SpatialDropout2D):
            layer.rate = 0.0
        elif float(getattr(layer, "dropout", 0.0) or 0.0):
            layer.dropout = 0.0
    variables, others = model.trainable_variables, model.non_trainable_variables
    kept = [np.array(v.numpy()) for v in (*variables, *others)]
    with tf.GradientTape() as tape:
        loss = loss_of(model(tensors_of(runner.arrange(batch)), training=mode == "training"), targets, runner)
    found = tape.gradient(loss, [variable.value for variable in variables])
    gradients = [
        np.zeros(variable.shape, np.float32) if gradient is None else tf.convert_to_tensor(gradient).numpy()
        for variable, gradient in zip(variables, found, strict=True)
    ]
    optimizer = keras.optimizers.SGD(RATE)
    optimizer.apply([tf.convert_to_tensor(gradient) for gradient in gradients], variables)
    after = [np.array(v.numpy()) for v in (*variables, *others)]
    for variable, value in zip((*variables, *others), kept, strict=True):
        variable.assign(value)
    number = len(variables)
    return _Twin(
        float(loss),
        [(v.path, b, g, a) for v, b, g, a in zip(variables, kept[:number], gradients, after[:number], strict=True)],
        [(v.path, b, a) for v, b, a in zip(others, kept[number:], after[number:], strict=True)],
    )


# Comparing


def _gathered(
    name: str, size: int, matches: Sequence[Match], arrays: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Keras's numbers at the places of a PyTorch parameter, flat, and where some were found."""
    import numpy as np

    flat, known = np.zeros(size), np.zeros(size, bool)
    for found in matches:
        for owner, theirs, places in found.parts:
            if owner == name:
                flat[places] = arrays[found.path].ravel()[theirs]
                known[places] = True
    return flat, known


def _holders(name: str, matches: Sequence[Match]) -> tuple[str, ...]:
    return tuple(found.path for found in matches if any(owner == name for owner, _, _ in found.parts))


def _lost(ours: _Step, matches: Sequence[Match], twin: _Twin) -> str:
    """Names of what is trained on one side only, in words; empty where nothing is."""
    alone = [found for found in matches if found.missing]
    if alone:
        count = sum(found.missing for found in alone)
        return messages.NO_COUNTERPART(count=count, layer=alone[0].path)
    theirs = sum(before.size for _, before, _, _ in twin.weights)
    own = sum(gradient.size for gradient in ours.gradients.values())
    if theirs != own:
        held = {owner for found in matches for owner, _, _ in found.parts}
        first = next((name for name in ours.gradients if name not in held), "")
        if first:
            return messages.NOT_AMONG(theirs=theirs, own=own, name=first)
        return messages.OTHER_COUNT(theirs=theirs, own=own)
    return ""


def _weight_rows(ours: _Step, truth: _Step, twin: _Twin, matches: Sequence[Match]) -> Iterator[StepRow]:
    import numpy as np

    gradients = {path: gradient for path, _, gradient, _ in twin.weights}
    after = {path: array for path, _, _, array in twin.weights}
    largest = max((magnitude(gradient) for gradient in truth.gradients.values()), default=0.0)
    for name, gradient in ours.gradients.items():
        theirs, known = _gathered(name, gradient.size, matches, gradients)
        exact, own = truth.gradients[name].ravel(), gradient.ravel().astype(np.float64)
        scale = magnitude(exact)
        # A gradient that is zero in theory is the difference of others that are as large as the model's largest.
        rounding = max(LEAST * scale, EPSILON * largest)
        share = _share(theirs[known], own[known], exact[known], rounding)
        new, _ = _gathered(name, gradient.size, matches, after)
        exact_new = truth.before[name].ravel() - RATE * exact
        own_new = ours.after[name].ravel().astype(np.float64)
        size = magnitude(exact_new)
        rounding_new = max(LEAST * size, RATE * rounding)
        share = max(share, _share(new[known], own_new[known], exact_new[known], rounding_new))
        apart = largest_difference(theirs[known], own[known])
        apart_new = largest_difference(new[known], own_new[known])
        yield StepRow(
            name, "weight", _holders(name, matches), int(known.sum()), apart,
            apart / scale if scale > rounding else 0.0, apart_new, apart_new / size if size else 0.0, share,
        )  # fmt: skip


def _over_n(new: np.ndarray, old: np.ndarray, count: int, momentum: float) -> np.ndarray:
    """A running variance as Keras keeps it: of the variance over n; PyTorch takes the one over n - 1."""
    kept = (1 - momentum) * old
    return kept + (new - kept) * ((count - 1) / count)


def _share(actual: np.ndarray, own: np.ndarray, exact: np.ndarray, rounding: float) -> float:
    """Keras's largest distance from float64 over what is allowed: some times PyTorch's own, or some roundings."""

    distance = largest_difference(actual, exact)
    allowed = _GRADIENT_FACTOR * max(largest_difference(own, exact), rounding)
    if distance == 0:
        return 0.0
    return distance / allowed if allowed else math.inf


def _statistic_rows(ours: _Step, truth: _Step, twin: _Twin) -> Iterator[StepRow]:
    import numpy as np

    if not ours.normalised:
        return
    matches = match(ours.statistics_before, [(path, before) for path, before, _ in twin.others])
    after = {path: array for path, _, array in twin.others}
    for name, own in ours.statistics.items():
        path, _, kind = name.rpartition(".")
        theirs, known = _gathered(name, own.size, matches, after)
        if not known.any() or path not in ours.normalised:
            continue
        exact = truth.statistics[name].ravel()
        mine = own.ravel().astype(np.float64)
        if kind == "running_var":
            exact = _over_n(exact, truth.statistics_before[name].ravel(), *ours.normalised[path])
            mine = _over_n(mine, ours.statistics_before[name].ravel(), *ours.normalised[path])
        scale = magnitude(exact)
        apart = largest_difference(theirs[known], mine[known])
        yield StepRow(
            name, "statistic", _holders(name, matches), int(known.sum()), None, None, apart,
            apart / scale if scale else 0.0, _share(theirs[known], mine[known], exact[known], LEAST * scale),
        )  # fmt: skip
