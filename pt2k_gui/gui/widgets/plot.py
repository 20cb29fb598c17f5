"""A matplotlib canvas in the window's look. matplotlib is imported in a thread of its own after the first paint, since its
import takes up to a second; what is drawn before that waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QSizePolicy, QWidget

from pt2k_gui.files import cannot_write
from pt2k_gui.gui.theme import Theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class PlottingImport(QObject):
    """Imports matplotlib once, in the background."""

    ready = Signal()
    _instance: PlottingImport | None = None

    def __init__(self) -> None:
        super().__init__()
        self.done = False
        self._thread: threading.Thread | None = None

    @classmethod
    def instance(cls) -> PlottingImport:
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    def begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._import, name="import matplotlib", daemon=True)
            self._thread.start()

    def _import(self) -> None:
        import matplotlib.backends.backend_agg
        import matplotlib.collections
        import matplotlib.figure
        import matplotlib.font_manager  # its first use looks for fonts, which takes long

        # A first drawing loads the rest: layouts, fonts, tick formatters.
        figure = matplotlib.figure.Figure(figsize=(2, 2))
        matplotlib.backends.backend_agg.FigureCanvasAgg(figure)
        figure.add_subplot().text(0.5, 0.5, "0")
        figure.canvas.draw()
        self.done = True
        self.ready.emit()


class Plot(QWidget):
    """Shows a figure. ``draw`` is called with the figure and the colours, anew when the theme or the size changes.

    ``pressed`` carries the point of a click in the data of the first axes.
    """

    pressed = Signal(float, float)

    def __init__(self, theme: Theme, name: str, *, minimum: tuple[int, int] = (220, 160)) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(name)
        self.setMinimumSize(*minimum)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme
        self._draw: Callable[[Figure, Any], None] | None = None
        self._figure: Figure | None = None
        self._image: QImage | None = None
        self._buffer: Any = None
        self._empty = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._render)
        theme.changed.connect(self.redraw)
        importing = PlottingImport.instance()
        importing.begin()
        importing.ready.connect(self.redraw)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)

    def show_plot(self, draw: Callable[[Figure, Any], None]) -> None:
        """Draw with this function from now on."""
        self._draw = draw
        self.redraw()

    def show_text(self, text: str) -> None:
        """Nothing to draw yet: say why."""
        self._draw, self._image, self._empty = None, None, text
        self.update()

    def redraw(self) -> None:
        if self._draw is not None and PlottingImport.instance().done:
            self._later.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._later.setInterval(40)  # a window that is dragged larger is drawn once at the end
        self.redraw()

    def _render(self) -> None:
        self._later.setInterval(0)
        if self._draw is None or not self.isVisible() or self.width() < 20 or self.height() < 20:
            return
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        ratio = self.devicePixelRatioF()
        dpi = 96 * ratio
        self._figure = Figure(
            figsize=(self.width() / 96, self.height() / 96), dpi=dpi, facecolor=self._theme.colours.surface
        )
        canvas = FigureCanvasAgg(self._figure)
        self._draw(self._figure, self._theme.colours)
        canvas.draw()
        self._buffer = canvas.buffer_rgba()
        height, width = self._buffer.shape[:2]
        image = QImage(self._buffer, width, height, QImage.Format.Format_RGBA8888)
        image.setDevicePixelRatio(ratio)
        self._image = image
        self.update()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is not None:
            painter.drawImage(0, 0, self._image)
        elif self._empty or self._draw is not None:
            painter.setPen(QColor(self._theme.colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), flags, self._empty or self.tr("Preparing the plot"))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._figure is not None and self._figure.axes:
            ratio = self.devicePixelRatioF()
            x, y = event.position().x() * ratio, (self.height() - event.position().y()) * ratio
            point = self._figure.axes[0].transData.inverted().transform((x, y))
            self.pressed.emit(float(point[0]), float(point[1]))

    def _menu(self, position: Any) -> None:
        if self._figure is None:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Save the plot"), self.save)
        menu.exec(self.mapToGlobal(position))

    def save(self) -> None:
        """Ask for a file and write the figure there (PNG, SVG or PDF)."""
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the plot"), "plot.png", self.tr("Pictures (*.png *.svg *.pdf)")
        )
        if not path or self._figure is None:
            return
        try:
            self._figure.savefig(path, dpi=200, facecolor=self._theme.colours.surface)
        except OSError as error:
            from pathlib import Path

            from PySide6.QtWidgets import QMessageBox

            QMessageBox.warning(self, "PT2K", str(cannot_write(Path(path), error)))


def plot_area(figure: Any, left: int = 64, bottom: int = 48, right: int = 16, top: int = 12) -> Any:
    """Axes that leave these margins, in logical pixels, whatever the figure's size."""
    width, height = figure.get_size_inches() * 96
    across, up = max(width - left - right, 20) / width, max(height - bottom - top, 20) / height
    return figure.add_axes((left / width, bottom / height, across, up))
