"""What each study does when the command line names it: carry out, print, write.

Plotting and tables are imported where they are used, so that a command starts fast.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.inputs import InputError, read_yaml
from sim.study.running.stopping import DISK_FULL, StoppedError
from sim.study.setup.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from sim.results.results import Results
    from sim.study.designs.sweep import Sweep
    from sim.study.running.runner import Outcome
    from sim.study.setup.inputs import Inputs


@dataclass(frozen=True)
class Request:
    """What was asked for: checked settings, the configuration as plain data, and the choices of its groups.

    ``folder`` is this command's own; ``results_folder`` that of the runs, which shards of a multirun share. ``typed``
    are the words of the command line that set something.
    """

    settings: Settings
    plain: Mapping[str, Any]
    choices: Mapping[str, str | None]
    folder: Path
    results_folder: Path
    typed: tuple[str, ...] = ()

    def inputs(self) -> "Inputs":
        """The inputs that the settings name. Raises InputError, one line."""
        from sim.study.setup.inputs import read_inputs

        settings, choices = self.settings, self.choices
        return read_inputs(settings, settings.formula, choices.get("formula"), choices.get("scenario"), self.typed)


def show_parameters(request: Request) -> None:
    """Print every number of the model."""
    from sim.report.pages.parameters import parameter_text

    print(parameter_text())


def look_at(request: Request) -> None:
    """Say what a results folder holds, or join its shards."""
    from sim.results.collect import collect
    from sim.results.status import read_status, status_text

    settings = request.settings
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


def check_bill(request: Request) -> None:
    """Price a bill in the base year, print what it does and write its ledger."""
    from sim.report.bill.files import write_bill
    from sim.study.bill.check_formula import check_formula
    from sim.study.running.memory import refuse_many_draws

    inputs = request.inputs()
    refuse_many_draws(request.settings, inputs.world)
    print(write_bill(check_formula(request.settings, inputs.formula(inputs.chosen)), request.folder))
    print(f"Written to {request.folder}")


def run_hindcast(request: Request) -> None:
    """Feed stylized states law changes of the past, print the verdicts and write what they rest on."""
    from rich.console import Console

    from sim.report.hindcast.files import write_hindcast
    from sim.report.shared.progress import progress_bar
    from sim.study.hindcast.study import hindcast, read_materials

    materials = read_materials(request.settings)
    with progress_bar(Console(stderr=True)) as advance:
        study = hindcast(request.settings, materials, advance)
    print(write_hindcast(study, request.folder, figures=request.settings.report))
    print(f"Written to {request.folder}")


def run_calibration(request: Request) -> None:
    """Fit the uncertain parameters to the targets, print what came out and write the posterior."""
    from rich.console import Console

    from sim.report.calibration.files import write_calibration
    from sim.report.shared.progress import progress_bar
    from sim.study.calibration.study import calibrate, read_materials

    table, work = read_materials(request.settings)
    with progress_bar(Console(stderr=True)) as advance:
        found = calibrate(request.settings, table, work, request.folder, request.plain, advance)
    print(write_calibration(found, request.folder, figures=request.settings.report))
    print(f"Written to {request.folder}")


def run_verification(request: Request) -> None:
    """Repeat LESC's comparison of school spending on the simulated base year."""
    from sim.report.hindcast.verify_brief import write_verification
    from sim.study.hindcast.verify_brief import verify_brief

    print(write_verification(verify_brief(request.settings), request.folder, figures=request.settings.report))
    print(f"Written to {request.folder}")


def run_bridge(request: Request) -> None:
    """Explain why payments change between two formulas or two years, district by district."""
    from sim.report.bill.change import write_change
    from sim.study.bill.change import explain_change
    from sim.study.running.memory import refuse_many_draws

    inputs = request.inputs()
    refuse_many_draws(request.settings, inputs.world)
    change = explain_change(request.settings, inputs, inputs.chosen)
    print(write_change(change, request.folder))
    print(f"Written to {request.folder}")


def run_explain(request: Request) -> None:
    """Unfold one district's decision and payment, number by number, beside another formula."""
    from sim.report.explain.text import write_explanation
    from sim.study.explain.places import LIST, places_text
    from sim.study.explain.story import explain
    from sim.study.running.memory import refuse_many_draws

    inputs = request.inputs()
    if LIST in (request.settings.district, request.settings.cluster):
        print(places_text(inputs.world, request.settings.cluster == LIST))
        return
    refuse_many_draws(request.settings, inputs.world)
    explanation = explain(request.settings, inputs, inputs.chosen)
    print(write_explanation(explanation, request.folder))
    print(f"Written to {request.folder}")


def run_sensitivity(request: Request) -> None:
    """Find the uncertain numbers that move the outcomes, and those that could change the order of formulas."""
    from rich.console import Console

    from sim.report.sensitivity.text import write_sensitivity
    from sim.report.shared.progress import progress_bar
    from sim.study.compare.fairness import rescaled
    from sim.study.running.memory import refuse_large_layout
    from sim.study.sensitivity.study import check_settings, sensitivity

    settings, folder = request.settings, request.folder
    console = Console(stderr=True)
    inputs = rescaled(settings, request.inputs())
    check_settings(settings, inputs)
    refuse_large_layout(settings, inputs)
    with ExitStack() as bars:

        def stage(name: str) -> Any:
            bars.close()
            console.print(f"{name}; results in {folder / name}", highlight=False, soft_wrap=True)
            return bars.enter_context(progress_bar(console))

        findings = sensitivity(settings, inputs, folder, request.plain, stage)
    print(write_sensitivity(findings, folder, figures=settings.report))
    print(f"Written to {folder}")


