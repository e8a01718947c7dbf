"""What a cliff is due to: a component's limit or threshold, or a rule of the line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sim.arrays import Array, BoolArray
from sim.funding.allocation import STAGES
from sim.funding.components import Component, StatewideDollars
from sim.funding.line import Line
from sim.study.bill.bridge import RULE_OF_STAGE, rule_words
from sim.study.bill.static_score import base_year_position
from sim.study.bill.unit_steps import LAST, BaseYear, Payer, Steps, chunks, own_districts, paid
from sim.study.bill.units import Unit

NO_PAYMENT = StatewideDollars(dollars=0.0)
"""What stands in a line without its only component."""


def causes(base_year: BaseYear, unit: Unit, payer: Payer, steps: Steps) -> Sequence[tuple[str, str]]:
    """What makes each step differ from its price: the stage of the ledger that moves it most, and where that is
    the entitlement, the component that makes most of it."""
    if not len(steps.district):
        return ()
    own = np.stack(
        [steps.stages[0] - steps.price, *(later - earlier for earlier, later in pairwise(steps.stages[: LAST + 1]))]
    )
    stage = np.argmax(np.abs(own), axis=0)
    rules = _rule_words(base_year, payer)
    component = _components(base_year, unit, payer, steps, stage <= 1)
    return [
        component[place] if at <= 1 else rules.get(STAGES[at], (RULE_OF_STAGE.get(STAGES[at], STAGES[at]), ""))
        for place, at in enumerate(stage)
    ]


def _rule_words(base_year: BaseYear, payer: Payer) -> Mapping[str, tuple[str, str]]:
    """The rules of a payer by the stage that they lead to: a name and the sentence that the formula says of them."""
    written = [base_year.formula.line(line.name).rules.under(base_year.formula.rules) for line in payer.lines]
    said = list(dict.fromkeys(sentence for rules in written for sentence in rules.sentences()))
    marks = {
        "matched": ("of its own on CTE", "keeps its own CTE money", "carried over", "of the line's money"),
        "guaranteed": ("owed at least",),
        "held_harmless": ("is owed, before proration, less than",),
        "capped": ("rises by at most",),
        "phased_in": ("phased in",),
    }
    return {
        stage: (rule_words(stage, written), " ".join(s for s in said if any(mark in s for mark in words)))
        for stage, words in marks.items()
    }


def _components(
    base_year: BaseYear, unit: Unit, payer: Payer, steps: Steps, which: BoolArray
) -> Mapping[int, tuple[str, str]]:
    """The component to which each step of ``which`` is due, by its place, with what the formula says of it."""
    places = np.flatnonzero(which)
    parts = [(line, part) for line in payer.lines for part in line.components]
    several = len(payer.lines) > 1
    said = [(f"{line.name}: {part.label}" if several else part.label, " ".join(part.briefly())) for line, part in parts]
    if len(parts) == 1 or not places.size:
        return {int(place): said[0] for place in places}
    whole = steps.stages[1, places] - steps.price[places]
    # Of two that take turns, as rates by size do, each makes more than the step that is left between them.
    without = [_beyond_without(base_year, unit, payer, line, part.label, steps.taken(which)) for line, part in parts]
    relief = np.abs(whole - np.stack(without))
    # Where several would relieve it alike (no price is left without them), it is the one that sets a limit.
    limits = np.array([[type(part).counted is not Component.counted] for _, part in parts])
    chosen = np.argmax((relief >= 0.999 * relief.max(axis=0)) * (1.0 + limits), axis=0)
    return {int(place): said[at] for place, at in zip(places, chosen, strict=True)}


def _beyond_without(base_year: BaseYear, unit: Unit, payer: Payer, line: Line, label: str, steps: Steps) -> Array:
    """By how much entitlement would move beyond the posted price without a component, dollars ``[N]``."""
    kept = tuple(part for part in line.components if part.label != label) or (NO_PAYMENT,)
    lines = tuple(
        one.model_copy(update={"components": kept}) if one.name == line.name else one for one in base_year.formula.lines
    )
    formula = base_year.formula.model_copy(update={"lines": lines})
    year = base_year.position.fiscal_year
    position = base_year_position(base_year.ensemble, formula, base_year.counts, year)
    other = replace(base_year, formula=formula, position=position)
    held = unit.held(base_year.counts)[steps.district, steps.cluster if unit.by_pathway else 0]
    unchanged = {name: (stages[1], posted) for name, stages, posted in paid(other, base_year.counts)}[payer.name]
    ends = []
    for amount in (steps.below, steps.above):
        owed, posted = unchanged[0][steps.district], unchanged[1][steps.district]
        changed = np.flatnonzero(amount != held)
        for part in chunks(len(changed)):
            places = changed[part]
            district, rows = steps.district[places], np.arange(len(places))
            counts = unit.changed(base_year.counts, district, steps.cluster[places], amount[places])
            stages, price = next((s, p) for name, s, p in paid(other, counts) if name == payer.name)
            owed[places], posted[places] = (
                own_districts(stages[1:2], rows, district)[0],
                own_districts(price[np.newaxis], rows, district)[0],
            )
        ends.append((owed, posted))
    (low, low_price), (high, high_price) = ends
    beyond: Array = (high - low) - (high_price - low_price)
    return beyond
