"""A decision unfolded: the numbers told are those that decided, to the last bit, and follow from one another."""

import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from explained import PLACES, moments, told
from simulated import (
    differences,
    made_up,
    new_mexico,
    prior_parameters,
    shipped,
    sparse,
    steps,
    warmed_up,
    with_parameters,
)

from sim.arrays import district_total
from sim.behavior.closing import program_carried, sites_ended
from sim.behavior.deciding import decide, may_plan
from sim.behavior.launching import FOR_INSTRUCTOR, FOR_MONEY, FOR_ROOM
from sim.engine.ensemble import Ensemble, take_rows
from sim.study.explain.decision import (
    CLOSING,
    FIRST,
    REASONS,
    SECOND,
    Decision,
    closed_sites,
    decision_of,
    section_items,
    why_closed,
)
from sim.study.explain.items import WAITING, Moment, amount
from sim.study.explain.money import (
    PROGRAM,
    money_items,
)
from sim.study.explain.offer import OFFER, offer_items
from sim.study.explain.plans import (
    PLAN,
    POSTS,
    WORTH,
    asked_before,
    plan_items,
    plan_sentence,
    value_terms,
    why_given_up,
)
from sim.study.explain.story import could_have_one, difference
from sim.study.explain.students import OUTCOMES, STUDENTS, all_student_items, student_items


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "sb130_quarter_weight"])
def test_the_decision_unfolded_is_the_decision_made(formula: str) -> None:
    for moment in moments(formula)[:: len(PLACES)]:
        choice, decision, terms = moment.year.choice, decision_of(moment), moment.ensemble.parameters.decisions
        assert differences(decide(moment.year.situation, terms), choice) == []
        offered, further = moment.year.situation.sites > 0, may_plan(moment.year.situation, terms)
        for unfolded, made, where in (
            (decision.weighed.first_class, choice.first_class, offered),
            (decision.weighed.upkeep_share + 0.0 * choice.notice, choice.upkeep_share + 0.0 * choice.notice, offered),
            (decision.changes.first, choice.first_change, offered),
            (decision.changes.second, choice.second_change, offered),
            (decision.site.sections, choice.launch_sections, further),
        ):
            assert where.any()
            np.testing.assert_array_equal(unfolded[where], made[where])
        known = decision.known
        carried = program_carried(decision.program, known.commitment, known.program_cost)
        noticed = (choice.program_notice > 0) == (~carried & (choice.plan_cost > 0))
        assert noticed[district_total(offered * 1.0) > 0].all()


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "pilot_sunset"])
def test_sections_told_are_those_that_were_decided(formula: str) -> None:
    """Worth over the price, and earned, less cost, over its spread: the logistic share of the possible sections."""
    both, at_least, leading_on = {FIRST: 0, SECOND: 0}, 0, 0
    for moment in moments(formula):
        decision, at = decision_of(moment), moment.at
        items = section_items(moment, decision)
        for step, change in ((FIRST, moment.year.choice.first_change), (SECOND, moment.year.choice.second_change)):
            found = told(items, step)
            if "posts held" not in found:
                assert at(moment.year.situation.sites) == 0
                continue
            assert found["change decided"] == at(change)
            possible, wanted = found["sections that they could fill"], found["sections wanted"]
            if not possible:
                assert wanted == 0
                continue
            cost = found["it costs beyond ordinary classes"]
            worth = found["a section is worth, at a dollar for a dollar"]
            later = found.get("its students are worth in second courses", 0.0)
            left = worth / at(decision.price) + found["it earns, as far as that lasts"] + later - cost
            leading_on += later > 0
            assert found["left over at this year's price of a dollar"] == pytest.approx(left, rel=1e-9, abs=1e-6)
            scale = found["how much sections differ in it"]
            assert scale == pytest.approx(at(moment.ensemble.parameters.decisions.section_spread) * cost, rel=1e-12)
            share = 1.0 / (1.0 + math.exp(-left / scale))
            assert found["share of them worth running"] == pytest.approx(share, rel=1e-9)
            sites = found.get("sites", 0.0)
            assert wanted == pytest.approx(max(share * possible, sites), rel=1e-9)
            both[step] += 1
            at_least += wanted == sites
            students = found["students in a section, as planned"] * possible
            key = "students who want one" if step == FIRST else "students who could go on and wish to"
            assert students == pytest.approx(found[key], rel=1e-9)
    assert min(both.values()) > 0
    assert leading_on > 0
    assert at_least > 0 or formula != "pilot_sunset"


