"""Lets the tests of this room use the networks that the converter is tested with, and what tests share."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / room) for room in ("convert", "shared")]
