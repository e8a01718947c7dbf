"""The simulated high schools as LESC's comparison sees them: what is laid on each, its rules, what is beside CTE."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from sim.arrays import Array, BoolArray, IntArray, district_total, ratio
from sim.behavior import costs
from sim.config_folder import config_folder
from sim.engine.ensemble import Ensemble
from sim.inputs import InputError, read_yaml
from sim.streams import Stream, generator
from sim.study.hindcast.prices import price_factor
from sim.world.world import World

BRIEF_YEAR = 2024
"""The fiscal year of the brief's spending."""

FEWEST = 2
"""Schools that a group needs for a mean and its error."""

MICRO = 200
"""Students in all grades up to which a district is a micro district (LFC)."""


@dataclass(frozen=True)
class Schools:
    """The simulated high schools: ``district`` and ``rank`` (0 for its largest) ``[S]``, ``members`` ``[S]``."""

    district: IntArray
    rank: IntArray
    members: Array


@dataclass(frozen=True)
class Rule:
    """One of the brief's two classifications: a share of students, or a number, of concentrators."""

    name: str
    label: str
    share: float
    count: float
    observed: float
    p_value: float
    p_bound: bool
    """Whether the brief gives the p-value only as an upper bound."""

    def holds(self, concentrators: Array, members: Array) -> BoolArray:
        """Which schools fall under it, ``[R, S]``."""
        found: BoolArray = (ratio(concentrators, members + 0.0 * concentrators) > self.share) | (
            concentrators >= self.count
        )
        return found

    @property
    def implied_error(self) -> float:
        """The standard error that the brief's difference and p-value imply, dollars; the largest if p is a bound."""
        return self.observed / float(norm.isf(self.p_value))


def rules_of(world: World) -> tuple[Rule, Rule]:
    """The brief's two rules and findings, from the anchors."""
    value = {name: anchor.value for name, anchor in world.anchors.items()}
    return (
        Rule(
            "powerhouse", "CTE powerhouses", value["powerhouse_share"], value["powerhouse_concentrators"],
            value["powerhouse_spending_difference"], 0.08, False,
        ),
        Rule(
            "specialist", "High-cost industry specialists", value["specialist_share"],
            value["specialist_concentrators"], value["specialist_spending_difference"], 0.01, True,
        ),
    )  # fmt: skip


def simulated_schools(world: World) -> Schools:
    """The schools of the simulated districts, each with its rank by size in its district."""
    inside = np.flatnonzero(world.high_schools.district >= 0)
    order = inside[np.lexsort((-world.high_schools.membership[inside], world.high_schools.district[inside]))]
    district = world.high_schools.district[order]
    starts = np.flatnonzero(np.diff(district, prepend=-1))
    rank = np.arange(district.size) - np.repeat(starts, np.diff(starts, append=district.size))
    return Schools(district, rank, world.high_schools.membership[order])


def on_schools(schools: Schools, quantity: Array, sites: Array) -> Array:
    """Pathway quantities ``[R, D, C]`` laid on the largest schools by membership, ``[R, S, C]``: as many schools of a
    district as the pathway has sites."""
    members = schools.members[:, np.newaxis]
    offering = schools.rank[:, np.newaxis] < sites[..., schools.district, :]
    at_school = offering * members
    total = np.zeros(sites.shape)
    starts = np.flatnonzero(schools.rank == 0)
    total[..., schools.district[starts], :] = np.add.reduceat(at_school, starts, axis=-2)
    laid: Array = quantity[..., schools.district, :] * ratio(at_school, total[..., schools.district, :])
    return laid


def counted(ensemble: Ensemble, schools: Schools, recut: bool = False) -> dict[str, Array]:
    """The students of each school whom each rule counts, ``[R, S]`` by its name: concentrators, and those in the four
    high-cost fields. Taught ones, as nothing pays for a recoded one in the base year; ``recut``: as if sequences were
    re-cut everywhere, so that all who can be recoded are."""
    state = ensemble.state
    found = state.taught * (1.0 + ensemble.parameters.outcomes.recodable) if recut else state.taught
    every = on_schools(schools, found, state.sites)
    return {
        "powerhouse": every.sum(axis=-1),
        "specialist": (every * ensemble.world.clusters.high_cost_share).sum(axis=-1),
    }


