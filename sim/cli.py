"""The command line: ``cte-sim`` composes a configuration with Hydra and runs the study it names."""

import os
import shlex
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, cast

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim import slurm_wait
from sim.config_folder import config_folder
from sim.inputs import InputError, nearest, read_yaml
from sim.study.settings import Settings, Study, read_settings
from sim.study.stopping import DISK_FULL, StoppedError

FREE_GROUPS: tuple[str, ...] = ("parameters", "formula", "scenario")
"""Settings in which a user may write keys that the configuration does not list; they are checked when read."""

MISTAKES = (InputError, HydraException, OmegaConfBaseException)
"""What a user can get wrong."""

ENDINGS = (*MISTAKES, StoppedError, OSError)
"""What is told in one line, if `_is_an_ending`; anything else is an error of the program and keeps its traceback."""


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM), as by a batch system at its time limit."""


def main() -> None:
    """The console script. A mistake of the user, or a study that cannot go on, ends with one line on standard error."""
    os.environ["HYDRA_FULL_ERROR"] = "1"
    sys.argv[1:] = [_open_key(argument) for argument in sys.argv[1:]]
    signal.signal(signal.SIGTERM, _terminate)
    ended: list[Exception] = []

    def run(config: DictConfig) -> None:
        # Hydra would print a line of its own for an exception that leaves a job, and start no further job.
        try:
            run_study(config)
        except ENDINGS as error:
            if not _is_an_ending(error) or runs_elsewhere():
                raise
            ended.append(error)

    try:
        hydra.main(version_base="1.3", config_path=str(config_folder()), config_name="config")(run)()
    except ENDINGS as error:
        if not _is_an_ending(error):
            raise
        ended.append(error)
    except KeyboardInterrupt as stop:
        if slurm_wait.report:
            print(f"cte-sim: {slurm_wait.report[0]}", file=sys.stderr)
            raise SystemExit(1) from None
        print(f"cte-sim: stopped{_notes(stop)}", file=sys.stderr)
        raise SystemExit(143 if isinstance(stop, Terminated) else 130) from None
    except Exception as error:
        # Of a job in another process that left no result, submitit knows only that.
        if not type(error).__module__.startswith("submitit."):
            raise
        ended.append(StoppedError(one_line(error)))
    for ending in ended:
        print(f"cte-sim: {one_line(ending)}{_notes(ending)}", file=sys.stderr)
    if ended:
        raise SystemExit(2 if all(isinstance(ending, MISTAKES) for ending in ended) else 1)


def _terminate(number: int, frame: Any) -> NoReturn:
    raise Terminated


def _is_an_ending(error: Exception) -> bool:
    """Whether it is told in one line. Of the errors of the operating system that is a full disk, and no other."""
    return isinstance(error, MISTAKES) or not isinstance(error, OSError) or error.errno in DISK_FULL


def _notes(error: BaseException) -> str:
    return "".join(f"; {note}" for note in getattr(error, "__notes__", ()))


def runs_elsewhere() -> bool:
    """Whether this job of a multirun runs in another process than the command, as on a Slurm cluster."""
    config = HydraConfig.get()
    return config.mode == RunMode.MULTIRUN and "BasicLauncher" not in str(config.launcher.get("_target_"))


def _open_key(argument: str) -> str:
    """Let Hydra add keys in the free groups: parameters.x=1 becomes ++parameters.x=1."""
    key = argument.split("=", 1)[0]
    return f"++{argument}" if any(key.startswith(f"{group}.") for group in FREE_GROUPS) else argument


def one_line(error: BaseException) -> str:
    """What went wrong, in one line, with the nearest key where one was misspelt."""
    if isinstance(error, InputError):
        return str(error)
    if isinstance(error, OSError) and not isinstance(error, MISTAKES):
        return f"results cannot be written: {error.strerror}" + (f": {error.filename}" if error.filename else "")
    text = " ".join(str(error).split())
    cause = error.__cause__
    key = str(getattr(cause, "key", "") or "")
    if "Could not override" in text and key:
        full = str(getattr(cause, "full_key", "") or key)
        return f"{full}: unknown setting; {nearest(key, _known_keys(full))}"
    if "Could not find" in text and "/" in text:
        group, _, name = text.partition("Could not find '")[2].partition("'")[0].rpartition("/")
        return f"{group}={name}: unknown choice; {nearest(name, _choices(group))}"
    return text.removesuffix(" Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.")


def _known_keys(full_key: str) -> list[str]:
    group = full_key.rpartition(".")[0]
    if group == "study":
        return list(Study.model_fields)
    return [*Settings.model_fields, "hydra"]


def _choices(group: str) -> list[str]:
    return sorted(path.stem for path in (config_folder() / group).glob("*.yaml"))


def run_study(config: DictConfig) -> None:
    """Run the study that a composed configuration names.

    In a job of its own, whatever ends it is noted in the results folder too, and leaves the job as an ordinary
    exception: SystemExit would end other jobs of the multirun with it.
    """
    if not runs_elsewhere():
        _run_study(config)
        return
    try:
        _run_study(config)
    except BaseException as error:
        print(f"cte-sim: {one_line(error) or type(error).__name__}{_notes(error)}", file=sys.stderr, flush=True)
        if config.get("shard") is not None and not isinstance(error, KeyboardInterrupt):
            from sim.results.claims import note_stop

            note_stop(_results_folder(config), f"{config.shard} of {config.shards}", one_line(error))
        if isinstance(error, Exception):
            raise
        raise RuntimeError(f"the job was ended by {type(error).__name__}") from error


def _results_folder(config: DictConfig) -> Path:
    """Where results go: the setting ``folder``; else Hydra's folder, which all shards of a multirun share."""
    hydra_config = HydraConfig.get()
    if config.get("folder"):
        return Path(hydra_config.runtime.cwd) / str(config.folder)
    if config.get("shard") is not None and hydra_config.mode == RunMode.MULTIRUN:
        return Path(hydra_config.runtime.cwd) / str(hydra_config.sweep.dir)
    return Path(hydra_config.runtime.output_dir)


