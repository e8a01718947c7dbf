"""Lists of names that a person may write, with what each is; and the versions that numbers come from."""

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence

import sim
from sim.config_folder import config_folder, names_in
from sim.inputs import InputError, nearest, read_with_lines, shown
from sim.printing import terminal_width
from sim.states.folder import words_of
from sim.states.speaking import speaking, state_words
from sim.study.setup.known import OTHER_STATE, formula_names, formula_path, line_folder, own_formulas


def list_text(what: str, part: str = "", world: str | None = None) -> str:
    """The names of one kind, those that hold ``part`` in name or title; capital letters do not matter. ``world``: of
    which state.

    Raises InputError, one line, for a kind that there is not, or if nothing holds the part.
    """
    if what not in LISTS:
        raise InputError(f"list: {shown(what)} is not known; {nearest(what, LISTS)}")
    with speaking(words_of(world)):
        head, rows, note = LISTS[what](world)
    found = [row for row in rows if part.casefold() in " ".join(row).casefold()]
    if not found:
        raise InputError(f"list: no {what} with {shown(part)} in the name; cte-sim list {what} shows all {len(rows)}")
    return "\n".join([*_table([head, *found]), *textwrap.wrap(note, 80)])


Listed = tuple[tuple[str, ...], Sequence[tuple[str, ...]], str]
"""The head of a list, its rows, and a note below it."""


def _formulas(world: str | None) -> Listed:
    from sim.funding.reading import formula_from, read_lines
    from sim.world.loading import load_world

    held = load_world(world)
    shared = read_lines(line_folder(config_folder(), held.law))
    rows, own = [], own_formulas(held.law) if held.law is not None else formula_names(None)
    for name in formula_names(held.law):
        formula = formula_from(*read_with_lines(formula_path(name, held.law)), name, shared)
        owed = formula.expected_base_year_entitlement if name in own else None
        if formula.takes_effect <= held.base_year:
            kind = "current law"
        elif formula.status.startswith(OTHER_STATE):
            kind = "other state"
        else:
            kind = (
                f"in {state_words().main}"
                if any(part.kind == "seg_weight" for line in formula.own_lines for part in line.components)
                else "for CTE"
            )
        rows.append((name, f"${owed / 1e6:.3g}M" if owed is not None else "-", kind, formula.title))
    note = (
        "Owed: a year, for the base year's counts with nobody responding, in dollars of "
        f"FY{held.base_year}. More of one: cte-sim price NAME"
    )
    return ("formula", "owed", "kind", "title"), rows, note


def _scenarios(world: str | None) -> Listed:
    from sim.engine.scenario import read_scenario
    from sim.report.generated_docs.scenarios import size_words

    folder = config_folder()
    found = [read_scenario(folder / "scenario" / f"{name}.yaml") for name in names_in(folder, "scenario")]
    rows = [
        (one.name, " ".join(filter(None, [f"{one.title}.", one.description, f"Size: {size_words(one)}.",
                                          f"Source: {one.source}."])))
        for one in found
    ]  # fmt: skip
    note = (
        "In one: cte-sim compare scenario=oil_slump; in all that have a date: cte-sim stress. From another year, at "
        "another size (0 to 2), together: scenario=oil_slump@2030:1.5+take_up_surge"
    )
    return ("scenario", "what happens"), rows, note


def _districts(world: str | None) -> Listed:
    from sim.world.loading import load_world

    of = load_world(world).districts
    columns = (of.name, of.identifier, of.kind, of.locale, of.county, of.membership, of.high_schools, of.poverty_share)
    rows = [
        (identifier, name, f"{round(members, 1):,.6g}", f"{schools}", f"{poverty:.3f}", f"{kind}, {locale}, {county}")
        for name, identifier, kind, locale, county, members, schools, poverty in sorted(zip(*columns, strict=True))
    ]
    note = (
        "Members: grades 9-12. Schools: high schools. Poverty: share of children. All of these may stand in a bill's "
        "where, a district there by its whole name or its id; elsewhere a part of a name will do."
    )
    return ("id", "district", "members", "schools", "poverty", "kind, locale, county"), rows, note


def _clusters(world: str | None) -> Listed:
    from sim.world.loading import load_world

    of = load_world(world).clusters
    rows = sorted(zip(of.identifier, of.name, strict=True))
    return ("cluster", "name"), rows, "Of explain: cluster=health"


def _parameters(world: str | None) -> Listed:
    from sim.report.generated_docs.parameters import sections, value_text

    rows = [(name, value_text(entry), entry.label) for _, named in sections() for name, entry in named.items()]
    note = "To hold one: parameters.NAME=0.15. With source, prior and confidence: cte-sim parameters"
    return ("parameter", "value", "what it is"), rows, note


def _states(world: str | None) -> Listed:
    from sim.states.folder import DEFAULT, STATES, read_state, shipped_states

    rows = [(name, f"{read_state(STATES / name).name}{' (the default)' if name == DEFAULT.name else ''}")
            for name in shipped_states()]  # fmt: skip
    return ("state", "name"), rows, "In one: world=NAME. In a folder of your own: world=path/to/it"


LISTS: Mapping[str, Callable[[str | None], Listed]] = {
    "formulas": _formulas,
    "scenarios": _scenarios,
    "districts": _districts,
    "clusters": _clusters,
    "parameters": _parameters,
    "states": _states,
}
"""What can be listed."""


def version_text() -> str:
    """Versions of the program, of the model (its code and tables) and of the data that it ships with."""
    from sim.results.manifest import model_fingerprint
    from sim.world.loading import load_world

    world = load_world()
    return (
        f"cte-sim {sim.__version__}, model {model_fingerprint()[:8]}\n"
        f"data {world.fingerprint[:8]} of {world.name}: {world.vintage}"
    )


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Rows in columns within the width of the terminal; the last column goes on in further lines."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    widths = [min(width, 40) for width in widths]
    indent = sum(widths) + 2 * len(widths)
    for row in rows:
        cells = [f"{cell:>{width}}" if _is_number(cell) else f"{cell:<{width}}"
                 for cell, width in zip(row, widths, strict=False)]  # fmt: skip
        room = max(terminal_width() - indent, 24)
        first, *more = textwrap.wrap(row[-1], room) or [""]
        yield "  ".join([*cells, first]).rstrip()
        yield from (" " * indent + line for line in more)


def _is_number(cell: str) -> bool:
    return cell.strip("$M-").replace(",", "").replace(".", "").isdecimal()
