"""Generated lines of money: any components that can stand together, under any rules."""

from typing import Any

from hypothesis import strategies as st
from small_world import CLUSTERS

from sim.funding.line import Line
from sim.funding.reading import line_from

dollars = st.floats(min_value=0.0, max_value=2e5, allow_nan=False).map(lambda number: round(number, 2))
some_dollars = st.floats(min_value=1.0, max_value=2e5).map(lambda number: round(number, 2))
money = st.floats(min_value=0.0, max_value=1e7).map(lambda number: round(number, 2))
shares = st.floats(min_value=0.0, max_value=1.0).map(lambda number: round(number, 3))

base = st.fixed_dictionaries(
    {"kind": st.just("base"), "per_school": some_dollars},
    optional={"per_district": dollars, "per_site": dollars, "minimum_concentrators": st.integers(0, 40)},
)
per_student = st.sampled_from(["dollars", "pot"]).flatmap(
    lambda amount: st.fixed_dictionaries(
        {
            "kind": st.just("per_student"),
            "count": st.sampled_from(["participants", "concentrators", "members"]),
            amount: some_dollars,
        }
    )
)
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
credential_bonus = st.fixed_dictionaries(
    {"kind": st.just("credential_bonus"), "dollars": st.fixed_dictionaries({1: dollars, 2: dollars, 3: dollars})},
    optional={
        "per_student_limit": st.one_of(st.none(), st.floats(0.0, 3.0)),
        "district_share_limit": st.one_of(st.none(), shares),
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

MIXABLE = (
    base, per_student, cost_tier, credential_bonus, quality_incentive, startup_grant, competitive_grant,
    innovation_zone, internship, statewide, size_adjustment, perkins,
)  # fmt: skip

rules = st.fixed_dictionaries(
    {},
    optional={
        "count_lag": st.sampled_from([0, 1]),
        "phase_in": st.lists(shares, max_size=4).map(sorted),
        "phase_in_from": st.sampled_from(["base_year", "nothing"]),
        "indexation": st.sampled_from(["none", "prices"]),
        "growth_cap": st.one_of(st.none(), shares),
        "hold_harmless": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {"share": shares, "reference": st.sampled_from(["base_year", "previous_year"])},
                optional={"years": st.integers(1, 4)},
            ),
        ),
        "minimum_guarantee": dollars,
    },
)
capped_appropriation = st.one_of(
    st.builds(lambda amount: {"rule": "fixed", "dollars": amount}, money),
    st.builds(lambda amount: {"rule": "indexed", "dollars": amount}, money),
    st.builds(lambda share: {"rule": "share_of_revenue", "share": share / 1e6}, st.integers(0, 1000)),
    st.builds(lambda cap: {"rule": "demand_with_cap", "cap": cap}, money),
)


def _line(written: dict[str, Any]) -> Line:
    return line_from(written, "generated", "generated", {"start_year": 2027})


mixed_components = st.lists(st.sampled_from(range(len(MIXABLE))), min_size=1, max_size=5, unique=True).flatmap(
    lambda places: st.tuples(*(MIXABLE[place] for place in places)).map(list)
)
capped_lines = st.fixed_dictionaries(
    {
        "components": mixed_components,
        "appropriation": capped_appropriation,
        "rules": rules,
        "recurring": st.booleans(),
    }
).map(_line)
seg_lines = st.fixed_dictionaries(
    {"components": seg_weight.map(lambda weight: [weight]), "appropriation": st.just({"rule": "full"}), "rules": rules}
).map(_line)
lines = st.one_of(capped_lines, seg_lines)