def strained(run: int = 0, **groups: dict[str, float]) -> Ensemble:
    """One run of small districts, with some parameters set."""
    world = made_up(30, 4)
    parameters = sparse(prior_parameters(world, range(6), 3), world, 3.0)
    batch = warmed_up(world, with_parameters(parameters, **groups), 3, range(6), 3)
    return take_rows(batch, np.array([run]))


@cache
def strained_moments() -> list[Moment]:
    """Every plan of some small districts, with little money for launches and with much, a year each."""
    poor = strained(books={"general_launch": 0.0005}, decisions={"plan_patience": 2.0})
    rich = strained(books={"general_launch": 0.03}, costs={"facility_level": 0.02})
    return [
        Moment(held, shipped("aligned"), step.before, step.year, step.after, int(d), int(c))
        for held in (poor, rich)
        for step in steps(held, shipped("aligned"), 3)
        for _, d, c in np.argwhere((step.before.plan > 0) | step.year.choice.begun)
    ]


def would_pay(moment: Moment, decision: Decision) -> bool:
    """Whether a district's money, with what the site would earn, would pay for running a program at all."""
    known, of = decision.known, moment.of_district
    return of(known.commitment) + moment.at(decision.site.earned) >= of(known.program_cost)


PLANS = ("given up", "begun", "no lab", "builds", "no money", "seeking", "launched")


def test_a_plan_told_says_what_it_waits_for_and_why_it_was_given_up() -> None:
    """With both sides of every condition at hand, what the engine recorded follows, for every plan."""
    found = dict.fromkeys(PLANS, 0)
    for moment in strained_moments():
        decision, at, terms = decision_of(moment), moment.at, moment.ensemble.parameters.decisions
        items = plan_items(moment, decision)
        plan, worth = told(items, PLAN), told(items, WORTH)
        possible = (
            plan["sites, one under way among them"] < plan["high schools that could have one"]
            and at(moment.year.situation.launching) == 0
            and worth["students it would draw"] >= plan["fewest students for a site"]
            and would_pay(moment, decision)
        )
        assert bool(plan["possible"]) == possible == could_have_one(moment)
        held = plan["at the start of the year"] > 0
        patient = plan["age at the start of the year"] < at(terms.plan_patience)
        value = worth["value over its horizon"]
        assert bool(plan["given up"]) == (held and not (value >= 0 and possible and patient))
        assert bool(plan["begun"]) == bool(at(moment.year.choice.begun))
        assert not plan["begun"] or (not held and possible and value > worth["value that a plan requires"])
        found["given up"] += int(plan["given up"])
        found["begun"] += int(plan["begun"])
        if plan["given up"]:
            reasons = why_given_up(moment, decision)
            assert ("worth" in reasons, "possible" in reasons, "waited" in reasons) == (
                value < 0,
                not possible,
                not patient,
            )
            continue
        after = plan["after that"]
        if after == FOR_ROOM:
            assert not plan["a lab stands unused"]
            assert not plan["the district builds one"]
            found["no lab"] += 1
            continue
        builds = moment.year.choice.builds_facility[0, moment.district] > 0
        labs = np.broadcast_to(moment.year.situation.facility_cost, moment.year.choice.plan.shape)[0, moment.district]
        assert plan["spent on labs"] == pytest.approx(labs[builds].sum(), rel=1e-12)
        found["builds"] += int(plan.get("the district builds one", 0.0))
        left = plan["money for labs and start-ups"] - plan["spent on labs"]
        if plan["at the start of the year"] != FOR_INSTRUCTOR:
            affordable = plan["asked before it by plans worth more"] + worth["start-up, net of grants"] <= left
            assert bool(plan["its start-up is paid"]) == affordable
        assert (after == FOR_INSTRUCTOR) == bool(at(moment.year.choice.seeking))
        found["no money"] += after == FOR_MONEY
        if after == FOR_INSTRUCTOR:
            hired = plan["the draw, which must be lower"] < plan["chance to hire an instructor, in one search"]
            assert bool(plan["launched"]) == hired == bool(at(moment.year.workforce.launched))
            found["seeking"] += 1
            found["launched"] += int(plan["launched"])
    assert min(found.values()) > 0, found


