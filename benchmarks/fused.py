"""The hottest rules once more as one compiled loop, to see what NumPy costs; only the benchmark uses it.

Two blocks take the largest part of a year's time (profile of ``aligned``, 32 runs at once): a district's step
(``deciding.decide``: attractiveness, launches and their gates, closures, sections) and what students do (``choice``
and ``outcomes``: demand, seats, concentrators, effort on concentration and credentials, credentials by tier). Each is
written here as a loop over runs, districts and clusters without any array in between, compiled by Numba.
"""

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from sim.arrays import Array, part_of
from sim.behavior.deciding import A_CENT, Choice, decide
from sim.engine import classrooms, economy, money
from sim.engine.calendar import Year
from sim.engine.ensemble import Ensemble
from sim.engine.state import State
from sim.students import choice, outcomes

compiled = numba.njit(cache=False, error_model="numpy")


@compiled
def decide_loop(
    cells,
    of_district,
    of_cluster,
    of_state,
    closed,
    change,
    launch,
    cost,
    builds,
    by_size,
    by_facility,
    by_cash,
    by_room,
):
    """``decide`` for ``cells`` ``[n, R, D, C]``, ``of_district`` ``[n, R, D]``, ``of_cluster`` ``[n, R, C]`` and
    ``of_state`` ``[n, R]``; writes the rest."""
    runs, districts, clusters = closed.shape
    score, price = np.zeros(clusters), np.zeros(clusters)
    queue, housed = np.zeros(clusters, np.bool_), np.zeros(clusters, np.bool_)
    for r in range(runs):
        (annuity, price_index, seats, financial, scale, demand, labor, peer, quality_weight, aversion, inertia,
         intercept, minimum, considered, each_school, reserve, expansion, contraction, c_intercept, c_margin, c_scale,
         c_cash, c_vacancy, c_long, c_size, c_inertia) = of_state[:, r]  # fmt: skip
        for d in range(districts):
            schools, cash, general, spending, gap, risk, squeeze, short = of_district[:, r, d]
            own = quality_weight * gap - aversion * risk - inertia
            in_deficit, short_of_money = cash < -A_CENT, short > 0
            waiting = 0
            for c in range(clusters):
                cell = cells[:, r, d, c]
                (sites, sections, vacant, vacant_years, launching, facilities, equipment, participants, demanded,
                 site_demand, margin, site_margin, labor_signal, peer_share, launch_draw,
                 close_draw) = cell  # fmt: skip
                startup, facility, size, cap = of_cluster[:, r, c]
                net = annuity * site_margin - startup
                score[c] = (
                    financial * np.arcsinh(net * (1.0 / (scale * price_index)))
                    + min(site_demand * (demand / (size * seats)), 2.0 * demand)
                    + labor * labor_signal
                    + peer * peer_share
                    + inertia * min(sites, 1.0)
                    + own
                )
                wanted = (
                    sites < schools
                    and launching <= 0
                    and site_demand > considered * minimum
                    and launch_draw < 1.0 / (1.0 + np.exp(-(intercept + score[c])))
                )
                small = wanted and site_demand < minimum
                by_size[r, d, c] = small
                queue[c] = wanted and not small
                waiting += queue[c]
                housed[c] = facilities > sites
                price[c] = startup + (0.0 if housed[c] else facility)

                each = margin * (1.0 / price_index) / participants if participants > 0 else 0.0
                odds = (
                    c_intercept
                    - c_margin * np.arcsinh(each / c_scale)
                    + c_cash * in_deficit
                    + c_vacancy * (vacant / max(sections + vacant, 1e-300)) * (vacant_years >= c_long)
                    + c_size * (participants < minimum * sites)
                    - c_inertia * equipment
                )
                closed[r, d, c] = min(np.floor(sites / (1.0 + np.exp(-odds)) + close_draw), sites)

                full = size * seats
                planned = full + squeeze * (cap * seats - full)
                all_sections = sections + vacant
                step = max(np.floor(expansion * all_sections), 1.0)
                shrinks = short_of_money or participants < sections * (contraction * full)
                moved = max(np.rint(demanded / planned), sites) - all_sections
                change[r, d, c] = min(max(moved, -step if shrinks else 0.0), step) * min(sites, 1.0)

            left = max(cash - reserve * spending, 0.0) + general
            room = max(np.floor(each_school * schools), 1.0)
            for _ in range(waiting):
                best = -1
                for c in range(clusters):
                    if queue[c] and (best < 0 or score[c] > score[best]):
                        best = c
                queue[best] = False
                if price[best] > left:
                    (by_cash if housed[best] else by_facility)[r, d, best] = True
                elif room < 1:
                    by_room[r, d, best] = True
                else:
                    launch[r, d, best] = True
                    builds[r, d, best] = not housed[best]
                    cost[r, d, best] = price[best]
                    left -= price[best]
                    room -= 1


