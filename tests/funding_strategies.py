"""Generated lines of money: any components that can stand together, under any rules."""

from typing import Any

from hypothesis import strategies as st
from small_world import CLUSTERS

from sim.funding.line import Line
from sim.funding.reading import line_from
from sim.funding.rules import JOINT, UNRULED, Rules

dollars = st.floats(min_value=0.0, max_value=2e5, allow_nan=False).map(lambda number: round(number, 2))
some_dollars = st.floats(min_value=1.0, max_value=2e5).map(lambda number: round(number, 2))
money = st.floats(min_value=0.0, max_value=1e7).map(lambda number: round(number, 2))
shares = st.floats(min_value=0.0, max_value=1.0).map(lambda number: round(number, 3))

breadth_steps = st.lists(st.floats(0.0, 30.0), min_size=1, max_size=3).map(
    lambda units: [
        {"clusters": 1 + place, "courses": 2 * place, "units": amount} for place, amount in enumerate(sorted(units))
    ]
)
base = st.fixed_dictionaries(
    {"kind": st.just("base"), "per_school": some_dollars},
    optional={
        "per_district": dollars,
        "per_member": dollars,
        "per_site": dollars,
        "minimum_concentrators": st.integers(0, 40),
        "breadth_steps": breadth_steps,
    },
)
per_student = st.sampled_from(["dollars", "pot"]).flatmap(
    lambda amount: st.fixed_dictionaries(
        {
            "kind": st.just("per_student"),
            "count": st.sampled_from(
                [
                    "participants", "concentrators", "members", "completers", "credit_hours", "credentials",
                    "dual_credit", "advanced_credits", "placements",
                ]
            ),
            amount: some_dollars,
        },
        optional={"full_time_share": shares, "eligible_share": shares, "credits_per_concentrator": st.floats(1.0, 3.0)},
    )
)  # fmt: skip
cost_tier = st.fixed_dictionaries(
    {
        "kind": st.just("cost_tier"),
        "count": st.sampled_from(["participants", "concentrators"]),
        "tiers": st.builds(
            lambda extra, cluster, times: [
                {"clusters": "high_cost", "dollars": extra},
                {"clusters": cluster, "multiplier": times},
            ],
            dollars,
            st.sampled_from(CLUSTERS),
            st.floats(0.5, 3.0),
        ),
    }
)
value_tier = st.fixed_dictionaries(
    {
        "kind": st.just("value_tier"),
        "count": st.sampled_from(["participants", "concentrators", "completers", "credit_hours"]),
        "tiers": st.builds(
            lambda extra, times: [
                {"clusters": "value_3", "dollars": extra},
                {"clusters": "value_1", "multiplier": times},
            ],
            dollars,
            st.floats(0.0, 3.0),
        ),
    }
)
course_level = st.builds(
    lambda low, more, part, share: {
        "kind": "course_level",
        "introductory": low,
        "advanced": low + more,
        **({"outside": low * part, "outside_share": share} if share is not None else {}),
    },
    st.floats(0.0, 2.0),
    st.floats(0.0, 2.0),
    shares,
    st.one_of(st.none(), shares),
)
remainder = st.fixed_dictionaries(
    {"kind": st.just("remainder"), "count": st.sampled_from(["participants", "credit_hours", "credentials", "members"])}
)
expenditure_reimbursement = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("expenditure_reimbursement"), "rate": shares},
        optional={"threshold": st.floats(0.0, 3000.0), "of": st.just("all_cost")},
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("expenditure_reimbursement"),
            "steps": st.builds(
                lambda first, end, second: [{"rate": first, "up_to": end}, {"rate": second}],
                shares,
                st.floats(1.0, 5000.0),
                shares,
            ),
        },
        optional={"threshold": st.floats(0.0, 3000.0), "full_time_share": shares},
    ),
)
instructor_unit = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("instructor_unit"), "dollars": dollars}, optional={"students_per_unit": st.floats(5.0, 40.0)}
    ),
    st.fixed_dictionaries({"kind": st.just("instructor_unit"), "dollars": dollars, "minimum_per_school": dollars}),
)
credential_bonus = st.fixed_dictionaries(
    {"kind": st.just("credential_bonus"), "dollars": st.fixed_dictionaries({1: dollars, 2: dollars, 3: dollars})},
    optional={
        "per_student_limit": st.one_of(st.none(), st.floats(0.0, 3.0)),
        "district_share_limit": st.one_of(st.none(), shares),
        "low_income_multiplier": st.floats(1.0, 2.0),
    },
)
quality_incentive = st.fixed_dictionaries(
    {"kind": st.just("quality_incentive"), "share": shares}, optional={"threshold": shares}
)
startup_grant = st.fixed_dictionaries(
    {"kind": st.just("startup_grant"), "share": shares},
    optional={"ceiling": some_dollars, "competitive": st.booleans()},
)
competitive_grant = st.fixed_dictionaries(
    {"kind": st.just("competitive_grant"), "pot": some_dollars},
    optional={"winners": st.floats(0.05, 1.0), "spread": st.floats(0.0, 2.0), "persistence": shares},
)
innovation_zone = st.fixed_dictionaries(
    {"kind": st.just("innovation_zone"), "schools": st.integers(1, 12), "dollars_per_school": dollars}
)
internship = st.fixed_dictionaries(
    {"kind": st.just("internship"), "dollars": dollars}, optional={"places": st.integers(0, 200)}
)
statewide = st.fixed_dictionaries({"kind": st.just("statewide_dollars"), "dollars": dollars})
size_adjustment = st.fixed_dictionaries(
    {
        "kind": st.just("size_adjustment"),
        "small": st.fixed_dictionaries({"members_below": st.floats(1.0, 900.0), "multiplier": st.floats(0.5, 2.0)}),
    }
)
perkins = st.fixed_dictionaries({"kind": st.just("federal_perkins"), "dollars": dollars})
seg_weight = st.fixed_dictionaries(
    {
        "kind": st.just("seg_weight"),
        "count": st.sampled_from(["participants", "concentrators", "members"]),
        "weight": st.floats(0.0, 1.0),
        "funded": st.booleans(),
    }
)
shared_center = st.fixed_dictionaries(
    {
        "kind": st.just("shared_center"),
        "centers": st.just(
            [
                {"name": "A center", "where": {"locale": ["rural", "town"], "cluster": CLUSTERS[0]}},
                {"name": "Another", "where": {"locale": "city"}},
            ]
        ),
        "per_participant": some_dollars,
    },
    optional={"per_center": dollars, "per_concentrator": dollars, "largest_share": shares},
)
accountability = st.one_of(
    st.fixed_dictionaries({"kind": st.just("accountability"), "count": st.just("concentrators"), "strength": dollars}),
    st.fixed_dictionaries(
        {"kind": st.just("accountability"), "count": st.just("credentials"), "strength": dollars},
        optional={"tiers": st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3, unique=True)},
    ),
)

