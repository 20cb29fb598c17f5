"""Imported by the process that ``forked`` forks: the frameworks, and what they import when they are first used."""

from __future__ import annotations

import importlib
import os
import tempfile

# As pt2k_gui.environment has it: no settings of the user's other work.
os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="pt2k-tests-keras-")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# A fork has the thread alone that asked for it: none of the libraries may have others at that time.
os.environ.update(OPENBLAS_NUM_THREADS="1")

import torch

from pt2k_gui.jobs.child import FRAMEWORKS

for _name in (*FRAMEWORKS, "pt2k_gui.pipeline"):
    importlib.import_module(_name)
# The first export reads all operators of the exporter; nothing of it stays but that.
torch.onnx.export(torch.nn.Identity(), (torch.zeros(1),), dynamo=True, verbose=False)
