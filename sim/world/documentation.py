"""The page that documents the tables, printed from their schema so that the two cannot part."""

from collections import Counter

from pydantic_core import PydanticUndefined

from sim.world.loading import BUNDLED
from sim.world.reading import allowed_values, needed, read_table
from sim.world.schema import TABLES, AnchorRow, PathwayRow, Row
from sim.world.world import World

BEGINNING = """\
# Tables

Every table that the model reads of a state, column by column. The page is printed from the schema:
`python -m sim.world.documentation > docs/reference/tables.md`.

The model reads what it knows about a state from CSV files (UTF-8, comma-separated, one header row). The bundled ones
describe New Mexico (`sim/world/new_mexico/`). Money is in dollars of the base year, FY2026 (school year 2025-26),
unless the row says otherwise. Every row names its `source`; `estimated` names the columns of the row that nobody
observed. A column marked "needed" must be there and hold a value; the others may be left out or left blank.

Cells are read as text, and numbers as plain numbers: `1234.5`, without thousands separators, currency or percent signs
(a share is `0.18`). Blanks around a word, double and no-break spaces, capital letters and Unicode forms make no
difference: `Rio Arriba` and `rio  arriba` are one region. Empty columns and rows are passed over.

Rows are counted as a spreadsheet counts them: the header is row 1 and blank lines count. The first cell that is not
allowed stops the program before a run starts, with one line such as

    my_state/districts.csv, row 5, column latitude: value '95' is not allowed: it is out of range; \
allowed: a number from -90 to 90
"""

ESTIMATES = """\
## What is estimated, and how

**Membership in grades 9-12.** The newest federal count by school and grade that could be had is of 2017-18: 98,502
students in 234 schools, none estimated. `membership_change` brings each school to the base year, so `grade_9` to
`grade_12` stay what was counted. The state's newest count is 101,654 (2022-23); it is taken as flat until 2026, because
the small birth cohorts reach high school after that (WICHE). `change_rule` says how a school's change was found:

- `counted`: a newer count of the district's high schools (2022-24) over the federal one; nine districts.
- `local`: the change of the district's total from 2016-17 to 2024-25, times the rise of the share of grades 9-12 in the
  state's enrollment, 32.1 / 29.2; held between 0.80 and 1.25. Only districts of 500 or more with a count newer than
  2016-17, and not where the two totals treat charters differently (Albuquerque, Santa Fe, Las Cruces, Carlsbad,
  Farmington, Deming, Taos, Cimarron, Gallup).
- `statewide`: 101,654 / 98,502, for all others: small districts, charters, schools of state agencies.

The changes of the `local` rule, and of the `statewide` rule but for state agencies, were then multiplied by 1.00916 so
that all schools sum to 101,654: 101,470 in the districts and charters, 184 in schools of state agencies. For one
district, expect an error of about 10% above 2,000 students in total, 13-15% down to 100, and up to half below.

**Who owns a school today.** Local charters belong to their district. Three local charters of 2017-18 are agencies of
their own in the 2025 roster (Middle College High, Vista Grande, and Pecos Cyber Academy, whose predecessor is
inferred). Nine state charters of 2017-18 are not in that roster; their students are laid on the district of their
location, eight on Albuquerque and one (Anthony) on Gadsden. Seven schools of state agencies have no district. State
charters that opened after 2017-18 have no federal counts and are not agents.

**Regions.** The member lists of four regions (B, C, G, J) come from the 2020 needs assessment; they are not proven to
be PED's ten regions of today. The other five are county groupings made for this model, for neighbors and labor markets
only: never quote them as PED regions.

**Priorities.** The state's three are published. Seven of ten regional lists could be read, without the regions' names:
a cluster's probability is its tally over seven, the same in every region, and each run draws up to three per region.

**Totals of all grades.** Newest count of each district brought to 2024-25 by the state's change. A charter's is its
grades 9-12 rounded up, a lower bound, but for two with a published total.

**Poverty.** A charter's is that of the district around it.

**Clusters.** Nearly every number of the clusters table is a judgement anchored on the facts its source names; low,
central and high are the 10th, 50th and 90th percentile, and the model draws from them. Employment growth is published
for health, professional and technical services, construction, education and transport (PED, February 2020, to 2026);
the rest is judgement.
"""

