"""What a cliff is due to: a component's limit or threshold, or a rule of the line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True)
class _Suspect:
    """What may be the cause of a step in what is owed: a component, or what the line says of all of them. ``without``
    is the line without it; ``limits``: 0 for an amount, 1 where it also says what counts, 2 for a condition alone."""

    name: str
    words: str
    line: Line
    without: Line
    limits: int


def _suspects(base_year: BaseYear, payer: Payer) -> Iterator[_Suspect]:
    several = len(payer.lines) > 1
    for line in (base_year.formula.line(one.name) for one in payer.lines):  # as written, not as in force somewhere
        of = f"{line.name}: " if several else ""
        for part in line.components:
            kept = tuple(other for other in line.components if other is not part) or (NO_PAYMENT,)
            counts = int(type(part).counted is not Component.counted)
            without = line.model_copy(update={"components": kept})
            yield _Suspect(f"{of}{part.label}", " ".join(part.briefly()), line, without, counts)
        if line.where is not None:
            said = f"It pays {line.where.words()}."
            yield _Suspect(f"{of}where", said, line, line.model_copy(update={"where": None}), 2)
        for case in line.rules.differs:
            if "paid_share" not in case.written:  # the others come after what is owed, in stages of their own
                continue
            left = tuple(other for other in line.rules.differs if other is not case)
            rules = line.rules.model_copy(update={"differs": left})
            said = " ".join(case.sentences(("paid_share",), line.rules.alone))
            yield _Suspect(f"{of}paid share", said, line, line.model_copy(update={"rules": rules}), 2)


def _components(
    base_year: BaseYear, unit: Unit, payer: Payer, steps: Steps, which: BoolArray
) -> Mapping[int, tuple[str, str]]:
    """What each step of ``which`` is due to among what makes up the entitlement, by its place, with what the formula
    says of it."""
    places = np.flatnonzero(which)
    suspects = list(_suspects(base_year, payer))
    if len(suspects) == 1 or not places.size:
        return {int(place): (suspects[0].name, suspects[0].words) for place in places}
    whole = steps.stages[1, places] - steps.price[places]
    # Of two that take turns, as rates by size do, each makes more than the step that is left between them.
    without = [_beyond_without(base_year, unit, payer, one, steps.taken(which)) for one in suspects]
    relief = np.abs(whole - np.stack(without))
    # Where several would relieve it alike (no price is left without them), it is the one that sets a limit.
    limits = np.array([[one.limits] for one in suspects])
    chosen = np.argmax((relief >= 0.999 * relief.max(axis=0)) * (1.0 + limits), axis=0)
    return {int(place): (suspects[at].name, suspects[at].words) for place, at in zip(places, chosen, strict=True)}


def _beyond_without(base_year: BaseYear, unit: Unit, payer: Payer, suspect: _Suspect, steps: Steps) -> Array:
    """By how much entitlement would move beyond the posted price without a suspect, dollars ``[N]``."""
    lines = tuple(suspect.without if one.name == suspect.line.name else one for one in base_year.formula.lines)
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
