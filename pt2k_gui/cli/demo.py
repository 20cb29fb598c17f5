"""``pt2k demo``: the whole tutorial on the built-in digits."""

from __future__ import annotations

import argparse
from pathlib import Path

from pt2k_gui.cli.arguments import training_settings
from pt2k_gui.cli.terminal import Terminal
from pt2k_gui.cli.verify import show_verification
from pt2k_gui.digits.history import Trained
from pt2k_gui.files import cannot_write
from pt2k_gui.jobs import convert, export, grid, report, save, train, verify
from pt2k_gui.jobs.pipeline import pipeline
from pt2k_gui.report.document import Results, Settings
from pt2k_gui.sources.card import Source
from pt2k_gui.verify.result import SampleChoice


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    folder = Path(options.outdir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    source = Source(str(folder / "digits.pt2"))
    onnx, keras = str(folder / "model.onnx"), str(folder / "model.keras")
    with pipeline(terminal) as steps:
        trained: Trained = steps.run(train.Request(source.path, training_settings(options), options.data), 0.0, 0.5)
        terminal.say(f"Trained: {trained.test_accuracy:.2%} of the test digits are right.")
        card = steps.load(source, 0.5, 0.55)
        exported = steps.run(export.Request(source, card.inputs, onnx), 0.55, 0.65)
        scratch = str(steps.folder / "model.keras")
        converted = steps.run(convert.Request(onnx, scratch, options.engine), 0.65, 0.75)
        verification = steps.run(
            verify.Request(source, onnx, converted.path, str(steps.folder), SampleChoice("digits"), layers=True),
            0.75,
            0.9,
        )
        saved = steps.run(
            save.Request(converted.path, onnx, (("keras", keras),), True, source, SampleChoice()), 0.9, 0.95
        )
        steps.run(grid.Request(verification, str(folder / "grid.png")), 0.95, 0.97)
        reports = (str(folder / "report.html"), str(folder / "report.json"))
        results = Results(Settings(source, options.engine), card, exported, converted.report, trained, saved)
        steps.run(report.Request(reports, verification, results, options.language), 0.97, 1.0)
    show_verification(verification, terminal)
    files = [source.path, onnx, keras, str(folder / "grid.png"), *reports]
    terminal.fields([("written", file) for file in files])
    ok = verification.same and all(file.same for file in saved)
    terminal.answer("demo", ok=ok, trained=trained, verification=verification, saved=saved, files=files)
    return 0 if ok else 1
