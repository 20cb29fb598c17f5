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

# Runs in a fresh process. The first paint is taken when the paint event of a top-level window has been handled, that is
# when the event loop turns again after it.
_PROBE = """
import os, sys, time
import psutil
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
        print(time.time() - psutil.Process().create_time(), flush=True)
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


def seconds_to_first_paint(program: str) -> float:
    """Start ``program`` after the probe in a fresh process and return the seconds until its window is painted."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "PT2K_HOME": home}
        result = subprocess.run(
            [sys.executable, "-c", _PROBE + program],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    return float(result.stdout.strip().splitlines()[-1])


def main(arguments: list[str]) -> int:
    runs = int(arguments[0]) if arguments else 7
    for program in (_PT2K, _BARE):  # fill the disk's cache
        seconds_to_first_paint(program)
    ours, bare = [], []
    for _ in range(runs):
        ours.append(seconds_to_first_paint(_PT2K))
        bare.append(seconds_to_first_paint(_BARE))
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    print(f"PT2K:         {statistics.median(ours):.3f} s (median of {runs}, {min(ours):.3f} to {max(ours):.3f})")
    print(f"bare PySide6: {statistics.median(bare):.3f} s (median of {runs}, {min(bare):.3f} to {max(bare):.3f})")
    print(f"ratio:        {ratio:.2f} (target: at most 2)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
