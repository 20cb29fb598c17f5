"""The AppImage: the project's runtime with a squashfs behind it, whose AppRun starts the window or the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="makes packages of Linux")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "bundle"))


@pytest.fixture
def application(tmp_path: Path) -> Path:
    folder = tmp_path / "pt2k"
    folder.mkdir()
    for name in ("pt2k", "pt2k-gui"):
        (folder / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (folder / name).chmod(0o755)
    return folder


def test_apprun_starts_the_window_or_the_command_line(application: Path, tmp_path: Path) -> None:
    import appimage

    folder = appimage.make_folder(application, tmp_path / "scratch")
    run = str(folder / "AppRun")

    def said(*arguments: str, called: str = "") -> str:
        environment = {"PATH": "/usr/bin:/bin", **({"ARGV0": called} if called else {})}
        return subprocess.run(
            [run, *arguments], capture_output=True, text=True, env=environment, check=True
        ).stdout.strip()

    assert said("a b.pt2") == "pt2k-gui a b.pt2"
    assert said("--cli", "run", "pt2k.toml") == "pt2k run pt2k.toml"
    assert said("inspect", "x.pt2", called="/home/me/bin/pt2k") == "pt2k inspect x.pt2"
    assert (folder / "pt2k.desktop").is_file() and (folder / ".DirIcon").exists()
    assert (folder / "usr/share/mime/packages/pt2k.xml").is_file()


@pytest.mark.skipif(not shutil.which("mksquashfs") or not shutil.which("unsquashfs"), reason="needs squashfs-tools")
def test_the_file_is_the_runtime_with_the_folder_behind_it(
    application: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import appimage

    runtime = tmp_path / "runtime"
    shutil.copy("/bin/true", runtime)
    monkeypatch.setenv(appimage.RUNTIME, str(runtime))
    made = appimage.build(application, tmp_path / "scratch", tmp_path, level=1)
    start = runtime.read_bytes()
    assert made.read_bytes().startswith(start)
    assert made.stat().st_mode & 0o111
    command = ["unsquashfs", "-offset", str(len(start)), "-dest", str(tmp_path / "out"), "-no-progress", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    assert (tmp_path / "out/usr/lib/pt2k/pt2k-gui").read_text() == (application / "pt2k-gui").read_text()
    assert subprocess.run([str(made)], check=False).returncode == 0, "it starts the runtime"


def test_without_a_runtime_the_folder_is_made_and_that_is_said(
    application: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import appimage

    monkeypatch.delenv(appimage.RUNTIME, raising=False)
    made = appimage.build(application, tmp_path / "scratch", tmp_path, level=1)
    assert made.name == "PT2K.AppDir"
    assert appimage.RUNTIME in capsys.readouterr().out
    monkeypatch.setenv(appimage.RUNTIME, __file__)
    with pytest.raises(ValueError, match="no program"):
        appimage.build(application, tmp_path / "scratch", tmp_path, level=1)
