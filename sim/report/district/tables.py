"""The tables of a district's page: rows of cells of two lines, the same for the page and for text."""

import textwrap
from dataclasses import dataclass, replace

import numpy as np

from sim.arrays import Array
from sim.report.bill.text import step_name
from sim.report.district.answer import last_year, place_in_money, place_in_taught, reason
from sim.report.district.told import BILL, LAW, Told, cell, change, mean_cell, mean_text, over, place_of
from sim.report.shared.intervals import PER_100, bands, number_text
from sim.report.shared.plain_table import Cell
from sim.report.shared.spans import FIRST, Span
from sim.states.speaking import state_words
from sim.study.bill.bridge import STEPS
from sim.study.district.study import Paid
from sim.study.explain import items as explained
from sim.study.explain.decision import decision_of
from sim.study.explain.items import amount, line_titles
from sim.study.explain.margins import DOLLAR, INSTRUCTOR, margin_items
from sim.study.explain.money import price_sentence
from sim.study.explain.reading import WEIGHT, reading_items

SIDES = (LAW, BILL)

LINE = 26
"""Characters of a funding line's name."""

NAME = 30
"""Characters of the first column."""

LEAST_DOLLARS = 0.5
"""Dollars from which on a line, or a step, is shown."""

LEAST_SITES = 0.05
"""Sites from which on a cluster has a row."""


@dataclass(frozen=True)
class Row:
    """Cells, the first of them the row's name; ``strong`` for a sum or the district itself."""

    cells: tuple[Cell, ...]
    strong: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table: what it is, its header, rows, and notes under it; names are cut to so many characters in text."""

    title: str
    head: tuple[Cell, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    names: int = NAME

    def in_text(self, row: Row) -> tuple[Cell, ...]:
        """A row's cells, its name as the first column of a text has room for it."""
        (name, below), *rest = row.cells
        return ((short_name(name, self.names), below), *rest)


def short_name(text: str, width: int = NAME) -> str:
    """A name in so many characters, cut between words where it can be."""
    if len(text) <= width:
        return text
    return textwrap.shorten(text, width, placeholder="...") if " " in text[:width] else f"{text[: width - 3]}..."


def _plain(*texts: str) -> tuple[Cell, ...]:
    return tuple((text, "") for text in texts)


def _of_year(told: Told, place: int) -> Span:
    at = np.arange(len(told.years)) == place
    return Span("", at, f"FY{told.years[place]}")


def money_by_year(told: Told) -> Sheet:
    """What the state's CTE lines pay by year, nominal and in dollars of the base year."""
    nominal = told.net * told.study.price_index
    rows = []
    for place, year in enumerate(told.years):
        if place > FIRST and place < len(told.years) - 1:
            continue
        span = _of_year(told, place)
        each = [(mean_text(values[side, :, place], "dollars"), "") for values in (nominal, told.net) for side in SIDES]
        rows.append(Row(((f"FY{year}", ""), *each, cell(change(told.net, span), "dollars", True))))
    law, constant = law_word(told).split()[0], f"FY{told.base_year} $"
    head = (
        ("Year", ""), (law, "nominal"), ("Bill", "nominal"), (law, constant), ("Bill", constant),
        ("Difference", constant),
    )  # fmt: skip
    return Sheet(f"Money by year, nominal and in {told.dollars}", head, tuple(rows), (
        f"What the state's CTE lines pay the district, less {state_words().lost}: means, and the "
        "difference with its interval. Every year is in district.csv.",
    ))  # fmt: skip


def law_word(told: Told) -> str:
    """What stands at the head of columns for the formula that the bill is set against."""
    return "Current law" if told.titles[LAW] == "Current law" else "Without it"


def law_head(told: Told) -> Cell:
    """The same in two lines."""
    first, second = law_word(told).split(" ")
    return first, second


