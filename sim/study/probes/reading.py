"""Reading probes from their files, with one line for whatever cannot be used."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.config_folder import config_folder
from sim.inputs import InputError, Source, as_mapping, first_problem, nearest, read_with_lines, shown
from sim.parameters.catalogue import load_catalogue
from sim.study.probes.laws import law_from, law_of_world
from sim.study.probes.schema import Probe, ProbeWorld
from sim.study.setup.settings import flat_parameters
from sim.world.world import World

KEYS = tuple(key for key in Probe.model_fields if key != "name")
"""Keys of a probe's file; its name is the file's."""


def probe_folder() -> Path:
    """Where the shipped probes lie; worlds that several of them share lie in ``world`` below."""
    return config_folder() / "probe"


def read_probe(path: Path, world: World) -> Probe:
    """One probe from its file, its laws checked against the ``world``. Raises InputError, one line, otherwise."""
    content, source = read_with_lines(path)
    written = as_mapping(content, source, "a probe")
    for key in written:
        if key not in KEYS:
            raise source.refusal((key,), f"unknown key; {nearest(str(key), KEYS)}")
    if isinstance(written.get("world"), str):
        written = {**written, "world": _shared_world(written["world"], source)}
    try:
        probe = Probe.model_validate({**written, "name": path.stem})
    except ValidationError as error:
        raise first_problem(error, source, {"": KEYS}, Probe) from error
    found = list(probe.mistakes())
    if found:
        raise source.refusals(found)
    _check_laws(probe, world, source)
    _check_parameters(probe, source)
    return probe


def _shared_world(name: str, source: Source) -> dict[str, Any]:
    """The content of a shared world's file, checked."""
    folder = probe_folder() / "world"
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    if name not in known:
        raise source.refusal(("world",), f"{shown(name)} is not known; {nearest(name, known)}")
    content, own = read_with_lines(folder / f"{name}.yaml")
    written = as_mapping(content, own, "a world")
    try:
        ProbeWorld.model_validate(written)
    except ValidationError as error:
        raise first_problem(error, own, None, ProbeWorld) from error
    return written


def _check_laws(probe: Probe, world: World, source: Source) -> None:
    current = law_of_world(probe, world, source)
    for name, run in probe.runs.items():
        for year, law in run.in_turn.items():
            where = ("law",) if run.law is not None else ("laws", year)
            law_from(probe, law, world.base_year + year, current, world, source.within("runs", name, *where))


def _check_parameters(probe: Probe, source: Source) -> None:
    """Refuse parameters that the model does not have, or beyond their range, and dated ones of a run."""
    places: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [(("world",), probe.world.parameters)]
    places += [(("runs", name), run.parameters) for name, run in probe.runs.items()]
    catalogue = load_catalogue()
    for where, nested in places:
        label = ".".join((source.name, *where))
        flat = flat_parameters(nested) if _nested(nested) else None
        if flat is None:
            raise source.refusal((*where, "parameters"), "write group: {name: value}")
        catalogue.with_values(flat, label)
        for key in flat if where[0] == "runs" else ():
            group, name = key.split(".")
            if catalogue.entries[group][name].dated:
                raise source.refusal((*where, "parameters"), f"{key} has values by year; set it in the world")


def _nested(parameters: Mapping[str, Any]) -> bool:
    return all(isinstance(named, Mapping) and named for named in parameters.values())


def read_probes(names: Sequence[str], world: World) -> tuple[Probe, ...]:
    """The named probes, or all that are shipped, by their numbers; a name that ends in .yaml is the path of a user's
    own file.

    Raises InputError for one that is not there, and for two of one name or number.
    """
    folder = probe_folder()
    known = sorted(path.stem for path in folder.glob("*.yaml"))
    probes = []
    for name in names or known:
        own = name.endswith((".yaml", ".yml"))
        if not own and name not in known:
            raise InputError(f"settings: study.cases: {shown(name)} is not known; {nearest(name, known)}")
        probes.append(read_probe(Path(name) if own else folder / f"{name}.yaml", world))
    for key in ("name", "number"):
        values = [getattr(probe, key) for probe in probes]
        for value in values:
            if values.count(value) > 1:
                raise InputError(f"settings: study.cases: two probes have the {key} {value}; each has its own")
    return tuple(sorted(probes, key=lambda probe: probe.number))
