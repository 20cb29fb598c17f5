"""The desktop entry, MIME types, AppStream data, man pages and icons agree with the application and with each other."""

from __future__ import annotations

import configparser
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

import pt2k_gui

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
LINUX = PACKAGING / "linux"
METAINFO = LINUX / "org.pt2k.PT2K.metainfo.xml"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"
Script = Callable[[str], ModuleType]
SUFFIXES = {"*.pt", "*.pt2", "*.pth", "*.onnx", "*.safetensors", "*.ckpt"}


def _mime_types() -> dict[str, set[str]]:
    root = ElementTree.parse(LINUX / "pt2k-mime.xml").getroot()
    return {
        kind.attrib["type"]: {glob.attrib["pattern"] for glob in kind.iter(f"{MIME}glob")}
        for kind in root.iter(f"{MIME}mime-type")
    }


def _desktop_entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(LINUX / "pt2k.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def test_the_man_pages_tell_what_the_commands_take(script: Script) -> None:
    for name, text in script("manpages.py").pages().items():
        written = (LINUX / "man" / name).read_text(encoding="utf-8")
        assert written == text, f"{name} is old: run python packaging/manpages.py"


def test_every_option_stands_in_the_man_page() -> None:
    from pt2k_gui.cli.arguments import parser

    page = (LINUX / "man" / "pt2k.1").read_text(encoding="utf-8").replace(r"\-", "-")
    commands = next(a for a in parser()._actions if a.dest == "command").choices
    assert isinstance(commands, dict)
    for name, command in commands.items():
        section = page.split(f".SS {name}\n")[1].split(".SS ")[0].split(".SH ")[0]
        for action in command._actions:
            for flag in action.option_strings:
                assert flag in ("-h", "--help") or rf"\fB{flag}\fR" in section, f"pt2k {name} {flag}"


@pytest.mark.skipif(not shutil.which("man"), reason="needs man-db")
def test_man_reads_the_pages_without_a_warning() -> None:
    for page in sorted((LINUX / "man").glob("*.1")):
        read = subprocess.run(
            ["man", "--warnings", "--encoding=UTF-8", "--local-file", str(page)], capture_output=True, check=True
        )
        assert not read.stderr
        assert b"SEE ALSO" in re.sub(rb".\x08", b"", read.stdout)


def test_each_kind_of_model_file_has_one_type() -> None:
    patterns = [pattern for patterns in _mime_types().values() for pattern in patterns]
    assert len(patterns) == len(set(patterns))
    assert set(patterns) == SUFFIXES


def test_the_desktop_opens_exactly_those_types_with_the_window() -> None:
    entry = _desktop_entry()
    assert set(entry["MimeType"].strip(";").split(";")) == set(_mime_types())
    assert entry["Exec"] == "pt2k-gui %f"
    provided = ElementTree.parse(METAINFO).getroot().find("provides")
    assert provided is not None
    assert {element.text for element in provided.iter("mediatype")} == set(_mime_types())


def test_a_software_centre_shows_this_version() -> None:
    root = ElementTree.parse(METAINFO).getroot()
    newest = next(root.iter("release"))
    assert newest.attrib["version"] == pt2k_gui.__version__
    assert root.findtext("launchable") == "pt2k.desktop"


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="needs desktop-file-utils")
def test_the_desktop_entry_is_valid() -> None:
    done = subprocess.run(["desktop-file-validate", str(LINUX / "pt2k.desktop")], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("appstreamcli"), reason="needs appstream")
def test_the_appstream_data_is_valid() -> None:
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", "--no-color", str(METAINFO)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not shutil.which("update-mime-database"), reason="needs shared-mime-info")
def test_the_mime_database_takes_the_types(tmp_path: Path) -> None:
    (tmp_path / "packages").mkdir()
    shutil.copy(LINUX / "pt2k-mime.xml", tmp_path / "packages" / "pt2k.xml")
    subprocess.run(["update-mime-database", str(tmp_path)], check=True, capture_output=True)
    lines = (tmp_path / "globs2").read_text(encoding="utf-8").splitlines()
    assert {line.split(":")[2] for line in lines if not line.startswith("#")} == SUFFIXES


def test_the_icon_is_there_in_every_size_and_container(script: Script) -> None:
    icons = script("icons.py")
    for size in icons.HICOLOR_SIZES:
        with Image.open(icons.HICOLOR / f"{size}x{size}" / "apps" / "pt2k.png") as image:
            assert image.size == (size, size)
            assert image.getchannel("A").getextrema() == (0, 255) or size < icons.SMALL
    scalable = icons.HICOLOR / "scalable" / "apps" / "pt2k.svg"
    assert scalable.read_bytes() == icons.APPLICATION.read_bytes()
    with Image.open(icons.ICO) as image:
        assert {width for width, _ in image.info["sizes"]} == set(icons.ICO_SIZES)
    with Image.open(icons.ICNS) as image:
        assert max(width * scale for width, _, scale in image.info["sizes"]) == max(icons.ICNS_SIZES)


def test_the_bitmaps_are_drawn_from_the_svg_of_today(qapp: object, script: Script) -> None:
    icons = script("icons.py")
    drawn = Image.open(io.BytesIO(icons._png(icons._application_icon(64)))).convert("RGBA")
    written = Image.open(icons.HICOLOR / "64x64" / "apps" / "pt2k.png").convert("RGBA")
    difference = np.abs(np.asarray(drawn, np.int16) - np.asarray(written, np.int16)).max(axis=-1)
    # Another release of Qt may smooth an edge otherwise; another drawing differs over whole surfaces.
    assert np.count_nonzero(difference > 16) < 64, "run python packaging/icons.py"
