"""Which pathway students take: demand, and what of it a district's schools reach."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, IntArray, district_total, ratio
from sim.parameters.groups import Choice


@dataclass(frozen=True)
class Reach:
    """How much of a district's students a pathway reaches, by the number of schools that offer it.

    ``share`` and ``gain`` ``[..., 1, N]`` hold district after district an entry for every number of sites from none to
    its high schools: the share reached, and what one more site would add to it. ``first`` and ``most`` ``[D, 1]`` are a
    district's first entry and its high schools.
    """

    share: Array
    gain: Array
    first: Array
    most: Array

    def entry(self, sites: Array) -> IntArray:
        """Where a pathway with so many sites stands in the tables, ``[..., D, C]``."""
        runs = self.share.shape[:-2]
        first = self.first + self.share.shape[-1] * np.arange(np.prod(runs, initial=1.0)).reshape(*runs, 1, 1)
        entry: IntArray = (np.minimum(sites, self.most) + first).astype(np.intp)
        return entry


def reach_by_sites(coverage: Array, high_schools: IntArray, district_travel: Array) -> Reach:
    """The share of a district's students who can take a pathway, for every number of schools that may offer it.

    A pathway stands in the largest schools first; ``coverage`` ``[D, S + 1]`` is the membership share of the n
    largest. Of the students of other schools, ``district_travel`` can reach a site.
    """
    number = np.arange(coverage.shape[-1])
    own = number <= high_schools[:, np.newaxis]
    within = coverage[own][np.newaxis, :]
    offered = np.broadcast_to(number > 0, coverage.shape)[own]
    full = np.broadcast_to(number == high_schools[:, np.newaxis], coverage.shape)[own]
    share = (within + district_travel * (1.0 - within)) * offered
    gain = (np.roll(share, -1, axis=-1) - share) * ~full
    most = high_schools[:, np.newaxis].astype(np.float64)
    return Reach(share, gain, np.cumsum(most + 1.0, axis=0) - (most + 1.0), most)


def of_one_mind(coverage: Array) -> Array:
    """How far a district strays where each of its high schools strays by itself, relative to one of a single school,
    ``[D, 1]``; ``coverage`` ``[D, S + 1]`` is the membership share of the n largest."""
    shares = np.diff(coverage, axis=-1)
    together: Array = np.sqrt((shares * shares).sum(axis=-1, keepdims=True))
    return together


def reached_share(reach: Reach, entry: IntArray) -> Array:
    """Share of a district's students who can take a pathway, ``[..., D, C]``, given the schools that offer it."""
    return _looked_up(reach.share, entry)


def gained_share(reach: Reach, entry: IntArray) -> Array:
    """The share of a district's students whom one more site would reach, ``[..., D, C]``."""
    return _looked_up(reach.gain, entry)


def _looked_up(table: Array, entry: IntArray) -> Array:
    found: Array = table.reshape(-1).take(entry.swapaxes(-1, -2), mode="clip")
    return found.swapaxes(-1, -2)


def demand(wanted: Array, interested: Array, reached: Array, diversion: Array) -> tuple[Array, Array]:
    """Students who ask for each pathway, and how much diverted demand adds to it.

    Of ``interested`` ``[..., D, 1]`` students, ``wanted`` ``[..., D, C]`` would take each cluster. Of those whose
    cluster is not within reach, ``diversion`` take another that is, in proportion to its own demand; the rest take no
    CTE. Returns demand ``[..., D, C]`` and the factor ``[..., D, 1]`` by which diverted students raise a pathway's own
    demand.
    """
    within_reach = wanted * reached
    served = district_total(within_reach)
    boost = 1.0 + diversion * ratio(interested - served, served)
    return within_reach * boost, boost


def local_shares(state_shares: Array, gamma_draws: Array) -> Array:
    """A district's own mix of demand over clusters, rows summing to one: a Dirichlet draw around the state's mix,
    given as gamma draws of shape concentration x share."""
    weights = np.maximum(gamma_draws, 1e-12) if gamma_draws.size else state_shares
    return weights / district_total(weights)


def job_pull(openings: Array, tilt: Array) -> Array:
    """How much regional openings draw students to each cluster, 1 for an average cluster, ``[..., G, C]``.

    ``openings`` are relative to the mean cluster (1 = average). Tennessee: concentration rises 0.3 points for each
    point of local job share (Carruthers and co-authors, AERA Open 2023-24).
    """
    return 1.0 + tilt * (openings - 1.0)


def tilted_shares(shares: Array, pull: Array) -> Array:
    """Demand shares leaning towards clusters with more regional openings, ``[..., D, C]``, rows summing to one."""
    leaning = shares * pull
    return leaning / district_total(leaning)


def participation_level(locale_factors: tuple[Array, Array, Array, Array], choice: Choice) -> Array:
    """Relative participation by locale, ``[..., D, 1]``; ``locale_factors`` are indicators of rural, town, suburb,
    city."""
    rural, town, suburb, city = locale_factors
    return (
        rural * choice.rural_participation
        + town * choice.town_participation
        + suburb * choice.suburb_participation
        + city * choice.city_participation
    )
