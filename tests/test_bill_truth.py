"""What a checked bill says of its money is true: each sentence in worlds that differ in one thing, numbers by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.arrays import Array
from sim.funding.formula import Formula, describe
from sim.funding.reading import formula_from
from sim.report.bill import answer, text
from sim.report.bill.tables import LineRow
from sim.study.bill.static_score import Position

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


def test_notes_under_the_table_name_a_line_by_its_title_and_a_single_one_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [row([9e6, 9e6, 9e6, 13e6], 12e6, "one", "Grants of one kind"), row([1e6] * FOUR, np.inf, "two")]

    def notes(*own: LineRow) -> list[str]:
        monkeypatch.setattr(text, "line_rows", lambda check: list(own))
        monkeypatch.setattr(text, "overlaps", lambda formula, world: [])
        lines = [SimpleNamespace(name=one.name, title=one.title, seg="outside") for one in own]
        check: Any = SimpleNamespace(
            formula=SimpleNamespace(own_lines=lines, expected_base_year_entitlement=None),
            bill=SimpleNamespace(fiscal_year=2027, own_lines=lines),
            world=SimpleNamespace(base_year=2026),
            central_entitlement=None,
        )
        return text._remarks(check)

    assert notes(rows[0]) == [
        "The appropriation is short in 25% of draws, by $250,000 on average over all draws.",
        "The appropriation has $2.25M that would not be paid out on average.",
    ]
    assert notes(*rows)[0].startswith("Grants of one kind: the appropriation is short in 25% of draws")


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
        "No district with a pathway is owed less than 95% of its base-year payment for 4 years, before proration."
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
