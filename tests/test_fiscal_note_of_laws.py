"""The fiscal note on laws one after another: in whose dollars its amounts are, and which law a sentence names."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from fake_results import BASE_YEAR, FakeResults
from simulated import line_of
from test_answer import CURRENT, Law, made_up, with_twin
from test_fiscal_note_of_late_bills import (
    CAP,
    FIRST,
    FULL,
    LATE,
    SUM,
    WORLD,
    bill,
    results_of,
    rows_of,
    section,
    written,
)  # fmt: skip

from sim.report.answer.facts import facts
from sim.report.answer.text import answer_lines, answer_table
from sim.report.fiscal_note.build import fiscal_notes
from sim.report.fiscal_note.note import Note
from sim.report.shared.written import title_of_laws

if TYPE_CHECKING:
    from sim.results.results import Results


def note_of(results: "Results") -> Note:
    (note,) = fiscal_notes(results, WORLD)
    return note


def titled(name: str, title: str, *args: Any, **keys: Any) -> Any:
    return written(name, *args, **keys).model_copy(update={"title": title})


def at_prices(results: "Results", times: float) -> "Results":
    """The same nominal dollars in a world in which prices after the base year are so many times as high."""
    made = cast("FakeResults", results)
    after = made.state.fiscal_year > BASE_YEAR
    index = made.state.price_index.where(~after, times * made.state.price_index)
    constant = made.state.state_cost / index
    state = made.state.assign(price_index=index, state_cost_constant=constant)
    return cast("Results", replace(made, state=state))


def test_amounts_are_nominal_whatever_prices_are() -> None:
    low, high = note_of(LATE), note_of(at_prices(LATE, 2.0))
    for heading in ("SIGNIFICANT ISSUES", "WHAT WILL BE THE CONSEQUENCES OF NOT ENACTING THIS BILL"):
        assert section(low, heading) == section(high, heading)
    # Current law pays 13 million in every year.
    assert "Current law goes on: $13.0 million a year" in section(
        low, "WHAT WILL BE THE CONSEQUENCES OF NOT ENACTING THIS BILL"
    )
    dollars = re.compile(r"\$[\d,.]+")
    for one, other in zip(low.texts(), high.texts(), strict=True):
        if dollars.findall(one) != dollars.findall(other):
            assert "FY2026 dollars" in one, one


def test_indexed_current_law_is_told_in_nominal_dollars_too() -> None:
    """Its twin costs 54 million nominal dollars a year, which at doubled prices are 27 of the base year's."""
    results = with_twin(made_up({"status_quo": CURRENT, "aligned": Law(2_000, state=54)}), 54.0)
    twin = cast("Any", results).references
    cast("Any", results).references = twin.assign(price_index=2.0, state_cost_constant=twin.state_cost / 2.0)
    (note,) = fiscal_notes(results, WORLD)
    said = section(note, "WHAT WILL BE THE CONSEQUENCES OF NOT ENACTING THIS BILL")
    assert "With its dollars indexed it would be $54.0 million and" in said


@pytest.mark.parametrize(
    ("titles", "called"),
    [
        (["A bill"], "A bill"),
        (["A bill", "A bill (law of FY2030)"], "A bill"),
        (["A bill (law of FY2030)"], "A bill (law of FY2030)"),
        (["A bill (law of FY2030)", "A bill (law of FY2031)"], "A bill (laws of FY2030 and FY2031)"),
        ([f"A bill (law of FY{year})" for year in (2030, 2031, 2034)], "A bill (laws of FY2030 to FY2034)"),
        (["fund", "fund 2030"], "fund"),
    ],
)
def test_lines_of_several_laws_are_called_by_all_of_them(titles: list[str], called: str) -> None:
    assert title_of_laws(titles) == called


SECOND = [
    titled("whole", "A bill (law of FY2029)", 100.0, CAP | {"cap": 5_000_000}, 2029, 2029),
    titled("whole_2030", "A bill (law of FY2030)", 100.0, CAP | {"cap": 5_000_000}, 2030, None),
]
"""Two laws that write the same, of one line without a name of its own, after a line of FY2028."""

PAYS = {"early": 3e6, "whole": 4e6, "whole_2030": 4e6}


def test_no_law_is_named_for_years_in_which_another_holds() -> None:
    laws = bill(written("early", 10.0, FULL, FIRST, FIRST), *SECOND)
    note = note_of(results_of(laws, pays=PAYS))
    text = " ".join(note.texts()).replace(section(note, "Synopsis of Bill"), "")
    assert not re.findall(r"law of FY20(?:29|30)\)", text)
    both = "A bill (laws of FY2029 and FY2030)"
    assert f"the cap of {both} ($5.00 million) buys" in text
    assert f"the dollar amounts by which {both} is reckoned buy" in text
    assert all("than in FY2029" in one for one in re.findall(r"Not indexed:[^:]*? than in FY\d{4}", text))
    for table in note.tables:
        assert both in rows_of(table)
        assert "A bill (law of FY2029)" not in rows_of(table)


