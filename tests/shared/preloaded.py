"""Imported by the process that ``forked`` forks: the frameworks, and what they import when they are first used."""

from __future__ import annotations

import errno
import importlib
import os
import socket
import tempfile
from multiprocessing import reduction

# As pt2k_gui.environment has it: no settings of the user's other work.
os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="pt2k-tests-keras-")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# A fork has the thread alone that asked for it: none of the libraries may have others at that time.
os.environ.update(OPENBLAS_NUM_THREADS="1")

import torch

from pt2k_gui.jobs.child import FRAMEWORKS

# The first export reads all operators of the exporter; nothing of it stays but that. It comes before TensorFlow, as Triton has
# to (pt2k_gui.environment).
torch.onnx.export(torch.nn.Identity(), (torch.zeros(1),), dynamo=True, verbose=False)
for _name in (*FRAMEWORKS, "pt2k_gui.pipeline"):
    importlib.import_module(_name)
_receive = reduction.recvfds


def _receive_or_go_on(sock: socket.socket, size: int) -> list[int]:
    """Python's server of forks ends when whoever asks for one is killed before its request is whole. Here it goes on, as it
    does where a connection was aborted: many tests kill processes that have children."""
    try:
        return _receive(sock, size)
    except (EOFError, RuntimeError) as error:
        raise OSError(errno.ECONNABORTED, "the request was broken off") from error


reduction.recvfds = _receive_or_go_on
