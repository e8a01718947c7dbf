"""A bill checked before it is simulated: stages, bridge and parts sum; cliffs are found; nonsense is refused."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from commanded import called
from simulated import new_mexico, shipped
from small_world import counts_of

from sim.arrays import cluster_total
from sim.engine.ensemble import prepare
from sim.funding.reading import formula_from
from sim.parameters.catalogue import load_catalogue
from sim.parameters.values import central_parameters
from sim.report.bill.text import bill_text
from sim.study.bill.bridge import STEPS, bridge
from sim.study.bill.check_formula import check_formula
from sim.study.bill.cliffs import find_cliffs
from sim.study.bill.cluster_pay import ClusterPay, boundaries, cluster_pay
from sim.study.bill.decomposition import decompose
from sim.study.bill.disparity import disparity
from sim.study.bill.static_score import base_year_position
from sim.study.bill.unit_steps import (
    across_thresholds,
    base_year_of_run,
    one_by_one,
    single_draw,
    swept_through,
)
from sim.study.bill.units import UNITS
from sim.study.setup.settings import read_settings

THRESHOLD = 10
BASE, EACH = 25_000, 500
BILL = f"""title: A base with a threshold and a high-cost tier
source: Made up for the tests
year_of_numbers: 2026
description: A base for schools with enough concentrators, and more for high-cost fields.
components:
  - {{kind: base, per_school: {BASE}, minimum_concentrators: {THRESHOLD}}}
  - {{kind: per_student, count: concentrators, dollars: {EACH}}}
  - {{kind: cost_tier, tiers: [{{clusters: high_cost, dollars: 687}}]}}
