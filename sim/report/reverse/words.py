"""What a reverse stress test found, in sentences and as a table."""

import pandas as pd

from sim.report.shared.names import first_letter, in_sentence
from sim.report.stress.sheets import Row, Sheet
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


def sentence(study: ReverseStudy, found: Reversed) -> str:
    """What was found of one formula, with its bracket."""
    asked, bracket = study.asked, found.bracket
    name = in_sentence(title_of(found))
    years = f"FY{study.first_year}-{study.last_year % 100:02d}"
    part = "in half of draws or more" if asked.chance == 0.5 else f"in {asked.chance:.0%} of draws or more"
    below = f"under {asked.level:.0%} of what is owed is paid in the worst year of {years} {part}"
    if bracket.holds is None:
        calm = bracket.tried[0]
        return first_letter(f"{name}: {below} without any shock (in {calm.part:.0%} of {study.draws} draws).")
    if bracket.breaks is None:
        far = bracket.tried[1]
        return first_letter(
            f"{name}: no {_shock(found)} up to {_size(found, bracket.holds)} does it: there "
            f"{below.replace(part, 'in').rstrip()} "
            f"{far.part:.0%} of draws; in the median draw the worst year pays {far.share:.0%}."
        )
    calm = bracket.tried[0]
    return first_letter(
        f"{name}: {below} once {_shock(found, True)} {_size(found, bracket.breaks)}; at "
        f"{_size(found, bracket.holds, False)} it "
        f"does not yet. Without a shock: {calm.part:.0%} of draws."
    )


def _shock(found: Reversed, reaches: bool = False) -> str:
    if found.scenario is not None:
        title = in_sentence(found.scenario.title)
        return f"a {title} reaches" if reaches else title
    what = WHAT[found.shock]
    return (
        f"{what} from FY{found.start} on {'fall to' if found.shock in FALLING else 'rise to'}"
        if reaches
        else f"change of {what}"
    )


def _size(found: Reversed, size: float, whole: bool = True) -> str:
    if found.scenario is not None:
        return f"{size:.2f} times its size as assumed" if whole else f"{size:.2f} times"
    return f"{size:.2f} times the outlook" if whole else f"{size:.2f} times"


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
