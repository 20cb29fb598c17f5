"""Writes the man pages of ``pt2k`` and ``pt2k-gui`` from the parsers of the two commands, so that they tell what the
commands really take. A test holds the files in ``packaging/linux/man`` against what this makes.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pt2k_gui
from pt2k_gui import app
from pt2k_gui.cli import arguments

FOLDER = Path(__file__).resolve().parent / "linux" / "man"
_WIDTH = 72  # characters of a source line

_STATUS = (
    ("0", "Done."),
    ("1", "Done, and the answer is no: the two models are not the same, or a written file failed its check."),
    ("2", "What was given can't be used. One sentence on standard error says why."),
    ("130", "Interrupted. Nothing is left half written."),
)
_ENVIRONMENT = (
    ("PT2K_HOME", "A folder for settings, sessions, logs and cache, instead of the places under FILES."),
    (
        "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME",
        "Where those places are, as the XDG base directory specification says.",
    ),
)
_FILES = (
    ("~/.config/pt2k/", "The window's settings and the list of files whose code was allowed to run."),
    ("~/.cache/pt2k/", "What the frameworks keep for the next start. May be deleted at any time."),
    ("~/.local/state/pt2k/sessions/", "The steps of a running window, so that it can go on after a crash."),
    ("~/.local/state/pt2k/logs/", "What the working processes print, and the crash log."),
)
_EXAMPLES = (
    (
        "Train a digit classifier, convert it, compare the two",
        (
            "train --network cnn -o digits.pt2",
            "convert digits.pt2 -o digits.keras -o digits.tflite",
            "verify digits.pt2 digits.keras --layers --report report.html",
        ),
    ),
    (
        "A state dict, with the class that it belongs to",
        ("convert weights.pth --code net.py:Net --trust -o net.keras",),
    ),
)


def pages() -> dict[str, str]:
    """The text of each page by its file name."""
    return {"pt2k.1": _command_line(arguments.parser()), "pt2k-gui.1": _window(app.parser())}


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


def _command_line(parser: argparse.ArgumentParser) -> str:
    lines = [*_head(parser), *_synopsis(parser), ".br", r"\fBpt2k\fR \fICOMMAND\fR [\fIOPTION\fR]..."]
    lines += [".SH DESCRIPTION", *_paragraph(parser.description or ""), ".SH OPTIONS", *_options(parser)]
    lines += [".SH COMMANDS"]
    for name, command in _all_commands(parser):
        lines += [f".SS {_text(name)}", *_paragraph(command.description or ""), ".PP"]
        lines += [*_synopsis(command), *_options(command, help_too=False)]
    lines += [".SH EXIT STATUS", *_list(_STATUS), ".SH EXAMPLES"]
    for words, examples in _EXAMPLES:
        lines += [
            *_paragraph(f"{words}:"),
            ".RS 4",
            ".nf",
            *(f"pt2k {_text(e)}" for e in examples),
            ".fi",
            ".RE",
            ".PP",
        ]
    return _join([*lines[:-1], *_tail("pt2k-gui")])


def _window(parser: argparse.ArgumentParser) -> str:
    lines = [*_head(parser), *_synopsis(parser), ".SH DESCRIPTION", *_paragraph(parser.description or "")]
    lines += [".SH OPTIONS", *_options(parser)]
    return _join([*lines, *_tail("pt2k")])


def _head(parser: argparse.ArgumentParser) -> list[str]:
    summary = (parser.description or "").split(". ")[0].rstrip(".")
    title = f'.TH "{_text(parser.prog).upper()}" "1" "" "PT2K {pt2k_gui.__version__}" "User commands"'
    return [
        '.\\" Made by packaging/manpages.py; do not edit.',
        title,
        ".SH NAME",
        *_paragraph(summary[0].lower() + summary[1:], begin=rf"{_text(parser.prog)} \- "),
        ".SH SYNOPSIS",
    ]


def _tail(other: str) -> list[str]:
    lines = [".SH ENVIRONMENT", *_list(_ENVIRONMENT), ".SH FILES", *_list(_FILES), ".SH SEE ALSO"]
    return [*lines, f".BR {_text(other)} (1)"]


def _join(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line) + "\n"


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _all_commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Each command by its name, and after it the actions that it has."""
    for name, command in _commands(parser).items():
        yield name, command
        yield from ((f"{name} {action}", parts) for action, parts in _all_commands(command))


def _synopsis(parser: argparse.ArgumentParser) -> list[str]:
    """The positional arguments and the options that must be given, in bold and italics."""
    parts = [rf"\fB{_text(parser.prog)}\fR"]
    parts += [_flags(action, short=True) for action in _shown(parser) if action.option_strings and action.required]
    optional = any(action.option_strings and not action.required for action in _shown(parser))
    parts += [r"[\fIOPTION\fR]..."] if optional else []
    for action in _shown(parser):
        if not action.option_strings:
            name = rf"\fI{_text(_value(action))}\fR"
            parts.append(f"[{name}]" if action.nargs == "?" else name)
    return [" ".join(parts)]


def _options(parser: argparse.ArgumentParser, *, help_too: bool = True) -> Iterator[str]:
    for action in _shown(parser):
        if action.dest == "help" and not help_too:
            continue
        yield ".TP"
        yield _flags(action) if action.option_strings else rf"\fI{_text(_value(action))}\fR"
        yield from _paragraph((action.help or "") % {**vars(action), "prog": parser.prog})


def _shown(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    hidden = (argparse._SubParsersAction,)
    return [a for a in parser._actions if not isinstance(a, hidden) and a.help != argparse.SUPPRESS]


def _flags(action: argparse.Action, *, short: bool = False) -> str:
    names = action.option_strings[:1] if short else action.option_strings
    flags = ", ".join(rf"\fB{_text(name)}\fR" for name in names)
    return flags if action.nargs == 0 else rf"{flags} \fI{_text(_value(action))}\fR"


def _value(action: argparse.Action) -> str:
    if action.choices:
        return "|".join(map(str, action.choices))
    return str(action.metavar or action.dest.upper())


def _list(rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, words in rows:
        yield from (".TP", rf"\fB{_text(name)}\fR", *_paragraph(words))


def _paragraph(words: str, begin: str = "") -> list[str]:
    """Plain text as lines of roff source, ``begin`` (roff already) before the first."""
    lines = textwrap.wrap(words, _WIDTH - len(begin), break_on_hyphens=False)
    return [begin + _text(lines[0]), *map(_text, lines[1:])]


def _text(words: str) -> str:
    """Plain text as roff: a hyphen stays a hyphen that can be copied, and no line begins with a control character."""
    escaped = words.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti")
    return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped


if __name__ == "__main__":
    sys.exit(main())
