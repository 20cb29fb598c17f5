"""Interpreters that the user's code can run in: finds them and tells their versions from files alone, without starting any.

An environment that lies beside a downloaded repository is a program of a stranger's like any other in it.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pt2k_gui.problem import Problem
from pt2k_gui.sources import interpreter_messages

_PROGRAMS = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe")  # below an environment's folder
_ENVIRONMENTS = ("venv", ".venv", "env", ".env", "virtualenv")
_LEVELS = 4  # folders above the model in which environments are looked for
LEAST_PYTHON, LEAST_TORCH = (3, 8), (1, 13)


@dataclass(frozen=True)
class Interpreter:
    """One interpreter as its files show it.

    Args:
        path: of the program.
        name: of the environment, for a list.
        python, torch: versions; empty where the files don't tell, or PyTorch is not installed there.
        note: why it can't be used; empty where nothing speaks against it.
    """

    path: str
    name: str
    python: str = ""
    torch: str = ""
    note: str = ""

    def text(self) -> str:
        """In one line: name, versions, and what speaks against it."""
        parts = [f"Python {self.python}" if self.python else "", f"PyTorch {self.torch}" if self.torch else ""]
        return ", ".join([self.name, *(part for part in parts if part), *([self.note] if self.note else [])])


def resolve(text: str) -> str:
    """The program that ``text`` means: a path, an environment's folder, or a command on the PATH.

    Raises:
        Problem: there is no such program.
    """
    place = Path(text).expanduser()
    if place.is_dir():
        found = next((place / name for name in _PROGRAMS if (place / name).is_file()), None)
        if found is None:
            raise Problem(
                interpreter_messages.NO_PYTHON_IN(folder=place),
                hint=interpreter_messages.GIVE_INTERPRETER(),
            )
        return str(found.absolute())
    if not place.is_file() and os.sep not in text and "/" not in text:
        command = shutil.which(text)
        place = Path(command) if command else place
    if not place.is_file():
        raise Problem(interpreter_messages.NO_INTERPRETER(python=text), hint=interpreter_messages.GIVE_PROGRAM())
    if not os.access(place, os.X_OK):
        raise Problem(interpreter_messages.NOT_A_PROGRAM(file=place), hint=interpreter_messages.GIVE_INTERPRETER())
    # Not resolved further: an environment's interpreter is a link, and is the environment's by its place alone.
    return str(place.absolute())


def look_at(program: str) -> Interpreter:
    """Facts from the files around an interpreter."""
    path = Path(program)
    home = path.parent.parent if path.parent.name in ("bin", "Scripts") else path.parent
    settings = _settings(home)
    python = settings.get("version") or settings.get("version_info") or _version_beside(path, home)
    torch = next((found for folder in _packages(path, home, settings, python) if (found := _torch_in(folder))), "")
    name = home.name if settings or (home / "conda-meta").is_dir() else str(path)
    if name in _ENVIRONMENTS:
        name = f"{home.parent.name}/{name}"
    return Interpreter(program, name, python, torch, _against(python, torch))


def _against(python: str, torch: str) -> str:
    if python and _numbers(python) < LEAST_PYTHON:
        return interpreter_messages.OLDER_PYTHON(least=".".join(map(str, LEAST_PYTHON)))
    if torch and _numbers(torch) < LEAST_TORCH:
        return interpreter_messages.OLDER_TORCH(least=".".join(map(str, LEAST_TORCH)))
    return "" if torch or not python else interpreter_messages.WITHOUT_TORCH()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _settings(home: Path) -> dict[str, str]:
    """A virtual environment's ``pyvenv.cfg``; empty where there is none."""
    try:
        lines = (home / "pyvenv.cfg").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _version_beside(path: Path, home: Path) -> str:
    """From conda's records, or from the name of the program that a link leads to, or of its library's folder."""
    for record in sorted((home / "conda-meta").glob("python-3*.json")):
        return record.name.removeprefix("python-").split("-", 1)[0]
    for place in (path.resolve(), *sorted((home / "lib").glob("python3.*"))):
        found = re.fullmatch(r"python(3\.\d+)", place.name)
        if found:
            return found[1]
    return ""


def _packages(path: Path, home: Path, settings: dict[str, str], python: str) -> Iterator[Path]:
    minor = ".".join(python.split(".")[:2])
    yield home / "lib" / f"python{minor}" / "site-packages"
    yield home / "Lib" / "site-packages"
    if not settings or settings.get("include-system-site-packages") == "true":
        roots = [Path(settings["home"]).parent] if "home" in settings else [home, path.resolve().parent.parent]
        for root in roots:
            yield root / "lib" / f"python{minor}" / "site-packages"
            yield root / "local" / "lib" / f"python{minor}" / "dist-packages"
            yield root / "lib" / "python3" / "dist-packages"
        yield Path.home() / ".local" / "lib" / f"python{minor}" / "site-packages"


def _torch_in(folder: Path) -> str:
    try:
        text = (folder / "torch" / "version.py").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = re.search(r"^__version__(?:\s*:\s*\w+)?\s*=\s*['\"]([^'\"]+)['\"]", text, re.MULTILINE)
    return found[1] if found else "of an unknown version"


def find(near: Iterable[str | Path] = (), recent: Iterable[str] = ()) -> tuple[Interpreter, ...]:
    """Interpreters in the order in which they are likely meant, each once: beside ``near`` (a model, its code) and the
    folders above, the active environment, recent ones, conda's other environments.

    PT2K's own is not among them.
    """
    found: dict[str, Interpreter] = {}
    own = {str(Path(sys.prefix).absolute()), str(Path(sys.executable).absolute().parent.parent)}
    programs = [*_beside(near), *_active(), *(path for path in recent if Path(path).is_file()), *_of_conda()]
    for program in programs:
        home = str(Path(program).absolute().parent.parent)
        if home not in own and program not in found:
            found[program] = look_at(program)
    return tuple(found.values())


def _beside(near: Iterable[str | Path]) -> Iterator[str]:
    for place in near:
        start = Path(place).absolute()
        for folder in ([start] if start.is_dir() else []) + list(start.parents)[:_LEVELS]:
            for name in _ENVIRONMENTS:
                yield from _program_in(folder / name)


def _active() -> Iterator[str]:
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if os.environ.get(variable):
            yield from _program_in(Path(os.environ[variable]))
    if sys.platform != "win32" and (system := Path("/usr/bin/python3")).is_file():
        yield str(system)


def _of_conda() -> Iterator[str]:
    """Those that conda lists, and those in the usual places."""
    listed = Path.home() / ".conda" / "environments.txt"
    try:
        folders = [Path(line) for line in listed.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        folders = []
    for name in ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba"):
        folders += [Path.home() / name, *sorted((Path.home() / name / "envs").glob("*"))]
    for folder in folders:
        yield from _program_in(folder)


def _program_in(folder: Path) -> Iterator[str]:
    """The interpreter of an environment; nothing where the folder is none."""
    if (folder / "pyvenv.cfg").is_file() or (folder / "conda-meta").is_dir():
        for name in _PROGRAMS:
            if (folder / name).is_file():
                yield str(folder / name)
                return
