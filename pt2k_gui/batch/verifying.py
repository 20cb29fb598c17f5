"""One verification over many samples, split: the first part where the models are open already, the others in processes of
their own here, or on the workers of a cluster. What is added up is what one process would have added up."""

from __future__ import annotations

import contextlib
import dataclasses
import pickle
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pt2k_gui.batch.cluster import connected, kept_pipeline
from pt2k_gui.batch.parcel import Parcel, content_of, pack, put_content, unpack
from pt2k_gui.batch.task import Task
from pt2k_gui.files import write_bytes
from pt2k_gui.jobs import verify, verify_part
from pt2k_gui.jobs.pipeline import Pipeline, Plan
from pt2k_gui.jobs.process import Child
from pt2k_gui.jobs.running import run_in_child
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.verify.result import Verification

if TYPE_CHECKING:
    from pt2k_gui.verify.run import Found

Span = tuple[float, float]


def verify_here(steps: Pipeline, request: verify.Request, workers: int, span: Span, memory: float) -> Verification:
    """Verify with the samples split over ``workers`` processes, that of ``steps`` among them.

    Args:
        memory: GiB for each of the other processes; 0 for the ceiling of this process.

    Raises:
        Problem: any of them failed; the others are ended then.
    """
    children = [Child(warm=False, memory=memory) for _ in range(workers - 1)]

    def part(number: int) -> Found:
        return run_in_child(children[number - 1], _part(request, number, workers), SilentContext())

    try:
        return _split(steps, request, workers, span, part)
    finally:
        for child in children:
            child.kill()


def verify_on_cluster(steps: Pipeline, request: verify.Request, address: str, span: Span) -> Verification:
    """Verify with the samples split over the workers of a Dask scheduler and this machine. A part whose worker dies is run by
    another one. Files travel by their content.

    Raises:
        Problem: the scheduler can't be reached, or a part failed.
    """
    with connected(address) as client:
        workers = len(client.nthreads()) + 1
        parcel = pack(Task("verification", Plan(request.source, samples=request.samples)))
        files = {"model.onnx": content_of(Path(request.onnx)), "converted": content_of(Path(request.converted))}
        name = Path(request.converted).name
        sent = client.scatter((parcel, files), hash=False)

        def part(number: int) -> Found:
            asked = dataclasses.replace(_part(request, number, workers), converted=name)
            answer: Found | Problem = client.submit(measure, asked, sent, pure=False).result()
            if isinstance(answer, Problem):
                raise answer
            return answer

        return _split(steps, request, workers, span, part)


def _part(request: verify.Request, number: int, parts: int) -> verify_part.Request:
    return verify_part.Request(
        request.source, request.onnx, request.converted, request.samples, number, parts, request.axis_order
    )


def _split(
    steps: Pipeline, request: verify.Request, parts: int, span: Span, part: Callable[[int], Found]
) -> Verification:
    """Run the first part in the pipeline, which waits for what the others found."""
    places = [steps.folder / f"part-{number}.pickle" for number in range(1, parts)]
    for place in places:
        place.unlink(missing_ok=True)
    failed: list[BaseException] = []

    def other(number: int) -> None:
        try:
            write_bytes(places[number - 1], pickle.dumps(part(number)))
        except BaseException as error:
            failed.append(error)
            steps.close()  # it would wait for this part for ever

    with _threads([lambda number=number: other(number) for number in range(1, parts)]):  # type: ignore[misc]
        try:
            return steps.run(dataclasses.replace(request, found=tuple(map(str, places))), *span)
        except Problem:
            if failed:
                raise failed[0] from None
            raise


@contextlib.contextmanager
def _threads(works: list[Callable[[], None]]) -> Iterator[None]:
    threads = [threading.Thread(target=work, name="verification part", daemon=True) for work in works]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join()


def measure(request: verify_part.Request, sent: tuple[Parcel, dict[str, bytes]]) -> Found | Problem:
    """On a worker: unpack, and run one part."""
    parcel, files = sent
    with tempfile.TemporaryDirectory(prefix="pt2k-", ignore_cleanup_errors=True) as folder:
        try:
            plan = unpack(parcel, Path(folder)).plan
            onnx, converted = Path(folder) / "model.onnx", Path(folder) / request.converted
            put_content(onnx, files["model.onnx"])
            put_content(converted, files["converted"])
            asked = dataclasses.replace(
                request, source=plan.source, samples=plan.samples, onnx=str(onnx), converted=str(converted)
            )
            return kept_pipeline(0.0, 0.0).run(asked)
        except Problem as problem:
            return problem
