"""The page of a district: its numbers are those of other studies, its words keep to the rules, its text stays text."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from commanded import carried_out
from simulated import new_mexico
from small_world import small_world

import sim
from sim.inputs import InputError
from sim.report.answer.rules import clear
from sim.report.district.answer import LINES, WIDTH, answer_lines, place_in_money
from sim.report.district.figures import figures
from sim.report.district.files import page_name, write_district
from sim.report.district.numbers import DIFFERENCE, numbers
from sim.report.district.tables import sheets, short_name
from sim.report.district.told import BILL, LAW, Place, Told, change, over, place_of
from sim.report.explain.text import answer_sentences
from sim.report.shared.groups import net_payment
from sim.report.shared.panel import Panel
from sim.study.bill.bridge import STEPS
from sim.study.district.question import of_its_size, read_question
from sim.study.district.study import DistrictStudy, study_district
from sim.study.explain.story import Spread, nearest_draw
from sim.study.setup.inputs import read_inputs
from sim.study.setup.settings import Settings, read_settings


def settings(**changed: Any) -> Settings:
    config: dict[str, Any] = {
        "study": {"name": "district", "baseline": "status_quo", "formulas": []}, "world": {"path": None}, "horizon": 2,
        "draws": 3, "seed": 3, "chunk": 2, "workers": 1, "uncertainty": "posterior", "cost_neutral": None,
        "report": True, "district": "gallup",
    }  # fmt: skip
    return read_settings({**config, **changed})


@cache
def studied(bill: str = "aligned", horizon: int = 2, draws: int = 3, district: str = "gallup") -> DistrictStudy:
    held = settings(horizon=horizon, draws=draws, district=district)
    return study_district(held, read_inputs(held, None, bill))


def test_neighbors_are_the_nearest_in_size_of_its_kind() -> None:
    members = [100.0, 400.0, 130.0, 90.0, 220.0, 100.0]
    world = small_world(6, members=members, kinds=["district"] * 3 + ["charter"] + ["district"] * 2)
    assert of_its_size(world, 0, 2).tolist() == [2, 0, 5], "130, itself and the other 100; the charter of 90 is none"
    assert of_its_size(world, 1, 2).tolist() == [1, 4, 2]
    assert of_its_size(world, 3, 2).tolist() == [3], "a charter alone of its kind"
    assert of_its_size(world, 0).tolist() == [1, 4, 2, 0, 5]


def test_a_place_among_districts_worked_by_hand() -> None:
    one = np.array([[3.0, 1.0, 2.0, 2.0]])
    assert [place_of(one, at).place for at in range(4)] == [1, 4, 2, 2], "equal changes share the better place"
    two = np.array([[3.0, 1.0, 2.0], [0.0, 1.0, 2.0]])  # means 1.5, 1.0, 2.0; places of the first 1 and 3
    assert place_of(two, 0) == Place(place=2, low=1, high=3, of=3)
    assert place_of(two, 0).text == "2 of 3 (1 to 3)"
    assert place_of(np.array([[5.0]]), 0).text == "1 of 1"
    same = np.array([[1.0, 9.0], [1.0, 9.0]])
    assert place_of(same, 1).text == "1 of 2"


def test_nothing_is_said_of_an_interval_that_holds_zero() -> None:
    above = np.linspace(1.0, 3.0, 40)
    assert clear(above)
    assert clear(-above)
    assert not clear(above - 1.1), "the low end of the interval is zero as it is shown"
    assert not clear(above - 2.0)
    assert not clear(np.zeros(40))
    assert not clear(above[:1])


def test_the_bridge_goes_from_one_payment_to_the_other() -> None:
    for bill in ("aligned", "sb130_quarter_weight"):
        study = studied(bill)
        told = Told(study)
        for side, end in ((LAW, study.apart.start), (BILL, study.apart.end)):
            np.testing.assert_allclose(over(told.net, told.first)[side], end, rtol=1e-9, atol=1e-6)
        steps = sum(study.apart.steps[step] for step in STEPS)
        np.testing.assert_allclose(steps, study.apart.end - study.apart.start, rtol=1e-9, atol=1e-4)
        own = sum(paid.paid for paid in study.lines if not (paid.line.background or paid.line.federal))
        np.testing.assert_allclose(own, study.money["paid"], rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(study.sites.sum(axis=-1), study.counts["sites"], rtol=1e-12)
        np.testing.assert_allclose(study.taught.sum(axis=-1), study.counts["concentrators_taught"], rtol=1e-12)
        for numbers_of in (*study.counts.values(), *study.money.values()):
            np.testing.assert_array_equal(numbers_of[LAW, :, 0], numbers_of[BILL, :, 0])
        assert (told.study.money["dilution"][BILL].max() > 0.0) == (bill == "sb130_quarter_weight")


@pytest.mark.slow
def test_numbers_are_those_of_a_comparison_on_the_same_draws() -> None:
    runs = sim.compare("aligned", draws=3, years=2, seed=3, chunk=2, workers=1, quiet=True)
    panel, told = Panel(runs.store), Told(studied())  # results are stored in single precision
    assert panel.formulas == ("status_quo", "aligned")
    d = panel.district_names.index(told.study.identifier)
    at = np.searchsorted(told.years, panel.district_years)
    for column in ("membership", "concentrators_taught", "concentrators"):
        np.testing.assert_allclose(told.count(column)[:, :, at], panel.districts(column)[..., d], rtol=1e-6)
    np.testing.assert_allclose(told.net[:, :, at], net_payment(panel)[..., d], rtol=1e-6)
    table = runs.districts(2028).set_index("district")
    peers = [told.study.world.districts.identifier[p] for p in told.study.peers]
    money, rates = (values[BILL] - values[LAW] for values in (told.neighbors_money, told.neighbors_rate))
    np.testing.assert_allclose(money[:, 2].mean(axis=0), table.loc[peers, "gain_per_member"], rtol=1e-4)
    np.testing.assert_allclose(rates[:, 2].mean(axis=0), table.loc[peers, "concentrators_per_100_change"], rtol=1e-4)


@pytest.mark.parametrize(("horizon", "draws"), [(2, 3), (1, 1), (7, 2)])
def test_the_answer_fits_and_the_text_is_80_columns(horizon: int, draws: int, tmp_path: Path) -> None:
    study = studied(horizon=horizon, draws=draws)
    lines = answer_lines(Told(study))
    assert 3 <= len(lines) <= LINES
    assert max(map(len, lines)) <= WIDTH
    text = write_district(study, tmp_path, "cte-sim study=district district=gallup", drawn=False)
    assert max(map(len, text.splitlines())) <= 80
    assert text.splitlines()[3:][: len(lines)] == lines, "the answer comes first"
    assert (tmp_path / "answer.txt").read_text(encoding="utf-8").splitlines() == lines
    assert "cte-sim study=district district=gallup" in text
    assert ("FY2032-33" in text) == (horizon == 7)


def test_what_is_said_is_more_only_where_it_may_be() -> None:
    told = Told(studied())
    surely = replace(
        told.study,
        money={**told.study.money, "paid": np.stack([np.full((3, 3), 1e6), np.full((3, 3), 3e6)])},
        price_index=np.ones_like(told.study.price_index),
    )
    surely.money["paid"][BILL] += np.array([[0.0], [1e5], [2e5]])
    assert answer_lines(Told(surely))[0].startswith("Gets $3.10M instead of $1.00M a year in FY2027-28")
    wide = replace(surely, money={**surely.money, "paid": surely.money["paid"].copy()})
    wide.money["paid"][BILL, 0] = 0.0
    assert answer_lines(Told(wide))[0].startswith("Money: no clear difference, $2.10M a year")
    assert not any(line.startswith("Money differs") for line in answer_lines(Told(wide)))


def test_every_number_of_the_page_is_in_the_table() -> None:
    told = Told(studied())
    table = numbers(told)
    assert set(table["run"]) == {told.study.run[:8]}
    assert set(table["section"]) == {
        "money", "money by line", "students", "pathways", "why", "districts of its size", "one more, in one draw",
    }  # fmt: skip
    measured = table[table["measure"] == "concentrators_taught for each 100 members"]
    one = measured[measured["fiscal_years"] == "FY2027-28"]
    rates = over(told.rate("concentrators_taught"), told.first).mean(axis=1)
    assert one["value"].tolist() == pytest.approx([*rates, rates[BILL] - rates[LAW]])
    assert (table["low"].fillna(-np.inf) <= table["value"]).all()
    assert (table["high"].fillna(np.inf) >= table["value"]).all()
    why = table[(table["section"] == "why")].set_index("of")["value"]
    assert why["end"] - why["start"] == pytest.approx(sum(why[step] for step in STEPS))
    assert table.loc[table["measure"] == "draws in which it is offered", "value"].between(0.0, 1.0).sum() >= 14
    assert (table["formula"] == DIFFERENCE).any()


def named(study: DistrictStudy, name: str, identifier: str) -> DistrictStudy:
    """The study of a district of another name, in a table of the user's own."""
    districts, d = study.world.districts, study.question.district
    names, codes = list(districts.name), list(districts.identifier)
    names[d], codes[d] = name, identifier
    world = replace(study.world, districts=replace(districts, name=tuple(names), identifier=tuple(codes)))
    return replace(study, world=world)


