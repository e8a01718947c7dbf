"""Every number that a formula can hold is swept: a batch with different values gives the bits of each run alone.

The examples below write every numeric key of every component and every rule; a test holds that none is missing, so that
a new key fails here until it has one.
"""

import copy
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any, get_args

import numpy as np
import pytest
from pydantic import BaseModel
from simulated import differences, leaves, made_up, prior_parameters, warmed_up
from small_world import some_counts
from test_funding_identities import DISTRICTS, WORLD

from sim.arrays import Array
from sim.engine.ensemble import simulate, take_rows
from sim.engine.state import take_runs
from sim.funding.allocation import Claim, settle_all
from sim.funding.appropriation import APPROPRIATION_RULES
from sim.funding.budget import Budget, appropriate, voted
from sim.funding.components import COMPONENTS
from sim.funding.context import PricingContext
from sim.funding.formula import Formula, lines_in_force
from sim.funding.line import Line
from sim.funding.merging import merged, structure
from sim.funding.pricing import announce, places_bought, program_units
from sim.funding.reading import formula_from
from sim.funding.reserve import Reserve
from sim.funding.resolving import in_force
from sim.funding.rules import JointRules, Rules
from sim.funding.smoothing import Before
from sim.inputs import InputError

MONEY = {"rule": "indexed", "dollars": 400_000.0}
PLAIN = {"kind": "per_student", "name": "plain", "count": "concentrators", "dollars": 700.0}
COUNTS = ("completers", "credit_hours", "advanced_credits")
FOLLOWED = {
    "completers": {"completion_share": 0.6},
    "credit_hours": {"credits_per_participant": 0.9, "credits_per_concentrator": 1.6},
    "advanced_credits": {"credits_per_concentrator": 1.6},
}
PARTLY = {"full_time_share": 0.7, "eligible_share": 0.8}
TIERS = [{"clusters": "high_cost", "dollars": 300.0}, {"clusters": "marketing_sales", "multiplier": 1.3}]
SHARES = [{"clusters": "high_cost", "multiplier": 1.4}]

