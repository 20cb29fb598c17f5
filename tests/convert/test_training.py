"""The twin that can be trained: one step of gradient descent changes it as it changes the PyTorch module."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from networks import NETWORKS, exported, made

from pt2k_gui.convert import convert

# Of the largest number of an array: what is asked of the loss, of each weight's change (which is its gradient times the
# rate), of running statistics and of the step's effect on the outputs.
TOLERANCE = 1e-4
RATE, BATCH = 0.1, 96
# A change that is nothing but rounding: units in the last place of weights near 1.
ROUNDING = 2e-7


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_one_step_of_training_changes_both_alike(name: str) -> None:
    import keras
    import torch

    module, _ = made(name)
    shape = NETWORKS[name][1]
    torch.manual_seed(3)
    batch = torch.randn(BATCH, *shape)
    labels = torch.randint(0, 5, (BATCH,))
    twin = convert(exported(module, batch[:2], trainable=True), axis_order="onnx", trainable=True).model

    parameters = sum(p.numel() for p in module.parameters())
    assert sum(int(np.prod(weight.shape)) for weight in twin.trainable_weights) == parameters

    probe = torch.randn(5, *shape)
    before = module(probe).detach().numpy()
    np.testing.assert_allclose(np.asarray(twin(probe.numpy(), training=False)), before, atol=1e-5)
    weights = {weight.path: np.array(weight) for weight in twin.weights}

    module.train()
    optimizer = torch.optim.SGD(module.parameters(), lr=RATE)
    loss = torch.nn.functional.cross_entropy(module(batch), labels)
    loss.backward()
    optimizer.step()
    module.eval()

    twin.compile(
        optimizer=keras.optimizers.SGD(RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,  # XLA takes seconds for each
    )
    keras_loss = float(twin.train_on_batch(batch.numpy(), labels.numpy()))
    assert keras_loss == pytest.approx(float(loss), rel=1e-5)
    effect = module(probe).detach().numpy() - before
    keras_effect = np.asarray(twin(probe.numpy(), training=False)) - before
    assert np.abs(effect).max() > 1e-3
    assert np.abs(keras_effect - effect).max() <= TOLERANCE * np.abs(effect).max() + 1e-6

    # The module after its step, converted anew, has its weights where the trained twin has them.
    stepped = convert(exported(module, batch[:2], trainable=True), axis_order="onnx", trainable=True).model
    expected = {weight.path: np.array(weight) for weight in stepped.weights}
    assert expected.keys() == weights.keys()
    counts = {
        f"{layer.name}/moving_variance": BATCH * int(np.prod(layer.input.shape[1:-1]))
        for layer in twin.layers
        if isinstance(layer, keras.layers.BatchNormalization)
    }
    for weight in twin.weights:
        if not weight.trainable and "moving" not in weight.path:
            continue
        wanted = expected[weight.path] - weights[weight.path]
        if (count := counts.get(weight.path)) is not None:
            wanted = divided_by_n(wanted, weights[weight.path], count)
        changed = np.array(weight) - weights[weight.path]
        assert np.abs(changed - wanted).max() <= TOLERANCE * np.abs(wanted).max() + ROUNDING, weight.path


def divided_by_n(change: Any, old: Any, count: int, momentum: float = 0.1) -> Any:
    """The change of a running variance where the batch's is divided by n, from PyTorch's, which divides by n - 1."""
    variance = change / momentum + old
    return momentum * (variance * (count - 1) / count - old)