SCRIPT = "<script>alert(1)</script>"


def test_a_script_in_a_name_stays_text(tmp_path: Path) -> None:
    study = studied()
    study = named(study, f"{SCRIPT} & <b>Schools</b>", '../../"><img src=x onerror=alert(1)>')
    bill = study.question.bill.model_copy(update={"title": f"Bill {SCRIPT}", "short": ""})
    law = study.question.baseline.model_copy(update={"title": f"]]>--{SCRIPT}", "short": ""})
    study = replace(study, question=replace(study.question, bill=bill, baseline=law), changed=(SCRIPT,))
    write_district(study, tmp_path, f"cte-sim {SCRIPT}")
    (page,) = tmp_path.glob("*.html")
    assert page.parent == tmp_path
    html = page.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html


def test_the_page_asks_for_nothing_and_its_figures_can_be_read_out(tmp_path: Path) -> None:
    write_district(studied(), tmp_path)
    html = (tmp_path / "district_3501110.html").read_text(encoding="utf-8")
    assert not re.findall(r"(?:src|href)\s*=\s*[\"'](?!#)", html)
    assert not re.findall(r"url\((?!#)", html)
    identifiers = re.findall(r'\bid="([^"]*)"', html)
    assert len(identifiers) == len(set(identifiers))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(identifiers)
    labels = re.findall(r'<figure role="img" aria-label="([^"]*)"', html)
    assert len(labels) == html.count("<svg") == len(figures(Told(studied()))) == 3
    assert all(len(label) > 60 for label in labels)
    write_district(studied(), tmp_path / "plain", drawn=False)
    assert "<svg" not in (tmp_path / "plain" / "district_3501110.html").read_text(encoding="utf-8")


