"""The settling of a start from a known map: what makes each pathway of the map what its district and students want."""

from dataclasses import replace

import numpy as np

from sim.arrays import Array, BoolArray, at_districts, district_total, part_of, ratio, state_total
from sim.behavior import planning
from sim.behavior.deciding import decide
from sim.behavior.planning import Sections
from sim.behavior.weighing import weigh_sections
from sim.engine.calendar import Year
from sim.engine.census import MOST_INTERESTED, KnownMap, second_students
from sim.engine.state import Premises, State
from sim.parameters.groups import Parameters
from sim.students import choice
from sim.world.world import World

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
"""Points of a standard normal and their weights, for means over what appeal may become."""
SHARES = (0.05, 0.97)
"""Between these a share of possible sections says what a section is worth."""
ABOVE_LEAST = 0.02
"""Share of possible sections that is run, in the mean, beyond those that sites keep, where no more are held."""
BALANCE = 15.0
"""By how much the worth of a site moves for each share of sites by which closings exceed openings in a year."""

ALIKE = 10.0
"""Sites of the whole state that are counted with a district's own where its closings and openings are judged."""


def settle_map(
    world: World, parameters: Parameters, premises: Premises, before: State, state: State, year: Year, known: KnownMap
) -> tuple[Premises, State]:
    """Premises a step nearer to those under which the map stays as it is, but for chance, and the state for them.

    Classes, wishes to go on, local demand and participation are such that the map's students come out of its sections,
    what a community sees in students is such that the map's sections are run, and what it sees in sites that as many
    would close as open.
    """
    premises = settle_students(world, parameters, premises, year, known)
    premises = settle_worth(parameters, premises, before, year, known)
    return settle_sites(parameters, premises, before, state, year, known)


def settle_students(world: World, parameters: Parameters, premises: Premises, year: Year, known: KnownMap) -> Premises:
    """Classes, wishes to go on, local demand and participation of a known map.

    Of those who would take a first course the share ``unserved_share`` finds no seat; of those who would go on, as many
    find none as the state's usual wish to go on says. Where both courses are taught together there is a seat for each.
    """
    enrolled, workforce = year.schooling.enrolled, year.workforce
    first, second = enrolled.first, enrolled.second
    offered, apart = known.sites > 0.0, known.second_sections > 0.0
    # Sections that usually have someone before them, and those that have an instructor of their own. Where both courses
    # are taught together, the second is when there is an instructor, to students who are not counted out of the first.
    posts = state_total(workforce.posts)
    manned = ratio(state_total(workforce.first_taught + workforce.second_taught), posts, 1.0)
    staffed = np.maximum(ratio(state_total(workforce.staffed), posts, 1.0), 0.5)
    seated = np.where(apart, first / manned, first + second * (1.0 + 1.0 / staffed))
    classes = part_of(seated, known.first_sections)
    usual = year.choice.first_class / premises.class_level
    second_classes = part_of(second, known.second_sections * manned)
    class_level = np.where(classes > 0.0, classes / np.maximum(usual, 1e-9), 1.0)
    second_level = np.where(
        apart & offered, ratio(second_classes, parameters.decisions.second_class * classes, 1.0), 1.0
    )

    wish = np.minimum(parameters.outcomes.going_on, 1.0)
    served = np.clip(ratio(state_total(second), wish * state_total(first), 1.0), 0.4, 1.0)
    eligible = np.where(apart, second / served, second / staffed)
    going_on = np.where(offered, ratio(eligible, first * wish, 1.0), 1.0)

    asking = np.where(apart | (second <= 0.0), first / (1.0 - parameters.choice.unserved_share), first) + second
    participation, shares = _demand(world, parameters, premises, year, known.sites, asking)
    return replace(
        premises,
        class_level=class_level,
        second_level=second_level,
        going_on_level=going_on,
        participation=participation,
        local_shares=shares,
    )


def _demand(
    world: World, parameters: Parameters, premises: Premises, year: Year, sites: Array, asking: Array
) -> tuple[Array, Array]:
    """Participation and local shares at which ``asking`` students ask for each pathway, ``[..., D, C]``.

    With interest I, of which W in each cluster, and the share r of it within reach, demand is W r b, where b = 1 +
    diversion x (I - sum of W r) / (sum of W r). Interest in what is not offered keeps its share of I.
    """
    diversion = parameters.choice.diversion
    reached = choice.reached_share(premises.reach, premises.reach.entry(sites))
    pull = at_districts(choice.job_pull(year.signals.openings, parameters.choice.openings_tilt), world.districts.region)
    before = choice.tilted_shares(premises.local_shares, pull)
    elsewhere = before * (sites <= 0.0)
    own = ratio(asking, reached)
    total, whole = district_total(asking), district_total(own)
    members = year.cohorts.membership
    # The share of interest that lies in what is offered: as before, more where members would not suffice.
    inside = 1.0 - district_total(elsewhere)
    least = (ratio(whole, MOST_INTERESTED * members) - diversion * ratio(whole, total)) / (1.0 - diversion + 1e-9)
    inside = np.clip(np.maximum(inside, least), 0.0, 1.0)
    boost = 1.0 + diversion * (ratio(whole, total * inside, 1.0) - 1.0)
    interested = ratio(whole, boost * inside)
    rest = (1.0 - inside) * ratio(elsewhere, district_total(elsewhere))
    shares = (rest + inside * ratio(own, whole)) / pull
    some = total > 0.0
    return (
        np.where(some, np.minimum(ratio(interested, members), 1.0), premises.participation),
        np.where(some, shares / np.where(some, district_total(shares), 1.0), premises.local_shares),
    )


