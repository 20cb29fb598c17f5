"""Makes the README's pictures: walks the real window through its pages in every state and grabs each, light and dark.

    python packaging/screenshots.py [FOLDER] [--size 1180x780] [--scale 1] [--language en] [--only PATTERN ...]

Those of another language than English go into a folder of its name, and are only those that the guide shows. Where there is
no display it draws off screen. The pictures get a palette of 256 colours, so that they stay small.
"""

from __future__ import annotations

import argparse
import dataclasses
import fnmatch
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

FOLDER = Path(__file__).resolve().parent / "screenshots"
PATIENCE = 300.0  # seconds for one step
THEMES = ("light", "dark")
TABS = ("samples", "outputs", "numbers", "layers", "graph", "speed", "summary")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Make the pictures of the window.")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--size", default="1180x780", help="of the window, in logical pixels")
    parser.add_argument("--scale", default="1", help="device pixels for a logical one")
    parser.add_argument("--language", default="en")
    parser.add_argument(
        "--only",
        nargs="*",
        default=(),
        help="only pictures of such a name, such as check-*: the walk ends after the last",
    )
    options = parser.parse_args(arguments)
    translated = options.language != "en"
    folder = options.folder or (FOLDER / options.language if translated else FOLDER)
    shown = shown_in_guide()

    def wanted(name: str) -> bool:
        if options.only:
            return any(fnmatch.fnmatch(name, pattern) for pattern in options.only)
        return not translated or name in shown

    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = options.scale
    width, height = (int(part) for part in options.size.split("x"))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PT2K_HOME"] = home
        walk = Walk(folder, width, height, options.language, wanted)
        walk.all(Path(home))
    return 0


def shown_in_guide() -> set[str]:
    """The pictures of the guide's pages, without the theme at the end."""
    pages = (FOLDER.parent.parent / "resources" / "guide" / "en").glob("*.md")
    texts = [page.read_text(encoding="utf-8") for page in pages]
    return {name for text in texts for name in re.findall(r"screenshots/([\w-]+)-light\.png", text)}


