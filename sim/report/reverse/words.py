"""What a reverse stress test found, in sentences and as a table."""

from collections.abc import Sequence

import pandas as pd

from sim.parameters.catalogue import load_catalogue
from sim.report.shared.names import first_letter
from sim.report.stress.sheets import Row, Sheet
from sim.states.words import listed
from sim.study.stress.reverse import FALLING, Reversed, ReverseStudy

WHAT = {
    "revenue": "general-fund revenue",
    "participation": "students who want CTE",
    "progression": "the odds of completing a pathway",
    "credentials": "credential attempts",
    "entrants": "the entering cohorts",
}
"""The factors in words."""


def title_of(found: Reversed) -> str:
    """The formula's short title."""
    return found.formula.short or found.formula.title


def sentences(study: ReverseStudy) -> list[str]:
    """What was found, formula by formula: the shocks that do it with their brackets, then in one sentence those that do
    not at any size; and what the brackets leave out."""
    said = []
    for name in dict.fromkeys(found.formula.name for found in study.found):
        own = [found for found in study.found if found.formula.name == name]
        calm = [found for found in own if found.bracket.holds is None]
        if calm:
            said.append(_without_a_shock(study, calm[0]))
            continue
        said += [_reached(study, found) for found in own if found.bracket.breaks is not None]
        if idle := [found for found in own if found.bracket.breaks is None]:
            said.append(_not_reached(study, idle))
    return [*said, LEAVES_OUT] if said else said


LEAVES_OUT = (
    "Brackets are of runs as simulated: parameters and luck, without what forecasts of other laws have missed "
    "(discrepancy), which may break a bill earlier or later."
)


def _below(study: ReverseStudy) -> str:
    asked = study.asked
    part = "in half of draws or more" if asked.chance == 0.5 else f"in {asked.chance:.0%} of draws or more"
    years = f"FY{study.first_year}-{study.last_year % 100:02d}"
    return f"under {asked.level:.0%} of what is owed is paid in the worst year of {years}, {part},"


def _without_a_shock(study: ReverseStudy, found: Reversed) -> str:
    calm = found.bracket.tried[0]
    return f"{title_of(found)}: {_below(study)} without any shock ({calm.part:.0%} of {study.draws} draws)."


def _reached(study: ReverseStudy, found: Reversed) -> str:
    bracket = found.bracket
    if found.scenario is not None:
        when = f"once {_lowered(found.scenario.title)} reaches {bracket.breaks:.2f} times its size as assumed"
    else:
        way = "falls to" if found.shock in FALLING else "reaches"
        when = f"once {WHAT[found.shock]} from FY{found.start} on {way} {bracket.breaks:.2f} times the outlook"
    calm = bracket.tried[0]
    return (
        f"{title_of(found)}: {_below(study)} {when}, not yet at {bracket.holds:.2f}; without a shock "
        f"{calm.part:.0%} of "
        f"{study.draws} draws."
    )


def _not_reached(study: ReverseStudy, found: Sequence[Reversed]) -> str:
    far = min(found, key=lambda one: one.bracket.tried[1].share).bracket.tried[1]
    least = f"in the median draw its worst year pays {far.share:.0%} or more"
    if found[0].scenario is not None:
        named = listed([_lowered(one.scenario.title) for one in found if one.scenario is not None])
        return f"{title_of(found[0])}: not by {named}, up to {far.size:g} times its size as assumed: {least}."
    return f"{title_of(found[0])}: not by {WHAT[found[0].shock]} at {far.size:g} times the outlook: {least}."


def _lowered(title: str) -> str:
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def bounds() -> str:
    """How far a bust of revenue can reach, as the model's parameters have it."""
    economy = load_catalogue().entries["economy"]
    ends = {name: economy[name].prior for name in ("formula_cut", "categorical_cut")}
    shares = {name: f"{(prior.low or 0.0):.0%} to {(prior.high or 0.0):.0%}" for name, prior in ends.items()}
    return (
        f"A bust of revenue cuts money inside the main formula by {shares['formula_cut']} at most, and CTE lines "
        f"outside it by {shares['categorical_cut']}, as on record: alone it pushes no further, however deep."
    )


def sheet(study: ReverseStudy) -> Sheet:
    """A row for each formula and shock, with the bracket."""
    rows = []
    for found in study.found:
        bracket = found.bracket
        calm, most = bracket.tried[0], bracket.tried[1]
        if bracket.holds is None:
            said = "none needed"
        elif bracket.breaks is None:
            said = f"none up to {bracket.holds:.2f}"
        else:
            said = f"{bracket.holds:.2f} to {bracket.breaks:.2f}"
        shock = found.scenario.title if found.scenario is not None else first_letter(WHAT[found.shock])
        rows.append(Row(((title_of(found), shock), (said, ""), (f"{calm.part:.0%}", f"median {calm.share:.0%}"),
                         (f"{most.part:.0%}", f"median {most.share:.0%}"))))  # fmt: skip
    asked = study.asked
    unit = "times the scenario" if asked.shock == "severity" else "times the outlook"
    far = study.found[0].bracket.tried[1].size if study.found else 0.0
    return Sheet(
        "reverse",
        f"The smallest shock that pays under {asked.level:.0%} of what is owed in the worst year of "
        f"{asked.chance:.0%} of draws",
        (("Formula", "shock"), ("Smallest shock", unit), ("Draws below\nwithout a shock", "lowest paid share"),
         (f"Draws below\nat {far:g} times", "lowest paid share")),
        tuple(rows),
        (
            f"By bisection on the same {study.draws} draws of parameters and luck, "
            f"FY{study.first_year}-{study.last_year}: the "
            "first size does not do it, the second does. It is assumed that a larger shock does no less. As "
            "simulated, without "
            "what forecasts of other laws have missed.",
            bounds(),
        ),
    )  # fmt: skip


def frame(study: ReverseStudy) -> pd.DataFrame:
    """Every size that was tried."""
    return pd.DataFrame(
        [
            {
                "formula": found.formula.name,
                "scenario": "" if found.scenario is None else found.scenario.name,
                "shock": found.shock,
                "size": tried.size,
                "draws_below": tried.part,
                "median_lowest_paid_share": tried.share,
                "level": study.asked.level,
                "holds": found.bracket.holds,
                "breaks": found.bracket.breaks,
                "draws": study.draws,
            }
            for found in study.found
            for tried in found.bracket.tried
        ]
    )
