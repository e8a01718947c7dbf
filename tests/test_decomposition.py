"""An effect taken apart: parts and interaction sum to the whole, draw by draw."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from commanded import carried_out

import sim.results
from sim.config_folder import config_folder
from sim.inputs import InputError
from sim.report.compare.decomposition import by_component, by_money_and_design
from sim.report.shared.panel import Panel
from sim.study.compare.variants import component_variants
from sim.study.setup.inputs import find_formula
from sim.world import load_world


def run(folder: Path, *settings: str) -> sim.results.Results:
    carried_out(folder, *settings, "draws=2", "horizon=2", "workers=1", "report=false")
    return sim.results.open(folder)


def rows(parts, outcome):
    return {part.row: part.effect for part in parts if part.outcome == outcome}


def test_components_and_interaction_sum_to_the_whole(tmp_path: Path) -> None:
    panel = Panel(run(tmp_path, "study=decompose", "formula=aligned"))
    parts = by_component(panel, "aligned", "status_quo", "pilot_sunset")
    for outcome in ("concentrators", "state_cost_constant"):
        found = rows(parts, outcome)
        pieces = [value for row, value in found.items() if row.endswith(" alone")]
        total = found["what it replaces ends"] + sum(pieces) + found["interaction"]
        assert np.allclose(total, found["LESC's aligned formula against Current law"])
    assert len([row for row in rows(parts, "concentrators") if row.startswith("the last step")]) == 5
    written = pd.read_csv(tmp_path / "parts.csv")
    assert set(written["part"]) == {part.row for part in parts}
    text = (tmp_path / "parts.txt").read_text(encoding="utf-8")
    assert text.startswith("FY2027-28, against current law: LESC's aligned formula changes students taught")
    assert max(map(len, text.splitlines())) <= 80


def test_money_design_and_interaction_sum_to_the_whole(tmp_path: Path) -> None:
    panel = Panel(run(tmp_path, "study=two_by_two", "formula=aligned"))
    parts = by_money_and_design(panel, "aligned", "status_quo", "status_quo_more_money", "aligned_same_money")
    found = rows(parts, "participants")
    money, design = found["more base-year money, same design"], found["better design, same base-year money"]
    total = design + money + found["interaction"]
    assert np.allclose(total, found["LESC's aligned formula against Current law"])
    text = (tmp_path / "parts.txt").read_text(encoding="utf-8")
    assert "less base-year money" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text


def test_each_variant_keeps_what_its_name_says() -> None:
    formula = find_formula("aligned", config_folder(), load_world().clusters.identifier)
    labels = {component.label for line in formula.own_lines for component in line.components}
    variants = {variant.name: variant for variant in component_variants(formula)}
    assert len(variants) == 2 * len(labels)
    for label in labels:
        only = {c.label for line in variants[f"aligned_only_{label}"].own_lines for c in line.components}
        rest = {c.label for line in variants[f"aligned_without_{label}"].own_lines for c in line.components}
        assert only == {label}
        assert rest == labels - {label}


def test_one_component_cannot_be_taken_apart() -> None:
    formula = find_formula("aligned_base", config_folder(), load_world().clusters.identifier)
    with pytest.raises(InputError, match="one component"):
        component_variants(formula)


@pytest.mark.slow
def test_a_stress_study_writes_its_table(tmp_path: Path) -> None:
    results = run(
        tmp_path, "study=stress", "study.formulas=[status_quo,aligned]", "study.scenarios=[baseline,take_up_surge]"
    )
    assert set(results.design["scenario"]) == {"baseline", "take_up_surge"}
    table = pd.read_csv(tmp_path / "stress.csv")
    surge = table.query("scenario == 'take_up_surge' and metric == 'concentrators' and fiscal_year == 2028")
    calm = table.query("scenario == 'baseline' and metric == 'concentrators' and fiscal_year == 2028")
    assert (surge["mean"].to_numpy() > calm["mean"].to_numpy()).all()
    assert "Lowest" in (tmp_path / "stress.txt").read_text()


def test_both_runs_each_formula_as_written_and_with_the_baselines_money(tmp_path: Path) -> None:
    results = run(tmp_path, "study.formulas=[status_quo,aligned,pilot_sunset]", "cost_neutral=both")
    assert list(results.manifest.formulas) == ["status_quo", "aligned", "aligned_cost_neutral", "pilot_sunset"]
    as_written = results.manifest.formulas["aligned"]["content"]["lines"][0]["scale"]
    scaled = results.manifest.formulas["aligned_cost_neutral"]["content"]["lines"][0]["scale"]
    assert as_written == 1.0
    assert 1.0 < scaled < 1.5
    assert (tmp_path / "summary.csv").is_file()
    assert not (tmp_path / "figures").exists()
