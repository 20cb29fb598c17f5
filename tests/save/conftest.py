"""Lets the tests of this room use the networks that the converter is tested with."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "convert"))
