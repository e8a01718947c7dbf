"""Why a district decided as it did, and how its payment came about: one draw unfolded, and where it lies among draws.

Another formula stands beside, on the same draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.arrays import Array
from sim.behavior import launching
from sim.engine import recording
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble, prepare, simulate
from sim.engine.state import State
from sim.funding.formula import Formula
from sim.inputs import InputError
from sim.parameters.groups import Parameters
from sim.study.explain.decision import decision_of, section_items
from sim.study.explain.items import PRICE, Item, Moment, Quantity, Row, side_by_side
from sim.study.explain.margins import margin_items
from sim.study.explain.money import book_items, money_items, price_sentence
from sim.study.explain.offer import offer_items
from sim.study.explain.payment import payment_items
from sim.study.explain.places import find_place
from sim.study.explain.plans import closing_sentence, plan_items, plan_sentence, value_terms
from sim.study.explain.reading import reading_items
from sim.study.explain.students import all_student_items, student_items
from sim.study.setup.asked import name_of
from sim.study.setup.design import ensembles, parameters_for
from sim.study.setup.inputs import Inputs, asked_number, changes_told
from sim.study.setup.settings import Settings
from sim.world.world import World

SPREAD: Mapping[str, tuple[str, str, bool]] = {
    "price": ("what a CTE dollar is worth to the district", PRICE, False),
    "paid": ("paid to the district by the state's CTE lines", "dollars", False),
    "membership": ("members of the district, grades 9-12", "students", False),
    "pathways": ("pathways of the district", "pathways", False),
    "sections": ("sections of the district", "sections", False),
    "participants": ("participants of the district", "students", False),
    "unserved": ("students of the district who found no seat", "students", False),
    "concentrators_taught": ("concentrators taught in the district", "students", False),
    "concentrators": ("concentrators reported by the district", "students", False),
    "credentials": ("credentials of the district", "credentials", False),
    "pathway_sites": ("sites of the pathway", "sites", True),
    "pathway_sections": ("sections of the pathway", "sections", True),
    "pathway_participants": ("participants of the pathway", "students", True),
    "pathway_taught": ("concentrators taught in the pathway", "students", True),
    "planned": ("draws in which one more site is planned", "share", True),
    "launched": ("draws in which it is launched", "share", True),
    "site_closed": ("draws in which a site closes", "share", True),
}
"""What is told over draws: its words, its unit, and whether it belongs to a cluster."""

OF_PATHWAY: tuple[str, ...] = ("pathway_sites", "pathway_sections", "pathway_taught")
"""The numbers by which a draw is near to the mean of a cluster."""


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
    """One fiscal year: the ``verdicts`` of each formula, ``rows`` of numbers and ``spreads`` over draws.

    ``moments`` are what was unfolded; ``only_here`` names, by formula, draws in which that formula alone launches; of
    two formulas ``difference`` says how far one more site is worth more under the first, and why.
    """

    fiscal_year: int
    laws: tuple[str, ...]
    verdicts: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    spreads: tuple[Spread, ...]
    moments: tuple[Moment, ...]
    only_here: tuple[tuple[int, ...], ...]
    difference: "Difference | None" = None


@dataclass(frozen=True)
class Difference:
    """By how many dollars over its horizon one more site is worth more under one formula than under another, and the
    largest of its parts, in words and dollars."""

    value: float
    words: str
    part: float


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

    Unless a draw is named it is the one nearest to the mean over draws in the first year: by what the cluster has under
    either formula (``OF_PATHWAY``) where one is asked for, else by the district's payment under the formula asked for.
    """
    asked = read_question(settings, inputs, chosen)
    over_draws = _over_draws(settings, inputs, asked)
    replicate = asked.replicate
    if replicate is None:
        first = over_draws[asked.years[0]]
        near = [first["paid"][0]] if asked.cluster is None else [side for key in OF_PATHWAY for side in first[key]]
        replicate = nearest_draw(near)
    moments = unfold(settings, inputs, asked, replicate)
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


def nearest_draw(numbers: Sequence[Array]) -> int:
    """The draw nearest to the mean in several numbers ``[R]`` at once, each measured in its standard deviations."""
    apart = np.zeros(len(numbers[0]))
    for values in numbers:
        spread = float(values.std())
        apart += ((values - values.mean()) / spread) ** 2 if spread > 0.0 else 0.0
    return int(np.argmin(apart))


