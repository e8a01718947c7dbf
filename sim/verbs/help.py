"""Help: the jobs that a person has, one verb with its words and settings, and every setting.

The settings of a verb are those that its study reads; what each is stands in the comments of ``conf``.
"""

import difflib
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sim.config_folder import config_folder
from sim.inputs import InputError, nearest, shown
from sim.study.setup.reads import EVERYWHERE, READS, readers, setting_paths, usual_choice, usual_config
from sim.study.setup.settings import Study
from sim.verbs.table import SHIPPED, VERBS, Verb

WIDTH = 80
"""Columns of a terminal."""

GROUPS = ("world", "formula", "scenario", "executor", "design")
"""Settings that choose a file of ``conf`` by its name."""

HELP = f"""\
cte-sim: what a way of paying for career and technical education does to schools

Usage: cte-sim VERB [bills or names ...] [setting=value ...]
A bill is a YAML file (my_bill.yaml) or the name of a shipped formula (aligned).

Your bill
  new my_bill.yaml               write one to begin with
  price my_bill.yaml             what it says, costs and brings each district
  compare my_bill.yaml           what it does over years, against current law
  compare {SHIPPED} my_bill.yaml   the same, beside all shipped formulas
  stress my_bill.yaml            what a bad year does to it, and to whom
  explore my_bill.yaml           a page with sliders for its amounts
  district gallup my_bill.yaml   a page for one district
  explain gallup my_bill.yaml    why one district was paid and decided as it was
  bridge my_bill.yaml            why each district's payment changes
  reverse, levers, discover      what breaks it, what helps, when it fails
  project, decompose, two_by_two, library     further looks at bills
How far to trust it
  sensitivity, sweep             which uncertain numbers matter
  hindcast, probes, verify_brief what the model says of what is known
  calibrate, assess, alternatives, parameters  where its numbers are from
Results
  open [FOLDER]                  show the last run, or that of a folder
  serve [FOLDER|BILL ...]        a page on this computer, to run and watch bills
  status, collect, verify FOLDER what is done; joined; whether it is whole
  list formulas|scenarios|states|districts|clusters|parameters [part]

Often set: draws=50 horizon=10 (quicker), out=my_folder (where to write)
  help VERB                      one verb: its words, settings and examples
  help settings, version         every setting; program, model and data"""

GRAMMAR = """\
A setting is written name=value, in any order, behind any verb or without one.
Without a verb the setting study=NAME says what is done (study=compare).
  a list                   study.years=[2027,2032]
  a mapping                'precision={outcome: credentials, share: 0.01}'
  text with signs          'district="Doña Ana"'
  nothing                  workers=null
  below a group            formula.appropriation.dollars=60000000
  a key left out           ~formula.rules
  several values, with -m  -m seed=1,2,3   or   -m 'seed=range(1,4)'
Quotes around the whole keep the shell from reading brackets, braces and spaces.
A file of your own in a folder laid out like conf (formula/, scenario/, study/)
is named after --config-dir=FOLDER. -c job prints all settings of a command."""


def topic_text(topic: str | None) -> str:
    """The help about a verb, about 'settings', or about all. Raises InputError for another topic."""
    if topic is None or topic == "help":
        return HELP
    if topic in ("settings", "setting"):
        return settings_text()
    if topic in VERBS:
        return verb_text(VERBS[topic])
    if topic in setting_paths():
        return "\n".join([*_entry(topic, _usual_value(topic, _home(topic)), _home(topic)), *_readers_of(topic)])
    known = [*VERBS, "settings"]
    near = difflib.get_close_matches(topic[:60], known, n=1, cutoff=0.5)
    told = nearest(topic, known) if near else "cte-sim help lists what there is"
    raise InputError(f"help: {shown(topic)} is neither a verb nor a setting; {told}")


def verb_text(verb: Verb) -> str:
    """What a verb does, the words it takes, examples, and the settings that it reads with their defaults."""
    lines = [f"cte-sim {verb.name}: {verb.does}", "", f"Usage: cte-sim {verb.usage}"]
    if verb.study is not None:
        lines[-1] += " [setting=value ...]"
    lines = [part for line in lines for part in (textwrap.wrap(line, WIDTH, subsequent_indent="    ") or [""])]
    if verb.more:
        lines += textwrap.wrap(verb.more, WIDTH)
    said = list(_about_words(verb))
    lines += ["", *said] if said else []
    if verb.options:
        lines += ["", "Settings that it reads", *(f"  {option:<18}{said}" for option, said in verb.options)]
    lines += ["", "Examples", *(part for typed, why in verb.examples for part in _example(typed, why))]
    if verb.study is not None:
        study = str(usual_config(verb.study)["study"]["name"])
        read = {*READS[study], *EVERYWHERE} - {"formula_file"}
        paths = [path for path in _order() if path in read]
        lines += ["", "Settings that it reads, as they are if you write nothing"]
        lines += [line for path in paths for line in _entry(path, _usual_value(path, verb.study), verb.study)]
        lines += _entry("out", _OUT_NAME, verb.study) if study not in _WITHOUT_A_FOLDER else []
        behind = f"The same without a verb: cte-sim study={verb.study}. How values are written: cte-sim help settings"
        lines += ["", *textwrap.wrap(behind, WIDTH)]
    return "\n".join(lines)


def settings_text() -> str:
    """Every setting with its default and the verbs that read it, and the grammar of values."""
    lines = [GRAMMAR, ""]
    for path in _order():
        lines += _entry(path, _usual_value(path, _home(path)), _home(path)) + _readers_of(path)
    return "\n".join([*lines, *_entry("out", _OUT_NAME), f"{_INDENT}read by: all that write"])


