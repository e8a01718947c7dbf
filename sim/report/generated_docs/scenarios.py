"""Scenarios in tables for people: sizes in words, what shocks of a cluster may multiply, what comes by chance."""

import re
from collections.abc import Iterator

from sim.config_folder import config_folder
from sim.engine.scenario import CALM, ClusterShocks, Scenario, Shocks, Spread, read_scenario


def size_words(scenario: Scenario) -> str:
    """The size of a scenario in words: of each key the farthest from 1 and the years in which it is moved."""
    said = [_moved(scenario, key) for key in Shocks.model_fields if key != "clusters"]
    named = dict.fromkeys(
        name for path in (scenario.years, scenario.from_year) for at in path.values() for name in at.clusters
    )
    for name in named:
        keys = [_key_of(scenario, key, name) for key in ClusterShocks.model_fields]
        said.append(f"in {name} {', '.join(filter(None, keys))}")
    if scenario.end is not None:
        said.append(f"last paid in FY{scenario.end.last_year}, known from FY{scenario.end.announced}")
    if scenario.random is not None:
        kinds = scenario.random.kinds.items()
        often = ", ".join(f"{_plain(name)} once in {_years(kind.years / kind.times)}" for name, kind in kinds)
        said.append(f"by chance from FY{scenario.random.from_year}: {often}")
    return "; ".join(filter(None, said)) or "none"


def shock_table() -> str:
    """What a scenario may multiply, from the description of the class."""
    described = re.findall(r"``(\w+)``: ([^`]+)\.", " ".join((Shocks.__doc__ or "").split()))
    if [name for name, _ in described] != list(Shocks.model_fields):
        raise ValueError("the description of Shocks does not name its fields in order")
    return "\n".join(["| key | multiplies |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in described)])


def scenario_table() -> str:
    """The shipped scenarios with their sources."""
    lines = ["| scenario | what happens | size | source |", "|---|---|---|---|"]
    for path in sorted((config_folder() / "scenario").glob("*.yaml")):
        scenario = read_scenario(path)
        what = f"{scenario.title}. {scenario.description}".strip()
        lines.append(f"| `{scenario.name}` | {what} | {size_words(scenario)} | {scenario.source} |")
    return "\n".join(lines)


def cluster_shock_table() -> str:
    """What may be multiplied in single clusters, from the description of the class."""
    described = re.findall(r"``([a-z_`, ]+)``: ([^`]+)\.", " ".join((ClusterShocks.__doc__ or "").split()))
    lines = ["| key under `clusters` | multiplies |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{names.replace('``', '`')}` | {text} |" for names, text in described)])


def kinds_table() -> str:
    """The kinds of shocks that come by chance in the shipped scenario ``random``."""
    shocks = read_scenario(config_folder() / "scenario" / "random.yaml").random
    assert shocks is not None
    lines = ["| kind | comes | path | times its size | each year takes | source |", "|---|---|---|---|---|---|"]
    for name, kind in shocks.kinds.items():
        keys = [key for key in Shocks.model_fields if any(getattr(at, key) != getattr(CALM, key)
                for at in (*kind.path, kind.then))]  # fmt: skip
        paths = [f"`{key}` {', '.join(f'{getattr(at, key):g}' for at in kind.path)}"
                 + (f", then {getattr(kind.then, key):g}" if getattr(kind.then, key) != 1.0 else "")
                 for key in keys]  # fmt: skip
        cells = (
            _plain(name), f"{kind.times:g} in {kind.years:g} years ({kind.rate:.1%} a year)", "; ".join(paths),
            _spread(kind.severity), _spread(kind.lasts), kind.source,
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _moved(scenario: Scenario, key: str) -> str | None:
    return _text(key, {year: getattr(shocks, key) for year, shocks in _path(scenario)}, bool(_lasting(scenario, key)))


def _key_of(scenario: Scenario, key: str, cluster: str) -> str | None:
    values = {
        year: getattr(shocks.clusters[cluster], key) if cluster in shocks.clusters else 1.0
        for year, shocks in _path(scenario)
    }
    return _text(key, values, bool(scenario.from_year))


def _path(scenario: Scenario) -> Iterator[tuple[int, Shocks]]:
    years = [*scenario.years, *scenario.from_year]
    for year in range(min(years), max(years) + 1) if years else ():
        yield year, scenario.at(year, 0)


def _lasting(scenario: Scenario, key: str) -> bool:
    return bool(scenario.from_year) and getattr(scenario.from_year[max(scenario.from_year)], key) != 1.0


def _text(key: str, values: dict[int, float], lasting: bool) -> str | None:
    moved = [year for year, value in values.items() if value != 1.0]
    if not moved:
        return None
    farthest = max((values[year] for year in moved), key=lambda value: abs(value - 1.0))
    span = f"from FY{moved[0]} on" if lasting else f"FY{moved[0]}" + (f" to FY{moved[-1]}" if len(moved) > 1 else "")
    return f"{_plain(key)} times {farthest:g}{' at the farthest' if len(moved) > 1 else ''}, {span}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _years(span: float) -> str:
    return f"{span:.1f} years" if span < 10.0 else f"{span:.0f} years"


def _spread(spread: Spread) -> str:
    same = spread.low == spread.high
    return f"{spread.low:g}" if same else f"{spread.low:g} to {spread.high:g}, most likely {spread.likely:g}"
