"""A matplotlib canvas in the window's look. matplotlib is imported and draws in threads of its own, since the one takes up
to a second and the other some hundred milliseconds; what is asked for before the import waits for it."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontInfo,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFileDialog, QMenu, QSizePolicy, QWidget

from pt2k_gui.files import atomic_path
from pt2k_gui.gui.question import tell_problem
from pt2k_gui.gui.reply import Reply
from pt2k_gui.gui.theme import Theme
from pt2k_gui.palette import Colours
from pt2k_gui.problem import Problem

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_SWITCH = 0.0005  # seconds
_LEAST_DRAG = 6  # pixels; less is a click
_SAVED_DPI = 200


@lru_cache(maxsize=1)
def _painter() -> ThreadPoolExecutor:
    """One thread draws all plots: matplotlib does not promise more."""
    return ThreadPoolExecutor(1, "plots")


Limits = tuple[float, float, float, float]
"""Left, right, bottom and top of what is shown of a plot, in the data of its first axes."""


def _drawn(
    draw: Callable[[Figure, Any], None],
    colours: Colours,
    width: int,
    height: int,
    ratio: float,
    limits: Limits | None = None,
) -> tuple[Figure, Any, float]:
    """The figure, its pixels (rows, columns, RGBA) and the ratio of pixels to logical ones."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 96, height / 96), dpi=96 * ratio, facecolor=colours.surface)
    canvas = FigureCanvasAgg(figure)
    draw(figure, colours)
    if limits is not None:
        figure.axes[0].set_xlim(limits[0], limits[1])
        figure.axes[0].set_ylim(limits[2], limits[3])
    canvas.draw()
    return figure, canvas.buffer_rgba(), ratio


def _render(
    reply: Reply,
    draw: Callable[[Figure, Any], None],
    colours: Colours,
    width: int,
    height: int,
    ratio: float,
    limits: Limits | None,
) -> None:
    """In the painter's thread: draw, and answer with the function and what it drew, or the error for the window's thread."""
    try:
        drawn: object = _drawn(draw, colours, width, height, ratio, limits)
    except Exception as error:
        drawn = error
    reply((draw, drawn))


def _save(
    reply: Reply,
    draw: Callable[[Figure, Any], None],
    colours: Colours,
    size: tuple[int, int],
    limits: Limits | None,
    path: str,
) -> None:
    """In the painter's thread: write a figure of its own, since the one on the screen is of the screen's resolution."""
    problem: object = None
    try:
        figure = _drawn(draw, colours, *size, 1.0, limits)[0]
        with atomic_path(path) as temporary:
            figure.savefig(temporary, dpi=_SAVED_DPI, facecolor=colours.surface)
    except Problem as error:
        problem = error
    reply(problem)


def _choose_fonts(family: str) -> None:
    """Labels in the system's font, with one for Chinese to fall back to if there is one."""
    import matplotlib

    from pt2k_gui.report.fonts import plot_fonts

    matplotlib.rcParams["font.family"] = plot_fonts(family)


