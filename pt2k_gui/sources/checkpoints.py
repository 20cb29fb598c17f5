"""Reads what ``torch.save`` and safetensors write: weights, and with the class that they belong to, a model."""

from __future__ import annotations

import contextlib
import pickle
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.message import sentences
from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import file_formats, file_messages
from pt2k_gui.sources.card import Source
from pt2k_gui.sources.chain import read_chain
from pt2k_gui.sources.code_place import sources_in, split_code
from pt2k_gui.sources.configuration import stored_settings
from pt2k_gui.sources.configuration_files import with_texts_read
from pt2k_gui.sources.foreign_failures import failure
from pt2k_gui.sources.guarded import Overheard, TooLong, guarded, keep_on_the_processor, with_card_if_asked
from pt2k_gui.sources.hugging_face_folder import is_folder
from pt2k_gui.sources.importing import import_file, importable
from pt2k_gui.sources.own_names import pickle_with
from pt2k_gui.sources.pickled import only_torch, read_inertly, tensors_of, unreadable
from pt2k_gui.sources.repository import Import as Imported
from pt2k_gui.sources.repository import Repository, installed_at, means_own, names_in, repository_of
from pt2k_gui.sources.sibling_modules import digest_with, files_beside, files_with, text_of
from pt2k_gui.sources.stand_ins import with_stand_ins
from pt2k_gui.sources.state_dicts import Weights, find_weights
from pt2k_gui.sources.trust import Import, NeedsTrust, agreed, pickle_imports, sha256_of

if TYPE_CHECKING:
    import torch

_NEWER = (66, 67, *range(140, 152))  # pickle's opcodes from BINBYTES to READONLY_BUFFER, as numbers
# What torch's reader of data says of pickles that are sound but more than data: a class's source text beside its name
# (files of before 2020), and operations of protocols 3 to 5.
_NEEDS_RUNNING = (
    ("persistent_load of storage", file_messages.OLD_PICKLE),
    *((f"Unsupported operand {code}\n", file_messages.NEWER_PICKLE) for code in _NEWER),
)


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Contents of a file of weights, read without running anything that it names.

    Args:
        weights: the sets of tensors, the likeliest first.
        module: the model itself, where it is made of torch's own layers alone.
        pickled_class: the foreign class of a whole pickled model, such as ``net.Net``; empty otherwise.
        stored: the plain values that the file keeps besides tensors, as nested dictionaries.
        imports: what the pickle names.
        origin: who wrote it.
        ran: whether its pickle had to be run, to which the user agreed.
        beside: Python files beside it, which running it would import.
        consent: the digest that a yes for this content, and theirs, holds for.
        trusted: whether there is such a yes.
        chosen: the name of the weights that the user chose, which may be a whole model's; empty otherwise.
        files: the parts that it was put together from; empty for a file that holds all itself.
    """

    weights: tuple[Weights, ...]
    module: torch.nn.Module | None = None
    pickled_class: str = ""
    stored: Mapping[str, Any] = field(default_factory=dict)
    imports: tuple[Import, ...] = ()
    origin: str = "PyTorch"
    ran: bool = False
    beside: tuple[Path, ...] = ()
    consent: str = ""
    trusted: bool = False
    chosen: str = ""
    files: tuple[str, ...] = ()


def read_checkpoint_content(source: Source, kind: str, digest: str) -> Checkpoint:
    """Open the file as data.

    Where the user agreed to this content, names that the scanner calls dangerous are no reason to refuse. They are not run
    all the same: stand-ins take their places. Only what can't be read as data is run.

    Args:
        digest: of the file's content.

    Raises:
        NeedsTrust: the pickle names what no checkpoint needs (``os.system``), or can't be read without running it.
        Problem: the file is damaged.
    """
    file = Path(source.path)
    if kind == file_formats.SAFETENSORS:
        return _safetensors(file)
    if kind == file_formats.SPLIT:
        return _put_together(source)
    imports = pickle_imports(file)
    repository = _repository_of_pickle(source, imports)
    beside = _files_that_run(repository, imports)
    consent = digest_with(digest, beside)
    trusted = source.trusted or agreed(consent)
    known = Checkpoint((), imports=imports, beside=beside, consent=consent, trusted=trusted, chosen=source.weights)
    dangerous = [f"{entry.module}.{entry.name}" for entry in imports if entry.safety == "dangerous"]
    if dangerous and not trusted:
        raise asking(
            source,
            known,
            file_messages.DANGEROUS_PICKLE(file=file, names=dangerous[:5]),
            file_messages.MALICIOUS(),
        )
    try:
        content, _ = read_inertly(file, imports)
    except Problem:
        raise
    except Exception as error:  # torch's reader meets a damaged file in many ways
        why = next((why for words, why in _NEEDS_RUNNING if words in str(error)), None)
        if why is None or not isinstance(error, pickle.UnpicklingError):
            raise unreadable(file, error) from error
        if not trusted:
            raise asking(
                source,
                known,
                why(file=file),
                file_messages.TRUST_IMPORTABLE(),
            ) from error
        content = _run(source, "", imports)
        known = replace(known, ran=True)
    return _sorted_out(content, replace(known, origin=_writer(content, kind)))


def asking(source: Source, known: Checkpoint, sentence: str, hint: str) -> NeedsTrust:
    """The question whether the file's pickle may be run, with all that would run."""
    return NeedsTrust(
        sentence,
        hint=hint,
        path=source.path,
        sha256=known.consent,
        imports=known.imports,
        code=text_of(known.beside),
    )


