"""The longest gap between two ticks of a 10 ms timer in the window's thread, during the whole walk and in an idle window.

    python tests/benchmarks/bench_window.py

Each step's longest gap is printed beside what an idle bare window shows in the same run. Targets: at most 50 ms more, at
most 150 ms where a plot is drawn. Start-up is measured from the first paint on: before it there is no window to stall.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TICK = 0.010  # seconds
IDLE_SECONDS = 6.0
PATIENCE = 300.0
PLOTS = ("training", "check", "paging", "numbers", "layers", "summary")


def main() -> int:
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["PT2K_HOME"] = home
        return _measure(Path(home))


class Gaps:
    """Longest gap since the last ``take``, of a precise timer."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self._last = time.perf_counter()
        self._longest = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(int(TICK * 1000))
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._longest = max(self._longest, now - self._last)
        self._last = now

    def take(self) -> float:
        longest, self._longest = self._longest, 0.0
        return longest


def wait(condition: Callable[[], bool]) -> None:
    """Run the event loop until the condition holds; no sleep of ours lies between its turns."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    end = time.monotonic() + PATIENCE
    poll = QTimer()

    def look() -> None:
        if condition():
            loop.quit()
        elif time.monotonic() > end:
            raise TimeoutError("the window did not get there")

    poll.timeout.connect(look)
    poll.start(25)
    loop.exec()


def seconds(duration: float) -> Callable[[], bool]:
    end = time.monotonic() + duration
    return lambda: time.monotonic() > end


def _measure(home: Path) -> int:
    from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

    application = QApplication([])
    bare = QMainWindow()
    bare.setCentralWidget(QLabel("An empty window"))
    bare.resize(1180, 780)
    bare.show()
    gaps = Gaps()
    wait(seconds(1.0))
    gaps.take()
    wait(seconds(IDLE_SECONDS))
    idle = gaps.take()
    bare.close()
    found = _walk(application, gaps, home)
    print(f"{'idle bare window':<24} {idle * 1e3:6.1f} ms")
    worst = 0.0
    for name, gap in found.items():
        allowed = 0.150 if name in PLOTS else idle + 0.050
        mark = "" if gap <= allowed else f"  over the target of {allowed * 1e3:.0f} ms"
        print(f"{name:<24} {gap * 1e3:6.1f} ms  ({(gap - idle) * 1e3:+6.1f} ms){mark}")
        worst = max(worst, gap)
    print(f"longest gap of the walk: {worst * 1e3:.1f} ms, {(worst - idle) * 1e3:+.1f} ms against an idle window")
    return 0


def _walk(application: object, gaps: Gaps, home: Path) -> dict[str, float]:
    from PySide6.QtWidgets import QApplication

    from pt2k_gui.gui.session import Session
    from pt2k_gui.gui.settings import Settings
    from pt2k_gui.gui.state import Step, StepState
    from pt2k_gui.gui.theme import Theme, prepare
    from pt2k_gui.gui.window import MainWindow

    assert isinstance(application, QApplication)
    prepare(application)
    theme = Theme(application)
    theme.use("light")
    window = MainWindow(theme, Settings(), Session())
    window.show()
    window.after_first_paint()
    wait(lambda: window.isVisible())
    wait(seconds(0.1))
    gaps.take()
    found: dict[str, float] = {}

    def step_done(step: Step) -> Callable[[], bool]:
        return lambda: window.state.state(step) in (StepState.DONE, StepState.FAILED) and window.active is None

    def measure(name: str, act: Callable[[], object], condition: Callable[[], bool]) -> None:
        gaps.take()
        act()
        wait(condition)
        settled = seconds(0.5)
        wait(settled)
        found[name] = gaps.take()

    measure("warming the children", lambda: None, seconds(9.0))
    window.model_page.form._whole["epochs"].setValue(3)
    measure("training", window.model_page.train, step_done(Step.MODEL))
    measure("input", lambda: window.go(Step.INPUT), step_done(Step.INPUT))
    measure("convert page", lambda: window.go(Step.CONVERT), seconds(0.3))
    measure("convert", window.convert_page.convert, step_done(Step.CONVERT))
    measure("check", lambda: window.go(Step.CHECK), step_done(Step.CHECK))
    measure("paging", window.check_page.grid.next.click, seconds(0.5))
    for place, name in ((1, "numbers"), (2, "layers"), (4, "summary")):
        measure(name, lambda place=place: window.check_page.tabs.setCurrentIndex(place), seconds(0.5))  # type: ignore[misc]
    measure("save page", lambda: window.go(Step.SAVE), seconds(0.3))
    window.save_page.folder.setText(str(home))
    measure("save", window.save_page.save, step_done(Step.SAVE))
    states = {step.name: window.state.state(step).value for step in Step}
    if set(states.values()) != {"done"}:
        print(f"a step did not end well: {states}", file=sys.stderr)
    window.shut_down()
    window.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