class PlottingImport(QObject):
    """Imports matplotlib once, in the background."""

    ready = Signal()
    _instance: PlottingImport | None = None

    def __init__(self) -> None:
        super().__init__()
        self.done = False
        self._family = QFontInfo(QGuiApplication.font()).family()
        self._thread: threading.Thread | None = None
        self._imported = Reply(self._be_ready)

    @classmethod
    def instance(cls) -> PlottingImport:
        if cls._instance is None:
            cls._instance = cls()
        return cls._instance

    def begin(self) -> None:
        if self._thread is None:
            # Each of the window's Python methods waits this long for its turn while a thread imports or draws; a repaint
            # calls dozens of them.
            sys.setswitchinterval(_SWITCH)
            self._thread = threading.Thread(target=self._import, name="import matplotlib", daemon=True)
            self._thread.start()

    def _import(self) -> None:
        _choose_fonts(self._family)
        # First drawings load the rest: fonts, layouts, formatters, the mathematical text of logarithmic scales.
        import numpy as np

        from pt2k_gui.palette import LIGHT
        from pt2k_gui.report.plots import draw_grid, draw_histogram, draw_layers
        from pt2k_gui.verify.result import LayerDifference

        image, rows = np.zeros((1, 28, 28), np.uint8), [LayerDifference("a", "a", 1e-7, 1e-7)]
        _drawn(
            lambda f, c: draw_grid(f.add_subplot(), image, ["0"], [("Keras", ["0"])], colours=c), LIGHT, 200, 200, 1.0
        )
        _drawn(lambda f, c: draw_layers(f.add_subplot(), rows, c), LIGHT, 200, 200, 1.0)
        _drawn(lambda f, c: draw_histogram(f.add_subplot(), np.array([1e-7, 2e-7]), 1e-6, c), LIGHT, 200, 200, 1.0)
        self._imported()

    def _be_ready(self) -> None:
        gc.freeze()  # what is loaded by now stays, so the garbage collector need not walk through it again
        self.done = True
        self.ready.emit()


