"""What each study does when the command line names it: carry out, print, write.

Plotting and tables are imported where they are used, so that a command starts fast.
"""

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.arguments import folder_setting
from sim.audience import TERMINAL, Audience
from sim.inputs import InputError, Source
from sim.printing import terminal_width
from sim.run_folder import RunFolder, recorded_words
from sim.study.running.stopping import DISK_FULL, FolderGoneError, StoppedError
from sim.study.setup.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from sim.results.results import Results
    from sim.study.designs.sweep import Sweep
    from sim.study.running.runner import Outcome
    from sim.study.setup.inputs import Inputs


@dataclass(frozen=True)
class Request:
    """What was asked for: checked settings, the configuration as plain data, the choices of its groups and where they
    come from, and the folders: this command's ``own``, and that of ``runs``, which shards of a multirun share.
    ``typed`` are the words of the command line that set something; ``audience`` is told of what is found.
    """

    settings: Settings
    plain: Mapping[str, Any]
    choices: Mapping[str, str | None]
    own: RunFolder
    runs: RunFolder
    sources: Mapping[str, Source] = field(default_factory=dict)
    typed: tuple[str, ...] = ()
    audience: Audience = TERMINAL

    @property
    def folder(self) -> Path:
        """This command's folder. To ask for it is to make it: ask when there is something to write."""
        return self.own.accept()

    @property
    def results_folder(self) -> Path:
        """The folder of the runs. To ask for it is to make it; its record is written when the runs begin."""
        return self.runs.open()

    def withdraw(self) -> None:
        """Nothing came of it: leave the folders as they were."""
        self.own.withdraw()
        self.runs.withdraw()

    def inputs(self) -> "Inputs":
        """The inputs that the settings name. Raises InputError, one line."""
        from sim.study.setup.inputs import read_inputs

        settings, choices = self.settings, self.choices
        return read_inputs(
            settings, settings.formula, choices.get("formula"), choices.get("scenario"), self.typed, self.sources
        )


def show_parameters(request: Request) -> None:
    """Print every number of the model."""
    from sim.report.generated_docs.parameters import parameter_text

    request.audience.say(parameter_text())


def look_at(request: Request) -> None:
    """Say what a results folder holds, or join its shards."""
    from sim.results.collect import collected
    from sim.results.status import read_status, status_text

    settings = request.settings
    if settings.folder is None:
        raise InputError(f"settings: folder: name the results folder: cte-sim study={settings.study.name} folder=...")
    folder = Path(settings.folder)
    status = read_status(folder)
    if settings.study.name == "status":
        request.audience.say(status_text(status))
        if not status.complete and (command := command_of(folder)):
            request.audience.say(f"Continue with: {command}")
        return
    for table in collected(status):
        request.audience.say(f"{table.checksum}  {table.path}  {table.rows:,} rows")
    for note in status.notes:
        print(f"cte-sim: {folder}: {note}", file=sys.stderr)


def command_of(folder: Path) -> str | None:
    """The command that began the study in a folder, by its record; None if there is none."""
    words = recorded_words(folder)
    if words is None:
        return None
    kept = [word for word in words if not word.startswith(("hydra.run.dir=", "hydra.sweep.dir="))]
    place = folder_setting("hydra.sweep.dir" if "-m" in words else "hydra.run.dir", folder)
    return shlex.join(["cte-sim", *kept, place])


def check_bill(request: Request) -> None:
    """Price a bill in the base year, print what it does and write its ledger."""
    from sim.report.bill.files import write_bill
    from sim.study.bill.check_formula import check_formula
    from sim.study.running.memory import refuse_many_draws

    inputs = request.inputs()
    refuse_many_draws(request.settings, inputs.world)
    check = check_formula(request.settings, inputs.formula(inputs.chosen))
    _written(request, lambda place: write_bill(check, place))


def _written(request: Request, write: Callable[[Path], str], remedy: str = "") -> None:
    """Write the files of a report, all or none, and print its text; ``remedy``: what to do if the disk is full."""
    from sim.report.shared.staging import staged

    with staged(request.folder, remedy) as place:
        text = write(place)
    request.audience.say(f"{text}\nWritten to {request.folder}")


