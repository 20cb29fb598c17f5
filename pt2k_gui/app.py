"""Starts the window. The heavy imports of Qt are inside ``main``, so that importing this module costs nothing."""

from __future__ import annotations

import multiprocessing
import sys


def main(arguments: list[str] | None = None) -> int:
    """Open the window, with the model file that is named first, if any; returns the exit status."""
    multiprocessing.freeze_support()
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) == 2 and given[0] == "--reopen":  # the frozen application checks saved files with itself
        from pt2k_gui.save import reopen

        reopen.main(given[1])
        return 0
    from PySide6.QtWidgets import QApplication

    from pt2k_gui.gui.theme import Theme, prepare

    application = QApplication.instance() or QApplication([sys.argv[0], *given])
    assert isinstance(application, QApplication)
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
    files = [argument for argument in given if not argument.startswith("-")]
    if files:
        QTimer.singleShot(0, window, lambda: window.open_path(files[0]))
    elif earlier is not None:
        QTimer.singleShot(0, window, lambda: window.offer_to_resume(earlier))
    return QApplication.exec()


if __name__ == "__main__":
    sys.exit(main())
