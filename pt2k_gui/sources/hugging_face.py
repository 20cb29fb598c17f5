"""Folders as Hugging Face keeps models: ``config.json`` with ``model.safetensors`` or several, opened by ``transformers``."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pt2k_gui.problem import Problem
from pt2k_gui.progress import Context
from pt2k_gui.sources import file_formats, file_messages, messages
from pt2k_gui.sources.assembly import described
from pt2k_gui.sources.card import Source, TensorSpec
from pt2k_gui.sources.checkpoints import Checkpoint
from pt2k_gui.sources.hugging_face_folder import code_in, digest_of, files_of, settings
from pt2k_gui.sources.loaded import LoadedModel, flat_tensors
from pt2k_gui.sources.named import SEED

if TYPE_CHECKING:
    import torch

_LENGTH = 128


def read_folder(source: Source, context: Context) -> LoadedModel:
    """Open the folder's model with ``transformers``.

    Raises:
        Problem: ``transformers`` is not here, does not know the model, or its files are damaged.
    """
    folder = Path(source.path)
    try:
        import transformers
    except Exception as error:  # a package may fail in any way
        raise Problem(
            file_messages.NEEDS_TRANSFORMERS(folder=folder, error=error),
            hint=messages.INTERPRETER_WITH_IT(),
        ) from error
    content = settings(folder)
    has_weights = len(files_of(folder)) > 1 + len(code_in(folder))
    context.progress(0.3, file_messages.OPENING_FOLDER())
    try:
        module = _made(transformers, source, content, has_weights)
    except Problem:
        raise
    except Exception as error:  # transformers may fail in any way
        lines = str(error).strip().splitlines()
        raise Problem(
            file_messages.TRANSFORMERS_FAILED(
                folder=folder,
                version=transformers.__version__,
                error=": ".join([type(error).__name__, *lines[:1]]),
            ),
            hint=file_messages.FOLDER_AGAIN(),
            details=str(error),
        ) from error
    notes = [] if has_weights else [file_messages.FOLDER_WITHOUT_WEIGHTS()]
    likely = _prepare(module, content)
    checkpoint = Checkpoint(
        (), origin=f"transformers {transformers.__version__}", files=tuple(map(str, files_of(folder)))
    )
    return described(source, file_formats.HUGGING_FACE, digest_of(folder), module, checkpoint, notes, likely)


def _made(transformers: Any, source: Source, content: Mapping[str, Any], has_weights: bool) -> torch.nn.Module:
    import torch

    name = source.code.rpartition(":")[2] or next(iter(content.get("architectures") or ()), "")
    kind = getattr(transformers, name, None) if name else None
    options: dict[str, Any] = {"local_files_only": True}
    if kind is None:
        if name and not code_in(source.path):
            raise Problem(
                file_messages.UNKNOWN_TO_TRANSFORMERS(folder=source.path, model=name, version=transformers.__version__),
                hint=file_messages.UPDATE_TRANSFORMERS(),
            )
        kind = transformers.AutoModel
        options["trust_remote_code"] = bool(code_in(source.path)) and source.trusted
    if has_weights:
        module: torch.nn.Module = kind.from_pretrained(source.path, **options)
    else:
        config = transformers.AutoConfig.from_pretrained(source.path, **options)
        torch.manual_seed(SEED)
        module = kind(config) if kind is not transformers.AutoModel else kind.from_config(config)
    return module.eval()


def _prepare(module: Any, content: Mapping[str, Any]) -> tuple[TensorSpec, ...]:
    """Have the model give plain tensors, without caches of earlier words; returns the inputs that it likely takes."""
    config = getattr(module, "config", None)
    for name, value in (("use_cache", False), ("return_dict", True)):
        if hasattr(config, name):
            setattr(config, name, value)
    wanted = _wanted(module)
    specs = tuple(_spec(name, config, module) for name in wanted)
    if not all(specs):
        return ()
    original = type(module).forward

    def forward(self: Any, *tensors: Any) -> Any:
        outputs = flat_tensors(original(self, **dict(zip(wanted, tensors, strict=True))))
        return outputs[0] if len(outputs) == 1 else tuple(outputs)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    signature = inspect.Signature([inspect.Parameter(name, kind) for name in ("self", *wanted)])
    forward.__signature__ = signature  # type: ignore[attr-defined]
    module.forward = types.MethodType(forward, module)
    return tuple(spec for spec in specs if spec is not None)


def _wanted(module: Any) -> Sequence[str]:
    """The arguments that a model is called with: its main one, with those that its own example has."""
    main = str(getattr(module, "main_input_name", "") or "input_ids")
    takes = inspect.signature(type(module).forward).parameters
    if main not in takes:
        return ()
    wanted = [main]
    if getattr(getattr(module, "config", None), "is_encoder_decoder", False) and "decoder_input_ids" in takes:
        wanted.append("decoder_input_ids")
    # A first word that is masked leaves a causal model nothing to look at, so that its answer there is nobody's.
    causal = type(module).__name__.endswith(("CausalLM", "LMHeadModel", "DoubleHeadsModel"))
    further = ("pixel_values",) if causal else ("pixel_values", "attention_mask")
    if main == "input_ids":
        wanted += [name for name in further if name in takes and name not in wanted]
    return wanted


def _spec(name: str, config: Any, module: Any) -> TensorSpec | None:
    text, image = getattr(config, "text_config", config), getattr(config, "vision_config", config)
    if name.endswith("input_ids"):
        vocabulary = getattr(text, "vocab_size", None)
        longest = getattr(text, "max_position_embeddings", None) or getattr(text, "n_positions", None) or _LENGTH
        if not isinstance(vocabulary, int):
            return None
        return TensorSpec(name, "int64", ("batch", min(_LENGTH, int(longest))), 0, vocabulary)
    if name == "attention_mask":
        ids = _spec("input_ids", config, module)
        return None if ids is None else TensorSpec(name, "int64", ids.shape, 0, 2)
    if name == "pixel_values":
        size = getattr(image, "image_size", None) or 224
        height, width = size if isinstance(size, list | tuple) else (size, size)
        return TensorSpec(name, "float32", ("batch", getattr(image, "num_channels", 3), int(height), int(width)))
    if name == "input_values":
        return TensorSpec(name, "float32", ("batch", 16000))
    return None
