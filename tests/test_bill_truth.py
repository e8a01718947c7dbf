"""What a checked bill says of its money is true: each sentence in worlds that differ in one thing, numbers by hand."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_world import small_world, some_counts

from sim.arrays import Array
from sim.funding.allocation import STAGES
from sim.funding.components.component import part_in_words
from sim.funding.formula import Formula, describe
from sim.funding.reading import formula_from
from sim.funding.reserve import ReserveYear
from sim.report.bill import answer, cliff_words, held, printed, remarks, shortfall, text
from sim.report.bill.tables import LineRow, appropriated
from sim.report.shared.plain_table import plain_table
from sim.states.speaking import state_words
from sim.study.bill.bridge import rule_words
from sim.study.bill.disparity import Disparity
from sim.study.bill.idle_limits import Held
from sim.study.bill.static_score import Position
from sim.study.bill.unpaid_centers import unpaid_centers

FOUR = 4
"""Draws of the made-up prices."""


def row(owed: list[float], voted: float, name: str = "bill", title: str = "") -> LineRow:
    """A line that owes so much in four draws and is paid as far as what was voted goes."""
    each: Array = np.array(owed)
    return LineRow(name, title or name, each, each, np.full(FOUR, voted), np.minimum(each, voted))


def money_said(monkeypatch: pytest.MonkeyPatch, *rows: LineRow) -> list[str]:
    """What the answer says of the appropriation of such lines."""
    monkeypatch.setattr(answer, "line_rows", lambda check: list(rows))
    check: Any = SimpleNamespace(origin=SimpleNamespace(draws=FOUR))
    return answer._short(check)


def test_money_that_is_short_in_some_draws_and_left_over_in_others_is_told_in_both_directions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Owed $9, $9, $9 and $13 million of $12 million voted: $1 million is missing in one draw of four, $0.25 million on
    average, and $3 million are left in three, $2.25 million on average."""
    short, left = money_said(monkeypatch, row([9e6, 9e6, 9e6, 13e6], 12e6))
    assert short.startswith("Its appropriation is short in 25% of draws: of $10.0M (")
    assert short.endswith(" owed, $250,000 is not paid on average over all draws.")
    assert left == "Of its appropriation of $12.0M, $2.25M would not be paid out on average."


def test_money_that_is_short_in_every_draw_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = money_said(monkeypatch, row([14e6, 14e6, 16e6, 16e6], 12e6))
    assert said.startswith("Its appropriation is short by $3.00M of $15.0M (")


@pytest.mark.parametrize(("owed", "told"), [(12e6, False), (11.9e6, False), (11.7e6, True)])
def test_what_is_left_over_is_told_from_a_hundredth_of_what_was_voted(
    monkeypatch: pytest.MonkeyPatch, owed: float, told: bool
) -> None:
    said = money_said(monkeypatch, row([owed] * FOUR, 12e6))
    assert said == (["Of its appropriation of $12.0M, $300,000 would not be paid out."] if told else [])


def test_a_line_paid_in_full_hides_nothing_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = money_said(monkeypatch, row([5e6] * FOUR, np.inf, "full"), row([2e6] * FOUR, 3e6, "capped"))
    assert said == "Of its appropriation of $3.00M, $1.00M would not be paid out."


def test_a_shortage_is_told_of_the_lines_that_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """$40 million that are paid in full say nothing of what a line of $1 million is short of."""
    full, large = row([40e6] * FOUR, np.inf, "fund"), row([2e6] * FOUR, 3e6, "grants")
    rows = [full, row([2e6] * FOUR, 1e6, "credentials"), large]
    first, second = money_said(monkeypatch, *rows)
    assert first == "The appropriation of credentials is short by $1.00M of $2.00M owed."
    assert second == "Of its appropriation of $4.00M, $1.00M would not be paid out on average."
    both = money_said(monkeypatch, *rows[:2], row([5e6] * FOUR, 4e6, "grants"))
    assert both == ["The appropriations of credentials and grants are short by $2.00M of $7.00M owed."]


