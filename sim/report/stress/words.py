"""What a stress study says of tails, in sentences: no figure of a scenario without its condition."""

from sim.report.shared.intervals import interval_text
from sim.report.shared.spans import years_text
from sim.report.stress.conditions import RANDOM
from sim.report.stress.measured import Measured
from sim.report.stress.sheets import money
from sim.report.stress.shortfall import CALM, LEAST_DOLLARS
from sim.report.stress.tail_tables import ES, exposed, moving
from sim.states.speaking import state_words
from sim.study.stress.tails import draws_needed


def tail_sentence(of: Measured, formula: int) -> str:
    """What districts carry in the worst twentieth of draws, without a shock and under the worst one."""
    calm = of.tails(CALM, formula, "carried", "worst year")[ES].expected_shortfall
    title = of.calm.short_titles[formula]
    if calm.wanted:
        return ""
    said = (
        f"{title}: in the worst one in twenty of futures districts carry "
        f"{interval_text(calm.value, calm.low, calm.high, 'dollars')} in the worst year without a shock"
    )
    others = [name for name in moving(of, formula) if name != CALM]
    found = {name: of.tails(name, formula, "carried", "worst year")[ES].expected_shortfall for name in others}
    named = [RANDOM] if RANDOM in found else []
    worst = max((name for name in found if name != RANDOM), key=lambda name: found[name].value, default=None)
    if worst is not None and found[worst].value >= calm.value + LEAST_DOLLARS:
        named.append(worst)
    said += "".join(f", {money(found[name].value)} {of.under(name)}" for name in named)
    return f"{said}."


def tail_sentences(of: Measured) -> list[str]:
    """One sentence for each formula whose districts carry something, the most first; or how many draws are wanted."""
    shown = sorted(exposed(of), key=lambda f: -float(of.means("carried", "worst year")[f].max()))
    found = [sentence for f in shown if (sentence := tail_sentence(of, f))]
    needed = draws_needed(0.95)
    if shown and not found:
        return [f"Of one future in twenty {of.independent} draws tell nothing: {needed} are the fewest."]
    return found


def chances(of: Measured) -> str:
    """Whether any figure is a chance, or all hold under a condition alone."""
    return (
        "Shocks of the scenario 'random' come at historical frequency, so that its figures are chances; those of "
        "a named "
        "scenario hold if it comes, and say nothing of how likely that is."
        if RANDOM in of.panels
        else "A figure under a scenario holds if that comes; how likely it is, no figure here says."
    )


def reading_notes(of: Measured) -> list[str]:
    """How far the numbers reach."""
    notes = [
        f"A future is {years_text(of.years)} lived once, with parameters and luck of its own; the worst year is "
        "the worst of "
        "its years, whichever that is.",
        chances(of),
        f"Districts carry what is owed and not paid, and what a weight takes from {state_words().other_units}. They "
        "answer it, as districts do, with fewer sections and launches: what students lose is below.",
        "Revenue, take-up, costs and hiring are shocked; other states' laws, the federal budget and a change of "
        "this law are "
        "not, but where a scenario says so.",
    ]
    if of.luck > 1:
        notes.append(
            f"{of.independent} draws of parameters met {of.luck} turns of luck each: intervals count the draws of "
            "parameters."
        )
    return notes


FURTHER = (
    "cte-sim levers my_bill.yaml says what a cap, a limit on growth, a lag, a phase-in or a reserve takes off "
    "districts and the state in the worst years, and what it costs in students: a price list and a frontier.",
    "cte-sim reverse my_bill.yaml finds the smallest size of each shock at which less than four fifths of what is owed "
    "is paid.",
)
"""What a stress study leaves to two others: the price of levers, and the smallest shock."""
