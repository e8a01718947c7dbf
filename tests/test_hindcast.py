"""Hindcasts: cases as data, stylized starts, laws that change when they changed, and the rule of the verdict."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from judged import judged_settings
from simulated import differences, new_mexico, prior_parameters, shipped

from sim.arrays import district_total, state_total
from sim.engine.ensemble import prepare, simulate
from sim.engine.scenario import BASELINE
from sim.funding.components import Accountability
from sim.inputs import InputError
from sim.parameters.catalogue import load_catalogue
from sim.report.hindcast.files import write_hindcast
from sim.report.hindcast.tables import strength_text
from sim.study.hindcast.case import Case, Outcome, case_folder, read_case, read_cases
from sim.study.hindcast.prices import price_factor
from sim.study.hindcast.running import Task, compared, law_in, observed, run_case, under_laws
from sim.study.hindcast.schema import Law, SizeClass
from sim.study.hindcast.study import Hindcast, hindcast, read_materials
from sim.study.hindcast.verdict import case_verdict, judge, outcome_verdict, pulls
from sim.study.hindcast.worlds import law_before, laws_after, stylized_world
from sim.study.setup.settings import Settings

CASES = read_cases()
TESTED = [case for case in CASES if not case.untestable]


def settings_for(cases: list[str], **changes: Any) -> Settings:
    return judged_settings("hindcast", cases, **changes)


def run_of(settings: Settings) -> Hindcast:
    return hindcast(settings, read_materials(settings))


def outcome(**changes: Any) -> Outcome:
    written = {
        "name": "made_up",
        "label": "made up",
        "measure": "concentrators",
        "stands_for": "a count",
        "start": 100.0,
        "observed": {2001: 110.0, 2002: 120.0, 2003: 150.0},
        "tolerance": 0.1,
        "use": "held_out",
        "confidence": "high",
    }
    return Outcome.model_validate({**written, **changes})


@pytest.mark.parametrize(
    ("made", "said"),
    [(1.1, "too weak"), (2.2, "too strong"), (0.7, "the wrong way"), (1.5, "")],
)
def test_what_misses_is_said_to_be_too_weak_too_strong_or_the_wrong_way(made: float, said: str) -> None:
    """150 of 100 were observed and nothing changes without the law; only the model's answer differs."""
    years = {2003: 150.0}
    draws = np.tile(np.array([100.0, 100.0, 100.0, 100.0 * made]), (40, 1)) * np.linspace(0.999, 1.001, 40)[:, None]
    still = np.full((40, 4), 100.0)
    judged = judge(outcome(observed=years, tolerance=0.01), draws, 2000, still)
    assert strength_text(judged) == said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_case_says_where_its_numbers_come_from_and_what_it_tests(case: Case) -> None:
    assert case.source
    assert case.what_happened
    if case.untestable:
        assert case.record["confidence"]
        return
    assert case.fed
    assert case.caveats
    if any(outcome.use == "fitted" for outcome in case.outcomes):
        assert case.fitted, "say which parameters took their values from it"


@pytest.mark.parametrize("case", TESTED, ids=lambda case: case.name)
def test_the_stylized_state_starts_with_the_ratios_of_the_case(case: Case) -> None:
    assert case.start is not None
    world = new_mexico()
    case = case.model_copy(
        update={
            "outcomes": tuple(
                outcome(name=measure, measure=measure, compare="level", observed={case.start.year + 1: 1.0})
                for measure in (
                    "participants_per_member",
                    "concentrators_per_participant",
                    "credentials_per_concentrator",
                )
            )
        }
    )
    found = run_case(Task(case, world, load_catalogue(), 5, tuple(range(8)), "prior"))
    start = {name: float(values[:, 0].mean()) for name, values in found.items()}
    for name in found:
        wanted = getattr(case.start, name)
        if wanted is not None:
            assert start[name] == pytest.approx(wanted, rel=0.1 if name.startswith("credentials") else 0.04), name


def test_a_law_that_never_changes_is_the_engine_s_own_run() -> None:
    world = new_mexico()
    ensemble = prepare(world, prior_parameters(world, (0, 1)), shipped("status_quo"), 0, (0, 1), 3)
    records = under_laws(ensemble, {2027: shipped("aligned")}, BASELINE, 3)
    last = list(simulate(ensemble, shipped("aligned"), 3))[-1]
    assert np.array_equal(
        records[-1]["concentrators"], state_total(district_total(last[0].counts.concentrators))[:, 0, 0]
    )
    assert len(records) == 4


