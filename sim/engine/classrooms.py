"""Step 6 of the year: students choose among what is offered, progress, and sit for credentials."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, at_districts, part_of
from sim.engine.economy import Cohorts, Conditions, Signals
from sim.engine.money import Efforts, Offers, Prospects, efforts
from sim.engine.offerings import breadth, quality_gap
from sim.engine.state import Premises, State
from sim.engine.workforce import Workforce
from sim.parameters.groups import Parameters
from sim.students import choice, outcomes
from sim.students.outcomes import Credentials
from sim.world.world import World


@dataclass(frozen=True)
class Interest:
    """``interested``: students who would take CTE if every cluster were within reach, ``[..., D, 1]``; ``wanted``: how
    many of them in each cluster, ``[..., D, C]``; ``progression``: share of last year's participants who will
    concentrate; ``quality_gap`` ``[..., D, 1]``: mean quality less the reference, which moves progression and passing.
    """

    interested: Array
    wanted: Array
    progression: Array
    quality_gap: Array


@dataclass(frozen=True)
class Schooling:
    """What students did. ``reached`` (share of students within reach of a site), ``demanded``, ``seats``,
    ``participants``, ``progression`` (the rate as staffed) and ``concentrators`` ``[..., D, C]``; ``diverted`` (the
    factor of students whose cluster is not within reach), ``dual_credit`` and ``placements`` ``[..., D, 1]``;
    ``efforts`` of districts on what is paid for."""

    reached: Array
    diverted: Array
    demanded: Array
    seats: Array
    participants: Array
    progression: Array
    concentrators: Array
    credentials: Credentials
    dual_credit: Array
    placements: Array
    efforts: Efforts


def interest(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    conditions: Conditions,
    cohorts: Cohorts,
    signals: Signals,
) -> Interest:
    """What students want this year, and how many of last year's will go on."""
    willing = np.minimum(premises.participation * conditions.shocks.participation, 1.0)
    interested = cohorts.membership * willing
    pull = choice.job_pull(signals.openings, parameters.choice.openings_tilt)
    shares = choice.tilted_shares(premises.local_shares, at_districts(pull, world.districts.region))
    gap = quality_gap(state.quality, parameters)
    return Interest(
        interested=interested,
        wanted=interested * shares,
        progression=outcomes.progression_rate(
            premises.progression,
            gap,
            breadth(state.counts.total("sites"), world) / premises.reference_breadth,
            state.concentration_effort,
            parameters.outcomes,
            conditions.shocks.progression,
        ),
        quality_gap=gap,
    )


def teach(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    conditions: Conditions,
    workforce: Workforce,
    interest: Interest,
    prospects: Prospects,
    offers: Offers,
) -> Schooling:
    """The school year: enrollment within seats, concentrators, credentials, dual credit and placements."""
    terms, reach = parameters.choice, premises.reach
    reached = choice.reached_share(reach, reach.entry(workforce.sites))
    demanded, diverted = choice.demand(interest.wanted, interest.interested, reached, terms.diversion)
    capacity = choice.seats(workforce.taught, world.clusters.class_cap, terms.seats_per_section)
    participants = choice.enrolled(demanded, capacity, terms.spill_over)
    staffed = part_of(workforce.sections, workforce.posts)
    rate = outcomes.rate_when_staffed(interest.progression, staffed, parameters.outcomes)
    concentrators = outcomes.concentrators(rate, state.participants, workforce.staying, participants)
    effort = efforts(parameters.outcomes, state, prospects)
    earned = outcomes.credentials(
        concentrators,
        parameters.clusters.attempt_rate * conditions.shocks.credentials,
        parameters.clusters.pass_rate,
        interest.quality_gap,
        effort.credential,
        outcomes.tier_mix(premises.tier_mix, prospects.credential_prices, effort.credential, parameters.outcomes),
        parameters.outcomes,
    )
    return Schooling(
        reached=reached,
        diverted=diverted,
        demanded=demanded,
        seats=capacity,
        participants=participants,
        progression=rate,
        concentrators=concentrators,
        credentials=earned,
        dual_credit=outcomes.dual_credit(participants, effort.dual_credit, parameters.outcomes),
        placements=outcomes.placements(concentrators, effort.placement, offers.paid_places, parameters.outcomes),
        efforts=effort,
    )
