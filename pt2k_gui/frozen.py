"""Beginning of the packaged application, before anything else; run from the source tree none of it is needed."""

from __future__ import annotations

import multiprocessing
import os
import sys

from pt2k_gui.save.reopen import REOPEN

# Set by the executable for itself; a browser or a file manager that the window starts must not load our libraries.
_OWN_PATHS = ("LD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")


def begin() -> None:
    """Serve a child process of this executable if that is what was started (and end), or tidy up the environment."""
    multiprocessing.freeze_support()
    for name in _OWN_PATHS:
        before = os.environ.pop(f"{name}_ORIG", None)
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before
    if sys.argv[1:] == [REOPEN]:
        from pt2k_gui.save import reopen

        reopen.main()
        sys.exit(0)
