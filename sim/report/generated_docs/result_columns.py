"""The columns of the result tables, in a table for people."""

from sim.results.schema import TABLES

ROWS: dict[str, str] = {
    "state": "One row for each run and fiscal year.",
    "lines": "One row for each run, fiscal year and funding line.",
    "clusters": "One row for each run, kept fiscal year and cluster; the last year is kept too.",
    "districts": "One row for each run, district and kept fiscal year. What stood before a step of the ledger is what "
    "stood after it less the change; owed is `paid - by_proration`.",
    "district_programs": "One row for each run, district and kept fiscal year, with `keep` naming it.",
    "static": "One row for each run and district: the score without response, competitive awards as expected; the "
    "fiscal year is that of the rules.",
    "references": "One row for each run of the baseline and fiscal year: the same draw with its dollars indexed.",
    "failures": "One row for each run that failed.",
}


def column_tables() -> str:
    """The columns of every result table, in Markdown."""
    parts = []
    for table, columns in TABLES.items():
        parts += [f"### {table}", "", ROWS[table], "", "| column | unit | meaning |", "|---|---|---|"]
        parts += [f"| `{column.name}` | {column.unit} | {column.label} |" for column in columns]
        parts.append("")
    return "\n".join(parts)