appropriation: {{rule: fixed, dollars: 20_000_000}}
"""


@pytest.fixture(scope="module")
def ensemble():
    world = new_mexico()
    return prepare(
        world, central_parameters(load_catalogue(), world.clusters, 2), shipped("status_quo"), 3, range(2), 1
    )


def bill(**changes):
    written = {
        "title": "t",
        "source": "made up",
        "year_of_numbers": 2026,
        "description": "d",
        "components": [
            {"kind": "base", "per_school": BASE, "minimum_concentrators": THRESHOLD},
            {"kind": "per_student", "count": "concentrators", "dollars": EACH},
        ],
        "appropriation": {"rule": "full"},
        "also": [],
    }
    content = {key: value for key, value in {**written, **changes}.items() if value is not None}
    return formula_from(content, "bill.yaml", "bill", {})


def test_the_bridge_sums_to_the_change_of_every_district(ensemble) -> None:
    before = base_year_position(ensemble, shipped("status_quo"))
    after = base_year_position(ensemble, shipped("aligned"))
    explained = bridge(before, after)
    assert tuple(explained.steps) == STEPS
    assert np.allclose(sum(explained.steps.values()), explained.end - explained.start, atol=1e-6)
    assert np.abs(explained.steps["counts"]).max() == 0.0


def test_the_same_formula_twice_changes_nothing(ensemble) -> None:
    position = base_year_position(ensemble, shipped("aligned"))
    for step in bridge(position, position).steps.values():
        assert np.abs(step).max() < 1e-6


def test_parts_and_interaction_sum_to_the_whole(ensemble) -> None:
    parts = decompose(ensemble, shipped("aligned"))
    assert np.allclose(sum(part.alone for part in parts.parts) + parts.interaction, parts.whole)
    quality = next(part for part in parts.parts if part.component == "quality_incentive")
    assert np.allclose(quality.alone, 0.0)
    assert (parts.interaction > 0).all()


def test_a_flat_amount_has_no_cliff(ensemble) -> None:
    flat = bill(components=[{"kind": "per_student", "count": "concentrators", "dollars": EACH}])
    assert find_cliffs(ensemble, flat, 1) == ()


def test_a_threshold_is_found_with_its_cause_and_its_dollars(ensemble) -> None:
    jump = next(cliff for cliff in find_cliffs(ensemble, bill(), 2) if cliff.kind == "jump")
    assert jump.cause == "base"
    assert f"at least {THRESHOLD} concentrators" in jump.words
    assert jump.pair.above - jump.pair.below == 1
    schools = ensemble.state.counts.offering_schools[:, jump.pair.district, 0]
    assert np.isclose(jump.pair.owed_above - jump.pair.owed_below, BASE * schools + EACH).any()
    assert (schools > 0).any()


def test_a_cliff_under_rules_that_differ_is_told_in_the_words_of_the_bill(ensemble) -> None:
    rural = {"where": {"locale": "rural"}, "minimum_guarantee": 50_000}
    each = [{"kind": "per_student", "count": "concentrators", "dollars": EACH}]
    words = {cliff.words for cliff in find_cliffs(ensemble, bill(components=each, rules={"differs": [rural]}), 2)}
    said = "In rural districts, and nowhere else: every district with a pathway is owed at least $50,000."
    assert words == {said}


@pytest.mark.parametrize("where", [{"members": {"at_least": 3_500}}, {"members_per_school": {"at_least": 1_750}}])
def test_a_threshold_far_above_all_that_is_swept_through_is_found(ensemble, where) -> None:
    """Nobody stands within a student of 3,500 members; who has more would lose the base, and who has fewer gain it."""
    formula = bill(components=[{"kind": "base", "per_district": 60_000, "where": where}])
    (cliff,) = (one for one in find_cliffs(ensemble, formula, 1) if one.unit.field == "membership")
    assert (cliff.cause, cliff.pair.dollars) == ("base", 60_000.0)
    assert 3_500.0 in cliff.thresholds
    assert cliff.pair.below == cliff.pair.above - 1.0


def test_a_cliff_between_two_rates_by_size_names_one_of_them_and_not_a_third(ensemble) -> None:
    """From 149 to 150 members a district loses the first rate and has the second; the last is of others."""
    rates = [(150, 0.5), (500, 0.4)]
    differs = [{"where": {"members": {"below": below}}, "rate": rate} for below, rate in rates]
    formula = bill(components=[{"kind": "expenditure_reimbursement", "rate": 0.27, "differs": differs}])
    found = {cliff.pair.above: cliff.cause for cliff in find_cliffs(ensemble, formula, 2)}
    assert found.get(500, "expenditure_reimbursement_2") == "expenditure_reimbursement_2"
    assert found.get(150, "expenditure_reimbursement_1") == "expenditure_reimbursement_1"
    assert found.keys() & {150, 500}


def test_of_components_that_change_at_one_count_the_largest_change_is_the_cause(ensemble) -> None:
    """At 1,430 members the base rises by $20,000 and $45 a participant fall to $25: the rate that begins takes the
    place of one that ends, and brings nothing where the payment rises. The count is told once."""
    at, each = 1_430, {"kind": "per_student", "count": "participants"}
    large = {"members": {"at_least": at}}
    parts = [
        {"kind": "base", "per_district": 30_000, "differs": [{"where": large, "per_district": 50_000}]},
        {**each, "name": "program", "dollars": 45, "where": {"members": {"below": at}}},
        {**each, "name": "program_large", "dollars": 25, "where": large},
    ]  # fmt: skip
    jumps = [one for one in find_cliffs(ensemble, bill(components=parts), 1) if one.unit.field == "membership"]
    (cliff,) = jumps
    assert cliff.pair.above == at
    base, program = [parts[0]], parts[1:]
    only = [
        {one.cause: one.pair.dollars for one in find_cliffs(ensemble, bill(components=some), 1)}
        for some in (base, program)
    ]
    assert only[0] == {"base_1": 20_000.0}
    assert list(only[1]) == ["program"], "less is paid, so it is what the first rate paid"
    assert cliff.cause == ("base_1" if cliff.pair.dollars > 0.0 else "program")


@pytest.mark.parametrize(
    "size",
    [
        {"small": {"members_below": 100, "multiplier": 1.15}},
        {"bands": [{"where": {"members": {"below": 100}}, "multiplier": 1.15}]},
    ],
)
def test_a_cliff_of_a_multiplier_is_not_blamed_on_what_it_multiplies(ensemble, size) -> None:
    each = {"kind": "per_student", "count": "concentrators", "dollars": 900}
    (cliff,) = find_cliffs(ensemble, bill(components=[each, {"kind": "size_adjustment", **size}]), 1)
    assert (cliff.cause, cliff.pair.above) == ("size_adjustment", 100.0)
    assert cliff.pair.owed_below == pytest.approx(1.15 * cliff.pair.owed_above)


def test_a_floor_at_what_the_same_counts_were_paid_before_leaves_nobody_unpaid(ensemble) -> None:
    """No district is owed less than the year before, on the same counts: one more brings the whole price."""
    each = [{"kind": "per_student", "count": "participants", "dollars": 250}]
    floor = {"hold_harmless": {"share": 1, "reference": "own_previous_year"}}
    formula = bill(components=each, rules=floor)
    first = base_year_position(ensemble, formula).fiscal_year
    assert find_cliffs(ensemble, formula, 1, first + 1) == ()


def test_pathways_that_do_not_exist_are_not_told_as_unpaid(ensemble) -> None:
    """A first pathway has no concentrators yet: districts without any are no limit of a base with a minimum."""
    asked = bill(components=[{"kind": "base", "per_district": 30_000, "minimum_concentrators": 50}])
    assert not [one for one in find_cliffs(ensemble, asked, 1) if one.kind == "unpaid"]


EACH_CONCENTRATOR = [{"kind": "per_student", "count": "concentrators", "dollars": EACH}]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.one)
def test_neighbors_are_such_as_there_can_be(ensemble, unit) -> None:
    """What is given to a district or taken from it, worked out from its counts alone."""
    year = base_year_of_run(single_draw(ensemble, 0), bill(components=EACH_CONCENTRATOR))
    counts, schools = year.counts, ensemble.world.districts.high_schools
    for found in (one_by_one(year, unit), swept_through(year, unit), across_thresholds(year, unit, {10, 40, 90})):
        for steps in found if isinstance(found, Iterator) else [found]:
            real = (steps.below != steps.above).nonzero()[0]
            assert real.size
            for place in real:
                d, c = steps.district[place], steps.cluster[place] if unit.by_pathway else 0
                low, high, held = steps.below[place], steps.above[place], unit.held(counts)[d, c]
                students, members = counts.participants[d], counts.membership[d, 0]
                most = {
                    "participants": members - students.sum() + held, "concentrators": students[c],
                    "credentials": students[c], "sites": schools[d], "quality": 1.0, "placements": members,
                    "dual_credit": members,
                }.get(unit.field, np.inf)  # fmt: skip
                least = {"participants": counts.concentrators[d, c], "membership": students.sum()}.get(unit.field, 0.0)
                assert high <= max(most, held) + 1e-9
                assert low >= min(least, held) - 1e-9


def test_a_place_holds_no_more_than_all_else_allows(ensemble) -> None:
    """A district of 100 with 60 participants, 30 of them in one pathway of which 20 concentrate, and two schools."""
    held = counts_of(
        [{"members": 100.0, "participants": [30.0, 20.0, 10.0], "concentrators": [20.0, 5.0, 0.0], "schools": 2}]
    )
    units = {unit.field: unit for unit in UNITS}
    here = (np.array([0]), np.array([0]))

    def room(field: str) -> tuple[float, float]:
        least, most = units[field].room(held, np.array([2]), *here)
        return float(least[0]), float(most[0])

    assert room("participants") == (20.0, 70.0)  # those who concentrate, and the members whom no other pathway has
    assert room("concentrators") == (0.0, 30.0)
    assert room("credentials") == (0.0, 30.0)
    assert room("membership")[0] == 60.0
    assert room("sites")[1] == 2.0


def test_a_cliff_at_the_condition_of_a_line_is_the_condition_s_and_not_the_amount_s(ensemble) -> None:
    """The same amount with and without a condition of its line: what differs between the two is the condition."""
    small = bill(components=EACH_CONCENTRATOR, where={"members": {"below": 300}})
    assert find_cliffs(ensemble, bill(components=EACH_CONCENTRATOR), 1) == ()
    found = {(cliff.cause, cliff.words) for cliff in find_cliffs(ensemble, small, 2)}
    assert found == {("where", "It pays in districts with fewer than 300 members in grades 9-12, and nowhere else.")}


def test_a_cliff_between_two_paid_shares_names_the_share(ensemble) -> None:
    shares = {"paid_share": 0.5, "differs": [{"where": {"members": {"below": 300}}, "paid_share": 1.0}]}
    found = find_cliffs(ensemble, bill(components=EACH_CONCENTRATOR, rules=shares), 2)
    assert {cliff.cause for cliff in found} == {"paid share"}
    assert all("fewer than 300 members" in cliff.words for cliff in found)


def test_a_share_of_all_cost_is_paid_for_a_further_participant_up_to_a_maximum(ensemble) -> None:
    share = {"kind": "expenditure_reimbursement", "rate": 0.27, "of": "all_cost"}
    assert find_cliffs(ensemble, bill(components=[share]), 1) == ()
    found = find_cliffs(ensemble, bill(components=[share], rules={"maximum_payment": 400_000}), 1)
    assert {cliff.cause for cliff in found} == {"maximum payment"}


def test_of_two_bounds_of_a_line_the_one_that_binds_is_named(ensemble) -> None:
    each = {"kind": "per_student", "count": "concentrators", "dollars": EACH}
    match = {"where": {"members": {"at_least": 200}}, "local_match": 0.01}
    found = find_cliffs(ensemble, bill(components=[each], rules={"maximum_payment": 250_000, "differs": [match]}), 1)
    unpaid = [cliff for cliff in found if cliff.kind == "unpaid"]
    assert {cliff.cause for cliff in unpaid} == {"maximum payment"}
    assert all("its own" not in cliff.words for cliff in unpaid)


def test_a_joint_rule_shows_the_same_cliffs_in_one_line_and_in_two(ensemble) -> None:
    """What one line gains of a floor and the other loses is no cliff."""

    def each(count: str, dollars: float) -> dict[str, object]:
        return {"kind": "per_student", "name": count, "count": count, "dollars": dollars}

    parts = [each("concentrators", 1500), each("participants", 300)]
    rules = {"hold_harmless": {"share": 0.9}, "growth_cap": 0.05}
    lines = [{"name": part["count"], "components": [part], "appropriation": {"rule": "full"}} for part in parts]
    several = {"components": None, "appropriation": None, "lines": lines, "rules": rules}
    found = []
    for formula in (bill(components=parts, rules=rules), bill(**several)):
        cliffs = find_cliffs(ensemble, formula, 1)
        found.append({(c.cause, c.unit.one, c.kind, round(c.pair.dollars, 3), c.affected) for c in cliffs})
        assert all(cliff.pair.owed_above >= cliff.pair.owed_below - 1e-6 for cliff in cliffs)
    assert found[0] == found[1]
    assert {cause for cause, *_ in found[0]} == {"hold harmless", "growth cap"}


def test_clusters_of_alike_cost_outside_the_high_cost_list_are_named(ensemble) -> None:
    tier = {"kind": "cost_tier", "tiers": [{"clusters": "high_cost", "dollars": 687}]}
    tiered = bill(components=[{"kind": "per_student", "count": "concentrators", "dollars": EACH}, tier])
    pay = cluster_pay(ensemble, base_year_position(ensemble, tiered))
    hospitality = new_mexico().clusters.identifier.index("hospitality_events_tourism")
    assert hospitality in {boundary.less for boundary in boundaries(pay)}


def test_what_a_cluster_is_owed_is_what_its_instructors_of_the_base_year_are_owed(ensemble) -> None:
    dear, rest = 8_000.0, 3_000.0
    where = [{"where": {"cluster": "supply_chain_transportation"}, "dollars": dear}]
    by_field = bill(components=[{"kind": "instructor_unit", "dollars": rest, "differs": where}])
    pay = cluster_pay(ensemble, base_year_position(ensemble, by_field))
    counts, clusters = ensemble.state.counts, new_mexico().clusters.identifier
    amounts = np.array([dear if name == "supply_chain_transportation" else rest for name in clusters])
    taught = cluster_total(counts.instructors).mean(axis=0)
    np.testing.assert_allclose(pay.pay * pay.participants, amounts * taught.reshape(len(clusters)), rtol=1e-9)


def test_pay_that_is_more_than_a_tenth_above_another_is_told_and_a_tenth_is_not() -> None:
    cost, many = np.full(3, 400.0), np.array([50.0, 50.0, 0.0])
    assert not boundaries(ClusterPay(cost, np.array([100.0, 109.9, 500.0]), many))
    assert boundaries(ClusterPay(cost, np.array([100.0, 110.1, 500.0]), many))[0].gap == pytest.approx(10.1)


def test_disparity_by_hand() -> None:
    dollars = np.array([100.0, 900.0, 50.0])
    members = np.array([1.0, 98.0, 1.0])
    per_member = dollars / members
    found = disparity(dollars, members)
    assert found.low == pytest.approx(per_member[1])
    assert found.high == pytest.approx(per_member[1])
    assert found.share == pytest.approx(0.0)
    assert disparity(np.array([10.0, 40.0]), np.array([1.0, 1.0])).ratio == pytest.approx(4.0)


def checked(tmp_path: Path, text: str, name: str = "my_bill", draws: int = 2) -> str:
    """The report on a bill as it is printed."""
    file = tmp_path / f"{name}.yaml"
    file.write_text(text)
    settings = read_settings(
        {
            "study": {"name": "check_formula"}, "world": {"path": None}, "draws": draws, "seed": 2026, "workers": 1,
            "horizon": 1, "uncertainty": "prior", "chunk": 2, "cost_neutral": None, "report": False,
            "formula_file": str(file),
        }
    )  # fmt: skip
    return " ".join(bill_text(check_formula(settings)).split())


HEAD = "title: A bill\nsource: s\nyear_of_numbers: 2026\ndescription: d\n"
EACH_MEMBER = "components: [{kind: per_student, count: members, dollars: 100}]\nappropriation: {rule: full}\n"


def test_it_says_when_a_bill_begins_that_is_written_to_begin_before_the_base_year(tmp_path: Path) -> None:
    rules = "takes_effect: 2025\nrules: {phase_in: [0.25, 0.5, 0.75], phase_in_from: nothing}\n"
    said = checked(tmp_path, HEAD + EACH_MEMBER + rules)
    assert "Until it takes effect in FY2027 current law holds. It has no end." in said
    assert "It pays from FY2027 on." in said
    assert (
        "Written to begin in FY2025, the bill is first paid in FY2027: current law holds until FY2026. A phase-in "
        "counts its years from there."
    ) in said
    plain = checked(tmp_path, HEAD + EACH_MEMBER + "takes_effect: 2025\n")
    assert "the bill is first paid in FY2027: current law holds until FY2026. Among the" in plain
    assert "the rules of FY2027, no one responding" in said
    assert "My_bill" not in said


def test_it_says_which_line_is_not_priced_as_it_begins_later(tmp_path: Path) -> None:
    lines = "lines:\n" + "".join(
        f"  - name: {name}\n    {years}\n    components: [{{kind: per_student, count: members, dollars: {dollars}}}]\n"
        "    appropriation: {rule: full}\n"
        for name, years, dollars in (
            ("first", "sunset_year: 2028", 100),
            ("second", "start_year: 2029", 200),
        )
    )
    said = checked(tmp_path, HEAD + lines)
    assert "It pays from FY2027 to FY2028." in said
    unpriced = (
        "Not paid in FY2027, and so not priced: second (from FY2029). With year=2029 the rules are those of FY2029."
    )
    assert unpriced in said
    assert "second: per student" not in said, "what is not paid has no row of nothing"
    assert "per student" in said.split("Component (entitlement)")[1].split("Against")[0]


def test_one_draw_is_told_as_one_and_what_the_file_leaves_out_is_told(tmp_path: Path) -> None:
    short = EACH_MEMBER.replace("rule: full", "rule: fixed, dollars: 9000000")
    said = checked(tmp_path, f"{HEAD}{short}not_translated: Tuition between districts.\n", draws=1)
    assert "Left out, as the file says: Tuition between districts." in said
    assert "Translated" not in said
    assert "Numbers of one draw, without an interval" in said
    assert "sought in 1 draw with counts" in said
    assert "The appropriation is short by $1.1" in said
    for many in ("1 draws", "of draws", "over draws", "all draws", "every draw", "some draws"):
        assert many not in said, many


def test_it_says_what_share_of_each_sides_money_is_meant_for_pathways(tmp_path: Path) -> None:
    silent = checked(tmp_path, HEAD + EACH_MEMBER)
    assert "Of what districts are paid, 100% is meant for pathways under the bill ($10.1M) and 5" in silent
    assert "For the bill none is written, which means 1; at 5" in silent
    said = checked(tmp_path, HEAD + EACH_MEMBER + "pathway_share: 0.4\n")
    assert "Of what districts are paid, 40% is meant for pathways under the bill ($4.06M)" in said
    assert "none is written" not in said


def test_a_capped_bill_raises_no_district_by_more_than_the_cap_over_what_is_shown_as_now(ensemble) -> None:
    capped = bill(
        components=[{"kind": "per_student", "count": "concentrators", "dollars": 4000}], rules={"growth_cap": 0.05}
    )
    now = base_year_position(ensemble, shipped("status_quo")).stage("paid")
    then = base_year_position(ensemble, capped).stage("paid")
    assert (then <= 1.05 * now * (1.0 + 1e-9))[now > 0.0].all()
    assert (then > 1.0499 * now)[now > 0.0].sum() > 20


def call(folder: Path, *settings: str) -> subprocess.CompletedProcess[str]:
    return called(folder, "study=check_formula", *settings)


def test_a_bill_is_told_in_words_and_written_as_a_ledger(tmp_path: Path) -> None:
    file = tmp_path / "my_bill.yaml"
    file.write_text(f"{BILL}expected_base_year_entitlement: 1_000_000\n")
    done = call(tmp_path, f"formula_file={file}", "draws=2", f"hydra.run.dir={tmp_path / 'out'}")
    assert done.returncode == 0, done.stderr
    assert "The file says expected_base_year_entitlement: $1" in done.stdout
    assert "$25,000 for every high school" in done.stdout
    assert "Hospitality" in done.stdout
    districts = pd.read_csv(tmp_path / "out" / "bill_districts.csv")
    assert len(districts) == len(new_mexico().districts)
    assert (tmp_path / "out" / "bill.txt").is_file()
    assert openpyxl.load_workbook(tmp_path / "out" / "bill_ledger.xlsx").sheetnames


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (BILL.replace("kind: base", "kind: bas"), "bad.yaml, line 6: components.0.kind: 'bas' is not allowed; did you"),
        (BILL.replace(str(BASE), "-5"), "bad.yaml, line 6: components.0.base.per_school: -5 is not allowed"),
        (BILL.replace("source: Made up for the tests\n", ""), "source: is missing"),
        ("x: !!python/object:os.system {}", "a tag (!!python/object:os.system) is not allowed"),
    ],
)
def test_nonsense_is_refused_in_one_line(tmp_path: Path, written: str, said: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(written)
    done = call(tmp_path, f"formula_file={file}", f"hydra.run.dir={tmp_path / 'out'}")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_without_a_file_it_says_what_to_write(tmp_path: Path) -> None:
    done = call(tmp_path, f"hydra.run.dir={tmp_path}")
    assert done.returncode == 2
    assert "formula_file=my_bill.yaml" in done.stderr


def of_lines(*lines: dict[str, object]):
    full = {"appropriation": {"rule": "full"}}
    return bill(components=None, appropriation=None, lines=[{**full, **line} for line in lines])


def by_size(small: float, large: float) -> list[dict[str, object]]:
    """Two lines, one below 308 members and one from there on."""
    each = {"kind": "per_student", "count": "concentrators"}
    return [
        {"name": "small", "where": {"members": {"below": 308}}, "components": [{**each, "dollars": small}]},
        {"name": "large", "where": {"members": {"at_least": 308}}, "components": [{**each, "dollars": large}]},
    ]


def test_what_one_line_gains_and_another_loses_is_no_cliff(ensemble) -> None:
    assert find_cliffs(ensemble, of_lines(*by_size(900, 900)), 1) == ()


def test_a_cliff_between_two_lines_is_what_all_lines_owe(ensemble) -> None:
    """Written as two components of one line the same law owes the same, and has the same cliffs."""
    several = of_lines(*by_size(1000, 900))
    parts = [{**line["components"][0], "name": line["name"], "where": line["where"]} for line in several_of(several)]
    found = [find_cliffs(ensemble, one, 1) for one in (several, bill(components=parts))]
    told = [[(c.unit.one, c.kind, round(c.pair.dollars, 6), c.thresholds) for c in cliffs] for cliffs in found]
    assert told[0] == told[1] != []
    (cliff,) = found[0]
    concentrators = ensemble.state.counts.concentrators[0, cliff.pair.district].round().sum()
    assert cliff.pair.owed_below == pytest.approx(1000 * concentrators)
    assert cliff.pair.owed_above == pytest.approx(900 * concentrators)
    assert (cliff.line, cliff.cause) == ("small", "where")


def several_of(formula) -> list[dict[str, object]]:
    return [
        {"name": line.name, "where": line.where.model_dump(exclude_none=True),
         "components": [{"kind": "per_student", "count": "concentrators", "dollars": line.components[0].dollars}]}
        for line in formula.own_lines
    ]  # fmt: skip


def test_the_cause_of_a_cliff_beside_a_pair_that_cancels_is_not_the_pair(ensemble) -> None:
    """A third line loses $40,000 where the two others, of far more, take turns."""
    base = {"kind": "base", "per_district": 40_000}
    third = {"name": "third", "where": {"members": {"below": 308}}, "components": [base]}
    (cliff,) = find_cliffs(ensemble, of_lines(*by_size(9000, 9000), third), 1)
    assert cliff.pair.dollars == pytest.approx(-40_000)
    assert cliff.line == "third"


def test_a_guarantee_that_ends_with_its_line_is_a_cliff_of_the_condition(ensemble) -> None:
    """One line pays below 308 members with a minimum, the other pays the same from there on without."""
    small, large = by_size(900, 900)
    jumps = find_cliffs(ensemble, of_lines({**small, "rules": {"minimum_guarantee": 1e6}}, large), 1)
    members = [cliff for cliff in jumps if cliff.unit.field == "membership"]
    assert [(cliff.line, cliff.cause) for cliff in members] == [("small", "where")]
    assert members[0].pair.dollars < -9e5


def test_a_cliff_that_a_cap_under_a_floor_makes_names_the_cap(ensemble) -> None:
    """One more concentrator moves part of a floor to a line that is capped: without the cap nothing is lost."""
    floor = {"hold_harmless": {"share": 1}}
    fund = {"name": "fund", "components": [{"kind": "per_student", "count": "concentrators", "dollars": 150}]}
    bonus = {"kind": "per_student", "count": "credentials", "dollars": 100}
    voted = {"rule": "fixed", "dollars": 3_000_000}

    def causes(share: float) -> set[tuple[str, str]]:
        capped = {"name": "credentials", "components": [bonus], "appropriation": voted}
        lines = [{"appropriation": {"rule": "full"}, **fund}, {**capped, "rules": {"share_cap": {"share": share}}}]
        formula = bill(components=None, appropriation=None, lines=lines, rules=floor)
        jumps = [cliff for cliff in find_cliffs(ensemble, formula, 1) if cliff.kind == "jump"]
        return {(cliff.line, cliff.cause) for cliff in jumps if cliff.pair.dollars < 0.0}

    assert causes(0.1) == {("credentials", "share cap")}
    assert causes(1.0) == set()


def test_a_pathway_without_a_site_has_no_students() -> None:
    """A district of two pathways loses one with a quarter of its participants, then both."""
    held = counts_of(
        [{
            "members": 100.0, "schools": 1, "sites": [1.0, 1.0, 0.0], "participants": [30.0, 10.0, 0.0],
            "concentrators": [20.0, 5.0, 0.0], "credentials_tier_1": [8.0, 4.0, 0.0], "expenditure": 80_000.0,
            "placements": 8.0, "quality": 0.5,
        }]
    )  # fmt: skip
    site = next(unit for unit in UNITS if unit.field == "sites")

    def without(counts, cluster: int):
        place, there = np.array([0, 0]), np.array([cluster, cluster])
        assert site.closes(counts, place, there, np.array([0.0, 1.0])).tolist() == [True, False]
        return site.changed(counts, place, there, np.array([0.0, 1.0]))

    less = without(held, 1)
    assert less.participants[0].tolist() == [[30.0, 0.0, 0.0]]
    assert less.concentrators[0].sum() == 20.0
    assert less.credentials[0][0].sum() == 8.0
    assert (less.expenditure[0, 0, 0], less.placements[0, 0, 0]) == (60_000.0, 6.0)
    assert less.quality[0].max() == 0.5
    assert less.participants[1].sum() == 40.0, "with its site it has its students"
    assert less.expenditure[1, 0, 0] == 80_000.0
    one = counts_of([{"members": 50.0, "schools": 1, "sites": [1.0, 0.0, 0.0], "participants": [9.0, 0.0, 0.0]}])
    none = without(one, 0)
    assert (none.offering[0].max(), none.participants[0].max(), none.quality[0].max()) == (0.0, 0.0, 0.0)


def test_a_district_that_closes_its_only_pathway_is_owed_nothing_for_its_students(ensemble) -> None:
    """A base for a district with a pathway and an amount for each concentrator."""
    lump = {"kind": "base", "per_district": 400_000}
    year = base_year_of_run(single_draw(ensemble, 0), bill(components=[lump, *EACH_CONCENTRATOR]))
    steps = one_by_one(year, next(unit for unit in UNITS if unit.field == "sites"))
    students = year.counts.concentrators[steps.district, steps.cluster]
    only = steps.closed & ((year.counts.sites > 0.0).sum(axis=-1) == 1)[steps.district]
    assert only.sum() > 3
    assert not steps.owed_below[only].any()
    assert np.allclose(steps.moved[only], 400_000 + EACH * students[only])
    others = steps.closed & ~only
    assert np.allclose(steps.moved[others], EACH * students[others])
    assert np.allclose(steps.price, steps.moved), "prices are posted for all that goes"


def test_a_pathway_that_closes_is_no_cliff_because_many_students_go_at_once(ensemble) -> None:
    """An award rises with participants: all of a pathway's together move it by far more than the posted $0, and are no
    unit. A lump for the district is one, with or without its students."""
    grant = {"kind": "competitive_grant", "pot": 1_000_000}
    assert not [cliff for cliff in find_cliffs(ensemble, bill(components=[grant]), 1) if cliff.pair.closed]
    floor = {"minimum_guarantee": 90_000}
    guaranteed = find_cliffs(ensemble, bill(components=EACH_CONCENTRATOR, rules=floor), 2)
    (first,) = (cliff for cliff in guaranteed if cliff.kind == "jump")
    assert (first.unit.field, first.cause, first.pair.owed_below) == ("sites", "minimum guarantee", 0.0)
    assert first.pair.owed_above == pytest.approx(90_000)