@compiled
def students_loop(
    cells, of_district, of_cluster, of_state, participants, concentrating, attempts, first, second, third
):
    """Demand to credentials; shapes as in ``decide_loop``."""
    runs, districts, clusters = participants.shape
    asked, capacity = np.zeros(clusters), np.zeros(clusters)
    for r in range(runs):
        (diversion, spill, seats, loss, rise, fall, c_gain, c_scale, v_gain, v_scale, level, penalty, pass_quality,
         shift, hard_2, hard_3) = of_state[:, r]  # fmt: skip
        for d in range(districts):
            interested, gap, price_1, price_2, price_3 = of_district[:, r, d]
            pull_2, pull_3 = price_2 / hard_2, price_3 / hard_3
            mean = (price_1 + pull_2 + pull_3) / 3.0
            lean_1 = shift * (price_1 / mean - 1.0) if mean > 0 else 0.0
            lean_2 = shift * (pull_2 / mean - 1.0) if mean > 0 else 0.0
            lean_3 = shift * (pull_3 / mean - 1.0) if mean > 0 else 0.0
            served = 0.0
            for c in range(clusters):
                asked[c] = cells[0, r, d, c] * cells[1, r, d, c]
                served += asked[c]
            boost = 1.0 + diversion * ((interested - served) / served if served > 0 else 0.0)
            free = turned_away = 0.0
            for c in range(clusters):
                asked[c] *= boost
                capacity[c] = cells[2, r, d, c] * (of_cluster[0, r, c] * seats)
                seated = min(asked[c], capacity[c])
                free += capacity[c] - seated
                turned_away += asked[c] - seated
            moving = min(spill * turned_away, free) / free if free > 0 else 0.0
            for c in range(clusters):
                (_, _, _, sections, posts, progression, before, staying, c_effort, c_price, v_effort,
                 v_price) = cells[:, r, d, c]  # fmt: skip
                attempt_rate, pass_rate, mix_1, mix_2, mix_3 = of_cluster[1:, r, c]
                seated = min(asked[c], capacity[c])
                here = seated + (capacity[c] - seated) * moving
                participants[r, d, c] = here
                staffed = sections / posts if posts > 0 else 0.0
                done = min(progression * ((1.0 - loss) + loss * staffed) * before * staying, here)
                concentrating[r, d, c] = done
                effort = 0.0
                for margin in range(2):
                    if margin == 0:
                        now, gain, paid, scale = c_effort, c_gain, c_price, c_scale
                    else:
                        now, gain, paid, scale = v_effort, v_gain, v_price, v_scale
                    missing = gain - gain * np.exp(min(paid * (-1.0 / scale), 0.0)) - now
                    effort = now + (fall * missing + (rise - fall) * max(missing, 0.0))
                    if margin == 0:
                        cells[8, r, d, c] = effort
                tried = done * min(attempt_rate * level * (1.0 + effort), 1.0)
                attempts[r, d, c] = tried
                passing = (1.0 + pass_quality * gap) * pass_rate * (1.0 - penalty * effort)
                one = mix_1 * max(1.0 + effort * lean_1, 0.05)
                two = mix_2 * max(1.0 + effort * lean_2, 0.05)
                three = mix_3 * max(1.0 + effort * lean_3, 0.05)
                each = tried * min(max(passing, 0.0), 1.0) / (one + two + three)
                first[r, d, c], second[r, d, c], third[r, d, c] = each * one, each * two, each * three


@dataclass(frozen=True)
class Block:
    """A block of rules both ways: ``rules`` and ``loop`` do the same work on the same inputs and return arrays."""

    name: str
    rules: Any
    loop: Any

    def furthest_apart(self) -> float:
        """The largest difference between both ways, relative to the largest number of each array."""
        pairs = zip(self.rules(), self.loop(), strict=True)
        return max(float(np.abs(one * 1.0 - other).max() / max(np.abs(one * 1.0).max(), 1e-12)) for one, other in pairs)


def blocks(ensemble: Ensemble, before: State, year: Year) -> tuple[Block, Block]:
    """Both blocks on the inputs of one year of a batch; ``before`` is the state at its start."""
    return _decisions(ensemble, year), _students(ensemble, before, year)


