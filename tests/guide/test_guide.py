"""The guide is complete, says what the window says, leads somewhere with every link, and its commands do what they say."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pt2k_gui.cli import arguments
from pt2k_gui.guide.contents import CHANGES, Page, contents, pages, picture, picture_name
from pt2k_gui.guide.rendering import anchors, as_html, sections, slug
from pt2k_gui.guide.search import search

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "resources" / "guide"
LANGUAGES = ("en", "zh_CN")
UNTRANSLATED = {"node-tests", "operators-pytorch", CHANGES}
"""Lists of names, and the changelog."""
TRANSLATED = [page for part in contents("en") for page in part.pages if page.name not in UNTRANSLATED]
OTHER_COMMANDS = ("pip", "dask")
_COMMAND = "import sys; from pt2k_gui.cli import main; sys.exit(main())"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)


def _all() -> Iterator[tuple[str, Page]]:
    for language in LANGUAGES:
        for page in pages(language).values():
            yield language, page


def test_every_page_is_listed_and_every_translated_one_has_its_translation() -> None:
    listed = {page.file for _, page in _all()}
    assert sorted(path for path in GUIDE.rglob("*.md") if path not in listed) == []
    translated = {page.name for page in TRANSLATED}
    assert translated == {path.stem for path in (GUIDE / "zh_CN").glob("*.md")}
    assert len(translated) >= 26
    assert all(page.file.parent.name == "zh_CN" for name, page in pages("zh_CN").items() if name in translated)


def test_a_translation_has_the_headings_pictures_commands_and_links_of_the_original() -> None:
    for page in TRANSLATED:
        other = pages("zh_CN")[page.name]
        shapes = [
            (
                re.findall(r"^#+ ", re.sub(_BLOCK, "", text), re.M),
                [Path(file).name for file in re.findall(r"\(([^)\s]+\.png)\)", text)],
                [shlex.split(code, comments=True) for kind, code in _BLOCK.findall(text) if kind == "sh"],
                [Path(target.partition("#")[0]).name for target in re.findall(r"\]\(([^)\s]+\.md[^)\s]*)\)", text)],
                [line.count("|") for line in text.splitlines() if line.startswith("|")]
                if page.name != "glossary"
                else [],
            )
            for text in (_by_hand(page), _by_hand(other))
        ]
        for own, theirs in zip(*shapes, strict=True):
            assert own == theirs, page.name


def _by_hand(page: Page) -> str:
    """What of a page a person wrote."""
    text = page.text.partition("<!-- generated")[0]
    return text.partition("## At the top")[0] if page.name == "pipeline-files" else text


def test_the_glossary_has_the_same_words_in_both_languages() -> None:
    tables = [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in pages(language)["glossary"].text.splitlines()
         if line.startswith("| ")][1:]
        for language in LANGUAGES
    ]  # fmt: skip
    assert [(row[0], row[3]) for row in tables[0]] == [(row[0], row[1]) for row in tables[1]]


def test_every_link_leads_to_a_page_and_a_heading_of_it() -> None:
    for language, page in _all():
        here = pages(language)
        for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", re.sub(_BLOCK, "", page.text)):
            file, _, anchor = target.partition("#")
            if file.endswith(".png"):
                shown = [picture(picture_name(file), dark=dark) for dark in (False, True)]
                assert None not in shown and shown[0] != shown[1], (page.file, target)
                assert shown[0] == (page.file.parent / file).resolve(), (page.file, target)
                own = ROOT / "packaging" / "screenshots" / language / Path(file).name
                assert shown[0] == own or not own.exists(), "a window that says what the page says"
                continue
            if page.name == CHANGES:
                continue
            name = Path(file).stem if file else page.name
            assert name in here, (page.file, target)
            assert not anchor or anchor in anchors(here[name]), (page.file, target)
            if name != CHANGES and file:
                places = [page.file.parent / file, GUIDE / "en" / Path(file).name, GUIDE / Path(file).name]
                assert any(place.is_file() for place in places)


def test_the_keys_in_the_guide_are_those_of_the_window() -> None:
    from pt2k_gui.gui.shortcuts import SHORTCUTS

    for language in LANGUAGES:
        text = pages(language)["settings-and-help"].text
        for shortcut in SHORTCUTS:
            if shortcut.name:
                assert shortcut.keys in text, (language, shortcut.keys)


def test_what_is_generated_is_current() -> None:
    found = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "guide.py"), "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert found.returncode == 0, found.stderr[-2000:]


def test_every_problem_is_on_the_page_of_errors_with_a_way_out(script: Callable[[str], ModuleType]) -> None:
    guide = script("guide.py")
    said = guide.collect()
    assert len(said.hints) > 200 and len(said.reasons) > 50
    assert set(said.unresolved) <= {"pt2k_gui/export/refusals.py: first.error.sentence"}
    assert [id for id, hints in said.hints.items() if not hints] == []
    for language in LANGUAGES:
        assert set(said.hints) | set(said.reasons) <= anchors(pages(language)["errors"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_of_the_guide_is_one_that_the_command_line_takes(language: str) -> None:
    parser, checked = arguments.parser(), 0
    for page in pages(language).values():
        for kind, code in _BLOCK.findall(page.text):
            if kind == "sh":
                for line in code.splitlines():
                    words = shlex.split(line, comments=True)
                    if words[0] in OTHER_COMMANDS:
                        continue
                    assert words[0] == "pt2k", line
                    assert parser.parse_args(words[1:]).command == words[1]
                    checked += 1
    assert checked > 15


@pytest.fixture(scope="module")
def after_first_conversion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a reader has done what the first page says."""
    folder = tmp_path_factory.mktemp("reader")
    said = _follow("first-conversion", folder)
    assert said[-1].strip().endswith("(1, 10)")
    assert (folder / "report.html").is_file()
    return folder


