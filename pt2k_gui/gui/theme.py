"""Turns the colour tokens into a Qt palette and one style sheet; spacing, radius and text sizes live here and nowhere
else. Knows no page.

The application has no style sheet: Qt polishes a widget anew for each of its ancestors when that one changes, which holds
the window for seconds. The *parts* of a window (a page, a tab, the rail, a dialog) have it, each its own (``dress``): another
theme restyles the parts that are seen, and a hidden one when it is shown."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette, QStyleHints
from PySide6.QtWidgets import QApplication, QWidget

from pt2k_gui.gui.collector import collect_in_this_thread
from pt2k_gui.palette import DARK, LIGHT, Colours
from pt2k_gui.resources import resource

XS, S, M, L, XL, XXL = 4, 8, 12, 16, 24, 32
RADIUS_CARD, RADIUS_FIELD = 8, 6
TARGET = 32  # least height of what can be pressed
SMALL, BODY, CAPTION, SECTION, TITLE = 11, 13, 12, 16, 22  # pixels

SYSTEM = "system"
REDUCED, FULL = "reduced", "full"
_STILL = "* { widget-animation-duration: 0; }"

# For what holds dressed parts, and must not hand another theme down to all of them.
HOLDER_SHEET = """
QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QTabWidget::pane { border: none; }
"""


class Theme(QObject):
    """The theme in force. ``changed`` tells whoever draws by itself (icons, plots)."""

    changed = Signal()
    in_force: ClassVar[Theme | None] = None  # the one that was made last

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        Theme.in_force = self
        self._application = application
        self.sheet = ""
        self.choice = SYSTEM
        self.colours = LIGHT
        self.motion = SYSTEM
        self._hints = QGuiApplication.styleHints()
        self._hints.colorSchemeChanged.connect(self._follow)
        self._accessibility = _desktop_motion(self._hints)
        if self._accessibility is not None:
            self._accessibility.motionPreferenceChanged.connect(self._follow_motion)

    def use(self, choice: str) -> None:
        """``light``, ``dark`` or ``system``."""
        self.choice = choice
        if choice == SYSTEM:
            dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
            self._apply(DARK if dark else LIGHT)
        else:
            self._apply(DARK if choice == DARK.name else LIGHT)

    @property
    def still(self) -> bool:
        """Whether nothing may move that need not: as the user chose, or else as the desktop says."""
        if self.motion == SYSTEM:
            said = self._accessibility
            return said is not None and bool(said.motionPreference() is Qt.MotionPreference.ReducedMotion)
        return self.motion == REDUCED

    def use_motion(self, choice: str) -> None:
        """``reduced``, ``full`` or ``system``."""
        self.motion = choice
        self._apply(self.colours)

    def _follow_motion(self) -> None:
        if self.motion == SYSTEM:
            self._apply(self.colours)

    def _follow(self) -> None:
        if self.choice == SYSTEM:
            self.use(SYSTEM)

    def _apply(self, colours: Colours) -> None:
        self.colours = colours
        self.sheet = style_sheet(colours) + (_STILL if self.still else "")
        self._application.setPalette(palette(colours))
        self.changed.emit()


def dress(*parts: QWidget) -> None:
    """Give parts of a window, or whole dialogs, the style sheet of the theme in force, and of those to come."""
    theme = Theme.in_force
    if theme is not None:
        for part in parts:
            _Dress(part, theme)


class _Dress(QObject):
    """A part's style sheet. Lives as long as the part."""

    def __init__(self, part: QWidget, theme: Theme) -> None:
        super().__init__(part)
        self._part, self._theme = part, theme
        self._worn = ""
        theme.changed.connect(self._follow)
        self._wear()

    def _follow(self) -> None:
        if self._part.isVisible():
            self._wear()
        else:
            self._part.installEventFilter(self)

    def _wear(self) -> None:
        self._part.removeEventFilter(self)
        if self._worn != self._theme.sheet:
            self._worn = self._theme.sheet
            self._part.setStyleSheet(self._worn)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show:
            self._wear()
        return False


