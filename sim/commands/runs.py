"""Formulas, scenarios and points of a sweep on common draws: carried out, reported, written."""

import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.first_look import FirstLook
from sim.commands.request import ONCE_MORE, Request, command_of, saying_how_to_continue
from sim.printing import terminal_width
from sim.study.running.stopping import StoppedError

if TYPE_CHECKING:
    from rich.console import Console

    from sim.results.results import Results
    from sim.study.designs.sweep import Sweep
    from sim.study.running.runner import Outcome
    from sim.study.setup.inputs import Inputs


def run_many(request: Request) -> None:
    """Run formulas, scenarios and points of a sweep on common draws, report progress, and end with the table."""
    settings = request.settings
    console = request.audience.console()
    with console.status("reading tables and formulas"):
        from sim.study.compare.fairness import rescaled, with_decomposition
        from sim.study.compare.reference import with_indexed_baseline
        from sim.study.running.memory import refuse_too_large

        inputs = request.inputs()
    with console.status("scaling formulas to equal money") if settings.cost_neutral is not None else nullcontext():
        inputs = with_decomposition(settings, rescaled(settings, inputs), inputs.chosen)
    if settings.study.name == "levers":
        from sim.study.stress.lever_study import with_the_levers

        inputs = with_the_levers(settings, inputs)
    if settings.stress is not None and settings.stress.reserve is not None:
        from sim.study.stress.reserves import read_ladder

        read_ladder(settings.stress.reserve, settings.world_path)  # refused now, not after the runs
    inputs = with_indexed_baseline(settings, inputs)
    refuse_too_large(settings, inputs, points=(settings.design.points if settings.design else None) or 1)
    sweep = None
    if settings.study.name == "sweep":
        from sim.study.designs.sweep import read_sweep

        sweep = read_sweep(settings, inputs)
    folder = request.results_folder
    outcome = _carried_out(request, inputs, sweep, console)
    if outcome.failed:
        reasons = f"for the reasons: {shlex.join(['cte-sim', 'status', str(folder)])}"
        console.print(f"{outcome.failed} of {outcome.runs} runs failed; {reasons}", markup=False, soft_wrap=True)
        if outcome.failed == outcome.runs:
            raise StoppedError(f"all {outcome.runs} runs failed; {reasons}")
    if settings.shard:
        request.audience.say(
            f"Shard {settings.shard_label} is done. When all are: {shlex.join(['cte-sim', 'collect', str(folder)])}"
        )
        return
    from sim.results.results import open_results

    if told := _reported(request, open_results(folder), inputs, sweep, console):
        request.audience.say(told)
    if outcome.stopped is not None:
        console.print(f"precise enough after {outcome.stopped.replicates} of {settings.draws} replicates")
    request.audience.say(f"Written to {folder}")


def _carried_out(request: Request, inputs: "Inputs", sweep: "Sweep | None", console: "Console") -> "Outcome":
    from sim.report.shared.progress import progress_bar

    settings, folder = request.settings, request.results_folder
    waiting = _announcement(request, inputs, sweep)
    if request.runs.fresh:  # else the study in it may be another one, and this start be refused
        console.print(waiting, markup=False, soft_wrap=True)
        waiting = ""
    from sim.study.running.runner import carry_out  # with pandas, which takes a while, so that this is said before

    first = FirstLook(request, console, len(inputs.formulas) * len(inputs.scenarios))
    with saying_how_to_continue(settings, folder) as progress_made, progress_bar(console) as advance:

        def progress(done: int, total: int) -> None:
            if not progress_made[1]:
                # The first call comes when the folder is this study's, and its chunks are this start's.
                request.runs.accept()
                if waiting:
                    console.print(waiting, markup=False, soft_wrap=True)
            progress_made[:] = [done, total]
            advance(done, total)
            first.saw(done)

        return carry_out(settings, inputs, folder, request.plain, progress, sweep)


def _announcement(request: Request, inputs: "Inputs", sweep: "Sweep | None") -> str:
    """What is about to be run, and where its results will lie."""
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
    return "\n".join(announced)


def _reported(request: Request, results: "Results", inputs: "Inputs", sweep: "Sweep | None", console: "Console") -> str:
    """Write what an analyst opens; returns the text to print. What a comparison or a stress study found is said before
    that, as figures take a while."""
    from sim.report.shared.progress import writing_steps
    from sim.report.shared.staging import staged

    settings, folder = request.settings, request.results_folder
    with staged(folder, ONCE_MORE) as place:
        if settings.study.name in ("compare", "project"):
            return _compared(request, results, inputs, console, place)
        if settings.study.name == "stress":
            return _stressed(request, results, inputs, console, place)
        with writing_steps(console):
            if sweep is not None:
                from sim.report.sweep.text import write_sweep

                return write_sweep(results, sweep.factors, place, everything=settings.report)
            if settings.study.name == "levers":
                from sim.report.levers.files import write_levers

                return write_levers(results, inputs.world, place, settings.report, command_of(folder) or "")
            from sim.report.compare.decomposition import write_parts

            return write_parts(results, str(inputs.chosen), place)


def _compared(request: Request, results: "Results", inputs: "Inputs", console: "Console", place: Path) -> str:
    """The report of a comparison. Its figures, which take longest, are begun first, in another process."""
    from sim.report.compare.at_a_glance import at_a_glance
    from sim.report.compare.figures import drawn_beside
    from sim.report.shared.progress import writing_steps
    from sim.study.running.executors import LocalPool

    settings = request.settings
    with LocalPool(1) if settings.worker_count > 1 and settings.report else nullcontext() as beside:
        drawn = drawn_beside(results, inputs.world, place, beside) if beside is not None else None
        request.audience.say(at_a_glance(results, terminal_width()))
        with writing_steps(console) as tell:
            from sim.report.compare.precision import write_precision
            from sim.report.compare.write import MORE, TO_MAIL, write_report

            command = command_of(request.results_folder) or ""
            write_report(results, inputs.world, place, settings.report, tell, drawn, command)
            precision = write_precision(results, place)
    told = [
        MORE,
        *([TO_MAIL] if settings.report else []),
        *(["", precision] if settings.precision is not None else []),
    ]
    return "\n".join(told)


def _stressed(request: Request, results: "Results", inputs: "Inputs", console: "Console", place: Path) -> str:
    """The report of a stress study."""
    from sim.report.answer.stress import write_stress_answer
    from sim.report.shared.progress import writing_steps
    from sim.report.stress.tables import stress_table, tails_told, write_stress

    width = terminal_width()
    answer = write_stress_answer(results, place)
    request.audience.say("\n".join([answer, *tails_told(results, width), stress_table(results, width)]))
    with writing_steps(console):
        command = command_of(request.results_folder) or ""
        write_stress(results, place, answer, request.settings.report, inputs.world, command)
    return ""
