"""The fiscal note of a bill that begins after years of current law, changes by later laws and ends: whose each number
is. Worked by hand on made-up results in which every line pays a round sum."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pytest
from fake_results import BASE_YEAR, FakeResults, fake_results, fake_world
from simulated import line_of

from sim.funding.formula import Formula
from sim.funding.reading import formula_from
from sim.report.answer.facts import facts
from sim.report.answer.files import answer_text
from sim.report.compare.headline_table import headline_table
from sim.report.fiscal_note.build import fiscal_notes
from sim.report.fiscal_note.note import Note, NoteTable
from sim.report.fiscal_note.table import PAID, fiscal_note_table
from sim.report.shared.panel import Panel
from sim.report.shared.written import Running, running, successive
from sim.report.stress.measured import _losses as losses_of
from sim.report.stress.shortfall import shortfall
from sim.study.setup.inputs import formula_record

if TYPE_CHECKING:
    from sim.results.results import Results

WORLD = fake_world(25)
DRAWS, HORIZON = 5, 8
FIRST = BASE_YEAR + 2
"""The bill's first year: FY2028, after one year of current law."""

TITLES = {"nextgen_pilot": "NextGen CTE pilot"}


def written(
    name: str, dollars: float, rule: dict[str, Any], start: int, end: int | None, rules: dict[str, Any] | None = None
) -> Any:
    keys: dict[str, Any] = {"start_year": start, **({"sunset_year": end} if end else {}), "rules": rules or {}}
    components = [{"kind": "per_student", "count": "concentrators", "dollars": dollars}]
    return line_of(components=components, appropriation=rule, **keys).model_copy(update={"name": name})


def bill(*lines: Any, takes_effect: int = FIRST) -> Formula:
    return Formula(
        name="aligned", title="A late bill", source="none", year_of_numbers=2026, description="Made up for a test.",
        takes_effect=takes_effect, lines=lines,
    )  # fmt: skip


FULL = {"rule": "full"}
CAP = {"rule": "demand_with_cap", "cap": 1_000_000}
SUM = {"rule": "fixed", "dollars": 2_000_000}
LAWS = bill(
    written("fund", 100.0, FULL, FIRST, FIRST + 1),
    written("extra", 10.0, FULL, FIRST, FIRST),
    written("capped", 50.0, CAP, FIRST, None),
    written("voted", 50.0, SUM, FIRST, FIRST + 1),
    written("fund_2030", 200.0, FULL, 2030, None),
)
"""A fund that a second law doubles in FY2030, an extra of one year, a line up to a cap and a sum of two years."""

PAYS = {"fund": 4e6, "extra": 9e6, "capped": 0.8e6, "voted": 2e6, "fund_2030": 8e6, "nextgen_pilot": 13e6}
"""What each line pays in each of its years; of ``capped`` a million is owed, so that 0.2 million is not paid. Draws add
0 to 4 ten-thousands to the fund of the second law."""


