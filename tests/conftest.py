"""What every test shares: its own home for the application's state, no display, a fair share of the processor."""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

# Before Qt or a framework is imported. Several test processes share the machine: a framework that takes every core for
# itself makes all of them slower, and its threads wait for each other.
_SHARE = max(1, (os.cpu_count() or 1) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", str(_SHARE))
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# One list of fonts for all tests: each has a home of its own, and would look at every font again.
os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir()) / "pt2k-tests-matplotlib"))


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the settings, sessions and logs of the person who runs it."""
    home = tmp_path / "pt2k-home"
    monkeypatch.setenv("PT2K_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def script() -> Callable[[str], ModuleType]:
    """The script of that path below ``packaging``, a folder of scripts and no package, as a module."""

    def load(path: str) -> ModuleType:
        file = Path(__file__).resolve().parent.parent / "packaging" / path
        spec = importlib.util.spec_from_file_location(f"packaging_{file.stem}", file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long runs only on request."""
    if os.environ.get("PT2K_FULL") == "1":
        return
    for item in items:
        if item.get_closest_marker("full"):
            item.add_marker(pytest.mark.skip(reason="a long run: set PT2K_FULL=1"))
