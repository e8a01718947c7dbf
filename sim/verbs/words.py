"""From the words of a person to the settings that there are: ``compare my_bill.yaml`` is ``study=compare ...``."""

import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.arguments import FOLDERS, OUT, quoted
from sim.config_folder import config_folder, names_in
from sim.inputs import InputError, nearest, shown
from sim.states.folder import law_named, words_of
from sim.study.setup.asked import is_file
from sim.study.setup.known import listed_in_state, own_formulas
from sim.study.setup.reads import setting_paths, usual_config
from sim.study.setup.scenario_words import is_made, names_in_word
from sim.verbs.table import SHIPPED, VERBS, Slot, Verb


@dataclass(frozen=True)
class Command:
    """What was typed: a verb, or None where settings alone were; its words as they stand; the settings that all of it
    comes to; and whether several studies follow from it."""

    verb: Verb | None
    named: tuple[str, ...]
    settings: tuple[str, ...]
    several: bool = False


def understood(typed: Sequence[str], own_folder: Path | None = None, *, multirun: bool = False) -> Command:
    """The words of a command line, without its flags, as settings. ``own_folder`` has files of the user's own.

    Raises InputError, one line: the word, what is wrong with it, what may be written.
    """
    settings = [word for word in typed if _is_setting(word)]
    plain = [word for word in typed if not _is_setting(word)]
    if not plain:
        return Command(None, (), _with_folder(settings, several=multirun), multirun)
    verb = find_verb(plain[0])
    named = tuple(plain[1:])
    if verb.study is None:
        return Command(verb, named, tuple(settings))
    if "study" in map(_key, settings):
        raise InputError(f"{verb.name}, study=...: both say what is to be done; write one of them")
    said, several = _settings_of(verb, named, settings, own_folder)
    several = several or multirun
    return Command(verb, named, _with_folder([f"study={verb.study}", *said, *settings], several=several), several)


def find_verb(word: str) -> Verb:
    """The verb of that name. Raises InputError, one line, that says what the word may have meant."""
    if word in VERBS:
        return VERBS[word]
    if is_file(word):
        raise InputError(f"{shown(word)}: say what to do with it: cte-sim price {word}, or cte-sim compare {word}")
    by_study = {verb.study: verb for verb in VERBS.values() if verb.study}
    if word in by_study:
        raise InputError(f"{shown(word)} is not a verb; write cte-sim {by_study[word].name}")
    if word in (*setting_paths(), OUT):
        raise InputError(f"{shown(word)} is a setting; write {word}=...; cte-sim help settings shows all")
    if word in names_in(config_folder(), "formula"):
        raise InputError(f"{shown(word)} is a formula; say what to do with it: cte-sim compare {word}")
    told = nearest(word, VERBS) if difflib.get_close_matches(word[:60].lower(), VERBS, n=1, cutoff=0.5) else ""
    raise InputError(f"{shown(word)} is not a verb; {told or 'cte-sim help lists what there is'}")


def refuse_further(command: Command) -> None:
    """Refuse more words than a verb takes, and settings where nothing runs. Raises InputError."""
    verb = command.verb
    if verb is None:
        return
    most = sum(slot.most or 0 for slot in verb.slots)
    if len(command.named) > most and all(slot.most is not None for slot in verb.slots):
        raise InputError(f"{verb.name}: {shown(command.named[most])}: is one word too many; write cte-sim {verb.usage}")
    options = [_key(option) for option, _ in verb.options]
    for setting in command.settings:
        if _key(setting) not in options:
            which = f"; it takes {' and '.join(f'{name}=...' for name in options)}" if options else " settings"
            raise InputError(f"{setting}: cte-sim {verb.name} takes no{' such setting' if options else ''}{which}")
        if [_key(other) for other in command.settings].count(_key(setting)) > 1:
            raise InputError(f"{setting}: {_key(setting)} is written twice")
    if not command.named and any(slot.needed for slot in verb.slots):
        raise InputError(_missing(verb, next(slot for slot in verb.slots if slot.needed)))


