"""Jobs that answer at once, through the interface of ``Workers``: for tests that take thousands of steps.

Each answer carries a mark of what it was made from, and each file holds the mark of its content, so that a test can see
whether the window shows or saves something of another model.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer

from pt2k_gui.convert.report import ConversionReport, OperatorRow, Signature
from pt2k_gui.digits.history import Epoch, Trained, TrainingStep
from pt2k_gui.export.result import DryRun, Exported
from pt2k_gui.graph.network import Network, NetworkPair, Node
from pt2k_gui.graph.picture import Picture, arrange_all, make_picture
from pt2k_gui.gui.worker import Watcher
from pt2k_gui.jobs import (
    activation,
    arrange,
    convert,
    dry_run,
    export,
    inspect,
    load,
    node_times,
    predict,
    report,
    save,
    speed,
    train,
    verify,
)  # fmt: skip
from pt2k_gui.problem import Problem
from pt2k_gui.progress import StageDone, StageStarted
from pt2k_gui.save.formats import files_of
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import LayerRow, ModelInfo, Source, TensorSpec
from pt2k_gui.sources.inspection import Inspection
from pt2k_gui.verify.result import (
    BackendRun,
    Comparison,
    LayerDifference,
    Prediction,
    SampleChoice,
    SpeedRow,
    Verdict,
    Verification,
)

_SAMPLES = 12


def mark(*parts: object) -> str:
    """What an answer was made from, as a short text."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def content_of(path: str) -> str:
    """The mark of a model file: of its content, so that a file that is written anew is another model."""
    return mark(Path(path).read_text(encoding="utf-8"))


def write_model(path: Path, *, features: int = 784, classes: int = 10, parameters: int = 1000, seed: int = 0) -> Path:
    """A file that these jobs take for a model."""
    sizes = {"features": features, "classes": classes, "parameters": parameters, "seed": seed}
    path.write_text(json.dumps(sizes), encoding="utf-8")
    return path


def mark_of_conversion(source: Source, inputs: tuple[TensorSpec, ...], engine: str, order: str, trainable: bool) -> str:
    exported = mark("exported", content_of(source.path), source.values, inputs, trainable)
    return mark("converted", exported, engine, order, trainable)


