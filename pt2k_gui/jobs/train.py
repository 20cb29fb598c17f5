"""Train a digit classifier and write it as an exported program."""

from __future__ import annotations

from dataclasses import dataclass, field

from pt2k_gui.digits.history import Trained, TrainingSettings
from pt2k_gui.jobs.job import Job
from pt2k_gui.progress import Context


@dataclass(frozen=True)
class Request(Job[Trained]):
    """``data`` is a folder of IDX files; empty for the built-in MNIST. ``output`` is the ``.pt2`` to write."""

    output: str
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    data: str = ""


def run(request: Request, context: Context) -> Trained:
    """Events: ``TrainingStep``, ``Epoch``. ``context.stopping()`` keeps the best epoch. Raises ``Problem``."""
    from pt2k_gui.digits.training import train_to_file

    return train_to_file(request.settings, request.data, request.output, context)
