"""Many models on a cluster of Dask workers: a model is a task. The scheduler gives each to a worker, and to another one where a
worker dies. Files travel by their content, or lie in a folder that all machines share.

Nothing is written twice: by content, only this process writes, once for each result; in a shared folder, the ledger there says
what is done, and an attempt that another one took over does not put its files in place.
"""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.batch import messages
from pt2k_gui.batch.ledger import Ledger, task_key
from pt2k_gui.batch.parcel import Parcel, pack, pack_files, put_files, told_at_home, unpack
from pt2k_gui.batch.running import BatchSettings, Listener, Silent, do_task
from pt2k_gui.batch.task import Finished, Task, finished
from pt2k_gui.jobs.child import unexpected
from pt2k_gui.jobs.keep import keep_outcome
from pt2k_gui.jobs.pipeline import Outcome, Pipeline, Plan, pipeline
from pt2k_gui.problem import Problem
from pt2k_gui.progress import SilentContext
from pt2k_gui.save.formats import refuse_existing

if TYPE_CHECKING:
    from distributed import Client, Future

SHARED, CONTENT = "shared", "content"
_CONNECTING = "20s"


@dataclasses.dataclass(frozen=True)
class Delivery:
    """Results that come back by content: the outcome or the problem, the seconds it took, and the files by their names."""

    outcome: Outcome | Problem
    seconds: float
    files: dict[str, bytes] = dataclasses.field(default_factory=dict)


def run_on_cluster(
    tasks: Sequence[Task],
    settings: BatchSettings,
    address: str,
    travel: str = CONTENT,
    listener: Listener | None = None,
) -> tuple[Finished, ...]:
    """Convert all on the workers of a scheduler; results come in as they are ready. In the tasks' order.

    Args:
        address: of the scheduler, such as ``tcp://host:8786``.
        travel: ``content``, or ``shared`` where models and output folder have the same paths on every machine.

    Raises:
        Problem: ``distributed`` is not installed, the scheduler can't be reached, or the output folder can't be made.
    """
    with connected(address) as client:
        return _Run(tasks, settings, client, travel, listener or Silent()).all()


