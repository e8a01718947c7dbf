"""The discrepancy that a hindcast's forecasts may carry: what the stored calibration missed in other states."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.arrays import Array
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.parameters.posterior import posterior_path
from sim.results.discrepancy import CarriedDiscrepancy
from sim.states.folder import TARGETS, calibration_folder
from sim.study.assessment.discrepancy import (
    Discrepancy,
    carried,
    discrepancies,
    log_misses,
    of_another_kind,
    sigma_told,
    with_discrepancy,
)
from sim.study.assessment.evidence import STATE_OF, Evidence, evidence_of, state_of
from sim.study.assessment.forecasts import forecasts_of
from sim.study.assessment.response import response_spread, with_response
from sim.study.calibration.stored import WAVE, read_waves
from sim.study.calibration.targets import read_targets
from sim.study.hindcast.case import Case
from sim.study.hindcast.kinds import kind_of
from sim.study.track_record.sheet import Row, Sheet


@dataclass(frozen=True)
class Missed:
    """What a calibration missed when a case was left out of it: forecasts ``[M, T]`` beside the observed ``values``
    ``[T]`` of targets, with what is forecast if nothing changes, the stated tolerance, and the years from the start of
    its case (not a number where there are none), with the kind, case and state of each (none for a survey of many
    states), and the hindcast and outcome that it is of (none for a target of the state under current law). ``wave``:
    the fingerprint of the calibration's waves."""

    forecasts: Array
    values: Array
    unchanged: Array
    tolerances: Array
    years: Array
    kinds: tuple[str, ...]
    cases: tuple[str, ...]
    states: tuple[str, ...]
    hindcasts: tuple[tuple[str, str], ...]
    wave: str = ""

    def response(self, without: Sequence[str] = ()) -> Discrepancy:
        """How far the size of a change is missed, as all cases tell it but those ``without``."""
        kept = ~np.isin(np.asarray(self.cases), tuple(without))
        own = tuple(case for case, keep in zip(self.cases, kept, strict=True) if keep)
        return response_spread(
            self.forecasts[:, kept], self.values[kept], self.unchanged[kept], self.tolerances[kept], own
        )

    def responding(self, response: Discrepancy, seed: int) -> "Missed":
        """The same with that in the forecasts, so that what is left to be told is beyond it."""
        return replace(self, forecasts=with_response(self.forecasts, self.unchanged, response, seed))

    def as_carried(self, sheet: Sheet, sample: Array, seed: int) -> Array:
        """A sample as it is ``[M, S]`` with the discrepancy that intervals carry, told by other states, net of the
        placebo: changes larger or smaller by one factor, and a factor for the kind of outcome."""
        found = np.zeros_like(sample)
        states = np.array([state_of(row.case) for row in sheet.rows])
        base = np.array([row.unchanged if row.net == "none" else row.still for row in sheet.rows])
        for state in dict.fromkeys(states):
            own = np.flatnonzero(states == state)
            response = self.response(self._of_state(state))
            chance = self.responding(response, seed).sigma([sheet.rows[row] for row in own])
            found[:, own] = with_discrepancy(with_response(sample[:, own], base[own], response, seed), chance, seed)
        return sheet.taken_net(found)

    def carried(self, seed: int) -> CarriedDiscrepancy | None:
        """What the intervals of other studies carry, as all cases tell it; None where no change tells within how many
        years."""
        changed = self.years[np.isfinite(self.unchanged) & np.isfinite(self.years)]
        if not changed.size:
            return None
        response = self.response()
        left = self.responding(response, seed)
        told = (left.forecasts, left.values, left.kinds, left.cases)
        return carried(discrepancies(*told), of_another_kind(*told), response, float(changed.mean()))

    def sigma(self, rows: Sequence[Row]) -> Array:
        """The chance of every sigma for each row ``[S, G]``, told by targets of other states than its own."""
        return sigma_told(self.forecasts, self.values, self.kinds, self.cases, [self._wanted(row) for row in rows])

    def tellers(self, row: Row) -> tuple[str, ...]:
        """The cases that tell of a row's kind; none where it leans on all kinds alone."""
        kind, without = self._wanted(row)
        known = np.isfinite(log_misses(self.forecasts, self.values)[0])
        return tuple(
            dict.fromkeys(
                case
                for case, own, told in zip(self.cases, self.kinds, known, strict=True)
                if own == kind and case not in without and told
            )
        )

    def with_held_out(self, sheet: Sheet, sample: Array) -> "Missed":
        """These with what held-out outcomes of a hindcast were missed by, from its own forecasts ``[M, S]``, but those
        that are a target themselves. A case that has targets stays one case."""
        new = [(row.case.name, row.outcome.name) not in self.hindcasts for row in sheet.rows]
        rows = np.flatnonzero(np.array(new, dtype=bool) & sheet.held_out & sheet.judged & sheet.single)
        called = {name: case for (name, _), case in zip(self.hindcasts, self.cases, strict=True) if name}
        few = min(len(sample), len(self.forecasts))
        return Missed(
            np.column_stack([self.forecasts[:few], sample[:few, rows]]),
            np.concatenate([self.values, sheet.of_rows("low")[rows]]),
            np.concatenate([self.unchanged, sheet.of_rows("unchanged")[rows]]),
            np.concatenate([self.tolerances, sheet.of_rows("tolerance")[rows]]),
            np.concatenate([self.years, sheet.of_rows("years")[rows]]),
            (*self.kinds, *(kind_of(sheet.rows[row].outcome) for row in rows)),
            (*self.cases, *(called.get(sheet.rows[row].case.name, sheet.records[row]) for row in rows)),
            (*self.states, *(state_of(sheet.rows[row].case) for row in rows)),
            (*self.hindcasts, *((sheet.rows[row].case.name, sheet.rows[row].outcome.name) for row in rows)),
            self.wave,
        )

    def _wanted(self, row: Row) -> tuple[str, tuple[str, ...]]:
        return kind_of(row.outcome), self._of_state(state_of(row.case))

    def _of_state(self, state: str) -> tuple[str, ...]:
        own = (case for case, its in zip(self.cases, self.states, strict=True) if its == state)
        return tuple(dict.fromkeys(own))


