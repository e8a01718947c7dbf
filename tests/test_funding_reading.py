"""What a user may write in a formula file, and the one line that answers what they may not."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from small_world import context_of, counts_of, small_world

from sim.funding.appropriation import APPROPRIATION_RULES
from sim.funding.cases import Case
from sim.funding.components import COMPONENTS
from sim.funding.components.base import BreadthStep
from sim.funding.components.expenditure_reimbursement import Step
from sim.funding.components.size_adjustment import Rural, Small, Sparse
from sim.funding.components.tiers import Tier
from sim.funding.conditions import MembersBand, Where
from sim.funding.formula import Formula
from sim.funding.reading import FORMULA_KEYS, LINE_KEYS, formula_from, read_formula, read_lines
from sim.funding.rules import Rules
from sim.funding.schedule import Schedule, entitlement
from sim.funding.terms import HoldHarmless, ShareCap, StateShare
from sim.inputs import InputError, read_yaml
from sim.study.setup.inputs import chosen_source

FOLDER = Path(__file__).parent.parent / "conf"
CLUSTERS = ("agriculture", "construction", "healthcare_human_services")

DOCUMENTATION = FOLDER.parent / "docs" / "reference" / "formulas.md"

BILL = """\
title: A bill in ten lines
source: a member's draft, 3 November 2026
year_of_numbers: 2026
description: $900 for every concentrator and $50,000 for every high school with a pathway.
components:
  - {kind: base, per_school: 50_000}
  - {kind: per_student, count: concentrators, dollars: 900}
