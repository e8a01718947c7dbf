"""Probes: files as data, arms on common draws beside a placebo, measures by hand, and the rule of the verdict."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from judged import judged_settings
from simulated import new_mexico, shipped

from sim.arrays import Array
from sim.engine.ensemble import prepare, simulate
from sim.engine.recording import statewide
from sim.inputs import InputError
from sim.report.probes.files import write_probes
from sim.report.probes.tables import battery_text
from sim.study.probes.laws import law_from, law_of_world
from sim.study.probes.reading import probe_folder, read_probe, read_probes
from sim.study.probes.running import PLACEBO, Task, arm_key, run_task, stages_of, world_key
from sim.study.probes.schema import CURRENT_LAW, Check, Probe, ProbeLaw, Run
from sim.study.probes.study import Battery, probe_all, read_materials
from sim.study.setup.design import parameters_for
from sim.study.setup.settings import Settings

PROBES = read_probes((), new_mexico())

WITH_MARGIN = (
    "small_price", "announced_end", "what_carries_it", "base_or_concentrators", "restriction_removed",
    "more_is_never_less",
)  # fmt: skip
"""Probes whose checks that are expected to hold do so with room to spare: six draws tell it, but for those below."""
CLOSE = {"announced_end: plans begun"}

MINE: dict[str, Any] = {
    "number": 101,
    "title": "Twice the money",
    "must_hold": "More students are taught.",
    "reason": "Money buys sections.",
    "source": "our own question",
    "to_hold": "Money would have to buy sections.",
    "runs": {"double": {"label": "twice the money", "law": {"times": 2.0}}},
    "checks": [
        {"label": "taught", "measure": "concentrators_taught", "of": "double", "years": [2], "least": 1.0},
    ],
}


def settings_for(cases: list[str], **changes: Any) -> Settings:
    return judged_settings("probes", cases, **{"chunk": 16, **changes})


def battery_of(cases: list[str], **changes: Any) -> Battery:
    settings = settings_for(cases, **changes)
    return probe_all(settings, read_materials(settings))


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({**MINE, **changes}), encoding="utf-8")
    return path


def probe_of(**changes: Any) -> Probe:
    return Probe.model_validate({**MINE, "name": "mine", **changes})


def check_of(**changes: Any) -> Check:
    return Check.model_validate({**MINE["checks"][0], **changes})


# Files.


def test_all_eighteen_stand_there_each_with_its_reason_and_source() -> None:
    assert [probe.number for probe in PROBES] == list(range(1, 19))
    for probe in PROBES:
        assert probe.reason
        assert probe.source
        assert probe.to_hold
        assert any(check.bounds is not None for check in probe.checks)


def test_what_the_model_does_not_do_yet_is_marked_so() -> None:
    waiting = {probe.number for probe in PROBES if any(probe.expected_of(check) == "not_yet" for check in probe.checks)}
    assert waiting == set()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sauce": "none"}, "sauce: unknown key; did you mean 'source'?"),
        ({"checks": [{**MINE["checks"][0], "measure": "concentratrs"}]}, "did you mean 'concentrators'?"),
        ({"checks": [{**MINE["checks"][0], "most": 0.5}]}, "least must not exceed most"),
        ({"checks": [{**MINE["checks"][0], "near": 1.0}]}, "near and within go together"),
        ({"checks": [{**MINE["checks"][0], "of": "twice"}]}, "'twice' is not one of its runs: current_law, double"),
        ({"checks": [{**MINE["checks"][0], "of": CURRENT_LAW}]}, "is compared with itself"),
        ({"checks": [{**MINE["checks"][0], "compare": "share_of_gain"}]}, "gain goes with compare: share_of_gain"),
        ({"checks": [{**MINE["checks"][0], "years": [99]}]}, "years.0: 99 is not allowed"),
        ({"checks": [{**MINE["checks"][0], "compare": "level", "against": CURRENT_LAW}]}, "a level is held against"),
        ({"runs": {**MINE["runs"], "idle": {"label": "idle"}}}, "runs.idle: no check names it"),
        ({"runs": {"double": {"label": "x", "law": {"formula": "alignd"}}}}, "'alignd' is not known; did you mean"),
        ({"runs": {"double": {"label": "x", "law": {"without": ["perkin"]}}}}, "did you mean 'perkins'?"),
        (
            {"runs": {"double": {"label": "x", "law": {"times": -1.0}}}},
            "times: -1.0 is not allowed: a number from 0 to 100",
        ),
        ({"runs": {"double": {"label": "x", "laws": {9: {"times": 2.0}}}}}, "no check looks so far"),
        ({"runs": {"double": {"label": "x", "law": {"plus": [{"name": "more"}]}}}}, "components"),
        ({"runs": {"double": {"label": "x", "shocks": {1: {"rain": 2.0}}}}}, "rain"),
        ({"runs": {"double": {"label": "x", "parameters": {"outcomes": {"recodabl": 0.0}}}}}, "did you mean"),
        ({"runs": {"double": {"label": "x", "parameters": {"outcomes": 3}}}}, "write group: {name: value}"),
        ({"world": "mars"}, "'mars' is not known"),
        ({"world": {"parameters": {"staffing": {"turnover": 7.0}}}}, "staffing.turnover: 7.0 is not allowed"),
    ],
)
def test_a_probe_that_cannot_be_carried_out_is_refused_in_one_line(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError) as refused:
        read_probe(written(tmp_path, **changes), new_mexico())
    assert "mine.yaml" in str(refused.value)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_probe_is_data_and_runs_no_code(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("title: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.yaml"):
        read_probe(path, new_mexico())


def test_two_probes_share_no_number(tmp_path: Path) -> None:
    path = written(tmp_path, number=2)
    with pytest.raises(InputError, match="two probes have the number 2"):
        read_probes([str(path), "nothing_pays"], new_mexico())


# Laws.


def law(**changes: Any) -> Any:
    probe = probe_of()
    return law_from(probe, ProbeLaw.model_validate(changes), 2027, law_of_world(probe, new_mexico()), new_mexico())


def test_a_law_is_changed_as_it_is_written() -> None:
    current = shipped("status_quo")
    assert law().lines == current.lines
    doubled = law(times=2.0, oversight="categorical", pays_to=3)
    for line in doubled.own_lines:
        assert line.scale == 2.0
        assert line.oversight == "categorical"
        assert line.sunset_year == (2028 if line.name == "career_development_success" else 2029)
    assert doubled.line("perkins") == current.line("perkins")
    assert "perkins" not in [line.name for line in law(without=["perkins"]).lines]
    added = {
        "name": "more",
        "components": [{"kind": "per_student", "count": "concentrators", "dollars": 250.0}],
        "appropriation": {"rule": "full"},
    }
    assert [line.name for line in law(plus=[added]).lines] == [*(line.name for line in current.lines), "more"]
    assert law(plus=[added]).line("more").start_year == 2027
    assert {line.appropriation.rule for line in law(indexed=True).own_lines} == {"indexed", "once"}


# Arms.


def task_of(probe: Probe, draws: int = 3) -> Task:
    from sim.parameters.catalogue import load_catalogue

    (stage,) = stages_of([probe], new_mexico())
    return Task(stage, new_mexico(), load_catalogue(), 5, tuple(range(draws)), "prior")


def series_of(probe: Probe, draws: int = 3) -> dict[str, Array]:
    """The first check's measure by run."""
    found = run_task(task_of(probe, draws))
    measure = probe.checks[0].measure
    return {
        name: found[arm_key(run), measure] for name, run in probe.all_runs.items() if (arm_key(run), measure) in found
    }


