"""Names for Keras layers, from PyTorch's module paths: ``layer1.0.conv1`` becomes ``layer1_0_conv1``."""

from __future__ import annotations

import re


class Names:
    """Hands out names that Keras accepts on every backend (no dot, no slash) and that are unique in one model."""

    def __init__(self) -> None:
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """``wanted`` made acceptable, with a number behind it if it is taken."""
        name = sanitised(wanted)
        if name not in self._next:
            self._next[name] = 1
            return name
        while True:
            candidate = f"{name}_{self._next[name]}"
            self._next[name] += 1
            if candidate not in self._next:
                self._next[candidate] = 1
                return candidate


def sanitised(name: str) -> str:
    """Letters, digits, underscores and hyphens only, and no underscore in front (TensorFlow's scopes refuse it)."""
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-")
    return cleaned or "value"


def snake_case(name: str) -> str:
    """``GlobalAveragePool`` as ``global_average_pool``."""
    text = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text).lower()