def offering(ensemble: Ensemble, schools: Schools) -> BoolArray:
    """Which schools have a pathway, ``[R, S]``."""
    found: BoolArray = schools.rank < ensemble.state.sites.max(axis=-1)[:, schools.district]
    return found


def cte_excess(ensemble: Ensemble) -> Array:
    """What each pathway cost beyond ordinary courses in the base year, as practiced, dollars, ``[R, D, C]``."""
    year, state = ensemble.base, ensemble.state
    unit = year.conditions.costs
    students = year.schooling
    instruction = (
        year.workforce.first_taught + year.workforce.second_taught
    ) * unit.section - students.participants * unit.elective
    flexible = costs.flexible_cost(
        year.workforce.sites, year.workforce.staffed, students.participants, students.taught,
        students.credentials.attempts, unit,
    )  # fmt: skip
    excess: Array = instruction + state.spending_ratio * flexible
    return excess


def own_money_share(ensemble: Ensemble, excess: Array) -> Array:
    """The part of a district's excess cost that no grant pays, ``[R, D, 1]``."""
    spent = district_total(excess)
    granted = ensemble.base.settlement.reaching_cte
    return np.clip(1.0 - ratio(granted, spent), 0.0, 1.0)


def size_background(world: World) -> Array:
    """Main-formula money a student by district, dollars of the base year, ``[D]``: a power of the district's size that
    meets the state's mean and that of micro districts (anchors seg_per_student, seg_per_student_micro); the same for
    all where no district, or every one, is that small."""
    size = world.districts.total_membership
    mean, micro = world.anchors["seg_per_student"].value, world.anchors["seg_per_student_micro"].value
    small = size <= MICRO
    if small.all() or not small.any():
        return mean + 0.0 * size
    low, high = 0.0, 2.0
    for _ in range(60):
        power = 0.5 * (low + high)
        level = np.exp(-power * np.log(size))
        found = np.average(level[small], weights=size[small]) / np.average(level, weights=size)
        low, high = (power, high) if found < micro / mean else (low, power)
    level = np.exp(-0.5 * (low + high) * np.log(size))
    background: Array = mean * level / np.average(level, weights=size)
    return background


def background_range(name: str) -> tuple[float, float]:
    """The range of a number of ``conf/verification/school_spending.yaml``. Raises InputError if it is not usable."""
    path = config_folder() / "verification" / "school_spending.yaml"
    entry = read_yaml(path).get(name)
    keys = {"low", "high", "unit", "label", "source", "confidence"}
    if not isinstance(entry, dict) or set(entry) != keys or not 0 <= entry["low"] <= entry["high"]:
        raise InputError(f"{path.name}: {name}: {entry!r} is not allowed: write {', '.join(sorted(keys))}, low to high")
    return float(entry["low"]), float(entry["high"])


@dataclass(frozen=True)
class Beside:
    """What stands beside CTE in the brief's numbers, dollars of FY2024: ``deflator`` from the base year's dollars,
    ``by_size`` ``[R, S]``, what a student of a district of the school's size is given for instruction, and ``noise``
    ``[R, S]``, each school's own factor of it, of mean one."""

    deflator: float
    by_size: Array
    noise: Array


def what_stands_beside(world: World, schools: Schools, seed: int, replicates: range) -> Beside:
    """The background of these draws, the same whatever is changed in the model."""
    shares, factors = [], []
    for replicate in replicates:
        rng = generator(seed, Stream.SCHOOL_BACKGROUND, replicate)
        shares.append(rng.uniform(*background_range("instruction_share")))
        spread = rng.uniform(*background_range("school_spread"))
        factors.append(np.exp(spread * rng.standard_normal(schools.members.size) - 0.5 * spread * spread))
    deflator = price_factor(world.base_year, BRIEF_YEAR)
    by_size = size_background(world)[schools.district] * deflator * np.array(shares)[:, np.newaxis]
    return Beside(deflator, by_size, np.stack(factors))


def mean_where(values: Array, chosen: BoolArray) -> Array:
    """The mean over the chosen schools, ``[R]``; 0 where none is."""
    mean: Array = (values * chosen).sum(axis=-1) / np.maximum(chosen.sum(axis=-1), 1)
    return mean
