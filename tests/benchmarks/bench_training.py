"""Training throughput: the application's loop against the tutorial's DataLoader loop, in turn, in one run.

    python tests/benchmarks/bench_training.py [ROUNDS]

The baseline is the tutorial's loop written out without torchvision: a data set that makes a PIL image of each sample and
normalises it when it is asked for (as torchvision's MNIST with ToTensor and Normalize does), two SubsetRandomSamplers,
batches of 256, SGD, and the loss read after each step. Both train the same network from the same weights for one epoch a
round; the validation accuracies after it are printed side by side. The target is a ratio of at least 15, the mark 20.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, SubsetRandomSampler

from pt2k_gui.digits.dataset import Digits, load_digits
from pt2k_gui.digits.history import TrainingSettings
from pt2k_gui.digits.networks import build
from pt2k_gui.digits.training import Training
from pt2k_gui.progress import SilentContext

SETTINGS = TrainingSettings(epochs=1)


class Normalize(nn.Module):
    """Per channel, with torchvision's checks: it is a module, and makes its constants anew for each image."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.mean, self.std = mean, std

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        if not image.is_floating_point() or image.ndim < 3:
            raise TypeError(f"no image: {image.dtype} {image.shape}")
        image = image.clone()
        mean = torch.as_tensor(self.mean, dtype=image.dtype, device=image.device)
        std = torch.as_tensor(self.std, dtype=image.dtype, device=image.device)
        if (std == 0).any():
            raise ValueError("std is zero")
        return image.sub_(mean.view(-1, 1, 1)).div_(std.view(-1, 1, 1))


class PilDigits(Dataset):
    """One PIL image a sample, converted and normalised each time it is read."""

    def __init__(self, digits: Digits) -> None:
        self._normalize = Normalize((SETTINGS.mean,), (SETTINGS.std,))
        self._images = torch.from_numpy(digits.images.copy())
        self._labels = torch.from_numpy(digits.labels.astype(np.int64))

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image = Image.fromarray(self._images[index].numpy(), mode="L")
        array = np.array(image, np.uint8, copy=True)
        tensor = torch.from_numpy(array).view(image.height, image.width, 1).permute(2, 0, 1).contiguous()
        return self._normalize(tensor.to(torch.float32).div(255)), int(self._labels[index])


def tutorial_epoch(digits: Digits) -> tuple[float, float]:
    """Images a second while training, and the validation accuracy afterwards."""
    torch.manual_seed(SETTINGS.seed)
    network = build(SETTINGS)
    data = PilDigits(digits)
    share = round(len(data) * SETTINGS.train_share)
    loaders = [
        DataLoader(data, batch_size=SETTINGS.batch_size, sampler=SubsetRandomSampler(range(*span)))
        for span in ((0, share), (share, len(data)))
    ]
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(
        network.parameters(),
        lr=SETTINGS.learning_rate,
        momentum=SETTINGS.momentum,
        nesterov=SETTINGS.nesterov,
        weight_decay=SETTINGS.weight_decay,
    )
    losses = []
    began = time.perf_counter()
    network.train()
    for images, labels in loaders[0]:
        optimizer.zero_grad()
        loss = criterion(network(images.view(images.shape[0], -1)), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    seconds = time.perf_counter() - began
    network.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loaders[1]:
            right += int((network(images.view(images.shape[0], -1)).argmax(1) == labels).sum())
    return share / seconds, right / (len(data) - share)


def our_epoch(digits: Digits) -> tuple[float, float]:
    training = Training(SETTINGS, digits, SilentContext())
    training.run()
    return training.images_trained / training.training_seconds, training.epochs[0].validation_accuracy


def main(arguments: list[str]) -> int:
    rounds = int(arguments[0]) if arguments else 5
    digits = load_digits()
    our_epoch(digits)  # warm up
    ratios, ours, theirs = [], [], []
    for number in range(rounds):
        theirs.append(tutorial_epoch(digits))
        ours.append(our_epoch(digits))
        ratios.append(ours[-1][0] / theirs[-1][0])
        print(
            f"round {number + 1}: tutorial {theirs[-1][0]:,.0f} images/s (validation accuracy {theirs[-1][1]:.2%}), "
            f"PT2K {ours[-1][0]:,.0f} images/s ({ours[-1][1]:.2%}), ratio {ratios[-1]:.1f}"
        )
    print(f"ratio: {statistics.median(ratios):.1f} (median of {rounds}; target: at least 15, mark: 20)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
