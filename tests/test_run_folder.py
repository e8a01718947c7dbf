"""Where a command writes: a folder of its own, nothing left of a refused start, nothing of others' overwritten."""

import os
import shlex
import shutil
from pathlib import Path

import pytest
import yaml
from commanded import called

import sim.cli
import sim.run_folder
from sim.commands.request import command_of
from sim.composition import compose
from sim.inputs import InputError
from sim.run_folder import CONFIG, RECORD, WORDS, RunFolder, study_in

QUICK = ("draws=2", "horizon=1", "workers=1", "report=false", "study=project", "formula=pilot_sunset")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every path in a folder, with the content of files."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def said(capsys: pytest.CaptureFixture[str], status: int, *words: str) -> str:
    """What a command tells last, in its one line."""
    assert sim.cli.run(words) == status
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("cte-sim: ")]
    assert len(lines) == 1
    return lines[0]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study."""
    folder = tmp_path_factory.mktemp("finished")
    assert called(folder, *QUICK, "hydra.run.dir=mine").returncode == 0
    return folder / "mine"


def test_two_starts_in_one_second_have_a_folder_each(place: Path) -> None:
    folders = [RunFolder(place / "outputs" / "now", "sweep", False, []) for _ in range(3)]
    assert [folder.accept() for folder in folders] == [place / "outputs" / name for name in ("now", "now-2", "now-3")]


def test_a_folder_that_was_named_is_taken_as_it_is_named(place: Path) -> None:
    first, second = (RunFolder(place / "mine", "sweep", True, ["a=1"], {"study": {"name": "sweep"}}) for _ in range(2))
    assert first.accept() == second.accept() == place / "mine"


def test_the_words_of_a_command_are_kept_and_continue_it(place: Path) -> None:
    words = ["--config-dir=my files", "study=sweep", "hydra.run.dir=elsewhere", "formula.title='a, b'"]
    folder = RunFolder(place / "x [/b]", "sweep", True, words, {"study": {"name": "sweep"}})
    folder.accept()
    command = command_of(folder.path)
    assert command is not None
    assert shlex.split(command) == [
        "cte-sim", "--config-dir=my files", "study=sweep", "formula.title='a, b'", f'out="{folder.path}"',
    ]  # fmt: skip
    assert study_in(folder.path) == "sweep"


def test_a_multirun_is_continued_as_a_multirun(place: Path) -> None:
    RunFolder(place / "sweep", "compare", True, ["-m", "shards=2", "shard=1,2", "hydra.sweep.dir=sweep"]).accept()
    assert command_of(Path("sweep")) == "cte-sim -m shards=2 shard=1,2 out=sweep"


def test_a_command_goes_on_in_the_folder_that_a_link_leads_to_now(place: Path) -> None:
    RunFolder(place / "outputs" / "one", "compare", True, ["compare", "out=else"]).accept()
    (place / "outputs" / "latest").symlink_to("one")
    assert command_of(Path("outputs/latest")) == "cte-sim compare out=outputs/one"


@pytest.mark.parametrize("record", ["", "7", "a: b", "[a, 7]", "[a, [b]]", "- [", '["a\\e[31mb"]', "\0"])
def test_a_record_that_cannot_be_used_is_passed_over(place: Path, record: str) -> None:
    (place / RECORD).mkdir()
    (place / WORDS).write_text(record)
    assert command_of(place) is None


@pytest.mark.parametrize("unnamed", [True, False])
def test_a_start_of_which_nothing_came_leaves_nothing(place: Path, unnamed: bool) -> None:
    folder = RunFolder(place / "a" / "b" / "c", "sweep", not unnamed, ["x=1"], {"study": {"name": "sweep"}})
    folder.accept()
    (folder.path / "results" / ".writers").mkdir(parents=True)
    for name in ("manifest.json", "design.parquet", "results/.writers/.prepare", "results/.writers/1.json"):
        (folder.path / name).touch()
    folder.withdraw()
    assert tree(place) == {}


def test_an_empty_folder_that_was_there_stays(place: Path) -> None:
    (place / "mine").mkdir()
    folder = RunFolder(place / "mine", "sweep", True, ["x=1"])
    folder.accept()
    folder.withdraw()
    assert tree(place) == {"mine": None}


def test_runs_that_are_done_are_never_taken_away(place: Path) -> None:
    folder = RunFolder(place / "mine", "sweep", True, ["x=1"])
    folder.accept()
    (folder.path / "results").mkdir()
    (folder.path / "results" / "chunk-00000.json").touch()
    before = tree(place)
    folder.withdraw()
    assert tree(place) == before


@pytest.mark.parametrize("name", ["summary.csv", "notes.txt", "figures/concentrators.png", "manifest.json.bak"])
@pytest.mark.parametrize("study", ["sweep", "check_formula", "hindcast"])
def test_a_folder_with_files_of_ones_own_is_refused(place: Path, name: str, study: str) -> None:
    (place / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
    (place / "mine" / name).write_text("of mine")
    before = tree(place)
    for action in ("check", "open", "accept"):
        with pytest.raises(InputError, match=f"mine: holds other files .{name.split('/')[0]}"):
            getattr(RunFolder(place / "mine", study, True, []), action)()
    assert tree(place) == before


@pytest.mark.parametrize("name", [".DS_Store", ".gitkeep", ".nfs0001"])
def test_a_folder_with_hidden_files_alone_is_empty(place: Path, name: str) -> None:
    (place / name).touch()
    assert RunFolder(place, "sweep", True).open() == place


def test_a_folder_of_another_study_is_refused(place: Path) -> None:
    first = RunFolder(place / "mine", "explain", True, [], {"study": {"name": "explain"}})
    (first.accept() / "explain.txt").touch()
    assert RunFolder(place / "mine", "explain", True).open() == first.path
    with pytest.raises(InputError, match="holds the results of study=explain"):
        RunFolder(place / "mine", "bridge", True).open()
    with pytest.raises(InputError, match="holds the results of study=explain"):
        RunFolder(place / "mine", "sweep", True).check()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("file", "Not a directory"),
        ("file/below", "Not a directory"),
        ("loop", "Not a directory"),
        ("x" * 300, "name too long"),
        ("/dev/null/x", "Not a directory"),
        ("/proc/nothing/x", "No such file"),
    ],
)
def test_what_cannot_be_a_folder_is_told_with_its_path(place: Path, name: str, reason: str) -> None:
    (place / "file").touch()
    (place / "loop").symlink_to("loop")
    folder = RunFolder(place / name, "sweep", True)
    with pytest.raises(InputError, match=f"{reason}.*out=..."):
        folder.check() or folder.open()
    assert sorted(path.name for path in place.iterdir()) == ["file", "loop"]


def test_a_place_that_cannot_be_written_into_is_told_before_anything_is_done(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sim.run_folder.os, "access", lambda path, mode: False)
    line = said(capsys, 2, "study=hindcast")
    assert line.startswith(f"cte-sim: {place}: cannot be the folder for results: Permission denied")
    assert line.endswith("out=...")
    assert sim.cli.run(["study=parameters"]) == 0
    assert tree(place) == {}


@pytest.mark.parametrize(
    "words",
    [
        ("study=parameters",), ("--help",), ("--version",), ("--cfg", "job"), ("study=status", "folder=nowhere"),
        ("study=check_formula",), ("study=explain", "district=nowhere"), ("study=project", "formula=nothing"),
        ("study=sweep", "factors.parameters.staffing.turnover=[2,3]"), ("world.path=nowhere",), ("-m", "seed=1,x"),
        ("-m", "seed=1,2", "world.path=nowhere"), ("executor=dask", "executor.address=nonsense"), ("draws=0",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_writes_nothing_and_what_is_refused_make_no_folder(
    place: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    status = sim.cli.run([*words])
    assert status == (0 if words[0] in ("study=parameters", "--help", "--version", "--cfg") else 2)
    assert tree(place) == {}
    assert "Traceback" not in capsys.readouterr().err


def test_a_refused_start_changes_nothing_in_the_folder_of_another(
    finished: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(finished)
    here = f"hydra.run.dir={finished}"
    assert "seed" in said(capsys, 2, *QUICK, "seed=1", here)
    assert "holds the results of study=project" in said(capsys, 2, "study=check_formula", here)
    assert "nowhere" in said(capsys, 2, *QUICK, "world.path=nowhere", here)
    assert tree(finished) == before
    words = yaml.safe_load((finished / WORDS).read_text())
    assert words == [*QUICK, "hydra.run.dir=mine"]
    assert yaml.safe_load((finished / CONFIG).read_text())["study"]["name"] == "project"


def test_nothing_is_announced_before_a_refusal(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sim.cli.run([*QUICK[1:], "draws=3", f"out={finished}"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "draws: 2 there, 3 here" in err


def test_an_executor_that_cannot_be_had_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none(*arguments: object) -> None:
        raise InputError("settings: executor.address: no Dask scheduler answers")

    monkeypatch.setattr("sim.study.running.runner.carrier_for", none)
    assert "no Dask scheduler answers" in said(capsys, 2, *QUICK, "hydra.run.dir=mine")
    assert tree(place) == {}
    (place / "mine").mkdir()
    assert "no Dask scheduler answers" in said(capsys, 2, *QUICK, "hydra.run.dir=mine")
    assert tree(place) == {"mine": None}


def test_slurm_is_asked_for_only_where_it_is(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(place))
    for words in ((*QUICK, "executor=slurm_dask"), ("-m", *QUICK, "seed=1,2", "hydra/launcher=slurm_shards")):
        assert "sbatch" in said(capsys, 2, *words)
    assert tree(place) == {}


def test_jobs_of_a_multirun_have_folders_within_one(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "-m",
        "study=explain",
        "district=gallup",
        "replicate=0",
        "draws=1",
        "horizon=1",
        "formula=seg_only,aligned",
    )
    assert sim.cli.run([*words, "hydra.sweep.dir=all", "hydra.sweep.subdir='${hydra.job.num}-${formula}-${seed}'"]) == 0
    assert sorted(path.name for path in (place / "all").iterdir()) == ["0-seg_only-2026", "1-aligned-2026"]
    words = [word.replace("seg_only,", "") for word in words[1:]]
    assert command_of(Path("all/1-aligned-2026")) == f"cte-sim {' '.join(words)} out=all/1-aligned-2026"


def test_the_folder_of_a_run_may_be_named_after_its_settings(place: Path) -> None:
    composed = compose(["seed=7", "hydra.run.dir='out/${now:%Y}/${study}-${seed}'"])
    assert composed.folder("run.dir").parts[::2] == ("out", "compare-7")
    assert composed.folder("run.dir").parts[1].isdecimal()


def test_a_folder_whose_name_is_no_text_is_told(place: Path) -> None:
    with pytest.raises(InputError, match="PYTHONUTF8"):
        RunFolder(Path(os.fsdecode(b"a\xf1o")), "sweep", True).check()


def test_a_folder_is_whole_as_long_as_its_numbers_are_those_of_its_runs(
    finished: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(finished, place / "copy")
    assert sim.cli.run(["verify", "copy"]) == 0
    told = capsys.readouterr().out
    assert "yes   all 4 runs are there, every file with the checksum that was recorded" in told
    assert "yes   summary.csv is what the runs give" in told
    assert "NO" not in told
    summary = place / "copy" / "summary.csv"
    text = summary.read_text(encoding="utf-8-sig")
    number = next(cell for cell in text.splitlines()[1].split(",") if cell.replace(".", "").isdecimal())
    summary.write_text(text.replace(number, f"{float(number) + 1}", 1), encoding="utf-8-sig")
    assert "summary.csv is not what the runs give" in said(capsys, 1, "verify", "copy")
    summary.write_text(text, encoding="utf-8-sig")
    shard = next((place / "copy" / "results").glob("state-*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    assert f"damaged: {shard.name}" in said(capsys, 1, "verify", "copy")
