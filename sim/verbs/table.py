"""The verbs: what each does, which words it takes and what these set, as data. A new study is one more row."""

from collections.abc import Mapping
from dataclasses import dataclass

SHIPPED = "shipped"
"""The word for all formulas that a study has in its own file."""


@dataclass(frozen=True)
class Slot:
    """Words that a verb takes besides settings.

    ``label`` stands for them in help, ``setting`` is what they set, ``most`` how many there may be (None: any number).
    ``group`` is the folder of ``conf`` whose names they may be; without one, and without ``years``, any word is taken.
    ``files``: they may be paths of YAML files. ``together``: several are one list; else each starts a study of its own.
    """

    label: str
    setting: str
    most: int | None = 1
    needed: bool = False
    group: str | None = None
    files: bool = False
    years: bool = False
    together: bool = True


@dataclass(frozen=True)
class Verb:
    """``does``: in a line. ``study``: the file of ``conf/study`` that it carries out; None: the program looks, and
    nothing runs. ``slots``: the words that it takes, each going to the first slot that can mean it
    (usage names them the other way round). ``beside``: bills
    join those in the study's own file. ``options``: settings of a verb without a study, with what each is.
    ``examples``: without ``cte-sim``, with what each is for; ``more``: sentences.
    """

    name: str
    does: str
    study: str | None
    slots: tuple[Slot, ...] = ()
    beside: bool = False
    options: tuple[tuple[str, str], ...] = ()
    examples: tuple[tuple[str, str], ...] = ()
    more: str = ""

    @property
    def usage(self) -> str:
        """The verb with the words that it takes."""
        words = [slot.label if slot.needed else f"[{slot.label}]" for slot in reversed(self.slots)]
        return " ".join([self.name, *words])


_BILLS = Slot("BILL ...", "study.formulas", most=None, group="formula", files=True)
_BILL = Slot("BILL", "formula", group="formula", files=True)
_THE_BILL = Slot("BILL", "formula", needed=True, group="formula", files=True)
_EACH_BILL = Slot("BILL ...", "formula", most=None, needed=True, group="formula", files=True, together=False)
_TWO_BILLS = Slot("BILL [BILL]", "study.formulas", most=2, group="formula", files=True)
_DISTRICT = Slot("DISTRICT", "district", needed=True)
_SCENARIOS = Slot("SCENARIO ...", "study.scenarios", most=None, group="scenario")
_YEARS = Slot("YEAR [YEAR]", "study.years", most=2, years=True)
_FOLDER = Slot("FOLDER", "folder", needed=True)


def _cases(group: str) -> Slot:
    return Slot("CASE ...", "study.cases", most=None, group=group, files=True)


