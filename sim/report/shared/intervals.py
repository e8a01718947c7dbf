"""Bands over draws, Monte-Carlo errors, and numbers as text that claims no more precision than it has."""

import math
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array

NOT_AVAILABLE = "n/a"

COUNTED = frozenset({"students", "credentials", "pathways", "sites", "launches", "districts", "enrollments"})
"""Units of things that come in wholes."""

PER_100 = "per 100 members"
"""Unit of rates, in which a tenth is enough."""

LEVELS: tuple[float, ...] = (5.0, 25.0, 50.0, 75.0, 95.0)
"""Percentiles over draws that every band is made of."""

COVERS = (
    "Intervals reach to the mean where it lies beyond these percentiles. They cover uncertain parameters and chance "
    "together. Errors in the model's structure or data, and other changes of law, are not covered."
)
"""What intervals over draws are and what they cover; goes under every figure and table. Where nearly all draws have one
value and few another, as under a cap that binds, the mean lies outside the percentiles: an interval that left it out
would contradict the number beside it, and one that holds it holds at least as many draws."""


COVERS_WITH_DISCREPANCY = (
    "Intervals reach to the mean where it lies beyond these percentiles. They cover uncertain parameters, chance, and "
    "what the model has missed in other states' cases. Counts and what the state pays carry the last "
    "(discrepancy=false leaves it out). Errors in the data and other changes of law are not covered."
)
"""The same where draws carry a discrepancy."""


@dataclass(frozen=True)
class Bands:
    """A distribution over draws, each field with the shape of the values less the axis of draws.

    ``p05`` to ``p95`` are the percentiles themselves. ``low`` and ``high`` are the ends of the interval that stands
    beside a mean: the 5th and 95th percentile, or the mean where it lies beyond them. ``error`` is the Monte-Carlo
    standard error of the mean, NaN for fewer than two draws. ``count`` is the number of draws in which the value is
    defined; with none, every other field is NaN.
    """

    mean: Array
    median: Array
    p05: Array
    p25: Array
    p75: Array
    p95: Array
    error: Array
    count: Array

    @property
    def low(self) -> Array:
        """The lower end of the interval."""
        return np.fmin(self.p05, self.mean)

    @property
    def high(self) -> Array:
        """The upper end of the interval."""
        return np.fmax(self.p95, self.mean)


def bands(values: Array, axis: int = 1) -> Bands:
    """Mean, median, 5-95 and 25-75 percentiles and Monte-Carlo error over the draws along ``axis``.

    Percentiles interpolate linearly (the default of NumPy). NaN marks a draw in which the value is not defined, such
    as proration where nothing is owed; it is left out.
    """
    values = np.moveaxis(np.asarray(values, dtype=np.float64), axis, -1)
    defined = ~np.isnan(values)
    count = defined.sum(axis=-1)
    if defined.all() and values.shape[-1]:
        levels = np.percentile(values, LEVELS, axis=-1)
    else:
        levels = _percentiles_of_defined(values, count)
    total = np.where(defined, values, 0.0).sum(axis=-1)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    squares = (np.where(defined, values - mean[..., None], 0.0) ** 2).sum(axis=-1)
    error = np.sqrt(np.divide(squares, (count - 1.0) * count, out=np.full(count.shape, np.nan), where=count > 1))
    return Bands(mean, levels[2], levels[0], levels[1], levels[3], levels[4], error, count.astype(np.float64))


def _percentiles_of_defined(values: Array, count: Array) -> Array:
    """Percentiles over the last axis without its NaN, NaN where nothing is defined."""
    ordered = np.sort(values, axis=-1)  # NaN sorts last
    levels = np.full((len(LEVELS), *count.shape), np.nan)
    if not values.shape[-1]:
        return levels
    last = np.maximum(count - 1, 0)
    for number, level in enumerate(LEVELS):
        place = last * (level / 100.0)
        below = np.floor(place).astype(np.intp)
        above = np.minimum(below + 1, last).astype(np.intp)
        low = np.take_along_axis(ordered, below[..., None], axis=-1)[..., 0]
        high = np.take_along_axis(ordered, above[..., None], axis=-1)[..., 0]
        levels[number] = low + (high - low) * (place - below)
    return levels


def mean_of_defined(values: Array, axis: int) -> Array:
    """Mean over ``axis`` of what is not NaN; NaN where nothing is."""
    defined = ~np.isnan(values)
    count = defined.sum(axis=axis)
    total = np.where(defined, values, 0.0).sum(axis=axis)
    mean: Array = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return mean


def paired(values: Array, reference: Array, axis: int = 1) -> Bands:
    """Bands of the difference ``values - reference`` taken within each draw along ``axis``.

    Draws share their random numbers between formulas, so this is the effect of the formula; its Monte-Carlo error is
    that of the mean of the paired differences.
    """
    return bands(values - reference, axis)


