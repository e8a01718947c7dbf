"""Where a paid exam is administered, and the constants at which as many sites take one up as drop it."""

from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import ZERO, Array, cluster_total, logistic, part_of, ratio, state_total
from sim.engine.offerings import peer_share
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.students import credentials
from sim.students.credentials import Passing, Sitting
from sim.world.world import World

PACE = 0.3
"""Share of the way to the base year's share of sites with an exam, a year, while budgets are looked for."""


LEAST_SHARE = 0.05
"""A state in which hardly a site administers an exam does not have the more exams at each of them."""


@dataclass(frozen=True)
class Exams:
    """A year's exams, ``[..., D, C]``: ``share`` of a pathway's sites that administer one, ``sites`` of them;
    ``accepted``, the chance that a site accepts an exam which it considers; ``price``: believed price of a credential
    for as long as the money lasts, dollars of the base year, with what credentials count for; ``for_pay``, the share of
    sites with an exam that would have none without."""

    share: Array
    sites: Array
    accepted: Array
    price: Array
    for_pay: Array


def administered(
    parameters: Parameters,
    premises: Premises,
    state: State,
    sites: Array,
    found: Sitting,
    passing: Passing,
    price: Array,
) -> Exams:
    """Exams of the year: sites of last year's that still stand (``sites``), and that still accept at this ``price``.

    Taking up an exam takes a year, stopping takes none.
    """
    accepted = _accepted(parameters, premises, sites, found, passing, price)
    with_exam = np.minimum(state.exam_sites * part_of(np.minimum(sites, state.sites), state.sites), sites)
    for_pay = state.exam_for_pay
    if np.any(for_pay):
        before = _accepted(parameters, premises, sites, found, passing, state.exam_price)
        kept = credentials.kept_as_pay_falls(for_pay, accepted, before, logistic(premises.exam_acceptance))
        for_pay = np.clip(1.0 - (1.0 - for_pay) / np.maximum(kept, 1e-9), 0.0, 1.0)
        with_exam = with_exam * kept
    return Exams(part_of(with_exam, sites), with_exam, accepted, price, for_pay)


def _accepted(
    parameters: Parameters, premises: Premises, sites: Array, found: Sitting, passing: Passing, price: Array
) -> Array:
    each = credentials.pay_of_an_exam(price, passing.share, parameters.clusters.exam_fee)
    worth = ZERO if each is ZERO else found.exams / np.maximum(sites, 1.0) * each
    return credentials.acceptance(worth, premises.exam_acceptance, parameters.outcomes)


def taken_up(
    world: World, parameters: Parameters, premises: Premises, state: State, sites: Array, exams: Exams, uniform: Array
) -> tuple[Array, Array]:
    """Sites of each pathway that administer a paid exam next year, whole, and the share of them that would not without
    pay, ``[..., D, C]``; ``sites`` are those after this year. A site that has just opened has an exam as often as sites
    did in the base year."""
    outcomes = parameters.outcomes
    stay = np.minimum(state.sites, sites)
    with_exam = np.minimum(exams.sites, stay)
    considers = credentials.considering(peers(world, exams.share, np.minimum(sites, 1.0)), outcomes)
    expected = credentials.sites_administering(with_exam, stay, considers, exams.accepted, outcomes)
    opened = (sites - stay) * premises.exam_share
    whole: Array = np.minimum(np.floor(expected + opened + uniform), sites)
    if exams.price is ZERO and not np.any(exams.for_pay):
        return whole, exams.for_pay
    gained = np.maximum(exams.accepted - logistic(premises.exam_acceptance), 0.0)
    return whole, credentials.for_pay_after(exams.for_pay, with_exam, stay, considers, gained, expected, outcomes)


def peers(world: World, administers: Array, offers: Array) -> Array:
    """Share of a cluster's sites that administer an exam, mean over a district's neighbors by weight, ``[..., D, C]``;
    a neighbor that does not offer the cluster counts as the state's mean does. ``administers``: the share of a
    pathway's own sites; ``offers``: 1 where a district offers the cluster, else 0."""
    usual = ratio(cluster_total(administers), cluster_total(offers))
    share: Array = usual + peer_share((administers - usual) * offers, world)
    return np.clip(share, 0.0, 1.0)


def settle_exams(
    world: World, parameters: Parameters, premises: Premises, state: State, opened: Array, exams: Exams
) -> Premises:
    """Premises at which as many sites are expected to take up an exam as to drop one, and at which the usual exams of
    the state are those of the cluster table; sites that have just ``opened`` do neither. While budgets are looked for
    the share of sites with an exam is moved toward that of the base year."""
    outcomes = parameters.outcomes
    share = part_of(state.exam_sites, state.sites)
    around = peers(world, exams.share, np.minimum(state.sites, 1.0))
    up = np.maximum(state.sites - opened - exams.sites, 0.0) * credentials.considering(around, outcomes)
    down = exams.sites * outcomes.exam_review
    missing = outcomes.exam_share * state_total(state.sites) - state_total(state.exam_sites)
    wanted = PACE * (1.0 - premises.solving) * missing
    rises = state_total(up * exams.accepted - down * (1.0 - exams.accepted))
    slope = state_total((up + down) * (exams.accepted * (1.0 - exams.accepted)))
    step = np.clip((wanted - rises) / np.maximum(slope, 1e-6), -1.0, 1.0)
    usual = state.taught * parameters.clusters.attempt_rate
    there = ratio(state_total(usual * share), state_total(usual))
    return replace(
        premises,
        exam_acceptance=np.clip(premises.exam_acceptance + step, -6.0, 6.0),
        exam_share=np.maximum(there, LEAST_SHARE),
    )
