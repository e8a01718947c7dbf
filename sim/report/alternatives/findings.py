"""The sentences over the figures of other structures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.config_folder import config_folder
from sim.inputs import InputError
from sim.report.alternatives.tables import beyond_chance, errors_apart
from sim.report.alternatives.words import told_by_cases, told_by_evidence
from sim.report.shared.names import short_titles
from sim.results.headlines import HEADLINES
from sim.study.alternatives.answers import reversals
from sim.study.setup.inputs import find_formula

if TYPE_CHECKING:
    from sim.study.alternatives.study import Comparison


def titles(names: Sequence[str]) -> tuple[str, ...]:
    """Short titles of formulas by their names; the name in words where no shipped formula has it."""
    found, given = [], []
    for name in names:
        try:
            formula = find_formula(name, config_folder(), ())
            found.append(formula.title)
            given.append(formula.short)
        except InputError:
            found.append(name.replace("_", " "))
            given.append("")
    return short_titles(names, found, given)


def standing_sentence(found: "Comparison") -> str:
    """Which structures the fitted targets speak for and against, and whether any forecasts cases better."""
    by = {word: sum(told_by_evidence(one) == word for one in found.others) for word in ("for", "against")}
    better = sum(told_by_cases(one) == "better" for one in found.others)
    forecast = f"{better or 'none'} of them forecast{'s' if better <= 1 else ''} cases left out clearly better"
    return (
        f"Of {len(found.others)} structures without one of the model's decisions the targets speak against "
        f"{by['against'] or 'none'} and for {by['for'] or 'none'}; {forecast} than the model"
    )


def answers_sentence(found: "Comparison", names: Sequence[str]) -> str:
    """Whether another structure turns the order of formulas, and whether it moves what they bring."""
    most = beyond_chance(found)
    turned = [
        (one, first, second, headline)
        for one in found.others
        for headline in HEADLINES
        for first, second in reversals(found.model.effects, one.effects, found.formulas[0], headline.name)
    ]
    moved = sum(
        any(
            abs(errors_apart(outcomes[headline.name], found.model.effects[formula][headline.name])) > most
            for formula, outcomes in one.effects.items()
            for headline in HEADLINES
        )
        for one in found.others
    )
    sizes = f"{moved or 'none'} of {len(found.others)} move{'s' if moved <= 1 else ''} what they bring beyond chance"
    if not turned:
        return f"No other structure turns the order of formulas; {sizes}"
    one, first, second, headline = turned[0]
    title = dict(zip(found.formulas, names, strict=True))
    more = f" ({len(turned)} such pairs)" if len(turned) > 1 else ""
    return (
        f'"{one.structure.title}" puts {title[second]} before {title[first]} in {headline.label.lower()}{more}; {sizes}'
    )