def test_plans_worth_more_ask_first() -> None:
    """Of three plans, one of them paid, each is told what those of greater value ask for."""
    moment = moments("aligned")[0]
    year, decision, district = moment.year, decision_of(moment), moment.district
    asking = np.zeros(year.choice.plan.shape, dtype=bool)
    asking[0, district, [2, 5, 9]] = True
    paid = asking & (np.arange(asking.shape[-1]) == 5)
    choice = replace(year.choice, plan=asking * FOR_MONEY * ~paid + paid * FOR_INSTRUCTOR, paid=paid)
    before = asked_before(replace(moment, year=replace(year, choice=choice)), decision)[0, district]
    value = decision.site.value[0, district]
    price = np.broadcast_to(decision.known.startup_net, asking.shape)[0, district]
    for cluster in (2, 5, 9):
        ahead = [other for other in (2, 5, 9) if value[other] > value[cluster]]
        assert before[cluster] == pytest.approx(sum(price[other] for other in ahead), rel=1e-12)


def test_the_sentence_about_a_plan_agrees_with_what_became_of_it() -> None:
    said = {"launched": 0, "given up": 0, "waits for a lab": 0, "waits for money": 0, "seeks an instructor": 0}
    for moment in strained_moments():
        choice, at = moment.year.choice, moment.at
        sentence = plan_sentence(moment, decision_of(moment))
        if at(moment.year.workforce.launched):
            words = "launched"
        else:
            words = "given up" if at(choice.given_up) else amount(at(choice.plan), WAITING)
        assert words in sentence
        said[words] += 1
    assert min(said.values()) > 0, said


@pytest.mark.parametrize("formula", ["status_quo", "aligned", "michigan"])
def test_the_worth_of_one_more_site_adds_up(formula: str) -> None:
    """What each line pays sums to what it earns; the years times what is left over, less the start-up, is its value."""
    earning = 0
    for moment in moments(formula):
        decision, at = decision_of(moment), moment.at
        worth = told(plan_items(moment, decision), WORTH)
        lines = [dollars for name, dollars in worth.items() if name.startswith("  earned: ")]
        assert len(lines) == len(moment.year.offers.lines)
        assert sum(lines) == pytest.approx(worth["it earns, as far as that lasts"], rel=1e-9, abs=1e-6)
        left = (
            worth["it is worth, at a dollar for a dollar"] / at(decision.site.price)
            + worth["it earns, as far as that lasts"]
            - worth["it costs beyond ordinary classes"]
        )
        assert worth["left over at that price of a dollar"] == pytest.approx(left, rel=1e-9, abs=1e-6)
        value = worth["years that it counts for"] * left - at(decision.site.startup)
        assert worth["value over its horizon"] == at(decision.site.value) == pytest.approx(value, rel=1e-9, abs=1e-5)
        assert sum(value_terms(moment, decision).values()) == pytest.approx(value, rel=1e-9, abs=1e-5)
        earning += worth["it earns, as far as that lasts"] > 0
    assert earning


def bonus_by_the_rule(moment: Moment) -> Any:
    """What a site of enough students earns at the believed price where it makes one more high school offer CTE: some
    school has no pathway yet, and all that have one have this one, as sites stand in the largest schools first."""
    known, world = moment.year.situation, moment.ensemble.world
    fills = known.site_wanted >= moment.ensemble.parameters.decisions.minimum_section
    offering = known.sites.max(axis=-1, keepdims=True)
    free = offering < world.districts.high_schools[:, np.newaxis]
    return moment.year.prospects.per_school * (fills & free & (known.sites == offering))


