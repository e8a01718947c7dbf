"""The command line: ``cte-sim`` composes a configuration with Hydra and runs the study it names."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import BaseModel

from sim.config_folder import config_folder
from sim.inputs import InputError, nearest
from sim.study.settings import Design, Precision, Settings, Study, read_settings

FREE_GROUPS: tuple[str, ...] = ("parameters", "formula", "scenario", "factors", "precision")
"""Settings in which a user may write keys that the configuration does not list; they are checked when read."""

MISTAKES = (InputError, HydraException, OmegaConfBaseException)
"""What a user can get wrong; anything else is an error of the program and keeps its traceback."""


def main() -> None:
    """The console script. A mistake of the user ends with one line on standard error and exit status 2."""
    os.environ["HYDRA_FULL_ERROR"] = "1"
    sys.argv[1:] = [open_key(argument) for argument in sys.argv[1:]]
    refused: list[InputError] = []

    def run(config: DictConfig) -> None:
        # Hydra would print a line of its own for an exception that leaves a job.
        try:
            run_study(config)
        except InputError as error:
            refused.append(error)

    try:
        hydra.main(version_base="1.3", config_path=str(config_folder()), config_name="config")(run)()
        for error in refused[:1]:
            raise error
    except MISTAKES as error:
        _end(error)
    except KeyboardInterrupt:
        print("cte-sim: stopped; finished chunks are kept, run the same command again to continue", file=sys.stderr)
        raise SystemExit(130) from None


def _end(error: Exception) -> NoReturn:
    print(f"cte-sim: {one_line(error)}", file=sys.stderr)
    raise SystemExit(2) from None


def open_key(argument: str) -> str:
    """Let Hydra add keys in the free groups: parameters.x=1 becomes ++parameters.x=1."""
    key = argument.split("=", 1)[0]
    return f"++{argument}" if any(key.startswith(f"{group}.") for group in FREE_GROUPS) else argument


def one_line(error: Exception) -> str:
    """What went wrong, in one line, with the nearest key where one was misspelt."""
    if isinstance(error, InputError):
        return str(error)
    text = " ".join(str(error).split())
    cause = error.__cause__
    key = str(getattr(cause, "key", "") or "")
    if "Could not override" in text and key:
        full = str(getattr(cause, "full_key", "") or key)
        return f"{full}: unknown setting; {nearest(key, _known_keys(full))}"
    if "Could not find" in text and "/" in text:
        group, _, name = text.partition("Could not find '")[2].partition("'")[0].rpartition("/")
        return f"{group}={name}: unknown choice; {nearest(name, _choices(group))}"
    if "No match in the defaults list" in text:
        group = text.partition("Could not override '")[2].partition("'")[0]
        return f"{group}: is not chosen in this study" + ("; write study=sweep" if group == "design" else "")
    return text.removesuffix(" Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.")


def _known_keys(full_key: str) -> list[str]:
    group = full_key.rpartition(".")[0]
    groups: dict[str, type[BaseModel]] = {"study": Study, "design": Design, "precision": Precision}
    if group in groups:
        return list(groups[group].model_fields)
    return [*Settings.model_fields, "hydra"]


def _choices(group: str) -> list[str]:
    return sorted(path.stem for path in (config_folder() / group).glob("*.yaml"))


def run_study(config: DictConfig) -> None:
    """Run the study that a composed configuration names. Ends here on a mistake: Hydra would add lines of its own."""
    try:
        _run_study(config)
    except MISTAKES as error:
        _end(error)


def _run_study(config: DictConfig) -> None:
    plain = cast("dict[str, Any]", OmegaConf.to_container(config, resolve=True))
    written = plain.get("formula")
    settings = read_settings({**plain, "formula": written or {}, "scenario": plain.get("scenario") or {}})
    if settings.study.name == "parameters":
        from sim.report.parameters import parameter_text

        print(parameter_text())
        return
    hydra_config = HydraConfig.get()
    if settings.study.name == "check_formula":
        run_check(settings, Path(hydra_config.runtime.output_dir))
        return
    if settings.study.name == "hindcast":
        run_hindcast(settings, Path(hydra_config.runtime.output_dir))
        return
    if settings.study.name == "verify_brief":
        run_verification(settings, Path(hydra_config.runtime.output_dir))
        return
    if settings.study.name == "calibrate":
        run_calibration(settings, plain, Path(hydra_config.runtime.output_dir))
        return
    if settings.study.name == "bridge":
        run_bridge(settings, plain, hydra_config.runtime.choices, Path(hydra_config.runtime.output_dir))
        return
    run_comparison(settings, plain, hydra_config.runtime.choices, Path(hydra_config.runtime.output_dir))


def run_check(settings: Settings, folder: Path) -> None:
    """Price a bill in the base year, print what it does and write its ledger."""
    from sim.report.bill_files import write_bill
    from sim.study.check_formula import check_formula

    print(write_bill(check_formula(settings), folder))
    print(f"Written to {folder}")


def run_hindcast(settings: Settings, folder: Path) -> None:
    """Feed stylized states law changes of the past, print the verdicts and write what they rest on."""
    from rich.console import Console

    from sim.report.hindcast import write_hindcast
    from sim.report.progress import progress_bar
    from sim.study.hindcast.study import hindcast, read_materials

    materials = read_materials(settings)
    with progress_bar(Console(stderr=True)) as advance:
        study = hindcast(settings, materials, advance)
    print(write_hindcast(study, folder, figures=settings.report))
    print(f"Written to {folder}")


def run_calibration(settings: Settings, plain: Mapping[str, Any], folder: Path) -> None:
    """Fit the uncertain parameters to the targets, print what came out and write the posterior."""
    from rich.console import Console

    from sim.report.calibration import write_calibration
    from sim.report.progress import progress_bar
    from sim.study.calibration.study import calibrate, read_materials

    table, work = read_materials(settings)
    with progress_bar(Console(stderr=True)) as advance:
        found = calibrate(settings, table, work, folder, plain, advance)
    print(write_calibration(found, folder, figures=settings.report))
    print(f"Written to {folder}")


def run_verification(settings: Settings, folder: Path) -> None:
    """Repeat LESC's comparison of school spending on the simulated base year."""
    from sim.report.verify_brief import write_verification
    from sim.study.verify_brief import verify_brief

    print(write_verification(verify_brief(settings), folder, figures=settings.report))
    print(f"Written to {folder}")


