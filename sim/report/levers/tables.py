"""The price list of levers, and the answer in words."""

import pandas as pd

from sim.report.levers.facts import SMALL, Change, LeverFacts, Pull
from sim.report.shared.intervals import PER_100, interval_parts, number_text
from sim.report.shared.plain_table import Cell
from sim.report.shared.spans import years_text
from sim.report.stress.sheets import Row, Sheet, money
from sim.states.words import listed

WORTH = 0.25e6
"""Dollars of a tail from which on a change of it is told."""


def price_list(facts: LeverFacts) -> Sheet:
    """What each lever buys, and what it costs, the one that takes most off what districts carry first."""
    first, *others = facts.pulls
    order = sorted(others, key=lambda pull: pull.less_carried.mean)
    places = {id(pull): at for at, pull in enumerate(facts.pulls)}
    small = first.small is not None
    rows = [
        Row(
            (
                (first.title, ""),
                (money(first.carried), ""),
                (money(first.state), ""),
                (f"{first.taught_level:,.0f}", ""),
                (money(first.cost_level), ""),
                ("", ""),
                *([("", "")] if small else []),
            ),
            strong=True,
        )
    ]
    for pull in order:
        mark = " *" if facts.on_frontier[places[id(pull)]] else ""
        cells: list[Cell] = [
            (f"{pull.title}{mark}", ""), _dollars(pull.less_carried), _dollars(pull.more_state),
            _of(pull.taught, "students"), _dollars(pull.cost), _of(pull.sites, "sites"),
        ]  # fmt: skip
        rows.append(Row((*cells, *([_of(pull.small, PER_100)] if pull.small is not None else []))))
    under = facts.of.under(facts.scenario)
    unfit = [lever.title.lower() for lever in facts.unfit]
    return Sheet(
        "price_list",
        f"{facts.of.calm.short_titles[facts.bill]}: what each lever buys and costs, {under}",
        (
            ("Lever", ""), ("Districts\ncarry", "worst year"), ("The state\npays", "worst year"),
            ("Taught", "a year"), ("The state\npays", "a year"), ("Sites", "a year"),
            *([("Taught per\n100, small", "districts")] if small else []),
        ),
        tuple(rows),
        (
            f"Worst year: {facts.tail} of {facts.of.calm.draws:,} draws. First row: the bill as it is. Below: "
            "changes against it within the same draws, each with its 90% "
            "interval; minus is "
            f"less. {years_text(facts.of.years)}, FY{facts.of.calm.base_year} dollars. * no other choice is "
            "better in what "
            "districts carry, what the state pays and who is taught at once.",
            "A growth limit, a lag, a phase-in and the like lessen what is owed: then districts carry less of a "
            "debt and are "
            "paid less too, which what the state pays a year shows.",
            f"Small: under {SMALL} members in grades 9-12." if small else "",
            f"Cannot be pulled on this bill: {', '.join(unfit)}." if unfit else "",
        ),
    )  # fmt: skip


def _dollars(change: Change) -> Cell:
    if max(abs(change.low), abs(change.high)) < 500.0:
        return ("$0", "")
    return interval_parts(change.mean, change.low, change.high, "dollars", signed=True)


def _of(change: Change, unit: str) -> Cell:
    return interval_parts(change.mean, change.low, change.high, unit, signed=True)


def answer(facts: LeverFacts) -> list[str]:
    """What the levers buy, in sentences: the one that helps districts most, the one that helps the state most, those
    that do nothing."""
    first, *others = facts.pulls
    under = facts.of.under(facts.scenario)
    title = facts.of.calm.short_titles[facts.bill]
    said = [
        f"{title}: {under}, districts carry {money(first.carried)} and the state pays {money(first.state)} in the "
        "worst year "
        f"({facts.tail} of {facts.of.calm.draws:,} draws, {years_text(facts.of.years)}, "
        f"FY{facts.of.calm.base_year} dollars)."
    ]
    helps = [pull for pull in others if pull.less_carried.mean <= -WORTH and pull.less_carried.clear]
    for pull in sorted(helps, key=lambda pull: pull.less_carried.mean)[:3]:
        said.append(f"{pull.title}: {under}, districts carry {money(-pull.less_carried.mean)} less; {_costs(pull)}.")
    told = sorted(helps, key=lambda pull: pull.less_carried.mean)[:3]
    saves = [pull for pull in others if pull.more_state.mean <= -WORTH and pull.more_state.clear and pull not in told]
    for pull in sorted(saves, key=lambda pull: pull.more_state.mean)[:2]:
        said.append(
            f"{pull.title}: {under}, the state pays {money(-pull.more_state.mean)} less in the worst year; "
            f"{_carried(pull)}, {_taught(pull)}."
        )
    idle = [
        pull.title.lower()
        for pull in others
        if abs(pull.less_carried.mean) < WORTH and abs(pull.more_state.mean) < WORTH
    ]
    if idle:
        said.append(f"Move neither by {money(WORTH)} {under}: {listed(idle)}.")
    return said


def _costs(pull: Pull) -> str:
    cost = pull.cost.mean
    way = f"the state pays {money(abs(cost))} a year {'more' if cost > 0 else 'less'}" if abs(cost) >= WORTH / 5 else \
        "the state pays as much"  # fmt: skip
    return f"{way}, {_taught(pull)}"


def _carried(pull: Pull) -> str:
    change = pull.less_carried.mean
    if abs(change) < WORTH:
        return "districts carry as much as before"
    return f"districts carry {money(abs(change))} {'more' if change > 0 else 'less'}"


def _taught(pull: Pull) -> str:
    change = pull.taught.mean
    if abs(change) < 0.5:
        return "as many are taught"
    number = number_text(abs(change), "students")
    sure = "" if pull.taught.clear else ", not clearly"
    return f"{number} {'more' if change > 0 else 'fewer'} are taught a year{sure}"


def lever_frame(facts: LeverFacts) -> pd.DataFrame:
    """Every number of the price list, a row for each lever."""
    rows = []
    for place, pull in enumerate(facts.pulls):
        row: dict[str, object] = {
            "lever": "" if pull.lever is None else pull.lever.name, "title": pull.title, "scenario": facts.scenario,
            "tail": facts.tail, "draws": facts.of.calm.draws, "carried_worst_year": pull.carried,
            "state_worst_year": pull.state, "taught_a_year": pull.taught_level, "state_cost_a_year": pull.cost_level,
            "on_frontier": bool(facts.on_frontier[place]),
        }  # fmt: skip
        for name in ("less_carried", "more_state", "cost", "taught", "sites", "small"):
            change = getattr(pull, name)
            if change is not None:
                row |= {f"{name}_change": change.mean, f"{name}_low": change.low, f"{name}_high": change.high}
        rows.append(row)
    return pd.DataFrame(rows)
