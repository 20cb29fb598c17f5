"""Models on the workers of a Dask scheduler on the loopback: what a dead worker had is done by another one, and once."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

distributed = pytest.importorskip("distributed")

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))

from made_up import tasks  # noqa: E402
from on_workers import HoldsFirst, OnWorkers  # noqa: E402

from pt2k_gui.batch import cluster  # noqa: E402
from pt2k_gui.batch.cluster import CONTENT, SHARED, run_on_cluster  # noqa: E402
from pt2k_gui.batch.parcel import pack, pack_files, put_files, told_at_home, unpack  # noqa: E402
from pt2k_gui.batch.running import BatchSettings  # noqa: E402
from pt2k_gui.batch.task import Task  # noqa: E402
from pt2k_gui.batch.verifying import verify_on_cluster  # noqa: E402
from pt2k_gui.history.store import History  # noqa: E402
from pt2k_gui.jobs import verify  # noqa: E402
from pt2k_gui.jobs.pipeline import Plan  # noqa: E402
from pt2k_gui.jobs.save import wait_for  # noqa: E402
from pt2k_gui.message import template  # noqa: E402
from pt2k_gui.problem import Problem  # noqa: E402
from pt2k_gui.sources.card import Source  # noqa: E402
from pt2k_gui.verify.result import SampleChoice  # noqa: E402


@pytest.fixture
def loopback(tmp_path: Path) -> Iterator[Any]:
    """A scheduler and two workers, each a process."""
    import dask

    with (
        dask.config.set({"distributed.worker.daemon": False, "distributed.scheduler.allowed-failures": 3}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit=0
        ) as made,
        distributed.Client(made, set_as_default=False) as client,
    ):
        notes = tmp_path / "notes"
        notes.mkdir()
        client.register_plugin(OnWorkers(str(notes)))
        yield made


def noted(folder: Path, name: str) -> list[str]:
    file = folder / "notes" / name
    return sorted(file.read_text().splitlines()) if file.exists() else []


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process as POSIX does")
@pytest.mark.parametrize("travel", [CONTENT, SHARED])
def test_what_a_killed_worker_had_is_done_by_another_one_and_written_once(
    loopback: Any, tmp_path: Path, travel: str
) -> None:
    made = tasks(tmp_path, "a", "long", "b", "broken", "other", "c", formats=("keras", "tflite"))
    killed: list[int] = []

    def kill() -> None:
        end = time.monotonic() + 60
        while not killed and time.monotonic() < end:
            for line in noted(tmp_path, "begun"):
                if line.startswith("long "):
                    time.sleep(0.3)
                    killed.append(int(line.split()[1]))
                    os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.05)

    killer = threading.Thread(target=kill)
    killer.start()
    results = run_on_cluster(made, BatchSettings(str(tmp_path / "out")), loopback.scheduler_address, travel)
    killer.join(60)
    states = {done.result.name: done.result.state for done in results}
    assert states == {
        "a": "same", "long": "same", "b": "same", "broken": "failed", "other": "different", "c": "same"
    }  # fmt: skip
    attempts = [line.split() for line in noted(tmp_path, "begun") if line.startswith("long ")]
    assert len(attempts) == 2 and len({pid for _, pid in attempts}) == 2, "another process has done it"
    assert noted(tmp_path, "written") == ["a", "b", "c", "long", "other"], "each once"
    assert sorted(path.name for path in (tmp_path / "out").glob("*.keras")) == [
        "a.keras", "b.keras", "c.keras", "long.keras", "other.keras"
    ]  # fmt: skip
    assert (tmp_path / "out" / "long.keras").read_bytes() == b"long"
    assert sorted(entry.model for entry in History().find()) == ["a", "b", "c", "long", "other"]
    again = run_on_cluster(
        made, BatchSettings(str(tmp_path / "out"), only_failed=True), loopback.scheduler_address, travel
    )
    assert sorted(done.task.name for done in again if not done.earlier) == ["broken", "other"]


class Gathers:
    """In the place of the pipeline: its verification waits for the other parts and gives them back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, request: verify.Request, *span: float) -> Any:
        for file in request.found:
            wait_for(Path(file))
        return [pickle.loads(Path(file).read_bytes()) for file in request.found]

    def close(self) -> None:
        raise AssertionError("a part failed")