def run_hindcast(request: Request) -> None:
    """Feed stylized states law changes of the past, print the verdicts and write what they rest on."""
    from sim.report.shared.progress import progress_bar
    from sim.report.track_record.files import write_recorded
    from sim.study.track_record.study import read_materials, recorded_hindcast

    materials = read_materials(request.settings)
    with progress_bar(request.audience.console()) as advance:
        study, found = recorded_hindcast(request.settings, materials, advance)
    _written(request, lambda place: write_recorded(study, found, place, figures=request.settings.report))


def run_probes(request: Request) -> None:
    """Move money and hold what follows against how it should be: print the verdicts and write what they rest on."""
    from sim.report.probes.files import write_probes
    from sim.report.shared.progress import progress_bar
    from sim.study.probes.study import probe_all, read_materials

    materials = read_materials(request.settings)
    with progress_bar(request.audience.console()) as advance:
        battery = probe_all(request.settings, materials, advance)
    _written(request, lambda place: write_probes(battery, place))


def run_calibration(request: Request) -> None:
    """Fit the uncertain parameters to the targets, print what came out and write the posterior."""
    from sim.report.calibration.files import write_calibration
    from sim.report.shared.progress import progress_bar
    from sim.study.calibration.study import calibrate, read_materials

    table, work = read_materials(request.settings)
    with progress_bar(request.audience.console()) as advance:
        found = calibrate(request.settings, table, work, request.folder, request.plain, advance)
    _written(request, lambda place: write_calibration(found, place, figures=request.settings.report), _ONCE_MORE)


def run_assessment(request: Request) -> None:
    """Check a calibration from its stored draws: print what may be believed and write a table and a figure a check."""
    from sim.report.assessment.files import write_assessment
    from sim.study.assessment.study import assess, read_materials

    found = assess(request.settings, *read_materials(request.settings))
    _written(request, lambda place: write_assessment(found, place, figures=request.settings.report))


def run_alternatives(request: Request) -> None:
    """Fit other structures like the model: print how they stand beside it and what they answer."""
    from sim.report.alternatives.files import write_alternatives
    from sim.report.shared.progress import progress_bar
    from sim.study.alternatives.study import compare_structures, read_materials

    materials = read_materials(request.settings)
    with progress_bar(request.audience.console()) as advance:
        found = compare_structures(request.settings, materials, request.folder, request.plain, advance)
    _written(request, lambda place: write_alternatives(found, place, figures=request.settings.report), _ONCE_MORE)


def run_verification(request: Request) -> None:
    """Repeat LESC's comparison of school spending on the simulated base year."""
    from sim.report.hindcast.verify_brief import write_verification
    from sim.study.hindcast.verify_brief import verify_brief

    study = verify_brief(request.settings)
    _written(request, lambda place: write_verification(study, place, figures=request.settings.report))


def run_bridge(request: Request) -> None:
    """Explain why payments change between two formulas or two years, district by district."""
    from sim.report.bill.change import write_change
    from sim.study.bill.change import explain_change
    from sim.study.running.memory import refuse_many_draws

    inputs = request.inputs()
    refuse_many_draws(request.settings, inputs.world)
    change = explain_change(request.settings, inputs, inputs.chosen)
    _written(request, lambda place: write_change(change, place))


def run_explain(request: Request) -> None:
    """Unfold one district's decision and payment, number by number, beside another formula."""
    from sim.report.explain.text import write_explanation
    from sim.study.explain.places import LIST, places_text
    from sim.study.explain.story import explain
    from sim.study.running.memory import refuse_many_draws

    inputs = request.inputs()
    if LIST in (request.settings.district, request.settings.cluster):
        request.audience.say(places_text(inputs.world, request.settings.cluster == LIST))
        return
    refuse_many_draws(request.settings, inputs.world)
    explanation = explain(request.settings, inputs, inputs.chosen)
    _written(request, lambda place: write_explanation(explanation, place))


