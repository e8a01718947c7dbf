"""The cliffs, limits and boundaries of a checked bill as sentences."""

from collections import defaultdict
from typing import TYPE_CHECKING

from sim.funding.line import called_apart
from sim.report.shared.intervals import number_text
from sim.report.shared.order import with_code
from sim.states.words import listed
from sim.study.bill.cliffs import ALL_LINES, Cliff

if TYPE_CHECKING:
    from sim.study.bill.check_formula import BillCheck

MOST = 6
"""How many cliffs, limits, districts or pairs of clusters are shown; the workbook has all."""

MOST_SAID, FIRST_SAID = 360, 160
"""Characters from which on what is said of a cause is cut, and to how many: its place in the bill has all."""


def cliff_sentences(check: "BillCheck", most: int | None = MOST) -> list[str]:
    """Each cliff as two districts that are alike but for one unit, the largest first."""
    return [_cliff(check, cliff) for cliff in check.cliffs if cliff.kind == "jump"][:most]


def _amount(cliff: Cliff, held: float) -> str:
    unit = cliff.unit
    if unit.field == "quality":
        return f"a mean quality of {held:.2f}"
    if unit.field == "instructors":
        return f"{held:.1f} FTE"
    return f"{held:,.0f} {unit.one if round(held) == 1 else unit.many}"


def place_text(check: "BillCheck", cliff: Cliff) -> str:
    """The district with its code, and the cluster where the unit belongs to one."""
    districts, place = check.world.districts, cliff.pair.district
    name = with_code(districts.name[place], districts.identifier[place])
    if cliff.pair.cluster < 0:
        return name
    return f"{check.world.clusters.name[cliff.pair.cluster]} in {name}"


def _cliff(check: "BillCheck", cliff: Cliff) -> str:
    pair = cliff.pair
    low, high = (number_text(value, "dollars", step=1.0, size=1.0) for value in (pair.owed_below, pair.owed_above))
    moved = number_text(pair.dollars, "dollars", step=1.0, signed=True, size=1.0)
    price = number_text(pair.price, "dollars", step=1.0, size=1.0)
    with_it = " with its students" if pair.closed else ""
    below = "no pathway there, nor its students," if pair.closed else _amount(cliff, pair.below)
    by_all = " by all lines" if len(check.bill.own_lines) > 1 else ""
    where = "pathway" if cliff.unit.by_pathway else "district"
    number = "Hardly any" if cliff.affected < 1.0 else f"About {cliff.affected:,.0f}"
    where += "" if number == "About 1" else "s"
    met = ""
    if cliff.thresholds and cliff.thresholds != (pair.above,):
        shown = ", ".join(f"{threshold:,.6g}" for threshold in cliff.thresholds[:4])
        further = " and further on" if len(cliff.thresholds) > 4 else ""
        unit = "" if cliff.unit.field == "quality" else f" {cliff.unit.many}"
        met = f" Other districts would meet it at {shown}{unit}{further}."
    return (
        f"{moved} for one {cliff.unit.one} (posted price {price}{with_it}): {place_text(check, cliff)} would be owed"
        f"{by_all} {low} with {below} and {high} with {_amount(cliff, pair.above)}. Cause: {_cause(check, cliff)} "
        f"{number} {where} within one of it.{met}"
    )


def _cause(check: "BillCheck", cliff: Cliff) -> str:
    titles = called_apart(check.formula.own_lines)
    named = ALL_LINES if cliff.line == ALL_LINES else listed([titles[one] for one in cliff.lines])
    line = f"{named}, " if len(titles) > 1 else ""
    return f"{line}{cliff.cause}: {_first_words(cliff.words)}" if cliff.words else f"{line}{cliff.cause}."


def _first_words(said: str) -> str:
    """What the formula says of a cause; of what is long, as many tiers are, the beginning."""
    if len(said) <= MOST_SAID:
        return said
    return f"{said[:FIRST_SAID].rsplit(' ', 1)[0].rstrip('.,;:')} ..."


def limit_sentences(check: "BillCheck", most: int | None = MOST) -> list[str]:
    """What brings nothing, by the component or rule that is the cause."""
    causes: dict[tuple[str, str], list[Cliff]] = defaultdict(list)
    for cliff in check.cliffs:
        if cliff.kind == "unpaid":
            causes[cliff.line, cliff.cause].append(cliff)
    said = []
    for cliffs in sorted(causes.values(), key=lambda found: -max(cliff.affected for cliff in found)):
        alike: dict[str, list[str]] = defaultdict(list)
        for cliff in cliffs:
            number = f"{max(cliff.affected, 1.0):,.0f}"
            where = "pathway" if cliff.unit.by_pathway else "district"
            alike[f"in {number} {where}{'' if number == '1' else 's'}"].append(cliff.unit.one)
        units = "; ".join(f"a further {' or '.join(ones)} {where}" for where, ones in alike.items())
        said.append(f"{_cause(check, cliffs[0])} Unpaid: {units}.")
    return said[:most]


def idle_sentences(check: "BillCheck") -> list[str]:
    """Limits and floors that move no district's payment, line by line."""
    alike: dict[str, list[str]] = defaultdict(list)
    for line, rule in check.idle:
        alike[line].append(rule)
    titles = called_apart(check.formula.own_lines)
    return [
        f"{f'{titles.get(line, line)}: ' if len(titles) > 1 else ''}{', '.join(rules)}."
        for line, rules in alike.items()
    ]


def boundary_sentences(check: "BillCheck") -> list[str]:
    """Pairs of clusters, the widest gap first; what is owed for a participant, before proration."""
    names, pay = check.world.clusters.name, check.pay

    def of(cluster: int) -> str:
        costs, paid = (number_text(float(v[cluster]), "dollars", step=1.0) for v in (pay.cost, pay.pay))
        return f"{names[cluster]} costs {costs} and is owed {paid}"

    return [f"{of(pair.less)}; {of(pair.more)}." for pair in check.boundaries]
