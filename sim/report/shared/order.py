"""Who stands where among districts: names with codes, first places, ranks and quarters, in which ties stay ties."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from sim.arrays import Array, IntArray

QUARTERS: tuple[str, ...] = ("lowest poverty", "second quarter", "third quarter", "highest poverty")
"""Names of the quarters of districts by their share of children in poverty."""

UNEVEN = 0.5
"""How far a quarter may differ from a fourth of the districts, as a share of it, or by one district."""

SAME = 6
"""Decimals to which numbers of two districts are the same."""


def with_code(name: str, code: str, width: int | None = None) -> str:
    """A district's name with its code, for two districts may have one name; cut in the name to ``width`` characters."""
    name = name or code
    end = "" if code in ("", name) else f" ({code})"
    if width is not None and len(name) + len(end) > width:
        name = f"{name[: max(width - len(end) - 3, 1)].rstrip()}..."
    return f"{name}{end}"


def labels_where_shared(names: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Names for a table that has codes in a column of their own: with the code too where several share a name."""
    count = Counter(names)
    return [with_code(name, code) if count[name] > 1 else name for name, code in zip(names, codes, strict=True)]


def first_places(values: Array, most: int) -> tuple[list[int], int]:
    """The places of the largest values, at most ``most``, and how many that are as large as the next are not among
    them. Where several share a value and not all find room, none of them is given, so that no order decides."""
    order = np.argsort(-values, kind="stable")
    held = np.round(values[order], SAME)
    if len(held) <= most:
        return order.tolist(), 0
    if held[most - 1] != held[most]:
        return order[:most].tolist(), 0
    tied = held == held[most]
    return order[:most][~tied[:most]].tolist(), int(tied.sum())


def ranks(values: Array) -> IntArray:
    """1 for the largest value; equal values share the better rank, ``[D]``."""
    _, place, count = np.unique(np.round(-values, SAME), return_inverse=True, return_counts=True)
    rank: IntArray = 1 + (np.cumsum(count) - count)[place]
    return rank


def quarters(values: Array) -> tuple[str, ...] | None:
    """The quarter in which each share of poverty stands, lowest first; None where there are none to speak of.

    Equal values stand together. There are no quarters where values are fewer than four, or so often the same that a
    quarter would hold half as many districts as another, or none.
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    if len(count) < len(QUARTERS):
        return None
    middle = np.cumsum(count) - (count + 1) / 2.0
    quarter = np.minimum(4.0 * middle / len(values), 3.0).astype(np.intp)[place]
    held, even = np.bincount(quarter, minlength=4), len(values) / 4.0
    if held.min() == 0 or np.abs(held - even).max() > max(UNEVEN * even, 1.0):
        return None
    return tuple(QUARTERS[place] for place in quarter.tolist())
