"""A window that stays open: its memory, its folders, and files of unusual names and sizes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from pt2k_gui.gui import session as session_module
from pt2k_gui.gui.session import Session, interrupted
from pt2k_gui.jobs import process
from pt2k_gui.jobs.process import Children
from pt2k_gui.paths import log_folder, state_folder

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import bench_memory


@pytest.mark.full
@pytest.mark.timeout(7200)
def test_a_hundred_conversions_in_one_session_hold_no_more_memory_than_the_first_ten(tmp_path: Path) -> None:
    rows = bench_memory.measure(100, tmp_path)
    window, children = bench_memory.growth(rows)
    assert window < 100 and children < 100, rows
    assert rows[-1].disk < 100, rows


def test_logs_of_child_processes_are_bounded(own_home: Path) -> None:
    for number in range(60):
        (log_folder() / f"child-{number}-1.log").write_text("x")
    Children(warm=False).shutdown()
    assert len(list(log_folder().glob("child-*.log"))) <= process._LOGS_KEPT


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_was_changed_loses_no_session_that_another_window_holds(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    held = Session()
    (held.folder / "model.onnx").write_bytes(b"x")
    now = time.time()
    monkeypatch.setattr(session_module.time, "time", lambda: now + days * 86400)
    assert interrupted() is None
    assert (held.folder / "model.onnx").exists()
    held.close()


def test_sessions_that_nobody_can_resume_are_removed(own_home: Path) -> None:
    places = state_folder() / "sessions"
    for number in range(5):
        (places / f"20200101-00000{number}-abc").mkdir(parents=True)
        os.utime(places / f"20200101-00000{number}-abc", (1, 1))
    assert interrupted() is None
    assert list(places.iterdir()) == []