MIXABLE = (
    base, per_student, cost_tier, credential_bonus, quality_incentive, startup_grant, competitive_grant,
    innovation_zone, internship, statewide, size_adjustment, perkins, value_tier, course_level,
    expenditure_reimbursement, instructor_unit, remainder, accountability, shared_center,
)  # fmt: skip


def _with_effect(rules: dict[str, Any]) -> dict[str, Any]:
    """Rules without the keys that would be refused, as they change nothing."""
    kept = dict(rules)
    if not any(share < 1.0 for share in kept.get("phase_in", ())):
        kept.pop("phase_in", None)
    for key, rule in (("phase_in_from", "phase_in"), ("growth_cap_from", "growth_cap")):
        if kept.get(rule) is None:
            kept.pop(key, None)
    if (kept.get("hold_harmless") or {}).get("share") == 0.0:
        del kept["hold_harmless"]
    return kept


joint_rules = st.fixed_dictionaries(
    {},
    optional={
        "phase_in": st.lists(shares, max_size=4).map(sorted),
        "phase_in_from": st.sampled_from(["base_year", "nothing"]),
        "growth_cap": st.one_of(st.none(), shares),
        "growth_cap_from": st.sampled_from(["previous_year", "nothing"]),
        "hold_harmless": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {
                    "share": shares,
                    "reference": st.sampled_from(["base_year", "previous_year", "own_previous_year"]),
                },
                optional={"years": st.integers(1, 4)},
            ),
        ),
        "minimum_guarantee": dollars,
        "minimum_guarantee_charter": dollars,
    },
).map(_with_effect)
line_rules = st.fixed_dictionaries(
    {},
    optional={
        "count_lag": st.sampled_from([0, 1]),
        "indexation": st.sampled_from(["none", "prices"]),
        "local_match": st.floats(0.0, 3.0),
        "carryover": st.one_of(st.none(), st.floats(0.0, 0.9)),
        "spend_on_cte": st.one_of(st.none(), shares),
    },
)
rules = st.builds(lambda joint, own: {**joint, **own}, joint_rules, line_rules)
capped_appropriation = st.one_of(
    st.builds(lambda amount: {"rule": "fixed", "dollars": amount}, money),
    st.builds(lambda amount: {"rule": "indexed", "dollars": amount}, money),
    st.builds(lambda share: {"rule": "share_of_revenue", "share": share / 1e6}, st.integers(0, 1000)),
    st.builds(lambda cap: {"rule": "demand_with_cap", "cap": cap}, money),
)


