"""The twin that can be trained: one step of gradient descent changes it as it changes the PyTorch module."""

from __future__ import annotations

import numpy as np
import pytest
from networks import NETWORKS, exported, made

from pt2k_gui.convert import convert

# The step's effect on the outputs, relative to the largest of it. Keras's running variance divides by n, PyTorch's by
# n - 1, so that batches here hold thousands of pixels.
TOLERANCE = 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_one_step_of_training_changes_both_alike(name: str) -> None:
    import keras
    import torch

    module, _ = made(name)
    shape = NETWORKS[name][1]
    torch.manual_seed(3)
    batch = torch.randn(96, *shape)
    labels = torch.randint(0, 5, (96,))
    twin = convert(exported(module, batch[:2], trainable=True), axis_order="onnx", trainable=True).model

    parameters = sum(p.numel() for p in module.parameters())
    assert sum(int(np.prod(weight.shape)) for weight in twin.trainable_weights) == parameters

    probe = torch.randn(5, *shape)
    before = module(probe).detach().numpy()
    np.testing.assert_allclose(np.asarray(twin(probe.numpy(), training=False)), before, atol=1e-5)

    module.train()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
    loss = torch.nn.functional.cross_entropy(module(batch), labels)
    loss.backward()
    optimizer.step()
    module.eval()

    twin.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    keras_loss = float(twin.train_on_batch(batch.numpy(), labels.numpy()))
    assert keras_loss == pytest.approx(float(loss), rel=1e-5)
    effect = module(probe).detach().numpy() - before
    keras_effect = np.asarray(twin(probe.numpy(), training=False)) - before
    assert np.abs(effect).max() > 1e-3
    assert np.abs(keras_effect - effect).max() <= TOLERANCE * np.abs(effect).max() + 1e-6
