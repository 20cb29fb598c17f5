"""Asks for samples: which files, and how they are read. Keeps nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QWidget

from pt2k_gui.gui.question import answer_of
from pt2k_gui.gui.sample_dialog import ImageForm
from pt2k_gui.gui.source_dialog import SourceForm
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.verify.result import SampleChoice
from pt2k_gui.verify.samples.csv_table import ENDINGS as TABLES
from pt2k_gui.verify.samples.images import Frame, frame_of
from pt2k_gui.verify.samples.source_settings import ENDINGS, kind_of

translate = QCoreApplication.translate


def sample_kinds() -> tuple[tuple[str, str], ...]:
    """(words, kind) of each kind of samples."""
    return (
        (translate("Samples", "Test digits"), "digits"),
        (translate("Samples", "Random values"), "random"),
        (translate("Samples", "A file of numbers"), "file"),
        (translate("Samples", "A folder of images"), "folder"),
        (translate("Samples", "Sound"), "audio"),
        (translate("Samples", "Texts"), "text"),
        (translate("Samples", "Films"), "video"),
    )


def ask_for_files(parent: QWidget, kind: str, before: SampleChoice) -> SampleChoice | None:
    """The choice of that kind, with the files that a person names; None where none was named."""
    kept = dataclasses.replace(before, kind=kind, path="", more=(), count=0, class_names="")
    if kind in ("digits", "random"):
        return kept
    if kind == "folder":
        path = QFileDialog.getExistingDirectory(parent, translate("Samples", "A folder of images"))
        if not path:
            return None
        found = kind_of([path])
        return dataclasses.replace(kept, kind=found if found in ("audio", "video") else kind, path=path)
    words, endings = {
        "file": (translate("Samples", "Arrays and tables"), ENDINGS["file"]),
        "audio": (translate("Samples", "Sound"), ENDINGS["audio"]),
        "text": (translate("Samples", "Texts and tables"), (*ENDINGS["text"], *TABLES)),
        "video": (translate("Samples", "Films"), ENDINGS["video"]),
    }[kind]
    pattern = f"{words} ({' '.join(f'*{ending}' for ending in endings)})"
    if kind == "file":
        path, _ = QFileDialog.getOpenFileName(parent, translate("Samples", "Samples"), "", pattern)
        paths = [path] if path else []
    else:
        paths, _ = QFileDialog.getOpenFileNames(parent, translate("Samples", "Samples"), "", pattern)
    return dataclasses.replace(kept, path=paths[0], more=tuple(paths[1:])) if paths else None


def has_settings(choice: SampleChoice) -> bool:
    """Whether there is something to be set for samples of this kind."""
    table = choice.kind == "file" and Path(choice.path).suffix.lower() in TABLES
    return table or choice.kind in ("random", "folder", "audio", "text", "video")


def settings_title(kind: str) -> str:
    """Title of the dialog that ``ask_for_settings`` shows."""
    return {
        "random": translate("Samples", "Seed of the random values"),
        "audio": translate("Samples", "How the sound is read"),
        "text": translate("Samples", "How the texts are read"),
        "file": translate("Samples", "Which columns are read"),
        "video": translate("Samples", "How the frames are read and prepared"),
    }.get(kind, translate("Samples", "How the images are prepared"))


def ask_for_settings(parent: QWidget, choice: SampleChoice, inputs: Sequence[TensorSpec]) -> SampleChoice | None:
    """The choice with the settings of its kind as a person gave them; None where they left it as it is.

    Raises:
        Problem: the model does not take samples of this kind.
    """
    if choice.kind == "random":
        title, words = (
            translate("Samples", "Random values"),
            translate("Samples", "The same seed gives the same values."),
        )
        seed, given = QInputDialog.getInt(parent, title, words, choice.seed, 0)
        return dataclasses.replace(choice, seed=seed) if given else None
    if choice.kind == "folder":
        return _ask_for_images(parent, choice, frame_of(inputs, choice.images))
    if choice.kind == "video":
        frame = _frame_of_film(choice, inputs)
        form = SourceForm(parent, choice)
        if answer_of(form) != QDialog.DialogCode.Accepted:
            return None
        return _ask_for_images(parent, form.choice(), frame) or form.choice()
    form = SourceForm(parent, choice)
    return form.choice() if answer_of(form) == QDialog.DialogCode.Accepted else None


def _frame_of_film(choice: SampleChoice, inputs: Sequence[TensorSpec]) -> Frame:
    from pt2k_gui.verify.samples.video import clip_of

    clip = clip_of(inputs, choice.images, choice.video)
    return clip.frame if clip is not None else frame_of(inputs, choice.images)


def _ask_for_images(parent: QWidget, choice: SampleChoice, frame: Frame) -> SampleChoice | None:
    size = (None if frame.free_height else frame.height, None if frame.free_width else frame.width)
    form = ImageForm(parent, choice.images, frame.channels, size, choice.class_names, choice)
    if answer_of(form) != QDialog.DialogCode.Accepted:
        return None
    names = form.class_names.text().strip()
    return dataclasses.replace(choice, images=form.settings(), class_names=names)
