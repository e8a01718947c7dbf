"""Bundles for tests with every field filled: what a test does not set is neutral, so that a new field breaks no test.

A neutral array is zeros of the shape ``[1, 1]``, which broadcasts with everything; fields that a rule sums or cuts by
district are spread over ``districts`` and ``clusters``. Whatever stands in a bundle is found by its type.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt
from simulated import line_of, made_up, new_mexico, sparse, warmed_up
from small_world import small_world

from sim.behavior.situation import Choice, Situation
from sim.behavior.staffing import labor_markets
from sim.behavior.upkeep import Loadings
from sim.engine.economy import Conditions
from sim.engine.ensemble import Ensemble
from sim.engine.felt import UNDISTURBED
from sim.engine.offers import Offers
from sim.engine.prospects import Prospects
from sim.engine.state import Premises, State, take_run
from sim.engine.workforce import Workforce
from sim.funding.line import Line
from sim.funding.schedule import Counts
from sim.parameters.catalogue import load_catalogue
from sim.parameters.groups import Parameters
from sim.parameters.loadings import load_loadings
from sim.parameters.values import central_parameters
from sim.students.choice import reach_by_sites
from sim.world.world import QUALITY_COMPONENTS, World

Bundle = TypeVar("Bundle")

PLACES = {
    "D": """
        high_schools own_budget promised log_price launch_cash launch_general upkeep_share plan_cost leadership interest
        own_money restricted uncredited base_own base_restricted cash cost spending_ratio base_payment last_payment
        payment_before_law
        local_index dual_credit_effort placement_effort membership offering_schools expenditure placements dual_credit
        plan_earned plan_falls earned once once_again usual_upkeep enduring
        base_units paid_places expected lasting free attention
    """,
    "C": """
        class_size class_cap section_cost section site section_upkeep participant concentrator attempt replacement
    """,
    "DC": """
        sites first_sections second_sections vacant_sections vacant_years launching launching_sections facilities
        equipment notice plan plan_years wanted eligible site_wanted appeal first_students second_students taught
        recoded_share exam_sites exam_for_pay exam_price further_exams sites_closed first_change second_change begun
        given_up seeking launch_sections
        launch_cost paid builds_facility first_class closed_for_money first_posts second_posts vacant first_taught
        second_taught staying opened launched participants concentrators instructors startup_spending credentials
    """,
    "DK": "quality",
    "D4": "grades",
    "GC": "pool",
}
"""Which fields vary over what, see ``sim.arrays``; all others are ``[1, 1]``."""

DISTRICT: Mapping[str, float] = {
    "sites": 1.0, "first_sections": 3.0, "second_sections": 1.0, "facilities": 1.0, "high_schools": 1.0,
    "equipment": 0.5, "wanted": 60.0, "eligible": 20.0, "first_worth": 1000.0, "second_worth": 2000.0,
    "site_worth": 10_000.0, "section_cost": 20_000.0, "elective": 500.0, "annuity": 5.0, "solving": 1.0,
    "class_size": 20.0, "class_cap": 30.0, "second_class": 0.75, "practiced": 0.6, "floor": 0.2, "ceiling": 1.0,
    "first_draw": 0.5, "second_draw": 0.5, "close_draw": 0.5,
}  # fmt: skip
"""A district with one school, and in each cluster a site with three first-course sections and a second-course one."""


def situation(districts: int = 1, clusters: int = 1, kind: type[Situation] = Situation, **changes: Any) -> Situation:
    """What a district of moderate size knows; money, payments and further sites are nothing unless they are set."""
    return filled(kind, districts, clusters, DISTRICT, changes)


def bundle(kind: type[Bundle], **changes: Any) -> Bundle:
    """A bundle of any other kind, of one district and one cluster; what is not set is nothing."""
    return filled(kind, 1, 1, {}, changes)


def choice(districts: int = 1, clusters: int = 1, **changes: Any) -> Choice:
    """A decision to change nothing."""
    return filled(Choice, districts, clusters, {"upkeep_share": 0.6, "first_class": 20.0}, changes)


def workforce(districts: int = 1, clusters: int = 1, **changes: Any) -> Workforce:
    """Nobody is employed."""
    return filled(Workforce, districts, clusters, {"staying": 1.0}, changes)


def counts(districts: int = 1, clusters: int = 1, **changes: Any) -> Counts:
    """A hundred members in each district and no CTE."""
    return filled(Counts, districts, clusters, {"membership": 100.0}, changes)


def state(districts: int = 1, clusters: int = 1, **changes: Any) -> State:
    """A world in which nothing is offered, with districts of a hundred members."""
    neutral = {"local_index": 1.0, "entry_index": 1.0, "filled_share": 1.0, "counts": counts(districts, clusters)}
    return filled(State, districts, clusters, neutral, changes)


def conditions(**changes: Any) -> Conditions:
    """Base-year prices in the first year after the base year, with nothing cut and no shock."""
    neutral = {
        "fiscal_year": 2027, "years_since_base": 1, "price_index": 1.0, "wage_index": 1.0, "revenue": 1e9,
        "shocks": UNDISTURBED,
    }  # fmt: skip
    return filled(Conditions, 1, 1, neutral, changes)


def line(**changes: Any) -> Line:
    """A line that pays a hundred dollars a participant, in full."""
    paid = [{"kind": "per_student", "count": "participants", "dollars": 100}]
    return line_of(**{"components": paid, "appropriation": {"rule": "full"}, **changes})


def prospects(districts: int = 1, clusters: int = 1, **changes: Any) -> Prospects:
    """No money is expected."""
    return filled(Prospects, districts, clusters, {}, changes)


def offers(districts: int = 1, clusters: int = 1, **changes: Any) -> Offers:
    """No line pays; an undiluted unit value of a thousand dollars."""
    return filled(Offers, districts, clusters, {"unit_value": 1000.0, "undiluted_value": 1000.0}, changes)


def premises(world: World, **changes: Any) -> Premises:
    """What holds for a run: each cluster is liked alike, nobody travels between schools, markets are the world's."""
    districts, clusters = len(world.districts), len(world.clusters)
    neutral = {
        "local_shares": np.full((districts, clusters), 1.0 / clusters),
        "participation": 0.5, "loss_passthrough": 0.75, "credit": 0.5, "openings": 1.0, "retention": np.ones((1, 3)),
        "solving": 1.0,
        "reach": reach_by_sites(world.districts.coverage, world.districts.high_schools, np.zeros((1, 1))),
        "markets": labor_markets(world.districts.region, np.array(world.districts.locale) == "rural"),
        "loadings": Loadings(**load_loadings()),
        "tier_mix": tuple(np.full((1, clusters), share) for share in (0.2, 0.5, 0.3)),
        "exam_share": 0.5,
    }  # fmt: skip
    return filled(Premises, districts, clusters, neutral, changes)