def _run_study(config: DictConfig) -> None:
    plain = cast("dict[str, Any]", OmegaConf.to_container(config, resolve=True))
    written = plain.get("formula")
    settings = read_settings({**plain, "formula": written or {}, "scenario": plain.get("scenario") or {}})
    hydra_config = HydraConfig.get()
    if settings.study.name == "parameters":
        from sim.report.parameters import parameter_text

        print(parameter_text())
    elif settings.study.name in ("status", "collect"):
        look_at(settings)
    elif settings.study.name == "check_formula":
        run_check(settings, Path(hydra_config.runtime.output_dir))
    else:
        run_comparison(settings, plain, hydra_config.runtime.choices, _results_folder(config))


def look_at(settings: Settings) -> None:
    """Say what a results folder holds, or join its shards."""
    from sim.results.collect import collect
    from sim.results.status import read_status, status_text

    if settings.folder is None:
        raise InputError(f"settings: folder: name the results folder: cte-sim study={settings.study.name} folder=...")
    folder = Path(settings.folder)
    if settings.study.name == "status":
        status = read_status(folder)
        print(status_text(status))
        if not status.complete and (command := command_of(folder)):
            print(f"Continue with: {command}")
        return
    for table in collect(folder):
        print(f"{table.checksum}  {table.path}  {table.rows:,} rows")


