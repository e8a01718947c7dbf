"""The hottest rules once more as one compiled loop, to see what NumPy costs; only the benchmark uses it.

Two blocks: which sections a district would run at a price of a dollar (``planning``: those that carry themselves, what
they are worth beyond their cost, how they answer the price) and what students do (``choice``, ``courses``,
``outcomes``, ``recoding``: demand, seats of both courses, concentrators, credentials by tier). Each is written as a
loop over runs, districts and clusters without any array in between. A test holds both to the rules. Without Numba the
loops are plain Python: as true, and slow.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.arrays import Array, part_of
from sim.behavior import planning, recoding
from sim.behavior.weighing import weigh_sections
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble
from sim.engine.state import State
from sim.students import choice, courses, credentials, outcomes

try:
    import numba

    compiled: Any = numba.njit(cache=False, error_model="numpy")
except ImportError:

    def compiled(loop: Any) -> Any:
        return loop


@compiled
def sections_loop(cells, of_state, first, second, surplus, falls_first, falls_second):
    """Of ``cells`` ``[n, R, D, C]`` and ``of_state`` ``[1, R]``: sections wanted of both levels, and the rest."""
    runs, districts, clusters = first.shape
    for r in range(runs):
        spread = of_state[0, r]
        for d in range(districts):
            for c in range(clusters):
                price = cells[0, r, d, c]
                for level in range(2):
                    possible, least, worth, earned, later, cost = cells[1 + 6 * level : 7 + 6 * level, r, d, c]
                    scale = spread * cost
                    margin = worth / price + (earned + later) - cost
                    share = 1.0 / (1.0 + np.exp(-(margin / scale)))
                    wanted = max(share * possible, least)
                    run = wanted / max(possible, 1e-300)
                    falls = wanted * max(1.0 - run, 0.0) * worth / (price * spread) * (wanted > least)
                    if level == 0:
                        first[r, d, c], falls_first[r, d, c] = wanted, falls
                    else:
                        second[r, d, c], falls_second[r, d, c] = wanted, falls
                        surplus[r, d, c] = possible * scale * np.log1p(np.exp(min(margin / scale, 50.0)))


@compiled
def students_loop(
    cells, of_district, of_cluster, of_state, first, second, turned_away, waiting, taught, recoded, attempts, one, two,
    three,
):  # fmt: skip
    """Demand to credentials; ``cells`` ``[n, R, D, C]``, ``of_district`` ``[n, R, D]``, ``of_cluster`` ``[n, R, C]``,
    ``of_state`` ``[n, R]``."""
    runs, districts, clusters = first.shape
    asked, held = np.zeros(clusters), np.zeros(clusters)
    for r in range(runs):
        (
            diversion, spill, loss, recodable, limit, pass_fall, tier_fall, pass_quality, shift, hard_2, hard_3, few,
        ) = of_state[:, r]  # fmt: skip
        easy_2, easy_3 = np.exp(-tier_fall * np.log(hard_2)), np.exp(-tier_fall * np.log(hard_3))
        for d in range(districts):
            interested, gap, completion, price_1, price_2, price_3 = of_district[:, r, d]
            pull_2, pull_3 = max(price_2 / hard_2, 0.0), max(price_3 / hard_3, 0.0)
            pull_1 = max(price_1, 0.0)
            largest = max(pull_1, pull_2, pull_3)
            lean_1 = lean_2 = lean_3 = 1.0
            if largest > 0.0:
                lean_1 = np.exp(shift * np.log(pull_1 / largest)) if pull_1 > 0.0 else 0.0
                lean_2 = np.exp(shift * np.log(pull_2 / largest)) if pull_2 > 0.0 else 0.0
                lean_3 = np.exp(shift * np.log(pull_3 / largest)) if pull_3 > 0.0 else 0.0
            served = 0.0
            for c in range(clusters):
                asked[c] = cells[0, r, d, c] * cells[1, r, d, c]
                served += asked[c]
            boost = 1.0 + diversion * ((interested - served) / served if served > 0 else 0.0)
            free = unseated = 0.0
            for c in range(clusters):
                sites, first_taught, second_taught, size, second_size, before, staying, going_on = cells[2:10, r, d, c]
                second_posts = cells[14, r, d, c]
                eligible = before * (going_on * staying)
                room = first_taught * size
                combined = max(sites - second_posts, 0.0) / max(sites, 1e-300)
                own = min(eligible, second_taught * (size * second_size))
                wanted = max(asked[c] * boost - own, 0.0)
                together = min(eligible - own, min(max(room - wanted, 0.0), 0.5 * combined * room))
                second[r, d, c] = own + together
                waiting[r, d, c] = eligible - (own + together)
                wanted = max(wanted - together, 0.0)
                held[c] = room - together
                seated = min(wanted, held[c])
                first[r, d, c] = seated
                turned_away[r, d, c] = wanted - seated
                free += held[c] - seated
                unseated += wanted - seated
            moving = min(spill * unseated, free) / free if free > 0 else 0.0
            for c in range(clusters):
                staffed, posts, share, further = cells[10:14, r, d, c]
                usual_each, pass_rate, mix_1, mix_2, mix_3 = of_cluster[:, r, c]
                first[r, d, c] += (held[c] - first[r, d, c]) * moving
                done = second[r, d, c] * (completion * ((1.0 - loss) + loss * (staffed / max(posts, 1e-300))))
                taught[r, d, c] = done
                recoded[r, d, c] = share * recodable * done
                most = limit * (first[r, d, c] + second[r, d, c])
                usual = min(done * usual_each, most)
                exams = usual + further * (most - usual)
                custom = max(usual, few * most)
                times = max(exams / custom, 1.0) if custom > 0.0 else 1.0
                passing = min(max((1.0 + pass_quality * gap) * pass_rate, 0.0), 1.0)
                passing *= np.exp(-pass_fall * np.log(times))
                weight_1, weight_2, weight_3 = lean_1 * mix_1, lean_2 * mix_2, lean_3 * mix_3
                weights = weight_1 + weight_2 + weight_3
                as_usual = min(usual / exams, 1.0) if exams > 0.0 else 1.0
                natural = mix_1 + mix_2 / easy_2 + mix_3 / easy_3
                paid = (weight_1 + weight_2 / easy_2 + weight_3 / easy_3) / weights
                for_pay = (1.0 - as_usual) * (natural / paid)
                in_all = as_usual + for_pay
                tried = cells[15, r, d, c] * exams
                attempts[r, d, c] = tried
                each = tried * min(passing * in_all, 1.0) / in_all
                one[r, d, c] = each * (as_usual * mix_1 + for_pay * weight_1 / weights)
                two[r, d, c] = each * (as_usual * mix_2 + for_pay * weight_2 / weights)
                three[r, d, c] = each * (as_usual * mix_3 + for_pay * weight_3 / weights)


@dataclass(frozen=True)
class Block:
    """A block of rules both ways: ``rules`` and ``loop`` do the same work on the same inputs and return arrays."""

    name: str
    rules: Any
    loop: Any

    def furthest_apart(self) -> float:
        """The largest difference between both ways, relative to the largest number of each array."""
        pairs = zip(self.rules(), self.loop(), strict=True)
        return max(float(np.abs(one - other).max() / max(np.abs(one).max(), 1e-12)) for one, other in pairs)


def blocks(ensemble: Ensemble, before: State, year: Year) -> tuple[Block, Block]:
    """Both blocks on the inputs of one year of a batch; ``before`` is the state at its start."""
    return _sections(ensemble, year), _students(ensemble, before, year)


def _sections(ensemble: Ensemble, year: Year) -> Block:
    decisions = ensemble.parameters.decisions
    shape, spread = year.situation.sites.shape, decisions.section_spread
    weighed = weigh_sections(year.situation, year.choice.log_price, decisions)
    price, levels = np.exp(year.choice.log_price), (weighed.first, weighed.second)
    each = [
        quantity
        for level in levels
        for quantity in (level.possible, level.least, level.worth, level.earned, level.later, level.cost)
    ]
    cells = _stacked(shape, [price, *each])
    of_state = _stacked((shape[0], 1, 1), [spread])[..., 0, 0]

    def loop() -> list[Array]:
        results = [np.zeros(shape) for _ in range(5)]
        sections_loop(cells, of_state, *results)
        return results

    def rules() -> list[Array]:
        wanted = [planning.sections_wanted(level, price, spread) for level in levels]
        falls = [
            planning.falls_with_price(level, run, price, spread) for level, run in zip(levels, wanted, strict=True)
        ]
        return [*wanted, planning.surplus(levels[1], price, spread), *falls]

    return Block("sections at a price of a dollar", rules, loop)


def _students(ensemble: Ensemble, before: State, year: Year) -> Block:
    parameters, premises = ensemble.parameters, ensemble.premises
    staffed, interest, terms, out = year.workforce, year.interest, parameters.choice, parameters.outcomes
    prospects = year.prospects
    shape, size = staffed.sites.shape, year.choice.first_class
    reached = choice.reached_share(premises.reach, premises.reach.entry(staffed.sites))
    attempt_rate = parameters.clusters.attempt_rate * year.conditions.shocks.credentials
    usual_each = credentials.usual_each(attempt_rate, premises.exam_share, out)
    second_size = parameters.decisions.second_class * premises.second_level
    efforts = year.schooling.efforts
    cells = _stacked(shape, [
        interest.wanted, reached, staffed.sites, staffed.first_taught, staffed.second_taught, size, second_size,
        before.first_students, staffed.staying, interest.going_on, staffed.staffed, staffed.posts,
        efforts.recoded_share, efforts.further_exams, staffed.second_posts, year.schooling.exams.share,
    ])  # fmt: skip
    own = [interest.interested, interest.quality_gap, interest.completion, *prospects.credential_prices]
    of_district = _stacked((*shape[:2], 1), own)[..., 0]
    of_cluster = _stacked(
        (shape[0], 1, shape[2]), [usual_each, parameters.clusters.pass_rate, *premises.tier_mix]
    )[:, :, 0]  # fmt: skip
    of_state = _stacked((shape[0], 1, 1), [
        terms.diversion, terms.spill_over, out.substitute_loss, out.recodable, out.exam_limit,
        out.pass_rate_fall, out.tier_pass_fall, out.pass_rate_quality, out.tier_shift, out.tier_difficulty_2,
        out.tier_difficulty_3, np.full((1, 1), credentials.FEW),
    ])[..., 0, 0]  # fmt: skip

    def loop() -> list[Array]:
        results = [np.zeros(shape) for _ in range(10)]
        students_loop(cells, of_district, of_cluster, of_state, *results)
        return results

    def rules() -> list[Array]:
        demanded, _ = choice.demand(interest.wanted, interest.interested, reached, terms.diversion)
        eligible = courses.eligible_for_second(before.first_students, staffed.staying, interest.going_on)
        enrolled = courses.enroll(
            demanded, eligible, staffed.first_taught, staffed.second_taught, staffed.sites, size, second_size,
            terms.spill_over, staffed.second_posts,
        )  # fmt: skip
        rate = outcomes.rate_when_staffed(interest.completion, part_of(staffed.staffed, staffed.posts), out)
        taught = enrolled.second * rate
        usual_passing = credentials.usual_passing(parameters.clusters.pass_rate, interest.quality_gap, out)
        found = credentials.sitting(taught, enrolled.first + enrolled.second, usual_each, efforts.further_exams, out)
        mix = credentials.paid_mix(premises.tier_mix, prospects.credential_prices, out)
        passing = credentials.passing_by_tier(found, usual_passing, premises.tier_mix, mix, out)
        earned = credentials.credentials(year.schooling.exams.share, found, passing)
        recoded = recoding.recoded(efforts.recoded_share, taught, out)
        return [
            enrolled.first, enrolled.second, enrolled.unserved_first, enrolled.unserved_second, taught, recoded,
            earned.attempts, *earned.earned,
        ]  # fmt: skip

    return Block("what students do", rules, loop)


def _stacked(shape: tuple[int, ...], arrays: list[Array]) -> Array:
    return np.stack([np.broadcast_to(array, shape) for array in arrays])
