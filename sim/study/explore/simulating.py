"""A bill at the points of a design: every draw of a point at once, statewide by draw and year, by district on average.

All points meet the same draws, whose base year is simulated once for each process and kept.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from sim.arrays import Array
from sim.engine import recording
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.scenario import Scenario
from sim.engine.state import State
from sim.funding import budget
from sim.funding.allocation import cost_to_state
from sim.funding.appropriation import DemandWithCap, Fixed, Full, Indexed, Once, ShareOfRevenue
from sim.funding.formula import Formula, enacted
from sim.funding.line import Line
from sim.parameters.catalogue import Catalogue
from sim.parameters.uncertainty import Uncertainty
from sim.study.designs.factors import Factor
from sim.study.designs.sweep import versions
from sim.study.setup.design import in_chunks, parameters_for
from sim.study.setup.inputs import formula_record
from sim.world.world import World

COUNTS: Mapping[str, str] = {
    "taught": "concentrators_taught",
    "reported": "concentrators",
    "credentials": "credentials",
    "pathways": "pathways",
}
"""What is counted statewide: columns of the state table."""

LAW_OWED = "law_owed"
ENTITLED, VOTED = "entitled", "voted"
TOTALS: Mapping[str, str] = {ENTITLED: "entitlement", VOTED: "appropriation"}
"""Of all of a law's lines together, dollars of the base year: columns of the state table in dollars of the year."""
MOVED, UNCAPPED, OWED = "moved", "uncapped", "owed:"
"""Dollars of the base year: taken from other units of the main formula; paid by lines that no appropriation caps, which
are all of current law's before the bill begins; and by the name of a line that one caps, what it owes."""

DISTRICT_OWED, DISTRICT_NET, DISTRICT_TAUGHT = "district_owed", "district_net", "district_taught"
DISTRICT_DUE, DISTRICT_PAID = "district_owed:", "district_paid:"
"""By district: owed by and received from all of the state's CTE lines, concentrators; and by the name of a line what it
owes and pays, where there are several."""
MEMBERS, DISTRICT_MEMBERS, UNIT = "members", "district_members", "unit:"

AMOUNT_KEYS: Mapping[type, str] = {
    Fixed: "dollars", Indexed: "dollars", Once: "dollars", ShareOfRevenue: "share", DemandWithCap: "cap",
}  # fmt: skip
"""The key of an appropriation rule that says how much."""


def capped_lines(formula: Formula) -> tuple[Line, ...]:
    """The lines of a formula that pay what is owed or what is voted, if that is less: state money outside the main
    formula with an appropriation and no reserve."""
    return tuple(
        line
        for line in formula.own_lines
        if line.outside_main and line.reserve is None and type(line.appropriation) is not Full
    )


def prorated_lines(formula: Formula) -> tuple[Line, ...]:
    """Those of them that pay every district the same share of what it is owed."""
    return tuple(line for line in capped_lines(formula) if line.rules.proration == "pro_rata")


def prorated(formula: Formula) -> bool:
    """Whether all that a formula pays is one such line."""
    return len(formula.own_lines) == 1 and prorated_lines(formula) == formula.own_lines


def detail_years(horizon: int) -> tuple[int, ...]:
    """The years after the base year of which districts are told: the fifth and the tenth, as far as they are there."""
    return tuple(sorted({min(step, horizon) for step in (5, 10)}))


@dataclass(frozen=True)
class Setting:
    """What all points have in common."""

    world: World
    catalogue: Catalogue
    current_law: Formula
    scenario: Scenario
    seed: int
    uncertainty: Uncertainty
    draws: int
    horizon: int
    chunk: int

    @property
    def key(self) -> bytes:
        """What the base year follows from."""
        law = formula_record(self.current_law)["fingerprint"]
        known = (self.world.fingerprint, law, self.seed, self.uncertainty, self.draws, self.horizon, self.chunk)
        return pickle.dumps((*known, self.catalogue))


