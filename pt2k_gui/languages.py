"""Languages that PT2K speaks, and where their texts are."""

from __future__ import annotations

from pt2k_gui.message import Catalogue, english, read_catalogue
from pt2k_gui.resources import resource

ENGLISH = "en"
# Each language by its own name: whoever looks for it may not read the present one.
LANGUAGES: dict[str, str] = {ENGLISH: "English", "zh_CN": "简体中文"}


def catalogue_of(language: str) -> Catalogue:
    """The texts of a language; ``language`` is a key of ``LANGUAGES``."""
    return english() if language == ENGLISH else read_catalogue(resource(f"translations/messages_{language}.json"))


def language_named(name: str) -> str:
    """The key in ``LANGUAGES`` for ``en``, ``zh``, ``zh_CN`` or ``zh-CN``.

    Raises:
        ValueError: it is none of these.
    """
    for key in LANGUAGES:
        if name.replace("-", "_").lower() in (key.lower(), key.partition("_")[0]):
            return key
    raise ValueError(name)
