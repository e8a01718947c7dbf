"""From the words of a command to the settings of one study, as plain data. Nothing is instantiated, nothing looked up.

Hydra chooses and merges the files of the groups (``study=sweep``), which `sim.config_source` reads and checks. The
formula and the scenario have readers of their own. The user's words for single settings (``draws=50``,
``formula.appropriation.dollars=...``) are laid on top here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from hydra import version
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
from hydra.errors import HydraException, MissingConfigException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sim.arguments import FREE_GROUPS, LAUNCHER
from sim.choices import check_words, with_files
from sim.config_folder import OWN_READERS, config_folder
from sim.config_source import CODE_KEYS, entries_of, file_of, read_data, refuse_code, register
from sim.inputs import InputError, Source, nearest
from sim.setting_words import Word, read_words
from sim.states.folder import law_named, words_of
from sim.study.setup.asked import CURRENT_LAW
from sim.study.setup.executor_settings import DaskSettings, LocalSettings, SlurmDaskSettings
from sim.study.setup.known import listed_in_state, own_formulas
from sim.study.setup.naming import CALLED, named_by_user
from sim.study.setup.reads import not_read
from sim.study.setup.settings import Design, Discover, Sensitivity, Settings, Study

_EXECUTORS = (LocalSettings, DaskSettings, SlurmDaskSettings)
_KEYS: Mapping[str, tuple[str, ...]] = {
    "study": tuple(Study.model_fields),
    "design": tuple(Design.model_fields),
    "sensitivity": tuple(Sensitivity.model_fields),
    "discover": tuple(Discover.model_fields),
    "executor": tuple({field: None for model in _EXECUTORS for field in model.model_fields}),
}
_TARGETS = {
    "sweeper": ("hydra._internal.core_plugins.basic_sweeper.BasicSweeper",),
    "launcher": (
        "hydra._internal.core_plugins.basic_launcher.BasicLauncher",
        "hydra_plugins.hydra_submitit_launcher.submitit_launcher.LocalLauncher",
        "hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher",
    ),
}
_SHIPPED_TARGETS = {(name, "_target_") for name in _TARGETS}
_LOOK_UP = re.compile(r"\$\{\s*oc\.")
_QUIET = {"version": 1, "root": {"level": "ERROR"}, "disable_existing_loggers": True}


@dataclass(frozen=True)
class Composed:
    """The configuration of one study: ``plain`` data, the ``choices`` of its groups, the ``sources`` of its formula and
    scenario, the words, and the names of folders as the configuration has them ('run.dir', ...). ``config`` is what
    Hydra itself has, which launchers of multiruns need."""

    plain: dict[str, Any]
    choices: Mapping[str, str | None]
    sources: Mapping[str, Source]
    words: tuple[Word, ...]
    folders: Mapping[str, str]
    config: DictConfig

    def folder(self, key: str, number: int = 0, *, bill: str | None = None) -> Path:
        """A folder as 'run.dir', 'sweep.dir' or 'sweep.subdir' name it, for a job of that number.

        Its name may refer to the date (``${now:%Y-%m-%d}``), to settings, to ``${bill}``, and to ``${what}``: study and
        bill. ``bill`` stands for the job's own where a folder is that of several jobs.
        """
        named = [word.text for word in self.words if word.key == f"hydra.{key}"]
        written = named[-1] if named else self.folders[key]
        bill = self.bill if bill is None else bill
        return Path(re.sub(r"\$\{([^{}]*)\}", lambda match: self._referred(match[1], key, number, bill), written))

    @property
    def bill(self) -> str:
        """What the study is about, for the names of folders: the place and the bills that the user has named."""
        return named_by_user(self.plain, self.choices)

    def names_its_folder(self, key: str) -> bool:
        """Whether the user has named it."""
        return any(word.key == f"hydra.{key}" for word in self.words)

    @property
    def typed(self) -> tuple[str, ...]:
        """The words as they were typed."""
        return tuple(word.typed for word in self.words)

    def _referred(self, name: str, key: str, number: int, bill: str) -> str:
        if name.startswith("now:"):
            return datetime.now().strftime(name.removeprefix("now:"))
        if name in ("what", "bill"):
            study = str(self.choices["study"])
            return bill if name == "bill" else "_".join(filter(None, [CALLED.get(study, study), bill]))
        if name == "hydra.job.num":
            return str(number)
        found: Any = self.choices if name in self.choices else self.plain
        for part in name.split(".") if name not in self.choices else [name]:
            found = found.get(part) if isinstance(found, Mapping) else None
        if not isinstance(found, str | int | float):
            raise InputError(
                f"hydra.{key}: '${{{name}}}' is not allowed; there are now:%Y-%m-%d, what, hydra.job.num, seed ..."
            )
        return str(found)


def compose(typed: Sequence[str], own_folder: Path | None = None) -> Composed:
    """Compose the settings of one study from the words of a command.

    ``own_folder`` holds files of the user's own. Raises InputError, one line: the word or file, what is wrong with it.
    """
    named = with_files(typed)
    check_words(named)
    words = read_words(named)
    _refuse_sweeps(words)
    shipped = config_folder()
    for word in words:
        if word.group not in (None, LAUNCHER):
            file_of(str(word.group), word.text, shipped, own_folder)
    config = _loaded(words, own_folder)
    plain = cast("dict[str, Any]", OmegaConf.to_container(config, resolve=False))
    hydra = plain.pop("hydra")
    choices = {group: name for group, name in hydra["runtime"]["choices"].items() if not group.startswith("hydra")}
    sources = {}
    for group in OWN_READERS:
        path = _of_state(group, str(choices.get(group)), words) or file_of(
            group, str(choices.get(group)), shipped, own_folder
        )
        label = f"{group}/{path.name}" if path.is_relative_to(shipped) else str(path)
        plain[group], source = read_data(path, label)
        changed = any(word.key.startswith(f"{group}.") for word in words)
        sources[group] = Source(label) if changed else source
    _in_the_state(plain, words)
    for word in words:
        if not word.key.startswith("hydra") and word.group is None:
            _check_key(word, plain, choices)
            plain = with_word(plain, word)
    refuse_code(plain, Source("settings"))
    _check_hydra(hydra)
    folders = {"run.dir": hydra["run"]["dir"], **{f"sweep.{key}": hydra["sweep"][key] for key in ("dir", "subdir")}}
    return Composed(plain, choices, sources, tuple(words), folders, config)


def _in_the_state(plain: dict[str, Any], words: Sequence[Word]) -> None:
    """Let a list of formulas that a study has of its own be that of the state which the words name, if it has a law of
    its own."""
    law = law_named([word.typed for word in words])
    typed = {word.key for word in words}
    study, explore = plain.get("study"), plain.get("explore")
    if law is None:
        return
    if isinstance(study, dict) and study.get("formulas") and "study.formulas" not in typed:
        study["formulas"] = listed_in_state(study["formulas"], law, words_of(law.parent).nothing)
    if isinstance(explore, dict) and explore.get("compared") and not typed & {"explore", "explore.compared"}:
        explore["compared"] = [name for name in own_formulas(law) if name != CURRENT_LAW]


def _of_state(group: str, name: str, words: Sequence[Word]) -> Path | None:
    """The file of a formula in the law of the state that the words name, if it has one of that name."""
    law = law_named([word.typed for word in words]) if group == "formula" else None
    return law / f"{name}.yaml" if law is not None and (law / f"{name}.yaml").is_file() else None


def loader(own_folder: Path | None) -> ConfigLoaderImpl:
    """Hydra's loader over the program's configuration and the user's own folder, both read by the own reader."""
    version.setbase("1.3")
    register()
    path = ConfigSearchPathImpl()
    path.append("hydra", "pkg://hydra.conf")
    path.append("main", f"checked://{config_folder()}")
    if own_folder is not None:
        path.append("command-line", f"checked://{own_folder.absolute()}")
    path.append("schema", "structured://")
    return ConfigLoaderImpl(path)


