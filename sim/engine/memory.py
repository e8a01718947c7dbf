"""The memory of the process: what a year has freed is kept for the next.

A year frees some hundred arrays of several hundred kilobytes and asks for as many again. Left to itself the C library
gives part of them back to the system and has every page zeroed and mapped anew, which costs up to a fifth of the
engine's time. Peak memory does not change.

The kept memory is also asked for in large pages where the system gives them on request. A year goes through far more
memory than the processor holds addresses of in pages of the usual size; looking them up takes a tenth of its time.

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
HUGE_PAGES = 14
"""Name of the advice to back memory by large pages (Linux, madvise)."""
PAGE = 2**12
"""Bytes of a usual page, at which advice must begin."""
BLOCK, BLOCKS = 2**24, 12
"""Bytes that are asked for at once in large pages, and how often: less than is kept."""
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
    kept = bool(mallopt(MMAP_THRESHOLD, LARGEST) and mallopt(TRIM_THRESHOLD, KEPT))
    if kept:
        reserve_huge_pages()
    return kept


def reserve_huge_pages() -> None:
    """Ask the C library for memory, and the system to back it by large pages once it is used, and give it back unused:
    the library keeps it for the arrays to come. Where the system has no large pages nothing changes."""
    library = ctypes.CDLL(None)
    library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    library.free.argtypes = [ctypes.c_void_p]
    blocks = [block for block in (library.malloc(BLOCK) for _ in range(BLOCKS)) if block is not None]
    for block in blocks:
        library.madvise(block + PAGE - block % PAGE, BLOCK - PAGE, HUGE_PAGES)
    for block in reversed(blocks):
        library.free(block)


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
