"""The window's language: which there are, which one is in force, and where its translations are read from."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from pt2k_gui.languages import ENGLISH, LANGUAGES, catalogue_of
from pt2k_gui.message import Catalogue, english
from pt2k_gui.resources import resource

SYSTEM = "system"

_language, _catalogue = ENGLISH, english()
_installed: list[QTranslator] = []


def catalogue() -> Catalogue:
    """The texts of the rooms below the window, in the language that is in force."""
    return _catalogue


def language_in_force() -> str:
    """The key in ``LANGUAGES`` of the language that the window speaks now."""
    return _language


def language_of(choice: str) -> str:
    """The key in ``LANGUAGES`` for a choice in the settings; ``system`` is what the system speaks, or else English."""
    if choice in LANGUAGES:
        return choice
    locale = QLocale.system()
    simplified = locale.language() is QLocale.Language.Chinese and locale.script() is not (
        QLocale.Script.TraditionalHanScript
    )
    return "zh_CN" if simplified else ENGLISH


def use_language(application: QCoreApplication, choice: str) -> str:
    """Speak the chosen language from now on; returns its key. It holds for widgets that are made from
    now on; the main window makes its own anew."""
    global _language, _catalogue
    language = language_of(choice)
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))  # numbers: 1,000 and 0.5
    for translator in _installed:
        application.removeTranslator(translator)
        translator.deleteLater()
    _installed.clear()
    _language, _catalogue = language, catalogue_of(language)
    if language == ENGLISH:
        return language
    for name, folder in (
        (f"pt2k_{language}.qm", str(resource("translations"))),
        (f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
    ):
        translator = QTranslator(application)
        if translator.load(name, folder):
            _installed.append(translator)
            application.installTranslator(translator)
    return language
