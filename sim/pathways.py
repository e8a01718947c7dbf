"""Some pathways of many districts in a row: what holds for few of them need not be worked out for all.

Two in five of all pairs of a district and a cluster are offered. A rule is written once, for arrays ``[..., D, C]`` or
for arrays ``[N]`` of the pathways that matter; ``Pathways`` takes the one to the other and back. Sums over a district's
pathways are the same to the last bit, as what is left out adds nothing.
"""

from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray, IntArray


class Pathways:
    """The pathways that a mask ``[..., D, C]`` marks, run after run, cluster after cluster, district after district."""

    def __init__(self, marked: BoolArray) -> None:
        self.shape = marked.shape
        stored = marked.swapaxes(-1, -2)
        clusters, districts = stored.shape[-2:]
        self.place: IntArray = np.flatnonzero(stored)
        row: IntArray = self.place // districts
        self._column: IntArray = self.place - row * districts
        self._run: IntArray = row // clusters
        self._cluster: IntArray = row - self._run * clusters
        self.district: IntArray = self._run * districts + self._column

    def take(self, quantity: Any) -> Any:
        """A quantity ``[..., D, C]``, ``[..., D, 1]``, ``[..., 1, C]`` or ``[..., 1, 1]`` at each of them, ``[N]``."""
        by_district, by_cluster = quantity.shape[-2] > 1, quantity.shape[-1] > 1
        by_run = quantity.ndim > 2 and quantity.shape[0] > 1
        flat = quantity.swapaxes(-1, -2).reshape(-1)
        if flat.size == 1:
            return flat
        if by_district and by_cluster:
            place = self.place if by_run else self._cluster * self.shape[-2] + self._column
        elif by_district:
            place = self.district if by_run else self._column
        elif by_cluster:
            place = self._run * self.shape[-1] + self._cluster if by_run else self._cluster
        else:
            place = self._run
        return flat.take(place, mode="clip")

    def total(self, amounts: Array) -> Array:
        """The sum of amounts ``[N]`` over each district's pathways, ``[..., D, 1]``."""
        lead = self.shape[:-1]
        summed = np.bincount(self.district, weights=amounts, minlength=int(np.prod(lead))).astype(
            np.float64, copy=False
        )
        return summed.reshape(*lead, 1)

    def everywhere(self, found: Any) -> Any:
        """What was found for each of them ``[N]``, back in its place ``[..., D, C]``; nothing elsewhere."""
        spread = np.zeros((*self.shape[:-2], self.shape[-1], self.shape[-2]), dtype=found.dtype)
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
