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

from pt2k_gui.batch.cluster import CONTENT, SHARED, connected, kept_pipeline, worker_problem
from pt2k_gui.batch.parcel import Parcel, content_of, pack, put_content, unpack
from pt2k_gui.batch.task import Task
from pt2k_gui.files import write_bytes
from pt2k_gui.jobs import verify, verify_part
from pt2k_gui.jobs.child import unexpected
from pt2k_gui.jobs.pipeline import Pipeline, Plan
from pt2k_gui.jobs.process import Child
from pt2k_gui.jobs.running import run_in_child
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.sources.code_place import split_code
from pt2k_gui.sources.model_names import is_name
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


def verify_on_cluster(
    steps: Pipeline, request: verify.Request, address: str, span: Span, travel: str = CONTENT
) -> Verification:
    """Verify with the samples split over the workers of a Dask scheduler and this machine. A part whose worker dies is run by
    another one.

    Args:
        travel: ``content``, or ``shared`` where model, converted file and samples have the same paths on every machine.

    Raises:
        Problem: the scheduler can't be reached, or a part failed.
    """
    with connected(address) as client:
        workers = len(client.nthreads()) + 1
        if travel == SHARED:
            request = _absolute(request)
        # A task and not scattered data: what a dead worker held is given out anew, and each of the others asks its neighbours.
        sent = client.submit(_hold, _content(request, travel), pure=False)

        def part(number: int) -> Found:
            asked = _part(request, number, workers)
            if travel != SHARED:
                asked = dataclasses.replace(asked, converted=Path(request.converted).name)
            try:
                answer: Found | Problem = client.submit(measure, asked, sent, pure=False).result()
            except Exception as error:  # a worker that died too often, a package that it lacks
                raise worker_problem(f"{Path(request.converted).name} ({number + 1}/{workers})", error) from error
            if isinstance(answer, Problem):
                raise answer
            return answer

        return _split(steps, request, workers, span, part)


@dataclasses.dataclass(frozen=True)
class Sent:
    """Content that the workers get: the ONNX file, which is made here, and the other files where they travel too."""

    onnx: bytes
    parcel: Parcel | None = None
    converted: bytes = b""


def _absolute(request: verify.Request) -> verify.Request:
    """With paths that mean the same in another process's folder."""

    def full(path: str) -> str:
        return str(Path(path).absolute()) if path and not is_name(path) else path

    source, samples = request.source, request.samples
    head, name = split_code(source.code)
    code = source.code
    if code and Path(head).exists():
        code = f"{Path(head).absolute()}:{name}" if name else str(Path(head).absolute())
    return dataclasses.replace(
        request,
        source=dataclasses.replace(source, path=full(source.path), code=code),
        converted=full(request.converted),
        samples=dataclasses.replace(samples, path=full(samples.path), class_names=full(samples.class_names)),
    )


def _content(request: verify.Request, travel: str) -> Sent:
    onnx = content_of(Path(request.onnx))
    if travel == SHARED:
        return Sent(onnx)
    parcel = pack(Task("verification", Plan(request.source, samples=request.samples)))
    return Sent(onnx, parcel, content_of(Path(request.converted)))


def _hold(sent: Sent) -> Sent:
    """On a worker: have it, for the other tasks."""
    return sent


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


def measure(request: verify_part.Request, sent: Sent) -> Found | Problem:
    """On a worker: unpack, and run one part."""
    with tempfile.TemporaryDirectory(prefix="pt2k-", ignore_cleanup_errors=True) as folder:
        try:
            onnx = Path(folder) / "model.onnx"
            put_content(onnx, sent.onnx)
            request = dataclasses.replace(request, onnx=str(onnx))
            if sent.parcel is not None:
                plan = unpack(sent.parcel, Path(folder)).plan
                converted = Path(folder) / request.converted
                put_content(converted, sent.converted)
                request = dataclasses.replace(
                    request, source=plan.source, samples=plan.samples, converted=str(converted)
                )
            return kept_pipeline(0.0, 0.0).run(request)
        except Problem as problem:
            return problem
        except Exception as error:  # the next task of this worker has nothing to do with it
            return unexpected(error)
