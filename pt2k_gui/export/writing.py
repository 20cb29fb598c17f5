"""Has torch's exporters write a module to a file. Runs in the user's interpreter too: torch alone is needed, of 1.13 or later."""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Sequence
from pathlib import Path

from pt2k_gui.export import messages
from pt2k_gui.export.free_recording import record_free
from pt2k_gui.export.recording import DYNAMO, PROGRAM, dynamo, torchscript, with_plain_outputs
from pt2k_gui.sources.card import TensorSpec
from pt2k_gui.sources.loaded import LoadedModel


def record(
    loaded: LoadedModel, inputs: Sequence[TensorSpec], path: Path, *, way: str, trainable: bool, notes: list[str]
) -> None:
    """Write the file.

    Args:
        way: ``PROGRAM`` makes an export program (``.pt2``), the others an ONNX file.
        notes: takes what a person should know of it.

    Raises:
        Problem: a size can't stay free.
        Exception: whatever the exporter raises.
    """
    import torch

    if way == PROGRAM:
        torch.export.save(with_plain_outputs(record_free(loaded, inputs, notes)), path)
    elif way == DYNAMO:
        dynamo(record_free(loaded, inputs, notes), loaded, inputs, trainable).save(str(path))
    else:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", torch.jit.TracerWarning)
            torchscript(loaded, inputs, trainable, str(path))
        notes += _cautions(caught)


def _cautions(caught: Sequence[warnings.WarningMessage]) -> list[str]:
    """Where tracing followed one way of several, by its warnings about the model's own lines."""
    import torch

    library = str(Path(torch.__file__).parent)
    places = {
        (entry.filename, entry.lineno): linecache.getline(entry.filename, entry.lineno).strip()
        for entry in caught
        if issubclass(entry.category, torch.jit.TracerWarning)
        and "Converting a tensor" in str(entry.message)
        and not entry.filename.startswith(library)
    }
    if not places:
        return []
    (file, line), code = next(iter(places.items()))
    return [messages.CAREFUL_AT_LINE(file=Path(file).name, line=line, code=code[:120])]
