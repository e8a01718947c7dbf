"""Whether a results folder is whole, and whether its numbers are those that its record and its runs say."""

import math
from collections.abc import Iterator
from pathlib import Path

import sim
from sim.api.result import PAGES
from sim.inputs import InputError
from sim.results.manifest import model_fingerprint
from sim.results.records import checksum_of
from sim.results.status import Status, numbers, read_status
from sim.run_folder import study_in
from sim.states.speaking import speaking
from sim.study.running.stopping import StoppedError

SUMMARY = "summary.csv"
_GOOD, _BAD, _NOTE = "yes", "NO", "note"


def verify_folder(folder: Path) -> str:
    """What was looked at in a results folder, a line each. Nothing is written.

    Raises InputError if it holds no results; StoppedError, which names the first thing, if anything is missing or does
    not agree.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    folders = [folder] if study_in(folder) is not None else sorted(path for path in folder.iterdir() if path.is_dir())
    found = [line for each in folders if study_in(each) is not None for line in _looked_at(each)]
    if not found:
        raise InputError(f"{folder}: holds no results of a study")
    text = "\n".join(f"{verdict:<4}  {said}" for verdict, said in found)
    wrong = [said for verdict, said in found if verdict == _BAD]
    if wrong:
        print(text)
        raise StoppedError(f"{folder}: {wrong[0]}" + (f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""))
    return text


def _looked_at(folder: Path) -> Iterator[tuple[str, str]]:
    study = study_in(folder)
    if not (folder / "manifest.json").is_file():
        missing = [name for name in PAGES.get(str(study), ())[:1] if not (folder / name).is_file()]
        yield (_BAD, f"{missing[0]} is missing") if missing else (_GOOD, f"the page of study={study} is there")
        yield _NOTE, "this study keeps no runs to hold its numbers against"
        return
    status = read_status(folder)
    manifest = status.manifest
    yield _GOOD, "the record (manifest.json) is as it was written"
    yield from _runs(status)
    yield from _joined(folder)
    same = manifest.model_fingerprint == model_fingerprint()
    if status.complete:
        yield from _summary(folder, same)
    other = f"made by version {manifest.code_version}, model {manifest.model_fingerprint[:8]}"
    here = "this program's" if same else f"another than this program's ({sim.__version__}, {model_fingerprint()[:8]})"
    yield _NOTE, f"{other}: {here}"


def _runs(status: Status) -> Iterator[tuple[str, str]]:
    if status.pending:
        torn = [file for files in status.torn.values() for file in files]
        damaged = f"; damaged: {', '.join(torn[:3])}" if torn else ""
        missing = status.runs - status.done - status.failed
        yield _BAD, f"{missing:,} of {status.runs:,} runs are missing: chunks {numbers(status.pending)}{damaged}"
    else:
        yield _GOOD, f"all {status.runs:,} runs are there, every file with the checksum that was recorded"
    if status.failed:
        yield _BAD, f"{status.failed:,} of {status.runs:,} runs failed: cte-sim status {status.folder}"
    for name, why in status.strange.items():
        yield _BAD, f"{name}: {why}"
    for writer, alive in status.writers:
        if alive:
            yield _NOTE, f"{writer.chunks} are being carried out by {writer.who}"


def _joined(folder: Path) -> Iterator[tuple[str, str]]:
    """The tables that were collected, against their checksums."""
    sums = folder / "results" / "collected" / "SHA256SUMS"
    if not sums.is_file():
        return
    for line in sums.read_text(encoding="utf-8").splitlines():
        checksum, _, name = line.partition("  ")
        path = sums.parent / name
        if not path.is_file() or checksum_of(path) != checksum:
            yield _BAD, f"results/collected/{name}: is not what was collected; collect again"
            return
    yield _GOOD, "the collected tables have the checksums that were recorded"


def _summary(folder: Path, same_model: bool) -> Iterator[tuple[str, str]]:
    """The summary, made from the runs once more."""
    from sim.report.compare.summary import summary
    from sim.results.results import open_results
    from sim.tables_for_people import table_text

    path = folder / SUMMARY
    if not path.is_file() or PAGES.get(str(study_in(folder)), ("",))[0] != "comparison.txt":
        return
    results = open_results(folder)
    with speaking(results.manifest.words):
        anew = table_text(summary(results))
    if _alike(path.read_text(encoding="utf-8-sig"), anew):
        yield _GOOD, f"{SUMMARY} is what the runs give"
    elif same_model:
        yield _BAD, f"{SUMMARY} is not what the runs give; the same command in the same folder writes it anew"
    else:
        yield _NOTE, f"{SUMMARY} is not what this version of the program makes of the runs"


def _alike(one: str, other: str) -> bool:
    """Whether two tables have the same words, and numbers that differ by no more than another processor may."""
    rows = [[line.split(",") for line in text.splitlines()] for text in (one, other)]
    if [len(row) for row in rows[0]] != [len(row) for row in rows[1]]:
        return False
    pairs = (pair for lines in zip(*rows, strict=True) for pair in zip(*lines, strict=True))
    return all(a == b or _near(a, b) for a, b in pairs)


def _near(one: str, other: str) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-7, abs_tol=1e-9)
    except ValueError:
        return False
