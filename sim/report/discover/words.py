"""Conditions in words: a box in one sentence with units, and what it does to how often a formula fails."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.shared.figure_style import plain
from sim.report.shared.intervals import number_text
from sim.report.shared.names import first_letter, in_sentence, titles_of
from sim.study.discover.futures import KIND, SIZE
from sim.study.discover.study import BUDGET, GOAL

if TYPE_CHECKING:
    from sim.study.discover.points import Box
    from sim.study.discover.study import Condition, Found
    from sim.study.discover.tree import Question

OUTCOMES = {
    "concentrators_taught": "concentrators taught", "concentrators": "concentrators reported",
    "credentials": "credentials",
}  # fmt: skip
WHOLE = ("share", "ratio", "per", "times")


def titles(found: "Found") -> dict[str, str]:
    """What formulas are called."""
    return titles_of(found.results.manifest.formulas)


def years(found: "Found") -> str:
    """The fiscal years in which the budget must hold."""
    return f"FY{found.span.first}-{str(found.span.last)[2:]}"


def goal_years(found: "Found") -> str:
    """The fiscal years of whose mean the goal is."""
    return f"FY{found.span.goal_from}-{str(found.span.last)[2:]}"


def failing(found: "Found", condition: "Condition") -> str:
    """What a formula does in the futures in question: 'owes more than is voted in some year of FY2026-35'."""
    layout, names = found.materials.layout, titles(found)
    outcome = OUTCOMES[layout.goal]
    if condition.question == BUDGET:
        if layout.budget == "appropriation":
            return f"owes more than its appropriation in some year of {years(found)}"
        verb = "owes" if layout.of == "owed" else "costs the state"
        dollars = number_text(float(layout.budget), "dollars")
        return f"{verb} more than {dollars} (dollars of the base year) in some year of {years(found)}"
    if condition.question == GOAL:
        if layout.level == "current_law":
            base = in_sentence(names[str(found.materials.inputs.baseline)])
            return f"has fewer {outcome} per 100 members than {base} in {goal_years(found)}"
        return f"has fewer than {layout.level:g} {outcome} per 100 members in {goal_years(found)}"
    other = in_sentence(names[str(condition.other)])
    return f"has fewer {outcome} per 100 members than {other} in {goal_years(found)}"


def percent(share: float) -> str:
    """A share in whole percent; '<1%' and '>99%' for what is not quite none or all."""
    return "<1%" if 0.0 < share < 0.005 else ">99%" if 0.995 < share < 1.0 else f"{share:.0%}"


def value(number: float, unit: str) -> str:
    """A limit with its unit: '0.81', '12%', '$30.0M', '1.5 times that of its file'."""
    first = unit.partition(" ")[0].rstrip(",")
    if unit.startswith("share"):
        return f"{100.0 * number:.3g}%"
    if first == "dollars":
        rest = unit.removeprefix("dollars").strip()
        return number_text(number, "dollars") + (f" {rest}" if rest else "")
    return f"{number:,.3g} {unit}".rstrip() if unit not in ("ratio", "number") else f"{number:,.3g}"


def limits(found: "Found", condition: "Condition", box: "Box") -> list[str]:
    """Each limit of a box in words, the scenario first."""
    said = []
    order = sorted(box.limits, key=lambda at: condition.dimensions[at].name not in (KIND, SIZE))
    for at in order:
        one, levels = condition.dimensions[at], condition.points.levels[at]
        kept = box.kept[at]
        if kept is not None and levels is not None:
            said.append(_kinds(found, [levels[place] for place in sorted(kept)], len(levels)))
            continue
        low, high = float(box.low[at]), float(box.high[at])
        name = one.label if one.name == SIZE else f"'{one.label}'"
        name = name[:1].lower() + name[1:] if one.name == SIZE else name
        if np.isfinite(low) and np.isfinite(high):
            said.append(f"{name} is between {value(low, one.unit)} and {value(high, one.unit)}")
        elif np.isfinite(low):
            said.append(f"{name} is above {value(low, one.unit)}")
        else:
            said.append(f"{name} is below {value(high, one.unit)}")
    return said


def _kinds(found: "Found", kept: Sequence[str], of: int) -> str:
    names = found.materials.searched.kinds
    if len(kept) > of / 2 and of - len(kept) <= 3:
        out = [name for name in names if name not in kept]
        return f"the scenario is not {_or([in_quotes(names[name]) for name in out])}"
    return f"the scenario is {_or([in_quotes(names[name]) for name in kept])}"


def in_quotes(title: str) -> str:
    """The title of a scenario within a sentence."""
    return f"'{title}'"


def _or(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def joined(said: Sequence[str]) -> str:
    """Limits as one condition."""
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def sentence(found: "Found", condition: "Condition") -> str:
    """What was found for one question, in one or two sentences."""
    name = first_letter(titles(found).get(condition.formula, plain(condition.formula)))
    of, fails = condition.discovery, failing(found, condition)
    share, count = of.found.share, f"{of.found.points:,}"
    if of.found.cases in (0, of.found.points):
        often = "none" if of.found.cases == 0 else "all"
        return f"{name} {fails} in {often} of {count} futures."
    if not of.searched:
        few = min(of.found.cases, of.found.points - of.found.cases)
        often = f"{name} {fails} in {percent(share)} of {count} futures"
        return f"{often}: with {few} that differ, no condition is looked for."
    if not of.tells:
        return f"{name} {fails} in {percent(share)} of {count} futures; no condition tells which."
    condition_said = joined(limits(found, condition, of.box))
    return (
        f"{name} {fails} in {percent(of.found.density)} of the futures where {condition_said}, against {percent(share)}"
        f" of all. That is {percent(of.found.coverage)} of the futures in which it does; among fresh futures"
        f" {percent(of.fresh.density)} against {percent(of.fresh.share)}, and {percent(of.fresh.coverage)} of them."
    )


def branch(found: "Found", condition: "Condition", questions: "Sequence[Question]") -> str:
    """The answers that lead to a leaf of the tree."""
    said = []
    for one in questions:
        dimension = condition.dimensions[one.dimension]
        if one.word is not None:
            title = in_quotes(found.materials.searched.kinds[one.word])
            said.append(f"the scenario is {title}" if one.above else f"it is not {title}")
        else:
            turn = "above" if one.above else "at most"
            said.append(f"'{dimension.label}' {turn} {value(one.limit, dimension.unit)}")
    return ", ".join(said) if said else "all futures"
