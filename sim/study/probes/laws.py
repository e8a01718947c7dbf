"""The laws of a probe's runs, from what its file says of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.config_folder import config_folder
from sim.funding.formula import ALWAYS, Formula, scale_to
from sim.funding.indexing import with_indexed_dollars
from sim.funding.line import Line
from sim.funding.reading import formula_from, line_from, read_lines
from sim.funding.sense import unknown_clusters
from sim.inputs import Source, nearest, shown
from sim.study.probes.schema import Probe, ProbeLaw, ProbeWorld
from sim.study.setup.inputs import CURRENT_LAW, find_formula
from sim.world.world import World

BEFORE_ANY_WARM_UP = 1900
"""First year of the lines of a made-up current law, so that they are in force throughout."""


def shipped(name: str, world: World) -> Formula:
    """A formula of the library."""
    return find_formula(name, config_folder(), world.clusters.identifier, law=world.law)


def law_of_world(probe: Probe, world: World, source: Source | None = None) -> Formula:
    """The current law of a probe's world, in force in every year. Raises InputError."""
    written: ProbeWorld = probe.world
    if not written.lines:
        return shipped(CURRENT_LAW, world)
    where = (source or Source(f"probe/{probe.name}.yaml")).within("world")
    law = _from_lines(probe, written.lines, ALWAYS, world, where, of_the_past=True)
    lines = tuple(
        line.model_copy(update={"start_year": BEFORE_ANY_WARM_UP}) if line.start_year == ALWAYS else line
        for line in law.lines
    )
    return law.model_copy(update={"lines": lines})


def law_from(
    probe: Probe, written: ProbeLaw, begins: int, current: Formula, world: World, source: Source | None = None
) -> Formula:
    """A law of a run that holds from the fiscal year ``begins``. Raises InputError, one line, where it cannot be."""
    where = source or Source(f"probe/{probe.name}.yaml")
    law = _changed(_base(probe, written, begins, current, world, where), written, world.base_year)
    for place, name in enumerate(written.without):
        if name not in [line.name for line in law.lines]:
            known = nearest(name, [line.name for line in law.lines])
            raise where.refusal(("without", place), f"{shown(name)} is not one of the law's lines; {known}")
    lines = [line for line in law.lines if line.name not in written.without]
    for place, entry in enumerate(written.plus):
        line = line_from(entry, where.within("plus", place), defaults={"start_year": begins})
        if line.name in [known.name for known in lines]:
            raise where.refusal(("plus", place), f"the law has a line {shown(line.name)} already; rename it")
        lines.append(line)
    update: dict[str, Any] = {"lines": tuple(lines), "expected_base_year_entitlement": None}
    if begins > law.takes_effect:
        update["takes_effect"] = begins
    law = law.model_copy(update=update)
    unknown = unknown_clusters(law, world.clusters.identifier)
    if unknown:
        line = law.lines[int(unknown[0].place[1])]
        raise where.refusal(("plus",), f"line {line.name}: {unknown[0].said}")
    return law


def _base(probe: Probe, written: ProbeLaw, begins: int, current: Formula, world: World, where: Source) -> Formula:
    """The law before anything is changed of it, beginning in the year ``begins``."""
    if written.lines:
        return _from_lines(probe, written.lines, begins, world, where)
    if written.formula is None:
        return current
    known = sorted(path.stem for path in (config_folder() / "formula").glob("*.yaml"))
    if written.formula not in known:
        raise where.refusal(("formula",), f"{shown(written.formula)} is not known; {nearest(written.formula, known)}")
    found = shipped(written.formula, world)
    if found.takes_effect in (ALWAYS, begins):
        return found
    lines = tuple(
        line.model_copy(update={"start_year": begins}) if line.start_year == found.takes_effect else line
        for line in found.lines
    )
    return found.model_copy(update={"takes_effect": begins, "lines": lines})


def _changed(law: Formula, written: ProbeLaw, base_year: int) -> Formula:
    """The law with what is changed of its own lines."""
    if written.times != 1.0:
        law = scale_to(law, written.times)
    if written.indexed:
        law = with_indexed_dollars(law)
    return law.model_copy(
        update={"lines": tuple(line if line.background else _line(line, written, base_year) for line in law.lines)}
    )


def _line(line: Line, written: ProbeLaw, base_year: int) -> Line:
    changed: dict[str, Any] = {}
    if written.oversight is not None:
        changed["oversight"] = written.oversight
    if written.recurring is not None:
        changed["recurring"] = written.recurring
    if written.continued:
        changed["sunset_year"] = None
    if written.pays_to is not None:
        changed["sunset_year"] = min(line.sunset_year or 2200, base_year + written.pays_to)
    return line.model_copy(update=changed)


def _from_lines(
    probe: Probe,
    lines: Sequence[Mapping[str, Any]],
    begins: int,
    world: World,
    where: Source,
    of_the_past: bool = False,
) -> Formula:
    """A formula of lines as they stand in the probe's file."""
    written = {
        "title": probe.title,
        "source": probe.source,
        "year_of_numbers": world.base_year,
        "description": probe.must_hold,
        "takes_effect": begins,
        "lines": [dict(line) for line in lines],
    }
    shared = read_lines(config_folder() / "line")
    return formula_from(written, where, probe.name, shared, world.clusters.identifier, of_the_past)
