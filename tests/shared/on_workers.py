"""What the workers of a cluster do in tests: the made-up pipeline, and a note of each attempt and of each file put in place."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from distributed import WorkerPlugin
from made_up import MadeUp

from pt2k_gui.batch import cluster, verifying
from pt2k_gui.jobs import verify_part
from pt2k_gui.jobs.pipeline import Outcome, Plan, pipeline
from pt2k_gui.progress import Context


def note(file: Path, line: str) -> None:
    """Append a line, whole, from whichever process."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


class Noting(MadeUp):
    """A model whose name begins with ``long`` takes its time, but only in its first attempt."""

    def __init__(self, context: Context, folder: Path) -> None:
        super().__init__(context)
        self._notes = folder

    def whole(self, plan: Plan, may_write: Callable[[], None] | None = None) -> Outcome:
        name = Path(plan.source.path).stem
        first = f"{name} " not in (self._notes / "begun").read_text() if (self._notes / "begun").exists() else True
        note(self._notes / "begun", f"{name} {os.getpid()}")
        if name.startswith("long") and first:
            time.sleep(60)  # it is killed before

        def writing() -> None:
            if may_write is not None:
                may_write()
            note(self._notes / "written", name)

        return super().whole(plan, writing)


class OnWorkers(WorkerPlugin):
    """Puts ``Noting`` in the place of the pipeline, in every worker that starts."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def setup(self, worker: object) -> None:
        folder = Path(self.folder)

        @contextlib.contextmanager
        def noting(context: Context, seconds: float = 0.0, memory: float = 0.0) -> Iterator[Noting]:
            yield Noting(context, folder)

        cluster.pipeline = noting  # type: ignore[assignment]


class HoldsFirst(WorkerPlugin):
    """The first attempt at a part of a verification is noted, and takes long enough to be killed. Later ones do what they
    would, by the real pipeline, or with ``made_up`` tell who did what with which file."""

    def __init__(self, folder: str, part: int, *, made_up: bool = False) -> None:
        self.folder, self.part, self.made_up = folder, part, made_up

    def setup(self, worker: object) -> None:
        file, real = Path(self.folder) / "parts", verifying.kept_pipeline
        held, made_up = self.part, self.made_up
        if not made_up:
            cluster.pipeline = pipeline  # in the place of what OnWorkers has put there

        class Holding:
            def run(self, request: verify_part.Request) -> object:
                first = not file.exists() or f"{request.number} " not in file.read_text()
                note(file, f"{request.number} {os.getpid()}")
                if first and request.number == held:
                    time.sleep(60)  # it is killed before
                if made_up:
                    return request.number, request.parts, Path(request.onnx).read_bytes(), request.converted
                return real(0.0, 0.0).run(request)

        verifying.kept_pipeline = lambda seconds, memory: Holding()  # type: ignore[assignment, return-value]