OWN_STATE = """\
## Your own state

A folder with `state.yaml` is a whole state: it has `districts.csv`, `clusters.csv`, `regions.csv`, `anchors.csv`,
`revenue.csv` and its current law (`law/status_quo.yaml`, with shared lines in `law/line/`), and nothing of another
state's is taken for what it lacks. `state.yaml` says what the state, its main formula and its kinds of districts are
called, so that no page speaks of another state's; `kind` in `districts.csv` is one of these. With `behavior: own` the
folder holds `calibration/posterior.csv` and `posterior.json`, as `cte-sim calibrate` writes them from
`calibration/targets.yaml`; without them `uncertainty=posterior` is refused. With `behavior: borrowed` the default
state's posterior is used, and told. `sim/world/example_state/` is one to copy, and
[the tutorial](../tutorial/your_own_state.md) goes through it. Name it by `world=example_state` or `world=my/folder`.

A folder without `state.yaml` holds tables alone, and the bundled law and words are those of its districts.
Put any of the tables in a folder and point `world=` at it. What the folder lacks is taken from the bundled tables
where that makes sense:

- `districts.csv` without `high_schools.csv`: each row must hold `membership` and `high_schools`; the schools of a
  district are taken as equal in size, its grades too.
- `districts.csv` of districts that are not New Mexico's, without `regions.csv`: the regions are the words in its column
  `region`; without `priorities.csv`: no priority clusters.
- your own districts or schools without `anchors.csv` or `revenue.csv`: New Mexico's. Totals of the state (`extent` =
  state) are scaled by membership and marked as judgement; rates stay.
- `anchors.csv` with some names: your rows, and the bundled ones for the other names. Names and units are those below.
  The totals that a run starts from are `participants`, `concentrators`, `program_units`, `unit_value` and
  `general_fund_revenue`; `regional_priorities` counts priorities, the others are told or held against.
- `revenue.csv`: its base year is the state's `general_fund_revenue` unless `anchors.csv` has that too; the other years
  are told, and no study computes with them.
- no `pathways.csv`: who offers what is drawn anew in each run. With it, the base year is the map, district by district
  and cluster by cluster: its sites, its sections (instructors times five), its participants and its concentrators. What
  a map does not say is that of years under current law: plans, vacancies, equipment, quality, money. Classes, local
  demand and what districts see in each pathway are solved so that the map stays as it is, but for chance, until
  something moves it. Its participants and concentrators are those of the state; an `anchors.csv` beside it agrees.
- no `clusters.csv`: the bundled clusters; with your own, priorities of the bundled table need its clusters.

Before anything runs, the base year is simulated and held against your tables in every draw: a map pathway by pathway,
else participants and concentrators of the state within 0.5%. If one is missed, the study stops in one line that says
which, what was wanted and what was reached.

The smallest `districts.csv`:

    district,membership,high_schools
    Northfield,1200,2
    Lakeside,90,1

and one to be preferred:

    district,name,region,locale,latitude,longitude,poverty_share,total_membership,membership,high_schools,source
    0601,Northfield Unified,valley,town,36.1,-119.5,0.18,4100,1200,2,state enrollment file 2025-26
    0602,Lakeside Elementary and High,valley,rural,36.3,-119.7,0.22,280,90,1,state enrollment file 2025-26

A district without coordinates is placed at the middle of its region; what is left out counts as estimated and is shown
as such. Seats and sites are bounded by real schools, so a `high_schools.csv` is worth its trouble. Unit values, weights
and salaries among the anchors are New Mexico's until your `anchors.csv` replaces them.

The tables must fit each other: no identifier twice, nor one that differs from another by zeros in front; every region,
every cluster and every district of a school known; no region without a district; no district without a school; a
student or more for each high school; shares of concentrators that sum to one; low <= central <= high; concentrators up
to participants, and participants up to members; participants of a district's pathways up to its membership, 1 to 400
for each instructor; sites up to its schools, with at least one section (0.2 FTE) each. Anchors of your own agree with
each other, with the districts and with `pathways.csv`; revenue has the base year, leaves no year out, and is within
reason for each student.

Refused too: rows of totals (by their name, or because they are as large as all others together); codes for "missing"
such as 9999, or 0 and -1 as coordinates; a district hundreds of kilometers from all others; shares that are percentages
or hundredths. Where only a coincidence speaks against a row, words in its `note` let it pass. Other files beside the
tables are left alone, but for those that look like a table that would not be read: `districts.xlsx`, `districts.txt`,
or a CSV of another name. A table may have up to 20 MB.
"""


def tables_page() -> str:
    """The whole page, in Markdown."""
    parts = [BEGINNING, *(_table(model) for model in TABLES), ESTIMATES, _counts(), OWN_STATE, _anchors()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def provenance(world: World) -> list[str]:
    """What is estimated about the districts of a world, one line a field: for reports and for the user to see."""
    counts = Counter(name for names in world.districts.estimated for name in names)
    return [
        f"{name}: estimated for {count} of {len(world.districts)} districts" for name, count in counts.most_common()
    ]


def _table(model: type[Row]) -> str:
    lines = [f"## {model.table}", "", f"One row is {model.about}. No two rows share `{'`, `'.join(model.key)}`.", ""]
    lines += ["| column | | unit | meaning | allowed |", "|---|---|---|---|---|"]
    for name, field in sorted(model.model_fields.items(), key=lambda item: item[0] in Row.model_fields):
        extra = field.json_schema_extra
        unit = extra.get("unit", "") if isinstance(extra, dict) else ""
        default = field.default
        if name in needed(model):
            requirement = "needed"
        else:
            requirement = "" if default in ("", None, (), PydanticUndefined) else f"default {default}"
        lines.append(f"| `{name}` | {requirement} | {unit} | {field.description} | {allowed_values(field)} |")
    return "\n".join(lines)


def _counts() -> str:
    lines = ["How many rows of the bundled tables have each column estimated:", ""]
    lines += ["| table | rows | estimated |", "|---|---|---|"]
    for model in TABLES:
        if model is PathwayRow:
            continue
        rows = read_table(BUNDLED / model.table, model).rows
        counts = Counter(name for row in rows for name in row.estimated)
        cells = "; ".join(f"`{name}` {count}" for name, count in counts.items())
        lines.append(f"| {model.table} | {len(rows)} | {cells or 'none'} |")
    return "\n".join(lines)


def _anchors() -> str:
    lines = ["## The bundled anchors", "", "| name | value | unit | year | role | confidence | meaning | source |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    for row in read_table(BUNDLED / AnchorRow.table, AnchorRow).rows:
        value = f"{row.value:,.12g}"
        mark = " (estimated)" if row.estimated else ""
        cells = (row.unit, row.year, row.role, row.confidence, row.label, row.source)
        lines.append(f"| `{row.name}` | {value}{mark} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables_page(), end="")
