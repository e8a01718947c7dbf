"""What is kept of a year: statewide, by funding line, by cluster and by district, one number for each run."""

from collections.abc import Mapping

import numpy as np

from sim.arrays import ZERO, Array, BoolArray, cluster_total, district_total, ratio, state_total
from sim.behavior import launching
from sim.engine.calendar import Year
from sim.engine.offers import Offer, Offers
from sim.engine.state import State
from sim.engine.static import StaticScore
from sim.funding import budget, seg
from sim.funding.allocation import STAGES, Ledger, cost_to_state
from sim.parameters.groups import Parameters
from sim.students.choice import reach_by_sites, reached_share
from sim.students.outcomes import graduates_gained
from sim.world.world import CREDENTIAL_TIERS, World

Record = dict[str, Array]
NOTHING: Array = np.zeros((1, 1))


def statewide(world: World, parameters: Parameters, state: State, year: Year) -> Record:
    """Every statewide number of a year, each ``[R]``; the columns of the results' state table."""
    counts = state.counts
    sites = state_total(counts.total("sites"))
    students = counts.total("participants")
    all_students = state_total(students)
    reported, all_taught = state_total(counts.total("concentrators")), state_total(state.taught)
    quality = counts.total("quality") / state.quality.shape[-1]
    taught = state_total(year.workforce.first_taught + year.workforce.second_taught)
    flexible = state_total(year.bill.flexible)
    credentials = [state_total(counts.total(f"credentials_{tier}")) for tier in CREDENTIAL_TIERS]
    all_credentials = credentials[0] + credentials[1] + credentials[2]
    attempts = year.schooling.credentials.attempts
    per_instructor = parameters.costs.sections_per_instructor
    enrolled, ended = year.schooling.enrolled, year.books.year_end
    threshold = parameters.quality.high_quality_threshold
    record = {
        "membership": state_total(counts.membership),
        "participants": all_students,
        "concentrators": reported,
        "concentrators_taught": all_taught,
        "concentrators_recoded": reported - all_taught,
        "high_cost_concentrators": state_total(cluster_total(state.taught) * world.clusters.high_cost_share),
        "school_concentrator_share": school_concentrator_share(world, state),
        "credentials": all_credentials,
        "credentials_tier_1": credentials[0],
        "credentials_tier_2": credentials[1],
        "credentials_tier_3": credentials[2],
        "credential_attempts": state_total(attempts),
        "pass_rate": ratio(all_credentials, state_total(attempts)),
        "credential_payment": ratio(state_total(year.settlement.for_credentials), all_credentials),
        "exam_pathways": _number(attempts > 0.0),
        "exam_districts": _number(district_total(attempts) > 0.0),
        "dual_credit": state_total(year.schooling.dual_credit),
        "placements": state_total(counts.placements),
        "graduates_gained": state_total(graduates_gained(state.taught, parameters.outcomes)),
        "pathways": state_total(np.minimum(state.sites, 1.0)),
        "sites": sites,
        "sites_opened": state_total(year.workforce.opened),
        "sites_closed": state_total(year.choice.sites_closed + year.workforce.emptied),
        "plans": _number(state.plan > launching.NONE),
        "plans_begun": _number(year.choice.begun),
        "plans_given_up": _number(year.choice.given_up),
        "plans_for_money": _number(year.choice.plan == launching.FOR_MONEY),
        "plans_for_room": _number(year.choice.plan == launching.FOR_ROOM),
        "plans_for_instructor": state_total(year.workforce.without_instructor),
        "launches_started": state_total(year.workforce.launched),
        "first_sections": state_total(state.first_sections),
        "second_sections": state_total(state.second_sections),
        "unserved_first": state_total(enrolled.unserved_first),
        "unserved_second": state_total(enrolled.unserved_second),
        "instructors": state_total(state.sections - state.vacant_sections) / per_instructor,
        "vacancies": state_total(state.vacant_sections) / per_instructor,
        "instructor_pool": state_total(state.pool) / per_instructor,
        "class_size": ratio(all_students, taught),
        "quality": ratio(state_total(quality * students), all_students),
        "high_quality_share": ratio(state_total(counts.total("sites") * (quality >= threshold)), sites),
        "equipment": ratio(state_total(state.equipment * state.sites), sites),
        "non_salary_spending_share": ratio(state_total(state.spending_ratio * year.bill.flexible), flexible),
        "districts_offering": state_total(counts.offering),
        **_money(parameters, state, year),
        "local_money": state_total(year.books.local),
        "own_money": state_total(year.books.own),
        "covered": state_total(ended.covered),
        "returned": state_total(ended.returned),
        "lapsed": state_total(ended.lapsed),
        "reaching_cte": state_total(year.settlement.reaching_cte),
        "not_sticking": state_total(year.settlement.not_sticking),
        "sustained_cost": state_total(year.bill.sustained),
        "spending": state_total(ended.spending),
        "startup_spending": state_total(year.bill.startup),
        "cash": state_total(state.cash * year.conditions.price_index),
        "revenue": year.conditions.revenue,
        "price_index": year.conditions.price_index,
    }
    return {name: _by_run(value) for name, value in record.items()}


