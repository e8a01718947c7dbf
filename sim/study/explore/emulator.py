"""The emulator of a swept bill: every output of every draw as a function of the knobs.

An output has many numbers at each point, one for each draw and year (or district). Their principal components carry
nearly all of what the knobs move, and each component's score is a Gaussian process of its own (Higdon, Gattiker,
Williams and Rightley 2008). So the numbers of single draws come back, and percentiles over draws, differences within a
draw and the cap of an appropriation are worked out from them as they are from runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.study.explore.gaussian_process import Process, fit

LEFT_OUT = 2e-5
"""The share of an output's variance over points that the components may leave out."""
MOST_COMPONENTS = 12
INPUT_DIGITS = 6
"""Decimals in which the inputs of the training points are stored, between 0 and 1."""
SIGNIFICANT = {"basis": 5, "mean": 7, "weights": 11}
"""Significant digits that are stored."""


@dataclass(frozen=True)
class Output:
    """An output: its ``center`` ``[M]`` and the ``basis`` ``[C, M]`` whose scores the ``processes`` give."""

    center: Array
    basis: Array
    processes: tuple[Process, ...]

    def at(self, x: Array, training: Array) -> Array:
        """The numbers to be expected at points ``x`` ``[N, K]``, ``[N, M]``."""
        found = np.tile(self.center, (len(x), 1))
        for row, process in zip(self.basis, self.processes, strict=True):
            found += np.outer(process.at(x, training), row)
        return found


@dataclass(frozen=True)
class Emulator:
    """``training`` inputs ``[N, K]`` between 0 and 1, and each output by name."""

    training: Array
    outputs: Mapping[str, Output]

    def at(self, x: Array) -> dict[str, Array]:
        """Every output at points ``x`` ``[N, K]``, each ``[N, M]``."""
        return {name: output.at(x, self.training) for name, output in self.outputs.items()}


def unit(values: Array, low: Array, high: Array) -> Array:
    """Values of knobs ``[N, K]`` as places between their ends, in the digits that are stored."""
    found: Array = np.round((values - low) / (high - low), INPUT_DIGITS)
    return found


def emulated(training: Array, swept: Mapping[str, Array]) -> Emulator:
    """The emulator fitted to what was ``swept``, each output ``[N, M]``, at ``training`` points ``[N, K]``."""
    return Emulator(training, {name: fit_output((training, values)) for name, values in swept.items()})


def fit_output(work: tuple[Array, Array]) -> Output:
    """One output, from the ``training`` points and its ``values`` there; a piece of work for a process of its own."""
    training, values = work
    center = rounded(values.mean(axis=0), SIGNIFICANT["mean"])
    left, sizes, right = np.linalg.svd(values - center, full_matrices=False)
    power = sizes**2
    total = power.sum()
    # What rounding leaves of numbers that no knob moves is no component.
    if total <= 1e-18 * max(float((values**2).sum()), 1e-300):
        return Output(center, np.zeros((0, values.shape[1])), ())
    enough = int(np.searchsorted(np.cumsum(power) / total, 1.0 - LEFT_OUT)) + 1
    count = min(enough, MOST_COMPONENTS, len(sizes))
    # A score has a standard deviation of one, so that each process has numbers of the same size.
    scale = np.sqrt(len(values))
    basis = rounded(right[:count] * sizes[:count, np.newaxis] / scale, SIGNIFICANT["basis"])
    processes = tuple(_rounded(fit(training, left[:, place] * scale)) for place in range(count))
    return Output(center, basis, processes)


def _rounded(process: Process) -> Process:
    digits = SIGNIFICANT["weights"]
    lengths, mean, weights = (rounded(one, digits) for one in (process.lengths, process.mean, process.weights))
    return Process(lengths, process.nugget, mean, weights)


def rounded(values: Array, digits: int) -> Array:
    """Numbers in so many significant digits, as they are stored."""
    values = np.asarray(values, dtype=np.float64)
    size = np.floor(np.log10(np.abs(values), out=np.zeros_like(values), where=values != 0.0))
    places = digits - 1 - size
    found: Array = np.array([round(v, int(p)) for v, p in zip(values.ravel(), places.ravel(), strict=True)])
    return found.reshape(values.shape)
