"""The other sections of a fiscal note in sentences by rules: what students gain, what must be administered, what is
technical, what else was run, what happens without the bill, and how far to trust the estimate."""

from collections.abc import Iterator

import numpy as np

from sim.arrays import Array
from sim.funding.components.state_programs import InnovationZone, Internship, StatewideDollars
from sim.report.answer.facts import yearly_of_reference
from sim.report.answer.rules import precise, settled
from sim.report.answer.text import ranked
from sim.report.compare.price import cost_per_added
from sim.report.fiscal_note.amounts import in_words
from sim.report.fiscal_note.case import Case, spread
from sim.report.fiscal_note.prices import not_indexed
from sim.report.shared.intervals import PER_100, bands, interval_text, number_text
from sim.states.words import listed

WAYS = {"more": "more", "less": "fewer"}


def performance_implications(case: Case) -> list[str]:
    """Concentrators and credentials against current law."""
    return [*_taught(case), *_later(case), *_credentials(case)]


def _interval(values: Array, unit: str, signed: bool = False) -> str:
    found = bands(values, axis=0)
    return interval_text(float(found.mean), float(found.low), float(found.high), unit, signed)


def _taught(case: Case) -> Iterator[str]:
    change, span = case.change(), case.span()
    way = settled(change.per_100)
    if way == "unclear":
        yield f"One draw tells no direction; more draws do. {_interval(change.taught, 'students', True)} are taught."
        return
    if way == "same":
        lead = f"In {span} the bill makes no clear difference to how many students concentrate"
    else:
        lead = f"In {span} the bill teaches {WAYS[way]} concentrators than current law"
    yield (
        f"{lead}: {_interval(change.per_100, PER_100, True)} for each 100 members of grades 9-12, "
        f"{_interval(change.taught, 'students', True)} students a year."
    )
    found = cost_per_added(change.public, change.taught)
    if found.ratio is not None:
        each = number_text(found.ratio, "dollars")
        yield f"Each further one costs {each} of public money (FY{case.facts.base_year} dollars)."
    elif found.verdict not in ("unclear", "same for the same"):
        yield f"What is taught against public money used for CTE: {found.verdict}."


def _later(case: Case) -> Iterator[str]:
    if len(case.facts.spans) < 2 or case.facts.draws < 2:
        return
    change, span = case.change(1), case.span(1)
    yield f"In {span}: {_interval(change.per_100, PER_100, True)} for each 100 members."


def _credentials(case: Case) -> Iterator[str]:
    years = case.facts.spans[0].years
    earned = [values[:, years].mean(axis=1) for values in (case.values("credentials"), case.under_law("credentials"))]
    change = earned[0] - earned[1]
    way = settled(change)
    if way in WAYS:
        yield f"Credentials earned a year in {case.span()}: {_interval(change, 'credentials', True)}."
    elif way == "same":
        yield "The bill makes no clear difference to the credentials that students earn."


def administrative_implications(case: Case) -> list[str]:
    """What must be reported and checked."""
    said = ["The estimate holds no cost of administration, at the state or in districts."]
    kinds = [_kind(part) for line in case.own_lines for part in line.components if part.paid_prices()]
    if kinds:
        said.append(
            f"The bill pays by: {listed(list(dict.fromkeys(kinds)))}. What of that is counted must be reported by "
            "districts and checked by the state before it is paid."
        )
    return said


def _kind(component: object) -> str:
    kind = str(getattr(component, "kind", "")).replace("_", " ")
    count = str(getattr(component, "count", "") or "").replace("_", " ")
    return f"{kind} ({count})" if count else kind


def technical_issues(case: Case) -> list[str]:
    """What the text of the bill leaves to be read with care."""
    said = []
    if case.record.get("changed"):
        said.append(f"This is not the bill as its file has it: {case.record['changed']}.")
    said += not_indexed(case)
    if case.bill is not None:
        notes = (
            ("Status", case.bill.status), ("How well its numbers are known", case.bill.confidence),
            ("Translated", case.bill.translation), ("Left out", case.bill.not_translated),
        )  # fmt: skip
        said += [f"{label}: {' '.join(text.split())}" for label, text in notes if text]
    return said or ["None were found."]


def alternatives(case: Case) -> list[str]:
    """Where the bill stands among the formulas of the run; nothing where it is alone or no order can be told."""
    others = [f for f in case.facts.others if f != case.f]
    if not others or case.facts.draws < 2:
        return []
    titles, order = case.facts.titles, ranked(case.facts)
    number = 1
    for group in order.more:
        if case.f in group:
            alike = [titles[f] for f in group if f != case.f]
            shared = f", not clearly apart from {listed(alike)}" if alike else ""
            return [f"Of {len(others) + 1} formulas in this run it is number {number} by concentrators taught{shared}."]
        number += len(group)
    ahead = [titles[f] for group in order.more for f in group]
    return (
        [f"In this run {listed(ahead)} teach{'es' if len(ahead) == 1 else ''} more than current law."] if ahead else []
    )


