"""The training loop: one tensor for the whole data set, index slices for batches, the best epoch kept."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pt2k_gui.digits import messages
from pt2k_gui.digits.dataset import Digits, load_digits
from pt2k_gui.digits.history import Epoch, Trained, TrainingSettings, TrainingStep
from pt2k_gui.digits.metadata import EXTRA_FILE, Metadata, write_metadata
from pt2k_gui.digits.samples import normalised
from pt2k_gui.files import atomic_path
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context

if TYPE_CHECKING:
    import torch

_TELL_EVERY = 0.1  # seconds between two reports of progress
_EVALUATION_BATCH = 2000  # images; small enough for the CNN's activations to stay in the cache


@dataclass(frozen=True, eq=False)
class _Set:
    """Normalised images in the network's shape, and their labels (int64)."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def batches(self, size: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return zip(self.images.split(size), self.labels.split(size), strict=True)


def check_settings(settings: TrainingSettings) -> None:
    """Raise ``Problem`` for a number that can't be trained with; each names the setting."""
    rules: list[tuple[bool, str]] = [
        (settings.network in ("mlp", "cnn"), messages.UNKNOWN_NETWORK(network=settings.network)),
        (settings.hidden >= 1, messages.HIDDEN_UNITS()),
        (settings.epochs >= 1, messages.EPOCHS()),
        (settings.batch_size >= 1, messages.BATCH_SIZE()),
        (settings.network != "cnn" or settings.batch_size >= 2, messages.BATCHNORM_BATCH()),
        (settings.learning_rate > 0, messages.LEARNING_RATE()),
        (0 <= settings.momentum < 1, messages.MOMENTUM()),
        (not settings.nesterov or settings.momentum > 0, messages.NESTEROV()),
        (settings.weight_decay >= 0, messages.WEIGHT_DECAY()),
        (0 < settings.train_share < 1, messages.TRAINING_SHARE()),
        (settings.std > 0, messages.DEVIATION()),
    ]
    for holds, sentence in rules:
        if not holds:
            raise Problem(sentence, hint=messages.CORRECT_NUMBER())


def train_to_file(settings: TrainingSettings, data: str, output: str, context: Context) -> Trained:
    """Train on the digits and write the best epoch as an exported program with a dynamic batch.

    Best is the highest validation accuracy; of equal ones, the lowest validation loss. When ``context.stopping()``
    turns true, training ends early; if that is within the first epoch, the weights so far are evaluated and kept.

    Args:
        settings: every number of the training.
        data: folder with IDX files; empty for the built-in MNIST.
        output: the ``.pt2`` file to write, atomically.
        context: gets progress, ``TrainingStep`` a few times a second, ``Epoch`` after each epoch.

    Raises:
        Problem: a setting makes no sense, the data can't be read, the loss is no longer finite, or the file can't be
            written.
    """
    check_settings(settings)
    context.progress(0.0, messages.READING_DIGITS())
    digits, test = load_digits(data, "train"), load_digits(data, "test")
    context.log(messages.DIGITS_READ(training=len(digits.labels), test=len(test.labels), folder=digits.folder))
    with atomic_path(output) as temporary:
        training = Training(settings, digits, context)
        training.run()
        context.progress(0.97, messages.MEASURING())
        _, test_accuracy = training.evaluate(_as_set(test, settings))
        trained = Trained(
            path=output,
            settings=settings,
            epochs=tuple(training.epochs),
            best_epoch=training.best_epoch,
            test_accuracy=test_accuracy,
            images_per_second=training.images_trained / max(training.training_seconds, 1e-9),
            seconds=training.seconds(),
            stopped=training.stopped,
        )
        context.progress(0.98, messages.WRITING_FILE())
        _write(training.network, trained, str(temporary))
    context.log(messages.KEPT_EPOCH(epoch=trained.best_epoch, accuracy=test_accuracy, output=output))
    context.progress(1.0, messages.TRAINED())
    return trained


