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
    return peer_mean(np.minimum(sites, 1.0), world)


def peer_mean(quantity: Array, world: World) -> Array:
    """Mean of a quantity ``[..., D, C]`` over a district's neighbors, by weight, ``[..., D, C]``."""
    neighbors, weights = world.districts.neighbors, np.ascontiguousarray(world.districts.neighbor_weights.T)
    mean: Array | None = None
    for place, weight in zip(neighbors.T, weights[:, :, np.newaxis], strict=True):
        near = at_districts(quantity, place)
        near *= weight
        mean = near if mean is None else np.add(mean, near, out=mean)
    assert mean is not None
    return mean


def usual_peer_share(sites: Array, world: World) -> Array:
    """The same for the mean district of the state, ``[..., 1, C]``."""
    return cluster_total(peer_share(sites, world)) / len(world.districts)
