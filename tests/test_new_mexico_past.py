"""New Mexico's own past: two paths of money and two readings of a new rule, and what would agree with the model."""

import re

import numpy as np
import pytest
from simulated import new_mexico

from sim.parameters.catalogue import load_catalogue
from sim.report.hindcast.readings import MONEY, RULE, agreeable, names, readings_markdown
from sim.study.hindcast.case import Case, Outcome, read_cases
from sim.study.hindcast.prices import price_factor
from sim.study.hindcast.running import Task, facts, run_with_placebo
from sim.study.hindcast.study import Finding, Hindcast
from sim.study.hindcast.verdict import case_verdict, judge

CASES = {case.name: case for case in read_cases() if case.name in names()}
YEARS = range(2020, 2025)


def outcome_of(case: Case, name: str) -> Outcome:
    return next(each for each in case.outcomes if each.name == name)


def money_in(case: Case, year: int) -> float:
    """Millions of dollars of 2024 that the case's law of a year votes."""
    law = max((law for law in case.laws if law.starts <= year), key=lambda law: law.starts)
    voted = sum(float(line["appropriation"]["dollars"]) for line in law.lines)
    return voted * price_factor(law.dollars_of, 2024) / 1e6


def test_every_path_of_money_stands_beside_every_reading() -> None:
    assert set(CASES) == set(names())
    assert sorted(names().values()) == sorted((money, rule) for money in MONEY.values() for rule in RULE.values())


@pytest.mark.parametrize("money", MONEY)
def test_a_reading_changes_what_was_observed_and_nothing_of_the_simulation(money: str) -> None:
    students, one_rule = CASES[f"new_mexico_pilot{money}"], CASES[f"new_mexico_pilot{money}_one_rule"]
    for key in ("start", "before", "laws", "shocks", "placebo", "parameters", "sizes"):
        assert getattr(students, key) == getattr(one_rule, key), key
    for name in ("concentration", "school_share"):
        one, other = outcome_of(students, name), outcome_of(one_rule, name)
        assert (one.measure, one.compare, one.start, one.tolerance) == (
            other.measure,
            other.compare,
            other.start,
            other.tolerance,
        )
        (year,) = one.judged_years
        counted, known = facts(one)[year], facts(other)[year]
        assert counted.single
        assert known.low < counted.low < known.high, "the new rule may count fewer or more"
    paths = [
        run_with_placebo(Task(case, new_mexico(), load_catalogue(), 5, (0, 1), "prior"))
        for case in (students, one_rule)
    ]
    for name in ("concentration", "school_share"):
        assert np.array_equal(paths[0].case[name], paths[1].case[name])
        still = [path.placebo or {} for path in paths]
        assert np.array_equal(still[0][name], still[1][name])


def test_the_rise_by_one_rule_is_the_count_over_the_bounds_of_what_the_new_rule_counts() -> None:
    """38.4 of 58.3 graduates with two CTE credits have two in one area; Oregon counted 39,866 in place of 56,886."""
    for name in ("concentration", "school_share"):
        counted = facts(outcome_of(CASES["new_mexico_pilot"], name))
        known = facts(outcome_of(CASES["new_mexico_pilot_one_rule"], name))
        for year, fact in counted.items():
            assert known[year].low == pytest.approx(fact.low * 38.4 / 58.3, rel=1e-3)
            assert known[year].high == pytest.approx(fact.low * 56_886 / 39_866, rel=1e-3)


def test_counts_by_the_new_rule_are_held_against_the_country_s() -> None:
    outcome = outcome_of(CASES["new_mexico_pilot_one_rule"], "one_rule")
    assert facts(outcome)[2023].low == pytest.approx((22_210 / 69_888) / (12_724 / 65_759), rel=1e-3)
    assert outcome.unchanged[2023] == pytest.approx((3.5 / 7.8) / (3.0 / 8.3), abs=0.005)
    flat = np.ones((5, 6))
    assert judge(outcome, flat, 2019, flat).points[0].net_fact.low == pytest.approx(1.642 / 1.24, abs=0.002)


def test_the_slow_path_of_money_is_never_above_the_other_and_meets_it_in_the_year_that_is_known() -> None:
    slow, once = CASES["new_mexico_pilot"], CASES["new_mexico_pilot_at_once"]
    low, high = ([money_in(case, year) for year in YEARS] for case in (slow, once))
    assert all(one <= other for one, other in zip(low, high, strict=True))
    assert low[:-1] != high[:-1]
    assert low[-1] == high[-1] == pytest.approx(40.0)


def made_up(values: list[float], observed: float, tolerance: float = 0.1) -> tuple[Outcome, np.ndarray]:
    outcome = Outcome.model_validate(
        {
            "name": "rise", "label": "rise", "measure": "concentrators", "stands_for": "a count", "start": 1.0,
            "observed": {2001: observed}, "tolerance": tolerance, "use": "held_out", "confidence": "high",
        }
    )  # fmt: skip
    return outcome, np.stack([np.ones(len(values)), np.array(values)], axis=1)


def test_what_would_agree_is_judged_to_agree_and_a_little_beyond_it_is_not() -> None:
    values = list(np.linspace(0.8, 1.3, 101))
    found = agreeable(judge(*made_up(values, 2.0), 2000))
    assert found is not None
    assert found.low == pytest.approx(1.05 / 1.1)  # the tolerance binds below, of what was observed
    assert found.high == pytest.approx(1.05 / 0.9)
    narrow = agreeable(judge(*made_up(list(np.linspace(1.0, 1.1, 101)), 2.0), 2000))
    assert narrow is not None
    assert narrow == pytest.approx((1.005, 1.095))  # the band binds
    for bound, inward in ((found.low, 1.0), (found.high, -1.0)):
        for step, verdict in ((1e-6, "agrees"), (-1e-6, "partly")):
            assert judge(*made_up(values, bound + inward * step), 2000).verdict == verdict


def study_of(cases: list[Case]) -> Hindcast:
    findings = []
    for case in cases:
        paths = run_with_placebo(Task(case, new_mexico(), load_catalogue(), 5, (0, 1, 2), "prior"))
        assert case.start is not None
        assert paths.placebo is not None
        judged = tuple(
            judge(each, paths.case[each.name], case.start.year, paths.placebo[each.name]) for each in case.outcomes
        )
        verdict = case_verdict([each.verdict for each in judged])
        findings.append(Finding(case, verdict, judged, paths.case, paths.placebo, {}))
    return Hindcast(tuple(findings), 3, 5, "prior", "run", "data")


def test_the_table_has_every_reading_and_what_the_new_rule_would_have_to_count() -> None:
    study = study_of(list(CASES.values()))
    text = readings_markdown(study)
    assert text is not None
    for money, rule in names().values():
        assert f"| {money} | {rule} |" in text
    needed = re.findall(r"count ([\d.]+) to ([\d.]+) students for each", text)
    rises = re.findall(r"agrees with ([\d.]+) to ([\d.]+) times", text)
    assert len(needed) == len(rises) == len(MONEY)
    for (least, most), (low, high) in zip(needed, rises, strict=True):
        assert float(least) * float(high) == pytest.approx(0.3178 / 0.2372, abs=0.02)
        assert float(most) * float(low) == pytest.approx(0.3178 / 0.2372, abs=0.02)
    assert readings_markdown(study_of([CASES["new_mexico_pilot"]])) is None
