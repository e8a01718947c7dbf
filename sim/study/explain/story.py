"""Why a district decided as it did, and how its payment came about: one draw unfolded, and where it lies among draws.

Another formula stands beside, on the same draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.engine import recording
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.study.explain.decision import TERM_WORDS, decision_items, decision_of, stopped_by
from sim.study.explain.items import Moment, Quantity, Row, amount, side_by_side
from sim.study.explain.payment import payment_items
from sim.study.explain.places import find_place
from sim.study.explain.students import student_items
from sim.study.setup.asked import name_of
from sim.study.setup.design import ensembles, parameters_for
from sim.study.setup.inputs import Inputs, asked_number, changes_told
from sim.study.setup.settings import Settings
from sim.world.world import World

SPREAD: Mapping[str, tuple[str, str, bool]] = {
    "paid": ("paid to the district by the state's CTE lines", "dollars", False),
    "membership": ("members of the district, grades 9-12", "students", False),
    "pathways": ("pathways of the district", "pathways", False),
    "participants": ("participants of the district", "students", False),
    "concentrators": ("concentrators of the district", "students", False),
    "credentials": ("credentials of the district", "credentials", False),
    "pathway_sites": ("sites of the pathway", "sites", True),
    "pathway_participants": ("participants of the pathway", "students", True),
    "pathway_concentrators": ("concentrators of the pathway", "students", True),
    "launch_wanted": ("draws in which one more site is wanted", "share", True),
    "launched": ("draws in which it is launched", "share", True),
    "site_closed": ("draws in which a site closes", "share", True),
}
"""What is told over draws: its words, its unit, and whether it belongs to a cluster."""


@dataclass(frozen=True)
class Spread:
    """A number over draws, ``values[formula]`` ``[R]``, and the place of the draw that is unfolded."""

    key: str
    values: tuple[Array, ...]

    @property
    def words(self) -> str:
        """What it is."""
        return SPREAD[self.key][0]

    @property
    def unit(self) -> str:
        """Its unit; 'share' for what happens in some draws and not in others."""
        return SPREAD[self.key][1]


@dataclass(frozen=True)
class ExplainedYear:
    """One fiscal year: a ``verdict`` for each formula, ``rows`` of numbers and ``spreads`` over draws.

    ``moments`` are what was unfolded; ``only_here`` names, by formula, draws in which that formula alone launches.
    """

    fiscal_year: int
    laws: tuple[str, ...]
    verdicts: tuple[str, ...]
    rows: tuple[Row, ...]
    spreads: tuple[Spread, ...]
    moments: tuple[Moment, ...]
    only_here: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Explanation:
    """Everything that is told of a district, and of one of its clusters where one was named.

    ``replicate`` is the draw that is unfolded and ``asked`` whether the user named it; ``run`` is a hash of everything
    that the numbers follow from; ``changed`` says what the user changed of formulas and parameters.
    """

    world: World
    formulas: tuple[Formula, ...]
    district: int
    cluster: int | None
    years: tuple[ExplainedYear, ...]
    scenario: str
    seed: int
    draws: int
    replicate: int
    asked: bool
    run: str
    changed: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """District and cluster in words."""
        district = f"{self.world.districts.name[self.district]} ({self.world.districts.identifier[self.district]})"
        return district if self.cluster is None else f"{district}, {self.world.clusters.name[self.cluster]}"


@dataclass(frozen=True)
class Question:
    """What is asked, checked: the formulas beside each other (the one asked for first), place, years and draw."""

    formulas: tuple[Formula, ...]
    district: int
    cluster: int | None
    years: tuple[int, ...]
    replicate: int | None


def read_question(settings: Settings, inputs: Inputs, chosen: str | None) -> Question:
    """What the settings ask for. Raises InputError, one line, before anything is simulated."""
    world = inputs.world
    if settings.district is None:
        raise InputError("settings: district: is missing; write an identifier or a part of a name (district=gallup)")
    district = find_place("district", settings.district, world.districts.identifier, world.districts.name)
    cluster = None
    if settings.cluster is not None:
        cluster = find_place("cluster", settings.cluster, world.clusters.identifier, world.clusters.name)
    first, last = world.base_year, world.base_year + settings.horizon
    years = settings.study.years
    if not years or list(years) != sorted(set(years)):
        raise InputError(f"settings: study.years: {list(years)} is not allowed: write fiscal years in order")
    for year in years:
        if not first <= year <= last:
            raise InputError(f"settings: study.years: {year} is not allowed: FY{first} to FY{last} are simulated")
    replicate = settings.replicate
    if replicate is not None and replicate >= settings.draws:
        raise InputError(
            f"settings: replicate: {replicate} is not allowed: draws 0 to {settings.draws - 1} are simulated"
        )
    formulas = {formula.name: formula for formula in inputs.formulas}
    if chosen is None or chosen not in formulas:
        raise InputError("settings: formula: name the formula to explain (formula=aligned)")
    beside = (*map(name_of, settings.study.formulas), inputs.baseline)
    others = [name for name in beside if name is not None and name != chosen]
    sides = [chosen, *dict.fromkeys(others)][:2]
    return Question(tuple(formulas[name] for name in sides), district, cluster, years, replicate)


def explain(settings: Settings, inputs: Inputs, chosen: str | None) -> Explanation:
    """Simulate all draws under both formulas, choose the draw, and unfold it in every year that is asked for.

    Unless a draw is named it is the one whose payment in the first year, under the formula asked for, lies nearest to
    the mean over draws, which is the number of a run sheet.
    """
    asked = read_question(settings, inputs, chosen)
    over_draws = _over_draws(settings, inputs, asked)
    replicate = asked.replicate
    if replicate is None:
        payments = over_draws[asked.years[0]]["paid"][0]
        replicate = int(np.argmin(np.abs(payments - payments.mean())))
    ensemble = _prepare(settings, inputs, [replicate], asked.years)
    moments = [_moments(settings, inputs, ensemble, formula, asked) for formula in asked.formulas]
    years = []
    for year in asked.years:
        here = tuple(found[year] for found in moments)
        years.append(_explained(here, over_draws[year], asked))
    return Explanation(
        world=inputs.world,
        formulas=asked.formulas,
        district=asked.district,
        cluster=asked.cluster,
        years=tuple(years),
        scenario=inputs.scenarios[0].name,
        seed=settings.seed,
        draws=settings.draws,
        replicate=replicate,
        asked=asked.replicate is not None,
        run=asked_number(settings, inputs, asked.formulas, asked.years),
        changed=changes_told(settings, inputs),
    )


def _prepare(settings: Settings, inputs: Inputs, replicates: Sequence[int], years: Sequence[int]) -> Ensemble:
    parameters = parameters_for(inputs.catalogue, inputs.world, settings.seed, replicates, settings.uncertainty)
    return prepare(
        inputs.world, parameters, inputs.current_law, settings.seed, replicates, _horizon(inputs, years)
    )  # fmt: skip


def _horizon(inputs: Inputs, years: Sequence[int]) -> int:
    return max(max(years) - inputs.world.base_year, 1)


def _simulated(
    inputs: Inputs, ensemble: Ensemble, formula: Formula, years: Sequence[int]
) -> "list[tuple[State, Year, State]]":
    """The years that are asked for, each with the states before and after it."""
    base = inputs.world.base_year
    found = [(ensemble.before, ensemble.base, ensemble.state)] if base in years else []
    before = ensemble.state
    for after, year in simulate(ensemble, formula, max(years) - base, scenario=inputs.scenarios[0]):
        if year.fiscal_year in years:
            found.append((before, year, after))
        before = after
    return found


def _over_draws(settings: Settings, inputs: Inputs, asked: Question) -> dict[int, dict[str, list[Array]]]:
    """By year and number, for each formula its values over all draws ``[R]``."""
    blocks: dict[tuple[int, str, int], list[Array]] = {}
    world = inputs.world
    horizon = _horizon(inputs, asked.years)
    for replicates, ensemble in ensembles(settings, world, inputs.catalogue, inputs.current_law, horizon):
        for side, formula in enumerate(asked.formulas):
            for _, year, after in _simulated(inputs, ensemble, formula, asked.years):
                for key, values in _numbers(after, year, asked).items():
                    wide = np.broadcast_to(values, (len(replicates),))
                    blocks.setdefault((year.fiscal_year, key, side), []).append(wide)
    found: dict[int, dict[str, list[Array]]] = {year: {} for year in asked.years}
    for (fiscal_year, key, _), parts in blocks.items():
        found[fiscal_year].setdefault(key, []).append(np.concatenate(parts))
    return found


def _numbers(after: State, year: Year, asked: Question) -> dict[str, Array]:
    """What is told over draws, each ``[R]``: districts' numbers as a run sheet has them, then those of the pathway."""
    district = recording.by_district(after, year)
    found = {key: district[key][:, asked.district] for key, (_, _, of_cluster) in SPREAD.items() if not of_cluster}
    if asked.cluster is None:
        return found
    pathway: dict[str, Quantity] = {
        "pathway_sites": after.sites,
        "pathway_participants": after.participants,
        "pathway_concentrators": after.concentrators,
        "launch_wanted": year.choice.wanted,
        "launched": year.workforce.launched,
        "site_closed": year.choice.sites_closed > 0,
    }
    for key, values in pathway.items():
        found[key] = values[:, asked.district, asked.cluster].astype(np.float64)
    return found


