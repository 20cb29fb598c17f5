"""Keras 3's own file, with PT2K's description of the axes in it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from .entry import Format, Writing
from .examples import keras_examples
from .keras_calls import load_lines, open_whole
from .words import messages

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


def _write(writing: Writing) -> None:
    shutil.copyfile(writing.keras, writing.target)


def _snippet(path: str, signature: Signature) -> str:
    return load_lines(path, keras_examples(signature))


FORMATS = (Format("keras", messages.KERAS_MODEL(), ".keras", messages.KERAS_PURPOSE(), _write, open_whole, _snippet),)
