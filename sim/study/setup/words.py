"""Words that a user writes as the value of a setting: names and paths, which can be read, found and printed."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

_HIDDEN = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories that no name or path needs: control characters, halves of a character, ends of lines."""


def _readable(text: str) -> str:
    if any(unicodedata.category(character) in _HIDDEN for character in text):
        raise ValueError("it holds a character that cannot be printed")
    return text


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("it is blank")
    return text


PartOfName = Annotated[
    str,
    Field(max_length=200, coerce_numbers_to_str=True, description="an identifier or a part of a name"),
    AfterValidator(_readable),
]
"""What is looked for among names."""

Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_readable), AfterValidator(_not_blank)]
"""An identifier or a name."""

PathName = Annotated[str, Field(min_length=1, max_length=1_000), AfterValidator(_readable), AfterValidator(_not_blank)]
"""A name, or the path of a file or folder."""
