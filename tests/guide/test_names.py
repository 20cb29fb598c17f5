"""What the guide calls by a name has that very name in the program: buttons, tabs, settings, formats, options, and limits."""

from __future__ import annotations

import argparse
import importlib
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pt2k_gui.cli import arguments
from pt2k_gui.guide.contents import CHANGES, Page, pages
from pt2k_gui.message import declared, read_catalogue

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGES = ("en", "zh_CN")
CONTROLS = {"en": r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", "zh_CN": r"“([^”]+)”"}
"""How a page writes what is seen in the window: English in italics, Chinese in quotation marks."""
QUOTED = r'"([A-Z][^"\n]+)"'
HEADS = r"^- \*\*([^*]+)\*\*"
OF_THE_WINDOW = ("page-check", "page-convert", "page-save", "settings-and-help")
"""Pages whose lists begin with names of the window."""
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.M | re.S)


@cache
def _said(language: str) -> frozenset[str]:
    """Every text of the window and every message, without keys, arguments at the end and marks."""
    window = ElementTree.parse(TRANSLATIONS / "pt2k_zh_CN.ts").getroot()
    if language == "en":
        for file in (ROOT / "pt2k_gui").rglob("*messages.py"):
            importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        texts = [message.findtext("source", "") for message in window.iter("message")]
        texts += [template.english for template in declared().values()]
    else:
        texts = [message.findtext("translation", "") for message in window.iter("message")]
        texts += read_catalogue(TRANSLATIONS / f"messages_{language}.json").texts.values()
    heads = [re.split(r"[:：]", text)[0] for text in texts]  # "Keep the model trainable: BatchNorm ..."
    return frozenset(_plain(text) for text in (*texts, *heads))


def _plain(text: str) -> str:
    text = re.sub(r"[(（]&?[A-Z][)）]", "", text).replace("&", "")
    return " ".join(re.sub(r"\s*[(（]\{0\}[)）]$", "", text).split()).strip(" …:：.。")


def _text(page: Page) -> str:
    return re.sub(_FENCE, "", page.text.partition("<!-- generated")[0])


def _pages(language: str) -> list[Page]:
    found = [page for page in pages(language).values() if page.name != CHANGES]
    return [page for page in found if language == "en" or page.file.parent.name == language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_that_the_guide_names_is_in_the_window(language: str) -> None:
    missing, checked = [], 0
    for page in _pages(language):
        if page.name in ("glossary", "operators", "operators-pytorch", "architecture"):  # about words, not the window
            continue
        names = re.findall(CONTROLS[language], _text(page))
        if page.file.parent.name in LANGUAGES:
            names += re.findall(QUOTED, re.sub(r"`[^`]*`", "", _text(page)))
        if page.name in OF_THE_WINDOW:
            names += re.findall(HEADS, _text(page), re.M)
        for name in names:
            checked += 1
            if _plain(name) not in _said(language):
                missing.append((page.name, name))
    assert not missing, missing
    assert checked > 80


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("page", "column"), [("page-check", 0), ("page-convert", 0)])
def test_choices_and_stages_in_tables_are_those_of_the_window(language: str, page: str, column: int) -> None:
    rows = _rows(pages(language)[page])
    assert len(rows) >= 4
    for row in rows:
        assert _plain(row[column]) in _said(language), row


@pytest.mark.parametrize("language", LANGUAGES)
def test_formats_have_their_names_and_endings(language: str) -> None:
    from pt2k_gui.save.formats import FORMATS

    catalogue = read_catalogue(TRANSLATIONS / "messages_zh_CN.json").texts if language != "en" else {}

    def title(format_: object) -> str:
        message = getattr(format_, "title", "")
        return str(catalogue.get(getattr(message, "id", ""), message))

    listed = {row[0]: re.findall(r"`([^`]+)`", row[1]) for row in _rows(pages(language)["formats"])}
    folders = {format_.name for format_ in FORMATS if format_.folder}
    assert listed == {
        title(format_): []
        if format_.name in folders
        else [format_.suffix, *([format_.beside] if format_.beside else [])]
        for format_ in FORMATS
    }
    precisions = {row[0] for row in _rows(pages(language)["quantizing"])}
    assert precisions == {title(format_) for format_ in FORMATS if format_.name.startswith("tflite")}


def _rows(page: Page) -> list[list[str]]:
    """The first table's rows, without its head."""
    table = re.search(r"(?:^\|.*\n)+", page.text, re.M)
    assert table is not None
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in table[0].splitlines()[2:]]


@cache
def _options() -> dict[str, frozenset[str]]:
    """The options of each command."""

    def of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, frozenset[str]]]:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                for name, command in action.choices.items():
                    inner = dict(of(command))
                    own = frozenset(option for part in command._actions for option in part.option_strings)
                    yield name, own.union(*inner.values())

    return dict(of(arguments.parser()))


def _code(text: str) -> Iterator[str]:
    """Each line of code of a page: of its blocks, and between backticks."""
    for _, block in _FENCE.findall(text):
        yield from block.splitlines()
    rest = _FENCE.sub("", text)
    yield from re.findall(r"`([^`]+)`", rest)
    yield from re.findall(r"^    (pt2k .*)$", rest, re.M)


def test_every_option_that_the_guide_and_the_readme_name_is_one_of_the_command_line() -> None:
    anything = frozenset().union(*_options().values())
    texts = {str(page.file.relative_to(ROOT)): page.text for language in LANGUAGES for page in _pages(language)}
    texts["README.md"] = (ROOT / "README.md").read_text(encoding="utf-8")
    wrong, checked = [], 0
    for file, text in texts.items():
        for line in _code(text):
            words = line.split("  ")[0].split()
            own = words[:1] == ["pt2k"] or line.startswith("-")
            for option in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", line) if own else ():
                command = words[1] if words[0] == "pt2k" and len(words) > 1 else ""
                checked += 1
                if option not in _options().get(command, anything):
                    wrong.append((file, line, option))
    assert wrong == []
    assert checked > 150


def test_limits_that_the_guide_states_are_those_of_the_program() -> None:
    from pt2k_gui.batch import parcel
    from pt2k_gui.gui import notifying
    from pt2k_gui.history import store
    from pt2k_gui.save.litert import writing
    from pt2k_gui.sources import interpreters
    from pt2k_gui.verify import comparison

    python, torch = (".".join(map(str, version)) for version in (interpreters.LEAST_PYTHON, interpreters.LEAST_TORCH))
    stated = {
        "many-models": (f"{store.MOST_MEGABYTES:.0f} MB", f"{parcel._MOST / 1e9:.0f} GB"),
        "quantizing": (f"{writing._CALIBRATION_SAMPLES}", f"{100 * comparison.LEAST_AGREEMENT:.0f} %"),
        "your-repository": (f"Python {python}", f"PyTorch {torch}"),
    }
    for language in LANGUAGES:
        for name, figures in stated.items():
            for figure in figures:
                assert figure in pages(language)[name].text, (language, name, figure)
    assert notifying.LONG == 10
    assert "ten seconds" in pages("en")["settings-and-help"].text
    assert "十秒" in pages("zh_CN")["settings-and-help"].text
