"""The YAML files of a configuration, read for Hydra by the project's own reader.

A file that a user is handed (a formula, a study, an executor) is data. It may not name a class, look up the
environment, or reach a setting outside its group, so Hydra never opens one itself: it is given what is read and checked
here.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hydra.core.object_type import ObjectType
from hydra.core.plugins import Plugins
from hydra.plugins.config_source import ConfigResult, ConfigSource
from omegaconf import OmegaConf

from sim.config_folder import DATA_GROUPS, LAUNCHERS, OWN_READERS, names_in
from sim.inputs import InputError, Part, Source, nearest, read_with_lines
from sim.states.folder import unknown_state

_LAUNCHER_GROUP = "hydra/launcher"
_PRIMARY = "config"
_HEADER = re.compile(r"^\s*#\s*@\s*package\b\s*(?P<package>\S*)")
CODE_KEYS = {"_target_", "_args_", "_partial_", "_recursive_", "_convert_"}
"""Keys by which Hydra would build an object."""

_NOT_OF_A_STUDY = ("hydra", "executor", "world", "folder", *OWN_READERS)
_ONLY_TYPED = {"executor": ("address", "prologue", "directives")}
"""Keys that decide what runs on this computer or another: to be typed by the user, never taken from a file."""


class CheckedFiles(ConfigSource):
    """A folder of configuration files for Hydra, with nothing in it but what may be there.

    The program's own folder (provider ``main``) holds the primary configuration and the launchers too.
    """

    @staticmethod
    def scheme() -> str:
        """What search paths that are read here begin with."""
        return "checked"

    def load_config(self, config_path: str) -> ConfigResult:
        """One file as plain data. Raises InputError, one line, for anything that it may not hold."""
        path = self._file(config_path)
        group = config_path.rpartition("/")[0]
        package = None
        if group in OWN_READERS:
            content: Any = {}
        elif group in DATA_GROUPS:
            content, package = _data(path, group, f"{group}/{path.name}" if self.provider == "main" else str(path))
        else:
            content = read_with_lines(path)[0]
        config = OmegaConf.create(content)
        return ConfigResult(self.provider, f"checked://{self.path}", config, {"package": package})

    def available(self) -> bool:
        """Whether the folder is there."""
        return Path(self.path).is_dir()

    def is_group(self, config_path: str) -> bool:
        """Whether this is the name of a group that the folder has."""
        within = (*DATA_GROUPS, "", *(("hydra", _LAUNCHER_GROUP) if self.provider == "main" else ()))
        return config_path in within and (Path(self.path) / config_path).is_dir()

    def is_config(self, config_path: str) -> bool:
        """Whether this is the name of a file that may be read."""
        group, _, name = config_path.removesuffix(".yaml").rpartition("/")
        own = self.provider == "main" and (
            (group, name) == ("", _PRIMARY) or (group == _LAUNCHER_GROUP and name in LAUNCHERS)
        )
        return (own or group in DATA_GROUPS) and self._file(config_path).is_file()

    def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
        """The names in a group, sorted."""
        return names_in(Path(self.path), config_path) if results_filter != ObjectType.GROUP else []

    def _file(self, config_path: str) -> Path:
        return Path(self.path) / f"{config_path.removesuffix('.yaml')}.yaml"


def register() -> None:
    """Let Hydra know of search paths that begin with ``checked://``."""
    Plugins.instance().register(CheckedFiles)


def file_of(group: str, name: str, shipped: Path, own: Path | None) -> Path:
    """The file of a choice: one that is shipped, or one in the user's ``own`` folder.

    Raises InputError if there is none, naming the nearest, or if the own one has the name of one that is shipped.
    """
    folders = [folder for folder in (shipped, own) if folder is not None and name in names_in(folder, group)]
    if not folders and group == "world":
        raise unknown_state(name)
    if not folders:
        known = sorted({found for folder in (shipped, own) if folder is not None for found in names_in(folder, group)})
        raise InputError(f"{group}={name}: unknown choice; {nearest(name, known)}")
    path = folders[-1] / group / f"{name}.yaml"
    if not path.is_file():
        raise InputError(f"{path}: is not a file that can be read")
    if len(folders) > 1:
        raise InputError(f"{path}: the name '{name}' is that of a shipped {group}; give the file another name")
    return path


