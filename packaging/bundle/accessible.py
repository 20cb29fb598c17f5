"""What a screen reader is told: walks the accessibility tree of the running window from outside, page by page and dialog by
dialog, and lists what can be operated or takes the focus without a name or a role. Knows nothing of PT2K's code; the window
may be the packaged one.

    xvfb-run -a dbus-run-session -- /usr/bin/python3 packaging/bundle/accessible.py COMMAND [ARGUMENT ...]

COMMAND opens the window, such as ``.venv/bin/pt2k-gui net.onnx``; it is ended afterwards. Status 1 where something is nameless.
Needs ``xdotool`` and PyGObject (Debian: at-spi2-core, python3-gi, gir1.2-atspi-2.0).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

PATIENCE = 120.0  # seconds for the window, or for one page
STEPS = ("Model", "Input", "Convert", "Check", "Save")
TABS = ("Overview", "Samples", "Outputs", "Numbers", "Layers", "Graph", "Training", "Speed", "Summary")
DIALOGS = {"Settings": "ctrl+comma", "Keyboard shortcuts": "shift+F1", "Guide": "F1"}
OPENED = ("Many models", "History")
WINDOWS = ("dialog", "frame", "window")
OPERATED = {
    "push button", "toggle button", "check box", "radio button", "combo box", "text", "spin button", "slider", "table",
    "tree", "tree table", "list", "page tab", "progress bar", "menu item", "link", "password text",
}  # fmt: skip
"""Roles of what is operated: each needs a name."""
PICTURES = {"filler", "panel", "unknown", "redundant object", "invalid"}
"""What Qt gives widgets of no kind; what takes the focus needs more, or at least a name."""


def main(arguments: list[str]) -> int:
    environment = {**os.environ, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    window = subprocess.Popen(arguments, env=environment)
    try:
        until("the window shows", lambda: find("push button", "Settings") is not None)
        focus()
        until("the model is open", lambda: _all_enabled("Next") or len(arguments) < 2)
        found = {place: nameless() for place in _walk()}
    finally:
        window.terminate()
        window.wait(60)
    bad = 0
    for place, (count, parts) in found.items():
        print(f"{place:<28} {count:>4} parts" + (f", {len(parts)} without a name" if parts else ""), flush=True)
        for part in parts:
            print(f"    {part}")
        bad += len(parts)
    return int(bad > 0)


def _walk() -> Iterator[str]:
    """Bring up each page and dialog; its name, while it shows."""
    for number, step in enumerate(STEPS, start=1):
        focus()
        _keys(f"ctrl+{number}")
        time.sleep(1.0)
        yield step
        for tab in TABS if step == "Check" else ():
            element = find("page tab", tab)
            if element is not None:
                _press(element)
                time.sleep(0.7)
                yield f"{step}: {tab}"
    for name in OPENED:
        element = find("push button", name) or find("check box", name) or find("toggle button", name)
        _press(element)
        time.sleep(1.0)
        yield name
        _keys("Escape")
    for name, keys in DIALOGS.items():
        focus()
        _keys(keys)
        time.sleep(1.5)
        if not any(role in path and name in path for path, _ in _all(Atspi.get_desktop(0), "") for role in WINDOWS):
            shown = sorted({path.split("/")[2] for path, _ in _all(Atspi.get_desktop(0), "") if path.count("/") > 1})
            raise LookupError(f"{keys} opened no {name}, but there are {shown}")
        yield name
        _keys("Escape")


def nameless() -> tuple[int, list[str]]:
    """How many parts show now, and which of them have no name, or take the focus and have no role."""
    count, found = 0, []
    for path, element in _all(Atspi.get_desktop(0), ""):
        try:
            role, name = element.get_role_name(), (element.get_name() or "").strip()
            focusable = _has(element, Atspi.StateType.FOCUSABLE)
        except GLib.Error:  # it went away while we looked
            continue
        count += 1
        if name or path.count("/") <= 2:  # the desktop, the application and its window
            continue
        if role in OPERATED:
            found.append(f"{path}: no name")
        elif focusable:
            found.append(f"{path}: takes the focus, without a name" + ("" if role not in PICTURES else " or a role"))
    return count, found


def find(role: str, name: str) -> Any:
    """The first that shows of this role and name; None if there is none."""
    for _, element in _all(Atspi.get_desktop(0), ""):
        try:
            if element.get_role_name() == role and (
                element.get_name() == name or element.get_name().startswith(f"{name}. ")
            ):
                return element
        except GLib.Error:
            continue
    return None


def focus() -> None:
    """Give the window the keyboard, which no window manager does here."""
    subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--name", "PT2K", "windowfocus"], check=True)


def _all_enabled(button: str) -> bool:
    element = find("push button", button)
    return element is not None and _has(element, Atspi.StateType.ENABLED)


def until(what: str, condition: Callable[[], bool]) -> None:
    """Wait. Raises ``TimeoutError``."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE:.0f} s in vain until {what}")
        time.sleep(0.3)


def _all(element: Any, path: str) -> Iterator[tuple[str, Any]]:
    """What shows below an element, each with its path; the cells of tables have their texts and are left out."""
    try:
        children = [element.get_child_at_index(number) for number in range(element.get_child_count())]
    except GLib.Error:
        return
    for child in children:
        try:
            role = child.get_role_name() if child is not None else "invalid"
            if child is None or (role != "application" and not _has(child, Atspi.StateType.SHOWING)):
                continue
            here = f"{path}/{role} {(child.get_name() or '').strip()!r}"
        except GLib.Error:  # it went away while we looked
            continue
        yield here, child
        if role not in ("table", "tree", "tree table", "list"):
            yield from _all(child, here)


def _has(element: Any, state: Any) -> bool:
    return bool(element.get_state_set().contains(state))


def _press(element: Any) -> None:
    """By its own action, as a screen reader does."""
    actions = [Atspi.Action.get_action_name(element, n) for n in range(Atspi.Action.get_n_actions(element))]
    for wanted in ("Press", "click", "Toggle", "SetFocus"):
        if wanted in actions:
            Atspi.Action.do_action(element, actions.index(wanted))
            return


def _keys(keys: str) -> None:
    subprocess.run(["xdotool", "key", keys], check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
