"""The answer of a stress study in words: whether cost can rise, who goes without, and which scenarios move nothing."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.arrays import Array
from sim.report.answer.files import ANSWER_NUMBERS, ANSWER_TEXT, NUMBERS
from sim.report.answer.text import LINES, WIDTH, listed
from sim.report.shared.intervals import bands, interval_text, number_text
from sim.report.shared.plain_table import paragraphs
from sim.report.shared.spans import years_text
from sim.report.stress.shortfall import (
    CALM,
    LEAST_DOLLARS,
    LEAST_TAUGHT,
    Shortfall,
    Stressed,
    scenario_titles,
    stress_panels,
    stressed,
)
from sim.states.speaking import state_words
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results


def stress_answer(results: "Results") -> str:
    """What the scenarios do to each formula, in at most twelve lines of 80 characters."""
    panels = stress_panels(results)
    found, titles = stressed(panels), scenario_titles(results)
    calm = panels[CALM]
    years = years_text(calm.years[calm.policy]) if calm.policy.any() else f"FY{calm.base_year}"
    head = paragraphs(
        [f"Worst years of {years}, FY{calm.base_year} dollars (90% of {calm.draws:,} draws); shocks as assumed."], WIDTH
    )
    owing = [one for one in found if not _nothing(one)]
    told = [_indented(_sentence(one, titles)) for one in sorted(owing, key=_worst, reverse=True)]
    none = [one.title for one in found if _nothing(one)]
    nothing = listed("The state's lines owe nothing, so nothing can be short", none, 1)
    # All formulas have their sentence if what is said of all of them, folded to fewer lines, leaves room.
    for kept, most in product(range(len(told), -1, -1), ((2, 2), (2, 1), (1, 1))):
        untold = f"{len(told) - kept} more below." if kept < len(told) else ""
        last = [*nothing, *_taught(found, titles, most[0]), *_still(found, titles, most[1])]
        lines = [*head, *(line for said in told[:kept] for line in said), *paragraphs([untold]), *last]
        if len(lines) <= LINES:
            break
    return "\n".join(lines) + "\n"


def _nothing(one: Stressed) -> bool:
    """Whether the formula pays nothing and takes nothing."""
    every = (one.calm, *one.shocks.values())
    return all(float(shock.worst_cost.max()) <= 0.0 and float(shock.most_taken.max()) <= 0.0 for shock in every)


def _worst(one: Stressed) -> float:
    """Dollars that others carry in the worst year: not paid, or taken from other program units."""
    return max(float((shock.worst_shortfall + shock.most_taken).mean()) for shock in (one.calm, *one.shocks.values()))


def _unpaid(one: Stressed) -> float:
    return max(float(shock.worst_shortfall.mean()) for shock in (one.calm, *one.shocks.values()))


def _sentence(one: Stressed, titles: Mapping[str, str]) -> str:
    """What is said of one formula, after its title."""
    return f"{one.title}: {'; '.join(clauses(one, titles))}."


def clauses(one: Stressed, titles: Mapping[str, str]) -> list[str]:
    """What is said of one formula, the conclusion first: no number of a scenario without its condition."""
    dearer = [name for name in one.shocks if one.dearer(name) == "more"]
    short = [name for name in one.shocks if one.unpaid(name) == "more"]
    takes = [name for name in one.shocks if one.takes(name) == "more"]
    said = []
    if dearer:
        name = max(dearer, key=lambda name: float(one.shocks[name].worst_cost.mean()))
        said.append(
            f"the dearest year costs {_interval(one.calm.worst_cost)}, {_interval(one.shocks[name].worst_cost)} "
            f"{_under(titles[name])}"
        )
    if _unpaid(one) >= LEAST_DOLLARS:
        capped = "" if dearer else "cost cannot rise, the appropriation caps it; "
        worst = f"districts carry {_interval(one.calm.worst_shortfall)} in the worst year"
        if short:
            name = max(short, key=lambda name: float(one.shocks[name].worst_shortfall.mean()))
            worst += f", {_interval(one.shocks[name].worst_shortfall)} {_under(titles[name])}"
        else:
            worst += ", and no scenario clearly adds to it"
        said.append(f"{capped}{worst}")
    elif float(one.calm.worst_cost.mean()) > 0.0:
        said.append("what is owed is paid in every scenario")
    if float(one.calm.most_taken.mean()) >= LEAST_DOLLARS:
        taken = f"takes up to {_interval(one.calm.most_taken)} a year from {state_words().others}"
        if takes:
            name = max(takes, key=lambda name: float(one.shocks[name].most_taken.mean()))
            taken += f", {_interval(one.shocks[name].most_taken)} {_under(titles[name])}"
        said.append(taken)
    if not said:
        said.append("no scenario moves its money")
    return said


def _taught(found: list[Stressed], titles: dict[str, str], lines: int) -> list[str]:
    """Under which scenario each formula loses most students."""
    said = []
    for one in sorted(found, key=lambda one: min((float(s.taught.mean()) for s in one.shocks.values()), default=0.0)):
        fewer = [name for name in one.shocks if one.teaches(name) == "less"]
        if fewer:
            name = min(fewer, key=lambda name: float(one.shocks[name].taught.mean()))
            mean = number_text(float(one.shocks[name].taught.mean()), "students", signed=True)
            said.append(f"{one.title} {mean} {_under(titles[name])}")
    return listed("Fewest taught a year", said, lines) or ["Taught: no scenario lowers it by a hundredth or more."]


def _still(found: list[Stressed], titles: dict[str, str], lines: int) -> list[str]:
    """The scenarios that move nothing worth telling, in one sentence."""
    names = [name for name in titles if name != CALM and not any(one.moves(name) for one in found)]
    if not names:
        return []
    size = f"{number_text(LEAST_DOLLARS, 'dollars')} or {LEAST_TAUGHT:.0%} of those taught"
    return listed(f"Move nothing by {size}", [lowered(titles[name]) for name in names], lines)


def _under(title: str) -> str:
    return f"under {lowered(title)}"


def lowered(title: str) -> str:
    """A title within a sentence, its abbreviations as they are."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def _indented(sentence: str) -> list[str]:
    first, *rest = paragraphs([sentence], WIDTH)
    return [first, *(f"  {line}" for line in paragraphs([" ".join(rest)], WIDTH - 2))]


