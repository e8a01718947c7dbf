"""Shocks that come by chance: how often, the same for every formula, and nothing else moved by them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulated import differences, made_up, shipped, steps, warmed_up
from sweeping import inputs_of, run

from sim.config_folder import config_folder
from sim.engine.arrivals import DRAWN, arrival, of_year, quantile
from sim.engine.draws import Purpose, draw
from sim.engine.economy import revenue_shock
from sim.engine.ensemble import WARM_UP_YEARS, take_rows
from sim.engine.felt import felt
from sim.engine.scenario import BASELINE, MOST_KINDS, Kind, RandomShocks, Scenario, Shocks, Spread
from sim.parameters.catalogue import load_catalogue
from sim.parameters.values import central_parameters
from sim.study.running.shock_table import SHOCKS_FILE, shock_table
from sim.study.setup.combining import scaled
from sim.study.setup.scenarios import find_scenario

RANDOM = find_scenario("random", config_folder())
BUST = Kind(times=1.0, years=5.0, source="made up", path=(Shocks(revenue=0.8), Shocks(revenue=0.9)))


def kinds() -> dict[str, Kind]:
    assert RANDOM.random is not None
    return RANDOM.random.kinds


def only(kind: Kind, first: int = 2027) -> RandomShocks:
    return RandomShocks(from_year=first, kinds={"bust": kind})


def uniforms(*years: tuple[float, float, float]) -> np.ndarray:
    """Draws of the first kind in some years; nothing of another kind comes."""
    block = np.ones((len(years), 1, MOST_KINDS, DRAWN))
    block[:, 0, 0] = years
    return block


STUDY = {"name": "compare", "formulas": ["status_quo"], "baseline": "status_quo"}

COMES, NOT = (0.0, 0.5, 0.5), (0.99, 0.5, 0.5)


def test_each_kind_comes_as_often_as_its_source_counts() -> None:
    rng = np.random.default_rng(3)
    drawn = rng.random((200_000, DRAWN))
    for name, kind in kinds().items():
        share = arrival(kind, drawn).comes.mean()
        error = np.sqrt(kind.rate * (1.0 - kind.rate) / len(drawn))
        assert abs(share - kind.times / kind.years) < 4.0 * error, name


def test_the_table_has_them_as_often_too() -> None:
    replicates, years = range(400), 30
    table = shock_table([RANDOM], 7, replicates, 2026, years)
    assert table is not None
    chances = len(replicates) * years
    for name, kind in kinds().items():
        came = int((table["kind"] == name).sum())
        error = np.sqrt(chances * kind.rate * (1.0 - kind.rate))
        assert abs(came - chances * kind.rate) < 4.0 * error, name
    assert table["fiscal_year"].between(2027, 2056).all()


def test_sizes_lie_in_their_triangle_with_its_mean() -> None:
    spread = Spread(low=0.5, likely=1.0, high=3.0)
    drawn = quantile(spread, np.random.default_rng(1).random(200_000))
    assert drawn.min() >= 0.5
    assert drawn.max() <= 3.0
    assert drawn.mean() == pytest.approx(4.5 / 3.0, rel=0.01)
    assert quantile(Spread(low=1.0, likely=1.0, high=1.0), np.array([0.0, 0.7])).tolist() == [1.0, 1.0]
    assert quantile(spread, np.array([0.2])) == pytest.approx(1.0)


def test_a_shock_runs_its_path_from_the_year_in_which_it_comes() -> None:
    block = uniforms(NOT, COMES, NOT, NOT)
    found = [float(of_year(only(BUST), block[: year + 1])["revenue"].item()) for year in range(4)]
    assert found == pytest.approx([1.0, 0.8, 0.9, 1.0])


def test_severity_multiplies_the_distance_from_one_and_length_each_year() -> None:
    twice = Spread(low=2.0, likely=2.0, high=2.0)
    kind = BUST.model_copy(update={"severity": twice, "lasts": twice})
    block = uniforms(COMES, NOT, NOT, NOT, NOT)
    found = [float(of_year(only(kind), block[: year + 1])["revenue"].item()) for year in range(5)]
    assert found == pytest.approx([0.6, 0.6, 0.8, 0.8, 1.0])


def test_of_one_kind_the_larger_counts_and_kinds_are_multiplied() -> None:
    block = uniforms(COMES, COMES)
    assert of_year(only(BUST), block)["revenue"].item() == pytest.approx(0.8)
    block[1, 0, 1] = COMES
    other = Kind(times=1.0, years=5.0, source="made up", path=(Shocks(revenue=0.5),))
    both = RandomShocks(from_year=2027, kinds={"bust": BUST, "other": other})
    assert of_year(both, block)["revenue"].item() == pytest.approx(0.4)


def test_what_stays_stays() -> None:
    kind = BUST.model_copy(update={"then": Shocks(entrants=0.9)})
    block = uniforms(COMES, NOT, NOT, NOT, NOT, NOT)
    assert of_year(only(kind), block)["entrants"].item() == pytest.approx(0.9)


def test_the_purpose_moves_no_other_draw_and_longer_runs_begin_alike() -> None:
    world = made_up(4)
    short, long = draw(world, 3, [0, 5], 4), draw(world, 3, [5], 9)
    assert np.array_equal(short.yearly[Purpose.SHOCKS][:, 1], long.yearly[Purpose.SHOCKS][:4, 0])
    assert Purpose.SHOCKS == 32  # part of the key of its stream


@pytest.fixture(scope="module")
def ensemble():  # type: ignore[no-untyped-def]
    world = made_up(5, 2)
    return warmed_up(world, central_parameters(load_catalogue(), world.clusters, 4), 11, range(4), 8)


def revenue(ensemble, formula: str, scenario: Scenario = RANDOM) -> np.ndarray:  # type: ignore[no-untyped-def]
    return np.stack([step.year.conditions.revenue for step in steps(ensemble, shipped(formula), 8, scenario)])


def test_every_formula_meets_the_same_shocks(ensemble) -> None:  # type: ignore[no-untyped-def]
    assert np.array_equal(revenue(ensemble, "status_quo"), revenue(ensemble, "aligned"))


def test_a_replicate_meets_its_shocks_in_whatever_batch(ensemble) -> None:  # type: ignore[no-untyped-def]
    some = take_rows(ensemble, np.array([3, 1]))
    assert np.array_equal(revenue(some, "aligned"), revenue(ensemble, "aligned")[:, [3, 1]])


def test_at_severity_nothing_a_run_is_the_baseline_to_the_bit(ensemble) -> None:  # type: ignore[no-untyped-def]
    for name in ("random", "oil_slump", "new_industry", "late_payment", "early_end"):
        nothing = scaled(find_scenario(name, config_folder()), 0.0)
        calm, same = (steps(ensemble, shipped("aligned"), 5, one) for one in (BASELINE, nothing))
        assert [differences(one.after, other.after) for one, other in zip(calm, same, strict=True)] == [[]] * 5, name


def test_the_table_says_what_the_runs_felt(ensemble) -> None:  # type: ignore[no-untyped-def]
    often = BUST.model_copy(update={"times": 2.0, "severity": Spread(low=0.5, likely=1.0, high=2.0)})
    scenario = Scenario(name="busts", title="t", source="s", random=only(often, first=2029))
    table = shock_table([scenario, BASELINE], 11, range(4), 2026, 8)
    assert table is not None
    assert len(table)
    assert table["fiscal_year"].min() >= 2029
    for year in range(2027, 2035):
        shocks = felt(ensemble.world, scenario, ensemble.draws, year, WARM_UP_YEARS + year - 2026)
        for replicate in range(4):
            mine = table[table["replicate"] == replicate].set_index("fiscal_year")["severity"]
            expected = min(1.0 - 0.2 * mine.get(year, 0.0), 1.0 - 0.1 * mine.get(year - 1, 0.0))
            got = np.broadcast_to(np.asarray(shocks.revenue), (4, 1, 1))[replicate].item()
            assert got == pytest.approx(expected)
    assert shock_table([BASELINE], 11, range(4), 2026, 8) is None


def test_with_shocks_by_chance_revenue_swings_as_much_as_in_the_outlook() -> None:
    """The file says by how much the ordinary ups and downs are smaller; it is the number at which both are alike."""
    economy = central_parameters(load_catalogue(), made_up(3).clusters, 1).economy
    noise = RANDOM.from_year[2027].revenue_noise
    rng, runs, years = np.random.default_rng(5), 1500, 28
    block = rng.random((years, runs, MOST_KINDS, DRAWN))
    assert RANDOM.random is not None
    shock, levels = np.zeros((runs, 1, 1)), []
    for year in range(years):
        shock = revenue_shock(shock, noise * rng.standard_normal(shock.shape), economy)
        levels.append(shock + np.log(of_year(RANDOM.random, block[: year + 1])["revenue"]))
    growth = np.diff(np.stack(levels), axis=0)[8:]
    assert growth.std() == pytest.approx(float(np.mean(economy.revenue_volatility)), rel=0.04)


def test_a_folder_of_results_has_its_shocks_and_its_scenario_in_full(tmp_path: Path) -> None:
    often = {"busts": BUST.model_copy(update={"times": 5.0})}
    busts = Scenario(name="busts", title="t", source="s", random=RandomShocks(from_year=2027, kinds=often))
    inputs = inputs_of(shipped("status_quo"), scenarios=(BASELINE, busts))
    tables = []
    for chunk, folder in ((4, "one"), (2, "two")):
        run(tmp_path / folder, inputs, study=STUDY, design=None, draws=4, chunk=chunk)
        tables.append(pd.read_csv(tmp_path / folder / SHOCKS_FILE))
    pd.testing.assert_frame_equal(*tables)
    assert tables[0].groupby("replicate").size().to_dict() == dict.fromkeys(range(4), 2)  # one each year
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    assert Scenario.model_validate(manifest["config"]["scenarios"]["busts"]) == busts
    run(tmp_path / "calm", inputs_of(shipped("status_quo")), study=STUDY, design=None, draws=2)
    assert not (tmp_path / "calm" / SHOCKS_FILE).exists()