def ratio_error(above: Array, below: Array) -> float:
    """Monte-Carlo standard error of ``mean(above) / mean(below)`` over paired draws ``[R]``, by the delta method.

    NaN for fewer than two draws or a mean of zero below.
    """
    draws = len(above)
    bottom = float(below.mean())
    if draws < 2 or bottom == 0.0:
        return math.nan
    residual = above - below * (float(above.mean()) / bottom)
    return float(np.sqrt((residual**2).sum() / (draws - 1) / draws)) / abs(bottom)


def interval_text(value: float, low: float, high: float, unit: str = "", signed: bool = False) -> str:
    """A value with its interval, such as '22,210 (21,500 to 23,000)' or '$45.2M ($43.1M to $47.0M)'.

    The ends are rounded to two figures of the interval's width, the value to one more, and outward where an end would
    else leave out the value as it is shown: a value always lies in its own interval. Without a spread that shows only
    the value is given.
    """
    text, spread = interval_parts(value, low, high, unit, signed)
    return f"{text} ({spread})" if spread else text


def interval_parts(
    value: float, low: float, high: float, unit: str = "", signed: bool = False, between: str = " to "
) -> tuple[str, str]:
    """The value and its interval as two texts; the second is empty where there is no interval.

    ``between`` joins the ends, unless one is negative: then it is always 'to'.
    """
    if not math.isfinite(value):
        return NOT_AVAILABLE, ""
    if not (math.isfinite(low) and math.isfinite(high)) or high - low <= 1e-9 * max(abs(low), abs(high)):
        return number_text(value, unit, signed=signed), ""
    low, high = min(low, value), max(high, value)
    step = _step(high - low)
    size = max(abs(value), abs(low), abs(high))
    fine, coarse = _grid(unit, step / 10, size), _grid(unit, step, size)
    shown, least, most = (
        round(number / grid) * grid for number, grid in ((value, fine), (low, coarse), (high, coarse))
    )
    least -= coarse if least > shown + fine / 2 else 0.0
    most += coarse if most < shown - fine / 2 else 0.0
    text = number_text(value, unit, step / 10, signed, size)
    ends = [number_text(end, unit, step, signed, size) for end in (least, most)]
    return text, "" if ends == [text, text] else (" to " if low < 0 else between).join(ends)


def number_text(
    value: float, unit: str = "", step: float | None = None, signed: bool = False, size: float | None = None
) -> str:
    """A number with its unit's sign, rounded to ``step`` (three figures by default): '$1,592', '$45.2M', '87%'.

    ``size`` sets the magnitude by which millions or billions are chosen, so that the ends of an interval match.
    """
    if not math.isfinite(value):
        return NOT_AVAILABLE
    if value == 0.0 and step is None:
        step, size = 1.0, 1e3
    size = abs(value) if size is None else size
    step = _step(size / 10) if step is None else step
    before, after, scale, finest = _style(unit, size)
    digits = min(max(0, -math.floor(math.log10(step * scale) + 1e-9)), finest)
    grid = _grid(unit, step, size) * scale
    shown = round(value * scale / grid) * grid
    sign = "-" if shown < 0 and round(abs(shown), digits) > 0 else ("+" if signed and round(shown, digits) > 0 else "")
    return f"{sign}{before}{abs(shown):,.{digits}f}{after}"


def signed_text(value: float, digits: int) -> str:
    """A bare number with its sign, '+0.25'; what rounds to zero has none but '+': '+0.00', never '-0.00'."""
    return f"{round(value, digits) + 0.0:+.{digits}f}"


def _grid(unit: str, step: float, size: float) -> float:
    """To what a number is rounded: ``step``, or the finest that is shown of a number of that unit and size."""
    _, _, scale, finest = _style(unit, size)
    return max(step, 10.0**-finest / scale)


def _step(width: float) -> float:
    """The power of ten that keeps two figures of ``width``."""
    return 10.0 ** (math.floor(math.log10(width) + 1e-9) - 1) if width > 0 else 1.0


def _style(unit: str, size: float) -> tuple[str, str, float, int]:
    """Text before, text after, scale and most decimals for a number of that unit and size."""
    if unit == "dollars":
        if size >= 999.5e6:
            return "$", "B", 1e-9, 2
        if size >= 999.5e3:
            return "$", "M", 1e-6, 2 if size < 9.995e6 else 1
        return "$", "", 1.0, 0 if size >= 100 else 2
    if unit == "share":
        return "", "%", 100.0, 1
    if unit == PER_100:
        return "", "", 1.0, 2 if size < 1 else 1
    if size >= 999.5e6:
        return "", " billion", 1e-9, 2
    if size >= 99.95e6:
        return "", " million", 1e-6, 1
    if unit in COUNTED:
        return "", "", 1.0, 1 if size < 20 else 0
    return "", "", 1.0, 3 if size < 2 else (1 if size < 100 else 0)


def interval_note(draws: int, seed: object, covers: str = COVERS) -> str:
    """One sentence on what the intervals of a table mean."""
    return (
        f"Intervals: 90% of {draws:,} draws (5th to 95th percentile), seed {seed}. {covers} "
        "Formulas share their draws, so differences are taken within each draw."
    )
