"""Files that can be read and would do nothing, or another thing than is written in them; and factors of sweeps."""

from collections.abc import Callable, Iterator
from typing import Any

import sweeping

from sim.choices import check_words
from sim.engine.scenario import BASELINE, read_scenario
from sim.inputs import read_yaml
from sim.study.hindcast.case import case_folder
from sim.study.setup.sense import refuse_senseless

Input = tuple[str, Callable[[], object]]

PART = "{kind: per_student, count: concentrators, dollars: 900}"
FULL = "{rule: full}"
HEAD = "title: A bill\nsource: a draft\nyear_of_numbers: 2026\ndescription: Dollars.\n"


def bill(*parts: str, more: str = "", appropriation: str = FULL) -> str:
    """A formula of these components, with further keys."""
    listed = "".join(f"  - {part}\n" for part in parts)
    return f"{HEAD}components:\n{listed}appropriation: {appropriation}\n{more}\n"


ALONE = (
    "{kind: cost_tier, tiers: [{clusters: high_cost, multiplier: 2}]}",
    "{kind: value_tier, tiers: [{clusters: value_3, multiplier: 2}]}",
    "{kind: course_level, introductory: 1, advanced: 2}",
    "{kind: size_adjustment, small: {members_below: 500, multiplier: 2}}",
    "{kind: quality_incentive, share: 0.1}",
    "{kind: per_student, count: members, dollars: 0}",
    "{kind: per_student, count: members, pot: 0}",
    "{kind: per_student, count: members, weight: 0, base_amount: unit_value}",
    "{kind: per_student, count: members, weight: 1, base_amount: 0}",
    "{kind: per_student, count: members, dollars: 5, eligible_share: 0}",
    "{kind: per_student, count: members, dollars: 5, full_time_share: 0}",
    "{kind: per_student, count: completers, dollars: 5, completion_share: 0}",
    "{kind: base, per_school: 0}",
    "{kind: base, breadth_steps: [{clusters: 2, units: 0}]}",
    "{kind: base, breadth_steps: [{clusters: 2, units: 5}], unit: 0}",
    "{kind: base, breadth_steps: [{clusters: 100, units: 5}]}",
    "{kind: base, breadth_steps: [{clusters: 15, units: 5}]}",
    "{kind: base, per_school: 5, minimum_concentrators: 500_000}",
    "{kind: credential_bonus, dollars: {1: 0, 2: 0}}",
    "{kind: credential_bonus, dollars: {1: 250}, per_student_limit: 0}",
    "{kind: credential_bonus, dollars: {1: 250}, district_share_limit: 0}",
    "{kind: credential_bonus, weights: {1: 0.5}, base_amount: 0}",
    "{kind: startup_grant, share: 0}",
    "{kind: startup_grant, share: 0.5, ceiling: 0}",
    "{kind: expenditure_reimbursement, rate: 0}",
    "{kind: expenditure_reimbursement, steps: [{rate: 0, up_to: 5}, {rate: 0}]}",
    "{kind: instructor_unit, dollars: 0}",
    "{kind: instructor_unit, dollars: 5, students_per_unit: 20, full_time_share: 0}",
    "{kind: competitive_grant, pot: 0}",
    "{kind: innovation_zone, schools: 5, dollars_per_school: 0}",
    "{kind: innovation_zone, schools: 100_000, dollars_per_school: 5}",
    "{kind: innovation_zone, schools: 2.5, dollars_per_school: 5}",
    "{kind: internship, dollars: 0}",
    "{kind: internship, dollars: 5, places: 0}",
    "{kind: statewide_dollars, dollars: 0}",
    "{kind: federal_perkins, dollars: 0}",
    "{kind: seg_weight, count: members, weight: 0, funded: true}",
    "{kind: seg_weight, count: members, weight: 0.1, funded: true, in_base_units: true}",
    "{kind: cost_tier, tiers: [{clusters: high_cost, dollars: 0}]}",
    "{kind: cost_tier, tiers: [{clusters: high_cost, dollars: 5}, {clusters: [agriculture], dollars: 6}]}",
    "{kind: cost_tier, tiers: [{clusters: [high_costs], dollars: 5}]}",
    "{kind: cost_tier, tiers: [{clusters: [Construction], dollars: 5}]}",
    "{kind: cost_tier, tiers: [{clusters: [welding], dollars: 5}]}",
    "{kind: per_student, count: participants, pot: 5, tiers: [{clusters: [wielding], multiplier: 2}]}",
)
"""Components that pay nothing where they stand alone."""

