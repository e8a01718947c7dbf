"""Scenarios: what they multiply, what they leave alone, and how a stress study reads them."""

from pathlib import Path

import numpy as np
import pytest
from simulated import differences, new_mexico_ensemble
from sweeping import settings_with

from sim.config_folder import config_folder
from sim.engine.ensemble import prepare, simulate
from sim.engine.scenario import BASELINE, CALM, ClusterShocks, EarlyEnd, Shocks, read_scenario, scenario_from
from sim.funding.budget import appropriate, cut_share
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.parameters.values import central_parameters
from sim.study.designs.places import scenario_place
from sim.study.setup.inputs import find_formula
from sim.study.setup.sense import refuse_senseless
from sim.world import load_world, synthetic_world

SHIPPED = sorted((config_folder() / "scenario").glob("*.yaml"))


@pytest.fixture(scope="module")
def ensemble():
    world = synthetic_world(load_world(), 6, 3)
    law = find_formula("status_quo", config_folder(), world.clusters.identifier)
    return prepare(world, central_parameters(load_catalogue(), world.clusters, 3), law, 5, range(3), 6)


@pytest.fixture(scope="module")
def aligned(ensemble):
    return find_formula("aligned", config_folder(), ensemble.world.clusters.identifier)


def totals(ensemble, formula, scenario, column, years=6):
    return [float(getattr(state, column).sum()) for state, _ in simulate(ensemble, formula, years, scenario=scenario)]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_has_title_and_source(path: Path) -> None:
    scenario = read_scenario(path)
    assert scenario.title
    assert len(scenario.source) > 20


@pytest.mark.parametrize("path", [path for path in SHIPPED if path.stem != "baseline"], ids=lambda path: path.stem)
def test_a_shipped_scenario_changes_something_after_the_base_year_only(path: Path) -> None:
    scenario = read_scenario(path)
    assert scenario.does_something(2026, 2050)
    assert scenario.at(2026, 2026) == CALM
    assert scenario.at(2020, 2026) == CALM


def test_from_year_holds_until_the_next_entry_and_years_hold_alone() -> None:
    scenario = scenario_from(
        {
            "title": "t",
            "source": "made up",
            "years": {2030: {"revenue": 0.5}},
            "from_year": {2028: {"turnover": 2.0}, 2032: {"turnover": 1.0}},
        },
        "x.yaml",
        "x",
    )
    assert scenario.at(2027, 2026) == CALM
    assert scenario.at(2029, 2026) == Shocks(turnover=2.0)
    assert scenario.at(2030, 2026) == Shocks(revenue=0.5)
    assert scenario.at(2040, 2026) == CALM


def test_a_scenario_that_multiplies_by_one_changes_no_bit(ensemble, aligned) -> None:
    idle = BASELINE.model_copy(update={"name": "idle", "from_year": {2027: Shocks()}})
    for (calm, _), (same, _) in zip(
        simulate(ensemble, aligned, 4), simulate(ensemble, aligned, 4, scenario=idle), strict=True
    ):
        assert differences(calm, same) == []


@pytest.mark.parametrize(
    ("shocks", "column", "rises"),
    [
        ({"participation": 1.2}, "participants", True),
        ({"progression": 1.5}, "taught", True),
        ({"entrants": 0.5}, "grades", False),
        ({"instructor_supply": 0.0, "turnover": 2.0}, "sections", False),
        ({"running_costs": 6.0}, "quality", False),
    ],
)
def test_a_shock_moves_what_it_says(ensemble, aligned, shocks, column, rises) -> None:
    shocked = BASELINE.model_copy(update={"name": "shocked", "from_year": {2028: Shocks(**shocks)}})
    calm = totals(ensemble, aligned, BASELINE, column)
    moved = totals(ensemble, aligned, shocked, column)
    assert moved[0] == calm[0]
    assert (moved[-1] > calm[-1]) if rises else (moved[-1] < calm[-1])


def test_a_squeeze_of_general_budgets_reaches_cte_through_districts_own_money() -> None:
    ensemble = new_mexico_ensemble(2, 5)
    squeezed = BASELINE.model_copy(update={"name": "squeezed", "from_year": {2027: Shocks(local_money=0.5)}})

    def years(scenario):
        return [
            (year.books.own.sum(), (year.books.year_end.spending + year.bill.startup).sum(), state.sections.sum())
            for state, year in simulate(ensemble, ensemble.current_law, 4, scenario=scenario)
        ]

    calm, hit = years(BASELINE), years(squeezed)
    # What a district plans is as it was: the squeeze takes half of it each year, not half of what it left.
    for one, other in zip(calm, hit, strict=True):
        assert other[0] == pytest.approx(0.5 * one[0], rel=0.1)
        assert other[1] < one[1]
    assert hit[-1][2] < 0.95 * calm[-1][2]


