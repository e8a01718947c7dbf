"""The tables of docs/how_to/stress.md that come from data: levers and reserve funds."""

from sim.report.shared.intervals import number_text
from sim.study.stress.levers import read_levers
from sim.study.stress.reserves import OWN, read_ladder


def lever_table() -> str:
    """The shipped levers with what they do and their sources, in Markdown."""
    lines = ["| lever | what it does | source |", "|---|---|---|"]
    lines += [f"| `{lever.name}` | {lever.does} | {lever.source} |" for lever in read_levers(())]
    return "\n".join(lines)


def reserve_table() -> str:
    """The rungs of the default state's ladder in their order of use, in Markdown."""
    ladder = read_ladder(OWN)
    assert ladder is not None
    claims = {"all": "all of it", "share": "CTE's share of the general fund", "none": "none"}
    lines = ["| rung | holds | access | CTE may claim | source |", "|---|---|---|---|---|"]
    for rung in ladder.rungs:
        holds = "each year's surplus" if rung.yearly else number_text(rung.dollars or 0.0, "dollars")
        lines.append(f"| {rung.title} | {holds} | {rung.access} | {claims[rung.claim]} | {rung.source.strip()} |")
    return "\n".join(lines)
