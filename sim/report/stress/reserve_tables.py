"""The reserve ladder of a stress study: which rung is empty when, what of a CTE shortfall it could pay, and the
buffer."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.arrays import Array
from sim.engine.scenario import scenario_from
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.report.shared.panel import Panel
from sim.report.shared.plain_table import Cell
from sim.report.shared.spans import years_text
from sim.report.stress.measured import Measured
from sim.report.stress.sheets import Row, Sheet, dollars, money
from sim.report.stress.shortfall import CALM
from sim.report.stress.tail_tables import NARROW, exposed, moving
from sim.study.stress.losses import buffer_needed, over
from sim.study.stress.reserves import Drawn, Ladder, draw_down, read_ladder, recurring_budget
from sim.study.stress.tails import LEVELS, Tail, tails

if TYPE_CHECKING:
    from sim.results.results import Results

WORTH_A_ROW = 0.01
"""Part of draws in which a scenario empties a rung, more than without a shock, from which on it has a row."""


def ladder_of(results: "Results") -> Ladder | None:
    """The ladder that the study names; None if it names none, or one that can no longer be read."""
    config: Mapping[str, Any] = getattr(results.manifest, "config", {})
    name, state = (config.get("stress") or {}).get("reserve"), (config.get("world") or {}).get("path")
    try:
        return read_ladder(str(name), state) if name else None
    except InputError:
        return None


def drawn_down(of: Measured, ladder: Ladder, scenario: str, formula: int) -> Drawn:
    """The ladder under a formula's shortfall in a scenario."""
    panel = of.panels[scenario]
    revenue = panel.state("revenue")[formula]
    owed, paid, voted = (panel.state(name)[formula] for name in ("entitlement", "state_cost", "appropriation"))
    after = panel.policy
    budget = recurring_budget(
        revenue[:, 0],
        _number(of.results, panel, "economy.budget_share"),
        _number(of.results, panel, "economy.budget_growth"),
        budget_shocks(of.results, scenario, panel.base_year, panel.years[after].tolist()),
    )
    return draw_down(ladder, revenue[:, after], budget, np.maximum(owed - paid, 0.0)[:, after], voted[:, after])


def budget_shocks(results: "Results", scenario: str, base_year: int, years: Sequence[int]) -> tuple[float, ...]:
    """What the scenario as it was run multiplies the recurring budget by, in each of the ``years``."""
    held = (getattr(results.manifest, "config", {}).get("scenarios") or {}).get(scenario)
    if not held:
        return (1.0,) * len(years)
    run = scenario_from({key: value for key, value in held.items() if key != "name"}, "manifest.json", scenario)
    return tuple(run.at(year, base_year).recurring_budget for year in years)


def _number(results: "Results", panel: Panel, name: str) -> Array:
    """A parameter of each draw ``[R]``: as drawn, as the user holds it, or the catalogue's."""
    if name in results.design:
        by_replicate = results.design.drop_duplicates("replicate").set_index("replicate")[name]
        return by_replicate.reindex(pd.Index(panel.replicates)).to_numpy(dtype=np.float64)
    group, _, own = name.partition(".")
    held = (getattr(results.manifest, "config", {}).get("parameters") or {}).get(group) or {}
    value = held.get(own, load_catalogue().entries[group][own].value)
    return np.full(panel.draws, float(value or 0.0))


def ladder_sheet(of: Measured, ladder: Ladder) -> Sheet:
    """Which rung is empty in which year under each scenario, for the general fund as a whole."""
    # The general fund's gap does not depend on the formula, and CTE's draw on a rung is a hundredth of it at most.
    formula = exposed(of)[0] if exposed(of) else 0
    rungs = [place for place, rung in enumerate(ladder.rungs) if not rung.yearly and rung.dollars]
    rows: list[Row] = []
    calm: list[float] = []
    same = []
    for name in of.panels:
        found = drawn_down(of, ladder, name, formula)
        years = [found.empty_from(place, of.years) for place in rungs]
        parts = [float(np.isfinite(year).mean()) for year in years]
        short = float((found.gap > 0.0).any(axis=1).mean())
        if name == CALM:
            calm = [short, *parts]
        elif all(abs(part - before) < WORTH_A_ROW for part, before in zip([short, *parts], calm, strict=True)):
            same.append(of.titles[name].lower())
            continue
        cells: list[Cell] = [(of.titles[name], ""), (f"{short:.0%}", "")]
        for year, part in zip(years, parts, strict=True):
            first = int(np.nanmedian(year)) if np.isfinite(year).any() else None
            cells.append((f"{part:.0%}" if part else "never", f"FY{first}" if first else ""))
        rows.append(Row(tuple(cells), name == CALM))
    held = [(ladder.rungs[place].name, money(float(ladder.rungs[place].dollars or 0.0))) for place in rungs]
    unknown = [rung.title for rung in ladder.rungs if rung.dollars == 0.0]
    return Sheet(
        "reserve_ladder",
        f"{ladder.title}: draws in which a rung is empty by FY{int(of.years[-1])}, and the year in which it is",
        (("Scenario", ""), ("Revenue under\nthe budget", ""), *((_heading(name), amount) for name, amount in held)),
        tuple(rows),
        (
            "In their order of use, for the whole general fund; below a share: the median year of those draws. "
            "The recurring "
            "budget follows its own trend and is not cut here, and nothing is put back in good years: a hard reading.",
            f"Like no shock: {', '.join(same)}." if same else "",
            f"Counted as nothing, as no balance was found: {', '.join(unknown).lower()}." if unknown else "",
        ),
    )