def _safetensors(file: Path) -> Checkpoint:
    import safetensors
    import safetensors.torch

    try:
        tensors = safetensors.torch.load_file(file, device="cpu")
        with safetensors.safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
    except (safetensors.SafetensorError, ValueError, KeyError, OSError, RuntimeError, AttributeError) as error:
        raise Problem(
            file_messages.TENSORS_UNREADABLE(file=file),
            hint=file_messages.COPY_AGAIN(),
            details=repr(error),
        ) from error
    found = (Weights("", tensors),) if tensors else ()
    return Checkpoint(found, stored=with_texts_read(metadata), origin="safetensors")


def _put_together(source: Source) -> Checkpoint:
    """The weights of all parts that an index names. Raises ``Problem`` where one is missing or lies elsewhere."""
    file = Path(source.path)
    folder, parts = file.absolute().parent, file_formats.parts_of(file)
    elsewhere = [name for name in parts if Path(name).name != name]
    if elsewhere:
        raise Problem(
            file_messages.PARTS_ELSEWHERE(file=file, name=elsewhere[0]),
            hint=file_messages.PARTS_BESIDE(),
        )
    missing = [name for name in parts if not (folder / name).is_file()]
    if missing:
        raise Problem(
            file_messages.PARTS_MISSING(file=file, count=len(parts), missing=len(missing), names=missing[:3]),
            hint=file_messages.COPY_PARTS(),
        )
    tensors: dict[str, Any] = {}
    read: list[Checkpoint] = []
    for name in parts:
        part = replace(source, path=str(folder / name))
        read.append(read_checkpoint_content(part, file_formats.identify(part.path), sha256_of(part.path)))
        tensors |= choose_weights(replace(part, weights=""), read[-1]).tensors
    return Checkpoint(
        (Weights("", tensors),),
        imports=tuple(dict.fromkeys(entry for part in read for entry in part.imports)),
        origin=read[0].origin,
        files=tuple(str(folder / name) for name in parts),
    )


def _sorted_out(content: Any, known: Checkpoint) -> Checkpoint:
    import torch

    if isinstance(content, torch.Tensor):
        content = {}
    stored = with_texts_read(stored_settings(content)) if isinstance(content, Mapping) else {}
    whole = next((part for part in _parts(content, known.chosen) if tensors_of(part)), None)
    module: torch.nn.Module | None = None
    pickled_class = ""
    if whole is not None and only_torch(whole):
        module = whole.eval()
    elif whole is not None:
        pickled_class = str(getattr(type(whole), "origin", "") or f"{type(whole).__module__}.{type(whole).__name__}")
    return replace(known, weights=find_weights(content), module=module, pickled_class=pickled_class, stored=stored)


def _writer(content: Any, kind: str) -> str:
    if isinstance(content, Mapping):
        version = content.get("pytorch-lightning_version") or content.get("lightning_version")
        if isinstance(version, str):
            return f"Lightning {version}"
    return file_messages.PYTORCH_BEFORE_1_6() if kind == file_formats.LEGACY_CHECKPOINT else "PyTorch"


def choose_weights(source: Source, checkpoint: Checkpoint) -> Weights:
    """The set of weights that ``source.weights`` names, or the likeliest. Raises ``Problem``."""
    if not checkpoint.weights:
        raise Problem(
            file_messages.NO_WEIGHTS(file=source.path),
            hint=file_messages.STATE_DICT_FILE(),
        )
    if not source.weights:
        return checkpoint.weights[0]
    for weights in checkpoint.weights:
        if weights.place == source.weights:
            return weights
    places = [weights.place or file_messages.WHOLE_FILE() for weights in checkpoint.weights]
    raise Problem(
        file_messages.NO_WEIGHTS_UNDER(file=source.path, key=source.weights),
        hint=file_messages.WEIGHTS_ARE(keys=places),
    )


def run_pickle(source: Source, checkpoint: Checkpoint, context: Context) -> torch.nn.Module:
    """Unpickle a whole model with everything that it names. Only for a file that the user agreed to.

    Raises:
        Problem: its class can't be imported, or it holds no model.
    """
    import torch

    file = Path(source.path)
    context.log(file_messages.RUNNING_CODE(file=file.name))
    content = _run(source, checkpoint.pickled_class, checkpoint.imports)
    module = next((part for part in _parts(content, source.weights) if isinstance(part, torch.nn.Module)), None)
    if module is None:
        raise Problem(
            file_messages.NO_MODEL(file=file, type=type(content).__name__),
            hint=file_messages.MODEL_FILE(),
        )
    while isinstance(module, torch.nn.DataParallel | torch.nn.parallel.DistributedDataParallel):
        module = module.module  # the wrapper hands on its inputs to several cards
    keep_on_the_processor(module)
    return module.eval()