BESIDE = (
    "{kind: cost_tier, tiers: [{clusters: high_cost, multiplier: 1}]}",
    "{kind: course_level, introductory: 1, advanced: 1}",
    "{kind: size_adjustment, rural: {multiplier: 1}}",
    "{kind: size_adjustment, small: {members_below: 1, multiplier: 2}}",
    "{kind: size_adjustment, sparse: {members_per_school_below: 0.5, multiplier: 2}}",
    "{kind: size_adjustment, rural: {locales: [rurall], multiplier: 3}}",
    "{kind: size_adjustment, rural: {locales: [Rural], multiplier: 3}}",
    "{kind: size_adjustment, rural: {locales: [remote], multiplier: 3}}",
    "{kind: size_adjustment, rural: {locales: [rural, rural], multiplier: 3}}",
    "{kind: quality_incentive, share: 0}",
    "{kind: quality_incentive, share: 0.1, per: school}",
    "{kind: startup_grant, share: 0.5, winners: 0.3}",
    "{kind: startup_grant, share: 0.5, persistence: 0.3}",
    "{kind: startup_grant, share: 0.5, competitive: no, winners: 0.3}",
    "{kind: instructor_unit, dollars: 5, full_time_share: 0.5}",
    "{kind: expenditure_reimbursement, rate: 0.5, full_time_share: 0.5}",
    "{kind: base, per_school: 5, unit: 100}",
    "{kind: cost_tier, count: participants, tiers: [{clusters: high_cost, multiplier: 2}]}",
    "{kind: cost_tier, eligible_share: 0.5, tiers: [{clusters: high_cost, multiplier: 2}]}",
)
"""Components that change nothing, or have keys that change nothing, beside others."""

COUNTING = {
    "participants": ("completion_share: 0.5", "credits_per_concentrator: 2", "credits_per_participant: 0.5"),
    "concentrators": ("completion_share: 0.59", "credits_per_concentrator: 1.5", "credits_per_participant: 1"),
    "completers": ("credits_per_concentrator: 2", "credits_per_participant: 0.5"),
    "credit_hours": ("completion_share: 0.5",),
    "advanced_credits": ("completion_share: 0.5", "credits_per_participant: 0.5"),
    "members": ("completion_share: 0.5", "credits_per_concentrator: 2"),
    "credentials": ("completion_share: 0.5", "credits_per_concentrator: 2"),
    "dual_credit": ("completion_share: 0.5",),
    "placements": ("credits_per_participant: 0.5",),
}
"""Keys of counting that a count does not follow."""

MORE = (
    "takes_effect: 2000", "rules: {phase_in: [1]}", "rules: {hold_harmless: {share: 0}}",
    "takes_effect: 2057", "takes_effect: 2060", "takes_effect: 2100", "takes_effect: 2200",
    "start_year: 2010\nsunset_year: 2015", "start_year: 2030\nsunset_year: 2029", "sunset_year: 2026",
    "sunset_year: 2010", "start_year: 2100",
    "takes_effect: 2030\nsunset_year: 2029",
    "rules: {phase_in_from: nothing}", "rules: {phase_in_from: base_year}", "rules: {count_lag: true}",
    "rules: {growth_cap: 6.5}", "rules: {growth_cap: 5}", "rules: {hold_harmless: 3}", "rules: {hold_harmless: 0.9}",
    "rules: {hold_harmless: {share: 90}}", "rules: {hold_harmless: {share: 0.9, year: 3}}", "rules: {phase_in: 0.5}",
    "rules: {phase_in: [50, 100]}", "rules: {phase_in: [0.5, 0.25]}", "rules: {spend_on_cte: 55}", "rules: [phase_in]",
    "rules: {local_match: 200}", "rules: {carryover: 10}", "rules: {proration: by_tier}",
    "rules: {minimum_guarantee: 25k}", "also: perkins", "also: [perkins, perkins]", "also: [perkin]",
    "also: [[perkins]]", "also: {perkins: 1}", "also: [5]", "also: [null]",
    "background: true", "lines: []", "scale: 2", "reserve: {start: 5}", "reserve: 5", "name: other",
    "expected_base_year_entitlement: -5", "expected_base_year_entitlement: 40M", "pathway_share: 40", "cut_as: grants",
    "oversight: strict", "recurring: sometimes", "recurring: 1", "fund: '  '", "fund: 5", "author: true", "status: [a]",
)  # fmt: skip
"""Keys beside a good bill."""

