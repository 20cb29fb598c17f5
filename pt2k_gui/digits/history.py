"""Settings and reports of training the digit classifiers, as plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingSettings:
    """Every number of the tutorial; all can be changed.

    Args:
        network: ``mlp`` (784-128-10, sigmoid) or ``cnn``.
        hidden: width of the MLP's hidden layer.
        epochs: passes over the training images.
        batch_size: images a step.
        learning_rate, momentum, nesterov, weight_decay: of SGD.
        train_share: the first part of the training set, which trains; the rest validates.
        mean, std: pixels in [0, 1] become (pixel - mean) / std.
        seed: of the weights, the sampling and the dropout: the same seed gives the same weights on the same machine.
    """

    network: str = "mlp"
    hidden: int = 128
    epochs: int = 10
    batch_size: int = 256
    learning_rate: float = 0.01
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 1e-6
    train_share: float = 0.8
    mean: float = 0.5
    std: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class TrainingStep:
    """Sent a few times a second while an epoch runs: ``step`` of ``steps`` batches done, mean loss so far."""

    epoch: int
    step: int
    steps: int
    loss: float
    seconds_left: float


@dataclass(frozen=True)
class Epoch:
    """Sent after each epoch (``number`` counts from 1): mean losses, accuracies in 0..1, seconds since the start."""

    number: int
    epochs: int
    training_loss: float
    training_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float
    best: bool


@dataclass(frozen=True)
class Trained:
    """The outcome: the file written, each epoch, which one was kept and why training ended."""

    path: str
    settings: TrainingSettings
    epochs: tuple[Epoch, ...]
    best_epoch: int
    test_accuracy: float
    images_per_second: float
    seconds: float
    stopped: bool
