"""Conditions: one grammar, true words, refusals in one line; rates and rules that differ; what districts see."""

from dataclasses import replace
from typing import Any

import builders
import numpy as np
import pytest
from money_of_a_year import PER_CONCENTRATOR, announced, believed, outlook_on, paid, trusting
from simulated import formula_of, line_of, steps
from small_world import CLUSTERS, small_world, some_counts

from sim.arrays import Array
from sim.behavior.beliefs import annuity
from sim.funding.components import QualityIncentive
from sim.funding.conditions import Where, holds, mask, out_of_place
from sim.funding.formula import Formula, describe, enacted
from sim.funding.line import Line
from sim.funding.overlaps import overlaps
from sim.funding.pricing import program_units
from sim.funding.reading import formula_from
from sim.funding.sense import out_of_place as formula_out_of_place
from sim.inputs import InputError
from sim.world.world import QUALITY_COMPONENTS, World

WORLD = small_world(
    4,
    members=[100.0, 140.0, 141.0, 5000.0],
    high_schools=[1, 1, 2, 8],
    locales=["rural", "town", "rural", "city"],
    poverty=[0.3, 0.1, 0.25, 0.2],
    kinds=["district", "charter", "district", "district"],
)
MEMBERS = WORLD.districts.membership[:, np.newaxis]


def where(**written: Any) -> Where:
    return Where.model_validate(written)


def bill(components: list[dict[str, Any]], **keys: Any) -> Formula:
    usual = {"title": "t", "source": "s", "year_of_numbers": 2026, "description": "d", "also": []}
    money = {} if "lines" in keys else {"components": components, "appropriation": {"rule": "full"}}
    return formula_from({**usual, **money, **keys}, "bill.yaml", "bill", {}, CLUSTERS)


@pytest.mark.parametrize(
    ("written", "inside", "words"),
    [
        (
            {"members": {"below": 141}},
            [1, 1, 0, 0],
            "in districts with fewer than 141 members in grades 9-12, and nowhere else",
        ),
        (
            {"members": {"at_least": 140, "below": 5000}},
            [0, 1, 1, 0],
            "in districts with at least 140 and fewer than 5,000 members in grades 9-12, and nowhere else",
        ),
        (
            {"members_per_school": {"below": 101}},
            [1, 0, 1, 0],
            "in districts with fewer than 101 members in grades 9-12 for each high school, and nowhere else",
        ),
        ({"high_schools": 1}, [1, 1, 0, 0], "in districts with one high school, and nowhere else"),
        (
            {"high_schools": {"at_least": 2}},
            [0, 0, 1, 1],
            "in districts with at least 2 high schools, and nowhere else",
        ),
        (
            {"poverty": {"at_least": 0.25}},
            [1, 0, 1, 0],
            "in districts with 25% or more of children in poverty, and nowhere else",
        ),
        ({"locale": ["rural", "town"]}, [1, 1, 1, 0], "in rural or town districts, and nowhere else"),
        ({"kind": "charter"}, [0, 1, 0, 0], "in charters, and nowhere else"),
        ({"district": ["d1", "D4"]}, [1, 0, 0, 1], "in the districts d1 and D4, and nowhere else"),
        ({"region": "r"}, [1, 1, 1, 1], "in districts of the region r, and nowhere else"),
        (
            {"locale": "rural", "unless": {"poverty": {"at_least": 0.3}}},
            [0, 0, 1, 0],
            "in rural districts, except in districts with 30% or more of children in poverty, and nowhere else",
        ),
        ({"unless": {"locale": "city"}}, [1, 1, 1, 0], "everywhere except in city districts"),
        (
            {
                "members": {"at_least": 100},
                "unless": {"any_of": [{"members": {"at_least": 160}}, {"members": {"at_least": 142}}]},
            },
            [1, 1, 1, 0],
            "in districts with at least 100 and fewer than 142 members in grades 9-12, and nowhere else",
        ),
        (
            {
                "members": {"at_least": 100, "below": 160},
                "unless": {"any_of": [{"members": {"below": 141}}, {"members": {"at_least": 142}}]},
            },
            [0, 0, 1, 0],
            "in districts with at least 141 and fewer than 142 members in grades 9-12, and nowhere else",
        ),
        (
            {"any_of": [{"kind": "charter"}, {"locale": "city"}]},
            [0, 1, 0, 1],
            "in charters or in city districts, and nowhere else",
        ),
        (
            {"members": {"below": 141}, "any_of": [{"locale": "city"}, {"poverty": {"at_least": 0.25}}]},
            [1, 0, 0, 0],
            "in districts with fewer than 141 members in grades 9-12 that are city or have 25% or more of children in "
            "poverty, and nowhere else",
        ),
        (
            {"unless": {"members": {"below": 141}, "any_of": [{"locale": "city"}, {"poverty": {"at_least": 0.25}}]}},
            [0, 1, 1, 1],
            "everywhere except in districts with fewer than 141 members in grades 9-12 that are city or have 25% or "
            "more of children in poverty",
        ),
        (
            {
                "kind": "district",
                "any_of": [{"locale": ["rural", "town"], "high_schools": 1}, {"members": {"at_least": 142}}],
            },
            [1, 0, 0, 1],
            "in school districts that (are rural or town, and have one high school) or have at least 142 members in "
            "grades 9-12, and nowhere else",
        ),
        (
            {"any_of": [{"locale": "rural", "unless": {"district": "D1"}}, {"kind": "charter"}]},
            [0, 1, 1, 0],
            "(in rural districts, except in the district D1) or in charters, and nowhere else",
        ),
        (
            {"any_of": [{"locale": "rural"}, {"kind": "charter"}], "unless": {"district": "D1"}},
            [0, 1, 1, 0],
            "(in rural districts or in charters), except in the district D1, and nowhere else",
        ),
        (
            {"unless": {"locale": "rural", "unless": {"district": "D1"}}},
            [1, 1, 0, 1],
            "everywhere except (in rural districts, except in the district D1)",
        ),
        (
            {"locale": "rural", "unless": {"any_of": [{"locale": "city"}, {"district": "D1"}]}},
            [0, 0, 1, 0],
            "in rural districts, except in the district D1, and nowhere else",
        ),
        (
            {"members": {"below": 141}, "unless": {"members": {"at_least": 141}}},
            [1, 1, 0, 0],
            "in districts with fewer than 141 members in grades 9-12, and nowhere else",
        ),
    ],
)
def test_a_condition_holds_where_its_words_say(written: dict[str, Any], inside: list[int], words: str) -> None:
    condition = where(**written)
    assert mask(condition, WORLD, MEMBERS)[:, 0].tolist() == inside
    assert condition.words() == words


