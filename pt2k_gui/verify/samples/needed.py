"""Packages that read one kind of samples only: imported where they are used, and named where they are missing."""

from __future__ import annotations

import importlib
from typing import Any

from pt2k_gui.problem import Problem
from pt2k_gui.verify import messages

_PACKAGES = {"cv2": "opencv-python-headless"}


def needed(module: str) -> Any:
    """The module. Raises ``Problem`` with the package's name where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = _PACKAGES.get(module, module)
        raise Problem(
            messages.NEEDS_PACKAGE(package=package), hint=messages.INSTALL_PACKAGE(), details=repr(error)
        ) from error
