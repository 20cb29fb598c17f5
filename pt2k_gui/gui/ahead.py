"""The pages that nobody has asked for yet, made ahead while the window has nothing else to do."""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from pt2k_gui.gui.reply import Reply

_PAUSE = 60  # milliseconds between two pieces; what the user does meanwhile comes first


class PagesAhead(QObject):
    """Imports the pages' modules in a thread, then calls ``make_a_piece`` in the window's thread until it is done.

    Args:
        make_a_piece: does what fits between two ticks of an animation; False once nothing is left.
    """

    def __init__(self, parent: QObject, make_a_piece: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._make_a_piece = make_a_piece
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._piece)

    def begin(self) -> None:
        """Start; the modules are the heavier part."""
        threading.Thread(target=_import, args=(Reply(self._begin_pieces),), name="import pages", daemon=True).start()

    def _begin_pieces(self) -> None:
        self._timer.start()

    def _piece(self) -> None:
        if not self._make_a_piece():
            self._timer.stop()


def _import(reply: Reply) -> None:
    for name in ("input", "convert", "check", "save"):
        importlib.import_module(f"pt2k_gui.gui.pages.{name}")
    reply()
