"""The few lines that load a saved file and run it, for each format: in Python, and in more languages where there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pt2k_gui.save.formats import format_named

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


def snippet(format_name: str, path: str, signature: Signature) -> str:
    """Code that opens the file at ``path`` and runs it on zeros of the model's input shapes.

    Args:
        format_name: the format's name.
        signature: the model's inputs and outputs.
    """
    return format_named(format_name).snippet(path, signature)


PYTHON = "Python"


def languages(format_name: str) -> tuple[str, ...]:
    """The languages that there is a snippet in, Python first."""
    from pt2k_gui.save.litert.snippets import LANGUAGES

    return (PYTHON, *LANGUAGES) if format_name.startswith("tflite") else (PYTHON,)


def snippet_in(language: str, format_name: str, path: str, signature: Signature) -> str:
    """The snippet in one of ``languages``."""
    from pt2k_gui.save.litert.snippets import LANGUAGES

    if language not in LANGUAGES:
        return snippet(format_name, path, signature)
    return LANGUAGES[language](path, signature)
