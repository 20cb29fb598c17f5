"""A picture from a file, as large as there is room; a click shows it in its own size."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QImageReader, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from pt2k_gui.gui.guide.help_key import has_help
from pt2k_gui.gui.question import answer_of
from pt2k_gui.gui.theme import M, dress
from pt2k_gui.gui.widgets.basics import label

_HEIGHT = 132
_LARGEST = 2048  # pixels: larger pictures are scaled down while they are read


class PictureView(QWidget):
    """Shows one file; Enter or a click opens ``PictureDialog``."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pictureView")
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(self.tr("Show the image at its own size"))
        self._title = ""
        self._image = QImage()
        self.hide()

    @property
    def shown(self) -> bool:
        """Whether there is a picture."""
        return not self._image.isNull()

    def show_file(self, path: str, title: str) -> None:
        """Show a picture; hidden where the path is empty or the file can't be read."""
        self._show(read_picture(path) if path else QImage(), title)

    def show_pixels(self, pixels: np.ndarray, title: str) -> None:
        """Show (height, width, 3) uint8."""
        kept = np.ascontiguousarray(pixels)
        height, width = kept.shape[:2]
        self._show(QImage(kept.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy(), title)

    def _show(self, image: QImage, title: str) -> None:
        self._title, self._image = title, image
        self.setAccessibleName(self.tr("Picture {0}").format(title))
        self.setVisible(self.shown)
        self.update()

    def open_large(self) -> None:
        """Show the picture in its own size."""
        if self.shown:
            answer_of(PictureDialog(self, self._image, self._title))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.shown:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(QRectF(0, (self.height() - size.height()) / 2, size.width(), size.height()), self._image)
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.drawRect(0, (self.height() - size.height()) // 2, size.width() - 1, size.height() - 1)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.open_large()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_large()
        else:
            super().keyPressEvent(event)


class PictureDialog(QDialog):
    """A picture in its own size, scrolled where the screen is smaller."""

    def __init__(self, parent: QWidget, image: QImage, title: str) -> None:
        super().__init__(parent)
        has_help(self, "page-check")
        dress(self)
        self.setObjectName("pictureDialog")
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(M, M, M, M)
        column.setSpacing(M)
        picture = QLabel()
        picture.setPixmap(QPixmap.fromImage(image))
        picture.setAccessibleName(title)
        area = QScrollArea()
        area.setWidget(picture)
        area.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(area, 1)
        column.addWidget(label(f"{title}, {image.width()} × {image.height()}", "caption"))
        room = QGuiApplication.primaryScreen().availableSize() * 0.8
        self.resize((image.size() + QSize(6 * M, 8 * M)).expandedTo(QSize(320, 240)).boundedTo(room))


def read_picture(path: str) -> QImage:
    """A picture as it is to be looked at (turned as its camera says); null where it can't be read."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > _LARGEST:
        reader.setScaledSize(size.scaled(_LARGEST, _LARGEST, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
