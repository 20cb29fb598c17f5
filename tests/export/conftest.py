"""Lets the tests of this folder import its other files (the sweep over PyTorch's modules and functions)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