def without_the_bill(case: Case) -> list[str]:
    """Current law in the same years, in nominal dollars as what it pays elsewhere in the note."""
    law, years = case.facts.levels[0][case.b], case.facts.spans[0].years
    paid = (case.under_law("state_cost") + case.under_law("dilution"))[:, years]
    share = 100.0 * case.under_law("concentrators_taught") / np.maximum(case.under_law("membership"), 1.0)
    now = number_text(float(share[:, 0].mean()), PER_100)
    said = (
        f"Current law goes on: {in_words(float(paid.mean()) / 1e3)} a year for CTE and "
        f"{number_text(float(law.per_100.mean()), PER_100)} of each 100 members taught in {case.facts.spans[0].text}, "
        f"after {now} in FY{case.facts.base_year}."
    )
    if case.panel.reference is not None:
        indexed = yearly_of_reference(case.panel, case.facts.spans[0])
        assert indexed is not None
        column = case.panel.reference.state
        grown = (column("state_cost") + column("dilution"))[:, years]
        said += (
            f" With its dollars indexed it would be {in_words(float(grown.mean()) / 1e3)} and "
            f"{number_text(float(indexed.per_100.mean()), PER_100)}."
        )
    return [said]


def assumptions(case: Case) -> list[str]:
    """What the estimate rests on and how far to trust it."""
    manifest = case.results.manifest
    index = case.values("price_index").mean(axis=0)
    base, last = case.facts.base_year, case.panel.years[-1]
    rise = index[-1] ** (1.0 / max(int(last) - base, 1)) - 1.0
    vintage = f" on {manifest.data_vintage}" if manifest.data_vintage else ""
    said = [
        f"The estimate starts from FY{base}{vintage}. Amounts are nominal dollars, unless beside one stands of which "
        f"year its dollars are; prices rise by {rise:.1%} a year.",
        *_responses(case),
        f"Amounts are means over {case.facts.draws:,} draws, ranges hold 90% of them, or more where the mean lies "
        "beyond. They cover uncertain parameters and chance, not errors in the data, nor other changes of law.",
        *_trust(case),
        *_bad_year(case),
    ]
    return said


def _responses(case: Case) -> Iterator[str]:
    """The static score beside what is paid in the same year, where it was kept."""
    yield (
        "Districts answer the money: they open, enlarge and close pathways, and hire, as far as they trust it and find "
        "instructors."
    )
    year = case.panel.static_year(case.f)
    if not case.panel.district_names or year is None:
        return
    base = case.facts.base_year
    static = case.panel.static("paid")[case.f].sum(axis=1) / 1e3
    at = np.flatnonzero(case.panel.years == max(year, base + 1))
    if not np.isfinite(static).all() or not len(at):
        return
    said = (
        f"Static, at the counts and prices of FY{base} and with no one answering, it would pay districts "
        f"{in_words(float(static.mean()))} by the rules of FY{year}, its first year that pays{spread(static)}"
    )
    paid = _paid_to_districts(case, int(at[0]))
    if paid is not None:
        prices = case.values("price_index")[:, at[0]]
        said += (
            f"; as they answer it pays them {in_words(float(paid.mean()))} in {case.fiscal_year(int(at[0]))}, or "
            f"{in_words(float((paid / prices).mean()))} in FY{base} dollars"
        )
    yield f"{said}."


def _paid_to_districts(case: Case, at: int) -> Array | None:
    """What districts are paid in a year, by its place, in thousands ``[R]``: as it was stored by district, else all
    that the state's lines pay; None where lines are known to pay others too."""
    stored = np.flatnonzero(case.panel.district_years == case.panel.years[at])
    if len(stored):
        found: Array = case.panel.districts("paid")[case.f][:, stored[0]].sum(axis=1) / 1e3
        return found
    parts = [part for line in case.own_lines if case.runs(line, at) for part in line.components]
    if not parts or any(isinstance(part, (InnovationZone, Internship, StatewideDollars)) for part in parts):
        return None
    return case.values("state_cost")[:, at] / 1e3


def _trust(case: Case) -> Iterator[str]:
    change = case.change()
    found = case.facts.discrepancy
    if found is not None:
        yield f"Ranges hold what the model missed of {found.response.cases} past laws of other states."
    elif case.facts.uncertainty == "central":
        yield "Ranges hold luck alone: parameters stand at their central values."
    else:
        yield "Ranges leave out what the model missed of past laws; the truth may lie further off."
    if case.facts.draws > 1 and not precise(change.per_100):
        yield "Few draws: with other draws the mean effect on students may move by more than a quarter of itself."
    yield "Trust the order of formulas more than the size of an effect, and the first ten years more than later ones."


def _bad_year(case: Case) -> Iterator[str]:
    if case.facts.bad_years is None:
        yield "A bad year (a bust of oil revenue, a surge of students) is not in these amounts; cte-sim stress has it."