_WITHOUT_A_FOLDER = ("parameters", "status", "collect")
_INDENT = " " * 6
_OUT_NAME = "outputs/DATE_TIME_STUDY_BILL"
_OUT = "where to write; the same command in the same folder goes on where it stopped"


def _order() -> list[str]:
    """The settings, those first that a person sets most often."""
    first = ("draws", "horizon", "formula", "scenario", "district", "cluster", "study.formulas", "study.scenarios")
    return sorted(setting_paths(), key=lambda path: first.index(path) if path in first else len(first))


_MADE = (
    "oil_slump@2030: from that year on. oil_slump:1.5: at 1.5 times its size, 0 to 2. oil_slump+take_up_surge: both. "
    "What each is: cte-sim list scenarios."
)


def _about_words(verb: Verb) -> Iterator[str]:
    slots = {slot.group: slot for slot in verb.slots if slot.group}
    if "formula" in slots:
        yield from textwrap.wrap(
            "BILL: the path of a YAML file, or the name of a shipped formula (cte-sim list formulas).", WIDTH
        )
        if slots["formula"].setting == "study.formulas" and slots["formula"].most is None:
            own = len(usual_config(str(verb.study))["study"]["formulas"])
            without = f"without one, the {own} that the study has of its own" if own else "without one, current law"
            also = "they join those of the study" if verb.beside else f"'{SHIPPED}' stands for those {own}"
            yield from textwrap.wrap(f"Current law is always among them; {without}; {also}.", WIDTH)
    for group, word in (("scenario", "SCENARIO"), ("hindcast", "CASE"), ("probe", "CASE")):
        if group in slots:
            names = ", ".join(sorted(path.stem for path in (config_folder() / group).glob("*.yaml")))
            yield from textwrap.wrap(f"{word}: {names}.", WIDTH, subsequent_indent="    ")
        if group == "scenario" and group in slots:
            yield from textwrap.wrap(_MADE, WIDTH, initial_indent="    ", subsequent_indent="    ")
    if any(slot.years for slot in verb.slots):
        yield "YEAR: a fiscal year, as 2027."


def _example(typed: str, why: str) -> list[str]:
    line = f"  cte-sim {typed}"
    if not why:
        return [line]
    return [f"{line:<46}  {why}"] if len(line) <= 46 and 48 + len(why) <= WIDTH else [line, f"{_INDENT}{why}"]


_UNFOLDED = ("sensitivity", "alternatives", "design", "discover")
"""Settings of which help shows every key."""


def _entry(path: str, value: Any, study: str = "compare") -> list[str]:
    """A setting with its default, and below it what it is."""
    comment = _OUT if path == "out" else _comments(study).get(path, "")
    written = value if path == "out" else _written(value)
    head = f"  {path}={written}"
    if len(head) > WIDTH:
        head = f"  {path}=..."
    lines = [head, *textwrap.wrap(comment, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)]
    nested = value if isinstance(value, Mapping) and path in _UNFOLDED else {}
    for key, inner in nested.items():
        below = _comments(study).get(f"{path}.{key}", "")
        text = f"{path}.{key}={_written(inner)}" + (f"  {below}" if below else "")
        lines += textwrap.wrap(text, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT + "  ")
    return lines


def _written(value: Any) -> str:
    """A value as it is typed."""
    if isinstance(value, list | tuple) and len(value) > 3:
        return f"[{','.join(str(part) for part in value[:3])},...]"
    text = yaml.safe_dump(value, default_flow_style=True, width=1_000).strip().removesuffix("\n...").removesuffix("...")
    return text.strip().replace(", ", ",") if isinstance(value, list | tuple) else text.strip()


def _usual_value(path: str, study: str) -> Any:
    """The default of a setting in a study; of a group, the name of the file that is chosen."""
    usual = usual_config(study)
    if path == "design":
        return usual.get("design") or {"name": "latin_hypercube"} if study == "sweep" else None
    if path in GROUPS:
        return usual_choice(path)
    top, _, below = path.partition(".")
    found = usual.get(top)
    if not below:
        return found
    written = found.get(below) if isinstance(found, Mapping) else None
    return written if written is not None else Study.model_fields[below].default


def _home(path: str) -> str:
    """The study whose default of a setting is shown where no verb is asked about."""
    named = readers(path)
    return "compare" if "compare" in named or path in EVERYWHERE or not named else named[0]


def _readers_of(path: str) -> list[str]:
    names = {verb.study: verb.name for verb in VERBS.values() if verb.study}
    said = "all" if path in EVERYWHERE else ", ".join(names.get(study, study) for study in readers(path))
    return textwrap.wrap(f"read by: {said}", WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)


@cache
def _comments(study: str) -> Mapping[str, str]:
    """What the comments of ``conf`` say of each setting, by its path; the study's own file before the others."""
    folder = config_folder()
    found = dict(_comments_in(folder / "config.yaml"))
    own = folder / "study" / f"{study}.yaml"
    whole = own.read_text(encoding="utf-8").startswith("# @package _global_")
    found.update({(path if whole else f"study.{path}"): text for path, text in _comments_in(own)})
    return found


_LINE = re.compile(r"^(?P<indent> *)(?:- )?(?P<key>\w+):(?P<value>[^#]*?)(?:\s#\s*(?P<comment>.*))?$")


def _comments_in(path: Path) -> Iterator[tuple[str, str]]:
    """Paths of keys with the comment behind each; entries of ``defaults`` as the groups that they choose."""
    above: list[tuple[int, str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        indent = len(found["indent"])
        above = [(depth, key) for depth, key in above if depth < indent]
        keys = [key for _, key in above if key != "defaults"]
        above.append((indent, found["key"]))
        if found["comment"]:
            yield ".".join([*keys, found["key"]]), found["comment"].strip()
