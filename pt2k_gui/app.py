"""Starts the window. The heavy imports of Qt are inside ``main``, so that importing this module costs nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pt2k_gui
from pt2k_gui import crash_log
from pt2k_gui.environment import settle
from pt2k_gui.files import cannot_write


def parser() -> argparse.ArgumentParser:
    """The arguments of ``pt2k-gui``. Qt takes its own (``-platform``, ``-style``) before."""
    top = argparse.ArgumentParser(
        prog="pt2k-gui",
        description="Convert a PyTorch model into a Keras model in a window, and see that the two are the same.",
    )
    top.add_argument("--version", action="version", version=f"pt2k-gui {pt2k_gui.__version__}")
    top.add_argument("file", nargs="?", metavar="FILE", help="a PyTorch or ONNX file to open")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Open the window, with the model file that is named first, if any; returns the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    parser().parse_known_args(given)  # --help and --version answer without a display
    settle()
    crash_log.begin()
    try:
        return _open_window(given)
    except ModuleNotFoundError as error:
        if error.name != "PySide6":
            raise
        print('pt2k: the window needs PySide6, which is not installed here: pip install "pt2k[app]".', file=sys.stderr)
        return 2
    finally:
        crash_log.end()


def _open_window(given: list[str]) -> int:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMessageBox

    from pt2k_gui.gui.application import Application
    from pt2k_gui.gui.language import use_language
    from pt2k_gui.gui.session import Session, interrupted
    from pt2k_gui.gui.settings import Settings
    from pt2k_gui.gui.theme import Theme, prepare
    from pt2k_gui.gui.window import MainWindow

    application = Application([sys.argv[0], *given])
    options = parser().parse_args(application.arguments()[1:])  # without those that Qt took
    prepare(application)
    try:
        settings = Settings()
        asked = options.file or application.early
        if settings.one_window and asked and _handed_over(asked):
            return 0
        earlier = None if asked else interrupted()
        session = Session()
    except OSError as error:
        problem = cannot_write(Path(error.filename or ""), error)
        hint = "PT2K keeps its settings and its work there. Set PT2K_HOME to another folder."
        QMessageBox.critical(None, "PT2K", f"{problem.sentence} {hint}")
        return 2
    use_language(application, settings.language)
    theme = Theme(application)
    theme.use(settings.theme)
    theme.use_motion(settings.motion)
    window = MainWindow(theme, settings, session)
    application.file_asked.connect(window.open_path)
    if settings.one_window:
        window.receive_files()
    window.show()
    window.after_first_paint()
    if asked:
        QTimer.singleShot(0, window, lambda: window.open_path(asked))
    elif earlier is not None:
        QTimer.singleShot(0, window, lambda: window.offer_to_resume(earlier))
    status = QApplication.exec()
    window.hide()  # whatever has the focus loses it before it is destroyed with all that watches it
    return status


def _handed_over(path: str) -> bool:
    from pt2k_gui.gui.handover import hand_over

    return hand_over(str(Path(path).absolute()))


if __name__ == "__main__":
    sys.exit(main())
