"""What each lever changes, within each draw: what districts carry in bad years, what the state pays, what students
get."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array, BoolArray
from sim.inputs import InputError
from sim.report.shared.groups import roster
from sim.report.shared.panel import Panel
from sim.report.stress.conditions import RANDOM
from sim.report.stress.measured import Measured, measured
from sim.report.stress.narrowed import of_scenario
from sim.study.stress.frontier import undominated
from sim.study.stress.levers import WITH, Lever, read_levers
from sim.study.stress.losses import worst_year
from sim.study.stress.tails import draws_needed, expected_shortfall, ordered

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World

ALIKE = np.array([0.5e6, 0.25e6, 25.0])
"""Dollars of a tail, dollars a year and students taught a year within which two choices count as alike."""

SMALL = 200
"""Members of grades 9-12 below which a district is small."""


@dataclass(frozen=True)
class Change:
    """A change against the bill as it is: the mean and the ends of its 90% interval."""

    mean: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True)
class Pull:
    """A lever pulled. ``carried`` and ``state``: tail of the worst year, dollars, of what districts carry and the state
    pays. Changes against the bill: of both (``less_carried``, ``more_state``), of the state's mean cost a year
    (``cost``), of those ``taught`` and of ``sites`` a year, and of those taught for each 100 members in ``small``
    districts (None: not stored)."""

    lever: Lever | None
    title: str
    carried: float
    state: float
    taught_level: float
    cost_level: float
    less_carried: Change
    more_state: Change
    cost: Change
    taught: Change
    sites: Change
    small: Change | None


class LeverFacts:
    """The numbers of a study of levers, under one scenario: that of random shocks where it was run, else the one in
    which districts carry most under the bill."""

    def __init__(self, results: "Results", world: "World | None") -> None:
        self.of: Measured = measured(results)
        self._world = world
        names = self.of.formulas
        variants = [name for name in names if f"_{WITH}_" in name and name.partition(f"_{WITH}_")[0] in names]
        if not variants:
            raise ValueError("a study of levers needs a bill and its variants")
        self.bill = names.index(variants[0].partition(f"_{WITH}_")[0])
        self.variants = [names.index(name) for name in variants]
        config: dict[str, Any] = getattr(results.manifest, "config", {})
        try:
            known = {lever.name: lever for lever in read_levers(tuple(config.get("levers") or ()))}
        except InputError:
            known = {}
        self.levers = {f: known.get(names[f].partition(f"_{WITH}_")[2]) for f in self.variants}
        self.unfit = [lever for name, lever in known.items() if f"{names[self.bill]}_{WITH}_{name}" not in names]
        self.level = next((level for level in (0.95, 0.90) if self.of.calm.draws >= draws_needed(level)), None)

    @property
    def scenario(self) -> str:
        """The scenario that the price list holds under."""
        if RANDOM in self.of.panels:
            return RANDOM
        means = self.of.means("carried", "worst year")[self.bill]
        return list(self.of.panels)[int(np.argmax(means))]

    @property
    def tail(self) -> str:
        """What a tail is here, in words."""
        if self.level is None:
            return f"mean of draws (a tail needs {draws_needed(0.90)} draws)"
        return f"mean of the worst one in {round(1 / (1 - self.level))}"

    def _tail(self, values: Array) -> Array:
        weights = self.of.weights
        if self.level is None:
            mean: Array = (weights @ values) / weights.sum(axis=1)
            return mean
        return expected_shortfall(ordered(values, weights), self.level)

    def _paired(self, own: Array, bill: Array) -> Change:
        """Change of a tail, resampled in pairs."""
        change = own - bill
        low, high = np.percentile(change[1:], (5.0, 95.0))
        return Change(float(change[0]), float(low), float(high))

    def _mean(self, own: Array, bill: Array) -> Change:
        """Change of a mean, with 90% of draws."""
        change = own - bill
        low, high = np.percentile(change, (5.0, 95.0))
        mean = float(change.mean())
        return Change(mean, min(float(low), mean), max(float(high), mean))

    @cached_property
    def pulls(self) -> list[Pull]:
        """The bill as it is, then each lever."""
        name = self.scenario
        panel = self.of.panels[name]
        small = self._small_rates(name)

        def yearly(column: str, f: int) -> Array:
            values = panel.constant(column) if column == "state_cost" else panel.state(column)
            found: Array = values[f][:, panel.policy].mean(axis=1)
            return found

        tails = {
            f: {
                measure: self._tail(worst_year(self.of.losses[name][f].of(measure))) for measure in ("carried", "state")
            }
            for f in (self.bill, *self.variants)
        }
        b, found = self.bill, []
        for f in (self.bill, *self.variants):
            lever = self.levers.get(f)
            title = "As it is" if f == b else lever.title if lever is not None else panel.short_titles[f]
            found.append(
                Pull(
                    lever,
                    title,
                    float(tails[f]["carried"][0]),
                    float(tails[f]["state"][0]),
                    float(yearly("concentrators_taught", f).mean()),
                    float(yearly("state_cost", f).mean()),
                    self._paired(tails[f]["carried"], tails[b]["carried"]),
                    self._paired(tails[f]["state"], tails[b]["state"]),
                    self._mean(yearly("state_cost", f), yearly("state_cost", b)),
                    self._mean(yearly("concentrators_taught", f), yearly("concentrators_taught", b)),
                    self._mean(yearly("sites", f), yearly("sites", b)),
                    None if small is None else self._mean(small[f], small[b]),
                )
            )
        return found

    @cached_property
    def on_frontier(self) -> BoolArray:
        """Which of the pulls no other beats in what districts carry in bad years, what the state pays, and those
        taught."""
        costs = [[pull.carried, pull.cost_level, -pull.taught_level] for pull in self.pulls]
        return undominated(np.round(np.array(costs) / ALIKE))

    def _small_rates(self, scenario: str) -> Array | None:
        """Concentrators taught for each 100 members in small districts, mean of the stored years, ``[F, R]``."""
        results = self.of.results
        if not results.keeps("districts") or self._world is None:
            return None
        panel = Panel(of_scenario(results, scenario, ("districts",)), scenario)
        facts = roster(panel, self._world)
        own = np.asarray(self._world.districts.membership, np.float64).ravel()[list(facts.index)] < SMALL
        after = panel.district_years > panel.base_year
        if not own.any() or not after.any():
            return None
        taught, members = (
            panel.districts(column)[:, :, after][..., own].sum(axis=-1)
            for column in ("concentrators_taught", "membership")
        )
        found: Array = np.divide(100.0 * taught, members, out=np.zeros_like(members), where=members > 0.0).mean(axis=-1)
        return found
