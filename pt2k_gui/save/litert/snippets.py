"""A few lines that run a LiteRT file, in the languages of phones and boards. Python's are with the format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pt2k_gui.convert.report import IOSpec, Signature

_KOTLIN = {"float32": "Float", "int32": "Int", "int64": "Long", "bool": "Boolean"}
_SWIFT = {"float32": "Float32", "int32": "Int32", "int64": "Int64", "bool": "Bool"}
_CPP = {"float32": "float", "int32": "int32_t", "int64": "int64_t", "bool": "bool"}


def kotlin(path: str, signature: Signature) -> str:
    """Android, with ``com.google.ai.edge.litert``: the file lies among the app's assets."""
    name = _text(path).replace("$", "\\$")  # which begins an expression there
    lines = [
        "import com.google.ai.edge.litert.Accelerator",
        "import com.google.ai.edge.litert.CompiledModel",
        "",
        f"val model = CompiledModel.create(context.assets, {name}, CompiledModel.Options(Accelerator.CPU))",
        "val inputs = model.createInputBuffers()",
        "val outputs = model.createOutputBuffers()",
    ]
    for number, spec in enumerate(signature.inputs):
        kind = _KOTLIN.get(spec.dtype, "Float")
        lines.append(f"inputs[{number}].write{kind}({kind}Array({_count(spec)}))  // {_described(spec)}")
    lines.append("model.run(inputs, outputs)")
    for number, spec in enumerate(signature.outputs):
        lines.append(
            f"val output{number} = outputs[{number}].read{_KOTLIN.get(spec.dtype, 'Float')}()  // {_described(spec)}"
        )
    return "\n".join(lines)


def swift(path: str, signature: Signature) -> str:
    """iOS, with the pod ``TensorFlowLiteSwift``: the file lies in the app's bundle."""
    stem, ending = Path(path).stem, Path(path).suffix[1:]
    lines = [
        "import Foundation",
        "import TensorFlowLite",
        "",
        f"let path = Bundle.main.path(forResource: {_text(stem)}, ofType: {_text(ending)})!",
        "let interpreter = try Interpreter(modelPath: path)",
    ]
    for number, spec in enumerate(signature.inputs):
        shape = ", ".join(map(str, _lengths(spec)))
        lines.append(f"try interpreter.resizeInput(at: {number}, to: [{shape}])")
    lines.append("try interpreter.allocateTensors()")
    for number, spec in enumerate(signature.inputs):
        kind = _SWIFT.get(spec.dtype, "Float32")
        zeros = f"[{kind}](repeating: {'false' if kind == 'Bool' else '0'}, count: {_count(spec)})"
        lines.append(f"let input{number} = {zeros}  // {_described(spec)}")
        lines.append(f"try interpreter.copy(input{number}.withUnsafeBytes {{ Data($0) }}, toInputAt: {number})")
    lines.append("try interpreter.invoke()")
    for number, spec in enumerate(signature.outputs):
        lines.append(f"let output{number} = try interpreter.output(at: {number}).data  // {_described(spec)}")
    return "\n".join(lines)


def cpp(path: str, signature: Signature) -> str:
    """C++ with LiteRT's interpreter: a program."""
    lines = [
        "#include <algorithm>",
        "#include <cstdint>",
        "#include <memory>",
        '#include "tflite/interpreter.h"',
        '#include "tflite/interpreter_builder.h"',
        '#include "tflite/kernels/register.h"',
        '#include "tflite/model_builder.h"',
        "",
        "int main() {",
        f"  auto model = tflite::FlatBufferModel::BuildFromFile({_text(Path(path).name)});",
        "  tflite::ops::builtin::BuiltinOpResolver operators;",
        "  std::unique_ptr<tflite::Interpreter> interpreter;",
        "  if (!model || tflite::InterpreterBuilder(*model, operators)(&interpreter) != kTfLiteOk) return 1;",
    ]
    for number, spec in enumerate(signature.inputs):
        shape = ", ".join(map(str, _lengths(spec)))
        lines.append(f"  interpreter->ResizeInputTensor(interpreter->inputs()[{number}], {{{shape}}});")
    lines.append("  if (interpreter->AllocateTensors() != kTfLiteOk) return 1;")
    for number, spec in enumerate(signature.inputs):
        kind = _CPP.get(spec.dtype, "float")
        fill = f"std::fill_n(interpreter->typed_input_tensor<{kind}>({number}), {_count(spec)}, {kind}{{}});"
        lines.append(f"  {fill}  // {_described(spec)}")
    lines.append("  if (interpreter->Invoke() != kTfLiteOk) return 1;")
    for number, spec in enumerate(signature.outputs):
        kind = _CPP.get(spec.dtype, "float")
        read = f"const {kind}* output{number} = interpreter->typed_output_tensor<{kind}>({number});"
        lines.append(f"  {read}  // {_described(spec)}")
    return "\n".join([*lines, "}"])


LANGUAGES: dict[str, Callable[[str, Signature], str]] = {"Kotlin": kotlin, "Swift": swift, "C++": cpp}


def _text(value: str) -> str:
    """The file's name as a string literal, which these languages write as JSON does."""
    return json.dumps(Path(value).name, ensure_ascii=False)


def _lengths(spec: IOSpec) -> list[int]:
    return [size if isinstance(size, int) else 1 for size in spec.keras_shape]


def _count(spec: IOSpec) -> int:
    count = 1
    for size in _lengths(spec):
        count *= size
    return count


def _described(spec: IOSpec) -> str:
    from pt2k_gui.save.litert.notes import axes_of

    shape = " x ".join(map(str, spec.keras_shape)) or "a number"
    return f"{spec.name}: {shape} ({', '.join(axes_of(spec))})" if spec.keras_shape else f"{spec.name}: {shape}"
