"""What a district sees when it decides, and its budget (7.4, 7.5 and 7.6 of the protocol)."""

import math
from types import SimpleNamespace
from typing import Any

from second_implementation.beliefs import annuity
from second_implementation.books import site_costs
from second_implementation.plain import Grid, at
from second_implementation.students import diverted, reached

KNOWN = (
    "sites", "first_sections", "second_sections", "vacant_sections", "vacant_years", "launching", "facilities",
    "equipment", "notice", "program_notice", "plan", "plan_years", "log_price",
)  # fmt: skip


def observe(
    world: Any, rules: Any, premises: Any, state: Any, now: Any, unit: Any, believed: Any, openings: Grid, wish: Any,
    membership: list[float], luck: Any,
) -> SimpleNamespace:  # fmt: skip
    """Everything that districts read, ``[district][cluster]`` or by district."""
    seen = SimpleNamespace(**{name: getattr(state, name) for name in KNOWN})
    _money(seen, world, rules, state, now, unit, believed, membership)
    _pathways(seen, world, rules, premises, state, now, believed, openings, wish)
    terms = rules.costs
    startup = rules.costs.startup_level * now.price_index
    dearer = [at(now.shocks.startup_costs, 0, c) for c in range(len(state.sites[0]))]
    width = range(len(state.sites[0]))
    seen.high_schools = world.districts.high_schools
    seen.startup_cost = tuple(rules.clusters.startup_cost[c] * startup * dearer[c] for c in width)
    seen.startup_net = [
        [seen.startup_cost[c] * (1.0 - min(share, 1.0)) for c, share in enumerate(row)]
        for row in believed.startup_share
    ]
    lab = terms.facility_level * now.price_index
    seen.facility_cost = tuple(world.clusters.facility_cost[c] * lab * dearer[c] for c in width)
    seen.annuity = annuity(1.0 / (1.0 + rules.beliefs.discount_rate), rules.beliefs.horizon_years)
    seen.practiced, seen.floor = rules.books.practiced_spending, rules.books.spending_floor
    seen.ceiling = rules.books.spending_ceiling
    seen.pooled = [[0.0]]  # none of the laws here has a shared center
    seen.first_draw, seen.second_draw, seen.close_draw = luck.FIRST_SECTIONS, luck.SECOND_SECTIONS, luck.CLOSURE
    return seen


def _money(
    seen: Any, world: Any, rules: Any, state: Any, now: Any, unit: Any, believed: Any, membership: list[float]
) -> None:
    """The budget of each district, dollars of the year but for own money."""
    names = (
        "own_planned", "own_budget", "promised", "once", "enduring", "once_again", "usual_upkeep", "launch_cash",
        "launch_general", "commitment", "plan_cost", "plan_falls",
    )  # fmt: skip
    for name in names:
        setattr(seen, name, [])
    seen.earned = believed.earned
    capital, filled = state.capital_share, state.filled_share
    for d, members in enumerate(membership):
        size = members * now.price_index
        freed = min(
            max(state.restricted[d] - believed.restricted[d] / size, 0.0),
            max(believed.uncredited[d] / size - state.uncredited[d], 0.0),
        )
        planned = state.own_money[d] + freed
        own = planned * now.shocks.local_money * size
        expected, lasting, doubted = believed.expected[d], believed.lasting[d], believed.doubted[d]
        due = _equipment_due(world, rules, state, now, d)
        staff, once = _promised(own, expected, lasting, doubted, capital, due)
        stays = expected - believed.ending[d]
        stays_lasting = lasting - believed.lasting_ends[d]
        later, _ = _promised(own, stays, stays_lasting, min(doubted, stays), capital, due)
        ready = max(state.cash[d], 0.0) * now.price_index + own + expected - staff
        general = rules.books.general_launch * unit.base_units[d] * unit.value
        federal = believed.federal[d]
        receipts = believed.restricted[d] + believed.free[d]
        committed = state.own_wanted[d] * size + receipts - (1.0 - rules.books.federal_administration) * federal
        for name, value in zip(
            names,
            (planned, own / size, staff / filled, once, later / filled - believed.earned_ends[d],
             max(own + stays - later, 0.0), _usual_upkeep(world, rules, state, now, d), max(ready, 0.0),
             general * (1.0 + max(state.plan_years[d])), committed, state.plan_cost[d] * now.price_index,
             state.plan_falls[d] * now.price_index),
            strict=True,
        ):  # fmt: skip
            getattr(seen, name).append(value)


def _promised(
    own: float, expected: float, lasting: float, doubted: float, capital: float, due: float
) -> tuple[float, float]:
    """What may be promised to staff, and what of the year's money may not because it does not last."""
    running = (own + expected) / (1.0 + capital)
    certain = (own + expected - doubted) / (1.0 + capital)
    long = own + lasting + min(due, max(expected - lasting, 0.0))
    staff = max(min(certain, long), 0.0)
    return staff, max(running - staff, 0.0)


def _equipment_due(world: Any, rules: Any, state: Any, now: Any, d: int) -> float:
    """What is ordinarily spent on replacing equipment in a year."""
    terms, due = rules.costs, 0.0
    for c in range(len(state.sites[d])):
        size = terms.fixed_site_share * state.sites[d][c]
        sections = state.first_sections[d][c] + state.second_sections[d][c]
        size += (1.0 - terms.fixed_site_share) * sections / terms.sections_per_instructor
        due += size * world.clusters.replacement_cost[c] * at(now.shocks.running_costs, 0, c)
    return float(rules.books.practiced_spending * due * terms.running_level * now.price_index)