def test_a_condition_on_clusters_tells_pathways_apart() -> None:
    condition = where(locale="rural", cluster=["high_cost"])
    assert mask(condition, WORLD, MEMBERS).tolist() == [[1, 1, 0], [0, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert holds(where(cluster="value_3"), WORLD, MEMBERS).tolist() == [[False, True, False]]
    both = where(any_of=[{"cluster": "marketing_sales"}, {"kind": "charter"}])
    assert mask(both, WORLD, MEMBERS).tolist() == [[0, 0, 1], [1, 1, 1], [0, 0, 1], [0, 0, 1]]


def test_words_of_clusters_beside_alternatives_are_no_list_of_alternatives() -> None:
    either = where(locale="rural", any_of=[{"cluster": "marketing_sales"}, {"poverty": {"at_least": 0.3}}])
    assert mask(either, WORLD, MEMBERS).tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 1], [0, 0, 0]]
    assert either.words() == (
        "in rural districts, either in marketing & sales or in districts with 30% or more of children in poverty, and "
        "nowhere else"
    )
    there = where(cluster="marketing_sales", any_of=[{"locale": "rural"}, {"kind": "charter"}])
    assert there.words() == "in districts that are rural or are charters, in marketing & sales, and nowhere else"
    taught = where(cluster="marketing_sales", unless={"cluster": "construction"})
    assert taught.words() == "in marketing & sales, and nowhere else"
    known = where(cluster="marketing_sales", unless={"cluster": "high_cost"})
    assert ", except in " in known.words()


def test_names_are_compared_as_people_read_them() -> None:
    named = replace(WORLD, districts=replace(WORLD.districts, county=("Doña Ana", "Rio Arriba", "Taos", "")))
    for word in ("Doña Ana", "dona ana", "DOÑA\u00a0ANA"):
        inside = mask(where(county=word), named, MEMBERS)[:, 0].tolist()
        assert inside == ([1, 0, 0, 0] if "ona" not in word else [0, 0, 0, 0]), word


