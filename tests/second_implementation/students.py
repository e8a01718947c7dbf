"""Students, concentrators, exams and credentials (7.10 and 7.11 of the protocol)."""

import math
from types import SimpleNamespace
from typing import Any

from second_implementation.plain import Grid, at, logistic, within

TIERS = range(3)


def reached(world: Any, travel: float, d: int, sites: float) -> float:
    """Share of a district's students whom a pathway at so many schools, the largest first, can take."""
    if sites <= 0:
        return 0.0
    own = world.districts.coverage[d][int(sites)]
    return float(own + travel * (1.0 - own))


def interest(
    world: Any, state: Any, rules: Any, premises: Any, openings: Grid, membership: list[float], shocks: Any
) -> SimpleNamespace:
    """Who would like a course of each cluster, and how many of last year's first-course students go on."""
    found = SimpleNamespace(interested=[], wanted=[], going_on=[], completion=[], quality_gap=[])
    for d, members in enumerate(membership):
        taking = at(premises.participation, d, 0) * max(1.0 + state.interest[d], 0.0) * shocks.participation
        interested = members * min(taking, 1.0)
        region = world.districts.region[d]
        leaning = [
            share * (1.0 + rules.choice.openings_tilt * (at(openings, region, c) - 1.0))
            for c, share in enumerate(premises.local_shares[d])
        ]
        smaller = min(members / state.counts.membership[d], 1.0) if state.counts.membership[d] > 0 else 1.0
        usual = min(rules.outcomes.going_on * shocks.progression, 1.0)
        gap = sum(state.quality[d]) / len(state.quality[d]) - rules.initial.quality_mean
        found.interested.append(interested)
        found.wanted.append(
            [interested * one / sum(leaning) * at(shocks.demand, 0, c) for c, one in enumerate(leaning)]
        )
        found.going_on.append(
            [min(usual * at(premises.going_on_level, d, c), 1.0) * smaller for c in range(len(leaning))]
        )
        found.quality_gap.append(gap)
        found.completion.append(
            within(rules.outcomes.completion * (1.0 + rules.outcomes.completion_quality * gap), 0.0, 1.0)
        )
    return found


def diverted(world: Any, wish: Any, rules: Any, d: int, sites: list[float]) -> tuple[list[float], float]:
    """Share of students in reach of each pathway, and by what those out of reach of theirs raise the demand."""
    reach = [reached(world, rules.choice.district_travel, d, one) for one in sites]
    served = sum(wanted * share for wanted, share in zip(wish.wanted[d], reach, strict=True))
    return reach, 1.0 + rules.choice.diversion * ((wish.interested[d] - served) / served if served > 0 else 0.0)


def enroll(world: Any, state: Any, rules: Any, premises: Any, wish: Any, staffed: Any, chosen: list[Any]) -> Any:
    """First and second courses within seats, and concentrators taught; all ``[district][cluster]``."""
    names = ("reached", "demanded", "eligible", "first", "second", "unserved_first", "unserved_second", "taught")
    found = SimpleNamespace(diverted=[], **{name: [] for name in names})
    for d, choice in enumerate(chosen):
        row = SimpleNamespace(**{name: [] for name in names})
        row.reached, raised = diverted(world, wish, rules, d, staffed.sites[d])
        free = []
        for c, sites in enumerate(staffed.sites[d]):
            asked = wish.wanted[d][c] * row.reached[c] * raised
            eligible = state.first_students[d][c] * wish.going_on[d][c] * staffed.staying[d][c]
            size = choice.first_class[c]
            small = size * rules.decisions.second_class * at(premises.second_level, d, c)
            seats = staffed.first_taught[d][c] * size
            second = min(eligible, staffed.second_taught[d][c] * small)
            alone = max(sites - staffed.second_posts[d][c], 0.0) / sites if sites > 0 else 0.0
            wishes = max(asked - second, 0.0)
            together = min(eligible - second, max(seats - wishes, 0.0), 0.5 * alone * seats)
            second, wishes, seats = second + together, max(wishes - together, 0.0), seats - together
            first = min(wishes, seats)
            free.append(seats - first)
            for name, value in (
                ("demanded", asked), ("eligible", eligible), ("first", first), ("second", second),
                ("unserved_first", wishes - first), ("unserved_second", eligible - second),
            ):  # fmt: skip
                getattr(row, name).append(value)
        moving = min(rules.choice.spill_over * sum(row.unserved_first), sum(free))
        for c, seats in enumerate(free):
            row.first[c] += seats * moving / sum(free) if moving > 0 else 0.0
            posts = staffed.first_posts[d][c] + staffed.second_posts[d][c]
            missing = staffed.vacant[d][c] / posts if posts > 0 else 1.0
            rate = wish.completion[d] * (1.0 - rules.outcomes.substitute_loss * missing)
            row.taught.append(row.second[c] * rate)
        for name in names:
            getattr(found, name).append(getattr(row, name))
        found.diverted.append(raised)
    return found