def _line(written: dict[str, Any]) -> Line:
    kinds = {component["kind"] for component in written["components"]}
    if written.get("turn"):
        by_tier = written["turn"] == "by_tier" and "credential_bonus" in kinds
        written["rules"] = {**written["rules"], "proration": "by_tier" if by_tier else "by_component"}
    written = {key: value for key, value in written.items() if key != "turn"}
    by_school = {"instructor_unit", "quality_incentive"} & kinds
    if by_school:  # which a base's minimum would leave without schools
        written["components"] = [
            {key: value for key, value in one.items() if key != "minimum_concentrators"}
            for one in written["components"]
        ]
    return line_from(written, "generated", "generated", {"start_year": 2027})


mixed_components = st.lists(st.sampled_from(range(len(MIXABLE))), min_size=1, max_size=5, unique=True).flatmap(
    lambda places: st.tuples(*(MIXABLE[place] for place in places)).map(list)
)
reserve = st.fixed_dictionaries(
    {"start": st.integers(1, 5_000_000).map(float)},
    optional={"keeps": st.floats(0.0, 1.0), "most": st.integers(5_000_000, 9_000_000).map(float)},
)


def _with_reserve(written: dict[str, Any]) -> dict[str, Any]:
    """A demand-driven appropriation leaves nothing over that a reserve could keep."""
    keeps = {"keeps": 0.0} if written["appropriation"]["rule"] == "demand_with_cap" else {}
    return {**written, "reserve": {**written["reserve"], **keeps}} if written.get("reserve") else written


capped = {
    "components": mixed_components,
    "appropriation": capped_appropriation,
    "rules": rules,
    "recurring": st.booleans(),
    "turn": st.sampled_from(["", "", "by_tier", "by_component"]),
}
capped_lines = st.fixed_dictionaries({**capped, "reserve": st.none() | reserve}).map(_with_reserve).map(_line)
lines_with_reserve = st.fixed_dictionaries({**capped, "reserve": reserve}).map(_with_reserve).map(_line)
seg_lines = st.fixed_dictionaries(
    {"components": seg_weight.map(lambda weight: [weight]), "appropriation": st.just({"rule": "full"}), "rules": rules}
).map(_line)
lines = st.one_of(capped_lines, seg_lines)


def under_one_rule(several: list[Line], joint: dict[str, Any]) -> list[Line]:
    """Lines that can stand in one formula: the same joint rules in all of them, and none for money inside the SEG."""
    said = Rules.model_validate({**joint, "phase_in": tuple(joint.get("phase_in", ()))})
    return [
        line.model_copy(
            update={
                "rules": line.rules.model_copy(
                    update={key: getattr(said if line.joint else UNRULED, key) for key in JOINT}
                )
            }
        )
        for line in several
    ]


