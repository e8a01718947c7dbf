"""Studies on demand, each in a process of its own that is the command line itself: what it refuses is refused in the
same words, and it ends when the client asks something else."""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sim
from sim.arguments import quoted
from sim.inputs import InputError, shown
from sim.report.answer.files import ANSWER_TEXT
from sim.serve.bills import Bill
from sim.serve.safety import new_token
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

EVERY = 1.0
"""Seconds between two signs of life."""

PROGRAM = "cte-sim: "


@dataclass(frozen=True)
class Asked:
    """A study: the words of the command line, and the text that it leaves."""

    words: tuple[str, ...]
    text: str
    page: str = ""


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
                await asyncio.sleep(EVERY)
            async with self._room:
                async for sign in self._carried_out(asked, place):
                    yield sign
            found = _found(asked, place)
            pages = sorted((place / "out").glob(asked.page)) if asked.page else []
            if pages:
                found["page"], kept = self._keep(pages[0]), True
            yield found
        finally:
            if not kept:
                shutil.rmtree(place, ignore_errors=True)

    async def _carried_out(self, asked: Asked, place: Path) -> AsyncIterator[dict[str, Any]]:
        command = [sys.executable, "-P", "-m", "sim", *asked.words, f"out={quoted(str(place / 'out'))}"]
        with (place / "said").open("wb") as said, (place / "refused").open("wb") as refused:
            process = await asyncio.create_subprocess_exec(
                *command, cwd=place, env=_environment(), stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=refused,
                start_new_session=True,
            )  # fmt: skip
            try:
                waited = 0.0
                while process.returncode is None:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(process.wait(), EVERY)
                    waited += EVERY
                    yield {"seconds": round(waited)}
            finally:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.terminate()
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(process.wait(), 3.0)
                    if process.returncode is None:
                        process.kill()
        if process.returncode:
            lines = (place / "refused").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            told = [line.removeprefix(PROGRAM) for line in lines if line.startswith(PROGRAM)]
            line = told[-1] if told else "the study ended with an error; the same command on the command line shows it"
            raise InputError(without_folder(without_folder(line, place), self.folder))

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


def _environment() -> dict[str, str]:
    """That of this process, in which the same program is found."""
    home = str(Path(sim.__file__).resolve().parent.parent)
    searched = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(searched), "PYTHONUTF8": "1", "COLUMNS": "120"}


def _found(asked: Asked, place: Path) -> dict[str, Any]:
    out = place / "out"
    answer, text = out / ANSWER_TEXT, out / asked.text
    return {
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
    return Asked((*words, *_draws(warm), "report=false"), "stress.txt")


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