def effort(before: float, price: float, gain: float, scale: float, cost: float, outcomes: Any) -> float:
    """Effort on a margin that is paid, a year later; what one more costs the district is no pay."""
    gap = gain * (1.0 - math.exp(-max(price - cost, 0.0) / scale)) - before
    return float(before + gap * (outcomes.effort_rise if gap > 0 else outcomes.effort_fall))


def passing_usual(rules: Any, gap: float, c: int) -> float:
    return within(rules.clusters.pass_rate[c] * (1.0 + rules.outcomes.pass_rate_quality * gap), 0.0, 1.0)


def credentials(
    world: Any, state: Any, rules: Any, premises: Any, wish: Any, staffed: Any, taken: Any, believed: Any, shocks: Any
) -> SimpleNamespace:
    """Recoding, exams and credentials of every pathway; ``believed`` prices in dollars of the base year."""
    outcomes = rules.outcomes
    names = (
        "recoded_share", "recoded", "further_exams", "exams", "passing", "share", "exam_sites", "accepted", "for_pay",
        "attempts", "tier_1", "tier_2", "tier_3",
    )  # fmt: skip
    found = SimpleNamespace(**{name: [] for name in names})
    for d in range(len(taken.first)):
        row = SimpleNamespace(**{name: [] for name in names})
        for c in range(len(taken.first[d])):
            here = _exams_of_a_pathway(state, rules, premises, wish, staffed, taken, believed, shocks, d, c)
            share = state.recoded_share[d][c]
            counted = 1.0 - math.exp(-believed.concentrator[d][c] / outcomes.recoding_price_scale)
            here.recoded_share = share + outcomes.recoding_speed * (counted - share)
            here.recoded = here.recoded_share * outcomes.recodable * taken.taught[d][c]
            for name in names:
                getattr(row, name).append(getattr(here, name))
        for name in names:
            getattr(found, name).append(getattr(row, name))
    return found


def _exams_of_a_pathway(
    state: Any, rules: Any, premises: Any, wish: Any, staffed: Any, taken: Any, believed: Any, shocks: Any, d: int,
    c: int,
) -> SimpleNamespace:  # fmt: skip
    outcomes, fee = rules.outcomes, rules.clusters.exam_fee[c]
    usual_rate = passing_usual(rules, wish.quality_gap[d], c)
    relative = max(believed.credential[d][c] * usual_rate - fee, 0.0) / outcomes.exam_price_scale
    before = state.further_exams[d][c]
    gap = 1.0 - math.exp(-relative * relative) - before
    further = before + gap * (outcomes.effort_rise if gap > 0 else outcomes.effort_fall)
    most = outcomes.exam_limit * (taken.first[d][c] + taken.second[d][c])
    each = rules.clusters.attempt_rate[c] * shocks.credentials * outcomes.credential_level / premises.exam_share
    usual = min(taken.taught[d][c] * each, most)
    exams = usual + further * (most - usual)
    # Where there is hardly a custom of sitting, a twentieth of what students could sit counts as one.
    custom = max(usual, 0.05 * most)
    rate = usual_rate * max(exams / custom if custom > 0 else 0.0, 1.0) ** -outcomes.pass_rate_fall
    natural = [premises.tier_mix[tier][c] for tier in TIERS]
    passed, mix = _tiers(outcomes, natural, [believed.tiers[tier][d][c] for tier in TIERS], usual, exams, rate)

    sites, old_sites = staffed.sites[d][c], state.sites[d][c]
    accepted = _accepts(outcomes, premises, exams, sites, believed.lasting[d][c] * passed - fee)
    accepted_before = _accepts(outcomes, premises, exams, sites, at(state.exam_price, d, c) * passed - fee)
    unpaid = logistic(premises.exam_acceptance)
    still = min(state.exam_sites[d][c] * (min(sites, old_sites) / old_sites if old_sites > 0 else 0.0), sites)
    for_pay = at(state.exam_for_pay, d, c)
    kept = 1.0
    if for_pay > 0:
        fall = max(accepted_before - accepted, 0.0)
        room = accepted_before - unpaid
        kept = 1.0 - for_pay * (min(fall / room, 1.0) if room > 0 else 1.0)
        for_pay = within(1.0 - (1.0 - for_pay) / max(kept, 1e-9), 0.0, 1.0)
    still *= kept
    share = still / sites if sites > 0 else 0.0
    attempts = share * exams
    earned = [attempts * passed * part for part in mix]
    return SimpleNamespace(
        further_exams=further, exams=exams, passing=passed, share=share, exam_sites=still, accepted=accepted,
        for_pay=for_pay, attempts=attempts, tier_1=earned[0], tier_2=earned[1], tier_3=earned[2],
    )  # fmt: skip


def _accepts(outcomes: Any, premises: Any, exams: float, sites: float, pay: float) -> float:
    """Chance that a site which considers an exam accepts it."""
    worth = exams / max(sites, 1.0) * max(pay, 0.0)
    return logistic(premises.exam_acceptance + worth / outcomes.exam_worth_scale)


