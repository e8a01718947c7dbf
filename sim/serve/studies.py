"""Studies on demand, each in a process of its own that does what the command line does: what it refuses is refused in
the same words, and it ends when the client asks something else."""

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from anyio import to_thread

from sim.arguments import quoted
from sim.inputs import InputError, shown
from sim.report.answer.files import ANSWER_TEXT
from sim.report.shared.plain_table import Cell
from sim.serve.bills import Bill
from sim.serve.safety import new_token
from sim.serve.study_process import OUT, REFUSED, study_process
from sim.serve.uploads import without_folder
from sim.serve.warm import Warm, find_scenario
from sim.study.setup.asked import is_file

AT_ONCE = 2
"""Studies that run at the same time; others wait."""

MOST_FOUND = 24
"""Pages of studies that are kept."""

MOST_BILLS, MOST_SCENARIOS = 6, 10
DRAWS = 64
"""Draws of a study that is waited for."""

SIGN = 10
"""Looks at a study in a second; of so many one gives a sign of life."""

STRESS = "stress.txt"
"""What a study of shocks leaves."""

FAILED = "the study ended with an error, which the terminal of the program tells"


@dataclass(frozen=True)
class Asked:
    """A study: the words of the command line, and the text and page that it leaves."""

    words: tuple[str, ...]
    text: str
    page: str = ""

    @property
    def record(self) -> tuple[str, ...]:
        """The words as results tell them, without the folders that files lie in for now."""
        place = r"[^\"',=\[]*[/\\\\]"
        return tuple(
            re.sub(place + r"tables-\w+", "tables", re.sub(place + r"bill-[^/\\\\]*[/\\\\]", "", word))
            for word in self.words
        )


