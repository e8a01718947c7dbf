"""What one district decides (7.7 and 7.8 of the protocol): the price of a dollar, sections, sites, plans."""

import math
from types import SimpleNamespace
from typing import Any

from second_implementation.plain import at, logistic, soft, within

ROOM, MONEY, INSTRUCTOR = 1, 2, 3


def decide(seen: Any, rules: Any, district: int, clusters: int) -> SimpleNamespace:
    """One district's year: every field of what it decides, a list over clusters or one number."""
    price = _priced(seen, rules, district)
    offered = [c for c in range(clusters) if at(seen.sites, district, c) > 0]
    weighed = {c: _weigh_pathway(seen, rules, price, district, c) for c in offered}
    plan = _plan_of_sections(seen, rules, price, weighed, district)
    changes = _sections_changed(seen, rules, weighed, district)
    closing = _close(seen, rules, price, plan, weighed, district)
    plans = _plans(seen, rules, price, district, clusters)
    decided = SimpleNamespace(
        log_price=price.log, upkeep_share=price.upkeep, plan_cost=plan.cost, plan_earned=plan.earned,
        plan_falls=plan.falls, program_notice=closing.program_notice, leaves=closing.leaves,
    )  # fmt: skip
    by_cluster = {
        "first_change": changes.first, "second_change": changes.second, "sites_closed": closing.closed,
        "notice": closing.notice, "plan": plans.waits, "plan_years": plans.years, "begun": plans.begun,
        "given_up": plans.given_up, "launch_sections": plans.sections, "launch_cost": plans.cost,
        "paid": plans.paid, "builds_facility": plans.builds,
        "first_class": {c: _seated(seen, rules, price, district, c) for c in range(clusters)},
    }  # fmt: skip
    for name, found in by_cluster.items():
        setattr(decided, name, [float(found.get(c, 0.0)) for c in range(clusters)])
    decided.seeking = [float(waits == INSTRUCTOR) for waits in decided.plan]
    return decided


def _priced(seen: Any, rules: Any, d: int) -> SimpleNamespace:
    """One step of Newton's method toward the price at which last year's plan costs what may be promised now."""
    gap = seen.plan_cost[d] - seen.earned[d] - seen.promised[d]
    step = rules.price_speed * gap / seen.plan_falls[d] if seen.plan_falls[d] > 0 else math.copysign(math.inf, gap)
    step = within(step, -rules.price_step, rules.price_step) if gap else 0.0
    log = within(seen.log_price[d] + step, -rules.price_limit, rules.price_limit)
    short = max(seen.promised[d] - seen.enduring[d], 0.0)
    dearer = short / seen.plan_falls[d] if short and seen.plan_falls[d] > 0 else math.inf if short else 0.0
    ahead = min(log + dearer, max(log, rules.price_limit))
    return SimpleNamespace(log=log, dollar=math.exp(log), upkeep=_upkeep_share(seen, log), ahead=ahead)


def _upkeep_share(seen: Any, log_price: float) -> float:
    return within(seen.practiced / math.exp(log_price), seen.floor, seen.ceiling)


def _class(seen: Any, rules: Any, log_price: float, d: int, c: int) -> float:
    usual, cap = at(seen.class_size, d, c), at(seen.class_cap, d, c)
    return usual + within(rules.class_start + rules.class_response * log_price, 0.0, 1.0) * (cap - usual)


def _seated(seen: Any, rules: Any, price: Any, d: int, c: int) -> float:
    """The class in which students are seated: none is turned away for classes smaller than usual."""
    offered = at(seen.sites, d, c) > 0 or at(seen.launching, d, c) > 0
    return _class(seen, rules, max(price.log, 0.0), d, c) if offered else 0.0


def _weigh_pathway(seen: Any, rules: Any, price: Any, d: int, c: int) -> SimpleNamespace:
    """Sections of both courses of a pathway that is offered: how many are possible, worth running, and their terms."""
    size = _class(seen, rules, price.log, d, c)
    eligible, wanted = at(seen.eligible, d, c), at(seen.wanted, d, c)
    possible = 0.0
    if eligible >= rules.minimum_section:
        possible = max(eligible / (at(seen.second_class, d, c) * size), 1.0)
    second = _course(seen, rules, price, d, c, "second", possible, eligible, 0.0)
    second.wanted = second.possible * second.runs
    later = second.surplus / eligible * at(seen.going_on, d, c) if eligible > 0 else 0.0
    possible = max(wanted / size, at(seen.sites, d, c))
    first = _course(seen, rules, price, d, c, "first", possible, wanted, later)
    first.wanted = max(first.possible * first.runs, at(seen.sites, d, c))
    return SimpleNamespace(first=first, second=second, size=size)


