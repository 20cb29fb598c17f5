"""What a verification found, as plain data that can be saved and read again. Running and comparing live elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

PYTORCH = "PyTorch"
ONNX_RUNTIME = "ONNX Runtime"
KERAS = "Keras"
LITERT = "LiteRT"


@dataclass(frozen=True)
class SampleChoice:
    """Which samples to run.

    Args:
        kind: ``digits`` (the 10,000 test digits), ``random``, or ``file`` (.npy/.npz) or ``folder`` (images).
        path: for ``file`` and ``folder``.
        count: at most this many; 0 takes all.
        seed: for ``random``.
    """

    kind: str = "digits"
    path: str = ""
    count: int = 0
    seed: int = 0


@dataclass(frozen=True)
class BackendRun:
    """One backend over all samples: its version, seconds spent in forward passes, accuracy where labels are known."""

    backend: str
    version: str
    seconds: float
    accuracy: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One output of one backend against a reference.

    Args:
        output: the output's name.
        backend, reference: names as above; the reference is ``PyTorch`` or ``PyTorch float64``.
        samples: how many; agreeing: how many have the same argmax (None where argmax has no meaning).
        max_abs, mean_abs: of the differences; max_rel: max_abs over the reference's largest magnitude.
        cosine: similarity of all values taken as one vector.
    """

    output: str
    backend: str
    reference: str
    samples: int
    agreeing: int | None
    max_abs: float
    mean_abs: float
    max_rel: float
    cosine: float


@dataclass(frozen=True)
class Verdict:
    """The answer in words.

    Args:
        same: whether Keras gives the same answers.
        headline: ``Keras gives the same answers.`` or what is wrong.
        sentence: the numbers behind it.
        noise_floor: PyTorch float32's own largest distance from float64, in the outputs' units.
        distance: Keras's largest distance from the same float64 truth.
        allowed: the largest distance that would still pass.
    """

    same: bool
    headline: str
    sentence: str
    noise_floor: float
    distance: float
    allowed: float


@dataclass(frozen=True)
class LayerDifference:
    """One ONNX value against the Keras layer that computes it, in graph order."""

    layer: str
    onnx_value: str
    max_abs: float
    max_rel: float


@dataclass(frozen=True)
class Verification:
    """All that a verification found; ``arrays`` is the .npz with the samples and outputs behind it.

    The .npz holds ``images`` (n, height, width) uint8 for digit-like samples, ``labels`` (n,) int64 where known (-1
    where not), and per backend ``pytorch``, ``onnxruntime``, ``keras``: the first output, (n, ...) float32.
    """

    samples: int
    sample_source: str
    labelled: bool
    classes: tuple[str, ...]
    backends: tuple[BackendRun, ...]
    comparisons: tuple[Comparison, ...]
    verdict: Verdict
    disagreements: int
    arrays: str
    seconds: float
    layers: tuple[LayerDifference, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """One drawn or chosen sample: each backend's probabilities, as (backend, probabilities) pairs."""

    probabilities: tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True)
class SpeedRow:
    """How long one batch takes one backend: median, shortest and longest of several runs, in seconds."""

    backend: str
    batch: int
    median: float
    low: float
    high: float