lines_of_a_formula = st.builds(under_one_rule, st.lists(lines, max_size=3), joint_rules)


bands = st.sampled_from(
    [
        {"members": {"below": 141}},
        {"members": {"at_least": 100, "below": 900}},
        {"members_per_school": {"below": 150.5}},
        {"high_schools": 1},
        {"poverty": {"at_least": 0.15}},
        {"taxable_value": {"below": 250_000}},
        {"locale": ["rural", "town"]},
        {"kind": "district"},
        {"region": "R"},
        {"district": ["D1", "D4"]},
    ]
)
conditions = st.one_of(
    bands,
    st.builds(lambda one, other: {**one, "unless": other}, bands, bands),
    st.builds(lambda one, other: {"any_of": [one, other]}, bands, bands),
)
of_clusters = st.sampled_from([{"cluster": ["agriculture"]}, {"cluster": ["high_cost", "marketing_sales"]}])


def _somewhere(
    component: dict[str, Any], where: dict[str, Any] | None, differs: dict[str, Any] | None
) -> dict[str, Any]:
    """A component under a condition, and with an amount that differs under another."""
    changed = {**component, **({"where": where} if where else {})}
    if differs is not None and "dollars" in component and isinstance(component["dollars"], float):
        changed["differs"] = [{"where": differs, "dollars": component["dollars"] / 2.0 + 1.0}]
    return changed


placed_components = st.builds(
    _somewhere,
    st.one_of(*MIXABLE),
    st.none() | conditions | of_clusters,
    st.none() | st.none() | conditions,
)
cases = st.lists(
    st.fixed_dictionaries(
        {"where": conditions},
        optional={
            "growth_cap": shares,
            "minimum_guarantee": some_dollars,
            "hold_harmless": st.fixed_dictionaries({"share": shares}),
            "paid_share": shares,
            "local_match": st.floats(0.1, 2.0),
            "carryover": st.floats(0.0, 0.9),
            "spend_on_cte": shares,
            "maximum_payment": some_dollars,
        },
    ),
    max_size=2,
)
further_rules = st.fixed_dictionaries(
    {},
    optional={
        "share_cap": st.sampled_from([{"of": "participants"}, {"share": 0.2}]),
        "maximum_payment": dollars,
        "state_share": st.sampled_from(
            [{"measure": "poverty", "local": 0.5}, {"measure": "taxable_value", "local": 0.4, "least": 0.3}]
        ),
        "approval": st.sampled_from([{"wait": 2}, {"a_year": 7.5}]),
        "differs": cases,
    },
)
placed_lines = st.fixed_dictionaries(
    {
        "components": st.lists(placed_components, min_size=1, max_size=3),
        "appropriation": st.one_of(capped_appropriation, st.just({"rule": "full"})),
        "rules": st.builds(lambda *parts: {key: value for part in parts for key, value in part.items()}, line_rules,
                           further_rules),
    },
    optional={
        "where": conditions,
        "oversight": st.sampled_from(["monitored", "general"]),
        "pathway_share": shares,
        "sunset_year": st.integers(2030, 2040),
        "recurring": st.booleans(),
        "reserve": reserve,
    },
)  # fmt: skip
HEADER = {"title": "A bill: of words", "source": "made up", "year_of_numbers": 2026, "description": "A made-up bill."}
written_bills = st.one_of(
    st.builds(
        lambda several, joint, year: {**HEADER, "takes_effect": year, "lines": several, "rules": joint},
        st.lists(placed_lines, min_size=1, max_size=2),
        joint_rules,
        st.integers(2027, 2032),
    ),
    st.builds(lambda line, year: {**HEADER, **line, "takes_effect": year}, placed_lines, st.just(2027)),
    st.builds(
        lambda first, second: {**HEADER, "laws": [{"from": 2027, **first}, {"from": 2029, **second}]},
        placed_lines,
        placed_lines,
    ),
)
"""Bills as people could write them, of which many would be refused, as parts of them do nothing or do not fit."""
