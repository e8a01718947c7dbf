"""What does each lever of the aligned formula buy in a bad year, and what does it cost?

Question. If take-up surges, districts carry what the appropriation does not pay. A cap, a limit on growth, a lag, a
floor, a phase-in, a reserve: which takes how much off what they carry, who pays for it, and who is taught less?

Method. Each lever is a variant of the bill, on the same draws, under a surge of take-up. What is compared is the mean
of the worst years of the worst draws (one in twenty, or as many as the draws can tell of), what the state pays a year,
and concentrators taught. A choice is on the frontier if no other is better in all three.

Result. The price list, and which choices stand on the frontier. A limit on what is owed lowers what districts carry by
owing them less: what the state pays says so.
"""

from collections.abc import Sequence

import pandas as pd
from running import Expectation, finding, options, show

import sim

EXPECTED = Expectation(
    "what saves the state most lowers what is taught, and what pays districts most raises it",
    "a lever that takes risk off the state puts it on districts or on students: counts paid for less are worth "
    "less to those who decide",
)

LEVERS = ("paid_in_full", "higher_cap", "lower_cap", "growth_limit", "lag", "phase_in", "reserve")


def main(arguments: Sequence[str] | None = None) -> None:
    chosen = options(arguments, "08_frontier", draws=64, horizon=10)
    try:
        found = sim.levers(
            "aligned",
            scenarios=["baseline", "take_up_surge"],
            draws=chosen.draws,
            years=chosen.horizon,
            folder=chosen.folder,
            **{**chosen.settings, "levers": list(LEVERS)},
        )
    except sim.InputError as error:
        raise SystemExit(str(error)) from None
    prices = pd.read_csv(found.folder / "levers.csv").set_index("title")
    table = pd.DataFrame(
        {
            "districts carry, $M": prices["less_carried_change"] / 1e6,
            "state pays in the worst year, $M": prices["more_state_change"] / 1e6,
            "state pays a year, $M": prices["cost_change"] / 1e6,
            "taught a year": prices["taught_change"],
            "on the frontier": prices["on_frontier"],
        }
    )
    title = f"Changes against the bill as it is, under {prices['scenario'].iloc[0]}; tails: {prices['tail'].iloc[0]}"
    show(title, table, chosen.folder / "frontier.csv")
    changed = table.iloc[1:]
    cheapest, dearest = changed["state pays a year, $M"].idxmin(), changed["state pays a year, $M"].idxmax()
    finding(
        chosen,
        EXPECTED,
        f"{cheapest} saves the state most a year ({changed.loc[cheapest, 'state pays a year, $M']:+.1f} million) with "
        f"{changed.loc[cheapest, 'taught a year']:+,.0f} taught; {dearest} costs most "
        f"({changed.loc[dearest, 'state pays a year, $M']:+.1f} million) with "
        f"{changed.loc[dearest, 'taught a year']:+,.0f}",
        bool(changed.loc[cheapest, "taught a year"] < 0.0 < changed.loc[dearest, "taught a year"]),
    )


if __name__ == "__main__":
    main()
