"""Mutants: wrong rules, one at a time, in a copy of the project; the tests named beside each must notice.

``make mutants`` runs all, one on each core; ``python tests/mutants/run.py NAME ...`` some. Tests are first run on the
copy as it is, so that no mutant dies of something else. Golden numbers and comparisons with stored results take no
part.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

import yaml

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("mutants.yaml")
COPIED = ("sim", "conf", "tests", "pyproject.toml")
WORKERS = max(min(os.cpu_count() or 1, 4), 1)
LIMIT = 300.0
"""Seconds after which a mutant that keeps its tests busy counts as noticed."""
NOT_ALLOWED = ("golden", "test_engine_bits", "update_golden")
"""Tests that compare with stored numbers, which anyone may renew."""


@dataclass(frozen=True)
class Mutant:
    """``old`` text of a ``file`` that is replaced by ``new``; ``why`` that is wrong; the ``tests`` that must notice."""

    name: str
    file: str
    old: str
    new: str
    why: str
    tests: tuple[str, ...]


def load() -> list[Mutant]:
    """All mutants, in the order of their file."""
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [Mutant(name=name, **{**parts, "tests": tuple(parts["tests"])}) for name, parts in written.items()]


def mistakes(mutants: Sequence[Mutant]) -> list[str]:
    """What makes a mutant useless, one line each."""
    found = []
    for mutant in mutants:
        path = ROOT / mutant.file
        times = path.read_text(encoding="utf-8").count(mutant.old) if path.is_file() else 0
        if times != 1:
            found.append(f"{mutant.name}: {mutant.file}: its old text stands there {times} times, not once")
        if mutant.old == mutant.new:
            found.append(f"{mutant.name}: old and new text are the same")
        for test in mutant.tests:
            if not (ROOT / "tests" / f"{test}.py").is_file():
                found.append(f"{mutant.name}: tests/{test}.py is not there")
            if any(part in test for part in NOT_ALLOWED):
                found.append(f"{mutant.name}: {test} compares with stored numbers")
    return found


def copied(folder: Path) -> Path:
    """A copy of the project as it stands, in a new folder."""
    folder.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy2(source, folder / name)
    return folder


@contextmanager
def applied(mutant: Mutant, folder: Path) -> Iterator[None]:
    """The copy with the mutant in it, and as it was afterwards."""
    path = folder / mutant.file
    text = path.read_text(encoding="utf-8")
    compiled = list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))
    for one in compiled:  # two versions of one length within a second look alike to Python
        one.unlink()
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(text, encoding="utf-8")


def passes(folder: Path, tests: Sequence[str], write_compiled: bool = False) -> tuple[bool, str]:
    """Whether tests pass in a copy, and the last of what they said."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "HYPOTHESIS_PROFILE": "repeatable"}
    environment.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    if not write_compiled:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-m", "not slow"]
    files = [str(folder / "tests" / f"{test}.py") for test in tests]
    try:
        done = subprocess.run(
            [*command, *files], cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT
        )
    except subprocess.TimeoutExpired:
        return False, f"no end after {LIMIT:.0f} s"
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("FAILED", "ERROR", "E  "))]
    return done.returncode == 0, (lines or [""])[-1]


def run(mutants: Sequence[Mutant]) -> int:
    """Run them all; how many survive."""
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    folders: SimpleQueue[Path] = SimpleQueue()
    start, survivors = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary:
        for number in range(WORKERS):
            folders.put(copied(Path(temporary) / str(number)))

        def judged(mutant: Mutant) -> tuple[Mutant, bool, str]:
            folder = folders.get()
            try:
                with applied(mutant, folder):
                    return (mutant, *passes(folder, mutant.tests))
            finally:
                folders.put(folder)

        first = folders.get()
        sound, said = passes(first, tests, write_compiled=True)
        folders.put(first)
        if not sound:
            print(f"the tests do not pass as the project stands: {said}", file=sys.stderr)
            return len(mutants)
        with ThreadPoolExecutor(WORKERS) as pool:
            for mutant, survives, said in pool.map(judged, mutants):
                verdict, reason = ("SURVIVES", mutant.why) if survives else ("dead", said)
                print(f"{verdict:9}{mutant.name}: {reason}", flush=True)
                if survives:
                    survivors.append(mutant)
    seconds = time.monotonic() - start
    print(f"{len(mutants) - len(survivors)} of {len(mutants)} mutants dead in {seconds:.0f} s")
    return len(survivors)


def main(names: Sequence[str]) -> int:
    """Exit status: 0 if all mutants die."""
    mutants = load()
    unknown = set(names) - {mutant.name for mutant in mutants}
    found = [f"{name}: no such mutant" for name in sorted(unknown)] + mistakes(mutants)
    if found:
        print("\n".join(found), file=sys.stderr)
        return 2
    return 1 if run([mutant for mutant in mutants if not names or mutant.name in names]) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
