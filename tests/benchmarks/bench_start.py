"""Time from process start to the first painted window: PT2K against a bare PySide6 window, in turn, in one run.

    python tests/benchmarks/bench_start.py [RUNS]

Prints the medians and their ratio. The target is a ratio of at most 2.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

# Runs in a fresh process. The first paint is taken when the paint event of a top-level window has been handled, that is
# when the event loop turns again after it.
_PROBE = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

class FirstPaint(QObject):
    done = False
    def eventFilter(self, watched, event):
        painted = event.type() == QEvent.Type.Paint and watched.isWidgetType() and watched.window().isVisible()
        if painted and not self.done:
            self.done = True
            QTimer.singleShot(0, self.tell)
        return False
    def tell(self):
        print(time.time() - float(os.environ["BENCH_STARTED"]), time.process_time(), flush=True)
        os._exit(0)

run = QApplication.exec
def watched_exec(*arguments):
    QApplication.instance().first_paint = FirstPaint()
    QApplication.instance().installEventFilter(QApplication.instance().first_paint)
    return run()
QApplication.exec = watched_exec
"""
_PT2K = "from pt2k_gui.app import main\nmain([])\n"
_BARE = """
from PySide6.QtWidgets import QLabel, QMainWindow
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QLabel("An empty window"))
window.resize(1180, 780)
window.show()
QApplication.exec()
"""


def seconds_to_first_paint(program: str) -> tuple[float, float]:
    """Start ``program`` after the probe in a fresh process; the seconds until its window is painted, and how many of
    them the process computed."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PT2K_HOME": home}
        environment.pop(
            "PYTHONDONTWRITEBYTECODE", None
        )  # an installation has its modules compiled, as PySide6 has here
        environment["BENCH_STARTED"] = repr(time.time())
        result = subprocess.run(
            [sys.executable, "-c", _PROBE + program],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    whole, computed = result.stdout.strip().splitlines()[-1].split()
    return float(whole), float(computed)


def main(arguments: list[str]) -> int:
    runs = int(arguments[0]) if arguments else 7
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for program in (_PT2K, _BARE):  # fill the disk's cache
        seconds_to_first_paint(program)
    ours, bare = [], []
    for _ in range(runs):
        ours.append(seconds_to_first_paint(_PT2K))
        bare.append(seconds_to_first_paint(_BARE))
    for place, what in ((0, "time"), (1, "computing")):
        mine, theirs = [run[place] for run in ours], [run[place] for run in bare]
        ratio = statistics.median(a / b for a, b in zip(mine, theirs, strict=True))
        for name, found in (("PT2K", mine), ("bare PySide6", theirs)):
            spread = f"{min(found):.3f} to {max(found):.3f}"
            print(f"{what:<10} {name:<13} {statistics.median(found):.3f} s (median of {runs}, {spread})")
        print(f"{what:<10} ratio         {ratio:.2f}")
    print("target: the ratio of the times at most 2; computing does not depend on what else the machine does")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