def _loaded(words: Sequence[Word], own_folder: Path | None) -> DictConfig:
    """What the choices of groups and the settings of a launcher come to."""
    for_hydra = [word.for_hydra() for word in words if word.group is not None or word.key.startswith("hydra.launcher.")]
    try:
        return loader(own_folder).load_configuration("config", for_hydra, RunMode.RUN)
    except MissingConfigException as error:
        raise InputError(f"defaults: there is no file {error.missing_cfg_file}") from error
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        if any(word.group == "design" for word in words):
            raise InputError("design: is not chosen in this study; write cte-sim sweep") from error
        named = [word.typed for word in words if word.key.startswith("hydra.launcher.")] or [
            word.typed for word in words if word.group == "study"
        ]
        raise InputError(f"{' '.join(named)}: cannot be put together with the other settings") from error


def _refuse_sweeps(words: Sequence[Word]) -> None:
    for word in words:
        if word.sweeps:
            key, _, value = word.typed.partition("=")
            as_list = f"; a list is written {key}=[{value}], text '{key}=\"{value}\"'" if "(" not in value else ""
            raise InputError(f"{word.typed}: several values need -m, which starts a study for each{as_list}")


def _check_key(word: Word, plain: Mapping[str, Any], choices: Mapping[str, str | None]) -> None:
    """Refuse a setting that there is not, or that the chosen study or executor does not have."""
    top, *below = word.key.split(".")
    if top in FREE_GROUPS:
        return
    if top not in plain:
        if top not in Settings.model_fields:
            raise InputError(
                f"settings: {word.key}: unknown setting; {nearest(top, [*Settings.model_fields, 'hydra'])}"
            )
        raise not_read(str(choices["study"]), word.key, top)
    if not below:
        return
    node = plain[top]
    if not isinstance(node, Mapping):
        raise InputError(f"settings: {word.key}: unknown setting; {top} has no settings below it")
    if below[0] not in node:
        known = _KEYS.get(top, tuple(node))
        if below[0] in known and top != "study":  # of a study it is asked later what it reads
            raise InputError(f"settings: {word.key}: is not a setting of {top}={choices[top]}")
        if below[0] not in known:
            raise InputError(f"settings: {word.key}: unknown setting; {nearest(below[0], known)}")
    if len(below) > 1:
        raise InputError(f"settings: {word.key}: unknown setting; write {top}.{below[0]} as a whole")