def kill_who_begins(folder: Path, line: str) -> threading.Thread:
    """Kill the process that notes this part first."""

    def kill() -> None:
        end = time.monotonic() + 300
        while time.monotonic() < end:
            for words in noted(folder, "parts"):
                if words.startswith(line):
                    time.sleep(0.3)
                    os.kill(int(words.split()[1]), signal.SIGKILL)
                    return
            time.sleep(0.05)

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    return killer


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process as POSIX does")
@pytest.mark.parametrize("travel", [CONTENT, SHARED])
def test_a_part_of_a_verification_whose_worker_dies_is_run_by_another_one(
    loopback: Any, tmp_path: Path, travel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the files that came to the dead worker come to the other one."""
    for name, content in (("m.pt2", b"model"), ("m.onnx", b"onnx"), ("m.keras", b"keras"), ("s.npz", b"samples")):
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    with distributed.Client(loopback, set_as_default=False) as client:
        client.register_plugin(HoldsFirst(str(tmp_path / "notes"), 1, made_up=True))
    killer = kill_who_begins(tmp_path, "1 ")
    (tmp_path / "steps").mkdir()
    request = verify.Request(Source("m.pt2"), "m.onnx", "m.keras", "steps", SampleChoice("file", "s.npz"))
    steps: Any = Gathers(tmp_path / "steps")
    found: Any = verify_on_cluster(steps, request, loopback.scheduler_address, (0.0, 1.0), travel)
    killer.join(60)
    assert [(number, parts, onnx) for number, parts, onnx, _ in found] == [(1, 3, b"onnx"), (2, 3, b"onnx")]
    assert all((converted == str(tmp_path / "m.keras")) == (travel == SHARED) for *_, converted in found)
    attempts = [line.split() for line in noted(tmp_path, "parts") if line.startswith("1 ")]
    assert len(attempts) == 2 and len({pid for _, pid in attempts}) == 2, "another process has done it"


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="kills a process as POSIX does")
def test_a_verification_on_a_cluster_in_which_a_worker_dies_is_that_of_one_process(
    loopback: Any, tmp_path: Path
) -> None:
    from pt2k_gui import pipeline
    from pt2k_gui.jobs import export
    from pt2k_gui.progress import SilentContext
    from pt2k_gui.resources import resource

    source = Source(str(resource("samples/digits-mlp.pt2")))
    keras, onnx = str(tmp_path / "a.keras"), str(tmp_path / "a.onnx")
    pipeline.run(source, [keras], samples=SampleChoice("digits", count=20))
    with distributed.Client(loopback, set_as_default=False) as client:
        client.register_plugin(HoldsFirst(str(tmp_path / "notes"), 2))
    killer = kill_who_begins(tmp_path, "2 ")
    with pipeline.pipeline(SilentContext()) as steps:
        card = steps.load(source)
        steps.run(export.Request(source, card.inputs, onnx))
        request = verify.Request(source, onnx, keras, str(tmp_path), SampleChoice("digits", count=2500))
        one = steps.run(request)
        split = verify_on_cluster(steps, request, loopback.scheduler_address, (0.0, 1.0))
    killer.join(60)
    parts = [line.split()[0] for line in noted(tmp_path, "parts")]
    assert sorted(parts) == ["1", "2", "2"]
    assert split.verdict == one.verdict
    assert (split.samples, split.disagreements) == (one.samples, one.disagreements)
    assert [row.accuracy for row in split.backends] == [row.accuracy for row in one.backends]
    assert [(row.agreeing, row.max_abs) for row in split.comparisons] == [
        (row.agreeing, row.max_abs) for row in one.comparisons
    ]


def test_a_failure_of_the_cluster_itself_in_a_verification_is_told_in_words(
    loopback: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pt2k_gui.batch import verifying

    for name in ("m.pt2", "m.onnx", "m.keras"):
        (tmp_path / name).write_bytes(b"x")
    monkeypatch.setattr(verifying, "measure", fails_to_arrive)

    class Ends(Gathers):
        ended = threading.Event()

        def run(self, request: verify.Request, *span: float) -> Any:
            assert self.ended.wait(60)
            raise Problem("ended")

        def close(self) -> None:
            self.ended.set()

    request = verify.Request(Source(str(tmp_path / "m.pt2")), str(tmp_path / "m.onnx"), str(tmp_path / "m.keras"), "")
    steps: Any = Ends(tmp_path)
    with pytest.raises(Problem, match=r"m\.keras .* failed on the cluster: .*no such package") as caught:
        verify_on_cluster(steps, request, loopback.scheduler_address, (0.0, 1.0))
    assert "log of the workers" in str(caught.value.hint)


def fails_to_arrive(*_: object) -> None:
    raise ImportError("no such package")


def test_files_of_the_users_own_are_replaced_by_no_worker(loopback: Any, tmp_path: Path) -> None:
    made = tasks(tmp_path, "a", "b")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.keras").write_bytes(b"mine")
    for travel in (CONTENT, SHARED):
        results = run_on_cluster(made, BatchSettings(str(tmp_path / "out")), loopback.scheduler_address, travel)
        assert results[0].result.state == "failed"
        assert (tmp_path / "out" / "a.keras").read_bytes() == b"mine"


def test_a_scheduler_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECTING", "1s")
    with pytest.raises(Problem, match="can't be reached"):
        run_on_cluster(tasks(tmp_path, "a"), BatchSettings(str(tmp_path / "out")), "tcp://127.0.0.1:9")


def test_a_parcel_holds_all_that_a_task_reads_and_brings_back_folders_too(tmp_path: Path) -> None:
    repository = tmp_path / "repo"
    (repository / "nets" / "__pycache__").mkdir(parents=True)
    (repository / "nets" / "__init__.py").write_text("")
    (repository / "nets" / "__pycache__" / "x.pyc").write_bytes(b"x")
    (repository / "nets" / "net.py").write_text("class Net: pass")
    photos = tmp_path / "照片"
    (photos / "cat").mkdir(parents=True)
    (photos / "cat" / "1.png").write_bytes(b"png")
    (tmp_path / "w.pth").write_bytes(b"weights")
    source = Source(str(tmp_path / "w.pth"), f"{repository / 'nets' / 'net.py'}:Net", trusted=True)
    plan = Plan(
        source, (("keras", str(tmp_path / "out" / "w.keras")), ("savedmodel", str(tmp_path / "out" / "w_saved"))),
        samples=SampleChoice("folder", str(photos)),
    )  # fmt: skip
    there = tmp_path / "worker"
    there.mkdir()
    task = unpack(pack(Task("w", plan)), there)
    assert Path(task.plan.source.path).read_bytes() == b"weights"
    file, _, name = task.plan.source.code.rpartition(":")
    assert (Path(file).read_text(), name) == ("class Net: pass", "Net")
    assert (Path(file).parent / "__init__.py").exists()
    assert not list(there.rglob("*.pyc"))
    assert (Path(task.plan.samples.path) / "cat" / "1.png").read_bytes() == b"png"
    from made_up import outcome

    for kind, target in task.plan.targets:
        if kind == "savedmodel":
            (Path(target) / "variables").mkdir(parents=True)
            (Path(target) / "variables" / "v").write_bytes(b"v")
        else:
            Path(target).write_bytes(b"k")
    (tmp_path / "out").mkdir()
    done = outcome(task.plan)
    put = put_files(done, pack_files(done), tmp_path / "out")
    assert [file.path for file in put.saved] == [target for _, target in plan.targets]
    assert (tmp_path / "out" / "w_saved" / "variables" / "v").read_bytes() == b"v"
    with pytest.raises(Problem, match="can't travel"):
        pack(Task("w", Plan(Source("w.pth", python="/usr/bin/python3"))))


def test_a_worker_tells_of_the_files_by_the_paths_of_whoever_sent_them(tmp_path: Path) -> None:
    (tmp_path / "broken 😀.pt2").write_bytes(b"x")
    place = str(tmp_path / "broken 😀.pt2")
    sentence = template("t.broken", "{files} can't be read: {why}")
    parcel, there = pack(Task("broken", Plan(Source(place)))), tmp_path / "worker"
    inside = str(there / "model" / "broken 😀.pt2")
    problem = Problem(
        sentence(files=(inside, "b"), why=sentence(files=("c",), why=inside)), details=f"open({inside!r})"
    )
    told = told_at_home(problem, parcel, there)
    assert str(told.sentence) == f"{place}, b can't be read: c can't be read: {place}"
    assert told.details == f"open({place!r})" and getattr(told.sentence, "id", "") == "t.broken"


def test_a_daemon_that_may_start_no_process_says_how_to_start_it(monkeypatch: pytest.MonkeyPatch) -> None:
    class Daemon:
        daemon = True

    monkeypatch.setattr(cluster.multiprocessing, "current_process", Daemon)
    with pytest.raises(Problem, match="pt2k worker"):
        cluster.kept_pipeline(1.0, 0.0)