def _parts(content: Any, chosen: str) -> list[Any]:
    """Candidates for the model: the whole content, or what a dictionary holds, the part of the chosen name first."""
    if not isinstance(content, Mapping):
        return [content]
    values = [content, *content.values()]
    return [content[chosen], *values] if chosen in content else values


def _repository_of_pickle(source: Source, imports: tuple[Import, ...]) -> Repository:
    """Where the classes that a pickle names are looked for: in the repository that was named, else around the file."""
    modules = tuple(dict.fromkeys(entry.module for entry in imports))
    head = split_code(source.code)[0] if source.code else ""
    named = bool(head) and (head.endswith(".py") or Path(head).is_dir())
    return repository_of(Path(head) if named else Path(source.path), modules)


def _statement(entry: Import) -> Imported:
    """A name of a pickle, as code would import it."""
    return Imported(entry.module, (entry.name.partition(".")[0],))


def _files_that_run(repository: Repository, imports: tuple[Import, ...]) -> tuple[Path, ...]:
    found = files_beside(repository, dict.fromkeys(_statement(entry) for entry in imports))
    script = _script_with(repository, imports)
    return tuple(dict.fromkeys((*found, script, *files_with(repository_of(script), script)))) if script else found


def _script_with(repository: Repository, imports: tuple[Import, ...]) -> Path | None:
    """The script whose classes a pickle names as ``__main__``'s, because it was run as one when the file was written."""
    names = {entry.name.partition(".")[0] for entry in imports if entry.module == "__main__"}
    if not names:
        return None
    return next((file for file in sources_in(repository.root) if names <= names_in(file)), None)


def _run(source: Source, checkpoint_class: str, imports: tuple[Import, ...]) -> Any:
    """Unpickle a file with all that it names, from the repository around it or the one that was named."""
    import torch

    file = Path(source.path).absolute()
    repository = _repository_of_pickle(source, imports)
    script = _script_with(repository, imports)
    heard, missing = Overheard(), list[str]()

    def run() -> Any:
        with guarded(heard, repository.root), _as_main(script):
            return torch.load(file, map_location="cpu", weights_only=False, pickle_module=reading)

    reading = pickle_with(entry for entry in map(_statement, imports) if means_own(entry, repository.roots))
    names = [entry.module for entry in imports if installed_at(entry.module.partition(".")[0], repository.root) is None]
    with importable(repository, names):
        try:
            return with_stand_ins(
                lambda: with_card_if_asked(run, heard),
                missing,
                lambda name: not any(f"{entry}.".startswith(f"{name}.") for entry in names),
            )
        except (ImportError, AttributeError) as error:
            raise Problem(
                file_messages.CLASS_NOT_IMPORTABLE(
                    file=source.path, model=checkpoint_class or file_messages.A_MODEL(), error=error
                ),
                hint=file_messages.CLASS_OR_REPOSITORY(),
                details=repr(error),
            ) from error
        except (SystemExit, TooLong) as error:
            raise failure(file_messages.WHAT_UNPICKLE(file=source.path), error, heard, "", repository) from error
        except Exception as error:  # the code in the file may fail in any way
            raise Problem(
                file_messages.CANNOT_UNPICKLE(file=source.path, error=error),
                hint=file_messages.COPY_OR_STATE_DICT(),
                details=repr(error),
            ) from error


@contextlib.contextmanager
def _as_main(script: Path | None) -> Iterator[None]:
    """Let a pickle find in ``__main__`` what the script defines."""
    if script is None:
        yield
        return
    main = sys.modules["__main__"]
    module = import_file(script, repository_of(script))
    added = [name for name in vars(module) if not name.startswith("__") and not hasattr(main, name)]
    for name in added:
        setattr(main, name, getattr(module, name))
    try:
        yield
    finally:
        for name in added:
            delattr(main, name)


def needs_class(source: Source, checkpoint: Checkpoint, weights: Weights) -> Problem:
    """The words for weights without a class, with the offer to make the network again where that can be done."""
    chain = read_chain({key: tuple(tensor.shape) for key, tensor in weights.tensors.items()})
    count = sum(tensor.numel() for tensor in weights.tensors.values())
    folder = Path(source.path).absolute().parent
    hint: str = file_messages.WHICH_CLASS()
    if is_folder(folder):
        hint = sentences(file_messages.GIVE_ITS_FOLDER(folder=folder), hint)
    if chain is not None:
        hint = sentences(hint, file_messages.OR_CHAIN(chain=chain.text()))
    if checkpoint.pickled_class:
        name = checkpoint.pickled_class.rsplit(".", 1)[-1]
        return asking(
            source,
            checkpoint,
            file_messages.WHOLE_MODEL(file=source.path, model=checkpoint.pickled_class),
            file_messages.TRUST_OR_TENSORS(name=name),
        )
    return Problem(
        file_messages.WEIGHTS_WITHOUT_CLASS(file=source.path, tensors=len(weights.tensors), numbers=count), hint=hint
    )
