"""The memory of the process: what a year has freed is kept for the next.

A year frees some hundred arrays of several hundred kilobytes and asks for as many again. Left to itself the C library
gives part of them back to the system and has every page zeroed and mapped anew, which costs up to a fifth of the
engine's time. Peak memory does not change.

Within a year NumPy is kept from copying numbers that are alike for many districts into its buffer. By default it does
so where several rows fit into that buffer, and multiplying a run by a parameter then costs twice as much. The buffer's
size changes no result.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import cache, wraps
from typing import ParamSpec, TypeVar

import numpy as np

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Names of the two settings in the GNU C library (malloc.h)."""
KEPT = 2**28
"""Free bytes that stay with the process."""
LARGEST = 2**25
"""Bytes of an array that still comes from the kept memory; the most that the library allows."""
SMALL_BUFFER = 1024
"""Numbers that NumPy's buffer holds within a year: less than the pathways of a run."""


@cache
def keep_freed_memory() -> bool:
    """Ask the C library to keep freed memory, once a process; whether it does. Elsewhere than with the GNU C library
    nothing happens."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(MMAP_THRESHOLD, LARGEST) and mallopt(TRIM_THRESHOLD, KEPT))


def in_place(work: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Work during which NumPy reads arrays where they are; the buffer is as before afterwards."""

    @wraps(work)
    def without_copies(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        before = np.setbufsize(SMALL_BUFFER)
        try:
            return work(*arguments, **named)
        finally:
            np.setbufsize(before)

    return without_copies