def _course(
    seen: Any, rules: Any, price: Any, d: int, c: int, name: str, possible: float, students: float, later: float
) -> SimpleNamespace:
    """One course of a pathway; money and students are those of one section."""
    each = students / possible if possible > 0 else 0.0
    salary = at(seen.section_cost, d, c)
    upkeep = price.upkeep * (at(seen.section_running, d, c) + at(getattr(seen, f"{name}_running"), d, c) * each)
    cost = max(salary + upkeep - at(seen.elective, d, c) * each, rules.least_cost * salary)
    worth = each * at(getattr(seen, f"{name}_worth"), d, c)
    earned = each * at(getattr(seen, f"{name}_earned"), d, c) + at(seen.section_earned, d, c)
    spread = rules.section_spread * cost
    odds = (worth / price.dollar + earned + each * later - cost) / spread
    return SimpleNamespace(
        possible=possible, cost=cost, worth=worth, earned=earned, runs=logistic(odds),
        surplus=possible * spread * soft(odds),
    )  # fmt: skip


def _plan_of_sections(seen: Any, rules: Any, price: Any, weighed: dict[int, Any], d: int) -> SimpleNamespace:
    """What the plan costs, what it earns, and by how much its cost falls for a unit of the log price."""
    cost = at(seen.program_cost, d, 0) if weighed else 0.0
    earned = falls = all_salaries = 0.0
    for c, one in weighed.items():
        sections = one.first.wanted + one.second.wanted
        salaries = at(seen.section_cost, d, c) * sections
        site_upkeep = price.upkeep * at(seen.site_running, d, c) * at(seen.sites, d, c)
        cost += one.first.wanted * one.first.cost + one.second.wanted * one.second.cost + site_upkeep
        earned += one.first.wanted * one.first.earned + one.second.wanted * one.second.earned
        all_salaries += salaries
        for course, least in ((one.first, at(seen.sites, d, c)), (one.second, 0.0)):
            if course.wanted > least:
                stay = max(1.0 - course.wanted / course.possible, 0.0)
                falls += course.wanted * stay * course.worth / (price.dollar * rules.section_spread)
        usual, cap = at(seen.class_size, d, c), at(seen.class_cap, d, c)
        if usual < one.size < cap:
            falls += rules.class_response * (cap - usual) / one.size * salaries
        if seen.floor < price.upkeep < seen.ceiling:
            falls += site_upkeep + price.upkeep * at(seen.section_running, d, c) * sections
    return SimpleNamespace(cost=cost, earned=earned, falls=max(falls, rules.least_response * all_salaries))


def _sections_changed(seen: Any, rules: Any, weighed: dict[int, Any], d: int) -> SimpleNamespace:
    """Whole sections to add or give up; where the plan as it moves cannot be paid, some at once."""
    rows = []
    for c, one in weighed.items():
        for name, course, least in (("first", one.first, at(seen.sites, d, c)), ("second", one.second, 0.0)):
            now, draw = at(getattr(seen, f"{name}_sections"), d, c), at(getattr(seen, f"{name}_draw"), d, c)
            change = max(_step(now, course.wanted, draw, rules), min(least - now, 0.0))
            rows.append([name, c, now, change, course.cost - course.earned, max(now + change - course.wanted, 0), draw])
    committed = sum((now + change) * net for _, _, now, change, net, _, _ in rows)
    sections = sum(row[2] for row in rows)
    payable = seen.promised[d] * (1.0 + rules.deficit_share) + (0.5 * committed / sections if sections else 0.0)
    gone = _too_much(committed, payable)
    if gone > 0:
        spare = sum(beyond * net for *_, net, beyond, _ in rows)
        of_beyond = within(gone * committed / spare, 0.0, 1.0) if spare > 0 else 0.0
        of_all = _too_much(committed - of_beyond * spare, payable)
        for row in rows:
            _, _, now, change, _, beyond, draw = row
            leaving = of_beyond * (1.0 - of_all) * beyond + of_all * (now + change)
            if leaving > 0:
                row[3] = change - math.floor(leaving + draw)
    first = {c: change for name, c, _, change, *_ in rows if name == "first"}
    return SimpleNamespace(first=first, second={c: change for name, c, _, change, *_ in rows if name == "second"})