@pytest.mark.full
@pytest.mark.parametrize("name", ["formats", "verdict", "quantizing", "training-in-keras", "library"])
def test_the_first_conversion_and_what_follows_do_as_the_guide_says(after_first_conversion: Path, name: str) -> None:
    """Each command and each Python block of the page, in the order in which a reader meets them."""
    said = _follow(name, after_first_conversion)
    if name == "library":
        assert said[-1].startswith("True 10,000 of 10,000 digits agree")
    if name == "quantizing":
        assert (after_first_conversion / "digits.int8.tflite").is_file()


def _follow(name: str, folder: Path) -> list[str]:
    """Do what a page says; returns what was printed each time."""
    said = []
    for kind, code in _BLOCK.findall(pages("en")[name].text):
        if kind == "sh":
            for line in code.splitlines():
                words = shlex.split(line)[1:]
                force = ["-f"] if words[0] == "convert" else []
                said.append(_succeeds([sys.executable, "-c", _COMMAND, *words, *force], folder))
        elif kind == "python" and "model.onnx" not in code:
            file = folder / "block.py"
            file.write_text(code, encoding="utf-8")
            said.append(_succeeds([sys.executable, str(file)], folder))
    return said


def _succeeds(command: list[str], folder: Path) -> str:
    import os

    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    found = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths}, timeout=400
    )
    assert found.returncode == 0, f"{command}\n{found.stdout[-2000:]}\n{found.stderr[-2000:]}"
    return found.stdout


def test_a_search_finds_the_section_that_is_about_it() -> None:
    best = search("noise floor")[0]
    assert (best.section.page.name, best.section.anchor) == ("verdict", "the-noise-floor")
    assert search("NOISE FLOOR")[0].section == best.section
    assert search("噪声基底", "zh_CN")[0].section.page.name == "verdict"
    assert "does not exist" in " ".join(hit.excerpt for hit in search("does not exist"))
    assert search("") == [] and search("   ") == [] and search("qqqq") == []
    assert all("dynamic int8" in hit.section.text.lower() or "dynamic int8" in hit.section.heading.lower()
               for hit in search("dynamic int8")[:3])  # fmt: skip


def test_headings_get_the_anchors_that_github_gives_them() -> None:
    assert slug("Where PT2K keeps things") == "where-pt2k-keeps-things"
    assert slug("Which format?") == "which-format"
    assert slug("噪声基底") == "噪声基底"


def test_links_and_pictures_become_what_the_reader_needs() -> None:
    page = pages("en")["page-check"]
    text = as_html(
        page, link=lambda target: target.replace(".md", ".html"), picture=lambda name: f"pictures/{name[-9:]}"
    )
    assert 'href="verdict.html"' in text and ".md" not in text
    assert 'src="pictures/light.png"' in text
    assert '<h2 id="samples">' in text and "<table>" in text
    assert {section.anchor for section in sections(page)} == {"", "samples", "tabs", "draw-a-digit"}


def test_the_contents_name_parts_in_both_languages() -> None:
    parts = json.loads((GUIDE / "contents.json").read_text(encoding="utf-8"))
    assert all(set(part["title"]) == set(LANGUAGES) for part in parts)


def test_the_web_page_has_every_page_and_nothing_in_it_leads_nowhere(
    script: Callable[[str], ModuleType], tmp_path: Path
) -> None:
    script("guide_site.py").build(tmp_path)
    for language in LANGUAGES:
        written = {file.stem for file in (tmp_path / language).glob("*.html")}
        assert written == set(pages(language))
        index = (tmp_path / language / "index.js").read_text(encoding="utf-8")
        assert len(json.loads(index.removeprefix("window.guideIndex = ").rstrip(";\n"))) > 80
        for file in (tmp_path / language).glob("*.html"):
            for target in re.findall(r'(?:href|src|srcset)="(?!https?:)([^"#?]+)', file.read_text(encoding="utf-8")):
                assert (file.parent / target).is_file(), (file.name, target)
    assert "noise floor" in (tmp_path / "en" / "verdict.html").read_text(encoding="utf-8")


def test_the_tables_of_precisions_are_those_of_the_measured_figures(script: Callable[[str], ModuleType]) -> None:
    bench = script("../tests/benchmarks/bench_quantising.py")
    figures = json.loads(bench.FIGURES.read_text(encoding="utf-8"))
    assert figures
    assert set(figures) <= set(bench.TITLES)
    for language in LANGUAGES:
        text = (GUIDE / language / "quantizing.md").read_text(encoding="utf-8")
        assert text == bench.page(text, figures, language)
