"""Which settings each study reads: one table, by which a changed setting that a study does not read is refused."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sim.config_folder import config_folder
from sim.inputs import InputError, read_yaml, shown
from sim.study.setup.settings import Settings, Study, read_settings

EVERYWHERE: tuple[str, ...] = ("workers", "report")
"""What any study accepts: at most so many processes, and figures or none. A study that needs one process and draws
nothing does as it is told."""

_MODEL = ("world", "parameters", "seed", "uncertainty")
_BILL = ("formula", "formula_file", "study.baseline")
_ONE_SCENARIO = ("scenario", "study.scenarios")
_NEUTRAL = ("cost_neutral", "neutral_by", "discount_rate")
_COMPARED = (*_MODEL, *_BILL, "study.formulas", "study.scenarios", *_NEUTRAL, "horizon")
_CHUNKS = ("chunk", "executor")
_RUNS = (*_CHUNKS, "draws", "keep", "precision", "shard", "shards", "retry_failed", "folder")
_FEW = (*_MODEL, *_BILL, "study.formulas", *_ONE_SCENARIO, "study.years", "horizon", "draws", "chunk")

READS: Mapping[str, tuple[str, ...]] = {
    "compare": (*_COMPARED, "scenario", *_RUNS, "discrepancy"),
    "project": (*_COMPARED, "scenario", *_RUNS, "discrepancy"),
    "stress": (*_COMPARED, *_RUNS, "discrepancy", "stress"),
    "levers": (*_MODEL, *_BILL, "study.formulas", "study.scenarios", "horizon", *_RUNS, "discrepancy", "levers"),
    "reverse": (
        *(one for one in _FEW if one != "study.years"),
        "reverse",
    ),
    "decompose": (*_COMPARED, "scenario", *_RUNS, "discrepancy"),
    "two_by_two": (*_COMPARED, "scenario", *_RUNS, "discrepancy"),
    "sweep": (*_COMPARED, "scenario", *_RUNS, "design", "factors"),
    "explore": (
        *_MODEL,
        "formula",
        "formula_file",
        "study.formulas",
        *_ONE_SCENARIO,
        "horizon",
        "draws",
        *_CHUNKS,
        "design",
        "factors",
        "explore",
        "discrepancy",
    ),
    "sensitivity": (*_COMPARED, "scenario", *_CHUNKS, "retry_failed", "sensitivity"),
    "discover": (*_COMPARED, *_CHUNKS, "retry_failed", "design", "factors", "discover"),
    "bridge": _FEW,
    "explain": (*_FEW, "district", "cluster", "replicate"),
    "district": (*(one for one in _FEW if one != "study.years"), "district", "discrepancy"),
    "check_formula": (*_MODEL, *_BILL, "year", "draws"),
    "hindcast": (*_MODEL, "study.cases", "draws", *_CHUNKS),
    "probes": (*_MODEL, "study.cases", "draws", *_CHUNKS),
    "verify_brief": (*_MODEL, "draws", "chunk"),
    "calibrate": ("world", "parameters", "seed", "draws", *_CHUNKS),
    "assess": ("world", "folder", "seed", "draws"),
    "alternatives": (
        "world",
        "parameters",
        "seed",
        "draws",
        "study.formulas",
        "horizon",
        "alternatives",
        *_CHUNKS,
    ),
    "status": ("folder",),
    "collect": ("folder",),
    "parameters": (),
}
"""The settings that each study reads besides those of ``EVERYWHERE``; below ``study`` by the whole path."""

ONE_SCENARIO: tuple[str, ...] = ("bridge", "explain", "district", "decompose", "two_by_two", "sensitivity", "explore")
"""Studies whose pages tell of one scenario."""

INSTEAD: Mapping[tuple[str, str], str] = {
    ("stress", "scenario"): "write study.scenarios=[baseline,oil_slump]",
    ("check_formula", "study.formulas"): "write formula_file=my_bill.yaml or formula=aligned",
    ("sensitivity", "draws"): "sensitivity.trajectories and sensitivity.points say how many runs",
    ("sensitivity", "design"): "use study=sweep",
    ("sensitivity", "factors"): "use study=sweep",
    ("discover", "draws"): "design.points says how many futures",
    ("discover", "scenario"): "write study.scenarios=[baseline,oil_slump]",
    ("explore", "study.baseline"): "differences are from current law",
    ("hindcast", "horizon"): "each case has its own years",
    ("probes", "horizon"): "each probe has its own years",
    ("calibrate", "uncertainty"): "it starts from the priors",
    ("alternatives", "uncertainty"): "it starts from the priors",
    ("alternatives", "study.baseline"): "differences are from current law",
    ("assess", "parameters"): "it simulates nothing; study=calibrate parameters.group.name=value fits anew",
}
"""What to do in place of a setting that a study does not read, where the studies that read it are no help."""

_GROUPS = ("formula", "scenario", "executor")
"""Groups of which a user chooses a file: what stands in it is no setting that was changed."""

_SHOWN = 3
"""How many of the studies that read a setting an answer names."""


def setting_paths() -> tuple[str, ...]:
    """All settings, those below ``study`` one by one; ``study.name``, which chooses among the studies, is none."""
    top = [name for name in Settings.model_fields if name != "study"]
    return (*top, *(f"study.{name}" for name in Study.model_fields if name != "name"))


def readers(path: str) -> tuple[str, ...]:
    """The studies that read a setting."""
    return tuple(study for study, read in READS.items() if path in (*read, *EVERYWHERE))


def settings_for(config: Mapping[str, Any], choices: Mapping[str, Any]) -> Settings:
    """The settings of a composed configuration, each of which its study reads.

    ``choices`` are those of its groups. Raises InputError, one line: key, value, what is allowed.
    """
    for group in ("formula", "scenario"):
        if group in config and (config[group] is None or not isinstance(choices.get(group), str)):
            raise InputError(f"settings: {group}: {shown(config[group])} is not allowed: choose one by its name")
    study = config.get("study")
    name = study.get("name") if isinstance(study, Mapping) else None
    if isinstance(name, str) and name in READS:
        refuse_unread(config, choices)
    return read_settings(config)


def refuse_unread(config: Mapping[str, Any], choices: Mapping[str, Any] | None = None) -> None:
    """Refuse a setting that was changed from its default and that the study does not read, or a list left empty.

    ``config`` is a resolved configuration of a study that there is; ``choices`` are those of its groups, where it was
    composed. The default is what ``conf/config.yaml`` and the study's own file say. Raises InputError, one line.
    """
    study = str(config["study"]["name"])
    usual = usual_config(study)
    for name, value in config["study"].items():
        if value in ([], ()) and usual["study"].get(name):
            raise InputError(f"settings: study.{name}: is empty; name at least one")
    for path in setting_paths():
        if path in READS[study] or path in EVERYWHERE:
            continue
        written, default = _at(config, path), _at(usual, path)
        if _same(written, default):
            continue
        where = path
        if path not in _GROUPS or (choices or {}).get(path) == usual_choice(path):
            different = list(_differences(written, default, (path,)))
            where = different[0] if len(different) == 1 else path
        raise not_read(study, where, path)


def not_read(study: str, where: str, path: str) -> InputError:
    """The refusal of what is written at ``where``, in the setting ``path``, which a study does not read."""
    return InputError(f"settings: {where}: study={study} does not read it{_advice(study, path)}")


def _advice(study: str, path: str) -> str:
    if (study, path) in INSTEAD:
        return f"; {INSTEAD[study, path]}"
    named = readers(path)
    if not named:
        return ""
    listed = ", ".join(named[:_SHOWN]) + (f" and {len(named) - _SHOWN} others" if len(named) > _SHOWN else "")
    return f" ({listed} {'does' if len(named) == 1 else 'do'})"


def _at(config: Mapping[str, Any], path: str) -> Any:
    """What is written at a path; what the settings take for it where nothing is."""
    top, _, below = path.partition(".")
    value = config.get(top)
    if below:
        field = Study.model_fields[below]
        return value.get(below, field.default) if isinstance(value, Mapping) else field.default
    if value is None or value == {}:
        field = Settings.model_fields[top]
        return None if field.is_required() else field.get_default(call_default_factory=True)
    return value


def _same(written: Any, default: Any) -> bool:
    return bool(_plain(written) == _plain(default))


def _plain(value: Any) -> Any:
    """A value as plain data, in which nothing, an empty list and an empty mapping are alike."""
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()} or None
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value] or None
    return value


def _differences(written: Any, default: Any, way: tuple[str, ...]) -> Iterator[str]:
    """The paths at which a value differs from the default."""
    if isinstance(written, Mapping):
        usual = default if isinstance(default, Mapping) else {}
        for key, value in written.items():
            if not _same(value, usual.get(key)):
                yield from _differences(value, usual.get(key), (*way, shown(str(key), quotes=False)))
    else:
        yield ".".join(way)


@cache
def _usual() -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The plain settings of ``conf/config.yaml`` and the files that it chooses by default, by group."""
    written = read_yaml(config_folder() / "config.yaml")
    chosen = {group: name for entry in written["defaults"] if isinstance(entry, Mapping)
              for group, name in entry.items() if not group.startswith("override ")}  # fmt: skip
    return {key: value for key, value in written.items() if key not in ("defaults", "hydra")}, chosen


def usual_choice(group: str) -> str:
    """The file of a group that is chosen where the user chooses none."""
    return _usual()[1][group]


@cache
def usual_config(study: str) -> Mapping[str, Any]:
    """The settings of a study that a user has left alone, with the files of the groups that it chooses."""
    plain, chosen = _usual()
    folder = config_folder()
    groups = {group: read_yaml(folder / group / f"{name}.yaml") for group, name in chosen.items() if group != "study"}
    own = read_yaml(folder / "study" / f"{study}.yaml")
    if "study" not in own:  # the file holds what stands below study
        own = {"study": own}
    return {**plain, **groups, **{key: value for key, value in own.items() if key not in ("defaults", "hydra")}}


def known_paths() -> frozenset[str]:
    """Settings with a dot in their name that a study may be given though its own file does not list them."""
    nested: list[str] = []
    for name, field in Settings.model_fields.items():
        for model in (field.annotation, *getattr(field.annotation, "__args__", ())):
            nested.extend(f"{name}.{key}" for key in getattr(model, "model_fields", ()))
    return frozenset(nested)


def bundled(group: str, name: str) -> Path:
    """The file of a group that comes with the program, whether or not there is one of that name."""
    return config_folder() / group / f"{name}.yaml"