def _step(now: float, wanted: float, draw: float, rules: Any) -> float:
    more = min(max(wanted - now - rules.section_slack, 0.0), max(rules.expansion_limit * now, 1.0))
    fewer = min(max(now - wanted - rules.section_slack, 0.0), max(rules.reduction_limit * now, 1.0))
    return float(math.floor(more + draw) - math.floor(fewer + draw))


def _too_much(committed: float, payable: float) -> float:
    return within((committed - payable) / committed, 0.0, 1.0) if committed > 0 else 0.0


def _close(seen: Any, rules: Any, price: Any, plan: Any, weighed: dict[int, Any], d: int) -> SimpleNamespace:
    """Sites that close: those that do not carry themselves, and some of all where the district gives up CTE."""
    closed, notice, surplus = {}, {}, 0.0
    for c, one in weighed.items():
        sites, eligible = at(seen.sites, d, c), at(seen.eligible, d, c)
        worth = at(seen.site_worth, d, c) * sites + one.first.worth * one.first.possible
        worth += at(seen.second_worth, d, c) * eligible
        earned = at(seen.site_earned, d, c) * sites + one.first.earned * one.first.possible
        earned += at(seen.second_earned, d, c) * eligible + at(seen.section_earned, d, c) * one.second.possible
        upkeep = price.upkeep * at(seen.site_running, d, c)
        cost = upkeep * sites + one.first.cost * one.first.possible + one.second.cost * one.second.possible
        margin = (worth / price.dollar + earned - cost) / cost
        posts = at(seen.first_sections, d, c) + at(seen.second_sections, d, c)
        all_vacant = at(seen.vacant_sections, d, c) >= posts
        gone = (
            (all_vacant and at(seen.vacant_years, d, c) >= rules.close_vacancy_years)
            or at(seen.wanted, d, c) + eligible < rules.minimum_section * sites
            or at(seen.equipment, d, c) <= 0
        )
        notice[c] = at(seen.notice, d, c) + 1 if margin < 0 or gone else 0.0
        share = max(within(-margin / rules.close_spread, 0.0, 1.0), 0.5 if gone else 0.0)
        if notice[c] < rules.close_notice + (1 if at(seen.equipment, d, c) > 0.5 else 0):
            share = 0.0
        closed[c] = min(math.floor(sites * share + at(seen.close_draw, d, c)), sites)
        surplus += one.first.surplus + sites * (at(seen.site_worth, d, c) / price.dollar)
        surplus += sites * (at(seen.site_earned, d, c) - upkeep)
    program = at(seen.program_cost, d, 0)
    dear = max(price.dollar, 1.0)
    value = dear * (surplus - program) + (dear - 1.0) * (plan.cost - plan.earned)
    carried = value >= 0 and seen.commitment[d] >= program
    program_notice = seen.program_notice[d] + 1 if weighed and not carried else 0.0
    leaves = program_notice >= rules.close_notice
    if leaves and weighed:
        every = sum(at(seen.sites, d, c) for c in weighed)
        going = min(max(rules.reduction_limit * every, rules.exit_sites), every)
        for c in weighed:
            sites = at(seen.sites, d, c)
            ended = min(math.floor(sites * going / every + at(seen.close_draw, d, c)), sites)
            closed[c] = max(closed[c], ended)
    return SimpleNamespace(closed=closed, notice=notice, program_notice=program_notice, leaves=float(leaves))


