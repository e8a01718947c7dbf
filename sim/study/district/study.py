"""One district simulated under a bill and under what it is set against, on the same draws: money, pathways, students,
and why its payment differs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array, IntArray
from sim.engine import recording
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble, simulate
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.funding.line import Line
from sim.results.discrepancy import CarriedDiscrepancy
from sim.study.bill.bridge import STEPS, Bridge, bridge
from sim.study.bill.static_score import Position, position_in_year
from sim.study.district.question import Question, of_its_size, read_question
from sim.study.explain import story
from sim.study.explain.items import Moment
from sim.study.running.memory import refuse_many_draws
from sim.study.running.runner import carried
from sim.study.setup.design import ensembles
from sim.study.setup.inputs import Inputs, asked_number, changes_told
from sim.study.setup.settings import Settings
from sim.world.world import World

COUNTS: tuple[str, ...] = (
    "membership", "participants", "concentrators", "concentrators_taught", "credentials", "unserved", "sites",
)  # fmt: skip
"""What is counted in the district, by the names of the results' district table."""

OF_NEIGHBORS: tuple[str, ...] = ("membership", "concentrators_taught", "paid", "dilution")
"""What is kept of the districts of its size, and of the state, by the same names."""

SPAN = 5
"""Years after the base year over which the difference in the payment is taken apart."""


@dataclass(frozen=True)
class Paid:
    """A funding line in a district: what it ``paid`` and what it owed and did not pay (``short``), nominal dollars
    ``[F, R, T]``, zero where a formula has no such line."""

    line: Line
    paid: Array
    short: Array


@dataclass(frozen=True)
class Apart:
    """Why the payment differs in the first years: from ``start`` to ``end``, yearly net dollars of the base year by
    draw ``[R]``, by ``steps`` that sum to the difference."""

    start: Array
    end: Array
    steps: Mapping[str, Array]


@dataclass(frozen=True)
class DistrictStudy:
    """A district in both formulas, as simulated. Axes: formula ``F`` (baseline, bill), draw ``R``, fiscal year ``T``
    from the base year on, cluster ``C``, district of its size ``P``.

    ``counts`` and ``money`` are ``[F, R, T]``: dollars nominal, 'price' what a CTE dollar is worth. ``sites`` and
    ``taught`` are ``[F, R, T, C]``, ``neighbors`` ``[F, R, T, P]`` of the districts ``peers``, itself among them;
    ``state`` has the sums over all districts and ``price_index`` the prices, ``[F, R, T]``. ``moments`` is one draw,
    the nearest to the bill's mean payment, in the bill's first year under either formula; ``discrepancy`` is what
    intervals of counts carry.
    """

    world: World
    question: Question
    years: IntArray
    counts: Mapping[str, Array]
    money: Mapping[str, Array]
    price_index: Array
    lines: tuple[Paid, ...]
    sites: Array
    taught: Array
    peers: IntArray
    neighbors: Mapping[str, Array]
    state: Mapping[str, Array]
    apart: Apart
    moments: tuple[Moment, Moment]
    replicate: int
    scenario: str
    seed: int
    run: str
    discrepancy: CarriedDiscrepancy | None
    changed: tuple[str, ...] = ()

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return int(self.price_index.shape[1])

    @property
    def identifier(self) -> str:
        """The district's code."""
        return self.world.districts.identifier[self.question.district]

    @property
    def name(self) -> str:
        """The district's name, its code where it has none."""
        return self.world.districts.name[self.question.district] or self.identifier


def study_district(settings: Settings, inputs: Inputs) -> DistrictStudy:
    """Simulate all draws under both formulas, chunk by chunk. Raises InputError before that."""
    asked = read_question(settings, inputs)
    refuse_many_draws(settings, inputs.world)
    gathered = _Gathered(inputs, asked, settings.horizon)
    for _, ensemble in ensembles(settings, inputs.world, inputs.catalogue, inputs.current_law, settings.horizon):
        gathered.add(ensemble)
    base = inputs.world.base_year
    first = min(max(asked.bill.takes_effect, base + 1), base + settings.horizon)
    net = gathered.joined("paid")[1, :, first - base] - gathered.joined("dilution")[1, :, first - base]
    replicate = int(np.argmin(np.abs(net - net.mean())))
    unfolded = story.unfold(
        settings, inputs, story.Question(asked.formulas, asked.district, None, (first,), replicate), replicate
    )
    return DistrictStudy(
        world=inputs.world,
        question=asked,
        years=np.arange(base, base + settings.horizon + 1),
        counts={name: gathered.joined(name) for name in COUNTS},
        money={name: gathered.joined(name) for name in ("paid", "dilution", "own_money", "price")},
        price_index=gathered.joined("price_index"),
        lines=gathered.lines(),
        sites=gathered.joined("sites by cluster"),
        taught=gathered.joined("taught by cluster"),
        peers=gathered.peers,
        neighbors={name: gathered.joined(f"{name} of neighbors") for name in OF_NEIGHBORS},
        state={name: gathered.joined(f"{name} of all") for name in OF_NEIGHBORS},
        apart=gathered.apart(),
        moments=(unfolded[0][first], unfolded[1][first]),
        replicate=replicate,
        scenario=inputs.scenarios[0].name,
        seed=settings.seed,
        run=asked_number(settings, inputs, asked.formulas, (base, base + settings.horizon)),
        discrepancy=carried(settings),
        changed=changes_told(settings, inputs),
    )


