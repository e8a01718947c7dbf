"""One run to watch: every district year by year on a map, what it launched and closed, and why."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble, simulate
from sim.engine.recording import by_district
from sim.engine.scenario import Scenario
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.serve.warm import AbandonedError, Warm
from sim.states.speaking import speaking
from sim.study.explain.decision import closed_sites, decision_of
from sim.study.explain.items import Moment
from sim.study.explain.money import price_sentence
from sim.study.explain.plans import closing_sentence, plan_sentence

MOST_WATCHED = 3
"""Runs that are kept to tell of: some ten megabytes each."""

Key = tuple[str, str, str, int]
"""Tables, text of the formula, scenario and draw of a run."""


@dataclass(frozen=True)
class Watched:
    """One draw of a formula: the base year and those after it, each with the states before and after it."""

    ensemble: Ensemble
    formula: Formula
    years: tuple[tuple[State, Year, State], ...]
    draw: int

    def moment(self, at: int, district: int, cluster: int | None = None) -> Moment:
        """A district, or one of its clusters, in year number ``at``."""
        before, year, after = self.years[at]
        return Moment(self.ensemble, self.formula, before, year, after, district, cluster)


@dataclass
class Watch:
    """The runs that were watched last. Threads may share it."""

    _kept: "OrderedDict[Key, Watched]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def run(self, warm: Warm, formula: Formula, scenario: Scenario, draw: object, stop: Event) -> Watched:
        """One draw of a formula. Raises InputError for a draw that is none, AbandonedError where nobody waits."""
        most = warm.common.draws - 1
        if isinstance(draw, bool) or not isinstance(draw, int) or not 0 <= draw <= most:
            raise InputError(f"draw: {str(draw)[:20]!r} is not allowed: a whole number from 0 to {most}")
        key = (warm.tables or "", formula.model_dump_json(), scenario.name, draw)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        ensemble = warm.started([draw])
        years = [(ensemble.before, ensemble.base, ensemble.state)]
        for after, year in simulate(ensemble, formula, warm.common.horizon, scenario=scenario):
            if stop.is_set():
                raise AbandonedError
            years.append((years[-1][2], year, after))
        found = Watched(ensemble, formula, tuple(years), draw)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > MOST_WATCHED:
                self._kept.popitem(last=False)
        return found


def launched(watched: Watched, at: int) -> Array:
    """Sites that districts launched in a year (a plan found its instructor), ``[D, C]``."""
    return _plane(watched, watched.years[at][1].workforce.launched)


def closed(watched: Watched, at: int) -> Array:
    """Sites that closed in a year, decided or for want of sections, ``[D, C]``."""
    year = watched.years[at][1]
    return _plane(watched, year.choice.sites_closed + year.workforce.emptied)


def _plane(watched: Watched, values: Array) -> Array:
    world = watched.ensemble.world
    shape = (len(world.districts), len(world.clusters))
    plane: Array = np.broadcast_to(values, (1, *shape))[0].astype(np.float64)
    return plane


def run_content(watched: Watched) -> dict[str, Any]:
    """What a map shows: districts once, then by year what each has, ``[D]`` lists, and the places of what was launched
    and closed as ``[district, cluster, sites]``."""
    world = watched.ensemble.world
    of = world.districts
    return {
        "draw": watched.draw,
        "formula": watched.formula.title,
        "takes_effect": watched.formula.takes_effect,
        "base_year": world.base_year,
        "districts": [
            {"id": of.identifier[d], "name": of.name[d], "kind": world.state.kind(of.kind[d]),
             "place": None if "latitude" in of.estimated[d] else [float(of.latitude[d]), float(of.longitude[d])]}
            for d in range(len(of))
        ],
        "clusters": list(world.clusters.name),
        "years": [_year(watched, at) for at in range(len(watched.years))],
    }  # fmt: skip


def _year(watched: Watched, at: int) -> dict[str, Any]:
    _, year, after = watched.years[at]
    found = by_district(watched.ensemble.parameters, after, year)
    return {
        "year": year.fiscal_year,
        "members": [_number(value, 2) for value in found["membership"][0]],
        "taught": [_number(value, 3) for value in found["concentrators_taught"][0]],
        "pathways": [_number(value, 0) for value in found["pathways"][0]],
        "launched": _places(launched(watched, at)),
        "closed": _places(closed(watched, at)),
    }


def _number(value: float, digits: int) -> float | None:
    """A number as JSON has it; nothing where a table left it out."""
    return round(float(value), digits) if np.isfinite(value) else None


def _places(plane: Array) -> list[list[int]]:
    return [[int(d), int(c), round(float(plane[d, c]))] for d, c in zip(*np.nonzero(plane), strict=True)]


def district_content(watched: Watched, identifier: object, fiscal_year: object) -> dict[str, Any]:
    """What a district has in a year by cluster, what it was paid, and what it decided and why. Raises InputError."""
    world = watched.ensemble.world
    if not isinstance(identifier, str) or identifier not in world.districts.identifier:
        raise InputError("district: is not in these tables")
    years = [year.fiscal_year for _, year, _ in watched.years]
    if isinstance(fiscal_year, bool) or fiscal_year not in years:
        raise InputError(f"year: FY{years[0]} to FY{years[-1]} were run")
    d, at = world.districts.identifier.index(identifier), years.index(fiscal_year)
    with speaking(world.state):
        return _told(watched, d, at)


def _told(watched: Watched, d: int, at: int) -> dict[str, Any]:
    world = watched.ensemble.world
    _, year, after = watched.years[at]
    found = by_district(watched.ensemble.parameters, after, year)
    return {
        "district": world.districts.name[d],
        "year": year.fiscal_year,
        "members": _number(found["membership"][0, d], 0),
        "paid": _number(found["paid"][0, d], 0),
        "unserved": _number(found["unserved"][0, d], 0),
        "clusters": [
            {"name": world.clusters.name[c], **of_cluster}
            for c in range(len(world.clusters))
            if (of_cluster := _cluster(watched, at, d, c))
        ],
        "said": [f"{_sentence(text)}" for text in decided(watched, at, d)],
        "why": [
            {"cluster": world.clusters.name[c], "said": list(map(_sentence, said))}
            for c in range(len(world.clusters))
            if (said := _of_cluster(watched, at, d, c))
        ],
    }


def _cluster(watched: Watched, at: int, d: int, c: int) -> dict[str, Any]:
    """The numbers of a cluster; nothing where the district has none of it."""
    after = watched.years[at][2]
    columns = {
        "sites": after.sites, "participants": after.participants, "taught": after.taught,
        "sections": after.sections, "vacant": after.vacant_sections,
    }  # fmt: skip
    numbers = {name: round(float(_plane(watched, values)[d, c]), 1) for name, values in columns.items()}
    begun, ended = launched(watched, at)[d, c], closed(watched, at)[d, c]
    if not any(numbers.values()) and not begun and not ended:
        return {}
    return {**numbers, "launched": round(float(begun)), "closed": round(float(ended))}


def decided(watched: Watched, at: int, d: int) -> Sequence[str]:
    """What a dollar is worth to the district, and whether it gives up all of CTE."""
    moment = watched.moment(at, d)
    leaves = moment.of_district(moment.year.choice.leaves)
    return [price_sentence(moment), *(["the district gives up all of CTE"] if leaves else [])]


def _of_cluster(watched: Watched, at: int, d: int, c: int) -> list[str]:
    """Why sites of a cluster closed, were launched, are planned or were given up; nothing where none was."""
    moment = watched.moment(at, d, c)
    choice = moment.year.choice
    ended = moment.at(closed_sites(moment))
    moved = any(moment.at(part) for part in (moment.year.workforce.launched, choice.plan, choice.given_up))
    if not moved and not ended:
        return []
    decision = decision_of(moment)
    said = [closing_sentence(moment, decision) if ended else "", plan_sentence(moment, decision) if moved else ""]
    return [sentence for sentence in said if sentence]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