EXAMPLES: tuple[list[dict[str, Any]], ...] = (
    [
        {"kind": "base", "per_district": 9e3, "per_member": 20.0, "per_school": 2e4, "per_site": 3e3,
         "minimum_concentrators": 30.0},
    ],
    [
        {
            "kind": "base",
            "unit": 900.0,
            "breadth_steps": [
                {"clusters": 1.5, "courses": 3.0, "units": 5.5},
                {"clusters": 2.5, "courses": 6.0, "units": 9.5},
            ],
        }
    ],
    *([{"kind": "per_student", "count": count, "dollars": 500.0, **PARTLY, **FOLLOWED[count]}] for count in COUNTS),
    [{"kind": "per_student", "count": "participants", "weight": 0.3, "base_amount": 4e3, "full_time_share": 0.4}],
    [{"kind": "per_student", "count": "participants", "weight": 0.3, "base_amount": "unit_value"}],
    [{"kind": "per_student", "count": "credit_hours", "pot": 3e5, "tiers": SHARES, **FOLLOWED["credit_hours"]}],
    [{"kind": "per_student", "count": "members", "pot": 3e5}],
    *([PLAIN, {"kind": "cost_tier", "count": count, "tiers": TIERS, **PARTLY, **FOLLOWED[count]}] for count in COUNTS),
    *([PLAIN, {"kind": "value_tier", "count": count, "tiers": TIERS, **PARTLY, **FOLLOWED[count]}] for count in COUNTS),
    [
        PLAIN,
        {"kind": "per_student", "count": "participants", "dollars": 100.0},
        {"kind": "course_level", "introductory": 1.2, "advanced": 1.5, "outside": 1.1, "outside_share": 0.3},
    ],
    [
        {
            "kind": "credential_bonus", "dollars": {1: 250.0, 2: 500.0, 3: 750.0}, "per_student_limit": 0.4,
            "district_share_limit": 0.3, "low_income_multiplier": 1.4,
        }
    ],
    [{"kind": "credential_bonus", "weights": {1: 0.11, 2: 0.2, 3: 0.3}, "base_amount": 4e3}],
    [{"kind": "credential_bonus", "weights": {2: 0.2}, "base_amount": "unit_value"}],
    [PLAIN, {"kind": "quality_incentive", "share": 0.2, "threshold": 0.4}],
    *(
        [{"kind": "quality_incentive", "dollars": 150.0, "per": per, "weights": {"business_partnerships": 1}}]
        for per in ("district", "school", "participant", "concentrator")
    ),
    [PLAIN, {"kind": "remainder", "count": "credit_hours", "tiers": SHARES, **FOLLOWED["credit_hours"]}],
    [{"kind": "startup_grant", "share": 0.6, "ceiling": 5e4, "competitive": True, "winners": 0.4, "persistence": 0.6}],
    [{"kind": "startup_grant", "share": 0.6, "ceiling": 5e4}],
    [{"kind": "expenditure_reimbursement", "rate": 0.4, "threshold": 300.0, "full_time_share": 0.5}],
    [{"kind": "expenditure_reimbursement", "steps": [{"rate": 0.8, "up_to": 1250.0}, {"rate": 0.5}]}],
    [{"kind": "instructor_unit", "dollars": 9e3, "minimum_per_school": 18e3}],
    [{"kind": "instructor_unit", "dollars": 9e3, "students_per_unit": 23.0, "full_time_share": 0.2}],
    [
        {
            "kind": "competitive_grant", "pot": 2e5, "winners": 0.4, "size_power": 0.6, "spread": 0.9,
            "persistence": 0.7,
        }
    ],
    [{"kind": "innovation_zone", "schools": 6.0, "dollars_per_school": 2e4, "spread": 0.5}],
    [{"kind": "innovation_zone", "schools": 6.0, "spread": 0.5}],
    [{"kind": "internship", "dollars": 3e3, "places": 40.0}],
    [PLAIN, {"kind": "statewide_dollars", "dollars": 5e4}],
    [
        PLAIN,
        {
            "kind": "size_adjustment",
            "small": {"members_below": 300.0, "multiplier": 1.3},
            "rural": {"multiplier": 1.2},
            "sparse": {"members_per_school_below": 150.0, "multiplier": 1.4},
        },
    ],
    [
        PLAIN,
        {
            "kind": "size_adjustment",
            "bands": [{"where": {"members": {"at_least": 60.0, "below": 400.0}}, "multiplier": 1.3}],
        },
    ],
    [
        {
            "kind": "base", "per_school": 5e3, "minimum_concentrators": 9.0,
            "where": {"any_of": [{"members_per_school": {"at_least": 50.0, "below": 250.0}},
                                 {"poverty": {"at_least": 0.1, "below": 0.25}}]},
        }
    ],
    [
        {
            "kind": "per_student", "count": "concentrators", "pot": 3e5,
            "where": {"high_schools": {"at_least": 1.5, "below": 3.5}, "unless": {"cluster": "high_cost"}},
        }
    ],
    [
        {
            "kind": "base", "per_school": 5e3,
            "where": {"unless": {"taxable_value": {"at_least": 1e5, "below": 4e5}}},
        }
    ],
    [{"kind": "federal_perkins", "dollars": 2e5, "poverty_share_of_money": 0.7}],
    [
        {
            "kind": "shared_center", "per_center": 5e4, "per_participant": 200.0, "per_concentrator": 300.0,
            "least_districts": 2.0, "largest_share": 0.9,
            "centers": [
                {"name": "North", "where": {"locale": "rural", "cluster": "agriculture"}},
                {"name": "South", "where": {"locale": ["town", "city"]}},
            ],
        }
    ],
    [PLAIN, {"kind": "accountability", "count": "credentials", "strength": 400.0, "tiers": [2, 3]}],
    [PLAIN, {"kind": "accountability", "count": "concentrators", "strength": 400.0}],
)  # fmt: skip
SEG = {"kind": "seg_weight", "count": "participants", "weight": 0.2, "full_time_share": 0.3}
APPROPRIATIONS: tuple[dict[str, Any], ...] = (
    {"rule": "fixed", "dollars": 3e5, "yearly_rise": 0.03},
    {"rule": "demand_with_cap", "cap": 3e5, "yearly_rise": 0.03},
    {"rule": "indexed", "dollars": 3e5},
    {"rule": "share_of_revenue", "share": 2e-5},
    {"rule": "demand_with_cap", "cap": 3e5, "indexed": True},
    {"rule": "once", "dollars": 6e5, "years": 3},
)
JOINT: tuple[dict[str, Any], ...] = (
    {"growth_cap": 0.06, "hold_harmless": {"share": 0.9, "years": 3}, "minimum_guarantee": 2e4},
    {"growth_cap": 0.06, "growth_cap_from": "nothing", "hold_harmless": {"share": 0.8, "reference": "previous_year"}},
    {"phase_in": [0.3, 0.6], "minimum_guarantee": 2e4, "minimum_guarantee_charter": 1e4},
    {
        "growth_cap": 0.06,
        "differs": [
            {
                "where": {"members": {"below": 250.0}},
                "growth_cap": 0.1,
                "minimum_guarantee": 1e4,
                "hold_harmless": {"share": 0.8},
            }
        ],
    },
    {"phase_in": [0.3, 0.6], "phase_in_from": "nothing", "hold_harmless": {"reference": "own_previous_year"}},
)
LINE_RULES: dict[str, Any] = {
    "local_match": 0.8, "carryover": 0.2, "spend_on_cte": 0.55, "indexation": "prices",
    "maintenance_of_effort": {"share": 0.9, "years": 4},
}  # fmt: skip
FURTHER_RULES: tuple[dict[str, Any], ...] = (
    {"paid_share": 0.8, "share_cap": {"share": 0.3}},
    {"yearly_rise": 0.04},
    {"maximum_payment": 9e3, "differs": [{"where": {"locale": "rural"}, "maximum_payment": 7e3}]},
    {"share_cap": {"of": "participants"}, "local_match": 0.8, "match_on": "all_cost"},
    {"approval": {"a_year": 3.5}},
    {"state_share": {"measure": "poverty", "local": 0.5, "least": 0.45, "most": 0.6}},
    {"state_share": {"measure": "taxable_value", "local": 0.5, "least": 0.2, "most": 0.9}},
    {
        "differs": [
            {
                "where": {"locale": "rural"}, "local_match": 0.5, "carryover": 0.1, "spend_on_cte": 0.4,
                "paid_share": 0.7, "maintenance_of_effort": {"share": 0.9},
            }
        ]
    },
)  # fmt: skip
RESERVE: dict[str, Any] = {"start": 5e5, "keeps": 0.6, "most": 8e5}

