"""report.html of a stress study: the conclusion first, then how bad it can be, for whom, and what a reserve must
carry."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from sim.report.page.rendering import inline_svg, render
from sim.report.shared.figure_file import figure_index
from sim.report.shared.intervals import interval_note
from sim.report.shared.origin import run_origin
from sim.report.shared.spans import years_text
from sim.report.stress.measured import Measured
from sim.report.stress.places import Places, toll_sheet, where_sheet
from sim.report.stress.reserve_tables import claim_sheet, ladder_of, ladder_sheet
from sim.report.stress.sheets import Row, Sheet
from sim.report.stress.shortfall import CALM
from sim.report.stress.tail_tables import matrix, parts_sheet, returns_sheet, tail_sheet
from sim.report.stress.words import FURTHER, reading_notes, tail_sentences

if TYPE_CHECKING:
    from sim.world.world import World

FANS = 2
"""Figures of a formula's cost by scenario that the page shows."""


@dataclass(frozen=True)
class Part:
    """A part of the page: a title, sentences, figures and tables."""

    title: str
    said: tuple[str, ...] = ()
    figures: tuple[Markup, ...] = ()
    sheets: tuple[Sheet, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it has nothing to show."""
        return not (self.said or self.figures or self.sheets)


def parts_of(of: Measured, world: "World | None", drawn: Path | None = None) -> list[Part]:
    """The parts of the page, those that hold something; ``drawn``: the folder with the study's figures."""
    figures = _Drawn(drawn)
    ladder = ladder_of(of.results)
    places = Places(of, world) if world is not None else None
    where = where_sheet(of, places) if places is not None and places.there else None
    found = [
        Part("Formula by formula, scenario by scenario", sheets=(matrix(of),)),
        Part(
            "How bad it can be",
            tuple(tail_sentences(of)),
            figures.named("stress_exceedance"),
            _there(tail_sheet(of, "carried", "worst year"), returns_sheet(of), tail_sheet(of, "carried", "all years")),
        ),
        Part(
            "What it costs the state",
            figures=figures.beginning("stress_cost_", FANS),
            sheets=_there(tail_sheet(of, "state", "worst year")),
        ),
        Part(
            "What a reserve must carry",
            sheets=_there(ladder_sheet(of, ladder), claim_sheet(of, ladder)) if ladder is not None else (),
        ),
        Part(
            "What students lose, and where",
            figures=figures.named("stress_map"),
            sheets=_there(toll_sheet(of), where),
        ),
        Part(
            "Where the spread comes from",
            () if of.luck > 1 else (
                "Each draw of parameters met one turn of luck, so that luck and what is not known cannot be told "
                "apart: "
                "stress.luck=8 draws=320 gives one curve for each of 40 draws of parameters.",
            ),
            figures.named("stress_curves"),
            _there(parts_sheet(of)),
        ),
        Part("What would lessen it", FURTHER),
        Part("How to read this", tuple(reading_notes(of)), sheets=(_sources(of),)),
    ]  # fmt: skip
    return [part for part in found if not part.empty]


def stress_page(
    of: Measured, answer: Sequence[str], world: "World | None", drawn: Path | None = None, command: str = ""
) -> str:
    """The page as HTML that asks for no other file; ``answer``: the sentences of answer.txt."""
    note = interval_note(of.calm.draws, of.calm.seed, of.calm.covers)
    return render(
        "stress.html",
        heading=f"Budget exposure {years_text(of.years)}: what shocks cost, and who carries it",
        answer=answer,
        parts=parts_of(of, world, drawn),
        origin=f"{note} {run_origin(of.results, of.calm.draws, 'by row')}.",
        command=command,
    )


def _there(*sheets: Sheet | None) -> tuple[Sheet, ...]:
    return tuple(sheet for sheet in sheets if sheet is not None)


def _sources(of: Measured) -> Sheet:
    """What each scenario does, and where its size is from."""
    held = getattr(of.results.manifest, "config", {}).get("scenarios") or {}
    rows = []
    for name in of.panels:
        record = held.get(name) or {}
        does = "No shock." if name == CALM else str(record.get("description") or "")
        rows.append(Row(((of.titles[name], ""), (does, ""), (str(record.get("source") or ""), ""))))
    return Sheet(
        "sources", "Scenarios and their sources", (("Scenario", ""), ("What happens", ""), ("Source", "")), tuple(rows)
    )


class _Drawn:
    """Figures that have been drawn into a folder; none without one."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._entries = {} if folder is None else {Path(str(e["file"])).stem: e for e in figure_index(folder)}

    def named(self, name: str) -> tuple[Markup, ...]:
        entry = self._entries.get(name)
        if entry is None or self._folder is None:
            return ()
        svg = (self._folder / str(entry["vector"])).read_text(encoding="utf-8")
        return (inline_svg(svg, str(entry["alternative"])),)

    def beginning(self, start: str, most: int) -> tuple[Markup, ...]:
        names = [name for name in self._entries if name.startswith(start)]
        return tuple(figure for name in names[-most:] for figure in self.named(name))
