"""Text and graphics can be told from what is behind them: WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (graphics, 3:1)."""

from __future__ import annotations

import pytest

from pt2k_gui.gui.theme import field_border, mixed
from pt2k_gui.palette import DARK, LIGHT, Colours

TEXT, GRAPHICS = 4.5, 3.0
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB`` in sRGB, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#FFFFFF", "#FFFFFF") == 1
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)  # the example that just fails


def _texts(c: Colours) -> list[tuple[str, str, str]]:
    """What is written in which colour on which background, as in the style sheet."""
    hover, pressed = mixed(c.accent, c.surface, 0.08), mixed(c.accent, c.surface, 0.16)
    pairs = [
        (f"{kind} on {name}", getattr(c, kind), getattr(c, name))
        for kind in ("text", "muted", "good", "warn", "bad", "accent")
        for name in ("window", "surface", "raised")
    ]
    pairs += [
        ("primary button", c.on_accent, c.accent),
        ("primary button under the mouse", c.on_accent, mixed(c.text, c.accent, 0.15)),
    ]
    pairs += [(f"text on {name}", c.text, colour) for name, colour in (("hover", hover), ("pressed", pressed))]
    pairs += [("muted on the current step", c.muted, pressed), ("dynamic axis", c.accent, hover)]
    pairs += [
        (f"notice, {state}", ink, mixed(getattr(c, state), c.surface, 0.07))
        for state in ("good", "warn", "bad")
        for ink in (c.text, c.muted, c.accent)
    ]
    pairs.append(("a hit of a search", c.text, mixed(c.warn, c.surface, 0.35)))
    pairs.append(("code in the guide", c.text, mixed(c.muted, c.surface, 0.10)))
    return pairs


def _graphics(c: Colours) -> list[tuple[str, str, str]]:
    """What has to be seen to use the window: state icons, focus, fields' marks, lines of plots."""
    return [
        (f"{kind} on {name}", getattr(c, kind), getattr(c, name))
        for kind in ("accent", "good", "warn", "bad", "muted", "pytorch", "onnxruntime", "keras", "litert")
        for name in ("window", "surface")
    ] + [(f"a field on {name}", field_border(c), getattr(c, name)) for name in ("window", "surface")]


@pytest.mark.parametrize("theme", THEMES)
def test_text_is_legible(theme: str) -> None:
    low = {
        name: round(contrast(ink, paper), 2)
        for name, ink, paper in _texts(THEMES[theme])
        if contrast(ink, paper) < TEXT
    }
    assert low == {}


@pytest.mark.parametrize("theme", THEMES)
def test_graphics_can_be_seen(theme: str) -> None:
    low = {
        name: round(contrast(ink, paper), 2)
        for name, ink, paper in _graphics(THEMES[theme])
        if contrast(ink, paper) < GRAPHICS
    }
    assert low == {}


@pytest.mark.parametrize("theme", THEMES)
def test_names_of_backends_are_legible_where_they_are_words(theme: str) -> None:
    """Answers under a sample and the names above them are text in the backends' colours."""
    c = THEMES[theme]
    low = {
        name: round(contrast(c.backend_words(name), c.surface), 2)
        for name in ("PyTorch", "ONNX Runtime", "Keras", "LiteRT")
        if contrast(c.backend_words(name), c.surface) < TEXT
    }
    assert low == {}
