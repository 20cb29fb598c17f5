"""Keeps Python's own ``None``, ``True``, ``False`` and ``NotImplemented`` alive below Python 3.12.

PySide6 6.12 returns them without counting the reference: built with the headers of a Python in which they are immortal
(PEP 683, 3.12), it runs on 3.11 too, where they are not. Each ``emit()`` takes one reference to ``True``, each method without
a result one to ``None``, until the interpreter aborts ("bool_dealloc: deallocating True or False"), at its exit or in the
middle of the work. PySide6 6.11 counts them.
"""

from __future__ import annotations

import ctypes
import sys

_NEVER_USED_UP = 1 << 40  # references; a million a second for twelve days


def keep() -> None:
    """Give them as many references as nobody can use up, which is what 3.12 does. Does nothing from 3.12 on."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for value in (None, True, False, NotImplemented):
        ctypes.c_ssize_t.from_address(id(value)).value += _NEVER_USED_UP
