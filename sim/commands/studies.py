"""What each study that is no set of runs does: carry out, print, write.

Plotting and tables are imported where they are used, so that a command starts fast.
"""

import shlex
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.inputs import InputError
from sim.run_folder import without_folder

if TYPE_CHECKING:
    pass


from sim.commands.request import ONCE_MORE, Request, command_of, written


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
        raise InputError(f"settings: folder: name the results folder: cte-sim {settings.study.name} outputs/my_run")
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


def check_bill(request: Request) -> None:
    """Price a bill in the base year, print what it does and write its ledger."""
    from sim.report.bill.files import write_bill
    from sim.study.bill.check_formula import check_formula
    from sim.study.running.memory import refuse_many_draws

    inputs = request.inputs()
    refuse_many_draws(request.settings, inputs.world)
    check = check_formula(request.settings, inputs)
    written(request, lambda place: write_bill(check, place))


def run_hindcast(request: Request) -> None:
    """Feed stylized states law changes of the past, print the verdicts and write what they rest on."""
    from sim.report.shared.progress import progress_bar
    from sim.report.track_record.files import write_recorded
    from sim.study.track_record.study import read_materials, recorded_hindcast

    materials = read_materials(request.settings)
    with progress_bar(request.audience.console()) as advance:
        study, found = recorded_hindcast(request.settings, materials, advance)
    written(request, lambda place: write_recorded(study, found, place, figures=request.settings.report))


def run_probes(request: Request) -> None:
    """Move money and hold what follows against how it should be: print the verdicts and write what they rest on."""
    from sim.report.probes.files import write_probes
    from sim.report.shared.progress import progress_bar
    from sim.study.probes.study import probe_all, read_materials

    materials = read_materials(request.settings)
    with progress_bar(request.audience.console()) as advance:
        battery = probe_all(request.settings, materials, advance)
    written(request, lambda place: write_probes(battery, place))


def run_calibration(request: Request) -> None:
    """Fit the uncertain parameters to the targets, print what came out and write the posterior."""
    from sim.report.calibration.files import write_calibration
    from sim.report.shared.progress import progress_bar
    from sim.study.calibration.study import calibrate, read_materials

    table, work = read_materials(request.settings)
    with progress_bar(request.audience.console()) as advance:
        found = calibrate(request.settings, table, work, request.folder, request.plain, advance)
    written(request, lambda place: write_calibration(found, place, figures=request.settings.report), ONCE_MORE)


def run_assessment(request: Request) -> None:
    """Check a calibration from its stored draws: print what may be believed and write a table and a figure a check."""
    from sim.report.assessment.files import write_assessment
    from sim.study.assessment.study import assess, read_materials

    found = assess(request.settings, *read_materials(request.settings))
    written(request, lambda place: write_assessment(found, place, figures=request.settings.report))


def run_alternatives(request: Request) -> None:
    """Fit other structures like the model: print how they stand beside it and what they answer."""
    from sim.report.alternatives.files import write_alternatives
    from sim.report.shared.progress import progress_bar
    from sim.study.alternatives.study import compare_structures, read_materials

    materials = read_materials(request.settings)
    with progress_bar(request.audience.console()) as advance:
        found = compare_structures(request.settings, materials, request.folder, request.plain, advance)
    written(request, lambda place: write_alternatives(found, place, figures=request.settings.report), ONCE_MORE)


def run_verification(request: Request) -> None:
    """Repeat LESC's comparison of school spending on the simulated base year."""
    from sim.report.hindcast.verify_brief import write_verification
    from sim.study.hindcast.verify_brief import verify_brief

    study = verify_brief(request.settings)
    written(request, lambda place: write_verification(study, place, figures=request.settings.report))


def run_bridge(request: Request) -> None:
    """Explain why payments change between two formulas or two years, district by district."""
    from sim.report.bill.change import write_change
    from sim.study.bill.change import explain_change
    from sim.study.running.memory import refuse_many_draws

    inputs = request.inputs()
    refuse_many_draws(request.settings, inputs.world)
    change = explain_change(request.settings, inputs, inputs.chosen)
    written(request, lambda place: write_change(change, place))


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
    written(request, lambda place: write_explanation(explanation, place))


def run_district(request: Request) -> None:
    """Tell of one district under a bill: print the answer and its tables, and write its page."""
    from sim.report.district.files import write_district
    from sim.study.district.study import study_district

    study = study_district(request.settings, request.inputs())
    again = shlex.join(["cte-sim", *without_folder(request.own.words or ())])
    written(request, lambda place: write_district(study, place, again, request.settings.report))


def run_reverse(request: Request) -> None:
    """Find the smallest shock that leaves too little paid: print the answer and write every size that was tried."""
    from sim.report.reverse.files import write_reverse
    from sim.report.shared.progress import progress_bar
    from sim.study.stress.reverse import reverse_stress

    inputs = request.inputs()
    with progress_bar(request.audience.console()) as advance:
        study = reverse_stress(request.settings, inputs, advance)
    written(request, lambda place: write_reverse(study, place, figures=request.settings.report))


def run_explorer(request: Request) -> None:
    """Sweep a bill over its knobs, fit what answers a slider, and write it as a page and a file."""
    from sim.report.explore.files import write_explorer
    from sim.report.shared.progress import progress_bar
    from sim.study.explore.study import explore, read_materials

    materials = read_materials(request.settings, request.inputs())
    with progress_bar(request.audience.console()) as advance:
        found = explore(request.settings, materials, request.folder, request.plain, advance)
    written(request, lambda place: write_explorer(found, place), ONCE_MORE)


def run_discovery(request: Request) -> None:
    """Find the conditions under which formulas break their budget or miss their goal, and how robust they are."""
    from sim.report.discover.files import write_discovery
    from sim.report.shared.progress import progress_bar
    from sim.study.compare.fairness import rescaled
    from sim.study.discover.study import find_conditions, read_materials

    materials = read_materials(request.settings, rescaled(request.settings, request.inputs()))
    with progress_bar(request.audience.console()) as advance:
        found = find_conditions(request.settings, materials, request.folder, request.plain, advance)
    written(request, lambda place: write_discovery(found, place, figures=request.settings.report), ONCE_MORE)


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
    with staged(folder, ONCE_MORE) as place:
        text = write_sensitivity(findings, place, figures=settings.report)
    request.audience.say(text)
    request.audience.say(f"Written to {folder}")
