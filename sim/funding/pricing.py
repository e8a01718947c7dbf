"""The state announces: a line's components become the price schedule of a year."""

from dataclasses import replace

import numpy as np

from sim.arrays import ZERO, Array, ratio, some
from sim.funding.components import CredentialBonus, InstructorUnit, Internship, SegWeight
from sim.funding.components.credential_bonus import within_shared_limit
from sim.funding.components.instructor_unit import with_shared_minimum
from sim.funding.conditions import both, districts_of, mask
from sim.funding.context import ONE, PricingContext
from sim.funding.line import Line
from sim.funding.schedule import NOTHING, STAKES, Counts, Schedule
from sim.world.world import World

SPENDING_SHARES: tuple[str, ...] = ("startup_share", "expenditure_share")
"""The prices that are shares of what a district spends."""

ROUNDING = 1e-9
CHARTER = "charter"
"""The kind of a state-chartered charter in the districts table."""


def counted(line: Line, counts: Counts, schedule: Schedule = NOTHING) -> Counts:
    """What of ``counts`` the line pays for: the limits of its components (minimum size, credential limits, threshold).

    Posted prices are the same for all; these limits decide what is counted when the line is settled. ``schedule``, the
    line's posted one, says where a component's condition holds: its limits bind there alone.
    """
    given, sharing = counts, list[tuple[CredentialBonus, Array | None]]()
    for place, component in enumerate(line.components):
        condition = schedule.covers[place] if schedule.covers else None
        if condition is None or not component.limits:
            counts = component.within_limits(counts)
        else:
            counts = counts.mixed(component.counted(counts.inside(condition)), condition)
        if isinstance(component, CredentialBonus) and component.shares_limit:
            sharing.append((component, condition))
    return within_shared_limit(sharing, given, counts) if sharing else counts


def coverage(line: Line, world: World, membership: Array) -> tuple[tuple[Array | None, ...], Array | None]:
    """Where each component's condition and the line's own hold together, and where the line's holds; see
    ``Schedule.covers``."""
    own = None if line.where is None else mask(line.where, world, membership)
    if own is None and all(component.where is None for component in line.components):
        return (), None
    masks = {}
    for component in line.components:
        here = component.where
        masks[component.label] = both(own, None if here is None else mask(here, world, membership))
    return tuple(masks[component.label] for component in line.components), own


def announce(line: Line, context: PricingContext) -> Schedule:
    """The prices of a line in a fiscal year; no price at all in a year in which the line does not pay.

    Amounts are added first, then what multiplies them (tiers, course levels, size), then quality. Dollars written in
    the line are multiplied by the price index where the line is indexed, or by their yearly rise; everything by the
    line's scale, and by the share that the state pays. No one is paid back more than all that was spent: shares of
    spending stop at 1.
    """
    if not line.active(context.fiscal_year):
        return NOTHING
    index = context.price_index if line.rules.indexation == "prices" else ONE
    if some(line.rules.yearly_rise):
        index = ONE * line.risen(line.rules.yearly_rise, context.fiscal_year)
    # A pot that is the appropriation is scaled with it; the components must see it unscaled, as all is scaled below.
    appropriation = context.appropriation if line.scale in (0.0, 1.0) else context.appropriation / line.scale
    counts = context.counts
    covers, covered = coverage(line, context.world, counts.membership)
    if any(component.prices_what_is_counted for component in line.components):
        counts = counted(line, counts, Schedule(covers=covers))
    context = replace(context, index=index, appropriation=appropriation, counts=counts)
    schedule = NOTHING
    parts = [NOTHING] * len(line.components)
    sharing = [
        place
        for place, component in enumerate(line.components)
        if isinstance(component, InstructorUnit) and component.shares_minimum
    ]
    for place, component in sorted(enumerate(line.components), key=lambda placed: placed[1].stage):
        condition = covers[place] if covers else None
        if condition is None:
            parts[place] = component.prices(context, schedule)
        else:
            here = replace(context, counts=counts.inside(condition), everywhere=counts, inside=condition)
            parts[place] = component.prices(here, schedule).times(condition)
        if place in sharing:
            # What they post depends on all of them; it is added when the last is known.
            if place == sharing[-1]:
                schedule = _with_shared_minimum(line, sharing, parts, covers, context, schedule)
            continue
        schedule = schedule.plus(parts[place])
    share = line.rules.paid_share
    if some(share != 1.0):
        paid = np.zeros((1, 1)) + share
        parts = [_paid(part, paid) for part in parts]
        schedule = _paid(schedule, paid)
    if line.scale != 1.0:
        # What counts without being paid is no money that a scale could make more of.
        stakes = schedule.only(*STAKES)
        schedule = schedule.without(*STAKES).times(np.full((1, 1), line.scale)).plus(stakes)
    held = {
        name: np.minimum(share, 1.0)
        for name in SPENDING_SHARES
        if (share := getattr(schedule, name)) is not ZERO and np.any(share > 1.0)
    }
    minimum = minimum_guarantee(line, context)
    if minimum is not ZERO and covered is not None:
        minimum = minimum * districts_of(covered)
    most = maximum_payment(line, context)
    return schedule.but(**held, minimum=minimum, maximum=most, parts=tuple(parts), covers=covers, covered=covered)


