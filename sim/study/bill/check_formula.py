"""A bill checked before it is simulated: its price in the base year, district by district, with no one responding."""

from dataclasses import dataclass

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.engine.ensemble import prepare
from sim.funding.formula import Formula
from sim.parameters.catalogue import load_catalogue
from sim.study.bill.bridge import Bridge, bridge
from sim.study.bill.cliffs import Cliff, find_cliffs
from sim.study.bill.cluster_pay import Boundary, ClusterPay, boundaries, cluster_pay
from sim.study.bill.decomposition import Decomposition, decompose
from sim.study.bill.disparity import Disparity, disparity
from sim.study.bill.static_score import Position, base_year_position, refuse_empty
from sim.study.setup.changes import told
from sim.study.setup.design import parameters_for
from sim.study.setup.inputs import CURRENT_LAW, find_formula, formula_record, read_bill, run_number
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world
from sim.world.world import World

CLIFF_DRAWS = 2
"""Draws in which every district and pathway is given one unit more and one fewer."""


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

    ``before`` and ``after`` are the federal 95/5 disparity of state CTE money a member under current law and under
    the bill, one for each draw.
    """

    formula: Formula
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


def check_formula(settings: Settings, bill_asked: Formula | None = None) -> BillCheck:
    """Price a bill, by default the one in the file that the settings name.

    A static score is averaged over the draws of the starting map, of parameters and of luck. Raises InputError, one
    line, before anything is computed.
    """
    world = load_world(settings.world_path)
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    clusters = world.clusters.identifier
    formula = bill_asked if bill_asked is not None else read_bill(settings.formula_file, clusters)
    refuse_empty(formula, world.base_year)
    current_law = find_formula(CURRENT_LAW, config_folder(), clusters)
    reference = find_formula(settings.study.baseline or CURRENT_LAW, config_folder(), clusters)

    draws = settings.draws
    parameters = parameters_for(catalogue, world, settings.seed, range(draws), settings.uncertainty)
    ensemble = prepare(world, parameters, current_law, settings.seed, range(draws), 1)
    bill, law = base_year_position(ensemble, formula), base_year_position(ensemble, reference)
    members = ensemble.state.counts.membership[..., 0]
    pay = cluster_pay(ensemble, bill)
    cliff_draws = min(CLIFF_DRAWS, draws)
    return BillCheck(
        formula=formula,
        current_law=reference,
        world=world,
        origin=_origin(settings, formula, reference, world, draws),
        bill=bill,
        law=law,
        members=members,
        change=bridge(law, bill),
        parts=decompose(ensemble, formula),
        cliffs=find_cliffs(ensemble, formula, cliff_draws),
        cliff_draws=cliff_draws,
        pay=pay,
        boundaries=boundaries(pay),
        before=_disparities(law, members),
        after=_disparities(bill, members),
    )


def _disparities(position: Position, members: Array) -> tuple[Disparity, ...]:
    dollars = position.net()[..., 0]
    return tuple(disparity(one, held) for one, held in zip(dollars, members, strict=True))


def _origin(settings: Settings, formula: Formula, reference: Formula, world: World, draws: int) -> Origin:
    fingerprints = [str(formula_record(one)["fingerprint"]) for one in (formula, reference)]
    run = run_number(settings, world, formulas=fingerprints, draws=draws)
    changed = told({}, flat_parameters(settings.parameters))
    return Origin(run, fingerprints[0], world.fingerprint, draws, settings.seed, changed)
