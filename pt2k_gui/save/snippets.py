"""The few lines of Python that load a saved file and run it, for each format."""

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
