"""``install.sh`` of the ``.tar.xz``, around an application of three lines: what it puts where, and what it leaves."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Script = Callable[[str], ModuleType]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a script for Linux")


@pytest.fixture
def unpacked(tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The unpacked archive of a small application, made by the code that makes the real one."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "packaging" / "bundle"))
    application = tmp_path / "application"
    (application / "_internal").mkdir(parents=True)
    (application / "_internal" / "library.txt").write_text("1")
    for name in ("pt2k", "pt2k-gui"):
        (application / name).write_text('#!/bin/sh\ncat "$(dirname "$(readlink -f "$0")")/_internal/library.txt"\n')
        (application / name).chmod(0o755)
    archive = script("bundle/archives.py").build(application, tmp_path / "scratch", tmp_path, level=0)
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", tmp_path], check=True)
    return next(path for path in tmp_path.glob("pt2k-*") if path.is_dir())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "a home"
    (home / ".config" / "pt2k").mkdir(parents=True)
    (home / ".config" / "pt2k" / "settings.json").write_text("{}")
    (home / ".local" / "bin").mkdir(parents=True)
    (home / ".local" / "bin" / "theirs").write_text("")
    return home


def _run(home: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _install(home: Path, script: Path, *options: str) -> None:
    prefix = [] if "--prefix" in options else ["--prefix", str(home / ".local")]  # root's default is the system's
    done = _run(home, "sh", script, *prefix, *options)
    assert (done.returncode, done.stderr) == (0, "")


def _files(home: Path) -> set[str]:
    return {path.relative_to(home).as_posix() for path in home.rglob("*") if not path.is_dir()}


def test_both_commands_and_what_a_desktop_needs_are_put_below_the_prefix(home: Path, unpacked: Path) -> None:
    _install(home, unpacked / "install.sh")
    for name in ("pt2k", "pt2k-gui"):
        assert _run(home, home / ".local/bin" / name).stdout == "1"
    files = _files(home / ".local" / "share")
    assert {"applications/pt2k.desktop", "mime/packages/pt2k.xml", "man/man1/pt2k.1", "man/man1/pt2k-gui.1"} <= files
    assert {f"icons/hicolor/{size}/apps/pt2k.png" for size in ("16x16", "48x48", "256x256")} <= files
    entry = (home / ".local/share/applications/pt2k.desktop").read_text(encoding="utf-8")
    assert f'Exec="{home}/.local/bin/pt2k-gui" %f' in entry.splitlines()


def test_uninstalling_leaves_the_files_of_the_person_and_of_nobody_else(home: Path, unpacked: Path) -> None:
    before = _files(home)
    _install(home, unpacked / "install.sh")
    shutil.rmtree(unpacked)  # the installed copy removes itself
    _install(home, home / ".local/lib/pt2k/install.sh", "--uninstall")
    # Other programs' types of files are in the indexes that the desktop's own tools write there.
    after = {
        name
        for name in _files(home)
        if "/mime/" not in name and not name.endswith(("mimeinfo.cache", "icon-theme.cache"))
    }
    assert after == before
    assert not [path for path in (home / ".local").rglob("*") if "pt2k" in path.name]


def test_an_upgrade_takes_the_old_files_away_and_keeps_the_settings(home: Path, unpacked: Path) -> None:
    (unpacked / "_internal" / "old.txt").write_text("")
    _install(home, unpacked / "install.sh")
    (unpacked / "_internal" / "old.txt").unlink()
    (unpacked / "_internal" / "library.txt").write_text("2")
    _install(home, unpacked / "install.sh")
    assert _run(home, home / ".local/bin/pt2k").stdout == "2"
    assert not (home / ".local/lib/pt2k/_internal/old.txt").exists()
    assert (home / ".config/pt2k/settings.json").is_file()


def test_two_versions_live_below_two_prefixes(home: Path, unpacked: Path) -> None:
    _install(home, unpacked / "install.sh", "--prefix", str(home / "one"))
    (unpacked / "_internal" / "library.txt").write_text("2")
    _install(home, unpacked / "install.sh", "--prefix", str(home / "two"))
    assert [_run(home, home / name / "bin/pt2k").stdout for name in ("one", "two")] == ["1", "2"]
    _install(home, home / "one/lib/pt2k/install.sh", "--uninstall", "--prefix", str(home / "one"))
    assert _run(home, home / "two/bin/pt2k").stdout == "2"


def test_a_folder_that_it_did_not_make_is_not_overwritten(home: Path, unpacked: Path) -> None:
    theirs = home / ".local/lib/pt2k"
    theirs.mkdir(parents=True)
    done = _run(home, "sh", unpacked / "install.sh", "--prefix", home / ".local")
    assert done.returncode == 2
    assert str(theirs) in done.stderr
    assert not list(theirs.iterdir())


def test_removing_what_is_not_installed_is_said_in_a_sentence(home: Path, unpacked: Path) -> None:
    done = _run(home, "sh", unpacked / "install.sh", "--uninstall", "--prefix", home / "elsewhere")
    assert (done.returncode, done.stderr) == (2, f"PT2K is not installed below {home / 'elsewhere'}.\n")
