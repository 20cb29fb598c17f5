"""A pipeline that answers at once: it writes the content of the model's file into each target, as a real one would put its
files in place. What the name of a model says becomes of it: ``broken`` can't be used, ``other`` gives other answers."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pt2k_gui.batch.task import Task, with_targets
from pt2k_gui.convert.report import ConversionReport, Signature
from pt2k_gui.export.result import Exported
from pt2k_gui.files import write_bytes
from pt2k_gui.jobs.pipeline import Outcome, Plan
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.save.formats import refuse_existing
from pt2k_gui.save.result import SavedFile
from pt2k_gui.sources.card import ModelInfo, Source
from pt2k_gui.verify.result import KERAS, PYTORCH, BackendRun, Comparison, Verdict, Verification


def outcome(plan: Plan, *, same: bool = True, largest: float = 1e-7, agreeing: int | None = 10) -> Outcome:
    """An outcome of this plan whose files are those that are there."""
    path = plan.source.path
    card = ModelInfo(path, Path(path).stem, "ONNX", "a test", 1, "ab12", 12, 12, ())
    exported = Exported("model.onnx", 20, "none", 1, 1, (), (), None, (), 0.1)
    report = ConversionReport("native", 20, Signature((), (), "keras"), (), (), 0, 0, 12, 12, 3, (), 0.1, (), "")
    comparison = Comparison("y", KERAS, PYTORCH, 10, agreeing, largest, largest, largest, 1.0)
    verdict = Verdict(
        same, "Keras gives the same answers." if same else "Keras differs.", "Measured.", 1e-7, 1e-7, 1e-6
    )
    verification = Verification(
        10, "made up", False, (), (BackendRun(KERAS, "3", 0.1),), (comparison,), verdict, 0, "", 0.1
    )
    saved = tuple(
        SavedFile(kind, target, Path(target).stat().st_size if Path(target).exists() else 0, 1e-7, True, 0.1)
        for kind, target in plan.targets
    )
    return Outcome(card, exported, report, verification, saved)


class MadeUp:
    """In the place of ``Pipeline``. Attributes: ``done``, the models in the order in which they were begun, of all."""

    done: list[str] = []  # noqa: RUF012
    most: int = 0
    at_once: int = 0
    lock = threading.Lock()

    def __init__(self, context: Context) -> None:
        self._context = context
        self.closed = False

    def whole(self, plan: Plan, may_write: Callable[[], None] | None = None) -> Outcome:
        name = Path(plan.source.path).stem
        with MadeUp.lock:
            MadeUp.done.append(name)
            MadeUp.at_once += 1
            MadeUp.most = max(MadeUp.most, MadeUp.at_once)
        try:
            return self._whole(name, plan, may_write)
        finally:
            with MadeUp.lock:
                MadeUp.at_once -= 1

    def _whole(self, name: str, plan: Plan, may_write: Callable[[], None] | None) -> Outcome:
        if not plan.overwrite:
            refuse_existing(plan.targets)
        self._context.progress(0.5, "half")
        if "surprise" in name:
            raise ZeroDivisionError("a surprise")
        content = Path(plan.source.path).read_bytes()
        if content == b"broken":
            raise Problem(f"{name} is damaged.", hint="Copy it again.")
        if "slow" in name:
            end = time.monotonic() + 20
            while not self.closed and time.monotonic() < end:
                time.sleep(0.01)
            raise Problem("ended")
        time.sleep(0.05)
        if may_write is not None:
            may_write()
        for _, target in plan.targets:
            write_bytes(target, content)
        return outcome(plan, same="other" not in name)

    def trim(self, most: int) -> None:
        return

    def close(self) -> None:
        self.closed = True


@contextlib.contextmanager
def made_up_pipeline(context: Context, seconds: float = 0.0, memory: float = 0.0) -> Iterator[MadeUp]:
    """In the place of ``pipeline``."""
    yield MadeUp(context)


def tasks(folder: Path, *names: str, formats: tuple[str, ...] = ("keras",)) -> list[Task]:
    """Models in the folder ``in`` of that folder, whose files go into ``out``."""
    (folder / "in").mkdir(exist_ok=True)
    made = []
    for name in names:
        file = folder / "in" / f"{name}.pt2"
        if not file.exists():
            file.write_bytes(b"broken" if "broken" in name else name.encode())
        made.append(Task(name, with_targets(Plan(Source(str(file))), folder / "out", name, formats)))
    return made