@pytest.mark.parametrize(("owed", "voted", "left"), [(2.22e6, 2.22e6, 0.0), (7e6, 5e6, 0.0)])
def test_a_cap_on_demand_leaves_nothing_over(owed: float, voted: float, left: float) -> None:
    """Up to $5 million are paid: of $2.22 million owed that much is appropriated, of $7 million the cap."""
    formula = bill(appropriation={"rule": "demand_with_cap", "cap": 5_000_000})
    fixed = bill(appropriation={"rule": "fixed", "dollars": 5_000_000})
    ledger: Any = SimpleNamespace(owed=np.full((FOUR, 1, 1), owed))
    of = [appropriated(one.lines[0], ledger, np.full((FOUR, 1, 1), 5e6)) for one in (formula, fixed)]
    assert of[0].mean() == voted
    assert of[1].mean() == 5e6
    line = replace(row([owed] * FOUR, 5e6), appropriation=of[0][:, 0, 0])
    assert shortfall.left_over(line).mean() == left


def test_notes_under_the_table_name_a_line_by_its_title_and_a_single_one_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [row([9e6, 9e6, 9e6, 13e6], 12e6, "one", "Grants of one kind"), row([1e6] * FOUR, np.inf, "two")]

    def notes(*own: LineRow) -> list[str]:
        monkeypatch.setattr(remarks, "line_rows", lambda check: list(own))
        monkeypatch.setattr(remarks, "overlap_sentences", lambda check: [])
        lines = [SimpleNamespace(name=one.name, called=one.title, seg="outside", reserve=None) for one in own]
        check: Any = SimpleNamespace(
            formula=SimpleNamespace(own_lines=lines, expected_base_year_entitlement=None),
            bill=SimpleNamespace(fiscal_year=2027, own_lines=lines),
            world=SimpleNamespace(base_year=2026),
            central_entitlement=None,
            falls=(),
            as_drawn={},
        )
        return remarks.remarks(check)

    assert notes(rows[0]) == [
        "The appropriation is short in 25% of draws, by $250,000 on average over all draws.",
        "The appropriation has $2.25M that would not be paid out on average.",
    ]
    assert notes(*rows)[0].startswith("Grants of one kind: the appropriation is short in 25% of draws")


def test_what_a_reserve_gives_and_keeps_is_told() -> None:
    lines = [SimpleNamespace(name="one", called="Grants", reserve=object()), SimpleNamespace(name="two", reserve=None)]

    def said(drawn: float, kept: float, held: float, several: bool = True) -> list[str]:
        year = ReserveYear(drawn=np.full(FOUR, drawn), refilled=np.full(FOUR, kept), balance=np.full(FOUR, held))
        priced = SimpleNamespace(own_lines=lines[: 2 if several else 1], ledgers={"one": SimpleNamespace(reserve=year)})
        check: Any = SimpleNamespace(bill=priced)
        return shortfall.reserve_sentences(check)

    assert said(2.21e6, 0.0, 2.79e6, several=False) == [
        "The payments draw $2.21M from the reserve; it then holds $2.79M."
    ]
    assert said(1e6, 0.0, 0.0) == ["The payments draw $1.00M from the reserve of Grants; it is then empty."]
    assert said(0.0, 3e6, 5e6) == [
        "$3.00M of what is not paid out stays in the reserve of Grants; it then holds $5.00M."
    ]
    assert said(0.0, 0.0, 5e6) == []


EACH = {"kind": "per_student", "count": "concentrators", "dollars": 900}


def bill(**keys: Any) -> Formula:
    header = {"title": "A bill", "source": "s", "year_of_numbers": 2026, "description": "d", "also": []}
    usual = {"components": [EACH], "appropriation": {"rule": "full"}}
    return formula_from({**header, **({} if "lines" in keys else usual), **keys}, "bill.yaml", "bill", {})


RURAL = {"where": {"locale": "rural"}}