def read_data(path: Path, name: str | None = None) -> tuple[Mapping[str, Any], Source]:
    """A file of a group that has a reader of its own, and its source, called ``name``.

    Raises InputError, one line: the file is not a mapping, or holds something that is not data.
    """
    content, source = read_with_lines(path, name)
    if (header := _header(path)) is not None:
        raise source.refusal((), f"'# @package {header}' is not allowed: a {path.parent.name} holds its own keys alone")
    if not isinstance(content, Mapping):
        raise source.refusal((), f"a {path.parent.name} is a mapping of keys to values")
    refuse_code(content, source)
    return content, source


def _data(path: Path, group: str, name: str) -> tuple[Mapping[str, Any], str | None]:
    """A file of a group that Hydra composes: its content, and ``_global_`` if it is a study that sets more than its own
    group."""
    content, source = read_with_lines(path, name)
    if not isinstance(content, Mapping):
        raise source.refusal((), f"a {group} is a mapping of keys to values")
    header = _header(path)
    if header is not None and (group, header) != ("study", "_global_"):
        raise source.refusal((), f"'# @package {header}' is not allowed: a {group} holds its own keys alone")
    if "defaults" in content:
        _check_defaults(content["defaults"], group, source)
    refuse_code({key: value for key, value in content.items() if key != "defaults"}, source)
    for key in _ONLY_TYPED.get(group, ()):
        if content.get(key):
            raise source.refusal((key,), f"is not taken from a file; type it: {group}.{key}=...")
    if header is not None:
        for key in _NOT_OF_A_STUDY:
            if key in content:
                raise source.refusal((key,), "may not be set by a study file")
    return content, header


def _header(path: Path) -> str | None:
    """The package that a comment of the file asks for, or None."""
    with path.open(encoding="utf-8") as file:
        found = next((match for line in file if (match := _HEADER.match(line))), None)
    return found["package"] if found else None


def _check_defaults(written: Any, group: str, source: Source) -> None:
    """A study may build on another, and choose among what is shipped or the user's own; nothing else may."""
    allowed = ("formula", "scenario", "world", "design")
    if group != "study" or not isinstance(written, list):
        raise source.refusal(("defaults",), "may not be set here")
    for place, entry in enumerate(written):
        if isinstance(entry, str) and "/" not in entry and "@" not in entry and "$" not in entry:
            continue
        pairs = list(entry.items()) if isinstance(entry, Mapping) else []
        word, name = (str(pairs[0][0]), pairs[0][1]) if len(pairs) == 1 else ("", None)
        if word.removeprefix("override ").removeprefix("/") not in allowed or not _is_a_name(name):
            raise source.refusal(("defaults", place), f"may only choose a study, or one of: {', '.join(allowed)}")


def _is_a_name(value: Any) -> bool:
    return isinstance(value, str) and not {"/", "$", "@"} & set(value)


def refuse_code(content: Any, source: Source) -> None:
    """Refuse what is more than data: keys that name a class to build, and look-ups (``${...}``) of settings or of the
    environment. Raises InputError, naming the key."""
    for where, key, value in entries_of(content):
        if key in CODE_KEYS or (where == (key,) and key in ("hydra", "defaults")):
            raise source.refusal(where, "is not allowed: this file is data")
        for text in (key, value):
            if isinstance(text, str) and "${" in text:
                raise source.refusal(where, "'${...}' is not allowed: write the value itself")


def entries_of(content: Any) -> Iterator[tuple[tuple[Part, ...], Part, Any]]:
    """Every key with its place and value, each container once, however often it is referred to."""
    waiting: list[tuple[tuple[Part, ...], Any]] = [((), content)]
    seen: set[int] = set()
    while waiting:
        where, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        pairs = node.items() if isinstance(node, Mapping) else enumerate(node)
        for key, value in pairs:
            yield (*where, key), key, value
            if isinstance(value, Mapping | list):
                waiting.append(((*where, key), value))
