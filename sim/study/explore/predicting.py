"""What an explorer answers: from the values of its knobs to the numbers of every draw and year, and to bands of them.

All that it needs stands in the content of ``explorer.json``. ``explorer.js`` of the page is the same arithmetic; tests
hold the two together. What a bill owes is emulated; that no more is paid than is voted, and that nothing is paid
before it begins, is worked out here, draw by draw, as the law says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arrays import Array, BoolArray
from sim.inputs import InputError
from sim.study.explore.emulator import INPUT_DIGITS, Output
from sim.study.explore.gaussian_process import Process

PER_100, COST, OWED, MOVED = "per_100", "cost", "owed", "moved"
SHOWN: tuple[str, ...] = ("per_100", "taught", "reported", "credentials", "pathways", "owed", "cost", "moved")
"""What is answered, each for every draw and year."""
VOTED = "voted"
"""All that is voted, dollars of the base year: what bounds what is paid."""

LOW, HIGH = 5.0, 95.0
"""Percentiles over draws of a band."""


@dataclass(frozen=True)
class Band:
    """Mean over draws and the ends of the interval beside it, as in all reports: the 5th and the 95th percentile, or
    the mean where it lies beyond them."""

    mean: float
    low: float
    high: float


def band(values: Array) -> Band:
    """The band of ``values`` over draws ``[R]``."""
    mean = float(values.mean())
    low, high = (float(end) for end in np.percentile(values, [LOW, HIGH]))
    return Band(mean, min(low, mean), max(high, mean))


class Explorer:
    """The content of ``explorer.json``, read for one of its scenarios, by its place."""

    def __init__(self, content: Mapping[str, Any], scenario: int = 0) -> None:
        self.content = content
        self.scenario: Mapping[str, Any] = content["scenarios"][scenario]
        self.knobs: list[Mapping[str, Any]] = content["knobs"]
        self.years = np.array(content["years"])
        self.shape = (int(self.scenario["draws"]), len(self.years))
        self.training = np.array(self.scenario["training"], dtype=np.float64).reshape(-1, len(self.knobs))
        self.outputs = {name: _output(found) for name, found in self.scenario["outputs"].items()}
        self.members = np.array(self.scenario["members"]).reshape(self.shape)
        self.law = self.exact(self.scenario["current_law"])
        self.districts: Mapping[str, Any] = content["districts"]

    def exact(self, found: Mapping[str, Any]) -> dict[str, Array]:
        """What is ``SHOWN`` under a law that was simulated as it is, and what it votes, each ``[R, T]``."""
        names = (*(name for name in SHOWN if name != PER_100), VOTED)
        levels: dict[str, Array] = {name: np.array(found[name]).reshape(self.shape) for name in names}
        return {**levels, PER_100: 100.0 * levels["taught"] / self.members}

    def exact_districts(self, found: Mapping[str, Any]) -> dict[str, Array]:
        """The same by district, as ``Answer.districts``."""
        shape = (len(self.districts["years"]), len(self.districts["names"]))
        return {name: np.array(found[f"district_{name}"]).reshape(shape) for name in ("money", "taught")}

    def own(self) -> list[float]:
        """The knobs as the bill has them."""
        return [float(knob["own"]) for knob in self.knobs]

    def check(self, values: Sequence[float]) -> None:
        """Raises InputError, one line, for a value outside what was swept."""
        for knob, value in zip(self.knobs, values, strict=True):
            if not knob["low"] <= value <= knob["high"]:
                raise InputError(
                    f"{knob['path']}: {value:g} lies outside what was simulated ({knob['low']:g} to {knob['high']:g})"
                )
            if knob["whole"] and value != int(value):
                raise InputError(f"{knob['path']}: {value:g} is not allowed: a whole number")

    def at(self, values: Sequence[float]) -> "Answer":
        """The answer at these values of the knobs. Raises InputError outside what was swept."""
        self.check(values)
        low, high = (np.array([knob[end] for knob in self.knobs]) for end in ("low", "high"))
        x = np.round((np.array([values], dtype=np.float64) - low) / (high - low), INPUT_DIGITS)
        return Answer(self, list(values), {name: out.at(x, self.training)[0] for name, out in self.outputs.items()})

    def current_law(self) -> dict[str, Array]:
        """What is ``SHOWN`` under current law, each ``[R, T]``."""
        return {name: self.law[name] for name in SHOWN}

    def value_of(self, place: int | float | None, values: Sequence[float], own: float) -> float:
        """The value of the knob at a place, or what stands in the bill where it has none."""
        return own if place is None else float(values[int(place)])


@dataclass(frozen=True)
class Answer:
    """``emulated``: every output at the ``values`` of the knobs."""

    of: Explorer
    values: list[float]
    emulated: Mapping[str, Array]

    @property
    def first_year(self) -> float:
        """The first fiscal year of the bill."""
        first = self.of.content["first_year"]
        return self.of.value_of(first["knob"], self.values, first["own"])

    @property
    def begun(self) -> BoolArray:
        """The years in which the bill is in force, ``[T]``."""
        return np.asarray(self.of.years >= self.first_year)

    def since_begun(self, name: str) -> Array:
        """Dollars that were emulated by years since the bill began, in the years to which they belong, ``[R, T]``."""
        found = np.maximum(self.emulated[name].reshape(self.of.shape), 0.0)
        shift = int(np.sum(~self.begun))
        return np.concatenate([np.zeros((self.of.shape[0], shift)), found[:, : self.of.shape[1] - shift]], axis=1)

    def lines(self) -> list[tuple[Array, Array, Array]]:
        """What each line with a cap owes, is voted and pays, each ``[R, T]``."""
        of, found = self.of, []
        for line in of.content["lines"]:
            due = self.since_begun(line["output"])
            per_unit = np.array(of.scenario["units"][line["name"]]).reshape(of.shape)
            voted = of.value_of(line["knob"], self.values, line["own"]) * per_unit
            found.append((due, voted, np.minimum(due, voted)))
        return found

    def levels(self) -> dict[str, Array]:
        """What is ``SHOWN``, each ``[R, T]``: per 100 members, heads, credentials, dollars of the base year."""
        return {name: values for name, values in self.with_voted().items() if name in SHOWN}

    def with_voted(self) -> dict[str, Array]:
        """The same, and what is voted; lines without a cap count at what they pay."""
        of, begun = self.of, self.begun
        found = {
            name: self.emulated[name].reshape(of.shape) for name in ("taught", "reported", "credentials", "pathways")
        }
        found[MOVED] = np.maximum(self.emulated[MOVED].reshape(of.shape), 0.0)
        found[PER_100] = 100.0 * found["taught"] / of.members
        owed = paid = voted = self.since_begun("uncapped")
        for due, most, given in self.lines():
            owed, voted, paid = owed + due, voted + most, paid + given
        for name, values in ((OWED, owed), (COST, paid), (VOTED, voted)):
            found[name] = np.where(begun, values, of.law[name])
        return {name: found[name] for name in (*SHOWN, VOTED)}

    def districts(self) -> dict[str, Array]:
        """Means over draws of every district in the years of detail, ``[Y, D]``: ``money`` that the state's CTE lines
        leave it, dollars of the base year, which is current law's until the bill begins, and concentrators
        ``taught``."""
        of, parts = self.of, self.of.districts
        shape = (len(parts["years"]), len(parts["names"]))
        places = [int(np.flatnonzero(of.years == year)[0]) for year in parts["years"]]
        money = np.zeros(shape) if parts["rest"] is None else self.emulated[parts["rest"]].reshape(shape)
        lines = self.lines()
        for part in parts["lines"]:
            due, _, paid = lines[part["line"]]
            share = np.array([_ratio(paid[:, t].mean(), due[:, t].mean()) for t in places])
            money = money + np.maximum(self.emulated[part["output"]].reshape(shape), 0.0) * share[:, np.newaxis]
        law = of.exact_districts(of.scenario["current_law"])["money"]
        money = np.where(self.begun[places][:, np.newaxis], money, law)
        return {"money": money, "taught": np.maximum(self.emulated["district_taught"].reshape(shape), 0.0)}


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0.0 else 1.0


def _output(found: Mapping[str, Any]) -> Output:
    center = np.array(found["center"], dtype=np.float64)
    basis = np.array(found["basis"], dtype=np.float64).reshape(-1, center.size)
    processes = tuple(
        Process(
            np.array(one["lengths"]), float(one["nugget"]), np.array(one["mean"]), np.array(one["weights"])
        )
        for one in found["processes"]
    )  # fmt: skip
    return Output(center, basis, processes)


def spans(years: Sequence[int]) -> dict[str, list[int]]:
    """The spans that are told, by their words: places in ``years`` of the first five and the five after them."""
    places = list(range(len(years)))
    parts = [part for part in (places[:5], places[5:10]) if part]
    return {_words([int(years[place]) for place in part]): part for part in parts}


def _words(years: Sequence[int]) -> str:
    return f"FY{years[0]}" if len(years) == 1 else f"FY{years[0]}-{str(years[-1])[2:]}"
