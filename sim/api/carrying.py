"""Carrying a study out for a program that called it: composed and checked as a command is, with results in a folder."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.api.opening import opened
from sim.api.report import Report
from sim.api.runs import Runs
from sim.api.words import ALIASES, words_of
from sim.audience import Audience
from sim.composition import compose
from sim.endings import ending_of
from sim.inputs import InputError
from sim.job import record_of, run_job
from sim.run_folder import RunFolder

NOT_HERE: Mapping[str, str] = {
    "study": "each study is a function of its own",
    "shard": "shards are for the command line: cte-sim -m",
    "shards": "shards are for the command line: cte-sim -m",
    "hydra": "folder=... says where results go",
}
"""Settings of the command line that functions do without."""

STUDY_SETTINGS = frozenset(key for key in ALIASES.values() if key.startswith("study."))
"""What stands below ``study`` and may be set."""


def given(**settings: Any) -> dict[str, Any]:
    """The settings that the caller wrote; None stands for the default of ``conf/``."""
    return {name: value for name, value in settings.items() if value is not None}


def carried_out(
    study: str,
    settings: Mapping[str, Any],
    more: Mapping[str, Any],
    folder: Path | str | None,
    quiet: bool,
) -> Runs | Report:
    """Carry out a study and open what it left.

    ``settings`` are those that a function names, ``more`` what the caller wrote besides. Without a ``folder`` the
    results lie in one that goes with the result. Raises InputError, one line, for anything that is refused, which
    leaves nothing behind; StoppedError where the machine gives out.
    """
    taken = {ALIASES.get(name, name) for name in settings}
    for name in more:
        top = name.partition(".")[0]
        if top in NOT_HERE and name not in STUDY_SETTINGS:
            raise InputError(f"settings: {name}: may not be set here; {NOT_HERE[top]}")
        if ALIASES.get(name, name) in taken:
            raise InputError(f"settings: {name}: is written twice")
    words = [f"study={study}", *words_of({**settings, **more})]
    if folder is not None:
        _carry_out(words, Path(folder), chosen=True, quiet=quiet)
        return opened(Path(folder))
    kept = tempfile.TemporaryDirectory(prefix="cte-sim-", ignore_cleanup_errors=True)
    try:
        place = Path(kept.name) / f"{datetime.now():%Y-%m-%d_%H-%M-%S}_{study}"
        _carry_out(words, place, chosen=False, quiet=quiet)
        return opened(place, kept)
    except BaseException:
        kept.cleanup()
        raise


def _carry_out(words: Sequence[str], folder: Path, *, chosen: bool, quiet: bool) -> None:
    audience = Audience(say=lambda text: None, lines=True, quiet=quiet)
    try:
        composed = compose(words)
        own = RunFolder(Path.cwd() / folder, "", chosen, record_of(words, None))
        with _workers_do_not_run_the_script():
            run_job(composed, own, audience=audience)
    except InputError as error:
        if chosen:
            raise InputError(str(error).replace("out=...", "folder=...")) from error
        raise
    except Exception as error:
        told = ending_of(error)
        if told is None or told.status != 2:
            raise
        raise InputError(told.line) from error


@contextmanager
def _workers_do_not_run_the_script() -> Iterator[None]:
    """A new process runs the caller's script from its top, which would begin the study once more; workers need nothing
    of it, so for as long as they are started there is no script to run."""
    main = sys.modules["__main__"]
    spec, file = getattr(main, "__spec__", None), getattr(main, "__file__", None)
    main.__spec__ = None
    if file is not None:
        main.__file__ = None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is not None:
            main.__file__ = file
