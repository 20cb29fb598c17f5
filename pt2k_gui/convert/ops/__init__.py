"""The operators, one family a file; each function registers itself (see ``pt2k_gui.convert.registry``)."""