LINES = (
    "lines: []",
    "lines: nextgen_pilot",
    "lines: {nextgen_pilot: 1}",
    "lines: [nextgen_pilot, nextgen_pilot]",
    "lines: [nextgen_pilott]",
    "lines: [5]",
    "lines: [null]",
    "lines: [[nextgen_pilot]]",
    "lines: [perkins]",
    "lines: [perkins, secondary_weight]",
    "lines: [nextgen_pilot]\nalso: [nextgen_pilot]",
    "lines: [{line: nextgen_pilot, sunset_yr: 2029}]",
    "lines: [{line: nextgen_pilot, sunset_year: 1}]",
    "lines: [{line: [nextgen_pilot]}]",
    "lines: [{line: nothing}]",
    f"lines: [{{name: a, background: true, components: [{PART}], appropriation: {FULL}}}]",
    f"lines: [{{name: A, components: [{PART}], appropriation: {FULL}}}]",
    f"lines: [{{name: a b, components: [{PART}], appropriation: {FULL}}}]",
    f"lines: [{{components: [{PART}], appropriation: {FULL}}}]",
    f"lines: [{{name: a, components: [{PART}]}}]",
    f"lines: [{{name: a, sunset_year: 2020, components: [{PART}], appropriation: {FULL}}}]",
    f"lines: [{{name: a, start_year: 2090, components: [{PART}], appropriation: {FULL}}}]",
    f"lines: [{{name: a, components: [{PART}], appropriation: {FULL}}}]\nrecurring: true",
)
APPROPRIATIONS = (
    "{rule: fixed, dollars: 0}", "{rule: indexed, dollars: 0}", "{rule: demand_with_cap, cap: 0}",
    "{rule: share_of_revenue, share: 0}", "{rule: share_of_revenue, share: 5%}", "{rule: share_of_revenue, share: 5}",
    "{rule: fixed, dollars: 40M}", "{rule: fixed, dollars: '40,000,000'}", "{rule: fixed, dollars: 40,000,000}",
    "{rule: fixed, dollars: $40_000_000}", "{rule: fixed, dollars: 010_000_000}", "{rule: fixed, dollars: 1.0e+300}",
    "{rule: full, dollars: 5}", "{rule: fixed, cap: 5}", "{rule: once, dollars: 5, years: 2.5}", "full", "[full]", "5",
    "{rule: [full]}", "{rule: {a: 1}}", "{rules: full}", "{}", "{rule: demand_with_cap, cap: 5, indexed: perhaps}",
)  # fmt: skip


