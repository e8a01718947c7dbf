"""The pages: what each is given, and the scripts that they load."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sim.config_folder import config_folder
from sim.inputs import InputError
from sim.report.page.rendering import render
from sim.serve.bills import Bill, title_in
from sim.serve.sessions import OWN, Sessions
from sim.serve.studies import MOST_BILLS
from sim.serve.uploads import TABLE_NAMES
from sim.serve.warm import PART, scenario_titles
from sim.states.speaking import speaking
from sim.study.setup.known import formula_names, formula_path

if TYPE_CHECKING:
    from sim.results.results import Results

PAGES: tuple[tuple[str, str], ...] = (
    ("/", "The bill"), ("/bad-years", "Bad years"), ("/districts", "One district"), ("/watch", "Watch districts"),
    ("/yours", "Your own"),
)  # fmt: skip
"""Where each page is, and what it is called."""

SCRIPTS: tuple[str, ...] = (
    "serve_common.js", "serve_bill.js", "serve_studies.js", "serve_yours.js", "serve_watch.js", "briefing.js",
    "explorer.js",
)  # fmt: skip
"""What a page may load."""


@dataclass(frozen=True)
class Reported:
    """A comparison whose page the first page holds, and the folder with its figures."""

    results: "Results"
    folder: Path
    command: str


@dataclass
class Pages:
    """The pages of one start. Threads may share it."""

    sessions: Sessions
    token: str
    reported: Reported | None = None
    _briefing: dict[str, Any] | None = None
    _lock: Lock = field(default_factory=Lock)

    def bill(self, query: Mapping[str, str]) -> str:
        """The page of a bill; the first bill of the start has the results that the start was given below it."""
        found = self._bill(query)
        first = found.key == self.sessions.named[0].key and query.get("tables", OWN) in ("", OWN)
        briefing = self._briefing_values() if first else {}
        sliders = found.explorer
        names = ["explorer.js"] if sliders is not None else []
        return self._render(
            "serve_bill.html", "/", query, found, [*names, *(["briefing.js"] if briefing else []), "serve_bill.js"],
            **{"page": None, **briefing, "explorer": None},
            parent="briefing.html" if briefing else "base.html",
            subject={"title": found.title, "description": found.formula.description},
            sliders=sliders, knobs=list(found.knobs), served=True, first=PART, draws=self.sessions.common.draws,
            scenarios=scenario_titles(), scenario="baseline" if sliders is None else sliders["scenarios"][0]["name"],
        )  # fmt: skip

    def bad_years(self, query: Mapping[str, str]) -> str:
        """The page of formulas under shocks."""
        found = self._bill(query)
        law = self.sessions.own.inputs.current_law.name
        choices = self._named() + self._others()
        if found.key not in [one["key"] for one in choices]:
            choices.insert(0, {"key": found.key, "title": found.title})
        return self._render(
            "serve_bad_years.html", "/bad-years", query, found, ["serve_studies.js"],
            choices=[one for one in choices if one["key"] != law], chosen=[found.key], most=MOST_BILLS,
            scenarios=scenario_titles(),
        )  # fmt: skip

    def districts(self, query: Mapping[str, str]) -> str:
        """The page of one district."""
        found, warm = self._bill(query), self.sessions.tables(query.get("tables"))
        world = warm.inputs.world
        of = sorted(zip(world.districts.name, world.districts.identifier, strict=True))
        year = query.get("year", "")
        return self._render(
            "serve_districts.html", "/districts", query, found, ["serve_studies.js"],
            districts=[{"id": identifier, "name": name} for name, identifier in of],
            clusters=[{"id": identifier, "name": name}
                      for name, identifier in zip(world.clusters.name, world.clusters.identifier, strict=True)],
            years=warm.years, district=query.get("district", ""),
            chosen_year=int(year) if year.isdecimal() and int(year) in warm.years else warm.years[0],
        )  # fmt: skip

    def watch(self, query: Mapping[str, str]) -> str:
        """The page of one run to watch."""
        return self._render(
            "serve_watch.html", "/watch", query, self._bill(query), ["serve_watch.js"],
            draws=self.sessions.common.draws, scenarios=scenario_titles(),
        )  # fmt: skip

    def yours(self, query: Mapping[str, str]) -> str:
        """The page to send a bill or tables."""
        example = (config_folder() / "new_bill.yaml").read_text(encoding="utf-8")
        return self._render(
            "serve_yours.html", "/yours", query, self._bill(query), ["serve_yours.js"],
            example=example, table_names=TABLE_NAMES, others=self.sessions.own.words.name,
        )  # fmt: skip

    def _bill(self, query: Mapping[str, str]) -> Bill:
        return self.sessions.bill(query.get("bill"), query.get("tables"))

    def _render(
        self, template: str, here: str, query: Mapping[str, str], bill: Bill, scripts: list[str], **values: Any
    ) -> str:
        tables = query.get("tables") or OWN
        known = {one["key"] for one in (*self._named(), *self._others())}
        own = self.sessions.own.inputs.world
        values |= {
            "parent": values.get("parent", "base.html"), "sliders": values.get("sliders"),
            "heading": f"{dict(PAGES)[here]}: {bill.title}", "pages": PAGES, "here": here,
            "query": f"?bill={bill.key}&tables={tables}", "token": self.token,
            "work": {"bill": bill.key, "tables": tables}, "own_bills": self._named(),
            "shipped_bills": self._others(), "sent": "" if bill.key in known else bill.title, "scripts": scripts,
            "tables": f"{own.name.replace('_', ' ').title()} ({len(own.districts)} districts)",
        }  # fmt: skip
        with speaking(self.sessions.tables(tables).words):
            return render(template, **values)

    def _named(self) -> list[dict[str, str]]:
        return [{"key": one.key, "title": self.sessions.bill(one.key).title} for one in self.sessions.named]

    def _others(self) -> list[dict[str, str]]:
        there = {one.key for one in self.sessions.named}
        law = self.sessions.own.inputs.world.law
        return [{"key": key, "title": title} for key, title in titles_in(law).items() if key not in there]

    def _briefing_values(self) -> dict[str, Any]:
        """What the report's page is given; drawn when it is first asked for."""
        if self.reported is None:
            return {}
        with self._lock:
            if self._briefing is None:
                from sim.report.briefing.file import briefing_values

                of, world = self.reported, self.sessions.own.inputs.world
                drawn = of.folder / "figures"
                with speaking(world.state):
                    self._briefing = briefing_values(
                        of.results, world, command=of.command, drawn=drawn if drawn.is_dir() else None
                    )
            return self._briefing


@cache
def titles_in(law: Path | None) -> dict[str, str]:
    """The titles of the formulas that come with a state, by name; ``law`` is the folder of its own law."""
    return {name: title_in(formula_path(name, law)) or name for name in formula_names(law)}


@cache
def script(name: str) -> str:
    """A script that pages load. Raises InputError for anything else."""
    if name not in SCRIPTS:
        raise InputError("there is no such script")
    return render(name)