def school_concentrator_share(world: World, state: State) -> Array:
    """Concentrators over membership, mean over high schools with a pathway, ``[..., 1, 1]``.

    A pathway's sites are laid on a district's largest schools, and its concentrators on them by membership.
    """
    districts = world.districts
    reach = reach_by_sites(districts.coverage, districts.high_schools, NOTHING)
    at_sites = reached_share(reach, reach.entry(state.sites))
    share = ratio(state.sites * state.taught, at_sites * state.counts.membership)
    return ratio(state_total(share), state_total(state.counts.offering_schools))


def _money(parameters: Parameters, state: State, year: Year) -> Record:
    offers, ledgers = year.offers, year.settlement.ledgers
    nothing = 0.0 * year.conditions.price_index
    owed = spent = cost = recurring = voted = federal = weight_value = trust = held = drawn = nothing
    own_lines = 0
    for offer in offers.lines:
        line, ledger = offer.line, ledgers[offer.line.name]
        if line.federal:
            federal = federal + ledger.spent
        if line.seg != "outside":
            weight_value = weight_value + ledger.spent
        if line.background or line.federal:
            continue
        own_lines += 1
        trust = trust + state.trust[line.promised_by].mean(axis=-2, keepdims=True)
        if line.seg == "unfunded":
            continue
        paid = cost_to_state(line, ledger, offers.weight_cost)
        owed, spent, cost = owed + ledger.owed, spent + ledger.spent, cost + paid
        recurring = recurring + (paid if line.recurring else nothing)
        voted = voted + _voted(offers, offer, ledger)
        held, drawn = held + ledger.reserve.balance, drawn + ledger.reserve.drawn
    lost = seg.dilution(offers.base_units, offers.undiluted_value, offers.unit_value)
    return {
        "entitlement": owed,
        "appropriation": voted,
        "state_cost": cost,
        "state_cost_constant": cost / year.conditions.price_index,
        "recurring_cost": recurring,
        "nonrecurring_cost": cost - recurring,
        "proration": ratio(spent, owed, 1.0),
        "reserve_drawn": drawn,
        "reserve": held,
        "federal_paid": federal,
        "weight_value": weight_value,
        "weight_units": offers.weight_units + nothing,
        "dilution": state_total(lost),
        "unit_value": offers.unit_value,
        "trust": trust / max(own_lines, 1),
    }


def by_line(year: Year) -> dict[str, Record]:
    """Entitlement, appropriation, payment and proration of every line, each ``[R]``."""
    records = {}
    for offer in year.offers.lines:
        ledger = year.settlement.ledgers[offer.line.name]
        records[offer.line.name] = {
            "entitlement": _by_run(ledger.owed),
            "appropriation": _by_run(_voted(year.offers, offer, ledger)),
            "paid": _by_run(ledger.spent),
            "proration": _by_run(ledger.proration),
            "set_aside": _by_run(ledger.reserve.set_aside),
            "reserve_drawn": _by_run(ledger.reserve.drawn),
            "reserve": _by_run(ledger.reserve.balance),
        }
    return records


