"""All figures of a result folder, in reading order."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.compare.figure_clusters import offered_by_cluster
from sim.report.compare.figure_concentrators import concentrators, concentrators_difference
from sim.report.compare.figure_cost import cost_and_outcome
from sim.report.compare.figure_credentials import credentials_path
from sim.report.compare.figure_map import gains_map
from sim.report.compare.figure_plans import plans
from sim.report.compare.figure_seats import instructors, unserved
from sim.report.compare.figure_state_cost import state_cost_by_line
from sim.report.compare.figure_tiers import credentials_by_tier
from sim.report.compare.figures_compared import change_across_districts, gains_and_losses
from sim.report.compare.figures_over_years import concentrators_per_100, participants, proration, unit_value
from sim.report.shared.figure_file import figure_files
from sim.report.shared.figure_style import Look, look
from sim.report.shared.panel import Panel, scenario_names

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sim.results.results import Results
    from sim.study.running.executors import Carrier
    from sim.world.world import World

FIGURES_FOLDER = "figures"
"""Where the figures of a report lie in it."""

Draw = Callable[[Panel, Look, "World", Path], Path | None]
"""Draws one figure into a folder; None where the results do not hold what it shows."""


def figures(
    results: "Results", world: "World", folder: Path, tell: Callable[[str], None] = lambda name: None
) -> list[Path]:
    """All figures of a result folder as PNG and SVG files, with an index of each folder; returns the paths of all of
    them, figures in reading order.

    With several scenarios each has its own subfolder. A figure whose data the results do not hold (districts not
    stored, no baseline run, no dilution) is not written; none is written empty. ``tell`` is told what is drawn.
    """
    import matplotlib

    written: list[Path] = []
    names = scenario_names(results)
    with matplotlib.rc_context():  # leaves a notebook's own style alone
        for scenario in names:
            panel = Panel(results, scenario)
            target = folder if len(names) == 1 else folder / scenario
            written += _scenario_figures(panel, look(results, panel), world, target, tell)
    return figure_files(written)


def drawn_beside(results: "Results", world: "World", folder: Path, carrier: "Carrier") -> "Future[list[Path]]":
    """The figures of a report in ``folder``, begun in another process, which opens the results for itself."""
    return carrier.submit(_figures_of_folder, (results.folder, world, folder / FIGURES_FOLDER))


def _figures_of_folder(task: tuple[Path, "World", Path]) -> list[Path]:
    from sim.results.results import open_results

    stored, world, folder = task
    return figures(open_results(stored), world, folder)


def _scenario_figures(panel: Panel, of: Look, world: "World", folder: Path, tell: Callable[[str], None]) -> list[Path]:
    drawn = []
    for name, draw in FIGURES.items():
        tell(name)
        drawn.append(draw(panel, of, world, folder))
    return [path for path in drawn if path is not None]


def figure(results: "Results", world: "World", name: str, folder: Path, scenario: str | None = None) -> Path | None:
    """One figure of `FIGURES` as a PNG file in ``folder``, of the first scenario if none is named; None if the results
    do not hold what it shows."""
    import matplotlib

    panel = Panel(results, scenario)
    folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context():
        return FIGURES[name](panel, look(results, panel), world, folder)


def _gains(what: str) -> Draw:
    name = f"gains_and_losses_{what}.png"
    return lambda panel, of, world, folder: gains_and_losses(panel, of, world, folder / name, what)


def _map(what: str) -> Draw:
    name = f"map_{what}.png"
    return lambda panel, of, world, folder: gains_map(panel, of, world, folder / name, what)


def _alone(draw: Callable[[Panel, Look, Path], Path | None], name: str) -> Draw:
    """A figure that needs no facts of districts or clusters."""
    return lambda panel, of, world, folder: draw(panel, of, folder / f"{name}.png")


FIGURES: Mapping[str, Draw] = {
    "concentrators_per_100": _alone(concentrators_per_100, "concentrators_per_100"),
    "cost_and_concentrators": _alone(cost_and_outcome, "cost_and_concentrators"),
    "concentrators_difference": _alone(concentrators_difference, "concentrators_difference"),
    "proration": _alone(proration, "proration"),
    "state_cost_by_line": _alone(state_cost_by_line, "state_cost_by_line"),
    "map_dollars": _map("dollars"),
    "map_concentrators": _map("concentrators"),
    "gains_and_losses_dollars": _gains("dollars"),
    "gains_and_losses_concentrators": _gains("concentrators"),
    "change_across_districts": _alone(change_across_districts, "change_across_districts"),
    "concentrators": _alone(concentrators, "concentrators"),
    "participants_difference": _alone(participants, "participants_difference"),
    "offered_by_cluster": lambda panel, of, world, folder: offered_by_cluster(
        panel, of, world, folder / "offered_by_cluster.png"
    ),
    "plans": _alone(plans, "plans"),
    "unserved": _alone(unserved, "unserved"),
    "instructors": _alone(instructors, "instructors"),
    "credentials_by_tier": _alone(credentials_by_tier, "credentials_by_tier"),
    "credentials_path": _alone(credentials_path, "credentials_path"),
    "unit_value": _alone(unit_value, "unit_value"),
}
"""What draws each figure, by the name of its file, in reading order."""
