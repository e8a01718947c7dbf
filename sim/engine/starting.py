"""The start of a run: the map of who offers what, drawn anew, and the constants solved so that the state's counts
come out."""

from dataclasses import replace

import numpy as np
from scipy.special import gammaincinv

from sim.arrays import Array, at_districts, cluster_major, district_most, outer, ratio, state_total
from sim.behavior import beliefs
from sim.behavior.staffing import by_region, labor_markets
from sim.behavior.upkeep import Loadings
from sim.engine import economy
from sim.engine.census import known_map, second_students
from sim.engine.draws import Draws, Purpose
from sim.engine.state import Premises, State
from sim.funding.schedule import Counts
from sim.parameters.groups import Parameters
from sim.parameters.loadings import load_loadings
from sim.students import choice, credentials
from sim.world.world import World


def draw_premises(world: World, parameters: Parameters, draws: Draws) -> Premises:
    """What is drawn once for each run; participation and progression start at guesses and are solved later."""
    runs = draws.once[Purpose.AWARD_CAPACITY].shape[0]
    initial = parameters.initial
    alpha = initial.cluster_share_concentration * world.clusters.concentrator_share
    gammas = gammaincinv(alpha + 0.0 * draws.once[Purpose.LOCAL_SHARES], draws.once[Purpose.LOCAL_SHARES])
    locale = np.array(world.districts.locale)[:, np.newaxis]
    level = choice.participation_level(
        tuple((locale == name) * 1.0 for name in ("rural", "town", "suburb", "city")),
        parameters.choice,
    )
    spread = initial.quality_spread * draws.once[Purpose.QUALITY_PROFILE]
    openings = np.exp(initial.openings_spread * draws.once[Purpose.REGIONAL_OPENINGS])
    grades = world.districts.membership_by_grade
    retention = steady_retention(grades.sum(axis=0))
    one = np.ones((runs, 1, 1))
    of_one_mind = choice.of_one_mind(world.districts.coverage)
    hangs = loss_passthrough(parameters, of_one_mind * draws.once[Purpose.TASTE])
    return Premises(
        local_shares=choice.local_shares(world.clusters.concentrator_share, gammas),
        participation=0.75 * level * one,
        class_level=one,
        second_level=one,
        going_on_level=one,
        first_value=950.0 * one,
        second_value=1900.0 * one,
        site_value=16000.0 * one,
        loss_passthrough=hangs,
        interest_spread=parameters.choice.interest_spread * of_one_mind,
        attention=beliefs.attention(
            parameters.beliefs.attention, parameters.beliefs.attention_spread, draws.once[Purpose.ATTENTION]
        ),
        credit=np.minimum(parameters.beliefs.general_credit * (parameters.books.loss_passthrough / hangs), 1.0),
        entering=0.0 * openings,
        priority=regional_priorities(world, draws.once[Purpose.REGIONAL_PRIORITIES]),
        openings=openings,
        quality_level=np.clip(initial.quality_mean + spread, 0.02, 0.98),
        trend=draws.once[Purpose.LOCAL_TREND],
        award_capacity=draws.once[Purpose.AWARD_CAPACITY],
        entrants=steady_entrants(world.districts.membership[:, np.newaxis], retention),
        retention=retention,
        reference_peers=np.zeros((1, len(world.clusters))) + 0.0 * one,
        reference_equipment=initial.equipment_start * one,
        reference_stability=0.95 * one,
        reference_fill=one,
        reference_spending=parameters.books.practiced_spending * one,
        tier_mix=credentials.natural_mix(world.clusters.credential_tier, parameters.outcomes.main_tier_share),
        exam_acceptance=-one,
        exam_share=parameters.outcomes.exam_share * one,
        solving=np.zeros((1, 1)),
        reach=choice.reach_by_sites(
            world.districts.coverage, world.districts.high_schools, parameters.choice.district_travel
        ),
        markets=labor_markets(world.districts.region, locale[:, 0] == "rural"),
        loadings=Loadings(**load_loadings()),
    )


def steady_retention(grade_totals: Array) -> Array:
    """Share of a grade's students found in the next grade a year later, ``[1, 3]``, from the state's grade profile; all
    of them where a small state has an empty grade."""
    return ratio(grade_totals[1:], grade_totals[:-1], 1.0)[np.newaxis, :]


def steady_entrants(membership: Array, retention: Array) -> Array:
    """The entering cohort that keeps a district's membership steady, ``[D, 1]``."""
    survival = np.concatenate([np.ones((1, 1)), np.cumprod(retention, axis=-1)], axis=-1)
    entrants: Array = membership / survival.sum()
    return entrants


def regional_priorities(world: World, uniforms: Array) -> Array:
    """1 where a cluster is a priority of a region, ``[..., G, C]``.

    The state's own priorities (probability 1) hold everywhere. Each region adds ``regional_priorities`` more, drawn
    without replacement with the published tally as weights.
    """
    probability = world.regions.priority_probability
    weight = np.where(probability >= 1.0, 0.0, probability)
    key = np.where(weight > 0, np.log(np.maximum(uniforms, 1e-300)) / np.maximum(weight, 1e-12), -np.inf)
    rank = (-key).argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable")
    drawn = (rank < world.regions.regional_priorities) & (weight > 0)
    return ((probability >= 1.0) | drawn).astype(np.float64)


