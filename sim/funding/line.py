"""One appropriation line: where money comes from, what it pays for, and by which rules."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim.arrays import Array, compound, some
from sim.funding.agreeing import counts_by_school, refuse_by_cluster
from sim.funding.appropriation import AppropriationRule, DemandWithCap, Full, Once
from sim.funding.components import (
    Accountability,
    AnyComponent,
    Base,
    Component,
    CredentialBonus,
    InstructorUnit,
    SegWeight,
)
from sim.funding.components.amounts import FiscalYear, Name, Note, Share, Title, YearOfNumbers, YesNo
from sim.funding.components.component import Strict, percent, together
from sim.funding.conditions import Where
from sim.funding.reserve import Reserve
from sim.funding.rules import TIERS_LAST, Rules
from sim.inputs import RuleError

Oversight = Literal["monitored", "categorical", "general"]
MOST_COMPONENTS = 200
"""Components of a line, and of all lines of a formula; no law has so many, and each is priced in every year."""


class Line(Strict):
    """One line of money.

    ``oversight`` says how strictly the money must be spent on CTE: a monitored grant, a restricted categorical formula,
    or loose general money; after the fiscal year ``restricted_to`` it is general money, whatever it was. A
    ``background`` line flows in every formula and is not part of a formula's cost. It pays
    from ``start_year`` to ``sunset_year``, both included (fiscal years; without them, always). ``pathway_share`` is the
    part of a district's payment that supports pathways, the rest being meant for something else. ``cut_as`` says which
    budget cut the line shares: that of grants, of formula money, or none; by default federal lines are not cut,
    nonrecurring lines are cut as grants and recurring ones as formula money. ``reserve`` is money set aside for bad
    years. ``apart``: rules over all lines do not cover it, and what it pays is no part of what they count. ``where``:
    it pays, and its rules hold, only there. Lines of one ``promise`` are trusted together, by what
    the state paid of all that it owed under it: in a file those of a formula's own unless they say otherwise, while a
    shared line is a promise of its own. Two fields cannot be written in a file: ``scale`` multiplies all prices and the
    appropriation (set by ``scale_to``); ``rules_since`` is the fiscal year from which rules count their years, by
    default the line's first (set by ``enacted``)."""

    name: Name
    promise: Note = ""
    title: Note = ""
    description: Note = ""
    source: Note = ""
    year_of_numbers: YearOfNumbers | None = None
    fund: Title = "General Fund"
    recurring: YesNo = True
    oversight: Oversight = "categorical"
    restricted_to: FiscalYear | None = None
    background: YesNo = False
    apart: YesNo = False
    where: Where | None = None
    start_year: FiscalYear | None = None
    sunset_year: FiscalYear | None = None
    components: Annotated[tuple[AnyComponent, ...], Field(max_length=MOST_COMPONENTS)]
    appropriation: AppropriationRule
    rules: Rules = Rules()
    reserve: Reserve | None = None
    pathway_share: Share = 1.0
    cut_as: Literal["grant", "formula", "none"] | None = None
    scale: Annotated[float, Field(ge=0.0)] = 1.0
    rules_since: FiscalYear | None = None

    alike = frozenset({"scale"})

    @model_validator(mode="before")
    @classmethod
    def _partly_restricted(cls, value: Any) -> Any:
        """Money of which a share must be spent on CTE is otherwise without strings, unless the line says more."""
        if not isinstance(value, Mapping) or "oversight" in value or value.get("restricted_to") is not None:
            return value
        return {**value, "oversight": "general"} if _asks_a_share(value.get("rules")) else value

    @model_validator(mode="after")
    def _rises_from_a_year(self) -> Self:
        yearly = (self.rules.yearly_rise, getattr(self.appropriation, "yearly_rise", 0.0))
        if self.start_year is None and any(some(rise) for rise in yearly):
            raise ValueError("yearly_rise counts from the line's first year; write its start_year")
        return self

    @field_validator("components")
    @classmethod
    def _components_agree(cls, value: tuple[Component, ...]) -> tuple[Component, ...]:
        if not value:
            raise ValueError("write at least one component")
        labels = [component.label for component in value]
        kinds = [type(component) for component in value]
        for place, component in enumerate(value):
            kind = str(getattr(component, "kind", ""))
            if labels.count(component.label) > 1:
                raise ValueError(f"two components are called '{component.label}'; give each a name of its own")
            alike = [other for other in value if type(other) is type(component)]
            if component.once_in_a_line and len(alike) > 1:
                if any(other.divides_appropriation for other in alike):
                    raise ValueError(f"'{kind}' can stand only once in a line, as it divides the appropriation")
                if any(other.where is None for other in alike):
                    raise RuleError(
                        f"'{kind}' can stand only once in a line, or each with a where of its own; where it is higher "
                        "for some, raise it by differs, or write it in a line of its own",
                        (value.index(alike[1]), kind),
                    )
            if component.where is not None:
                if component.everywhere:
                    raise ValueError(f"'{component.label}' takes no where: {component.everywhere}")
                refuse_by_cluster(component, component.where, (place, kind, "where"))
        shared = {
            part.district_share_limit for part in value if isinstance(part, CredentialBonus) and part.shares_limit
        }
        if len(shared) > 1:
            raise ValueError("one district_share_limit of the line is written alike in all that share it")
        least = {part.minimum_per_school for part in value if isinstance(part, InstructorUnit) and part.shares_minimum}
        if len(least) > 1:
            raise ValueError("one minimum_per_school of the line is written alike in all that share it")
        beside = next((part for part in value if counts_by_school(part)), None)
        if beside is not None and any(isinstance(part, Base) and part.limits_counts for part in value):
            raise ValueError(
                f"the minimum_concentrators of a base leaves out high schools that '{beside.label}' would count; write "
                "one of them in a line of its own"
            )
        if SegWeight in kinds and any(kind is not SegWeight for kind in kinds):
            raise ValueError("a seg_weight is money inside the main formula; write other components in another line")
        if len({component.funded for component in value if isinstance(component, SegWeight)}) > 1:
            raise ValueError("funded and unfunded weights need lines of their own")
        return value

    @field_validator("sunset_year")
    @classmethod
    def _ends_after_start(cls, value: int | None, info: ValidationInfo) -> int | None:
        start = info.data.get("start_year")
        if value is not None and start is not None and value < start:
            raise ValueError(f"the line starts in {start}; a sunset is the last year that is paid")
        return value

    @field_validator("appropriation")
    @classmethod
    def _suits_components(cls, value: AppropriationRule, info: ValidationInfo) -> AppropriationRule:
        components: tuple[Component, ...] = info.data.get("components", ())
        if any(isinstance(component, SegWeight) for component in components) and not isinstance(value, Full):
            raise ValueError("the main formula pays what its units are worth: write rule: full")
        if isinstance(value, Full):
            for component in components:
                if component.divides_appropriation:
                    raise ValueError(f"'{component.label}' divides the appropriation, so it needs a number of dollars")
        if isinstance(value, Once) and info.data.get("start_year") is None:
            raise ValueError("money voted once needs the line's start_year")
        return value

    @model_validator(mode="after")
    def _condition_suits_components(self) -> Self:
        for component in self.components if self.where is not None else ():
            assert self.where is not None
            if component.everywhere:
                raise ValueError(f"where does not suit '{component.label}': {component.everywhere}")
            refuse_by_cluster(component, self.where, ("where",), "the line's where")
        return self

    @model_validator(mode="after")
    def _phase_in_has_a_start(self) -> Self:
        if self.start_year is None and self.rules.counts_years:
            raise ValueError("a phase-in, or a hold harmless or growth cap for some years, needs the line's start_year")
        return self

    @model_validator(mode="after")
    def _reserve_has_a_use(self) -> Self:
        if self.reserve is not None and self.start_year is None:
            raise ValueError("a reserve needs the line's start_year, in which it is set aside")
        if self.reserve is not None and isinstance(self.appropriation, Full):
            raise ValueError("a line that is paid in full has no use for a reserve")
        if self.reserve is not None and self.reserve.keeps and isinstance(self.appropriation, DemandWithCap):
            raise ValueError("an appropriation that follows demand leaves nothing over: write keeps: 0")
        return self

    @model_validator(mode="after")
    def _queue_has_tiers(self) -> Self:
        if self.rules.proration == "by_tier" and not any(isinstance(part, CredentialBonus) for part in self.components):
            raise ValueError("proration by_tier pays credentials by their value: it needs a credential_bonus")
        return self

    @model_validator(mode="after")
    def _restriction_comes(self) -> Self:
        if self.restricted_to is not None and self.start_year is not None and self.restricted_to < self.start_year:
            raise ValueError(
                f"restricted_to {self.restricted_to} lies before the line starts in {self.start_year}; write "
                f"oversight: general"
            )
        return self

    @model_validator(mode="after")
    def _units_are_paid_in_full(self) -> Self:
        held = self.rules.of_what_is_owed
        if held and self.seg != "outside":
            raise ValueError(f"{held[0]} cannot hold for money inside the main formula, whose units are paid in full")
        return self

    @model_validator(mode="after")
    def _effort_is_asked_for_money_of_the_law(self) -> Self:
        if not self.rules.asks_effort:
            return self
        if self.background:
            raise ValueError("maintenance_of_effort is asked by a formula's own lines, and background money is none")
        if self.seg != "outside":
            raise ValueError(
                "maintenance_of_effort cannot hold for money inside the main formula, whose units are paid in full"
            )
        return self

    def without_effect(self) -> Mapping[str, str]:
        """The end of a restriction that is none, or that the line does not reach."""
        if self.restricted_to is None:
            return {}
        if self.oversight == "general":
            return {"restricted_to": "the line is general money from the start"}
        if self.sunset_year is not None and self.restricted_to >= self.sunset_year:
            return {"restricted_to": f"the line ends after {self.sunset_year} and is never free"}
        return {}

    def in_year(self, fiscal_year: int) -> Self:
        """The line as its restriction stands in a fiscal year: the same line, for beliefs and memory too."""
        if self.restricted_to is None or fiscal_year <= self.restricted_to or self.oversight == "general":
            return self
        return self.model_copy(update={"oversight": "general"})

    @property
    def called(self) -> str:
        """What pages call it: its title, or its name in words."""
        return self.title or self.name.replace("_", " ")

    @property
    def promised_by(self) -> str:
        """The promise that districts trust when they trust the line."""
        return self.promise or self.name

    @property
    def identity(self) -> str:
        """What tells the line from one of the same name under another promise."""
        return f"{self.promise}: {self.name}" if self.promise else self.name

    def active(self, fiscal_year: int) -> bool:
        """Whether the line pays in a fiscal year."""
        started = self.start_year is None or fiscal_year >= self.start_year
        return started and (self.sunset_year is None or fiscal_year <= self.sunset_year)

    def risen(self, yearly: float, fiscal_year: int) -> float | Array:
        """What an amount that rises by a share ``yearly`` after the line's first year is multiplied by."""
        years = max(fiscal_year - self.start_year, 0) if self.start_year is not None else 0
        return compound(yearly, years) if years else 1.0

    @property
    def ever_pays(self) -> bool:
        """Whether there is a year in which the line pays."""
        return self.start_year is None or self.sunset_year is None or self.start_year <= self.sunset_year

    def rule_year(self, fiscal_year: int) -> int:
        """The year of a rule that differs from year to year: 0 in the first that is paid and before."""
        since = self.rules_since if self.rules_since is not None else self.start_year
        return max(fiscal_year - since, 0) if since is not None else 0

    @property
    def outside_main(self) -> bool:
        """Whether it is state money of the formula's own, outside the main formula."""
        return not (self.background or self.federal) and self.seg == "outside"

    @property
    def joint(self) -> bool:
        """Whether the formula's joint rules cover the line: state money of its own outside the main formula that does
        not stand ``apart``."""
        return self.outside_main and not self.apart

    @property
    def pays_nothing(self) -> bool:
        """Whether all that it says is what counts for districts without being paid."""
        return all(isinstance(component, Accountability) for component in self.components)

    @property
    def federal(self) -> bool:
        """Whether the money is federal and no cost of the state."""
        return self.fund.lower().startswith("federal")

    @property
    def seg(self) -> Literal["outside", "funded", "unfunded"]:
        """Whether the line's money flows inside the main formula, and if so whether its appropriation grows by it."""
        first = self.components[0]
        if not isinstance(first, SegWeight):
            return "outside"
        return "funded" if first.funded else "unfunded"

    @property
    def cut_rule(self) -> Literal["grant", "formula", "none"]:
        """Which budget cut the line shares in a bust."""
        if self.cut_as is not None:
            return self.cut_as
        if self.federal:
            return "none"
        return "formula" if self.recurring else "grant"

    @property
    def categorical(self) -> bool:
        """Whether a bust may single the line out: state money outside the main formula, unless the bill gives it the
        main formula's cut, or none."""
        return not self.federal and self.seg == "outside" and self.cut_as in (None, "grant")

    def describe(self) -> list[str]:
        """What the line pays for and by which rules, in plain sentences."""
        said = [f"It pays {self.where.words()}."] if self.where is not None else []
        said += together(self.components)
        if self.pays_nothing:
            return [*said, self.span().replace("It pays", "It holds")]
        said.append(self.appropriation.sentence())
        divided = any(component.divides_appropriation for component in self.components)
        if not divided and self.rules.proration == "pro_rata" and not isinstance(self.appropriation, Full):
            said.append("If more is owed, all are paid the same share of it.")
        if self.reserve is not None:
            said.append(self.reserve.sentence())
        said.extend(self._rules_in_words())
        if self.apart:
            said.append("Rules over all lines do not cover it, nor count what it pays.")
        if self.pathway_share < 1.0:
            said.append(f"About {self.pathway_share:.0%} of what districts get supports pathways (a judgement).")
        if self.restricted_to is not None and self.oversight != "general":
            share = self.rules.spend_on_cte
            after = "and without strings afterwards" if share is None else f"and {percent(share)} of it afterwards"
            said.append(f"It is restricted to CTE up to FY{self.restricted_to}, {after}.")
        said.append(self.span())
        return said

    def _rules_in_words(self) -> list[str]:
        alone = all(isinstance(component, CredentialBonus) for component in self.components)
        first = "When money is short, credentials of the most valuable tier are paid first."
        rules = [first if alone and said == TIERS_LAST else said for said in self.rules.sentences()]
        if self.oversight != "general" and self.restricted_to is None:
            spent = " of a payment is spent on CTE."
            rules = [f"{said[:-1]}; of restricted money all is." if said.endswith(spent) else said for said in rules]
        if self.where is not None and self.where.by_cluster():
            return [said.replace(" with a pathway ", " with a pathway there ") for said in rules]
        return rules

    def span(self) -> str:
        """From when to when the line pays, in words."""
        start, end = self.start_year, self.sunset_year
        if start is None:
            return f"It pays up to FY{end}." if end is not None else "It pays in every year."
        if end is None:
            return f"It pays from FY{start} on."
        return f"It pays in FY{start} alone." if start == end else f"It pays from FY{start} to FY{end}."


def _asks_a_share(rules: Any) -> bool:
    """Whether rules, read or as they are written, say anywhere what share must be spent on CTE."""
    if isinstance(rules, Rules):
        return rules.spend_on_cte is not None or any(case.spend_on_cte is not None for case in rules.differs)
    if not isinstance(rules, Mapping):
        return False
    cases = rules.get("differs")
    written = [rules, *(case for case in cases if isinstance(case, Mapping))] if isinstance(cases, list) else [rules]
    return any(one.get("spend_on_cte") is not None for one in written)


def called_apart(lines: Sequence[Line]) -> dict[str, str]:
    """What pages call each of several lines, by name: the name in words where two have one title."""
    titles = Counter(line.called for line in lines)
    return {line.name: line.called if titles[line.called] == 1 else line.name.replace("_", " ") for line in lines}


NOT_IN_FILES = frozenset({"scale", "rules_since"})
"""Fields of a line that are set by the program, not written by a user."""

__all__ = ["AnyComponent", "Line", "Oversight"]