@dataclass(frozen=True)
class Points:
    """Points to simulate: ``replicates`` are their numbers, ``columns`` the values of each factor ``[P]``."""

    setting: Setting
    formula: Formula
    factors: tuple[Factor, ...]
    replicates: tuple[int, ...] = ()
    columns: Mapping[str, Array] = field(default_factory=dict)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what comes out of a point: statewide by draw and year, districts by year."""
        owed = tuple(f"{OWED}{line.name}" for line in capped_lines(self.formula))
        districts: tuple[str, ...] = (DISTRICT_OWED, DISTRICT_NET, DISTRICT_TAUGHT)
        if not prorated(self.formula):
            names = [line.name for line in prorated_lines(self.formula)]
            districts += tuple(f"{of}{name}" for name in names for of in (DISTRICT_DUE, DISTRICT_PAID))
        return (*COUNTS, MOVED, UNCAPPED, *owed, *districts)

    def simulate(self) -> dict[str, Array]:
        """Each output by name, ``[P, draws x years]`` or ``[P, years x districts]``."""
        values = {factor.name: self.columns[factor.name].tolist() for factor in self.factors}
        labels = [f"point {number}" for number in self.replicates]
        laws = versions(self.formula, self.factors, values, labels)
        found = [outcomes(self.setting, law, self.outputs) for law in laws]
        return {name: np.stack([one[name].ravel() for one in found]) for name in self.outputs}


def outcomes(setting: Setting, law: Formula, names: tuple[str, ...]) -> dict[str, Array]:
    """What a law brings: statewide ``[R, T]`` and by district ``[Y, D]``, the mean over draws."""
    statewide: dict[str, list[Array]] = {name: [] for name in names if not name.startswith("district_")}
    districts: dict[str, Array] = {}
    steps = detail_years(setting.horizon)
    for ensemble, share in started(setting):
        by_year: dict[str, list[Array]] = {name: [] for name in statewide}
        at = 0
        for step, (state, year) in enumerate(simulate(ensemble, law, setting.horizon, scenario=setting.scenario), 1):
            for name, values in _statewide(ensemble, state, year, names).items():
                by_year[name].append(values)
            if step in steps:
                for name, mean in _by_district(ensemble, state, year, names).items():
                    districts.setdefault(name, np.zeros((len(steps), mean.size)))[at] += share * mean
                at += 1
        for name, columns in by_year.items():
            statewide[name].append(np.stack(columns, axis=-1))
    return {**{name: np.concatenate(parts) for name, parts in statewide.items()}, **districts}


@lru_cache(maxsize=1)
def _started(key: bytes, setting: "_Held") -> tuple[tuple[Ensemble, float], ...]:
    of = setting.setting
    found = []
    for replicates in in_chunks(of.draws, of.chunk):
        parameters = parameters_for(of.catalogue, of.world, of.seed, replicates, of.uncertainty)
        ensemble = prepare(of.world, parameters, of.current_law, of.seed, replicates, of.horizon)
        found.append((ensemble, len(replicates) / of.draws))
    return tuple(found)


class _Held:
    """A setting that is like any other for the cache: its key tells them apart."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


def started(setting: Setting) -> tuple[tuple[Ensemble, float], ...]:
    """All draws at the end of the base year, in chunks, each with its share of the draws; kept for the next point."""
    return _started(setting.key, _Held(setting))


def _runs(ensemble: Ensemble, values: Array) -> Array:
    """A statewide number of every run, ``[R]``."""
    spread: Array = np.broadcast_to(np.ravel(values), (ensemble.state.sites.shape[0],))
    return spread


def _statewide(ensemble: Ensemble, state: State, year: Year, names: tuple[str, ...]) -> dict[str, Array]:
    record = recording.statewide(ensemble.world, ensemble.parameters, state, year)
    price = record["price_index"]
    found = {name: record[column] for name, column in COUNTS.items()}
    found[MOVED] = record["dilution"] / price
    found |= {name: record[column] / price for name, column in TOTALS.items() if name in names}
    uncapped = record["state_cost"]
    for name in (name for name in names if name.startswith(OWED)):
        ledger = year.settlement.ledgers.get(name.removeprefix(OWED))
        found[name] = 0.0 * price
        offer = next((one for one in year.offers.lines if f"{OWED}{one.line.name}" == name), None)
        if ledger is not None and offer is not None and offer.line.outside_main:
            found[name] = np.ravel(ledger.owed) / price
            uncapped = uncapped - np.ravel(cost_to_state(offer.line, ledger, year.offers.weight_cost))
    found[UNCAPPED] = uncapped / price
    return {name: _runs(ensemble, values) for name, values in found.items()}


