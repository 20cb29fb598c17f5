"""Lets the tests of this folder import its other files (the runner of the node tests, the networks)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
