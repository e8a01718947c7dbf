"""Made-up results in the shape of real ones: paired draws, eleven formulas, uneven districts, one diluting formula."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from sim.results.ledger import steps_of
from sim.results.schema import STATE
from sim.world.world import Clusters, Districts, HighSchools, Regions, Spread, World

if TYPE_CHECKING:
    from sim.results.results import Results

BASE_YEAR = 2026

CLUSTERS = {
    "advanced_manufacturing": "Advanced Manufacturing",
    "agriculture": "Agriculture",
    "arts_entertainment_design": "Arts, Entertainment & Design",
    "construction": "Construction",
    "digital_technology": "Digital Technology",
    "education": "Education",
    "energy_natural_resources": "Energy & Natural Resources",
    "financial_services": "Financial Services",
    "healthcare_human_services": "Healthcare & Human Services",
    "hospitality_events_tourism": "Hospitality, Events & Tourism",
    "management_entrepreneurship": "Management & Entrepreneurship",
    "marketing_sales": "Marketing & Sales",
    "public_service_safety": "Public Service & Safety",
    "supply_chain_transportation": "Supply Chain & Transportation",
}


def _line(
    title: str, recurring: bool, fund: str = "General Fund", background: bool = False, seg: str = "outside"
) -> dict[str, Any]:
    return {"title": title, "recurring": recurring, "fund": fund, "background": background, "seg": seg}


PERKINS = {"federal_perkins": _line("Federal Perkins V", True, "Federal Funds", True)}
PILOT = {
    "nextgen_pilot": _line("NextGen CTE pilot", False),
    "innovation_zones": _line("Innovation Zones", False),
    "internships": _line("Summer internships", False),
    "credential_pilot": _line("Career development success pilot", False, "Public Education Reform Fund"),
}
ELEMENTS = {
    "base_funding": _line("Base for each high school", True),
    "concentrator_funding": _line("Concentrators", True),
    "specialized_cost": _line("Specialized cost fields", True),
    "credential_bonus": _line("Credential bonus", True),
    "quality_incentive": _line("Quality incentive", True),
}
WEIGHT = {"seg_weight": _line("CTE weight in the SEG", True, seg="unfunded")}

# formula: lines with their first-year dollars, growth in concentrators by the end, growth in sites
FORMULAS: dict[str, tuple[dict[str, Any], dict[str, float], float, float]] = {
    "status_quo": (PILOT, {"nextgen_pilot": 13e6, "innovation_zones": 25.5e6, "internships": 10e6}, -0.10, -0.04),
    "pilot_sunset": ({}, {}, -0.32, -0.20),
    "seg_only": ({}, {}, -0.30, -0.18),
    "aligned": (ELEMENTS, {name: 45e6 / len(ELEMENTS) for name in ELEMENTS}, 0.20, 0.16),
    "base_only": (ELEMENTS, {"base_funding": 10e6}, -0.22, -0.02),
    "aligned_per_concentrator": (ELEMENTS, {"concentrator_funding": 20e6}, 0.05, 0.02),
    "specialized_only": (ELEMENTS, {"specialized_cost": 15e6}, -0.10, -0.03),
    "credential_only": (ELEMENTS, {"credential_bonus": 4e6}, -0.22, -0.15),
    "quality_only": (ELEMENTS, {"quality_incentive": 5e6}, -0.15, -0.12),
    "sb130_quarter_weight": (WEIGHT, {"seg_weight": 37.8e6}, -0.02, -0.02),
    "credential_pilot": (PILOT, {"credential_pilot": 1.5e6}, -0.28, -0.17),
}


PAYS = {"credential_bonus", "credential_pilot"}
"""Made-up lines that pay for credentials; under current law's none is left after the base year."""

LEDGER_FACTORS: dict[str, float] = {
    "claimed": 1.2, "entitlement": 1.1, "matched": 1.1, "guaranteed": 1.12, "held_harmless": 1.12, "capped": 1.08,
    "phased_in": 1.05, "paid": 1.0,
}  # fmt: skip
"""The stages of a made-up ledger as multiples of what is paid."""


@dataclass
class FakeManifest:
    formulas: dict[str, dict[str, Any]]
    baseline: str = "status_quo"
    base_year: int = BASE_YEAR
    horizon: int = 30
    draws: int = 40
    discrepancy: Any = None
    seed: int = 2026
    references: dict[str, dict[str, Any]] = field(default_factory=dict)
    code_version: str = "0.1.0"
    created: str = "2026-11-20T10:15:00+00:00"
    data_vintage: str = "counts of 2022-23"
    world_fingerprint: str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0"
    config_hash: str = "1a2b3c4d5e6f708192a3b4c5d6e7f809"
    study: str = "compare"


