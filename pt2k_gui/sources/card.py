"""Facts of a model on disk, as plain data: its kind, its layers, its inputs. No framework object in here."""

from __future__ import annotations

from dataclasses import dataclass, replace

_FREE_SIZE = 16  # of a dynamic axis that is not the batch, where no better size is known


@dataclass(frozen=True)
class Source:
    """A model that the user pointed at, with what he said about it.

    Args:
        path: the model file.
        code: for a state dict, ``FILE.py:Class``, an importable ``package.module:Class``, ``timm:NAME``, or
            ``tensors:chain`` for the reconstruction from the tensors alone; empty otherwise.
        arguments: constructor arguments for that class, as (name, Python literal) pairs.
        strict: whether the state dict must match the class key by key.
        trusted: whether the user agreed that code of this very file may run.
        weights: which of several sets of weights in a checkpoint, such as ``ema.state_dict``; empty for the likeliest.
        values: plain values for arguments of ``forward``, as (name, Python literal) pairs; the others are as proposed.
        python: the interpreter in which the model's code runs, with the packages that are installed there; empty for
            PT2K's own.
    """

    path: str
    code: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    strict: bool = True
    trusted: bool = False
    weights: str = ""
    values: tuple[tuple[str, str], ...] = ()
    python: str = ""


@dataclass(frozen=True)
class TensorSpec:
    """One input or output.

    Args:
        name: its name in the export.
        dtype: numpy's name, such as ``float32`` or ``int64``.
        shape: one entry an axis: an int where it is fixed, a symbol such as ``"batch"`` where it is dynamic.
        low, high: range of random values for an integer input (high is exclusive); None where it does not matter.
        example: sizes on which the model is known to run, one an axis; empty where none are known.
    """

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    low: int | None = None
    high: int | None = None
    example: tuple[int, ...] = ()

    @property
    def batch_axis(self) -> int | None:
        """The axis that counts the samples: that of this name, else the first one if it is dynamic; None for neither."""
        if "batch" in self.shape:
            return self.shape.index("batch")
        return 0 if self.shape and isinstance(self.shape[0], str) else None

    @property
    def counts_from_one(self) -> bool:
        """Whether it is one whole number of 1 or more a sample: the lengths of packed sequences are."""
        return len(self.shape) == 1 and self.dtype.startswith("int") and (self.low or 0) >= 1

    def free_axes(self) -> tuple[int, ...]:
        """The dynamic axes that are not the batch: that is the axis of this name, else the first one."""
        batch = self.shape.index("batch") if "batch" in self.shape else 0
        return tuple(axis for axis, size in enumerate(self.shape) if isinstance(size, str) and axis != batch)

    def sizes(self, batch: int, stretch: int = 1) -> tuple[int, ...]:
        """Concrete sizes.

        Args:
            batch: of the batch, where it is dynamic.
            stretch: times which the example's sizes of other dynamic axes are taken.
        """
        free = self.free_axes()
        example = self.example if len(self.example) == len(self.shape) else (_FREE_SIZE,) * len(self.shape)
        return tuple(
            size if isinstance(size, int) else stretch * example[axis] if axis in free else batch
            for axis, size in enumerate(self.shape)
        )

    def with_shape(self, shape: tuple[int | str, ...]) -> TensorSpec:
        """The same input in another shape; sizes that were fixed are examples where the new shape leaves them open."""
        if shape == self.shape:
            return self
        known = self.sizes(_FREE_SIZE) if len(shape) == len(self.shape) else ()
        return replace(self, shape=shape, example=known)

    def text(self) -> str:
        """The shape as people write it: ``batch × 1 × 28 × 28``."""
        return " × ".join(str(size) for size in self.shape) or "scalar"


@dataclass(frozen=True)
class ValueSpec:
    """An argument of ``forward`` that is no tensor; it stays as it is in the export.

    Args:
        type: ``int``, ``float``, ``bool`` or ``str``.
        value: as Python text: chosen, or the default, or the likeliest.
        default: as Python text; empty where the argument can't be left out.
    """

    name: str
    type: str
    value: str
    default: str = ""


@dataclass(frozen=True)
class LayerRow:
    """One row of the layer tree.

    Args:
        path: PyTorch's module path, such as ``features.0``; the root is the empty string.
        type: class name, such as ``Conv2d``.
        depth: 0 for the model itself.
        output_shape: as text (``batch × 16 × 28 × 28``), empty where it is not known.
        parameters: number of parameters in this module and below.
        detail: the module's own settings in short (``1 -> 16, 3x3, padding 1``); may be empty.
    """

    path: str
    type: str
    depth: int
    output_shape: str = ""
    parameters: int = 0
    detail: str = ""


@dataclass(frozen=True)
class ModelInfo:
    """Facts of a model for the Model page, ``pt2k inspect`` and the reports.

    Args:
        kind: one of the names in ``pt2k_gui.sources.file_formats`` (``exported program``, ``TorchScript``, ``ONNX`` ...).
        origin: who wrote the file, where that is known (``PyTorch 2.13``, ``trained here`` ...).
        sha256: of the file's content.
        parameters, trainable_parameters: element counts.
        inputs, outputs: proposed specifications (dynamic batch where the file allows it).
        layers: the tree in document order.
        notes: anything a person should know (half precision, stripped prefixes, symbolic sizes ...).
        values: the arguments of ``forward`` that are no tensors.
    """

    path: str
    name: str
    kind: str
    origin: str
    size: int
    sha256: str
    parameters: int
    trainable_parameters: int
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...] = ()
    layers: tuple[LayerRow, ...] = ()
    notes: tuple[str, ...] = ()
    values: tuple[ValueSpec, ...] = ()
