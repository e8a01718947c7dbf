"""Costs of the year, what the state counts, and the books (7.4 and 7.14 of the protocol)."""

from types import SimpleNamespace
from typing import Any

from second_implementation.plain import at


def site_costs(world: Any, c: int) -> float:
    clusters = world.clusters
    found = clusters.replacement_cost[c] + clusters.maintenance_cost[c]
    return float(found + clusters.professional_development_cost[c] + clusters.student_organization_cost[c])


def bill(world: Any, rules: Any, now: Any, seen: Any, chosen: list[Any], staffed: Any, taken: Any, found: Any) -> Any:
    """What CTE cost beyond ordinary courses: instruction, flexible costs when sustained, launches."""
    terms, outcomes, clusters = rules.costs, rules.outcomes, rules.clusters
    owed = SimpleNamespace(instruction=[], flexible=[], startup=[], ordinary=[])
    for d, choice in enumerate(chosen):
        width = range(len(choice.plan))
        instruction = flexible = 0.0
        elective = terms.compensation * now.wage_index / (terms.sections_per_instructor * terms.elective_class_size)
        for c in width:
            level = now.price_index * at(now.shocks.running_costs, 0, c)
            prices = terms.running_level * level
            students = taken.first[d][c] + taken.second[d][c]
            premium = 1.0 + rules.staffing.premium_paid * world.clusters.salary_premium[c]
            salary = terms.compensation * now.wage_index * premium / terms.sections_per_instructor
            taught = staffed.first_taught[d][c] + staffed.second_taught[d][c]
            instruction += taught * salary - students * elective
            size = terms.fixed_site_share * staffed.sites[d][c]
            staffed_posts = staffed.first_posts[d][c] + staffed.second_posts[d][c] - staffed.vacant[d][c]
            size += (1.0 - terms.fixed_site_share) * staffed_posts / terms.sections_per_instructor
            supplied = students + terms.upper_level_consumables * taken.taught[d][c]
            flexible += prices * (size * site_costs(world, c) + clusters.consumables[c] * supplied)
            flexible += level * clusters.exam_fee[c] * found.attempts[d][c]
            flexible += found.recoded[d][c] * outcomes.recoding_cost * now.wage_index
        if sum(staffed.sites[d]) > 0:
            instruction += terms.program * now.wage_index
        enrollments = sum(taken.first[d]) + sum(taken.second[d])
        flexible += now.wage_index * (
            enrollments * outcomes.dual_credit_rate * found.dual_credit_effort[d] * outcomes.dual_credit_cost
            + sum(taken.taught[d]) * outcomes.placement_rate * found.placement_effort[d] * outcomes.placement_cost
        )
        owed.ordinary.append(enrollments * elective)
        owed.instruction.append(instruction)
        owed.flexible.append(flexible)
        by_grants = [
            paid * (at(seen.startup_cost, d, c) - at(seen.startup_net, d, c)) for c, paid in enumerate(choice.paid)
        ]
        owed.startup.append(sum(choice.launch_cost) + sum(by_grants))
    return owed


def counts(
    rules: Any, state: Any, membership: list[float], seen: Any, chosen: list[Any], staffed: Any, taken: Any, found: Any,
    kept: Any, owed: Any,
) -> SimpleNamespace:  # fmt: skip
    """What the state counts at the end of the school year."""
    everyone, width = range(len(membership)), range(len(staffed.sites[0]))

    def each(value: Any) -> Any:
        return [[value(d, c) for c in width] for d in everyone]

    posts = each(lambda d, c: staffed.first_posts[d][c] + staffed.second_posts[d][c] - staffed.vacant[d][c])
    return SimpleNamespace(
        membership=membership,
        offering_schools=[max(row) for row in staffed.sites],
        sites=staffed.sites,
        participants=each(lambda d, c: taken.first[d][c] + taken.second[d][c]),
        concentrators=each(lambda d, c: taken.taught[d][c] + found.recoded[d][c]),
        credentials=[found.tier_1, found.tier_2, found.tier_3],
        instructors=[[sections / rules.costs.sections_per_instructor for sections in row] for row in posts],
        quality=kept.quality,
        expenditure=[owed.instruction[d] + state.spending_ratio[d] * owed.flexible[d] for d in everyone],
        startup_spending=each(lambda d, c: chosen[d].paid[c] * at(seen.startup_cost, d, c)),
        placements=found.placements,
        dual_credit=found.dual_credit,
        ordinary_cost=owed.ordinary,
    )


