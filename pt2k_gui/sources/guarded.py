"""Runs a user's code without a network, a terminal or an end of its own choosing: what it tries of these is taken down, so
that it can be told. Not a sandbox; the user has agreed to run the code."""

from __future__ import annotations

import argparse
import builtins
import contextlib
import functools
import getpass
import inspect
import linecache
import os
import re
import signal
import socket
import sys
import threading
import time
import traceback
import types
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pt2k_gui.sources.stand_ins import StandIn

_KEPT = 4000  # characters of what is printed
_WORDS = 300  # of them in a sentence
_PATIENCE = 180.0  # seconds
_ASKS_FOR_CARD = re.compile(r"\bcuda\.(?:is_available|device_count)\b")
_KEPT_HERE = "_pt2k_on_the_processor"


class NetworkRefused(OSError):
    """The code asked for a connection."""


class NoTerminal(EOFError):
    """The code asked the user something."""


class TooLong(BaseException):
    """The code did not come to an end; no handler of the code's own catches this by accident."""


class NoWeights(dict[str, Any]):
    """Stands for a download of weights: nothing, whatever is asked of it. The file's own weights take their place."""

    def __missing__(self, key: str) -> NoWeights:
        return self

    def pop(self, key: str, default: Any = None) -> Any:
        """The entry, or ``default``: missing keys are no error here."""
        return super().pop(key, default)

    def __delitem__(self, key: str) -> None:
        with contextlib.suppress(KeyError):
            super().__delitem__(key)


@dataclass
class Overheard:
    """A record of what the code did besides its work.

    Args:
        printed: the end of its output.
        asked: what it asked at the terminal.
        hosts: what it wanted to connect to.
        downloads: addresses and missing files of weights that it wanted, and was given nothing for.
        unsaid: what its command line asks for.
        extensions: what it wanted to compile.
        card: whether it goes on only where it is told that there is a graphics card, as which the processor serves then.
    """

    printed: str = ""
    asked: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    extensions: list[str] = field(default_factory=list)
    card: bool = False

    def last_words(self) -> str:
        """The last that was printed, in one line."""
        lines = [line.strip() for line in self.printed.splitlines() if line.strip()]
        text = " ".join(lines[-3:])
        return text if len(text) <= _WORDS else f"... {text[-_WORDS:]}"


class _Tee:
    """A stream that is listened to."""

    def __init__(self, stream: Any, heard: Overheard) -> None:
        self._stream, self._heard = stream, heard

    def write(self, text: str) -> int:
        self._heard.printed = (self._heard.printed + str(text))[-_KEPT:]
        with contextlib.suppress(Exception):  # a stream that is gone must not change what the code does
            self._stream.write(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _NoInput:
    """Standard input that nobody sits at."""

    def __init__(self, refuse: Callable[..., Any]) -> None:
        self.read = self.readline = self.readlines = refuse

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        raise OSError("there is no terminal")


@contextlib.contextmanager
def guarded(heard: Overheard, place: Path | None = None, program: str = "") -> Iterator[None]:
    """Hold the process's doors shut while the block runs the user's code.

    Args:
        place: the folder to run it in, as its author does; the present one where there is none.
        program: the name by which the code finds itself called, without arguments.

    Raises:
        TooLong: it did not come to an end; beside whatever the code itself raises (``SystemExit`` too).
    """
    before = Path.cwd() if place is not None else None
    with contextlib.ExitStack() as stack:
        stack.enter_context(_network_shut(heard))
        stack.enter_context(_terminal_shut(heard, program))
        stack.enter_context(_command_line_empty(heard))
        stack.enter_context(_downloads_replaced(heard))
        stack.enter_context(_on_the_processor(heard.card))
        stack.enter_context(_nothing_compiled(heard))
        if place is not None and before is not None:
            os.chdir(place)
            stack.callback(os.chdir, before)
        with _time_limit(_PATIENCE):
            yield


@contextlib.contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    missing = name not in vars(owner)
    former = getattr(owner, name, None)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if missing:
            delattr(owner, name)
        else:
            setattr(owner, name, former)


@contextlib.contextmanager
def _network_shut(heard: Overheard) -> Iterator[None]:
    def refuse(host: object) -> NetworkRefused:
        text = str(host[0] if isinstance(host, tuple) and host else host)
        if text not in heard.hosts:
            heard.hosts.append(text)
        return NetworkRefused(f"no connection to {text}: PT2K downloads nothing")

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple):
            raise refuse(address)
        type(self).__mro__[1].connect(self, address)  # type: ignore[attr-defined]

    def look_up(host: Any, *_: Any, **__: Any) -> Any:
        raise refuse(host)

    with contextlib.ExitStack() as stack:
        for owner, name, value in (
            (socket.socket, "connect", connect),
            (socket.socket, "connect_ex", connect),
            (socket, "getaddrinfo", look_up),
            (socket, "gethostbyname", look_up),
        ):
            stack.enter_context(_replaced(owner, name, value))
        yield


