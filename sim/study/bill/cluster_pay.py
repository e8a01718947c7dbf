"""What a formula pays for a participant of each cluster beside what the participant costs, and clusters that cost alike
and are paid differently."""

from dataclasses import dataclass, fields, replace
from itertools import combinations
from typing import Any

import numpy as np

from sim.arrays import Array, cluster_total, ratio, state_total
from sim.behavior import costs
from sim.engine.ensemble import Ensemble
from sim.funding.pricing import counted
from sim.funding.schedule import Counts, entitlement
from sim.study.bill.static_score import Position

ALIKE = 0.10
"""Costs are alike if the dearer cluster costs at most a tenth more."""

APART_SHARE, APART_DOLLARS = 0.10, 1.0
"""Pay differs if the better is more than a tenth above the other, and by at least $1 a participant."""


@dataclass(frozen=True)
class ClusterPay:
    """By cluster ``[C]``, dollars a participant and year, means over draws: ``cost`` is the excess cost with everything
    sustained, ``pay`` what is owed, ``participants`` how many there are in the state."""

    cost: Array
    pay: Array
    participants: Array


@dataclass(frozen=True)
class Boundary:
    """Two clusters (indices) of alike cost: ``less`` is paid less for a participant than ``more``."""

    less: int
    more: int
    gap: float


def cluster_pay(ensemble: Ensemble, position: Position) -> ClusterPay:
    """Set pay against cost for a participant of each cluster.

    Pay is what a cluster's participants, concentrators and instructors of the base year, as far as limits count them,
    and so much spending as its participants cost, are owed in the state, for each of its participants. Payments for
    whole sites, schools and districts and for credentials are left out: they do not go with one more participant.
    """
    cost = _usual_cost(ensemble)
    counts = ensemble.state.counts
    students = cluster_total(counts.participants)
    owed = np.zeros(len(ensemble.world.clusters))
    for line in position.own_lines:
        schedule = position.offers[line.name].schedule
        within = counted(line, position.counts[line.name], schedule)
        nothing = _none(within)
        for cluster in range(len(owed)):
            here = np.zeros((1, len(owed)))
            here[0, cluster] = 1.0
            spent = counts.participants[..., cluster : cluster + 1] * cost[..., cluster : cluster + 1]
            alone = replace(
                nothing,
                participants=within.participants * here,
                concentrators=within.concentrators * here,
                instructors=within.instructors * here,
                expenditure=spent,
            )
            dollars = entitlement(schedule, alone) - entitlement(schedule, nothing)
            owed[cluster] += float(np.mean(state_total(dollars)))
    runs = tuple(range(cost.ndim - 1))
    each = students.mean(axis=tuple(range(students.ndim - 1)))
    return ClusterPay(cost.mean(axis=runs), ratio(owed, each), each)


def _usual_cost(ensemble: Ensemble) -> Array:
    """Excess cost of a participant in a full section of a usual site, everything sustained, ``[..., 1, C]``."""
    parameters, unit = ensemble.parameters, ensemble.base.conditions.costs
    counts = ensemble.state.counts
    depth = ratio(state_total(counts.concentrators), state_total(counts.participants))
    seats = ensemble.world.clusters.class_size
    attempts = parameters.clusters.attempt_rate * parameters.outcomes.credential_level
    everything = np.ones_like(depth)
    variable = costs.variable_each(depth, attempts, unit, everything)
    return costs.usual_cost(variable, unit, everything, seats, parameters.costs.usual_site)


def _none(counts: Counts) -> Counts:
    """The same counts with nothing counted."""
    changes: dict[str, Any] = {}
    for field in fields(Counts):
        held = getattr(counts, field.name)
        changes[field.name] = tuple(part * 0.0 for part in held) if isinstance(held, tuple) else held * 0.0
    return replace(counts, **changes)


def boundaries(found: ClusterPay) -> tuple[Boundary, ...]:
    """For each cluster that is paid less than one of alike cost, the widest such gap; the widest first.

    Where two clusters cost alike, pay differs by more than a tenth and $1. A cluster without participants is owed
    nothing and is left out.
    """
    widest: dict[int, Boundary] = {}
    for one, other in combinations(np.flatnonzero(found.participants > 0.0).tolist(), 2):
        low, high = sorted((found.cost[one], found.cost[other]))
        less, more = (one, other) if found.pay[one] < found.pay[other] else (other, one)
        gap = float(found.pay[more] - found.pay[less])
        if high > (1.0 + ALIKE) * low or gap < APART_DOLLARS or gap <= APART_SHARE * found.pay[less]:
            continue
        if less not in widest or gap > widest[less].gap:
            widest[less] = Boundary(less, more, gap)
    return tuple(sorted(widest.values(), key=lambda boundary: -boundary.gap))
