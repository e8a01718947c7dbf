"""A made-up explorer for tests: a bill's real knobs over numbers that a plain function gives, without a simulation."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from simulated import made_up, new_mexico, shipped
from sweeping import CONFIG, inputs_of

from sim.config_folder import config_folder
from sim.engine.scenario import BASELINE, Scenario
from sim.parameters.catalogue import load_catalogue
from sim.report.explore.files import page_content
from sim.study.designs.factors import read_factors
from sim.study.designs.points import place_points, suited
from sim.study.explore.content import content_of, scenario_content
from sim.study.explore.emulator import emulated, unit
from sim.study.explore.knobs import default_factors, knobs_of
from sim.study.explore.simulating import Setting, detail_years
from sim.study.explore.study import Explored, explore, read_materials
from sim.study.setup.inputs import Inputs, find_formula
from sim.study.setup.settings import read_settings

DRAWS, YEARS = 5, 6
SLUMP = Scenario(name="oil_slump", title="Moderate oil slump", source="a test", description="Three bad years.")
MY_BILL = str(config_folder().parent / "docs" / "examples" / "my_bill.yaml")


@cache
def bill(name=MY_BILL):
    return find_formula(name, config_folder(), new_mexico().clusters.identifier)


@cache
def knobs(name=MY_BILL, horizon=YEARS):
    law, formula = shipped("status_quo"), bill(name)
    factors, _ = default_factors(formula, 2026, 2026 + horizon)
    inputs = Inputs(new_mexico(), load_catalogue(), law, (law, formula), "status_quo")
    return knobs_of(formula, suited(read_factors(factors, inputs), "latin_hypercube"))


def setting(world, draws=DRAWS, horizon=YEARS):
    return Setting(world, load_catalogue(), shipped("status_quo"), BASELINE, 2026, "prior", draws, horizon, 32)


def made_up_numbers(places):
    """Outputs at places of the knobs ``[N, K]``, smooth, different in each draw and year, ``[N, draws x years]``."""
    draw, year = np.arange(DRAWS)[:, None], np.arange(YEARS)
    shape = (len(places), DRAWS * YEARS)
    moved = np.sin(2.0 * places[:, 0]) + places[:, 1] * places[:, -1] + places[:, 2] ** 2
    spread = (1.0 + 0.1 * draw + 0.05 * year).ravel()

    def of(level, size):
        return level + size * (moved[:, None] * spread + 0.3 * places[:, -1:] * np.cos(np.arange(shape[1])))

    return {
        "taught": of(20_000.0, 1_000.0), "reported": of(25_000.0, 2_000.0), "credentials": of(3_000.0, 300.0),
        "pathways": of(600.0, 30.0), "moved": np.zeros(shape), "uncapped": np.zeros(shape),
        "owed:my_bill": of(35e6, 6e6),
    }  # fmt: skip


@cache
def content():
    """The content of explorer.json of a made-up sweep of docs/examples/my_bill.yaml, as it is read from the file: two
    scenarios, a formula to set beside the bill, and a discrepancy that intervals carry."""
    made = content_of(bill(), knobs(), [scenario(BASELINE, 60), scenario(SLUMP, 40)], made_up(12), YEARS)
    spread = {"sigma": 0.2, "low": 0.1, "high": 0.4, "cases": 5}
    made["discrepancy"] = {
        "levels": {"all kinds": spread, "concentrators": {**spread, "sigma": 0.3}},
        "response": {**spread, "sigma": 0.35},
        "years": 4.0,
    }
    made["provenance"] = {
        "run": "0123456789", "formula": "abcdef0123", "model": "0", "data": "0", "vintage": "", "version": "0",
        "draws": DRAWS, "seed": 1, "uncertainty": "prior",
    }  # fmt: skip
    return page_content(json.loads(json.dumps(made)))


def scenario(of, points):
    """What a page answers with in a scenario, from so many made-up points."""
    own, years = knobs(), len(detail_years(YEARS))
    factors = tuple(knob.factor for knob in own)
    places = place_points(factors, "latin_hypercube", points, 1)[[factor.name for factor in factors]].to_numpy(float)
    low, high = (np.array([getattr(knob, end) for knob in own]) for end in ("low", "high"))
    training = unit(places, low, high)
    more = 1.0 if of is BASELINE else 0.9
    money = 1e5 * (1.0 + training @ np.linspace(0.1, 0.5, len(own)))[:, None] * np.linspace(1.0, 2.0, 12 * years)
    found = {name: more * values for name, values in made_up_numbers(training).items()}
    found |= {"district_owed": more * money, "district_taught": money / 1e3}
    around = {
        "members": np.full((DRAWS, YEARS), 100_000.0) + np.arange(YEARS), "law_owed": np.full((DRAWS, YEARS), 48e6),
        "unit:my_bill": more - 0.01 * np.arange(DRAWS)[:, None] + np.zeros(YEARS),
        "district_members": np.full((years, 12), 500.0),
    }  # fmt: skip
    made = scenario_content(
        of, emulated(training, found), as_it_is(20_500.0), around, [(bill("kansas"), as_it_is(21_000.0))]
    )
    named = ("per_100", "taught", "reported", "credentials", "pathways", "owed", "cost")
    errors = [
        {"outcome": outcome, "span": span, "number": "mean", "median": 0.001, "p95": 0.01, "most": 0.02}
        for outcome, spans in (*((name, ("each year", "FY2027-31", "FY2032")) for name in named),
                               *((f"district_{name}", ("districts", "groups")) for name in ("money", "taught")))
        for span in spans
    ]  # fmt: skip
    return {**made, "errors": errors, "points": points + 20, "fresh": 4}


def as_it_is(level):
    """What came out under a law that is simulated as it is: other in each draw and year."""
    draw, year = np.arange(DRAWS)[:, None], np.arange(YEARS)
    moved = level * (1.0 + 0.09 * np.sin(3.0 * draw + year))
    blocks = np.full((len(detail_years(YEARS)), 12), 9e4)
    return {
        "taught": moved, "reported": 1.2 * moved, "credentials": 0.15 * moved + 90.0 * np.cos(2.0 * draw + 3.0 * year),
        "pathways": 0.03 * moved,
        "moved": 0.0 * moved, "uncapped": 1_700.0 * moved, "entitled": 1_900.0 * moved, "voted": 0.0 * moved + 38e6,
        "district_net": blocks, "district_taught": blocks / 1e3,
    }  # fmt: skip


SETTINGS: dict[str, Any] = {
    **{key: value for key, value in CONFIG.items() if key not in ("keep", "cost_neutral")},
    "cost_neutral": None,
    "study": {"name": "explore", "formulas": [], "baseline": "status_quo"},
    "draws": 3,
    "chunk": 3,
    "design": {"name": "latin_hypercube", "points": 28},
    "explore": {"fresh": 4, "scenarios": ["oil_slump"], "points": 28, "compared": ["aligned"]},
}


def inputs() -> Inputs:
    return replace(inputs_of(shipped("status_quo"), bill()), chosen="my_bill")


def found_in(folder: Path, **changes: Any) -> Explored:
    config = {**SETTINGS, **changes}
    settings = read_settings(config)
    return explore(settings, read_materials(settings, inputs()), folder, config)