def missed_by_calibration(uncertainty: str, seed: int, world: Path | None = None) -> Missed | str:
    """What the stored calibration of a state missed, by default the default state's, or a sentence that says why it
    tells nothing of these draws."""
    if uncertainty != "posterior":
        return "The discrepancy is that of the calibration's posterior, and these draws are not of it."
    try:
        catalogue = load_catalogue()
        table, cases = read_targets(calibration_folder(world) / TARGETS, catalogue)
        waves = read_waves(posterior_path(world))
        evidence = evidence_of(waves, table, cases, catalogue)
    except InputError as error:
        return f"The discrepancy cannot be had: {error}."
    asked = [target.statistic for target in table.targets]
    return Missed(
        forecasts=forecasts_of(evidence, seed).left_out,
        values=evidence.values,
        unchanged=evidence.unchanged,
        tolerances=evidence.tolerances,
        years=evidence.years,
        kinds=evidence.kinds,
        cases=evidence.cases,
        states=states_of(evidence, cases),
        hindcasts=tuple((own.case or "", own.outcome or "") for own in asked),
        wave=str(waves.provenance[WAVE]),
    )


def states_of(evidence: Evidence, cases: Sequence[Case]) -> tuple[str, ...]:
    """The state whose record each target rests on; none for what no state's record tells alone."""
    states = {case.name: state_of(case) for case in cases}
    return tuple(
        states[target.statistic.case] if target.statistic.case is not None else STATE_OF.get(case, "")
        for target, case in zip(evidence.targets, evidence.cases, strict=True)
    )