def test_what_matches_nothing_is_told_in_one_line() -> None:
    def told(**written: Any) -> list[str]:
        return [mistake.said for mistake in out_of_place(where(**written), WORLD)]

    poverty = WORLD.districts.poverty_share
    least, most = poverty.min(), poverty.max()
    assert told(members={"below": 100}) == [
        "holds for no district: none lies in districts with fewer than 100 members in grades 9-12; members "
        "goes from 100 to 5,000"
    ]
    assert told(poverty={"at_least": 0.99})[0].endswith(f"; poverty goes from {least:.3g} to {most:.3g}")
    assert told(locale="suburb") == [
        "holds for no district: none lies in suburb districts; there are: city, rural, town"
    ]
    assert told(district="D9")[0].startswith("there is no district 'D9'; ")
    assert told(locale="city", kind="charter")[0].startswith("holds for no district")
    assert "taxable_value_per_member" in told(taxable_value={"below": 5e5})[0]
    assert told(unless={"region": "S"})[0].startswith("there is no region 'S'")
    assert told(members={"below": 141}) == []


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({"members": {"min": 3}}, "write at_least"),
        ({"members": {"max": 3}}, "write below, one more than the most"),
        ({"members": {"at_least": 5, "below": 5}}, "nothing is at least 5 and below 5"),
        ({"members": {}}, "write at_least, below or both"),
        ({}, "write a condition"),
        ({"locales": "rural"}, "write locale"),
        ({"not": {"locale": "rural"}}, "write unless"),
        ({"locale": ["rural", "rural"]}, "stands twice"),
        ({"locale": "remote"}, "city, suburb, town, rural"),
        ({"any_of": [{"locale": "rural"}]}, "at least 2"),
        ({"cluster": "agriculture"}, "may name districts, not clusters"),
        ({"poverty": {"at_least": 25}}, "25% is written 0.25"),
        (3, "keys in braces"),
    ],
)
def test_a_condition_that_cannot_be_read_is_answered(condition: Any, said: str) -> None:
    with pytest.raises(InputError) as told:
        bill([{"kind": "base", "per_school": 5, "where": condition}])
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_what_no_district_has_takes_no_condition() -> None:
    with pytest.raises(InputError, match="takes no where: the state spends it itself"):
        bill([{"kind": "statewide_dollars", "dollars": 5, "where": {"locale": "rural"}}])


def test_a_component_of_once_may_stand_once_for_each_district() -> None:
    def two(second: dict[str, Any]) -> Formula:
        return bill(
            [
                {"kind": "base", "per_school": 5, "where": {"members": {"below": 141}}},
                {"kind": "base", "name": "others", "per_school": 9, "where": second},
            ]
        )

    assert formula_out_of_place(two({"members": {"at_least": 141}}), WORLD) == []
    (twice,) = formula_out_of_place(two({"locale": "town"}), WORLD)
    assert twice.said == "holds in D2, where that of 'base' does; write unless in one of them"


def test_of_two_conditions_that_hold_the_first_counts_and_it_is_said_where() -> None:
    differing = bill(
        [
            {
                "kind": "per_student",
                "count": "concentrators",
                "dollars": 900,
                "differs": [
                    {"where": {"locale": "rural"}, "dollars": 1200},
                    {"where": {"poverty": {"at_least": 0.25}}, "dollars": 1000},
                ],
            }
        ]
    )
    assert [part.label for part in differing.lines[0].components] == [
        "per_student_1",
        "per_student_2",
        "per_student",
    ]
    (said,) = overlaps(differing, WORLD)
    assert said.startswith("per_student_2: in 2 districts (D1, D3) the condition of an earlier rate holds too")
    assert "$900 for every concentrator, everywhere except in rural districts or in districts with" in " ".join(
        describe(differing)
    )


BONUSES = {
    "kind": "credential_bonus",
    "dollars": {1: 100, 3: 700},
    "per_student_limit": 2,
    "district_share_limit": 0.1,
    "differs": [
        {"where": {"cluster": "agriculture"}, "dollars": {3: 900}},
        {"where": {"cluster": "marketing_sales"}, "dollars": {1: 50}},
    ],
}


def test_what_is_the_same_at_all_rates_is_said_once() -> None:
    said = describe(bill([BONUSES]))
    assert [one for one in said if "credential" in one] == [
        "For every credential earned: $100 in tier 1, $900 in tier 3, in agriculture, and nowhere else.",
        "For every credential earned: $50 in tier 1, $700 in tier 3, in marketing & sales, and nowhere else.",
        "For every credential earned: $100 in tier 1, $700 in tier 3, everywhere except in agriculture "
        "or in marketing & sales.",
        "At each of these rates: at most 2 credentials for each concentrator of a pathway are paid in a year.",
        "At each of these rates: one district is paid for at most 10% of the credentials earned in the state, all "
        "rates with this limit together.",
    ]


