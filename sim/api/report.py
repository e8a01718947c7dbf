"""Results of studies that keep a report and no runs: what they printed, their tables and figures."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.api.result import PAGES, Plot, Result, one_of
from sim.inputs import InputError
from sim.tables_for_people import ENCODING

if TYPE_CHECKING:
    import pandas as pd

FIRST: dict[str, str] = {
    "check_formula": "bill_districts",
    "bridge": "bridge",
    "explain": "explain",
    "district": "district",
    "explore": "explore_errors",
    "hindcast": "hindcast",
    "probes": "probes",
    "sensitivity": "sensitivity",
    "discover": "robustness",
    "verify_brief": "verify_brief",
}
"""The table that a study is asked for first."""


TEXT: tuple[str, ...] = ("run", "formula", "district", "cluster", "case", "probe", "parameter")
"""Columns of identifiers, which may look like numbers."""


class Report(Result):
    """What an explanation, a hindcast, a battery of probes or a price found: ``text``, tables, figures."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of its tables."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.csv")))

    @property
    def plots(self) -> tuple[str, ...]:
        """The names of its figures; a study draws them with ``report=True``."""
        return tuple(sorted(path.stem for path in self._drawn()))

    def table(self, name: str | None = None) -> "pd.DataFrame":
        """One of its tables as the study wrote it, the main one if none is named. Raises InputError if there is none
        of that name."""
        import pandas as pd

        chosen = one_of("table", FIRST.get(self.study, "") if name is None else name, self.tables)
        path = self.folder / f"{chosen}.csv"
        try:
            return pd.read_csv(path, encoding=ENCODING, dtype=dict.fromkeys(TEXT, str))
        except pd.errors.EmptyDataError:  # a study of few cases has tables without rows
            return pd.DataFrame()

    def plot(self, name: str) -> Plot:
        """One of its figures. Raises InputError if there is none of that name."""
        chosen = one_of("plot", name, self.plots)
        path = next(path for path in self._drawn() if path.stem == chosen)
        return Plot(chosen, path, self._kept)

    @property
    def page(self) -> Path:
        """Its page for a browser. Raises InputError if the study writes none."""
        found = sorted(self.folder.glob("*.html"))
        if not found:
            raise InputError(f"{self.folder}: study={self.study} writes no page; .text has what it found")
        return found[0]

    def _drawn(self) -> list[Path]:
        return [*self.folder.glob("*.png"), *self.folder.glob("figures/*.png")]

    def _headline(self) -> str:
        path = self.folder / PAGES[self.study][0]
        first = path.read_text(encoding="utf-8").strip().partition("\n")[0] if path.is_file() else "no report yet"
        return f"{self.study}: {first[:100]}"

    def _offers(self) -> str:
        return ".text, .table(name), .tables, .plots"
