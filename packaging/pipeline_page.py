"""Writes the guide's page about pipeline files from the list of their keys.

python packaging/pipeline_page.py           writes it
python packaging/pipeline_page.py --check   status 1 if it is not current
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pt2k_gui.batch import schema

PAGE = Path(__file__).resolve().parent.parent / "resources" / "guide" / "pipeline-files.md"
_HEAD = """# Pipeline files

A pipeline file holds what was clicked: models, inputs, options, formats, samples and thresholds. *Save as a
pipeline file* on the Save page and on the page for many models writes one; `pt2k run` does what it says,
today on this machine and tomorrow in a script.

    pt2k run                         the pt2k.toml in this folder
    pt2k run nightly.toml            another file
    pt2k run --only-failed           leaves alone what the last run did well
    pt2k run --workers 4 --report all.html

```toml
version = 1
output = "converted"
formats = ["keras", "tflite"]
workers = 2

[samples]
kind = "random"
count = 100

[thresholds]
max_difference = 1e-4

[[model]]
path = "models/*.pt2"

[[model]]
path = "weights.pth"
code = "net.py:Net"
arguments = { depth = 3 }
inputs.x = { shape = "N,3,224,224" }
thresholds = { min_agreement = 0.999 }
```

Paths are relative to the file's folder. What stands in `[options]`, `[samples]` and `[thresholds]` holds for
every model; a model's own tables go before it key by key. A pipeline file can't allow code to run: that is
said with `pt2k run --trust`, or once in the window. The exit status is 0 where every model gives the same
answers within the thresholds, 1 where one does not, 2 where one can't be used.

The output folder keeps what became of each model in `.pt2k`. `--only-failed` goes by it: a model is left
alone where its file, its options and this version of PT2K are the same as then and its files are still there.
Files that no run wrote are never replaced without `--force`.
"""
_TITLES = {
    "": "At the top",
    "options": "`[options]`",
    "samples": "`[samples]`",
    **{f"samples.{name}": f"`[samples.{name}]`" for name in ("images", "audio", "text", "table", "video")},
    "thresholds": "`[thresholds]`",
    "model": "`[[model]]`",
    "model.inputs.NAME": "`[model.inputs.NAME]`",
}


def page() -> str:
    """The page's text."""
    return _HEAD + "".join(line for name, keys in schema.TABLES.items() for line in _table(_TITLES[name], keys))


def _table(title: str, keys: tuple[schema.Key, ...]) -> Iterator[str]:
    yield f"\n## {title}\n\n| Key | Value | Meaning | Example |\n|---|---|---|---|\n"
    for key in keys:
        value = ", ".join(f"`{choice}`" for choice in key.choices) or key.kind.value
        value = f"a list of {value}" if key.choices and key.kind is schema.Kind.TEXTS else value
        example = f"`{key.example}`" if key.example else ""
        yield f"| `{key.name}` | {value} | {key.words} | {example} |\n"


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        return int(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
