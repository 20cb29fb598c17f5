"""Makes every bitmap that ships from its SVG source: the application's icon in the sizes and containers that Linux,
Windows and macOS want, and the small marks that the style sheet names.

The style sheet takes PNG rather than SVG because Qt would load its SVG plug-in in the middle of a repaint.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

PACKAGING = Path(__file__).resolve().parent
ICONS = PACKAGING.parent / "resources" / "icons"
APPLICATION = ICONS / "app.svg"
HICOLOR = PACKAGING / "linux" / "icons" / "hicolor"
ICO = PACKAGING / "windows" / "pt2k.ico"
ICNS = PACKAGING / "macos" / "pt2k.icns"

# The directories of the hicolor theme for applications, in pixels.
HICOLOR_SIZES = (16, 22, 24, 32, 36, 42, 48, 64, 72, 96, 128, 192, 256, 512)
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
ICNS_SIZES = (16, 32, 64, 128, 256, 512, 1024)
MACOS_MARGIN = 0.09  # of the width: macOS leaves air around an icon's tile
SMALL = 32  # pixels; below this the tile fills the square, so that its edges fall on whole pixels

MARKS = (
    ("check-light", "check", "#FFFFFF", 12),
    ("check-dark", "check", "#0B1B2B", 12),
    ("chevron-down-muted", "chevron-down", "#7D8894", 14),
    ("chevron-up-muted", "chevron-up", "#7D8894", 14),
    # The toolbar of Qt's own file dialog, in a grey that is seen on light and on dark.
    ("arrow-left-muted", "arrow-left", "#7D8894", 16),
    ("arrow-right-muted", "arrow-right", "#7D8894", 16),
    ("folder-up-muted", "chevron-up", "#7D8894", 16),
    ("folder-plus-muted", "plus", "#7D8894", 16),
    ("list-muted", "list", "#7D8894", 16),
    ("layers-muted", "layers", "#7D8894", 16),
)


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    _application = QGuiApplication([])
    make_application_icons()
    make_marks()
    return 0


def make_application_icons() -> None:
    """The hicolor folders with the SVG beside them, ``pt2k.ico`` and ``pt2k.icns``."""
    from PIL import Image

    for size in HICOLOR_SIZES:
        folder = HICOLOR / f"{size}x{size}" / "apps"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pt2k.png").write_bytes(_png(_application_icon(size)))
    scalable = HICOLOR / "scalable" / "apps"
    scalable.mkdir(parents=True, exist_ok=True)
    (scalable / "pt2k.svg").write_bytes(APPLICATION.read_bytes())
    for target, sizes, margin in ((ICO, ICO_SIZES, 0.0), (ICNS, ICNS_SIZES, MACOS_MARGIN)):
        target.parent.mkdir(parents=True, exist_ok=True)
        images = [Image.open(io.BytesIO(_png(_application_icon(size, margin)))) for size in sizes]
        images[-1].save(target, sizes=[(size, size) for size in sizes], append_images=images[:-1])


def make_marks() -> None:
    """The style sheet's marks, for one, two and three device pixels a pixel."""
    for name, source, colour, size in MARKS:
        text = (ICONS / f"{source}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
        text = text.replace('stroke-width="2"', 'stroke-width="3"')
        for scale in (1, 2, 3):
            suffix = "" if scale == 1 else f"@{scale}x"
            (ICONS / f"{name}{suffix}.png").write_bytes(_png(_draw(text, size * scale)))


def _application_icon(size: int, margin: float = 0.0) -> QImage:
    text = APPLICATION.read_text(encoding="utf-8")
    if size < SMALL:
        text = text.replace('viewBox="0 0 64 64"', 'viewBox="2 2 60 60"')
    return _draw(text, size, margin)


def _draw(svg: str, size: int, margin: float = 0.0) -> QImage:
    """The picture as ``size`` x ``size`` pixels with ``margin`` (a share of the width) left free on each side."""
    from PySide6.QtCore import QByteArray, QRectF
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(
        painter, QRectF(size * margin, size * margin, size * (1 - 2 * margin), size * (1 - 2 * margin))
    )
    painter.end()
    return image


def _png(image: QImage) -> bytes:
    """The image as an optimised PNG file."""
    from PIL import Image
    from PySide6.QtGui import QImage

    straight = image.convertToFormat(QImage.Format.Format_RGBA8888)
    made = Image.frombytes("RGBA", (straight.width(), straight.height()), bytes(straight.constBits()))
    stream = io.BytesIO()
    made.save(stream, "PNG", optimize=True)
    return stream.getvalue()


if __name__ == "__main__":
    sys.exit(main())
