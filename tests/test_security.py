"""Files that a user is handed are data: by no road do they run code, read the environment or reach other settings."""

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import sim.cli
from sim import composition, config_source
from sim.composition import compose
from sim.config_folder import config_folder
from sim.inputs import InputError

CALL = {"_target_": "marker_of_this_test.leave"}
"""What Hydra would call, if it were to build what a file names."""

CALLBACKS = {"hydra": {"callbacks": {"mine": CALL}}}
BILL = yaml.safe_load((config_folder() / "formula" / "aligned_base.yaml").read_text(encoding="utf-8"))
SHOCK = {"title": "A shock", "source": "a draft", "years": {2028: {"revenue": 0.9}}}
STUDY = {"name": "project", "baseline": "status_quo", "formulas": []}
GLOBAL = "# @package _global_\n"
QUICK = ("draws=1", "horizon=1", "workers=1", "report=false")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a folder of files of the user's own, and a module whose function would leave a mark."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "marker_of_this_test.py").write_text(
        "from pathlib import Path\ndef leave(*args, **named):\n    Path('PWNED').touch()\n"
    )
    monkeypatch.syspath_prepend(tmp_path / "modules")
    monkeypatch.setenv("TOKEN", "s3cr3t")
    return tmp_path


def written(place: Path, name: str, content: Any, header: str = "") -> None:
    path = place / "cfg" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + (content if isinstance(content, str) else yaml.safe_dump(content)), encoding="utf-8")


