"""What ``explorer.json`` holds: the knobs, the emulator, what no knob moves, and where all of it comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.arrays import Array
from sim.engine.scenario import Scenario
from sim.funding.formula import Formula
from sim.study.explore.bill_file import explored, file_pieces
from sim.study.explore.emulator import SIGNIFICANT, Emulator, rounded
from sim.study.explore.knobs import FIRST_YEAR, Knob
from sim.study.explore.simulating import (
    AMOUNT_KEYS,
    COUNTS,
    DISTRICT_DUE,
    DISTRICT_MEMBERS,
    DISTRICT_NET,
    DISTRICT_OWED,
    DISTRICT_TAUGHT,
    ENTITLED,
    LAW_OWED,
    MEMBERS,
    MOVED,
    OWED,
    UNCAPPED,
    UNIT,
    VOTED,
    capped_lines,
    detail_years,
    prorated,
    prorated_lines,
)
from sim.study.setup.inputs import formula_record
from sim.world.world import World

DISTRICT_REST = "district_rest"
"""What a district gets from lines that do not pay all the same share, less main formula money that it loses."""
FORMAT = 2
"""Of the file; raise it when a key changes its name or meaning."""


def knob_content(knob: Knob) -> dict[str, Any]:
    """A knob as the page shows it."""
    return {
        "path": knob.path,
        "label": knob.label,
        "unit": knob.unit,
        "low": knob.low,
        "high": knob.high,
        "own": knob.own,
        "whole": knob.whole,
        "words": knob.words,
    }


def content_of(
    formula: Formula, knobs: Sequence[Knob], scenarios: Sequence[Mapping[str, Any]], world: World, horizon: int
) -> dict[str, Any]:
    """All that a page needs to answer, as plain data: what is the same in every scenario, and ``scenarios``, each a
    ``scenario_content``."""
    places = {knob.path: number for number, knob in enumerate(knobs)}
    return {
        "format": FORMAT,
        "bill": _bill(formula),
        "file": file_pieces(formula, knobs),
        "file_name": f"{explored(formula).name}.yaml",
        "knobs": [knob_content(knob) for knob in knobs],
        "years": [world.base_year + step for step in range(1, horizon + 1)],
        "first_year": {"knob": places.get(FIRST_YEAR), "own": max(formula.takes_effect, world.base_year + 1)},
        "lines": [_line(formula, line.name, places) for line in capped_lines(formula)],
        "districts": _districts(formula, world, horizon),
        "scenarios": list(scenarios),
    }


def scenario_content(
    scenario: Scenario,
    emulator: Emulator,
    law: Mapping[str, Array],
    around: Mapping[str, Array],
    compared: Sequence[tuple[Formula, Mapping[str, Array]]],
) -> dict[str, Any]:
    """What the page answers with in a scenario. ``law``: what came out under current law; ``around``: what no knob
    moves; ``compared``: formulas and what came out under them."""
    lines = [name for name in around if name.startswith(UNIT)]
    return {
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "draws": len(around[MEMBERS]),
        "training": emulator.training.ravel().tolist(),
        "outputs": {name: _output(output) for name, output in emulator.outputs.items()},
        "units": {name.removeprefix(UNIT): _numbers(around[name]) for name in lines},
        "current_law": {**exact_content(law), "owed": _numbers(around[LAW_OWED])},
        "members": _numbers(around[MEMBERS]),
        "district_members": _numbers(around[DISTRICT_MEMBERS]),
        "compared": [
            {"name": formula.name, "title": formula.title, **exact_content(found)} for formula, found in compared
        ],
    }


EXACT: tuple[str, ...] = (*COUNTS, MOVED, UNCAPPED, ENTITLED, VOTED, DISTRICT_NET, DISTRICT_TAUGHT)
"""What is simulated of a law that is shown as it is."""


def exact_content(found: Mapping[str, Array]) -> dict[str, list[float]]:
    """What came out under a law, ``EXACT``, as the page shows it: by draw and year, and by year and district."""
    return {
        **{name: _numbers(found[name]) for name in (*COUNTS, MOVED, VOTED)},
        "owed": _numbers(found[ENTITLED]),
        "cost": _numbers(found[UNCAPPED]),
        "district_money": _numbers(found[DISTRICT_NET]),
        "district_taught": _numbers(found[DISTRICT_TAUGHT]),
    }


def _bill(formula: Formula) -> dict[str, Any]:
    record = formula_record(formula)
    return {name: record[name] for name in ("title", "source", "description", "fingerprint")} | {"name": formula.name}


def amount_path(formula: Formula, name: str) -> tuple[str, float]:
    """The path of what is voted for a line, and what stands there."""
    rule = formula.line(name).appropriation
    start = "" if len(formula.own_lines) == 1 else f"lines.{name}."
    key = AMOUNT_KEYS[type(rule)]
    return f"{start}appropriation.{key}", float(getattr(rule, key))


def _line(formula: Formula, name: str, places: Mapping[str, int]) -> dict[str, Any]:
    path, own = amount_path(formula, name)
    return {
        "name": name,
        "output": f"{OWED}{name}",
        "title": formula.line(name).title or name,
        "knob": places.get(path),
        "own": own,
    }


def _output(output: Any) -> dict[str, Any]:
    return {
        "center": output.center.tolist(),
        "basis": output.basis.ravel().tolist(),
        "processes": [
            {
                "lengths": process.lengths.tolist(),
                "nugget": process.nugget,
                "mean": process.mean.tolist(),
                "weights": process.weights.tolist(),
            }
            for process in output.processes
        ],
    }


def _parts(formula: Formula) -> dict[str, Any]:
    """What a district's money is made of: shares of what lines owe it, by the place of the line, and the ``rest``."""
    places = {line.name: place for place, line in enumerate(capped_lines(formula))}
    if prorated(formula):
        return {"lines": [{"output": DISTRICT_OWED, "line": 0}], "rest": None}
    lines = [{"output": f"{DISTRICT_DUE}{line.name}", "line": places[line.name]} for line in prorated_lines(formula)]
    return {"lines": lines, "rest": DISTRICT_REST}


def _districts(formula: Formula, world: World, horizon: int) -> dict[str, Any]:
    districts = world.districts
    regions = [world.regions.name[place] for place in districts.region]
    groups = []
    kinds = tuple(world.state.kind(kind) for kind in districts.kind)
    for by, words in (
        ("size", districts.size_class), ("locale", districts.locale), ("kind", kinds), ("region", regions),
    ):  # fmt: skip
        named: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            if word:
                named.setdefault(word, []).append(place)
        order = sorted(named, key=lambda name: float(np.median(districts.membership[named[name]])))
        if len(named) > 1:
            groups += [{"by": by, "name": name.replace("_", " "), "members": named[name]} for name in order]
    return {
        "years": [world.base_year + step for step in detail_years(horizon)],
        "names": list(districts.name),
        "identifiers": list(districts.identifier),
        "groups": groups,
        **_parts(formula),
    }


def _numbers(values: Array) -> list[float]:
    found: list[float] = rounded(values, SIGNIFICANT["mean"]).ravel().tolist()
    return found
