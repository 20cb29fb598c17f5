"""The rules that keep the house: who may import whom, and that importing PT2K is cheap."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "pt2k_gui"
ROOMS = ("sources", "digits", "export", "convert", "verify", "save", "report", "jobs")
HEAVY = {"torch", "tensorflow", "keras", "onnxruntime"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def _room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def _imports(path: Path) -> Iterator[str]:
    """Every imported module's full name, wherever in the file the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_the_rules_see_the_code() -> None:
    assert len(MODULES) > 30
    assert "PySide6.QtCore" in set(_imports(PACKAGE / "gui" / "worker.py"))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_only_the_window_imports_qt(path: Path) -> None:
    if _room(path) != "gui" and path.name != "app.py":
        assert not [name for name in _imports(path) if name.split(".")[0] in ("PySide6", "shiboken6")]


@pytest.mark.parametrize("path", [m for m in MODULES if _room(m) == "gui"], ids=_name)
def test_the_window_imports_no_framework(path: Path) -> None:
    assert not [name for name in _imports(path) if name.split(".")[0] in HEAVY]


@pytest.mark.parametrize("path", [m for m in MODULES if _room(m) in ROOMS], ids=_name)
def test_a_room_imports_only_rooms_above_it(path: Path) -> None:
    allowed = ROOMS[: ROOMS.index(_room(path)) + 1]
    for name in _imports(path):
        parts = name.split(".")
        if parts[0] == "pt2k_gui" and len(parts) > 1 and (PACKAGE / parts[1]).is_dir():
            assert parts[1] in allowed, f"{name} is not above {_room(path)}"


def test_importing_any_room_loads_no_framework() -> None:
    public = ["pt2k_gui", *(f"pt2k_gui.{room}" for room in ROOMS)]
    jobs = [f"pt2k_gui.jobs.{path.stem}" for path in (PACKAGE / "jobs").glob("*.py") if path.stem != "__init__"]
    code = (
        "import importlib, sys\n"
        f"for name in {[*public, *jobs, 'pt2k_gui.app']!r}: importlib.import_module(name)\n"
        "heavy = {'torch', 'tensorflow', 'keras', 'onnx', 'onnxruntime', 'PySide6', 'matplotlib'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
