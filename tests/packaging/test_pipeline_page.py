"""The guide's page about pipeline files tells every key, and its example is one."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

from pt2k_gui.batch.reading import read_pipeline_file

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_page_is_current() -> None:
    specification = importlib.util.spec_from_file_location("pipeline_page", ROOT / "packaging" / "pipeline_page.py")
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run packaging/pipeline_page.py"
    assert module.CHINESE.read_text(encoding="utf-8") == module.chinese_page(), "run packaging/pipeline_page.py"
    assert json.loads(module.WORDS.read_text(encoding="utf-8")).keys() == module.words()


def test_the_pages_example_can_be_run(tmp_path: Path) -> None:
    text = (ROOT / "resources" / "guide" / "pipeline-files.md").read_text(encoding="utf-8")
    example = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.pt2").write_bytes(b"x")
    (tmp_path / "net.py").write_text("class Net: pass")
    (tmp_path / "pt2k.toml").write_text(example[0])
    assert [task.name for task in read_pipeline_file(tmp_path).tasks] == ["a", "weights"]
