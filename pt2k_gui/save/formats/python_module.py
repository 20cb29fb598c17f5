"""Python source that builds the network, with its weights in a file beside it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from .entry import Format, Reopening, RunFile, Writing
from .examples import keras_examples, positional
from .keras_calls import run_model
from .words import messages

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


def _write(writing: Writing) -> None:
    from pt2k_gui.save.python_source import python_source

    assert writing.beside is not None
    text = python_source(writing.model, writing.onnx, writing.target.stem, writing.beside.name)
    writing.target.write_text(text, encoding="utf-8")
    writing.model.save_weights(str(writing.beside))


def _reopen(written: Reopening) -> RunFile:
    specification = importlib.util.spec_from_file_location("model", written.path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return run_model(module.build_model(), written)


def _snippet(path: str, signature: Signature) -> str:
    call = f"outputs = model({positional(keras_examples(signature))}, training=False)"
    return "\n".join([*_imported(Path(path)), call])


def _imported(module: Path) -> list[str]:
    place = f"sys.path.insert(0, {str(module.parent)!r})"
    if module.stem.isidentifier():
        imports = ["import sys", "", "import numpy as np", ""]
        return [*imports, place, f"from {module.stem} import build_model", "", "model = build_model()"]
    imports = ["import importlib", "import sys", "", "import numpy as np", ""]
    return [*imports, place, f"model = importlib.import_module({module.stem!r}).build_model()"]


FORMATS = (
    Format(
        "python", messages.PYTHON_SOURCE(), ".py", messages.PYTHON_PURPOSE(), _write, _reopen, _snippet,
        beside=".weights.h5", tolerance=1e-6,
    ),
)  # fmt: skip