@dataclass
class FakeResults:
    manifest: FakeManifest
    design: pd.DataFrame
    state: pd.DataFrame
    lines: pd.DataFrame
    clusters: pd.DataFrame
    districts: pd.DataFrame
    static: pd.DataFrame
    folder: Path = field(default_factory=lambda: Path("results"))

    def keeps(self, table: str) -> bool:
        return True


def fake_world(districts: int = 120, seed: int = 5) -> World:
    """A world with real kinds of districts: a few large ones, many small and rural ones, charters, estimates."""
    rng = np.random.default_rng(seed)
    membership = np.sort(np.exp(rng.normal(5.3, 1.4, districts)))[::-1].round() + 12
    rng.shuffle(membership)
    charter = rng.random(districts) < 0.25
    bounds, classes = (200, 500, 2000), ("under 200", "200 to 499", "500 to 1,999", "2,000 and more")
    size_class = tuple(classes[int(np.searchsorted(bounds, members, side="right"))] for members in membership)
    locale = tuple(
        "city" if members > 3000 else str(rng.choice(["rural", "rural", "town", "suburb", "city"]))
        for members in membership
    )
    columns: dict[str, Any] = {
        "identifier": tuple(f"{3500000 + 10 * d}" for d in range(districts)),
        "name": tuple(f"{'Charter' if charter[d] else 'District'} {d:03d}" for d in range(districts)),
        "kind": tuple("charter" if charter[d] else "district" for d in range(districts)),
        "county": tuple(f"County {d % 33}" for d in range(districts)),
        "locale": locale,
        "size_class": size_class,
        "estimated": tuple(("total_membership",) if d % 3 == 0 else () for d in range(districts)),
        "source": ("made up",) * districts,
    }
    zero = np.zeros(districts)
    arrays: dict[str, Any] = dict.fromkeys(("latitude", "longitude", "total_membership"), zero)
    count = len(CLUSTERS)
    spread = Spread(np.zeros(count), np.zeros(count), np.zeros(count))
    cluster_fields: dict[str, Any] = {
        name: np.zeros(count) for name in Clusters.__dataclass_fields__ if name not in ("identifier", "name")
    }
    spreads = ("startup_cost", "consumables", "exam_fee", "pass_rate", "credential_rate", "launch_months")
    cluster_fields |= dict.fromkeys(spreads, spread)
    cluster_fields |= dict.fromkeys(("group", "source", "confidence", "main_credentials"), ("",) * count)
    return World(
        name="new_mexico",
        base_year=BASE_YEAR,
        districts=Districts(
            **columns,
            **arrays,
            region=np.zeros(districts, np.intp),
            region_starts=np.zeros(1, np.intp),
            poverty_share=rng.uniform(0.07, 0.4, districts),
            membership=membership,
            membership_by_grade=np.zeros((districts, 4)),
            high_schools=np.ones(districts, np.intp),
            coverage=np.ones((districts, 2)),
            neighbors=np.zeros((districts, 1), np.intp),
            neighbor_weights=np.zeros((districts, 1)),
        ),
        high_schools=HighSchools((), (), (), np.zeros(0, np.intp), np.zeros(0), np.zeros((0, 4))),
        clusters=Clusters(identifier=tuple(CLUSTERS), name=tuple(CLUSTERS.values()), **cluster_fields),
        regions=Regions(("all",), ("All",), ("made up",), np.ones((1, count)), 0),
        anchors={},
        pathways=None,
        fingerprint="9f8e7d6c5b4a39281706f5e4d3c2b1a0",
    )