def test_tables_have_a_cell_for_each_column_and_one_row_for_the_district() -> None:
    told = Told(studied())
    for sheet in sheets(told).values():
        assert {len(row.cells) for row in sheet.rows} == {len(sheet.head)}, sheet.title
    beside = sheets(told)["neighbors"]
    assert [row.cells[0][0].startswith("> Gallup") for row in beside.rows].count(True) == 1
    assert sum(row.strong for row in beside.rows) == 1
    assert len(beside.rows) == len(told.study.peers) == 11
    itself = next(row for row in beside.rows if row.strong)
    assert itself.cells[3][0] == str(place_in_money(told).place)
    assert place_of(change(told.neighbors_money, told.first), 0).of == 11


def test_names_of_files_and_columns_hold_what_they_can() -> None:
    assert page_name("3501110") == "district_3501110.html"
    assert page_name("../a b/ñ") == "district____a_b__.html"
    assert len(page_name("x" * 500)) < 100
    assert short_name("Supply Chain & Transportation", 20) == "Supply Chain &..."
    assert short_name("x" * 40, 10) == "xxxxxxx..."
    assert short_name("short") == "short"


@pytest.mark.parametrize(
    ("changed", "bill", "told"),
    [
        ({"district": None}, "aligned", "district: is missing; write an identifier or a part of a name"),
        ({"district": "galup"}, "aligned", "or Gallup-McKinley County Schools (3501110)?"),
        ({"district": "galup"}, "aligned", "cte-sim list districts prints all 120"),
        ({}, "status_quo", "'status_quo' is the baseline itself; name a bill"),
        ({"study": {"name": "district", "baseline": None}}, "aligned", "study.baseline: is missing"),
    ],
)
def test_what_cannot_be_told_is_refused_in_one_line(changed: dict[str, Any], bill: str, told: str) -> None:
    held = settings(**changed)
    inputs = replace(read_inputs(settings(), None, "aligned"), chosen=bill, baseline=held.study.baseline)
    with pytest.raises(InputError) as refused:
        read_question(held, inputs)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_command_writes_a_page_and_says_how_to_make_it_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("study=district", "district=gallup", "draws=2", "horizon=2", "report=false")
    request = carried_out(tmp_path / "here", *words)
    assert request.inputs().chosen == "aligned", "the bill where none is named"
    text = (tmp_path / "here" / "district.txt").read_text(encoding="utf-8")
    assert capsys.readouterr().out.startswith(text)
    assert " ".join(text.split("Again: ")[1].split()) == f"cte-sim {' '.join(words)}"
    assert sorted(path.name for path in (tmp_path / "here").glob("*.*")) == [
        ".hydra", "answer.txt", "district.csv", "district.txt", "district_3501110.html",
    ]  # fmt: skip


