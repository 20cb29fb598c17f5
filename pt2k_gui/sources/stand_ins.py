"""Stand-ins for packages that a repository imports and that are not here: its classes may never use them. A stand-in lets
itself be imported, decorated with and called; it fails, in words, when something is done with it that needs the real one."""

from __future__ import annotations

import collections.abc
import contextlib
import importlib.machinery
import inspect
import math
import re
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from pathlib import Path
from typing import Any

from pt2k_gui.sources.configuration_objects import Settings
from pt2k_gui.sources.repository import names_in


class StandInUsed(ImportError):
    """Something was done with a stand-in that only the real package can do; ``needed`` is what of it was meant."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is needed, and the package {path.partition('.')[0]} is not installed")
        self.needed = path


def _used(self: StandIn, *_: Any, **__: Any) -> Any:
    raise StandInUsed(self._path)


class StandIn:
    """Any name of a package that is not here, and whatever a call of it gives."""

    def __init__(self, path: str) -> None:
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            return "99.0.0"
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _named(f"{self._path}.{name}", name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        if len(given) == 1 and not named and (inspect.isclass(given[0]) or inspect.isfunction(given[0])):
            return given[0]  # a decorator
        if any(_is_tensor(value) for value in (*given, *named.values())):
            raise StandInUsed(self._path)
        called.append(self._path)
        return StandIn(self._path)

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        import torch

        name = self._path.rpartition(".")[2]
        if name.endswith("LightningModule"):
            return (lightning_module(),)
        if name.lower().endswith("pretrainedmodel"):
            return (configured_module(),)
        if name.lower().endswith("pretrainedconfig"):
            return (Configuration,)
        if name.endswith(("Module", "Model", "Net", "Layer", "Block", "Head")):
            return (torch.nn.Module,)
        return (_mixin(name),)

    def __instancecheck__(self, _: object) -> bool:
        return False

    def __subclasscheck__(self, _: type) -> bool:
        return False

    def __getitem__(self, _: object) -> StandIn:
        return StandIn(self._path)

    def __or__(self, _: object) -> Any:
        return Any

    __ror__ = __or__

    def __deepcopy__(self, _: object) -> StandIn:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return StandIn, (self._path,)

    __iter__ = __len__ = __bool__ = __float__ = __int__ = __index__ = __add__ = __radd__ = __sub__ = __rsub__ = _used
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __enter__ = __lt__ = __le__ = __gt__ = __ge__ = _used
    __contains__ = __neg__ = __matmul__ = __pow__ = _used


called: list[str] = []
"""Names of stand-ins that were called since ``stand_ins`` began."""


def _is_tensor(value: Any) -> bool:
    return type(value).__module__.startswith(("torch", "numpy")) and hasattr(value, "shape")


def _through(values: Any = (), *_: Any, **__: Any) -> Any:
    """A progress bar gives what it is given."""
    return values


class _Silent:
    """A logger that says nothing, whatever it is told."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: None


def _range(*sizes: int, **_: Any) -> range:
    return range(*sizes)


_KNOWN: dict[str, Any] = {
    "tqdm.tqdm": _through,
    "tqdm.auto.tqdm": _through,
    "tqdm.notebook.tqdm": _through,
    "tqdm.trange": _range,
    "loguru.logger": _Silent(),
    "easydict.EasyDict": Settings,
    "addict.Dict": Settings,
    "munch.Munch": Settings,
    "ml_collections.ConfigDict": Settings,
    "torch._six.container_abcs": collections.abc,
    "torch._six.string_classes": (str, bytes),
    "torch._six.int_classes": int,
    "torch._six.inf": math.inf,
    "torch._six.PY3": True,
}


def _named(path: str, name: str) -> Any:
    if path in _KNOWN:
        return _KNOWN[path]
    if name == "rank_zero_only" or name.endswith("_decorator"):
        return lambda function: function
    return StandIn(path)