def results_of(law: Formula, formula: str = "aligned", pays: dict[str, float] | None = None) -> "Results":
    """Current law pays its pilot in every year and owes three million more; the bill pays its lines from its first
    year on."""
    made = cast("FakeResults", fake_results(WORLD, draws=DRAWS, horizon=HORIZON, formulas=("status_quo", formula)))
    rows = []
    runs = made.design[["run_id", "formula", "replicate"]]
    for run in runs.itertuples():
        for year in range(BASE_YEAR, BASE_YEAR + HORIZON + 1):
            own = run.formula == formula and year >= law.takes_effect
            names = [line.name for line in law.own_lines if line.active(year)] if own else ["nextgen_pilot"]
            for name in names:
                paid = (PAYS | (pays or {}))[name] + (1e4 * run.replicate if name == "fund_2030" else 0.0)
                owed = paid + {"nextgen_pilot": 3e6, "capped": 0.2e6}.get(name, 0.0)
                rows.append((run.run_id, year, name, owed, paid, paid))
    table = pd.DataFrame(rows, columns=["run_id", "fiscal_year", "line", "entitlement", "appropriation", "paid"])
    table = table.assign(proration=table.paid / table.entitlement, set_aside=0.0, reserve_drawn=0.0, reserve=0.0)
    sums = table.groupby(["run_id", "fiscal_year"])[["entitlement", "appropriation", "paid"]].sum().reset_index()
    state = made.state.drop(columns=["entitlement", "appropriation", "state_cost"])
    state = state.merge(sums.rename(columns={"paid": "state_cost"}), on=["run_id", "fiscal_year"], how="left")
    money = ["entitlement", "appropriation", "state_cost"]
    state[money] = state[money].fillna(0.0)
    state["state_cost_constant"] = state.state_cost / state.price_index
    state["proration"] = np.where(state.entitlement > 0.0, state.state_cost / state.entitlement.clip(lower=1.0), 1.0)
    state["dilution"] = 0.0
    formulas = {name: dict(record) for name, record in made.manifest.formulas.items()}
    record = json.loads(json.dumps(formula_record(law)))
    pilot = {"nextgen_pilot": formulas["status_quo"]["lines"]["nextgen_pilot"]}
    formulas[formula] = {**formulas[formula], **record, "lines": {**record["lines"], **pilot}}
    manifest = replace(made.manifest, formulas=formulas)
    static = made.static.assign(fiscal_year=law.takes_effect)
    return cast("Results", replace(made, manifest=manifest, lines=table, state=state, static=static))


LATE = results_of(LAWS)
(NOTE,) = fiscal_notes(LATE, WORLD)


def rows_of(table: NoteTable) -> dict[str, list[tuple[str, str]]]:
    return {row.cells[0][0]: list(row.cells[1:]) for row in table.rows}


def section(note: Note, heading: str) -> str:
    return " ".join(next(part.paragraphs for part in note.sections if part.heading == heading))


def out_years(note: Note) -> NoteTable:
    (table,) = next(part.tables for part in note.sections if part.heading == "FISCAL IMPLICATIONS")
    return table


def test_the_appropriation_is_the_bills_own_and_nothing_where_a_line_does_not_run() -> None:
    assert {name: [value for value, _ in cells[:3]] for name, cells in rows_of(NOTE.tables[0]).items()} == {
        "fund": ["$0", "as owed", "as owed"],
        "extra": ["$0", "as owed", "$0"],
        "capped": ["$0", "up to $1,000", "up to $1,000"],
        "voted": ["$0", "$2,000", "$2,000"],
    }
    assert "The bill begins in FY2028" in " ".join(NOTE.tables[0].remarks)


def test_laws_one_after_another_have_one_row_in_note_and_table() -> None:
    change = rows_of(NOTE.tables[1])
    assert change["fund"][:4] == [("No fiscal impact", ""), ("$4,000", ""), ("$4,000", ""), ("$8,000", "")]
    assert "fund 2030" not in change
    # 4 + 9 + 0.8 + 2 million less the pilot's 13 in FY2028, then without the extra.
    assert [value for value, _ in change["Total"][:4]] == ["No fiscal impact", "$2,800", "($6,200)", "($3,400)"]
    table = fiscal_note_table(LATE)
    paid = table[(table.formula == "aligned") & (table.table == PAID) & (table.row == "line")]
    assert dict(zip(paid.fiscal_years, paid.in_force, strict=True)) == {
        "FY2027": "current law",
        "FY2028": "formula",
        "FY2029": "formula",
        "FY2027-29": "current law, formula",
    }
    assert sorted(set(paid.program)) == ["NextGen CTE pilot", "capped", "extra", "fund", "voted"]


def test_out_years_sum_the_bills_years_alone() -> None:
    rows = rows_of(out_years(NOTE))
    # From FY2030 on 8 million and 0 to 40 thousand by draw, 0.8 of the capped line; 0.2 of it is not paid.
    assert [value for value, _ in rows["FY2030"]] == ["($4,180)", "$8,820", "$13,000", "$200"]
    # Seven years: 15.8 and 6.8 million, then five of 8.82; the pilot's 91; and 7 times 0.2.
    assert [value for value, _ in rows["7 Year Total"]] == ["($24,300)", "$66,700", "$91,000", "$1,400"]
    assert "all 7 years from FY2028 on" in " ".join(out_years(NOTE).remarks)