def _desktop_motion(hints: QStyleHints) -> Any:
    """The property that tells how much motion the desktop wants; None where this Qt does not know it yet."""
    made = getattr(hints, "accessibility", None)
    found = made() if made is not None else None
    return found if hasattr(found, "motionPreferenceChanged") else None


def prepare(application: QApplication) -> None:
    """Style and font that are the same on every platform, and garbage collected in this thread; call it before the first
    widget."""
    collect_in_this_thread(application)
    application.setStyle("Fusion")
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(BODY)
    font.setFeature(QFont.Tag("tnum"), 1)
    application.setFont(font)


def fixed_font(size: int = CAPTION) -> QFont:
    """The system's font of equal widths, for summaries and logs."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(size)
    return font


def palette(colours: Colours) -> QPalette:
    """Every role that Fusion paints with."""
    made = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, colours.window), (role.WindowText, colours.text), (role.Base, colours.surface),
        (role.AlternateBase, colours.window), (role.Text, colours.text), (role.Button, colours.surface),
        (role.ButtonText, colours.text), (role.ToolTipBase, colours.raised), (role.ToolTipText, colours.text),
        (role.Highlight, colours.accent), (role.HighlightedText, colours.on_accent), (role.Link, colours.accent),
        (role.PlaceholderText, colours.muted), (role.Mid, colours.border), (role.Dark, colours.border),
        (role.Light, colours.raised), (role.Midlight, colours.border), (role.Accent, colours.accent),
    ):  # fmt: skip
        made.setColor(which, QColor(colour))
    for which in (role.Text, role.ButtonText, role.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.muted))
    return made


def mixed(one: str, other: str, share: float) -> str:
    """``share`` of ``one`` over ``other``, both ``#RRGGBB``."""
    a, b = QColor(one), QColor(other)
    parts = (round(x * share + y * (1 - share)) for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True))  # type: ignore[index]
    return "#" + "".join(f"{part:02X}" for part in parts)


def field_border(c: Colours) -> str:
    """Around what is written into: seen as far as WCAG asks of it, which cards and buttons need not be."""
    return mixed(c.muted, c.surface, 0.75)