def run_explorer(request: Request) -> None:
    """Sweep a bill over its knobs, fit what answers a slider, and write it as a page and a file."""
    from sim.report.explore.files import write_explorer
    from sim.report.shared.progress import progress_bar
    from sim.study.explore.study import explore, read_materials

    materials = read_materials(request.settings, request.inputs())
    with progress_bar(request.audience.console()) as advance:
        found = explore(request.settings, materials, request.folder, request.plain, advance)
    _written(request, lambda place: write_explorer(found, place), _ONCE_MORE)


def run_sensitivity(request: Request) -> None:
    """Find the uncertain numbers that move the outcomes, and those that could change the order of formulas."""
    from sim.report.sensitivity.text import write_sensitivity
    from sim.report.shared.progress import progress_bar
    from sim.report.shared.staging import staged
    from sim.study.compare.fairness import rescaled
    from sim.study.running.memory import refuse_large_layout
    from sim.study.sensitivity.study import check_settings, sensitivity

    settings = request.settings
    console = request.audience.console()
    inputs = rescaled(settings, request.inputs())
    check_settings(settings, inputs)
    refuse_large_layout(settings, inputs)
    folder = request.own.open()
    with ExitStack() as bars:

        def stage(name: str) -> Any:
            bars.close()
            console.print(f"{name}; results in {folder / name}", highlight=False, markup=False, soft_wrap=True)
            return request.own.accepting(bars.enter_context(progress_bar(console)))

        findings = sensitivity(settings, inputs, folder, request.plain, stage)
    with staged(folder, _ONCE_MORE) as place:
        text = write_sensitivity(findings, place, figures=settings.report)
    request.audience.say(f"{text}\nWritten to {folder}")


def run_many(request: Request) -> None:
    """Run formulas, scenarios and points of a sweep on common draws, report progress, and end with the table."""
    import sim.results
    from sim.study.compare.fairness import rescaled, with_decomposition
    from sim.study.compare.reference import with_indexed_baseline
    from sim.study.designs.sweep import read_sweep
    from sim.study.running.memory import refuse_too_large

    settings = request.settings
    console = request.audience.console()
    inputs = request.inputs()
    with console.status("scaling formulas to equal money") if settings.cost_neutral is not None else nullcontext():
        inputs = with_decomposition(settings, rescaled(settings, inputs), inputs.chosen)
    inputs = with_indexed_baseline(settings, inputs)
    refuse_too_large(settings, inputs, points=(settings.design.points if settings.design else None) or 1)
    sweep = read_sweep(settings, inputs) if settings.study.name == "sweep" else None
    folder = request.results_folder
    outcome = _carried_out(request, inputs, sweep, console)
    if outcome.failed:
        reasons = f"for the reasons: cte-sim study=status folder={folder}"
        console.print(f"{outcome.failed} of {outcome.runs} runs failed; {reasons}", markup=False, soft_wrap=True)
        if outcome.failed == outcome.runs:
            raise StoppedError(f"all {outcome.runs} runs failed; {reasons}")
    if settings.shard:
        request.audience.say(
            f"Shard {settings.shard_label} is done. When all are: cte-sim study=collect folder={folder}"
        )
        return
    request.audience.say(_reported(request, sim.results.open(folder), inputs, sweep, console))
    if outcome.stopped is not None:
        console.print(f"precise enough after {outcome.stopped.replicates} of {settings.draws} replicates")
    request.audience.say(f"Written to {folder}")


