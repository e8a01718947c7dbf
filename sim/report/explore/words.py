"""What an explorer found, in words: which knob moves what, by how much, and how far the emulator may be trusted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.arrays import Array
from sim.report.explore.shown import Shown, factors_of
from sim.report.shared.names import first_letter
from sim.report.shared.origin import short
from sim.results.discrepancy import P90, CarriedDiscrepancy
from sim.states.speaking import state_words
from sim.study.explore.predicting import COST, MOVED, OWED, PER_100, Band, Explorer, band, spans

if TYPE_CHECKING:
    from sim.study.explore.errors import Error
    from sim.study.explore.study import Explored

LABELS: Mapping[str, str] = {
    PER_100: "concentrators per 100 members",
    "taught": "concentrators taught",
    "reported": "concentrators reported",
    "credentials": "credentials",
    "pathways": "pathways",
    OWED: "owed by the state's lines",
    COST: "state cost",
    MOVED: "moved from {other_units}",
}
TOLD = ("taught", COST, OWED)
"""Outcomes by which knobs are compared."""
DOLLARS = (COST, OWED, MOVED)
LEAST = 0.005
"""A knob that moves an outcome by less than this share of its level does not move it."""


@dataclass(frozen=True)
class Effect:
    """What a knob does over its whole range, the others as the bill has them: by outcome, the band of the difference
    between its high and its low end within each draw, in each span."""

    label: str
    low: float
    high: float
    whole: bool
    unit: str
    by_span: Mapping[str, Mapping[str, Band]]


def effects(explorer: Explorer) -> list[Effect]:
    """The effect of each knob, in their order."""
    found, as_shown = [], Shown(explorer)
    for number, knob in enumerate(explorer.knobs):
        ends = []
        for end in ("low", "high"):
            values = explorer.own()
            values[number] = float(knob[end])
            ends.append(as_shown.at(explorer.at(values)))
        by_span = {
            span: {name: band(_difference(ends, name, places)) for name in TOLD}
            for span, places in spans(explorer.years.tolist()).items()
        }
        found.append(Effect(knob["label"], knob["low"], knob["high"], knob["whole"], knob["unit"], by_span))
    return found


def _difference(ends: Sequence[Mapping[str, Array]], name: str, places: list[int]) -> Array:
    low, high = (end[name][:, places].mean(axis=1) for end in ends)
    difference: Array = high - low
    return difference


def findings(found: "Explored") -> list[str]:
    """The answer: what the bill does as written, and which knob moves it most."""
    explorer = found.explorer
    span, places = next(iter(spans(explorer.years.tolist()).items()))
    said = [f"As written the bill brings {_change(explorer, span, places)}."]
    for place, scenario in enumerate(found.content["scenarios"][1:], 1):
        changed = _change(Explorer(found.content, place), span, places)
        said.append(f"In the scenario {scenario['name']} ({scenario['title'].lower()}) it brings {changed}.")
    levels = Shown(explorer).at(explorer.at(explorer.own()))
    moved = effects(explorer)
    for name in ("taught", COST):
        level = abs(float(levels[name][:, places].mean()))
        order = sorted(moved, key=lambda one: -abs(one.by_span[span][name].mean))
        strongest = [one for one in order if abs(one.by_span[span][name].mean) > LEAST * level]
        if not strongest:
            said.append(
                f"No number of the bill moves {state_words().fill(LABELS[name])} by {LEAST:.1%} in {span}, "
                "within its range."
            )
            continue
        parts = [f"{_of(one)} ({amount(name, one.by_span[span][name].mean, True)})" for one in strongest[:3]]
        idle = [_of(one) for one in order if one not in strongest]
        rest = f" Hardly at all: {'; '.join(idle)}." if idle else ""
        verb = "moves" if name == COST else "move"
        said.append(
            f"{first_letter(state_words().fill(LABELS[name]))} a year in {span} {verb} most with "
            f"{'; '.join(parts)}.{rest}"
        )
    return said


def _change(explorer: Explorer, span: str, places: list[int]) -> str:
    """What the bill as written brings in a scenario, beside current law in the same."""
    as_shown = Shown(explorer)
    levels, law = as_shown.at(explorer.at(explorer.own())), as_shown.law
    rate, cost = (band((levels[name] - law[name])[:, places].mean(axis=1)) for name in (PER_100, COST))
    return (
        f"{_beside(rate, lambda value: f'{value:.1f}')} concentrators for each 100 members a year in {span} than "
        f"current law, and the state pays {_beside(cost, dollars)}"
    )


def _beside(change: Band, say: Callable[[float], str]) -> str:
    """A difference in words: '1.8 more (1.2 to 2.6)', and with signs where draws do not agree on the direction."""
    mean, low, high = change.mean, change.low, change.high
    word = "more" if mean >= 0 else "less"
    if low * high < 0:
        return f"{say(abs(mean))} {word} ({say(abs(low))} less to {say(abs(high))} more)"
    near, far = sorted((abs(low), abs(high)))
    return f"{say(abs(mean))} {word} ({say(near)} to {say(far)})"


def _of(effect: Effect) -> str:
    return f"{effect.label.lower()} from {number(effect.low, effect)} to {number(effect.high, effect)}"


def number(value: float, effect: Effect) -> str:
    """A knob's value as a reader writes it."""
    if effect.whole:
        return f"{value:.0f}"
    if effect.unit.startswith("dollars"):
        return dollars(value)
    return f"{value:,.4g}"


