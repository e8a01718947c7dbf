"""A made-up explorer for tests: a bill's real knobs over numbers that a plain function gives, without a simulation."""

import json
from functools import cache

import numpy as np
from simulated import made_up, new_mexico, shipped

from sim.config_folder import config_folder
from sim.engine.scenario import BASELINE
from sim.parameters.catalogue import load_catalogue
from sim.study.designs.factors import read_factors
from sim.study.designs.points import place_points, suited
from sim.study.explore.content import content_of
from sim.study.explore.emulator import emulated, unit
from sim.study.explore.knobs import default_factors, knobs_of
from sim.study.explore.simulating import Points, Setting, detail_years
from sim.study.setup.inputs import Inputs, find_formula

DRAWS, YEARS = 5, 6
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
    """The content of explorer.json of a made-up sweep of docs/examples/my_bill.yaml, as it is read from the file."""
    world, own = made_up(12), knobs()
    factors = tuple(knob.factor for knob in own)
    places = place_points(factors, "latin_hypercube", 60, 1)[[factor.name for factor in factors]].to_numpy(float)
    low, high = (np.array([getattr(knob, end) for knob in own]) for end in ("low", "high"))
    training = unit(places, low, high)
    districts = 12 * len(detail_years(YEARS))
    money = 1e5 * (1.0 + training @ np.linspace(0.1, 0.5, len(own)))[:, None] * np.linspace(1.0, 2.0, districts)
    found = {**made_up_numbers(training), "district_owed": money, "district_taught": money / 1e3}
    names = (*Points(setting(world), bill(), ()).outputs,)
    flat = {name: np.full((DRAWS, YEARS), 100.0 + 3.0 * at) for at, name in enumerate(names)}
    law = {**flat, **dict.fromkeys(("district_net", "district_taught"), np.ones((len(detail_years(YEARS)), 12)))}
    around = {
        "members": np.full((DRAWS, YEARS), 100_000.0) + np.arange(YEARS), "law_owed": np.full((DRAWS, YEARS), 48e6),
        "unit:my_bill": 1.0 - 0.01 * np.arange(DRAWS)[:, None] + np.zeros(YEARS),
        "district_members": np.full((len(detail_years(YEARS)), 12), 500.0),
    }  # fmt: skip
    made = content_of(bill(), own, emulated(training, found), law, around, world, YEARS)
    made["provenance"] = {
        "run": "0123456789", "formula": "abcdef0123", "model": "0", "data": "0", "vintage": "", "version": "0",
        "draws": DRAWS, "seed": 1, "uncertainty": "prior", "scenario": "baseline", "points": 80, "fresh": 4,
    }  # fmt: skip
    named = ("per_100", "taught", "reported", "credentials", "pathways", "owed", "cost")
    made["errors"] = [
        {"outcome": outcome, "span": span, "number": "mean", "median": 0.001, "p95": 0.01, "most": 0.02}
        for outcome, spans in (*((name, ("each year", "FY2027-31", "FY2032")) for name in named),
                               *((f"district_{name}", ("districts", "groups")) for name in ("money", "taught")))
        for span in spans
    ]  # fmt: skip
    return json.loads(json.dumps(made))