def close(
    rules: Any, state: Any, now: Any, seen: Any, chosen: list[Any], counted: Any, paid: Any, owed: Any
) -> SimpleNamespace:
    """Instruction and launches are paid first, then upkeep as planned, less if money lacks, more if it lies idle."""
    terms = rules.books
    names = (
        "own",
        "launch_money",
        "received",
        "awaited",
        "spending_ratio",
        "spending",
        "cash",
        "covered",
        "returned",
        "lapsed",
    )
    found = SimpleNamespace(**{name: [] for name in names})
    for d, choice in enumerate(chosen):
        budget = seen.own_budget[d] * counted.membership[d] * now.price_index
        general = min(max(sum(choice.launch_cost) - seen.launch_cash[d], 0.0), seen.launch_general[d])
        own, flexible, cost = budget + general, owed.flexible[d], max(owed.instruction[d] + owed.flexible[d], 0.0)
        late = (1.0 - now.shocks.paid_on_time) * paid.from_state[d]
        came = paid.reaching[d] - late + state.awaited[d]
        before = state.cash[d] * now.price_index + came + own - owed.instruction[d] - owed.startup[d]
        limit = terms.deficit_limit * max(own + came, 0.0)
        payable = max((before + limit) / flexible if flexible > 0 else 1.0, terms.spending_floor)
        spare = max(before - choice.upkeep_share * flexible - terms.reserve_share * cost, 0.0)
        idle = max(terms.cash_draw * spare, min(seen.once[d], spare)) / flexible if flexible > 0 else 0.0
        ratio = min(min(choice.upkeep_share, payable) + idle, terms.spending_ceiling)
        balance = before - ratio * flexible
        covered = max(-limit - balance, 0.0)
        excess = max(balance - terms.carryover_limit * cost, 0.0)
        returned = min(excess, own)
        for name, value in zip(
            names,
            (budget, general, came, late, ratio, owed.instruction[d] + ratio * flexible, balance + covered - excess,
             covered, returned, excess - returned),
            strict=True,
        ):  # fmt: skip
            getattr(found, name).append(value)
    return found


def own_money(
    rules: Any, premises: Any, state: Any, now: Any, planned: list[float], unit: Any, counted: Any, paid: Any
) -> SimpleNamespace:
    """Own money of next year and what is lastingly wanted, and receipts, all in real dollars a member (7.6)."""
    terms = rules.books
    found = SimpleNamespace(own_money=[], own_wanted=[], restricted=[], uncredited=[])
    for d, members in enumerate(counted.membership):
        size = members * now.price_index
        restricted, free = paid.restricted[d] / size, paid.free[d] / size
        monitored = paid.monitored[d] / paid.restricted[d] if paid.restricted[d] > 0 else 0.0
        kept = monitored * terms.gain_passthrough_monitored + (1.0 - monitored) * terms.gain_passthrough_categorical
        general = (1.0 - now.formula_cut) * now.shocks.general_money * unit.value / unit.undiluted
        answer = max(general, 0.01) ** terms.general_elasticity
        lost = max(state.base_restricted[d] - restricted, 0.0)
        gained = max(restricted - state.base_restricted[d], 0.0)
        gives = state.base_own[d] + (1.0 - at(premises.loss_passthrough, d, 0)) * lost - (1.0 - kept) * gained
        wanted, lastingly = (
            max(max(gives, 0.0) * answer * view - min(free, lost), 0.0)
            for view in (max(1.0 + state.leadership[d], 0.0), 1.0)
        )
        found.own_money.append(planned[d] + terms.own_speed * (wanted - planned[d]))
        found.own_wanted.append(lastingly)
        found.restricted.append(restricted)
        found.uncredited.append(paid.uncredited[d] / size)
    return found
