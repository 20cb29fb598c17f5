"""Fonts in which matplotlib writes Chinese; Qt finds one by itself."""

from __future__ import annotations

from pathlib import Path

# On Linux, macOS and Windows.
_CHINESE = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "PingFang SC", "Heiti SC", "Microsoft YaHei")


def plot_fonts(*first: str) -> list[str]:
    """Families for ``font.family`` of matplotlib: those of ``first`` that are installed, its own, and those for Chinese."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    there = {font.name for font in fontManager.ttflist}
    if there.isdisjoint(_CHINESE):  # matplotlib remembers its list; a font may have been installed since
        for path in findSystemFonts():
            if any(name.replace(" ", "")[:11] in Path(path).name for name in _CHINESE):
                fontManager.addfont(path)
        there = {font.name for font in fontManager.ttflist}
    return [name for name in (*first, "DejaVu Sans", *_CHINESE) if name in there]


def plots_say_chinese() -> bool:
    """Whether a font for Chinese is installed."""
    return not set(plot_fonts()).isdisjoint(_CHINESE)
