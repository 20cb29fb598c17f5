"""Makes what ships in ``resources`` beside the data: the two trained sample models (the tutorial's MLP and the small CNN)
and the strip of digits that the Model page shows."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from pt2k_gui.digits.dataset import load_digits
from pt2k_gui.digits.history import TrainingSettings
from pt2k_gui.jobs import train
from pt2k_gui.progress import SilentContext

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
FOLDER = RESOURCES / "samples"
STRIP = 16  # digits
EPOCHS = {"mlp": 10, "cnn": 5}


def write_strip() -> None:
    """The first test digits side by side, 28 pixels each."""
    images = load_digits(split="test").images[:STRIP]
    Image.fromarray(np.concatenate(list(images), axis=1)).save(RESOURCES / "mnist" / "first-digits.png", optimize=True)


def main() -> int:
    write_strip()
    FOLDER.mkdir(exist_ok=True)
    for network, epochs in EPOCHS.items():
        output = FOLDER / f"digits-{network}.pt2"
        request = train.Request(str(output), TrainingSettings(network=network, epochs=epochs))
        trained = train.run(request, SilentContext())
        print(f"{output}: {trained.test_accuracy:.2%} of the test digits are right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