def command_of(folder: Path) -> str | None:
    """The command that began the study in a folder, by Hydra's record of it; None if there is no such record."""
    one, many = folder / ".hydra" / "overrides.yaml", folder / "multirun.yaml"
    if many.is_file():
        overrides = read_yaml(many)["hydra"]["overrides"]
        words = ["-m", *overrides["task"], *overrides["hydra"], f"hydra.sweep.dir={folder}"]
    elif one.is_file():
        words = [*read_yaml(one), f"hydra.run.dir={folder}"]
    else:
        return None
    left_out = ("hydra.mode=", "hydra.run.dir=", "hydra.sweep.dir=")
    kept = [word for word in words[:-1] if not str(word).startswith(left_out)]
    return shlex.join(["cte-sim", *(str(word).removeprefix("++") for word in kept), words[-1]])


def run_check(settings: Settings, folder: Path) -> None:
    """Price a bill in the base year, print what it does and write its ledger."""
    from sim.report.bill_files import write_bill
    from sim.study.check_formula import check_formula

    print(write_bill(check_formula(settings), folder))
    print(f"Written to {folder}")


def run_comparison(
    settings: Settings, plain: Mapping[str, Any], choices: Mapping[str, str | None], folder: Path
) -> None:
    """Run formulas and scenarios on common draws, report progress, and end with the table."""
    from rich.console import Console

    import sim.results
    from sim.report.comparison import comparison_table
    from sim.report.progress import progress_bar
    from sim.study.fairness import rescaled, taken_apart
    from sim.study.inputs import read_inputs
    from sim.study.runner import carry_out

    console = Console(stderr=True)
    inputs = read_inputs(settings, plain.get("formula"), choices.get("formula"), choices.get("scenario"))
    inputs = taken_apart(settings, rescaled(settings, inputs), choices.get("formula"))
    scenarios = f" x {len(inputs.scenarios)} scenarios" if len(inputs.scenarios) > 1 else ""
    console.print(
        f"{len(inputs.formulas)} formulas{scenarios}, {settings.draws} draws, {settings.horizon} years,"
        f" {len(inputs.world.districts)} districts; results in {folder}"
        + (f", shard {settings.shard_label}" if settings.shard else "")
    )
    with saying_how_to_continue(settings, folder) as told, progress_bar(console) as advance:

        def progress(done: int, total: int) -> None:
            told[:] = [done, total]
            advance(done, total)

        outcome = carry_out(settings, inputs, folder, plain, progress)
    if outcome.failed:
        console.print(
            f"{outcome.failed} of {outcome.runs} runs failed; for the reasons: cte-sim study=status folder={folder}"
        )
        if outcome.failed == outcome.runs:
            raise StoppedError(f"all {outcome.runs} runs failed; for the reasons: cte-sim study=status folder={folder}")
    if settings.shard:
        print(f"Shard {settings.shard_label} is done. When all are: cte-sim study=collect folder={folder}")
        return
    results = sim.results.open(folder)
    if settings.study.name == "stress":
        from sim.report.stress import stress_table, write_stress

        write_stress(results, folder)
        print(stress_table(results))
    elif settings.study.name in ("decompose", "two_by_two"):
        from sim.report.apart import write_parts

        print(write_parts(results, str(choices.get("formula")), folder))
    else:
        from sim.report.write import write_report

        with console.status("writing tables and figures"):
            write_report(results, inputs.world, folder, everything=settings.report)
        print(comparison_table(results))
    print(f"Written to {folder}")


@contextmanager
def saying_how_to_continue(settings: Settings, folder: Path) -> Iterator[list[int]]:
    """Add to what stops a study how far it is and how it goes on. Yields the list [runs done, runs in all]."""
    told = [0, 0]
    try:
        yield told
    except (KeyboardInterrupt, OSError, StoppedError) as error:
        place = "sweep" if settings.shard else "run"
        again = f"folder={folder}" if settings.folder else f"hydra.{place}.dir={folder}"
        done = f"{told[0]:,} of {told[1]:,} runs are done and kept; " if told[1] else ""
        space = "make space, then " if isinstance(error, OSError) and error.errno in DISK_FULL else ""
        error.add_note(f"{done}{space}the same command with {again} continues")
        raise


if __name__ == "__main__":
    main()