def refused(place: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is told: one short line. Nothing was run, looked up or written."""
    before = sorted(place.rglob("*"))
    status = sim.cli.run(words)
    out, err = capsys.readouterr()
    assert status == 2, err
    assert out == ""
    assert len(err.splitlines()) == 1
    assert len(err) < 340
    assert "s3cr3t" not in err
    assert [path for path in sorted(place.rglob("*")) if "__pycache__" not in path.parts] == before
    return err


FILES: dict[str, tuple[str, Any, str, str]] = {
    "a formula that is global": ("formula/mine.yaml", {**CALLBACKS, "formula": BILL}, GLOBAL, "# @package _global_"),
    "a formula that sets draws": ("formula/mine.yaml", {"draws": 3, "formula": BILL}, GLOBAL, "# @package _global_"),
    "a formula with the package further down": ("formula/mine.yaml", BILL, f"# a note\n\n{GLOBAL}", "# @package"),
    "a formula with blanks in the header": ("formula/mine.yaml", BILL, "  #  @package   hydra\n", "# @package hydra"),
    "a formula with callbacks": ("formula/mine.yaml", {**BILL, **CALLBACKS}, "", "hydra"),
    "a formula with a target": ("formula/mine.yaml", {**BILL, **CALL}, "", "_target_"),
    "a component with a target": ("formula/mine.yaml", {**BILL, "components": [{**CALL}]}, "", "components.0._target_"),
    "a formula with defaults": ("formula/mine.yaml", {**BILL, "defaults": ["/evil"]}, "", "defaults"),
    "a secret in a title": ("formula/mine.yaml", {**BILL, "title": "${oc.env:TOKEN}"}, "", "title"),
    "a secret in a list": ("formula/mine.yaml", {**BILL, "also": ["${oc.env:TOKEN}"]}, "", "also.0"),
    "a secret in a key": ("formula/mine.yaml", {**BILL, "${oc.env:TOKEN}": 1}, "", "${"),
    "a setting in a title": ("formula/mine.yaml", {**BILL, "title": "${seed}"}, "", "title"),
    "an object made by a resolver": ("formula/mine.yaml", {**BILL, "rules": "${oc.create:{a:1}}"}, "", "rules"),
    "a Python object": ("formula/mine.yaml", "title: !!python/object/apply:marker_of_this_test.leave []\n", "", "tag"),
    "a scenario that is global": ("scenario/mine.yaml", {**CALLBACKS, "scenario": SHOCK}, GLOBAL, "# @package"),
    "a scenario with callbacks": ("scenario/mine.yaml", {**SHOCK, **CALLBACKS}, "", "hydra"),
    "a scenario with a target": ("scenario/mine.yaml", {**SHOCK, "years": {2028: CALL}}, "", "years.2028._target_"),
    "a secret in a scenario": ("scenario/mine.yaml", {**SHOCK, "title": "${oc.env:TOKEN}"}, "", "title"),
    "a scenario with defaults": (
        "scenario/mine.yaml", {**SHOCK, "defaults": [{"/hydra/callbacks": "x"}]}, "", "defaults",
    ),
    "a study with callbacks": ("study/mine.yaml", {**STUDY, **CALLBACKS}, "", "hydra"),
    "a global study with callbacks": ("study/mine.yaml", {"study": STUDY, **CALLBACKS}, GLOBAL, "hydra"),
    "a study within Hydra": (
        "study/mine.yaml", {"callbacks": {"mine": CALL}}, "# @package hydra\n", "# @package hydra",
    ),
    "a study with a target": ("study/mine.yaml", {"study": {**STUDY, **CALL}}, GLOBAL, "study._target_"),
    "a study with a launcher": (
        "study/mine.yaml", {"defaults": [{"override /hydra/launcher": "mine"}]}, GLOBAL, "defaults",
    ),
    "a study with another package": ("study/mine.yaml", {"defaults": [{"/world@hydra": "mine"}]}, GLOBAL, "defaults.0"),
    "a study from elsewhere": ("study/mine.yaml", {"defaults": ["/../../evil"]}, GLOBAL, "defaults.0"),
    "a study named by the environment": ("study/mine.yaml", {"defaults": ["${oc.env:TOKEN}"]}, GLOBAL, "defaults.0"),
    "a study with a search path": ("study/mine.yaml", {"hydra": {"searchpath": ["file://x"]}}, GLOBAL, "hydra"),
    "a study with an environment": ("study/mine.yaml", {"hydra": {"job": {"env_set": {"A": "b"}}}}, GLOBAL, "hydra"),
    "a study with a log's class": (
        "study/mine.yaml", {"hydra": {"job_logging": {"handlers": {"x": {"()": CALL["_target_"]}}}}}, GLOBAL, "hydra",
    ),
    "a study with a formula": ("study/mine.yaml", {"study": STUDY, "formula": BILL}, GLOBAL, "formula"),
    "a study with an executor": ("study/mine.yaml", {"study": STUDY, "executor": {"kind": "dask"}}, GLOBAL, "executor"),
    "a study with a folder": ("study/mine.yaml", {"study": STUDY, "folder": "x"}, GLOBAL, "folder"),
    "a secret in a study": ("study/mine.yaml", {**STUDY, "baseline": "${oc.env:TOKEN}"}, "", "baseline"),
    "a world with a secret": ("world/mine.yaml", {"path": "${oc.env:TOKEN}"}, "", "path"),
    "a world that is global": ("world/mine.yaml", {"draws": 1}, GLOBAL, "# @package"),
    "a world with a target": ("world/mine.yaml", {"path": CALL}, "", "path._target_"),
    "an executor with a target": ("executor/mine.yaml", {"kind": "local", **CALL}, "", "_target_"),
    "an executor with callbacks": ("executor/mine.yaml", {"kind": "local", **CALLBACKS}, GLOBAL, "# @package"),
    "an executor with commands": (
        "executor/mine.yaml", {"kind": "slurm_dask", "prologue": ["touch PWNED"]}, "", "prologue",
    ),
    "an executor with directives": (
        "executor/mine.yaml", {"kind": "slurm_dask", "directives": ["--x"]}, "", "directives",
    ),
    "an executor elsewhere": ("executor/mine.yaml", {"kind": "dask", "address": "tcp://x:1"}, "", "address"),
    "an executor with a line of its own": (
        "executor/mine.yaml", {"kind": "slurm_dask", "queue": "short\ntouch PWNED"}, "", "executor.queue",
    ),
    "an executor with a secret": ("executor/mine.yaml", {"kind": "${oc.env:TOKEN}"}, "", "kind"),
    "a design with a target": ("design/mine.yaml", {"name": "grid", **CALL}, "", "_target_"),
    "a design that is global": ("design/mine.yaml", {"name": "grid"}, GLOBAL, "# @package"),
    "a design with a secret": ("design/mine.yaml", {"name": "${oc.env:TOKEN}"}, "", "name"),
}  # fmt: skip


@pytest.mark.parametrize("road", FILES)
def test_a_file_of_the_users_own_is_data(road: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, content, header, key = FILES[road]
    written(place, name, content, header)
    group = name.split("/")[0]
    study = {"study": (), "design": ("study=sweep",)}.get(group, ("study=project",))
    told = refused(place, capsys, "--config-dir=cfg", *study, f"{group}=mine", *QUICK)
    assert "mine.yaml" in told or "executor.queue" in told
    assert key in told


@pytest.mark.parametrize("road", [road for road in FILES if not road.startswith("an executor with a line")])
def test_a_file_put_beside_the_shipped_ones_is_data_too(
    road: str, place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, content, header, key = FILES[road]
    shutil.copytree(config_folder(), place / "cfg")
    written(place, name, content, header)
    monkeypatch.setattr(composition, "config_folder", lambda: place / "cfg")
    group = name.split("/")[0]
    study = {"study": (), "design": ("study=sweep",)}.get(group, ("study=project",))
    told = refused(place, capsys, *study, f"{group}=mine", *QUICK)
    assert name in told
    assert key in told


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("hydra/callbacks/mine.yaml", {"mine": CALL}, ["+hydra/callbacks=mine"]),
        ("hydra/launcher/mine.yaml", CALL, ["-m", "hydra/launcher=mine", "seed=1,2"]),
        ("hydra/sweeper/mine.yaml", CALL, ["-m", "hydra/sweeper=mine", "seed=1,2"]),
        ("hydra/job_logging/mine.yaml", {"handlers": {"x": {"class": CALL["_target_"]}}}, ["hydra/job_logging=mine"]),
        ("hydra/hydra_logging/mine.yaml", {"root": {"()": CALL["_target_"]}}, ["hydra/hydra_logging=mine"]),
        ("hydra/help/mine.yaml", {"template": "${oc.env:TOKEN}"}, ["--help", "hydra/help=mine"]),
        ("hydra/env/mine.yaml", {"x": CALL}, ["+hydra/env=mine"]),
        ("other/mine.yaml", {"callbacks": {"mine": CALL}}, ["+other=mine"]),
        ("other/mine.yaml", {"callbacks": {"mine": CALL}}, ["+other@hydra=mine"]),
        ("line/mine.yaml", CALLBACKS, ["+line=mine"]),
        ("hindcast/mine.yaml", CALLBACKS, ["+hindcast@_global_=mine"]),
        ("config.yaml", CALLBACKS, ["--config-name=config"]),
        ("config.yaml", CALLBACKS, ["--config-path=cfg"]),
        ("config.yaml", CALLBACKS, ["-cn", "config"]),
        ("config.yaml", CALLBACKS, ["-cp", "cfg"]),
        ("formula/mine.yaml", BILL, ["formula@hydra.callbacks=mine"]),
        ("formula/mine.yaml", BILL, ["formula=../formula/mine"]),
        ("../cfg.yaml", BILL, ["formula=../../cfg"]),
        ("formula/aligned.yaml", BILL, ["formula=aligned"]),
        ("formula/x.yaml", {}, ["hydra.searchpath=[file://cfg]"]),
        ("formula/x.yaml", {}, ["+hydra.callbacks.mine._target_=marker_of_this_test.leave"]),
        ("formula/x.yaml", {}, ["+hydra.callbacks={mine: {_target_: marker_of_this_test.leave}}"]),
        ("formula/x.yaml", {}, ["hydra={callbacks: {mine: {_target_: marker_of_this_test.leave}}}"]),
        ("formula/x.yaml", {}, ["hydra.launcher={_target_: marker_of_this_test.leave}"]),
        ("formula/x.yaml", {}, ["hydra.launcher._target_=marker_of_this_test.leave"]),
        ("formula/x.yaml", {}, ["++hydra.launcher.x={_target_: marker_of_this_test.leave}"]),
        ("formula/x.yaml", {}, ["++hydra.launcher.x.y._target_=marker_of_this_test.leave"]),
        ("formula/x.yaml", {}, ["hydra.sweeper._target_=marker_of_this_test.leave"]),
        ("formula/x.yaml", {}, ["hydra.job_logging.root.level=DEBUG"]),
        ("formula/x.yaml", {}, ["+hydra.job.env_set.PYTHONSTARTUP=x.py"]),
        ("formula/x.yaml", {}, ["hydra.job.env_copy=[TOKEN]"]),
        ("formula/x.yaml", {}, ["hydra.mode=MULTIRUN"]),
        ("formula/x.yaml", {}, ["formula.title=${oc.env:TOKEN}"]),
        ("formula/x.yaml", {}, ["scenario.title='${oc.env:TOKEN}'"]),
        ("formula/x.yaml", {}, ["formula={title: '${oc.env:TOKEN}'}"]),
        ("formula/x.yaml", {}, ["study.formulas=['${oc.env:TOKEN}']"]),
        ("formula/x.yaml", {}, ["district=${oc.decode:${oc.env:TOKEN}}"]),
        ("formula/x.yaml", {}, ["folder=${hydra:runtime.cwd}"]),
        ("formula/x.yaml", {}, ["world.path=${oc.env:TOKEN}"]),
        ("formula/x.yaml", {}, ["parameters.x={a: ['${oc.env:TOKEN}']}"]),
        ("formula/x.yaml", {}, ["hydra.run.dir=${oc.env:TOKEN}"]),
        ("formula/x.yaml", {}, ["hydra.run.dir=${hydra.runtime.cwd}"]),
        ("formula/x.yaml", {}, ["-m", "seed=1,2", "hydra.sweep.subdir=${oc.env:TOKEN}"]),
        ("formula/x.yaml", {}, ["-m", "formula.title='${oc.env:TOKEN}',b"]),
        ("formula/x.yaml", {}, ["formula.rules={_target_: marker_of_this_test.leave}"]),
        ("formula/x.yaml", {}, ["parameters.staffing={_target_: marker_of_this_test.leave}"]),
        ("formula/x.yaml", {}, ["+world._target_=marker_of_this_test.leave"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_no_word_of_a_command_leads_to_code_or_to_the_environment(
    name: str, content: Any, words: list[str], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(place, name, content)
    refused(place, capsys, "--config-dir=cfg", *words)


def test_a_pickle_is_never_opened(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (Path.touch, (place / "PWNED",))

    (place / "config.pickle").write_bytes(pickle.dumps(Evil()))
    told = refused(place, capsys, "--experimental-rerun", "config.pickle")
    assert "--experimental-rerun" in told


def test_plugins_beside_the_users_files_are_not_loaded(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(place, "hydra_plugins/evil/__init__.py", "from marker_of_this_test import leave\nleave()\n")
    written(place, "formula/mine.yaml", {**BILL, "title": "${x}"})
    refused(place, capsys, "--config-dir=cfg", "study=project", "formula=mine")


@pytest.mark.parametrize("module", ["sim", "sim.cli"])
def test_modules_beside_the_users_files_are_not_loaded(module: str, tmp_path: Path) -> None:
    for name in ("numpy.py", "hydra_plugins/evil/__init__.py", "hydra_plugins/evil/more.py"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("open('ran', 'w').close()\n")
    paths = {**os.environ, "PYTHONPATH": str(Path(sim.__file__).parent.parent)}
    started = [sys.executable, "-m", module, "study=parameters"]
    done = subprocess.run(started, cwd=tmp_path, env=paths, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"callbacks": {"x": CALL}},
        {"searchpath": ["file://x"]},
        {"job_logging": {"handlers": {"x": {"()": "os.system"}}}},
        {"job": {"env_set": {"A": "b"}, "env_copy": []}},
        {"launcher": CALL},
        {"sweeper": CALL},
        {"help": {"template": CALL}},
        {"help": {"template": "${oc.env:TOKEN}"}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_configuration_with_another_class_is_refused_whatever_brought_it_there(changed: dict[str, Any]) -> None:
    shipped = {
        "callbacks": {},
        "searchpath": [],
        "hydra_logging": composition._QUIET,
        "job_logging": composition._QUIET,
        "job": {"env_set": {}, "env_copy": []},
        **{name: {"_target_": targets[0]} for name, targets in composition._TARGETS.items()},
    }
    composition._check_hydra(shipped)
    with pytest.raises(InputError, match=f"^hydra.{next(iter(changed))}"):
        composition._check_hydra({**shipped, **changed})


def test_files_of_ones_own_are_used_and_words_laid_on_top(place: Path) -> None:
    written(place, "formula/mine.yaml", BILL)
    written(place, "scenario/dip.yaml", SHOCK)
    written(place, "world/mine.yaml", {"path": "my_state"})
    words = (
        "study=project", "formula=mine", "scenario=dip", "world=mine", "formula.components.0.per_school=7",
        "formula.title='A, B'", "scenario.years.2028.turnover=1.5", "scenario.from_year.2030.revenue=0.8",
    )  # fmt: skip
    composed = compose(words, Path("cfg"))
    first = {**BILL["components"][0], "per_school": 7}
    assert composed.plain["formula"] == {**BILL, "title": "A, B", "components": [first, *BILL["components"][1:]]}
    assert composed.plain["scenario"]["years"] == {2028: {"revenue": 0.9, "turnover": 1.5}}
    assert composed.plain["scenario"]["from_year"] == {2030: {"revenue": 0.8}}
    assert composed.plain["world"] == {"path": "my_state"}
    assert composed.choices["formula"] == "mine"
    assert BILL["components"][0]["per_school"] != 7


def test_a_study_of_ones_own_builds_on_another(place: Path) -> None:
    written(
        place,
        "study/mine.yaml",
        {
            "defaults": ["sweep", {"override /design": "sobol"}],
            "design": {"points": 1024},
            "draws": 10,
            "factors": {"parameters": {"staffing": "prior"}, "formula.aligned.appropriation.dollars": [1, 2]},
        },
        GLOBAL,
    )
    plain = compose(["study=mine", "draws=3"], Path("cfg")).plain
    assert (plain["study"]["name"], plain["design"]["name"], plain["design"]["points"]) == ("sweep", "sobol", 1024)
    assert plain["draws"] == 3
    assert plain["factors"]["formula.aligned.appropriation.dollars"] == [1, 2]


def test_a_key_of_a_formula_can_be_left_out(place: Path) -> None:
    assert "rules" in compose(["study=project", "formula=aligned"]).plain["formula"]
    assert "rules" not in compose(["study=project", "formula=aligned", "~formula.rules"]).plain["formula"]


def test_aliases_within_aliases_are_looked_at_once() -> None:
    content: list[Any] = ["x"]
    for _ in range(60):
        content = [content, content]
    assert len(list(config_source.entries_of({"a": content}))) < 200
