"""The guide's table of operators says what the converter can do today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_of_operators_is_current() -> None:
    script = str(ROOT / "packaging" / "operators.py")
    found = subprocess.run([sys.executable, script, "--check"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, f"run: python packaging/operators.py\n{found.stderr[-2000:]}"


def test_every_page_of_the_guide_is_linked_from_the_readme_and_leads_somewhere() -> None:
    import re

    guide = ROOT / "resources" / "guide"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = [page.relative_to(guide).as_posix() for page in (*guide.glob("*.md"), *guide.glob("en/*.md"))]
    assert [page for page in named if f"resources/guide/{page}" not in readme] == []
    for page in guide.glob("*.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (guide / target).exists(), f"{page.name} leads to {target}"