class Walk:
    """The window and the way through it."""

    def __init__(self, folder: Path, width: int, height: int, language: str, wanted: Callable[[str], bool]) -> None:
        from PySide6.QtWidgets import QApplication

        from pt2k_gui.gui.language import use_language
        from pt2k_gui.gui.session import Session
        from pt2k_gui.gui.settings import Settings
        from pt2k_gui.gui.theme import Theme, prepare
        from pt2k_gui.gui.window import MainWindow

        self.application = QApplication([])
        prepare(self.application)
        use_language(self.application, language)
        self.folder, self.wanted = folder, wanted
        self.theme = Theme(self.application)
        self.theme.use("light")
        self.settings = Settings()
        self.window = MainWindow(self.theme, self.settings, Session())
        self.window.resize(width, height)
        self.window.show()
        self.window.after_first_paint()

    # Time

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

    def done(self, step: Any) -> Callable[[], bool]:
        from pt2k_gui.gui.state import StepState

        ended = (StepState.DONE, StepState.FAILED)
        return lambda: self.window.state.state(step) in ended and self.window.active is None

    # Pictures

    def grab(self, name: str, widget: QWidget | None = None, seconds: float = 0.6) -> None:
        if not self.wanted(name):
            return
        for theme in THEMES:
            self.theme.use(theme)
            self.settle(seconds)
            path = self.folder / f"{name}-{theme}.png"
            (widget or self.window).grab().save(str(path))
            make_small(path)
        self.theme.use("light")
        self.settle(0.2)

    def running(self, name: str) -> None:
        """A job that has just begun: its picture is taken once there is something to see, light and dark."""
        if not self.wanted(name):
            return
        self.until(lambda: self.window.active is not None and self.window.active.child_pid != 0)
        self.settle(0.4)
        self.grab(name, seconds=0.15)

    def all(self, home: Path) -> None:
        """Walk as far as there are pictures to take."""
        self.settle(1.5)
        steps = (
            (lambda: self.model(home), ("model-empty", "model-error", "model-training", "model")),
            (self.input, ("input-running", "input", "input-error")),
            (lambda: self.convert(home), ("convert-empty", "convert-running", "convert-error", "convert")),
            (self.check, ("check", "check-running", *(f"check-{tab}" for tab in TABS), "check-training")),
            (lambda: self.save(home), ("save-empty", "save-error", "save", "save-running", "input-changed", "convert-stale")),
        )  # fmt: skip
        last = max((number for number, (_, names) in enumerate(steps) if any(map(self.wanted, names))), default=-1)
        apart = (
            (lambda: self.many(home), ("many-models-empty", "many-models-running", "many-models", "history")),
            (self.dialogs, ("about", "settings", "licences", "diagnostics", "guide", "log")),
        )
        for step, _ in steps[: last + 1]:
            step()
        for step, names in apart:
            if any(map(self.wanted, names)):
                step()
        self.window.shut_down()
        self.window.hide()  # whatever has the focus loses it before it is destroyed with all that watches it

    def model(self, home: Path) -> None:
        from pt2k_gui.gui.state import Step
        from pt2k_gui.resources import resource

        window, page = self.window, self.window.model_page
        self.grab("model-empty")
        broken = home / "unfinished-download.pt2"
        broken.write_bytes(b"PK\x03\x04" + bytes(400))
        window.open_path(str(broken))
        self.until(lambda: window.active is None)
        self.grab("model-error")
        page.notice.clear()
        if self.wanted("model-training"):
            page.form.cnn.click()
            page.form.fields["epochs"].setValue(4)
            page.train_button.click()
            self.until(lambda: page.curves.count >= 2)
            self.grab("model-training")
        else:
            window.open_path(str(resource("samples/digits-cnn.pt2")))
        self.until(self.done(Step.MODEL))
        self.grab("model")

    def input(self) -> None:
        from pt2k_gui.gui.state import Step

        window, page = self.window, self.window.input_page
        window.go(Step.INPUT)
        self.running("input-running")
        self.until(self.done(Step.INPUT))
        self.grab("input")
        if not self.wanted("input-error"):
            return
        page.enter_shape(0, "batch, 3, 32, 32")
        self.settle(0.8)
        self.until(self.done(Step.INPUT))
        self.grab("input-error")
        page.enter_shape(0, "batch, 1, 28, 28")
        self.settle(0.8)
        self.until(self.done(Step.INPUT))

    def convert(self, home: Path) -> None:
        from pt2k_gui.gui.state import Step

        window, page = self.window, self.window.convert_page
        window.go(Step.CONVERT)
        self.grab("convert-empty")
        page.convert_button.click()
        self.running("convert-running")
        if hasattr(signal, "SIGKILL") and self.wanted("convert-error"):
            self.until(self.done(Step.CONVERT))
            page.convert_button.click()
            self.until(lambda: window.active is not None and window.active.child_pid != 0)
            self.settle(0.05)
            assert window.active is not None
            os.kill(window.active.child_pid, signal.SIGKILL)
            self.until(self.done(Step.CONVERT))
            self.grab("convert-error")
            page.convert_button.click()
        self.until(self.done(Step.CONVERT))
        self.grab("convert")

    def check(self) -> None:
        from pt2k_gui.gui.state import Step

        window, page = self.window, self.window.check_page
        window.go(Step.CHECK)
        self.running("check-running")
        self.until(self.done(Step.CHECK))
        self.settle(1.0)
        page.overview.grid.select(8)
        self.grab("check")
        if self.wanted("check-speed"):
            page.speed.measure.click()
            self.until(lambda: window.active is None)
        page.grid.select(8)
        for tab, name in (
            (page.samples_tab, TABS[0]),
            (page.outputs, TABS[1]),
            (page.numbers, TABS[2]),
            (page.layers, TABS[3]),
            (page.graph, TABS[4]),
            (page.speed, TABS[5]),
            (page.summary, TABS[6]),
        ):
            page.tabs.setCurrentWidget(tab)
            if tab is page.graph:
                self.until(lambda: page.graph.view.picture is not None)
            self.grab(f"check-{name}")
        page.tabs.setCurrentIndex(0)
        if self.wanted("check-training"):
            self.training()

    def training(self) -> None:
        """A model that can be trained further is compared after a step of training too."""
        from pt2k_gui.gui.state import Step

        window, page = self.window, self.window.check_page
        for trainable in (True, False):
            window.go(Step.CONVERT)
            window.convert_page.trainable.setChecked(trainable)
            window.convert_page.convert_button.click()
            self.until(self.done(Step.CONVERT))
            window.go(Step.CHECK)
            self.until(self.done(Step.CHECK))
            if trainable:
                page.tabs.setCurrentWidget(page.training)
                self.grab("check-training")
                page.tabs.setCurrentIndex(0)

    def save(self, home: Path) -> None:
        from pt2k_gui.gui.state import Step

        window, page = self.window, self.window.save_page
        window.go(Step.SAVE)
        self.grab("save-empty")
        page.folder.setText(str(home / "nowhere"))
        page.save()
        self.until(self.done(Step.SAVE))
        self.grab("save-error")
        folder = home / "models"
        folder.mkdir()
        page.folder.setText(str(folder))
        for row in page.rows:
            row.box.setChecked(row.format.name in ("keras", "tflite", "tflite_dynamic", "onnx"))
        page.save()
        self.running("save-running")
        self.until(self.done(Step.SAVE))
        self.grab("save")
        # A change to an earlier step: what follows is stale, and still to be seen.
        window.go(Step.INPUT)
        window.input_page.onnx_order.click()
        self.grab("input-changed")
        window.go(Step.CONVERT)
        self.grab("convert-stale")

    def many(self, home: Path) -> None:
        from pt2k_gui.gui.history_dialog import HistoryDialog
        from pt2k_gui.resources import resource

        window, folder = self.window, home / "several"
        self.window.open_batch()
        self.grab("many-models-empty")
        folder.mkdir()
        for name in ("digits-mlp", "digits-cnn"):
            shutil.copy(resource(f"samples/{name}.pt2"), folder)
        (folder / "unfinished-download.pt2").write_bytes(b"PK\x03\x04" + bytes(400))
        window.open_batch([str(folder)])
        window.models.choose(dataclasses.replace(window.models.options, folder=str(home / "converted")))
        window.models.start()
        self.until(lambda: bool(window.models.running))
        self.grab("many-models-running", seconds=0.15)
        self.until(lambda: not window.models.busy)
        self.grab("many-models")
        dialog = HistoryDialog(window, self.theme, window._export_from_history)
        dialog.show()
        self.grab("history", dialog)
        dialog.close()

    def dialogs(self) -> None:
        from pt2k_gui.gui.about import AboutDialog, DiagnosticsDialog, LicencesDialog
        from pt2k_gui.gui.dialogs import SettingsDialog

        for name, dialog in (
            ("about", AboutDialog(self.window, self.theme)),
            ("settings", SettingsDialog(self.window, self.theme, self.settings)),
            ("licences", LicencesDialog(self.window, self.theme)),
            ("diagnostics", DiagnosticsDialog(self.window, self.theme, self.window.log.toPlainText().splitlines)),
            ("guide", self.window.help.open("first-conversion")),
        ):
            dialog.show()
            self.grab(name, dialog)
            dialog.close()
        self.window.bottom.log_button.setChecked(True)
        self.grab("log")


def make_small(path: Path) -> None:
    """Few colours are enough for a picture of a window, and a third of the size."""
    from PIL import Image

    with Image.open(path) as picture:
        small = picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
