"""Environment of the frameworks: folders of PT2K's own, so that a ``keras.json`` or a ``matplotlibrc`` of the
user's other work changes no conversion and no plot, and nothing of ours lies about in the home folder.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from pt2k_gui.paths import cache_folder


def settle() -> None:
    """Set the environment for this process and its children; to be called before a framework is imported."""
    with contextlib.suppress(OSError):  # without a cache folder the frameworks find places of their own
        cache = cache_folder()
        os.environ["KERAS_HOME"] = str(cache / "keras")
        # A frozen application gets a temporary folder here from its boot loader, and would read every font at each start.
        if "MPLCONFIGDIR" not in os.environ or getattr(sys, "frozen", False):
            os.environ["MPLCONFIGDIR"] = str(cache / "matplotlib")
    # Several processes work at once, and a thread that waits for its share by spinning takes a core from the others: where four
    # threads want two cores, ResNet-18 takes a fifth of the time without.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if "tensorflow" not in sys.modules and not any(isinstance(finder, _TritonFirst) for finder in sys.meta_path):
        sys.meta_path.insert(0, _TritonFirst())


class _TritonFirst(MetaPathFinder):
    """Imports Triton before TensorFlow, once. PyTorch's builds for graphics cards bring it, and its exporter imports it. Both
    hold an LLVM; where TensorFlow's is there first, Triton's ends the process: "option registered more than once"."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name == "tensorflow":
            sys.meta_path.remove(self)
            with contextlib.suppress(Exception):  # it is not there, or can't be used on this machine
                importlib.import_module("triton")
        return None