@pytest.mark.parametrize(
    ("keys", "money"),
    [
        ({}, "money restricted to CTE"),
        ({"oversight": "general"}, "general money without strings"),
        ({"oversight": "general", "rules": {"spend_on_cte": 0.85}}, "general money, 85% of it for CTE"),
        (
            {"oversight": "general", "rules": {"differs": [{**RURAL, "spend_on_cte": 0.85}]}},
            "general money, a part of it for CTE",
        ),
        ({"oversight": "general", "rules": {"carryover": 0.1}}, "general money under rules"),
        ({"oversight": "general", "rules": {"local_match": 1}}, "general money under rules"),
        ({"oversight": "general", "rules": {"maintenance_of_effort": {}}}, "general money under rules"),
        ({"oversight": "general", "rules": {"differs": [{**RURAL, "carryover": 0.1}]}}, "general money under rules"),
        ({"oversight": "general", "rules": {"growth_cap": 0.1}}, "general money without strings"),
    ],
)
def test_money_is_called_without_strings_only_where_no_rule_ties_it(keys: dict[str, Any], money: str) -> None:
    assert f"A bill (recurring, General Fund, {money}):" in describe(bill(**keys))


def test_a_floor_is_said_to_hold_before_proration() -> None:
    said = describe(bill(rules={"hold_harmless": {"share": 0.95, "years": 4}}))
    assert (
        "No district with a pathway is owed, before proration, less than 95% of its base-year payment for 4 years."
    ) in said


def test_what_counts_without_being_paid_is_not_told_as_money() -> None:
    stake = {"kind": "accountability", "count": "credentials", "strength": 120}
    full = {"appropriation": {"rule": "full"}}
    said = describe(
        bill(
            lines=[
                {"name": "report_card", "components": [stake], **full},
                {"name": "money", "components": [EACH], **full},
            ]
        )
    )
    at = said.index("report card (a rule without money):")
    assert said[at + 1].endswith("nothing is paid.")
    assert said[at + 2] == "It holds from FY2027 on."
    assert said[at + 3] == "money (recurring, General Fund, money restricted to CTE):"
    beside = describe(bill(components=[stake, EACH]))
    assert "Whatever is owed is paid in full." in beside
    assert "It pays from FY2027 on." in beside


@pytest.mark.parametrize(
    ("oversight", "spend", "told"),
    [
        ("general", 0.6, " Of the bill's money only 60% ($6.00M) must be spent on CTE; the rest is general money."),
        ("general", None, " Of the bill's money none must be spent on CTE; it is general money."),
        ("categorical", None, None),
        ("general", 1.0, None),
    ],
)
def test_what_is_meant_for_pathways_is_not_said_to_be_held_to_them(
    oversight: str, spend: float | None, told: str | None
) -> None:
    """Two districts are paid $4 and $6 million."""
    rules = {"rules": {"spend_on_cte": spend}} if spend is not None else {}
    formula = bill(oversight=oversight, **rules)
    paid = np.array([[[4e6], [6e6]]])
    ledgers: Any = {"bill": SimpleNamespace(paid=paid)}
    offers: Any = {"bill": SimpleNamespace(line=formula.lines[0])}
    position = Position(2027, offers, {}, ledgers, paid * 0.0, paid * 0.0)
    check: Any = SimpleNamespace(
        bill=position, law=position, members=paid[..., 0], formula=formula, current_law=formula
    )
    said = text.pathway_sentence(check)
    assert said.startswith("Of what districts are paid, 100% is meant for pathways under the bill ($10.0M)")
    if told is None:
        assert "must be spent" not in said
    else:
        assert told in said