def formulas() -> Iterator[tuple[str, str]]:
    """Formulas that would do nothing, or other than they say."""
    for part in ALONE:
        yield f"alone {part}", bill(part)
    for part in BESIDE:
        yield f"beside {part}", bill(PART, part)
    for count, keys in COUNTING.items():
        for key in keys:
            yield f"{count} with {key}", bill(f"{{kind: per_student, count: {count}, dollars: 9, {key}}}")
    for key in ("eligible_share: 0.5", "full_time_share: 0.5"):
        yield f"a pot with {key}", bill(f"{{kind: per_student, count: participants, pot: 9_000, {key}}}")
    for more in MORE:
        yield f"with {more!r}", bill(PART, more=more)
    for lines in LINES:
        yield f"with {lines!r}", f"{HEAD}{lines}\n"
    for appropriation in APPROPRIATIONS:
        yield f"appropriation {appropriation}", bill(PART, appropriation=appropriation)
    for year in ("20266", "1850", "true", "2026-13-45", "2026-11-03", "abc", "1e3", "26", "2026.5", "[2026]", "'  '"):
        yield f"year of numbers {year}", bill(PART).replace("year_of_numbers: 2026", f"year_of_numbers: {year}")
    for title in ("'  '", "???", "'...'", "'—'", "2026", "yes: no", "true", "[a]", '"\\n"', "null", ""):
        yield f"title {title!r}", bill(PART).replace("title: A bill", f"title: {title}")
    for many in (201, 1_000, 4_000):
        parts = (f"{{kind: per_student, name: p{n}, count: members, dollars: 9}}" for n in range(many))
        yield f"{many} components", bill(*parts)
    yield (
        "101 lines",
        HEAD
        + "lines:\n"
        + "".join(f"  - {{name: l{n}, components: [{PART}], appropriation: {FULL}}}\n" for n in range(101)),
    )


SHOCKS = (
    "years: {2020: {revenue: 0.5}}", "years: {2026: {revenue: 0.5}}", "years: {2199: {revenue: 0.5}}",
    "from_year: {2020: {entrants: 0.5}}", "from_year: {2087: {entrants: 0.5}}", "years: {2030: {revenue: 1}}",
    "years: {2030: {}}", "years: {}", "from_year: {2030: {revenue: 1.0, turnover: 1}}", "description: nothing happens",
    "years: {2028: {revenue: 0.9}, 2020: {revenue: 0.8}}", "years: {2030: {revenue: true}}", "name: other",
    "years: {2030: {revenue: '0.5'}}", "years: {2030: {revenue: 50%}}", "years: {2030: {revenue: -10}}",
    "years: {2030: {revenu: 0.9}}", "years: {2030: 0.9}", "years: [2030]", "years: 2030", "years: {2030: null}",
    "years: {2030: {revenue: 11}}", "year: {2030: {revenue: 0.9}}", "years: {2030: {revenue: [0.9]}}",
    "years: {2050: {revenue: 0.9}}",
)  # fmt: skip
HINDCASTS = (
    ("starts: 2013", "starts: 2012"), ("starts: 2013", "starts: 2005"), ("starts: 2013", "starts: 2016"),
    ("starts: 2015", "starts: 2013"), ("starts: 2016\n", "starts: 2030\n"), ("- starts: 2016\n", "- {}\n"),
    ("before: {}", "before: {starts: 2010}"), ("before: {}", "before: {dollars_of: 2012}"),
    ("before: {}", "before: {formula: ohioo}"), ("before: {}", "before: {formula: ohio, perkins: false}"),
    ("dollars_of: 2013", "dollars_of: 1999"), ("dollars_of: 2013", "dollars_of: 2099"),
    ("observed: {2013: 0.117,", "observed: {2010: 0.117, 2013: 0.117,"), ("year: 2012", "year: 2014"),
    ("observed: {2014: 0.168,", "observed: {2009: 0.2, 2014: 0.168,"), ("year: 2012", "year: 1912"),
    ("{years: [2014, 2015]", "{years: [2010, 2015]"), ("{years: [2014, 2015]", "{years: [2014, 2014]"),
    ("{years: [2014, 2015]", "{years: [2014, 2016]"), ("{years: [2014, 2015]", "{years: []"),
    ("judged: [2014, 2015", "judged: [2014, 2014"), ("judged: [2014,", "judged: [2011,"),
    ("name: bonus_against_none", "name: rate"), ("measure: credentials_per_concentrator", "measure: credentialls"),
    ("contrast: {", "start: 5\n    contrast: {"), ("contrast: {", "judged: [2014]\n    contrast: {"),
    ("contrast: {", "compare: level\n    contrast: {"), ("start: 0.142", "start: 0.142\n    compare: level"),
    ("laws:", "shocks: {2012: {participation: 2}}\nlaws:"), ("laws:", "shocks: {2030: {participation: 2}}\nlaws:"),
    ("laws:", "shocks: {2014: {participation: two}}\nlaws:"), ("laws:", "name: other\nlaws:"),
    ("2018: 0.121}\n    judged", "2090: 0.121}\n    judged"), ("cap: 1_500_000", "cap: 1,500,000"),
    ("kind: credential_bonus", "kind: credential_bonuss"), ("{3: 1_000}", "{4: 1_000}"),
    ("start_year: 2013", "starts: 2013"),
    ("tolerance: 0.15", "tolerance: 15"), ("use: fitted", "use: fit"), ("members: 80_625", "members: 0"),
)  # fmt: skip