def draw_sites(world: World, parameters: Parameters, premises: Premises, draws: Draws) -> Array:
    """Sites of every pathway at the start, ``[..., D, C]``.

    Each high school offers a number of clusters that is concave in its membership, fewer at alternative schools and
    charters, scaled so that a high school has ``sites_per_school`` sites on average. Which ones is drawn by local
    demand and priority.
    """
    initial, schools = parameters.initial, world.high_schools
    inside = np.flatnonzero(schools.district >= 0)
    order = inside[np.argsort(schools.district[inside], kind="stable")]
    district = schools.district[order]
    members = schools.membership[order][:, np.newaxis]
    kind = np.array(schools.kind)[order][:, np.newaxis]
    charter = np.array(world.districts.kind)[district][:, np.newaxis] == "charter"
    size = np.exp(initial.breadth_exponent * np.log(np.maximum(members, 1.0)))
    size = size * np.where(kind == "regular", 1.0, initial.alternative_breadth)
    size = size * np.where(charter, initial.charter_breadth, 1.0)
    scale = _scale_to_total(size, initial.sites_per_school * float(district.size), len(world.clusters))
    starts = np.flatnonzero(np.diff(district, prepend=-1))
    rank_in_district = np.arange(district.size) - np.repeat(starts, np.diff(starts, append=district.size))
    uniforms = draws.once[Purpose.STARTING_MAP][..., rank_in_district, district, :]
    offered = np.clip(scale * size, 0.0, len(world.clusters))
    whole = np.floor(offered) + (uniforms[..., :1] < offered - np.floor(offered))
    region = world.districts.region[district]
    appeal = parameters.decisions.appeal_spread * draws.once[Purpose.STARTING_APPEAL]
    weight = premises.local_shares[..., district, :] * np.exp(
        initial.priority_breadth * premises.priority[..., region, :] + 2.0 * appeal[..., district, :]
    )
    key = np.log(np.maximum(uniforms[..., 1:], 1e-300)) / weight
    rank = (-key).argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable")
    chosen = (rank < whole) * 1.0
    sites = cluster_major(np.zeros((*chosen.shape[:-2], len(world.districts), len(world.clusters))))
    sites[..., district[starts], :] = np.add.reduceat(chosen, starts, axis=-2)
    return sites


def _scale_to_total(size: Array, target: Array, most: int) -> Array:
    """The factor at which sizes, capped at ``most``, sum to the target, ``[..., 1, 1]``."""
    scale: Array = target / size.sum(axis=-2, keepdims=True)
    for _ in range(30):
        total = np.minimum(scale * size, most).sum(axis=-2, keepdims=True)
        scale = scale * np.clip(target / total, 0.5, 2.0)
    return scale


