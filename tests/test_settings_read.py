"""A setting is used or refused: the table of what studies read holds for code, help and refusals."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from bad_inputs.settings import CHANGED, CHOICES, config_of
from commanded import asked, carried_out

from sim.commands import table
from sim.commands.request import Request
from sim.config_folder import config_folder
from sim.inputs import InputError
from sim.study.setup.reads import (
    EVERYWHERE,
    READS,
    refuse_unread,
    setting_paths,
    settings_for,
    usual_config,
)
from sim.study.setup.settings import Settings, Study

QUICK = ("draws=2", "workers=1", "report=false")
SHORT = (*QUICK, "horizon=2")


def test_the_table_has_every_study_and_every_setting() -> None:
    assert set(READS) == set(get_args(Study.model_fields["name"].annotation)) == set(table.COMMANDS)
    read = {path for paths in READS.values() for path in paths}
    assert read | set(EVERYWHERE) == set(setting_paths())
    assert all(len(set(paths)) == len(paths) for paths in READS.values())


@pytest.mark.parametrize("study", [path.stem for path in sorted((config_folder() / "study").glob("*.yaml"))])
def test_every_shipped_study_reads_all_that_its_own_file_says(study: str, tmp_path: Path) -> None:
    words = ("factors.parameters=prior",) if study == "sweep" else ()
    assert isinstance(asked(tmp_path, f"study={study}", *words).settings, Settings)


@pytest.mark.parametrize("study", READS)
def test_a_study_takes_every_setting_that_it_reads(study: str) -> None:
    for path in (*READS[study], *EVERYWHERE):
        value = CHANGED.get(path, 1 if path == "workers" else False)
        refuse_unread(config_of(study, **{path: value}), CHOICES)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["study=project", "district=gallup"], "district: study=project does not read it (explain, district do)"),
        (
            ["study=project", "factors.parameters=prior"],
            "factors.parameters: study=project does not read it (sweep, explore, discover do)",
        ),
        (["study=check_formula", "scenario=recession_2009"], "scenario: study=check_formula does not read it"),
        (
            ["study=check_formula", "scenario.years.2030.revenue=0.5"],
            "scenario.years.2030.revenue: study=check_formula",
        ),
        (["study=check_formula", "cost_neutral=baseline"], "cost_neutral: study=check_formula does not read it"),
        (["study=check_formula", "study.formulas=[texas]"], "write formula_file=my_bill.yaml or formula=aligned"),
        (["study=check_formula", "shards=2", "shard=1"], "shard: study=check_formula does not read it"),
        (["study=explain", "cost_neutral=baseline"], "cost_neutral: study=explain does not read it"),
        (["study=bridge", "precision={outcome: credentials, share: 0.1}"], "precision: study=bridge does not read it"),
        (["study=hindcast", "formula=aligned"], "formula: study=hindcast does not read it"),
        (["study=hindcast", "formula.takes_effect=2030"], "formula.takes_effect: study=hindcast does not read it"),
        (["study=stress", "scenario=oil_slump"], "scenario: study=stress does not read it; write study.scenarios"),
        (["study=parameters", "parameters.staffing.turnover=0.1"], "parameters.staffing.turnover: study=parameters"),
        (["study=calibrate", "uncertainty=posterior"], "uncertainty: study=calibrate does not read it"),
        (["study=status", "draws=3"], "draws: study=status does not read it"),
        (["study=sensitivity", "draws=3"], "sensitivity.trajectories and sensitivity.points say how many"),
        (["study=project", "executor=dask", "study.cases=[ohio]"], "study.cases: study=project does not read it"),
        (["study=bridge", "executor=dask"], "executor: study=bridge does not read it"),
        (
            ["study=project", "design.points=4"],
            "design.points: study=project does not read it (sweep, explore, discover do)",
        ),
        (["study=project", "sensitivity.points=16"], "sensitivity.points: study=project does not read it"),
        (["study=project", "world.pth=x"], "world.pth: unknown setting; did you mean 'path'?"),
        (["world.path=''"], "world.path: '' is not allowed"),
        (["study=stress", "study.scenarios=[]"], "study.scenarios: is empty; name at least one"),
        (["study.formulas=[]"], "study.formulas: is empty; name at least one"),
        (["study=hindcast", "study.cases=[virginia,virginia]"], "'virginia' stands twice"),
        (["study.formulas=[aligned,aligned]"], "'aligned' stands twice"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_setting_that_does_nothing_is_refused(words: list[str], told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        asked(tmp_path, *words)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 300


def test_what_a_user_writes_as_it_is_anyway_is_no_change(tmp_path: Path) -> None:
    words = ("scenario=baseline", "formula=status_quo", "horizon=30", "precision=null", "executor=local", "shards=1")
    for study in ("status", "parameters", "hindcast"):
        assert asked(tmp_path, f"study={study}", *words).settings.study.name == study


def test_a_study_file_of_ones_own_is_held_against_the_table_too() -> None:
    config = {**usual_config("project"), "district": "gallup"}
    with pytest.raises(InputError, match="district: study=project does not read it"):
        settings_for(config, CHOICES)


READ: set[str] = set()


class WatchedStudy(Study):
    def __getattribute__(self, name: str) -> Any:
        if name in Study.model_fields:
            READ.add(f"study.{name}")
        return super().__getattribute__(name)


class Watched(Settings):
    """Settings that note which of them are looked at."""

    def __getattribute__(self, name: str) -> Any:
        if name in Settings.model_fields:
            READ.add(name)
        return super().__getattribute__(name)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """What a command reads of its settings."""

    def with_watch(folder: Path, *words: str) -> Request:
        request = asked(folder, *words)
        content = request.settings.model_dump()
        settings = Watched.model_validate({**content, "study": WatchedStudy.model_validate(content["study"])})
        READ.clear()
        return replace(request, settings=settings)

    monkeypatch.setattr("commanded.asked", with_watch)
    yield READ
    READ.clear()


SHARD = (*SHORT, "shard=1")
COMMANDS = {
    "compare": (*SHARD, "study.formulas=[status_quo,aligned]"),
    "project": (*SHARD, "formula=aligned"),
    "stress": (*SHARD, "study.formulas=[status_quo]", "study.scenarios=[oil_slump]"),
    "decompose": (*SHARD, "formula=aligned"),
    "two_by_two": (*SHARD, "formula=aligned_base"),
    "sweep": (*SHARD, "design.points=2", "factors.parameters.staffing.turnover=[0.1,0.2]"),
    "bridge": (*SHORT, "formula=aligned"),
    "explain": (*SHORT, "formula=aligned", "district=gallup", "cluster=arts"),
    "district": (*SHORT, "formula=aligned", "district=gallup"),
    "check_formula": (*QUICK, "formula=aligned"),
    "hindcast": (*QUICK, "study.cases=[arizona]"),
    "probes": (*QUICK, "study.cases=[nothing_pays]"),
    "verify_brief": QUICK,
    "assess": ("draws=20", "report=false"),
    "parameters": (),
}


@pytest.mark.slow
@pytest.mark.parametrize("study", COMMANDS)
def test_a_study_looks_at_all_that_the_table_says_it_reads(study: str, watched: set[str], tmp_path: Path) -> None:
    carried_out(tmp_path, f"study={study}", *COMMANDS[study])
    # The folder of results is chosen where the command line is read, and how money is made equal where it is asked for.
    elsewhere = {"folder", "neutral_by", "discount_rate"}
    assert set(READS[study]) - watched - elsewhere == set()