FACTORS: tuple[dict[str, Any], ...] = (
    {"scenario.years.2020.revenue": [0.5, 0.9]},
    {"scenario.years.2026.revenue": [0.5, 0.9]},
    {"scenario.years.2199.revenue": [0.5, 0.9]},
    {"scenario.from_year.2029.turnover": [1, 2]},
    {"scenario.from_year.1999.turnover": [1, 2]},
    {"scenario.years.abc.revenue": [0.5, 0.9]},
    {"scenario.years.2028.revenu": [0.5, 0.9]},
    {"scenario.years.2028": [0.5, 0.9]},
    {"scenario.years.2028.revenue": [0.5, 20]},
    {"scenario.years.2028.revenue": [-1, 2]},
    {"formula.takes_effect": {"levels": [2010, 2015]}},
    {"formula.takes_effect": {"levels": [2027, 2026]}},
    {"formula.takes_effect": {"levels": [2060, 2070]}},
    {"formula.takes_effect": {"levels": [2027, 2150]}},
    {"formula.takes_effect": {"levels": [2027, "soon"]}},
    {"formula.takes_effect": [2027, 2028]},
    {"formula.start_year": {"levels": [2090, 2095]}},
    {"formula.sunset_year": {"levels": [2010, 2011]}},
    {"formula.rules.growth_cap": [0.05, 6.5]},
    {"formula.rules.growth_cap": ["5%", "6%"]},
    {"formula.rules.phase_in_from": {"levels": ["base_year", "nothing"]}},
    {"formula.rules.count_lag": {"levels": [True, False]}},
    {"formula.rules.count_lag": {"levels": [0, 2]}},
    {"formula.components.per_student.completion_share": [0.5, 0.7]},
    {"formula.components.per_student.dollars": [0, 5_000_000]},
    {"formula.components.per_student.dollars": []},
    {"formula.components.per_student.dollars": [[500, 900]]},
    {"formula.components.per_student.dollars": [float("nan"), 900]},
    {"formula.components.per_student.dollars": {"levels": [float("nan"), 900]}},
    {"formula.components.per_student.dollars": {"levels": [float("inf"), 900]}},
    {"formula.components.per_student.dollars": {"levels": []}},
    {"formula.components.per_student.dollars": {"levels": 900}},
    {"formula.components.per_student.dollars": {"levels": [500, 500]}},
    {"formula.components.per_student.dollars": {"levels": [500, "x" * 100_000]}},
    {"formula.components.per_student.dollars": {"levels": [{"a": 1}]}},
    {"formula.components.per_student.dollars": {"low": 500}},
    {"formula.components.per_student.dollars": {"low": 900, "high": 500}},
    {"formula.components.per_student.dollars": {"low": 0, "high": 500, "scale": "log"}},
    {"formula.components.per_student.dollars": {"low": 5, "high": 500, "scale": "lin"}},
    {"formula.components.per_student.dollars": {"low": 5, "high": 500, "steps": 3}},
    {"formula.components.per_student.dollars": {"low": "$5", "high": "$500"}},
    {"formula.components.per_student.dollars": "prior"},
    {"formula.components.per_student.dollars": "x" * 100_000},
    {"formula.components.per_student.dollars": None},
    {"formula.components.per_student.dollars": 900},
    {"formula.components.per_student.dollars": [1, 2, 3]},
    {"formula.components.per_student": [1, 2]},
    {"formula.components.per_studentt.dollars": [1, 2]},
    {"formula.components.99.dollars": [1, 2]},
    {"formula.aligned": [1, 2]},
    {"formula.alignd.rules.growth_cap": [0.1, 0.2]},
    {"formula.scale": [1, 2]},
    {"formula": [1, 2]},
    {"formulas.rules.growth_cap": [0.1, 0.2]},
    {"parameters.staffing.turnover": [-1, 2]},
    {"parameters.staffing.turnovr": [0.1, 0.2]},
    {"parameters.staffin": "prior"},
    {"parameters.staffing": [0.1, 0.2]},
    {"parameters.staffing.turnover": "file"},
    {"parameters.staffing.turnover": {}},
    {"parameters": {}},
    {"x" * 100_000: [1, 2]},
    {"": [1, 2]},
    {},
    {"parameters.staffing.turnover": [0.1, 0.2], "parameters": {"staffing": {"turnover": [0.1, 0.3]}}},
    {"formula.rules.growth_cap": [0.1, 0.2], "formula.aligned.rules.growth_cap": [0.1, 0.3]},
)
DROPPED = (
    ("factors.parameters.staffing.turnover=[0.05,0.2]", "factors.parameters.staffing=prior"),
    ("factors.parameters.staffing=prior", "++factors.parameters.staffing.turnover=[0.05,0.2]"),
    ("factors.parameters=prior", "factors.parameters.books.backfill=[0.1,0.2]"),
)
DESIGNS: tuple[dict[str, Any], ...] = (
    {"name": "grid", "points": 7},
    {"name": "sobol", "points": 100},
    {"name": "sobol", "points": 3},
    {"name": "sobol"},
    {"name": "prior"},
    {"name": "table"},
    {"name": "posterior"},
    {"name": "table", "points": 5, "file": "nowhere.csv"},
)
TABLES = (
    "staffing.turnover,parameters.staffing.turnover\n0.1,0.2\n",
    "parameters.staffing.turnover,staffing.turnover\n0.1,0.1\n",
    "formula.rules.growth_cap,formula.aligned.rules.growth_cap\n0.1,0.2\n",
    "formula.aligned.rules.growth_cap\n6.5\n",
    "formula.takes_effect\n2010\n",
    "scenario.years.2020.revenue\n0.5\n",
    "label\nlow\n",
)