def test_no_sentence_gives_current_laws_money_as_the_bills() -> None:
    said = section(NOTE, "FISCAL IMPLICATIONS")
    assert said.startswith("The bill begins in FY2028; in FY2027 current law holds")
    assert "Year by year: +$2.80 million in FY2028 and -$6.20 million in FY2029." in said
    assert "pay $15.8 million in FY2028, $8.82 million in FY2031" in said
    assert "in the place of current law" in said
    assert "NextGen CTE pilot is no longer paid, $13.0 million in FY2028" in said
    # Current law leaves three million unpaid in FY2027, the bill 0.2 in each of its years.
    assert "falls on districts" not in said
    assert "fund ends" not in said
    assert "extra ends after FY2028. voted ends after FY2029." in said


def test_years_that_pay_far_more_or_less_say_what_begins_and_ends() -> None:
    said = section(NOTE, "FISCAL IMPLICATIONS")
    assert "From FY2028 to FY2029 what it pays falls from $15.8 million to $6.80 million: extra has ended." in said
    # From 6.8 to 8.82 million is no half more.
    assert "From FY2029" not in said
    held = bill(
        written("extra", 100.0, FULL, FIRST, FIRST, {"hold_harmless": {"share": 1.0}}),
        written("extra_2029", 100.0, FULL, 2029, 2029),
        written("voted", 50.0, SUM, 2030, None),
    )
    (note,) = fiscal_notes(results_of(held, pays={"extra_2029": 3e6}), WORLD)
    said = section(note, "FISCAL IMPLICATIONS")
    assert (
        "falls from $9.00 million to $3.00 million: extra changes by a later law; no hold harmless any more for" in said
    )
    assert (
        "From FY2029 to FY2030 what it pays falls from $3.00 million to $2.00 million: voted begins; extra has" in said
    )


def test_what_has_no_limit_is_told_by_itself_and_without_what_has_ended() -> None:
    said = section(NOTE, "FISCAL IMPLICATIONS")
    assert (
        "Without a limit are fund and extra: whatever is owed there is paid, which comes to $8.00 million to "
        "$8.04 million in FY2031 (extra does not run then). What is voted limits what capped and voted pay." in said
    )


def test_what_is_voted_and_not_paid_out_is_told() -> None:
    assert "not paid out" not in section(NOTE, "FISCAL IMPLICATIONS")
    made = cast("FakeResults", LATE)
    lines = made.lines.copy()
    lines.loc[lines.line == "voted", ["paid", "entitlement"]] = 0.5e6
    (note,) = fiscal_notes(cast("Results", replace(made, lines=lines)), WORLD)
    assert (
        "Voted and not paid out, so that it stays with the state: $1.50 million of $2.00 million for voted in FY2028."
        in section(note, "FISCAL IMPLICATIONS")
    )


def test_the_static_score_stands_beside_what_the_same_year_pays() -> None:
    # Districts were not stored in FY2028, as in a run of ten years; the state's lines were.
    made = cast("FakeResults", LATE)
    (note,) = fiscal_notes(
        cast("Results", replace(made, districts=made.districts[made.districts.fiscal_year != FIRST])), WORLD
    )
    said = section(note, "ASSUMPTIONS AND UNCERTAINTY")
    assert "by the rules of FY2028, its first year that pays" in said
    assert "as they answer it pays them $15.8 million in FY2028" in said
    assert "in FY2027" not in said


def test_sums_caps_and_amounts_without_an_index_are_told_from_their_first_year_on() -> None:
    said = section(NOTE, "TECHNICAL ISSUES")
    assert "Not indexed: the cap of capped ($1.00 million) buys" in said
    assert "less in FY2034 than in FY2028, at the prices" in said
    # What ends before the fifth year is told for its last year, and not at all where that is its first.
    assert "what is voted for voted ($2.00 million) buys" in said
    assert "less in FY2029 than in FY2028, at the prices" in said
    assert "extra" not in said
    assert "the dollar amounts by which fund is reckoned buy" in said
    assert "than in FY2030." in said
    rising = bill(written("capped", 50.0, CAP | {"indexed": True}, FIRST, None, {"indexation": "prices"}))
    (note,) = fiscal_notes(results_of(rising), WORLD)
    assert section(note, "TECHNICAL ISSUES") == "None were found."
    for rise, told in ((0.5, False), (0.001, True)):
        fast = bill(written("capped", 50.0, CAP | {"yearly_rise": rise}, FIRST, None, {"yearly_rise": rise}))
        (note,) = fiscal_notes(results_of(fast), WORLD)
        assert ("Not indexed" in section(note, "TECHNICAL ISSUES")) == told


