"""The manifest of a results folder: what was run, by which code, on which inputs."""

import hashlib
import json
import platform
import subprocess
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

import sim
from sim.inputs import InputError, first_problem
from sim.results.files import write_atomically
from sim.results.schema import SCHEMA_VERSION

MANIFEST_FILE = "manifest.json"

_PACKAGE = Path(sim.__file__).resolve().parent
_PACKAGES = ("numpy", "pandas", "pyarrow", "scipy", "mesa", "hydra-core")
_MODEL = ("arrays.py", "parameters", "world", "funding", "behavior", "students", "engine")


class FormulaRecord(BaseModel):
    """What a manifest says of a formula. ``lines`` describes its funding lines; ``fingerprint`` is of its content."""

    model_config = ConfigDict(extra="allow", frozen=True)

    title: str
    source: str
    fingerprint: str


class Manifest(BaseModel):
    """Everything needed to know what a results folder holds, and to run it again.

    ``formulas`` maps the name of a formula to a plain record with at least ``title``, ``source`` and ``fingerprint``;
    ``references`` does so for what runs beside the baseline only to be compared with.
    ``data_vintage`` says of which years the tables are. ``config`` is the resolved configuration, ``config_hash`` its
    hash without the keys in ``config_ignored``, which cannot change a number. ``model_fingerprint`` is of the code and
    the tables of the model itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    study: str
    config: dict[str, Any]
    config_hash: str
    config_ignored: tuple[str, ...]
    world_fingerprint: str
    data_vintage: str = ""
    formulas: dict[str, dict[str, Any]]
    references: dict[str, dict[str, Any]] = {}
    baseline: str | None
    base_year: int
    horizon: int
    draws: int
    seed: int
    chunk_size: int
    schema_version: int
    created: str
    code_version: str
    model_fingerprint: str
    git_commit: str | None
    packages: dict[str, str]
    platform: str


def new_manifest(
    *,
    study: str,
    config: Mapping[str, Any],
    world_fingerprint: str,
    data_vintage: str = "",
    formulas: Mapping[str, Mapping[str, Any]],
    references: Mapping[str, Mapping[str, Any]] | None = None,
    baseline: str | None,
    base_year: int,
    horizon: int,
    draws: int,
    seed: int,
    chunk_size: int,
    ignoring: Collection[str] = (),
) -> Manifest:
    """A manifest of a study that starts now, with the versions of the code and packages at hand.

    ``config`` is plain data; ``ignoring`` names its keys that cannot change a number (dotted: 'hydra', 'run.workers').
    Raises ValueError if a formula's record lacks its title, source or fingerprint.
    """
    references = references or {}
    for record in (*formulas.values(), *references.values()):
        FormulaRecord.model_validate(record)
    return Manifest(
        study=study,
        config=json.loads(json.dumps(config)),
        config_hash=hash_of(config, ignoring),
        config_ignored=tuple(ignoring),
        world_fingerprint=world_fingerprint,
        data_vintage=data_vintage,
        formulas={name: dict(record) for name, record in formulas.items()},
        references={name: dict(record) for name, record in references.items()},
        baseline=baseline,
        base_year=base_year,
        horizon=horizon,
        draws=draws,
        seed=seed,
        chunk_size=chunk_size,
        schema_version=SCHEMA_VERSION,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        code_version=sim.__version__,
        model_fingerprint=model_fingerprint(),
        git_commit=git_commit(),
        packages=package_versions(),
        platform=platform.platform(),
    )


def hash_of(config: Mapping[str, Any], ignoring: Collection[str] = ()) -> str:
    """SHA-256 of a configuration of plain data, whatever the order of its keys, without the keys in ``ignoring``."""
    kept = {key: value for key, value in _leaves(config) if not _ignored(key, ignoring)}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _leaves(config: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(config, Mapping) and config:
        for key, value in config.items():
            yield from _leaves(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, config


def _ignored(key: str, ignoring: Collection[str]) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in ignoring)


@cache
def model_fingerprint(without: str = "") -> str:
    """SHA-256 of the code and the bundled tables that the numbers depend on, not of studies, reports or the store.

    ``without`` leaves out a folder of the package, as ``parameters/posterior``: what a calibration itself writes.
    """
    found = hashlib.sha256()
    for part in _MODEL:
        root = _PACKAGE / part
        paths = [root] if root.is_file() else sorted(root.rglob("*"))
        for path in paths:
            inside = path.relative_to(_PACKAGE).as_posix()
            if without and inside.startswith(f"{without}/"):
                continue
            if path.suffix in (".py", ".yaml", ".csv"):
                found.update(inside.encode() + b"\0")
                found.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return found.hexdigest()


def git_commit() -> str | None:
    """The commit of the checkout that the code runs from, '-dirty' if files differ from it; None outside a checkout."""
    root = _PACKAGE.parent
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers may depend on, without importing them."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` of a results folder, whole or not at all."""
    write_atomically(folder / MANIFEST_FILE, manifest.model_dump_json(indent=2).encode())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a results folder.

    Raises InputError if there is none, if it cannot be read, or if the results have another schema version.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        raise InputError(f"{folder}: is not a results folder: {MANIFEST_FILE} is missing")
    try:
        data = json.loads(path.read_bytes())
    except ValueError as error:
        raise InputError(f"{path}: not valid JSON ({error})") from error
    stored = data.get("schema_version") if isinstance(data, dict) else None
    if isinstance(stored, int) and stored != SCHEMA_VERSION:
        raise InputError(f"{path}: schema_version: {stored}, but this version of the code reads {SCHEMA_VERSION}")
    try:
        return Manifest.model_validate(data)
    except ValidationError as error:
        raise first_problem(error, str(path)) from error


def check_same(stored: Manifest, current: Manifest, folder: Path | str = "the results folder") -> None:
    """Make sure that a folder's results may be continued by the current study.

    Raises InputError, naming the first thing that differs and would change or renumber results.
    """
    difference = _difference(stored, current)
    if difference:
        raise InputError(f"{folder}: holds a different study ({difference}); choose another folder or remove this one")


def _difference(stored: Manifest, current: Manifest) -> str | None:
    if stored.study != current.study:
        return f"study: {stored.study} there, {current.study} here"
    if stored.config_hash != current.config_hash:
        there, here = dict(_leaves(stored.config)), dict(_leaves(current.config))
        for key in sorted(there | here):
            if there.get(key) != here.get(key) and not _ignored(key, current.config_ignored):
                return f"{key}: {there.get(key, 'absent')} there, {here.get(key, 'absent')} here"
        return "its configuration"
    before, now = ({**side.formulas, **side.references} for side in (stored, current))
    for name in sorted(before.keys() | now.keys()):
        one, other = before.get(name, {}), now.get(name, {})
        if one.get("fingerprint") != other.get("fingerprint"):
            return f"formula {name} has changed"
    for name, text in (
        ("world_fingerprint", "the tables of the world have changed"),
        ("model_fingerprint", "the code or the tables of the model have changed"),
    ):
        if getattr(stored, name) != getattr(current, name):
            return text
    for name in ("seed", "draws", "base_year", "horizon", "baseline", "chunk_size"):
        if getattr(stored, name) != getattr(current, name):
            return f"{name}: {getattr(stored, name)} there, {getattr(current, name)} here"
    return None
