"""The library asks for ranges and for no PyTorch; the application has one exact version of everything."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FRAMEWORKS = {"torch", "tensorflow", "tensorflow-cpu", "jax"}


def test_installing_the_library_brings_no_framework_not_even_by_what_it_needs() -> None:
    seen: set[str] = set()
    waiting = [Requirement(line) for line in PROJECT["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in seen:
            seen.add(name)
            inner = map(Requirement, requires(requirement.name) or ())
            waiting += [r for r in inner if r.marker is None or r.marker.evaluate({"extra": ""})]
    assert {"keras", "onnx", "numpy", "protobuf"} <= seen
    assert seen & FRAMEWORKS == set()


def test_the_library_asks_for_ranges() -> None:
    pinned = [line for line in PROJECT["dependencies"] if "==" in line or ">=" not in line]
    assert pinned == [], "an exact version belongs into packaging/constraints.txt (packaging/lock.py writes it)"


def test_every_requirement_has_one_exact_version_within_its_range() -> None:
    found = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "lock.py"), "--check"], capture_output=True, text=True
    )
    assert found.returncode == 0, found.stdout + found.stderr
