"""The texts of the formats; without any in the process that opens saved files again, where PT2K can't be imported."""

from __future__ import annotations

from typing import Any


class _NoTexts:
    def __getattr__(self, name: str) -> Any:
        return lambda **_: ""


messages: Any
try:
    from pt2k_gui.save import messages as texts

    messages = texts
except ImportError:
    messages = _NoTexts()