@pytest.mark.slow
def test_python_gives_the_answer_the_tables_and_the_page() -> None:
    found = sim.district("aligned", district="gallup", draws=2, years=2, report=False, quiet=True)
    assert isinstance(found, sim.Report)
    assert found.text.split("\n\n")[1].strip() == found.answer().strip()
    assert isinstance(found.table(), pd.DataFrame)
    assert set(found.table()["district"]) == {"3501110"}
    assert found.page.name == "district_3501110.html"
    assert "district" in repr(found)
    with pytest.raises(InputError, match="study=district does not read it"):
        sim.district("aligned", district="gallup", cluster="health")


def test_the_draw_nearest_to_a_mean_worked_by_hand() -> None:
    sites, taught = np.array([2.0, 6.0, 10.0]), np.array([90.0, 40.0, 50.0])  # means 6 and 60
    assert nearest_draw([sites]) == 1
    assert nearest_draw([taught]) == 2
    # In standard deviations from the means: sites -1.22, 0, 1.22; taught 1.39, -0.93, -0.46.
    assert nearest_draw([sites, taught]) == 1
    assert nearest_draw([np.zeros(3), taught]) == 2, "what is the same in all draws tells nothing"


class Explained:
    """What two sentences are made of."""

    world, district, cluster = new_mexico(), 0, 3

    def __init__(self, sites: tuple[np.ndarray, ...], taught: tuple[np.ndarray, ...]) -> None:
        year: Any = type("Year", (), {})()
        year.fiscal_year, year.laws = 2027, ("bill", "law")[: len(sites)]
        year.spreads = (Spread("pathway_sites", sites), Spread("pathway_taught", taught))
        self.years = (year,)


def test_two_sentences_say_what_differs_and_what_does_not() -> None:
    draws = np.linspace(2.0, 3.0, 40)
    found: Any = Explained((draws + 2.0, draws), (10.0 * draws, 10.0 * draws))
    first, second = answer_sentences(found)
    assert " sites of " in first
    assert first.endswith(" under bill instead of 2.5 under law: +2.0.")
    assert second == "It teaches 25 concentrators under bill, as under law."
    unsure: Any = Explained((draws, draws - (draws - 2.5)), (draws, 2.0 * draws))
    first, second = answer_sentences(unsure)
    assert "no clear difference (90% of draws -0.5 to +0.5)" in first
    assert second.startswith("It teaches 2.5 concentrators under bill instead of 5.0 under law: -2.5")
    alone: Any = Explained((draws,), (draws,))
    assert answer_sentences(alone)[1] == "It teaches 2.5 concentrators under bill."


def test_one_draw_tells_no_direction_and_nothing_is_nothing() -> None:
    lines = answer_lines(Told(studied(horizon=1, draws=1)))
    assert lines[-1] == "One draw tells no direction; draws=100 does."
    assert not any("()" in line or "draws ." in line for line in lines)
    ended = answer_lines(Told(studied("pilot_sunset")))
    assert "$0 instead of " in ended[0] or "$0 against " in ended[0] or ", $0 a year" in ended[0]
