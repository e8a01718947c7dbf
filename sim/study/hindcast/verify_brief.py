"""LESC's comparison of school spending (brief of 4 September 2025, pp. 7-9), repeated on the simulated base year.

Schools with a pathway are grouped by the brief's two rules and instructional spending per student is compared. The
model knows only what CTE costs beyond ordinary courses; what else differs between schools is laid beside it as a
documented background, so that a difference and a p-value can be put next to the brief's.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm, ttest_ind

from sim.arrays import Array, BoolArray, IntArray, district_total, ratio
from sim.behavior import costs
from sim.config_folder import config_folder
from sim.engine.ensemble import Ensemble
from sim.inputs import InputError, read_yaml
from sim.parameters.catalogue import load_catalogue
from sim.streams import Stream, generator
from sim.study.hindcast.prices import price_factor
from sim.study.setup.base_year import refuse_another_start
from sim.study.setup.changes import told
from sim.study.setup.design import ensembles
from sim.study.setup.inputs import CURRENT_LAW, find_formula, run_number
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world
from sim.world.world import World

BRIEF_YEAR = 2024
"""The fiscal year of the brief's spending."""

MICRO = 200
"""Students in all grades up to which a district is a micro district (LFC)."""

Layer = Literal["cte_all_funds", "cte_own_money", "with_size", "with_everything"]
LAYERS: dict[Layer, str] = {
    "cte_all_funds": "CTE's excess cost alone, whoever pays",
    "cte_own_money": "CTE's excess cost from districts' own money, as the brief leaves out grants",
    "with_size": "that, and what small districts cost more",
    "with_everything": "that, and other differences between schools: the brief's own comparison",
}
"""What is compared, from the model's own part to everything that the brief's numbers hold."""


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


@dataclass(frozen=True)
class Comparison:
    """One rule over the draws: ``schools`` in the group, their mean ``members`` and those of the others, ``difference``
    and ``p`` by layer, each ``[R]``; dollars of FY2024 a student."""

    rule: Rule
    schools: Array
    members: Array
    other_members: Array
    difference: dict[Layer, Array]
    p: dict[Layer, Array]


@dataclass(frozen=True)
class Verification:
    """Both comparisons, the schools with a pathway and their mean shares of concentrators, the standard deviation of
    spending between schools, each ``[R]``, and the origin; ``changed``: what the user changed of parameters."""

    comparisons: tuple[Comparison, ...]
    all_schools: Array
    mean_share: Array
    mean_high_cost_share: Array
    spread: Array
    draws: int
    seed: int
    run: str
    data: str
    changed: tuple[str, ...] = ()


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


SAME = 1e-9
"""Spending of schools that differs by less, as a share of the largest, is the same."""

FEWEST = 2
"""Schools that a group needs for a mean and its error."""


def refuse_small(world: World, schools: Schools) -> None:
    """Refuse a world in which no two groups of schools can be set against each other. Raises InputError."""
    if len(world.districts) < FEWEST or schools.members.size < 2 * FEWEST:
        raise InputError(
            f"settings: world.path: study=verify_brief compares schools of several districts; these tables have"
            f" {len(world.districts)} districts with {schools.members.size} high schools, and it needs at least"
            f" {FEWEST} with {2 * FEWEST}"
        )


def _refuse_uneven(comparisons: tuple[Comparison, ...], all_schools: Array) -> None:
    """Refuse a comparison that too few draws can make. Raises InputError."""
    for comparison in comparisons:
        inside = float(np.median(comparison.schools))
        if min(inside, float(np.median(all_schools)) - inside) < FEWEST:
            raise InputError(
                f"settings: world.path: study=verify_brief: {inside:.0f} of {np.median(all_schools):.0f} schools with a"
                f" pathway fall under the rule '{comparison.rule.label}'; a comparison needs {FEWEST} on each side"
            )


def verify_brief(settings: Settings) -> Verification:
    """Repeat the comparison over the draws. Raises InputError, one line, if the schools are too few to compare."""
    world = load_world(settings.world_path)
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    current_law = find_formula(CURRENT_LAW, config_folder(), world.clusters.identifier)
    refuse_another_start(settings, world, catalogue, current_law)
    schools, rules = simulated_schools(world), rules_of(world)
    refuse_small(world, schools)
    parts: list[_Part] = []
    for replicates, ensemble in ensembles(settings, world, catalogue, current_law, 1):
        parts.append(_part(ensemble, schools, rules, settings.seed, replicates))
    comparisons = tuple(
        Comparison(
            rule,
            np.concatenate([part.schools[rule.name][0] for part in parts]),
            np.concatenate([part.schools[rule.name][1] for part in parts]),
            np.concatenate([part.schools[rule.name][2] for part in parts]),
            {layer: np.concatenate([part.difference[rule.name, layer] for part in parts]) for layer in LAYERS},
            {layer: np.concatenate([part.p[rule.name, layer] for part in parts]) for layer in LAYERS},
        )
        for rule in rules
    )
    all_schools = np.concatenate([part.all_schools for part in parts])
    _refuse_uneven(comparisons, all_schools)
    background = [background_range(name) for name in ("instruction_share", "school_spread")]
    run = run_number(settings, world, study="verify_brief", background=background)
    return Verification(
        comparisons=comparisons,
        all_schools=all_schools,
        mean_share=np.concatenate([part.mean_share for part in parts]),
        mean_high_cost_share=np.concatenate([part.mean_high_cost_share for part in parts]),
        spread=np.concatenate([part.spread for part in parts]),
        draws=settings.draws,
        seed=settings.seed,
        run=run,
        data=world.fingerprint,
        changed=told({}, flat_parameters(settings.parameters)),
    )