def fake_results(
    world: World,
    draws: int = 40,
    horizon: int = 30,
    formulas: tuple[str, ...] = tuple(FORMULAS),
    scenario: str = "baseline",
    seed: int = 7,
) -> "Results":
    """Results with strong draw effects shared by all formulas, so that paired differences are far narrower than levels.

    The base year is equal in all formulas, entitlements of a formula are the sum of its lines, and the state's cost
    is the sum of the lines that are neither background nor paid for by other program units of the SEG.
    """
    rng = np.random.default_rng(seed)
    years = np.arange(BASE_YEAR, BASE_YEAR + horizon + 1)
    time = np.arange(horizon + 1) / max(horizon, 1)
    ramp = np.minimum(np.arange(horizon + 1) / 8.0, 1.0)
    shared = rng.normal(0, 0.07, (draws, 1)) * (0.4 + time) + np.cumsum(rng.normal(0, 0.008, (draws, horizon + 1)), 1)
    price = np.cumprod(1 + np.concatenate([np.zeros((draws, 1)), rng.normal(0.024, 0.008, (draws, horizon))], 1), 1)
    membership = 96_000 * (1 - 0.16 * time) * np.exp(0.3 * shared)
    selected = [year for year in (0, 1, 2, 3, 5, 10, 15, 20, 25, 30) if year <= horizon]
    weights = world.districts.membership / world.districts.membership.sum()
    tilt = rng.normal(0, 0.3, (len(FORMULAS), len(world.districts)))
    cluster_share = rng.dirichlet(np.full(len(CLUSTERS), 6.0))

    design, states, lines, clusters, districts, statics = [], [], [], [], [], []
    run = 0
    for name in formulas:
        _, amounts, growth, site_growth = FORMULAS[name]
        own = rng.normal(0, 0.015, (draws, 1)) * ramp
        lift = np.exp(shared + own) * (1 + growth * ramp) * (1 - 0.16 * time)
        site_lift = np.exp(0.4 * shared + own) * (1 + site_growth * ramp)
        base_lift = np.exp(shared[:, :1])
        lift[:, :1], site_lift[:, :1] = base_lift, np.exp(0.4 * shared[:, :1])
        paid = {line: amount * lift * price / lift[:, :1] for line, amount in amounts.items()}
        if name != "status_quo":
            paid = {line: np.where(years == BASE_YEAR, 0.0, money) for line, money in paid.items()}
            for line, amount in FORMULAS["status_quo"][1].items():
                now = paid.get(line, np.zeros_like(price))
                paid[line] = np.where(years == BASE_YEAR, amount, now)
        short = np.clip(1.02 - 0.12 * rng.random((draws, horizon + 1)) * (growth > 0), 0.5, 1.0)
        short[:, 0] = 1.0
        owed = {line: money / short for line, money in paid.items()}
        federal = 9.9e6 * np.ones_like(price)
        dilution = paid.get("seg_weight", np.zeros_like(price))
        flowing = sum(paid.values(), np.zeros_like(price))
        cost = flowing - dilution
        debt = sum(owed.values(), np.zeros_like(price)) - owed.get("seg_weight", np.zeros_like(price))
        credentials = 9_000 * lift * (1 + (0.3 * ramp if "credential" in name or name == "aligned" else 0.0))
        begun = 30 * site_lift * (1 + growth)
        recoded = 3_000 * ramp * max(growth, 0.0) * lift
        columns = {
            "membership": membership,
            "participants": 69_888 * lift**0.6,
            "concentrators": 22_210 * lift + recoded,
            "concentrators_taught": 22_210 * lift,
            "concentrators_recoded": recoded,
            "high_cost_concentrators": 9_400 * lift,
            "credentials": credentials,
            "credential_attempts": 1.5 * credentials,
            "pass_rate": 1 / 1.5 + 0 * credentials,
            "credential_payment": np.where((years == BASE_YEAR) | bool(amounts.keys() & PAYS), 100.0, 0 * credentials),
            "exam_pathways": 0.02 * credentials,
            "exam_districts": 0.008 * credentials,
            "credentials_tier_1": 0.55 * credentials,
            "credentials_tier_2": 0.33 * credentials,
            "credentials_tier_3": 0.12 * credentials,
            "pathways": 620 * site_lift,
            "sites": 1_200 * site_lift,
            "plans": 2.2 * begun,
            "plans_begun": begun,
            "plans_given_up": 0.35 * begun,
            "plans_for_money": begun * (1 - growth),
            "plans_for_room": 0.5 * begun,
            "plans_for_instructor": 0.7 * begun * (1 + growth),
            "launches_started": 0.65 * begun,
            "first_sections": 2_250 * site_lift,
            "second_sections": 1_850 * site_lift,
            "unserved_first": 7_000 * (1 - growth) * site_lift,
            "unserved_second": 5_500 * (1 - growth) * site_lift,
            "instructors": 820 * site_lift,
            "instructor_pool": 300 / site_lift,
            "vacancies": 40 * site_lift,
            "entitlement": debt,
            "appropriation": cost,
            "state_cost": cost,
            "state_cost_constant": cost / price,
            "recurring_cost": cost if name not in ("status_quo", "credential_pilot") else 0 * cost,
            "nonrecurring_cost": cost if name in ("status_quo", "credential_pilot") else 0 * cost,
            "proration": np.divide(cost, debt, out=np.full_like(cost, np.nan), where=debt > 0),
            "federal_paid": federal,
            "dilution": dilution,
            "weight_value": dilution,
            "unit_value": 6_801.5 * price - dilution / 600_000,
            "price_index": price,
            "revenue": 13.6e9 * price * np.exp(2 * shared),
            "quality": np.clip(0.55 * lift**0.2, 0, 1),
        }
        for column in STATE:
            columns.setdefault(column.name, 100 * lift)
        runs = np.arange(run, run + draws)
        run += draws
        design.append(pd.DataFrame({"run_id": runs, "replicate": range(draws), "formula": name, "scenario": scenario}))
        keys = {"run_id": np.repeat(runs, len(years)), "fiscal_year": np.tile(years, draws)}
        states.append(pd.DataFrame(keys | {column.name: columns[column.name].ravel() for column in STATE}))
        for line, money in [*paid.items(), ("federal_perkins", federal)]:
            entitled = owed.get(line, federal)
            lines.append(
                pd.DataFrame(
                    keys
                    | {"line": line, "entitlement": entitled.ravel(), "appropriation": money.ravel()}
                    | {
                        "paid": money.ravel(),
                        "proration": np.where(entitled > 0, money / np.maximum(entitled, 1), np.nan).ravel(),
                        "set_aside": 0.0,
                        "reserve_drawn": 0.0,
                        "reserve": 0.0,
                    }
                )
            )
        for c, cluster in enumerate(CLUSTERS):
            share = cluster_share[c] * (1 + 0.1 * np.sin(c + growth * 20) * ramp)
            sites = columns["sites"] * share
            counted = {"pathways": sites / 2, "sites": sites, "participants": 57 * sites, "concentrators": 18 * sites}
            counted |= {"concentrators_taught": 17 * sites, "credentials": 7 * sites, "instructors": 0.7 * sites}
            counted |= {"sections": 3.4 * sites, "unserved": 10 / sites}
            counted |= {"credential_attempts": 10 * sites, "exam_pathways": sites / 5}
            clusters.append(pd.DataFrame(keys | {"cluster": cluster} | {k: v.ravel() for k, v in counted.items()}))
        f = list(FORMULAS).index(name)
        at = np.array(selected)
        part = weights * np.exp(tilt[f] * (at > 0)[:, None] * 0.5)
        part = part / part.sum(axis=1, keepdims=True)
        rows = {
            "run_id": np.repeat(runs, len(at) * len(weights)),
            "fiscal_year": np.tile(np.repeat(years[at], len(weights)), draws),
            "district": np.tile(np.array(world.districts.identifier), draws * len(at)),
        }
        spread = {
            "membership": membership[:, at, None] * weights,
            "pathways": columns["pathways"][:, at, None] * part,
            "concentrators": columns["concentrators"][:, at, None] * part,
            "concentrators_taught": columns["concentrators_taught"][:, at, None] * part,
            "sections": (columns["first_sections"] + columns["second_sections"])[:, at, None] * part,
            **{stage: flowing[:, at, None] * part * factor for stage, factor in LEDGER_FACTORS.items()},
            "dilution": dilution[:, at, None] * weights,
        }
        scored = {"run_id": np.repeat(runs, len(weights)), "fiscal_year": np.int64(BASE_YEAR + 1)}
        scored |= {"district": np.tile(np.array(world.districts.identifier), draws)}
        scored |= {stage: (spread[stage][:, 0] * 0.9).ravel() for stage in LEDGER_FACTORS}
        statics.append(pd.DataFrame(steps_of(scored | {"dilution": spread["dilution"][:, 0].ravel()})))
        districts.append(pd.DataFrame(rows | {k: v.ravel() for k, v in steps_of(spread).items()}))
    described = {
        name: {
            "title": name.replace("_", " ").capitalize(),
            "source": "made up",
            "lines": FORMULAS[name][0] | PERKINS,
        }
        for name in formulas
    }
    frames: dict[str, Any] = {
        "design": pd.concat(design, ignore_index=True),
        "state": pd.concat(states, ignore_index=True),
        "lines": pd.concat(lines, ignore_index=True),
        "clusters": pd.concat(clusters, ignore_index=True),
        "districts": pd.concat(districts, ignore_index=True),
        "static": pd.concat(statics, ignore_index=True),
    }
    manifest = FakeManifest(described, horizon=horizon, draws=draws)
    return cast("Results", FakeResults(manifest, **frames))