def test_the_law_in_force_is_the_latest_that_has_begun() -> None:
    laws = {2013: shipped("aligned"), 2016: shipped("pilot_sunset")}
    names = [law_in(laws, shipped("status_quo"), year).name for year in (2012, 2013, 2015, 2016, 2020)]
    assert names == ["status_quo", "aligned", "aligned", "pilot_sunset", "pilot_sunset"]


def test_what_was_learnt_of_a_promise_goes_with_its_name_to_the_next_law() -> None:
    case = next(case for case in CASES if case.name == "kansas_bonus")
    world = stylized_world(new_mexico(), case)
    before, after = law_before(new_mexico(), case, 2026), laws_after(new_mexico(), case, 2026)
    assert before.lines[0].active(world.base_year - 12)
    assert {line.name for line in after[2013].own_lines} == {line.name for line in after[2015].own_lines}
    assert after[2016].own_lines == ()


def test_pots_are_brought_to_the_model_s_size_and_all_dollars_to_its_price_level() -> None:
    case = next(case for case in CASES if case.name == "michigan")
    world = new_mexico()
    line = law_before(world, case, 2026).own_lines[0]
    size = world.districts.membership.sum() / 486_000
    assert line.components[0].pot == pytest.approx(26_600_000 * size)  # type: ignore[union-attr]
    assert line.appropriation.dollars == pytest.approx(26_600_000 * size)  # type: ignore[union-attr]
    assert line.scale == price_factor(2015, 2026)


def test_dollars_of_another_year() -> None:
    assert price_factor(2026, 2026) == 1.0
    assert price_factor(2013, 2026) == pytest.approx(1.41, abs=0.01)
    # Annual averages of the consumer price index for 1999 to 2001: 166.6, 172.2 and 177.1.
    assert price_factor(2000, 2001) == pytest.approx((172.2 + 177.1) / (166.6 + 172.2), abs=1e-4)
    with pytest.raises(InputError, match="fiscal year 1999 is not in the table"):
        price_factor(1999, 2026)


def test_ratios_and_contrasts_of_model_and_record_are_taken_alike() -> None:
    values = np.array([[50.0, 55.0, 60.0, 90.0], [20.0, 20.0, 30.0, 30.0]])
    ratio = outcome()
    assert observed(ratio) == {2001: 1.1, 2002: 1.2, 2003: 1.5}
    assert np.allclose(compared(ratio, values, 2000)[2003], [1.8, 1.5])
    level = outcome(compare="level", start=None)
    assert observed(level)[2003] == 150.0
    assert np.allclose(compared(level, values, 2000)[2003], [90.0, 30.0])
    contrast = outcome(contrast={"years": [2003], "against": [2001, 2002]}, start=None)
    assert observed(contrast) == {2003: pytest.approx(150.0 / 115.0)}
    assert np.allclose(compared(contrast, values, 2000)[2003], [90.0 / 57.5, 30.0 / 25.0])


def test_the_district_of_a_size_class_count_as_many_as_in_the_record() -> None:
    least_only = SizeClass(name="large", least=1_000.0, share=0.4)
    assert least_only.part.group.members == (1_000.0,)
    assert SizeClass(name="small", least=100.0, most=1_000.0, share=0.6).part.group.members == (100.0, 1_000.0)
    california = next(case for case in CASES if case.name == "california")
    measures = {each.name: california.measure_of(each) for each in california.outcomes}
    assert [part.share for part in measures["under_half"].parts] == [0.40, 0.29, 0.31]  # type: ignore[union-attr]
    assert [part.share for part in measures["ended_small"].parts] == [0.40]  # type: ignore[union-attr]
    assert measures["median"].relative  # type: ignore[union-attr]


def test_what_is_known_of_a_state_is_not_drawn() -> None:
    # Inflation is set draw by draw as a calibration does, and the case knows better.
    michigan = next(case for case in CASES if case.name == "michigan")
    held = michigan.model_copy(update={"parameters": {"economy.inflation": 0.0, "economy.revenue_volatility": 0.0}})
    flat = held.model_copy(update={"outcomes": (outcome(measure="spending_per_member", observed={2016: 1.0}),)})
    task = Task(flat, new_mexico(), load_catalogue(), 5, (0, 1), "prior")
    columns = {"economy.inflation": np.array([0.01, 0.2])}
    as_drawn, again = run_case(task), run_case(Task(flat, task.world, task.catalogue, 5, (0, 1), "prior", columns))
    assert differences(as_drawn, again) == []