def _interval(values: Array) -> str:
    found = bands(values, axis=0)
    return interval_text(float(found.mean), float(found.low), float(found.high), "dollars")


_MEASURES = (
    ("state cost of the dearest year", "dollars", "worst_cost"),
    ("owed and not paid in the worst year", "dollars", "worst_shortfall"),
    ("owed and not paid in all years", "dollars", "all_unpaid"),
    ("paid of what is owed in the worst year", "share", "lowest_share"),
    ("taken from {others} in the year that takes most", "dollars", "most_taken"),
    ("draws with a short year", "share", "short"),
    ("change in concentrators taught", "students", "taught"),
    ("change in concentrators reported", "students", "concentrators"),
    ("change in participants", "students", "participants"),
    ("change in credentials", "credentials", "credentials"),
)


def stress_numbers(results: "Results") -> pd.DataFrame:
    """Every number of the answer and of the table: a row for each scenario, formula and measure."""
    panels = stress_panels(results)
    calm = panels[CALM]
    years = years_text(calm.years[calm.policy]) if calm.policy.any() else f"FY{calm.base_year}"
    rows: list[dict[str, Any]] = []
    for one in stressed(panels):
        for scenario, shock in ((CALM, one.calm), *one.shocks.items()):
            shared: dict[str, Any] = {
                "scenario": scenario,
                "formula": one.name,
                "title": one.title,
                "fiscal_years": years,
            }
            moves = scenario != CALM and one.moves(scenario)
            shared |= {
                "sentence": "bad year",
                "fiscal_years": years,
                "said": "moves something" if moves else "",
                "draws": calm.draws,
            }
            rows += [shared | row for row in _rows(shock)]
    return pd.DataFrame(rows, columns=list(NUMBERS))


def _rows(shock: Shortfall) -> list[dict[str, Any]]:
    rows = []
    for measure, unit, name in _MEASURES:
        of = bands(getattr(shock, name), axis=0)
        ends = {"low": float(of.low), "high": float(of.high)} if name != "short" else {}
        error = {"value": float(of.mean), "monte_carlo_error": float(of.error)}
        rows.append({"measure": state_words().fill(measure), "unit": unit, **error, **ends})
    return rows


def write_stress_answer(results: "Results", folder: Path) -> str:
    """Write answer.txt and answer.csv of a stress study; returns the words."""
    text = stress_answer(results)
    (folder / ANSWER_TEXT).write_text(text, encoding="utf-8", newline="\n")
    write_table(stress_numbers(results), folder / ANSWER_NUMBERS)
    return text
