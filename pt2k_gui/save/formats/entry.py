"""A save format: everything PT2K knows of one, in one record.

The files of this folder are also read by the fresh process that opens saved files again, where PT2K can't be imported
(see ``reopen``). So they import each other relatively, and anything else of PT2K only inside of ``write``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.convert.report import Signature

Outputs = list[Any]
RunFile = Callable[[Mapping[str, Any]], Outputs]
"""Runs an opened file: from arrays by the name of the input (ONNX's names begin with ``onnx:``) to its outputs in order."""


@dataclass(frozen=True)
class Usage:
    """How a model is used, as far as it is known from the samples that it is checked with.

    Attributes:
        name: of the model.
        mean, std: pixels of 0 to 1 become (pixel - mean) / std, for a model of images; empty where that is not known.
        class_names: in the order of the classes; empty where they are not known.
    """

    name: str = ""
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Writing:
    """One file to write.

    Attributes:
        name: the format's name.
        model: the Keras model; ``keras`` and ``onnx`` are the files that it was loaded from and made of.
        target: the path to write, which does not exist yet; ``beside`` is the second file's, if the format has one.
        batches: samples in Keras's axes, one array an input, for a calibration.
        usage: how the model is used, for formats that tell it; None where nothing is known.
        shared: what formats of one save leave for each other: the float32 file that coarser ones are made of.
    """

    name: str
    model: Any
    keras: str
    onnx: str
    target: Path
    beside: Path | None
    batches: Sequence[Sequence[np.ndarray]]
    usage: Usage | None = None
    shared: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reopening:
    """A file to open again.

    Attributes:
        path: of the file or folder.
        config: a file with the Keras model's architecture as JSON, for formats that hold weights alone.
        inputs: the names of the Keras model's inputs, in its order.
    """

    path: str
    config: str
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Format:
    """One way to write a model.

    Args:
        name: ``keras``, ``h5``, ``savedmodel``, ``tflite``, ``onnx``, ``python`` ...
        title: as the window shows it; suffix: the file's ending; purpose: what it is good for in six words.
        write: makes the file (and the one beside it).
        reopen: opens the file where PT2K is not; gives the function that runs it.
        snippet: the lines of Python that load the file at a path and run it on zeros.
        beside: the ending of a second file that belongs to it, such as weights; empty for most.
        size: bytes of its files over bytes of the float32 weights, as seen; for an estimate only.
        folder: whether it is a folder.
        runs_with: the modules that opening one imports, so that they can be imported ahead of it.
        needs: packages without which it can't be written and that PT2K does not bring.
        tolerance: what a file that was opened again may differ by, relative to the largest output: the same float32 kernels
            in another order by default.
        quantised: weights of eight bits or fewer, judged by the answers that stay instead of by the tolerance.
        integer_outputs: all values of an output are integers of one scale.
        onnx_axes: whether its inputs and outputs have ONNX's axes instead of those of the Keras model.
    """

    name: str
    title: str
    suffix: str
    purpose: str
    write: Callable[[Writing], None]
    reopen: Callable[[Reopening], RunFile]
    snippet: Callable[[str, Signature], str]
    beside: str = ""
    size: float = 1.03
    folder: bool = False
    runs_with: tuple[str, ...] = ("tensorflow", "keras")
    needs: tuple[str, ...] = ()
    tolerance: float = 1e-5
    quantised: bool = False
    integer_outputs: bool = False
    onnx_axes: bool = False
