"""The few lines of Python that load a saved file and run it, for each format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pt2k_gui.convert.report import Signature


def snippet(format_name: str, path: str, signature: Signature) -> str:
    """Code that opens the file at ``path`` and runs it on zeros of the model's input shapes.

    Args:
        format_name: the format's name.
        edges: the model's inputs and outputs.
    """
    ours = [(spec.keras_name, _zeros(spec.keras_shape, spec.dtype)) for spec in signature.inputs]
    theirs = [(spec.name, _zeros(spec.onnx_shape, spec.dtype)) for spec in signature.inputs]
    if format_name in ("keras", "h5"):
        lines = ["import keras", "import numpy as np", "", f"model = keras.saving.load_model({path!r})"]
        return "\n".join([*lines, f"outputs = model({_listed(ours)}, training=False)"])
    if format_name == "weights":
        lines = ["# model: the same network, such as build_model(None) of its Python source"]
        return "\n".join([*lines, f"model.load_weights({path!r})"])
    if format_name == "python":
        return "\n".join([*_imported(Path(path)), f"outputs = model({_listed(ours)}, training=False)"])
    if format_name == "savedmodel":
        lines = ["import numpy as np", "import tensorflow as tf", "", f"model = tf.saved_model.load({path!r})"]
        arrays = [(name, f"tf.constant({zeros})") for name, zeros in ours]
        return "\n".join([*lines, 'run = model.signatures["serving_default"]', f"outputs = run(**{_named(arrays)})"])
    if format_name == "onnx":
        lines = ["import numpy as np", "import onnxruntime", "", f"session = onnxruntime.InferenceSession({path!r})"]
        return "\n".join([*lines, f"outputs = session.run(None, {_named(theirs)})"])
    if format_name == "openvino":
        lines = ["import numpy as np", "import openvino", "", f"model = openvino.compile_model({path!r})"]
        return "\n".join([*lines, f"outputs = model({_named(ours)})"])
    lines = ["import numpy as np", "import tensorflow as tf", "", f"interpreter = tf.lite.Interpreter({path!r})"]
    return "\n".join([*lines, "run = interpreter.get_signature_runner()", f"outputs = run(**{_named(ours)})"])


def _zeros(shape: Sequence[int | str], dtype: str) -> str:
    sizes = [str(size) if isinstance(size, int) else "1" for size in shape]
    return f"np.zeros(({', '.join(sizes)}{',' if len(sizes) == 1 else ''}), {dtype!r})"


def _listed(arrays: Sequence[tuple[str, str]]) -> str:
    return arrays[0][1] if len(arrays) == 1 else f"[{', '.join(zeros for _, zeros in arrays)}]"


def _named(arrays: Sequence[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{name!r}: {zeros}" for name, zeros in arrays) + "}"


def _imported(module: Path) -> list[str]:
    place = f"sys.path.insert(0, {str(module.parent)!r})"
    if module.stem.isidentifier():
        return [
            "import sys",
            "",
            "import numpy as np",
            "",
            place,
            f"from {module.stem} import build_model",
            "",
            "model = build_model()",
        ]
    lines = ["import importlib", "import sys", "", "import numpy as np", "", place]
    return [*lines, f"model = importlib.import_module({module.stem!r}).build_model()"]
