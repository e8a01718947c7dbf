"""What a briefing says, gathered from a results folder: every sentence and number of the page, before it has a look."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.report.answer.facts import Facts, facts
from sim.report.answer.text import answer_sentences, answer_table
from sim.report.briefing.places import Places, places_of
from sim.report.compare.headline_table import (
    changes,
    changes_from_indexed,
    heading,
    levels,
    told_spans,
    word_notes,
)
from sim.report.shared.groups import roster
from sim.report.shared.intervals import bands, interval_text
from sim.report.shared.origin import run_origin
from sim.report.shared.panel import Panel
from sim.report.shared.plain_table import Cell
from sim.states.speaking import state_words

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World

TOLD = 4
"""Formulas named in a title, and whose winners and losers are listed."""

AFTER = 5
"""Years under a formula after which districts are shown, or the last stored year before it."""

OFTEN_ESTIMATED = 4
"""Estimated fields that are named."""

ONE_IN_TWENTY = 1.645
"""Standard deviations beyond which one in twenty lies, on either side."""


@dataclass(frozen=True)
class Answer:
    """The answer in words: a ``table`` with a row of headings first, and ``sentences``."""

    table: Sequence[Sequence[str]]
    sentences: Sequence[str]


@dataclass(frozen=True)
class Table:
    """Cells as a screen shows them, each a value and what stands below it."""

    caption: str
    head: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Content:
    """The words and numbers of a page, in its order."""

    title: str
    subtitle: str
    base_year: int
    answer: Answer
    tables: Sequence[Table]
    notes: Sequence[str]
    places: Sequence[Places]
    districts: pd.DataFrame | None
    bad_year: Sequence[str]
    trust: Sequence[str]
    data_quality: str
    origin: str


def content(results: "Results", world: "World", panel: Panel) -> Content:
    """The content of a comparison's briefing, for the scenario of ``panel``."""
    found = facts(results, panel.scenario)
    year = _year_of_districts(panel)
    places, table = ([], None) if year is None else places_of(panel, world, year)
    return Content(
        title_of(panel),
        f"Career and technical education funding: what {panel.draws:,} simulated futures say",
        panel.base_year,
        Answer(answer_table(found), answer_sentences(found)),
        tables(results, panel),
        [*word_notes(panel), panel.covers],
        places[:TOLD] if len(panel.others) <= TOLD else _ranked_first(places, found),
        table,
        bad_year(found),
        trust(found),
        data_quality(panel, world),
        run_origin(results, panel.draws, panel.scenario),
    )


def tables(results: "Results", panel: Panel) -> list[Table]:
    """What changes against current law in the next five years, in the five after them and in the long run, each of one
    span; the same against current law with its dollars indexed; and what it comes to."""
    first, *later = told_spans(panel)
    against = heading(panel, first, bool(panel.others))
    found = [(against, changes(results, panel, first))]
    found += [(heading(panel, span, bool(panel.others)), changes(results, panel, span)) for span in later]
    if panel.reference is not None:
        indexed = f"{first.text}, against {panel.reference.short_title}: the same"
        found.append((indexed, changes_from_indexed(results, panel, first)))
    found.append((f"{first.text}: what is taught, reported and paid", levels(results, panel, first)))
    return [Table(caption, head, rows) for caption, (head, *rows) in found]


def title_of(panel: Panel) -> str:
    """What is compared with what, by title."""
    if panel.baseline is None:
        return _listed(list(panel.titles))
    others = [panel.titles[f] for f in panel.others]
    if not others:
        return panel.titles[panel.baseline]
    named = _listed(others) if len(others) <= TOLD else f"{len(others)} funding formulas"
    return f"{named} against {panel.titles[panel.baseline].lower()}"


def bad_year(found: Facts) -> list[str]:
    """What a bad year does, as far as the run tells."""
    if found.bad_years is None:
        return [
            "This run holds no bad year. The command cte-sim stress with the same bills says what is owed and not "
            "paid, and what students lose, in a recession, a slump of oil, or a surge of take-up."
        ]
    said = []
    for f, years in enumerate(found.bad_years):
        worst = max(years, key=lambda year: float(year.unpaid.mean()))
        fewest = min(years, key=lambda year: float(year.taught.mean()))
        unpaid, taught = bands(worst.unpaid, axis=0), bands(fewest.taught, axis=0)
        owed = interval_text(float(unpaid.mean), float(unpaid.low), float(unpaid.high), "dollars")
        lost = interval_text(float(taught.mean), float(taught.low), float(taught.high), "students", signed=True)
        short = f"in the worst year {owed} is owed and not paid under {_words(worst.scenario)}"
        if float(unpaid.mean) <= 0.0:
            short = "nothing that is owed stays unpaid under any of the shocks"
        said.append(
            f"{found.titles[f]}: {short}; concentrators taught change most under {_words(fewest.scenario)}: {lost}."
        )
    return said


def _words(scenario: str) -> str:
    return scenario.replace("_", " ")


def trust(found: Facts) -> list[str]:
    """How far the numbers can be trusted, in sentences."""
    said = [
        "Trust which formula brings more, where their difference is clear, more than by how much; the next five years "
        "more than the long run; the state more than one district."
    ]
    if found.discrepancy is not None:
        response = found.discrepancy.response
        factor = float(np.exp(ONE_IN_TWENTY * response.predictive))
        said.append(
            f"The intervals hold what the model missed of {response.cases} past changes of law in other states: an "
            f"effect is taken to be, nine times in ten, at most {factor:.1f} times as large, or as small, as forecast."
        )
    else:
        said.append(
            "The intervals leave out what the model missed of past changes of law, and are too narrow for that."
        )
    said.append("Not covered: errors in the tables, another law, and decisions that the model does not know.")
    return said


def data_quality(panel: Panel, world: "World") -> str:
    """How much of the districts' table is estimated rather than observed."""
    if not panel.district_names:
        return "District by district nothing was stored."
    fields = roster(panel, world).estimated
    count = Counter(field for text in fields for field in text.split("; ") if field)
    if not count:
        return f"No field of the {len(fields)} {state_words().places} is estimated."
    named = _listed([f"{field} ({many})" for field, many in count.most_common(OFTEN_ESTIMATED)])
    some = sum(bool(text) for text in fields)
    return (
        f"For {some} of {len(fields)} {state_words().places} at least one field is estimated, not observed. Most often "
        f"that is {named}. Each simulated future draws anew how many students take part and how many concentrate, by "
        "district and career cluster."
    )


def _year_of_districts(panel: Panel) -> int | None:
    if panel.baseline is None or not panel.others or not panel.district_names:
        return None
    stored = [int(year) for year in panel.district_years if panel.base_year < year]
    return max((year for year in stored if year <= panel.base_year + AFTER), default=None) or min(stored, default=None)


def _ranked_first(places: Sequence[Places], found: Facts) -> list[Places]:
    """Of many formulas those that bring most students."""
    by_name: dict[str, Any] = {found.names[f]: float(found.change(f).taught.mean()) for f in found.others}
    return sorted(places, key=lambda place: -by_name[place.formula])[:TOLD]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
