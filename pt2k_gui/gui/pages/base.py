"""What all pages share: a title, one sentence, a body, and the window's services (state, theme, settings, jobs)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from pt2k_gui.gui.settings import Settings
from pt2k_gui.gui.state import Step, WizardState
from pt2k_gui.gui.theme import XL, L, S, Theme
from pt2k_gui.gui.widgets.basics import Columns, label
from pt2k_gui.gui.worker import Watcher, Worker


class Runner(Protocol):
    """How a page asks the window to run a job."""

    def __call__(self, request: object, text: str, watcher: Watcher, *, quiet: bool = False) -> Worker:
        """Start it; ``quiet`` jobs (a dry run, a drawn digit) don't occupy the bottom bar's Cancel."""


@dataclass(frozen=True)
class Services:
    """Given to every page by the window."""

    state: WizardState
    theme: Theme
    settings: Settings
    run: Runner
    go: Callable[[Step], None]
    busy: Callable[[], bool]


class Page(QWidget):
    """One step's page. ``body`` is a column below the title; it scrolls when the window is small."""

    step: Step
    primary: QPushButton | None = None  # the page's own main action; Next takes over once the step is done

    def __init__(self, services: Services, title: str, sentence: str) -> None:
        super().__init__()
        self.services = services
        self.state, self.theme = services.state, services.theme
        outer = QVBoxLayout(self)
        outer.setContentsMargins(XL, L, XL, L)
        outer.setSpacing(S)
        outer.addWidget(label(title, "title"))
        outer.addWidget(label(sentence, "muted", wrap=True))
        outer.addSpacing(S)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(L)
        self._area.setWidget(content)
        outer.addWidget(self._area, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for columns in self.findChildren(Columns):
            columns.adapt(event.size().width())

    def make_a_piece(self) -> bool:
        """Make one more piece of the page, for pages that are too large to be made at once; False once all is there."""
        return False

    def complete(self) -> None:
        """Make what is still missing of the page."""
        while self.make_a_piece():
            pass

    def entered(self) -> None:
        """The page was brought to the front."""

    def first_focus(self) -> QWidget | None:
        """What the keyboard should reach first on this page."""
        return None

    def may_go_on(self) -> bool:
        """Whether Next is possible from here."""
        return False

    def next_text(self) -> str:
        """What the Next button says."""
        return self.tr("Next")

    def restore(self) -> None:
        """Show what a resumed session found."""