_ALL = (
    Verb(
        "new",
        "write a bill to begin with",
        None,
        (Slot("FILE", "file", needed=True),),
        examples=(
            ("new my_bill.yaml", "a file with every part explained, which prices as it stands"),
            ("new bill.schema.json", "the schema of bills for editors; bills written beside it name it"),
        ),
        more="A file that is there is never written over.",
    ),
    Verb(
        "price",
        "what a bill says, costs in the base year and brings each district",
        "check_formula",
        (_EACH_BILL,),
        examples=(
            ("price my_bill.yaml", ""),
            ("price my_bill.yaml other.yaml", "one after the other, each in a folder of its own"),
            ("price aligned formula.appropriation.dollars=60000000", "a shipped formula with another amount"),
        ),
    ),
    Verb(
        "compare",
        "what bills do over years, each against current law",
        "compare",
        (_BILLS,),
        examples=(
            ("compare my_bill.yaml", "your bill against current law"),
            ("compare my_bill.yaml other.yaml aligned", "several, on the same draws"),
            (f"compare {SHIPPED} my_bill.yaml", "beside all that is shipped"),
            ("compare", "all that is shipped"),
            ("compare my_bill.yaml draws=50 horizon=10", "quicker, with wider error"),
        ),
    ),
    Verb(
        "project",
        "one bill over years against current law",
        "project",
        (_BILL,),
        examples=(
            ("project my_bill.yaml", ""),
            ("project my_bill.yaml scenario=oil_slump", "in another scenario"),
        ),
    ),
    Verb(
        "stress",
        "what a bad year does to bills: shortfall and losses, scenario by scenario",
        "stress",
        (_SCENARIOS, _BILLS),
        examples=(
            ("stress my_bill.yaml", "in all scenarios"),
            ("stress my_bill.yaml oil_slump shock_2020", "in some"),
            ("stress my_bill.yaml oil_slump@2030:1.5+take_up_surge", "from 2030, half as large again, with another"),
            (f"stress {SHIPPED} my_bill.yaml", "beside the formulas that the study has of its own"),
        ),
    ),
    Verb(
        "levers",
        "what a cap, a lag, a reserve and other levers buy in a bad year, and cost in students",
        "levers",
        (_SCENARIOS, _BILL),
        examples=(
            ("levers my_bill.yaml", "every lever that is shipped"),
            ("levers my_bill.yaml 'levers=[lower_cap,reserve]'", "some"),
        ),
        more="Each lever is a variant of the bill, on the same draws.",
    ),
    Verb(
        "reverse",
        "the smallest shock that leaves less than 80% of what is owed paid",
        "reverse",
        (_SCENARIOS, _BILLS),
        examples=(
            ("reverse my_bill.yaml oil_slump", "how strong a slump"),
            ("reverse my_bill.yaml reverse.shock=participation", "how much more take-up"),
            ("reverse my_bill.yaml reverse.level=0.9", "of another level"),
        ),
    ),
    Verb(
        "explain",
        "why one district decided and was paid as it was, number by number",
        "explain",
        (_YEARS, _TWO_BILLS, _DISTRICT),
        examples=(
            ("explain gallup my_bill.yaml", "a payment"),
            ("explain gallup my_bill.yaml cluster=health", "a decision about a career cluster too"),
            ("explain gallup my_bill.yaml 2031", "in another fiscal year"),
        ),
        more="A district is an identifier or a part of a name; cte-sim list districts shows them.",
    ),
    Verb(
        "district",
        "a page for one district: money, pathways and why, beside districts of its size",
        "district",
        (_BILL, _DISTRICT),
        examples=(("district gallup my_bill.yaml", ""), ("district gallup", "under the formula aligned")),
        more="A district is an identifier or a part of a name; cte-sim list districts shows them.",
    ),
    Verb(
        "bridge",
        "why each district's payment changes, step by step",
        "bridge",
        (_YEARS, _THE_BILL),
        examples=(
            ("bridge my_bill.yaml", "from current law to the bill, in FY2027"),
            ("bridge my_bill.yaml 2031", "the same in another fiscal year"),
            ("bridge my_bill.yaml 2027 2032", "under the bill, from one year to another"),
        ),
    ),
    Verb(
        "decompose",
        "a bill taken apart: each component alone, and the bill without it",
        "decompose",
        (_THE_BILL,),
        examples=(("decompose my_bill.yaml", ""),),
    ),
    Verb(
        "two_by_two",
        "more money told apart from better design",
        "two_by_two",
        (_THE_BILL,),
        examples=(("two_by_two my_bill.yaml", ""),),
    ),
    Verb(
        "library",
        "other states' laws, as written and at equal money",
        "library",
        (_BILLS,),
        beside=True,
        examples=(("library", ""), ("library my_bill.yaml", "with your bill among them")),
    ),
    Verb(
        "sweep",
        "bills over a design of points in parameters, formulas and scenarios",
        "sweep",
        (_BILLS,),
        examples=(
            ("sweep factors.parameters=prior", "all parameters over their priors"),
            ("sweep my_bill.yaml factors.parameters=prior design.points=1000", ""),
        ),
    ),
    Verb(
        "explore",
        "a page with sliders for a bill's amounts, answered offline",
        "explore",
        (_BILL,),
        examples=(
            ("explore my_bill.yaml", "every amount from half to one and a half times"),
            ("explore my_bill.yaml factors.formula.appropriation.dollars=[20e6,60e6]", "one amount in a range"),
        ),
        more="It takes some minutes: hundreds of points are simulated so that the page answers at once.",
    ),
    Verb(
        "sensitivity",
        "which uncertain numbers matter, and which could change the order of bills",
        "sensitivity",
        (_BILLS,),
        examples=(("sensitivity", ""), ("sensitivity my_bill.yaml aligned", "")),
    ),
    Verb(
        "discover",
        "under which conditions a bill breaks its budget or misses its goal",
        "discover",
        (_SCENARIOS, _BILLS),
        examples=(
            ("discover my_bill.yaml", "against current law, in all kinds of scenarios"),
            ("discover my_bill.yaml aligned discover.budget=30e6", "two bills, and a budget of $30 million a year"),
            ("discover my_bill.yaml oil_slump", "in oil slumps of all sizes"),
        ),
        more="It takes some minutes. It needs pip install 'cte-funding-simulation[discover]'.",
    ),
    Verb(
        "hindcast",
        "law changes of the past: what the model says against what happened",
        "hindcast",
        (_cases("hindcast"),),
        examples=(("hindcast", "all cases"), ("hindcast michigan ohio", "some")),
    ),
    Verb(
        "probes",
        "how the model answers when money moves, and how it should",
        "probes",
        (_cases("probe"),),
        examples=(("probes", "all"), ("probes announced_end texas_churn", "some")),
    ),
    Verb(
        "verify_brief",
        "the LESC brief's comparison of school spending, on simulated schools",
        "verify_brief",
        examples=(("verify_brief", ""),),
    ),
    Verb(
        "calibrate",
        "the uncertain parameters fitted to their targets",
        "calibrate",
        examples=(("calibrate", ""),),
    ),
    Verb(
        "assess",
        "whether that fit may be believed",
        "assess",
        (Slot("FOLDER", "folder"),),
        examples=(("assess", "the stored fit"), ("assess outputs/my_fit", "that of a folder")),
    ),
    Verb(
        "alternatives",
        "models without one of the decisions, fitted alike and compared",
        "alternatives",
        (_BILLS,),
        examples=(("alternatives", ""),),
    ),
    Verb(
        "open",
        "show what a run wrote",
        None,
        (Slot("FOLDER", "folder"),),
        examples=(("open", "the last finished run"), ("open outputs/my_run", "")),
        more="Opens the folder's page; where there is none, or no screen, prints the folder and its answer.",
    ),
    Verb(
        "serve",
        "a page on this computer: exact runs, bad years, districts to watch, your own files",
        None,
        (Slot("FOLDER|BILL ...", "served", most=None),),
        options=(
            ("host=127.0.0.1", "another address opens the page to others"),
            ("port=8765", "its port; if nobody names one, the next that is free"),
            ("world=my_state", "whose tables and law bills are run on"),
        ),
        examples=(
            ("serve my_bill.yaml", "until Ctrl-C"),
            ("serve my_bill.yaml aligned", "several to choose from"),
            ("serve outputs/my_run", "a comparison with its page, or an explorer with its sliders"),
        ),
        more="Without a word the last finished run, or the formula aligned. docs/how_to/serve.md tells of it.",
    ),
    Verb(
        "status",
        "what is done, failed, pending or damaged in a results folder",
        "status",
        (_FOLDER,),
        examples=(("status outputs/my_run", ""),),
    ),
    Verb(
        "collect",
        "the runs of a folder in one file a table, with checksums",
        "collect",
        (_FOLDER,),
        examples=(("collect outputs/my_run", ""),),
    ),
    Verb(
        "verify",
        "whether a results folder is whole and its numbers are those of its runs",
        None,
        (_FOLDER,),
        examples=(("verify outputs/my_run", ""),),
    ),
    Verb(
        "list",
        "names: of formulas, scenarios, districts, clusters or parameters",
        None,
        (Slot("NAMES [PART OF ONE]", "listed", most=2, needed=True),),
        options=(("world=my_state", "of which state; the default one where none is named"),),
        examples=(("list formulas", ""), ("list districts valley", "those with a part in the name")),
        more="NAMES are formulas, scenarios, districts, clusters or parameters.",
    ),
    Verb(
        "parameters",
        "every number of the model, with source and confidence",
        "parameters",
        examples=(("parameters", ""),),
    ),
    Verb(
        "help",
        "this list, one verb, or every setting",
        None,
        (Slot("VERB|settings", "topic"),),
        examples=(("help stress", ""), ("help settings", "")),
    ),
    Verb("version", "versions of program, model and data", None, examples=(("version", ""),)),
)

VERBS: Mapping[str, Verb] = {verb.name: verb for verb in _ALL}
"""Every verb by its name."""
