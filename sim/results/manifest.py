"""The manifest of a results folder: what was run, by which code, on which inputs."""

import hashlib
import json
import subprocess
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sim.inputs import InputError
from sim.results.discrepancy import CarriedDiscrepancy
from sim.results.environment import Environment, this_environment
from sim.results.files import first_fault, is_there, json_of, write_atomically
from sim.results.schema import SCHEMA_VERSION
from sim.states.folder import CALIBRATION, TARGETS
from sim.states.speaking import default_words
from sim.states.words import StateWords
from sim.version import __version__

MANIFEST_FILE = "manifest.json"

_CHECKSUM = "checksum"
_PACKAGE = Path(__file__).resolve().parent.parent
_MODEL = ("arrays.py", "streams.py", "parameters", "world", "funding", "behavior", "students", "engine")


Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256."""

Named = Annotated[str, Field(min_length=1)]


class LineRecord(BaseModel):
    """What a manifest says of a funding line: where its money comes from, and how it stands to the main formula."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    title: str = ""
    fund: str = ""
    recurring: bool = False
    background: bool = False
    seg: str = "outside"


class FormulaRecord(BaseModel):
    """What a manifest says of a formula. ``lines`` describes its funding lines; ``fingerprint`` is of its content."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    title: str
    source: str
    fingerprint: Named
    lines: dict[str, LineRecord] = {}
    content: Any = None

    @model_validator(mode="after")
    def _is_of_its_content(self) -> Self:
        if self.content is not None and self.fingerprint != content_hash(self.content):
            raise ValueError("its content is not that of its fingerprint: it has been edited")
        return self


class Manifest(BaseModel):
    """Everything needed to know what a results folder holds, and to run it again.

    ``formulas`` maps the name of a formula to a plain record with at least ``title``, ``source`` and ``fingerprint``;
    ``references`` does so for what runs beside the baseline only to be compared with.
    ``discrepancy``: what the intervals of reports carry beside parameters and luck; None: nothing.
    ``data_vintage`` says of which years the tables are, ``state`` what their state and its main formula are called, in
    whose words the results are told (None: of an earlier version). ``config`` is the resolved configuration,
    ``config_hash`` its hash without the keys in ``config_ignored``, which cannot change a number. ``chunk_size`` is how
    many rows of the design a chunk carries out, the last what is left; ``design_checksum`` the SHA-256 of the design's
    file, if there is one. ``model_fingerprint`` is of the code and the tables of the model itself, ``environment`` that
    in which the study was begun: each chunk tells its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    study: Named
    config: dict[str, Any]
    config_hash: Hash
    config_ignored: tuple[str, ...]
    world_fingerprint: Named
    data_vintage: str = ""
    state: StateWords | None = None
    formulas: dict[str, dict[str, Any]]
    discrepancy: CarriedDiscrepancy | None = None
    references: dict[str, dict[str, Any]] = {}
    baseline: str | None
    base_year: Annotated[int, Field(ge=1900, le=2200)]
    horizon: Annotated[int, Field(ge=1)]
    draws: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    chunk_size: Annotated[int, Field(ge=1)]
    design_checksum: Hash | None = None
    schema_version: int
    created: Named
    code_version: Named
    model_fingerprint: Named
    git_commit: str | None
    environment: Environment

    @property
    def words(self) -> StateWords:
        """The words in which the results are told."""
        return self.state or default_words()

    @property
    def tables(self) -> frozenset[str] | None:
        """The tables in which every finished run has rows, as the settings ask for; None if they do not say."""
        kept = self.config.get("keep")
        if not isinstance(kept, list):
            return None
        return frozenset(kept) | ({"static"} if "districts" in kept else set())

    @field_validator("created")
    @classmethod
    def _is_a_time(cls, value: str) -> str:
        datetime.fromisoformat(value)
        return value

    @model_validator(mode="after")
    def _fits_its_configuration(self) -> Self:
        for name, record in self.formulas.items():
            try:
                FormulaRecord.model_validate(record)
            except ValidationError as error:
                raise ValueError(f"formulas.{name}: {first_fault(error)}") from error
        if hash_of(self.config, self.config_ignored) != self.config_hash:
            raise ValueError("config: is not that of config_hash: it has been edited")
        for name in ("draws", "horizon", "seed"):
            if self.config.get(name, getattr(self, name)) != getattr(self, name):
                raise ValueError(f"{name}: {getattr(self, name)}, but config says {self.config[name]}")
        return self


