"""Operators without a conversion of their own, and what is known of them all the same."""

from __future__ import annotations

from pt2k_gui.convert import messages
from pt2k_gui.convert.registry import declare

_NO_TENSOR = messages.SEQUENCES_OR_TEXT()

for _name in (
    *("ConcatFromSequence", "Optional", "OptionalHasElement", "RegexFullMatch", "SequenceAt", "SequenceConstruct"),
    *("SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength", "SequenceMap", "SplitToSequence"),
    *("StringConcat", "StringNormalizer", "StringSplit", "TfIdfVectorizer"),
):
    declare(_name, advice=_NO_TENSOR)

for _name in ("Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"):
    declare(_name, random=True, advice=messages.DRAWS_RANDOM())

declare("MaxRoiPool", spatial=True)
declare("Constant", exact=True)  # always evaluated at conversion