def test_a_shock_of_a_cluster_moves_that_cluster(ensemble, aligned) -> None:
    names = list(ensemble.world.clusters.identifier)
    hit = names.index("construction")
    wanted = {"construction": ClusterShocks(participation=1.5)}
    dear = {"construction": ClusterShocks(startup_costs=2.0, running_costs=3.0)}

    def first_year(clusters):
        scenario = BASELINE.model_copy(update={"from_year": {2027: Shocks(clusters=clusters)}})
        return next(year for _, year in simulate(ensemble, aligned, 1, scenario=scenario))

    calm, eager, costly = first_year({}), first_year(wanted), first_year(dear)
    more = eager.interest.wanted / np.maximum(calm.interest.wanted, 1e-12)
    assert np.allclose(more[..., hit], 1.5)
    assert np.array_equal(np.delete(eager.interest.wanted, hit, -1), np.delete(calm.interest.wanted, hit, -1))
    start = costly.situation.startup_cost / calm.situation.startup_cost
    assert np.allclose(start[..., hit], 2.0)
    assert np.allclose(np.delete(start, hit, -1), 1.0)
    site = costly.conditions.costs.site / calm.conditions.costs.site
    assert np.allclose(site[..., hit], 3.0)
    assert np.allclose(np.delete(site, hit, -1), 1.0)


def test_openings_of_a_cluster_draw_students_to_it_from_others(ensemble, aligned) -> None:
    hit = list(ensemble.world.clusters.identifier).index("construction")
    hiring = Shocks(clusters={"construction": ClusterShocks(openings=3.0)})
    scenario = BASELINE.model_copy(update={"from_year": {2027: hiring}})
    calm = next(year for _, year in simulate(ensemble, aligned, 1))
    drawn = next(year for _, year in simulate(ensemble, aligned, 1, scenario=scenario))
    assert (drawn.signals.openings[..., hit] > calm.signals.openings[..., hit]).all()
    change = (drawn.interest.wanted - calm.interest.wanted).sum(axis=(0, 1))
    assert change[hit] > 0.0
    assert np.delete(change, hit).max() < 0.0
    assert abs(change.sum()) < 1e-6


def test_federal_money_is_lost_to_federal_lines_alone(ensemble) -> None:
    lost = BASELINE.model_copy(update={"name": "lost", "from_year": {2027: Shocks(federal_money=0.25)}})
    calm = next(year for _, year in simulate(ensemble, ensemble.current_law, 1))
    hit = next(year for _, year in simulate(ensemble, ensemble.current_law, 1, scenario=lost))
    federal = 0
    for before, after in zip(calm.offers.lines, hit.offers.lines, strict=True):
        share = 0.25 if after.line.federal else 1.0
        federal += after.line.federal
        assert np.allclose(after.appropriation, share * before.appropriation)
    assert federal


def test_what_is_paid_late_is_missed_for_a_year_and_then_comes_in_full(ensemble, aligned) -> None:
    late = BASELINE.model_copy(update={"name": "late", "years": {2028: Shocks(paid_on_time=0.25)}})
    calm = [year for _, year in simulate(ensemble, aligned, 4)]
    waiting = [year for _, year in simulate(ensemble, aligned, 4, scenario=late)]
    before, missed, after = waiting[0], waiting[1], waiting[2]
    assert np.array_equal(before.books.received, calm[0].books.received)
    assert np.allclose(missed.books.awaited, 0.75 * missed.settlement.from_state)
    assert np.allclose(missed.books.received, missed.settlement.reaching_cte - missed.books.awaited)
    assert np.allclose(after.books.received, after.settlement.reaching_cte + missed.books.awaited)
    # The state owes what it owed, and districts have less in hand.
    assert np.array_equal(missed.settlement.state_paid, calm[1].settlement.state_paid)
    assert missed.books.year_end.cash.sum() < calm[1].books.year_end.cash.sum()
    assert (missed.books.year_end.covered >= calm[1].books.year_end.covered - 1e-6).all()


def test_an_early_end_is_no_news_before_it_is_announced(ensemble, aligned) -> None:
    end = BASELINE.model_copy(update={"name": "end", "end": EarlyEnd(announced=2029, last_year=2030)})
    calm, told = simulate(ensemble, aligned, 5), simulate(ensemble, aligned, 5, scenario=end)
    kept = {line.name for line in ensemble.current_law.lines}
    for (state, year), (other, after) in zip(calm, told, strict=True):
        if year.fiscal_year < 2029:
            assert differences(state, other) == []
            continue
        own = [offer.line for offer in year.offers.lines if offer.line.name not in kept]
        left = {offer.line.name: offer.line for offer in after.offers.lines}
        assert own
        for line in own:
            if year.fiscal_year > 2030:
                assert line.name not in left
            else:
                assert left[line.name].sunset_year == 2030
                was, now = year.outlook.lines[line.name], after.outlook.lines[line.name]
                assert (now.lasts <= was.lasts).all()
                assert (now.lasts < was.lasts).any()
        assert {name for name in left if name in kept} == {
            offer.line.name for offer in year.offers.lines if offer.line.name in kept
        }


