"""A matplotlib canvas in the window's look. matplotlib is imported and draws in threads of its own, since the one takes up
to a second and the other some hundred milliseconds; what is asked for before the import waits for it."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QSizePolicy, QWidget
from shiboken6 import isValid

from pt2k_gui.files import cannot_write
from pt2k_gui.gui.theme import Theme
from pt2k_gui.look import Colours

# What matplotlib falls back to where a label is Chinese, on Linux, macOS and Windows; Qt does so by itself.
_CHINESE = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "PingFang SC", "Heiti SC", "Microsoft YaHei")

if TYPE_CHECKING:
    from matplotlib.figure import Figure


_SWITCH = 0.0005  # seconds


@lru_cache(maxsize=1)
def _painter() -> ThreadPoolExecutor:
    """One thread draws all plots: matplotlib does not promise more."""
    return ThreadPoolExecutor(1, "plots")


def _drawn(
    draw: Callable[[Figure, Any], None], colours: Colours, width: int, height: int, ratio: float
) -> tuple[Figure, Any, float]:
    """The figure, its pixels (rows, columns, RGBA) and the ratio of pixels to logical ones."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 96, height / 96), dpi=96 * ratio, facecolor=colours.surface)
    canvas = FigureCanvasAgg(figure)
    draw(figure, colours)
    canvas.draw()
    return figure, canvas.buffer_rgba(), ratio


def _choose_fonts(family: str) -> None:
    """Labels in the system's font, with one for Chinese to fall back to if there is one."""
    import matplotlib
    from matplotlib.font_manager import findSystemFonts, fontManager

    there = {font.name for font in fontManager.ttflist}
    if there.isdisjoint(_CHINESE):  # matplotlib remembers its list; a font may have been installed since
        for path in findSystemFonts():
            if any(name.replace(" ", "")[:11] in Path(path).name for name in _CHINESE):
                fontManager.addfont(path)
        there = {font.name for font in fontManager.ttflist}
    matplotlib.rcParams["font.family"] = [name for name in (family, "DejaVu Sans", *_CHINESE) if name in there]


class PlottingImport(QObject):
    """Imports matplotlib once, in the background."""

    ready = Signal()
    _instance: PlottingImport | None = None

    def __init__(self) -> None:
        super().__init__()
        self.done = False
        self._family = QFontInfo(QGuiApplication.font()).family()
        self._thread: threading.Thread | None = None

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

        from pt2k_gui.look import LIGHT
        from pt2k_gui.verify.plots import draw_grid, draw_histogram, draw_layers
        from pt2k_gui.verify.result import LayerDifference

        image, rows = np.zeros((1, 28, 28), np.uint8), [LayerDifference("a", "a", 1e-7, 1e-7)]
        _drawn(
            lambda f, c: draw_grid(f.add_subplot(), image, ["0"], [("Keras", ["0"])], colours=c), LIGHT, 200, 200, 1.0
        )
        _drawn(lambda f, c: draw_layers(f.add_subplot(), rows, c), LIGHT, 200, 200, 1.0)
        _drawn(lambda f, c: draw_histogram(f.add_subplot(), np.array([1e-7, 2e-7]), 1e-6, c), LIGHT, 200, 200, 1.0)
        # What is loaded by now stays, so the garbage collector need not walk through it again; and it comes more rarely: a
        # full collection held the window for up to 140 ms in the middle of a repaint.
        gc.freeze()
        gc.set_threshold(50_000, 20, 1000)
        self.done = True
        self.ready.emit()


class Plot(QWidget):
    """Shows a figure. ``draw`` is called with the figure and the colours, anew when the theme or the size changes.

    It runs in a thread of its own, since a plot takes up to some hundred milliseconds: it must not touch a widget.

    ``pressed`` carries the point of a click in the data of the first axes.
    """

    pressed = Signal(float, float)
    _rendered = Signal(object)

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
        self._rendering = self._again = False
        self._rendered.connect(self._take)
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
        self._draw = draw
        PlottingImport.instance().begin()
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
        if self._rendering:
            self._again = True  # the latest state is drawn once the present drawing is there
            return
        self._rendering, self._again = True, False
        job = (self._draw, self._theme.colours, self.width(), self.height(), self.devicePixelRatioF())
        _painter().submit(self._render_in_thread, *job)

    def _render_in_thread(
        self, draw: Callable[[Figure, Any], None], colours: Colours, width: int, height: int, ratio: float
    ) -> None:
        try:
            drawn: object = _drawn(draw, colours, width, height, ratio)
        except Exception as error:  # told in the window's thread, which the executor would not do
            drawn = error
        if isValid(self):
            self._rendered.emit(drawn)

    def _take(self, drawn: object) -> None:
        self._rendering = False
        if isinstance(drawn, Exception):
            raise drawn
        assert isinstance(drawn, tuple)
        if self._draw is not None:
            self._figure, self._buffer, ratio = drawn
            height, width = self._buffer.shape[:2]
            image = QImage(self._buffer, width, height, QImage.Format.Format_RGBA8888)
            image.setDevicePixelRatio(ratio)
            self._image = image
            self.update()
        if self._again:
            self.redraw()

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
            from PySide6.QtWidgets import QMessageBox

            QMessageBox.warning(self, "PT2K", str(cannot_write(Path(path), error)))


def plot_area(figure: Any, left: int = 64, bottom: int = 48, right: int = 16, top: int = 12) -> Any:
    """Axes that leave these margins, in logical pixels, whatever the figure's size."""
    width, height = figure.get_size_inches() * 96
    across, up = max(width - left - right, 20) / width, max(height - bottom - top, 20) / height
    return figure.add_axes((left / width, bottom / height, across, up))