def _carried_out(request: Request, inputs: "Inputs", sweep: "Sweep | None", console: "Console") -> "Outcome":
    from sim.report.shared.progress import progress_bar
    from sim.study.running.runner import carry_out
    from sim.study.setup.changes import marked

    settings, folder = request.settings, request.results_folder
    scenarios = f" x {len(inputs.scenarios)} scenarios" if len(inputs.scenarios) > 1 else ""
    points = f" x {len(sweep.points):,} points" if sweep is not None else ""
    beside = f" and {', '.join(formula.name for formula in inputs.references)}" if inputs.references else ""
    announced = [
        f"{len(inputs.formulas)} formulas{beside}{scenarios}{points}, {settings.draws} draws, {settings.horizon} years,"
        f" {len(inputs.world.districts)} districts; results in {folder}"
        + (f", shard {settings.shard_label}" if settings.shard else "")
    ]
    announced += [marked(name, change) for name, change in inputs.changed.items()]
    if sweep is not None:
        from sim.report.sweep.text import factor_lines

        announced += factor_lines(sweep.factors)
    with saying_how_to_continue(settings, folder) as progress_made, progress_bar(console) as advance:

        def progress(done: int, total: int) -> None:
            if not progress_made[1]:
                # The first call comes when the folder is this study's, and its chunks are this start's.
                request.runs.accept()
                console.print("\n".join(announced), markup=False, soft_wrap=True)
            progress_made[:] = [done, total]
            advance(done, total)

        return carry_out(settings, inputs, folder, request.plain, progress, sweep)


def _reported(request: Request, results: "Results", inputs: "Inputs", sweep: "Sweep | None", console: "Console") -> str:
    """Write what an analyst opens; returns the text to print."""
    from sim.report.shared.staging import staged

    settings, folder = request.settings, request.results_folder
    with console.status("writing tables and figures"), staged(folder, _ONCE_MORE) as place:
        if sweep is not None:
            from sim.report.sweep.text import write_sweep

            return write_sweep(results, sweep.factors, place, everything=settings.report)
        if settings.study.name == "stress":
            from sim.report.answer.files import answer_text, write_answer
            from sim.report.stress.tables import stress_table, write_stress

            write_answer(results, place)
            write_stress(results, place, settings.report)
            return f"{answer_text(results)}\n{stress_table(results)}"
        if settings.study.name in ("decompose", "two_by_two"):
            from sim.report.compare.decomposition import write_parts

            return write_parts(results, str(inputs.chosen), place)
        from sim.report.compare.precision import write_precision
        from sim.report.compare.write import MORE, at_a_glance, write_report

        write_report(results, inputs.world, place, everything=settings.report)
        precision = write_precision(results, place)
        text = f"{at_a_glance(results, terminal_width())}\n{MORE}"
        return f"{text}\n\n{precision}" if settings.precision is not None else text


_ONCE_MORE = (
    "all runs are done and kept; make space, then the same command in the same folder writes tables and figures"
)
"""How to go on where the disk is full when the report is written."""


@contextmanager
def saying_how_to_continue(settings: Settings, folder: Path) -> Iterator[list[int]]:
    """Add to what stops a study how far it is and how it goes on. Yields the list [runs done, runs in all]."""
    progress_made = [0, 0]
    try:
        yield progress_made
    except FolderGoneError:
        raise
    except (KeyboardInterrupt, OSError, StoppedError) as error:
        place = "sweep" if settings.shard else "run"
        again = folder_setting("folder" if settings.folder else f"hydra.{place}.dir", folder)
        done = f"{progress_made[0]:,} of {progress_made[1]:,} runs are done and kept; " if progress_made[1] else ""
        space = "make space, then " if isinstance(error, OSError) and error.errno in DISK_FULL else ""
        error.add_note(f"{done}{space}the same command with {again} continues")
        raise


COMMANDS: Mapping[str, Callable[[Request], None]] = {
    "parameters": show_parameters,
    **dict.fromkeys(("status", "collect"), look_at),
    "check_formula": check_bill,
    "hindcast": run_hindcast,
    "probes": run_probes,
    "verify_brief": run_verification,
    "calibrate": run_calibration,
    "assess": run_assessment,
    "alternatives": run_alternatives,
    "bridge": run_bridge,
    "sensitivity": run_sensitivity,
    "explain": run_explain,
    "explore": run_explorer,
    **dict.fromkeys(("compare", "project", "stress", "decompose", "two_by_two", "sweep"), run_many),
}
"""What carries out each study, by its name."""