@dataclass
class Studies:
    """Studies under way and the pages that they left. ``folder`` is among the temporary files."""

    folder: Path
    _pages: dict[str, Path] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self, asked: Asked) -> AsyncGenerator[dict[str, Any], None]:
        """Signs of life while a study runs, then what it found. Ends its process where nobody waits any more. Raises
        InputError with the line by which the command line refuses."""
        place = Path(tempfile.mkdtemp(dir=self.folder, prefix="study-"))
        kept = False
        try:
            while self._room.locked():
                yield {"waits": True}
                await asyncio.sleep(1.0)
            async with self._room:
                async for sign in self._carried_out(asked, place):
                    yield sign
            found = await to_thread.run_sync(_found, asked, place)
            pages = sorted((place / OUT).glob(asked.page)) if asked.page else []
            if pages:
                found["page"], kept = self._keep(pages[0]), True
            yield found
        finally:
            if not kept:
                shutil.rmtree(place, ignore_errors=True)

    async def _carried_out(self, asked: Asked, place: Path) -> AsyncIterator[dict[str, Any]]:
        process = study_process(asked.words, asked.record, place)
        try:
            await to_thread.run_sync(process.start)
            waited = 0
            while process.exitcode is None:
                if not waited % SIGN:
                    yield {"seconds": waited // SIGN}
                waited += 1
                await asyncio.sleep(1.0 / SIGN)
        finally:
            await self._ended(process)
        if process.exitcode:
            line = place / REFUSED
            told = line.read_text(encoding="utf-8").strip() if line.is_file() else ""
            raise InputError(without_folder(without_folder(told or FAILED, place), self.folder))

    async def _ended(self, process: BaseProcess) -> None:
        """The process is over, or is made to be."""
        for end in (process.terminate, process.kill):
            for _ in range(10):
                if process.pid is None or process.exitcode is not None:
                    return
                end()
                time.sleep(0.05)  # not awaited: what ends a study may be the end of everything

    def _keep(self, page: Path) -> str:
        key = new_token()
        self._pages[key] = page
        while len(self._pages) > MOST_FOUND:
            oldest = self._pages.pop(next(iter(self._pages)))
            shutil.rmtree(oldest.parent.parent, ignore_errors=True)
        return key

    def page(self, key: str) -> str | None:
        """The page of a study; None if it is not there."""
        path = self._pages.get(key)
        return path.read_text(encoding="utf-8") if path is not None and path.is_file() else None


def _found(asked: Asked, place: Path) -> dict[str, Any]:
    out = place / OUT
    answer, text = out / ANSWER_TEXT, out / asked.text
    rows: list[list[Cell]] = []
    if asked.text == STRESS:
        from sim.report.stress.tables import stress_cells
        from sim.results.results import open_results

        rows = stress_cells(open_results(out))
    return {
        "rows": rows,
        "answer": answer.read_text(encoding="utf-8") if answer.is_file() else "",
        "text": text.read_text(encoding="utf-8") if text.is_file() else "",
    }


def stress(warm: Warm, bills: Sequence[Bill], scenarios: Sequence[str]) -> Asked:
    """Bills under shocks, with their answer and table."""
    if not 1 <= len(bills) <= MOST_BILLS:
        raise InputError(f"formulas: choose 1 to {MOST_BILLS}")
    if not 1 <= len(scenarios) <= MOST_SCENARIOS:
        raise InputError("scenarios: choose one or more")
    names = [find_scenario(name).name for name in scenarios]
    with_calm = ["baseline", *(name for name in dict.fromkeys(names) if name != "baseline")]
    listed = ",".join(quoted(word) for word in dict.fromkeys(bill.word for bill in bills))
    words = ("study=stress", f"study.formulas=[{listed}]", f"study.scenarios=[{','.join(with_calm)}]")
    return Asked((*words, *_draws(warm), "report=false"), STRESS)


def explain(warm: Warm, bill: Bill, content: Mapping[str, Any]) -> Asked:
    """Why a district decided and was paid as it was in a year, and, where one is named, why in a cluster."""
    year = content.get("year")
    if isinstance(year, bool) or year not in warm.years:
        raise InputError(f"year: a fiscal year from {warm.years[0]} to {warm.years[-1]}")
    words = ["study=explain", *_bill(bill), f"district={quoted(_district(warm, content))}", f"study.years=[{year}]"]
    cluster = content.get("cluster")
    if cluster:
        known = warm.inputs.world.clusters.identifier
        if cluster not in known:
            raise InputError(f"cluster: {shown(str(cluster))} is not known")
        words.append(f"cluster={quoted(str(cluster))}")
    return Asked((*words, *_draws(warm)), "explain.txt")


def district(warm: Warm, bill: Bill, content: Mapping[str, Any]) -> Asked:
    """A district's page."""
    words = ("study=district", *_bill(bill), f"district={quoted(_district(warm, content))}")
    return Asked((*words, *_draws(warm)), "district.txt", page="district_*.html")


def report(warm: Warm, bills: Sequence[Bill]) -> Asked:
    """The page of a comparison with current law."""
    listed = ",".join(quoted(bill.word) for bill in bills)
    return Asked(("study=compare", f"study.formulas=[{listed}]", *_draws(warm)), "comparison.txt", page="report.html")


def _bill(bill: Bill) -> tuple[str, ...]:
    return (f"formula_file={quoted(bill.word)}" if is_file(bill.word) else f"formula={bill.word}",)


def _draws(warm: Warm) -> list[str]:
    draws = min(DRAWS, warm.common.draws)
    return [*warm.common.words(warm.tables), f"draws={draws}", "workers=1"]


def _district(warm: Warm, content: Mapping[str, Any]) -> str:
    """The identifier of a district, which the command line takes as it stands. Raises InputError."""
    identifier = content.get("district")
    if not isinstance(identifier, str) or identifier not in warm.inputs.world.districts.identifier:
        raise InputError("district: is not in these tables; choose one of the list")
    if "$" in identifier or "\\" in identifier:
        raise InputError(f"district: {shown(identifier)}: give it an identifier without $ and \\ in districts.csv")
    return identifier