def _is_setting(word: str) -> bool:
    return "=" in word or word.startswith(("~", "+"))


def _key(word: str) -> str:
    return word.partition("=")[0].lstrip("+~")


def _with_folder(settings: Sequence[str], *, several: bool) -> tuple[str, ...]:
    """The settings, with ``out=FOLDER`` as the setting that it stands for."""
    place = f"hydra.{'sweep' if several else 'run'}.dir"
    keys = [_key(word) for word in settings]
    if OUT in keys and (keys.count(OUT) > 1 or set(keys) & set(FOLDERS[:2])):
        raise InputError(f"settings: {OUT}: the folder is named twice; write it once")
    return tuple(f"{place}={_folder_of(word)}" if _key(word) == OUT else word for word in settings)


def _folder_of(word: str) -> str:
    value = word.partition("=")[2]
    return value if value[:1] in ("", "'", '"') else quoted(value)


def _settings_of(
    verb: Verb, named: Sequence[str], settings: Sequence[str], own_folder: Path | None
) -> tuple[list[str], bool]:
    """The settings that the words of a verb come to, and whether each of them starts a study of its own."""
    found: dict[Slot, list[str]] = {slot: [] for slot in verb.slots}
    law = law_named(settings)
    for word in named:
        found[_slot_of(word, verb, found, own_folder, law)].append(word)
    said, several = [], False
    typed = [_key(word) for word in settings]
    for slot, words in found.items():
        keys = _keys_of(slot)
        if not words:
            if slot.needed and not set(keys) & set(typed):
                raise InputError(_missing(verb, slot))
            continue
        for key in typed:
            if key in keys:
                raise InputError(f"{words[0]}, {key}=...: both name the {_noun(slot)}; write one of them")
        if slot.setting == "formula" or (slot.group == "formula" and slot.most == 2 and len(words) == 1):
            said += _one_bill(words, own_folder)
            several = len(words) > 1
        elif slot.group == "formula":
            said.append(_setting(slot.setting, _bills(verb, words, own_folder, law), listed=True))
            said += _changed(words, typed)
        elif slot.setting.startswith("study."):
            said.append(_setting(slot.setting, words, listed=True))
        else:
            said.append(_setting(slot.setting, words, listed=False))
    return said, several


def _slot_of(word: str, verb: Verb, found: dict[Slot, list[str]], own_folder: Path | None, law: Path | None) -> Slot:
    """The slot that a word goes to. Raises InputError if none can take it."""
    fitting = [slot for slot in verb.slots if _may_mean(word, slot, own_folder, law)]
    for slot in fitting:
        if slot.most is None or len(found[slot]) < slot.most:
            return slot
    if fitting:
        noun, most = _noun(fitting[0]), fitting[0].most
        several = "; several are compared by cte-sim compare" if noun == "bill" and verb.study != "explain" else ""
        many = {1: "one", 2: "two"}.get(most or 0, str(most))
        raise InputError(f"{shown(word)}: cte-sim {verb.name} takes {many} {noun}{'s' if most != 1 else ''}{several}")
    if not verb.slots:
        raise InputError(f"{shown(word)}: cte-sim {verb.name} takes no words, settings only")
    raise InputError(_unknown(word, verb, own_folder, law))


def _unknown(word: str, verb: Verb, own_folder: Path | None, law: Path | None) -> str:
    nouns = " and no ".join(_noun(slot) for slot in verb.slots)
    if os.path.isfile(word):
        return f"{word}: the file of a bill ends in .yaml"
    if is_file(word):
        folder = Path(word).parent
        near = [path.name for path in folder.glob("*.y*ml")] if os.path.isdir(folder) else []
        close = difflib.get_close_matches(Path(word).name, near, n=1)
        return f"{word}: there is no such file{f'; did you mean {close[0]!r}?' if close else ''}"
    known = [name for slot in verb.slots if slot.group for name in _names(slot, own_folder, law)]
    return f"{shown(word)} is no {nouns} that is known; {nearest(word, known)}"