Path = tuple[str | int, ...]


def line(name: str, components: list[dict[str, Any]], **keys: Any) -> dict[str, Any]:
    return {"name": name, "components": components, "appropriation": MONEY, **keys}


def formula(lines: list[dict[str, Any]], **keys: Any) -> dict[str, Any]:
    return {
        "title": "t", "source": "s", "year_of_numbers": 2026, "description": "d", "also": [], "lines": lines, **keys,
    }  # fmt: skip


def all_formulas() -> Iterator[tuple[str, dict[str, Any]]]:
    """Formulas that between them write every number that a formula may hold."""
    for place, components in enumerate(EXAMPLES):
        lag = {"rules": {"count_lag": place % 2, "indexation": "prices"}}
        yield f"{components[-1]['kind']} {place}", formula([line("one", components, **lag)])
    for rule in APPROPRIATIONS:
        yield f"appropriation {rule['rule']}", formula([line("one", [PLAIN], appropriation=rule)])
    full = {"rule": "full"}
    weights = [
        line(f"seg_{funded}".lower(), [{**SEG, "funded": funded}], appropriation=full) for funded in (True, False)
    ]
    yield "funded and unfunded weights", formula(weights)
    two = [
        line("one", [PLAIN], rules=LINE_RULES, pathway_share=0.7, oversight="general"),
        line("two", [{"kind": "base", "per_school": 5e3}], reserve=RESERVE),
    ]
    for place, rules in enumerate(JOINT):
        yield f"rules over two lines {place}", formula(two, rules=rules)
        yield f"rules of one line {place}", formula([line("one", [PLAIN], rules={**LINE_RULES, **rules})])
    for place, rules in enumerate(FURTHER_RULES):
        yield f"further rules {place}", formula([line("one", [PLAIN], rules=rules)])
    guaranteed = {"minimum_guarantee": 3e4, "minimum_guarantee_charter": 2e4}
    yield "a guarantee on one line of two", formula([line("one", [PLAIN], rules=guaranteed), line("two", [PLAIN])])


