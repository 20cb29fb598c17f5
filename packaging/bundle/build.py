"""Builds the packaged application in the environment that ``packaging/dev.py bundle`` provides: stages the packages, runs
PyInstaller, tells what was left out, and on Linux makes the ``.deb`` and the ``.tar.xz``.

    python packaging/bundle/build.py [--quick]

``--quick`` makes the application alone, with no library stripped and no file compiled anew: for tests.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import archives
import contents
import debian

ROOT = contents.ROOT
BUILD = ROOT / "build" / "bundle"
DIST = ROOT / "dist"
APPLICATION = DIST / "pt2k"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="packaging/dev.py bundle", description="Build the packaged application.")
    parser.add_argument("--quick", action="store_true", help="the application alone, not stripped: for tests")
    quick = parser.parse_args(arguments).quick
    began = time.monotonic()
    staged = contents.stage(BUILD / "packages", strip=not quick, recompile=not quick)
    print("\n".join(staged.lines()), flush=True)
    _run_pyinstaller(strip=not quick)
    _tell("Application", APPLICATION, began)
    if quick or sys.platform != "linux":
        return 0
    for kind, make in ((".deb", debian.build), (".tar.xz", archives.build)):
        began = time.monotonic()
        _tell(kind, make(APPLICATION, BUILD, DIST), began)
    return 0


def _run_pyinstaller(*, strip: bool) -> None:
    """PyInstaller's own lines go to a file; the spec's account of what it left out is shown."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(BUILD / "work"), str(ROOT / "packaging/bundle/pt2k.spec")]
    environment = {
        **os.environ,
        "PT2K_PACKAGES": str(BUILD / "packages"),
        "PT2K_STRIP": str(int(strip)),
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
