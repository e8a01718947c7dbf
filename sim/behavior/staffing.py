"""Instructors leave and are sought in regional labor markets that can run dry."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, BoolArray, IntArray, part_of, ratio
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
    rows = np.ascontiguousarray(quantity.swapaxes(-1, -2))
    total: Array = np.add.reduceat(rows, region_starts, axis=-1)
    return total.swapaxes(-1, -2)


def candidates(supply: Array, premium: Array, staffing: Staffing) -> Array:
    """Qualified candidates of a region, ``[..., G, C]``, in sections: its supply, and more where pay answers that of
    industry (``premium`` is the share by which pay rose)."""
    return supply * (1.0 + staffing.wage_elasticity * premium)


def scarcity(candidates: Array, needed: Array) -> Array:
    """Share of needed sections that a region's candidates can cover, at most 1, ``[..., G, C]``."""
    return np.minimum(ratio(candidates, needed, 1.0), 1.0)


def fill_chance(fill_probability: Array, rural: Array, applicants: Array, staffing: Staffing) -> Array:
    """Chance that a post is filled in one round, ``[..., D, C]``.

    Each of the ``applicants`` for a post fits and comes with the cluster's own chance (57% of CTE openings are hard to
    fill; Brookings 2024), a lower one in rural districts: 1 - (1 - chance)^applicants.
    """
    rural_level = 1.0 - rural * (1.0 - staffing.rural_factor)
    alone = np.minimum(fill_probability * staffing.fill_level, 0.99) * rural_level
    return 1.0 - np.exp(applicants * np.log1p(-alone))


def applicants(candidates: Array, needed: Array) -> Array:
    """Candidates of a region for each section that is sought there, ``[..., G, C]``; ten where nearly nothing is."""
    return np.minimum(ratio(candidates, needed, 10.0), 10.0)


@dataclass(frozen=True)
class Markets:
    """The labor markets of the state: the rural districts of a region and its others. ``place`` ``[D]`` is a district's
    market, ``region`` ``[M]`` a market's region, ``rural`` ``[M, 1]`` 1 where a market is rural."""

    place: IntArray
    region: IntArray
    rural: Array


def labor_markets(region: IntArray, rural: BoolArray) -> Markets:
    """The markets of districts that lie in ``region`` ``[D]`` and may be ``rural`` ``[D]``."""
    pairs, place = np.unique(2 * region + rural, return_inverse=True)
    return Markets(place, pairs // 2, (pairs % 2)[:, np.newaxis].astype(np.float64))


def chance_within_year(chance: Array, rounds: Array) -> Array:
    """Chance that a post which is advertised in several rounds a year is filled in one of them."""
    return 1.0 - np.exp(rounds * np.log1p(-np.minimum(chance, 0.999)))


def filled(vacant_sections: Array, chance: Array, draw: Array) -> Array:
    """Vacant sections filled, ``[..., D, C]``: the expected number, rounded by one draw."""
    return np.minimum(np.floor(vacant_sections * chance + draw), vacant_sections)


def launch_staffed(chance: Array, draw: Array) -> BoolArray:
    """Where a launch has its instructor, ``[..., D, C]``: it needs one in one round, before it is approved."""
    return draw < chance


def next_pool(pool: Array, hired: Array, left: Array, entrants: Array, premium: Array, staffing: Staffing) -> Array:
    """People of a region who could teach a cluster and do not, a year later, ``[..., G, C]``, in sections.

    Those not hired stay but for those who drift away (``pool_exit``); new people come (``entrants``, more where pay
    answers that of industry by ``premium``), and part of the instructors who ``left`` come back into reach.
    """
    staying = np.maximum(pool - hired, 0.0) * (1.0 - staffing.pool_exit)
    return staying + entrants * (1.0 + staffing.wage_elasticity * premium) + staffing.return_share * left