def _with_shared_minimum(
    line: Line,
    sharing: list[int],
    parts: list[Schedule],
    covers: tuple[Array | None, ...],
    context: PricingContext,
    so_far: Schedule,
) -> Schedule:
    """The prices so far and those of the instructor units that share a minimum, which ``parts`` then holds."""
    units = [
        (component, parts[place], covers[place] if covers else None)
        for place in sharing
        if isinstance(component := line.components[place], InstructorUnit)
    ]
    for place, posted in zip(sharing, with_shared_minimum(units, context), strict=True):
        parts[place] = posted
        so_far = so_far.plus(posted)
    return so_far


def _paid(schedule: Schedule, share: Array) -> Schedule:
    """A schedule of which the state pays a share; what it spends itself and what is not paid stay as they are."""
    whole = schedule.only("statewide", *STAKES)
    return schedule.without("statewide", *STAKES).times(share).plus(whole)


def held_at_all_spending(line: Line, schedule: Schedule) -> bool:
    """Whether the line's components and scale together would pay back more than all of some spending, so that the
    share in ``schedule``, which was announced for the line, is held at 1."""
    for name in SPENDING_SHARES:
        wanted: Array = ZERO
        for part in schedule.parts:
            wanted = wanted + getattr(part, name)
        if np.any(wanted * line.scale > 1.0 + ROUNDING):
            return True
    return False


def minimum_guarantee(line: Line, context: PricingContext) -> Array:
    """Dollars that the line owes at least to a district with a pathway, ``[..., D, 1]``; ZERO without a guarantee."""
    district, charter = line.rules.guarantee(charter=False), line.rules.guarantee(charter=True)
    if not (some(district) or some(charter)):
        return ZERO
    is_charter = np.array([[kind == CHARTER] for kind in context.world.districts.kind])
    dollars = np.where(is_charter, charter, district)
    return dollars * (line.scale * context.index)


def maximum_payment(line: Line, context: PricingContext) -> Array | None:
    """Dollars that the line pays a district at most, ``[..., D, 1]`` or ``[..., 1, 1]``; None without such a rule."""
    if line.rules.maximum_payment is None:
        return None
    most: Array = np.zeros((1, 1)) + line.rules.maximum_payment
    return most * (line.scale * context.index)


def places_bought(line: Line, schedule: Schedule, appropriation: Array) -> Array:
    """Work-based learning places that the line's money is for, ``[..., 1, 1]``; ZERO for lines that buy none.

    As many as the appropriation pays at the posted price, and no more than the line's number of places.
    """
    for component in line.components:
        if isinstance(component, Internship):
            most = np.inf if component.places is None else component.places
            bought = np.minimum(ratio(appropriation, schedule.per_placement), most)
            return np.where(np.isfinite(bought), bought, 0.0)
    return ZERO


def program_units(line: Line, counts: Counts, fiscal_year: int, world: World | None = None) -> Array:
    """Program units that the line's weights add to the main formula, ``[..., D, 1]``; zero for lines outside it.
    ``world`` is needed where they have conditions."""
    units = counts.membership * 0.0
    if line.active(fiscal_year):
        covers = () if world is None else coverage(line, world, counts.membership)[0]
        for place, component in enumerate(line.components):
            if isinstance(component, SegWeight):
                condition = covers[place] if covers else None
                here = counts if condition is None else counts.inside(condition)
                units = units + component.units(here) * line.scale
    return units
