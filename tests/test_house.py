"""The rules that keep the house: who may import whom, and that importing PT2K is cheap."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "pt2k_gui"
ROOMS = ("sources", "digits", "export", "convert", "verify", "save", "graph", "report", "history", "jobs", "batch")
HEAVY = {"torch", "tensorflow", "keras", "onnxruntime"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_a_room_imports_only_rooms_above_it_and_only_the_window_imports_qt() -> None:
    """The contracts in ``pyproject.toml``, by import-linter."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    found = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def _imports(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """For each module, from its name to its text, the others that it imports anywhere: within functions and for types too."""
    found: dict[str, set[str]] = {}
    for name, text in sources.items():
        wanted: set[str] = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                wanted |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                within = {f"{node.module}.{alias.name}" for alias in node.names}
                wanted |= within & sources.keys() or {node.module}
        found[name] = (wanted & sources.keys()) - {name}
    return found


def _circle(imports: Mapping[str, set[str]]) -> list[str]:
    """Modules that import each other, one behind another; empty where there are none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {path: ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in MODULES}
    texts = {name.removesuffix(".__init__"): path.read_text(encoding="utf-8") for path, name in names.items()}
    assert _circle(_imports(texts)) == []


def test_a_circle_is_found_also_through_functions_and_types() -> None:
    texts = {
        "a": "def f():\n    from b import g",
        "b": "if TYPE_CHECKING:\n    import c.d",
        "c": "",
        "c.d": "from a import f",
    }
    assert set(_circle(_imports(texts))) == {"a", "b", "c.d"}
    assert _circle(_imports({**texts, "c.d": "import c"})) == []


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


def test_every_room_has_tests_or_the_guide_says_what_guards_its_modules() -> None:
    root = PACKAGE.parent
    imported: set[str] = set()
    for test in (root / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                imported |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    table = (root / "resources" / "guide" / "debugging.md").read_text(encoding="utf-8")
    folders = {
        folder.rstrip("/") for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for folder in row.split("`")
    }
    for module in PACKAGE.rglob("*.py"):
        place = module.relative_to(PACKAGE)
        name = ".".join(("pt2k_gui", *place.with_suffix("").parts)).removesuffix(".__init__")
        folder = place.parent.as_posix() if place.parent.parts else "pt2k_gui"
        own = any((root / "tests" / place.parts[0]).glob("test_*.py"))
        assert own or name in imported or folder in folders, f"{name}: debugging.md does not say what guards it"
