"""The model card of a LiteRT file: what it takes and gives and what was checked, as Markdown within the file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.convert.stored_signature import read_signature
from pt2k_gui.save.litert.notes import axes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pt2k_gui.convert.report import IOSpec
    from pt2k_gui.save.formats.entry import Usage
    from pt2k_gui.save.result import SavedFile

MEMBER = "MODEL_CARD.md"


def add_card(place: str, file: SavedFile, usage: Usage) -> None:
    """Put the card into the file at ``place``, which is where the file is now; ``file`` is what its check found."""
    text = card(place, file, usage)
    # Not compressed: MediaPipe's tasks refuse a file with a compressed member.
    with zipfile.ZipFile(place, "a") as archive:
        archive.writestr(MEMBER, text)


def card(place: str, file: SavedFile, usage: Usage) -> str:
    """The Markdown."""
    from pt2k_gui import __version__
    from pt2k_gui.save.formats import format_named

    entry = format_named(file.format)
    signature = read_signature(place)
    lines = [
        f"# {usage.name or Path(file.path).stem}",
        "",
        f"{entry.title}, converted from PyTorch by PT2K {__version__}.",
    ]
    if signature is not None:
        lines += _table("Inputs", signature.inputs) + _table("Outputs", signature.outputs)
    if usage.mean:
        mean, std = (", ".join(f"{value:g}" for value in values) for values in (usage.mean, usage.std))
        lines += ["", f"Pixels are scaled to 0 ... 1, then (pixel - mean) / std with mean {mean} and std {std}."]
    if usage.class_names:
        lines += ["", f"Classes: {len(usage.class_names)}, named in `labels.txt`."]
    lines += ["", "## What was checked", "", *_checked(file)]
    return "\n".join(lines) + "\n"


def _table(heading: str, specs: Sequence[IOSpec]) -> list[str]:
    rows = [
        f"| `{spec.name}` | {' x '.join(map(str, spec.keras_shape)) or 'a number'} | {', '.join(axes_of(spec))} | {spec.dtype} |"
        for spec in specs
    ]
    return ["", f"## {heading}", "", "| Name | Shape | Axes | Type |", "|---|---|---|---|", *rows]


def _checked(file: SavedFile) -> list[str]:
    """Findings of the check, one point a line."""
    verdict = "It passed." if file.same else "**It failed.**"
    found = [f"- Opened in a fresh process and run on {file.samples:,} samples beside the Keras model. {verdict}"]
    if file.difference is not None and file.relative is not None:
        found.append(f"- Largest difference: {file.difference:.3g} ({file.relative:.2%} of the largest output).")
    if file.agreement is not None:
        found.append(f"- Answers (argmax) that are the Keras model's: {file.agreement:.1%}.")
    if file.accuracy is not None and file.accuracy_before is not None:
        found.append(f"- Right answers: {file.accuracy:.1%}; of the Keras model: {file.accuracy_before:.1%}.")
    if file.milliseconds is not None:
        found.append(f"- One sample took {file.milliseconds:.2f} ms on the machine that wrote the file.")
    found += [f"- {text}" for text in (file.note, "" if file.same else file.detail) if text]
    return found
