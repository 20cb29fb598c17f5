"""Starts the process that those of ``forked`` are forks of, for several runs of pytest at once, and stays until it is ended.

python tests/shared/server.py FILE     writes its address to FILE
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from forked import address, start_server

if __name__ == "__main__":
    start_server()
    written = Path(sys.argv[1]).with_suffix(".new")
    written.write_text(address(), encoding="utf-8")
    written.replace(sys.argv[1])
    threading.Event().wait()