def money_by_line(told: Told) -> Sheet:
    """Where the money comes from over each span, in dollars of the base year, and what else decides."""
    study, titles = told.study, line_titles(paid.line for paid in told.study.lines)

    def means(values: Array, unit: str = "dollars") -> tuple[Cell, ...]:
        return tuple((mean_text(over(values, span)[side], unit), "") for span in told.spans for side in SIDES)

    def row(name: str, values: Array, strong: bool = False, counts: str = "") -> Row:
        return Row(((name, ""), *means(values), (counts, "")), strong)

    weights = {found.name: found.values for found in one_more_rows(told) if found.step == WEIGHT}

    def weight(paid: Paid) -> str:
        held = [value for value in weights.get(titles[paid.line.name], ()) if np.isfinite(value)]
        return ", ".join(dict.fromkeys(number_text(value, "share", 0.01) for value in held))

    def constant(paid: Paid) -> Array:
        found: Array = paid.paid / study.price_index
        return found

    there = [paid for paid in study.lines if any(over(paid.paid, span).mean() > 0.0 for span in told.spans)]
    own = [paid for paid in there if not (paid.line.background or paid.line.federal)]
    rest = [paid for paid in there if paid.line.background or paid.line.federal]
    rows = [row(titles[paid.line.name], constant(paid), counts=weight(paid)) for paid in own]
    if np.abs(told.money("dilution")[..., told.years > told.base_year]).max() > LEAST_DOLLARS:
        rows.append(row(f"{state_words().main_formula.short}: lower unit value", -told.money("dilution")))
    rows.append(row("State CTE money", told.net, strong=True))
    rows += [row(titles[paid.line.name], constant(paid), counts=weight(paid)) for paid in rest]
    short = sum((paid.short for paid in study.lines if not (paid.line.background or paid.line.federal)), 0.0 * told.net)
    rows.append(row("State CTE: owed, not paid", short / study.price_index))
    rows.append(row("Its own money for CTE", told.money("own_money")))
    rows.append(Row((("A CTE dollar is worth", ""), *(
        (amount(float(over(study.money["price"], span)[side].mean()), "dollars for a dollar"), "")
        for span in told.spans for side in SIDES
    ), ("", ""))))  # fmt: skip
    head = (("A year", told.dollars), *(
        (span.text, word) for span in told.spans for word in (law_word(told).split()[-1], "bill")
    ), ("A dollar", "counts for"))  # fmt: skip
    return Sheet("Where it comes from, and what is short", head, tuple(rows), (
        "Own money comes from its general money. A CTE dollar worth more than $1.00 says that money is short, less, "
        "that it is ample. A posted dollar counts for trust x how long it lasts x what is paid for one more x what "
        "reaches CTE (one draw).",
    ), names=LINE)  # fmt: skip


def students(told: Told) -> Sheet:
    """Students and credentials now and over each span, with rates for each 100 members."""
    measures: tuple[tuple[Cell, Array, str], ...] = (
        (("Members", "grades 9-12"), told.study.counts["membership"], "students"),
        (("Participants", ""), told.count("participants"), "students"),
        (("Concentrators", "taught"), told.count("concentrators_taught"), "students"),
        (("  per 100", ""), told.rate("concentrators_taught"), PER_100),
        (("Concentrators", "reported"), told.count("concentrators"), "students"),
        (("  per 100", ""), told.rate("concentrators"), PER_100),
        (("Credentials", ""), told.count("credentials"), "credentials"),
        (("  per 100", ""), told.rate("credentials"), PER_100),
        (("Found no seat", ""), told.count("unserved"), "students"),
    )
    rows = []
    for name, values, unit in measures:
        cells = [mean_cell(values[LAW, :, 0], unit)]
        for span in told.spans:
            of = over(values, span)
            cells += [mean_cell(of[LAW], unit), mean_cell(of[BILL], unit), cell(change(values, span), unit, True)]
        rows.append(Row((name, *cells)))
    head: tuple[Cell, ...] = (("A year", ""), ("Now", f"FY{told.base_year}"))
    for span in told.spans:
        head = (*head, law_head(told), ("Bill", ""), ("Difference", span.text))
    return Sheet("Students", head, tuple(rows), (
        "Rates are per 100 members. Taught: completed a second course of one pathway. Reported: those, and others "
        "counted because sequences were re-cut around courses that they take anyway.",
    ))  # fmt: skip


