"""How the benchmarks measure: CPU time against a fixed kernel, each thing in a process of its own for its memory."""

import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

import numpy as np

Result = TypeVar("Result")
MEGABYTE = 1024.0 if sys.platform != "darwin" else 1024.0 * 1024.0
"""Units of the peak memory that the system reports."""


def reference_kernel() -> float:
    """A fixed amount of array work in the shape of one run: 30 years of 190 districts by 14 clusters, about 30 vector
    operations a year (saturation, exponentials, shares, minima and maxima)."""
    state = np.linspace(0.1, 1.0, 190 * 14).reshape(190, 14)
    share = np.linspace(1.0, 2.0, 14)[np.newaxis, :] / 21.0
    total = 0.0
    for year in range(30):
        price = 1.0 + 0.01 * year
        effort = 1.0 - np.exp(-price * state)
        pull = np.exp(0.5 * state + 0.3 * share)
        mix = pull / pull.sum(axis=1, keepdims=True)
        demand = mix * state.sum(axis=1, keepdims=True)
        seats = np.floor(5.0 * state + 0.5) / 5.0
        seated = np.minimum(demand, seats)
        free = np.maximum(seats - seated, 0.0)
        spill = free * (demand - seated).sum(axis=1, keepdims=True) / np.maximum(free.sum(axis=1, keepdims=True), 1.0)
        chance = 1.0 / (1.0 + np.exp(2.0 - effort - 0.2 * spill))
        grown = seated + 0.1 * spill + 0.05 * chance * (1.0 - state)
        state = np.clip(state + 0.3 * (grown - state), 0.05, 1.0)
        total += float((state * share).sum())
    return total


def cpu_ms(work: Callable[[], object], repeats: int) -> float:
    """Median CPU milliseconds of ``work``, after one call that is not counted."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(1000.0 * (time.process_time() - start))
    return statistics.median(times)


def peak_megabytes() -> float:
    """The largest memory that this process has held; NaN where the system does not tell."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def _with_memory(work: Callable[..., Result], arguments: tuple[object, ...]) -> tuple[Result, float]:
    return work(*arguments), peak_megabytes()


def alone(apart: bool, work: Callable[..., Result], *arguments: object) -> tuple[Result, float]:
    """What ``work`` returns and the peak memory in megabytes of the process it ran in: a fresh one if ``apart``."""
    if not apart:
        return _with_memory(work, arguments)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_with_memory, work, arguments).result()
