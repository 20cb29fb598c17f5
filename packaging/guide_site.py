"""Builds the guide as a web page: static files, with the search in the browser, for any server or a folder on disk.

    python packaging/guide_site.py FOLDER

``FOLDER/index.html`` leads to the first page in the reader's language.
"""

from __future__ import annotations

import html
import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

import pt2k_gui  # noqa: E402
from pt2k_gui.guide.contents import FIRST, Page, contents, pages, picture, picture_name  # noqa: E402
from pt2k_gui.guide.rendering import as_html, sections  # noqa: E402
from pt2k_gui.palette import DARK, LIGHT, Colours  # noqa: E402

PARTS = ROOT / "packaging" / "site"
LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
_TAGS = {"en": "en", "zh_CN": "zh-Hans"}
_WORDS = {
    "en": {"search": "Search the guide", "guide": "PT2K guide", "contents": "Contents", "none": "Nothing was found.",
           "skip": "To the text"},
    "zh_CN": {"search": "搜索指南", "guide": "PT2K 指南", "contents": "目录", "none": "没有找到任何内容。", "skip": "跳到正文"},
}  # fmt: skip


def build(folder: Path) -> None:
    """Write the site into a folder, which is made where it is not there; its files are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "guide.css").write_text(_style(), encoding="utf-8")
    shutil.copyfile(PARTS / "guide.js", folder / "guide.js")
    (folder / "index.html").write_text(_index(), encoding="utf-8")
    shutil.copyfile(ROOT / "resources" / "icons" / "app.svg", folder / "icon.svg")
    for language in LANGUAGES:
        (folder / language).mkdir(exist_ok=True)
        for page in pages(language).values():
            (folder / language / f"{page.name}.html").write_text(_page(page, language, folder), encoding="utf-8")
        index = [
            {"page": section.page.name, "title": section.page.title, "heading": section.heading,
             "anchor": section.anchor, "text": section.text}
            for page in pages(language).values() for section in sections(page)
        ]  # fmt: skip
        text = json.dumps(index, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        (folder / language / "index.js").write_text(f"window.guideIndex = {text};\n", encoding="utf-8")


def _page(page: Page, language: str, folder: Path) -> str:
    words = _WORDS[language]

    def shown(source: str) -> str:
        name = picture_name(source)
        place = folder / "pictures" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        for dark in (False, True):
            file = picture(name, dark=dark)
            if file is not None:
                shutil.copyfile(file, place.with_name(file.name))
        return f"../pictures/{name}"

    def link(target: str) -> str:
        file, mark, anchor = target.partition("#")
        return f"{Path(file).stem}.html{mark}{anchor}" if file.endswith(".md") else target

    body = _with_dark_pictures(as_html(page, link=link, picture=shown))
    others = " ".join(
        f'<a href="../{other}/{page.name}.html" lang="{_TAGS[other]}" hreflang="{_TAGS[other]}">{name}</a>'
        for other, name in LANGUAGES.items()
        if other != language
    )
    return f"""<!doctype html>
<html lang="{_TAGS[language]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(page.title)} – {words["guide"]}</title>
<link rel="icon" href="../icon.svg">
<link rel="stylesheet" href="../guide.css">
</head>
<body>
<a class="skip" href="#text">{words["skip"]}</a>
<header><a class="brand" href="{FIRST}.html"><img src="../icon.svg" alt="" width="24" height="24">{words["guide"]}</a>
<span class="version">{pt2k_gui.__version__}</span>
<input id="question" type="search" placeholder="{words["search"]}" aria-label="{words["search"]}" autocomplete="off">
{others}</header>
<div class="columns">
<nav aria-label="{words["contents"]}">{_contents(page, language)}</nav>
<main id="text"><div id="results" hidden data-none="{words["none"]}"></div><article>
{body}</article></main>
</div>
<script src="index.js"></script>
<script src="../guide.js"></script>
</body>
</html>
"""


def _contents(current: Page, language: str) -> str:
    parts = []
    for part in contents(language):
        items = "".join(
            f'<li><a href="{page.name}.html"{" aria-current=page" if page == current else ""}>'
            f"{html.escape(page.title)}</a></li>"
            for page in part.pages
        )
        parts.append(f"<h2>{html.escape(part.title)}</h2><ul>{items}</ul>")
    return "".join(parts)


def _with_dark_pictures(text: str) -> str:
    """Each picture of the light window, with the dark one for who prefers that."""
    import re

    def both(match: re.Match[str]) -> str:
        dark = match[1].replace("-light.png", "-dark.png")
        return f'<picture><source srcset="{dark}" media="(prefers-color-scheme: dark)">{match[0]}</picture>'

    return re.sub(r'<img src="([^"]+-light\.png)"[^>]*>', both, text)


def _index() -> str:
    links = "".join(f'<li><a href="{key}/{FIRST}.html">{name}</a></li>' for key, name in LANGUAGES.items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>PT2K guide</title>
<script>location.replace((navigator.language || "").startsWith("zh") ? "zh_CN/{FIRST}.html" : "en/{FIRST}.html");</script>
</head><body><ul>{links}</ul></body></html>
"""


def _variables(colours: Colours) -> str:
    names = ("window", "surface", "text", "muted", "border", "accent", "warn")
    return " ".join(f"--{name}: {getattr(colours, name)};" for name in names)


def _style() -> str:
    """The sheet, with the window's colours: the dark ones where the reader's system is dark."""
    sheet = (PARTS / "guide.css").read_text(encoding="utf-8")
    return f":root {{ {_variables(LIGHT)} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}\n{sheet}"


def main(given: list[str]) -> int:
    if len(given) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    build(Path(given[0]))
    print(f"{Path(given[0]) / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
