"""The packaged window starts here."""

import sys

from pt2k_gui import frozen
from pt2k_gui.app import main

if __name__ == "__main__":
    frozen.begin()
    sys.exit(main())
