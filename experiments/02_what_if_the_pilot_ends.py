"""What is lost, and in which order, if the pilot ends and nothing replaces it?

Question. CTE money of the state ends with FY2026. Do districts give up sites, or first the second courses of those they
keep, or the first ones?

Method. ``pilot_sunset`` against current law on the same draws, year by year: spending, sections of second and of first
courses, concentrators taught, participants, sites, instructors; and the share of sites closed in the year. As a check
on the long run: before the pilot, with Perkins money only, 15,443 of 92,523 students concentrated (17%) and 65,102 took
part (70%; Advance CTE, about 2018-19).

Result. A table of the share that is left relative to current law, by year, and the shares of membership at the end,
to be held against the years before the pilot. Part of any fall is not the law: membership falls under both.
"""

from collections.abc import Sequence

import pandas as pd
from running import Expectation, by_draw, ends, finding, options, run, show, told

SHED = {
    "spending": "spending",
    "second_sections": "second-course sections",
    "first_sections": "first-course sections",
    "concentrators_taught": "concentrators taught",
    "participants": "participants",
    "sites": "sites",
    "instructors": "instructors",
}
ORDER = Expectation(
    "second courses go before first ones",
    "a second-course section has fewer students, so each of them costs more (docs/explanation/model.md)",
)
LONG_RUN = Expectation(
    "17% of students concentrate in the end, as before the pilot",
    "with Perkins money only 15,443 of 92,523 did (Advance CTE, about 2018-19)",
)
YEARS_AFTER = (0, 1, 2, 3, 5, 10, 20, 30)


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "02_what_if_the_pilot_ends")
    results = run(chosen, ["status_quo", "pilot_sunset"])
    runs = results.with_design(results.state, ["formula", "replicate"]).assign(
        closed=lambda table: table["sites_closed"] / (table["sites"] + table["sites_closed"]),
        concentrating=lambda table: table["concentrators_taught"] / table["membership"],
        taking_part=lambda table: table["participants"] / table["membership"],
    )
    means = runs.groupby(["formula", "fiscal_year"], observed=True).mean(numeric_only=True)
    ended, current = means.loc["pilot_sunset"], means.loc["status_quo"]
    years = [results.manifest.base_year + after for after in YEARS_AFTER if after <= chosen.horizon]
    table = (ended[list(SHED)] / current[list(SHED)]).rename(columns=SHED)
    table["closed in the year"] = ended["closed"]
    table["closed, current law"] = current["closed"]
    show("Left of each, relative to current law", table.loc[years], chosen.folder / "what_is_left.csv", list(table))

    shares = pd.DataFrame({name: means.loc[name].loc[years[-1]] for name in ("status_quo", "pilot_sunset")})
    shares = shares.loc[["concentrating", "taking_part"]].T
    shares.loc["before the pilot"] = [15_443 / 92_523, 65_102 / 92_523]
    show(f"Shares of membership, FY{years[-1]}", shares, chosen.folder / "shares.csv", list(shares))
    early = min(5, chosen.horizon)
    draws = by_draw(results, [*SHED, "membership"], [years[0] + early])
    left = draws.loc["pilot_sunset"] / draws.loc["status_quo"]
    ahead = left["first_sections"] - left["second_sections"]
    finding(
        chosen,
        ORDER,
        f"after {early} years {told(left['second_sections'], '{:.0%}'.format)} of second-course sections are left, "
        f"{told(left['first_sections'], '{:.0%}'.format)} of first-course ones, {left['sites'].mean():.0%} of sites",
        ends(ahead)[0] > 0.0,
    )
    last = by_draw(results, ["concentrators_taught", "membership"], [years[-1]]).loc["pilot_sunset"]
    concentrating = last["concentrators_taught"] / last["membership"]
    low, high = ends(concentrating)
    found = f"in FY{years[-1]} {told(concentrating, '{:.0%}'.format)} of students concentrate"
    finding(chosen, LONG_RUN, found, low <= shares.loc["before the pilot", "concentrating"] <= high)


if __name__ == "__main__":
    main()
