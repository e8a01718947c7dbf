"""The files of a study of levers: the answer, the price list as text, table and page, and the frontier."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.answer.files import ANSWER_TEXT
from sim.report.answer.text import WIDTH
from sim.report.levers.facts import LeverFacts
from sim.report.levers.figures import frontier_figure
from sim.report.levers.tables import answer, lever_frame, price_list
from sim.report.page.rendering import inline_svg, render
from sim.report.shared.intervals import interval_note
from sim.report.shared.origin import run_origin
from sim.report.shared.plain_table import paragraphs
from sim.report.stress.page import Part
from sim.report.stress.sheets import Row, Sheet, as_text
from sim.tables_for_people import write_table

if TYPE_CHECKING:
    from sim.results.results import Results
    from sim.world.world import World


def write_levers(results: "Results", world: "World", folder: Path, figures: bool = True, command: str = "") -> str:
    """Write answer.txt, levers.txt, levers.csv and, with ``figures``, the frontier and report.html; returns the
    text."""
    facts = LeverFacts(results, world)
    said, prices = answer(facts), price_list(facts)
    head = "\n".join(line for sentence in said for line in _folded(sentence)) + "\n"
    origin = f"{run_origin(results, facts.of.calm.draws, facts.scenario)}."
    note = interval_note(facts.of.calm.draws, facts.of.calm.seed, facts.of.calm.covers)
    text = "\n".join([head, as_text(prices), *paragraphs([note, origin])]) + "\n"
    (folder / ANSWER_TEXT).write_text(head, encoding="utf-8", newline="\n")
    (folder / "levers.txt").write_text(text, encoding="utf-8", newline="\n")
    write_table(lever_frame(facts), folder / "levers.csv")
    if figures:
        drawn = frontier_figure(
            facts, said[min(1, len(said) - 1)].rstrip("."), folder / "figures" / "levers_frontier.png"
        )
        svg = drawn.with_suffix(".svg").read_text(encoding="utf-8")
        page = render(
            "stress.html",
            heading=f"{facts.of.calm.titles[facts.bill]}: what its levers buy in a bad year",
            answer=said,
            parts=[
                Part("The frontier", figures=(inline_svg(svg, said[0]),)),
                Part("The price list", sheets=(prices,)),
                Part("What each lever does", sheets=(_levers(facts),)),
            ],
            origin=f"{note} {origin}",
            command=command,
        )
        (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
    return text


def _folded(sentence: str) -> list[str]:
    first, *rest = paragraphs([sentence], WIDTH)
    return [first, *(f"  {line}" for line in paragraphs([" ".join(rest)], WIDTH - 2))]


def _levers(facts: LeverFacts) -> Sheet:
    pulled = [pull.lever for pull in facts.pulls if pull.lever is not None]
    rows = [Row(((lever.title, ""), (lever.does, ""), (lever.source, ""))) for lever in pulled]
    return Sheet(
        "sources", "Levers and their sources", (("Lever", ""), ("What it does", ""), ("Source", "")), tuple(rows)
    )
