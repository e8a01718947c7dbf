"""What a stress study found, as sentences over its figures, and which scenarios are worth a panel."""

from collections.abc import Mapping

import numpy as np

from sim.arrays import Array
from sim.report.answer.rules import settled
from sim.report.shared.intervals import bands, number_text
from sim.report.shared.names import first_letter, in_sentence
from sim.report.shared.panel import Panel
from sim.report.stress.conditions import condition
from sim.report.stress.shortfall import CALM, moved

MOVES = 0.01
"""Part of the calm years' cost by which what is paid or owed must move for a scenario to be shown."""

TOLD = 0.5e6
"""Dollars owed and not paid in the worst year from which on a shortfall is told."""


def worst_unpaid(panel: Panel, f: int) -> Array:
    """Owed and not paid in the worst year, constant dollars, ``[R]``."""
    owed, paid = (panel.constant(column)[f][:, panel.policy] for column in ("entitlement", "state_cost"))
    unpaid: Array = np.maximum(owed - paid, 0.0).max(axis=1)
    return unpaid


def yearly(panel: Panel, f: int, column: str) -> Array:
    """Yearly mean of a column after the base year, constant dollars, ``[R]``."""
    mean: Array = panel.constant(column)[f][:, panel.policy].mean(axis=1)
    return mean


def moving(panels: Mapping[str, Panel], f: int) -> list[str]:
    """The scenarios that move what a formula pays or owes by more than `MOVES`, with a clear direction; the one that
    moves most first."""
    calm = panels[CALM]
    size: dict[str, float] = {}
    for name, panel in panels.items():
        if name == CALM:
            continue
        for column in ("state_cost", "entitlement"):
            before = yearly(calm, f, column)
            change = yearly(panel, f, column) - before
            if moved(change, MOVES * float(before.mean())) in ("more", "less"):
                size[name] = max(size.get(name, 0.0), abs(float(change.mean())))
    return sorted(size, key=lambda name: -size[name])


def capped(panels: Mapping[str, Panel], f: int) -> bool:
    """Whether no scenario makes the state pay more, though one makes it owe more: the appropriation caps the cost."""
    calm = panels[CALM]
    paid, owed = yearly(calm, f, "state_cost"), yearly(calm, f, "entitlement")
    others = [panel for name, panel in panels.items() if name != CALM]
    rises = [panel for panel in others if yearly(panel, f, "entitlement").mean() > (1 + MOVES) * owed.mean()]
    return bool(rises) and all(yearly(panel, f, "state_cost").mean() <= (1 + MOVES) * paid.mean() for panel in others)


def cost_sentence(panels: Mapping[str, Panel], f: int, titles: Mapping[str, str]) -> str:
    """What shocks do to a formula's cost: that it cannot rise where the appropriation caps it, with who carries the
    rest; else which scenario makes it dearest. ``titles`` are those of the scenarios."""
    calm = panels[CALM]
    name = in_sentence(calm.short_titles[f])
    unpaid = {scenario: float(worst_unpaid(panel, f).mean()) for scenario, panel in panels.items()}
    worst = max(unpaid, key=lambda scenario: unpaid[scenario])
    carried = f"{number_text(unpaid[worst], 'dollars')} goes unpaid in the worst year"
    usual = f", {number_text(unpaid[CALM], 'dollars')} without a shock" if unpaid[worst] > unpaid[CALM] else ""
    under = condition(titles, worst)
    if capped(panels, f):
        return f"Under {name} cost cannot rise: the appropriation caps it; {carried} {under}{usual}"
    before = yearly(calm, f, "state_cost")
    changes = {
        scenario: yearly(panel, f, "state_cost") - before for scenario, panel in panels.items() if scenario != CALM
    }
    clear = {s: c for s, c in changes.items() if settled(c) == "more" and c.mean() > MOVES * before.mean()}
    told = unpaid[worst] >= TOLD
    if not clear:
        said = f"No scenario makes {name} clearly dearer than {number_text(float(before.mean()), 'dollars')} a year"
        return f"{said}; {carried} {under}{usual}" if told else said
    dearest = max(clear, key=lambda scenario: float(clear[scenario].mean()))
    found = bands(clear[dearest], axis=0)
    ends = " to ".join(number_text(float(end), "dollars") for end in (found.low, found.high))
    more = number_text(float(found.mean), "dollars")
    said = first_letter(f"{name} costs {more} a year more {condition(titles, dearest)} ({ends})")
    of = "" if worst == dearest else f" {under}"
    return f"{said}; {carried}{of}{usual}" if told else said


def shortfall_sentence(panels: Mapping[str, Panel], shown: list[int], titles: Mapping[str, str]) -> str:
    """Whose money falls shortest, under which of scenarios with ``titles``, and by how much without a shock."""
    calm = panels[CALM]
    unpaid = {(scenario, f): worst_unpaid(panel, f) for scenario, panel in panels.items() for f in shown}
    scenario, f = max(unpaid, key=lambda key: float(unpaid[key].mean()))
    found = bands(unpaid[scenario, f], axis=0)
    if found.mean < TOLD:
        return f"No shock leaves more than {number_text(TOLD, 'dollars')} unpaid in any year"
    ends = " to ".join(number_text(float(end), "dollars") for end in (found.low, found.high))
    said = f"{in_sentence(calm.short_titles[f])} leaves most unpaid: {number_text(float(found.mean), 'dollars')}"
    said += f" in the worst year {condition(titles, scenario)} ({ends})"
    if scenario != CALM:
        said += f", {number_text(float(unpaid[CALM, f].mean()), 'dollars')} without a shock"
    return first_letter(said)