def _plans(seen: Any, rules: Any, price: Any, d: int, clusters: int) -> SimpleNamespace:
    """Plans for one more site, cluster by cluster: reviewed, made, housed and paid for."""
    schools = at(seen.high_schools, d, 0)
    found = SimpleNamespace(waits={}, years={}, begun={}, given_up={}, sections={}, cost={}, paid={}, builds={})
    going, new, value, weight = [], [], {}, {}
    for c in range(clusters):
        room = at(seen.sites, d, c) < schools and at(seen.launching, d, c) <= 0
        enough = at(seen.site_wanted, d, c) >= rules.minimum_section
        waits = at(seen.plan, d, c)
        if not (room and enough) and waits == 0:
            continue
        site = _further_site(seen, rules, price.ahead, d, c)
        found.sections[c], value[c], weight[c] = site.sections, site.value, site.weight
        committed = seen.commitment[d] + site.earned >= at(seen.program_cost, d, c)
        possible = room and enough and committed
        if waits > 0:
            if site.value < 0 or not possible or at(seen.plan_years, d, c) >= rules.plan_patience:
                found.given_up[c] = True
            else:
                going.append(c)
                found.waits[c], found.years[c] = waits, at(seen.plan_years, d, c) + 1
        elif possible and site.value > rules.plan_hurdle * site.weight * at(seen.startup_net, d, c):
            new.append(c)
    free = max(math.floor(rules.plans_per_school * schools), 1) - len(going)
    for c in sorted(new, key=lambda each: -value[each])[: max(free, 0)]:
        found.begun[c], found.waits[c], found.years[c] = True, ROOM, 0
    _house_and_pay(seen, value, weight, found, d)
    return found


def _further_site(seen: Any, rules: Any, log_price: float, d: int, c: int) -> SimpleNamespace:
    students, size = at(seen.site_wanted, d, c), at(seen.class_size, d, c)
    sections = max(round(students / size), 1)
    going_on = rules.plan_second * students
    share = _upkeep_share(seen, log_price)
    worth = at(seen.site_worth, d, c) + at(seen.first_worth, d, c) * students + at(seen.second_worth, d, c) * going_on
    earned = at(seen.site_earned, d, c) + at(seen.first_earned, d, c) * students
    earned += at(seen.second_earned, d, c) * going_on
    taught = sections + going_on / (at(seen.second_class, d, c) * size)
    earned += at(seen.section_earned, d, c) * taught
    running = at(seen.site_running, d, c) + at(seen.section_running, d, c) * taught
    running += at(seen.first_running, d, c) * students + at(seen.second_running, d, c) * going_on
    cost = at(seen.section_cost, d, c) * taught + share * running - at(seen.elective, d, c) * (students + going_on)
    upkeep = seen.usual_upkeep[d] + seen.practiced * running
    weight = upkeep / (upkeep + seen.once_again[d]) if upkeep + seen.once_again[d] > 0 else 1.0
    startup = 0.0 if at(seen.plan, d, c) == INSTRUCTOR else weight * at(seen.startup_net, d, c)
    yearly = worth / math.exp(log_price) + earned + at(seen.school_bonus, d, c) - cost
    return SimpleNamespace(sections=sections, earned=earned, value=seen.annuity * yearly - startup, weight=weight)


def _house_and_pay(
    seen: Any, value: dict[int, float], weight: dict[int, float], found: SimpleNamespace, d: int
) -> None:
    """Money that lies ready goes to labs in order of what is left of a plan's value, then to start-ups by value."""
    money = seen.launch_cash[d] + seen.launch_general[d]
    facility = {c: at(seen.facility_cost, d, c) for c in found.waits}
    with_lab = {c: value[c] - weight[c] * facility[c] for c in found.waits}
    waiting = [c for c, waits in found.waits.items() if waits == ROOM]
    housed = [c for c in waiting if at(seen.facilities, d, c) > at(seen.sites, d, c)]
    wish = [c for c in waiting if c not in housed and with_lab[c] > 0]
    asked = 0.0
    for c in sorted(wish, key=lambda each: -with_lab[each]):
        asked += facility[c]
        if asked <= money:
            found.builds[c], found.cost[c] = True, facility[c]
            housed.append(c)
    for c in housed:
        found.waits[c] = MONEY
    money -= sum(found.cost.values())
    asked = 0.0
    for c in sorted([c for c, waits in found.waits.items() if waits == MONEY], key=lambda each: (-value[each], each)):
        asked += at(seen.startup_net, d, c)
        if asked <= money:
            found.paid[c], found.waits[c] = True, INSTRUCTOR
            found.cost[c] = found.cost.get(c, 0.0) + at(seen.startup_net, d, c)