def test_money_taken_from_other_units_is_paid_and_then_taken_off() -> None:
    """Two districts are paid $4 and $6 million, of which each loses $3 million of its other units; now nothing."""
    formula = bill()
    paid = np.array([[[4e6], [6e6]]])

    def position(moved: float) -> Position:
        ledgers: Any = {"bill": SimpleNamespace(paid=paid)}
        offers: Any = {"bill": SimpleNamespace(line=formula.lines[0])}
        return Position(2027, offers, {}, ledgers, paid * 0.0 + moved, paid * 0.0)

    def check(moved: float) -> Any:
        sides = {"bill": position(moved), "law": SimpleNamespace(net=lambda: paid * 0.0)}
        world = SimpleNamespace(base_year=2026)
        return SimpleNamespace(**sides, members=paid[..., 0], formula=formula, current_law=formula, world=world)

    def state(change: float) -> Any:
        return SimpleNamespace(change=SimpleNamespace(mean=change, low=change, high=change))

    units = state_words().other_units
    said = answer._paid(check(3e6), state(4e6))
    assert f"are paid $10.0M under the rules of FY2027, of which $6.00M is taken from {units}, which is no" in said
    assert "That leaves $4.00M, $4.00M more than under" in said
    assert text._less_taken(check(3e6)) == f"; Bill and Change are less what {units} lose"
    plain = answer._paid(check(0.0), state(1e7))
    assert "are paid $10.0M under the rules of FY2027, $10.0M more than under" in plain
    assert "taken" not in plain + text._less_taken(check(0.0))


CENTERS = {
    "kind": "shared_center",
    "centers": [{"name": "North", "where": {"region": "N"}}, {"name": "South", "where": {"region": "S"}}],
    "per_center": 1_000,
    "least_districts": 2,
    "largest_share": 0.6,
}


def priced(formula: Formula, participants: list[list[float]], *bounds: Held) -> Any:
    """A check of a bill over four districts, two in each region, with participants by draw and district."""
    world = small_world(4, regions=["N", "N", "S", "S"])
    counts = replace(some_counts(1, (), 4), participants=np.array(participants)[..., np.newaxis])
    names = [line.name for line in formula.lines]
    offers: Any = {line.name: SimpleNamespace(line=line) for line in formula.lines}
    position = Position(2027, offers, dict.fromkeys(names, counts), {}, np.zeros((1, 1)), np.ones((1, 1)))
    draws = len(participants)
    return SimpleNamespace(
        formula=formula,
        world=world,
        bill=position,
        law=position,
        cliffs=(),
        origin=SimpleNamespace(draws=draws),
        held=bounds,
        unpaid_centers=tuple(unpaid_centers(position, world, draws)),
    )


def test_a_center_that_is_not_paid_is_told_with_the_draws_and_the_reason() -> None:
    """In the North both send half; in the South one sends 60%, 70% and, alone, everything."""
    check = priced(bill(components=[CENTERS]), [[10, 10, 6, 4], [10, 10, 7, 3], [10, 10, 10, 0]])
    assert held.centers_in_short(check) == ["South: paid in 1 of 3 draws."]
    assert held.center_sentences(check) == [
        "South is paid in 1 of 3 draws: in 1 fewer than 2 districts send students and in 2 one district sends more "
        "than 60% of its participants, on average D3 with the most, 77%."
    ]
    never = priced(bill(components=[CENTERS]), [[10, 10, 7, 3], [9, 1, 8, 2]])
    assert held.centers_in_short(never) == ["North: paid in 1 of 2 draws.", "South: paid in none of 2 draws."]
    assert held.centers_in_short(priced(bill(components=[CENTERS]), [[10, 10, 5, 5]])) == []


def test_a_center_is_told_as_its_component_and_line_reach_it() -> None:
    """Without the fourth district, whom the line leaves out, the South has one that sends students."""
    check = priced(bill(components=[CENTERS], where={"unless": {"district": "D4"}}), [[10, 10, 5, 5]])
    assert held.centers_in_short(check) == ["South: paid in no draw."]


@pytest.mark.parametrize(
    ("rules", "name"),
    [
        ({"share_cap": {"share": 0.12}}, "share cap"),
        ({"local_match": 1}, "local share"),
        ({"carryover": 0.1}, "carry-over"),
        ({"share_cap": {"share": 0.1}, "maintenance_of_effort": {}}, "effort and share cap"),
        ({"differs": [{**RURAL, "local_match": 1}], "carryover": 0.1}, "local share and carry-over"),
    ],
)
def test_a_step_is_called_by_the_rules_that_are_written(rules: dict[str, Any], name: str) -> None:
    assert rule_words("matched", [bill(rules=rules).lines[0].rules]) == name
    assert rule_words("capped", [bill(rules=rules).lines[0].rules]) == "growth cap"


