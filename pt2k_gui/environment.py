"""Environment of the frameworks: folders of PT2K's own, so that a ``keras.json`` or a ``matplotlibrc`` of the
user's other work changes no conversion and no plot, and nothing of ours lies about in the home folder.
"""

from __future__ import annotations

import contextlib
import os
import sys

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
