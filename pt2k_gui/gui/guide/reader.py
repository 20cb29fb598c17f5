"""Shows a page of the guide: in the colours of the theme, with pictures that fit, and with the hits of a search marked."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QImage,
    QPixmap,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QTextBrowser, QTextEdit

from pt2k_gui.gui.theme import BODY, CAPTION, TITLE, XS, L, S, Theme, mixed
from pt2k_gui.guide.contents import Page, picture, picture_name
from pt2k_gui.guide.rendering import as_html
from pt2k_gui.palette import Colours

_WIDEST = 720  # pixels of a picture
_INDENT = 64  # pixels that a list takes at the left of a picture in it
_MARGIN = 28  # pixels at both sides of the text


class Reader(QTextBrowser):
    """One page. ``followed`` carries the target of a link to another page, such as ``errors.md#x``."""

    followed = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("guideReader")
        self.setAccessibleName(self.tr("Page of the guide"))
        self.setOpenLinks(False)
        self.document().setDocumentMargin(_MARGIN)
        self._theme = theme
        self._page: Page | None = None
        self._words: list[str] = []
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        )  # one that comes and goes changes the width
        self._fit = QTimer(self)
        self._fit.setSingleShot(True)
        self._fit.timeout.connect(self._draw)
        self.anchorClicked.connect(self._follow)
        theme.changed.connect(self._draw)

    def show_page(self, page: Page, anchor: str = "", words: str = "") -> int:
        """Show a page from an anchor on, every hit of ``words`` marked; from the first hit on where there is no anchor.

        Returns how many hits were marked.
        """
        self._page, self._words = page, words.split()
        self._draw()
        if anchor:
            self.scrollToAnchor(anchor)
        elif self.extraSelections():
            self._bring_up(self.extraSelections()[0].cursor)
        return len(self.extraSelections())

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """A picture of the guide, for this theme and no wider than the page."""
        url = name if isinstance(name, QUrl) else QUrl(name)
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return None  # nothing is loaded from anywhere
        file = picture(picture_name(url.path()), dark=self._theme.colours.name == "dark")
        image = QImage(str(file)) if file is not None else QImage()
        if image.isNull():
            return QPixmap()
        ratio = self.devicePixelRatioF()
        room = min(self.viewport().width() - 2 * _MARGIN - _INDENT, _WIDEST)
        if image.width() > room:
            image = image.scaledToWidth(max(round(room * ratio), 64), Qt.TransformationMode.SmoothTransformation)
            image.setDevicePixelRatio(ratio)
        return image

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit.start()  # not at once: the text that is laid out just now may be what changed the size

    def _draw(self) -> None:
        if self._page is None:
            return
        place = self.verticalScrollBar().value()
        self.document().clear()
        self.document().setDefaultStyleSheet(_style(self._theme.colours))
        self.setHtml(as_html(self._page).replace("<p><img ", '<p class="picture"><img '))
        self._mark()
        self.verticalScrollBar().setValue(place)

    def _mark(self) -> None:
        marks, colours = [], self._theme.colours
        how = QTextCharFormat()
        how.setBackground(QColor(mixed(colours.warn, colours.surface, 0.35)))
        how.setForeground(QColor(colours.text))
        for word in self._words:
            cursor = self.document().find(word, QTextCursor(self.document()))
            while not cursor.isNull():
                mark = QTextEdit.ExtraSelection()
                mark.cursor, mark.format = cursor, how
                marks.append(mark)
                cursor = self.document().find(word, cursor)
        marks.sort(key=lambda mark: int(mark.cursor.position()))
        self.setExtraSelections(marks)

    def _bring_up(self, cursor: QTextCursor) -> None:
        """Scroll so that a place is in the upper third."""
        bar = self.verticalScrollBar()
        place = QTextCursor(self.document())
        place.setPosition(cursor.selectionStart())
        bar.setValue(bar.value() + self.cursorRect(place).top() - self.viewport().height() // 3)

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
        else:
            self.followed.emit(url.toString())


def _style(c: Colours) -> str:
    """Qt's rich text knows few selectors; these are what it knows."""
    code = mixed(c.muted, c.surface, 0.10)
    return f"""
    body, p, li, td {{ color: {c.text}; font-size: {BODY}px; line-height: 140%; }}
    p.picture {{ line-height: 100%; }}
    h1 {{ font-size: {TITLE}px; font-weight: bold; margin-top: 0; margin-bottom: {L}px; }}
    h2 {{ font-size: 17px; font-weight: bold; margin-top: {L + S}px; margin-bottom: {S}px; }}
    h3 {{ font-size: 14px; font-weight: bold; margin-top: {L}px; margin-bottom: {XS}px; }}
    a {{ color: {c.accent}; text-decoration: none; }}
    code, pre {{ font-family: monospace; font-size: {CAPTION}px; background-color: {code}; }}
    pre {{ margin-top: {S}px; margin-bottom: {S}px; white-space: pre-wrap; }}
    table {{ border-collapse: collapse; margin-top: {S}px; margin-bottom: {L}px; }}
    th {{ border: 1px solid {c.border}; padding: 6px; text-align: left; font-size: {CAPTION}px; color: {c.muted}; }}
    td {{ border: 1px solid {c.border}; padding: 6px; }}
    blockquote {{ color: {c.muted}; margin-left: {L}px; }}
    """
