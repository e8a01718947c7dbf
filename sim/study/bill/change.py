"""Why a district's payment changes: from one formula to another in a year, or from one year to another.

Simulated with districts responding; ``check_formula`` gives the same steps for base-year counts with no one responding.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.engine.ensemble import Ensemble, simulate
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.inputs import InputError, shown
from sim.study.bill.bridge import STEPS, bridge
from sim.study.bill.static_score import Position, position_in_year
from sim.study.setup.asked import CURRENT_LAW
from sim.study.setup.design import ensembles
from sim.study.setup.inputs import Inputs, asked_number, changes_told
from sim.study.setup.settings import Settings
from sim.world.world import World


@dataclass(frozen=True)
class End:
    """One side of a change: a formula in a fiscal year."""

    formula: Formula
    fiscal_year: int

    @property
    def label(self) -> str:
        """The side in words; until a formula takes effect current law holds."""
        law = self.formula.name if self.fiscal_year >= self.formula.takes_effect else "current law"
        return f"{law}, FY{self.fiscal_year}"


@dataclass(frozen=True)
class Change:
    """A change by draw and district, each ``[R, D]`` in nominal dollars: net payments at both ends and the ``steps``
    between them, which sum to the difference. ``members`` ``[R, D]`` are those of the later side; ``run`` is a hash of
    everything that the numbers follow from; ``changed`` says what the user changed of formulas and parameters."""

    world: World
    before: End
    after: End
    scenario: str
    start: Array
    end: Array
    steps: Mapping[str, Array]
    members: Array
    seed: int
    run: str
    changed: tuple[str, ...] = ()

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return int(self.start.shape[0])


def ends_of(settings: Settings, inputs: Inputs, chosen: str | None) -> tuple[End, End]:
    """The two sides that the settings ask for. Raises InputError, one line."""
    formulas = {formula.name: formula for formula in inputs.formulas}
    years, first = settings.study.years, inputs.world.base_year
    last = first + settings.horizon
    if len(years) not in (1, 2) or list(years) != sorted(set(years)):
        raise InputError(f"settings: study.years: {list(years)} is not allowed: write one fiscal year, or two in order")
    for year in years:
        if not first <= year <= last:
            raise InputError(f"settings: study.years: {year} is not allowed: FY{first} to FY{last} are simulated")
    if chosen is None or chosen not in formulas:
        raise InputError("settings: formula: name the formula to explain (formula=aligned)")
    after = formulas[chosen]
    if len(years) == 2:
        if inputs.baseline not in (None, CURRENT_LAW):
            raise InputError(
                f"settings: study.baseline: {shown(inputs.baseline)} is not read with two fiscal years: the formula is"
                " set against itself in the earlier one"
            )
        return End(after, years[0]), End(after, years[1])
    if inputs.baseline is None or chosen == inputs.baseline:
        raise InputError(
            f"settings: formula: '{chosen}' is the baseline itself; name another formula, or two years (study.years)"
        )
    return End(formulas[inputs.baseline], years[0]), End(after, years[0])


def explain_change(settings: Settings, inputs: Inputs, chosen: str | None) -> Change:
    """Simulate both sides on common draws, chunk by chunk, and take the difference of their payments apart."""
    before, after = ends_of(settings, inputs, chosen)
    scenario = inputs.scenarios[0]
    starts, finals, members = [], [], []
    steps: dict[str, list[Array]] = {step: [] for step in STEPS}
    horizon = max(before.fiscal_year, after.fiscal_year, inputs.world.base_year + 1) - inputs.world.base_year
    for replicates, ensemble in ensembles(settings, inputs.world, inputs.catalogue, inputs.current_law, horizon):
        old, _ = _position(ensemble, before, scenario)
        new, held = _position(ensemble, after, scenario)
        found = bridge(old, new)
        shape = (len(replicates), len(inputs.world.districts))
        starts.append(np.broadcast_to(found.start[..., 0], shape))
        finals.append(np.broadcast_to(found.end[..., 0], shape))
        members.append(np.broadcast_to(held[..., 0], shape))
        for step, dollars in found.steps.items():
            steps[step].append(np.broadcast_to(dollars[..., 0], shape))
    return Change(
        world=inputs.world,
        before=before,
        after=after,
        scenario=scenario.name,
        start=np.concatenate(starts),
        end=np.concatenate(finals),
        steps={step: np.concatenate(dollars) for step, dollars in steps.items()},
        members=np.concatenate(members),
        seed=settings.seed,
        run=asked_number(settings, inputs, (before.formula, after.formula), (before.fiscal_year, after.fiscal_year)),
        changed=changes_told(settings, inputs),
    )


def _position(ensemble: Ensemble, end: End, scenario: Scenario) -> tuple[Position, Array]:
    """Where districts stand on one side, and their members ``[R, D, 1]``."""
    state = ensemble.state
    if end.fiscal_year == ensemble.world.base_year:
        return position_in_year(ensemble.counts_before, state.counts, ensemble.base), state.counts.membership
    before = state.counts
    for after, year in simulate(ensemble, end.formula, end.fiscal_year - ensemble.world.base_year, scenario=scenario):
        if year.fiscal_year == end.fiscal_year:
            return position_in_year(before, after.counts, year), after.counts.membership
        before = after.counts
    raise ValueError(f"FY{end.fiscal_year} was not simulated")
