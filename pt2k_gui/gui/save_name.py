"""Which names of files can be saved under, on every system: a file may be carried from one to another."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from pt2k_gui.file_names import forbidden_characters, is_device

_LONGEST = 200  # bytes; endings and temporary names need the rest of 255


def problem_of_name(name: str) -> str:
    """The problem with a file's name without its ending, in words; empty where nothing is."""
    translate = QCoreApplication.translate
    if not name:
        return translate("SaveName", "Enter a name.")
    if name.startswith("."):
        return translate("SaveName", "A name that begins with a dot is hidden. Enter another one.")
    if bad := forbidden_characters(name):
        return translate("SaveName", "A name can't hold {0}.").format(" ".join(bad) if bad[0] >= " " else repr(bad[0]))
    if name.endswith("."):
        return translate("SaveName", "A name can't end in a dot.")
    if is_device(name):
        return translate("SaveName", "Windows keeps the name {0} for itself.").format(name)
    if len(name.encode("utf-8", "surrogatepass")) > _LONGEST:
        return translate("SaveName", "The name is too long.")
    return ""
