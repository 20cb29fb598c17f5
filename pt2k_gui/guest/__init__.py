"""The guest: the part of PT2K that runs in an interpreter of the user's choice, where his packages are.

It needs Python 3.8 and PyTorch 1.13 there, and nothing else: modules of PT2K's other rooms come along, read from PT2K's own
folder by a loader that serves them to older Pythons too (``loader.py``). ``sources/interpreter.py`` starts it and talks to it
(``sources/wire.py``).
"""