def numbers(written: Any, path: Path = ()) -> Iterator[Path]:
    """Where the written numbers stand, whole numbers that the model keeps whole left out."""
    if isinstance(written, dict):
        for key, value in written.items():
            yield from numbers(value, (*path, key))
    elif isinstance(written, list):
        for place, value in enumerate(written):
            yield from numbers(value, (*path, place))
    elif isinstance(written, float):
        yield path


def changed(written: dict[str, Any], path: Path, value: float) -> dict[str, Any]:
    copied = copy.deepcopy(written)
    inside: Any = copied
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return copied


def at(written: Any, path: Path) -> float:
    for key in path:
        written = written[key]
    return float(written)


def read(written: dict[str, Any]) -> Formula:
    return formula_from(written, "swept.yaml", "swept", {})


def versions(written: dict[str, Any], path: Path) -> list[Formula]:
    """The formula with other values at one place, those left out that the key does not allow; 0 and 1 among them."""
    value = at(written, path)
    found = []
    for number in (value, value * 0.97, value * 0.9, value * 1.02, value + 1.0, 0.0, 1.0):
        try:
            found.append(read(changed(written, path, number)))
        except InputError:
            continue
    return found


def own_numbers(name: str, written: dict[str, Any]) -> Iterator[Path]:
    """The numbers that a formula is there for: of an example, those of its last component."""
    example = f"{written['lines'][0]['components'][-1]['kind']} " in name
    subject = ("lines", 0, "components", len(written["lines"][0]["components"]) - 1)
    return (path for path in numbers(written) if not example or path[:4] == subject)


CASES = [
    pytest.param(written, path, id=f"{name}: {'.'.join(str(key) for key in path)}")
    for name, written in all_formulas()
    for path in own_numbers(name, written)
]


def settled(formula: Formula, rows: list[int], runs: int, year: int) -> Iterator[tuple[str, Array]]:
    """A year of a formula for some of ``runs`` runs, everything that is posted, owed and paid, by name."""
    rng = np.random.default_rng(5)
    single, district, which = (runs, 1, 1), (runs, DISTRICTS, 1), np.array(rows)
    prices, unit = (1.0 + rng.random(single))[which], (6000.0 + 900.0 * rng.random(single))[which]
    budget = Budget(year, prices, 1e10 * (1.0 + rng.random(single))[which], *(0.05 * rng.random(single)[which],) * 2)
    seen, counts = (take_runs(some_counts(more, (runs,), DISTRICTS), which) for more in (1, 2))
    noise, capacity = (rng.standard_normal(district)[which] for _ in range(2))
    paid, reference = (rng.gamma(0.5, 1e5, district)[which] for _ in range(2))
    held = rng.gamma(0.5, 1e5, single)[which]
    claims = []
    for written in lines_in_force(formula, formula.model_copy(update={"lines": ()}), year, 2026):
        one = in_force(written, WORLD, seen.membership)
        money = appropriate(one, budget)
        for expected in (True, False):
            context = PricingContext(WORLD, year, prices, unit, seen, money, noise, capacity, expected=expected)
            schedule = announce(one, context)
            yield from leaves(schedule, f"{one.name}.{'expected' if expected else 'drawn'}")
        claims.append(Claim(one, schedule, counts, money, held))
        yield f"{one.name}.units", program_units(one, counts, year, WORLD)
        yield f"{one.name}.places", places_bought(one, schedule, money)
        yield f"{one.name}.voted", voted(one, budget, held)
    for claim, ledger in zip(claims, settle_all(claims, Before(reference, paid), year), strict=True):
        for field in fields(ledger):
            for name, value in leaves(getattr(ledger, field.name), field.name):
                yield f"{claim.line.name}.{name}", value


