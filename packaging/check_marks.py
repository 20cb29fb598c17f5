"""Makes the small PNG files that the style sheet names (check marks, the arrow of a combo box) from their SVG sources.

The style sheet takes PNG rather than SVG because Qt would load its SVG plug-in in the middle of a repaint.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"
MARKS = (("check-light", "check", "#FFFFFF", 12), ("check-dark", "check", "#0B1B2B", 12))
ARROW = (("chevron-down-muted", "chevron-down", "#7D8894", 14),)


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    _application = QGuiApplication([])
    for name, source, colour, size in (*MARKS, *ARROW):
        text = (ICONS / f"{source}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
        text = text.replace('stroke-width="2"', 'stroke-width="3"')
        for scale in (1, 2, 3):
            image = QImage(QSize(size, size) * scale, QImage.Format.Format_ARGB32_Premultiplied)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, size * scale, size * scale))
            painter.end()
            suffix = "" if scale == 1 else f"@{scale}x"
            image.save(str(ICONS / f"{name}{suffix}.png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