rules: {phase_in: [0.5]}
appropriation: {rule: indexed, dollars: 40_000_000}
"""


def bill(**changes: Any) -> dict[str, Any]:
    """A formula that can be used, with some keys changed, or left out where the change is None."""
    written: dict[str, Any] = {
        "title": "A bill",
        "source": "a draft",
        "year_of_numbers": 2026,
        "description": "Dollars for concentrators.",
        "components": [{"kind": "per_student", "count": "concentrators", "dollars": 900}],
        "appropriation": {"rule": "full"},
    }
    return {key: value for key, value in {**written, **changes}.items() if value is not None}


def read(written: Any) -> Formula:
    return formula_from(written, "bill.yaml", "bill", {}, CLUSTERS)


def component(**keys: Any) -> dict[str, Any]:
    return {"components": [keys]}


def test_a_bill_takes_ten_lines(tmp_path: Path) -> None:
    path = tmp_path / "my_bill.yaml"
    path.write_text(BILL.replace("description: ", "description: >-\n  "), encoding="utf-8")
    formula = read_formula(path, FOLDER / "line")
    assert formula.name == "my_bill"
    assert [line.name for line in formula.lines] == ["my_bill", "perkins", "secondary_weight"]
    own = formula.own_lines[0]
    assert own.title == "A bill in ten lines"
    assert (own.start_year, own.sunset_year, own.recurring, own.oversight) == (2027, None, True, "categorical")


def test_other_lines_can_be_named_or_left_out() -> None:
    shared = read_lines(FOLDER / "line")
    only = formula_from(bill(also=["nextgen_pilot"]), "bill.yaml", "bill", shared)
    assert [line.name for line in only.lines] == ["bill", "nextgen_pilot"]
    none = formula_from(bill(also=[]), "bill.yaml", "bill", shared)
    assert [line.name for line in none.lines] == ["bill"]


def test_a_shared_line_can_be_changed_where_it_is_used() -> None:
    shared = read_lines(FOLDER / "line")
    written = bill(components=None, appropriation=None, lines=[{"line": "nextgen_pilot", "sunset_year": 2029}])
    line = formula_from(written, "bill.yaml", "bill", shared).line("nextgen_pilot")
    assert line.sunset_year == 2029
    assert line.fund == "Public Education Reform Fund"


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a negative amount", component(kind="base", per_school=-1), "components.0.base.per_school: -1 is not allowed"),
    ("text for a number", component(kind="base", per_school="50k"), "components.0.base.per_school: '50k'"),
    ("infinity", component(kind="base", per_school=float("inf")), "components.0.base.per_school: inf"),
    ("not a number", component(kind="base", per_school=float("nan")), "components.0.base.per_school: nan"),
    ("yes for a number", component(kind="base", per_school=True), "components.0.base.per_school: True"),
    (
        "an unknown kind",
        component(kind="bse", per_school=1),
        "components.0.kind: 'bse' is not allowed; did you mean 'base'?",
    ),
    ("no kind", component(per_school=1), "components.0.kind: is missing"),
    ("a component that is a word", {"components": ["base"]}, "components.0: 'base' is not allowed"),
    ("no component", {"components": []}, "components: [] is not allowed: write at least one component"),
    (
        "a misspelt key of a component",
        component(kind="base", per_scool=1),
        "components.0.base.per_scool: unknown key; did you mean 'per_school'?",
    ),
    ("a misspelt key of the formula", {"recuring": True}, "recuring: unknown key; did you mean 'recurring'?"),
    ("a misspelt rule", {"rules": {"phase_inn": [1]}}, "rules.phase_inn: unknown key; did you mean 'phase_in'?"),
    ("a key that only the program sets", {"scale": 2.0}, "scale: unknown key"),
    ("a missing source", {"source": None}, "source: is missing"),
    ("an empty source", {"source": ""}, "source: '' is not allowed"),
    ("a missing appropriation", {"appropriation": None}, "appropriation: is missing"),
    (
        "an unknown appropriation rule",
        {"appropriation": {"rule": "fixd", "dollars": 1}},
        "appropriation.rule: 'fixd' is not allowed; did you mean 'fixed'?",
    ),
    (
        "an appropriation without dollars",
        {"appropriation": {"rule": "fixed"}},
        "appropriation.fixed.dollars: is missing",
    ),
    (
        "an appropriation above the whole revenue",
        {"appropriation": {"rule": "share_of_revenue", "share": 1.2}},
        "appropriation.share_of_revenue.share: 1.2 is not allowed",
    ),
    (
        "an unknown cluster",
        component(kind="cost_tier", tiers=[{"clusters": ["agricultur"], "dollars": 1}]),
        "unknown cluster 'agricultur'; did you mean 'agriculture'?",
    ),
    (
        "a cluster in two tiers",
        component(
            kind="cost_tier",
            tiers=[{"clusters": "construction", "dollars": 1}, {"clusters": ["construction"], "dollars": 2}],
        ),
        "'construction' stands in two tiers",
    ),
    (
        "a tier without clusters",
        component(kind="cost_tier", tiers=[{"clusters": [], "dollars": 1}]),
        "components.0.cost_tier.tiers.0.clusters: [] is not allowed: name at least one cluster",
    ),
    (
        "a tier that does not say which clusters",
        component(kind="value_tier", tiers=[{"dollars": 1}]),
        "components.0.value_tier.tiers.0.clusters: is missing",
    ),
    (
        "no tiers",
        component(kind="value_tier", tiers=[]),
        "components.0.value_tier.tiers: [] is not allowed: name at least one tier",
    ),
    (
        "an unknown cluster in a value tier",
        component(kind="value_tier", tiers=[{"clusters": "constuction", "dollars": 1}]),
        "unknown cluster 'constuction'; did you mean 'construction'?",
    ),
    (
        "an unknown cluster in the tiers of a pot",
        component(kind="per_student", count="participants", pot=1, tiers=[{"clusters": "farming", "multiplier": 2}]),
        "unknown cluster 'farming'",
    ),
    (
        "value tiers beside named clusters",
        component(
            kind="value_tier",
            tiers=[{"clusters": "value_3", "dollars": 1}, {"clusters": "construction", "dollars": 2}],
        ),
        "stand without others",
    ),
    (
        "a value word beside a cluster",
        component(kind="value_tier", tiers=[{"clusters": ["value_3", "construction"], "dollars": 1}]),
        "value_3 stands alone",
    ),
    (
        "tiers without a pot",
        component(kind="per_student", count="participants", dollars=1,
                  tiers=[{"clusters": "construction", "multiplier": 2}]),
        "tiers here share out a pot",
    ),
    (
        "dollars in the tiers of a pot",
        component(kind="per_student", count="participants", pot=1, tiers=[{"clusters": "construction", "dollars": 2}]),
        "write a multiplier for each tier",
    ),
    (
        "advanced courses paid less",
        component(kind="course_level", introductory=1, advanced=0.5),
        "advanced is at least introductory",
    ),
    (
        "courses outside a program of study without their share",
        component(kind="course_level", introductory=0.28, advanced=0.47, outside=0.1),
        "outside and outside_share go together",
    ),
    (
        "courses outside a program of study paid more",
        component(kind="course_level", introductory=0.28, advanced=0.47, outside=0.3, outside_share=0.5),
        "are paid no more than introductory ones",
    ),
    (
        "a remainder of money without end",
        component(kind="remainder", count="participants"),
        "'remainder' divides the appropriation, so it needs a number of dollars",
    ),
    (
        "tiers of a remainder that is shared over members",
        {**component(kind="remainder", count="members", tiers=[{"clusters": "construction", "multiplier": 2}]),
         "appropriation": {"rule": "fixed", "dollars": 1}},
        "tiers share out what is left over",
    ),
    (
        "concentrators with fewer credits",
        component(kind="per_student", count="credit_hours", dollars=1, credits_per_concentrator=0.5),
        "at least as many credits",
    ),
    (
        "steps of breadth that go down",
        component(kind="base", breadth_steps=[{"clusters": 3, "units": 10}, {"clusters": 2, "units": 15}]),
        "each step asks for more clusters",
    ),
    (
        "a misspelt key of a step",
        component(kind="base", breadth_steps=[{"cluster": 3, "units": 10}]),
        "breadth_steps.0.cluster: unknown key; did you mean 'clusters'?",
    ),
    ("a rate and steps", component(kind="expenditure_reimbursement"), "write exactly one of rate or steps"),
    (
        "a step without an end before the last",
        component(kind="expenditure_reimbursement", steps=[{"rate": 0.8}, {"rate": 0.5}]),
        "every step but the last has an up_to",
    ),
    (
        "a negative reimbursement",
        component(kind="expenditure_reimbursement", rate=-0.35),
        "expenditure_reimbursement.rate: -0.35 is not allowed",
    ),
    ("no one in a class", component(kind="instructor_unit", dollars=1, students_per_unit=0), "students_per_unit: 0"),
    (
        "a minimum for instructors that are only allotted",
        component(kind="instructor_unit", dollars=1, students_per_unit=23, minimum_per_school=5),
        "a minimum_per_school goes with instructors employed",
    ),
    ("dollars and weights", component(kind="credential_bonus"), "write exactly one of dollars or weights"),
    (
        "weights of nothing",
        component(kind="credential_bonus", weights={1: 0.1}),
        "weights and base_amount go together",
    ),
    (
        "a base amount that is no amount",
        component(kind="per_student", count="members", weight=1, base_amount="unit_valu"),
        "per_student.base_amount",
    ),
    ("a queue by tier without credentials", {"rules": {"proration": "by_tier"}}, "it needs a credential_bonus"),
    ("a carry-over of all", {"rules": {"carryover": 1}}, "rules.carryover: 1 is not allowed"),
    ("a negative match", {"rules": {"local_match": -1}}, "rules.local_match: -1 is not allowed"),
    ("more than all to be spent", {"rules": {"spend_on_cte": 1.1}}, "rules.spend_on_cte: 1.1 is not allowed"),
    (
        "a negative floor",
        {"rules": {"minimum_guarantee_charter": -10_000}},
        "rules.minimum_guarantee_charter: -10000 is not allowed",
    ),
    (
        "a tier with dollars and a multiplier",
        component(kind="cost_tier", tiers=[{"clusters": "construction", "dollars": 1, "multiplier": 2}]),
        "write exactly one of dollars or multiplier",
    ),
    (
        "a phase-in that goes down",
        {"rules": {"phase_in": [0.5, 0.25]}},
        "rules.phase_in: [0.5, 0.25] is not allowed: a phase-in",
    ),
    ("a phase-in above the whole", {"rules": {"phase_in": [1.5]}}, "rules.phase_in.0: 1.5 is not allowed"),
    ("a share above one", component(kind="quality_incentive", share=10), "components.0.quality_incentive.share: 10"),
    ("a sunset before the start", {"start_year": 2030, "sunset_year": 2029}, "sunset_year: 2029 is not allowed"),
    ("a year that is none", {"takes_effect": 27}, "takes_effect: 27 is not allowed"),
    (
        "two components of one name",
        {"components": [{"kind": "per_student", "count": "members", "dollars": 1}] * 2},
        "two components are called 'per_student'",
    ),
    (
        "two bases in a line",
        {"components": [{"kind": "base", "per_school": 1}, {"kind": "base", "per_school": 1, "name": "b"}]},
        "'base' can stand only once in a line",
    ),
    (
        "weights that do not sum to one",
        component(kind="quality_incentive", share=0.1, weights={"data_and_outcomes": 0.5}),
        "the weights sum to 0.5, not to 1",
    ),
    (
        "an unknown quality component",
        component(kind="quality_incentive", share=0.1, weights={"data_and_outcome": 1}),
        "did you mean 'data_and_outcomes'?",
    ),
    (
        "dollars and a weight",
        component(kind="per_student", count="members", dollars=1, weight=1),
        "write exactly one of",
    ),
    (
        "a weight of nothing",
        component(kind="per_student", count="members", weight=1),
        "weight and base_amount go together",
    ),
    (
        "a count of something else",
        component(kind="per_student", count="pupils", dollars=1),
        "per_student.count: 'pupils'",
    ),
    ("a fourth credential tier", component(kind="credential_bonus", dollars={4: 1}), "credential_bonus.dollars"),
    (
        "a weight in the SEG with a fixed appropriation",
        {
            **component(kind="seg_weight", count="members", weight=0.1, funded=True),
            "appropriation": {"rule": "fixed", "dollars": 1},
        },
        "the main formula pays what its units are worth",
    ),
    (
        "SEG money mixed with other money",
        {
            "components": [
                {"kind": "seg_weight", "count": "members", "weight": 0.1, "funded": True},
                {"kind": "base", "per_school": 1},
            ]
        },
        "a seg_weight is money inside the main formula",
    ),
    (
        "funded and unfunded weights in one line",
        {
            "components": [
                {"kind": "seg_weight", "count": "members", "weight": 0.1, "funded": True, "name": "one"},
                {"kind": "seg_weight", "count": "members", "weight": 0.1, "funded": False, "name": "other"},
            ]
        },
        "funded and unfunded weights need lines of their own",
    ),
    ("a pot without dollars", component(kind="competitive_grant"), "'competitive_grant' divides the appropriation"),
    (
        "no winners",
        component(kind="competitive_grant", pot=1, winners=0),
        "competitive_grant.winners: 0 is not allowed",
    ),
    ("an oversight of its own", {"oversight": "loose"}, "oversight: 'loose' is not allowed"),
    ("a proration that is not known", {"rules": {"proration": "queue"}}, "rules.proration: 'queue' is not allowed"),
    ("lines and components together", {"lines": []}, "components: write it inside lines"),
    ("no components at all", {"components": None, "appropriation": None}, "components: is missing"),
    ("an unknown shared line", {"also": ["perkin"]}, "also.0: 'perkin' is not a shared line"),
    (
        "two lines of one name",
        {"components": None, "appropriation": None, "lines": [{**component(kind="base", per_school=1),
         "name": "a", "appropriation": {"rule": "full"}}] * 2},
        "two lines are called 'a'",
    ),
    (
        "an error inside a line of several",
        {"components": None, "appropriation": None, "lines": [{**component(kind="base", per_school=-1),
         "name": "a", "appropriation": {"rule": "full"}}]},
        "bill.yaml: lines.0.components.0.base.per_school: -1",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
def test_what_cannot_be_used_is_refused_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as refusal:
        read(bill(**changes))
    text = str(refusal.value)
    assert text.startswith("bill.yaml")
    assert message in text
    assert "\n" not in text


@pytest.mark.parametrize("written", [None, [], "a formula", 3])
def test_a_file_that_is_no_mapping_is_refused(written: Any) -> None:
    with pytest.raises(InputError, match="a formula is a mapping"):
        read(written)


def test_a_tag_that_builds_an_object_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text("title: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"evil\.yaml, line 1"):
        read_formula(path, FOLDER / "line")


@pytest.mark.parametrize(
    "tag", ["!!python/name:os.system", "!!python/object/new:dict [{}]", "!!python/tuple [1]", "!formula {}"]
)
def test_no_tag_builds_anything_wherever_it_stands(tmp_path: Path, tag: str) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text(BILL.replace("per_school: 50_000", f"per_school: {tag}"), encoding="utf-8")
    with pytest.raises(InputError, match=r"evil\.yaml, line \d+: .*") as refusal:
        read_formula(path, FOLDER / "line")
    assert "\n" not in str(refusal.value)


IN_A_FILE: list[tuple[str, str, str]] = [
    ("per_school: 50_000", "per_scool: 50_000", "line 7: components.0.base.per_scool: unknown key; did you mean"),
    ("per_school: 50_000", "per_school: -1", "line 7: components.0.base.per_school: -1 is not allowed"),
    ("kind: base", "kind: bse", "line 7: components.0.kind: 'bse' is not allowed; did you mean 'base'?"),
    ("dollars: 900}", "dollar: 900}", "line 8: components.1.per_student.dollar: unknown key"),
    ("count: concentrators, ", "", "line 8: components.1.per_student.count: is missing"),
    ("phase_in: [0.5]", "phase_in: [0.5, 0.25]", "line 9: rules.phase_in: [0.5, 0.25] is not allowed"),
    ("dollars: 40_000_000", "dollars: 40M", "line 10: appropriation.indexed.dollars: '40M' is not allowed"),
    ("year_of_numbers", "year_of_number", "line 3: year_of_number: unknown key"),
    ("source: a member's draft, 3 November 2026\n", "", "my_bill.yaml: source: is missing"),
    (
        "{kind: base, per_school: 50_000}",
        "{kind: per_student, count: members, dollars: 1}",
        "line 6: components: two components are called 'per_student'; give each a name of its own",
    ),
    (
        "{kind: base, per_school: 50_000}",
        "kind: cost_tier\n    tiers:\n      - clusters: []\n        dollars: 1",
        "line 9: components.0.cost_tier.tiers.0.clusters: [] is not allowed: name at least one cluster",
    ),
    (
        "{kind: base, per_school: 50_000}",
        "kind: cost_tier\n    tiers:\n      - clusters: [construction,\n          agricultur]\n        dollars: 1",
        "line 10: components.0.cost_tier.tiers.0.clusters.1: unknown cluster 'agricultur'; did you mean 'agriculture'?",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), IN_A_FILE)
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "my_bill.yaml"
    written = BILL.replace("description: ", "description: >-\n  ")
    assert old in written
    path.write_text(written.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        read_formula(path, FOLDER / "line", CLUSTERS)
    told = str(refusal.value)
    assert told.startswith("my_bill.yaml")
    assert said in told
    assert "\n" not in told


def test_an_error_in_one_of_several_lines_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    head = "title: Two lines\nsource: a draft\nyear_of_numbers: 2026\ndescription: Two lines.\nlines:\n"
    line = "  - name: {}\n    components: [{{kind: base, per_school: {}}}]\n    appropriation: {{rule: full}}\n"
    path.write_text(head + line.format("one", 1) + line.format("other", -1), encoding="utf-8")
    with pytest.raises(InputError, match=r"^two\.yaml, line 10: lines\.1\.components\.0\.base\.per_school: -1 "):
        read_formula(path, FOLDER / "line")
    path.write_text(head + "  - {line: nextgen_pilot, sunset_year: 1}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"^two\.yaml, line 6: lines\.0\.sunset_year: 1 is not allowed"):
        read_formula(path, FOLDER / "line")
    path.write_text(head + "  - nextgen_pilot\n  - inovation_zones\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"^two\.yaml, line 7: lines\.1: 'inovation_zones' is not a shared line"):
        read_formula(path, FOLDER / "line")


def test_a_mistake_in_a_formula_of_the_configuration_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "formula" / "mine.yaml"
    path.parent.mkdir()
    path.write_text(BILL.replace("description: ", "description: >-\n  ").replace("50_000", "-5"), encoding="utf-8")
    written = read_yaml(path)
    source = chosen_source(tmp_path, "formula/mine.yaml", written)
    with pytest.raises(InputError, match=r"^formula/mine\.yaml, line 7: components\.0\.base\.per_school: -5"):
        formula_from(written, source, "mine", {})
    # Overridden on the command line, the value is not the file's, and no line of the file is blamed.
    overridden = {**written, "takes_effect": 27}
    source = chosen_source(tmp_path, "formula/mine.yaml", overridden)
    with pytest.raises(InputError, match=r"^formula/mine\.yaml: takes_effect: 27"):
        formula_from(overridden, source, "mine", {})


def test_a_shared_line_that_is_wrong_names_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "grant.yaml").write_text("components: []\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"grant\.yaml, line 1: components"):
        read_lines(tmp_path)


def test_what_is_read_cannot_be_changed() -> None:
    line = read(bill()).lines[0]
    with pytest.raises(Exception, match="frozen"):
        line.recurring = False  # type: ignore[misc]


def test_the_documentation_names_every_kind_key_and_rule() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    named = set(re.findall(r"[a-z][a-z0-9_]*", text))
    models: list[type[BaseModel]] = [
        *COMPONENTS.values(),
        *APPROPRIATION_RULES.values(),
        Rules,
        HoldHarmless,
        Tier,
        Step,
        BreadthStep,
        Small,
        Rural,
        Sparse,
        Where,
        MembersBand,
        StateShare,
        ShareCap,
        Case,
    ]
    wanted = {*COMPONENTS, *APPROPRIATION_RULES, *LINE_KEYS, *FORMULA_KEYS, "also", "lines"}
    wanted |= {key for model in models for key in model.model_fields}
    assert wanted - named == set()


def test_the_documented_bill_can_be_read() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    first = text.split("```yaml\n")[1].split("```")[0]
    formula = formula_from(yaml.safe_load(first), "my_bill.yaml", "my_bill", read_lines(FOLDER / "line"))
    assert formula.own_lines[0].rules.phase_in == (0.5,)


def test_the_documented_library_is_the_one_that_is_shipped() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8").split("## What is shipped")[1].split("## ")[0]
    rows = dict(re.findall(r"^\| `([a-z0-9_]+)` \| .* \| ([0-9.]+|none after FY2026) \|$", text, flags=re.MULTILINE))
    for path in (FOLDER / "formula").glob("*.yaml"):
        expected = read_yaml(path)["expected_base_year_entitlement"] / 1e6
        if path.stem != "pilot_sunset":
            assert float(rows[path.stem]) == pytest.approx(expected, abs=0.051), path.stem
    assert rows["pilot_sunset"] == "none after FY2026"


def test_the_documented_component_pays_what_its_documented_case_says() -> None:
    """The page on adding a component, followed: its class is run and held to its own worked case."""
    page = DOCUMENTATION.read_text(encoding="utf-8").split("## Adding a component")[1]
    code, case = page.split("```python\n")[1].split("```")[0], page.split("```yaml\n")[1].split("```")[0]
    names: dict[str, Any] = {"__name__": "documented"}
    exec(compile(code, "formulas.md", "exec"), names)
    (worked,) = yaml.safe_load(case)
    (written,) = worked["line"]["components"]
    travel_aid = names["TravelAid"].model_validate(written)
    districts = worked["districts"]
    world = small_world(
        len(districts),
        members=[district["members"] for district in districts],
        locales=[district["locale"] for district in districts],
    )
    counts = counts_of(districts)
    paid = entitlement(travel_aid.prices(context_of(world, counts), Schedule()), counts)
    assert paid[:, 0].tolist() == worked["expect"]["paid"]
    assert travel_aid.describe() == ["$40 for every member in rural districts."]
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        names["TravelAid"].model_validate({**written, "dollars": -1})


def test_the_documentation_says_how_often_each_component_may_stand_in_a_line() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    table = text.split("**How often a component may stand in a line:**")[1].split("\n\n")[1].splitlines()[2:]
    often, once, divides = (set(re.findall(r"`([a-z_]+)`", row.rsplit("|", 2)[1])) for row in table)
    assert often == {kind for kind, component in COMPONENTS.items() if not component.once_in_a_line}
    assert once | divides - {"pot", "dollars_per_school"} == {
        kind for kind, component in COMPONENTS.items() if component.once_in_a_line
    }