def _by_district(ensemble: Ensemble, state: State, year: Year, names: tuple[str, ...]) -> dict[str, Array]:
    """Means over draws of every district, ``[D]``, dollars of the base year."""
    record = recording.by_district(ensemble.parameters, state, year)
    price = np.ravel(year.conditions.price_index)[:, np.newaxis]
    found = {
        DISTRICT_OWED: (record["phased_in"] / price).mean(axis=0),
        DISTRICT_NET: ((record["paid"] - record["dilution"]) / price).mean(axis=0),
        DISTRICT_TAUGHT: record["concentrators_taught"].mean(axis=0),
    }
    for kind, stage in ((DISTRICT_DUE, "phased_in"), (DISTRICT_PAID, "paid")):
        for name in (name for name in names if name.startswith(kind)):
            ledger = year.settlement.ledgers.get(name.removeprefix(kind))
            dollars = np.zeros_like(record["paid"]) if ledger is None else getattr(ledger, stage)
            spread = np.broadcast_to(dollars.reshape(*dollars.shape[:2], *dollars.shape[3:]), record["paid"].shape)
            found[name] = (spread / price).mean(axis=0)
    return found


def surroundings(setting: Setting, formula: Formula, moves: bool) -> dict[str, Array]:
    """What no knob moves, by name.

    ``members`` statewide ``[R, T]`` and ``district_members`` ``[Y, D]``; ``law_owed``, what current law owes, and for
    each capped line ``unit:`` with its name, the dollars of the base year that one of its appropriation's amount gives
    (a dollar, the whole of revenue), ``[R, T]``. Lines that begin with the formula count as begun where the first
    year ``moves``.
    """
    law = enacted(formula, setting.current_law, setting.world.base_year)
    lines = {line.name: _of_one(law.line(line.name), moves and line.start_year == formula.takes_effect)
             for line in capped_lines(formula)}  # fmt: skip
    parts: dict[str, list[Array]] = {}
    members, steps = [], detail_years(setting.horizon)
    for ensemble, share in started(setting):
        by_year: dict[str, list[Array]] = {}
        for step, (state, year) in enumerate(
            simulate(ensemble, setting.current_law, setting.horizon, scenario=setting.scenario), 1
        ):
            membership = state.counts.membership
            by_year.setdefault(MEMBERS, []).append(_runs(ensemble, membership.sum(axis=-2)))
            record = recording.statewide(setting.world, ensemble.parameters, state, year)
            by_year.setdefault(LAW_OWED, []).append(_runs(ensemble, record["entitlement"] / record["price_index"]))
            if step in steps:
                spread = np.broadcast_to(membership[..., 0], (ensemble.state.sites.shape[0], membership.shape[-2]))
                members.append(share * spread.mean(axis=0))
            for name, line in lines.items():
                voted = budget.appropriate(line, year.offers.budget) / year.conditions.price_index
                by_year.setdefault(f"{UNIT}{name}", []).append(_runs(ensemble, voted))
        for name, columns in by_year.items():
            parts.setdefault(name, []).append(np.stack(columns, axis=-1))
    blocks = np.array(members).reshape(-1, len(steps), members[0].size)
    return {**{name: np.concatenate(found) for name, found in parts.items()}, DISTRICT_MEMBERS: blocks.sum(axis=0)}


def _of_one(line: Line, begun: bool) -> Line:
    """A line whose appropriation's amount is one."""
    rule = line.appropriation
    one = rule.model_copy(update={AMOUNT_KEYS[type(rule)]: 1.0})
    start = None if begun else line.start_year
    return line.model_copy(update={"appropriation": one, "start_year": start, "scale": line.scale})
