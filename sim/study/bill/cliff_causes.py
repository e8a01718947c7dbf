"""What a cliff is due to: a component's limit or threshold, a condition, or a rule, and of which line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from sim.arrays import Array, BoolArray, IntArray
from sim.funding.allocation import JOINT_STAGES, STAGES
from sim.funding.bounds import bounds_written, without_bound
from sim.funding.bounds_in_words import bound_sentences, within_bounds
from sim.funding.components import Component, StatewideDollars
from sim.funding.line import Line
from sim.funding.rules import Rules
from sim.funding.together import same_guarantee
from sim.study.bill.bridge import BOUNDS, rule_words
from sim.study.bill.static_score import base_year_position
from sim.study.bill.unit_steps import LAST, BaseYear, Steps, owed_with, unchanged
from sim.study.bill.units import Unit

NO_PAYMENT = StatewideDollars(dollars=0.0)
"""What stands in a line without its only component."""

RELIEVED = 0.5
"""The part of a step that must be gone without what is named as its cause."""

ALIKE = 0.999
"""From what part of the greatest relief on several would relieve a step alike."""

OWED = 1
"""The stage up to which components, conditions and paid shares decide what is owed: entitlement."""

MARKS: Mapping[str, tuple[str, ...]] = {
    "matched": ("of its own on CTE", "keeps its own CTE money", "carried over", "of the line's money", "is paid more"),
    "guaranteed": ("owed at least",),
    "held_harmless": ("is owed, before proration, less than",),
    "capped": ("rises by at most",),
    "phased_in": ("phased in",),
}
"""By what a sentence of the rule that leads to a stage is known."""


@dataclass(frozen=True)
class Cause:
    """The ``lines`` by their names, the component's label or the rule's name, and what the formula says of it."""

    lines: tuple[str, ...]
    name: str
    words: str


@dataclass(frozen=True)
class _Suspect:
    """What may be the cause of a step: a component, a condition, or a rule of one line. ``without`` is the line without
    it; ``limits``: 0 for an amount, 1 where it also says what counts or multiplies others, 2 for a condition alone;
    ``sort``: what a component pays for, None of what pays nothing by itself."""

    cause: Cause
    without: Line
    limits: int
    sort: object = None


def causes(base_year: BaseYear, unit: Unit, steps: Steps) -> Sequence[Cause]:
    """What makes each step differ from its price: the stage of the ledger that moves it most, over all lines, and where
    that is the entitlement, what makes most of it; else the rule, or the condition or bound without which it is gone.
    """
    if not len(steps.district):
        return ()
    stages = steps.stages
    own = np.stack([stages[0] - steps.price, *(later - earlier for earlier, later in pairwise(stages[: LAST + 1]))])
    at = np.argmax(np.abs(own), axis=0)
    found = _of_what_is_owed(base_year, unit, steps, at <= OWED)
    found |= _of_conditions(
        base_year, unit, steps, (at > OWED) & (np.abs(steps.moved) > RELIEVED * np.abs(steps.price))
    )
    matched = at == STAGES.index("matched")
    matched[list(found)] = False
    found |= _of_bounds(base_year, unit, steps, matched)
    for place in np.flatnonzero(at > OWED):
        if int(place) not in found:
            found[int(place)] = _rule(base_year, steps, int(place), STAGES[at[place]])
    return [found[place] for place in range(len(steps.district))]


def _rule(base_year: BaseYear, steps: Steps, place: int, stage: str) -> Cause:
    """The rule that leads to a stage, of the line that moves there most in the direction of all, with those that share
    it."""
    step = steps.by_line[:, STAGES.index(stage), place] - steps.by_line[:, STAGES.index(stage) - 1, place]
    line = base_year.lines[int(np.argmax(step * np.sign(step.sum())))]
    together = [line]
    if stage == "guaranteed":
        together = [one for one in base_year.lines if one is line or (one.joint and same_guarantee(one, line))]
    elif stage in JOINT_STAGES and line.joint:
        together = [one for one in base_year.lines if one.joint]
    names = tuple(one.name for one in together if not one.pays_nothing)
    return Cause(names, rule_words(stage, _rules(base_year, names)), _said(base_year, names, stage))


def _rules(base_year: BaseYear, names: Sequence[str]) -> list[Rules]:
    """The rules of lines as they are written, with those of the formula."""
    return [base_year.formula.line(name).rules.under(base_year.formula.rules) for name in names]


def _said(base_year: BaseYear, names: Sequence[str], stage: str) -> str:
    """What the formula says of the rule that leads to a stage."""
    lines = [base_year.formula.line(name) for name in names]
    sentences = dict.fromkeys(one for rules in _rules(base_year, names) for one in rules.sentences())
    chosen = [one for one in sentences if any(mark in one for mark in MARKS.get(stage, ()))]
    return " ".join(within_bounds(chosen, lines))


def _of_what_is_owed(base_year: BaseYear, unit: Unit, steps: Steps, which: BoolArray) -> dict[int, Cause]:
    """What each step of ``which`` is due to among what makes up the entitlement, by its place.

    Where the changes of components add up to the step, it is the component whose own change is the largest in the
    direction of the step, its rates under other conditions taken together with it: what one rate takes over from
    another is no change. Else it is the one without which most of the step is gone.
    """
    places = np.flatnonzero(which)
    if not places.size:
        return {}
    beyond = np.abs(steps.by_line[:, OWED][:, places] - steps.prices[:, places]).max(axis=-1)
    moving = [line for line, most in zip(base_year.lines, beyond, strict=True) if most > 0.0] or base_year.lines
    suspects = [one for line in moving for one in _suspects(base_year.formula.line(line.name))]
    if len(suspects) == 1:
        return {int(place): suspects[0].cause for place in places}
    some = steps.taken(which)
    whole = some.stages[OWED] - some.price
    effects = whole - np.stack([_beyond_without(base_year, unit, one, some, OWED) for one in suspects])
    chosen, _ = most_of(whole, effects, np.array([one.limits for one in suspects]))
    for n, at in enumerate(_of_rates_together(suspects, whole, effects)):
        chosen[n] = chosen[n] if at is None else at
    return {int(place): suspects[at].cause for place, at in zip(places, chosen, strict=True)}


def _of_rates_together(suspects: Sequence[_Suspect], whole: Array, effects: Array) -> Iterator[int | None]:
    """For each step ``whole[N]`` that is the sum of ``effects[S, N]`` of components, the suspect that makes most of it:
    of the rates of one sort that do, the one that does so by itself, or what that stands under, a condition of its line
    or a size, if as much is gone without it. None where the effects are no sum."""
    sorts: dict[object, list[int]] = {}
    for at, one in enumerate(suspects):
        if one.sort is not None:
            sorts.setdefault(one.sort, []).append(at)
    for n, step in enumerate(whole):
        toward = effects[:, n] * np.sign(step)
        sums = {sort: float(toward[members].sum()) for sort, members in sorts.items()}
        if not sums or abs(sum(sums.values()) - abs(step)) > (1.0 - ALIKE) * abs(step):
            yield None
            continue
        most = max(sums, key=lambda sort: sums[sort])
        first = max(sorts[most], key=lambda at: toward[at])
        over = [
            at
            for at, one in enumerate(suspects)
            if one.sort is None and one.without.name == suspects[first].without.name
            and toward[at] >= ALIKE * toward[first]
        ]  # fmt: skip
        yield max(over, key=lambda at: suspects[at].limits, default=first)


def _of_conditions(base_year: BaseYear, unit: Unit, steps: Steps, which: BoolArray) -> dict[int, Cause]:
    """What each step of ``which``, which a rule makes, is due to among the bounds that hold a line under a floor and,
    where members are counted, the conditions of lines; nothing of those that would remain without any of them."""
    places = np.flatnonzero(which)
    lines = [base_year.formula.line(line.name) for line in base_year.lines]
    suspects = [one for line in lines for one in _bounds(line, _floor(base_year, line))]
    if unit.field == "membership":
        for line in base_year.lines:
            written = base_year.formula.line(line.name)
            suspects += [one for one in _suspects(written) if one.limits == 2]
    if not places.size or not suspects:
        return {}
    some = steps.taken(which)
    whole = some.moved - some.price
    effects = whole - np.stack([_beyond_without(base_year, unit, one, some, LAST) for one in suspects])
    chosen, left = most_of(whole, effects, np.array([one.limits for one in suspects]))
    relieved = left <= (1.0 - RELIEVED) * np.abs(whole)
    return {int(places[n]): suspects[chosen[n]].cause for n in np.flatnonzero(relieved)}


def _of_bounds(base_year: BaseYear, unit: Unit, steps: Steps, which: BoolArray) -> dict[int, Cause]:
    """Which of several bounds of a line holds each step of ``which`` down; nothing of those that several hold alike."""
    places = np.flatnonzero(which)
    lines = [base_year.formula.line(line.name) for line in base_year.lines]
    suspects = [one for line in lines if len(bounds_written(line.rules)) > 1 for one in _bounds(line, "")]
    if not places.size or not suspects:
        return {}
    at, some = STAGES.index("matched"), steps.taken(which)
    whole = some.stages[at] - some.price
    effects = whole - np.stack([_beyond_without(base_year, unit, one, some, at) for one in suspects])
    relief = np.abs(whole) - np.abs(whole - effects)
    chosen = np.argmax(relief, axis=0)
    relieved = relief.max(axis=0) >= RELIEVED * np.abs(whole)
    return {int(places[n]): suspects[chosen[n]].cause for n in np.flatnonzero(relieved)}


def most_of(whole: Array, effects: Array, limits: IntArray) -> tuple[IntArray, Array]:
    """Of suspects with these ``effects[S, N]`` on steps ``whole[N]``, which makes each step, and what is left of it
    without: the one without which most of it is gone. Of several alike (no price is left without them) it is the one
    that sets a limit, by ``limits[S]``.

    Two that take turns, as rates by size do, each make more than the step that is left between them: where none alone
    relieves a step, it is the one that moves as it does, of the two without which least is left of it.
    """
    rest = np.abs(whole - effects)
    relief = np.abs(whole) - rest
    alike = relief >= ALIKE * np.maximum(relief.max(axis=0), 0.0)
    found = np.argmax(np.where(alike, 1.0 + limits[:, np.newaxis], 0.0), axis=0)
    left = rest.min(axis=0)
    if len(effects) < 2:
        return found, left
    for n in np.flatnonzero(relief.max(axis=0) < RELIEVED * np.abs(whole)):
        effect = effects[:, n]
        both = np.abs(whole[n] - effect[:, np.newaxis] - effect)[np.triu_indices(len(effect), 1)]
        near = both <= both.min() + (1.0 - ALIKE) * abs(float(whole[n]))
        pairs = np.transpose(np.triu_indices(len(effect), 1))
        one, other = pairs[int(np.argmax(np.where(near, 1.0 + limits[pairs].sum(axis=1), 0.0)))]
        found[n] = max((int(one), int(other)), key=lambda at: float(effect[at] * np.sign(whole[n])))
        left[n] = both.min()
    return found, left


def _suspects(line: Line) -> Iterator[_Suspect]:
    """What decides what a line owes: its components, its condition, and shares that are paid under a condition."""
    here = (line.name,)
    for part in line.components:
        kept = tuple(other for other in line.components if other is not part) or (NO_PAYMENT,)
        counts = int(type(part).counted is not Component.counted or bool(part.works_on()))
        sort = (type(part), part.paid_prices()) if part.paid_prices() else None
        cause = Cause(here, part.label, " ".join(part.briefly()))
        yield _Suspect(cause, line.model_copy(update={"components": kept}), counts, sort)
    if line.where is not None:
        cause = Cause(here, "where", f"It pays {line.where.words()}.")
        yield _Suspect(cause, line.model_copy(update={"where": None}), 2)
    for case in line.rules.differs:
        if "paid_share" not in case.written:  # the others come after what is owed, in stages of their own
            continue
        left = tuple(other for other in line.rules.differs if other is not case)
        rules = line.rules.model_copy(update={"differs": left})
        cause = Cause(here, "paid share", " ".join(line.rules.cases_in_words({"paid_share"})))
        yield _Suspect(cause, line.model_copy(update={"rules": rules}), 2)


def _bounds(line: Line, floor: str) -> Iterator[_Suspect]:
    """What bounds a line, with the sentence of a floor that it holds down."""
    if not line.outside_main:
        return
    for key in bounds_written(line.rules):
        said = " ".join([*bound_sentences(line.rules, key), *([floor] if floor else [])])
        yield _Suspect(Cause((line.name,), BOUNDS[key], said), without_bound(line, key), 2)


def _floor(base_year: BaseYear, line: Line) -> str:
    """What the formula says of a floor over a line's payments; nothing where it has none."""
    together = tuple(one.name for one in base_year.lines if one.joint and not one.pays_nothing) if line.joint else ()
    return _said(base_year, together, "held_harmless") or _said(base_year, (line.name,), "guaranteed")


def _beyond_without(base_year: BaseYear, unit: Unit, suspect: _Suspect, steps: Steps, stage: int) -> Array:
    """By how much all lines would move beyond the posted price at a stage without a suspect, dollars ``[N]``."""
    name = suspect.without.name
    lines = tuple(suspect.without if one.name == name else one for one in base_year.formula.lines)
    formula = base_year.formula.model_copy(update={"lines": lines})
    year = base_year.position.fiscal_year
    position = base_year_position(base_year.ensemble, formula, base_year.counts, year)
    other = replace(base_year, formula=formula, position=position)
    held = unit.held(base_year.counts)[steps.district, steps.cluster if unit.by_pathway else 0]
    as_it_is, posted = unchanged(other, steps.district)
    ends = []
    for amount in (steps.below, steps.above):
        beyond: Array = (as_it_is[:, stage] - posted).sum(axis=0)
        changed = np.flatnonzero(amount != held)
        if changed.size:
            there, price = owed_with(other, unit, steps.district[changed], steps.cluster[changed], amount[changed])
            beyond[changed] = (there[:, stage] - price).sum(axis=0)
        ends.append(beyond)
    return ends[1] - ends[0]