def _info(source: Source) -> ModelInfo:
    try:
        sizes = json.loads(Path(source.path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(f"{source.path} is no model.", hint="Choose another file.") from error
    inputs = (TensorSpec("x", "float32", ("batch", sizes["features"])),)
    outputs = (TensorSpec("y", "float32", ("batch", sizes["classes"])),)
    if sizes["features"] == 28:
        inputs = (TensorSpec("x", "float32", ("batch", 1, 28, 28)),)
    return ModelInfo(
        source.path, Path(source.path).stem, "export program", "a test", 100, content_of(source.path),
        sizes["parameters"], sizes["parameters"], inputs, outputs, (LayerRow("", Path(source.path).stem, 0),),
    )  # fmt: skip


def _inspect(request: inspect.Request) -> object:
    return Inspection(request.source.path, "export program", 100, "", card=_info(request.source))


def _dry_run(request: dry_run.Request) -> object:
    info = _info(request.source)
    for asked, own in zip(request.inputs, info.inputs, strict=True):
        if asked.shape[1:] != own.shape[1:]:
            raise Problem(f"{asked.text()} does not fit.", hint="Change the shape.")
    return DryRun(request.inputs, info.outputs, 0.0)


def _export(request: export.Request) -> object:
    made = mark("exported", content_of(request.source.path), request.source.values, request.inputs, request.trainable)
    Path(request.output).write_text(made, encoding="utf-8")
    outputs = _info(request.source).outputs
    return Exported(request.output, 20, "dynamo", 12, 3, request.inputs, outputs, 0.0, (1,), 0.0, (made,))


def _convert(request: convert.Request) -> object:
    made = mark(
        "converted",
        Path(request.onnx).read_text(encoding="utf-8"),
        request.engine,
        request.axis_order,
        request.trainable,
    )
    Path(request.output).write_text(made, encoding="utf-8")
    found = ConversionReport(
        request.engine, 20, Signature((), (), request.axis_order), (), (OperatorRow(made, 1, (), "converted"),), 0, 0,
        1000, 1000, 3, (), 0.0, (), f"summary of {made}",
    )  # fmt: skip
    return convert.Converted(request.output, 12, found, 0.0)


def _verify(request: verify.Request) -> object:
    made = Path(request.converted).read_text(encoding="utf-8")
    choice: SampleChoice = request.samples
    if choice.kind == "digits" and _info(request.source).inputs[0].shape[-1] not in (784, 28):
        raise Problem("The digits do not fit this model.", hint="Choose random values.")
    rng = np.random.default_rng(int(made, 16) + choice.seed)
    scores = rng.standard_normal((_SAMPLES, 10)).astype("f")
    arrays = {
        "pytorch": scores, "onnxruntime": scores, "keras": scores, "labels": scores.argmax(1),
        "differences": np.zeros((1, _SAMPLES), "f"), "difference": np.zeros(_SAMPLES, "f"),
    }  # fmt: skip
    if choice.kind == "digits":
        arrays["images"] = np.zeros((_SAMPLES, 28, 28), np.uint8)
    path = Path(request.folder) / "arrays.npz"
    np.savez(path, **arrays)
    compared = (Comparison(made, "Keras", "PyTorch", _SAMPLES, _SAMPLES, 0.0, 0.0, 0.0, 1.0),)
    same = int(made, 16) % 5 > 0  # some differ, so that the bad verdict is seen too
    headline = "Keras gives the same answers." if same else "Keras gives different answers."
    backends = tuple(BackendRun(name, "1", 0.0, 1.0) for name in ("PyTorch", "ONNX Runtime", "Keras"))
    return Verification(
        _SAMPLES, choice.kind, True, tuple("0123456789"), backends, compared,
        Verdict(same, headline, f"measured on {made}", 1e-7, 0.0, 1e-6), 0, str(path), 0.0,
        (LayerDifference(made, "v", 0.0, 0.0),), choice=choice,
    )  # fmt: skip


def _speed(request: speed.Request) -> object:
    made = Path(request.converted).read_text(encoding="utf-8")
    return tuple(SpeedRow(made, batch, 0.001, 0.001, 0.002) for batch in (1, 16))


def _save(request: save.Request) -> object:
    made = Path(request.keras).read_text(encoding="utf-8")
    saved = []
    for name, path in request.targets:
        if not Path(path).parent.is_dir():
            raise Problem(f"{path} can't be written: the folder does not exist.", hint="Choose another folder.")
        for file in files_of(name, path):
            Path(file).write_text(made, encoding="utf-8")
        saved.append(SavedFile(name, path, 12, 0.0, True, 0.0, made, samples=8, accuracy=1.0, accuracy_before=1.0))
    return tuple(saved)


def _train(request: train.Request) -> object:
    write_model(Path(request.output), seed=request.settings.seed)
    epochs = (Epoch(1, 1, 1.0, 0.5, 1.0, 0.5, 0.1, True),)
    return Trained(request.output, request.settings, epochs, 1, 0.5, 100.0, 0.1, False)


def _report(request: report.Request) -> object:
    for output in request.outputs:
        Path(output).write_text(request.verification.verdict.sentence, encoding="utf-8")
    return request.outputs


_JOBS: dict[str, Callable[..., object]] = {
    "inspect": _inspect, "load": lambda request: _info(request.source), "dry_run": _dry_run, "export": _export,
    "convert": _convert, "verify": _verify, "speed": _speed, "save": _save, "train": _train, "report": _report,
    "predict": lambda request: Prediction((("Keras", (0.1,) * 10),)), "keep": lambda request: 1,
}  # fmt: skip


def _graph(request: object) -> Picture:
    """Two graphs of three parts."""
    nodes = tuple(Node(name, name.title(), difference=1e-7) for name in ("input", "dense", "output"))
    one, other = (Network(side, nodes, ((0, 1), (1, 2))) for side in ("PyTorch", "Keras"))
    return make_picture(NetworkPair(one, other, ((0, 0), (1, 1), (2, 2))))


def _arrange(request: arrange.Request) -> object:
    return arrange_all(request.networks, request.roots, request.opened)


def _activation(request: activation.Request) -> activation.Activation:
    return activation.Activation(request.layer, np.zeros((2, 3, 3)), np.zeros((2, 3, 3)))


_JOBS |= {
    "graph": _graph, "model_graph": _graph, "arrange": _arrange, "weights": lambda request: (),
    "activation": _activation, "node_times": lambda request: node_times.Times({}, {}),
}  # fmt: skip
_STAGES = {export.__name__: "Export to ONNX", convert.__name__: "Build the Keras model"}
assert load and predict  # their requests are told by their modules' names


class FakeWorker(QObject):
    """One job; its words come later, as those of a real one do."""

    def __init__(self, request: object, watcher: Watcher, milliseconds: int, failing: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.request, self.running, self.child_pid = request, True, 1
        self._watcher, self._failing = watcher, failing
        self._cancelled = self._asked_to_stop = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)
        self._timer.start(milliseconds)

    def cancel(self) -> None:
        self._cancelled = True

    def stop_and_keep(self) -> None:
        self._asked_to_stop = True

    def wait(self, milliseconds: int = 5000) -> bool:
        self._timer.stop()
        return True

    def _tell(self, name: str, *values: object) -> None:
        told = getattr(self._watcher, name)
        if told is not None:
            told(*values)

    def _work(self) -> None:
        try:
            self._answer()
        finally:
            self.running = False
            self._tell("ended")

    def _answer(self) -> None:
        if self._cancelled:
            self._tell("cancelled")
            return
        module = type(self.request).__module__
        self._tell("progress", 0.5, "half way")
        stage = _STAGES.get(module)
        if stage is not None:
            self._tell("notice", StageStarted(stage))
        try:
            if self._failing:
                raise Problem("It failed, as jobs do.", hint="Try again.")
            answer = _JOBS[module.rsplit(".", 1)[-1]](self.request)
        except Problem as problem:
            self._tell("failed", problem)
            return
        if stage is not None:
            self._tell("notice", StageDone(stage, 0.1, "done"))
        if isinstance(answer, Trained):
            self._tell("notice", TrainingStep(1, 1, 1, 1.0, 0.0))
            self._tell("notice", answer.epochs[0])
        self._tell("finished", answer)


class FakeWorkers(QObject):
    """``Workers`` without processes.

    Args:
        chance: decides how long a job takes and whether it fails; None for jobs that take a moment and go well.
    """

    def __init__(self, parent: QObject | None = None, chance: random.Random | None = None) -> None:
        super().__init__(parent)
        self._chance = chance
        self.fail_next = False
        self.started: list[FakeWorker] = []

    def warm(self) -> None:
        return

    def run(self, request: object, watcher: Watcher) -> FakeWorker:
        milliseconds, failing = 1, self.fail_next
        if self._chance is not None:
            milliseconds = self._chance.choice((0, 0, 1, 3, 12))
            failing = self._chance.random() < 0.06
        self.fail_next = False
        worker = FakeWorker(request, watcher, milliseconds, failing, self)
        self.started = [*(other for other in self.started if other.running), worker]
        return worker

    def shutdown(self) -> None:
        for worker in self.started:
            worker.wait()
