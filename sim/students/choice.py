"""Which pathway students take: demand, what of it a district's schools reach, seats, and spill-over."""

import numpy as np

from sim.arrays import Array, IntArray, district_total, ratio
from sim.parameters.groups import Choice


def reached_share(coverage: Array, sites: Array, high_schools: IntArray, district_travel: Array) -> Array:
    """Share of a district's students who can take a pathway, ``[..., D, C]``, given the schools that offer it.

    A pathway stands in the largest schools first; ``coverage`` ``[D, S + 1]`` is the membership share of the n
    largest. Of the students of other schools, ``district_travel`` can reach a site.
    """
    width = coverage.shape[-1]
    first = (np.arange(coverage.shape[-2]) * width)[:, np.newaxis]
    position = first + np.minimum(sites.astype(np.intp), high_schools[:, np.newaxis])
    within: Array = coverage.ravel().take(position)
    return np.where(sites > 0, within + district_travel * (1.0 - within), 0.0)


def demand(interested: Array, shares: Array, reached: Array, diversion: Array) -> tuple[Array, Array]:
    """Students who ask for each pathway, and how much diverted demand adds to it.

    ``interested`` ``[..., D, 1]`` students would take CTE, split over clusters by ``shares`` ``[..., D, C]`` (rows sum
    to one). Of those whose cluster is not within reach, ``diversion`` take another that is, in proportion to its own
    demand; the rest take no CTE. Returns demand ``[..., D, C]`` and the factor ``[..., D, 1]`` by which diverted
    students raise a pathway's own demand.
    """
    reached_shares = shares * reached
    reached_total = district_total(reached_shares)
    boost = 1.0 + diversion * ratio(1.0 - reached_total, reached_total)
    return interested * reached_shares * boost, boost


def seats(sections: Array, class_cap: Array, seats_per_section: Array) -> Array:
    """Participants that the staffed sections can hold, ``[..., D, C]``: some students sit in two of a pathway's
    courses, so a section of n seats serves ``seats_per_section`` times n participants."""
    return sections * (class_cap * seats_per_section)


def enrolled(demanded: Array, capacity: Array, spill_over: Array) -> Array:
    """Participants, ``[..., D, C]``: demand up to capacity, then a share of the students turned away takes free
    seats of the district's other pathways."""
    seated = np.minimum(demanded, capacity)
    free = capacity - seated
    free_total = district_total(free)
    moving = np.minimum(spill_over * district_total(demanded - seated), free_total)
    return seated + free * ratio(moving, free_total)


def local_shares(state_shares: Array, gamma_draws: Array) -> Array:
    """A district's own mix of demand over clusters, rows summing to one: a Dirichlet draw around the state's mix,
    given as gamma draws of shape concentration x share."""
    weights = np.maximum(gamma_draws, 1e-12) if gamma_draws.size else state_shares
    return weights / district_total(weights)


def tilted_shares(shares: Array, openings: Array, tilt: Array) -> Array:
    """Demand shares leaning towards clusters with more regional openings, ``[..., D, C]``, rows summing to one.

    ``openings`` are relative to the mean cluster (1 = average). Tennessee: concentration rises 0.3 points for each
    point of local job share (Carruthers and co-authors, AERA Open 2023-24).
    """
    leaning = shares * (1.0 + tilt * (openings - 1.0))
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
