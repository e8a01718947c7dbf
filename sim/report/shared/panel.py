"""Result tables as arrays with axes formula, draw and year, so that a difference is always taken within a draw."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.arrays import Array, BoolArray, IntArray
from sim.funding.appropriation import FOLLOWING_DEMAND
from sim.report.shared.discrepancy import COUNTED, KIND_OF, MONEY, Factors, items_shown, money_shown, shown
from sim.report.shared.intervals import COVERS, COVERS_WITH_DISCREPANCY
from sim.report.shared.names import short_titles
from sim.report.shared.written import Running, running, successive
from sim.results.ledger import STAGES, stage_of
from sim.results.schema import TABLES

if TYPE_CHECKING:
    from sim.results.results import Results


_REFERENCE = "reference"


def scenario_names(results: "Results") -> tuple[str, ...]:
    """The scenarios of a result folder, in the order of its design; 'as configured' if the design names none."""
    return tuple(dict.fromkeys(_scenarios(results.design)))


def _scenarios(design: pd.DataFrame) -> "pd.Series[str]":
    if "scenario" in design:
        return design["scenario"].astype(str)
    return pd.Series("as configured", index=design.index)


class Panel:
    """The runs of one scenario, laid out as formula x draw, ``[F, R, ...]``.

    A draw (replicate) counts only if the run of every formula finished, because all formulas of a draw share their
    random numbers and a comparison must be made within it; ``left_out`` says how many draws were dropped for that.
    ``years[T]`` are all fiscal years, the base year first; ``policy`` marks those in which the formulas act.
    ``running`` says for each formula from when to when it holds: until it begins, its numbers are those of current law.
    ``baseline`` is the index of the formula that the others are compared with, None if it was not run. What ran beside
    it only to be compared with is no formula of the panel; ``reference`` holds it.

    Statewide columns and those of clusters and districts are draws as they are shown: with the discrepancy that the
    manifest holds, if it does. ``covers`` says in words what an interval over them covers.

    Raises ValueError if the design varies anything but formula and draw within the scenario, if no draw is complete,
    or if a table lacks rows.
    """

    def __init__(self, results: "Results", scenario: str | None = None) -> None:
        manifest = results.manifest
        self.scenario = scenario_names(results)[0] if scenario is None else scenario
        design = results.design[_scenarios(results.design) == self.scenario]
        if design.duplicated(["formula", "replicate"]).any():
            raise ValueError("the report compares formulas draw by draw, but this design varies something else too")
        ran = design[design["run_id"].isin(results.state["run_id"].unique())]
        names = set(ran["formula"].astype(str))
        self.formulas: tuple[str, ...] = (
            *(name for name in manifest.formulas if name in names),
            *sorted(names - set(manifest.formulas)),
        )
        finished = ran.groupby("replicate")["formula"].nunique()
        self.replicates: tuple[Hashable, ...] = tuple(finished.index[finished == len(self.formulas)])
        if not self.replicates:
            raise ValueError(f"scenario '{self.scenario}': no draw has a finished run of every formula")
        self.left_out = design["replicate"].nunique() - len(self.replicates)
        self.baseline = self.formulas.index(manifest.baseline) if manifest.baseline in self.formulas else None
        self.base_year = int(manifest.base_year)
        self.seed = manifest.seed
        self.titles = tuple(str(_entry(manifest.formulas, name).get("title") or name) for name in self.formulas)
        given = [str(_entry(manifest.formulas, name).get("short") or "") for name in self.formulas]
        self.short_titles = short_titles(self.formulas, self.titles, given)
        self._metadata = manifest.formulas
        records = [_entry(manifest.formulas, name) for name in self.formulas]
        self.running: tuple[Running, ...] = tuple(running(record, self.base_year) for record in records)
        self.reference: Reference | None = None

        ran = ran[ran["replicate"].isin(self.replicates)]
        formula = pd.Index(self.formulas).get_indexer(pd.Index(ran["formula"].astype(str)))
        replicate = pd.Index(self.replicates).get_indexer(pd.Index(ran["replicate"]))
        self._runs = pd.Index(ran["run_id"])
        self._run_cell: IntArray = formula * len(self.replicates) + replicate
        self._state = _Table(results.state, self)
        self._lines = _Table(_stored(results, "lines"), self, "line")
        self._clusters = _Table(_stored(results, "clusters"), self, "cluster")
        self._districts = _Table(_stored(results, "districts"), self, "district")
        self._static = _Table(_stored(results, "static"), self, "district", by_year=False)
        self.years: IntArray = self._state.years
        found = manifest.discrepancy
        self.covers = COVERS if found is None else COVERS_WITH_DISCREPANCY
        self._factors = None if found is None else Factors(found, self.seed, self.draws, self.years - self.base_year)
        self._shown: dict[tuple[str, str], Array] = {}
        if self._state.rows != len(self.formulas) * self.draws * len(self.years):
            raise ValueError("the state table lacks rows of some run or year")
        if self._districts.rows and self._districts.rows != self._districts.size:
            raise ValueError("the districts table lacks rows of some run, year or district")
        if manifest.references and self.baseline is not None:
            self.reference = self._reference(results, self.baseline)

    def _reference(self, results: "Results", baseline: int) -> "Reference | None":
        """The twin of the baseline on the same draws; None if this panel's draws have none."""
        table = _Table(results.references, self)
        if not table.rows:
            return None
        name, record = next(iter(results.manifest.references.items()))
        title = str(record.get("title") or name)
        (short,) = short_titles([name], [title], [str(record.get("short") or "")])
        return Reference(name, title, short, self._reference_columns(table, baseline))

    def _reference_columns(self, table: "_Table", baseline: int) -> Callable[[str], Array]:
        """Columns of the reference, ``[R, T]``: set against the baseline as a formula is."""

        def simulated(column: str) -> Array:
            found: Array = table.array(column)[baseline, ..., 0][None]
            return found

        def column_of(column: str) -> Array:
            found: Array = self._as_shown(f"{_REFERENCE} {column}", column, simulated)[0]
            return found

        return column_of

    def _as_shown(
        self, key: str, column: str, simulated: Callable[[str], Array], free: Callable[[], Array | float] = lambda: 0.0
    ) -> Array:
        """A statewide column ``[F, R, T]`` with the discrepancy; ``simulated`` gives columns without it, ``free`` what
        lines without a limit pay."""
        factors = self._factors
        if factors is None or (column not in KIND_OF and column not in MONEY):
            return simulated(column)
        if ("state", key) not in self._shown:
            before = [simulated(counted) for counted in COUNTED]

            def counts(name: str) -> Array:
                own = None if self.baseline is None else self._simulated(name)[self.baseline]
                return shown(simulated(name), own, factors.level(name), factors.response[:, None])

            if column in MONEY:
                needed = {name: simulated(name) for name in (*MONEY, "appropriation")}
                found = money_shown(column, needed, before, [counts(counted) for counted in COUNTED], free())
            else:
                found = counts(column)
            self._shown["state", key] = found
        return self._shown["state", key]

    def _simulated(self, column: str) -> Array:
        return self._state.array(column)[..., 0]

    def _without_limit(self) -> Array | float:
        """What lines pay that no sum limits and of which no draw of a year owes more than it pays, ``[F, R, T]``;
        nothing where lines were not kept."""
        if not self._lines.rows:
            return 0.0
        owed, paid = self.lines("entitlement"), self.lines("paid")
        limited = (owed > paid * (1.0 + 1e-9)).any(axis=1, keepdims=True)
        found: Array = np.where(limited | ~self._following_demand(), 0.0, paid).sum(axis=-1)
        return found

    def _following_demand(self) -> BoolArray:
        """Whether a formula's line is money of the state outside the main formula of which no sum is voted beforehand,
        ``[F, 1, 1, L]``: a pot that is always paid whole has its limit, though it is never short."""
        held = np.zeros((len(self.formulas), 1, 1, len(self.line_names)), dtype=bool)
        for f, formula in enumerate(self.formulas):
            for number, line in enumerate(self.line_names):
                facts = self.line_metadata(line, formula)
                federal = str(facts.get("fund") or "").lower().startswith("federal")
                outside = facts.get("seg", "outside") == "outside"
                demanded = facts.get("appropriation") in FOLLOWING_DEMAND
                held[f, 0, 0, number] = demanded and outside and not federal and not facts.get("background")
        return held

    def _items_as_shown(self, table: str, column: str, values: Array, years: IntArray) -> Array:
        """A column by cluster or district, ``[F, R, Y, items]``, with the discrepancy of the state."""
        factors = self._factors
        if factors is None or column not in KIND_OF:
            return values
        if (table, column) not in self._shown:
            at = np.searchsorted(self.years, years)
            self._shown[table, column] = items_shown(factors, column, values, self.baseline, at)
        return self._shown[table, column]

    @property
    def draws(self) -> int:
        """How many draws every formula has."""
        return len(self.replicates)

    @property
    def policy(self) -> BoolArray:
        """Which of ``years`` come after the base year, ``[T]``."""
        return np.asarray(self.years > self.base_year)

    def in_force(self, formula: int) -> BoolArray:
        """In which of ``years`` a formula, by its place, holds: after the base year, begun and not ended, ``[T]``."""
        return self.policy & self.running[formula].holds(self.years)

    def begun(self, formula: int) -> BoolArray:
        """In which of ``years`` after the base year a formula, by its place, has begun, whether it has ended or not."""
        return self.policy & (self.years >= self.running[formula].begins)

    def successive(self, formula: str) -> Mapping[str, str]:
        """A formula's lines of later laws by name, each with the line of an earlier law that it goes on from."""
        return successive(_entry(self._metadata, formula))

    @property
    def others(self) -> tuple[int, ...]:
        """The formulas that are compared with the baseline; none if the baseline was not run."""
        return tuple(f for f in range(len(self.formulas)) if f != self.baseline) if self.baseline is not None else ()

    def state(self, column: str) -> Array:
        """A statewide column, ``[F, R, T]``."""
        return self._as_shown(column, column, self._simulated, self._without_limit)

    def simulated(self, column: str) -> Array:
        """A statewide column as it was simulated, without the discrepancy, ``[F, R, T]``."""
        return self._simulated(column)

    def constant(self, column: str) -> Array:
        """A statewide column of nominal dollars in constant dollars of the base year, ``[F, R, T]``."""
        return self.state(column) / self.state("price_index")

    def share(self, part: str, whole: str) -> Array:
        """What part one statewide column is of another, ``[F, R, T]``; NaN where there is none of the second. As
        simulated: a discrepancy is told of counts, each by itself, and two of them make no share."""
        parts, wholes = self._simulated(part), self._simulated(whole)
        found: Array = np.divide(parts, wholes, out=np.full(wholes.shape, np.nan), where=wholes > 0.0)
        return found

    def proration(self) -> Array:
        """Share paid of what the state's CTE lines owe, ``[F, R, T]``; NaN where they owe nothing."""
        owed = self.state("entitlement")
        return np.where(owed > 0.0, self.state("proration"), np.nan)

    def neutral(self, formula: str) -> Mapping[str, Any] | None:
        """How a formula was scaled to equal money, as the manifest has it; None if it was not."""
        found: Mapping[str, Any] | None = _entry(self._metadata, formula).get("neutral")
        return found

    @property
    def line_names(self) -> tuple[str, ...]:
        """The funding lines of any formula."""
        return self._lines.items

    def lines(self, column: str) -> Array:
        """A column by funding line, nominal dollars, ``[F, R, T, L]``; zero where a formula has no such line."""
        return np.nan_to_num(self._lines.array(column, self.years), nan=0.0)

    def line_metadata(self, line: str, formula: str) -> Mapping[str, Any]:
        """What the manifest says of a line: title, recurring, fund, background, the rule of its appropriation, and seg
        ('outside' the main formula, a 'funded' weight or an 'unfunded' one); from ``formula`` or, if it lacks the line,
        from the baseline or any formula that has it; empty if none does (a line of current law that only the base year
        saw)."""
        order = (formula, *([self.formulas[self.baseline]] if self.baseline is not None else ()), *self.formulas)
        for name in order:
            lines = _entry(self._metadata, name).get("lines") or {}
            if line in lines:
                found: Mapping[str, Any] = lines[line]
                return found
        return {}

    @property
    def cluster_names(self) -> tuple[str, ...]:
        """Identifiers of the clusters in the tables."""
        return self._clusters.items

    @property
    def cluster_years(self) -> IntArray:
        """The fiscal years for which clusters were stored, ``[Y]``."""
        return self._clusters.years

    def clusters(self, column: str) -> Array:
        """A column by cluster in the stored years, ``[F, R, Y, C]``; zero where a run has no row of a cluster."""
        values = np.nan_to_num(self._clusters.array(column), nan=0.0)
        return self._items_as_shown("clusters", column, values, self.cluster_years)

    @property
    def district_names(self) -> tuple[str, ...]:
        """Identifiers of the districts in the tables; empty if none were stored."""
        return self._districts.items

    @property
    def district_years(self) -> IntArray:
        """The fiscal years for which districts were stored, ``[Y]``."""
        return self._districts.years

    def districts(self, column: str) -> Array:
        """A column by district in the stored years, or a stage of its ledger, ``[F, R, Y, D]``."""
        values = stage_of(column, self._districts.array) if column in STAGES else self._districts.array(column)
        return self._items_as_shown("districts", column, values, self.district_years)

    def static(self, column: str) -> Array:
        """A stage of the districts' static scores, or what they lose, ``[F, R, D]``; NaN where none was stored."""
        if self._static.items != self.district_names:
            return np.full((*self._state.array("membership").shape[:2], len(self.district_names)), np.nan)
        found: Array = stage_of(column, self._static.array) if column in STAGES else self._static.array(column)
        return found[:, :, 0]

    def static_year(self, formula: int) -> int | None:
        """The fiscal year whose rules the static score of a formula, by its place, applies; None where none was
        stored."""
        return self._static.fiscal_year(formula)

    def district_prices(self) -> Array:
        """The price index in the years for which districts were stored, ``[F, R, Y, 1]``."""
        at = np.searchsorted(self.years, self.district_years)
        return self.state("price_index")[:, :, at, None]

    def run_cells(self, run_ids: "pd.Series[Any]") -> IntArray:
        """Position formula x draw of each row's run, -1 where the run is not part of the panel."""
        codes, unique = pd.factorize(run_ids)
        found = self._runs.get_indexer(pd.Index(unique))
        cells = np.where(found >= 0, self._run_cell[found], -1)
        return np.asarray(cells[codes], dtype=np.intp)