def _tiers(
    outcomes: Any, natural: list[float], prices: list[float], usual: float, exams: float, rate: float
) -> tuple[float, list[float]]:
    """Share of exams that are passed and the mix of credentials: usual exams in the natural mix, further ones drawn to
    what pays most for its difficulty."""
    hard = [1.0, outcomes.tier_difficulty_2, outcomes.tier_difficulty_3]
    pull = [max(price, 0.0) / one for price, one in zip(prices, hard, strict=True)]
    if max(pull) <= 0:
        return rate, natural
    weights = [part * (one / max(pull)) ** outcomes.tier_shift for part, one in zip(natural, pull, strict=True)]
    paid = [one / sum(weights) for one in weights] if sum(weights) > 0 else natural
    easy = [one**-outcomes.tier_pass_fall for one in hard]
    sat = sum(part / one for part, one in zip(natural, easy, strict=True))
    sat_for_pay = sum(part / one for part, one in zip(paid, easy, strict=True))
    as_usual = min(usual / exams, 1.0) if exams > 0 else 1.0
    for_pay = (1.0 - as_usual) * sat / sat_for_pay
    mix = [(as_usual * one + for_pay * other) / (as_usual + for_pay) for one, other in zip(natural, paid, strict=True)]
    return min(rate * (as_usual + for_pay), 1.0), mix


def exams_next_year(
    world: Any, state: Any, outcomes: Any, premises: Any, staffed: Any, found: Any, draw: Grid
) -> tuple[Grid, Grid]:
    """Sites that will administer an exam next year, whole, and the share of them that have it for pay alone."""
    everyone, width = range(len(draw)), len(draw[0])
    whole, for_pay = [[0.0] * width for _ in everyone], [[0.0] * width for _ in everyone]
    for c in range(width):
        offering = [d for d in everyone if staffed.sites[d][c] > 0]
        mean = sum(found.share[d][c] for d in offering) / len(offering) if offering else 0.0
        for d in everyone:
            around = mean
            for neighbor, weight in zip(world.districts.neighbors[d], world.districts.neighbor_weights[d], strict=True):
                if neighbor in offering:
                    around += weight * (found.share[neighbor][c] - mean)
            considers = min(outcomes.exam_innovation + outcomes.exam_imitation * within(around, 0.0, 1.0), 1.0)
            sites = staffed.sites[d][c]
            stay = min(state.sites[d][c], sites)
            having = min(found.exam_sites[d][c], stay)
            accepted, review = found.accepted[d][c], outcomes.exam_review
            expected = having * (1.0 - review * (1.0 - accepted)) + (stay - having) * considers * accepted
            opened = (sites - stay) * premises.exam_share
            whole[d][c] = float(min(math.floor(expected + opened + draw[d][c]), sites))
            gained = max(accepted - logistic(premises.exam_acceptance), 0.0)
            paid = having * (found.for_pay[d][c] * (1.0 - review) + review * gained)
            paid += (stay - having) * considers * gained
            for_pay[d][c] = min(paid / expected, 1.0) if expected > 0 else 0.0
    return whole, for_pay


def beside(
    world: Any, state: Any, rules: Any, taken: Any, believed: Any, offers: list[Any], found: SimpleNamespace
) -> None:
    """Dual credit and work-based learning places, and the effort on both."""
    outcomes, everyone = rules.outcomes, range(len(taken.first))
    found.dual_credit_effort, found.placement_effort, found.dual_credit, found.placements = [], [], [], []
    bought = sum(_places(offer) for offer in offers)
    for d in everyone:
        for name in ("dual_credit", "placement"):
            gain, scale = getattr(outcomes, f"{name}_gain"), getattr(outcomes, f"{name}_price_scale")
            price, cost = getattr(believed, f"{name}_price")[d], getattr(outcomes, f"{name}_cost")
            before = at(getattr(state, f"{name}_effort"), d, 0)
            getattr(found, f"{name}_effort").append(effort(before, price, gain, scale, cost, outcomes))
        participants = sum(taken.first[d]) + sum(taken.second[d])
        found.dual_credit.append(participants * outcomes.dual_credit_rate * (1.0 + found.dual_credit_effort[d]))
        share = state.counts.membership[d] / sum(state.counts.membership)
        arranged = sum(taken.taught[d]) * outcomes.placement_rate * (1.0 + found.placement_effort[d])
        found.placements.append(arranged + bought * share)


def _places(offer: Any) -> float:
    """Work-based learning places that the line's money is for: what it pays at the posted price, within its number."""
    places = 0.0
    for component in offer.line.components:
        price = at(offer.schedule.per_placement, 0, 0)
        if component.kind == "internship" and price > 0:
            most = math.inf if component.places is None else component.places
            bought = min(offer.appropriation / price, most)
            places += bought if math.isfinite(bought) else 0.0
    return places
