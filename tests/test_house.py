"""The rules that keep the house: who may import whom, and that importing PT2K is cheap."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
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


LONGEST = 60
LONG = {
    "conv_transpose", "export", "resize",
    "style_sheet", "verdict", "verify", "ImageForm.__init__",
}  # fmt: skip
"""Functions that were longer when the rule came. Whoever shortens one takes it from here; none is added."""


def _functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef, str]]:
    """Each function of a module or of one of its classes: its name, its node, and its class's name."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node, ""
        for part in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(part, ast.FunctionDef):
                name = f"{node.name}.{part.name}" if part.name == "__init__" else part.name  # type: ignore[attr-defined]
                yield name, part, node.name  # type: ignore[attr-defined]


def test_functions_are_short_enough_to_be_read_at_once() -> None:
    long = {
        name
        for path in MODULES
        for name, node, _ in _functions(path)
        if (node.end_lineno or node.lineno) - node.lineno >= LONGEST
    }
    assert long - LONG == set(), f"over {LONGEST} lines: make several of each"
    assert LONG - long == set(), "no longer over the limit: take them from LONG"


def _undocumented(paths: Iterable[Path]) -> list[str]:
    """Public functions without a docstring, but for methods of an interface that another class documents, Qt's own that are
    overridden, and functions whose decorator names the specification."""
    functions = [(path, *found) for path in paths for found in _functions(path)]
    interfaces = {node.name for _, _, node, owner in functions if owner and ast.get_docstring(node)}
    return [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path, name, node, owner in functions
        if not name.startswith("_")
        and not owner.startswith("_")
        and not name.endswith("__init__")
        and not ast.get_docstring(node)
        and not (owner and node.name in interfaces)
        and not any("translates" in ast.unparse(decorator) for decorator in node.decorator_list)
    ]


COMMANDS = re.compile(r"cli/\w+\.py: run")  # documented where they are called


def test_public_functions_say_what_their_names_do_not() -> None:
    below = [path for path in MODULES if "gui" not in path.relative_to(PACKAGE).parts]
    assert [found for found in _undocumented(below) if not COMMANDS.match(found)] == []


def test_no_docstring_opens_with_what() -> None:
    texts = [
        (path, ast.get_docstring(node) or "")
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module)
    ]
    assert [(path.name, text[:40]) for path, text in texts if text.startswith("What ")] == []


def test_a_session_of_onnx_runtime_is_made_in_one_place() -> None:
    made = [
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("InferenceSession")
    ]
    assert set(made) == {"sources/onnx_session.py", "save/formats/onnx_copy.py"}, "the latter runs where PT2K is not"