def _decisions(ensemble: Ensemble, year: Year) -> Block:
    s, parameters = year.situation, ensemble.parameters
    decisions = parameters.decisions
    shape = s.sites.shape
    cells = _stacked(shape, _named(s, (
        "sites", "sections", "vacant_sections", "vacant_years", "launching", "facilities", "equipment", "participants",
        "demanded", "site_demand", "margin", "site_margin", "labor_signal", "peer_share", "launch_draw",
        "close_draw")))  # fmt: skip
    own = _stacked((*shape[:2], 1), _named(s, (
        "high_schools", "cash", "general_money", "yearly_spending", "quality_gap", "revenue_risk",
        "squeeze", "short_of_money")))[..., 0]  # fmt: skip
    lanes = _stacked(
        (shape[0], 1, shape[2]), [s.startup_cost - s.startup_grant, s.facility_cost, s.class_size, s.class_cap]
    )
    names = (
        "financial_weight", "financial_scale", "demand_weight", "labor_weight", "peer_weight", "quality_weight",
        "risk_aversion", "launch_inertia", "launch_intercept", "minimum_section", "considered_share",
        "launches_per_school", "cash_reserve", "expansion_limit", "contraction_fill", "close_intercept",
        "close_margin_weight", "close_margin_scale", "close_cash_weight", "close_vacancy_weight",
        "close_vacancy_years", "close_size_weight", "close_inertia")  # fmt: skip
    state = [s.annuity, s.price_index, s.seats_per_section, *_named(decisions, names)]
    of_state = _stacked((shape[0], 1, 1), state)[..., 0, 0]

    def loop() -> list[Array]:
        numbers = [np.zeros(shape) for _ in range(2)]
        launch = np.zeros(shape, dtype=bool)
        cost = np.zeros(shape)
        masks = [np.zeros(shape, dtype=bool) for _ in range(5)]
        decide_loop(cells, own, lanes[:, :, 0], of_state, *numbers, launch, cost, *masks)
        return [*numbers, launch, cost, *masks]

    def rules() -> list[Array]:
        chosen: Choice = decide(s, decisions)
        return _named(chosen, (
            "sites_closed", "section_change", "launch", "launch_cost", "builds_facility", "stopped_by_size",
            "stopped_by_facility", "stopped_by_cash", "stopped_by_capacity"))  # fmt: skip

    return Block("a district's step", rules, loop)


def _students(ensemble: Ensemble, before: State, year: Year) -> Block:
    world, parameters, premises = ensemble.world, ensemble.parameters, ensemble.premises
    staffed, terms, out = year.workforce, parameters.choice, parameters.outcomes
    conditions = year.conditions
    signals = economy.signals(world, premises, year.fiscal_year)
    wanted = classrooms.interest(world, parameters, premises, before, conditions, year.cohorts, signals)
    prospects = money.prospects(parameters.beliefs, premises, before, year.offers, conditions)
    shape = staffed.sites.shape
    reached = choice.reached_share(premises.reach, premises.reach.entry(staffed.sites))
    attempt_rate = parameters.clusters.attempt_rate * conditions.shocks.credentials
    cells = _stacked(shape, [
        wanted.wanted, reached, staffed.taught, staffed.sections, staffed.posts, wanted.progression,
        before.participants, staffed.staying, before.concentration_effort, prospects.concentrator_price,
        before.credential_effort, prospects.credential_price])  # fmt: skip
    own = _stacked((*shape[:2], 1), [wanted.interested, wanted.quality_gap, *prospects.credential_prices])[..., 0]
    class_cap = world.clusters.class_cap[np.newaxis, np.newaxis, :]
    lanes = _stacked(
        (shape[0], 1, shape[2]), [class_cap, attempt_rate, parameters.clusters.pass_rate, *premises.tier_mix]
    )
    of_state = _stacked((shape[0], 1, 1), [
        terms.diversion, terms.spill_over, terms.seats_per_section, out.substitute_loss, out.effort_rise,
        out.effort_fall,
        out.concentration_gain, out.concentration_price_scale, out.credential_gain, out.credential_price_scale,
        out.credential_level, out.pass_rate_penalty, out.pass_rate_quality, out.tier_shift, out.tier_difficulty_2,
        out.tier_difficulty_3])[..., 0, 0]  # fmt: skip
    efforts_before = cells[8].copy()

    def loop() -> list[Array]:
        cells[8] = efforts_before
        results = [np.zeros(shape) for _ in range(6)]
        students_loop(cells, own, lanes[:, :, 0], of_state, *results)
        return [*results, cells[8].copy()]

    def rules() -> list[Array]:
        demanded, _ = choice.demand(wanted.wanted, wanted.interested, reached, terms.diversion)
        capacity = choice.seats(staffed.taught, world.clusters.class_cap, terms.seats_per_section)
        participants = choice.enrolled(demanded, capacity, terms.spill_over)
        rate = outcomes.rate_when_staffed(wanted.progression, part_of(staffed.sections, staffed.posts), out)
        done = outcomes.concentrators(rate, before.participants, staffed.staying, participants)
        move = outcomes.effort_toward
        concentration = move(
            before.concentration_effort, prospects.concentrator_price, out.concentration_gain,
            out.concentration_price_scale, out,
        )  # fmt: skip
        effort = move(
            before.credential_effort, prospects.credential_price, out.credential_gain, out.credential_price_scale, out
        )
        mix = outcomes.tier_mix(premises.tier_mix, prospects.credential_prices, effort, out)
        earned = outcomes.credentials(
            done, attempt_rate, parameters.clusters.pass_rate, wanted.quality_gap, effort, mix, out
        )
        return [participants, done, earned.attempts, *earned.earned, concentration]

    return Block("what students do", rules, loop)


def _named(bundle: Any, names: tuple[str, ...]) -> list[Array]:
    return [getattr(bundle, name) for name in names]


def _stacked(shape: tuple[int, ...], arrays: list[Array]) -> Array:
    return np.stack([np.broadcast_to(array, shape) for array in arrays])
