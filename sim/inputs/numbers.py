"""What an unquoted word of a data file is: a number, true or false, nothing, or the word itself.

YAML 1.1 takes 0500 for octal (320), 1:30 for base 60 (90), 1e3 for a word and 2026-11-03 for a date. Here a number is
what a person means by it, or it stays the word that was written, which a key that wants a number refuses with what to
write instead.
"""

import math
import re

_GROUPED = r"(?:0|[1-9][0-9]{0,2}(?:_[0-9]{3})+|[1-9][0-9]*)"
_WHOLE = re.compile(rf"[-+]?{_GROUPED}")
_DECIMAL = re.compile(rf"[-+]?(?:{_GROUPED}(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]{{1,4}})?")
MOST_DIGITS = 18
"""Digits of a whole number; more is no number of people or dollars."""

LONGEST_NUMBER = 40

YES, NO = frozenset({"yes", "on", "true"}), frozenset({"no", "off", "false"})
_SUFFIXES = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "mio": 1e6, "million": 1e6, "b": 1e9, "bn": 1e9, "billion": 1e9,
}  # fmt: skip


def plain_value(word: str) -> int | float | bool | str | None:
    """The value of an unquoted word. A number that no file needs, too long or without end, stays a word."""
    if word in ("", "~") or word.lower() == "null":
        return None
    if word in ("true", "True", "TRUE"):
        return True
    if word in ("false", "False", "FALSE"):
        return False
    if _WHOLE.fullmatch(word) and len(word.replace("_", "").lstrip("+-")) <= MOST_DIGITS:
        return int(word)
    if _DECIMAL.fullmatch(word) and len(word) <= LONGEST_NUMBER:
        number = float(word.replace("_", ""))
        return number if math.isfinite(number) else word
    return word


def truth(word: object) -> object:
    """True or false for the words that mean it (yes, no, on, off), anything else as it is."""
    if isinstance(word, str):
        return True if word.lower() in YES else False if word.lower() in NO else word
    return word


def number_meant(word: str, low: float = -math.inf, high: float = math.inf) -> str:
    """What to write for the number that a word seems to mean, as 'write 0.05'; nothing if none is seen in it, or one
    that does not lie between ``low`` and ``high``."""
    number = _meant(word)
    return f"write {_written(number)}" if number is not None and low <= number <= high else ""


def _meant(word: str) -> float | None:
    if len(word) > LONGEST_NUMBER:
        return None
    text = re.sub(r"[\s\u00a0\u202f'\N{RIGHT SINGLE QUOTATION MARK}]", "", word).lower()
    text = re.sub(r"^(usd|us\$|\$)|(usd|dollars|\$)$", "", text)
    if re.fullmatch(r"[-+]?0(x[0-9a-f]+|o[0-7]+|b[01]+)", text):
        return int(text, 0)
    share = 1.0
    if text.endswith(("%", "percent")):
        text, share = text.removesuffix("%").removesuffix("percent"), 0.01
    letters = re.search(r"[a-z]+$", text)
    if letters is not None and letters[0] in _SUFFIXES:
        text, share = text[: letters.start()], share * _SUFFIXES[letters[0]]
    if re.fullmatch(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[-+]?[0-9]*,[0-9]+", text):
        text = text.replace(",", ".")
    part = re.fullmatch(r"([0-9]+)/([1-9][0-9]*)", text)
    if part is not None:
        return round(int(part[1]) / int(part[2]), 4) * share
    if not re.fullmatch(r"[-+]?([0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(e[-+]?[0-9]{1,3})?", text):
        return None
    return float(text.replace("_", "")) * share


def _written(number: float) -> str:
    """A number as a file writes it, large ones in groups of three."""
    if number == int(number) and abs(number) < 10**MOST_DIGITS:
        return f"{int(number):_}" if abs(number) >= 10_000 else f"{int(number)}"
    return f"{number:.10g}"


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"(?P<year>(?:19|20)[0-9]{2})-(?P<month>[0-9]{2})-[0-9]{2}")
_SPAN = re.compile(
    r"(?:fy|sy|fiscal year|school year)?\s*(?P<first>(?:19|20)[0-9]{2})\s*[-/\u2013]\s*(?P<last>[0-9]{2}|[0-9]{4})"
)
_CALLED = re.compile(r"(?:fy|fiscal year)\s*'?(?P<year>[0-9]{2}|(?:19|20)[0-9]{2})")
FIRST_MONTH = 7
"""July, with which a state's fiscal year begins; it is called after the year in which it ends."""


def fiscal_year_meant(word: str) -> str:
    """What to write for the fiscal year that a word means: the one in which a date lies, as 'July 1, 2027' or
    '2027-07-01', or the one of two that follow each other, as '2029-30'; empty for anything else."""
    span, called = _SPAN.fullmatch(word.strip().lower()), _CALLED.fullmatch(word.strip().lower())
    if called is not None:
        return f"write {_in_full(called['year'], 2000)}"
    if span is not None:
        first = int(span["first"])
        if _in_full(span["last"], first + 1) != first + 1:
            return ""
        return f"write {first + 1}, the fiscal year from July {first} to June {first + 1}"
    written = _DATE.fullmatch(word.strip())
    if written is not None:
        year, month = int(written["year"]), int(written["month"])
    else:
        years, months = re.findall(r"\b(?:19|20)[0-9]{2}\b", word), re.findall(r"[a-z]{3,9}", word.lower())
        named = [place for place, name in enumerate(_MONTHS, start=1) if any(one.startswith(name) for one in months)]
        if len(years) != 1 or len(named) != 1:
            return ""
        year, month = int(years[0]), named[0]
    if not 1 <= month <= 12:
        return ""
    begins = year if month >= FIRST_MONTH else year - 1
    return f"write {begins + 1}, the fiscal year from July {begins} to June {begins + 1}"


def _in_full(year: str, near: int) -> int:
    """A year of two digits in the century of another."""
    return int(year) if len(year) == 4 else near // 100 * 100 + int(year)