@cache
def standing(districts: int | None = 12, runs: int = 2, horizon: int = 6) -> Ensemble:
    """A made-up state at the end of its base year, or New Mexico itself; all parameters at their shipped values."""
    world = new_mexico() if districts is None else made_up(districts, 3)
    known = central_parameters(load_catalogue(), world.clusters, runs)
    return warmed_up(world, known if districts is None else sparse(known, world), 5, tuple(range(runs)), horizon)


@cache
def _central() -> Parameters:
    return take_run(central_parameters(load_catalogue(), small_world().clusters), 0)


def parameters(world: World | None = None, **groups: Mapping[str, float]) -> Parameters:
    """Shipped values but for those that a test sets: ``parameters(staffing={"turnover": 0.5})``; of the three clusters
    of ``small_world`` unless another world is given. A test of a rule alone sets all that the rule reads, by
    ``parameter_groups.group``."""
    known = _central() if world is None else take_run(central_parameters(load_catalogue(), world.clusters), 0)
    for name, values in groups.items():
        known = replace(known, **{name: changed(getattr(known, name), **values)})
    return known


def changed(bundle: Bundle, **changes: Any) -> Bundle:
    """The bundle with some fields set, numbers as ``[1, 1]``; a name that it does not have is a mistake of the test."""
    unknown = set(changes) - {field.name for field in fields(bundle)}  # type: ignore[arg-type]
    assert not unknown, f"{type(bundle).__name__} has no {sorted(unknown)}"
    return replace(bundle, **{name: _array(value) for name, value in changes.items()})  # type: ignore[type-var]


def filled(
    kind: type[Bundle], districts: int, clusters: int, neutral: Mapping[str, Any], changes: Mapping[str, Any]
) -> Bundle:
    """A bundle of any kind: what ``changes`` sets, else what is ``neutral``, else nothing."""
    hints = get_type_hints(kind)
    unknown = set(changes) - set(hints)
    assert not unknown, f"{kind.__name__} has no {sorted(unknown)}"
    extent = {"D": districts, "C": clusters, "K": len(QUALITY_COMPONENTS), "4": 4, "G": 1}
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]
        name = field.name
        shape = _shape(name, extent)
        if name in changes:
            value = changes[name]
        elif name in neutral:
            value = neutral[name]
        elif field.default is not MISSING or field.default_factory is not MISSING:
            continue
        else:
            value = _nothing(hints[name], shape, districts, clusters)
        values[name] = _spread(value, shape, hints[name])
    return kind(**values)


def _shape(name: str, extent: Mapping[str, int]) -> tuple[int, int]:
    for axes, names in PLACES.items():
        if name in names.split():
            rows = extent.get(axes[0], 1) if axes != "C" else 1
            columns = extent[axes[-1]] if len(axes) == 2 or axes == "C" else 1
            return rows, columns
    return 1, 1


def _numbers(hint: Any) -> Any:
    """The type of an array's numbers, and None for what is no array. The name of arrays is an alias of its own in newer
    Pythons, and stands for NumPy's class in older ones."""
    if get_origin(hint) is np.ndarray:
        return get_args(get_args(hint)[1])[0]
    return get_args(hint)[0] if get_origin(hint) is npt.NDArray else None


def _nothing(hint: Any, shape: tuple[int, int], districts: int, clusters: int) -> Any:
    numbers = _numbers(hint)
    if numbers is not None:
        return np.zeros(shape, dtype=numbers)
    if get_origin(hint) is tuple:
        parts = [part for part in get_args(hint) if part is not Ellipsis]
        return () if Ellipsis in get_args(hint) else tuple(_nothing(part, shape, districts, clusters) for part in parts)
    if isinstance(get_origin(hint), type) and issubclass(get_origin(hint), Mapping):
        return {}
    if is_dataclass(hint):
        return filled(hint, districts, clusters, {}, {})  # type: ignore[arg-type]
    return hint() if hint in (int, float, str, bool) else None


def _spread(value: Any, shape: tuple[int, int], hint: Any) -> Any:
    """A number or an array over the whole of its field's place; other things as they are."""
    if _numbers(hint) is None:
        return value
    array = _array(value)
    if array.ndim > 2 or array.shape == shape:
        return array
    spread = np.broadcast_shapes(array.shape, shape)
    return np.array(np.broadcast_to(array, spread))


def _array(value: Any) -> Any:
    if isinstance(value, bool):
        return np.array([[value]])
    if isinstance(value, int | float):
        return np.array([[value]], dtype=np.float64)
    return value
