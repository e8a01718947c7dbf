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
from running import finding, options, run, show

SHED = {
    "spending": "spending",
    "second_sections": "second-course sections",
    "first_sections": "first-course sections",
    "concentrators_taught": "concentrators taught",
    "participants": "participants",
    "sites": "sites",
    "instructors": "instructors",
}
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
    left = table.loc[years[-1]]
    finding(
        f"in FY{years[-1]} {left['second-course sections']:.0%} of second courses are left, "
        f"{left['first-course sections']:.0%} of first courses and {left['sites']:.0%} of sites; "
        f"{shares.loc['pilot_sunset', 'concentrating']:.0%} of students concentrate",
        "second courses go before first ones; 17% of students concentrated before the pilot",
    )


if __name__ == "__main__":
    main()
