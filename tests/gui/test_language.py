"""The window in another language: every text has a translation, the compiled file holds it, and the window uses it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from pt2k_gui.gui.language import LANGUAGES, language_of, use_language
from pt2k_gui.gui.phrases import phrase
from pt2k_gui.gui.state import Step
from pt2k_gui.messages import EMPTY
from pt2k_gui.resources import resource

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile("[一-鿿]")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", ROOT / "packaging" / "translations.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _messages(file: Path) -> list[tuple[str, str, str]]:
    found = []
    for context in ElementTree.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            name = context.findtext("name", "")
            found.append((name, message.findtext("source", ""), message.findtext("translation", "")))
    return found


@pytest.fixture(params=[language for language in LANGUAGES if language != "en"])
def file(request: pytest.FixtureRequest) -> Path:
    return resource(f"translations/pt2k_{request.param}.ts")


def test_every_text_of_the_window_is_translated(file: Path, script: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / file.name
    shutil.copy(file, copy)
    script.collect(copy, file.stem.removeprefix("pt2k_"))
    assert script.untranslated(copy) == []


def test_a_translation_fills_in_what_the_text_fills_in(file: Path) -> None:
    place = re.compile(r"\{\d\}")
    wrong = [
        (source, translation)
        for _, source, translation in _messages(file)
        if sorted(place.findall(source)) != sorted(place.findall(translation))
    ]
    assert wrong == []


def test_the_compiled_file_holds_every_translation(file: Path) -> None:
    translator = QTranslator()
    assert translator.load(str(file.with_suffix(".qm")))
    missing = [
        source
        for context, source, translation in _messages(file)
        if translator.translate(context, source) != translation
    ]
    assert missing == []


@pytest.fixture
def in_chinese(qapp: QApplication) -> Iterator[None]:
    assert use_language(qapp, "zh_CN") == "zh_CN"
    yield
    use_language(qapp, "en")


@pytest.mark.usefixtures("in_chinese")
def test_the_window_speaks_the_language_that_was_chosen(open_window: Callable[[], Any]) -> None:
    window = open_window().window
    english = [
        shown.text()
        for shown in window.findChildren(QLabel)
        if re.search("[A-Za-z]{3,} [a-z]{2,}", shown.text()) and not CHINESE.search(shown.text())
    ]
    assert english == []
    assert window.bottom.cancel_button.text().strip() == "取消"


def _labels(window: Any) -> list[str]:
    return [shown.text() for shown in window.findChildren(QLabel) if shown.isVisible() and shown.text()]


def test_the_language_is_switched_without_a_restart_and_back(
    open_window: Callable[[], Any], qapp: QApplication, qtbot: QtBot
) -> None:
    window = open_window().window
    english = set(_labels(window))
    try:
        use_language(qapp, "zh_CN")
        qtbot.waitUntil(lambda: window.bottom.cancel_button.text().strip() == "取消", timeout=10000)
        qtbot.waitUntil(lambda: any(CHINESE.search(text) for text in _labels(window)), timeout=10000)
    finally:
        use_language(qapp, "en")
    qtbot.waitUntil(lambda: set(_labels(window)) == english, timeout=10000)


@pytest.mark.usefixtures("in_chinese")
def test_sentences_from_below_are_said_in_the_windows_language() -> None:
    assert phrase(EMPTY(file="/tmp/a.pt")) == "/tmp/a.pt 是空的。"
    assert phrase("A library's own words.") == "A library's own words."


def test_in_english_every_sentence_stays_as_it_is() -> None:
    assert phrase(EMPTY(file="/tmp/a.pt")) == "/tmp/a.pt is empty."


def test_a_language_that_is_not_there_becomes_english_or_the_systems() -> None:
    assert language_of("en") == "en"
    assert language_of("zh_CN") == "zh_CN"
    assert language_of("xx") in LANGUAGES


def test_the_language_changes_while_the_window_is_there_and_nothing_is_lost(
    at: Callable[[Step], Any], qapp: QApplication, qtbot: Any
) -> None:
    window = at(Step.SAVE).window
    window.go(Step.CHECK)
    window.log.add("a line of the log")
    before = window.state.verification
    try:
        use_language(qapp, "zh_CN")
        qtbot.waitUntil(lambda: window.bottom.cancel_button.text().strip() == "取消", timeout=5000)
        assert window.current is Step.CHECK
        assert CHINESE.search(window.check_page.headline.text())
        assert window.state.verification is before
        assert "a line of the log" in window.log.toPlainText()
        assert window.bottom.next_button.isEnabled()
    finally:
        use_language(qapp, "en")
    qtbot.waitUntil(lambda: window.bottom.cancel_button.text().strip() == "Cancel", timeout=5000)
    assert window.check_page.headline.text() == "Keras gives the same answers."


def test_the_settings_are_shown_again_in_the_language_that_was_chosen(
    driver: Any, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QComboBox

    from pt2k_gui.gui.dialogs import SettingsDialog

    titles: list[str] = []

    def shown(dialog: SettingsDialog) -> int:
        titles.append(dialog.windowTitle())
        choice = dialog.findChild(QComboBox, "languageChoice")
        assert choice is not None
        if len(titles) == 1:
            choice.setCurrentIndex(choice.findData("zh_CN"))
        return dialog.result()

    monkeypatch.setattr(SettingsDialog, "exec", shown)
    try:
        driver.window._open_settings()
    finally:
        use_language(qapp, "en")
    assert titles[0] == "Settings"
    assert len(titles) == 2
    assert CHINESE.search(titles[1])