def run_bridge(settings: Settings, plain: Mapping[str, Any], choices: Mapping[str, str | None], folder: Path) -> None:
    """Explain why payments change between two formulas or two years, district by district."""
    from sim.report.change import write_change
    from sim.study.change import explain_change
    from sim.study.inputs import read_inputs

    inputs = read_inputs(settings, plain.get("formula"), choices.get("formula"), choices.get("scenario"))
    print(write_change(explain_change(settings, inputs, choices.get("formula")), folder))
    print(f"Written to {folder}")


def run_comparison(
    settings: Settings, plain: Mapping[str, Any], choices: Mapping[str, str | None], folder: Path
) -> None:
    """Run formulas and scenarios on common draws, report progress, and end with the table."""
    from rich.console import Console

    import sim.results
    from sim.report.comparison import comparison_table
    from sim.report.progress import progress_bar
    from sim.study.designs.sweep import read_sweep
    from sim.study.fairness import rescaled, taken_apart
    from sim.study.inputs import read_inputs
    from sim.study.runner import carry_out

    console = Console(stderr=True)
    inputs = read_inputs(settings, plain.get("formula"), choices.get("formula"), choices.get("scenario"))
    inputs = taken_apart(settings, rescaled(settings, inputs), choices.get("formula"))
    sweep = read_sweep(settings, inputs) if settings.study.name == "sweep" else None
    scenarios = f" x {len(inputs.scenarios)} scenarios" if len(inputs.scenarios) > 1 else ""
    points = f" x {len(sweep.points):,} points" if sweep is not None else ""
    console.print(
        f"{len(inputs.formulas)} formulas{scenarios}{points}, {settings.draws} draws, {settings.horizon} years,"
        f" {len(inputs.world.districts)} districts; results in {folder}"
    )
    if sweep is not None:
        from sim.report.sweep import factor_lines, write_sweep

        console.print("\n".join(factor_lines(sweep.factors)), highlight=False, markup=False, soft_wrap=True)
    with progress_bar(console) as advance:
        outcome = carry_out(settings, inputs, folder, plain, advance, sweep)
    results = sim.results.open(folder)
    if sweep is not None:
        with console.status("writing tables and figure"):
            text = write_sweep(results, sweep.factors, folder, everything=settings.report)
        print(text)
    elif settings.study.name == "stress":
        from sim.report.stress import stress_table, write_stress

        write_stress(results, folder, settings.report)
        print(stress_table(results))
    elif settings.study.name in ("decompose", "two_by_two"):
        from sim.report.apart import write_parts

        print(write_parts(results, str(choices.get("formula")), folder))
    else:
        from sim.report.precision import write_precision
        from sim.report.write import write_report

        with console.status("writing tables and figures"):
            write_report(results, inputs.world, folder, everything=settings.report)
        print(comparison_table(results))
        print(write_precision(results, folder))
    if outcome.stopped is not None:
        console.print(f"precise enough after {outcome.stopped.replicates} of {settings.draws} replicates")
    if outcome.failed:
        console.print(f"{outcome.failed} of {outcome.runs} runs failed; see results/failures-*.parquet in {folder}")
    print(f"Written to {folder}")


if __name__ == "__main__":
    main()
