"""Scenarios made of others: at another severity, from another year on, several at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from sim.engine.scenario import CALM, LAST_YEAR, MOST, ClusterShocks, EarlyEnd, RandomShocks, Scenario, Shocks, Spread

HIGHEST_SEVERITY = 2.0
"""How far a shock may be dialed up: twice its size."""

_DIGITS = 12
"""Decimals of a shock that has been calculated."""


@dataclass(frozen=True)
class Part:
    """A scenario in a combination: from another ``start`` year, if one is given, and at a ``severity``."""

    scenario: Scenario
    start: int | None = None
    severity: float = 1.0

    @property
    def name(self) -> str:
        """What the part is called in a combination: ``oil_slump@2030:1.5``; only what differs is told."""
        moved = f"@{self.start}" if self.start not in (None, self.scenario.first_year) else ""
        return f"{self.scenario.name}{moved}" + (f":{self.severity:g}" if self.severity != 1.0 else "")

    @property
    def title(self) -> str:
        """Its title, with the year and size where they are not those of its file."""
        said = self.scenario.title
        if self.start not in (None, self.scenario.first_year):
            said += f" from FY{self.start}"
        return said + (f" at {self.severity:g} times its size" if self.severity != 1.0 else "")


def combined(parts: Sequence[Part], name: str | None = None, title: str | None = None) -> Scenario:
    """The scenario of all parts together; shocks of one key that meet in a year are multiplied.

    A part at severity 0 is left out. Raises ValueError, one line, if two parts are the same, if nothing is left, if two
    end the formula or come by chance, or if a shock would become larger than a scenario may hold.
    """
    places = [(part.scenario.name, part.start or part.scenario.first_year) for part in parts]
    for place, part in zip(places, parts, strict=True):
        if places.count(place) > 1:
            raise ValueError(f"{part.scenario.name} stands twice; give its size as {part.scenario.name}:1.5")
    left = [part for part in parts if part.severity > 0.0 and part.scenario.written()]
    if not left:
        raise ValueError("nothing is left of it; without a shock it is the scenario baseline")
    found = joined([moved(scaled(part.scenario, part.severity), part.start) for part in left])
    called = name or "+".join(part.name for part in left)
    titles = [part.title for part in left]
    first, more = titles[0], [_within_a_sentence(other) for other in titles[1:]]
    told = first + (f", with {_and(more)}" if more else "")
    return found.model_copy(update={"name": called, "title": title or told})


def scaled(scenario: Scenario, severity: float) -> Scenario:
    """The scenario at another severity: a shock m becomes 1 + severity x (m - 1), never below 0.

    At 1 it is the scenario itself, at 0 nothing is left of it. What comes by chance comes as often, and is as much
    larger. Raises ValueError if the severity is not within 0 and 2, if an early end, which has no size, would get one,
    or if a shock would become larger than a scenario may hold.
    """
    if not 0.0 <= severity <= HIGHEST_SEVERITY:
        raise ValueError(f"severity {severity:g} is not allowed: a number from 0 to {HIGHEST_SEVERITY:g}")
    if severity == 1.0:
        return scenario
    if severity == 0.0:
        return scenario.model_copy(update={"years": {}, "from_year": {}, "end": None, "random": None})
    if scenario.end is not None:
        raise ValueError(f"{scenario.name}: an early end has no size; write it without a severity, or with 0")
    return scenario.model_copy(
        update={
            "years": {year: _scaled(shocks, severity, year) for year, shocks in scenario.years.items()},
            "from_year": {year: _scaled(shocks, severity, year) for year, shocks in scenario.from_year.items()},
            "random": None if scenario.random is None else _harder(scenario.random, severity),
        }
    )


def moved(scenario: Scenario, start: int | None) -> Scenario:
    """The scenario with its first year in ``start`` and all others as far behind it as they were.

    Raises ValueError if it has no year, or if one would lie beyond what a scenario may hold.
    """
    first = scenario.first_year
    if start is None or start == first:
        return scenario
    if first is None:
        raise ValueError(f"{scenario.name} has no shock that could start in {start}")
    by = start - first
    if max(year for _, year in scenario.written()) + by > LAST_YEAR:
        raise ValueError(f"{start} is not allowed: its last year would lie after {LAST_YEAR}")
    end, random = scenario.end, scenario.random
    return scenario.model_copy(
        update={
            "years": {year + by: shocks for year, shocks in scenario.years.items()},
            "from_year": {year + by: shocks for year, shocks in scenario.from_year.items()},
            "end": end and EarlyEnd(announced=end.announced + by, last_year=end.last_year + by),
            "random": random and random.model_copy(update={"from_year": random.from_year + by}),
        }
    )


def joined(scenarios: Sequence[Scenario]) -> Scenario:
    """Scenarios at once. Raises ValueError if two end the formula or come by chance, or if a product is too large."""
    if len(scenarios) == 1:
        return scenarios[0]
    ends = [scenario for scenario in scenarios if scenario.end is not None]
    if len(ends) > 1:
        raise ValueError(f"{ends[0].name} and {ends[1].name} both end the formula; name one")
    chances = [scenario for scenario in scenarios if scenario.random is not None]
    if len(chances) > 1:
        raise ValueError(f"{chances[0].name} and {chances[1].name} both come by chance; name one")
    turns = sorted(
        {year for scenario in scenarios for year in scenario.from_year}
        | {year + after for scenario in scenarios for year in scenario.years for after in (0, 1)}
    )
    path: dict[int, Shocks] = {}
    for year in turns:
        together = CALM
        for scenario in scenarios:
            together = _multiplied(together, scenario.at(year, 0), year)
        path[year] = together
    told = [scenario.description.rstrip(".") for scenario in scenarios if scenario.description]
    return Scenario(
        name="+".join(scenario.name for scenario in scenarios),
        title=scenarios[0].title,
        source="; ".join(dict.fromkeys(scenario.source.rstrip(".") for scenario in scenarios)),
        description=". ".join(dict.fromkeys(told)) + ("." if told else ""),
        from_year=path,
        end=ends[0].end if ends else None,
        random=chances[0].random if chances else None,
    )


def _scaled(shocks: Shocks, severity: float, year: int) -> Shocks:
    keys = shocks.model_dump(exclude={"clusters"})
    clusters = {name: one.model_dump() for name, one in shocks.clusters.items()}
    return _checked(
        {key: _dialed(value, severity) for key, value in keys.items()},
        {name: {key: _dialed(value, severity) for key, value in one.items()} for name, one in clusters.items()},
        year,
    )


def _dialed(multiple: float, severity: float) -> float:
    return round(max(1.0 + severity * (multiple - 1.0), 0.0), _DIGITS)


def _multiplied(one: Shocks, other: Shocks, year: int) -> Shocks:
    keys = {key: _product(getattr(one, key), getattr(other, key)) for key in Shocks.model_fields if key != "clusters"}
    clusters = {}
    for name in dict.fromkeys([*one.clusters, *other.clusters]):
        pair = [shocks.clusters.get(name, ClusterShocks()) for shocks in (one, other)]
        clusters[name] = {key: _product(*(getattr(each, key) for each in pair)) for key in ClusterShocks.model_fields}
    return _checked(keys, clusters, year)


def _product(one: float, other: float) -> float:
    return one if other == 1.0 else other if one == 1.0 else round(one * other, _DIGITS)


def _checked(keys: dict[str, float], clusters: dict[str, dict[str, float]], year: int) -> Shocks:
    try:
        return Shocks(**keys, clusters={name: ClusterShocks(**one) for name, one in clusters.items()})
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        key = problem["loc"][-1]
        raise ValueError(f"{key} would become {problem['input']:g} in FY{year}: at most {MOST:g} is allowed") from error


def _harder(random: RandomShocks, severity: float) -> RandomShocks:
    kinds = {}
    for name, kind in random.kinds.items():
        ends = {end: round(severity * value, _DIGITS) for end, value in kind.severity.model_dump().items()}
        if ends["high"] > MOST:
            raise ValueError(f"{name} could become {ends['high']:g} times as hard: at most {MOST:g} is allowed")
        kinds[name] = kind.model_copy(update={"severity": Spread(**ends)})
    return random.model_copy(update={"kinds": kinds})


def _within_a_sentence(title: str) -> str:
    """A title as it stands inside a sentence: its first word small, unless it is an abbreviation."""
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