def test_a_long_cause_is_told_by_its_first_words() -> None:
    """What a bill says of many tiers stands in the bill; beside a cliff its beginning is enough."""
    short = "$45 for every participant."
    assert cliff_words._first_words(short) == short
    said = cliff_words._first_words("; ".join(f"{dollars} for every participant in cluster" for dollars in range(40)))
    assert len(said) <= cliff_words.FIRST_SAID + len(" ...")
    assert said.startswith("0 for every participant in cluster; 1 for")
    assert said.endswith(" ...")


def test_a_rule_that_moves_no_payment_of_the_bill_is_called_current_law_s() -> None:
    """A step that a bill makes which takes nothing by a rule is what the law's own no longer takes."""
    law = SimpleNamespace(short="the law", title="")

    def named(step: str, **stages: float) -> str:
        owed = {name: np.full((2, 3, 1), stages.get(name, 1_000.0)) for name in STAGES}
        check: Any = SimpleNamespace(bill=SimpleNamespace(stage=owed.get), current_law=law)
        return text._step(check, step, [])

    assert named("entitlement") == "limits of the law"
    assert named("entitlement", claimed=1_200.0) == "limits"
    assert named("paid") == "proration of the law"
    assert named("paid", paid=900.0) == "proration"
    assert named("prices") == "prices"


def test_whom_a_cap_owes_less_is_told_whatever_a_step_of_a_count_shows() -> None:
    """D1 is owed $7 million less on average over two draws and D2 half a million."""
    capped = bill(rules={"share_cap": {"share": 0.2}})
    bound = Held("bill", "share cap", np.array([7e6, 5e5, 0.0, 0.0]))
    check = priced(capped, [[10, 10, 6, 4], [10, 10, 6, 4]], bound)
    said = [
        "share cap: 2 districts and charters are owed $7.50M less than without it, on average over draws: D1 $7.00M; "
        "D2 $500,000."
    ]
    assert held.held_sentences(check) == said
    check.cliffs = (SimpleNamespace(line="bill", cause="share cap", kind="unpaid"),)
    assert held.held_sentences(check) == said
    alone = priced(capped, [[10, 10, 6, 4]], replace(bound, dollars=np.array([7e6, 0.0, 0.0, 0.0])))
    assert held.held_sentences(alone) == [
        "share cap: 1 district or charter is owed $7.00M less than without it: D1 $7.00M."
    ]


def test_proration_by_tier_says_what_is_paid_last_only_where_there_is_something_else() -> None:
    bonus = {"kind": "credential_bonus", "dollars": {1: 100, 3: 700}}
    by_tier = {"rules": {"proration": "by_tier"}, "appropriation": {"rule": "fixed", "dollars": 900_000}}
    alone = describe(bill(components=[bonus], **by_tier))
    assert "When money is short, credentials of the most valuable tier are paid first." in alone
    beside = describe(bill(components=[bonus, EACH], **by_tier))
    assert "When money is short, credentials are paid last, the most valuable tier first." in beside


def test_the_condition_of_a_weight_stands_beside_the_weight() -> None:
    weight = {"kind": "seg_weight", "count": "concentrators", "weight": 0.2, "funded": True}
    (said,) = [one for one in describe(bill(components=[{**weight, "where": {"locale": "rural"}}])) if "0.2" in one]
    assert re.fullmatch(r"0.2 .+ for every concentrator in rural districts; .+ grows by their worth\.", said)
    (everywhere,) = [one for one in describe(bill(components=[weight])) if "0.2" in one]
    assert re.fullmatch(r"0.2 .+ for every concentrator, .+ grows by their worth\.", everywhere)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1 / 6, "1/6"),
        (0.167, "about 1/6"),
        (0.5, "1/2"),
        (0.19, "19%"),
        (0.0294, "2.94%"),
        (1.0, "100%"),
        (0.75, "3/4"),
    ],
)
def test_a_share_of_full_time_is_told_as_a_fraction_that_people_know(share: float, words: str) -> None:
    assert part_in_words(share) == words


