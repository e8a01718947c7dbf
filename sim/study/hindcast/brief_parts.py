"""What the brief's difference between schools is made of: parts that add up, in worlds that differ in one thing.

The parts are an account, exact in every draw: CTE's excess cost of a school is that of its students in first and second
courses at the state's cost of each, what fields cost more or less than the state's mean, and a rest that is classes and
sites of other than usual size. The worlds say what makes schools differ: the same draws without differences
of taste, and the same schools with every sequence re-cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.arrays import Array, BoolArray, ratio
from sim.engine.ensemble import Ensemble
from sim.parameters.groups import Parameters
from sim.parameters.values import with_columns
from sim.study.hindcast.brief_schools import (
    FEWEST,
    Beside,
    Rule,
    Schools,
    counted,
    cte_excess,
    mean_where,
    offering,
    on_schools,
    own_money_share,
)

Part = Literal["taking_part", "second_courses", "costly_fields", "small_classes", "grants", "size", "other"]
PARTS: dict[Part, str] = {
    "taking_part": "more students take part",
    "second_courses": "more of them go on to second courses",
    "costly_fields": "they are in costlier fields",
    "small_classes": "classes and sites are smaller",
    "grants": "less what grants pay, which the brief leaves out",
    "size": "small districts cost more",
    "other": "other differences between schools",
}
"""The parts of spending a student, in the order in which they add up to the brief's own comparison."""
CTE_PARTS: tuple[Part, ...] = ("taking_part", "second_courses", "costly_fields", "small_classes")
OWN_PARTS: tuple[Part, ...] = (*CTE_PARTS, "grants")

Variant = Literal["as_it_is", "tastes_alike", "recut"]
VARIANTS: dict[Variant, str] = {
    "as_it_is": "As it is",
    "tastes_alike": "Tastes alike",
    "recut": "All sequences re-cut",
}
"""The worlds, on the same draws."""

TASTES = ("decisions.appeal_spread", "decisions.leadership_spread", "choice.interest_spread")
"""How much districts differ in what a pathway is worth to them, in what leaders give CTE, and in what students want."""


@dataclass(frozen=True)
class Split:
    """One rule in one world: ``schools`` in the group; ``counted``, how many more students of the kind that the rule
    counts the group has, a share of members; the difference of each of ``parts``, dollars of FY2024 a student; each
    ``[R]``, NaN where one side has fewer than two schools."""

    schools: Array
    counted: Array
    parts: Mapping[Part, Array]

    def total(self, parts: tuple[Part, ...] = tuple(PARTS)) -> Array:
        """The difference of some parts together, ``[R]``."""
        together: Array = np.sum([self.parts[part] for part in parts], axis=0)
        return together


def joined(splits: list[Split]) -> Split:
    """The splits of successive draws as one."""
    return Split(
        np.concatenate([split.schools for split in splits]),
        np.concatenate([split.counted for split in splits]),
        {part: np.concatenate([split.parts[part] for split in splits]) for part in PARTS},
    )


def with_tastes_alike(parameters: Parameters) -> Parameters:
    """The same draws in a state whose districts and students differ in no taste."""
    runs = parameters.decisions.appeal_spread.shape[0]
    return with_columns(parameters, {name: np.zeros(runs) for name in TASTES})


def second_course_cost(ensemble: Ensemble) -> Array:
    """What second courses cost beyond ordinary ones in the base year, exams among it, dollars, ``[R, D, C]``."""
    year = ensemble.base
    unit, students, staff = year.conditions.costs, year.schooling, year.workforce
    enrolled = students.enrolled.second
    flexible = (
        staff.staffed * ratio(staff.second_posts, staff.posts) * unit.section_upkeep
        + enrolled * unit.participant
        + students.taught * unit.concentrator
        + students.credentials.attempts * unit.attempt
    )
    cost: Array = staff.second_taught * unit.section - enrolled * unit.elective
    return cost + ensemble.state.spending_ratio * flexible


def cost_parts(ensemble: Ensemble) -> dict[Part, Array]:
    """The excess cost of pathways, ``[R, D, C]``, by the parts that are CTE's; they sum to ``cte_excess``.

    A student of a first course counts at the state's mean cost of one, and so does one of a second course; both take
    part, so that what a second course costs more is apart.
    """
    excess, second = cte_excess(ensemble), second_course_cost(ensemble)
    enrolled = ensemble.base.schooling.enrolled

    def each(cost: Array, students: Array, over: int | tuple[int, ...]) -> Array:
        return ratio(cost.sum(axis=over, keepdims=True), students.sum(axis=over, keepdims=True))

    state, field = (-2, -1), -2
    first_each, second_each = (
        each(excess - second, enrolled.first, state),
        each(second, enrolled.second, state),
    )
    parts: dict[Part, Array] = {
        "taking_part": first_each * (enrolled.first + enrolled.second),
        "second_courses": (second_each - first_each) * enrolled.second,
        "costly_fields": (each(excess - second, enrolled.first, field) - first_each) * enrolled.first
        + (each(second, enrolled.second, field) - second_each) * enrolled.second,
    }
    parts["small_classes"] = excess - parts["taking_part"] - parts["second_courses"] - parts["costly_fields"]
    return parts


def spending_parts(ensemble: Ensemble, schools: Schools, beside: Beside) -> dict[Part, Array]:
    """Spending of schools by part, dollars of FY2024 a student, ``[R, S]``."""
    sites = ensemble.state.sites

    def of_school(cost: Array) -> Array:
        laid: Array = on_schools(schools, cost, sites).sum(axis=-1) / schools.members * beside.deflator
        return laid

    excess = cte_excess(ensemble)
    parts = {part: of_school(cost) for part, cost in cost_parts(ensemble).items()}
    parts["grants"] = of_school(excess * (own_money_share(ensemble, excess) - 1.0))
    parts["size"] = beside.by_size
    parts["other"] = beside.by_size * (beside.noise - 1.0)
    return parts


def splits(
    ensemble: Ensemble, schools: Schools, rules: tuple[Rule, ...], beside: Beside, recut: bool = False
) -> dict[str, Split]:
    """The split of each rule's difference, by its name; ``recut``: with schools grouped as if all who can be recoded
    were counted, which costs nothing."""
    parts, among = spending_parts(ensemble, schools, beside), offering(ensemble, schools)
    found = {}
    for rule in rules:
        students = counted(ensemble, schools, recut)[rule.name]
        found[rule.name] = split(parts, rule.holds(students, schools.members), among, students / schools.members)
    return found


def split(parts: Mapping[Part, Array], group: BoolArray, among: BoolArray, share: Array) -> Split:
    """The difference of every part between a group of schools and the others ``among`` which it is, all ``[R, S]``;
    ``share`` of members are the students by which the group was chosen."""
    others = among & ~group
    enough = np.minimum(group.sum(axis=-1), others.sum(axis=-1)) >= FEWEST

    def between(values: Array) -> Array:
        found: Array = np.where(enough, mean_where(values, group) - mean_where(values, others), np.nan)
        return found

    return Split(group.sum(axis=-1).astype(np.float64), between(share), {part: between(parts[part]) for part in PARTS})
