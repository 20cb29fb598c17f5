"""How much memory the window and its child processes hold over many conversions in one session, and what stays on disk.

    python tests/benchmarks/bench_memory.py [--count 100]

The page for many models converts copies of a small network, one after another, in the same two child processes. Printed is the
memory of the window and of all its processes after every tenth of them, and the growth from the first tenth to the largest of
those that follow, which is meant to stay below 100 MB.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120.0  # seconds for one conversion


@dataclass(frozen=True)
class Held:
    """After ``done`` conversions: megabytes of the window, of its child processes, and of its folders on disk."""

    done: int
    window: float
    children: float
    disk: float


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Memory over many conversions in one session.")
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        rows = measure(options.count, Path(home), tell=True)
    window, children = growth(rows)
    print(
        f"growth: window {window:+.1f} MB, children {children:+.1f} MB over {rows[-1].done - rows[0].done} conversions"
    )
    return 0


def growth(rows: list[Held]) -> tuple[float, float]:
    """Megabytes by which the window and its children grew from the first row to the largest of those that follow; the children
    end with the last conversion, so that the last row may be without them."""
    first, *others = rows
    return max(row.window for row in others) - first.window, max(row.children for row in others) - first.children


def measure(count: int, home: Path, *, tell: bool = False) -> list[Held]:
    """Convert ``count`` models in a window; a row after each tenth of them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["PT2K_HOME"] = str(home)
    from PySide6.QtWidgets import QApplication

    from pt2k_gui.gui.session import Session
    from pt2k_gui.gui.settings import Settings
    from pt2k_gui.gui.theme import Theme, prepare
    from pt2k_gui.gui.window import MainWindow
    from pt2k_gui.resources import resource

    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([])
    prepare(application)
    theme = Theme(application)
    theme.use("light")
    window = MainWindow(theme, Settings(), Session(), warm=False)
    window.show()
    folder = home / "models"
    folder.mkdir()
    for number in range(count):
        shutil.copy(resource("samples/digits-mlp.pt2"), folder / f"m{number:03}.pt2")
    window.open_batch([str(folder)])
    assert window._batch_page is not None
    window._batch_page.folder.setText(str(home / "out"))
    window.models.start()
    rows: list[Held] = []
    step, end = max(count // 10, 1), time.monotonic() + PATIENCE * count
    while window.models.busy or not rows:
        application.processEvents()
        time.sleep(0.02)
        done = len(window.models.results)
        if done >= step * (len(rows) + 1):
            rows.append(_held(done, home))
            if tell:
                print(
                    f"{done:>4}: window {rows[-1].window:7.1f} MB, children {rows[-1].children:8.1f} MB, "
                    f"session, cache and logs {rows[-1].disk:6.1f} MB",
                    flush=True,
                )
        if time.monotonic() > end:
            raise TimeoutError("the conversions took too long")
    wrong = [done.result.reason for done in window.models.finished_results() if not done.result.ok]
    assert not wrong, wrong[0]
    window.shut_down()
    return rows


def _held(done: int, home: Path) -> Held:
    import psutil

    own = psutil.Process()
    children = 0
    for process in own.children(recursive=True):
        try:
            children += process.memory_info().rss
        except psutil.Error:
            continue
    kept = [home / "state", home / "cache", home / "settings"]
    disk = sum(file.stat().st_size for place in kept for file in place.rglob("*") if file.is_file())
    return Held(done, own.memory_info().rss / 1e6, children / 1e6, disk / 1e6)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
