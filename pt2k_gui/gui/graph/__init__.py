"""The network as a picture: boxes and edges that are laid out below the window, drawn and linked here."""