def _voted(offers: Offers, offer: Offer, ledger: Ledger) -> Array:
    """What the appropriation act shows for a line, what is set aside for its reserve included, ``[..., 1, 1]``."""
    paid = cost_to_state(offer.line, ledger, offers.weight_cost) if offer.line.seg == "funded" else ledger.spent
    without_reserve = paid - ledger.reserve.drawn
    return budget.voted(offer.line, offers.budget, without_reserve) + ledger.reserve.set_aside


def by_cluster(parameters: Parameters, state: State, year: Year) -> Record:
    """Counts of every cluster, each ``[R, C]``."""
    record = {
        "pathways": cluster_total(np.minimum(state.sites, 1.0)),
        "sites": cluster_total(state.sites),
        "participants": cluster_total(state.participants),
        "concentrators": cluster_total(state.counts.concentrators),
        "concentrators_taught": cluster_total(state.taught),
        "credentials": cluster_total(state.counts.all_credentials),
        "credential_attempts": cluster_total(year.schooling.credentials.attempts),
        "exam_pathways": cluster_total(np.sign(year.schooling.credentials.attempts)),
        "instructors": cluster_total(state.sections - state.vacant_sections) / parameters.costs.sections_per_instructor,
        "sections": cluster_total(state.sections),
        "unserved": cluster_total(year.schooling.enrolled.unserved),
    }
    return {name: value.reshape(-1, value.shape[-1]) for name, value in record.items()}


def by_district(parameters: Parameters, state: State, year: Year) -> Record:
    """Counts and money of every district, each ``[R, D]``."""
    offers, counts = year.offers, state.counts
    record = {
        "membership": counts.membership,
        "pathways": district_total(np.minimum(state.sites, 1.0)),
        "sites": counts.total("sites"),
        "participants": counts.total("participants"),
        "concentrators": counts.total("concentrators"),
        "concentrators_taught": district_total(state.taught),
        "unserved": district_total(year.schooling.enrolled.unserved),
        "sections": district_total(state.sections),
        "instructors": district_total(state.sections - state.vacant_sections)
        / parameters.costs.sections_per_instructor,
        "spending": year.books.year_end.spending,
        "credentials": counts.total("credentials_1") + counts.total("credentials_2") + counts.total("credentials_3"),
        "credential_attempts": district_total(year.schooling.credentials.attempts),
        "exam_pathways": district_total(np.sign(year.schooling.credentials.attempts)),
        "quality": counts.total("quality") / state.quality.shape[-1],
        **ledger_stages(offers, year.settlement.ledgers),
        "dilution": seg.dilution(offers.base_units, offers.undiluted_value, offers.unit_value),
    }
    return _by_run_and_district(record, state)


def static(state: State, scored: StaticScore) -> Record:
    """The static score of every district, each ``[R, D]``: the stages of its ledger, and the main formula's
    dilution."""
    offers = scored.offers
    record = {
        **ledger_stages(offers, scored.ledgers),
        "dilution": seg.dilution(offers.base_units, offers.undiluted_value, offers.unit_value),
    }
    return _by_run_and_district(record, state)


def ledger_stages(offers: Offers, ledgers: Mapping[str, Ledger]) -> Record:
    """Dollars of every district at each stage of its ledger, the state's CTE lines together, ``[..., D, 1]``."""
    stages: Record = dict.fromkeys(STAGES, ZERO)
    for offer in offers.lines:
        if offer.line.background or offer.line.federal:
            continue
        ledger = ledgers[offer.line.name]
        for stage in STAGES:
            stages[stage] = stages[stage] + getattr(ledger, stage)
    return stages


def _by_run_and_district(record: Record, state: State) -> Record:
    runs, districts = (state.sites.shape[0] if state.sites.ndim == 3 else 1), state.sites.shape[-2]
    return {name: np.broadcast_to(value, (runs, districts, 1))[..., 0] for name, value in record.items()}


def _number(where: BoolArray) -> Array:
    """How many pathways of the state a mask marks, ``[..., 1, 1]``."""
    return state_total(where.astype(np.float64))


def _by_run(value: Array) -> Array:
    return value.reshape(-1)