@contextlib.contextmanager
def _terminal_shut(heard: Overheard, program: str) -> Iterator[None]:
    def refuse(prompt: object = "", *_: Any, **__: Any) -> Any:
        heard.asked.append(str(prompt if isinstance(prompt, str) else "").strip())
        raise NoTerminal("there is no terminal to answer at")

    def leave(status: int = 0) -> None:
        raise SystemExit(status)

    with contextlib.ExitStack() as stack:
        for owner, name, value in (
            (builtins, "input", refuse),
            (getpass, "getpass", refuse),
            (os, "_exit", leave),
            (sys, "stdin", _NoInput(refuse)),
            (sys, "stdout", _Tee(sys.stdout, heard)),
            (sys, "stderr", _Tee(sys.stderr, heard)),
            (sys, "argv", [program or sys.argv[0]]),
            (sys, "breakpointhook", lambda *_, **__: None),
        ):
            stack.enter_context(_replaced(owner, name, value))
        yield


@contextlib.contextmanager
def _command_line_empty(heard: Overheard) -> Iterator[None]:
    """A script that reads its command line while it is imported goes on without what it requires there."""
    parse = argparse.ArgumentParser.parse_known_args

    def parse_nothing(self: Any, args: Any = None, namespace: Any = None) -> Any:
        required = [action for action in self._actions if action.required] if args is None else []
        for action in required:
            action.required = False
        try:
            return parse(self, args, namespace)
        finally:
            for action in required:
                action.required = True
                heard.unsaid.append(action.option_strings[-1] if action.option_strings else action.dest)

    with _replaced(argparse.ArgumentParser, "parse_known_args", parse_nothing):
        yield


@contextlib.contextmanager
def _downloads_replaced(heard: Overheard) -> Iterator[None]:
    """Weights that a constructor fetches are not needed: those of the file are put in afterwards, key by key."""
    import torch
    import torch.hub
    import torch.utils.model_zoo

    load, put = torch.load, torch.nn.Module.load_state_dict
    assignable = "assign" in inspect.signature(put).parameters  # since PyTorch 2.1

    def fetch(url: str = "", *_: Any, **__: Any) -> NoWeights:
        heard.downloads.append(str(url))
        return NoWeights()

    def keep(url: str, filename: str | None = None, *_: Any, **__: Any) -> tuple[str, None]:
        fetch(url)
        return str(filename or ""), None  # no file: what is read from there is nothing, see ``read``

    def read(file: Any = None, *arguments: Any, **named: Any) -> Any:
        try:
            return load(file, *arguments, **named)
        except FileNotFoundError:
            return fetch(str(file))

    def put_in(self: Any, state: Any, strict: bool = True, assign: bool = False) -> Any:
        further = {"assign": assign} if assignable else {}
        if not heard.downloads:
            return put(self, state, strict, **further)
        own = self.state_dict()
        fitting = {key: value for key, value in state.items() if key in own and own[key].shape == value.shape}
        return put(self, fitting, False, **further)

    with contextlib.ExitStack() as stack:
        for owner, name, value in (
            (urllib.request, "urlretrieve", keep),
            (torch.hub, "load_state_dict_from_url", fetch),
            (torch.utils.model_zoo, "load_url", fetch),
            (torch, "load", read),
            (torch.nn.Module, "load_state_dict", put_in),
        ):
            stack.enter_context(_replaced(owner, name, value))
        yield


@contextlib.contextmanager
def _on_the_processor(said: bool = False) -> Iterator[None]:
    """Code that asks for a graphics card gets the processor, where there is no card.

    Args:
        said: whether code that asks if there is one is told so.
    """
    import torch

    if torch.cuda.is_available():
        yield
        return

    def stay(self: Any, *_: Any, **__: Any) -> Any:
        return self

    def nothing(*_: Any, **__: Any) -> None:
        return None

    answers: list[tuple[Any, str, Any]] = [
        (torch.cuda, "is_available", lambda: True),
        (torch.cuda, "device_count", lambda: 1),
    ]
    with contextlib.ExitStack() as stack:
        for owner, name, value in (
            *(answers if said else ()),
            (torch.Tensor, "cuda", stay),
            (torch.nn.Module, "cuda", stay),
            (torch.cuda, "set_device", nothing),
            (torch.cuda, "synchronize", nothing),
            (torch.cuda, "current_device", lambda: 0),
            (torch.cuda, "get_device_name", lambda *_: "no graphics card"),
        ):
            stack.enter_context(_replaced(owner, name, value))
        stack.enter_context(_devices_replaced())
        yield