def test_rates_that_are_alike_but_for_a_name_are_no_rates_of_one_component() -> None:
    one = {"kind": "credential_bonus", "dollars": {1: 100}, "where": {"cluster": "agriculture"}}
    other = {**one, "dollars": {1: 90}, "where": {"cluster": "marketing_sales"}}
    said = " ".join(describe(bill([{**one, "name": "a"}, {**other, "name": "b"}])))
    assert "At each of these rates" not in said
    assert said.count("At most 1 credential for each concentrator of a pathway is paid in a year, in ") == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"district_share_of": "line"}, "has no effect here: it says of what a district_share_limit is"),
        ({"district_share_limit": 1.5}, "components.0.credential_bonus.district_share_limit"),
        ({"dollars": {2: -1}}, "components.0.credential_bonus.dollars.2"),
        (
            {"dollars": {1: -1}, "differs": [{"where": {"locale": "rural"}, "dollars": {2: 5}}]},
            "components.0.credential_bonus.dollars.1",
        ),
        (
            {"differs": [{"where": {"locale": "rural"}, "dollars": {2: -5}}]},
            "components.0.credential_bonus.differs.0.dollars.2",
        ),
    ],
)
def test_a_bonus_that_differs_is_refused_where_the_mistake_stands(changes: dict[str, Any], said: str) -> None:
    usual = {"kind": "credential_bonus", "dollars": {1: 100}}
    with pytest.raises(InputError) as told:
        bill([{**usual, **changes}])
    assert said in str(told.value)
    assert "and 1 more" not in str(told.value)


def test_bonuses_that_share_a_limit_write_it_alike() -> None:
    each = {"kind": "credential_bonus", "dollars": {1: 100}, "district_share_of": "line"}
    two = [
        {**each, "name": name, "district_share_limit": limit, "where": {"cluster": cluster}}
        for name, limit, cluster in (("a", 0.1, "agriculture"), ("b", 0.2, "marketing_sales"))
    ]
    with pytest.raises(InputError, match="written alike in all that share it"):
        bill(two)


def test_a_minimum_over_rates_by_cluster_is_said_once_and_another_amount_by_cluster_is_refused_at_its_place() -> None:
    differs = [{"where": {"cluster": "agriculture"}, "dollars": 15_000}]
    said = describe(
        bill([{"kind": "instructor_unit", "dollars": 11_500, "minimum_per_school": 14_000, "differs": differs}])
    )
    assert (
        "At each of these rates: at least $14,000 for every high school with a pathway, all rates with this minimum "
        "together."
    ) in said
    with pytest.raises(InputError) as told:
        bill([{"kind": "base", "per_school": 5, "differs": [{"where": {"cluster": "agriculture"}, "per_school": 9}]}])
    assert str(told.value).startswith(
        "bill.yaml: components.0.base.differs.0.where: 'base_1' pays for what belongs to no cluster (per school); "
    )


def test_a_second_component_of_once_is_told_how_to_pay_more_for_some() -> None:
    small = {"kind": "base", "name": "small", "per_school": 9, "where": {"members": {"below": 141}}}
    with pytest.raises(InputError) as told:
        bill([{"kind": "base", "per_school": 5}, small])
    assert "components.1.base: 'base' can stand only once in a line" in str(told.value)
    assert str(told.value).endswith("raise it by differs, or write it in a line of its own")


def test_weights_that_sum_to_one_are_written_whole_under_a_condition() -> None:
    first, second, third = QUALITY_COMPONENTS[:3]
    quality = {
        "kind": "quality_incentive",
        "dollars": 9,
        "per": "concentrator",
        "weights": {first: 0.5, second: 0.5},
        "differs": [{"where": {"locale": "rural"}, "weights": {third: 1}}],
    }
    there = bill([quality]).lines[0].components[0]
    assert isinstance(there, QualityIncentive)
    assert there.weights == {third: 1}


SIZES = (("small", 120), ("middling", 141))