class Training:
    """One run: the state that the epochs share. ``network`` holds the best weights once ``run`` is over."""

    def __init__(self, settings: TrainingSettings, digits: Digits, context: Context) -> None:
        import torch

        from pt2k_gui.digits.networks import build

        self._settings, self._context = settings, context
        self._generator = torch.Generator().manual_seed(settings.seed)
        torch.manual_seed(settings.seed)
        self.network = build(settings)
        whole = _as_set(digits, settings)
        share = round(len(whole) * settings.train_share)
        if not 0 < share < len(whole):
            raise Problem(
                messages.CANNOT_SPLIT(count=len(whole), share=settings.train_share), hint=messages.CHANGE_SHARE()
            )
        self._train = _Set(whole.images[:share], whole.labels[:share])
        self._validation = _Set(whole.images[share:], whole.labels[share:])
        self._optimizer = torch.optim.SGD(
            self.network.parameters(),
            lr=settings.learning_rate,
            momentum=settings.momentum,
            nesterov=settings.nesterov,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._began = time.perf_counter()
        self._told = 0.0
        self.epochs: list[Epoch] = []
        self.best_epoch = 0
        self.stopped = False
        self.images_trained = 0
        self.training_seconds = 0.0

    def seconds(self) -> float:
        """Time since the training began, in seconds."""
        return time.perf_counter() - self._began

    def run(self) -> None:
        """All epochs; then the best weights are put back."""
        best: dict[str, Any] = {}
        for number in range(1, self._settings.epochs + 1):
            loss, accuracy = self._epoch(number)
            if self.stopped and self.epochs:
                break
            if not math.isfinite(loss):
                raise Problem(
                    messages.LOSS_NOT_FINITE(epoch=number),
                    hint=messages.LOWER_RATE(),
                )
            validation_loss, validation_accuracy = self.evaluate(self._validation)
            kept = self.epochs[self.best_epoch - 1] if self.epochs else None
            better = kept is None or (validation_accuracy, -validation_loss) > (
                kept.validation_accuracy,
                -kept.validation_loss,
            )
            epoch = Epoch(
                number,
                self._settings.epochs,
                loss,
                accuracy,
                validation_loss,
                validation_accuracy,
                self.seconds(),
                better,
            )
            self.epochs.append(epoch)
            if better:
                self.best_epoch, best = number, copy.deepcopy(self.network.state_dict())
            self._context.event(epoch)
            self._context.log(
                messages.EPOCH_DONE(
                    number=number,
                    epochs=epoch.epochs,
                    loss=loss,
                    validation_loss=validation_loss,
                    accuracy=validation_accuracy,
                )
            )
            if self.stopped:
                break
        self.network.load_state_dict(best)
        self.network.eval()

    def _epoch(self, number: int) -> tuple[float, float]:
        """One pass over the training images in a new order; returns mean loss and accuracy (both while training)."""
        import torch
        from torch.nn.functional import cross_entropy

        self.network.train()
        size, count = self._settings.batch_size, len(self._train)
        order = torch.randperm(count, generator=self._generator)
        steps = -(-count // size)
        losses: list[torch.Tensor] = []
        outputs: list[torch.Tensor] = []  # accuracy is counted once, at the end: reading numbers a step costs as much
        images = torch.empty(size, *self._train.images.shape[1:])
        began = time.perf_counter()
        done = 0
        for step, chosen in enumerate(order.split(size), 1):
            if len(chosen) == 1 and self._settings.network == "cnn":
                continue  # BatchNorm has no variance over a single image
            batch = torch.index_select(self._train.images, 0, chosen, out=images[: len(chosen)])
            logits = self.network(batch)
            loss = cross_entropy(logits, self._train.labels.index_select(0, chosen))
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
            losses.append(loss.detach() * len(chosen))
            outputs.append(logits.detach())
            done += len(chosen)
            if time.perf_counter() - self._told >= _TELL_EVERY:
                self._tell(number, step, steps, float(torch.stack(losses).sum()) / done)
                if self._context.stopping():
                    self.stopped = True
                    break
        self.images_trained += done
        self.training_seconds += time.perf_counter() - began
        right = (torch.cat(outputs).argmax(1) == self._train.labels.index_select(0, order[:done])).sum()
        return float(torch.stack(losses).sum()) / done, float(right) / done

    def _tell(self, number: int, step: int, steps: int, loss: float) -> None:
        self._told = time.perf_counter()
        done = (number - 1 + step / steps) / self._settings.epochs
        spent = self.seconds()
        left = spent / done * (1 - done)
        self._context.event(TrainingStep(number, step, steps, loss, left))
        self._context.progress(0.02 + 0.95 * done, messages.EPOCH(number=number, epochs=self._settings.epochs))

    def evaluate(self, data: _Set) -> tuple[float, float]:
        """Mean cross-entropy and accuracy of the network as it is, without dropout."""
        import torch
        from torch.nn.functional import cross_entropy

        self.network.eval()
        loss, right = 0.0, 0
        with torch.inference_mode():
            for images, labels in data.batches(_EVALUATION_BATCH):
                logits = self.network(images)
                loss += float(cross_entropy(logits, labels, reduction="sum"))
                right += int((logits.argmax(1) == labels).sum())
        return loss / len(data), right / len(data)


def _as_set(digits: Digits, settings: TrainingSettings) -> _Set:
    import torch

    from pt2k_gui.digits.networks import INPUT_SHAPES

    images = torch.from_numpy(normalised(digits.images, settings.mean, settings.std))
    labels = torch.from_numpy(digits.labels.astype("int64"))
    return _Set(images.reshape(len(images), *INPUT_SHAPES[settings.network]), labels)


def _write(network: torch.nn.Module, trained: Trained, path: str) -> None:
    import torch

    from pt2k_gui.digits.networks import INPUT_SHAPES

    example = torch.zeros(2, *INPUT_SHAPES[trained.settings.network])
    program = torch.export.export(network, (example,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    metadata = Metadata(trained.settings, trained.epochs, trained.best_epoch, trained.test_accuracy)
    torch.export.save(program, path, extra_files={EXTRA_FILE: write_metadata(metadata)})
