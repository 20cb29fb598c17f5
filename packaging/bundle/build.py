"""Builds the packaged application in the environment that ``packaging/dev.py bundle`` provides: stages the packages, runs
PyInstaller, tells what was left out, and on Linux makes the ``.deb``, the
``.tar.xz`` and the AppImage.

    python packaging/bundle/build.py [--quick] [--level 0-9]

``--quick`` makes the application alone, with no library stripped and no file compiled anew: for tests. ``--level`` is xz's:
9 (the default) takes about 20 minutes of one core for each of the two packages; 0 makes larger ones in a sixth of that.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import appimage
import archives
import contents
import debian
import macos
import windows

ROOT = contents.ROOT
BUILD = ROOT / "build" / "bundle"
DIST = ROOT / "dist"
APPLICATION = DIST / "pt2k"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="packaging/dev.py bundle", description="Build the packaged application.")
    parser.add_argument("--quick", action="store_true", help="the application alone, not stripped: for tests")
    parser.add_argument("--level", type=int, choices=range(10), default=9, help="how hard xz tries (default: 9)")
    options = parser.parse_args(arguments)
    quick: bool = options.quick
    began = time.monotonic()
    staged = contents.stage(BUILD / "packages", strip=not quick, recompile=not quick)
    print("\n".join(staged.lines()), flush=True)
    _run_pyinstaller(quick=quick)
    if quick:
        contents.move_into(BUILD / "packages", APPLICATION / "_internal")
    _tell("Application", APPLICATION, began)
    if quick:
        return 0
    for make in _packages(options.level):
        began = time.monotonic()
        made = make()
        _tell(made.suffix, made, began)
    return 0


def _packages(level: int) -> list[Callable[[], Path]]:
    """What makes this system's packages."""
    if sys.platform == "linux":
        return [
            lambda: debian.build(APPLICATION, BUILD, DIST, level=level),
            lambda: archives.build(APPLICATION, BUILD, DIST, level=level),
            lambda: appimage.build(APPLICATION, BUILD, DIST, level=level),
        ]
    if sys.platform == "darwin":
        return [lambda: macos.build(DIST / "PT2K.app", BUILD, DIST)]
    return [lambda: windows.build(APPLICATION, BUILD, DIST)]


def _run_pyinstaller(*, quick: bool) -> None:
    """PyInstaller's own lines go to a file; the spec's account of what it left out is shown. It copies the staged packages
    and gives the copies new dates, so that no file that pip compiled would count: a quick build puts them in place itself."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(BUILD / "work"), str(ROOT / "packaging/bundle/pt2k.spec")]
    environment = {
        **os.environ,
        "PT2K_PACKAGES": str(BUILD / "packages"),
        "PT2K_QUICK": str(int(quick)),
        "SETUPTOOLS_USE_DISTUTILS": "stdlib",
    }
    log = BUILD / "pyinstaller.log"
    with log.open("w", encoding="utf-8") as stream:
        status = subprocess.run(command, env=environment, stderr=stream, check=False, cwd=ROOT).returncode
    if status:
        print(log.read_text(encoding="utf-8")[-8000:], file=sys.stderr)
        raise SystemExit(f"PyInstaller failed; its messages are above and in {log}.")


def _tell(what: str, path: Path, began: float) -> None:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file() and not p.is_symlink()]
    size = sum(file.stat().st_size for file in files)
    print(f"{what}: {path.relative_to(ROOT)}, {size / 1e6:,.1f} MB, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
