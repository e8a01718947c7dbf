"""Which formula brings what, at what cost?

Question. The NextGen pilot ends with FY2026. What do the shipped formulas, each as written, do over thirty years to
concentrators (taught and reported), credentials, pathways and the state's cost?

Method. All formulas face the same draws of parameters and luck, from the same warmed-up base year. Each is compared
with current law within each draw, so that a difference is the formula and not the dice.

Result. The table of formulas, as ``cte-sim`` prints it. Read the interval of a difference (in summary.csv) before its
mean: the designs differ by more than the uncertainty only where that interval leaves out zero.
"""

from collections.abc import Sequence

from running import Expectation, finding, options, run

EXPECTED = Expectation(
    "most concentrators taught under the aligned formula, fewest where the pilot ends without a successor",
    "the aligned formula pays most for each concentrator (LESC brief, 4 Sep 2025); after the pilot nothing is paid",
)


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "01_compare_designs")
    results = run(chosen)
    path = chosen.folder / "summary.csv"
    results.summary.to_csv(path, index=False)
    print(results.text)
    print(f"\nWritten to {path}")
    first = results.table("first five")
    change = first["concentrators_taught_change"].dropna()
    most, least = change.idxmax(), change.idxmin()
    finding(
        chosen,
        EXPECTED,
        f"in {first.attrs['span']} {most} brings most concentrators ({change[most]:+,.0f} a year, 90% of draws "
        f"{first.loc[most, 'concentrators_taught_change_low']:+,.0f} to "
        f"{first.loc[most, 'concentrators_taught_change_high']:+,.0f}), {least} fewest ({change[least]:+,.0f}, "
        f"{first.loc[least, 'concentrators_taught_change_low']:+,.0f} to "
        f"{first.loc[least, 'concentrators_taught_change_high']:+,.0f})",
        (most, least) == ("aligned", "pilot_sunset"),
    )


if __name__ == "__main__":
    main()