def pathways(told: Told) -> Sheet:
    """Sites by cluster now and in the last year, and in which share of draws the cluster is offered."""
    year, names = last_year(told), told.study.world.clusters.name
    sites, raw = told.sites, told.study.sites
    size = np.maximum(sites[LAW, :, 0].mean(axis=0), over(sites, year).mean(axis=1).max(axis=0))
    order = sorted(range(len(names)), key=lambda c: (-float(over(sites, year)[BILL, :, c].mean()), c))
    rows = []
    for c in (c for c in order if size[c] >= LEAST_SITES):
        now, law, bill = raw[LAW, :, 0, c], *(over(sites, year)[side, :, c] for side in (LAW, BILL))
        before, without, under = (number_text(float((held > 0.0).mean()), "share", 0.01)
                                  for held in (now, raw[LAW, :, -1, c], raw[BILL, :, -1, c]))  # fmt: skip
        counts = [(number_text(float(held.mean()), "sites", 0.1), "") for held in (now, law, bill)]
        offered = (f"{without}, {under}", f"now {before}")
        rows.append(Row(((names[c], ""), *counts, cell(bill - law, "sites", True), offered)))
    last = f"FY{told.years[-1]}"
    head = (
        ("Cluster, sites", ""), ("Now", ""), law_head(told), ("Bill", ""), ("Difference", ""), ("Offered", "law, bill"),
    )  # fmt: skip
    few = [names[c] for c in order if size[c] < LEAST_SITES]
    notes = ["A site is a high school that offers the cluster. Offered: the share of draws with at least one site."]
    if told.study.world.pathways is None:
        notes.append("Which pathways stand today is drawn, not observed: 'now' is an estimate too.")
    if few:
        notes.append(f"Hardly ever offered: {', '.join(few)}.")
    return Sheet(f"Pathways by cluster, now and in {last}", head, tuple(rows), tuple(notes))


def why(told: Told) -> Sheet:
    """The difference in the payment, step by step."""
    apart = told.study.apart
    moving = [step for step in STEPS if np.abs(apart.steps[step]).max() > LEAST_DOLLARS]
    rows = [Row(((told.titles[LAW], ""), cell(apart.start, "dollars"), ("", "")), strong=True)]
    rows += [
        Row(((step_name(step), ""), cell(apart.steps[step], "dollars", True), (_said(step), ""))) for step in moving
    ]
    rows.append(Row(((told.titles[BILL], ""), cell(apart.end, "dollars"), ("", "")), strong=True))
    head = (("A year, mean of", told.first.text), ("Dollars", told.dollars), ("What it is", ""))
    return Sheet("Why the payment differs, step by step", head, tuple(rows), (
        "Prices are moved first, then counts, then each rule. Intervals hold 90% of draws.",
    ))  # fmt: skip


def _said(step: str) -> str:
    return reason(step) if reason(step) != step_name(step) else "what that rule adds or takes"


def neighbors(told: Told) -> Sheet:
    """Districts of its size: what the bill changes in money a member and in concentrators for each 100 members."""
    study, districts = told.study, told.study.world.districts
    money, rates = change(told.neighbors_money, told.first), change(told.neighbors_rate, told.first)
    rows = []
    for p, d in enumerate(study.peers):
        itself = int(d) == study.question.district
        name = districts.name[d] or districts.identifier[d]
        rows.append(Row((
            (f"> {name}" if itself else name, districts.identifier[d]),
            (number_text(float(districts.membership[d]), "students"), ""),
            cell(money[:, p], "dollars", True),
            (str(place_of(money, p).place), ""),
            cell(rates[:, p], PER_100, True),
            (str(place_of(rates, p).place), ""),
        ), itself))  # fmt: skip
    kind = state_words().kind(districts.kind[study.question.district])
    head = (
        (f"Nearest in size ({kind})", ""), ("Members", f"FY{told.base_year}"), ("Money", "per member"), ("Place", ""),
        ("Taught", "per 100"), ("Place", ""),
    )  # fmt: skip
    return Sheet(f"Districts of its size: what changes, {told.first.text}", head, tuple(rows), (
        f"Place 1 gains most. This one's, and where it stands in 90% of draws: money {place_in_money(told).text}, "
        f"concentrators {place_in_taught(told).text}. Money a year in {told.dollars}.",
    ))  # fmt: skip


