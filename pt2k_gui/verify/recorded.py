"""Outputs of a converted model for the samples, worked out in the process that has TensorFlow and read by the one that has
PyTorch: neither imports the other's framework, and both work at once.

A folder holds it: ``runner.json`` with the backend's version, one ``batch-N.npz`` a batch, each put in place whole and taken
away by its reader, and ``failed`` once there will be no more.
"""

from __future__ import annotations

import copy
import json
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources.card import ModelInfo
from pt2k_gui.sources.loaded import LoadedModel
from pt2k_gui.verify import messages
from pt2k_gui.verify.result import KERAS, SampleChoice

if TYPE_CHECKING:
    import numpy as np

    from pt2k_gui.verify.runners import KerasRunner

SHORT = 1.0
"""Seconds; a single batch that took longer is not run again for its time alone."""
_AHEAD = 4  # batches that may lie unread: no more than these are held
_PAUSE = 0.01  # seconds
_LARGE = 256_000_000  # bytes
_ABOUT, _FAILED = "runner.json", "failed"

_kept: tuple[tuple[object, ...], KerasRunner] | None = None


def record(onnx: str, keras: str, card: ModelInfo, choice: SampleChoice, folder: Path, context: Context) -> None:
    """Run the Keras model on the samples, batch by batch, and leave what it gives in ``folder``; it stays open for the next
    ``opened_keras`` of this process.

    Args:
        onnx, keras: the ONNX file and the model that was made of it.
        card: of the PyTorch model.
        choice: which samples, with their number settled.

    Raises:
        Problem: the model can't be opened or run, or the samples don't fit.
    """
    from pt2k_gui.export.work import sample_work
    from pt2k_gui.verify.onnx_signature import onnx_inputs
    from pt2k_gui.verify.samples.base import bounded
    from pt2k_gui.verify.samples.gather import gather

    global _kept
    inputs = onnx_inputs(onnx, LoadedModel(card))
    samples = gather(choice, card, inputs, sample_work(onnx, inputs))
    runner = opened_keras(keras)
    _kept = (_state(keras), runner)
    _put(folder, _ABOUT, json.dumps({"version": runner.version, "notes": list(runner.notes)}).encode())
    samples = bounded(samples, runner)
    for number, batch in enumerate(samples.batches()):
        while len(list(folder.glob("batch-*.npz"))) >= _AHEAD:
            time.sleep(_PAUSE)  # whoever asked for it ends this process if nobody reads
        began = time.perf_counter()
        outputs = runner.run(batch)
        seconds = time.perf_counter() - began
        if samples.count <= samples.per_batch and seconds < SHORT:  # the only one: the first call built the graph, too
            began = time.perf_counter()
            runner.run(batch)
            seconds = time.perf_counter() - began
        _put_batch(folder, number, batch, outputs, seconds)
        context.progress((number + 1) * samples.per_batch / samples.count, messages.RECORDING())


def _put_batch(
    folder: Path, number: int, batch: Sequence[np.ndarray], outputs: Sequence[np.ndarray], seconds: float
) -> None:
    import numpy as np

    temporary = folder / f"{number}.part.npz"
    arrays: dict[str, Any] = {f"output_{place}": array for place, array in enumerate(outputs)}
    np.savez(
        temporary, of=np.int64(_digest(batch)), seconds=np.float64(seconds), count=np.int64(len(outputs)), **arrays
    )
    temporary.replace(folder / f"batch-{number}.npz")


def _put(folder: Path, name: str, content: bytes) -> None:
    temporary = folder / f"{name}.part"
    temporary.write_bytes(content)
    temporary.replace(folder / name)


def _digest(batch: Sequence[np.ndarray]) -> int:
    """A checksum of the numbers that a batch holds."""
    import numpy as np

    total = 0
    for array in batch:
        total = zlib.crc32(np.ascontiguousarray(array).tobytes(), total)
    return total


def will_not_come(folder: Path) -> None:
    """Tell whoever reads the folder that nothing more is written to it."""
    if folder.is_dir():
        (folder / _FAILED).touch()


def opened_keras(path: str) -> KerasRunner:
    """The Keras model in a file, open: the one that ``record`` left open where the file is still the same."""
    from pt2k_gui.verify.runners import KerasRunner

    global _kept
    kept, _kept = _kept, None
    if kept is not None and kept[0] == _state(path):
        return kept[1]
    if kept is not None:
        kept[1].close()
    runner = KerasRunner(path)
    runner.open()
    return runner


def keep_open(path: str, runner: KerasRunner) -> None:
    """Leave the open model of a ``.keras`` file to the next ``opened_keras`` of this process, though its runner is closed; not
    a large one, which nobody may ask for."""
    global _kept
    if Path(path).stat().st_size > _LARGE:
        return
    if _kept is not None:
        _kept[1].close()
    _kept = (_state(path), copy.copy(runner))


def _state(path: str) -> tuple[object, ...]:
    status = Path(path).stat()
    return str(Path(path).absolute()), status.st_mtime_ns, status.st_size


class RecordedRunner:
    """A Keras model that runs in another process (see ``record``), each batch once and in the order of the samples.

    Attributes:
        seconds: that the last batch took there.
    """

    def __init__(self, folder: Path) -> None:
        self.backend = KERAS
        self.version = ""
        self.notes: tuple[str, ...] = ()
        self.precision = "float32"
        self.seconds = 0.0
        self._folder = folder
        self._number = 0

    def open(self) -> None:
        """Nothing yet: what there is to know comes with the first batch, and the other backends begin meanwhile."""

    def run(self, batch: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The outputs for one batch. Raises ``Problem`` where they won't come, ``ValueError`` where they are another batch's."""
        import numpy as np

        file = self._folder / f"batch-{self._number}.npz"
        while not file.exists():
            if (self._folder / _FAILED).exists():
                raise Problem(messages.NOT_RECORDED(), hint=messages.CONVERT_AGAIN())
            time.sleep(_PAUSE)
        if not self._number:
            about = json.loads((self._folder / _ABOUT).read_text(encoding="utf-8"))
            self.version, self.notes = about["version"], tuple(about["notes"])
        with np.load(file) as stored:
            if int(stored["of"]) != _digest(batch):
                raise ValueError(f"batch {self._number} was recorded for other samples")
            outputs = [stored[f"output_{place}"] for place in range(int(stored["count"]))]
            self.seconds = float(stored["seconds"])
        file.unlink()
        self._number += 1
        return outputs

    def close(self) -> None:
        """Nothing is open here."""