@pytest.mark.parametrize(("written", "path"), CASES)
def test_a_batch_with_different_values_gives_the_bits_of_single_runs(written: dict[str, Any], path: Path) -> None:
    swept = versions(written, path)
    groups: dict[object, list[int]] = {}
    for row, version in enumerate(swept):
        groups.setdefault(structure(version), []).append(row)
    assert len(swept) >= 3, "this number cannot be moved"
    for year in (2027, 2028):
        for rows in groups.values():
            together = dict(settled(merged([swept[row] for row in rows]), rows, len(swept), year))
            for place, row in enumerate(rows):
                for name, alone in settled(swept[row], [row], len(swept), year):
                    batch = np.broadcast_to(together[name], (len(rows), *together[name].shape[-2:]))[place]
                    single = alone.reshape(alone.shape[-2:])
                    shape = np.broadcast_shapes(batch.shape, single.shape)
                    assert np.array_equal(np.broadcast_to(batch, shape), np.broadcast_to(single, shape)), name


def test_numbers_that_must_sum_to_one_are_never_merged() -> None:
    """They cannot move one by one, and the component keeps them in one table for all runs."""

    def weighted(first: float) -> Formula:
        weights = {"business_partnerships": first, "work_based_learning": 1.0 - first}
        component = {"kind": "quality_incentive", "dollars": 150.0, "weights": weights}
        return read(formula([line("one", [component])]))

    assert structure(weighted(0.4)) != structure(weighted(0.6))


@cache
def ensemble() -> Any:
    world, replicates = made_up(5, 3), (0, 1, 2)
    return warmed_up(world, prior_parameters(world, replicates), 5, replicates, 2)


@pytest.mark.parametrize("key", ["pathway_share", "spend_on_cte", "growth_cap", "share"])
def test_a_batch_with_different_values_simulates_as_single_runs_do(key: str) -> None:
    written = next(formula for name, formula in all_formulas() if name == "rules over two lines 0")
    path = next(path for path in numbers(written) if path[-1] == key)
    swept = [read(changed(written, path, at(written, path) * factor)) for factor in (1.0, 0.9, 1.05)]
    together = list(simulate(ensemble(), merged(swept), 2))
    for run, version in enumerate(swept):
        row = np.array([run])
        for (state, year), (one, single) in zip(
            together, simulate(take_rows(ensemble(), row), version, 2), strict=True
        ):
            assert differences(take_runs(state, row), one) == []
            assert differences(take_runs(year.settlement, row), single.settlement) == []


def models(annotation: Any, known: frozenset[type[BaseModel]] = frozenset()) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, themselves and within; a condition within a condition is told once."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in known:
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation, known | {annotation})
    for part in get_args(annotation):
        yield from models(part, known)


def holds_floats(annotation: Any) -> bool:
    return annotation is float or any(holds_floats(part) for part in get_args(annotation))


def test_no_number_of_a_formula_is_left_out() -> None:
    roots = (*COMPONENTS.values(), *APPROPRIATION_RULES.values(), Rules, JointRules, Reserve, Line)
    wanted = {
        (model.__name__, name)
        for root in roots
        for model in models(root)
        for name, field in model.model_fields.items()
        if holds_floats(field.annotation)
    }
    swept = set()
    for _, written in all_formulas():
        for path in numbers(written):
            place: Any = read(written)
            owner = place
            for key in path:
                if isinstance(place, BaseModel):
                    owner, name = place, str(key)
                    place = getattr(place, name)
                else:
                    place = place[key]
            swept.add((type(owner).__name__, name))
    not_written = {("Line", "scale"), ("QualityIncentive", "weights")}
    # Refused, as they change nothing where all that is left over is shared out.
    not_written |= {("Remainder", key) for key in ("full_time_share", "eligible_share", "completion_share")}
    # A joint rule is one rule, wherever it is written.
    swept |= {("Rules", name) for owner, name in swept if owner == "JointRules"}
    assert wanted - swept - not_written == set()
