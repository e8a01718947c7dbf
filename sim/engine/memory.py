"""The memory of the process: what a year has freed is kept for the next.

A year frees some hundred arrays of several hundred kilobytes and asks for as many again. Left to itself the C library
gives part of them back to the system and has every page zeroed and mapped anew, which costs up to a fifth of the
engine's time. Peak memory does not change.
"""

import ctypes
import sys
from functools import cache

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""Names of the two settings in the GNU C library (malloc.h)."""
KEPT = 2**28
"""Free bytes that stay with the process."""
LARGEST = 2**25
"""Bytes of an array that still comes from the kept memory; the most that the library allows."""


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