def dollars(value: float, signed: bool = False) -> str:
    """Dollars in as many digits as are of use: $41.2M, $905."""
    size = abs(value)
    text = f"${size / 1e6:,.{2 if size < 1e7 else 1}f}M" if size >= 1e5 else f"${size:,.10g}"
    return f"{'-' if value < 0 else '+' if signed else ''}{text}"


def amount(name: str, value: float, signed: bool = False) -> str:
    """A number of an outcome."""
    if name in DOLLARS:
        return dollars(round(value, -3), signed)
    sign = "+" if signed else ""
    return f"{value:{sign},.1f}" if name == PER_100 else f"{value:{sign},.0f}"


def trust(found: "Explored") -> list[str]:
    """How far the emulator is from the simulation at points that it has not seen, and what bands cover."""
    own, *others = found.content["scenarios"]
    said = [
        f"The answers are an emulator's, fitted to {own['points']:,} versions of the bill and judged at {own['fresh']} "
        f"that it had not seen. {_nearness(found.errors)}"
    ]
    for scenario in others:
        nearness = _nearness(found.errors_by_scenario[scenario["name"]])
        said.append(f"In the scenario {scenario['name']} it is fitted to {scenario['points']:,}. {nearness}")
    ends = [error for error in found.errors if error.number != "mean"]
    far = max(ends, key=lambda error: error.p95)
    said.append(
        f"Ends of intervals are less sure than means: within {far.p95:.1%} of the level in 95% of cases at the worst "
        f"({LABELS[far.outcome]}, {far.span}, {far.number} end)."
    )
    single = [error for error in found.errors if error.span == "districts"]
    grouped = [error for error in found.errors if error.span == "groups"]
    said.append(
        "Single districts are less sure: in 95% of cases within "
        + _each(single) + "; groups of districts within " + _each(grouped) + "."
    )  # fmt: skip
    return [*said, covers(found.content)]


def covers(content: Mapping[str, Any]) -> str:
    """What bands hold and what they leave out."""
    factors = factors_of(content)
    said = (
        "Bands hold 90% of draws, from the 5th to the 95th percentile, and reach to the mean where it lies beyond. "
        "How far the emulator is off is not in them and stands beside them. The band of a difference of two bills is "
        "of the difference within each draw, on the same parameters and chance. "
    )
    if factors is None:
        return (
            f"{said}Bands cover uncertain parameters and chance. They leave out what the model missed in other states."
        )
    response = CarriedDiscrepancy.model_validate(
        {name: content["discrepancy"][name] for name in CarriedDiscrepancy.model_fields}
    ).response
    most = float(np.exp(P90 * response.predictive))
    return (
        f"{said}Bands cover uncertain parameters, chance, and what the model missed in {response.cases} cases of other "
        "states. The last is carried by counts and by what the state owes and pays: nine times in ten an effect is at "
        f"most {most:.1f} times as large, or as small, as forecast."
    )


def _nearness(errors: Sequence["Error"]) -> str:
    """How near means are, and whether that is as near as was wanted."""
    of = [error for error in errors if error.span not in ("districts", "groups") and error.number == "mean"]
    missed = [error for error in of if not error.reached]
    worst = max(of, key=lambda error: error.p95)
    return (
        f"Means lie within {worst.p95:.1%} of the simulation in 95% of cases at the worst ({LABELS[worst.outcome]}, "
        f"{worst.span}); the farthest is off by {max(error.most for error in of):.1%}. Wanted were 2% (money 3%) in "
        "95% of cases and none beyond 10%: "
        + (f"missed by {_named(missed)}." if missed else "reached everywhere.")
    )  # fmt: skip


def _named(missed: Sequence["Error"]) -> str:
    names = dict.fromkeys(f"{LABELS[error.outcome]} ({error.p95:.1%} in {error.span})" for error in missed)
    return "; ".join(names)


def _each(found: Sequence["Error"]) -> str:
    return " and ".join(f"{error.p95:.1%} ({error.outcome.removeprefix('district_')})" for error in found)


def origin(content: Mapping[str, Any]) -> str:
    """Where the numbers come from."""
    of = content["provenance"]
    vintage = f" ({of['vintage']})" if of["vintage"] else ""
    points = ", ".join(f"{one['points']:,} points in scenario {one['name']}" for one in content["scenarios"])
    return (
        f"Run {short(of['run'])}, CTE funding simulation {of['version']}, model {short(of['model'])}, formula "
        f"{content['bill']['name']} version {short(of['formula'])}, data {short(of['data'])}{vintage}, "
        f"{of['draws']:,} draws at each of {points}, seed {of['seed']}"
    )