def test_a_step_names_the_law_that_begins_or_ends_then() -> None:
    note = note_of(results_of(bill(*SECOND, takes_effect=2029), pays=PAYS | {"whole_2030": 8e6}))
    said = section(note, "FISCAL IMPLICATIONS")
    assert "rises from $4.00 million to $8.00 million: A bill (law of FY2030) changes by a later law." in said


def test_a_cap_that_is_never_reached_limits_nothing() -> None:
    laws = bill(
        written("extra", 10.0, FULL, FIRST, FIRST), written("capped", 50.0, CAP, FIRST, 2029), *SECOND[1:],
    )  # fmt: skip
    said = section(note_of(results_of(laws, pays=PAYS)), "FISCAL IMPLICATIONS")
    # A million is owed of the capped line and 0.8 paid; of the law of FY2030 all.
    assert "What is voted limits what capped pays." in said
    assert "What is voted for A bill (law of FY2030) limits nothing in FY2030-34: in no draw is more owed." in said
    alone = section(note_of(results_of(bill(*SECOND, takes_effect=2029), pays=PAYS)), "FISCAL IMPLICATIONS")
    assert "limits what" not in alone
    assert "limits nothing in FY2029-34" in alone
    # A sum that is paid out whole is a limit, whatever is owed.
    summed = section(note_of(results_of(bill(written("voted", 50.0, SUM, FIRST, None)))), "FISCAL IMPLICATIONS")
    assert "What is voted limits what is paid" in summed
    assert "limits nothing" not in summed


def test_amounts_that_end_before_the_fifth_year_are_told_for_their_last() -> None:
    laws = bill(written("capped", 50.0, CAP, FIRST, 2030), *SECOND[1:])
    said = section(note_of(results_of(laws, pays=PAYS | {"whole_2030": 4e6})), "TECHNICAL ISSUES")
    assert re.search(r"the cap of capped \(\$1\.00 million\) buys \d% less in FY2030 than in FY2028", said)
    assert re.search(r"by which capped is reckoned buy \d% less in FY2030 than in FY2028", said)


def two_parts(name: str, first: float, start: int, end: int | None, **rules: Any) -> Any:
    parts = [
        {"kind": "per_student", "name": "rate", "count": "concentrators", "dollars": first},
        {"kind": "per_student", "name": "tier", "count": "participants", "dollars": 20},
        {"kind": "per_student", "name": "tier_1", "count": "participants", "dollars": 5},
    ]
    keys: dict[str, Any] = {"start_year": start, "rules": rules, **({"sunset_year": end} if end else {})}
    return line_of(components=parts, appropriation=FULL, **keys).model_copy(update={"name": name})


def test_amounts_that_a_later_law_keeps_are_told_from_their_first_law_on() -> None:
    """The second law writes one of the amounts anew, in the last year of the run: of that nothing is lost yet."""
    laws = bill(two_parts("fund", 100.0, FIRST, 2033), two_parts("fund_2034", 110.0, 2034, None))
    said = section(note_of(results_of(laws, pays={"fund_2034": 4e6})), "TECHNICAL ISSUES")
    assert re.search(r"amounts of tier in fund buy \d% less in FY2031 and \d+% less in FY2034 than in FY2028\.", said)
    assert "rate" not in said
    same = bill(two_parts("fund", 100.0, FIRST, 2033), two_parts("fund_2034", 100.0, 2034, None))
    said = section(note_of(results_of(same, pays={"fund_2034": 4e6})), "TECHNICAL ISSUES")
    assert re.search(r"by which fund is reckoned buy \d% less in FY2031 and \d+% less in FY2034 than in FY2028", said)
    # What rises from its law's first year on begins anew with each law.
    rising = bill(
        two_parts("fund", 100.0, FIRST, 2033, yearly_rise=0.001),
        two_parts("fund_2034", 100.0, 2034, None, yearly_rise=0.001),
    )
    assert section(note_of(results_of(rising, pays={"fund_2034": 4e6})), "TECHNICAL ISSUES") == "None were found."


def test_the_answer_says_of_which_year_its_dollars_are() -> None:
    found = facts(LATE, "baseline")
    assert answer_lines(found)[0].endswith("FY2026 $ a year")
    assert answer_table(found)[0][-1] == "Public FY2026 $ a year"
