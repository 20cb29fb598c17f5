"""Loads the scripts of ``packaging``, which is a folder of scripts and no package."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture(scope="session")
def script() -> Callable[[str], ModuleType]:
    """The script of that path below ``packaging``, as a module."""

    def load(path: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"packaging_{Path(path).stem}", PACKAGING / path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
