"""Some pathways of many districts in a row: what holds for few of them need not be worked out for all.

Two in five of all pairs of a district and a cluster are offered. A rule is written once, for arrays ``[..., D, C]`` or
for arrays ``[N]`` of the pathways that matter; ``Pathways`` takes the one to the other and back. Sums over a district's
pathways are the same to the last bit, as what is left out adds nothing.
"""

from functools import cached_property
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray, IntArray


class Pathways:
    """The pathways that a mask ``[..., D, C]`` marks, run after run, cluster after cluster, district after district."""

    def __init__(self, marked: BoolArray) -> None:
        self.shape = marked.shape
        self._stored: BoolArray = marked.swapaxes(-1, -2)
        self.place: IntArray = np.flatnonzero(self._stored)

    # Those of a cluster lie side by side, and so do those of a run: what is alike there is repeated, not looked up.
    @cached_property
    def _in_cluster(self) -> IntArray:
        size = self._stored.size
        ends = self.place.searchsorted(np.arange(0, size + 1, self.shape[-2]))
        number: IntArray = ends[1:] - ends[:-1]
        return number

    @cached_property
    def _in_run(self) -> IntArray:
        number: IntArray = self._in_cluster.reshape(-1, self.shape[-1]).sum(axis=-1)
        return number

    @cached_property
    def _column(self) -> IntArray:
        before = np.arange(self._in_cluster.size) * self.shape[-2]
        column: IntArray = self.place - before.repeat(self._in_cluster)
        return column

    @cached_property
    def district(self) -> IntArray:
        """The district of each of them, those of all runs in a row, ``[N]``."""
        runs = np.arange(self._in_run.size)
        place: IntArray = self._column + (runs * self.shape[-2]).repeat(self._in_run)
        return place

    def take(self, quantity: Any) -> Any:
        """A quantity ``[..., D, C]``, ``[..., D, 1]``, ``[..., 1, C]`` or ``[..., 1, 1]`` at each of them, ``[N]``."""
        shape = quantity.shape
        flat = quantity.swapaxes(-1, -2).reshape(-1)
        if shape == self.shape:
            return flat.take(self.place, mode="clip")
        if flat.size == 1:
            return flat
        by_district, by_cluster = shape[-2] > 1, shape[-1] > 1
        by_run = len(shape) > 2 and shape[0] > 1
        if by_district:
            return flat.take(self._where(by_cluster, by_run), mode="clip")
        if by_cluster:
            runs = self._in_run.size
            each = flat if by_run or runs == 1 else np.broadcast_to(flat, (runs, flat.size)).reshape(-1)
            return each.repeat(self._in_cluster)
        return flat.repeat(self._in_run)

    def _where(self, by_cluster: bool, by_run: bool) -> IntArray:
        """Where each of them stands in a quantity of districts."""
        if not by_cluster:
            return self.district if by_run else self._column
        if by_run or self._in_run.size == 1:
            return self.place
        size = self.shape[-2] * self.shape[-1]
        in_its_run: IntArray = self.place - (np.arange(self._in_run.size) * size).repeat(self._in_run)
        return in_its_run

    def total(self, amounts: Array) -> Array:
        """The sum of amounts ``[N]`` over each district's pathways, ``[..., D, 1]``."""
        lead = self.shape[:-1]
        summed = np.bincount(self.district, weights=amounts, minlength=int(np.prod(lead))).astype(
            np.float64, copy=False
        )
        return summed.reshape(*lead, 1)

    def everywhere(self, found: Any, elsewhere: Any = None) -> Any:
        """What was found for each of them ``[N]``, back in its place ``[..., D, C]``; what is ``elsewhere``, or
        nothing, at all others."""
        stored = (*self.shape[:-2], self.shape[-1], self.shape[-2])
        if elsewhere is None:
            spread = np.zeros(stored, dtype=found.dtype)
        else:
            spread = np.full(stored, elsewhere.swapaxes(-1, -2), dtype=found.dtype)
        spread.reshape(-1)[self.place] = found
        return spread.swapaxes(-1, -2)


class At:
    """A bundle of arrays at some pathways: each is taken when it is first asked for. ``whole`` is the bundle itself."""

    def __init__(self, whole: Any, pathways: Pathways) -> None:
        self.whole = whole
        self.pathways = pathways
        self._terms: dict[int, At] = {}

    def __getattr__(self, name: str) -> Any:
        taken = self.pathways.take(getattr(self.whole, name))
        setattr(self, name, taken)
        return taken

    def total(self, amounts: Array) -> Array:
        """The sum over each district's pathways, ``[..., D, 1]``."""
        return self.pathways.total(amounts)

    def each(self, quantity: Any) -> Any:
        """A district's number at each of its pathways, ``[N]``."""
        return self.pathways.take(quantity)

    def terms(self, group: Any) -> Any:
        """Parameters ``[..., 1, 1]`` at each of the pathways, ``[N]``."""
        return self._terms.setdefault(id(group), At(group, self.pathways))