class Plot(QWidget):
    """Shows a figure. ``draw`` is called with the figure and the colours, anew when the theme or the size changes.

    It runs in a thread of its own, since a plot takes up to some hundred milliseconds: it must not touch a widget.

    With ``zoom``, the mouse draws a rectangle to look closer at, the wheel goes closer and away, and a double click or
    ``show_whole`` goes back. ``pressed`` carries the point of a click in the data of the first axes; ``shown`` comes
    when another picture is there.
    """

    pressed = Signal(float, float)
    shown = Signal()

    def __init__(self, theme: Theme, name: str, *, minimum: tuple[int, int] = (220, 160), zoom: bool = False) -> None:
        super().__init__()
        self._zoom = zoom
        self._limits: Limits | None = None
        self._from: QPointF | None = None
        self._to: QPointF | None = None
        self.setObjectName(name)
        self.setMinimumSize(*minimum)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme
        self._draw: Callable[[Figure, Any], None] | None = None
        self._figure: Figure | None = None
        self._image: QImage | None = None
        self._buffer: Any = None
        self._empty = ""
        self._rendering = self._again = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._render)
        theme.changed.connect(self.redraw)
        PlottingImport.instance().ready.connect(self.redraw)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)

    def show_plot(self, draw: Callable[[Figure, Any], None]) -> None:
        """Draw with this function from now on."""
        self._draw, self._empty = draw, ""
        self._limits = None
        PlottingImport.instance().begin()
        self.redraw()

    def show_text(self, text: str) -> None:
        """Nothing to draw yet: say why."""
        self._draw, self._image, self._empty = None, None, text
        self._figure, self._limits = None, None
        self.update()
        self.shown.emit()

    @property
    def drawn(self) -> bool:
        """Whether there is a picture to save."""
        return self._image is not None

    @property
    def closer(self) -> bool:
        """Whether only a part of the plot is shown."""
        return self._limits is not None

    def show_whole(self) -> None:
        """Back from a closer look."""
        self.look_at(None)

    def look_at(self, limits: Limits | None) -> None:
        """Show this part of the plot; None shows all of it."""
        self._limits = limits
        self.redraw()

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
        if self._rendering:
            self._again = True  # the latest state is drawn once the present drawing is there
            return
        self._rendering, self._again = True, False
        job = (self._draw, self._theme.colours, self.width(), self.height(), self.devicePixelRatioF(), self._limits)
        _painter().submit(_render, Reply(self._take), *job)

    def _take(self, rendered: object) -> None:
        self._rendering = False
        assert isinstance(rendered, tuple)
        draw, drawn = rendered
        if isinstance(drawn, Exception):
            raise drawn
        if self._draw is draw:  # what was asked for before that is not shown any more
            self._figure, self._buffer, ratio = drawn
            height, width = self._buffer.shape[:2]
            image = QImage(self._buffer, width, height, QImage.Format.Format_RGBA8888)
            image.setDevicePixelRatio(ratio)
            self._image = image
            self.update()
            self.shown.emit()
        if self._again:
            self.redraw()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is not None:
            painter.drawImage(0, 0, self._image)
            if self._from is not None and self._to is not None:
                painter.setPen(QPen(QColor(self._theme.colours.accent), 1, Qt.PenStyle.DashLine))
                painter.drawRect(QRectF(self._from, self._to).normalized())
        elif self._empty or self._draw is not None:
            painter.setPen(QColor(self._theme.colours.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 0, -16, 0), flags, self._empty or self.tr("Preparing the plot"))
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.colours.accent), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _data(self, position: QPointF) -> tuple[float, float]:
        """A point of the widget in the data of the first axes."""
        assert self._figure is not None
        ratio = self.devicePixelRatioF()
        at = position.x() * ratio, (self.height() - position.y()) * ratio
        x, y = self._figure.axes[0].transData.inverted().transform(at)
        return float(x), float(y)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._figure is not None and self._figure.axes:
            self.pressed.emit(*self._data(event.position()))
            if self._zoom:
                self._from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._to = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        begin, end, self._from, self._to = self._from, self._to, None, None
        if begin is not None and end is not None and self._figure is not None:
            if min(abs(end.x() - begin.x()), abs(end.y() - begin.y())) >= _LEAST_DRAG:
                (x0, y0), (x1, y1) = self._data(begin), self._data(end)
                self.look_at((min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)))
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._limits is not None:
            self.show_whole()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self._zoom or self._figure is None or not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the page scrolls
            return
        # Pixels of the axes, so that a logarithmic scale is stretched as it looks.
        axes, share = self._figure.axes[0], 0.8 ** (event.angleDelta().y() / 120)
        ratio, box = self.devicePixelRatioF(), self._figure.axes[0].bbox
        x, y = event.position().x() * ratio, (self.height() - event.position().y()) * ratio
        back = axes.transData.inverted()
        (x0, y0), (x1, y1) = (
            back.transform((x + (edge_x - x) * share, y + (edge_y - y) * share))
            for edge_x, edge_y in ((box.x0, box.y0), (box.x1, box.y1))
        )
        self.look_at((float(x0), float(x1), float(y0), float(y1)))

    def _menu(self, position: Any) -> None:
        if self._figure is None:
            return
        menu = QMenu(self)
        menu.addAction(self.tr("Save the plot"), self.save)
        menu.addAction(self.tr("Copy the plot"), self.copy)
        if self._limits is not None:
            menu.addAction(self.tr("Show the whole plot"), self.show_whole)
        menu.exec(self.mapToGlobal(position))
        menu.deleteLater()

    def copy(self) -> None:
        """Put the picture on the clipboard."""
        if self._image is not None:
            QGuiApplication.clipboard().setImage(self._image.copy())

    def save(self) -> None:
        """Ask for a file and write the figure there (PNG, SVG or PDF)."""
        path, chosen = QFileDialog.getSaveFileName(
            self, self.tr("Save the plot"), f"{self.objectName()}.png", "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"
        )
        if path:
            ending = f".{chosen.split(' ')[0].lower()}" if chosen else ".png"
            self.save_to(path if path.lower().endswith((".png", ".svg", ".pdf")) else path + ending)

    def save_to(self, path: str) -> None:
        """Write the figure there in the background; the path's ending chooses the format."""
        if self._draw is not None:
            colours, size = self._theme.colours, (self.width(), self.height())
            _painter().submit(_save, Reply(self._on_saved), self._draw, colours, size, self._limits, path)

    def _on_saved(self, problem: object) -> None:
        if isinstance(problem, Problem):
            tell_problem(self, problem)


def plot_area(figure: Any, left: int = 64, bottom: int = 48, right: int = 16, top: int = 12) -> Any:
    """Axes that leave these margins, in logical pixels, whatever the figure's size."""
    width, height = figure.get_size_inches() * 96
    across, up = max(width - left - right, 20) / width, max(height - bottom - top, 20) / height
    return figure.add_axes((left / width, bottom / height, across, up))