def with_word(content: Any, word: Word) -> Any:
    """The content with what one word sets, or takes away, below it; the content itself stays as it is.

    A mapping is merged into one that is there, anything else replaces it. Raises InputError if the way there leads
    through something that has nothing below it.
    """
    return _changed(content, word.key.split("."), word)


def _changed(node: Any, way: Sequence[str], word: Word) -> Any:
    if not way:
        value = word.value
        if isinstance(value, Mapping) and isinstance(node, Mapping):
            return _merged(node, value)
        return value
    part, rest = way[0], way[1:]
    if isinstance(node, list):
        if not part.isdecimal() or int(part) >= len(node):
            raise InputError(f"{word.key}: there is no entry {part}; there are 0 to {len(node) - 1}")
        place = int(part)
        changed = [] if word.removes and not rest else [_changed(node[place], rest, word)]
        return [*node[:place], *changed, *node[place + 1 :]]
    if node is not None and not isinstance(node, Mapping):
        raise InputError(f"{word.key}: there is nothing below '{node}' to set")
    entries = dict(node or {})
    key = _key_in(entries, part)
    if word.removes and (not rest or key not in entries):
        if key not in entries:
            raise InputError(f"{word.typed}: there is no '{part}' to leave out")
        del entries[key]
    else:
        entries[key] = _changed(entries.get(key), rest, word)
    return entries


def _merged(under: Mapping[Any, Any], over: Mapping[Any, Any]) -> dict[Any, Any]:
    entries = dict(under)
    for key, value in over.items():
        key = _key_in(entries, str(key)) if str(key) != key else key
        there = entries.get(key)
        entries[key] = _merged(there, value) if isinstance(there, Mapping) and isinstance(value, Mapping) else value
    return entries


def _key_in(entries: Mapping[Any, Any], part: str) -> Any:
    """The key as the mapping has it: a year is a number in a file and text on the command line."""
    if part in entries or not part.isdecimal():
        return part
    return int(part)


def _check_hydra(plain: Mapping[str, Any]) -> None:
    """Refuse anything by which Hydra would build another class than those shipped, or look up the environment.

    Words and files that could ask for it have been refused before; this holds whatever else may come.
    """
    for name in ("callbacks", "searchpath"):
        if plain[name]:
            raise InputError(f"hydra.{name}: may not be set")
    for name in ("hydra_logging", "job_logging"):
        if plain[name] != _QUIET:
            raise InputError(f"hydra.{name}: may not be set")
    if plain["job"]["env_set"] or plain["job"]["env_copy"]:
        raise InputError("hydra.job: may not set the environment")
    for name, targets in _TARGETS.items():
        if plain[name].get("_target_") not in targets:
            raise InputError(f"hydra.{name}: only those that are shipped may be used")
    for where, key, value in entries_of(plain):
        if where in _SHIPPED_TARGETS:
            continue
        if key in CODE_KEYS or (isinstance(value, str) and "${" in value and _LOOK_UP.search(value)):
            raise InputError(f"hydra.{'.'.join(str(part) for part in where)}: is not allowed")