def one_more_rows(told: Told) -> tuple[explained.Row, ...]:
    """What the district reads of the law, and what one more dollar and one more instructor would change, in one draw;
    the instructor in the cluster that lacks most."""
    c, items = scarcest(told), []
    for moment in told.study.moments:
        found = [*reading_items(moment), *margin_items(moment, decision_of(moment))]
        if c is not None:
            there = replace(moment, cluster=c)
            found += [item for item in margin_items(there, decision_of(there)) if item.step == INSTRUCTOR]
        items.append(found)
    return tuple(row for row in explained.side_by_side(items) if row.step in (WEIGHT, DOLLAR, INSTRUCTOR))


def scarcest(told: Told) -> int | None:
    """The cluster with most sections without an instructor under the bill, in the draw that is unfolded; None if none
    lacks one."""
    vacant = told.study.moments[BILL].year.workforce.vacant[..., told.study.question.district, :].reshape(-1)
    return int(np.argmax(vacant)) if vacant.max() > 0.0 else None


def one_more(told: Told) -> Sheet:
    """The same as a table."""
    moments, rows, c = told.study.moments, [], scarcest(told)
    cluster = "" if c is None else told.study.world.clusters.name[c]
    for step, heading in ((DOLLAR, "$1,000 more a year would buy"), (INSTRUCTOR, f"One more teacher: {cluster}")):
        found = [row for row in one_more_rows(told) if row.step == step and not row.quiet]
        if found:
            rows.append(Row(((heading, ""), ("", ""), ("", "")), strong=True))
        for row in found:
            values = (amount(value, row.unit).split(" ")[0] for value in row.values)  # the name says of what
            rows.append(Row(((row.name.strip(), ""), *_plain(*values))))
    year = moments[BILL].year.fiscal_year
    sentences = tuple(f"{title}: {price_sentence(moment)}." for title, moment in zip(told.titles, moments, strict=True))
    head = ((f"FY{year}, in one draw", ""), law_head(told), ("Bill", ""))
    return Sheet("What one more dollar or teacher would change", head, tuple(rows), (
        *sentences,
        f"Draw {told.study.replicate}, the nearest to the bill's mean payment; cte-sim explain unfolds it in full.",
    ), names=46)  # fmt: skip


def sheets(told: Told) -> dict[str, Sheet]:
    """All tables by name, in the order in which they are read."""
    return {
        "money_by_year": money_by_year(told),
        "why": why(told),
        "students": students(told),
        "pathways": pathways(told),
        "neighbors": neighbors(told),
        "money_by_line": money_by_line(told),
        "one_more": one_more(told),
    }


def estimated(told: Told) -> list[str]:
    """Which of the district's own numbers are estimates."""
    districts, d = told.study.world.districts, told.study.question.district
    named = [field.replace("_", " ") for field in districts.estimated[d]]
    drawn = "how much own money it gives, who teaches, what it believes of the law" + (
        ", which pathways it has today" if told.study.world.pathways is None else ""
    )
    return [
        f"Of its row in the tables: {', '.join(named) or 'nothing'}.",
        f"Of its start in FY{told.base_year}, as in every district: {drawn}. These are drawn so that the state's "
        "totals are met.",
    ]


def trust(told: Told) -> list[str]:
    """How far to trust the page."""
    found = {
        "of money a member": (told.own_money_each, told.state_money, "dollars"),
        "of concentrators taught per 100": (told.rate("concentrators_taught"), told.state_rate, PER_100),
    }
    widths = []
    for what, (own, state, unit) in found.items():
        one, other = (bands(change(values, told.first), axis=0) for values in (own, state))
        here, there = (number_text(float(of.high - of.low), unit) for of in (one, other))
        widths.append(f"{what} {here} here and {there} for the state")
    money = "" if told.study.discrepancy is None else " Dollars paid to one district carry no such discrepancy."
    return [
        f"One district varies more than the state. Width of the interval of the change in {told.first.text}: "
        f"{', '.join(widths)}.",
        f"Intervals, and in figures the band (bill) and dots: 90% of {told.study.draws:,} draws. {told.covers}{money}",
        "Rely on payment by rule for given counts; less on what this district will decide, as most behavior is alike "
        "in all districts. Estimates, not entitlements.",
    ]