def test_spans_say_from_when_on_the_bill_holds() -> None:
    assert "In FY2027-31 (the bill begins in FY2028)" in section(NOTE, "PERFORMANCE IMPLICATIONS")
    text = answer_text(LATE)
    assert "Not under the bill: A late bill before FY2028 (current law)." in text
    assert "A late bill holds in FY2028-31" in " ".join(headline_table(LATE).split())
    # The bill pays 0.95 or more of what it owes, current law 13 of 16 million.
    assert "A late bill from FY2027" not in text
    found = facts(LATE, "baseline")
    assert found.paid[1].first is None
    assert found.paid[1].part == 0.0


def test_a_bill_that_ends_says_that_nothing_comes_back() -> None:
    ending = bill(written("voted", 50.0, SUM, FIRST, 2030))
    results = results_of(ending)
    (note,) = fiscal_notes(results, WORLD)
    said = section(note, "FISCAL IMPLICATIONS")
    assert "The whole bill ends after FY2030. In the estimate current law does not come back: from FY2031 on" in said
    assert "after FY2030 (nothing paid)" in " ".join(answer_text(results).split())
    assert "ends after FY2030)" in section(note, "PERFORMANCE IMPLICATIONS")
    assert "FY2029" in section(note, "SIGNIFICANT ISSUES")
    assert "FY2031 than" not in section(note, "SIGNIFICANT ISSUES")


def test_a_bill_that_begins_after_the_years_of_the_note_gives_its_first_year() -> None:
    later = bill(written("voted", 50.0, SUM, 2031, None), takes_effect=2031)
    (note,) = fiscal_notes(results_of(later), WORLD)
    assert rows_of(note.tables[0]) == {
        "The bill makes no appropriation before FY2031": [*[("NFI", "")] * 3, ("", ""), ("", "")]
    }
    said = section(note, "FISCAL IMPLICATIONS")
    assert (
        "No fiscal impact in FY2027-29, before the bill begins. In FY2031, its first year, it moves what the state"
        in said
    )
    assert "by -$11.0 million" in said
    # A line of current law that the bill goes on with is current law's vote until then.
    kept = bill(written("nextgen_pilot", 50.0, SUM, 2031, None), takes_effect=2031)
    (other,) = fiscal_notes(results_of(kept), WORLD)
    assert list(rows_of(other.tables[0])) == ["The bill makes no appropriation before FY2031"]
    rows = rows_of(out_years(note))
    assert rows["FY2030"] == [("No fiscal impact", ""), ("not begun", ""), ("$13,000", ""), ("not begun", "")]
    assert rows["4 Year Total"][1] == ("$8,000", "")