def new_manifest(
    *,
    study: str,
    config: Mapping[str, Any],
    world_fingerprint: str,
    data_vintage: str = "",
    state: StateWords | None = None,
    formulas: Mapping[str, Mapping[str, Any]],
    references: Mapping[str, Mapping[str, Any]] | None = None,
    discrepancy: CarriedDiscrepancy | None = None,
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
    plain = json.loads(json.dumps(config))
    return Manifest(
        study=study,
        config=plain,
        config_hash=hash_of(plain, ignoring),
        config_ignored=tuple(ignoring),
        world_fingerprint=world_fingerprint,
        data_vintage=data_vintage,
        state=state,
        formulas=json.loads(json.dumps({name: dict(record) for name, record in formulas.items()})),
        references=json.loads(json.dumps({name: dict(record) for name, record in (references or {}).items()})),
        discrepancy=discrepancy,
        baseline=baseline,
        base_year=base_year,
        horizon=horizon,
        draws=draws,
        seed=seed,
        chunk_size=chunk_size,
        schema_version=SCHEMA_VERSION,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        code_version=__version__,
        model_fingerprint=model_fingerprint(),
        git_commit=git_commit(),
        environment=this_environment(),
    )


def hash_of(config: Mapping[str, Any], ignoring: Collection[str] = ()) -> str:
    """SHA-256 of a configuration of plain data, whatever the order of its keys, without the keys in ``ignoring``."""
    kept = {key: value for key, value in _leaves(config) if not _ignored(key, ignoring)}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def content_hash(content: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _leaves(config: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(config, Mapping) and config:
        for key, value in config.items():
            yield from _leaves(value, f"{prefix}.{key}" if prefix else str(key))
    else:
        yield prefix, config


def _ignored(key: str, ignoring: Collection[str]) -> bool:
    return any(key == name or key.startswith(f"{name}.") for name in ignoring)


@cache
def model_fingerprint(fitted: bool = True) -> str:
    """SHA-256 of the code and the bundled tables that the numbers depend on, not of studies, reports or the store.

    Not ``fitted``: without stored posteriors, which are what a calibration itself writes. What it is fitted to is no
    part of the model either way.
    """
    found = hashlib.sha256()
    for part in _MODEL:
        root = _PACKAGE / part
        paths = [root] if root.is_file() else sorted(root.rglob("*"))
        for path in paths:
            inside = path.relative_to(_PACKAGE).as_posix()
            if path.parent.name == CALIBRATION and (path.name == TARGETS or not fitted):
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


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write ``manifest.json`` of a results folder, whole or not at all, with a checksum of what it says."""
    content = json.loads(manifest.model_dump_json())
    sealed = {**content, _CHECKSUM: content_hash(content)}
    write_atomically(folder / MANIFEST_FILE, json.dumps(sealed, indent=2, ensure_ascii=False).encode())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a results folder.

    Raises InputError, one line, if there is none, if it cannot be read or was edited, or if the results have another
    schema version.
    """
    path = folder / MANIFEST_FILE
    if not is_there(path):
        raise InputError(f"{folder}: is not a results folder: {MANIFEST_FILE} is missing")
    data = json_of(path)
    if not isinstance(data, dict):
        raise InputError(f"{path}: is not a manifest: a mapping of keys is expected")
    stored = data.get("schema_version")
    if type(stored) is int and stored != SCHEMA_VERSION:
        raise InputError(
            f"{path}: schema_version: {stored}, but this version of the code reads {SCHEMA_VERSION}; read the results "
            "with the version of the code that wrote them, or run the study again in a new folder"
        )
    checksum = data.pop(_CHECKSUM, None)
    try:
        manifest = Manifest.model_validate_json(json.dumps(data))
        edited = checksum != content_hash(data)
    except ValidationError as error:
        raise InputError(f"{path}: {first_fault(error)}") from error
    except RecursionError as error:
        raise InputError(f"{path}: is nested too deeply to be a manifest") from error
    if edited:
        raise InputError(f"{path}: {_CHECKSUM}: is not that of what it says: it has been edited; restore it")
    return manifest


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
