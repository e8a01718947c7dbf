"""What do plans for further sites wait for: money, rooms, or people?

Question. A more generous formula makes districts plan more sites. What do plans wait for, and would paying for launches
shorten it?

Method. Current law, the aligned formula, and the aligned formula with a start-up grant, on the same draws, over the
first five years. A plan is begun, waits for one thing at a time, and opens once it has found an instructor, or is given
up. So a count says what plans wait for now, not what they would wait for next; the start-up grant is tried for that
reason.

Result. Plans in a year by what became of them, mean over draws and years.
"""

from collections.abc import Sequence

from running import FORMULAS, by_formula, finding, options, run, show

FATE = {
    "plans_begun": "begun",
    "launches_started": "open",
    "plans_given_up": "given up",
    "plans": "still waiting",
    "plans_for_money": "for start-up money",
    "plans_for_room": "for a lab or shop",
    "plans_for_instructor": "for an instructor",
}


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "03_what_stops_launches", horizon=5)
    results = run(chosen, ["status_quo", "aligned", FORMULAS / "aligned_with_startup.yaml"])
    first = results.manifest.base_year + 1
    table = by_formula(results, FATE, range(first, first + min(5, chosen.horizon)))
    waits = table[[heading for heading in table if heading.startswith("for ")]]
    table["most wait"] = waits.idxmax(axis=1)
    table["share for money"] = waits["for start-up money"] / waits.sum(axis=1)
    show("Plans a year", table, chosen.folder / "plans.csv", ["share for money"])
    plain, helped = table.loc["aligned"], table.loc["aligned_with_startup"]
    finding(
        f"under the aligned formula most plans wait {plain['most wait']}; a start-up grant takes the share that waits "
        f"for money from {plain['share for money']:.0%} to {helped['share for money']:.0%} and opens "
        f"{helped['open']:,.0f} sites a year instead of {plain['open']:,.0f}",
        "people and rooms hold up more plans than money does",
    )


if __name__ == "__main__":
    main()