def _moments(
    settings: Settings, inputs: Inputs, ensemble: Ensemble, formula: Formula, asked: Question
) -> dict[int, Moment]:
    return {
        year.fiscal_year: Moment(ensemble, formula, before, year, after, asked.district, asked.cluster)
        for before, year, after in _simulated(inputs, ensemble, formula, asked.years)
    }


def _explained(moments: tuple[Moment, ...], over_draws: Mapping[str, list[Array]], asked: Question) -> ExplainedYear:
    sides = []
    for moment in moments:
        items = [*decision_items(moment), *student_items(moment)] if asked.cluster is not None else []
        sides.append([*items, *payment_items(moment, moment.before.counts)])
    launched = over_draws.get("launched", [])
    only_here: list[tuple[int, ...]] = []
    for side in range(len(launched)):
        others = [values for other, values in enumerate(launched) if other != side]
        alone = (
            (launched[side] > 0) & ~np.any([values > 0 for values in others], axis=0) if others else launched[side] > 0
        )
        only_here.append(tuple(int(draw) for draw in np.flatnonzero(alone)))
    return ExplainedYear(
        fiscal_year=moments[0].year.fiscal_year,
        laws=tuple(moment.law for moment in moments),
        verdicts=tuple(verdict(moment) for moment in moments) if asked.cluster is not None else (),
        rows=side_by_side(sides),
        spreads=tuple(Spread(key, tuple(values)) for key, values in over_draws.items()),
        moments=moments,
        only_here=tuple(only_here),
    )


