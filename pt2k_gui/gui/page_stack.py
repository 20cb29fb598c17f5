"""The five pages of the window. All but the first are made later, ahead or when they are asked for: the window is there
sooner."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget

from pt2k_gui.gui.pages.base import Page, Services
from pt2k_gui.gui.state import Step


class PageStack(QStackedWidget):
    """The pages, one of them in front.

    Attributes:
        made: those that are whole.
        unfinished: the one that is being made, a piece at a time.
    """

    def __init__(self, first: Page, services: Services) -> None:
        super().__init__()
        self._services = services
        self.made: dict[Step, Page] = {first.step: first}
        self.unfinished: Page | None = None
        self.addWidget(first)

    def page(self, step: Step) -> Page:
        """The step's page, whole; made now if it is not there yet."""
        if step not in self.made:
            if self.unfinished is not None and self.unfinished.step is not step:
                self._finish_page()
            if self.unfinished is None:
                self.unfinished = self._make_page(step)
            self._finish_page()
        return self.made[step]

    def _finish_page(self) -> None:
        assert self.unfinished is not None
        page, self.unfinished = self.unfinished, None
        page.complete()
        self.addWidget(page)
        page.show_state()
        self.made[page.step] = page

    def make_a_piece(self) -> bool:
        """Go on with the pages that nobody has asked for yet; False once all are there."""
        if self.unfinished is not None:
            if not self.unfinished.make_a_piece():
                self._finish_page()
            return True
        missing = [step for step in Step if step not in self.made]
        if missing:
            self.unfinished = self._make_page(missing[0])
        return bool(missing)

    def _make_page(self, step: Step) -> Page:
        # Imported here, since they bring numpy and more along.
        match step:
            case Step.INPUT:
                from pt2k_gui.gui.pages.input import InputPage

                return InputPage(self._services)
            case Step.CONVERT:
                from pt2k_gui.gui.pages.convert import ConvertPage

                return ConvertPage(self._services)
            case Step.CHECK:
                from pt2k_gui.gui.pages.check import CheckPage

                return CheckPage(self._services)
            case _:
                from pt2k_gui.gui.pages.save import SavePage

                return SavePage(self._services)
