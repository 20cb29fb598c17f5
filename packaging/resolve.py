"""Checks, without the systems, that everything the application needs has a wheel for each of them: resolves the pinned versions
for Windows, macOS and Linux and for each Python, from the index's metadata. Nothing is installed. Needs uv (``pip install uv``).

    python packaging/resolve.py            prints a line for each system and Python; status 1 where one does not resolve
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLATFORMS = {
    "win_amd64": "x86_64-pc-windows-msvc",
    "macosx_arm64": "aarch64-apple-darwin",
    "manylinux_x86_64": "x86_64-manylinux_2_35",
    "manylinux_aarch64": "aarch64-manylinux_2_39",
}
LEAST_MACOS = "14.0"  # of the wheels of ONNX Runtime and Qt
PYTHONS = ("3.11", "3.12", "3.13")


def resolve(platform: str, python: str, *options: str) -> tuple[bool, str]:
    """Whether it resolves there, and what uv printed."""
    command = [
        shutil.which("uv") or "uv", "pip", "compile", str(ROOT / "pyproject.toml"), "--quiet", "--extra", "app",
        "--only-binary", ":all:", "--python-platform", PLATFORMS[platform], "--python-version", python,
        "--no-header", "--no-annotate", "--constraints", str(ROOT / "packaging" / "constraints.txt"), *options,
    ]  # fmt: skip
    environment = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": LEAST_MACOS}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    return done.returncode == 0, done.stdout if done.returncode == 0 else done.stderr


def main(arguments: list[str]) -> int:
    failed = 0
    for platform in PLATFORMS:
        for python in PYTHONS:
            good, words = resolve(platform, python, *arguments)
            failed += not good
            count = f"{len(words.splitlines())} packages" if good else words.strip()
            print(f"{platform:<18} Python {python}  {'ok' if good else 'NOT'}: {count}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
