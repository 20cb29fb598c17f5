"""``python -m pt2k_gui.cli``: the command line without its script."""

import sys

from pt2k_gui.cli import main

if __name__ == "__main__":
    sys.exit(main())
