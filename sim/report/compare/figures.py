"""All figures of a result folder, in reading order."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.compare.figure_clusters import offered_by_cluster
from sim.report.compare.figure_concentrators import concentrators, concentrators_difference
from sim.report.compare.figure_cost import cost_and_outcome
from sim.report.compare.figure_credentials import credentials_path
from sim.report.compare.figure_plans import plans
from sim.report.compare.figure_seats import instructors, unserved
from sim.report.compare.figure_state_cost import state_cost_by_line
from sim.report.compare.figures_compared import change_across_districts, gains_and_losses
from sim.report.compare.figures_over_years import credentials_by_tier, differences, over_years, unit_value
from sim.report.shared.figure_style import Look, look
from sim.report.shared.panel import Panel, scenario_names

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World


def figures(results: "Results", world: "World", folder: Path) -> list[Path]:
    """All figures of a result folder as PNG files; returns their paths in reading order.

    With several scenarios each has its own subfolder. A figure whose data the results do not hold (districts not
    stored, no baseline run, no dilution) is not written; none is written empty.
    """
    import matplotlib

    written: list[Path] = []
    names = scenario_names(results)
    with matplotlib.rc_context():  # leaves a notebook's own style alone
        for scenario in names:
            panel = Panel(results, scenario)
            target = folder if len(names) == 1 else folder / scenario
            written += _scenario_figures(panel, look(results, panel), world, target)
    return written


def _scenario_figures(panel: Panel, of: Look, world: "World", folder: Path) -> list[Path]:
    drawn: list[Path | None] = [
        cost_and_outcome(panel, of, folder / "cost_and_concentrators.png"),
        concentrators_difference(panel, of, folder / "concentrators_difference.png"),
        concentrators(panel, of, folder / "concentrators.png"),
        differences(panel, of, panel.state("participants"), "participants", "Participants", "participants", folder),
        offered_by_cluster(panel, of, world, folder / "offered_by_cluster.png"),
        gains_and_losses(panel, of, world, folder / "gains_and_losses_concentrators.png", "concentrators"),
        gains_and_losses(panel, of, world, folder / "gains_and_losses_dollars.png", "dollars"),
        change_across_districts(panel, of, folder / "change_across_districts.png"),
        plans(panel, of, folder / "plans.png"),
        unserved(panel, of, folder / "unserved.png"),
        instructors(panel, of, folder / "instructors.png"),
        credentials_by_tier(panel, of, folder / "credentials_by_tier.png"),
        credentials_path(panel, of, folder / "credentials_path.png"),
        state_cost_by_line(panel, of, folder / "state_cost_by_line.png"),
        over_years(panel, of, panel.proration(), "proration", "Share of the entitlement paid", "share paid", folder),
        unit_value(panel, of, folder),
    ]
    return [path for path in drawn if path is not None]
