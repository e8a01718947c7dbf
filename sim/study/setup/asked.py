"""Which formulas and scenarios a study is asked for: by the settings that list them, by a choice, by a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.inputs import InputError, shown
from sim.states.folder import law_folder, state_folder, words_of
from sim.study.setup.changes import marked
from sim.study.setup.reads import ONE_SCENARIO
from sim.study.setup.settings import Settings

CURRENT_LAW = "status_quo"
"""The formula under which every run is warmed up and spends its base year."""

CALM = "baseline"
"""The scenario without shocks, against which a stress study takes losses."""

YAML = (".yaml", ".yml")

ONE_FORMULA: dict[str, str] = {
    "bridge": "explains the change to",
    "decompose": "takes apart",
    "two_by_two": "takes apart",
    "check_formula": "prices",
    "district": "tells a district of",
    "explore": "moves the amounts of",
    "levers": "pulls the levers of",
}
"""Studies of one formula, with what they do to it."""

UNASKED: dict[str, str] = {"district": "aligned", "levers": "aligned", "reverse": "aligned"}
"""The bill of a study of one that names none."""


@dataclass(frozen=True)
class Choice:
    """The file of a configuration group: its ``name``, whether the user chose it or changed something in it
    (``meant``), and what was changed, in words."""

    name: str | None
    meant: bool
    change: str = ""

    @property
    def words(self) -> str:
        """What the user wrote, as the file with its changes."""
        return marked(str(self.name), self.change)


@dataclass(frozen=True)
class Asked:
    """The formulas of a study as the user wrote them, each with the setting that names it, and the one of interest."""

    formulas: dict[str, str]
    chosen: str | None


def is_file(name: str) -> bool:
    """Whether a formula or scenario is named by the path of a file."""
    return name.lower().endswith(YAML)


def name_of(written: str) -> str:
    """The name of a formula or scenario from what the user wrote: a name, or the path of a file."""
    return Path(written).stem if is_file(written) else written


def asked_formulas(settings: Settings, choice: Choice) -> Asked:
    """The formulas that settings and choice name, the baseline among them. Raises InputError, one line.

    The formula of interest is the one in ``formula_file``, else the one chosen, else, in a study of one formula, the
    one that ``study.formulas`` names.
    """
    study, baseline = settings.study, settings.study.baseline
    listed = list(study.formulas)
    interest, setting, meant = choice.name, "formula", choice.meant
    if settings.formula_file is not None:
        if choice.meant:
            raise InputError(
                f"settings: formula_file: {shown(settings.formula_file)} and formula={choice.words} both name the"
                " formula; write one of them"
            )
        interest, setting, meant = settings.formula_file, "formula_file", True
    if study.name in UNASKED and not meant and not listed:
        if law_folder(state_folder(settings.world_path)) is not None:
            state = words_of(settings.world_path).name
            raise InputError(f"settings: formula: is missing; no bill of {state} is meant where none is named")
        interest = UNASKED[study.name]
    if study.name == "check_formula" and not meant:
        raise InputError("settings: formula_file: is missing; write formula_file=my_bill.yaml")
    nothing = words_of(settings.world_path).nothing if study.name == "decompose" else None
    kept = {name_of(name) for name in (baseline, nothing) if name is not None}
    own = [name for name in listed if name_of(name) not in kept]
    if study.name in (*ONE_FORMULA, "explain"):
        if not meant and listed:
            interest, setting = (own or listed)[0], "study.formulas"
        _refuse_more(study.name, interest, own)
    named = dict.fromkeys(listed, "study.formulas")
    if interest is not None and (meant or not listed):
        named.setdefault(interest, setting)
    if nothing is not None and nothing not in map(name_of, named):
        named[nothing] = "study.formulas"
    if baseline is not None and name_of(baseline) not in map(name_of, named):
        named = {baseline: "study.baseline", **named}
    if not named:
        raise InputError("settings: study.formulas: is empty; name at least one formula")
    _refuse_repeats(list(named))
    return Asked(named, None if interest is None else name_of(interest))


def _refuse_more(study: str, interest: str | None, own: Sequence[str]) -> None:
    """Refuse formulas beside the one of interest that a study has no use for."""
    others = [name for name in own if interest is None or name_of(name) != name_of(interest)]
    if study == "explain":
        if len(others) > 1:
            raise InputError(
                f"settings: study.formulas: {shown(list(own))} is not allowed: study=explain sets a formula beside one"
                " other; name at most two"
            )
    elif others:
        named = [interest, *others] if interest is not None else others
        raise InputError(
            f"settings: study.formulas: {shown(named)} are named, and study={study} {ONE_FORMULA[study]} one formula;"
            " name one"
        )


def _refuse_repeats(written: Sequence[str]) -> None:
    names = [name_of(name) for name in written]
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"settings: study.formulas: {shown(name)} stands twice; give each formula a name of its own"
            )


def asked_scenarios(settings: Settings, choice: Choice) -> tuple[str, ...]:
    """The scenarios that a study lists, as the user wrote them; none if it takes the one chosen. Raises InputError."""
    study, names = settings.study.name, settings.study.scenarios
    if study in ("stress", "levers"):
        return names if CALM in map(name_of, names) else (CALM, *names)
    if names and choice.meant:
        raise InputError(
            f"settings: scenario: scenario={choice.words} and study.scenarios={shown(list(names))} both name the"
            " scenario; write one of them"
        )
    if study in ONE_SCENARIO and len(names) > 1:
        raise InputError(
            f"settings: study.scenarios: {shown(list(names))} is not allowed: study={study} runs in one scenario;"
            " name one"
        )
    return names
