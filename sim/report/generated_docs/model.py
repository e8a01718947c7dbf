"""Generated parts of the page of the model: the order in which districts cut, and the numbers that carry the model."""

from collections.abc import Mapping

import numpy as np

from sim.arrays import Array
from sim.config_folder import config_folder
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.recording import Record, statewide
from sim.engine.scenario import BASELINE, Scenario, Shocks
from sim.parameters.catalogue import load_catalogue
from sim.report.generated_docs.parameters import value_text
from sim.study.setup.design import parameters_for
from sim.study.setup.inputs import find_formula
from sim.world.loading import load_world

CARRYING: tuple[str, ...] = (
    "books.loss_passthrough", "books.loss_passthrough_spread", "books.gain_passthrough_monitored",
    "books.gain_passthrough_categorical", "books.general_elasticity", "books.own_speed", "beliefs.general_credit",
    "beliefs.nonrecurring_continuation", "books.practiced_spending", "decisions.class_response",
    "decisions.section_spread", "decisions.appeal_spread", "decisions.leadership_spread", "outcomes.going_on",
    "choice.unserved_share", "decisions.second_class", "outcomes.recodable", "outcomes.recoding_price_scale",
    "staffing.supply_slack", "staffing.return_share",
)  # fmt: skip
"""Parameters that the model's answers to money rest on, in the order of its page."""

CUT = 0.5
"""What is left of own money in the example of a cut."""
SHOWN: Mapping[str, str] = {
    "non_salary_spending_share": "upkeep and supplies, share of what they would need",
    "vacancies": "posts that stand vacant",
    "class_size": "students for each section",
    "second_sections": "sections of second courses",
    "first_sections": "sections of first courses",
    "instructors": "instructors",
    "sites": "sites",
    "districts_offering": "districts that offer CTE",
    "participants": "participants",
    "concentrators_taught": "concentrators taught",
}
"""What is shown of it, in the order in which it answers."""
YEARS = (1, 2, 5, 10)
DRAWS = 32
SEED = 2026


def carrying_table() -> str:
    """The numbers that carry the model, with their sources, in Markdown."""
    entries = load_catalogue().entries
    lines = ["| number | value | meaning | source | confidence |", "|---|---:|---|---|---|"]
    for full in CARRYING:
        group, name = full.split(".")
        entry = entries[group][name]
        value = f"{value_text(entry)} {entry.unit}"
        lines.append(f"| `{full}` | {value} | {entry.label} | {entry.source} | {entry.confidence} |")
    return "\n".join(lines)


def cuts_table() -> str:
    """What districts cut first when half of their own money for CTE ends for good, in Markdown."""
    changes = changes_after_a_cut()
    lines = [
        "| change, median of draws | " + " | ".join(f"year {year}" for year in YEARS) + " |",
        "|---|" + "---:|" * len(YEARS),
    ]
    for name, label in SHOWN.items():
        cells = (f"{round(100 * float(change)):+d}%".replace("+0%", "0%") for change in changes[name])
        lines.append(f"| {label} | {' | '.join(cells)} |")
    told = (
        f"Half of what districts give CTE of their own ends for good in the first year, against the same draws with "
        f"all of it: current law, {DRAWS} draws from the priors, seed {SEED}."
    )
    return "\n".join([*lines, "", told])


def changes_after_a_cut() -> dict[str, Array]:
    """The relative change of each shown quantity in each shown year, median over draws."""
    world = load_world()
    law = find_formula("status_quo", config_folder(), world.clusters.identifier)
    parameters = parameters_for(load_catalogue(), world, SEED, range(DRAWS), "prior")
    start = prepare(world, parameters, law, SEED, range(DRAWS), max(YEARS))
    cut = Scenario(name="cut", title="cut", source="example", from_year={world.base_year + 1: Shocks(local_money=CUT)})
    after, usual = _recorded(start, cut), _recorded(start, BASELINE)
    return {
        name: np.array([np.median(after[year - 1][name] / usual[year - 1][name]) - 1.0 for year in YEARS])
        for name in SHOWN
    }


def _recorded(start: Ensemble, scenario: Scenario) -> list[Record]:
    return [
        statewide(start.world, start.parameters, state, year)
        for state, year in simulate(start, start.current_law, max(YEARS), scenario=scenario)
    ]
