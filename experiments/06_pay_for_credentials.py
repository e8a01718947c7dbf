"""What happens, year by year, where the state pays $1,000 for each credential without a cap?

Question. Open-ended pay for credentials tripled them in five to seven years where states tried it (Ohio, Louisiana,
North Carolina, Virginia). By which steps: pathways that take up an exam, students who sit, exams passed; and of what
value are the credentials that are added?

Method. Current law, and current law with $1,000 for each credential whatever its tier
(formulas/paid_credentials.yaml), on the same draws, from the same base year.

Result. The path: means over draws for the base year and selected years after it, and the figure of it, with bands
(credentials_path.png). A pathway is a cluster offered by a district, and has a paid exam if one is sat at any of its
sites. State cost is of all CTE lines, constant dollars of the base year.
"""

from collections.abc import Sequence

from running import FORMULAS, Expectation, by_draw, ends, finding, options, run, show, told

EXPECTED = Expectation(
    "about three times as many credentials after seven years",
    "credentials tripled in five to seven years in states that paid for them, some of which also asked for them (Ohio, "
    "Louisiana, North Carolina and Virginia; docs/explanation/validation.md)",
)

YEARS_AFTER = (0, 1, 2, 3, 5, 7, 10, 12)

COLUMNS = (
    "pathways with an exam",
    "districts with an exam",
    "exams sat",
    "passed",
    "credentials",
    "tier 1",
    "tier 2",
    "tier 3",
    "state cost, $M",
)
SHARES = tuple(name for name in COLUMNS if name not in ("exams sat", "credentials", "state cost, $M"))


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "06_pay_for_credentials", horizon=12)
    results = run(chosen, ["status_quo", FORMULAS / "paid_credentials.yaml"])
    runs = results.with_design(results.state, ["formula", "replicate"])
    earned = runs["credentials"]
    shares = {f"tier {tier}": runs[f"credentials_tier_{tier}"] / earned for tier in (1, 2, 3)}
    shares["pathways with an exam"] = runs["exam_pathways"] / runs["pathways"]
    shares["districts with an exam"] = runs["exam_districts"] / runs["districts_offering"]
    shares["passed"] = earned / runs["credential_attempts"]
    runs = runs.assign(**shares, **{"state cost, $M": runs["state_cost_constant"] / 1e6})
    runs = runs.rename(columns={"credential_attempts": "exams sat"})
    means = runs.groupby(["formula", "fiscal_year"], observed=True)[list(COLUMNS)].mean()
    years = [results.manifest.base_year + after for after in YEARS_AFTER if after <= chosen.horizon]
    table = means.loc[(slice(None), years), :].sort_index(ascending=[False, True])
    show("The path of credentials", table, chosen.folder / "path.csv", SHARES)

    drawn = results.plot("credentials_path").save(chosen.folder / "credentials_path.png")
    print(f"Drawn in {drawn}")
    after = min(7, chosen.horizon)
    first, later = (
        by_draw(results, ["credentials"], [year]).loc["paid_credentials", "credentials"]
        for year in (years[0], years[0] + after)
    )
    low, high = ends(later / first)
    found = f"{told(later / first, '{:.1f}'.format)} times as many credentials after {after} years"
    finding(chosen, EXPECTED, found, low <= 3.0 <= high)


if __name__ == "__main__":
    main()
