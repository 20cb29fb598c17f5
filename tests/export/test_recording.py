"""Programs that one interpreter records and another opens: nothing in them may need a library that only the first has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import torch

from pt2k_gui.export.recording import with_plain_outputs

# A model whose answer is a dictionary of a class of its own, with a state of another class in it, as libraries of
# language models have them.
LIBRARY = """
from collections import OrderedDict
import torch
from torch.utils import _pytree as pytree

class Answer(OrderedDict):
    pass

class Cache:
    def __init__(self, keys, values):
        self.keys, self.values = keys, values

def register(kind, flatten, unflatten):
    pytree.register_pytree_node(kind, flatten, unflatten, serialized_type_name="library." + kind.__name__)

register(Answer, lambda a: (list(a.values()), list(a.keys())), lambda v, k: Answer(zip(k, v)))
register(Cache, lambda c: ([c.keys, c.values], None), lambda v, _: Cache(*v))

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(4, 3)

    def forward(self, x):
        y = self.linear(x)
        return Answer(logits=y, cache=Cache(y + 1, (y - 1, x)))
"""
READ = """
import sys, torch
program = torch.export.load(sys.argv[1])
answer = program.module()(torch.ones(2, 4))
y = answer["logits"]
keys, (less, x) = answer["cache"]
assert type(answer) is dict and torch.equal(keys, y + 1) and torch.equal(less, y - 1) and torch.equal(x, torch.ones(2, 4))
"""


def test_a_program_whose_outputs_are_of_a_librarys_classes_opens_without_the_library(tmp_path: Path) -> None:
    (tmp_path / "answering.py").write_text(LIBRARY)
    write = (
        "import sys, torch; sys.path.insert(0, sys.argv[2]); import answering\n"
        "from pt2k_gui.export.recording import with_plain_outputs\n"
        "program = torch.export.export(answering.Net(), (torch.ones(2, 4),), strict=False)\n"
        "torch.export.save(with_plain_outputs(program), sys.argv[1])\n"
    )
    path = tmp_path / "net.pt2"
    subprocess.run([sys.executable, "-c", write, str(path), str(tmp_path)], check=True, timeout=120)
    subprocess.run([sys.executable, "-c", READ, str(path)], check=True, timeout=120)


def test_plain_outputs_stay_as_they_are() -> None:
    class Net(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> dict[str, object]:
            return {"a": x + 1, "b": [x, (x * 2, x * 3)]}

    program = torch.export.export(Net(), (torch.ones(2),), strict=False)
    before = program.module_call_graph[0].signature.out_spec
    assert with_plain_outputs(program).module_call_graph[0].signature.out_spec == before