def test_an_arm_is_the_engine_s_own_run_and_the_placebo_is_current_law() -> None:
    probe = probe_of(runs={"double": {"label": "aligned", "law": {"formula": "aligned"}}})
    task = task_of(probe)
    parameters = parameters_for(task.catalogue, new_mexico(), 5, range(3), "prior")
    ensemble = prepare(new_mexico(), parameters, shipped("status_quo"), 5, range(3), 2)
    series = series_of(probe)
    for name, formula in (("double", "aligned"), (CURRENT_LAW, "status_quo")):
        own = [
            statewide(new_mexico(), parameters, state, year)["concentrators_taught"].reshape(-1)
            for state, year in simulate(ensemble, shipped(formula), 2)
        ]
        assert np.array_equal(series[name][:, 1:], np.stack(own, axis=1))


@pytest.mark.parametrize(
    "run",
    [
        {"laws": {1: {}}},
        {"laws": {2: {"formula": "status_quo"}}},
        {"shocks": {1: {}}},
        {"same_offer": True},
    ],
    ids=["the same law", "the same law later", "no shock", "the same offer"],
)
def test_what_changes_nothing_is_the_placebo_to_the_last_bit(run: dict[str, Any]) -> None:
    series = series_of(probe_of(runs={"double": {"label": "the same", **run}}))
    assert np.array_equal(series["double"], series[CURRENT_LAW])


