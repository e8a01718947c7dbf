"""Settings that cannot be, made from the schema of the settings: each must be answered by one line that names the key.

``cases`` gives every one with a name and a call that raises InputError.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sweeping import inputs_of

from sim.parameters.catalogue import load_catalogue
from sim.study.designs.factors import read_factors
from sim.study.setup.reads import EVERYWHERE, READS, readers, setting_paths, settings_for, usual_choice, usual_config
from sim.study.setup.settings import Settings

Case = tuple[str, Callable[[], object]]

CHOICES = {group: usual_choice(group) for group in ("formula", "scenario", "world", "executor")}
DESIGN = {"name": "sobol", "points": 16, "file": None, "luck": "common"}
PRECISION = {"outcome": "concentrators", "half_width": 100.0, "share": None}
DASK = {"kind": "dask", "address": None, "patience": 60.0}
SLURM = {"kind": "slurm_dask", "jobs": 4, "memory": "16GB", "walltime": "04:00:00", "directives": []}

CHANGED: Mapping[str, Any] = {
    "world": {"path": "my_tables"}, "formula": {"title": "another"}, "scenario": {"title": "another"}, "horizon": 7,
    "draws": 7, "seed": 7, "chunk": 7, "uncertainty": "central", "discrepancy": False, "cost_neutral": 5e7,
    "neutral_by": "present_value", "discount_rate": 0.03, "year": 2031,
    "parameters": {"staffing": {"turnover": 0.2}}, "formula_file": "my_bill.yaml", "district": "gallup",
    "cluster": "health", "replicate": 1, "keep": ["state", "lines"], "precision": PRECISION, "design": DESIGN,
    "factors": {"parameters": "prior"}, "sensitivity": {"points": 16}, "alternatives": {"kept": 20},
    "explore": {"fresh": 8}, "discover": {"fresh": 30}, "stress": {"luck": 2},
    "reverse": {"level": 0.7}, "levers": ["lag"],
    "executor": DASK, "shard": 1, "shards": 2,
    "retry_failed": True, "folder": "there", "study.formulas": ["texas"], "study.baseline": "texas",
    "study.scenarios": ["oil_slump"], "study.years": [2031], "study.cases": ["ohio"],
}  # fmt: skip
"""A good value of every setting that is not its default in any study."""

LONG = "x" * 100_000


def cases() -> Iterator[Case]:
    """Every bad setting by its name, with a call that must raise InputError."""
    yield from _values()
    yield from _keys()
    yield from _unread()
    yield from _parameters()
    yield from _factors()


def config_of(study: str, **changes: Any) -> dict[str, Any]:
    """The settings of a study as they are without a word of the user, with some changed by their paths."""
    config = dict(usual_config(study))
    if study == "sweep":
        config |= {"design": DESIGN, "factors": {"parameters": "prior"}}
    if study in ("explore", "discover"):
        config |= {"design": DESIGN}
    for path, value in changes.items():
        config = with_value(config, path.split("."), value)
    return config


def with_value(config: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """A configuration with another value at a path; nothing in it is changed in place."""
    first, *rest = path
    below = config.get(first)
    return {**config, first: with_value(below if isinstance(below, Mapping) else {}, rest, value) if rest else value}


def reading(config: Mapping[str, Any]) -> Callable[[], object]:
    """A call that reads a configuration as the command line does."""
    return lambda: settings_for(config, CHOICES)


def _values() -> Iterator[Case]:
    """A bad value in place of every setting, and of every key of the settings that are mappings."""
    whole = Settings.model_json_schema()
    roots: list[tuple[str, str, Mapping[str, Any], dict[str, Any]]] = []
    for path in setting_paths():
        study = readers(path)[0]
        roots.append((study, path, _schema_at(whole, path), config_of(study)))
    nested = {
        "precision": ("compare", "Precision", PRECISION),
        "design": ("sweep", "Design", DESIGN),
        "sensitivity": ("sensitivity", "Sensitivity", usual_config("sensitivity")["sensitivity"]),
        "alternatives": ("alternatives", "Alternatives", usual_config("alternatives")["alternatives"]),
        "explore": ("explore", "Explore", usual_config("explore")["explore"]),
        "discover": ("discover", "Discover", usual_config("discover")["discover"]),
        "world": ("compare", "WorldTables", {"path": None}),
        "executor": ("compare", "DaskSettings", DASK),
    }
    for top, (study, model, content) in nested.items():
        config = config_of(study, **{top: content})
        for key, schema in whole["$defs"][model]["properties"].items():
            roots.append((study, f"{top}.{key}", schema, config))
    for key, schema in whole["$defs"]["SlurmDaskSettings"]["properties"].items():
        roots.append(("project", f"executor.{key}", schema, config_of("project", executor=SLURM)))
    name = whole["$defs"]["Study"]["properties"]["name"]
    roots.append(("compare", "study.name", name, config_of("compare")))
    for study, path, schema, config in roots:
        for what, value in dict(bad_values(schema, whole)).items():
            yield f"{study}: {path}={what}", reading(with_value(config, path.split("."), value))


def _schema_at(whole: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    top, _, below = path.partition(".")
    found: Mapping[str, Any] = whole["$defs"]["Study"]["properties"][below] if below else whole["properties"][top]
    return found


def bad_values(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values that a schema does not allow, each with a name."""
    kinds = list(_kinds(schema, whole))
    types = {kind.get("type") for kind in kinds}
    words = {word for kind in kinds for word in (*kind.get("enum", ()), *([kind["const"]] if "const" in kind else ()))}
    if "null" not in types:
        yield "null", None
    if not types & {"array", "object"}:
        yield "a list", [1, 2]
        yield "a list within a list", [["a"], ["b"]]
        yield "a mapping", {"a": {"b": 1}}
        yield "an empty list", []
    if "boolean" not in types:
        yield "true", True
    if not types & {"string"} and not words:
        yield "a word", "abc"
        yield "a word of a hundred thousand letters", LONG
        yield "blanks", "   "
        yield "text of another script", "ünïcødé ✓"
        yield "a line end", "a\nb"
    if words:
        yield "a misspelt word", f"{min(words)}s"
        yield "a word in capitals", min(words).upper()
        yield "a word of another script", "ünïcødé"
        yield "an empty word", ""
        yield "a hundred thousand letters", LONG
    for kind in kinds:
        yield from _of_kind(kind, types)


