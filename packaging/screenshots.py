"""Makes the README's pictures: walks the real window through its five pages and grabs each, light and dark.

    python packaging/screenshots.py [FOLDER [WIDTHxHEIGHT]]

Where there is no display it draws off screen.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "screenshots"
PATIENCE = 300.0  # seconds for one step


def main(arguments: list[str]) -> int:
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder = Path(arguments[0]) if arguments else FOLDER
    size = arguments[1] if len(arguments) > 1 else "1180x780"
    width, height = (int(part) for part in size.split("x"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PT2K_HOME"] = home
        Walk(folder, width, height).all(Path(home))
    return 0


class Walk:
    """The window and the way through it."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        from PySide6.QtWidgets import QApplication

        from pt2k_gui.gui.session import Session
        from pt2k_gui.gui.settings import Settings
        from pt2k_gui.gui.theme import Theme, prepare
        from pt2k_gui.gui.window import MainWindow

        self.application = QApplication.instance() or QApplication([])
        assert isinstance(self.application, QApplication)
        prepare(self.application)
        self.folder = folder
        self.theme = Theme(self.application)
        self.theme.use("light")
        self.window = MainWindow(self.theme, Settings(), Session())
        self.window.resize(width, height)
        self.window.show()
        self.window.after_first_paint()

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            self.application.processEvents()
            time.sleep(0.01)

    def settle(self, seconds: float = 0.6) -> None:
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def grab(self, name: str) -> None:
        for theme in ("light", "dark"):
            self.theme.use(theme)
            self.settle()
            self.window.grab().save(str(self.folder / f"{name}-{theme}.png"))
        self.theme.use("light")
        self.settle(0.2)

    def all(self, home: Path) -> None:
        from pt2k_gui.gui.state import Step, StepState

        window, state = self.window, self.window.state

        def done(step: Step) -> Callable[[], bool]:
            return lambda: state.state(step) in (StepState.DONE, StepState.FAILED) and window.active is None

        self.settle(1.5)
        self.grab("start")
        window.model_page.form.cnn.click()
        window.model_page.form._whole["epochs"].setValue(4)
        window.model_page.train_button.click()
        self.until(lambda: len(window.model_page.curves._epochs) >= 2)
        self.grab("training")
        self.until(done(Step.MODEL))
        self.grab("model")
        window.go(Step.INPUT)
        self.until(done(Step.INPUT))
        self.grab("input")
        window.go(Step.CONVERT)
        self.settle()
        window.convert_page.convert_button.click()
        self.until(done(Step.CONVERT))
        self.grab("convert")
        window.go(Step.CHECK)
        self.until(done(Step.CHECK))
        self.settle(1.0)
        window.check_page.grid.select(8)
        self.grab("check")
        window.check_page.speed.measure.click()
        self.until(lambda: window.active is None)
        for place, name in ((1, "numbers"), (2, "layers"), (3, "speed"), (4, "summary")):
            window.check_page.tabs.setCurrentIndex(place)
            self.grab(f"check-{name}")
        window.check_page.tabs.setCurrentIndex(0)
        window.go(Step.SAVE)
        page = window.save_page
        page.folder.setText(str(home))
        for row in page.rows:
            row.box.setChecked(row.format.name in ("keras", "tflite", "tflite_dynamic", "onnx"))
        page.save()
        self.until(done(Step.SAVE))
        self.grab("save")
        window.shut_down()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
