"""What stops districts from launching pathways: money, rooms, people, or size?

Question. A more generous formula makes districts want more pathways. Which gate stops them, and would paying for
launches open it?

Method. Current law, the aligned formula, and the aligned formula with a start-up grant, on the same draws, over the
first five years. A wanted launch that is stopped is counted once, at the first gate it fails, in this order: too few
students, no lab or shop, cash, the district's capacity, no instructor. So a count says what stops launches first, not
what would stop them next; the start-up grant is tried for that reason.

Result. Launches a year by what became of them, mean over draws and years.
"""

from collections.abc import Sequence

from running import FORMULAS, by_formula, options, run, show

FATE = {
    "launches_wanted": "wanted",
    "launches_started": "launched",
    "stopped_by_size": "too few students",
    "stopped_by_facility": "no lab or shop",
    "stopped_by_cash": "cash",
    "stopped_by_capacity": "capacity",
    "stopped_by_instructor": "no instructor",
}


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "03_what_stops_launches", horizon=5)
    results = run(chosen, ["status_quo", "aligned", FORMULAS / "aligned_with_startup.yaml"])
    first = results.manifest.base_year + 1
    table = by_formula(results, FATE, range(first, first + min(5, chosen.horizon)))
    stopped = table[[heading for heading in table if heading not in ("wanted", "launched")]]
    table["first obstacle"] = stopped.idxmax(axis=1)
    table["stopped by money"] = stopped["cash"] / stopped.sum(axis=1)
    show("Launches a year", table, chosen.folder / "launches.csv")


if __name__ == "__main__":
    main()
