"""What a district offers: its quality; and what its neighbors offer."""

import numpy as np

from sim.arrays import Array, at_districts, cluster_total, district_total
from sim.parameters.groups import Parameters
from sim.world.world import World


def quality_gap(quality: Array, parameters: Parameters) -> Array:
    """Mean quality over the 12 components less the reference, ``[..., D, 1]``."""
    mean: Array = district_total(quality) / quality.shape[-1]
    return mean - parameters.initial.quality_mean


def peer_share(sites: Array, world: World) -> Array:
    """Share of a district's neighbors, by weight, that offer each cluster, ``[..., D, C]``."""
    offers = np.minimum(sites, 1.0)
    neighbors, weights = world.districts.neighbors, np.ascontiguousarray(world.districts.neighbor_weights.T)
    share: Array | None = None
    for place, weight in zip(neighbors.T, weights[:, :, np.newaxis], strict=True):
        near = at_districts(offers, place)
        near *= weight
        share = near if share is None else np.add(share, near, out=share)
    assert share is not None
    return share


def usual_peer_share(sites: Array, world: World) -> Array:
    """The same for the mean district of the state, ``[..., 1, C]``."""
    return cluster_total(peer_share(sites, world)) / len(world.districts)
