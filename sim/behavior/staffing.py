"""Instructors leave and are sought in regional labor markets that can run dry."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, IntArray, part_of, ratio
from sim.parameters.groups import Staffing


def sections_vacated(sections: Array, sites: Array, turnover: Array, draw: Array) -> Array:
    """Sections whose instructor leaves, ``[..., D, C]``.

    A site's sections are one post, as one instructor teaches them: posts leave whole, and the expected number of
    leavers is rounded up or down by one uniform draw.
    """
    leaving = np.minimum(np.floor(sites * turnover + draw), sites)
    return np.rint(sections * part_of(leaving, sites))


def by_region(quantity: Array, region_starts: IntArray) -> Array:
    """Sum over the districts of each region: ``[..., D, C]`` to ``[..., G, C]``."""
    total: Array = np.add.reduceat(quantity, region_starts, axis=-2)
    return total


def scarcity(supply: Array, sought: Array) -> Array:
    """Share of sought sections that a region's supply of qualified candidates can cover, at most 1, ``[..., G, C]``."""
    return np.minimum(ratio(supply, sought, 1.0), 1.0)


def fill_chance(fill_probability: Array, rural: Array, regional_scarcity: Array, staffing: Staffing) -> Array:
    """Chance that a post is filled within the year, ``[..., D, C]``: the cluster's own (57% of CTE openings are hard
    to fill; Brookings 2024), lower in rural districts, lower where a region's openings outrun its supply."""
    rural_level = 1.0 - rural * (1.0 - staffing.rural_factor)
    return np.minimum(fill_probability * staffing.fill_level, 1.0) * rural_level * regional_scarcity


@dataclass(frozen=True)
class Hiring:
    """``filled``: vacant sections filled; ``launch_staffed``: 1 where a launch has its instructor; ``[..., D, C]``."""

    filled: Array
    launch_staffed: Array


def hire(vacant_sections: Array, chance: Array, rounds: Array, fill_draw: Array, launch_draw: Array) -> Hiring:
    """Who is hired. A post that exists is advertised in several rounds a year and fills in expected numbers, rounded
    by one draw; a launch needs its one instructor in one round, before it is approved."""
    in_time = 1.0 - np.exp(rounds * np.log1p(-np.minimum(chance, 0.999)))
    filled = np.minimum(np.floor(vacant_sections * in_time + fill_draw), vacant_sections)
    return Hiring(filled, (launch_draw < chance).astype(np.float64))


def next_supply(supply: Array, sought: Array, premium: Array, staffing: Staffing) -> Array:
    """A region's supply of candidates a year later, ``[..., G, C]``: it grows slowly, trains toward what is sought
    beyond it, and answers wages (``premium`` is the share by which pay rose relative to industry)."""
    trained = supply + staffing.supply_response * np.maximum(sought - supply, 0.0)
    return trained * (1.0 + staffing.supply_growth + staffing.wage_elasticity * premium)
