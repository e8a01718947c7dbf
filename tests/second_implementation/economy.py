"""Economy, enrollment and what employers signal (7.1 of the protocol)."""

import math
from types import SimpleNamespace
from typing import Any

from second_implementation.plain import Grid, at, within


def dated(parameter: Any, year: int) -> float:
    """A parameter with values by fiscal year: the latest listed that is not after the year, else the first."""
    before = [value for start, value in zip(parameter.years, parameter.values, strict=True) if start <= year]
    return float(parameter.factor * (before[-1] if before else parameter.values[0]))


def conditions(rules: Any, state: Any, base_revenue: float, years: int, shocks: Any, luck: Any) -> SimpleNamespace:
    """Prices, wages, revenue and what a bust cuts, so many years after the base year."""
    economy = rules.economy
    persistence = economy.revenue_persistence
    shock = persistence * state.revenue_shock
    shock += economy.revenue_volatility * math.sqrt((1.0 + persistence) / 2.0) * luck.REVENUE * shocks.revenue_noise
    usual = base_revenue * (1.0 + economy.revenue_growth) ** years * math.exp(shock)
    voted = base_revenue * economy.budget_share * (1.0 + economy.budget_growth) ** years
    revenue = usual * shocks.revenue
    severity = within((1.0 - revenue / (voted * shocks.recurring_budget)) / economy.full_cut_shortfall, 0.0, 1.0)
    own = within((1.0 - usual / voted) / economy.full_cut_shortfall, 0.0, 1.0)
    left = state.categorical_cut - economy.categorical_restored * state.categorical_cut
    return SimpleNamespace(
        price_index=(1.0 + economy.inflation) ** years, price_rise=1.0 + economy.inflation,
        wage_index=(1.0 + economy.wage_growth) ** years, revenue=revenue, revenue_shock=shock,
        grant_cut=economy.grant_cut * severity, formula_cut=economy.formula_cut * severity,
        categorical_cut=max(left, economy.categorical_cut * (severity - own)),
    )  # fmt: skip


def cohorts(
    world: Any, rules: Any, premises: Any, state: Any, years: int, year: int, shocks: Any, luck: Any
) -> SimpleNamespace:
    """Membership of each district by grade."""
    terms = rules.enrollment
    entry = state.entry_index * (1.0 + dated(terms.entry_growth, year))
    local = []
    for d, members in enumerate(world.districts.membership):
        drift = terms.local_trend * math.exp(-years / terms.local_trend_fade) * premises.trend[d]
        noise = terms.local_noise * math.sqrt(1.0 + 100.0 / members) * luck.LOCAL_ENROLLMENT[d]
        local.append(state.local_index[d] * math.exp(drift + noise))
    weight = [entrants * index for entrants, index in zip(premises.entrants, local, strict=True)]
    entering = sum(premises.entrants) * entry * shocks.entrants
    grades = [
        [
            entering * weight[d] / sum(weight),
            *(kept * old for kept, old in zip(premises.retention, before, strict=False)),
        ]
        for d, before in enumerate(state.grades)
    ]
    return SimpleNamespace(grades=grades, membership=[sum(row) for row in grades], local_index=local, entry_index=entry)


def openings(world: Any, premises: Any, years: int, shocks: Any) -> Grid:
    """Job openings by region and cluster, relative to the region's mean cluster."""
    found = []
    for region in range(len(world.regions.identifier)):
        usual = [
            at(premises.openings, region, c) * (1.0 + growth) ** (years / 10.0)
            for c, growth in enumerate(world.clusters.employment_growth)
        ]
        mean = sum(usual) / len(usual)
        found.append([one * at(shocks.openings, 0, c) / mean for c, one in enumerate(usual)])
    return found