def with_card_if_asked(run: Callable[[], Any], heard: Overheard) -> Any:
    """The answer of ``run``; where it stopped because there was no graphics card, it is run again and told that there is one."""
    try:
        return run()
    except (Exception, SystemExit) as error:  # the user's own code may stop in any way
        if heard.card or not _missed_card(error):
            raise
        heard.card = True
        return run()


def _missed_card(error: BaseException) -> bool:
    """Whether code stopped at or right behind a line that asks for a card."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno or 0) for frame in frames if "pt2k_gui" not in Path(frame.filename).parts]
    places = [place for place in places if "_sitebuiltins" not in place[0]]  # Python's own exit()
    if not places:
        return False
    file, last = places[-1]
    lines = "".join(linecache.getline(file, number) for number in range(max(last - 2, 1), last + 1))
    return _ASKS_FOR_CARD.search(lines) is not None


def keep_on_the_processor(module: Any, *, said: bool = False) -> None:
    """Have ``forward`` of a user's modules run on the processor whatever device their code names, where there is no card.

    Args:
        said: whether code that asks if there is a card is told so.
    """
    import torch

    if torch.cuda.is_available():
        return
    # The classes are changed, not the modules, so that copies of these behave alike.
    for kind in {kind for part in module.modules() for kind in type(part).__mro__}:
        forward = vars(kind).get("forward")
        if isinstance(forward, types.FunctionType) and not hasattr(forward, _KEPT_HERE) and _names_card(kind):
            setattr(kind, "forward", _kept_here(forward, said))  # noqa: B010


def _kept_here(forward: Callable[..., Any], said: bool) -> Callable[..., Any]:
    @functools.wraps(forward)
    def on_the_processor(*given: Any, **named: Any) -> Any:
        with _on_the_processor(said):
            return forward(*given, **named)

    setattr(on_the_processor, _KEPT_HERE, True)
    return on_the_processor


def _names_card(kind: type) -> bool:
    """Whether the file that a class stands in names a graphics card; those of PyTorch don't count."""
    if kind.__module__.partition(".")[0] in ("torch", "builtins"):
        return False
    try:
        return "cuda" in "".join(linecache.getlines(inspect.getfile(kind)))
    except (TypeError, OSError):  # it was not made of a file
        return False


def _devices_replaced() -> contextlib.AbstractContextManager[Any]:
    """Within it tensors that are made on a graphics card, or sent to one, are on the processor."""
    import torch
    from torch.overrides import TorchFunctionMode

    def here(value: Any) -> Any:
        is_card = isinstance(value, str | torch.device) and str(value).partition(":")[0] == "cuda"
        return torch.device("cpu") if is_card else value

    class OnTheProcessor(TorchFunctionMode):
        def __torch_function__(self, function: Any, kinds: Any, given: Any = (), named: Any = None) -> Any:
            named = {name: here(value) if name == "device" else value for name, value in (named or {}).items()}
            return function(*(map(here, given) if function is torch.Tensor.to else given), **named)

    return OnTheProcessor()


@contextlib.contextmanager
def _nothing_compiled(heard: Overheard) -> Iterator[None]:
    """Extensions that code compiles while it is imported get a stand-in: they are for graphics cards, or faster ways to what
    such code can do without."""
    import torch.utils

    name = "torch.utils.cpp_extension"
    compiling = types.ModuleType(name)
    compiling.__path__ = []

    def load(*given: Any, **named: Any) -> StandIn:
        extension = str(named.get("name") or next(iter(given), "extension"))
        if extension not in heard.extensions:
            heard.extensions.append(extension)
        return StandIn(extension)

    for word, value in (("load", load), ("load_inline", load), ("CUDA_HOME", None), ("IS_HIP_EXTENSION", False)):
        setattr(compiling, word, value)
    for word in ("BuildExtension", "CUDAExtension", "CppExtension"):
        setattr(compiling, word, StandIn(word))
    former = sys.modules.get(name)
    sys.modules[name] = compiling
    try:
        with _replaced(torch.utils, "cpp_extension", compiling):
            yield
    finally:
        sys.modules.pop(name, None)
        if former is not None:
            sys.modules[name] = former


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise ``TooLong`` in the block after that many seconds, again and again until it ends."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield  # the process that waits for this one has a limit of its own
        return
    ends = time.monotonic() + seconds

    def ring(*_: Any) -> None:
        if time.monotonic() >= ends:
            raise TooLong

    former = signal.signal(signal.SIGALRM, ring)
    remaining, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, remaining, interval)
        signal.signal(signal.SIGALRM, former)