def settle_worth(parameters: Parameters, premises: Premises, before: State, year: Year, known: KnownMap) -> Premises:
    """What a community sees in students of first and of second courses: at the price of a dollar that holds, and in the
    mean over what appeal may become, sections are run that are held."""
    terms = parameters.decisions
    log_price = year.choice.log_price
    weighed = weigh_sections(year.situation, log_price, terms)
    lasting = np.exp(-before.appeal - log_price)
    first = _factor(weighed.first, known.first_sections, lasting, parameters)
    second = _factor(weighed.second, known.second_sections, lasting, parameters)
    return replace(
        premises,
        first_value=premises.first_value * np.where(first > 0.0, first, 1.0),
        second_value=premises.second_value * np.where(second > 0.0, second, 1.0),
    )


def _factor(sections: Sections, held: Array, lasting: Array, parameters: Parameters) -> Array:
    """By how much the worth of sections must change so that those ``held`` are run, ``[..., D, C]``; nothing where that
    cannot be said. ``lasting`` takes from today's worth what passes, and the price of a dollar."""
    terms = parameters.decisions
    least = ratio(sections.least, sections.possible)
    share = np.clip(np.maximum(ratio(held, sections.possible), least + ABOVE_LEAST), *SHARES)
    scale = terms.section_spread * sections.cost
    net = sections.cost - sections.earned
    nodes = [
        (np.exp(terms.appeal_spread * node), weight)
        for node, weight in zip(NODES, WEIGHTS / WEIGHTS.sum(), strict=True)
    ]
    worth = np.maximum(net + scale * np.log(share / (1.0 - share)), 0.05 * sections.cost)
    for _ in range(10):
        run = slope = 0.0 * worth
        for appeal, weight in nodes:
            one = planning.logistic((worth * appeal - net) / scale)
            steep = one * (1.0 - one) * worth * appeal / scale * (one > least)
            run, slope = run + weight * np.maximum(one, least), slope + weight * steep
        worth = worth * np.exp(np.clip((share - run) / np.maximum(slope, 1e-3), -0.5, 0.5))
    today = sections.worth * lasting
    said = (held > 0.0) & (today > 0.0) & (sections.possible > 0.0)
    return ratio(worth, today) * said


def settle_sites(
    parameters: Parameters, premises: Premises, before: State, state: State, year: Year, known: KnownMap
) -> tuple[Premises, State]:
    """What a community sees in sites, and in students of what is not offered, from what would have closed and opened;
    such pathways take on the appeal of the others, as the map says that they did not."""
    decided = decide(year.situation, parameters.decisions)
    offered = known.sites > 0.0
    closed = decided.sites_closed * offered
    opened = (before.launching == 1.0) * (known.sites < year.situation.high_schools)
    wider = _toward_balance(opened, closed, known.sites)
    more = _toward_balance(opened * ~offered, closed >= np.maximum(known.sites, 1.0), offered)
    usual = _mean(state.appeal, offered)
    others = np.where(offered, usual, _mean(state.appeal, ~offered))
    stays = closed <= 0.0
    premises = replace(
        premises,
        first_value=premises.first_value * np.where(offered, 1.0, more),
        second_value=premises.second_value * np.where(offered, 1.0, more),
        site_value=premises.site_value * wider,
    )
    return premises, replace(
        state,
        appeal=np.where(stays & (opened <= 0.0), state.appeal, others),
        notice=state.notice * stays,
        vacant_years=state.vacant_years * stays,
        program_notice=state.program_notice * ~decided.leaves,
    )


def put_on_map(parameters: Parameters, state: State, known: KnownMap) -> State:
    """The state at the start of the base year, with the sites, sections and students of the map. Where the warm-up has
    come to something else, a pathway has the appeal of others that stand, or of others that do not."""
    offered, now = known.sites > 0.0, state.sites > 0.0
    usual = np.where(offered, _mean(state.appeal, now), _mean(state.appeal, ~now))
    posts = known.first_sections + known.second_sections
    none = 0.0 * state.sites
    second = second_students(known.participants, known.concentrators, parameters.outcomes.completion)
    return replace(
        state,
        sites=known.sites + none,
        first_sections=known.first_sections + none,
        second_sections=known.second_sections + none,
        vacant_sections=np.minimum(state.vacant_sections, posts),
        appeal=np.where(offered == now, state.appeal, usual),
        notice=state.notice * (offered == now),
        first_students=known.participants - second + none,
        second_students=second + none,
        taught=known.concentrators + none,
        equipment=np.where(offered & ~now, parameters.initial.equipment_start, state.equipment * offered),
        facilities=np.maximum(state.facilities, known.sites),
    )


def _toward_balance(opened: Array, closed: Array | BoolArray, stands: Array | BoolArray) -> Array:
    """The factor by which a worth moves so that a district opens as much as it closes, ``[..., D, 1]``; its own few
    years count with the whole state's."""
    net, stands = closed - 1.0 * opened, stands + 0.0 * opened
    usual = ratio(state_total(net), state_total(stands))
    rate = (district_total(net) + ALIKE * usual) / (district_total(stands) + ALIKE)
    return np.exp(np.clip(BALANCE * rate, -0.3, 0.3))


def _mean(quantity: Array, where: BoolArray) -> Array:
    return ratio(state_total(quantity * where), state_total(0.0 * quantity + where))