@pytest.mark.parametrize(
    ("inside", "near", "verdict"),
    [
        ([True, True, True], [True, True, True], "agrees"),
        ([True, True, False], [False, True, True], "agrees"),
        ([True, False, False], [True, True, True], "partly"),
        ([True, True, True], [False, False, True], "partly"),
        ([True, False, False], [False, True, False], "does not agree"),
    ],
)
def test_the_rule_of_an_outcome(inside: list[bool], near: list[bool], verdict: str) -> None:
    assert outcome_verdict(inside, near) == verdict


def test_the_rule_of_a_case() -> None:
    assert case_verdict([]) == "cannot be tested"
    assert case_verdict(["agrees", "agrees"]) == "agrees"
    assert case_verdict(["agrees", "does not agree"]) == "partly"
    assert case_verdict(["partly"]) == "partly"
    assert case_verdict(["does not agree", "does not agree"]) == "does not agree"


def test_a_judgement_by_hand() -> None:
    draws = np.linspace(1.1, 1.5, 101)[:, np.newaxis]
    values = np.concatenate([np.ones_like(draws), draws, draws, draws], axis=1)
    judgement = judge(outcome(), values, 2000)
    first, second, third = judgement.points
    assert (first.inside, second.inside, third.inside) == (False, True, False)
    assert second.median == pytest.approx(1.3)
    assert (first.near, second.near, third.near) == (False, True, False)
    assert third.share_below == pytest.approx(100 / 101)
    assert judgement.verdict == "does not agree"
    assert judgement.direction == "right"
    assert judgement.skill == pytest.approx(1 - (0.2 + 0.1 + 0.2) / (0.1 + 0.2 + 0.5))
    only_second = judge(outcome(judged=[2002]), values, 2000)
    assert only_second.verdict == "agrees"
    assert [point.judged for point in only_second.points] == [False, True, False]


def test_only_clear_pulls_are_named() -> None:
    rng = np.random.default_rng(1)
    moved, idle = rng.random(200), rng.random(200)
    assert [name for name, _ in pulls(2.0 * moved + 0.1 * idle, {"moved": moved, "idle": idle})] == ["moved"]
    assert pulls(np.ones(200), {"moved": moved}) == []


def test_numbers_do_not_depend_on_chunks_or_processes() -> None:
    one = run_of(settings_for(["michigan"]))
    other = run_of(settings_for(["michigan"], chunk=4))
    for name, values in one.findings[0].draws.items():
        assert differences(values, other.findings[0].draws[name]) == []
    assert one.run == other.run