def test_only_rates_that_bring_money_are_said_to_meet() -> None:
    """Two bands of size meet in D1 and D2; the second pays in D2 and D4 alone, and another line is not paid."""
    each = {"kind": "per_student", "count": "members", "dollars": 5}
    bands = [{**each, "name": name, "where": {"members": {"below": 150}, "high_schools": {"below": most}}}
             for name, most in (("one", 2), ("other", 3))]  # fmt: skip
    written = {"appropriation": {"rule": "full"}, "components": bands}
    formula = bill([], lines=[{"name": "now", "title": "Now", **written}, {"name": "later", **written}])
    everywhere = np.ones(4, np.bool_)
    paying = {"now": (everywhere, np.array([False, True, False, True]))}
    assert overlaps(formula, WORLD, paying) == ["other and one: in 1 district (D2) both hold, and both are paid."]
    assert overlaps(formula, WORLD, {"now": (everywhere, ~everywhere)}) == []
    assert overlaps(formula, WORLD)[0].startswith("Now, other and one: in 2 districts (D1, D2)")


def test_conditions_that_meet_or_hold_everywhere_are_said() -> None:
    def told(*components: dict[str, Any], **keys: Any) -> list[str]:
        return overlaps(bill([{"kind": "per_student", "count": "members", **one} for one in components], **keys), WORLD)

    rural = {"dollars": 5, "where": {"locale": "rural"}}
    poor = {"name": "poor", "dollars": 9, "where": {"poverty": {"at_least": 0.3}}}
    assert told(rural, poor) == [
        "per_student and poor: where several of these hold, as in 1 district (D1), they are added."
    ]
    assert told(rural, {**poor, "where": {"kind": "charter"}}) == []
    small, middling = ({"name": name, "dollars": 9, "where": {"members": {"below": below}}} for name, below in SIZES)
    assert told(small, middling) == ["middling and small: in 1 district (D1) both hold, and both are paid."]
    assert told({"dollars": 5, "where": {"region": "R"}}) == ["per_student: its where holds in every district."]
    rules = {
        "differs": [
            {"where": {"locale": "rural"}, "growth_cap": 0.1},
            {"where": {"members": {"below": 141}}, "growth_cap": 0.2, "minimum_guarantee": 5},
        ]
    }
    assert told({"dollars": 5}, rules=rules) == [
        "growth cap: in 1 district (D1) two conditions under differs hold, and the first counts."
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"differs": [{"where": {"locale": "rura"}, "dollars": 5}]}, "components.0.per_student.differs.0.where.locale"),
        ({"differs": [{"where": {"locale": "rural"}, "dolars": 5}]}, "components.0.per_student.differs.0.dolars"),
        ({"differs": [{"dollars": 5}]}, "needs a where"),
        ({"differs": [{"where": {"locale": "rural"}}]}, "write what differs there"),
        ({"differs": [{"where": {"locale": "rural"}, "kind": "base"}]}, "cannot differ by condition"),
        ({"differs": 3}, "write a list of conditions"),
        (
            {"where": {"locale": "city"}, "differs": [{"where": {"locale": "rural"}, "dollars": 5}]},
            "where says locale twice",
        ),
    ],
)
def test_a_rate_that_differs_is_refused_at_its_own_place(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as told:
        bill([{"kind": "per_student", "count": "concentrators", "dollars": 900, **changes}])
    assert said in str(told.value)


READERS = builders.standing()
READERS = replace(READERS, premises=replace(READERS.premises, attention=np.ones_like(READERS.premises.attention)))


SMALL = {"where": {"members": {"below": 141}}}
JOINT = {
    "growth_cap": 0.05,
    "differs": [{**SMALL, "growth_cap": 0.2, "minimum_guarantee": 30_000, "hold_harmless": {"share": 0.9}}],
}


def test_rules_that_differ_are_the_same_in_one_line_or_several() -> None:
    per_head = {"kind": "per_student", "count": "participants"}
    halves = [{"name": name, "components": [{**per_head, "dollars": 50}]} for name in ("one", "two")]
    money = {"appropriation": {"rule": "full"}}
    one = bill([], lines=[{"name": "one", "components": [{**per_head, "dollars": 100}], **money}], rules=JOINT)
    two = bill([], lines=[{**half, **money} for half in halves], rules=JOINT)

    def owed(formula: Formula) -> Array:
        lines = enacted(formula, formula.model_copy(update={"lines": ()}), 2026).lines
        ledgers = paid(READERS, *lines).ledgers.values()
        found: Array = np.sum([ledger.phased_in for ledger in ledgers], axis=0)
        return found

    np.testing.assert_allclose(owed(one), owed(two), rtol=1e-12)


@pytest.mark.parametrize(
    "rules",
    [
        {"paid_share": 0.5},
        {"share_cap": {"share": 0.1}},
        {"state_share": {"measure": "poverty", "local": 0.2}},
        {"approval": {"wait": 1}},
        {"differs": [{"where": {"locale": "rural"}, "paid_share": 0.5}]},
    ],
)
def test_money_inside_the_seg_is_paid_in_full_or_where_its_condition_holds(rules: dict[str, Any]) -> None:
    weight = {"kind": "seg_weight", "count": "concentrators", "weight": 0.2, "funded": True}
    with pytest.raises(InputError, match="cannot hold for money inside the main formula"):
        bill([weight], rules=rules)
    (line,) = bill([{**weight, "where": {"locale": "rural"}}]).lines
    counts = some_counts(1, (), 4)
    units = program_units(line, counts, 2027, WORLD)
    rural = np.array([[1.0], [0.0], [1.0], [0.0]])
    np.testing.assert_allclose(units, 0.2 * rural * counts.total("concentrators"))


def test_a_minimum_of_a_base_does_not_stand_beside_what_else_is_paid_by_high_school() -> None:
    asked = {"kind": "base", "per_school": 20_000, "minimum_concentrators": 15}
    for beside in (
        {"kind": "instructor_unit", "dollars": 10_000, "minimum_per_school": 8_000},
        {"kind": "quality_incentive", "dollars": 5_000, "per": "school"},
    ):
        with pytest.raises(InputError, match=f"leaves out high schools that '{beside['kind']}' would count"):
            bill([asked, beside])
        assert bill([{**asked, "minimum_concentrators": 0}, beside]).lines
    assert bill([asked, {"kind": "instructor_unit", "dollars": 10_000}]).lines


def test_rules_over_all_lines_are_refused_where_lines_differ_in_them() -> None:
    line = {"components": [{"kind": "base", "per_school": 5}], "appropriation": {"rule": "full"}}
    with pytest.raises(InputError, match=r"differs: line one: \(growth_cap and hold_harmless\) differs from line two"):
        bill([], lines=[{"name": "one", **line, "rules": JOINT}, {"name": "two", **line}])
    with pytest.raises(InputError, match="is a rule of a line"):
        bill([], lines=[{"name": "one", **line}], rules={"differs": [{**SMALL, "local_match": 1}]})
    both = {"hold_harmless": {"reference": "previous_year"}, "differs": [{**SMALL, "hold_harmless": {"share": 0.5}}]}
    with pytest.raises(InputError, match="in its share alone"):
        bill([], lines=[{"name": "one", **line, "rules": both}])


def brought(line: Line, district: int, count: str = "concentrators") -> tuple[Array, Array]:
    """What one more of a count in every cluster brings a district by the law, and by what it sees, dollars."""
    known = trusting(READERS)
    counts = known.counts
    more = np.zeros_like(counts.concentrators)
    more[:, district, :] = 1e-3 * (counts.concentrators[:, district, :] > 0.0)
    before, after = (
        paid(READERS, line, counts=held).ledgers["line_0"].phased_in[:, district, 0]
        for held in (counts, replace(counts, **{count: getattr(counts, count) + more}))
    )
    schedule = announced(READERS, line).lines[0].schedule
    posted = getattr(schedule, f"per_{count.removesuffix('s')}") + np.zeros_like(more)
    seen = outlook_on(READERS, line).lines["line_0"].marginal + np.zeros_like(more[..., :1])
    return (after - before), (posted * seen * more).sum(axis=-1)[:, district]


WORLD_OF_READERS: World = READERS.world
HALF = float(np.median(WORLD_OF_READERS.districts.membership))


@pytest.mark.parametrize(
    "written",
    [
        {"components": [{**PER_CONCENTRATOR[0], "where": {"members": {"below": HALF}}}]},
        {"components": [{**PER_CONCENTRATOR[0], "where": {"cluster": "high_cost"}}]},
        {
            "components": [
                {
                    "kind": "shared_center",
                    "per_concentrator": 400,
                    "centers": [{"name": "A center", "where": {"members": {"below": HALF}, "cluster": "high_cost"}}],
                }
            ]
        },
        {"components": PER_CONCENTRATOR, "rules": {"paid_share": 0.6}},
        {"components": PER_CONCENTRATOR, "rules": {"state_share": {"measure": "poverty", "local": 0.4}}},
        {
            "components": PER_CONCENTRATOR,
            "rules": {"differs": [{"where": {"members": {"below": HALF}}, "paid_share": 0.3}]},
        },
        {
            "components": PER_CONCENTRATOR,
            "rules": {"share_cap": {"of": "concentrators"}},
            "appropriation": {"rule": "fixed", "dollars": 20_000},
        },
        {"components": PER_CONCENTRATOR, "rules": {"local_match": 0.5, "match_on": "all_cost"}},
        {
            "components": PER_CONCENTRATOR,
            "rules": {"differs": [{"where": {"members": {"below": HALF}}, "minimum_guarantee": 1e7}]},
        },
    ],
)
def test_a_district_that_reads_the_law_sees_what_one_more_brings(written: dict[str, Any]) -> None:
    line = line_of(**{"appropriation": {"rule": "full"}, "start_year": 2027, **written})
    for district in range(0, len(WORLD_OF_READERS.districts), 3):
        by_law, by_sight = brought(line, district)
        np.testing.assert_allclose(by_sight, by_law, rtol=2e-3, atol=1e-6)


def test_a_share_of_all_cost_is_seen_by_the_participant() -> None:
    line = line_of(
        components=[{"kind": "expenditure_reimbursement", "rate": 0.4, "of": "all_cost"}],
        appropriation={"rule": "full"},
        start_year=2027,
    )
    for district in range(0, len(WORLD_OF_READERS.districts), 3):
        by_law, by_sight = brought(line, district, "participants")
        np.testing.assert_allclose(by_sight, by_law, rtol=2e-3, atol=1e-6)
        assert (by_law >= 0.0).all()


@pytest.mark.parametrize("approval", [{"wait": 1}, {"wait": 3}, {"a_year": 4.0}])
def test_a_price_for_what_is_not_offered_yet_is_seen_less_the_wait(approval: dict[str, Any]) -> None:
    law = {"components": PER_CONCENTRATOR, "appropriation": {"rule": "full"}, "start_year": 2027}
    waiting = believed(READERS, line_of(**law, rules={"approval": approval})).per_concentrator
    at_once = believed(READERS, line_of(**law)).per_concentrator + np.zeros_like(waiting)
    terms = READERS.parameters.beliefs
    discount = 1.0 / (1.0 + terms.discount_rate)
    missed = annuity(discount, np.zeros_like(discount) + approval.get("wait", 1))
    later = 1.0 - missed / annuity(discount, terms.horizon_years)
    offered = READERS.state.sites > 0.0
    np.testing.assert_allclose(waiting, at_once * np.where(offered, 1.0, later), rtol=1e-12)
    assert (waiting <= at_once).all()


def test_a_law_that_pays_for_instructors_hires_more_than_a_lump_of_the_same_money() -> None:
    def sections(paid_for: dict[str, Any]) -> float:
        money = {"rule": "fixed", "dollars": 200_000}
        law = formula_of(line_of(components=[paid_for], appropriation=money, start_year=2027))
        return float(np.mean([step.after.sections.sum(axis=(1, 2)) for step in steps(builders.standing(), law, 5)]))

    by_unit = sections({"kind": "instructor_unit", "dollars": 40_000})
    by_lump = sections({"kind": "per_student", "count": "members", "pot": 200_000})
    assert by_unit > 1.05 * by_lump


def test_what_an_instructor_brings_is_seen_by_the_section() -> None:
    line = line_of(components=[{"kind": "instructor_unit", "dollars": 9_000}], appropriation={"rule": "full"})
    seen = believed(READERS, line).per_instructor
    view = outlook_on(READERS, line).lines["line_0"]
    np.testing.assert_allclose(seen, 9_000 * view.trust * view.marginal * view.lasts + 0.0 * seen)


@pytest.mark.parametrize("approval", [{"wait": 1}, {"wait": 2}, {"a_year": 2.0}])
def test_a_new_program_is_paid_for_once_it_is_approved(approval: dict[str, Any]) -> None:
    line = line_of(
        components=[{"kind": "base", "per_site": 5_000}],
        appropriation={"rule": "full"},
        rules={"approval": approval},
        start_year=2027,
    )
    ensemble = builders.standing()
    run = steps(ensemble, formula_of(line), 5)
    sites = [ensemble.state.sites, *(step.after.sites for step in run)]
    approved = ensemble.state.sites
    for year, step in enumerate(run):
        (ledger,) = step.year.settlement.ledgers.values()
        paid_for = np.minimum(approved, sites[year + 1])
        np.testing.assert_allclose(ledger.paid[..., 0], 5_000 * paid_for.sum(axis=-1), rtol=1e-9)
        if "a_year" in approval:
            waiting = sites[year + 1] - paid_for
            whole = waiting.sum(axis=(1, 2), keepdims=True)
            admitted = np.minimum(approval["a_year"], whole) / np.maximum(whole, 1e-12)
            approved = paid_for + waiting * admitted
        else:
            last = sites[max(year + 2 - approval["wait"], 0) : year + 2]
            approved = np.minimum.reduce(last)


def test_a_match_that_differs_is_told_with_the_spending_that_it_is_measured_on() -> None:
    poor = {"where": {"poverty": {"at_least": 0.25}}, "local_match": 0.0, "minimum_guarantee": 0.0, "paid_share": 1.0}
    rules = {"local_match": 2.0, "match_on": "all_cost", "minimum_guarantee": 5_000, "paid_share": 0.9}
    said = " ".join(describe(bill(PER_CONCENTRATOR, rules={**rules, "differs": [poor]})))
    assert "beyond ordinary courses" not in said
    there = "In districts with 25% or more of children in poverty instead: "
    for lifted in (
        "no minimum is guaranteed.",
        "nothing of a district's own is asked for.",
        "the state pays the whole of each amount.",
    ):
        assert there + lifted in said
    only = bill(PER_CONCENTRATOR, rules={"match_on": "all_cost", "differs": [{**poor, "local_match": 0.5}]})
    assert "for every dollar it is paid, measured on all its CTE cost." in " ".join(describe(only))


def test_a_rule_that_is_lifted_is_said_so_and_one_that_holds_nowhere_is_refused() -> None:
    rural = {"where": {"locale": "rural"}, "growth_cap": None, "carryover": None}
    lifted = bill(PER_CONCENTRATOR, rules={"growth_cap": 0.05, "carryover": 0.1, "differs": [rural]})
    said = " ".join(describe(lifted))
    assert "In rural districts instead: a district's payment may rise by any amount." in said
    assert "In rural districts instead: any part of a payment may be carried over." in said
    also = {"where": {"locale": "rural"}, "lifts": ["growth_cap", "carryover"]}
    assert lifted == bill(PER_CONCENTRATOR, rules={"growth_cap": 0.05, "carryover": 0.1, "differs": [also]})
    for case, wrong in (
        (rural, "growth_cap is lifted by a condition and holds nowhere"),
        ({**also, "growth_cap": 0.1}, "growth_cap is both written and lifted"),
    ):
        with pytest.raises(InputError, match=wrong):
            bill(PER_CONCENTRATOR, rules={"differs": [case]})


def test_cases_of_a_rule_that_holds_nowhere_else_say_so_and_an_earlier_case_goes_first() -> None:
    def said(*cases: dict[str, Any], **rules: Any) -> list[str]:
        told = bill(PER_CONCENTRATOR, rules={**rules, "differs": list(cases)}).lines[0].rules.sentences()
        return [one for one in told if "paid" in one]

    rural, town, small = ({"locale": "rural"}, {"locale": "town"}, {"members": {"below": 100}})
    fifty, hundred = {"maximum_payment": 50_000}, {"maximum_payment": 100_000}
    assert said({"where": rural, **fifty}) == [
        "In rural districts, and nowhere else: no district is paid more than $50,000."
    ]
    assert said({"where": rural, **fifty}, {"where": town, **hundred}) == [
        "In rural districts: no district is paid more than $50,000.",
        "In town districts: no district is paid more than $100,000.",
        "Everywhere else: a district may be paid any amount.",
    ]
    assert said({"where": rural, **fifty}, {"where": small, **hundred}, maximum_payment=1_000_000) == [
        "No district is paid more than $1 million.",
        "In rural districts instead: no district is paid more than $50,000.",
        "In districts with fewer than 100 members in grades 9-12 otherwise: no district is paid more than $100,000.",
    ]
    floors = [{"where": rural, "minimum_guarantee": 5_000}, {"where": town, "minimum_guarantee": 9_000}]
    none = "Everywhere else: no minimum is guaranteed."
    for charters, told in (({}, True), ({"minimum_guarantee_charter": 3_000}, False)):
        rules = {**charters, "differs": floors}
        assert (none in bill(PER_CONCENTRATOR, rules=rules).lines[0].rules.sentences()) is told


def test_a_cluster_is_said_by_its_name_in_the_table_of_the_state() -> None:
    named = Where(cluster=("energy_natural_resources", "education"))
    assert named.words() == "in energy & natural resources and education, and nowhere else"
    assert Where(cluster=("no_such_cluster",)).words() == "in no such cluster, and nowhere else"
    tier = {"kind": "cost_tier", "tiers": [{"clusters": ["healthcare_human_services"], "dollars": 500}]}
    assert "healthcare & human services" in " ".join(describe(bill([tier])))
