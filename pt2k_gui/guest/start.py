"""Begins the guest: keeps the pipes for itself, finds PT2K's modules and PyTorch, and answers until PT2K is gone.

Run by path in the user's interpreter, with the folder ``pt2k_gui`` as its argument.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import signal
import sys
from pathlib import Path
from typing import Any


def main(package: Path) -> None:
    """Serve the messages that come in at standard input; what the user's code prints goes to standard error."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb", 0), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)  # code that asks for a key gets the end of its input
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    sys.stdout.flush()
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches every process of the terminal; PT2K ends this one
    _load(package).install(package)
    sys.dont_write_bytecode = True  # a repository stays as it is
    from pt2k_gui.guest.serving import serve
    from pt2k_gui.sources import wire

    try:
        import torch
    except BaseException as error:  # a broken installation may fail in any way, or try to exit
        found: Any = {"error": f"{type(error).__name__}: {error}"}
    else:
        found = {"torch": str(torch.__version__)}
    wire.send(outgoing, {**found, "python": platform.python_version(), "path": sys.executable})
    if "torch" in found:
        serve(incoming, outgoing)


def _load(package: Path) -> Any:
    """The loader, which can't be imported by its name before it serves."""
    name = "pt2k_gui_loader"
    spec = importlib.util.spec_from_file_location(name, str(package / "guest" / "loader.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(Path(sys.argv[-1]))