@dataclass(frozen=True)
class Reference:
    """The baseline with its dollars indexed, which ran beside it: statewide columns on the same draws."""

    name: str
    title: str
    short_title: str
    _columns: Callable[[str], Array]

    def state(self, column: str) -> Array:
        """A statewide column, ``[R, T]``."""
        return self._columns(column)

    def constant(self, column: str) -> Array:
        """A statewide column of nominal dollars in constant dollars of the base year, ``[R, T]``."""
        return self.state(column) / self.state("price_index")

    def proration(self) -> Array:
        """Share paid of what the state's CTE lines owe, ``[R, T]``; NaN where they owe nothing."""
        return np.where(self.state("entitlement") > 0.0, self.state("proration"), np.nan)


class _Table:
    """One long result table with the place of each of its rows in the array.

    Without ``by_year`` each run has one row for each item, whatever its fiscal year.
    """

    def __init__(self, frame: pd.DataFrame, panel: Panel, item: str | None = None, by_year: bool = True) -> None:
        self._shape = (len(panel.formulas), panel.draws)
        cells = panel.run_cells(frame["run_id"]) if len(frame) else np.zeros(0, np.intp)
        keep = cells >= 0
        self._keep = keep if not keep.all() else slice(None)
        self._frame = frame
        self._cells = cells[self._keep]
        fiscal_years = frame["fiscal_year"].to_numpy()[self._keep] * (1 if by_year else 0)
        self.years: IntArray = np.unique(fiscal_years).astype(np.intp)
        self._at = np.searchsorted(self.years, fiscal_years)
        self.rows = len(self._cells)
        self.items: tuple[str, ...] = ("",)
        self._item: IntArray = np.zeros(self.rows, np.intp)
        if item is not None:
            codes, unique = pd.factorize(frame[item])
            self.items = tuple(str(name) for name in pd.Index(unique))
            self._item = np.asarray(codes, np.intp)[self._keep]
        self.size = self._shape[0] * self._shape[1] * len(self.years) * len(self.items)
        self._arrays: dict[str, Array] = {}

    def fiscal_year(self, formula: int) -> int | None:
        """The year of a formula's first row; None if it has none."""
        own = np.flatnonzero(self._cells // self._shape[1] == formula)
        return int(self._frame["fiscal_year"].to_numpy()[self._keep][own[0]]) if len(own) else None

    def array(self, column: str, years: Sequence[int] | IntArray | None = None) -> Array:
        """The column as ``[F, R, years, items]``, NaN where there is no row."""
        if column not in self._arrays:
            out = np.full((self._shape[0] * self._shape[1], len(self.years), len(self.items)), np.nan)
            if self.rows:
                values = self._frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
                out[self._cells, self._at, self._item] = values[self._keep]
            self._arrays[column] = out.reshape(*self._shape, len(self.years), len(self.items))
        stored = self._arrays[column]
        if years is None or np.array_equal(years, self.years):
            return stored
        spread = np.full((*self._shape, len(years), len(self.items)), np.nan)
        spread[:, :, np.searchsorted(np.asarray(years), self.years)] = stored
        return spread


def _stored(results: "Results", table: str) -> pd.DataFrame:
    """A table, without rows if the study did not keep it: what shows it is then left out."""
    if results.keeps(table):
        found: pd.DataFrame = getattr(results, table)
        return found
    return pd.DataFrame({column.name: [] for column in TABLES[table]})


def _entry(formulas: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = formulas.get(name) or {}
    return found
