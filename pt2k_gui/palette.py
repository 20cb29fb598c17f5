"""The visual language as plain values: colours by role, light and dark. No Qt and no matplotlib: the window and the
reports both build on it, and no colour is written anywhere else."""

from __future__ import annotations

from dataclasses import dataclass

_WORDS = {("light", "PyTorch"): "#B84A00", ("light", "Keras"): "#00795A"}


@dataclass(frozen=True)
class Colours:
    """One theme. Each is ``#RRGGBB``; ``good``, ``warn`` and ``bad`` always come with an icon and a word.

    ``window``, ``surface`` and ``raised`` are backgrounds; ``pytorch`` to ``litert`` mark a backend in every plot.
    """

    name: str
    window: str
    surface: str
    raised: str
    text: str
    muted: str
    border: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str
    pytorch: str
    onnxruntime: str
    keras: str
    litert: str

    def backend(self, name: str) -> str:
        """The colour of a backend by the name that verification gives it; the text colour for any other."""
        known = {
            "PyTorch": self.pytorch,
            "ONNX Runtime": self.onnxruntime,
            "Keras": self.keras,
            "LiteRT": self.litert,
        }
        return known.get(name, self.text)

    def backend_words(self, name: str) -> str:
        """The same for words: darker where the colour of a line or a bar is too light to be read as text on white."""
        return _WORDS.get((self.name, name), self.backend(name))


LIGHT = Colours(
    name="light",
    window="#F6F7F9",
    surface="#FFFFFF",
    raised="#FFFFFF",
    text="#1B1F24",
    muted="#59636E",
    border="#D0D7DE",
    accent="#0B5CAD",
    on_accent="#FFFFFF",
    good="#1A7F37",
    warn="#9A6700",
    bad="#CF222E",
    pytorch="#D55E00",
    onnxruntime="#0072B2",
    keras="#009E73",
    litert="#AA4499",
)
DARK = Colours(
    name="dark",
    window="#14171C",
    surface="#1E2329",
    raised="#262C33",
    text="#E6EAF0",
    muted="#9AA7B4",
    border="#343B44",
    accent="#6CB2FF",
    on_accent="#0B1B2B",
    good="#4AC26B",
    warn="#E3B341",
    bad="#FF7B72",
    pytorch="#F28E5B",
    onnxruntime="#56B4E9",
    keras="#34C79A",
    litert="#D78BD0",
)
THEMES = {LIGHT.name: LIGHT, DARK.name: DARK}
