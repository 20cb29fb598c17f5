"""``python -m pt2k_gui``: the window."""

import sys

from pt2k_gui.app import main

if __name__ == "__main__":
    sys.exit(main())