def _may_mean(word: str, slot: Slot, own_folder: Path | None, law: Path | None) -> bool:
    if slot.years:
        return len(word) == 4 and word.isdecimal()
    if slot.group is None:
        return True
    if slot.group == "scenario" and is_made(word):
        return any(name in _names(slot, own_folder, law) or is_file(name) for name in names_in_word(word))
    return (slot.files and is_file(word) and os.path.isfile(word)) or word in _names(slot, own_folder, law)


def _names(slot: Slot, own_folder: Path | None, law: Path | None) -> list[str]:
    group = str(slot.group)
    of_state = own_formulas(law) if law is not None and group == "formula" else []
    own = names_in(own_folder, group) if own_folder is not None else []
    also = [SHIPPED] if slot.setting == "study.formulas" and slot.most is None else []
    return [*names_in(config_folder(), group), *own, *of_state, *also]


def _bills(verb: Verb, words: Sequence[str], own_folder: Path | None, law: Path | None) -> list[str]:
    """The formulas of a list: 'shipped' is all of the study's own file, or of the state's own ``law``."""
    shipped = [str(name) for name in usual_config(str(verb.study))["study"]["formulas"]]
    if law is not None and shipped:
        shipped = listed_in_state(shipped, law, words_of(law.parent).nothing)
    listed = [SHIPPED, *words] if verb.beside and SHIPPED not in words else list(words)
    found: list[str] = []
    for word in listed:
        found += shipped if word == SHIPPED else [_in_own_folder(word, own_folder)]
    repeated = [word for word in words if found.count(word) > 1 and word not in shipped]
    if repeated:
        raise InputError(f"{shown(repeated[0])} stands twice; name each bill once")
    return list(dict.fromkeys(found))


def _one_bill(words: Sequence[str], own_folder: Path | None) -> list[str]:
    """The bill of a study of one formula, which its keys may change (``formula.appropriation.dollars=...``)."""
    if len(words) == 1 and not is_file(words[0]):
        return [f"formula={words[0]}"]
    paths = [_in_own_folder(word, own_folder) for word in words]
    said = [f"formula_file={','.join(quoted(path) for path in paths)}"]
    return said if len(words) == 1 else [*said, "hydra.sweep.subdir='${hydra.job.num}_${bill}'"]


def _changed(words: Sequence[str], typed: Sequence[str]) -> list[str]:
    """The formula of a list whose keys are changed: the only one that is named. Raises InputError if there are several.

    A bill in a file is changed there, which is told where it is read.
    """
    key = next((key for key in typed if key.startswith("formula.")), None)
    if key is None or {"formula", "formula_file"} & set(typed):
        return []
    if len(words) > 1 or words[0] == SHIPPED:
        raise InputError(f"{key}: changes one formula; name one bill, or say which: formula=...")
    return [f"formula={words[0]}"]


def _in_own_folder(word: str, own_folder: Path | None) -> str:
    """A formula of the user's own folder of files by its path; any other word as it is."""
    if own_folder is None or is_file(word) or word in names_in(config_folder(), "formula"):
        return word
    return str(own_folder / "formula" / f"{word}.yaml") if word in names_in(own_folder, "formula") else word


def _setting(key: str, words: Sequence[str], *, listed: bool) -> str:
    values = ",".join(word if word.isdecimal() and listed else quoted(word) for word in words)
    return f"{key}=[{values}]" if listed else f"{key}={values}"


def _keys_of(slot: Slot) -> tuple[str, ...]:
    if slot.group != "formula" or slot.most is None:
        return ("formula", "formula_file") if slot.setting == "formula" else (slot.setting,)
    return ("formula", "formula_file", "study.formulas")


def _noun(slot: Slot) -> str:
    return slot.label.split()[0].lower()


def _missing(verb: Verb, slot: Slot) -> str:
    example = next((typed for typed, _ in verb.examples), verb.usage)
    return f"cte-sim {verb.name}: say which {_noun(slot)}: cte-sim {example}"