def test_an_early_end_leaves_what_current_law_has_begun(ensemble) -> None:
    end = BASELINE.model_copy(update={"name": "end", "end": EarlyEnd(announced=2027, last_year=2027)})
    for (calm, _), (ended, _) in zip(
        simulate(ensemble, ensemble.current_law, 3),
        simulate(ensemble, ensemble.current_law, 3, scenario=end),
        strict=True,
    ):
        assert differences(calm, ended) == []


def test_a_cluster_that_the_world_lacks_is_told_where_it_stands(tmp_path) -> None:
    mine = scenario_from(
        {"title": "t", "source": "s", "years": {2028: {"clusters": {"weaving": {"openings": 2.0}}}}}, "x.yaml", "mine"
    )
    settings = settings_with()
    with pytest.raises(InputError, match=r"years\.2028\.clusters\.weaving: there is no such cluster"):
        refuse_senseless(settings, load_world(), (), (mine,))
    moved = BASELINE.model_copy(update={"name": "oil_slump@2080", "years": {2080: Shocks(revenue=0.9)}})
    with pytest.raises(InputError, match=r"scenario oil_slump@2080: years\.2080: lies after FY"):
        refuse_senseless(settings, load_world(), (), (read_scenario(SHIPPED[1]), moved))


def test_a_sweep_varies_shocks_of_all_clusters_alone() -> None:
    assert scenario_place(BASELINE, ("from_year", "2028", "paid_on_time"), "factors").written == 1.0
    with pytest.raises(InputError, match=r"there is no shock 'clusters'"):
        scenario_place(BASELINE, ("from_year", "2028", "clusters"), "factors")


def test_a_bust_of_a_scenario_cuts_a_line_outside_the_main_formula_deeper(ensemble) -> None:
    bust = BASELINE.model_copy(update={"name": "bust", "from_year": {2028: Shocks(revenue=0.5)}})
    for _, year in simulate(ensemble, ensemble.current_law, 3, scenario=bust):
        offer = next(offer for offer in year.offers.lines if offer.line.name == "nextgen_pilot")
        cut = 1.0 - float(np.mean(offer.appropriation)) / offer.line.appropriation.dollars
        if year.fiscal_year == 2027:
            assert cut < 0.01
        else:
            terms = ensemble.parameters.economy
            lost = np.maximum(year.conditions.grant_cut, year.conditions.categorical_cut)
            assert cut == pytest.approx(float(np.mean(lost)))
            assert 1.5 * float(np.mean(terms.grant_cut)) < cut <= float(np.mean(terms.categorical_cut))


def test_a_cut_of_a_scenario_is_put_back_by_and_by(ensemble) -> None:
    """Revenue is back in FY2029; a part of the cut of FY2028 comes back each year, and to be exempt is exempt."""
    bust = BASELINE.model_copy(update={"name": "bust", "years": {2028: Shocks(revenue=0.5)}})
    terms, cuts = ensemble.parameters.economy, []
    for _, year in simulate(ensemble, ensemble.current_law, 5, scenario=bust):
        offer = next(offer for offer in year.offers.lines if offer.line.name == "nextgen_pilot")
        cuts.append(1.0 - offer.appropriation / offer.line.appropriation.dollars)
        exempt = offer.line.model_copy(update={"cut_as": "none"})
        assert (appropriate(exempt, year.offers.budget) == offer.line.appropriation.dollars).all()
        shielded = offer.line.model_copy(update={"cut_as": "formula"})
        assert (cut_share(shielded, year.offers.budget) == year.conditions.formula_cut).all()
    assert float(np.max(cuts[1])) == pytest.approx(float(np.max(terms.categorical_cut)))
    for since, cut in enumerate(cuts[2:], start=1):
        kept = (1 - terms.categorical_restored) ** since
        assert float(np.max(cut)) == pytest.approx(float(np.max(terms.categorical_cut * kept)))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            {"title": "t", "source": "s", "years": {2030: {"revenu": 0.5}}},
            "revenu: unknown key; did you mean 'revenue'?",
        ),
        ({"title": "t", "source": "s", "years": {2030: {"revenue": -1}}}, "years.2030.revenue: -1 is not allowed"),
        ({"title": "t", "source": "s", "years": {30: {}}}, "30 is not a fiscal year"),
        ({"title": "t"}, "source: is missing"),
        (["oil"], "a scenario is a mapping"),
    ],
)
def test_nonsense_is_refused_in_one_line(written, said) -> None:
    with pytest.raises(InputError) as refused:
        scenario_from(written, "x.yaml", "x")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_wrong_in_a_scenario_file_is_told_with_its_line(tmp_path) -> None:
    path = tmp_path / "slump.yaml"
    path.write_text("title: A slump\nsource: made up\nyears:\n  2030: {revenue: 0.9}\n  2031: {revenue: -1}\n")
    with pytest.raises(InputError, match=r"^slump\.yaml, line 5: years\.2031\.revenue: -1 is not allowed"):
        read_scenario(path)
