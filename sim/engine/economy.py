"""What the year brings from outside: prices, revenue, cohorts, job openings."""

from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, compound, district_total, ratio
from sim.behavior.costs import UnitCosts, unit_costs
from sim.engine.felt import UNDISTURBED, Felt
from sim.engine.state import Premises, State
from sim.parameters.groups import Economy, Enrollment, Parameters
from sim.students import enrollment
from sim.world.world import World


@dataclass(frozen=True)
class Conditions:
    """The economy of a year, ``[..., 1, 1]``. Indices are 1 in the base year and before.

    ``price_rise`` is the price level over that of the year before.
    ``grant_cut`` and ``formula_cut`` are the shares by which a bust cuts grant lines and formula money,
    ``categorical_cut`` the share that CTE lines outside the main formula have lost to a scenario's busts, this year's
    and what is not put back of those before; ``costs`` are what CTE costs by the unit, ``[..., 1, C]``; ``shocks`` are
    what is multiplied this year.
    """

    fiscal_year: int
    years_since_base: int
    price_index: Array
    price_rise: Array
    wage_index: Array
    revenue: Array
    revenue_shock: Array
    grant_cut: Array
    formula_cut: Array
    categorical_cut: Array
    costs: UnitCosts
    shocks: Felt

    @property
    def startup_index(self) -> Array:
        """Price level of equipment for a launch and of new labs."""
        return self.price_index * self.shocks.startup_costs

    @property
    def general_money(self) -> Array:
        """Districts' general money a member relative to the base year, in real dollars, before any dilution."""
        return (1.0 - self.formula_cut) * self.shocks.general_money


@dataclass(frozen=True)
class Cohorts:
    """Membership of the year.

    ``grades`` ``[..., D, 4]``; ``membership`` and ``local_index`` (a district's size relative to the state)
    ``[..., D, 1]``; ``entry_index`` (the entering cohort relative to the base year) ``[..., 1, 1]``.
    """

    grades: Array
    membership: Array
    local_index: Array
    entry_index: Array


@dataclass(frozen=True)
class Signals:
    """What employers signal in each region, ``[..., G, C]``: job ``openings`` relative to the mean cluster, and 1
    where a cluster is a ``priority`` of the state or region."""

    openings: Array
    priority: Array


def conditions(
    world: World, parameters: Parameters, state: State, shocks: Felt, fiscal_year: int, noise: Array
) -> Conditions:
    """Prices, wages and general-fund revenue of the year; before the base year all stand still.

    Revenue follows a trend with a mean-reverting shock whose yearly growth rates have the volatility that Pew
    measured (``revenue_volatility``, standard deviation). When revenue falls short of the recurring budget, grant
    lines are cut like agencies and formula money like the main formula, in proportion to the shortfall up to a full cut
    (New Mexico FY09-FY21). What a scenario adds to that shortfall cuts CTE lines outside the main formula deeper, and
    longer (`categorical_cut`).
    """
    economy = parameters.economy
    years = max(fiscal_year - world.base_year, 0)
    shock = revenue_shock(state.revenue_shock, noise * shocks.revenue_noise, economy) if years else state.revenue_shock
    base = world.anchors["general_fund_revenue"].value
    calm_revenue = base * compound(economy.revenue_growth, years) * np.exp(shock)
    calm_budget = base * economy.budget_share * compound(economy.budget_growth, years)
    revenue, budget = calm_revenue * shocks.revenue, calm_budget * shocks.recurring_budget
    severity = budget_severity(revenue, budget, economy)
    without = budget_severity(calm_revenue, calm_budget, economy)
    price_index, wage_index = compound(economy.inflation, years), compound(economy.wage_growth, years)
    return Conditions(
        fiscal_year=fiscal_year,
        years_since_base=years,
        price_index=price_index,
        price_rise=compound(economy.inflation, min(years, 1)),
        wage_index=wage_index,
        revenue=revenue,
        revenue_shock=shock,
        grant_cut=severity * economy.grant_cut,
        formula_cut=severity * economy.formula_cut,
        categorical_cut=categorical_cut(state.categorical_cut, severity, without, economy),
        costs=unit_costs(world.clusters, parameters, wage_index, price_index * shocks.running_costs),
        shocks=shocks,
    )