def test_what_one_more_high_school_earns_is_told_where_a_site_makes_one() -> None:
    earned = 0
    for moment in moments("aligned"):
        worth = told(plan_items(moment, decision_of(moment)), WORTH)
        bonus = worth["  of it for one more high school with CTE"]
        assert bonus == pytest.approx(moment.at(bonus_by_the_rule(moment)), rel=1e-9, abs=1e-6)
        np.testing.assert_allclose(moment.year.situation.school_bonus, bonus_by_the_rule(moment), rtol=1e-9, atol=1e-6)
        earned += int((moment.year.situation.school_bonus > 0).sum())
    assert earned


def test_closing_told_is_what_happened() -> None:
    closed = kept = left = 0
    for moment in moments("pilot_sunset") + strained_closings():
        items, choice = section_items(moment, decision_of(moment)), moment.year.choice
        close = told(items, CLOSING)
        if not close:
            assert moment.at(moment.year.situation.sites) == 0
            continue
        sites = moment.at(moment.year.situation.sites)
        whole = math.floor(sites * close["share of sites that go"] + close["the draw, which rounds the sites closed"])
        program = told(money_items(moment, decision_of(moment)), PROGRAM)
        leaves = program["years in a row in which it did not"] >= program["years of notice before all of it closes"]
        assert leaves == bool(close["the district gives up all of CTE"])
        unpaid = program["general and state money that may pay for that"] < program["cost of running a program at all"]
        assert unpaid or program["worth and earned beyond all of its cost"] < 0 or not leaves
        # Where all of CTE is given up sites go at least as fast as a small program ends or a large one shrinks.
        known, terms = moment.year.situation, moment.ensemble.parameters.decisions
        ended = sites_ended(known.sites, district_total(known.sites) + 0.0 * known.sites, known.close_draw, terms)
        expected = max(min(whole, sites), moment.at(ended) if leaves else 0.0)
        assert close["sites closed"] == expected == moment.at(choice.sites_closed)
        left += leaves
        due = close["years in a row in which it did not"] >= close["years of notice before it closes"]
        assert due or not close["share of sites that go"]
        carried = close["worth and earned beyond its cost"] >= 0 and not any(close[words] for words in REASONS.values())
        assert carried == (close["years in a row in which it did not"] == 0)
        closed += bool(close["sites closed"])
        kept += not close["sites closed"]
        if close["sites closed"]:
            assert why_closed(moment, decision_of(moment))
    assert min(closed, kept, left) > 0


def strained_closings() -> list[Moment]:
    """Places of small districts, three years under the pilot's end, where a site closed."""
    held, law = strained(decisions={"close_notice": 1.0}), shipped("pilot_sunset")
    found = []
    for step in steps(held, law, 3):
        for _, d, c in np.argwhere(step.year.choice.sites_closed > 0):
            found.append(Moment(held, law, step.before, step.year, step.after, int(d), int(c)))
    return found


def test_posts_told_are_those_that_were_filled() -> None:
    hired = launched = 0
    for moment in [*moments("aligned"), *strained_moments()]:
        posts, staffed = told(plan_items(moment, decision_of(moment)), POSTS), moment.year.workforce
        if not posts:
            assert moment.at(staffed.posts) == 0
            continue
        assert posts["posts of first courses"] + posts["posts of second courses"] == moment.at(staffed.posts)
        vacant = posts["without an instructor, before hiring"] - posts["posts filled"]
        assert vacant == posts["without an instructor, after hiring"] == moment.at(moment.after.vacant_sections)
        assert posts["posts filled"] <= posts["in the region: posts that are sought"]
        launch = moment.at(staffed.launched * moment.year.choice.launch_sections)
        assert posts["posts filled"] == moment.at(staffed.hired) - launch
        hired += posts["posts filled"] > 0
        launched += launch > 0
    assert min(hired, launched) > 0