def unfold(settings: Settings, inputs: Inputs, asked: Question, replicate: int) -> list[dict[int, Moment]]:
    """One draw of the years asked for, simulated again: for each formula its moment by fiscal year."""
    draw = [replicate]
    parameters = parameters_for(inputs.catalogue, inputs.world, settings.seed, draw, settings.uncertainty)
    ensemble = prepare(
        inputs.world, parameters, inputs.current_law, settings.seed, draw, _horizon(inputs, asked.years)
    )  # fmt: skip
    return [_moments(inputs, ensemble, formula, asked) for formula in asked.formulas]


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
                for key, values in _numbers(ensemble.parameters, after, year, asked).items():
                    wide = np.broadcast_to(values, (len(replicates),))
                    blocks.setdefault((year.fiscal_year, key, side), []).append(wide)
    found: dict[int, dict[str, list[Array]]] = {year: {} for year in asked.years}
    for (fiscal_year, key, _), parts in blocks.items():
        found[fiscal_year].setdefault(key, []).append(np.concatenate(parts))
    return found


def _numbers(parameters: Parameters, after: State, year: Year, asked: Question) -> dict[str, Array]:
    """What is told over draws, each ``[R]``: districts' numbers as a run sheet has them, then those of the pathway."""
    of_district: dict[str, Array] = {
        **recording.by_district(parameters, after, year),
        "price": np.exp(year.choice.log_price)[..., 0],
    }
    found = {key: of_district[key][:, asked.district] for key, (_, _, of_cluster) in SPREAD.items() if not of_cluster}
    if asked.cluster is None:
        return found
    pathway: dict[str, Quantity] = {
        "pathway_sites": after.sites,
        "pathway_sections": after.sections,
        "pathway_participants": after.participants,
        "pathway_taught": after.taught,
        "planned": year.choice.plan > launching.NONE,
        "launched": year.workforce.launched,
        "site_closed": year.choice.sites_closed + year.workforce.emptied > 0,
    }
    for key, values in pathway.items():
        found[key] = values[:, asked.district, asked.cluster].astype(np.float64)
    return found


def _moments(inputs: Inputs, ensemble: Ensemble, formula: Formula, asked: Question) -> dict[int, Moment]:
    return {
        year.fiscal_year: Moment(ensemble, formula, before, year, after, asked.district, asked.cluster)
        for before, year, after in _simulated(inputs, ensemble, formula, asked.years)
    }


def _explained(moments: tuple[Moment, ...], over_draws: Mapping[str, list[Array]], asked: Question) -> ExplainedYear:
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
        verdicts=tuple(verdict(moment) for moment in moments),
        rows=side_by_side([moment_items(moment) for moment in moments]),
        spreads=tuple(Spread(key, tuple(values)) for key, values in over_draws.items()),
        moments=moments,
        only_here=tuple(only_here),
        difference=difference(*moments) if len(moments) == 2 and any(map(could_have_one, moments)) else None,
    )


def moment_items(moment: Moment) -> list[Item]:
    """One draw of one year under a formula, in the order of the year; without a cluster, all clusters in brief."""
    decision = decision_of(moment)
    if moment.cluster is None:
        middle = [*offer_items(moment, decision), *all_student_items(moment)]
    else:
        middle = [*section_items(moment, decision), *plan_items(moment, decision), *student_items(moment)]
    paid = payment_items(moment, moment.before.counts)
    money = [*reading_items(moment), *money_items(moment, decision), *margin_items(moment, decision)]
    return [*money, *middle, *paid, *book_items(moment)]


def verdict(moment: Moment) -> tuple[str, ...]:
    """In a sentence each: what a dollar is worth, whether all is given up, which sites close, what became of one more
    site."""
    leaves = "the district gives up all of CTE" if moment.of_district(moment.year.choice.leaves) else ""
    said = [price_sentence(moment), leaves]
    if moment.cluster is not None:
        decision = decision_of(moment)
        said += [closing_sentence(moment, decision), plan_sentence(moment, decision)]
    return tuple(sentence for sentence in said if sentence)


def could_have_one(moment: Moment) -> bool:
    """Whether one more site of the moment's cluster could be planned."""
    return moment.cluster is not None and bool(moment.at(decision_of(moment).site.possible))


def difference(first: Moment, second: Moment) -> Difference:
    """How the value of one more site differs between two moments."""
    one, other = (value_terms(moment, decision_of(moment)) for moment in (first, second))
    parts = {words: one[words] - other[words] for words in one}
    words = max(parts, key=lambda name: abs(parts[name]))
    return Difference(sum(parts.values()), words, parts[words])