def test_arms_start_alike_and_parameters_change_after_the_start_only() -> None:
    run = {"label": "no turnover", "parameters": {"staffing": {"turnover": 0.0}}}
    series = series_of(probe_of(runs={"double": run}))
    assert np.array_equal(series["double"][:, 0], series[CURRENT_LAW][:, 0])
    assert not np.array_equal(series["double"][:, 1], series[CURRENT_LAW][:, 1])


def test_a_world_s_own_parameters_leave_all_others_where_they_are_drawn() -> None:
    from sim.study.probes.running import stage_parameters

    probe = probe_of(world={"parameters": {"staffing": {"turnover": 0.3}}})
    task = task_of(probe)
    held = stage_parameters(task, new_mexico())
    drawn = parameters_for(task.catalogue, new_mexico(), 5, range(3), "prior")
    assert np.all(held.staffing.turnover == 0.3)
    assert np.array_equal(held.staffing.fill_level, drawn.staffing.fill_level)
    assert np.array_equal(held.outcomes.completion, drawn.outcomes.completion)


def test_an_arm_that_two_probes_ask_for_is_run_once() -> None:
    one = probe_of()
    other = probe_of(name="other", number=102, checks=[{**MINE["checks"][0], "years": [4], "measure": "pathways"}])
    (stage,) = stages_of([one, other], new_mexico())
    assert [arm.key for arm in stage.arms] == [PLACEBO, arm_key(one.runs["double"])]
    assert [arm.horizon for arm in stage.arms] == [4, 4]
    assert len(stage.arms[1].measures) == 2


def test_neither_chunks_nor_other_probes_change_a_number() -> None:
    alone = battery_of(["nothing_pays"], draws=3, chunk=2).findings
    together = battery_of(["nothing_pays", "state_money_ends"], draws=3).findings
    found = {finding.probe.name: finding for finding in together}
    for one, other in zip(alone[0].judgements, found["nothing_pays"].judgements, strict=True):
        assert (one.value, one.low, one.high) == (other.value, other.low, other.high)


# The battery.


def test_a_failing_probe_is_shown_with_what_would_have_to_be_true(tmp_path: Path) -> None:
    path = written(tmp_path, checks=[{**MINE["checks"][0], "least": 9.0}])
    battery = battery_of([str(path)], draws=2)
    text = write_probes(battery, tmp_path / "out")
    assert text == battery_text(battery)
    assert "Of 1 probes 1 fail." in text
    assert "It would hold if: Money would have to buy sections." in text
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["probes.csv", "probes.md", "probes.txt", "probes_by_year.csv"]
    assert len((tmp_path / "out" / "probes.csv").read_text(encoding="utf-8").splitlines()) == 2
    assert len((tmp_path / "out" / "probes_by_year.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_the_page_shows_a_verdict_for_every_probe() -> None:
    page = (Path(__file__).parent.parent / "docs" / "explanation" / "probes.md").read_text(encoding="utf-8")
    for probe in PROBES:
        assert f"### {probe.number} {probe.title}" in page
        assert f"| **{probe.number} {probe.title}** |" in page


def test_probes_that_are_expected_to_hold_do() -> None:
    battery = battery_of(list(WITH_MARGIN), draws=6, seed=2026)
    told = {
        f"{finding.probe.name}: {judgement.check.label}": judgement.value
        for finding in battery.findings
        for judgement in finding.judgements
        if judgement.expected and judgement.standing != "shown" and not judgement.passes
    }
    assert set(told) <= CLOSE


def test_worlds_that_probes_share_are_run_once() -> None:
    named = {probe.name: probe for probe in PROBES}
    assert world_key(named["california"]) == world_key(named["restriction_removed"])
    assert len(stages_of(PROBES, new_mexico())) == 1 + len(list((probe_folder() / "world").glob("*.yaml")))


def test_a_run_s_name_is_no_part_of_what_it_is() -> None:
    assert arm_key(Run(label="one")) == arm_key(Run(label="other")) == PLACEBO
