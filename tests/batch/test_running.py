"""Many models: none stops another, what was done well is not done again, and nothing is written twice or half."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import threading
from pathlib import Path

import pytest

from pt2k_gui.batch import running
from pt2k_gui.batch.ledger import FOLDER, Ledger, TakenOver, task_key
from pt2k_gui.batch.report import write_batch_report
from pt2k_gui.batch.running import Batch, BatchSettings, Silent, do_task
from pt2k_gui.batch.task import Finished, Task, names_of
from pt2k_gui.batch.thresholds import Thresholds
from pt2k_gui.jobs.pipeline import Outcome, Plan
from pt2k_gui.problem import Problem

sys.path.insert(0, str(Path(__file__).parent.parent / "shared"))

from made_up import MadeUp, made_up_pipeline, outcome, tasks


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "pipeline", made_up_pipeline)
    MadeUp.done, MadeUp.most, MadeUp.at_once = [], 0, 0


def run(folder: Path, made: list[Task], **settings: object) -> dict[str, str]:
    results = Batch(made, BatchSettings(str(folder / "out"), **settings)).run()  # type: ignore[arg-type]
    return {done.result.name: done.result.state for done in results}


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").iterdir() if path.name != FOLDER)


@pytest.mark.parametrize("workers", [1, 3])
def test_one_that_fails_stops_no_other(tmp_path: Path, workers: int) -> None:
    made = tasks(tmp_path, "a", "broken", "surprise", "other", "b")
    states = run(tmp_path, made, workers=workers)
    assert list(states.items()) == [
        ("a", "same"), ("broken", "failed"), ("surprise", "failed"), ("other", "different"), ("b", "same")
    ]  # fmt: skip
    assert files(tmp_path) == ["a.keras", "b.keras", "other.keras"]
    assert MadeUp.most == min(workers, 3) or (workers > 1 and MadeUp.most > 1)


def test_only_what_failed_is_run_again_and_what_was_mended_is_done(tmp_path: Path) -> None:
    made = tasks(tmp_path, "a", "broken", "other")
    run(tmp_path, made)
    written = (tmp_path / "out" / "a.keras").stat().st_mtime_ns
    MadeUp.done.clear()
    (tmp_path / "in" / "broken.pt2").write_bytes(b"mended")
    assert run(tmp_path, made, only_failed=True) == {"a": "same", "broken": "same", "other": "different"}
    assert MadeUp.done == ["broken", "other"]
    assert (tmp_path / "out" / "a.keras").stat().st_mtime_ns == written


@pytest.mark.parametrize("change", ["model", "options", "gone", "cut"])
def test_a_model_is_done_again_where_it_its_options_or_its_files_are_no_longer_the_same(
    tmp_path: Path, change: str
) -> None:
    made = tasks(tmp_path, "a")
    run(tmp_path, made)
    if change == "model":
        (tmp_path / "in" / "a.pt2").write_bytes(b"another")
    elif change == "options":
        made = [dataclasses.replace(task, plan=dataclasses.replace(task.plan, axis_order="onnx")) for task in made]
    elif change == "gone":
        (tmp_path / "out" / "a.keras").unlink()
    else:
        (tmp_path / "out" / "a.keras").write_bytes(b"")
    MadeUp.done.clear()
    assert run(tmp_path, made, only_failed=True) == {"a": "same"}
    assert MadeUp.done == ["a"]


def test_a_file_of_the_users_own_is_replaced_by_no_run(tmp_path: Path) -> None:
    made = tasks(tmp_path, "a")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.keras").write_bytes(b"mine")
    assert run(tmp_path, made) == {"a": "failed"}
    assert run(tmp_path, made, only_failed=True) == {"a": "failed"}
    assert (tmp_path / "out" / "a.keras").read_bytes() == b"mine"


def test_an_attempt_that_died_after_it_wrote_its_files_is_taken_up_again(tmp_path: Path) -> None:
    (made,) = tasks(tmp_path, "a")
    Ledger(tmp_path / "out").claim(made)  # and then the process is killed, between the file and its record
    (tmp_path / "out" / "a.keras").write_bytes(b"a, by the attempt that died")
    assert run(tmp_path, [made]) == {"a": "failed"}, "a plain run replaces nothing"
    assert run(tmp_path, [made], only_failed=True) == {"a": "same"}
    assert (tmp_path / "out" / "a.keras").read_bytes() == b"a"


def test_an_attempt_that_was_taken_over_writes_nothing(tmp_path: Path) -> None:
    (made,) = tasks(tmp_path, "a")
    ledger = Ledger(tmp_path / "out")

    def whole(plan: Plan, may_write: object) -> Outcome:
        ledger.claim(made)  # another run, while this one was at it
        assert callable(may_write)
        may_write()
        raise AssertionError("wrote all the same")

    done = do_task(made, whole, ledger, "key")
    assert done.result.state == "failed"
    assert "another run" in done.result.reason
    with pytest.raises(TakenOver):
        dataclasses.replace(ledger.claim(made), token="old").require()


def test_cancel_ends_what_runs_and_begins_nothing_more(tmp_path: Path) -> None:
    made = tasks(tmp_path, "a", "slow", "b")
    batch = Batch(made, BatchSettings(str(tmp_path / "out")))
    thread = threading.Thread(target=batch.run)
    thread.start()
    while "slow" not in MadeUp.done:
        pass
    batch.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert MadeUp.done == ["a", "slow"]
    assert files(tmp_path) == ["a.keras"]


def test_a_damaged_record_counts_as_none(tmp_path: Path) -> None:
    made = tasks(tmp_path, "a")
    run(tmp_path, made)
    for content in ("{", "[]", '{"schema": "pt2k-task-1", "result": {"name": "a"}}', ""):
        (tmp_path / "out" / FOLDER / "a.json").write_text(content)
        assert Ledger(tmp_path / "out").result("a") is None
        assert Ledger(tmp_path / "out").done_before(made[0], task_key(made[0])) is None


def test_a_listener_hears_each_task_begin_go_on_and_end(tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []

    class Hearing(Silent):
        def began(self, number: int) -> None:
            heard.append(("began", number))

        def progress(self, number: int, fraction: float, text: str) -> None:
            heard.append(("progress", number))

        def done(self, number: int, result: Finished) -> None:
            heard.append(("done", number))

    Batch(tasks(tmp_path, "a", "b"), BatchSettings(str(tmp_path / "out")), Hearing()).run()
    assert heard == [(kind, number) for number in (0, 1) for kind in ("began", "progress", "done")]


def test_the_report_has_every_model_with_its_reason(tmp_path: Path) -> None:
    results = Batch(tasks(tmp_path, "a", "broken", "other"), BatchSettings(str(tmp_path / "out"))).run()
    for name in ("r.html", "r.json"):
        write_batch_report(str(tmp_path / name), results)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    for words in ("1 of 3 models give the same answers, 1 not, 1 can&#39;t be used.", "broken is damaged.", "a.keras"):
        assert words in page
    write_batch_report(str(tmp_path / "zh.html"), results, "zh_CN")
    page = re.sub(r"<style>.*?</style>", "", (tmp_path / "zh.html").read_text(encoding="utf-8"), flags=re.DOTALL)
    assert "3 个模型中有 1 个给出相同的答案、1 个不同、1 个无法使用。" in page
    own = {"a", "broken", "other", "broken is damaged.", "Copy it again.", "Measured.", "MB"}
    shown = {part.strip() for part in re.findall(r">([^<]+)<", page)} - {""} - own
    assert [part for part in shown if not re.search(r"[\u4e00-\u9fff]|\d|keras$|^Linux|^/", part)] == []
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert (found["ok"], found["same"], found["different"], found["failed"]) == (False, 1, 1, 1)
    assert [model["state"] for model in found["models"]] == ["same", "failed", "different"]
    with pytest.raises(Problem, match="docx"):
        write_batch_report(str(tmp_path / "r.docx"), results)


def test_models_of_one_name_are_called_with_their_endings_or_refused() -> None:
    assert names_of(["x/a.pt2", "y/a.onnx", "y/b.pt"]) == ["a.pt2", "a.onnx", "b"]
    for other in ("y/a.pt2", "y/A.PT2"):
        with pytest.raises(Problem, match=r"a\.pt2"):
            names_of(["x/a.pt2", other])
    assert names_of(["x/Net.pt2", "x/net.pt"]) == ["Net.pt2", "net.pt"], "a disk may not tell Net from net"


THRESHOLDS = {
    "max_difference": (Thresholds(max_difference=1e-9), Thresholds(max_difference=1e-6)),
    "max_relative_difference": (Thresholds(max_relative_difference=1e-9), Thresholds(max_relative_difference=1e-6)),
    "min_agreement": (Thresholds(min_agreement=0.95), Thresholds(min_agreement=0.9)),
    "min_accuracy": (Thresholds(min_accuracy=0.5), Thresholds()),
    "max_megabytes": (Thresholds(max_megabytes=1e-6), Thresholds(max_megabytes=1)),
}  # fmt: skip


@pytest.mark.parametrize("name", THRESHOLDS)
def test_what_exceeds_a_threshold_is_told_and_what_does_not_is_not(tmp_path: Path, name: str) -> None:
    (made,) = tasks(tmp_path, "a")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.keras").write_bytes(b"12345")
    found = outcome(made.plan, agreeing=9)
    strict, loose = THRESHOLDS[name]
    assert len(strict.shortfalls(found)) == 1
    assert loose.shortfalls(found) == ()


def test_a_threshold_that_can_not_be_measured_is_not_passed(tmp_path: Path) -> None:
    (made,) = tasks(tmp_path, "a")
    found = outcome(made.plan, agreeing=None, largest=float("nan"))
    assert len(Thresholds(min_agreement=0.5, max_difference=1.0).shortfalls(found)) == 2
