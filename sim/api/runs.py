"""Results of studies that keep every run: tables over a span of years, districts, figures drawn when asked for."""

import html
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.api.result import Plot, Result, one_of
from sim.api.spans import span_table, years_of
from sim.inputs import InputError
from sim.report.compare.districts import district_table
from sim.report.compare.summary import summary
from sim.report.shared.panel import Panel, scenario_names
from sim.results.manifest import Manifest
from sim.results.results import Results, open_results
from sim.states.speaking import in_its_words
from sim.states.words import StateWords
from sim.tables_for_people import ENCODING
from sim.world.loading import load_world

if TYPE_CHECKING:
    import pandas as pd

    from sim.world.world import World

TAKEN_APART: tuple[str, ...] = ("decompose", "two_by_two")
"""Studies of the parts of one formula, each of which ran as a formula of its own."""

COMPARED: tuple[str, ...] = ("compare", "project", "stress", "levers", *TAKEN_APART)
"""Studies whose runs differ by formula, draw and scenario alone."""


class Runs(Result):
    """What a comparison, a projection, a stress or a sweep left: every run, and what follows from them.

    ``store`` is the folder's store with all tables (`sim.results.Results`); the most wanted stand here by name.
    """

    def __init__(self, folder: Path, kept: tempfile.TemporaryDirectory[str] | None = None) -> None:
        self.store: Results = open_results(folder)
        super().__init__(folder, self.store.manifest.study, kept)
        self._panels: dict[str, Panel] = {}

    @property
    def words(self) -> StateWords:
        """What the state that they are of, its main formula and its districts are called."""
        return self.manifest.words

    @property
    def manifest(self) -> Manifest:
        """What the study was: settings, formulas, versions."""
        return self.store.manifest

    @property
    def design(self) -> "pd.DataFrame":
        """One row for each run: its formula, scenario and replicate."""
        return self.store.design

    @property
    def state(self) -> "pd.DataFrame":
        """Statewide outcomes: one row for each run and fiscal year, as simulated (docs/reference/results.md)."""
        return self.store.state

    @property
    def lines(self) -> "pd.DataFrame":
        """Funding lines: one row for each run, fiscal year and line."""
        return self.store.lines

    @property
    def clusters(self) -> "pd.DataFrame":
        """Career clusters: one row for each run, fiscal year and cluster."""
        return self.store.clusters

    def with_design(self, table: "pd.DataFrame", columns: Sequence[str] | None = None) -> "pd.DataFrame":
        """``table`` with the columns of the design (or those named) of each row's run."""
        return self.store.with_design(table, columns)

    @cached_property
    @in_its_words
    def summary(self) -> "pd.DataFrame":
        """Every outcome of every formula over several spans, as summary.csv has it: mean, interval, difference from the
        baseline within each draw."""
        self._must_compare("summary")
        return summary(self.store)

    @in_its_words
    def table(self, span: str | int = "first five", scenario: str | None = None) -> "pd.DataFrame":
        """A row for each formula: means over draws and the years of a span, differences from the baseline.

        ``span``: 'first five' or 'last five' years, 'all' after the base year, a fiscal year, or 'FY2027-31'. Columns
        ending in ``_change`` are mean differences within each draw, ``_change_low`` and ``_change_high`` the ends of
        the interval that holds 90% of draws. Students and credentials are yearly; ``concentrators_per_100`` is taught,
        for each 100 members in grades 9-12; money is in dollars of the base year, a year. ``public_money`` is
        ``state_cost`` and what a weight takes from other units (``moved_inside_main_formula``). With several scenarios
        each has rows of its own, unless one is named. Raises InputError, one line.
        """
        import pandas as pd

        self._must_compare("table")
        names = self.scenarios if scenario is None else (one_of("scenario", scenario, self.scenarios),)
        parts = {name: span_table(panel, years_of(span, panel.years, panel.base_year))
                 for name, panel in ((name, self._panel(name)) for name in names)}  # fmt: skip
        if len(parts) == 1:
            return next(iter(parts.values()))
        table = pd.concat(parts, names=["scenario", "formula"])
        table.attrs = next(iter(parts.values())).attrs | {"scenario": ", ".join(parts)}
        return table

    @property
    def parts(self) -> "pd.DataFrame":
        """What each part of a formula does to each outcome over several spans, as parts.csv has it. Raises InputError
        where the study took no formula apart."""
        import pandas as pd

        path = self.folder / "parts.csv"
        if self.study not in TAKEN_APART or not path.is_file():
            raise InputError(f"parts: study={self.study} took no formula apart; sim.decompose and sim.two_by_two do")
        return pd.read_csv(path, encoding=ENCODING)

    @in_its_words
    def districts(self, year: int | None = None, scenario: str | None = None) -> "pd.DataFrame":
        """A row for each formula but the baseline and each district in a stored fiscal year, by default the last.

        ``money`` is what the state's CTE lines leave a district with, net of main formula money lost to a lower unit
        value, in dollars of the base year; ``gain`` its difference from the baseline within each draw,
        ``gain_per_member`` for each member in grades 9-12, ``_low`` and ``_high`` the ends of the interval of 90% of
        draws.
        ``concentrators_per_100_change`` is of those taught. Raises InputError, one line, for a year that is not kept.
        """
        self._must_compare("districts")
        name = self.scenarios[0] if scenario is None else one_of("scenario", scenario, self.scenarios)
        return district_table(self._panel(name), self._world, year)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios that were run."""
        return tuple(scenario_names(self.store))

    @property
    def plots(self) -> tuple[str, ...]:
        """The names of figures that ``plot`` draws. What a study lacks the numbers for is refused when asked for."""
        from sim.report.compare.figures import FIGURES

        if self.study == "sweep":
            return tuple(sorted(path.stem for path in self.folder.glob("figures/*.png")))
        shocks = sorted(path.stem for path in self._stress_figures)
        return (*shocks, *FIGURES)

    @in_its_words
    def plot(self, name: str, scenario: str | None = None) -> Plot:
        """A figure by its name, drawn now; of the first scenario, if none is named. Raises InputError, one line, if
        there is none of that name or the study does not hold what it shows."""
        from sim.report.compare.figures import figure

        one_of("plot", name, self.plots)
        ready = {path.stem: path for path in (*self._stress_figures, *self.folder.glob("figures/*.png"))}
        if name in ready and scenario is None:
            return Plot(name, ready[name], self._drawn)
        chosen = self.scenarios[0] if scenario is None else one_of("scenario", scenario, self.scenarios)
        path = figure(self.store, self._world, name, Path(self._drawn.name) / chosen, chosen)
        if path is None:
            raise InputError(f"plot: '{name}' cannot be drawn: the study does not hold what it shows")
        return Plot(name, path, self._drawn)

    @in_its_words
    def report(
        self, path: Path | str = "report.html", scenario: str | None = None, explorer: Path | str | None = None
    ) -> Path:
        """Write the page to mail: one file that holds the answer, the numbers, figures, who gains and who loses, and
        where all of it comes from; says where it is. ``path`` ends in .html; ``explorer`` is the folder of an explorer
        (docs/how_to/explorer.md) whose sliders the page takes in. Raises InputError, one line."""
        from sim.commands.request import command_of
        from sim.report.briefing.file import write_briefing
        from sim.report.explore.files import EXPLORER_FILE, read_content

        self._must_compare("report")
        target = Path(path)
        if target.suffix.lower() != ".html":
            raise InputError(f"{target}: is not allowed: a report is an .html file")
        chosen = self.scenarios[0] if scenario is None else one_of("scenario", scenario, self.scenarios)
        sliders = None if explorer is None else read_content(Path(explorer))
        if explorer is not None and sliders is None:
            raise InputError(f"{explorer}: there is no {EXPLORER_FILE}: cte-sim explore my_bill.yaml out={explorer}")
        command = command_of(self.folder) if self._kept is None else None
        return write_briefing(self.store, self._world, target, chosen, command or "", explorer=sliders)

    @cached_property
    def _drawn(self) -> tempfile.TemporaryDirectory[str]:
        """Where figures are drawn: to look at results changes nothing in their folder."""
        return tempfile.TemporaryDirectory(prefix="cte-sim-", ignore_cleanup_errors=True)

    @cached_property
    @in_its_words
    def _stress_figures(self) -> tuple[Path, ...]:
        if self.study != "stress":
            return ()
        from sim.report.stress.figures import stress_figures
        from sim.report.stress.shortfall import scenario_titles

        panels = {name: self._panel(name) for name in self.scenarios}
        folder = Path(self._drawn.name) / "stress"
        folder.mkdir()
        return tuple(stress_figures(self.store, panels, scenario_titles(self.store), folder))

    @cached_property
    def _world(self) -> "World":
        path = (self.manifest.config.get("world") or {}).get("path")
        world = load_world(path)
        if world.fingerprint != self.manifest.world_fingerprint:
            where = "the bundled tables" if path is None else str(path)
            raise InputError(f"{self.folder}: is of other tables than {where} now holds; run the study again")
        return world

    def _panel(self, scenario: str) -> Panel:
        if scenario not in self._panels:
            self._panels[scenario] = Panel(self.store, scenario)
        return self._panels[scenario]

    def _must_compare(self, what: str) -> None:
        if self.study not in COMPARED:
            raise InputError(
                f"{what}: study={self.study} varies more than the formula; .text has what it found, .design and .state "
                "its runs"
            )

    def _headline(self) -> str:
        of = self.manifest
        names = ", ".join(of.formulas) if len(of.formulas) <= 4 else f"{len(of.formulas)} formulas"
        return f"{self.study} of {names}; {of.draws:,} draws, {of.horizon} years, seed {of.seed}"

    def _offers(self) -> str:
        if self.study not in COMPARED:
            return ".text, .design, .state, .plots"
        return ".table(span), .districts(year), .plot(name), .summary, .state, .text"

    def _repr_html_(self) -> str:
        if self.study not in COMPARED:
            return super()._repr_html_()
        table = self.table()
        shown = table[[column for column in SHOWN if column in table]]
        body = shown.to_html(float_format=lambda number: f"{number:,.1f}" if abs(number) < 1000 else f"{number:,.0f}")
        return f"<p>{html.escape(repr(self))}</p><p>Mean of {table.attrs['span']}</p>{body}"


SHOWN: tuple[str, ...] = (
    "concentrators_per_100",
    "concentrators_taught",
    "concentrators_taught_change",
    "concentrators_taught_change_low",
    "concentrators_taught_change_high",
    "state_cost",
    "public_money_change",
)
"""Columns of the table that a notebook shows of a result."""
