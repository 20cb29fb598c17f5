"""Starts the window. The heavy imports of Qt are inside ``main``, so that importing this module costs nothing."""

from __future__ import annotations

import argparse
import multiprocessing
import sys

import pt2k_gui


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
    multiprocessing.freeze_support()
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) == 2 and given[0] == "--reopen":  # the frozen application checks saved files with itself
        from pt2k_gui.save import reopen

        reopen.main(given[1])
        return 0
    parser().parse_known_args(given)  # --help and --version answer without a display
    from PySide6.QtWidgets import QApplication

    from pt2k_gui.gui.theme import Theme, prepare

    application = QApplication([sys.argv[0], *given])
    options = parser().parse_args(application.arguments()[1:])  # without those that Qt took
    application.setApplicationName("PT2K")
    application.setApplicationDisplayName("PT2K")
    application.setDesktopFileName("pt2k")
    prepare(application)
    from PySide6.QtCore import QTimer

    from pt2k_gui.gui.session import Session, interrupted
    from pt2k_gui.gui.settings import Settings
    from pt2k_gui.gui.window import MainWindow

    settings = Settings()
    theme = Theme(application)
    theme.use(settings.theme)
    earlier = interrupted()
    window = MainWindow(theme, settings, Session())
    window.show()
    window.after_first_paint()
    if options.file:
        QTimer.singleShot(0, window, lambda: window.open_path(options.file))
    elif earlier is not None:
        QTimer.singleShot(0, window, lambda: window.offer_to_resume(earlier))
    return QApplication.exec()


if __name__ == "__main__":
    sys.exit(main())