class _Gathered:
    """Numbers of the district as they grow, chunk by chunk: blocks ``[T, R, ...]`` by name and formula."""

    def __init__(self, inputs: Inputs, asked: Question, horizon: int) -> None:
        self.peers = of_its_size(inputs.world, asked.district)
        self._inputs, self._asked, self._horizon = inputs, asked, horizon
        self._blocks: dict[tuple[str, int], list[Array]] = {}
        self._lines: dict[str, Line] = {}
        self._apart: dict[str, list[Array]] = {}

    def add(self, ensemble: Ensemble) -> None:
        """Simulate the draws of an ensemble under both formulas and keep what is told of the district."""
        positions: list[dict[int, Position]] = [{}, {}]
        for side, formula in enumerate(self._asked.formulas):
            years: list[dict[str, Array]] = []
            for before, year, after in self._simulated(ensemble, formula):
                years.append(self._numbers(ensemble, year, after))
                step = year.fiscal_year - ensemble.world.base_year
                if 1 <= step <= SPAN:
                    positions[side][step] = position_in_year(before.counts, after.counts, year)
            draws = max(len(numbers["paid"]) for numbers in years)
            for name in dict.fromkeys(name for numbers in years for name in numbers):
                # A line that begins or ends within the years pays nothing in the others.
                nothing = next(np.zeros_like(numbers[name]) for numbers in years if name in numbers)
                held = [np.broadcast_to(held, (draws, *held.shape[1:]))
                        for held in (numbers.get(name, nothing) for numbers in years)]  # fmt: skip
                self._blocks.setdefault((name, side), []).append(np.stack(held, axis=1))
        index = self._blocks["price_index", 1][-1]
        bridges = {step: bridge(positions[0][step], positions[1][step]) for step in positions[0]}
        self._take_apart(bridges, index)

    def _simulated(self, ensemble: Ensemble, formula: Formula) -> Iterator[tuple[State, Year, State]]:
        yield ensemble.before, ensemble.base, ensemble.state
        before = ensemble.state
        for after, year in simulate(ensemble, formula, self._horizon, scenario=self._inputs.scenarios[0]):
            yield before, year, after
            before = after

    def _numbers(self, ensemble: Ensemble, year: Year, after: State) -> dict[str, Array]:
        """What is told of a year, each ``[R]``, ``[R, C]`` or ``[R, P]``; of one draw where all are alike."""
        d = self._asked.district
        of_all = recording.by_district(ensemble.parameters, after, year)
        found = {name: of_all[name][:, d] for name in (*COUNTS, "paid", "dilution")}
        found |= {f"{name} of neighbors": of_all[name][:, self.peers] for name in OF_NEIGHBORS}
        found |= {f"{name} of all": of_all[name].sum(axis=1) for name in OF_NEIGHBORS}
        found["own_money"] = _at(year.books.own, d)
        found["price"] = np.exp(_at(year.choice.log_price, d))
        found["price_index"] = year.conditions.price_index.reshape(-1)
        found["sites by cluster"] = after.sites[..., d, :].reshape(-1, after.sites.shape[-1])
        found["taught by cluster"] = after.taught[..., d, :].reshape(-1, after.taught.shape[-1])
        for offer in year.offers.lines:
            ledger = year.settlement.ledgers[offer.line.name]
            self._lines.setdefault(offer.line.name, offer.line)
            found[f"paid by {offer.line.name}"] = _at(ledger.paid, d)
            found[f"short of {offer.line.name}"] = _at(ledger.phased_in - ledger.paid, d)
        return found

    def _take_apart(self, bridges: Mapping[int, Bridge], index: Array) -> None:
        d = self._asked.district
        for name in ("start", "end", *STEPS):
            yearly = [
                _at(getattr(found, name) if name in ("start", "end") else found.steps[name], d) / index[:, step]
                for step, found in bridges.items()
            ]
            self._apart.setdefault(name, []).append(np.mean(yearly, axis=0))

    def joined(self, name: str) -> Array:
        """A number of both formulas, ``[F, R, T, ...]``; zero in a formula that does not have it."""
        sides = [np.concatenate(self._blocks[name, side]) if (name, side) in self._blocks else None for side in (0, 1)]
        there = next(side for side in sides if side is not None)
        return np.stack([np.zeros_like(there) if side is None else side for side in sides])

    def lines(self) -> tuple[Paid, ...]:
        """All lines of either formula, those of the baseline first."""
        return tuple(
            Paid(line, self.joined(f"paid by {name}"), self.joined(f"short of {name}"))
            for name, line in self._lines.items()
        )

    def apart(self) -> Apart:
        """The difference taken apart."""
        whole = {name: np.concatenate(parts) for name, parts in self._apart.items()}
        return Apart(whole["start"], whole["end"], {step: whole[step] for step in STEPS})


def _at(quantity: Array, district: int) -> Array:
    """A quantity ``[..., D, 1]`` in a district, ``[R]``."""
    found: Array = quantity[..., district if quantity.shape[-2] > 1 else 0, 0].reshape(-1)
    return found
