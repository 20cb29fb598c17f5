"""Makes the Windows installer from the one-folder application, with Inno Setup.

Not yet run on Windows; the setup script itself was compiled and tried under Wine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pt2k_gui

SCRIPT = Path(__file__).resolve().parent.parent / "windows" / "pt2k.iss"


def build(application: Path, scratch: Path, output: Path) -> Path:
    """Make the installer of ``application`` (a folder) in ``output``; returns its path. ``scratch`` is not needed.

    Raises:
        SystemExit: Inno Setup is not installed.
        subprocess.CalledProcessError: its compiler failed; the message is on stderr.
    """
    subprocess.run(command(_compiler(), application, output), check=True)
    return output / f"PT2K-{pt2k_gui.__version__}-windows-x64-setup.exe"


def command(compiler: str, application: Path, output: Path) -> list[str]:
    """The compiler's arguments."""
    values = {"Version": pt2k_gui.__version__, "Application": str(application), "Output": str(output)}
    return [compiler, "/Qp", *(f"/D{name}={value}" for name, value in values.items()), str(SCRIPT)]


def _compiler() -> str:
    places = [os.environ.get("ProgramFiles(x86)", ""), os.environ.get("ProgramFiles", "")]  # noqa: SIM112
    installed = [str(Path(place) / "Inno Setup 6" / "ISCC.exe") for place in places if place]
    found = shutil.which("iscc") or next((path for path in installed if Path(path).is_file()), None)
    if found is None:
        raise SystemExit("The installer needs Inno Setup 6.3 or newer: winget install JRSoftware.InnoSetup")
    return found
