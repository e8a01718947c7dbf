"""Step 6 of the year: students choose among what is offered, progress, and sit for credentials."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import ZERO, Array, at_districts, part_of, ratio
from sim.behavior import recoding
from sim.engine.census import UNKNOWN, Census
from sim.engine.economy import Cohorts, Conditions, Signals
from sim.engine.exams import Exams, Learners, Passed, sit
from sim.engine.offerings import quality_gap
from sim.engine.offers import Offers
from sim.engine.prospects import Efforts, Prospects, efforts
from sim.engine.stakes import stakes
from sim.engine.state import Premises, State
from sim.engine.workforce import Workforce
from sim.parameters.groups import Parameters
from sim.students import choice, courses, credentials, outcomes
from sim.students.courses import Enrolled
from sim.students.credentials import Credentials
from sim.world.world import World


@dataclass(frozen=True)
class Interest:
    """``interested``: students who would take a first course if every cluster were within reach, ``[..., D, 1]``;
    ``wanted``: how many of them in each cluster; ``going_on``: share of last year's first-course students who could
    take the second and wish to, ``[..., D, C]``; ``completion``: share of second-course students who complete it, and
    ``quality_gap``: mean quality less the reference ``[..., D, 1]``."""

    interested: Array
    wanted: Array
    going_on: Array
    completion: Array
    quality_gap: Array


@dataclass(frozen=True)
class Schooling:
    """What students did, ``[..., D, C]``: ``reached`` (share of students within reach of a site), ``demanded``
    (first-course students who ask), ``eligible``, ``enrolled``, concentrators ``taught`` and ``recoded``;
    ``diverted`` (the factor of students whose cluster is not within reach), ``dual_credit`` and ``placements``
    ``[..., D, 1]``; ``efforts`` of districts on what is paid for or counts,
    and in ``exams`` where one is administered; ``passing`` if it were everywhere."""

    reached: Array
    diverted: Array
    demanded: Array
    eligible: Array
    enrolled: Enrolled
    taught: Array
    recoded: Array
    credentials: Credentials
    dual_credit: Array
    placements: Array
    efforts: Efforts
    exams: Exams
    passing: Passed

    @property
    def participants(self) -> Array:
        """Students in a first or second course, ``[..., D, C]``."""
        return self.enrolled.participants

    @property
    def reported(self) -> Array:
        """Concentrators as the state counts them, ``[..., D, C]``: taught and recoded."""
        return self.taught + self.recoded


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
    moved = np.maximum(1.0 + state.interest, 0.0) * conditions.shocks.participation
    willing = np.minimum(premises.participation * moved, 1.0)
    interested = cohorts.membership * willing
    pull = choice.job_pull(signals.openings, parameters.choice.openings_tilt)
    shares = choice.tilted_shares(premises.local_shares, at_districts(pull, world.districts.region))
    gap = quality_gap(state.quality, parameters)
    smaller = np.minimum(ratio(cohorts.membership, state.counts.membership, 1.0), 1.0)
    usual = np.minimum(parameters.outcomes.going_on * conditions.shocks.progression, 1.0)
    return Interest(
        interested=interested,
        wanted=interested * shares * conditions.shocks.demand,
        going_on=np.minimum(usual * premises.going_on_level, 1.0) * smaller,
        completion=outcomes.completion_rate(gap, parameters.outcomes),
        quality_gap=gap,
    )


def teach(
    world: World,
    parameters: Parameters,
    premises: Premises,
    state: State,
    conditions: Conditions,
    cohorts: Cohorts,
    workforce: Workforce,
    interest: Interest,
    planned_class: Array,
    prospects: Prospects,
    offers: Offers,
    census: Census = UNKNOWN,
) -> Schooling:
    """The school year: first and second courses within seats, concentrators, credentials, dual credit and
    placements."""
    terms, reach = parameters.choice, premises.reach
    reached = choice.reached_share(reach, reach.entry(workforce.sites))
    demanded, diverted = choice.demand(interest.wanted, interest.interested, reached, terms.diversion)
    eligible = courses.eligible_for_second(state.first_students, workforce.staying, interest.going_on)
    enrolled = courses.enroll(
        demanded,
        eligible,
        workforce.first_taught,
        workforce.second_taught,
        workforce.sites,
        planned_class,
        parameters.decisions.second_class * premises.second_level,
        terms.spill_over,
        workforce.second_posts,
    )
    staffed = part_of(workforce.staffed, workforce.posts)
    rate = outcomes.rate_when_staffed(interest.completion, staffed, parameters.outcomes)
    enrolled, taught = census.counted(enrolled, rate, interest.completion, cohorts.membership)
    usual_passing = credentials.usual_passing(parameters.clusters.pass_rate, interest.quality_gap, parameters.outcomes)
    counting = stakes((offer.schedule for offer in offers.lines), premises.tier_mix, conditions.price_index)
    effort = efforts(parameters, state, prospects, counting, usual_passing)
    recoded = recoding.recoded(effort.recoded_share, taught, parameters.outcomes)
    usual_each = credentials.usual_each(
        parameters.clusters.attempt_rate * conditions.shocks.credentials, premises.exam_share, parameters.outcomes
    )
    lasting = prospects.credential_value
    sat = sit(
        world,
        parameters,
        premises,
        state,
        workforce,
        Learners(taught, enrolled.participants, effort.further_exams, usual_passing, usual_each),
        counting.with_credentials(lasting if lasting is ZERO else lasting / conditions.price_index),
        counting.with_tiers(prospects.credential_prices),
    )
    return Schooling(
        reached=reached,
        diverted=diverted,
        demanded=demanded,
        eligible=eligible,
        enrolled=enrolled,
        taught=taught,
        recoded=recoded,
        credentials=sat.credentials,
        dual_credit=outcomes.dual_credit(enrolled.in_district, effort.dual_credit, parameters.outcomes),
        placements=outcomes.placements(taught, effort.placement, offers.paid_places, parameters.outcomes),
        efforts=effort,
        exams=sat.exams,
        passing=sat.passing,
    )