@contextlib.contextmanager
def connected(address: str) -> Any:
    """A client of the scheduler. Raises ``Problem`` where that can't be reached, or ``distributed`` is not installed."""
    try:
        import dask
        from distributed import Client
    except ImportError as error:
        raise Problem(messages.NO_CLUSTER(), hint=messages.INSTALL_CLUSTER(), details=repr(error)) from error
    # Models travel within their tasks on purpose: what a dead worker had of them is sent again.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"})
    try:
        client = Client(address, timeout=_CONNECTING, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise Problem(
            messages.NO_SCHEDULER(address=address), hint=messages.START_SCHEDULER(), details=repr(error)
        ) from error
    try:
        yield client
    finally:
        client.close()


class _Run:
    def __init__(
        self, tasks: Sequence[Task], settings: BatchSettings, client: Client, travel: str, listener: Listener
    ) -> None:
        self._tasks, self._settings, self._client = tuple(tasks), settings, client
        self._travel, self._listener = travel, listener
        self._ledger = Ledger(settings.output)
        self._keys = [task_key(task) for task in self._tasks]
        self._results: dict[int, Finished] = {}

    def all(self) -> tuple[Finished, ...]:
        from distributed import as_completed

        futures: dict[Future, int] = {}
        for number, task in enumerate(self._tasks):
            before = self._ledger.done_before(task, self._keys[number]) if self._settings.only_failed else None
            if before is not None:
                self._finish(number, before)
                continue
            try:
                futures[self._submit(number, task)] = number
            except Problem as problem:
                self._finish(number, finished(task, problem, 0.0))
            else:
                self._listener.began(number)
        try:
            with self._client.as_current():
                for future in as_completed(list(futures)):
                    number = futures.pop(future)
                    self._finish(number, self._taken(number, future))
        except KeyboardInterrupt:
            self._client.cancel(list(futures), force=True)
            raise
        return tuple(self._results[number] for number in sorted(self._results))

    def _submit(self, number: int, task: Task) -> Future:
        settings, key = self._settings, self._keys[number]
        if not (task.plan.overwrite or settings.only_failed):
            refuse_existing(task.plan.targets)
        words = f"pt2k-{task.name}-{key[:16]}-{time.time_ns()}"
        limits = settings.seconds, settings.memory
        if self._travel == SHARED:
            work: tuple[Any, ...] = (convert_shared, task, settings.output, key, *limits)
        else:
            work = (convert_content, pack(task), *limits)
        return self._client.submit(*work, key=words, pure=False)

    def _taken(self, number: int, future: Future) -> Finished:
        """The result of a task that came back, with its files in place; a failure of the cluster's own as its problem."""
        task, key = self._tasks[number], self._keys[number]
        try:
            answer = future.result()
        except (
            Exception
        ) as error:  # a worker that died too often, a package that it lacks, an answer that can't be read
            return finished(task, worker_problem(task.name, error), 0.0)
        if isinstance(answer, Finished):
            if answer.outcome is not None:
                self._keep(task, answer.outcome)
            return dataclasses.replace(answer, task=task, earlier=False)
        assert isinstance(answer, Delivery)
        return self._put(task, key, answer)

    def _put(self, task: Task, key: str, answer: Delivery) -> Finished:
        def whole(plan: Plan, may_write: Callable[[], None] | None) -> Outcome:
            if isinstance(answer.outcome, Problem):
                raise answer.outcome
            if not plan.overwrite:
                refuse_existing(plan.targets)
            if may_write is not None:
                may_write()
            return put_files(answer.outcome, answer.files, Path(self._settings.output))

        done = do_task(task, whole, self._ledger, key, self._settings.only_failed)
        return dataclasses.replace(done, result=dataclasses.replace(done.result, seconds=answer.seconds))

    def _keep(self, task: Task, outcome: Outcome) -> None:
        with contextlib.suppress(Problem):
            keep_outcome(task.plan, outcome)

    def _finish(self, number: int, done: Finished) -> None:
        self._results[number] = done
        self._listener.done(number, done)


def worker_problem(name: str, error: Exception) -> Problem:
    """A failure of the cluster's own, in words."""
    return Problem(
        messages.WORKER_FAILED(name=name, reason=_first_line(error)),
        hint=messages.LOOK_AT_WORKERS(),
        details=repr(error),
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


# On the workers


def convert_shared(task: Task, output: str, key: str, seconds: float, memory: float) -> Finished:
    """On a worker, with the output folder in reach. A task that was done already, by a worker that died before it could say
    so, is not done again."""
    ledger = Ledger(output)
    before = ledger.done_before(task, key)
    if before is not None:
        return before
    return do_task(task, kept_pipeline(seconds, memory).whole, ledger, key, only_failed=True, keep=False)


def convert_content(parcel: Parcel, seconds: float, memory: float) -> Delivery:
    """On a worker: unpack, convert in a folder of its own, and send back what was written."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pt2k-", ignore_cleanup_errors=True) as folder:
        try:
            outcome = kept_pipeline(seconds, memory).whole(unpack(parcel, Path(folder)).plan)
            return Delivery(outcome, time.monotonic() - began, pack_files(outcome))
        except Problem as problem:
            return Delivery(told_at_home(problem, parcel, Path(folder)), time.monotonic() - began)
        except Exception as error:  # the next task of this worker has nothing to do with it
            return Delivery(unexpected(error), time.monotonic() - began)


_kept = threading.local()


def kept_pipeline(seconds: float, memory: float) -> Pipeline:
    """This thread's warm child processes. They end with the worker's process."""
    if multiprocessing.current_process().daemon:
        raise Problem(messages.WORKER_IS_DAEMON(), hint=messages.START_WORKER())
    steps: Pipeline | None = getattr(_kept, "steps", None)
    if steps is None:
        _kept.opened = contextlib.ExitStack()
        steps = _kept.steps = _kept.opened.enter_context(pipeline(SilentContext(), seconds, memory))
    return steps


def serve(address: str, name: str = "") -> None:
    """Be a worker of a scheduler until that is gone, one model at a time; a process that dies is started again.

    Raises:
        Problem: ``distributed`` is not installed, or the scheduler can't be reached.
    """
    import asyncio

    try:
        import dask
        from distributed import Nanny
    except ImportError as error:
        raise Problem(messages.NO_CLUSTER(), hint=messages.INSTALL_CLUSTER(), details=repr(error)) from error

    async def work() -> None:
        async with Nanny(address, nthreads=1, memory_limit=0, name=name or None) as nanny:
            await nanny.finished()

    # Its processes start processes of their own, which a daemon of multiprocessing's may not.
    dask.config.set({"distributed.worker.daemon": False})
    try:
        asyncio.run(work())
    except OSError as error:
        raise Problem(
            messages.NO_SCHEDULER(address=address), hint=messages.START_SCHEDULER(), details=repr(error)
        ) from error