def verdict(moment: Moment) -> str:
    """In one sentence: was a further site wanted, and what became of it."""
    at, known = moment.at, moment.year.situation
    launch = decision_of(moment).launch
    chance, draw = amount(at(launch.chance), "share"), amount(at(known.launch_draw), "draw")
    odds = f"chance {chance}, draw {draw}"
    if not considered(moment):
        if at(known.launching) > 0:
            return f"no further site is considered: one is under way, {amount(at(known.launching), 'years')} to go"
        if at(known.sites) >= at(known.high_schools):
            return f"no further site is considered: all high schools ({at(known.high_schools):.0f}) have one"
        return f"no further site is considered: it would draw {amount(at(known.site_demand), 'students')}"
    if not at(launch.wanted):
        return f"a further site is not wanted ({odds})"
    for gate, stopped in stopped_by(moment).items():
        if at(stopped):
            return f"a further site is wanted ({odds}) and stopped by {gate}"
    return f"a further site is wanted ({odds}), passes every gate and is launched"


def considered(moment: Moment) -> bool:
    """Whether the district weighs a further site at all."""
    return bool(moment.at(decision_of(moment).launch.candidate))


def largest_difference(first: Moment, second: Moment) -> tuple[str, float]:
    """The term of attractiveness that differs most between two moments, in words, and by how many log odds."""
    one, other = decision_of(first).terms, decision_of(second).terms
    differences = {term: first.at(getattr(one, term)) - second.at(getattr(other, term)) for term in TERM_WORDS}
    term = max(differences, key=lambda name: abs(differences[name]))
    return TERM_WORDS[term], differences[term]