def lightning_module() -> type:
    """Stands for ``LightningModule``: a module that keeps its constructor's arguments, and trains nothing."""
    import torch

    class LightningModule(torch.nn.Module):
        def save_hyperparameters(self, *names: Any, **_: Any) -> None:
            frame = sys._getframe(1)
            code = frame.f_code
            parameters = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
            values = {name: frame.f_locals[name] for name in parameters if name in frame.f_locals}
            chosen = [name for name in names if isinstance(name, str)]
            self.hparams.update({name: value for name, value in values.items() if not chosen or name in chosen})
            for given in names:
                if not isinstance(given, str):
                    self.hparams.update(given if isinstance(given, dict) else vars(given))

        @property
        def hparams(self) -> Settings:
            found: Settings = self.__dict__.setdefault("_hparams", Settings())
            return found

        @hparams.setter
        def hparams(self, value: Any) -> None:
            self.__dict__["_hparams"] = Settings(value if isinstance(value, dict) else vars(value))

        @property
        def device(self) -> Any:
            return torch.device("cpu")

        def log(self, *_: Any, **__: Any) -> None:
            return

        log_dict = print = log

    return LightningModule


def configured_module() -> type:
    """Stands for ``PreTrainedModel``: a module that keeps its configuration, and initializes nothing: weights follow."""
    import torch

    class PreTrainedModel(torch.nn.Module):
        def __init__(self, config: Any = None, *_: Any, **__: Any) -> None:
            super().__init__()
            self.config = config

        def post_init(self, *_: Any, **__: Any) -> None:
            return

        init_weights = tie_weights = gradient_checkpointing_enable = post_init

    return PreTrainedModel


class Configuration:
    """Stands for ``PretrainedConfig``: it keeps what it is given; what such an object has besides is off, or not there."""

    use_return_dict = return_dict = output_attentions = output_hidden_states = use_cache = is_decoder = False
    attribute_map: dict[str, str] = {}  # noqa: RUF012 - as the real class has it

    def __init__(self, **given: Any) -> None:
        for name, value in given.items():
            setattr(self, name, value)


def _mixin(name: str) -> type:
    """A base class that adds nothing, whatever a class that derives from it asks of it."""

    def started(self: Any, *_: Any, **__: Any) -> None:
        super(made, self).__init__()

    made: Any = type(name, (), {"__init__": started, "__init_subclass__": classmethod(lambda cls, **_: None)})
    return made


class _Module(types.ModuleType):
    """A package that is not here."""

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            return "99.0.0"
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _named(f"{self.__name__}.{name}", name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return StandIn(self.__name__)(*given, **named)


class _Finder(MetaPathFinder, Loader):
    """Finds a stand-in for each missing package, behind everything that is there."""

    def __init__(self) -> None:
        self.missing: list[str] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if not any(fullname == name or fullname.startswith(f"{name}.") for name in self.missing):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        return


_finder = _Finder()
_NOT_IN_PACKAGE = re.compile(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'")
_MOST = 40  # packages; a repository that lacks more is not one that can be opened like this


@contextlib.contextmanager
def stand_ins(missing: Sequence[str]) -> Iterator[None]:
    """Let stand-ins be imported for these packages in the block. They stay known to the code that has imported them."""
    called.clear()
    _finder.missing = list(missing)
    sys.meta_path.append(_finder)
    try:
        yield
    finally:
        sys.meta_path.remove(_finder)
        for name in [name for name, module in sys.modules.items() if isinstance(module, _Module)]:
            del sys.modules[name]


def _missing_in(error: ImportError) -> str:
    """The module that an import did not find, which may be a part of the repository that is compiled when it is installed;
    empty for any other error."""
    if isinstance(error, ModuleNotFoundError):
        return error.name or ""
    found = _NOT_IN_PACKAGE.match(str(error))
    if found is None or not error.path or Path(error.path).name != "__init__.py":
        return ""
    return "" if found[1] in names_in(Path(error.path)) else f"{found[2]}.{found[1]}"


def with_stand_ins(run: Callable[[], Any], missing: list[str], may_be_missing: Callable[[str], bool]) -> Any:
    """The answer of ``run``, with a stand-in for each package whose import it fails at; the names are put into ``missing``.

    So does a part of the repository that is compiled at its installation and was not. An import that the code itself catches
    gets no stand-in: it has its own way without the package.
    """
    while True:
        with stand_ins(missing):
            try:
                return run()
            except ImportError as error:
                name = _missing_in(error)
                known = not name or any(name == other or name.startswith(f"{other}.") for other in missing)
                if known or len(missing) >= _MOST or not may_be_missing(name):
                    raise
        missing.append(name)