def test_a_share_is_told_as_it_is_written() -> None:
    (said,) = [one for one in describe(bill(components=[{**EACH, "eligible_share": 0.572}])) if "concentrator" in one]
    assert said == "$900 for every concentrator (57.2% of them)."


def test_a_share_that_must_be_spent_on_cte_makes_the_rest_money_without_strings() -> None:
    asked = bill(components=[EACH], rules={"spend_on_cte": 0.9})
    assert asked.lines[0].oversight == "general"
    assert any("general money, 90% of it for CTE" in said for said in describe(asked))
    cases = {"differs": [{**RURAL, "spend_on_cte": 0.5}]}
    assert bill(components=[EACH], rules=cases).lines[0].oversight == "general"
    held = bill(components=[EACH], oversight="categorical", rules={"spend_on_cte": 0.9})
    assert "At least 90% of a payment is spent on CTE; of restricted money all is." in describe(held)
    later = describe(bill(components=[EACH], restricted_to=2030, rules={"spend_on_cte": 0.55}), 2026)
    assert "It is restricted to CTE up to FY2030, and 55% of it afterwards." in later
    assert "FY2031: what the formula pays is held to CTE by 55% alone." in later
    assert bill(components=[EACH]).lines[0].oversight == "categorical"


def test_what_ends_and_what_begins_in_a_year_are_told_apart() -> None:
    each = {"components": [EACH], "appropriation": {"rule": "full"}}
    more = {"components": [{**EACH, "dollars": 950}], "appropriation": {"rule": "full"}}
    written = {"title": "A bill", "source": "s", "year_of_numbers": 2026, "description": "d", "also": []}
    laws = formula_from(
        {**written, "laws": [{"from": 2027, **each}, {"from": 2030, "sunset_year": 2040, **more}]}, "b", "b", {}
    )
    said = describe(laws, 2026)
    assert "FY2030: A bill (law of FY2030) takes the place of A bill." in said
    assert "FY2041: A bill (law of FY2030) has ended." in said, "the last law may end too"


def test_a_table_without_room_for_a_column_says_so_and_where_it_is() -> None:
    wide = [[(f"Heading {number}" + "x" * 20, "below") for number in range(5)], [("v", "")] * 5]
    said = printed._printed(wide)
    assert said.splitlines()[-1].endswith("stand in bill.csv.")
    assert "No room here for Heading 2" + "x" * 20 + " below and Heading 3" in " ".join(said.split())
    assert "No room" not in printed._printed([row[:2] for row in wide])


def test_no_word_of_a_name_is_broken_in_a_table_of_80_columns() -> None:
    name = "credential bonus management entrepreneurship"
    table = plain_table([[("Component", "")] + [("1" * 15, "")] * 4, [(name, "")] + [("2" * 15, "")] * 4], 80)
    assert "entrepreneurship" in table


def test_a_ratio_that_is_none_says_why() -> None:
    assert text._disparity((Disparity(0.0, 10.0), Disparity(2.0, 10.0))) == (
        "n/a, as in some draws the 5th percentile is not above zero ($1.00 at the 5th and $10.0 at the 95th percentile)"
    )
    assert text._disparity((Disparity(0.0, 10.0),)) == (
        "n/a, as the 5th percentile is not above zero ($0 at the 5th and $10.0 at the 95th percentile)"
    )
    assert text._disparity((Disparity(5.0, 10.0),)).startswith("100% ($5.00 at the 5th")


def test_a_minimum_says_over_what_it_is_an_average() -> None:
    pays = {"kind": "base", "per_district": 1, "per_school": 2, "per_site": 3, "minimum_concentrators": 10}
    said = " ".join(describe(bill(components=[pays])))
    least = "at least 10 concentrators on average over"
    assert f"$1 for every district with a pathway and {least} its high schools with one." in said
    assert f"$2 for every high school with a pathway and {least} the district's high schools with one." in said
    assert f"$3 for every pathway at a high school with {least} the district's sites of that cluster." in said
