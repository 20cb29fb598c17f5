"""What a screen reader is told, heard from outside of the window: the real window on a real desktop bus."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pt2k_gui.resources import resource

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "bundle" / "accessible.py"
PYTHON = "/usr/bin/python3"


def _there() -> bool:
    if not all(map(shutil.which, ("xvfb-run", "dbus-run-session", "xdotool"))) or not Path(PYTHON).exists():
        return False
    asked = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    return subprocess.run([PYTHON, "-c", asked], capture_output=True).returncode == 0


@pytest.mark.xvfb
@pytest.mark.full
@pytest.mark.skipif(not _there(), reason="needs Xvfb, D-Bus, xdotool, and AT-SPI for the system's Python")
def test_every_page_and_dialog_tells_a_screen_reader_what_each_part_is(own_home: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    window = [sys.executable, "-m", "pt2k_gui", str(resource("samples/digits-cnn.pt2"))]
    command = ["xvfb-run", "-a", "-s", "-screen 0 1280x1024x24", "dbus-run-session", "--", PYTHON, str(SCRIPT), *window]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    lines = {line.rpartition("parts")[0].strip().rpartition(" ")[0].strip() for line in done.stdout.splitlines()}
    assert {"Model", "Input", "Convert", "Check", "Save", "Many models", "History", "Settings", "Guide"} <= lines