def run_many(request: Request) -> None:
    """Run formulas, scenarios and points of a sweep on common draws, report progress, and end with the table."""
    from rich.console import Console

    import sim.results
    from sim.study.compare.fairness import rescaled, with_decomposition
    from sim.study.designs.sweep import read_sweep
    from sim.study.running.memory import refuse_too_large

    settings, folder = request.settings, request.results_folder
    console = Console(stderr=True)
    asked = request.inputs()
    inputs = with_decomposition(settings, rescaled(settings, asked), asked.chosen)
    refuse_too_large(settings, inputs, points=(settings.design.points if settings.design else None) or 1)
    sweep = read_sweep(settings, inputs) if settings.study.name == "sweep" else None
    outcome = _carried_out(request, inputs, sweep, console)
    if outcome.failed:
        reasons = f"for the reasons: cte-sim study=status folder={folder}"
        console.print(f"{outcome.failed} of {outcome.runs} runs failed; {reasons}")
        if outcome.failed == outcome.runs:
            raise StoppedError(f"all {outcome.runs} runs failed; {reasons}")
    if settings.shard:
        print(f"Shard {settings.shard_label} is done. When all are: cte-sim study=collect folder={folder}")
        return
    print(_reported(request, sim.results.open(folder), inputs, sweep, console))
    if outcome.stopped is not None:
        console.print(f"precise enough after {outcome.stopped.replicates} of {settings.draws} replicates")
    print(f"Written to {folder}")


def _carried_out(request: Request, inputs: "Inputs", sweep: "Sweep | None", console: "Console") -> "Outcome":
    from sim.report.shared.progress import progress_bar
    from sim.study.running.runner import carry_out
    from sim.study.setup.changes import marked

    settings, folder = request.settings, request.results_folder
    scenarios = f" x {len(inputs.scenarios)} scenarios" if len(inputs.scenarios) > 1 else ""
    points = f" x {len(sweep.points):,} points" if sweep is not None else ""
    console.print(
        f"{len(inputs.formulas)} formulas{scenarios}{points}, {settings.draws} draws, {settings.horizon} years,"
        f" {len(inputs.world.districts)} districts; results in {folder}"
        + (f", shard {settings.shard_label}" if settings.shard else "")
    )
    for name, change in inputs.changed.items():
        console.print(marked(name, change), highlight=False, markup=False, soft_wrap=True)
    if sweep is not None:
        from sim.report.sweep.text import factor_lines

        console.print("\n".join(factor_lines(sweep.factors)), highlight=False, markup=False, soft_wrap=True)
    with saying_how_to_continue(settings, folder) as progress_made, progress_bar(console) as advance:

        def progress(done: int, total: int) -> None:
            progress_made[:] = [done, total]
            advance(done, total)

        return carry_out(settings, inputs, folder, request.plain, progress, sweep)


def _reported(request: Request, results: "Results", inputs: "Inputs", sweep: "Sweep | None", console: "Console") -> str:
    """Write what an analyst opens; returns the text to print."""
    settings, folder = request.settings, request.results_folder
    with console.status("writing tables and figures"):
        if sweep is not None:
            from sim.report.sweep.text import write_sweep

            return write_sweep(results, sweep.factors, folder, everything=settings.report)
        if settings.study.name == "stress":
            from sim.report.stress.tables import stress_table, write_stress

            write_stress(results, folder, settings.report)
            return stress_table(results)
        if settings.study.name in ("decompose", "two_by_two"):
            from sim.report.compare.decomposition import write_parts

            return write_parts(results, str(inputs.chosen), folder)
        from sim.report.compare.comparison import comparison_table
        from sim.report.compare.precision import write_precision
        from sim.report.compare.write import write_report

        write_report(results, inputs.world, folder, everything=settings.report)
        return f"{comparison_table(results)}\n{write_precision(results, folder)}"


@contextmanager
def saying_how_to_continue(settings: Settings, folder: Path) -> Iterator[list[int]]:
    """Add to what stops a study how far it is and how it goes on. Yields the list [runs done, runs in all]."""
    progress_made = [0, 0]
    try:
        yield progress_made
    except (KeyboardInterrupt, OSError, StoppedError) as error:
        place = "sweep" if settings.shard else "run"
        again = f"folder={folder}" if settings.folder else f"hydra.{place}.dir={folder}"
        done = f"{progress_made[0]:,} of {progress_made[1]:,} runs are done and kept; " if progress_made[1] else ""
        space = "make space, then " if isinstance(error, OSError) and error.errno in DISK_FULL else ""
        error.add_note(f"{done}{space}the same command with {again} continues")
        raise


COMMANDS: Mapping[str, Callable[[Request], None]] = {
    "parameters": show_parameters,
    "status": look_at,
    "collect": look_at,
    "check_formula": check_bill,
    "hindcast": run_hindcast,
    "verify_brief": run_verification,
    "calibrate": run_calibration,
    "bridge": run_bridge,
    "sensitivity": run_sensitivity,
    "explain": run_explain,
    **dict.fromkeys(("compare", "project", "stress", "decompose", "two_by_two", "sweep"), run_many),
}
"""What carries out each study, by its name."""
