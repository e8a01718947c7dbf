"""Quality over the 12 components, and equipment that ages or is renewed."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, outer
from sim.parameters.groups import Quality


@dataclass(frozen=True)
class Drivers:
    """What moves quality, as differences from the reference year, ``[..., D, 1]``: ``stability`` (share of sections
    with an instructor), ``equipment`` (service life left), ``class_size`` (relief: reference over actual fill, less
    one), ``spending`` (paid over sustained non-salary spending)."""

    stability: Array
    equipment: Array
    class_size: Array
    spending: Array


@dataclass(frozen=True)
class Loadings:
    """How strongly each driver moves each component, ``[1, K]``, 0 to 1: a judgement, see quality.yaml."""

    stability: Array
    equipment: Array
    class_size: Array
    spending: Array
    ease: Array
    """How cheaply a component can be raised when it is paid for, mean 1."""


def quality_target(
    level: Array, drivers: Drivers, loadings: Loadings, incentive_price: Array, quality: Quality
) -> Array:
    """Where each component is heading, ``[..., D, K]``, 0 to 1.

    ``level`` is the district's own profile in the reference year. ``incentive_price`` ``[..., D, K]`` are the dollars
    a participant that a full point of the component is believed to pay; they draw investment with saturation, the
    cheapest points first.
    """
    pushed = (
        level
        + outer(quality.stability_weight * drivers.stability, loadings.stability)
        + outer(quality.equipment_weight * drivers.equipment, loadings.equipment)
        + outer(quality.class_size_weight * drivers.class_size, loadings.class_size)
        + outer(quality.spending_weight * drivers.spending, loadings.spending)
    )
    if incentive_price.any():
        scaled = np.maximum(incentive_price, 0.0) * (-1.0 / quality.incentive_price_scale)
        pushed = pushed + quality.incentive_gain * (1.0 - np.exp(outer(scaled, loadings.ease)))
    return np.clip(pushed, 0.0, 1.0)


def moved_quality(current: Array, target: Array, quality: Quality) -> Array:
    """Quality a year later: a share of the way to its target."""
    return current + quality.speed * (target - current)


def aged_equipment(
    equipment: Array, replaced: Array, life: Array, sites_before: Array, sites_opened: Array, quality: Quality
) -> Array:
    """Service life left in a pathway's equipment, mean over its sites, ``[..., D, C]``, 0 to 1.

    A fleet replaced in full when due keeps ``fleet_life_left`` of its life on average; one of which only the share
    ``replaced`` is renewed drifts, over its service ``life`` (years), to that share of it. New sites are new.
    """
    drifting = equipment * (1.0 - 1.0 / life) + outer(quality.fleet_life_left * replaced, 1.0 / life)
    total = np.maximum(sites_before + sites_opened, 1.0)
    return np.clip((drifting * sites_before + sites_opened) / total, 0.0, 1.0)
