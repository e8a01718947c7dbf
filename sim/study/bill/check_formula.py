"""A bill checked before it is simulated: its price in the base year, district by district, with no one responding."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.engine.ensemble import prepare
from sim.engine.static import base_year_entitlement
from sim.funding.formula import Formula, enacted
from sim.funding.likeness import Likeness, nearest_formula
from sim.funding.reading import formula_from, read_lines
from sim.inputs import read_with_lines
from sim.parameters.catalogue import Catalogue, load_catalogue
from sim.study.bill.awards import Drawn, bounded_competitions
from sim.study.bill.bridge import Bridge, bridge
from sim.study.bill.cliffs import Cliff, find_cliffs
from sim.study.bill.cluster_pay import Boundary, ClusterPay, boundaries, cluster_pay
from sim.study.bill.decomposition import Decomposition, decompose
from sim.study.bill.disparity import Disparity, disparity
from sim.study.bill.falling import Fall, falls
from sim.study.bill.idle_limits import (
    Held,
    bounds_that_hold,
    ends_of_state_shares,
    idle_limits,
    left_out_by_minimums,
)
from sim.study.bill.static_score import Position, base_year_position, refuse_empty
from sim.study.bill.unpaid_centers import UnpaidCenter, unpaid_centers
from sim.study.setup.base_year import refuse_another_start
from sim.study.setup.changes import told
from sim.study.setup.design import parameters_for
from sim.study.setup.inputs import CURRENT_LAW, Inputs, find_formula, formula_record, read_bill, run_number
from sim.study.setup.known import formula_names, formula_path, line_folder
from sim.study.setup.sense import refuse_senseless_bill
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world
from sim.world.world import World

CLIFF_DRAWS = 2
"""Draws in which every district and pathway is given one unit more and one fewer."""

STARTING_MAPS = 16
"""Starting maps over which the entitlement that a bill expects of the base year is averaged, at central parameters."""


@dataclass(frozen=True)
class Origin:
    """What a page must name: ``run`` (a hash of everything that the numbers follow from), ``formula`` (a hash of the
    bill's content), ``data`` (that of the tables), draws and seed; ``changed``: what the user changed of parameters."""

    run: str
    formula: str
    data: str
    draws: int
    seed: int
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class BillCheck:
    """Everything that is told of a bill. Arrays of positions are ``[R, D, 1]``, ``members`` ``[R, D]``.

    ``formula`` is the bill as it is written, ``enacted`` as it runs in a world whose base year current law rules.
    ``central_entitlement``: what the own lines would owe at central parameters, dollars, where the bill says what it
    expects of that. ``before`` and ``after`` are the federal 95/5 disparity of state CTE money a member under current
    law and under the bill, one for each draw, with the luck of the year in competitive awards; positions have them as
    expected. ``idle``: limits that bind nowhere, with their line; ``held``: whom bounds and minimums owe less;
    ``unpaid_centers``: shared centers that are not paid in every draw; ``nearest``: the shipped formula most like it;
    ``falls``: years in which a growth cap beside a phase-in makes payments fall; ``as_drawn``: what lines with
    a competition and a bound pay where awards are drawn.
    """

    formula: Formula
    enacted: Formula
    current_law: Formula
    world: World
    origin: Origin
    bill: Position
    law: Position
    members: Array
    change: Bridge
    parts: Decomposition
    cliffs: tuple[Cliff, ...]
    cliff_draws: int
    pay: ClusterPay
    boundaries: tuple[Boundary, ...]
    before: tuple[Disparity, ...]
    after: tuple[Disparity, ...]
    central_entitlement: float | None = None
    idle: tuple[tuple[str, str], ...] = ()
    held: tuple[Held, ...] = ()
    unpaid_centers: tuple[UnpaidCenter, ...] = ()
    nearest: Likeness | None = None
    falls: tuple[Fall, ...] = ()
    as_drawn: Mapping[str, Drawn] = field(default_factory=dict)


def check_formula(settings: Settings, inputs: Inputs | None = None) -> BillCheck:
    """Price the bill that the settings name, of ``inputs`` where they have been read and checked already.

    A static score is averaged over the draws of the starting map, of parameters and of luck. Raises InputError, one
    line, before anything is computed.
    """
    if inputs is None:
        world = load_world(settings.world_path)
        catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
        formula = read_bill(settings.formula_file, world.clusters.identifier, world.law)
        current_law = find_formula(CURRENT_LAW, config_folder(), world.clusters.identifier, law=world.law)
    else:
        world, catalogue, current_law = inputs.world, inputs.catalogue, inputs.current_law
        formula = inputs.formula(inputs.chosen)
    refuse_senseless_bill(formula, world, settings.formula_file)
    refuse_empty(formula, current_law, world.base_year, settings.year)
    baseline = settings.study.baseline or CURRENT_LAW
    reference = find_formula(baseline, config_folder(), world.clusters.identifier, law=world.law)
    if inputs is None:
        refuse_another_start(settings, world, catalogue, current_law)

    draws = settings.draws
    parameters = parameters_for(catalogue, world, settings.seed, range(draws), settings.uncertainty)
    ensemble = prepare(world, parameters, current_law, settings.seed, range(draws), 1)
    year = settings.year
    bill, law = (base_year_position(ensemble, one, year=year) for one in (formula, reference))
    members = ensemble.state.counts.membership[..., 0]
    pay = cluster_pay(ensemble, bill)
    cliff_draws = min(CLIFF_DRAWS, draws)
    drawn = base_year_position(ensemble, formula, year=year, drawn=True)
    as_drawn = bounded_competitions(formula, drawn)
    held, idle_bounds = bounds_that_hold(ensemble, formula, bill)
    # What is expected of a competition may lie below a bound that cuts awards as they are drawn.
    idle_bounds = [one for one in idle_bounds if one[0] not in as_drawn]
    highest, idle_ends = ends_of_state_shares(ensemble, formula, bill)
    return BillCheck(
        formula=formula,
        enacted=enacted(formula, current_law, world.base_year),
        current_law=reference,
        world=world,
        origin=_origin(settings, formula, reference, world, draws),
        bill=bill,
        law=law,
        members=members,
        change=bridge(law, bill),
        parts=decompose(ensemble, formula, year),
        cliffs=find_cliffs(ensemble, formula, cliff_draws, year),
        cliff_draws=cliff_draws,
        pay=pay,
        boundaries=boundaries(pay),
        before=_disparities(base_year_position(ensemble, reference, year=year, drawn=True), members),
        after=_disparities(drawn, members),
        central_entitlement=_central_entitlement(settings, catalogue, world, current_law, formula),
        idle=(*idle_limits(bill), *idle_bounds, *idle_ends),
        held=(*held, *highest, *left_out_by_minimums(ensemble, formula, bill)),
        unpaid_centers=tuple(unpaid_centers(bill, world, draws)),
        nearest=_nearest(formula, world),
        falls=tuple(falls(ensemble, formula)),
        as_drawn=as_drawn,
    )


def _nearest(formula: Formula, world: World) -> Likeness | None:
    """The formula of the state, or the law of another, that is most like a bill, if any is."""
    names, law, folder = formula_names(world.law), world.law, config_folder()
    if formula.name in names:
        return None
    shared = read_lines(line_folder(folder, law))
    listed = (
        formula_from(*read_with_lines(formula_path(name, law)), name, shared, world.clusters.identifier)
        for name in names
    )
    return nearest_formula(formula, listed)


def _central_entitlement(
    settings: Settings, catalogue: Catalogue, world: World, current_law: Formula, formula: Formula
) -> float | None:
    """What the bill's own lines would owe at central parameters, mean over starting maps; None if it expects nothing.

    Half a percent of difference can only be told where parameters do not differ between draws.
    """
    if formula.expected_base_year_entitlement is None:
        return None
    maps = range(STARTING_MAPS)
    parameters = parameters_for(catalogue, world, settings.seed, maps, "central")
    owed = base_year_entitlement(prepare(world, parameters, current_law, settings.seed, maps, 1), formula)
    return sum(owed.get(line.name, 0.0) for line in formula.own_lines)


def _disparities(position: Position, members: Array) -> tuple[Disparity, ...]:
    dollars = position.net()[..., 0]
    return tuple(disparity(one, held) for one, held in zip(dollars, members, strict=True))


def _origin(settings: Settings, formula: Formula, reference: Formula, world: World, draws: int) -> Origin:
    fingerprints = [str(formula_record(one)["fingerprint"]) for one in (formula, reference)]
    run = run_number(
        settings, world, formulas=fingerprints, draws=draws, **({"year": settings.year} if settings.year else {})
    )
    changed = told({}, flat_parameters(settings.parameters))
    return Origin(run, fingerprints[0], world.fingerprint, draws, settings.seed, changed)
