"""Diagnostics for a bug report: versions, system, the end of the log. Paths of the user's own folders and names are taken
out unless they are wanted."""

from __future__ import annotations

import contextlib
import getpass
import locale
import os
import platform
import re
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pt2k_gui

PACKAGES = (
    "torch",
    "tensorflow-cpu",
    "tensorflow",  # its name on macOS and on ARM
    "keras",
    "onnx",
    "onnxruntime",
    "onnxscript",
    "onnx2keras",
    "PySide6-Essentials",
    "numpy",
    "matplotlib",
)
LOG_LINES = 80

_PART = r"""(?:[^\s"'“”`<>|:;,()\[\]{}\\/]+|[^\s"'“”`<>|:;,.()\[\]{}\\/][^\n"'“”`<>|:;,.()\[\]{}\\/]*)[\\/]"""
"""A folder's name and the separator behind it. A name with blanks has no dot here: else it would take in whole sentences."""
_PATH = re.compile(rf"(?<!http:)(?<!https:)(?<![\w/\\<])(?:[A-Za-z]:[\\/]|\\\\|~?/)(?:{_PART})*")
"""The folders of a path that begins at a root or at home: what follows is a file's own name."""


def versions() -> list[tuple[str, str]]:
    """The packages that take part, and which version of each is here."""
    rows = []
    for package in PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            rows.append((package, version(package)))
    return rows


def report(log: Sequence[str], crashes: str = "", *, paths: bool = False) -> str:
    """The diagnostics as text.

    Args:
        log: the lines of the log, of which the last are taken.
        crashes: the crash log.
        paths: leave folders and the user's name as they are.
    """
    import psutil

    memory = psutil.virtual_memory()
    packed = "packaged" if getattr(sys, "frozen", False) else "installed in a Python environment"
    parts = [
        f"PT2K {pt2k_gui.__version__}, {packed}",
        f"Python {platform.python_version()}, {platform.platform()}, {platform.machine()}",
        f"{os.cpu_count()} processors, {memory.total / 2**30:.1f} GiB of memory, {memory.available / 2**30:.1f} free",
        f"Locale {'.'.join(part or '?' for part in locale.getlocale())}",
        "",
        *(f"{name} {number}" for name, number in versions()),
        "",
        "Log:",
        *(log[-LOG_LINES:] or ["(empty)"]),
    ]
    if crashes:
        parts += ["", "Crash log:", *crashes.splitlines()[-LOG_LINES:]]
    text = "\n".join(parts)
    return text if paths else without_private_paths(text)


def without_private_paths(text: str) -> str:
    """The text with "…/" for every folder, so that only files' own names are left, and "(user)" for the user's name."""
    home = str(Path.home())
    if len(home) > 1:
        text = text.replace(home, "~")
    text = _PATH.sub("…/", text)
    with contextlib.suppress(OSError, KeyError, ImportError):
        name = getpass.getuser()
        if len(name) > 2:
            text = re.sub(rf"\b{re.escape(name)}\b", "(user)", text)
    return text