def budget_severity(revenue: Array, budget: Array, economy: Economy) -> Array:
    """How far a shortfall of revenue under the recurring budget cuts what is voted: 0 not at all, as without a budget,
    1 in full."""
    shortfall = np.maximum(1.0 - ratio(revenue, budget, 1.0), 0.0)
    severity: Array = np.minimum(shortfall / economy.full_cut_shortfall, 1.0)
    return severity


def categorical_cut(standing: Array, severity: Array, without: Array, economy: Economy) -> Array:
    """The share that CTE lines of their own have lost to the busts of a scenario, ``[..., 1, 1]``.

    A bust takes ``categorical_cut`` in full, less in proportion to how far the scenario deepens the year's shortfall
    (``severity`` with it, ``without`` it); of what is ``standing`` from the year before ``categorical_restored`` is put
    back, and the larger of the two holds. By hand, where a quarter is put back in a year: a full bust takes 12%; a year
    later, without a shortfall, 9% is missing. Busts that are luck alone cut as ``grant_cut`` and ``formula_cut`` do.
    """
    fresh = economy.categorical_cut * np.maximum(severity - without, 0.0)
    cut: Array = np.maximum(fresh, standing * (1.0 - economy.categorical_restored))
    return cut


def revenue_shock(shock: Array, noise: Array, economy: Economy) -> Array:
    """The log deviation of revenue from its trend, one year on: first-order autoregressive, scaled so that yearly
    growth rates have the standard deviation ``revenue_volatility``."""
    innovation = economy.revenue_volatility * np.sqrt((1.0 + economy.revenue_persistence) / 2.0)
    return economy.revenue_persistence * shock + innovation * noise


def entry_index(terms: Enrollment, index: Array, base_year: int, fiscal_year: int) -> Array:
    """Size of the cohort entering grade 9 relative to the base year, ``[..., 1, 1]``."""
    return index * (1.0 + terms.entry_growth.at(fiscal_year)) if fiscal_year > base_year else index


def local_drift(
    world: World, parameters: Parameters, premises: Premises, state: State, fiscal_year: int, noise: Array
) -> Array:
    """Each district's size relative to the state, ``[..., D, 1]``: a trend of its own that fades, and yearly noise
    that is larger where a few families matter."""
    years = fiscal_year - world.base_year
    if years <= 0:
        return state.local_index
    terms = parameters.enrollment
    fading = np.exp(-years / terms.local_trend_fade)
    smallness = np.sqrt(1.0 + 100.0 / world.districts.membership[:, np.newaxis])
    return enrollment.local_drift(
        state.local_index, terms.local_trend * fading * premises.trend, terms.local_noise * smallness * noise
    )


def cohorts(
    world: World, parameters: Parameters, premises: Premises, state: State, conditions: Conditions, noise: Array
) -> Cohorts:
    """Cohorts enter from smaller and smaller birth years and move up; before the base year they stand still."""
    fiscal_year = conditions.fiscal_year
    index = entry_index(parameters.enrollment, state.entry_index, world.base_year, fiscal_year)
    local = local_drift(world, parameters, premises, state, fiscal_year, noise)
    entrants = enrollment.entering_cohort(premises.entrants, index * conditions.shocks.entrants, local)
    grades = enrollment.moved_up(state.grades, entrants, premises.retention)
    return Cohorts(grades, district_total(grades), local, index)


def signals(world: World, premises: Premises, fiscal_year: int, shocks: Felt = UNDISTURBED) -> Signals:
    """Job openings and priorities of each region; openings move with the outlook of each occupation, and with shocks of
    its cluster. They are relative to the mean cluster without shocks: an industry that comes takes no opening away."""
    years = max(fiscal_year - world.base_year, 0)
    growth = np.exp(years / 10.0 * np.log1p(world.clusters.employment_growth))
    usual = premises.openings * growth
    mean = district_total(usual) / len(world.clusters)
    return Signals(usual * shocks.openings / mean, premises.priority)