def _usual_upkeep(world: Any, rules: Any, state: Any, now: Any, d: int) -> float:
    """What is ordinarily spent on all but salaries for what is run, exams left out."""
    terms, usual = rules.costs, 0.0
    for c in range(len(state.sites[d])):
        staffed = state.first_sections[d][c] + state.second_sections[d][c] - state.vacant_sections[d][c]
        size = terms.fixed_site_share * state.sites[d][c]
        size += (1.0 - terms.fixed_site_share) * staffed / terms.sections_per_instructor
        students = state.first_students[d][c] + state.second_students[d][c]
        supplied = students + terms.upper_level_consumables * state.taught[d][c]
        each = size * site_costs(world, c) + rules.clusters.consumables[c] * supplied
        usual += each * at(now.shocks.running_costs, 0, c)
    prices = terms.running_level * now.price_index
    return float(rules.books.practiced_spending * usual * prices)


def _pathways(
    seen: Any, world: Any, rules: Any, premises: Any, state: Any, now: Any, believed: Any, openings: Grid, wish: Any
) -> None:
    """Students, worth, believed payments and costs of every pathway."""
    terms, costs, outcomes = rules.decisions, rules.costs, rules.outcomes
    names = (
        "wanted", "eligible", "site_wanted", "first_worth", "second_worth", "site_worth", "first_earned",
        "second_earned", "first_running", "second_running", "school_bonus", "class_size", "class_cap", "second_class",
    )  # fmt: skip
    for name in names:
        setattr(seen, name, [[] for _ in state.sites])
    seen.going_on, seen.site_earned = wish.going_on, believed.per_site
    seen.section_earned = [[price / costs.sections_per_instructor for price in row] for row in believed.per_instructor]
    seen.elective = costs.compensation * now.wage_index / (costs.sections_per_instructor * costs.elective_class_size)
    seen.program_cost = costs.program * now.wage_index
    salary = costs.compensation * now.wage_index / costs.sections_per_instructor
    width = range(len(state.sites[0]))
    seen.section_cost = tuple(
        salary * (1.0 + rules.staffing.premium_paid * world.clusters.salary_premium[c]) for c in width
    )
    prices = [costs.running_level * now.price_index * at(now.shocks.running_costs, 0, c) for c in width]
    of_section = (1.0 - costs.fixed_site_share) / costs.sections_per_instructor
    seen.section_running = tuple(of_section * site_costs(world, c) * prices[c] for c in width)
    seen.site_running = tuple(costs.fixed_site_share * site_costs(world, c) * prices[c] for c in width)
    for d, sites in enumerate(state.sites):
        reach, raised = diverted(world, wish, rules, d, sites)
        schools = world.districts.high_schools[d]
        for c in width:
            more = 0.0
            if sites[c] < schools:
                more = reached(world, rules.choice.district_travel, d, sites[c] + 1) - reach[c]
            site_wanted = wish.wanted[d][c] * more * min(raised, 2.0)
            view = _view(world, terms, premises, state, openings, d, c) * now.price_index
            sitting = state.exam_sites[d][c] / sites[c] if sites[c] > 0 else 0.0
            further = state.further_exams[d][c]
            usual = rules.clusters.attempt_rate[c] * outcomes.credential_level / premises.exam_share
            each, beside = sitting * further * outcomes.exam_limit, sitting * usual * (1.0 - further)
            passed = believed.credential_value[d][c] * rules.clusters.pass_rate[c]
            participant = believed.per_participant[d][c] + passed * (1.0 - outcomes.pass_rate_fall) * each
            concentrator = believed.per_concentrator[d][c] + passed * beside
            fee = rules.clusters.exam_fee[c] * now.price_index * at(now.shocks.running_costs, 0, c)
            supplies = rules.clusters.consumables[c] * prices[c]
            running = supplies + each * fee
            second = running + wish.completion[d] * (costs.upper_level_consumables * supplies + beside * fee)
            offering = state.counts.offering_schools[d]
            adds = offering < schools and sites[c] >= offering and site_wanted >= terms.minimum_section
            for name, value in zip(
                names,
                (max(wish.wanted[d][c] * reach[c] * raised - state.second_students[d][c], 0.0),
                 state.first_students[d][c] * wish.going_on[d][c], site_wanted,
                 at(premises.first_value, d, c) * view, at(premises.second_value, d, c) * view,
                 at(premises.site_value, d, c) * view, participant, participant + wish.completion[d] * concentrator,
                 running, second, believed.per_school[d] * adds,
                 world.clusters.class_size[c] * at(premises.class_level, d, c),
                 world.clusters.class_cap[c] * at(premises.class_level, d, c),
                 terms.second_class * at(premises.second_level, d, c)),
                strict=True,
            ):  # fmt: skip
                getattr(seen, name)[d].append(value)


def _view(world: Any, terms: Any, premises: Any, state: Any, openings: Grid, d: int, c: int) -> float:
    """How a pathway is seen: appeal, what employers signal, what neighbors offer."""
    region = world.districts.region[d]
    labor = at(premises.priority, region, c) + at(openings, region, c) - 1.0
    peers = 0.0
    for neighbor, weight in zip(world.districts.neighbors[d], world.districts.neighbor_weights[d], strict=True):
        peers += weight * (state.sites[neighbor][c] > 0)
    usual = premises.reference_peers[c]
    return math.exp(state.appeal[d][c] + terms.labor_weight * labor + terms.neighbor_weight * (peers - usual))