@dataclass(frozen=True)
class _Part:
    all_schools: Array
    schools: dict[str, tuple[Array, Array, Array]]
    difference: dict[tuple[str, Layer], Array]
    p: dict[tuple[str, Layer], Array]
    mean_share: Array
    mean_high_cost_share: Array
    spread: Array


def _part(ensemble: Ensemble, schools: Schools, rules: tuple[Rule, Rule], seed: int, replicates: range) -> _Part:
    world, state = ensemble.world, ensemble.state
    deflator = price_factor(world.base_year, BRIEF_YEAR)
    excess = cte_excess(ensemble)
    own = own_money_share(ensemble, excess)
    every = on_schools(schools, state.taught, state.sites)
    concentrating = every.sum(axis=-1)
    costly = (every * world.clusters.high_cost_share).sum(axis=-1)
    all_funds = on_schools(schools, excess, state.sites).sum(axis=-1) / schools.members * deflator
    own_money = on_schools(schools, excess * own, state.sites).sum(axis=-1) / schools.members * deflator
    share, noise = _background(seed, replicates, schools.members.size)
    by_size = size_background(world)[schools.district] * deflator * share
    with_size = own_money + by_size
    spending: dict[Layer, Array] = {
        "cte_all_funds": all_funds,
        "cte_own_money": own_money,
        "with_size": with_size,
        "with_everything": own_money + by_size * noise,
    }
    groups = {
        rule.name: rule.holds(concentrating if rule.name == "powerhouse" else costly, schools.members) for rule in rules
    }
    offering = schools.rank < state.sites.max(axis=-1)[:, schools.district]
    tested = {
        (name, layer): _tested(values, group, offering)
        for name, group in groups.items()
        for layer, values in spending.items()
    }
    return _Part(
        all_schools=offering.sum(axis=-1).astype(np.float64),
        schools={
            name: (
                group.sum(axis=-1).astype(np.float64),
                _mean_where(schools.members, group),
                _mean_where(schools.members, offering & ~group),
            )
            for name, group in groups.items()
        },
        difference={key: pair[0] for key, pair in tested.items()},
        p={key: pair[1] for key, pair in tested.items()},
        mean_share=_mean_where(concentrating / schools.members, offering),
        mean_high_cost_share=_mean_where(costly / schools.members, offering),
        spread=np.array(
            [float(values[at].std(ddof=1)) for values, at in zip(spending["with_everything"], offering, strict=True)]
        ),
    )


def _mean_where(values: Array, chosen: BoolArray) -> Array:
    """The mean over the chosen schools, ``[R]``."""
    mean: Array = (values * chosen).sum(axis=-1) / np.maximum(chosen.sum(axis=-1), 1)
    return mean


def _tested(spending: Array, group: BoolArray, offering: BoolArray) -> tuple[Array, Array]:
    """Difference of means between the group and the other schools with a pathway, and the one-tailed p-value of Welch's
    t-test, ``[R]`` each; NaN where a group has fewer than two schools, and p where no school differs in its group."""
    differences, chances = [], []
    for values, inside, among in zip(spending, group, offering, strict=True):
        one, other = values[inside], values[among & ~inside]
        if min(one.size, other.size) < 2:
            differences.append(np.nan)
            chances.append(np.nan)
            continue
        differences.append(float(one.mean() - other.mean()))
        if max(np.ptp(one), np.ptp(other)) <= SAME * np.abs(values).max():
            chances.append(np.nan)
            continue
        chances.append(float(ttest_ind(one, other, equal_var=False, alternative="greater").pvalue))
    return np.array(differences), np.array(chances)


def _background(seed: int, replicates: range, schools: int) -> tuple[Array, Array]:
    """The share that is instruction ``[R, 1]`` and each school's own factor ``[R, S]``, of mean one."""
    shares, factors = [], []
    for replicate in replicates:
        rng = generator(seed, Stream.SCHOOL_BACKGROUND, replicate)
        shares.append(rng.uniform(*background_range("instruction_share")))
        spread = rng.uniform(*background_range("school_spread"))
        factors.append(np.exp(spread * rng.standard_normal(schools) - 0.5 * spread * spread))
    return np.array(shares)[:, np.newaxis], np.stack(factors)
