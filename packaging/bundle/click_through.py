"""Walks the running window through the digits as a person would: looks for each thing by its name in the accessibility
tree, moves the pointer there and clicks. Knows nothing of PT2K's code; the window may be the packaged one.

    /usr/bin/python3 packaging/bundle/click_through.py FOLDER SEEN_FROM_HERE PICTURES

FOLDER is what gets typed on the Save page, and SEEN_FROM_HERE the same folder where the window sees another root.

Needs DISPLAY, a session bus with the accessibility bus, ``xdotool`` and PyGObject (Debian: python3-gi, gir1.2-atspi-2.0).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from accessible import nameless  # noqa: E402
from gi.repository import Atspi, GLib  # noqa: E402

PATIENCE = 600.0  # seconds for one step
EPOCHS = "3"


def main(arguments: list[str]) -> int:
    walk = Walk(arguments[0], Path(arguments[1]), Path(arguments[2]))
    walk.train()
    walk.next_to("Convert")
    walk.convert()
    walk.check()
    walk.save()
    walk.close()
    return 0


class Walk:
    """The hand on the mouse, and the eye on the tree."""

    def __init__(self, typed: str, output: Path, pictures: Path) -> None:
        self._typed = typed
        self.output = output
        self._pictures = pictures

    def train(self) -> None:
        self.say("training the MLP")
        self.click("check box", "MLP")
        self.type_into("spin button", "Epochs", EPOCHS)
        self.click("push button", "Train")
        self.until("training ends", lambda: self.enabled("push button", "Next"))
        self.picture("model")

    def next_to(self, button: str) -> None:
        """Through the Input page to the page that has this button."""
        self.click("push button", "Next")
        self.picture("input")
        self.until("the dry run ends", lambda: self.enabled("push button", "Next"))
        self.click("push button", "Next")
        self.until(f"the button {button} shows", lambda: self.find("push button", button) is not None)

    def convert(self) -> None:
        self.say("converting")
        if self.enabled("push button", "Convert"):
            self.click("push button", "Convert")
        self.until("the conversion ends", lambda: self.enabled("push button", "Next"))
        self.picture("convert")

    def check(self) -> None:
        self.say("checking")
        self.click("push button", "Next")
        same = "same answers"
        self.until("the verdict shows", lambda: any(same in name for name in self.names("label")))
        self.picture("check")
        self.until("the check ends", lambda: self.enabled("push button", "Next"))

    def save(self) -> None:
        self.say("saving")
        self.click("push button", "Next")
        self.type_into("text", "Folder", self._typed)
        self.click("push button", "Save")
        self.until("the file is written", lambda: any(self.output.glob("*.keras")))
        self.until("the file is checked", lambda: self.enabled("push button", "Open folder"))
        self.picture("save")

    def close(self) -> None:
        subprocess.run(["xdotool", "key", "ctrl+q"], check=True)

    # What the walk is made of.

    def click(self, role: str, name: str) -> None:
        self.until(f"{role} {name!r} can be clicked", lambda: self.enabled(role, name))
        place = [str(value) for value in self.place(role, name)]
        subprocess.run(["xdotool", "mousemove", *place, "sleep", "0.2", "click", "1"], check=True)
        time.sleep(0.5)

    def place(self, role: str, name: str) -> tuple[int, int]:
        """Where to click, once it holds still: on a busy machine a page that has just come is still being laid out."""
        seen: list[tuple[int, int]] = []

        def still() -> bool:
            found = self.find(role, name)
            if found is None:
                return False
            box = Atspi.Component.get_extents(found, Atspi.CoordType.SCREEN)
            seen.append((box.x + min(box.width // 2, 60), box.y + box.height // 2))
            return len(seen) > 1 and seen[-1] == seen[-2]

        self.until(f"{role} {name!r} holds still", still)
        return seen[-1]

    def type_into(self, role: str, name: str, text: str) -> None:
        """Type, and look at what stands there: again if it is not what was typed."""

        def typed() -> bool:
            self.click(role, name)
            subprocess.run(["xdotool", "key", "ctrl+a", "type", "--delay", "20", text], check=True)
            subprocess.run(["xdotool", "key", "Tab"], check=True)
            time.sleep(0.5)
            return bool(Atspi.Text.get_text(self.find(role, name), 0, -1) == text)

        self.until(f"{name!r} holds {text!r}", typed)

    def enabled(self, role: str, name: str) -> bool:
        found = self.find(role, name)
        return found is not None and _has(found, Atspi.StateType.ENABLED)

    def find(self, role: str, name: str) -> Any:
        """The first that shows of this role, with this name or one that begins with it and a full stop."""
        for element in self.showing(role):
            if element.get_name() == name or element.get_name().startswith(f"{name}. "):
                return element
        return None

    def names(self, role: str) -> list[str]:
        return [element.get_name() for element in self.showing(role)]

    def showing(self, role: str) -> Iterator[Any]:
        for element in _all(Atspi.get_desktop(0)):
            try:
                if element.get_role_name() == role and _has(element, Atspi.StateType.SHOWING):
                    yield element
            except GLib.Error:  # it went away while we looked
                continue

    def until(self, what: str, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                self.picture("failed")
                raise TimeoutError(f"waited {PATIENCE:.0f} s in vain until {what}")
            time.sleep(0.3)

    def picture(self, name: str) -> None:
        """What the page looks like, and what a screen reader is told of it: everything there has a name."""
        parts = nameless()[1] if name != "failed" else []
        if parts:
            raise AssertionError(f"without a name on the page {name}:\n" + "\n".join(parts))
        if shutil.which("import"):
            subprocess.run(["import", "-window", "root", str(self._pictures / f"{name}.png")], check=False)

    def say(self, what: str) -> None:
        print(f"  {what}", flush=True)


def _all(element: Any) -> Iterator[Any]:
    """What is below an element, but nothing inside of what is hidden: a page that is not open may hold thousands of cells."""
    try:
        count = element.get_child_count()
        children = [element.get_child_at_index(number) for number in range(count)]
    except GLib.Error:
        return
    for child in children:
        try:
            hidden = child is None or (
                child.get_role_name() != "application" and not _has(child, Atspi.StateType.SHOWING)
            )
        except GLib.Error:  # it went away while we looked
            continue
        if not hidden:
            yield child
            yield from _all(child)


def _has(element: Any, state: Any) -> bool:
    return bool(element.get_state_set().contains(state))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
