"""Amounts as a fiscal note prints them: thousands of dollars, three figures, parentheses for a decrease."""

import math

from sim.report.shared.plain_table import Cell

NO_IMPACT = "No fiscal impact"

FIGURES = 3
"""Significant figures of the largest number in a cell, to which all of its numbers are rounded."""

FINEST = 0.1
"""Thousands of dollars to which the smallest amounts are rounded."""


def grid(size: float) -> float:
    """To what amounts of that size, in thousands, are rounded: a power of ten that keeps three figures."""
    if size <= 0.0:
        return FINEST
    return max(10.0 ** (math.floor(math.log10(size) + 1e-9) - FIGURES + 1), FINEST)


def thousands(value: float, step: float | None = None) -> str:
    """An amount in thousands of dollars, rounded to ``step`` (three figures by default): '$42,100', '($300)', '$5.4',
    '$0'."""
    step = grid(abs(value)) if step is None else step
    shown = round(value / step) * step
    digits = 1 if step < 1.0 else 0
    text = f"${abs(shown):,.{digits}f}"
    if round(abs(shown), digits) == 0.0:
        return "$0"
    return f"({text})" if shown < 0.0 else text


def cell(mean: float, low: float, high: float, change: bool = True) -> Cell:
    """A mean with its range below it: ('$42,100', '$40,500-$43,700').

    All three are rounded alike, so that a mean in its range stays there; without a range that shows only the mean is
    given. Where all three round to nothing it is 'No fiscal impact' for a change, else '$0'."""
    size = max(abs(mean), abs(low), abs(high))
    if size < FINEST / 2.0:
        return (NO_IMPACT if change else "$0"), ""
    step = grid(size)
    value, *ends = (thousands(number, step) for number in (mean, low, high))
    if ends == [value, value]:
        return value, ""
    return value, (" to " if low < 0.0 else "-").join(ends)


def in_words(thousand: float, size: float | None = None) -> str:
    """An amount in thousands as a sentence has it, without its sign: '$42.1 million', '$812,000'. Three figures, of it
    or of the largest amount beside it, ``size``."""
    size = abs(thousand) if size is None else size
    shown = round(abs(thousand) / grid(size)) * grid(size)
    if size < 999.5:
        return f"${shown * 1000.0:,.0f}"
    digits = 2 if size < 9_995.0 else 1 if size < 99_950.0 else 0
    return f"${shown / 1000.0:,.{digits}f} million"
