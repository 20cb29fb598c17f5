"""The ``.deb`` around a small program: what Debian's own tools say of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Script = Callable[[str], ModuleType]
TOOLS = ("dpkg-deb", "dpkg-shlibdeps", "xz")

pytestmark = pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)}")


@pytest.fixture
def package(tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "packaging" / "bundle"))
    application = tmp_path / "application"
    application.mkdir()
    for name in ("pt2k", "pt2k-gui"):
        shutil.copy("/bin/true", application / name)
    built: Path = script("bundle/debian.py").build(application, tmp_path / "scratch", tmp_path, level=0)
    return built


def _field(package: Path, name: str) -> str:
    done = subprocess.run(["dpkg-deb", "--field", package, name], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_it_depends_on_the_libraries_that_its_programs_link_to_and_on_a_font(package: Path) -> None:
    depends = _field(package, "Depends")
    assert depends.startswith("libc6 (>= ")
    assert "fonts-dejavu-core | " in depends


def test_both_commands_are_on_the_search_path_and_can_be_run(package: Path, tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "--extract", package, tmp_path / "root"], check=True)
    for name in ("pt2k", "pt2k-gui"):
        subprocess.run([tmp_path / "root/usr/bin" / name], check=True)


@pytest.mark.skipif(not shutil.which("lintian"), reason="needs lintian")
def test_lintian_finds_nothing_to_mend(package: Path) -> None:
    done = subprocess.run(
        ["lintian", "--fail-on", "error,warning", package], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
