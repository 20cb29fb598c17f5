"""Trains the two sample models that ship in ``resources/samples``: the tutorial's MLP and the small CNN."""

from __future__ import annotations

import sys
from pathlib import Path

from pt2k_gui.context import SilentContext
from pt2k_gui.digits.history import TrainingSettings
from pt2k_gui.jobs import train

FOLDER = Path(__file__).resolve().parent.parent / "resources" / "samples"
EPOCHS = {"mlp": 10, "cnn": 5}


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for network, epochs in EPOCHS.items():
        output = FOLDER / f"digits-{network}.pt2"
        request = train.Request(str(output), TrainingSettings(network=network, epochs=epochs))
        trained = train.run(request, SilentContext())
        print(f"{output}: {trained.test_accuracy:.2%} of the test digits are right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
