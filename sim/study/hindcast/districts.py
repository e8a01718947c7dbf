"""Measures of a case district by district: how unequally a change was answered."""

from collections.abc import Mapping, Sequence

import numpy as np

from sim.arrays import Array, BoolArray, ratio
from sim.engine import recording
from sim.engine.calendar import Year
from sim.engine.state import State
from sim.parameters.groups import Parameters
from sim.study.hindcast.schema import ByDistrict, Measure, OverDistricts, SizeClass

Record = Mapping[str, Array]


def district_record(parameters: Parameters, state: State, year: Year) -> Record:
    """What is kept of every district in a year, each ``[R, D]``; spending in real dollars a member."""
    found = recording.by_district(parameters, state, year)
    real = found["spending"] / year.conditions.price_index[..., 0]
    found["spending_per_member"] = ratio(real, found["membership"])
    return {name: found[name] for name in ByDistrict}


def over_districts(
    over: OverDistricts, measure: Measure, sizes: Sequence[SizeClass], members: Array, records: Sequence[Record]
) -> Array:
    """The quantile or the share of districts, ``[R, T]``: each district relative to its own start year.

    Districts that had nothing in the start year are left out. Not a number in runs that have none of the size.
    """
    values = np.stack([record[measure] for record in records], axis=1)
    began = values[:, :1] > 0
    relative = ratio(values, np.where(began, values[:, :1], 0.0))
    weights = np.broadcast_to(district_weights(over, sizes, members, began[:, 0])[:, np.newaxis], values.shape)
    if over.below is not None:
        found: Array = ratio(np.sum(weights * (relative < over.below), axis=-1), np.sum(weights, axis=-1), np.nan)
        return found
    assert over.quantile is not None
    order = np.argsort(relative, axis=-1, kind="stable")
    reached = np.cumsum(np.take_along_axis(weights, order, axis=-1), axis=-1)
    place = np.argmax(reached >= over.quantile * reached[..., -1:], axis=-1)[..., np.newaxis]
    at_quantile = np.take_along_axis(np.take_along_axis(relative, order, axis=-1), place, axis=-1)[..., 0]
    return np.where(reached[..., -1] > 0, at_quantile, np.nan)


def district_weights(over: OverDistricts, sizes: Sequence[SizeClass], members: Array, began: BoolArray) -> Array:
    """What each district counts, ``[R, D]``: every size class has its share of the record's districts, and within it
    all districts that had something at the start count alike."""
    weights = np.zeros(began.shape)
    for size in sizes:
        if over.among is not None and size.name != over.among:
            continue
        inside = began & (members >= size.least) & (members < (np.inf if size.most is None else size.most))
        weights = weights + size.share * ratio(inside * 1.0, inside.sum(axis=-1, keepdims=True))
    return weights
