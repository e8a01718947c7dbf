"""What the comparison of structures found, in sentences that follow from its tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.report.alternatives.tables import beyond_chance, errors_apart, nearer
from sim.report.shared.intervals import number_text
from sim.report.shared.origin import also, short
from sim.results.headlines import HEADLINES, LAST, Headline
from sim.study.alternatives.answers import reversals

if TYPE_CHECKING:
    from sim.study.alternatives.study import Compared, Comparison

TWENTY = float(np.log(20.0))
"""Log evidence by which one of two structures, thought as likely before, is twenty times as likely as the other."""

ERRORS = 2.0
"""Standard errors that a log evidence must exceed as well."""

FAR = 0.25
"""Tolerances by which a target must come nearer or farther to be named."""

FEW = 3
"""Targets that are named of each structure, nearer and farther."""

SHORT = {
    "concentrators_taught": "concentrators taught", "concentrators": "concentrators reported",
    "credentials": "credentials", "state_cost": "state cost a year",
}  # fmt: skip
"""Headline outcomes within a sentence."""


def finding(found: "Comparison") -> list[str]:
    """Three sentences: what the evidence says, what cases that were left out say, what changes in the answer."""
    return [_of_evidence(found), _of_cases(found), _of_answers(found)]


def told_by_evidence(one: "Compared") -> str:
    """Whether the fitted targets speak for a structure or against it, by twenty to one and beyond the error."""
    assert one.beside is not None
    value, beyond = one.beside.evidence, ERRORS * one.beside.error
    if abs(value) <= max(TWENTY, beyond):
        return "not told"
    return "for" if value > 0 else "against"


def told_by_cases(one: "Compared") -> str:
    """Whether a structure forecasts cases better or worse than the model: by both scores beyond the interval."""
    assert one.beside is not None
    log_score, crps = one.beside.log_score, one.beside.crps
    if log_score.low > 0 and crps.high < 0:
        return "better"
    return "worse" if log_score.high < 0 and crps.low > 0 else "not told"


def _of_evidence(found: "Comparison") -> str:
    by = {word: [one for one in found.others if told_by_evidence(one) == word] for word in ("for", "against")}
    targets = f"the {len(found.table.fitted)} fitted targets"
    parts = []
    if by["against"]:
        parts.append(f"speak against {_titles(by['against'], evidence=True)}")
    if by["for"]:
        parts.append(f"speak for {_titles(by['for'], evidence=True)}")
    rest = [one for one in found.others if told_by_evidence(one) == "not told"]
    if not parts:
        return f"**Which structure does the record prefer?** None is told from the model by {targets}."
    left = f"; they do not tell {_titles(rest)} from the model" if rest else ""
    return (
        f"**Which structure does the record prefer?** By twenty to one or more, {targets} {' and '.join(parts)} "
        f"(log evidence beside the model's in brackets){left}."
    )


def _of_cases(found: "Comparison") -> str:
    by = {word: [one for one in found.others if told_by_cases(one) == word] for word in ("better", "worse")}
    parts = [f"{_titles(of)} are {word}" for word, of in by.items() if of]
    said = (
        f"the forecasts of {' and those of '.join(parts)} than the model's by both scores, beyond the interval over "
        "cases; of the others this cannot be said"
        if parts
        else "no structure forecasts better or worse than the model by both scores beyond the interval over cases"
    )
    many = len(found.model.standing.cases)
    heaviest = np.argsort(-found.weights)[:2]
    weights = " and ".join(
        f"{found.weights[place]:.2f} to {_inside(found.structures[place])}"
        for place in heaviest
        if found.weights[place] >= 0.005
    )
    return (
        f"**Does one forecast better?** With each of {many} cases left out, {said}; the mixture that would have "
        f"forecast them best gives {weights}, which is no more than a hint: cases are few, and structures that "
        "forecast nearly alike share their weight at random."
    )


def _of_answers(found: "Comparison") -> str:
    moves = {one.structure.name: _moved(one, found) for one in found.others}
    parts = list(filter(None, moves.values()))
    open_ = [one for one in found.others if told_by_evidence(one) == "not told" and not moves[one.structure.name]]
    still = (
        f" What the fitted targets do not tell from the model and moves no mean beyond chance: {_titles(open_)}."
        if open_ and parts
        else ""
    )
    turned = [
        f"{_inside(one)} puts {_plain(second)} before {_plain(first)} in {SHORT[headline.name]}"
        for one in found.others
        for headline in HEADLINES
        for first, second in reversals(found.model.effects, one.effects, found.formulas[0], headline.name)
    ]
    moved = f"most is moved by {'; '.join(parts)}" if parts else "no mean is moved beyond chance"
    order = f"the order of formulas turns: {'; '.join(turned)}" if turned else "no pair of formulas changes its order"
    return f"**What changes in the answer if one is true?** Beside current law {moved}; {order}.{still}"


def _moved(one: "Compared", found: "Comparison") -> str:
    """The outcome that a structure moves farthest, in standard errors, with both means; nothing if none is moved."""
    most, text = beyond_chance(found), ""
    for formula, outcomes in one.effects.items():
        for headline in HEADLINES:
            values, of_model = outcomes[headline.name], found.model.effects[formula][headline.name]
            if abs(apart := errors_apart(values, of_model)) > most:
                most = abs(apart)
                text = (
                    f"{_inside(one)} ({_plain(formula)}, {SHORT[headline.name]}: {_amount(values.mean(), headline)} in "
                    f"place of {_amount(of_model.mean(), headline)})"
                )
    return text


def changed_text(one: "Compared", found: "Comparison") -> str:
    """The targets that a structure brings nearer and takes farther, by their names, with how far in tolerances."""
    gained = nearer(one, found)
    order = np.argsort(gained)
    names = [target.name.replace("_", " ") for target in found.table.targets]

    def listed(places: Sequence[int]) -> str:
        return ", ".join(f"{names[place]} {abs(gained[place]):.1f}" for place in places) or "none"

    near = listed([place for place in order[::-1][:FEW] if gained[place] > FAR])
    far = listed([place for place in order[:FEW] if gained[place] < -FAR])
    return f"nearer: {near}; farther: {far}"


def origin_text(found: "Comparison") -> str:
    """What was run."""
    return (
        f"Run {short(found.run)}: {found.draws:,} draws of each structure from the priors and {found.asked.kept} of "
        f"its posterior, {found.asked.answered} draws of the answer over {found.years} years (mean of the last "
        f"{min(LAST, found.years)}); seed {found.seed}, data {short(found.data)}{also(found.changed)}."
    )


def _amount(value: float, headline: Headline) -> str:
    return number_text(float(value), headline.unit, signed=True)


def _titles(of: Sequence["Compared"], evidence: bool = False) -> str:
    """Titles of alternatives, if asked with their evidence beside the model's."""
    told = [f" ({one.beside.evidence:+.1f})" if evidence and one.beside is not None else "" for one in of]
    names = [f"{_inside(one)}{after}" for one, after in zip(of, told, strict=True)]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _inside(one: "Compared") -> str:
    """A title within a sentence, in quotation marks; of the model itself no title."""
    return f'"{one.structure.title}"' if one.structure.alternative is not None else "the model"


def _plain(name: str) -> str:
    return name.replace("_", " ")