def _kinds(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from _kinds(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    elif "anyOf" in schema or "oneOf" in schema:
        for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from _kinds(option, whole)
    else:
        yield schema


def _of_kind(kind: Mapping[str, Any], types: set[Any]) -> Iterator[tuple[str, Any]]:
    match kind.get("type"):
        case "integer" | "number":
            yield from _numbers(kind)
        case "string" if "enum" not in kind and "const" not in kind:
            yield "a control character", "a\x00b"
            yield "a line end", "a\nb"
            yield "half a character", "a\udcffb"
            yield "a hundred thousand letters", LONG
            if kind.get("minLength"):
                yield "nothing", ""
                yield "blanks", "   "
        case "array":
            yield "a word in place of a list", "abc"
            yield "a number in place of a list", 5
            yield "a list within a list", [["a"]]
            yield "a list of null", [None]
            yield "a list of true", [True]
            yield "a list of mappings", [{"a": 1}]
            yield "a mapping in place of a list", {"a": 1}
            if kind["items"].get("type") == "string":
                yield "an entry of nothing", [""]
                yield "an entry of a hundred thousand letters", [LONG]
        case "object":
            yield "a number in place of a mapping", 5
            yield "a word in place of a mapping", "abc"
            yield "a list in place of a mapping", [1]
            if kind.get("additionalProperties") is False:
                yield "an unknown key", {"zzz": 1}
                yield "a key of a hundred thousand letters", {LONG: 1}
                yield "a key with a line end", {"a\nb": 1}


def _numbers(kind: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if kind["type"] == "integer":
        yield "a part of a number", 1.5
        yield "a whole number with a point", float(kind.get("minimum", 1)) + 0.0
    for key, step in (("minimum", -1), ("exclusiveMinimum", 0)):
        if key in kind:
            yield "a number below the least", kind[key] + step
            yield "a number far below the least", -(10**30)
    for key, step in (("maximum", 1), ("exclusiveMaximum", 0)):
        if key in kind:
            yield "a number above the most", kind[key] + step
            yield "a number far above the most", 10**30
    yield "no number", math.nan
    yield "an infinite number", math.inf
    yield "an infinite negative number", -math.inf


def _keys() -> Iterator[Case]:
    """Keys that there are not: misspelt, unknown, of another script, endless."""
    good = config_of("compare")
    for path in (*Settings.model_fields, *(path for path in setting_paths() if "." in path)):
        misspelt = f"{path[:-2]}{path[-1]}{path[-2]}" if path[-1] != path[-2] else f"{path}x"
        yield f"a misspelt key {misspelt}", reading(with_value(good, misspelt.split("."), 1))
    for key in ("zzz", "ünïcødé", LONG, "a\nb", "_target_", "__class__", "hydra", "defaults", " "):
        for place in ((), ("study",), ("world",), ("executor",)):
            path = [*place, key]
            yield f"an unknown key {'.'.join(path)[:40]!r}", reading(with_value(good, path, 1))
    for study in READS:
        config = config_of(study)
        for key in ("draws", "seed", "horizon", "chunk", "uncertainty", "cost_neutral", "report", "workers", "study"):
            left = {name: value for name, value in config.items() if name != key}
            yield f"{study} without {key}", reading(left)


def _unread() -> Iterator[Case]:
    """Every setting, changed, in every study that does not read it, and every list left empty."""
    for study, read in READS.items():
        for path in setting_paths():
            if path not in read and path not in EVERYWHERE:
                yield f"{study} with {path}", reading(config_of(study, **{path: CHANGED[path]}))
        for key, value in usual_config(study)["study"].items():
            if isinstance(value, list) and value:
                yield f"{study} with study.{key}=[]", reading(config_of(study, **{f"study.{key}": []}))
                twice = [*value, value[0]]
                if key != "years":
                    yield f"{study} with study.{key} twice", reading(config_of(study, **{f"study.{key}": twice}))
    for changes in (
        {"shard": 5, "shards": 4}, {"shard": 2}, {"shards": 4}, {"keep": ["lines"]}, {"keep": ["state", "state"]},
        {"precision": {"outcome": "credentials"}}, {"precision": {**PRECISION, "share": 0.1}},
        {"precision": PRECISION, "study.baseline": None}, {"precision": PRECISION, "shard": 1, "shards": 2},
        {"executor": {"kind": "ray"}}, {"executor": {}}, {"executor": {**DASK, "adress": "x"}},
    ):  # fmt: skip
        yield f"compare with {changes}", reading(config_of("compare", **changes))


def _parameters() -> Iterator[Case]:
    """Values of parameters that are none."""
    dated, plain = "enrollment.entry_growth", "staffing.turnover"
    for key, value in (
        (plain, 5), (plain, -1), (plain, "abc"), (plain, None), (plain, True), (plain, math.nan), (plain, [0.1]),
        (plain, {2030: 0.1}), (plain, {}), (plain, LONG), ("staffing.turnovr", 0.1), ("stafing.turnover", 0.1),
        (f"staffing.{LONG}", 0.1), ("ünïcødé.a", 1), ("a\nb.c", 1), (dated, {}), (dated, {"abc": 0.01}),
        (dated, {1066: 0.01}), (dated, {2030.5: 0.01}), (dated, {2030: "abc"}), (dated, {2030: None}),
        (dated, {2030: 9}), (dated, {True: 0.01}), (dated, {2030: 0.01, "2030": 0.02}), (dated, {LONG: 0.01}),
    ):  # fmt: skip
        yield f"parameters.{key[:40]!r}={str(value)[:40]!r}", _held(key, value)


def _held(key: str, value: Any) -> Callable[[], object]:
    return lambda: load_catalogue().with_values({key: value}, "settings")


def _factors() -> Iterator[Case]:
    """Factors of a sweep that name nothing or do not vary."""
    inputs = inputs_of()
    paths = {
        "parameters.staffing.turnover": (
            None, {}, [], [0.1, None, "a"], "x", LONG, 5, True, [0.2, 0.1, True], [math.nan], {"low": 0.1},
            {"low": 0.2, "high": 0.1}, {"low": 0.1, "high": 0.2, "scale": "lin"}, {"levels": 5}, {"levels": []},
            {"low": 0.1, "high": 0.2, "steps": 1}, {"low": 0.1, "high": 0.2, "steps": 2.5}, {"levels": [0.1, 0.1]},
            {"low": 0.1, "high": math.inf}, {"low": 0.1, "high": 9}, {"low": "a", "high": "b"}, [9, 10],
            {"low": -0.5, "high": 0.5}, {"low": 0.1, "high": 0.2, "scale": LONG},
        ),
        "parameters.staffing.turnovr": ("prior",), "parameters.stafing": ("prior",), "parameters.staffing": ([1, 2],),
        "parameter.staffing": ("prior",), "staffing.turnover": ("prior",), "parameters": ([1, 2],),
        "formula": ("prior",), "formula.dollrs": ([1, 2],), "formula.alignd.appropriation.dollars": ([1, 2],),
        "formula.appropriation.dollars": ("prior",), "scenario.years.2030.revenu": ([0.5, 1],),
        "scenario.yers": ([1, 2],), "formula." + LONG: ([1, 2],), LONG: ([1, 2],), "ünïcødé": ("prior",),
    }  # fmt: skip
    for path, specs in paths.items():
        for place, spec in enumerate(specs):
            yield f"factors.{path[:40]}={str(spec)[:40]!r} ({place})", _swept(path, spec, inputs)


def _swept(path: str, spec: Any, inputs: Any) -> Callable[[], object]:
    return lambda: read_factors({path: spec}, inputs)
