"""Where a paid exam is administered, and the constants at which as many sites take one up as drop it."""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from sim.arrays import ZERO, Array, cluster_total, logistic, part_of, ratio, state_total
from sim.engine.offerings import peer_mean
from sim.engine.state import Premises, State
from sim.engine.workforce import Workforce
from sim.parameters.groups import Outcomes, Parameters
from sim.pathways import At, Pathways
from sim.students import credentials
from sim.students.credentials import Credentials, Passing, Sitting, Tiers
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
    sites with an exam that would have none without; ``around``, the share of the neighbors' sites with one, see
    ``peers``; sites that are expected to administer one next year (``coming``), and of them those that would not
    without pay (``for_pay_after``, a share)."""

    share: Array
    sites: Array
    accepted: Array
    price: Array
    for_pay: Array
    around: Array
    coming: Array
    for_pay_after: Array


@dataclass(frozen=True)
class Learners:
    """Who could sit for exams, ``[..., D, C]``: concentrators ``taught``, all ``students``, the share ``further`` of
    exams beyond the usual ones that they sit and the ``usual_passing`` share; ``usual_each`` ``[..., 1, C]``: usual
    exams for each concentrator."""

    taught: Array
    students: Array
    further: Array
    usual_passing: Array
    usual_each: Array


@dataclass(frozen=True)
class Passed:
    """If all sites of all pathways administered an exam: the ``share`` of exams that are passed, ``[..., D, C]``."""

    share: Array


@dataclass(frozen=True)
class Sat:
    """What came of a year's exams."""

    exams: Exams
    passing: Passed
    credentials: Credentials


def sit(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    workforce: Workforce,
    learners: Learners,
    price: Array,
    tier_prices: Tiers,
) -> Sat:
    """Exams of the year, worked out for the pathways that are offered.

    ``price``: believed price of a credential for as long as the money lasts; ``tier_prices``: of one of each tier this
    year; both in dollars of the base year and with what credentials count for."""
    offered, outcomes = workforce.offered, parameters.outcomes
    at, terms = offered.take, terms_at(outcomes, offered)
    natural = at_each(offered, premises.tier_mix)
    usual_passing = at(learners.usual_passing)
    found = credentials.sitting(
        at(learners.taught), at(learners.students), at(learners.usual_each), at(learners.further), terms
    )
    paid, easy = natural, None
    if not credentials.unpaid(tier_prices):
        paid = credentials.drawn_mix(natural, at_each(offered, credentials.drawn_by_tier(tier_prices, outcomes)))
        easy = at_each(offered, credentials.ease(outcomes))
    passing = credentials.passing_by_tier(found, usual_passing, natural, paid, terms, easy)
    share, exams = _administered(world, parameters, premises, state, workforce, found, passing, price, terms)
    sat = credentials.credentials(share, found, passing)
    one, two, three = (offered.everywhere(tier) for tier in sat.earned)
    return Sat(
        exams,
        Passed(offered.everywhere(passing.share, learners.usual_passing)),
        Credentials(offered.everywhere(sat.attempts), (one, two, three)),
    )


def terms_at(outcomes: Outcomes, offered: Pathways) -> Outcomes:
    """Parameters ``[..., 1, 1]`` at some pathways, ``[N]``."""
    return cast(Outcomes, At(outcomes, offered))


def at_each(offered: Pathways, tiers: Tiers) -> Tiers:
    """What is known of each tier at some pathways, ``[N]``."""
    one, two, three = (offered.take(tier) for tier in tiers)
    return one, two, three


def _administered(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    workforce: Workforce,
    found: Sitting,
    passing: Passing,
    price: Array,
    terms: Outcomes,
) -> tuple[Array, Exams]:
    """Share of sites that administer an exam at the pathways that are offered, ``[N]``, and exams of the year: sites of
    last year's that still stand, and that still accept at this ``price``.

    Taking up an exam takes a year, stopping takes none. A site that has just opened has one next year as often as sites
    did in the base year.
    """
    offered, at = workforce.offered, workforce.offered.take
    sites, before = at(workforce.sites), at(state.sites)
    usual, fee = at(premises.exam_acceptance), at(parameters.clusters.exam_fee)
    unpaid = logistic(premises.exam_acceptance)
    without_pay: Array = at(unpaid)
    at_a_site = found.exams / np.maximum(sites, 1.0)

    def accepted_at(price: Array) -> Array:
        if price is ZERO:
            return without_pay
        return credentials.acceptance(
            at_a_site * credentials.pay_of_an_exam(at(price), passing.share, fee), usual, terms
        )

    accepted = accepted_at(price)
    with_exam = np.minimum(at(state.exam_sites) * part_of(np.minimum(sites, before), before), sites)
    for_pay = at(state.exam_for_pay)
    some_for_pay = for_pay.max(initial=0.0) > 0.0
    if some_for_pay:
        kept = credentials.kept_as_pay_falls(for_pay, accepted, accepted_at(state.exam_price), without_pay)
        for_pay = np.clip(1.0 - (1.0 - for_pay) / np.maximum(kept, 1e-9), 0.0, 1.0)
        with_exam = with_exam * kept
    share = part_of(with_exam, sites)
    everywhere = offered.everywhere(share)
    around = peers(world, everywhere, np.minimum(workforce.sites, 1.0))
    considers = credentials.considering(at(around), terms)
    stay = np.minimum(before, sites)
    standing = np.minimum(with_exam, stay)
    expected = credentials.sites_administering(standing, stay, considers, accepted, terms)
    after = for_pay
    if price is not ZERO or some_for_pay:
        gained = np.maximum(accepted - without_pay, 0.0)
        after = credentials.for_pay_after(for_pay, standing, stay, considers, gained, expected, terms)
    opened = (sites - stay) * at(premises.exam_share)
    return share, Exams(
        share=everywhere,
        sites=offered.everywhere(with_exam),
        accepted=offered.everywhere(accepted, unpaid),
        price=price,
        for_pay=offered.everywhere(for_pay),
        around=around,
        coming=offered.everywhere(expected + opened),
        for_pay_after=offered.everywhere(after),
    )


def taken_up(sites: Array, exams: Exams, uniform: Array) -> Array:
    """Sites of each pathway that administer a paid exam next year, whole, ``[..., D, C]``; ``sites`` are those after
    this year."""
    return np.minimum(np.floor(exams.coming + uniform), sites)


def peers(world: World, administers: Array, offers: Array) -> Array:
    """Share of a cluster's sites that administer an exam, mean over a district's neighbors by weight, ``[..., D, C]``;
    a neighbor that does not offer the cluster counts as the state's mean does. ``administers``: the share of a
    pathway's own sites; ``offers``: 1 where a district offers the cluster, else 0."""
    usual = ratio(cluster_total(administers), cluster_total(offers))
    share: Array = usual + peer_mean((administers - usual) * offers, world)
    return np.clip(share, 0.0, 1.0)


def settle_exams(parameters: Parameters, premises: Premises, state: State, opened: Array, exams: Exams) -> Premises:
    """Premises at which as many sites are expected to take up an exam as to drop one, and at which the usual exams of
    the state are those of the cluster table; sites that have just ``opened`` do neither. While budgets are looked for
    the share of sites with an exam is moved toward that of the base year."""
    outcomes = parameters.outcomes
    share = part_of(state.exam_sites, state.sites)
    up = np.maximum(state.sites - opened - exams.sites, 0.0) * credentials.considering(exams.around, outcomes)
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
