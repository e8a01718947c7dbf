"""LESC's comparison of school spending (brief of 4 September 2025, pp. 7-9), repeated on the simulated base year.

Schools with a pathway are grouped by the brief's two rules and instructional spending per student is compared. The
model knows only what CTE costs beyond ordinary courses; what else differs between schools is laid beside it as a
documented background, so that a difference and a p-value can be put next to the brief's.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import ttest_ind

from sim.arrays import Array, BoolArray, ratio
from sim.config_folder import config_folder
from sim.engine.ensemble import Ensemble, prepare
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.states.speaking import default_words
from sim.study.hindcast.brief_parts import VARIANTS, Split, Variant, joined, splits, with_tastes_alike
from sim.study.hindcast.brief_schools import (
    FEWEST,
    Rule,
    Schools,
    background_range,
    counted,
    cte_excess,
    mean_where,
    offering,
    on_schools,
    own_money_share,
    rules_of,
    simulated_schools,
    what_stands_beside,
)
from sim.study.setup.base_year import refuse_another_start
from sim.study.setup.changes import told
from sim.study.setup.design import ensembles
from sim.study.setup.inputs import CURRENT_LAW, find_formula, run_number
from sim.study.setup.settings import Settings, flat_parameters
from sim.world.loading import load_world
from sim.world.world import World

Layer = Literal["cte_all_funds", "cte_own_money", "with_size", "with_everything"]
LAYERS: dict[Layer, str] = {
    "cte_all_funds": "CTE's excess cost alone, whoever pays",
    "cte_own_money": "CTE's excess cost from districts' own money, as the brief leaves out grants",
    "with_size": "that, and what small districts cost more",
    "with_everything": "that, and other differences between schools: the brief's own comparison",
}
"""What is compared, from the model's own part to everything that the brief's numbers hold."""


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
    spending between schools, the share of reported concentrators who are recoded, each ``[R]``; ``splits``: what each
    rule's difference is made of, by its name and world; and the origin; ``changed``: what the user changed of
    parameters."""

    comparisons: tuple[Comparison, ...]
    all_schools: Array
    mean_share: Array
    mean_high_cost_share: Array
    spread: Array
    recoded: Array
    splits: dict[str, dict[Variant, Split]]
    draws: int
    seed: int
    run: str
    data: str
    changed: tuple[str, ...] = ()


SAME = 1e-9
"""Spending of schools that differs by less, as a share of the largest, is the same."""


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
    if world.law is not None:
        raise InputError(f"settings: world: the brief compares schools of {default_words().name}, and no other state's")
    catalogue = load_catalogue().with_values(flat_parameters(settings.parameters), "settings")
    current_law = find_formula(CURRENT_LAW, config_folder(), world.clusters.identifier, law=world.law)
    refuse_another_start(settings, world, catalogue, current_law)
    schools, rules = simulated_schools(world), rules_of(world)
    refuse_small(world, schools)
    parts: list[_Part] = []
    for replicates, ensemble in ensembles(settings, world, catalogue, current_law, 1):
        alike = prepare(world, with_tastes_alike(ensemble.parameters), current_law, settings.seed, replicates, 1)
        parts.append(_part(ensemble, alike, schools, rules, settings.seed, replicates))
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
    split_of = {
        rule.name: {name: joined([part.splits[name][rule.name] for part in parts]) for name in VARIANTS}
        for rule in rules
    }
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
        recoded=np.concatenate([part.recoded for part in parts]),
        splits=split_of,
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
    recoded: Array
    splits: dict[Variant, dict[str, Split]]


def _part(
    ensemble: Ensemble, alike: Ensemble, schools: Schools, rules: tuple[Rule, Rule], seed: int, replicates: range
) -> _Part:
    state = ensemble.state
    beside = what_stands_beside(ensemble.world, schools, seed, replicates)
    excess = cte_excess(ensemble)
    own = own_money_share(ensemble, excess)
    students, among = counted(ensemble, schools), offering(ensemble, schools)
    all_funds = on_schools(schools, excess, state.sites).sum(axis=-1) / schools.members * beside.deflator
    own_money = on_schools(schools, excess * own, state.sites).sum(axis=-1) / schools.members * beside.deflator
    spending: dict[Layer, Array] = {
        "cte_all_funds": all_funds,
        "cte_own_money": own_money,
        "with_size": own_money + beside.by_size,
        "with_everything": own_money + beside.by_size * beside.noise,
    }
    groups = {rule.name: rule.holds(students[rule.name], schools.members) for rule in rules}
    tested = {
        (name, layer): _tested(values, group, among)
        for name, group in groups.items()
        for layer, values in spending.items()
    }
    return _Part(
        all_schools=among.sum(axis=-1).astype(np.float64),
        schools={
            name: (
                group.sum(axis=-1).astype(np.float64),
                mean_where(schools.members, group),
                mean_where(schools.members, among & ~group),
            )
            for name, group in groups.items()
        },
        difference={key: pair[0] for key, pair in tested.items()},
        p={key: pair[1] for key, pair in tested.items()},
        mean_share=mean_where(students["powerhouse"] / schools.members, among),
        mean_high_cost_share=mean_where(students["specialist"] / schools.members, among),
        spread=np.array(
            [float(values[at].std(ddof=1)) for values, at in zip(spending["with_everything"], among, strict=True)]
        ),
        recoded=_recoded(ensemble),
        splits={
            "as_it_is": splits(ensemble, schools, rules, beside),
            "tastes_alike": splits(alike, schools, rules, beside),
            "recut": splits(ensemble, schools, rules, beside, recut=True),
        },
    )


def _recoded(ensemble: Ensemble) -> Array:
    """The share of reported concentrators who are recoded, ``[R]``."""
    schooling = ensemble.base.schooling
    share: Array = ratio(schooling.recoded.sum(axis=(-2, -1)), schooling.reported.sum(axis=(-2, -1)))
    return share


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