def _heading(name: str) -> str:
    """A rung's name over a column."""
    return textwrap.fill(name.replace("_", " ").capitalize(), NARROW)


def claim_sheet(of: Measured, ladder: Ladder) -> Sheet | None:
    """What of a CTE shortfall the ladder could pay, and the buffer of its own that would pay it at a confidence; None
    where nothing is short."""
    shown = exposed(of, "unpaid")
    if not shown:
        return None
    rows = []
    for f in shown:
        rows.append(Row(((of.calm.short_titles[f], ""), *[("", "")] * 5), strong=True))
        for name in moving(of, f, "unpaid"):
            found = drawn_down(of, ladder, name, f)
            prices = of.panels[name].state("price_index")[f][:, of.panels[name].policy]
            unpaid = over("all years", of.losses[name][f].unpaid)
            could = (found.by_cte.sum(axis=0) / prices).sum(axis=1)
            mean = float(unpaid.mean())
            part = f"{could.mean() / mean:.0%} of it" if mean > 0.0 else ""
            own = _buffers(of, name, f, keeps=0.0)
            rows.append(
                Row(((f"  {of.under(name)}", ""), (money(mean), ""), (money(float(could.mean())), part),
                     *(dollars(tail.value_at_risk) for tail in own)))
            )  # fmt: skip
    return Sheet(
        "reserve_claims",
        f"What is owed and not paid over {years_text(of.years)}, what the ladder could pay, and a buffer that would",
        (("Formula, condition", ""), ("Unpaid,\nall years", "mean"), ("The ladder\ncould pay", "mean"),
         *((f"Buffer\nat {level:.0%}", "of futures") for level in LEVELS)),
        tuple(rows),
        (
            "Most of it comes from CTE's share of each year's surplus, which the Legislature usually spends "
            "once. A claim on a "
            "state reserve is no more than CTE's share of the general fund's spending (about half a "
            "percent), "
            "except where a rung says otherwise, and needs an act: no rung pays CTE by itself. Buffer: set aside "
            "at the start, "
            f"FY{of.calm.base_year} dollars, never refilled, so that every year is paid whole in that part of futures; "
            "districts would answer surer money with more, which is not in it (the lever 'a reserve' simulates that).",
        ),
    )  # fmt: skip


def _buffers(of: Measured, scenario: str, formula: int, keeps: float) -> tuple[Tail, ...]:
    panel = of.panels[scenario]
    prices = panel.state("price_index")[formula][:, panel.policy]
    owed, voted = (panel.state(name)[formula][:, panel.policy] / prices for name in ("entitlement", "appropriation"))
    unpaid = of.losses[scenario][formula].unpaid
    # What was short is what was not paid, whatever was voted once for several years; a surplus is what was voted above
    # it.
    needed = buffer_needed(unpaid, np.maximum(voted - owed, 0.0), keeps) if keeps else over("all years", unpaid)
    return tails(needed, of.weights, of.independent)


def reserves_frame(of: Measured, ladder: Ladder) -> pd.DataFrame:
    """The ladder by scenario, formula and rung, and the buffers, nominal dollars but for the buffers."""
    rows: list[dict[str, Any]] = []
    for name in of.panels:
        for f, formula in enumerate(of.formulas):
            found = drawn_down(of, ladder, name, f)
            shared = {"scenario": name, "formula": formula, "unit": "nominal dollars"}
            for place, rung in enumerate(ladder.rungs):
                year = found.empty_from(place, of.years)
                rows.append(
                    shared
                    | {
                        "rung": rung.name,
                        "holds": rung.dollars,
                        "draws_empty": float(np.isfinite(year).mean()),
                        "median_year_empty": float(np.nanmedian(year)) if np.isfinite(year).any() else np.nan,
                        "drawn_for_general_fund": float(found.by_state[place].sum(axis=1).mean()),
                        "drawn_for_cte": float(found.by_cte[place].sum(axis=1).mean()),
                    }
                )
            for keeps in (0.0, 1.0):
                for tail in _buffers(of, name, f, keeps):
                    figure = tail.value_at_risk
                    rows.append(
                        shared
                        | {"rung": f"buffer of its own that keeps {keeps:.0%} of surpluses", "level": tail.level,
                           "unit": f"dollars of FY{of.calm.base_year}", "holds": figure.value, "low": figure.low,
                           "high": figure.high, "draws_wanted": figure.wanted}
                    )  # fmt: skip
    return pd.DataFrame(rows)