def test_a_bill_that_begins_at_once_and_has_no_end_says_none_of_that() -> None:
    plain = bill(written("voted", 50.0, SUM, BASE_YEAR + 1, None), takes_effect=BASE_YEAR + 1)
    results = results_of(plain)
    (note,) = fiscal_notes(results, WORLD)
    text = " ".join(note.texts())
    for words in ("begins in", "does not come back", "not begun", "(the bill"):
        assert words not in text
    assert "Not under the bill" not in answer_text(results)
    assert "holds in" not in headline_table(results)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([("a", None, 2029), ("a_2030", 2030, None)], {"a_2030": "a"}),
        ([("a", None, 2030), ("a_2030", 2030, None)], {}),
        ([("a", None, None), ("a_2030", 2030, None)], {}),
        ([("a", None, 2029), ("b_2030", 2030, None)], {}),
        ([("a", None, 2029), ("a_2031", 2030, None)], {}),
        ([("a", None, 2029), ("a_2030", 2030, 2031), ("a_2032", 2032, None)], {"a_2030": "a", "a_2032": "a"}),
        ([("x" * 60, None, 2029), (f"{'x' * 55}_2030", 2030, None)], {f"{'x' * 55}_2030": "x" * 60}),
    ],
)
def test_a_line_goes_on_from_one_of_an_earlier_law_that_has_ended(
    lines: list[tuple[str, int | None, int | None]], found: dict[str, str]
) -> None:
    content = [
        {"name": name, "start_year": start, "sunset_year": end, "fund": "General Fund", "recurring": True}
        for name, start, end in lines
    ]
    assert successive({"content": {"lines": content}}) == found
    other_fund = [line | ({"fund": "Lottery"} if place else {}) for place, line in enumerate(content)]
    assert "x" not in successive({"content": {"lines": other_fund[:2]}})
    assert successive({"content": {"lines": other_fund[:2]}}) == {}


@pytest.mark.parametrize(
    ("takes_effect", "ends", "found"),
    [
        (2000, [None], Running(2027)),
        (2029, [None, 2031], Running(2029)),
        (2029, [2030, 2031], Running(2029, 2031)),
        (2027, [2026], Running(2027)),
    ],
)
def test_from_when_to_when_a_formula_holds(takes_effect: int, ends: list[int | None], found: Running) -> None:
    lines = [{"name": f"l{n}", "sunset_year": end} for n, end in enumerate(ends)]
    held = running({"content": {"takes_effect": takes_effect, "lines": lines}}, 2026)
    assert held == found
    assert running({}, 2026) == Running(2027)
    assert held.holds(np.array([2026, 2035])).tolist() == [False, found.ends is None]


def test_what_lines_without_a_limit_pay_is_no_part_of_a_shortfall() -> None:
    panel = Panel(LATE)
    assert panel.in_force(1).tolist() == [False, False, *[True] * 7]
    free = panel._without_limit()
    assert isinstance(free, np.ndarray)
    # FY2028: the fund and the extra, which are paid what they owe; not the sum that is voted, though all of it is paid,
    # nor the capped line, which is short; nothing of current law's.
    assert free[1, :, 2].tolist() == [13e6] * DRAWS
    assert not free[0].any()


def test_the_worst_year_of_a_bill_is_one_of_its_own() -> None:
    earlier = bill(written("voted", 50.0, SUM, FIRST, None))
    panel = Panel(results_of(earlier))
    prices = panel.state("price_index")[1][:, 2]
    found = shortfall(panel, panel, 1)
    # Current law pays 13 of 16 million in FY2027; the bill two, all that it owes, which is dearest in its first year.
    np.testing.assert_allclose(found.worst_cost, 2e6 / prices)
    assert not found.worst_shortfall.any()
    assert found.lowest_share.tolist() == [1.0] * DRAWS
    assert not found.short.any()
    law, own = losses_of(panel, simulated=False)
    assert law.unpaid[:, 0].min() > 0.0
    assert not own.unpaid.any()
    assert not own.state[:, 0].any()
    np.testing.assert_allclose(own.state[:, 1], 2e6 / prices)


def test_laws_of_a_file_that_change_a_line_are_known_as_one() -> None:
    """As they are read and kept: the names that the laws of a file get are those that are looked for."""
    first, then = ({"name": "x" * 58, "components": [{"kind": "base", "per_school": d}]} for d in (100, 200))
    other = {"name": "other", "components": [{"kind": "base", "per_district": 50}], "appropriation": FULL}
    header = {"title": "Laws", "source": "s", "year_of_numbers": 2026, "description": "d", "also": []}
    laws = [
        {"from": 2028, "lines": [first | {"appropriation": FULL}, other]},
        {"from": 2030, "lines": [then | {"appropriation": FULL}, other]},
    ]
    record = json.loads(json.dumps(formula_record(formula_from({**header, "laws": laws}, "laws.yaml", "laws", {}))))
    (head,) = set(successive(record).values())
    assert head == "x" * 58
    assert running(record, 2026) == Running(2028)
    assert len(record["lines"]) == 3