def draw_state(world: World, parameters: Parameters, premises: Premises, draws: Draws) -> tuple[Premises, State]:
    """The state of the world before the warm-up, and the premises solved for it."""
    initial = parameters.initial
    schools = world.districts.high_schools[:, np.newaxis]
    runs = premises.participation.shape[0]
    districts = np.zeros((runs, len(world.districts), 1))
    sites = world.pathways.sites + 0.0 * premises.local_shares if world.pathways else None
    if sites is None:
        sites = draw_sites(world, parameters, premises, draws)
    pathways = np.zeros_like(sites)
    ease = (world.clusters.equipment_tier - 1.0) / 3.0
    usable = initial.facility_share_light + (initial.facility_share_heavy - initial.facility_share_light) * ease
    spare = np.floor((schools - sites) * usable + draws.once[Purpose.STARTING_FACILITIES])

    membership = world.districts.membership[:, np.newaxis] + districts
    openings = economy.signals(world, premises, world.base_year).openings
    pull = choice.job_pull(openings, parameters.choice.openings_tilt)
    shares = choice.tilted_shares(premises.local_shares, at_districts(pull, world.districts.region))
    reached = choice.reached_share(premises.reach, premises.reach.entry(sites))
    second_target = world.anchors["concentrators"].value / parameters.outcomes.completion
    first_target = world.anchors["participants"].value - second_target
    premises, demanded = _solve_participation(
        parameters,
        premises,
        membership,
        shares,
        reached,
        first_target / (1.0 - parameters.choice.unserved_share) + second_target,
    )
    demanded = demanded * ratio(first_target / (1.0 - parameters.choice.unserved_share), state_total(demanded))
    size = world.clusters.class_size
    second = demanded * (1.0 - parameters.choice.unserved_share) * parameters.outcomes.going_on
    if world.pathways:
        known = known_map(world, parameters)
        first_sections, second_sections = known.first_sections + pathways, known.second_sections + pathways
        concentrators = known.concentrators + pathways
        in_second = second_students(known.participants, known.concentrators, parameters.outcomes.completion) + pathways
        in_first = known.participants - in_second
    else:
        first_sections = np.maximum(np.rint(0.85 * demanded / size), sites)
        second_sections = np.rint(0.75 * second / (size * parameters.decisions.second_class)) * np.minimum(sites, 1.0)
        in_first = np.minimum(0.87 * demanded, first_sections * size)
        in_second = np.minimum(0.75 * second, in_first)
        concentrators = in_second * parameters.outcomes.completion
    participants = in_first + in_second
    sections = first_sections + second_sections
    pool, entering = starting_pool(world, parameters, sections)
    premises = replace(premises, entering=entering)
    zero = np.zeros((runs, 1, 1))
    counts = Counts(
        membership=membership,
        offering_schools=district_most(sites),
        sites=sites,
        participants=participants,
        concentrators=concentrators,
        credentials=(pathways, pathways, pathways),
        instructors=sections / parameters.costs.sections_per_instructor,
        quality=premises.quality_level,
        expenditure=districts,
        startup_spending=pathways,
        placements=districts,
        dual_credit=districts,
        ordinary_cost=districts,
    )
    return premises, State(
        sites=sites,
        first_sections=first_sections,
        second_sections=second_sections,
        vacant_sections=pathways,
        vacant_years=pathways,
        appeal=parameters.decisions.appeal_spread * draws.once[Purpose.STARTING_APPEAL],
        notice=pathways,
        program_notice=districts,
        plan=pathways,
        plan_years=pathways,
        launching=pathways,
        launching_sections=pathways,
        facilities=np.minimum(sites + spare, schools),
        equipment=initial.equipment_start * (sites > 0),
        first_students=in_first,
        second_students=in_second,
        taught=concentrators,
        recoded_share=pathways,
        exam_sites=np.floor(parameters.outcomes.exam_share * sites + draws.once[Purpose.STARTING_EXAM]),
        exam_for_pay=pathways,
        exam_price=pathways,
        further_exams=pathways,
        leadership=districts,
        interest=districts,
        log_price=districts,
        plan_cost=districts,
        plan_falls=districts,
        own_money=districts,
        own_wanted=districts,
        restricted=districts,
        uncredited=districts,
        base_own=districts,
        fiscal_effort=districts,
        base_fiscal_effort=districts,
        base_restricted=districts,
        cash=districts,
        awaited=districts,
        cost=districts,
        spending_ratio=parameters.books.practiced_spending + districts,
        base_payment=districts,
        last_payment=districts,
        payment_before_law=districts,
        local_index=districts + 1.0,
        dual_credit_effort=districts,
        placement_effort=districts,
        grades=outer(premises.entrants, _survival(premises.retention)) + districts,
        quality=premises.quality_level,
        pool=pool,
        capital_share=zero + 0.1,
        filled_share=zero + 1.0,
        entry_index=zero + 1.0,
        revenue_shock=zero,
        categorical_cut=zero,
        trust={},
        remembered={},
        steadiness={},
        paid_before={},
        reserves={},
        counts=counts,
    )


def loss_passthrough(parameters: Parameters, normal: Array) -> Array:
    """CTE spending that goes with a restricted dollar, by district, ``[..., D, 1]``: a lognormal spread, the narrower
    the more high schools a district has, as it follows the communities around all of them."""
    terms = parameters.books
    return np.maximum(
        terms.loss_passthrough * np.exp(terms.loss_passthrough_spread * normal), terms.loss_passthrough_floor
    )


def _survival(retention: Array) -> Array:
    return np.concatenate([np.ones((1, 1)), np.cumprod(retention, axis=-1)], axis=-1)


def _solve_participation(
    parameters: Parameters, premises: Premises, membership: Array, shares: Array, reached: Array, target: Array
) -> tuple[Premises, Array]:
    """Scale participation so that demand for first courses on the starting map equals ``target``."""
    participation = premises.participation
    for _ in range(8):
        demanded = _demanded(parameters, membership * participation, shares, reached)
        total = state_total(demanded)
        participation = np.minimum(participation * ratio(target + 0.0 * total, total, 1.0), 0.97)
    demanded = _demanded(parameters, membership * participation, shares, reached)
    return replace(premises, participation=participation), demanded


def _demanded(parameters: Parameters, interested: Array, shares: Array, reached: Array) -> Array:
    return choice.demand(interested * shares, interested, reached, parameters.choice.diversion)[0]


def starting_pool(world: World, parameters: Parameters, sections: Array) -> tuple[Array, Array]:
    """People able to teach, in sections, that keep a region's ordinary hiring possible, and how many become able each
    year, ``[..., G, C]``.

    The pool has some slack over the posts that turn over in an ordinary year, and a floor where a region has few; as
    many enter as keep it steady.
    """
    staffing = parameters.staffing
    turning = by_region(sections, world.districts.region_starts) * staffing.turnover
    sought = turning / np.maximum(world.clusters.fill_probability, 0.05)
    pool = np.maximum(staffing.supply_slack * sought, staffing.supply_floor)
    entering = pool - (pool - turning) * (1.0 - staffing.pool_exit) - staffing.return_share * turning
    return pool, np.maximum(entering, 0.0)