def others(write: Any) -> Iterator[Input]:
    """Scenarios, hindcasts, factors and tables of points that would do nothing or could not be."""
    for shock in SHOCKS:

        def call(shock: str = shock) -> object:
            path = write.folder / "wrong_scenario.yaml"
            path.write_text(f"title: A shock\nsource: our own\n{shock}\n", encoding="utf-8")
            settings = sweeping.settings_with(horizon=10)
            refuse_senseless(settings, sweeping.inputs_of().world, [], [BASELINE, read_scenario(path)])
            return None

        yield f"scenario: {shock}", call
    text = (case_folder() / "kansas_bonus.yaml").read_text(encoding="utf-8")
    assert read_yaml(case_folder() / "kansas_bonus.yaml")
    for old, new in HINDCASTS:
        assert old in text, old
        yield f"case: {new!r} for {old!r}", write.text("case", text.replace(old, new, 1))
    for factors in FACTORS:
        told = ", ".join(f"{key[:60]}: {str(value)[:60]}" for key, value in factors.items())
        yield f"factors: {told}", (lambda factors=factors: sweeping.swept(factors=factors))  # type: ignore[misc]
    for words in DROPPED:
        yield f"factors typed: {' '.join(words)}", (lambda words=words: check_words(words))  # type: ignore[misc]
    for points in DESIGNS:
        given = {"factors": sweeping.TURNOVER, "design": points}
        yield f"design {points}", (lambda given=given: sweeping.swept(**given))  # type: ignore[misc]
    for place, table in enumerate(TABLES):
        yield f"points: {table!r}", _table(write, place, table)


def _table(write: Any, place: int, table: str) -> Callable[[], object]:
    def call() -> object:
        path = write.folder / f"points_{place}.csv"
        path.write_text(table, encoding="utf-8")
        return sweeping.swept(design={"name": "table", "file": str(path)})

    return call