def style_sheet(c: Colours) -> str:
    """One sheet for the whole application; widgets ask for a look by object name or by the property ``kind``."""
    hover = mixed(c.accent, c.surface, 0.08)
    pressed = mixed(c.accent, c.surface, 0.16)
    field = field_border(c)
    primary_hover = mixed(c.text, c.accent, 0.15)
    check = resource(f"icons/check-{c.name}.png").as_posix()
    down, up = (resource(f"icons/chevron-{way}-muted.png").as_posix() for way in ("down", "up"))
    file_dialog = " ".join(
        f'{role}-icon: url("{resource(f"icons/{name}-muted.png").as_posix()}");'
        for role, name in (
            ("backward", "arrow-left"), ("forward", "arrow-right"), ("filedialog-parent-directory", "folder-up"),
            ("filedialog-new-directory", "folder-plus"), ("filedialog-listview", "list"),
            ("filedialog-detailedview", "layers"),
        )
    )  # fmt: skip
    notices = "\n".join(
        f'QFrame#notice[state="{state}"] {{ background: {mixed(colour, c.surface, 0.07)}; '
        f"border-color: {mixed(colour, c.surface, 0.45)}; }}"
        for state, colour in (("good", c.good), ("warn", c.warn), ("bad", c.bad))
    )
    return f"""
QWidget {{ font-size: {BODY}px; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.border}; padding: {XS}px; }}
QLabel[kind="title"] {{ font-size: {TITLE}px; font-weight: 600; }}
QLabel[kind="section"] {{ font-size: {SECTION}px; font-weight: 600; }}
QLabel[kind="verdict"] {{ font-size: {TITLE}px; font-weight: 600; }}
QLabel[kind="muted"] {{ color: {c.muted}; }}
QLabel[kind="caption"] {{ color: {c.muted}; font-size: {CAPTION}px; }}
QLabel[kind="strong"] {{ font-weight: 600; }}
QLabel[state="good"] {{ color: {c.good}; }}
QLabel[state="warn"] {{ color: {c.warn}; }}
QLabel[state="bad"] {{ color: {c.bad}; }}
QFrame#card {{ background: {c.surface}; border: 1px solid {c.border}; border-radius: {RADIUS_CARD}px; }}
QFrame#notice {{ background: {c.surface}; border: 1px solid {c.border}; border-radius: {RADIUS_CARD}px; }}
{notices}
QFrame#rail {{ background: {c.surface}; border: none; border-right: 1px solid {c.border}; }}
QFrame#bottom {{ background: {c.surface}; border: none; border-top: 1px solid {c.border}; }}
QFrame#drop {{ background: {c.window}; border: 2px dashed {c.border}; border-radius: {RADIUS_CARD}px; }}
QFrame#drop[active="true"] {{ border-color: {c.accent}; background: {hover}; }}
QPushButton {{ background: {c.surface}; border: 1px solid {c.border}; border-radius: {RADIUS_FIELD}px;
  padding: 0 {M}px; min-height: {TARGET - 2}px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {pressed}; }}
QPushButton:focus {{ border: 2px solid {c.accent}; padding: 0 {M - 1}px; min-height: {TARGET - 4}px; }}
QPushButton:disabled {{ color: {c.muted}; background: {c.window}; }}
QPushButton[kind="primary"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {primary_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {c.border}; border-color: {c.border}; color: {c.muted}; }}
QPushButton[kind="flat"] {{ background: transparent; border-color: transparent; text-align: left; }}
QPushButton[kind="flat"]:hover {{ background: {hover}; }}
QPushButton[folded="true"] {{ text-align: center; }}
QPushButton[folded="true"]::menu-indicator {{ image: none; width: 0; }}
QPushButton#manyModels:checked {{ background: {hover}; font-weight: 600; }}
QPushButton[kind="flat"]:focus {{ border: 2px solid {c.accent}; }}
QPushButton[kind="link"] {{ background: transparent; border: 2px solid transparent; color: {c.accent}; padding: 0;
  text-align: left; }}
QPushButton[kind="link"]:hover {{ color: {c.text}; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {c.accent}; padding: 0; }}
QPushButton[kind="choice"] {{ padding: 0; min-height: 0; }}
QPushButton[kind="choice"]:focus {{ border: 2px solid {c.text}; padding: 0; min-height: 0; }}
QPushButton[kind="choice"]:checked {{ border: 2px solid {c.accent}; background: {hover}; }}
QPushButton[kind="step"] {{ background: transparent; border: 2px solid transparent; border-radius: {RADIUS_FIELD}px;
  text-align: left; padding: 0; min-height: 44px; }}
QPushButton[kind="step"]:hover {{ background: {hover}; }}
QPushButton[kind="step"]:checked {{ background: {pressed}; }}
QPushButton[kind="step"]:focus {{ border: 2px solid {c.accent}; }}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ background: {c.surface}; border: 1px solid {field};
  border-radius: {RADIUS_FIELD}px; padding: 0 {S}px; min-height: {TARGET - 2}px; selection-background-color: {c.accent}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border: 2px solid {c.accent};
  padding: 0 {S - 1}px; min-height: {TARGET - 4}px; }}
QLineEdit[kind="filter"] {{ min-height: 0; padding: 2px {S}px; }}
QLineEdit[state="bad"] {{ border: 2px solid {c.bad}; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url("{down}"); width: 14px; height: 14px; }}
QSpinBox, QDoubleSpinBox {{ max-height: {TARGET - 2}px; }}
QSpinBox:focus, QDoubleSpinBox:focus {{ max-height: {TARGET - 4}px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {{ width: 0; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{ border: none; padding: 0; background: transparent; min-height: 0; }}
QFrame#shape {{ background: {c.surface}; border: 1px solid {c.border}; border-radius: {RADIUS_FIELD}px; }}
QFrame#shape[state="bad"] {{ border: 2px solid {c.bad}; }}
QLineEdit[kind="axis"] {{ background: {c.window}; padding: 0 {XS}px; min-height: {TARGET - 10}px;
  border-radius: {XS}px; }}
QLineEdit[kind="axis"][dynamic="true"] {{ background: {hover}; color: {c.accent}; border-color: {c.accent};
  font-weight: 600; }}
QLineEdit[kind="axis"][selected="true"] {{ background: {c.accent}; color: {c.on_accent}; border-color: {c.accent}; }}
QLineEdit[kind="axis"]:focus {{ border: 2px solid {c.accent}; padding: 0 {XS - 1}px; min-height: {TARGET - 12}px; }}
QCheckBox, QRadioButton {{ spacing: {S}px; min-height: {TARGET - 6}px; background: transparent;
  border: 2px solid transparent; border-radius: {XS}px; padding: 0 2px; }}
QCheckBox:focus {{ border-color: {c.accent}; }}
QCheckBox:disabled {{ color: {c.muted}; }}
QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {c.muted}; border-radius: 4px;
  background: {c.surface}; }}
QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent}; image: url("{check}"); }}
QTabWidget::pane {{ border: none; }}
QTabBar::tab {{ background: transparent; color: {c.muted}; padding: {S}px {M}px; border: none;
  border-bottom: 2px solid transparent; min-height: 18px; }}
QTabBar::tab:selected {{ color: {c.text}; border-bottom-color: {c.accent}; font-weight: 600; }}
QTabBar::tab:focus {{ color: {c.accent}; }}
QTableView, QTreeView, QListWidget, QPlainTextEdit, QTextBrowser {{ background: {c.surface}; border: none;
  alternate-background-color: {c.window}; gridline-color: {c.border}; selection-background-color: {pressed};
  selection-color: {c.text}; outline: none; }}
QPlainTextEdit#logPane {{ border-top: 1px solid {c.border}; padding: {S}px {L}px; }}
QPlainTextEdit#summaryText {{ font-size: {SMALL}px; }}
QTableView::item, QTreeView::item {{ padding: 2px {S}px; min-height: 24px; border: none; }}
QTreeView#guideContents::item:selected, QListWidget::item:selected {{ background: {pressed}; color: {c.text}; }}
QListWidget::item {{ padding: {S}px; border: none; border-bottom: 1px solid {c.border}; }}
QTableView:focus, QTreeView:focus, QListWidget:focus, QPlainTextEdit:focus, QTextBrowser:focus {{
  border: 1px solid {c.accent}; }}
QHeaderView {{ background: {c.surface}; }}
QHeaderView::section {{ background: {c.surface}; color: {c.muted}; border: none; border-bottom: 1px solid {c.border};
  padding: {XS}px {S}px; font-weight: 600; font-size: {CAPTION}px; }}
QHeaderView::section:hover {{ color: {c.text}; }}
QHeaderView::up-arrow, QHeaderView::down-arrow {{ width: 8px; height: 8px; subcontrol-origin: border;
  subcontrol-position: top center; }}
QHeaderView::up-arrow {{ image: url("{up}"); }}
QHeaderView::down-arrow {{ image: url("{down}"); }}
QProgressBar {{ background: {c.border}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {c.border}; border-radius: 5px; min-height: 24px; min-width: 24px; }}
QScrollBar::handle:hover {{ background: {c.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QSplitter::handle {{ background: transparent; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QFileDialog {{ {file_dialog} }}
QDialog, QMessageBox {{ background: {c.window}; }}
QMenu {{ background: {c.raised}; border: 1px solid {c.border}; padding: {XS}px; }}
QMenu::item {{ padding: {S}px {L}px; border-radius: {XS}px; }}
QMenu::item:selected {{ background: {pressed}; }}
"""
