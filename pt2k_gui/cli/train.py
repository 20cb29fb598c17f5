"""``pt2k train``: train a digit classifier."""

from __future__ import annotations

import argparse

from pt2k_gui.cli.arguments import training_settings
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.digits.history import Trained
from pt2k_gui.jobs import train
from pt2k_gui.jobs.pipeline import pipeline


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    with pipeline(terminal) as steps:
        trained: Trained = steps.run(train.Request(options.output, training_settings(options), options.data))
    best = next((epoch for epoch in trained.epochs if epoch.number == trained.best_epoch), None)
    terminal.fields(
        [
            ("written", trained.path),
            ("epochs", f"{len(trained.epochs)} of {trained.settings.epochs}, kept number {trained.best_epoch}"),
            ("validation accuracy", f"{best.validation_accuracy:.2%}" if best else "not measured"),
            ("test accuracy", f"{trained.test_accuracy:.2%}"),
            ("speed", f"{trained.images_per_second:,.0f} images a second"),
            ("time", f"{trained.seconds:.1f} s"),
        ]
    )
    terminal.answer("train", ok=True, trained=trained)
    return 0