def test_sites_that_closed_are_told_whether_decided_or_left_without_a_section() -> None:
    decided = emptied = 0.0
    held = strained(run=5, decisions={"close_notice": 1.0})
    for step in steps(held, shipped("pilot_sunset"), 3):
        moment = Moment(held, shipped("pilot_sunset"), step.before, step.year, step.after, 0, 0)
        staffed = step.year.workforce
        np.testing.assert_array_equal(step.before.sites - closed_sites(moment) + staffed.opened, step.after.sites)
        decided += step.year.choice.sites_closed.sum()
        emptied += staffed.emptied.sum()
    assert min(decided, emptied) > 0


def test_what_one_more_site_is_worth_more_is_told_with_its_largest_part() -> None:
    for first, second in zip(moments("aligned"), moments("status_quo"), strict=True):
        found = difference(first, second)
        here, there = (moment.at(decision_of(moment).site.value) for moment in (first, second))
        assert found.value == pytest.approx(here - there, rel=1e-9, abs=1e-5)
        parts = [value_terms(moment, decision_of(moment)) for moment in (first, second)]
        assert abs(found.part) == max(abs(parts[0][words] - parts[1][words]) for words in parts[0])


def test_students_told_are_those_who_came() -> None:
    recoded = 0
    for moment in moments("aligned"):
        items, at = student_items(moment), moment.at
        school = moment.year.schooling
        came = told(items, STUDENTS)
        asked = (
            came["of them in this cluster"]
            * came["within reach of a site"]
            * came["raised by students whose cluster is out of reach"]
        )
        assert asked == came["students who ask for it, the product"] == at(school.demanded)
        able = (
            came["last year's students of first courses"]
            * came["passed and wish to go on"]
            * came["sites of last year still open"]
        )
        assert came["could take a second course, the product"] == pytest.approx(able, rel=1e-12)
        seated = came["in second courses"] + came["  found no seat in a second course"]
        assert seated == pytest.approx(came["could take a second course, the product"], abs=1e-9)
        first = came["in first courses"] + came["  found no seat in a first course"]
        assert first >= came["students who ask for it, the product"] - came["in second courses"] - 1e-9
        assert (
            came["participants"]
            == came["in first courses"] + came["in second courses"]
            == at(moment.after.participants)
        )
        done = told(items, OUTCOMES)
        taught = done["complete it, as posts are filled"] * came["in second courses"]
        assert done["concentrators taught"] == at(moment.after.taught) == pytest.approx(taught, rel=1e-12)
        counted = (
            done["share of recodable students who are counted"]
            * done["recodable students for each one taught"]
            * done["concentrators taught"]
        )
        assert done["concentrators by recoding alone"] == pytest.approx(counted, rel=1e-12)
        reported = done["concentrators taught"] + done["concentrators by recoding alone"]
        assert done["concentrators reported"] == reported == at(moment.after.counts.concentrators)
        recoded += done["concentrators by recoding alone"] > 0
        earned = sum(done[f"credentials of tier {tier}"] for tier in (1, 2, 3))
        assert earned <= done["credential attempts"] * (1 + 1e-12)
    assert recoded


def test_without_a_cluster_all_are_told_in_brief_and_kept_in_full() -> None:
    moment = replace(moments("aligned")[0], cluster=None)
    decision, staffed = decision_of(moment), moment.year.workforce
    items = offer_items(moment, decision)
    shown = {item.name: item.value for item in items if item.step == OFFER and not item.name.startswith(" ")}
    names = new_mexico().clusters.name
    for cluster, name in enumerate(names):
        posts = staffed.posts[0, moment.district, cluster]
        assert shown.get(name, 0.0) == posts
        kept = [item for item in items if item.step == f"{name}: {FIRST}"]
        assert kept
        assert all(item.quiet for item in kept)
        inside = replace(moment, cluster=cluster)
        assert [item.value for item in kept] == list(told(section_items(inside, decision), FIRST).values())
    assert sum(shown.values()) == moment.total(staffed.posts) > 0
    everyone = {item.name: item.value for item in all_student_items(moment)}
    assert everyone["concentrators reported"] == pytest.approx(
        moment.of_district(moment.after.counts.total("concentrators")), rel=1e-12
    )
