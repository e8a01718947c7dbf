"""The words by which a user names scenarios, looked at as text alone."""

import re
from pathlib import Path

SIGNS = "+@:*"
"""What joins scenarios, moves one, and gives its size."""


def is_made(word: str) -> bool:
    """Whether a word means a scenario that is made of others, or of another size or year, not one name or file."""
    return any(sign in word for sign in SIGNS) and not Path(word).is_file() and "," not in word and "[" not in word


def names_in_word(word: str) -> list[str]:
    """The names and files that a word holds: ``oil_slump@2030+mine.yaml`` holds two."""
    return [re.split("[@:*]", part)[0] for part in word.split("+")]
