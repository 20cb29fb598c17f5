"""Findings of a verification, as plain data that can be saved and read again. Running and comparing live elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field

from pt2k_gui.verify.samples.preprocessing import ImageSettings
from pt2k_gui.verify.samples.source_settings import AudioSettings, TableSettings, TextSettings, VideoSettings

PYTORCH = "PyTorch"
ONNX_RUNTIME = "ONNX Runtime"
KERAS = "Keras"
LITERT = "LiteRT"
SAVED_MODEL = "SavedModel"
ONNX_FILE = "ONNX file"
KEYS = {
    PYTORCH: "pytorch", ONNX_RUNTIME: "onnxruntime", KERAS: "keras", LITERT: "litert", SAVED_MODEL: "savedmodel",
    ONNX_FILE: "onnxfile",
}  # fmt: skip
"""Under which name the arrays of a verification hold a backend's outputs."""

FROM_TRUTH, FROM_TRIALS, FROM_SPACING = "float64", "disturbed", "spacing"
"""Where a noise floor is from: the distance from a float64 run; how far the answers move when every rounding is perturbed at
random (see ``disturbed``); or, where neither can be run, the spacing of float32 alone."""


SUITABLE = -1


@dataclass(frozen=True)
class SampleChoice:
    """Which samples to run.

    Args:
        kind: ``digits`` (the 10,000 test digits), ``random``, ``file`` (.npy, .npz, .csv), ``folder`` (images), ``audio``,
            ``text`` or ``video``; empty for the digits where the model takes them, else random values.
        path: of the file, or the folder with such files; more: of further ones.
        count: at most this many; 0 takes all (of random ones: as many as the model's work allows), ``SUITABLE`` a number that
            suits the kind.
        seed: for ``random``.
        images: how those of a folder, and the frames of a film, are prepared.
        audio, text, table, video: how sound, texts, tables and films are read.
        class_names: a file with the names of the model's classes; empty where none is given.
    """

    kind: str = "digits"
    path: str = ""
    count: int = 0
    seed: int = 0
    images: ImageSettings = field(default_factory=ImageSettings)
    class_names: str = ""
    more: tuple[str, ...] = ()
    audio: AudioSettings = field(default_factory=AudioSettings)
    text: TextSettings = field(default_factory=TextSettings)
    table: TableSettings = field(default_factory=TableSettings)
    video: VideoSettings = field(default_factory=VideoSettings)

    @property
    def from_files(self) -> bool:
        """Whether the samples are read from files."""
        return self.kind not in ("", "digits", "random")

    @property
    def paths(self) -> tuple[str, ...]:
        """All files and folders that the samples are read with, the tokenizer too."""
        return tuple(path for path in (self.path, *self.more, self.text.tokenizer) if path)


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
        noise_floor: PyTorch float32's own largest distance from float64, in the outputs' units; where there is no float64
            run, an estimate of it (see ``Verification.rounding``).
        distance: Keras's largest distance from the same float64 truth; without one, from the float32 reference.
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
class StepRow:
    """One PyTorch parameter or running statistic, before and after one step of training on both sides.

    Args:
        name: PyTorch's name, such as ``features.0.weight``.
        kind: ``weight`` or ``statistic``.
        weights: the Keras variables that hold its numbers, such as ``features_0/kernel``.
        values: how many numbers were compared.
        gradient: the gradients' largest absolute difference; None for a statistic.
        gradient_rel: the same over the largest gradient of this parameter in PyTorch.
        new: the new values' largest absolute difference; new_rel: over the parameter's largest magnitude.
        share: the distance from the float64 truth over what is allowed; up to 1 passes.
    """

    name: str
    kind: str
    weights: tuple[str, ...]
    values: int
    gradient: float | None
    gradient_rel: float | None
    new: float
    new_rel: float
    share: float


@dataclass(frozen=True)
class TrainingCurve:
    """The loss before each of some steps on one batch, in PyTorch and in the Keras twin.

    Args:
        optimizer: such as ``Adam``.
        pytorch, keras: the losses.
        departs: the first step, from 0 on, at which they differ by more than rounding; None where there is none.
    """

    optimizer: str
    pytorch: tuple[float, ...]
    keras: tuple[float, ...]
    departs: int | None = None


@dataclass(frozen=True)
class StepComparison:
    """One step of gradient descent on one batch, in PyTorch and in the Keras twin.

    Args:
        same: whether loss, gradients, new weights and running statistics agree within rounding.
        sentence: that in words.
        mode: ``training``, or ``evaluation`` where the PyTorch file can only be run as in evaluation.
        loss: which loss was taken, such as ``cross-entropy``.
        samples: in the batch; learning_rate: of plain gradient descent.
        pytorch_loss, keras_loss: before the step.
        rows: one per parameter and running statistic, worst first.
        notes: what a person should know.
        curves: one per optimizer; empty where the first step already differs.
    """

    same: bool
    sentence: str
    mode: str
    loss: str
    samples: int
    learning_rate: float
    pytorch_loss: float
    keras_loss: float
    rows: tuple[StepRow, ...]
    notes: tuple[str, ...] = ()
    curves: tuple[TrainingCurve, ...] = ()


@dataclass(frozen=True)
class FileHash:
    """A file that took part: what it was there for, its path, size in bytes and SHA-256 (of a folder's files together)."""

    role: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Verification:
    """All that a verification found.

    Args:
        samples: how many; sample_source: where they are from, in words; choice: as they were chosen.
        labelled: whether they have true labels that the model's answers can be held against.
        classes: the names of the classes that the model answers with, where known.
        truths: the names of the labels, where these are not the model's classes.
        backends: each that ran, the reference first.
        comparisons: of each output of each backend with the reference.
        verdict: on the converted model, which is ``candidate``.
        disagreements: samples for which a backend has another answer.
        arrays: the .npz with the samples and outputs behind it: ``images``, as ``Samples.images`` (absent where there are
            none), ``labels`` (n,) int64 (-1 where not known), ``difference`` (n,) and ``differences`` (outputs, n) float32:
            largest absolute difference of the converted model, and by ``KEYS`` of each backend the first output, (n, values)
            float32. ``files`` (n,) str: what each sample is called, as ``Samples.files``. Of the first samples
            ``look_0_keras`` and the like hold every output of a backend in its shape, and ``look_input_0`` and so on the
            inputs.
        seconds: in all.
        layers: layer by layer, in graph order, where that was asked for and can be.
        notes: what a person should know.
        truth: the name of the float64 run; empty where there is none.
        rounding: where the noise floor is from: ``float64``, ``disturbed`` runs of ONNX Runtime, or float32's ``spacing``.
        files: what took part.
        training: one step of training, for a twin that can be trained.
        precision: of the converted file: ``float32``, ``float16`` or ``int8``.
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
    choice: SampleChoice = field(default_factory=SampleChoice)
    truths: tuple[str, ...] = ()
    candidate: str = KERAS
    truth: str = ""
    rounding: str = FROM_TRUTH
    files: tuple[FileHash, ...] = ()
    training: StepComparison | None = None
    precision: str = "float32"

    @property
    def scored(self) -> bool:
        """Whether the first output is a score for each class, so that samples have an answer."""
        return bool(self.comparisons) and self.comparisons[0].agreeing is not None

    @property
    def same(self) -> bool:
        """The whole answer: the same outputs and, where it was tried, the same step of training."""
        return self.verdict.same and (self.training is None or self.training.same)


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
