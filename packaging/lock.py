"""Writes ``packaging/constraints.txt``: the exact version of every package that the application, its bundle and its tests are
made with. The library itself takes the ranges in ``pyproject.toml``, so that installing it replaces nobody's PyTorch.

    .venv/bin/python packaging/lock.py           writes what is installed in this environment
    .venv/bin/python packaging/lock.py --check   status 1 where a requirement has no version there, or one outside of its range

    pip install -c packaging/constraints.txt ".[app]"    installs the application as it was tested
"""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "packaging" / "constraints.txt"
_HEAD = """# Written by packaging/lock.py: what the application was tested with, for pip install -c; ranges: pyproject.toml.
"""
# One TensorFlow under two names: which of them is installed depends on the machine.
_SAME = {"tensorflow-cpu": "tensorflow", "tensorflow": "tensorflow-cpu"}
_OURS = "pt2k"


def requirements() -> list[Requirement]:
    """Everything that pyproject.toml asks for, the extras' too, on whichever system."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return [found for found in map(Requirement, lines) if canonicalize_name(found.name) != _OURS]


def installed() -> dict[str, str]:
    """The version of each package that is required here, directly or by another one."""
    found: dict[str, str] = {}
    waiting = requirements()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        try:
            package = distribution(_SAME.get(name, name) if not _is_here(name) else name)
        except PackageNotFoundError:
            continue  # of another system, or an option that nobody took
        found[name] = Version(package.version).public
        waiting += [inner for inner in map(Requirement, package.requires or ()) if _applies(inner)]
    return found


def _is_here(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def text(versions: dict[str, str]) -> str:
    """The file's text."""
    return _HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(versions.items()))


def pinned() -> dict[str, str]:
    """The versions that the file holds."""
    lines = (line.partition("#")[0].strip() for line in FILE.read_text(encoding="utf-8").splitlines())
    return dict(line.split("==") for line in lines if line)


def problems() -> list[str]:
    """Requirements whose version is missing, or outside of their range."""
    versions, found = pinned(), []
    for requirement in requirements():
        version = versions.get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{requirement.name} has no version in {FILE.name}: run packaging/lock.py")
        elif not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{requirement.name}: {version} is not {requirement.specifier}")
    return found


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        wrong = problems()
        print("\n".join(wrong), end="\n" if wrong else "")
        return int(bool(wrong))
    FILE.write_text(text(installed()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