def test_everything_is_written(tmp_path: Path) -> None:
    study = run_of(settings_for(["michigan", "delaware"]))
    text = write_hindcast(study, tmp_path)
    assert (tmp_path / "hindcast.txt").read_text(encoding="utf-8") == text
    assert "cannot be tested" in text
    assert text.startswith("Of 1 past law changes that could be tested")
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    table = pd.read_csv(tmp_path / "hindcast.csv")
    michigan = table[table.case == "michigan"]
    assert list(michigan.fiscal_year) == [2018, 2019, 2024, 2025] * 2
    assert (michigan.p05 <= michigan["median"]).all()
    assert table[table.case == "delaware"].case_verdict.tolist() == ["cannot be tested"]
    assert (tmp_path / "figures" / "hindcast_michigan.png").stat().st_size > 10_000
    assert not (tmp_path / "figures" / "hindcast_delaware.png").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title: x\n", "source: is missing"),
        (
            "title: x\nsource: x\nwhat_happened: x\nuntestable: x\nrecord: {a: 1}\ntitel: x\n",
            "titel: unknown key; did you mean 'title'?",
        ),
        ("- x\n", "a case is a mapping"),
        (
            "title: x\nsource: x\nwhat_happened: x\nuntestable: because\nrecord: {a: 1}\nlaws: [{starts: 2013}]\n",
            "has a record, and neither laws nor outcomes",
        ),
        (
            "title: x\nsource: x\nwhat_happened: x\nstart: {year: 2012, members: 10}\nbefore: {}\n"
            "laws: [{starts: 2012}]\noutcomes: [{name: a, label: a, measure: sites, stands_for: a, start: 1, "
            "observed: {2013: 1}, tolerance: 0.1, use: fitted, confidence: low}]\n",
            "all after the start year",
        ),
        ("title: x\nsource: x\nwhat_happened: x\nbefore: {lines: [{}]}\n", "lines need dollars_of"),
    ],
)
def test_a_case_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "made_up.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_case(path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_case_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'michigan'"):
        read_materials(settings_for(["michgan"]))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("among: small}", "among: smal}", "'smal' is not known; did you mean 'small'"),
        ("over: {quantile: 0.25}", "over: {}", "write either quantile or below"),
        ("over: {quantile: 0.25}", "over: {quantile: 0.25, below: 0.5}", "write either quantile or below"),
        ("over: {quantile: 0.25}\n    compare: level", "over: {quantile: 0.25}\n    start: 1", "write compare: level"),
        ("measure: spending_per_member\n    stands_for: share of", "measure: pass_rate\n    stands_for: share of",
         "over reads a measure of the state whose columns are kept by district"),
        ("least: 923, most: 3_077", "least: 900, most: 3_077", "sizes.1.least: 900 lies within the class before"),
        ("name: middle, least", "name: small, least", "sizes.1.name: 'small' stands twice"),
        ("economy.inflation: 0.018", "economy.inflashion: 0.018", "did you mean 'economy.inflation'"),
        ("economy.inflation: 0.018", "economy.inflation: 18", "18 is not allowed: from"),
        ("economy.inflation: 0.018", "enrollment.entry_growth: 1.0", "has values by year"),
    ],
)  # fmt: skip
def test_districts_and_parameters_of_a_case_are_told_with_their_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = (case_folder() / "california.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "made_up.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"^made_up\.yaml, line \d+: ") as caught:
        read_case(path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def kansas(*changes: tuple[str, str]) -> str:
    """The text of a shipped case with some changes."""
    text = (case_folder() / "kansas_bonus.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_a_case_of_ones_own_that_has_contrasts_alone_is_judged_and_needs_no_figure(tmp_path: Path) -> None:
    series = kansas()[kansas().index("  - name: rate") : kansas().index("  - name: bonus_against_none")]
    path = tmp_path / "my_case.yaml"
    path.write_text(kansas((series, "")), encoding="utf-8")
    study = run_of(settings_for([str(path)]))
    assert "contrast" in write_hindcast(study, tmp_path / "out")
    assert set(pd.read_csv(tmp_path / "out" / "hindcast.csv").case) == {"my_case"}
    assert not list((tmp_path / "out").glob("figures/*"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{2013: 0.117,", "{2010: 0.117, 2013: 0.117,", "observed.2010: lies before the start year 2012"),
        (
            "observed: {2014: 0.168, 2015",
            "observed: {2009: 1, 2014: 0.168, 2015",
            "2009: lies before the start",
        ),
        ("starts: 2016\n", "starts: 2030\n", "starts: 2030 lies after 2018, the last year with anything observed"),
        ("starts: 2015", "starts: 2013", "laws.1.starts: 2013 does not lie after 2013"),
        ("laws:", "shocks: {2011: {revenue: 0.9}}\nlaws:", "shocks.2011: is not simulated; a year from 2013 to 2018"),
        ("dollars_of: 2013", "dollars_of: 2031", "dollars_of: 2031 is not allowed: there are consumer prices of 2000"),
        (
            "kind: credential_bonus",
            "kind: credential_bonas",
            "components.0.kind: 'credential_bonas' is",
        ),
        ("before: {}", "before: {starts: 2010}", "before.starts: the law before the change is in force in every year"),
        ("name: bonus_against_none", "name: rate", "outcomes.1.name: 'rate' stands twice"),
        ("contrast: {", "judged: [2014]\n    contrast: {", "outcomes.1.judged: has no effect here"),
    ],
)
def test_years_and_laws_of_a_case_are_told_with_their_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "made_up.yaml"
    path.write_text(kansas((old, new)), encoding="utf-8")
    with pytest.raises(InputError, match=r"^made_up\.yaml, line \d+: ") as caught:
        read_case(path)
    assert told in str(caught.value)


GRADE = 130
"""Dollars of FY2026 a student that a letter grade is worth: Florida's $100 (section 1008.36), dollars of FY2018."""
DIPLOMA = 1_800
"""Dollars that a diploma counts for, in every state."""
BY_LAW = {
    "louisiana": {"diploma": (1 / 2, 1 / 2, 1 / 2)},
    "ohio": {"diploma": (1 / 12 / 3, 6 / 12 / 3, 12 / 12 / 3)},
    "virginia": {"diploma": (1 / 2, 1 / 2, 1 / 2)},
}
"""By case and line, the part of a diploma that a credential of each tier is by law."""
LOUISIANA_LETTER = (100 - 50) / 3
REPORT_CARDS = {
    ("louisiana", "school_performance_score"): (0.25 / LOUISIANA_LETTER, (0, 110 - 100, 150 - 100)),
    ("ohio", "report_card"): (15 / 85 / ((93 - 40) / 3), (100 / 12, 100 * 6 / 12, 100)),
}
"""Letter grades for each point, and points that a credential of each tier adds to what one graduate counts."""


def on_report_card(grades_a_point: float, points: float) -> float:
    """A graduate is one of a cohort, and four cohorts are a high school."""
    return 4 * GRADE * grades_a_point * points


def counted_by_line(case: Case) -> dict[tuple[int, str], tuple[float, float, float]]:
    """By law and line, what a credential of each tier counts for without being paid."""
    found = {}
    for starts, law in laws_after(new_mexico(), case, 2026).items():
        for line in law.own_lines:
            rules = [part for part in line.components if isinstance(part, Accountability)]
            if rules:
                one, two, three = (sum(part.strength for part in rules if tier in part.tiers) for tier in (1, 2, 3))
                found[starts, line.name] = (one, two, three)
                assert len(rules) == len(line.components)
                assert {part.count for part in rules} == {"credentials"}
    return found


def test_a_diploma_and_a_letter_grade_are_worth_the_same_in_every_state() -> None:
    assert round(100 * price_factor(2018, 2026), -1) == GRADE
    ohio = on_report_card(15 / 85 / ((93 - 79) / 3), 100)
    louisiana = on_report_card(0.25 / LOUISIANA_LETTER, 100) + on_report_card(0.25 / LOUISIANA_LETTER, 100)
    assert round((ohio + louisiana) / 2, -2) == DIPLOMA
    seen = set()
    for case in TESTED:
        for (_, line), strengths in counted_by_line(case).items():
            seen.add((case.name, line))
            if (case.name, line) in REPORT_CARDS:
                grades, points = REPORT_CARDS[case.name, line]
                assert strengths == pytest.approx([on_report_card(grades, each) for each in points], abs=1.0)
            else:
                assert strengths == pytest.approx([DIPLOMA * part for part in BY_LAW[case.name][line]])
    assert seen == {*REPORT_CARDS, *((name, line) for name, lines in BY_LAW.items() for line in lines)}


def test_a_rule_counts_in_the_years_that_its_law_says() -> None:
    years = {case.name: sorted(counted_by_line(case)) for case in TESTED if case.name in BY_LAW}
    assert years == {
        "louisiana": [(2015, "diploma"), (2015, "school_performance_score")],
        "ohio": [(2019, "diploma"), (2019, "report_card"), (2020, "diploma"), (2022, "diploma")],
        "virginia": [(2014, "diploma")],
    }


def test_louisiana_is_paid_as_by_the_shipped_formula_and_the_rules_add_to_it() -> None:
    case = next(case for case in CASES if case.name == "louisiana")
    (law,) = case.laws
    paid = tuple(line for line in law.lines if line["name"].startswith("louisiana"))
    alone = case.model_copy(update={"laws": (law.model_copy(update={"lines": paid}),)})
    as_shipped = case.model_copy(update={"laws": (Law(starts=law.starts, formula="louisiana"),)})
    of_rules, of_money, of_formula = (
        run_case(Task(each, new_mexico(), load_catalogue(), 5, (0, 1), "prior")) for each in (case, alone, as_shipped)
    )
    assert differences(of_money, of_formula) == []
    assert (of_rules["credentials"][:, -1] > 1.2 * of_money["credentials"][:, -1]).all()
