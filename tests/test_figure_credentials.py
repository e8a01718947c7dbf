"""The path of credentials: drawn where a formula pays for them, and with the means of the results."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
import pytest
from fake_results import BASE_YEAR, FakeResults, fake_results, fake_world

from sim.report.compare import figure_credentials
from sim.report.compare.figure_credentials import AFTER, MOST, TOLD, credentials_path, paying
from sim.report.compare.figures import figure
from sim.report.shared.figure_style import look
from sim.report.shared.panel import Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.results.results import Results

WORLD = fake_world(25)
FORMULAS = ("status_quo", "base_only", "credential_only", "credential_pilot")


def with_state(results: "Results", **columns: Any) -> "Results":
    made_up = cast("FakeResults", results)
    return cast("Results", replace(made_up, state=made_up.state.assign(**columns)))


def uneven(results: "Results") -> "Results":
    """The same results with exams, passes and tiers that differ from run to run and from year to year."""
    state, rng = results.state, np.random.default_rng(3)
    passed, third = (rng.uniform(0.2, 0.6, len(state)) for _ in range(2))
    return with_state(
        results,
        exam_pathways=state["pathways"] * rng.uniform(0.3, 0.9, len(state)),
        credential_attempts=state["credentials"] / passed,
        pass_rate=passed,
        credentials_tier_1=0.5 * (1 - third) * state["credentials"],
        credentials_tier_2=0.5 * (1 - third) * state["credentials"],
        credentials_tier_3=third * state["credentials"],
    )


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> "dict[str, Figure]":
    """Figures as they stood when they were saved, by name."""
    kept: dict[str, Figure] = {}
    save = figure_credentials.save

    def keep(figure: "Figure", path: Path, data: str = "") -> Path:
        kept[path.stem] = figure
        return save(figure, path, data)

    monkeypatch.setattr(figure_credentials, "save", keep)
    return kept


def draw(results: "Results", folder: Path) -> Path | None:
    panel = Panel(results)
    return credentials_path(panel, look(results, panel), folder / "credentials_path.png")


def lines(figure: "Figure", panel: str) -> list[np.ndarray]:
    """Heights of the lines over years in the panel of that title."""
    ax = next(ax for ax in figure.axes if ax.get_title(loc="left") == panel)
    return [np.asarray(line.get_ydata()) for line in ax.lines if len(np.asarray(line.get_ydata())) > 2]


def means(results: "Results", formula: str, values: "pd.Series[float]") -> np.ndarray:
    """Means over the draws of a formula of what each row of the state table holds, by year."""
    runs = results.state.assign(shown=values).merge(results.design[["run_id", "formula"]], on="run_id")
    shown: np.ndarray = runs[runs["formula"] == formula].groupby("fiscal_year")["shown"].mean().to_numpy()
    return shown


def test_it_is_drawn_where_a_formula_besides_the_baseline_pays_for_credentials(tmp_path: Path) -> None:
    pays = fake_results(WORLD, 3, 3, ("status_quo", "credential_only"))
    assert figure(pays, WORLD, "credentials_path", tmp_path) == tmp_path / "credentials_path.png"
    nothing = fake_results(WORLD, 3, 3, ("status_quo", "base_only"))
    assert figure(nothing, WORLD, "credentials_path", tmp_path / "nothing") is None
    assert (nothing.state["credential_payment"] > 0).any()  # in the base year, under the law that ends


def test_the_baseline_alone_is_no_formula_that_pays(tmp_path: Path) -> None:
    results = fake_results(WORLD, 2, 3, ("status_quo", "base_only"))
    current_law = results.design.loc[results.design["formula"] == "status_quo", "run_id"]
    paid = with_state(results, credential_payment=np.where(results.state["run_id"].isin(current_law), 100.0, 0.0))
    assert paying(Panel(paid)) == ()
    assert draw(paid, tmp_path) is None


def test_what_is_drawn_are_the_means_of_the_results(tmp_path: Path, drawn: "dict[str, Figure]") -> None:
    results = uneven(fake_results(WORLD, 6, 12, FORMULAS))
    assert draw(results, tmp_path)
    figure, state = drawn["credentials_path"], results.state
    shown = {
        "Pathways with a paid exam": state["exam_pathways"] / state["pathways"],
        "Exams sat": state["credential_attempts"],
        "Exams passed": state["pass_rate"],
        "Credentials earned": state["credentials"],
    }
    for title, values in shown.items():
        expected = [
            means(results, formula, values) for formula in ("credential_only", "credential_pilot", "status_quo")
        ]
        assert lines(figure, title) == [pytest.approx(mean) for mean in expected], title
    for title, formula in (("Tiers, credential only", "credential_only"), ("Tiers, Status quo", "status_quo")):
        tiers = [means(results, formula, state[f"credentials_tier_{t}"] / state["credentials"]) for t in (1, 2, 3)]
        assert lines(figure, title) == [pytest.approx(mean) for mean in tiers]


def test_numbers_written_out_are_those_of_the_tenth_year(tmp_path: Path, drawn: "dict[str, Figure]") -> None:
    results = uneven(fake_results(WORLD, 6, 30, ("status_quo", "credential_only")))
    assert draw(results, tmp_path)
    figure = drawn["credentials_path"]
    earned = [means(results, f, results.state["credentials"])[AFTER] for f in ("credential_only", "status_quo")]
    passed = [means(results, f, results.state["pass_rate"])[AFTER] for f in ("credential_only", "status_quo")]
    title = " ".join(figure.texts[0].get_text().split())
    assert f"{earned[0] / earned[1]:.1f} times the credentials of Status quo in FY{BASE_YEAR + AFTER}" in title
    told = f"{passed[0]:.0%} of exams are passed, not {passed[1]:.0%}" in title
    assert told == (abs(passed[0] - passed[1]) >= TOLD)
    beside = [text.get_text() for text in figure.axes[2].texts]
    assert {text.split()[-1] for text in beside} == {f"{share:.0%}" for share in passed} | {f"FY{BASE_YEAR + AFTER}"}
    assert figure.axes[0].get_xlim()[1] > BASE_YEAR + 30


def test_formulas_that_do_not_fit_are_named_and_those_that_pay_most_are_shown(
    tmp_path: Path, drawn: "dict[str, Figure]"
) -> None:
    names = ("status_quo", "base_only", "credential_only", "quality_only", "credential_pilot")
    results = fake_results(WORLD, 2, 4, names)
    formula = results.state.merge(results.design, on="run_id")["formula"]
    amounts = {"status_quo": 0.0, "base_only": 5.0, "credential_only": 700.0, "quality_only": 400.0}
    paid = with_state(results, credential_payment=formula.map(amounts).fillna(300.0).to_numpy())
    assert draw(paid, tmp_path)
    figure = drawn["credentials_path"]
    assert [text.get_text() for text in figure.legends[0].texts] == [
        "Credential only", "Quality only", "Credential pilot", "Status quo",
    ]  # fmt: skip
    assert len(lines(figure, "Exams sat")) == MOST + 1
    assert "Not shown, as they pay less for each: base only." in " ".join(figure.texts[1].get_text().split())


@pytest.mark.parametrize("formulas", [("credential_only",), ("status_quo", "credential_only")])
@pytest.mark.parametrize("horizon", [1, 10, 30])
def test_it_can_be_drawn_for_any_horizon_and_without_a_baseline(
    formulas: tuple[str, ...], horizon: int, tmp_path: Path, drawn: "dict[str, Figure]"
) -> None:
    assert draw(fake_results(WORLD, 1, horizon, formulas), tmp_path)
    assert len(drawn["credentials_path"].axes) == 4 + len(formulas)


def test_without_a_credential_there_is_no_share_of_none(tmp_path: Path, drawn: "dict[str, Figure]") -> None:
    results = fake_results(WORLD, 2, 4, ("status_quo", "credential_only"))
    first = results.state["fiscal_year"] == BASE_YEAR
    columns = ("credentials", "credential_attempts", *(f"credentials_tier_{tier}" for tier in (1, 2, 3)))
    none = with_state(results, **{name: results.state[name].where(~first, 0.0) for name in columns})
    assert draw(none, tmp_path)
    for title in ("Exams passed", "Tiers, credential only"):
        for shares in lines(drawn["credentials_path"], title):
            assert np.isnan(shares[0])
            assert np.isfinite(shares[1:]).all()


def test_a_baseline_that_earns_nothing_has_no_tiers(tmp_path: Path, drawn: "dict[str, Figure]") -> None:
    results = fake_results(WORLD, 2, 4, ("status_quo", "credential_only"))
    current_law = results.state["run_id"].isin(results.design.query("formula == 'status_quo'")["run_id"])
    columns = ("credentials", "credential_attempts", *(f"credentials_tier_{tier}" for tier in (1, 2, 3)))
    none = with_state(results, **{name: results.state[name].mask(current_law, 0.0) for name in columns})
    assert draw(none, tmp_path)
    assert len(drawn["credentials_path"].axes) == 5


def test_texts_stay_on_the_page_and_off_each_other(tmp_path: Path, drawn: "dict[str, Figure]") -> None:
    results = uneven(fake_results(WORLD, 4, 12, FORMULAS))
    assert draw(results, tmp_path)
    figure = drawn["credentials_path"]
    figure.canvas.draw()
    for ax in figure.axes:
        boxes = [text.get_window_extent() for text in ax.texts]
        for number, box in enumerate(boxes):
            assert box.x1 <= figure.bbox.x1
            assert not any(box.overlaps(other) for other in boxes[number + 1 :])
    panels = [box for ax in figure.axes if (box := ax.get_tightbbox()) is not None]
    for number, box in enumerate(panels):
        assert not any(box.overlaps(other) for other in panels[number + 1 :])
