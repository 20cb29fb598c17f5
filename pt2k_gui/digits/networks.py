"""The two digit classifiers: the tutorial's MLP and a small convolution network. Both give logits (N, 10)."""

from __future__ import annotations

import torch
from torch import nn

from pt2k_gui.digits.dataset import CLASSES
from pt2k_gui.digits.history import TrainingSettings
from pt2k_gui.digits.samples import PIXELS

INPUT_SHAPES: dict[str, tuple[int, ...]] = {"mlp": (PIXELS,), "cnn": (1, 28, 28)}


class MLP(nn.Module):
    """784-128-10 with a sigmoid between, as in the tutorial. Any leading axes; the last one has 784 entries."""

    def __init__(self, hidden: int = 128) -> None:
        super().__init__()
        self.hidden = nn.Linear(PIXELS, hidden)
        self.sigmoid = nn.Sigmoid()
        self.output = nn.Linear(hidden, CLASSES)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Scores (batch, 10) of images (batch, 784)."""
        return self.output(self.sigmoid(self.hidden(input)))


class CNN(nn.Module):
    """Two convolutions with BatchNorm and pooling, dropout, two linear layers. Input (N, 1, 28, 28)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(32)
        self.relu = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.25)
        self.fc1 = nn.Linear(32 * 7 * 7, 128)
        self.fc2 = nn.Linear(128, CLASSES)

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Scores (batch, 10) of images (batch, 1, 28, 28)."""
        x = self.pool(self.relu(self.bn1(self.conv1(input))))
        x = self.pool(self.relu(self.bn2(self.conv2(x))))
        x = self.dropout(self.flatten(x))
        return self.fc2(self.dropout(self.relu(self.fc1(x))))


def build(settings: TrainingSettings) -> nn.Module:
    """The untrained network that the settings name, with weights from torch's present random state."""
    if settings.network == "mlp":
        return MLP(settings.hidden)
    if settings.network == "cnn":
        return CNN()
    raise ValueError(f"unknown network {settings.network!r}: mlp or cnn")
